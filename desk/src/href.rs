//! Addresses of the desk, in one place: what links where.
//!
//! A record has one address whatever its kind; a list has the English plural of its kind. Does no I/O.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use kniha_core::id::{CaseId, ClaimId, MemberId, NodeId};
use kniha_core::vocab::NodeKind;
use kniha_store::TaskId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a case is begun.
pub(crate) const CASE_NEW: &str = "/cases/new";
/// Where people sign in.
pub(crate) const SIGN_IN: &str = "/sign-in";
/// Where a member's second factor is made.
pub(crate) const CODE: &str = "/me/code";

/// The sign-in that leads back to this address.
pub(crate) fn sign_in(asked: &Uri) -> String {
    let to = asked.path_and_query().map_or("/", PathAndQuery::as_str);
    if to == "/" { SIGN_IN.to_owned() } else { with(SIGN_IN, &[("to", to)]) }
}

/// An address of ours that a form says to go on to: a path, and no other site's name (OWASP, unvalidated redirects).
pub(crate) fn own(to: &str) -> Option<&str> {
    let is_path = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\') && to.bytes().all(|byte| byte.is_ascii_graphic());
    (is_path && to.len() <= 2_000 && !to.starts_with(SIGN_IN)).then_some(to)
}

/// The page of a member.
pub(crate) fn member(id: MemberId) -> String {
    format!("/members/{id}")
}

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

/// The custody of an exhibit.
pub(crate) fn custody(id: NodeId) -> String {
    format!("/r/{id}/custody")
}

/// What falls away with a source.
pub(crate) fn falling(id: NodeId) -> String {
    format!("/r/{id}/erase")
}

/// The page of a case.
pub(crate) fn case(id: CaseId) -> String {
    format!("/cases/{id}")
}

/// The page of a task.
pub(crate) fn task(id: TaskId) -> String {
    format!("/tasks/{id}")
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
    fn nobody_is_led_to_another_site() {
        for to in ["//evil.example", "/\\evil.example", "http://evil.example", "javascript:alert(1)", "", "evil", "/a\n", "/ў", "/sign-in?to=/"] {
            assert_eq!(own(to), None, "{to:?}");
        }
        assert_eq!(own("/r/x?a=b%26"), Some("/r/x?a=b%26"));
        assert_eq!(sign_in(&Uri::from_static("http://127.0.0.1:8700/search?q=a&b=c")), "/sign-in?to=%2Fsearch%3Fq%3Da%26b%3Dc");
    }

    #[test]
    fn no_two_kinds_share_a_list() {
        let mut lists: Vec<_> = NodeKind::ALL.into_iter().map(list).collect();
        lists.sort_unstable();
        lists.dedup();
        assert_eq!(lists.len(), NodeKind::ALL.len());
    }
}
