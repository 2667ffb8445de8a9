//! The lanes of the command line: sealed things on their way between a sender's machine, the portal and the book's folder.
//!
//! Network, files and the terminal; what is sealed, and to whom, is decided in `kniha_seal::submission`.

pub(crate) mod address;
pub(crate) mod answering;
pub(crate) mod ask;
pub(crate) mod client;
pub(crate) mod found;
pub(crate) mod opening_log;
pub(crate) mod outbox;
pub(crate) mod pieces;
pub(crate) mod post;
pub(crate) mod source_file;
pub(crate) mod spool;
pub(crate) mod told;
pub(crate) mod trust;
