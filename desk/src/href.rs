//! Addresses of the desk, in one place: what links where.
//!
//! A record has one address whatever its kind; a list has the English plural of its kind. Does no I/O.

use kniha_core::id::{ClaimId, NodeId};
use kniha_core::vocab::NodeKind;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The list of a kind.
pub(crate) const fn list(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Person => "/people",
        NodeKind::Unit => "/units",
        NodeKind::Incident => "/incidents",
        NodeKind::Act => "/acts",
        NodeKind::Injury => "/injuries",
        NodeKind::Place => "/places",
        NodeKind::Exhibit => "/exhibits",
        NodeKind::Source => "/sources",
        NodeKind::Posting => "/postings",
        NodeKind::Command => "/commands",
        NodeKind::Positioning => "/positionings",
        NodeKind::Involvement => "/involvements",
    }
}

/// The page of a record.
pub(crate) fn record(id: NodeId) -> String {
    format!("/r/{id}")
}

/// The history of a record.
pub(crate) fn history(id: NodeId) -> String {
    format!("/r/{id}/history")
}

/// The structure around a unit.
pub(crate) fn structure(id: NodeId) -> String {
    format!("/r/{id}/structure")
}

/// What cites a source.
pub(crate) fn cited(id: NodeId) -> String {
    format!("/r/{id}/cited")
}

/// The form that adds a claim of one property.
pub(crate) fn add(id: NodeId, property: &str) -> String {
    format!("/r/{id}/add?property={property}")
}

/// The page that asks what to claim of a record.
pub(crate) fn add_any(id: NodeId) -> String {
    format!("/r/{id}/add")
}

/// A record's page that says what was just done and stands at the claim.
pub(crate) fn done(id: NodeId, done: &str, claim: ClaimId) -> String {
    format!("{}?done={done}#c-{claim}", record(id))
}

/// The form or the target of something done to a claim.
pub(crate) fn claim(id: ClaimId, what: &str) -> String {
    format!("/c/{id}/{what}")
}

/// The page that stands between a claim's web address and the world.
pub(crate) fn leave(id: ClaimId) -> String {
    format!("/c/{id}/leave")
}

/// The form that makes a record.
pub(crate) fn new_record(kind: NodeKind) -> String {
    format!("/new/{}", kind.code())
}

/// An address with a query. Names and values are escaped.
pub(crate) fn with(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    for (index, (name, value)) in pairs.iter().enumerate() {
        out.push(if index == 0 { '?' } else { '&' });
        out.extend(utf8_percent_encode(name, QUERY));
        out.push('=');
        out.extend(utf8_percent_encode(value, QUERY));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_keeps_any_text_apart_from_the_address() {
        assert_eq!(with("/search", &[("q", "a&b=c #ў\"")]), "/search?q=a%26b%3Dc%20%23%D1%9E%22");
        assert_eq!(with("/search", &[]), "/search");
    }

    #[test]
    fn no_two_kinds_share_a_list() {
        let mut lists: Vec<_> = NodeKind::ALL.into_iter().map(list).collect();
        lists.sort_unstable();
        lists.dedup();
        assert_eq!(lists.len(), NodeKind::ALL.len());
    }
}
