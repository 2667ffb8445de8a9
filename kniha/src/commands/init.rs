//! `kniha init`: makes a book.
//!
//! Everything is made in a sibling folder `.NAME.making` and renamed into place at the end, so that there is a whole book or none, also
//! after kill −9. On PostgreSQL the database's rows become durable before the rename; a later `init` finds the sibling, sees that its
//! database holds the book it began, and finishes the rename.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use kniha_core::id::{CaseId, MemberId};
use kniha_core::lang::Lang;
use kniha_core::text;
use kniha_seal::keylist::SignedList;
use kniha_store::{Beginning, Random, Store};

use super::team_draft::{self, Roles};
use super::team_sign;
use crate::exit::{Exit, Failure, NOTHING_WRITTEN};
use crate::home::config::{Config, Database, URL_VARIABLE, url_from_environment};
use crate::home::house::{self, First};
use crate::home::key::RegisterKey;
use crate::home::policy::{PURPOSES, Policy};
use crate::home::{self, Home, files};
use crate::interrupt::Begun;
use crate::team::{self, DeskKeys, Plan, Size};
use crate::{clock, say};

/// Make a new book
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha init                                     asks for a title, makes ./book
  kniha --book protests init --title \"Protests\" --member Vera --yes
  KNIHA_DATABASE_URL=postgres://… kniha init --database postgres --at-rest \"LUKS, key asked at boot\"
  kniha init --first vera:opener,investigator --first oleg:opener,lawyer --first ira:auditor
  kniha init --team small --custodian a.pub … --screener d.pub … --lawyer f.pub …

With --first the book is closed from the beginning: its key is sealed to those members who work with it, and is in
no file. Hats are opener, investigator, lawyer (one may have several), caseworker, auditor, operator, custodian (each
of these alone). An auditor is needed: nothing sealed is opened that nobody could watch. Use names that are nobody's
own. Each member's eight words are printed once, unless LOGIN:HATS:KEYFILE names a key from `kniha keys new`.

Without --first the folder holds register.key. Keep a copy of it somewhere else, offline: without it nobody can open
the book, and whoever has it and the database can read it. `kniha member found` closes such a book later.

With --team the first key list is drafted too (`kniha help team`), from public keys that the members made
with `kniha keys new` on their own machines, and desk.keys is made. No member's secret key is ever made here.")]
pub(crate) struct Raw {
    /// Title of the book
    #[arg(long)]
    title: Option<String>,
    /// What the first member is called
    #[arg(long, default_value = "desk")]
    member: String,
    /// A first member, LOGIN:HATS, or LOGIN:HATS:KEYFILE for a key that was made elsewhere; give one for each
    #[arg(long, value_name = "LOGIN:HATS")]
    first: Vec<String>,
    /// sqlite, or postgres (its address is taken from KNIHA_DATABASE_URL)
    #[arg(long)]
    database: Option<String>,
    /// With PostgreSQL: how the disk of the database is protected
    #[arg(long)]
    at_rest: Option<String>,
    /// Who decides why and how the book is kept (the controller); goes into policy.toml
    #[arg(long, value_name = "WHO")]
    controller: Option<String>,
    /// The country whose law applies, two letters; goes into policy.toml
    #[arg(long, value_name = "CC")]
    country: Option<String>,
    /// Ask nothing, take the defaults
    #[arg(long)]
    yes: bool,
    /// Draft the first key list too, for a team of this size
    #[arg(long, value_enum, value_name = "SIZE")]
    team: Option<Size>,
    #[command(flatten)]
    roles: Roles,
}

/// What the command line means.
pub(crate) struct Init {
    dir: PathBuf,
    title: String,
    member: String,
    database: Database,
    at_rest: Option<String>,
    team: Option<Plan>,
    firsts: Vec<First>,
    policy: Policy,
}

