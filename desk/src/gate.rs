//! The names of the gate that the desk uses, until its room is built: accounts in memory, words compared as they are typed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kniha_core::id::MemberId;
use kniha_core::time::UtcMicros;
use kniha_seal::secret::Secret;

/// What kind of work a member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "as kniha_core::access has them")]
pub enum Hat {
    Opener,
    Investigator,
    Lawyer,
    Caseworker,
    Auditor,
    Operator,
    Custodian,
}

impl Hat {
    /// All of them.
    pub const ALL: [Hat; 7] = [Hat::Opener, Hat::Investigator, Hat::Lawyer, Hat::Caseworker, Hat::Auditor, Hat::Operator, Hat::Custodian];

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Hat::Opener => "opener",
            Hat::Investigator => "investigator",
            Hat::Lawyer => "lawyer",
            Hat::Caseworker => "caseworker",
            Hat::Auditor => "auditor",
            Hat::Operator => "operator",
            Hat::Custodian => "custodian",
        }
    }

    fn stands_alone(self) -> bool {
        matches!(self, Hat::Caseworker | Hat::Auditor | Hat::Operator | Hat::Custodian)
    }
}

/// Hats that nobody wears together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nobody wears these hats together")]
pub struct HatsError;

/// The hats of one member: at least one, and none beside one that stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hats(u8);

impl Hats {
    /// These hats.
    ///
    /// # Errors
    /// [`HatsError`] where nobody wears them together.
    pub fn new(hats: &[Hat]) -> Result<Hats, HatsError> {
        let set = Hats(hats.iter().fold(0, |set, hat| set | 1 << *hat as u8));
        let alone = hats.iter().any(|hat| hat.stands_alone());
        if set.0 == 0 || (alone && set.0.count_ones() > 1) { Err(HatsError) } else { Ok(set) }
    }

    /// Whether this hat is among them.
    #[must_use]
    pub fn has(self, hat: Hat) -> bool {
        self.0 & 1 << hat as u8 != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Hat> {
        Hat::ALL.into_iter().filter(move |hat| self.has(*hat))
    }
}

/// How an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "as the gate has them")]
pub enum AccountState {
    Asked,
    Active,
    Frozen,
}

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "as the gate has them")]
pub struct Account {
    pub id: MemberId,
    pub login: String,
    pub hats: Option<Hats>,
    pub state: AccountState,
    pub made: UtcMicros,
    pub has_totp: bool,
}

/// One signed-in person; what they hold is wiped when this is dropped.
#[derive(Debug)]
pub struct Present {
    account: Account,
}

impl Present {
    /// Somebody who is signed in.
    #[must_use]
    pub fn new(account: Account) -> Present {
        Present { account }
    }

    /// The account as it was at sign-in.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The member.
    #[must_use]
    pub fn id(&self) -> MemberId {
        self.account.id
    }
}

/// A sign-in that worked.
#[allow(missing_docs, reason = "as the gate has them")]
pub struct SignedIn {
    pub present: Present,
    pub register: Option<Secret<32>>,
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "as the gate has them")]
pub enum SignInError {
    #[error("login, words or code are wrong")]
    Wrong,
    #[error("too many wrong sign-ins")]
    Wait { until: UtcMicros },
    #[error("these are not eight words")]
    Words,
    #[error("too many people sign in at this moment")]
    Crowd,
    #[error("too little memory")]
    Memory,
    #[error("a code is needed")]
    CodeNeeded,
    #[error("not admitted yet")]
    NotYet,
    #[error("the account is frozen")]
    Frozen,
    #[error("the gate failed")]
    Gate(#[from] GateError),
}

/// What went wrong in the gate.
#[derive(Debug, thiserror::Error)]
#[error("the gate failed")]
pub struct GateError;

/// The accounts of the house.
#[derive(Clone, Default)]
pub struct House(Arc<Mutex<Vec<(Account, String)>>>);

impl House {
    fn lock(&self) -> MutexGuard<'_, Vec<(Account, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an account in.
    pub fn put(&self, account: Account, words: &str) {
        self.lock().push((account, words.to_owned()));
    }

    /// Changes an account.
    pub fn change(&self, id: MemberId, change: impl FnOnce(&mut Account)) {
        if let Some((account, _)) = self.lock().iter_mut().find(|(account, _)| account.id == id) {
            change(account);
        }
    }

    /// One account.
    ///
    /// # Errors
    /// [`GateError`].
    pub async fn account(&self, id: MemberId) -> Result<Option<Account>, GateError> {
        Ok(self.lock().iter().find(|(account, _)| account.id == id).map(|(account, _)| account.clone()))
    }

    /// Signs somebody in.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(&self, login: &str, words: &str, code: &str, now: UtcMicros) -> Result<SignedIn, SignInError> {
        let (account, _) = self.lock().iter().find(|(account, own)| account.login == login && own == words).cloned().ok_or(SignInError::Wrong)?;
        match account.state {
            _ if words == "wait" => Err(SignInError::Wait { until: UtcMicros(now.0 + 90_000_000) }),
            AccountState::Asked => Err(SignInError::NotYet),
            AccountState::Frozen => Err(SignInError::Frozen),
            AccountState::Active if account.has_totp && code.is_empty() => Err(SignInError::CodeNeeded),
            AccountState::Active => {
                let reads =
                    account.hats.iter().flat_map(|hats| hats.iter()).any(|hat| matches!(hat, Hat::Opener | Hat::Investigator | Hat::Lawyer | Hat::Caseworker));
                Ok(SignedIn { present: Present { account }, register: reads.then(|| Secret::take(&mut [7; 32])) })
            }
        }
    }
}
