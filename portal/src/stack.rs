//! What arithmetic leaves on a thread's stack is written over.
//!
//! Ciphers, hashes and signing keys are values that move, and each move leaves a copy behind in the frame of a function that has returned. Nothing can wipe
//! those but the next function that stands in their place, so one stands there and fills its frame with zeros: on threads that answer before they wait for
//! the next request, on others after each piece of work. Does no I/O.

use std::hint::black_box;

use crate::error::PageError;

/// Deeper than a signature with ML-DSA reaches, which is half a megabyte; a thread has two.
const DEEP: usize = 1 << 20;
/// Deeper than a request reaches that leaves such work to other threads. A thread that answers waits thousands of times a second.
const SHALLOW: usize = 256 << 10;

/// For a thread that is about to wait: writes over what functions that have returned left on its stack.
pub fn before_waiting() {
    fill::<SHALLOW>();
}

/// Arithmetic of some milliseconds, on a thread that answers nobody; nothing of it is left on that thread's stack.
pub(crate) async fn apart<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> Result<T, PageError> {
    let wiped = move || {
        let _wipes = Wipes;
        run()
    };
    tokio::task::spawn_blocking(wiped).await.map_err(|_| PageError::Broken)
}

/// Wipes when it goes out of scope, after a panic too.
struct Wipes;

impl Drop for Wipes {
    fn drop(&mut self) {
        fill::<DEEP>();
    }
}

#[inline(never)]
fn fill<const BYTES: usize>() {
    black_box(&mut [0u8; BYTES]);
}
