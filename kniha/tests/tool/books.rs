//! Making, keeping and checking books.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::book::{Book, Kind, Ran, data, on_each};

#[test]
fn a_book_is_made_once_and_never_over_something() {
    on_each(|kind| {
        let book = Book::new(kind);
        let mode = |name: &str| fs::metadata(book.dir().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("."), mode("register.key"), mode("kniha.toml")), (0o700, 0o600, 0o600));
        book.init().refused(1, "is not empty");
        book.run(&["doctor"]).well();
        assert_eq!(fs::read_dir(book.folder.path()).unwrap().count(), 1, "nothing is left beside it");
    });
    let other = Book::none(Kind::Sqlite);
    fs::create_dir(other.dir()).unwrap();
    fs::write(other.dir().join("thesis.txt"), "x").unwrap();
    other.init().refused(1, "is not empty");
    assert_eq!(fs::read_dir(other.dir()).unwrap().count(), 1);
}

#[test]
fn an_init_that_was_cut_off_is_done_again_or_finished() {
    on_each(|kind| {
        let book = Book::new(kind);
        let making = book.path(".book.making");
        fs::rename(book.dir(), &making).unwrap();
        let key = fs::read(making.join("register.key")).unwrap();
        let ran = book.init().well();
        book.run(&["doctor"]).well();
        // On PostgreSQL the rows are there, so the same book is finished; a file is made anew.
        let same = fs::read(book.dir().join("register.key")).unwrap() == key;
        assert_eq!((same, ran.err.contains("cut off")), (kind == Kind::Postgres, kind == Kind::Postgres));
        assert!(!making.exists());
    });
}

#[test]
fn a_password_is_never_taken_from_the_command_line() {
    let book = Book::none(Kind::Sqlite);
    let ran = book.run(&["init", "--yes", "--database", "postgres://vera:hush@localhost/book", "--at-rest", "LUKS"]).refused(2, "can be read by every user");
    assert!(!ran.err.contains("hush"), "{}", ran.err);
}

#[test]
fn the_key_must_be_its_owners_alone_and_the_right_one() {
    let book = Book::new(Kind::Sqlite);
    let key = book.dir().join("register.key");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    book.run(&["search", "anything"]).refused(1, "chmod 600");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "0".repeat(64)).unwrap();
    book.run(&["search", "anything"]).refused(1, "The key does not open this book");
    fs::remove_file(&key).unwrap();
    book.run(&["search", "anything"]).refused(1, "cannot be read");
}

