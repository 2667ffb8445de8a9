//! The sheet of a case: the question it tries to answer, hypotheses (innocent ones too), the elements it wants, and what speaks for and against each.
//!
//! Entries are only added; an entry that is taken back stays, with the reason. What is missing (a gap) is worked out when the sheet is read.

use std::collections::{BTreeMap, BTreeSet};

use kniha_core::claim::{Stance, Status};
use kniha_core::day::Day;
use kniha_core::id::{CaseId, ClaimId, Id, NodeId};
use kniha_core::text;
use kniha_core::time::UtcMicros;
use kniha_core::vocab::{self, Term};
use kniha_db::{Tx, on};
use sqlx::AssertSqlSafe;

use crate::book::{Case, Reader, next_no};
use crate::error::{StoreError, corrupt, while_};
use crate::read::{claims_by_no, node_id, numbers};
use crate::view::ClaimView;
use crate::write::Writing;

/// Marks the id of an entry of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryMark {}
/// The id of an entry of a sheet.
pub type EntryId = Id<EntryMark>;

/// Entries that are read of one case; a case with more is asked to become two.
pub const MAX_ENTRIES: usize = 2000;
/// Longest question, hypothesis or note, in characters.
const MAX_WORDS: usize = 2000;

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saying {
    /// The question the case tries to answer; the newest stands.
    Question(String),
    /// What may have happened.
    Hypothesis {
        /// In words.
        words: String,
        /// Whether it clears those who are suspected.
        innocent: bool,
    },
    /// An element is wanted: a code of the list `element`.
    Element(String),
    /// Something speaks for or against an element.
    Support {
        /// The entry of the element.
        element: EntryId,
        /// What speaks.
        on: Basis,
        /// For or against.
        stance: Stance,
        /// Why.
        words: Option<String>,
    },
}

/// What speaks for or against an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A claim.
    Claim(ClaimId),
    /// A source as a whole.
    Source(NodeId),
}

/// Who wrote an entry, when, and whether it was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The entry.
    pub id: EntryId,
    /// By whom.
    pub by: String,
    /// When.
    pub at: UtcMicros,
    /// Why, by whom and when it was taken back.
    pub withdrawn: Option<(String, String, UtcMicros)>,
}

/// A hypothesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hypothesis {
    /// Who wrote it.
    pub written: Written,
    /// In words.
    pub words: String,
    /// Whether it clears those who are suspected.
    pub innocent: bool,
}

/// A wanted element with what speaks for and against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Who wants it.
    pub written: Written,
    /// The element.
    pub term: &'static Term,
    /// What speaks, in the order it was added.
    pub support: Vec<Support>,
    /// Supports that rest on what the reader may not see.
    pub withheld: usize,
}

/// Something that speaks for or against an element.
#[derive(Debug, Clone, PartialEq)]
pub struct Support {
    /// Who added it.
    pub written: Written,
    /// The claim or source.
    pub on: Supporting,
    /// For or against.
    pub stance: Stance,
    /// Why.
    pub words: Option<String>,
}

/// A claim as it now stands, or a source.
#[derive(Debug, Clone, PartialEq)]
pub enum Supporting {
    /// A claim; it may have been withdrawn or erased since.
    Claim(Box<ClaimView>),
    /// A source.
    Source(NodeId),
}

/// What an element lacks, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// Nothing that stands speaks for it.
    Nothing,
    /// All that speaks for it has one origin.
    OneOrigin,
    /// Nobody has accepted what speaks for it.
    Unexamined,
    /// Nobody has noted what speaks against it.
    NoContrary,
}

/// The sheet of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The case.
    pub case: Case,
    /// When it was made, and by whom.
    pub made: (UtcMicros, String),
    /// The question that stands, and those before it, newest first.
    pub questions: Vec<(Written, String)>,
    /// Hypotheses, in the order they were written.
    pub hypotheses: Vec<Hypothesis>,
    /// Elements, in the order they were wanted.
    pub elements: Vec<Element>,
    /// Whether there are more entries than are read.
    pub more: bool,
}

