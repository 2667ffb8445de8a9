//! A stage for tests: a desk over a fresh book in a temporary file, and a visitor who sends what a browser would. The visitor is signed in as an
//! investigator and lawyer, without the time that real words take.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode};
use kniha_core::claim::{Citation, NewClaim};
use kniha_core::id::{CaseId, ClaimId, MemberId, NodeId};
use kniha_core::lang::Lang;
use kniha_core::time::UtcMicros;
use kniha_core::value::Value;
use kniha_core::vocab::{NodeKind, property};
use kniha_gate::House;
use kniha_store::{Beginning, ClaimView, Durability, Key, NameSecret, Place, RecordView, Store};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower::ServiceExt;

use crate::cast;
use crate::rooms::{Desk, Open, Rooms};
use crate::session::Ticket;

pub(crate) const PORT: u16 = 8700;
pub(crate) const ORIGIN: &str = "http://127.0.0.1:8700";
pub(crate) const NOW: UtcMicros = UtcMicros(1_900_000_000_000_000);

/// A desk over a book with one person, one incident and one source.
pub(crate) struct Stage {
    pub(crate) rooms: Rooms,
    /// What the visitor's requests hold.
    pub(crate) desk: Desk,
    /// The machine's clock, in microseconds.
    pub(crate) clock: Arc<AtomicI64>,
    pub(crate) person: NodeId,
    pub(crate) incident: NodeId,
    pub(crate) source: NodeId,
    pub(crate) name: ClaimId,
    /// A record in a case that the member does not see.
    pub(crate) hidden: NodeId,
    pub(crate) hidden_claim: ClaimId,
    /// What the visitor's browser holds.
    pub(crate) ticket: Option<Ticket>,
    pub(crate) router: Router,
    _folder: tempfile::TempDir,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

pub(crate) fn id<M>(n: u8) -> kniha_core::id::Id<M> {
    kniha_core::id::Id::from_random([n; 16])
}

fn claim(n: u8, subject: NodeId, code: &str, written: &str) -> NewClaim {
    let property = property(code).unwrap();
    NewClaim::stated(id(n), subject, property, Value::parse(property, written, None).unwrap())
}

impl Stage {
    /// With an open book and a visitor.
    pub(crate) async fn set() -> Stage {
        let stage = Stage::locked().await;
        stage.rooms.unlock(kniha_seal::secret::Secret::take(&mut [7; 32])).await.unwrap();
        stage
    }

    /// With a locked book.
    pub(crate) async fn locked() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Sqlite { file: folder.path().join("register.db"), key: Some(Key("ab".repeat(32))), durability: Durability::Full };
        let member: MemberId = id(1);
        let case: CaseId = id(2);
        let beginning = Beginning {
            book_id: [9; 32],
            title: "A book of tests".to_owned(),
            member,
            member_name: "Tester".to_owned(),
            case,
            case_title: "First case".to_owned(),
            now: NOW,
        };
        let store = Store::create(&place, NameSecret([7; 16]), &beginning).await.unwrap();
        let (person, incident, source, name, hidden, hidden_claim) = (id(10), id(11), id(12), id(20), id(13), id(23));
        let mut write = store.write(member, NOW).await.unwrap();
        for (node, kind) in [(source, NodeKind::Source), (person, NodeKind::Person), (incident, NodeKind::Incident)] {
            write.add_record(node, kind, case).await.unwrap();
        }
        let cited = |claim: NewClaim| NewClaim { citations: vec![Citation { words: Some("so it says".to_owned()), ..Citation::of(source) }], ..claim };
        write.add_claim(claim(22, source, "source.title", "Report of the watch"), case).await.unwrap();
        write.add_claim(cited(claim(20, person, "person.name", "Яна Верас")), case).await.unwrap();
        write.add_claim(cited(claim(21, incident, "incident.title", "Gathering at the mill")), case).await.unwrap();
        write.add_member(id(3), "Other").await.unwrap();
        write.commit().await.unwrap();
        let mut write = store.write(id(3), NOW).await.unwrap();
        write.add_case(id(4), "Closed case").await.unwrap();
        write.add_record(hidden, NodeKind::Person, id(4)).await.unwrap();
        write.add_claim(claim(23, hidden, "person.name", "Hidden"), id(4)).await.unwrap();
        write.commit().await.unwrap();
        let clock = Arc::new(AtomicI64::new(NOW.0));
        let store = Arc::new(store);
        let house = cast::house(folder.path()).await;
        let rooms = rooms(house, Arc::clone(&store), &clock);
        let ticket = rooms.sessions().begin(cast::present(rooms.house(), member).await, NOW).unwrap();
        let visit = rooms.visit(&cookie(&ticket)).await.unwrap();
        let (who, house, now) = (Arc::clone(&visit.who), rooms.house().clone(), Arc::clone(&visit.now));
        let desk = Desk { store, member, who, house, now, visit };
        Stage {
            router: crate::router(rooms.clone(), PORT),
            rooms,
            desk,
            clock,
            ticket: Some(ticket),
            person,
            incident,
            source,
            name,
            hidden,
            hidden_claim,
            _folder: folder,
        }
    }

    /// The same stage with somebody of the cast as the visitor.
    pub(crate) async fn visited_by(mut self, who: MemberId) -> Stage {
        self.ticket = Some(self.ticket_of(who).await);
        self
    }

    /// The same stage with a visitor who is not signed in.
    pub(crate) fn visited_by_nobody(mut self) -> Stage {
        self.ticket = None;
        self
    }

