//! The custody line of an exhibit: from whom it came, its digest, its size. Does no I/O.

use askama::Template;
use kniha_store::ClaimView;

use super::Reading;
use super::value::Shown;
use crate::lang::Tongue;

/// How an exhibit came and what identifies it.
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
        Custody { t: reading.t, from: all("exhibit.received_from"), sha256: all("exhibit.sha256"), size: all("exhibit.bytes") }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::super::samples::{claim, reading};
    use super::*;

    #[test]
    fn two_digests_are_both_shown_and_a_missing_giver_is_said() {
        let custody = Custody::of(&reading(Lang::En), &[claim("exhibit.sha256", "ab01"), claim("exhibit.sha256", "cd02")]);
        let html = custody.render().unwrap();
        assert!(html.contains("ab01") && html.contains("cd02") && html.contains("not recorded"), "{html}");
    }
}
