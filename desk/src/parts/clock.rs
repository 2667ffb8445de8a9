//! The clock chip: how many days others still keep what we do not have. Does no I/O.

use askama::Template;
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_core::value::Value;
use kniha_store::ClaimView;

use super::Reading;
use super::when::When;
use crate::lang::Tongue;

/// A clock that runs.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/clock.html")]
pub(crate) struct ClockChip {
    /// "12 days left", "ends today", "ended 3 days ago".
    pub(crate) words: String,
    /// The end.
    pub(crate) end: When,
    /// Whether it ends within a week.
    pub(crate) soon: bool,
    /// Whether it is over.
    pub(crate) over: bool,
}

html!(ClockChip);

impl ClockChip {
    /// The clocks of an exhibit's claims.
    pub(crate) fn all(reading: &Reading<'_>, claims: &[ClaimView]) -> Vec<ClockChip> {
        let ends = claims.iter().filter(|claim| claim.stands() && claim.property.code == "exhibit.retention_ends");
        ends.filter_map(|claim| match &claim.value {
            Some(Value::Window(window)) => {
                // The earliest moment by which it may be gone, on whatever clock: a warning too early does no harm.
                let (first_us, last_us) = window.utc_hull_us();
                let days = days_until(reading.now, first_us.or(last_us)?);
                Some(ClockChip { words: words(reading.t, days), end: When::of(reading.t, window), soon: (0..=7).contains(&days), over: days < 0 })
            }
            _ => None,
        })
        .collect()
    }
}

pub(crate) fn days_until(now: UtcMicros, end_us: i64) -> i64 {
    end_us.saturating_sub(now.0).div_euclid(DAY_US)
}

/// "12 days left", "ends today", "ended 3 days ago".
pub(crate) fn words(t: Tongue, days: i64) -> String {
    let n = usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX);
    match days {
        0 => t.get("clock-today"),
        1.. => t.count("clock-left", n),
        _ => t.count("clock-over", n),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::super::samples::{NOW, claim, reading};
    use super::*;

    fn chip(lang: Lang, ends: &str) -> ClockChip {
        ClockChip::all(&reading(lang), &[claim("exhibit.retention_ends", ends)]).remove(0)
    }

    #[test]
    fn days_are_counted_from_the_desks_clock() {
        // The samples' clock stands at 2020-09-01 00:00 UTC.
        assert_eq!(NOW.text(), "2020-09-01T00:00:00.000000Z");
        assert_eq!(chip(Lang::En, "2020-09-13 Z").words, "12 days left");
        assert!(chip(Lang::En, "2020-09-05 Z").soon && chip(Lang::En, "2020-08-01 Z").over);
    }

    #[test]
    fn slavic_numbers_take_their_own_endings() {
        assert_eq!(chip(Lang::Ru, "2020-09-22 Z").words, "остался 21 день");
        assert_eq!(chip(Lang::Be, "2020-09-04 Z").words, "засталося 3 дні");
        assert_eq!(chip(Lang::Uk, "2020-09-13 Z").words, "залишилося 12 днів");
    }
}
