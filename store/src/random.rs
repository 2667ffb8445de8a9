//! Randomness for ids and salts, from the operating system, drawn in blocks because an import needs millions of bytes.

use kniha_core::id::Id;

use crate::error::StoreError;

/// A block of fresh random bytes, each used once.
pub struct Random {
    block: Vec<u8>,
    used: usize,
}

const BLOCK: usize = 4096;

impl Default for Random {
    fn default() -> Random {
        Random { block: vec![0; BLOCK], used: BLOCK }
    }
}

impl Random {
    /// The next `N` bytes; `N` is at most 4096.
    ///
    /// # Errors
    /// [`StoreError::Machine`] when the operating system has no randomness.
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        if self.used + N > BLOCK {
            getrandom::fill(&mut self.block)
                .map_err(|e| StoreError::Machine { doing: "drawing random bytes", source: std::io::Error::other(e.to_string()) })?;
            self.used = 0;
        }
        let mut out = [0; N];
        let taken = &mut self.block[self.used..self.used + N];
        out.copy_from_slice(taken);
        taken.fill(0);
        self.used += N;
        Ok(out)
    }

    /// A fresh id.
    ///
    /// # Errors
    /// As [`Random::bytes`].
    pub fn id<M>(&mut self) -> Result<Id<M>, StoreError> {
        Ok(Id::from_random(self.bytes()?))
    }
}
