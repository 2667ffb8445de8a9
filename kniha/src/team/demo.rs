//! A whole invented team, for demonstrations and tests alone: its secret keys are made here and lie in one folder, which no real team may do.
//!
//! Key files are real ones, all under one passphrase, which stands beside them in `PASSPHRASE.txt`. Reads and writes files.

use std::path::Path;

use kniha_core::access::Hats;
use kniha_core::lang::Lang;
use kniha_seal::keyfile::{KeyFile, MemberKey, Passphrase, WrappingKey};
use kniha_seal::keylist::{SignedList, Trusted};
use kniha_seal::part::Day;
use kniha_seal::sign::Purpose;
use zeroize::Zeroizing;

use super::desk_keys::DeskKeys;
use super::plan::{Plan, Size};
use super::{folder, rng};
use crate::home::files;

/// Days for which a demo's keys hold.
const DAYS: u32 = 90;
const PASSPHRASE: &str = "PASSPHRASE.txt";

/// The secret keys of an invented team.
pub struct DemoTeam {
    /// Three, of whom two open.
    pub custodians: Vec<MemberKey>,
    /// Four, of whom two of three drawn open.
    pub screeners: Vec<MemberKey>,
    /// Two, who open together.
    pub lawyers: Vec<MemberKey>,
    /// The desk's own keys, which are in the book's folder too.
    pub desk: DeskKeys,
    /// The list, believed.
    pub trusted: Trusted,
    /// Who signs in at the demo's desk; empty where no keys were written.
    pub accounts: Vec<DemoAccount>,
    /// The one passphrase of all their keys, in English.
    pub words: Zeroizing<String>,
}

/// Somebody who signs in at a demo's desk.
pub struct DemoAccount {
    /// The login.
    pub login: &'static str,
    /// The hats.
    pub hats: Hats,
    /// The key itself, which no real desk has.
    pub key: MemberKey,
    /// The key, closed.
    pub key_file: KeyFile,
}

