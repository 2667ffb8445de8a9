//! `kniha names`: whether spellings are of one person, organisation, unit or place. Needs no book and writes in none.

use std::path::{Path, PathBuf};

use crate::exit::{Exit, Failure, NOTHING_WRITTEN, chain};
use crate::names::explain::{db, tell};
use crate::names::score::{Among, Kind, best, each};
use crate::names::table::{Form, Rows, Score, TableError, Written};
use crate::say;

/// Rows that are scored at a time.
const BATCH: usize = 4_096;

/// Compare names in any spelling: pairs in a table, a list among another, or two with the reasons
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  kniha names --pairs pairs.csv --left name1 --right name2 --out scored.csv
  kniha names --queries asked.csv --among known.parquet --top 10 --out found.jsonl
  kniha names explain \"Ціханоўская Святлана\" \"Svetlana Tikhanovskaya\"

Tables are .csv (UTF-8, with column names), .jsonl or .parquet. Added columns: probability, weight_db and same, which holds at the one default
threshold. docs/NAMES.md explains the model."
)]
pub(crate) struct Raw {
    #[command(subcommand)]
    explain: Option<Explain>,
    /// A table with a pair of names in each row
    #[arg(long, value_name = "FILE", conflicts_with = "queries")]
    pairs: Option<PathBuf>,
    /// The column of the first name
    #[arg(long, value_name = "COLUMN", default_value = "name1")]
    left: String,
    /// The column of the second name
    #[arg(long, value_name = "COLUMN", default_value = "name2")]
    right: String,
    /// A table of names to look for
    #[arg(long, value_name = "FILE", requires = "among")]
    queries: Option<PathBuf>,
    /// A table of names to look among
    #[arg(long, value_name = "FILE", requires = "queries")]
    among: Option<PathBuf>,
    /// The column of the names that are looked for [default: name, else the first]
    #[arg(long, value_name = "COLUMN")]
    query_column: Option<String>,
    /// The column of the names that are looked among [default: name, else the first]
    #[arg(long, value_name = "COLUMN")]
    among_column: Option<String>,
    /// Most names found for each
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    top: u16,
    /// Where the scores are written [default: standard output, as comma-separated values]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What the names are of
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,
}

