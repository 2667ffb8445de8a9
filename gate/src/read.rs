//! Reading parts that were opened before: receipt first, then the gate's half, then the member's key.

use kniha_core::commit::Hash;
use kniha_core::id::CaseId;
use kniha_core::time::UtcMicros;
use kniha_db::on;
use kniha_inbox::{PartKey, Payload};
use kniha_seal::age::{CHUNK, FileKey, NONCE_LEN};
use kniha_seal::holder::KeyHolder;
use kniha_seal::opener::{Opener, last_chunk_of};
use kniha_seal::part::{Compartment, Cover, Envelope, PartId};
use kniha_seal::readlog::Why;
use kniha_seal::wrap::{Wrap, part_key};
use zeroize::Zeroizing;

use crate::caps::{Asked, Passed};
use crate::case::{PartKeys, case_id};
use crate::error::{GateError, OpenFailure, damaged, database};
use crate::house::House;
use crate::part::spool;
use crate::present::Present;

/// Longest content that is taken into memory.
const MOST: u64 = 4 * 1024 * 1024;

/// A part that was opened.
pub struct Opened {
    /// The part.
    pub part: PartId,
    /// What it says of itself.
    pub cover: Cover,
    /// Its content, if it has at most 4 MiB; empty otherwise: see [`House::stream`].
    pub content: Zeroizing<Vec<u8>>,
    /// Bytes of content.
    pub content_len: u64,
    /// Hash of the content.
    pub content_sha256: Hash,
    /// Hash of the sealed payload.
    pub payload_sha256: Hash,
    /// The case it was read through, or went into.
    pub case: Option<CaseId>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("part", &self.part).finish_non_exhaustive()
    }
}

/// A part's content, piece by piece.
pub struct PartStream {
    opener: Option<Opener>,
    payload: Payload,
    at: u64,
    len: u64,
}

/// To whom a key is wrapped that this member can open.
struct Way {
    part: PartId,
    compartment: Compartment,
    wrap: Vec<u8>,
    half: [u8; 16],
    case: Option<(CaseId, Vec<u8>)>,
}

impl House {
    /// Reads a part that was opened before.
    ///
    /// # Errors
    /// [`GateError::NoPart`] where it is not there or not this member's; [`GateError::Cap`]; [`GateError::Open`] where it is damaged.
    pub async fn read(&self, who: &Present, part: PartId, why: Why, now: UtcMicros) -> Result<Opened, GateError> {
        let (envelope, key, case) = self.one_key(who, part, why, now).await?;
        let mut opened = open_payload(self, &envelope, &key).await?.map_err(GateError::Open)?;
        opened.case = case;
        Ok(opened)
    }

    /// Reads a part that was opened before, piece by piece.
    ///
    /// # Errors
    /// As [`House::read`].
    pub async fn stream(&self, who: &Present, part: PartId, why: Why, now: UtcMicros) -> Result<PartStream, GateError> {
        let (envelope, key, _) = self.one_key(who, part, why, now).await?;
        PartStream::begin(self, &envelope, &key).await?.map_err(GateError::Open)
    }

    async fn one_key(&self, who: &Present, part: PartId, why: Why, now: UtcMicros) -> Result<(Envelope, FileKey, Option<CaseId>), GateError> {
        let way = self.ways(who, &[part], now).await?.pop().ok_or(GateError::NoPart)?;
        let head = self.spool.header(&PartKey(*part.bytes())).await.map_err(spool)?.ok_or(GateError::Open(OpenFailure::Missing))?;
        let envelope = Envelope::parse(&head.header).map_err(|_| GateError::Open(OpenFailure::Damaged))?;
        let passed = self.pass(who, &[way.asked()], why, true, now).await?.pop().ok_or(GateError::NoPart)?;
        let key = self.unwrapped(who, &way, passed)?;
        Ok((envelope, key, way.case.map(|(case, _)| case)))
    }

