//! Days as a key list counts them, and as people write them. Reads the machine's clock in one function.

use jiff::civil::Date;
use kniha_core::time::DAY_US;
use kniha_seal::part::Day;

use crate::clock;

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Today, by UTC.
#[must_use]
pub fn today() -> Day {
    Day(u32::try_from(clock::now().0 / DAY_US).unwrap_or(u32::MAX))
}

/// A day as it is written: `2032-08-10`. A day beyond the calendar as its number.
#[must_use]
pub fn text(day: Day) -> String {
    EPOCH.checked_add(jiff::Span::new().try_days(i64::from(day.0)).unwrap_or_default()).map_or_else(|_| format!("day {day}"), |date| date.to_string())
}

/// Reads `2032-08-10`.
pub(crate) fn parse(written: &str) -> Option<Day> {
    let date: Date = written.parse().ok()?;
    let hours = date.duration_since(EPOCH).as_hours();
    u32::try_from(hours / 24).ok().filter(|_| hours >= 0 && date.to_string() == written).map(Day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_and_read_back() {
        assert_eq!((text(Day(0)), text(Day(20_705))), ("1970-01-01".to_owned(), "2026-09-09".to_owned()));
        assert_eq!((parse("2026-09-09"), parse("1970-01-01")), (Some(Day(20_705)), Some(Day(0))));
        for bad in ["1969-12-31", "2026-9-9", "2026-02-30", "today", "", "2026-09-09T00:00"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert!(!text(Day(u32::MAX)).is_empty());
    }
}
