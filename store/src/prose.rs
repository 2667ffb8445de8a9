//! The newest claims that hold given words. The two full-text indexes are the one place where the databases truly differ.
//!
//! FTS5 gives rows in the order of their numbers, so that reading stops as soon as enough are found. PostgreSQL's GIN index gives all rows with the
//! words at once, which is fast for rare words only: the newest claims of each case are looked through first, and common words are found there.

use kniha_core::vocab::NodeKind;
use kniha_db::Tx;
use sqlx::AssertSqlSafe;

use crate::book::Wall;
use crate::error::{StoreError, while_};
use crate::index::case_word;
use crate::read::numbers;
use crate::search::of_kind;

/// Claims that are found at most.
pub(crate) const MOST: usize = 120;
/// PostgreSQL: texts that are looked through in all, and at least in each case.
const LOOKED_THROUGH: usize = 4000;
const LOOKED_THROUGH_OF_CASE: usize = 200;
/// PostgreSQL: cases that are looked through one by one.
const BY_CASE: usize = 50;
/// PostgreSQL: newest matches of the index that are tested against the wall and the kind.
const TESTED: usize = 5000;

/// Numbers of the newest claims with all, or any, of the words; on records of one kind, where it is given. Newest first, at most [`MOST`].
pub(crate) async fn newest(tx: &mut Tx, wall: &Wall, words: &[String], all: bool, kind: Option<NodeKind>) -> Result<Vec<i64>, StoreError> {
    const DOING: &str = "searching words";
    let cases = &wall.cases;
    // With very many cases the wall alone decides.
    let case_words: Vec<String> = if cases.len() > Wall::WRITTEN { Vec::new() } else { cases.iter().copied().map(case_word).collect() };
    let seen = format!("n.no = c.subject_no AND {} AND {}{}", wall.seen("c"), wall.seen("n"), of_kind(kind));
    match tx {
        Tx::Sqlite(tx) => {
            let query = expression(words, &case_words, '"', if all { " AND " } else { " OR " }, (" AND ", " OR "));
            // SQLite takes CROSS JOIN as the order to read in, so that the index's own order stands and the limit ends the reading.
            let sql = format!(
                "SELECT p.rowid FROM prose p CROSS JOIN claim c CROSS JOIN node n WHERE p.prose MATCH $1 AND c.no = p.rowid AND {seen}
                 ORDER BY p.rowid DESC LIMIT {MOST}"
            );
            sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).bind(query).fetch_all(&mut **tx).await.map_err(while_(DOING))
        }
        Tx::Postgres(tx) => {
            let query = expression(words, &case_words, '\'', if all { " & " } else { " | " }, (" & ", " | "));
            let mut steps = Vec::new();
            if (1..=BY_CASE).contains(&cases.len()) {
                let each = (LOOKED_THROUGH / cases.len()).max(LOOKED_THROUGH_OF_CASE);
                steps.push(format!(
                    "SELECT y.claim_no FROM UNNEST(ARRAY[{}]::bigint[]) AS k (no) CROSS JOIN LATERAL
                     (SELECT claim_no, words FROM prose WHERE case_no = k.no ORDER BY claim_no DESC LIMIT {each}) y WHERE y.words @@ CAST($1 AS tsquery)",
                    numbers(cases)
                ));
            }
            steps.push("SELECT claim_no FROM prose WHERE words @@ CAST($1 AS tsquery)".to_owned());
            let mut found = Vec::new();
            for step in steps {
                let sql = format!(
                    "SELECT p.claim_no FROM ({step} ORDER BY claim_no DESC LIMIT {TESTED}) p CROSS JOIN claim c CROSS JOIN node n WHERE c.no = p.claim_no AND {seen}
                     ORDER BY p.claim_no DESC LIMIT {MOST}"
                );
                found = sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).bind(&query).fetch_all(&mut **tx).await.map_err(while_(DOING))?;
                if found.len() == MOST {
                    break;
                }
            }
            Ok(found)
        }
    }
}

/// A query of either index: words come from [`kniha_core::words::tokens`] and hold letters and digits only.
fn expression(words: &[String], cases: &[String], quote: char, mark: &str, (and, or): (&str, &str)) -> String {
    let quoted = |words: &[String], mark: &str| words.iter().map(|word| format!("{quote}{word}{quote}")).collect::<Vec<_>>().join(mark);
    let mut query = format!("({})", quoted(words, mark));
    if !cases.is_empty() {
        query += &format!("{and}({})", quoted(cases, or));
    }
    query
}
