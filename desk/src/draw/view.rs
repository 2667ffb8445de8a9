//! From the globe to the page: which part of the earth a map shows, and where on the page a place falls.
//!
//! Web Mercator as long as everything is within 80° of the equator, because shapes look as people know them; otherwise equal steps of
//! latitude and longitude, true to scale at the middle, which has an answer at the poles. Longitudes are unwrapped around the middle of
//! the view, so points on both sides of the 180th meridian are neighbours. The earth is a ball of 6,371.0088 km (IUGG mean radius);
//! a drawing this small does not show the difference. Does no I/O.

use std::f64::consts::{PI, TAU};

use super::svg::Rect;

/// Mean radius of the earth, IUGG.
pub(super) const EARTH_M: f64 = 6_371_008.8;
/// Where Web Mercator ends: its world is a square.
const MERCATOR_LAT_DEG: f64 = 85.051_128;
const MERCATOR_FIT_DEG: f64 = 80.0;
/// Half of what is shown around one lone place, and around several that are close together.
const LONE_HALF_M: f64 = 75_000.0;
const CLOSE_HALF_M: f64 = 3_000.0;
/// Doubt beyond this does not make the view wider.
const DOUBT_IN_VIEW_M: f64 = 300_000.0;
const MARGIN_PX: f64 = 36.0;

/// A place on the globe with its doubt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    pub(super) lat_deg: f64,
    pub(super) lon_deg: f64,
    /// The true place is within this distance. Finite, not negative.
    pub(super) radius_m: f64,
}

