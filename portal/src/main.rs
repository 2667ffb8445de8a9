//! The process that people tell: opens its folder, shuts itself in, serves until it is told to stop.

mod wiped;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use kniha_core::time::UtcMicros;
use kniha_inbox::Inbox;
use kniha_portal::config::{Config, Database, URL_VARIABLE};
use kniha_portal::confine::{Walls, hide_memory, not_root, shut};
use kniha_portal::{Portal, place, serve};
use tokio::signal::unix::{SignalKind, signal};

/// The pages of those who tell.
#[derive(Parser)]
#[command(name = "kniha-portal", version)]
struct Arguments {
    /// The portal's folder, with portal.toml.
    #[arg(long)]
    folder: PathBuf,
    /// Serve although the kernel cannot confine the process (Landlock): whoever takes it over then reads what its user reads, and connects where it likes.
    #[arg(long)]
    unconfined: bool,
    /// Serve as root, as in some containers: whoever takes it over is root, and only Landlock holds them.
    #[arg(long)]
    as_root: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    not_root(arguments.as_root).context("run it under a user of its own, or with --as-root, which is weaker")?;
    let folder = arguments.folder.canonicalize().with_context(|| format!("the folder {} is not there", arguments.folder.display()))?;
    let config = Config::read(&folder)?;
    let url = std::env::var(URL_VARIABLE).ok();
    let place = place(&config, &folder, url.clone())?;
    let (pages, desk) = (bind(config.listen)?, bind(config.collect)?);
    let connects = (config.database == Database::Postgres).then(|| url.as_deref().and_then(port)).flatten();
    hide_memory()?;
    if arguments.unconfined {
        eprintln!("portal: not confined: whoever takes over this process reads what its user reads, and connects where it likes");
    } else {
        let weaker = shut(&Walls { folder: folder.clone(), reads: config.sealed_page.clone(), connects })
            .context("nothing is served; with --unconfined it is, and that is weaker")?;
        for what in weaker.0 {
            eprintln!("portal: {what}");
        }
    }
    // Threads start here, inside.
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .on_thread_park(kniha_portal::stack::before_waiting)
        .build()
        .context("the runtime does not start")?
        .block_on(async {
            let inbox = Inbox::open(&place, &folder, true).await.context("the inbox cannot be opened")?;
            let portal = Portal::new(config, inbox.clone(), now).await?;
            let listener = |bound| tokio::net::TcpListener::from_std(bound).context("the listener fails");
            let (pages, desk) = (listener(pages)?, listener(desk)?);
            let hours = tokio::spawn(portal.clone().hours());
            let (mut told, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
            serve(portal, pages, desk, async move {
                tokio::select! {
                    _ = told.recv() => (),
                    _ = interrupted.recv() => (),
                }
            })
            .await;
            hours.abort();
            inbox.close().await;
            Ok(())
        })
}

fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    listener.set_nonblocking(true).with_context(|| format!("cannot listen on {address}"))?;
    Ok(listener)
}

/// The port in the address of a PostgreSQL database; `None` where it is reached by a socket in a folder.
fn port(url: &str) -> Option<u16> {
    let authority = url.split_once("://")?.1.split(['/', '?']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
    match after.rsplit_once(':') {
        Some((_, port)) => port.parse().ok(),
        None => (!host.is_empty()).then_some(5432),
    }
}

fn now() -> UtcMicros {
    UtcMicros(jiff::Timestamp::now().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn the_port_of_a_database_is_found() {
        for (url, found) in [
            ("postgres://u:p@127.0.0.1/d", Some(5432)),
            ("postgres://u:p%40@127.0.0.1:6000/d?x=1", Some(6000)),
            ("postgres://[::1]/d", Some(5432)),
            ("postgres://u@[::1]:7000/d", Some(7000)),
            ("postgres:///d?host=/run/postgresql", None),
        ] {
            assert_eq!(port(url), found, "{url}");
        }
    }
}
