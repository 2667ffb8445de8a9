//! The lanes of the command line: sealed on one machine, carried or posted, taken in, opened with enough keys.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use data_encoding::HEXLOWER;
use kniha::team::{demo, served, today};
use kniha_seal::wire;

use crate::book::{Book, Kind, Ran};
use crate::keys::typing;

/// An invented team in a book of its own; key files cost a quarter of a gigabyte each for most of a second, so all tests share them.
pub(crate) struct Team {
    folder: PathBuf,
    digest: String,
    passphrase: String,
}

pub(crate) fn team() -> &'static Team {
    static TEAM: OnceLock<Team> = OnceLock::new();
    TEAM.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tool-lanes");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("book")).unwrap();
        let made = demo(&folder.join("book"), [3; 32], Some(&folder.join("keys")), today(), vec![]).unwrap();
        let lists = served(&folder.join("book")).unwrap();
        fs::write(folder.join("lists"), wire::encode_keys(lists.iter().map(|(_, list)| list.as_slice()))).unwrap();
        let passphrase = fs::read_to_string(folder.join("keys/PASSPHRASE.txt")).unwrap();
        Team { digest: HEXLOWER.encode(&made.trusted.digest().0), passphrase, folder }
    })
}

impl Team {
    pub(crate) fn lists(&self) -> String {
        self.folder.join("lists").to_str().unwrap().to_owned()
    }

    pub(crate) fn digest(&self) -> String {
        self.digest.clone()
    }

    /// A book that has this team.
    pub(crate) fn book(&self) -> Book {
        let book = Book::new(Kind::Sqlite);
        for name in ["keylists", "desk.keys"] {
            let done = Command::new("cp").arg("-a").arg(self.folder.join("book").join(name)).arg(book.dir()).status().unwrap();
            assert!(done.success());
        }
        book
    }

    /// Runs `open` with these members present.
    pub(crate) fn open(&self, book: &Book, members: &[&str], args: &[&str]) -> Ran {
        let keys: Vec<String> =
            members.iter().flat_map(|name| ["--key".to_owned(), self.folder.join(format!("keys/{name}.key")).to_str().unwrap().to_owned()]).collect();
        let mut all = vec!["open"];
        all.extend(keys.iter().map(String::as_str));
        all.extend(args);
        typing(book, &all, &self.passphrase.repeat(members.len()))
    }
}

/// Runs `submit` and types back the words that it shows; gives the words too.
pub(crate) fn telling(book: &Book, args: &[&str]) -> (Ran, String) {
    use std::io::{BufRead, BufReader, Read, Write};
    let lists = team().lists();
    let mut all = vec!["submit", "--keys", &lists, "--first-list", &team().digest];
    all.extend(args);
    let mut child = book.command(&all).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let (mut said, mut words) = (String::new(), Vec::new());
    while words.len() < 12 {
        let mut line = String::new();
        if err.read_line(&mut line).unwrap() == 0 {
            break;
        }
        if let Some((number, word)) = line.trim().split_once(". ")
            && number.parse::<usize>().is_ok()
        {
            words.push(word.chars().take(4).collect::<String>());
        }
        said.push_str(&line);
    }
    let words = words.join(" ");
    // Where it ended before, the pipe is closed.
    let _ = writeln!(child.stdin.take().unwrap(), "{words}");
    err.read_to_string(&mut said).unwrap();
    let output = child.wait_with_output().unwrap();
    let ran = Ran { code: output.status.code().unwrap(), out: String::from_utf8(output.stdout).unwrap(), err: said };
    (ran, words)
}

pub(crate) fn path(book: &Book, name: &str) -> String {
    book.path(name).to_str().unwrap().to_owned()
}

fn all_files(dir: &Path, to: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all_files(&path, to) } else { to.push(path) }
    }
}

