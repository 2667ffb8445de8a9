//! The map of a list: the same narrowing as the list, drawn from our own outlines, with the same content in a table behind it.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use kniha_core::id::NodeId;
use kniha_core::place::Region;
use kniha_core::value::Value;
use kniha_core::vocab::NodeKind;
use kniha_store::{ListRow, Reader, Tx, labels, list, record};

use crate::Desk;
use crate::draw::MapPoint;
use crate::error::PageError;
use crate::fields::Fields;
use crate::href;
use crate::page::{Frame, Room, capital, page};
use crate::parts::Reading;
use crate::parts::drawing::{Sheet, map};
use crate::parts::link::Link;
use crate::parts::row::mentioned_in_rows;
use crate::parts::value::{Shown, Spot};
use crate::routes::list::{Ask, Filter, filters, has_map};
use crate::ways::{May, Ways};

/// Records drawn; a list has them a page of [`PAGE`] at a time.
const MOST: usize = 1000;
const PAGE: usize = 200;
/// Places looked up for records that name a place and no position.
const PLACES: usize = 300;

/// A row of the table behind the map.
pub(crate) struct Placed {
    pub(crate) link: Link,
    pub(crate) when: Vec<Shown>,
    pub(crate) spot: Spot,
    pub(crate) by_place: Option<Link>,
}

#[derive(Template)]
#[template(path = "map.html")]
pub(crate) struct MapPage {
    pub(crate) frame: Frame,
    pub(crate) kind_name: String,
    pub(crate) list: String,
    pub(crate) filters: Vec<Filter>,
    pub(crate) svg: String,
    pub(crate) rows: Vec<Placed>,
    pub(crate) shown: String,
    pub(crate) unplaced: Option<String>,
    pub(crate) more: Option<String>,
    pub(crate) whole: Option<String>,
}

pub(crate) fn routes() -> Ways {
    NodeKind::ALL.into_iter().filter(|kind| has_map(*kind)).fold(Ways::new(), |ways, kind| {
        let path = format!("{}/map", href::list(kind));
        ways.get(&path, May::Read, move |desk: Desk, frame: Frame, uri: Uri| show(desk, frame, uri, kind))
    })
}

/// West, south, east and north in degrees; west is greater than east across the 180th meridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Within([f64; 4]);

impl Within {
    fn read(written: &str) -> Option<Within> {
        let numbers: Vec<f64> = written.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
        let numbers: [f64; 4] = numbers.try_into().ok()?;
        numbers.iter().all(|number| number.is_finite()).then_some(Within(numbers))
    }

    fn holds(self, region: &Region) -> bool {
        let Within([west, south, east, north]) = self;
        let (lat, lon) = (region.lat_deg(), region.lon_deg());
        let across = if west <= east { (west..=east).contains(&lon) } else { lon >= west || lon <= east };
        across && (south..=north).contains(&lat)
    }
}

async fn show(desk: Desk, frame: Frame, uri: Uri, kind: NodeKind) -> Result<Response, PageError> {
    let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let ask = Ask { after: None, ..Ask::read(kind, &fields) };
    let within = Within::read(fields.get("within"));
    let (mut tx, reader) = desk.read().await?;
    let mut query = ask.query(PAGE);
    let mut rows: Vec<ListRow> = Vec::new();
    let mut more;
    loop {
        let found = list(&mut tx, &reader, &desk.store, &query).await?;
        rows.extend(found.rows);
        query.after = found.next;
        more = query.after.is_some();
        if !more || rows.len() >= MOST {
            break;
        }
    }
    let places = positions(&mut tx, &reader, &rows).await?;
    let mut mentioned = mentioned_in_rows(&rows);
    mentioned.extend(ask.at);
    let labels = labels(&mut tx, &reader, &mentioned).await?;
    let reading = Reading { t: frame.t, labels: &labels, now: (desk.now)(), token: &frame.token };
    let drawn = Drawn { rows: &rows, places: &places, within, more };
    page(&MapPage::new(&reading, frame.clone(), &ask, &drawn))
}

