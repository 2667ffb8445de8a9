//! `kniha team show`: the key list that holds, in plain words, and the six words of this week.

use std::path::Path;

use data_encoding::HEXLOWER;
use kniha_core::lang::Lang;
use serde_json::json;

use crate::exit::Failure;
use crate::home::Home;
use crate::say;
use crate::team::{self, Shape};

/// Show the present key list in plain words, and this week's six words
#[derive(clap::Args)]
pub(crate) struct Raw {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(raw: &Raw, dir: &Path) -> anyhow::Result<()> {
    Home::open(dir)?;
    let trusted = team::current(dir)?.ok_or_else(|| {
        Failure::refused("This book has no key list: nothing can be sealed to it.", "Make one with `kniha team draft`; `kniha help team` shows the steps.")
    })?;
    let (list, today) = (trusted.list(), team::today());
    let shape = Shape::of(list)?;
    let left = i64::from(list.to.0) - i64::from(today.0);
    let words = Lang::ALL.map(|lang| (lang.code(), list.week_words(trusted.digest(), today, lang).join(" ")));
    let mut out = say::Out::new();
    if raw.json {
        let words: serde_json::Map<_, _> = words.into_iter().map(|(lang, words)| (lang.to_owned(), json!(words))).collect();
        let digest = HEXLOWER.encode(&trusted.digest().0);
        out.json(&json!({"list": list.no, "digest": digest, "from": team::day_text(list.from), "to": team::day_text(list.to), "days_left": left, "week_words": words}))?;
        return Ok(out.done()?);
    }
    out.line(&format!("Key list {}, {}: {}", list.no, shape.days(), remaining(left)))?;
    out.line(&format!("Addresses: {}", shape.addresses()))?;
    for (title, lines) in [("Who opens what", shape.who_opens()), ("In what this team is weak", shape.weaknesses())] {
        out.line(&format!("\n{title}:"))?;
        for line in lines {
            out.line(&format!("  - {line}"))?;
        }
    }
    out.line("\nMembers:")?;
    for line in shape.members(Lang::En) {
        out.line(&line)?;
    }
    out.line("\nThis week's six words (the portal shows the same ones; say them where people know you):")?;
    for (lang, words) in words {
        out.line(&format!("  {lang}  {words}"))?;
    }
    Ok(out.done()?)
}

/// How long a list still holds.
pub(crate) fn remaining(left: i64) -> String {
    match left {
        ..0 => format!("it ENDED {} days ago, and nothing can be sealed under it", -left),
        0 => "today is its last day".to_owned(),
        1 => "one more day after today".to_owned(),
        _ => format!("{left} more days after today"),
    }
}
