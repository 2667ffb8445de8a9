//! The demo book: an invented country, its force over time, people, incidents, sources, and writing that breaks careless programs.
//!
//! Everything is invented and the same on every run: each thing draws from its own stream of chance ([`rng`]), its id too, so addresses of
//! the demo's pages never change. Only four recordings depend on the clock: how long others keep them. The same generator makes books of any
//! size, one thing at a time and in bounded memory, for measurements. [`write()`] writes; everything else does no I/O.

mod accounts;
mod country;
mod exhibits;
mod force;
mod hostile;
mod incidents;
mod letters;
mod names;
mod people;
mod phrase;
mod rng;
mod scenes;
mod sheet;
mod sources;
mod texts;
mod told;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use kniha_core::id::{CaseId, MemberId, NodeId};
use kniha_core::lang::Lang;
use kniha_core::time::UtcMicros;
use kniha_core::value::Value;
use kniha_core::vocab::NodeKind;
use kniha_store::Store;

pub(crate) use accounts::{ACCOUNTS, Account, SEALED, accounts, keep};
use incidents::{Telling, Told};
use rng::Rng;
use sheet::Sheet;
pub(crate) use sheet::Step;
use texts::Texts;
pub(crate) use told::told;

/// The seed of the demo that everybody sees.
pub(crate) const SEED: u64 = 0x006b_6e69_6861;

/// Streams of chance; with 0x80 the details of a thing, with 0x40 the ids of its claims.
const SOURCE: u8 = 1;
const PLACE: u8 = 2;
const UNIT: u8 = 3;
const COMMAND: u8 = 4;
const POSITIONING: u8 = 5;
const PERSON: u8 = 6;
const POSTING: u8 = 7;
const INCIDENT: u8 = 8;
const CASE: u8 = 9;
const MORE: u8 = 10;
const ACCOUNT: u8 = 11;

/// Longest summary that becomes an account, in bytes: one of the hostile ones is longer than anybody types.
const MOST_TOLD: usize = 8_000;

/// Moves that are kept for the end; a larger book has no more of them.
const MOST_MOVES: usize = 400;

/// How large a book is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// People; at least 100.
    pub(crate) people: u32,
    /// Units; at least 60.
    pub(crate) units: u32,
    /// Incidents; at least 40.
    pub(crate) incidents: u32,
}

impl Size {
    /// What `kniha demo` shows.
    pub(crate) const DEMO: Size = Size { people: 1000, units: 60, incidents: 300 };
    /// A force of 130,000 people in 5,000 units.
    pub(crate) const FORCE: Size = Size { people: 130_000, units: 5000, incidents: 300 };
    /// About a million claims of every kind.
    pub(crate) const MILLION: Size = Size { people: 37_000, units: 2000, incidents: 13_000 };

    fn at_least(self) -> Size {
        Size { people: self.people.max(100), units: self.units.max(force::UNITS as u32), incidents: self.incidents.max(40) }
    }
}

/// The record of source `n`.
fn source(seed: u64, n: u32) -> NodeId {
    sources::id(seed, n)
}

/// What is made after what: references point to things of earlier stages, or to earlier things of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Sources,
    Places,
    Units,
    Commands,
    Positionings,
    People,
    Incidents,
    More,
    Moves,
}

/// Steps that belong to one thing, and which of the demo's two cases they go into.
#[derive(Debug)]
pub(crate) struct Batch {
    /// 0 or 1.
    pub(crate) case: usize,
    /// What to write, in this order.
    pub(crate) steps: Vec<Step>,
}

/// Makes the book, one thing at a time.
#[derive(Debug)]
pub(crate) struct Generator {
    seed: u64,
    size: Size,
    now: UtcMicros,
    texts: [Texts; 4],
    told: Told,
    moves: Vec<Step>,
    stage: Stage,
    n: u32,
}

impl Generator {
    /// A book of this size; `now` only decides when recordings are deleted.
    ///
    /// # Errors
    /// When the demo's sentences cannot be read, which its tests rule out.
    pub(crate) fn new(seed: u64, size: Size, now: UtcMicros) -> Result<Generator> {
        let texts = Texts::all()?;
        Ok(Generator { seed, size: size.at_least(), now, texts, told: Told::default(), moves: Vec::new(), stage: Stage::Sources, n: 0 })
    }

    fn count(&self, stage: Stage) -> u32 {
        match stage {
            Stage::Sources => sources::count(&self.size),
            Stage::Places => country::PLACES + hostile::places(),
            Stage::Units => self.size.units,
            Stage::Commands => force::commands(&self.size),
            Stage::Positionings => force::positionings(),
            Stage::People => self.size.people,
            Stage::Incidents => self.size.incidents,
            Stage::More | Stage::Moves => 1,
        }
    }

