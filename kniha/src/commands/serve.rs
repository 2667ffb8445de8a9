//! `kniha serve desk`: the team's pages, on this machine alone.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use kniha_core::lang::Lang;
use kniha_desk::gate::House;
use kniha_desk::{Rooms, ServeError};
use kniha_store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::exit::{Exit, Failure, NOTHING_WRITTEN};
use crate::home::Home;
use crate::home::lock::Work;
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
  kniha --book protests serve desk --port 8080

There is no sign-in yet, so the desk listens on 127.0.0.1 only and everybody who can open a browser on
this machine can read and write the book. From another machine: ssh -L 8321:127.0.0.1:8321 HOST.
Only one desk at a time is open on a book. Stop it with Ctrl-C.")]
struct DeskRaw {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = PORT)]
    port: u16,
}

/// The port of the desk.
pub(crate) const PORT: u16 = 8321;

pub(crate) async fn run(raw: Raw, dir: PathBuf, watch: interrupt::Watch) -> anyhow::Result<()> {
    let What::Desk(raw) = raw.what;
    let mut home = Home::open(&dir)?;
    let _lock = Work::Desk.lock(&dir)?;
    let store = home.store().await?;
    Home::note_old_keys(&store);
    // Two folders can name one PostgreSQL database; its own lock stands for both.
    if !store.lock_desk().await? {
        return Err(Work::Desk.busy().into());
    }
    let listener = listen(raw.port).await?;
    let address = listener.local_addr()?;
    // The line that scripts and tests wait for.
    let mut out = say::Out::new();
    out.line(&format!("http://{address}/"))?;
    out.done()?;
    say::note(&format!(
        "The desk of “{}” is open at http://{address}/ on this machine only.\nThere is no sign-in yet: whoever can open this address can read and write the book.\nCtrl-C closes it.",
        say::visible(&home.config.title)
    ));
    let lang = home.config.languages.first().copied().unwrap_or(Lang::En);
    open(store, lang, listener, watch).await
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

/// Serves until Ctrl-C or SIGTERM; requests under way are finished first.
pub(crate) async fn open(store: Store, lang: Lang, listener: TcpListener, watch: interrupt::Watch) -> anyhow::Result<()> {
    let store = Arc::new(store);
    let book = Arc::clone(&store);
    let open: kniha_desk::Open = Arc::new(move |_| {
        let book = Arc::clone(&book);
        Box::pin(async move { Ok(book) })
    });
    let rooms = Rooms::new(House::default(), open, Arc::new(clock::now), lang, listener.local_addr()?.port())?;
    let mut terminated = signal(SignalKind::terminate())?;
    watch.hand_over();
    let shutdown = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
    };
    kniha_desk::serve(rooms, listener, shutdown).await.map_err(|error: ServeError| anyhow::Error::new(error))?;
    store.close().await;
    say::note("The desk is closed.");
    Ok(())
}
