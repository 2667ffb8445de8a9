//! Sealed parts where they lie: in a folder of pieces that was carried, or in the spool. They are walked one by one, so that a full spool takes no memory.
//! Reads files and the spool.

use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use kniha_core::commit::Hash;
use kniha_inbox::{Inbox, Listed, PartKey};
use kniha_seal::leaf::Leaf;
use kniha_seal::part::PartId;

use super::{pieces, spool};
use crate::exit::explain;

/// Parts that are listed at a time.
const PAGE: u32 = 500;

/// A sealed part.
pub(crate) struct Found {
    pub(crate) part: PartId,
    pub(crate) list_no: u32,
    pub(crate) header: Vec<u8>,
    pub(crate) payload_len: u64,
    pub(crate) payload: Payload,
}

/// Where a payload lies.
pub(crate) enum Payload {
    /// In memory.
    Bytes(Vec<u8>),
    /// In a file, from a byte on.
    File { file: File, at: u64 },
    /// In the spool.
    Spool(kniha_inbox::Payload),
}

/// Where sealed parts are looked for.
pub(crate) enum Place {
    /// A folder of pieces that `kniha submit --out` wrote.
    Pieces(PathBuf),
    /// A spool, and the folder in which its openings are logged.
    Spool { inbox: Inbox, log: PathBuf },
}

/// A walk over all parts of a place.
pub(crate) enum Walk<'p> {
    Pieces { parts: VecDeque<Found>, troubles: Vec<String> },
    Spool { inbox: &'p Inbox, page: VecDeque<Listed>, after: Option<PartKey>, ended: bool },
}

impl Place {
    /// The place that the command line names.
    pub(crate) async fn named(pieces: Option<&Path>, named: Option<&Path>, book: &Path) -> anyhow::Result<Place> {
        match (pieces, named) {
            (Some(dir), _) => Ok(Place::Pieces(dir.to_owned())),
            (None, Some(dir)) => Ok(Place::Spool { inbox: spool::open(dir, false).await?, log: dir.to_owned() }),
            (None, None) => Ok(Place::Spool { inbox: spool::open(&spool::of(book), false).await?, log: book.to_owned() }),
        }
    }

    /// The folder in which openings are logged.
    pub(crate) fn log_folder(&self) -> &Path {
        match self {
            Place::Pieces(dir) => dir,
            Place::Spool { log, .. } => log,
        }
    }

    /// Begins a walk.
    pub(crate) fn walk(&self) -> anyhow::Result<Walk<'_>> {
        match self {
            Place::Pieces(dir) => {
                let (mut parts, mut troubles) = (VecDeque::new(), Vec::new());
                for piece in pieces::list(dir)? {
                    match piece.parts() {
                        Ok((found, _)) => parts.extend(found),
                        Err(error) => troubles.push(explain(&error).1.lines().next().unwrap_or_default().to_owned()),
                    }
                }
                Ok(Walk::Pieces { parts, troubles })
            }
            Place::Spool { inbox, .. } => Ok(Walk::Spool { inbox, page: VecDeque::new(), after: None, ended: false }),
        }
    }

    /// The leaves with one of these commitments.
    pub(crate) async fn leaves(&self, commitments: &BTreeSet<Hash>) -> anyhow::Result<Vec<Vec<u8>>> {
        let wanted = |leaf: &[u8]| matches!(Leaf::decode(leaf), Ok(Leaf::Opaque { commitment, .. }) if commitments.contains(&commitment));
        let mut leaves = Vec::new();
        match self {
            Place::Pieces(dir) => leaves.extend(pieces::list(dir)?.iter().filter_map(|piece| piece.parts().ok()?.1).filter(|leaf| wanted(leaf))),
            Place::Spool { inbox, .. } => {
                let mut after = None;
                while !commitments.is_empty() {
                    let page = inbox.leaves(after, PAGE).await?;
                    let Some((last, _)) = page.last() else { break };
                    after = Some(*last);
                    leaves.extend(page.into_iter().map(|(_, leaf)| leaf).filter(|leaf| wanted(leaf)));
                }
            }
        }
        Ok(leaves)
    }
}

impl Walk<'_> {
    /// What could not be read at all.
    pub(crate) fn troubles(&self) -> &[String] {
        match self {
            Walk::Pieces { troubles, .. } => troubles,
            Walk::Spool { .. } => &[],
        }
    }

    /// The next part that is wanted.
    pub(crate) async fn next(&mut self, wanted: impl Fn(&PartId) -> bool) -> anyhow::Result<Option<Found>> {
        match self {
            Walk::Pieces { parts, .. } => {
                while let Some(found) = parts.pop_front() {
                    if wanted(&found.part) {
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            }
            Walk::Spool { inbox, page, after, ended } => loop {
                let Some(listed) = page.pop_front() else {
                    if *ended {
                        return Ok(None);
                    }
                    page.extend(inbox.list(*after, PAGE).await?);
                    *ended = page.is_empty();
                    *after = page.back().map(|listed| listed.part);
                    continue;
                };
                let part = PartId::from_random(listed.part.0);
                if !wanted(&part) {
                    continue;
                }
                // Deleted between the list and now: not there any more.
                let (Some(head), Some(payload)) = (inbox.header(&listed.part).await?, inbox.payload(&listed.part).await?) else { continue };
                return Ok(Some(Found { part, list_no: listed.list_no, header: head.header, payload_len: payload.len, payload: Payload::Spool(payload) }));
            },
        }
    }
}

impl Payload {
    /// Reads a piece of it.
    pub(crate) async fn read(&self, from: u64, into: &mut [u8]) -> io::Result<()> {
        let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
        match self {
            Payload::Bytes(bytes) => {
                let from = usize::try_from(from).unwrap_or(usize::MAX);
                into.copy_from_slice(bytes.get(from..).and_then(|rest| rest.get(..into.len())).ok_or_else(short)?);
            }
            Payload::File { file, at } => file.read_exact_at(into, at + from)?,
            Payload::Spool(payload) => {
                let bytes = payload.read_at(from, into.len()).await.map_err(io::Error::other)?;
                if bytes.len() != into.len() {
                    return Err(short());
                }
                into.copy_from_slice(&bytes);
            }
        }
        Ok(())
    }
}
