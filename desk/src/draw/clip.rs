//! Cutting projected lines and rings to a box, and leaving out points too close to matter. Does no I/O.

use super::svg::Rect;

/// Points nearer than this to the last one kept are left out.
const NEAR_PX: f64 = 1.0;

/// Leaves out points that would not be seen apart; the first and last stay.
pub(super) fn thin(points: &mut Vec<(f64, f64)>) {
    let Some(last) = points.last().copied() else { return };
    let mut kept: Option<(f64, f64)> = None;
    points.retain(|point| {
        let is_far = kept.is_none_or(|k| (point.0 - k.0).abs() + (point.1 - k.1).abs() >= NEAR_PX);
        if is_far {
            kept = Some(*point);
        }
        is_far
    });
    if kept != Some(last) {
        points.push(last);
    }
}

/// The part of a ring inside the box (Sutherland and Hodgman): one side of the box after the other.
pub(super) fn ring(points: &[(f64, f64)], area: &Rect) -> Vec<(f64, f64)> {
    type Axis = fn(&(f64, f64)) -> f64;
    let (across, down): (Axis, Axis) = (|p| p.0, |p| p.1);
    let sides = [(across, area.left, 1.0), (across, area.right, -1.0), (down, area.top, 1.0), (down, area.bottom, -1.0)];
    let mut ring = points.to_vec();
    for (axis, limit, sign) in sides {
        let inside = |point: &(f64, f64)| (axis(point) - limit) * sign >= 0.0;
        if ring.iter().all(inside) {
            continue;
        }
        let mut out = Vec::with_capacity(ring.len() + 8);
        let Some(mut before) = ring.last().copied() else { break };
        for point in &ring {
            if inside(point) != inside(&before) {
                let share = (limit - axis(&before)) / (axis(point) - axis(&before));
                out.push((before.0 + (point.0 - before.0) * share, before.1 + (point.1 - before.1) * share));
            }
            if inside(point) {
                out.push(*point);
            }
            before = *point;
        }
        ring = out;
    }
    ring
}

/// The parts of a line inside the box (Liang and Barsky), each given to `take`.
pub(super) fn line(points: &[(f64, f64)], area: &Rect, mut take: impl FnMut(&[(f64, f64)])) {
    let mut run: Vec<(f64, f64)> = Vec::new();
    for pair in points.windows(2) {
        match segment(pair[0], pair[1], area) {
            Some((a, b)) => {
                if run.last() != Some(&a) {
                    if run.len() > 1 {
                        take(&run);
                    }
                    run.clear();
                    run.push(a);
                }
                run.push(b);
            }
            None => {
                if run.len() > 1 {
                    take(&run);
                }
                run.clear();
            }
        }
    }
    if run.len() > 1 {
        take(&run);
    }
}

/// Two ends of a stretch.
pub(super) type Segment = ((f64, f64), (f64, f64));

/// The part of a segment inside the box.
pub(super) fn segment(a: (f64, f64), b: (f64, f64), area: &Rect) -> Option<Segment> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for (step, room) in [(-dx, a.0 - area.left), (dx, area.right - a.0), (-dy, a.1 - area.top), (dy, area.bottom - a.1)] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            from = from.max(room / step);
        } else {
            to = to.min(room / step);
        }
    }
    let at = |share: f64| (a.0 + dx * share, a.1 + dy * share);
    // Ends that are inside are given as they are, so that pieces of one line still meet.
    (from <= to).then(|| (if from == 0.0 { a } else { at(from) }, if to == 1.0 { b } else { at(to) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    fn area(ring: &[(f64, f64)]) -> f64 {
        let next = ring.iter().cycle().skip(1);
        ring.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs() / 2.0
    }

    #[test]
    fn a_ring_is_cut_to_the_box() {
        let diamond = [(5.0, -5.0), (15.0, 5.0), (5.0, 15.0), (-5.0, 5.0)];
        let cut = ring(&diamond, &BOX);
        assert!((area(&cut) - 100.0).abs() < 1e-9, "{cut:?}");
        assert!(ring(&[(20.0, 20.0), (30.0, 20.0), (30.0, 30.0)], &BOX).is_empty());
        assert!(ring(&[], &BOX).is_empty());
    }

    #[test]
    fn a_ring_around_the_box_fills_it() {
        assert!((area(&ring(&[(-50.0, -50.0), (60.0, -50.0), (60.0, 60.0), (-50.0, 60.0)], &BOX)) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_is_two() {
        let mut parts = Vec::new();
        line(&[(1.0, 1.0), (1.0, 20.0), (5.0, 20.0), (5.0, 5.0), (6.0, 5.0)], &BOX, |part| parts.push(part.to_vec()));
        assert_eq!(parts, [vec![(1.0, 1.0), (1.0, 10.0)], vec![(5.0, 10.0), (5.0, 5.0), (6.0, 5.0)]]);
    }

    #[test]
    fn thinning_keeps_the_ends() {
        let mut points: Vec<(f64, f64)> = (0..=104).map(|i| (f64::from(i) / 10.0, 0.0)).collect();
        thin(&mut points);
        assert!(points.len() < 20 && points.first() == Some(&(0.0, 0.0)) && points.last() == Some(&(10.4, 0.0)));
    }
}
