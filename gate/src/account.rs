//! Accounts: who may sign in, with which key and hats. Nobody is invited by a link: somebody asks with a key, and two members admit that key.

use kniha_core::access::Hats;
use kniha_core::id::MemberId;
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};
use kniha_seal::keyfile::{KeyFile, MemberPublic};
use kniha_seal::secret::Secret;
use kniha_seal::wrap::{Own, OwnUse};
use kniha_seal::xwing::PublicKey;

use crate::act::{Act, ActKind};
use crate::case::{case_id, others, renew};
use crate::error::{GateError, damaged, database};
use crate::house::House;
use crate::{fresh_id, rng};

/// Most people who wait to be admitted.
const MOST_ASKED: u32 = 20;

/// Whether somebody may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Asked to join, and was not admitted yet.
    Asked,
    /// Works here.
    Active,
    /// Shut out: arrested, or left.
    Frozen,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The member.
    pub id: MemberId,
    /// What is typed at sign-in: never somebody's own name.
    pub login: String,
    /// Their hats; `None` before they are admitted.
    pub hats: Option<Hats>,
    /// Whether they may sign in.
    pub state: AccountState,
    /// Their public keys.
    pub public: MemberPublic,
    /// Whether they have a second factor.
    pub has_totp: bool,
    /// When they asked.
    pub made: UtcMicros,
    /// When they were admitted or frozen.
    pub changed: UtcMicros,
}

/// A first member, at the making of a book.
pub struct Founder {
    /// What is typed at sign-in.
    pub login: String,
    /// Their hats.
    pub hats: Hats,
    /// Their closed key.
    pub key_file: KeyFile,
    /// Its public half.
    pub public: MemberPublic,
}

type Row = (Vec<u8>, String, Option<String>, String, String, bool, i64, i64);
const COLUMNS: &str = "SELECT id, login, hats, state, public, second_factor IS NOT NULL, made_us, changed_us FROM account";

impl AccountState {
    const ALL: [AccountState; 3] = [AccountState::Asked, AccountState::Active, AccountState::Frozen];

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            AccountState::Asked => "asked",
            AccountState::Active => "active",
            AccountState::Frozen => "frozen",
        }
    }
}

impl Account {
    fn of((id, login, hats, state, public, has_totp, made, changed): Row) -> Result<Account, GateError> {
        let bad = |what| move || damaged("account", what);
        Ok(Account {
            id: member(&id).ok_or_else(bad("id"))?,
            login,
            hats: hats.map(|text| Hats::parse(&text).map_err(|_| bad("hats")())).transpose()?,
            state: AccountState::ALL.into_iter().find(|of| of.code() == state).ok_or_else(bad("state"))?,
            public: MemberPublic::parse(&public).map_err(|_| bad("public key")())?,
            has_totp,
            made: UtcMicros(made),
            changed: UtcMicros(changed),
        })
    }

    /// Whether they work with content: only then the register's key is given to them.
    #[must_use]
    pub fn reads(&self) -> bool {
        self.hats.is_some_and(Hats::read)
    }
}

/// A member's id in a row.
pub(crate) fn member(bytes: &[u8]) -> Option<MemberId> {
    Some(MemberId::from_random(bytes.try_into().ok()?))
}

/// A login as it is compared: without white space around it, small letters.
pub(crate) fn folded(login: &str) -> Result<String, GateError> {
    let login = login.trim().to_lowercase();
    let good = login.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-')) && (2..=40).contains(&login.chars().count());
    if good { Ok(login) } else { Err(GateError::Login) }
}

/// The keys of all active auditors.
pub(crate) async fn auditors(tx: &mut Tx) -> Result<Vec<PublicKey>, GateError> {
    const SQL: &str = "SELECT public FROM account WHERE state = 'active' AND hats = 'auditor' ORDER BY id";
    let texts: Vec<String> = on!(tx, c => sqlx::query_scalar(SQL).fetch_all(c).await).map_err(database("looking up auditors"))?;
    let key = |text: String| MemberPublic::parse(&text).map(|public| public.opening).map_err(|_| damaged("account", "public key"));
    texts.into_iter().map(key).collect()
}

