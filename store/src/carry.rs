//! Tables of casework and intake in an export: a row a line, as they stand, with ids in place of the numbers of records, claims, members and cases.
//!
//! Tables here keep their own numbers, so rows may refer to rows of their own table or of one that stands before it in [`TABLES`].

use std::collections::BTreeMap;

use data_encoding::BASE64;
use kniha_db::{Tx, on};
use serde_json::Value;
use sqlx::{AssertSqlSafe, ColumnIndex, Decode, Row, Type};

use crate::dump::Line;
use crate::error::{StoreError, corrupt, while_};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Text,
    Integer,
    Bytes,
    /// A number of a row of this table; in the line it is that row's id.
    Of(&'static str),
}

const MEMBER: Column = Column::Of("member");
const CASE: Column = Column::Of("cases");
const NODE: Column = Column::Of("node");
const CLAIM: Column = Column::Of("claim");

/// A table, and its columns; the first one is a number by which rows are read in order. What a table refers to stands before it.
struct Table {
    name: &'static str,
    columns: &'static [(&'static str, Column)],
}

use Column::{Bytes, Integer, Text};

const TABLES: &[Table] = &[
    Table {
        name: "access_event",
        columns: &[
            ("no", Integer),
            ("what", Text),
            ("member_no", MEMBER),
            ("case_no", CASE),
            ("second_no", MEMBER),
            ("until_us", Integer),
            ("act", Text),
            ("made_by", MEMBER),
            ("made_us", Integer),
        ],
    },
    Table {
        name: "sheet",
        columns: &[
            ("no", Integer),
            ("id", Text),
            ("case_no", CASE),
            ("what", Text),
            ("about_no", Integer),
            ("code", Text),
            ("words", Text),
            ("claim_no", CLAIM),
            ("node_no", NODE),
            ("stance", Text),
            ("made_by", MEMBER),
            ("made_us", Integer),
        ],
    },
    Table {
        name: "task",
        columns: &[
            ("no", Integer),
            ("id", Text),
            ("case_no", CASE),
            ("words", Text),
            ("who_no", MEMBER),
            ("due_day", Integer),
            ("element_no", Integer),
            ("node_no", NODE),
            ("property", Text),
            ("made_by", MEMBER),
            ("made_us", Integer),
        ],
    },
    Table { name: "task_event", columns: &[("no", Integer), ("task_no", Integer), ("what", Text), ("words", Text), ("made_by", MEMBER), ("made_us", Integer)] },
    Table { name: "custody", columns: &[("no", Integer), ("exhibit_no", NODE), ("n", Integer), ("day", Integer), ("body", Bytes), ("signature", Bytes)] },
    Table { name: "custody_head", columns: &[("exhibit_no", NODE), ("entries", Integer), ("hash", Bytes)] },
    Table { name: "custody_day", columns: &[("day", Integer), ("entries", Integer), ("root", Bytes)] },
    Table { name: "review", columns: &[("no", Integer), ("node_no", NODE), ("state", Text), ("day", Integer), ("made_by", MEMBER), ("made_us", Integer)] },
    Table {
        name: "intake",
        columns: &[
            ("no", Integer),
            ("id", Text),
            ("kind", Text),
            ("way", Text),
            ("day", Integer),
            ("list_no", Integer),
            ("lang", Text),
            ("door", Text),
            ("urgent", Integer),
            ("minor", Integer),
            ("length", Text),
            ("own_acts", Integer),
            ("contact", Integer),
            ("state", Text),
            ("case_no", CASE),
            ("statement_no", NODE),
            ("may_write", Integer),
            ("in_service", Integer),
            ("closed_us", Integer),
            ("made_by", MEMBER),
            ("made_us", Integer),
        ],
    },
    Table { name: "intake_part", columns: &[("no", Integer), ("part", Bytes), ("intake_no", Integer), ("compartment", Text), ("nth", Integer)] },
    Table {
        name: "intake_event",
        columns: &[("no", Integer), ("intake_no", Integer), ("what", Text), ("reason", Text), ("case_no", CASE), ("made_by", MEMBER), ("made_us", Integer)],
    },
    Table { name: "intake_mailbox", columns: &[("intake_no", Integer), ("mailbox", Bytes), ("reply_key", Bytes), ("voice_key", Bytes)] },
    Table {
        name: "intake_mark",
        columns: &[
            ("no", Integer),
            ("id", Text),
            ("intake_no", Integer),
            ("part", Bytes),
            ("kind", Text),
            ("start_char", Integer),
            ("end_char", Integer),
            ("made_by", MEMBER),
            ("made_us", Integer),
            ("removed_by", MEMBER),
            ("removed_us", Integer),
        ],
    },
    Table {
        name: "letter",
        columns: &[
            ("no", Integer),
            ("id", Text),
            ("intake_no", Integer),
            ("part", Bytes),
            ("kind", Text),
            ("lang", Text),
            ("day", Integer),
            ("state", Text),
            ("made_by", MEMBER),
            ("made_us", Integer),
            ("second_by", MEMBER),
            ("second_us", Integer),
        ],
    },
    Table {
        name: "translation",
        columns: &[
            ("no", Integer),
            ("id", Text),
            ("intake_no", Integer),
            ("original", Bytes),
            ("segment", Integer),
            ("from_lang", Text),
            ("to_lang", Text),
            ("part", Bytes),
            ("machine", Integer),
            ("sworn", Integer),
            ("made_by", MEMBER),
            ("made_us", Integer),
            ("checked_by", MEMBER),
            ("checked_us", Integer),
        ],
    },
];

