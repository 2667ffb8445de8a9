//! One file a page or form: its handler, its template's values, its tests.

mod claim_form;
mod front;
mod history;
mod home;
mod keys;
mod leave;
mod list;
mod map;
mod moves;
mod record;
mod record_form;
mod search;
mod sign_in;
mod source;
mod structure;
#[cfg(test)]
mod tests;

use crate::ways::Ways;

/// Every route of the book.
pub(crate) fn routes() -> Ways {
    Ways::new()
        .and(front::routes())
        .and(sign_in::routes())
        .and(home::routes())
        .and(list::routes())
        .and(map::routes())
        .and(record::routes())
        .and(history::routes())
        .and(structure::routes())
        .and(source::routes())
        .and(search::routes())
        .and(leave::routes())
        .and(keys::routes())
        .and(claim_form::routes())
        .and(moves::routes())
        .and(record_form::routes())
}
