//! The desk's door: a second listener on loopback, where signed requests list, fetch and delete what is sealed, and bring answers and key lists.
//!
//! `GET /collect` greets, `POST /collect` takes one request (`kniha_seal::collect`), `POST /collect/list` takes the next key list, which is believed for its
//! custodians' signatures alone: so a portal that has none yet gets its first, and lost desk keys are replaced. Nothing here is opened, and nothing is told
//! to whoever does not hold the collect key but the run, the number and how many lists there are.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream;
use kniha_inbox::{Inbox, InboxError, LeafKey, PartKey};
use kniha_seal::collect::{Ask, CollectError, Greeting, Listed, MOST_LEAVES, MOST_LISTED, MOST_REQUEST, Piece, encode_leaves, encode_listed};
use kniha_seal::keylist::MOST_BYTES;
use kniha_seal::part::PartId;
use rand_core::Rng;
use tokio::sync::mpsc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::lists::ListRefused;
use crate::{Portal, random};

/// Longest silence within a request.
const SILENCE: Duration = Duration::from_secs(60);
/// A payload goes out in pieces of so many bytes.
const PIECE: usize = 256 * 1024;

#[derive(Clone)]
struct Door {
    portal: Portal,
    /// The run, and the greatest number that was taken in it.
    seen: Arc<Mutex<Greeting>>,
}

/// Why it was not done.
enum Refusal {
    Request(CollectError),
    List(ListRefused),
    /// No key list, so nobody can be known.
    NoList,
    Inbox(InboxError),
}

/// What the desk's listener serves.
pub(crate) fn router(portal: Portal) -> Router {
    let mut seen = Greeting { run: [0; 16], number: 0, list_no: 0 };
    random().fill_bytes(&mut seen.run);
    let door = Door { portal, seen: Arc::new(Mutex::new(seen)) };
    let routes = Router::new()
        .route("/collect", get(greet).post(ask).layer(DefaultBodyLimit::max(MOST_REQUEST)))
        .route("/collect/list", post(list).layer(DefaultBodyLimit::max(MOST_BYTES)));
    routes.layer(RequestBodyTimeoutLayer::new(SILENCE)).layer(CatchPanicLayer::new()).with_state(door)
}

async fn greet(State(door): State<Door>) -> Vec<u8> {
    let list_no = door.portal.lists().newest().map_or(0, |newest| newest.list().no);
    let seen = *door.seen.lock().unwrap_or_else(PoisonError::into_inner);
    Greeting { list_no, ..seen }.encode()
}

async fn list(State(Door { portal, .. }): State<Door>, body: Bytes) -> Result<(), Refusal> {
    if let Some(next) = portal.lists().verify(&body).map_err(Refusal::List)? {
        portal.inbox().put_list(next.list().no, &body).await?;
        portal.lists().add(&body).map_err(Refusal::List)?;
    }
    Ok(())
}

async fn ask(State(Door { portal, seen }): State<Door>, body: Bytes) -> Result<Body, Refusal> {
    // The newest, whatever its days: an ended list must not keep the desk from what waits.
    let newest = portal.lists().newest().ok_or(Refusal::NoList)?;
    let ask = seen.lock().unwrap_or_else(PoisonError::into_inner).accept(&body, &portal.config().book, &newest.list().collect)?;
    let inbox = portal.inbox();
    Ok(match ask {
        Ask::Parts { after } => {
            let parts = inbox.list(after.map(|part| PartKey(*part.bytes())), MOST_LISTED as u32).await?;
            let listed = |part: &kniha_inbox::Listed| Listed {
                part: PartId::from_random(part.part.0),
                list_no: part.list_no,
                day: part.day,
                size: part.size,
                sha256: part.payload_sha256,
            };
            encode_listed(&parts.iter().map(listed).collect::<Vec<_>>()).into()
        }
        Ask::Fetch { offset, parts } => fetch(inbox.clone(), offset, parts),
        Ask::Drop(parts) => {
            for (part, sha256) in parts {
                inbox.delete(&PartKey(*part.bytes()), &sha256).await?;
            }
            Body::empty()
        }
        Ask::Leaves { after } => {
            let leaves = inbox.leaves(after.map(LeafKey), MOST_LEAVES as u32).await?;
            encode_leaves(&leaves.into_iter().map(|(key, leaf)| (key.0, leaf)).collect::<Vec<_>>()).into()
        }
        Ask::DropLeaves(leaves) => {
            for leaf in leaves {
                inbox.delete_leaf(&LeafKey(leaf)).await?;
            }
            Body::empty()
        }
        Ask::PutBlock { mailbox, id, expires_month, block } => {
            inbox.put_block(mailbox.0, id, expires_month, block.bytes()).await?;
            Body::empty()
        }
    })
}

