//! A sealed part that was found somewhere, before it is opened: in a folder of pieces or in the spool. Files.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use kniha_seal::part::PartId;

use super::pieces;
use crate::exit::explain;

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
}

/// Where sealed parts are looked for.
pub(crate) enum Place {
    /// A folder of pieces that `kniha submit --out` wrote.
    Pieces(PathBuf),
}

impl Place {
    /// The place that the command line names.
    pub(crate) fn named(pieces: Option<&Path>, spool: Option<&Path>, book: &Path) -> anyhow::Result<Place> {
        let _ = (spool, book);
        pieces.map(|dir| Place::Pieces(dir.to_owned())).ok_or_else(|| anyhow::anyhow!("no spool"))
    }

    /// The folder in which openings are logged.
    pub(crate) fn log_folder(&self) -> &Path {
        match self {
            Place::Pieces(dir) => dir,
        }
    }

    /// All parts that are there, and what cannot be read.
    pub(crate) async fn parts(&self) -> anyhow::Result<(Vec<Found>, Vec<String>)> {
        match self {
            Place::Pieces(dir) => {
                let (mut parts, mut troubles) = (Vec::new(), Vec::new());
                for piece in pieces::list(dir)? {
                    match piece.parts() {
                        Ok((found, _)) => parts.extend(found),
                        Err(error) => troubles.push(format!("{}: {}", piece.name, explain(&error).1.lines().next().unwrap_or_default())),
                    }
                }
                Ok((parts, troubles))
            }
        }
    }

    /// The leaves that are there.
    pub(crate) async fn leaves(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        match self {
            Place::Pieces(dir) => Ok(pieces::list(dir)?.iter().filter_map(|piece| piece.parts().ok()?.1).collect()),
        }
    }
}

impl Payload {
    /// Reads a piece of it.
    pub(crate) async fn read(&self, from: u64, into: &mut [u8]) -> io::Result<()> {
        match self {
            Payload::Bytes(bytes) => {
                let from = usize::try_from(from).unwrap_or(usize::MAX);
                let piece = bytes.get(from..).and_then(|rest| rest.get(..into.len())).ok_or(io::ErrorKind::UnexpectedEof)?;
                into.copy_from_slice(piece);
                Ok(())
            }
            Payload::File { file, at } => file.read_exact_at(into, at + from),
        }
    }
}
