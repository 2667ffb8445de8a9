//! `kniha import 2020pb FILE`: the data set of police violence at protests in the United States in 2020.

use std::io::Read;
use std::path::{Path, PathBuf};

use kniha_store::ImportPlan;
use serde_json::json;

use super::import::report;
use crate::exit::{Failure, chain};
use crate::home::Home;
use crate::home::lock::Work;
use crate::intake::{digest, pb2020, write_rows};
use crate::{clock, say};

/// The data set is a few megabytes; this is room for many years of it.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Import the data set 2020PB/police-brutality (JSON)
#[derive(clap::Args)]
#[command(after_help = "Example:
  kniha import 2020pb all-locations-v2.json

Each record becomes an incident with its claims, each link an exhibit by address (never fetched), each
city a place. Every claim cites the data set with the field's own words and its path in the file.")]
pub(crate) struct Raw {
    /// The JSON file
    file: PathBuf,
    /// Leave out records that do not fit, instead of importing nothing
    #[arg(long)]
    skip_bad: bool,
    /// Most problems that are shown
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let bytes = read_file(&raw.file)?;
    let reading = pb2020::read(&bytes).map_err(|e| {
        Failure::input(format!("{}: {}.", raw.file.display(), chain(&e)), "See that the file is whole and is the one with \"all-locations\" in its name.")
    })?;
    if reading.rejected > 0 {
        let shown = &reading.problems[..reading.problems.len().min(raw.limit)];
        report(shown, reading.problems.len() as u64, raw.json)?;
        if !raw.skip_bad {
            return Err(Failure::input(
                format!("{} of {} records do not fit.", reading.rejected, reading.records),
                "Mend the file, or leave these records out with --skip-bad.",
            )
            .into());
        }
    }
    let mut home = Home::open(dir)?;
    let _lock = Work::Import.lock(dir)?;
    let store = home.store().await?;
    let plan = ImportPlan {
        kind: "2020pb".to_owned(),
        file_name: file_name(&raw.file),
        file_sha256: digest(&bytes),
        plan_sha256: digest(format!("{} skip_bad={}", pb2020::RULES, raw.skip_bad).as_bytes()),
        title: pb2020::TITLE.to_owned(),
    };
    let bar = say::bar(reading.rows.len() as u64, "importing", false);
    let mut rows = reading.rows.into_iter();
    let (import, written) = write_rows(&store, home.member(), &plan, || {
        bar.inc(1);
        Ok(rows.next())
    })
    .await?;
    import.finish(clock::now(), &[home.member()]).await?;
    bar.finish_and_clear();
    store.settle().await?;
    store.close().await;
    let incidents = reading.records - reading.rejected;
    let mut out = say::Out::new();
    if raw.json {
        out.json(&json!({"incidents": incidents, "records": written.records, "claims": written.claims, "left_out": reading.rejected, "resumed_at": written.resumed_at}))?;
    } else {
        out.line(&format!("{incidents} incidents imported: {} records, {} claims; {} left out.", written.records, written.claims, reading.rejected))?;
    }
    Ok(out.done()?)
}

/// The last part of a path, as the book remembers it.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().chars().filter(|c| !c.is_control()).take(200).collect()).unwrap_or_default()
}

fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable =
        |e: std::io::Error| Failure::input(format!("{} cannot be read: {e}.", path.display()), "See that the path is right and the file may be read.");
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(unreadable)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::input(format!("{} is larger than 256 MiB.", path.display()), "The data set is a few megabytes: is this the right file?").into());
    }
    Ok(bytes)
}