impl Support {
    /// Whether it still speaks: not taken back here, and the claim not withdrawn or erased.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.written.withdrawn.is_none()
            && match &self.on {
                Supporting::Claim(claim) => claim.stands(),
                Supporting::Source(_) => true,
            }
    }

    /// Its lines of evidence: the claim's origin, else its sources.
    fn origins(&self) -> BTreeSet<String> {
        match &self.on {
            Supporting::Source(id) => BTreeSet::from([id.to_string()]),
            Supporting::Claim(claim) => match &claim.origin {
                Some(origin) => BTreeSet::from([origin.clone()]),
                None => claim.citations.iter().map(|citation| citation.source.to_string()).collect(),
            },
        }
    }
}

impl Element {
    /// What it lacks; empty where it was taken back, or where nothing is missing. What the reader may not see is not counted as missing.
    #[must_use]
    pub fn lacks(&self) -> Vec<Lack> {
        if self.written.withdrawn.is_some() {
            return Vec::new();
        }
        let standing = || self.support.iter().filter(|support| support.stands());
        let speaking: Vec<&Support> = standing().filter(|support| support.stance == Stance::For).collect();
        let mut lacks = Vec::new();
        if speaking.is_empty() && self.withheld == 0 {
            lacks.push(Lack::Nothing);
        }
        if !speaking.is_empty() && self.withheld == 0 {
            let origins: BTreeSet<String> = speaking.iter().flat_map(|support| support.origins()).collect();
            if origins.len() < 2 {
                lacks.push(Lack::OneOrigin);
            }
            let examined = |support: &&Support| match &support.on {
                Supporting::Claim(claim) => claim.status == Status::Accepted,
                Supporting::Source(_) => false,
            };
            if !speaking.iter().any(examined) {
                lacks.push(Lack::Unexamined);
            }
            if !standing().any(|support| support.stance == Stance::Against) {
                lacks.push(Lack::NoContrary);
            }
        }
        lacks
    }
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    no: i64,
    id: String,
    what: String,
    about_no: Option<i64>,
    code: Option<String>,
    words: Option<String>,
    claim_no: Option<i64>,
    node_no: Option<i64>,
    stance: Option<String>,
    by: String,
    made_us: i64,
}

