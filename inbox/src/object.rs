//! Bodies that are too large for a row: files in one folder, named by random ids.
//!
//! A file is written under `tmp/`, fsynced, renamed into the folder, and the folder fsynced, before any row names it (the order of "All File Systems
//! Are Not Created Equal", OSDI 2014). A failed fsync ends the process. What is not named by a row in the end is removed by its guard, or, after a
//! kill, by a sweep. Times of files and folders are set to one constant: 2000-01-01T00:00 UTC.

use std::fs::{self, File, FileTimes};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kniha_core::commit::Hash;
use sha2::{Digest, Sha256};

use crate::error::{InboxError, objects, stop_unkept};

/// Name of the folder under the inbox's own.
const FOLDER: &str = "objects";
/// Name of the folder of files that are being written.
const TEMPORARY: &str = "tmp";
/// The one time of everything here, in seconds since 1970.
const TIME_S: u64 = 946_684_800;
/// Bytes gathered before they are hashed and written.
const GATHERED: usize = 1 << 20;
/// Rights of an object that has not been laid in order, and of one that has (`Objects::lay`).
const FRESH: u32 = 0o600;
const LAID: u32 = 0o400;

/// 16 random bytes, drawn before the first byte is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId([u8; 16]);

impl ObjectId {
    pub(crate) fn draw() -> Result<ObjectId, InboxError> {
        Ok(ObjectId(random()?))
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<ObjectId> {
        bytes.try_into().ok().map(ObjectId)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Lower-case base32 whose order is that of the bytes (RFC 4648 §7).
    fn name(&self) -> String {
        data_encoding::BASE32_DNSSEC.encode(&self.0)
    }

    fn parse(name: &str) -> Option<ObjectId> {
        data_encoding::BASE32_DNSSEC.decode(name.as_bytes()).ok().and_then(|bytes| ObjectId::from_slice(&bytes))
    }
}

/// Random bytes of the operating system.
pub(crate) fn random() -> Result<[u8; 16], InboxError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| InboxError::Randomness)?;
    Ok(bytes)
}

/// The folder.
pub(crate) struct Objects {
    path: PathBuf,
    folder: File,
    temporary: File,
}

impl Objects {
    pub(crate) fn open(under: &Path, create: bool) -> Result<Objects, InboxError> {
        let path = under.join(FOLDER);
        let open = || {
            if create {
                fs::DirBuilder::new().recursive(true).mode(0o700).create(path.join(TEMPORARY))?;
                File::open(under)?.sync_all()?;
            }
            let objects = Objects { folder: File::open(&path)?, temporary: File::open(path.join(TEMPORARY))?, path: path.clone() };
            objects.folder.sync_all()?;
            objects.calm()?;
            Ok(objects)
        };
        open().map_err(self::objects("opening the folder of objects"))
    }

    fn at(&self, id: ObjectId) -> PathBuf {
        self.path.join(id.name())
    }

    fn at_temporary(&self, id: ObjectId) -> PathBuf {
        self.path.join(TEMPORARY).join(id.name())
    }

    pub(crate) fn read(&self, id: ObjectId) -> io::Result<File> {
        File::open(self.at(id))
    }

    /// Removes an object for good.
    pub(crate) fn remove(&self, id: ObjectId) -> io::Result<()> {
        match fs::remove_file(self.at(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        kept(self.folder.sync_all());
        self.calm()
    }

    /// Takes the last change out of the folders' own times.
    fn calm(&self) -> io::Result<()> {
        self.folder.set_times(times())?;
        self.temporary.set_times(times())
    }

    /// Copies these objects to fresh files, in the order given, unless that was done before: the time a file was born and the number of its inode, which
    /// nothing can set, then tell of this hour and this order. All copies are made before the first file goes, so that none takes the inode of another.
    pub(crate) fn lay(&self, ids: &[ObjectId]) -> io::Result<()> {
        let mut copies = Vec::new();
        let made = (|| {
            for &id in ids {
                let mut from = match self.read(id) {
                    // Deleted since the rows were read.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    from => from?,
                };
                if from.metadata()?.permissions().mode() & 0o777 == LAID {
                    continue;
                }
                // A name of its own: that of a copy which a kill left behind may still be there.
                let name = ObjectId::draw().map_err(io::Error::other)?;
                let mut copy = fs::OpenOptions::new().write(true).create_new(true).mode(FRESH).open(self.at_temporary(name))?;
                copies.push((id, self.at_temporary(name)));
                io::copy(&mut from, &mut copy)?;
                copy.set_permissions(fs::Permissions::from_mode(LAID))?;
                copy.set_times(times())?;
                kept(copy.sync_all());
            }
            Ok(())
        })();
        for (id, copy) in copies {
            // Where the object went meanwhile, its copy must not come back.
            if made.is_ok() && self.at(id).exists() {
                fs::rename(copy, self.at(id))?;
            } else {
                fs::remove_file(copy)?;
            }
        }
        kept(self.folder.sync_all());
        self.calm()?;
        made
    }

    /// Files whose last change (of content, name or rights: the one time that nobody can set) lies before this second since 1970: temporary ones are
    /// removed and counted, objects given back.
    pub(crate) fn sweep(&self, before_s: i64) -> io::Result<(u64, Vec<ObjectId>)> {
        let mut removed = 0;
        for entry in fs::read_dir(self.path.join(TEMPORARY))? {
            let entry = entry?;
            if gone_is_none(entry.metadata())?.is_some_and(|m| m.is_file() && m.ctime() < before_s) {
                removed += u64::from(gone_is_none(fs::remove_file(entry.path()))?.is_some());
            }
        }
        let mut old = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if let Some(id) = entry.file_name().to_str().and_then(ObjectId::parse)
                && gone_is_none(entry.metadata())?.is_some_and(|m| m.is_file() && m.ctime() < before_s)
            {
                old.push(id);
            }
        }
        self.calm()?;
        Ok((removed, old))
    }
}

/// `None` where a file went since the folder was read.
fn gone_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn times() -> FileTimes {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(TIME_S);
    FileTimes::new().set_accessed(time).set_modified(time)
}

/// The end of an fsync: kept, or the end of the process.
fn kept(synced: io::Result<()>) {
    if synced.is_err() {
        stop_unkept();
    }
}

/// A temporary file; dropped, it is removed.
struct Temporary {
    objects: Arc<Objects>,
    id: ObjectId,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Gone already after the rename; anything else is left to the sweep.
        let _ = fs::remove_file(self.objects.at_temporary(self.id));
        let _ = self.objects.calm();
    }
}

