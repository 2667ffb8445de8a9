//! Records that point at the one on the page: postings of a person, acts of an incident. One line each, with what they say. Does no I/O.

use askama::Template;
use kniha_core::time::Window;
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind, Property, ValueType};
use kniha_store::{ClaimView, Label, Related};

use super::Reading;
use super::agree::{Agreement, agreement};
use super::ladder::Ladder;
use super::link::Link;
use super::value::Shown;
use super::when::When;
use crate::href;
use crate::lang::Tongue;
use crate::page::capital;

/// Records that point by one property.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/related.html")]
pub(crate) struct Section {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// The property by which they point.
    pub(crate) code: &'static str,
    /// "Postings", "Units under it".
    pub(crate) title: String,
    /// The records.
    pub(crate) rows: Vec<Row>,
}

html!(Section);

/// One such record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The record, or for a record that only joins two others: the other one.
    pub(crate) link: Link,
    /// The joining record itself: its address and what it is called.
    pub(crate) own: Option<(String, String)>,
    /// What it says.
    pub(crate) facts: Vec<Fact>,
    /// When it held.
    pub(crate) held: Vec<When>,
    /// The held windows themselves, for a drawing.
    pub(crate) windows: Vec<Window>,
}

/// What a line says of one property.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fact {
    /// The property's label.
    pub(crate) label: String,
    /// Different standing values, at most [`VALUES`].
    pub(crate) values: Vec<Shown>,
    /// "and 12 more".
    pub(crate) more: Option<String>,
    /// A ladder in the place of the words.
    pub(crate) ladder: Option<Ladder>,
    /// Whether the values cannot all be true.
    pub(crate) conflict: bool,
}

/// Values of one property on a line.
const VALUES: usize = 5;
/// Rows shown before the rest is folded.
const ROWS: usize = 40;

/// Properties that a line leaves out: long words, and the keys of data sets.
fn is_short(property: &Property) -> bool {
    let long = matches!(property.value, ValueType::Text | ValueType::Address | ValueType::Sealed);
    !long || matches!(property.code.as_str(), "posting.role" | "posting.rank" | "posting.order" | "injury.said_cause")
}

/// Different standing values of one property.
pub(crate) fn fact(reading: &Reading<'_>, property: &'static Property, claims: &[ClaimView]) -> Option<Fact> {
    let of: Vec<&ClaimView> = claims.iter().filter(|claim| claim.stands() && claim.property.code == property.code).collect();
    let mut seen: Vec<&Value> = Vec::new();
    let mut values = Vec::new();
    let mut ladder = None;
    for claim in &of {
        let Some(value) = &claim.value else { continue };
        if seen.contains(&value) {
            continue;
        }
        seen.push(value);
        if let (Value::Code(code), ValueType::Code(list)) = (value, property.value) {
            ladder = Ladder::of(reading.t, list, code);
        }
        if values.len() < VALUES {
            values.push(Shown::of(reading, claim.id, property, Some(value)));
        }
    }
    let ladder = ladder.filter(|_| values.len() == 1);
    (!values.is_empty()).then(|| Fact {
        label: capital(property.text.get(reading.t.lang())),
        more: (seen.len() > values.len()).then(|| reading.t.count("and-more", seen.len() - values.len())),
        values,
        ladder,
        conflict: agreement(&of) == Agreement::Conflict,
    })
}

impl Section {
    /// Related records, grouped by the property that points, in the order of the vocabulary.
    pub(crate) fn all(reading: &Reading<'_>, related: &[Related]) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        for row in related {
            let entry = Row::of(reading, row);
            match sections.iter_mut().find(|section| section.code == row.via.code) {
                Some(section) => section.rows.push(entry),
                None => sections.push(Section { t: reading.t, code: &row.via.code, title: title(reading.t, row.via), rows: vec![entry] }),
            }
        }
        sections.sort_by_key(|section| vocab::property(section.code).map(|property| (property.of, section.code)));
        sections
    }
}

impl Section {
    /// The rows that are shown at once.
    pub(crate) fn shown(&self) -> &[Row] {
        &self.rows[..self.rows.len().min(ROWS)]
    }

    /// The rows behind the fold.
    pub(crate) fn folded(&self) -> &[Row] {
        &self.rows[self.rows.len().min(ROWS)..]
    }
}

/// What records that point by this property are to the one on the page.
fn title(t: Tongue, via: &Property) -> String {
    let key = format!("related-{}", via.code.replace(['.', '_'], "-"));
    if t.has(&key) { t.get(&key) } else { capital(via.of.many(t.lang())) }
}

impl Row {
    fn of(reading: &Reading<'_>, row: &Related) -> Row {
        let mut facts: Vec<(&'static Property, Fact)> = vocab::properties(row.kind)
            .filter(|property| property.code != row.via.code && is_short(property))
            .filter_map(|property| Some((property, fact(reading, property, &row.claims)?)))
            .collect();
        let mut link = Link::to(reading, row.id);
        let mut own = None;
        if let Some(other) = other_end(row, &mut facts) {
            own = Some((href::record(row.id), capital(row.kind.text(reading.t.lang()))));
            link = other;
        }
        let label = reading.labels.get(&row.id);
        // What is the name already is not said again beneath it.
        facts.retain(|(property, fact)| property.value != ValueType::Name && !(fact.ladder.is_none() && is_in_label(label, property) && own.is_none()));
        let mut windows: Vec<Window> = Vec::new();
        for held in row.claims.iter().filter(|claim| claim.stands()).filter_map(|claim| claim.held) {
            if !windows.contains(&held) {
                windows.push(held);
            }
        }
        let held = windows.iter().map(|window| When::of(reading.t, window)).collect();
        Row { link, own, facts: facts.into_iter().map(|(_, fact)| fact).collect(), held, windows }
    }
}

/// What a record that only joins two others joins the one on the page to: the unit of a posting, the act of an involvement.
fn other_end(row: &Related, facts: &mut Vec<(&'static Property, Fact)>) -> Option<Link> {
    if !matches!(row.kind, NodeKind::Posting | NodeKind::Command | NodeKind::Positioning | NodeKind::Involvement) {
        return None;
    }
    let at = facts.iter().position(|(property, fact)| matches!(property.value, ValueType::Ref(_)) && fact.values.len() == 1)?;
    let (_, fact) = facts.remove(at);
    match fact.values.into_iter().next() {
        Some(Shown::Record(link)) => Some(*link),
        _ => None,
    }
}

fn is_in_label(label: Option<&Label>, property: &Property) -> bool {
    let ValueType::Code(list) = property.value else { return false };
    label.is_some_and(|label| label.codes.iter().any(|(of, _)| of == list))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::super::samples::{UNIT, claim, reading};
    use super::*;

    #[test]
    fn a_posting_is_called_by_its_unit_and_says_role_and_time() {
        let mut at = claim("posting.unit", &UNIT.to_string());
        at.held = Some(Window::parse("2018-03!..").unwrap());
        let row = Related {
            via: vocab::property("posting.person").unwrap(),
            id: at.subject,
            kind: NodeKind::Posting,
            claims: vec![at, claim("posting.role", "officer")],
        };
        let sections = Section::all(&reading(Lang::En), &[row]);
        let row = &sections[0].rows[0];
        assert_eq!((row.link.main.text.as_str(), row.facts.len(), row.held.len()), ("Second Regiment", 1, 1));
        let html = sections[0].render().unwrap();
        assert!(html.contains("since March 2018") && html.contains("officer"), "{html}");
    }
}
