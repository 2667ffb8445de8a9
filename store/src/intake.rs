//! Accounts without their words: what a triage card says, how far each has come, in which case it is, and how its source is answered.
//!
//! An account without a case belongs to those who look at cards; with one, to the members of the case alone. [`Sight`] says which of the two a member may
//! see; the wall stands before every limit. No text of an account is in these tables. Writing is in `intake_write.rs`.

use kniha_core::id::{CaseId, Id, NodeId};
use kniha_core::intake::{CodeError, Doorway, Kind, Length, Refusal, State, Way};
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Case, Reader, Wall};
use crate::error::{StoreError, corrupt, while_};
use crate::read::node_id;

/// What an account is called by: its submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntakeMark {}
/// The id of an account: its submission's.
pub type IntakeId = Id<IntakeMark>;
/// The id of a sealed part, which the spool and the gate know.
pub type PartNo = [u8; 16];

/// Rows of a page.
pub const INTAKE_PAGE: usize = 100;

/// Which accounts a member may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Those of their cases.
    Cases,
    /// Those of their cases, and those that are in no case yet.
    Cards,
}

/// A share of an account, as codes of `docs/formats/sealing.md` name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The part.
    pub part: PartNo,
    /// `base`, `own-acts`, `contacts`, `identity`, `witnesses`, `file` or `triage`.
    pub compartment: String,
    /// Its number within the compartment.
    pub nth: u32,
}

/// What is known of an account from its card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The submission.
    pub id: IntakeId,
    /// What came.
    pub kind: Kind,
    /// How it came.
    pub way: Way,
    /// Day it was sent, counted from 1970-01-01.
    pub day: i64,
    /// Number of the key list it was sealed under.
    pub list_no: u32,
    /// Language, BCP 47.
    pub lang: String,
    /// The door, where it is known.
    pub door: Option<Doorway>,
    /// Somebody is in danger.
    pub urgent: bool,
    /// The person is under 18.
    pub minor: bool,
    /// How much was told.
    pub length: Length,
    /// Whether own acts were told.
    pub own_acts: bool,
    /// Whether a way to reach the person was left.
    pub contact: bool,
}

/// An account as a member sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeRow {
    /// What its card says.
    pub card: Card,
    /// How far it has come.
    pub state: State,
    /// Its case.
    pub case: Option<Case>,
    /// The source record that stands for it in the book.
    pub statement: Option<NodeId>,
    /// Whether its source may be written to; `None` before it was opened.
    pub may_write: Option<bool>,
    /// Whether its source still serves: then a second person reads every answer.
    pub in_service: bool,
    /// When a first account that the team takes down was closed.
    pub closed: Option<UtcMicros>,
    /// When its row was made.
    pub made: UtcMicros,
}

/// One account with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeView {
    /// The account.
    pub row: IntakeRow,
    /// Its parts, by compartment and number.
    pub pieces: Vec<Piece>,
    /// What happened to it, oldest first.
    pub events: Vec<IntakeEvent>,
}

/// What happened to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeEvent {
    /// What.
    pub what: IntakeHappened,
    /// By whom.
    pub by: String,
    /// When.
    pub at: UtcMicros,
}

/// Kinds of what happens to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntakeHappened {
    /// It came this far.
    State(State, Option<Refusal>),
    /// It was put into a case.
    Case,
    /// The keys of its source became known.
    Keys,
    /// Whether its source serves was changed.
    Service,
    /// A first account was closed.
    Closed,
}

/// In which order accounts stand. The oldest are first within each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntakeOrder {
    /// Urgent ones first.
    Urgent,
    /// The oldest first.
    Oldest,
    /// By language.
    Lang,
    /// By door.
    Door,
}

/// Which accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeQuery {
    /// Those in no case (cards), or those in cases.
    pub waiting: bool,
    /// Of this case alone.
    pub case: Option<CaseId>,
    /// In one of these states; none means every state.
    pub states: Vec<State>,
    /// Of this language.
    pub lang: Option<String>,
    /// Through this door.
    pub door: Option<Doorway>,
    /// Urgent ones alone.
    pub urgent: bool,
    /// The order.
    pub order: IntakeOrder,
    /// Page, counted from 0.
    pub page: usize,
}

