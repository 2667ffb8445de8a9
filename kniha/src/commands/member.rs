//! `kniha member`: who the book knows, and adding somebody.

use std::path::Path;

use clap::Subcommand;
use kniha_core::id::MemberId;
use kniha_core::text;
use kniha_store::members;
use serde_json::json;

use crate::exit::Failure;
use crate::home::Home;
use crate::{clock, say};

/// Show who the book knows, or add somebody
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha member add Vera                    prints the id of the new member
  kniha case list                          which cases there are, and who sees them
  kniha case grant CASE Vera               only now Vera sees anything

A new member sees nothing: every record belongs to a case, and a member sees the cases that were granted.
Who works in a folder stands in its kniha.toml as `member`; until there is a sign-in, whoever can read the
folder with its register.key can work as any member.")]
pub(crate) struct Raw {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show every member with the id; a star marks who works in this folder
    List {
        /// Print JSON lines
        #[arg(long)]
        json: bool,
    },
    /// Add a member, who sees nothing yet
    Add {
        /// What the member is called; every entry of the history shows it, and it cannot be changed
        name: String,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    match raw.what {
        What::List { json } => list(dir, json).await,
        What::Add { name, json } => add(dir, &name, json).await,
    }
}

async fn list(dir: &Path, json: bool) -> anyhow::Result<()> {
    let mut home = Home::open(dir)?;
    let store = home.store().await?;
    let members = members(&mut *store.read().await?).await?;
    store.close().await;
    let mut out = say::Out::new();
    for (id, name) in members {
        let here = id == home.member();
        if json {
            out.json(&json!({"member": id.to_string(), "name": name, "here": here}))?;
        } else {
            out.line(&format!("{} {id}  {}", if here { '*' } else { ' ' }, say::visible(&name)))?;
        }
    }
    Ok(out.done()?)
}

async fn add(dir: &Path, name: &str, json: bool) -> anyhow::Result<()> {
    let name = name.trim();
    text::check_line(name).map_err(|e| Failure::usage(format!("The member's name cannot be used: {e}."), "Write another one."))?;
    let mut home = Home::open(dir)?;
    let store = home.store().await?;
    if members(&mut *store.read().await?).await?.iter().any(|(_, taken)| taken == name) {
        return Err(Failure::refused(
            format!("There is a member called {name} already."),
            "Names tell people apart in the history: write another one. `kniha member list` shows them.",
        )
        .into());
    }
    let mut writing = store.write(home.member(), clock::now()).await?;
    let id: MemberId = writing.random().id()?;
    writing.add_member(id, name).await?;
    writing.commit().await?;
    store.close().await;
    let mut out = say::Out::new();
    if json {
        out.json(&json!({"member": id.to_string(), "name": name}))?;
    } else {
        out.line(&id.to_string())?;
        say::note(&format!("{} is a member now and sees nothing yet: `kniha case grant CASE {id}`; `kniha case list` shows the cases.", say::visible(name)));
    }
    Ok(out.done()?)
}
