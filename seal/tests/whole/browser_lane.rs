//! The page that seals in the browser: its modules seal in node for a key list made here, and we open what they would have posted. Run by
//! `scripts/sealed_page.sh test`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use data_encoding::HEXLOWER;
use kniha_core::commit::Hash;
use kniha_core::lang::Lang;
use kniha_core::telling::{Answers, FIELDS, FORM, Share, Takes};
use kniha_seal::holder::{KeyHolder, MemoryHolder, ReadReceipt};
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root, SignedList, Trusted};
use kniha_seal::leaf::Leaf;
use kniha_seal::opener::{self, Opened};
use kniha_seal::part::{Compartment, Cover, Day, Envelope, EnvelopeError, PartKind, part_id};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, OWN_WORDS, QuorumNo, TEAM, TRIAGE};
use kniha_seal::receipt::{Capsule, Opening, Person};
use kniha_seal::share::ShareError;
use kniha_seal::sign::{Purpose, SIGNATURE_LEN, SigningKey};
use kniha_seal::size::Padding;
use kniha_seal::source::Source;
use kniha_seal::submission;
use kniha_seal::wire::{self, SentPart};
use kniha_seal::words::Words;
use kniha_seal::xwing::SecretKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const BOOK: [u8; 32] = [0x42; 32];
const DAY: Day = Day(20_700);
const PARTS: [(Share, Compartment, QuorumNo); 4] = [
    (Share::Base, Compartment::Base, TEAM),
    (Share::Triage, Compartment::Triage, TRIAGE),
    (Share::OwnActs, Compartment::OwnActs, LAWYERS),
    (Share::Contacts, Compartment::Contacts, CUSTODIANS),
];

struct House {
    day: Day,
    list: KeyList,
    lists: Vec<SignedList>,
    holders: BTreeMap<QuorumNo, Vec<MemoryHolder>>,
    custodians: Vec<SigningKey>,
}

/// Six screeners of whom 2 of 3 drawn open, three lawyers of whom 2, five custodians of whom 3; a chain of two lists, the second with another root.
fn house(day: Day, rng: &mut ChaCha20Rng) -> House {
    let mut holders = BTreeMap::new();
    let mut quorum = |no: QuorumNo, k: u8, draw: u8, n: u8, rng: &mut ChaCha20Rng| {
        let keys: Vec<_> = (0..n).map(|_| (SecretKey::random(rng), SigningKey::random(rng))).collect();
        let listed = |(slot, (opening, signing)): (u8, &(SecretKey, SigningKey))| {
            // Slot 1 of the screeners is past: nothing is sealed to it.
            let to = if (no, slot) == (TEAM, 1) { Day(day.0 - 1) } else { Day(day.0 + 60) };
            ListedSlot { slot, opening: opening.public(), signing: signing.public(), from: Day(day.0 - 30), to }
        };
        let slots = (1..).zip(&keys).map(listed).collect();
        holders.insert(no, keys.into_iter().map(|(opening, signing)| MemoryHolder::new(vec![opening], signing)).collect());
        ListedQuorum { no, name: no.to_string(), k, draw, slots }
    };
    let quorums = vec![quorum(TEAM, 2, 3, 6, rng), quorum(TRIAGE, 1, 5, 6, rng), quorum(LAWYERS, 2, 3, 3, rng), quorum(CUSTODIANS, 3, 5, 5, rng)];
    let custodians: Vec<SigningKey> = (0..4).map(|_| SigningKey::random(rng)).collect();
    let root = |keys: &[SigningKey]| Root { keys: keys.iter().map(SigningKey::public).collect(), t: 2 };
    let desk = SigningKey::random(rng).public();
    let first = KeyList {
        book: BOOK,
        no: 1,
        prev: None,
        from: Day(day.0 - 30),
        to: Day(day.0 + 60),
        root: root(&custodians[..3]),
        quorums,
        reply: desk.clone(),
        collect: desk.clone(),
        log: desk,
        witnesses: vec!["witness.example".to_owned()],
        addresses: vec!["portal.example".to_owned()],
    };
    let one = signed(&first, &custodians[..2]);
    let list = KeyList { no: 2, prev: Some(one.digest()), root: root(&custodians[1..]), ..first };
    let two = signed(&list, &custodians[1..3]);
    House { day, list, lists: vec![one, two], holders, custodians }
}