    /// The keys of parts, to be wrapped anew.
    pub(crate) async fn part_keys(&self, who: &Present, parts: &[PartId], why: Why, now: UtcMicros) -> Result<PartKeys, GateError> {
        let ways = self.ways(who, parts, now).await?;
        if ways.len() != parts.len() {
            return Err(GateError::NoPart);
        }
        let asked: Vec<Asked> = ways.iter().map(Way::asked).collect();
        let passed = if asked.is_empty() { Vec::new() } else { self.pass(who, &asked, why, false, now).await? };
        ways.iter().zip(passed).map(|(way, passed)| Ok((way.part, self.unwrapped(who, way, passed)?))).collect()
    }

    /// For each part the wrap that this member can open, in the same order; parts without one are left out.
    async fn ways(&self, who: &Present, parts: &[PartId], now: UtcMicros) -> Result<Vec<Way>, GateError> {
        const SQL: &str = "SELECT p.compartment, w.blob, w.half, w.kind, w.holder, c.blob FROM part_wrap w JOIN part p ON p.part = w.part
            LEFT JOIN case_wrap c ON w.kind = 'case' AND c.case_id = w.holder AND c.epoch = w.epoch AND c.member = $2 AND (c.until_us IS NULL OR c.until_us > $3)
            WHERE w.part = $1 AND (c.blob IS NOT NULL OR (w.kind = 'person' AND w.holder = $2)) ORDER BY w.kind, w.epoch DESC LIMIT 1";
        type Row = (i64, Vec<u8>, Vec<u8>, String, Vec<u8>, Option<Vec<u8>>);
        let doing = database("looking up a wrap");
        let mut tx = self.db.read().await.map_err(&doing)?;
        let mut ways = Vec::with_capacity(parts.len());
        for part in parts {
            let row: Option<Row> =
                on!(&mut *tx, c => sqlx::query_as(SQL).bind(&part.bytes()[..]).bind(&who.id().bytes()[..]).bind(now.0).fetch_optional(c).await)
                    .map_err(&doing)?;
            let Some((code, wrap, half, _, holder, case)) = row else { continue };
            let compartment = u8::try_from(code).ok().and_then(Compartment::from_code).ok_or_else(|| damaged("part", "compartment"))?;
            let half = half.try_into().map_err(|_| damaged("part_wrap", "half"))?;
            let case = case.map(|blob| Ok((case_id(&holder)?, blob))).transpose()?;
            ways.push(Way { part: *part, compartment, wrap, half, case });
        }
        Ok(ways)
    }

    fn unwrapped(&self, who: &Present, way: &Way, passed: Passed) -> Result<FileKey, GateError> {
        let bad = |what| move || damaged("part_wrap", what);
        let wrap = Wrap::decode(&way.wrap).map_err(|_| bad("blob")())?;
        let masked = match &way.case {
            Some((case, blob)) => wrap.open_with(&self.case_secret(who, blob, *case, &passed.receipt)?).map_err(|_| bad("key")())?,
            None => who.holder.unwrap(&wrap, &passed.receipt).map_err(|_| bad("key")())?,
        };
        let half = passed.half.ok_or(GateError::Gone)?;
        part_key(&way.part, &masked.xor(&half)).ok_or_else(bad("half"))
    }
}

impl Way {
    fn asked(&self) -> Asked {
        Asked { part: self.part, compartment: self.compartment, case: self.case.as_ref().map(|(case, _)| *case), half: Some(self.half) }
    }
}

