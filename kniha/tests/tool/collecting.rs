//! A real portal in this process, and the desk that collects from it: what is told arrives, answers go back, and no kill loses anything.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kniha_inbox::{Body, Inbox, PartKey, Sealed};
use kniha_portal::{Config, Portal, place};
use kniha_seal::part::{Compartment, Cover, Day, PartKind, SubmissionId, part_id};
use kniha_seal::quorum::{Quorum, QuorumNo, Slot};
use kniha_seal::size::Padding;
use kniha_seal::xwing::SecretKey;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::book::Book;
use crate::lanes::{path, team, telling};

/// A portal over the folder that `team portal` made.
struct Served {
    runtime: Runtime,
    inbox: Inbox,
    pages: String,
    door: String,
}

impl Served {
    fn of(folder: &Path) -> Served {
        let runtime = Runtime::new().unwrap();
        let (portal, pages, door) = runtime.block_on(async {
            let config = Config::read(folder).unwrap();
            let inbox = Inbox::open(&place(&config, folder, None).unwrap(), folder, false).await.unwrap();
            let portal = Portal::new(config, inbox, now).await.unwrap();
            let listen = async || tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
            (portal, listen().await, listen().await)
        });
        let url = |listener: &tokio::net::TcpListener| format!("http://{}", listener.local_addr().unwrap());
        let served = Served { inbox: portal.inbox().clone(), pages: url(&pages), door: url(&door), runtime };
        served.runtime.spawn(kniha_portal::serve(portal, pages, door, std::future::pending()));
        served
    }

    fn parts(&self) -> usize {
        self.runtime.block_on(self.inbox.list(None, 1000)).unwrap().len()
    }

    /// Puts sealed parts of these lengths.
    fn put(&self, lens: &[usize]) {
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        let quorum = Quorum::new(QuorumNo(1), 1, 1, vec![Slot { slot: 1, key: SecretKey::random(&mut rng).public() }]).unwrap();
        let submission = SubmissionId::from_random([7; 16]);
        for (i, len) in (0..).zip(lens) {
            let cover = Cover {
                book: [1; 32],
                part: part_id(&submission, Compartment::File, i),
                submission,
                kind: PartKind::File,
                compartment: Compartment::File,
                form_version: 1,
                lang: "be".to_owned(),
                day: Day(20_000),
                list_no: 1,
                source: None,
                receipt: None,
                files: Vec::new(),
                signature: None,
            };
            let (part, payload) = kniha_seal::sealer::seal(&cover, &vec![7; *len], &[&quorum], Padding::File, &mut rng).unwrap();
            let sealed = Sealed {
                part: PartKey(*part.part.bytes()),
                list_no: 1,
                day: 20_000,
                header: part.header,
                payload_sha256: part.payload_sha256,
                body: Body::Bytes(payload),
            };
            self.runtime.block_on(self.inbox.put(vec![sealed], Some(vec![1; 100]))).unwrap();
        }
    }
}

fn now() -> kniha_core::time::UtcMicros {
    kniha_core::time::UtcMicros(i64::from(kniha::team::today().0) * 86_400_000_000)
}

fn portal(book: &Book) -> PathBuf {
    let folder = book.path("portal");
    book.run(&["team", "portal", folder.to_str().unwrap(), "--leave", "https://example.org/", "--title", "Кніга"]).well();
    folder
}

fn json(out: &str) -> Value {
    serde_json::from_str(out).unwrap()
}

