//! The authorisation matrix: every way of the house, tried by everybody, on what is theirs and what is not.
//!
//! A cell is a way × a subject (hats, not signed in, a locked desk, frozen) × a relation to the case of what the address names. What is expected stands in two
//! small tables here, written apart from the code that decides; what happens is asked of the router. Whoever may not go a way, and whoever asks for what is
//! another case's, must get the very page of what is not there, to the letter.
//!
//! A new way is in the matrix by being registered. If its address has a name in braces, [`Objects::path`] must know an example, or the test fails.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use kniha_core::claim::{Citation, NewClaim};
use kniha_core::id::{CaseId, ClaimId, Id, MemberId, NodeId};
use kniha_core::intake::{Kind, Length, Way as Way2};
use kniha_core::time::UtcMicros;
use kniha_core::value::Value;
use kniha_core::vocab::{NodeKind, property};
use kniha_gate::{ActKind, Present};
use kniha_store::{Card, NewTask, Piece, Saying, Sight, Store, Terms};

use crate::cast;
use crate::rooms::Rooms;
use crate::stage::{Answer, ORIGIN, PORT, Stage, form, id, locked_rooms, send, with_ticket};
use crate::ways::{May, Way, Ways};

/// The relations of a member to a case, each with a case of its own; a newcomer has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Own,
    Other,
    Revoked,
    Expired,
    Newcomer,
}

const RELATIONS: [Relation; 5] = [Relation::Own, Relation::Other, Relation::Revoked, Relation::Expired, Relation::Newcomer];

impl Relation {
    fn case(self) -> CaseId {
        match self {
            Relation::Own | Relation::Newcomer => id(81),
            Relation::Other => id(82),
            Relation::Revoked => id(83),
            Relation::Expired => id(84),
        }
    }
}

/// Somebody who goes every way.
struct Subject {
    name: &'static str,
    /// Codes of hats; empty for whoever is not signed in, or not any more.
    hats: &'static str,
    /// Who works in the cases, and who has just come.
    worker: Option<MemberId>,
    newcomer: Option<MemberId>,
    locked: bool,
}

/// Name, hats, number of the worker, number of the newcomer, whether the book is locked.
const SUBJECTS: [(&str, &str, u8, u8, bool); 15] = [
    ("opener", "opener", 31, 61, false),
    ("investigator", "investigator", 32, 62, false),
    ("lawyer", "lawyer", 33, 63, false),
    ("opener, investigator", "opener investigator", 51, 64, false),
    ("opener, lawyer", "opener lawyer", 52, 65, false),
    ("investigator, lawyer", "investigator lawyer", 53, 66, false),
    ("all three", "opener investigator lawyer", 54, 67, false),
    ("caseworker", "caseworker", 34, 34, false),
    ("auditor", "auditor", 35, 35, false),
    ("operator", "operator", 36, 36, false),
    ("custodian", "custodian", 37, 37, false),
    ("nobody", "", 0, 0, false),
    ("frozen", "", 71, 71, false),
    ("all three, locked", "opener investigator lawyer", 54, 67, true),
    ("operator, locked", "operator", 36, 36, true),
];

/// Who may go a way, by hats, and whether it needs an open book. Written apart from `May::allows`.
const WHO: [(May, &str, bool); 9] = [
    (May::Anyone, "everybody", false),
    (May::SignedIn, "opener investigator lawyer caseworker auditor operator custodian", false),
    (May::Read, "opener investigator lawyer", true),
    (May::File, "investigator lawyer", true),
    (May::Open, "opener lawyer custodian", true),
    (May::Inbox, "opener investigator lawyer", true),
    (May::Watch, "auditor", false),
    (May::Members, "operator opener investigator lawyer", false),
    (May::Agree, "operator auditor custodian opener investigator lawyer", false),
];

/// What a cell expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// The handler answers.
    In,
    /// To the door.
    Door,
    /// As if nothing were there.
    Nothing,
    /// Never.
    Fault,
}

fn expect(may: May, subject: &Subject, relation: Relation, of_case: bool) -> Expect {
    let (_, hats, needs_book) = WHO.into_iter().find(|(of, ..)| *of == may).unwrap();
    if hats == "everybody" {
        return Expect::In;
    }
    if subject.hats.is_empty() {
        return Expect::Door;
    }
    if !subject.hats.split(' ').any(|hat| hats.split(' ').any(|of| of == hat)) {
        return Expect::Nothing;
    }
    if subject.locked && needs_book {
        return Expect::Door;
    }
    if of_case && relation != Relation::Own { Expect::Nothing } else { Expect::In }
}

