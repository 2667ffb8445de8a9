//! Which key list is sealed to: read from a file or a portal, walked from the first list to the newest.
//!
//! The first list is known by its digest, which came another way. Whoever has no digest compares this week's six words with people they trust; until they say
//! that the words are the same, nothing is sealed. Reads a file or asks a portal.

use std::io::Read;
use std::path::Path;

use kniha_core::commit::Hash;
use kniha_core::lang::Lang;
use kniha_seal::keylist::{SignedList, Trusted};
use kniha_seal::part::Day;
use kniha_seal::wire;

use super::address::Address;
use super::ask;
use super::client::Client;
use crate::exit::{Exit, Failure, chain};
use crate::say;

/// Most bytes of all key lists together.
const MOST_KEYS: u64 = 64 * 1024 * 1024;

/// Reads key lists from a file or an address.
pub(crate) fn read(from: &str, socks: Option<&str>) -> anyhow::Result<Vec<SignedList>> {
    let bytes = if from.starts_with("http://") || from.starts_with("https://") {
        let answer = Client::new(Address::parse(from.trim_end_matches("/keys"), socks)?)?.get("/keys", MOST_KEYS)?;
        if !answer.good() {
            return Err(
                Failure::new(Exit::Database, format!("The portal gave no key lists: {}.", answer.status), "Nothing was sent.", "Try again later.").into()
            );
        }
        answer.body
    } else {
        file(Path::new(from))?
    };
    // A single list, as it lies in a book's folder, is a collection of one.
    if let Ok(list) = SignedList::decode(&bytes) {
        return Ok(vec![list]);
    }
    wire::decode_keys(&bytes).map_err(|e| Failure::input(format!("These are no key lists: {}.", chain(&e)), "Fetch them again.").into())
}

fn file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bad = |e: std::io::Error| Failure::input(format!("{} cannot be read: {e}.", path.display()), "Name the file with the key lists.");
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(bad)?.take(MOST_KEYS).read_to_end(&mut bytes).map_err(bad)?;
    Ok(bytes)
}

/// The newest list, believed for today.
pub(crate) fn newest(lists: &[SignedList], digest: Option<&Hash>, today: Day, lang: Lang) -> anyhow::Result<Trusted> {
    let first = lists.first().ok_or_else(|| Failure::input("There is no key list in it.", "Fetch the key lists again."))?;
    let refused = |e: kniha_seal::keylist::ChainError| {
        Failure::refused(
            format!("The key lists are not believed: {}.", chain(&e)),
            "Nothing may be sealed to them. Fetch them again, from elsewhere; if that does not help, tell people whom you trust.",
        )
    };
    let mut held = Trusted::first(first, digest.unwrap_or(&first.digest())).map_err(refused)?;
    for list in &lists[1..] {
        held = held.next(list).map_err(refused)?;
    }
    let list = held.on(today).map_err(refused)?;
    if digest.is_none() {
        let words = list.week_words(held.digest(), today, lang).join(" ");
        say::note(&format!(
            "Nobody vouches for these keys yet. The six words of this week:\n\n    {words}\n\nAsk people whom you trust, by another way than this, for the six words of the week."
        ));
        if !ask::yes("Are they the same words?")? {
            return Err(Failure::refused("The keys may be somebody else's.", "Do not send anything here. Tell people whom you trust.").into());
        }
    }
    Ok(held)
}

/// A digest as it is written: 64 hexadecimal digits, spaces between groups allowed.
pub(crate) fn digest(written: &str) -> Result<Hash, Failure> {
    let digits: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok();
    bytes.as_deref().and_then(Hash::from_slice).ok_or_else(|| Failure::usage("The digest of the first key list is 64 hexadecimal digits.", "Copy it whole."))
}
