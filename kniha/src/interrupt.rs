//! Ctrl-C: what stops, what is left behind.
//!
//! Every write of the book is whole or undone even after kill −9, so stopping means ending at once. Files that this process began are removed
//! first. Signals and files.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::say;

static BEGUN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file or folder that is removed when the work on it does not come to its end.
pub(crate) struct Begun(PathBuf);

impl Begun {
    pub(crate) fn new(path: &Path) -> Begun {
        if let Ok(mut begun) = BEGUN.lock() {
            begun.push(path.to_owned());
        }
        Begun(path.to_owned())
    }

    /// The work is done: what was begun is no longer in the way.
    pub(crate) fn finished(self) {
        self.forget();
        std::mem::forget(self);
    }

    fn forget(&self) {
        if let Ok(mut begun) = BEGUN.lock() {
            begun.retain(|path| *path != self.0);
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.forget();
        remove(&self.0);
    }
}

fn remove(path: &Path) {
    // Whatever cannot be removed is named `.part` or `.making` and is replaced by the next run.
    let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
}

/// The watch over Ctrl-C.
pub(crate) struct Watch(tokio::task::JoinHandle<()>);

impl Watch {
    /// From here on somebody else answers Ctrl-C.
    pub(crate) fn hand_over(self) {
        self.0.abort();
    }
}

/// Waits for Ctrl-C in the background and ends the process with code 130.
pub(crate) fn watch() -> Watch {
    Watch(tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        crate::ask::echo_again();
        if let Ok(begun) = BEGUN.lock() {
            begun.iter().for_each(|path| remove(path));
        }
        say::note(
            "\nStopped.\nWhat was not finished was undone; everything written before is kept.\nRun the same command again; an import continues where it stopped.",
        );
        std::process::exit(130);
    }))
}
