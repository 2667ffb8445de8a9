//! `kniha show ID`: a record with its claims and sources, or one claim; with its history on request.

use std::collections::BTreeSet;
use std::path::Path;

use kniha_core::id::{ClaimId, NodeId};
use kniha_core::lang::Lang;
use kniha_core::value::Value;
use kniha_core::vocab::{self, ValueType};
use kniha_store::{ClaimView, Happened, HistoryEntry, Labels, Reader, RecordView, Tx, claim, history, labels, reader, record};
use serde_json::json;

use super::search::label;
use crate::exit::Failure;
use crate::home::Home;
use crate::say;

/// Entries of a history that are read at once.
const ENTRIES: usize = 500;

/// Show a record or a claim: what is said, by which source, since when, with what doubt
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha show 5k2…             everything claimed of the record, with sources
  kniha show 5k2… --history   every claim and move in the order they were recorded")]
pub(crate) struct Raw {
    /// The id of a record or a claim, as `kniha search` shows it
    id: String,
    /// The history too: who recorded, accepted, withdrew what and when
    #[arg(long)]
    history: bool,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let id = NodeId::parse(raw.id.trim()).map_err(|e| Failure::usage(format!("{e}."), "`kniha search` finds ids."))?;
    let mut home = Home::open(dir)?;
    let store = home.store().await?;
    let mut tx = store.read().await?;
    let reader = reader(&mut tx, home.member()).await?;
    let mut page = Page { out: say::Out::new(), json: raw.json, labels: Labels::new() };
    if let Some(view) = record(&mut tx, &reader, id).await? {
        page.learn(&mut tx, &reader, &view.claims, &[id]).await?;
        page.record(&view)?;
        if raw.history {
            page.history(&mut tx, &reader, id, |_| true).await?;
        }
    } else if let Some(view) = claim(&mut tx, &reader, ClaimId::from_random(*id.bytes())).await? {
        page.learn(&mut tx, &reader, std::slice::from_ref(&view), &[view.subject]).await?;
        page.claim(&view)?;
        if raw.history {
            page.history(&mut tx, &reader, view.subject, |what| what.is_of(view.id)).await?;
        }
    } else {
        return Err(kniha_store::StoreError::NotFound { what: "record or claim" }.into());
    }
    drop(tx);
    store.close().await;
    Ok(page.out.done()?)
}

/// Whether an entry of a history speaks of one claim.
trait OfClaim {
    fn is_of(&self, id: ClaimId) -> bool;
}

impl OfClaim for Happened {
    fn is_of(&self, id: ClaimId) -> bool {
        match self {
            Happened::Claimed(claim) | Happened::Moved { claim, .. } => claim.id == id,
            Happened::Made | Happened::Withheld => false,
        }
    }
}

struct Page {
    out: say::Out,
    json: bool,
    labels: Labels,
}

impl Page {
    /// Looks up what the records are called that these claims name.
    async fn learn(&mut self, tx: &mut Tx, reader: &Reader, claims: &[ClaimView], more: &[NodeId]) -> anyhow::Result<()> {
        let mut ids: BTreeSet<NodeId> = more.iter().copied().collect();
        for claim in claims {
            if let Some(Value::Ref(id)) = &claim.value {
                ids.insert(*id);
            }
            for citation in &claim.citations {
                ids.insert(citation.source);
                ids.extend(citation.exhibit);
            }
        }
        self.labels = labels(tx, reader, &ids.into_iter().collect::<Vec<_>>()).await?;
        Ok(())
    }

    fn called(&self, id: NodeId) -> String {
        self.labels.get(&id).map_or_else(|| "(not visible to you)".to_owned(), label)
    }

    fn record(&mut self, view: &RecordView) -> anyhow::Result<()> {
        if self.json {
            let claims: Vec<_> = view.claims.iter().map(|claim| self.claim_json(claim)).collect();
            self.out.json(&json!({"id": view.id.to_string(), "kind": view.kind.code(), "case": view.case.title, "made_by": view.made_by, "made": view.made.text(), "claims": claims, "more": view.more}))?;
            return Ok(());
        }
        let called = self.called(view.id);
        self.out.line(&format!("{}: {called}", view.kind.text(Lang::En)))?;
        self.out.line(&format!(
            "{}  case: {}  recorded by {} {}\n",
            view.id,
            say::short(&view.case.title, 60),
            say::short(&view.made_by, 40),
            view.made.text()
        ))?;
        for claim in &view.claims {
            self.lines(claim)?;
        }
        if view.more {
            self.out.line("… there are more claims than are shown")?;
        }
        Ok(())
    }

    fn claim(&mut self, view: &ClaimView) -> anyhow::Result<()> {
        if self.json {
            let mut value = self.claim_json(view);
            value["subject"] = json!(view.subject.to_string());
            self.out.json(&value)?;
            return Ok(());
        }
        let called = self.called(view.subject);
        self.out.line(&format!("A claim of {} {} ({called})\n", view.property.of.text(Lang::En), view.subject))?;
        self.lines(view)
    }

