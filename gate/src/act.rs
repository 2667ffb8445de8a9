//! Acts that need two people: each signs the text that both saw, and only then it is carried out, once.

use kniha_core::access::{Hat, Hats};
use kniha_core::commit::Hash;
use kniha_core::id::{CaseId, Id, MemberId};
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_db::{Tx, on};
use kniha_seal::part::PartId;
use kniha_seal::sign::{Purpose, Signature};
use serde::{Deserialize, Serialize};

use crate::account::{Account, AccountState, account_in, member};
use crate::error::{GateError, damaged, database};
use crate::fresh_id;
use crate::house::House;
use crate::present::Present;

/// For how long a proposal waits for its second signature, in µs: seven days.
pub const PROPOSED_US: i64 = 7 * DAY_US;
/// Longest text, in characters.
const MOST_TEXT: usize = 20_000;
/// Most parts of one act.
const MOST_PARTS: usize = 500;

/// What an act is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActMark {}
/// What an act is called by.
pub type ActId = Id<ActMark>;

/// What two people decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActKind {
    /// To admit somebody under these hats.
    Admit {
        /// Whom.
        who: MemberId,
        /// As what.
        hats: Hats,
    },
    /// To let a frozen member in again.
    Unfreeze {
        /// Whom.
        who: MemberId,
    },
    /// To give somebody a case, from now on and for these older parts.
    Grant {
        /// Whom.
        who: MemberId,
        /// Which case.
        case: CaseId,
        /// Until when; for good where there is none.
        until: Option<UtcMicros>,
        /// Older parts, from a list that both saw.
        older: Vec<PartId>,
    },
    /// To let somebody read these parts beyond the caps.
    Raise {
        /// Whom.
        who: MemberId,
        /// Which parts.
        parts: Vec<PartId>,
    },
    /// To destroy parts.
    Erase {
        /// Which parts.
        parts: Vec<PartId>,
        /// The record in the book that rests on them, as its id is written.
        record: Option<String>,
    },
    /// To hand out the book.
    Export,
    /// To put a policy in force.
    Policy {
        /// SHA-256 of its text.
        digest: [u8; 32],
    },
}

/// How far an act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActState {
    /// One signed.
    Proposed,
    /// Two signed; it is to be carried out.
    Agreed,
    /// Carried out.
    Done,
    /// Refused, taken back, or too old.
    Void,
}

/// An act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its id.
    pub id: ActId,
    /// What is decided.
    pub kind: ActKind,
    /// The text that both saw.
    pub text: String,
    /// Who proposed it.
    pub by: MemberId,
    /// When.
    pub at: UtcMicros,
    /// Who agreed, and when.
    pub second: Option<(MemberId, UtcMicros)>,
    /// How far it is.
    pub state: ActState,
}

/// Why an act does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// No such act.
    #[error("there is no such act")]
    Unknown,
    /// The two are one person.
    #[error("two different people must sign")]
    SamePerson,
    /// These two may not decide this together.
    #[error("these two may not decide this together")]
    Hats,
    /// Nobody decides about themselves.
    #[error("nobody decides about themselves")]
    Oneself,
    /// It was refused, taken back, carried out, or is too old.
    #[error("the act is not open any more")]
    Closed,
    /// Not two have signed.
    #[error("two people have not signed yet")]
    Unsigned,
    /// A signature is not of these people over this text.
    #[error("a signature is not of these people over this text")]
    Signature,
    /// Another kind of act is wanted here.
    #[error("this act decides something else")]
    Kind,
    /// The register is locked, and its key is needed.
    #[error("the register is locked")]
    Locked,
    /// The text is empty or too long, or there are too many parts.
    #[error("the text of an act has 1 to {MOST_TEXT} characters, and an act at most {MOST_PARTS} parts")]
    Length,
}

/// The act as it is stored and signed.
#[derive(Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Body {
    /// `key`: the fingerprint of the key that is admitted, in hexadecimal.
    Admit {
        who: String,
        hats: String,
        key: String,
    },
    Unfreeze {
        who: String,
    },
    Grant {
        who: String,
        case: String,
        until_us: Option<i64>,
        older: Vec<String>,
    },
    Raise {
        who: String,
        parts: Vec<String>,
    },
    Erase {
        parts: Vec<String>,
        record: Option<String>,
    },
    Export,
    Policy {
        digest: String,
    },
}

