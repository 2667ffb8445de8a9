//! Near points become one counted circle.
//!
//! Points fall into squares of a grid laid over the page; each square is a circle at the mean of its points; circles that would touch
//! become one. Where that leaves too many, the squares grow. The same points in the same order give the same circles. Time is linear in
//! the points plus quadratic in the circles, which are few. Does no I/O.

use std::collections::BTreeMap;

use super::view::Spot;

/// Most circles on one map.
pub(super) const MOST: usize = 400;
const FIRST_CELL_PX: f64 = 22.0;
const GROWTH: f64 = 1.3;
const MOST_ROUNDS: usize = 16;

/// One point on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Where it is, longitude unwrapped.
    pub(super) spot: Spot,
    /// How many things it stands for.
    pub(super) count: u64,
}

/// One circle on the page.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) count: u64,
    /// How many points it holds.
    pub(super) points: usize,
    /// Index of the first of them.
    pub(super) first: usize,
    /// West, south, east, north; longitudes unwrapped.
    pub(super) bounds_deg: [f64; 4],
    /// The point of the largest doubt.
    pub(super) vaguest: Spot,
    /// Kept with the count, because it is asked for in every comparison of two circles.
    radius: f64,
}

impl Cluster {
    fn of(index: usize, mark: &Mark) -> Cluster {
        let Spot { lat_deg, lon_deg, .. } = mark.spot;
        Cluster {
            x: mark.x,
            y: mark.y,
            count: mark.count,
            points: 1,
            first: index,
            bounds_deg: [lon_deg, lat_deg, lon_deg, lat_deg],
            vaguest: mark.spot,
            radius: radius_px(mark.count),
        }
    }

    fn take(&mut self, other: &Cluster) {
        let (own, its) = (self.points as f64, other.points as f64);
        self.x = (self.x * own + other.x * its) / (own + its);
        self.y = (self.y * own + other.y * its) / (own + its);
        self.count = self.count.saturating_add(other.count);
        self.radius = radius_px(self.count);
        self.points += other.points;
        self.first = self.first.min(other.first);
        let (a, b) = (self.bounds_deg, other.bounds_deg);
        self.bounds_deg = [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])];
        if other.vaguest.radius_m > self.vaguest.radius_m {
            self.vaguest = other.vaguest;
        }
    }

    pub(super) fn radius_px(&self) -> f64 {
        self.radius
    }

    fn touches(&self, other: &Cluster) -> bool {
        let (dx, dy, near) = (self.x - other.x, self.y - other.y, self.radius + other.radius + 1.0);
        dx * dx + dy * dy < near * near
    }
}

/// A dot for one, a circle that grows slowly for more.
fn radius_px(count: u64) -> f64 {
    if count <= 1 { 5.5 } else { 8.5 + 2.8 * (count as f64).log10() }
}

/// The circles of the marks, the largest last, so that it is on top.
pub(super) fn clusters(marks: &[Mark]) -> Vec<Cluster> {
    let mut cell = FIRST_CELL_PX;
    loop {
        if let Some(mut circles) = apart(squares(marks, cell)) {
            circles.sort_by_key(|circle| (circle.count, circle.first));
            return circles;
        }
        // Ends, since at last one square holds all.
        cell *= GROWTH;
    }
}

fn squares(marks: &[Mark], cell: f64) -> Vec<Cluster> {
    let mut squares: BTreeMap<(i64, i64), Cluster> = BTreeMap::new();
    for (index, mark) in marks.iter().enumerate() {
        let square = ((mark.y / cell).floor() as i64, (mark.x / cell).floor() as i64);
        let one = Cluster::of(index, mark);
        squares.entry(square).and_modify(|circle| circle.take(&one)).or_insert(one);
    }
    squares.into_values().collect()
}

/// Joins circles until none touch; `None` when that takes too long or leaves too many, so that larger squares are better.
fn apart(mut circles: Vec<Cluster>) -> Option<Vec<Cluster>> {
    if circles.len() > 4 * MOST {
        return None;
    }
    for _ in 0..MOST_ROUNDS {
        let before = circles.len();
        let mut kept: Vec<Cluster> = Vec::with_capacity(before);
        for circle in circles {
            match kept.iter_mut().find(|other| other.touches(&circle)) {
                Some(other) => other.take(&circle),
                None => kept.push(circle),
            }
        }
        circles = kept;
        if circles.len() == before {
            return (before <= MOST).then_some(circles);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Points from a fixed multiplicative generator (Lehmer's, MINSTD), so that a failure can be repeated.
    fn scattered(count: usize, seed: u64, width: f64, height: f64) -> Vec<Mark> {
        let mut state = seed;
        let mut next = || {
            state = state * 48_271 % 0x7fff_ffff;
            state as f64 / 2_147_483_647.0
        };
        (0..count)
            .map(|_| Mark { x: next() * width, y: next() * height, spot: Spot::new(next() * 90.0, next() * 180.0, next() * 1e4).unwrap(), count: 1 })
            .collect()
    }

    #[test]
    fn counts_add_up_whatever_the_points() {
        for (count, width) in [(0, 1.0), (1, 10.0), (50, 30.0), (2_000, 900.0), (10_000, 4_000.0)] {
            let circles = clusters(&scattered(count, 7, width, width));
            assert_eq!(circles.iter().map(|c| c.count).sum::<u64>(), count as u64);
            assert_eq!(circles.iter().map(|c| c.points).sum::<usize>(), count);
            assert!(circles.len() <= MOST);
        }
    }

    #[test]
    fn no_two_circles_touch() {
        for seed in 1..6 {
            let circles = clusters(&scattered(600, seed, 800.0, 500.0));
            for (index, a) in circles.iter().enumerate() {
                assert!(circles[index + 1..].iter().all(|b| !a.touches(b)));
            }
        }
    }

    #[test]
    fn the_same_points_give_the_same_circles() {
        let marks = scattered(500, 3, 400.0, 400.0);
        let places = |circles: Vec<Cluster>| circles.iter().map(|c| (c.x, c.y, c.count, c.first)).collect::<Vec<_>>();
        assert_eq!(places(clusters(&marks)), places(clusters(&marks)));
    }

    #[test]
    fn a_circle_knows_its_corners_and_its_largest_doubt() {
        let mark = |x, lat, lon, radius| Mark { x, y: 0.0, spot: Spot::new(lat, lon, radius).unwrap(), count: 3 };
        let circles = clusters(&[mark(1.0, 1.0, 2.0, 10.0), mark(2.0, 3.0, -4.0, 50.0), mark(3.0, 2.0, 0.0, 0.0)]);
        assert_eq!(circles.len(), 1);
        assert_eq!((circles[0].count, circles[0].bounds_deg), (9, [-4.0, 1.0, 2.0, 3.0]));
        assert_eq!(circles[0].vaguest.radius_m, 50.0);
    }

    #[test]
    fn a_count_beyond_counting_does_not_overflow() {
        let mark = Mark { x: 0.0, y: 0.0, spot: Spot::new(0.0, 0.0, 0.0).unwrap(), count: u64::MAX };
        assert_eq!(clusters(&[mark, mark])[0].count, u64::MAX);
    }
}
