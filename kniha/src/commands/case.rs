//! `kniha case`: which cases this member sees, who else sees them, and letting somebody in.

use std::path::Path;

use clap::Subcommand;
use kniha_store::{Shared, members, reader, shared_cases};
use serde_json::json;

use crate::exit::Failure;
use crate::home::{Home, house};
use crate::{clock, say};

/// Show the cases, or let another member see one
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha case list
  kniha case grant 5k2q… Vera              by the ids, or by a title and a name that only one has

Every record and every claim belongs to a case, and an import is a case of its own. A member sees what is
in the cases granted to that member and nothing else: not in pages, lists, counts or searches. You can grant
only what you see yourself. A granted case cannot be taken back: what was seen was seen.")]
pub(crate) struct Raw {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show the cases that you see, each with everybody who sees it
    List {
        /// Print JSON lines
        #[arg(long)]
        json: bool,
    },
    /// Let a member see a case
    Grant {
        /// The id of the case, or its title where only one has it
        case: String,
        /// The id of the member, or the name where only one has it
        member: String,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    match raw.what {
        What::List { json } => list(dir, json).await,
        What::Grant { case, member, json } => grant(dir, &case, &member, json).await,
    }
}

async fn list(dir: &Path, json: bool) -> anyhow::Result<()> {
    let mut home = Home::open(dir)?;
    let store = home.store().await?;
    let mut tx = store.read().await?;
    let reader = reader(&mut tx, home.member()).await?;
    let cases = shared_cases(&mut tx, &reader).await?;
    drop(tx);
    store.close().await;
    let mut out = say::Out::new();
    if cases.is_empty() && !json {
        out.line("No cases: another member must grant you one (`kniha case grant`).")?;
    }
    for Shared { case, made, members } in cases {
        if json {
            let members: Vec<_> = members.iter().map(|(id, name)| json!({"member": id.to_string(), "name": name})).collect();
            out.json(&json!({"case": case.id.to_string(), "title": case.title, "made_us": made.0, "members": members}))?;
        } else {
            let names = members.iter().map(|(_, name)| say::visible(name)).collect::<Vec<_>>().join(", ");
            out.line(&format!("{}  {}  {}\n    seen by {names}", case.id, made.text(), say::short(&case.title, 80)))?;
        }
    }
    Ok(out.done()?)
}

async fn grant(dir: &Path, case: &str, member: &str, json: bool) -> anyhow::Result<()> {
    if house::is_closed(dir) {
        return Err(Failure::refused(
            "In a book with members a case is granted by two people.",
            "At the desk: the case's page proposes it, and another member agrees under *Decide*.",
        )
        .into());
    }
    let mut home = Home::open(dir)?;
    let store = home.store().await?;
    let mut tx = store.read().await?;
    let me = reader(&mut tx, home.member()).await?;
    let cases = shared_cases(&mut tx, &me).await?;
    let members = members(&mut tx).await?;
    drop(tx);
    let shared = one(case, &cases, |c| (c.case.id.to_string(), &c.case.title), "case")?;
    let (to, name) = one(member, &members, |(id, name)| (id.to_string(), name), "member")?;
    let new = !shared.members.iter().any(|(id, _)| id == to);
    if new {
        let mut writing = store.write(home.member(), clock::now()).await?;
        writing.grant(shared.case.id, *to).await?;
        writing.commit().await?;
    }
    store.close().await;
    let mut out = say::Out::new();
    if json {
        out.json(&json!({"case": shared.case.id.to_string(), "member": to.to_string(), "new": new}))?;
    } else {
        let (name, title) = (say::visible(name), say::short(&shared.case.title, 80));
        out.line(&if new { format!("{name} sees “{title}” now.") } else { format!("{name} saw “{title}” already.") })?;
    }
    Ok(out.done()?)
}

/// The one that is written: by its id, or by what it is called where nothing else is called so.
fn one<'a, T>(written: &str, all: &'a [T], named: impl Fn(&T) -> (String, &String), what: &str) -> anyhow::Result<&'a T> {
    if let Some(found) = all.iter().find(|one| named(one).0 == written) {
        return Ok(found);
    }
    let called: Vec<&T> = all.iter().filter(|one| named(one).1 == written).collect();
    match called[..] {
        [found] => Ok(found),
        // A case that this member does not see looks exactly like none.
        [] => Err(Failure::refused(format!("There is no such {what}: {written}."), format!("`kniha {what} list` shows them with their ids.")).into()),
        _ => Err(Failure::refused(
            format!("{} of them are called {written}.", called.len()),
            format!("Name the {what} by its id; `kniha {what} list` shows the ids."),
        )
        .into()),
    }
}
