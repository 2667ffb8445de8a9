//! The read log: checking its chain, and reading it as an auditor.

use kniha_core::commit::Hash;
use kniha_core::id::{CaseId, MemberId};
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};
use kniha_seal::holder::KeyHolder;
use kniha_seal::part::{Compartment, PartId};
use kniha_seal::readlog::{Why, entry_hash};
use kniha_seal::sign::Purpose;

use crate::account::member;
use crate::error::{GateError, damaged, database};
use crate::house::House;
use crate::present::Present;

/// Entries that are followed at once.
const AT_ONCE: i64 = 500;

/// Number and hash of an entry; zeros before the first.
pub(crate) type Noted = (u64, Hash);

/// What the chain looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// How many entries follow each other.
    pub entries: u64,
    /// The hash of the last of them.
    pub head: Hash,
    /// The first entry that is missing or does not fit.
    pub broken: Option<u64>,
}

/// One entry, as an auditor reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub n: u64,
    /// What it says; `None` if it is sealed to other auditors.
    pub said: Option<Said>,
}

/// What an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub who: MemberId,
    /// When.
    pub at: UtcMicros,
    /// Through which case.
    pub case: Option<CaseId>,
    /// Which part.
    pub part: PartId,
    /// Of which compartment.
    pub compartment: Compartment,
    /// Why.
    pub why: Why,
}

/// How far an auditor had followed the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The auditor.
    pub auditor: MemberId,
    /// To which entry.
    pub n: u64,
    /// Its hash.
    pub hash: Hash,
    /// When.
    pub at: UtcMicros,
}

fn number(n: i64) -> Result<u64, GateError> {
    u64::try_from(n).map_err(|_| damaged("entry", "number"))
}

fn hash(bytes: &[u8]) -> Result<Hash, GateError> {
    Hash::from_slice(bytes).ok_or_else(|| damaged("entry", "hash"))
}

/// The last entry.
pub(crate) async fn head(tx: &mut Tx) -> Result<Noted, GateError> {
    let row: Option<(i64, Vec<u8>)> = on!(tx, c => sqlx::query_as("SELECT n, hash FROM entry ORDER BY n DESC LIMIT 1").fetch_optional(c).await)
        .map_err(database("reading the head of the log"))?;
    row.map_or(Ok((0, Hash([0; 32]))), |(n, bytes)| Ok((number(n)?, hash(&bytes)?)))
}

/// How far the log had come when it was last noted.
pub(crate) async fn noted(tx: &mut Tx) -> Result<Noted, GateError> {
    let row: Option<(i64, Vec<u8>)> =
        on!(tx, c => sqlx::query_as("SELECT n, hash FROM noted").fetch_optional(c).await).map_err(database("reading how far the log had come"))?;
    row.map_or(Ok((0, Hash([0; 32]))), |(n, bytes)| Ok((number(n)?, hash(&bytes)?)))
}

/// Whether the log still holds what was noted: it may be longer and never shorter or other.
pub(crate) async fn follows(tx: &mut Tx, (n, noted): Noted, head: u64) -> Result<(), GateError> {
    if n == 0 {
        return Ok(());
    }
    let at = i64::try_from(n).map_err(|_| damaged("noted", "number"))?;
    let there: Option<Vec<u8>> =
        on!(tx, c => sqlx::query_scalar("SELECT hash FROM entry WHERE n = $1").bind(at).fetch_optional(c).await).map_err(database("following the log"))?;
    if there.as_deref() == Some(&noted.0[..]) { Ok(()) } else { Err(GateError::Log { entry: n.min(head + 1) }) }
}

pub(crate) async fn add(tx: &mut Tx, n: u64, prev: &Hash, own: &Hash, sealed: &[u8]) -> Result<(), GateError> {
    const SQL: &str = "INSERT INTO entry (n, prev, hash, sealed) VALUES ($1, $2, $3, $4)";
    let n = i64::try_from(n).map_err(|_| damaged("entry", "number"))?;
    on!(tx, c => sqlx::query(SQL).bind(n).bind(&prev.0[..]).bind(&own.0[..]).bind(sealed).execute(c).await.map(drop)).map_err(database("writing the read log"))
}

type Row = (i64, Vec<u8>, Vec<u8>, Vec<u8>);

async fn rows(tx: &mut Tx, after: u64, most: i64) -> Result<Vec<Row>, GateError> {
    const SQL: &str = "SELECT n, prev, hash, sealed FROM entry WHERE n > $1 ORDER BY n LIMIT $2";
    let after = i64::try_from(after).map_err(|_| damaged("entry", "number"))?;
    on!(tx, c => sqlx::query_as(SQL).bind(after).bind(most).fetch_all(c).await).map_err(database("reading the log"))
}

impl House {
    pub(crate) async fn note_head(&self, n: u64, head: &Hash) -> Result<(), GateError> {
        const DOING: &str = "noting how far the log has come";
        const SQL: &str = "INSERT INTO noted (one, n, hash) VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET n = $1, hash = $2 WHERE noted.n < $1";
        let n = i64::try_from(n).map_err(|_| damaged("entry", "number"))?;
        let mut tx = self.write(DOING).await?;
        on!(&mut *tx, c => sqlx::query(SQL).bind(n).bind(&head.0[..]).execute(c).await.map(drop)).map_err(database(DOING))?;
        tx.commit().await.map_err(database(DOING))
    }

