//! Who may see what: the cases of a member with everybody who sees them. Reads only.

use kniha_core::id::{CaseId, MemberId};
use kniha_core::time::UtcMicros;
use kniha_db::{Tx, on};

use crate::book::{Case, Reader};
use crate::error::{StoreError, corrupt, while_};

/// A case with everybody who sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The case.
    pub case: Case,
    /// When it was made.
    pub made: UtcMicros,
    /// Who sees it, in the order they came; the reader is one of them.
    pub members: Vec<(MemberId, String)>,
}

/// The cases that the reader sees, in the order they were made, and who else sees each.
///
/// # Errors
/// What the database said.
pub async fn shared_cases(tx: &mut Tx, reader: &Reader) -> Result<Vec<Shared>, StoreError> {
    const SQL: &str = "SELECT k.id, k.title, k.made_us, m.id, m.name FROM access mine
        JOIN cases k ON k.no = mine.case_no JOIN access a ON a.case_no = k.no JOIN member m ON m.no = a.member_no
        WHERE mine.member_no = $1 ORDER BY k.no, m.no";
    type Row = (String, String, i64, String, String);
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(SQL).bind(reader.no).fetch_all(c).await).map_err(while_("listing cases and members"))?;
    let mut cases: Vec<Shared> = Vec::new();
    for (id, title, made_us, member, name) in rows {
        let id = CaseId::parse(&id).map_err(|_| corrupt("cases", "id", &id))?;
        let member = MemberId::parse(&member).map_err(|_| corrupt("member", "id", &member))?;
        match cases.last_mut() {
            Some(last) if last.case.id == id => last.members.push((member, name)),
            _ => cases.push(Shared { case: Case { id, title }, made: UtcMicros(made_us), members: vec![(member, name)] }),
        }
    }
    Ok(cases)
}