/// Positions of the places that records without a position of their own name.
async fn positions(tx: &mut Tx, reader: &Reader, rows: &[ListRow]) -> Result<BTreeMap<NodeId, Region>, PageError> {
    let mut ids: Vec<NodeId> = rows.iter().filter(|row| own_position(row).is_none()).filter_map(place_of).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut places = BTreeMap::new();
    for id in ids.into_iter().take(PLACES) {
        let Some(place) = record(tx, reader, id).await? else { continue };
        let region = place.claims.iter().filter(|claim| claim.stands()).find_map(|claim| match claim.value {
            Some(Value::Region(region)) => Some(region),
            _ => None,
        });
        places.extend(region.map(|region| (id, region)));
    }
    Ok(places)
}

fn own_position(row: &ListRow) -> Option<Region> {
    row.facts.iter().find_map(|claim| match claim.value {
        Some(Value::Region(region)) if claim.stands() => Some(region),
        _ => None,
    })
}

fn place_of(row: &ListRow) -> Option<NodeId> {
    let place = |code: &str| matches!(code, "incident.place" | "act.place");
    row.facts.iter().filter(|claim| claim.stands() && place(&claim.property.code)).find_map(|claim| match claim.value {
        Some(Value::Ref(id)) => Some(id),
        _ => None,
    })
}

/// What is to be drawn.
pub(crate) struct Drawn<'a> {
    pub(crate) rows: &'a [ListRow],
    pub(crate) places: &'a BTreeMap<NodeId, Region>,
    pub(crate) within: Option<Within>,
    pub(crate) more: bool,
}

impl MapPage {
    pub(crate) fn new(reading: &Reading<'_>, frame: Frame, ask: &Ask, drawn: &Drawn<'_>) -> MapPage {
        let (t, path) = (frame.t, format!("{}/map", href::list(ask.kind)));
        let (mut points, mut rows, mut unplaced) = (Vec::new(), Vec::new(), 0);
        for row in drawn.rows {
            let by_place = place_of(row).and_then(|id| Some((id, *drawn.places.get(&id)?)));
            let Some((region, place)) = own_position(row).map(|region| (region, None)).or(by_place.map(|(id, region)| (region, Some(id)))) else {
                unplaced += 1;
                continue;
            };
            if drawn.within.is_some_and(|within| !within.holds(&region)) {
                continue;
            }
            let link = Link::labelled(t, row.id, &row.label);
            points.push(MapPoint {
                lat_deg: region.lat_deg(),
                lon_deg: region.lon_deg(),
                radius_m: region.radius_m().unwrap_or(0.0),
                label: link.main.text.clone(),
                href: href::record(row.id),
                count: 1,
            });
            let when = row.facts.iter().filter(|claim| matches!(claim.value, Some(Value::Window(_))));
            rows.push(Placed {
                link,
                when: when.map(|claim| Shown::of(reading, claim.id, claim.property, claim.value.as_ref())).collect(),
                spot: Spot::of(t, &region),
                by_place: place.map(|id| Link::to(reading, id)),
            });
        }
        let narrowed = ask.href(&path, |_, _| true, &[]);
        let within_href = format!("{narrowed}{}within=", if narrowed.contains('?') { '&' } else { '?' });
        let kind_name = capital(ask.kind.many(t.lang()));
        let title = t.with("map-of", &[("what", &kind_name)]).replace(['\u{2068}', '\u{2069}'], "");
        let sheet = Sheet { id: "list", width: 1120, height: 640, within_href: &within_href };
        MapPage {
            svg: map(t, sheet, &points, &title).svg,
            shown: t.count("map-shown", rows.len()),
            rows,
            unplaced: (unplaced > 0).then(|| t.count("map-unplaced", unplaced)),
            more: drawn.more.then(|| t.count("map-first", drawn.rows.len())),
            whole: drawn.within.is_some().then_some(narrowed),
            list: ask.href(href::list(ask.kind), |_, _| true, &[]),
            filters: filters(reading, ask, &path),
            kind_name,
            frame: frame.titled(title).standing(Room::Kind(ask.kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_view_across_the_date_line_holds_both_sides() {
        let within = Within::read("170,-10,-170,10").unwrap();
        let at = |lon| Region::new(0.0, lon, None).unwrap();
        assert!(within.holds(&at(175.0)) && within.holds(&at(-175.0)) && !within.holds(&at(0.0)));
        assert_eq!(Within::read("1,2,3"), None);
        assert_eq!(Within::read("NaN,0,0,0"), None);
    }
}
