//! The walls around the process that looks at hostile files, tried from inside, and hostile files sent through the whole of it.
//!
//! This program is its own child, so it has no test harness: started with the word of the sandbox it does what the "file" on its standard input names
//! ([`probe`]) instead of looking at it. Started with `bare` or the name of one wall it tries the same without the walls, or behind that one alone.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod files;
mod probe;
#[path = "../../../media/src/stage.rs"]
#[allow(dead_code, reason = "media's own tests need more of it")]
mod stage;
mod walls;

use std::process::ExitCode;
use std::time::Instant;

use kniha_desk::examine::Examiner;

pub(crate) type Test = (&'static str, fn());

fn main() -> ExitCode {
    if let Some(code) = kniha::sandbox::entered(probe::inside) {
        return code;
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [wall, what] = &words[..]
        && probe::WALLS.contains(&wall.as_str())
    {
        println!("{}", probe::behind(wall, what));
        return ExitCode::SUCCESS;
    }
    let asked: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let tests: Vec<Test> = [walls::TESTS, files::TESTS].concat();
    for (name, test) in tests.iter().filter(|(name, _)| asked.is_empty() || asked.iter().any(|part| name.contains(part.as_str()))) {
        let start = Instant::now();
        test();
        println!("test {name} ... ok ({:.1} s)", start.elapsed().as_secs_f32());
    }
    ExitCode::SUCCESS
}

/// An examiner whose child does what it is told.
fn probing() -> Examiner {
    Examiner::new(std::env::current_exe().unwrap())
}

/// The examiner as people have it.
fn looking() -> Examiner {
    Examiner::new(env!("CARGO_BIN_EXE_kniha").into())
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}
