//! Files that appear whole or not at all: temporary name, fsync, rename, fsync of the folder.
//!
//! New files have mode 0600 and folders 0700: everything in a book's folder is for its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Writes a file that others see only when it is complete and on the disk.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let part = beside(path, "part")?;
    let written = (|| {
        let mut file = create(&part)?;
        file.write_all(content)?;
        file.sync_all()?;
        put_in_place(&part, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

/// Writes a file as [`write_whole`] does, unless there is something of that name: then nothing is written and the error is
/// [`io::ErrorKind::AlreadyExists`].
pub(crate) fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let part = beside(path, "part")?;
    let written = (|| {
        let mut file = create(&part)?;
        file.write_all(content)?;
        file.sync_all()?;
        rename_new(&part, path)?;
        sync_dir(parent(path))
    })();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

/// Renames to a name that nothing has, in one step where the file system can do that.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems of memory sticks cannot; between the look and the rename another process would have to take the name.
        Err(Errno::INVAL | Errno::NOSYS) if fs::symlink_metadata(to).is_err() => fs::rename(from, to),
        Err(Errno::INVAL | Errno::NOSYS) => Err(io::ErrorKind::AlreadyExists.into()),
        done => Ok(done?),
    }
}

/// Makes or empties a file that only its owner reads.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Makes a folder that only its owner enters.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Renames, and makes the rename durable.
pub(crate) fn put_in_place(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_dir(parent(to))
}

/// Makes the entries of a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The folder that holds a path; the present one for a bare name.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    }
}

/// `.NAME.SUFFIX` beside a path: on the same disk, so that a rename is one step.
pub(crate) fn beside(path: &Path, suffix: &str) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path has no last part"))?;
    Ok(parent(path).join(format!(".{}.{suffix}", name.to_string_lossy())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_there_is_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write_new(&path, b"one").unwrap();
        assert_eq!(write_new(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        // A link that leads nowhere is something too.
        let link = dir.path().join("b");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        assert!(write_new(&link, b"three").is_err() && fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
