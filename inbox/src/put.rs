//! Taking submissions in: one writer puts those that wait into one transaction, then answers all.
//!
//! A commit waits for the disk, and several submissions can share that wait. Durability comes first: an answer goes out after the commit, and a
//! body that became an object is durable before the row that names it. A failed transaction answers everybody in it with the error and leaves nothing.

use std::sync::Arc;
use std::time::Duration;

use kniha_core::commit::Hash;
use kniha_db::{Db, Tx, on};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::error::{InboxError, database};
use crate::object::{Durable, ObjectId, ObjectWriter, random};
use crate::{Body, HEADER_MOST, IN_ROW_MOST, Inbox, LEAF_MOST, PARTS_MOST, Sealed};

/// Submissions of one transaction.
pub(crate) const TURN_MOST: usize = 64;
/// How long the first waits for others.
const WAIT: Duration = Duration::from_millis(5);

/// How a submission ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is durable.
    Stored,
    /// Its first part was there already, durable since then; nothing was written.
    AlreadyThere,
}

/// A checked submission in the queue.
pub(crate) struct Waiting {
    parts: Vec<Sealed>,
    leaf: Option<([u8; 16], Vec<u8>)>,
    answer: oneshot::Sender<Result<Put, InboxError>>,
}

impl Inbox {
    /// Makes a submission durable, all parts and the leaf or nothing, in one transaction with others that wait (up to 5 ms, up to 64). The first write wins:
    /// where the first part is there already, nothing is written. A caller that goes away meanwhile changes nothing.
    ///
    /// # Errors
    /// [`InboxError::Parts`], [`InboxError::Long`], [`InboxError::Digest`] and [`InboxError::Clash`] for what no honest sender makes; [`InboxError::Full`].
    /// After [`InboxError::Database`] on PostgreSQL the submission may be there, if the connection was lost while committing: put it again.
    pub async fn put(&self, parts: Vec<Sealed>, leaf: Option<Vec<u8>>) -> Result<Put, InboxError> {
        check(&parts, leaf.as_deref())?;
        let mut ready = Vec::with_capacity(parts.len());
        for part in parts {
            ready.push(match part.body {
                Body::Bytes(bytes) if bytes.len() > IN_ROW_MOST => {
                    let mut object = ObjectWriter::begin(self.objects.clone()).await?;
                    object.write(&bytes).await?;
                    Sealed { body: Body::Object(object.finish().await?), ..part }
                }
                _ => part,
            });
        }
        // Drawn here, so that an id tells nothing of whom it came with.
        let leaf = leaf.map(|leaf| Ok((random()?, leaf))).transpose()?;
        let (answer, answered) = oneshot::channel();
        self.waiting.send(Waiting { parts: ready, leaf, answer }).await.map_err(|_| InboxError::Closed)?;
        answered.await.unwrap_or(Err(InboxError::Closed))
    }
}

fn check(parts: &[Sealed], leaf: Option<&[u8]>) -> Result<(), InboxError> {
    if parts.is_empty() || parts.len() > PARTS_MOST {
        return Err(InboxError::Parts { parts: parts.len() });
    }
    not_longer("a leaf", leaf.unwrap_or_default(), LEAF_MOST)?;
    for (i, part) in parts.iter().enumerate() {
        not_longer("a header", &part.header, HEADER_MOST)?;
        if parts[..i].iter().any(|other| other.part == part.part) {
            return Err(InboxError::Clash);
        }
        let digest = match &part.body {
            Body::Bytes(bytes) => Hash(Sha256::digest(bytes).into()),
            Body::Object(object) => object.sha256(),
        };
        if digest != part.payload_sha256 {
            return Err(InboxError::Digest);
        }
    }
    Ok(())
}

pub(crate) fn not_longer(what: &'static str, bytes: &[u8], most: usize) -> Result<(), InboxError> {
    if bytes.len() > most { Err(InboxError::Long { what, len: bytes.len(), most }) } else { Ok(()) }
}

