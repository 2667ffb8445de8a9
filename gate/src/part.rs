//! Sealed parts: which wait, to whom the keys of opened ones are wrapped, what is made here, what is destroyed.

use std::collections::BTreeSet;

use kniha_core::id::{CaseId, MemberId};
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};
use kniha_inbox::{Body, IN_ROW_MOST, PartKey, Sealed as Put};
use kniha_seal::part::{Compartment, Cover, Day, Envelope, PartId, PartKind, SubmissionId};
use kniha_seal::quorum::QuorumNo;
use kniha_seal::readlog::Why;
use kniha_seal::sealer::Sealer;
use kniha_seal::secret::Secret;
use kniha_seal::size::Padding;
use kniha_seal::wrap::{Wrap, part_block, split_gate};
use kniha_seal::xwing::{KeyId, PublicKey};
use rand_core::CryptoRng;
use std::sync::Arc;

use crate::account::AccountState;
use crate::act::{Act, ActError, ActKind};
use crate::case::{PartKeys, case_id, present_key};
use crate::error::{GateError, damaged, database};
use crate::house::House;
use crate::present::Present;
use crate::{day, fresh_id, rng};

/// Parts of one page of the spool.
const PAGE: u32 = 1000;
/// Bytes that are sealed at once.
const PIECE: usize = 64 * 1024;

/// A sealed part that nobody opened yet, as it looks from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The part.
    pub part: PartId,
    /// The day its sender wrote.
    pub day: Day,
    /// Bytes of its payload.
    pub size: u64,
    /// A quorum that opens it.
    pub quorum: QuorumNo,
    /// How many it takes.
    pub k: u8,
    /// Members here who were drawn for it, active ones.
    pub drawn: Vec<MemberId>,
    /// Who offers to open it, and has not been answered.
    pub offered_by: Vec<MemberId>,
}

/// Where an opened part is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The part.
    pub part: PartId,
    /// Which share it is.
    pub compartment: Compartment,
    /// The cases that have it.
    pub cases: Vec<CaseId>,
    /// The people who have it themselves.
    pub people: Vec<MemberId>,
}

/// To whom a part's key is wrapped.
pub(crate) enum Keyed {
    Case(CaseId, u32, PublicKey),
    Person(MemberId, PublicKey),
}

impl Keyed {
    fn row(&self) -> (&'static str, &[u8; 16], u32, &PublicKey) {
        match self {
            Keyed::Case(case, epoch, key) => ("case", case.bytes(), *epoch, key),
            Keyed::Person(who, key) => ("person", who.bytes(), 0, key),
        }
    }
}

/// Halves that are to be kept by the gate before the wraps that need them are.
pub(crate) type Halves = Vec<([u8; 16], Secret<32>)>;

pub(crate) fn spool(source: kniha_inbox::InboxError) -> GateError {
    GateError::Spool(Arc::new(source))
}

