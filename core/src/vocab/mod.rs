//! The vocabularies of the book: kinds of record, properties, and lists of terms, each in four languages.
//!
//! They are data: `core/vocab/kinds.toml`, `properties.toml` and one file a list, whose headers say what each is for and where
//! it comes from. The files are compiled in and read once, at first use. Does no I/O.

mod property;
mod read;
#[cfg(test)]
mod spelling;
mod texts;

use std::sync::OnceLock;

pub use property::{NodeKind, Property, ValueType};
use read::{File, Vocabulary};
pub use texts::{List, Term, Texts};

const KINDS: File = ("kinds", include_str!("../../vocab/kinds.toml"));
const PROPERTIES: File = ("properties", include_str!("../../vocab/properties.toml"));

/// Names each list once: the file, the code inside it and the code a property refers to must be the same.
macro_rules! list_files {
    ($($code:literal)*) => { &[$(($code, include_str!(concat!("../../vocab/", $code, ".toml")))),*] };
}
const LISTS: &[File] = list_files![
    "sex" "person_state" "name_kind"
    "unit_class" "yes_no" "end_reason" "command_kind" "positioning_kind"
    "violation" "method" "place_kind" "degree" "liability" "proof"
    "body_site" "injury_kind" "consistency"
    "exhibit_kind" "graphic" "source_kind" "origin_kind" "reliability"
    "status" "stance" "known_to" "return_code" "crime" "element"
];

fn vocabulary() -> &'static Vocabulary {
    static READ: OnceLock<Vocabulary> = OnceLock::new();
    READ.get_or_init(|| match Vocabulary::read(KINDS, PROPERTIES, LISTS) {
        Ok(vocabulary) => vocabulary,
        // The files are part of the program: a build in which this can happen does not pass its tests.
        Err(error) => panic!("vocabulary: {error}: {:?}", std::error::Error::source(&error)),
    })
}

/// The property of a code such as `person.name`.
#[must_use]
pub fn property(code: &str) -> Option<&'static Property> {
    vocabulary().property(code)
}

/// What can be claimed of a kind of record, in the order in which a form asks it.
pub fn properties(kind: NodeKind) -> impl Iterator<Item = &'static Property> {
    vocabulary().properties().iter().filter(move |property| property.of == kind)
}

/// The list of a code such as `violation`.
#[must_use]
pub fn list(code: &str) -> Option<&'static List> {
    vocabulary().list(code)
}

/// Every list.
#[must_use]
pub fn lists() -> &'static [List] {
    vocabulary().lists()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::claim::{KnownTo, Stance, Status};
    use crate::lang::Lang;

    #[test]
    fn a_property_says_of_what_it_is_claimed_and_with_what_value() {
        let name = property("person.name").unwrap();
        assert_eq!((name.of, name.value, name.many), (NodeKind::Person, ValueType::Name, true));
        assert_eq!(name.text.get(Lang::Be), "імя");
        let violation = property("act.violation").unwrap();
        assert_eq!((violation.value, violation.many), (ValueType::Code("violation"), false));
        assert_eq!(property("injury.person").unwrap().value, ValueType::Ref(NodeKind::Person));
        assert!(property("person.home").is_none() && property("").is_none());
    }

    #[test]
    fn every_kind_has_its_words_and_its_properties_in_order() {
        for kind in NodeKind::ALL {
            assert_eq!(NodeKind::parse(kind.code()), Some(kind));
            assert!(properties(kind).next().is_some(), "{kind:?}");
        }
        assert_eq!(NodeKind::parse("Person"), None);
        assert_eq!((NodeKind::Source.text(Lang::Uk), NodeKind::Source.many(Lang::Ru)), ("джерело", "источники"));
        assert_eq!(properties(NodeKind::Command).map(|p| p.code.as_str()).collect::<Vec<_>>(), ["command.superior", "command.subordinate", "command.kind"]);
    }

    #[test]
    fn every_list_that_a_property_names_has_terms() {
        for kind in NodeKind::ALL {
            for property in properties(kind) {
                if let ValueType::Code(code) = property.value {
                    assert!(!list(code).unwrap().terms.is_empty(), "{}", property.code);
                }
            }
        }
    }

    #[test]
    fn the_registers_own_lists_are_there() {
        for code in ["name_kind", "status", "stance", "known_to", "return_code", "origin_kind"] {
            assert!(!list(code).unwrap().terms.is_empty(), "{code}");
        }
        assert_eq!(lists().len(), LISTS.len());
        assert!(list("no_such_list").is_none());
    }

    #[test]
    fn what_a_claim_stores_stands_in_its_list() {
        let codes = |list_code| list(list_code).unwrap().terms.iter().map(|term| term.code.as_str()).collect::<Vec<_>>();
        assert_eq!(codes("stance"), Stance::ALL.iter().map(|stance| stance.code()).collect::<Vec<_>>());
        assert_eq!(codes("known_to"), KnownTo::ALL.iter().map(|known_to| known_to.code()).collect::<Vec<_>>());
        let mut status: Vec<_> = Status::ALL.iter().map(|status| status.code()).collect();
        status.push("conflict");
        assert_eq!(codes("status"), status);
        assert!(list("name_kind").unwrap().term(crate::name::NameKind::full().code()).is_some());
    }

    #[test]
    fn every_element_belongs_to_one_crime_and_names_its_law() {
        let crimes: Vec<&str> = list("crime").unwrap().terms.iter().map(|term| term.code.as_str()).collect();
        for element in &list("element").unwrap().terms {
            let of = crimes.iter().filter(|crime| element.code.starts_with(&format!("{crime}_"))).count();
            assert!(of == 1 && element.source.is_some(), "{}", element.code);
        }
        for crime in crimes {
            assert!(list("element").unwrap().terms.iter().any(|element| element.code.starts_with(&format!("{crime}_"))), "{crime}");
        }
    }

    #[test]
    fn ladders_climb_in_the_order_of_their_terms() {
        for (code, steps) in [
            ("proof", ["alleged", "reasonable_suspicion", "reasonable_belief", "beyond_reasonable_doubt"]),
            ("consistency", ["not_consistent", "highly_consistent", "typical", "diagnostic"]),
            ("reliability", ["completely_reliable", "fairly_reliable", "unreliable", "cannot_be_judged"]),
            ("graphic", ["none", "mild", "strong", "severe"]),
        ] {
            let at = steps.map(|step| list(code).unwrap().position(step).unwrap());
            assert!(at.is_sorted() && at[0] == 0 && at[3] == list(code).unwrap().terms.len() - 1, "{code}: {at:?}");
        }
    }
}
