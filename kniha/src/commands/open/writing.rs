//! The folder that opened parts are written into: one folder a submission, for its owner alone (0700, files 0600).
//!
//! Names of files are testimony, so they are made harmless: never a path, never hidden, numbered so that none replaces another. A run that does not come to
//! its end leaves nothing. Files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use kniha_seal::part::{Compartment, PartId, SubmissionId};

use super::checks::Verdict;
use super::opening::Opened;
use super::report;
use crate::exit::Failure;
use crate::home::files;
use crate::interrupt::Begun;
use crate::{lanes, say};

/// The text of a submission.
const REPORT: &str = "report.txt";
/// The answers of each part, in JSON lines.
const ANSWERS: &str = "answers.jsonl";
/// What `kniha reply` needs.
const SOURCE: &str = lanes::source_file::FILE;
/// Longest name of a file that is written, in bytes; file systems take 255.
const MOST_NAME: usize = 120;

/// The folder.
pub(super) struct Folder {
    dir: PathBuf,
    begun: Begun,
}

/// A file that is being written.
pub(super) struct Plain {
    file: File,
    path: PathBuf,
}

impl Folder {
    pub(super) fn make(dir: &Path) -> anyhow::Result<Folder> {
        files::create_dir(dir)
            .map_err(|e| Failure::refused(format!("{} cannot be made: {e}.", dir.display()), "Name a folder that is not there yet, on an encrypted disk."))?;
        Ok(Folder { dir: dir.to_owned(), begun: Begun::new(dir) })
    }

    /// A file whose name is not known yet.
    pub(super) fn plain(&mut self, part: &PartId) -> anyhow::Result<Plain> {
        let path = self.dir.join(format!("{part}.part"));
        Ok(Plain { file: files::create(&path)?, path })
    }

    /// Writes the texts and gives the files their names.
    pub(super) fn finish(self, opened: &[Opened], verdicts: &[Verdict]) -> anyhow::Result<()> {
        let mut submissions: BTreeMap<SubmissionId, Vec<&Opened>> = BTreeMap::new();
        for part in opened {
            submissions.entry(part.cover.submission).or_default().push(part);
        }
        for (submission, mut parts) in submissions {
            parts.sort_by_key(|part| (part.cover.kind, part.cover.compartment, part.cover.part));
            let dir = self.dir.join(submission.to_string());
            files::create_dir(&dir)?;
            let named = name_files(&dir, &parts)?;
            let about: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.submission == submission).collect();
            put(&dir.join(REPORT), report::text(&parts, &about, &named).as_bytes())?;
            let mut answers = zeroize::Zeroizing::new(String::with_capacity(64 * 1024));
            for part in &parts {
                if let Some(said) = report::answers_json(part) {
                    answers.push_str(&say::plain_json(&serde_json::json!({"part": part.cover.part.to_string(), "answers": said}).to_string()));
                    answers.push('\n');
                }
            }
            put(&dir.join(ANSWERS), answers.as_bytes())?;
            if let Some((cover, source)) = parts.iter().find_map(|part| Some((&part.cover, part.cover.source.as_ref()?))) {
                put(&dir.join(SOURCE), lanes::source_file::write(&HEXLOWER.encode(&cover.book), &cover.lang, source).as_bytes())?;
            }
            files::sync_dir(&dir)?;
        }
        files::sync_dir(&self.dir)?;
        self.begun.finished();
        Ok(())
    }
}

impl Plain {
    pub(super) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes)
    }

    pub(super) fn finish(self) -> std::io::Result<Plain> {
        self.file.sync_all()?;
        Ok(self)
    }
}

fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = files::create(path)?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// Gives files the names that they are vouched for under.
fn name_files(dir: &Path, parts: &[&Opened]) -> anyhow::Result<Vec<(String, String)>> {
    let mut named = Vec::new();
    for part in parts.iter().filter(|part| part.cover.compartment == Compartment::File) {
        let Some(plain) = &part.plain else { continue };
        let told = parts.iter().flat_map(|other| &other.cover.files).find(|file| file.part == part.cover.part).map_or("", |file| file.name.as_str());
        let name = format!("{:02}-{}", named.len() + 1, harmless(told));
        fs::rename(&plain.path, dir.join(&name))?;
        named.push((name, format!("{} bytes  SHA-256 {}  told to be called {}", part.content_len, part.content_sha256, say::visible(told))));
    }
    Ok(named)
}

/// A name without anything that a shell, a file system or an eye could be misled by.
fn harmless(told: &str) -> String {
    let kept: String = told.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    let kept = kept.trim_matches(['.', '_']);
    // The end says what kind of file it is meant to be.
    let end = kept.rsplit_once('.').map_or("", |(_, end)| if end.len() <= 16 { end } else { "" });
    let room = MOST_NAME - end.len() - 1;
    match kept.len() {
        0 => "unnamed".to_owned(),
        len if len <= MOST_NAME => kept.to_owned(),
        _ if end.is_empty() => kept[..kept.floor_char_boundary(MOST_NAME)].to_owned(),
        _ => format!("{}.{end}", &kept[..kept.floor_char_boundary(room)]),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_that_was_told_is_never_a_path() {
        for (told, written) in [
            ("відэа.mp4", "відэа.mp4"),
            ("../../etc/passwd", "etc_passwd"),
            (".bashrc", "bashrc"),
            ("a\u{202e}gpj.exe", "a_gpj.exe"),
            ("-rf", "-rf"),
            ("", "unnamed"),
            ("..", "unnamed"),
            ("a b\n$(x).jpg", "a_b___x_.jpg"),
        ] {
            assert_eq!(harmless(told), written);
        }
        let long = harmless(&format!("{}.jpeg", "ў".repeat(200)));
        assert!(long.len() <= MOST_NAME && long.ends_with(".jpeg"), "{long}");
    }

    proptest! {
        #[test]
        fn whatever_is_told_can_be_written(told in ".{0,300}") {
            let dir = tempfile::tempdir().unwrap();
            let name = format!("01-{}", harmless(&told));
            std::fs::write(dir.path().join(&name), b"").unwrap();
            prop_assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        }
    }
}
