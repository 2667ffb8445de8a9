//! Every page that is read, drawn from samples with hostile writing in every place where a source writes, in four languages.

#![allow(clippy::unwrap_used, reason = "tests")]

use askama::Template;
use kniha_core::claim::{Move, Status};
use kniha_core::commit::Hash;
use kniha_core::id::{CaseId, ClaimId, NodeId};
use kniha_core::lang::Lang;
use kniha_core::time::Window;
use kniha_core::vocab::{self, NodeKind};
use kniha_store::{
    Case, ClaimView, Count, Found, Happened, History, HistoryEntry, Hit, Label, ListPage as StorePage, ListRow, RecordView, Related, Structure, StructureUnit,
    Why,
};

use super::history::HistoryPage;
use super::home::HomePage;
use super::keys::KeysPage;
use super::leave::LeavePage;
use super::list::{Ask, ListPage};
use super::map::{Drawn, MapPage};
use super::record::RecordPage;
use super::search::SearchPage;
use super::source::SourcePage;
use super::structure::StructurePage;
use crate::fields::Fields;
use crate::lang::Tongue;
use crate::page::{Frame, Room, Seat};
use crate::parts::link::Link;
use crate::parts::row::Entry;
use crate::parts::samples::{HOSTILE, NOW, SOURCE, UNIT, claim, reading};
use kniha_core::access::{Hat, Hats};

fn frame(lang: Lang) -> Frame {
    Frame {
        t: Tongue(lang),
        title: String::new(),
        token: "sample-token".into(),
        here: "/people?".into(),
        done: None,
        room: Room::Elsewhere,
        query: HOSTILE.into(),
        seat: Some(Seat { login: HOSTILE.into(), hats: Hats::new(&[Hat::Investigator]).unwrap() }),
    }
}

fn node(n: u8) -> NodeId {
    NodeId::from_random([n; 16])
}

fn label(kind: NodeKind) -> Label {
    Label {
        kind: Some(kind),
        names: vec![(HOSTILE.into(), Some("ru".into())), ("Іншая назва".into(), Some("be".into()))],
        codes: Vec::new(),
        marks: Vec::new(),
    }
}

/// A claim for every property of a kind.
fn claims(kind: NodeKind) -> Vec<ClaimView> {
    use vocab::ValueType as V;
    let mut claims: Vec<ClaimView> = Vec::new();
    for property in vocab::properties(kind) {
        let written = match property.value {
            V::Text | V::Name => HOSTILE.to_owned(),
            V::Ref(_) => UNIT.to_string(),
            V::Integer => "1500000".to_owned(),
            V::Real => "12.5".to_owned(),
            V::Window => "~2020-08-09".to_owned(),
            V::Region => "53.9, 27.56 ±100m".to_owned(),
            V::Code(list) => vocab::list(list).unwrap().terms[0].code.clone(),
            V::Address => "https://example.org/?\"><script>".to_owned(),
            V::Sealed => continue,
        };
        let mut first = claim(&property.code, &written);
        first.citations[0].words = Some(HOSTILE.to_owned());
        first.citations[0].archived = Some("javascript:alert(1)".to_owned());
        first.origin = Some(HOSTILE.to_owned());
        first.made_by = HOSTILE.to_owned();
        claims.push(first);
    }
    let mut old = claims[0].clone();
    (old.id, old.status) = (ClaimId::from_random([77; 16]), Status::Withdrawn);
    let mut gone = claims[0].clone();
    (gone.id, gone.value, gone.erased) = (ClaimId::from_random([78; 16]), None, Some(NOW));
    claims.extend([old, gone]);
    claims
}

fn record(kind: NodeKind) -> RecordView {
    let case = Case { id: CaseId::from_random([2; 16]), title: HOSTILE.into() };
    RecordView { id: *UNIT, kind, case, made_by: HOSTILE.into(), made: NOW, claims: claims(kind), more: true }
}