/// How many accounts are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeCount {
    /// State.
    pub state: State,
    /// Language.
    pub lang: String,
    /// Door.
    pub door: Option<Doorway>,
    /// Urgent or not.
    pub urgent: bool,
    /// How many.
    pub count: usize,
}

/// Cards of one day that look alike: what a spam sweep begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The day.
    pub day: i64,
    /// Their language.
    pub lang: String,
    /// Their length.
    pub length: Length,
    /// The accounts, at most 1,000.
    pub ids: Vec<IntakeId>,
}

/// How a source is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxKeys {
    /// The mailbox.
    pub mailbox: [u8; 16],
    /// The key answers are sealed to: 1,216 bytes.
    pub reply_key: Vec<u8>,
    /// The key the source signs with: 1,984 bytes.
    pub voice_key: Vec<u8>,
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) no: i64,
    id: String,
    kind: String,
    way: String,
    day: i64,
    list_no: i64,
    lang: String,
    door: Option<String>,
    urgent: i64,
    minor: i64,
    length: String,
    own_acts: i64,
    contact: i64,
    pub(crate) state: String,
    pub(crate) case_no: Option<i64>,
    case_id: Option<String>,
    case_title: Option<String>,
    statement: Option<String>,
    may_write: Option<i64>,
    in_service: i64,
    closed_us: Option<i64>,
    made_us: i64,
}

/// Columns of [`Row`] and their joins; a condition follows.
pub(crate) const SELECT: &str = "SELECT i.no, i.id, i.kind, i.way, i.day, i.list_no, i.lang, i.door, i.urgent, i.minor, i.length, i.own_acts, i.contact,
    i.state, i.case_no, k.id AS case_id, k.title AS case_title, n.id AS statement, i.may_write, i.in_service, i.closed_us, i.made_us
    FROM intake i LEFT JOIN cases k ON k.no = i.case_no LEFT JOIN node n ON n.no = i.statement_no";

impl Row {
    /// The record that stands for the account.
    pub(crate) fn statement_id(&self) -> Result<Option<NodeId>, StoreError> {
        self.statement.as_deref().map(node_id).transpose()
    }

    /// Whether its source still serves.
    pub(crate) fn serves(&self) -> bool {
        self.in_service != 0
    }

    pub(crate) fn view(self) -> Result<IntakeRow, StoreError> {
        let no = self.no;
        let bad = move |column: &'static str| move |_: CodeError| corrupt("intake", column, no);
        let case = match (self.case_id, self.case_title) {
            (Some(id), Some(title)) => Some(Case { id: CaseId::parse(&id).map_err(|_| corrupt("intake", "case_no", no))?, title }),
            _ => None,
        };
        Ok(IntakeRow {
            card: Card {
                id: intake_id(&self.id)?,
                kind: Kind::parse(&self.kind).map_err(bad("kind"))?,
                way: Way::parse(&self.way).map_err(bad("way"))?,
                day: self.day,
                list_no: u32::try_from(self.list_no).map_err(|_| corrupt("intake", "list_no", no))?,
                lang: self.lang,
                door: self.door.map(|door| Doorway::parse(&door).map_err(bad("door"))).transpose()?,
                urgent: self.urgent != 0,
                minor: self.minor != 0,
                length: Length::parse(&self.length).map_err(bad("length"))?,
                own_acts: self.own_acts != 0,
                contact: self.contact != 0,
            },
            state: State::parse(&self.state).map_err(bad("state"))?,
            case,
            statement: self.statement.as_deref().map(node_id).transpose()?,
            may_write: self.may_write.map(|may| may != 0),
            in_service: self.in_service != 0,
            closed: self.closed_us.map(UtcMicros),
            made: UtcMicros(self.made_us),
        })
    }
}

