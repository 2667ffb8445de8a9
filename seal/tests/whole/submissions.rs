//! A whole submission: who opens which part, what travels, and what the receipt says.

use std::collections::BTreeMap;

use kniha_core::commit::Hash;
use kniha_core::lang::Lang;
use kniha_core::telling::{Answers, Door, FIELDS, Share, Takes};
use kniha_seal::holder::{KeyHolder, MemoryHolder, ReadReceipt};
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root, SignedList};
use kniha_seal::leaf::Leaf;
use kniha_seal::opener::{self, Opened};
use kniha_seal::part::{Compartment, Day, Envelope, FileRef, PartKind, SubmissionId};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, OWN_WORDS, QuorumNo, TEAM, TRIAGE};
use kniha_seal::receipt::Capsule;
use kniha_seal::secret::Secret;
use kniha_seal::sign::SigningKey;
use kniha_seal::source::Source;
use kniha_seal::submission::{self, Back, Bundle, Context, Follow, Sender, SubmissionError};
use kniha_seal::wire;
use kniha_seal::words::Words;
use kniha_seal::xwing::SecretKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const BOOK: [u8; 32] = [7; 32];

struct Team {
    list: KeyList,
    /// By quorum and slot.
    holders: BTreeMap<(QuorumNo, u8), MemoryHolder>,
}

/// Six screeners of whom 2 of 3 open, 3 lawyers of whom 2, 5 custodians of whom 3.
fn team(rng: &mut ChaCha20Rng) -> Team {
    let mut holders = BTreeMap::new();
    let mut quorum = |no: QuorumNo, k: u8, draw: u8, n: u8| {
        let slots = (1..=n).map(|slot| {
            let (opening, signing) = (SecretKey::random(rng), SigningKey::random(rng));
            let listed = ListedSlot { slot, opening: opening.public(), signing: signing.public(), from: Day(100), to: Day(190) };
            holders.insert((no, slot), MemoryHolder::new(vec![opening], signing));
            listed
        });
        ListedQuorum { no, name: no.to_string(), k, draw, slots: slots.collect() }
    };
    let quorums = vec![quorum(TEAM, 2, 3, 6), quorum(TRIAGE, 1, 6, 6), quorum(LAWYERS, 2, 3, 3), quorum(CUSTODIANS, 3, 5, 5)];
    let root = Root { keys: quorums[3].slots.iter().map(|slot| slot.signing.clone()).collect(), t: 3 };
    let desk = || SigningKey::from_seeds(Secret::take(&mut [1; 32]), Secret::take(&mut [2; 32])).public();
    let list = KeyList {
        book: BOOK,
        no: 1,
        prev: None,
        from: Day(100),
        to: Day(190),
        root,
        quorums,
        reply: desk(),
        collect: desk(),
        log: desk(),
        witnesses: Vec::new(),
        addresses: Vec::new(),
    };
    Team { list, holders }
}

impl Team {
    fn at(&self) -> Context<'_> {
        Context { list: &self.list, day: Day(120), lang: Lang::Be, checkpoint: Some(Hash([3; 32])) }
    }

    /// Opens a part with everybody of one quorum.
    fn open(&self, header: &[u8], payload: &[u8], quorum: QuorumNo) -> Option<(Opened, Vec<u8>)> {
        let envelope = Envelope::parse(header).unwrap();
        let receipt = ReadReceipt::of_entry(*envelope.part(), Hash([0; 32]));
        let members = self.holders.iter().filter(|((no, _), _)| *no == quorum);
        let shares: Vec<_> = members.filter_map(|(_, holder)| holder.share(&envelope, quorum, &receipt).ok()).collect();
        let key = envelope.open(quorum, &shares).ok()?;
        Some(opener::open(&envelope, &key, payload).unwrap())
    }
}

/// Opens a part with the words.
fn open_with_words(source: &Source, header: &[u8], payload: &[u8]) -> Option<(Opened, Vec<u8>)> {
    let envelope = Envelope::parse(header).unwrap();
    let receipt = ReadReceipt::of_entry(*envelope.part(), Hash([0; 32]));
    let own = MemoryHolder::new(vec![source.deposit()], source.voice());
    let share = own.share(&envelope, OWN_WORDS, &receipt).ok()?;
    let key = envelope.open(OWN_WORDS, &[share]).unwrap();
    Some(opener::open(&envelope, &key, payload).unwrap())
}