fn signed(list: &KeyList, by: &[SigningKey]) -> SignedList {
    let mut signed = SignedList::unsigned(list.clone()).unwrap();
    for key in by {
        let signature = key.sign(Purpose::KeyList, signed.to_sign());
        signed.add(&key.public(), signature);
    }
    signed
}

impl House {
    /// Opens a part with members of one quorum; first shows that one member less opens nothing.
    fn open(&self, part: &SentPart, quorum: QuorumNo) -> Option<(Opened, Vec<u8>)> {
        let envelope = Envelope::parse(&part.header).unwrap();
        let receipt = ReadReceipt::of_entry(part.part, Hash([0; 32]));
        let shares: Vec<_> = self.holders[&quorum].iter().filter_map(|member| member.share(&envelope, quorum, &receipt).ok()).collect();
        let locked = envelope.locked().iter().find(|locked| locked.quorum == quorum)?;
        let (k, drawn) = self.list.quorums.iter().find(|q| q.no == quorum).map(|q| (q.k, q.draw)).unwrap();
        assert_eq!((locked.k, locked.shares.len(), shares.len()), (k, usize::from(drawn), usize::from(drawn)));
        let few = envelope.open(quorum, &shares[..usize::from(k) - 1]).unwrap_err();
        assert_eq!(few, EnvelopeError::Shares(ShareError::TooFew { given: usize::from(k) - 1, k }));
        // The last k and the first k: one polynomial runs through all.
        let key = envelope.open(quorum, &shares[shares.len() - usize::from(k)..]).unwrap();
        assert_eq!(envelope.open(quorum, &shares[..usize::from(k)]).unwrap(), key);
        Some(opener::open(&envelope, &key, &part.payload).unwrap())
    }
}

fn open_with_words(source: &Source, part: &SentPart) -> Option<(Opened, Vec<u8>)> {
    let envelope = Envelope::parse(&part.header).unwrap();
    let own = MemoryHolder::new(vec![source.deposit()], source.voice());
    let share = own.share(&envelope, OWN_WORDS, &ReadReceipt::of_entry(part.part, Hash([0; 32]))).ok()?;
    Some(opener::open(&envelope, &envelope.open(OWN_WORDS, &[share]).unwrap(), &part.payload).unwrap())
}

/// What is asked of the page: every door, every language, with and without words, texts of every length, hostile strings, and a file of every size of note.
fn asked(rng: &mut ChaCha20Rng) -> Vec<Value> {
    const CHUNK: usize = 65_536;
    const SIZES: [usize; 20] = [
        0,
        1,
        15,
        16,
        4_095,
        4_096,
        4_097,
        20_000,
        40_000,
        65_000,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        100_000,
        2 * CHUNK,
        2 * CHUNK + 1,
        200_000,
        300_001,
        700_000,
        3_000_000,
    ];
    let texts = [
        "Бачыў, як білі.".to_owned(),
        String::new(),
        "ў".repeat(20_000),
        " \r\nЗ новага радка\r\n\tі далей\rі яшчэ 👁\u{202e}gpj.exe\u{a0}".to_owned(),
        "x".repeat(501),
    ];
    let one = |i: usize| {
        let text = |n: usize| texts[(i + n) % texts.len()].clone();
        let short = |n: usize| text(n).chars().take(4_000).collect::<String>();
        let door = ["team", "lawyers", "deposit", "deposit", ""][i % 5];
        let silent = ["keep", "use", "court", "destroy", ""][i % 5];
        let closed = ["pass-on", "court", "destroy", ""][i % 4];
        let given = json!({
            "tell/account": text(0), "tell/where": short(1), "tell/when": short(2), "tell/heard": short(3), "own/acts": text(4), "contact/reach": short(5),
            "door/door": door, "door/custodians": if i % 5 == 3 { "yes" } else { "" },
            "door/silent": silent, "door/closed": closed,
            "triage/urgent": if i.is_multiple_of(3) { "yes" } else { "" }, "tell/minor": if i.is_multiple_of(7) { "yes" } else { "" },
        });
        // Without words a deposit needs the custodians.
        let words = i % 10 != 3 && i % 10 != 4;
        let name = ["відэа.mp4".to_owned(), "../../etc/passwd".to_owned(), "ў".repeat(200), "\u{202e}gpj.exe".to_owned(), String::new()][i % 5].clone();
        let file = json!({"bytes": SIZES[i], "name": name, "type": "video/mp4", "about": short(0)});
        json!({"lang": Lang::ALL[i % 4].code(), "given": given, "words": words, "file": file})
    };
    let mut all: Vec<Value> = (0..SIZES.len()).map(one).collect();
    // Which bundle comes first must not matter.
    let at = (rng.next_u32() as usize) % all.len();
    all.rotate_left(at);
    all
}

