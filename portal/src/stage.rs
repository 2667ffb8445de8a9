//! A stage for tests: a portal over a fresh inbox with a key list in force, and a visitor who sends what a browser would.

#![allow(clippy::unwrap_used, reason = "tests")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use kniha_core::commit::Hash;
use kniha_core::time::UtcMicros;
use kniha_inbox::Inbox;
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root, SignedList};
use kniha_seal::part::Day;
use kniha_seal::quorum::QuorumNo;
use kniha_seal::sign::{Purpose, SigningKey};
use kniha_seal::xwing::SecretKey;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower::ServiceExt;

use crate::config::{Config, Emergency, Service};
use crate::{Portal, random};

/// The day on the stage's clock.
pub(crate) const TODAY: Day = Day(21_990);

/// A team of one custodian, with one member in each quorum.
pub(crate) struct Keys {
    pub(crate) book: [u8; 32],
    pub(crate) custodian: SigningKey,
    pub(crate) collect: SigningKey,
    pub(crate) reply: SigningKey,
    pub(crate) member: SecretKey,
}

impl Keys {
    pub(crate) fn draw() -> Keys {
        let rng = &mut random();
        let [custodian, collect, reply] = std::array::from_fn(|_| SigningKey::random(rng));
        Keys { book: [9; 32], custodian, collect, reply, member: SecretKey::random(rng) }
    }

    /// A signed list that holds on these days.
    pub(crate) fn list(&self, no: u32, prev: Option<Hash>, from: Day, to: Day) -> SignedList {
        let slot = ListedSlot { slot: 1, opening: self.member.public(), signing: self.collect.public(), from, to };
        let quorum = |(no, name): (u16, &str)| ListedQuorum { no: QuorumNo(no), name: name.to_owned(), k: 1, draw: 1, slots: vec![slot.clone()] };
        let list = KeyList {
            book: self.book,
            no,
            prev,
            from,
            to,
            root: Root { keys: vec![self.custodian.public()], t: 1 },
            quorums: [(1, "team"), (2, "triage"), (3, "lawyers"), (4, "custodians")].map(quorum).to_vec(),
            reply: self.reply.public(),
            collect: self.collect.public(),
            log: self.collect.public(),
            witnesses: Vec::new(),
            addresses: Vec::new(),
        };
        let mut signed = SignedList::unsigned(list).unwrap();
        let signature = self.custodian.sign(Purpose::KeyList, signed.to_sign());
        signed.add(&self.custodian.public(), signature);
        signed
    }
}

/// A portal, its keys, and a visitor.
pub(crate) struct Stage {
    pub(crate) portal: Portal,
    pub(crate) keys: Keys,
    router: Router,
    _folder: tempfile::TempDir,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Stage {
    pub(crate) async fn set() -> Stage {
        Stage::with(|_| ()).await
    }

    /// A stage whose configuration is changed first; with another first list it has none.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Stage {
        let keys = Keys::draw();
        let one = keys.list(1, None, TODAY, Day(TODAY.0 + 89));
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new("Example Group", keys.book, one.digest(), "https://weather.example/");
        config.emergency = vec![Emergency { country: "BY".to_owned(), services: vec![Service { name: "ambulance".to_owned(), number: "103".to_owned() }] }];
        change(&mut config);
        let inbox = Inbox::open(&crate::place(&config, folder.path(), None).unwrap(), folder.path(), true).await.unwrap();
        if config.first_list == one.digest() {
            inbox.put_list(1, &one.encode()).await.unwrap();
        }
        let portal = Portal::new(config, inbox, || UtcMicros(i64::from(TODAY.0) * 86_400_000_000 + 43_200_000_000)).await.unwrap();
        Stage { router: crate::router(portal.clone()), portal, keys, _folder: folder }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a browser does.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded").header("origin", "null");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(form(fields))).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(self.router.clone(), request).await
    }
}

/// A request through a router; the host is put in where there is none, as a browser would.
pub(crate) async fn send(router: Router, mut request: Request<Body>) -> Answer {
    request.headers_mut().entry("host").or_insert("portal.example".parse().unwrap());
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 64 << 20).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

/// URL-encoded fields.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}
