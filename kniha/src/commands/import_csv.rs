//! `kniha import csv FILE --map MAP.toml`: any table, by a map.
//!
//! Without `--skip-bad` every row is checked before the first is written. With it, rows that do not fit go to a file of their own. Either way
//! the file is read again from its first row on each run, so that a run that continues rejects the same rows.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use kniha_store::{ImportPlan, abandon_import};
use serde_json::json;

use super::import::report;
use super::import_2020pb::file_name;
use crate::exit::{Failure, NOTHING_WRITTEN, chain};
use crate::home::lock::Work;
use crate::home::{Home, files};
use crate::intake::csv::{Decoder, Map, Reader, Table, announced};
use crate::intake::{Draft, DraftValue, Problem, Row, digest, write_rows};
use crate::interrupt::Begun;
use crate::{clock, say};

/// Version of the rules by which rows become claims; part of what names an unfinished run.
const RULES: &str = "csv/1";
const PREVIEW_ROWS: usize = 5;

/// Import a table of comma-separated values by a map
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha import csv people.csv --map people.toml --preview     five rows as claims, nothing written
  kniha import csv people.csv --map people.toml --dry-run     every row checked, nothing written
  kniha import csv people.csv --map people.toml
  kniha import csv people.csv --map people.toml --skip-bad    bad rows go to people.csv.rejected.csv

docs/IMPORT.md explains the map with an example of every key.")]
pub(crate) struct Raw {
    /// The table
    file: PathBuf,
    /// The map: which column says what of which record (TOML)
    #[arg(long)]
    map: PathBuf,
    /// Show the first five rows as claims and write nothing
    #[arg(long, conflicts_with = "dry_run")]
    preview: bool,
    /// Check every row and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave out rows that do not fit, and write them to a file with the reasons
    #[arg(long)]
    skip_bad: bool,
    /// Where rows that are left out are written [default: FILE.rejected.csv]
    #[arg(long, value_name = "FILE", requires = "skip_bad")]
    rejected: Option<PathBuf>,
    /// Most problems that are shown
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Print results as JSON lines
    #[arg(long)]
    json: bool,
}

/// What the command line means: a map and the table it goes with.
struct Job {
    raw: Raw,
    map: Map,
    map_digest: String,
    bytes: u64,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let job = check(raw)?;
    if job.raw.preview {
        return preview(&job);
    }
    // A book that is not there is told before a long check, not after it.
    let home = if job.raw.dry_run { None } else { Some(Home::open(dir)?) };
    let digest = if job.raw.skip_bad && !job.raw.dry_run { hash(&job)? } else { check_rows(&job)? };
    match home {
        Some(mut home) => import(&job, &mut home, dir, digest).await,
        None => Ok(()),
    }
}

fn check(raw: Raw) -> anyhow::Result<Job> {
    let unreadable = |path: &Path, e: std::io::Error| {
        Failure::input(format!("{} cannot be read: {e}.", path.display()), "See that the path is right and the file may be read.")
    };
    let text = std::fs::read_to_string(&raw.map).map_err(|e| unreadable(&raw.map, e))?;
    let map = Map::parse(&text).map_err(|e| {
        Failure::input(format!("The map {} cannot be used: {e}.", raw.map.display()), "docs/IMPORT.md explains the map with an example of every key.")
    })?;
    let mut file = File::open(&raw.file).map_err(|e| unreadable(&raw.file, e))?;
    let mut start = Vec::new();
    Read::by_ref(&mut file).take(3).read_to_end(&mut start).map_err(|e| unreadable(&raw.file, e))?;
    if let Some(encoding) = announced(&start).filter(|encoding| *encoding != map.encoding) {
        return Err(Failure::input(
            format!("{} begins with the mark of {}, and the map says {}.", raw.file.display(), encoding.name(), map.encoding.name()),
            format!("Write encoding = \"{}\" under [file] in the map.", encoding.name().to_lowercase()),
        )
        .into());
    }
    let bytes = file.metadata().map_err(|e| unreadable(&raw.file, e))?.len();
    Ok(Job { raw, map, map_digest: digest(text.as_bytes()), bytes })
}

impl Job {
    fn reader(&self) -> anyhow::Result<Reader<'_, File>> {
        let shown = self.raw.file.display();
        let file = File::open(&self.raw.file)
            .map_err(|e| Failure::input(format!("{shown} cannot be read: {e}."), "See that the path is right and the file may be read."))?;
        let table = Table::new(Decoder::new(file, self.map.encoding), self.map.delimiter, self.map.quote);
        Reader::new(&self.map, table).map_err(|e| {
            Failure::input(
                format!("{shown}: {}.", chain(&e)),
                "See that delimiter, quote and encoding under [file] in the map are those of the file, and columns are spelt as in its first row.",
            )
            .into()
        })
    }

    fn unreadable(&self, error: &dyn std::error::Error) -> Failure {
        Failure::input(format!("{}: {}.", self.raw.file.display(), chain(error)), "Mend the file there, then run the same command again.")
    }

    /// What is said when rows do not fit.
    fn misfit(&self, rows: u64, bad: u64, first_bad_byte: Option<u64>) -> Failure {
        let next = match first_bad_byte {
            Some(at) => format!(
                "From about byte {at} on the file is not {}: name its encoding under [file] in the map (windows-1251, utf-16le, …).",
                self.map.encoding.name()
            ),
            None => "Mend the file or the map, or leave these rows out with --skip-bad.".to_owned(),
        };
        Failure::input(format!("{bad} of {rows} rows do not fit."), next)
    }
}

