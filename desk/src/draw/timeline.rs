//! Windows of time with their doubt, as bands on one axis: the windows of a claim, the postings of a person.
//!
//! A precise window is solid, an imprecise one hatched; a real beginning or end is a tick taller than the band, an unknown one an arrow
//! into the open, and one that is merely where the source's window stops has neither. Nothing is said by colour. Times are microseconds
//! since 1970-01-01 UTC and days are days of UTC. Does no I/O.

use std::fmt::Write;

use jiff::Span;
use jiff::civil::{Date, date};

use super::clip;
use super::svg::{self, Head, PathData, Px, Rect};
use super::text;

const FONT_PX: f64 = 12.0;
const SMALL_PX: f64 = 10.0;
const BAND_PX: f64 = 12.0;
const EDGE_PX: f64 = 12.0;
const AXIS_PX: f64 = 24.0;
/// From this width on labels stand beside the bands, below it above them.
const BESIDE_PX: f64 = 520.0;
/// The narrowest band: a moment among years.
const LEAST_PX: f64 = 3.0;
const HATCH_PX: f64 = 5.0;
const DAY_US: i64 = 86_400_000_000;
const EPOCH: Date = date(1970, 1, 1);
/// The years 1 and 9999, to which other times are brought.
const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;
/// Most bands drawn; further ones are counted.
const MOST_BANDS: usize = 200;

/// One window.
#[derive(Clone, Debug, Default)]
pub(crate) struct Band {
    /// What it is.
    pub(crate) label: String,
    /// Where it begins; `None` when nothing is known of that.
    pub(crate) start_us: Option<i64>,
    /// Where it ends; `None` when nothing is known of that. Before the start, the two are taken the other way round.
    pub(crate) end_us: Option<i64>,
    /// Whether the window is exact, or only where something lies within.
    pub(crate) precise: bool,
    /// Whether the start is a real beginning.
    pub(crate) start_real: bool,
    /// Whether the end is a real end.
    pub(crate) end_real: bool,
    /// Its page.
    pub(crate) href: String,
}

/// A date on the axis, to be written as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AxisDate {
    /// A year, 1 to 9999.
    Year(i16),
    /// A month of a year.
    Month(i16, i8),
    /// A day of a month of a year.
    Day(i16, i8, i8),
}

/// Words in the reader's language.
#[derive(Clone, Copy)]
pub(crate) struct TimelineWords<'a> {
    /// Read out first.
    pub(crate) title: &'a str,
    /// Read out second.
    pub(crate) description: &'a str,
    /// A date of the axis.
    pub(crate) date: &'a dyn Fn(AxisDate) -> String,
    /// The tooltip of a band: its window in words.
    pub(crate) window: &'a dyn Fn(&Band) -> String,
    /// "and 12 more".
    pub(crate) more: &'a dyn Fn(usize) -> String,
}

/// Bands to be drawn.
pub(crate) struct TimelineInput<'a> {
    /// Tells apart several drawings on one page.
    pub(crate) id: &'a str,
    /// The windows, in the order wished for.
    pub(crate) bands: &'a [Band],
    /// Width in pixels, 200 to 2,400.
    pub(crate) width: u32,
    /// Words in the reader's language.
    pub(crate) words: TimelineWords<'a>,
}

/// Draws the bands on one axis.
pub(crate) fn draw_timeline(input: &TimelineInput<'_>) -> String {
    let shown = &input.bands[..input.bands.len().min(MOST_BANDS)];
    let hidden = input.bands.len() - shown.len();
    let width = f64::from(input.width.clamp(200, 2_400));
    let labels = (width >= BESIDE_PX).then_some((width * 0.28).min(260.0));
    let row_px = if labels.is_some() { 26.0 } else { 38.0 };
    let axis = Axis::new(shown, EDGE_PX + labels.unwrap_or(0.0), width - EDGE_PX);
    let bottom = 6.0 + row_px * shown.len() as f64 + if hidden > 0 { 18.0 } else { 0.0 };
    let mut out = String::new();
    svg::open(
        &mut out,
        &Head {
            kind: "time",
            id: input.id,
            width,
            height: bottom + AXIS_PX,
            font_px: FONT_PX,
            title: input.words.title,
            description: input.words.description,
            has_links: shown.iter().any(|band| text::inner_link(&band.href).is_some()),
        },
    );
    axis.draw(&mut out, bottom, input.words.date);
    for (index, band) in shown.iter().enumerate() {
        let top = 6.0 + row_px * index as f64;
        let middle = if labels.is_some() { top + row_px / 2.0 } else { top + row_px - BAND_PX };
        let name = text::first_chars(&band.label, 120);
        let tooltip = [name.as_str(), &(input.words.window)(band)].join(" · ");
        svg::linked(&mut out, &band.href, "t-row", tooltip.trim_matches([' ', '·']), |out| {
            let (x, y, room) = match labels {
                Some(room) => (EDGE_PX, middle + FONT_PX * 0.35, room - 14.0),
                None => (EDGE_PX, top + FONT_PX, width - 2.0 * EDGE_PX),
            };
            svg::label(out, x, y, "t-label", "", &text::shorten(&band.label, room, FONT_PX));
            draw_band(out, &axis, band, middle);
        });
    }
    if hidden > 0 {
        svg::label(&mut out, EDGE_PX, bottom - 5.0, "t-note", "", &text::first_chars(&(input.words.more)(hidden), 120));
    }
    out.push_str("</svg>");
    out
}

