//! A row of a table as drafts of claims, by a map; or everything in it that does not fit.
//!
//! Pure but for the table it reads from. A claim cites the file: its words are the cell verbatim, its locator the row and column.

use std::collections::HashMap;
use std::io::Read;

use jiff::fmt::strtime::BrokenDownTime;
use kniha_core::name::LangTag;
use kniha_core::time::Window;
use kniha_core::vocab::{NodeKind, ValueType};
use sha2::{Digest, Sha256};

use super::map::{ClaimMap, Column, Held, Lang, Map, Origin, RecordMap, value};
use super::table::{Cells, Table, TableError};
use crate::exit::chain;
use crate::intake::{Draft, DraftCitation, DraftValue, Key, Problem, Row};
use crate::say;

/// Most rows of which a `unique` key is remembered.
const MAX_UNIQUE: usize = 20_000_000;
/// Most parts of a list in one cell.
const MAX_PARTS: usize = 1000;
const COLUMN_CHARS: usize = 100;

/// A table with its map, giving rows.
pub(crate) struct Reader<'m, R> {
    map: &'m Map,
    table: Table<R>,
    /// Where each column of the map stands in the table.
    at: Vec<usize>,
    names: Vec<String>,
    width: usize,
    pending: Option<Cells>,
    /// Rows by the digest of their unique key.
    seen: HashMap<u128, u64>,
}

/// A row read: its drafts, or what does not fit.
pub(crate) struct Reading {
    pub(crate) cells: Cells,
    pub(crate) row: Result<Row, Vec<Problem>>,
}

/// Why a table does not go with a map.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindError {
    #[error("the table cannot be read")]
    Table(#[source] TableError),
    #[error("the table has no column {wanted:?}; it has: {found}")]
    Missing { wanted: String, found: String },
    #[error("the table has two columns {name:?}, and the map names it")]
    Twice { name: String },
}

impl<'m, R: Read> Reader<'m, R> {
    /// Reads the row of column names and finds the map's columns in it.
    pub(crate) fn new(map: &'m Map, mut table: Table<R>) -> Result<Reader<'m, R>, BindError> {
        let first = table.next().map_err(BindError::Table)?.ok_or(BindError::Table(TableError::Empty))?;
        let width = first.len();
        // Without a row of names, columns are called 1, 2, 3 …
        let found: Vec<String> =
            if map.header { first.iter().map(|name| name.trim().to_owned()).collect() } else { (1..=width).map(|n| n.to_string()).collect() };
        let mut at = Vec::new();
        for wanted in &map.columns {
            let mut places = found.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(i, _)| i);
            match (places.next(), places.next()) {
                (Some(place), None) => at.push(place),
                (Some(_), Some(_)) => return Err(BindError::Twice { name: say::short(wanted, 60) }),
                (None, _) => {
                    let found = found.iter().take(40).map(|name| say::short(name, 40)).collect::<Vec<_>>().join(", ");
                    return Err(BindError::Missing { wanted: say::short(wanted, 60), found });
                }
            }
        }
        let names = map.columns.iter().map(|name| say::short(name, COLUMN_CHARS)).collect();
        Ok(Reader { map, table, at, names, width, pending: (!map.header).then_some(first), seen: HashMap::new() })
    }

    /// The table beneath.
    pub(crate) fn table(&self) -> &Table<R> {
        &self.table
    }

    /// The row that makes the file itself a source; it comes before the first row of the table.
    pub(crate) fn source_row(&self) -> Row {
        let source = file_source();
        let cite = || DraftCitation { source: file_source(), words: None, locator: Some("map".to_owned()) };
        let drafts = self.map.source.iter().map(|(property, value)| Draft::new(&source, property, DraftValue::Plain(value.clone()), cite())).collect();
        Row { records: vec![source], drafts }
    }

