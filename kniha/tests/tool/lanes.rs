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
        let keys: Vec<String> = members.iter().flat_map(|name| ["--key".to_owned(), self.folder.join(format!("keys/{name}.key")).to_str().unwrap().to_owned()]).collect();
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
    let account = book.write("told.txt", "Бачыў, як білі.\n\u{1b}[31mЧырвонае.\n");
    let acts = book.write("acts.txt", "Стаяў побач.");
    let contact = book.write("contact.txt", "праз сястру");
    let film: Vec<u8> = (0..300_000u32).map(|i| u8::try_from(i % 251).unwrap()).collect();
    fs::write(book.path("відэа.mp4"), &film).unwrap();
    let empty = book.write("empty", "");
    let pieces = path(&book, "pieces");
    let args = ["--account", &account, "--own-acts", &acts, "--contact", &contact, "--file", &path(&book, "відэа.mp4"), "--file", &empty, "--out", &pieces, "--prove"];
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
    for part in ["What happened [tell/account]\n    Бачыў, як білі.\n    ‹U+001B›[31mЧырвонае.", "Стаяў побач.", "праз сястру", "Length of the account"] {
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
