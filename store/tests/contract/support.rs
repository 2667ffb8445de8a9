//! A fresh book on either database, and short ways to write into it.

use std::sync::atomic::{AtomicU32, Ordering};

use kniha_core::claim::{Citation, NewClaim};
use kniha_core::id::{CaseId, ClaimId, MemberId, NodeId};
use kniha_core::name::{LangTag, Name, NameKind};
use kniha_core::time::UtcMicros;
use kniha_core::value::Value;
use kniha_core::vocab::{NodeKind, property};
use kniha_store::{Beginning, Durability, Key, NameSecret, Place, Reader, Store, Writing};
use sqlx::{Connection, PgConnection, SqliteConnection};

pub(crate) const NOW: UtcMicros = UtcMicros(1_900_000_000_000_000);
pub(crate) const MEMBER: [u8; 16] = [1; 16];
pub(crate) const CASE: [u8; 16] = [2; 16];

/// Makes each contract two tests.
#[macro_export]
macro_rules! contracts {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(&$crate::support::Book::sqlite().await).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name(&$crate::support::Book::postgres().await).await; })+
        }
    };
}

/// A book that goes when it is dropped.
pub(crate) struct Book {
    pub(crate) store: Store,
    pub(crate) place: Place,
    pub(crate) member: MemberId,
    pub(crate) case: CaseId,
    _folder: tempfile::TempDir,
}

pub(crate) fn secret() -> NameSecret {
    NameSecret([7; 16])
}

pub(crate) fn beginning() -> Beginning {
    Beginning {
        book_id: [9; 32],
        title: "A book of tests".to_owned(),
        member: MemberId::from_random(MEMBER),
        member_name: "Tester".to_owned(),
        case: CaseId::from_random(CASE),
        case_title: "First case".to_owned(),
        now: NOW,
    }
}

pub(crate) fn sqlite_place(folder: &std::path::Path) -> Place {
    Place::Sqlite { file: folder.join("register.db"), key: Some(Key("ab".repeat(32))), durability: Durability::Full }
}

/// A new empty database on the test server.
pub(crate) async fn postgres_place() -> Place {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let base = std::env::var("KNIHA_TEST_POSTGRES_URL").expect("KNIHA_TEST_POSTGRES_URL names no PostgreSQL server: run `make test`, which starts one");
    let name = format!("kniha_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&base).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    let (server, _) = base.rsplit_once('/').unwrap();
    Place::Postgres { url: format!("{server}/{name}") }
}

impl Book {
    pub(crate) async fn sqlite() -> Book {
        let folder = tempfile::tempdir().unwrap();
        Book::at(sqlite_place(folder.path()), folder).await
    }

    pub(crate) async fn postgres() -> Book {
        Book::at(postgres_place().await, tempfile::tempdir().unwrap()).await
    }

    /// Another empty book on the same kind of database.
    pub(crate) async fn another(&self) -> Book {
        match self.place {
            Place::Sqlite { .. } => Book::sqlite().await,
            Place::Postgres { .. } => Book::postgres().await,
        }
    }

    async fn at(place: Place, folder: tempfile::TempDir) -> Book {
        let store = Store::create(&place, secret(), &beginning()).await.unwrap();
        Book { store, place, member: MemberId::from_random(MEMBER), case: CaseId::from_random(CASE), _folder: folder }
    }

    pub(crate) async fn write(&self) -> Writing<'_> {
        self.store.write(self.member, NOW).await.unwrap()
    }

    pub(crate) async fn reader(&self) -> Reader {
        let mut tx = self.store.read().await.unwrap();
        kniha_store::reader(&mut tx, self.member).await.unwrap()
    }

    /// A record with these claims; each cites a source of its own case if one is given.
    pub(crate) async fn record(&self, kind: NodeKind, claims: &[(&str, Value)]) -> NodeId {
        let mut writing = self.write().await;
        let id = writing.random().id().unwrap();
        writing.add_record(id, kind, self.case).await.unwrap();
        for (code, value) in claims {
            let claim = claim(&mut writing, id, code, value.clone());
            writing.add_claim(claim, self.case).await.unwrap();
        }
        writing.commit().await.unwrap();
        id
    }

    pub(crate) async fn add(&self, subject: NodeId, code: &str, value: Value) -> ClaimId {
        let mut writing = self.write().await;
        let claim = claim(&mut writing, subject, code, value);
        let id = claim.id;
        writing.add_claim(claim, self.case).await.unwrap();
        writing.commit().await.unwrap();
        id
    }
}

/// A number asked of the database itself, past the store.
pub(crate) async fn number(place: &Place, sql: &'static str) -> i64 {
    match place {
        Place::Sqlite { file, key, .. } => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).pragma("key", format!("\"x'{}'\"", key.as_ref().unwrap().0));
            sqlx::query_scalar(sql).fetch_one(&mut SqliteConnection::connect_with(&options).await.unwrap()).await.unwrap()
        }
        Place::Postgres { url } => sqlx::query_scalar(sql).fetch_one(&mut PgConnection::connect(url).await.unwrap()).await.unwrap(),
    }
}

pub(crate) fn claim(writing: &mut Writing<'_>, subject: NodeId, code: &str, value: Value) -> NewClaim {
    NewClaim::stated(writing.random().id().unwrap(), subject, property(code).unwrap(), value)
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text { text: text.to_owned(), lang: None }
}

pub(crate) fn name(text: &str) -> Value {
    Value::Name(Name::new(text, Some(LangTag::parse("be").unwrap()), NameKind::full()).unwrap())
}

pub(crate) fn value(code: &str, written: &str) -> Value {
    Value::parse(property(code).unwrap(), written, None).unwrap()
}

pub(crate) fn citing(source: NodeId, words: &str) -> Citation {
    Citation { words: Some(words.to_owned()), ..Citation::of(source) }
}
