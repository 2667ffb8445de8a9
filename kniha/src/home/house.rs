//! The house of a book: its members, their keys, the spool. A book with members is closed: its register's key is in no file, and a member brings it by
//! signing in, in a browser or at the terminal. Asks for words; opens databases.

use std::path::Path;

use kniha_core::access::Hats;
use kniha_core::id::{CaseId, MemberId};
use kniha_core::lang::Lang;
use kniha_gate::{Founder, GATE, GateError, HOUSE, House, SignInError, SignedIn};
use kniha_seal::keyfile::{KeyFile, MemberKey, MemberPublic, Passphrase, WrappingKey};
use kniha_store::Store;
use zeroize::Zeroizing;

use super::config::Config;
use super::key::{self, RegisterKey};
use crate::exit::{Exit, Failure, NOTHING_WRITTEN, chain, sentence};
use crate::lanes::spool;
use crate::team::members;
use crate::{ask, clock, team};

/// How often somebody may try to sign in at the terminal.
const TRIES: u32 = 3;
/// Whose login is taken where nobody is asked.
const LOGIN_VARIABLE: &str = "KNIHA_LOGIN";

/// A first member as the command line names them.
#[derive(Clone)]
pub(crate) struct First {
    pub(crate) login: String,
    pub(crate) hats: Hats,
    /// A key that was made elsewhere.
    key: Option<(KeyFile, MemberPublic)>,
}

/// A first member who was added, with the words of a key that was made here.
pub(crate) struct Added {
    pub(crate) login: String,
    pub(crate) hats: Hats,
    pub(crate) words: Option<Zeroizing<String>>,
}

impl First {
    /// `LOGIN:HATS` or `LOGIN:HATS:KEYFILE`, the hats between commas; the public half stands beside a key file as `KEYFILE.pub`.
    pub(crate) fn parse(written: &str) -> anyhow::Result<First> {
        let mut parts = written.splitn(3, ':');
        let (login, hats) = (parts.next().unwrap_or_default(), parts.next());
        let usage = |what: String| Failure::usage(what, "Write LOGIN:HATS, as in vera:opener,investigator; `kniha help init` explains.");
        let hats = hats.ok_or_else(|| usage(format!("“{written}” names no hats.")))?;
        let hats = Hats::parse(hats).map_err(|e| usage(format!("{login}: {e}.")))?;
        let key = match parts.next() {
            None => None,
            Some(file) => Some((members::read_secret(Path::new(file))?, members::read_public(Path::new(&format!("{file}.pub")))?)),
        };
        Ok(First { login: login.to_owned(), hats, key })
    }

    /// With this key.
    pub(crate) fn with_key(login: &str, hats: Hats, key: (KeyFile, MemberPublic)) -> First {
        First { login: login.to_owned(), hats, key: Some(key) }
    }

    fn founder(&self) -> anyhow::Result<(Founder, Option<Zeroizing<String>>)> {
        let (login, hats) = (self.login.clone(), self.hats);
        if let Some((key_file, public)) = &self.key {
            if key_file.fingerprint() != &public.fingerprint() {
                return Err(Failure::input(
                    format!("{login}: the public key beside the key file is of another key."),
                    "Give the two files that belong together.",
                )
                .into());
            }
            return Ok((Founder { login, hats, key_file: key_file.clone(), public: public.clone() }, None));
        }
        let mut rng = team::rng()?;
        let (key, words) = (MemberKey::random(&mut rng), Passphrase::random(&mut rng));
        let key_file = key.close(&WrappingKey::fresh(&words, &mut rng)?, &mut rng)?;
        Ok((Founder { login, hats, key_file, public: key.public() }, Some(words.text(Lang::En))))
    }
}

/// Whether the book in a folder has members.
pub(crate) fn is_closed(dir: &Path) -> bool {
    dir.join(HOUSE).exists() && !dir.join(key::FILE).exists()
}

/// Opens the house of a book that has members.
pub(crate) async fn open(dir: &Path) -> anyhow::Result<House> {
    let missing = [HOUSE, GATE].into_iter().find(|name| !dir.join(name).exists());
    if let Some(name) = missing {
        return Err(Failure::refused(
            format!("This book has no members yet: {} is not there.", dir.join(name).display()),
            "`kniha member found` makes its first members. If the file was lost, put it back from the last backup.",
        )
        .into());
    }
    let inbox = spool::open(&spool::of(dir), true).await?;
    Ok(House::open(dir, inbox).await?)
}

/// Closes what [`open`] opened: the house and its spool.
pub(crate) async fn close(house: &House) {
    house.close().await;
    house.spool().close().await;
}

/// Signs somebody in at the terminal.
pub(crate) async fn sign_in(house: &House) -> anyhow::Result<SignedIn> {
    let named = std::env::var(LOGIN_VARIABLE).ok().filter(|login| !login.is_empty());
    for left in (0..TRIES).rev() {
        let login = match &named {
            Some(login) => Zeroizing::new(login.clone()),
            None => ask::line("Login: ")?,
        };
        let Some(tried) = once(house, login.trim()).await? else { break };
        match tried {
            Ok(signed_in) => return Ok(signed_in),
            Err(error @ (SignInError::Wrong | SignInError::Words(_))) if left > 0 => {
                crate::say::note(&format!("{}; {left} more tries.", sentence(&chain(&error))))
            }
            Err(error) => return Err(refused(&error).into()),
        }
    }
    Err(refused(&SignInError::Wrong).into())
}

