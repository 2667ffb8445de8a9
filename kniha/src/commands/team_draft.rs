//! `kniha team draft`: an unsigned key list, and what a team of this size is weak in.

use std::path::{Path, PathBuf};

use kniha_core::lang::Lang;
use kniha_core::text;
use kniha_seal::keyfile::{MemberPublic, spoken};
use kniha_seal::keylist::{KeyList, MOST_NAMES, SignedList, Trusted};
use kniha_seal::part::Day;
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, QuorumNo, TEAM};

use crate::exit::{Failure, NOTHING_WRITTEN};
use crate::home::{Home, files};
use crate::say;
use crate::team::{self, DESK_KEYS, DeskKeys, Plan, Shape, Size, members};

/// Longest address, in bytes (`docs/formats/sealing.md`).
const MOST_ADDRESS: usize = 255;

/// Draft the first or the next key list, for the custodians to sign
#[derive(clap::Args)]
pub(crate) struct Raw {
    /// How large the team is
    #[arg(long, value_enum)]
    size: Size,
    #[command(flatten)]
    roles: Roles,
    /// The draft's file [default: keylist-N.draft in the book's folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Make new keys for the desk itself, because desk.keys is lost or was seen by others
    #[arg(long)]
    new_desk_keys: bool,
}

/// Who is to be in the team, and when.
#[derive(clap::Args)]
pub(crate) struct Roles {
    /// Public key of a custodian (once for each)
    #[arg(long = "custodian", value_name = "FILE.pub")]
    custodians: Vec<PathBuf>,
    /// Public key of a screener (once for each)
    #[arg(long = "screener", value_name = "FILE.pub")]
    screeners: Vec<PathBuf>,
    /// Public key of a lawyer (once for each)
    #[arg(long = "lawyer", value_name = "FILE.pub")]
    lawyers: Vec<PathBuf>,
    /// First day of the list [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<String>,
    /// For how many days the list and its keys hold
    #[arg(long, default_value_t = 90)]
    days: u32,
    /// Where the book is reached (once for each address)
    #[arg(long = "address", value_name = "URL")]
    addresses: Vec<String>,
}

impl Roles {
    /// Whether anything was asked for.
    pub(crate) fn any(&self) -> bool {
        !(self.custodians.is_empty() && self.screeners.is_empty() && self.lawyers.is_empty() && self.addresses.is_empty() && self.from.is_none())
    }

    /// Reads the files; a role of which none is named stays what it is in the list before.
    pub(crate) fn plan(&self, size: Size, before: Option<&KeyList>) -> anyhow::Result<Plan> {
        let today = team::today();
        let from = match &self.from {
            None => today,
            Some(written) => {
                let day = team::parse_day(written).ok_or_else(|| Failure::usage(format!("{written} is no day."), "Write --from 2032-08-10."))?;
                if day < today {
                    return Err(Failure::usage(format!("{written} is over."), "A list begins today or later.").into());
                }
                day
            }
        };
        let to = from.0.checked_add(self.days).and_then(|after| after.checked_sub(1)).filter(|_| self.days > 0);
        let to = Day(to.ok_or_else(|| Failure::usage(format!("{} days are no time for a list.", self.days), "Write --days 90."))?);
        if self.addresses.len() > MOST_NAMES || self.addresses.iter().any(|address| address.len() > MOST_ADDRESS) {
            return Err(Failure::usage(format!("A list has at most {MOST_NAMES} addresses of {MOST_ADDRESS} bytes."), "Name fewer or shorter ones.").into());
        }
        for address in &self.addresses {
            text::check_line(address).map_err(|e| Failure::usage(format!("An address cannot be used: {e}."), "Write another one."))?;
        }
        let role = |files: &[PathBuf], no: QuorumNo| -> Result<Vec<MemberPublic>, Failure> {
            let held = before.and_then(|list| list.quorums.iter().find(|quorum| quorum.no == no));
            match held {
                Some(held) if files.is_empty() => {
                    Ok(held.slots.iter().map(|slot| MemberPublic { opening: slot.opening.clone(), signing: slot.signing.clone() }).collect())
                }
                _ => files.iter().map(|file| members::read_public(file)).collect(),
            }
        };
        let held = before.map(|list| list.addresses.clone()).unwrap_or_default();
        let plan = Plan {
            size,
            custodians: role(&self.custodians, CUSTODIANS)?,
            screeners: role(&self.screeners, TEAM)?,
            lawyers: role(&self.lawyers, LAWYERS)?,
            from,
            to,
            addresses: if self.addresses.is_empty() { held } else { self.addresses.clone() },
        };
        plan.check()?;
        Ok(plan)
    }
}

