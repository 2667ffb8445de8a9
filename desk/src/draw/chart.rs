//! The structure chart of a unit on one day: its superiors above it, its subordinates below.
//!
//! Superiors stand in rows, joined to those below by curves, so that two superiors of one unit are plainly two. Each direct subordinate
//! heads a column in which its own subordinates hang, indented; columns that do not fit beside each other go on below, so a chart is
//! never wider than asked (two columns at least) and can be printed. Doubt is a dashed line and a word. Every box is a link; a line
//! of command that has no line here is named in the box of the subordinate. Does no I/O.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::svg::{self, Head, Px, Rect};
use super::text;
use super::tree::{Graph, Node, Picked, pick};

const NAME_PX: f64 = 13.0;
const SMALL_PX: f64 = 11.0;
/// Bold letters are wider than the measured ones.
const BOLD: f64 = 1.08;
const COLUMN_PX: f64 = 212.0;
const BETWEEN_PX: f64 = 18.0;
const EDGE_PX: f64 = 20.0;
const INDENT_PX: f64 = 16.0;
const ROW_GAP_PX: f64 = 44.0;
const STACK_GAP_PX: f64 = 8.0;
const PAD_PX: f64 = 8.0;

/// A unit as it was on the day.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnitBox {
    /// What edges call it.
    pub(crate) id: String,
    /// Its name in the reader's script.
    pub(crate) name: String,
    /// What kind of unit it is, in words.
    pub(crate) class: String,
    /// People known to be posted there on the day.
    pub(crate) people: Option<u64>,
    /// Who commands it.
    pub(crate) commander: Option<String>,
    /// Its page.
    pub(crate) href: String,
    /// Whether it is in doubt that it existed on the day.
    pub(crate) doubtful: bool,
}

/// A line of command on the day.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnitEdge {
    /// Id of the unit that commands.
    pub(crate) superior: String,
    /// Id of the unit that is commanded.
    pub(crate) subordinate: String,
    /// What kind of command, in words; empty for the usual kind.
    pub(crate) kind: String,
    /// Whether it is in doubt on the day.
    pub(crate) doubtful: bool,
}

/// Words in the reader's language.
#[derive(Clone, Copy)]
pub(crate) struct ChartWords<'a> {
    /// Read out first: whose structure, on which day.
    pub(crate) title: &'a str,
    /// Read out second.
    pub(crate) description: &'a str,
    /// "34 people".
    pub(crate) people: &'a dyn Fn(u64) -> String,
    /// "Commander: K. Novik".
    pub(crate) commander: &'a dyn Fn(&str) -> String,
    /// "and 12 more".
    pub(crate) more: &'a dyn Fn(usize) -> String,
    /// "12 subordinate units", for a unit none of whose subordinates are shown.
    pub(crate) hidden: &'a dyn Fn(usize) -> String,
    /// "also under …".
    pub(crate) also_under: &'a dyn Fn(&str) -> String,
    /// "in doubt".
    pub(crate) doubtful: &'a str,
}

/// A chart to be drawn.
pub(crate) struct ChartInput<'a> {
    /// Tells apart several drawings on one page.
    pub(crate) id: &'a str,
    /// All units that may be shown, in the order wished for; far more than will be shown are no harm.
    pub(crate) units: &'a [UnitBox],
    /// All lines of command between them.
    pub(crate) edges: &'a [UnitEdge],
    /// Id of the unit in the middle.
    pub(crate) focus: &'a str,
    /// Width not to be exceeded, in pixels; two columns (482) are always allowed.
    pub(crate) max_width: u32,
    /// Where superiors and direct subordinates that found no room are listed.
    pub(crate) more_href: &'a str,
    /// Words in the reader's language.
    pub(crate) words: ChartWords<'a>,
}

/// Draws the structure around a unit. With an unknown focus the drawing is empty but for its title.
pub(crate) fn draw_chart(input: &ChartInput<'_>) -> String {
    let graph = Graph::new(input.units, input.edges);
    let across = ((f64::from(input.max_width.min(8_000)) - 2.0 * EDGE_PX + BETWEEN_PX) / (COLUMN_PX + BETWEEN_PX)).floor().max(2.0) as usize;
    let Some(focus) = graph.number(input.focus) else {
        let mut out = String::new();
        svg::open(&mut out, &input.head(COLUMN_PX, 1.0, false));
        out.push_str("</svg>");
        return out;
    };
    let picked = pick(&graph, focus, across);
    let mut chart = Chart { input, graph: &graph, picked: &picked, boxes: BTreeMap::new(), lines: String::new(), front: String::new(), extent: (0.0, 0.0) };
    chart.arrange(across);
    chart.finish()
}