impl House {
    /// Looks through the spool for parts that are not known yet; gives how many were found. Destroyed ones that came back are destroyed again.
    ///
    /// # Errors
    /// What the databases said.
    pub async fn index(&self) -> Result<usize, GateError> {
        const KNOWN: &str = "SELECT part FROM waiting UNION SELECT part FROM part";
        const ADD: &str = "INSERT INTO waiting (part, quorum, k, drawn, day, size) SELECT $1, $2, $3, $4, $5, $6
            WHERE NOT EXISTS (SELECT 1 FROM tombstone WHERE part = $1) ON CONFLICT DO NOTHING";
        const DOING: &str = "looking through the spool";
        let doing = database(DOING);
        let (known, gone) = {
            let mut tx = self.db.read().await.map_err(&doing)?;
            let known: Vec<Vec<u8>> = on!(&mut *tx, c => sqlx::query_scalar(KNOWN).fetch_all(c).await).map_err(&doing)?;
            let gone: Vec<Vec<u8>> = on!(&mut *tx, c => sqlx::query_scalar("SELECT part FROM tombstone").fetch_all(c).await).map_err(&doing)?;
            (known.into_iter().collect::<BTreeSet<_>>(), gone.into_iter().collect::<BTreeSet<_>>())
        };
        let (mut after, mut found) = (None, 0);
        loop {
            let page = self.spool.list(after, PAGE).await.map_err(spool)?;
            after = page.last().map(|listed| listed.part);
            let mut new = Vec::new();
            for listed in &page {
                let id = listed.part.0.to_vec();
                if gone.contains(&id) {
                    self.spool.delete(&listed.part, &listed.payload_sha256).await.map_err(spool)?;
                } else if !known.contains(&id) {
                    let Some(head) = self.spool.header(&listed.part).await.map_err(spool)? else { continue };
                    // What is no header nobody can open; it stays in the spool, and `doctor` counts it.
                    if let Ok(envelope) = Envelope::parse(&head.header) {
                        new.push((listed.clone(), envelope));
                    }
                }
            }
            if !new.is_empty() {
                let mut tx = self.write(DOING).await?;
                for (listed, envelope) in &new {
                    for locked in envelope.locked() {
                        let drawn: Vec<u8> = locked.shares.iter().flat_map(|share| share.key_id.0).collect();
                        on!(&mut *tx, c => sqlx::query(ADD).bind(&listed.part.0[..]).bind(i64::from(locked.quorum.0)).bind(i64::from(locked.k)).bind(drawn)
                            .bind(i64::from(listed.day)).bind(i64::try_from(listed.size).unwrap_or(i64::MAX)).execute(c).await.map(drop))
                        .map_err(&doing)?;
                    }
                }
                tx.commit().await.map_err(&doing)?;
                found += new.len();
            }
            if page.len() < PAGE as usize {
                return Ok(found);
            }
        }
    }

    /// The sealed parts that wait, oldest day first, one for each quorum that opens them.
    ///
    /// # Errors
    /// What the database said.
    pub async fn sealed(&self, now: UtcMicros) -> Result<Vec<Sealed>, GateError> {
        const SQL: &str = "SELECT part, quorum, k, drawn, day, size FROM waiting ORDER BY day, part, quorum";
        const OFFERS: &str = "SELECT DISTINCT o.part, t.member FROM offer o JOIN tranche t ON t.id = o.tranche WHERE t.until_us > $1";
        type Row = (Vec<u8>, i64, i64, Vec<u8>, i64, i64);
        let doing = database("listing sealed parts");
        let accounts = self.accounts().await?;
        let keys: std::collections::BTreeMap<KeyId, MemberId> =
            accounts.iter().filter(|account| account.state == AccountState::Active).map(|account| (account.public.id(), account.id)).collect();
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<Row> = on!(&mut *tx, c => sqlx::query_as(SQL).fetch_all(c).await).map_err(&doing)?;
        let offers: Vec<(Vec<u8>, Vec<u8>)> = on!(&mut *tx, c => sqlx::query_as(OFFERS).bind(now.0).fetch_all(c).await).map_err(&doing)?;
        let mut by_part: std::collections::BTreeMap<Vec<u8>, Vec<MemberId>> = std::collections::BTreeMap::new();
        for (part, who) in offers {
            by_part.entry(part).or_default().extend(crate::account::member(&who));
        }
        let bad = |what| move || damaged("waiting", what);
        rows.into_iter()
            .map(|(part, quorum, k, drawn, day, size)| {
                let drawn = drawn.chunks_exact(8).filter_map(|id| keys.get(&KeyId(id.try_into().ok()?)).copied()).collect();
                Ok(Sealed {
                    offered_by: by_part.get(&part).cloned().unwrap_or_default(),
                    part: part_id(&part)?,
                    day: Day(u32::try_from(day).map_err(|_| bad("day")())?),
                    size: u64::try_from(size).map_err(|_| bad("size")())?,
                    quorum: QuorumNo(u16::try_from(quorum).map_err(|_| bad("quorum")())?),
                    k: u8::try_from(k).map_err(|_| bad("k")())?,
                    drawn,
                })
            })
            .collect()
    }