#[test]
fn what_is_sealed_here_opens_with_enough_keys_and_says_the_same() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў, як білі.\n\u{202e}Чырвонае.\n");
    let acts = book.write("acts.txt", "Стаяў побач.");
    let contact = book.write("contact.txt", "праз сястру");
    let film: Vec<u8> = (0..300_000u32).map(|i| u8::try_from(i % 251).unwrap()).collect();
    fs::write(book.path("відэа.mp4"), &film).unwrap();
    let empty = book.write("empty", "");
    let pieces = path(&book, "pieces");
    let args =
        ["--account", &account, "--own-acts", &acts, "--contact", &contact, "--file", &path(&book, "відэа.mp4"), "--file", &empty, "--out", &pieces, "--prove"];
    let (ran, words) = telling(&book, &args);
    let ran = ran.well();
    assert_eq!(words.split(' ').count(), 12);
    assert!(ran.out.contains("sealed: the report") && ran.out.contains("300000 bytes  відэа.mp4"), "{}", ran.out);
    assert!(!ran.out.contains(words.split(' ').next().unwrap()), "words go to the terminal alone");
    assert_eq!(fs::read_dir(&pieces).unwrap().count(), 5);
    let taken = book.run(&["collect", "--from", &pieces, "--json"]).well().json();
    assert_eq!((&taken[0]["taken"], &taken[0]["there"]), (&8.into(), &0.into()));
    let again = book.run(&["collect", "--from", &pieces, "--json"]).well().json();
    assert_eq!((&again[0]["taken"], &again[0]["there"]), (&0.into(), &8.into()));
    // Two custodians: base, contacts, both files and what vouches for them.
    let out = path(&book, "opened");
    let everybody = ["custodian-1", "custodian-3", "lawyer-1", "lawyer-2", "screener-2"];
    let ran = team().open(&book, &everybody, &["--all", "--out", &out]).well();
    assert!(ran.out.contains("8 parts opened, 0 closed"), "{}", ran.out);
    assert_eq!(ran.out.matches("the file that was vouched for, byte for byte").count(), 2, "{}", ran.out);
    assert_eq!(ran.out.matches("signed by the source of this submission").count(), 6, "{}", ran.out);
    assert!(ran.out.contains("receipt M: made again from the answers, the same"), "{}", ran.out);
    assert!(ran.out.contains("receipt C: its leaf is here; only the words make it again"), "{}", ran.out);
    let mut written = Vec::new();
    all_files(Path::new(&out), &mut written);
    let named = |end: &str| written.iter().find(|path| path.to_str().unwrap().ends_with(end)).unwrap_or_else(|| panic!("{end}: {written:?}"));
    assert_eq!(fs::read(named("відэа.mp4")).unwrap(), film);
    assert_eq!(fs::read(named("empty")).unwrap(), b"");
    let report = fs::read_to_string(named("report.txt")).unwrap();
    for part in ["What happened [tell/account]\n    Бачыў, як білі.\n    ‹U+202E›Чырвонае.", "Стаяў побач.", "праз сястру", "Length of the account"]
    {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert_eq!(written.len(), 5, "{written:?}");
    // Every opening stands in the log.
    let log = fs::read_to_string(book.dir().join("openings.log")).unwrap();
    assert_eq!(log.lines().count(), 8);
    assert!(ran.err.contains(log.lines().last().unwrap().split(' ').next_back().unwrap()));
}

#[test]
fn a_log_of_openings_that_was_changed_opens_nothing() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў.");
    let pieces = path(&book, "pieces");
    telling(&book, &["--account", &account, "--out", &pieces]).0.well();
    let custodians = ["custodian-1", "custodian-2"];
    let args = ["--pieces", pieces.as_str(), "--all"];
    team().open(&book, &custodians, &args).well();
    let log = Path::new(&pieces).join("openings.log");
    let whole = fs::read_to_string(&log).unwrap();
    fs::write(&log, whole.replacen(" 4 ", " 1 ", 1)).unwrap();
    let ran = team().open(&book, &custodians, &args).refused(1, "The log of openings was changed: entry 1");
    assert!(!ran.out.contains("opened"), "{}", ran.out);
    let cut = &whole[..whole.len() - 5];
    fs::write(&log, cut).unwrap();
    let ran = team().open(&book, &custodians, &args).well();
    assert!(ran.err.contains("the last entry was cut off"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 3);
}

