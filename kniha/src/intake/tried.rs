//! What the readers make of a file without a book: every row as it would be claimed, or why it would not. Reads what it is given.

use std::io::Read;

use super::csv::{Decoder, Map, Reader, Table};
use super::{Draft, DraftValue, Problem, Row, pb2020};
use crate::exit::chain;

/// A row: a line of text for each of its claims, or for each problem it has.
pub type TriedRow = Result<Vec<String>, Vec<String>>;

/// A file that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Its rows in order; of a data set those that fit, and then one with all problems.
    pub rows: Vec<TriedRow>,
}

/// Reads a table by a map (`docs/IMPORT.md`).
///
/// # Errors
/// What is wrong with the map or with the table as a whole; problems of rows are part of what was read.
pub fn try_table(map: &str, file: impl Read) -> Result<Tried, String> {
    let map = Map::parse(map).map_err(|e| chain(&e))?;
    let table = Table::new(Decoder::new(file, map.encoding), map.delimiter, map.quote);
    let mut reader = Reader::new(&map, table).map_err(|e| chain(&e))?;
    let mut rows = vec![Ok(claims(&reader.source_row()))];
    while let Some(reading) = reader.next().map_err(|e| chain(&e))? {
        rows.push(reading.row.map(|row| claims(&row)).map_err(|found| problems(&found)));
    }
    Ok(Tried { rows })
}

/// Reads the data set 2020PB.
///
/// # Errors
/// What is wrong with the file as a whole; problems of records are part of what was read.
pub fn try_2020pb(file: &[u8]) -> Result<Tried, String> {
    let reading = pb2020::read(file).map_err(|e| chain(&e))?;
    let mut rows: Vec<TriedRow> = reading.rows.iter().map(|row| Ok(claims(row))).collect();
    if !reading.problems.is_empty() {
        rows.push(Err(problems(&reading.problems)));
    }
    Ok(Tried { rows })
}

fn problems(found: &[Problem]) -> Vec<String> {
    found.iter().map(Problem::text).collect()
}

fn claims(row: &Row) -> Vec<String> {
    let line = |draft: &Draft| {
        let value = match &draft.value {
            DraftValue::Plain(value) => value.written().unwrap_or_default(),
            DraftValue::Record(key) => format!("→ {}", key.name),
        };
        format!("{} {} {value}", draft.subject.name, draft.property.code)
    };
    row.drafts.iter().map(line).collect()
}
