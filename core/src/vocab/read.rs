//! Reads the vocabulary files into their types and refuses what is malformed.
//!
//! The files are compiled in, so an error here is a fault of the build, found by this crate's tests; the checks stand in code
//! all the same, because a list edited by hand is how a code gets used twice. Does no I/O.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::property::{KindWords, NodeKind, Property, ValueType};
use super::texts::{List, Term, Texts};

/// Why a vocabulary file is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum VocabError {
    /// Not TOML, a key missing, or a key that the format does not know.
    #[error("{file}: not a vocabulary file")]
    Format {
        file: &'static str,
        #[source]
        source: toml::de::Error,
    },
    /// A code that is neither lower snake case (with one dot in a property) nor a count.
    #[error("{file}: bad code {code:?}")]
    Code { file: &'static str, code: String },
    /// A code that stands twice.
    #[error("{file}: code {code:?} stands twice")]
    Twice { file: &'static str, code: String },
    /// A text that is empty, or has space around it.
    #[error("{file}: the {lang} text of {code:?} is empty or has space around it")]
    Text { file: &'static str, code: String, lang: &'static str },
    /// A note in some languages but not in all.
    #[error("{file}: the note of {code:?} is not in four languages")]
    Note { file: &'static str, code: String },
    /// A list file that names another list.
    #[error("{file}: calls itself {code:?}")]
    WrongList { file: &'static str, code: String },
    /// A list without its source.
    #[error("{file}: no source")]
    NoSource { file: &'static str },
    /// A property whose value type does not exist or lacks, or has too much of, `to` and `list`.
    #[error("{file}: {code:?} has no valid value type")]
    Value { file: &'static str, code: String },
    /// The kinds are not those of [`NodeKind::ALL`] in their order.
    #[error("{file}: not every kind of record in its order")]
    Kinds { file: &'static str },
}

/// A vocabulary file: its name, which for a list is the list's code, and its text.
pub(super) type File = (&'static str, &'static str);

/// Everything that the files say.
#[derive(Debug)]
pub(super) struct Vocabulary {
    kinds: Vec<KindWords>,
    properties: Vec<Property>,
    property_at: BTreeMap<String, usize>,
    lists: Vec<List>,
}

impl Vocabulary {
    /// Reads the kinds of record, the properties, and the lists (in the order given).
    pub(super) fn read(kinds: File, properties: File, lists: &[File]) -> Result<Vocabulary, VocabError> {
        let kinds = read_kinds(kinds)?;
        let properties = read_properties(properties, lists)?;
        let property_at = properties.iter().enumerate().map(|(at, property)| (property.code.clone(), at)).collect();
        let lists = lists.iter().map(|file| read_list(*file)).collect::<Result<Vec<_>, _>>()?;
        Ok(Vocabulary { kinds, properties, property_at, lists })
    }

    pub(super) fn kind(&self, kind: NodeKind) -> &KindWords {
        // `read_kinds` let through exactly one entry a kind, in the order of the discriminants.
        &self.kinds[kind as usize]
    }

    pub(super) fn properties(&self) -> &[Property] {
        &self.properties
    }

    pub(super) fn property(&self, code: &str) -> Option<&Property> {
        self.property_at.get(code).map(|at| &self.properties[*at])
    }

    pub(super) fn lists(&self) -> &[List] {
        &self.lists
    }

    pub(super) fn list(&self, code: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.code == code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTexts {
    be: String,
    ru: String,
    uk: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKinds {
    kind: Vec<RawKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    code: String,
    #[serde(flatten)]
    one: RawTexts,
    be_many: String,
    ru_many: String,
    uk_many: String,
    en_many: String,
    be_note: String,
    ru_note: String,
    uk_note: String,
    en_note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProperties {
    property: Vec<RawProperty>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProperty {
    code: String,
    value: String,
    to: Option<String>,
    list: Option<String>,
    #[serde(default)]
    many: bool,
    #[serde(flatten)]
    text: RawTexts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    list: String,
    source: String,
    title: RawTexts,
    term: Vec<RawTerm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTerm {
    code: String,
    #[serde(flatten)]
    text: RawTexts,
    source: Option<String>,
    be_note: Option<String>,
    ru_note: Option<String>,
    uk_note: Option<String>,
    en_note: Option<String>,
}

fn parse<T: for<'a> Deserialize<'a>>((file, text): File) -> Result<T, VocabError> {
    toml::from_str(text).map_err(|source| VocabError::Format { file, source })
}

fn texts(file: &'static str, code: &str, texts: RawTexts) -> Result<Texts, VocabError> {
    let RawTexts { be, ru, uk, en } = texts;
    for (lang, text) in [("be", &be), ("ru", &ru), ("uk", &uk), ("en", &en)] {
        if text.is_empty() || text.trim() != text {
            return Err(VocabError::Text { file, code: code.to_owned(), lang });
        }
    }
    Ok(Texts { be, ru, uk, en })
}

/// A lower snake case word: letters, then letters, digits and single underscores, none at the end.
fn is_snake(code: &str) -> bool {
    code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !code.ends_with('_')
        && !code.contains("__")
}

/// A count or a range of counts, such as `1` and `2-5`: how the list `known_to` writes how many people.
fn is_count(code: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match code.split_once('-') {
        Some((from, to)) => number(from) && number(to),
        None => number(code),
    }
}

fn unique<'a>(file: &'static str, codes: impl Iterator<Item = &'a str>) -> Result<(), VocabError> {
    let mut seen = std::collections::BTreeSet::new();
    for code in codes {
        if !seen.insert(code) {
            return Err(VocabError::Twice { file, code: code.to_owned() });
        }
    }
    Ok(())
}

fn read_kinds(file: File) -> Result<Vec<KindWords>, VocabError> {
    let raw: RawKinds = parse(file)?;
    let file = file.0;
    if !raw.kind.iter().map(|kind| kind.code.as_str()).eq(NodeKind::ALL.map(NodeKind::code)) {
        return Err(VocabError::Kinds { file });
    }
    raw.kind
        .into_iter()
        .map(|kind| {
            let words = |be, ru, uk, en| texts(file, &kind.code, RawTexts { be, ru, uk, en });
            Ok(KindWords {
                one: texts(file, &kind.code, kind.one)?,
                many: words(kind.be_many, kind.ru_many, kind.uk_many, kind.en_many)?,
                note: words(kind.be_note, kind.ru_note, kind.uk_note, kind.en_note)?,
            })
        })
        .collect()
}

fn read_properties(file: File, lists: &[File]) -> Result<Vec<Property>, VocabError> {
    let raw: RawProperties = parse(file)?;
    let file = file.0;
    unique(file, raw.property.iter().map(|property| property.code.as_str()))?;
    raw.property.into_iter().map(|property| read_property(file, property, lists)).collect()
}

fn read_property(file: &'static str, raw: RawProperty, lists: &[File]) -> Result<Property, VocabError> {
    let code = raw.code;
    let of = match code.split_once('.') {
        Some((kind, name)) if is_snake(name) => NodeKind::parse(kind),
        _ => None,
    }
    .ok_or_else(|| VocabError::Code { file, code: code.clone() })?;
    let value = value_type(&raw.value, raw.to.as_deref(), raw.list.as_deref(), lists).ok_or_else(|| VocabError::Value { file, code: code.clone() })?;
    let text = texts(file, &code, raw.text)?;
    Ok(Property { code, of, value, many: raw.many, text })
}

fn value_type(value: &str, to: Option<&str>, list: Option<&str>, lists: &[File]) -> Option<ValueType> {
    Some(match (value, to, list) {
        ("text", None, None) => ValueType::Text,
        ("name", None, None) => ValueType::Name,
        ("ref", Some(kind), None) => ValueType::Ref(NodeKind::parse(kind)?),
        ("integer", None, None) => ValueType::Integer,
        ("real", None, None) => ValueType::Real,
        ("window", None, None) => ValueType::Window,
        ("region", None, None) => ValueType::Region,
        ("code", None, Some(list)) => ValueType::Code(lists.iter().find(|file| file.0 == list)?.0),
        ("address", None, None) => ValueType::Address,
        ("sealed", None, None) => ValueType::Sealed,
        _ => return None,
    })
}

fn read_list(file: File) -> Result<List, VocabError> {
    let raw: RawList = parse(file)?;
    let file = file.0;
    if raw.list != file {
        return Err(VocabError::WrongList { file, code: raw.list });
    }
    if raw.source.trim().is_empty() {
        return Err(VocabError::NoSource { file });
    }
    unique(file, raw.term.iter().map(|term| term.code.as_str()))?;
    let title = texts(file, &raw.list, raw.title)?;
    let terms = raw.term.into_iter().map(|term| read_term(file, term)).collect::<Result<Vec<_>, _>>()?;
    Ok(List { code: raw.list, title, source: raw.source, terms })
}

fn read_term(file: &'static str, raw: RawTerm) -> Result<Term, VocabError> {
    let code = raw.code;
    if !is_snake(&code) && !is_count(&code) {
        return Err(VocabError::Code { file, code });
    }
    let text = texts(file, &code, raw.text)?;
    let note = match (raw.be_note, raw.ru_note, raw.uk_note, raw.en_note) {
        (None, None, None, None) => None,
        (Some(be), Some(ru), Some(uk), Some(en)) => Some(texts(file, &code, RawTexts { be, ru, uk, en })?),
        _ => return Err(VocabError::Note { file, code }),
    };
    Ok(Term { code, text, note, source: raw.source })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const TITLE: &str = "[title]\nbe = 'а'\nru = 'а'\nuk = 'а'\nen = 'a'\n";

    fn list_of(terms: &str) -> Result<List, VocabError> {
        let text = format!("list = 'demo'\nsource = 'invented'\n{TITLE}{terms}");
        read_list(("demo", Box::leak(text.into_boxed_str())))
    }

    fn term(code: &str, more: &str) -> String {
        format!("[[term]]\ncode = '{code}'\nbe = 'а'\nru = 'а'\nuk = 'а'\nen = 'a'\n{more}\n")
    }

    #[test]
    fn a_list_keeps_its_terms_in_order() {
        let list = list_of(&[term("b", ""), term("a", "source = 'art. 1'"), term("2-5", "")].concat()).unwrap();
        assert_eq!(["b", "a", "2-5", "c"].map(|code| list.position(code)), [Some(0), Some(1), Some(2), None]);
        assert_eq!(list.term("a").unwrap().source.as_deref(), Some("art. 1"));
        assert!(list.term("c").is_none());
    }

    #[test]
    fn a_code_used_twice_is_refused() {
        let twice = list_of(&[term("a", ""), term("a", "")].concat());
        assert!(matches!(twice, Err(VocabError::Twice { code, .. }) if code == "a"));
    }

    #[test]
    fn a_code_that_is_neither_snake_case_nor_a_count_is_refused() {
        for bad in ["", "A", "1a", "_a", "a_", "a__b", "a-b", "a b", "а", "a.b", "2-", "-5", "2-5-6", "2-b"] {
            assert!(matches!(list_of(&term(bad, "")), Err(VocabError::Code { .. })), "{bad:?}");
        }
    }

    #[test]
    fn an_empty_or_padded_text_is_refused() {
        for bad in ["", " ", "a ", " a"] {
            let text = term("a", "").replace("en = 'a'", &format!("en = '{bad}'"));
            assert!(matches!(list_of(&text), Err(VocabError::Text { lang: "en", .. })), "{bad:?}");
        }
    }

    #[test]
    fn a_note_in_one_language_only_is_refused() {
        assert!(matches!(list_of(&term("a", "en_note = 'why'")), Err(VocabError::Note { .. })));
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(matches!(list_of(&term("a", "label = 'a'")), Err(VocabError::Format { .. })));
        let property = "[[property]]\ncode = 'person.name'\nvalue = 'name'\nbe = 'а'\nru = 'а'\nuk = 'а'\nen = 'a'\n";
        assert!(read_properties(("properties", property), &[]).is_ok());
        let file = ("properties", &*Box::leak(format!("{property}label = 'a'\n").into_boxed_str()));
        assert!(matches!(read_properties(file, &[]), Err(VocabError::Format { .. })));
    }

    #[test]
    fn a_list_under_another_name_or_without_source_is_refused() {
        let named: &str = Box::leak(format!("list = 'x'\nsource = 's'\nterm = []\n{TITLE}").into_boxed_str());
        assert!(matches!(read_list(("demo", named)), Err(VocabError::WrongList { .. })));
        let bare: &str = Box::leak(format!("list = 'demo'\nsource = ' '\nterm = []\n{TITLE}").into_boxed_str());
        assert!(matches!(read_list(("demo", bare)), Err(VocabError::NoSource { .. })));
    }

    #[test]
    fn a_property_needs_what_its_value_type_asks_and_nothing_else() {
        let lists = [("sex", "")];
        assert_eq!(value_type("code", None, Some("sex"), &lists), Some(ValueType::Code("sex")));
        assert_eq!(value_type("ref", Some("unit"), None, &lists), Some(ValueType::Ref(NodeKind::Unit)));
        for (value, to, list) in [
            ("code", None, None),
            ("code", None, Some("no_such_list")),
            ("ref", None, None),
            ("ref", Some("ghost"), None),
            ("text", Some("unit"), None),
            ("text", None, Some("sex")),
            ("number", None, None),
        ] {
            assert_eq!(value_type(value, to, list, &lists), None, "{value} {to:?} {list:?}");
        }
    }

    #[test]
    fn a_property_of_no_kind_or_of_a_bad_name_is_refused() {
        for bad in ["name", "ghost.name", "person.", "person.Name", "person.a.b", ".name"] {
            let text = format!("[[property]]\ncode = '{bad}'\nvalue = 'text'\nbe = 'а'\nru = 'а'\nuk = 'а'\nen = 'a'\n");
            let file = ("properties", &*Box::leak(text.into_boxed_str()));
            assert!(matches!(read_properties(file, &[]), Err(VocabError::Code { .. })), "{bad:?}");
        }
    }

    #[test]
    fn kinds_out_of_order_are_refused() {
        assert!(matches!(read_kinds(("kinds", "kind = []")), Err(VocabError::Kinds { .. })));
    }
}
