//! Erasing a statement: what rests on it alone goes, what rests on others too loses its words, and what was accepted is asked again.
//!
//! The source's record stays as a tombstone with the skeleton of its history. Erasing reaches into every case: a person's right to be forgotten does
//! not end where a member's access does. Keys and sealed parts are the gate's to destroy.

use kniha_core::claim::{Move, Status};
use kniha_core::id::NodeId;
use kniha_core::vocab::NodeKind;
use kniha_db::{Tx, on};

use crate::book::Reader;
use crate::error::{StoreError, while_};
use crate::read::claims_by_no;
use crate::view::ClaimView;
use crate::write::Writing;

/// Claims that are shown before an erasure; the numbers count all.
pub const MAX_FALLING: usize = 200;

/// What falls away when a source is erased.
#[derive(Debug, Clone, PartialEq)]
pub struct Falling {
    /// Claims about the source itself, and claims that rest on it alone: their values go.
    pub erased: Vec<ClaimView>,
    /// Claims that rest on others too: its words go, the value stays.
    pub kept: Vec<ClaimView>,
    /// How many of each there are in the whole book.
    pub counts: (usize, usize),
    /// How many of them the reader does not see.
    pub unseen: usize,
    /// How many accepted claims will be asked again.
    pub asked: usize,
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Claims whose value went.
    pub claims: usize,
    /// Claims that lost its words and stand on others.
    pub citations: usize,
    /// Of those, accepted ones that are asked again.
    pub asked: usize,
}

/// Claims about a source, or resting on nothing else, that still have a value.
const ALONE: &str = "SELECT c.no FROM claim c WHERE c.erased_us IS NULL AND (c.subject_no = $1 OR (EXISTS (SELECT 1 FROM citation q WHERE q.claim_no = c.no AND q.source_no = $1)
    AND NOT EXISTS (SELECT 1 FROM citation o LEFT JOIN erased_citation x ON x.claim_no = o.claim_no AND x.nth = o.nth
        WHERE o.claim_no = c.no AND o.source_no <> $1 AND x.claim_no IS NULL)))
    AND c.no IN (SELECT claim_no FROM citation WHERE source_no = $1 UNION SELECT no FROM claim WHERE subject_no = $1) ORDER BY c.no";
/// Claims resting on a source and on others, whose words of it still stand.
const SHARED: &str =
    "SELECT DISTINCT c.no FROM citation q JOIN claim c ON c.no = q.claim_no LEFT JOIN erased_citation x ON x.claim_no = q.claim_no AND x.nth = q.nth
    WHERE q.source_no = $1 AND x.claim_no IS NULL AND c.erased_us IS NULL AND c.subject_no <> $1
    AND EXISTS (SELECT 1 FROM citation o LEFT JOIN erased_citation y ON y.claim_no = o.claim_no AND y.nth = o.nth
        WHERE o.claim_no = c.no AND o.source_no <> $1 AND y.claim_no IS NULL) ORDER BY c.no";

async fn falling(tx: &mut Tx, source_no: i64) -> Result<(Vec<i64>, Vec<i64>), StoreError> {
    let alone: Vec<i64> = on!(&mut *tx, c => sqlx::query_scalar(ALONE).bind(source_no).fetch_all(c).await).map_err(while_("reading what rests on a source"))?;
    let shared: Vec<i64> =
        on!(&mut *tx, c => sqlx::query_scalar(SHARED).bind(source_no).fetch_all(c).await).map_err(while_("reading what rests on a source"))?;
    Ok((alone, shared))
}

/// What would fall away if a source were erased; `None` where there is no such source for this reader.
///
/// # Errors
/// What the database said, or a row that does not read back.
pub async fn falls_with(tx: &mut Tx, reader: &Reader, source: NodeId) -> Result<Option<Falling>, StoreError> {
    const SQL: &str = "SELECT n.no FROM node n JOIN access a ON a.member_no = $1 AND a.case_no = n.case_no WHERE n.id = $2 AND n.kind = 'source'";
    let no: Option<i64> =
        on!(&mut *tx, c => sqlx::query_scalar(SQL).bind(reader.no).bind(source.to_string()).fetch_optional(c).await).map_err(while_("reading a source"))?;
    let Some(no) = no else { return Ok(None) };
    let (alone, shared) = falling(tx, no).await?;
    let (mut erased, mut kept): (Vec<ClaimView>, Vec<ClaimView>) =
        (claims_by_no(tx, reader, &alone).await?.into_values().collect(), claims_by_no(tx, reader, &shared).await?.into_values().collect());
    let unseen = alone.len() + shared.len() - erased.len() - kept.len();
    let asked = kept.iter().filter(|claim| claim.status == Status::Accepted).count();
    erased.truncate(MAX_FALLING);
    kept.truncate(MAX_FALLING);
    Ok(Some(Falling { erased, kept, counts: (alone.len(), shared.len()), unseen, asked }))
}

impl Writing<'_> {
    /// Erases a source from the register. `reason` is written into the history of every claim it touches, and should say nothing of the person.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a source this member does not see.
    pub async fn erase_source(&mut self, source: NodeId, reason: &str) -> Result<Erased, StoreError> {
        self.flush().await?;
        let (no, kind) = self.kind_of(source).await?;
        if kind != NodeKind::Source {
            return Err(StoreError::NotFound { what: "source" });
        }
        let (alone, shared) = falling(&mut self.tx, no).await?;
        let mut asked = 0;
        for claim_no in &shared {
            self.erase_citations(*claim_no, no).await?;
            asked += usize::from(self.ask_again(*claim_no, reason).await?);
        }
        for claim_no in &alone {
            self.move_numbered(*claim_no, Move::Erase, reason).await?;
        }
        self.forget_records();
        Ok(Erased { claims: alone.len(), citations: shared.len(), asked })
    }

    /// Destroys the words and the place of a source in a claim that stands on others too.
    async fn erase_citations(&mut self, claim_no: i64, source_no: i64) -> Result<(), StoreError> {
        const NOTE: &str = "INSERT INTO erased_citation (claim_no, nth, made_us) SELECT claim_no, nth, $3 FROM citation WHERE claim_no = $1 AND source_no = $2 ON CONFLICT DO NOTHING";
        const EMPTY: &str =
            "UPDATE citation SET exhibit_no = NULL, words = NULL, locator = NULL, accessed = NULL, archived = NULL WHERE claim_no = $1 AND source_no = $2";
        on!(&mut *self.tx, c => sqlx::query(NOTE).bind(claim_no).bind(source_no).bind(self.at.0).execute(c).await.map(drop))
            .map_err(while_("erasing a citation"))?;
        on!(&mut *self.tx, c => sqlx::query(EMPTY).bind(claim_no).bind(source_no).execute(c).await.map(drop)).map_err(while_("erasing a citation"))
    }
}