impl Raw {
    pub(crate) fn check(self, dir: PathBuf) -> anyhow::Result<Init> {
        refuse_full(&dir)?;
        let database = match self.database.as_deref() {
            None if std::env::var_os(URL_VARIABLE).is_some() => Database::Postgres { url: None },
            None => Database::Sqlite,
            Some(written) => Database::parse(written).ok_or_else(|| Failure::usage("--database is sqlite or postgres.", "See `kniha help init`."))?,
        };
        match &database {
            // Every user of the machine can read the arguments of every process.
            Database::Postgres { url: Some(url) }
                if url.split_once("://").is_some_and(|(_, rest)| {
                    rest.split('@').next().is_some_and(|user| user.contains(':') && rest.contains('@')) || rest.contains("password=")
                }) =>
            {
                return Err(Failure::usage(
                    "A password on the command line can be read by every user of this machine.",
                    format!("Change that password, set {URL_VARIABLE} to the address, and use --database postgres."),
                )
                .into());
            }
            Database::Postgres { url: None } => drop(url_from_environment()?),
            _ => {}
        }
        if matches!(database, Database::Postgres { .. }) && self.at_rest.as_deref().is_none_or(|text| text.trim().is_empty()) {
            return Err(Failure::usage(
                "With PostgreSQL the host of the database can read everything but sealed values.",
                "Say how its disk is protected: --at-rest \"full-disk encryption, the key is asked at boot\".",
            )
            .into());
        }
        let team = match self.team {
            Some(size) => Some(self.roles.plan(size, None)?),
            None if self.roles.any() => {
                return Err(Failure::usage("Members are named, and no team.", "Say how large it is: --team small, medium or large.").into());
            }
            None => None,
        };
        // Where the title is asked, the policy is asked too; what is left empty is said by the doctor, and refuses releases.
        let asks = self.title.is_none() && !self.yes;
        let title = match self.title {
            Some(title) => title,
            None if self.yes => "Book".to_owned(),
            None => ask_title()?,
        };
        let policy = policy_of(self.controller, self.country, asks)?;
        let line = |what: &str, text: String| {
            let text = text.trim().to_owned();
            text::check_line(&text).map(|()| text).map_err(|e| Failure::usage(format!("The {what} cannot be used: {e}."), "Write another one."))
        };
        let firsts = self.first.iter().map(|written| First::parse(written)).collect::<anyhow::Result<Vec<_>>>()?;
        let member = firsts.iter().find(|first| first.hats.read()).map_or(self.member, |first| first.login.clone());
        Ok(Init { dir, title: line("title", title)?, member: line("member's name", member)?, database, at_rest: self.at_rest, team, firsts, policy })
    }
}

impl Init {
    /// A book in a file, with nothing asked.
    pub(crate) fn on_sqlite(dir: PathBuf, title: &str, member: &str) -> Init {
        Init {
            dir,
            title: title.to_owned(),
            member: member.to_owned(),
            database: Database::Sqlite,
            at_rest: None,
            team: None,
            firsts: Vec::new(),
            policy: Policy::default(),
        }
    }
}

pub(crate) async fn run(init: Init) -> anyhow::Result<()> {
    let (dir, firsts) = (init.dir.clone(), init.firsts.clone());
    let mut home = make(init).await?;
    let shown = dir.display();
    if !firsts.is_empty() {
        let key = home.key().await?;
        let store = home.store_with(&key).await?;
        let added = house::found(&dir, &mut home.config, &store, &key, &firsts).await?;
        store.close().await;
        say::note(&format!("The book “{}” is made in {shown} ({}).", say::visible(&home.config.title), home.config.database.kind()));
        return super::member::tell(&added, &dir);
    }
    say::note(&format!(
        "The book “{}” is made in {shown} ({}).\n\nKeep a copy of {shown}/register.key in another place, offline: without it nobody can open the book.\n\nNext:\n  kniha --book {shown} serve desk      open it in a browser\n  kniha --book {shown} import --help   bring in what you have\n  kniha --book {shown} doctor          look it over",
        say::visible(&home.config.title),
        home.config.database.kind(),
    ));
    let draft = dir.join(team_draft::name(1));
    if draft.exists() {
        say::note("");
        team_draft::tell(&team_sign::read_list(&draft)?, None, &draft)?;
    }
    Ok(())
}