/// Numbers of rows that are read at once.
const CHUNK: i64 = 1000;

fn broken(_: sqlx::Error) -> StoreError {
    corrupt("export", "row", "")
}

/// Gives every row of these tables to `take`.
pub(crate) async fn rows(tx: &mut Tx, take: &mut impl FnMut(Line) -> Result<(), StoreError>) -> Result<(), StoreError> {
    for table in TABLES {
        let mut joins = String::new();
        let mut wanted = Vec::new();
        for (n, (column, what)) in table.columns.iter().enumerate() {
            match what {
                Column::Of(other) => {
                    joins += &format!(" LEFT JOIN {other} j{n} ON j{n}.no = x.{column}");
                    wanted.push(format!("j{n}.id"));
                }
                _ => wanted.push(format!("x.{column}")),
            }
        }
        let (first, columns) = (table.columns.first().map_or("no", |column| column.0), wanted.join(", "));
        let from = format!("SELECT MIN({first}) FROM {} WHERE {first} > $1", table.name);
        // A range of numbers at once, for several rows may share one.
        let sql = format!("SELECT {columns} FROM {} x{joins} WHERE x.{first} BETWEEN $1 AND $2 ORDER BY x.{first}, {columns}", table.name);
        let mut after = i64::MIN;
        loop {
            let (from, sql) = (AssertSqlSafe(from.clone()), AssertSqlSafe(sql.clone()));
            let next: Option<i64> = on!(&mut *tx, c => sqlx::query_scalar(from).bind(after).fetch_one(c).await).map_err(while_("reading casework"))?;
            let Some(next) = next else { break };
            after = next.saturating_add(CHUNK - 1);
            let found: Vec<BTreeMap<String, Value>> = on!(&mut *tx, c => {
                let rows = sqlx::query(sql).bind(next).bind(after).fetch_all(c).await.map_err(while_("reading casework"))?;
                rows.iter().map(|row| cells(row, table)).collect::<Result<_, StoreError>>()
            })?;
            for row in found {
                take(Line::Row { table: table.name.to_owned(), row })?;
            }
        }
    }
    Ok(())
}

fn cells<R: Row>(row: &R, table: &Table) -> Result<BTreeMap<String, Value>, StoreError>
where
    usize: ColumnIndex<R>,
    i64: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    String: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: for<'r> Decode<'r, R::Database> + Type<R::Database>,
{
    let mut all = BTreeMap::new();
    for (n, (column, what)) in table.columns.iter().enumerate() {
        let value = match what {
            Column::Integer => row.try_get::<Option<i64>, _>(n).map_err(broken)?.map(Value::from),
            Column::Text | Column::Of(_) => row.try_get::<Option<String>, _>(n).map_err(broken)?.map(Value::from),
            Column::Bytes => row.try_get::<Option<Vec<u8>>, _>(n).map_err(broken)?.map(|bytes| Value::from(BASE64.encode(&bytes))),
        };
        all.insert((*column).to_owned(), value.unwrap_or(Value::Null));
    }
    Ok(all)
}

