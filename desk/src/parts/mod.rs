//! The parts that pages are made of: claim line, source chip, doubt band, proof ladder, decision card, gap line, permission strip, clock chip,
//! custody line, and the small ones they share.
//!
//! Each is a struct that a store view becomes in the reader's language, with a template of its own under `templates/parts`; a page shows it
//! with `{{ part }}`. Everything that a source wrote is escaped by its template. No I/O: the clock is an argument.

/// A part is HTML already: its template escaped what it shows.
macro_rules! html {
    ($($part:ty),+ $(,)?) => { $(impl askama::filters::HtmlSafe for $part {})+ };
}

pub(crate) mod agree;
pub(crate) mod claim;
pub(crate) mod clock;
pub(crate) mod custody;
pub(crate) mod decide;
pub(crate) mod drawing;
pub(crate) mod ending;
pub(crate) mod gap;
pub(crate) mod ladder;
pub(crate) mod link;
pub(crate) mod marked;
pub(crate) mod permit;
pub(crate) mod related;
pub(crate) mod row;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod source;
pub(crate) mod task;
pub(crate) mod value;
pub(crate) mod when;

use kniha_core::id::NodeId;
use kniha_core::time::UtcMicros;
use kniha_core::value::Value;
use kniha_store::{ClaimView, Labels, Related};

use crate::lang::Tongue;

/// Longest value that a list shows, in characters.
const CUT_CHARS: usize = 160;

/// The beginning of a text, for a list.
pub(crate) fn cut(text: &str) -> String {
    if text.chars().count() <= CUT_CHARS { text.to_owned() } else { text.chars().take(CUT_CHARS).chain(['…']).collect() }
}

/// Who reads, and what is needed to put a claim in words.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// What the records are called that claims and citations mention.
    pub(crate) labels: &'a Labels,
    /// The clock.
    pub(crate) now: UtcMicros,
    /// The token that forms send back.
    pub(crate) token: &'a str,
}

/// Every record that these claims mention, for one look-up of labels.
pub(crate) fn mentioned<'a>(claims: impl IntoIterator<Item = &'a ClaimView>) -> Vec<NodeId> {
    let mut ids = Vec::new();
    for claim in claims {
        if let Some(Value::Ref(id)) = &claim.value {
            ids.push(*id);
        }
        for citation in &claim.citations {
            ids.push(citation.source);
            ids.extend(citation.exhibit);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Every record that these related records are or mention.
pub(crate) fn mentioned_in(related: &[Related]) -> Vec<NodeId> {
    let mut ids: Vec<NodeId> = related.iter().flat_map(|row| mentioned(&row.claims)).chain(related.iter().map(|row| row.id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
