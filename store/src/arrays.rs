//! Rows for PostgreSQL as one array a column, so that one statement takes any number of them.
//!
//! COPY would spare the server some work, but its data and its end leave as two messages, between which Nagle's algorithm and delayed
//! acknowledgements wait 40 ms for each statement.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, PgConnection};

/// Rows on their way into one table.
#[derive(Default)]
pub(crate) struct Arrays<'a> {
    columns: Vec<Vec<Cell<'a>>>,
    at: usize,
}

/// One value of a column.
pub(crate) enum Cell<'a> {
    Number(Option<i64>),
    Real(Option<f64>),
    Text(Option<Cow<'a, str>>),
    Bytes(Option<&'a [u8]>),
}

impl<'a> Arrays<'a> {
    /// Begins a row.
    pub(crate) fn begin(&mut self) -> &mut Arrays<'a> {
        self.at = 0;
        self
    }

    /// The next column of the row; named as in sqlx's builder, so that one text names the columns for both databases. A column has one type in every row.
    pub(crate) fn push_bind(&mut self, value: impl Into<Cell<'a>>) -> &mut Arrays<'a> {
        if self.at == self.columns.len() {
            self.columns.push(Vec::new());
        }
        self.columns[self.at].push(value.into());
        self.at += 1;
        self
    }

    /// Adds the rows: `into` is a table with its columns, `select` what each column takes, where `c1`, `c2`, … are the columns pushed.
    pub(crate) async fn insert(self, connection: &mut PgConnection, into: &str, select: &str) -> Result<(), sqlx::Error> {
        let types: Vec<String> = self.columns.iter().enumerate().map(|(at, column)| format!("${}::{}[]", at + 1, kind(column))).collect();
        let names: Vec<String> = (1..=types.len()).map(|at| format!("c{at}")).collect();
        let sql = format!("INSERT INTO {into} SELECT {select} FROM UNNEST({}) AS u ({})", types.join(", "), names.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for column in self.columns {
            query = match column.first() {
                Some(Cell::Number(_)) | None => {
                    query.bind(column.into_iter().map(|cell| if let Cell::Number(n) = cell { n } else { None }).collect::<Vec<_>>())
                }
                Some(Cell::Real(_)) => query.bind(column.into_iter().map(|cell| if let Cell::Real(x) = cell { x } else { None }).collect::<Vec<_>>()),
                Some(Cell::Text(_)) => query.bind(column.into_iter().map(|cell| if let Cell::Text(text) = cell { text } else { None }).collect::<Vec<_>>()),
                Some(Cell::Bytes(_)) => query.bind(column.into_iter().map(|cell| if let Cell::Bytes(bytes) = cell { bytes } else { None }).collect::<Vec<_>>()),
            };
        }
        query.execute(connection).await.map(drop)
    }
}

fn kind(column: &[Cell<'_>]) -> &'static str {
    match column.first() {
        Some(Cell::Number(_)) | None => "bigint",
        Some(Cell::Real(_)) => "double precision",
        Some(Cell::Text(_)) => "text",
        Some(Cell::Bytes(_)) => "bytea",
    }
}

/// A type and the cell it goes into, present or not.
macro_rules! cell {
    ($type:ty, $cell:ident, $convert:expr) => {
        impl<'a> From<$type> for Cell<'a> {
            fn from(value: $type) -> Cell<'a> {
                Cell::$cell(Some($convert(value)))
            }
        }
        impl<'a> From<Option<$type>> for Cell<'a> {
            fn from(value: Option<$type>) -> Cell<'a> {
                Cell::$cell(value.map($convert))
            }
        }
    };
}
cell!(i64, Number, |n| n);
cell!(f64, Real, |x| x);
cell!(&'a str, Text, Cow::Borrowed);
cell!(String, Text, Cow::Owned);
cell!(&'a [u8], Bytes, |bytes| bytes);
