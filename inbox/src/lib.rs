//! Sealed parts, leaves, reply blocks and key lists: the only tables and objects that the portal writes.
//!
//! What is acknowledged is durable: rows by a commit with `synchronous=FULL` (or PostgreSQL's), bodies above 64 KiB by fsync before the row that names
//! them. Everything here is sealed or public before it comes; the room opens nothing. It keeps nothing that must be forgotten: no time of arrival, no
//! sequence, no tie between a mailbox or a leaf and a part, and after [`Inbox::tidy`] the order of rows on the disk is that of random ids. The
//! same room is the desk's spool. Does I/O: a database of its own and a folder `objects/`.

mod error;
mod mail;
mod object;
mod part;
mod put;
mod tidy;

use std::path::Path;
use std::sync::Arc;

use kniha_core::commit::Hash;
use kniha_db::{Db, Place};
use tokio::sync::mpsc;

pub use error::InboxError;
pub use mail::LeafKey;
pub use object::{Durable, ObjectWriter};
pub use part::{Head, Listed, Payload};
pub use put::Put;
pub use tidy::Swept;

use object::Objects;

/// A body up to this many bytes stands in its row; a longer one is an object.
pub const IN_ROW_MOST: usize = 64 * 1024;
/// Longest header of a part, in bytes.
pub const HEADER_MOST: usize = 64 * 1024;
/// Parts of one submission.
pub const PARTS_MOST: usize = 8;
/// Longest leaf, in bytes.
pub const LEAF_MOST: usize = 8 * 1024;
/// Longest reply block, in bytes.
pub const BLOCK_MOST: usize = 8 * 1024;
/// Blocks of one mailbox.
pub const BLOCKS_MOST: usize = 4;
/// Longest signed key list, in bytes: what is signed is taken.
pub const LIST_MOST: usize = 2 * 1024 * 1024;
/// Longest banner, in bytes.
pub const BANNER_MOST: usize = 16 * 1024;

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// The id of a part, as its sealer made it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartKey(pub [u8; 16]);

impl std::fmt::Debug for PartKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// A sealed part on its way in.
pub struct Sealed {
    /// Its id.
    pub part: PartKey,
    /// The key list it is sealed under.
    pub list_no: u32,
    /// The day its sender wrote, counted from 1970-01-01.
    pub day: u32,
    /// Its stanzas, at most [`HEADER_MOST`] bytes.
    pub header: Vec<u8>,
    /// SHA-256 of the payload; checked.
    pub payload_sha256: Hash,
    /// The payload.
    pub body: Body,
}

/// The payload of a part on its way in.
pub enum Body {
    /// Its bytes; above [`IN_ROW_MOST`] they are made an object.
    Bytes(Vec<u8>),
    /// An object that is on the disk already.
    Object(Durable),
}

/// The open inbox. Cloning is cheap; all clones share one writer.
#[derive(Clone)]
pub struct Inbox {
    db: Arc<Db>,
    objects: Arc<Objects>,
    waiting: mpsc::Sender<put::Waiting>,
}

impl Inbox {
    /// Opens the database and the folder `objects/` under `folder`; what is not there is made only with `create`. One process at a time may write to the
    /// folder. Must be called within a tokio runtime, on which the writer then lives.
    ///
    /// # Errors
    /// What the database or the folder said; [`InboxError::Newer`].
    pub async fn open(place: &Place, folder: &Path, create: bool) -> Result<Inbox, InboxError> {
        if let (Place::Sqlite { file, .. }, true) = (place, create) {
            let file = file.clone();
            object::blocking("making the database's file", move || object::private(&file)).await?;
        }
        let folder = folder.to_owned();
        let objects = tokio::task::spawn_blocking(move || Objects::open(&folder, create)).await.map_err(|_| InboxError::Closed)??;
        let db = Db::open(place, create).await.map_err(error::database("opening the database"))?;
        db.migrate(&SQLITE, &POSTGRES).await.map_err(|error| match error {
            sqlx::migrate::MigrateError::VersionMissing(step) => InboxError::Newer { step },
            error => InboxError::Schema(Arc::new(error)),
        })?;
        let db = Arc::new(db);
        // As many may wait as one transaction takes; beyond, senders wait for a place and memory stays bounded.
        let (waiting, waits) = mpsc::channel(put::TURN_MOST);
        tokio::spawn(put::keep(db.clone(), waits));
        Ok(Inbox { db, objects: Arc::new(objects), waiting })
    }

    /// Begins an object; its random id is drawn before the first byte.
    ///
    /// # Errors
    /// [`InboxError::Full`], or what the system said.
    pub async fn object(&self) -> Result<ObjectWriter, InboxError> {
        ObjectWriter::begin(self.objects.clone()).await
    }

    /// Closes the database for all clones. What was acknowledged is kept with or without it.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
