//! What the portal bears, beside what was asked and beside a control of the same minute: `make bench-portal`.
//!
//! The real `kniha-portal`, in its walls, on loopback, one process afresh for each row; a medium team's key list, so that a submission has 22 sealed shares.
//! The client runs on the same processors. Controls say what the machine gives in that minute: a server that does nothing but answer, a file that is
//! appended to and flushed, files that are written and flushed. `KNIHA_LOAD_SECONDS` sets the time for pages (5), `KNIHA_LOAD_MB` the size of a file (500),
//! `KNIHA_LOAD_ROWS` which rows are measured (`pages,sealed,form,uploads`), `KNIHA_LOAD_DIR` the disk (the system's temporary folder).
#![allow(clippy::unwrap_used, reason = "a bench")]

mod client;
mod controls;
mod stand;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Load, Visitor, get, load, post};
use stand::{Portal, Team};

/// Senders and readers at once.
const AT_ONCE: usize = 32;
/// Sealed submissions, and those that the portal seals itself.
const SEALED: usize = 2_000;
const TOLD: usize = 600;
const UPLOADS: usize = 8;
/// Bytes that a submission of four parts adds to the inbox, about.
const SUBMISSION_BYTES: usize = 56_000;
/// Largest page, in bytes.
const PAGE_BYTES: usize = 30_000;

#[tokio::main]
async fn main() {
    if let Some(len) = number("KNIHA_LOAD_HELLO") {
        return controls::hello(len).await;
    }
    // `cargo test` starts benches too, with no wish to wait for them.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let rows = std::env::var("KNIHA_LOAD_ROWS").unwrap_or_else(|_| "pages,sealed,form,uploads".to_owned());
    let wanted = |row| rows.split(',').any(|wanted| wanted == row);
    let team = Team::draw();
    println!("| figure | asked | measured | control | |\n|---|---|---|---|---|");
    if wanted("pages") {
        pages(&team).await;
    }
    if wanted("sealed") {
        sealed(&team).await;
    }
    if wanted("form") {
        form(&team).await;
    }
    if wanted("uploads") {
        uploads(&team, 1).await;
        uploads(&team, UPLOADS).await;
    }
}

async fn pages(team: &Team) {
    let seconds = Duration::from_secs(number("KNIHA_LOAD_SECONDS").unwrap_or(5) as u64);
    let portal = Portal::start(team).await;
    let paths = ["/", "/be", "/ru", "/uk/about", "/en/genuine", "/be/danger", "/be/back", "/ru/leave", "/style.css"];
    let (mut sizes, mut requests) = (Vec::new(), Vec::new());
    for path in paths {
        let answer = client::ask(portal.address, &get(path)).await.unwrap();
        assert_eq!(answer.status, 200, "{path}");
        sizes.push((answer.body.len(), path.to_owned()));
        requests.push(get(path));
    }
    let mean = sizes.iter().map(|(len, _)| len).sum::<usize>() / sizes.len();
    let requests = Arc::new(requests);
    let (hello, at) = controls::start_hello(mean).await;
    // Turn and turn about, so that both meet the same minutes.
    let (mut ours, mut bare) = (Load::default(), Load::default());
    for _ in 0..2 {
        ours.add(load(portal.address, requests.clone(), AT_ONCE, Some(seconds / 2)).await);
        bare.add(load(at, requests.clone(), AT_ONCE, Some(seconds / 2)).await);
    }
    drop(hello);
    let met = ours.refused == 0 && ours.per_second() >= 2_000.0 && ours.p99_ms() <= 50.0;
    row("public pages", "≥ 2,000/s, p99 ≤ 50 ms", &format!("{ours}; {} MB", portal.memory_mb()), &format!("a bare server {bare}"), met);
    sizes.extend(walk(portal.address).await);
    let (len, path) = sizes.iter().max().unwrap();
    row("largest page", "≤ 30 KB", &format!("{:.1} KB ({path})", *len as f64 / 1e3), "", *len <= PAGE_BYTES);
}

/// The sizes of the five screens and what follows, in every language.
async fn walk(address: SocketAddr) -> Vec<(usize, String)> {
    let mut sizes = Vec::new();
    for lang in ["be", "ru", "uk", "en"] {
        let mut visitor = Visitor::new(address, lang);
        let mut note = |visitor: &Visitor, screen: &str| sizes.push((visitor.page.len(), format!("{lang}, {screen}, state and all")));
        visitor.begin().await;
        note(&visitor, "account");
        visitor.go("account", &[("go", "next"), ("tell/account", &stand::account())]).await;
        note(&visitor, "door");
        visitor.go("door", &[("go", "next"), ("door/door", "team")]).await;
        note(&visitor, "check");
        let words = visitor.words();
        visitor.go("check", &[("go", "next")]).await;
        note(&visitor, "type");
        visitor.go("type", &[("go", "send"), ("words", &words)]).await;
        note(&visitor, "got");
    }
    sizes
}

