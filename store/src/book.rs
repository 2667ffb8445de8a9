//! Opening a book: the row that names it, its members and cases, and who may see what.

use kniha_core::id::{CaseId, MemberId};
use kniha_core::time::UtcMicros;
use kniha_db::{Db, Place, ReadTx, Tx, on};

use crate::error::{StoreError, classify, corrupt, while_};
use crate::granting::{self, AccessMove, EventRow};
use crate::index::NameSecret;
use crate::read::numbers;
use crate::write::Writing;

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// An open book.
pub struct Store {
    pub(crate) db: Db,
    pub(crate) secret: NameSecret,
    pub(crate) book: Book,
}

/// The row that names the book.
#[derive(Debug, Clone)]
pub struct Book {
    /// 32 random bytes, drawn once.
    pub id: [u8; 32],
    /// Its title.
    pub title: String,
    /// When it was made.
    pub made: UtcMicros,
    /// Version of the search keys in it; another one than [`kniha_core::words::VERSION`] asks for `reindex`.
    pub words_version: i64,
}

/// What a new book starts with.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// 32 random bytes.
    pub book_id: [u8; 32],
    /// The book's title.
    pub title: String,
    /// Its first member.
    pub member: MemberId,
    /// What the first member is called.
    pub member_name: String,
    /// Its first case.
    pub case: CaseId,
    /// The first case's title.
    pub case_title: String,
    /// The clock.
    pub now: UtcMicros,
}

/// A member who reads; the store made it, so the member exists. Every read of the book asks for one.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(crate) no: i64,
    /// The member.
    pub id: MemberId,
    /// What the member is called.
    pub name: String,
}

/// The wall in a statement that tests very many rows: a condition that column `case_no` of a table is one of the cases that the reader may see.
/// Testing a short list costs a fraction of joining `access` row by row. Read once for a page, in its snapshot.
pub(crate) struct Wall {
    /// Numbers of the cases that the reader may see.
    pub cases: Vec<i64>,
    /// What stands between the brackets of the condition.
    list: String,
}

impl Wall {
    /// Longest list that is written out.
    pub(crate) const WRITTEN: usize = 200;

    /// The wall for this reader, in this snapshot.
    pub(crate) async fn of(tx: &mut Tx, reader: &Reader) -> Result<Wall, StoreError> {
        const SQL: &str = "SELECT case_no FROM access WHERE member_no = $1 ORDER BY case_no";
        let cases: Vec<i64> = on!(tx, c => sqlx::query_scalar(SQL).bind(reader.no).fetch_all(c).await).map_err(while_("reading grants"))?;
        let list = match cases.len() {
            0 => "NULL".to_owned(),
            1..=Wall::WRITTEN => numbers(&cases),
            _ => format!("SELECT case_no FROM access WHERE member_no = {}", reader.no),
        };
        Ok(Wall { cases, list })
    }

    /// The condition for the table that is called `alias` in the statement.
    pub(crate) fn seen(&self, alias: &str) -> String {
        self.seen_in(&format!("{alias}.case_no"))
    }

    /// The condition for a column of another name.
    pub(crate) fn seen_in(&self, column: &str) -> String {
        format!("{column} IN ({})", self.list)
    }
}

/// A case as a member sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Its title.
    pub title: String,
}

impl Store {
    /// Opens a database, makes its schema and the book's first rows.
    ///
    /// # Errors
    /// [`StoreError::BookExists`] where there is one; what the database said otherwise.
    pub async fn create(place: &Place, secret: NameSecret, beginning: &Beginning) -> Result<Store, StoreError> {
        const DOING: &str = "making the book";
        let db = open_db(place, true).await?;
        let mut tx = db.write().await.map_err(while_(DOING))?;
        if read_book(&mut tx).await?.is_some() {
            return Err(StoreError::BookExists);
        }
        let (now, b) = (beginning.now.0, beginning);
        on!(&mut *tx, c => sqlx::query("INSERT INTO book (one, id, title, made_us, words_version, last_us) VALUES (1, $1, $2, $3, $4, $5)")
            .bind(b.book_id.to_vec()).bind(b.title.as_str()).bind(now).bind(i64::from(kniha_core::words::VERSION)).bind(now)
            .execute(c).await.map(drop))
        .map_err(while_(DOING))?;
        insert_member(&mut tx, 1, b.member, &b.member_name, now).await?;
        insert_case(&mut tx, 1, b.case, &b.case_title, 1, now, true).await?;
        insert_access(&mut tx, 1, 1, 1, now).await?;
        let book = read_book(&mut tx).await?.ok_or(StoreError::NoBook)?;
        tx.commit().await.map_err(while_(DOING))?;
        Ok(Store { db, secret, book })
    }

    /// Opens a book and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::NoBook`], [`StoreError::Key`], or what the database said.
    pub async fn open(place: &Place, secret: NameSecret) -> Result<Store, StoreError> {
        let db = open_db(place, false).await?;
        let mut tx = db.read().await.map_err(while_("opening the book"))?;
        let book = read_book(&mut tx).await?.ok_or(StoreError::NoBook)?;
        drop(tx);
        Ok(Store { db, secret, book })
    }

