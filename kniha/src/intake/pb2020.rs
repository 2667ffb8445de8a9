//! Reads the data set 2020PB (police violence at protests in the United States, 2020; github.com/2020PB/police-brutality, MIT licence).
//!
//! Each record is an incident, each link an exhibit by address, each city a place inside the place of its state. Every claim cites the data
//! set: `words` is the field verbatim and `locator` its path (`data[12].links[3].url`), one claim a field, so that every field of the file,
//! empty ones included, stands in an export exactly once:
//!
//! * a field that is left empty is an `incident.note` that says so and cites the empty words; an empty list cites the words `[]`;
//! * the empty text of a link is cited by the claim that ties the exhibit to the incident;
//! * a reference with spaces is kept as an address with `%20`; a link is kept up to its first space; a link that is no web address at all is
//!   an `exhibit.note`. The words keep what was written.
//!
//! Does no I/O.

use std::collections::BTreeMap;

use kniha_core::name::{LangTag, Name, NameKind};
use kniha_core::value::Value;
use kniha_core::vocab::NodeKind;
use serde_json::{Map, Value as Json};

use super::{Draft, DraftCitation, DraftValue, Key, Problem, Row, property};
use crate::exit::chain;

/// What the import is called.
pub(crate) const TITLE: &str = "2020PB police-brutality";
/// Version of the rules above; part of what names an unfinished run.
pub(crate) const RULES: &str = "2020pb/1";

const FIELDS: [&str; 11] = ["links", "state", "edit_at", "city", "description", "tags", "geolocation", "name", "date", "date_text", "id"];
const TOP: [&str; 4] = ["edit_at", "help", "updated_at", "data"];

/// A file read: its rows, the data set's own first; and what did not fit.
pub(crate) struct Reading {
    pub(crate) rows: Vec<Row>,
    pub(crate) records: usize,
    pub(crate) rejected: usize,
    pub(crate) problems: Vec<Problem>,
}

/// Why nothing at all can be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormatError {
    #[error("this is not JSON: line {line}, column {column}")]
    Json { line: usize, column: usize },
    #[error("this is not the 2020PB data set: {what}")]
    Shape { what: String },
    #[error("the vocabulary of this program lacks a property")]
    Vocabulary(#[source] anyhow::Error),
}

/// Reads the whole file.
pub(crate) fn read(bytes: &[u8]) -> Result<Reading, FormatError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let json: Json = serde_json::from_slice(bytes).map_err(|e| FormatError::Json { line: e.line(), column: e.column() })?;
    let shape = |what: String| FormatError::Shape { what };
    let top = json.as_object().ok_or_else(|| shape("it is not an object".to_owned()))?;
    if let Some(unknown) = top.keys().find(|key| !TOP.contains(&key.as_str())) {
        return Err(shape(format!("it has an unknown field {:?}", cut(unknown))));
    }
    let records = top.get("data").and_then(Json::as_array).ok_or_else(|| shape("it has no list \"data\"".to_owned()))?;
    let reader = Reader { source: Key { kind: NodeKind::Source, name: "source".to_owned() } };
    let mut rows = vec![reader.source_row(top)?];
    let mut problems = Vec::new();
    let mut rejected = 0;
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        let mut row = Record { reader: &reader, at, drafts: Vec::new(), problems: Vec::new() };
        row.read(record).map_err(FormatError::Vocabulary)?;
        if let Some(id) = record.get("id").and_then(Json::as_str)
            && let Some(first) = ids.insert(id, at)
        {
            row.problem("id", format!("the same id stands at data[{first}]"), Some(id));
        }
        if row.problems.is_empty() {
            rows.push(Row { records: Vec::new(), drafts: row.drafts });
        } else {
            rejected += 1;
            problems.append(&mut row.problems);
        }
    }
    Ok(Reading { rows, records: records.len(), rejected, problems })
}

struct Reader {
    source: Key,
}

impl Reader {
    fn cite(&self, locator: String, words: Option<&str>) -> DraftCitation {
        DraftCitation { source: self.source.clone(), words: words.map(str::to_owned), locator: Some(locator) }
    }

