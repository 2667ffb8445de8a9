//! A portal to send hostile requests to: a team of one, an inbox that goes with the process, and a browser with its half of the state's key.

use std::sync::OnceLock;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::FromRequestParts;
use axum::http::{Request, StatusCode};
use kniha_core::time::UtcMicros;
use kniha_db::{Durability, Place};
use kniha_inbox::Inbox;
use kniha_portal::{Config, Portal, Visit};
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root, SignedList};
use kniha_seal::part::Day;
use kniha_seal::quorum::QuorumNo;
use kniha_seal::sign::{Purpose, SigningKey};
use kniha_seal::source::Source;
use kniha_seal::words::Words;
use kniha_seal::xwing::SecretKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

const TODAY: u32 = 21_990;
const BOOK: [u8; 32] = [9; 32];
const COOKIE: &str = "half=AAAAAAAAAAAAAAAAAAAAAA";
/// Longest page that anybody should get.
const MOST_PAGE: usize = 1 << 20;

pub struct Stage {
    pub portal: Portal,
    runtime: Runtime,
    router: Router,
    _folder: tempfile::TempDir,
}

pub fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(set)
}

/// The keys of somebody who has told something before.
pub fn source() -> Source {
    Source::new(&BOOK, &Words::random(&mut ChaCha20Rng::seed_from_u64(3)))
}

fn set() -> Stage {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let signing = SigningKey::random(&mut rng);
    let (from, to) = (Day(TODAY), Day(TODAY + 89));
    let slot = ListedSlot { slot: 1, opening: SecretKey::random(&mut rng).public(), signing: signing.public(), from, to };
    let quorum = |(no, name): (u16, &str)| ListedQuorum { no: QuorumNo(no), name: name.to_owned(), k: 1, draw: 1, slots: vec![slot.clone()] };
    let list = KeyList {
        book: BOOK,
        no: 1,
        prev: None,
        from,
        to,
        root: Root { keys: vec![signing.public()], t: 1 },
        quorums: [(1, "team"), (2, "triage"), (3, "lawyers"), (4, "custodians")].map(quorum).to_vec(),
        reply: signing.public(),
        collect: signing.public(),
        log: signing.public(),
        witnesses: Vec::new(),
        addresses: Vec::new(),
    };
    let mut signed = SignedList::unsigned(list).expect("a small list");
    let signature = signing.sign(Purpose::KeyList, signed.to_sign());
    signed.add(&signing.public(), signature);
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let portal = runtime.block_on(async {
        let place = Place::Sqlite { file: folder.path().join("inbox.db"), key: None, durability: Durability::Unsafe };
        let inbox = Inbox::open(&place, folder.path(), true).await.expect("an inbox");
        inbox.put_list(1, &signed.encode()).await.expect("a key list");
        let config = Config::new("Example Group", BOOK, signed.digest(), "https://weather.example/");
        Portal::new(config, inbox, || UtcMicros(i64::from(TODAY) * 86_400_000_000 + 43_200_000_000)).await.expect("a portal")
    });
    Stage { router: kniha_portal::router(portal.clone()), portal, runtime, _folder: folder }
}

impl Stage {
    /// A state as the portal itself would have sealed it for this browser.
    pub fn seal(&self, purpose: &str, content: &[u8]) -> String {
        let (mut parts, ()) = Request::get("/be").header("cookie", COOKIE).body(()).expect("a request").into_parts();
        match self.runtime.block_on(Visit::from_request_parts(&mut parts, &self.portal)) {
            Ok(visit) => visit.seal(purpose, content),
            Err(never) => match never {},
        }
    }

    /// Posts a body; no answer may be a fault of ours.
    pub fn post(&self, path: &str, content_type: &str, body: Vec<u8>) -> StatusCode {
        let request = Request::post(path).header("content-type", content_type).header("origin", "null").header("host", "portal.example");
        let request = request.header("cookie", COOKIE).body(Body::from(body)).expect("a request");
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("the router always answers");
            let status = answer.status();
            assert!(status != StatusCode::INTERNAL_SERVER_ERROR, "a fault of ours");
            to_bytes(answer.into_body(), MOST_PAGE).await.expect("a page");
            status
        })
    }

    /// Parts in the inbox, up to 100.
    pub fn parts(&self) -> usize {
        self.runtime.block_on(self.portal.inbox().list(None, 100)).expect("a list").len()
    }
}
