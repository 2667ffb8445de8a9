//! Writing of accounts: cards, steps, cases, keys of a source. Everything that happens is an entry in `intake_event`, and the row follows it.

use kniha_core::claim::NewClaim;
use kniha_core::id::{CaseId, NodeId};
use kniha_core::intake::{State, Step};
use kniha_core::name::LangTag;
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind};
use kniha_db::on;

use crate::book::next_no;
use crate::error::{StoreError, corrupt, while_};
use crate::intake::{Card, IntakeId, MailboxKeys, Piece, Row, SELECT, Sight};
use crate::write::Writing;

const NONE: StoreError = StoreError::NotFound { what: "account" };
/// Letters of an id by which people call a statement.
const LABEL: usize = 8;

impl Writing<'_> {
    /// Keeps a card that was looked at; `false` where it was known: the first one stays.
    ///
    /// # Errors
    /// What the database said.
    pub async fn add_card(&mut self, card: &Card, pieces: &[Piece]) -> Result<bool, StoreError> {
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM intake").await?;
        const SQL: &str =
            "INSERT INTO intake (no, id, kind, way, day, list_no, lang, door, urgent, minor, length, own_acts, contact, state, in_service, made_by, made_us)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, $15, $16) ON CONFLICT (id) DO NOTHING";
        let (by, at) = (self.member_no, self.at.0);
        let done = on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).bind(card.id.to_string()).bind(card.kind.code()).bind(card.way.code()).bind(card.day)
            .bind(i64::from(card.list_no)).bind(card.lang.as_str()).bind(card.door.map(|door| door.code())).bind(i64::from(card.urgent))
            .bind(i64::from(card.minor)).bind(card.length.code()).bind(i64::from(card.own_acts)).bind(i64::from(card.contact))
            .bind(State::Received.code()).bind(by).bind(at).execute(c).await.map(|done| done.rows_affected()))
        .map_err(while_("keeping a card"))?;
        if done == 0 {
            return Ok(false);
        }
        self.put_pieces(no, pieces).await?;
        self.happened(no, State::Received.code(), None, None).await?;
        Ok(true)
    }

    /// Notes parts of an account; those known already stay as they are.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account that the member does not see.
    pub async fn add_pieces(&mut self, id: IntakeId, sight: Sight, pieces: &[Piece]) -> Result<(), StoreError> {
        let no = self.account(id, sight).await?.no;
        self.put_pieces(no, pieces).await
    }

    async fn put_pieces(&mut self, no: i64, pieces: &[Piece]) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO intake_part (no, part, intake_no, compartment, nth) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (part) DO NOTHING";
        for piece in pieces {
            let row = next_no(&mut self.tx, "SELECT MAX(no) FROM intake_part").await?;
            on!(&mut *self.tx, c => sqlx::query(SQL).bind(row).bind(piece.part.to_vec()).bind(no).bind(piece.compartment.as_str()).bind(i64::from(piece.nth))
                .execute(c).await.map(drop))
            .map_err(while_("noting the parts of an account"))?;
        }
        Ok(())
    }

    /// Takes a step with an account; gives the state it came from.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account that the member does not see, [`StoreError::Step`] where the step cannot be taken now.
    pub async fn step_intake(&mut self, id: IntakeId, sight: Sight, step: Step) -> Result<State, StoreError> {
        let row = self.account(id, sight).await?;
        self.step_row(&row, step).await
    }

    async fn step_row(&mut self, row: &Row, step: Step) -> Result<State, StoreError> {
        let before = State::parse(&row.state).map_err(|_| corrupt("intake", "state", row.no))?;
        let after = before.after(step).map_err(StoreError::Step)?;
        const SQL: &str = "UPDATE intake SET state = $1 WHERE no = $2";
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(after.code()).bind(row.no).execute(c).await.map(drop)).map_err(while_("moving an account"))?;
        self.happened(row.no, after.code(), step.reason().map(|reason| reason.code()), None).await?;
        Ok(before)
    }

    /// Puts an account into a case, where its members see it; a new one is thereby read. Makes the source record by which claims cite it: its only name is
    /// the beginning of a random id. In another case than before it gets another record: a record stays in its case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account or a case that the member does not see.
    pub async fn put_in_case(&mut self, id: IntakeId, sight: Sight, case: CaseId) -> Result<NodeId, StoreError> {
        let row = self.account(id, sight).await?;
        let case_no = self.case_no(case)?;
        let known = row.case_no;
        let (no, state, statement) = (row.no, row.state.clone(), row.statement_id()?);
        if let (Some(statement), true) = (statement, known == Some(case_no)) {
            return Ok(statement);
        }
        let node: NodeId = self.random.id()?;
        self.add_record(node, NodeKind::Source, case).await?;
        for (property, value) in [
            ("source.title", Value::Text { text: node.to_string().chars().take(LABEL).collect(), lang: None::<LangTag> }),
            ("source.kind", Value::Code("statement".to_owned())),
        ] {
            let property = vocab::property(property).ok_or_else(|| corrupt("claim", "property", property))?;
            let claim = NewClaim::stated(self.random.id()?, node, property, value);
            self.add_claim(claim, case).await?;
        }
        let (statement_no, ..) = self.head(node).await?;
        self.flush().await?;
        const SQL: &str = "UPDATE intake SET case_no = $1, statement_no = $2 WHERE no = $3";
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(case_no).bind(statement_no).bind(no).execute(c).await.map(drop))
            .map_err(while_("putting an account into a case"))?;
        self.happened(no, "case", None, Some(case_no)).await?;
        let state = State::parse(&state).map_err(|_| corrupt("intake", "state", no))?;
        if matches!(state, State::Received | State::Screened | State::Refused | State::Spam) {
            self.step_row(&row, Step::Read).await?;
        }
        Ok(node)
    }

    /// Notes how the source of an account is answered, and whether it wants to be; what is known stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account that is in no case of the member's.
    pub async fn set_keys(&mut self, id: IntakeId, keys: Option<&MailboxKeys>, may_write: bool) -> Result<(), StoreError> {
        let no = self.account(id, Sight::Cases).await?.no;
        const MAY: &str = "UPDATE intake SET may_write = $1 WHERE no = $2 AND may_write IS NULL";
        on!(&mut *self.tx, c => sqlx::query(MAY).bind(i64::from(may_write)).bind(no).execute(c).await.map(drop)).map_err(while_("noting a wish"))?;
        let Some(keys) = keys else { return Ok(()) };
        const SQL: &str = "INSERT INTO intake_mailbox (intake_no, mailbox, reply_key, voice_key) VALUES ($1, $2, $3, $4) ON CONFLICT (intake_no) DO NOTHING";
        let done =
            on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).bind(keys.mailbox.to_vec()).bind(keys.reply_key.as_slice()).bind(keys.voice_key.as_slice())
            .execute(c).await.map(|done| done.rows_affected()))
            .map_err(while_("noting how a source is answered"))?;
        if done == 1 { self.happened(no, "keys", None, None).await } else { Ok(()) }
    }

    /// Says whether the source still serves.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account that is in no case of the member's.
    pub async fn set_service(&mut self, id: IntakeId, serves: bool) -> Result<(), StoreError> {
        let no = self.account(id, Sight::Cases).await?.no;
        const SQL: &str = "UPDATE intake SET in_service = $1 WHERE no = $2 AND in_service <> $1";
        let done = on!(&mut *self.tx, c => sqlx::query(SQL).bind(i64::from(serves)).bind(no).execute(c).await.map(|done| done.rows_affected()))
            .map_err(while_("noting whether a source serves"))?;
        if done == 1 { self.happened(no, "service", None, None).await } else { Ok(()) }
    }

    /// Closes a first account that the team took down; what was told later is another account. `false` where it was closed before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account that is in no case of the member's.
    pub async fn close_intake(&mut self, id: IntakeId) -> Result<bool, StoreError> {
        let no = self.account(id, Sight::Cases).await?.no;
        const SQL: &str = "UPDATE intake SET closed_us = $1 WHERE no = $2 AND closed_us IS NULL";
        let at = self.at.0;
        let done = on!(&mut *self.tx, c => sqlx::query(SQL).bind(at).bind(no).execute(c).await.map(|done| done.rows_affected()))
            .map_err(while_("closing an account"))?;
        if done == 1 {
            self.happened(no, "closed", None, None).await?;
        }
        Ok(done == 1)
    }

    /// The row of an account that this member sees.
    pub(crate) async fn account(&mut self, id: IntakeId, sight: Sight) -> Result<Row, StoreError> {
        let sql = format!("{SELECT} WHERE i.id = $1");
        let row: Option<Row> = on!(&mut *self.tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(c).await)
            .map_err(while_("looking up an account"))?;
        // An account that the member does not see looks exactly like none.
        row.filter(|row| row.case_no.map_or(sight == Sight::Cards, |no| self.has_case(no))).ok_or(NONE)
    }

    async fn happened(&mut self, intake_no: i64, what: &str, reason: Option<&str>, case_no: Option<i64>) -> Result<(), StoreError> {
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM intake_event").await?;
        const SQL: &str = "INSERT INTO intake_event (no, intake_no, what, reason, case_no, made_by, made_us) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (by, at) = (self.member_no, self.at.0);
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).bind(intake_no).bind(what).bind(reason).bind(case_no).bind(by).bind(at).execute(c).await.map(drop))
            .map_err(while_("recording what happened to an account"))
    }
}
