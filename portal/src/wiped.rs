//! Every block of memory is wiped when it is given back, whoever asked for it: a library's buffer with a piece of a form, a page that went out.
//!
//! Types that wipe themselves do it for what we keep; this does it for what others copy. A block that grows is a new one, and the old is wiped. What C code
//! allocates (SQLite, which is given ciphertext alone) and what lies on stacks is out of its reach.

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPED: ZeroAlloc<System> = ZeroAlloc(System);
