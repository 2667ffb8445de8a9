//! Comparing prepared names takes no memory: a million pairs cost what one does.
#![allow(clippy::unwrap_used, reason = "tests")]

use kniha_reason::link::name;
use kniha_reason::link::organisation::{self, Kind};
use kniha_reason::link::place;

/// Persons whose parts match, are bent, joined, shortened, left out and contradicted.
const PERSONS: [&str; 7] =
    ["Хвостов Иван Петрович", "Ivan Khvastou", "И. П. Хвостов / Khvostov", "Van der Bilt Anna Maria", "Vanderbilt Hanna", "ა ბერიძე გიორგი", ""];
/// Bodies with numbers, abbreviations of letters and syllables, words cut short and legal forms.
const BODIES: [&str; 7] = [
    "MOPOL 26",
    "Police Mobile Force Squadron 26",
    "АМАП Мінск",
    "Tactical Air Command TAC (Div.)",
    "Blue Sky Bank Ltd",
    "BSB Bluesky JSC",
    "вул. Перамогі 12-3",
];

fn allocations<T>(prepared: &[T], compare: impl Fn(&T, &T)) -> u64 {
    // What is read once is read before.
    compare(&prepared[0], &prepared[1]);
    let measured = allocation_counter::measure(|| prepared.iter().for_each(|one| prepared.iter().for_each(|other| compare(one, other))));
    measured.count_total
}

#[test]
fn comparing_allocates_nothing() {
    let persons: Vec<_> = PERSONS.iter().map(|text| name::Prepared::new(text)).collect();
    assert_eq!(allocations(&persons, |a, b| _ = std::hint::black_box(a.compare(b))), 0, "persons");
    for kind in [Kind::Organisation, Kind::Unit] {
        let bodies: Vec<_> = BODIES.iter().map(|text| organisation::Prepared::new(text, kind)).collect();
        assert_eq!(allocations(&bodies, |a, b| _ = std::hint::black_box(a.compare(b))), 0, "{kind:?}");
    }
    let places: Vec<_> = BODIES.iter().map(|text| place::Prepared::new(text)).collect();
    assert_eq!(allocations(&places, |a, b| _ = std::hint::black_box(a.compare(b))), 0, "places");
    assert!(allocation_counter::measure(|| drop(name::Prepared::new(PERSONS[0]))).count_total > 0, "preparing does allocate, so that it is counted");
}
