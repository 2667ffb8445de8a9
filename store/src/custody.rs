//! Custody of exhibits: chains of signed entries, their heads, and one root a day. What an entry is stands in `kniha_core::custody`.

use kniha_core::commit::Hash;
use kniha_core::custody::{self, Broken, By, Deed, Digests, Entry, Head, Precision, Signature, Signed};
use kniha_core::day::Day;
use kniha_core::id::NodeId;
use kniha_core::time::UtcMicros;
use kniha_core::vocab::NodeKind;
use kniha_db::{Tx, on};

use crate::book::{Reader, Store, next_no};
use crate::error::{StoreError, corrupt, while_};
use crate::read::node_id;
use crate::write::Writing;

/// What is to be entered; place, chain and digests before are the store's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeed {
    /// What was done.
    pub deed: Deed,
    /// When; the transaction's moment where nothing is said.
    pub at: Option<UtcMicros>,
    /// How exactly. Told to the day, the hour is cut off.
    pub precision: Precision,
    /// By whom.
    pub by: By,
    /// In which role.
    pub role: String,
    /// Commitment to the reason.
    pub reason: Option<Hash>,
    /// What it hashes to now.
    pub after: Digests,
    /// The exhibit this one was made from.
    pub parent: Option<NodeId>,
    /// What was done to it.
    pub operation: Option<String>,
    /// With which tool.
    pub tool: Option<String>,
}

/// The chain of an exhibit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The exhibit.
    pub exhibit: NodeId,
    /// Its entries.
    pub entries: Vec<Signed>,
    /// Where it ends, as noted.
    pub head: Option<Head>,
}

/// The root of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRoot {
    /// The day.
    pub day: Day,
    /// Entries written on it.
    pub entries: u64,
    /// Their root.
    pub root: Hash,
}

impl Chain {
    /// Follows the chain to its head.
    ///
    /// # Errors
    /// [`Broken`] with the first entry that does not fit.
    pub fn check(&self, book: &[u8; 32], verify: impl Fn(&Entry, &[u8], &Signature) -> bool) -> Result<Vec<Entry>, Broken> {
        custody::check(book, self.exhibit, &self.entries, self.head, verify)
    }
}

/// The chain of an exhibit; `None` where there is no such record for this reader.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn custody_chain(tx: &mut Tx, reader: &Reader, exhibit: NodeId) -> Result<Option<Chain>, StoreError> {
    const SQL: &str = "SELECT n.no FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE n.id = $2";
    let no: Option<i64> =
        on!(&mut *tx, c => sqlx::query_scalar(SQL).bind(reader.no).bind(exhibit.to_string()).fetch_optional(c).await).map_err(while_("reading a record"))?;
    match no {
        Some(no) => Ok(Some(chain(tx, no, exhibit).await?)),
        None => Ok(None),
    }
}

async fn chain(tx: &mut Tx, no: i64, exhibit: NodeId) -> Result<Chain, StoreError> {
    const ENTRIES: &str = "SELECT body, signature FROM custody WHERE exhibit_no = $1 ORDER BY n";
    let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(&mut *tx, c => sqlx::query_as(ENTRIES).bind(no).fetch_all(c).await).map_err(while_("reading custody"))?;
    let signed = |(body, signature)| Ok(Signed { body, signature: Signature::new(signature).ok_or_else(|| corrupt("custody", "signature", no))? });
    let entries = rows.into_iter().map(signed).collect::<Result<_, StoreError>>()?;
    Ok(Chain { exhibit, entries, head: head(tx, no).await? })
}

async fn head(tx: &mut Tx, no: i64) -> Result<Option<Head>, StoreError> {
    const HEAD: &str = "SELECT entries, hash FROM custody_head WHERE exhibit_no = $1";
    let row: Option<(i64, Vec<u8>)> = on!(tx, c => sqlx::query_as(HEAD).bind(no).fetch_optional(c).await).map_err(while_("reading custody"))?;
    row.map(|(entries, hash)| {
        let hash = Hash::from_slice(&hash).ok_or_else(|| corrupt("custody_head", "hash", no))?;
        Ok(Head { entries: u64::try_from(entries).map_err(|_| corrupt("custody_head", "entries", no))?, hash })
    })
    .transpose()
}

