//! What was written into the mailbox of a source: when, of which kind, and who read it before it left. The words are sealed parts.
//!
//! To a person who still serves nothing leaves that a second member has not read. A letter is *ready* once nothing stands in its way and *sent* once the
//! outbox has it, so that a stop between the two loses nothing: what is ready can be sent again.

use kniha_core::id::Id;
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Reader, next_no};
use crate::error::{StoreError, corrupt, while_};
use crate::intake::{IntakeId, PartNo, Sight, intake_id, part_no, wall};
use crate::write::Writing;

/// What a letter is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LetterMark {}
/// The id of a letter.
pub type LetterId = Id<LetterMark>;

/// What a letter is, in the words of a mailbox block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LetterKind {
    /// An answer.
    Text,
    /// How far the account has come.
    Status,
    /// A question.
    Request,
}

/// How far a letter has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LetterState {
    /// A second member must read it.
    Waits,
    /// The second member refused it.
    Refused,
    /// Nothing stands in its way; the outbox may not have it yet.
    Ready,
    /// The outbox has it.
    Sent,
}

impl LetterKind {
    /// The code that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            LetterKind::Text => "text",
            LetterKind::Status => "status",
            LetterKind::Request => "request",
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn parse(written: &str) -> Option<LetterKind> {
        [LetterKind::Text, LetterKind::Status, LetterKind::Request].into_iter().find(|kind| kind.code() == written)
    }
}

impl LetterState {
    /// The code that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            LetterState::Waits => "waits",
            LetterState::Refused => "refused",
            LetterState::Ready => "ready",
            LetterState::Sent => "sent",
        }
    }

    fn parse(written: &str) -> Option<LetterState> {
        [LetterState::Waits, LetterState::Refused, LetterState::Ready, LetterState::Sent].into_iter().find(|state| state.code() == written)
    }
}

/// A letter before it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLetter {
    /// Its own id, from the form: a form sent twice writes once.
    pub id: LetterId,
    /// The sealed copy of its words.
    pub part: PartNo,
    /// What it is.
    pub kind: LetterKind,
    /// Its language.
    pub lang: String,
    /// The day it is dated.
    pub day: i64,
}

/// A letter as the members of the case see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterView {
    /// The account it answers.
    pub intake: IntakeId,
    /// The letter.
    pub letter: NewLetter,
    /// How far it has come.
    pub state: LetterState,
    /// Who wrote it.
    pub by: String,
    /// Whether the reader wrote it.
    pub mine: bool,
    /// When.
    pub at: UtcMicros,
    /// Who read it before it left.
    pub second: Option<String>,
}

/// The letters of an account, oldest first.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn letters(tx: &mut Tx, reader: &Reader, id: IntakeId) -> Result<Vec<LetterView>, StoreError> {
    // Ids are letters and digits by type.
    read(tx, reader, &format!("i.id = '{id}'")).await
}

/// Letters that wait for a second member, oldest first: those of the reader's cases.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn letters_waiting(tx: &mut Tx, reader: &Reader) -> Result<Vec<LetterView>, StoreError> {
    read(tx, reader, "l.state = 'waits'").await
}

async fn read(tx: &mut Tx, reader: &Reader, condition: &str) -> Result<Vec<LetterView>, StoreError> {
    let wall = wall(tx, reader, Sight::Cases).await?;
    let sql = format!(
        "SELECT i.id, l.id, l.part, l.kind, l.lang, l.day, l.state, m.name, l.made_by, l.made_us, s.name FROM intake i JOIN letter l ON l.intake_no = i.no
         JOIN member m ON m.no = l.made_by LEFT JOIN member s ON s.no = l.second_by WHERE {wall} AND {condition} ORDER BY l.no LIMIT 500"
    );
    type Row = (String, String, Vec<u8>, String, String, i64, String, String, i64, i64, Option<String>);
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(c).await).map_err(while_("reading letters"))?;
    rows.into_iter()
        .map(|(intake, id, part, kind, lang, day, state, by, by_no, at_us, second)| {
            let bad = |column| corrupt("letter", column, &id);
            let letter = NewLetter {
                id: LetterId::parse(&id).map_err(|_| bad("id"))?,
                part: part_no(part)?,
                kind: LetterKind::parse(&kind).ok_or_else(|| bad("kind"))?,
                lang,
                day,
            };
            let state = LetterState::parse(&state).ok_or_else(|| bad("state"))?;
            Ok(LetterView { intake: intake_id(&intake)?, letter, state, by, mine: by_no == reader.no, at: UtcMicros(at_us), second })
        })
        .collect()
}