/// Makes the book and puts it in place.
pub(crate) async fn make(init: Init) -> anyhow::Result<Home> {
    let dir = &init.dir;
    refuse_full(dir)?;
    std::fs::create_dir_all(files::parent(dir))?;
    let making = files::beside(dir, "making")?;
    let _lock = lock(&making, dir)?;
    if making.exists() {
        if finish_earlier(&making).await {
            put(&making, dir)?;
            say::note("An earlier init had been cut off after making the database; it is finished now.");
            return Home::open(dir);
        }
        std::fs::remove_dir_all(&making)?;
    }
    files::create_dir(&making)?;
    let begun = Begun::new(&making);
    let mut random = Random::default();
    let member: MemberId = random.id()?;
    let key = RegisterKey::random()?;
    key.write(&making)?;
    let config = Config { title: init.title.clone(), database: init.database, member, languages: Lang::ALL.to_vec(), at_rest: init.at_rest };
    config.write(&making)?;
    init.policy.write(&making)?;
    let book_id = random.bytes()?;
    if let Some(plan) = &init.team {
        let desk = DeskKeys::make(&making, &mut team::rng()?)?;
        files::write_new(&making.join(team_draft::name(1)), &SignedList::unsigned(plan.list(book_id, &desk, None))?.encode())?;
    }
    // With PostgreSQL the key must be on the disk before the rows that need it are; so is the draft, which a later init does not make anew.
    files::sync_dir(&making)?;
    let place = home::place(&making, &config.database, &key)?;
    let case: CaseId = random.id()?;
    let beginning =
        Beginning { book_id, title: init.title, member, member_name: init.member, case, case_title: "Open to all members".to_owned(), now: clock::now() };
    let store = Store::create(&place, key.name_secret()?, &beginning).await?;
    store.close().await;
    put(&making, dir)?;
    begun.finished();
    Home::open(dir)
}

pub(super) fn put(making: &Path, dir: &Path) -> anyhow::Result<()> {
    files::sync_dir(making)?;
    files::put_in_place(making, dir).map_err(|e| anyhow::Error::new(e).context("putting the new book in its place"))
}

/// Whether an `init` that was cut off had already made its rows in PostgreSQL.
async fn finish_earlier(making: &Path) -> bool {
    let Ok(mut home) = Home::open(making) else { return false };
    if matches!(home.config.database, Database::Sqlite) {
        return false;
    }
    let Ok(store) = home.store().await else { return false };
    let ours = match store.read().await {
        Ok(mut tx) => kniha_store::reader(&mut tx, home.member()).await.is_ok(),
        Err(_) => false,
    };
    store.close().await;
    ours
}

/// Two `init` of one folder must not clear each other's work away.
pub(super) fn lock(making: &Path, dir: &Path) -> anyhow::Result<std::fs::File> {
    let parent = std::fs::File::open(files::parent(making))?;
    parent.try_lock().map_err(|_| {
        Failure::new(Exit::Busy, format!("Another init is at work beside {}.", dir.display()), NOTHING_WRITTEN, "Let it finish, then try again.")
    })?;
    Ok(parent)
}

pub(super) fn refuse_full(dir: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(dir).map(|entries| entries.take(1).count()) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Failure::refused(format!("{} cannot be used: {e}.", dir.display()), "Name another folder with --book.")),
        Ok(0) => Ok(()),
        Ok(_) => Err(Failure::refused(
            format!("{} is not empty.", dir.display()),
            if dir.join(home::config::FILE).exists() {
                "There is a book in it already. Name another folder with --book to make a new one."
            } else {
                "Name an empty or a new folder with --book."
            },
        )),
    }
}

/// The policy as far as it was given or, with `asks`, is asked; each answer may be empty.
fn policy_of(controller: Option<String>, country: Option<String>, asks: bool) -> anyhow::Result<Policy> {
    let answer = |given: Option<String>, question: &str| match given {
        Some(given) => Ok(given),
        None if asks => ask_line(question),
        None => Ok(String::new()),
    };
    let controller = answer(controller, "Who decides why and how the book is kept, as the law calls the controller (may be empty): ")?.trim().to_owned();
    let country = answer(country, "The country whose law applies, two letters (may be empty): ")?.trim().to_ascii_uppercase();
    let mut policy = Policy { controller, country, ..Policy::default() };
    if asks {
        policy.impact_assessment = ask_line("Where the impact assessment is kept (may be empty): ")?.trim().to_owned();
        for purpose in PURPOSES {
            policy.legal_basis.insert(purpose.to_owned(), ask_line(&format!("Legal basis for {purpose} (may be empty): "))?.trim().to_owned());
        }
    }
    policy.check().map_err(|what| Failure::usage(format!("{what}."), "Write another one, or leave it empty: policy.toml can be filled in later."))?;
    Ok(policy)
}

fn ask_line(question: &str) -> anyhow::Result<String> {
    let mut err = std::io::stderr();
    let _ = write!(err, "{question}");
    let _ = err.flush();
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line)
}

fn ask_title() -> anyhow::Result<String> {
    let title = ask_line("Title of the book: ")?;
    if title.trim().is_empty() {
        return Err(Failure::usage("A book needs a title.", "Write it at the question, or with --title, or take the default with --yes.").into());
    }
    Ok(title)
}