    fn source_row(&self, top: &Map<String, Json>) -> Result<Row, FormatError> {
        let mut row = Row { records: vec![self.source.clone()], drafts: Vec::new() };
        let mut add = |code, value, locator: &str, words| {
            let property = property(code).map_err(FormatError::Vocabulary)?;
            let draft = Draft::new(&self.source, property, DraftValue::Plain(value), self.cite(locator.to_owned(), words));
            draft.check().map_err(|what| FormatError::Shape { what: format!("{locator}: {what}") })?;
            row.drafts.push(draft);
            Ok::<(), FormatError>(())
        };
        // What the data set says of itself outside the file: its name, kind and licence.
        add("source.title", Value::Text { text: "2020PB/police-brutality".to_owned(), lang: lang() }, "data set", None)?;
        add("source.kind", Value::Code("data_set".to_owned()), "data set", None)?;
        add("source.licence", Value::Text { text: "MIT".to_owned(), lang: None }, "data set", None)?;
        for field in ["edit_at", "help", "updated_at"] {
            let text = top.get(field).and_then(Json::as_str).ok_or_else(|| FormatError::Shape { what: format!("{field} is not a text") })?;
            let (code, value) = match field {
                _ if text.trim().is_empty() => ("source.note", empty_note(field)),
                "edit_at" => match address(text) {
                    Some(address) => ("source.address", Value::Address(address)),
                    None => ("source.note", text_value(text)),
                },
                "updated_at" => match Value::parse(property("source.published").map_err(FormatError::Vocabulary)?, text, None) {
                    Ok(value) => ("source.published", value),
                    Err(_) => ("source.note", text_value(text)),
                },
                _ => ("source.note", text_value(text)),
            };
            add(code, value, field, Some(text))?;
        }
        Ok(row)
    }
}

struct Record<'a> {
    reader: &'a Reader,
    at: usize,
    drafts: Vec<Draft>,
    problems: Vec<Problem>,
}

