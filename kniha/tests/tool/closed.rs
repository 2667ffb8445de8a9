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
