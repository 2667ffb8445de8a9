//! The wall that the process builds around itself.
