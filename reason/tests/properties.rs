//! What must hold of every comparison, whatever the names.
#![allow(clippy::unwrap_used, reason = "tests")]

use kniha_reason::link::name::{MOST_PAIRINGS, MOST_PARTS, Prepared, Rarity};
use kniha_reason::link::organisation::{self, Kind};
use kniha_reason::link::place;
use proptest::prelude::*;

/// Anything: all of Unicode, and names of few letters that collide often.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[а-яіўёА-ЯІЎ' .-]{0,40}",
        "[a-zšžčłŭA-Z' ./()-]{0,40}",
        "(Іван|Ivan|Пётр|Piotr|Ганна|Anna) ?(Пятровіч|Petrovich|Иванович|Ivanauna)? ?(Жук|Zhuk|Жукаў|Zhukov|Кот)?",
        "[א-ת一-龥ა-ჰ؀-ۿ\u{300}-\u{36f}\u{200b}-\u{200f}🎉]{0,20}",
    ]
}

/// A family name that no table knows.
fn family() -> impl Strategy<Value = String> {
    "[bdgkzmnrstv][aou][bdgkzmnrst][ei][bdgklmnrst][aou][kmnrt]".prop_map(|s| s)
}

fn given() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["Ivan", "Сяргей", "Aliaksandr", "Пётр", "Volha", "Hanna", "Дмитрий", "Sviatlana", "Rufin"])
}

fn weight(one: &str, other: &str) -> i32 {
    Prepared::new(one).compare(&Prepared::new(other)).weight.hundredths()
}

proptest! {
    #[test]
    fn a_comparison_is_symmetric_and_bounded(one in name(), other in name()) {
        let (a, b) = (Prepared::new(&one), Prepared::new(&other));
        prop_assert!(a.parts().count() <= MOST_PARTS);
        let (there, back) = (a.compare(&b), b.compare(&a));
        prop_assert_eq!(there.weight, back.weight);
        prop_assert!(there.pairings().len() <= MOST_PAIRINGS);
        prop_assert!(there.weight.hundredths().abs() <= 100_000);
        prop_assert!((0.0..=1.0).contains(&there.probability()));
        let explained = a.explain(&b);
        prop_assert_eq!(explained.weight, there.weight);
        prop_assert!(!explained.to_string().is_empty());
    }

    #[test]
    fn nothing_speaks_against_a_name_itself(name in name()) {
        let a = Prepared::new(&name);
        let own = a.compare(&a);
        prop_assert!(own.pairings().iter().all(|pairing| pairing.weight.hundredths() >= 0), "{}", a.explain(&a));
    }

    #[test]
    fn bodies_and_places_are_compared_the_same_both_ways(one in name(), other in name(), kind in prop::sample::select(vec![Kind::Organisation, Kind::Unit, Kind::Place])) {
        let (a, b) = (organisation::Prepared::new(&one, kind), organisation::Prepared::new(&other, kind));
        prop_assert_eq!(a.compare(&b).weight, b.compare(&a).weight);
        prop_assert!(a.compare(&a).pairings().iter().all(|pairing| pairing.weight.hundredths() >= 0));
        let (a, b) = (place::Prepared::new(&one), place::Prepared::new(&other));
        prop_assert!((0.0..=1.0).contains(&a.compare(&b).probability()));
    }

    #[test]
    fn more_agreement_never_lowers_the_weight(one in given(), other in given(), family_one in family(), family_other in family(), more in family()) {
        let less = weight(&format!("{one} {family_one}"), &format!("{other} {family_other}"));
        let enough = weight(&format!("{one} {family_one} {more}"), &format!("{other} {family_other} {more}"));
        prop_assert!(enough >= less, "{one} {family_one} {other} {family_other} {more}: {less} {enough}");
    }

    #[test]
    fn a_right_father_never_lowers_and_a_wrong_one_never_raises(one in given(), family in family()) {
        let bare = weight(&format!("{one} {family}"), &format!("{one} {family}"));
        let right = weight(&format!("{one} Пятровіч {family}"), &format!("{one} Petrovich {family}"));
        let wrong = weight(&format!("{one} Пятровіч {family}"), &format!("{one} Ivanovich {family}"));
        let left_out = weight(&format!("{one} Пятровіч {family}"), &format!("{one} {family}"));
        prop_assert!(right >= bare && bare >= left_out && left_out > wrong, "{right} {bare} {left_out} {wrong}");
    }

    #[test]
    fn a_rarer_shared_part_never_weighs_less(family in family(), common in 0..100_usize, more in 0..100_usize) {
        let (shared, filler) = (format!("Ivan {family}"), "Пётр Шкляревский");
        let with = |count: usize| {
            let rarity = Rarity::from_names(std::iter::repeat_n(shared.as_str(), count).chain(std::iter::repeat_n(filler, 200 - count)));
            let prepared = Prepared::with(&shared, &rarity);
            prepared.compare(&prepared).weight
        };
        prop_assert!(with(common.min(more)) >= with(common.max(more)));
    }

    #[test]
    fn the_order_of_parts_says_nothing(one in given(), family_one in family(), other in given(), family_other in family()) {
        let straight = weight(&format!("{one} {family_one}"), &format!("{other} {family_other}"));
        prop_assert_eq!(weight(&format!("{family_one} {one}"), &format!("{other} {family_other}")), straight);
        prop_assert_eq!(weight(&format!("{family_one}, {one}"), &format!("{family_other} {other}")), straight);
    }
}

#[test]
fn very_long_and_empty_names_are_read() {
    let long = "Іван ".repeat(2_000_000);
    let (a, b) = (Prepared::new(&long), Prepared::new(""));
    assert!(b.is_empty() && a.compare(&b).weight.hundredths() <= 0 && !a.compare(&b).is_same());
    for empty in ["", "А", "🎉", "\u{301}\u{301}", "полковник", "Mr. President", "\u{0}"] {
        assert!(!Prepared::new(empty).compare(&Prepared::new(empty)).is_same(), "{empty:?} tells nothing");
    }
}

#[test]
fn other_scripts_are_compared_as_what_they_are() {
    let same = |one: &str, other: &str| Prepared::new(one).compare(&Prepared::new(other)).is_same();
    assert!(same("გიორგი ბერიძე", "ბერიძე გიორგი"));
    assert!(same("李小明 王", "王 李小明"));
    assert!(!same("გიორგი ბერიძე", "გიორგი კვარაცხელია"));
    assert!(!same("李小明", "Иван Жук"));
}
