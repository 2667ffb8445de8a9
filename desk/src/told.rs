//! What arrives at the stage of the tests: submissions as a portal seals them, and accounts that are open already.

#![allow(clippy::unwrap_used, reason = "tests")]

use kniha_core::id::MemberId;
use kniha_core::intake::{Doorway, Kind, Length, Way};
use kniha_core::telling::{Answers, Share};
use kniha_core::time::DAY_US;
use kniha_inbox::{Body, PartKey, Sealed};
use kniha_seal::part::{Compartment, Cover, Day, FileRef, PartKind, SourceKeys, SubmissionId, part_id};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, Quorum, QuorumNo, Slot, TEAM, TRIAGE};
use kniha_seal::sealer::seal;
use kniha_seal::secret::Secret;
use kniha_seal::size::Padding;
use kniha_seal::source::Source;
use kniha_seal::words::Words;
use kniha_store::{Card, IntakeId, Piece, Sight};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::cast;
use crate::session::Ticket;
use crate::stage::{Stage, id};

/// Who opens: two members of the stage's case.
pub(crate) const SECOND: u8 = 54;

/// An account that a person might tell.
pub(crate) const ACCOUNT: &str = "Мяне забралі 9.08.2020 каля Вясновага моста. Капітан Ясень біў мяне дубінкай. Яна Верас усё бачыла.";

/// The stage with its case in the gate, and a second member in it, who is signed in.
pub(crate) async fn together() -> (Stage, Ticket) {
    let stage = Stage::set().await;
    let second: MemberId = id(SECOND);
    stage.rooms.house().case_found(id(2), &[id(1), second], stage.now()).await.unwrap();
    let mut write = stage.desk.store.write(id(1), stage.now()).await.unwrap();
    write.add_member(second, "Second").await.unwrap();
    write.grant(id(2), second).await.unwrap();
    write.commit().await.unwrap();
    let ticket = stage.ticket_of(second).await;
    (stage, ticket)
}

async fn quorum(stage: &Stage, no: QuorumNo, k: u8, who: &[u8]) -> Quorum {
    let mut slots = Vec::new();
    for (slot, n) in (1..).zip(who) {
        let account = stage.rooms.house().account(id(*n)).await.unwrap().unwrap();
        slots.push(Slot { slot, key: account.public.opening });
    }
    Quorum::new(no, k, who.len() as u8, slots).unwrap()
}

/// What is told.
pub(crate) struct Told<'a> {
    pub(crate) n: u8,
    pub(crate) kind: PartKind,
    pub(crate) answers: &'a [(&'a str, &'a str, &'a str)],
    /// The words of the source; none leave no way to answer.
    pub(crate) words: Option<u8>,
    /// Who screens: two of them open.
    pub(crate) screeners: &'a [u8],
    /// Days before now.
    pub(crate) days: u32,
}

/// The usual one.
pub(crate) const USUAL: Told<'static> = Told {
    n: 1,
    kind: PartKind::Report,
    answers: &[
        ("tell", "account", ACCOUNT),
        ("tell", "when", "у жніўні"),
        ("tell", "heard", "нічога"),
        ("triage", "lang", "be"),
        ("triage", "length", "short"),
        ("door", "write", "yes"),
    ],
    words: Some(7),
    screeners: &[1, SECOND],
    days: 0,
};

/// Four parts arrive.
pub(crate) async fn arrives(stage: &Stage, told: &Told<'_>) -> IntakeId {
    let mut rng = ChaCha20Rng::seed_from_u64(u64::from(told.n));
    let submission = SubmissionId::from_random([told.n; 16]);
    let mut answers = Answers::new();
    for (block, name, answer) in told.answers {
        answers.set(block, name, answer).unwrap();
    }
    let source = told.words.map(|n| Source::new(&[9; 32], &Words::from_bits(Secret::take(&mut [n; 16]))));
    let keys = source.as_ref().map(|source| SourceKeys { mailbox: source.mailbox().0, reply: source.reply().public(), voice: source.voice().public() });
    let team = quorum(stage, TEAM, 2, told.screeners).await;
    let triage = quorum(stage, TRIAGE, 1, told.screeners).await;
    let lawyers = quorum(stage, LAWYERS, 1, &[1, 33]).await;
    let custodians = quorum(stage, CUSTODIANS, 1, &[37]).await;
    let day = Day(u32::try_from(stage.now().0 / DAY_US).unwrap() - told.days);
    let mut puts = Vec::new();
    for (compartment, share, quorums) in [
        (Compartment::Base, Share::Base, vec![&team, &custodians]),
        (Compartment::Triage, Share::Triage, vec![&triage]),
        (Compartment::OwnActs, Share::OwnActs, vec![&lawyers]),
        (Compartment::Contacts, Share::Contacts, vec![&custodians]),
    ] {
        let part = part_id(&submission, compartment, 0);
        let files = if compartment == Compartment::Base { vec![file()] } else { Vec::new() };
        let cover = Cover {
            book: [9; 32],
            part,
            submission,
            kind: told.kind,
            compartment,
            form_version: 1,
            lang: "be".to_owned(),
            day,
            list_no: 1,
            source: keys.clone().filter(|_| compartment == Compartment::Base),
            receipt: None,
            files,
            signature: None,
        };
        let (sealed, payload) = seal(&cover, &answers.of_share(share).encode(), &quorums, Padding::Text, &mut rng).unwrap();
        let (header, payload_sha256) = (sealed.header, sealed.payload_sha256);
        puts.push(Sealed { part: PartKey(*part.bytes()), list_no: 1, day: day.0, header, payload_sha256, body: Body::Bytes(payload) });
    }
    stage.rooms.house().spool().put(puts, None).await.unwrap();
    IntakeId::from_random([told.n; 16])
}

