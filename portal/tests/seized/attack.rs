//! What an adversary tries with what they took: members' keys, and every piece of a memory.

use std::collections::BTreeSet;
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use kniha_core::commit::Hash;
use kniha_inbox::Inbox;
use kniha_portal::Config;
use kniha_seal::age::FileKey;
use kniha_seal::holder::{KeyHolder, MemoryHolder, ReadReceipt};
use kniha_seal::opener::{self, Opened};
use kniha_seal::part::Envelope;
use kniha_seal::quorum::QuorumNo;
use kniha_seal::share::{self, Share};
use kniha_seal::sign::SigningKey;
use kniha_seal::xwing::SecretKey;
use sha2::Sha256;

use crate::portal::{Region, block_on};
use crate::random;
use crate::visitor::Kept;

/// A part as it was taken.
pub(crate) struct Part {
    pub(crate) envelope: Envelope,
    pub(crate) payload: Vec<u8>,
}

/// All parts in a portal's folder.
pub(crate) fn parts(folder: &Path) -> Vec<Part> {
    block_on(async {
        let place = kniha_portal::place(&Config::read(folder).unwrap(), folder, None).unwrap();
        let inbox = Inbox::open(&place, folder, false).await.unwrap();
        let mut parts = Vec::new();
        let mut after = None;
        loop {
            let listed = inbox.list(after, 100).await.unwrap();
            let Some(last) = listed.last() else { break };
            after = Some(last.part);
            for row in listed {
                let header = inbox.header(&row.part).await.unwrap().unwrap().header;
                let mut body = inbox.payload(&row.part).await.unwrap().unwrap();
                let mut payload = Vec::new();
                while let Some(piece) = body.next(1 << 20).await.unwrap() {
                    payload.extend(piece);
                }
                parts.push(Part { envelope: Envelope::parse(&header).unwrap(), payload });
            }
        }
        inbox.close().await;
        parts
    })
}

/// Keys that were taken.
pub(crate) struct Keys(Vec<MemoryHolder>);

impl Keys {
    pub(crate) fn of(keys: &[&[SecretKey]]) -> Keys {
        let signing = SigningKey::random(&mut random());
        Keys(keys.iter().copied().flatten().map(|key| MemoryHolder::new(vec![key.clone()], signing.clone())).collect())
    }

    /// The shares that they give of one quorum.
    pub(crate) fn shares(&self, part: &Part, quorum: QuorumNo) -> Vec<Share> {
        let receipt = ReadReceipt::of_entry(*part.envelope.part(), Hash([0; 32]));
        self.0.iter().filter_map(|holder| holder.share(&part.envelope, quorum, &receipt).ok()).collect()
    }

    /// Opens a part with all shares that they give.
    pub(crate) fn open(&self, part: &Part) -> Option<(FileKey, Opened, Vec<u8>)> {
        part.envelope.locked().iter().find_map(|locked| with_shares(part, locked.quorum, &self.shares(part, locked.quorum)))
    }
}

/// Opens a part with shares: as members would, and with every key that can be made where there are too few.
pub(crate) fn with_shares(part: &Part, quorum: QuorumNo, shares: &[Share]) -> Option<(FileKey, Opened, Vec<u8>)> {
    let mut tries: Vec<FileKey> = shares.iter().map(|share| share.value.clone()).collect();
    tries.extend((1..=shares.len()).filter_map(|k| share::combine(u8::try_from(k).ok()?, shares).ok()));
    tries.extend(part.envelope.open(quorum, shares));
    tries.into_iter().find_map(|key| opens(part, &key).map(|(opened, content)| (key, opened, content)))
}

fn opens(part: &Part, key: &FileKey) -> Option<(Opened, Vec<u8>)> {
    opener::open(&part.envelope, key, &part.payload).ok()
}

/// Every 16 bytes of a memory, as allocators place things, that may be random.
pub(crate) fn windows(memory: &[Region]) -> BTreeSet<[u8; 16]> {
    let mut windows = BTreeSet::new();
    for region in memory {
        for window in region.bytes.windows(16).step_by(8) {
            let mut seen = [false; 256];
            // Of 16 random bytes 12 or more differ, but for one time in ten thousand.
            if window.iter().filter(|byte| !std::mem::replace(&mut seen[usize::from(**byte)], true)).count() >= 12 {
                windows.insert(window.try_into().unwrap());
            }
        }
    }
    windows
}

/// Tries pieces as the key of a part of one chunk: its first chunk is then also its last.
pub(crate) fn file_key<'a>(part: &Part, mut pieces: impl Iterator<Item = &'a [u8; 16]>) -> Option<[u8; 16]> {
    let (nonce, chunk) = part.payload.split_at(16);
    pieces
        .find(|piece| {
            let mut key = [0; 32];
            Hkdf::<Sha256>::new(Some(nonce), piece.as_slice()).expand(b"payload", &mut key).unwrap();
            let last = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
            ChaCha20Poly1305::new(&key.into()).decrypt(&last.into(), chunk).is_ok()
        })
        .copied()
}

/// The key of the hour under which a page was sealed. Its number stands in the page and, beside where the key lies, in the portal's memory.
pub(crate) fn hour_key(memory: &[Region], page: &Kept) -> Option<[u8; 32]> {
    let sealed = BASE64URL_NOPAD.decode(page.state.as_bytes()).unwrap();
    let at = |address: usize| {
        let region = memory.iter().find(|region| (region.start..region.start + region.bytes.len()).contains(&address))?;
        region.bytes.get(address - region.start..)?.first_chunk::<32>().copied()
    };
    for region in memory {
        for found in region.bytes.windows(8).enumerate().filter(|(_, window)| *window == &sealed[1..9]).map(|(found, _)| found) {
            let near = &region.bytes[found.saturating_sub(64)..(found + 72).min(region.bytes.len())];
            let pointers = near.windows(8).map(|word| usize::from_le_bytes(word.try_into().unwrap()));
            for key in pointers.filter_map(at) {
                if half(&key, page, [&page.half()].into_iter()).is_some() {
                    return Some(key);
                }
            }
        }
    }
    None
}

/// The key of one visit's pages (`portal/src/state.rs`).
pub(crate) fn visit_key(hour: &[u8; 32], half: &[u8; 16], purpose: &str) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, &[hour.as_slice(), half].concat()).expand_multi_info(&[b"kniha/1/portal-state", purpose.as_bytes()], &mut key).unwrap();
    key
}

/// The first of these halves with which a page opens.
pub(crate) fn half<'a>(hour: &[u8; 32], page: &Kept, mut halves: impl Iterator<Item = &'a [u8; 16]>) -> Option<[u8; 16]> {
    let sealed = BASE64URL_NOPAD.decode(page.state.as_bytes()).unwrap();
    let (head, body) = sealed.split_at(33);
    let aad = [b"kniha/1/portal-state", &head[..9], page.purpose.as_bytes()].concat();
    let nonce = XNonce::try_from(&head[9..]).unwrap();
    let opens = |half: &[u8; 16]| {
        let cipher = XChaCha20Poly1305::new(&visit_key(hour, half, page.purpose).into());
        cipher.decrypt(&nonce, Payload { msg: body, aad: &aad }).is_ok()
    };
    halves.find(|half| opens(half)).copied()
}
