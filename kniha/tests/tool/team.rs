//! A team's key lists: drafted at the book, signed apart by custodians, published.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};
use kniha::team::{DemoTeam, demo, today};
use kniha_seal::keyfile::MemberKey;
use kniha_seal::keylist::{KeyList, SignedList};
use kniha_seal::part::Day;
use kniha_seal::sign::Purpose;

use crate::book::{Book, Kind, Ran, on_each};
use crate::keys::typing;

/// One set of invented members for all tests: every key file costs a quarter of a gigabyte for most of a second.
pub(crate) struct Keys {
    folder: PathBuf,
    team: DemoTeam,
    strangers: DemoTeam,
}

pub(crate) fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tool-keys");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("book")).unwrap();
        fs::create_dir_all(folder.join("other")).unwrap();
        let team = demo(&folder.join("book"), [1; 32], Some(&folder.join("keys")), today(), vec![]).unwrap();
        let strangers = demo(&folder.join("other"), [1; 32], None, today(), vec![]).unwrap();
        Keys { folder: folder.join("keys"), team, strangers }
    })
}

impl Keys {
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn words(&self) -> String {
        self.read("PASSPHRASE.txt")
    }

    /// The members of a small team, as the command line names them.
    fn named(&self) -> Vec<String> {
        let role = |role: &str, n: usize| (1..=n).flat_map(|i| [format!("--{role}"), self.path(&format!("{role}-{i}.key.pub"))]).collect::<Vec<_>>();
        [role("custodian", 3), role("screener", 4), role("lawyer", 2)].concat()
    }
}

fn with<'a>(first: &[&'a str], rest: &'a [String]) -> Vec<&'a str> {
    first.iter().copied().chain(rest.iter().map(String::as_str)).collect()
}

/// A book whose first list is drafted.
fn drafted() -> (Book, String) {
    let book = Book::new(Kind::Sqlite);
    book.run(&with(&["team", "draft", "--size", "small"], &keys().named())).well();
    let draft = book.dir().join("keylist-1.draft").to_str().unwrap().to_owned();
    (book, draft)
}

fn read(path: &str) -> SignedList {
    SignedList::decode(&fs::read(path).unwrap()).unwrap()
}

/// Signs as `team sign` does, without waiting for Argon2id.
fn sign(book: &Book, draft: &str, keys: &[MemberKey]) -> Vec<String> {
    let list = read(draft);
    let text = |key: &MemberKey| {
        let letters = BASE64.encode(key.signing().sign(Purpose::KeyList, list.to_sign()).bytes());
        let lines: Vec<&str> = (0..letters.len()).step_by(64).map(|at| &letters[at..letters.len().min(at + 64)]).collect();
        format!("kniha-list-signature 1\nlist {}\n{}\n", HEXLOWER.encode(&list.digest().0), lines.join("\n"))
    };
    keys.iter().map(|key| book.write(&format!("{}.{}.sig", HEXLOWER.encode(&list.digest().0[..4]), key.public().id()), text(key))).collect()
}

fn publish(book: &Book, draft: &str, signatures: &[String]) -> Ran {
    book.run(&with(&["team", "publish", draft], signatures))
}

/// Changes a draft and writes it anew, as somebody does who does not use this program.
fn changed(book: &Book, draft: &str, change: impl Fn(&mut KeyList)) -> String {
    let mut list = read(draft).list().clone();
    change(&mut list);
    book.write("changed.draft", SignedList::unsigned(list).unwrap().encode())
}

