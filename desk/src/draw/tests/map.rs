//! The map of a list, read back.

use super::super::land::Language;
use super::super::map::{MapDrawing, MapInput, MapPoint, MapWords, draw_map};
use super::{Element, HOSTILE, assert_apart, read};

fn point(lat_deg: f64, lon_deg: f64) -> MapPoint {
    let label = format!("Incident at {lat_deg:.1} {lon_deg:.1}");
    MapPoint { lat_deg, lon_deg, radius_m: 0.0, label, href: "/incident/7".to_owned(), count: 1 }
}

/// Points within a box of degrees, from Lehmer's generator (MINSTD), so that a failure can be repeated.
fn scattered(count: usize, [west, south, east, north]: [f64; 4]) -> Vec<MapPoint> {
    let mut state: u64 = 20_200_809;
    let mut next = || {
        state = state * 48_271 % 0x7fff_ffff;
        state as f64 / 2_147_483_647.0
    };
    (0..count).map(|_| MapPoint { radius_m: next() * 30_000.0, ..point(south + next() * (north - south), west + next() * (east - west)) }).collect()
}

fn drawn_in(points: &[MapPoint], width: u32, height: u32, language: Language) -> MapDrawing {
    draw_map(&MapInput {
        id: "list",
        points,
        width,
        height,
        within_href: "/incidents?kind=a&within=",
        language,
        words: MapWords {
            title: "Map of 300 incidents",
            description: "The same incidents are in the table below.",
            compass: ["N", "E", "S", "W"],
            kilometres: "km",
            metres: "m",
            attribution: "Natural Earth (public domain)",
            together: &|count| format!("{count} incidents"),
            within: &|distance| format!("within {distance}"),
        },
    })
}

fn drawn(points: &[MapPoint]) -> Vec<Element> {
    read(&drawn_in(points, 900, 560, Language::Belarusian).svg)
}

pub(super) fn sample_svg() -> String {
    let mut points = scattered(40, [20.0, 44.0, 40.0, 56.0]);
    points.push(MapPoint { radius_m: 90_000.0, ..point(48.0, 22.0) });
    drawn_in(&points, 900, 560, Language::Ukrainian).svg + &drawn_in(&[point(66.0, 179.0), point(45.0, -170.0)], 900, 560, Language::English).svg
}

fn counted(elements: &[Element]) -> usize {
    let ones = elements.iter().filter(|e| e.is("m-one")).count();
    ones + elements.iter().filter(|e| e.is("m-count")).map(|e| e.text.parse::<usize>().unwrap()).sum::<usize>()
}

#[test]
fn every_point_is_on_the_map_once() {
    for (count, area) in
        [(1, [27.0, 53.0, 28.0, 54.0]), (300, [-125.0, 25.0, -67.0, 49.0]), (5_000, [-180.0, -90.0, 180.0, 90.0]), (900, [27.5, 53.8, 27.6, 53.9])]
    {
        assert_eq!(counted(&drawn(&scattered(count, area))), count);
    }
}

#[test]
fn points_off_the_globe_are_left_out_and_counted() {
    let points = [point(91.0, 0.0), point(f64::NAN, 0.0), point(53.9, 27.5), point(0.0, f64::NEG_INFINITY), point(10.0, 360.0)];
    let drawing = drawn_in(&points, 600, 400, Language::English);
    assert_eq!((drawing.left_out, counted(&read(&drawing.svg))), (4, 1));
}

#[test]
fn labels_cover_neither_each_other_nor_a_mark() {
    for points in [scattered(60, [23.0, 51.0, 33.0, 56.0]), scattered(400, [-125.0, 25.0, -67.0, 49.0]), scattered(30, [-180.0, -60.0, 180.0, 80.0])] {
        for language in [Language::Belarusian, Language::English] {
            let elements = read(&drawn_in(&points, 900, 560, language).svg);
            let mut boxes: Vec<_> = (elements.iter())
                .filter(|e| e.name == "text" && !e.is("m-count") && e.get("text-anchor").is_empty())
                .map(|e| (e.text_rect(12.0), e.text.clone()))
                .collect();
            assert!(boxes.len() > 15, "{}", boxes.len());
            let circles = elements.iter().filter(|e| e.name == "circle").map(|e| {
                let (x, y, r) = (e.number("cx"), e.number("cy"), e.number("r"));
                (super::Rect { left: x - r, top: y - r, right: x + r, bottom: y + r }, "a mark".to_owned())
            });
            // Marks may be near each other's corners, so only labels are compared with them.
            for mark in circles {
                assert!(boxes.iter().all(|(label, _)| !label.grown(-0.2).meets(&mark.0)));
            }
            boxes.retain(|(rect, _)| rect.width() > 0.0);
            assert_apart(&boxes);
        }
    }
}

#[test]
fn ten_thousand_points_are_a_small_map() {
    for area in [[-180.0, -85.0, 180.0, 85.0], [10.0, 40.0, 35.0, 56.0], [27.4, 53.8, 27.7, 54.0]] {
        for (width, height) in [(360, 300), (1_200, 700), (2_400, 1_600)] {
            let svg = drawn_in(&scattered(10_000, area), width, height, Language::Ukrainian).svg;
            assert!(svg.len() < 300_000, "{} bytes at {width}×{height} in {area:?}", svg.len());
            assert!(read(&svg).iter().filter(|e| e.name == "circle").count() <= 400);
        }
    }
}

