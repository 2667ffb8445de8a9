//! Granting and taking back: `access` holds what is in force and nothing else, `access_event` everything that ever was.
//!
//! An access with an end is in force before that moment. The desk calls [`Store::lapse`] before each read, and every writing transaction removes what
//! has lapsed as its first step: every other function may join `access` and know nothing of time.

use kniha_core::id::{CaseId, MemberId};
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};

use crate::book::{Reader, Store, next_no, reader};
use crate::error::{StoreError, corrupt, while_};
use crate::write::Writing;

/// Under what an access is granted or taken back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms<'a> {
    /// The first moment at which it is no longer in force.
    pub until: Option<UtcMicros>,
    /// Who signed as the second.
    pub second: Option<MemberId>,
    /// Id of the act that both signed.
    pub act: Option<&'a str>,
}

/// What happened to an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessMove {
    /// Granted, or granted anew with another end.
    Granted,
    /// Taken back.
    Revoked,
    /// Its end came.
    Lapsed,
}

impl AccessMove {
    /// As it stands in a row.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            AccessMove::Granted => "granted",
            AccessMove::Revoked => "revoked",
            AccessMove::Lapsed => "lapsed",
        }
    }
}

/// One line of the history of a case's access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEvent {
    /// What happened.
    pub what: AccessMove,
    /// To whose access.
    pub whose: String,
    /// By whom; whose own name where it lapsed.
    pub by: String,
    /// Who signed as the second.
    pub second: Option<String>,
    /// Until when it was granted.
    pub until: Option<UtcMicros>,
    /// The act.
    pub act: Option<String>,
    /// When.
    pub at: UtcMicros,
}

/// A member of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseMember {
    /// The member.
    pub id: MemberId,
    /// What they are called.
    pub name: String,
    /// Who granted it.
    pub by: String,
    /// When.
    pub since: UtcMicros,
    /// Until when.
    pub until: Option<UtcMicros>,
}

/// A row of the history, by numbers.
pub(crate) struct EventRow<'a> {
    pub what: AccessMove,
    pub member_no: i64,
    pub case_no: i64,
    pub second_no: Option<i64>,
    pub until_us: Option<i64>,
    pub act: Option<&'a str>,
    pub by_no: i64,
    pub at_us: i64,
}

/// Puts an access in force, or gives one another end; and notes it.
pub(crate) async fn grant(tx: &mut Tx, row: EventRow<'_>) -> Result<(), StoreError> {
    put(tx, (row.member_no, row.case_no, row.by_no), row.at_us, row.until_us).await?;
    note(tx, row).await
}

/// Puts an access in force without a note: a restored book brings its own.
pub(crate) async fn put(tx: &mut Tx, (member_no, case_no, by_no): (i64, i64, i64), at_us: i64, until_us: Option<i64>) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO access (member_no, case_no, granted_by, granted_us, until_us) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (member_no, case_no) DO UPDATE SET granted_by = excluded.granted_by, granted_us = excluded.granted_us, until_us = excluded.until_us";
    on!(tx, c => sqlx::query(SQL).bind(member_no).bind(case_no).bind(by_no).bind(at_us).bind(until_us).execute(c).await.map(drop))
        .map_err(while_("granting a case"))
}

async fn note(tx: &mut Tx, row: EventRow<'_>) -> Result<(), StoreError> {
    let no = next_no(tx, "SELECT MAX(no) FROM access_event").await?;
    const SQL: &str =
        "INSERT INTO access_event (no, what, member_no, case_no, second_no, until_us, act, made_by, made_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(tx, c => sqlx::query(SQL).bind(no).bind(row.what.code()).bind(row.member_no).bind(row.case_no).bind(row.second_no).bind(row.until_us).bind(row.act)
        .bind(row.by_no).bind(row.at_us).execute(c).await.map(drop))
    .map_err(while_("noting a grant"))
}

/// Removes every access whose end has come, and notes it.
pub(crate) async fn lapse(tx: &mut Tx, now: UtcMicros) -> Result<usize, StoreError> {
    const OVER: &str = "SELECT member_no, case_no, until_us FROM access WHERE until_us <= $1 ORDER BY until_us, member_no, case_no";
    let over: Vec<(i64, i64, i64)> = on!(&mut *tx, c => sqlx::query_as(OVER).bind(now.0).fetch_all(c).await).map_err(while_("looking for lapsed access"))?;
    for (member_no, case_no, until_us) in &over {
        let (member_no, case_no) = (*member_no, *case_no);
        remove(tx, member_no, case_no).await?;
        let row =
            EventRow { what: AccessMove::Lapsed, member_no, case_no, second_no: None, until_us: Some(*until_us), act: None, by_no: member_no, at_us: now.0 };
        note(tx, row).await?;
    }
    Ok(over.len())
}

async fn remove(tx: &mut Tx, member_no: i64, case_no: i64) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM access WHERE member_no = $1 AND case_no = $2";
    let rows = on!(tx, c => sqlx::query(SQL).bind(member_no).bind(case_no).execute(c).await.map(|done| done.rows_affected()))
        .map_err(while_("taking a grant back"))?;
    Ok(rows > 0)
}

impl Store {
    /// Removes every access whose end has come; gives how many. Called before each read: where nothing has lapsed it is one look at an index.
    ///
    /// # Errors
    /// What the database said.
    pub async fn lapse(&self, now: UtcMicros) -> Result<usize, StoreError> {
        const SQL: &str = "SELECT MIN(until_us) FROM access WHERE until_us IS NOT NULL";
        let mut tx = self.read().await?;
        let first: Option<i64> = on!(&mut *tx, c => sqlx::query_scalar(SQL).fetch_one(c).await).map_err(while_("looking for lapsed access"))?;
        drop(tx);
        if first.is_none_or(|first| first > now.0) {
            return Ok(0);
        }
        let mut tx = self.db.write().await.map_err(while_("removing lapsed access"))?;
        let lapsed = lapse(&mut tx, now).await?;
        tx.commit().await.map_err(while_("removing lapsed access"))?;
        Ok(lapsed)
    }
}