/// What a writer hands to the thread that writes, and gets back.
struct Open {
    file: File,
    hash: Sha256,
    gathered: Vec<u8>,
    size: u64,
    temporary: Temporary,
}

impl Open {
    fn write_out(&mut self) -> io::Result<()> {
        self.hash.update(&self.gathered);
        self.file.write_all(&self.gathered)?;
        self.gathered.clear();
        Ok(())
    }
}

/// Writes one object. Dropped before [`ObjectWriter::finish`], or after an error, it leaves nothing.
pub struct ObjectWriter {
    /// `None` after an error, or when a write was abandoned half way.
    open: Option<Open>,
}

const WRITING: &str = "writing an object";

impl ObjectWriter {
    pub(crate) async fn begin(objects: Arc<Objects>) -> Result<ObjectWriter, InboxError> {
        let id = ObjectId::draw()?;
        let begin = move || {
            let file = fs::OpenOptions::new().write(true).create_new(true).mode(FRESH).open(objects.at_temporary(id))?;
            Ok(Open { file, hash: Sha256::new(), gathered: Vec::new(), size: 0, temporary: Temporary { objects, id } })
        };
        Ok(ObjectWriter { open: Some(blocking("beginning an object", begin).await?) })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`InboxError::Full`], or what the system said; nothing of the object is left then.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), InboxError> {
        while !bytes.is_empty() {
            let Some(open) = &mut self.open else { return Err(InboxError::Closed) };
            let (now, later) = bytes.split_at(bytes.len().min(GATHERED - open.gathered.len()));
            open.gathered.extend_from_slice(now);
            open.size += now.len() as u64;
            bytes = later;
            if open.gathered.len() == GATHERED
                && let Some(mut open) = self.open.take()
            {
                self.open = Some(blocking(WRITING, move || open.write_out().map(|()| open)).await?);
            }
        }
        Ok(())
    }

    /// Makes the object durable under its id: fsync, times, rename, fsync of the folder.
    ///
    /// # Errors
    /// As [`ObjectWriter::write`].
    pub async fn finish(self) -> Result<Durable, InboxError> {
        let Some(mut open) = self.open else { return Err(InboxError::Closed) };
        let finish = move || {
            open.write_out()?;
            open.file.set_times(times())?;
            kept(open.file.sync_all());
            let (objects, id) = (open.temporary.objects.clone(), open.temporary.id);
            fs::rename(objects.at_temporary(id), objects.at(id))?;
            let durable = Durable { objects: objects.clone(), id, size: open.size, sha256: Hash(open.hash.finalize().into()), unnamed: true };
            kept(objects.folder.sync_all());
            objects.calm()?;
            Ok(durable)
        };
        blocking(WRITING, finish).await
    }
}

/// An object on the disk that no row names yet; dropped, it is removed.
pub struct Durable {
    objects: Arc<Objects>,
    id: ObjectId,
    size: u64,
    sha256: Hash,
    unnamed: bool,
}

impl Durable {
    /// Bytes written.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// SHA-256 of the bytes written.
    #[must_use]
    pub fn sha256(&self) -> Hash {
        self.sha256
    }

    pub(crate) fn id(&self) -> ObjectId {
        self.id
    }

    /// From here on a row may name it: it stays when this is dropped.
    pub(crate) fn named(&mut self) {
        self.unnamed = false;
    }

    /// No row names it after all.
    pub(crate) fn not_named(&mut self) {
        self.unnamed = true;
    }
}

impl Drop for Durable {
    fn drop(&mut self) {
        if self.unnamed {
            // What cannot be removed now is removed by the sweep.
            let _ = fs::remove_file(self.objects.at(self.id));
            let _ = self.objects.calm();
        }
    }
}

/// Makes a file that its owner alone reads, where there is none: SQLite would ask the umask who else may, and gives its log the rights of the database.
pub(crate) fn private(file: &Path) -> io::Result<()> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(FRESH).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Runs what waits for the disk on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(doing: &'static str, run: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, InboxError> {
    tokio::task::spawn_blocking(run).await.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(objects(doing))
}