#[test]
fn doubt_is_drawn_to_scale() {
    let elements = drawn(&[MapPoint { radius_m: 40_000.0, ..point(53.9, 27.5) }, point(53.9, 25.5)]);
    let doubt = elements.iter().find(|e| e.is("m-doubt")).unwrap();
    let xs: Vec<f64> = elements.iter().filter(|e| e.is("m-one")).map(|e| e.number("cx")).collect();
    // Two degrees of longitude at 53.9° are 131.0 km.
    let km_per_px = 131.0 / (xs[0] - xs[1]).abs();
    assert!((doubt.number("rx") * km_per_px - 40.0).abs() < 0.6 && doubt.get("rx") == doubt.get("ry"), "{doubt:?}");
    assert!(elements.iter().any(|e| e.name == "a" && e.title.contains("within 40\u{a0}km")));
}

#[test]
fn a_circle_links_to_a_list_that_holds_all_of_it() {
    let points = scattered(500, [27.0, 53.0, 29.0, 55.0]);
    let mut found = 0;
    for mark in drawn(&points).iter().filter(|e| e.name == "a" && e.get("href").contains("within")) {
        let bounds: Vec<f64> = mark.get("href").rsplit('=').next().unwrap().split(',').map(|part| part.parse().unwrap()).collect();
        let inside = |p: &&MapPoint| (bounds[0]..=bounds[2]).contains(&p.lon_deg) && (bounds[1]..=bounds[3]).contains(&p.lat_deg);
        let count: usize = mark.title.split(' ').next().unwrap().parse().unwrap();
        assert!(points.iter().filter(inside).count() >= count);
        found += count;
    }
    assert!(found > 400);
}

#[test]
fn a_circle_on_the_date_line_has_its_west_beyond_its_east() {
    let elements = drawn(&[point(0.0, 179.999), point(0.0, -179.999), point(10.0, 170.0)]);
    let href = elements.iter().find(|e| e.get("href").contains("within")).unwrap().get("href").to_owned();
    assert!(href.ends_with("=179.99900,0.00000,-179.99900,0.00000"), "{href}");
}

#[test]
fn hostile_texts_are_only_text() {
    for hostile in HOSTILE {
        let point = MapPoint { label: hostile.repeat(3), href: hostile.to_owned(), ..point(53.9, 27.5) };
        let svg = draw_map(&MapInput {
            id: hostile,
            points: &[point.clone(), MapPoint { lat_deg: 50.0, ..point.clone() }, MapPoint { lat_deg: 50.0, ..point }],
            width: u32::MAX,
            height: 0,
            within_href: hostile,
            language: Language::Russian,
            words: MapWords {
                title: hostile,
                description: hostile,
                compass: [hostile; 4],
                kilometres: hostile,
                metres: hostile,
                attribution: hostile,
                together: &|_| hostile.to_owned(),
                within: &|_| hostile.to_owned(),
            },
        })
        .svg;
        assert!(read(&svg).iter().all(|e| e.name != "a"), "no hostile link is followed");
    }
}

#[test]
fn a_long_name_is_short_beside_its_mark() {
    let elements = drawn(&[MapPoint { label: "я".repeat(100_000), ..point(1.0, 1.0) }]);
    let label = elements.iter().find(|e| e.is("m-label")).unwrap();
    assert!(label.text.ends_with('…') && label.text_rect(12.0).width() < 200.0);
    assert!(elements.iter().all(|e| e.title.chars().count() < 200));
}

#[test]
fn a_point_that_stands_for_many_keeps_its_own_page() {
    let zero = MapPoint { count: 0, ..point(52.0, 24.0) };
    let elements = drawn(&[MapPoint { count: 12, ..point(53.9, 27.5) }, zero.clone(), zero]);
    assert_eq!(counted(&elements), 14, "a count of nothing is one");
    let many = elements.iter().find(|e| e.is("m-mark") && e.title.contains("12 incidents")).unwrap();
    assert_eq!(many.get("href"), "/incident/7");
}

#[test]
fn the_same_list_gives_the_same_map() {
    let points = scattered(2_000, [-125.0, 25.0, -67.0, 49.0]);
    assert_eq!(drawn_in(&points, 900, 560, Language::English), drawn_in(&points, 900, 560, Language::English));
}

#[test]
fn an_empty_list_is_a_picture_of_the_world_without_links() {
    let elements = drawn(&[]);
    assert_eq!(elements[0].get("role"), "img");
    assert!(elements.iter().any(|e| e.is("m-land")) && elements.iter().all(|e| e.name != "a"));
    assert_eq!(drawn(&[point(1.0, 1.0)])[0].get("role"), "group");
}

#[test]
fn a_close_view_shows_where_on_earth_it_is_unless_marks_need_the_corners() {
    let has_small = |points: &[MapPoint]| drawn(points).iter().any(|e| e.is("m-small"));
    assert!(has_small(&[point(53.9, 27.5), point(53.91, 27.6)]));
    assert!(!has_small(&[point(53.9, 27.5), point(40.0, -74.0)]), "a wide view needs none");
    assert!(!has_small(&[point(53.9, 27.5), point(53.9, 27.788), point(53.8, 27.5), point(53.8, 27.788)]), "the corners are taken");
}

#[test]
fn a_scale_bar_is_there_where_it_is_true() {
    let has_scale = |points: &[MapPoint]| drawn(points).iter().any(|e| e.is("m-scale"));
    assert!(has_scale(&[point(53.9, 27.5), point(50.4, 30.5)]));
    assert!(!has_scale(&[point(70.0, 27.5), point(-50.0, 170.0)]));
}