impl Writing<'_> {
    /// Keeps a letter; it waits where the source still serves and is ready otherwise. Gives its state, also of one that was known.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account in no case of the member's.
    pub async fn add_letter(&mut self, id: IntakeId, letter: &NewLetter) -> Result<LetterState, StoreError> {
        let row = self.account(id, Sight::Cases).await?;
        let state = if row.serves() { LetterState::Waits } else { LetterState::Ready };
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM letter").await?;
        const SQL: &str =
            "INSERT INTO letter (no, id, intake_no, part, kind, lang, day, state, made_by, made_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (id) DO NOTHING";
        let (by, at) = (self.member_no, self.at.0);
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).bind(letter.id.to_string()).bind(row.no).bind(letter.part.to_vec()).bind(letter.kind.code())
            .bind(letter.lang.as_str()).bind(letter.day).bind(state.code()).bind(by).bind(at).execute(c).await.map(drop))
        .map_err(while_("keeping a letter"))?;
        Ok(self.letter(id, letter.id).await?.1)
    }

    /// The second member's word on a letter that waits: it is ready, or refused.
    ///
    /// # Errors
    /// [`StoreError::SamePerson`] for who wrote it, [`StoreError::NotFound`] where no such letter waits.
    pub async fn second_letter(&mut self, id: IntakeId, letter: LetterId, agreed: bool) -> Result<(), StoreError> {
        let (no, state, by_no) = self.letter(id, letter).await?;
        if state != LetterState::Waits {
            return Err(StoreError::NotFound { what: "letter" });
        }
        if by_no == self.member_no {
            return Err(StoreError::SamePerson);
        }
        const SQL: &str = "UPDATE letter SET state = $1, second_by = $2, second_us = $3 WHERE no = $4";
        let state = if agreed { LetterState::Ready } else { LetterState::Refused };
        let (by, at) = (self.member_no, self.at.0);
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(state.code()).bind(by).bind(at).bind(no).execute(c).await.map(drop))
            .map_err(while_("agreeing to a letter"))
    }

    /// Notes that the outbox has a letter that was ready.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where no such letter is ready.
    pub async fn sent_letter(&mut self, id: IntakeId, letter: LetterId) -> Result<(), StoreError> {
        let (no, state, _) = self.letter(id, letter).await?;
        if !matches!(state, LetterState::Ready | LetterState::Sent) {
            return Err(StoreError::NotFound { what: "letter" });
        }
        const SQL: &str = "UPDATE letter SET state = 'sent' WHERE no = $1";
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).execute(c).await.map(drop)).map_err(while_("noting that a letter was sent"))
    }

    /// A letter of an account that the member sees: number, state, number of who wrote it.
    async fn letter(&mut self, id: IntakeId, letter: LetterId) -> Result<(i64, LetterState, i64), StoreError> {
        let intake_no = self.account(id, Sight::Cases).await?.no;
        const SQL: &str = "SELECT no, state, made_by FROM letter WHERE id = $1 AND intake_no = $2";
        let row: Option<(i64, String, i64)> = on!(&mut *self.tx, c => sqlx::query_as(SQL).bind(letter.to_string()).bind(intake_no).fetch_optional(c).await)
            .map_err(while_("looking up a letter"))?;
        let (no, state, by) = row.ok_or(StoreError::NotFound { what: "letter" })?;
        Ok((no, LetterState::parse(&state).ok_or_else(|| corrupt("letter", "state", no))?, by))
    }
}
