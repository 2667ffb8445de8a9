//! Taking a sealed part into the spool: bytes come in pieces, the digest is checked, and only what is durable counts as taken.
//!
//! A part with an id that is there already under another digest is no part of ours or somebody's trick: it is kept apart in the folder `apart/` of the spool,
//! as a piece, and told. Nothing is opened here. Writes the spool.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use kniha_core::commit::Hash;
use kniha_inbox::{Body, IN_ROW_MOST, Inbox, ObjectWriter, PartKey, Put, Sealed};
use kniha_seal::opener::last_chunk_of;
use kniha_seal::part::{Envelope, PartId};
use kniha_seal::wire::{self, MOST_FILE_HEAD};
use sha2::{Digest, Sha256};

use crate::exit::chain;
use crate::home::files;

const APART: &str = "apart";

/// What is known of a part before its payload comes.
pub(super) struct Offer {
    pub(super) part: PartId,
    pub(super) list_no: u32,
    pub(super) day: u32,
    pub(super) header: Vec<u8>,
    pub(super) len: u64,
    pub(super) sha256: Hash,
}

/// What is to be done about an offer.
pub(super) enum Begun {
    /// It is in the spool already, the same.
    There,
    /// It is to come.
    Coming(Box<Taking>),
}

/// How a taking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Durable in the spool.
    Stored,
    /// Durable apart, because another part has its id.
    Apart,
}

/// Why a part is not taken. Where it came from keeps it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("its header cannot be read: {0}")]
    Header(String),
    #[error("its header is of another part or key list")]
    OtherPart,
    #[error("no payload is {0} bytes long")]
    Length(u64),
    #[error("{came} bytes of {announced} came")]
    Cut { came: u64, announced: u64 },
    #[error("its bytes do not have the digest that was announced")]
    Digest,
    #[error("it is damaged there")]
    DamagedThere,
}

/// A part whose payload is coming.
pub(super) struct Taking {
    offer: Offer,
    to: To,
    came: u64,
    digest: Sha256,
}

enum To {
    Memory(Vec<u8>),
    Object(ObjectWriter),
    Apart { file: File, making: PathBuf, path: PathBuf },
}

impl Taking {
    /// Looks at an offer.
    pub(super) async fn begin(inbox: &Inbox, spool: &Path, offer: Offer) -> anyhow::Result<Begun> {
        let envelope = Envelope::parse(&offer.header).map_err(|e| Refused::Header(chain(&e)))?;
        if envelope.part() != &offer.part || envelope.list_no() != offer.list_no {
            return Err(Refused::OtherPart.into());
        }
        if offer.header.len() > MOST_FILE_HEAD || last_chunk_of(offer.len).is_none() {
            return Err(Refused::Length(offer.len).into());
        }
        let to = match inbox.header(&PartKey(*offer.part.bytes())).await? {
            Some(head) if head.listed.payload_sha256 == offer.sha256 => return Ok(Begun::There),
            Some(_) => {
                let folder = spool.join(APART);
                match files::create_dir(&folder) {
                    Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(e.into()),
                    _ => files::sync_dir(spool)?,
                }
                let path = folder.join(format!("piece-{}-{}", offer.part, &offer.sha256.to_string()[..16]));
                if path.exists() {
                    return Ok(Begun::There);
                }
                let making = files::beside(&path, "part")?;
                let mut file = files::create(&making)?;
                file.write_all(&wire::encode_file_head(&offer.header))?;
                To::Apart { file, making, path }
            }
            None if offer.len <= IN_ROW_MOST as u64 => To::Memory(Vec::with_capacity(usize::try_from(offer.len).unwrap_or_default())),
            None => To::Object(inbox.object().await?),
        };
        Ok(Begun::Coming(Box::new(Taking { offer, to, came: 0, digest: Sha256::new() })))
    }

    /// Takes bytes.
    pub(super) async fn push(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.came += bytes.len() as u64;
        if self.came > self.offer.len {
            return Err(Refused::Cut { came: self.came, announced: self.offer.len }.into());
        }
        self.digest.update(bytes);
        match &mut self.to {
            To::Memory(all) => all.extend_from_slice(bytes),
            To::Object(object) => object.write(bytes).await?,
            To::Apart { file, .. } => file.write_all(bytes)?,
        }
        Ok(())
    }

    /// Makes it durable.
    pub(super) async fn finish(self, inbox: &Inbox) -> anyhow::Result<Taken> {
        let offer = self.offer;
        if self.came != offer.len {
            return Err(Refused::Cut { came: self.came, announced: offer.len }.into());
        }
        if Hash(self.digest.finalize().into()) != offer.sha256 {
            return Err(Refused::Digest.into());
        }
        let body = match self.to {
            To::Memory(bytes) => Body::Bytes(bytes),
            To::Object(object) => Body::Object(object.finish().await?),
            To::Apart { file, making, path } => {
                file.sync_all()?;
                files::put_in_place(&making, &path)?;
                return Ok(Taken::Apart);
            }
        };
        let sealed =
            Sealed { part: PartKey(*offer.part.bytes()), list_no: offer.list_no, day: offer.day, header: offer.header, payload_sha256: offer.sha256, body };
        match inbox.put(vec![sealed], None).await? {
            Put::Stored => Ok(Taken::Stored),
            // Looked at before, under the lock of the spool: nobody else writes here.
            Put::AlreadyThere => anyhow::bail!("part {} came into the spool twice at once", offer.part),
        }
    }
}