impl<'a> ChartInput<'a> {
    fn head(&self, width: f64, height: f64, has_links: bool) -> Head<'a> {
        let (title, description) = (self.words.title, self.words.description);
        Head { kind: "chart", id: self.id, width, height, font_px: NAME_PX, title, description, has_links }
    }
}

struct Chart<'a> {
    input: &'a ChartInput<'a>,
    graph: &'a Graph,
    picked: &'a Picked,
    /// Where each unit's box is.
    boxes: BTreeMap<usize, Rect>,
    /// Lines lie under boxes.
    lines: String,
    front: String,
    extent: (f64, f64),
}

/// The texts in a box, each with its class and size.
struct Content {
    lines: Vec<(&'static str, f64, String)>,
    tooltip: String,
}

impl Content {
    fn height(&self) -> f64 {
        2.0 * PAD_PX - 2.0 + self.lines.iter().map(|line| line_height(line.1)).sum::<f64>()
    }
}

fn line_height(font_px: f64) -> f64 {
    (font_px * 1.32).ceil()
}

impl Chart<'_> {
    fn arrange(&mut self, across: usize) {
        let focus = &self.picked.below[0];
        let columns = focus.children.len() + usize::from(focus.hidden > 0);
        let widest_row = (self.picked.above.iter()).map(|level| level.units.len() + usize::from(level.hidden > 0)).max().unwrap_or(0);
        let shown = columns.max(widest_row).clamp(1, across);
        let shelves = columns.div_ceil(across);
        // Further shelves of columns hang on a trunk at the left.
        let left = if shelves > 1 { EDGE_PX + 8.0 } else { EDGE_PX };
        let middle = left + (shown as f64 * (COLUMN_PX + BETWEEN_PX) - BETWEEN_PX) / 2.0;
        let top = self.rows_above(middle);
        let focus_rect = self.place(focus.unit, self.content(focus.unit, None, 0), (middle - COLUMN_PX / 2.0, top), COLUMN_PX);
        self.join_rows();
        self.columns_below(focus, &focus_rect, middle, across);
    }

    /// Rows of superiors, the furthest on top. Gives where the focus begins.
    fn rows_above(&mut self, middle: f64) -> f64 {
        let mut top = EDGE_PX;
        for (distance, level) in self.picked.above.iter().enumerate().rev() {
            let under: &[usize] = if distance == 0 { &[self.picked.below[0].unit] } else { &self.picked.above[distance - 1].units };
            let slots = level.units.len() + usize::from(level.hidden > 0);
            let mut left = middle - (slots as f64 * (COLUMN_PX + BETWEEN_PX) - BETWEEN_PX) / 2.0;
            let mut bottom: f64 = top;
            for unit in &level.units {
                let tie = under.iter().find(|below| self.graph.ties.contains_key(&(*unit, **below))).map(|below| (*unit, *below));
                let rect = self.place(*unit, self.content(*unit, tie, 0), (left, top), COLUMN_PX);
                bottom = bottom.max(rect.bottom);
                left += COLUMN_PX + BETWEEN_PX;
            }
            if level.hidden > 0 {
                let rect = self.more(level.hidden, self.input.more_href, (left, top), COLUMN_PX);
                bottom = bottom.max(rect.bottom);
            }
            top = bottom + ROW_GAP_PX;
        }
        top
    }

    /// Curves between neighbouring rows.
    fn join_rows(&mut self) {
        let focus = [self.picked.below[0].unit];
        let mut under: &[usize] = &focus;
        for level in &self.picked.above {
            for below in under {
                let ties: Vec<usize> = level.units.iter().copied().filter(|unit| self.graph.ties.contains_key(&(*unit, *below))).collect();
                for (index, superior) in ties.iter().enumerate() {
                    let (from, to) = (self.boxes[superior], self.boxes[below]);
                    // Curves that end in one box end side by side.
                    let shift = (index as f64 - (ties.len() - 1) as f64 / 2.0) * 18.0;
                    let (ax, ay) = ((from.left + from.right) / 2.0, from.bottom);
                    let (bx, by) = ((to.left + to.right) / 2.0 + shift, to.top);
                    let half = (by - ay) / 2.0;
                    let class = self.line_class(*superior, *below);
                    let _ = write!(
                        self.lines,
                        "<path class=\"{class}\" d=\"M{} {}C{} {} {} {} {} {}\"/>",
                        Px(ax),
                        Px(ay),
                        Px(ax),
                        Px(ay + half),
                        Px(bx),
                        Px(by - half),
                        Px(bx),
                        Px(by)
                    );
                }
            }
            under = &level.units;
        }
    }

