//! Whether the pages of a database are what was written: a disk that forgets or a foreign hand shows here, before any row is read.
//!
//! SQLCipher keeps an HMAC with every page; `cipher_integrity_check` computes each anew straight from the file, and `integrity_check` then follows
//! the trees of SQLite through the pages. PostgreSQL can do the same with its extension amcheck, which only a superuser can install: where it is not
//! there, or not ours to run, that is said and nothing is claimed. Reads only; no finding holds a value of a row.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::{BUSY, Place, keyed};

/// Faults of one check that are kept; the rest is counted.
const KEPT: usize = 20;

/// One check and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageCheck {
    /// The statement or setting that was asked.
    pub check: &'static str,
    /// What it said.
    pub pages: Pages,
}

/// How a check of pages ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pages {
    /// Nothing is wrong; what was looked at.
    Sound(String),
    /// Something is.
    Damaged {
        /// The first faults, in the database's words.
        faults: Vec<String>,
        /// Faults beyond them.
        more: u64,
    },
    /// It was not checked, and why.
    Unchecked(String),
}

/// Faults as they are met: the first ones kept, the others counted.
#[derive(Default)]
struct Faults {
    kept: Vec<String>,
    more: u64,
}

impl Faults {
    fn of(lines: impl IntoIterator<Item = String>) -> Faults {
        let mut faults = Faults::default();
        lines.into_iter().for_each(|line| faults.add(line));
        faults
    }

    fn add(&mut self, fault: String) {
        if self.kept.len() < KEPT {
            self.kept.push(fault);
        } else {
            self.more += 1;
        }
    }

    fn count(&self) -> u64 {
        self.kept.len() as u64 + self.more
    }

    fn pages(self, looked_at: impl FnOnce() -> String) -> Pages {
        if self.kept.is_empty() { Pages::Sound(looked_at()) } else { Pages::Damaged { faults: self.kept, more: self.more } }
    }
}

/// Checks every page of a database. Opens it without asking anything of its content, so that a damaged first page is told from a wrong key.
///
/// # Errors
/// When the database cannot be reached at all; damage is a finding, not an error.
pub async fn integrity(place: &Place) -> Result<Vec<PageCheck>, sqlx::Error> {
    match place {
        Place::Sqlite { file, key, .. } => {
            let options = keyed(file, key.as_ref()).pragma("query_only", "ON").busy_timeout(BUSY).disable_statement_logging();
            let pages = match key {
                Some(_) => hmacs(&options, file).await?,
                None => Pages::Unchecked("a file without a key keeps no HMAC of its pages".to_owned()),
            };
            Ok(vec![
                PageCheck { check: "cipher_integrity_check", pages },
                // A connection of its own: SQLCipher does not forget that it met a bad page.
                PageCheck { check: "integrity_check", pages: trees(&options).await? },
            ])
        }
        Place::Postgres { url } => {
            let mut c = PgConnectOptions::from_str(url)?.application_name("kniha").disable_statement_logging().connect().await?;
            let findings = vec![checksums(&mut c).await?, amcheck(&mut c).await?];
            c.close().await?;
            Ok(findings)
        }
    }
}

/// The HMAC of every page of the file.
async fn hmacs(options: &SqliteConnectOptions, file: &std::path::Path) -> Result<Pages, sqlx::Error> {
    let mut c = options.connect().await?;
    let page_bytes: String = sqlx::query_scalar("PRAGMA cipher_page_size").fetch_one(&mut c).await?;
    let pages = std::fs::metadata(file)?.len() / page_bytes.parse::<u64>().unwrap_or(4096).max(1);
    let mut faults = bad_pages(&mut c).await?;
    if !faults.kept.is_empty() {
        // The file is read past SQLite's locks: a page that a checkpoint was just writing is whole the second time, a damaged one is not.
        faults = bad_pages(&mut c).await?;
    }
    if pages > 0 && faults.count() >= pages {
        faults = Faults { kept: vec![format!("none of {pages} pages opens with the key: it is another key, or not a book")], more: 0 };
    }
    c.close().await?;
    Ok(faults.pages(|| format!("{pages} pages, each with the HMAC of its content")))
}