pub(crate) fn intake_id(text: &str) -> Result<IntakeId, StoreError> {
    IntakeId::parse(text).map_err(|_| corrupt("intake", "id", text))
}

/// The wall of accounts, for a table called `i`: what stands in a case the reader sees or, for those who look at cards, in none.
pub(crate) async fn wall(tx: &mut Tx, reader: &Reader, sight: Sight) -> Result<String, StoreError> {
    let cases = Wall::of(tx, reader).await?;
    Ok(match sight {
        Sight::Cases => cases.seen("i"),
        Sight::Cards => format!("(i.case_no IS NULL OR {})", cases.seen("i")),
    })
}

/// The condition of a query; every value in it is a code or a number of ours. The language alone is bound.
async fn condition(tx: &mut Tx, reader: &Reader, sight: Sight, query: &IntakeQuery) -> Result<String, StoreError> {
    let mut all = vec![match (query.waiting, sight) {
        (true, Sight::Cards) => "i.case_no IS NULL".to_owned(),
        (true, Sight::Cases) => "1 = 0".to_owned(),
        (false, _) => Wall::of(tx, reader).await?.seen("i"),
    }];
    if let Some(case) = query.case {
        all.push(format!("i.case_no = (SELECT no FROM cases WHERE id = '{case}')"));
    }
    if !query.states.is_empty() {
        all.push(format!("i.state IN ({})", query.states.iter().map(|state| format!("'{}'", state.code())).collect::<Vec<_>>().join(",")));
    }
    if let Some(door) = query.door {
        all.push(format!("i.door = '{}'", door.code()));
    }
    if query.urgent {
        all.push("i.urgent = 1".to_owned());
    }
    all.push("(i.lang = $1 OR $1 = '')".to_owned());
    Ok(all.join(" AND "))
}

/// A page of accounts, [`INTAKE_PAGE`] rows; and whether there is another.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn intakes(tx: &mut Tx, reader: &Reader, sight: Sight, query: &IntakeQuery) -> Result<(Vec<IntakeRow>, bool), StoreError> {
    let condition = condition(tx, reader, sight, query).await?;
    let order = match query.order {
        IntakeOrder::Urgent => "i.urgent DESC, i.day, i.no",
        IntakeOrder::Oldest => "i.day, i.no",
        IntakeOrder::Lang => "i.lang, i.urgent DESC, i.day, i.no",
        IntakeOrder::Door => "COALESCE(i.door, ''), i.urgent DESC, i.day, i.no",
    };
    let sql = format!("{SELECT} WHERE {condition} ORDER BY {order} LIMIT {} OFFSET {}", INTAKE_PAGE + 1, query.page.min(100_000) * INTAKE_PAGE);
    let lang = query.lang.as_deref().unwrap_or_default();
    let mut rows: Vec<Row> =
        on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(lang).fetch_all(c).await).map_err(while_("listing accounts"))?;
    let more = rows.len() > INTAKE_PAGE;
    rows.truncate(INTAKE_PAGE);
    Ok((rows.into_iter().map(Row::view).collect::<Result<_, _>>()?, more))
}

/// How many accounts there are, by state, language, door and urgency, among those that a query without filters would list.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn intake_counts(tx: &mut Tx, reader: &Reader, sight: Sight, waiting: bool) -> Result<Vec<IntakeCount>, StoreError> {
    let query = IntakeQuery { waiting, case: None, states: Vec::new(), lang: None, door: None, urgent: false, order: IntakeOrder::Oldest, page: 0 };
    let condition = condition(tx, reader, sight, &query).await?;
    let sql = format!(
        "SELECT i.state, i.lang, i.door, i.urgent, COUNT(*) FROM intake i WHERE {condition} GROUP BY i.state, i.lang, i.door, i.urgent
         ORDER BY i.state, i.lang, COALESCE(i.door, ''), i.urgent"
    );
    let rows: Vec<(String, String, Option<String>, i64, i64)> =
        on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind("").fetch_all(c).await).map_err(while_("counting accounts"))?;
    rows.into_iter()
        .map(|(state, lang, door, urgent, count)| {
            let bad = |_: CodeError| corrupt("intake", "state", &state);
            let door = door.map(|door| Doorway::parse(&door).map_err(bad)).transpose()?;
            Ok(IntakeCount { state: State::parse(&state).map_err(bad)?, lang, door, urgent: urgent != 0, count: usize::try_from(count).unwrap_or(0) })
        })
        .collect()
}