    /// A column for each direct subordinate, on as many shelves as it takes.
    fn columns_below(&mut self, focus: &Node, focus_rect: &Rect, middle: f64, across: usize) {
        let columns = focus.children.len() + usize::from(focus.hidden > 0);
        if columns == 0 {
            return;
        }
        let shelves = columns.div_ceil(across);
        let per_shelf = columns.div_ceil(shelves);
        let width = |count: usize| count as f64 * (COLUMN_PX + BETWEEN_PX) - BETWEEN_PX;
        let left = middle - width(per_shelf) / 2.0;
        let trunk = left - 14.0;
        let mut bar = focus_rect.bottom + 16.0;
        let focus_x = (focus_rect.left + focus_rect.right) / 2.0;
        self.elbow(&[(focus_x, focus_rect.bottom), (focus_x, bar)], "c-line");
        let mut trunk_end = bar;
        for shelf in 0..shelves {
            let mut ends = if shelf == 0 { (focus_x, focus_x) } else { (trunk, trunk) };
            if shelf == 0 && shelves > 1 {
                ends.0 = trunk;
            }
            let mut bottom = bar;
            for slot in shelf * per_shelf..((shelf + 1) * per_shelf).min(columns) {
                let x = left + (slot - shelf * per_shelf) as f64 * (COLUMN_PX + BETWEEN_PX);
                let centre = x + COLUMN_PX / 2.0;
                let top = bar + 16.0;
                let (class, end) = match focus.children.get(slot) {
                    Some(child) => {
                        let unit = self.picked.below[*child].unit;
                        (self.line_class(focus.unit, unit), self.hang(*child, focus.unit, (x, top), COLUMN_PX))
                    }
                    None => ("c-line", self.more(focus.hidden, self.input.more_href, (x, top), COLUMN_PX).bottom),
                };
                self.elbow(&[(centre, bar), (centre, top)], class);
                ends = (ends.0.min(centre), ends.1.max(centre));
                bottom = bottom.max(end);
            }
            self.elbow(&[(ends.0, bar), (ends.1, bar)], "c-line");
            trunk_end = bar;
            bar = bottom + 28.0;
        }
        if shelves > 1 {
            self.elbow(&[(trunk, focus_rect.bottom + 16.0), (trunk, trunk_end)], "c-line");
        }
    }

    /// A box and, indented under it, all that hangs on it. Gives where it ends.
    fn hang(&mut self, node: usize, parent: usize, (left, top): (f64, f64), width: f64) -> f64 {
        let Node { unit, children, hidden, .. } = &self.picked.below[node];
        let inside = if children.is_empty() { *hidden } else { 0 };
        let rect = self.place(*unit, self.content(*unit, Some((parent, *unit)), inside), (left, top), width);
        let (spine, mut end, mut last) = (left + 7.0, rect.bottom, None);
        let (child_left, child_width) = (left + INDENT_PX, width - INDENT_PX);
        // The depth is bounded by the picking.
        for child in children {
            let child_top = end + STACK_GAP_PX;
            let below = self.picked.below[*child].unit;
            end = self.hang(*child, *unit, (child_left, child_top), child_width);
            let joint = child_top + 16.0;
            let class = self.line_class(*unit, below);
            self.elbow(&[(spine, joint), (child_left, joint)], class);
            last = Some(joint);
        }
        if *hidden > 0 && !children.is_empty() {
            let href = self.input.units[*unit].href.as_str();
            let pill = self.more(*hidden, href, (child_left, end + STACK_GAP_PX), child_width);
            let joint = (pill.top + pill.bottom) / 2.0;
            self.elbow(&[(spine, joint), (child_left, joint)], "c-line");
            (end, last) = (pill.bottom, Some(joint));
        }
        if let Some(joint) = last {
            self.elbow(&[(spine, rect.bottom), (spine, joint)], "c-line");
        }
        end
    }

