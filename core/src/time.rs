//! When something was, with its doubt: a window of time.
//!
//! A bound is microseconds since 1970-01-01T00:00 on a clock that shows civil time; the clock's offset from UTC is kept where
//! somebody stated it and unknown otherwise (a date in a report, a camera without a zone). Windows are closed: both bounds
//! belong to them. Years 1 to 9999, proleptic Gregorian. The written form ([`Window::parse`], `Display`) is:
//!
//! ```text
//! 2020-08-09                      every moment of that day (precise)
//! ~2020-08-09                     at least one moment of that day (imprecise)
//! ~2020-08-09T21:00..2020-08-10T03:00 +03:00
//! 2018-03!..                      since March 2018, which is the real beginning; still so, or nobody knows
//! ..2019                          until the end of 2019
//! ```
//!
//! Precise and imprecise ranges and "is this the real start?" follow Security Force Monitor's and HURIDOCS's practice. Does no I/O.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};

/// Microseconds in a day.
pub const DAY_US: i64 = 86_400_000_000;
const MINUTE_US: i64 = 60_000_000;
/// Clocks of the world differ from UTC by −12 to +14 hours; an unknown clock may be any of them.
const UNKNOWN_EAST_US: i64 = 14 * 60 * MINUTE_US;
const UNKNOWN_WEST_US: i64 = 12 * 60 * MINUTE_US;

/// A moment in microseconds since 1970-01-01T00:00:00 UTC: what the book's own clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcMicros(pub i64);

impl UtcMicros {
    /// `2020-08-09T21:00:00.000000Z`, or the bare number where the year has no four digits.
    #[must_use]
    pub fn text(self) -> String {
        match civil(self.0) {
            Some(at) => format!("{at:.6}Z"),
            None => self.0.to_string(),
        }
    }
}

/// One end of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bound {
    /// Microseconds on the window's clock.
    pub us: i64,
    /// Whether it really began or ended then, rather than being the first or last moment anybody vouches for.
    pub real: bool,
}

/// What a window covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cover {
    /// It was so at every moment of the window.
    Every,
    /// It was so at one moment of the window at least.
    Some,
}

/// The clock that bounds were read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clock {
    /// Nobody said which zone.
    Unknown,
    /// Minutes east of UTC.
    Offset(i16),
}

/// A window of time with its doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    start: Option<Bound>,
    end: Option<Bound>,
    cover: Cover,
    clock: Clock,
}

/// Why a window was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// The end stands before the start.
    #[error("the end stands before the start")]
    Reversed,
    /// Neither start nor end.
    #[error("a time needs a start or an end")]
    Empty,
    /// A year outside 1…9999 or an impossible clock.
    #[error("a time outside the years 0001 to 9999")]
    Range,
    /// Not of the written form.
    #[error("{written:?} is not a time: write 2020, 2020-08, 2020-08-09, 2020-08-09T21:30, or two of them with .. between")]
    Form {
        /// What was written, cut to 60 characters.
        written: String,
    },
}

/// How exactly a bound was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A year.
    Year,
    /// A month.
    Month,
    /// A day.
    Day,
    /// A minute.
    Minute,
    /// A second.
    Second,
    /// A microsecond.
    Micro,
}

const UNITS: [Unit; 6] = [Unit::Year, Unit::Month, Unit::Day, Unit::Minute, Unit::Second, Unit::Micro];

impl Window {
    /// A window between two bounds, either of which may be open.
    ///
    /// # Errors
    /// [`WindowError`] for a reversed, empty or out-of-range window.
    pub fn new(start: Option<Bound>, end: Option<Bound>, cover: Cover, clock: Clock) -> Result<Window, WindowError> {
        if let (Some(start), Some(end)) = (start, end)
            && start.us > end.us
        {
            return Err(WindowError::Reversed);
        }
        if start.is_none() && end.is_none() {
            return Err(WindowError::Empty);
        }
        let in_range = |bound: Option<Bound>| bound.is_none_or(|b| civil(b.us).is_some());
        let clock_ok = match clock {
            Clock::Unknown => true,
            Clock::Offset(minutes) => (-12 * 60..=14 * 60).contains(&minutes),
        };
        if in_range(start) && in_range(end) && clock_ok { Ok(Window { start, end, cover, clock }) } else { Err(WindowError::Range) }
    }

    /// The first moment, `None` where it is open.
    #[must_use]
    pub fn start(&self) -> Option<Bound> {
        self.start
    }

    /// The last moment, `None` where it is open.
    #[must_use]
    pub fn end(&self) -> Option<Bound> {
        self.end
    }

    /// Whether every moment or at least one is meant.
    #[must_use]
    pub fn cover(&self) -> Cover {
        self.cover
    }

