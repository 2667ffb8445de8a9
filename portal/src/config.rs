//! `portal.toml`: whom the portal serves, where it listens, which book it seals for. Checked once, here.
//!
//! The file holds no secret but, perhaps, nothing at all: the address of a PostgreSQL database stands in the environment. Reads and writes one file.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use kniha_core::commit::Hash;
use kniha_core::lang::Lang;
use serde::{Deserialize, Serialize};

/// The file in the portal's folder.
pub const FILE: &str = "portal.toml";
/// The environment variable with the address of a PostgreSQL database, password included.
pub const URL_VARIABLE: &str = "KNIHA_PORTAL_DATABASE_URL";
/// Largest file that a person can add, in bytes, unless the file says otherwise: 500 MB.
pub const UPLOAD_BYTES: u64 = 500 * 1000 * 1000;
/// No operator can raise it above this: a part of 16 GiB.
const MOST_UPLOAD_BYTES: u64 = 16 << 30;
/// Most countries, and most services of one.
const MOST_EMERGENCY: usize = 64;

/// Why the file cannot be used. Never repeats its lines.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be used: {what}", .path.display())]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub what: String,
}

/// The checked file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Who runs it, as people know them.
    pub title: String,
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// Where the desk collects; loopback always.
    pub collect: SocketAddr,
    /// The book.
    pub book: [u8; 32],
    /// Digest of its first key list.
    pub first_list: Hash,
    /// Which database holds the inbox.
    pub database: Database,
    /// Languages offered, in the order in which they are shown.
    pub languages: Vec<Lang>,
    /// The neutral page that *Leave now* goes to.
    pub leave: String,
    /// The address on Tor.
    pub onion: Option<String>,
    /// The address on the ordinary internet.
    pub clearnet: Option<String>,
    /// Who can see that somebody visits.
    pub visible: Visible,
    /// Whom to call in danger, by country.
    pub emergency: Vec<Emergency>,
    /// Largest file that a person can add, in bytes.
    pub upload_bytes: u64,
    /// Whether people reach it by https: cookies are then never sent otherwise.
    pub https: bool,
    /// A folder with the page that seals in the browser.
    pub sealed_page: Option<PathBuf>,
}

/// Which database holds the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file in the folder.
    Sqlite,
    /// A PostgreSQL database, by [`URL_VARIABLE`].
    Postgres,
}

/// How people reach the listener, and so who can see that they visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visible {
    /// By Tor alone.
    Tor,
    /// By the ordinary internet alone.
    Internet,
    /// By both.
    Both,
}

/// Whom to call in one country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// ISO 3166-1 alpha-2, capitals.
    pub country: String,
    /// Services in the order in which they are shown.
    pub services: Vec<Service>,
}

/// A service and its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// `all`, `ambulance`, `fire`, `police`, `crisis`, or a name as it is shown.
    pub name: String,
    /// The number.
    pub number: String,
}

impl Service {
    /// The number as a telephone dials it.
    #[must_use]
    pub fn dial(&self) -> String {
        self.number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

/// The file as written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    title: String,
    book: String,
    first_list: String,
    #[serde(default = "listen")]
    listen: SocketAddr,
    #[serde(default = "collect")]
    collect: SocketAddr,
    #[serde(default = "sqlite")]
    database: String,
    languages: Vec<String>,
    leave: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    onion: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clearnet: Option<String>,
    visible: Visible,
    #[serde(default = "upload_bytes")]
    upload_bytes: u64,
    #[serde(default)]
    https: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed_page: Option<PathBuf>,
    #[serde(default)]
    emergency: Vec<Emergency>,
}

/// Where the pages are served unless the file says otherwise.
fn listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 8322))
}

/// Where the desk collects unless the file says otherwise.
fn collect() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 8323))
}

fn sqlite() -> String {
    "sqlite".to_owned()
}

fn upload_bytes() -> u64 {
    UPLOAD_BYTES
}

impl Config {
    /// The least that must be said; everything else as it is by default.
    #[must_use]
    pub fn new(title: &str, book: [u8; 32], first_list: Hash, leave: &str) -> Config {
        Config {
            title: title.to_owned(),
            listen: listen(),
            collect: collect(),
            book,
            first_list,
            database: Database::Sqlite,
            languages: Lang::ALL.to_vec(),
            leave: leave.to_owned(),
            onion: None,
            clearnet: None,
            visible: Visible::Both,
            emergency: Vec::new(),
            upload_bytes: UPLOAD_BYTES,
            https: false,
            sealed_page: None,
        }
    }

