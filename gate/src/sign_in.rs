//! Signing in: a login, the eight words that open the member's key file, and a code of the second factor.
//!
//! Nobody learns which of the three was wrong. The words have 88 bits, so that guessing them is hopeless; waits protect the code and the machine's memory.
//! An unknown login costs the same time as a known one.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kniha_core::id::MemberId;
use kniha_core::time::UtcMicros;
use kniha_db::on;
use kniha_seal::holder::KeyHolder;
use kniha_seal::keyfile::{KeyFile, KeyFileError, MemberKey, MemberPublic, Passphrase, PassphraseError, WrappingKey};
use kniha_seal::secret::Secret;
use kniha_seal::wrap::{Own, OwnUse};

use tokio::sync::OwnedSemaphorePermit;

use crate::account::{AccountState, folded, member};
use crate::error::{GateError, damaged, database};
use crate::house::House;
use crate::present::Present;
use crate::totp::{self, TotpSecret};
use crate::{day, rng};

/// Wrong tries without a wait.
const FREE: i64 = 4;
/// Longest wait, in µs: a quarter of an hour.
const LONGEST: i64 = 15 * 60 * 1_000_000;
/// People who may wait for their words to be tried.
const QUEUE: usize = 16;

/// Why somebody was not let in.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SignInError {
    /// Login, words or code: which, nobody is told.
    #[error("login, words or code are wrong")]
    Wrong,
    /// The words are no eight words of the lists.
    #[error("these are not eight words of the lists")]
    Words(#[source] PassphraseError),
    /// Too many wrong tries.
    #[error("after wrong tries one has to wait")]
    Wait {
        /// Until when.
        until: UtcMicros,
    },
    /// Too many people sign in at this moment.
    #[error("too many people sign in at this moment")]
    Crowd,
    /// Everything else was right, and a code is needed.
    #[error("a code of the second factor is needed")]
    CodeNeeded,
    /// Not admitted yet.
    #[error("this member was not admitted yet")]
    NotYet,
    /// Shut out.
    #[error("this member was shut out")]
    Frozen,
    /// The machine has too little memory.
    #[error("the machine has too little memory to open a key")]
    Memory,
    /// The database did not answer.
    #[error("the house did not answer")]
    Gate(#[source] GateError),
}

/// Somebody who was let in.
pub struct SignedIn {
    /// Who.
    pub present: Present,
    /// The register's key, for those who work with content.
    pub register: Option<Secret<32>>,
}

/// Wrong tries of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrongs {
    /// Whose login was tried.
    pub who: MemberId,
    /// On which day, counted from 1970-01-01.
    pub day: u32,
    /// How often.
    pub times: u64,
}

/// What is looked up before anything is tried.
type Row = (Vec<u8>, String, Vec<u8>, Option<Vec<u8>>, i64, Option<Vec<u8>>, i64);

struct Found {
    id: MemberId,
    state: String,
    key_file: KeyFile,
    factor: Option<Own>,
    step: i64,
    register: Option<Own>,
    wait_us: i64,
}

impl House {
    /// Lets somebody in.
    ///
    /// # Errors
    /// [`SignInError`] says what to do; a wrong try is counted, and after a few the next must wait.
    pub async fn sign_in(&self, login: &str, words: &str, code: &str, now: UtcMicros) -> Result<SignedIn, SignInError> {
        let meant = Passphrase::read(words).map_err(SignInError::Words)?;
        let login = folded(login).unwrap_or_default();
        let found = self.find(&login, now).await?;
        let key = self.try_words(found.map(|found| found.key_file), meant).await?;
        // Once more, as it is now: others may have tried while this one waited for its turn.
        let Some(found) = self.find(&login, now).await? else { return Err(SignInError::Wrong) };
        let Some(key) = key else {
            self.wrong(found.id, now).await.map_err(SignInError::Gate)?;
            return Err(SignInError::Wrong);
        };
        match found.state.as_str() {
            "active" => {}
            "asked" => return Err(SignInError::NotYet),
            _ => return Err(SignInError::Frozen),
        }
        let holder = key.holder();
        if let Some(factor) = &found.factor {
            self.check_code(&found, factor, &holder, code, now).await?;
        }
        let unsealed = |own: &Own| holder.own(own, OwnUse::Register).map_err(|_| SignInError::Gate(damaged("account", "register key")));
        let register = found.register.as_ref().map(unsealed).transpose()?;
        self.right(found.id).await.map_err(SignInError::Gate)?;
        let account = self.account(found.id).await.map_err(SignInError::Gate)?.ok_or(SignInError::Wrong)?;
        if account.public != key.public() {
            return Err(SignInError::Gate(damaged("account", "public key")));
        }
        Ok(SignedIn { present: Present::new(account, holder), register })
    }

