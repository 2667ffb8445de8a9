//! Opening together without meeting: one gives their shares of listed parts to the others who were drawn, for 72 hours; another agrees, and the parts open.
//!
//! Every share is taken against an entry of the read log. An opened part is wrapped to a case where one was named, or else to the people who opened it.

use std::collections::BTreeMap;

use kniha_core::id::{CaseId, Id, MemberId};
use kniha_core::time::UtcMicros;
use kniha_db::on;
use kniha_inbox::PartKey;
use kniha_seal::age::FileKey;
use kniha_seal::holder::{HolderError, KeyHolder};
use kniha_seal::part::{Compartment, Envelope, EnvelopeError, PartId};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, OWN_WORDS, QuorumNo, TRIAGE};
use kniha_seal::readlog::Why;
use kniha_seal::share::{Share, ShareError};
use kniha_seal::wrap::Offer;
use kniha_seal::xwing::KeyId;

use crate::account::{Account, AccountState};
use crate::caps::Asked;
use crate::case::present_key;
use crate::error::{GateError, OpenFailure, damaged, database};
use crate::house::House;
use crate::part::{Keyed, opened, part_id, spool};
use crate::present::Present;
use crate::read::{Opened, open_payload};
use crate::{fresh_id, rng};

/// Most parts of one tranche.
const MOST: usize = 50;
/// Most triage cards that are looked at at once.
const MOST_CARDS: usize = 500;
/// For how long shares are given, in µs: 72 hours.
const VALID: i64 = 72 * 3_600_000_000;

/// What a tranche is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrancheMark {}
/// What a tranche is called by.
pub type TrancheId = Id<TrancheMark>;

/// Parts that somebody offers to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tranche {
    /// Its id.
    pub id: TrancheId,
    /// Who offers.
    pub by: MemberId,
    /// Into which case they go; to those who open them where there is none.
    pub case: Option<CaseId>,
    /// When it was offered.
    pub at: UtcMicros,
    /// Until when.
    pub until: UtcMicros,
    /// The parts of it that are not open yet.
    pub parts: Vec<PartId>,
    /// Those for which a share was given to this member.
    pub mine: Vec<PartId>,
}

/// One of several parts: what came of it.
type Each = Vec<(PartId, Result<Opened, OpenFailure>)>;

/// A part in work.
struct Work {
    part: PartId,
    envelope: Envelope,
    quorum: QuorumNo,
}

impl House {
    /// Opens triage cards, which any one screener may; each is written down first. They wait on until [`House::set_aside`].
    ///
    /// # Errors
    /// [`GateError::Cap`], [`GateError::NoAuditor`]; single parts fail alone.
    pub async fn look(&self, who: &Present, parts: &[PartId], now: UtcMicros) -> Result<Each, GateError> {
        if parts.len() > MOST_CARDS {
            return Err(GateError::TooMany { most: MOST_CARDS });
        }
        let (work, mut ends) = self.works(who, parts, |quorum| quorum == TRIAGE).await?;
        let asked: Vec<Asked> = work.iter().map(|work| asked(work.part, Compartment::Triage)).collect();
        let passed = self.pass(who, &asked, Why::Triage, true, now).await?;
        for (work, passed) in work.into_iter().zip(passed) {
            let share = who.holder.share(&work.envelope, work.quorum, &passed.receipt).map_err(|error| of_holder(&error));
            let key = share.and_then(|share| work.envelope.open(work.quorum, &[share]).map_err(|error| of_envelope(&error, &[])));
            ends.push((work.part, self.content(&work, key, Some(Compartment::Triage)).await?));
        }
        Ok(ends)
    }

