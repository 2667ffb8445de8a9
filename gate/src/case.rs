//! Keys of cases: a pair for each epoch, the secret half wrapped to the members.
//!
//! Every change of members begins an epoch, so that a key that somebody kept opens nothing that comes later. Titles and records are the store's.

use kniha_core::id::{CaseId, MemberId};
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};
use kniha_seal::age::FileKey;
use kniha_seal::holder::{KeyHolder, ReadReceipt};
use kniha_seal::keyfile::MemberPublic;
use kniha_seal::part::PartId;
use kniha_seal::readlog::Why;
use kniha_seal::wrap::Wrap;
use kniha_seal::xwing::{PublicKey, SecretKey};

use crate::account::member;
use crate::act::{Act, ActError, ActKind};
use crate::error::{GateError, damaged, database};
use crate::house::House;
use crate::part::Keyed;
use crate::present::Present;
use crate::rng;

/// Who holds the key of a case, and until when.
type Member = (MemberId, MemberPublic, Option<i64>);

impl House {
    /// Begins a case: its first key, wrapped to whoever begins it.
    ///
    /// # Errors
    /// [`GateError::Taken`] if the case has keys already.
    pub async fn case_begin(&self, who: &Present, case: CaseId, now: UtcMicros) -> Result<(), GateError> {
        self.case_found(case, &[who.id()], now).await
    }

    /// Keys for a case that the book has had before it had members: wrapped to these, as far as they work with content.
    ///
    /// # Errors
    /// [`GateError::Taken`] if the case has keys already; [`GateError::NoMember`] if none of them could hold one.
    pub async fn case_found(&self, case: CaseId, members: &[MemberId], now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "beginning a case";
        let accounts = self.accounts().await?;
        let holds = |account: &&crate::Account| members.contains(&account.id) && account.reads() && account.state == crate::AccountState::Active;
        let members: Vec<Member> = accounts.iter().filter(holds).map(|account| (account.id, account.public.clone(), None)).collect();
        if members.is_empty() {
            return Err(GateError::NoMember);
        }
        let mut tx = self.write(DOING).await?;
        if epoch_of(&mut tx, case).await?.is_some() {
            return Err(GateError::Taken);
        }
        new_epoch(&mut tx, case, 1, &members, None, now).await?;
        tx.commit().await.map_err(database(DOING))
    }

    /// Gives a case to whom an act names: a new epoch, and those older parts that the act lists. Carried out by somebody who has the case.
    ///
    /// # Errors
    /// [`GateError::Act`] unless it holds; [`GateError::NotInCase`], [`GateError::NoPart`].
    pub async fn case_grant(&self, act: &Act, who: &Present, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "granting a case";
        let ActKind::Grant { who: to, case, until, older } = &act.kind else { return Err(GateError::Act(ActError::Kind)) };
        let newcomer = self.account(*to).await?.filter(|account| account.state == crate::AccountState::Active && account.reads());
        let newcomer = newcomer.ok_or(GateError::NoMember)?;
        if !self.cases_of(who.id(), now).await?.contains(case) {
            return Err(GateError::NotInCase);
        }
        // Only parts that are in this case, whatever else the granter could open.
        for part in older {
            if !self.cases_of_part(*part).await?.contains(case) {
                return Err(GateError::NoPart);
            }
        }
        let keys = self.part_keys(who, older, Why::Assign, now).await?;
        let mut rng = rng()?;
        let mut tx = self.write(DOING).await?;
        self.carry_out(&mut tx, act, now).await?;
        let last = epoch_of(&mut tx, *case).await?.ok_or(GateError::NotInCase)?;
        let mut members = members(&mut tx, *case, last, now).await?;
        members.retain(|(id, ..)| id != to);
        members.push((*to, newcomer.public, until.map(|at| at.0)));
        let key = new_epoch(&mut tx, *case, last + 1, &members, Some(act.id.bytes()), now).await?;
        let halves = self.wrap_parts(&mut tx, &keys, &Keyed::Case(*case, last + 1, key), now, &mut rng).await?;
        self.keep_halves(halves).await?;
        tx.commit().await.map_err(database(DOING))
    }