impl PartStream {
    pub(crate) async fn begin(house: &House, envelope: &Envelope, key: &FileKey) -> Result<Result<PartStream, OpenFailure>, GateError> {
        let Some(payload) = house.spool.payload(&PartKey(*envelope.part().bytes())).await.map_err(spool)? else { return Ok(Err(OpenFailure::Missing)) };
        let len = payload.len;
        let Some((_, last)) = last_chunk_of(len) else { return Ok(Err(OpenFailure::Damaged)) };
        let end = payload.read_at(len - last as u64, last).await.map_err(spool)?;
        let Ok(nonce) = <[u8; NONCE_LEN]>::try_from(payload.read_at(0, NONCE_LEN).await.map_err(spool)?) else { return Ok(Err(OpenFailure::Damaged)) };
        let opener = Opener::new(envelope, key, len, &nonce, &end).map_err(|_| OpenFailure::Damaged);
        Ok(opener.map(|opener| PartStream { opener: Some(opener), payload, at: NONCE_LEN as u64, len }))
    }

    /// Bytes of content in all.
    #[must_use]
    pub fn content_len(&self) -> u64 {
        self.opener.as_ref().map_or(0, Opener::content_len)
    }

    /// The next piece; `None` when all came and all was authentic.
    ///
    /// # Errors
    /// [`GateError::Open`]: what came before is authentic, and something is missing or was changed.
    pub async fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, GateError> {
        Ok(match self.step().await? {
            Ok(Step::Piece(piece)) => Some(piece),
            Ok(Step::Whole(opened, piece)) => {
                drop(opened);
                Some(piece)
            }
            Ok(Step::Over) => None,
            Err(why) => return Err(GateError::Open(why)),
        })
    }

    async fn step(&mut self) -> Result<Result<Step, OpenFailure>, GateError> {
        let Some(opener) = &mut self.opener else { return Ok(Ok(Step::Over)) };
        let mut piece = Zeroizing::new(Vec::new());
        if self.at < self.len {
            let sealed = self.payload.read_at(self.at, 16 * CHUNK).await.map_err(spool)?;
            self.at += sealed.len() as u64;
            return Ok(opener.push(&sealed, &mut piece).map(|()| Step::Piece(piece)).map_err(|_| OpenFailure::Damaged));
        }
        let Some(opener) = self.opener.take() else { return Ok(Ok(Step::Over)) };
        Ok(opener.finish(&mut piece).map(|opened| Step::Whole(Box::new(opened), piece)).map_err(|_| OpenFailure::Damaged))
    }
}

enum Step {
    Piece(Zeroizing<Vec<u8>>),
    Whole(Box<kniha_seal::opener::Opened>, Zeroizing<Vec<u8>>),
    Over,
}

/// Opens and checks a whole payload; keeps the content where it fits into memory.
pub(crate) async fn open_payload(house: &House, envelope: &Envelope, key: &FileKey) -> Result<Result<Opened, OpenFailure>, GateError> {
    let part = *envelope.part();
    let Some(head) = house.spool.header(&PartKey(*part.bytes())).await.map_err(spool)? else { return Ok(Err(OpenFailure::Missing)) };
    let mut stream = match PartStream::begin(house, envelope, key).await? {
        Ok(stream) => stream,
        Err(why) => return Ok(Err(why)),
    };
    let keep = stream.content_len() <= MOST;
    // As large as it will be: what grows leaves copies behind that nobody wipes.
    let mut content = Zeroizing::new(Vec::with_capacity(if keep { usize::try_from(stream.content_len()).unwrap_or(0) } else { 0 }));
    loop {
        match stream.step().await? {
            Ok(Step::Piece(piece)) if keep => content.extend_from_slice(&piece),
            Ok(Step::Piece(_)) => {}
            Ok(Step::Whole(opened, piece)) => {
                if keep {
                    content.extend_from_slice(&piece);
                }
                let (content_len, content_sha256) = (opened.content_len, opened.content_sha256);
                return Ok(Ok(Opened {
                    part,
                    cover: opened.cover,
                    content,
                    content_len,
                    content_sha256,
                    payload_sha256: head.listed.payload_sha256,
                    case: None,
                }));
            }
            Ok(Step::Over) => return Ok(Err(OpenFailure::Damaged)),
            Err(why) => return Ok(Err(why)),
        }
    }
}
