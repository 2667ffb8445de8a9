//! The machine's clock, read in one place.

use kniha_core::time::UtcMicros;

/// Now, in microseconds since 1970. A clock before 1970 reads 0, which the book refuses as a clock gone back.
pub(crate) fn now() -> UtcMicros {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    UtcMicros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
