//! A small invented book with every kind of record in it, conflicts, every status, and hostile strings.

use std::path::Path;
use std::sync::Arc;

use kniha_core::claim::{Citation, Move, NewClaim, Stance};
use kniha_core::custody::{By, Deed, Digests, Precision, Signature};
use kniha_core::day::Day;
use kniha_core::id::{CaseId, ClaimId, Id, MemberId};
use kniha_core::name::LangTag;
use kniha_core::time::{DAY_US, UtcMicros, Window};
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind};
use kniha_store::{Basis, Beginning, Durability, EntryId, Gap, Kept, Key, NameSecret, NewDeed, NewTask, Place, Saying, Store, TaskId, Terms, Writing};

/// The clock of the test.
pub(crate) const NOW: UtcMicros = UtcMicros(1_900_000_000_000_000);

pub(crate) fn id<M>(n: u8) -> Id<M> {
    Id::from_random([n; 16])
}

/// Records by what they are in the story.
pub(crate) const PERSON: u8 = 10;
pub(crate) const UNIT: u8 = 11;
pub(crate) const STAFF: u8 = 12;
pub(crate) const INCIDENT: u8 = 13;
pub(crate) const ACT: u8 = 14;
pub(crate) const INJURY: u8 = 15;
pub(crate) const PLACE: u8 = 16;
pub(crate) const EXHIBIT: u8 = 17;
pub(crate) const SOURCE: u8 = 18;
pub(crate) const POSTING: u8 = 19;
pub(crate) const COMMAND: u8 = 20;
pub(crate) const POSITIONING: u8 = 21;
pub(crate) const INVOLVEMENT: u8 = 22;
pub(crate) const VICTIM: u8 = 23;

/// Every record with its kind.
pub(crate) const RECORDS: [(u8, NodeKind); 14] = [
    (SOURCE, NodeKind::Source),
    (PERSON, NodeKind::Person),
    (VICTIM, NodeKind::Person),
    (UNIT, NodeKind::Unit),
    (STAFF, NodeKind::Unit),
    (INCIDENT, NodeKind::Incident),
    (ACT, NodeKind::Act),
    (INJURY, NodeKind::Injury),
    (PLACE, NodeKind::Place),
    (EXHIBIT, NodeKind::Exhibit),
    (POSTING, NodeKind::Posting),
    (COMMAND, NodeKind::Command),
    (POSITIONING, NodeKind::Positioning),
    (INVOLVEMENT, NodeKind::Involvement),
];

/// A book in a temporary file.
pub(crate) struct Book {
    pub(crate) store: Arc<Store>,
    pub(crate) member: MemberId,
    folder: tempfile::TempDir,
}

struct Pen<'a> {
    write: Writing<'a>,
    case: CaseId,
    next: u8,
}

impl Pen<'_> {
    /// A claim of the source, with its words; `written` may name a record as `@10`.
    async fn claim(&mut self, subject: u8, code: &str, written: &str) -> ClaimId {
        self.claim_held(subject, code, written, None).await
    }

    async fn claim_held(&mut self, subject: u8, code: &str, written: &str, held: Option<&str>) -> ClaimId {
        let property = vocab::property(code).unwrap_or_else(|| panic!("no property {code}"));
        let written = written.strip_prefix('@').map_or_else(|| written.to_owned(), |n| id::<()>(n.parse().unwrap()).to_string());
        let lang = written.chars().any(|c| "ўіё".contains(c)).then(|| LangTag::parse("be").unwrap());
        let value = Value::parse(property, &written, lang).unwrap_or_else(|error| panic!("{code}: {error}"));
        self.next += 1;
        let claim = id(self.next);
        let citation = Citation { words: Some("so it says".to_owned()), locator: Some("p. 3".to_owned()), ..Citation::of(id(SOURCE)) };
        let citations = if subject == SOURCE { Vec::new() } else { vec![citation] };
        let held = held.map(|held| Window::parse(held).unwrap());
        self.write.add_claim(NewClaim { held, citations, ..NewClaim::stated(claim, id(subject), property, value) }, self.case).await.unwrap();
        claim
    }
}