    /// The next row.
    pub(crate) fn next(&mut self) -> Result<Option<Reading>, TableError> {
        let cells = match self.pending.take() {
            Some(cells) => cells,
            None => match self.table.next()? {
                Some(cells) => cells,
                None => return Ok(None),
            },
        };
        let row = self.read(&cells);
        Ok(Some(Reading { cells, row }))
    }

    fn read(&mut self, cells: &Cells) -> Result<Row, Vec<Problem>> {
        let mut out = Out { place: format!("row {} (line {})", cells.row, cells.line), problems: Vec::new(), row: Row::default() };
        if cells.cut_off {
            out.problem("", "the file ends inside quotes that open in this row: it is cut off, or a quote is missing", None);
        } else if cells.len() != self.width {
            out.problem("", format!("the row has {} cells, the table has {} columns", cells.len(), self.width), cells.get(0));
        }
        if !out.problems.is_empty() {
            return Err(out.problems);
        }
        let view = View { map: self.map, at: &self.at, names: &self.names, cells };
        let keys: Vec<Option<Key>> = self.map.records.iter().map(|record| view.key(record, &mut out)).collect();
        for (record, key) in self.map.records.iter().zip(&keys) {
            let Some(key) = key else { continue };
            if record.unique {
                remember(&mut self.seen, record, key, &view, &mut out);
            }
            out.row.records.push(key.clone());
            for claim in &record.claims {
                view.claim(record, claim, key, &keys, &mut out);
            }
        }
        if out.problems.is_empty() { Ok(out.row) } else { Err(out.problems) }
    }
}

/// Remembers the key of a unique record, and tells where it stands already.
fn remember(seen: &mut HashMap<u128, u64>, record: &RecordMap, key: &Key, view: &View<'_>, out: &mut Out) {
    let mut short = [0; 16];
    short.copy_from_slice(&Sha256::digest(key.name.as_bytes())[..16]);
    let (names, words) = view.words(&record.key, ", ");
    if seen.len() >= MAX_UNIQUE {
        out.problem(&names, "more than 20,000,000 rows: `unique` cannot be watched over so many", None);
    } else if let Some(first) = seen.insert(u128::from_le_bytes(short), view.cells.row) {
        out.problem(&names, format!("the key of {} must be unique and stands in row {first} already", record.name), Some(&words));
    }
}

/// The file itself, as the import names it.
fn file_source() -> Key {
    Key { kind: NodeKind::Source, name: "file".to_owned() }
}

struct Out {
    place: String,
    problems: Vec<Problem>,
    row: Row,
}

impl Out {
    fn problem(&mut self, column: &str, what: impl Into<String>, value: Option<&str>) {
        let column = if column.is_empty() { String::new() } else { format!("column {column}") };
        self.problems.push(Problem { place: self.place.clone(), column, what: what.into(), value: value.map(str::to_owned) });
    }
}

struct View<'a> {
    map: &'a Map,
    at: &'a [usize],
    names: &'a [String],
    cells: &'a Cells,
}