    /// Another browser, in which somebody of the cast is signed in.
    pub(crate) async fn ticket_of(&self, who: MemberId) -> Ticket {
        self.rooms.sessions().begin(cast::present(self.rooms.house(), who).await, self.now()).unwrap()
    }

    pub(crate) fn now(&self) -> UtcMicros {
        UtcMicros(self.clock.load(Ordering::SeqCst))
    }

    /// A request as a browser sends it to our pages.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.as_visitor(Request::get(path)).body(Body::empty()).unwrap()).await
    }

    /// A request with the visitor's cookie.
    pub(crate) fn as_visitor(&self, request: Builder) -> Builder {
        match &self.ticket {
            Some(ticket) => with_ticket(request, ticket),
            None => request.header("host", "127.0.0.1:8700"),
        }
    }

    /// The token of the visitor's forms.
    pub(crate) fn token(&self) -> String {
        self.ticket.as_ref().map_or_else(|| self.rooms.door().text(), |ticket| ticket.form().text())
    }

    /// Lets time go by.
    pub(crate) fn wait(&self, us: i64) {
        self.clock.fetch_add(us, Ordering::SeqCst);
    }

    /// A form of ours with its token.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        let mut all = vec![("token", token.as_str())];
        all.extend(fields);
        self.post_raw(path, form(&all), &[("origin", ORIGIN)]).await
    }

    /// A page for another browser.
    pub(crate) async fn get_as(&self, ticket: &Ticket, path: &str) -> Answer {
        self.send(with_ticket(Request::get(path), ticket).body(Body::empty()).unwrap()).await
    }

    /// A form of another browser.
    pub(crate) async fn post_as(&self, ticket: &Ticket, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = ticket.form().text();
        let mut all = vec![("token", token.as_str())];
        all.extend(fields);
        let request = with_ticket(Request::post(path), ticket).header("origin", ORIGIN).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form(&all))).unwrap()).await
    }

    /// A body with headers beside the host and the content type.
    pub(crate) async fn post_raw(&self, path: &str, body: impl Into<Body>, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.as_visitor(Request::post(path)).header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(self.router.clone(), request).await
    }

    /// The press of the form at this address.
    pub(crate) async fn press(&self, path: &str) -> String {
        self.get(path).await.input("press")
    }

    /// The record as the member sees it.
    pub(crate) async fn record(&self, id: NodeId) -> RecordView {
        let (mut tx, reader) = self.desk.read().await.unwrap();
        kniha_store::record(&mut tx, &reader, id).await.unwrap().unwrap()
    }

    /// The claims of a record with this property.
    pub(crate) async fn claims(&self, id: NodeId, property: &str) -> Vec<ClaimView> {
        self.record(id).await.claims.into_iter().filter(|claim| claim.property.code == property).collect()
    }
}

/// A locked desk that opens this book whatever the key.
fn rooms(house: House, store: Arc<Store>, clock: &Arc<AtomicI64>) -> Rooms {
    let clock = Arc::clone(clock);
    let open: Open = Arc::new(move |_| {
        let store = Arc::clone(&store);
        Box::pin(async move { Ok(store) })
    });
    Rooms::new(house, open, Arc::new(move || UtcMicros(clock.load(Ordering::SeqCst))), Lang::En, PORT).unwrap()
}

/// The same house and book, locked.
pub(crate) fn locked_rooms(stage: &Stage) -> Rooms {
    rooms(stage.rooms.house().clone(), Arc::clone(&stage.desk.store), &stage.clock)
}

/// A request as a browser sends it that holds this ticket.
pub(crate) fn with_ticket(request: Builder, ticket: &Ticket) -> Builder {
    request.header("host", "127.0.0.1:8700").header("cookie", format!("desk-{PORT}={}", ticket.text()))
}

fn cookie(ticket: &Ticket) -> HeaderMap {
    with_ticket(Request::get("/"), ticket).body(()).unwrap().headers().clone()
}

pub(crate) async fn send(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 16 * 1024 * 1024).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(bytes.to_vec()).unwrap() }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

impl Answer {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.headers.get("location").map_or("", |value| value.to_str().unwrap())
    }

    /// The value of an input of this name.
    pub(crate) fn input(&self, name: &str) -> String {
        let (_, rest) = self.body.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name} in {}", self.body));
        rest.split_once('"').unwrap().0.to_owned()
    }

    /// The ids that the error summary leads to.
    pub(crate) fn problems(&self) -> Vec<String> {
        let Some((_, rest)) = self.body.split_once("class=\"problems\"") else { return Vec::new() };
        let summary = rest.split_once("</ul>").unwrap().0;
        summary.split("href=\"#").skip(1).map(|link| link.split_once('"').unwrap().0.to_owned()).collect()
    }

    /// Whether everything that is pointed at by id is there, once.
    pub(crate) fn check_ids(&self) {
        let values = |attribute: &str| -> Vec<String> {
            let mark = format!(" {attribute}=\"");
            let parts = self.body.split(&mark).skip(1);
            parts.map(|rest| rest.split_once('"').unwrap().0.to_owned()).collect()
        };
        let mut ids = values("id");
        ids.sort_unstable();
        let twice: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect();
        assert!(twice.is_empty(), "ids that stand twice: {twice:?}");
        for attribute in ["for", "aria-describedby", "aria-labelledby"] {
            for pointed in values(attribute).iter().flat_map(|list| list.split_whitespace()) {
                assert!(ids.iter().any(|id| id == pointed), "{attribute} points at {pointed}, which is not there");
            }
        }
        for link in self.problems() {
            assert!(ids.contains(&link), "the summary leads to {link}, which is not there");
        }
    }
}
