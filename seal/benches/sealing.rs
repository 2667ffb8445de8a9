//! How fast one large file is sealed, beside Debian's `age -r`, which neither hashes nor pads: `cargo bench -p kniha-seal`.
//!
//! 500 MB to a quorum of 2 of 3, in pieces of 64 KiB (one thread) and in wide pieces (two threads), turn and turn about with `age`, where it is installed,
//! writing to /dev/null; of five turns the best by the clock, and the ratio of the two. `KNIHA_BENCH_MB` changes the size.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros, reason = "a bench reads clocks and prints")]

use std::process::{Command, Stdio};
use std::time::Instant;

use kniha_core::commit::Hash;
use kniha_seal::age::{ClassicKey, FileKey, NONCE_LEN, StreamSealer};
use kniha_seal::holder::{KeyHolder, MemoryHolder, ReadReceipt};
use kniha_seal::opener::{Opener, last_chunk_of};
use kniha_seal::part::{Compartment, Cover, Day, Envelope, PartKind, SubmissionId, part_id};
use kniha_seal::quorum::{Quorum, QuorumNo, Slot};
use kniha_seal::sealer::{Sealer, WIDE};
use kniha_seal::share::Share;
use kniha_seal::sign::SigningKey;
use kniha_seal::size::Padding;
use kniha_seal::xwing::SecretKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const PIECE: usize = 64 * 1024;

fn main() {
    let megabytes: usize = std::env::var("KNIHA_BENCH_MB").ok().and_then(|n| n.parse().ok()).unwrap_or(500);
    let pieces = megabytes * 1_000_000 / PIECE;
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let piece: Vec<u8> = (0..PIECE).map(|i| (i * 7 % 251) as u8).collect();
    let long = piece.repeat(WIDE / PIECE);
    let bytes = (pieces * PIECE) as f64;

    let mut out = Vec::with_capacity(3 * PIECE);
    timed("cipher alone (age's payload, no hash)", bytes, || {
        let mut stream = StreamSealer::new(&FileKey::random(&mut rng), &mut rng, &mut out);
        for _ in 0..pieces {
            stream.push(&piece, &mut out);
            out.clear();
        }
        stream.finish(&mut out);
        out.clear();
    });

    let (cover, quorum, members) = part(&mut rng);
    let mut payload = Vec::new();
    beside_age(bytes, &piece, pieces, &mut rng, |wide, rng| {
        let (content, times) = if wide { (&long[..], bytes as usize / WIDE) } else { (&piece[..], pieces) };
        let mut sealer = Sealer::new(&cover, &[&quorum], Padding::File, rng, &mut out).unwrap();
        for _ in 0..times {
            sealer.push_over(content, &mut out).unwrap();
        }
        out.clear();
        let mut tail = sealer.end().unwrap();
        while tail.pad(&mut out) {
            out.clear();
        }
        let _ = tail.finish(&mut out);
        out.clear();
    });

    // Opening, of a tenth of it, from memory.
    let mut sealer = Sealer::new(&cover, &[&quorum], Padding::File, &mut rng, &mut payload).unwrap();
    for _ in 0..pieces / 10 {
        sealer.push(&piece, &mut payload).unwrap();
    }
    let sealed = sealer.end().unwrap().finish(&mut payload);
    let envelope = Envelope::parse(&sealed.header).unwrap();
    let receipt = ReadReceipt::of_entry(*envelope.part(), Hash([0; 32]));
    let shares: Vec<Share> = members.iter().map(|member| member.share(&envelope, quorum.no(), &receipt).unwrap()).collect();
    let key = envelope.open(quorum.no(), &shares).unwrap();
    timed("Opener: cipher and SHA-256", bytes / 10.0, || {
        let (_, last) = last_chunk_of(sealed.payload_len).unwrap();
        let nonce: &[u8; NONCE_LEN] = payload.first_chunk().unwrap();
        let mut opener = Opener::new(&envelope, &key, sealed.payload_len, nonce, &payload[payload.len() - last..]).unwrap();
        for chunk in payload[NONCE_LEN..].chunks(PIECE) {
            opener.push(chunk, &mut out).unwrap();
            out.clear();
        }
        opener.finish(&mut out).unwrap();
    });

    timed_each("a text of 1 KiB, 2 of 3", 200, || {
        let mut out = Vec::new();
        let mut sealer = Sealer::new(&cover, &[&quorum], Padding::Text, &mut rng, &mut out).unwrap();
        sealer.push(&piece[..1024], &mut out).unwrap();
        sealer.end().unwrap().finish(&mut out)
    });
}