impl ActKind {
    fn body(&self, key: Option<&Hash>) -> Result<String, GateError> {
        let texts = |parts: &[PartId]| parts.iter().map(ToString::to_string).collect();
        let body = match self {
            ActKind::Admit { who, hats } => {
                let key = key.ok_or(GateError::NoMember)?;
                Body::Admit { who: who.to_string(), hats: hats.to_string(), key: key.to_string() }
            }
            ActKind::Unfreeze { who } => Body::Unfreeze { who: who.to_string() },
            ActKind::Grant { who, case, until, older } => {
                Body::Grant { who: who.to_string(), case: case.to_string(), until_us: until.map(|at| at.0), older: texts(older) }
            }
            ActKind::Raise { who, parts } => Body::Raise { who: who.to_string(), parts: texts(parts) },
            ActKind::Erase { parts, record } => Body::Erase { parts: texts(parts), record: record.clone() },
            ActKind::Export => Body::Export,
            ActKind::Policy { digest } => Body::Policy { digest: data_encoding::HEXLOWER.encode(digest) },
        };
        serde_json::to_string(&body).map_err(|_| GateError::Sealing { doing: "writing an act" })
    }

    fn of(body: &str) -> Option<ActKind> {
        let parts = |texts: Vec<String>| texts.iter().map(|text| PartId::parse(text).ok()).collect::<Option<Vec<_>>>();
        let who = |text: String| MemberId::parse(&text).ok();
        Some(match serde_json::from_str(body).ok()? {
            Body::Admit { who: text, hats, key: _ } => ActKind::Admit { who: who(text)?, hats: Hats::parse(&hats).ok()? },
            Body::Unfreeze { who: text } => ActKind::Unfreeze { who: who(text)? },
            Body::Grant { who: text, case, until_us, older } => {
                ActKind::Grant { who: who(text)?, case: CaseId::parse(&case).ok()?, until: until_us.map(UtcMicros), older: parts(older)? }
            }
            Body::Raise { who: text, parts: texts } => ActKind::Raise { who: who(text)?, parts: parts(texts)? },
            Body::Erase { parts: texts, record } => ActKind::Erase { parts: parts(texts)?, record },
            Body::Export => ActKind::Export,
            Body::Policy { digest } => ActKind::Policy { digest: data_encoding::HEXLOWER.decode(digest.as_bytes()).ok()?.try_into().ok()? },
        })
    }

    /// Whom it is about.
    #[must_use]
    pub fn about(&self) -> Option<MemberId> {
        match self {
            ActKind::Admit { who, .. } | ActKind::Unfreeze { who } | ActKind::Grant { who, .. } | ActKind::Raise { who, .. } => Some(*who),
            _ => None,
        }
    }

    fn parts(&self) -> usize {
        match self {
            ActKind::Grant { older: parts, .. } | ActKind::Raise { parts, .. } | ActKind::Erase { parts, .. } => parts.len(),
            _ => 0,
        }
    }

    /// Whether somebody with these hats may sign it at all.
    #[must_use]
    pub fn may_sign(&self, hats: Hats) -> bool {
        let content = hats.has(Hat::Opener) || hats.has(Hat::Investigator) || hats.has(Hat::Lawyer);
        match self {
            ActKind::Admit { .. } | ActKind::Unfreeze { .. } => content || hats.has(Hat::Operator) || hats.has(Hat::Custodian),
            ActKind::Grant { .. } | ActKind::Export | ActKind::Erase { .. } => content,
            ActKind::Raise { .. } => hats.has(Hat::Auditor) || hats.has(Hat::Lawyer),
            ActKind::Policy { .. } => content || hats.has(Hat::Custodian),
        }
    }

    /// Whether these two may decide it together.
    #[must_use]
    pub fn may_decide(&self, one: Hats, other: Hats) -> bool {
        let either = |hat| one.has(hat) || other.has(hat);
        let together = match self {
            // Whoever runs the machine cannot people the team without those who work in it.
            ActKind::Admit { .. } | ActKind::Unfreeze { .. } => one.read() || other.read(),
            ActKind::Raise { .. } => either(Hat::Auditor) && either(Hat::Lawyer),
            ActKind::Erase { .. } | ActKind::Export => either(Hat::Lawyer),
            ActKind::Grant { .. } | ActKind::Policy { .. } => true,
        };
        self.may_sign(one) && self.may_sign(other) && together
    }
}