fn rows(kind: NodeKind) -> Vec<ListRow> {
    vec![
        ListRow { id: node(1), label: label(kind), facts: claims(kind) },
        ListRow { id: node(2), label: Label { kind: Some(kind), ..Label::default() }, facts: Vec::new() },
    ]
}

fn related() -> Vec<Related> {
    let ties = [
        ("posting.unit", NodeKind::Posting),
        ("command.superior", NodeKind::Command),
        ("positioning.unit", NodeKind::Positioning),
        ("involvement.unit", NodeKind::Involvement),
    ];
    let more = [("act.place", NodeKind::Act), ("injury.act", NodeKind::Injury), ("incident.exhibit", NodeKind::Incident), ("place.inside", NodeKind::Place)];
    let all = ties.iter().chain(&more);
    all.flat_map(|(via, kind)| {
        let mut rows: Vec<Related> = (0..45).map(|n| Related { via: vocab::property(via).unwrap(), id: node(n), kind: *kind, claims: claims(*kind) }).collect();
        rows[0].claims[0].held = Some(Window::parse("2018-03!..").unwrap());
        rows[1].claims[0].held = Some(Window::parse("~2019..2020").unwrap());
        rows
    })
    .collect()
}

fn history() -> History {
    let claim = Box::new(claims(NodeKind::Incident).remove(0));
    let entry = |seq, what| HistoryEntry { seq, by: HOSTILE.into(), at: NOW, hash: Hash([7; 32]), what };
    let mut all = vec![entry(0, Happened::Made), entry(1, Happened::Claimed(claim.clone())), entry(2, Happened::Withheld)];
    all.extend(Move::ALL.iter().zip(3..).map(|(what, seq)| entry(seq, Happened::Moved { claim: claim.clone(), what: *what, reason: Some(HOSTILE.into()) })));
    all.reverse();
    History { count: all.len(), entries: all, next: Some(1) }
}

fn found() -> Found {
    let hit = |why, property: &str, written: &str| Hit { id: node(1), label: label(NodeKind::Person), why, score: 700, claim: Some(claim(property, written)) };
    let hits = vec![
        hit(Why::Name, "person.name", HOSTILE),
        hit(Why::Words, "incident.summary", HOSTILE),
        hit(Why::Time, "act.when", "2020"),
        Hit { claim: None, why: Why::Id, ..hit(Why::Id, "act.when", "2020") },
    ];
    Found { hits, more: true, kinds: vec![(NodeKind::Person, 3), (NodeKind::Incident, 1)] }
}

