//! Imports: nothing lost, whole or not at all, going on after a kill.

use std::time::{Duration, Instant};

use crate::book::{Book, Kind, compare, data, on_each, real_incidents};

#[test]
fn every_field_of_the_data_set_survives_import_export_and_restore() {
    let mut sources = vec![data("sample_2020pb.json")];
    sources.extend(real_incidents());
    on_each(|kind| {
        for source in &sources {
            let first = Book::new(kind);
            first.run(&["import", "2020pb", source]).well();
            let export = first.path("first.jsonl");
            first.run(&["export", export.to_str().unwrap()]).well();
            assert_eq!(compare(source, &export), ("0 differences".to_owned(), 0), "{kind:?} {source}");
            let second = Book::new(kind);
            second.run(&["restore", export.to_str().unwrap()]).well();
            let again = second.path("again.jsonl");
            second.run(&["export", again.to_str().unwrap()]).well();
            assert_eq!(compare(source, &again), ("0 differences".to_owned(), 0), "{kind:?} {source}");
            assert_eq!(std::fs::read(&export).unwrap(), std::fs::read(&again).unwrap());
        }
    });
}

#[test]
fn the_comparison_notices_any_one_claim_that_is_missing() {
    let source = data("sample_2020pb.json");
    let book = Book::new(Kind::Sqlite);
    book.run(&["import", "2020pb", &source]).well();
    let lines: Vec<String> = book.run(&["export", "-"]).well().out.lines().map(str::to_owned).collect();
    for at in 0..lines.len() {
        if !lines[at].contains("\"t\":\"claim\"") {
            continue;
        }
        let mut fewer = lines.clone();
        let gone = fewer.remove(at);
        let file = book.path("fewer.jsonl");
        std::fs::write(&file, fewer.join("\n")).unwrap();
        assert_eq!(compare(&source, &file), ("1 differences".to_owned(), 1), "{gone}");
    }
}

#[test]
fn a_malformed_record_is_named_and_nothing_is_imported_unless_it_is_left_out() {
    let text = std::fs::read_to_string(data("sample_2020pb.json")).unwrap().replacen(
        "\"2020-06-01\",\n   \"date_text\"",
        "\"the first of June\",\n   \"date_text\"",
        1,
    );
    let book = Book::new(Kind::Sqlite);
    let file = book.write("bad.json", text);
    book.run(&["import", "2020pb", &file]).refused(4, "data[0], date");
    assert_eq!(book.claims(), []);
    let report = book.run(&["import", "2020pb", &file, "--skip-bad", "--json"]).well();
    let last = report.json().pop().unwrap();
    assert_eq!((last["incidents"].as_u64(), last["left_out"].as_u64()), (Some(5), Some(1)), "{last}");
    assert!(!book.claims().iter().any(|(_, value)| value == "se-vort-1"));
}

#[test]
fn the_same_file_is_not_imported_twice() {
    let book = Book::new(Kind::Sqlite);
    book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
    let before = book.claims();
    book.run(&["import", "2020pb", &data("sample_2020pb.json")]).refused(1, "has been imported");
    assert_eq!(book.claims(), before);
}

#[test]
fn a_table_becomes_claims_of_records_that_know_each_other() {
    on_each(|kind| {
        let book = Book::new(kind);
        let report = book.run(&["import", "csv", &data("people.csv"), "--map", &data("people.toml"), "--json"]).well().json();
        assert_eq!(report[0]["rows"], 3);
        let claims = book.claims();
        let of = |property: &str| claims.iter().filter(|(p, _)| p == property).map(|(_, value)| value.as_str()).collect::<Vec<_>>();
        assert_eq!(of("person.name"), ["Ада Зорка", "Ян \"Лукаш\" Вербицкий", "Янка Вярбіцкі"]);
        assert_eq!(of("person.occupation"), ["driver", "teacher"]);
        assert_eq!(of("unit.name"), ["Fifth company"], "one unit, named in two rows");
        assert_eq!(of("incident.when"), ["~2032-08-09 +03:00", "~2032-08-10T21:30 +03:00"]);
        assert_eq!(of("source.address"), ["https://example.org/r/1", "https://example.org/r/2"]);
        let lines = book.exported();
        let people = lines.iter().filter(|line| line["t"] == "node" && line["kind"] == "person").count();
        let posting = lines.iter().find(|line| line["property"] == "posting.person").unwrap();
        assert_eq!((people, posting["held"].as_str()), (2, Some("2030-02..2032-12")));
        let name = lines.iter().find(|line| line["value"]["name"]["text"] == "Ада Зорка").unwrap();
        let cited = name["citations"].as_array().unwrap();
        assert_eq!((cited.len(), cited[1]["locator"].as_str(), cited[1]["words"].as_str()), (2, Some("row 4, column name"), Some("Ада Зорка")));
    });
}

