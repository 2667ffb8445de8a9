//! The structure around a unit on a chosen day: a chart, and the same in a table.

use askama::Template;
use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use kniha_core::id::NodeId;
use kniha_core::time::{UtcMicros, Window};
use kniha_core::vocab::NodeKind;
use kniha_store::{Structure, labels, last_known, record, structure};

use crate::Desk;
use crate::draw::{ChartInput, ChartWords, UnitBox, UnitEdge, draw_chart};
use crate::error::PageError;
use crate::fields::Fields;
use crate::href;
use crate::lang::Tongue;
use crate::page::{Frame, Room, page};
use crate::parts::Reading;
use crate::parts::link::{Link, term};
use crate::parts::when::When;
use crate::ways::{May, Ways};

/// A unit in the table.
pub(crate) struct UnitLine {
    pub(crate) link: Link,
    pub(crate) place: String,
    pub(crate) under: Vec<(Link, bool)>,
    pub(crate) people: String,
}

#[derive(Template)]
#[template(path = "structure.html")]
pub(crate) struct StructurePage {
    pub(crate) frame: Frame,
    pub(crate) head: Link,
    pub(crate) id: String,
    pub(crate) day: String,
    pub(crate) day_words: String,
    pub(crate) bad_day: bool,
    pub(crate) svg: Option<String>,
    pub(crate) units: Vec<UnitLine>,
    pub(crate) alone: bool,
    pub(crate) more: bool,
}

pub(crate) fn routes() -> Ways {
    Ways::new().get("/r/{id}/structure", May::Read, show)
}

async fn show(desk: Desk, frame: Frame, Path(id): Path<String>, uri: Uri) -> Result<Response, PageError> {
    let id = NodeId::parse(&id).map_err(|_| PageError::NotFound)?;
    let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let day_of = |moment: UtcMicros| moment.text().chars().take(10).collect::<String>();
    let today = day_of((desk.now)());
    let mut asked = fields.filled("day").unwrap_or(&today).chars().take(40).collect::<String>();
    let (mut day, bad) = match Window::parse(&asked) {
        Ok(window) => (window, false),
        Err(_) => (Window::parse(&today).map_err(|_| PageError::Broken)?, true),
    };
    let (mut tx, reader) = desk.read().await?;
    let record = record(&mut tx, &reader, id).await?.filter(|record| record.kind == NodeKind::Unit).ok_or(PageError::NotFound)?;
    let mut found = structure(&mut tx, &reader, id, &day).await?;
    // Nobody asked for this day: a chart of the last one that something is known of says more than an empty one of today.
    if fields.filled("day").is_none()
        && found.commands.is_empty()
        && let Some(last) = last_known(&mut tx, &reader, id).await?.map(day_of)
        && let Ok(window) = Window::parse(&last)
    {
        found = structure(&mut tx, &reader, id, &window).await?;
        (day, asked) = (window, last);
    }
    let labels = labels(&mut tx, &reader, &[record.id]).await?;
    let reading = Reading { t: frame.t, labels: &labels, now: (desk.now)(), token: &frame.token };
    let mut page_values = StructurePage::new(&reading, frame.clone(), id, &day, &found);
    page_values.bad_day = bad;
    page_values.day = asked;
    page(&page_values)
}

impl StructurePage {
    pub(crate) fn new(reading: &Reading<'_>, frame: Frame, id: NodeId, day: &Window, found: &Structure) -> StructurePage {
        let t = frame.t;
        let head = Link::to(reading, id);
        let day_words = When::of(t, day).words;
        let link = |of: NodeId| found.units.iter().find(|unit| unit.id == of).map(|unit| Link::labelled(t, unit.id, &unit.label));
        let mut units: Vec<UnitLine> = Vec::new();
        let mut sorted: Vec<_> = found.units.iter().collect();
        sorted.sort_by_key(|unit| unit.depth);
        for unit in sorted {
            let under = found.commands.iter().filter(|(_, below, _)| *below == unit.id);
            units.push(UnitLine {
                link: Link::labelled(t, unit.id, &unit.label),
                place: depth(t, unit.depth),
                under: under.filter_map(|(above, _, sure)| Some((link(*above)?, *sure))).collect(),
                people: t.count("people-count", unit.people),
            });
        }
        StructurePage {
            id: id.to_string(),
            day: day.to_string(),
            bad_day: false,
            svg: (found.units.len() > 1).then(|| chart(t, id, &day_words, &head, found)),
            units,
            alone: found.units.len() < 2,
            more: found.more,
            frame: {
                let title = t.with("structure-title", &[("unit", &head.main.text), ("day", &day_words)]);
                frame.titled(title).standing(Room::Kind(NodeKind::Unit))
            },
            day_words,
            head,
        }
    }
}

/// Where a unit stands from the asked one.
fn depth(t: Tongue, depth: i32) -> String {
    let n = usize::try_from(depth.unsigned_abs()).unwrap_or(usize::MAX);
    match depth {
        0 => t.get("depth-self"),
        1.. => t.count("depth-below", n),
        _ => t.count("depth-above", n),
    }
}

fn chart(t: Tongue, id: NodeId, day: &str, head: &Link, found: &Structure) -> String {
    let units: Vec<UnitBox> = found
        .units
        .iter()
        .map(|unit| UnitBox {
            id: unit.id.to_string(),
            name: Link::labelled(t, unit.id, &unit.label).main.text,
            class: unit.label.marks.first().map(|(list, code)| term(t, list, code)).unwrap_or_default(),
            people: Some(unit.people as u64).filter(|people| *people > 0),
            commander: None,
            href: href::structure(unit.id),
            doubtful: false,
        })
        .collect();
    let edges: Vec<UnitEdge> = found
        .commands
        .iter()
        .map(|(above, below, sure)| UnitEdge { superior: above.to_string(), subordinate: below.to_string(), kind: String::new(), doubtful: !sure })
        .collect();
    let plain = |text: String| text.replace(['\u{2068}', '\u{2069}'], "");
    let title = plain(t.with("structure-title", &[("unit", &head.main.text), ("day", day)]));
    let (description, doubtful) = (t.get("structure-description"), t.get("in-doubt"));
    draw_chart(&ChartInput {
        id: "structure",
        units: &units,
        edges: &edges,
        focus: &id.to_string(),
        max_width: 1160,
        more_href: "#units",
        words: ChartWords {
            title: &title,
            description: &description,
            people: &|n| t.count("people-count", usize::try_from(n).unwrap_or(usize::MAX)),
            commander: &|name| name.to_owned(),
            more: &|n| t.count("and-more", n),
            hidden: &|n| t.count("units-below", n),
            also_under: &|name| plain(t.with("also-under", &[("unit", name)])),
            doubtful: &doubtful,
        },
    })
}