    /// Whether it is still this person: their words and code once more, before a dangerous act.
    ///
    /// # Errors
    /// As [`House::sign_in`].
    pub async fn confirm(&self, who: &Present, words: &str, code: &str, now: UtcMicros) -> Result<(), SignInError> {
        self.sign_in(&who.account().login, words, code, now).await.map(drop)
    }

    /// A fresh secret for a second factor, which is not in force before its first code was typed.
    ///
    /// # Errors
    /// [`GateError::Randomness`].
    pub fn begin_totp(&self) -> Result<TotpSecret, GateError> {
        TotpSecret::random()
    }

    /// Puts a second factor in force if the code is its own; `false` if not.
    ///
    /// # Errors
    /// What the database said.
    pub async fn confirm_totp(&self, who: &Present, secret: &TotpSecret, code: &str, now: UtcMicros) -> Result<bool, GateError> {
        const DOING: &str = "setting a second factor";
        const SQL: &str = "UPDATE account SET second_factor = $1, factor_step = $2 WHERE id = $3";
        let Some(step) = totp::step_of(&secret.0, code, 0, now) else { return Ok(false) };
        let own = Own::seal(&who.account().public.opening, OwnUse::SecondFactor, &secret.0, &mut rng()?).map_err(|_| GateError::Sealing { doing: DOING })?;
        let mut tx = self.write(DOING).await?;
        on!(&mut *tx, c => sqlx::query(SQL).bind(own.encode()).bind(step).bind(&who.id().bytes()[..]).execute(c).await.map(drop)).map_err(database(DOING))?;
        tx.commit().await.map_err(database(DOING))?;
        Ok(true)
    }

    /// Wrong tries of the last days, newest first.
    ///
    /// # Errors
    /// What the database said.
    pub async fn wrong_tries(&self, since_day: u32) -> Result<Vec<Wrongs>, GateError> {
        let doing = database("reading wrong tries");
        const SQL: &str = "SELECT account, day, times FROM wrong WHERE day >= $1 ORDER BY day DESC, account LIMIT 1000";
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<(Vec<u8>, i64, i64)> = on!(&mut *tx, c => sqlx::query_as(SQL).bind(i64::from(since_day)).fetch_all(c).await).map_err(&doing)?;
        let wrongs =
            |(who, day, times): (Vec<u8>, i64, i64)| Some(Wrongs { who: member(&who)?, day: u32::try_from(day).ok()?, times: u64::try_from(times).ok()? });
        rows.into_iter().map(|row| wrongs(row).ok_or_else(|| damaged("wrong", "row"))).collect()
    }

    /// The account of a login, unless it has to wait.
    async fn find(&self, login: &str, now: UtcMicros) -> Result<Option<Found>, SignInError> {
        let found = self.look_up(login).await.map_err(SignInError::Gate)?;
        match found.as_ref().map(|found| found.wait_us).filter(|until| *until > now.0) {
            Some(until) => Err(SignInError::Wait { until: UtcMicros(until) }),
            None => Ok(found),
        }
    }

