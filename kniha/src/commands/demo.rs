//! `kniha demo`: an invented book to look around in.

use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use kniha_core::lang::Lang;
use kniha_core::vocab::NodeKind;
use kniha_store::Random;

use super::{init, serve};
use crate::demo::{Size, write};
use crate::interrupt::{Begun, Watch};
use crate::{clock, say};

/// Make an invented book and open it in a browser
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
    /// Port on 127.0.0.1; 0 takes a free one
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
    let listener = if raw.no_serve { None } else { Some(serve::listen(raw.port).await?) };
    let (dir, gone_afterwards) = match raw.dir {
        Some(dir) => (dir, None),
        None => {
            let id: kniha_core::id::NodeId = Random::default().id()?;
            let dir = std::env::temp_dir().join(format!("kniha-demo-{id}"));
            let begun = Begun::new(&dir);
            (dir, Some(begun))
        }
    };
    let mut home = init::make(init::Init::on_sqlite(dir.clone(), "Demo", "Demo")).await?;
    let store = home.store().await?;
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
    let Some(listener) = listener else {
        store.close().await;
        say::note(&format!("The book is in {}. Open it with `kniha --book {} serve desk`.", dir.display(), dir.display()));
        return Ok(());
    };
    let address = listener.local_addr()?;
    let mut out = say::Out::new();
    out.line(&format!("http://{address}/"))?;
    out.done()?;
    let stays = if gone_afterwards.is_some() { "The book is removed when you stop it" } else { "The book stays" };
    say::note(&format!(
        "\nThe desk is open at http://{address}/ on this machine only; there is no sign-in yet.\n\nTry:\n  write a name in any spelling into the search field\n  open a unit and move its chart to another day\n  open an incident and see where two sources disagree\n  kniha --book {} search 2032-08-10\n\n{stays}. Ctrl-C closes it.",
        dir.display()
    ));
    let served = serve::open(store, &home, Lang::Be, listener, watch).await;
    drop(gone_afterwards);
    served
}