    /// The row that names the book.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn database(&self) -> &'static str {
        self.db.kind()
    }

    /// Opens a snapshot to read from.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(&self) -> Result<ReadTx, StoreError> {
        self.db.read().await.map_err(while_("opening a snapshot"))
    }

    /// Opens the one writing transaction for a member. `now` is the machine's clock.
    ///
    /// # Errors
    /// [`StoreError::NoMember`], [`StoreError::ClockBack`], or what the database said.
    pub async fn write(&self, member: MemberId, now: UtcMicros) -> Result<Writing<'_>, StoreError> {
        Writing::begin(self, member, now).await
    }

    /// Takes the lock of the one desk (PostgreSQL; on SQLite the caller locks a file).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock_desk(&self) -> Result<bool, StoreError> {
        self.db.lock_desk().await.map_err(while_("taking the desk's lock"))
    }

    /// Statistics and tidying after a large change.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.db.settle().await.map_err(while_("tidying up"))
    }

    /// Writes a consistent encrypted copy of a SQLite book under the same key; `false` on PostgreSQL.
    ///
    /// # Errors
    /// What the database said.
    pub async fn copy_sqlite(&self, to: &str) -> Result<bool, StoreError> {
        self.db.copy_sqlite(to).await.map_err(while_("copying the book"))
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// The member as a reader.
///
/// # Errors
/// [`StoreError::NoMember`] for an unknown id.
pub async fn reader(tx: &mut Tx, member: MemberId) -> Result<Reader, StoreError> {
    let row: Option<(i64, String)> = on!(tx, c => sqlx::query_as("SELECT no, name FROM member WHERE id = $1").bind(member.to_string()).fetch_optional(c).await)
        .map_err(while_("looking up a member"))?;
    row.map(|(no, name)| Reader { no, id: member, name }).ok_or(StoreError::NoMember)
}

/// Every member, in the order they came.
///
/// # Errors
/// What the database said.
pub async fn members(tx: &mut Tx) -> Result<Vec<(MemberId, String)>, StoreError> {
    let rows: Vec<(String, String)> =
        on!(tx, c => sqlx::query_as("SELECT id, name FROM member ORDER BY no").fetch_all(c).await).map_err(while_("listing members"))?;
    rows.into_iter().map(|(id, name)| Ok((MemberId::parse(&id).map_err(|_| corrupt("member", "id", &id))?, name))).collect()
}

/// The cases that the reader may see, in the order they were made.
///
/// # Errors
/// What the database said.
pub async fn cases(tx: &mut Tx, reader: &Reader) -> Result<Vec<Case>, StoreError> {
    const SQL: &str = "SELECT k.id, k.title FROM access a JOIN cases k ON k.no = a.case_no WHERE a.member_no = $1 ORDER BY k.no";
    let rows: Vec<(String, String)> = on!(tx, c => sqlx::query_as(SQL).bind(reader.no).fetch_all(c).await).map_err(while_("listing cases"))?;
    rows.into_iter().map(|(id, title)| Ok(Case { id: CaseId::parse(&id).map_err(|_| corrupt("cases", "id", &id))?, title })).collect()
}

async fn open_db(place: &Place, create: bool) -> Result<Db, StoreError> {
    let db = Db::open(place, create).await.map_err(while_("opening the database"))?;
    db.migrate(&SQLITE, &POSTGRES).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(source) => classify("making the schema", source),
        sqlx::migrate::MigrateError::VersionMissing(step) => StoreError::Newer { step },
        error => StoreError::Schema(error),
    })?;
    Ok(db)
}

async fn read_book(tx: &mut Tx) -> Result<Option<Book>, StoreError> {
    let row: Option<(Vec<u8>, String, i64, i64)> =
        on!(tx, c => sqlx::query_as("SELECT id, title, made_us, words_version FROM book").fetch_optional(c).await).map_err(while_("reading the book's row"))?;
    row.map(|(id, title, made_us, words_version)| {
        let id = id.try_into().map_err(|_| corrupt("book", "id", 1))?;
        Ok(Book { id, title, made: UtcMicros(made_us), words_version })
    })
    .transpose()
}

pub(crate) async fn insert_member(tx: &mut Tx, no: i64, id: MemberId, name: &str, now_us: i64) -> Result<(), StoreError> {
    on!(tx, c => sqlx::query("INSERT INTO member (no, id, name, made_us) VALUES ($1, $2, $3, $4)")
        .bind(no).bind(id.to_string()).bind(name).bind(now_us).execute(c).await.map(drop))
    .map_err(while_("adding a member"))
}

pub(crate) async fn insert_case(tx: &mut Tx, no: i64, id: CaseId, title: &str, by_no: i64, now_us: i64, open: bool) -> Result<(), StoreError> {
    on!(tx, c => sqlx::query("INSERT INTO cases (no, id, title, made_by, made_us, is_open) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(no).bind(id.to_string()).bind(title).bind(by_no).bind(now_us).bind(i64::from(open)).execute(c).await.map(drop))
    .map_err(while_("making a case"))
}

/// Puts an access in force, without an end, and notes it.
pub(crate) async fn insert_access(tx: &mut Tx, member_no: i64, case_no: i64, by_no: i64, now_us: i64) -> Result<(), StoreError> {
    let row = EventRow { what: AccessMove::Granted, member_no, case_no, second_no: None, until_us: None, act: None, by_no, at_us: now_us };
    granting::grant(tx, row).await
}

pub(crate) async fn next_no(tx: &mut Tx, sql: &'static str) -> Result<i64, StoreError> {
    let last: Option<i64> = on!(tx, c => sqlx::query_scalar(sql).fetch_one(c).await).map_err(while_("finding the next number"))?;
    Ok(last.unwrap_or(0) + 1)
}
