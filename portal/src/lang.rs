//! The language a page speaks, and its messages.
//!
//! A language stands in the path (`/be/danger`) and nowhere else: no cookie and no header of the browser decides it. Messages stand in
//! `locales/<language>/*.ftl` (Project Fluent) and are compiled in. Reads no clock and no file.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::http::Uri;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};
use kniha_core::lang::Lang;
use kniha_seal::part::Day;

use crate::civil;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
    };
}

/// The language of one page; gives its messages. What templates call as `t`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tongue(pub Lang);

impl Tongue {
    /// The language.
    #[must_use]
    pub fn lang(self) -> Lang {
        self.0
    }

    /// Its code, for `lang` attributes and paths.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The language in a path, if its first segment is one.
    pub(crate) fn of_path(uri: &Uri) -> Option<Lang> {
        Lang::parse(uri.path().split('/').nth(1)?)
    }

    /// The message of a key. A key that nobody wrote shows as itself; a test finds it first.
    #[must_use]
    pub fn get(self, key: &str) -> String {
        LOCALES.try_lookup(&self.id(), key).unwrap_or_else(|| key.to_owned())
    }

    /// The message of a key with its parts filled in; each part is isolated, so that its direction of writing cannot spill over.
    #[must_use]
    pub fn with(self, key: &str, parts: &[(&'static str, &str)]) -> String {
        let parts = parts.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
        self.fill(key, parts)
    }

    /// The message of a key that counts something (`$n`), with the plural forms of its language.
    #[must_use]
    pub fn count(self, key: &str, n: usize) -> String {
        // A number's direction cannot spill over: without the isolating marks it can be copied and compared.
        self.fill(key, HashMap::from([(Cow::Borrowed("n"), FluentValue::from(n))])).replace(['\u{2068}', '\u{2069}'], "")
    }

    /// A day as people write it.
    #[must_use]
    pub fn date(self, day: Day) -> String {
        let date = civil(day);
        let month = self.get(&format!("month-{}", date.month()));
        self.with("date", &[("day", &date.day().to_string()), ("month", &month), ("year", &date.year().to_string())]).replace(['\u{2068}', '\u{2069}'], "")
    }

    /// Whether there is a message of this key.
    #[must_use]
    pub fn has(self, key: &str) -> bool {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    #[test]
    fn the_first_segment_of_a_path_is_the_language() {
        for (path, lang) in [("/be/danger", Some(Lang::Be)), ("/uk", Some(Lang::Uk)), ("/", None), ("/BE/x", None), ("/keys", None), ("//be", None)] {
            assert_eq!(Tongue::of_path(&Uri::from_static(path)), lang, "{path}");
        }
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

    /// Templates and code, one after the other.
    fn pages() -> String {
        fn read(dir: &Path, all: &mut String) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    read(&path, all);
                } else {
                    all.push_str(&std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        let mut all = String::new();
        ["templates", "src"].iter().for_each(|dir| read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), &mut all));
        all
    }

    #[test]
    fn no_page_asks_for_a_message_that_nobody_wrote() {
        let (pages, english) = (pages(), messages(Lang::En));
        // Keys that are asked for by a constant.
        let mut keys = BTreeSet::new();
        for call in ["t.get(\"", "t.with(\"", "t.count(\""] {
            let calls = pages.match_indices(call).filter(|(at, _)| !pages[..*at].ends_with(char::is_alphanumeric));
            keys.extend(calls.filter_map(|(at, _)| pages[at + call.len()..].split_once('"')).map(|(key, _)| key.to_owned()));
        }
        let unknown: Vec<_> = keys.iter().filter(|key| !english.contains_key(*key)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn no_message_waits_for_a_page_that_never_asks() {
        let said = pages();
        // Keys that are put together: of months, countries, services, errors, and codes of choices.
        let made = ["month-", "country-", "service-", "err-", "door-write-", "door-silent-", "door-closed-", "withdraw-what-"];
        let unasked: Vec<_> =
            messages(Lang::En).into_keys().filter(|key| !made.iter().any(|m| key.starts_with(m)) && !said.contains(&format!("\"{key}\""))).collect();
        assert!(unasked.is_empty(), "{unasked:?}");
    }
}
