//! The doubt bands, read back.

use super::super::timeline::{AxisDate, Band, TimelineInput, TimelineWords, draw_timeline};
use super::{Element, HOSTILE, assert_apart, read};

const DAY_US: i64 = 86_400_000_000;

fn band(start: Option<i64>, end: Option<i64>) -> Band {
    let at = |day: i64| day * DAY_US;
    Band { label: "Posting".to_owned(), start_us: start.map(at), end_us: end.map(at), precise: true, href: "/claim/1".to_owned(), ..Band::default() }
}

fn drawn_in(bands: &[Band], width: u32) -> Vec<Element> {
    read(&draw_timeline(&TimelineInput {
        id: "postings",
        bands,
        width,
        words: TimelineWords {
            title: "Postings",
            description: "The same is in the table below.",
            date: &|date| match date {
                AxisDate::Year(year) => year.to_string(),
                AxisDate::Month(year, month) => format!("{month}.{year}"),
                AxisDate::Day(year, month, day) => format!("{day}.{month}.{year}"),
            },
            window: &|band| format!("{:?}", band.start_us.map(|us| us / DAY_US)),
            more: &|count| format!("and {count} more"),
        },
    }))
}

fn drawn(bands: &[Band]) -> Vec<Element> {
    drawn_in(bands, 900)
}

fn dates(elements: &[Element]) -> Vec<String> {
    elements.iter().filter(|e| e.is("t-date")).map(|e| e.text.clone()).collect()
}

pub(super) fn sample_svg() -> String {
    let vague = Band { precise: false, start_real: true, ..band(Some(10), None) };
    let svg = draw_timeline(&TimelineInput {
        id: "s",
        bands: &[vec![vague; 110], vec![band(None, Some(300)); 110]].concat(),
        width: 700,
        words: TimelineWords { title: "t", description: "d", date: &|_| "d".to_owned(), window: &|_| String::new(), more: &|n| n.to_string() },
    });
    assert!(svg.contains("t-note"));
    svg
}

#[test]
fn an_exact_window_is_solid_and_a_vague_one_hatched() {
    let elements = drawn(&[band(Some(0), Some(90)), Band { precise: false, ..band(Some(30), Some(60)) }]);
    let count = |class| elements.iter().filter(|e| e.is(class)).count();
    assert_eq!((count("t-solid"), count("t-vague"), count("t-hatch")), (1, 1, 1));
    let (solid, vague) = (elements.iter().find(|e| e.is("t-solid")).unwrap().rect(), elements.iter().find(|e| e.is("t-vague")).unwrap().rect());
    assert!((solid.width() / vague.width() - 3.0).abs() < 0.02 && vague.left > solid.left && vague.right < solid.right);
}

#[test]
fn an_open_end_is_an_arrow_and_a_real_end_a_tick() {
    let paths = |band: Band, class: &str| drawn(&[band]).iter().filter(|e| e.is(class)).map(|e| e.get("d").matches('M').count()).sum::<usize>();
    let closed = band(Some(0), Some(90));
    assert_eq!((paths(closed.clone(), "t-open"), paths(closed.clone(), "t-end")), (0, 0));
    assert_eq!(paths(Band { start_real: true, end_real: true, ..closed }, "t-end"), 2);
    let open = Band { start_real: true, ..band(None, Some(90)) };
    assert_eq!((paths(open.clone(), "t-open"), paths(open, "t-end")), (3, 0), "what is unknown is not real");
    assert_eq!(paths(band(None, None), "t-open"), 6);
}

#[test]
fn ends_the_wrong_way_round_are_turned() {
    let turned = drawn(&[band(Some(90), Some(0))]);
    let right = drawn(&[band(Some(0), Some(90))]);
    assert_eq!(turned.iter().find(|e| e.is("t-solid")).unwrap().rect(), right.iter().find(|e| e.is("t-solid")).unwrap().rect());
}

#[test]
fn the_axis_is_divided_as_people_divide_time() {
    // 2020-08-09 is day 18,483; 2011-01-01 is day 14,975 (`date -d @… -u`).
    assert_eq!(dates(&drawn(&[band(Some(18_483), Some(18_486))])), ["9.8.2020", "10.8.2020", "11.8.2020", "12.8.2020"]);
    assert_eq!(dates(&drawn(&[band(Some(14_975), Some(14_975 + 3_653))]))[..3], ["2011", "2012", "2013"]);
    assert_eq!(dates(&drawn(&[band(Some(18_400), Some(18_600))]))[0], "6.2020");
    assert!(dates(&drawn(&[band(None, None)])).is_empty());
}

#[test]
fn dates_on_the_axis_do_not_meet_at_any_span() {
    for width in [200, 360, 900, 2_400] {
        for span in [0, 1, 3, 10, 40, 100, 400, 2_000, 10_000, 100_000, 3_000_000] {
            let elements = drawn_in(&[band(Some(10_000), Some(10_000 + span))], width);
            let boxes: Vec<_> = (elements.iter())
                .filter(|e| e.is("t-date"))
                .map(|e| {
                    let rect = e.text_rect(10.0);
                    let half = rect.width() / 2.0;
                    (super::Rect { left: rect.left - half, right: rect.right - half, ..rect }, e.text.clone())
                })
                .collect();
            assert!(!boxes.is_empty() || width == 200, "no dates at {width} for {span} days");
            assert!(boxes.iter().all(|b| b.0.left >= -2.0 && b.0.right <= f64::from(width) + 2.0));
            assert_apart(&boxes);
        }
    }
}

#[test]
fn the_ends_of_time_are_drawn() {
    for (start, end) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (i64::MIN, i64::MIN), (-62_135_596_800_000_000, 253_402_300_799_000_000)] {
        let elements = drawn(&[Band { start_us: Some(start), end_us: Some(end), precise: false, ..Band::default() }]);
        let body = elements.iter().find(|e| e.is("t-vague")).unwrap().rect();
        assert!(body.left >= 0.0 && body.right <= 900.0 && body.width() >= 3.0, "{body:?}");
        assert!(dates(&elements).iter().all(|date| !date.contains('-')) && !dates(&elements).is_empty(), "{:?}", dates(&elements));
    }
}

#[test]
fn hostile_texts_are_only_text_and_many_bands_are_counted() {
    for hostile in HOSTILE {
        let bands = vec![Band { label: hostile.repeat(9), href: hostile.to_owned(), ..band(Some(1), Some(9)) }; 1_000];
        let svg = draw_timeline(&TimelineInput {
            id: hostile,
            bands: &bands,
            width: 360,
            words: TimelineWords {
                title: hostile,
                description: hostile,
                date: &|_| hostile.to_owned(),
                window: &|_| hostile.to_owned(),
                more: &|count| format!("{count} {hostile}"),
            },
        });
        let elements = read(&svg);
        assert!(elements.iter().any(|e| e.is("t-note") && e.text.starts_with("800")) && elements[0].get("role") == "img");
    }
}
