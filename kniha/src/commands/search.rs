//! `kniha search WORDS`: records by name in any spelling, by words, date, place or id.

use std::path::Path;

use kniha_core::lang::Lang;
use kniha_core::vocab::{self, NodeKind};
use kniha_store::{Hit, Label, Why, reader, search};
use serde_json::json;

use crate::exit::Failure;
use crate::home::Home;
use crate::say;

/// Find records: a name in any spelling, words, a date, an id
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha search Tsikhanouskaya               finds Ціханоўская and Тихановская too
  kniha search --kind incident tear gas
  kniha search 2020-08-09

Each hit says why it was found. Show one with `kniha show ID`.")]
pub(crate) struct Raw {
    /// What to look for
    #[arg(required = true, num_args = 1..)]
    words: Vec<String>,
    /// Only records of this kind: person, unit, incident, act, place, exhibit, source …
    #[arg(long)]
    kind: Option<String>,
    /// Most hits
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let kind = raw.kind.as_deref().map(kind_of).transpose()?;
    let mut home = Home::open(dir)?;
    let store = home.store().await?;
    Home::note_old_keys(&store);
    let mut tx = store.read().await?;
    let reader = reader(&mut tx, home.member()).await?;
    let found = search(&mut tx, &reader, &store, &raw.words.join(" "), kind, usize::from(raw.limit)).await?;
    drop(tx);
    store.close().await;
    let mut out = say::Out::new();
    for hit in &found.hits {
        if raw.json { out.json(&hit_json(hit))? } else { out.line(&hit_text(hit))? }
    }
    if !raw.json {
        if found.hits.is_empty() {
            out.line("Nothing was found.")?;
        } else if found.more {
            out.line("There may be more; add a word or --kind.")?;
        }
    }
    Ok(out.done()?)
}

/// The kind that was written.
pub(crate) fn kind_of(written: &str) -> Result<NodeKind, Failure> {
    NodeKind::parse(written).ok_or_else(|| {
        Failure::usage(format!("{} is not a kind of record.", say::short(written, 40)), format!("Kinds are {}.", NodeKind::ALL.map(NodeKind::code).join(", ")))
    })
}

fn hit_json(hit: &Hit) -> serde_json::Value {
    let claim = hit
        .claim
        .as_ref()
        .map(|claim| json!({"id": claim.id.to_string(), "property": claim.property.code, "value": claim.value.as_ref().and_then(|v| v.written())}));
    json!({"id": hit.id.to_string(), "kind": hit.label.kind.map(NodeKind::code), "names": hit.label.names.iter().map(|(name, _)| name).collect::<Vec<_>>(), "why": why(hit.why), "score": hit.score, "claim": claim})
}

fn hit_text(hit: &Hit) -> String {
    let kind = hit.label.kind.map_or("", |kind| kind.text(Lang::En));
    let matched = hit
        .claim
        .as_ref()
        .filter(|_| hit.why == Why::Words)
        .and_then(|claim| claim.value.as_ref()?.written())
        .map_or_else(String::new, |words| format!("\n    {}", say::short(&words, 120)));
    format!("{}  {kind:<10} {}  (by {}){matched}", hit.id, label(&hit.label), why(hit.why))
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Name => "name",
        Why::Words => "words",
        Why::Time => "time",
        Why::Id => "id",
    }
}

/// What a record is called, on one line.
pub(crate) fn label(label: &Label) -> String {
    if !label.names.is_empty() {
        return label.names.iter().take(3).map(|(name, _)| say::short(name, 80)).collect::<Vec<_>>().join(" · ");
    }
    let codes =
        label.codes.iter().take(3).map(|(list, code)| vocab::list(list).and_then(|list| list.term(code)).map_or(code.as_str(), |term| term.text.get(Lang::En)));
    let text = codes.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "(nothing said yet)".to_owned() } else { text }
}
