//! How far an account has come, from its triage card to its use.
//!
//! An account is received (its card was looked at), screened, read, and then used or kept; or it waits for an answer of its source, is refused with a reason,
//! withdrawn, or taken for spam. [`State::after`] is the one table of what may follow what. Nothing is deleted here: what was refused or taken for spam can be
//! taken up again until its time ends. Does no I/O.

/// Most characters of an account that marks can point into: as many as the book keeps in one text.
pub const MOST_CHARS: u32 = 100_000;

/// How far an account has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Its card was looked at.
    Received,
    /// Somebody found it worth reading.
    Screened,
    /// The source was asked something.
    Waits,
    /// It was opened and is in a case.
    Read,
    /// Claims of the book rest on it.
    Used,
    /// It is information: kept, and nothing rests on it.
    Kept,
    /// It was refused with a reason.
    Refused,
    /// The source took it back.
    Withdrawn,
    /// Nobody told anything: sent by a machine, or to harm.
    Spam,
}

/// What is done with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// It is worth reading.
    Screen,
    /// It was opened, or taken up again.
    Read,
    /// The source is asked something.
    Ask,
    /// Claims rest on it.
    Use,
    /// It is kept as information.
    Keep,
    /// It is refused.
    Refuse(Refusal),
    /// The source takes it back.
    Withdraw,
    /// It is spam.
    Spam,
}

/// Why an account was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// Not what this book is about.
    Outside,
    /// It holds nothing.
    Empty,
    /// The same was told before.
    Double,
    /// It cannot be understood.
    Unreadable,
    /// One of very many alike on one day.
    Flood,
    /// Something else.
    Other,
}

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A first account.
    Report,
    /// More to an earlier one.
    Addition,
    /// A permission taken back.
    Withdrawal,
    /// A wish to be deleted.
    Deletion,
}

/// The door that was chosen, without what else was said there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doorway {
    /// The team.
    Team,
    /// Lawyers alone.
    Lawyers,
    /// Nobody.
    Deposit,
}

/// How an account came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Through the portal, or sealed elsewhere.
    Portal,
    /// By telephone.
    Telephone,
    /// In an interview.
    Interview,
    /// On paper.
    Paper,
    /// From a folder of existing accounts.
    Folder,
}

/// How much was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Length {
    /// No text.
    None,
    /// At most 500 characters.
    Short,
    /// At most 3,000.
    Page,
    /// More.
    Long,
}

/// What marked words name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkKind {
    /// A person.
    Person,
    /// A time.
    Time,
    /// A place.
    Place,
    /// An act.
    Act,
}

/// A step that cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account that is {from} cannot be {step}")]
pub struct StepError {
    /// Its present state.
    pub from: &'static str,
    /// The state asked for.
    pub step: &'static str,
}

/// A code that is of no list of this file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{written:?} is not a known {what}")]
pub struct CodeError {
    /// Which list.
    pub what: &'static str,
    /// What was written, cut to 40 characters.
    pub written: String,
}

impl State {
    /// The state after a step.
    ///
    /// # Errors
    /// [`StepError`] where the step cannot be taken now.
    pub fn after(self, step: Step) -> Result<State, StepError> {
        use State::{Kept, Read, Received, Refused, Screened, Spam, Used, Waits, Withdrawn};
        let next = step.to();
        let may = match self {
            Received => !matches!(next, Received | Waits | Used | Kept),
            Screened => matches!(next, Read | Refused | Withdrawn | Spam),
            Read | Waits => !matches!(next, Received | Screened) && next != self,
            Used => matches!(next, Waits | Kept | Withdrawn),
            Kept => matches!(next, Waits | Used | Refused | Withdrawn),
            Refused | Spam => matches!(next, Screened | Read | Withdrawn),
            Withdrawn => false,
        };
        if may { Ok(next) } else { Err(StepError { from: self.code(), step: next.code() }) }
    }

    /// Whether somebody must still do something before it is read.
    #[must_use]
    pub fn is_new(self) -> bool {
        matches!(self, State::Received | State::Screened)
    }
}

