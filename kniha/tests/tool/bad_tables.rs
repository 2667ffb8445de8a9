//! Tables that are broken in every way: a clear message, and nothing written.

use crate::book::{Book, Kind};

const MAP: &str = "title = \"T\"\n@FILE@[source]\ntitle = \"S\"\n[[record]]\nkind = \"incident\"\n[[record.claim]]\nproperty = \"title\"\ncolumn = \"title\"\n[[record.claim]]\nproperty = \"when\"\ncolumn = \"when\"\n[[record.claim]]\nproperty = \"where\"\ncolumn = \"where\"\n[[record.claim]]\nproperty = \"reference\"\ncolumn = \"ref\"\n";

#[test]
fn broken_tables_are_refused_by_name_and_nothing_is_written() {
    let book = Book::new(Kind::Sqlite);
    let map = book.write("map.toml", MAP.replace("@FILE@", ""));
    let head = "title,when,where,ref\n";
    let row = |cells: &str| format!("{head}{cells}\n").into_bytes();
    let mut wrong_encoding = head.as_bytes().to_vec();
    wrong_encoding.extend_from_slice(b"\xcc\xe8\xed\xf1\xea,2020,,\n");
    let utf16: Vec<u8> = "\u{feff}title,when,where,ref\na,2020,,\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let endless = format!("{head}\"{}", "x".repeat(17 << 20)).into_bytes();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "the file is empty"),
        ("a column is missing", b"title,when\na,2020\n".to_vec(), "no column \"where\"; it has: title, when"),
        ("a column stands twice", b"title,when,where,ref,title\n".to_vec(), "two columns \"title\""),
        ("U+0000", row("a\0b,2020,,"), "U+0000 at character 2"),
        ("escape sequence", row("a\x1b[2Jb,2020,,"), "U+001B at character 2: “a‹U+001B›[2Jb”"),
        ("wrong encoding", wrong_encoding, "From about byte 21 on the file is not UTF-8"),
        ("UTF-16", utf16, "begins with the mark of UTF-16LE"),
        ("ragged", row("a,2020"), "row 2 (line 2): the row has 2 cells, the table has 4 columns"),
        ("cut off inside quotes", format!("{head}\"a,2020,,\nb").into_bytes(), "the file ends inside quotes that open in this row"),
        ("a quote that never closes", endless, "does not end within 16 MiB"),
        ("100,001 characters", row(&format!("{},2020,,", "ў".repeat(100_001))), "100001 characters and at most 100000"),
        ("reversed", row("a,2021..2020,,"), "the end stands before the start"),
        ("year 0", row("a,0000,,"), "is not a time"),
        ("29 February", row("a,2021-02-29,,"), "is not a time"),
        ("off the globe", row("a,2020,\"91, 0\","), "latitude 91 is not between"),
        ("no number", row("a,2020,\"NaN, 0\","), "is not a position"),
        ("a link that acts", row("a,2020,,javascript:alert(1)"), "a web address starts with http"),
    ];
    for (name, bytes, part) in cases {
        let file = book.write("bad.csv", bytes);
        let ran = book.run(&["import", "csv", &file, "--map", &map]);
        assert_eq!(ran.code, 4, "{name}: {}", ran.err);
        assert!(ran.err.contains(part), "{name}: {}", ran.err);
        assert!(ran.err.contains("Nothing was written."), "{name}: {}", ran.err);
        assert!(!ran.err.contains('\x1b'), "{name}");
    }
    assert_eq!((book.claims(), book.run(&["import", "list"]).well().out.as_str()), (vec![], "No imports.\n"));
}

#[test]
fn what_looks_strange_and_is_right_is_kept_as_it_is() {
    let book = Book::new(Kind::Sqlite);
    let map = book.write("map.toml", MAP.replace("@FILE@", "[file]\nencoding = \"windows-1251\"\ndelimiter = \"tab\"\n"));
    let mut table = b"title\twhen\twhere\tref\r\n".to_vec();
    table.extend_from_slice(b"\xcc\xb3\xed\xf1\xea\t0001-01-01..9999-12-31\t-90, 180\t\r\n");
    let file = book.write("good.csv", table);
    book.run(&["import", "csv", &file, "--map", &map]).well();
    let claims = book.claims();
    for (property, value) in [("incident.title", "Мінск"), ("incident.when", "0001..9999")] {
        assert!(claims.contains(&(property.to_owned(), value.to_owned())), "{claims:?}");
    }
}

#[test]
fn a_map_that_cannot_be_meant_is_refused_with_its_line() {
    let book = Book::new(Kind::Sqlite);
    let file = book.write("t.csv", "a\n1\n");
    for (text, part) in [("title = ", "line 1"), ("title = \"T\"\n[source]\ntitle = \"S\"\n[[record]]\nkind = \"perzon\"\n", "not a kind of record")] {
        let map = book.write("map.toml", text);
        book.run(&["import", "csv", &file, "--map", &map]).refused(4, part);
    }
    book.run(&["import", "csv", "/nowhere", "--map", "/nowhere"]).refused(4, "cannot be read");
}