fn preview(job: &Job) -> anyhow::Result<()> {
    let mut reader = job.reader()?;
    let mut out = say::Out::new();
    let mut bad = Vec::new();
    show_row(&mut out, "the file", &reader.source_row(), job.raw.json)?;
    for _ in 0..PREVIEW_ROWS {
        let Some(reading) = reader.next().map_err(|e| job.unreadable(&e))? else { break };
        match reading.row {
            Ok(row) => show_row(&mut out, &format!("row {}", reading.cells.row), &row, job.raw.json)?,
            Err(problems) => bad.extend(problems),
        }
    }
    out.done()?;
    if bad.is_empty() {
        return Ok(());
    }
    report(&bad, bad.len() as u64, job.raw.json)?;
    Err(Failure::input("Some of the first rows do not fit.", "Mend the file or the map.").into())
}

fn show_row(out: &mut say::Out, place: &str, row: &Row, json: bool) -> anyhow::Result<()> {
    if json {
        let claims: Vec<_> = row.drafts.iter().map(draft_json).collect();
        out.json(&json!({"place": place, "claims": claims}))?;
        return Ok(());
    }
    out.line(place)?;
    for draft in &row.drafts {
        let held = draft.held.map_or_else(String::new, |held| format!("  (held {held})"));
        let first = if draft.first_only { "  (first row only)" } else { "" };
        out.line(&format!("  {:<24} {} = {}{held}{first}", key_text(&draft.subject.name), draft.property.code, value_text(draft)))?;
    }
    Ok(())
}

fn draft_json(draft: &Draft) -> serde_json::Value {
    let cited: Vec<_> = draft.citations.iter().map(|c| json!({"source": key_text(&c.source.name), "words": c.words, "locator": c.locator})).collect();
    let held = draft.held.map(|held| held.to_string());
    json!({"record": key_text(&draft.subject.name), "property": draft.property.code, "value": value_text(draft), "held": held, "citations": cited})
}

fn key_text(name: &str) -> String {
    say::short(&name.replace('\u{1f}', " "), 60)
}

fn value_text(draft: &Draft) -> String {
    match &draft.value {
        DraftValue::Record(key) => format!("→ {}", key_text(&key.name)),
        DraftValue::Plain(value) => say::short(&value.written().unwrap_or_default(), 100),
    }
}

/// Reads the whole file and gives its digest.
fn hash(job: &Job) -> anyhow::Result<String> {
    use sha2::{Digest, Sha256};
    let bar = say::bar(job.bytes, "reading", true);
    let mut file = File::open(&job.raw.file)?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let n = file.read(&mut piece)?;
        if n == 0 {
            bar.finish_and_clear();
            return Ok(data_encoding::HEXLOWER.encode(&hash.finalize()));
        }
        hash.update(&piece[..n]);
        bar.inc(n as u64);
    }
}

/// Checks every row; gives the digest of the file, or fails when a row does not fit.
fn check_rows(job: &Job) -> anyhow::Result<String> {
    let bar = say::bar(job.bytes, "checking", true);
    let mut reader = job.reader()?;
    let (mut rows, mut claims, mut bad, mut shown, mut total) = (0_u64, 0_u64, 0_u64, Vec::new(), 0_u64);
    while let Some(reading) = reader.next().map_err(|e| job.unreadable(&e))? {
        rows += 1;
        bar.set_position(reader.table().decoder().bytes_read());
        match reading.row {
            Ok(row) => claims += row.drafts.len() as u64,
            Err(problems) => {
                bad += 1;
                total += problems.len() as u64;
                shown.extend(problems.into_iter().take(job.raw.limit.saturating_sub(shown.len())));
            }
        }
    }
    bar.finish_and_clear();
    let decoder = reader.table().decoder();
    if bad > 0 {
        report(&shown, total, job.raw.json)?;
        return Err(job.misfit(rows, bad, decoder.first_bad()).into());
    }
    if job.raw.dry_run {
        let mut out = say::Out::new();
        if job.raw.json {
            out.json(&json!({"dry_run": true, "rows": rows, "claims": claims, "rejected": 0}))?;
        } else {
            out.line(&format!("{rows} rows fit: {claims} claims. {NOTHING_WRITTEN}"))?;
        }
        out.done()?;
    }
    Ok(decoder.digest())
}

/// Rows that were left out, with the reasons in a last column.
struct Rejects {
    path: PathBuf,
    part: PathBuf,
    begun: Option<Begun>,
    to: Option<BufWriter<File>>,
    rows: u64,
    shown: Vec<Problem>,
    total: u64,
}

