//! A record in a list: its name, other spellings beneath, and the facts by which it is told apart. Does no I/O.

use askama::Template;
use kniha_core::id::NodeId;
use kniha_core::vocab::{self, ValueType};
use kniha_store::ListRow;

use super::Reading;
use super::link::Link;
use super::related::{Fact, fact};
use crate::lang::Tongue;

/// Other spellings shown under a name.
const OTHERS: usize = 4;

/// A record in a list.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/entry.html")]
pub(crate) struct Entry {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// The record.
    pub(crate) link: Link,
    /// Its kind, where a list holds several.
    pub(crate) kind: Option<String>,
    /// The beginning of its id.
    pub(crate) id: String,
    /// What the list shows of it.
    pub(crate) facts: Vec<Fact>,
}

html!(Entry);

impl Entry {
    /// A row of a list.
    pub(crate) fn of(reading: &Reading<'_>, row: &ListRow) -> Entry {
        let mut link = Link::labelled(reading.t, row.id, &row.label);
        link.others.truncate(OTHERS);
        let facts = row.label.kind.map_or_else(Vec::new, |kind| {
            let of_kind = vocab::properties(kind).filter(|property| {
                // What is the name already is not said again beneath it.
                let ValueType::Code(list) = property.value else { return true };
                !row.label.names.is_empty() || !row.label.codes.iter().any(|(of, _)| of == list)
            });
            of_kind.filter_map(|property| fact(reading, property, &row.facts)).collect()
        });
        Entry { t: reading.t, link, kind: None, id: row.id.to_string()[..6].to_owned(), facts }
    }
}

/// Every record that these rows mention.
pub(crate) fn mentioned_in_rows(rows: &[ListRow]) -> Vec<NodeId> {
    super::mentioned(rows.iter().flat_map(|row| &row.facts))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;
    use kniha_core::vocab::NodeKind;
    use kniha_store::Label;

    use super::super::samples::{HOSTILE, claim, reading};
    use super::*;

    #[test]
    fn an_act_without_a_name_is_called_by_its_violation_and_says_it_once() {
        let label = Label { kind: Some(NodeKind::Act), names: Vec::new(), codes: vec![("violation".into(), "torture".into())], marks: Vec::new() };
        let row = ListRow { id: NodeId::from_random([1; 16]), label, facts: vec![claim("act.violation", "torture"), claim("act.when", "2020-08-09")] };
        let html = Entry::of(&reading(Lang::En), &row).render().unwrap();
        assert_eq!((html.matches("orture").count(), html.contains("9 August 2020")), (1, true), "{html}");
    }

    #[test]
    fn a_hostile_name_stays_a_name() {
        let label = Label { kind: Some(NodeKind::Person), names: vec![(HOSTILE.into(), None), ("Other".into(), None)], codes: Vec::new(), marks: Vec::new() };
        let html = Entry::of(&reading(Lang::Be), &ListRow { id: NodeId::from_random([1; 16]), label, facts: Vec::new() }).render().unwrap();
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    }
}
