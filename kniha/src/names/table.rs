//! Tables of names, read and written row by row: comma-separated values, JSON lines, Parquet; the ending of the file name says which.
//!
//! Every cell is text here. A JSON value that is no text is taken as it is written. Parquet is read a row at a time; the columns that were read are
//! written back as text, scores as numbers. A row is at most 16 MiB.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use crate::intake::csv::{Decoder, Table};
use crate::say;

/// Longest line of JSON that is read.
const MAX_LINE: u64 = 16 * 1024 * 1024;

/// The form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Csv,
    JsonLines,
    Parquet,
}

impl Form {
    /// The form that the ending of a file name says; comma-separated values if it says nothing.
    pub(crate) fn of(path: &Path) -> Form {
        match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("parquet" | "pq") => Form::Parquet,
            Some("jsonl" | "ndjson" | "json") => Form::JsonLines,
            _ => Form::Csv,
        }
    }
}

/// Why a table cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    #[error("the file could not be opened, read or written")]
    File(#[from] io::Error),
    #[error("row {row} cannot be read: {why}")]
    Row { row: u64, why: String },
    #[error("the table has no columns")]
    Empty,
    #[error("the Parquet file cannot be read or written: {why}")]
    Parquet { why: String },
}

fn bad(error: &dyn std::fmt::Display) -> TableError {
    TableError::Parquet { why: error.to_string() }
}

/// A table being read.
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    from: From,
    row: u64,
    length: u64,
}

enum From {
    Csv(Box<Table<File>>),
    JsonLines(BufReader<File>, Option<Vec<String>>),
    Parquet(RowIter<'static>),
}

impl Rows {
    pub(crate) fn open(path: &Path) -> Result<Rows, TableError> {
        let file = File::open(path)?;
        let mut length = file.metadata()?.len();
        let (columns, from) = match Form::of(path) {
            Form::Csv => {
                let mut table = Table::new(Decoder::new(file, encoding_rs::UTF_8), b',', b'"');
                let head = table.next().map_err(|e| TableError::Row { row: 1, why: e.to_string() })?.ok_or(TableError::Empty)?;
                (head.iter().map(str::to_owned).collect(), From::Csv(Box::new(table)))
            }
            Form::JsonLines => {
                let mut reader = BufReader::new(file);
                let first = json_line(&mut reader, 1)?.ok_or(TableError::Empty)?;
                let columns: Vec<String> = first.keys().cloned().collect();
                let cells = columns.iter().map(|column| text(first.get(column))).collect();
                (columns, From::JsonLines(reader, Some(cells)))
            }
            Form::Parquet => {
                let reader = SerializedFileReader::new(file).map_err(|e| bad(&e))?;
                length = u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
                let columns = reader.metadata().file_metadata().schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
                (columns, From::Parquet(RowIter::from_file_into(Box::new(reader))))
            }
        };
        if columns.is_empty() {
            return Err(TableError::Empty);
        }
        Ok(Rows { columns, from, row: 0, length })
    }

    /// How long the table is, for a bar: bytes, or rows of a Parquet file.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// How much of the length has been read.
    pub(crate) fn position(&mut self) -> u64 {
        match &mut self.from {
            From::Csv(table) => table.decoder().bytes_read(),
            From::JsonLines(reader, _) => reader.stream_position().unwrap_or(0),
            From::Parquet(_) => self.row.saturating_sub(1),
        }
    }

    /// The place of a column.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The cells of the next row, as many as there are columns; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<String>>, TableError> {
        self.row += 1;
        let row = self.row;
        let cells = match &mut self.from {
            From::Csv(table) => {
                let Some(cells) = table.next().map_err(|e| TableError::Row { row, why: e.to_string() })? else { return Ok(None) };
                // What was no UTF-8 is U+0000 here, and no letter of any name.
                self.columns.iter().enumerate().map(|(at, _)| cells.get(at).unwrap_or("").replace('\0', "\u{fffd}")).collect()
            }
            From::JsonLines(reader, first) => match first.take() {
                Some(cells) => cells,
                None => {
                    let Some(object) = json_line(reader, row)? else { return Ok(None) };
                    self.columns.iter().map(|column| text(object.get(column))).collect()
                }
            },
            From::Parquet(rows) => {
                let Some(cells) = rows.next() else { return Ok(None) };
                let cells = cells.map_err(|e| bad(&e))?;
                cells.get_column_iter().map(|(_, field)| plain(field)).collect()
            }
        };
        Ok(Some(cells))
    }
}