    /// Takes parts out of those that wait without wrapping their keys: triage cards, once what they say is recorded.
    ///
    /// # Errors
    /// What the database said.
    pub async fn set_aside(&self, parts: &[PartId], compartment: Compartment, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "setting parts aside";
        let mut tx = self.write(DOING).await?;
        for part in parts {
            opened(&mut tx, part, compartment, now).await?;
        }
        tx.commit().await.map_err(database(DOING))
    }

    /// Seals something that was made here (an account taken by telephone, a translation, an answer) to a case of the member's.
    ///
    /// # Errors
    /// [`GateError::NotInCase`]; what the databases said.
    pub async fn keep(&self, who: &Present, case: CaseId, compartment: Compartment, lang: &str, content: &[u8], now: UtcMicros) -> Result<PartId, GateError> {
        self.keep_from(who, case, compartment, lang, &mut &*content, now).await
    }

    /// As [`House::keep`], from a reader, for what does not fit into memory.
    ///
    /// # Errors
    /// As [`House::keep`]; [`GateError::Sealing`] where the reader fails.
    pub async fn keep_from(
        &self,
        who: &Present,
        case: CaseId,
        compartment: Compartment,
        lang: &str,
        content: &mut (dyn std::io::Read + Send),
        now: UtcMicros,
    ) -> Result<PartId, GateError> {
        const DOING: &str = "sealing what was made here";
        let failed = |_| GateError::Sealing { doing: DOING };
        if !self.cases_of(who.id(), now).await?.contains(&case) {
            return Err(GateError::NotInCase);
        }
        let mut rng = rng()?;
        let part = PartId::from_random(fresh_id()?);
        let cover = Cover {
            book: self.book,
            part,
            submission: SubmissionId::from_random(fresh_id()?),
            kind: if compartment == Compartment::File { PartKind::File } else { PartKind::Report },
            compartment,
            form_version: kniha_core::telling::FORM,
            lang: lang.to_owned(),
            day: day(now),
            list_no: 0,
            source: None,
            receipt: None,
            files: Vec::new(),
            signature: None,
        };
        let padding = if compartment == Compartment::File { Padding::File } else { Padding::Text };
        let mut out = Vec::new();
        let (mut sealer, key) = Sealer::alone(&cover, padding, &mut rng, &mut out).map_err(|_| GateError::Sealing { doing: DOING })?;
        let mut object = None;
        let mut piece = zeroize::Zeroizing::new(vec![0; PIECE]);
        loop {
            let len = content.read(&mut piece).map_err(failed)?;
            if len == 0 {
                break;
            }
            sealer.push(&piece[..len], &mut out).map_err(|_| GateError::Sealing { doing: DOING })?;
            if out.len() > IN_ROW_MOST {
                let object = match &mut object {
                    Some(object) => object,
                    none => none.insert(self.spool.object().await.map_err(spool)?),
                };
                object.write(&out).await.map_err(spool)?;
                out.clear();
            }
        }
        let sealed = sealer.end().map_err(|_| GateError::Sealing { doing: DOING })?.finish(&mut out);
        let body = match object {
            Some(mut object) => {
                object.write(&out).await.map_err(spool)?;
                Body::Object(object.finish().await.map_err(spool)?)
            }
            None => Body::Bytes(out),
        };
        let put = Put { part: PartKey(*part.bytes()), list_no: 0, day: day(now).0, header: sealed.header, payload_sha256: sealed.payload_sha256, body };
        // Marked as known first: sealed to nobody, it must never look as if it waited. A crash before the wrap leaves bytes that nobody can read.
        {
            let mut tx = self.write(DOING).await?;
            opened(&mut tx, &part, compartment, now).await?;
            tx.commit().await.map_err(database(DOING))?;
        }
        self.spool.put(vec![put], None).await.map_err(spool)?;
        let mut tx = self.write(DOING).await?;
        let (epoch, public) = present_key(&mut tx, case).await?.ok_or(GateError::NotInCase)?;
        let halves = self.wrap_parts(&mut tx, &vec![(part, key)], &Keyed::Case(case, epoch, public), now, &mut rng).await?;
        self.keep_halves(halves).await?;
        tx.commit().await.map_err(database(DOING))?;
        Ok(part)
    }

