//! What the reading functions give: a record, its claims, what points at it, lists, hits. Plain values without row numbers.

use std::collections::BTreeMap;

use kniha_core::claim::{Citation, KnownTo, Move, Stance, Status};
use kniha_core::commit::Hash;
use kniha_core::id::{ClaimId, NodeId};
use kniha_core::time::{UtcMicros, Window};
use kniha_core::value::Value;
use kniha_core::vocab::{NodeKind, Property};

use crate::book::Case;

/// A claim as a reader sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimView {
    /// Its id.
    pub id: ClaimId,
    /// The record it speaks of.
    pub subject: NodeId,
    /// Its place in the record's history.
    pub seq: i64,
    /// The property.
    pub property: &'static Property,
    /// The value, `None` where it was erased.
    pub value: Option<Value>,
    /// When the value held.
    pub held: Option<Window>,
    /// Origin group.
    pub origin: Option<String>,
    /// For or against.
    pub stance: Stance,
    /// Present status.
    pub status: Status,
    /// How many people could know it.
    pub known_to: KnownTo,
    /// The name of the member who recorded it.
    pub made_by: String,
    /// When it was recorded.
    pub made: UtcMicros,
    /// When it was erased.
    pub erased: Option<UtcMicros>,
    /// Its sources. A source that the reader may not see is counted in `withheld`.
    pub citations: Vec<Citation>,
    /// Citations whose source the reader may not see.
    pub withheld: usize,
}

impl ClaimView {
    /// Whether it counts: neither withdrawn nor erased.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.status != Status::Withdrawn && self.value.is_some()
    }
}

/// A record with the claims that the reader may see.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordView {
    /// Its id.
    pub id: NodeId,
    /// Its kind.
    pub kind: NodeKind,
    /// Its case.
    pub case: Case,
    /// Who made it.
    pub made_by: String,
    /// When it was made.
    pub made: UtcMicros,
    /// Its claims in the order they were recorded, at most [`MAX_CLAIMS`].
    pub claims: Vec<ClaimView>,
    /// Whether there are more claims than are given.
    pub more: bool,
}

/// Most claims of one record that a page shows.
pub const MAX_CLAIMS: usize = 2000;
/// Most records that point at one record and are given at once.
pub const MAX_RELATED: usize = 500;

/// A record that points at another one: a posting of a person, an act of an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// The property by which it points.
    pub via: &'static Property,
    /// The record.
    pub id: NodeId,
    /// Its kind.
    pub kind: NodeKind,
    /// Its standing claims.
    pub claims: Vec<ClaimView>,
}

/// What a record is called in lists and links. All that the reader may see; nothing is chosen for them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Label {
    /// The kind, `None` for a record the reader may not see.
    pub kind: Option<NodeKind>,
    /// Names or titles with their language, in the order recorded.
    pub names: Vec<(String, Option<String>)>,
    /// Codes that stand for a name where there is none (violation, kind of injury, degree …): vocabulary and code.
    pub codes: Vec<(String, String)>,
    /// Codes that are told beside the name: the class of a unit, the reliability of a source.
    pub marks: Vec<(String, String)>,
}

/// Labels by record.
pub type Labels = BTreeMap<NodeId, Label>;

/// A page of a record's history.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Its entries, newest first.
    pub entries: Vec<HistoryEntry>,
    /// Entries of the whole history, those that the reader may not see included.
    pub count: usize,
    /// Where the next page begins, `None` on the last.
    pub next: Option<i64>,
}

/// One entry of a record's history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Its place in the history; the creation is 0.
    pub seq: i64,
    /// By whom.
    pub by: String,
    /// When.
    pub at: UtcMicros,
    /// Its hash, which covers everything before it.
    pub hash: Hash,
    /// What happened.
    pub what: Happened,
}

/// What an entry of a history says.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// The record was made.
    Made,
    /// A claim was recorded.
    Claimed(Box<ClaimView>),
    /// A claim moved.
    Moved {
        /// The claim as it is now.
        claim: Box<ClaimView>,
        /// How.
        what: Move,
        /// Why; `None` where none was given or it was erased.
        reason: Option<String>,
    },
    /// An entry of a case that the reader may not see.
    Withheld,
}

/// In which order a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By name or title; a record with several spellings stands at each of them.
    Name,
    /// By its time, latest first; records without a time are not in this order.
    Time,
    /// By when it was recorded, newest first.
    Newest,
}

/// What to list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// The kind of records.
    pub kind: NodeKind,
    /// Words or a name in any spelling.
    pub text: Option<String>,
    /// Property and code that a standing claim of the record must have, all of them.
    pub codes: Vec<(&'static Property, String)>,
    /// Only records whose time can meet this one.
    pub when: Option<Window>,
    /// Only records that point at this one (incidents of a place, acts of an incident), or people posted to this unit.
    pub at: Option<NodeId>,
    /// The order.
    pub order: Order,
    /// Where the page begins: the `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page, 1 to 200.
    pub limit: usize,
}

/// How many records there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// This many.
    Exactly(usize),
    /// More than this many; counting stops there so that a list stays fast.
    MoreThan(usize),
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPage {
    /// The rows.
    pub rows: Vec<ListRow>,
    /// Where the next page begins, `None` on the last.
    pub next: Option<String>,
    /// How many records the list has.
    pub count: Count,
    /// Codes among the first records of the list: property, code, number of records. Exact where `count` is.
    pub facets: Vec<(&'static Property, String, usize)>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRow {
    /// The record.
    pub id: NodeId,
    /// What it is called.
    pub label: Label,
    /// Its standing claims that a list shows: time, place, position, class, state.
    pub facts: Vec<ClaimView>,
}

/// A hit of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The record.
    pub id: NodeId,
    /// What it is called.
    pub label: Label,
    /// Why it was found.
    pub why: Why,
    /// 0 to 1000; comparable within one search.
    pub score: u32,
    /// The claim that matched, `None` for a record found by its id.
    pub claim: Option<ClaimView>,
}

/// Why a record was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// By a name that is spelt alike or sounds alike.
    Name,
    /// By words of a text.
    Words,
    /// By its time.
    Time,
    /// By its id, or a claim's.
    Id,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Hits, best first.
    pub hits: Vec<Hit>,
    /// Whether candidates were left unread so that the answer came fast.
    pub more: bool,
    /// Hits by kind.
    pub kinds: Vec<(NodeKind, usize)>,
}

/// Units around one unit on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    /// The units: the asked one, those above and those below it.
    pub units: Vec<StructureUnit>,
    /// Command on that day: superior, subordinate, and whether it is certain for the day.
    pub commands: Vec<(NodeId, NodeId, bool)>,
    /// Whether units were left out.
    pub more: bool,
}

/// A unit of a structure.
#[derive(Debug, Clone, PartialEq)]
pub struct StructureUnit {
    /// The unit.
    pub id: NodeId,
    /// What it is called.
    pub label: Label,
    /// People posted to it on that day, as far as the reader may see.
    pub people: usize,
    /// Commands above (negative) or below (positive) the asked unit.
    pub depth: i32,
}