impl Step {
    /// The state that the step leads to.
    #[must_use]
    pub fn to(self) -> State {
        match self {
            Step::Screen => State::Screened,
            Step::Read => State::Read,
            Step::Ask => State::Waits,
            Step::Use => State::Used,
            Step::Keep => State::Kept,
            Step::Refuse(_) => State::Refused,
            Step::Withdraw => State::Withdrawn,
            Step::Spam => State::Spam,
        }
    }

    /// The reason, where the step has one.
    #[must_use]
    pub fn reason(self) -> Option<Refusal> {
        match self {
            Step::Refuse(reason) => Some(reason),
            _ => None,
        }
    }
}

/// Gives an enum its codes, once, in both directions.
macro_rules! codes {
    ($type:ident, $what:literal, $($variant:ident => $code:literal),+ $(,)?) => {
        impl $type {
            /// Every variant, in order.
            pub const ALL: &[$type] = &[$($type::$variant),+];

            /// The code that is stored and exported.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $($type::$variant => $code),+ }
            }

            /// Reads a code.
            ///
            /// # Errors
            /// [`CodeError`] for another text.
            pub fn parse(written: &str) -> Result<$type, CodeError> {
                match written {
                    $($code => Ok($type::$variant),)+
                    _ => Err(CodeError { what: $what, written: written.chars().take(40).collect() }),
                }
            }
        }
    };
}

codes!(State, "state", Received => "received", Screened => "screened", Waits => "waits", Read => "read", Used => "used", Kept => "kept",
    Refused => "refused", Withdrawn => "withdrawn", Spam => "spam");
codes!(Refusal, "reason", Outside => "outside", Empty => "empty", Double => "double", Unreadable => "unreadable", Flood => "flood", Other => "other");
codes!(Kind, "kind", Report => "report", Addition => "addition", Withdrawal => "withdrawal", Deletion => "deletion");
codes!(Doorway, "door", Team => "team", Lawyers => "lawyers", Deposit => "deposit");
codes!(Way, "way", Portal => "portal", Telephone => "telephone", Interview => "interview", Paper => "paper", Folder => "folder");
codes!(Length, "length", None => "none", Short => "short", Page => "page", Long => "long");
codes!(MarkKind, "kind of mark", Person => "p", Time => "t", Place => "l", Act => "a");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const STEPS: [Step; 8] = [Step::Screen, Step::Read, Step::Ask, Step::Use, Step::Keep, Step::Refuse(Refusal::Double), Step::Withdraw, Step::Spam];

    #[test]
    fn an_account_comes_from_its_card_to_its_use() {
        let mut state = State::Received;
        for step in [Step::Screen, Step::Read, Step::Ask, Step::Read, Step::Use, Step::Keep, Step::Use] {
            state = state.after(step).unwrap();
        }
        assert_eq!(state, State::Used);
    }

    #[test]
    fn what_was_taken_back_stays_taken_back() {
        for step in STEPS {
            assert!(State::Withdrawn.after(step).is_err(), "{step:?}");
        }
        for state in State::ALL.iter().filter(|state| **state != State::Withdrawn) {
            assert_eq!(state.after(Step::Withdraw), Ok(State::Withdrawn), "{state:?} can be taken back");
        }
    }

    #[test]
    fn nothing_is_used_unread_and_nothing_used_is_spam() {
        for state in [State::Received, State::Screened, State::Refused, State::Spam] {
            assert!(state.after(Step::Use).is_err(), "{state:?}");
            assert!(state.after(Step::Keep).is_err(), "{state:?}");
        }
        assert!(State::Used.after(Step::Spam).is_err());
        assert!(State::Used.after(Step::Refuse(Refusal::Other)).is_err());
    }

    #[test]
    fn no_step_leads_to_where_an_account_is_already() {
        for state in State::ALL {
            for step in STEPS {
                assert!(state.after(step) != Ok(*state), "{state:?} {step:?}");
            }
        }
    }

    #[test]
    fn every_code_reads_back() {
        assert!(State::ALL.iter().all(|state| State::parse(state.code()) == Ok(*state)));
        assert!(MarkKind::ALL.iter().all(|kind| MarkKind::parse(kind.code()) == Ok(*kind)));
        assert!(State::parse("Read").is_err());
    }
}