#[test]
fn the_doctor_does_not_stop_at_the_first_fault() {
    let book = Book::new(Kind::Sqlite);
    fs::set_permissions(book.dir().join("register.key"), Permissions::from_mode(0o640)).unwrap();
    let settings = fs::read_to_string(book.dir().join("kniha.toml")).unwrap();
    fs::write(book.dir().join("kniha.toml"), settings.replace("sqlite", "oracle")).unwrap();
    let ran = book.run(&["doctor"]).refused(1, "found 2 faults");
    for part in ["FAULT  key file", "FAULT  settings", "ok     clock"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
}

#[test]
fn the_doctor_finds_values_that_were_changed_behind_the_books_back() {
    on_each(|kind| {
        if kind == Kind::Sqlite {
            return; // Only with the key could anybody change the file; the store's own tests do.
        }
        let book = Book::new(kind);
        book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
        book.sql("UPDATE claim SET text = 'another title' WHERE property = 'incident.title'");
        let ran = book.run(&["doctor"]).refused(1, "6 faults");
        assert_eq!(ran.out.matches("the value is not the one committed to").count(), 6, "{}", ran.out);
    });
}

#[test]
fn the_doctor_names_the_page_that_the_disk_damaged() {
    use std::os::unix::fs::FileExt;
    const PAGE: u64 = 4096;
    let book = Book::new(Kind::Sqlite);
    book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
    let file = book.dir().join("register.db");
    let sound = book.run(&["doctor"]).well();
    let pages = fs::metadata(&file).unwrap().len() / PAGE;
    for part in [format!("ok     pages            {pages} pages, each with the HMAC of its content   [cipher_integrity_check]"), "[integrity_check]".to_owned()]
    {
        assert!(sound.out.contains(&part), "{part}: {}", sound.out);
    }
    let whole = fs::read(&file).unwrap();
    for page in [1, 2, pages / 2, pages] {
        fs::write(&file, &whole).unwrap();
        // One byte in 256 of what is encrypted is any byte you name: this one surely changes.
        let at = (page - 1) * PAGE + 2000;
        fs::OpenOptions::new().write(true).open(&file).unwrap().write_all_at(&[!whole[at as usize]], at).unwrap();
        let ran = book.run(&["doctor"]).refused(1, "The doctor found");
        let named = format!("FAULT  pages            HMAC verification failed for page {page}   [cipher_integrity_check]");
        for part in [named.as_str(), "go back to the last backup", "FAULT  pages            the tables cannot be read to the end"] {
            assert!(ran.out.contains(part), "page {page}, {part}: {}", ran.out);
        }
        assert_eq!(ran.out.matches("HMAC verification").count(), 1, "{}", ran.out);
        let lines = book.run(&["doctor", "--json"]);
        assert!(lines.code == 1 && lines.json().iter().any(|line| line["what"] == "pages" && line["state"] == "fault"), "{}", lines.out);
    }
    fs::write(&file, &whole[..whole.len() - 5000]).unwrap();
    let cut = book.run(&["doctor"]).refused(1, "The doctor found");
    assert!(cut.out.contains("has an invalid size"), "{}", cut.out);
    fs::write(&file, &whole).unwrap();
    let quick = book.run(&["doctor", "--quick"]).well();
    assert!(quick.out.contains("pages            not checked (--quick)"), "{}", quick.out);
}

#[test]
fn the_doctor_checks_tables_in_postgres_where_amcheck_is_installed_and_says_where_it_is_not() {
    on_each(|kind| {
        if kind == Kind::Sqlite {
            return; // SQLCipher checks its pages without an extension.
        }
        let book = Book::new(kind);
        let without = book.run(&["doctor"]).well();
        assert!(without.out.contains("look   pages            tables and indexes are not checked: a superuser"), "{}", without.out);
        book.sql("CREATE EXTENSION amcheck");
        let sound = book.run(&["doctor"]).well();
        assert!(sound.out.contains("tables and indexes, from page to page   [amcheck]"), "{}", sound.out);
        // A row that never reaches its index, as after a write the disk forgot.
        book.sql("UPDATE pg_index SET indisready = false WHERE indexrelid = 'member_id'::regclass");
        book.sql("INSERT INTO member (no, id, name, made_us) VALUES (99, 'aaaaaaaaaaaaaaaaaaaaaaaaaa', 'Nobody', 1)");
        book.sql("UPDATE pg_index SET indisready = true WHERE indexrelid = 'member_id'::regclass");
        let ran = book.run(&["doctor"]).refused(1, "The doctor found 1 faults");
        assert!(ran.out.contains("FAULT  pages            index member_id: heap tuple"), "{}", ran.out);
    });
}

/// The whole sets of a backup's folder, the oldest first.
fn sets(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.join("wraps")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}

#[test]
fn a_backup_is_encrypted_and_becomes_the_same_book_again() {
    on_each(|kind| {
        let book = Book::new(kind);
        book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
        let before = book.claims();
        let (folder, key) = (book.path("copies"), book.dir().join("register.key"));
        let (shown, key) = (folder.to_str().unwrap(), key.to_str().unwrap().to_owned());
        book.run(&["backup", shown]).well();
        let set = folder.join("wraps").join(&sets(&folder)[0]);
        let bytes = fs::read(set.join("register.db")).unwrap();
        assert!(!bytes.starts_with(b"SQLite format 3"));
        assert!(!bytes.windows(7).any(|w| w == b"Selmark"), "readable without the key");
        assert!(!set.join("register.key").exists(), "the key is not in the copy");
        let back = Book::none(Kind::Sqlite);
        back.run(&["restore", shown, "--key", &key]).well();
        assert_eq!(back.claims(), before);
        back.run(&["doctor"]).well();
        back.run(&["restore", shown, "--key", &key]).refused(1, "is not empty");
        // Without the key the book is there and does not open.
        let closed = Book::none(Kind::Sqlite);
        let told = closed.run(&["restore", shown]).well();
        assert!(told.out.contains("Put the register.key"), "{}", told.out);
        closed.run(&["doctor"]).refused(1, "The doctor found");
        // A set that was changed is not restored.
        let file = set.join("kniha.toml");
        fs::write(&file, fs::read_to_string(&file).unwrap() + "\n").unwrap();
        Book::none(Kind::Sqlite).run(&["restore", shown]).refused(1, "kniha.toml is not what was written");
    });
}

#[test]
fn a_backup_that_is_killed_leaves_no_set_that_is_not_whole() {
    let book = Book::new(Kind::Sqlite);
    book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
    let folder = book.path("copies");
    let shown = folder.to_str().unwrap();
    // A whole one says how long it takes here; the others are killed at tenths of that.
    let began = std::time::Instant::now();
    book.run(&["backup", shown]).well();
    let whole = began.elapsed();
    let mut cut = 0;
    for n in 0..10 {
        // Sets are named by the second.
        std::thread::sleep(std::time::Duration::from_secs(1));
        let before = if folder.join("wraps").exists() { sets(&folder).len() } else { 0 };
        let mut child = book.command(&["backup", shown]).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * n / 10);
        child.kill().unwrap();
        child.wait().unwrap();
        let after = if folder.join("wraps").exists() { sets(&folder).len() } else { 0 };
        cut += usize::from(after == before);
    }
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(cut > 2, "some were cut off");
    book.run(&["backup", shown]).well();
    let names = sets(&folder);
    for name in &names {
        let back = Book::none(Kind::Sqlite);
        back.run(&["restore", shown, "--set", name, "--key", book.dir().join("register.key").to_str().unwrap()]).well();
        back.run(&["doctor"]).well();
    }
    assert_eq!(fs::read_dir(folder.join("wraps")).unwrap().count(), names.len(), "what was cut off is gone after the next one");
}

