//! The four languages of the book.
//!
//! Codes are ISO 639-1 in lower case, as they stand in addresses, data files and `lang` attributes. Does no I/O.

use std::fmt;

/// A language in which the book speaks to people. What a source wrote may be in any other language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// Belarusian, official orthography.
    Be,
    /// Russian.
    Ru,
    /// Ukrainian.
    Uk,
    /// English, British spelling.
    En,
}

impl Lang {
    /// Every language, in the order in which a chooser shows them.
    pub const ALL: [Lang; 4] = [Lang::Be, Lang::Ru, Lang::Uk, Lang::En];

    /// The ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Lang::Be => "be",
            Lang::Ru => "ru",
            Lang::Uk => "uk",
            Lang::En => "en",
        }
    }

    /// The language of a code, or `None`. Exact: `BE` and `be-BY` are not codes of the book.
    #[must_use]
    pub fn parse(code: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The language's name in itself, for a chooser: a reader looks for their own word.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Lang::Be => "беларуская",
            Lang::Ru => "русский",
            Lang::Uk => "українська",
            Lang::En => "English",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back() {
        assert_eq!(Lang::ALL.map(Lang::code), ["be", "ru", "uk", "en"]);
        for lang in Lang::ALL {
            assert_eq!(Lang::parse(lang.code()), Some(lang));
            assert_eq!(lang.to_string(), lang.code());
        }
    }

    #[test]
    fn other_spellings_of_a_code_are_refused() {
        for bad in ["", "BE", "be-BY", "by", "ua", "be ", "\u{0}"] {
            assert_eq!(Lang::parse(bad), None, "{bad:?}");
        }
    }
}
