//! The map of an import: which column says what of which record. Checked once, here; `docs/IMPORT.md` explains every key with an example.
//!
//! Columns are numbered in the order the map first names them; a table binds the numbers to its own columns. Does no I/O.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use kniha_core::claim::{KnownTo, Stance, Status};
use kniha_core::name::{LangTag, Name, NameKind};
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind, Property, ValueType};
use serde::Deserialize;

use super::decode;
use crate::exit::chain;

/// Number of a column in [`Map::columns`].
pub(crate) type Column = usize;

/// A checked map.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) title: String,
    pub(crate) encoding: &'static Encoding,
    pub(crate) delimiter: u8,
    pub(crate) quote: u8,
    pub(crate) header: bool,
    /// Cells that say nothing, beside the empty one.
    pub(crate) empty: Vec<String>,
    /// What is claimed of the file itself as a source.
    pub(crate) source: Vec<(&'static Property, Value)>,
    pub(crate) columns: Vec<String>,
    pub(crate) records: Vec<RecordMap>,
}

/// A record that every row makes or speaks of.
#[derive(Debug)]
pub(crate) struct RecordMap {
    pub(crate) name: String,
    pub(crate) kind: NodeKind,
    pub(crate) key: Vec<Column>,
    pub(crate) unique: bool,
    pub(crate) first_row_only: bool,
    pub(crate) when: Option<Column>,
    pub(crate) claims: Vec<ClaimMap>,
}

/// A claim that every row makes.
#[derive(Debug)]
pub(crate) struct ClaimMap {
    pub(crate) property: &'static Property,
    pub(crate) from: Origin,
    pub(crate) required: bool,
    pub(crate) separator: Option<String>,
    pub(crate) codes: BTreeMap<String, String>,
    pub(crate) lang: Option<Lang>,
    pub(crate) name_kind: NameKind,
    pub(crate) dates: Vec<String>,
    pub(crate) imprecise: bool,
    pub(crate) zone: Option<String>,
    pub(crate) decimal_comma: bool,
    pub(crate) held: Option<Held>,
    pub(crate) origin: Option<String>,
    pub(crate) stance: Stance,
    pub(crate) status: Status,
    pub(crate) known_to: KnownTo,
    /// The record of the row that is the source, beside the file.
    pub(crate) source: Option<usize>,
    pub(crate) locator: Option<Column>,
}

/// Where a value comes from.
#[derive(Debug)]
pub(crate) enum Origin {
    Constant(Value),
    /// One or several columns, joined.
    Columns(Vec<Column>, String),
    /// A record of the same row.
    Record(usize),
}

/// Where a language comes from.
#[derive(Debug)]
pub(crate) enum Lang {
    Always(LangTag),
    Column(Column),
}

/// Where the time in which a value held comes from.
#[derive(Debug)]
pub(crate) enum Held {
    Whole(Column),
    Bounds { from: Option<Column>, to: Option<Column> },
}