impl View<'_> {
    fn cell(&self, column: Column) -> &str {
        self.cells.get(self.at[column]).unwrap_or("")
    }

    /// The cell, `None` where it says nothing.
    fn said(&self, column: Column) -> Option<&str> {
        let cell = self.cell(column);
        let line = cell.trim();
        (!line.is_empty() && !self.map.empty.iter().any(|word| word == line)).then_some(cell)
    }

    /// Names and cells of several columns.
    fn words(&self, columns: &[Column], join: &str) -> (String, String) {
        let names = columns.iter().map(|c| self.names[*c].as_str()).collect::<Vec<_>>().join(", ");
        (names, columns.iter().filter_map(|c| self.said(*c)).collect::<Vec<_>>().join(join))
    }

    /// The key of a record, `None` where this row does not speak of it.
    fn key(&self, record: &RecordMap, out: &mut Out) -> Option<Key> {
        if record.when.is_some_and(|column| self.said(column).is_none()) {
            return None;
        }
        if record.key.is_empty() {
            return Some(Key { kind: record.kind, name: format!("{}\u{1f}row {}", record.name, self.cells.row) });
        }
        let parts: Vec<&str> = record.key.iter().map(|column| self.said(*column).map_or("", str::trim)).collect();
        if parts.iter().all(|part| part.is_empty()) {
            return None;
        }
        if let Some(at) = parts.iter().position(|part| part.contains('\0')) {
            out.problem(&self.names[record.key[at]], "the key holds U+0000, or bytes that are not of the encoding", Some(parts[at]));
        }
        Some(Key { kind: record.kind, name: format!("{}\u{1f}{}", record.name, parts.join("\u{1f}")) })
    }

    fn claim(&self, record: &RecordMap, claim: &ClaimMap, subject: &Key, keys: &[Option<Key>], out: &mut Out) {
        let row = format!("row {}", self.cells.row);
        let (values, names): (Vec<(DraftValue, Option<String>)>, String) = match &claim.from {
            Origin::Constant(value) => (vec![(DraftValue::Plain(value.clone()), None)], String::new()),
            Origin::Record(at) => (keys[*at].iter().map(|key| (DraftValue::Record(key.clone()), None)).collect(), String::new()),
            Origin::Columns(columns, join) => {
                let (names, words) = self.words(columns, join);
                (self.values(claim, columns, join, &names, &words, out), names)
            }
        };
        if values.is_empty() && claim.required {
            let name = if names.is_empty() { &claim.property.code } else { &names };
            out.problem(name, format!("{} is required, and nothing is said", claim.property.code), None);
        }
        if values.is_empty() {
            return;
        }
        let held = self.held(claim, out);
        let locator = if names.is_empty() { row } else { format!("{row}, column {names}") };
        for (value, words) in values {
            let mut draft =
                Draft::new(subject, claim.property, value, DraftCitation { source: file_source(), words: words.clone(), locator: Some(locator.clone()) });
            if let Some(source) = claim.source.and_then(|at| keys[at].as_ref()).filter(|source| *source != subject) {
                let said = claim.locator.and_then(|column| self.said(column)).map(|cell| cell.trim().to_owned());
                draft.citations.insert(0, DraftCitation { source: source.clone(), words: None, locator: said });
            }
            draft.held = held;
            draft.origin = claim.origin.clone();
            (draft.stance, draft.status, draft.known_to) = (claim.stance, claim.status, claim.known_to);
            draft.first_only = record.first_row_only;
            match draft.check() {
                Ok(()) => out.row.drafts.push(draft),
                Err(what) => out.problem(&names, what, words.as_deref()),
            }
        }
    }

    /// The values of a claim in this row with the words they were read from.
    fn values(&self, claim: &ClaimMap, columns: &[Column], join: &str, names: &str, words: &str, out: &mut Out) -> Vec<(DraftValue, Option<String>)> {
        let lang = match &claim.lang {
            None => None,
            Some(Lang::Always(tag)) => Some(tag.clone()),
            Some(Lang::Column(column)) => match self.said(*column).map(LangTag::parse).transpose() {
                Ok(tag) => tag,
                Err(error) => {
                    out.problem(&self.names[*column], error.to_string(), self.said(*column));
                    return Vec::new();
                }
            },
        };
        let joined;
        let text = if matches!(claim.property.value, ValueType::Region) && columns.len() > 1 {
            joined = self.position(claim, columns, join);
            match &joined {
                None => return Vec::new(),
                Some(text) => text.as_str(),
            }
        } else {
            words
        };
        let parts: Vec<&str> = match &claim.separator {
            Some(separator) => text.split(separator.as_str()).map(str::trim).filter(|part| !part.is_empty()).collect(),
            None if text.is_empty() => Vec::new(),
            None => vec![text],
        };
        if parts.len() > MAX_PARTS {
            out.problem(names, format!("the list has {} parts and at most {MAX_PARTS} are taken", parts.len()), Some(text));
            return Vec::new();
        }
        let mut values = Vec::new();
        for part in parts {
            let read = self.written(claim, part).and_then(|written| value(claim.property, &written, lang.clone(), &claim.name_kind));
            match read {
                Ok(value) => values.push((DraftValue::Plain(value), Some(if claim.separator.is_some() { part } else { words }.to_owned()))),
                Err(what) => out.problem(names, what, Some(part)),
            }
        }
        values
    }

    /// Latitude, longitude and perhaps a doubt in metres from columns of their own; `None` unless both are said.
    fn position(&self, claim: &ClaimMap, columns: &[Column], join: &str) -> Option<String> {
        let number = |column: Column| self.said(column).map(|cell| if claim.decimal_comma { cell.trim().replace(',', ".") } else { cell.trim().to_owned() });
        let (lat, lon) = (number(columns[0]), number(columns[1]));
        if lat.is_none() && lon.is_none() {
            return None;
        }
        let doubt = columns.get(2).and_then(|column| number(*column)).map_or_else(String::new, |metres| format!(" ±{metres}"));
        Some(format!("{}{join}{}{doubt}", lat.unwrap_or_default(), lon.unwrap_or_default()))
    }

    /// What the cell means in the book's own writing.
    fn written(&self, claim: &ClaimMap, part: &str) -> Result<String, String> {
        let part = match claim.codes.get(part.trim()) {
            Some(code) => code.as_str(),
            None if claim.codes.is_empty() => part,
            None => return Err("the map has no code for this".to_owned()),
        };
        match claim.property.value {
            ValueType::Window => Ok(format!("{}{}{}", if claim.imprecise { "~" } else { "" }, date(claim, part)?, zone(claim))),
            ValueType::Real if claim.decimal_comma => Ok(part.replace(',', ".")),
            _ => Ok(part.to_owned()),
        }
    }

    fn held(&self, claim: &ClaimMap, out: &mut Out) -> Option<Window> {
        let (column, written) = match claim.held.as_ref()? {
            Held::Whole(column) => (*column, self.said(*column).map(|cell| date(claim, cell.trim()))?),
            Held::Bounds { from, to } => {
                let side = |column: &Option<Column>| column.and_then(|c| self.said(c)).map(|cell| date(claim, cell.trim())).transpose();
                let column = from.or(*to)?;
                let both = side(from).and_then(|from| Ok((from, side(to)?)));
                match both {
                    Ok((None, None)) => return None,
                    Ok((from, to)) => (column, Ok(format!("{}..{}", from.unwrap_or_default(), to.unwrap_or_default()))),
                    Err(what) => (column, Err(what)),
                }
            }
        };
        let window = written.and_then(|written| Window::parse(&format!("{written}{}", zone(claim))).map_err(|e| chain(&e)));
        window.map_err(|what| out.problem(&self.names[column], what, Some(self.cell(column)))).ok()
    }
}

fn zone(claim: &ClaimMap) -> String {
    claim.zone.as_ref().map_or_else(String::new, |zone| format!(" {zone}"))
}

/// A date in one of the map's forms as the book writes it; without forms the book's own.
fn date(claim: &ClaimMap, written: &str) -> Result<String, String> {
    if claim.dates.is_empty() {
        return Ok(written.to_owned());
    }
    for form in &claim.dates {
        let Ok(parsed) = BrokenDownTime::parse(form, written.trim()) else { continue };
        let (Some(year), month, day) = (parsed.year(), parsed.month(), parsed.day()) else { continue };
        let mut text = format!("{year:04}");
        if let Some(month) = month {
            text.push_str(&format!("-{month:02}"));
            if let Some(day) = day {
                text.push_str(&format!("-{day:02}"));
                if let (Some(hour), Some(minute)) = (parsed.hour(), parsed.minute()) {
                    text.push_str(&format!("T{hour:02}:{minute:02}"));
                    if let Some(second) = parsed.second() {
                        text.push_str(&format!(":{second:02}"));
                    }
                }
            }
        }
        return Ok(text);
    }
    Err(format!("this is not a date of the form {}", claim.dates.join(" or ")))
}
