//! Whoever is present with a key, and what they can open together. Reads key files; asks for their words.

use std::path::{Path, PathBuf};

use kniha_core::lang::Lang;
use kniha_seal::holder::MemoryHolder;
use kniha_seal::part::Envelope;
use kniha_seal::quorum::QuorumNo;
use kniha_seal::source::Source;
use kniha_seal::words::Words;
use kniha_seal::xwing::KeyId;
use serde_json::json;

use super::quorum_name;
use crate::exit::Failure;
use crate::lanes::trust;
use crate::team::{self, members};
use crate::{ask, say};

/// How often a key's words, or the source's, may be typed wrongly.
const TRIES: u32 = 3;

/// Somebody with a key.
pub(super) struct Present {
    /// The key file's name, or what stands for it.
    pub(super) name: String,
    pub(super) holder: MemoryHolder,
    ids: Vec<KeyId>,
}

/// All who are present.
pub(super) struct Holders {
    pub(super) present: Vec<Present>,
    /// The source, where the words were typed.
    pub(super) source: Option<Source>,
}

/// What those present can do about one quorum of a part.
pub(super) struct Chance {
    pub(super) quorum: QuorumNo,
    k: u8,
    here: Vec<u8>,
    missing: Vec<(u8, KeyId)>,
}

impl Present {
    fn new(name: String, holder: MemoryHolder) -> Present {
        let ids = holder.public().0.iter().map(kniha_seal::xwing::PublicKey::id).collect();
        Present { name, holder, ids }
    }

    /// Whether a share is sealed to one of their keys.
    pub(super) fn has(&self, id: &KeyId) -> bool {
        self.ids.contains(id)
    }
}

impl Holders {
    /// Opens key files one after the other, and asks for a source's words.
    pub(super) fn read(files: &[PathBuf], words: bool, lists: Option<&Path>, book: &Path) -> anyhow::Result<Holders> {
        let mut present = Vec::new();
        for path in files {
            let file = members::read_secret(path)?;
            say::note(&format!("The key {}:", path.display()));
            let key = members::open(&file)?;
            let holder = Present::new(path.display().to_string(), key.holder());
            if present.iter().any(|other: &Present| other.ids == holder.ids) {
                return Err(Failure::usage(format!("{} is the same key as one before it.", path.display()), "Every key is one person: name each once.").into());
            }
            present.push(holder);
        }
        let source = if words { Some(source(&book_id(lists, book)?)?) } else { None };
        if let Some(source) = &source {
            let holder = MemoryHolder::new(vec![source.deposit()], source.voice());
            present.push(Present { name: "the source's words".to_owned(), holder, ids: vec![KeyId::UNTOLD] });
        }
        Ok(Holders { present, source })
    }

    /// What they can do about each quorum of a part.
    pub(super) fn chances(&self, envelope: &Envelope) -> Vec<Chance> {
        let of = |locked: &kniha_seal::part::Locked| {
            let (mut here, mut missing) = (Vec::new(), Vec::new());
            for share in &locked.shares {
                if self.present.iter().any(|present| present.has(&share.key_id)) {
                    here.push(share.slot);
                } else {
                    missing.push((share.slot, share.key_id));
                }
            }
            Chance { quorum: locked.quorum, k: locked.k, here, missing }
        };
        envelope.locked().iter().map(of).collect()
    }
}

impl Chance {
    pub(super) fn is_enough(&self) -> bool {
        self.here.len() >= usize::from(self.k)
    }

    pub(super) fn text(&self) -> String {
        let missing: Vec<String> = self.missing.iter().map(|(slot, id)| format!("{slot} ({id})")).collect();
        let missing = if self.is_enough() || missing.is_empty() { String::new() } else { format!(", absent: slot {}", missing.join(", ")) };
        let drawn = self.here.len() + self.missing.len();
        format!("{} {}: {} present, {} of {drawn} needed{missing}", self.quorum, quorum_name(self.quorum), self.here.len(), self.k)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        let missing: Vec<_> = self.missing.iter().map(|(slot, id)| json!({"slot": slot, "key": id.to_string()})).collect();
        json!({"quorum": self.quorum.0, "needed": self.k, "drawn": self.here.len() + self.missing.len(), "present": self.here, "absent": missing})
    }
}

/// The id of the book, from key lists in a file or from the book's folder.
fn book_id(lists: Option<&Path>, book: &Path) -> anyhow::Result<[u8; 32]> {
    let none = || {
        Failure::usage(
            "The words mean something in one book only, and no book is known here.",
            "Name the key lists of the book with --keys, or the book with --book.",
        )
    };
    if let Some(path) = lists {
        let lists = trust::read(&path.to_string_lossy(), None)?;
        return Ok(lists.first().ok_or_else(none)?.list().book);
    }
    Ok(team::current(book)?.ok_or_else(none)?.list().book)
}

fn source(book: &[u8; 32]) -> anyhow::Result<Source> {
    for left in (0..TRIES).rev() {
        let typed = ask::hidden("The source's twelve words: ")?;
        if typed.is_empty() {
            break;
        }
        match Words::parse(&typed, Lang::Be) {
            Ok(words) => return Ok(Source::new(book, &words)),
            Err(e) => say::note(&format!("Not these: {e}; {left} more tries.")),
        }
    }
    Err(Failure::refused("The words were not typed.", "Look at the paper again; four letters of each word suffice.").into())
}
