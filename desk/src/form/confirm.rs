//! That it is still this person: words and code once more, before something that cannot be taken back. Not asked again within ten minutes.

use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Problems;
use crate::lang::Tongue;
use crate::rooms::Visit;
use crate::routes::sign_in::span;
use kniha_gate::SignInError;

/// For how long words and code count as just typed, in microseconds.
const RECENT_US: u64 = 10 * 60 * 1_000_000;

/// What a form asks before it is taken; `form_confirm.html` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Confirm {
    /// Whether words and code are asked.
    pub(crate) asked: bool,
}

impl Confirm {
    pub(crate) fn of(visit: &Visit) -> Confirm {
        Confirm { asked: (visit.now)().0.abs_diff(visit.confirmed.0) > RECENT_US }
    }

    /// Looks at what was typed. What is wrong becomes a problem of the form; a form that has others already is not looked at.
    pub(crate) async fn check(self, visit: &Visit, t: Tongue, fields: &Fields, problems: &mut Problems) -> Result<(), PageError> {
        if !self.asked || !problems.is_empty() {
            return Ok(());
        }
        let now = (visit.now)();
        let code: String = fields.get("code").chars().filter(|c| !c.is_whitespace()).collect();
        match visit.rooms.house().confirm(&visit.who, fields.get("passphrase"), &code, now).await {
            Ok(()) => visit.rooms.sessions().confirm(&visit.session, now),
            Err(SignInError::CodeNeeded) => problems.add("code", t.get("si-code"), t.get("si-code-needed")),
            Err(SignInError::Words(_)) => problems.add("passphrase", t.get("si-words"), t.get("si-words-bad")),
            Err(SignInError::Wait { until }) => {
                problems.add("passphrase", t.get("si-words"), t.with("si-wait", &[("time", &span(t, now, until))]));
            }
            Err(SignInError::Crowd | SignInError::Memory) => return Err(PageError::Wait),
            Err(SignInError::Gate(error)) => return Err(error.into()),
            Err(SignInError::Wrong | SignInError::NotYet | SignInError::Frozen) => problems.add("passphrase", t.get("si-words"), t.get("confirm-wrong")),
        }
        Ok(())
    }
}
