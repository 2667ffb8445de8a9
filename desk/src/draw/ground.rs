//! What lies under the marks of a map: sea, land, lakes, borders, degrees. Does no I/O.

use super::clip;
use super::land::{Detail, Kind, LAND, Line};
use super::svg::{self, PathData, Px, Rect};
use super::view::View;
use std::fmt::Write;

/// Lines cut at the frame are cut this far outside it, so that the cut is not seen.
const OUTSIDE_PX: f64 = 6.0;
/// What is smaller than this in both directions is left out.
const SMALLEST_PX: f64 = 0.8;
/// From this zoom on the finer lines are worth their bytes.
const FINE_ZOOM: f64 = 3.2;
const STATES_ZOOM: f64 = 4.2;
/// Degree lines are at least this far apart.
const DEGREES_APART_PX: f64 = 120.0;
const STEPS_DEG: [f64; 16] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0];

/// Draws the ground of a view. With `is_small` it is the small map in a corner: less detail, cut sharply at its frame.
pub(super) fn draw_ground(out: &mut String, view: &View, frame: &Rect, is_small: bool) {
    let sea = view.rect;
    let _ = write!(out, "<rect class=\"m-sea\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", Px(sea.left), Px(sea.top), Px(sea.width()), Px(sea.height()));
    let area = if is_small { sea } else { cut_area(&sea, frame) };
    let detail = if view.zoom() < FINE_ZOOM || is_small { Detail::Coarse } else { Detail::Fine };
    let mut paths = Paths::default();
    let [west, south, east, north] = view.bounds_deg();
    for line in LAND.lines.iter().filter(|line| line.detail == detail) {
        if line.kind == Kind::State && view.zoom() < STATES_ZOOM {
            continue;
        }
        let [l_west, l_south, l_east, l_north] = line.bounds;
        if l_south > north || l_north < south {
            continue;
        }
        // The view may reach beyond 180° on one side; the same land is then drawn there, a whole turn away.
        for turn in [-360.0, 0.0, 360.0] {
            if l_west + turn <= east && l_east + turn >= west {
                paths.add(view, line, turn, &area);
            }
        }
    }
    paths.land.element(out, "m-land");
    paths.land_without_edge.element(out, "m-land m-bare");
    paths.coast.element(out, "m-coast");
    paths.lake.element(out, "m-lake");
    paths.state.element(out, "m-state");
    paths.disputed.element(out, "m-disputed");
    paths.border.element(out, "m-border");
}

fn cut_area(sea: &Rect, frame: &Rect) -> Rect {
    let far = frame.grown(OUTSIDE_PX);
    let side = |sea: f64, frame: f64, far: f64| if sea == frame { far } else { sea };
    Rect {
        left: side(sea.left, frame.left, far.left),
        top: side(sea.top, frame.top, far.top),
        right: side(sea.right, frame.right, far.right),
        bottom: side(sea.bottom, frame.bottom, far.bottom),
    }
}

#[derive(Default)]
struct Paths {
    land: PathData,
    land_without_edge: PathData,
    coast: PathData,
    lake: PathData,
    border: PathData,
    disputed: PathData,
    state: PathData,
}

impl Paths {
    fn add(&mut self, view: &View, line: &Line, turn: f64, area: &Rect) {
        let place = |point: &(f32, f32)| view.project(f64::from(point.1), f64::from(point.0) + turn);
        let (a, b) = (view.project(line.bounds[1], line.bounds[0] + turn), view.project(line.bounds[3], line.bounds[2] + turn));
        if (b.0 - a.0).abs() < SMALLEST_PX && (b.1 - a.1).abs() < SMALLEST_PX {
            return;
        }
        let source = LAND.points(line);
        let mut points: Vec<(f64, f64)> = source.iter().map(place).collect();
        let open = match line.kind {
            Kind::Land | Kind::Lake => None,
            Kind::Border => Some(&mut self.border),
            Kind::Disputed => Some(&mut self.disputed),
            Kind::State => Some(&mut self.state),
        };
        if let Some(path) = open {
            clip::thin(&mut points);
            clip::line(&points, area, |part| path.line(part, false));
            return;
        }
        if line.is_cut {
            // The cut along 180° is no coast: the land is filled without an edge, and its edge drawn apart, without the cut.
            self.coast_without_cut(source, &points, area);
        }
        clip::thin(&mut points);
        let ring = clip::ring(&points, area);
        match line.kind {
            Kind::Lake => self.lake.line(&ring, true),
            _ if line.is_cut => self.land_without_edge.line(&ring, true),
            _ => self.land.line(&ring, true),
        }
    }

    fn coast_without_cut(&mut self, source: &[(f32, f32)], points: &[(f64, f64)], area: &Rect) {
        let is_edge = |index: usize| source[index].0.abs() == 180.0 || source[index].1 == -90.0;
        let mut start = 0;
        for index in 1..=points.len() {
            if index == points.len() || (is_edge(index) && is_edge(index - 1)) {
                let mut run = points[start..index].to_vec();
                clip::thin(&mut run);
                clip::line(&run, area, |part| self.coast.line(part, false));
                start = index;
            }
        }
    }
}

