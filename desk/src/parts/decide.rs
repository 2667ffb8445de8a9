//! The decision card: a claim that nobody here has examined, with the three answers under the keys 1, 2 and 3. Does no I/O.

use askama::Template;
use kniha_core::claim::Status;
use kniha_store::ClaimView;

use super::Reading;
use crate::href;
use crate::lang::Tongue;

/// A decision that waits.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/decision.html")]
pub(crate) struct Decision {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// The token that the forms send back.
    pub(crate) token: String,
    /// Where accepting is posted.
    pub(crate) accept: String,
    /// The page that asks what work is needed.
    pub(crate) question: String,
    /// The page that asks why it is withdrawn.
    pub(crate) withdraw: String,
}

html!(Decision);

impl Decision {
    /// The card of a claim that is as stated.
    pub(crate) fn on(reading: &Reading<'_>, claim: &ClaimView) -> Option<Decision> {
        (claim.stands() && claim.status == Status::AsStated).then(|| Decision {
            t: reading.t,
            token: reading.token.to_owned(),
            accept: href::claim(claim.id, "accept"),
            question: href::claim(claim.id, "question"),
            withdraw: href::claim(claim.id, "withdraw"),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::super::samples::{claim, reading};
    use super::*;

    #[test]
    fn only_a_claim_that_nobody_examined_asks_for_a_decision() {
        let mut claim = claim("act.when", "2020");
        let html = Decision::on(&reading(Lang::En), &claim).unwrap().render().unwrap();
        assert!(["data-key=\"1\"", "data-key=\"2\"", "data-key=\"3\"", "name=\"token\""].iter().all(|part| html.contains(part)), "{html}");
        claim.status = Status::Accepted;
        assert_eq!(Decision::on(&reading(Lang::En), &claim), None);
    }
}