async fn bad_pages(c: &mut SqliteConnection) -> Result<Faults, sqlx::Error> {
    // The check runs while the statement is prepared: a statement kept from before would only repeat its old answer.
    Ok(Faults::of(sqlx::query_scalar("PRAGMA cipher_integrity_check").persistent(false).fetch_all(c).await?))
}

/// The trees that the pages make.
async fn trees(options: &SqliteConnectOptions) -> Result<Pages, sqlx::Error> {
    let mut c = options.connect().await?;
    let lines: Vec<String> = match sqlx::query_scalar("PRAGMA integrity_check(100)").fetch_all(&mut c).await {
        Ok(lines) => lines,
        Err(sqlx::Error::Database(error)) => vec![format!("the tables cannot be read to the end: {}", error.message())],
        Err(error) => return Err(error),
    };
    c.close().await?;
    let faults = lines.iter().flat_map(|line| line.lines()).filter(|line| *line != "ok").map(str::to_owned);
    Ok(Faults::of(faults).pages(|| "every table and index, from page to page".to_owned()))
}

/// Whether PostgreSQL keeps a checksum with every page; it then checks a page whenever it reads one.
async fn checksums(c: &mut PgConnection) -> Result<PageCheck, sqlx::Error> {
    let on: String = sqlx::query_scalar("SHOW data_checksums").fetch_one(c).await?;
    let pages = if on == "on" {
        Pages::Sound("every page has a checksum, which is checked when the page is read from the disk".to_owned())
    } else {
        Pages::Unchecked("this server keeps no checksums of its pages: its keeper can turn them on with pg_checksums".to_owned())
    };
    Ok(PageCheck { check: "data_checksums", pages })
}