#[test]
fn a_book_made_with_a_team_is_signed_by_custodians_and_holds() {
    on_each(|kind| {
        let (book, keys) = (Book::none(kind), keys());
        let more: &[&str] = if kind == Kind::Postgres { &["--database", "postgres", "--at-rest", "a test's own server"] } else { &[] };
        let first = [&["init", "--title", "Test", "--yes", "--team", "small", "--address", "https://portal.example"], more].concat();
        let named = keys.named();
        let made = book.run(&with(&first, &named)).well();
        for part in [
            "Key list 1, from ",
            "2 custodians who are made to help open every account",
            "at most 75 % of the accounts (3 of 4) and alone opens none",
            "is LOST for good",
            "2 infiltrators among the screeners open 50 % of the accounts together",
        ] {
            assert!(made.err.contains(part), "{part}: {}", made.err);
        }
        let mode = |name: &str| fs::metadata(book.dir().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("desk.keys"), mode("keylist-1.draft")), (0o600, 0o600));
        assert!(book.run(&["doctor", "--quick"]).well().out.contains("look   key list         none"));
        book.run(&["team", "show"]).refused(1, "has no key list");

        let draft = book.dir().join("keylist-1.draft").to_str().unwrap().to_owned();
        // Custodians are elsewhere: another folder, no book.
        let elsewhere = Book::none(Kind::Sqlite);
        let copy = elsewhere.write("keylist-1.draft", fs::read(&draft).unwrap());
        let signature = elsewhere.path("a.sig").to_str().unwrap().to_owned();
        let words = keys.words();
        let signing = ["team", "sign", &copy, "--key", &keys.path("custodian-1.key"), "--out", &signature];
        typing(&elsewhere, &signing, &format!("y\n{words}")).refused(1, "You did not say yes");
        assert!(!elsewhere.path("a.sig").exists());
        if kind == Kind::Sqlite {
            let signed = typing(&elsewhere, &signing, &format!("yes\n{words}")).well();
            let digest = kniha_seal::keyfile::spoken(&read(&draft).digest(), kniha_core::lang::Lang::En).join(" ");
            for part in [digest.as_str(), "It is the first list", "https://portal.example", "it is no secret"] {
                assert!(signed.err.contains(part), "{part}: {}", signed.err);
            }
            for member in keys.team.screeners.iter().chain(&keys.team.lawyers) {
                assert!(signed.err.contains(&member.public().spoken(kniha_core::lang::Lang::En).join(" ")));
            }
            typing(&elsewhere, &signing, &format!("yes\n{words}")).refused(3, "could not be written");
        } else {
            fs::copy(&sign(&book, &draft, &keys.team.custodians[..1])[0], &signature).unwrap();
        }
        let strangers_key = ["team", "sign", &copy, "--key", &keys.path("screener-1.key")];
        typing(&elsewhere, &strangers_key, &format!("yes\n{words}")).refused(1, "not among the custodians");

        publish(&book, &draft, std::slice::from_ref(&signature)).refused(1, "1 custodians signed key list 1 and 2 are needed");
        let twice = [signature.clone(), signature.clone()];
        publish(&book, &draft, &twice).refused(1, "1 custodians signed key list 1 and 2 are needed");
        assert!(!book.dir().join("keylists").exists());
        let second = sign(&book, &draft, &keys.team.custodians[1..2]);
        let published = publish(&book, &draft, &[signature, second[0].clone()]).well();
        assert!(published.err.contains("This week's six words"), "{}", published.err);
        assert_eq!((mode("keylists"), mode("keylists/1"), mode("keylists/first")), (0o700, 0o600, 0o600));
        let shown = book.run(&["team", "show"]).well().out;
        let json = book.run(&["team", "show", "--json"]).well().json();
        assert_eq!((json[0]["list"].as_u64(), json[0]["days_left"].as_i64()), (Some(1), Some(89)));
        for lang in ["be", "ru", "uk", "en"] {
            assert!(shown.contains(json[0]["week_words"][lang].as_str().unwrap()), "{shown}");
        }
        let doctor = book.run(&["doctor", "--quick"]).well().out;
        assert!(doctor.contains("ok     key list         number 1") && doctor.contains("ok     desk keys"), "{doctor}");
    });
}

#[test]
fn an_init_whose_team_cannot_be_leaves_nothing() {
    let (book, keys) = (Book::none(Kind::Sqlite), keys());
    let init = |named: &[String]| book.run(&with(&["init", "--title", "Test", "--yes", "--team", "small"], named));
    let named = keys.named();
    init(&named[2..]).refused(1, "A small team has 3 custodians, and there are 2");
    init(&[&named[..], &named[4..6]].concat()).refused(1, "there are 4");
    init(&[&named[2..], &named[4..6]].concat()).refused(1, "twice among the custodians");
    book.run(&with(&["init", "--title", "Test", "--yes", "--team", "medium"], &named)).refused(1, "A medium team has 5 custodians");
    book.run(&with(&["init", "--title", "Test", "--yes"], &named)).refused(2, "Members are named, and no team");
    let mut secret = named.clone();
    secret[1] = keys.path("custodian-1.key");
    init(&secret).refused(4, "This is a SECRET key");
    assert_eq!(fs::read_dir(book.folder.path()).unwrap().count(), 0);
}

