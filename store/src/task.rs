//! Tasks: what is to be done in a case, by whom and until when; made by hand or by a gap. Done and reopened are events.

use kniha_core::day::Day;
use kniha_core::id::{CaseId, Id, MemberId, NodeId};
use kniha_core::text;
use kniha_core::time::UtcMicros;
use kniha_core::vocab;
use kniha_db::{Tx, on};

use crate::book::{Case, Reader, next_no, reader};
use crate::casework::EntryId;
use crate::error::{StoreError, corrupt, while_};
use crate::read::node_id;
use crate::write::Writing;

/// Marks the id of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskMark {}
/// The id of a task.
pub type TaskId = Id<TaskMark>;

/// The gap that a task would fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// An element of the case's grid with too little behind it: its entry in the sheet.
    Element(EntryId),
    /// A property that a record should state and does not.
    Property(NodeId, String),
}

/// A task before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Its id, which the form gave: sent twice, it is one task.
    pub id: TaskId,
    /// The case.
    pub case: CaseId,
    /// What is to be done.
    pub words: String,
    /// By whom; they must see the case.
    pub who: Option<MemberId>,
    /// The last day.
    pub due: Option<Day>,
    /// The gap that made it.
    pub gap: Option<Gap>,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// Its id.
    pub id: TaskId,
    /// The case.
    pub case: Case,
    /// What is to be done.
    pub words: String,
    /// By whom.
    pub who: Option<(MemberId, String)>,
    /// The last day.
    pub due: Option<Day>,
    /// The gap that made it; a record that the reader does not see is not named.
    pub gap: Option<Gap>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made: UtcMicros,
    /// Who did it and when, while it is done.
    pub done: Option<(String, UtcMicros)>,
    /// What was said when it was last done or reopened.
    pub said: Option<String>,
}

/// Which tasks are listed.
#[derive(Debug, Clone, Default)]
pub struct TaskQuery {
    /// Of one case.
    pub case: Option<CaseId>,
    /// Of one member.
    pub who: Option<MemberId>,
    /// Due on or before this day.
    pub due_by: Option<Day>,
    /// Only those open, or only those done.
    pub done: bool,
    /// At most.
    pub limit: usize,
}

/// What a task selects, named as in [`TaskRow`].
const COLUMNS: &str = "SELECT t.id, t.words, t.due_day, t.property, t.made_us, m.name AS made_by, k.id AS case_id, k.title, w.id AS who, w.name AS who_name,
    x.id AS element, n.id AS node, e.what, e.words AS said, d.name AS moved_by, e.made_us AS moved_us
    FROM task t JOIN access a ON a.member_no = $1 AND a.case_no = t.case_no JOIN cases k ON k.no = t.case_no JOIN member m ON m.no = t.made_by
    LEFT JOIN member w ON w.no = t.who_no LEFT JOIN sheet x ON x.no = t.element_no
    LEFT JOIN node n ON n.no = t.node_no AND n.case_no IN (SELECT case_no FROM access WHERE member_no = $1)
    LEFT JOIN task_event e ON e.no = (SELECT MAX(l.no) FROM task_event l WHERE l.task_no = t.no) LEFT JOIN member d ON d.no = e.made_by";

#[derive(sqlx::FromRow)]
struct TaskRow {
    id: String,
    words: String,
    due_day: Option<i64>,
    property: Option<String>,
    made_us: i64,
    made_by: String,
    case_id: String,
    title: String,
    who: Option<String>,
    who_name: Option<String>,
    element: Option<String>,
    node: Option<String>,
    what: Option<String>,
    said: Option<String>,
    moved_by: Option<String>,
    moved_us: Option<i64>,
}