    /// Gives this member's shares of parts to the others who were drawn for them, for 72 hours.
    ///
    /// # Errors
    /// [`GateError::NotInCase`] if the named case is not the member's; [`GateError::Open`] if none of the parts can be offered.
    pub async fn offer(&self, who: &Present, case: Option<CaseId>, parts: &[PartId], now: UtcMicros) -> Result<TrancheId, GateError> {
        const DOING: &str = "offering to open parts";
        if parts.len() > MOST {
            return Err(GateError::TooMany { most: MOST });
        }
        if let Some(case) = case
            && !self.cases_of(who.id(), now).await?.contains(&case)
        {
            return Err(GateError::NotInCase);
        }
        let (work, failed) = self.works(who, parts, |quorum| quorum != TRIAGE && quorum != OWN_WORDS).await?;
        if work.is_empty() {
            return Err(GateError::Open(failed.iter().find_map(|(_, end)| end.as_ref().err().copied()).unwrap_or(OpenFailure::Missing)));
        }
        let accounts = self.accounts().await?;
        let asked: Vec<Asked> = work.iter().map(|work| asked(work.part, strictest(work.quorum))).collect();
        let passed = self.pass(who, &asked, Why::Offer, false, now).await?;
        let id = TrancheId::from_random(fresh_id()?);
        let until = now.0 + VALID;
        let (mut offers, mut failure) = (Vec::new(), None);
        for (work, passed) in work.iter().zip(passed) {
            // One part that was sealed falsely does not hinder the others.
            match who.holder.share(&work.envelope, work.quorum, &passed.receipt) {
                Ok(share) => offers.extend(given(work, who, &share, &accounts, until)?),
                Err(error) => failure = Some(of_holder(&error)),
            }
        }
        if let (Some(failure), true) = (failure, offers.is_empty()) {
            return Err(GateError::Open(failure));
        }
        const TRANCHE: &str = "INSERT INTO tranche (id, member, case_id, made_us, until_us) VALUES ($1, $2, $3, $4, $5)";
        let mut tx = self.write(DOING).await?;
        on!(&mut *tx, c => sqlx::query(TRANCHE).bind(&id.bytes()[..]).bind(&who.id().bytes()[..]).bind(case.map(|case| case.bytes().to_vec()))
            .bind(now.0).bind(until).execute(c).await.map(drop))
        .map_err(database(DOING))?;
        put_offers(&mut tx, id, &offers).await?;
        tx.commit().await.map_err(database(DOING))?;
        Ok(id)
    }

    /// The tranches that wait: those this member made, and those in which a share was given to them.
    ///
    /// # Errors
    /// What the database said.
    pub async fn tranches(&self, who: MemberId, now: UtcMicros) -> Result<Vec<Tranche>, GateError> {
        const SQL: &str = "SELECT t.id, t.member, t.case_id, t.made_us, t.until_us, o.part, o.member FROM tranche t JOIN offer o ON o.tranche = t.id
            WHERE t.until_us > $1 ORDER BY t.until_us, t.id, o.part";
        type Row = (Vec<u8>, Vec<u8>, Option<Vec<u8>>, i64, i64, Vec<u8>, Vec<u8>);
        let doing = database("listing tranches");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<Row> = on!(&mut *tx, c => sqlx::query_as(SQL).bind(now.0).fetch_all(c).await).map_err(&doing)?;
        let bad = |what| move || damaged("tranche", what);
        let mut all: Vec<Tranche> = Vec::new();
        for (id, by, case, at, until, part, to) in rows {
            let id = TrancheId::from_random(id.try_into().map_err(|_| bad("id")())?);
            let (part, to) = (part_id(&part)?, crate::account::member(&to).ok_or_else(bad("member"))?);
            if all.last().is_none_or(|last| last.id != id) {
                let case = case.map(|case| crate::case::case_id(&case)).transpose()?;
                let by = crate::account::member(&by).ok_or_else(bad("member"))?;
                all.push(Tranche { id, by, case, at: UtcMicros(at), until: UtcMicros(until), parts: Vec::new(), mine: Vec::new() });
            }
            if let Some(tranche) = all.last_mut() {
                if tranche.parts.last() != Some(&part) {
                    tranche.parts.push(part);
                }
                if to == who && tranche.mine.last() != Some(&part) {
                    tranche.mine.push(part);
                }
            }
        }
        all.retain(|tranche| tranche.by == who || !tranche.mine.is_empty());
        Ok(all)
    }

