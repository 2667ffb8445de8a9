//! `kniha team portal`: makes the folder that a portal serves.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use kniha_portal::Config;
use kniha_portal::config::{Database, Visible};

use crate::exit::Failure;
use crate::home::Home;
use crate::team;
use crate::{home::files, say};

/// Make the folder that a portal serves, with the key lists
#[derive(clap::Args)]
pub(crate) struct Raw {
    /// The new folder; carry it to the portal's machine
    folder: PathBuf,
    /// Where Leave now goes: an https page that anybody might read, as a news site or an encyclopedia
    #[arg(long, value_name = "URL")]
    leave: String,
    /// Who receives this, as people know you [default: the book's title]
    #[arg(long)]
    title: Option<String>,
    /// The pages' onion address
    #[arg(long, value_name = "URL")]
    onion: Option<String>,
    /// The pages' https address on the ordinary internet
    #[arg(long, value_name = "URL")]
    clearnet: Option<String>,
    /// The inbox lives in PostgreSQL (address in KNIHA_PORTAL_DATABASE_URL at the portal)
    #[arg(long)]
    postgres: bool,
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let home = Home::open(dir)?;
    let no_list =
        || Failure::refused("This book has no key list, so nothing could be sealed at a portal.", "Make one first: `kniha help team` shows the steps.");
    let newest = team::current(dir)?.ok_or_else(no_list)?;
    let first = team::first_list(dir)?;
    let mut config = Config::new(raw.title.as_deref().unwrap_or(&home.config.title), newest.list().book, first, &raw.leave);
    config.languages.clone_from(&home.config.languages);
    config.visible = match (&raw.onion, &raw.clearnet) {
        (Some(_), None) => Visible::Tor,
        (None, Some(_)) => Visible::Internet,
        _ => Visible::Both,
    };
    config.https = raw.clearnet.is_some() && raw.onion.is_none();
    (config.onion, config.clearnet) = (raw.onion, raw.clearnet);
    config.database = if raw.postgres { Database::Postgres } else { Database::Sqlite };
    config.check().map_err(|what| Failure::usage(format!("No portal can be made of this: {what}."), "Mend it and run the same command again."))?;
    if std::fs::symlink_metadata(&raw.folder).is_ok() {
        return Err(Failure::refused(format!("{} is there already.", raw.folder.display()), "Name a new folder.").into());
    }
    std::fs::create_dir_all(files::parent(&raw.folder))?;
    team::portal_folder(&raw.folder, &config, dir).await?;
    say::note(&format!(
        "The portal's folder is {}. It seals under key list {}, and believes what follows from first list {}.\n\nNext:\n  read and finish portal.toml in it (emergency numbers, addresses)\n  carry it to the portal's machine and serve it: kniha-portal --folder …\n  kniha --book {} collect --portal …      takes what arrives, brings answers and later key lists",
        raw.folder.display(),
        newest.list().no,
        HEXLOWER.encode(&first.0),
        dir.display(),
    ));
    Ok(())
}