#[derive(clap::Subcommand)]
enum Explain {
    /// Say why two names are or are not taken for the same, part by part
    Explain {
        /// One name
        one: String,
        /// The other
        other: String,
        /// What the names are of
        #[arg(long, value_enum, default_value_t)]
        kind: Kind,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(raw: Raw) -> anyhow::Result<()> {
    if let Some(Explain::Explain { one, other, kind, json }) = &raw.explain {
        return explain(one, other, *kind, *json);
    }
    match (&raw.pairs, &raw.queries, &raw.among) {
        (Some(pairs), None, None) => score_pairs(&raw, pairs),
        (None, Some(queries), Some(among)) => find(&raw, queries, among),
        _ => Err(Failure::usage("Nothing says which names to compare.", "Give --pairs FILE, or --queries FILE --among FILE, or `explain A B`.").into()),
    }
}

fn score_pairs(raw: &Raw, path: &Path) -> anyhow::Result<()> {
    let mut rows = open(path)?;
    let (left, right) = (column(&rows, path, &raw.left)?, column(&rows, path, &raw.right)?);
    differs(raw, &[path])?;
    let scores = [("probability", Score::Number(0.0, 4)), ("weight_db", Score::Number(0.0, 2)), ("same", Score::Yes(false))];
    let mut written = Written::begin(raw.out.as_deref(), &rows.columns, &scores).map_err(|e| unwritten(raw, &e))?;
    let bar = say::bar(rows.length(), "pairs", Form::of(path) != Form::Parquet);
    loop {
        let batch = batch(&mut rows, path)?;
        if batch.is_empty() {
            break;
        }
        let scored = each(&batch, |cells| raw.kind.prepare(&cells[left]).compare(&raw.kind.prepare(&cells[right])));
        for (cells, scored) in batch.into_iter().zip(scored) {
            let scores = vec![Score::Number(scored.probability, 4), Score::Number(db(scored.weight), 2), Score::Yes(scored.same)];
            written.row(cells, scores).map_err(|e| unwritten(raw, &e))?;
        }
        bar.set_position(rows.position());
    }
    bar.finish_and_clear();
    written.done().map_err(|e| unwritten(raw, &e))
}

fn find(raw: &Raw, queries: &Path, among: &Path) -> anyhow::Result<()> {
    differs(raw, &[queries, among])?;
    let mut known = open(among)?;
    let column_known = chosen(&known, among, raw.among_column.as_deref())?;
    let mut names = Vec::new();
    loop {
        let rows = batch(&mut known, among)?;
        if rows.is_empty() {
            break;
        }
        names.extend(rows.into_iter().map(|mut cells| cells.swap_remove(column_known)));
    }
    let rarity = Among::of(raw.kind, &names);
    let prepared = each(&names, |name| rarity.prepare(name));
    let mut asked = open(queries)?;
    let column_asked = chosen(&asked, queries, raw.query_column.as_deref())?;
    let scores = [
        ("rank", Score::Text(String::new())),
        ("found", Score::Text(String::new())),
        ("probability", Score::Number(0.0, 4)),
        ("weight_db", Score::Number(0.0, 2)),
        ("same", Score::Yes(false)),
    ];
    let mut written = Written::begin(raw.out.as_deref(), &asked.columns, &scores).map_err(|e| unwritten(raw, &e))?;
    let bar = say::bar(asked.length(), "names", Form::of(queries) != Form::Parquet);
    loop {
        let rows = batch(&mut asked, queries)?;
        if rows.is_empty() {
            break;
        }
        for rows in rows.chunks(256) {
            let found = each(rows, |cells| best(&rarity.prepare(&cells[column_asked]), &prepared, usize::from(raw.top)));
            for (cells, found) in rows.iter().zip(found) {
                for (rank, (at, scored)) in found.into_iter().enumerate() {
                    let scores = vec![
                        Score::Text((rank + 1).to_string()),
                        Score::Text(names[at].clone()),
                        Score::Number(scored.probability, 4),
                        Score::Number(db(scored.weight), 2),
                        Score::Yes(scored.same),
                    ];
                    written.row(cells.clone(), scores).map_err(|e| unwritten(raw, &e))?;
                }
            }
        }
        bar.set_position(asked.position());
    }
    bar.finish_and_clear();
    written.done().map_err(|e| unwritten(raw, &e))
}

fn batch(rows: &mut Rows, path: &Path) -> anyhow::Result<Vec<Vec<String>>> {
    let mut batch = Vec::new();
    while batch.len() < BATCH {
        let Some(cells) = rows.next().map_err(|e| unreadable(path, &e))? else { break };
        batch.push(cells);
    }
    Ok(batch)
}

fn explain(one: &str, other: &str, kind: Kind, json: bool) -> anyhow::Result<()> {
    let mut out = say::Out::new();
    let told = tell(one, other, kind);
    if json {
        out.json(&told.json(one, other))?;
    } else {
        told.text.lines().try_for_each(|line| out.line(&say::visible(line)))?;
    }
    Ok(out.done()?)
}

fn open(path: &Path) -> anyhow::Result<Rows> {
    Ok(Rows::open(path).map_err(|e| unreadable(path, &e))?)
}

fn column(rows: &Rows, path: &Path, name: &str) -> Result<usize, Failure> {
    rows.column(name).ok_or_else(|| {
        let columns = rows.columns.iter().map(|c| say::short(c, 40)).collect::<Vec<_>>().join(", ");
        Failure::usage(format!("{} has no column {}.", path.display(), say::short(name, 40)), format!("Its columns are {columns}."))
    })
}

fn chosen(rows: &Rows, path: &Path, name: Option<&str>) -> Result<usize, Failure> {
    match name {
        Some(name) => column(rows, path, name),
        None => Ok(rows.column("name").unwrap_or(0)),
    }
}

/// A table is not written over one that is read.
fn differs(raw: &Raw, read: &[&Path]) -> Result<(), Failure> {
    let same = |out: &Path| read.iter().any(|path| path.canonicalize().ok().is_some_and(|path| out.canonicalize().ok() == Some(path)));
    match &raw.out {
        Some(out) if same(out) => Err(Failure::usage(format!("{} would be written over while it is read.", out.display()), "Name another file with --out.")),
        _ => Ok(()),
    }
}

fn unreadable(path: &Path, error: &TableError) -> Failure {
    Failure::input(
        format!("{}: {}.", path.display(), chain(error)),
        "See that the path is right and the ending of its name says what it is: .csv, .jsonl or .parquet.",
    )
}

fn unwritten(raw: &Raw, error: &TableError) -> anyhow::Error {
    if let TableError::File(io) = error
        && io.kind() == std::io::ErrorKind::BrokenPipe
    {
        return std::io::Error::from(std::io::ErrorKind::BrokenPipe).into();
    }
    let out = raw.out.as_deref().map_or("standard output".to_owned(), |path| path.display().to_string());
    let lost = if raw.out.is_some() { "The file is not whole." } else { NOTHING_WRITTEN };
    Failure::new(Exit::Database, format!("{out}: {}.", chain(error)), lost, "Make room or name another file, then run the same command again.").into()
}
