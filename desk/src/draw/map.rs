//! The map of a list: where the things on a list happened, with their doubt.
//!
//! The view fits the points; near points are counted circles whose link narrows the list to them; doubt is a see-through circle to scale;
//! names of towns and countries go where they cover nothing. North is up. Points off the globe are left out and counted. Does no I/O.

use std::fmt::Write;

use super::cluster::{Cluster, Mark, clusters};
use super::ground::{draw_degrees, draw_ground};
use super::label::{Taken, text_box};
use super::land::{LAND, Language, Rank};
use super::svg::{self, Head, PathData, Px, Rect};
use super::text;
use super::view::{Spot, View};

const FONT_PX: f64 = 12.0;
const SMALL_PX: f64 = 10.0;
/// A small map of the surroundings is added when the map is narrower than this.
const CLOSE_M: f64 = 500_000.0;
/// A scale bar is left out where lengths at the edge differ from those in the middle by more than this factor.
const MOST_BENT: f64 = 1.8;
/// More towns than this are not tried; the largest come first.
const TOWNS_TRIED: usize = 500;
/// Longest direct label, in pixels.
const LABEL_PX: f64 = 180.0;
const TOOLTIP_CHARS: usize = 120;

/// One thing on the list.
#[derive(Clone, Debug)]
pub(crate) struct MapPoint {
    /// Degrees north; off −90…90 it is left out.
    pub(crate) lat_deg: f64,
    /// Degrees east; off −180…180 it is left out.
    pub(crate) lon_deg: f64,
    /// The true place is within this many metres; 0 when it is exact.
    pub(crate) radius_m: f64,
    /// Its name, for the tooltip and, where there is room, beside it.
    pub(crate) label: String,
    /// Its page.
    pub(crate) href: String,
    /// How many things it stands for, 1 for a single one; 0 counts as 1.
    pub(crate) count: u64,
}

/// Words in the reader's language.
#[derive(Clone, Copy)]
pub(crate) struct MapWords<'a> {
    /// Read out first: what the map shows.
    pub(crate) title: &'a str,
    /// Read out second: how many, where, that the same is in the table.
    pub(crate) description: &'a str,
    /// The letters for north, east, south, west.
    pub(crate) compass: [&'a str; 4],
    /// "km".
    pub(crate) kilometres: &'a str,
    /// "m".
    pub(crate) metres: &'a str,
    /// "Natural Earth (public domain)".
    pub(crate) attribution: &'a str,
    /// The tooltip of a counted circle: "12 incidents here".
    pub(crate) together: &'a dyn Fn(u64) -> String,
    /// Doubt in words, given a distance with its unit: "within 3 km".
    pub(crate) within: &'a dyn Fn(&str) -> String,
}

/// A map to be drawn.
pub(crate) struct MapInput<'a> {
    /// Tells apart several drawings on one page; letters, digits and hyphens are used.
    pub(crate) id: &'a str,
    /// The list; up to about 10,000.
    pub(crate) points: &'a [MapPoint],
    /// Width in pixels, 240 to 2,400; about what it will have on the page.
    pub(crate) width: u32,
    /// Height in pixels, 180 to 1,600.
    pub(crate) height: u32,
    /// Beginning of the address of the list narrowed to a circle; `west,south,east,north` in degrees is added. West is greater than
    /// east where the 180th meridian lies between.
    pub(crate) within_href: &'a str,
    /// Language of towns and countries.
    pub(crate) language: Language,
    /// Words in that language.
    pub(crate) words: MapWords<'a>,
}

/// A map that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MapDrawing {
    /// The `<svg>` element.
    pub(crate) svg: String,
    /// Points that are off the globe and therefore not on the map.
    pub(crate) left_out: usize,
}

/// Draws the map of a list.
pub(crate) fn draw_map(input: &MapInput<'_>) -> MapDrawing {
    let frame = Rect { left: 0.0, top: 0.0, right: f64::from(input.width.clamp(240, 2_400)), bottom: f64::from(input.height.clamp(180, 1_600)) };
    let spots: Vec<(usize, Spot)> =
        (input.points.iter().enumerate()).filter_map(|(index, point)| Some((index, Spot::new(point.lat_deg, point.lon_deg, point.radius_m)?))).collect();
    let view = View::fit(&spots.iter().map(|(_, spot)| *spot).collect::<Vec<_>>(), frame);
    let marks: Vec<Mark> = spots.iter().map(|(index, spot)| mark(&view, spot, input.points[*index].count)).collect();
    let circles = clusters(&marks);
    let map = Map { input, view, frame, spots: &spots, circles: &circles };
    MapDrawing { svg: map.draw(), left_out: input.points.len() - spots.len() }
}

