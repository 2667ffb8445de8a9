//! Files for outsiders: npm `age-encryption` and Debian's `age` open what we seal, and we open theirs. Run by `scripts/age_interop.sh`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use data_encoding::{BASE64, HEXLOWER};
use kniha_seal::age::{self, CHUNK, ClassicKey, Identity, Recipients};
use kniha_seal::xwing::SecretKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use super::rounds;

/// A content of the round: the edges of chunks first, then any length, the short ones more often.
fn content(round: u32, rng: &mut ChaCha20Rng) -> Vec<u8> {
    const EDGES: [usize; 12] = [0, 1, 15, 16, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK];
    let len = match EDGES.get(round as usize) {
        Some(edge) => *edge,
        None => (rng.next_u32() as usize) % (1 << (1 + rng.next_u32() % 18)),
    };
    let mut bytes = vec![0; len];
    rng.fill_bytes(&mut bytes);
    bytes
}

#[test]
#[ignore = "needs node and npm age-encryption: scripts/age_interop.sh"]
fn npm_age_opens_what_we_seal_and_we_open_its_files() {
    let modules = std::env::var("KNIHA_AGE_NPM").unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/whole/age_interop.mjs");
    let mut node = Command::new("node").arg(script).arg(modules).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut to, mut from) = (node.stdin.take().unwrap(), BufReader::new(node.stdout.take().unwrap()));
    let mut rng = ChaCha20Rng::seed_from_u64(41);
    let (mut files, mut bytes) = (0, 0);
    for round in 0..rounds() {
        let content = content(round, &mut rng);
        // Every eighth the classic kind; what is new is the post-quantum one.
        let (identity, text, recipient, recipients) = if round % 8 == 7 {
            let key = ClassicKey::random(&mut rng);
            let (text, recipient) = (key.to_age(), key.public());
            (Identity::Classic(key), text, recipient.to_age(), Recipients::Classic(vec![recipient]))
        } else {
            let key = SecretKey::random(&mut rng);
            let (text, recipient) = (key.to_age(), key.public());
            (Identity::PostQuantum(key), text, recipient.to_age(), Recipients::PostQuantum(vec![recipient]))
        };
        let file = age::seal_file(&recipients, &content, &mut rng).unwrap();
        let asked = serde_json::json!({ "identity": text.as_str(), "recipient": recipient, "file": BASE64.encode(&file) });
        writeln!(to, "{asked}").unwrap();
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        let answer: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("round {round}, {} bytes: node gave up", content.len()));
        assert_eq!(answer["sha256"], HEXLOWER.encode(&Sha256::digest(&content)), "round {round}, {} bytes", content.len());
        let theirs = BASE64.decode(answer["file"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(age::open_file(&identity, &theirs).unwrap(), content, "round {round}, {} bytes", content.len());
        files += 1;
        bytes += content.len();
    }
    drop(to);
    assert!(node.wait().unwrap().success());
    eprintln!("{files} files with {bytes} bytes opened on both sides");
}

#[test]
#[ignore = "needs Debian's age: scripts/age_interop.sh"]
fn debians_age_opens_what_we_seal_and_we_open_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut rng = ChaCha20Rng::seed_from_u64(42);
    for round in 0..rounds().min(100) {
        let content = content(round, &mut rng);
        let key = ClassicKey::random(&mut rng);
        std::fs::write(at("key"), key.to_age().as_str()).unwrap();
        std::fs::write(at("ours"), age::seal_file(&Recipients::Classic(vec![key.public()]), &content, &mut rng).unwrap()).unwrap();
        let opened = Command::new("age").args(["-d", "-i"]).arg(at("key")).arg(at("ours")).output().unwrap();
        assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
        assert!(opened.stdout == content, "round {round}, {} bytes", content.len());
        std::fs::write(at("plain"), &content).unwrap();
        let sealed = Command::new("age").args(["-r", &key.public().to_age()]).arg(at("plain")).output().unwrap();
        assert!(sealed.status.success(), "{}", String::from_utf8_lossy(&sealed.stderr));
        assert_eq!(age::open_file(&Identity::Classic(key), &sealed.stdout).unwrap(), content);
    }
}
