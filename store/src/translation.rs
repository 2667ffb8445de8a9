//! Translations of an account, segment by segment: which segment, between which languages, and whether somebody else checked it. The words, and who
//! translated, are sealed parts. The newest of a segment stands; earlier ones stay.

use kniha_core::id::Id;
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Reader, next_no};
use crate::error::{StoreError, corrupt, while_};
use crate::intake::{IntakeId, PartNo, Sight, part_no, wall};
use crate::write::Writing;

/// What a translated segment is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TranslationMark {}
/// The id of a translated segment.
pub type TranslationId = Id<TranslationMark>;

/// A translated segment before it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTranslation {
    /// Its own id, from the form.
    pub id: TranslationId,
    /// The part it translates.
    pub original: PartNo,
    /// Which segment, counted from 0.
    pub segment: u32,
    /// From which language.
    pub from: String,
    /// Into which.
    pub to: String,
    /// The sealed words.
    pub part: PartNo,
    /// Made by a machine.
    pub machine: bool,
    /// By a sworn translator.
    pub sworn: bool,
}

/// A translated segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslationView {
    /// The segment.
    pub translation: NewTranslation,
    /// Who kept it here.
    pub by: String,
    /// Whether the reader kept it.
    pub mine: bool,
    /// When.
    pub at: UtcMicros,
    /// Who checked it.
    pub checked: Option<String>,
}

/// The standing translations of an account, by part, language and segment.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn translations(tx: &mut Tx, reader: &Reader, id: IntakeId) -> Result<Vec<TranslationView>, StoreError> {
    let wall = wall(tx, reader, Sight::Cases).await?;
    let sql = format!(
        "SELECT t.id, t.original, t.segment, t.from_lang, t.to_lang, t.part, t.machine, t.sworn, m.name, t.made_by, t.made_us, s.name
         FROM intake i JOIN translation t ON t.intake_no = i.no JOIN member m ON m.no = t.made_by LEFT JOIN member s ON s.no = t.checked_by
         WHERE {wall} AND i.id = $1 AND NOT EXISTS (SELECT 1 FROM translation u WHERE u.intake_no = t.intake_no AND u.original = t.original
            AND u.to_lang = t.to_lang AND u.segment = t.segment AND u.no > t.no)
         ORDER BY t.original, t.to_lang, t.segment LIMIT 5000"
    );
    type Row = (String, Vec<u8>, i64, String, String, Vec<u8>, i64, i64, String, i64, i64, Option<String>);
    let rows: Vec<Row> =
        on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(id.to_string()).fetch_all(c).await).map_err(while_("reading translations"))?;
    rows.into_iter()
        .map(|(id, original, segment, from, to, part, machine, sworn, by, by_no, at_us, checked)| {
            let bad = |column| corrupt("translation", column, &id);
            let translation = NewTranslation {
                id: TranslationId::parse(&id).map_err(|_| bad("id"))?,
                original: part_no(original)?,
                segment: u32::try_from(segment).map_err(|_| bad("segment"))?,
                from,
                to,
                part: part_no(part)?,
                machine: machine != 0,
                sworn: sworn != 0,
            };
            Ok(TranslationView { translation, by, mine: by_no == reader.no, at: UtcMicros(at_us), checked })
        })
        .collect()
}

impl Writing<'_> {
    /// Keeps a translated segment; `false` where it was known.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account in no case of the member's or a part of another account.
    pub async fn add_translation(&mut self, id: IntakeId, new: &NewTranslation) -> Result<bool, StoreError> {
        let intake_no = self.account(id, Sight::Cases).await?.no;
        self.own_part(intake_no, &new.original).await?;
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM translation").await?;
        const SQL: &str = "INSERT INTO translation (no, id, intake_no, original, segment, from_lang, to_lang, part, machine, sworn, made_by, made_us)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING";
        let (by, at) = (self.member_no, self.at.0);
        let done = on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).bind(new.id.to_string()).bind(intake_no).bind(new.original.to_vec())
            .bind(i64::from(new.segment)).bind(new.from.as_str()).bind(new.to.as_str()).bind(new.part.to_vec()).bind(i64::from(new.machine))
            .bind(i64::from(new.sworn)).bind(by).bind(at).execute(c).await.map(|done| done.rows_affected()))
        .map_err(while_("keeping a translation"))?;
        Ok(done == 1)
    }

    /// Notes that this member checked a segment against its original.
    ///
    /// # Errors
    /// [`StoreError::SamePerson`] for who kept it, [`StoreError::NotFound`] where there is no such segment unchecked.
    pub async fn check_translation(&mut self, id: IntakeId, translation: TranslationId) -> Result<(), StoreError> {
        let intake_no = self.account(id, Sight::Cases).await?.no;
        const SQL: &str = "SELECT no, made_by FROM translation WHERE id = $1 AND intake_no = $2 AND checked_us IS NULL";
        let row: Option<(i64, i64)> = on!(&mut *self.tx, c => sqlx::query_as(SQL).bind(translation.to_string()).bind(intake_no).fetch_optional(c).await)
            .map_err(while_("looking up a translation"))?;
        let (no, by_no) = row.ok_or(StoreError::NotFound { what: "translation" })?;
        if by_no == self.member_no {
            return Err(StoreError::SamePerson);
        }
        const CHECK: &str = "UPDATE translation SET checked_by = $1, checked_us = $2 WHERE no = $3";
        let (by, at) = (self.member_no, self.at.0);
        on!(&mut *self.tx, c => sqlx::query(CHECK).bind(by).bind(at).bind(no).execute(c).await.map(drop)).map_err(while_("checking a translation"))
    }
}