/// The writer: lives until the last [`Inbox`] is gone.
pub(crate) async fn keep(db: Arc<Db>, mut waits: mpsc::Receiver<Waiting>) {
    let mut last = 1;
    while let Some(first) = waits.recv().await {
        let until = Instant::now() + WAIT;
        let mut turn = vec![first];
        // Whoever waits already comes along. For others it is worth waiting only while fewer are here than came last time.
        while turn.len() < TURN_MOST {
            match waits.try_recv() {
                Ok(next) => turn.push(next),
                Err(_) if turn.len() >= last => break,
                Err(_) => match tokio::time::timeout_at(until, waits.recv()).await {
                    Ok(Some(next)) => turn.push(next),
                    _ => break,
                },
            }
        }
        last = turn.len();
        let ends = write(&db, &mut turn).await;
        for (i, waiting) in turn.into_iter().enumerate() {
            let end = match &ends {
                Ok(ends) => ends[i].clone(),
                Err(error) => Err(error.clone()),
            };
            // The objects of what was not stored go with the parts.
            drop(waiting.parts);
            let _ = waiting.answer.send(end);
        }
    }
}

async fn write(db: &Db, turn: &mut [Waiting]) -> Result<Vec<Result<Put, InboxError>>, InboxError> {
    const DOING: &str = "keeping submissions";
    let mut tx = db.write().await.map_err(database(DOING))?;
    let mut ends = Vec::with_capacity(turn.len());
    for waiting in turn.iter() {
        ends.push(add(&mut tx, waiting).await.map_err(database(DOING))?);
    }
    // Before the commit: should this task be stopped while the database commits, rows may name the objects.
    stored_objects(turn, &ends).for_each(Durable::named);
    if let Err(error) = tx.commit().await {
        let error = database(DOING)(error);
        // SQLite has undone it. PostgreSQL may have kept it and lost the connection: then the objects stay, and a sweep removes those that no row names.
        if db.kind() == "sqlite" {
            stored_objects(turn, &ends).for_each(Durable::not_named);
        }
        return Err(error);
    }
    Ok(ends)
}

fn stored_objects<'a>(turn: &'a mut [Waiting], ends: &'a [Result<Put, InboxError>]) -> impl Iterator<Item = &'a mut Durable> {
    let stored = turn.iter_mut().zip(ends).filter(|(_, end)| matches!(end, Ok(Put::Stored)));
    stored.flat_map(|(waiting, _)| &mut waiting.parts).filter_map(|part| match &mut part.body {
        Body::Object(object) => Some(object),
        Body::Bytes(_) => None,
    })
}

/// Adds one submission, or says why not before anything of it is written.
async fn add(tx: &mut Tx, waiting: &Waiting) -> Result<Result<Put, InboxError>, sqlx::Error> {
    const THERE: &str = "SELECT part_id FROM part WHERE part_id IN ($1, $2, $3, $4, $5, $6, $7, $8)";
    const PART: &str = "INSERT INTO part (part_id, list_no, day, size, payload_sha256, object_id, header, payload) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const LEAF: &str = "INSERT INTO leaf (leaf_id, bytes) VALUES ($1, $2)";
    let first = &waiting.parts[0].part.0[..];
    // The text has one place for each part that there can be; the first fills those that are left.
    let ids = (0..PARTS_MOST).map(|i| waiting.parts.get(i).map_or(first, |part| &part.part.0[..]));
    let there: Vec<Vec<u8>> = on!(tx, c => ids.fold(sqlx::query_scalar(THERE), |query, id| query.bind(id)).fetch_all(c).await)?;
    if there.iter().any(|id| id == first) {
        return Ok(Ok(Put::AlreadyThere));
    }
    if !there.is_empty() {
        return Ok(Err(InboxError::Clash));
    }
    for part in &waiting.parts {
        let (size, object, payload) = match &part.body {
            Body::Bytes(bytes) => (bytes.len() as u64, None, Some(&bytes[..])),
            Body::Object(object) => (object.size(), Some(object.id()), None),
        };
        on!(&mut *tx, c => sqlx::query(PART).bind(&part.part.0[..]).bind(i64::from(part.list_no)).bind(i64::from(part.day)).bind(size as i64)
            .bind(&part.payload_sha256.0[..]).bind(object.as_ref().map(ObjectId::bytes)).bind(&part.header[..]).bind(payload).execute(c).await.map(drop))?;
    }
    if let Some((id, bytes)) = &waiting.leaf {
        on!(&mut *tx, c => sqlx::query(LEAF).bind(&id[..]).bind(&bytes[..]).execute(c).await.map(drop))?;
    }
    Ok(Ok(Put::Stored))
}