    /// Gives parts to a case and takes them from where they were: their keys are wrapped anew. Whoever does it can read them, and need not be in the case.
    ///
    /// # Errors
    /// [`GateError::NoPart`], [`GateError::NotInCase`] if the case has no key.
    pub async fn assign(&self, who: &Present, parts: &[PartId], to: CaseId, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "giving parts to a case";
        let keys = self.part_keys(who, parts, Why::Assign, now).await?;
        let mut rng = rng()?;
        let mut tx = self.write(DOING).await?;
        let (epoch, public) = present_key(&mut tx, to).await?.ok_or(GateError::NotInCase)?;
        for part in parts {
            unwrap_all(&mut tx, part).await?;
        }
        let halves = self.wrap_parts(&mut tx, &keys, &Keyed::Case(to, epoch, public), now, &mut rng).await?;
        self.keep_halves(halves).await?;
        tx.commit().await.map_err(database(DOING))?;
        self.drop_halves().await
    }

    /// Where an opened part is kept; `None` if it was never opened here.
    ///
    /// # Errors
    /// What the database said.
    pub async fn held(&self, part: PartId) -> Result<Option<Held>, GateError> {
        let doing = database("looking up a part");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let code: Option<i64> =
            on!(&mut *tx, c => sqlx::query_scalar("SELECT compartment FROM part WHERE part = $1").bind(&part.bytes()[..]).fetch_optional(c).await)
                .map_err(&doing)?;
        let Some(code) = code else { return Ok(None) };
        let compartment = u8::try_from(code).ok().and_then(Compartment::from_code).ok_or_else(|| damaged("part", "compartment"))?;
        let rows: Vec<(String, Vec<u8>)> =
            on!(&mut *tx, c => sqlx::query_as("SELECT DISTINCT kind, holder FROM part_wrap WHERE part = $1 ORDER BY kind, holder").bind(&part.bytes()[..]).fetch_all(c).await)
                .map_err(&doing)?;
        let mut held = Held { part, compartment, cases: Vec::new(), people: Vec::new() };
        for (kind, holder) in rows {
            match kind.as_str() {
                "case" => held.cases.push(case_id(&holder)?),
                _ => held.people.extend(crate::account::member(&holder)),
            }
        }
        Ok(Some(held))
    }

    /// The parts of a case, of every epoch.
    ///
    /// # Errors
    /// What the database said.
    pub async fn parts_of_case(&self, case: CaseId) -> Result<Vec<PartId>, GateError> {
        self.parts_for("case", case.bytes()).await
    }

    /// The opened parts whose keys a person holds themselves: opened together and given to no case yet.
    ///
    /// # Errors
    /// What the database said.
    pub async fn parts_of(&self, who: MemberId) -> Result<Vec<PartId>, GateError> {
        self.parts_for("person", who.bytes()).await
    }

    async fn parts_for(&self, kind: &'static str, holder: &[u8; 16]) -> Result<Vec<PartId>, GateError> {
        const SQL: &str = "SELECT DISTINCT part FROM part_wrap WHERE holder = $1 AND kind = $2 ORDER BY part";
        let doing = database("listing parts");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<Vec<u8>> = on!(&mut *tx, c => sqlx::query_scalar(SQL).bind(&holder[..]).bind(kind).fetch_all(c).await).map_err(&doing)?;
        rows.iter().map(|id| part_id(id)).collect()
    }