/// 50 submissions, 200 parts: with k keys of each quorum all of them, with one fewer none.
#[test]
fn two_hundred_parts_open_with_k_keys_and_none_with_one_fewer() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў.");
    for n in 0..50 {
        let pieces = path(&book, &format!("pieces-{n}"));
        let lists = team().lists();
        let door = if n % 2 == 0 { "team" } else { "lawyers" };
        let args = ["submit", "--keys", &lists, "--first-list", &team().digest, "--account", &account, "--door", door, "--one-way", "--out", &pieces];
        book.run(&args).well();
        book.run(&["collect", "--from", &pieces]).well();
    }
    let fewer = team().open(&book, &["custodian-2", "lawyer-1"], &["--all", "--json"]).refused(1, "No part could be opened");
    assert_eq!(fewer.json().last().unwrap(), &serde_json::json!({"opened": 0, "closed": 200}));
    assert!(fs::read_to_string(book.dir().join("openings.log")).unwrap().is_empty(), "no key was used");
    let listed = team().open(&book, &["custodian-2", "lawyer-1"], &[]).well();
    assert!(listed.out.contains("0 of 200 parts") && listed.out.contains("absent: slot"), "{}", listed.out);
    let enough = ["custodian-1", "custodian-2", "lawyer-1", "lawyer-2", "screener-4"];
    let all = team().open(&book, &enough, &["--all", "--json"]).well();
    assert_eq!(all.json().last().unwrap(), &serde_json::json!({"opened": 200, "closed": 0}));
    assert_eq!(fs::read_to_string(book.dir().join("openings.log")).unwrap().lines().count(), 200);
}

#[test]
fn a_deposit_opens_with_its_words_and_with_no_others() {
    let book = team().book();
    let account = book.write("told.txt", "Пакуль нікому.");
    let statement = book.write("statement.txt", "Я быў там.");
    let pieces = path(&book, "pieces");
    let film = book.write("a.bin", [7; 5000]);
    let args = ["--account", &account, "--door", "deposit", "--prove", "--statement", &statement, "--file", &film, "--out", &pieces, "--lang", "uk"];
    let (ran, words) = telling(&book, &args);
    ran.well();
    let none = team().open(&book, &["custodian-1", "custodian-2", "custodian-3", "lawyer-1", "lawyer-2"], &["--pieces", &pieces, "--all", "--json"]);
    assert_eq!(none.refused(1, "No part could be opened").json().last().unwrap()["closed"], 6);
    let lists = team().lists();
    let open = ["open", "--pieces", &pieces, "--words", "--keys", &lists, "--all"];
    let well = typing(&book, &open, &format!("{words}\n")).well();
    assert!(well.out.contains("6 parts opened, 0 closed"), "{}", well.out);
    for part in ["receipt M: made again from the answers, the same", "receipt C: made again with the words, the same", "byte for byte"] {
        assert!(well.out.contains(part), "{part}: {}", well.out);
    }
    let (_, others) = telling(&book, &["--account", &account, "--out", &path(&book, "other")]);
    // A deposit does not say whose it is, so that wrong words are tried, in vain.
    let tried = typing(&book, &open, &format!("{others}\n")).refused(1, "does not open with this key");
    assert!(!tried.out.contains("Пакуль"), "{}", tried.out);
    typing(&book, &open, "one two three\n").refused(1, "The words were not typed");
    // Without words nobody but the custodians could ever open it.
    let args =
        ["submit", "--keys", &lists, "--first-list", &team().digest, "--account", &account, "--door", "deposit", "--one-way", "--out", &path(&book, "x")];
    book.run(&args).refused(1, "a deposit without words needs the custodians");
    assert!(!book.path("x").exists());
}

#[test]
fn damage_is_named_and_the_rest_still_opens() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў.");
    let film = book.write("a.bin", vec![7; 200_000]);
    let pieces = path(&book, "pieces");
    telling(&book, &["--account", &account, "--file", &film, "--out", &pieces]).0.well();
    let keys = ["custodian-1", "custodian-2"];
    let args = ["--pieces", pieces.as_str(), "--all"];
    let file = Path::new(&pieces).join("piece-002");
    let whole = fs::read(&file).unwrap();
    // In the payload: the chunk does not open. In a share: the stanza does not open. In the name: no piece of ours.
    let mut damaged = whole.clone();
    let at = damaged.len() - 100_000;
    damaged[at] ^= 1;
    fs::write(&file, &damaged).unwrap();
    let ran = team().open(&book, &keys, &args).refused(1, "1 faults were found");
    assert!(
        ran.err.contains("the payload does not open") && ran.out.contains("3 parts opened") && ran.out.contains("was not opened"),
        "{}{}",
        ran.out,
        ran.err
    );
    fs::write(&file, &whole[..whole.len() - 4096]).unwrap();
    assert!(team().open(&book, &keys, &args).refused(1, "faults were found").out.contains("3 parts opened"));
    // Somebody exchanged the file for another that is sealed as well: the part that vouches for it says so.
    let other = path(&book, "other");
    let second = book.write("b.bin", vec![8; 200_000]);
    telling(&book, &["--account", &account, "--file", &second, "--out", &other]).0.well();
    fs::copy(Path::new(&other).join("piece-002"), &file).unwrap();
    let ran = team().open(&book, &keys, &args).well();
    assert!(ran.out.contains("nothing that was opened vouches for it") && ran.out.contains("which was not opened"), "{}", ran.out);
    fs::write(&file, b"kniha-fool").unwrap();
    team().open(&book, &keys, &args).refused(4, "piece-002 is damaged or none of ours");
}