    /// The clock the bounds were read from.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Earliest and latest moment in UTC that the window could touch; an unknown clock widens both ends.
    #[must_use]
    pub fn utc_hull_us(&self) -> (Option<i64>, Option<i64>) {
        let (east_us, west_us) = match self.clock {
            Clock::Unknown => (UNKNOWN_EAST_US, UNKNOWN_WEST_US),
            Clock::Offset(minutes) => (i64::from(minutes) * MINUTE_US, -i64::from(minutes) * MINUTE_US),
        };
        (self.start.map(|b| b.us - east_us), self.end.map(|b| b.us + west_us))
    }

    /// Whether the two windows can share a moment, clocks as doubtful as they are.
    #[must_use]
    pub fn may_meet(&self, other: &Window) -> bool {
        let ((a_start, a_end), (b_start, b_end)) = if self.clock == other.clock {
            // Two readings of the same clock compare exactly; what the clock is does not matter.
            ((self.start.map(|b| b.us), self.end.map(|b| b.us)), (other.start.map(|b| b.us), other.end.map(|b| b.us)))
        } else {
            (self.utc_hull_us(), other.utc_hull_us())
        };
        let before = |end: Option<i64>, start: Option<i64>| matches!((end, start), (Some(end), Some(start)) if end < start);
        !before(a_end, b_start) && !before(b_end, a_start)
    }

    /// Coarsest unit in which both bounds can be written exactly.
    #[must_use]
    pub fn unit(&self) -> Unit {
        let fits = |unit: &&Unit| self.start.is_none_or(|b| is_first(b.us, **unit)) && self.end.is_none_or(|b| is_last(b.us, **unit));
        *UNITS.iter().find(fits).unwrap_or(&Unit::Micro)
    }

    /// Reads the written form; also accepts `09.08.2020`, a space for the `T`, `–` or `/` for `..`.
    ///
    /// # Errors
    /// [`WindowError`] says what is wrong.
    pub fn parse(written: &str) -> Result<Window, WindowError> {
        let bad = || WindowError::Form { written: written.chars().take(60).collect() };
        let text = written.trim();
        let (text, cover) = match text.strip_prefix('~') {
            Some(rest) => (rest.trim_start(), Cover::Some),
            None => (text, Cover::Every),
        };
        let (text, clock) = split_clock(text).ok_or_else(bad)?;
        let halves = ["..", "–", "/"].iter().find_map(|mark| text.split_once(mark));
        let half = |text: &str, last: bool| -> Result<Option<Bound>, WindowError> {
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            let (text, real) = match text.strip_suffix('!') {
                Some(rest) => (rest, true),
                None => (text, false),
            };
            let (first_us, last_us) = period(text).ok_or_else(bad)?;
            Ok(Some(Bound { us: if last { last_us } else { first_us }, real }))
        };
        let (start, end) = match halves {
            Some((start, end)) => (half(start, false)?, half(end, true)?),
            None => (half(text, false)?, half(text, true)?),
        };
        Window::new(start, end, cover, clock)
    }
}

/// The form that [`Window::parse`] reads back exactly.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cover == Cover::Some {
            f.write_str("~")?;
        }
        let unit = self.unit();
        let write = |bound: Option<Bound>| match bound {
            None => String::new(),
            Some(b) => format!("{}{}", in_unit(b.us, unit), if b.real { "!" } else { "" }),
        };
        let (start, end) = (write(self.start), write(self.end));
        if start == end {
            f.write_str(&start)?
        } else {
            write!(f, "{start}..{end}")?
        }
        match self.clock {
            Clock::Unknown => Ok(()),
            Clock::Offset(0) => f.write_str(" Z"),
            Clock::Offset(m) => write!(f, " {}{:02}:{:02}", if m < 0 { '-' } else { '+' }, m.abs() / 60, m.abs() % 60),
        }
    }
}

/// Date and time of a count of microseconds, `None` outside the years 1…9999.
#[must_use]
pub fn civil(us: i64) -> Option<DateTime> {
    let days = i32::try_from(us.div_euclid(DAY_US)).ok()?;
    let date = Date::new(1970, 1, 1).ok()?.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    let in_day = us.rem_euclid(DAY_US);
    let (s, sub_ns) = (in_day / 1_000_000, (in_day % 1_000_000) * 1000);
    let small = |n: i64| i8::try_from(n).ok();
    let time = Time::new(small(s / 3600)?, small(s / 60 % 60)?, small(s % 60)?, i32::try_from(sub_ns).ok()?).ok()?;
    (1..=9999).contains(&date.year()).then_some(date.to_datetime(time))
}

