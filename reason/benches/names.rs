//! The figures asked of names, on the public lists: precision, recall and F1 by script at the one default threshold, hit@1, and times.
//!
//! Reads `$KNIHA_SHARED/data` (or `$KNIHA_NAMES` and `$KNIHA_UNITS`, the folders themselves). `KNIHA_MISSES=1` prints every error.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros, clippy::unwrap_used, reason = "a measurement, not the room")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use kniha_reason::link::name::{Prepared, Rarity};
use kniha_reason::link::organisation::{self, Frequencies, Kind};

type Row = BTreeMap<String, String>;

fn folder(of: &str) -> PathBuf {
    let own = std::env::var_os(format!("KNIHA_{}", of.to_uppercase()));
    own.map_or_else(
        || PathBuf::from(std::env::var_os("KNIHA_SHARED").expect("KNIHA_SHARED names the folder of shared data")).join("data").join(of),
        PathBuf::from,
    )
}

fn rows(path: PathBuf) -> Vec<Row> {
    let Ok(mut reader) = csv::ReaderBuilder::new().from_path(&path) else { return Vec::new() };
    let head = reader.headers().unwrap().clone();
    reader
        .byte_records()
        .map(|row| head.iter().map(str::to_owned).zip(row.unwrap().iter().map(|cell| String::from_utf8_lossy(cell).into_owned())).collect())
        .collect()
}

#[derive(Default, Clone, Copy)]
struct Count {
    hits: u32,
    wrong: u32,
    missed: u32,
}

impl Count {
    fn add(&mut self, label: bool, same: bool) {
        self.hits += u32::from(label && same);
        self.wrong += u32::from(!label && same);
        self.missed += u32::from(label && !same);
    }

    fn print(&self, what: &str) {
        let of = |a: u32, b: u32| if a + b == 0 { 1.0 } else { f64::from(a) / f64::from(a + b) };
        let (p, r) = (of(self.hits, self.wrong), of(self.hits, self.missed));
        let f1 = if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) };
        println!("  {what:<24} n {:>5}  P {p:.4}  R {r:.4}  F1 {f1:.4}", self.hits + self.wrong + self.missed);
    }
}

fn pairs(
    title: &str,
    rows: &[Row],
    slices: impl Fn(&Row) -> Vec<String>,
    label: impl Fn(&Row) -> bool,
    score: impl Fn(&str, &str, &Row) -> (bool, f64, String),
) {
    if rows.is_empty() {
        return;
    }
    let (mut all, mut by): (Count, BTreeMap<String, Count>) = Default::default();
    let mut scored = Vec::new();
    for row in rows {
        let (same, weight, why) = score(&row["name1"], &row["name2"], row);
        all.add(label(row), same);
        slices(row).into_iter().for_each(|slice| by.entry(slice).or_default().add(label(row), same));
        scored.push((weight, label(row)));
        if same != label(row) && std::env::var_os("KNIHA_MISSES").is_some() {
            println!("{} {} | {}\n{why}", if same { "WRONG" } else { "MISSED" }, row["name1"], row["name2"]);
        }
    }
    println!("{title}");
    all.print("all");
    by.iter().filter(|(_, count)| count.hits + count.missed >= 20).for_each(|(what, count)| count.print(what));
    let best = best(scored);
    println!("  (best F1 over all thresholds {:.4} at {:.2} dB)", best.0, best.1);
}

/// The best F1 that any threshold would give: to see whether the default lies well, never to set it.
fn best(mut scored: Vec<(f64, bool)>) -> (f64, f64) {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = scored.iter().filter(|s| s.1).count() as f64;
    let (mut hits, mut best) = (0.0, (0.0, 0.0));
    for (at, (weight, label)) in scored.iter().enumerate() {
        hits += f64::from(u8::from(*label));
        let f1 = 2.0 * hits / (all + at as f64 + 1.0);
        if f1 > best.0 && scored.get(at + 1).is_none_or(|next| next.0 < *weight) {
            best = (f1, *weight);
        }
    }
    best
}

