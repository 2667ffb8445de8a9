//! A name as it is written somewhere: its letters, script, language and kind.
//!
//! The same person has many names; none is the right one. Which script a name is in is read from its letters. Does no I/O.

use crate::text::{self, TextError};

/// A name of a person, unit or place, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    text: String,
    lang: Option<LangTag>,
    kind: NameKind,
}

/// What sort of name it is: a code of the vocabulary `name_kind`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameKind(String);

/// A language tag of two or three letters (ISO 639), such as `be`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LangTag(String);

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The letters cannot be kept.
    #[error("the name cannot be kept")]
    Text(#[source] TextError),
    /// Not a language tag.
    #[error("{written:?} is not a language: two or three letters such as be, ru, uk, en")]
    Lang {
        /// What was written, cut to 20 characters.
        written: String,
    },
    /// Not a code of the list.
    #[error("{written:?} is not a kind of name")]
    Kind {
        /// What was written, cut to 40 characters.
        written: String,
    },
}

impl LangTag {
    /// Reads a tag; capitals are accepted.
    ///
    /// # Errors
    /// [`NameError::Lang`] unless it is two or three Latin letters.
    pub fn parse(written: &str) -> Result<LangTag, NameError> {
        let tag = written.trim().to_ascii_lowercase();
        if (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase()) {
            Ok(LangTag(tag))
        } else {
            Err(NameError::Lang { written: written.chars().take(20).collect() })
        }
    }

    /// The tag's letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NameKind {
    /// The kind of a name of which nothing else is known.
    #[must_use]
    pub fn full() -> NameKind {
        NameKind("full".to_owned())
    }

    /// Reads a code of the vocabulary `name_kind`.
    ///
    /// # Errors
    /// [`NameError::Kind`] for a code that is not in the list.
    pub fn parse(written: &str) -> Result<NameKind, NameError> {
        match crate::vocab::list("name_kind").and_then(|list| list.term(written)) {
            Some(term) => Ok(NameKind(term.code.clone())),
            None => Err(NameError::Kind { written: written.chars().take(40).collect() }),
        }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl Name {
    /// A name as written; white space at the ends is not part of it.
    ///
    /// # Errors
    /// [`NameError::Text`] for an empty, overlong or unprintable name.
    pub fn new(written: &str, lang: Option<LangTag>, kind: NameKind) -> Result<Name, NameError> {
        let written = written.trim();
        text::check_line(written).map_err(NameError::Text)?;
        Ok(Name { text: written.to_owned(), lang, kind })
    }

    /// The letters as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The language, where somebody said it.
    #[must_use]
    pub fn lang(&self) -> Option<&LangTag> {
        self.lang.as_ref()
    }

    /// The kind of name.
    #[must_use]
    pub fn kind(&self) -> &NameKind {
        &self.kind
    }

    /// The script of the letters.
    #[must_use]
    pub fn script(&self) -> crate::words::Script {
        crate::words::script_of(&self.text)
    }
}
