//! What a form sent: names and values, decoded strictly, in order.
//!
//! Browsers send `application/x-www-form-urlencoded` in UTF-8 and end lines with CR LF; here lines end with LF. Another encoding and NUL bytes are refused,
//! not mended: a testimony with replacement characters in it would be kept for ever. Does no I/O.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;
use zeroize::Zeroize;

use crate::error::PageError;

/// Most fields of one form.
const MOST_FIELDS: usize = 500;

/// The fields of a posted form, wiped when dropped. An extractor: the guard has read them by the time a handler asks.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a body; `None` where it is not UTF-8, holds a NUL or has too many fields.
    #[must_use]
    pub fn parse(written: &[u8]) -> Option<Fields> {
        let written = std::str::from_utf8(written).ok()?;
        let mut fields = Fields::default();
        for pair in written.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if fields.0.len() == MOST_FIELDS {
                return None;
            }
            fields.0.push((decode(name)?, decode(value)?));
        }
        Some(fields)
    }

    /// The values of a name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(given, _)| *given == name).map(|(_, value)| value)
    }

    /// The first value of a name, empty where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }

    /// The value without white space around it, `None` where nothing is left.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty())
    }

    /// Whether a field of this name was sent: a button that was pressed, a box that was ticked.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// Every field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn decode(text: &str) -> Option<String> {
    let mut spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok().map(|text| text.replace("\r\n", "\n"));
    spaced.zeroize();
    decoded.filter(|text| !text.contains('\0'))
}

impl Drop for Fields {
    fn drop(&mut self) {
        for (name, value) in &mut self.0 {
            name.zeroize();
            value.zeroize();
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Fields, PageError> {
        parts.extensions.remove::<Fields>().ok_or(PageError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields = Fields::parse("a=%D0%B0+b%0D%0Ac&b=&c&a=2&%C3%A9=%2B".as_bytes()).unwrap();
        assert_eq!((fields.get("a"), fields.get("b"), fields.get("é"), fields.get("d")), ("а b\nc", "", "+", ""));
        assert_eq!(fields.all("a").count(), 2);
        assert!(fields.has("c") && !fields.has("d") && fields.filled("b").is_none());
    }

    #[test]
    fn what_is_not_text_is_refused() {
        for bad in [&b"a=%CF%F0"[..], b"a=\xff", b"a=%00", b"%00=a", b"a=b\0"] {
            assert!(Fields::parse(bad).is_none(), "{bad:?}");
        }
        assert!(Fields::parse("a=1&".repeat(MOST_FIELDS).as_bytes()).is_some());
        assert!(Fields::parse("a=1&".repeat(MOST_FIELDS + 1).as_bytes()).is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Fields::parse(&bytes);
        }
    }
}
