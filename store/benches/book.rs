//! How fast a book of a million claims is, on both databases: `make bench`.
//!
//! The book is made here from a seed: people, postings, incidents and acts whose words follow Zipf's law. It is imported in two cases, and most
//! readings are made by a member who may see one of them. Set `KNIHA_TEST_POSTGRES_URL` for PostgreSQL and `KNIHA_SHARED` for the spelling queries;
//! `KNIHA_BENCH_CLAIMS` makes a smaller book, `KNIHA_BENCH_DATABASE` (`sqlite` or `postgres`) measures one of the two. Percentiles are of single calls, each in a fresh snapshot.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kniha_core::claim::{Citation, NewClaim};
use kniha_core::day::Day;
use kniha_core::id::{CaseId, MemberId, NodeId};
use kniha_core::name::{Name, NameKind};
use kniha_core::time::{UtcMicros, Window};
use kniha_core::value::Value;
use kniha_core::vocab::{NodeKind, property};
use kniha_store::*;
use sqlx::Connection;

const NOW: UtcMicros = UtcMicros(1_900_000_000_000_000);

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    /// A rank below `n` by Zipf's law with exponent 1: the inverse of the logarithmic distribution.
    fn zipf(&mut self, n: usize) -> usize {
        let u = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        (((n as f64 + 1.0).powf(u)) as usize - 1).min(n - 1)
    }
}

struct Words {
    words: Vec<String>,
    given: Vec<String>,
    family: Vec<String>,
}

fn words() -> Words {
    const ONSETS: [&str; 16] = ["б", "в", "г", "д", "ж", "з", "к", "л", "м", "н", "п", "р", "с", "т", "ст", "пр"];
    const NUCLEI: [&str; 6] = ["а", "о", "у", "е", "и", "ы"];
    let mut rng = Rng(5);
    let mut word = |syllables: usize| (0..syllables).map(|_| format!("{}{}", ONSETS[rng.below(16)], NUCLEI[rng.below(6)])).collect::<String>();
    let mut words: Vec<String> = (0..30_000).map(|i| word(2 + i % 3)).collect();
    words.dedup();
    let capital = |s: String| s.chars().next().map(|c| c.to_uppercase().collect::<String>() + &s[c.len_utf8()..]).unwrap_or_default();
    let given = (0..200).map(|_| capital(word(2))).collect();
    let family = (0..8000).map(|i| capital(word(2)) + ["ов", "ский", "енко", "ич"][i % 4]).collect();
    Words { words, given, family }
}

fn sentence(rng: &mut Rng, words: &Words, n: usize) -> String {
    (0..n).map(|_| words.words[rng.zipf(words.words.len())].as_str()).collect::<Vec<_>>().join(" ")
}

fn text(text: String) -> Value {
    Value::Text { text, lang: None }
}

struct Made {
    people: Vec<NodeId>,
    hub: NodeId,
}

/// Imports about `claims` claims as one case; gives what the readings need.
async fn import(store: &Store, member: MemberId, seed: u64, claims: u64, words: &Words) -> (CaseId, Made, u64) {
    let digest = format!("{seed:064x}");
    let plan = ImportPlan { kind: "bench".into(), file_name: "bench".into(), file_sha256: digest.clone(), plan_sha256: digest, title: format!("Case {seed}") };
    let mut import = Import::begin(store, member, NOW, &plan).await.unwrap();
    let mut rng = Rng(seed);
    let mut made = Made { people: Vec::new(), hub: NodeId::from_random([0; 16]) };
    let (mut row, mut total) = (0_u64, 0_u64);
    while total < claims {
        let mut chunk = import.chunk(NOW).await.unwrap();
        let (source, new) = chunk.node_for("source", NodeKind::Source).await.unwrap();
        if new {
            add(&mut chunk, source, "source.title", text("Benchmark".into()), None).await;
        }
        while chunk.claims() < CHUNK_CLAIMS as u64 - 50 && total + chunk.claims() < claims {
            row += 1;
            row_of(&mut chunk, &mut rng, words, source, row, &mut made).await;
        }
        total += chunk.claims();
        chunk.commit(row).await.unwrap();
    }
    (import.finish(NOW, &[member]).await.unwrap(), made, total)
}

