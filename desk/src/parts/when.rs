//! The doubt band of a time, in words: dates as people write them in the four languages, with what is not known about them.
//!
//! `~2020-08-09` becomes "9 August 2020, some time that day"; the exact written form goes along for whoever focuses it. Months stand in
//! the messages because languages decline them. Does no I/O.

use askama::Template;
use kniha_core::time::{Bound, Clock, Cover, Unit, UtcMicros, Window, civil};

use crate::lang::Tongue;

/// A time in words.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/when.html")]
pub(crate) struct When {
    /// "9 August 2020".
    pub(crate) words: String,
    /// "some time that day": what is not known.
    pub(crate) doubt: Vec<String>,
    /// `~2020-08-09`.
    pub(crate) exact: String,
    /// What a machine reads: the day or moment, where it is one.
    pub(crate) datetime: Option<String>,
}

html!(When);

impl When {
    /// A window in words.
    pub(crate) fn of(t: Tongue, window: &Window) -> When {
        let unit = window.unit();
        let (start, end) = (window.start(), window.end());
        let (a, b) = (start.and_then(|bound| Stamp::of(bound.us)), end.and_then(|bound| Stamp::of(bound.us)));
        let mut doubt = Vec::new();
        let vague = window.cover() == Cover::Some;
        let words = match (a, b) {
            (Some(a), Some(b)) if a.until(unit) == b.until(unit) => {
                if vague {
                    let key = match unit {
                        Unit::Year => Some("when-in-year"),
                        Unit::Month => Some("when-in-month"),
                        Unit::Day => Some("when-in-day"),
                        _ => None,
                    };
                    doubt.extend(key.map(|key| t.get(key)));
                }
                a.words(t, unit)
            }
            (Some(a), Some(b)) => {
                if vague {
                    doubt.push(t.get("when-between"));
                }
                span(t, a, b, unit)
            }
            (Some(a), None) => {
                let key = if vague { "when-after" } else { "when-since" };
                t.with(key, &[("day", &a.genitive(t, unit))])
            }
            // "по июнь 2019" holds June, as the window does, and takes the month as it stands alone.
            (None, Some(b)) if !vague => t.with("when-until", &[("day", &b.words(t, unit))]),
            (None, Some(b)) => t.with("when-before", &[("day", &b.genitive(t, unit))]),
            (None, None) => window.to_string(),
        };
        // A start or end that is not known to be real is only the first or last moment anybody vouches for; said where it stands alone.
        let open = |bound: Option<Bound>, other: Option<Bound>| bound.is_some_and(|bound| !bound.real) && other.is_none();
        if open(start, end) && !vague {
            doubt.push(t.get("when-or-earlier"));
        }
        if open(end, start) && !vague {
            doubt.push(t.get("when-or-later"));
        }
        if start.is_some_and(|bound| bound.real) {
            doubt.push(t.get("when-real-start"));
        }
        if end.is_some_and(|bound| bound.real) {
            doubt.push(t.get("when-real-end"));
        }
        if unit >= Unit::Minute {
            doubt.push(match window.clock() {
                Clock::Unknown => t.get("when-no-zone"),
                Clock::Offset(minutes) => {
                    format!("UTC{}{:02}:{:02}", if minutes < 0 { '\u{2212}' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60)
                }
            });
        }
        let one = a.zip(b).filter(|(a, b)| a.until(unit) == b.until(unit)).map(|(a, _)| a.machine(unit));
        When { words: clean(&words), doubt, exact: window.to_string(), datetime: one }
    }

    /// Words and doubt on one line, for places that take no markup.
    pub(crate) fn plain(&self) -> String {
        if self.doubt.is_empty() { self.words.clone() } else { format!("{} ({})", self.words, self.doubt.join(", ")) }
    }
}

/// A moment of the book's own clock: "9 August 2020, 21:30 UTC".
pub(crate) fn moment(t: Tongue, at: UtcMicros) -> String {
    Stamp::of(at.0).map_or_else(|| at.text(), |stamp| format!("{} UTC", stamp.words(t, Unit::Minute)))
}

/// A day of the book's own clock: "9 August 2020".
pub(crate) fn day(t: Tongue, at: UtcMicros) -> String {
    Stamp::of(at.0).map_or_else(|| at.text(), |stamp| stamp.words(t, Unit::Day))
}

/// A year, month or day of an axis, in words.
pub(crate) fn date(t: Tongue, year: i16, month: Option<i8>, day: Option<i8>) -> String {
    let unit = match (month, day) {
        (None, _) => Unit::Year,
        (Some(_), None) => Unit::Month,
        _ => Unit::Day,
    };
    Stamp { year, month: month.unwrap_or(1), day: day.unwrap_or(1), hour: 0, minute: 0, second: 0, micro: 0 }.words(t, unit)
}

/// Isolation marks around filled-in dates are not needed: the dates are our own words.
fn clean(words: &str) -> String {
    words.replace(['\u{2068}', '\u{2069}'], "")
}

/// "9–11 August 2020", "9 August – 3 September 2020", "9 August 2020, 21:00–23:30", or two whole dates.
fn span(t: Tongue, a: Stamp, b: Stamp, unit: Unit) -> String {
    let same_year = a.year == b.year;
    let same_month = same_year && a.month == b.month;
    let same_day = same_month && a.day == b.day;
    match unit {
        Unit::Year => format!("{}–{}", a.year, b.year),
        Unit::Month if same_year => format!("{}–{}", t.get(MONTHS[a.index()].0), b.words(t, unit)),
        Unit::Day if same_month => format!("{}–{}", a.day, b.words(t, unit)),
        Unit::Day if same_year => format!("{} {} – {}", a.day, t.get(MONTHS[a.index()].1), b.words(t, unit)),
        Unit::Minute | Unit::Second | Unit::Micro if same_day => format!("{}, {}–{}", a.words(t, Unit::Day), a.time(unit), b.time(unit)),
        _ => format!("{} – {}", a.words(t, unit), b.words(t, unit)),
    }
}

/// Keys of the months: alone ("August 2020") and after a day ("9 August").
const MONTHS: [(&str, &str); 12] = [
    ("month-1", "month-of-1"),
    ("month-2", "month-of-2"),
    ("month-3", "month-of-3"),
    ("month-4", "month-of-4"),
    ("month-5", "month-of-5"),
    ("month-6", "month-of-6"),
    ("month-7", "month-of-7"),
    ("month-8", "month-of-8"),
    ("month-9", "month-of-9"),
    ("month-10", "month-of-10"),
    ("month-11", "month-of-11"),
    ("month-12", "month-of-12"),
];

/// A date and time as digits on a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    micro: i32,
}