/// A value to be bound.
enum Cell {
    Text(Option<String>),
    Integer(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

/// Writes a row again. `number` gives the number of a record, claim, member or case by its table and id.
pub(crate) async fn write(tx: &mut Tx, table: &str, row: &BTreeMap<String, Value>, number: impl Fn(&str, &str) -> Option<i64>) -> Result<(), StoreError> {
    let bad = |what: String| StoreError::Restore { line: 0, what };
    let table = TABLES.iter().find(|known| known.name == table).ok_or_else(|| bad("a row of an unknown table".to_owned()))?;
    if row.len() != table.columns.len() {
        return Err(bad(format!("a row of {} has other columns", table.name)));
    }
    let mut cells = Vec::with_capacity(row.len());
    for (column, what) in table.columns {
        let refused = || bad(format!("{} of a row of {} does not read back", column, table.name));
        let value = row.get(*column).ok_or_else(refused)?;
        let text = || value.as_str().ok_or_else(refused);
        cells.push(match (what, value.is_null()) {
            (Column::Integer, null) => Cell::Integer(if null { None } else { Some(value.as_i64().ok_or_else(refused)?) }),
            (Column::Text, null) => Cell::Text(if null { None } else { Some(text()?.to_owned()) }),
            (Column::Bytes, null) => Cell::Bytes(if null { None } else { Some(BASE64.decode(text()?.as_bytes()).map_err(|_| refused())?) }),
            (Column::Of(other), null) => Cell::Integer(if null { None } else { Some(number(other, text()?).ok_or_else(refused)?) }),
        });
    }
    let names: Vec<&str> = table.columns.iter().map(|column| column.0).collect();
    let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, names.join(", "), places.join(", "));
    on!(tx, c => {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for cell in cells {
            query = match cell {
                Cell::Text(text) => query.bind(text),
                Cell::Integer(n) => query.bind(n),
                Cell::Bytes(bytes) => query.bind(bytes),
            };
        }
        query.execute(c).await.map(drop)
    })
    .map_err(while_("restoring casework"))
}

/// Empties these tables: a new book has a grant before it is restored into.
pub(crate) async fn clear(tx: &mut Tx) -> Result<(), StoreError> {
    for table in TABLES.iter().rev() {
        let sql = format!("DELETE FROM {}", table.name);
        on!(&mut *tx, c => sqlx::query(AssertSqlSafe(sql)).execute(c).await.map(drop)).map_err(while_("restoring casework"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// What an export writes in lines of their own, what is worked out anew, and what is of one machine only.
    const OTHERWISE: [&str; 16] = [
        "book",
        "member",
        "cases",
        "access",
        "node",
        "claim",
        "citation",
        "erased_citation",
        "claim_event",
        "claim_state",
        "listing",
        "name_key",
        "edge",
        "import_run",
        "import_key",
        "seen",
    ];

    /// Every table of the migrations with its columns.
    fn tables() -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let mut table = None;
            for line in text.lines() {
                if let Some(name) = line.strip_prefix("CREATE TABLE ") {
                    table = Some(name.split_whitespace().next().unwrap().to_owned());
                } else if line.starts_with(')') {
                    table = None;
                } else if let (Some(table), Some(column)) = (&table, line.strip_prefix("    ").and_then(|line| line.split_whitespace().next()))
                    && column.starts_with(|c: char| c.is_ascii_lowercase())
                {
                    found.entry(table.clone()).or_default().insert(column.to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn no_table_and_no_column_is_left_out_of_an_export() {
        let mut found = tables();
        assert!(found.len() > 20, "the migrations were read");
        for table in TABLES {
            let carried: BTreeSet<String> = table.columns.iter().map(|column| column.0.to_owned()).collect();
            assert_eq!(found.remove(table.name).unwrap(), carried, "{}", table.name);
        }
        let left: Vec<_> = found.into_keys().filter(|name| !OTHERWISE.contains(&name.as_str())).collect();
        assert!(left.is_empty(), "{left:?}: an export and a copy of a book in PostgreSQL would lose them");
    }
}