impl House {
    /// Every account, in the order of logins.
    ///
    /// # Errors
    /// What the database said.
    pub async fn accounts(&self) -> Result<Vec<Account>, GateError> {
        let doing = database("listing members");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<Row> = on!(&mut *tx, c => sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY login"))).fetch_all(c).await).map_err(&doing)?;
        rows.into_iter().map(Account::of).collect()
    }

    /// One account.
    ///
    /// # Errors
    /// What the database said.
    pub async fn account(&self, id: MemberId) -> Result<Option<Account>, GateError> {
        let mut tx = self.db.read().await.map_err(database("looking up a member"))?;
        account_in(&mut tx, id).await
    }

    /// The first members of a book, admitted by whoever makes it; the register's key is sealed to those who read.
    ///
    /// # Errors
    /// [`GateError::Taken`] where members are there already or two have one login.
    pub async fn found(&self, founders: Vec<(MemberId, Founder)>, register: &Secret<32>, now: UtcMicros) -> Result<Vec<Account>, GateError> {
        const DOING: &str = "adding the first members";
        let mut rng = rng()?;
        let mut tx = self.write(DOING).await?;
        let there: i64 = on!(&mut *tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM account").fetch_one(c).await).map_err(database(DOING))?;
        if there > 0 {
            return Err(GateError::Taken);
        }
        for (id, founder) in founders {
            let wrap = if founder.hats.read() { Some(register_wrap(&founder.public, register, &mut rng)?) } else { None };
            let login = folded(&founder.login)?;
            insert(&mut tx, id, &login, Some(founder.hats), AccountState::Active, &founder.key_file, &founder.public, wrap, now).await?;
        }
        tx.commit().await.map_err(database(DOING))?;
        self.accounts().await
    }

    /// Asks to be admitted with a key. Nothing opens for it until two members say so.
    ///
    /// # Errors
    /// [`GateError::Taken`], [`GateError::Crowd`], [`GateError::Login`].
    pub async fn ask_to_join(&self, login: &str, key_file: &KeyFile, public: &MemberPublic, now: UtcMicros) -> Result<MemberId, GateError> {
        const DOING: &str = "asking to join";
        let login = folded(login)?;
        if public.fingerprint() != *key_file.fingerprint() {
            return Err(damaged("account", "public key"));
        }
        let id = MemberId::from_random(fresh_id()?);
        let mut tx = self.write(DOING).await?;
        let asked: i64 =
            on!(&mut *tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM account WHERE state = 'asked'").fetch_one(c).await).map_err(database(DOING))?;
        if asked >= i64::from(MOST_ASKED) {
            return Err(GateError::Crowd { most: MOST_ASKED });
        }
        insert(&mut tx, id, &login, None, AccountState::Asked, key_file, public, None, now).await?;
        tx.commit().await.map_err(database(DOING))?;
        Ok(id)
    }

    /// Takes a request to join away.
    ///
    /// # Errors
    /// [`GateError::NoMember`] if nobody asks under this id.
    pub async fn turn_away(&self, id: MemberId) -> Result<(), GateError> {
        const DOING: &str = "turning somebody away";
        let mut tx = self.write(DOING).await?;
        let gone = on!(&mut *tx, c => sqlx::query("DELETE FROM account WHERE id = $1 AND state = 'asked'").bind(&id.bytes()[..]).execute(c).await.map(|done| done.rows_affected()))
            .map_err(database(DOING))?;
        tx.commit().await.map_err(database(DOING))?;
        if gone == 1 { Ok(()) } else { Err(GateError::NoMember) }
    }

    /// Admits whom an act names. `register` is the register's key, where the newcomer is to work with content.
    ///
    /// # Errors
    /// [`GateError::Act`] unless the act holds and was not carried out before.
    pub async fn admit(&self, act: &Act, register: Option<&Secret<32>>, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "admitting a member";
        let ActKind::Admit { who, hats } = &act.kind else { return Err(GateError::Act(crate::ActError::Kind)) };
        let account = self.account(*who).await?.ok_or(GateError::NoMember)?;
        let wrap = register_for(&account.public, hats.read(), register)?;
        const SQL: &str = "UPDATE account SET state = 'active', hats = $1, register_key = $2, changed_us = $3 WHERE id = $4 AND state = 'asked'";
        let mut tx = self.write(DOING).await?;
        self.carry_out(&mut tx, act, now).await?;
        let done = on!(&mut *tx, c => sqlx::query(SQL).bind(hats.to_string()).bind(wrap).bind(now.0).bind(&who.bytes()[..]).execute(c).await.map(|done| done.rows_affected()))
            .map_err(database(DOING))?;
        if done != 1 {
            return Err(GateError::NoMember);
        }
        tx.commit().await.map_err(database(DOING))
    }

    /// Shuts a member out at once: offers, signatures and wraps are gone, and their cases go on under new keys. One person may, taking it back needs two; so
    /// that nobody can destroy anything by it, a wrap stays where no other member could read some part. The gate gives nothing for it meanwhile.
    ///
    /// # Errors
    /// [`GateError::NoMember`].
    pub async fn freeze(&self, who: MemberId, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "freezing a member";
        const SQL: &str = "UPDATE account SET state = 'frozen', register_key = NULL, changed_us = $1 WHERE id = $2";
        let mut tx = self.write(DOING).await?;
        let id = &who.bytes()[..];
        let done = on!(&mut *tx, c => sqlx::query(SQL).bind(now.0).bind(id).execute(c).await.map(|done| done.rows_affected())).map_err(database(DOING))?;
        if done != 1 {
            return Err(GateError::NoMember);
        }
        const CASES: &str = "SELECT DISTINCT case_id FROM case_wrap WHERE member = $1";
        let cases: Vec<Vec<u8>> = on!(&mut *tx, c => sqlx::query_scalar(CASES).bind(id).fetch_all(c).await).map_err(database(DOING))?;
        let others = others("$1");
        let of_cases = format!(
            "DELETE FROM case_wrap WHERE member = $1 AND NOT EXISTS
            (SELECT 1 FROM part_wrap p WHERE p.kind = 'case' AND p.holder = case_wrap.case_id AND p.epoch = case_wrap.epoch AND NOT {others})"
        );
        let dropping = format!("INSERT INTO dropping (half) SELECT p.half FROM part_wrap p WHERE p.kind = 'person' AND p.holder = $1 AND {others}");
        for sql in [
            of_cases.as_str(),
            &dropping,
            "DELETE FROM part_wrap WHERE half IN (SELECT half FROM dropping)",
            "DELETE FROM offer WHERE member = $1",
            "DELETE FROM offer WHERE tranche IN (SELECT id FROM tranche WHERE member = $1)",
            "DELETE FROM tranche WHERE member = $1",
            "DELETE FROM raised WHERE member = $1",
            "UPDATE act SET state = 'void' WHERE state IN ('proposed', 'agreed') AND (first = $1 OR second = $1)",
        ] {
            on!(&mut *tx, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(now.0).execute(c).await.map(drop)).map_err(database(DOING))?;
        }
        for case in cases {
            renew(&mut tx, case_id(&case)?, now).await?;
        }
        tx.commit().await.map_err(database(DOING))?;
        self.drop_halves().await
    }

    /// Lets a frozen member in again, without any case: those are granted anew.
    ///
    /// # Errors
    /// [`GateError::Act`] unless the act holds.
    pub async fn unfreeze(&self, act: &Act, register: Option<&Secret<32>>, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "letting a member in again";
        let ActKind::Unfreeze { who } = &act.kind else { return Err(GateError::Act(crate::ActError::Kind)) };
        let account = self.account(*who).await?.ok_or(GateError::NoMember)?;
        let wrap = register_for(&account.public, account.reads(), register)?;
        const SQL: &str = "UPDATE account SET state = 'active', register_key = $1, changed_us = $2 WHERE id = $3 AND state = 'frozen' AND hats IS NOT NULL";
        let mut tx = self.write(DOING).await?;
        self.carry_out(&mut tx, act, now).await?;
        let done = on!(&mut *tx, c => sqlx::query(SQL).bind(wrap).bind(now.0).bind(&who.bytes()[..]).execute(c).await.map(|done| done.rows_affected()))
            .map_err(database(DOING))?;
        if done != 1 {
            return Err(GateError::NoMember);
        }
        tx.commit().await.map_err(database(DOING))
    }
}

/// One account, within a transaction.
pub(crate) async fn account_in(tx: &mut Tx, id: MemberId) -> Result<Option<Account>, GateError> {
    let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1"));
    let row: Option<Row> = on!(tx, c => sqlx::query_as(sql).bind(&id.bytes()[..]).fetch_optional(c).await).map_err(database("looking up a member"))?;
    row.map(Account::of).transpose()
}

/// The register's key for somebody whom two let in, if they work with content.
fn register_for(to: &MemberPublic, reads: bool, register: Option<&Secret<32>>) -> Result<Option<Vec<u8>>, GateError> {
    if !reads {
        return Ok(None);
    }
    let key = register.ok_or(GateError::Act(crate::ActError::Locked))?;
    register_wrap(to, key, &mut rng()?).map(Some)
}

fn register_wrap(to: &MemberPublic, register: &Secret<32>, rng: &mut impl rand_core::CryptoRng) -> Result<Vec<u8>, GateError> {
    let own = Own::seal(&to.opening, OwnUse::Register, register, rng).map_err(|_| GateError::Sealing { doing: "sealing the register's key" })?;
    Ok(own.encode())
}

#[allow(clippy::too_many_arguments, reason = "the columns of one row")]
async fn insert(
    tx: &mut Tx,
    id: MemberId,
    login: &str,
    hats: Option<Hats>,
    state: AccountState,
    key_file: &KeyFile,
    public: &MemberPublic,
    register_key: Option<Vec<u8>>,
    now: UtcMicros,
) -> Result<(), GateError> {
    const SQL: &str =
        "INSERT INTO account (id, login, hats, state, public, key_file, second_factor, factor_step, register_key, tries, wait_us, made_us, changed_us)
        VALUES ($1, $2, $3, $4, $5, $6, NULL, 0, $7, 0, 0, $8, $8)";
    let hats = hats.map(|hats| hats.to_string());
    let done = on!(tx, c => sqlx::query(SQL).bind(&id.bytes()[..]).bind(login).bind(hats).bind(state.code()).bind(public.to_text())
        .bind(key_file.encode()).bind(register_key).bind(now.0).execute(c).await.map(drop));
    match done {
        Ok(()) => Ok(()),
        Err(error) if error.as_database_error().is_some_and(|e| e.is_unique_violation()) => Err(GateError::Taken),
        Err(error) => Err(database("adding a member")(error)),
    }
}
