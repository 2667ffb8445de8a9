//! The binary.

#[allow(dead_code, reason = "the command that writes the demo is wired in later")]
mod demo;

fn main() {}
