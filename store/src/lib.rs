//! Everything the book keeps, in SQL: the only room that knows tables.
//!
//! [`Store`] opens a book; [`Store::read`] gives a snapshot for the reading functions, each of which asks for a [`Reader`]; [`Store::write`] gives a
//! [`Writing`]. One SQL text serves SQLite and PostgreSQL. Numbers of rows never leave this room.

mod arrays;
mod book;
mod buffer;
mod carry;
mod casework;
mod changes;
mod check;
mod clocks;
mod custody;
mod dump;
mod edge;
mod erasing;
mod error;
mod granting;
mod import;
mod index;
mod intake;
mod intake_write;
mod letter;
mod list;
mod mark;
mod members;
mod moves;
mod prose;
mod random;
mod read;
mod reindex;
mod restore;
mod row;
mod search;
mod structure;
mod task;
mod translation;
mod view;
mod write;

pub use book::{Beginning, Book, Case, Reader, Store, cases, members, reader};
pub use casework::{
    Basis, CaseLine, Element, EntryId, EntryMark, Hypothesis, Lack, MAX_ENTRIES, Saying, Sheet, Support, Supporting, Written, case_lines, sheet,
};
pub use changes::{Changed, Changes, Seen, changes, unexamined};
pub use check::{Checked, check, integrity};
pub use clocks::{Clock, Ending, Kept, clocks};
pub use custody::{Chain, DayRoot, NewDeed, custody_chain, custody_days};
pub use dump::{CitationLine, ClaimLine, Counts, Line, ValueLine, dump};
pub use erasing::{Erased, Falling, MAX_FALLING, falls_with};
pub use error::StoreError;
pub use granting::{AccessEvent, AccessMove, CaseMember, Terms, access_history, case_members};
pub use import::{CHUNK_CLAIMS, Chunk, Import, ImportId, ImportMark, ImportPlan, ImportView, abandon_import, imports};
pub use index::NameSecret;
pub use intake::{
    Alike, Card, INTAKE_PAGE, IntakeCount, IntakeEvent, IntakeHappened, IntakeId, IntakeMark, IntakeOrder, IntakeQuery, IntakeRow, IntakeView, MailboxKeys,
    PartNo, Piece, Sight, alike, intake, intake_counts, intake_of_part, intake_overdue, intakes, mailbox_keys, of_one_source,
};
pub use kniha_db::{Durability, Key, PageCheck, Pages, Place, ReadTx, Tx};
pub use letter::{LetterId, LetterKind, LetterState, LetterView, NewLetter, letters, letters_waiting};
pub use list::list;
pub use mark::{MarkId, MarkView, NewMark, marks};
pub use members::{Shared, shared_cases};
pub use random::Random;
pub use read::{cited, claim, counts, history, labels, record, related};
pub use reindex::reindex;
pub use restore::{Restored, restore};
pub use search::search;
pub use structure::{last_known, structure};
pub use task::{Gap, NewTask, TaskId, TaskMark, TaskQuery, TaskView, task, tasks, tasks_of_record};
pub use translation::{NewTranslation, TranslationId, TranslationView, translations};
pub use view::{
    ClaimView, Count, Found, Happened, History, HistoryEntry, Hit, Label, Labels, ListPage, ListQuery, ListRow, MAX_CLAIMS, MAX_RELATED, Order, RecordView,
    Related, Structure, StructureUnit, Why,
};
pub use write::Writing;