    /// Follows the whole chain, and compares it with what was noted and with what every auditor has signed.
    ///
    /// # Errors
    /// What the database said; a chain that does not hold is no error but [`LogState::broken`].
    pub async fn log_check(&self) -> Result<LogState, GateError> {
        let mut notes: Vec<Noted> = self.followed().await?.into_iter().map(|followed| (followed.n, followed.hash)).collect();
        {
            let mut tx = self.db.read().await.map_err(database("reading how far the log had come"))?;
            notes.push(noted(&mut tx).await?);
        }
        let mut tx = self.gate.read().await.map_err(database("reading the log"))?;
        let mut state = LogState { entries: 0, head: Hash([0; 32]), broken: None };
        loop {
            let rows = rows(&mut tx, state.entries, AT_ONCE).await?;
            let last = rows.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
            for (n, prev, own, sealed) in rows {
                let next = state.entries + 1;
                let made = entry_hash(next, &state.head, &sealed);
                let noted_other = notes.iter().any(|(n, hash)| *n == next && *hash != made);
                if u64::try_from(n) != Ok(next) || prev != state.head.0 || own != made.0 || noted_other {
                    state.broken = Some(next);
                    return Ok(state);
                }
                (state.entries, state.head) = (next, made);
            }
            if last {
                break;
            }
        }
        if notes.iter().any(|(n, _)| *n > state.entries) {
            state.broken = Some(state.entries + 1);
        }
        Ok(state)
    }

    /// Entries after a number, as an auditor reads them.
    ///
    /// # Errors
    /// What the database said.
    pub async fn watch(&self, auditor: &Present, after: u64, most: u32) -> Result<Vec<Entry>, GateError> {
        let mut tx = self.gate.read().await.map_err(database("reading the log"))?;
        let rows = rows(&mut tx, after, i64::from(most.min(10_000))).await?;
        rows.into_iter()
            .map(|(n, _, _, sealed)| {
                let n = number(n)?;
                let said = auditor.holder.reading(n, &sealed).ok();
                let said = said.map(|r| Said { who: r.who, at: r.at, case: r.case, part: r.part, compartment: r.compartment, why: r.why });
                Ok(Entry { n, said })
            })
            .collect()
    }

    /// Signs how far an auditor has followed the log: a log that is other or shorter later is found out.
    ///
    /// # Errors
    /// [`GateError::Log`] if the chain does not hold.
    pub async fn follow(&self, auditor: &Present, now: UtcMicros) -> Result<Followed, GateError> {
        const DOING: &str = "signing the head of the log";
        const SQL: &str = "INSERT INTO followed (auditor, n, hash, at_us, signature) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (auditor) DO UPDATE SET n = $2, hash = $3, at_us = $4, signature = $5 WHERE followed.n <= $2";
        let state = self.log_check().await?;
        if let Some(entry) = state.broken {
            return Err(GateError::Log { entry });
        }
        let signature =
            auditor.sign(Purpose::LogHead, &head_to_sign(&self.book, state.entries, &state.head, now)).map_err(|_| GateError::Sealing { doing: DOING })?;
        let n = i64::try_from(state.entries).map_err(|_| damaged("entry", "number"))?;
        let mut tx = self.write(DOING).await?;
        on!(&mut *tx, c => sqlx::query(SQL).bind(&auditor.id().bytes()[..]).bind(n).bind(&state.head.0[..]).bind(now.0).bind(signature.bytes().to_vec())
            .execute(c).await.map(drop))
        .map_err(database(DOING))?;
        tx.commit().await.map_err(database(DOING))?;
        Ok(Followed { auditor: auditor.id(), n: state.entries, hash: state.head, at: now })
    }

    /// How far each auditor had followed the log; a note whose signature does not hold is an error.
    ///
    /// # Errors
    /// What the database said; [`GateError::Damaged`].
    pub async fn followed(&self) -> Result<Vec<Followed>, GateError> {
        const SQL: &str = "SELECT f.auditor, f.n, f.hash, f.at_us, f.signature, a.public FROM followed f JOIN account a ON a.id = f.auditor";
        type Row = (Vec<u8>, i64, Vec<u8>, i64, Vec<u8>, String);
        let doing = database("reading how far auditors had come");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<Row> = on!(&mut *tx, c => sqlx::query_as(SQL).fetch_all(c).await).map_err(&doing)?;
        let bad = || damaged("followed", "signature");
        rows.into_iter()
            .map(|(auditor, n, head, at, signature, public)| {
                let followed = Followed { auditor: member(&auditor).ok_or_else(bad)?, n: number(n)?, hash: hash(&head)?, at: UtcMicros(at) };
                let public = kniha_seal::keyfile::MemberPublic::parse(&public).map_err(|_| bad())?;
                let signature = kniha_seal::sign::Signature::from_bytes(&signature).map_err(|_| bad())?;
                let signed = head_to_sign(&self.book, followed.n, &followed.hash, followed.at);
                public.signing.verify(Purpose::LogHead, &signed, &signature).map_err(|_| bad())?;
                Ok(followed)
            })
            .collect()
    }
}

fn head_to_sign(book: &[u8; 32], n: u64, head: &Hash, at: UtcMicros) -> Vec<u8> {
    [book.as_slice(), &n.to_be_bytes(), &head.0, &at.0.to_be_bytes()].concat()
}
