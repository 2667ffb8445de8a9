//! `kniha keys`: a member's own key, made and tried on the member's own machine. No book is needed, and no book ever holds it.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use kniha_core::lang::Lang;
use kniha_seal::keyfile::{KeyFile, MemberKey, Passphrase, WrappingKey, spoken};
use serde_json::json;
use zeroize::Zeroizing;

use crate::exit::{Exit, Failure};
use crate::home::files;
use crate::team::{self, members};
use crate::{ask, say};

/// Make, try, show or print a member's key (on the member's own machine)
#[derive(clap::Args)]
#[command(after_help = "Examples:
  kniha keys new --out vera.key --lang uk    asks you to write down eight words, makes vera.key and vera.key.pub
  kniha keys test vera.key                   opens it with the words and tries it
  kniha keys show vera.key.pub               the ten words to read to each other on the telephone
  kniha keys print vera.key | lp             a sheet for a safe place, apart from the eight words

vera.key.pub goes to whoever drafts the team's key list. vera.key and the eight words stay with the member,
apart from each other: both together open what the member can open, and nobody can give them back.")]
pub(crate) struct Raw {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Make a key, closed with eight words that are shown once
    New {
        /// The key's file; its public half gets the same name and .pub
        #[arg(long, value_name = "FILE", default_value = "member.key")]
        out: PathBuf,
        /// Language of the words: be, ru, uk or en
        #[arg(long, default_value = "en", value_parser = lang)]
        lang: Lang,
    },
    /// Open a key with its eight words and try whether it does what it is for
    Test {
        /// The key's file
        file: PathBuf,
    },
    /// Show the fingerprint of a public key in words
    Show {
        /// The public key's file
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a sheet with the closed key, for paper
    Print {
        /// The key's file
        file: PathBuf,
        /// Language of the words: be, ru, uk or en
        #[arg(long, default_value = "en", value_parser = lang)]
        lang: Lang,
    },
}

pub(crate) fn lang(written: &str) -> Result<Lang, String> {
    Lang::ALL.into_iter().find(|lang| lang.code() == written).ok_or_else(|| "the languages are be, ru, uk and en".to_owned())
}

pub(crate) fn run(raw: Raw) -> anyhow::Result<()> {
    match raw.what {
        What::New { out, lang } => new(&out, lang),
        What::Test { file } => test(&file),
        What::Show { file, json } => show(&file, json),
        What::Print { file, lang } => print(&file, lang),
    }
}

fn new(path: &Path, lang: Lang) -> anyhow::Result<()> {
    let public_path = public_path(path)?;
    for path in [path, &public_path] {
        if std::fs::symlink_metadata(path).is_ok() {
            return Err(Failure::refused(
                format!("{} is there already, and a key is never written over.", path.display()),
                "Name another file with --out. A key that was named in a key list is needed as long as anything sealed to it is unopened.",
            )
            .into());
        }
    }
    let mut rng = team::rng()?;
    let key = MemberKey::random(&mut rng);
    let passphrase = Passphrase::random(&mut rng);
    let passphrase = typed_back(&passphrase, lang)?;
    let file = key.close(&WrappingKey::fresh(&passphrase, &mut rng)?, &mut rng)?;
    write(path, &file.to_text())?;
    write(&public_path, &key.public().to_text()).map_err(|e| {
        let next = format!("{} is whole. `kniha keys test {}` writes the public half beside it.", path.display(), path.display());
        Failure::new(Exit::Database, e.to_string(), "Nothing was lost.", next)
    })?;
    drop(key);
    // From here on only what is on the disk counts.
    let read = members::read_secret(path)?.open(&passphrase)?;
    let public = members::read_public(&public_path)?;
    members::try_out(&read, &public, &mut rng).map_err(|e| {
        Failure::new(
            Exit::Database,
            format!("The key that was just made does not work: {e}."),
            "Nothing was lost.",
            "Do NOT hand it out. Remove both files and try another disk or machine.",
        )
    })?;
    say::note(&format!(
        "The key is made and tried from the disk: it opened with your words, a part that was sealed to it opened, its signature was verified.\n\n  {}   SECRET, stays with you\n  {}   for whoever drafts the team's key list\n\nRead these ten words to them on the telephone, so that both know it is this key:\n  {}\n\nKeep the paper with the eight words apart from the file. `kniha keys print {}` makes a sheet for a safe place.\nWithout file or words the key is gone: nobody can give it back.",
        path.display(),
        public_path.display(),
        public.spoken(lang).join(" "),
        path.display(),
    ));
    Ok(())
}

/// Shows the passphrase once and has it typed back; gives what was typed.
fn typed_back(passphrase: &Passphrase, lang: Lang) -> anyhow::Result<Passphrase> {
    const TRIES: usize = 3;
    say::note(&Zeroizing::new(format!("Write these eight words on paper. They are shown only now:\n\n  {}\n", passphrase.text(lang).as_str())));
    if ask::is_person() {
        ask::line("Press Enter when they are on paper; the screen is then cleared. ")?;
        // Screen and what was scrolled away.
        say::note("\x1b[H\x1b[2J\x1b[3J");
    }
    for left in (0..TRIES).rev() {
        let typed = ask::hidden("Type them from the paper; the first four letters of each are enough: ")?;
        if typed.is_empty() {
            break;
        }
        match Passphrase::read(&typed) {
            Ok(meant) => {
                if let Some(typed) = meant.into_iter().find(|meant| meant == passphrase) {
                    return Ok(typed);
                }
                say::note("These are not the words that were shown.");
            }
            Err(e) => say::note(&format!("Not these: {e}.")),
        }
        if left > 0 {
            say::note(&format!("Try again, {left} more."));
        }
    }
    Err(Failure::refused("The words were not typed back, so no key was made.", "Run the command again; it shows new words. The old ones open nothing.").into())
}

fn test(path: &Path) -> anyhow::Result<()> {
    let file = members::read_secret(path)?;
    let public_path = public_path(path)?;
    let key = members::open(&file)?;
    let public = if std::fs::symlink_metadata(&public_path).is_ok() {
        members::read_public(&public_path)?
    } else {
        write(&public_path, &key.public().to_text())?;
        say::note(&format!("{} was not there and is written.", public_path.display()));
        key.public()
    };
    members::try_out(&key, &public, &mut team::rng()?).map_err(|e| {
        Failure::new(
            Exit::Refused,
            format!("The key does not work: {e}."),
            "Nothing was changed.",
            "See that FILE and FILE.pub belong together. If they do, make a new key and have the next key list name it.",
        )
    })?;
    let mut out = say::Out::new();
    out.line("The key works: it opened with your words, a part that was sealed to it opened, its signature was verified.")?;
    out.line(&format!("key {}  {}", public.id(), public.spoken(Lang::En).join(" ")))?;
    Ok(out.done()?)
}

fn show(path: &Path, json: bool) -> anyhow::Result<()> {
    let public = members::read_public(path)?;
    let fingerprint = data_encoding::HEXLOWER.encode(&public.fingerprint().0);
    let mut out = say::Out::new();
    if json {
        let spoken: serde_json::Map<_, _> = Lang::ALL.map(|lang| (lang.code().to_owned(), json!(public.spoken(lang).join(" ")))).into_iter().collect();
        out.json(&json!({"key": public.id().to_string(), "fingerprint": fingerprint, "spoken": spoken}))?;
    } else {
        out.line(&format!("key          {}", public.id()))?;
        out.line(&format!("fingerprint  {fingerprint}"))?;
        for lang in Lang::ALL {
            out.line(&format!("{}           {}", lang.code(), public.spoken(lang).join(" ")))?;
        }
    }
    out.done()?;
    say::note("Call the member, on a number or through a person you knew before, and have the ten words read to you: are they these?");
    Ok(())
}

fn print(path: &Path, lang: Lang) -> anyhow::Result<()> {
    let file = members::read_secret(path)?;
    let mut out = say::Out::new();
    for line in sheet(&file, lang) {
        out.line(&line)?;
    }
    Ok(out.done()?)
}

/// The sheet for paper.
fn sheet(file: &KeyFile, lang: Lang) -> Vec<String> {
    let mut sheet = vec![
        "KEY OF A MEMBER".to_owned(),
        String::new(),
        "Its public half in ten words:".to_owned(),
        format!("    {}", spoken(file.fingerprint(), lang).join(" ")),
        String::new(),
        "The secret half, closed with eight words that are NOT on this sheet. Keep the paper".to_owned(),
        "with the eight words in another place: whoever has both has the key.".to_owned(),
        String::new(),
    ];
    for line in file.to_text().lines() {
        let wide = if line.starts_with("kniha-") { line.to_owned() } else { line.replace(' ', "   ") };
        sheet.push(format!("    {wide}"));
        sheet.push(String::new());
    }
    sheet.extend([
        "To use it again: type these lines into a file, the first and the last one too; spaces and".to_owned(),
        "capitals do not matter. The last block of a line checks it, and a slip is told by its line.".to_owned(),
        "Then: kniha keys test FILE".to_owned(),
    ]);
    sheet
}

fn public_path(path: &Path) -> Result<PathBuf, Failure> {
    let mut name = path.file_name().ok_or_else(|| Failure::usage(format!("{} names no file.", path.display()), "Name a file with --out."))?.to_owned();
    name.push(".pub");
    Ok(path.with_file_name(name))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    files::write_new(path, text.as_bytes()).map_err(|e| {
        Failure::new(
            Exit::Database,
            format!("{} could not be written: {e}.", path.display()),
            crate::exit::NOTHING_WRITTEN,
            "Name another file or disk with --out.",
        )
        .into()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_letters_of_a_sheet_can_be_typed_again() {
        let mut rng = team::rng().unwrap();
        let passphrase = Passphrase::random(&mut rng);
        let file = MemberKey::random(&mut rng).close(&WrappingKey::fresh(&passphrase, &mut rng).unwrap(), &mut rng).unwrap();
        let sheet = sheet(&file, Lang::Be);
        let from = sheet.iter().position(|line| line.contains("kniha-secret-key")).unwrap();
        let to = sheet.iter().rposition(|line| line.contains("kniha-secret-key")).unwrap();
        assert_eq!(KeyFile::parse(&sheet[from..=to].join("\n")), Ok(file));
        assert!(!sheet.join("\n").contains(passphrase.text(Lang::Be).as_str()));
    }

    #[test]
    fn a_public_half_stands_beside_its_secret() {
        assert_eq!(public_path(Path::new("a/vera.key")).unwrap(), Path::new("a/vera.key.pub"));
        assert!(public_path(Path::new("/")).is_err());
    }
}