/// Asks for the words of a login once, and for a code where it needs one; `None` where nothing is typed.
pub(crate) async fn once(house: &House, login: &str) -> anyhow::Result<Option<Result<SignedIn, SignInError>>> {
    let words = ask::hidden("Your eight words: ")?;
    if words.trim().is_empty() {
        return Ok(None);
    }
    let tried = house.sign_in(login, &words, "", clock::now()).await;
    if !matches!(tried, Err(SignInError::CodeNeeded)) {
        return Ok(Some(tried));
    }
    let code = ask::line("Code of the second factor: ")?;
    Ok(Some(house.sign_in(login, &words, &code, clock::now()).await))
}

fn refused(error: &SignInError) -> Failure {
    let next = match error {
        SignInError::Wait { until } => format!("Try again after {}.", until.text()),
        SignInError::NotYet => "Two members must admit you first.".to_owned(),
        SignInError::Frozen => "Two members can let you in again.".to_owned(),
        SignInError::Memory => "256 MiB of free memory are needed.".to_owned(),
        _ => "Look at your words again; four letters of each suffice.".to_owned(),
    };
    Failure::new(Exit::Refused, format!("You were not let in: {}.", chain(error)), NOTHING_WRITTEN, next)
}

/// Makes the first members of an open book, gives them its cases, and closes it: afterwards its key is in no file.
///
/// Cut off anywhere, the book is still open, and the same command does it again.
pub(crate) async fn found(dir: &Path, config: &mut Config, store: &Store, register: &RegisterKey, firsts: &[First]) -> anyhow::Result<Vec<Added>> {
    check(firsts)?;
    for name in [HOUSE, GATE] {
        for file in [name.to_owned(), format!("{name}-wal"), format!("{name}-shm")] {
            match std::fs::remove_file(dir.join(file)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
                _ => {}
            }
        }
    }
    let now = clock::now();
    let known = kniha_store::members(&mut *store.read().await?).await?;
    let inbox = spool::open(&spool::of(dir), true).await?;
    let house = House::create(dir, store.book().id, inbox.clone()).await?;
    let (mut founders, mut added) = (Vec::new(), Vec::new());
    for (i, first) in firsts.iter().enumerate() {
        let (founder, words) = first.founder()?;
        // The first who works with content goes on as the member who made the book; the others, and a second founding, by their names.
        let maker = firsts.iter().position(|first| first.hats.read()) == Some(i);
        let by_name = known.iter().find(|(_, name)| *name == first.login).map(|(id, _)| *id);
        let id = if maker { config.member } else { by_name.map_or_else(|| kniha_store::Random::default().id(), Ok)? };
        added.push((id, first.hats, Added { login: first.login.clone(), hats: first.hats, words }));
        founders.push((id, founder));
    }
    house.found(founders, &register.secret(), now).await?;
    let mut writing = store.write(config.member, now).await?;
    for (id, _, new) in added.iter().filter(|(id, hats, _)| hats.read() && known.iter().all(|(there, _)| there != id)) {
        writing.add_member(*id, &new.login).await?;
    }
    writing.commit().await?;
    let readers: Vec<MemberId> = added.iter().filter(|(_, hats, _)| hats.read()).map(|(id, ..)| *id).collect();
    for (case, members) in cases(store, config.member).await? {
        let members: Vec<MemberId> = members.into_iter().filter(|id| readers.contains(id)).collect();
        house.case_found(case, if members.is_empty() { &readers[..1] } else { &members }, now).await?;
    }
    house.close().await;
    inbox.close().await;
    super::files::sync_dir(dir)?;
    // The book is closed by this.
    RegisterKey::remove(dir)?;
    Ok(added.into_iter().map(|(.., added)| added).collect())
}

async fn cases(store: &Store, member: MemberId) -> anyhow::Result<Vec<(CaseId, Vec<MemberId>)>> {
    let mut tx = store.read().await?;
    let reader = kniha_store::reader(&mut tx, member).await?;
    let shared = kniha_store::shared_cases(&mut tx, &reader).await?;
    Ok(shared.into_iter().map(|shared| (shared.case.id, shared.members.into_iter().map(|(id, _)| id).collect())).collect())
}

/// Whether these can be a team at all.
fn check(firsts: &[First]) -> Result<(), Failure> {
    let next = "Name each with --first LOGIN:HATS; `kniha help init` explains the hats.";
    if !firsts.iter().any(|first| first.hats.read()) {
        return Err(Failure::usage("Nobody among the first members works with the book.", next));
    }
    if !firsts.iter().any(|first| first.hats.has(kniha_core::access::Hat::Auditor)) {
        return Err(Failure::usage(
            "Nobody among the first members is an auditor: without one nothing sealed is ever opened, because nobody could read who did.",
            next,
        ));
    }
    Ok(())
}

/// What the house says, in the words of the command line.
pub(crate) fn failure(error: &GateError) -> Failure {
    Failure::new(Exit::Refused, format!("{}.", sentence(&chain(error))), NOTHING_WRITTEN, "`kniha member list` and `kniha doctor` show how things stand.")
}
