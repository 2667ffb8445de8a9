//! A sealed part that was found somewhere, before it is opened: in a folder of pieces or in the spool. Files.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use kniha_seal::part::PartId;

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
