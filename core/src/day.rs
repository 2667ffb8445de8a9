//! A calendar day in UTC, as a number: what is due, kept until, or recorded only to the day. Does no I/O.

use std::fmt;

use jiff::civil::Date;

use crate::time::{DAY_US, UtcMicros, civil, micros};

/// Days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

/// A text that is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{written:?} is not a day: write 2026-11-28")]
pub struct DayError {
    /// What was written, cut to 40 characters.
    pub written: String,
}

impl Day {
    /// The day that a moment falls on.
    #[must_use]
    pub fn of(at: UtcMicros) -> Day {
        Day(at.0.div_euclid(DAY_US))
    }

    /// Its first moment.
    #[must_use]
    pub fn start(self) -> UtcMicros {
        UtcMicros(self.0.saturating_mul(DAY_US))
    }

    /// The day this many days later.
    #[must_use]
    pub fn plus(self, days: i64) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// Reads `2026-11-28`.
    ///
    /// # Errors
    /// [`DayError`] for anything else.
    pub fn parse(written: &str) -> Result<Day, DayError> {
        let bad = || DayError { written: written.chars().take(40).collect() };
        if written.len() != 10 {
            return Err(bad());
        }
        let date: Date = written.parse().map_err(|_| bad())?;
        Ok(Day::of(UtcMicros(micros(date.to_datetime(jiff::civil::Time::midnight())))))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match civil(self.start().0) {
            Some(at) => at.date().fmt(f),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_day_reads_back_as_it_was_written() {
        for written in ["1970-01-01", "2020-08-09", "2026-02-28", "1969-12-31"] {
            assert_eq!(Day::parse(written).unwrap().to_string(), written);
        }
        assert_eq!(Day::of(UtcMicros(-1)), Day(-1));
        assert_eq!(Day::parse("1970-01-02").unwrap(), Day(1));
        for bad in ["", "2026-02-30", "2026-2-3", "+02026-01-01", "2026-01-01T00:00"] {
            assert!(Day::parse(bad).is_err(), "{bad}");
        }
    }
}
