//! `kniha team sign`: a custodian looks at a drafted key list and signs it, on their own machine and without the book.

use std::path::PathBuf;

use data_encoding::HEXLOWER;
use kniha_core::lang::Lang;
use kniha_seal::keyfile::spoken;
use kniha_seal::keylist::{MOST_BYTES, SignedList};
use kniha_seal::sign::Purpose;

use super::keys::lang;
use crate::exit::{Exit, Failure, chain};
use crate::home::files;
use crate::team::{ListSignature, Shape, members};
use crate::{ask, say};

/// Look at a drafted key list and sign it (custodians, on their own machines)
#[derive(clap::Args)]
pub(crate) struct Raw {
    /// The draft
    draft: PathBuf,
    /// Your key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The list before, as the portal serves it or the book has it in keylists/: shows what changes
    #[arg(long, value_name = "LIST")]
    before: Option<PathBuf>,
    /// The signature's file [default: beside the draft, with your key's id and .sig]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Language of the words: be, ru, uk or en
    #[arg(long, default_value = "en", value_parser = lang)]
    lang: Lang,
}

pub(crate) fn run(raw: &Raw) -> anyhow::Result<()> {
    let signed = read_list(&raw.draft)?;
    let list = signed.list();
    let shape = shape(&raw.draft, &signed)?;
    let before = raw.before.as_ref().map(|path| read_list(path).map(|signed| (path, signed))).transpose()?;
    if let Some((path, before)) = &before
        && list.prev != Some(before.digest())
    {
        return Err(Failure::new(
            Exit::Refused,
            format!("The draft does not follow {}: it names another list as the one before.", path.display()),
            "Nothing was signed.",
            "Ask which list it follows. If it is not the one you know, do not sign.",
        )
        .into());
    }
    let before = before.as_ref().map(|(path, signed)| shape_of(path, signed)).transpose()?;
    let key_file = members::read_secret(&raw.key)?;
    let custodian = shape.custodian(key_file.fingerprint()).or_else(|| before.as_ref().and_then(|before| before.custodian(key_file.fingerprint())));
    // A custodian who leaves signs too; without the list before nobody can tell who that is, and the desk will.
    if custodian.is_none() && (before.is_some() || list.no == 1) {
        return Err(Failure::new(
            Exit::Refused,
            "This key is not among the custodians, neither of this list nor of the one before.",
            "Nothing was signed.",
            "Use the key that was named as custodian, or ask whoever drafted the list.",
        )
        .into());
    }
    let points = |lines: Vec<String>| lines.into_iter().map(|line| format!("  - {line}")).collect::<Vec<_>>();
    let mut told = vec![
        format!("Key list {} of the book {}…, {}.", list.no, HEXLOWER.encode(&list.book[..8]), shape.days()),
        format!("Addresses: {}.", shape.addresses()),
        String::new(),
        "Who opens what:".to_owned(),
    ];
    told.extend(points(shape.who_opens()));
    told.extend([String::new(), "In what this team is weak:".to_owned()]);
    told.extend(points(shape.weaknesses()));
    told.extend([String::new(), "What changes:".to_owned()]);
    told.extend(points(match &before {
        Some(before) => shape.changes(before, raw.lang),
        None if list.no == 1 => vec!["It is the first list: everything is new.".to_owned()],
        None => vec!["NOT KNOWN: give the list before with --before, or you sign without knowing what changes.".to_owned()],
    }));
    told.extend([String::new(), "Members, with the ten words that each can confirm on the telephone:".to_owned()]);
    told.extend(shape.members(raw.lang));
    told.extend([
        String::new(),
        "The digest in words. Compare it with the other custodians before you sign:".to_owned(),
        format!("  {}", spoken(&signed.digest(), raw.lang).join(" ")),
        String::new(),
    ]);
    say::note(&told.join("\n"));
    if !ask::yes("Do you know these members, and are the words of the digest the same for the others?")? {
        return Err(Failure::new(Exit::Refused, "You did not say yes.", "Nothing was signed.", "Run the command again when you are sure.").into());
    }
    let key = members::open(&key_file)?;
    let signature = ListSignature { digest: signed.digest(), signature: key.signing().sign(Purpose::KeyList, signed.to_sign()) };
    let out = raw.out.clone().unwrap_or_else(|| files::parent(&raw.draft).join(format!("keylist-{}.{}.sig", list.no, key.public().id())));
    files::write_new(&out, signature.to_text().as_bytes()).map_err(|e| {
        Failure::new(Exit::Database, format!("{} could not be written: {e}.", out.display()), "Nothing was signed.", "Name another file with --out.")
    })?;
    say::note(&format!("Signed. Send {} to whoever drafted the list; it is no secret.", out.display()));
    Ok(())
}

/// Reads a list, signed or not.
pub(crate) fn read_list(path: &std::path::Path) -> anyhow::Result<SignedList> {
    let bytes = members::read_bounded(path, MOST_BYTES as u64)?;
    Ok(SignedList::decode(&bytes)
        .map_err(|e| Failure::input(format!("{} is no key list: {}.", path.display(), chain(&e)), "Have the file sent again, as a file and not as text."))?)
}

/// The shape of a list; an odd one is not gone on with.
pub(crate) fn shape<'l>(path: &std::path::Path, signed: &'l SignedList) -> anyhow::Result<Shape<'l>> {
    shape_of(path, signed)
}

fn shape_of<'l>(path: &std::path::Path, signed: &'l SignedList) -> anyhow::Result<Shape<'l>> {
    Ok(Shape::of(signed.list()).map_err(|e| {
        Failure::input(
            format!("{} is not a list that `kniha team draft` writes: {}.", path.display(), chain(&e)),
            "Do not sign or publish it, and ask who made it and why.",
        )
    })?)
}