    /// Agrees: opens what this member can open with the shares that were given to them. Where still more are needed, this member's share is given on.
    ///
    /// # Errors
    /// [`GateError::NoPart`] if there is no such tranche for this member any more; single parts fail alone.
    pub async fn agree_tranche(&self, who: &Present, id: TrancheId, now: UtcMicros) -> Result<Each, GateError> {
        const DOING: &str = "opening parts together";
        let tranche = self.tranches(who.id(), now).await?.into_iter().find(|tranche| tranche.id == id).ok_or(GateError::NoPart)?;
        let (work, mut ends) = self.works(who, &tranche.mine, |quorum| quorum != TRIAGE && quorum != OWN_WORDS).await?;
        let accounts = self.accounts().await?;
        let mut given_to_me = self.offers_to(who.id(), now).await?;
        let asked: Vec<Asked> = work.iter().map(|work| asked(work.part, strictest(work.quorum))).collect();
        let passed = self.pass(who, &asked, Why::Open, false, now).await?;
        let (mut ready, mut onward) = (Vec::new(), Vec::new());
        for (work, passed) in work.into_iter().zip(passed) {
            let own = match who.holder.share(&work.envelope, work.quorum, &passed.receipt) {
                Ok(share) => share,
                Err(error) => {
                    ends.push((work.part, Err(of_holder(&error))));
                    continue;
                }
            };
            let mut shares = vec![own.clone()];
            for offer in given_to_me.remove(&work.part).unwrap_or_default() {
                if offer.quorum() == work.quorum && offer.slot() != own.slot {
                    // What does not open is as good as not given; a share that opens and is false is named below.
                    shares.extend(who.holder.take(&offer, &passed.receipt));
                }
            }
            let key = work.envelope.open(work.quorum, &shares).map_err(|error| of_envelope(&error, &owners(&work, &accounts)));
            if let Err(OpenFailure::TooFew { .. }) = key {
                onward.extend(given(&work, who, &own, &accounts, tranche.until.0)?);
            }
            let people: Vec<Account> =
                owners(&work, &accounts).into_iter().filter(|(slot, _)| shares.iter().any(|share| share.slot == *slot)).map(|(_, a)| a.clone()).collect();
            let kept = key.as_ref().ok().cloned();
            let end = self.content(&work, key, None).await?;
            if let (Ok(opened), Some(key)) = (&end, kept) {
                ready.push((work.part, key, opened.cover.compartment, people));
            }
            ends.push((work.part, end));
        }
        let mut rng = rng()?;
        let mut tx = self.write(DOING).await?;
        let mut halves = Vec::new();
        let case = match tranche.case {
            Some(case) => Some((case, present_key(&mut tx, case).await?.ok_or(GateError::NotInCase)?)),
            None => None,
        };
        for (part, key, compartment, people) in ready {
            opened(&mut tx, &part, compartment, now).await?;
            let keys = vec![(part, key)];
            let to = match &case {
                Some((case, (epoch, public))) => vec![Keyed::Case(*case, *epoch, public.clone())],
                None => people.iter().map(|account| Keyed::Person(account.id, account.public.opening.clone())).collect(),
            };
            for to in &to {
                halves.extend(self.wrap_parts(&mut tx, &keys, to, now, &mut rng).await?);
            }
        }
        put_offers(&mut tx, id, &onward).await?;
        self.keep_halves(halves).await?;
        tx.commit().await.map_err(database(DOING))?;
        for (_, end) in &mut ends {
            if let Ok(opened) = end {
                opened.case = tranche.case;
            }
        }
        Ok(ends)
    }

    /// Reads the headers of parts that wait, and finds the quorum in which this member was drawn.
    async fn works(&self, who: &Present, parts: &[PartId], fits: impl Fn(QuorumNo) -> bool) -> Result<(Vec<Work>, Each), GateError> {
        let doing = database("looking up parts");
        let (mut work, mut failed) = (Vec::new(), Vec::new());
        let own: Vec<KeyId> = who.holder.public().0.iter().map(kniha_seal::xwing::PublicKey::id).collect();
        let mut seen = std::collections::BTreeSet::new();
        for part in parts.iter().filter(|part| seen.insert(**part)) {
            let there: Option<i64> = {
                let mut tx = self.db.read().await.map_err(&doing)?;
                on!(&mut *tx, c => sqlx::query_scalar("SELECT 1 FROM waiting WHERE part = $1").bind(&part.bytes()[..]).fetch_optional(c).await)
                    .map_err(&doing)?
            };
            if there.is_none() {
                failed.push((*part, Err(if self.held(*part).await?.is_some() { OpenFailure::Already } else { OpenFailure::Missing })));
                continue;
            }
            let envelope = match self.spool.header(&PartKey(*part.bytes())).await.map_err(spool)? {
                Some(head) => Envelope::parse(&head.header).map_err(|_| OpenFailure::Damaged),
                None => Err(OpenFailure::Missing),
            };
            let found = envelope.and_then(|envelope| {
                let drawn = envelope.locked().iter().find(|locked| fits(locked.quorum) && locked.shares.iter().any(|share| own.contains(&share.key_id)));
                let quorum = drawn.map(|locked| locked.quorum).ok_or(OpenFailure::NotDrawn)?;
                if envelope.part() == part { Ok(Work { part: *part, envelope, quorum }) } else { Err(OpenFailure::Damaged) }
            });
            match found {
                Ok(found) => work.push(found),
                Err(why) => failed.push((*part, Err(why))),
            }
        }
        Ok((work, failed))
    }

