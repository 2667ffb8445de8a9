//! The claim line: a value, and under it who says so and how far each has come. Equal values are joined; what differs stands side by side.
//! Withdrawn and erased claims are kept apart, folded and readable. Does no I/O.

use askama::Template;
use kniha_core::claim::{Stance, Status};
use kniha_core::value::Value;
use kniha_core::vocab::{self, Property, ValueType};
use kniha_store::ClaimView;

use super::Reading;
use super::agree::{Agreement, agreement};
use super::decide::Decision;
use super::ladder::Ladder;
use super::link::term;
use super::source::Chip;
use super::value::Shown;
use super::when::{When, day, moment};
use crate::href;
use crate::lang::Tongue;
use crate::page::capital;

/// One claim: its status, its sources, how it came here, what can be done with it.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/said.html")]
pub(crate) struct Said {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// The claim's id.
    pub(crate) id: String,
    /// Code of its status, for its mark.
    pub(crate) status: &'static str,
    /// Its status in words.
    pub(crate) status_words: String,
    /// Sources.
    pub(crate) chips: Vec<Chip>,
    /// How many sources the reader may not see, in words.
    pub(crate) withheld: Option<String>,
    /// Whether it speaks against.
    pub(crate) against: bool,
    /// Origin group.
    pub(crate) origin: Option<String>,
    /// How many people could know.
    pub(crate) known_to: Option<String>,
    /// Who recorded it.
    pub(crate) made_by: String,
    /// The day it was recorded.
    pub(crate) made: String,
    /// The moment it was recorded.
    pub(crate) made_exact: String,
    /// When it was erased.
    pub(crate) erased: Option<String>,
    /// Where it is corrected, withdrawn, restored: key of the words and address.
    pub(crate) moves: Vec<(&'static str, String)>,
    /// The decision that waits.
    pub(crate) decision: Option<Decision>,
}

/// One value with everybody who says so.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/line.html")]
pub(crate) struct Line {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// The value.
    pub(crate) value: Shown,
    /// The ladder it stands on, for a value of one.
    pub(crate) ladder: Option<Ladder>,
    /// When it held.
    pub(crate) held: Option<When>,
    /// Whether it is denied.
    pub(crate) against: bool,
    /// The claims.
    pub(crate) said: Vec<Said>,
}

/// Everything claimed of one property.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/group.html")]
pub(crate) struct Group {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// The property's code.
    pub(crate) code: &'static str,
    /// Its label.
    pub(crate) label: String,
    /// Standing values.
    pub(crate) lines: Vec<Line>,
    /// Withdrawn and erased claims.
    pub(crate) old: Vec<Line>,
    /// How the standing values stand to each other.
    pub(crate) agreement: Agreement,
    /// Where another claim is added.
    pub(crate) add: String,
}

html!(Said, Line, Group);

impl Said {
    fn of(reading: &Reading<'_>, claim: &ClaimView) -> Said {
        let t = reading.t;
        let moves: &[(&str, &str)] = match (claim.value.is_some(), claim.status) {
            (false, _) => &[],
            (true, Status::Withdrawn) => &[("restore", "restore")],
            // The decision card has the way to withdraw already.
            (true, Status::AsStated) => &[("correct", "correct")],
            (true, _) => &[("correct", "correct"), ("withdraw", "withdraw")],
        };
        Said {
            t,
            id: claim.id.to_string(),
            status: claim.status.code(),
            status_words: term(t, "status", claim.status.code()),
            chips: claim.citations.iter().map(|citation| Chip::of(reading, citation)).collect(),
            withheld: (claim.withheld > 0).then(|| t.count("chips-withheld", claim.withheld)),
            against: claim.stance == Stance::Against,
            origin: claim.origin.clone(),
            known_to: (claim.known_to.code() != "unknown").then(|| term(t, "known_to", claim.known_to.code())),
            made_by: claim.made_by.clone(),
            made: day(t, claim.made),
            made_exact: moment(t, claim.made),
            erased: claim.erased.map(|at| day(t, at)),
            moves: moves.iter().map(|(key, what)| (*key, href::claim(claim.id, what))).collect(),
            decision: Decision::on(reading, claim),
        }
    }

    /// The mark of the status: a shape, so that colour alone says nothing.
    pub(crate) fn mark(&self) -> &'static str {
        match self.status {
            "accepted" => "✓",
            "work_needed" => "◔",
            "withdrawn" => "✕",
            _ => "○",
        }
    }
}

