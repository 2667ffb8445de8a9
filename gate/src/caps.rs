//! The gate itself: nothing is opened before its entry stands in the log, and nobody is shown more than the caps allow.
//!
//! Base figures are those of the design: accounts 40 a day and 300 in 30 days, identities and contacts 3 a day and 20 in 30 days. What an infiltrator can
//! take is bounded by them however patient they are.

use kniha_core::id::{CaseId, MemberId};
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};
use kniha_seal::holder::ReadReceipt;
use kniha_seal::part::{Compartment, PartId};
use kniha_seal::readlog::{MOST_AUDITORS, Reading, Why, entry_hash};
use kniha_seal::secret::Secret;

use crate::account::auditors;
use crate::error::{GateError, damaged, database};
use crate::house::House;
use crate::present::Present;
use crate::{DAY_US, day, log, rng};

/// How much somebody may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// In a day.
    pub day: u32,
    /// In 30 days.
    pub month: u32,
}

/// What the caps tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capped {
    /// Accounts, own acts, and what is said of other witnesses.
    Accounts,
    /// Who somebody is and how to reach them.
    People,
    /// Triage cards.
    Cards,
    /// Files.
    Files,
}

/// What somebody was shown so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Of what.
    pub what: Capped,
    /// Today.
    pub day: u32,
    /// In the last 30 days, today among them.
    pub month: u32,
    /// How much may be.
    pub cap: Cap,
}

impl Capped {
    /// All of them.
    pub const ALL: [Capped; 4] = [Capped::Accounts, Capped::People, Capped::Cards, Capped::Files];

    /// What a compartment counts as.
    #[must_use]
    pub fn of(compartment: Compartment) -> Capped {
        match compartment {
            Compartment::Base | Compartment::OwnActs | Compartment::Witnesses => Capped::Accounts,
            Compartment::Identity | Compartment::Contacts => Capped::People,
            Compartment::Triage => Capped::Cards,
            Compartment::File => Capped::Files,
        }
    }

    /// How much.
    #[must_use]
    pub fn cap(self) -> Cap {
        let (day, month) = match self {
            Capped::Accounts => (40, 300),
            Capped::People => (3, 20),
            Capped::Cards => (1_000, 10_000),
            Capped::Files => (200, 2_000),
        };
        Cap { day, month }
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Capped::Accounts => "accounts",
            Capped::People => "people",
            Capped::Cards => "cards",
            Capped::Files => "files",
        }
    }
}

/// What is to be opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) part: PartId,
    pub(crate) compartment: Compartment,
    pub(crate) case: Option<CaseId>,
    /// The half that goes with it, if its key is masked.
    pub(crate) half: Option<[u8; 16]>,
}

/// What the gate gives: the receipt, and the half.
pub(crate) struct Passed {
    pub(crate) receipt: ReadReceipt,
    pub(crate) half: Option<Secret<32>>,
}

impl House {
    /// Writes down that these parts are opened, counts those that are `shown`, and only then gives receipts and halves: all or none.
    pub(crate) async fn pass(&self, who: &Present, asked: &[Asked], why: Why, shown: bool, now: UtcMicros) -> Result<Vec<Passed>, GateError> {
        const DOING: &str = "writing the read log";
        let doing = database(DOING);
        if !self.is_active(who.id()).await.unwrap_or(false) {
            return Err(GateError::NoMember);
        }
        let (auditors, noted, raised) = self.around(who.id(), asked).await?;
        if auditors.is_empty() || auditors.len() > MOST_AUDITORS {
            return Err(GateError::NoAuditor);
        }
        let mut rng = rng()?;
        let mut tx = self.gate.write().await.map_err(&doing)?;
        let (mut n, mut prev) = log::head(&mut tx).await?;
        log::follows(&mut tx, noted, n).await?;
        if shown {
            let fresh = asked.iter().filter(|asked| !who.was_shown(&asked.part, now) && !raised.contains(&asked.part));
            self.count(&mut tx, who.id(), fresh, now).await?;
        }
        let mut passed = Vec::with_capacity(asked.len());
        for asked in asked {
            n += 1;
            let reading = Reading { at: now, who: who.id(), case: asked.case, part: asked.part, compartment: asked.compartment, why };
            let sealed = reading.seal(n, &auditors, &mut rng).map_err(|_| GateError::NoAuditor)?;
            let hash = entry_hash(n, &prev, &sealed);
            log::add(&mut tx, n, &prev, &hash, &sealed).await?;
            prev = hash;
            let half = match asked.half {
                Some(id) => Some(self.half(&mut tx, id).await?),
                None => None,
            };
            let receipt = ReadReceipt::of_entry(asked.part, hash);
            passed.push(Passed { receipt: asked.case.map_or(receipt, |case| receipt.through(*case.bytes())), half });
        }
        tx.commit().await.map_err(&doing)?;
        if shown {
            asked.iter().for_each(|asked| who.note_shown(asked.part, now));
        }
        // A crash before this leaves the note behind the log, which is no harm: the log may be longer, never shorter.
        self.note_head(n, &prev).await?;
        Ok(passed)
    }