    fn line_class(&self, superior: usize, subordinate: usize) -> &'static str {
        let is_sure = self.graph.ties.get(&(superior, subordinate)).is_some_and(|tie| !tie.doubtful);
        if is_sure { "c-line" } else { "c-line c-doubt" }
    }

    fn elbow(&mut self, points: &[(f64, f64)], class: &str) {
        let mut path = svg::PathData::default();
        path.line(points, false);
        path.element(&mut self.lines, class);
    }

    /// What is written in the box of a unit. `tie` is the line that joins it to the chart, `hidden` its subordinates without a box.
    fn content(&self, unit: usize, tie: Option<(usize, usize)>, hidden: usize) -> Content {
        let (words, shown) = (&self.input.words, &self.input.units[unit]);
        let name = if shown.name.trim().is_empty() { &shown.id } else { &shown.name };
        let tie = tie.and_then(|ends| self.graph.ties.get(&ends));
        let mut small = Vec::new();
        let mut relation: Vec<&str> = tie.map(|tie| tie.kinds.iter().map(String::as_str).collect()).unwrap_or_default();
        if shown.doubtful || tie.is_some_and(|tie| tie.doubtful) {
            relation.push(words.doubtful);
        }
        let relation = relation.join(" · ");
        let people = shown.people.map(words.people);
        small.extend([shown.class.clone()].into_iter().filter(|class| !class.is_empty()));
        small.extend(people);
        let mut lines = vec![small.join(" · ")];
        lines.extend(shown.commander.as_deref().map(words.commander));
        let others = self.picked.also_under.get(&unit).map_or(&[][..], Vec::as_slice);
        for other in others.iter().take(2) {
            lines.push((words.also_under)(&self.input.units[*other].name));
        }
        if others.len() > 2 {
            lines.push((words.more)(others.len() - 2));
        }
        if hidden > 0 {
            lines.push((words.hidden)(hidden));
        }
        lines.retain(|line| !line.is_empty());
        let tooltip = [name, &relation].into_iter().chain(&lines).filter(|line| !line.is_empty()).map(|line| text::first_chars(line, 200));
        let tooltip = tooltip.collect::<Vec<_>>().join(" · ");
        let mut content = Content { lines: vec![("c-name", NAME_PX, name.clone())], tooltip };
        content.lines.extend((!relation.is_empty()).then_some(("c-kind", SMALL_PX, relation)));
        content.lines.extend(lines.into_iter().map(|line| ("c-small", SMALL_PX, line)));
        content
    }

    /// Draws the box of a unit with its texts broken to its width.
    fn place(&mut self, unit: usize, mut content: Content, (left, top): (f64, f64), width: f64) -> Rect {
        let room = width - 2.0 * PAD_PX;
        content.lines = (content.lines.into_iter())
            .flat_map(|(class, font, line)| {
                let (scale, most) = if class == "c-name" { (BOLD, 3) } else { (1.0, 2) };
                text::wrap(&line, room, font * scale, most).into_iter().map(move |part| (class, font, part))
            })
            .collect();
        let rect = Rect { left, top, right: left + width, bottom: top + content.height() };
        let shown = &self.input.units[unit];
        let mut class = String::from("c-unit");
        if self.picked.below[0].unit == unit {
            class.push_str(" c-focus");
        }
        if shown.doubtful {
            class.push_str(" c-doubt");
        }
        svg::linked(&mut self.front, &shown.href, &class, &content.tooltip, |out| {
            box_element(out, &rect);
            let mut baseline = top + PAD_PX - 2.0;
            for (class, font, line) in &content.lines {
                baseline += line_height(*font);
                let size = format!(" font-size=\"{}\"", Px(*font));
                svg::label(out, left + PAD_PX, baseline - font * 0.22, class, &size, line);
            }
        });
        self.boxes.insert(unit, rect);
        self.reach(&rect);
        rect
    }

    /// A small box that counts what found no room.
    fn more(&mut self, count: usize, href: &str, (left, top): (f64, f64), width: f64) -> Rect {
        let rect = Rect { left, top, right: left + width, bottom: top + 28.0 };
        let words = (self.input.words.more)(count);
        svg::linked(&mut self.front, href, "c-more", &words, |out| {
            box_element(out, &rect);
            let line = text::shorten(&words, width - 2.0 * PAD_PX, SMALL_PX);
            svg::label(out, left + PAD_PX, top + 18.0, "c-small", " font-size=\"11\"", &line);
        });
        self.reach(&rect);
        rect
    }

    fn reach(&mut self, rect: &Rect) {
        self.extent = (self.extent.0.max(rect.right + EDGE_PX), self.extent.1.max(rect.bottom + EDGE_PX));
    }

    fn finish(self) -> String {
        let mut out = String::with_capacity(self.lines.len() + self.front.len() + 1_024);
        svg::open(&mut out, &self.input.head(self.extent.0, self.extent.1, true));
        out.push_str(&self.lines);
        out.push_str(&self.front);
        out.push_str("</svg>");
        out
    }
}

fn box_element(out: &mut String, rect: &Rect) {
    let _ = write!(out, "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>", Px(rect.left), Px(rect.top), Px(rect.width()), Px(rect.height()));
}
