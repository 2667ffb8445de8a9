//! Reading parts, and deleting those that were collected.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use kniha_core::commit::Hash;
use kniha_db::on;

use crate::error::{InboxError, damaged, database, objects};
use crate::object::{ObjectId, blocking};
use crate::{Inbox, PartKey};

/// A part as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub part: PartKey,
    /// The key list it is sealed under.
    pub list_no: u32,
    /// The day its sender wrote, counted from 1970-01-01.
    pub day: u32,
    /// Bytes of the payload.
    pub size: u64,
    /// SHA-256 of the payload.
    pub payload_sha256: Hash,
}

/// A part without its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What the list shows.
    pub listed: Listed,
    /// The stanzas.
    pub header: Vec<u8>,
}

/// The columns of [`Listed`] in order.
type Row = (Vec<u8>, i64, i64, i64, Vec<u8>);

impl Listed {
    fn of((part, list_no, day, size, digest): Row) -> Result<Listed, InboxError> {
        let bad = |what| move || damaged("part", what);
        Ok(Listed {
            part: PartKey(part.try_into().map_err(|_| bad("id")())?),
            list_no: u32::try_from(list_no).map_err(|_| bad("list number")())?,
            day: u32::try_from(day).map_err(|_| bad("day")())?,
            size: u64::try_from(size).map_err(|_| bad("size")())?,
            payload_sha256: Hash::from_slice(&digest).ok_or_else(bad("digest"))?,
        })
    }
}

/// A payload to read from. It stays readable when the part is deleted meanwhile.
pub struct Payload {
    /// Its length in bytes.
    pub len: u64,
    at: u64,
    source: Source,
}

enum Source {
    Row(Vec<u8>),
    Object(Arc<File>),
}

impl Payload {
    /// The next bytes, `most` of them unless the end comes first; `None` at the end.
    ///
    /// # Errors
    /// What the disk said.
    pub async fn next(&mut self, most: usize) -> Result<Option<Vec<u8>>, InboxError> {
        let bytes = self.read_at(self.at, most).await?;
        self.at += bytes.len() as u64;
        Ok((!bytes.is_empty()).then_some(bytes))
    }

    /// The bytes from `offset` on, `most` of them unless the end comes first.
    ///
    /// # Errors
    /// What the disk said.
    pub async fn read_at(&self, offset: u64, most: usize) -> Result<Vec<u8>, InboxError> {
        let left = self.len.saturating_sub(offset);
        let len = usize::try_from(left).map_or(most, |left| most.min(left));
        match &self.source {
            // Where nothing is left, the offset may lie beyond the end.
            _ if len == 0 => Ok(Vec::new()),
            Source::Row(bytes) => Ok(bytes[offset as usize..][..len].to_vec()),
            Source::Object(file) => {
                let file = file.clone();
                blocking("reading an object", move || {
                    let mut bytes = vec![0; len];
                    file.read_exact_at(&mut bytes, offset).map(|()| bytes)
                })
                .await
            }
        }
    }
}

impl Inbox {
    /// Parts in the order of their ids, from the one after `after` on.
    ///
    /// # Errors
    /// What the database said.
    pub async fn list(&self, after: Option<PartKey>, most: u32) -> Result<Vec<Listed>, InboxError> {
        const SQL: &str = "SELECT part_id, list_no, day, size, payload_sha256 FROM part WHERE part_id > $1 ORDER BY part_id LIMIT $2";
        let doing = database("listing parts");
        let mut tx = self.db.read().await.map_err(&doing)?;
        // No bytes come before any id.
        let after = after.map_or_else(Vec::new, |key| key.0.to_vec());
        let rows: Vec<Row> = on!(&mut *tx, c => sqlx::query_as(SQL).bind(after).bind(i64::from(most)).fetch_all(c).await).map_err(&doing)?;
        rows.into_iter().map(Listed::of).collect()
    }

    /// A part without its payload.
    ///
    /// # Errors
    /// What the database said.
    pub async fn header(&self, part: &PartKey) -> Result<Option<Head>, InboxError> {
        const SQL: &str = "SELECT part_id, list_no, day, size, payload_sha256, header FROM part WHERE part_id = $1";
        type Found = Option<(Vec<u8>, i64, i64, i64, Vec<u8>, Vec<u8>)>;
        let doing = database("reading a header");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let row: Found = on!(&mut *tx, c => sqlx::query_as(SQL).bind(&part.0[..]).fetch_optional(c).await).map_err(&doing)?;
        row.map(|(id, list_no, day, size, digest, header)| Ok(Head { listed: Listed::of((id, list_no, day, size, digest))?, header })).transpose()
    }

    /// A payload.
    ///
    /// # Errors
    /// What the database or the disk said; [`InboxError::Damaged`] where the object is gone or has another length than the row says.
    pub async fn payload(&self, part: &PartKey) -> Result<Option<Payload>, InboxError> {
        const SQL: &str = "SELECT size, object_id, payload FROM part WHERE part_id = $1";
        type Found = Option<(i64, Option<Vec<u8>>, Option<Vec<u8>>)>;
        let doing = database("reading a payload");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let row: Found = on!(&mut *tx, c => sqlx::query_as(SQL).bind(&part.0[..]).fetch_optional(c).await).map_err(&doing)?;
        drop(tx);
        let Some((size, object, payload)) = row else { return Ok(None) };
        let (len, source) = match (object, payload) {
            (None, Some(bytes)) => (bytes.len() as u64, Source::Row(bytes)),
            (Some(id), None) => {
                let (folder, id) = (self.objects.clone(), ObjectId::from_slice(&id).ok_or_else(|| damaged("part", "object id"))?);
                match tokio::task::spawn_blocking(move || folder.read(id).and_then(|file| Ok((file.metadata()?.len(), file)))).await {
                    Ok(Ok((len, file))) => (len, Source::Object(Arc::new(file))),
                    // The part may have been deleted since its row was read.
                    Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                        return if self.header(part).await?.is_none() { Ok(None) } else { Err(damaged("part", "object")) };
                    }
                    Ok(Err(error)) => return Err(objects("reading an object")(error)),
                    Err(_) => return Err(InboxError::Closed),
                }
            }
            _ => return Err(damaged("part", "body")),
        };
        if u64::try_from(size) != Ok(len) {
            return Err(damaged("part", "size"));
        }
        Ok(Some(Payload { len, at: 0, source }))
    }

    /// Deletes a part whose payload has this digest: its row first, durably, then its object. `false`: it is not there, or has another digest.
    ///
    /// # Errors
    /// What the database said. Once the row is gone, an object that cannot be removed is left to [`Inbox::sweep`].
    pub async fn delete(&self, part: &PartKey, payload_sha256: &Hash) -> Result<bool, InboxError> {
        const SQL: &str = "DELETE FROM part WHERE part_id = $1 AND payload_sha256 = $2 RETURNING object_id";
        let doing = database("deleting a part");
        let mut tx = self.db.write().await.map_err(&doing)?;
        let gone: Option<Option<Vec<u8>>> =
            on!(&mut *tx, c => sqlx::query_scalar(SQL).bind(&part.0[..]).bind(&payload_sha256.0[..]).fetch_optional(c).await).map_err(&doing)?;
        tx.commit().await.map_err(&doing)?;
        let Some(object) = gone else { return Ok(false) };
        if let Some(id) = object.as_deref().and_then(ObjectId::from_slice) {
            let objects = self.objects.clone();
            // The part is gone whatever becomes of its object.
            let _ = blocking("removing an object", move || objects.remove(id)).await;
        }
        Ok(true)
    }
}
