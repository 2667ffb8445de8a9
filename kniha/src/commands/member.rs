//! `kniha member`: who the book knows, its first members, adding somebody, and shutting somebody out.

use std::path::Path;

use clap::Subcommand;
use kniha_core::id::MemberId;
use kniha_core::text;
use kniha_gate::{Account, House};
use kniha_store::members;
use serde_json::json;

use crate::exit::Failure;
use crate::home::Home;
use crate::home::house::{self, Added, First};
use crate::{ask, clock, say};

/// Show who the book knows, make its first members, add somebody, or shut somebody out
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha member found --first vera:opener,investigator --first oleg:opener,lawyer --first ira:auditor
  kniha member list
  kniha member freeze vera                 at once: somebody was arrested, or a key was taken
  kniha member add Vera                    in a book without members: prints the id of the new member

A new member sees nothing: every record belongs to a case, and a member sees the cases that were granted.
In a book with members somebody joins at the desk's own page, and two members admit them; nobody is invited
by a link. In a book without, whoever can read the folder with its register.key can work as any member.")]
pub(crate) struct Raw {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show every member; in a book without sign-in a star marks who works in this folder
    List {
        /// Print JSON lines
        #[arg(long)]
        json: bool,
    },
    /// Make the first members of a book that has none, and close it: its key is then in no file
    Found {
        /// LOGIN:HATS, or LOGIN:HATS:KEYFILE for a key that was made elsewhere; give one for each
        #[arg(long, value_name = "LOGIN:HATS", required = true)]
        first: Vec<String>,
    },
    /// Shut a member out at once: keys, shares and sessions end
    Freeze {
        /// The login
        login: String,
        /// An auditor's login, to list what the member read; their words are asked
        #[arg(long, value_name = "LOGIN")]
        auditor: Option<String>,
        /// Ask nothing
        #[arg(long)]
        yes: bool,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a member to a book without sign-in, who sees nothing yet
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
        What::List { json } if house::is_closed(dir) => accounts(dir, json).await,
        What::List { json } => list(dir, json).await,
        What::Found { first } => found(dir, &first).await,
        What::Freeze { login, auditor, yes, json } => freeze(dir, &login, auditor.as_deref(), yes, json).await,
        What::Add { name, json } => add(dir, &name, json).await,
    }
}

/// Says who was added, and the words of those whose keys were made here.
pub(crate) fn tell(added: &[Added], dir: &Path) -> anyhow::Result<()> {
    let mut out = say::Out::new();
    for Added { login, hats, words } in added {
        match words {
            Some(words) => out.line(&format!("{login}  ({hats})\n    {}", words.as_str()))?,
            None => out.line(&format!("{login}  ({hats})  with the words of their own key"))?,
        }
    }
    out.done()?;
    let shown = dir.display();
    say::note(&format!(
        "\nGive each member their own eight words, by hand, on paper; they are shown this once and cannot be had again.\nThe book is closed: its key is sealed to those who work with it and is in no file. If all of them lose their words, nobody can open it.\n\nNext:\n  kniha --book {shown} serve desk      the desk asks who you are\n  kniha --book {shown} doctor          look it over",
    ));
    Ok(())
}

async fn found(dir: &Path, written: &[String]) -> anyhow::Result<()> {
    if house::is_closed(dir) {
        return Err(Failure::refused("This book has members already.", "Others join at the desk's page, and two members admit them.").into());
    }
    let firsts = written.iter().map(|written| First::parse(written)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut home = Home::open(dir)?;
    let key = home.key().await?;
    let store = home.store_with(&key).await?;
    let added = house::found(dir, &mut home.config, &store, &key, &firsts).await?;
    store.close().await;
    tell(&added, dir)
}

async fn accounts(dir: &Path, json: bool) -> anyhow::Result<()> {
    let house = house::open(dir).await?;
    let accounts = house.accounts().await?;
    house::close(&house).await;
    let mut out = say::Out::new();
    for Account { id, login, hats, state, has_totp, .. } in accounts {
        let hats = hats.map_or_else(String::new, |hats| hats.to_string());
        if json {
            out.json(&json!({"member": id.to_string(), "login": login, "hats": hats, "state": state.code(), "second_factor": has_totp}))?;
        } else {
            out.line(&format!("{id}  {:7}  {login}  {hats}{}", state.code(), if has_totp { "" } else { "  (no second factor)" }))?;
        }
    }
    Ok(out.done()?)
}

async fn freeze(dir: &Path, login: &str, auditor: Option<&str>, yes: bool, json: bool) -> anyhow::Result<()> {
    let house = house::open(dir).await?;
    let who = house.accounts().await?.into_iter().find(|account| account.login == login.to_lowercase());
    let who = who.ok_or_else(|| Failure::usage(format!("Nobody here is called {login}."), "`kniha member list` shows the logins."))?;
    if !yes && !ask::yes(&format!("Shut {login} out now? Taking it back needs two members."))? {
        return Err(Failure::usage("Nothing was done.", "Type “yes”, or give --yes.").into());
    }
    house.freeze(who.id, clock::now()).await?;
    let shown = house.shown_ever(who.id).await?;
    let mut out = say::Out::new();
    if json {
        out.json(&json!({"member": who.id.to_string(), "login": who.login, "parts_shown": shown}))?;
    } else {
        out.line(&format!("{login} is shut out: keys, shares and sessions are gone. {shown} parts had been shown to {login}."))?;
    }
    if let Some(auditor) = auditor {
        read_by(&house, auditor, who.id, json, &mut out).await?;
    }
    out.done()?;
    house::close(&house).await;
    say::note(
        "Next, in this order:\n  kniha team draft …        a key list without this member's slot; have it signed and published\n  kniha collect …           brings it to the portal\n  an auditor at *Watch*     the exact list of what was read; warn those people in their mailboxes",
    );
    Ok(())
}

/// Lists what a member read, for an auditor.
async fn read_by(house: &House, auditor: &str, who: MemberId, json: bool, out: &mut say::Out) -> anyhow::Result<()> {
    say::note(&format!("The auditor {auditor}:"));
    let signed_in = house::once(house, auditor).await?.unwrap_or(Err(kniha_gate::SignInError::Wrong));
    let present = signed_in
        .map_err(|e| Failure::refused(format!("The auditor was not let in: {}.", crate::exit::chain(&e)), "The member is shut out all the same."))?
        .present;
    let mut after = 0;
    loop {
        let entries = house.watch(&present, after, 1000).await?;
        let Some(last) = entries.last() else { return Ok(()) };
        after = last.n;
        for said in entries.iter().filter_map(|entry| entry.said).filter(|said| said.who == who) {
            if json {
                out.json(&json!({"part": said.part.to_string(), "compartment": format!("{:?}", said.compartment).to_lowercase(), "why": said.why.code(), "at_us": said.at.0}))?;
            } else {
                out.line(&format!("{}  {}  {:?}  {}", said.at.text(), said.part, said.compartment, said.why.code()))?;
            }
        }
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
    if house::is_closed(dir) {
        return Err(
            Failure::refused("This book has members, and nobody is added from outside.", "They join at the desk's page, and two members admit them.").into()
        );
    }
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
