//! Finding, showing, and what reaches the terminal.

use std::process::Stdio;

use crate::book::{Book, Kind, data, on_each};

fn with_sample(kind: Kind) -> Book {
    let book = Book::new(kind);
    book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
    book
}

#[test]
fn a_record_is_found_and_shown_with_its_sources_and_history() {
    on_each(|kind| {
        let book = with_sample(kind);
        let found = book.run(&["search", "bicycle", "--kind", "incident", "--json"]).well().json();
        assert!(!found.is_empty());
        let id = found[0]["id"].as_str().unwrap();
        let shown = book.run(&["show", id, "--history"]).well().out;
        for part in ["incident: Man pushed off bicycle", "— 2020PB/police-brutality, data[", "[as stated]", "History", "   0  "] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let record = book.run(&["show", id, "--json"]).well().json().remove(0);
        let claim = record["claims"][0]["id"].as_str().unwrap();
        assert!(book.run(&["show", claim]).well().out.starts_with("A claim of incident"));
        book.run(&["show", "aaaaaaaaaaaaaaaaaaaaaaaaaa"]).refused(1, "No such record or claim");
        book.run(&["show", "7"]).refused(2, "is not an id");
        let same = book.run(&["reindex"]).well();
        assert!(same.out.contains("claims are indexed anew"));
        assert_eq!(book.run(&["search", "bicycle", "--kind", "incident", "--json"]).well().json().len(), found.len());
    });
}

#[test]
fn hostile_text_is_made_visible_on_its_way_to_a_person() {
    let book = with_sample(Kind::Sqlite);
    let found = book.run(&["search", "Площа"]).well().out;
    assert!(found.contains("‹U+202E›text that turns around‹U+202C›"), "{found}");
    let json = book.run(&["search", "Площа", "--json"]).well();
    assert!(json.out.contains("\\u202e") && !json.out.contains('\u{202e}'), "{}", json.out);
    let name = json.json()[0]["names"][0].as_str().unwrap().to_owned();
    assert!(name.contains('\u{202e}'), "a program reads the name as it is");
    let odd = book.run(&["show", "\u{1b}[2J\u{202e}"]).refused(2, "is not an id");
    assert!(!odd.err.contains(['\u{1b}', '\u{202e}']), "{:?}", odd.err);
}

#[test]
fn a_reader_of_a_pipe_may_go_away() {
    let book = with_sample(Kind::Sqlite);
    for args in [&["export", "-"][..], &["search", "bicycle"], &["help", "exit-codes"]] {
        let mut child = book.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn the_exit_codes_are_told() {
    let book = Book::none(Kind::Sqlite);
    let told = book.run(&["exit-codes"]).well().out;
    let help = book.run(&["help", "exit-codes"]).well().out;
    for code in ["0  it was done", "4  a file that was read", "130  stopped"] {
        assert!(told.contains(code) && help.contains(code), "{code}");
    }
    assert_eq!(book.run(&["serach", "x"]).code, 2);
    book.run(&["search", "x"]).refused(1, "There is no book in");
    book.run(&["search", "x", "--kind", "perzon"]).refused(2, "is not a kind of record");
}
