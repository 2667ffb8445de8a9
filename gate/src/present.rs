//! One person who is signed in: their account and the one door to their keys. Dropping it wipes the keys.

use std::collections::BTreeMap;
use std::sync::Mutex;

use kniha_core::id::MemberId;
use kniha_core::time::UtcMicros;
use kniha_seal::holder::{HolderError, KeyHolder, MemoryHolder};
use kniha_seal::keyfile::MemberKey;
use kniha_seal::part::PartId;
use kniha_seal::sign::{Purpose, Signature};

use crate::account::Account;

/// For how long a part that was shown is not counted again to the same signed-in person, in µs: 12 hours.
pub const OFTEN: i64 = 12 * 3_600_000_000;
/// Parts that are remembered as shown.
const MOST_SHOWN: usize = 4096;

/// A signed-in person.
pub struct Present {
    account: Account,
    pub(crate) holder: MemoryHolder,
    shown: Mutex<BTreeMap<PartId, UtcMicros>>,
}

impl Present {
    /// Whoever holds an opened key of the account.
    #[must_use]
    pub fn new(account: Account, holder: MemoryHolder) -> Present {
        Present { account, holder, shown: Mutex::default() }
    }

    /// Somebody whose key is at hand already, for tests that need many people and no Argon2. No wall is lower for it: every key that the gate gives is sealed
    /// to the account's own, so that whoever has another's name and not their key opens nothing.
    #[doc(hidden)]
    #[must_use]
    pub fn of(account: Account, key: &MemberKey) -> Present {
        Present::new(account, key.holder())
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

    /// The member's signature.
    ///
    /// # Errors
    /// [`HolderError`] if the holder refuses.
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> Result<Signature, HolderError> {
        self.holder.sign(purpose, message)
    }

    /// Whether the part was shown to this person within [`OFTEN`].
    pub(crate) fn was_shown(&self, part: &PartId, now: UtcMicros) -> bool {
        self.shown.lock().is_ok_and(|shown| shown.get(part).is_some_and(|at| now.0 - at.0 < OFTEN))
    }

    pub(crate) fn note_shown(&self, part: PartId, now: UtcMicros) {
        if let Ok(mut shown) = self.shown.lock() {
            // From when it was counted, and not from when it was last shown.
            shown.retain(|_, at| now.0 - at.0 < OFTEN);
            if shown.len() < MOST_SHOWN {
                shown.entry(part).or_insert(now);
            }
        }
    }
}

impl std::fmt::Debug for Present {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Present({})", self.account.id)
    }
}