#[test]
fn keys_that_nobody_vouches_for_are_sealed_to_only_when_the_six_words_are_the_same() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў.");
    let (lists, pieces) = (team().lists(), path(&book, "pieces"));
    let bare = ["submit", "--keys", &lists, "--account", &account, "--one-way", "--out", &pieces];
    let ran = typing(&book, &bare, "no\n").refused(1, "The keys may be somebody else's");
    assert!(ran.err.contains("six words of this week"), "{}", ran.err);
    book.run(&bare).refused(2, "There was no answer");
    assert!(!Path::new(&pieces).exists());
    typing(&book, &bare, "yes\n").well();
    let wrong = "0".repeat(64);
    let args = ["submit", "--keys", &lists, "--first-list", &wrong, "--account", &account, "--one-way", "--out", &pieces];
    book.run(&args).refused(1, "the first key list is not the one that was given out");
}

#[test]
fn words_that_are_not_typed_back_seal_nothing() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў.");
    let (lists, pieces) = (team().lists(), path(&book, "pieces"));
    let args = ["submit", "--keys", &lists, "--first-list", &team().digest, "--account", &account, "--out", &pieces];
    typing(&book, &args, "a\nb\nc\n").refused(1, "The words were not typed back");
    assert!(!Path::new(&pieces).exists() && fs::read_dir(book.folder.path()).unwrap().count() == 2);
}

#[test]
fn nothing_is_posted_in_the_open() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў.");
    let lists = team().lists();
    for (to, socks, said) in [
        ("http://example.org", None, "would show everybody on the way"),
        ("http://example.org", Some("127.0.0.1:9050"), "would show everybody on the way"),
        ("https://127.0.0.1", None, "plain http alone"),
        ("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.onion", None, "--socks 127.0.0.1:9050"),
    ] {
        let mut args = vec!["submit", "--keys", &lists, "--account", &account, "--one-way", "--to", to];
        args.extend(socks.iter().flat_map(|socks| ["--socks", socks]));
        book.run(&args).refused(2, said);
    }
}

/// A source's account, opened, and the folder with its `source.toml`.
fn answered(book: &Book) -> (String, String) {
    let account = book.write("told.txt", "Бачыў.");
    let (pieces, opened) = (path(book, "pieces"), path(book, "opened"));
    let (ran, words) = telling(book, &["--account", &account, "--out", &pieces]);
    ran.well();
    team().open(book, &["custodian-1", "custodian-2"], &["--pieces", &pieces, "--all", "--out", &opened]).well();
    let submission = fs::read_dir(&opened).unwrap().next().unwrap().unwrap().path();
    (submission.join("source.toml").to_str().unwrap().to_owned(), words)
}

#[test]
fn an_answer_is_signed_for_the_source_and_the_fifth_replaces_the_oldest() {
    let book = team().book();
    let (source, _) = answered(&book);
    for n in 1..=5 {
        let text = book.write("answer.txt", format!("Адказ {n}."));
        let said = book.run(&["reply", "--source", &source, "--text", &text, "--kind", if n == 1 { "status" } else { "text" }, "--json"]).well().json();
        let replaces = if n == 5 { 1.into() } else { serde_json::Value::Null };
        assert_eq!((&said[0]["answer"], &said[0]["replaces"], &said[0]["waiting"]), (&n.into(), &replaces, &n.min(4).into()));
    }
    let long = book.write("long.txt", "ў".repeat(1751));
    book.run(&["reply", "--source", &source, "--text", &long]).refused(2, "3502 bytes");
    let other = Book::new(Kind::Sqlite);
    other.run(&["reply", "--source", &source, "--text", &long]).refused(1, "This book has no key list");
    fs::remove_file(book.dir().join("desk.keys")).unwrap();
    let text = book.write("answer.txt", "Адказ.");
    book.run(&["reply", "--source", &source, "--text", &text]).refused(1, "The desk has no keys of its own");
}
