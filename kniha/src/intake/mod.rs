//! Bringing in what others wrote: a file becomes rows, a row becomes drafts of claims, drafts become claims of one import.
//!
//! Drafts name records by keys of the import, not by ids: the store gives each key its record, the same one in every row and after every
//! resumption. Readers of files are pure (`pb2020`, `csv`); only `write_rows` touches the book.

pub(crate) mod csv;
pub(crate) mod pb2020;
mod tried;

pub use tried::{Tried, TriedRow, try_2020pb, try_table};

use std::collections::BTreeMap;

use kniha_core::claim::{Citation, KnownTo, NewClaim, Stance, Status};
use kniha_core::id::{ClaimId, MemberId, NodeId};
use kniha_core::time::Window;
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind, Property};
use kniha_store::{CHUNK_CLAIMS, Chunk, Import, ImportPlan, Store};
use sha2::{Digest, Sha256};

use crate::clock;
use crate::exit::chain;

/// Claims after which a chunk is made durable: the store's limit, less room for the row that reaches it.
const FULL: u64 = CHUNK_CLAIMS as u64 - 500;
/// Longest name of a key that is stored as it is.
const KEY_BYTES: usize = 120;

/// A record as an import names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) kind: NodeKind,
    pub(crate) name: String,
}

impl Key {
    /// The name as the store keeps it while the import runs; long ones as their digest, because an index row has its bounds.
    fn stored(&self) -> String {
        if self.name.len() <= KEY_BYTES { self.name.clone() } else { digest(self.name.as_bytes()) }
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// The value of a draft.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DraftValue {
    Plain(Value),
    Record(Key),
}

/// Where a value was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DraftCitation {
    pub(crate) source: Key,
    pub(crate) words: Option<String>,
    pub(crate) locator: Option<String>,
}

/// A claim before its records have ids.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    pub(crate) subject: Key,
    pub(crate) property: &'static Property,
    pub(crate) value: DraftValue,
    pub(crate) held: Option<Window>,
    pub(crate) origin: Option<String>,
    pub(crate) stance: Stance,
    pub(crate) status: Status,
    pub(crate) known_to: KnownTo,
    pub(crate) citations: Vec<DraftCitation>,
    /// Only the row that first names the record makes this claim.
    pub(crate) first_only: bool,
}

/// One row's drafts, and the records it makes even where nothing is claimed of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) records: Vec<Key>,
    pub(crate) drafts: Vec<Draft>,
}

/// Something in a file that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where: `row 3 (line 4)` or `data[2]`.
    pub(crate) place: String,
    /// The column or field.
    pub(crate) column: String,
    /// What is wrong with it.
    pub(crate) what: String,
    /// What stands there.
    pub(crate) value: Option<String>,
}

impl Problem {
    /// `row 3 (line 4), column "born": this is not a time: "soon"`, harmless to print, the value cut to 40 characters.
    pub(crate) fn text(&self) -> String {
        let column = if self.column.is_empty() { String::new() } else { format!(", {}", crate::say::short(&self.column, 120)) };
        let value = self.value.as_ref().map_or_else(String::new, |value| format!(": “{}”", crate::say::short(value, 40)));
        format!("{}{column}: {}{value}", self.place, crate::say::visible(&self.what))
    }

    /// The same for a program.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::json!({"place": self.place, "column": self.column, "what": self.what, "value": self.value.as_ref().map(|v| v.chars().take(40).collect::<String>())})
    }
}

impl Draft {
    pub(crate) fn new(subject: &Key, property: &'static Property, value: DraftValue, citation: DraftCitation) -> Draft {
        Draft {
            subject: subject.clone(),
            property,
            value,
            held: None,
            origin: None,
            stance: Stance::For,
            status: Status::AsStated,
            known_to: KnownTo::Unknown,
            citations: vec![citation],
            first_only: false,
        }
    }

