#!/usr/bin/env bash
# Fuzzes every parser of outside bytes with libFuzzer and AddressSanitizer, FUZZ_SECONDS in all (an hour), beginning with the committed seeds; what is
# found new is kept in fuzz/corpus. FUZZ_SANITIZER=none is faster, and the rooms that are fuzzed forbid unsafe code.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v cargo-fuzz >/dev/null || cargo install --quiet cargo-fuzz
targets=(written words lines names table map pb2020 seal_header seal_part seal_words seal_keylist seal_block
    seal_leaf seal_wire seal_collect seal_texts portal_state portal_upload examined)
seconds=$((${FUZZ_SECONDS:-3600} / ${#targets[@]}))
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target" "fuzz/seeds/$target"
    # The instrumentation is an unstable option of the compiler; this lets the stable one take it.
    RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer "${FUZZ_SANITIZER:-address}" "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -max_len=8192 -timeout=10 -print_final_stats=1
done