    /// Reads and checks the file of a portal's folder.
    ///
    /// # Errors
    /// [`ConfigError`] says what is wrong and where.
    pub fn read(folder: &Path) -> Result<Config, ConfigError> {
        let path = folder.join(FILE);
        let bad = |what: String| ConfigError { path: path.clone(), what };
        let text = std::fs::read_to_string(&path).map_err(|e| bad(e.to_string()))?;
        Config::parse(&text).map_err(bad)
    }

    /// Checks the text of the file.
    fn parse(text: &str) -> Result<Config, String> {
        // The parser's whole message repeats the line it stopped at; only the place is told.
        let raw: Raw = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            format!("line {line}: {}", e.message())
        })?;
        let database = match raw.database.as_str() {
            "sqlite" => Database::Sqlite,
            "postgres" => Database::Postgres,
            _ => return Err(format!("database must be \"sqlite\" or \"postgres\"; the address of a PostgreSQL database stands in {URL_VARIABLE}")),
        };
        let languages = raw
            .languages
            .iter()
            .map(|code| Lang::parse(code).ok_or_else(|| "languages must be of be, ru, uk, en".to_owned()))
            .collect::<Result<Vec<_>, _>>()?;
        if languages.is_empty() || (1..languages.len()).any(|i| languages[..i].contains(&languages[i])) {
            return Err("languages must name at least one, each once".to_owned());
        }
        let config = Config {
            title: raw.title,
            listen: raw.listen,
            collect: raw.collect,
            book: digest(&raw.book).ok_or("book must be 64 hexadecimal digits")?,
            first_list: Hash(digest(&raw.first_list).ok_or("first_list must be 64 hexadecimal digits")?),
            database,
            languages,
            leave: raw.leave,
            onion: raw.onion,
            clearnet: raw.clearnet,
            visible: raw.visible,
            emergency: raw.emergency,
            upload_bytes: raw.upload_bytes,
            https: raw.https,
            sealed_page: raw.sealed_page,
        };
        config.check()?;
        Ok(config)
    }

    /// Says what cannot be meant.
    ///
    /// # Errors
    /// What is wrong, in one line.
    pub fn check(&self) -> Result<(), String> {
        if !is_line(&self.title, 200) {
            return Err("title must be one line of at most 200 characters".to_owned());
        }
        if !self.collect.ip().is_loopback() {
            return Err(format!("collect must be an address of loopback, not {}: the desk comes by an onion service or from this machine", self.collect));
        }
        if self.listen == self.collect {
            return Err("listen and collect must differ".to_owned());
        }
        if !is_url(&self.leave) {
            return Err("leave must be an address that begins with https://".to_owned());
        }
        if self.onion.as_deref().is_some_and(|url| !is_onion(url)) {
            return Err("onion must be http:// or https://, 56 letters and digits, .onion, and nothing after it".to_owned());
        }
        if self.clearnet.as_deref().is_some_and(|url| !is_url(url)) {
            return Err("clearnet must be an address that begins with https://".to_owned());
        }
        if self.upload_bytes == 0 || self.upload_bytes > MOST_UPLOAD_BYTES {
            return Err(format!("upload_bytes must be from 1 to {MOST_UPLOAD_BYTES}"));
        }
        if self.emergency.len() > MOST_EMERGENCY {
            return Err(format!("emergency may name at most {MOST_EMERGENCY} countries"));
        }
        for place in &self.emergency {
            let iso = place.country.len() == 2 && place.country.bytes().all(|b| b.is_ascii_uppercase());
            let services = (1..=MOST_EMERGENCY).contains(&place.services.len());
            if !iso || !services || !place.services.iter().all(|service| is_line(&service.name, 100) && is_number(&service.number)) {
                return Err("emergency: each country is two capitals (ISO 3166-1), each service a name and a telephone number".to_owned());
            }
        }
        Ok(())
    }

    /// Writes the file into a portal's folder, where there is none yet.
    ///
    /// # Errors
    /// [`ConfigError`] when it is there already, cannot be written, or would not be read again.
    pub fn write(&self, folder: &Path) -> Result<(), ConfigError> {
        let path = folder.join(FILE);
        let bad = |what: String| ConfigError { path: path.clone(), what };
        self.check().map_err(bad)?;
        let text = toml::to_string(&self.raw()).map_err(|e| bad(e.to_string()))?;
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(|e| bad(e.to_string()))?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| bad(e.to_string()))?;
        std::fs::File::open(folder).and_then(|dir| dir.sync_all()).map_err(|e| bad(e.to_string()))
    }

    fn raw(&self) -> Raw {
        let database = match self.database {
            Database::Sqlite => "sqlite",
            Database::Postgres => "postgres",
        };
        Raw {
            title: self.title.clone(),
            book: HEXLOWER.encode(&self.book),
            first_list: HEXLOWER.encode(&self.first_list.0),
            listen: self.listen,
            collect: self.collect,
            database: database.to_owned(),
            languages: self.languages.iter().map(|lang| lang.code().to_owned()).collect(),
            leave: self.leave.clone(),
            onion: self.onion.clone(),
            clearnet: self.clearnet.clone(),
            visible: self.visible,
            upload_bytes: self.upload_bytes,
            https: self.https,
            sealed_page: self.sealed_page.clone(),
            emergency: self.emergency.clone(),
        }
    }

    /// Whether a visit under this `Host` can be seen by the provider: what the first screen says.
    #[must_use]
    pub fn is_seen(&self, host: &str) -> bool {
        match self.visible {
            Visible::Tor => false,
            Visible::Internet => true,
            Visible::Both => !host.split(':').next().unwrap_or_default().to_ascii_lowercase().ends_with(".onion"),
        }
    }
}