impl Record<'_> {
    fn problem(&mut self, field: &str, what: impl Into<String>, value: Option<&str>) {
        self.problems.push(Problem { place: format!("data[{}]", self.at), column: field.to_owned(), what: what.into(), value: value.map(str::to_owned) });
    }

    fn add(&mut self, subject: &Key, code: &'static str, value: DraftValue, field: &str, words: Option<&str>) -> anyhow::Result<()> {
        let locator = format!("data[{}]{}{field}", self.at, if field.is_empty() { "" } else { "." });
        let draft = Draft::new(subject, property(code)?, value, self.reader.cite(locator, words));
        if let Err(what) = draft.check() {
            self.problem(field, what, words);
        }
        self.drafts.push(draft);
        Ok(())
    }

    /// A claim that only the first row which names the record makes.
    fn add_once(&mut self, subject: &Key, code: &'static str, value: DraftValue, field: &str, words: &str) -> anyhow::Result<()> {
        self.add(subject, code, value, field, Some(words))?;
        if let Some(draft) = self.drafts.last_mut() {
            draft.first_only = true;
        }
        Ok(())
    }

    fn read(&mut self, json: &Json) -> anyhow::Result<()> {
        let Some(record) = json.as_object() else {
            self.problem("", "this is not an object", None);
            return Ok(());
        };
        for unknown in record.keys().filter(|key| !FIELDS.contains(&key.as_str())) {
            self.problem(unknown, "this field is not known, and would be lost", None);
        }
        let incident = Key { kind: NodeKind::Incident, name: format!("incident {}", self.at) };
        let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
        for field in FIELDS.into_iter().filter(|field| !matches!(*field, "links" | "tags")) {
            match record.get(field) {
                Some(Json::String(text)) if text.trim().is_empty() => {
                    if text.is_empty() {
                        self.add(&incident, "incident.note", DraftValue::Plain(empty_note(field)), field, Some(""))?;
                    } else {
                        self.problem(field, "there is nothing but white space", None);
                    }
                }
                Some(Json::String(text)) => drop(texts.insert(field, text)),
                Some(_) => self.problem(field, "this is not a text", None),
                None => self.problem(field, "this field is missing", None),
            }
        }
        self.plain(&incident, &texts)?;
        self.places(&incident, &texts)?;
        self.tags(&incident, record.get("tags"))?;
        self.links(&incident, record.get("links"))
    }

    fn plain(&mut self, incident: &Key, texts: &BTreeMap<&str, &str>) -> anyhow::Result<()> {
        for (field, code) in [
            ("id", "incident.external_id"),
            ("name", "incident.title"),
            ("description", "incident.summary"),
            ("date", "incident.when"),
            ("date_text", "incident.date_text"),
            ("geolocation", "incident.where"),
            ("edit_at", "incident.reference"),
        ] {
            let Some(&text) = texts.get(field) else { continue };
            let (code, value) = match field {
                "id" | "date_text" => (code, Value::Text { text: text.to_owned(), lang: None }),
                "name" | "description" => (code, text_value(text)),
                "edit_at" => match address(text) {
                    Some(address) => (code, Value::Address(address)),
                    None => ("incident.note", text_value(text)),
                },
                _ => {
                    // A date of a report says that it happened on some moment of that day.
                    let written = if field == "date" { format!("~{text}") } else { text.to_owned() };
                    match Value::parse(property(code)?, &written, None) {
                        Ok(value) => (code, value),
                        Err(error) => {
                            self.problem(field, chain(&error), Some(text));
                            continue;
                        }
                    }
                }
            };
            self.add(incident, code, DraftValue::Plain(value), field, Some(text))?;
        }
        Ok(())
    }

    fn places(&mut self, incident: &Key, texts: &BTreeMap<&str, &str>) -> anyhow::Result<()> {
        let key = |name: String| Key { kind: NodeKind::Place, name };
        let state = texts.get("state").map(|state| (key(format!("state {state}")), *state));
        let city = texts.get("city").map(|city| (key(format!("city {}\u{1f}{city}", texts.get("state").unwrap_or(&""))), *city));
        for (field, place) in [("state", &state), ("city", &city)] {
            let Some((place, written)) = place else { continue };
            match Name::new(written, lang(), NameKind::full()) {
                Ok(name) => self.add_once(place, "place.name", DraftValue::Plain(Value::Name(name)), field, written)?,
                Err(error) => self.problem(field, chain(&error), Some(written)),
            }
            if field == "city"
                && let Some((state, state_written)) = &state
            {
                self.add_once(place, "place.inside", DraftValue::Record(state.clone()), "state", state_written)?;
            }
            self.add(incident, "incident.place", DraftValue::Record(place.clone()), field, Some(written))?;
        }
        Ok(())
    }

    /// The elements of a list, or what is said where it is empty or no list.
    fn list<'j>(&mut self, incident: &Key, field: &'static str, json: Option<&'j Json>) -> anyhow::Result<&'j [Json]> {
        match json.and_then(Json::as_array) {
            None => self.problem(field, "this is missing or not a list", None),
            Some(list) if list.is_empty() => self.add(incident, "incident.note", DraftValue::Plain(empty_note(field)), field, Some("[]"))?,
            Some(list) => return Ok(list),
        }
        Ok(&[])
    }

    fn tags(&mut self, incident: &Key, json: Option<&Json>) -> anyhow::Result<()> {
        for (i, tag) in self.list(incident, "tags", json)?.iter().enumerate() {
            let field = format!("tags[{i}]");
            match tag.as_str() {
                Some("") => self.add(incident, "incident.note", DraftValue::Plain(empty_note(&field)), &field, Some(""))?,
                Some(tag) => self.add(incident, "incident.tag", DraftValue::Plain(Value::Text { text: tag.to_owned(), lang: lang() }), &field, Some(tag))?,
                None => self.problem(&field, "this is not a text", None),
            }
        }
        Ok(())
    }

    fn links(&mut self, incident: &Key, json: Option<&Json>) -> anyhow::Result<()> {
        for (j, link) in self.list(incident, "links", json)?.iter().enumerate() {
            let field = format!("links[{j}]");
            let (Some(url), Some(text), Some(2)) =
                (link.get("url").and_then(Json::as_str), link.get("text").and_then(Json::as_str), link.as_object().map(Map::len))
            else {
                self.problem(&field, "this is not an object of the two texts url and text", None);
                continue;
            };
            let (url_field, text_field) = (format!("{field}.url"), format!("{field}.text"));
            let (code, value, name) = match address(url.split_whitespace().next().unwrap_or("")) {
                Some(address) => ("exhibit.address", Value::Address(address.clone()), address),
                None if url.trim().is_empty() => {
                    self.problem(&url_field, "a link without an address", Some(url));
                    continue;
                }
                None => ("exhibit.note", text_value(url), url.to_owned()),
            };
            let exhibit = Key { kind: NodeKind::Exhibit, name: format!("link {name}") };
            self.add(&exhibit, code, DraftValue::Plain(value), &url_field, Some(url))?;
            if text.is_empty() {
                self.add(incident, "incident.exhibit", DraftValue::Record(exhibit), &text_field, Some(""))?;
            } else {
                self.add(&exhibit, "exhibit.description", DraftValue::Plain(text_value(text)), &text_field, Some(text))?;
                self.add(incident, "incident.exhibit", DraftValue::Record(exhibit), &field, None)?;
            }
        }
        Ok(())
    }
}

