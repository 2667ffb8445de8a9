//! `kniha team publish`: puts a draft and its custodians' signatures together, and keeps the list when enough of the right ones signed.

use std::path::{Path, PathBuf};

use kniha_core::lang::Lang;
use kniha_seal::keylist::{ChainError, SignedList, Trusted};
use kniha_seal::sign::{Purpose, VerifyingKey};

use super::team_sign::{read_list, shape};
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::say;
use crate::team::{self, DeskKeys, ListSignature, members};

/// Keep a key list that enough custodians signed
#[derive(clap::Args)]
pub(crate) struct Raw {
    /// The draft
    draft: PathBuf,
    /// The custodians' signatures
    #[arg(required = true, value_name = "SIGNATURE")]
    signatures: Vec<PathBuf>,
}

pub(crate) async fn run(raw: &Raw, dir: &Path) -> anyhow::Result<()> {
    let mut home = Home::open(dir)?;
    let before = team::current(dir)?;
    let draft = read_list(&raw.draft)?;
    shape(&raw.draft, &draft)?;
    let store = home.store().await?;
    let ours = store.book().id == draft.list().book;
    store.close().await;
    if !ours {
        return Err(refused("The draft is of another book.", "Name the right book with --book, or the right draft."));
    }
    if !DeskKeys::read(dir)?.are_in(draft.list()) {
        return Err(refused("The draft names other keys for the desk than desk.keys holds.", "Draft the list again here, and have the new draft signed."));
    }
    // Signatures that came with the file are not counted: each must stand in a file whose key is known.
    let mut signed = SignedList::unsigned(draft.list().clone())?;
    let roots: Vec<&VerifyingKey> = before.iter().flat_map(|trusted| &trusted.list().root.keys).chain(&draft.list().root.keys).collect();
    for path in &raw.signatures {
        add(&mut signed, path, &roots)?;
    }
    let trusted = match &before {
        None => Trusted::first(&signed, &signed.digest()),
        Some(before) => before.next(&signed),
    }
    .map_err(not_enough)?;
    let today = team::today();
    let list = trusted.on(today).map_err(|e| {
        let next = match e {
            ChainError::NotYet { .. } => "Publish it on its first day: from then on everything is sealed under it, and the list before ends.",
            _ => "Draft a new one; this one would be refused by every reader.",
        };
        Failure::refused(in_days(e), next)
    })?;
    let path = team::publish(dir, &signed)?;
    say::note(&format!(
        "Key list {} holds now and until {}. It is kept in {}.\n\nThis week's six words: {}\n\nNext: bring it to the portal with the next `kniha collect`, and draft the next list two weeks before this one ends.",
        list.no,
        team::day_text(list.to),
        path.display(),
        list.week_words(trusted.digest(), today, Lang::En).join(" "),
    ));
    Ok(())
}

/// Adds a signature from a file, if it is one of these keys'.
fn add(signed: &mut SignedList, path: &Path, roots: &[&VerifyingKey]) -> anyhow::Result<()> {
    let bytes = members::read_bounded(path, ListSignature::MOST)?;
    let read = std::str::from_utf8(&bytes).ok().and_then(ListSignature::parse);
    let ListSignature { digest, signature } = read.ok_or_else(|| {
        Failure::input(format!("{} is no signature of a key list, or it was cut.", path.display()), "Have the file sent again, as a file and not as text.")
    })?;
    if digest != signed.digest() {
        return Err(Failure::input(
            format!("{} signs another list than this draft.", path.display()),
            "See that the custodian signed this very draft: compare the digest in words.",
        )
        .into());
    }
    let key = roots.iter().find(|key| key.verify(Purpose::KeyList, signed.to_sign(), &signature).is_ok());
    let key = key.ok_or_else(|| {
        Failure::input(
            format!("{} is not signed by any custodian, neither of the present list nor of the new one.", path.display()),
            "Leave it out, and ask who sent it.",
        )
    })?;
    signed.add(key, signature);
    Ok(())
}

fn not_enough(error: ChainError) -> anyhow::Error {
    let next = match error {
        ChainError::TooFew { .. } => "Ask more custodians of the list that holds now to sign.",
        ChainError::TooFewNew { .. } => "The custodians change: ask more of the new ones to sign too.",
        ChainError::Lower { .. } => "`kniha team show` shows the list that holds.",
        _ => "Draft the list again over the one that holds now.",
    };
    refused(&format!("The list is not published: {error}."), next)
}

/// A day as people write it, where the chain counts.
fn in_days(error: ChainError) -> String {
    match error {
        ChainError::NotYet { held, from, .. } => format!("Key list {held} begins on {}, which has not come.", team::day_text(from)),
        ChainError::Expired { held, to, .. } => format!("Key list {held} ended on {}.", team::day_text(to)),
        other => format!("{other}."),
    }
}

fn refused(happened: &str, next: &str) -> anyhow::Error {
    Failure::new(Exit::Refused, happened, crate::exit::NOTHING_WRITTEN, next).into()
}