/// The roots of days that are over, newest first, at most `limit`. They say nothing of any case.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn custody_days(tx: &mut Tx, limit: usize) -> Result<Vec<DayRoot>, StoreError> {
    const SQL: &str = "SELECT day, entries, root FROM custody_day ORDER BY day DESC LIMIT $1";
    let rows: Vec<(i64, i64, Vec<u8>)> = on!(tx, c => sqlx::query_as(SQL).bind(limit as i64).fetch_all(c).await).map_err(while_("reading days of custody"))?;
    rows.into_iter()
        .map(|(day, entries, root)| {
            let root = Hash::from_slice(&root).ok_or_else(|| corrupt("custody_day", "root", day))?;
            Ok(DayRoot { day: Day(day), entries: entries.cast_unsigned(), root })
        })
        .collect()
}

/// The root over the entries that were written on a day.
async fn root_of(tx: &mut Tx, day: i64) -> Result<(u64, Hash), StoreError> {
    const SQL: &str = "SELECT body FROM custody WHERE day = $1 ORDER BY no";
    let bodies: Vec<Vec<u8>> = on!(tx, c => sqlx::query_scalar(SQL).bind(day).fetch_all(c).await).map_err(while_("reading a day of custody"))?;
    let hashes: Vec<Hash> = bodies.iter().map(|body| custody::body_hash(body)).collect();
    Ok((hashes.len() as u64, custody::day_root(&hashes)))
}

/// Notes the roots of days before `today` that have none yet.
async fn close_days(tx: &mut Tx, today: Day) -> Result<(), StoreError> {
    const OPEN: &str = "SELECT DISTINCT day FROM custody WHERE day < $1 AND day > COALESCE((SELECT MAX(day) FROM custody_day), -1) ORDER BY day";
    let days: Vec<i64> = on!(&mut *tx, c => sqlx::query_scalar(OPEN).bind(today.0).fetch_all(c).await).map_err(while_("closing a day of custody"))?;
    for day in days {
        let (entries, root) = root_of(tx, day).await?;
        const SQL: &str = "INSERT INTO custody_day (day, entries, root) VALUES ($1, $2, $3)";
        on!(&mut *tx, c => sqlx::query(SQL).bind(day).bind(entries.cast_signed()).bind(root.0.to_vec()).execute(c).await.map(drop))
            .map_err(while_("closing a day of custody"))?;
    }
    Ok(())
}

impl Store {
    /// Notes the roots of the days of custody that are over.
    ///
    /// # Errors
    /// What the database said.
    pub async fn close_custody_days(&self, now: UtcMicros) -> Result<(), StoreError> {
        let mut tx = self.db.write().await.map_err(while_("closing a day of custody"))?;
        close_days(&mut tx, Day::of(now)).await?;
        tx.commit().await.map_err(while_("closing a day of custody"))
    }
}