    async fn look_up(&self, login: &str) -> Result<Option<Found>, GateError> {
        const SQL: &str = "SELECT id, state, key_file, second_factor, factor_step, register_key, wait_us FROM account WHERE login = $1";
        let doing = database("looking up a login");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let row: Option<Row> = on!(&mut *tx, c => sqlx::query_as(SQL).bind(login).fetch_optional(c).await).map_err(&doing)?;
        let bad = |what| move || damaged("account", what);
        let own = |bytes: Option<Vec<u8>>, what| bytes.map(|bytes| Own::decode(&bytes).map_err(|_| bad(what)())).transpose();
        row.map(|(id, state, key_file, factor, step, register, wait_us)| {
            Ok(Found {
                id: member(&id).ok_or_else(bad("id"))?,
                state,
                key_file: KeyFile::decode(&key_file).map_err(|_| bad("key file")())?,
                factor: own(factor, "second factor")?,
                step,
                register: own(register, "register key")?,
                wait_us,
            })
        })
        .transpose()
    }

    /// A place among the few who take the machine's memory at once. It goes with the work and not with whoever asked: a browser that is closed meanwhile
    /// gives no place away while its work goes on.
    async fn turn(&self) -> Result<Turn, SignInError> {
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
        let left = Left(self.clone());
        if waiting >= QUEUE {
            return Err(SignInError::Crowd);
        }
        let permit = Arc::clone(&self.opening).acquire_owned().await.map_err(|_| SignInError::Crowd)?;
        Ok(Turn { _permit: permit, _left: left })
    }