impl Book {
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn make() -> Book {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Sqlite { file: folder.path().join("register.db"), key: Some(Key("ab".repeat(32))), durability: Durability::Full };
        let (member, case) = (id(1), id(2));
        let beginning = Beginning {
            book_id: [9; 32],
            title: "Кніга выпрабаванняў".to_owned(),
            member,
            member_name: "Tester".to_owned(),
            case,
            case_title: "First case".to_owned(),
            now: NOW,
        };
        let store = Store::create(&place, NameSecret([7; 16]), &beginning).await.unwrap();
        let mut write = store.write(member, NOW).await.unwrap();
        for (n, kind) in RECORDS {
            write.add_record(id(n), kind, case).await.unwrap();
        }
        let mut pen = Pen { write, case, next: 100 };
        tell(&mut pen).await;
        pen.write.commit().await.unwrap();
        news(&store).await;
        Book { store: Arc::new(store), member, folder }
    }
}

async fn tell(pen: &mut Pen<'_>) {
    pen.claim(SOURCE, "source.title", "Report of the watch").await;
    pen.claim(SOURCE, "source.kind", "organisation").await;
    pen.claim(SOURCE, "source.address", "https://watch.example/report").await;
    pen.claim(PERSON, "person.name", "Яна Верас").await;
    pen.claim(PERSON, "person.name", "Yana Veras").await;
    let born = pen.claim(PERSON, "person.birth", "1985").await;
    let other = pen.claim(PERSON, "person.birth", "1986-05-02").await;
    pen.claim(PERSON, "person.note", "\u{202e}gro.elpmaxe <script>alert(1)</script> e\u{301}\u{302}\u{303}\u{304}").await;
    let taken = pen.claim(PERSON, "person.occupation", "farrier").await;
    let gone = pen.claim(PERSON, "person.occupation", "smith").await;
    pen.claim(VICTIM, "person.name", "Улад Мельнік").await;
    pen.claim(STAFF, "unit.name", "Краёвы штаб").await;
    pen.claim(UNIT, "unit.name", "Млынавая варта").await;
    pen.claim(UNIT, "unit.class", &first_code("unit_class")).await;
    pen.claim(PLACE, "place.name", "Млын").await;
    pen.claim(PLACE, "place.where", "53.9006, 27.5590 ±100m").await;
    pen.claim(INCIDENT, "incident.title", "Gathering at the mill").await;
    pen.claim(INCIDENT, "incident.summary", &"ў шырокім полі ".repeat(100)).await;
    pen.claim(INCIDENT, "incident.when", "~2020-08-09T21:00..2020-08-10T03:00").await;
    pen.claim(INCIDENT, "incident.when", "2020-08-11").await;
    pen.claim(INCIDENT, "incident.where", "53.9, 27.56").await;
    pen.claim(INCIDENT, "incident.place", "@16").await;
    pen.claim(ACT, "act.incident", "@13").await;
    pen.claim(ACT, "act.violation", &first_code("violation")).await;
    pen.claim(ACT, "act.victim", "@23").await;
    pen.claim(ACT, "act.when", "2020-08-09").await;
    pen.claim(INJURY, "injury.act", "@14").await;
    pen.claim(INJURY, "injury.person", "@23").await;
    pen.claim(INJURY, "injury.kind", &first_code("injury_kind")).await;
    pen.claim(INJURY, "injury.size_mm", "12.5").await;
    pen.claim(EXHIBIT, "exhibit.title", "Recording from the mill").await;
    pen.claim(EXHIBIT, "exhibit.address", "https://video.example/1").await;
    pen.claim(EXHIBIT, "exhibit.bytes", "1500000").await;
    pen.claim_held(POSTING, "posting.person", "@10", Some("2018..2020")).await;
    pen.claim_held(POSTING, "posting.unit", "@11", Some("2018..2020")).await;
    pen.claim(POSTING, "posting.role", "guard").await;
    pen.claim(COMMAND, "command.superior", "@12").await;
    pen.claim(COMMAND, "command.subordinate", "@11").await;
    pen.claim(POSITIONING, "positioning.unit", "@11").await;
    pen.claim(POSITIONING, "positioning.place", "@16").await;
    pen.claim(INVOLVEMENT, "involvement.act", "@14").await;
    pen.claim(INVOLVEMENT, "involvement.person", "@10").await;
    pen.claim(INVOLVEMENT, "involvement.degree", &first_code("degree")).await;
    pen.write.move_claim(born, Move::Accept, None).await.unwrap();
    pen.write.move_claim(other, Move::Question, Some("which register?")).await.unwrap();
    pen.write.move_claim(taken, Move::Withdraw, Some("another person")).await.unwrap();
    pen.write.move_claim(gone, Move::Erase, Some("asked for")).await.unwrap();
    casework(pen).await;
}

