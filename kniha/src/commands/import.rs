//! `kniha import`: bringing in what others wrote, and looking after unfinished imports.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use kniha_store::{ImportId, abandon_import, imports};
use serde_json::json;

use super::{import_2020pb, import_csv, import_statements};
use crate::exit::Failure;
use crate::home::Home;
use crate::home::lock::Work;
use crate::intake::Problem;
use crate::{clock, say};

/// Bring in what others wrote: a known data set, or any table with a map
#[derive(clap::Args)]
#[command(after_help = "An import appears whole or not at all: nobody sees any of it before its last row is written. Cut off
by anything, it continues when the same command is run again. `kniha import list` shows what is unfinished.")]
pub(crate) struct Raw {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    #[command(name = "2020pb")]
    Pb2020(import_2020pb::Raw),
    Csv(import_csv::Raw),
    Statements(import_statements::Raw),
    /// Show the imports of the book and their state
    List {
        /// Print JSON lines
        #[arg(long)]
        json: bool,
    },
    /// Remove an unfinished import; it never appeared, so the book loses nothing
    Abandon {
        /// The id that `kniha import list` shows
        id: String,
    },
}

pub(crate) async fn run(raw: Raw, dir: PathBuf) -> anyhow::Result<()> {
    match raw.what {
        What::Pb2020(raw) => import_2020pb::run(raw, &dir).await,
        What::Csv(raw) => import_csv::run(raw, &dir).await,
        What::Statements(raw) => import_statements::run(raw, &dir).await,
        What::List { json } => list(&dir, json).await,
        What::Abandon { id } => abandon(&dir, &id).await,
    }
}

async fn list(dir: &Path, json: bool) -> anyhow::Result<()> {
    let store = Home::open(dir)?.store().await?;
    let imports = imports(&mut *store.read().await?).await?;
    let mut out = say::Out::new();
    if imports.is_empty() && !json {
        out.line("No imports.")?;
    }
    for import in imports {
        let id = import.id.to_string();
        if json {
            out.json(&json!({"import": id, "kind": import.kind, "file": import.file_name, "state": import.state, "rows": import.rows_done, "claims": import.claims_done, "begun_us": import.begun.0}))?;
        } else {
            let state = if import.state == "running" { "unfinished" } else { &import.state };
            out.line(&format!(
                "{id}  {state:<10}  {}  {} rows, {} claims  {}  {}",
                import.kind,
                import.rows_done,
                import.claims_done,
                import.begun.text(),
                say::short(&import.file_name, 60)
            ))?;
        }
    }
    out.done()?;
    store.close().await;
    Ok(())
}

async fn abandon(dir: &Path, id: &str) -> anyhow::Result<()> {
    let id = ImportId::parse(id).map_err(|e| Failure::usage(format!("{e}."), "`kniha import list` shows the ids."))?;
    let mut home = Home::open(dir)?;
    let _lock = Work::Import.lock(dir)?;
    let store = home.store().await?;
    abandon_import(&store, home.member(), clock::now(), id).await?;
    store.close().await;
    say::note("The import is removed. Nothing of it had appeared in the book.");
    Ok(())
}

/// Reports what does not fit: at most `limit` lines, and how many more there are.
pub(crate) fn report(problems: &[Problem], total: u64, json: bool) -> anyhow::Result<()> {
    let mut out = say::Out::new();
    for problem in problems {
        if json {
            out.json(&json!({"problem": problem.json()}))?;
        } else {
            say::note(&problem.text());
        }
    }
    if total > problems.len() as u64 && !json {
        say::note(&format!("… and {} more", total - problems.len() as u64));
    }
    Ok(out.done()?)
}
