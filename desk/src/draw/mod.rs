//! Drawings the desk makes itself: the map of a list, the structure chart of a unit, the doubt band of a row of windows.
//!
//! Each is a pure function from a plain struct to one `<svg>` element to be placed inside a page: no script, no style, no colour, no
//! address outside the page, no network, no clock. What it looks like is in `draw.css` beside this file, through classes and the
//! variables `--ink --paper --muted --line --accent`. Texts come in translated; all of them are taken as hostile and escaped here.
//! Links must lead inside the desk (`/…`, `?…`, `#…`); any other is drawn without its link. A table with the same content belongs
//! beside every drawing.
//!
//! The root is `role="group"` when it holds links and `role="img"` when it holds none: what is inside an `img` is hidden from
//! screen readers, links too.
//!
//! Lengths are in CSS pixels unless a name says otherwise. Does no I/O.

mod chart;
mod clip;
mod cluster;
mod ground;
mod label;
mod land;
mod map;
mod svg;
mod text;
mod timeline;
mod tree;
mod view;

pub(crate) use chart::{ChartInput, ChartWords, UnitBox, UnitEdge, draw_chart};
pub(crate) use land::Language;
pub(crate) use map::{MapDrawing, MapInput, MapPoint, MapWords, draw_map};
pub(crate) use timeline::{AxisDate, Band, TimelineInput, TimelineWords, draw_timeline};

/// How the drawings look; light and dark come from the page's own variables.
pub(crate) const CSS: &str = include_str!("draw.css");

#[cfg(test)]
mod tests;