fn told(door: &str) -> Answers {
    let mut told = Answers::new();
    let given = [
        ("tell", "account", "Бачыў, як білі."),
        ("own", "acts", "Стаяў побач."),
        ("contact", "reach", "праз сястру"),
        ("triage", "urgent", "yes"),
        ("door", "door", door),
    ];
    for (block, name, answer) in given {
        told.set(block, name, answer).unwrap();
    }
    told
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn sent(team: &Team, answers: &Answers, sender: Sender<'_>, rng: &mut ChaCha20Rng) -> (Bundle, Follow) {
    submission::submit(&team.at(), SubmissionId::from_random([9; 16]), PartKind::Report, answers, sender, rng).unwrap()
}

#[test]
fn each_part_opens_for_those_of_its_door_and_for_nobody_else() {
    let mut rng = rng(1);
    let team = team(&mut rng);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let every = [TEAM, TRIAGE, LAWYERS, CUSTODIANS];
    let doors = [
        ("team", [vec![TEAM, CUSTODIANS], vec![TRIAGE], vec![LAWYERS], vec![CUSTODIANS]]),
        ("lawyers", [vec![LAWYERS, CUSTODIANS], vec![TRIAGE], vec![LAWYERS], vec![CUSTODIANS]]),
        ("deposit", [vec![], vec![], vec![], vec![]]),
    ];
    for (door, opens) in doors {
        let answers = told(door);
        let (bundle, _) = sent(&team, &answers, Sender::Words { source: &source, statement: None }, &mut rng);
        let shares = [Share::Base, Share::Triage, Share::OwnActs, Share::Contacts];
        for (((sealed, payload), who), share) in bundle.parts.iter().zip(&opens).zip(shares) {
            for quorum in every {
                let opened = team.open(&sealed.header, payload, quorum);
                assert_eq!(opened.is_some(), who.contains(&quorum), "{door} {share:?} {quorum}");
                if let Some((opened, content)) = opened {
                    let read = Answers::decode(&content).unwrap();
                    assert!(read.all().all(|(field, answer)| answer.is_none() || field.share == share));
                    opened.cover.verify(&source.voice().public(), &opened.content_sha256).unwrap();
                }
            }
            assert_eq!(open_with_words(&source, &sealed.header, payload).is_some(), door == "deposit", "{door} {share:?}");
        }
    }
}

#[test]
fn nothing_ties_the_deposits_of_one_source_together() {
    let mut rng = rng(9);
    let team = team(&mut rng);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let words = |bundle: &Bundle| -> std::collections::BTreeSet<String> {
        let headers = bundle.parts.iter().map(|(sealed, _)| String::from_utf8(sealed.header.clone()).unwrap()).collect::<Vec<_>>().join(" ");
        // What is long enough to name a key or to be a part of one.
        headers
            .split_whitespace()
            .filter(|word| word.len() >= 16 && *word != "age-encryption.org/v1" && *word != "0000000000000000")
            .map(str::to_owned)
            .collect()
    };
    let deposit = |n: u8, rng: &mut ChaCha20Rng| {
        let answers = told("deposit");
        let sender = Sender::Words { source: &source, statement: None };
        submission::submit(&team.at(), SubmissionId::from_random([n; 16]), PartKind::Report, &answers, sender, rng).unwrap().0
    };
    let (one, other) = (words(&deposit(1, &mut rng)), words(&deposit(2, &mut rng)));
    assert!(one.len() > 8 && one.is_disjoint(&other), "{:?}", one.intersection(&other).collect::<Vec<_>>());
}

#[test]
fn a_deposit_opens_for_the_custodians_only_where_the_source_allows_it() {
    let mut rng = rng(2);
    let team = team(&mut rng);
    let mut answers = told("deposit");
    answers.set("door", "custodians", "yes").unwrap();
    let (bundle, _) = sent(&team, &answers, Sender::OneWay, &mut rng);
    for (sealed, payload) in &bundle.parts {
        assert!(team.open(&sealed.header, payload, CUSTODIANS).is_some() && team.open(&sealed.header, payload, TEAM).is_none());
    }
    answers.set("door", "custodians", "").unwrap();
    let nobody = submission::submit(&team.at(), SubmissionId::from_random([9; 16]), PartKind::Report, &answers, Sender::OneWay, &mut rng);
    assert_eq!(nobody.err(), Some(SubmissionError::NobodyOpens));
}

#[test]
fn from_outside_what_was_left_empty_looks_like_what_was_not() {
    let mut rng = rng(3);
    let team = team(&mut rng);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let back = Back::of(&source);
    let mut little = Answers::new();
    little.set("delete", "confirm", "yes").unwrap();
    let outside = |kind, answers: &Answers, sender, rng: &mut ChaCha20Rng| {
        let (bundle, _) = submission::submit(&team.at(), SubmissionId::from_random([9; 16]), kind, answers, sender, rng).unwrap();
        let parts: Vec<_> = bundle.parts.iter().map(|(sealed, payload)| (sealed.part, sealed.header.len(), payload.len())).collect();
        (parts, bundle.leaf.encode().len())
    };
    let report = outside(PartKind::Report, &told("team"), Sender::Words { source: &source, statement: Some("") }, &mut rng);
    assert_eq!(outside(PartKind::Deletion, &little, Sender::Back(&back), &mut rng), report);
    assert_eq!(outside(PartKind::Report, &little, Sender::Words { source: &source, statement: None }, &mut rng), report);
    assert_eq!(report.0.len(), 4);
}

/// What somebody sees who can open nothing: lengths of payloads and of the leaf.
fn seen(bundle: &Bundle) -> (Vec<usize>, usize) {
    (bundle.parts.iter().map(|(_, payload)| payload.len()).collect(), bundle.leaf.encode().len())
}

/// Answers with so many Cyrillic letters in each of these fields.
fn letters(door: &str, long: &[(&str, &str, usize)]) -> Answers {
    let mut answers = Answers::new();
    match door.strip_suffix(" and custodians") {
        Some(door) => [("door", "door", door), ("door", "custodians", "yes")].iter().for_each(|(b, n, a)| answers.set(b, n, a).unwrap()),
        None => answers.set("door", "door", door).unwrap(),
    }
    for (block, name, letters) in long {
        answers.set(block, name, &"ў".repeat(*letters)).unwrap();
    }
    answers
}

#[test]
fn no_submission_up_to_a_page_is_told_apart_by_its_lengths() {
    let mut rng = rng(20);
    let team = team(&mut rng);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let back = Back::of(&source);
    let page = 3_000;
    let shapes: [&[(&str, &str, usize)]; 6] = [
        &[],
        &[("tell", "account", 300)],
        &[("own", "acts", 300)],
        &[("own", "acts", page)],
        &[("contact", "reach", page)],
        &[("tell", "account", page), ("tell", "where", 300), ("tell", "when", 300), ("own", "acts", page), ("contact", "reach", 300)],
    ];
    let senders = [
        Sender::Words { source: &source, statement: Some("Я быў там.") },
        Sender::Words { source: &source, statement: None },
        Sender::Back(&back),
        Sender::OneWay,
    ];
    let mut lengths = BTreeMap::new();
    let mut send = |what: String, kind, answers: &Answers, sender| {
        let (bundle, _) = submission::submit(&team.at(), SubmissionId::from_random([9; 16]), kind, answers, sender, &mut rng).unwrap();
        lengths.entry(seen(&bundle)).or_insert(what);
        lengths.len()
    };
    for door in ["team", "lawyers", "deposit", "deposit and custodians"] {
        for (i, sender) in senders.into_iter().enumerate() {
            for (j, shape) in shapes.iter().enumerate() {
                if (door, i) != ("deposit", 3) {
                    let _ = send(format!("{door}, sender {i}, shape {j}"), PartKind::Report, &letters(door, shape), sender);
                }
            }
        }
    }
    for (kind, (block, name, answer)) in [
        (PartKind::Addition, ("add", "text", "і яшчэ")),
        (PartKind::Withdrawal, ("withdraw", "what", "all")),
        (PartKind::Deletion, ("delete", "confirm", "yes")),
    ] {
        let mut answers = Answers::new();
        answers.set(block, name, answer).unwrap();
        let _ = send(name.to_owned(), kind, &answers, Sender::Back(&back));
    }
    // The control: what is longer than that is seen.
    let classes = send("long".to_owned(), PartKind::Report, &letters("team", &[("tell", "account", 12_000)]), senders[0]);
    assert_eq!((classes, lengths.len()), (2, 2), "{lengths:?}");
}

#[test]
fn no_length_says_which_part_holds_much() {
    let mut rng = rng(21);
    let team = team(&mut rng);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let mut lengths = |long| {
        let answers = letters("team", &[long]);
        let (bundle, _) = sent(&team, &answers, Sender::Words { source: &source, statement: Some("") }, &mut rng);
        let (parts, _) = seen(&bundle);
        assert!(parts.len() == submission::PARTS && parts.iter().all(|len| *len == parts[0]), "{long:?}: {parts:?}");
        let bytes = wire::encode_bundle(&bundle);
        assert!(bytes.len() <= wire::MOST_BUNDLE && wire::decode_bundle(&bytes).is_ok());
        parts[0]
    };
    let account = lengths(("tell", "account", 20_000));
    assert_eq!(lengths(("own", "acts", 20_000)), account);
    // The control: a step lies between.
    assert!(lengths(("contact", "reach", 4_000)) < account);
}

#[test]
fn the_longest_report_fits_a_bundle_and_parts_of_two_lengths_do_not() {
    let mut rng = rng(22);
    let team = team(&mut rng);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let mut most = Answers::new();
    for field in FIELDS.iter().filter(|field| ["tell", "own", "door", "contact"].contains(&field.block)) {
        match field.takes {
            Takes::Text(letters) => most.set(field.block, field.name, &"𐍈".repeat(letters)).unwrap(),
            Takes::Code(codes) => most.set(field.block, field.name, codes[0]).unwrap(),
        }
    }
    let (longest, _) = sent(&team, &most, Sender::Words { source: &source, statement: Some("") }, &mut rng);
    let bytes = wire::encode_bundle(&longest);
    assert!(bytes.len() <= wire::MOST_BUNDLE, "{}", bytes.len());
    assert!(wire::decode_bundle(&bytes).is_ok());
    let (mut uneven, _) = sent(&team, &told("team"), Sender::Words { source: &source, statement: Some("") }, &mut rng);
    uneven.parts.truncate(3);
    uneven.parts.push(longest.parts[3].clone());
    assert_eq!(wire::decode_bundle(&wire::encode_bundle(&uneven)), Err(wire::WireError::Uneven));
}

#[test]
fn the_receipt_can_be_made_again_from_what_was_opened_and_proved_with_the_words() {
    let mut rng = rng(4);
    let team = team(&mut rng);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let (bundle, _) = sent(&team, &told("team"), Sender::Words { source: &source, statement: Some("Я быў там.") }, &mut rng);
    let mut all = Answers::new();
    let mut receipt = None;
    for ((sealed, payload), quorum) in bundle.parts.iter().zip([TEAM, TRIAGE, LAWYERS, CUSTODIANS]) {
        let (opened, content) = team.open(&sealed.header, payload, quorum).unwrap();
        all.join(&Answers::decode(&content).unwrap());
        receipt = receipt.or(opened.cover.receipt);
    }
    let receipt = receipt.unwrap();
    let Leaf::Opaque { commitment, capsule } = &bundle.leaf else { panic!("a submission's leaf is opaque") };
    assert_eq!(submission::form(&all).unwrap().roots(&receipt.salts_seed).fields_root(), receipt.fields_root);
    assert_eq!(receipt.commitment, *commitment);
    let (nonce, inside) = Capsule::open(&source.capsule_key(), capsule).unwrap();
    assert_eq!((inside.statement.as_str(), inside.roots.fields_root()), ("Я быў там.", receipt.fields_root));
    assert_eq!(source.receipt(&nonce).salts_seed, receipt.salts_seed);
    // One word of the account exchanged, and it is another form.
    all.set("tell", "account", "Бачыў, як бегалі.").unwrap();
    assert_ne!(submission::form(&all).unwrap().roots(&receipt.salts_seed).fields_root(), receipt.fields_root);
}

#[test]
fn a_double_press_makes_the_same_ids_and_a_bundle_travels_whole() {
    let mut rng = rng(5);
    let team = team(&mut rng);
    let ids = |bundle: &Bundle| bundle.parts.iter().map(|(sealed, _)| sealed.part).collect::<Vec<_>>();
    let (first, _) = sent(&team, &told("team"), Sender::OneWay, &mut rng);
    let (second, _) = sent(&team, &told("team"), Sender::OneWay, &mut rng);
    assert_eq!(ids(&first), ids(&second));
    assert_ne!(first.parts[0].1, second.parts[0].1);
    let bytes = wire::encode_bundle(&first);
    assert!(bytes.len() < 120_000, "{}", bytes.len());
    let (parts, leaf) = wire::decode_bundle(&bytes).unwrap();
    assert_eq!(leaf, first.leaf.encode());
    for (sent, (sealed, payload)) in parts.iter().zip(&first.parts) {
        assert_eq!(
            (sent.part, sent.list_no, &sent.header, &sent.payload, sent.payload_sha256),
            (sealed.part, 1, &sealed.header, payload, sealed.payload_sha256)
        );
    }
    for cut in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        assert!(wire::decode_bundle(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    assert!(wire::decode_bundle(&[bytes.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn a_file_goes_through_the_same_door_and_is_vouched_for() {
    let mut rng = rng(6);
    let team = team(&mut rng);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let (_, follow) = sent(&team, &told("lawyers"), Sender::Words { source: &source, statement: None }, &mut rng);
    let follow = Follow::decode(&follow.encode()).unwrap();
    assert_eq!(follow.door(), Door::Lawyers);
    let film = vec![5; 200_000];
    let mut payload = Vec::new();
    let mut sealer = follow.file(&team.at(), 3, &mut rng, &mut payload).unwrap();
    sealer.push(&film, &mut payload).unwrap();
    let sealed = sealer.end().unwrap().finish(&mut payload);
    let file = FileRef {
        part: sealed.part,
        payload_sha256: sealed.payload_sha256,
        content_sha256: sealed.content_sha256,
        content_len: sealed.content_len,
        name: "відэа.mp4".to_owned(),
        claimed_type: "video/mp4".to_owned(),
    };
    let mut about = Answers::new();
    about.set("file", "about", "двор").unwrap();
    let (vouching, words) = follow.vouch(&team.at(), 3, file.clone(), &about, &mut rng).unwrap();
    assert!(team.open(&sealed.header, &payload, TEAM).is_none());
    let (opened, content) = team.open(&sealed.header, &payload, LAWYERS).unwrap();
    assert!(content == film && opened.cover.compartment == Compartment::File);
    let (vouched, _) = team.open(&vouching.header, &words, LAWYERS).unwrap();
    assert_eq!((vouched.cover.files, vouched.cover.submission), (vec![file], opened.cover.submission));
    // The file's own head on the wire.
    let head = wire::encode_file_head(&sealed.header);
    let whole = [head.as_slice(), &payload].concat();
    assert_eq!(wire::decode_file_head(&whole[..head.len() - 1]), Ok(None));
    let read = wire::decode_file_head(&whole).unwrap().unwrap();
    assert_eq!((read.part, read.payload_at, read.header), (sealed.part, head.len(), sealed.header));
    assert!(wire::decode_file_head(b"kniha-life").is_err());
}

#[test]
fn what_a_page_keeps_of_the_words_reads_no_answer_and_comes_back_whole() {
    let mut rng = rng(7);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let back = Back::of(&source);
    let bytes = back.encode();
    assert_eq!(Back::decode(&bytes).unwrap(), back);
    assert!((0..bytes.len()).all(|cut| Back::decode(&bytes[..cut]).is_none()));
    for secret in [source.reply().seed().expose(), source.deposit().seed().expose(), source.capsule_key().expose()] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}

#[test]
fn key_lists_travel_whole() {
    let mut rng = rng(8);
    let list = SignedList::unsigned(team(&mut rng).list).unwrap().encode();
    let bytes = wire::encode_keys([list.as_slice(), &list]);
    let read: Vec<Vec<u8>> = wire::decode_keys(&bytes).unwrap().iter().map(SignedList::encode).collect();
    assert_eq!(read, [list.clone(), list]);
    assert!(wire::decode_keys(&bytes[..bytes.len() - 1]).is_err() && wire::decode_keys(b"kniha-keys\x02").is_err());
}
