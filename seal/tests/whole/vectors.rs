//! Vectors that other programs can use, in `docs/formats/vectors/seal-*.json`.
//!
//! Each file is made here from fixed randomness and must be what stands in the folder, byte for byte; each is also read back and opened with nothing but
//! what stands in it. `KNIHA_WRITE_VECTORS=1` writes them; a format changes only with a new version, so that is for new files.

use std::path::PathBuf;

use data_encoding::{BASE64, HEXLOWER};
use kniha_core::commit::Hash;
use kniha_core::id::{CaseId, MemberId};
use kniha_core::lang::Lang;
use kniha_core::time::UtcMicros;
use kniha_seal::age::{self, FileKey, Identity, Recipients};
use kniha_seal::holder::{KeyHolder, MemoryHolder, ReadReceipt};
use kniha_seal::keyfile::{KeyFile, MemberKey, MemberPublic, Passphrase, WrappingKey};
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root, SignedList, Trusted};
use kniha_seal::leaf::{CAPSULE_LEN, Leaf};
use kniha_seal::mailbox::{Answer, AnswerKind, Block};
use kniha_seal::opener;
use kniha_seal::part::{Compartment, Day, Envelope, PartId, PartKind, ReceiptRef, SourceKeys, SubmissionId, part_id};
use kniha_seal::quorum::QuorumNo;
use kniha_seal::readlog::{Reading, Why, entry_hash};
use kniha_seal::receipt::{self, Capsule, Form, Opening, Person};
use kniha_seal::sealer;
use kniha_seal::secret::Secret;
use kniha_seal::share::{self, Share};
use kniha_seal::sign::{Purpose, Signature, SigningKey, VerifyingKey};
use kniha_seal::size::Padding;
use kniha_seal::source::Source;
use kniha_seal::words::Words;
use kniha_seal::wrap::{Offer, Own, OwnUse, Wrap, part_block, part_key, split_gate};
use kniha_seal::xwing::SecretKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::parts::{cover, team};

const BOOK: [u8; 32] = [0x42; 32];

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn unhex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

fn fixed<const N: usize>(value: &Value) -> [u8; N] {
    unhex(value).try_into().unwrap()
}