impl Writing<'_> {
    /// The entry that would follow in this exhibit's chain: to be signed, and given to [`Writing::add_custody`] in this transaction.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an exhibit this member does not see; [`StoreError::Custody`] where it may not follow.
    pub async fn draft_custody(&mut self, exhibit: NodeId, deed: NewDeed) -> Result<Entry, StoreError> {
        let (no, last, head) = self.custody_end(exhibit).await?;
        if let Some(parent) = deed.parent
            && (self.custody_end(parent).await?.0 == no)
        {
            return Err(StoreError::NotFound { what: "parent" });
        }
        let at = deed.at.unwrap_or(self.at).min(self.at);
        let entry = Entry {
            book: self.store.book.id,
            exhibit,
            n: head.map_or(0, |head| head.entries),
            prev: head.map_or(Hash([0; 32]), |head| head.hash),
            deed: deed.deed,
            at: if deed.precision == Precision::Day { Day::of(at).start() } else { at },
            precision: deed.precision,
            by: deed.by,
            role: deed.role,
            reason: deed.reason,
            before: last.as_ref().map(|entry| entry.after).unwrap_or_default(),
            after: deed.after,
            parent: deed.parent,
            operation: deed.operation,
            tool: deed.tool,
        };
        match entry.fault_after(last.as_ref()) {
            Some(what) => Err(StoreError::Custody { what }),
            None => Ok(entry),
        }
    }

    /// Adds a signed entry. Whether the signature is right is for the caller to know: it has just made it.
    ///
    /// # Errors
    /// [`StoreError::Custody`] where it does not follow the chain as it now stands.
    pub async fn add_custody(&mut self, entry: &Entry, signature: &Signature) -> Result<(), StoreError> {
        let (exhibit_no, last, head) = self.custody_end(entry.exhibit).await?;
        let refused = |what| Err(StoreError::Custody { what });
        if entry.book != self.store.book.id {
            return refused(custody::Fault::Elsewhere);
        }
        if (entry.n, entry.prev) != head.map_or((0, Hash([0; 32])), |head| (head.entries, head.hash)) {
            return refused(custody::Fault::Chain);
        }
        if let Some(what) = entry.fault_after(last.as_ref()) {
            return refused(what);
        }
        let today = Day::of(self.at);
        close_days(&mut self.tx, today).await?;
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM custody").await?;
        let (body, n) = (entry.cbor(), entry.n.cast_signed());
        const ENTRY: &str = "INSERT INTO custody (no, exhibit_no, n, day, body, signature) VALUES ($1, $2, $3, $4, $5, $6)";
        on!(&mut *self.tx, c => sqlx::query(ENTRY).bind(no).bind(exhibit_no).bind(n).bind(today.0).bind(body).bind(signature.bytes().to_vec()).execute(c).await.map(drop))
            .map_err(while_("adding to custody"))?;
        const HEAD: &str = "INSERT INTO custody_head (exhibit_no, entries, hash) VALUES ($1, $2, $3)
            ON CONFLICT (exhibit_no) DO UPDATE SET entries = excluded.entries, hash = excluded.hash";
        on!(&mut *self.tx, c => sqlx::query(HEAD).bind(exhibit_no).bind(n + 1).bind(entry.hash().0.to_vec()).execute(c).await.map(drop))
            .map_err(while_("adding to custody"))
    }

    /// The exhibit's number, its last entry and its head.
    async fn custody_end(&mut self, exhibit: NodeId) -> Result<(i64, Option<Entry>, Option<Head>), StoreError> {
        self.flush().await?;
        let (no, kind) = self.kind_of(exhibit).await?;
        if kind != NodeKind::Exhibit {
            return Err(StoreError::NotFound { what: "exhibit" });
        }
        const LAST: &str = "SELECT body FROM custody WHERE exhibit_no = $1 ORDER BY n DESC LIMIT 1";
        let body: Option<Vec<u8>> = on!(&mut *self.tx, c => sqlx::query_scalar(LAST).bind(no).fetch_optional(c).await).map_err(while_("reading custody"))?;
        let last = body.map(|body| Entry::parse(&body).map_err(|_| corrupt("custody", "body", no))).transpose()?;
        Ok((no, last, head(&mut self.tx, no).await?))
    }
}

/// Most faults that are told.
const MAX_FAULTS: usize = 1000;

/// Follows every chain of custody and every day's root. Signatures are not looked at: their keys are not in this room.
///
/// # Errors
/// What the database said.
pub(crate) async fn faults(tx: &mut Tx, book: &[u8; 32]) -> Result<Vec<String>, StoreError> {
    const EXHIBITS: &str =
        "SELECT n.no, n.id FROM node n WHERE n.no IN (SELECT exhibit_no FROM custody UNION SELECT exhibit_no FROM custody_head) ORDER BY n.no";
    let exhibits: Vec<(i64, String)> = on!(&mut *tx, c => sqlx::query_as(EXHIBITS).fetch_all(c).await).map_err(while_("checking custody"))?;
    let mut faults = Vec::new();
    for (no, id) in exhibits {
        let chain = chain(tx, no, node_id(&id)?).await?;
        if let Err(broken) = chain.check(book, |_, _, _| true) {
            faults.push(format!("exhibit {id}: {broken}"));
        }
    }
    for day in custody_days(tx, usize::MAX >> 1).await? {
        let (entries, root) = root_of(tx, day.day.0).await?;
        if (entries, root) != (day.entries, day.root) {
            faults.push(format!("custody of {}: its entries are not those of the day's root", day.day));
        }
    }
    faults.truncate(MAX_FAULTS);
    Ok(faults)
}