/// The sheet of a case; `None` where there is no such case for this reader.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn sheet(tx: &mut Tx, reader: &Reader, case: CaseId) -> Result<Option<Sheet>, StoreError> {
    const CASE: &str = "SELECT k.no, k.title, k.made_us, m.name FROM cases k JOIN access a ON a.member_no = $1 AND a.case_no = k.no
        JOIN member m ON m.no = k.made_by WHERE k.id = $2";
    let row: Option<(i64, String, i64, String)> =
        on!(&mut *tx, c => sqlx::query_as(CASE).bind(reader.no).bind(case.to_string()).fetch_optional(c).await).map_err(while_("reading a case"))?;
    let Some((case_no, title, made_us, made_by)) = row else { return Ok(None) };
    const ENTRIES: &str = "SELECT s.no, s.id, s.what, s.about_no, s.code, s.words, s.claim_no, s.node_no, s.stance, m.name AS by, s.made_us
        FROM sheet s JOIN access a ON a.member_no = $1 AND a.case_no = s.case_no JOIN member m ON m.no = s.made_by WHERE s.case_no = $2 ORDER BY s.no LIMIT $3";
    let most = MAX_ENTRIES as i64 + 1;
    let mut rows: Vec<EntryRow> =
        on!(&mut *tx, c => sqlx::query_as(ENTRIES).bind(reader.no).bind(case_no).bind(most).fetch_all(c).await).map_err(while_("reading a sheet"))?;
    let more = rows.len() > MAX_ENTRIES;
    rows.truncate(MAX_ENTRIES);
    let claim_nos: Vec<i64> = rows.iter().filter_map(|row| row.claim_no).collect::<BTreeSet<_>>().into_iter().collect();
    let claims = seen_claims(tx, reader, &claim_nos).await?;
    let nodes = seen_nodes(tx, reader, &rows.iter().filter_map(|row| row.node_no).collect::<Vec<_>>()).await?;
    let case = Case { id: case, title };
    let mut sheet = Sheet { case, made: (UtcMicros(made_us), made_by), questions: Vec::new(), hypotheses: Vec::new(), elements: Vec::new(), more };
    let taken: BTreeMap<i64, (String, String, UtcMicros)> = rows
        .iter()
        .filter(|row| row.what == "withdrawn")
        .filter_map(|row| Some((row.about_no?, (row.words.clone().unwrap_or_default(), row.by.clone(), UtcMicros(row.made_us)))))
        .collect();
    let mut element_at: BTreeMap<i64, usize> = BTreeMap::new();
    for row in rows {
        let bad = |column: &'static str| corrupt("sheet", column, row.no);
        let id = EntryId::parse(&row.id).map_err(|_| bad("id"))?;
        let written = Written { id, by: row.by.clone(), at: UtcMicros(row.made_us), withdrawn: taken.get(&row.no).cloned() };
        match row.what.as_str() {
            "question" => sheet.questions.insert(0, (written, row.words.ok_or_else(|| bad("words"))?)),
            "hypothesis" | "innocent" => {
                sheet.hypotheses.push(Hypothesis { written, innocent: row.what == "innocent", words: row.words.ok_or_else(|| bad("words"))? });
            }
            "element" => {
                let term = row.code.as_deref().and_then(element_term).ok_or_else(|| bad("code"))?;
                element_at.insert(row.no, sheet.elements.len());
                sheet.elements.push(Element { written, term, support: Vec::new(), withheld: 0 });
            }
            "support" => {
                let element = row.about_no.and_then(|no| element_at.get(&no)).and_then(|at| sheet.elements.get_mut(*at)).ok_or_else(|| bad("about_no"))?;
                let on = match (row.claim_no, row.node_no) {
                    (Some(no), _) => claims.get(&no).cloned().map(|claim| Supporting::Claim(Box::new(claim))),
                    (None, Some(no)) => nodes.get(&no).copied().map(Supporting::Source),
                    (None, None) => return Err(bad("claim_no")),
                };
                let stance = row.stance.as_deref().and_then(|code| Stance::parse(code).ok()).ok_or_else(|| bad("stance"))?;
                match on {
                    Some(on) => element.support.push(Support { written, on, stance, words: row.words }),
                    None if written.withdrawn.is_none() => element.withheld += 1,
                    None => {}
                }
            }
            "withdrawn" => {}
            _ => return Err(bad("what")),
        }
    }
    Ok(Some(sheet))
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// The case.
    pub case: Case,
    /// The question that stands.
    pub question: Option<String>,
    /// How many see it.
    pub members: usize,
    /// Open tasks.
    pub tasks: usize,
    /// The first day on which one is due.
    pub due: Option<Day>,
    /// Until when the reader sees it.
    pub until: Option<UtcMicros>,
}

/// The reader's cases, in the order they were made, at most `limit`; and whether there are more.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn case_lines(tx: &mut Tx, reader: &Reader, limit: usize) -> Result<(Vec<CaseLine>, bool), StoreError> {
    const SQL: &str = "SELECT k.id, k.title, a.until_us,
        (SELECT s.words FROM sheet s WHERE s.case_no = k.no AND s.what = 'question' ORDER BY s.no DESC LIMIT 1),
        (SELECT COUNT(*) FROM access x WHERE x.case_no = k.no),
        (SELECT COUNT(*) FROM task t WHERE t.case_no = k.no AND COALESCE((SELECT e.what FROM task_event e WHERE e.task_no = t.no ORDER BY e.no DESC LIMIT 1), '') <> 'done'),
        (SELECT MIN(t.due_day) FROM task t WHERE t.case_no = k.no AND COALESCE((SELECT e.what FROM task_event e WHERE e.task_no = t.no ORDER BY e.no DESC LIMIT 1), '') <> 'done')
        FROM access a JOIN cases k ON k.no = a.case_no WHERE a.member_no = $1 ORDER BY k.no LIMIT $2";
    type Row = (String, String, Option<i64>, Option<String>, i64, i64, Option<i64>);
    let most = limit as i64 + 1;
    let mut rows: Vec<Row> = on!(tx, c => sqlx::query_as(SQL).bind(reader.no).bind(most).fetch_all(c).await).map_err(while_("listing cases"))?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let line = |(id, title, until, question, members, tasks, due): Row| {
        let case = Case { id: CaseId::parse(&id).map_err(|_| corrupt("cases", "id", &id))?, title };
        let count = |n: i64| usize::try_from(n).unwrap_or(0);
        Ok(CaseLine { case, question, members: count(members), tasks: count(tasks), due: due.map(Day), until: until.map(UtcMicros) })
    };
    Ok((rows.into_iter().map(line).collect::<Result<_, StoreError>>()?, more))
}