async fn add(chunk: &mut Chunk<'_, '_>, id: NodeId, code: &str, value: Value, source: Option<NodeId>) {
    let mut claim = NewClaim::stated(chunk.claim_id().unwrap(), id, property(code).unwrap(), value);
    claim.citations.extend(source.map(Citation::of));
    chunk.claim(claim).await.unwrap();
}

/// One row: an incident with its act, and every other time a person with a posting.
async fn row_of(chunk: &mut Chunk<'_, '_>, rng: &mut Rng, words: &Words, source: NodeId, row: u64, made: &mut Made) {
    let cite = Some(source);
    let (place, new) = chunk.node_for(&format!("place{}", rng.zipf(3000)), NodeKind::Place).await.unwrap();
    if new {
        add(chunk, place, "place.name", name(words, rng.below(8000), None), cite).await;
    }
    let (incident, _) = chunk.node_for(&format!("incident{row}"), NodeKind::Incident).await.unwrap();
    let start = 1_577_836_800_000_000 + (rng.next() % 31_536_000) as i64 * 1_000_000;
    let when = Window::parse(&format!("~{}", &UtcMicros(start).text()[..10])).unwrap();
    add(chunk, incident, "incident.title", text(sentence(rng, words, 6)), cite).await;
    add(chunk, incident, "incident.summary", text(sentence(rng, words, 40)), cite).await;
    add(chunk, incident, "incident.when", Value::Window(when), cite).await;
    let (lat, lon) = (50.0 + rng.below(40_000) as f64 / 10_000.0, 20.0 + rng.below(80_000) as f64 / 10_000.0);
    add(chunk, incident, "incident.where", Value::Region(kniha_core::place::Region::new(lat, lon, Some(100.0)).unwrap()), cite).await;
    add(chunk, incident, "incident.place", Value::Ref(place), cite).await;
    add(chunk, incident, "incident.external_id", text(format!("case-{row}")), cite).await;
    let (act, _) = chunk.node_for(&format!("act{row}"), NodeKind::Act).await.unwrap();
    add(chunk, act, "act.incident", Value::Ref(incident), cite).await;
    const VIOLATIONS: [&str; 3] = ["torture", "arbitrary_detention", "ill_treatment"];
    let code = VIOLATIONS[rng.zipf(3)];
    add(chunk, act, "act.violation", Value::parse(property("act.violation").unwrap(), code, None).unwrap_or(Value::Code("torture".into())), cite).await;
    add(chunk, act, "act.when", Value::Window(when), cite).await;
    if row.is_multiple_of(2) {
        let (person, _) = chunk.node_for(&format!("person{row}"), NodeKind::Person).await.unwrap();
        made.people.push(person);
        add(chunk, person, "person.name", name(words, rng.zipf(8000), Some(rng.zipf(200))), cite).await;
        add(chunk, person, "person.birth", Value::Window(Window::parse(&format!("{}", 1950 + rng.below(50))).unwrap()), cite).await;
        add(chunk, person, "person.note", text(sentence(rng, words, 15)), cite).await;
        let (unit, new) = chunk.node_for(&format!("unit{}", rng.zipf(800)), NodeKind::Unit).await.unwrap();
        if new {
            add(chunk, unit, "unit.name", name(words, rng.below(8000), None), cite).await;
        }
        let (posting, _) = chunk.node_for(&format!("posting{row}"), NodeKind::Posting).await.unwrap();
        add(chunk, posting, "posting.person", Value::Ref(person), cite).await;
        add(chunk, posting, "posting.unit", Value::Ref(unit), cite).await;
        add(chunk, act, "act.victim", Value::Ref(person), cite).await;
    }
    // A record with five hundred claims.
    if row.is_multiple_of(40) && row <= 20_000 {
        let (hub, _) = chunk.node_for("hub", NodeKind::Person).await.unwrap();
        made.hub = hub;
        add(chunk, hub, "person.note", text(sentence(rng, words, 15)), cite).await;
    }
}

