//! The language a page speaks, and its messages.
//!
//! Messages stand in `locales/<language>/*.ftl` (Project Fluent) and are compiled in. A language is chosen by `?lang=`, which also sets a cookie;
//! else by the cookie; else by what the browser prefers; else by the book. Reads no clock and no file.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};
use kniha_core::lang::Lang;

use crate::rooms::Rooms;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
    };
}

/// The cookie that remembers the language.
pub(crate) const COOKIE_NAME: &str = "lang";

/// The language of one page; gives its messages. An extractor, and what templates call as `t`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tongue(pub(crate) Lang);

impl Tongue {
    /// The language.
    pub(crate) fn lang(self) -> Lang {
        self.0
    }

    /// Its code, for `lang` attributes.
    pub(crate) fn code(self) -> &'static str {
        self.0.code()
    }

    /// The message of a key. A key that nobody wrote shows as itself; a test finds it first.
    pub(crate) fn get(self, key: &str) -> String {
        LOCALES.try_lookup(&self.id(), key).unwrap_or_else(|| key.to_owned())
    }

    /// The message of a key with its parts filled in; each part is isolated, so that its direction of writing cannot spill over.
    pub(crate) fn with(self, key: &str, parts: &[(&'static str, &str)]) -> String {
        let parts = parts.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
        self.fill(key, parts)
    }

    /// The same as text that is kept or signed, without marks that cannot be seen.
    pub(crate) fn plain(self, key: &str, parts: &[(&'static str, &str)]) -> String {
        self.with(key, parts).replace(['\u{2068}', '\u{2069}'], "")
    }

    /// The message of a key that counts something (`$n`), with the plural forms of its language.
    pub(crate) fn count(self, key: &str, n: usize) -> String {
        // A number's direction cannot spill over: without the isolating marks it can be copied and compared.
        self.fill(key, HashMap::from([(Cow::Borrowed("n"), FluentValue::from(n))])).replace(['\u{2068}', '\u{2069}'], "")
    }

    /// Whether there is a message of this key.
    pub(crate) fn has(self, key: &str) -> bool {
        LOCALES.try_lookup(&self.id(), key).is_some()
    }

    fn fill(self, key: &str, parts: HashMap<Cow<'static, str>, FluentValue<'_>>) -> String {
        LOCALES.try_lookup_with_args(&self.id(), key, &parts).unwrap_or_else(|| key.to_owned())
    }

    fn id(self) -> LanguageIdentifier {
        // Two lower-case letters always are a language identifier.
        self.code().parse().unwrap_or_default()
    }
}

impl FromRequestParts<Rooms> for Tongue {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, rooms: &Rooms) -> Result<Tongue, Self::Rejection> {
        Ok(Tongue::choose(&parts.uri, &parts.headers, rooms.lang()))
    }
}

impl Tongue {
    /// The language for a request.
    pub(crate) fn choose(uri: &Uri, headers: &HeaderMap, default: Lang) -> Tongue {
        Tongue(asked(uri).or_else(|| remembered(headers)).or_else(|| preferred(headers)).unwrap_or(default))
    }
}

/// What `?lang=` asks for.
pub(crate) fn asked(uri: &Uri) -> Option<Lang> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Lang::parse)
}

fn remembered(headers: &HeaderMap) -> Option<Lang> {
    let cookies = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| Lang::parse(pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('=')?))
}

/// The best of the four in `Accept-Language` (RFC 9110 § 12.5.4): highest weight, then first written. Weights are read as thousandths.
fn preferred(headers: &HeaderMap) -> Option<Lang> {
    let written = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(u16, Lang)> = None;
    for part in written.split(',').take(50) {
        let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
        let weight = (weight.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0) as u16;
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        if let Some(lang) = Lang::parse(&primary)
            && weight > 0
            && best.is_none_or(|(most, _)| weight > most)
        {
            best = Some((weight, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (axum::http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn chosen(uri: &'static str, pairs: &[(&'static str, &'static str)]) -> Lang {
        Tongue::choose(&Uri::from_static(uri), &headers(pairs), Lang::En).lang()
    }

    #[test]
    fn the_address_wins_over_the_cookie_and_the_cookie_over_the_browser() {
        let both = [("cookie", "a=b; lang=ru"), ("accept-language", "uk")];
        assert_eq!(chosen("/?lang=be", &both), Lang::Be);
        assert_eq!(chosen("/?lang=fr", &both), Lang::Ru);
        assert_eq!(chosen("/", &[("accept-language", "fr, uk;q=0.4, be-BY;q=0.9")]), Lang::Be);
        assert_eq!(chosen("/", &[("accept-language", "fr, uk;q=0")]), Lang::En);
        assert_eq!(chosen("/", &[("cookie", "lang=BE; lang")]), Lang::En);
    }

    /// Every message of every language: key to the parts it takes.
    fn messages(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(lang.code());
        let mut all = BTreeMap::new();
        for file in std::fs::read_dir(dir).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let mut key = String::new();
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                if line.starts_with(|c: char| c.is_ascii_lowercase())
                    && let Some((name, _)) = line.split_once('=')
                {
                    key = name.trim().to_owned();
                    assert!(all.insert(key.clone(), BTreeSet::new()).is_none(), "{lang}: {key} stands twice");
                }
                for part in line.split('$').skip(1) {
                    let part: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    all.get_mut(&key).unwrap().insert(part);
                }
            }
        }
        all
    }

    #[test]
    fn every_message_is_in_four_languages_with_the_same_parts() {
        let english = messages(Lang::En);
        for lang in Lang::ALL {
            let own = messages(lang);
            let missing: Vec<_> = english.iter().filter(|(key, parts)| own.get(*key) != Some(*parts)).map(|(key, _)| key).collect();
            let extra: Vec<_> = own.keys().filter(|key| !english.contains_key(*key)).collect();
            assert!(missing.is_empty() && extra.is_empty(), "{lang}: missing or with other parts {missing:?}, unknown {extra:?}");
            let reads = |key: &str, parts: &BTreeSet<String>| {
                let parts = parts.iter().map(|part| (Cow::Owned(part.clone()), FluentValue::from(1))).collect();
                LOCALES.try_lookup_with_args(&Tongue(lang).id(), key, &parts).is_some()
            };
            let unread: Vec<_> = own.iter().filter(|(key, parts)| !reads(key, parts)).map(|(key, _)| key).collect();
            assert!(unread.is_empty(), "{lang}: {unread:?} cannot be read");
        }
    }

    /// Keys that templates and code ask for by a constant.
    fn asked_for(dir: &Path, ending: &str, keys: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                asked_for(&path, ending, keys);
            } else if path.to_str().unwrap().ends_with(ending) {
                let text = std::fs::read_to_string(&path).unwrap();
                for call in ["t.get(\"", "t.with(\"", "t.plain(\"", "t.count(\""] {
                    let calls = text.match_indices(call).filter(|(at, _)| !text[..*at].ends_with(char::is_alphanumeric));
                    keys.extend(calls.filter_map(|(at, _)| text[at + call.len()..].split_once('"')).map(|(key, _)| key.to_owned()));
                }
            }
        }
    }

    #[test]
    fn no_page_asks_for_a_message_that_nobody_wrote() {
        let (root, english) = (Path::new(env!("CARGO_MANIFEST_DIR")), messages(Lang::En));
        let mut keys = BTreeSet::new();
        asked_for(&root.join("templates"), ".html", &mut keys);
        asked_for(&root.join("src"), ".rs", &mut keys);
        let unknown: Vec<_> = keys.iter().filter(|key| !english.contains_key(*key)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
