//! The permission strip: to whom a record may leave. Until permissions are recorded it may leave to nobody, and the strip says so. Does no I/O.

use askama::Template;

use crate::lang::Tongue;

/// To whom a record may leave.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/permit.html")]
pub(crate) struct Permit {
    /// The reader's language.
    pub(crate) t: Tongue,
    /// The case that the record belongs to.
    pub(crate) case: String,
}

html!(Permit);