fn name(words: &Words, family: usize, given: Option<usize>) -> Value {
    let written = match given {
        Some(given) => format!("{} {}", words.given[given], words.family[family]),
        None => words.family[family].clone(),
    };
    Value::Name(Name::new(&written, None, NameKind::full()).unwrap())
}

/// The force of the structure figure: 130,000 people in 5,000 units under one ministry, four levels deep.
async fn force(store: &Store, member: MemberId, words: &Words) -> NodeId {
    let digest = format!("{:064x}", 99);
    let plan = ImportPlan { kind: "bench".into(), file_name: "force".into(), file_sha256: digest.clone(), plan_sha256: digest, title: "Force".into() };
    let mut import = Import::begin(store, member, NOW, &plan).await.unwrap();
    let mut rng = Rng(77);
    let mut next = 0;
    let mut top = NodeId::from_random([0; 16]);
    while next < 135_000 {
        let mut chunk = import.chunk(NOW).await.unwrap();
        while chunk.claims() < CHUNK_CLAIMS as u64 - 50 && next < 135_000 {
            if next < 5000 {
                let (unit, _) = chunk.node_for(&format!("u{next}"), NodeKind::Unit).await.unwrap();
                add(&mut chunk, unit, "unit.name", name(words, rng.below(8000), None), None).await;
                if next == 0 {
                    top = unit;
                } else {
                    let (above, _) = chunk.node_for(&format!("u{}", (next - 1) / 17), NodeKind::Unit).await.unwrap();
                    let (command, _) = chunk.node_for(&format!("c{next}"), NodeKind::Command).await.unwrap();
                    held(&mut chunk, command, "command.superior", above, "2015-03..").await;
                    held(&mut chunk, command, "command.subordinate", unit, "2015-03..").await;
                }
            } else {
                let (person, _) = chunk.node_for(&format!("p{next}"), NodeKind::Person).await.unwrap();
                add(&mut chunk, person, "person.name", name(words, rng.zipf(8000), Some(rng.zipf(200))), None).await;
                let (unit, _) = chunk.node_for(&format!("u{}", rng.below(5000)), NodeKind::Unit).await.unwrap();
                let (posting, _) = chunk.node_for(&format!("q{next}"), NodeKind::Posting).await.unwrap();
                held(&mut chunk, posting, "posting.person", person, "2018..2021").await;
                held(&mut chunk, posting, "posting.unit", unit, "2018..2021").await;
            }
            next += 1;
        }
        chunk.commit(next).await.unwrap();
    }
    import.finish(NOW, &[member]).await.unwrap();
    top
}

async fn held(chunk: &mut Chunk<'_, '_>, id: NodeId, code: &str, to: NodeId, when: &str) {
    let mut claim = NewClaim::stated(chunk.claim_id().unwrap(), id, property(code).unwrap(), Value::Ref(to));
    claim.held = Some(Window::parse(when).unwrap());
    chunk.claim(claim).await.unwrap();
}