impl Line {
    fn of(reading: &Reading<'_>, claims: &[&ClaimView]) -> Option<Line> {
        let first = claims.first()?;
        let ladder = match (&first.value, first.property.value) {
            (Some(Value::Code(code)), ValueType::Code(list)) => Ladder::of(reading.t, list, code),
            _ => None,
        };
        Some(Line {
            t: reading.t,
            value: Shown::of(reading, first.id, first.property, first.value.as_ref()),
            ladder,
            held: first.held.as_ref().map(|held| When::of(reading.t, held)),
            against: first.stance == Stance::Against,
            said: claims.iter().map(|claim| Said::of(reading, claim)).collect(),
        })
    }

    /// Claims with the same value, time and stance are one line, in the order of the first of each.
    fn joined(reading: &Reading<'_>, claims: &[&ClaimView]) -> Vec<Line> {
        let mut lines: Vec<Vec<&ClaimView>> = Vec::new();
        for claim in claims {
            let same = |other: &&mut Vec<&ClaimView>| {
                other
                    .first()
                    .is_some_and(|first| claim.value.is_some() && first.value == claim.value && first.held == claim.held && first.stance == claim.stance)
            };
            match lines.iter_mut().find(same) {
                Some(line) => line.push(claim),
                None => lines.push(vec![claim]),
            }
        }
        lines.iter().filter_map(|line| Line::of(reading, line)).collect()
    }
}

impl Group {
    /// The claims of one property, which are all of `property`.
    pub(crate) fn of(reading: &Reading<'_>, property: &'static Property, claims: &[&ClaimView]) -> Group {
        let (standing, old): (Vec<&ClaimView>, Vec<&ClaimView>) = claims.iter().copied().partition(|claim| claim.stands());
        let add = claims.first().map_or_else(String::new, |claim| href::add(claim.subject, &property.code));
        Group {
            t: reading.t,
            code: &property.code,
            label: capital(property.text.get(reading.t.lang())),
            agreement: agreement(&standing),
            lines: Line::joined(reading, &standing),
            old: old.iter().filter_map(|claim| Line::of(reading, &[claim])).collect(),
            add,
        }
    }

    /// A record's claims, grouped in the order of the vocabulary.
    pub(crate) fn all(reading: &Reading<'_>, claims: &[ClaimView]) -> Vec<Group> {
        let Some(first) = claims.first() else { return Vec::new() };
        vocab::properties(first.property.of)
            .filter_map(|property| {
                let of: Vec<&ClaimView> = claims.iter().filter(|claim| claim.property.code == property.code).collect();
                (!of.is_empty()).then(|| Group::of(reading, property, &of))
            })
            .collect()
    }

    /// Whether the standing values cannot all be true.
    pub(crate) fn conflict(&self) -> bool {
        self.agreement == Agreement::Conflict
    }

    /// Whether they differ and can.
    pub(crate) fn differ(&self) -> bool {
        self.agreement == Agreement::Compatible
    }

    /// "2 withdrawn or erased".
    pub(crate) fn old_words(&self) -> String {
        self.t.count("old-claims", self.old.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::super::samples::{claim, reading};
    use super::*;

    #[test]
    fn equal_values_are_one_line_with_every_source() {
        let claims = [claim("act.when", "2020-08-09"), claim("act.when", "2020-08-09"), claim("act.when", "2020-08-10")];
        let groups = Group::all(&reading(Lang::En), &claims);
        assert_eq!(groups[0].lines.iter().map(|line| line.said.len()).collect::<Vec<_>>(), [2, 1]);
        assert!(groups[0].conflict() && groups[0].render().unwrap().contains("conflict"));
    }

    #[test]
    fn a_withdrawn_claim_is_folded_away_and_can_be_read_and_restored() {
        let mut claims = [claim("act.when", "2020-08-09"), claim("act.when", "2020-08-10")];
        claims[1].status = Status::Withdrawn;
        let group = &Group::all(&reading(Lang::En), &claims)[0];
        assert_eq!((group.lines.len(), group.old.len()), (1, 1));
        let html = group.render().unwrap();
        assert!(html.contains("10 August 2020") && html.contains("/restore"), "{html}");
    }

    #[test]
    fn an_erased_claim_shows_that_it_was_and_nothing_of_what_it_said() {
        let mut claims = [claim("incident.title", "secret words")];
        claims[0].value = None;
        claims[0].erased = Some(claims[0].made);
        let html = Group::all(&reading(Lang::En), &claims)[0].render().unwrap();
        assert!(!html.contains("secret") && html.contains("erased"), "{html}");
    }

    #[test]
    fn groups_stand_in_the_order_in_which_a_form_asks() {
        let claims = [claim("act.note", "x"), claim("act.when", "2020"), claim("act.violation", "torture")];
        let groups = Group::all(&reading(Lang::En), &claims);
        assert_eq!(groups.iter().map(|group| group.code).collect::<Vec<_>>(), ["act.violation", "act.when", "act.note"]);
    }
}