impl Writing<'_> {
    /// Grants a case that this member sees, under terms.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a case this member does not see, [`StoreError::NoMember`], or what the database said.
    pub async fn grant_under(&mut self, case: CaseId, to: MemberId, terms: Terms<'_>) -> Result<(), StoreError> {
        let row = self.event(AccessMove::Granted, case, to, terms).await?;
        grant(&mut self.tx, row).await
    }

    /// Takes a case back from a member; `false` where they did not have it. This member must see the case.
    ///
    /// # Errors
    /// As [`Writing::grant_under`].
    pub async fn revoke(&mut self, case: CaseId, from: MemberId, terms: Terms<'_>) -> Result<bool, StoreError> {
        let row = self.event(AccessMove::Revoked, case, from, Terms { until: None, ..terms }).await?;
        let had = remove(&mut self.tx, row.member_no, row.case_no).await?;
        if had {
            note(&mut self.tx, row).await?;
        }
        Ok(had)
    }

    /// Takes every case back from a member who was frozen. It opens nothing, so this member need not see the cases; gives how many there were.
    ///
    /// # Errors
    /// [`StoreError::NoMember`], or what the database said.
    pub async fn revoke_all(&mut self, from: MemberId, act: Option<&str>) -> Result<usize, StoreError> {
        let from = reader(&mut self.tx, from).await?;
        const SQL: &str = "SELECT case_no FROM access WHERE member_no = $1 ORDER BY case_no";
        let cases: Vec<i64> = on!(&mut *self.tx, c => sqlx::query_scalar(SQL).bind(from.no).fetch_all(c).await).map_err(while_("reading grants"))?;
        for case_no in &cases {
            remove(&mut self.tx, from.no, *case_no).await?;
            let (by_no, at_us) = (self.member_no, self.at.0);
            let row = EventRow { what: AccessMove::Revoked, member_no: from.no, case_no: *case_no, second_no: None, until_us: None, act, by_no, at_us };
            note(&mut self.tx, row).await?;
        }
        Ok(cases.len())
    }

    async fn event<'t>(&mut self, what: AccessMove, case: CaseId, whose: MemberId, terms: Terms<'t>) -> Result<EventRow<'t>, StoreError> {
        let case_no = self.case_no(case)?;
        let member_no = reader(&mut self.tx, whose).await?.no;
        let second_no = match terms.second {
            Some(second) => Some(reader(&mut self.tx, second).await?.no),
            None => None,
        };
        let until_us = terms.until.map(|until| until.0);
        Ok(EventRow { what, member_no, case_no, second_no, until_us, act: terms.act, by_no: self.member_no, at_us: self.at.0 })
    }
}

/// Who sees a case, in the order they came; empty where the reader does not.
///
/// # Errors
/// What the database said.
pub async fn case_members(tx: &mut Tx, reader: &Reader, case: CaseId) -> Result<Vec<CaseMember>, StoreError> {
    const SQL: &str = "SELECT m.id, m.name, g.name, a.granted_us, a.until_us FROM cases k JOIN access mine ON mine.member_no = $1 AND mine.case_no = k.no
        JOIN access a ON a.case_no = k.no JOIN member m ON m.no = a.member_no JOIN member g ON g.no = a.granted_by WHERE k.id = $2 ORDER BY m.no";
    type Row = (String, String, String, i64, Option<i64>);
    let rows: Vec<Row> =
        on!(tx, c => sqlx::query_as(SQL).bind(reader.no).bind(case.to_string()).fetch_all(c).await).map_err(while_("listing the members of a case"))?;
    rows.into_iter()
        .map(|(id, name, by, since, until)| {
            let id = MemberId::parse(&id).map_err(|_| corrupt("member", "id", &id))?;
            Ok(CaseMember { id, name, by, since: UtcMicros(since), until: until.map(UtcMicros) })
        })
        .collect()
}

/// What happened to the access of a case, newest first, at most `limit`.
///
/// # Errors
/// What the database said.
pub async fn access_history(tx: &mut Tx, reader: &Reader, case: CaseId, limit: usize) -> Result<Vec<AccessEvent>, StoreError> {
    const SQL: &str =
        "SELECT e.what, m.name, b.name, s.name, e.until_us, e.act, e.made_us FROM cases k JOIN access mine ON mine.member_no = $1 AND mine.case_no = k.no
        JOIN access_event e ON e.case_no = k.no JOIN member m ON m.no = e.member_no JOIN member b ON b.no = e.made_by LEFT JOIN member s ON s.no = e.second_no
        WHERE k.id = $2 ORDER BY e.no DESC LIMIT $3";
    type Row = (String, String, String, Option<String>, Option<i64>, Option<String>, i64);
    let rows: Vec<Row> =
        on!(tx, c => sqlx::query_as(SQL).bind(reader.no).bind(case.to_string()).bind(limit as i64).fetch_all(c).await).map_err(while_("reading grants"))?;
    rows.into_iter()
        .map(|(what, whose, by, second, until, act, at)| {
            let all = [AccessMove::Granted, AccessMove::Revoked, AccessMove::Lapsed];
            let what = all.into_iter().find(|all| all.code() == what).ok_or_else(|| corrupt("access_event", "what", &what))?;
            Ok(AccessEvent { what, whose, by, second, until: until.map(UtcMicros), act, at: UtcMicros(at) })
        })
        .collect()
}
