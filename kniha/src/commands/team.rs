//! `kniha team`: whose keys a book has. The desk drafts a key list, custodians sign it on their own machines, the desk publishes it and makes portals' folders.

use std::path::Path;

use clap::Subcommand;

use super::{team_draft, team_portal, team_publish, team_show, team_sign};

/// Draft, sign, publish or show the list of the team's keys; make a portal's folder
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha team draft --size small --custodian a.pub --custodian b.pub --custodian c.pub \\
      --screener d.pub --screener e.pub --lawyer f.pub --lawyer g.pub
  kniha team sign keylist-1.draft --key a.key             each custodian, on their own machine
  kniha team publish book/keylist-1.draft a.sig b.sig     at the book
  kniha team show                                         the list, and this week's six words
  kniha team portal for-portal --leave https://…          the folder that a portal serves

A list holds for 90 days. The next one is drafted the same way, over the present one; roles that
are not named stay as they are, and a member goes by being named no more. It takes the signatures
of as many custodians of the PRESENT list as it says, and, if the custodians change, of as many of
the new ones too.")]
pub(crate) struct Raw {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Draft(team_draft::Raw),
    Sign(team_sign::Raw),
    Publish(team_publish::Raw),
    Show(team_show::Raw),
    Portal(team_portal::Raw),
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    match raw.what {
        What::Draft(raw) => team_draft::run(raw, dir).await,
        What::Sign(raw) => team_sign::run(&raw),
        What::Publish(raw) => team_publish::run(&raw, dir).await,
        What::Show(raw) => team_show::run(&raw, dir),
        What::Portal(raw) => team_portal::run(raw, dir).await,
    }
}