/// What is wrong with a map.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MapError {
    #[error("line {line}: {what}")]
    Form { line: usize, what: String },
    #[error("{at}: {what}")]
    Meaning { at: String, what: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMap {
    title: String,
    #[serde(default)]
    file: RawFile,
    source: BTreeMap<String, String>,
    record: Vec<RawRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawFile {
    encoding: String,
    delimiter: String,
    quote: String,
    header: bool,
    empty: Vec<String>,
}

impl Default for RawFile {
    fn default() -> RawFile {
        RawFile { encoding: "utf-8".to_owned(), delimiter: ",".to_owned(), quote: "\"".to_owned(), header: true, empty: Vec::new() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRecord {
    name: Option<String>,
    kind: String,
    #[serde(default)]
    key: Vec<String>,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    first_row_only: bool,
    when: Option<String>,
    source: Option<String>,
    #[serde(default)]
    claim: Vec<RawClaim>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClaim {
    property: String,
    column: Option<String>,
    columns: Option<Vec<String>>,
    join: Option<String>,
    value: Option<String>,
    record: Option<String>,
    #[serde(default)]
    required: bool,
    separator: Option<String>,
    #[serde(default)]
    codes: BTreeMap<String, String>,
    lang: Option<String>,
    lang_column: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    dates: Vec<String>,
    #[serde(default)]
    imprecise: bool,
    zone: Option<String>,
    #[serde(default)]
    decimal_comma: bool,
    held: Option<String>,
    held_from: Option<String>,
    held_to: Option<String>,
    origin: Option<String>,
    stance: Option<String>,
    status: Option<String>,
    known_to: Option<String>,
    source: Option<String>,
    locator: Option<String>,
}

impl Map {
    /// Reads and checks a map.
    pub(crate) fn parse(text: &str) -> Result<Map, MapError> {
        let raw: RawMap = toml::from_str(text).map_err(|e| MapError::Form {
            line: e.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1),
            what: e.message().lines().collect::<Vec<_>>().join(" "),
        })?;
        let mut columns = Columns(Vec::new());
        let names: Vec<String> = raw.record.iter().map(|r| r.name.clone().unwrap_or_else(|| r.kind.clone())).collect();
        let kinds = raw.record.iter().zip(&names).map(|(r, name)| kind(&r.kind, name)).collect::<Result<Vec<_>, _>>()?;
        let mut records = Vec::new();
        for (at, record) in raw.record.into_iter().enumerate() {
            if names[..at].contains(&names[at]) {
                return Err(bad(&names[at], "two records have this name: give each a name of its own"));
            }
            records.push(check_record(record, at, &names, &kinds, &mut columns)?);
        }
        if records.is_empty() {
            return Err(bad("record", "the map makes no record"));
        }
        if records.iter().filter(|r| r.unique).count() > 1 {
            return Err(bad("unique", "only one record of a row can be unique"));
        }
        let encoding = decode::named(&raw.file.encoding)
            .ok_or_else(|| bad("file.encoding", format!("{:?} is not an encoding: utf-8, utf-16le, windows-1251, koi8-r …", short(&raw.file.encoding))))?;
        kniha_core::text::check_line(&raw.title).map_err(|e| bad("title", e.to_string()))?;
        Ok(Map {
            source: check_source(raw.source)?,
            title: raw.title,
            encoding,
            delimiter: byte("file.delimiter", &raw.file.delimiter)?,
            quote: byte("file.quote", &raw.file.quote)?,
            header: raw.file.header,
            empty: raw.file.empty,
            columns: columns.0,
            records,
        })
    }
}

/// The columns that the map names, each once.
struct Columns(Vec<String>);

impl Columns {
    fn number(&mut self, name: String) -> Column {
        self.0.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.0.push(name);
            self.0.len() - 1
        })
    }
}

fn check_source(raw: BTreeMap<String, String>) -> Result<Vec<(&'static Property, Value)>, MapError> {
    let mut raw = raw;
    let lang = raw.remove("lang").map(|tag| LangTag::parse(&tag)).transpose().map_err(|e| bad("source.lang", e.to_string()))?;
    if !raw.contains_key("title") {
        return Err(bad("source", "the source needs a title: every claim of the import cites it"));
    }
    raw.into_iter()
        .map(|(name, written)| {
            let at = format!("source.{name}");
            let property = vocab::property(&at).ok_or_else(|| bad(&at, "a source has no such property"))?;
            let value = Value::parse(property, &written, lang.clone()).map_err(|e| bad(&at, chain(&e)))?;
            Ok((property, value))
        })
        .collect()
}

fn check_record(raw: RawRecord, at: usize, names: &[String], kinds: &[NodeKind], columns: &mut Columns) -> Result<RecordMap, MapError> {
    let (name, kind) = (&names[at], kinds[at]);
    if raw.unique && raw.key.is_empty() {
        return Err(bad(name, "a unique record needs a key"));
    }
    let source = raw.source;
    let mut claims = Vec::new();
    for claim in raw.claim {
        let code = if claim.property.contains('.') { claim.property.clone() } else { format!("{}.{}", kind.code(), claim.property) };
        let at = format!("record {name}, {}", short(&code));
        let property =
            vocab::property(&code).filter(|property| property.of == kind).ok_or_else(|| bad(&at, format!("a {} has no such property", kind.code())))?;
        claims.push(check_claim(claim, property, &at, source.as_deref(), names, kinds, columns)?);
    }
    Ok(RecordMap {
        name: name.clone(),
        kind,
        key: raw.key.into_iter().map(|column| columns.number(column)).collect(),
        unique: raw.unique,
        first_row_only: raw.first_row_only,
        when: raw.when.map(|column| columns.number(column)),
        claims,
    })
}

fn check_claim(
    raw: RawClaim,
    property: &'static Property,
    at: &str,
    record_source: Option<&str>,
    names: &[String],
    kinds: &[NodeKind],
    columns: &mut Columns,
) -> Result<ClaimMap, MapError> {
    let record = |what: &str, name: &str, wanted: NodeKind| match names.iter().position(|n| n == name) {
        Some(i) if kinds[i] == wanted => Ok(i),
        Some(i) => Err(bad(at, format!("{what} = {:?} is a {}, wanted is a {}", short(name), kinds[i].code(), wanted.code()))),
        None => Err(bad(at, format!("{what} = {:?}: the map has no record of this name", short(name)))),
    };
    let lang = match (raw.lang, raw.lang_column) {
        (Some(_), Some(_)) => return Err(bad(at, "lang and lang_column exclude each other")),
        (Some(tag), None) => Some(Lang::Always(LangTag::parse(&tag).map_err(|e| bad(at, e.to_string()))?)),
        (None, column) => column.map(|column| Lang::Column(columns.number(column))),
    };
    let name_kind = raw.kind.map_or(Ok(NameKind::full()), |kind| NameKind::parse(&kind)).map_err(|e| bad(at, e.to_string()))?;
    let default_join = if matches!(property.value, ValueType::Region) { ", " } else { " " };
    let from = match (raw.column, raw.columns, raw.value, raw.record) {
        (Some(column), None, None, None) => Origin::Columns(vec![columns.number(column)], String::new()),
        (None, Some(list), None, None) if !list.is_empty() => {
            Origin::Columns(list.into_iter().map(|column| columns.number(column)).collect(), raw.join.unwrap_or_else(|| default_join.to_owned()))
        }
        (None, None, Some(written), None) => {
            let tag = match &lang {
                Some(Lang::Always(tag)) => Some(tag.clone()),
                _ => None,
            };
            Origin::Constant(value(property, &written, tag, &name_kind).map_err(|what| bad(at, what))?)
        }
        (None, None, None, Some(name)) => match property.value {
            ValueType::Ref(wanted) => Origin::Record(record("record", &name, wanted)?),
            _ => return Err(bad(at, "only a property that names a record takes record = …")),
        },
        _ => return Err(bad(at, "give exactly one of column, columns, value, record")),
    };
    if matches!(property.value, ValueType::Ref(_)) && !matches!(from, Origin::Record(_)) {
        return Err(bad(at, "this property names a record: record = \"…\", a record of the map"));
    }
    if matches!(property.value, ValueType::Sealed) {
        return Err(bad(at, "a sealed value cannot be imported from a table"));
    }
    let held = match (raw.held, raw.held_from, raw.held_to) {
        (None, None, None) => None,
        (Some(column), None, None) => Some(Held::Whole(columns.number(column))),
        (None, from, to) => Some(Held::Bounds { from: from.map(|c| columns.number(c)), to: to.map(|c| columns.number(c)) }),
        _ => return Err(bad(at, "held excludes held_from and held_to")),
    };
    let said = |e: kniha_core::claim::ClaimError| bad(at, e.to_string());
    let status = raw.status.map_or(Ok(Status::AsStated), |code| Status::parse(&code)).map_err(said)?;
    if status == Status::Withdrawn {
        return Err(bad(at, "a claim cannot begin as withdrawn"));
    }
    if let Some(format) = raw.dates.iter().find(|format| !format.contains('%')) {
        return Err(bad(at, format!("{:?} is not a form of dates: %d.%m.%Y, %m/%d/%Y %H:%M …", short(format))));
    }
    let source = raw.source.as_deref().or(record_source).map(|name| record("source", name, NodeKind::Source)).transpose()?;
    Ok(ClaimMap {
        property,
        from,
        required: raw.required,
        separator: raw.separator.filter(|separator| !separator.is_empty()),
        codes: raw.codes,
        lang,
        name_kind,
        dates: raw.dates,
        imprecise: raw.imprecise,
        zone: raw.zone,
        decimal_comma: raw.decimal_comma,
        held,
        origin: raw.origin,
        stance: raw.stance.map_or(Ok(Stance::For), |code| Stance::parse(&code)).map_err(said)?,
        status,
        known_to: raw.known_to.map_or(Ok(KnownTo::Unknown), |code| KnownTo::parse(&code)).map_err(said)?,
        source,
        locator: raw.locator.map(|column| columns.number(column)),
    })
}

/// Reads a written value; a name gets its kind.
pub(super) fn value(property: &Property, written: &str, lang: Option<LangTag>, name_kind: &NameKind) -> Result<Value, String> {
    match property.value {
        ValueType::Name => Name::new(written, lang, name_kind.clone()).map(Value::Name).map_err(|e| chain(&e)),
        _ => Value::parse(property, written, lang).map_err(|e| chain(&e)),
    }
}

fn kind(written: &str, name: &str) -> Result<NodeKind, MapError> {
    NodeKind::parse(written).ok_or_else(|| {
        let all = NodeKind::ALL.map(NodeKind::code).join(", ");
        bad(name, format!("{:?} is not a kind of record: {all}", short(written)))
    })
}

fn byte(at: &str, written: &str) -> Result<u8, MapError> {
    match written {
        "tab" | "\t" => Ok(b'\t'),
        one if one.len() == 1 && one.is_ascii() && !matches!(one, "\n" | "\r" | "\0") => Ok(one.as_bytes()[0]),
        _ => Err(bad(at, "this is one ASCII character, or tab")),
    }
}

fn bad(at: &str, what: impl Into<String>) -> MapError {
    MapError::Meaning { at: at.to_owned(), what: what.into() }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const HEAD: &str = "title = \"T\"\n[source]\ntitle = \"S\"\n";

    fn refusal(records: &str) -> String {
        Map::parse(&format!("{HEAD}{records}")).unwrap_err().to_string()
    }

    #[test]
    fn columns_are_numbered_once() {
        let map = Map::parse(&format!(
            "{HEAD}[[record]]\nkind = \"person\"\nkey = [\"id\"]\n[[record.claim]]\nproperty = \"name\"\ncolumn = \"n\"\n[[record.claim]]\nproperty = \"note\"\ncolumns = [\"n\", \"id\"]\n"
        ))
        .unwrap();
        assert_eq!(map.columns, ["n", "id"]);
        assert_eq!(map.records[0].claims[1].property.code, "person.note");
    }

    #[test]
    fn a_map_that_cannot_be_meant_is_refused_with_its_place() {
        for (records, part) in [
            ("[[record]]\nkind = \"persn\"\n", "not a kind of record"),
            ("[[record]]\nkind = \"person\"\n[[record.claim]]\nproperty = \"rank\"\ncolumn = \"r\"\n", "record person, person.rank"),
            ("[[record]]\nkind = \"person\"\n[[record.claim]]\nproperty = \"name\"\n", "exactly one of"),
            ("[[record]]\nkind = \"person\"\n[[record.claim]]\nproperty = \"sex\"\nvalue = \"f\"\n", "not a code of the list"),
            ("[[record]]\nkind = \"posting\"\n[[record.claim]]\nproperty = \"person\"\ncolumn = \"p\"\n", "names a record"),
            ("[[record]]\nkind = \"posting\"\n[[record.claim]]\nproperty = \"person\"\nrecord = \"posting\"\n", "wanted is a person"),
            ("[[record]]\nkind = \"person\"\n[[record]]\nkind = \"person\"\n", "two records have this name"),
            ("[[record]]\nkind = \"person\"\nunique = true\n", "needs a key"),
            ("[[record]]\nkind = \"person\"\ncolour = 1\n", "line 6"),
            ("[[record]]\nkind = \"person\"\n[[record.claim]]\nproperty = \"contact\"\ncolumn = \"c\"\n", "sealed"),
        ] {
            assert!(refusal(records).contains(part), "{records}: {}", refusal(records));
        }
    }
}
