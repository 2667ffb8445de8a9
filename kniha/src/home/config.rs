//! `kniha.toml`: what a book is called, where its rows live, who works in it. Checked once, here.
//!
//! With PostgreSQL the host of the database can read tier R, so the file must say how its disk is protected (`at_rest`); nobody can find
//! that out from here, and `doctor` repeats the sentence.

use std::path::Path;

use kniha_core::id::MemberId;
use kniha_core::lang::Lang;
use serde::{Deserialize, Serialize};

use super::files;
use crate::exit::Failure;

/// The file in the book's folder.
pub(crate) const FILE: &str = "kniha.toml";
/// The environment variable with the address of a PostgreSQL database, password included.
pub(crate) const URL_VARIABLE: &str = "KNIHA_DATABASE_URL";

/// The checked file.
pub(crate) struct Config {
    pub(crate) title: String,
    pub(crate) database: Database,
    pub(crate) member: MemberId,
    pub(crate) languages: Vec<Lang>,
    pub(crate) at_rest: Option<String>,
}

/// Which database holds the rows.
#[derive(Clone)]
pub(crate) enum Database {
    /// An encrypted file in the folder.
    Sqlite,
    /// A PostgreSQL database; `None` when its address stands in the environment.
    Postgres { url: Option<zeroize::Zeroizing<String>> },
}

/// The file as written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    title: String,
    database: String,
    member: String,
    languages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_rest: Option<String>,
}

impl Database {
    /// Reads `sqlite`, `postgres` or an address.
    pub(crate) fn parse(written: &str) -> Option<Database> {
        match written {
            "sqlite" => Some(Database::Sqlite),
            "postgres" => Some(Database::Postgres { url: None }),
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Some(Database::Postgres { url: Some(zeroize::Zeroizing::new(url.to_owned())) })
            }
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Database::Sqlite => "sqlite",
            Database::Postgres { .. } => "postgres",
        }
    }

    fn written(&self) -> String {
        match self {
            Database::Postgres { url: Some(url) } => url.to_string(),
            other => other.kind().to_owned(),
        }
    }
}

/// The address in the environment.
pub(crate) fn url_from_environment() -> anyhow::Result<String> {
    std::env::var(URL_VARIABLE).ok().filter(|url| Database::parse(url).is_some_and(|d| matches!(d, Database::Postgres { url: Some(_) }))).ok_or_else(|| {
        Failure::refused(
            format!("This book lives in PostgreSQL, and {URL_VARIABLE} does not hold its address."),
            format!("Set {URL_VARIABLE}=postgres://user:password@host/database, or write the address into kniha.toml."),
        )
        .into()
    })
}

impl Config {
    /// Reads and checks the file of a book's folder.
    pub(crate) fn read(dir: &Path) -> anyhow::Result<Config> {
        let path = dir.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|e| bad(&path, &e.to_string()))?;
        // The parser's message shows the line it stopped at, and a line can hold a password: only the place is told.
        let raw: Raw = toml::from_str(&text).map_err(|e| {
            let line = e.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            bad(&path, &format!("line {line}: {}", e.message()))
        })?;
        let database = Database::parse(&raw.database).ok_or_else(|| bad(&path, "database must be \"sqlite\", \"postgres\" or start with postgres://"))?;
        let member = MemberId::parse(&raw.member).map_err(|e| bad(&path, &format!("member: {e}")))?;
        let languages = raw
            .languages
            .iter()
            .map(|code| Lang::parse(code).ok_or_else(|| bad(&path, "languages must be of be, ru, uk, en")))
            .collect::<Result<Vec<_>, _>>()?;
        let at_rest = raw.at_rest.filter(|text| !text.trim().is_empty());
        if matches!(database, Database::Postgres { .. }) && at_rest.is_none() {
            return Err(Failure::refused(
                "This book lives in PostgreSQL, and kniha.toml does not say how the database's disk is protected.",
                format!("The host of the database can read everything but sealed values. Add a line to {}, for example: at_rest = \"full-disk encryption, the key is asked at boot\".", path.display()),
            )
            .into());
        }
        Ok(Config { title: raw.title, database, member, languages, at_rest })
    }

    /// Writes the file into a book's folder.
    pub(crate) fn write(&self, dir: &Path) -> anyhow::Result<()> {
        let raw = Raw {
            title: self.title.clone(),
            database: self.database.written(),
            member: self.member.to_string(),
            languages: self.languages.iter().map(|lang| lang.code().to_owned()).collect(),
            at_rest: self.at_rest.clone(),
        };
        files::write_whole(&dir.join(FILE), toml::to_string(&raw)?.as_bytes())?;
        Ok(())
    }
}

fn bad(path: &Path, what: &str) -> Failure {
    Failure::refused(format!("{} cannot be used: {what}.", path.display()), "Mend the file. docs/COMMANDS.md says what may stand in it.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn reading(text: &str) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        files::write_whole(&dir.path().join(FILE), text.as_bytes()).unwrap();
        Config::read(dir.path()).map_err(|e| e.to_string())
    }

    #[test]
    fn a_book_in_postgres_must_say_how_its_disk_is_protected() {
        let text = "title = \"B\"\ndatabase = \"postgres://u:hush@h/d\"\nmember = \"aaaaaaaaaaaaaaaaaaaaaaaaaa\"\nlanguages = [\"be\"]\n";
        let refusal = reading(text).err().unwrap();
        assert!(refusal.contains("at_rest") && !refusal.contains("hush"), "{refusal}");
        assert!(reading(&format!("{text}at_rest = \"LUKS\"\n")).is_ok());
    }

    #[test]
    fn a_broken_file_is_refused_without_repeating_its_lines() {
        let refusal = reading("title = \"B\"\ndatabase = \"postgres://u:hush@h/d\nmember = 1").err().unwrap();
        assert!(refusal.contains("line 2") && !refusal.contains("hush"), "{refusal}");
    }
}
