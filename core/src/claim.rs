//! The claim: one value of one property of one record, with the sources it rests on.
//!
//! Claims are only added. What happens to a claim later (accepted, questioned, withdrawn, restored, erased) is an event; its present
//! status is worked out from them. Two standing claims that differ are a conflict, which is computed and never stored. Model:
//! Security Force Monitor's and HURIDOCS's claims with sources. Does no I/O.

use crate::access::Tier;
use crate::id::{CaseId, ClaimId, MemberId, NodeId};
use crate::text::{self, TextError};
use crate::time::{UtcMicros, Window};
use crate::value::Value;
use crate::vocab::Property;

/// Most citations of one claim. Another source for the same value is another claim with that value.
pub const MAX_CITATIONS: usize = 50;

/// Where a value was read, heard or seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Citation {
    /// The source record.
    pub source: NodeId,
    /// The exhibit, where the source is seen through one.
    pub exhibit: Option<NodeId>,
    /// The source's own words for this value, verbatim.
    pub words: Option<String>,
    /// Page, line, time code: where in the source the words stand.
    pub locator: Option<String>,
    /// When it was looked at.
    pub accessed: Option<Window>,
    /// Address of an archived copy.
    pub archived: Option<String>,
}

impl Citation {
    /// A bare mention of a source.
    #[must_use]
    pub fn of(source: NodeId) -> Citation {
        Citation { source, exhibit: None, words: None, locator: None, accessed: None, archived: None }
    }
}

/// Whether a claim speaks for or against the record's involvement or identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stance {
    /// It supports.
    For,
    /// It contradicts or exonerates.
    Against,
}

/// How far a claim has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Somebody says so; nobody here has examined it.
    AsStated,
    /// A person here examined it and accepts it.
    Accepted,
    /// Something must still be done before it can be accepted.
    WorkNeeded,
    /// Taken back; kept and shown as taken back.
    Withdrawn,
}

/// About how many people could know this: bounds what its release exposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnownTo {
    /// One person.
    One,
    /// Two to five.
    UpTo5,
    /// Six to twenty.
    UpTo20,
    /// Twenty-one to a hundred.
    UpTo100,
    /// More, or public.
    Many,
    /// Nobody has said.
    Unknown,
}

/// What happened to a claim after it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    /// A person examined and accepts it.
    Accept,
    /// More must be done.
    Question,
    /// It is taken back.
    Withdraw,
    /// It stands again as it stood before it was taken back.
    Restore,
    /// Its value and the words of its sources are destroyed; the committed skeleton stays.
    Erase,
}

/// A claim before it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewClaim {
    /// Its own id.
    pub id: ClaimId,
    /// The record it speaks of.
    pub subject: NodeId,
    /// The property.
    pub property: &'static Property,
    /// The value.
    pub value: Value,
    /// When the value held, where that is known: a posting from … to ….
    pub held: Option<Window>,
    /// Its sources.
    pub citations: Vec<Citation>,
    /// Origin group: claims of one origin are one line of evidence, however often repeated.
    pub origin: Option<String>,
    /// For or against.
    pub stance: Stance,
    /// The status it starts with.
    pub status: Status,
    /// How many people could know it.
    pub known_to: KnownTo,
}

/// By whom, when and in which case something was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The member.
    pub by: MemberId,
    /// The book's clock.
    pub at: UtcMicros,
    /// The case it belongs to.
    pub case: CaseId,
}

/// Why a claim was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClaimError {
    /// The value does not fit the property.
    #[error("the value does not fit {property}")]
    Value {
        /// The property's code.
        property: String,
        /// What is wrong.
        #[source]
        source: crate::value::ValueError,
    },
    /// A text beside the value cannot be kept.
    #[error("the {what} cannot be kept")]
    Text {
        /// Which text.
        what: &'static str,
        /// What is wrong.
        #[source]
        source: TextError,
    },
    /// Too many citations.
    #[error("a claim has at most {MAX_CITATIONS} citations, this one has {given}")]
    Citations {
        /// Citations given.
        given: usize,
    },
    /// This move is not possible now.
    #[error("a claim that is {from} cannot take the move {what}")]
    Move {
        /// Its present status.
        from: &'static str,
        /// The move asked for.
        what: &'static str,
    },
    /// A code that is not of the list.
    #[error("{written:?} is not a known {what}")]
    Code {
        /// Which list.
        what: &'static str,
        /// What was written, cut to 40 characters.
        written: String,
    },
    /// Withdrawing and erasing need a reason.
    #[error("a reason is needed")]
    Reason,
}