#[test]
fn lists_of_strangers_lower_ones_gaps_and_expired_ones_are_refused() {
    let keys = keys();
    let (book, draft) = drafted();
    let custodians = &keys.team.custodians;
    book.run(&with(&["team", "draft", "--size", "small"], &keys.named())).refused(1, "is there already");
    // Signed by strangers alone, or by one custodian and a stranger.
    publish(&book, &draft, &sign(&book, &draft, &keys.strangers.custodians)).refused(4, "not signed by any custodian");
    let mixed = [sign(&book, &draft, &custodians[..1]), sign(&book, &draft, &keys.strangers.custodians[..1])].concat();
    publish(&book, &draft, &mixed).refused(4, "not signed by any custodian");
    let good = sign(&book, &draft, &custodians[..2]);
    // A signature of another list, and a cut one.
    let other = changed(&book, &draft, |list| list.addresses.push("https://other.example".to_owned()));
    publish(&book, &other, &good).refused(4, "signs another list");
    let cut = book.write("cut.sig", &fs::read(&good[0]).unwrap()[..2000]);
    publish(&book, &draft, &[cut]).refused(4, "is no signature");
    let half = book.write("half.draft", &fs::read(&draft).unwrap()[..5000]);
    publish(&book, &half, &good).refused(4, "is no key list");
    // Well signed, and not to be published.
    let day = today();
    let refused = |change: &dyn Fn(&mut KeyList), code: i32, part: &str| {
        let draft = changed(&book, &draft, change);
        publish(&book, &draft, &sign(&book, &draft, custodians)).refused(code, part);
    };
    let days = |list: &mut KeyList, from: Day, to: Day| {
        (list.from, list.to) = (from, to);
        for slot in list.quorums.iter_mut().flat_map(|quorum| &mut quorum.slots) {
            (slot.from, slot.to) = (from, to);
        }
    };
    refused(&|list| days(list, Day(day.0 - 20), Day(day.0 - 2)), 1, "Key list 1 ended on ");
    refused(&|list| days(list, Day(day.0 + 2), Day(day.0 + 20)), 1, "which has not come");
    refused(&|list| list.book = [9; 32], 1, "is of another book");
    refused(&|list| list.reply = custodians[0].public().signing, 1, "other keys for the desk");
    refused(&|list| list.root.t = 1, 4, "those who sign the next list are not its custodians");
    refused(&|list| list.quorums[1].k = 2, 4, "triage cards");
    refused(&|list| drop(list.quorums.pop()), 4, "quorums 1 to 4");
    refused(&|list| list.no = 2, 1, "is not the one that was given out");
    assert!(!book.dir().join("keylists").exists());
    publish(&book, &draft, &good).well();
    publish(&book, &draft, &good).refused(1, "not newer than 1");

    // The next one: a screener goes; roles that are not named stay.
    let rest: Vec<String> = (2..=4).flat_map(|i| ["--screener".to_owned(), keys.path(&format!("screener-{i}.key.pub"))]).collect();
    let told = book.run(&with(&["team", "draft", "--size", "small", "--days", "30"], &rest)).well().err;
    let gone = keys.team.screeners[0].public();
    assert!(told.contains(&format!("No longer among the screeners: key {}", gone.id())) && !told.contains("NEW among"), "{told}");
    let next = book.dir().join("keylist-2.draft").to_str().unwrap().to_owned();
    let refused = |change: &dyn Fn(&mut KeyList), part: &str| {
        let draft = changed(&book, &next, change);
        publish(&book, &draft, &sign(&book, &draft, custodians)).refused(1, part);
    };
    refused(&|list| list.no = 3, "others are missing");
    refused(&|list| list.no = 1, "not newer than 1");
    refused(&|list| list.prev = None, "two different lists were signed");
    publish(&book, &next, &sign(&book, &next, &custodians[..1])).refused(1, "1 custodians signed key list 2 and 2 are needed");
    publish(&book, &next, &sign(&book, &next, &custodians[1..])).well();
    let json = book.run(&["team", "show", "--json"]).well().json();
    assert_eq!((json[0]["list"].as_u64(), json[0]["days_left"].as_i64()), (Some(2), Some(29)));
}

