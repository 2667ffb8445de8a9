//! Whether the standing values of one property can all be true. Computed when a page is drawn, never stored.
//!
//! Two values of a property that takes one are a conflict where they were so at the same time and cannot both be true. A day and an hour of
//! that day can; so can a text and its translation. Where a source states no doubt for a position, only equal positions agree. Does no I/O.

use kniha_core::claim::Stance;
use kniha_core::place::Region;
use kniha_core::value::Value;
use kniha_store::ClaimView;

/// How the standing values of a property stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// There is one value, or the property takes several.
    Fine,
    /// They differ and can all be true.
    Compatible,
    /// At most one of two is true, or one value is claimed and denied.
    Conflict,
}

/// How these claims of one property stand to each other; claims that do not stand are passed over.
pub(crate) fn agreement(claims: &[&ClaimView]) -> Agreement {
    let standing: Vec<&ClaimView> = claims.iter().copied().filter(|claim| claim.stands()).collect();
    let mut found = Agreement::Fine;
    for (index, a) in standing.iter().enumerate() {
        for b in &standing[index + 1..] {
            match pair(a, b) {
                Agreement::Conflict => return Agreement::Conflict,
                Agreement::Compatible => found = Agreement::Compatible,
                Agreement::Fine => {}
            }
        }
    }
    found
}

fn pair(a: &ClaimView, b: &ClaimView) -> Agreement {
    let (Some(left), Some(right)) = (&a.value, &b.value) else { return Agreement::Fine };
    let at_once = match (&a.held, &b.held) {
        (Some(a), Some(b)) => a.may_meet(b),
        _ => true,
    };
    if a.stance != b.stance {
        return if left == right && at_once { Agreement::Conflict } else { Agreement::Fine };
    }
    if a.stance == Stance::Against || a.property.many || left == right || !at_once {
        return Agreement::Fine;
    }
    if both_can_be(left, right) { Agreement::Compatible } else { Agreement::Conflict }
}

fn both_can_be(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Window(a), Value::Window(b)) => a.may_meet(b),
        (Value::Region(a), Value::Region(b)) => meet(a, b),
        (Value::Text { lang: Some(a), .. }, Value::Text { lang: Some(b), .. }) => a != b,
        _ => false,
    }
}

fn meet(a: &Region, b: &Region) -> bool {
    match (a.radius_m(), b.radius_m()) {
        (None, None) => false,
        (a_m, b_m) => a.distance_m(b) <= a_m.unwrap_or(0.0) + b_m.unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::claim::Status;
    use kniha_core::time::Window;

    use super::super::samples::claim;
    use super::*;

    fn of(property: &str, values: &[&str]) -> Agreement {
        let claims: Vec<ClaimView> = values.iter().map(|value| claim(property, value)).collect();
        agreement(&claims.iter().collect::<Vec<_>>())
    }

    #[test]
    fn two_days_are_a_conflict_and_an_hour_of_the_day_is_not() {
        assert_eq!(of("act.when", &["2020-08-09", "2020-08-10"]), Agreement::Conflict);
        assert_eq!(of("act.when", &["2020-08-09", "2020-08-09T21:00"]), Agreement::Compatible);
        assert_eq!(of("act.when", &["2020-08-09", "2020-08-09"]), Agreement::Fine);
    }

    #[test]
    fn positions_agree_within_their_doubt() {
        assert_eq!(of("act.where", &["53.90, 27.56 ±500m", "53.903, 27.56 ±50m"]), Agreement::Compatible);
        assert_eq!(of("act.where", &["53.90, 27.56", "53.903, 27.56"]), Agreement::Conflict);
    }

    #[test]
    fn a_property_that_takes_several_values_has_no_conflict() {
        assert_eq!(of("act.method", &["baton", "punch"]), Agreement::Fine);
    }

    #[test]
    fn a_withdrawn_claim_conflicts_with_nothing() {
        let mut claims = [claim("act.when", "2020-08-09"), claim("act.when", "2020-08-10")];
        claims[1].status = Status::Withdrawn;
        assert_eq!(agreement(&claims.iter().collect::<Vec<_>>()), Agreement::Fine);
    }

    #[test]
    fn values_of_different_years_do_not_conflict() {
        let mut claims = [claim("posting.rank", "captain"), claim("posting.rank", "major")];
        assert_eq!(agreement(&claims.iter().collect::<Vec<_>>()), Agreement::Conflict);
        claims[0].held = Some(Window::parse("2018").unwrap());
        claims[1].held = Some(Window::parse("2020").unwrap());
        assert_eq!(agreement(&claims.iter().collect::<Vec<_>>()), Agreement::Fine);
    }

    #[test]
    fn a_value_claimed_and_denied_is_a_conflict() {
        let mut claims = [claim("act.method", "baton"), claim("act.method", "baton")];
        claims[1].stance = Stance::Against;
        assert_eq!(agreement(&claims.iter().collect::<Vec<_>>()), Agreement::Conflict);
    }
}
