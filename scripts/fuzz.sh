#!/usr/bin/env bash
# Fuzzes every parser of outside bytes with libFuzzer and AddressSanitizer, FUZZ_SECONDS in all (an hour).
set -euo pipefail
cd "$(dirname "$0")/.."
command -v cargo-fuzz >/dev/null || cargo install --quiet cargo-fuzz
targets=(written words lines seal_header seal_part seal_words seal_keylist seal_block)
seconds=$((${FUZZ_SECONDS:-3600} / ${#targets[@]}))
for target in "${targets[@]}"; do
    # The sanitizer is an unstable option of the compiler; this lets the stable one take it.
    RUSTC_BOOTSTRAP=1 cargo fuzz run "$target" -- -max_total_time="$seconds" -max_len=8192 -print_final_stats=1
done