/// Parts one after the other, as they are read.
fn fetch(inbox: Inbox, mut offset: u64, parts: Vec<PartId>) -> Body {
    let (to, from) = mpsc::channel(1);
    tokio::spawn(async move {
        for part in parts {
            if let Err(error) = send(&inbox, part, offset, &to).await {
                // The desk sees the answer break off, and asks again from there.
                eprintln!("portal: {error}");
                let _ = to.send(Err(io::Error::other("the answer ends here"))).await;
                return;
            }
            offset = 0;
        }
    });
    Body::from_stream(stream::unfold(from, async |mut from: mpsc::Receiver<io::Result<Bytes>>| Some((from.recv().await?, from))))
}

/// One part. A desk that goes away is no error.
async fn send(inbox: &Inbox, part: PartId, offset: u64, to: &mpsc::Sender<io::Result<Bytes>>) -> Result<(), InboxError> {
    let key = PartKey(*part.bytes());
    let found = match (inbox.header(&key).await?, inbox.payload(&key).await) {
        (_, Err(InboxError::Damaged { .. })) => Err(Piece::Damaged),
        (Some(head), Ok(Some(payload))) => Ok((head.header, payload)),
        (_, Ok(_)) => Err(Piece::Gone),
        (_, Err(error)) => return Err(error),
    };
    let (header, payload) = match found {
        Ok(found) => found,
        Err(piece) => {
            let _ = to.send(Ok(piece.encode().into())).await;
            return Ok(());
        }
    };
    let mut next = Piece::Coming { header, len: payload.len.saturating_sub(offset) }.encode();
    let mut at = offset;
    while to.send(Ok(next.into())).await.is_ok() {
        next = payload.read_at(at, PIECE).await?;
        at += next.len() as u64;
        if next.is_empty() {
            break;
        }
    }
    Ok(())
}

impl From<CollectError> for Refusal {
    fn from(error: CollectError) -> Refusal {
        Refusal::Request(error)
    }
}

