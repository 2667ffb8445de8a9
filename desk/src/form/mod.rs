//! What forms are made of: what is wrong with one, the press that makes a second sending harmless, fields for values, records and sources.
//!
//! A form is read from its [`Fields`](crate::fields::Fields) whether it was sent, opened from a link that fills something in, or opened from a
//! claim that is corrected; so everything typed survives an error, and there is one way of reading each field.

pub(crate) mod beside;
pub(crate) mod choice;
pub(crate) mod confirm;
pub(crate) mod find;
pub(crate) mod source;
pub(crate) mod value;

use kniha_core::id::Id;
use kniha_store::{Random, StoreError};
use sha2::{Digest, Sha256};

use crate::fields::Fields;
use crate::lang::Tongue;

/// One thing that is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The id of the control that mends it.
    pub(crate) at: String,
    /// What the field is called.
    pub(crate) label: String,
    /// What is wrong and how to mend it.
    pub(crate) say: String,
}

/// Everything that is wrong with a form, in the order of its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, at: impl Into<String>, label: impl Into<String>, say: impl Into<String>) {
        self.0.push(Problem { at: at.into(), label: label.into(), say: say.into() });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// What is wrong at a control.
    pub(crate) fn at(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|problem| problem.at == id).map(|problem| problem.say.as_str())
    }

    /// Whether anything is wrong at one of these controls.
    pub(crate) fn any_at(&self, ids: &[&str]) -> bool {
        self.0.iter().any(|problem| ids.contains(&problem.at.as_str()))
    }

    /// "Error: " before the title of a page that could not be saved, as screen readers announce it first.
    pub(crate) fn titled(&self, t: Tongue, title: &str) -> String {
        if self.is_empty() { title.to_owned() } else { t.with("f-error-title", &[("title", title)]) }
    }
}

/// One form as it was opened: sixteen random bytes that travel with it.
///
/// The ids of what it saves are hashes of the press, of their part in the form and, for claims, of what was typed. So the same form sent twice
/// finds what it made before, and a form that was changed after going back makes something of its own instead of being dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Press(Id<Press>);

impl Press {
    /// A fresh one.
    pub(crate) fn draw() -> Result<Press, StoreError> {
        Ok(Press(Random::default().id()?))
    }

    /// The one that came back with the form.
    pub(crate) fn of(fields: &Fields) -> Option<Press> {
        Id::parse(fields.get("press")).ok().map(Press)
    }

    /// As it stands in the form.
    pub(crate) fn text(&self) -> String {
        self.0.to_string()
    }

    /// The id of what the form makes in this part, whatever was typed.
    pub(crate) fn id<M>(&self, part: &str) -> Id<M> {
        self.derive(part, None)
    }

    /// The id of what the form makes in this part with what was typed.
    pub(crate) fn id_with<M>(&self, part: &str, fields: &Fields) -> Id<M> {
        self.derive(part, Some(fields))
    }

    fn derive<M>(&self, part: &str, fields: Option<&Fields>) -> Id<M> {
        let mut hash = Sha256::new_with_prefix(b"kniha form 1\0");
        let mut put = |text: &[u8]| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        put(self.0.bytes());
        put(part.as_bytes());
        let typed = fields.into_iter().flat_map(Fields::iter).filter(|(name, _)| !matches!(*name, "token" | "act" | "press"));
        for (name, value) in typed {
            put(name.as_bytes());
            put(value.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        Id::from_random(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use kniha_core::id::ClaimId;

    use super::*;

    #[test]
    fn the_same_form_makes_the_same_ids_and_a_changed_one_others() {
        let press = Press::draw().unwrap();
        let form = |text: &str| Fields::parse(text.as_bytes()).unwrap();
        let id = |text: &str| -> ClaimId { press.id_with("claim", &form(text)) };
        assert_eq!(id("token=a&value=x&act=save"), id("token=b&value=x"));
        assert_ne!(id("value=x"), id("value=y"));
        assert_ne!(id("value=xy&b="), id("value=x&yb="));
        assert_ne!(press.id::<()>("claim"), press.id::<()>("record"));
        assert_ne!(press.id::<()>("claim"), Press::draw().unwrap().id::<()>("claim"));
    }
}
