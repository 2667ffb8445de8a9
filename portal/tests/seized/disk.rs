//! A file system of its own in an image file, so that every byte of the disk can be looked at: free space, journal and names too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct Disk {
    folder: tempfile::TempDir,
    mounted: bool,
}

impl Disk {
    /// An ext4 file system of so many megabytes, mounted; as Debian makes and mounts it.
    pub(crate) fn new(megabytes: u64) -> Disk {
        let folder = tempfile::tempdir().unwrap();
        let mut disk = Disk { folder, mounted: false };
        fs::File::create(disk.image()).unwrap().set_len(megabytes << 20).unwrap();
        fs::create_dir(disk.path()).unwrap();
        // Initialised at once: the kernel would go on doing it while the test looks.
        run("mkfs.ext4", &["-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", disk.image().to_str().unwrap()]);
        run("mount", &["-o", "loop", disk.image().to_str().unwrap(), disk.path().to_str().unwrap()]);
        disk.mounted = true;
        disk
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Outside of the disk.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// All bytes, once nobody uses it.
    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        run("umount", &[self.path().to_str().unwrap()]);
        self.mounted = false;
        fs::read(self.image()).unwrap()
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg("-l").arg(self.path()).status();
        }
    }
}

fn run(command: &str, arguments: &[&str]) {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let output = Command::new(command).args(arguments).env("PATH", path).output().unwrap_or_else(|error| panic!("{command}: {error}"));
    assert!(output.status.success(), "{command} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Copies a folder as it stands.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().unwrap().is_dir() {
            true => copy(&path, &to),
            false => drop(fs::copy(&path, &to).unwrap()),
        }
    }
}