    async fn half(&self, tx: &mut Tx, id: [u8; 16]) -> Result<Secret<32>, GateError> {
        let mask: Option<Vec<u8>> = on!(tx, c => sqlx::query_scalar("SELECT mask FROM half WHERE id = $1").bind(&id[..]).fetch_optional(c).await)
            .map_err(database("giving out a half"))?;
        let mask = zeroize::Zeroizing::new(mask.ok_or(GateError::Gone)?);
        Secret::from_slice(&mask).ok_or_else(|| damaged("half", "mask"))
    }

    /// Counts what is about to be shown, or refuses all of it.
    async fn count<'a>(&self, tx: &mut Tx, who: MemberId, asked: impl Iterator<Item = &'a Asked>, now: UtcMicros) -> Result<(), GateError> {
        const ADD: &str = "INSERT INTO shown (member, cap, day, times) VALUES ($1, $2, $3, $4) ON CONFLICT (member, cap, day) DO UPDATE SET times = times + $4";
        let doing = database("counting what is shown");
        let today = day(now).0;
        let mut more: std::collections::BTreeMap<Capped, (u32, Compartment)> = std::collections::BTreeMap::new();
        for asked in asked {
            more.entry(Capped::of(asked.compartment)).or_insert((0, asked.compartment)).0 += 1;
        }
        for (what, (times, compartment)) in more {
            let cap = what.cap();
            let days = used(tx, who, what, today).await?;
            // With a clock that was set back, what was shown on later days is of today too.
            let of_today = days.iter().filter(|(day, _)| *day >= today).map(|(_, n)| n).sum::<u32>();
            let of_month = days.iter().map(|(_, n)| n).sum::<u32>();
            let last = days.iter().map(|(day, _)| *day).max().unwrap_or(today).max(today);
            if of_month + times > cap.month {
                // Room comes when the oldest day that counts falls out.
                let oldest = days.iter().map(|(day, _)| *day).min().unwrap_or(today);
                return Err(GateError::Cap { compartment, until: UtcMicros((i64::from(oldest) + 30) * DAY_US) });
            }
            if of_today + times > cap.day {
                return Err(GateError::Cap { compartment, until: UtcMicros((i64::from(last) + 1) * DAY_US) });
            }
            on!(tx, c => sqlx::query(ADD).bind(&who.bytes()[..]).bind(what.code()).bind(i64::from(today)).bind(i64::from(times)).execute(c).await.map(drop))
                .map_err(&doing)?;
        }
        Ok(())
    }

    /// What a member was shown against the caps.
    ///
    /// # Errors
    /// What the database said.
    pub async fn used(&self, who: MemberId, now: UtcMicros) -> Result<Vec<Used>, GateError> {
        let today = day(now).0;
        let mut tx = self.gate.read().await.map_err(database("reading what was shown"))?;
        let mut all = Vec::new();
        for what in Capped::ALL {
            let days = used(&mut tx, who, what, today).await?;
            let day = days.iter().filter(|(day, _)| *day >= today).map(|(_, n)| n).sum();
            all.push(Used { what, day, month: days.iter().map(|(_, n)| n).sum(), cap: what.cap() });
        }
        Ok(all)
    }

    /// How many parts a member was ever shown.
    ///
    /// # Errors
    /// What the database said.
    pub async fn shown_ever(&self, who: MemberId) -> Result<u64, GateError> {
        const SQL: &str = "SELECT COALESCE(SUM(times), 0) FROM shown WHERE member = $1 AND cap <> 'cards'";
        let doing = database("reading what was shown");
        let mut tx = self.gate.read().await.map_err(&doing)?;
        let times: i64 = on!(&mut *tx, c => sqlx::query_scalar(SQL).bind(&who.bytes()[..]).fetch_one(c).await).map_err(&doing)?;
        u64::try_from(times).map_err(|_| damaged("shown", "times"))
    }
}

/// Per day, of the last 30: a day in the future counts too, so that a clock set back gives nothing.
async fn used(tx: &mut Tx, who: MemberId, what: Capped, today: u32) -> Result<Vec<(u32, u32)>, GateError> {
    const SQL: &str = "SELECT day, times FROM shown WHERE member = $1 AND cap = $2 AND day > $3";
    let since = i64::from(today) - 30;
    let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(SQL).bind(&who.bytes()[..]).bind(what.code()).bind(since).fetch_all(c).await)
        .map_err(database("reading what was shown"))?;
    let small = |n: i64| u32::try_from(n).map_err(|_| damaged("shown", "times"));
    rows.into_iter().map(|(day, times)| Ok((small(day)?, small(times)?))).collect()
}

impl House {
    /// What the pass needs from the house: auditors, how far the log had come, which parts are raised.
    async fn around(&self, who: MemberId, asked: &[Asked]) -> Result<(Vec<kniha_seal::xwing::PublicKey>, log::Noted, Vec<PartId>), GateError> {
        let doing = database("looking up auditors");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let auditors = auditors(&mut tx).await?;
        let noted = log::noted(&mut tx).await?;
        let rows: Vec<Vec<u8>> =
            on!(&mut *tx, c => sqlx::query_scalar("SELECT part FROM raised WHERE member = $1").bind(&who.bytes()[..]).fetch_all(c).await).map_err(&doing)?;
        let raised = asked.iter().map(|asked| asked.part).filter(|part| rows.iter().any(|row| row == part.bytes())).collect();
        Ok((auditors, noted, raised))
    }
}