async fn sealed(team: &Team) {
    let bodies = team.bundles(SEALED);
    let bytes = bodies[0].len();
    let requests = Arc::new(bodies.iter().map(|body| post("/sealed", "application/octet-stream", None, body)).collect::<Vec<_>>());
    drop(bodies);
    let portal = Portal::start(team).await;
    let before = controls::flushes(portal.folder(), SUBMISSION_BYTES);
    let ours = load(portal.address, requests, AT_ONCE, None).await;
    let after = controls::flushes(portal.folder(), SUBMISSION_BYTES);
    let memory = portal.memory_mb();
    let kept = portal.parts().await;
    assert_eq!(kept, 4 * (SEALED - ours.refused), "what was acknowledged is there");
    let met = ours.refused == 0 && ours.per_second() >= 100.0 && ours.p99_ms() <= 300.0 && memory <= 300;
    let what = format!("{SEALED} sealed submissions of {:.0} KB, durable", bytes as f64 / 1e3);
    row(&what, "≥ 100/s, p99 ≤ 300 ms, ≤ 300 MB", &format!("{ours}; {memory} MB"), &format!("one flush each {before}, after {after}"), met);
}

async fn form(team: &Team) {
    let portal = Portal::start(team).await;
    let mut visitor = Visitor::new(portal.address, "be");
    visitor.begin().await.go("account", &[("go", "next"), ("tell/account", &stand::account())]).await;
    let door = visitor.state();
    let mut requests = Vec::new();
    for _ in 0..TOLD {
        // Fresh words each time: another submission.
        visitor.put_state(&door).go("door", &[("go", "next"), ("door/door", "team")]).await;
        let words = visitor.words();
        visitor.go("check", &[("go", "next")]).await;
        requests.push(visitor.request("type", &[("go", "send"), ("words", &words)]));
    }
    let ours = load(portal.address, Arc::new(requests), AT_ONCE, None).await;
    let memory = portal.memory_mb();
    assert_eq!(portal.parts().await, 4 * (TOLD - ours.refused), "what was acknowledged is there");
    let each = team.seconds_to_seal();
    let control = format!("sealing alone {:.1} ms of one processor", each * 1e3);
    row(&format!("{TOLD} reports by form, sealed here, durable"), "", &format!("{ours}; {memory} MB"), &control, ours.refused == 0);
}

async fn uploads(team: &Team, at_once: usize) {
    let bytes = number("KNIHA_LOAD_MB").unwrap_or(500) * 1_000_000;
    let portal = Portal::start(team).await;
    let disk = controls::files(portal.folder(), at_once, bytes);
    let mut visitors = Vec::new();
    for _ in 0..at_once {
        let mut visitor = Visitor::new(portal.address, "be");
        visitor.report(&stand::account()).await;
        visitors.push(visitor);
    }
    let before = portal.processor_s();
    let began = Instant::now();
    let lanes: Vec<_> = visitors.into_iter().map(|visitor| tokio::spawn(async move { visitor.upload(bytes).await })).collect();
    let mut stored = 0;
    for lane in lanes {
        stored += usize::from(lane.await.unwrap());
    }
    let wall = began.elapsed().as_secs_f64();
    let rate = (at_once * bytes) as f64 / 1e6 / wall;
    let (memory, processor) = (portal.memory_mb(), portal.processor_s() - before);
    let met = stored == at_once && (at_once < UPLOADS || rate >= 200.0) && memory <= 200;
    let asked = if at_once == UPLOADS { "≥ 200 MB/s, ≤ 200 MB" } else { "" };
    let said = format!("{rate:.0} MB/s; {memory} MB; {processor:.1} s of processor in {wall:.1} s; {stored} stored");
    row(&format!("{at_once} × {} MB by form, sealed and hashed", bytes / 1_000_000), asked, &said, &format!("written and flushed {disk:.0} MB/s"), met);
}

fn row(what: &str, asked: &str, measured: &str, control: &str, met: bool) {
    println!("| {what} | {asked} | {measured} | {control} | {} |", if met { "met" } else { "not met" });
}

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().and_then(|n| n.parse().ok())
}