#[test]
fn the_policy_is_asked_and_the_doctor_says_what_is_missing() {
    let book = Book::none(Kind::Sqlite);
    book.run(&["init", "--title", "Test", "--yes", "--controller", "The watch of the mill", "--country", "Lithuania"]).refused(2, "two capital letters");
    book.run(&["init", "--title", "Test", "--yes", "--controller", "The watch of the mill", "--country", "lt"]).well();
    let written = fs::read_to_string(book.dir().join("policy.toml")).unwrap();
    assert!(written.contains("controller = \"The watch of the mill\"") && written.contains("country = \"LT\""), "{written}");
    let told = book.run(&["doctor"]).well();
    assert!(told.out.contains("look   policy           not said yet, releases are refused: impact_assessment, legal_basis.documentation"), "{}", told.out);
    fs::write(book.dir().join("policy.toml"), "controler = 1").unwrap();
    book.run(&["doctor"]).refused(1, "The doctor found");
}

#[test]
fn a_changed_or_cut_export_is_not_restored_at_all() {
    let book = Book::new(Kind::Sqlite);
    book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
    let whole = book.run(&["export", "-"]).well().out;
    let cut: String = whole.lines().take(20).map(|line| format!("{line}\n")).collect();
    let empty = Book::new(Kind::Sqlite);
    for (text, part) in [
        (whole.replacen("Officers pushed", "Nobody pushed", 1), "the value is not the one committed to"),
        (cut, "cut off"),
        (whole.replacen("\"version\":1", "\"version\":2", 1), "version 2 is not known"),
        ("not an export\n".to_owned(), "Line 1"),
        (String::new(), "cut off"),
    ] {
        let file = empty.write("changed.jsonl", text);
        empty.run(&["restore", &file]).refused(4, part);
        assert_eq!(empty.claims(), [], "{part}");
    }
    let file = empty.write("whole.jsonl", &whole);
    book.run(&["restore", &file]).refused(1, "only into an empty one");
    empty.run(&["restore", &file]).well();
    assert_eq!(empty.claims(), book.claims());
}

