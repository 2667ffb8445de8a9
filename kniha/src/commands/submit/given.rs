//! What a person gives: answers out of files or from the terminal, and the files to send. Reads; writes nothing.

use std::fs::File;
use std::path::{Path, PathBuf};

use kniha_core::telling::Answers;
use kniha_seal::part::MOST_FILES;

use super::Raw;
use crate::exit::Failure;
use crate::lanes::{ask, told};

/// Longest name that a cover takes, in bytes.
const MOST_NAME: usize = 255;

/// A file to send: open already, so that it is the one that was looked at.
pub(super) struct Given {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) len: u64,
}

impl Given {
    /// Opens the file from its beginning.
    pub(super) fn open(&self) -> std::io::Result<File> {
        File::open(&self.path)
    }
}

/// Looks at the files before anything is asked or sealed.
pub(super) fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<Given>> {
    if paths.len() > MOST_FILES {
        return Err(
            Failure::usage(format!("{} files were named, and one submission has at most {MOST_FILES}.", paths.len()), "Send the others another time.").into()
        );
    }
    paths.iter().map(|path| file(path)).collect()
}

fn file(path: &Path) -> anyhow::Result<Given> {
    let bad = |what: &str| Failure::usage(format!("{} cannot be sent: {what}.", path.display()), "Name ordinary files that you can read.");
    let meta = File::open(path).and_then(|file| file.metadata()).map_err(|e| bad(&e.to_string()))?;
    if !meta.is_file() {
        return Err(bad("it is no ordinary file").into());
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).ok_or_else(|| bad("it has no name"))?;
    let name = name[..name.floor_char_boundary(MOST_NAME)].to_owned();
    Ok(Given { path: path.to_owned(), name, len: meta.len() })
}

/// Reads or asks the answers.
pub(super) fn answers(raw: &Raw) -> anyhow::Result<Answers> {
    let mut answers = Answers::new();
    if let Some(path) = &raw.answers {
        told::with_headings(&told::text(path)?, &mut answers)?;
    }
    let texts = [
        (&raw.account, ("tell", "account")),
        (&raw.place, ("tell", "where")),
        (&raw.when, ("tell", "when")),
        (&raw.own_acts, ("own", "acts")),
        (&raw.contact, ("contact", "reach")),
    ];
    for (path, field) in texts {
        if let Some(path) = path {
            told::set(&mut answers, field, &told::text(path)?)?;
        }
    }
    if raw.answers.is_none() && raw.account.is_none() {
        asked(raw, &mut answers)?;
    }
    if let Some(door) = &raw.door {
        told::set(&mut answers, ("door", "door"), door)?;
    }
    if raw.custodians {
        told::set(&mut answers, ("door", "custodians"), "yes")?;
    }
    if raw.urgent {
        told::set(&mut answers, ("triage", "urgent"), "yes")?;
    }
    Ok(answers)
}

fn asked(raw: &Raw, answers: &mut Answers) -> anyhow::Result<()> {
    told::set(answers, ("tell", "account"), &ask::lines("What happened?")?)?;
    for (given, field, question) in [
        (raw.place.is_some(), ("tell", "where"), "Where? (empty: not said)"),
        (raw.when.is_some(), ("tell", "when"), "When? (empty: not said)"),
        (raw.own_acts.is_some(), ("own", "acts"), "What did you do yourself? Lawyers alone read it. (empty: not said)"),
        (raw.contact.is_some(), ("contact", "reach"), "How else can you be reached? Custodians alone read it. (empty: not said)"),
        (raw.door.is_some(), ("door", "door"), "Who may open it: team, lawyers or deposit? (empty: team)"),
    ] {
        if !given {
            told::set(answers, field, &ask::line(question)?)?;
        }
    }
    Ok(())
}