    pub(crate) async fn cases_of_part(&self, part: PartId) -> Result<Vec<CaseId>, GateError> {
        Ok(self.held(part).await?.map(|held| held.cases).unwrap_or_default())
    }

    /// Destroys parts: wraps, halves, offers and sealed bytes are gone, tombstones stay. An act of two decided it.
    ///
    /// # Errors
    /// [`GateError::Act`] unless the act holds and lists exactly these.
    pub async fn erase(&self, act: &Act, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "destroying parts";
        let ActKind::Erase { parts, .. } = &act.kind else { return Err(GateError::Act(ActError::Kind)) };
        let mut tx = self.write(DOING).await?;
        self.carry_out(&mut tx, act, now).await?;
        for part in parts {
            unwrap_all(&mut tx, part).await?;
            for sql in [
                "DELETE FROM offer WHERE part = $1",
                "DELETE FROM waiting WHERE part = $1",
                "DELETE FROM raised WHERE part = $1",
                "DELETE FROM part WHERE part = $1",
            ] {
                on!(&mut *tx, c => sqlx::query(sql).bind(&part.bytes()[..]).execute(c).await.map(drop)).map_err(database(DOING))?;
            }
            const TOMB: &str = "INSERT INTO tombstone (part, day, act) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            on!(&mut *tx, c => sqlx::query(TOMB).bind(&part.bytes()[..]).bind(i64::from(day(now).0)).bind(&act.id.bytes()[..]).execute(c).await.map(drop))
                .map_err(database(DOING))?;
        }
        tx.commit().await.map_err(database(DOING))?;
        // From here on nothing opens them; what is left goes now, or with the next sweep and look through the spool.
        self.drop_halves().await?;
        for part in parts {
            self.remove_bytes(part).await?;
        }
        Ok(())
    }

    /// Parts that were destroyed, with the days.
    ///
    /// # Errors
    /// What the database said.
    pub async fn tombstones(&self) -> Result<Vec<(PartId, Day)>, GateError> {
        let doing = database("listing what was destroyed");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<(Vec<u8>, i64)> =
            on!(&mut *tx, c => sqlx::query_as("SELECT part, day FROM tombstone ORDER BY part").fetch_all(c).await).map_err(&doing)?;
        rows.into_iter().map(|(id, day)| Ok((part_id(&id)?, Day(u32::try_from(day).map_err(|_| damaged("tombstone", "day"))?)))).collect()
    }

    async fn remove_bytes(&self, part: &PartId) -> Result<(), GateError> {
        let key = PartKey(*part.bytes());
        if let Some(head) = self.spool.header(&key).await.map_err(spool)? {
            self.spool.delete(&key, &head.listed.payload_sha256).await.map_err(spool)?;
        }
        Ok(())
    }

    /// Wraps keys of parts, each masked with a half of its own; the halves are to be kept before the transaction is.
    pub(crate) async fn wrap_parts(&self, tx: &mut Tx, keys: &PartKeys, to: &Keyed, now: UtcMicros, rng: &mut impl CryptoRng) -> Result<Halves, GateError> {
        const SQL: &str = "INSERT INTO part_wrap (part, kind, holder, epoch, blob, half, made_us) SELECT $1, $2, $3, $4, $5, $6, $7
            WHERE NOT EXISTS (SELECT 1 FROM tombstone WHERE part = $1) ON CONFLICT (part, kind, holder, epoch) DO NOTHING";
        const DOING: &str = "wrapping a part's key";
        let (kind, holder, epoch, public) = to.row();
        let mut halves = Vec::with_capacity(keys.len());
        for (part, key) in keys {
            let (masked, half) = split_gate(&part_block(part, key), rng);
            let wrap = Wrap::seal(public, *part.bytes(), epoch, &masked, rng).map_err(|_| GateError::Sealing { doing: DOING })?;
            let id = fresh_id()?;
            let new = on!(&mut *tx, c => sqlx::query(SQL).bind(&part.bytes()[..]).bind(kind).bind(&holder[..]).bind(i64::from(epoch)).bind(wrap.encode())
                .bind(&id[..]).bind(now.0).execute(c).await.map(|done| done.rows_affected()))
            .map_err(database(DOING))?;
            if new == 1 {
                halves.push((id, half));
            }
        }
        Ok(halves)
    }