    /// Takes a case away from somebody: their wraps are destroyed and a new epoch begins without them.
    ///
    /// # Errors
    /// [`GateError::NotInCase`] unless they have it, or if nobody would be left; [`GateError::Only`] if nobody else could read some part of it.
    pub async fn case_revoke(&self, case: CaseId, from: MemberId, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "taking a case away";
        const SQL: &str = "DELETE FROM case_wrap WHERE case_id = $1 AND member = $2";
        let doing = database(DOING);
        let only = format!(
            "SELECT COUNT(*) FROM part_wrap p JOIN case_wrap w ON w.case_id = p.holder AND w.epoch = p.epoch AND w.member = $1
            WHERE p.kind = 'case' AND p.holder = $3 AND NOT {}",
            others("$1")
        );
        let mut tx = self.write(DOING).await?;
        let (case_id, from) = (&case.bytes()[..], &from.bytes()[..]);
        let only: i64 =
            on!(&mut *tx, c => sqlx::query_scalar(sqlx::AssertSqlSafe(only)).bind(from).bind(now.0).bind(case_id).fetch_one(c).await).map_err(&doing)?;
        let gone = on!(&mut *tx, c => sqlx::query(SQL).bind(case_id).bind(from).execute(c).await.map(|done| done.rows_affected())).map_err(&doing)?;
        if gone == 0 || !renew(&mut tx, case, now).await? {
            return Err(GateError::NotInCase);
        }
        if only > 0 {
            return Err(GateError::Only);
        }
        tx.commit().await.map_err(database(DOING))
    }

    /// The cases whose key somebody holds.
    ///
    /// # Errors
    /// What the database said.
    pub async fn cases_of(&self, who: MemberId, now: UtcMicros) -> Result<Vec<CaseId>, GateError> {
        const SQL: &str = "SELECT DISTINCT case_id FROM case_wrap WHERE member = $1 AND (until_us IS NULL OR until_us > $2) ORDER BY case_id";
        let doing = database("listing cases");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<Vec<u8>> = on!(&mut *tx, c => sqlx::query_scalar(SQL).bind(&who.bytes()[..]).bind(now.0).fetch_all(c).await).map_err(&doing)?;
        rows.iter().map(|id| case_id(id)).collect()
    }

    /// Who holds the present key of a case.
    ///
    /// # Errors
    /// What the database said.
    pub async fn members_of(&self, case: CaseId, now: UtcMicros) -> Result<Vec<MemberId>, GateError> {
        let mut tx = self.db.read().await.map_err(database("listing members of a case"))?;
        let Some(last) = epoch_of(&mut tx, case).await? else { return Ok(Vec::new()) };
        Ok(members(&mut tx, case, last, now).await?.into_iter().map(|(id, ..)| id).collect())
    }

    /// The case's secret key in an epoch, as this member holds it.
    pub(crate) fn case_secret(&self, who: &Present, wrap: &[u8], case: CaseId, receipt: &ReadReceipt) -> Result<SecretKey, GateError> {
        let bad = |_| damaged("case_wrap", "blob");
        let wrap = Wrap::decode(wrap).map_err(bad)?;
        let receipt = receipt.through(*case.bytes());
        Ok(SecretKey::from_seed(who.holder.unwrap(&wrap, &receipt).map_err(|_| damaged("case_wrap", "key"))?))
    }
}

pub(crate) fn case_id(bytes: &[u8]) -> Result<CaseId, GateError> {
    Ok(CaseId::from_random(bytes.try_into().map_err(|_| damaged("case_wrap", "case"))?))
}

/// The present epoch of a case.
pub(crate) async fn epoch_of(tx: &mut Tx, case: CaseId) -> Result<Option<u32>, GateError> {
    let last: Option<i64> = on!(tx, c => sqlx::query_scalar("SELECT MAX(epoch) FROM case_key WHERE case_id = $1").bind(&case.bytes()[..]).fetch_one(c).await)
        .map_err(database("looking up a case's epoch"))?;
    last.map(|epoch| u32::try_from(epoch).map_err(|_| damaged("case_key", "epoch"))).transpose()
}