#[test]
fn new_custodians_need_the_old_ones_and_themselves() {
    let keys = keys();
    let (book, draft) = drafted();
    publish(&book, &draft, &sign(&book, &draft, &keys.team.custodians)).well();
    let (old, new) = (&keys.team.custodians, &keys.strangers.custodians);
    let files: Vec<String> =
        (1..).zip(new).flat_map(|(i, key)| ["--custodian".to_owned(), book.write(&format!("new-{i}.pub"), key.public().to_text())]).collect();
    let told = book.run(&with(&["team", "draft", "--size", "small"], &files)).well().err;
    assert_eq!((told.matches("NEW among the custodians").count(), told.matches("No longer among the custodians").count()), (3, 3), "{told}");
    let next = book.dir().join("keylist-2.draft").to_str().unwrap().to_owned();
    publish(&book, &next, &sign(&book, &next, new)).refused(1, "0 custodians signed key list 2 and 2 are needed");
    publish(&book, &next, &sign(&book, &next, &old[..2])).refused(1, "0 of the new custodians signed");
    publish(&book, &next, &[sign(&book, &next, &old[..2]), sign(&book, &next, &new[..1])].concat()).refused(1, "1 of the new custodians signed");
    publish(&book, &next, &[sign(&book, &next, &old[..2]), sign(&book, &next, &new[1..])].concat()).well();
    // A custodian who leaves sees what changes and may sign; the list before must be the one that is followed.
    let before = book.dir().join("keylists/1").to_str().unwrap().to_owned();
    let out = book.path("leaving.sig").to_str().unwrap().to_owned();
    let signing = ["team", "sign", &next, "--key", &keys.path("custodian-3.key"), "--before", &before, "--out", &out];
    let signed = typing(&book, &signing, &format!("yes\n{}", keys.words())).well();
    assert!(signed.err.contains("No longer among the custodians"), "{}", signed.err);
    let wrong = ["team", "sign", &next, "--key", &keys.path("custodian-3.key"), "--before", &next];
    typing(&book, &wrong, "").refused(1, "does not follow");
}

#[test]
fn a_publishing_that_was_killed_leaves_the_list_that_was_or_the_one_that_is() {
    let keys = keys();
    let (mut whole, mut none) = (0, 0);
    let (book, draft) = drafted();
    let signatures = sign(&book, &draft, &keys.team.custodians);
    let lists = book.dir().join("keylists");
    for step in 0..40u64 {
        let _ = fs::remove_dir_all(&lists);
        let mut child = book.command(&with(&["team", "publish", &draft], &signatures)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(step * 8));
        let _ = child.kill();
        child.wait().unwrap();
        let shown = book.run(&["team", "show"]);
        if shown.code == 0 {
            whole += 1;
        } else {
            none += 1;
            shown.refused(1, "has no key list");
            publish(&book, &draft, &signatures).well();
            book.run(&["team", "show"]).well();
        }
    }
    assert!(none > 0, "{whole} whole, {none} none: the kills came too late to show anything");
    // The states between the writes, each by itself.
    let list = fs::read(lists.join("1")).unwrap();
    for left in ["first", ".1.part", ".first.part"] {
        let _ = fs::remove_dir_all(&lists);
        fs::create_dir(&lists).unwrap();
        fs::write(lists.join(left), &list[..100]).unwrap();
        book.run(&["team", "show"]).refused(1, "has no key list");
        publish(&book, &draft, &signatures).well();
        book.run(&["team", "show"]).well();
    }
}

#[test]
fn the_doctor_looks_at_the_list_and_the_desks_keys() {
    let keys = keys();
    let (book, _) = drafted();
    fs::remove_file(book.dir().join("keylist-1.draft")).unwrap();
    book.run(&with(&["team", "draft", "--size", "small", "--days", "10"], &keys.named())).well();
    let draft = book.dir().join("keylist-1.draft").to_str().unwrap().to_owned();
    publish(&book, &draft, &sign(&book, &draft, &keys.team.custodians)).well();
    let doctor = |code: i32, part: &str| {
        let ran = book.run(&["doctor", "--quick"]);
        assert!(ran.code == code && ran.out.contains(part), "{part}: {}{}", ran.out, ran.err);
    };
    doctor(0, "look   key list         number 1");
    let desk = book.dir().join("desk.keys");
    fs::set_permissions(&desk, fs::Permissions::from_mode(0o640)).unwrap();
    doctor(1, "FAULT  desk keys        The desk's keys can be read by other users");
    fs::remove_file(&desk).unwrap();
    doctor(1, "FAULT  desk keys        The desk has no keys of its own");
    // Lost keys of the desk are replaced by a list that names new ones.
    book.run(&["team", "draft", "--size", "small"]).refused(1, "The desk has no keys of its own");
    let told = book.run(&["team", "draft", "--size", "small", "--new-desk-keys"]).well().err;
    assert!(told.contains("answers to sources with ANOTHER key"), "{told}");
    doctor(1, "FAULT  desk keys        not those of the key list");
    let next = book.dir().join("keylist-2.draft").to_str().unwrap().to_owned();
    publish(&book, &next, &sign(&book, &next, &keys.team.custodians)).well();
    doctor(0, "ok     desk keys");
    let first = book.dir().join("keylists/first");
    fs::write(&first, "0".repeat(64)).unwrap();
    doctor(1, "FAULT  key list         The key lists of this book cannot be believed");
}
