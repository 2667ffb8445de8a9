//! Rows of comma-separated values (RFC 4180, other delimiters allowed), one at a time, each of a bounded size.
//!
//! Read with `csv-core`, which works in a buffer of ours: a quote that is never closed would otherwise take the rest of the file into memory.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::decode::Decoder;

/// Largest row in bytes: a hundred and sixty of the largest texts the book keeps.
const MAX_ROW: usize = 16 * 1024 * 1024;
/// Most columns of a row.
const MAX_COLUMNS: usize = 10_000;
const PIECE: usize = 64 * 1024;
/// A byte-order mark in UTF-8. The decoder takes one away; where a program wrote a second before it, the parser would take that away too, but a piece
/// that held nothing else would be an end of the file to it.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Why a table cannot be read further.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    #[error("the file could not be read")]
    Read(#[source] io::Error),
    #[error("row {row} begins on line {line} and does not end within 16 MiB: a quote that is opened there is perhaps never closed")]
    TooLong { row: u64, line: u64 },
    #[error("row {row} on line {line} has more than 10,000 columns: is the delimiter right?")]
    TooWide { row: u64, line: u64 },
    #[error("the file is empty")]
    Empty,
}

/// A row and where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cells {
    text: String,
    ends: Vec<usize>,
    /// Counted from 1, the row of column names included, as a spreadsheet counts.
    pub(crate) row: u64,
    /// The line of the file on which it begins, counted from 1.
    pub(crate) line: u64,
    /// The file ended inside its quotes.
    pub(crate) cut_off: bool,
}

impl Cells {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, column: usize) -> Option<&str> {
        let end = *self.ends.get(column)?;
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        self.text.get(start..end)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|column| self.get(column).unwrap_or(""))
    }
}

/// A table being read.
pub(crate) struct Table<R> {
    from: Decoder<R>,
    parser: csv_core::Reader,
    input: Vec<u8>,
    at: usize,
    end: usize,
    out: Vec<u8>,
    ends: Vec<usize>,
    row: u64,
    /// Whether the parser was given anything.
    begun: bool,
    state: Ending,
}

/// How far the end of the file has come. A newline is given before the end: a row that does not end there stands inside quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Far,
    Newline,
    Ended,
}

impl<R: Read> Table<R> {
    pub(crate) fn new(from: Decoder<R>, delimiter: u8, quote: u8) -> Table<R> {
        let parser = ReaderBuilder::new().delimiter(delimiter).quote(quote).build();
        Table { from, parser, input: vec![0; PIECE], at: 0, end: 0, out: vec![0; 4096], ends: vec![0; 64], row: 0, begun: false, state: Ending::Far }
    }

    /// The decoder beneath.
    pub(crate) fn decoder(&self) -> &Decoder<R> {
        &self.from
    }

    /// The next row, `None` at the end. Empty lines are no rows.
    pub(crate) fn next(&mut self) -> Result<Option<Cells>, TableError> {
        let (mut filled, mut ended) = (0, 0);
        let (row, line) = (self.row + 1, self.parser.line());
        loop {
            if self.at == self.end && self.state != Ending::Ended {
                self.at = 0;
                self.end = self.from.fill(&mut self.input).map_err(TableError::Read)?;
                if self.end == 0 {
                    if self.state == Ending::Far {
                        (self.input[0], self.end, self.state) = (b'\n', 1, Ending::Newline);
                    } else {
                        self.state = Ending::Ended;
                    }
                }
            }
            if !self.begun && self.input[self.at..self.end].starts_with(MARK) {
                self.at += MARK.len();
                continue;
            }
            self.begun = true;
            let (result, taken, made, columns) = self.parser.read_record(&self.input[self.at..self.end], &mut self.out[filled..], &mut self.ends[ended..]);
            self.at += taken;
            filled += made;
            ended += columns;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.out.len() >= MAX_ROW => return Err(TableError::TooLong { row, line }),
                ReadRecordResult::OutputFull => self.out.resize((self.out.len() * 2).min(MAX_ROW), 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() >= MAX_COLUMNS => return Err(TableError::TooWide { row, line }),
                ReadRecordResult::OutputEndsFull => self.ends.resize((self.ends.len() * 2).min(MAX_COLUMNS), 0),
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::Record => {
                    self.row += 1;
                    // The decoder gives whole letters and the parser cuts at ASCII, so this is always UTF-8.
                    let text = String::from_utf8_lossy(&self.out[..filled]).into_owned();
                    return Ok(Some(Cells { text, ends: self.ends[..ended].to_vec(), row, line, cut_off: self.state == Ending::Ended }));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::intake::csv::decode::{Slow, named};

    fn table(bytes: &[u8]) -> Table<&[u8]> {
        Table::new(Decoder::new(bytes, named("utf-8").unwrap()), b',', b'"')
    }

    fn rows(bytes: &[u8]) -> Vec<(u64, u64, Vec<String>, bool)> {
        let mut table = table(bytes);
        let mut rows = Vec::new();
        while let Some(cells) = table.next().unwrap() {
            rows.push((cells.row, cells.line, cells.iter().map(str::to_owned).collect(), cells.cut_off));
        }
        rows
    }

    fn row(row: u64, line: u64, cells: &[&str], cut_off: bool) -> (u64, u64, Vec<String>, bool) {
        (row, line, cells.iter().map(|c| (*c).to_owned()).collect(), cut_off)
    }

    #[test]
    fn rows_know_their_number_and_their_line() {
        let read = rows("a,b\n\"x\ny\",ў\n1,2".as_bytes());
        assert_eq!(read, [row(1, 1, &["a", "b"], false), row(2, 2, &["x\ny", "ў"], false), row(3, 4, &["1", "2"], false)]);
    }

    #[test]
    fn the_last_row_may_end_with_or_without_a_newline() {
        assert_eq!(rows(b"a,b\n1,2\n"), rows(b"a,b\n1,2"));
        assert_eq!(rows(b"a,b\r\n1,2\r\n\r\n").len(), 2);
        assert_eq!(rows(b""), []);
    }

    #[test]
    fn marks_at_the_start_are_no_text_however_the_file_comes() {
        for marks in 0..4 {
            let bytes = format!("{}id,b\n1,2\n", "\u{feff}".repeat(marks)).into_bytes();
            assert_eq!(rows(&bytes), rows(b"id,b\n1,2\n"), "{marks}");
            let mut slow = Table::new(Decoder::new(Slow(&bytes), named("utf-8").unwrap()), b',', b'"');
            assert_eq!(slow.next().unwrap().unwrap().get(0), Some("id"), "{marks}");
        }
        assert_eq!(rows("\u{feff}\u{feff}".as_bytes()), []);
    }

    #[test]
    fn a_file_cut_off_inside_quotes_is_noticed() {
        let read = rows(b"a,b\n1,\"half");
        assert!(read[1].3 && !read[0].3, "{read:?}");
        assert!(!rows(b"a,b\n1,\"whole\"")[1].3);
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
        let mut bytes = b"a,b\n1,\"".to_vec();
        bytes.resize(40 << 20, b'x');
        let mut table = table(&bytes);
        table.next().unwrap();
        assert!(matches!(table.next(), Err(TableError::TooLong { row: 2, line: 2 })));
    }

    #[test]
    fn a_row_of_too_many_columns_is_refused() {
        assert!(matches!(table(&[b','; 20_000]).next(), Err(TableError::TooWide { row: 1, .. })));
    }
}
