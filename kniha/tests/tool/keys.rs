//! Members' keys: made, tried, shown and printed without a book.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::book::{Book, Kind, Ran};

/// Runs the program and writes to its input.
pub(crate) fn typing(book: &Book, args: &[&str], typed: &str) -> Ran {
    let mut child = book.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that has refused already does not read.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap().into()
}

/// Makes a key and types the words back as `back` makes them of the shown ones; gives what was shown too.
fn new(book: &Book, args: &[&str], back: impl Fn(&str) -> String) -> (Ran, String) {
    let mut child = book.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let (mut told, mut words) = (String::new(), String::new());
    while words.is_empty() {
        let mut line = String::new();
        assert!(err.read_line(&mut line).unwrap() > 0, "no words were shown: {told}");
        if line.starts_with("  ") {
            words = line.trim().to_owned();
        }
        told.push_str(&line);
    }
    child.stdin.take().unwrap().write_all(back(&words).as_bytes()).unwrap();
    err.read_to_string(&mut told).unwrap();
    let output = child.wait_with_output().unwrap();
    (Ran { err: told, ..output.into() }, words)
}

fn first_letters(words: &str) -> String {
    words.split(' ').map(|word| word.chars().take(4).collect::<String>().to_uppercase() + " ").collect::<String>() + "\n"
}

#[test]
fn a_key_is_made_tried_shown_and_printed() {
    let book = Book::none(Kind::Sqlite);
    let (file, public) = (book.path("vera.key"), book.path("vera.key.pub"));
    let (at, public_at) = (file.to_str().unwrap(), public.to_str().unwrap());
    let (ran, words) = new(&book, &["keys", "new", "--out", at, "--lang", "uk"], first_letters);
    let ran = ran.well();
    for part in ["made and tried from the disk", "its signature was verified", "read these ten words", at] {
        assert!(ran.err.to_lowercase().contains(&part.to_lowercase()), "{part}: {}", ran.err);
    }
    assert_eq!((words.split(' ').count(), ran.err.matches(&words).count()), (8, 1), "shown once");
    for path in [&file, &public] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!fs::read_to_string(path).unwrap().contains(words.split(' ').next().unwrap()));
    }
    assert_eq!(fs::read_dir(book.folder.path()).unwrap().count(), 2, "nothing else is left");

    // Never over another, whichever of the two is there.
    let before = (fs::read(&file).unwrap(), fs::read(&public).unwrap());
    book.run(&["keys", "new", "--out", at]).refused(1, "never written over");
    assert_eq!((fs::read(&file).unwrap(), fs::read(&public).unwrap()), before);

    // As after a kill between the two files: the public half is written again, and it is the same.
    fs::remove_file(&public).unwrap();
    let tested = typing(&book, &["keys", "test", at], &format!("{words}\n")).well();
    assert!(tested.out.contains("The key works") && tested.err.contains("was not there and is written"), "{}{}", tested.out, tested.err);
    assert_eq!(fs::read(&public).unwrap(), before.1);

    let other = "банан ".repeat(8);
    typing(&book, &["keys", "test", at], &format!("one two\n{other}\n")).refused(1, "The key was not opened");
    typing(&book, &["keys", "test", at], "").refused(1, "The key was not opened");

    let shown = book.run(&["keys", "show", public_at]).well();
    let json = book.run(&["keys", "show", public_at, "--json"]).well().json();
    assert!(ran.err.contains(json[0]["spoken"]["uk"].as_str().unwrap()) && shown.out.contains(json[0]["key"].as_str().unwrap()));
    assert_eq!(json[0]["spoken"]["be"].as_str().unwrap().split(' ').count(), 10);
    let sheet = book.run(&["keys", "print", at, "--lang", "uk"]).well().out;
    assert!(sheet.contains(json[0]["spoken"]["uk"].as_str().unwrap()) && sheet.contains("kniha-secret-key 1") && !sheet.contains(&words));
}

#[test]
fn words_that_are_not_typed_back_make_no_key() {
    let book = Book::none(Kind::Sqlite);
    let at = book.path("vera.key");
    let args = ["keys", "new", "--out", at.to_str().unwrap()];
    let (ran, _) = new(&book, &args, |words| format!("{}\nabandon\n{}\n", words.replace(' ', ""), "zoo ".repeat(8)));
    let ran = ran.refused(1, "were not typed back");
    assert!(ran.err.contains("Try again, 2 more") && ran.err.contains("These are not the words"), "{}", ran.err);
    new(&book, &args, |_| String::new()).0.refused(1, "were not typed back");
    assert_eq!(fs::read_dir(book.folder.path()).unwrap().count(), 0);
    let nowhere = book.path("no/vera.key");
    new(&book, &["keys", "new", "--out", nowhere.to_str().unwrap()], first_letters).0.refused(3, "could not be written");
}

#[test]
fn files_that_are_no_keys_are_told_apart() {
    let book = Book::none(Kind::Sqlite);
    let keys = crate::team::keys();
    let (secret, public) = (keys.read("custodian-1.key"), keys.read("custodian-1.key.pub"));
    let mut lines: Vec<String> = secret.lines().map(str::to_owned).collect();
    lines[3] = lines[3].chars().rev().collect();
    let slip = book.write("slip.key", lines.join("\n"));
    book.run(&["keys", "test", &slip]).refused(4, "line 3 of letters does not fit its check");
    let cut = book.write("cut.key", &secret[..secret.len() / 2]);
    book.run(&["keys", "print", &cut]).refused(4, "cut.key: ");
    let cut = book.write("cut.pub", &public[..public.len() / 2]);
    book.run(&["keys", "show", &cut]).refused(4, "cut");
    let changed = book.write("changed.pub", public.replacen('A', "B", 1));
    book.run(&["keys", "show", &changed]).refused(4, "does not fit its check");
    let exchanged = book.write("exchanged.pub", &secret);
    book.run(&["keys", "show", &exchanged]).refused(4, "This is a SECRET key");
    let later = book.write("later.pub", public.replacen('1', "2", 1));
    book.run(&["keys", "show", &later]).refused(4, "version 2");
    let long = book.write("long.key", secret.repeat(200));
    book.run(&["keys", "test", &long]).refused(4, "longer than such a file can be");
    let noise = book.write("noise.key", [0xff, 0xfe, 0x00]);
    book.run(&["keys", "test", &noise]).refused(4, "is no text");
    book.run(&["keys", "test", book.path("none").to_str().unwrap()]).refused(4, "cannot be read");
    book.run(&["keys", "new", "--lang", "de"]).refused(2, "be, ru, uk and en");
}