fn digest(text: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).ok()?.try_into().ok()
}

fn is_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 30 && text.bytes().all(|b| b.is_ascii_digit() || b"+ -()".contains(&b)) && text.bytes().any(|b| b.is_ascii_digit())
}

/// An address that can stand in a link or a header without being mended.
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").unwrap_or_default();
    !rest.is_empty() && !rest.starts_with('/') && text.len() <= 500 && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

/// A v3 onion address without a path.
fn is_onion(text: &str) -> bool {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).and_then(|host| host.strip_suffix(".onion"));
    host.is_some_and(|name| name.len() == 56 && name.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn least() -> String {
        let digest = "ab".repeat(32);
        format!("title = \"T\"\nbook = \"{digest}\"\nfirst_list = \"{digest}\"\nlanguages = [\"be\"]\nleave = \"https://example.org/\"\nvisible = \"tor\"\n")
    }

    #[test]
    fn the_least_file_listens_on_loopback_alone() {
        let config = Config::parse(&least()).unwrap();
        assert_eq!((config.listen.to_string(), config.collect.to_string()), ("127.0.0.1:8322".to_owned(), "127.0.0.1:8323".to_owned()));
        assert_eq!((config.upload_bytes, config.https, config.database), (500_000_000, false, Database::Sqlite));
    }

    #[test]
    fn what_is_written_is_read_again_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new("Кніга", [7; 32], Hash([9; 32]), "https://example.org/weather");
        config.onion = Some(format!("http://{}.onion", "a2".repeat(28)));
        config.emergency = vec![Emergency { country: "BY".to_owned(), services: vec![Service { name: "ambulance".to_owned(), number: "103".to_owned() }] }];
        config.write(folder.path()).unwrap();
        assert_eq!(Config::read(folder.path()).unwrap(), config);
        assert!(config.write(folder.path()).is_err());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_name() {
        let cases = [
            ("colour = 1\n", "colour"),
            ("collect = \"0.0.0.0:8323\"\n", "collect"),
            ("listen = \"127.0.0.1:8323\"\n", "listen"),
            ("database = \"postgres://u:hush@h/d\"\n", "database"),
            ("onion = \"http://short.onion\"\n", "onion"),
            ("clearnet = \"javascript:alert(1)\"\n", "clearnet"),
            ("upload_bytes = 0\n", "upload_bytes"),
            ("[[emergency]]\ncountry = \"by\"\nservices = [{ name = \"ambulance\", number = \"103\" }]\n", "emergency"),
            ("[[emergency]]\ncountry = \"BY\"\nservices = [{ name = \"ambulance\", number = \"tel:1\" }]\n", "emergency"),
        ];
        for (line, named) in cases {
            let refusal = Config::parse(&format!("{}{line}", least())).unwrap_err();
            assert!(refusal.contains(named) && !refusal.contains("hush"), "{line}: {refusal}");
        }
        for (from, to) in [("https://example.org/", "http://example.org/"), ("[\"be\"]", "[\"be\", \"be\"]"), ("[\"be\"]", "[]"), ("\"tor\"", "\"none\"")] {
            assert!(Config::parse(&least().replace(from, to)).is_err(), "{to}");
        }
    }

    #[test]
    fn a_visit_by_tor_is_not_called_seen() {
        let mut config = Config::parse(&least()).unwrap();
        assert!(!config.is_seen("example.org"));
        config.visible = Visible::Both;
        assert!(!config.is_seen("ABC.onion:80") && config.is_seen("example.org") && config.is_seen("abc.onion.example.org"));
    }
}