impl Stamp {
    fn of(us: i64) -> Option<Stamp> {
        let at = civil(us)?;
        Some(Stamp {
            year: at.year(),
            month: at.month(),
            day: at.day(),
            hour: at.hour(),
            minute: at.minute(),
            second: at.second(),
            micro: at.subsec_nanosecond() / 1000,
        })
    }

    fn index(self) -> usize {
        usize::try_from(self.month - 1).unwrap_or(0).min(11)
    }

    /// The digits up to this unit: equal where two moments lie in the same one.
    fn until(self, unit: Unit) -> (i16, i8, i8, i8, i8, i8, i32) {
        let keep = |at: Unit, n: i8| if unit >= at { n } else { 0 };
        (
            self.year,
            keep(Unit::Month, self.month),
            keep(Unit::Day, self.day),
            keep(Unit::Minute, self.hour),
            keep(Unit::Minute, self.minute),
            keep(Unit::Second, self.second),
            if unit >= Unit::Micro { self.micro } else { 0 },
        )
    }

    fn words(self, t: Tongue, unit: Unit) -> String {
        match unit {
            Unit::Year => self.year.to_string(),
            Unit::Month => format!("{} {}", t.get(MONTHS[self.index()].0), self.year),
            Unit::Day => format!("{} {} {}", self.day, t.get(MONTHS[self.index()].1), self.year),
            _ => format!("{}, {}", self.words(t, Unit::Day), self.time(unit)),
        }
    }

