//! What makes things secret: parts and quorums, key lists, a source's words and keys, mailbox blocks, receipts, padding.
//!
//! Policy and formats are ours and written out in `docs/formats/sealing.md`; primitives are not ours. Pure: randomness, the day and every key come in as
//! arguments; files and network are the caller's.

mod cbor;
mod label;

pub mod age;
pub mod collect;
pub mod holder;
pub mod keyfile;
pub mod keylist;
pub mod leaf;
pub mod mailbox;
pub mod opener;
pub mod part;
pub mod quorum;
pub mod readlog;
pub mod receipt;
pub mod sealer;
pub mod secret;
pub mod share;
pub mod sign;
pub mod size;
pub mod source;
pub mod submission;
pub mod wire;
pub mod words;
pub mod wrap;
pub mod xwing;

pub use cbor::CborError;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    /// The same randomness in every run.
    pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(seed)
    }
}
