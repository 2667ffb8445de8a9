#!/usr/bin/env bash
# Compares names with the peers on the same lists, in turn: ours first, then nomenklatura and rapidfuzz, which are installed under target/.
# Data: $KNIHA_SHARED/data (docs/NAMES.md says what). KNIHA_MISSES=1 prints every error of ours with its reasons.
set -euo pipefail
cd "$(dirname "$0")/.."
export KNIHA_SHARED="${KNIHA_SHARED:-$(cd .. && pwd)/shared}"
peers="${CARGO_TARGET_DIR:-target}/peers-names"
if ! "$peers/bin/python" -c 'import nomenklatura, followthemoney, rapidfuzz, normality' 2>/dev/null; then
    python3 -m venv "$peers"
    "$peers/bin/pip" install --quiet nomenklatura followthemoney rapidfuzz normality
fi
cargo bench --quiet -p kniha-reason --bench names
"$peers/bin/python" bench/names_peers.py "$KNIHA_SHARED/data"