impl ActState {
    const ALL: [ActState; 4] = [ActState::Proposed, ActState::Agreed, ActState::Done, ActState::Void];

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ActState::Proposed => "proposed",
            ActState::Agreed => "agreed",
            ActState::Done => "done",
            ActState::Void => "void",
        }
    }
}

/// A row: id, body, text, first, its signature, made, second, its signature, when, state.
type Row = (Vec<u8>, String, String, Vec<u8>, Vec<u8>, i64, Option<Vec<u8>>, Option<Vec<u8>>, Option<i64>, String);
const COLUMNS: &str = "SELECT id, body, shown, first, first_signature, made_us, second, second_signature, second_us, state FROM act";

struct Stored {
    act: Act,
    body: String,
    first: Vec<u8>,
    second: Option<Vec<u8>>,
}

impl Stored {
    fn of(row: Row) -> Result<Stored, GateError> {
        let bad = |what| move || damaged("act", what);
        let (id, body, text, by, first, made, second, second_signature, second_us, state) = row;
        let second = match (second, second_us) {
            (Some(who), Some(at)) => Some((member(&who).ok_or_else(bad("second"))?, UtcMicros(at))),
            (None, None) => None,
            _ => return Err(bad("second")()),
        };
        let act = Act {
            id: ActId::from_random(id.try_into().map_err(|_| bad("id")())?),
            kind: ActKind::of(&body).ok_or_else(bad("body"))?,
            text,
            by: member(&by).ok_or_else(bad("first"))?,
            at: UtcMicros(made),
            second,
            state: ActState::ALL.into_iter().find(|of| of.code() == state).ok_or_else(bad("state"))?,
        };
        Ok(Stored { act, body, first, second: second_signature })
    }
}

/// What both sign: the book, the act's id, what is done, and the text that was shown.
fn to_sign(book: &[u8; 32], id: &ActId, body: &str, text: &str) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
    [book.as_slice(), id.bytes(), &len, body.as_bytes(), text.as_bytes()].concat()
}

impl House {
    /// Proposes an act; the proposer's signature is given with it. `text` is what the second person will be shown and sign.
    ///
    /// # Errors
    /// [`GateError::Act`] says why this person may not.
    pub async fn propose(&self, who: &Present, kind: ActKind, text: &str, now: UtcMicros) -> Result<ActId, GateError> {
        const DOING: &str = "proposing an act";
        let account = self.signer(who).await?;
        let hats = account.hats.ok_or(GateError::Act(ActError::Hats))?;
        if text.trim().is_empty() || text.chars().count() > MOST_TEXT || kind.parts() > MOST_PARTS {
            return Err(GateError::Act(ActError::Length));
        }
        if !kind.may_sign(hats) {
            return Err(GateError::Act(ActError::Hats));
        }
        if kind.about() == Some(who.id()) {
            return Err(GateError::Act(ActError::Oneself));
        }
        let admitted = match kind.about() {
            Some(who) => self.account(who).await?.map(|account| account.public.fingerprint()),
            None => None,
        };
        let (id, body) = (ActId::from_random(fresh_id()?), kind.body(admitted.as_ref())?);
        let signature = who.sign(Purpose::Act, &to_sign(&self.book, &id, &body, text)).map_err(|_| GateError::Sealing { doing: DOING })?;
        const SQL: &str = "INSERT INTO act (id, body, shown, first, first_signature, made_us, state) VALUES ($1, $2, $3, $4, $5, $6, 'proposed')";
        let mut tx = self.write(DOING).await?;
        on!(&mut *tx, c => sqlx::query(SQL).bind(&id.bytes()[..]).bind(body).bind(text).bind(&who.id().bytes()[..])
            .bind(signature.bytes().to_vec()).bind(now.0).execute(c).await.map(drop))
        .map_err(database(DOING))?;
        tx.commit().await.map_err(database(DOING))?;
        Ok(id)
    }