    /// A claim with what it rests on.
    fn lines(&mut self, claim: &ClaimView) -> anyhow::Result<()> {
        let mut doubts = vec![status_text(claim)];
        if let Some(held) = &claim.held {
            doubts.push(format!("held {held}"));
        }
        if claim.stance == kniha_core::claim::Stance::Against {
            doubts.push("speaks against".to_owned());
        }
        if let Some(origin) = &claim.origin {
            doubts.push(format!("origin {}", say::short(origin, 60)));
        }
        let value = self.value(claim);
        self.out.line(&format!("{}: {value}  [{}]  {}", claim.property.text.get(Lang::En), doubts.join(", "), claim.id))?;
        for citation in &claim.citations {
            let mut parts = vec![self.called(citation.source)];
            parts.extend(citation.locator.as_ref().map(|locator| say::short(locator, 120)));
            parts.extend(citation.words.as_ref().filter(|words| !words.is_empty()).map(|words| format!("“{}”", say::short(words, 160))));
            parts.extend(citation.exhibit.map(|id| format!("seen in {}", self.called(id))));
            parts.extend(citation.archived.as_ref().map(|address| format!("archived {}", say::short(address, 120))));
            self.out.line(&format!("    — {}", parts.join(", ")))?;
        }
        if claim.withheld > 0 {
            self.out.line(&format!("    — {} sources that you may not see", claim.withheld))?;
        }
        if claim.citations.is_empty() && claim.withheld == 0 {
            self.out.line("    — no source")?;
        }
        Ok(())
    }

    fn value(&self, claim: &ClaimView) -> String {
        match (&claim.value, &claim.property.value) {
            (None, _) => "(erased)".to_owned(),
            (Some(Value::Ref(id)), _) => format!("{} ({id})", self.called(*id)),
            (Some(Value::Sealed(_)), _) => "(sealed)".to_owned(),
            (Some(Value::Code(code)), ValueType::Code(list)) => {
                vocab::list(list).and_then(|list| list.term(code)).map_or_else(|| code.clone(), |term| format!("{} ({code})", term.text.get(Lang::En)))
            }
            (Some(Value::Name(name)), _) => {
                format!("{}{}", say::visible(name.text()), name.lang().map_or_else(String::new, |lang| format!(" ({})", lang.as_str())))
            }
            (Some(value), _) => say::visible(&value.written().unwrap_or_default()),
        }
    }

    fn claim_json(&self, claim: &ClaimView) -> serde_json::Value {
        let citations: Vec<_> = claim
            .citations
            .iter()
            .map(|c| json!({"source": c.source.to_string(), "exhibit": c.exhibit.map(|id| id.to_string()), "words": c.words, "locator": c.locator, "accessed": c.accessed.map(|w| w.to_string()), "archived": c.archived}))
            .collect();
        let lang = match &claim.value {
            Some(Value::Name(name)) => name.lang().map(|lang| lang.as_str().to_owned()),
            Some(Value::Text { lang, .. }) => lang.as_ref().map(|lang| lang.as_str().to_owned()),
            _ => None,
        };
        json!({
            "id": claim.id.to_string(), "seq": claim.seq, "property": claim.property.code, "value": claim.value.as_ref().and_then(Value::written), "lang": lang,
            "held": claim.held.map(|w| w.to_string()), "origin": claim.origin, "stance": claim.stance.code(), "status": claim.status.code(), "known_to": claim.known_to.code(),
            "made_by": claim.made_by, "made": claim.made.text(), "erased": claim.erased.map(|at| at.text()), "citations": citations, "withheld": claim.withheld,
        })
    }

    /// The entries of a record's history that are wanted, oldest first.
    async fn history(&mut self, tx: &mut Tx, reader: &Reader, id: NodeId, wanted: impl Fn(&Happened) -> bool) -> anyhow::Result<()> {
        let mut entries: Vec<HistoryEntry> = Vec::new();
        let mut before = None;
        while let Some(page) = history(tx, reader, id, before, ENTRIES).await? {
            entries.extend(page.entries.into_iter().filter(|entry| wanted(&entry.what)));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        entries.reverse();
        if !self.json {
            self.out.line("\nHistory")?;
        }
        for entry in &entries {
            let hash = data_encoding::HEXLOWER.encode(&entry.hash.0);
            let (what, claim, reason) = match &entry.what {
                Happened::Made => ("made", None, None),
                Happened::Claimed(view) => ("claim", Some(view.id), None),
                Happened::Moved { claim, what, reason } => (what.code(), Some(claim.id), reason.as_deref()),
                Happened::Withheld => ("of a case that you may not see", None, None),
            };
            if self.json {
                self.out.json(&json!({"seq": entry.seq, "by": entry.by, "at": entry.at.text(), "hash": hash, "what": what, "claim": claim.map(|id| id.to_string()), "reason": reason}))?;
                continue;
            }
            let detail = match &entry.what {
                Happened::Claimed(view) => format!(" {}: {}", view.property.code, self.value(view)),
                _ => String::new(),
            };
            let claim = claim.map_or_else(String::new, |id| format!(" {id}"));
            let reason = reason.map_or_else(String::new, |reason| format!(" because “{}”", say::short(reason, 200)));
            self.out.line(&format!("{:>4}  {}  {}  {what}{claim}{detail}{reason}  #{}", entry.seq, entry.at.text(), say::short(&entry.by, 40), &hash[..12]))?;
        }
        Ok(())
    }
}

fn status_text(claim: &ClaimView) -> String {
    vocab::list("status")
        .and_then(|list| list.term(claim.status.code()))
        .map_or_else(|| claim.status.code().to_owned(), |term| term.text.get(Lang::En).to_owned())
}
