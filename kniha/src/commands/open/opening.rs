//! Opening one part, piece by piece: shares first, each against the receipt of the log, then the payload in order. Memory stays at a few chunks of 64 KiB for
//! a file; answers are small and are kept.

use kniha_core::commit::Hash;
use kniha_core::telling::Answers;
use kniha_seal::age::{CHUNK, NONCE_LEN};
use kniha_seal::holder::{HolderError, KeyHolder, ReadReceipt};
use kniha_seal::opener::{Opener, last_chunk_of};
use kniha_seal::part::{Compartment, Cover, Envelope, EnvelopeError};
use kniha_seal::quorum::QuorumNo;
use kniha_seal::share::ShareError;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::holders::Holders;
use super::writing::{Folder, Plain};
use crate::lanes::found::Found;
use crate::say;

/// Most bytes of content that are kept in memory: what is not a file is no longer.
const MOST_ANSWERS: u64 = 512 * 1024;

/// A part that was opened.
pub(super) struct Opened {
    pub(super) cover: Cover,
    pub(super) quorum: QuorumNo,
    pub(super) content_len: u64,
    pub(super) content_sha256: Hash,
    pub(super) payload_sha256: Hash,
    /// What it says, unless it is a file or cannot be read.
    pub(super) answers: Option<Answers>,
    /// Why the answers cannot be read.
    pub(super) unread: Option<String>,
    /// The file that was written, under its first name.
    pub(super) plain: Option<Plain>,
}

pub(super) async fn open(
    found: &Found,
    envelope: &Envelope,
    quorum: QuorumNo,
    holders: &Holders,
    receipt: &ReadReceipt,
    to: Option<&mut Folder>,
) -> anyhow::Result<Opened> {
    let shares = shares(envelope, quorum, holders, receipt);
    let key = envelope.open(quorum, &shares)?;
    let (_, last) = last_chunk_of(found.payload_len).ok_or_else(|| anyhow::anyhow!("no payload is {} bytes long", found.payload_len))?;
    let mut nonce = [0; NONCE_LEN];
    found.payload.read(0, &mut nonce).await?;
    let mut end = vec![0; last];
    found.payload.read(found.payload_len - last as u64, &mut end).await?;
    let mut opener = Opener::new(envelope, &key, found.payload_len, &nonce, &end)?;
    let mut digest = Sha256::new_with_prefix(nonce);
    let (mut at, mut sealed, mut plain) = (NONCE_LEN as u64, vec![0; CHUNK], Zeroizing::new(Vec::with_capacity(3 * CHUNK)));
    let mut sink = Sink::Unknown(to);
    let bar = say::bar(found.payload_len, "opening", true);
    while at < found.payload_len {
        let len = usize::try_from(found.payload_len - at).map_or(CHUNK, |left| left.min(CHUNK));
        found.payload.read(at, &mut sealed[..len]).await?;
        digest.update(&sealed[..len]);
        opener.push(&sealed[..len], &mut plain)?;
        at += len as u64;
        bar.inc(len as u64);
        if let Some(cover) = opener.cover() {
            sink = sink.begin(cover, opener.content_len())?;
            sink.take(&plain)?;
            zeroize::Zeroize::zeroize(&mut *plain);
        }
    }
    let opened = opener.finish(&mut plain)?;
    sink = sink.begin(&opened.cover, opened.content_len)?;
    sink.take(&plain)?;
    bar.finish_and_clear();
    let (answers, unread, plain) = match sink {
        Sink::Answers(bytes) => match Answers::decode(&bytes) {
            Ok(answers) => (Some(answers), None, None),
            Err(e) => (None, Some(e.to_string()), None),
        },
        Sink::File(plain) => (None, None, Some(plain.finish()?)),
        Sink::Nowhere | Sink::Unknown(_) => (None, None, None),
    };
    Ok(Opened {
        cover: opened.cover,
        quorum,
        content_len: opened.content_len,
        content_sha256: opened.content_sha256,
        payload_sha256: Hash(digest.finalize().into()),
        answers,
        unread,
        plain,
    })
}

/// The shares of those present; whoever gives a false one is named.
fn shares(envelope: &Envelope, quorum: QuorumNo, holders: &Holders, receipt: &ReadReceipt) -> Vec<kniha_seal::share::Share> {
    let mut shares = Vec::new();
    for present in &holders.present {
        match present.holder.share(envelope, quorum, receipt) {
            Ok(share) => shares.push(share),
            Err(HolderError::NotDrawn { .. }) => {}
            Err(HolderError::Envelope(EnvelopeError::Shares(ShareError::False { slot }))) => {
                say::note(&format!("{}: the share of slot {slot} ({}) is FALSE: it does not fit its check.", envelope.part(), say::visible(&present.name)));
            }
            Err(e) => say::note(&format!("{}: {}: {}.", envelope.part(), say::visible(&present.name), crate::exit::chain(&e))),
        }
    }
    shares
}

/// Where content goes, once the cover said what it is.
enum Sink<'f> {
    Unknown(Option<&'f mut Folder>),
    Answers(Zeroizing<Vec<u8>>),
    File(Plain),
    Nowhere,
}

impl Sink<'_> {
    fn begin(self, cover: &Cover, len: u64) -> anyhow::Result<Self> {
        let Sink::Unknown(to) = self else { return Ok(self) };
        if cover.compartment == Compartment::File {
            return Ok(match to {
                Some(folder) => Sink::File(folder.plain(&cover.part)?),
                None => Sink::Nowhere,
            });
        }
        if len > MOST_ANSWERS {
            anyhow::bail!("it holds {len} bytes of answers, and at most {MOST_ANSWERS} are read");
        }
        Ok(Sink::Answers(Zeroizing::new(Vec::with_capacity(usize::try_from(len).unwrap_or_default()))))
    }

    fn take(&mut self, content: &[u8]) -> anyhow::Result<()> {
        match self {
            Sink::Answers(bytes) => bytes.extend_from_slice(content),
            Sink::File(plain) => plain.write(content)?,
            Sink::Nowhere | Sink::Unknown(_) => {}
        }
        Ok(())
    }
}
