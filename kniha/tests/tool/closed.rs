//! A book with members: its key is in no file, and one of them brings it.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::book::{Book, Kind, Ran, data, on_each};

const FIRSTS: [&str; 6] = ["--first", "alena:opener,investigator", "--first", "taras:opener,lawyer", "--first", "ira:auditor"];

/// The words of each member, as they were printed once.
fn words(ran: &Ran) -> Vec<(String, String)> {
    let lines: Vec<&str> = ran.out.lines().collect();
    lines.chunks_exact(2).map(|pair| (pair[0].split("  ").next().unwrap().to_owned(), pair[1].trim().to_owned())).collect()
}

fn close(book: &Book) -> Vec<(String, String)> {
    words(&book.run(&[&["member", "found"], &FIRSTS[..]].concat()).well())
}

/// Runs the program as somebody who signs in, these lines being typed.
fn as_member(book: &Book, typed: &[&str], args: &[&str]) -> Ran {
    let mut child = book.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Who is refused early does not read to the end.
    let _ = child.stdin.take().unwrap().write_all(format!("{}\n", typed.join("\n")).as_bytes());
    child.wait_with_output().unwrap().into()
}

fn of<'w>(words: &'w [(String, String)], login: &str) -> &'w str {
    &words.iter().find(|(of, _)| of == login).unwrap().1
}

/// Every byte of every file of a folder.
fn bytes(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes(&path));
        } else {
            all.extend(std::fs::read(&path).unwrap());
        }
    }
    all
}

fn holds(all: &[u8], what: &str) -> bool {
    all.windows(what.len()).any(|window| window == what.as_bytes())
}

#[test]
fn a_closed_book_opens_for_those_who_work_with_it_and_for_nobody_else() {
    on_each(|kind| {
        let book = Book::new(kind);
        book.run(&["import", "csv", &data("people.csv"), "--map", &data("people.toml")]).well();
        let key = std::fs::read_to_string(book.dir().join("register.key")).unwrap();
        let words = close(&book);
        assert_eq!(words.iter().map(|(login, _)| login.as_str()).collect::<Vec<_>>(), ["alena", "taras", "ira"]);
        assert!(!book.dir().join("register.key").exists());
        let all = bytes(&book.dir());
        // The controls: what is not sealed is found.
        assert!(holds(&all, "alena") && holds(&all, "Test"));
        assert!(!holds(&all, key.trim()), "the key is in no file");
        for (login, own) in &words {
            assert!(!holds(&all, own), "the words of {login}");
        }
        book.run(&["search", "Зорка"]).refused(1, "You were not let in");
        let found = as_member(&book, &["alena", of(&words, "alena")], &["search", "Зорка", "--json"]).well();
        assert!(!found.json().is_empty());
        // The words in capitals, by their first four letters.
        let short: Vec<String> = of(&words, "alena").split(' ').map(|word| word.chars().take(4).collect::<String>().to_uppercase()).collect();
        as_member(&book, &["ALENA", &short.join(" ")], &["search", "Зорка"]).well();
        // Another member sees their own cases: none.
        assert!(as_member(&book, &["taras", of(&words, "taras")], &["search", "Зорка", "--json"]).well().json().is_empty());
        as_member(&book, &["ira", of(&words, "ira")], &["search", "Зорка"]).refused(1, "not among those who work with the book");
        let taras = of(&words, "taras");
        as_member(&book, &["alena", taras, "alena", taras, "alena", taras], &["search", "Зорка"]).refused(1, "login, words or code are wrong");
    });
}

#[test]
fn what_is_in_a_closed_book_is_on_no_byte_of_its_folder() {
    let book = Book::new(Kind::Sqlite);
    let canaries: Vec<String> = (0..200).map(|n| format!("canary{:08x}", n * 2_654_435_761_u64 % 4_294_967_291)).collect();
    let table: String = canaries.iter().enumerate().fold("id,name\n".to_owned(), |table, (n, canary)| format!("{table}{n},{canary}\n"));
    let (csv, map) = (book.write("people.csv", table), data("canaries.toml"));
    book.run(&["import", "csv", &csv, "--map", &map]).well();
    assert!(book.run(&["search", &canaries[7]]).well().out.contains(&canaries[7]), "the canaries are in the book");
    close(&book);
    let all = bytes(&book.dir());
    for canary in &canaries {
        for form in [canary.clone(), canary.to_uppercase(), canary.chars().rev().collect()] {
            assert!(!holds(&all, &form), "{form}");
        }
    }
    assert!(holds(&all, "alena"), "the control");
}

