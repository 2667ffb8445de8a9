//! `kniha reindex`: builds everything that searches and lists read anew from the claims.

use std::path::Path;

use kniha_store::reindex;
use serde_json::json;

use crate::home::Home;
use crate::home::lock::Work;
use crate::say;

/// Build the search keys, lists and present states anew from the claims
#[derive(clap::Args)]
#[command(after_help = "Needed when a new version of kniha reads names or words differently (`kniha doctor` says so), and
harmless at any time. Until it is finished everybody reads the old indexes.")]
pub(crate) struct Raw {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let mut home = Home::open(dir)?;
    let _lock = Work::Import.lock(dir)?;
    let store = home.store().await?;
    let bar = say::counter("indexing claims");
    let claims = reindex(&store, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    store.settle().await?;
    store.close().await;
    let mut out = say::Out::new();
    if raw.json {
        out.json(&json!({"claims": claims, "words_version": kniha_core::words::VERSION}))?;
    } else {
        out.line(&format!("{claims} claims are indexed anew."))?;
    }
    Ok(out.done()?)
}