fn answers(given: &Value) -> Answers {
    let mut answers = Answers::new();
    for (path, typed) in given.as_object().unwrap() {
        let (block, name) = path.split_once('/').unwrap();
        answers.set(block, name, typed.as_str().unwrap()).unwrap();
    }
    answers
}

/// The page's modules, which the script puts beside what they need.
fn lane(folder: &Path) -> Command {
    let mut node = Command::new("node");
    node.arg(PathBuf::from(std::env::var("KNIHA_SEALED_PAGE").unwrap()).join("test/lane.mjs")).arg(folder);
    node
}

fn prepare(folder: &Path, house: &House, keys: &[SignedList], asked: &[Value]) {
    let words = Path::new(env!("CARGO_MANIFEST_DIR")).join("words");
    std::fs::create_dir_all(folder.join("words")).unwrap();
    for lang in Lang::ALL {
        let name = format!("{}.txt", lang.code());
        std::fs::copy(words.join(&name), folder.join("words").join(&name)).unwrap();
    }
    let lists: Vec<Vec<u8>> = keys.iter().map(SignedList::encode).collect();
    std::fs::write(folder.join("keys"), wire::encode_keys(lists.iter().map(Vec::as_slice))).unwrap();
    std::fs::write(folder.join("first"), HEXLOWER.encode(&house.lists[0].digest().0)).unwrap();
    std::fs::write(folder.join("day"), house.day.to_string()).unwrap();
    std::fs::write(folder.join("asked.json"), Value::from(asked).to_string()).unwrap();
}

/// The page's form is the book's.
fn same_form(fields: &Value) {
    let share = |share| match share {
        Share::Base => "base",
        Share::OwnActs => "ownActs",
        Share::Contacts => "contacts",
        Share::Triage => "triage",
    };
    let takes = |takes| match takes {
        Takes::Text(most) => json!({ "most": most }),
        Takes::Code(codes) => json!({ "codes": codes }),
    };
    let ours: Vec<Value> = FIELDS.iter().map(|f| json!([format!("{}/{}", f.block, f.name), share(f.share), takes(f.takes)])).collect();
    assert_eq!(*fields, Value::from(ours));
}

