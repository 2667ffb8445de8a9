//! What must hold for any bytes, one function for each reader of them. Shared by the fuzz targets here and by the ordinary tests of `kniha`
//! (`kniha/tests/probes.rs`), which run them over the seeds and over invented bytes. A broken rule is a panic; so is a panic of the reader.

use std::io::{self, Read};

use kniha::intake::{Tried, try_2020pb, try_table};
use kniha_core::examined::{Frame, HEAD_LEN, Head, Order};
use kniha_core::value::Value;
use kniha_core::{vocab, words};
use kniha_reason::link::{handle, name, organisation, phone, place, plate};
use kniha_store::Line;

/// The map that tables are read with: it uses most keys that a map can have.
const MAP: &str = include_str!("../kniha/tests/data/people.toml");
/// Most characters of one problem: it names a column, a reason and the start of a value.
const MAX_PROBLEM: usize = 4000;

/// Written values: whatever is read is written back to the same value. The first line is the code of a property.
pub(crate) fn written(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (code, text) = text.split_once('\n').unwrap_or(("", &text));
    let property = vocab::property(code).unwrap_or_else(|| {
        // Any other first line chooses a property too, so that fuzzing need not spell.
        let all: Vec<_> = vocab::NodeKind::ALL.iter().flat_map(|kind| vocab::properties(*kind)).collect();
        all[code.bytes().fold(0, |sum: usize, byte| sum * 31 % 65_521 + usize::from(byte)) % all.len()]
    });
    if let Ok(value) = Value::parse(property, text, None) {
        assert_eq!(value.check(property), Ok(()));
        let written = value.written().expect("only sealed values have no written form, and those are not read");
        assert_eq!(Value::parse(property, &written, None), Ok(value));
    }
}

/// Search words and names: always bounded, always the same. Two lines: what is sought, what is searched.
pub(crate) fn searched(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (a, b) = text.split_once('\n').unwrap_or((&text, ""));
    let folded = words::fold(a);
    assert_eq!(words::fold(&folded), folded);
    for token in words::tokens(a) {
        assert!(!token.is_empty() && !token.contains(|c: char| c.is_whitespace() || c == '"' || c == '\''));
    }
    assert!(words::name_keys(a).len() <= words::MOST_KEYS);
    let (a_heard, b_heard) = (words::Heard::of(a), words::Heard::of(b));
    assert!(a_heard.likeness(&b_heard) <= 1000);
    assert!(matches!(a_heard.likeness(&a_heard), 0 | 1000), "a name is like itself, unless there is nothing in it");
    for range in words::matched_words(a, b) {
        assert!(b.get(range).is_some());
    }
    assert_eq!(words::sort_key(a), words::sort_key(a));
}

/// Any two texts compared as names of anything: bounded, the same both ways, no harm by being oneself. Two lines: one name, the other.
pub(crate) fn names(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
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
    let (a, b) = (plate::Prepared::new(one), plate::Prepared::new(other));
    assert_eq!(a.compare(&b), b.compare(&a));
    let (a, b) = (phone::Prepared::new(one), phone::Prepared::new(other));
    assert_eq!(a.compare(&b), b.compare(&a));
    let (a, b) = (handle::Prepared::new(one), handle::Prepared::new(other));
    assert_eq!(a.compare(&b), b.compare(&a));
}

/// Lines of an export: whatever is read as a line is written back to the same line.
pub(crate) fn lines(bytes: &[u8]) {
    if let Ok(line) = serde_json::from_slice::<Line>(bytes) {
        let written = serde_json::to_string(&line).expect("a line can be written");
        assert_eq!(serde_json::from_str::<Line>(&written).ok(), Some(line));
    }
}

/// A table read with a rich map: the same rows whether the file comes whole or a byte at a time, and harmless problems.
pub(crate) fn table(bytes: &[u8]) {
    let whole = try_table(MAP, bytes);
    assert_eq!(whole, try_table(MAP, Slow(bytes)));
    if let Ok(tried) = whole {
        harmless(&tried);
    }
}

/// A map, and after U+0000 the table that is read with it.
pub(crate) fn map(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (map, table) = text.split_once('\0').unwrap_or((&text, "id;name\n1;Ada\n"));
    if let Ok(tried) = try_table(map, table.as_bytes()) {
        harmless(&tried);
    }
}

/// The data set 2020PB.
pub(crate) fn pb2020(bytes: &[u8]) {
    if let Ok(tried) = try_2020pb(bytes) {
        harmless(&tried);
    }
}

/// Problems are shown on a terminal: nothing in them may act on it, and none may fill it.
fn harmless(tried: &Tried) {
    for problem in tried.rows.iter().filter_map(|row| row.as_ref().err()).flatten() {
        assert!(!problem.contains(char::is_control) && !problem.contains('\u{202e}'), "{problem:?}");
        assert!(problem.chars().count() <= MAX_PROBLEM, "{} characters: {problem:.200}", problem.chars().count());
    }
}

/// A file that gives a byte at a time.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.0.len().min(1).min(out.len());
        out[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

/// Frames of the sandbox: each that is taken is written back to the same bytes, and all stand in one order.
pub(crate) fn examined(mut bytes: &[u8]) {
    let mut order = Order::default();
    while let Some((head, rest)) = bytes.split_first_chunk::<HEAD_LEN>() {
        let Ok(read) = Head::decode(*head) else { return };
        let Some((body, after)) = rest.split_at_checked(read.length()) else { return };
        let Ok(frame) = Frame::decode(read, body.to_vec()) else { return };
        assert!(frame.encode() == bytes[..HEAD_LEN + read.length()]);
        let Ok(next) = order.then(&frame) else { return };
        assert!(order != Order::Ended && next != Order::Nothing);
        (order, bytes) = (next, after);
    }
}
