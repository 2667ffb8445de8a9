//! `kniha demo`: an invented book to look around in, and a portal to tell it something.
//!
//! A real portal is a process of its own on another machine, and members' keys are on their own; here all stand in one process and one folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::ValueEnum;
use kniha_core::id::CaseId;
use kniha_core::lang::Lang;
use kniha_core::vocab::NodeKind;
use kniha_gate::Present;
use kniha_inbox::Inbox;
use kniha_portal::config::{Config, Emergency, Service};
use kniha_portal::{Portal, place};
use kniha_store::{Random, Store};
use tokio::net::TcpListener;

use super::{init, serve};
use crate::demo::{ACCOUNTS, Account, SEALED, Size, accounts, keep, told, write};
use crate::home::house::{self, First};
use crate::interrupt::{Begun, Watch};
use crate::lanes::address::Address;
use crate::team::DemoTeam;
use crate::{clock, say, team};

/// The portal and the members' keys in the demo's folder.
const PORTAL: &str = "portal";
const KEYS: &str = "keys";
/// Who made the demo's book, and its first member.
const MAKER: &str = "alena";
/// How often the demo's desk collects.
const ROUND: Duration = Duration::from_secs(10);
/// Where *Leave now* goes.
const LEAVE: &str = "https://example.org/";

/// Make an invented book and a portal, and open both in a browser
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha demo                          a book that is gone when you stop it
  kniha demo --dir demo-book          one that stays
  kniha demo --dir big --size million --no-serve