#[test]
fn what_is_told_comes_to_the_desk_and_its_answer_goes_back() {
    let book = team().book();
    let folder = portal(&book);
    assert_eq!(book.run(&["team", "portal", folder.to_str().unwrap(), "--leave", "https://example.org/"]).code, 1, "never over another");
    let served = Served::of(&folder);
    let account = book.write("told.txt", "Бачыў, як білі.");
    let film = book.path("film");
    fs::write(&film, vec![3; 300_000]).unwrap();
    let (ran, _) = telling(&book, &["--account", &account, "--file", film.to_str().unwrap(), "--to", &served.pages]);
    ran.well();
    assert_eq!(served.parts(), 6);

    let wrong = book.run(&["collect", "--portal", &served.pages]);
    assert_eq!(wrong.code, 1, "{}", wrong.err);
    let collected = json(&book.run(&["collect", "--portal", &served.door, "--json"]).well().out);
    assert_eq!((&collected["taken"], &collected["refused"], served.parts()), (&Value::from(6), &Value::from(0), 0));
    let again = json(&book.run(&["collect", "--portal", &served.door, "--json"]).well().out);
    assert_eq!((&again["taken"], &again["there"], &again["leaves"]), (&Value::from(0), &Value::from(0), &Value::from(0)));

    let opened = path(&book, "opened");
    team().open(&book, &["screener-1", "screener-2", "screener-3", "screener-4"], &["--all", "--out", &opened]).well();
    let source = fs::read_dir(&opened).unwrap().map(|entry| entry.unwrap().path().join("source.toml")).find(|path| path.exists()).unwrap();
    let answer = book.write("answer.txt", "Дзякуй. Ці былі там іншыя?");
    book.run(&["reply", "--source", source.to_str().unwrap(), "--text", &answer]).well();
    let brought = json(&book.run(&["collect", "--portal", &served.door, "--json"]).well().out);
    assert_eq!(brought["answers"], 1);
    let text = fs::read_to_string(&source).unwrap();
    let mailbox = text.lines().find_map(|line| line.strip_prefix("mailbox = ")).unwrap().trim_matches('"').to_owned();
    let mailbox: [u8; 16] = data_encoding::HEXLOWER.decode(mailbox.as_bytes()).unwrap().try_into().unwrap();
    assert_eq!(served.runtime.block_on(served.inbox.blocks(mailbox)).unwrap().len(), 1);
}

#[test]
fn a_desk_that_the_key_list_does_not_name_is_turned_away_and_deletes_nothing() {
    let book = team().book();
    let served = Served::of(&portal(&book));
    served.put(&[100, 100]);
    let keys = fs::read_to_string(book.dir().join("desk.keys")).unwrap();
    let [reply, collect, log] = ["reply ", "collect ", "log "].map(|name| keys.lines().find_map(|line| line.strip_prefix(name)).unwrap());
    fs::write(book.dir().join("desk.keys"), format!("reply {collect}\ncollect {reply}\nlog {log}\n")).unwrap();
    let ran = book.run(&["collect", "--portal", &served.door]);
    assert!(ran.code == 3 && ran.err.contains("does not know this desk"), "{} {}", ran.code, ran.err);
    assert_eq!(served.parts(), 2);
}

/// Killed between any two steps: what the portal has dropped is here, and in the end everything is here once.
#[test]
fn a_desk_that_is_killed_while_it_collects_loses_nothing() {
    let book = team().book();
    let served = Served::of(&portal(&book));
    let lens: Vec<usize> = (0..40).map(|i| if i % 5 == 4 { 900_000 } else { 2_000 }).collect();
    served.put(&lens);
    let mut killed = 0;
    for turn in 0..200u64 {
        let mut child = book.command(&["collect", "--portal", &served.door]).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(15 + turn * 7));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
        let here = Runtime::new().unwrap().block_on(async {
            let spool = book.dir().join("spool");
            if !spool.join("inbox.db").exists() {
                return 0;
            }
            let place = kniha_db::Place::Sqlite { file: spool.join("inbox.db"), key: None, durability: kniha_db::Durability::Full };
            let inbox = Inbox::open(&place, &spool, true).await.unwrap();
            let mut here = 0;
            for listed in inbox.list(None, 1000).await.unwrap() {
                let payload = inbox.payload(&listed.part).await.unwrap().unwrap();
                let bytes = payload.read_at(0, usize::try_from(payload.len).unwrap()).await.unwrap();
                assert_eq!(<[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(&bytes)), listed.payload_sha256.0, "half there");
                here += 1;
            }
            inbox.close().await;
            here
        });
        assert!(here + served.parts() >= lens.len(), "{here} here, {} there", served.parts());
    }
    assert!(killed > 3, "killed {killed} times");
    assert_eq!(served.parts(), 0);
    let last = json(&book.run(&["collect", "--portal", &served.door, "--json"]).well().out);
    assert_eq!(last["taken"], 0);
}
