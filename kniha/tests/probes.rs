//! What must hold for any bytes (`fuzz/probes.rs`), run without a fuzzer: over the committed seeds, over seeds that were cut, changed and spliced,
//! and over invented bytes. `make fuzz` searches further.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[path = "../../fuzz/probes.rs"]
mod probes;

/// Invented inputs for each probe.
const CASES: u32 = 300;
/// Largest invented input.
const MOST_BYTES: usize = 2000;

/// The seeds of a fuzz target, in the order of their names.
fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 3, "the seeds of {target} were read");
    paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Runs a probe over the seeds of a target and over what can be made of them.
fn probe(target: &str, check: fn(&[u8])) {
    let seeds = seeds(target);
    for (path, bytes) in &seeds {
        check(bytes);
        // A file that is cut anywhere: everywhere in a small one, at 200 places in a large one.
        for end in (0..bytes.len()).step_by(bytes.len() / 200 + 1) {
            check(&bytes[..end]);
        }
        assert!(bytes.len() < 16_000, "{} is too large for a seed", path.display());
    }
    let seed = || any::<prop::sample::Index>().prop_map(|at| at.get(&seeds).1.clone());
    let changed = (seed(), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)).prop_map(|(mut bytes, changes)| {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    });
    let spliced = (seed(), seed(), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(a, b, end, start)| {
        let (end, start) = (end.index(a.len()), start.index(b.len()));
        [&a[..end], &b[start..]].concat()
    });
    let invented = prop::collection::vec(any::<u8>(), 0..MOST_BYTES);
    let letters = "\\PC{0,200}\n(\\PC|[\"',;\t\r\n\0]){0,400}".prop_map(String::into_bytes);
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let any_of_them = prop_oneof![4 => changed, 3 => spliced, 1 => invented, 2 => letters];
    runner
        .run(&any_of_them, |bytes| {
            check(&bytes);
            Ok(())
        })
        .unwrap();
}

#[test]
fn written_values_read_back_as_they_are_written() {
    probe("written", probes::written);
}

#[test]
fn words_of_any_script_are_searched_within_bounds() {
    probe("words", probes::searched);
}

#[test]
fn any_two_names_are_compared_alike_both_ways() {
    probe("names", probes::names);
}

#[test]
fn lines_of_an_export_read_back_as_they_are_written() {
    probe("lines", probes::lines);
}

#[test]
fn a_table_reads_the_same_in_any_pieces_and_its_problems_are_harmless() {
    probe("table", probes::table);
}

#[test]
fn a_map_of_any_text_is_read_or_refused() {
    probe("map", probes::map);
}

#[test]
fn a_data_set_of_any_bytes_is_read_or_refused() {
    probe("pb2020", probes::pb2020);
}

#[test]
fn frames_of_the_sandbox_read_back_as_they_are_written() {
    probe("examined", probes::examined);
}

/// The seeds are worth cutting and splicing only while their readers take them.
#[test]
fn the_seeds_are_of_the_form_that_their_reader_takes() {
    let taken = |target: &str, read: fn(&[u8]) -> bool| {
        let seeds = seeds(target);
        let refused: Vec<_> = seeds.iter().filter(|(_, bytes)| !read(bytes)).map(|(path, _)| path.file_name().unwrap().to_owned()).collect();
        (seeds.len() - refused.len(), refused)
    };
    let (lines, refused) = taken("lines", |bytes| serde_json::from_slice::<kniha_store::Line>(bytes).is_ok());
    assert!(lines >= 15 && refused == ["claim-real-too-large.json"], "{lines}, {refused:?}");
    let map = include_str!("data/people.toml");
    let (tables, refused) = taken("table", |bytes| kniha::intake::try_table(include_str!("data/people.toml"), bytes).is_ok());
    assert!(tables >= 7 && refused.is_empty(), "{tables}, {refused:?}");
    let rows = kniha::intake::try_table(map, include_str!("data/people.csv").as_bytes()).unwrap().rows;
    assert!(rows.len() == 4 && rows.iter().all(Result::is_ok), "{rows:?}");
    let (answers, _) = taken("examined", |bytes| bytes.starts_with(b"\x01\0\0\0\x0fkniha-examined\x01") && bytes.len() > 60);
    assert!(answers >= 3);
    let (sets, _) = taken("pb2020", |bytes| kniha::intake::try_2020pb(bytes).is_ok());
    assert!(sets >= 2);
}
