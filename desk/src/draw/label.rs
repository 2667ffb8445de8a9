//! Labels that do not cover each other: each tries a few places around its point and stays away if all are taken.
//!
//! Greedy, so the order of asking is the order of importance. Does no I/O.

use super::svg::Rect;

/// The part of a line above and below its baseline, in font sizes.
const ASCENT: f64 = 0.95;
const DESCENT: f64 = 0.3;
/// Side of the squares that boxes are looked up in.
const CELL_PX: f64 = 48.0;

/// What is already on the page.
pub(super) struct Taken {
    area: Rect,
    columns: usize,
    cells: Vec<Vec<Rect>>,
}

impl Taken {
    pub(super) fn new(area: Rect) -> Taken {
        let count = |length: f64| ((length / CELL_PX).ceil().clamp(1.0, 200.0)) as usize;
        let (columns, rows) = (count(area.width()), count(area.height()));
        Taken { area, columns, cells: vec![Vec::new(); columns * rows] }
    }

    fn cells_of(&self, wanted: &Rect) -> impl Iterator<Item = usize> + use<> {
        let columns = self.columns;
        let rows = self.cells.len() / columns;
        let index = |at: f64, from: f64, count: usize| (((at - from) / CELL_PX).max(0.0) as usize).min(count - 1);
        let across = index(wanted.left, self.area.left, columns)..=index(wanted.right, self.area.left, columns);
        let down = index(wanted.top, self.area.top, rows)..=index(wanted.bottom, self.area.top, rows);
        down.flat_map(move |row| across.clone().map(move |column| row * columns + column))
    }

    /// Whether nothing is there yet.
    pub(super) fn is_free(&self, wanted: &Rect) -> bool {
        self.cells_of(wanted).all(|cell| self.cells[cell].iter().all(|taken| !taken.meets(wanted)))
    }

    /// Takes the box, asked or not.
    pub(super) fn take(&mut self, rect: Rect) {
        for cell in self.cells_of(&rect) {
            self.cells[cell].push(rect);
        }
    }

    /// Takes the box if it is inside and free.
    pub(super) fn try_take(&mut self, rect: Rect) -> bool {
        let can = self.area.holds(&rect) && self.is_free(&rect);
        if can {
            self.take(rect);
        }
        can
    }

    /// A place for a text of this width beside a point that covers `radius` around it: right, left, above, below. Gives the start of
    /// the baseline.
    pub(super) fn beside(&mut self, (x, y): (f64, f64), radius: f64, width: f64, font_px: f64) -> Option<(f64, f64)> {
        let gap = radius + 3.0;
        let level = y + font_px * 0.33;
        [(x + gap, level), (x - gap - width, level), (x - width / 2.0, y - gap - font_px * DESCENT), (x - width / 2.0, y + gap + font_px * ASCENT)]
            .into_iter()
            .find(|start| self.try_take(text_box(*start, width, font_px)))
    }

    /// A place for a text with its middle on the point.
    pub(super) fn around(&mut self, (x, y): (f64, f64), width: f64, font_px: f64) -> Option<(f64, f64)> {
        let start = (x - width / 2.0, y + font_px * 0.33);
        self.try_take(text_box(start, width, font_px)).then_some(start)
    }
}

/// The box that a text covers, from the start of its baseline.
pub(super) fn text_box((x, y): (f64, f64), width: f64, font_px: f64) -> Rect {
    Rect { left: x, top: y - font_px * ASCENT, right: x + width, bottom: y + font_px * DESCENT }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const PAGE: Rect = Rect { left: 0.0, top: 0.0, right: 300.0, bottom: 200.0 };

    #[test]
    fn a_label_goes_where_there_is_room() {
        let mut taken = Taken::new(PAGE);
        taken.take(Rect { left: 150.0, top: 95.0, right: 200.0, bottom: 105.0 });
        let (x, _) = taken.beside((140.0, 100.0), 5.0, 40.0, 12.0).unwrap();
        assert!(x + 40.0 < 140.0, "to the left, since the right is taken: {x}");
    }

    #[test]
    fn labels_never_meet_nor_leave_the_page() {
        let mut taken = Taken::new(PAGE);
        let mut boxes: Vec<Rect> = Vec::new();
        for index in 0..500 {
            let at = (f64::from(index * 37 % 300), f64::from(index * 61 % 200));
            if let Some(start) = taken.beside(at, 4.0, 30.0 + f64::from(index % 40), 12.0) {
                boxes.push(text_box(start, 30.0 + f64::from(index % 40), 12.0));
            }
        }
        assert!(boxes.len() > 20);
        for (index, a) in boxes.iter().enumerate() {
            assert!(PAGE.holds(a) && boxes[index + 1..].iter().all(|b| !a.meets(b)), "{a:?}");
        }
    }

    #[test]
    fn a_page_of_no_size_has_no_room() {
        let mut taken = Taken::new(Rect { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 });
        assert_eq!(taken.beside((0.0, 0.0), 1.0, 10.0, 12.0), None);
    }
}