fn json_line(reader: &mut BufReader<File>, row: u64) -> Result<Option<serde_json::Map<String, serde_json::Value>>, TableError> {
    loop {
        let mut line = Vec::new();
        let read = reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            continue;
        }
        return serde_json::from_str(&line).map(Some).map_err(|e| TableError::Row { row, why: format!("it is not one object of JSON ({e})") });
    }
}

fn text(value: Option<&serde_json::Value>) -> String {
    match value {
        None | Some(serde_json::Value::Null) => String::new(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn plain(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        other => other.to_string(),
    }
}

/// A column that is written besides those that were read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Score {
    Number(f64, usize),
    Yes(bool),
    Text(String),
}

impl Score {
    fn written(&self) -> String {
        match self {
            Score::Number(number, places) => format!("{number:.places$}"),
            Score::Yes(yes) => yes.to_string(),
            Score::Text(text) => text.clone(),
        }
    }
}

/// A table being written: the columns that were read, then scores.
pub(crate) struct Written {
    to: To,
    columns: Vec<String>,
}

enum To {
    Csv(Box<dyn Write>),
    JsonLines(Box<dyn Write>),
    Parquet(Box<SerializedFileWriter<File>>, Vec<(Vec<String>, Vec<Score>)>),
}

/// Rows of one group of a Parquet file.
const GROUP: usize = 100_000;

impl Written {
    /// Begins a table; `scores` are the names of the columns added, with a sample of each. Without a path it goes to standard output.
    pub(crate) fn begin(path: Option<&Path>, read: &[String], scores: &[(&str, Score)]) -> Result<Written, TableError> {
        let columns: Vec<String> = read.iter().cloned().chain(scores.iter().map(|score| score.0.to_owned())).collect();
        let form = path.map_or(Form::Csv, Form::of);
        let out = || -> Result<Box<dyn Write>, TableError> {
            Ok(match path {
                Some(path) => Box::new(BufWriter::new(File::create(path)?)),
                None => Box::new(BufWriter::new(io::stdout())),
            })
        };
        let to = match (form, path) {
            (Form::Parquet, Some(path)) => To::Parquet(Box::new(parquet_writer(path, read, scores)?), Vec::new()),
            (Form::JsonLines, _) => To::JsonLines(out()?),
            _ => {
                let mut to = out()?;
                write_csv(&mut to, columns.iter().map(String::as_str))?;
                To::Csv(to)
            }
        };
        Ok(Written { to, columns })
    }

    /// Writes one row.
    pub(crate) fn row(&mut self, cells: Vec<String>, scores: Vec<Score>) -> Result<(), TableError> {
        match &mut self.to {
            To::Csv(to) => {
                let scores: Vec<String> = scores.iter().map(Score::written).collect();
                write_csv(to, cells.iter().chain(&scores).map(String::as_str))?;
            }
            To::JsonLines(to) => {
                let mut object = serde_json::Map::new();
                let scores = scores.into_iter().map(|score| match score {
                    Score::Number(..) => score.written().parse::<f64>().map_or(serde_json::Value::Null, Into::into),
                    Score::Yes(yes) => yes.into(),
                    Score::Text(text) => text.into(),
                });
                let values = cells.into_iter().map(serde_json::Value::from).chain(scores);
                self.columns.iter().cloned().zip(values).for_each(|(column, value)| {
                    object.insert(column, value);
                });
                writeln!(to, "{}", say::plain_json(&serde_json::Value::Object(object).to_string()))?;
            }
            To::Parquet(writer, rows) => {
                rows.push((cells, scores));
                if rows.len() >= GROUP {
                    write_group(writer, std::mem::take(rows))?;
                }
            }
        }
        Ok(())
    }

    /// Writes out what is buffered.
    pub(crate) fn done(self) -> Result<(), TableError> {
        match self.to {
            To::Csv(mut to) | To::JsonLines(mut to) => Ok(to.flush()?),
            To::Parquet(mut writer, rows) => {
                if !rows.is_empty() {
                    write_group(&mut writer, rows)?;
                }
                writer.close().map(drop).map_err(|e| bad(&e))
            }
        }
    }
}

fn write_csv<'a>(to: &mut dyn Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            to.write_all(b",")?;
        }
        if cell.contains([',', '"', '\n', '\r']) { write!(to, "\"{}\"", cell.replace('"', "\"\""))? } else { to.write_all(cell.as_bytes())? }
    }
    to.write_all(b"\n")
}

