//! A folder of sealed pieces: what `kniha submit --out` writes, to be carried on a stick or posted from elsewhere.
//!
//! `piece-001` is the bundle, then for each file a `kniha-file` and a bundle of one part that vouches for it, in the order in which they are posted. Each piece
//! begins with its own name (`kniha_seal::wire`); there is nothing plain in the folder. `posted` says which ones a portal has confirmed. Files.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use kniha_seal::wire::{self, MOST_BUNDLE, MOST_FILE_HEAD};

use super::found::{Found, Payload};
use crate::exit::{Failure, chain};
use crate::home::files;
use crate::interrupt::Begun;

/// Pieces that a portal confirmed, a name a line.
const POSTED: &str = "posted";
const BUNDLE: &[u8] = b"kniha-bundle";
const FILE: &[u8] = b"kniha-file";
/// A bundle, and two pieces for each of 50 files.
const MOST_PIECES: usize = 999;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bundle,
    File,
}

/// One piece of a folder.
pub(crate) struct Piece {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) len: u64,
    pub(crate) posted: bool,
}

/// A folder that appears when all its pieces are on the disk.
pub(crate) struct Making {
    dir: PathBuf,
    making: PathBuf,
    begun: Begun,
    pieces: usize,
}

impl Making {
    pub(crate) fn new(dir: &Path) -> anyhow::Result<Making> {
        if dir.exists() {
            return Err(Failure::refused(format!("{} is there already.", dir.display()), "Name a folder that is not there yet.").into());
        }
        let making = files::beside(dir, "making")?;
        if making.exists() {
            fs::remove_dir_all(&making)?;
        }
        files::create_dir(&making).map_err(|e| Failure::refused(format!("{} cannot be made: {e}.", dir.display()), "Name a folder that you can write in."))?;
        Ok(Making { dir: dir.to_owned(), begun: Begun::new(&making), making, pieces: 0 })
    }

    /// The next piece, empty.
    pub(crate) fn next(&mut self) -> anyhow::Result<File> {
        self.pieces += 1;
        Ok(files::create(&self.making.join(format!("piece-{:03}", self.pieces)))?)
    }

    /// A piece that is in memory.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let mut file = self.next()?;
        std::io::Write::write_all(&mut file, bytes)?;
        Ok(file.sync_all()?)
    }

    /// All is in: the folder gets its name.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        files::sync_dir(&self.making)?;
        files::put_in_place(&self.making, &self.dir)?;
        self.begun.finished();
        Ok(())
    }
}

/// The pieces of a folder, in their order.
pub(crate) fn list(dir: &Path) -> anyhow::Result<Vec<Piece>> {
    let bad = |e: std::io::Error| Failure::input(format!("{} cannot be read: {e}.", dir.display()), "Name a folder that `kniha submit --out` wrote.");
    let posted = match fs::read_to_string(dir.join(POSTED)) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(bad(e).into()),
    };
    let mut pieces = Vec::new();
    for entry in fs::read_dir(dir).map_err(bad)? {
        let entry = entry.map_err(bad)?;
        let Some(name) = entry.file_name().to_str().filter(|name| name.starts_with("piece-")).map(str::to_owned) else { continue };
        let path = entry.path();
        let mut file = File::open(&path).map_err(bad)?;
        let len = file.metadata().map_err(bad)?.len();
        let mut start = Vec::with_capacity(BUNDLE.len());
        (&mut file).take(BUNDLE.len() as u64).read_to_end(&mut start).map_err(bad)?;
        let kind = if start == BUNDLE {
            Kind::Bundle
        } else if start.starts_with(FILE) {
            Kind::File
        } else {
            return Err(damaged(&path, "it begins with no name of ours").into());
        };
        pieces.push(Piece { posted: posted.lines().any(|line| line == name), path, name, kind, len });
        if pieces.len() > MOST_PIECES {
            return Err(Failure::input(format!("{} has more than {MOST_PIECES} pieces.", dir.display()), "A folder holds one submission.").into());
        }
    }
    if pieces.is_empty() {
        return Err(Failure::input(format!("There are no sealed pieces in {}.", dir.display()), "Name a folder that `kniha submit --out` wrote.").into());
    }
    pieces.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(pieces)
}

/// Remembers that these pieces were confirmed.
pub(crate) fn remember(dir: &Path, pieces: &[Piece]) -> anyhow::Result<()> {
    let text: String = pieces.iter().filter(|piece| piece.posted).map(|piece| format!("{}\n", piece.name)).collect();
    Ok(files::write_whole(&dir.join(POSTED), text.as_bytes())?)
}

impl Piece {
    /// The bytes of a bundle.
    pub(crate) fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(&self.path)?.take(MOST_BUNDLE as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MOST_BUNDLE { Err(damaged(&self.path, "it is too long").into()) } else { Ok(bytes) }
    }

    /// The sealed parts in it, and the leaf of a bundle.
    pub(crate) fn parts(&self) -> anyhow::Result<(Vec<Found>, Option<Vec<u8>>)> {
        match self.kind {
            Kind::Bundle => {
                let (parts, leaf) = wire::decode_bundle(&self.bytes()?).map_err(|e| damaged(&self.path, &chain(&e)))?;
                let found = parts.into_iter().map(|sent| Found {
                    part: sent.part,
                    list_no: sent.list_no,
                    header: sent.header,
                    payload_len: sent.payload.len() as u64,
                    payload: Payload::Bytes(sent.payload),
                });
                Ok((found.collect(), Some(leaf)))
            }
            Kind::File => {
                let file = File::open(&self.path)?;
                let mut start = vec![0; usize::try_from(self.len).unwrap_or(usize::MAX).min(MOST_FILE_HEAD + 64)];
                file.read_exact_at(&mut start, 0)?;
                let head = wire::decode_file_head(&start).map_err(|e| damaged(&self.path, &chain(&e)))?;
                let head = head.ok_or_else(|| damaged(&self.path, "it ends within its header"))?;
                let at = head.payload_at as u64;
                let payload_len = self.len.saturating_sub(at);
                let found = Found { part: head.part, list_no: head.list_no, header: head.header, payload_len, payload: Payload::File { file, at } };
                Ok((vec![found], None))
            }
        }
    }
}

fn damaged(path: &Path, why: &str) -> Failure {
    Failure::input(
        format!("{} is damaged or none of ours: {why}.", path.display()),
        "Fetch the piece again from where it was sealed; the others can still be read without it.",
    )
}