fn people(one: &str, other: &str) -> (bool, f64, String) {
    let (a, b) = (Prepared::new(one), Prepared::new(other));
    let found = a.compare(&b);
    (found.is_same(), f64::from(found.weight.hundredths()) / 100.0, a.explain(&b).to_string())
}

fn bodies(one: &str, other: &str) -> (bool, f64, String) {
    let (a, b) = (organisation::Prepared::new(one, Kind::Organisation), organisation::Prepared::new(other, Kind::Organisation));
    let found = a.compare(&b);
    (found.is_same(), f64::from(found.weight.hundredths()) / 100.0, told(&a, &b))
}

fn told(a: &organisation::Prepared, b: &organisation::Prepared) -> String {
    let found = a.compare(b);
    let (left, right): (Vec<_>, Vec<_>) = (a.words().collect(), b.words().collect());
    let text = |words: &[(&str, _)], at: Option<u8>| at.map_or("–".to_owned(), |at| words[usize::from(at)].0.to_owned());
    let lines = found.pairings().iter().map(|p| format!("  {} {} : {} {:?}\n", p.weight, text(&left, p.left), text(&right, p.right), p.how));
    lines.chain([format!("  {}", found.weight)]).collect()
}

/// Every alias asks for its unit among all units.
fn units(aliases: &[Row], units: &[Row]) {
    let names: Vec<&str> = units.iter().map(|row| row["unit"].as_str()).collect();
    let frequencies = Frequencies::from_names(names.iter().copied(), Kind::Unit);
    let prepared: Vec<_> = names.iter().map(|name| organisation::Prepared::with(name, Kind::Unit, &frequencies)).collect();
    let mut hits = 0;
    let begun = Instant::now();
    for row in aliases {
        let asked = organisation::Prepared::with(&row["alias"], Kind::Unit, &frequencies);
        let best = (0..names.len()).max_by_key(|at| (asked.compare(&prepared[*at]).weight, usize::MAX - at)).unwrap();
        let hit = names[best] == row["unit"];
        hits += i32::from(hit);
        if !hit && std::env::var_os("KNIHA_MISSES").is_some() {
            let meant = organisation::Prepared::with(&row["unit"], Kind::Unit, &frequencies);
            println!("UNIT {} is {}, found {}\n{}\n  meant:\n{}", row["alias"], row["unit"], names[best], told(&asked, &prepared[best]), told(&asked, &meant));
        }
    }
    let per = begun.elapsed().as_secs_f64() * 1e6 / (aliases.len() * names.len()) as f64;
    println!("unit aliases\n  hit@1 {hits} of {} = {:.4}, {per:.2} µs a pair", aliases.len(), f64::from(hits) / aliases.len().max(1) as f64);
}

/// Every spelling asks for its person among all other spellings.
fn spellings(title: &str, rows: &[Row], rarity: Option<&Rarity>) {
    let prepare = |name: &str| rarity.map_or_else(|| Prepared::new(name), |rarity| Prepared::with(name, rarity));
    let prepared: Vec<Prepared> = rows.iter().map(|row| prepare(&row["spelling"])).collect();
    let (mut asked, mut hits, mut cyrillic) = (0, 0, (0, 0));
    for (at, row) in rows.iter().enumerate() {
        if !rows.iter().enumerate().any(|(other, r)| other != at && r["entity"] == row["entity"]) {
            continue;
        }
        let best =
            (0..rows.len()).filter(|other| *other != at).max_by_key(|other| (prepared[at].compare(&prepared[*other]).weight, usize::MAX - other)).unwrap();
        let hit = rows[best]["entity"] == row["entity"];
        asked += 1;
        hits += i32::from(hit);
        if !hit && std::env::var_os("KNIHA_MISSES").is_some() {
            println!("HIT@1 {} found {}\n{}", row["spelling"], rows[best]["spelling"], prepared[at].explain(&prepared[best]));
        }
        // Belarusian Cyrillic asks among Latin spellings only.
        if row["lang"] == "be" {
            let latin = (0..rows.len()).filter(|other| rows[*other]["script"] == "lat");
            let best = latin.max_by_key(|other| (prepared[at].compare(&prepared[*other]).weight, usize::MAX - other)).unwrap();
            cyrillic.0 += i32::from(rows[best]["entity"] == row["entity"]);
            cyrillic.1 += 1;
        }
    }
    let share = |a: i32, b: i32| f64::from(a) / f64::from(b.max(1));
    println!(
        "{title}\n  hit@1 {hits} of {asked} = {:.4}; be Cyrillic among Latin {} of {} = {:.4}",
        share(hits, asked),
        cyrillic.0,
        cyrillic.1,
        share(cyrillic.0, cyrillic.1)
    );
}

