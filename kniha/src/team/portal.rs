//! A portal's folder: its settings, and an inbox that holds the book's key lists and nothing else. It is made here and carried to the portal's machine;
//! nothing in it is secret. Writes a folder.

use std::path::Path;

use kniha_inbox::Inbox;
use kniha_portal::Config;

use super::folder;
use crate::home::files;
use crate::interrupt::Begun;

/// Makes the folder, whole or not at all. On SQLite its inbox holds the book's key lists from the beginning; to another database the desk brings them.
///
/// # Errors
/// When something is there, the lists cannot be believed, or the disk fails.
pub async fn portal_folder(dir: &Path, config: &Config, book: &Path) -> anyhow::Result<()> {
    let lists = folder::served(book)?;
    let making = files::beside(dir, "making")?;
    if making.exists() {
        std::fs::remove_dir_all(&making)?;
    }
    files::create_dir(&making)?;
    let begun = Begun::new(&making);
    config.write(&making)?;
    if config.database == kniha_portal::config::Database::Sqlite {
        let inbox = Inbox::open(&kniha_portal::place(config, &making, None)?, &making, true).await?;
        for (no, list) in &lists {
            inbox.put_list(*no, list).await?;
        }
        inbox.close().await;
    }
    files::sync_dir(&making)?;
    files::put_in_place(&making, dir)?;
    begun.finished();
    Ok(())
}
