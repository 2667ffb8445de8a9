//! Clocks: everything that ends on a day (tasks, access, recordings that others will overwrite, records to be looked at again).

use kniha_core::day::Day;
use kniha_core::id::{CaseId, MemberId, NodeId};
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};

use crate::book::{Case, Reader, next_no};
use crate::error::{StoreError, corrupt, while_};
use crate::read::node_id;
use crate::task::TaskId;
use crate::write::Writing;

/// Why a record is looked at again, and after how many days (`register.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// Spam: 30 days.
    Spam,
    /// Refused: 90 days.
    Refused,
    /// Kept as information: two years.
    Information,
    /// A day that somebody chose.
    Other,
}

impl Kept {
    /// Every reason.
    pub const ALL: [Kept; 4] = [Kept::Spam, Kept::Refused, Kept::Information, Kept::Other];

    /// As it stands in a row.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Kept::Spam => "spam",
            Kept::Refused => "refused",
            Kept::Information => "information",
            Kept::Other => "other",
        }
    }

    /// Days until somebody must look again, `None` where they are chosen.
    #[must_use]
    pub fn days(self) -> Option<i64> {
        match self {
            Kept::Spam => Some(30),
            Kept::Refused => Some(90),
            Kept::Information => Some(730),
            Kept::Other => None,
        }
    }
}

/// What ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// A recording is overwritten by whoever holds it.
    Retention(NodeId),
    /// A task is due.
    Task(TaskId, String),
    /// Somebody's access to the case ends.
    Access(MemberId, String),
    /// A record must be looked at again: kept, or erased.
    Review(NodeId, Kept),
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// The last day; for access the day on which it ends.
    pub day: Day,
    /// What ends.
    pub what: Ending,
    /// The case.
    pub case: Case,
}