/// New accounts in no case that were sent on that day or before: what the alarm of 48 hours counts.
///
/// # Errors
/// What the database said.
pub async fn intake_overdue(tx: &mut Tx, sight: Sight, day: i64) -> Result<usize, StoreError> {
    if sight == Sight::Cases {
        return Ok(0);
    }
    const SQL: &str = "SELECT COUNT(*) FROM intake i WHERE i.case_no IS NULL AND i.state IN ('received', 'screened') AND i.day <= $1";
    let count: i64 = on!(tx, c => sqlx::query_scalar(SQL).bind(day).fetch_one(c).await).map_err(while_("counting what is overdue"))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Cards that nobody screened yet and that look alike: at least `least` of one day, language and length; those without text from one on.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn alike(tx: &mut Tx, sight: Sight, least: usize) -> Result<Vec<Alike>, StoreError> {
    if sight == Sight::Cases {
        return Ok(Vec::new());
    }
    const SQL: &str = "SELECT i.day, i.lang, i.length, i.id FROM intake i JOIN (SELECT day, lang, length FROM intake
            WHERE case_no IS NULL AND state = 'received' AND urgent = 0 AND kind = 'report' GROUP BY day, lang, length
            HAVING COUNT(*) >= $1 OR length = 'none' ORDER BY COUNT(*) DESC, day LIMIT 50) g
            ON g.day = i.day AND g.lang = i.lang AND g.length = i.length
        WHERE i.case_no IS NULL AND i.state = 'received' AND i.urgent = 0 AND i.kind = 'report' ORDER BY i.day, i.lang, i.length, i.no";
    let rows: Vec<(i64, String, String, String)> =
        on!(tx, c => sqlx::query_as(SQL).bind(i64::try_from(least).unwrap_or(i64::MAX)).fetch_all(c).await).map_err(while_("grouping cards"))?;
    let mut groups: Vec<Alike> = Vec::new();
    for (day, lang, length, id) in rows {
        let length = Length::parse(&length).map_err(|_| corrupt("intake", "length", &id))?;
        let id = intake_id(&id)?;
        match groups.last_mut() {
            Some(last) if (last.day, &last.lang, last.length) == (day, &lang, length) => {
                if last.ids.len() < 1000 {
                    last.ids.push(id);
                }
            }
            _ => groups.push(Alike { day, lang, length, ids: vec![id] }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.ids.len()));
    Ok(groups)
}

/// One account; `None` where there is none for this reader.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn intake(tx: &mut Tx, reader: &Reader, sight: Sight, id: IntakeId) -> Result<Option<IntakeView>, StoreError> {
    let wall = wall(tx, reader, sight).await?;
    let sql = format!("{SELECT} WHERE {wall} AND i.id = $1");
    let row: Option<Row> = on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(id.to_string()).fetch_optional(c).await)
        .map_err(while_("reading an account"))?;
    let Some(row) = row else { return Ok(None) };
    let no = row.no;
    let pieces = pieces(tx, no).await?;
    const EVENTS: &str =
        "SELECT e.what, e.reason, m.name, e.made_us FROM intake_event e JOIN member m ON m.no = e.made_by WHERE e.intake_no = $1 ORDER BY e.no LIMIT 1000";
    let rows: Vec<(String, Option<String>, String, i64)> =
        on!(&mut *tx, c => sqlx::query_as(EVENTS).bind(no).fetch_all(c).await).map_err(while_("reading what happened to an account"))?;
    let mut events = Vec::with_capacity(rows.len());
    for (what, reason, by, at_us) in rows {
        let bad = |_: CodeError| corrupt("intake_event", "what", no);
        let what = match what.as_str() {
            "case" => IntakeHappened::Case,
            "keys" => IntakeHappened::Keys,
            "service" => IntakeHappened::Service,
            "closed" => IntakeHappened::Closed,
            state => IntakeHappened::State(State::parse(state).map_err(bad)?, reason.map(|reason| Refusal::parse(&reason).map_err(bad)).transpose()?),
        };
        events.push(IntakeEvent { what, by, at: UtcMicros(at_us) });
    }
    Ok(Some(IntakeView { row: row.view()?, pieces, events }))
}