/// The term of an element's code.
pub(crate) fn element_term(code: &str) -> Option<&'static Term> {
    vocab::list("element")?.term(code)
}

/// Claims by number whose own case and whose record's case the reader sees.
async fn seen_claims(tx: &mut Tx, reader: &Reader, nos: &[i64]) -> Result<BTreeMap<i64, ClaimView>, StoreError> {
    let claims = claims_by_no(tx, reader, nos).await?;
    let mut seen = BTreeSet::new();
    for nos in nos.chunks(500) {
        let sql = format!(
            "SELECT c.no FROM claim c JOIN node n ON n.no = c.subject_no JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE c.no IN ({})",
            numbers(nos)
        );
        let rows: Vec<i64> = on!(&mut *tx, c => sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).bind(reader.no).fetch_all(c).await)
            .map_err(while_("reading claims"))?;
        seen.extend(rows);
    }
    Ok(claims.into_iter().filter(|(no, _)| seen.contains(no)).collect())
}

/// Records by number that the reader sees.
pub(crate) async fn seen_nodes(tx: &mut Tx, reader: &Reader, nos: &[i64]) -> Result<BTreeMap<i64, NodeId>, StoreError> {
    let mut seen = BTreeMap::new();
    for nos in nos.chunks(500) {
        let sql = format!("SELECT n.no, n.id FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE n.no IN ({})", numbers(nos));
        let rows: Vec<(i64, String)> =
            on!(&mut *tx, c => sqlx::query_as(AssertSqlSafe(sql)).persistent(false).bind(reader.no).fetch_all(c).await).map_err(while_("reading records"))?;
        for (no, id) in rows {
            seen.insert(no, node_id(&id)?);
        }
    }
    Ok(seen)
}