fn parquet_writer(path: &Path, read: &[String], scores: &[(&str, Score)]) -> Result<SerializedFileWriter<File>, TableError> {
    let column = |name: &str, sample: &Score| {
        let (physical, logical) = match sample {
            Score::Number(..) => (Physical::DOUBLE, None),
            Score::Yes(_) => (Physical::BOOLEAN, None),
            Score::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let built = Type::primitive_type_builder(name, physical).with_repetition(Repetition::REQUIRED).with_logical_type(logical).build();
        built.map(Arc::new).map_err(|e| bad(&e))
    };
    let text = Score::Text(String::new());
    let fields = read.iter().map(|name| column(name, &text)).chain(scores.iter().map(|(name, sample)| column(name, sample))).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("names").with_fields(fields).build().map_err(|e| bad(&e))?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    SerializedFileWriter::new(File::create(path)?, Arc::new(schema), Arc::new(properties)).map_err(|e| bad(&e))
}

fn write_group(writer: &mut SerializedFileWriter<File>, rows: Vec<(Vec<String>, Vec<Score>)>) -> Result<(), TableError> {
    let mut group = writer.next_row_group().map_err(|e| bad(&e))?;
    let width = rows.first().map_or(0, |row| row.0.len());
    let mut at = 0;
    while let Some(mut column) = group.next_column().map_err(|e| bad(&e))? {
        let score = |row: &(Vec<String>, Vec<Score>)| row.1.get(at.max(width) - width).cloned();
        let written = if at < width || matches!(rows.first().and_then(score), Some(Score::Text(_))) {
            let values: Vec<ByteArray> = rows
                .iter()
                .map(|row| match score(row) {
                    Some(Score::Text(text)) if at >= width => text.into_bytes().into(),
                    _ => row.0.get(at).map_or_else(ByteArray::new, |cell| cell.as_bytes().to_vec().into()),
                })
                .collect();
            column.typed::<ByteArrayType>().write_batch(&values, None, None)
        } else if matches!(rows.first().and_then(score), Some(Score::Yes(_))) {
            let values: Vec<bool> = rows.iter().map(|row| score(row) == Some(Score::Yes(true))).collect();
            column.typed::<BoolType>().write_batch(&values, None, None)
        } else {
            let values: Vec<f64> = rows.iter().map(|row| if let Some(Score::Number(number, _)) = score(row) { number } else { 0.0 }).collect();
            column.typed::<DoubleType>().write_batch(&values, None, None)
        };
        written.map_err(|e| bad(&e))?;
        column.close().map_err(|e| bad(&e))?;
        at += 1;
    }
    group.close().map(drop).map_err(|e| bad(&e))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_table_comes_back_as_it_was_written_in_every_form() {
        let folder = tempfile::tempdir().unwrap();
        let columns = ["name".to_owned(), "note".to_owned()];
        for ending in ["csv", "jsonl", "parquet"] {
            let path = folder.path().join(format!("table.{ending}"));
            let scores = [("probability", Score::Number(0.0, 4)), ("same", Score::Yes(false)), ("found", Score::Text(String::new()))];
            let mut written = Written::begin(Some(&path), &columns, &scores).unwrap();
            for (name, note) in [("Жук, Ганна", "said \"no\"\nand left"), ("", "=1+1")] {
                let row = vec![Score::Number(0.25, 4), Score::Yes(true), Score::Text("Жук".to_owned())];
                written.row(vec![name.to_owned(), note.to_owned()], row).unwrap();
            }
            written.done().unwrap();
            let mut rows = Rows::open(&path).unwrap();
            let place = |name: &str| rows.column(name).unwrap();
            let (name, note, same, probability) = (place("name"), place("note"), place("same"), place("probability"));
            let first = rows.next().unwrap().unwrap();
            assert_eq!((first[name].as_str(), first[note].as_str(), first[same].as_str()), ("Жук, Ганна", "said \"no\"\nand left", "true"), "{ending}");
            assert_eq!(first[probability].parse::<f64>().unwrap(), 0.25, "{ending}");
            assert_eq!(rows.next().unwrap().unwrap()[note], "=1+1");
            assert!(rows.next().unwrap().is_none());
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [("a.csv", &b""[..]), ("a.jsonl", b"[1, 2]\n"), ("a.parquet", b"PAR1 not really")] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            assert!(Rows::open(&path).is_err(), "{name}");
        }
    }
}