/// Every table and index, where amcheck is installed and ours to run.
async fn amcheck(c: &mut PgConnection) -> Result<PageCheck, sqlx::Error> {
    const CHECK: &str = "amcheck";
    const INSTALLED: &str = "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'amcheck' AND has_schema_privilege(n.oid, 'USAGE')";
    // Functions of an extension for superusers are granted to nobody else by themselves; verify_heapam is there from PostgreSQL 14 on.
    const MINE: &str = "SELECT COUNT(*) FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
        JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
        WHERE e.extname = 'amcheck' AND has_function_privilege(p.oid, 'EXECUTE')
            AND (p.proname = 'verify_heapam' OR (p.proname = 'bt_index_check' AND p.pronargs = 2))";
    const RELATIONS: &str =
        "SELECT r.oid, r.relname::text, r.relkind = 'i' FROM pg_class r LEFT JOIN pg_am a ON a.oid = r.relam LEFT JOIN pg_index i ON i.indexrelid = r.oid
        WHERE r.relnamespace = current_schema()::regnamespace AND (r.relkind = 'r' OR (r.relkind = 'i' AND a.amname = 'btree' AND i.indisvalid))
        ORDER BY r.relname";
    let unchecked = |why: &str| Ok(PageCheck { check: CHECK, pages: Pages::Unchecked(why.to_owned()) });
    let Some(schema): Option<String> = sqlx::query_scalar(INSTALLED).fetch_optional(&mut *c).await? else {
        return unchecked("tables and indexes are not checked: a superuser of this server can, with pg_amcheck or after CREATE EXTENSION amcheck");
    };
    if sqlx::query_scalar::<_, i64>(MINE).fetch_one(&mut *c).await? < 2 {
        return unchecked("tables and indexes are not checked: amcheck is installed, but this user may not run verify_heapam and bt_index_check");
    }
    let relations: Vec<(sqlx::postgres::types::Oid, String, bool)> = sqlx::query_as(RELATIONS).fetch_all(&mut *c).await?;
    let index = format!("SELECT NULL::text FROM {schema}.bt_index_check($1::oid::regclass, true)");
    let table = format!("SELECT 'block ' || blkno || ': ' || msg FROM {schema}.verify_heapam($1::oid::regclass, check_toast => true) LIMIT 1000");
    let mut faults = Faults::default();
    for (oid, name, is_index) in &relations {
        let (what, sql) = if *is_index { ("index", &index) } else { ("table", &table) };
        let lines = sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(sql.as_str())).bind(oid).fetch_all(&mut *c).await;
        match lines {
            Ok(lines) => lines.into_iter().flatten().for_each(|line| faults.add(format!("{what} {name}, {line}"))),
            Err(sqlx::Error::Database(error)) => faults.add(format!("{what} {name}: {}", error.message())),
            Err(error) => return Err(error),
        }
    }
    Ok(PageCheck { check: CHECK, pages: faults.pages(|| format!("{} tables and indexes, from page to page", relations.len())) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::fs::OpenOptions;
    use std::os::unix::fs::FileExt;

    use super::*;
    use crate::{Db, Durability, Key};

    const PAGE: u64 = 4096;

    /// A database of some fifty pages, closed, so that all of it is in its file.
    async fn written(folder: &std::path::Path) -> Place {
        let place = Place::Sqlite { file: folder.join("a.db"), key: Some(Key("ab".repeat(32))), durability: Durability::Full };
        let db = Db::open(&place, true).await.unwrap();
        let mut tx = db.write().await.unwrap();
        for sql in [
            "CREATE TABLE t (no INTEGER PRIMARY KEY, text TEXT) STRICT",
            "CREATE INDEX t_text ON t (text)",
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i, hex(randomblob(100)) FROM n",
        ] {
            let crate::Tx::Sqlite(tx) = &mut *tx else { panic!("SQLite") };
            sqlx::query(sql).execute(&mut **tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        db.settle().await.unwrap();
        db.close().await;
        place
    }

    fn file(place: &Place) -> &std::path::Path {
        let Place::Sqlite { file, .. } = place else { panic!("a file") };
        file
    }

    fn damage(place: &Place, page: u64) {
        let file = OpenOptions::new().write(true).open(file(place)).unwrap();
        file.write_all_at(&[0x55; 16], (page - 1) * PAGE + 1000).unwrap();
    }

    fn faults(findings: &[PageCheck], check: &str) -> Vec<String> {
        match &findings.iter().find(|finding| finding.check == check).unwrap().pages {
            Pages::Damaged { faults, .. } => faults.clone(),
            _ => vec![],
        }
    }

    #[tokio::test]
    async fn a_sound_file_is_found_sound_page_by_page() {
        let folder = tempfile::tempdir().unwrap();
        let place = written(folder.path()).await;
        let pages = std::fs::metadata(file(&place)).unwrap().len() / PAGE;
        let findings = integrity(&place).await.unwrap();
        assert!(pages > 20);
        assert_eq!(findings[0].pages, Pages::Sound(format!("{pages} pages, each with the HMAC of its content")));
        assert_eq!(findings.iter().filter(|finding| matches!(finding.pages, Pages::Sound(_))).count(), 2);
    }

    #[tokio::test]
    async fn a_damaged_page_is_named_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        for page in [1, 2, 7, 20] {
            let place = written(folder.path()).await;
            damage(&place, page);
            let findings = integrity(&place).await.unwrap();
            assert_eq!(faults(&findings, "cipher_integrity_check"), [format!("HMAC verification failed for page {page}")]);
            assert!(!faults(&findings, "integrity_check").is_empty(), "page {page}: {findings:?}");
            std::fs::remove_file(file(&place)).unwrap();
        }
    }

    #[tokio::test]
    async fn a_cut_file_is_damaged_and_a_wrong_key_is_not_taken_for_damage() {
        let folder = tempfile::tempdir().unwrap();
        let place = written(folder.path()).await;
        let wrong = Place::Sqlite { file: file(&place).to_owned(), key: Some(Key("cd".repeat(32))), durability: Durability::Full };
        let told = faults(&integrity(&wrong).await.unwrap(), "cipher_integrity_check");
        assert!(told.len() == 1 && told[0].contains("it is another key"), "{told:?}");
        let bytes = std::fs::metadata(file(&place)).unwrap().len();
        OpenOptions::new().write(true).open(file(&place)).unwrap().set_len(bytes - PAGE - 100).unwrap();
        let told = faults(&integrity(&place).await.unwrap(), "cipher_integrity_check");
        assert!(told.len() == 1 && told[0].contains("invalid size"), "{told:?}");
    }

    #[test]
    fn faults_beyond_the_first_are_counted() {
        let faults = Faults::of((0..KEPT + 3).map(|n| n.to_string()));
        assert!(matches!(faults.pages(String::new), Pages::Damaged { faults, more: 3 } if faults.len() == KEPT));
    }
}