#[test]
#[ignore = "needs node and the page's packages: scripts/sealed_page.sh test"]
fn what_the_page_seals_opens_for_those_of_its_door_and_for_nobody_else() {
    let mut rng = ChaCha20Rng::seed_from_u64(51);
    let house = house(DAY, &mut rng);
    let folder = tempfile::tempdir().unwrap();
    let asked = asked(&mut rng);
    prepare(folder.path(), &house, &house.lists, &asked);
    assert!(lane(folder.path()).status().unwrap().success());
    let told: Value = serde_json::from_slice(&std::fs::read(folder.path().join("told.json")).unwrap()).unwrap();
    same_form(&told["fields"]);
    let drawn = check(&house, folder.path(), &asked, &told);
    // Coefficients are uniform over all 256 values, 0 too: 256 of each expected, standard deviation 16.
    let counts: Vec<u64> = told["coefficients"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    assert!(counts.len() == 256 && counts.iter().all(|n| (150..370).contains(n)), "{counts:?}");
    // Every slot that holds today was drawn at some time, the one that is past never.
    let slots = |no| (1..=6).filter(|slot| drawn.contains_key(&(no, *slot))).collect::<Vec<u8>>();
    assert_eq!((slots(TEAM), slots(TRIAGE), slots(LAWYERS)), (vec![2, 3, 4, 5, 6], vec![1, 2, 3, 4, 5, 6], vec![1, 2, 3]));
}

/// How often each slot was drawn.
type Drawn = BTreeMap<(QuorumNo, u8), u32>;

/// Opens everything that was sealed for these askings, and says of each part who can and who cannot.
fn check(house: &House, folder: &Path, asked: &[Value], told: &Value) -> Drawn {
    let read = |name: &str, i: usize| std::fs::read(folder.join(format!("{name}-{i}"))).unwrap();
    let trusted = Trusted::first(&house.lists[0], &house.lists[0].digest()).unwrap().next(&house.lists[1]).unwrap();
    assert_eq!(told["week"], trusted.list().week_words(trusted.digest(), house.day, Lang::Be).join(" "));
    let (mut drawn, mut opened_parts, mut fresh) = (Drawn::new(), 0, BTreeSet::new());
    for (i, (asked, shown)) in asked.iter().zip(told["sent"].as_array().unwrap()).enumerate() {
        let lang = Lang::parse(asked["lang"].as_str().unwrap()).unwrap();
        let source = shown["words"].as_str().map(|words| Source::new(&BOOK, &Words::parse(words, lang).unwrap()));
        if let Some(source) = &source {
            assert!(shown["mark"].as_str().unwrap().contains(&source.mark(lang).join(" ")));
        }
        let given = answers(&asked["given"]);
        let door = match (given.get("door", "door"), given.yes("door", "custodians")) {
            (Some("lawyers"), _) => [vec![LAWYERS, CUSTODIANS], vec![TRIAGE], vec![LAWYERS], vec![CUSTODIANS]],
            (Some("deposit"), true) => std::array::from_fn(|_| vec![CUSTODIANS]),
            (Some("deposit"), false) => std::array::from_fn(|_| Vec::new()),
            _ => PARTS.map(|(_, _, first)| if first == TEAM { vec![TEAM, CUSTODIANS] } else { vec![first] }),
        };
        let deposit = given.get("door", "door") == Some("deposit");
        let (parts, leaf) = wire::decode_bundle(&read("bundle", i)).unwrap();
        assert_eq!(parts.len(), 4);
        let (mut all, mut covers, mut longest): (Answers, Vec<Cover>, u64) = (Answers::new(), Vec::new(), 0);
        for ((part, opens), (share, compartment, _)) in parts.iter().zip(&door).zip(PARTS) {
            assert_eq!(part.list_no, 2);
            let mut found = None;
            for quorum in [TEAM, TRIAGE, LAWYERS, CUSTODIANS] {
                let opened = house.open(part, quorum);
                assert_eq!(opened.is_some(), opens.contains(&quorum), "{i}: {share:?} and quorum {quorum}");
                found = found.or(opened);
            }
            let own = source.as_ref().and_then(|source| open_with_words(source, part));
            assert_eq!(own.is_some(), deposit && source.is_some(), "{i}: {share:?} and the words");
            for locked in Envelope::parse(&part.header).unwrap().locked() {
                locked.shares.iter().for_each(|share| *drawn.entry((locked.quorum, share.slot)).or_insert(0) += 1);
            }
            let (opened, content) = found.or(own).unwrap();
            longest = longest.max(payload_text(&opened, content.len()));
            let answers = Answers::decode(&content).unwrap();
            assert!(answers.all().all(|(field, answer)| answer.is_none() || field.share == share));
            let cover = &opened.cover;
            assert_eq!(cover.part, part_id(&cover.submission, compartment, 0));
            assert_eq!((cover.book, cover.kind, cover.compartment, cover.day, cover.form_version), (BOOK, PartKind::Report, compartment, house.day, FORM));
            assert_eq!((cover.lang.as_str(), cover.files.len(), cover.source.is_some()), (lang.code(), 0, source.is_some() && share == Share::Base));
            match &source {
                Some(source) => cover.verify(&source.voice().public(), &opened.content_sha256).unwrap(),
                None => assert!(cover.signature.is_none()),
            }
            all.join(&answers);
            covers.push(opened.cover);
            opened_parts += 1;
        }
        for part in &parts {
            assert_eq!(Some(payload_plain(part.payload.len())), Padding::Text.padded(longest), "{i}");
        }
        assert!(covers.iter().all(|cover| cover.submission == covers[0].submission));
        assert!(fresh.insert(covers[0].submission.bytes().to_vec()), "a submission's id came twice");
        if let Some(source) = &source {
            assert!(fresh.insert(source.mailbox().0.to_vec()), "words came twice");
        }
        // What was asked came, and the card says of it what the book's own sealing would.
        let card = [("urgent", given.yes("triage", "urgent")), ("minor", given.yes("tell", "minor")), ("own-acts", given.get("own", "acts").is_some())];
        assert!(card.iter().all(|(name, holds)| all.yes("triage", name) == *holds), "{i}");
        assert_eq!((all.get("triage", "lang"), all.yes("triage", "contact")), (Some(lang.code()), given.get("contact", "reach").is_some()));
        let length = match given.get("tell", "account").map_or(0, |text| text.chars().count()) {
            0 => "none",
            501 => "page",
            20_000 => "long",
            _ => "short",
        };
        assert_eq!(all.get("triage", "length"), Some(length));
        assert!(given.all().all(|(field, answer)| all.get(field.block, field.name) == answer || field.share == Share::Triage), "{i}");
        check_receipt(&covers[0], &all, source.as_ref(), &leaf);
        check_file(house, &covers[0], source.as_ref(), &read, i, asked, shown, &door[0]);
    }
    eprintln!("{} bundles, {opened_parts} parts and {} files opened", asked.len(), asked.len());
    drawn
}

/// Bytes of plaintext in a payload of this length.
fn payload_plain(len: usize) -> u64 {
    let body = len as u64 - 16;
    body - body.div_ceil(65_552) * 16
}

/// Bytes of cover, content and what frames them.
fn payload_text(opened: &Opened, content: usize) -> u64 {
    (4 + opened.cover.encode().unwrap().len() + content + 8) as u64
}

fn check_receipt(base: &Cover, all: &Answers, source: Option<&Source>, leaf: &[u8]) {
    let Leaf::Opaque { commitment, capsule } = Leaf::decode(leaf).unwrap() else { panic!("a submission's leaf is opaque") };
    let (Some(source), Some(receipt)) = (source, &base.receipt) else {
        assert!(source.is_none() && base.receipt.is_none());
        return;
    };
    let keys = base.source.as_ref().unwrap();
    assert_eq!((keys.mailbox, &keys.reply, &keys.voice), (source.mailbox().0, &source.reply().public(), &source.voice().public()));
    let roots = submission::form(all).unwrap().roots(&receipt.salts_seed);
    assert_eq!((roots.fields_root(), receipt.commitment, receipt.prior_checkpoint), (receipt.fields_root, commitment, None));
    let (nonce, inside) = Capsule::open(&source.capsule_key(), &capsule).unwrap();
    assert_eq!(inside, Capsule { roots, prior_checkpoint: None, statement: String::new() });
    let own = source.receipt(&nonce);
    assert_eq!(own.salts_seed, receipt.salts_seed);
    let opening = Opening { blind: own.blind, keys: own.signing.public(), fields_root: receipt.fields_root, person: Person::NOBODY };
    assert_eq!(opening.commitment(), commitment);
}

#[allow(clippy::too_many_arguments, reason = "one look at all that belongs to a file")]
fn check_file(
    house: &House,
    base: &Cover,
    source: Option<&Source>,
    read: &dyn Fn(&str, usize) -> Vec<u8>,
    i: usize,
    asked: &Value,
    shown: &Value,
    door: &[QuorumNo],
) {
    let (bytes, content) = (read("file", i), read("content", i));
    let head = wire::decode_file_head(&bytes).unwrap().unwrap();
    let payload = bytes[head.payload_at..].to_vec();
    let payload_sha256 = Hash(Sha256::digest(&payload).into());
    let file = SentPart { part: head.part, list_no: head.list_no, header: head.header, payload, payload_sha256 };
    let (parts, leaf) = wire::decode_bundle(&read("vouch", i)).unwrap();
    assert!(parts.len() == 1 && matches!(Leaf::decode(&leaf), Ok(Leaf::Opaque { .. })));
    for quorum in [TEAM, TRIAGE, LAWYERS, CUSTODIANS] {
        assert_eq!((house.open(&file, quorum).is_some(), house.open(&parts[0], quorum).is_some()), (door.contains(&quorum), door.contains(&quorum)));
    }
    let open = |part: &SentPart| door.first().and_then(|quorum| house.open(part, *quorum)).or_else(|| open_with_words(source?, part)).unwrap();
    let (sealed, film) = open(&file);
    assert!(film == content, "{i}: {} bytes", content.len());
    assert_eq!(Some(payload_plain(file.payload.len())), Padding::File.padded(payload_text(&sealed, film.len())));
    assert_eq!((sealed.cover.compartment, sealed.cover.kind, sealed.cover.submission), (Compartment::File, PartKind::File, base.submission));
    assert!(sealed.cover.signature.is_none());
    let (vouched, about) = open(&parts[0]);
    assert_eq!((vouched.cover.compartment, vouched.cover.kind), (Compartment::Base, PartKind::Addition));
    // The page's own number for the file; a browser does not tell it.
    if let Some(index) = shown["file"]["index"].as_u64().map(|index| u32::try_from(index).unwrap()) {
        assert!(index < 1 << 31);
        assert_eq!(sealed.cover.part, part_id(&base.submission, Compartment::File, index));
        assert_eq!(vouched.cover.part, part_id(&base.submission, Compartment::Base, index + 1));
    }
    if let Some(source) = source {
        vouched.cover.verify(&source.voice().public(), &vouched.content_sha256).unwrap();
    }
    let [named] = vouched.cover.files.as_slice() else { panic!("one file is vouched for") };
    assert_eq!((named.part, named.payload_sha256, named.content_len), (file.part, payload_sha256, content.len() as u64));
    assert_eq!((named.content_sha256, &shown["file"]["sha256"]), (sealed.content_sha256, &json!(HEXLOWER.encode(&named.content_sha256.0))));
    let name = asked["file"]["name"].as_str().unwrap();
    assert!(name.starts_with(&named.name) && (named.name == name || named.name.len() == 254));
    assert_eq!(Answers::decode(&about).unwrap(), answers(&json!({"file/about": asked["file"]["about"]})));
    // The page reads and sends small pieces, whatever the file's length.
    assert!(shown["file"]["longest"].as_u64().unwrap() <= 65_552);
}

#[test]
#[ignore = "needs node and the page's packages: scripts/sealed_page.sh test"]
fn the_page_seals_nothing_to_key_lists_that_are_not_believed() {
    let mut rng = ChaCha20Rng::seed_from_u64(52);
    let house = house(DAY, &mut rng);
    let few = signed(&house.list, &house.custodians[1..2]);
    let (old_alone, new_alone) = (signed(&house.list, &house.custodians[..2]), signed(&house.list, &house.custodians[2..]));
    let of = |change: &dyn Fn(&mut KeyList)| {
        let mut list = house.list.clone();
        change(&mut list);
        signed(&list, &house.custodians)
    };
    let [one, two] = [&house.lists[0], &house.lists[1]].map(Clone::clone);
    // One bit of the last signature changed, in each of its halves by turns.
    let forged = |from_end: usize| {
        let mut bytes = two.encode();
        let at = bytes.len() - from_end;
        bytes[at] ^= 1;
        SignedList::decode(&bytes).unwrap()
    };
    let cases = [
        ("too-few", vec![one.clone(), few]),
        ("too-few", vec![one.clone(), old_alone]),
        ("too-few", vec![one.clone(), new_alone]),
        ("too-few", vec![one.clone(), forged(1)]),
        ("too-few", vec![one.clone(), forged(SIGNATURE_LEN)]),
        ("not-first", vec![two.clone()]),
        ("not-first", vec![of(&|list| (list.no, list.prev) = (1, None))]),
        ("gap", vec![one.clone(), of(&|list| list.no = 3)]),
        ("gap", vec![one.clone(), two.clone(), two.clone()]),
        ("fork", vec![one.clone(), of(&|list| list.prev = Some(Hash([9; 32])))]),
        ("other-book", vec![one.clone(), of(&|list| list.book = [9; 32])]),
        ("days", vec![one.clone(), of(&|list| list.to = Day(DAY.0 - 1))]),
        ("days", vec![one.clone(), of(&|list| list.from = Day(DAY.0 + 1))]),
        ("quorum", vec![one.clone(), of(&|list| list.quorums[0].draw = 6)]),
        ("quorum", vec![one.clone(), of(&|list| list.quorums.truncate(2))]),
        ("malformed", vec![]),
    ];
    for (why, keys) in cases {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path(), &house, &keys, &[json!({"lang": "be", "given": {"own/acts": "Стаяў."}, "words": true, "file": null})]);
        let ended = lane(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && said.contains(&format!(": {why}\n")), "{why}: {said}");
        assert!(!folder.path().join("bundle-0").exists());
    }
}