    /// As it stands after "since": "з чэрвеня 2018".
    fn genitive(self, t: Tongue, unit: Unit) -> String {
        if unit == Unit::Month { format!("{} {}", t.get(MONTHS[self.index()].1), self.year) } else { self.words(t, unit) }
    }

    fn time(self, unit: Unit) -> String {
        match unit {
            Unit::Second => format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second),
            Unit::Micro => format!("{:02}:{:02}:{:02}.{:06}", self.hour, self.minute, self.second, self.micro),
            _ => format!("{:02}:{:02}", self.hour, self.minute),
        }
    }

    fn machine(self, unit: Unit) -> String {
        match unit {
            Unit::Year => format!("{:04}", self.year),
            Unit::Month => format!("{:04}-{:02}", self.year, self.month),
            Unit::Day => format!("{:04}-{:02}-{:02}", self.year, self.month, self.day),
            _ => format!("{:04}-{:02}-{:02}T{}", self.year, self.month, self.day, self.time(unit)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::*;

    fn plain(lang: Lang, written: &str) -> String {
        When::of(Tongue(lang), &Window::parse(written).unwrap()).plain()
    }

    #[test]
    fn a_day_is_written_as_people_write_it() {
        assert_eq!(plain(Lang::Be, "2020-08-09"), "9 жніўня 2020");
        assert_eq!(plain(Lang::Ru, "2020-08-09"), "9 августа 2020");
        assert_eq!(plain(Lang::Uk, "2020-08-09"), "9 серпня 2020");
        assert_eq!(plain(Lang::En, "2020-08-09"), "9 August 2020");
        assert_eq!(plain(Lang::Be, "2020-08"), "жнівень 2020");
    }

    #[test]
    fn doubt_is_said_and_never_rounded_away() {
        assert_eq!(plain(Lang::En, "~2020-08-09"), "9 August 2020 (some time that day)");
        assert_eq!(plain(Lang::En, "~2020-08"), "August 2020 (some time that month)");
        assert_eq!(plain(Lang::En, "~2020-08-09..2020-08-11"), "9–11 August 2020 (some time in between)");
        assert_eq!(
            plain(Lang::En, "~2020-08-09T21:00..2020-08-10T03:00 +03:00"),
            "9 August 2020, 21:00 – 10 August 2020, 03:00 (some time in between, UTC+03:00)"
        );
        assert_eq!(plain(Lang::En, "2020-08-09T21:00..2020-08-09T23:30"), "9 August 2020, 21:00–23:30 (time zone not stated)");
    }

    #[test]
    fn an_open_range_says_whether_its_end_is_real() {
        assert_eq!(plain(Lang::En, "2018-03!.."), "since March 2018 (began then)");
        assert_eq!(plain(Lang::En, "2018-03.."), "since March 2018 (or earlier)");
        assert_eq!(plain(Lang::En, "..2019"), "until the end of 2019 (or later)");
        assert_eq!(plain(Lang::Be, "2018-06!.."), "з чэрвеня 2018 (тады і пачалося)");
        assert_eq!(plain(Lang::Ru, "..2019-06"), "по июнь 2019 (или позже)");
        assert_eq!(plain(Lang::En, "2018..2019!"), "2018–2019 (ended then)");
    }

    #[test]
    fn the_ends_of_the_calendar_are_written_too() {
        assert_eq!(plain(Lang::En, "0001-01-01"), "1 January 1");
        assert_eq!(plain(Lang::Be, "9999-12-31"), "31 снежня 9999");
        assert_eq!(moment(Tongue(Lang::En), UtcMicros(i64::MIN)), i64::MIN.to_string());
    }
}