/// Which key of the key list is somebody's: of which role, and the how many-th.
type Listed = Option<(&'static str, usize)>;

/// Who works at the demo's desk: login, hats, and which key of the key list is theirs; the others are in no key list.
const ACCOUNTS: [(&str, &str, Listed); 9] = [
    ("alena", "opener investigator", Some(("screener", 0))),
    ("taras", "opener investigator", Some(("screener", 1))),
    ("vera", "opener", Some(("screener", 2))),
    ("mikita", "opener", Some(("screener", 3))),
    ("hanna", "lawyer", Some(("lawyer", 0))),
    ("yury", "lawyer", Some(("lawyer", 1))),
    ("ira", "auditor", None),
    ("pavel", "operator", None),
    ("newcomer", "investigator", None),
];

/// Makes a small team for a book that has none: desk keys and a signed key list in the book's folder, and, where `keys` names a folder, the members'
/// secret keys in it (`custodian-1.key` …, `PASSPHRASE.txt`). Without a folder they are in memory alone and nothing waits for Argon2id.
///
/// # Errors
/// When the book has a team already, or the disk fails.
pub fn demo(book: &Path, book_id: [u8; 32], keys: Option<&Path>, today: Day, addresses: Vec<String>) -> anyhow::Result<DemoTeam> {
    let mut rng = rng()?;
    let mut members = |n: usize| (0..n).map(|_| MemberKey::random(&mut rng)).collect::<Vec<_>>();
    let (custodians, screeners, lawyers) = (members(3), members(4), members(2));
    let public = |keys: &[MemberKey]| keys.iter().map(MemberKey::public).collect();
    let plan = Plan {
        size: Size::Small,
        custodians: public(&custodians),
        screeners: public(&screeners),
        lawyers: public(&lawyers),
        from: today,
        to: Day(today.0.saturating_add(DAYS - 1)),
        addresses,
    };
    plan.check()?;
    let (mut accounts, mut words) = (Vec::new(), Zeroizing::new(String::new()));
    if let Some(folder) = keys {
        std::fs::create_dir_all(files::parent(folder))?;
        files::create_dir(folder)?;
        let passphrase = Passphrase::random(&mut rng);
        let under = WrappingKey::fresh(&passphrase, &mut rng)?;
        files::write_new(&folder.join(PASSPHRASE), format!("{}\n", passphrase.text(Lang::En).as_str()).as_bytes())?;
        for (role, keys) in [("custodian", &custodians), ("screener", &screeners), ("lawyer", &lawyers)] {
            for (i, key) in (1..).zip(keys) {
                let name = format!("{role}-{i}.key");
                files::write_new(&folder.join(&name), key.close(&under, &mut rng)?.to_text().as_bytes())?;
                files::write_new(&folder.join(format!("{name}.pub")), key.public().to_text().as_bytes())?;
            }
        }
        for (login, hats, listed) in ACCOUNTS {
            let key = match listed {
                Some(("screener", i)) => screeners[i].clone(),
                Some((_, i)) => lawyers[i].clone(),
                None => MemberKey::random(&mut rng),
            };
            let key_file = key.close(&under, &mut rng)?;
            accounts.push(DemoAccount { login, hats: Hats::parse(hats)?, key, key_file });
        }
        words = passphrase.text(Lang::En);
    }
    let desk = DeskKeys::make(book, &mut rng)?;
    let mut signed = SignedList::unsigned(plan.list(book_id, &desk, None))?;
    for key in &custodians {
        let signature = key.signing().sign(Purpose::KeyList, signed.to_sign());
        signed.add(&key.public().signing, signature);
    }
    let trusted = Trusted::first(&signed, &signed.digest())?;
    folder::publish(book, &signed)?;
    Ok(DemoTeam { custodians, screeners, lawyers, desk, trusted, accounts, words })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{current, members, served};
    use super::*;

    #[test]
    fn a_demo_team_is_believed_and_its_keys_open_with_the_words_beside_them() {
        let dir = tempfile::tempdir().unwrap();
        let keys = dir.path().join("keys");
        assert!(current(dir.path()).unwrap().is_none() && served(dir.path()).unwrap().is_empty());
        let team = demo(dir.path(), [5; 32], Some(&keys), Day(20_000), vec![]).unwrap();
        assert_eq!(current(dir.path()).unwrap().as_ref(), Some(&team.trusted));
        assert_eq!(served(dir.path()).unwrap().len(), 1);
        assert!(DeskKeys::read(dir.path()).unwrap().are_in(team.trusted.on(Day(20_089)).unwrap()));
        let words = Passphrase::read(&std::fs::read_to_string(keys.join(PASSPHRASE)).unwrap()).unwrap();
        let file = members::read_secret(&keys.join("screener-4.key")).unwrap();
        let key = words.iter().find_map(|words| file.open(words).ok()).unwrap();
        assert_eq!(key, team.screeners[3]);
        members::try_out(&key, &members::read_public(&keys.join("screener-4.key.pub")).unwrap(), &mut rng().unwrap()).unwrap();
        assert!(demo(dir.path(), [5; 32], None, Day(20_000), vec![]).is_err(), "never twice in one book");
    }

    #[test]
    fn lists_that_were_exchanged_or_are_missing_are_not_believed() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        demo(dir.path(), [5; 32], None, Day(20_000), vec![]).unwrap();
        demo(other.path(), [5; 32], None, Day(20_000), vec![]).unwrap();
        let list = dir.path().join("keylists/1");
        let own = std::fs::read(&list).unwrap();
        // A whole list, signed by others.
        std::fs::copy(other.path().join("keylists/1"), &list).unwrap();
        assert!(current(dir.path()).unwrap_err().to_string().contains("is not the one that was given out"));
        for cut in [0, 100, own.len() - 1] {
            std::fs::write(&list, &own[..cut]).unwrap();
            assert!(current(dir.path()).is_err(), "cut to {cut}");
        }
        std::fs::write(&list, &own).unwrap();
        assert!(current(dir.path()).unwrap().is_some());
        std::fs::write(dir.path().join("keylists/3"), &own).unwrap();
        assert!(current(dir.path()).unwrap_err().to_string().contains("keylists/2: it is not there"));
    }
}