    /// Checks what the book would refuse, before anything is written.
    pub(crate) fn check(&self) -> Result<(), String> {
        // The ids do not matter for the check; those of the book are drawn when the claim is written.
        let nobody = NodeId::from_random([0; 16]);
        let value = match &self.value {
            DraftValue::Plain(value) => value.clone(),
            DraftValue::Record(_) => Value::Ref(nobody),
        };
        let citations = self.citations.iter().map(|c| Citation { words: c.words.clone(), locator: c.locator.clone(), ..Citation::of(nobody) }).collect();
        self.claim(ClaimId::from_random([0; 16]), nobody, value, citations).check().map_err(|error| chain(&error))
    }

    fn claim(&self, id: ClaimId, subject: NodeId, value: Value, citations: Vec<Citation>) -> NewClaim {
        NewClaim {
            held: self.held,
            citations,
            origin: self.origin.clone(),
            stance: self.stance,
            status: self.status,
            known_to: self.known_to,
            ..NewClaim::stated(id, subject, self.property, value)
        }
    }
}

/// A property that the program itself names.
pub(crate) fn property(code: &'static str) -> anyhow::Result<&'static Property> {
    vocab::property(code).ok_or_else(|| anyhow::anyhow!("the vocabulary has no {code}"))
}

/// What an import wrote in this run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// Rows written before this run, when it continued an earlier one.
    pub(crate) resumed_at: u64,
    pub(crate) records: u64,
    pub(crate) claims: u64,
}

/// Writes rows into an import, chunk by chunk; [`Import::finish`] lets it appear. `next` gives the same rows in the same order every time.
pub(crate) async fn write_rows<'s>(
    store: &'s Store,
    member: MemberId,
    plan: &ImportPlan,
    mut next: impl FnMut() -> anyhow::Result<Option<Row>>,
) -> anyhow::Result<(Import<'s>, Written)> {
    let mut run = Import::begin(store, member, clock::now(), plan).await?;
    let mut written = Written { resumed_at: run.rows_done, ..Written::default() };
    if run.rows_done > 0 {
        crate::say::note(&format!("An earlier run of this import was cut off; continuing at row {}.", run.rows_done + 1));
    }
    let mut row_no = 0;
    while row_no < run.rows_done && next()?.is_some() {
        row_no += 1;
    }
    loop {
        let mut chunk = run.chunk(clock::now()).await?;
        let mut more = false;
        while let Some(row) = next()? {
            written.records += write_row(&mut chunk, &row).await?;
            row_no += 1;
            if chunk.claims() >= FULL {
                more = true;
                break;
            }
        }
        written.claims += chunk.claims();
        chunk.commit(row_no).await?;
        if !more {
            return Ok((run, written));
        }
    }
}

/// Writes one row and says how many records are new.
async fn write_row(chunk: &mut Chunk<'_, '_>, row: &Row) -> anyhow::Result<u64> {
    let mut known: BTreeMap<&Key, (NodeId, bool)> = BTreeMap::new();
    let named = row.drafts.iter().flat_map(|draft| {
        let value = match &draft.value {
            DraftValue::Record(key) => Some(key),
            DraftValue::Plain(_) => None,
        };
        std::iter::once(&draft.subject).chain(draft.citations.iter().map(|c| &c.source)).chain(value)
    });
    for key in row.records.iter().chain(named) {
        if !known.contains_key(key) {
            known.insert(key, chunk.node_for(&key.stored(), key.kind).await?);
        }
    }
    for draft in &row.drafts {
        let (subject, new) = known[&draft.subject];
        if draft.first_only && !new {
            continue;
        }
        let value = match &draft.value {
            DraftValue::Plain(value) => value.clone(),
            DraftValue::Record(key) => Value::Ref(known[key].0),
        };
        let citations =
            draft.citations.iter().map(|c| Citation { words: c.words.clone(), locator: c.locator.clone(), ..Citation::of(known[&c.source].0) }).collect();
        let id = chunk.claim_id()?;
        chunk.claim(draft.claim(id, subject, value, citations)).await?;
    }
    Ok(known.values().filter(|(_, new)| *new).count() as u64)
}