/// The clocks of the reader's cases that end from one day to another, the soonest first, at most `limit`; and whether there are more.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn clocks(tx: &mut Tx, reader: &Reader, from: Day, to: Day, limit: usize) -> Result<(Vec<Clock>, bool), StoreError> {
    const DOING: &str = "reading clocks";
    let most = limit as i64 + 1;
    let (from_us, to_us) = (from.start().0, to.plus(1).start().0);
    let mut all: Vec<Clock> = Vec::new();
    let mut clock = |day: i64, what: Ending, (case, title): (String, String)| {
        let id = CaseId::parse(&case).map_err(|_| corrupt("cases", "id", &case))?;
        all.push(Clock { day: Day(day), what, case: Case { id, title } });
        Ok::<(), StoreError>(())
    };
    const TASKS: &str = "SELECT t.due_day, t.id, t.words, k.id, k.title FROM task t JOIN access a ON a.member_no = $1 AND a.case_no = t.case_no
        JOIN cases k ON k.no = t.case_no LEFT JOIN task_event e ON e.no = (SELECT MAX(l.no) FROM task_event l WHERE l.task_no = t.no)
        WHERE t.due_day BETWEEN $2 AND $3 AND COALESCE(e.what, 'reopened') <> 'done' ORDER BY t.due_day, t.no LIMIT $4";
    type TaskRow = (i64, String, String, String, String);
    let rows: Vec<TaskRow> =
        on!(&mut *tx, c => sqlx::query_as(TASKS).bind(reader.no).bind(from.0).bind(to.0).bind(most).fetch_all(c).await).map_err(while_(DOING))?;
    for (day, id, words, case, title) in rows {
        clock(day, Ending::Task(TaskId::parse(&id).map_err(|_| corrupt("task", "id", &id))?, words), (case, title))?;
    }
    const ACCESS: &str = "SELECT x.until_us, m.id, m.name, k.id, k.title FROM access x JOIN access a ON a.member_no = $1 AND a.case_no = x.case_no
        JOIN member m ON m.no = x.member_no JOIN cases k ON k.no = x.case_no WHERE x.until_us >= $2 AND x.until_us < $3 ORDER BY x.until_us, x.member_no LIMIT $4";
    let rows: Vec<TaskRow> =
        on!(&mut *tx, c => sqlx::query_as(ACCESS).bind(reader.no).bind(from_us).bind(to_us).bind(most).fetch_all(c).await).map_err(while_(DOING))?;
    for (until_us, id, name, case, title) in rows {
        let id = MemberId::parse(&id).map_err(|_| corrupt("member", "id", &id))?;
        clock(Day::of(UtcMicros(until_us)).0, Ending::Access(id, name), (case, title))?;
    }
    // The first moment at which it may be gone counts: a warning too early does no harm.
    const RETENTION: &str = "SELECT c.start_us, n.id, k.id, k.title FROM claim c JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no
        JOIN node n ON n.no = c.subject_no JOIN access na ON na.member_no = $1 AND na.case_no = n.case_no JOIN cases k ON k.no = n.case_no
        LEFT JOIN claim_state s ON s.claim_no = c.no
        WHERE c.property = 'exhibit.retention_ends' AND c.start_us >= $2 AND c.start_us < $3 AND COALESCE(s.status, c.status) <> 'withdrawn'
        ORDER BY c.start_us, c.no LIMIT $4";
    type RetentionRow = (i64, String, String, String);
    let rows: Vec<RetentionRow> =
        on!(&mut *tx, c => sqlx::query_as(RETENTION).bind(reader.no).bind(from_us).bind(to_us).bind(most).fetch_all(c).await).map_err(while_(DOING))?;
    for (start_us, node, case, title) in rows {
        clock(Day::of(UtcMicros(start_us)).0, Ending::Retention(node_id(&node)?), (case, title))?;
    }
    const REVIEW: &str = "SELECT r.day, n.id, r.state, k.id, k.title FROM review r JOIN node n ON n.no = r.node_no
        JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no JOIN cases k ON k.no = n.case_no
        WHERE r.day BETWEEN $2 AND $3 AND NOT EXISTS (SELECT 1 FROM review l WHERE l.node_no = r.node_no AND l.no > r.no) ORDER BY r.day, r.no LIMIT $4";
    let rows: Vec<TaskRow> =
        on!(&mut *tx, c => sqlx::query_as(REVIEW).bind(reader.no).bind(from.0).bind(to.0).bind(most).fetch_all(c).await).map_err(while_(DOING))?;
    for (day, node, state, case, title) in rows {
        let kept = Kept::ALL.into_iter().find(|kept| kept.code() == state).ok_or_else(|| corrupt("review", "state", &state))?;
        clock(day, Ending::Review(node_id(&node)?, kept), (case, title))?;
    }
    all.sort_by(|a, b| (a.day, &a.what).cmp(&(b.day, &b.what)));
    let more = all.len() > limit;
    all.truncate(limit);
    Ok((all, more))
}

impl Writing<'_> {
    /// Notes on which day a record is looked at again; the newest note of a record counts. Gives the day.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a record this member does not see, and where no day was chosen for [`Kept::Other`].
    pub async fn review_by(&mut self, node: NodeId, kept: Kept, chosen: Option<Day>) -> Result<Day, StoreError> {
        self.flush().await?;
        let day = match (chosen, kept.days()) {
            (Some(day), _) => day,
            (None, Some(days)) => Day::of(self.at).plus(days),
            (None, None) => return Err(StoreError::NotFound { what: "day" }),
        };
        let node_no = self.head(node).await?.0;
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM review").await?;
        const SQL: &str = "INSERT INTO review (no, node_no, state, day, made_by, made_us) VALUES ($1, $2, $3, $4, $5, $6)";
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).bind(node_no).bind(kept.code()).bind(day.0).bind(self.member_no).bind(self.at.0).execute(c).await.map(drop))
            .map_err(while_("noting a review day"))?;
        Ok(day)
    }
}