/// Microseconds of a date and time.
#[must_use]
pub fn micros(at: DateTime) -> i64 {
    let days = days_from_epoch(at.date());
    let seconds = i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second());
    days * DAY_US + seconds * 1_000_000 + i64::from(at.subsec_nanosecond()) / 1000
}

/// Days since 1970-01-01 (Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*, `days_from_civil`).
fn days_from_epoch(date: Date) -> i64 {
    let (y, m, d) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let day_of_year = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn is_first(us: i64, unit: Unit) -> bool {
    let Some(at) = civil(us) else { return false };
    let (date, time) = (at.date(), at.time());
    let midnight = time == Time::midnight();
    match unit {
        Unit::Year => midnight && date.month() == 1 && date.day() == 1,
        Unit::Month => midnight && date.day() == 1,
        Unit::Day => midnight,
        Unit::Minute => us.rem_euclid(MINUTE_US) == 0,
        Unit::Second => us.rem_euclid(1_000_000) == 0,
        Unit::Micro => true,
    }
}

fn is_last(us: i64, unit: Unit) -> bool {
    // The last microsecond of a unit is followed by the first of the next; 9999 is followed by nothing that can be written.
    if us == MAX_US { true } else { unit == Unit::Micro || is_first(us + 1, unit) }
}

/// Last microsecond of the year 9999.
const MAX_US: i64 = 253_402_300_800_000_000 - 1;

fn in_unit(us: i64, unit: Unit) -> String {
    let Some(at) = civil(us) else {
        return String::new();
    };
    let day = format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day());
    match unit {
        Unit::Year => format!("{:04}", at.year()),
        Unit::Month => format!("{:04}-{:02}", at.year(), at.month()),
        Unit::Day => day,
        Unit::Minute => format!("{day}T{:02}:{:02}", at.hour(), at.minute()),
        Unit::Second => format!("{day}T{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second()),
        Unit::Micro => format!("{day}T{:02}:{:02}:{:02}.{:06}", at.hour(), at.minute(), at.second(), at.subsec_nanosecond() / 1000),
    }
}

/// Takes ` Z`, ` +03:00` or ` -05:00` from the end.
fn split_clock(text: &str) -> Option<(&str, Clock)> {
    if let Some(rest) = text.strip_suffix('Z') {
        return Some((rest.trim_end(), Clock::Offset(0)));
    }
    // A sign that starts an offset stands six from the end and follows a time of day (`21:00 +03:00`), never a date.
    let Some(at) = text.len().checked_sub(6).filter(|&at| text.is_char_boundary(at)) else {
        return Some((text, Clock::Unknown));
    };
    let (rest, offset) = text.split_at(at);
    let sign = match offset.as_bytes()[0] {
        b'+' => 1,
        b'-' if offset.as_bytes()[3] == b':' => -1,
        _ => return Some((text, Clock::Unknown)),
    };
    let (hours, minutes) = offset[1..].split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (minutes < 60).then(|| (rest.trim_end(), Clock::Offset(sign * (hours * 60 + minutes) as i16)))
}

/// First and last microsecond of a written year, month, day, minute, second or microsecond.
fn period(text: &str) -> Option<(i64, i64)> {
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, Some(time.trim())),
        None => (text, None),
    };
    let parts: Vec<&str> = day.split('-').collect();
    let dotted: Vec<&str> = day.split('.').collect();
    let (year, month, date) = match (parts.as_slice(), dotted.as_slice()) {
        (_, [d, m, y]) => (y, Some(digits(m, 2)?), Some(digits(d, 2)?)),
        ([y], _) => (y, None, None),
        ([y, m], _) => (y, Some(digits(m, 2)?), None),
        ([y, m, d], _) => (y, Some(digits(m, 2)?), Some(digits(d, 2)?)),
        _ => return None,
    };
    let year = digits(year, 4)?;
    let at = |y: i32, m: i32, d: i32| Some(days_from_epoch(Date::new(y as i16, m as i8, d as i8).ok().filter(|_| y >= 1)?) * DAY_US);
    let (first, next) = match (month, date) {
        (None, _) => (at(year, 1, 1)?, if year == 9999 { MAX_US + 1 } else { at(year + 1, 1, 1)? }),
        (Some(12), None) => (at(year, 12, 1)?, at(year, 12, 31)? + DAY_US),
        (Some(m), None) => (at(year, m, 1)?, at(year, m + 1, 1)?),
        (Some(m), Some(d)) => (at(year, m, d)?, at(year, m, d)? + DAY_US),
    };
    let Some(time) = time else {
        return Some((first, next - 1));
    };
    date?;
    let (time, micro) = match time.split_once('.') {
        Some((time, fraction)) if (1..=6).contains(&fraction.len()) => (time, Some(digits(&format!("{fraction:0<6}"), 6)?)),
        Some(_) => return None,
        None => (time, None),
    };
    let parts = time.split(':').map(|part| digits(part, 2)).collect::<Option<Vec<i32>>>()?;
    let (h, m, s) = match (parts.as_slice(), micro) {
        (&[h, m], None) => (h, m, None),
        (&[h, m, s], _) => (h, m, Some(s)),
        _ => return None,
    };
    if h > 23 || m > 59 || s.unwrap_or(0) > 59 {
        return None;
    }
    let start = first + i64::from(h * 60 + m) * MINUTE_US + i64::from(s.unwrap_or(0)) * 1_000_000 + i64::from(micro.unwrap_or(0));
    let length = match (s, micro) {
        (None, _) => MINUTE_US,
        (Some(_), None) => 1_000_000,
        (Some(_), Some(_)) => 1,
    };
    Some((start, start + length - 1))
}