#[test]
fn a_book_cannot_be_left_without_anybody_who_works_or_watches() {
    let book = Book::new(Kind::Sqlite);
    book.run(&["member", "found", "--first", "alena:opener"]).refused(2, "auditor");
    book.run(&["member", "found", "--first", "ira:auditor"]).refused(2, "works with the book");
    book.run(&["member", "found", "--first", "alena:opener,auditor"]).refused(2, "whoever is auditor is nothing else");
    book.run(&["member", "found", "--first", "alena:judge"]).refused(2, "judge");
    book.run(&["member", "found", "--first", "alena"]).refused(2, "names no hats");
    book.run(&["search", "anything"]).well();
    book.run(&["serve", "desk", "--port", "0"]).refused(1, "has no members yet");
}

#[test]
fn whoever_is_frozen_is_out_at_once() {
    let book = Book::new(Kind::Sqlite);
    let words = close(&book);
    let doctor = as_member(&book, &["alena", of(&words, "alena")], &["doctor", "--json"]).well();
    let fact = |what: &str| doctor.json().iter().find(|line| line["what"] == what).map(|line| line["fact"].as_str().unwrap().to_owned()).unwrap();
    assert!(fact("members").starts_with("3 active") && fact("read log").starts_with("0 entries follow each other"));
    book.run(&["member", "freeze", "alena", "--yes"]).well();
    as_member(&book, &["alena", of(&words, "alena")], &["search", "x"]).refused(1, "this member was shut out");
    as_member(&book, &["taras", of(&words, "taras")], &["search", "x"]).well();
    let listed = book.run(&["member", "list", "--json"]).well().json();
    let states: Vec<&str> = listed.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["frozen", "active", "active"]);
    book.run(&["member", "freeze", "nobody", "--yes"]).refused(2, "Nobody here is called nobody");
    book.run(&["member", "add", "Vera"]).refused(1, "nobody is added from outside");
    as_member(&book, &["taras", of(&words, "taras")], &["case", "grant", "x", "y"]).refused(1, "granted by two people");
}

/// Puts two sealed parts into the book's spool, one that stands in its row and one that is an object; gives their names.
async fn fill(book: &Book) -> [String; 2] {
    use kniha_inbox::{Body, PartKey, Sealed};
    use sha2::{Digest, Sha256};
    let inbox = spool(book).await;
    for (n, len) in [(1_u8, 5000), (2, 200_000)] {
        let bytes: Vec<u8> = (0..len).map(|i: u32| (i % 251) as u8 ^ n).collect();
        let payload_sha256 = kniha_core::commit::Hash(Sha256::digest(&bytes).into());
        let part = Sealed { part: PartKey([n; 16]), list_no: 1, day: 20_000, header: vec![n; 300], payload_sha256, body: Body::Bytes(bytes) };
        inbox.put(vec![part], None).await.unwrap();
    }
    inbox.close().await;
    ["01".repeat(16), "02".repeat(16)]
}

async fn spool(book: &Book) -> kniha_inbox::Inbox {
    let folder = book.dir().join("spool");
    let _ = std::fs::create_dir(&folder);
    let place = kniha_db::Place::Sqlite { file: folder.join("inbox.db"), key: None, durability: kniha_db::Durability::Full };
    kniha_inbox::Inbox::open(&place, &folder, true).await.unwrap()
}

/// Every part of a spool with its header and the digest of what is really there.
async fn held(book: &Book) -> Vec<(kniha_inbox::Head, Vec<u8>)> {
    let (inbox, mut all) = (spool(book).await, Vec::new());
    for listed in inbox.list(None, 100).await.unwrap() {
        let payload = inbox.payload(&listed.part).await.unwrap().unwrap();
        all.push((inbox.header(&listed.part).await.unwrap().unwrap(), payload.read_at(0, 1 << 20).await.unwrap()));
    }
    inbox.close().await;
    all
}