fn lang() -> Option<LangTag> {
    LangTag::parse("en").ok()
}

fn text_value(text: &str) -> Value {
    Value::Text { text: text.to_owned(), lang: lang() }
}

fn empty_note(field: &str) -> Value {
    text_value(&format!("The source leaves its field “{field}” empty."))
}

/// A web address as the book keeps it: spaces inside are written as `%20`.
fn address(written: &str) -> Option<String> {
    let address = written.trim().replace(' ', "%20");
    let property = kniha_core::vocab::property("exhibit.address")?;
    Value::Address(address.clone()).check(property).is_ok().then_some(address)
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn file(record: &str) -> Vec<u8> {
        format!(r#"{{"edit_at":"https://e.org","help":"ask","updated_at":"2021-10-19T17:49:03.038702+00:00","data":[{record}]}}"#).into_bytes()
    }

    const GOOD: &str = r#"{"links":[{"url":"https://e.org/v (second half)","text":""},{"url":"1.0, 2.0","text":"map"}],"state":"Selmark","edit_at":"https://e.org/New Selmark.md",
        "city":"Vort","description":"d","tags":["t"],"geolocation":"","name":"n","date":"2020-06-01","date_text":"1 June","id":"x"}"#;

    #[test]
    fn every_field_is_cited_once_by_a_claim_of_the_incident_or_its_exhibits() {
        let reading = read(&file(GOOD)).unwrap();
        assert_eq!((reading.rows.len(), reading.problems.len()), (2, 0));
        let mut cited: Vec<&str> =
            reading.rows[1].drafts.iter().filter(|d| d.subject.kind != NodeKind::Place).map(|d| d.citations[0].locator.as_deref().unwrap()).collect();
        cited.sort_unstable();
        let mut fields: Vec<String> = FIELDS.iter().filter(|f| !matches!(**f, "links" | "tags")).map(|f| format!("data[0].{f}")).collect();
        fields.extend(
            ["data[0].tags[0]", "data[0].links[0].url", "data[0].links[0].text", "data[0].links[1].url", "data[0].links[1].text", "data[0].links[1]"]
                .map(str::to_owned),
        );
        fields.sort_unstable();
        assert_eq!(cited, fields);
    }

    #[test]
    fn what_does_not_fit_is_named_by_index_and_field() {
        for (from, to, column) in [
            (r#""date":"2020-06-01""#, r#""date":"soon""#, "date"),
            (r#""geolocation":"""#, r#""geolocation":"91, 0""#, "geolocation"),
            (r#""name":"n""#, r#""name":7"#, "name"),
            (r#""name":"n","#, "", "name"),
            (r#""name":"n""#, r#""name":"n","mood":"x""#, "mood"),
            (r#""name":"n""#, r#""name":"a\u0000b""#, "name"),
            (r#""text":"map""#, r#""text":null"#, "links[1]"),
        ] {
            let reading = read(&file(&GOOD.replace(from, to))).unwrap();
            assert_eq!(reading.rejected, 1, "{to}");
            assert!(reading.problems.iter().any(|p| p.place == "data[0]" && p.column == column), "{to}: {:?}", reading.problems);
        }
        let twice = read(&file(&format!("{GOOD},{GOOD}"))).unwrap();
        assert!(twice.problems[0].text().contains("the same id stands at data[0]"));
    }

    #[test]
    fn a_file_cut_off_or_of_another_shape_is_refused_whole() {
        let whole = file(GOOD);
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "{end}");
        }
        assert!(read(b"[]").is_err() && read(br#"{"data":{}}"#).is_err());
    }
}