impl Rejects {
    fn new(raw: &Raw) -> anyhow::Result<Rejects> {
        let mut default = raw.file.as_os_str().to_owned();
        default.push(".rejected.csv");
        let path = raw.rejected.clone().unwrap_or_else(|| PathBuf::from(default));
        let part = files::beside(&path, "part")?;
        Ok(Rejects { path, part, begun: None, to: None, rows: 0, shown: Vec::new(), total: 0 })
    }

    fn take<'c>(&mut self, cells: impl Iterator<Item = &'c str>, problems: Vec<Problem>, limit: usize) -> anyhow::Result<()> {
        let to = match &mut self.to {
            Some(to) => to,
            None => {
                let file = files::create(&self.part)?;
                self.begun = Some(Begun::new(&self.part));
                self.to.insert(BufWriter::new(file))
            }
        };
        let reasons = problems.iter().map(Problem::text).collect::<Vec<_>>().join("; ");
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let line = cells.map(quoted).chain([quoted(&reasons)]).collect::<Vec<_>>().join(",");
        to.write_all(line.as_bytes())?;
        to.write_all(b"\n")?;
        self.rows += 1;
        self.total += problems.len() as u64;
        self.shown.extend(problems.into_iter().take(limit.saturating_sub(self.shown.len())));
        Ok(())
    }

    /// Puts the file in its place.
    fn done(&mut self) -> anyhow::Result<()> {
        if let Some(to) = self.to.take() {
            to.into_inner().map_err(|e| e.into_error())?.sync_all()?;
            files::put_in_place(&self.part, &self.path)?;
            if let Some(begun) = self.begun.take() {
                begun.finished();
            }
        }
        Ok(())
    }
}

async fn import(job: &Job, home: &mut Home, dir: &Path, file_sha256: String) -> anyhow::Result<()> {
    let _lock = Work::Import.lock(dir)?;
    let store = home.store().await?;
    let plan = ImportPlan {
        kind: "csv".to_owned(),
        file_name: file_name(&job.raw.file),
        file_sha256,
        plan_sha256: digest(format!("{RULES} {} skip_bad={}", job.map_digest, job.raw.skip_bad).as_bytes()),
        title: job.map.title.clone(),
    };
    let bar = say::bar(job.bytes, "importing", true);
    let mut reader = job.reader()?;
    let mut rejects = Rejects::new(&job.raw)?;
    let mut source = Some(reader.source_row());
    let mut rows = 0_u64;
    let (run, written) = write_rows(&store, home.member(), &plan, || {
        if let Some(source) = source.take() {
            return Ok(Some(source));
        }
        next_row(job, &mut reader, &mut rejects, &mut rows, &bar)
    })
    .await?;
    // The table may have gone on growing or been written anew while it was read.
    if reader.table().decoder().digest() != plan.file_sha256 {
        abandon_import(&store, home.member(), clock::now(), run.id).await?;
        return Err(Failure::input(
            format!("{} changed while it was read.", job.raw.file.display()),
            "Run the same command again when nobody writes to the file.",
        )
        .into());
    }
    if job.raw.skip_bad && rejects.rows == rows {
        abandon_import(&store, home.member(), clock::now(), run.id).await?;
        report(&rejects.shown, rejects.total, job.raw.json)?;
        return Err(job.misfit(rows, rejects.rows, reader.table().decoder().first_bad()).into());
    }
    rejects.done()?;
    let import = run.id.to_string();
    run.finish(clock::now(), &[home.member()]).await?;
    bar.finish_and_clear();
    store.settle().await?;
    store.close().await;
    report(&rejects.shown, rejects.total, job.raw.json)?;
    let taken = rows - rejects.rows;
    let mut out = say::Out::new();
    if job.raw.json {
        let left_out = (rejects.rows > 0).then(|| rejects.path.display().to_string());
        out.json(&json!({"import": import, "rows": taken, "records": written.records, "claims": written.claims, "rejected": rejects.rows, "rejected_file": left_out, "resumed_at": written.resumed_at}))?;
    } else {
        let this_run = if written.resumed_at > 0 { " in this run" } else { "" };
        out.line(&format!("{taken} rows imported: {} records, {} claims{this_run}.", written.records, written.claims))?;
        if rejects.rows > 0 {
            out.line(&format!("{} rows were left out; they stand in {} with the reasons.", rejects.rows, rejects.path.display()))?;
        }
    }
    Ok(out.done()?)
}

/// The next row that fits.
fn next_row(job: &Job, reader: &mut Reader<'_, File>, rejects: &mut Rejects, rows: &mut u64, bar: &ProgressBar) -> anyhow::Result<Option<Row>> {
    loop {
        let Some(reading) = reader.next().map_err(|e| job.unreadable(&e))? else { return Ok(None) };
        *rows += 1;
        bar.set_position(reader.table().decoder().bytes_read());
        match reading.row {
            Ok(row) => return Ok(Some(row)),
            Err(problems) if job.raw.skip_bad => rejects.take(reading.cells.iter(), problems, job.raw.limit)?,
            Err(problems) => {
                report(&problems, problems.len() as u64, job.raw.json)?;
                return Err(job.misfit(*rows, 1, reader.table().decoder().first_bad()).into());
            }
        }
    }
}
