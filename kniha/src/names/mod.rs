//! Names compared by the command line: what is compared, in tables of which form.
//!
//! rows ([`table`]) ─► scores ([`score`]) ─► rows; two names ─► reasons ([`explain`]). The kernels are `kniha_reason::link`; this is the shell around them.

pub(crate) mod explain;
pub(crate) mod score;
pub(crate) mod table;