/// What addresses name.
struct Objects {
    act: String,
    asked: MemberId,
}

/// A name that nothing has, of the length of a real one.
fn nothing() -> String {
    id::<()>(200).to_string()
}

/// The n-th record or claim of a case.
fn of_case<M>(case: CaseId, n: u8) -> Id<M> {
    let mut bytes = *case.bytes();
    bytes[15] = n;
    Id::from_random(bytes)
}

impl Objects {
    /// An address of this way; whether what it names belongs to a case; and the same address of nothing.
    fn path(&self, way: &Way, relation: Relation) -> (String, bool, String) {
        let case = relation.case();
        let (name, of_a_case) = match way.path.as_str() {
            path if !path.contains('{') => return (path.to_owned(), false, String::new()),
            "/static/{name}" => ("desk.css".to_owned(), false),
            "/new/{kind}" => ("person".to_owned(), false),
            "/r/{id}/structure" => (of_case::<()>(case, 2).to_string(), true),
            "/r/{id}/cited" | "/r/{id}/erase" => (of_case::<()>(case, 3).to_string(), true),
            path if path.starts_with("/cases/{id}") => (case.to_string(), true),
            path if path.starts_with("/tasks/{id}") => (of_case::<()>(case, 31).to_string(), true),
            "/c/{id}/leave" => (of_case::<()>(case, 12).to_string(), true),
            path if path.starts_with("/r/{id}") => (of_case::<()>(case, 1).to_string(), true),
            path if path.starts_with("/c/{id}") => (of_case::<()>(case, 11).to_string(), true),
            path if path.starts_with("/statement/{id}") => (of_case::<()>(case, 20).to_string(), true),
            "/inbox/together/{id}" => (nothing(), false),
            path if path.starts_with("/members/{id}") || path.starts_with("/watch/") => (id::<()>(72).to_string(), false),
            path if path.starts_with("/decide/{id}") => (self.act.clone(), false),
            path if path.starts_with("/join/") => (self.asked.to_string(), false),
            path => panic!("the matrix knows no example of {path}: add one to Objects::path"),
        };
        let entry = of_case::<()>(case, 30).to_string();
        let with = |name: &str, entry: &str| {
            let (before, rest) = way.path.split_once('{').unwrap();
            let path = format!("{before}{name}{}", rest.split_once('}').unwrap().1).replace("{entry}", entry);
            assert!(!path.contains('{'), "the matrix knows no example of {}", way.path);
            // This form asks for one of the case's elements.
            if path.ends_with("/support") { format!("{path}?element={entry}") } else { path }
        };
        (with(&name, &entry), of_a_case, with(&nothing(), &nothing()))
    }
}

/// What the form of a way sends, beside its token: enough that it is asked whose it is, and not only whether it is whole.
fn fields(way: &Way, case: CaseId) -> Vec<(&'static str, String)> {
    let mut fields = vec![("press", id::<()>(201).to_string())];
    match way.path.as_str() {
        "/tasks/{id}" => fields.push(("act", "done".to_owned())),
        "/cases/{id}/task" => fields.push(("words", "Ask".to_owned())),
        "/r/{id}/task" | "/r/{id}/add" => fields.push(("property", "person.sex".to_owned())),
        "/cases/{id}/elements" => fields.push(("element", "torture_rs_pain".to_owned())),
        "/cases/{id}/back/{entry}" => fields.push(("reason", "a mistake".to_owned())),
        "/cases/{id}/support" => {
            fields.extend([("element", of_case::<()>(case, 30).to_string()), ("claim", of_case::<()>(case, 11).to_string()), ("stance", "for".to_owned())]);
        }
        _ => {}
    }
    fields
}