fn mark(view: &View, spot: &Spot, count: u64) -> Mark {
    let spot = Spot { lon_deg: view.unwrap(spot.lon_deg), ..*spot };
    let (x, y) = view.project(spot.lat_deg, spot.lon_deg);
    Mark { x, y, spot, count: count.max(1) }
}

struct Map<'a> {
    input: &'a MapInput<'a>,
    view: View,
    frame: Rect,
    spots: &'a [(usize, Spot)],
    circles: &'a [Cluster],
}

impl Map<'_> {
    fn draw(&self) -> String {
        let words = &self.input.words;
        let mut out = String::with_capacity(64 * 1024);
        svg::open(
            &mut out,
            &Head {
                kind: "map",
                id: self.input.id,
                width: self.frame.width(),
                height: self.frame.height(),
                font_px: FONT_PX,
                title: words.title,
                description: words.description,
                has_links: !self.circles.is_empty(),
            },
        );
        draw_ground(&mut out, &self.view, &self.frame, false);
        let mut taken = self.taken_by_marks();
        let mut over = String::new();
        self.furniture(&mut over, &mut taken);
        self.point_labels(&mut over, &mut taken);
        draw_degrees(&mut out, &self.view, words.compass, |rect| taken.try_take(rect));
        self.names(&mut out, &mut taken);
        self.marks(&mut out);
        out.push_str(&over);
        let _ = write!(
            out,
            "<rect class=\"m-frame\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\"/></svg>",
            Px(self.frame.width() - 1.0),
            Px(self.frame.height() - 1.0)
        );
        out
    }

    fn taken_by_marks(&self) -> Taken {
        let mut taken = Taken::new(self.frame.grown(-3.0));
        for circle in self.circles {
            let r = circle.radius_px() + 1.0;
            taken.take(Rect { left: circle.x - r, top: circle.y - r, right: circle.x + r, bottom: circle.y + r });
        }
        taken
    }

    /// Scale, north, source, and the small map of the surroundings.
    fn furniture(&self, out: &mut String, taken: &mut Taken) {
        let words = &self.input.words;
        let (left, bottom) = (self.frame.left + 10.0, self.frame.bottom - 10.0);
        let scale = self.scale();
        let scale_width = scale.as_ref().map_or(0.0, |(length, label)| length + text::width_px(label, SMALL_PX) + 18.0);
        let arrow = left + scale_width;
        let plate = Rect { left: left - 6.0, top: bottom - 22.0, right: arrow + 16.0 + text::width_px(words.compass[0], SMALL_PX), bottom: bottom + 5.0 };
        taken.take(plate);
        rect(out, "m-plate", &plate);
        if let Some((length, label)) = scale {
            let _ = write!(out, "<path class=\"m-scale\" d=\"M{} {}v5h{}v-5\"/>", Px(left), Px(bottom - 8.0), Px(length));
            svg::label(out, left + length + 6.0, bottom - 2.0, "m-note", " font-size=\"10\"", &label);
        }
        let _ = write!(out, "<path class=\"m-north\" d=\"M{} {}l4-13 4 13-4-3z\"/>", Px(arrow), Px(bottom));
        svg::label(out, arrow + 10.0, bottom - 2.0, "m-note", " font-size=\"10\"", words.compass[0]);

        let credit = text::shorten(words.attribution, self.frame.width() - plate.right - 24.0, SMALL_PX);
        let width = text::width_px(&credit, SMALL_PX);
        let (end, baseline) = (self.frame.right - 8.0, bottom - 2.0);
        let plate = text_box((end - width, baseline), width, SMALL_PX).grown(3.0);
        taken.take(plate);
        rect(out, "m-plate", &plate);
        svg::label(out, end, baseline, "m-note", " font-size=\"10\" text-anchor=\"end\"", &credit);
        self.surroundings(out, taken);
    }

    /// The length of the scale bar in pixels, and what it says. None on a map of half the world, where no length is true everywhere.
    fn scale(&self) -> Option<(f64, String)> {
        let [_, south, _, north] = self.view.bounds_deg();
        let metres_per_px = self.view.metres_per_px((south + north) / 2.0);
        let ends = [south, north].map(|lat| self.view.metres_per_px(lat));
        let most_bent = ends.into_iter().map(|end| (end / metres_per_px).max(metres_per_px / end)).fold(1.0, f64::max);
        if most_bent > MOST_BENT {
            return None;
        }
        let length_m = round_below(metres_per_px * (self.frame.width() / 4.0).min(150.0));
        Some((length_m / metres_per_px, self.distance(length_m)))
    }

    /// Where a close view is on the earth, in an upper corner that no mark needs.
    fn surroundings(&self, out: &mut String, taken: &mut Taken) {
        let middle_lat = self.view.place_at(0.0, self.frame.height() / 2.0).0;
        let width_m = self.frame.width() * self.view.metres_per_px(middle_lat);
        if width_m > CLOSE_M || self.circles.is_empty() {
            return;
        }
        let (width, height) = if self.frame.width() < 500.0 { (84.0, 66.0) } else { (136.0, 104.0) };
        let corner = |left: f64| Rect { left, top: 10.0, right: left + width, bottom: 10.0 + height };
        let corners = [corner(self.frame.right - width - 10.0), corner(10.0)];
        let Some(place) = corners.into_iter().find(|place| taken.is_free(&place.grown(4.0))) else { return };
        taken.take(place);
        let small = self.view.surroundings(place);
        out.push_str("<g class=\"m-small\">");
        draw_ground(out, &small, &place, true);
        let [west, south, east, north] = self.view.bounds_deg();
        let (a, b) = (small.project(north, west), small.project(south, east));
        let (x, y) = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
        let half = |side: f64| (side / 2.0).max(3.0);
        let (half_x, half_y) = (half(b.0 - a.0), half(b.1 - a.1));
        rect(out, "m-here", &Rect { left: x - half_x, top: y - half_y, right: x + half_x, bottom: y + half_y });
        rect(out, "m-frame", &place);
        out.push_str("</g>");
    }

    fn marks(&self, out: &mut String) {
        let mut doubts = String::new();
        for circle in self.circles {
            let (rx, ry) = self.view.radii_px(&circle.vaguest);
            // A circle larger than the map is a statement about all of it; its edge would only be noise.
            let most = self.frame.width().hypot(self.frame.height());
            if rx > circle.radius_px() + 1.5 && rx < most && ry < most {
                let (x, y) = self.view.project(circle.vaguest.lat_deg, circle.vaguest.lon_deg);
                let _ = write!(doubts, "<ellipse class=\"m-doubt\" cx=\"{}\" cy=\"{}\" rx=\"{}\" ry=\"{}\"/>", Px(x), Px(y), Px(rx), Px(ry));
            }
        }
        out.push_str(&doubts);
        for circle in self.circles {
            let (href, tooltip) = self.target(circle);
            svg::linked(out, &href, "m-mark", &tooltip, |out| {
                let class = if circle.count > 1 { "m-many" } else { "m-one" };
                let _ = write!(out, "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", Px(circle.x), Px(circle.y), Px(circle.radius_px()));
                if circle.count > 1 {
                    svg::label(out, circle.x, circle.y + 3.5, "m-count", " font-size=\"10\"", &short_count(circle.count));
                }
            });
        }
    }

    fn point(&self, circle: &Cluster) -> &MapPoint {
        &self.input.points[self.spots[circle.first].0]
    }

    /// Where a mark leads and what it says.
    fn target(&self, circle: &Cluster) -> (String, String) {
        let doubt = circle.vaguest.radius_m;
        let doubt = if doubt > 0.0 { format!(" · {}", (self.input.words.within)(&self.distance(round_two(doubt)))) } else { String::new() };
        if circle.points == 1 {
            let point = self.point(circle);
            let count = if circle.count > 1 { format!(" · {}", (self.input.words.together)(circle.count)) } else { String::new() };
            return (point.href.clone(), format!("{}{count}{doubt}", text::first_chars(&point.label, TOOLTIP_CHARS)));
        }
        let [west, south, east, north] = circle.bounds_deg;
        let turn = |lon: f64| (lon + 180.0).rem_euclid(360.0) - 180.0;
        let (down, up) = (|x: f64| (x * 1e5).floor() / 1e5, |x: f64| (x * 1e5).ceil() / 1e5);
        let href = format!("{}{:.5},{:.5},{:.5},{:.5}", self.input.within_href, down(turn(west)), down(south), up(turn(east)), up(north));
        (href, format!("{}{doubt}", (self.input.words.together)(circle.count)))
    }

    /// Names of single things beside them, in the order of the list.
    fn point_labels(&self, out: &mut String, taken: &mut Taken) {
        let mut singles: Vec<&Cluster> = self.circles.iter().filter(|circle| circle.points == 1).collect();
        singles.sort_by_key(|circle| circle.first);
        let most = (self.frame.width() * self.frame.height() / 14_000.0) as usize;
        let mut written = 0;
        for circle in singles {
            if written == most {
                break;
            }
            let label = text::shorten(&self.point(circle).label, LABEL_PX.min(self.frame.width() * 0.4), FONT_PX);
            let width = text::width_px(&label, FONT_PX);
            if label.is_empty() {
                continue;
            }
            if let Some((x, y)) = taken.beside((circle.x, circle.y), circle.radius_px(), width, FONT_PX) {
                svg::label(out, x, y, "m-label", "", &label);
                written += 1;
            }
        }
    }

    /// Countries, then towns from the largest, where nothing is yet.
    fn names(&self, out: &mut String, taken: &mut Taken) {
        let [west, south, east, north] = self.view.bounds_deg();
        let zoom = self.view.zoom();
        let mut dots = PathData::default();
        let most_towns = (self.frame.width() * self.frame.height() / 11_000.0) as usize;
        let (mut written, mut tried) = (0, 0);
        for named in &LAND.names {
            let lon = self.view.unwrap(named.lon_deg);
            if lon < west || lon > east || named.lat_deg < south || named.lat_deg > north {
                continue;
            }
            let at = self.view.project(named.lat_deg, lon);
            let name = named.name(self.input.language);
            match named.rank {
                Rank::Country { zoom: from } => {
                    let name = name.to_uppercase();
                    let width = text::width_px(&name, SMALL_PX) * 1.12;
                    // A country is labelled while one can see it as a country.
                    if zoom < 7.5
                        && zoom + 0.3 >= from
                        && let Some((x, y)) = taken.around(at, width, SMALL_PX)
                    {
                        svg::label(out, x, y, "m-country", " font-size=\"10\"", &name);
                    }
                }
                Rank::Town if written < most_towns && tried < TOWNS_TRIED => {
                    tried += 1;
                    let dot = Rect { left: at.0, top: at.1, right: at.0, bottom: at.1 }.grown(3.0);
                    if !taken.is_free(&dot) {
                        continue;
                    }
                    if let Some((x, y)) = taken.beside(at, 2.0, text::width_px(name, SMALL_PX), SMALL_PX) {
                        taken.take(dot);
                        dots.line(&[at, (at.0 + 0.1, at.1)], false);
                        svg::label(out, x, y, "m-town", " font-size=\"10\"", name);
                        written += 1;
                    }
                }
                Rank::Town => {}
            }
        }
        dots.element(out, "m-dots");
    }

    fn distance(&self, metres: f64) -> String {
        let words = &self.input.words;
        let (value, unit) = if metres >= 1_000.0 { (metres / 1_000.0, words.kilometres) } else { (metres, words.metres) };
        let value = value.to_string();
        let value = if self.input.language == Language::English { value } else { value.replace('.', ",") };
        format!("{value}\u{a0}{unit}")
    }
}

fn rect(out: &mut String, class: &str, r: &Rect) {
    let _ = write!(out, "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", Px(r.left), Px(r.top), Px(r.width()), Px(r.height()));
}

/// The largest of 1, 2, 5 times a power of ten that is not above the value; at least 1.
fn round_below(value: f64) -> f64 {
    let power = 10f64.powf(value.max(1.0).log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|digit| digit * power).find(|round| *round <= value).unwrap_or(power)
}

/// Two digits, rounded up: doubt must not shrink by being written.
fn round_two(value: f64) -> f64 {
    let unit = 10f64.powf(value.max(1.0).log10().floor() - 1.0).max(1.0);
    (value / unit - 1e-9).ceil() * unit
}

/// A count that fits into a circle.
fn short_count(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..1_000_000 => format!("{}k", count / 1_000),
        _ => "1M+".to_owned(),
    }
}