fn part(rng: &mut ChaCha20Rng) -> (Cover, Quorum, Vec<MemoryHolder>) {
    let keys: Vec<SecretKey> = (0..3).map(|_| SecretKey::random(rng)).collect();
    let slots = keys.iter().zip(1..).map(|(key, slot)| Slot { slot, key: key.public() }).collect();
    let members = keys.into_iter().map(|key| MemoryHolder::new(vec![key], SigningKey::random(rng))).collect();
    let submission = SubmissionId::from_random([9; 16]);
    let cover = Cover {
        book: [1; 32],
        part: part_id(&submission, Compartment::File, 0),
        submission,
        kind: PartKind::File,
        compartment: Compartment::File,
        form_version: 1,
        lang: "be".to_owned(),
        day: Day(20_700),
        list_no: 4,
        source: None,
        receipt: None,
        files: Vec::new(),
        signature: None,
    };
    (cover, Quorum::new(QuorumNo(1), 2, 3, slots).unwrap(), members)
}

/// The product and the control in turn, in the same minute.
fn beside_age(bytes: f64, piece: &[u8], pieces: usize, rng: &mut ChaCha20Rng, mut seal: impl FnMut(bool, &mut ChaCha20Rng)) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, piece.repeat(pieces)).unwrap();
    let recipient = ClassicKey::random(rng).public().to_age();
    let mut best = [f64::MAX; 3];
    for _ in 0..5 {
        for (i, best) in best.iter_mut().enumerate() {
            let began = Instant::now();
            match i {
                0 => seal(false, rng),
                1 => seal(true, rng),
                _ => {
                    let run = Command::new("age").args(["-r", &recipient, "-o", "/dev/null"]).arg(&file).stderr(Stdio::null()).status();
                    if !run.is_ok_and(|status| status.success()) {
                        continue;
                    }
                }
            }
            *best = best.min(began.elapsed().as_secs_f64());
        }
    }
    let [narrow, wide, age] = best;
    let rate = |seconds: f64| bytes / 1e6 / seconds;
    eprintln!("{:6.0} MB/s  Sealer, pieces of 64 KiB: cipher, SHA-256 of content and of payload, padding", rate(narrow));
    eprintln!("{:6.0} MB/s  Sealer, wide pieces: the same on two threads", rate(wide));
    if age == f64::MAX {
        return eprintln!("        age is not installed: apt install age");
    }
    eprintln!("{:6.0} MB/s  Debian's age -r: cipher, reading the file", rate(age));
    let (met, ratio) = (if age / wide >= 0.5 { "met" } else { "not met" }, age / wide);
    println!(
        "| sealing one file of {:.0} MB | ≥ 0.5 × `age -r` | {ratio:.2} ({:.0} MB/s; one thread {:.0}) | `age -r` {:.0} MB/s | {met} |",
        bytes / 1e6,
        rate(wide),
        rate(narrow),
        rate(age)
    );
}

fn timed<T>(what: &str, bytes: f64, run: impl FnOnce() -> T) -> T {
    let before = processor();
    let began = Instant::now();
    let result = run();
    said(what, bytes, began.elapsed().as_secs_f64(), processor() - before);
    result
}

fn timed_each<T>(what: &str, times: u32, mut run: impl FnMut() -> T) {
    let before = processor();
    for _ in 0..times {
        std::hint::black_box(run());
    }
    eprintln!("{:9.0} µs of processor each  {what}", (processor() - before) * 1e6 / f64::from(times));
}

fn said(what: &str, bytes: f64, wall: f64, processor: f64) {
    eprintln!("{:6.0} MB/s by the clock {:6.0} MB/s of processor  {what}", bytes / 1e6 / wall, bytes / 1e6 / processor);
}

/// Processor seconds of this process (`/proc/self/stat`, in hundredths).
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<f64> = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2).map(|n| n.parse().unwrap()).collect();
    (fields[0] + fields[1]) / 100.0
}