/// The case: a question, hypotheses, elements with and without what speaks for them, tasks, clocks, custody; and a colleague who changed something.
async fn casework(pen: &mut Pen<'_>) {
    let (case, today) = (pen.case, Day::of(NOW));
    let write = &mut pen.write;
    let entry = |n: u8| EntryId::from_random([n; 16]);
    write.say(entry(1), case, &Saying::Question("Who ordered the beating at the mill, and was it torture?".to_owned())).await.unwrap();
    write.say(entry(2), case, &Saying::Hypothesis { words: "The guard of the mill beat him on an order".to_owned(), innocent: false }).await.unwrap();
    write.say(entry(3), case, &Saying::Hypothesis { words: "He fell on the stairs before they came".to_owned(), innocent: true }).await.unwrap();
    write.say(entry(4), case, &Saying::Hypothesis { words: "ў".repeat(300), innocent: false }).await.unwrap();
    write.take_back(entry(5), entry(4), "nothing speaks for it").await.unwrap();
    for (n, code) in [(10, "torture_cat_pain"), (11, "torture_cat_official"), (12, "torture_rs_attack"), (13, "ill_treatment_state")] {
        write.say(entry(n), case, &Saying::Element(code.to_owned())).await.unwrap();
    }
    let claim = |n: u8| Basis::Claim(id(n));
    for (n, element, on, stance) in [
        (20, 10, claim(104), Stance::For),
        (21, 10, claim(118), Stance::For),
        (22, 10, Basis::Source(id(SOURCE)), Stance::Against),
        (23, 11, claim(109), Stance::For),
    ] {
        let words = (n == 22).then(|| "it says that he was seen unhurt".to_owned());
        write.say(entry(n), case, &Saying::Support { element: entry(element), on, stance, words }).await.unwrap();
    }
    for (n, words, due, gap) in [
        (1, "Ask the shop for its recording", Some(today.plus(2)), None),
        (2, "Find a second origin for the pain", Some(today.plus(-3)), Some(Gap::Element(entry(10)))),
        (3, "Read the register of duties", None, None),
    ] {
        let task = NewTask { id: TaskId::from_random([n; 16]), case, words: words.to_owned(), who: Some(id(1)), due, gap };
        write.add_task(&task).await.unwrap();
    }
    write.set_task(TaskId::from_random([3; 16]), true, Some("He was on leave")).await.unwrap();
    write.review_by(id(SOURCE), Kept::Information, None).await.unwrap();
    write.add_member(id(50), "Colleague").await.unwrap();
    write.grant_under(case, id(50), Terms { until: Some(UtcMicros(NOW.0 + 5 * DAY_US)), second: Some(id(1)), act: None }).await.unwrap();
    let seen = Digests { sha256: Some([1; 32]), sha3_512: Some([2; 64]) };
    for (deed, after, precision) in [(Deed::Receive, Digests { sha3_512: None, ..seen }, Precision::Day), (Deed::Open, seen, Precision::Us)] {
        let by = By::Member(id(1));
        let new = NewDeed { deed, at: None, precision, by, role: "investigator".to_owned(), reason: None, after, parent: None, operation: None, tool: None };
        let entry = write.draft_custody(id(EXHIBIT), new).await.unwrap();
        write.add_custody(&entry, &Signature::new(vec![1; 64]).unwrap()).await.unwrap();
    }
}

/// What a colleague did since.
async fn news(store: &Store) {
    let mut write = store.write(id(50), NOW).await.unwrap();
    let note = vocab::property("person.note").unwrap();
    let ends = vocab::property("exhibit.retention_ends").unwrap();
    let day = Day::of(NOW).plus(9).to_string();
    for (n, subject, property, written) in [(200, PERSON, note, "was seen at the mill"), (201, EXHIBIT, ends, day.as_str())] {
        let claim = NewClaim::stated(id(n), id(subject), property, Value::parse(property, written, None).unwrap());
        write.add_claim(claim, id(2)).await.unwrap();
    }
    write.commit().await.unwrap();
}

fn first_code(list: &str) -> String {
    vocab::list(list).and_then(|list| list.terms.first()).map(|term| term.code.clone()).unwrap_or_default()
}
