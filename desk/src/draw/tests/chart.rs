//! The structure chart, read back.

use super::super::chart::{ChartInput, ChartWords, UnitBox, UnitEdge, draw_chart};
use super::{Element, HOSTILE, assert_apart, read};

pub(in super::super) fn unit(id: &str) -> UnitBox {
    UnitBox { id: id.to_owned(), name: format!("Unit {id}"), href: format!("/unit/{id}"), ..UnitBox::default() }
}

pub(in super::super) fn edge(superior: &str, subordinate: &str) -> UnitEdge {
    UnitEdge { superior: superior.to_owned(), subordinate: subordinate.to_owned(), ..UnitEdge::default() }
}

fn drawn_in(units: &[UnitBox], edges: &[UnitEdge], focus: &str, max_width: u32) -> String {
    draw_chart(&ChartInput {
        id: "structure",
        units,
        edges,
        focus,
        max_width,
        more_href: "/unit/all",
        words: ChartWords {
            title: "Structure on 9 August 2020",
            description: "The same is in the table below.",
            people: &|count| format!("{count} people"),
            commander: &|name| format!("Commander: {name}"),
            more: &|count| format!("and {count} more"),
            hidden: &|count| format!("{count} subordinate units"),
            also_under: &|name| format!("also under {name}"),
            doubtful: "in doubt",
        },
    })
}

fn drawn(units: &[UnitBox], edges: &[UnitEdge], focus: &str) -> Vec<Element> {
    read(&drawn_in(units, edges, focus, 1_200))
}

/// A tree in which everyone has `width` subordinates.
fn tree(count: usize, width: usize) -> (Vec<UnitBox>, Vec<UnitEdge>) {
    let units = (0..count).map(|n| unit(&n.to_string())).collect();
    (units, (1..count).map(|n| edge(&((n - 1) / width).to_string(), &n.to_string())).collect())
}

pub(super) fn sample_svg() -> String {
    let (mut units, mut edges) = tree(90, 5);
    units[3].doubtful = true;
    edges[4].doubtful = true;
    edges.push(UnitEdge { kind: "operational".to_owned(), ..edge("80", "0") });
    drawn_in(&units, &edges, "0", 1_200)
}

fn boxes(elements: &[Element]) -> Vec<(super::Rect, String)> {
    let frames = elements.iter().enumerate().filter(|(_, e)| e.name == "rect");
    frames.map(|(index, e)| (e.rect(), elements[index - 2].title.clone())).collect()
}

fn titles(elements: &[Element]) -> Vec<&str> {
    elements.iter().filter(|e| e.name == "a").map(|e| e.title.as_str()).collect()
}

#[test]
fn boxes_do_not_meet_and_texts_stay_inside() {
    for (count, width) in [(1, 1), (7, 2), (60, 3), (90, 5), (300, 1), (500, 40)] {
        for max_width in [0, 482, 900, 1_200] {
            let (units, edges) = tree(count, width);
            let elements = read(&drawn_in(&units, &edges, "0", max_width));
            let boxes = boxes(&elements);
            assert_apart(&boxes);
            assert!(elements[0].number("width") <= f64::from(max_width.max(482)) + 16.0, "{}", elements[0].get("width"));
            for text in elements.iter().filter(|e| e.name == "text") {
                assert!(boxes.iter().any(|(rect, _)| rect.grown(0.2).holds(&text.text_rect(13.0))), "{text:?}");
            }
        }
    }
}

#[test]
fn superiors_stand_above_and_subordinates_below() {
    let elements = drawn(&[unit("a"), unit("b"), unit("c")], &[edge("a", "b"), edge("b", "c")], "b");
    let tops: Vec<f64> = ["Unit a", "Unit b", "Unit c"].map(|name| boxes(&elements).iter().find(|b| b.1 == name).unwrap().0.top).to_vec();
    assert!(tops[0] < tops[1] && tops[1] < tops[2], "{tops:?}");
}

#[test]
fn conflicting_superiors_are_both_shown_and_the_doubtful_one_says_so() {
    let doubtful = UnitEdge { doubtful: true, kind: "operational".to_owned(), ..edge("b", "c") };
    let elements = drawn(&[unit("a"), unit("b"), unit("c")], &[edge("a", "c"), doubtful], "c");
    assert_eq!(elements.iter().filter(|e| e.is("c-line") && e.is("c-doubt")).count(), 1);
    assert_eq!(elements.iter().filter(|e| e.is("c-line") && !e.is("c-doubt")).count(), 1);
    assert_eq!(titles(&elements), ["Unit a", "Unit b · operational · in doubt", "Unit c"]);
}

#[test]
fn what_has_no_room_is_counted_and_linked() {
    let (units, edges) = tree(200, 199);
    let elements = drawn(&units, &edges, "0");
    let more = elements.iter().find(|e| e.is("c-more")).unwrap();
    assert_eq!((more.title.as_str(), more.get("href")), ("and 140 more", "/unit/all"));
    let (units, edges) = tree(1_000, 9);
    let elements = drawn(&units, &edges, "0");
    assert!(titles(&elements).contains(&"Unit 9 · 9 subordinate units"));
    assert!(elements.iter().any(|e| e.is("c-more") && e.get("href") == "/unit/6"), "one whose list breaks off");
}

#[test]
fn circles_and_a_web_of_everyone_over_everyone_are_drawn_small() {
    let units: Vec<UnitBox> = (0..300).map(|n| unit(&n.to_string())).collect();
    let edges: Vec<UnitEdge> = (0..300).flat_map(|a| (0..300).map(move |b| edge(&a.to_string(), &b.to_string()))).collect();
    let svg = drawn_in(&units, &edges, "7", 1_200);
    assert!(svg.len() < 100_000, "{}", svg.len());
    assert_apart(&boxes(&read(&svg)));
}

#[test]
fn a_long_name_is_broken_and_whole_in_the_tooltip() {
    let name = "Second separate special battalion of the Internal Troops of the Ministry of the Interior named after somebody long dead";
    let long = UnitBox { name: name.to_owned(), class: "battalion".to_owned(), people: Some(340), commander: Some("A. Invented".to_owned()), ..unit("a") };
    let elements = drawn(&[long], &[], "a");
    let lines: Vec<&str> = elements.iter().filter(|e| e.is("c-name")).map(|e| e.text.as_str()).collect();
    assert!(lines.len() == 3 && lines[2].ends_with('…'), "{lines:?}");
    assert_eq!(titles(&elements), [format!("{name} · battalion · 340 people · Commander: A. Invented")]);
}

#[test]
fn hostile_texts_are_only_text() {
    for hostile in HOSTILE {
        let unit = |id: &str| UnitBox {
            id: id.to_owned(),
            name: hostile.to_owned(),
            class: hostile.to_owned(),
            people: Some(u64::MAX),
            commander: Some(hostile.repeat(50)),
            href: hostile.to_owned(),
            doubtful: true,
        };
        let edges = [UnitEdge { kind: hostile.to_owned(), doubtful: true, ..edge(hostile, "b") }, edge("b", hostile)];
        let svg = drawn_in(&[unit(hostile), unit("b"), unit("b"), unit("")], &edges, hostile, u32::MAX);
        let elements = read(&svg);
        assert_eq!(boxes(&elements).len(), 2);
        assert!(elements.iter().all(|e| e.name != "a"));
    }
}

#[test]
fn an_unknown_focus_is_an_empty_drawing() {
    assert!(drawn(&[unit("a")], &[], "b").iter().all(|e| e.name != "rect"));
}