    /// Agrees to an act: the second signature. It is then to be carried out by the function that its kind names.
    ///
    /// # Errors
    /// [`GateError::Act`] says why this person may not, or that somebody else was faster.
    pub async fn agree(&self, who: &Present, id: ActId, now: UtcMicros) -> Result<Act, GateError> {
        const DOING: &str = "agreeing to an act";
        let account = self.signer(who).await?;
        let stored = self.stored(id).await?.ok_or(GateError::Act(ActError::Unknown))?;
        let act = stored.act;
        let first = self.account(act.by).await?.filter(|first| first.state == AccountState::Active).and_then(|first| first.hats);
        let (Some(first), Some(second)) = (first, account.hats) else { return Err(GateError::Act(ActError::Hats)) };
        if act.state != ActState::Proposed || now.0 - act.at.0 > PROPOSED_US {
            return Err(GateError::Act(ActError::Closed));
        }
        if act.by == who.id() {
            return Err(GateError::Act(ActError::SamePerson));
        }
        if act.kind.about() == Some(who.id()) {
            return Err(GateError::Act(ActError::Oneself));
        }
        if !act.kind.may_decide(first, second) {
            return Err(GateError::Act(ActError::Hats));
        }
        let signature = who.sign(Purpose::Act, &to_sign(&self.book, &id, &stored.body, &act.text)).map_err(|_| GateError::Sealing { doing: DOING })?;
        const SQL: &str = "UPDATE act SET second = $1, second_signature = $2, second_us = $3, state = 'agreed' WHERE id = $4 AND state = 'proposed'";
        let mut tx = self.write(DOING).await?;
        let done = on!(&mut *tx, c => sqlx::query(SQL).bind(&who.id().bytes()[..]).bind(signature.bytes().to_vec()).bind(now.0).bind(&id.bytes()[..])
            .execute(c).await.map(|done| done.rows_affected()))
        .map_err(database(DOING))?;
        if done != 1 {
            return Err(GateError::Act(ActError::Closed));
        }
        tx.commit().await.map_err(database(DOING))?;
        Ok(Act { second: Some((who.id(), now)), state: ActState::Agreed, ..act })
    }

    /// Refuses or takes back an act that was not carried out.
    ///
    /// # Errors
    /// [`GateError::Act`] if it is not open any more, or this person may not sign it.
    pub async fn refuse(&self, who: &Present, id: ActId) -> Result<(), GateError> {
        const DOING: &str = "refusing an act";
        let act = self.stored(id).await?.ok_or(GateError::Act(ActError::Unknown))?.act;
        let hats = self.signer(who).await?.hats.ok_or(GateError::Act(ActError::Hats))?;
        if act.by != who.id() && !act.kind.may_sign(hats) {
            return Err(GateError::Act(ActError::Hats));
        }
        let mut tx = self.write(DOING).await?;
        let sql = "UPDATE act SET state = 'void' WHERE id = $1 AND state IN ('proposed', 'agreed')";
        let done = on!(&mut *tx, c => sqlx::query(sql).bind(&id.bytes()[..]).execute(c).await.map(|done| done.rows_affected())).map_err(database(DOING))?;
        tx.commit().await.map_err(database(DOING))?;
        if done == 1 { Ok(()) } else { Err(GateError::Act(ActError::Closed)) }
    }

    /// The acts in a state, newest first, at most 200.
    ///
    /// # Errors
    /// What the database said.
    pub async fn acts(&self, state: ActState) -> Result<Vec<Act>, GateError> {
        let doing = database("listing acts");
        let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE state = $1 ORDER BY made_us DESC LIMIT 200"));
        let mut tx = self.db.read().await.map_err(&doing)?;
        let rows: Vec<Row> = on!(&mut *tx, c => sqlx::query_as(sql).bind(state.code()).fetch_all(c).await).map_err(&doing)?;
        rows.into_iter().map(|row| Stored::of(row).map(|stored| stored.act)).collect()
    }

    /// One act.
    ///
    /// # Errors
    /// What the database said.
    pub async fn act(&self, id: ActId) -> Result<Option<Act>, GateError> {
        Ok(self.stored(id).await?.map(|stored| stored.act))
    }

    async fn signer(&self, who: &Present) -> Result<Account, GateError> {
        self.account(who.id()).await?.filter(|account| account.state == AccountState::Active).ok_or(GateError::NoMember)
    }

    async fn stored(&self, id: ActId) -> Result<Option<Stored>, GateError> {
        let doing = database("looking up an act");
        let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1"));
        let mut tx = self.db.read().await.map_err(&doing)?;
        let row: Option<Row> = on!(&mut *tx, c => sqlx::query_as(sql).bind(&id.bytes()[..]).fetch_optional(c).await).map_err(&doing)?;
        row.map(Stored::of).transpose()
    }

