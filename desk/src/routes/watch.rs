//! The auditor's place: who read which part and why, without content; how much against the caps; wrong sign-ins; whether the chain of the log holds. An
//! auditor who notes the head signs how far they have followed: a log that is shorter or other later is found out.

use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::id::MemberId;
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_gate::{Account, AccountState, Entry, LogState, Said};
use kniha_seal::part::Compartment;

use crate::error::PageError;
use crate::fields::Fields;
use crate::href;
use crate::lang::Tongue;
use crate::page::{Frame, Room, page};
use crate::parts::when::{day, moment};
use crate::rooms::Visit;
use crate::routes::me::UsedLine;
use crate::routes::members::find;
use crate::ways::{May, Ways};

/// Entries of a page.
const ROWS: u64 = 200;
/// Entries read at once for a file.
const AT_ONCE: u32 = 5_000;
/// Days of wrong sign-ins shown.
const DAYS: u32 = 30;

pub(crate) fn routes() -> Ways {
    Ways::new().get("/watch", May::Watch, show).post("/watch/note", May::Watch, note).get("/watch/opened/{id}", May::Watch, opened)
}

/// An entry of the log.
struct Line {
    n: u64,
    said: Option<SaidLine>,
}

struct SaidLine {
    who: String,
    at: String,
    what: String,
    why: String,
    case: Option<String>,
    part: String,
}

/// What one member was shown.
struct MemberUse {
    login: String,
    used: Vec<UsedLine>,
}

struct WrongLine {
    login: String,
    day: String,
    times: u64,
}

struct NoteLine {
    auditor: String,
    n: u64,
    at: String,
}

#[derive(Template)]
#[template(path = "watch.html")]
struct WatchPage {
    frame: Frame,
    state: String,
    head: String,
    broken: bool,
    notes: Vec<NoteLine>,
    lines: Vec<Line>,
    older: Option<String>,
    newest: Option<&'static str>,
    used: Vec<MemberUse>,
    wrong: Vec<WrongLine>,
}

async fn show(visit: Visit, frame: Frame, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let (t, now, house) = (frame.t, (visit.now)(), visit.rooms.house());
    let fields = Fields::parse(query.unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let (accounts, log) = (house.accounts().await?, house.log_check().await?);
    let before = fields.get("before").parse::<u64>().ok();
    let last = before.map_or(log.entries, |before| before.saturating_sub(1).min(log.entries));
    let first = last.saturating_sub(ROWS);
    let mut entries = house.watch(&visit.who, first, u32::try_from(last - first).unwrap_or(0)).await?;
    entries.reverse();
    let mut used = Vec::new();
    for account in accounts.iter().filter(|account| account.reads()) {
        let lines = house.used(account.id, now).await?;
        if lines.iter().any(|line| line.month > 0) {
            used.push(MemberUse { login: account.login.clone(), used: lines.iter().map(|line| UsedLine::of(t, line)).collect() });
        }
    }
    let today = u32::try_from(now.0.div_euclid(DAY_US)).unwrap_or(0);
    let wrong = house.wrong_tries(today.saturating_sub(DAYS)).await?;
    let wrong = wrong.into_iter().map(|wrong| WrongLine {
        login: name(&accounts, wrong.who),
        day: day(t, UtcMicros(i64::from(wrong.day) * DAY_US)),
        times: wrong.times,
    });
    let notes = house.followed().await?.into_iter();
    page(&WatchPage {
        state: state(t, &log),
        head: data_encoding::HEXLOWER.encode(&log.head.0),
        broken: log.broken.is_some(),
        notes: notes.map(|note| NoteLine { auditor: name(&accounts, note.auditor), n: note.n, at: moment(t, note.at) }).collect(),
        lines: entries.into_iter().map(|entry| Line::of(t, &accounts, entry)).collect(),
        older: (first > 0).then(|| href::with("/watch", &[("before", &(first + 1).to_string())])),
        newest: before.map(|_| "/watch"),
        used,
        wrong: wrong.collect(),
        frame: frame.clone().titled(t.get("watch")).standing(Room::Watch),
    })
}

async fn note(visit: Visit) -> Result<Response, PageError> {
    visit.rooms.house().follow(&visit.who, (visit.now)()).await?;
    Ok(Redirect::to("/watch?done=noted").into_response())
}

/// Every entry of one member, as a table.
async fn opened(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let (account, house) = (find(&visit, &id).await?, visit.rooms.house());
    if account.state == AccountState::Asked {
        return Err(PageError::NotFound);
    }
    let mut table = String::from("entry,at,part,compartment,case,why\n");
    let mut after = 0;
    loop {
        let entries = house.watch(&visit.who, after, AT_ONCE).await?;
        let Some(last) = entries.last() else { break };
        after = last.n;
        for (n, said) in entries.iter().filter_map(|entry| Some((entry.n, entry.said.as_ref()?))).filter(|(_, said)| said.who == account.id) {
            let case = said.case.map(|case| case.to_string()).unwrap_or_default();
            table.push_str(&format!("{n},{},{},{},{case},{}\n", iso(said.at), said.part, compartment(said.compartment), said.why.code()));
        }
    }
    let named = format!("attachment; filename=\"opened-{}.csv\"", account.id);
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, named)], table).into_response())
}

fn name(accounts: &[Account], id: MemberId) -> String {
    accounts.iter().find(|account| account.id == id).map_or_else(|| id.to_string(), |account| account.login.clone())
}

fn state(t: Tongue, log: &LogState) -> String {
    match log.broken {
        Some(n) => t.with("watch-broken", &[("n", &n.to_string())]),
        None if log.entries == 0 => t.get("watch-empty"),
        None => t.with("watch-whole", &[("n", &log.entries.to_string())]),
    }
}

/// The end of the key of its text, and its code in tables.
fn compartment(of: Compartment) -> &'static str {
    match of {
        Compartment::Base => "account",
        Compartment::Identity => "identity",
        Compartment::Contacts => "contacts",
        Compartment::OwnActs => "own-acts",
        Compartment::Witnesses => "witnesses",
        Compartment::File => "file",
        Compartment::Triage => "card",
    }
}

/// RFC 3339, in UTC.
fn iso(at: UtcMicros) -> String {
    jiff::Timestamp::from_microsecond(at.0).map(|at| at.to_string()).unwrap_or_default()
}

impl Line {
    fn of(t: Tongue, accounts: &[Account], entry: Entry) -> Line {
        let said = |said: Said| SaidLine {
            who: name(accounts, said.who),
            at: moment(t, said.at),
            what: t.get(&format!("part-{}", compartment(said.compartment))),
            why: t.get(&format!("read-why-{}", said.why.code())),
            case: said.case.map(|case| case.to_string()),
            part: said.part.to_string(),
        };
        Line { n: entry.n, said: entry.said.map(said) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;
    use kniha_gate::Why;

    use super::*;

    #[test]
    fn every_compartment_and_reason_has_its_words() {
        for why in Why::ALL {
            assert!(Tongue(Lang::En).has(&format!("read-why-{}", why.code())), "{why:?}");
        }
        for part in Compartment::ALL {
            assert!(Tongue(Lang::En).has(&format!("part-{}", compartment(part))), "{part:?}");
        }
    }
}