    /// The next thing, `None` at the end.
    ///
    /// # Errors
    /// A value that does not fit its property, which the tests rule out for the sizes they make.
    pub(crate) fn next(&mut self) -> Result<Option<Batch>> {
        while self.n >= self.count(self.stage) {
            self.n = 0;
            self.stage = match self.stage {
                Stage::Sources => Stage::Places,
                Stage::Places => Stage::Units,
                Stage::Units => Stage::Commands,
                Stage::Commands => Stage::Positionings,
                Stage::Positionings => Stage::People,
                Stage::People => Stage::Incidents,
                Stage::Incidents => Stage::More,
                Stage::More => Stage::Moves,
                Stage::Moves => {
                    self.n = 1;
                    return Ok(None);
                }
            };
        }
        let n = self.n;
        self.n += 1;
        if self.stage == Stage::Moves {
            return Ok(Some(Batch { case: 0, steps: std::mem::take(&mut self.moves) }));
        }
        let (steps, moves) = self.thing(n).with_context(|| format!("making number {n} of {:?}", self.stage))?;
        if self.moves.len() < MOST_MOVES {
            self.moves.extend(moves);
        }
        // Two cases, so that a reader of one sees about half of the people and incidents.
        let case = match self.stage {
            Stage::People => (n / 20 % 2) as usize,
            Stage::Incidents => (n / 2 % 2) as usize,
            _ => 0,
        };
        Ok(Some(Batch { case, steps }))
    }

    fn thing(&mut self, n: u32) -> Result<(Vec<Step>, Vec<Step>)> {
        let (seed, size) = (self.seed, self.size);
        let tag = match self.stage {
            Stage::Sources => SOURCE,
            Stage::Places => PLACE,
            Stage::Units => UNIT,
            Stage::Commands => COMMAND,
            Stage::Positionings => POSITIONING,
            Stage::People => PERSON,
            Stage::Incidents => INCIDENT,
            Stage::More | Stage::Moves => MORE,
        };
        let mut sheet = Sheet::new(Rng::of(seed, tag | 0x40, n));
        match self.stage {
            Stage::Sources => sources::write(seed, n, &mut sheet),
            Stage::Places if n >= country::PLACES => hostile::write_place(seed, n - country::PLACES, &mut sheet),
            Stage::Places => country::write_place(seed, n, &mut sheet),
            Stage::Units => force::write_unit(seed, n as usize, &mut sheet),
            Stage::Commands => force::write_command(seed, n, &size, &mut sheet),
            Stage::Positionings => force::write_positioning(seed, n, &mut sheet),
            Stage::People => match hostile::person_at(n, &size) {
                Some(which) => hostile::write_person(seed, n, which, &mut sheet),
                None => people::write(seed, n, &size, &mut sheet),
            },
            Stage::Incidents => match hostile::incident_at(n, &size) {
                Some(which) => hostile::write_incident(seed, n, which, &mut sheet),
                None => Telling { seed, size: &size, now: self.now, texts: &self.texts, told: &mut self.told }.write(n, &mut sheet)?,
            },
            Stage::More | Stage::Moves => hostile::write_more(seed, &mut sheet),
        }
        sheet.done()
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Summary {
    /// Records of each kind.
    pub(crate) records: BTreeMap<NodeKind, u64>,
    /// Claims.
    pub(crate) claims: u64,
    /// Moves of claims.
    pub(crate) moves: u64,
    /// What is told of the first incidents: language and summary.
    pub(crate) told: Vec<(Lang, String)>,
}

/// The demo's two cases; both are granted to the member who writes.
pub(crate) fn cases(seed: u64) -> [(CaseId, &'static str); 2] {
    [(Rng::of(seed, CASE, 0).id(), "Светларэч, жнівень 2032"), (Rng::of(seed, CASE, 1).id(), "Svetlorech, after the election")]
}

/// Writes the demo into a book, in one transaction: all of it or nothing.
///
/// # Errors
/// [`kniha_store::StoreError`] inside, as the store gives it: a book that holds the demo already says that an id is taken.
pub(crate) async fn write(store: &Store, member: MemberId, now: UtcMicros, size: Size) -> Result<Summary> {
    let mut generator = Generator::new(SEED, size, now)?;
    let cases = cases(SEED);
    let mut summary = Summary::default();
    let mut writing = store.write(member, now).await?;
    for (id, title) in cases {
        writing.add_case(id, title).await?;
    }
    while let Some(batch) = generator.next()? {
        let case = cases[batch.case].0;
        for step in batch.steps {
            match step {
                Step::Record { id, kind } => {
                    writing.add_record(id, kind, case).await?;
                    *summary.records.entry(kind).or_default() += 1;
                }
                Step::Claim(claim) => {
                    if let (Value::Text { text, lang: Some(lang) }, "incident.summary") = (&claim.value, claim.property.code.as_str())
                        && let Some(lang) = Lang::parse(lang.as_str()).filter(|_| summary.told.len() < ACCOUNTS && text.len() < MOST_TOLD)
                    {
                        summary.told.push((lang, text.clone()));
                    }
                    writing.add_claim(*claim, case).await?;
                    summary.claims += 1;
                }
                Step::Move { claim, what, reason } => {
                    writing.move_claim(claim, what, reason.as_deref()).await?;
                    summary.moves += 1;
                }
            }
        }
    }
    writing.commit().await?;
    Ok(summary)
}

#[cfg(test)]
mod tests;