fn view(row: TaskRow) -> Result<TaskView, StoreError> {
    let bad = |column: &'static str| corrupt("task", column, &row.id);
    let gap = match (&row.element, &row.node, row.property) {
        (Some(entry), _, _) => Some(Gap::Element(EntryId::parse(entry).map_err(|_| bad("element_no"))?)),
        (None, Some(node), Some(property)) => Some(Gap::Property(node_id(node)?, property)),
        _ => None,
    };
    let who = row.who.as_deref().map(MemberId::parse).transpose().map_err(|_| bad("who_no"))?.zip(row.who_name);
    let done = if row.what.as_deref() == Some("done") { row.moved_by.zip(row.moved_us.map(UtcMicros)) } else { None };
    Ok(TaskView {
        id: TaskId::parse(&row.id).map_err(|_| bad("id"))?,
        case: Case { id: CaseId::parse(&row.case_id).map_err(|_| bad("case_no"))?, title: row.title },
        words: row.words,
        who,
        due: row.due_day.map(Day),
        gap,
        made_by: row.made_by,
        made: UtcMicros(row.made_us),
        done,
        said: row.said,
    })
}

/// Tasks of the reader's cases, the earliest due first, then those without a day in the order they were made; and whether there are more.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn tasks(tx: &mut Tx, reader: &Reader, query: &TaskQuery) -> Result<(Vec<TaskView>, bool), StoreError> {
    // Parts of the statement are this room's own words; what was asked is bound.
    let mut sql = format!("{COLUMNS} WHERE COALESCE(e.what, 'reopened') {} 'done'", if query.done { "=" } else { "<>" });
    // A parameter that is not asked for is bound and compared with itself, so that each has a type.
    sql += if query.case.is_some() { " AND k.id = $2" } else { " AND $2 = ''" };
    sql += if query.who.is_some() { " AND w.id = $3" } else { " AND $3 = ''" };
    sql += if query.due_by.is_some() { " AND t.due_day <= $4" } else { " AND $4 = CAST(0 AS BIGINT)" };
    sql += " ORDER BY COALESCE(t.due_day, 9223372036854775807), t.no LIMIT $5";
    let case = query.case.map(|id| id.to_string()).unwrap_or_default();
    let who = query.who.map(|id| id.to_string()).unwrap_or_default();
    let due = query.due_by.map_or(0, |day| day.0);
    let most = query.limit as i64 + 1;
    let mut rows: Vec<TaskRow> =
        on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(reader.no).bind(case).bind(who).bind(due).bind(most).fetch_all(c).await)
            .map_err(while_("listing tasks"))?;
    let more = rows.len() > query.limit;
    rows.truncate(query.limit);
    Ok((rows.into_iter().map(view).collect::<Result<_, _>>()?, more))
}

/// One task; `None` where there is none for this reader.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn task(tx: &mut Tx, reader: &Reader, id: TaskId) -> Result<Option<TaskView>, StoreError> {
    let sql = format!("{COLUMNS} WHERE t.id = $2");
    let row: Option<TaskRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(reader.no).bind(id.to_string()).fetch_optional(c).await)
        .map_err(while_("reading a task"))?;
    row.map(view).transpose()
}

/// The open tasks that were made by gaps of a record.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn tasks_of_record(tx: &mut Tx, reader: &Reader, node: NodeId) -> Result<Vec<TaskView>, StoreError> {
    let sql = format!("{COLUMNS} WHERE n.id = $2 AND COALESCE(e.what, 'reopened') <> 'done' ORDER BY t.no LIMIT 100");
    let rows: Vec<TaskRow> =
        on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(reader.no).bind(node.to_string()).fetch_all(c).await).map_err(while_("reading a task"))?;
    rows.into_iter().map(view).collect()
}