/// The present epoch with its public key.
pub(crate) async fn present_key(tx: &mut Tx, case: CaseId) -> Result<Option<(u32, PublicKey)>, GateError> {
    const SQL: &str = "SELECT epoch, public FROM case_key WHERE case_id = $1 ORDER BY epoch DESC LIMIT 1";
    let row: Option<(i64, Vec<u8>)> =
        on!(tx, c => sqlx::query_as(SQL).bind(&case.bytes()[..]).fetch_optional(c).await).map_err(database("looking up a case's key"))?;
    let bad = |what| move || damaged("case_key", what);
    row.map(|(epoch, public)| Ok((u32::try_from(epoch).map_err(|_| bad("epoch")())?, PublicKey::from_bytes(&public).map_err(|_| bad("key")())?))).transpose()
}

async fn members(tx: &mut Tx, case: CaseId, epoch: u32, now: UtcMicros) -> Result<Vec<Member>, GateError> {
    const SQL: &str = "SELECT w.member, a.public, w.until_us FROM case_wrap w JOIN account a ON a.id = w.member
        WHERE w.case_id = $1 AND w.epoch = $2 AND a.state = 'active' AND (w.until_us IS NULL OR w.until_us > $3) ORDER BY w.member";
    type Row = (Vec<u8>, String, Option<i64>);
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(SQL).bind(&case.bytes()[..]).bind(i64::from(epoch)).bind(now.0).fetch_all(c).await)
        .map_err(database("listing members of a case"))?;
    let bad = |what| move || damaged("case_wrap", what);
    rows.into_iter()
        .map(|(id, public, until)| Ok((member(&id).ok_or_else(bad("member"))?, MemberPublic::parse(&public).map_err(|_| bad("public key")())?, until)))
        .collect()
}

/// SQL: whether somebody who works here, and is not this member, can read part `p.part` at `$2`.
pub(crate) fn others(member: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM part_wrap q JOIN account a ON a.state = 'active' LEFT JOIN case_wrap v
            ON q.kind = 'case' AND v.case_id = q.holder AND v.epoch = q.epoch AND v.member = a.id AND (v.until_us IS NULL OR v.until_us > $2)
        WHERE q.part = p.part AND a.id <> {member} AND (v.member IS NOT NULL OR (q.kind = 'person' AND q.holder = a.id)))"
    )
}

/// Begins an epoch of those who are left, so that a key that somebody kept opens nothing that comes later; `false` if nobody is.
pub(crate) async fn renew(tx: &mut Tx, case: CaseId, now: UtcMicros) -> Result<bool, GateError> {
    let last = epoch_of(tx, case).await?.ok_or(GateError::NotInCase)?;
    let members = members(tx, case, last, now).await?;
    if !members.is_empty() {
        new_epoch(tx, case, last + 1, &members, None, now).await?;
    }
    Ok(!members.is_empty())
}

async fn new_epoch(tx: &mut Tx, case: CaseId, epoch: u32, members: &[Member], act: Option<&[u8; 16]>, now: UtcMicros) -> Result<PublicKey, GateError> {
    const KEY: &str = "INSERT INTO case_key (case_id, epoch, public, made_us) VALUES ($1, $2, $3, $4)";
    const WRAP: &str = "INSERT INTO case_wrap (case_id, epoch, member, blob, until_us, act) VALUES ($1, $2, $3, $4, $5, $6)";
    let doing = database("beginning an epoch");
    let mut rng = rng()?;
    let secret = SecretKey::random(&mut rng);
    let public = secret.public();
    let id = &case.bytes()[..];
    on!(&mut *tx, c => sqlx::query(KEY).bind(id).bind(i64::from(epoch)).bind(public.to_bytes()).bind(now.0).execute(c).await.map(drop)).map_err(&doing)?;
    for (who, key, until) in members {
        let wrap =
            Wrap::seal(&key.opening, *case.bytes(), epoch, secret.seed(), &mut rng).map_err(|_| GateError::Sealing { doing: "wrapping a case's key" })?;
        on!(&mut *tx, c => sqlx::query(WRAP).bind(id).bind(i64::from(epoch)).bind(&who.bytes()[..]).bind(wrap.encode()).bind(*until)
            .bind(act.map(|act| act.to_vec())).execute(c).await.map(drop))
        .map_err(&doing)?;
    }
    Ok(public)
}

/// Keys of parts, as they are wrapped anew.
pub(crate) type PartKeys = Vec<(PartId, FileKey)>;