struct Table(&'static str);

impl Table {
    fn row(&self, what: &str, measured: String, asked: &str) {
        println!("| {} | {what} | {measured} | {asked} |", self.0);
    }

    fn times(&self, what: &str, mut times: Vec<Duration>, asked: &str) {
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
        self.row(what, format!("median {:.1} ms, p99 {:.1} ms, worst {:.1} ms (n = {})", at(0.5), at(0.99), at(1.0), times.len()), asked);
    }
}

#[tokio::main]
async fn main() {
    if std::env::args().any(|arg| arg == "--list" || arg == "--test") {
        return;
    }
    let claims: u64 = std::env::var("KNIHA_BENCH_CLAIMS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    println!("| database | figure | measured | asked |\n|---|---|---|---|");
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Sqlite { file: folder.path().join("register.db"), key: Some(Key("ab".repeat(32))), durability: Durability::Full };
    let only = std::env::var("KNIHA_BENCH_DATABASE").ok();
    if only.as_deref() != Some("postgres") {
        run("SQLCipher, FULL", place, claims).await;
    }
    if only.as_deref() == Some("sqlite") {
        return;
    }
    match std::env::var("KNIHA_TEST_POSTGRES_URL") {
        Ok(base) => {
            let name = format!("kniha_bench_{}", std::process::id());
            let mut connection = sqlx::PgConnection::connect(&base).await.unwrap();
            sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
            let url = format!("{}/{name}", base.rsplit_once('/').unwrap().0);
            run("PostgreSQL", Place::Postgres { url }, claims).await;
            sqlx::query(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut connection).await.unwrap();
        }
        Err(_) => println!("\nKNIHA_TEST_POSTGRES_URL is not set: PostgreSQL was not measured."),
    }
}

async fn run(database: &'static str, place: Place, claims: u64) {
    let table = Table(database);
    let words = words();
    let member = MemberId::from_random([1; 16]);
    let beginning = Beginning {
        book_id: [9; 32],
        title: "Benchmark".into(),
        member,
        member_name: "All".into(),
        case: CaseId::from_random([2; 16]),
        case_title: "First".into(),
        now: NOW,
    };
    let store = Store::create(&place, NameSecret([7; 16]), &beginning).await.unwrap();
    let began = Instant::now();
    let (seen, made, first) = import(&store, member, 1, claims / 2, &words).await;
    let (_, _, second) = import(&store, member, 2, claims / 2, &words).await;
    let seconds = began.elapsed().as_secs_f64();
    table.row("import", format!("{:.0} claims/s ({} claims)", (first + second) as f64 / seconds, first + second), "≥ 20,000");
    store.settle().await.unwrap();
    let half = MemberId::from_random([3; 16]);
    let mut writing = store.write(member, NOW).await.unwrap();
    writing.add_member(half, "Half").await.unwrap();
    writing.grant(seen, half).await.unwrap();
    writing.commit().await.unwrap();
    let half = reader(&mut store.read().await.unwrap(), half).await.unwrap();

    today(&table, &store, &half, seen).await;
    let mut rng = Rng(3);
    let mut times = Vec::new();
    for _ in 0..300 {
        let id = made.people[rng.below(made.people.len())];
        times.push(page(&store, &half, id).await);
    }
    table.times("person's page", times, "≤ 20 ms");
    let mut times = Vec::new();
    for _ in 0..50 {
        times.push(page(&store, &half, made.hub).await);
    }
    table.times("hub of 500 claims", times, "≤ 50 ms");
    lists(&table, &store, &half).await;
    searches(&table, &store, &half, &words).await;
    let everyone = reader(&mut store.read().await.unwrap(), member).await.unwrap();
    let top = force(&store, member, &words).await;
    store.settle().await.unwrap();
    let mut times = Vec::new();
    for day in ["2019-01-01", "2020-08-09", "2016-05-05", "2021-12-31"] {
        for _ in 0..10 {
            let began = Instant::now();
            let mut tx = store.read().await.unwrap();
            let chart = structure(&mut tx, &everyone, top, &Window::parse(day).unwrap()).await.unwrap();
            times.push(began.elapsed());
            assert!(chart.units.len() > 50);
        }
    }
    table.times("structure, 130,000 people in 5,000 units", times, "≤ 50 ms");
    spellings(&table, &store, member).await;
    store.close().await;
}

/// What the page Today reads, in a book with 10,000 statements that are looked at again some day and 10,000 tasks besides.
async fn today(table: &Table, store: &Store, half: &Reader, case: CaseId) {
    const MANY: u32 = 10_000;
    let day = Day::of(NOW);
    let mut writing = store.write(half.id, NOW).await.unwrap();
    let id = |n: u32, mark: u8| {
        let mut bytes = [mark; 16];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        bytes
    };
    for n in 0..MANY {
        writing.add_record(NodeId::from_random(id(n, 7)), NodeKind::Source, case).await.unwrap();
    }
    for n in 0..MANY {
        writing.review_by(NodeId::from_random(id(n, 7)), Kept::Other, Some(day.plus(i64::from(n % 700)))).await.unwrap();
        let (task, due) = (TaskId::from_random(id(n, 9)), (n % 3 == 0).then(|| day.plus(i64::from(n % 400))));
        writing.add_task(&NewTask { id: task, case, words: format!("task {n}"), who: Some(half.id), due, gap: None }).await.unwrap();
        if n % 2 == 0 {
            writing.set_task(task, true, None).await.unwrap();
        }
    }
    writing.commit().await.unwrap();
    let mut times = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        store.lapse(NOW).await.unwrap();
        let mut tx = store.read().await.unwrap();
        cases(&mut tx, half).await.unwrap();
        let (own, _) = tasks(&mut tx, half, &TaskQuery { who: Some(half.id), limit: 20, ..TaskQuery::default() }).await.unwrap();
        let (running, _) = clocks(&mut tx, half, day.plus(-30), day.plus(14), 8).await.unwrap();
        let (waiting, _) = unexamined(&mut tx, half, 6).await.unwrap();
        let news = changes(&mut tx, half, 20).await.unwrap();
        let mut ids: Vec<NodeId> = waiting.iter().map(|claim| claim.subject).collect();
        ids.extend(news.records.iter().map(|changed| changed.id));
        labels(&mut tx, half, &ids).await.unwrap();
        times.push(began.elapsed());
        assert!(own.len() == 20 && running.len() == 8);
    }
    table.times("today, 10,000 statements", times, "≤ 50 ms");
}

async fn page(store: &Store, reader: &Reader, id: NodeId) -> Duration {
    let began = Instant::now();
    let mut tx = store.read().await.unwrap();
    let view = record(&mut tx, reader, id).await.unwrap().unwrap();
    let (related, _) = related(&mut tx, reader, id).await.unwrap();
    let mut ids: Vec<NodeId> = view.claims.iter().flat_map(|claim| claim.citations.iter().map(|c| c.source)).collect();
    ids.extend(related.iter().map(|r| r.id));
    ids.extend(related.iter().flat_map(|r| &r.claims).filter_map(|claim| if let Some(Value::Ref(id)) = claim.value { Some(id) } else { None }));
    ids.sort_unstable();
    ids.dedup();
    labels(&mut tx, reader, &ids).await.unwrap();
    began.elapsed()
}

async fn lists(table: &Table, store: &Store, reader: &Reader) {
    let base = |kind, order| ListQuery { kind, text: None, codes: vec![], when: None, at: None, order, after: None, limit: 50 };
    let violation = property("act.violation").unwrap();
    let queries = [
        base(NodeKind::Person, Order::Name),
        base(NodeKind::Incident, Order::Time),
        base(NodeKind::Incident, Order::Newest),
        base(NodeKind::Unit, Order::Name),
        base(NodeKind::Place, Order::Name),
        ListQuery { codes: vec![(violation, "torture".into())], ..base(NodeKind::Act, Order::Time) },
        ListQuery { codes: vec![(violation, "ill_treatment".into())], ..base(NodeKind::Act, Order::Newest) },
        ListQuery { when: Some(Window::parse("2020-08-09..2020-08-12").unwrap()), ..base(NodeKind::Incident, Order::Time) },
        ListQuery { when: Some(Window::parse("2020-08").unwrap()), ..base(NodeKind::Incident, Order::Newest) },
    ];
    let (mut times, mut slow) = (Vec::new(), Vec::new());
    for query in &queries {
        slow.push((format!("{:?} by {:?}, codes {}, when {}", query.kind, query.order, query.codes.len(), query.when.is_some()), Duration::ZERO));
        for _ in 0..8 {
            let began = Instant::now();
            let mut tx = store.read().await.unwrap();
            let first = list(&mut tx, reader, store, query).await.unwrap();
            times.push(began.elapsed());
            if let Some((_, worst)) = slow.last_mut() {
                *worst = began.elapsed().max(*worst);
            }
            assert!(!first.rows.is_empty());
            if let Some(after) = first.next {
                let began = Instant::now();
                let mut tx = store.read().await.unwrap();
                list(&mut tx, reader, store, &ListQuery { after: Some(after), ..query.clone() }).await.unwrap();
                times.push(began.elapsed());
            }
        }
    }
    table.times("lists, first and second page", times, "≤ 50 ms");
    if std::env::var_os("KNIHA_BENCH_VERBOSE").is_some() {
        for (what, worst) in slow {
            println!("    {what}: {worst:?}");
        }
    }
}

async fn searches(table: &Table, store: &Store, reader: &Reader, words: &Words) {
    let mut rng = Rng(11);
    let mut queries: Vec<String> = words.words[..20].to_vec();
    while queries.len() < 500 {
        queries.push(match queries.len() % 5 {
            0 => format!("{} {}", words.given[rng.zipf(200)], words.family[rng.zipf(8000)]),
            1 => words.family[rng.zipf(8000)].clone(),
            2 => sentence(&mut rng, words, 2),
            _ => sentence(&mut rng, words, 1),
        });
    }
    let mut times = Vec::new();
    for query in &queries {
        let began = Instant::now();
        let mut tx = store.read().await.unwrap();
        search(&mut tx, reader, store, query, None, 20).await.unwrap();
        times.push(began.elapsed());
    }
    table.times("500 searches, a reader who may see half", times, "p99 ≤ 30 ms");
}

/// One spelling of a person must find the others among the first ten (ten of them, where there are more).
async fn spellings(table: &Table, store: &Store, member: MemberId) {
    let Ok(shared) = std::env::var("KNIHA_SHARED") else { return };
    let file = std::fs::read_to_string(format!("{shared}/data/names/eu_spellings_be_public.csv")).unwrap();
    let mut people: BTreeMap<String, Vec<(String, NodeId)>> = BTreeMap::new();
    let mut writing = store.write(member, NOW).await.unwrap();
    let case = CaseId::from_random([2; 16]);
    for line in file.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [entity, _, spelling, ..] = fields.as_slice() else { continue };
        let spelling = spelling.trim_matches('"');
        let Ok(name) = Name::new(spelling, None, NameKind::full()) else { continue };
        let id = writing.random().id().unwrap();
        writing.add_record(id, NodeKind::Person, case).await.unwrap();
        let claim = NewClaim::stated(writing.random().id().unwrap(), id, property("person.name").unwrap(), Value::Name(name));
        writing.add_claim(claim, case).await.unwrap();
        people.entry((*entity).to_owned()).or_default().push((spelling.to_owned(), id));
    }
    writing.commit().await.unwrap();
    let everyone = reader(&mut store.read().await.unwrap(), member).await.unwrap();
    let mut queries: Vec<(&String, NodeId, Vec<NodeId>)> = Vec::new();
    for spellings in people.values().filter(|s| s.len() > 1) {
        for (spelling, id) in spellings {
            queries.push((spelling, *id, spellings.iter().map(|(_, id)| *id).filter(|other| other != id).collect()));
        }
    }
    let mut rng = Rng(400);
    for at in 0..queries.len().min(400) {
        let other = at + rng.below(queries.len() - at);
        queries.swap(at, other);
    }
    queries.truncate(400);
    let (mut answered, mut times) = (0, Vec::new());
    for (spelling, own, others) in &queries {
        let began = Instant::now();
        let mut tx = store.read().await.unwrap();
        let found = search(&mut tx, &everyone, store, spelling, Some(NodeKind::Person), 11).await.unwrap();
        times.push(began.elapsed());
        let first: Vec<NodeId> = found.hits.into_iter().map(|hit| hit.id).filter(|id| id != own).take(10).collect();
        let there = others.iter().filter(|id| first.contains(id)).count();
        answered += usize::from(there == others.len().min(10));
    }
    table.row("spelling queries answered", format!("{answered} of {} ({:.1} %)", queries.len(), 100.0 * answered as f64 / queries.len() as f64), "≥ 95 %");
    table.times("spelling queries", times, "");
}