#[test]
fn a_preview_and_a_dry_run_write_nothing() {
    let book = Book::new(Kind::Sqlite);
    let preview = book.run(&["import", "csv", &data("people.csv"), "--map", &data("people.toml"), "--preview"]).well();
    assert!(preview.out.contains("person.name = Янка Вярбіцкі"), "{}", preview.out);
    let dry = book.run(&["import", "csv", &data("people.csv"), "--map", &data("people.toml"), "--dry-run"]).well();
    assert!(dry.out.starts_with("3 rows fit"), "{}", dry.out);
    assert_eq!((book.claims(), book.run(&["import", "list"]).well().out.as_str()), (vec![], "No imports.\n"));
}

const NOTES: &str = "title = \"Notes\"\n[source]\ntitle = \"Notes\"\n[[record]]\nkind = \"person\"\nkey = [\"id\"]\nunique = true\n[[record.claim]]\nproperty = \"note\"\ncolumn = \"note\"\nrequired = true\n";

fn many_rows(rows: usize) -> String {
    let mut text = "id,note\n".to_owned();
    for row in 0..rows {
        text.push_str(&format!("{row},note number {row}\n"));
    }
    text
}

#[test]
fn a_killed_import_shows_nothing_and_goes_on_where_it_stopped() {
    on_each(|kind| {
        let book = Book::new(kind);
        let (file, map) = (book.write("notes.csv", many_rows(80_000)), book.write("notes.toml", NOTES));
        let args = ["import", "csv", &file, "--map", &map];
        let mut child = book.command(&args).spawn().unwrap();
        let began = Instant::now();
        loop {
            let listed = book.run(&["import", "list", "--json"]);
            if listed.code == 0 && listed.json().first().is_some_and(|import| import["rows"].as_u64() > Some(0)) {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(120) && child.try_wait().unwrap().is_none(), "no chunk was written before the end");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(book.claims(), [], "nothing of it is seen");
        let doctor = book.run(&["doctor"]).well();
        assert!(doctor.out.contains("run it again, or `kniha import abandon"), "{}", doctor.out);
        let again = book.run(&args).well();
        assert!(again.err.contains("continuing at row "), "{}", again.err);
        let claims = book.claims();
        assert_eq!(claims.len(), 80_001);
        let mut notes: Vec<&str> = claims.iter().filter(|(property, _)| property == "person.note").map(|(_, value)| value.as_str()).collect();
        notes.dedup();
        assert_eq!(notes.len(), 80_000, "each row once");
    });
}

#[test]
fn an_unfinished_import_can_be_abandoned() {
    let book = Book::new(Kind::Sqlite);
    let (file, map) = (book.write("notes.csv", many_rows(80_000)), book.write("notes.toml", NOTES));
    let mut child = book.command(&["import", "csv", &file, "--map", &map]).spawn().unwrap();
    let id = loop {
        let listed = book.run(&["import", "list", "--json"]);
        if let Some(import) = listed.json().first()
            && import["rows"].as_u64() > Some(0)
        {
            break import["import"].as_str().unwrap().to_owned();
        }
    };
    book.run(&["import", "abandon", &id]).refused(5, "Another import");
    child.kill().unwrap();
    child.wait().unwrap();
    book.run(&["import", "abandon", &id]).well();
    assert!(book.run(&["import", "list"]).well().out.contains("abandoned"));
    book.run(&["import", "abandon", &id]).refused(1, "abandoned");
    assert_eq!(book.claims(), []);
}

#[test]
fn rows_that_do_not_fit_stop_the_import_or_are_written_down_with_the_reason() {
    let book = Book::new(Kind::Sqlite);
    let (file, map) = (book.write("notes.csv", "id,note\n1,one\n2,\n3,three,3\n1,again\n4,\"say \"\"four\"\"\"\n"), book.write("notes.toml", NOTES));
    let refused = book.run(&["import", "csv", &file, "--map", &map]).refused(4, "3 of 5 rows do not fit");
    for part in [
        "row 3 (line 3), column note: person.note is required",
        "row 4 (line 4): the row has 3 cells",
        "row 5 (line 5), column id: the key of person must be unique and stands in row 2",
    ] {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    assert_eq!(book.claims(), []);
    let limited = book.run(&["import", "csv", &file, "--map", &map, "--limit", "1"]).refused(4, "… and 2 more");
    assert!(!limited.err.contains("row 4"), "{}", limited.err);
    book.run(&["import", "csv", &file, "--map", &map, "--skip-bad"]).well();
    let rejected = std::fs::read_to_string(book.path("notes.csv.rejected.csv")).unwrap();
    assert_eq!(rejected.lines().count(), 3, "{rejected}");
    assert!(rejected.starts_with("\"2\",\"\",\"row 3"), "{rejected}");
    let notes: Vec<String> = book.claims().into_iter().filter(|(property, _)| property == "person.note").map(|(_, value)| value).collect();
    assert_eq!(notes, ["one", "say \"four\""]);
}