/// A number of one to `most` plain digits.
fn digits(text: &str, most: usize) -> Option<i32> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    const MIN_US: i64 = -62_135_596_800_000_000;

    prop_compose! {
        fn windows()(a in MIN_US..=MAX_US, b in MIN_US..=MAX_US, open in 0..3u8, cover: bool, reals: (bool, bool), zone in proptest::option::of(-720i16..=840), unit in 0..6usize) -> Window {
            // Half of the cases stand on the bounds of a unit, as people write them.
            let snap = |us: i64, last: bool| period(&in_unit(us, UNITS[unit])).map_or(us, |(first, end)| if last { end } else { first });
            let (start, end) = (snap(a.min(b), false), snap(a.max(b), true));
            Window::new(
                (open != 1).then_some(Bound { us: start, real: reals.0 }),
                (open != 2).then_some(Bound { us: end, real: reals.1 }),
                if cover { Cover::Every } else { Cover::Some },
                zone.map_or(Clock::Unknown, Clock::Offset),
            ).unwrap()
        }
    }

    proptest! {
        #[test]
        fn a_window_reads_back_exactly(window in windows()) {
            let text = window.to_string();
            prop_assert_eq!(Window::parse(&text), Ok(window), "{}", text);
        }

        #[test]
        fn meeting_is_mutual(a in windows(), b in windows()) {
            prop_assert_eq!(a.may_meet(&b), b.may_meet(&a));
            prop_assert!(a.may_meet(&a));
        }

        #[test]
        fn any_text_is_a_window_or_an_error(text in "[~0-9T:.!Z +–/-]{0,40}|.{0,40}") {
            let _ = Window::parse(&text);
        }

        #[test]
        fn dates_agree_with_jiff(us in MIN_US..=MAX_US) {
            prop_assert_eq!(micros(civil(us).unwrap()), us);
        }
    }

    #[test]
    fn people_write_days_in_two_ways() {
        assert_eq!(Window::parse("09.08.2020"), Window::parse("2020-08-09"));
        assert_eq!(Window::parse("2020-08-09 21:30").unwrap().to_string(), "2020-08-09T21:30");
        assert_eq!(Window::parse("~ 2020-08-09 – 2020-08-11").unwrap().to_string(), "~2020-08-09..2020-08-11");
    }

    #[test]
    fn a_day_is_86_400_seconds_and_closed() {
        let day = Window::parse("1970-01-02").unwrap();
        assert_eq!((day.start().unwrap().us, day.end().unwrap().us), (DAY_US, 2 * DAY_US - 1));
    }

    #[test]
    fn the_first_and_the_last_year_can_be_written() {
        for text in ["0001", "9999", "0001-01-01..9999-12-31", "9999-12-31T23:59:59.999999", "9999-12"] {
            Window::parse(text).unwrap();
        }
        assert!(Window::parse("0000").is_err());
        assert!(Window::parse("10000").is_err());
        assert!(Window::parse("2021-02-29").is_err());
    }

    #[test]
    fn a_reversed_window_is_refused() {
        assert_eq!(Window::parse("2021..2020"), Err(WindowError::Reversed));
        assert_eq!(Window::parse(".."), Err(WindowError::Empty));
    }

    #[test]
    fn an_unknown_clock_widens_by_the_zones_of_the_world() {
        let report = Window::parse("2020-08-09").unwrap();
        let footage = Window::parse("2020-08-08T12:00 Z").unwrap();
        assert!(report.may_meet(&footage), "9 August begins at 10:00 UTC on the 8th in Kiribati (+14)");
        assert!(!report.may_meet(&Window::parse("2020-08-08T09:59 Z").unwrap()));
    }
}