    /// Marks an act as carried out, in the transaction that does it; verifies both signatures over what is stored, and that it is this act.
    pub(crate) async fn carry_out(&self, tx: &mut Tx, act: &Act, now: UtcMicros) -> Result<(), GateError> {
        let doing = database("carrying out an act");
        let bad = |what| GateError::Act(what);
        let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1"));
        let row: Option<Row> = on!(tx, c => sqlx::query_as(sql).bind(&act.id.bytes()[..]).fetch_optional(c).await).map_err(&doing)?;
        let stored = Stored::of(row.ok_or(bad(ActError::Unknown))?)?;
        match stored.act.state {
            ActState::Agreed => {}
            ActState::Proposed => return Err(bad(ActError::Unsigned)),
            ActState::Done | ActState::Void => return Err(bad(ActError::Closed)),
        }
        if stored.act.kind != act.kind {
            return Err(bad(ActError::Kind));
        }
        let (Some((second, _)), Some(second_signature)) = (stored.act.second, &stored.second) else { return Err(bad(ActError::Unsigned)) };
        if second == stored.act.by {
            return Err(bad(ActError::SamePerson));
        }
        let signed = to_sign(&self.book, &stored.act.id, &stored.body, &stored.act.text);
        let mut hats = Vec::new();
        for (who, signature) in [(stored.act.by, &stored.first), (second, second_signature)] {
            // Once more, and by what is so now: a row can be written past `propose` and `agree`, and a signer shut out since.
            if stored.act.kind.about() == Some(who) {
                return Err(bad(ActError::Oneself));
            }
            let signer = account_in(tx, who).await?.filter(|signer| signer.state == AccountState::Active).ok_or(bad(ActError::Signature))?;
            let signature = Signature::from_bytes(signature).map_err(|_| bad(ActError::Signature))?;
            signer.public.signing.verify(Purpose::Act, &signed, &signature).map_err(|_| bad(ActError::Signature))?;
            hats.push(signer.hats.ok_or(bad(ActError::Hats))?);
        }
        if !stored.act.kind.may_decide(hats[0], hats[1]) {
            return Err(bad(ActError::Hats));
        }
        if let (ActKind::Admit { who, .. }, Ok(Body::Admit { key, .. })) = (&stored.act.kind, serde_json::from_str(&stored.body))
            && account_in(tx, *who).await?.is_none_or(|admitted| admitted.public.fingerprint().to_string() != key)
        {
            return Err(bad(ActError::Signature));
        }
        let sql = "UPDATE act SET state = 'done', done_us = $1 WHERE id = $2";
        on!(tx, c => sqlx::query(sql).bind(now.0).bind(&act.id.bytes()[..]).execute(c).await.map(drop)).map_err(&doing)
    }

    /// Marks an act as carried out whose work is done elsewhere: an export, a policy.
    ///
    /// # Errors
    /// [`GateError::Act`] unless it holds and was not carried out before.
    pub async fn done(&self, act: &Act, now: UtcMicros) -> Result<(), GateError> {
        if !matches!(act.kind, ActKind::Export | ActKind::Policy { .. }) {
            return Err(GateError::Act(ActError::Kind));
        }
        let mut tx = self.write("carrying out an act").await?;
        self.carry_out(&mut tx, act, now).await?;
        tx.commit().await.map_err(database("carrying out an act"))
    }

    /// Lets a member read parts beyond the caps.
    ///
    /// # Errors
    /// [`GateError::Act`] unless it holds.
    pub async fn raise(&self, act: &Act, now: UtcMicros) -> Result<(), GateError> {
        const DOING: &str = "raising a cap";
        let ActKind::Raise { who, parts } = &act.kind else { return Err(GateError::Act(ActError::Kind)) };
        let mut tx = self.write(DOING).await?;
        self.carry_out(&mut tx, act, now).await?;
        for part in parts {
            const SQL: &str = "INSERT INTO raised (member, part, act) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            on!(&mut *tx, c => sqlx::query(SQL).bind(&who.bytes()[..]).bind(&part.bytes()[..]).bind(&act.id.bytes()[..]).execute(c).await.map(drop))
                .map_err(database(DOING))?;
        }
        tx.commit().await.map_err(database(DOING))
    }
}