fn times(rows: &[Row]) {
    let names: Vec<&str> = rows.iter().flat_map(|row| [row["name1"].as_str(), row["name2"].as_str()]).collect();
    let _ = Prepared::new("Иван Іванаў");
    let prepared: Vec<Prepared> = names.iter().map(|name| Prepared::new(name)).collect();
    let some: Vec<(&Prepared, &Prepared)> = prepared.iter().step_by(7).flat_map(|one| prepared.iter().step_by(5).map(move |other| (one, other))).collect();
    let listed: Vec<(&Prepared, &Prepared)> = prepared.chunks(2).map(|pair| (&pair[0], &pair[1])).collect();
    let weigh =
        |pairs: &[(&Prepared, &Prepared)]| pairs.iter().map(|pair| i64::from(std::hint::black_box(pair.0).compare(pair.1).weight.hundredths())).sum::<i64>();
    let preparing = least(names.len(), || names.iter().map(|name| Prepared::new(name).parts().count() as i64).sum());
    println!(
        "times, least of nine: preparing {preparing:.2} µs a name, comparing {:.2} µs a listed pair, {:.2} µs any pair",
        least(listed.len(), || weigh(&listed)),
        least(some.len(), || weigh(&some))
    );
}

/// Microseconds a piece, the least of nine runs: the machine does other things too.
fn least(pieces: usize, run: impl Fn() -> i64) -> f64 {
    let times = (0..9).map(|_| {
        let begun = Instant::now();
        std::hint::black_box(run());
        begun.elapsed().as_secs_f64() * 1e6 / pieces as f64
    });
    times.fold(f64::INFINITY, f64::min)
}

fn main() {
    let names = folder("names");
    let by_script = |row: &Row| {
        let language = |n: &str| if row[&format!("lang{n}")].is_empty() { row[&format!("script{n}")].clone() } else { row[&format!("lang{n}")].clone() };
        let mut scripts = [row["script1"].as_str(), row["script2"].as_str()];
        let mut languages = [language("1"), language("2")];
        scripts.sort_unstable();
        languages.sort_unstable();
        vec![scripts.join("-"), languages.join("/")]
    };
    for list in ["be", "ru"] {
        let mut listed = rows(names.join(format!("eu_pairs_{list}_public.csv")));
        listed.retain(|row| row["kind"] != "alias");
        pairs(&format!("EU list, {list}"), &listed, by_script, |row| row["label"] == "1", |a, b, _| people(a, b));
        let listed_spellings = rows(names.join(format!("eu_spellings_{list}_public.csv")));
        spellings(&format!("spellings, {list}"), &listed_spellings, None);
        let at_hand = Rarity::from_names(listed_spellings.iter().map(|row| row["spelling"].as_str()));
        spellings(&format!("spellings, {list}, as rare as in the list"), &listed_spellings, Some(&at_hand));
        times(&listed);
    }
    let bench = rows(names.join("name_bench_cases.csv"));
    pairs(
        "name_bench",
        &bench,
        |row| vec![row["schema"].clone()],
        |row| row["is_match"] == "true",
        |a, b, row| if row["schema"] == "Person" { people(a, b) } else { bodies(a, b) },
    );
    let of_units = folder("units");
    units(&rows(of_units.join("nigeria_unit_aliases_public.csv")), &rows(of_units.join("nigeria_units.csv")));
}
