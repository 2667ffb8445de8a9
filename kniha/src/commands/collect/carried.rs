//! Taking in a folder of pieces that was carried here.

use std::path::Path;

use kniha_core::commit::Hash;
use kniha_inbox::{Inbox, LeafKey};
use kniha_seal::age::CHUNK;
use kniha_seal::part::Day;
use sha2::{Digest, Sha256};

use super::Counts;
use super::taking::{Begun, Offer, Refused, Taken, Taking};
use crate::exit::explain;
use crate::lanes::found::{Found, Payload};
use crate::lanes::pieces;
use crate::say;

pub(super) async fn take(inbox: &Inbox, spool: &Path, from: &Path, today: Day, counts: &mut Counts) -> anyhow::Result<()> {
    for piece in pieces::list(from)? {
        let (parts, leaf) = match piece.parts() {
            Ok(read) => read,
            Err(error) => {
                say::note(&say::visible(explain(&error).1.lines().next().unwrap_or_default()));
                counts.refused += 1;
                continue;
            }
        };
        for found in parts {
            let part = found.part;
            match one(inbox, spool, found, today, counts).await {
                Ok(()) => {}
                Err(error) => {
                    let Some(refused) = error.downcast_ref::<Refused>() else { return Err(error) };
                    say::note(&format!("{part}: not taken: {}.", say::visible(&refused.to_string())));
                    counts.refused += 1;
                }
            }
        }
        if let Some(leaf) = leaf {
            // The same leaf carried twice is one leaf: its id is drawn from its bytes, which are as random.
            let digest: [u8; 32] = Sha256::digest(&leaf).into();
            let mut id = [0; 16];
            id.copy_from_slice(&digest[..16]);
            inbox.put_leaf(&LeafKey(id), &leaf).await?;
            counts.leaves += 1;
        }
    }
    Ok(())
}

async fn one(inbox: &Inbox, spool: &Path, found: Found, today: Day, counts: &mut Counts) -> anyhow::Result<()> {
    let sha256 = digest(&found.payload, found.payload_len).await?;
    let Found { part, list_no, header, payload_len: len, payload } = found;
    let mut taking = match Taking::begin(inbox, spool, Offer { part, list_no, day: today.0, header, len, sha256 }).await? {
        Begun::There => {
            counts.there += 1;
            return Ok(());
        }
        Begun::Coming(taking) => taking,
    };
    let mut at = 0;
    while at < len {
        let piece = piece(&payload, at, len).await?;
        taking.push(&piece).await?;
        at += piece.len() as u64;
    }
    match taking.finish(inbox).await? {
        Taken::Stored => counts.taken += 1,
        Taken::Apart => {
            say::note(&format!("{part}: another part with this id is in the spool: this one is kept apart."));
            counts.apart += 1;
        }
    }
    counts.bytes += len;
    Ok(())
}

async fn digest(payload: &Payload, len: u64) -> std::io::Result<Hash> {
    let (mut digest, mut at) = (Sha256::new(), 0);
    while at < len {
        let piece = piece(payload, at, len).await?;
        digest.update(&piece);
        at += piece.len() as u64;
    }
    Ok(Hash(digest.finalize().into()))
}

async fn piece(payload: &Payload, at: u64, len: u64) -> std::io::Result<Vec<u8>> {
    let mut piece = vec![0; usize::try_from(len - at).map_or(CHUNK, |left| left.min(CHUNK))];
    payload.read(at, &mut piece).await?;
    Ok(piece)
}
