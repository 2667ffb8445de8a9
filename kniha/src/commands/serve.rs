//! `kniha serve desk`: the team's pages, on this machine alone.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use kniha_core::lang::Lang;
use kniha_desk::{Open, Rooms, ServeError};
use kniha_gate::House;
use kniha_store::{Store, StoreError};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::collect;
use crate::exit::{Exit, Failure, NOTHING_WRITTEN};
use crate::home::config::Database;
use crate::home::key::RegisterKey;
use crate::home::lock::Work;
use crate::home::{self, Home, house};
use crate::lanes::address::Address;
use crate::lanes::answering::Post;
use crate::{clock, interrupt, say};

/// Serve the book's pages
#[derive(clap::Args)]
pub(crate) struct Raw {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Desk(DeskRaw),
}

/// Serve the desk: read and write the book in a browser on this machine
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha serve desk
  kniha serve desk --portal http://….onion --socks 127.0.0.1:9050      collects every five minutes, locked or not
  kniha --book protests serve desk --port 8080

The desk starts locked: it knows its members and no content, and the first of them who works with the book and signs
in brings its key. It listens on 127.0.0.1 only. From another machine: ssh -L 8321:127.0.0.1:8321 HOST, or an onion
service with client authorization. Only one desk at a time is open on a book. Stop it with Ctrl-C.")]
struct DeskRaw {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Collect from this portal while the desk is open: an onion, or an address on this machine
    #[arg(long, value_name = "URL")]
    portal: Option<String>,
    /// The SOCKS port of a Tor that runs here
    #[arg(long, value_name = "HOST:PORT", requires = "portal")]
    socks: Option<String>,
    /// Minutes between two rounds of collecting
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1440))]
    every: u64,
}

/// The port of the desk.
pub(crate) const PORT: u16 = 8321;

pub(crate) async fn run(raw: Raw, dir: PathBuf, watch: interrupt::Watch) -> anyhow::Result<()> {
    let What::Desk(raw) = raw.what;
    let home = Home::open(&dir)?;
    if !house::is_closed(&dir) {
        return Err(Failure::refused(
            "This book has no members yet, and the desk lets nobody in whom it does not know.",
            "`kniha member found` makes the first members and closes the book.",
        )
        .into());
    }
    let from = raw.portal.as_deref().map(|url| Address::parse(url, raw.socks.as_deref())).transpose()?;
    let _lock = Work::Desk.lock(&dir)?;
    let house = house::open(&dir).await?;
    let state = house.log_check().await?;
    if let Some(entry) = state.broken {
        say::note(&format!(
            "THE READ LOG DOES NOT HOLD AT ENTRY {entry}. Nothing sealed is opened until that is understood: tell the auditors, compare with a copy."
        ));
    }
    let listener = listen(raw.port).await?;
    let address = listener.local_addr()?;
    // The line that scripts and tests wait for.
    let mut out = say::Out::new();
    out.line(&format!("http://{address}/"))?;
    out.done()?;
    say::note(&format!(
        "The desk of “{}” is open at http://{address}/ on this machine only. It is locked until the first member signs in.\nCtrl-C closes it.",
        say::visible(&home.config.title)
    ));
    open(house, &home, listener, Around { invented: false, from, every: Duration::from_secs(raw.every * 60) }, watch).await
}

/// From where the desk collects while it is open, and how often; and whether the book is an invented one.
pub(crate) struct Around {
    pub(crate) invented: bool,
    pub(crate) from: Option<Address>,
    pub(crate) every: Duration,
}

/// Takes the port.
pub(crate) async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Failure::new(
            Exit::Busy,
            format!("Port {port} of 127.0.0.1 is taken."),
            NOTHING_WRITTEN,
            "Name another one with --port, or take a free one with --port 0.",
        )
        .into(),
        _ => anyhow::Error::new(error).context("listening on 127.0.0.1"),
    })
}

/// Serves until Ctrl-C or SIGTERM; requests under way are finished first. Meanwhile it collects, and takes away what has expired.
pub(crate) async fn open(house: House, home: &Home, listener: TcpListener, around: Around, watch: interrupt::Watch) -> anyhow::Result<()> {
    let lang = home.config.languages.first().copied().unwrap_or(Lang::En);
    let (dir, database) = (home.dir.clone(), home.config.database.clone());
    let rooms = Rooms::new(house.clone(), opening(dir.clone(), database), Arc::new(clock::now), lang, listener.local_addr()?.port())?;
    let rooms = if around.invented { rooms.of_an_invented_book() } else { rooms };
    let rooms = rooms.with_outbox(Arc::new(Post::of(&dir)));
    let mut terminated = signal(SignalKind::terminate())?;
    watch.hand_over();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let ending = |mut stopped: tokio::sync::watch::Receiver<bool>| async move {
        let _ = stopped.wait_for(|over| *over).await;
    };
    let serving = tokio::spawn(kniha_desk::serve(rooms.clone(), listener, ending(stopped.clone())));
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
        let _ = stop.send(true);
    });
    let ended = ending(stopped);
    tokio::pin!(ended);
    loop {
        // Collecting asks a portal and waits for it, on this task alone: pages are served by others.
        if let Err(error) = round(&house, &dir, around.from.as_ref()).await {
            say::note(&format!("Collecting: {}", crate::exit::explain(&error).1));
        }
        tokio::select! {
            () = &mut ended => break,
            () = tokio::time::sleep(around.every) => {}
        }
    }
    serving.await?.map_err(|error: ServeError| anyhow::Error::new(error))?;
    if let Some(store) = rooms.book() {
        store.close().await;
    }
    house::close(&house).await;
    say::note("The desk is closed.");
    Ok(())
}

/// What a locked desk does too.
async fn round(house: &House, book: &Path, from: Option<&Address>) -> anyhow::Result<()> {
    let collected = match from {
        Some(from) => collect::into(house.spool(), book, from.clone()).await,
        None => Ok(()),
    };
    house.index().await?;
    house.sweep(clock::now()).await?;
    collected
}

/// Opens the register once somebody brings its key.
fn opening(dir: PathBuf, database: Database) -> Open {
    Arc::new(move |secret| {
        let (dir, database) = (dir.clone(), database.clone());
        Box::pin(async move {
            let failed = |doing| move |error: anyhow::Error| StoreError::Machine { doing, source: std::io::Error::other(format!("{error:#}")) };
            let key = RegisterKey::of(&secret);
            let place = home::place(&dir, &database, &key).map_err(failed("finding the register"))?;
            let store = Store::open(&place, key.name_secret().map_err(failed("deriving a key"))?).await?;
            Home::note_old_keys(&store);
            // Two folders can name one PostgreSQL database; its own lock stands for both.
            if !store.lock_desk().await? {
                return Err(StoreError::Busy { doing: "opening the desk" });
            }
            Ok(Arc::new(store))
        })
    })
}
