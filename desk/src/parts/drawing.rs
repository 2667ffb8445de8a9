//! Drawings on pages: claims' positions on a small map, periods of related records as bands. Does no I/O.

use kniha_core::lang::Lang;
use kniha_core::time::{Cover, Window};
use kniha_core::value::Value;
use kniha_store::ClaimView;

use super::related::Section;
use super::value::Shown;
use super::when::{When, date};
use crate::draw::{AxisDate, Band, Language, MapDrawing, MapInput, MapPoint, MapWords, TimelineInput, TimelineWords, draw_map, draw_timeline};
use crate::lang::Tongue;

/// The language of towns and countries on a map.
fn language(lang: Lang) -> Language {
    match lang {
        Lang::Be => Language::Belarusian,
        Lang::Ru => Language::Russian,
        Lang::Uk => Language::Ukrainian,
        Lang::En => Language::English,
    }
}

/// How large a map is and what its counted circles lead to.
#[derive(Clone, Copy)]
pub(crate) struct Sheet<'a> {
    pub(crate) id: &'a str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) within_href: &'a str,
}

/// A map of points.
pub(crate) fn map(t: Tongue, sheet: Sheet<'_>, points: &[MapPoint], title: &str) -> MapDrawing {
    let (description, km, m) = (t.count("map-description", points.len()), t.get("unit-km"), t.get("unit-m"));
    // The name of the source is the same in every language; that it is free is said where there is room.
    let ground = if sheet.width < 500 { "Natural Earth".to_owned() } else { t.get("map-ground") };
    let letters = [t.get("compass-n"), t.get("compass-e"), t.get("compass-s"), t.get("compass-w")];
    let [n, e, s, w] = &letters;
    draw_map(&MapInput {
        id: sheet.id,
        points,
        width: sheet.width,
        height: sheet.height,
        within_href: sheet.within_href,
        language: language(t.lang()),
        words: MapWords {
            title,
            description: &description,
            compass: [n, e, s, w],
            kilometres: &km,
            metres: &m,
            attribution: &ground,
            together: &|n| t.count("map-together", usize::try_from(n).unwrap_or(usize::MAX)),
            within: &|distance| t.with("map-within", &[("distance", distance)]).replace(['\u{2068}', '\u{2069}'], ""),
        },
    })
}

/// The positions that these claims state, `None` where none does.
pub(crate) fn map_of_claims(t: Tongue, claims: &[&ClaimView], name: &str) -> Option<String> {
    let mut points: Vec<MapPoint> = Vec::new();
    for claim in claims {
        if let Some(Value::Region(region)) = &claim.value {
            let href = format!("#c-{}", claim.id);
            let same = |point: &&mut MapPoint| point.lat_deg == region.lat_deg() && point.lon_deg == region.lon_deg();
            if points.iter_mut().find(same).is_none() {
                let radius_m = region.radius_m().unwrap_or(0.0);
                points.push(MapPoint { lat_deg: region.lat_deg(), lon_deg: region.lon_deg(), radius_m, label: name.to_owned(), href, count: 1 });
            }
        }
    }
    let sheet = Sheet { id: "here", width: 300, height: 220, within_href: "" };
    (!points.is_empty()).then(|| map(t, sheet, &points, &t.get("map-here")).svg)
}

/// A window as a band.
fn band(t: Tongue, label: String, href: String, window: &Window) -> Band {
    Band {
        label,
        start_us: window.start().map(|bound| bound.us),
        end_us: window.end().map(|bound| bound.us),
        precise: window.cover() == Cover::Every,
        start_real: window.start().is_some_and(|bound| bound.real),
        end_real: window.end().is_some_and(|bound| bound.real),
        href: if href.is_empty() { When::of(t, window).exact } else { href },
    }
}

/// The periods of related records; `None` where fewer than two are known, which words say better.
pub(crate) fn timeline_of_rows(t: Tongue, section: &Section) -> Option<String> {
    let mut bands = Vec::new();
    let mut words = Vec::new();
    for row in &section.rows {
        let role = row.facts.iter().flat_map(|fact| &fact.values).map(Shown::plain).next();
        let label = role.map_or_else(|| row.link.main.text.clone(), |role| format!("{} · {role}", row.link.main.text));
        for (window, when) in row.windows.iter().zip(&row.held) {
            bands.push(band(t, label.clone(), row.link.href.clone().unwrap_or_default(), window));
            words.push(when.plain());
        }
    }
    if bands.len() < 2 {
        return None;
    }
    let phrase = |asked: &Band| {
        let at = bands.iter().position(|band| (band.start_us, band.end_us, &band.label) == (asked.start_us, asked.end_us, &asked.label));
        at.and_then(|at| words.get(at)).cloned().unwrap_or_default()
    };
    let description = t.get("bands-description");
    Some(draw_timeline(&TimelineInput {
        id: section.code,
        bands: &bands,
        width: 720,
        words: TimelineWords {
            title: &section.title,
            description: &description,
            date: &|at| match at {
                AxisDate::Year(year) => date(t, year, None, None),
                AxisDate::Month(year, month) => date(t, year, Some(month), None),
                AxisDate::Day(year, month, day) => date(t, year, Some(month), Some(day)),
            },
            window: &phrase,
            more: &|n| t.count("and-more", n),
        },
    }))
}
