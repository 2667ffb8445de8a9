//! One file a page or form: its handler, its template's values, its tests.

mod acts;
mod arrested;
mod aside;
mod case_form;
mod case_new;
mod cases;
mod claim_form;
mod clocks;
mod code;
mod custody;
mod falling;
mod filing;
mod front;
mod history;
mod home;
mod inbox;
mod join;
mod keys;
mod leave;
mod letter;
mod list;
mod map;
mod marking;
mod me;
mod members;
mod moves;
mod record;
mod record_form;
mod search;
pub(crate) mod sign_in;
mod source;
mod stated;
mod statement;
mod structure;
mod take;
mod task;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_casework;
mod today;
mod together;
mod translation;
mod watch;
mod words;

use crate::ways::Ways;

/// Every route of the book.
pub(crate) fn routes() -> Ways {
    Ways::new()
        .and(front::routes())
        .and(sign_in::routes())
        .and(me::routes())
        .and(code::routes())
        .and(join::routes())
        .and(members::routes())
        .and(arrested::routes())
        .and(acts::routes())
        .and(watch::routes())
        .and(today::routes())
        .and(clocks::routes())
        .and(cases::routes())
        .and(case_new::routes())
        .and(case_form::routes())
        .and(task::routes())
        .and(custody::routes())
        .and(falling::routes())
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
        .and(words::routes())
        .and(translation::routes())
        .and(together::routes())
        .and(take::routes())
        .and(statement::routes())
        .and(stated::routes())
        .and(marking::routes())
        .and(letter::routes())
        .and(inbox::routes())
        .and(filing::routes())
        .and(aside::routes())
}