/// A case with a record of each kind that a way asks for, made by a member who works in it.
async fn fill(store: &Store, by: MemberId, case: CaseId, now: UtcMicros) {
    let mut write = store.write(by, now).await.unwrap();
    write.add_case(case, "A case").await.unwrap();
    let record = |n| of_case::<kniha_core::id::NodeMark>(case, n);
    for (n, kind) in [(1, NodeKind::Person), (2, NodeKind::Unit), (3, NodeKind::Source), (4, NodeKind::Exhibit)] {
        write.add_record(record(n), kind, case).await.unwrap();
    }
    let mut say = async |n: u8, of: NodeId, code: &str, written: &str| {
        let property = property(code).unwrap();
        let claim = NewClaim::stated(of_case::<kniha_core::id::ClaimMark>(case, n), of, property, Value::parse(property, written, None).unwrap());
        let cited = NewClaim { citations: vec![Citation::of(record(3))], ..claim };
        write.add_claim(cited, case).await.unwrap();
    };
    say(10, record(3), "source.title", "A source").await;
    say(11, record(1), "person.name", "Яна Верас").await;
    say(12, record(4), "exhibit.address", "https://example.org/a").await;
    let card = Card {
        id: of_case(case, 20),
        kind: Kind::Report,
        way: Way2::Portal,
        day: 18_500,
        list_no: 1,
        lang: "be".to_owned(),
        door: None,
        urgent: false,
        minor: false,
        length: Length::Page,
        own_acts: false,
        contact: false,
    };
    let base = Piece { part: *of_case::<()>(case, 21).bytes(), compartment: "base".to_owned(), nth: 0 };
    write.add_card(&card, &[base]).await.unwrap();
    write.put_in_case(card.id, Sight::Cards, case).await.unwrap();
    write.say(of_case(case, 30), case, &Saying::Element("torture_rs_pain".to_owned())).await.unwrap();
    let task = NewTask { id: of_case(case, 31), case, words: "Ask".to_owned(), who: None, due: None, gap: None };
    write.add_task(&task).await.unwrap();
    write.commit().await.unwrap();
}

/// Four cases, and each worker in their relation to each.
async fn cases(stage: &Stage, subjects: &[Subject]) {
    let (store, maker, now) = (&stage.desk.store, id(3), stage.now());
    for relation in [Relation::Own, Relation::Other, Relation::Revoked, Relation::Expired] {
        fill(store, maker, relation.case(), now).await;
    }
    let mut write = store.write(maker, now).await.unwrap();
    let reads = |subject: &&Subject| subject.hats.contains("opener") || subject.hats.contains("investigator") || subject.hats.contains("lawyer");
    for subject in subjects.iter().filter(reads).filter(|subject| !subject.locked) {
        let (worker, newcomer) = (subject.worker.unwrap(), subject.newcomer.unwrap());
        write.add_member(worker, subject.name).await.unwrap();
        write.add_member(newcomer, "new").await.unwrap();
        for relation in [Relation::Own, Relation::Revoked] {
            write.grant_under(relation.case(), worker, Terms::default()).await.unwrap();
        }
        let soon = Terms { until: Some(UtcMicros(now.0 + 1_000_000)), ..Terms::default() };
        write.grant_under(Relation::Expired.case(), worker, soon).await.unwrap();
        assert!(write.revoke(Relation::Revoked.case(), worker, Terms::default()).await.unwrap());
    }
    write.commit().await.unwrap();
    stage.wait(2_000_000);
}

/// One visit of a browser of its own: what it sends back, without what differs from visit to visit.
struct Visitor<'a> {
    router: &'a Router,
    rooms: &'a Rooms,
    who: Option<Arc<Present>>,
}

impl Visitor<'_> {
    async fn go(&self, method: &Method, path: &str, fields: &[(&str, String)]) -> Answer {
        let ticket = self.who.as_ref().map(|who| self.rooms.sessions().begin(Arc::clone(who), self.rooms.now()).unwrap());
        let request = Request::builder().method(method.clone()).uri(path);
        let request = match &ticket {
            Some(ticket) => with_ticket(request, ticket),
            None => request.header("host", "127.0.0.1:8700"),
        };
        let body = if *method == Method::POST {
            // Whoever is frozen has no session any more, whatever their browser holds.
            let token = ticket
                .as_ref()
                .filter(|_| self.who.as_ref().is_some_and(|who| who.id() != id(71)))
                .map_or_else(|| self.rooms.door().text(), |ticket| ticket.form().text());
            let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
            form(&std::iter::once(("token", token.as_str())).chain(fields).collect::<Vec<_>>())
        } else {
            String::new()
        };
        let request = request.header("origin", ORIGIN).header("content-type", "application/x-www-form-urlencoded");
        let mut answer = send(self.router.clone(), request.body(Body::from(body)).unwrap()).await;
        if let Some(ticket) = ticket {
            answer.body = answer.body.replace(&ticket.form().text(), "TOKEN");
        }
        answer
    }
}