fn draw_band(out: &mut String, axis: &Axis, band: &Band, middle: f64) {
    let (start, end) = match (band.start_us, band.end_us) {
        (Some(start), Some(end)) if end < start => (Some(end), Some(start)),
        ends => ends,
    };
    let from = start.map_or(axis.left, |us| axis.x(us));
    let to = end.map_or(axis.right, |us| axis.x(us));
    let wider = ((LEAST_PX - (to - from)) / 2.0).max(0.0);
    let body = Rect { left: from - wider, top: middle - BAND_PX / 2.0, right: to + wider, bottom: middle + BAND_PX / 2.0 };
    let class = if band.precise { "t-solid" } else { "t-vague" };
    let _ =
        write!(out, "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", Px(body.left), Px(body.top), Px(body.width()), Px(body.height()));
    if !band.precise {
        hatch(&body).element(out, "t-hatch");
    }
    let (mut ticks, mut arrows) = (PathData::default(), PathData::default());
    for (us, real, x, outward) in [(start, band.start_real, body.left, -1.0), (end, band.end_real, body.right, 1.0)] {
        if us.is_none() {
            for step in 0..3 {
                let tip = x - outward * (2.0 + 5.0 * f64::from(step));
                arrows.line(&[(tip - outward * 4.0, middle - 5.0), (tip, middle), (tip - outward * 4.0, middle + 5.0)], false);
            }
        } else if real {
            ticks.line(&[(x, middle - 10.0), (x, middle + 10.0)], false);
        }
    }
    arrows.element(out, if band.precise { "t-open t-on-solid" } else { "t-open" });
    ticks.element(out, "t-end");
}

/// Slanting lines that fill a box.
fn hatch(area: &Rect) -> PathData {
    let mut path = PathData::default();
    let height = area.height();
    let count = ((area.width() + height) / HATCH_PX).floor().min(600.0) as i64;
    for index in 1..=count {
        let foot = area.left + index as f64 * HATCH_PX;
        if let Some((a, b)) = clip::segment((foot - height, area.top), (foot, area.bottom), area)
            && b.0 - a.0 > 0.5
        {
            path.line(&[a, b], false);
        }
    }
    path
}

/// What the axis is divided into.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Division {
    Years(i16),
    Months(i8),
    Days(i8),
}

const DIVISIONS: [Division; 17] = [
    Division::Days(1),
    Division::Days(2),
    Division::Days(5),
    Division::Days(10),
    Division::Months(1),
    Division::Months(2),
    Division::Months(3),
    Division::Months(6),
    Division::Years(1),
    Division::Years(2),
    Division::Years(5),
    Division::Years(10),
    Division::Years(20),
    Division::Years(50),
    Division::Years(100),
    Division::Years(500),
    Division::Years(2_000),
];

struct Axis {
    left: f64,
    right: f64,
    /// First and last day, as days since 1970-01-01 with fractions.
    from: f64,
    to: f64,
    /// Whether any time is known; without one the axis has no dates.
    is_dated: bool,
}

impl Axis {
    fn new(bands: &[Band], left: f64, right: f64) -> Axis {
        let times = || bands.iter().flat_map(|band| [band.start_us, band.end_us]).flatten().map(days);
        let (first, last) = (times().fold(f64::INFINITY, f64::min), times().fold(f64::NEG_INFINITY, f64::max));
        let is_dated = first <= last;
        let (first, last) = if is_dated { (first, last) } else { (0.0, 0.0) };
        let is_open = |pick: fn(&Band) -> Option<i64>| bands.iter().any(|band| pick(band).is_none());
        let span = (last - first).max(2.0);
        let (before, after) = (if is_open(|b| b.start_us) { 0.12 } else { 0.04 }, if is_open(|b| b.end_us) { 0.12 } else { 0.04 });
        let slack = (span - (last - first)) / 2.0;
        Axis { left, right, from: first - slack - span * before, to: last + slack + span * after, is_dated }
    }

