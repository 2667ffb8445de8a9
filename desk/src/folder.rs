//! Accounts that were kept elsewhere: a folder of files becomes sealed accounts of a case, one each.
//!
//! A text file is an account; any other file is kept as it is, sealed, and its account has no text until somebody examines it in the sandbox. Nothing here parses
//! a file. What an account is called comes from the file's hash and the book's number: a file that was taken in before, or twice, is one account, so the work
//! can stop at any moment and be done again. Each is there whole or not at all: a part that was sealed before a stop is read by nobody and named by nothing.

use std::io::Read;
use std::path::{Path, PathBuf};

use kniha_core::id::CaseId;
use kniha_core::intake::{Kind, Length, Way};
use kniha_core::text;
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_gate::{GateError, House, Present};
use kniha_seal::part::Compartment;
use kniha_store::{Card, IntakeId, Piece, Sight, Store, StoreError, intake, reader};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Longest file, in bytes.
const MOST_BYTES: u64 = 2_000_000_000;
/// Endings of what is taken: a text is the account itself, anything else is kept as a file.
const TEXTS: [&str; 2] = ["txt", "md"];
const FILES: [&str; 20] =
    ["pdf", "docx", "odt", "rtf", "eml", "jpg", "jpeg", "png", "gif", "webp", "heic", "tif", "tiff", "mp3", "m4a", "ogg", "opus", "wav", "flac", "amr"];

/// Why a folder could not be taken in. What was taken in before stays.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder or a file in it.
    #[error("{} cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the machine said.
        #[source]
        source: std::io::Error,
    },
    /// The gate.
    #[error("it could not be sealed")]
    Gate(#[source] GateError),
    /// The book.
    #[error("it could not be recorded")]
    Store(#[source] StoreError),
}

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A new account with its text.
    Text,
    /// A new account that is a file.
    File,
    /// It was there.
    Known,
    /// Not of a kind that is taken.
    Left,
    /// Too large, empty, or a text that the book cannot keep.
    Refused,
}

/// By whom, into which case.
pub struct Folder<'a> {
    /// The book.
    pub store: &'a Store,
    /// Its house.
    pub house: &'a House,
    /// Who takes them in; a member of the case.
    pub who: &'a Present,
    /// The case.
    pub case: CaseId,
    /// The language of the accounts, BCP 47.
    pub lang: &'a str,
}

impl Folder<'_> {
    /// Takes in every file of a folder, in the order of their names; says of each what became of it. Links are not followed, folders inside are not entered.
    ///
    /// # Errors
    /// [`FolderError`]; what was taken in stays, and the next run goes on.
    pub async fn take(&self, dir: &Path, now: UtcMicros, mut said: impl FnMut(&Path, Taken)) -> Result<(), FolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| FolderError::File { path, source }
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(failed(dir))? {
            let entry = entry.map_err(failed(dir))?;
            if entry.file_type().map_err(failed(dir))?.is_file() {
                files.push(entry.path());
            }
        }
        files.sort();
        for path in files {
            let became = self.one(&path, now).await?;
            said(&path, became);
        }
        Ok(())
    }

    async fn one(&self, path: &Path, now: UtcMicros) -> Result<Taken, FolderError> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let is_text = TEXTS.contains(&ending.as_str());
        if !is_text && !FILES.contains(&ending.as_str()) {
            return Ok(Taken::Left);
        }
        let failed = |source| FolderError::File { path: path.to_owned(), source };
        let mut file = std::fs::File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        if bytes == 0 || bytes > MOST_BYTES {
            return Ok(Taken::Refused);
        }
        let (digest, text) = if is_text {
            let mut content = Zeroizing::new(Vec::new());
            file.read_to_end(&mut content).map_err(failed)?;
            let digest = Sha256::digest(&*content);
            let Ok(text) = std::str::from_utf8(&content) else { return Ok(Taken::Refused) };
            let text = Zeroizing::new(text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n"));
            if text::check(&text).is_err() {
                return Ok(Taken::Refused);
            }
            (digest, Some(text))
        } else {
            (digest(&mut file).map_err(failed)?, None)
        };
        let id = self.id(&digest);
        if self.is_known(id).await.map_err(FolderError::Store)? {
            return Ok(Taken::Known);
        }
        let chars = text.as_ref().map_or(0, |text| text.chars().count());
        let (compartment, part) = match &text {
            Some(text) => (Compartment::Base, self.house.keep(self.who, self.case, Compartment::Base, self.lang, text.as_bytes(), now).await),
            None => {
                // A second opening: what is sealed is hashed again below, and a file that changed meanwhile is refused.
                let mut file = Hashing { file: std::fs::File::open(path).map_err(failed)?, hash: Sha256::new() };
                let part = self.house.keep_from(self.who, self.case, Compartment::File, self.lang, &mut file, now).await;
                if file.hash.finalize() != digest {
                    return Ok(Taken::Refused);
                }
                (Compartment::File, part)
            }
        };
        let piece = Piece { part: *part.map_err(FolderError::Gate)?.bytes(), compartment: crate::sealed::code(compartment).to_owned(), nth: 0 };
        self.record(id, chars, piece, now).await.map_err(FolderError::Store)?;
        Ok(if text.is_some() { Taken::Text } else { Taken::File })
    }

    /// The number of the account that a file with this hash is, in this book.
    fn id(&self, digest: &[u8]) -> IntakeId {
        let hash = Sha256::new_with_prefix(b"kniha/1/folder").chain_update(self.store.book().id).chain_update(digest).finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        IntakeId::from_random(id)
    }

    async fn is_known(&self, id: IntakeId) -> Result<bool, StoreError> {
        let mut tx = self.store.read().await?;
        let reader = reader(&mut tx, self.who.id()).await?;
        Ok(intake(&mut tx, &reader, Sight::Cases, id).await?.is_some())
    }

    async fn record(&self, id: IntakeId, chars: usize, piece: Piece, now: UtcMicros) -> Result<(), StoreError> {
        let length = match chars {
            0 => Length::None,
            1..=500 => Length::Short,
            501..=3_000 => Length::Page,
            _ => Length::Long,
        };
        let card = Card {
            id,
            kind: Kind::Report,
            way: Way::Folder,
            day: now.0.div_euclid(DAY_US),
            list_no: 0,
            lang: self.lang.to_owned(),
            door: None,
            urgent: false,
            minor: false,
            length,
            own_acts: false,
            contact: false,
        };
        let mut write = self.store.write(self.who.id(), now).await?;
        write.add_card(&card, &[piece]).await?;
        write.put_in_case(id, Sight::Cards, self.case).await?;
        // Nobody was asked: permission is unknown, and there is no way to write.
        write.set_keys(id, None, false).await?;
        write.commit().await
    }
}