impl Writing<'_> {
    /// Adds a task; one with this id that stands already is left as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a case, element or record that this member does not see, or a member who does not see the case;
    /// [`StoreError::Words`] for words that cannot be kept.
    pub async fn add_task(&mut self, task: &NewTask) -> Result<(), StoreError> {
        text::check_line(&task.words).map_err(|source| StoreError::Words { what: "task", source })?;
        self.flush().await?;
        let case_no = self.case_no(task.case)?;
        if self.stands("SELECT no FROM task WHERE id = $1", task.id.to_string()).await?.is_some() {
            return Ok(());
        }
        let who_no = match task.who {
            Some(who) => Some(self.member_sees(who, case_no).await?),
            None => None,
        };
        let (mut element_no, mut node_no, mut property) = (None, None, None);
        match &task.gap {
            Some(Gap::Element(entry)) => element_no = Some(self.entry_no(*entry, case_no, "element").await?),
            Some(Gap::Property(node, code)) => {
                node_no = Some(self.head(*node).await?.0);
                property = Some(vocab::property(code).ok_or(StoreError::NotFound { what: "property" })?.code.clone());
            }
            None => {}
        }
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM task").await?;
        const SQL: &str = "INSERT INTO task (no, id, case_no, words, who_no, due_day, element_no, node_no, property, made_by, made_us)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let (id, due) = (task.id.to_string(), task.due.map(|day| day.0));
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).bind(id).bind(case_no).bind(&task.words).bind(who_no).bind(due).bind(element_no).bind(node_no)
            .bind(property).bind(self.member_no).bind(self.at.0).execute(c).await.map(drop))
        .map_err(while_("adding a task"))
    }

    /// Marks a task as done or open again, with a word about it; a task that is so already is left as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a task this member does not see; [`StoreError::Words`].
    pub async fn set_task(&mut self, id: TaskId, done: bool, said: Option<&str>) -> Result<(), StoreError> {
        let said = said.map(str::trim).filter(|said| !said.is_empty());
        if let Some(said) = said {
            text::check_up_to(said, 2000).map_err(|source| StoreError::Words { what: "note", source })?;
        }
        const SQL: &str = "SELECT t.no, e.what FROM task t JOIN access a ON a.member_no = $1 AND a.case_no = t.case_no
            LEFT JOIN task_event e ON e.no = (SELECT MAX(l.no) FROM task_event l WHERE l.task_no = t.no) WHERE t.id = $2";
        let row: Option<(i64, Option<String>)> =
            on!(&mut *self.tx, c => sqlx::query_as(SQL).bind(self.member_no).bind(id.to_string()).fetch_optional(c).await).map_err(while_("reading a task"))?;
        let (task_no, now) = row.ok_or(StoreError::NotFound { what: "task" })?;
        if (now.as_deref() == Some("done")) == done {
            return Ok(());
        }
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM task_event").await?;
        const EVENT: &str = "INSERT INTO task_event (no, task_no, what, words, made_by, made_us) VALUES ($1, $2, $3, $4, $5, $6)";
        let what = if done { "done" } else { "reopened" };
        on!(&mut *self.tx, c => sqlx::query(EVENT).bind(no).bind(task_no).bind(what).bind(said).bind(self.member_no).bind(self.at.0).execute(c).await.map(drop))
            .map_err(while_("moving a task"))
    }

    /// The number of a row by a text, where it is there.
    pub(crate) async fn stands(&mut self, sql: &'static str, id: String) -> Result<Option<i64>, StoreError> {
        on!(&mut *self.tx, c => sqlx::query_scalar(sql).bind(id).fetch_optional(c).await).map_err(while_("looking for an id"))
    }

    /// The number of a member who sees the case.
    async fn member_sees(&mut self, who: MemberId, case_no: i64) -> Result<i64, StoreError> {
        let who = reader(&mut self.tx, who).await?;
        const SQL: &str = "SELECT member_no FROM access WHERE member_no = $1 AND case_no = $2";
        let sees: Option<i64> =
            on!(&mut *self.tx, c => sqlx::query_scalar(SQL).bind(who.no).bind(case_no).fetch_optional(c).await).map_err(while_("reading grants"))?;
        sees.ok_or(StoreError::NotFound { what: "member" })
    }
}