    fn at(&self, day: f64) -> f64 {
        self.left + (day - self.from) / (self.to - self.from) * (self.right - self.left)
    }

    fn x(&self, us: i64) -> f64 {
        self.at(days(us))
    }

    fn draw(&self, out: &mut String, bottom: f64, write_date: &dyn Fn(AxisDate) -> String) {
        let mut lines = PathData::default();
        lines.line(&[(self.left, bottom), (self.right, bottom)], false);
        let mut labels = String::new();
        for (day, name) in self.ticks(write_date) {
            let x = self.at(day as f64);
            lines.line(&[(x, 4.0), (x, bottom + 4.0)], false);
            svg::label(&mut labels, x, bottom + 16.0, "t-date", " font-size=\"10\"", &name);
        }
        lines.element(out, "t-grid");
        out.push_str(&labels);
    }

    /// The finest division whose names have room beside each other.
    fn ticks(&self, write_date: &dyn Fn(AxisDate) -> String) -> Vec<(i64, String)> {
        let divisions = if self.is_dated { &DIVISIONS[..] } else { &[] };
        for division in divisions {
            let Some(starts) = self.starts(*division) else { continue };
            let ticks: Vec<(i64, String)> = (starts.into_iter())
                .map(|(day, which)| (day, text::first_chars(&write_date(which), 40)))
                .filter(|(day, name)| {
                    let half = text::width_px(name, SMALL_PX) / 2.0;
                    let x = self.at(*day as f64);
                    x - half >= self.left - EDGE_PX && x + half <= self.right + EDGE_PX
                })
                .collect();
            let ends = |tick: &(i64, String)| {
                let (x, half) = (self.at(tick.0 as f64), text::width_px(&tick.1, SMALL_PX) / 2.0);
                (x - half, x + half)
            };
            if ticks.windows(2).all(|pair| ends(&pair[0]).1 + 10.0 <= ends(&pair[1]).0) {
                return ticks;
            }
        }
        Vec::new()
    }

    /// First days of the parts of the axis; `None` if they are far too many.
    fn starts(&self, division: Division) -> Option<Vec<(i64, AxisDate)>> {
        let (from, to) = ((self.from.ceil() as i64).max(FIRST_DAY), (self.to.floor() as i64).min(LAST_DAY));
        let length = match division {
            Division::Days(n) => i64::from(n),
            Division::Months(n) => i64::from(n) * 30,
            Division::Years(n) => i64::from(n) * 365,
        };
        if (to - from) / length > 60 {
            return None;
        }
        let (first, last) = (civil(from), civil(to));
        let mut starts = Vec::new();
        match division {
            Division::Years(n) => {
                for index in first.year().div_euclid(n)..=last.year().div_euclid(n) {
                    // There is no year 0: what would begin there begins with year 1.
                    let year = (index * n).max(1);
                    starts.push((day_number(date(year, 1, 1)), AxisDate::Year(year)));
                }
            }
            Division::Months(n) => {
                let index = |day: Date| day.year() as i32 * 12 + i32::from(day.month()) - 1;
                for index in (index(first)..=index(last)).filter(|index| index % i32::from(n) == 0) {
                    let (year, month) = ((index / 12) as i16, (index % 12) as i8 + 1);
                    starts.push((day_number(date(year, month, 1)), AxisDate::Month(year, month)));
                }
            }
            Division::Days(n) => {
                for day in from..=to {
                    let on = civil(day);
                    // Counted within the month; the 31st is too near to the 1st.
                    if (on.day() - 1) % n == 0 && (n == 1 || on.day() < 30) {
                        starts.push((day, AxisDate::Day(on.year(), on.month(), on.day())));
                    }
                }
            }
        }
        starts.retain(|(day, _)| (from..=to).contains(day));
        Some(starts)
    }
}

/// Days since 1970-01-01 with fractions, within the years 1 to 9999.
fn days(us: i64) -> f64 {
    (us as f64 / DAY_US as f64).clamp(FIRST_DAY as f64, LAST_DAY as f64)
}

fn civil(day: i64) -> Date {
    (Span::new().try_days(day).ok()).and_then(|span| EPOCH.checked_add(span).ok()).unwrap_or(EPOCH)
}

fn day_number(date: Date) -> i64 {
    date.duration_since(EPOCH).as_hours() / 24
}
