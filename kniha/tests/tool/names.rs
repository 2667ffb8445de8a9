//! Comparing names in tables of every form, and saying why.

use std::path::Path;

use crate::book::{Book, Kind};

const PAIRS: &str = "id,name1,name2\n1,Ганна Жук,\"Zhuk, Hanna\"\n2,Ганна Жук,Пётр Кот\n3,,\n4,\u{202e}\u{1b}[2J,Жук\n";

fn path(book: &Book, name: &str) -> String {
    book.folder.path().join(name).to_str().unwrap().to_owned()
}

#[test]
fn pairs_in_a_table_are_scored_at_one_threshold() {
    let book = Book::none(Kind::Sqlite);
    let pairs = path(&book, "pairs.csv");
    std::fs::write(&pairs, PAIRS).unwrap();
    let printed = book.run(&["names", "--pairs", &pairs]).well().out;
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], "id,name1,name2,probability,weight_db,same");
    assert!(lines[1].starts_with("1,Ганна Жук,\"Zhuk, Hanna\",0.9") && lines[1].ends_with(",true"), "{}", lines[1]);
    assert!(lines[2].ends_with(",false") && lines[3].ends_with(",false") && lines.len() == 5, "{printed}");
    for form in ["out.jsonl", "out.parquet", "out.csv"] {
        let out = path(&book, form);
        book.run(&["names", "--pairs", &pairs, "--out", &out]).well();
        // What was written can be read again, and gives the same.
        let again = book.run(&["names", "--pairs", &out, "--left", "name2", "--right", "name1"]).well().out;
        assert_eq!(again.lines().filter(|line| line.ends_with(",true")).count(), 1, "{form}: {again}");
    }
}

#[test]
fn names_are_found_among_others_best_first() {
    let book = Book::none(Kind::Sqlite);
    let (asked, known) = (path(&book, "asked.csv"), path(&book, "known.jsonl"));
    std::fs::write(&asked, "name\nТретья бригада\n").unwrap();
    std::fs::write(&known, "{\"name\": \"3 брыгада\"}\n{\"name\": \"13th Brigade\"}\n{\"name\": \"III Brigade\"}\n").unwrap();
    let found = book.run(&["names", "--queries", &asked, "--among", &known, "--kind", "unit", "--top", "2"]).well().out;
    let lines: Vec<&str> = found.lines().collect();
    assert_eq!(lines[0], "name,rank,found,probability,weight_db,same");
    assert!(lines[1].starts_with("Третья бригада,1,3 брыгада,") && lines[2].contains(",2,III Brigade,") && lines.len() == 3, "{found}");
}

#[test]
fn two_names_are_explained() {
    let book = Book::none(Kind::Sqlite);
    let told = book.run(&["names", "explain", "Шведка Ганна", "Anna Shvedko"]).well().out;
    for part in ["same name (Ганна)", "o/a (akanne)", "taken for the same"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let units = book.run(&["names", "explain", "АМАП Мінск", "Minsk OMON", "--kind", "unit"]).well().out;
    assert!(units.contains("one word") && units.contains("taken for the same"), "{units}");
    assert_eq!(book.run(&["names", "explain", "А", "Б", "--json"]).well().json()[0]["same"], false);
}

#[test]
fn reasons_are_told_as_json_line_by_line() {
    let book = Book::none(Kind::Sqlite);
    let told = book.run(&["names", "explain", "Шведка Ганна", "Anna Shvedko", "--json"]).well().json();
    let lines = told[0]["lines"].as_array().unwrap();
    let given = lines.iter().find(|line| line["how"] == "same name").unwrap();
    assert_eq!((&given["left"], &given["right"], &given["sounds"]), (&"ганна".into(), &"anna".into(), &"Ганна".into()));
    let family = lines.iter().find(|line| line["how"] == "sounds").unwrap();
    assert!(family["rules"].as_array().unwrap().iter().any(|rule| rule["rule"] == "o/a (akanne)" && rule["cost"].as_u64() > Some(0)), "{family}");
    let sum = |told: &serde_json::Value| told["lines"].as_array().unwrap().iter().map(|line| line["weight_db"].as_f64().unwrap()).sum::<f64>();
    assert!((sum(&told[0]) - told[0]["weight_db"].as_f64().unwrap()).abs() < 0.001, "{told:?}");
    let units = book.run(&["names", "explain", "MOPOL 26", "Police Mobile Force Squadron 26", "--kind", "unit", "--json"]).well().json();
    assert!(units[0]["lines"].as_array().unwrap().iter().any(|line| line["how"] == "abbreviation" && line["left"] == "mopol"), "{units:?}");
    assert!((sum(&units[0]) - units[0]["weight_db"].as_f64().unwrap()).abs() < 0.001);
}

#[test]
fn what_cannot_be_compared_is_refused_plainly() {
    let book = Book::none(Kind::Sqlite);
    let pairs = path(&book, "pairs.csv");
    std::fs::write(&pairs, PAIRS).unwrap();
    book.run(&["names"]).refused(2, "Nothing says which names");
    book.run(&["names", "--pairs", &pairs, "--left", "nmae"]).refused(2, "has no column nmae");
    book.run(&["names", "--pairs", &pairs, "--out", &pairs]).refused(2, "written over");
    book.run(&["names", "--pairs", "no.csv"]).refused(4, "could not be opened");
    assert!(Path::new(&pairs).exists() && std::fs::read_to_string(&pairs).unwrap() == PAIRS);
}