#[test]
fn a_backup_of_a_closed_book_keeps_payloads_apart_and_old_sets_do_not_bring_back_what_was_destroyed() {
    let book = Book::new(Kind::Sqlite);
    book.run(&["import", "csv", &data("people.csv"), "--map", &data("people.toml")]).well();
    let words = close(&book);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let names = runtime.block_on(fill(&book));
    let folder = book.path("copies");
    let (shown, payloads) = (folder.to_str().unwrap().to_owned(), folder.join("payloads"));
    let back_up = || as_member(&book, &["alena", of(&words, "alena")], &["backup", &shown]).well();
    assert!(back_up().out.contains("2 sealed parts, 2 of them new"));
    let sealed: Vec<u8> = std::fs::read(payloads.join(&names[1])).unwrap();
    let wraps = bytes(&folder.join("wraps"));
    assert!(sealed.len() == 200_000 && !wraps.windows(64).any(|window| window == &sealed[1000..1064]), "no payload is among the wraps");
    // Another day: what is there is not written again.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert!(back_up().out.contains("2 sealed parts, 0 of them new"));
    let back = Book::none(Kind::Sqlite);
    back.run(&["restore", &shown]).well();
    assert_eq!(runtime.block_on(held(&back)), runtime.block_on(held(&book)));
    let found = as_member(&back, &["alena", of(&words, "alena")], &["search", "Зорка", "--json"]).well();
    assert!(!found.json().is_empty(), "the same words open it");
    // A payload that is damaged or gone is said; nothing is restored.
    let refused = |what: &str| {
        let none = Book::none(Kind::Sqlite);
        none.run(&["restore", &shown]).refused(1, what);
        assert!(!none.dir().exists());
    };
    let mut damaged = sealed.clone();
    damaged[7] ^= 1;
    std::fs::write(payloads.join(&names[1]), &damaged).unwrap();
    refused("is not what was sealed");
    std::fs::remove_file(payloads.join(&names[1])).unwrap();
    refused("cannot be read");
    std::fs::write(payloads.join(&names[1]), &sealed).unwrap();
    // A part was destroyed after these sets were made: a later backup noted it, here or on another medium.
    let tombstones = book.write("newer", format!("{} 20001\n", names[0]));
    let none = Book::none(Kind::Sqlite);
    none.run(&["restore", &shown, "--tombstones", &tombstones]).refused(1, "1 parts were destroyed after it was made");
    std::fs::copy(&tombstones, payloads.join("tombstones")).unwrap();
    refused("older than the newest tombstones");
}

#[test]
fn a_folder_of_accounts_is_sealed_into_a_case_once() {
    let book = Book::new(Kind::Sqlite);
    let words = close(&book);
    let folder = book.path("accounts");
    std::fs::create_dir_all(folder.join("inside")).unwrap();
    for (name, content) in
        [("1.txt", "Яны прыйшлі ўначы, canaryone."), ("2.md", "Втроём, canarytwo."), ("3.jpg", "canarythree no picture"), ("4.exe", "x"), ("5.txt", "")]
    {
        std::fs::write(folder.join(name), content).unwrap();
    }
    std::fs::write(folder.join("6.txt"), [0xff, 0xfe, 0x41]).unwrap();
    let alena = ["alena", of(&words, "alena")];
    let case = as_member(&book, &alena, &["case", "list", "--json"]).well().json()[0]["case"].as_str().unwrap().to_owned();
    let take = || as_member(&book, &alena, &["import", "statements", folder.to_str().unwrap(), "--case", &case, "--json"]);
    let became = |ran: &Ran| ran.json().iter().map(|line| line["became"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(became(&take().refused(4, "2 files were not taken in")), ["text", "text", "file", "left", "refused", "refused"]);
    assert_eq!(became(&take()), ["known", "known", "known", "left", "refused", "refused"]);
    let all = bytes(&book.dir());
    for canary in ["canaryone", "canarytwo", "canarythree", "прыйшлі"] {
        assert!(!holds(&all, canary), "{canary}");
    }
    assert_eq!(
        as_member(&book, &["taras", of(&words, "taras")], &["import", "statements", folder.to_str().unwrap(), "--case", &case]).code,
        1,
        "not a member of the case"
    );
}