/// What happened.
fn seen(answer: &Answer) -> Expect {
    match answer.status {
        StatusCode::NOT_FOUND => Expect::Nothing,
        StatusCode::SEE_OTHER if answer.location().starts_with("/sign-in") && !answer.location().contains("done=") => Expect::Door,
        StatusCode::FORBIDDEN => Expect::Door,
        status if status.is_server_error() => Expect::Fault,
        _ => Expect::In,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_opens_to_whom_it_is_for_and_to_nobody_else() {
    let stage = Stage::set().await;
    let present = |n: u8| cast::present(stage.rooms.house(), id(n));
    let subject = |(name, hats, worker, newcomer, locked): (&'static str, &'static str, u8, u8, bool)| Subject {
        name,
        hats,
        worker: (worker > 0).then(|| id(worker)),
        newcomer: (newcomer > 0).then(|| id(newcomer)),
        locked,
    };
    let subjects: Vec<Subject> = SUBJECTS.into_iter().map(subject).collect();
    cases(&stage, &subjects).await;
    let house = stage.rooms.house();
    let frozen = present(71).await;
    house.freeze(id(71), stage.now()).await.unwrap();
    let (key, file) = cast::spare();
    let asked = house.ask_to_join("asks", file, &key.public(), stage.now()).await.unwrap();
    let act = house.propose(&*present(1).await, ActKind::Policy { digest: [1; 32] }, "a policy", stage.now()).await.unwrap();
    let objects = Objects { act: act.to_string(), asked };
    let locked = locked_rooms(&stage);
    let locked_router = crate::router(locked.clone(), PORT);
    let (mut cells, mut wrong) = (0, Vec::new());
    for subject in &subjects {
        let (router, rooms) = if subject.locked { (&locked_router, &locked) } else { (&stage.router, &stage.rooms) };
        let mut people = Vec::new();
        for who in [subject.worker, subject.newcomer] {
            people.push(match who {
                Some(who) if who == id(71) => Some(Arc::clone(&frozen)),
                Some(who) => Some(cast::present(house, who).await),
                None => None,
            });
        }
        let visitor = |relation: Relation| Visitor { router, rooms, who: people[usize::from(relation == Relation::Newcomer)].clone() };
        for way in Ways::table() {
            for relation in RELATIONS {
                let (path, of_a_case, missing) = objects.path(way, relation);
                let wanted = expect(way.may, subject, relation, of_a_case);
                let visitor = visitor(relation);
                let fields = fields(way, relation.case());
                let answer = visitor.go(&way.method, &path, &fields).await;
                let got = seen(&answer);
                cells += 1;
                let mut fits = got == wanted;
                if fits && wanted == Expect::Nothing {
                    // The page of what another hat opens is the page of an address that does not exist; that of another case's record, of one that does not.
                    let other =
                        if of_a_case && may_by_hat(way.may, subject) { missing } else { format!("/nowhere{}", path.find('?').map_or("", |at| &path[at..])) };
                    let reference = visitor.go(&way.method, &other, &fields).await;
                    fits = reference.status == answer.status && reference.body.replace(&other, "HERE") == answer.body.replace(&path, "HERE");
                }
                if !fits {
                    wrong.push(format!(
                        "{} {} ({:?}) as {}, {relation:?}: {wanted:?} wanted, {got:?} {}",
                        way.method, way.path, way.may, subject.name, answer.status
                    ));
                }
            }
        }
    }
    eprintln!("authorisation matrix: {} ways, {} subjects, {} relations: {cells} cells", Ways::table().len(), subjects.len(), RELATIONS.len());
    assert!(wrong.is_empty(), "{} of {cells} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cells >= 5_000, "{cells} cells");
}

fn may_by_hat(may: May, subject: &Subject) -> bool {
    WHO.into_iter().find(|(of, ..)| *of == may).is_some_and(|(_, hats, _)| subject.hats.split(' ').any(|hat| hats.split(' ').any(|of| of == hat)))
}

#[test]
fn no_claim_of_one_case_has_the_name_of_another_s() {
    let all = [81, 82, 83, 84].map(|case| of_case::<()>(id(case), 11).to_string());
    assert!((0..4).all(|i| (0..i).all(|j| all[i] != all[j])), "{all:?}");
    assert!(ClaimId::parse(&nothing()).is_ok());
}