fn file() -> FileRef {
    FileRef {
        part: kniha_seal::part::PartId::from_random([77; 16]),
        payload_sha256: kniha_core::commit::Hash([1; 32]),
        content_sha256: kniha_core::commit::Hash([2; 32]),
        content_len: 1_234_567,
        name: "\u{202e}gpj.<b>../x".to_owned(),
        claimed_type: "image/jpeg".to_owned(),
    }
}

/// Arrives, is looked at, offered and agreed to: an account in the case.
pub(crate) async fn opened(stage: &Stage, second: &Ticket, told: &Told<'_>) -> IntakeId {
    let id = arrives(stage, told).await;
    stage.get("/inbox").await;
    assert_eq!(stage.post("/inbox/look", &[]).await.location(), "/inbox?done=looked");
    let fields = [("pick[]", id.to_string()), ("act", "together".to_owned()), ("case", crate::stage::id::<kniha_core::id::CaseMark>(2).to_string())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let offered = stage.post("/inbox/cards", &fields).await;
    assert_eq!(offered.location(), "/inbox?done=offered", "{}", offered.body);
    let inbox = stage.get_as(second, "/inbox").await;
    let (_, rest) = inbox.body.split_once("href=\"/inbox/together/").unwrap();
    let path = format!("/inbox/together/{}", rest.split_once('"').unwrap().0);
    let agreed = stage.post_as(second, &path, &[]).await;
    assert_eq!(agreed.status, 200);
    assert!(agreed.body.contains(&format!("/statement/{id}")), "{}", agreed.body);
    id
}

/// An account of any text that is in the case already, as from a folder.
pub(crate) async fn kept(stage: &Stage, n: u8, text: &str) -> IntakeId {
    let who = cast::present(stage.rooms.house(), id(1)).await;
    let part = stage.rooms.house().keep(&who, id(2), Compartment::Base, "be", text.as_bytes(), stage.now()).await.unwrap();
    let card = Card {
        id: IntakeId::from_random([n; 16]),
        kind: Kind::Report,
        way: Way::Folder,
        day: 20_000,
        list_no: 0,
        lang: "be".to_owned(),
        door: Some(Doorway::Team),
        urgent: false,
        minor: false,
        length: Length::Long,
        own_acts: false,
        contact: false,
    };
    let mut write = stage.desk.store.write(id(1), stage.now()).await.unwrap();
    write.add_card(&card, &[Piece { part: *part.bytes(), compartment: "base".to_owned(), nth: 0 }]).await.unwrap();
    write.put_in_case(card.id, Sight::Cards, id(2)).await.unwrap();
    write.commit().await.unwrap();
    card.id
}

/// Every text of the demo's hostile ones: the literals of its file.
pub(crate) fn hostile() -> Vec<String> {
    let source = include_str!("../../kniha/src/demo/hostile.rs");
    let mut all = Vec::new();
    let mut chars = source.chars().peekable();
    let (mut inside, mut text) = (false, String::new());
    while let Some(c) = chars.next() {
        match (inside, c) {
            (false, '/') if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            (false, '"') => inside = true,
            (true, '"') => {
                inside = false;
                all.push(std::mem::take(&mut text));
            }
            (true, '\\') => match chars.next() {
                Some('u') => {
                    let code: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    text.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                }
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => {}
            },
            (true, c) => text.push(c),
            (false, _) => {}
        }
    }
    assert!(all.len() > 50);
    all
}