/// Every page with a name for messages.
fn pages(lang: Lang) -> Vec<(String, String)> {
    let reading = reading(lang);
    let mut pages = Vec::new();
    let mut put = |name: &str, html: String| pages.push((format!("{name} {lang}"), html));
    for kind in NodeKind::ALL {
        let page = RecordPage::new(&reading, frame(lang), &record(kind), &related(), true);
        put(kind.code(), page.render().unwrap());
        let query = format!("q={}&from=2020&to=2021&at={}&has=act.violation%3Atorture", "%3Cscript%3E", *UNIT);
        let ask = Ask::read(kind, &Fields::parse(query.as_bytes()).unwrap());
        let list = StorePage {
            rows: rows(kind),
            next: Some("12 x".into()),
            count: Count::MoreThan(1000),
            facets: vec![(vocab::property("act.violation").unwrap(), "torture".into(), 3)],
        };
        put("list", ListPage::new(&reading, frame(lang), ask.clone(), &list).render().unwrap());
        let drawn = Drawn { rows: &rows(kind), places: &std::collections::BTreeMap::new(), within: None, more: true };
        put("map", MapPage::new(&reading, frame(lang), &ask, &drawn).render().unwrap());
    }
    let empty = StorePage { rows: Vec::new(), next: None, count: Count::Exactly(0), facets: Vec::new() };
    let ask = Ask::read(NodeKind::Act, &Fields::parse(b"from=<b>").unwrap());
    put("empty list", ListPage::new(&reading, frame(lang), ask, &empty).render().unwrap());
    let bare = RecordView { claims: Vec::new(), more: false, ..record(NodeKind::Act) };
    put("bare record", RecordPage::new(&reading, frame(lang), &bare, &[], false).render().unwrap());
    let entries = rows(NodeKind::Incident).iter().map(|row| Entry::of(&reading, row)).collect();
    put("home", HomePage::new(frame(lang), HOSTILE, &[(NodeKind::Person, Count::Exactly(3))], entries).render().unwrap());
    put("empty home", HomePage::new(frame(lang), HOSTILE, &[], Vec::new()).render().unwrap());
    put("history", HistoryPage::new(&reading, frame(lang), *UNIT, &history()).render().unwrap());
    put("search", SearchPage::new(&reading, frame(lang), &found(), None).render().unwrap());
    let nothing = Found { hits: Vec::new(), more: false, kinds: Vec::new() };
    put("search for nothing", SearchPage::new(&reading, frame(lang), &nothing, None).render().unwrap());
    put("source", SourcePage::new(&reading, frame(lang), *SOURCE, &claims(NodeKind::Person)).render().unwrap());
    let unit = |n, depth| StructureUnit { id: if n == 0 { *UNIT } else { node(n) }, label: label(NodeKind::Unit), people: 21, depth };
    let day = Window::parse("2020-08-09").unwrap();
    let structure =
        Structure { units: vec![unit(0, 0), unit(50, -1), unit(51, 2)], commands: vec![(node(50), *UNIT, true), (*UNIT, node(51), false)], more: true };
    put("structure", StructurePage::new(&reading, frame(lang), *UNIT, &day, &structure).render().unwrap());
    let back = Link::labelled(Tongue(lang), node(1), &label(NodeKind::Exhibit));
    put("leave", LeavePage::new(frame(lang), "https://a@example.org/\"><script>".into(), back).render().unwrap());
    put("keys", KeysPage::new(frame(lang)).render().unwrap());
    pages
}

/// The texts between tags.
fn texts(html: &str) -> impl Iterator<Item = &str> {
    html.split('>').skip(1).filter_map(|part| part.split('<').next()).map(str::trim).filter(|text| !text.is_empty())
}

#[test]
fn no_page_lets_a_source_write_markup() {
    for lang in Lang::ALL {
        for (name, html) in pages(lang) {
            for bad in ["<script>alert", "<img", "onerror=y>", "\"><script", "href=\"javascript", "<b>"] {
                assert!(!html.contains(bad), "{name}: {bad}");
            }
            assert_eq!(html.matches("<script").count(), 1, "{name}: one script, the desk's own");
            assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick"), "{name}: the policy forbids it");
        }
    }
}

#[test]
fn every_page_speaks_its_language_and_shows_no_message_key() {
    for lang in Lang::ALL {
        for (name, html) in pages(lang) {
            assert!(html.contains(&format!("<html lang=\"{lang}\">")), "{name}");
            let is_key = |text: &&str| text.contains('-') && text.chars().all(|c| c.is_ascii_lowercase() || c == '-') && text.len() > 3;
            let keys: Vec<&str> = texts(&html).filter(is_key).collect();
            assert!(keys.is_empty(), "{name}: {keys:?}");
        }
    }
}

#[test]
fn headings_begin_at_one_and_skip_no_level() {
    for (name, html) in pages(Lang::En) {
        let levels: Vec<u8> =
            html.match_indices("<h").filter_map(|(at, _)| html.as_bytes().get(at + 2).filter(|c| c.is_ascii_digit()).map(|c| c - b'0')).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}");
        assert_eq!(levels.first(), Some(&1), "{name}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    }
}

#[test]
fn no_page_uses_an_id_twice() {
    for (name, html) in pages(Lang::En) {
        let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}");
    }
}

#[test]
fn no_page_links_out_of_the_desk_by_itself() {
    for (name, html) in pages(Lang::En) {
        let out = html.split("href=\"").skip(1).filter(|href| href.starts_with("http") || href.starts_with("//")).count();
        assert_eq!(out, usize::from(name.starts_with("leave")), "{name}");
    }
}