    pub(crate) async fn keep_halves(&self, halves: Halves) -> Result<(), GateError> {
        let doing = database("keeping halves");
        let mut tx = self.gate.write().await.map_err(&doing)?;
        for (id, half) in &halves {
            on!(&mut *tx, c => sqlx::query("INSERT INTO half (id, mask) VALUES ($1, $2)").bind(&id[..]).bind(&half.expose()[..]).execute(c).await.map(drop))
                .map_err(&doing)?;
        }
        tx.commit().await.map_err(&doing)
    }

    /// Destroys the halves whose wraps are gone; what fails now is done with the next sweep.
    pub(crate) async fn drop_halves(&self) -> Result<(), GateError> {
        let doing = database("destroying halves");
        let halves: Vec<Vec<u8>> = {
            let mut tx = self.db.read().await.map_err(&doing)?;
            on!(&mut *tx, c => sqlx::query_scalar("SELECT half FROM dropping").fetch_all(c).await).map_err(&doing)?
        };
        if halves.is_empty() {
            return Ok(());
        }
        let mut gate = self.gate.write().await.map_err(&doing)?;
        for id in &halves {
            on!(&mut *gate, c => sqlx::query("DELETE FROM half WHERE id = $1").bind(&id[..]).execute(c).await.map(drop)).map_err(&doing)?;
        }
        gate.commit().await.map_err(&doing)?;
        let mut tx = self.db.write().await.map_err(&doing)?;
        for id in &halves {
            on!(&mut *tx, c => sqlx::query("DELETE FROM dropping WHERE half = $1").bind(&id[..]).execute(c).await.map(drop)).map_err(&doing)?;
        }
        tx.commit().await.map_err(&doing)
    }
}

pub(crate) fn part_id(bytes: &[u8]) -> Result<PartId, GateError> {
    Ok(PartId::from_random(bytes.try_into().map_err(|_| damaged("part", "id"))?))
}

/// Marks a part as opened or made here.
pub(crate) async fn opened(tx: &mut Tx, part: &PartId, compartment: Compartment, now: UtcMicros) -> Result<(), GateError> {
    const SQL: &str = "INSERT INTO part (part, compartment, day) SELECT $1, $2, $3
        WHERE NOT EXISTS (SELECT 1 FROM tombstone WHERE part = $1) ON CONFLICT DO NOTHING";
    let doing = database("marking a part as opened");
    let id = &part.bytes()[..];
    on!(&mut *tx, c => sqlx::query(SQL).bind(id).bind(i64::from(compartment.code())).bind(i64::from(day(now).0)).execute(c).await.map(drop)).map_err(&doing)?;
    for sql in ["DELETE FROM waiting WHERE part = $1", "DELETE FROM offer WHERE part = $1"] {
        on!(&mut *tx, c => sqlx::query(sql).bind(id).execute(c).await.map(drop)).map_err(&doing)?;
    }
    Ok(())
}

/// Deletes every wrap of a part, and notes the halves that go with them.
async fn unwrap_all(tx: &mut Tx, part: &PartId) -> Result<(), GateError> {
    for sql in ["INSERT INTO dropping (half) SELECT half FROM part_wrap WHERE part = $1", "DELETE FROM part_wrap WHERE part = $1"] {
        on!(&mut *tx, c => sqlx::query(sql).bind(&part.bytes()[..]).execute(c).await.map(drop)).map_err(database("taking wraps away"))?;
    }
    Ok(())
}