    async fn content(&self, work: &Work, key: Result<FileKey, OpenFailure>, only: Option<Compartment>) -> Result<Result<Opened, OpenFailure>, GateError> {
        let key = match key {
            Ok(key) => key,
            Err(why) => return Ok(Err(why)),
        };
        Ok(open_payload(self, &work.envelope, &key).await?.and_then(|opened| {
            if opened.cover.book != self.book {
                return Err(OpenFailure::OtherBook);
            }
            // What says of itself that it is another thing than its quorum opens was made by nobody honest.
            let fits = only.map_or(opened.cover.compartment != Compartment::Triage, |only| only == opened.cover.compartment);
            if fits { Ok(opened) } else { Err(OpenFailure::Damaged) }
        }))
    }

    async fn offers_to(&self, who: MemberId, now: UtcMicros) -> Result<BTreeMap<PartId, Vec<Offer>>, GateError> {
        const SQL: &str = "SELECT o.blob FROM offer o JOIN tranche t ON t.id = o.tranche WHERE o.member = $1 AND t.until_us > $2";
        let doing = database("looking up offers");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let blobs: Vec<Vec<u8>> = on!(&mut *tx, c => sqlx::query_scalar(SQL).bind(&who.bytes()[..]).bind(now.0).fetch_all(c).await).map_err(&doing)?;
        let mut all: BTreeMap<PartId, Vec<Offer>> = BTreeMap::new();
        for blob in blobs {
            let offer = Offer::decode(&blob).map_err(|_| damaged("offer", "blob"))?;
            if offer.until_us() > now.0.unsigned_abs() {
                all.entry(*offer.part()).or_default().push(offer);
            }
        }
        Ok(all)
    }
}

fn asked(part: PartId, compartment: Compartment) -> Asked {
    Asked { part, compartment, case: None, half: None }
}

/// What a part can at most be, by the quorum that opens it.
fn strictest(quorum: QuorumNo) -> Compartment {
    match quorum {
        CUSTODIANS => Compartment::Contacts,
        LAWYERS => Compartment::OwnActs,
        TRIAGE => Compartment::Triage,
        _ => Compartment::Base,
    }
}

/// Accounts that hold drawn slots, with the slots.
fn owners<'a>(work: &Work, accounts: &'a [Account]) -> Vec<(u8, &'a Account)> {
    let shares = work.envelope.locked().iter().filter(|locked| locked.quorum == work.quorum).flat_map(|locked| &locked.shares);
    let account = |id: KeyId| accounts.iter().find(|account| account.state == AccountState::Active && account.public.id() == id);
    shares.filter_map(|share| Some((share.slot, account(share.key_id)?))).collect()
}

/// A share, sealed to every other account that was drawn for the part.
fn given(work: &Work, who: &Present, share: &Share, accounts: &[Account], until: i64) -> Result<Vec<(MemberId, Offer)>, GateError> {
    let mut rng = rng()?;
    let others = owners(work, accounts).into_iter().filter(|(slot, account)| account.id != who.id() && *slot != share.slot);
    others
        .map(|(_, account)| {
            let offer = Offer::seal(&account.public.opening, work.part, work.quorum, share, until.unsigned_abs(), &mut rng);
            Ok((account.id, offer.map_err(|_| GateError::Sealing { doing: "giving a share" })?))
        })
        .collect()
}

async fn put_offers(tx: &mut kniha_db::Tx, tranche: TrancheId, offers: &[(MemberId, Offer)]) -> Result<(), GateError> {
    const SQL: &str = "INSERT INTO offer (tranche, part, member, slot, blob) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    for (to, offer) in offers {
        on!(&mut *tx, c => sqlx::query(SQL).bind(&tranche.bytes()[..]).bind(&offer.part().bytes()[..]).bind(&to.bytes()[..]).bind(i64::from(offer.slot()))
            .bind(offer.encode()).execute(c).await.map(drop))
        .map_err(database("giving a share"))?;
    }
    Ok(())
}

/// A share that is false in the header was sealed so: no member did that.
fn of_holder(error: &HolderError) -> OpenFailure {
    match error {
        HolderError::NotDrawn { .. } => OpenFailure::NotDrawn,
        HolderError::Envelope(error) => of_envelope(error, &[]),
        _ => OpenFailure::Damaged,
    }
}

fn of_envelope(error: &EnvelopeError, owners: &[(u8, &Account)]) -> OpenFailure {
    match error {
        EnvelopeError::Shares(ShareError::False { slot }) => {
            OpenFailure::FalseShare { slot: *slot, by: owners.iter().find(|(own, _)| own == slot).map(|(_, account)| account.id) }
        }
        EnvelopeError::Shares(ShareError::TooFew { given, k }) => OpenFailure::TooFew { given: *given, needed: *k },
        _ => OpenFailure::Damaged,
    }
}