fn unbase64(value: &Value) -> Vec<u8> {
    BASE64.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

/// The vectors that stand in the folder, after a look whether they are still what is made here.
fn kept(name: &str, made: &Value) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/formats/vectors").join(format!("seal-{name}.json"));
    let text = format!("{made:#}\n");
    if std::env::var_os("KNIHA_WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept == text, "seal-{name}.json is not what is made now: a format changed under its version");
    serde_json::from_str(&kept).unwrap()
}

#[test]
fn words_and_everything_that_grows_from_them() {
    let mut rng = rng(1);
    let mut made = Vec::new();
    for i in 0..8 {
        let mut bits = [0; 16];
        match i {
            0 => {}
            1 => bits.fill(0xff),
            _ => rng.fill_bytes(&mut bits),
        }
        let words = Words::from_bits(Secret::take(&mut bits));
        let source = Source::new(&BOOK, &words);
        let nonce: [u8; 24] = std::array::from_fn(|n| n as u8 + i);
        let keys = source.receipt(&nonce);
        let texts: serde_json::Map<String, Value> = Lang::ALL.map(|lang| (lang.code().to_owned(), json!(words.text(lang).as_str()))).into_iter().collect();
        made.push(json!({
            "bits": hex(words.bits().expose()),
            "words": texts,
            "mailbox_id": hex(&source.mailbox().0),
            "mark_be": source.mark(Lang::Be).join(" "),
            "reply_seed": hex(source.reply().seed().expose()),
            "reply_public_sha256": hex(&Sha256::digest(source.reply().public().to_bytes())),
            "voice_public_sha256": hex(&Sha256::digest(source.voice().public().bytes())),
            "capsule_key": hex(source.capsule_key().expose()),
            "nonce": hex(&nonce),
            "receipt_public_sha256": hex(&Sha256::digest(keys.signing.public().bytes())),
            "receipt_blind": hex(keys.blind.expose()),
            "receipt_salts_seed": hex(keys.salts_seed.expose()),
            "receipt_person_salt": hex(keys.person_salt.expose()),
        }));
    }
    let kept = kept("source", &json!({ "book": hex(&BOOK), "sources": made }));
    for source in kept["sources"].as_array().unwrap() {
        for lang in Lang::ALL {
            let words = Words::parse(source["words"][lang.code()].as_str().unwrap(), Lang::Be).unwrap();
            assert_eq!(Source::new(&fixed(&kept["book"]), &words).mailbox().0, fixed(&source["mailbox_id"]));
        }
    }
}

#[test]
fn padding_shares_and_signatures() {
    let mut rng = rng(2);
    let lengths = [1, 4095, 4096, 4097, 65_536, 65_537, 100_000, 131_072, 131_073, 1_000_000, 500_000_000, 1 << 40];
    let padded: Vec<Value> = lengths.map(|n| json!({ "bytes": n, "text": Padding::Text.padded(n), "file": Padding::File.padded(n) })).into();
    let key = FileKey::random(&mut rng);
    let part = PartId::from_random([0x11; 16]);
    let shares = share::split(&key, 3, &[1, 2, 7, 200, 255], &mut rng).unwrap();
    let written = |s: &Share| json!({ "slot": s.slot, "share": hex(s.value.expose()), "check": hex(&s.check(&part, QuorumNo(5)).0) });
    let (ed, ml) = (Secret::<32>::random(&mut rng), Secret::<32>::random(&mut rng));
    let signing = SigningKey::from_seeds(ed.clone(), ml.clone());
    let message = "Кніга".as_bytes();
    let kept = kept(
        "small",
        &json!({
            "padding": padded,
            "shares": { "file_key": hex(key.expose()), "k": 3, "part": hex(part.bytes()), "quorum": 5, "shares": shares.iter().map(written).collect::<Vec<_>>() },
            "signature": {
                "ed25519_seed": hex(ed.expose()), "mldsa65_seed": hex(ml.expose()), "label": "kniha/1/sign/act", "message": hex(message),
                "public": hex(signing.public().bytes()), "signature": hex(signing.sign(Purpose::Act, message).bytes()),
            },
        }),
    );
    let shares: Vec<Share> = kept["shares"]["shares"].as_array().unwrap()[2..]
        .iter()
        .map(|s| Share { slot: u8::try_from(s["slot"].as_u64().unwrap()).unwrap(), value: Secret::from_slice(&unhex(&s["share"])).unwrap() })
        .collect();
    assert_eq!(share::combine(3, &shares).unwrap().expose().as_slice(), unhex(&kept["shares"]["file_key"]));
    let public = VerifyingKey::from_bytes(&unhex(&kept["signature"]["public"])).unwrap();
    let signature = Signature::from_bytes(&unhex(&kept["signature"]["signature"])).unwrap();
    assert_eq!(public.verify(Purpose::Act, &unhex(&kept["signature"]["message"]), &signature), Ok(()));
}

#[test]
fn a_part_of_a_report() {
    let mut rng = rng(3);
    let (screeners, custodians) = (team(1, 2, 3, 4, &mut rng), team(9, 1, 1, 1, &mut rng));
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let content = "Гэта адбылося 10 жніўня каля станцыі.".as_bytes();
    let mut cover = cover(0);
    cover.book = BOOK;
    cover.source = Some(SourceKeys { mailbox: source.mailbox().0, reply: source.reply().public(), voice: source.voice().public() });
    cover.receipt =
        Some(ReceiptRef { salts_seed: Secret::random(&mut rng), fields_root: Hash([3; 32]), commitment: Hash([4; 32]), prior_checkpoint: Some(Hash([5; 32])) });
    cover.sign(&source.voice(), &Hash(Sha256::digest(content).into())).unwrap();
    let (part, payload) = sealer::seal(&cover, content, &[&screeners.quorum, &custodians.quorum], Padding::Text, &mut rng).unwrap();
    let slots = |team: &super::parts::Team| -> Vec<Value> {
        team.seeds
            .iter()
            .zip(1..)
            .map(|(seed, slot)| json!({ "slot": slot, "seed": hex(seed.seed().expose()), "key_id": seed.public().id().to_string() }))
            .collect()
    };
    let kept = kept(
        "part",
        &json!({
            "header": String::from_utf8(part.header).unwrap(),
            "payload": BASE64.encode(&payload),
            "payload_sha256": hex(&part.payload_sha256.0),
            "members": { "1": slots(&screeners), "9": slots(&custodians) },
            "submission": hex(cover.submission.bytes()),
            "compartment": "base",
            "part": hex(cover.part.bytes()),
            "list_no": cover.list_no,
            "cover": hex(&cover.encode().unwrap()),
            "content": hex(content),
            "content_sha256": hex(&part.content_sha256.0),
        }),
    );
    assert_eq!(part_id(&SubmissionId::from_random(fixed(&kept["submission"])), Compartment::Base, 0).bytes(), &fixed(&kept["part"]));
    let envelope = Envelope::parse(kept["header"].as_str().unwrap().as_bytes()).unwrap();
    for team in [&screeners, &custodians] {
        let shares = team.shares(&envelope);
        let key = envelope.open(team.quorum.no(), &shares[..usize::from(team.quorum.k())]).unwrap();
        let (opened, content) = opener::open(&envelope, &key, &unbase64(&kept["payload"])).unwrap();
        assert_eq!((opened.cover.kind, content), (PartKind::Report, unhex(&kept["content"])));
    }
}

#[test]
fn a_file_for_outsiders() {
    let mut rng = rng(4);
    let key = SecretKey::random(&mut rng);
    let file = age::seal_file(&Recipients::PostQuantum(vec![key.public()]), b"dossier", &mut rng).unwrap();
    let made = json!({ "identity": key.to_age().as_str(), "recipient": key.public().to_age(), "file": BASE64.encode(&file), "plain": hex(b"dossier") });
    let kept = kept("outsider", &made);
    let key = SecretKey::from_age(kept["identity"].as_str().unwrap()).unwrap();
    assert_eq!(age::open_file(&Identity::PostQuantum(key), &unbase64(&kept["file"])).unwrap(), unhex(&kept["plain"]));
}

#[test]
fn an_answer_in_a_mailbox() {
    let mut rng = rng(5);
    let (source, team) = (Source::new(&BOOK, &Words::random(&mut rng)), SigningKey::random(&mut rng));
    let answer =
        Answer { seq: 2, kind: AnswerKind::Request, lang: "be".to_owned(), day: Day(20_710), list_no: 4, text: "А якой гадзінай?".to_owned() };
    let block = Block::seal(&BOOK, &source.mailbox(), &source.reply().public(), &answer, &team, &mut rng).unwrap();
    let kept = kept(
        "block",
        &json!({
            "book": hex(&BOOK), "mailbox_id": hex(&source.mailbox().0), "reply_seed": hex(source.reply().seed().expose()),
            "team_public": hex(team.public().bytes()), "block": BASE64.encode(block.bytes()),
            "answer": { "seq": 2, "kind": "request", "lang": "be", "day": 20_710, "list_no": 4, "text": answer.text },
        }),
    );
    let block = Block::from_bytes(&unbase64(&kept["block"])).unwrap();
    let key = SecretKey::from_seed(Secret::from_slice(&unhex(&kept["reply_seed"])).unwrap());
    let team = VerifyingKey::from_bytes(&unhex(&kept["team_public"])).unwrap();
    let opened = block.open(&fixed(&kept["book"]), &kniha_seal::source::MailboxId(fixed(&kept["mailbox_id"])), &key, &team).unwrap();
    assert_eq!(opened.text, kept["answer"]["text"].as_str().unwrap());
}

#[test]
fn what_goes_between_members_and_what_the_log_says() {
    let mut rng = rng(9);
    let (member, case, auditor) = (SecretKey::random(&mut rng), SecretKey::random(&mut rng), SecretKey::random(&mut rng));
    let (part, case_id, who) = (PartId::from_random([1; 16]), CaseId::from_random([2; 16]), MemberId::from_random([3; 16]));
    let (key, share) = (FileKey::random(&mut rng), Share { slot: 5, value: Secret::random(&mut rng) });
    let own_secret = Secret::random(&mut rng);
    let case_wrap = Wrap::seal(&member.public(), *case_id.bytes(), 3, case.seed(), &mut rng).unwrap();
    let (masked, half) = split_gate(&part_block(&part, &key), &mut rng);
    let part_wrap = Wrap::seal(&case.public(), *part.bytes(), 3, &masked, &mut rng).unwrap();
    let offer = Offer::seal(&member.public(), part, QuorumNo(1), &share, 1_800_000_000_000_000, &mut rng).unwrap();
    let own = Own::seal(&member.public(), OwnUse::Register, &own_secret, &mut rng).unwrap();
    let (mut prev, mut log) = (Hash([0; 32]), Vec::new());
    for (n, (case, why)) in (1..).zip([(None, Why::Offer), (Some(case_id), Why::Read)]) {
        let reading = Reading { at: UtcMicros(1_796_000_000_000_000), who, case, part, compartment: Compartment::Base, why };
        let sealed = reading.seal(n, &[auditor.public()], &mut rng).unwrap();
        let hash = entry_hash(n, &prev, &sealed);
        let case = case.map(|case| hex(case.bytes()));
        log.push(json!({ "n": n, "prev": hex(&prev.0), "sealed": BASE64.encode(&sealed), "hash": hex(&hash.0), "case": case, "why": why as u8 }));
        prev = hash;
    }
    let kept = kept(
        "team",
        &json!({
            "member_seed": hex(member.seed().expose()), "case_seed": hex(case.seed().expose()), "auditor_seed": hex(auditor.seed().expose()),
            "part": hex(part.bytes()), "case": hex(case_id.bytes()), "epoch": 3, "who": hex(who.bytes()), "at_us": 1_796_000_000_000_000_u64,
            "case_wrap": BASE64.encode(&case_wrap.encode()), "part_wrap": BASE64.encode(&part_wrap.encode()), "half": hex(half.expose()), "file_key": hex(key.expose()),
            "offer": BASE64.encode(&offer.encode()), "quorum": 1, "slot": 5, "share": hex(share.value.expose()), "until_us": 1_800_000_000_000_000_u64,
            "own": BASE64.encode(&own.encode()), "own_use": "register", "own_secret": hex(own_secret.expose()), "log": log,
        }),
    );
    let seed = |name: &str| SecretKey::from_seed(Secret::from_slice(&unhex(&kept[name])).unwrap());
    let (part, case_id) = (PartId::from_random(fixed(&kept["part"])), fixed(&kept["case"]));
    let holder = MemoryHolder::new(vec![seed("member_seed")], SigningKey::random(&mut rng));
    let receipt = ReadReceipt::of_entry(part, Hash(fixed(&kept["log"][1]["hash"])));
    let case = holder.unwrap(&Wrap::decode(&unbase64(&kept["case_wrap"])).unwrap(), &receipt.through(case_id)).unwrap();
    let masked = Wrap::decode(&unbase64(&kept["part_wrap"])).unwrap().open_with(&SecretKey::from_seed(case)).unwrap();
    let key = part_key(&part, &masked.xor(&Secret::from_slice(&unhex(&kept["half"])).unwrap())).unwrap();
    assert_eq!(hex(key.expose()), kept["file_key"].as_str().unwrap());
    let share = holder.take(&Offer::decode(&unbase64(&kept["offer"])).unwrap(), &receipt).unwrap();
    assert_eq!((hex(share.value.expose()).as_str(), share.slot), (kept["share"].as_str().unwrap(), 5));
    let own = holder.own(&Own::decode(&unbase64(&kept["own"])).unwrap(), OwnUse::Register).unwrap();
    assert_eq!(hex(own.expose()), kept["own_secret"].as_str().unwrap());
    let mut prev = Hash([0; 32]);
    for (n, entry) in (1..).zip(kept["log"].as_array().unwrap()) {
        let sealed = unbase64(&entry["sealed"]);
        prev = entry_hash(n, &prev, &sealed);
        assert_eq!(hex(&prev.0), entry["hash"].as_str().unwrap());
        assert_eq!(Reading::open(n, &sealed, &seed("auditor_seed")).unwrap().why as u64, entry["why"].as_u64().unwrap());
    }
}

#[test]
fn two_key_lists_in_a_chain() {
    let mut rng = rng(6);
    let custodians: Vec<SigningKey> = (0..2).map(|_| SigningKey::random(&mut rng)).collect();
    let slot = ListedSlot {
        slot: 1,
        opening: SecretKey::random(&mut rng).public(),
        signing: SigningKey::random(&mut rng).public(),
        from: Day(20_700),
        to: Day(20_790),
    };
    let first = KeyList {
        book: BOOK,
        no: 1,
        prev: None,
        from: Day(20_700),
        to: Day(20_790),
        root: Root { keys: custodians.iter().map(SigningKey::public).collect(), t: 2 },
        quorums: vec![ListedQuorum { no: QuorumNo(1), name: "screeners".to_owned(), k: 1, draw: 1, slots: vec![slot] }],
        reply: SigningKey::random(&mut rng).public(),
        collect: SigningKey::random(&mut rng).public(),
        log: SigningKey::random(&mut rng).public(),
        witnesses: vec!["witness.example".to_owned()],
        addresses: vec!["portal.example".to_owned()],
    };
    let signed = |list: KeyList| {
        let mut signed = SignedList::unsigned(list).unwrap();
        for key in &custodians {
            let signature = key.sign(Purpose::KeyList, signed.to_sign());
            signed.add(&key.public(), signature);
        }
        signed
    };
    let one = signed(first.clone());
    let two = signed(KeyList { no: 2, prev: Some(one.digest()), to: Day(20_880), ..first });
    let words = |lang: Lang| two.list().week_words(&two.digest(), Day(20_705), lang).join(" ");
    let kept = kept(
        "keylist",
        &json!({
            "lists": [BASE64.encode(&one.encode()), BASE64.encode(&two.encode())],
            "digests": [hex(&one.digest().0), hex(&two.digest().0)],
            "week_words_of_day_20705": { "be": words(Lang::Be), "en": words(Lang::En) },
        }),
    );
    let read = |i: usize| SignedList::decode(&unbase64(&kept["lists"][i])).unwrap();
    let trusted = Trusted::first(&read(0), &Hash(fixed(&kept["digests"][0]))).unwrap().next(&read(1)).unwrap();
    assert_eq!(trusted.digest().0, fixed(&kept["digests"][1]));
}

#[test]
fn a_receipt() {
    let mut rng = rng(7);
    let source = Source::new(&BOOK, &Words::random(&mut rng));
    let nonce = receipt::nonce(&mut rng);
    let keys = source.receipt(&nonce);
    let mut form = Form::new(1);
    form.field("base", "account", Some("Я бачыў.")).unwrap();
    form.field("base", "heard-before", None).unwrap();
    form.field("where", "place", Some("Мінск")).unwrap();
    form.file(Hash([6; 32])).unwrap();
    let roots = form.roots(&keys.salts_seed);
    let person = Person::bind("Іван Прыклад", "1990-01-01", "МВ-123", &keys.person_salt);
    let capsule = Capsule { roots: roots.clone(), prior_checkpoint: None, statement: "Я нікога не біў.".to_owned() };
    let (leaf, opening) = receipt::make(&source, &nonce, &capsule, person).unwrap();
    let public = Leaf::Public { kind: kniha_seal::leaf::PublicKind::KeyList, digest: Hash([7; 32]), prev: None };
    let kept = kept(
        "receipt",
        &json!({
            "capsule_key": hex(source.capsule_key().expose()),
            "fields": { "base/account": "Я бачыў.", "base/heard-before": null, "where/place": "Мінск" },
            "files": [hex(&[6; 32])],
            "form_version": 1,
            "salts_seed": hex(keys.salts_seed.expose()),
            "block_roots": roots.blocks.iter().map(|b| hex(&b.0)).collect::<Vec<_>>(),
            "files_root": hex(&roots.files.0),
            "fields_root": hex(&roots.fields_root().0),
            "person_text": "иван прыклад|1990-01-01|мв-123",
            "person_salt": hex(keys.person_salt.expose()),
            "person": hex(&person.0.0),
            "blind": hex(keys.blind.expose()),
            "keys": hex(keys.signing.public().bytes()),
            "commitment": hex(&opening.commitment().0),
            "leaf": BASE64.encode(&leaf.encode()),
            "public_leaf": hex(&public.encode()),
        }),
    );
    let Leaf::Opaque { commitment, capsule } = Leaf::decode(&unbase64(&kept["leaf"])).unwrap() else { panic!("a receipt is opaque") };
    let capsule: [u8; CAPSULE_LEN] = *capsule;
    let (_, opened) = Capsule::open(&Secret::from_slice(&unhex(&kept["capsule_key"])).unwrap(), &capsule).unwrap();
    let opening = Opening {
        blind: Secret::from_slice(&unhex(&kept["blind"])).unwrap(),
        keys: VerifyingKey::from_bytes(&unhex(&kept["keys"])).unwrap(),
        fields_root: opened.roots.fields_root(),
        person: Person(Hash(fixed(&kept["person"]))),
    };
    assert_eq!(opening.commitment(), commitment);
}

#[test]
fn a_members_key() {
    let mut rng = rng(9);
    let passphrase = Passphrase::random(&mut rng);
    let key = MemberKey::random(&mut rng);
    let file = key.close(&WrappingKey::fresh(&passphrase, &mut rng).unwrap(), &mut rng).unwrap();
    let public = key.public();
    let by_lang =
        |text: &dyn Fn(Lang) -> String| Lang::ALL.map(|lang| (lang.code().to_owned(), json!(text(lang)))).into_iter().collect::<serde_json::Map<_, _>>();
    let kept = kept(
        "member-key",
        &json!({
            "passphrase": by_lang(&|lang| passphrase.text(lang).to_string()),
            "file": BASE64.encode(&file.encode()),
            "text": file.to_text(),
            "public": public.to_text(),
            "spoken": by_lang(&|lang| public.spoken(lang).join(" ")),
            "message": hex(b"test"),
            "signature": hex(key.signing().sign(Purpose::Act, b"test").bytes()),
        }),
    );
    let text = kept["text"].as_str().unwrap();
    assert_eq!(KeyFile::decode(&unbase64(&kept["file"])), Ok(KeyFile::parse(text).unwrap()));
    let typed = Passphrase::read(kept["passphrase"]["uk"].as_str().unwrap()).unwrap();
    let opened = KeyFile::parse(text).unwrap().open(&typed[0]).unwrap();
    assert_eq!(MemberPublic::parse(kept["public"].as_str().unwrap()), Ok(opened.public()));
}