impl Spot {
    /// The spot, if it is on the globe. Doubt that is no number is taken as none, which is shown as a point.
    pub(super) fn new(lat_deg: f64, lon_deg: f64, radius_m: f64) -> Option<Spot> {
        let is_on_globe = lat_deg.abs() <= 90.0 && lon_deg.abs() <= 180.0;
        let radius_m = if radius_m.is_finite() { radius_m.clamp(0.0, PI * EARTH_M) } else { 0.0 };
        is_on_globe.then_some(Spot { lat_deg, lon_deg, radius_m })
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Projection {
    Mercator,
    /// Longitudes shortened by this.
    Equal {
        shrink: f64,
    },
}

/// A part of the globe on a part of the page.
#[derive(Clone, Debug)]
pub(super) struct View {
    projection: Projection,
    centre_lon_deg: f64,
    /// Pixels per unit of the projection; a unit is a radian of longitude at the equator (Mercator) or the earth's radius (equal).
    scale: f64,
    middle: (f64, f64),
    centre_y: f64,
    /// Where the globe is drawn: the frame, or less where the globe ends.
    pub(super) rect: Rect,
}

impl View {
    /// A view that shows all the spots with their doubt and some margin, in the frame given.
    pub(super) fn fit(spots: &[Spot], frame: Rect) -> View {
        let (west, east) = span_of_longitudes(spots);
        let centre = (west + east) / 2.0;
        let (mut box_deg, mut is_lone) = ([west, 90.0, east, -90.0], true);
        for spot in spots {
            let lon = unwrapped(spot.lon_deg, centre);
            let up = (spot.radius_m.min(DOUBT_IN_VIEW_M) / EARTH_M).to_degrees();
            let across = up / spot.lat_deg.to_radians().cos().max(0.02);
            box_deg[0] = box_deg[0].min(lon - across);
            box_deg[1] = box_deg[1].min((spot.lat_deg - up).max(-90.0));
            box_deg[2] = box_deg[2].max(lon + across);
            box_deg[3] = box_deg[3].max((spot.lat_deg + up).min(90.0));
            is_lone &= spot.lat_deg == spots[0].lat_deg && spot.lon_deg == spots[0].lon_deg;
        }
        if spots.is_empty() {
            box_deg = [-180.0, -56.0, 180.0, 76.0];
            is_lone = false;
        }
        View::around(box_deg, if is_lone { LONE_HALF_M } else { CLOSE_HALF_M }, frame, MARGIN_PX)
    }

    /// A view of a few thousand kilometres around the middle of another one, for a small map in its corner.
    pub(super) fn surroundings(&self, frame: Rect) -> View {
        let (lat, lon) = self.place_at((self.rect.left + self.rect.right) / 2.0, (self.rect.top + self.rect.bottom) / 2.0);
        View::around([lon, lat, lon, lat], 1_100_000.0, frame, 0.0)
    }

    fn around([west, south, east, north]: [f64; 4], least_half_m: f64, frame: Rect, margin: f64) -> View {
        let centre_lon_deg = (west + east) / 2.0;
        let middle_lat = (south + north) / 2.0;
        let projection = if south >= -MERCATOR_FIT_DEG && north <= MERCATOR_FIT_DEG {
            Projection::Mercator
        } else {
            Projection::Equal { shrink: middle_lat.to_radians().cos().max(0.2) }
        };
        let (low, high) = (projection.y(south), projection.y(north));
        let half_lon = (((east - west) / 2.0).min(180.0)).to_radians() * projection.shrink();
        let least = least_half_m / EARTH_M / projection.metre_stretch(middle_lat);
        let (half_x, half_y) = (half_lon.max(least), ((high - low) / 2.0).max(least));
        // What is left when the frame is too small for a margin is still a frame.
        let room = |length: f64| (length - 2.0 * margin).max(length / 3.0).max(1.0);
        let scale = (room(frame.width()) / (2.0 * half_x)).min(room(frame.height()) / (2.0 * half_y));

        let world_half_x = PI * projection.shrink() * scale;
        let middle = ((frame.left + frame.right) / 2.0, (frame.top + frame.bottom) / 2.0);
        let half_height = frame.height() / 2.0 / scale;
        let (bottom, top) = (projection.y(-90.0), projection.y(90.0));
        // The view slides away from the ends of the world as far as it can, but a mark at a pole is still seen whole.
        let slide = half_height - margin / scale;
        let centre_y = if bottom + slide <= top - slide { ((low + high) / 2.0).clamp(bottom + slide, top - slide) } else { (bottom + top) / 2.0 };
        let globe = Rect {
            left: middle.0 - world_half_x,
            right: middle.0 + world_half_x,
            top: middle.1 - (top - centre_y) * scale,
            bottom: middle.1 - (bottom - centre_y) * scale,
        };
        View { projection, centre_lon_deg, scale, middle, centre_y, rect: frame.common(&globe) }
    }

    /// The longitude, moved by whole turns to within half a turn of the middle.
    pub(super) fn unwrap(&self, lon_deg: f64) -> f64 {
        unwrapped(lon_deg, self.centre_lon_deg)
    }

    /// Where a place falls, its longitude already unwrapped.
    pub(super) fn project(&self, lat_deg: f64, lon_deg: f64) -> (f64, f64) {
        let x = (lon_deg - self.centre_lon_deg).to_radians() * self.projection.shrink();
        let y = self.projection.y(lat_deg) - self.centre_y;
        (self.middle.0 + x * self.scale, self.middle.1 - y * self.scale)
    }

    /// Latitude and unwrapped longitude of a point of the page.
    pub(super) fn place_at(&self, x: f64, y: f64) -> (f64, f64) {
        let lon = self.centre_lon_deg + ((x - self.middle.0) / self.scale / self.projection.shrink()).to_degrees();
        (self.projection.lat((self.middle.1 - y) / self.scale + self.centre_y), lon)
    }

    /// West, south, east, north of what is drawn; longitudes unwrapped.
    pub(super) fn bounds_deg(&self) -> [f64; 4] {
        let (north, west) = self.place_at(self.rect.left, self.rect.top);
        let (south, east) = self.place_at(self.rect.right, self.rect.bottom);
        [west, south, east, north]
    }

    /// Metres in one pixel across, at a latitude.
    pub(super) fn metres_per_px(&self, lat_deg: f64) -> f64 {
        match self.projection {
            Projection::Mercator => EARTH_M * lat_deg.to_radians().cos().max(0.01) / self.scale,
            Projection::Equal { shrink } => EARTH_M * lat_deg.to_radians().cos().max(0.01) / shrink / self.scale,
        }
    }

    /// Half-widths of a circle of doubt on the page, across and up.
    pub(super) fn radii_px(&self, spot: &Spot) -> (f64, f64) {
        let across = spot.radius_m / self.metres_per_px(spot.lat_deg);
        match self.projection {
            Projection::Mercator => (across, across),
            Projection::Equal { .. } => (across, spot.radius_m / EARTH_M * self.scale),
        }
    }

    /// How much is seen as web maps count it: 0 is the world in 256 pixels, each further step doubles.
    pub(super) fn zoom(&self) -> f64 {
        (self.scale * self.projection.shrink() * TAU / 256.0).log2()
    }
}

impl Projection {
    fn shrink(self) -> f64 {
        match self {
            Projection::Mercator => 1.0,
            Projection::Equal { shrink } => shrink,
        }
    }

    /// Units per (metre divided by the earth's radius) at a latitude, inverted.
    fn metre_stretch(self, lat_deg: f64) -> f64 {
        match self {
            Projection::Mercator => lat_deg.to_radians().cos().max(0.05),
            Projection::Equal { .. } => 1.0,
        }
    }

    fn y(self, lat_deg: f64) -> f64 {
        match self {
            Projection::Mercator => {
                let lat = lat_deg.clamp(-MERCATOR_LAT_DEG, MERCATOR_LAT_DEG).to_radians();
                lat.tan().asinh()
            }
            Projection::Equal { .. } => lat_deg.to_radians(),
        }
    }

    fn lat(self, y: f64) -> f64 {
        match self {
            Projection::Mercator => y.sinh().atan().to_degrees(),
            Projection::Equal { .. } => y.to_degrees(),
        }
    }
}

fn unwrapped(lon_deg: f64, centre_deg: f64) -> f64 {
    lon_deg + 360.0 * ((centre_deg - lon_deg) / 360.0).round()
}

/// The shortest stretch of longitudes that holds all spots, eastwards; the eastern end may be beyond 180°.
fn span_of_longitudes(spots: &[Spot]) -> (f64, f64) {
    let mut lons: Vec<f64> = spots.iter().map(|spot| spot.lon_deg).collect();
    lons.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (lons.first(), lons.last()) else { return (-180.0, 180.0) };
    let (mut widest, mut span) = (first + 360.0 - last, (*first, *last));
    for pair in lons.windows(2) {
        if pair[1] - pair[0] > widest {
            widest = pair[1] - pair[0];
            span = (pair[1], pair[0] + 360.0);
        }
    }
    span
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, right: 800.0, bottom: 500.0 };

    fn fit(spots: &[(f64, f64, f64)]) -> View {
        View::fit(&spots.iter().map(|s| Spot::new(s.0, s.1, s.2).unwrap()).collect::<Vec<_>>(), FRAME)
    }

    fn at(view: &View, lat: f64, lon: f64) -> (f64, f64) {
        view.project(lat, view.unwrap(lon))
    }

    #[test]
    fn every_spot_is_in_the_frame_wherever_it_is() {
        let sets: [&[(f64, f64, f64)]; 9] = [
            &[(53.9, 27.5, 0.0)],
            &[(53.9, 27.5, 0.0), (53.9, 27.5001, 0.0)],
            &[(40.7, -74.0, 500.0), (34.05, -118.2, 0.0), (47.6, -122.3, 0.0)],
            &[(90.0, 0.0, 0.0)],
            &[(-90.0, 180.0, 1e9), (90.0, -180.0, 0.0)],
            &[(0.0, 180.0, 0.0), (0.0, -180.0, 0.0)],
            &[(-17.0, 179.0, 0.0), (-18.0, -179.0, 0.0)],
            &[(84.9, -60.0, 20_000.0), (60.0, -40.0, 0.0)],
            &[(0.0, 0.0, 0.0), (0.0, 90.0, 0.0), (0.0, 180.0, 0.0), (0.0, -90.0, 0.0)],
        ];
        for set in sets {
            let view = fit(set);
            for (lat, lon, _) in set {
                let (x, y) = at(&view, *lat, *lon);
                assert!(view.rect.grown(0.01).contains(x, y), "{set:?}: {x} {y} not in {:?}", view.rect);
            }
        }
    }

    #[test]
    fn spots_on_both_sides_of_the_date_line_are_neighbours() {
        let view = fit(&[(-17.0, 179.0, 0.0), (-18.0, -179.0, 0.0)]);
        let [west, _, east, _] = view.bounds_deg();
        assert!(east - west < 10.0, "{west}..{east}");
        assert!(at(&view, -17.0, 179.0).0 < at(&view, -18.0, -179.0).0);
    }

    #[test]
    fn one_spot_is_seen_with_its_surroundings_and_its_doubt() {
        let view = fit(&[(53.9, 27.5, 0.0)]);
        let height_m = view.rect.height() * view.metres_per_px(53.9);
        assert!((120e3..260e3).contains(&height_m), "{height_m}");
        let wide = fit(&[(53.9, 27.5, 200_000.0)]);
        let (rx, _) = wide.radii_px(&Spot::new(53.9, 27.5, 200_000.0).unwrap());
        assert!((120.0..250.0).contains(&rx), "{rx}");
    }

    #[test]
    fn place_and_page_are_each_others_inverse() {
        for view in [fit(&[(53.9, 27.5, 0.0)]), fit(&[(89.0, 10.0, 0.0), (60.0, -40.0, 0.0)])] {
            let (lat, lon) = view.place_at(123.0, 321.0);
            let (x, y) = view.project(lat, lon);
            assert!((x - 123.0).abs() < 1e-6 && (y - 321.0).abs() < 1e-6);
        }
    }

    #[test]
    fn a_distance_on_the_page_is_the_distance_on_the_ground() {
        // From Minsk to Hrodna it is about 246 km; great circle by the haversine formula.
        let view = fit(&[(53.902, 27.565, 0.0), (53.678, 23.834, 0.0)]);
        let (a, b) = (at(&view, 53.902, 27.565), at(&view, 53.678, 23.834));
        let metres = (a.0 - b.0).hypot(a.1 - b.1) * view.metres_per_px(53.8);
        assert!((metres - 246_000.0).abs() < 2_000.0, "{metres}");
    }

    #[test]
    fn what_is_off_the_globe_is_no_spot() {
        for (lat, lon) in [(90.1, 0.0), (0.0, 180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Spot::new(lat, lon, 0.0), None);
        }
        assert_eq!(Spot::new(1.0, 2.0, f64::NAN).unwrap().radius_m, 0.0);
        assert_eq!(Spot::new(1.0, 2.0, -5.0).unwrap().radius_m, 0.0);
    }

    #[test]
    fn a_frame_too_small_for_its_margins_is_not_turned_over() {
        let spot = Spot::new(53.9, 27.5, 0.0).unwrap();
        for side in [0.0, 10.0, 60.0] {
            let view = View::fit(&[spot], Rect { left: 0.0, top: 0.0, right: side, bottom: side });
            let (a, b) = (view.project(53.9, 27.5), view.project(53.8, 27.6));
            assert!(a.0 < b.0 && a.1 < b.1, "{side}: {a:?} {b:?}");
        }
    }
}