impl NewClaim {
    /// A claim as stated, with nothing beside its value.
    #[must_use]
    pub fn stated(id: ClaimId, subject: NodeId, property: &'static Property, value: Value) -> NewClaim {
        NewClaim {
            id,
            subject,
            property,
            value,
            held: None,
            citations: Vec::new(),
            origin: None,
            stance: Stance::For,
            status: Status::AsStated,
            known_to: KnownTo::Unknown,
        }
    }

    /// The tier of its value.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.value.tier()
    }

    /// Checks everything that does not need the book.
    ///
    /// # Errors
    /// [`ClaimError`] says what is wrong.
    pub fn check(&self) -> Result<(), ClaimError> {
        self.value.check(self.property).map_err(|source| ClaimError::Value { property: self.property.code.clone(), source })?;
        if self.citations.len() > MAX_CITATIONS {
            return Err(ClaimError::Citations { given: self.citations.len() });
        }
        if self.status == Status::Withdrawn {
            return Err(ClaimError::Move { from: "new", what: Move::Withdraw.code() });
        }
        let line = |what, text: &Option<String>| match text {
            Some(text) => text::check_line(text).map_err(|source| ClaimError::Text { what, source }),
            None => Ok(()),
        };
        line("origin", &self.origin)?;
        for citation in &self.citations {
            line("locator", &citation.locator)?;
            line("archived address", &citation.archived)?;
            if let Some(words) = &citation.words
                && !words.is_empty()
            {
                text::check(words).map_err(|source| ClaimError::Text { what: "cited words", source })?;
            }
        }
        Ok(())
    }
}

impl Status {
    /// The status after a move. `before` is the status that a withdrawn claim had before it was taken back.
    ///
    /// # Errors
    /// [`ClaimError::Move`] where the move is not possible now.
    pub fn after(self, what: Move, before: Status) -> Result<Status, ClaimError> {
        match (self, what) {
            (Status::Withdrawn, Move::Restore) => Ok(before),
            (Status::Withdrawn, Move::Erase) => Ok(Status::Withdrawn),
            (Status::Withdrawn, _) | (_, Move::Restore) => Err(ClaimError::Move { from: self.code(), what: what.code() }),
            (Status::Accepted, Move::Accept) | (Status::WorkNeeded, Move::Question) => Err(ClaimError::Move { from: self.code(), what: what.code() }),
            (_, Move::Accept) => Ok(Status::Accepted),
            (_, Move::Question) => Ok(Status::WorkNeeded),
            (_, Move::Withdraw) => Ok(Status::Withdrawn),
            (_, Move::Erase) => Ok(self),
        }
    }
}

impl Move {
    /// Whether the member must say why.
    #[must_use]
    pub fn needs_reason(self) -> bool {
        matches!(self, Move::Withdraw | Move::Erase | Move::Question)
    }
}

/// Gives an enum its codes, once, in both directions.
macro_rules! codes {
    ($type:ident, $what:literal, $($variant:ident => $code:literal),+ $(,)?) => {
        impl $type {
            /// Every variant, in order.
            pub const ALL: &[$type] = &[$($type::$variant),+];

            /// The code that is stored, exported and shown through the vocabulary.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $($type::$variant => $code),+ }
            }

            /// Reads a code.
            ///
            /// # Errors
            /// [`ClaimError::Code`] for another text.
            pub fn parse(written: &str) -> Result<$type, ClaimError> {
                match written {
                    $($code => Ok($type::$variant),)+
                    _ => Err(ClaimError::Code { what: $what, written: written.chars().take(40).collect() }),
                }
            }
        }
    };
}

codes!(Stance, "stance", For => "for", Against => "against");
codes!(Status, "status", AsStated => "as_stated", Accepted => "accepted", WorkNeeded => "work_needed", Withdrawn => "withdrawn");
codes!(KnownTo, "number of people", One => "1", UpTo5 => "2-5", UpTo20 => "6-20", UpTo100 => "21-100", Many => "many", Unknown => "unknown");
codes!(Move, "move", Accept => "accept", Question => "question", Withdraw => "withdraw", Restore => "restore", Erase => "erase");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_withdrawn_claim_is_restored_to_what_it_was() {
        assert_eq!(Status::Withdrawn.after(Move::Restore, Status::Accepted).unwrap(), Status::Accepted);
    }

    #[test]
    fn a_withdrawn_claim_must_be_restored_before_it_is_accepted() {
        assert!(Status::Withdrawn.after(Move::Accept, Status::AsStated).is_err());
        assert!(Status::AsStated.after(Move::Restore, Status::AsStated).is_err());
    }

    #[test]
    fn every_code_reads_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.code()).unwrap(), *status);
        }
        for known_to in KnownTo::ALL {
            assert_eq!(KnownTo::parse(known_to.code()).unwrap(), *known_to);
        }
        assert!(Move::parse("forget").is_err());
    }
}
