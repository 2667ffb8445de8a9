//! The custody line of an exhibit: from whom it came, its digest, its size, and what was done with it since, as sentences that can be read aloud. Does no I/O.

use std::collections::BTreeMap;

use askama::Template;
use kniha_core::custody::{Broken, By, Entry, Precision};
use kniha_core::id::{MemberId, NodeId};
use kniha_store::ClaimView;

use super::Reading;
use super::value::Shown;
use super::when::{day, moment};
use crate::href;
use crate::lang::Tongue;

/// What members are called.
pub(crate) type Names = BTreeMap<MemberId, String>;

/// How an exhibit came, what identifies it, and what was done with it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/custody.html")]
pub(crate) struct Custody {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// From whom it was received; several where claims differ.
    pub(crate) from: Vec<String>,
    /// Digests of the original.
    pub(crate) sha256: Vec<String>,
    /// Sizes.
    pub(crate) size: Vec<String>,
    /// What was done with it; `None` where nothing was entered.
    pub(crate) told: Option<Told>,
}

/// A chain in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// A sentence an entry, the oldest first.
    pub(crate) sentences: Vec<String>,
    /// Whether the chain is whole, or where it is not.
    pub(crate) state: String,
    /// Whether it is not.
    pub(crate) broken: bool,
    /// The page with digests and hashes.
    pub(crate) href: String,
}

html!(Custody);

impl Custody {
    /// The custody line of an exhibit's claims. What is not known is said, not left out.
    pub(crate) fn of(reading: &Reading<'_>, claims: &[ClaimView]) -> Custody {
        let all = |code: &str| {
            let mut values: Vec<String> = Vec::new();
            for claim in claims.iter().filter(|claim| claim.stands() && claim.property.code == code) {
                let value = Shown::of(reading, claim.id, claim.property, claim.value.as_ref()).plain();
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            values
        };
        Custody { t: reading.t, from: all("exhibit.received_from"), sha256: all("exhibit.sha256"), size: all("exhibit.bytes"), told: None }
    }

    /// With what was entered; nothing where there are no entries.
    pub(crate) fn with(mut self, exhibit: NodeId, chain: &Result<Vec<Entry>, Broken>, names: &Names) -> Custody {
        self.told = Told::of(self.t, exhibit, chain, names);
        self
    }
}

impl Told {
    pub(crate) fn of(t: Tongue, exhibit: NodeId, chain: &Result<Vec<Entry>, Broken>, names: &Names) -> Option<Told> {
        let href = href::custody(exhibit);
        match chain {
            Ok(entries) if entries.is_empty() => None,
            Ok(entries) => {
                let sentences = entries.iter().map(|entry| sentence(t, entry, names)).collect();
                Some(Told { sentences, state: t.count("custody-whole", entries.len()), broken: false, href })
            }
            Err(broken) => {
                let n = (broken.n + 1).to_string();
                Some(Told { sentences: Vec::new(), state: t.with("custody-broken", &[("n", &n)]), broken: true, href })
            }
        }
    }
}

/// "On 12 August 2020 it was received by Anna (opener)."
pub(crate) fn sentence(t: Tongue, entry: &Entry, names: &Names) -> String {
    let when = if entry.precision == Precision::Day { day(t, entry.at) } else { moment(t, entry.at) };
    let who = match &entry.by {
        By::Desk(key) => t.with("custody-desk", &[("key", &data_encoding::HEXLOWER.encode(key))]),
        By::Member(id) => {
            let name = names.get(id).cloned().unwrap_or_else(|| t.get("custody-somebody"));
            let role_key = format!("role-{}", entry.role);
            let role = if t.has(&role_key) { t.get(&role_key) } else { entry.role.clone() };
            t.with("custody-who", &[("who", &name), ("role", &role)])
        }
    };
    let mut words = t.with(&format!("custody-{}", entry.deed.code()), &[("when", &when), ("who", &who)]);
    for (key, more) in [("custody-operation", &entry.operation), ("custody-tool", &entry.tool)] {
        if let Some(more) = more {
            words += " ";
            words += &t.with(key, &[("what", more)]);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::commit::Hash;
    use kniha_core::custody::{Deed, Digests, Fault};
    use kniha_core::lang::Lang;
    use kniha_core::time::UtcMicros;

    use super::super::samples::{NOW, claim, reading};
    use super::*;

    #[test]
    fn two_digests_are_both_shown_and_a_missing_giver_is_said() {
        let custody = Custody::of(&reading(Lang::En), &[claim("exhibit.sha256", "ab01"), claim("exhibit.sha256", "cd02")]);
        let html = custody.render().unwrap();
        assert!(html.contains("ab01") && html.contains("cd02") && html.contains("not recorded"), "{html}");
    }

    fn entry(deed: Deed) -> Entry {
        let precision = if deed == Deed::Receive { Precision::Day } else { Precision::Us };
        let by = if deed == Deed::Receive { By::Desk([1; 8]) } else { By::Member(MemberId::from_random([1; 16])) };
        let (role, none) = ("opener".to_owned(), Digests::default());
        Entry {
            book: [0; 32],
            exhibit: NodeId::from_random([2; 16]),
            n: 0,
            prev: Hash([0; 32]),
            deed,
            at: UtcMicros(NOW.0),
            precision,
            by,
            role,
            reason: None,
            before: none,
            after: none,
            parent: None,
            operation: None,
            tool: None,
        }
    }

    fn plain(words: &str) -> String {
        words.replace(['\u{2068}', '\u{2069}'], "")
    }

    #[test]
    fn each_deed_is_a_sentence_in_every_language() {
        let names = Names::from([(MemberId::from_random([1; 16]), "Anna".to_owned())]);
        assert_eq!(
            plain(&sentence(Tongue(Lang::En), &entry(Deed::Receive), &names)),
            "On 1 September 2020 it was received by the desk (key 0101010101010101)."
        );
        assert_eq!(plain(&sentence(Tongue(Lang::En), &entry(Deed::Open), &names)), "On 1 September 2020, 00:00 UTC it was opened by Anna (opener).");
        for lang in Lang::ALL {
            for deed in Deed::ALL {
                let words = plain(&sentence(Tongue(lang), &entry(deed), &names));
                assert!(words.ends_with('.') && !words.contains("custody-") && !words.contains("role-"), "{lang}: {words}");
            }
        }
    }

    #[test]
    fn a_broken_chain_is_said_and_its_entries_are_not_told_as_true() {
        let broken = Err(Broken { n: 2, what: Fault::Signature });
        let told = Told::of(Tongue(Lang::En), NodeId::from_random([2; 16]), &broken, &Names::new()).unwrap();
        assert!(told.broken && told.sentences.is_empty() && plain(&told.state).contains("entry 3"), "{told:?}");
        assert_eq!(Told::of(Tongue(Lang::En), NodeId::from_random([2; 16]), &Ok(Vec::new()), &Names::new()), None);
    }
}
