//! Any two texts can be compared as names of anything: no panic, the same both ways, bounded.
#![no_main]

use kniha_reason::link::{handle, name, organisation, phone, place, plate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (one, other) = text.split_once('\n').unwrap_or((&text, "Ганна Жук"));
    let (a, b) = (name::Prepared::new(one), name::Prepared::new(other));
    assert!(a.parts().count() <= name::MOST_PARTS);
    assert_eq!(a.compare(&b).weight, b.compare(&a).weight);
    assert_eq!(a.explain(&b).weight, a.compare(&b).weight);
    assert!(a.compare(&a).pairings().iter().all(|pairing| pairing.weight.hundredths() >= 0));
    for kind in [organisation::Kind::Organisation, organisation::Kind::Unit] {
        let (a, b) = (organisation::Prepared::new(one, kind), organisation::Prepared::new(other, kind));
        assert_eq!(a.compare(&b).weight, b.compare(&a).weight);
    }
    let (a, b) = (place::Prepared::new(one), place::Prepared::new(other));
    assert_eq!(a.compare(&b).weight, b.compare(&a).weight);
    assert_eq!(plate::Prepared::new(one).compare(&plate::Prepared::new(other)), plate::Prepared::new(other).compare(&plate::Prepared::new(one)));
    assert_eq!(phone::Prepared::new(one).compare(&phone::Prepared::new(other)), phone::Prepared::new(other).compare(&phone::Prepared::new(one)));
    assert_eq!(handle::Prepared::new(one).compare(&handle::Prepared::new(other)), handle::Prepared::new(other).compare(&handle::Prepared::new(one)));
});