/// Degree lines with their degrees written at the left and upper edge; the letters are for north, east, south, west.
pub(super) fn draw_degrees(out: &mut String, view: &View, letters: [&str; 4], mut is_free: impl FnMut(Rect) -> bool) {
    let area = view.rect;
    let [west, south, east, north] = view.bounds_deg();
    let px_per_degree = area.width() / (east - west).max(1e-9);
    let Some(step) = STEPS_DEG.into_iter().find(|step| step * px_per_degree >= DEGREES_APART_PX) else { return };
    let font = 10.0;
    let mut lines = PathData::default();
    let mut labels = String::new();
    let mut write = |x: f64, y: f64, degrees: f64, positive: &str, negative: &str| {
        let text = degrees_text(degrees, step, positive, negative);
        if is_free(super::label::text_box((x, y), super::text::width_px(&text, font), font)) {
            svg::label(&mut labels, x, y, "m-degree", " font-size=\"10\"", &text);
        }
    };
    for lon in multiples(west, east, step) {
        let x = view.project(0.0, lon).0;
        lines.line(&[(x, area.top), (x, area.bottom)], false);
        write(x + 3.0, area.top + 15.0, wrapped(lon), letters[1], letters[3]);
    }
    for lat in multiples(south, north, step).filter(|lat| lat.abs() < 90.0) {
        let y = view.project(lat, 0.0).1;
        lines.line(&[(area.left, y), (area.right, y)], false);
        write(area.left + 6.0, y - 3.0, lat, letters[0], letters[2]);
    }
    lines.element(out, "m-grid");
    out.push_str(&labels);
}

fn multiples(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (from / step).ceil() as i64;
    let last = (to / step).floor() as i64;
    // A map is never so wide that there are more; the bound is for what cannot be.
    (first..=last.min(first.saturating_add(60))).map(move |index| index as f64 * step)
}

fn wrapped(lon: f64) -> f64 {
    let lon = (lon + 180.0).rem_euclid(360.0) - 180.0;
    if lon == -180.0 { 180.0 } else { lon }
}

fn degrees_text(degrees: f64, step: f64, positive: &str, negative: &str) -> String {
    let digits = [1.0, 0.1, 0.01].iter().position(|unit| ((step / unit).round() - step / unit).abs() < 1e-6).unwrap_or(3);
    let value = format!("{:.digits$}°", degrees.abs());
    if degrees.abs() < 1e-9 || degrees.abs() > 180.0 - 1e-9 { value } else { format!("{value}\u{a0}{}", if degrees > 0.0 { positive } else { negative }) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::view::Spot;
    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, right: 800.0, bottom: 500.0 };

    fn ground(spots: &[(f64, f64)]) -> String {
        let spots: Vec<Spot> = spots.iter().map(|s| Spot::new(s.0, s.1, 0.0).unwrap()).collect();
        let mut out = String::new();
        draw_ground(&mut out, &View::fit(&spots, FRAME), &FRAME, false);
        out
    }

    #[test]
    fn land_and_borders_are_there_and_the_open_sea_is_empty() {
        let minsk = ground(&[(53.9, 27.5), (50.4, 30.5)]);
        assert!(minsk.contains("m-land") && minsk.contains("m-border") && minsk.contains("m-state"), "{minsk}");
        assert!(!ground(&[(-40.0, -120.0)]).contains("m-land"));
    }

    /// The points that a path goes through.
    fn points_of(path: &str) -> Vec<(f64, f64)> {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for part in path.split('M').skip(1) {
            let numbers: Vec<f64> =
                part.replace('-', " -").split([' ', 'l', 'z']).filter(|number| !number.is_empty()).map(|number| number.parse().unwrap()).collect();
            let mut at = (0.0, 0.0);
            for pair in numbers.chunks(2) {
                at = (at.0 + pair[0], at.1 + pair[1]);
                points.push(at);
            }
        }
        points
    }

    #[test]
    fn there_is_land_on_both_sides_of_the_date_line_and_no_coast_along_it() {
        let ground = ground(&[(66.0, 175.0), (66.0, -165.0)]);
        let path = |class: &str| ground.split(&format!("{class}\" d=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        // The date line is at a quarter of the way.
        let line = 36.0 + 728.0 / 4.0;
        let land = points_of(&path("m-bare"));
        assert!(land.iter().any(|p| p.0 < line - 50.0) && land.iter().any(|p| p.0 > line + 50.0), "Chukotka is on both sides");
        let on_line = |pair: &[(f64, f64)]| (pair[0].0 - line).abs() < 1.0 && (pair[1].0 - line).abs() < 1.0 && (pair[0].1 - pair[1].1).abs() > 20.0;
        assert!(land.windows(2).any(on_line) && !points_of(&path("m-coast")).windows(2).any(on_line), "and its cut has no edge");
    }

    #[test]
    fn the_ground_of_any_view_is_small() {
        for spots in [
            vec![(60.0, 0.0), (-50.0, 170.0), (0.0, -170.0)],
            vec![(70.0, 20.0), (58.0, 5.0)],
            vec![(54.0, 24.0), (25.0, 60.0)],
            vec![(40.0, -74.0), (34.0, -118.0)],
        ] {
            let bytes = ground(&spots).len();
            assert!(bytes < 110_000, "{bytes} bytes for {spots:?}");
        }
    }

    #[test]
    fn degrees_are_written_as_people_write_them() {
        assert_eq!(degrees_text(-73.9, 0.1, "E", "W"), "73.9°\u{a0}W");
        assert_eq!(degrees_text(0.0, 5.0, "N", "S"), "0°");
        assert_eq!(degrees_text(wrapped(190.0), 10.0, "E", "W"), "170°\u{a0}W");
        assert_eq!(degrees_text(53.905, 0.005, "N", "S"), "53.905°\u{a0}N");
        assert_eq!(wrapped(-180.0), 180.0);
    }
}
