//! What was sealed on the sender's own machine: taken as it is, because there is nothing here that could read it.
//!
//! `POST /sealed` takes a bundle, `POST /sealed/file` a file (`kniha_seal::wire`). Answers are short plain texts for a program: `stored`, `already there`, or
//! what is wrong.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::StreamExt;
use kniha_core::commit::Hash;
use kniha_inbox::{Body, InboxError, PartKey, Put, Sealed};
use kniha_seal::keylist::Trusted;
use kniha_seal::opener::last_chunk_of;
use kniha_seal::part::Envelope;
use kniha_seal::quorum::OWN_WORDS;
use kniha_seal::submission::PARTS;
use kniha_seal::wire::{self, FileHead, MOST_BUNDLE};
use sha2::{Digest, Sha256};

use crate::Portal;
use crate::guard::ForProgram;

/// Sealing adds so much to a file: header, cover, tags and padding (Padmé is below an eighth).
const MORE: u64 = 8;

/// Why it was not taken, for a program.
enum Refusal {
    Bytes,
    Keys,
    Large,
    Broken,
    Closed,
    Inbox,
}

pub(super) fn routes() -> Router<Portal> {
    Router::new().route("/sealed", post(bundle).layer(DefaultBodyLimit::max(MOST_BUNDLE))).route("/sealed/file", post(file))
}

async fn bundle(State(portal): State<Portal>, body: Bytes) -> Result<&'static str, Refusal> {
    let (parts, leaf) = wire::decode_bundle(&body).map_err(|_| Refusal::Bytes)?;
    let keys = portal.list().map_err(|_| Refusal::Closed)?;
    // What vouches for a file travels alone, with a leaf because every bundle has one: as many leaves are kept as there are submissions.
    let leaf = (parts.len() >= PARTS).then_some(leaf);
    let mut sealed = Vec::new();
    for part in parts {
        addressed(&part.header, part.list_no, &keys)?;
        sealed.push(Sealed {
            part: PartKey(*part.part.bytes()),
            list_no: part.list_no,
            day: portal.today().0,
            header: part.header,
            payload_sha256: part.payload_sha256,
            body: Body::Bytes(part.payload),
        });
    }
    Ok(said(portal.inbox().put(sealed, leaf).await?))
}

async fn file(State(portal): State<Portal>, request: Request) -> Result<&'static str, Refusal> {
    let keys = portal.list().map_err(|_| Refusal::Closed)?;
    let most = portal.config().upload_bytes + portal.config().upload_bytes / MORE + MOST_BUNDLE as u64;
    let mut stream = request.into_body().into_data_stream();
    let mut first = Vec::new();
    let head: FileHead = loop {
        if let Some(head) = wire::decode_file_head(&first).map_err(|_| Refusal::Bytes)? {
            break head;
        }
        first.extend_from_slice(&next(&mut stream).await?.ok_or(Refusal::Bytes)?);
    };
    addressed(&head.header, head.list_no, &keys)?;
    let mut object = portal.inbox().object().await?;
    let mut digest = Sha256::new();
    let mut len = 0u64;
    let mut piece = Some(Bytes::from(first.split_off(head.payload_at)));
    while let Some(bytes) = piece {
        len += bytes.len() as u64;
        if len > most {
            return Err(Refusal::Large);
        }
        digest.update(&bytes);
        object.write(&bytes).await?;
        piece = next(&mut stream).await?;
    }
    last_chunk_of(len).ok_or(Refusal::Bytes)?;
    let sealed = Sealed {
        part: PartKey(*head.part.bytes()),
        list_no: head.list_no,
        day: portal.today().0,
        header: head.header,
        payload_sha256: Hash(digest.finalize().into()),
        body: Body::Object(object.finish().await?),
    };
    Ok(said(portal.inbox().put(vec![sealed], None).await?))
}

async fn next(stream: &mut axum::body::BodyDataStream) -> Result<Option<Bytes>, Refusal> {
    stream.next().await.transpose().map_err(|_| Refusal::Broken)
}

/// Whether a header names keys that are there: what nobody could open is not worth keeping.
fn addressed(header: &[u8], list_no: u32, keys: &Trusted) -> Result<(), Refusal> {
    let envelope = Envelope::parse(header).map_err(|_| Refusal::Bytes)?;
    let list = keys.list();
    let known = |locked: &kniha_seal::part::Locked| {
        let quorum = list.quorums.iter().find(|quorum| quorum.no == locked.quorum);
        let listed = |id| quorum.is_some_and(|quorum| quorum.slots.iter().any(|slot| slot.opening.id() == id));
        locked.quorum == OWN_WORDS || locked.shares.iter().all(|share| listed(share.key_id))
    };
    if list_no == list.no && envelope.locked().iter().all(known) { Ok(()) } else { Err(Refusal::Keys) }
}

fn said(put: Put) -> &'static str {
    match put {
        Put::Stored => "stored\n",
        Put::AlreadyThere => "already there\n",
    }
}

impl From<InboxError> for Refusal {
    fn from(error: InboxError) -> Refusal {
        eprintln!("portal: {error}");
        Refusal::Inbox
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Refusal::Bytes => (StatusCode::BAD_REQUEST, "These bytes are not what docs/formats/sealing.md says. Nothing was kept.\n"),
            Refusal::Keys => (StatusCode::CONFLICT, "Sealed to keys that are not those of today: fetch /keys and seal again. Nothing was kept.\n"),
            Refusal::Large => (StatusCode::PAYLOAD_TOO_LARGE, "More than is taken in one file. Nothing was kept.\n"),
            Refusal::Broken => (StatusCode::BAD_REQUEST, "The connection broke off. Nothing was kept; send it again.\n"),
            Refusal::Closed => (StatusCode::SERVICE_UNAVAILABLE, "There are no keys to seal to today. Nothing was kept.\n"),
            Refusal::Inbox => (StatusCode::SERVICE_UNAVAILABLE, "It cannot be kept now. Nothing was kept; send it again later.\n"),
        };
        let mut response = (status, text).into_response();
        response.extensions_mut().insert(ForProgram);
        response
    }
}
