//! What a form sent: names and values, decoded strictly, in order.
//!
//! Browsers send `application/x-www-form-urlencoded` in UTF-8 and end lines with CR LF; here lines end with LF. Another encoding is refused, not
//! mended: a testimony with replacement characters in it would be kept for ever. Does no I/O.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::error::PageError;

/// Most fields of one form.
const MAX_FIELDS: usize = 500;

/// The fields of a posted form. The guard has read them and checked the token by the time a handler asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a body or a query; `None` where it is not UTF-8 or has too many fields.
    pub(crate) fn parse(written: &[u8]) -> Option<Fields> {
        let written = std::str::from_utf8(written).ok()?;
        let pairs = written.split('&').filter(|pair| !pair.is_empty());
        let decode = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_decode_str(&spaced).decode_utf8().ok().map(|text| text.replace("\r\n", "\n"))
        };
        let fields = pairs
            .take(MAX_FIELDS + 1)
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Some((decode(name)?, decode(value)?))
            })
            .collect::<Option<Vec<_>>>()?;
        (fields.len() <= MAX_FIELDS).then_some(Fields(fields))
    }

    /// Fields that a form is opened with.
    pub(crate) fn of(fields: Vec<(String, String)>) -> Fields {
        Fields(fields)
    }

    /// The values of a name, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(given, _)| *given == name).map(|(_, value)| value)
    }

    /// The first value of a name, empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }

    /// The value without white space around it, `None` where nothing is left.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        filled(self.get(name))
    }

    /// Whether a field of this name was sent: a button that was pressed, a box that was ticked.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// Every field, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Fields, PageError> {
        parts.extensions.get::<Fields>().cloned().ok_or(PageError::Malformed)
    }
}

/// The text without white space around it, `None` where nothing is left.
pub(crate) fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields = Fields::parse("words=%D0%BF%D0%B0%D0%B4+%22x%22%0D%0Ay&empty=&flag".as_bytes()).unwrap();
        assert_eq!(fields.get("words"), "пад \"x\"\ny");
        assert_eq!(fields.filled("empty"), None);
        assert!(fields.has("flag") && !fields.has("other"));
    }

    #[test]
    fn another_encoding_is_refused_and_not_mended() {
        assert_eq!(Fields::parse(b"words=%CF%F0"), None, "windows-1251");
        assert_eq!(Fields::parse(b"words=\xcf"), None);
        assert_eq!(Fields::parse("a&".repeat(MAX_FIELDS + 1).as_bytes()), None);
        assert!(Fields::parse(b"%").is_some() && Fields::parse(b"=&&&%zz=%").is_some());
    }
}