pub(crate) async fn run(raw: Raw, dir: &Path) -> anyhow::Result<()> {
    let mut home = Home::open(dir)?;
    let before = team::current(dir)?;
    let plan = raw.roles.plan(raw.size, before.as_ref().map(Trusted::list))?;
    let no = before.as_ref().map_or(1, |trusted| trusted.list().no.saturating_add(1));
    let out = raw.out.unwrap_or_else(|| dir.join(name(no)));
    if std::fs::symlink_metadata(&out).is_ok() {
        return Err(Failure::refused(
            format!("{} is there already.", out.display()),
            "If nobody has signed it, remove it and draft again; otherwise publish it, or name another file with --out.",
        )
        .into());
    }
    let store = home.store().await?;
    let book = store.book().id;
    store.close().await;
    let desk = desk_keys(dir, before.is_some(), raw.new_desk_keys)?;
    let unsigned = SignedList::unsigned(plan.list(book, &desk, before.as_ref()))?;
    files::write_new(&out, &unsigned.encode())?;
    tell(&unsigned, before.as_ref(), &out)
}

/// The name of a draft.
pub(crate) fn name(no: u32) -> String {
    format!("keylist-{no}.draft")
}

/// Says what was drafted and in what such a team is weak.
pub(crate) fn tell(unsigned: &SignedList, before: Option<&Trusted>, out: &Path) -> anyhow::Result<()> {
    let list = unsigned.list();
    let shape = Shape::of(list)?;
    let mut told = vec![format!("Key list {}, {}, is drafted in {}.", list.no, shape.days(), out.display()), String::new(), "Who opens what:".to_owned()];
    let points = |lines: Vec<String>| lines.into_iter().map(|line| format!("  - {line}")).collect::<Vec<_>>();
    told.extend(points(shape.who_opens()));
    told.extend([String::new(), "In what this team is weak:".to_owned()]);
    told.extend(points(shape.weaknesses()));
    if let Some(before) = before
        && let Ok(before) = Shape::of(before.list())
    {
        told.extend([String::new(), "What changes:".to_owned()]);
        told.extend(points(shape.changes(&before, Lang::En)));
    }
    told.extend([
        String::new(),
        format!("The digest in words, for the custodians to compare: {}", spoken(&unsigned.digest(), Lang::En).join(" ")),
        String::new(),
        format!("Next: send it to the custodians. Each runs `kniha team sign {} --key THEIR.key` on their own machine,", name(list.no)),
        "and sends back the signature; then `kniha team publish DRAFT SIGNATURE…` here.".to_owned(),
    ]);
    say::note(&told.join("\n"));
    Ok(())
}

/// The desk's own keys: made with the first draft, read ever after.
fn desk_keys(dir: &Path, has_list: bool, anew: bool) -> anyhow::Result<DeskKeys> {
    let there = std::fs::symlink_metadata(dir.join(DESK_KEYS)).is_ok();
    match (there, has_list, anew) {
        (true, _, true) => Err(Failure::new(
            crate::exit::Exit::Refused,
            format!("{} is there.", dir.join(DESK_KEYS).display()),
            NOTHING_WRITTEN,
            "Move it away first: it is never written over.",
        )
        .into()),
        (false, false, _) | (false, true, true) => DeskKeys::make(dir, &mut team::rng()?),
        (true, _, false) | (false, true, false) => DeskKeys::read(dir),
    }
}