#[test]
#[ignore = "needs Chromium and the page's bundle: scripts/sealed_page.sh browser"]
fn in_chromium_a_person_tells_and_we_open_it() {
    let mut rng = ChaCha20Rng::seed_from_u64(53);
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let house = house(Day(u32::try_from(seconds / 86_400).unwrap()), &mut rng);
    let folder = tempfile::tempdir().unwrap();
    let given = json!({
        "tell/account": "Бачыў, як білі.\nПотым пайшоў.", "tell/where": "каля станцыі", "tell/when": "уначы", "tell/heard": "", "own/acts": "Стаяў у ланцугу.",
        "contact/reach": "сястра", "door/door": "team", "door/silent": "use", "door/closed": "pass-on", "triage/urgent": "yes",
    });
    let bytes = std::env::var("KNIHA_FILE_BYTES").map_or(5_000_000, |bytes| bytes.parse().unwrap());
    let file = json!({"bytes": bytes, "name": "відэа.mp4", "type": "video/mp4", "about": "двор"});
    let asked = [json!({"lang": "be", "given": given, "words": true, "file": file})];
    prepare(folder.path(), &house, &house.lists, &asked);
    let mut content = vec![0; bytes];
    rng.fill_bytes(&mut content);
    for name in ["content-0", "відэа.mp4"] {
        std::fs::write(folder.path().join(name), &content).unwrap();
    }
    let page = PathBuf::from(std::env::var("KNIHA_SEALED_PAGE").unwrap());
    let ended = Command::new("node").arg(page.join("test/browser.mjs")).arg(page.join("../site")).arg(folder.path()).status().unwrap();
    assert!(ended.success());
    let told: Value = serde_json::from_slice(&std::fs::read(folder.path().join("told.json")).unwrap()).unwrap();
    // What was said when the connection broke, and when the server was full.
    let said = &told["said"];
    assert!(said[0].as_str().unwrap().contains("Невядома, ці дайшло") && said[1].as_str().unwrap().contains("Нічога не захавана"), "{said}");
    // No cookie, nothing stored, no way back to what was typed, and no words on the page any more.
    assert_eq!(told["kept"], json!(["", 0, 0, 2, 0]));
    check(&house, folder.path(), &asked, &told);
}