async fn pieces(tx: &mut Tx, no: i64) -> Result<Vec<Piece>, StoreError> {
    const SQL: &str = "SELECT part, compartment, nth FROM intake_part WHERE intake_no = $1 ORDER BY compartment, nth";
    let rows: Vec<(Vec<u8>, String, i64)> = on!(tx, c => sqlx::query_as(SQL).bind(no).fetch_all(c).await).map_err(while_("reading the parts of an account"))?;
    rows.into_iter()
        .map(|(part, compartment, nth)| {
            let nth = u32::try_from(nth).map_err(|_| corrupt("intake_part", "nth", no))?;
            Ok(Piece { part: part_no(part)?, compartment, nth })
        })
        .collect()
}

pub(crate) fn part_no(part: Vec<u8>) -> Result<PartNo, StoreError> {
    part.try_into().map_err(|_| corrupt("intake_part", "part", ""))
}

/// Which account a part belongs to; `None` where there is none for this reader.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn intake_of_part(tx: &mut Tx, reader: &Reader, sight: Sight, part: &PartNo) -> Result<Option<IntakeRow>, StoreError> {
    let wall = wall(tx, reader, sight).await?;
    let sql = format!("{SELECT} JOIN intake_part p ON p.intake_no = i.no WHERE {wall} AND p.part = $1");
    let row: Option<Row> =
        on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(part.to_vec()).fetch_optional(c).await).map_err(while_("looking up a part"))?;
    row.map(Row::view).transpose()
}

/// How the source of an account is answered; `None` where nothing is known, or there is no such account in the reader's cases.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn mailbox_keys(tx: &mut Tx, reader: &Reader, id: IntakeId) -> Result<Option<MailboxKeys>, StoreError> {
    let wall = wall(tx, reader, Sight::Cases).await?;
    let sql = format!("SELECT b.mailbox, b.reply_key, b.voice_key FROM intake i JOIN intake_mailbox b ON b.intake_no = i.no WHERE {wall} AND i.id = $1");
    let row: Option<(Vec<u8>, Vec<u8>, Vec<u8>)> =
        on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(id.to_string()).fetch_optional(c).await)
            .map_err(while_("reading how a source is answered"))?;
    row.map(|(mailbox, reply_key, voice_key)| {
        let mailbox = mailbox.try_into().map_err(|_| corrupt("intake_mailbox", "mailbox", id))?;
        Ok(MailboxKeys { mailbox, reply_key, voice_key })
    })
    .transpose()
}

/// Accounts of the same source that the reader may see, in the order they came: first account, additions, withdrawals.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn of_one_source(tx: &mut Tx, reader: &Reader, id: IntakeId) -> Result<Vec<IntakeRow>, StoreError> {
    let wall = wall(tx, reader, Sight::Cases).await?;
    let sql = format!(
        "{SELECT} JOIN intake_mailbox b ON b.intake_no = i.no WHERE {wall} AND b.mailbox =
            (SELECT o.mailbox FROM intake_mailbox o JOIN intake i ON i.no = o.intake_no WHERE {wall} AND i.id = $1) ORDER BY i.day, i.no LIMIT 200"
    );
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(id.to_string()).fetch_all(c).await)
        .map_err(while_("reading accounts of one source"))?;
    rows.into_iter().map(Row::view).collect()
}