    /// Tries the words on a key file, on a thread of its own; where there is none, the time goes all the same.
    async fn try_words(&self, file: Option<KeyFile>, meant: Vec<Passphrase>) -> Result<Option<MemberKey>, SignInError> {
        let turn = self.turn().await?;
        let tried = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            for passphrase in &meant {
                match &file {
                    Some(file) => match file.open(passphrase) {
                        Ok(key) => return Ok(Some(key)),
                        Err(KeyFileError::Memory) => return Err(SignInError::Memory),
                        Err(_) => {}
                    },
                    None => {
                        let spent = rng().and_then(|mut rng| WrappingKey::fresh(passphrase, &mut rng).map_err(|_| GateError::Randomness));
                        drop(spent.map_err(|_| SignInError::Memory)?);
                    }
                }
            }
            Ok(None)
        });
        tried.await.map_err(|_| SignInError::Memory)?
    }

    /// Makes a key that these words open, for somebody who asks to join: one more of those who take the machine's memory, and in their queue.
    ///
    /// # Errors
    /// [`SignInError::Crowd`], [`SignInError::Memory`], [`SignInError::Gate`].
    pub async fn make_key(&self, passphrase: Passphrase) -> Result<(KeyFile, MemberPublic), SignInError> {
        let turn = self.turn().await?;
        let made = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let mut rng = rng().map_err(SignInError::Gate)?;
            let key = MemberKey::random(&mut rng);
            let under = WrappingKey::fresh(&passphrase, &mut rng).map_err(|_| SignInError::Memory)?;
            let file = key.close(&under, &mut rng).map_err(|_| SignInError::Gate(GateError::Sealing { doing: "closing a new key" }))?;
            Ok((file, key.public()))
        });
        made.await.map_err(|_| SignInError::Memory)?
    }

    async fn check_code(&self, found: &Found, factor: &Own, holder: &impl KeyHolder, code: &str, now: UtcMicros) -> Result<(), SignInError> {
        if code.trim().is_empty() {
            return Err(SignInError::CodeNeeded);
        }
        let secret = holder.own(factor, OwnUse::SecondFactor).map_err(|_| SignInError::Gate(damaged("account", "second factor")))?;
        let Some(step) = totp::step_of(&secret, code, found.step, now) else {
            self.wrong(found.id, now).await.map_err(SignInError::Gate)?;
            return Err(SignInError::Wrong);
        };
        // Of two who type the same code at once, one gets in.
        const DOING: &str = "using a code";
        let gate = SignInError::Gate;
        let mut tx = self.write(DOING).await.map_err(gate)?;
        let sql = "UPDATE account SET factor_step = $1 WHERE id = $2 AND factor_step < $1";
        let used = on!(&mut *tx, c => sqlx::query(sql).bind(step).bind(&found.id.bytes()[..]).execute(c).await.map(|done| done.rows_affected()))
            .map_err(|e| gate(database(DOING)(e)))?;
        tx.commit().await.map_err(|e| gate(database(DOING)(e)))?;
        if used == 1 { Ok(()) } else { Err(SignInError::Wrong) }
    }

    async fn wrong(&self, id: MemberId, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "counting a wrong try";
        let mut tx = self.write(DOING).await?;
        let id = &id.bytes()[..];
        let tries: i64 =
            on!(&mut *tx, c => sqlx::query_scalar("SELECT tries FROM account WHERE id = $1").bind(id).fetch_one(c).await).map_err(database(DOING))?;
        let over = (tries + 1 - FREE).clamp(0, 12);
        let wait = if over == 0 { 0 } else { now.0 + (1_000_000_i64 << over).min(LONGEST) };
        const COUNT: &str = "INSERT INTO wrong (account, day, times) VALUES ($1, $2, 1) ON CONFLICT (account, day) DO UPDATE SET times = times + 1";
        on!(&mut *tx, c => sqlx::query("UPDATE account SET tries = tries + 1, wait_us = $1 WHERE id = $2").bind(wait).bind(id).execute(c).await.map(drop))
            .map_err(database(DOING))?;
        on!(&mut *tx, c => sqlx::query(COUNT).bind(id).bind(i64::from(day(now).0)).execute(c).await.map(drop)).map_err(database(DOING))?;
        tx.commit().await.map_err(database(DOING))
    }

    async fn right(&self, id: MemberId) -> Result<(), GateError> {
        const DOING: &str = "forgetting wrong tries";
        let mut tx = self.write(DOING).await?;
        on!(&mut *tx, c => sqlx::query("UPDATE account SET tries = 0, wait_us = 0 WHERE id = $1 AND tries > 0").bind(&id.bytes()[..]).execute(c).await.map(drop))
            .map_err(database(DOING))?;
        tx.commit().await.map_err(database(DOING))
    }

    /// Whether an account is still active: asked for every request of a session.
    ///
    /// # Errors
    /// What the database said.
    pub async fn is_active(&self, id: MemberId) -> Result<bool, GateError> {
        Ok(self.account(id).await?.is_some_and(|account| account.state == AccountState::Active))
    }
}

/// One of those who take the machine's memory.
struct Turn {
    _permit: OwnedSemaphorePermit,
    _left: Left,
}

/// Counts somebody out again, however their try ends.
struct Left(House);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::time::Duration;

    use kniha_db::{Durability, Place};
    use kniha_inbox::Inbox;

    use super::*;

    #[tokio::test]
    async fn whoever_goes_away_gives_no_place_away_while_their_words_are_tried() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Sqlite { file: folder.path().join("inbox.db"), key: None, durability: Durability::Full };
        let house = House::create(folder.path(), [9; 32], Inbox::open(&place, folder.path(), true).await.unwrap()).await.unwrap();
        let words = "abandon ability able about above absent absorb abstract";
        for left in [1, 0] {
            let gone = tokio::time::timeout(Duration::from_millis(100), house.sign_in("nobody", words, "", UtcMicros(0))).await;
            assert!(gone.is_err(), "words take longer than this");
            assert_eq!(house.opening.available_permits(), left);
        }
        // A third does not even begin before one of the two is done.
        assert!(matches!(house.sign_in("nobody", words, "", UtcMicros(0)).await, Err(SignInError::Wrong)));
        assert_eq!(house.waiting.load(Ordering::Relaxed), 2 - house.opening.available_permits());
    }
}
