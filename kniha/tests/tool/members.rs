//! Members, and who is let into which case.

use crate::book::{Book, Kind, data, on_each};

/// Adds a member and gives the id.
fn add(book: &Book, name: &str) -> String {
    book.run(&["member", "add", name, "--json"]).well().json()[0]["member"].as_str().unwrap().to_owned()
}

/// Lets somebody else work in the folder, as `kniha.toml` says.
fn work_as(book: &Book, member: &str) {
    let file = book.dir().join("kniha.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let line = settings.lines().find(|line| line.starts_with("member")).unwrap();
    std::fs::write(&file, settings.replace(line, &format!("member = \"{member}\""))).unwrap();
}

fn first_member(book: &Book) -> String {
    book.run(&["member", "list", "--json"]).well().json()[0]["member"].as_str().unwrap().to_owned()
}

/// The id of the case with this title, as the present member sees it.
fn case(book: &Book, title: &str) -> Option<String> {
    let cases = book.run(&["case", "list", "--json"]).well().json();
    cases.iter().find(|case| case["title"].as_str().unwrap().contains(title)).map(|case| case["case"].as_str().unwrap().to_owned())
}

#[test]
fn an_import_is_seen_by_another_member_only_after_the_grant() {
    on_each(|kind| {
        let book = Book::new(kind);
        let (first, vera) = (first_member(&book), add(&book, "Vera"));
        book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
        book.run(&["import", "csv", &data("people.csv"), "--map", &data("people.toml")]).well();
        let (granted, own) = (case(&book, "2020PB").unwrap(), case(&book, "Open to all").unwrap());
        let seen = |words: &str| book.run(&["search", words, "--json"]).well().json();
        let bicycle = seen("bicycle")[0]["id"].as_str().unwrap().to_owned();
        assert!(!seen("Зорка").is_empty());
        work_as(&book, &vera);
        assert_eq!((seen("bicycle").len(), seen("Зорка").len()), (0, 0), "a newcomer sees nothing");
        book.run(&["show", &bicycle]).refused(1, "No such record");
        assert!(book.run(&["case", "list"]).well().out.starts_with("No cases"));
        book.run(&["case", "grant", &granted, &vera]).refused(1, "There is no such case");
        assert_eq!(seen("bicycle").len(), 0, "nobody lets themselves in");
        work_as(&book, &first);
        book.run(&["case", "grant", &granted, &vera]).well();
        work_as(&book, &vera);
        assert!(!seen("bicycle").is_empty());
        book.run(&["show", &bicycle]).well();
        assert_eq!(seen("Зорка").len(), 0, "the other import stays unseen");
        let cases = book.run(&["case", "list", "--json"]).well().json();
        assert_eq!((cases.len(), cases[0]["case"].as_str()), (1, Some(granted.as_str())));
        book.run(&["case", "grant", &own, &vera]).refused(1, "There is no such case");
    });
}

#[test]
fn members_and_cases_are_named_by_id_or_by_what_only_one_is_called() {
    let book = Book::new(Kind::Sqlite);
    let vera = add(&book, "Vera");
    let listed = book.run(&["member", "list"]).well().out;
    assert_eq!(listed, format!("* {}  desk\n  {vera}  Vera\n", first_member(&book)));
    book.run(&["member", "add", " Vera "]).refused(1, "There is a member called Vera already");
    book.run(&["member", "add", "two\nlines"]).refused(2, "The member's name cannot be used");
    book.run(&["member", "add", " "]).refused(2, "The member's name cannot be used");
    let told = book.run(&["member", "add", "\u{202e}Ян"]);
    assert!(!told.out.contains('\u{202e}') && !told.err.contains('\u{202e}'), "{}{}", told.out, told.err);
    let granted = book.run(&["case", "grant", "Open to all members", "Vera", "--json"]).well().json();
    assert_eq!((granted[0]["new"].as_bool(), granted[0]["member"].as_str()), (Some(true), Some(vera.as_str())));
    assert_eq!(book.run(&["case", "grant", "Open to all members", &vera]).well().out, "Vera saw “Open to all members” already.\n");
    assert!(book.run(&["case", "list"]).well().out.ends_with("  Open to all members\n    seen by desk, Vera\n"));
    book.run(&["case", "grant", "Open to all members", "Nobody"]).refused(1, "There is no such member: Nobody");
    book.run(&["case", "grant", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "Vera"]).refused(1, "`kniha case list` shows them");
}

#[test]
fn of_two_cases_with_one_title_neither_is_guessed() {
    let book = Book::new(Kind::Sqlite);
    add(&book, "Vera");
    for title in ["a", "b"] {
        let file = book.write(&format!("{title}.csv"), format!("id,note\n1,{title}\n"));
        let map = book.write("map.toml", "title = \"Notes\"\n[source]\ntitle = \"Notes\"\n[[record]]\nkind = \"person\"\nkey = [\"id\"]\n[[record.claim]]\nproperty = \"note\"\ncolumn = \"note\"\n");
        book.run(&["import", "csv", &file, "--map", &map]).well();
    }
    let cases = book.run(&["case", "list", "--json"]).well().json();
    let notes: Vec<&str> = cases.iter().filter(|case| case["title"] == cases[1]["title"]).map(|case| case["case"].as_str().unwrap()).collect();
    assert_eq!(notes.len(), 2, "{cases:?}");
    book.run(&["case", "grant", cases[1]["title"].as_str().unwrap(), "Vera"]).refused(1, "2 of them are called");
    book.run(&["case", "grant", notes[1], "Vera"]).well();
}