/// Hashes what is read through it.
struct Hashing {
    file: std::fs::File,
    hash: Sha256,
}

impl Read for Hashing {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let len = self.file.read(out)?;
        self.hash.update(&out[..len]);
        Ok(len)
    }
}

fn digest(file: &mut std::fs::File) -> std::io::Result<sha2::digest::Output<Sha256>> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hash.finalize()),
            len => hash.update(&piece[..len]),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::stage::{Stage, id};
    use crate::told::together;

    async fn take(stage: &Stage, dir: &Path) -> Vec<(String, Taken)> {
        let who = crate::cast::present(stage.rooms.house(), id(1)).await;
        let folder = Folder { store: &stage.desk.store, house: stage.rooms.house(), who: &who, case: id(2), lang: "be" };
        let mut all = Vec::new();
        folder.take(dir, stage.now(), |path, became| all.push((path.file_name().unwrap().to_str().unwrap().to_owned(), became))).await.unwrap();
        all
    }

    #[tokio::test]
    async fn a_folder_is_taken_in_once_however_often_and_nothing_half() {
        let (stage, _) = together().await;
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
        put("a.txt", "\u{feff}Мяне забралі.\r\nПотым суд.".as_bytes());
        put("b.md", "Тое ж.".as_bytes());
        put("c.PDF", &vec![7; 300_000]);
        put("d.txt", &[0xcf, 0xf0, 0xe8]);
        put("e.txt", b"a\0b");
        put("f.exe", b"MZ");
        put("g.txt", b"");
        std::fs::create_dir(dir.path().join("inside.txt")).unwrap();
        let first = take(&stage, dir.path()).await;
        let said = |name: &str, became| (name.to_owned(), became);
        let (text, refused) = (Taken::Text, Taken::Refused);
        assert_eq!(
            first,
            [
                said("a.txt", text),
                said("b.md", text),
                said("c.PDF", Taken::File),
                said("d.txt", refused),
                said("e.txt", refused),
                said("f.exe", Taken::Left),
                said("g.txt", refused)
            ]
        );
        // The same words under another name are the same account.
        put("z.md", "Тое ж.".as_bytes());
        let again = take(&stage, dir.path()).await;
        assert_eq!(again.iter().filter(|(_, became)| *became == Taken::Known).count(), 4, "{again:?}");
        let list = stage.get("/statements").await.body;
        assert_eq!(list.matches("<li data-move>").count(), 3);
        let (_, rest) = list.split_once("href=\"/statement/").unwrap();
        let path = format!("/statement/{}", rest.split_once('"').unwrap().0);
        let read = stage.get(&format!("{path}?read=1")).await;
        assert!(read.body.contains("from a folder"), "{}", read.body);
    }

    #[tokio::test]
    async fn what_was_sealed_before_a_stop_is_named_by_nothing_and_taken_in_again() {
        let (stage, _) = together().await;
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.txt"), "Мяне забралі.").unwrap();
        let who = crate::cast::present(stage.rooms.house(), id(1)).await;
        // As after a stop between sealing and recording.
        stage.rooms.house().keep(&who, id(2), Compartment::Base, "be", "Мяне забралі.".as_bytes(), stage.now()).await.unwrap();
        assert_eq!(stage.get("/statements").await.body.matches("<li data-move>").count(), 0);
        assert_eq!(take(&stage, dir.path()).await, [("a.txt".to_owned(), Taken::Text)]);
        assert_eq!(stage.get("/statements").await.body.matches("<li data-move>").count(), 1);
    }
}