impl Writing<'_> {
    /// Adds an entry to the sheet of a case; one with this id that stands already is left as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a case, element, claim or source that this member does not see; [`StoreError::Words`].
    pub async fn say(&mut self, id: EntryId, case: CaseId, saying: &Saying) -> Result<(), StoreError> {
        self.flush().await?;
        let case_no = self.case_no(case)?;
        if self.stands("SELECT no FROM sheet WHERE id = $1", id.to_string()).await?.is_some() {
            return Ok(());
        }
        let mut row = NewEntry { id, case_no, what: "", about_no: None, code: None, words: None, claim_no: None, node_no: None, stance: None };
        match saying {
            Saying::Question(words) => (row.what, row.words) = ("question", Some(checked("question", words)?)),
            Saying::Hypothesis { words, innocent } => {
                (row.what, row.words) = (if *innocent { "innocent" } else { "hypothesis" }, Some(checked("hypothesis", words)?));
            }
            Saying::Element(code) => {
                let term = element_term(code).ok_or(StoreError::NotFound { what: "element" })?;
                (row.what, row.code) = ("element", Some(term.code.as_str()));
            }
            Saying::Support { element, on, stance, words } => {
                (row.what, row.stance) = ("support", Some(stance.code()));
                row.about_no = Some(self.entry_no(*element, case_no, "element").await?);
                row.words = words.as_deref().filter(|words| !words.trim().is_empty()).map(|words| checked("note", words)).transpose()?;
                match on {
                    Basis::Claim(claim) => row.claim_no = Some(self.claim_no(*claim).await?),
                    Basis::Source(node) => row.node_no = Some(self.source_no(*node).await?),
                }
            }
        }
        self.add_entry(&row).await
    }

    /// Takes an entry back, with the reason; it stays on the sheet as taken back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an entry that this member does not see or that was taken back before; [`StoreError::Words`] without a reason.
    pub async fn take_back(&mut self, id: EntryId, entry: EntryId, reason: &str) -> Result<(), StoreError> {
        self.flush().await?;
        let reason = checked("reason", reason)?;
        if self.stands("SELECT no FROM sheet WHERE id = $1", id.to_string()).await?.is_some() {
            return Ok(());
        }
        const SQL: &str =
            "SELECT s.no, s.case_no FROM sheet s JOIN access a ON a.member_no = $1 AND a.case_no = s.case_no WHERE s.id = $2 AND s.what <> 'withdrawn'
            AND NOT EXISTS (SELECT 1 FROM sheet w WHERE w.about_no = s.no AND w.what = 'withdrawn' AND w.case_no = s.case_no)";
        let row: Option<(i64, i64)> = on!(&mut *self.tx, c => sqlx::query_as(SQL).bind(self.member_no).bind(entry.to_string()).fetch_optional(c).await)
            .map_err(while_("reading an entry"))?;
        let (about, case_no) = row.ok_or(StoreError::NotFound { what: "entry" })?;
        let row =
            NewEntry { id, case_no, what: "withdrawn", about_no: Some(about), code: None, words: Some(reason), claim_no: None, node_no: None, stance: None };
        self.add_entry(&row).await
    }

    async fn add_entry(&mut self, row: &NewEntry<'_>) -> Result<(), StoreError> {
        let no = next_no(&mut self.tx, "SELECT MAX(no) FROM sheet").await?;
        const SQL: &str = "INSERT INTO sheet (no, id, case_no, what, about_no, code, words, claim_no, node_no, stance, made_by, made_us)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        on!(&mut *self.tx, c => sqlx::query(SQL).bind(no).bind(row.id.to_string()).bind(row.case_no).bind(row.what).bind(row.about_no).bind(row.code).bind(row.words)
            .bind(row.claim_no).bind(row.node_no).bind(row.stance).bind(self.member_no).bind(self.at.0).execute(c).await.map(drop))
        .map_err(while_("adding an entry"))
    }

    /// The number of an entry of this case that stands.
    pub(crate) async fn entry_no(&mut self, entry: EntryId, case_no: i64, what: &'static str) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT s.no FROM sheet s WHERE s.id = $1 AND s.case_no = $2 AND s.what = $3
            AND NOT EXISTS (SELECT 1 FROM sheet w WHERE w.about_no = s.no AND w.what = 'withdrawn' AND w.case_no = s.case_no)";
        let no: Option<i64> = on!(&mut *self.tx, c => sqlx::query_scalar(SQL).bind(entry.to_string()).bind(case_no).bind(what).fetch_optional(c).await)
            .map_err(while_("reading an entry"))?;
        no.ok_or(StoreError::NotFound { what: "entry" })
    }

    async fn claim_no(&mut self, claim: ClaimId) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT c.no FROM claim c JOIN access a ON a.member_no = $1 AND a.case_no = c.case_no
            JOIN node n ON n.no = c.subject_no JOIN access na ON na.member_no = $1 AND na.case_no = n.case_no WHERE c.id = $2 AND c.erased_us IS NULL";
        let no: Option<i64> = on!(&mut *self.tx, c => sqlx::query_scalar(SQL).bind(self.member_no).bind(claim.to_string()).fetch_optional(c).await)
            .map_err(while_("reading a claim"))?;
        no.ok_or(StoreError::NotFound { what: "claim" })
    }

    async fn source_no(&mut self, node: NodeId) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT n.no FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE n.id = $2 AND n.kind = 'source'";
        let no: Option<i64> = on!(&mut *self.tx, c => sqlx::query_scalar(SQL).bind(self.member_no).bind(node.to_string()).fetch_optional(c).await)
            .map_err(while_("reading a source"))?;
        no.ok_or(StoreError::NotFound { what: "source" })
    }
}

/// An entry before it is written.
struct NewEntry<'a> {
    id: EntryId,
    case_no: i64,
    what: &'static str,
    about_no: Option<i64>,
    code: Option<&'a str>,
    words: Option<&'a str>,
    claim_no: Option<i64>,
    node_no: Option<i64>,
    stance: Option<&'a str>,
}

fn checked<'a>(what: &'static str, words: &'a str) -> Result<&'a str, StoreError> {
    let words = words.trim();
    text::check_up_to(words, MAX_WORDS).map_err(|source| StoreError::Words { what, source })?;
    Ok(words)
}
