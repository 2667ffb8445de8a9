//! A book's folder: `kniha.toml` says what it is, `register.db` holds it (unless PostgreSQL does). `register.key` opens it, or, once it has members, one of
//! them who signs in ([`house`]).
//!
//! The folder is named by `--book DIR`, else `KNIHA_BOOK`, else `./book`. Reads files and the two environment variables of the book.

pub(crate) mod config;
pub(crate) mod files;
pub(crate) mod house;
pub(crate) mod key;
pub(crate) mod lock;
pub(crate) mod policy;
pub(crate) mod restoring;
pub(crate) mod set;

use std::path::{Path, PathBuf};

use kniha_core::id::MemberId;
use kniha_store::{Durability, Place, Store};

use crate::exit::Failure;
use crate::say;
use config::{Config, Database};
use key::RegisterKey;

/// The database of a book on SQLite.
pub(crate) const DATABASE: &str = "register.db";

/// The folder of a book with its checked configuration.
pub(crate) struct Home {
    pub(crate) dir: PathBuf,
    pub(crate) config: Config,
}

/// The folder that the command line, the environment or the default names.
pub(crate) fn named(book: Option<PathBuf>) -> PathBuf {
    book.or_else(|| std::env::var_os("KNIHA_BOOK").filter(|dir| !dir.is_empty()).map(PathBuf::from)).unwrap_or_else(|| PathBuf::from("book"))
}

impl Home {
    /// Reads the configuration of a book's folder.
    pub(crate) fn open(dir: &Path) -> anyhow::Result<Home> {
        if !dir.join(config::FILE).exists() {
            return Err(Failure::refused(
                format!("There is no book in {}.", dir.display()),
                format!("Make one with `kniha --book {} init`, or name the right folder with --book or KNIHA_BOOK.", dir.display()),
            )
            .into());
        }
        Ok(Home { dir: dir.to_owned(), config: Config::read(dir)? })
    }

    /// The member who works here.
    pub(crate) fn member(&self) -> MemberId {
        self.config.member
    }

    /// Where the rows live, with the key that opens them.
    pub(crate) fn place(&self, key: &RegisterKey) -> anyhow::Result<Place> {
        place(&self.dir, &self.config.database, key)
    }

    /// The key of the book: from its file, or brought by a member who signs in, and who then works here.
    pub(crate) async fn key(&mut self) -> anyhow::Result<RegisterKey> {
        if !house::is_closed(&self.dir) {
            return RegisterKey::read(&self.dir);
        }
        let house = house::open(&self.dir).await?;
        let signed_in = house::sign_in(&house).await;
        house::close(&house).await;
        let signed_in = signed_in?;
        let register = signed_in.register.ok_or_else(|| {
            Failure::refused(
                "You are not among those who work with the book.",
                "Auditors, operators and custodians have their own pages and no key to the register.",
            )
        })?;
        self.config.member = signed_in.present.id();
        Ok(RegisterKey::of(&register))
    }

    /// Opens the book, and finishes first what a restore that was cut off left to do.
    pub(crate) async fn store(&mut self) -> anyhow::Result<Store> {
        let key = self.key().await?;
        self.store_with(&key).await
    }

    /// Opens the book with its key.
    pub(crate) async fn store_with(&mut self, key: &RegisterKey) -> anyhow::Result<Store> {
        let place = self.place(key)?;
        if let Place::Sqlite { file, .. } = &place
            && !file.exists()
        {
            return Err(Failure::refused(
                format!("The database of this book is not there: {}.", file.display()),
                "Put it back from the last backup. An empty one is never made in its place.",
            )
            .into());
        }
        let store = Store::open(&place, key.name_secret()?).await?;
        if let Some(member) = restoring::unfinished(&self.dir, &store).await? {
            self.works_here(member)?;
            restoring::told();
        }
        Ok(store)
    }

    /// Says that search may find too little where the book's search keys are of another version.
    pub(crate) fn note_old_keys(store: &Store) {
        let (has, makes) = (store.book().words_version, i64::from(kniha_core::words::VERSION));
        if has != makes {
            say::note(&format!("The search keys of this book are of version {has}, this program makes {makes}: names may not be found. Run `kniha reindex`."));
        }
    }

    /// Writes who works here, the last step of a restore.
    pub(crate) fn works_here(&mut self, member: MemberId) -> anyhow::Result<()> {
        self.config.member = member;
        self.config.write(&self.dir).map_err(|error| restoring::settings_failed(&self.dir, &error))?;
        Ok(restoring::forget(&self.dir)?)
    }
}

/// The place of a database for a folder.
pub(crate) fn place(dir: &Path, database: &Database, key: &RegisterKey) -> anyhow::Result<Place> {
    Ok(match database {
        Database::Sqlite => Place::Sqlite { file: dir.join(DATABASE), key: Some(key.database_key()), durability: Durability::Full },
        Database::Postgres { url: Some(url) } => Place::Postgres { url: url.to_string() },
        Database::Postgres { url: None } => Place::Postgres { url: config::url_from_environment()? },
    })
}