impl From<InboxError> for Refusal {
    fn from(error: InboxError) -> Refusal {
        Refusal::Inbox(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Refusal::Request(error @ CollectError::Shape(_)) => (StatusCode::BAD_REQUEST, error.to_string()),
            Refusal::Request(error @ (CollectError::Unsigned | CollectError::OtherBook)) => (StatusCode::FORBIDDEN, error.to_string()),
            Refusal::Request(error @ CollectError::Old) => (StatusCode::CONFLICT, error.to_string()),
            Refusal::List(refused) => (StatusCode::UNPROCESSABLE_ENTITY, refused.to_string()),
            Refusal::NoList => (StatusCode::FORBIDDEN, "there is no key list here yet".to_owned()),
            Refusal::Inbox(error) => {
                eprintln!("portal: {error}");
                let full = matches!(error, InboxError::MailboxFull | InboxError::Full { .. });
                (if full { StatusCode::INSUFFICIENT_STORAGE } else { StatusCode::SERVICE_UNAVAILABLE }, "it cannot be done now".to_owned())
            }
        };
        (status, text + "\n").into_response()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::body::to_bytes;
    use axum::http::Request;
    use kniha_core::commit::Hash;
    use kniha_inbox::Sealed;
    use kniha_seal::collect::{decode_leaves, decode_listed};
    use kniha_seal::mailbox::Block;
    use kniha_seal::part::Day;
    use kniha_seal::sign::SigningKey;
    use kniha_seal::source::MailboxId;
    use sha2::{Digest, Sha256};
    use tower::ServiceExt;

    use super::*;
    use crate::stage::{Keys, Stage, TODAY};

    /// A desk in front of a door.
    struct Desk {
        door: Router,
        greeting: Greeting,
        book: [u8; 32],
    }

    impl Desk {
        async fn before(portal: &Portal) -> Desk {
            let door = router(portal.clone());
            let (status, greeting) = send(&door, Request::get("/collect"), Vec::new()).await;
            assert_eq!(status, StatusCode::OK);
            Desk { door, greeting: Greeting::decode(&greeting).unwrap(), book: portal.config().book }
        }

        async fn asks(&mut self, key: &SigningKey, ask: &Ask) -> (StatusCode, Vec<u8>) {
            let request = self.greeting.request(&self.book, ask, key);
            send(&self.door, Request::post("/collect"), request).await
        }
    }

    async fn send(door: &Router, request: axum::http::request::Builder, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
        let answer = door.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        (answer.status(), to_bytes(answer.into_body(), 64 << 20).await.unwrap().to_vec())
    }

    /// A part with this payload, and a leaf.
    async fn put(portal: &Portal, id: u8, payload: &[u8]) -> Hash {
        let payload_sha256 = Hash(Sha256::digest(payload).into());
        let body = kniha_inbox::Body::Bytes(payload.to_vec());
        let part = Sealed { part: PartKey([id; 16]), list_no: 1, day: TODAY.0, header: vec![b'h'; 300], payload_sha256, body };
        portal.inbox().put(vec![part], Some(vec![id; 100])).await.unwrap();
        payload_sha256
    }

    fn part(id: u8) -> PartId {
        PartId::from_random([id; 16])
    }

    #[tokio::test]
    async fn the_desk_lists_fetches_and_deletes_and_nobody_else_does() {
        let stage = Stage::set().await;
        let large: Vec<u8> = (0..700_000u32).flat_map(u32::to_le_bytes).collect();
        let (one, two) = (put(&stage.portal, 1, &[5; 4000]).await, put(&stage.portal, 2, &large).await);
        let mut desk = Desk::before(&stage.portal).await;
        assert_eq!(desk.greeting.list_no, 1);
        let key = &stage.keys.collect;

        let (_, listed) = desk.asks(key, &Ask::Parts { after: None }).await;
        let listed = decode_listed(&listed).unwrap();
        assert_eq!(
            listed.iter().map(|listed| (listed.part, listed.size, listed.sha256)).collect::<Vec<_>>(),
            [(part(1), 4000, one), (part(2), large.len() as u64, two)]
        );
        let (_, after) = desk.asks(key, &Ask::Parts { after: Some(part(1)) }).await;
        assert_eq!(decode_listed(&after).unwrap(), listed[1..]);

        let fetched = desk.asks(key, &Ask::Fetch { offset: 1_000_000, parts: vec![part(2), part(7), part(1)] }).await.1;
        let mut rest = &fetched[..];
        let header = vec![b'h'; 300];
        assert_eq!(Piece::read(&mut rest, 300).unwrap(), Piece::Coming { header: header.clone(), len: large.len() as u64 - 1_000_000 });
        assert!(rest[..large.len() - 1_000_000] == large[1_000_000..]);
        rest = &rest[large.len() - 1_000_000..];
        assert_eq!(Piece::read(&mut rest, 300).unwrap(), Piece::Gone);
        assert_eq!(Piece::read(&mut rest, 300).unwrap(), Piece::Coming { header, len: 4000 });
        assert_eq!(rest, [5; 4000]);

        let ends = [Ask::Drop(vec![(part(1), one)]), Ask::Parts { after: None }, Ask::Fetch { offset: 0, parts: vec![part(1)] }, Ask::Leaves { after: None }];
        for wrong in [&stage.keys.reply, &stage.keys.custodian] {
            for ask in &ends {
                let (status, said) = desk.asks(wrong, ask).await;
                assert_eq!((status, said.len() < 100), (StatusCode::FORBIDDEN, true), "{}", String::from_utf8_lossy(&said));
            }
        }
        let (_, leaves) = desk.asks(key, &Ask::Leaves { after: None }).await;
        let leaves = decode_leaves(&leaves).unwrap();
        assert_eq!(leaves.len(), 2);
        assert_eq!(desk.asks(key, &Ask::DropLeaves(leaves.iter().map(|(id, _)| *id).collect())).await, (StatusCode::OK, vec![]));
        // A wrong digest deletes nothing, and is no fault: it may be gone already.
        assert_eq!(desk.asks(key, &Ask::Drop(vec![(part(1), one), (part(2), one)])).await, (StatusCode::OK, vec![]));
        assert_eq!(decode_listed(&desk.asks(key, &Ask::Parts { after: None }).await.1).unwrap(), listed[1..]);
        assert_eq!(desk.asks(key, &Ask::Leaves { after: None }).await.1, b"");
    }

    #[tokio::test]
    async fn what_was_recorded_is_refused_also_after_a_new_start() {
        let stage = Stage::set().await;
        let digest = put(&stage.portal, 1, &[5; 4000]).await;
        let mut desk = Desk::before(&stage.portal).await;
        let recorded = desk.greeting.request(&desk.book, &Ask::Parts { after: None }, &stage.keys.collect);
        assert_eq!(send(&desk.door, Request::post("/collect"), recorded.clone()).await.0, StatusCode::OK);
        assert_eq!(send(&desk.door, Request::post("/collect"), recorded).await.0, StatusCode::CONFLICT);
        let recorded = desk.greeting.request(&desk.book, &Ask::Drop(vec![(part(1), digest)]), &stage.keys.collect);
        let anew = Desk::before(&stage.portal).await;
        assert_eq!(send(&anew.door, Request::post("/collect"), recorded).await.0, StatusCode::CONFLICT);
        assert_eq!(stage.portal.inbox().list(None, 9).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn an_answer_reaches_its_mailbox_and_a_fifth_does_not() {
        let stage = Stage::set().await;
        let mut desk = Desk::before(&stage.portal).await;
        let block = Block::filler(&mut random()).unwrap();
        for id in 0..4 {
            let ask = Ask::PutBlock { mailbox: MailboxId([3; 16]), id: [id; 16], expires_month: 700, block: block.clone() };
            assert_eq!(desk.asks(&stage.keys.collect, &ask).await.0, StatusCode::OK);
        }
        let ask = Ask::PutBlock { mailbox: MailboxId([3; 16]), id: [9; 16], expires_month: 700, block: block.clone() };
        assert_eq!(desk.asks(&stage.keys.collect, &ask).await.0, StatusCode::INSUFFICIENT_STORAGE);
        assert_eq!(stage.portal.inbox().blocks([3; 16]).await.unwrap(), vec![block.bytes().to_vec(); 4]);
    }

    /// A portal begins with nothing but a digest, and the desk's keys can be replaced by the custodians alone.
    #[tokio::test]
    async fn key_lists_come_in_order_and_the_newest_says_who_the_desk_is() {
        let keys = Keys::draw();
        let one = keys.list(1, None, TODAY, Day(TODAY.0 + 9));
        let other = Keys { collect: SigningKey::random(&mut random()), ..Keys::draw() };
        let two = Keys { custodian: keys.custodian.clone(), book: keys.book, collect: other.collect.clone(), reply: other.reply.clone(), member: other.member }
            .list(2, Some(one.digest()), Day(TODAY.0 + 5), Day(TODAY.0 + 20));
        let stage = Stage::with(|config| config.first_list = one.digest()).await;
        assert!(stage.portal.list().is_err());
        let mut desk = Desk::before(&stage.portal).await;
        assert_eq!(desk.greeting.list_no, 0);
        assert_eq!(desk.asks(&keys.collect, &Ask::Parts { after: None }).await.0, StatusCode::FORBIDDEN);
        let give = async |bytes: Vec<u8>| send(&desk.door, Request::post("/collect/list"), bytes).await.0;
        assert_eq!(give(two.encode()).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(give(Keys::draw().list(1, None, TODAY, TODAY).encode()).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(give(b"none".to_vec()).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(give(one.encode()).await, StatusCode::OK);
        assert_eq!(give(one.encode()).await, StatusCode::OK);
        assert_eq!(stage.portal.list().unwrap().list().no, 1);
        assert_eq!(desk.asks(&keys.collect, &Ask::Parts { after: None }).await.0, StatusCode::OK);
        assert_eq!(send(&desk.door, Request::post("/collect/list"), two.encode()).await.0, StatusCode::OK);
        assert_eq!(desk.asks(&keys.collect, &Ask::Parts { after: None }).await.0, StatusCode::FORBIDDEN, "the old desk");
        assert_eq!(desk.asks(&other.collect, &Ask::Parts { after: None }).await.0, StatusCode::OK);
        assert_eq!(stage.portal.inbox().lists().await.unwrap().len(), 2, "kept for the next start");
    }

    #[tokio::test]
    async fn what_is_no_request_or_too_long_is_refused() {
        let stage = Stage::set().await;
        let door = router(stage.portal.clone());
        assert_eq!(send(&door, Request::post("/collect"), vec![0; 100]).await.0, StatusCode::BAD_REQUEST);
        assert_eq!(send(&door, Request::post("/collect"), vec![0; MOST_REQUEST + 1]).await.0, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(send(&door, Request::post("/collect/list"), vec![0; MOST_BYTES + 1]).await.0, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(send(&door, Request::get("/be"), Vec::new()).await.0, StatusCode::NOT_FOUND, "no page is here");
        assert_eq!(stage.get("/collect").await.status, StatusCode::NOT_FOUND, "and this door is not among the pages");
    }
}
