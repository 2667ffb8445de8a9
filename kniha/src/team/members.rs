//! Members' key files on a member's own disk: reading them, opening them, and trying whether a key does what it is for. Reads files, asks for words.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use kniha_core::commit::Hash;
use kniha_core::lang::Lang;
use kniha_seal::holder::{KeyHolder, ReadReceipt};
use kniha_seal::keyfile::{KeyFile, KeyFileError, MemberKey, MemberPublic, Passphrase};
use kniha_seal::part::{Compartment, Cover, Envelope, PartKind, SubmissionId, part_id};
use kniha_seal::quorum::{Quorum, Slot, TEAM};
use kniha_seal::sign::Purpose;
use kniha_seal::size::Padding;
use kniha_seal::{opener, sealer};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::day;
use crate::ask;
use crate::exit::{Exit, Failure, chain, sentence};

/// Longest key file that is read, in bytes.
const MOST: u64 = 16 * 1024;
/// How often the words may be typed.
const TRIES: usize = 3;

/// Reads a file of at most `most` bytes.
pub(crate) fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    match read {
        Err(e) => Err(Failure::input(format!("{} cannot be read: {e}.", path.display()), "See that the name is right.")),
        Ok(_) if bytes.len() as u64 > most => {
            Err(Failure::input(format!("{} is longer than such a file can be.", path.display()), "See that it is the right file."))
        }
        Ok(_) => Ok(bytes),
    }
}

fn read_text(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = read_bounded(path, MOST)?;
    String::from_utf8(bytes).map(Zeroizing::new).map_err(|_| Failure::input(format!("{} is no text.", path.display()), "See that it is the right file."))
}

/// Reads a member's public key.
pub(crate) fn read_public(path: &Path) -> Result<MemberPublic, Failure> {
    let text = read_text(path)?;
    MemberPublic::parse(&text).map_err(|e| {
        let next = if text.starts_with("kniha-secret-key") {
            "This is a SECRET key, which its member must never give away: ask for the file that ends in .pub."
        } else {
            "Have the file sent again, as a file and not as text in a message."
        };
        Failure::input(format!("{}: {}.", path.display(), chain(&e)), next)
    })
}

/// Reads a member's secret key, still closed.
pub(crate) fn read_secret(path: &Path) -> Result<KeyFile, Failure> {
    let text = read_text(path)?;
    KeyFile::parse(&text).map_err(|e| {
        Failure::input(
            format!("{}: {}.", path.display(), chain(&e)),
            "Use the member's key file as `kniha keys new` wrote it, or type it again from the printed sheet.",
        )
    })
}

/// Asks for the words of a key file and opens it.
pub(crate) fn open(file: &KeyFile) -> anyhow::Result<MemberKey> {
    for left in (0..TRIES).rev() {
        let typed = ask::hidden("The eight words of this key: ")?;
        if typed.is_empty() {
            break;
        }
        match Passphrase::read(&typed) {
            Err(e) => crate::say::note(&format!("{}.", sentence(&e.to_string()))),
            Ok(meant) => {
                for passphrase in &meant {
                    match file.open(passphrase) {
                        Err(KeyFileError::Closed) => {}
                        opened => {
                            return opened.map_err(|e| {
                                Failure::new(
                                    Exit::Database,
                                    format!("{}.", sentence(&e.to_string())),
                                    "Nothing was changed.",
                                    "Close other programs and try again.",
                                )
                                .into()
                            });
                        }
                    }
                }
                crate::say::note("These words do not open the key.");
            }
        }
        if left > 0 {
            crate::say::note(&format!("Try again, {left} more."));
        }
    }
    Err(Failure::new(
        Exit::Refused,
        "The key was not opened.",
        "Nothing was changed.",
        "Look at the paper with the eight words. There is no way around them: if they are lost, make a new key and have the next key list name it.",
    )
    .into())
}

/// Tries whether a key does what it is for: a part sealed to it alone opens, its signature holds.
///
/// # Errors
/// What does not work.
pub(crate) fn try_out(key: &MemberKey, public: &MemberPublic, rng: &mut impl CryptoRng) -> anyhow::Result<()> {
    const CONTENT: &[u8] = b"a trial";
    anyhow::ensure!(key.public() == *public, "the public file is of another key");
    let alone = Quorum::new(TEAM, 1, 1, vec![Slot { slot: 1, key: public.opening.clone() }])?;
    let submission = SubmissionId::from_random([0; 16]);
    let part = part_id(&submission, Compartment::Base, 0);
    let cover = Cover {
        book: [0; 32],
        part,
        submission,
        kind: PartKind::Report,
        compartment: Compartment::Base,
        form_version: 1,
        lang: Lang::En.code().to_owned(),
        day: day::today(),
        list_no: 0,
        source: None,
        receipt: None,
        files: Vec::new(),
        signature: None,
    };
    let (sealed, payload) = sealer::seal(&cover, CONTENT, &[&alone], Padding::Text, rng)?;
    let envelope = Envelope::parse(&sealed.header)?;
    let holder = key.holder();
    let share = holder.share(&envelope, TEAM, &ReadReceipt::of_entry(part, Hash([0; 32])))?;
    let (_, content) = opener::open(&envelope, &envelope.open(TEAM, &[share])?, &payload)?;
    anyhow::ensure!(content == CONTENT, "a part sealed to the key opens to something else");
    public.signing.verify(Purpose::KeyList, CONTENT, &holder.sign(Purpose::KeyList, CONTENT)?)?;
    Ok(())
}