#[test]
fn a_restore_that_was_cut_off_after_its_commit_is_finished_by_the_next_opening() {
    on_each(|kind| {
        let book = Book::new(kind);
        book.run(&["member", "add", "Vera"]).well();
        let vera = book.run(&["member", "list", "--json"]).well().json()[1]["member"].as_str().unwrap().to_owned();
        book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
        let export = book.path("book.jsonl").to_str().unwrap().to_owned();
        book.run(&["export", &export]).well();
        let empty = Book::new(kind);
        let (settings, note) = (empty.dir().join("kniha.toml"), empty.dir().join("restoring.toml"));
        let before = fs::read_to_string(&settings).unwrap();
        // A folder where the settings' temporary file must stand: the restore ends between its commit and the settings, as by a kill.
        let stop = empty.dir().join(".kniha.toml.part");
        fs::create_dir(&stop).unwrap();
        empty.run(&["restore", &export, "--member", &vera]).refused(3, "The book is restored, but");
        fs::remove_dir(&stop).unwrap();
        assert_eq!(fs::read_to_string(&settings).unwrap(), before, "the settings name a member who is gone");
        let left = fs::read_to_string(&note).unwrap();
        let ran = empty.run(&["member", "list"]).well();
        assert!(ran.err.contains("cut off after the book was whole") && ran.out.contains(&format!("* {vera}  Vera")), "{}{}", ran.out, ran.err);
        assert!(!note.exists());
        empty.run(&["doctor"]).well();
        assert_eq!(empty.claims(), book.claims());
        // The right book is not enough: a member whom it does not have never works here.
        fs::write(&note, left.replace(&vera, "aaaaaaaaaaaaaaaaaaaaaaaaaa")).unwrap();
        assert!(empty.run(&["member", "list"]).well().out.contains(&format!("* {vera}")));
        assert!(!note.exists());
        // Killed before the commit, the note is there and not true: it goes, and whoever worked here still does.
        let other = Book::new(kind);
        let (settings, note) = (other.dir().join("kniha.toml"), other.dir().join("restoring.toml"));
        let before = fs::read_to_string(&settings).unwrap();
        fs::write(&note, &left).unwrap();
        let held = fs::File::create(other.dir().join("import.lock")).unwrap();
        held.lock().unwrap();
        other.run(&["doctor"]).well();
        assert!(note.exists(), "while a restore is at work the note is its own");
        drop(held);
        other.run(&["doctor"]).well();
        assert!(!note.exists() && fs::read_to_string(&settings).unwrap() == before);
        fs::write(&note, "half a no").unwrap();
        other.run(&["doctor"]).well();
        assert!(!note.exists());
        // A restore that is refused leaves no note.
        let cut = other.write("cut.jsonl", fs::read_to_string(&export).unwrap().lines().take(20).map(|line| format!("{line}\n")).collect::<String>());
        other.run(&["restore", &cut]).refused(4, "cut off");
        assert!(!note.exists());
    });
}

#[test]
fn work_that_only_one_may_do_is_refused_while_another_does_it() {
    let book = Book::new(Kind::Sqlite);
    let held = fs::File::create(book.dir().join("import.lock")).unwrap();
    held.lock().unwrap();
    book.run(&["import", "2020pb", &data("sample_2020pb.json")]).refused(5, "Another import or restore is at work");
    drop(held);
    book.run(&["import", "2020pb", &data("sample_2020pb.json")]).well();
}

#[test]
fn one_book_has_one_desk_and_it_listens_on_this_machine_alone() {
    use std::io::{BufRead, BufReader};
    on_each(|kind| {
        let book = Book::new(kind);
        book.run(&["member", "found", "--first", "alena:opener", "--first", "ira:auditor"]).well();
        let mut desk =
            book.command(&["serve", "desk", "--port", "0"]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(desk.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("http://127.0.0.1:"), "{line:?}");
        let mut second =
            book.command(&["serve", "desk", "--port", "0"]).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let began = std::time::Instant::now();
        while second.try_wait().unwrap().is_none() {
            if began.elapsed() > std::time::Duration::from_secs(20) {
                second.kill().unwrap();
                desk.kill().unwrap();
                panic!("a second desk is open");
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Ran::from(second.wait_with_output().unwrap()).refused(5, "A desk is already open");
        let stopped = std::process::Command::new("kill").args(["-TERM", &desk.id().to_string()]).status().unwrap();
        assert!(stopped.success() && desk.wait().unwrap().success());
    });
}
