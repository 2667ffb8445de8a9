#!/usr/bin/env bash
# Measures the figures of the book on both databases and prints them beside the asked ones.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/postgres.sh
start_postgres
export KNIHA_SHARED="${KNIHA_SHARED:-$(cd .. && pwd)/shared}"
cargo bench -p kniha-store --bench book
cargo bench -p kniha-gate --bench gate
cargo bench -p kniha --bench examine
cargo build --release -q -p kniha
scripts/same_data.sh --time target/release/kniha
