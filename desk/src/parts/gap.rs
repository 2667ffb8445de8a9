//! The gap line: what a record should say and does not, one key away from the form that says it. Does no I/O.

use askama::Template;
use kniha_core::id::NodeId;
use kniha_core::vocab::{self, NodeKind};
use kniha_store::{ClaimView, Gap as Made, TaskView};

use crate::form::Press;
use crate::href;
use crate::lang::Tongue;
use crate::page::capital;

/// Something missing.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/gap.html")]
pub(crate) struct Gap {
    /// What is missing: properties of which one would do.
    pub(crate) words: String,
    /// Where it is added.
    pub(crate) add: String,
    /// What the link says.
    pub(crate) add_words: String,
    /// The step that makes a task of it.
    pub(crate) task: Option<GapTask>,
}

/// How a gap becomes a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GapTask {
    /// An open task is there: what the link says, and its page.
    Open(String, String),
    /// One press makes it: what the button says, where it is posted, the token, the page's press and the property.
    Make { words: String, action: String, token: String, press: String, property: String },
}

html!(Gap);

/// Properties of which at least one must stand.
const WANTED: [(NodeKind, &[&str]); 12] = [
    (NodeKind::Incident, &["incident.when"]),
    (NodeKind::Incident, &["incident.place", "incident.where"]),
    (NodeKind::Act, &["act.violation"]),
    (NodeKind::Act, &["act.victim", "act.victim_count"]),
    (NodeKind::Act, &["act.when"]),
    (NodeKind::Act, &["act.place", "act.where", "act.place_kind"]),
    (NodeKind::Involvement, &["involvement.act"]),
    (NodeKind::Involvement, &["involvement.proof"]),
    (NodeKind::Exhibit, &["exhibit.sha256", "exhibit.address"]),
    (NodeKind::Source, &["source.reliability"]),
    (NodeKind::Injury, &["injury.person"]),
    (NodeKind::Posting, &["posting.unit"]),
];

/// What a record of this kind with these claims lacks.
pub(crate) fn gaps(t: Tongue, id: NodeId, kind: NodeKind, claims: &[ClaimView]) -> Vec<Gap> {
    let stands = |code: &str| claims.iter().any(|claim| claim.stands() && claim.property.code == code);
    WANTED
        .iter()
        .filter(|(of, codes)| *of == kind && !codes.iter().any(|code| stands(code)))
        .filter_map(|(_, codes)| {
            let texts: Vec<&str> = codes.iter().filter_map(|code| vocab::property(code)).map(|property| property.text.get(t.lang())).collect();
            let words = t.with("gap", &[("what", &capital(&texts.join(&format!(" {} ", t.get("gap-or")))))]);
            Some(Gap { words, add: href::add(id, codes.first()?), add_words: t.get("gap-add"), task: None })
        })
        .collect()
}

/// Gaps with the step that makes a task of each; `tasks` are the record's open ones.
pub(crate) fn with_tasks(t: Tongue, id: NodeId, gaps: Vec<Gap>, tasks: &[TaskView], token: &str, press: &Press) -> Vec<Gap> {
    let with = |gap: Gap| {
        let code = gap.add.rsplit_once('=').map_or("", |(_, code)| code).to_owned();
        let open = tasks.iter().find(|task| task.gap == Some(Made::Property(id, code.clone())));
        let task = match open {
            Some(task) => GapTask::Open(t.get("gap-has-task"), href::task(task.id)),
            None => GapTask::Make {
                words: t.get("gap-task"),
                action: format!("{}/task", href::record(id)),
                token: token.to_owned(),
                press: press.text(),
                property: code,
            },
        };
        Gap { task: Some(task), ..gap }
    };
    gaps.into_iter().map(with).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::super::samples::claim;
    use super::*;

    #[test]
    fn an_act_without_time_place_victim_or_violation_says_so() {
        let id = NodeId::from_random([1; 16]);
        let all = gaps(Tongue(Lang::En), id, NodeKind::Act, &[]);
        assert_eq!(all.len(), 4);
        assert_eq!(all[2].add, format!("/r/{id}/add?property=act.when"));
        let claims = [claim("act.when", "2020"), claim("act.violation", "torture"), claim("act.place_kind", "street"), claim("act.victim_count", "3")];
        assert!(gaps(Tongue(Lang::En), id, NodeKind::Act, &claims).is_empty());
    }

    #[test]
    fn every_wanted_property_exists() {
        for (kind, codes) in WANTED {
            assert!(codes.iter().all(|code| vocab::property(code).is_some_and(|property| property.of == kind)), "{codes:?}");
        }
    }
}
