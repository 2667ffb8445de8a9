//! What stands beside a claim's value: when it held, of which origin it is, whether it speaks for or against, how many people could know it.
//! Does no I/O.

use kniha_core::claim::{ClaimError, KnownTo, NewClaim, Stance};
use kniha_core::text;
use kniha_core::time::Window;
use kniha_core::value::ValueError;

use super::Problems;
use super::choice::Choices;
use crate::error::{claim_reason, text_reason, value_reason};
use crate::fields::{Fields, filled};
use crate::lang::Tongue;

/// The fields beside a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BesideFields {
    /// When the value held.
    pub(crate) held: String,
    /// Origin group.
    pub(crate) origin: String,
    /// For or against.
    pub(crate) stance: Choices,
    /// How many people could know.
    pub(crate) known_to: Choices,
}

/// What they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beside {
    held: Option<Window>,
    origin: Option<String>,
    stance: Stance,
    known_to: KnownTo,
}

impl BesideFields {
    /// Reads the fields.
    pub(crate) fn read(t: Tongue, fields: &Fields) -> BesideFields {
        let or = |name: &str, default: &str| fields.filled(name).unwrap_or(default).to_owned();
        BesideFields {
            held: fields.get("held").to_owned(),
            origin: fields.get("origin").to_owned(),
            stance: Choices::list(t, "stance", "stance", &or("stance", Stance::For.code())),
            known_to: Choices::list(t, "known_to", "known_to", &or("known_to", KnownTo::Unknown.code())),
        }
    }

    /// Whether any of them was filled, rightly or not, so that they must not be folded away.
    pub(crate) fn open(&self) -> bool {
        let is = |choices: &Choices, code: &str| choices.of.iter().any(|choice| choice.chosen && choice.code == code);
        let plain =
            self.held.trim().is_empty() && self.origin.trim().is_empty() && is(&self.stance, Stance::For.code()) && is(&self.known_to, KnownTo::Unknown.code());
        !plain
    }

    /// What they say, or what is wrong.
    pub(crate) fn value(&self, t: Tongue, fields: &Fields, problems: &mut Problems) -> Option<Beside> {
        let before = problems.iter().count();
        let held = filled(&self.held).and_then(|written| {
            let window = Window::parse(written);
            window.map_err(|error| problems.add("held", t.get("f-held"), value_reason(t, &ValueError::Window(error)))).ok()
        });
        let origin = filled(&self.origin).and_then(|written| {
            let checked = text::check_line(written);
            checked.map_err(|error| problems.add("origin", t.get("f-origin"), text_reason(t, &error))).ok().map(|()| written.to_owned())
        });
        let mut wrong = |choices: &Choices, key: &str, error: ClaimError| problems.add(choices.anchor(), t.get(key), claim_reason(t, &error));
        let stance = fields.filled("stance").map_or(Ok(Stance::For), Stance::parse).map_err(|error| wrong(&self.stance, "f-stance", error));
        let known_to = fields.filled("known_to").map_or(Ok(KnownTo::Unknown), KnownTo::parse).map_err(|error| wrong(&self.known_to, "f-known-to", error));
        let (Ok(stance), Ok(known_to)) = (stance, known_to) else { return None };
        (problems.iter().count() == before).then_some(Beside { held, origin, stance, known_to })
    }
}

impl Beside {
    /// Puts it beside a claim's value.
    pub(crate) fn put(&self, claim: NewClaim) -> NewClaim {
        NewClaim { held: self.held, origin: self.origin.clone(), stance: self.stance, known_to: self.known_to, ..claim }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::lang::Lang;

    use super::*;

    const T: Tongue = Tongue(Lang::En);

    fn problems(form: &str) -> Vec<String> {
        let fields = Fields::parse(form.as_bytes()).unwrap();
        let mut problems = Problems::default();
        let read = BesideFields::read(T, &fields);
        assert_eq!(read.value(T, &fields, &mut problems).is_none(), !problems.is_empty());
        assert!(problems.is_empty() || read.open(), "an error folded away is an error nobody sees");
        problems.iter().map(|problem| problem.at.clone()).collect()
    }

    #[test]
    fn each_field_says_for_itself_what_is_wrong() {
        assert_eq!(problems("held=2018..2020&origin=o&stance=against&known_to=2-5"), [""; 0]);
        assert_eq!(problems("held=2020..2018&origin=a%0Ab&stance=perhaps&known_to=7"), ["held", "origin", "stance-0", "known_to-0"]);
    }

    #[test]
    fn nothing_said_stays_folded() {
        let fields = Fields::default();
        assert!(!BesideFields::read(T, &fields).open());
    }
}
