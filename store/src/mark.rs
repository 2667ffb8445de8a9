//! Marked words of an account: which characters name a person, a time, a place or an act. Never the words themselves: they stay sealed.
//!
//! Places count Unicode scalar values of the part's text from 0; the end is the first character after the mark. Whether the text is that long is known only
//! where it was opened.

use kniha_core::id::Id;
use kniha_core::intake::{MOST_CHARS, MarkKind};
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Reader, next_no};
use crate::error::{StoreError, corrupt, while_};
use crate::intake::{IntakeId, PartNo, Sight, part_no, wall};
use crate::write::Writing;

/// What a mark is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkMark {}
/// The id of a mark.
pub type MarkId = Id<MarkMark>;

/// Most marks of one account that a page shows.
const MOST: i64 = 5000;

/// A mark before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMark {
    /// Its own id, from the form: a form sent twice marks once.
    pub id: MarkId,
    /// The part whose text it marks.
    pub part: PartNo,
    /// What the words name.
    pub kind: MarkKind,
    /// First character.
    pub start: u32,
    /// First character after it.
    pub end: u32,
}

/// A mark that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkView {
    /// The mark.
    pub mark: NewMark,
    /// By whom.
    pub by: String,
    /// When.
    pub at: UtcMicros,
}

/// The standing marks of an account, in the order of its text.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn marks(tx: &mut Tx, reader: &Reader, id: IntakeId) -> Result<Vec<MarkView>, StoreError> {
    let wall = wall(tx, reader, Sight::Cases).await?;
    let sql = format!(
        "SELECT k.id, k.part, k.kind, k.start_char, k.end_char, m.name, k.made_us FROM intake i JOIN intake_mark k ON k.intake_no = i.no
         JOIN member m ON m.no = k.made_by WHERE {wall} AND i.id = $1 AND k.removed_us IS NULL ORDER BY k.part, k.start_char, k.end_char, k.no LIMIT {MOST}"
    );
    type Row = (String, Vec<u8>, String, i64, i64, String, i64);
    let rows: Vec<Row> =
        on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(id.to_string()).fetch_all(c).await).map_err(while_("reading marks"))?;
    rows.into_iter()
        .map(|(id, part, kind, start, end, by, at_us)| {
            let bad = |column| corrupt("intake_mark", column, &id);
            let mark = NewMark {
                id: MarkId::parse(&id).map_err(|_| bad("id"))?,
                part: part_no(part)?,
                kind: MarkKind::parse(&kind).map_err(|_| bad("kind"))?,
                start: u32::try_from(start).map_err(|_| bad("start_char"))?,
                end: u32::try_from(end).map_err(|_| bad("end_char"))?,
            };
            Ok(MarkView { mark, by, at: UtcMicros(at_us) })
        })
        .collect()
}

impl Writing<'_> {
    /// Marks words of a part of the account; `false` where the mark was known.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account in no case of the member's or a part of another account, [`StoreError::Mark`] for an impossible place.
    pub async fn add_mark(&mut self, id: IntakeId, mark: &NewMark) -> Result<bool, StoreError> {
        if mark.start >= mark.end || mark.end > MOST_CHARS {
            return Err(StoreError::Mark { from: mark.start, to: mark.end });
        }
        let intake_no = self.account(id, Sight::Cases).await?.no;
        self.own_part(intake_no, &mark.part).await?;
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM intake_mark").await?;
        const SQL: &str =
            "INSERT INTO intake_mark (no, id, intake_no, part, kind, start_char, end_char, made_by, made_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (id) DO NOTHING";
        let (by, at) = (self.member_no, self.at.0);
        let done = on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).bind(mark.id.to_string()).bind(intake_no).bind(mark.part.to_vec()).bind(mark.kind.code())
            .bind(i64::from(mark.start)).bind(i64::from(mark.end)).bind(by).bind(at).execute(c).await.map(|done| done.rows_affected()))
        .map_err(while_("marking words"))?;
        Ok(done == 1)
    }

    /// Takes a mark away; who and when is kept. `false` where it was gone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account in no case of the member's.
    pub async fn remove_mark(&mut self, id: IntakeId, mark: MarkId) -> Result<bool, StoreError> {
        let intake_no = self.account(id, Sight::Cases).await?.no;
        const SQL: &str = "UPDATE intake_mark SET removed_by = $1, removed_us = $2 WHERE id = $3 AND intake_no = $4 AND removed_us IS NULL";
        let (by, at) = (self.member_no, self.at.0);
        let done = on!(&mut *self.tx, c => sqlx::query(SQL).bind(by).bind(at).bind(mark.to_string()).bind(intake_no).execute(c).await
            .map(|done| done.rows_affected()))
        .map_err(while_("taking a mark away"))?;
        Ok(done == 1)
    }

    /// Refuses a part that is none of the account's.
    pub(crate) async fn own_part(&mut self, intake_no: i64, part: &PartNo) -> Result<(), StoreError> {
        const SQL: &str = "SELECT nth FROM intake_part WHERE part = $1 AND intake_no = $2";
        let found: Option<i64> = on!(&mut *self.tx, c => sqlx::query_scalar(SQL).bind(part.to_vec()).bind(intake_no).fetch_optional(c).await)
            .map_err(while_("looking up a part"))?;
        found.map(drop).ok_or(StoreError::NotFound { what: "part" })
    }
}