The country, the force, the people and everything told of them are invented, and the same every time.")]
pub(crate) struct Raw {
    /// Keep the book in this folder [default: a temporary one, removed at the end]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 takes free ones. The portal takes the next one, and its door for the desk the one after
    #[arg(long, default_value_t = serve::PORT)]
    port: u16,
    /// How much is invented
    #[arg(long, value_enum, default_value_t = HowMuch::Demo)]
    size: HowMuch,
    /// Only make the book
    #[arg(long, requires = "dir")]
    no_serve: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum HowMuch {
    /// 1,000 people, 60 units, 300 incidents
    Demo,
    /// 130,000 people in 5,000 units, for measurements
    Force,
    /// A million claims, for measurements
    Million,
}

impl HowMuch {
    fn size(self) -> Size {
        match self {
            HowMuch::Demo => Size::DEMO,
            HowMuch::Force => Size::FORCE,
            HowMuch::Million => Size::MILLION,
        }
    }
}

pub(crate) async fn run(raw: Raw, watch: Watch) -> anyhow::Result<()> {
    let began = Instant::now();
    // The port first: a taken one is no reason to invent a country.
    let listeners = if raw.no_serve { None } else { Some(listen(raw.port).await?) };
    let (dir, gone_afterwards) = match raw.dir {
        Some(dir) => (dir, None),
        None => {
            let id: kniha_core::id::NodeId = Random::default().id()?;
            let dir = std::env::temp_dir().join(format!("kniha-demo-{id}"));
            let begun = Begun::new(&dir);
            (dir, Some(begun))
        }
    };
    let mut home = init::make(init::Init::on_sqlite(dir.clone(), "Demo", MAKER)).await?;
    let key = home.key().await?;
    let store = home.store_with(&key).await?;
    let summary = write(&store, home.member(), clock::now(), raw.size.size()).await?;
    store.settle().await?;
    let count = |kind: NodeKind| summary.records.get(&kind).copied().unwrap_or(0);
    let seconds = began.elapsed().as_secs_f64();
    say::note(&format!(
        "Invented in {seconds:.1} s: {} people, {} units, {} incidents, {} acts; {} claims, {} moves.",
        count(NodeKind::Person),
        count(NodeKind::Unit),
        count(NodeKind::Incident),
        count(NodeKind::Act),
        summary.claims,
        summary.moves
    ));
    let Some([listener, pages, door]) = listeners else {
        store.close().await;
        say::note(&format!("The book is in {}. It has no members yet: `kniha --book {} member found …`, then `serve desk`.", dir.display(), dir.display()));
        return Ok(());
    };
    let address = listener.local_addr()?;
    let (shown, collect) = (pages.local_addr()?, door.local_addr()?);
    let team = team::demo(&dir, store.book().id, Some(&dir.join(KEYS)), team::today(), vec![format!("http://{shown}")])?;
    let firsts: Vec<First> =
        team.accounts.iter().map(|account| First::with_key(account.login, account.hats, (account.key_file.clone(), account.key.public()))).collect();
    house::found(&dir, &mut home.config, &store, &key, &firsts).await?;
    let mut accounts = accounts(&summary.told, ACCOUNTS - 3)?;
    let opened = accounts.split_off(SEALED - 3);
    enter(&dir, &store, &team, &opened).await?;
    store.close().await;
    drop(key);
    let (portal, (lang, words)) = portal(&dir, &team, accounts, shown, collect).await?;
    let mut out = say::Out::new();
    out.line(&format!("http://{address}/"))?;
    out.line(&format!("http://{shown}/"))?;
    out.done()?;
    let stays = if gone_afterwards.is_some() { "Everything is removed when you stop it" } else { "The book stays" };
    let people: Vec<String> = team.accounts.iter().map(|account| format!("  {:10} {}", account.login, account.hats)).collect();
    say::note(&format!(
        "
Desk    http://{address}/   on this machine only
Portal  http://{shown}/   where people tell

Sign in at the desk as
{people}
all with the same eight words (real members have each their own, and a second factor):
  {all}

Try:
  tell the portal something, on a phone or with JavaScript off, and keep the twelve words
  wait a moment, sign in as alena: *Inbox*, look at the cards, offer to open one
  sign in as taras in another browser: agree; what is written down about you is said before the text is shown
  open the account: decide which incident, which people, which acts; answer; read the answer at the portal with the words
  sign in as ira: *Watch* shows who read what, and no content; as newcomer: an empty book
  come back to the portal with the words of somebody who was answered already:
    {lang}  {words}

And in another terminal, the program being {program}:
  export KNIHA_BOOK={book}
  kniha member list
  KNIHA_LOGIN=alena kniha search 2032-08-10      asks for the eight words

{stays}. Ctrl-C closes it.",
        all = team.words.as_str(),
        people = people.join("\n"),
        lang = lang.code(),
        book = dir.display(),
        program = std::env::current_exe().map_or_else(|_| "kniha".to_owned(), |path| path.display().to_string()),
    ));
    let hours = tokio::spawn(portal.clone().hours());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let inbox = portal.inbox().clone();
    let telling = tokio::spawn(kniha_portal::serve(portal, pages, door, async {
        let _ = stopped.await;
    }));
    let from = Some(Address::parse(&format!("http://{collect}"), None)?);
    let served = serve::open(house::open(&dir).await?, &home, listener, serve::Around { invented: true, from, every: ROUND }, watch).await;
    hours.abort();
    let _ = stop.send(());
    let _ = telling.await;
    inbox.close().await;
    drop(gone_afterwards);
    served
}

/// The ports of the desk, the portal and the portal's door for the desk.
async fn listen(port: u16) -> anyhow::Result<[TcpListener; 3]> {
    let after = |more| if port == 0 { 0 } else { port.saturating_add(more) };
    Ok([serve::listen(port).await?, serve::listen(after(1)).await?, serve::listen(after(2)).await?])
}

/// Accounts that were opened before the demo begins, in a case of their own, which those who file and the lawyers have.
async fn enter(dir: &Path, store: &Store, team: &DemoTeam, accounts: &[Account]) -> anyhow::Result<()> {
    const MEMBERS: [&str; 4] = [MAKER, "taras", "hanna", "yury"];
    let house = house::open(dir).await?;
    let now = clock::now();
    let everybody = house.accounts().await?;
    let of = |login: &str| everybody.iter().find(|account| account.login == login).context("a demo without its people");
    let maker = of(MAKER)?;
    let key = &team.accounts.iter().find(|account| account.login == MAKER).context("a demo without its maker")?.key;
    let members = MEMBERS.iter().map(|login| Ok(of(login)?.id)).collect::<anyhow::Result<Vec<_>>>()?;
    let case: CaseId = Random::default().id()?;
    let mut writing = store.write(maker.id, now).await?;
    writing.add_case(case, "Сведчанні, жнівень 2032").await?;
    for member in members.iter().filter(|member| **member != maker.id) {
        writing.grant(case, *member).await?;
    }
    writing.commit().await?;
    house.case_found(case, &members, now).await?;
    keep(accounts, &house, store, &Present::of(maker.clone(), key), case, now, &mut team::rng()?).await?;
    house::close(&house).await;
    Ok(())
}

/// A portal that seals to the team, and what was told there already.
async fn portal(dir: &Path, team: &DemoTeam, accounts: Vec<Account>, shown: SocketAddr, collect: SocketAddr) -> anyhow::Result<(Portal, (Lang, String))> {
    let mut config = Config::new("Demo", team.trusted.list().book, *team.trusted.digest(), LEAVE);
    (config.listen, config.collect) = (shown, collect);
    let service = |name: &str, number: &str| Service { name: name.to_owned(), number: number.to_owned() };
    config.emergency = vec![Emergency { country: "BY".to_owned(), services: vec![service("ambulance", "103"), service("fire", "101")] }];
    let folder = dir.join(PORTAL);
    team::portal_folder(&folder, &config, dir).await?;
    let inbox = Inbox::open(&place(&config, &folder, None)?, &folder, true).await?;
    let words = told(&inbox, team, accounts, team::today(), &mut team::rng()?).await?;
    Ok((Portal::new(config, inbox, clock::now).await?, words))
}
