#!/usr/bin/env bash
# Kills a writing process with -9, 500 times a database for the book and for the gate and 1,000 times for the inbox, and looks each time whether all is whole.
# For the loss of power: LAZYFS names a checkout, for the inbox and its controls (scripts/power.sh). For the book CRASH_DIR is a folder on a file system that
# forgets what was not flushed (LazyFS), CRASH_FORGET the command that makes it forget (echo lazyfs::clear-cache > FIFO). CRASH_UNSAFE=1 takes
# synchronous=FULL away: the control, which must fail.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/postgres.sh
start_postgres
[ -z "${CRASH_DIR:-}" ] || export KNIHA_CRASH_DIR="$CRASH_DIR"
[ -z "${CRASH_FORGET:-}" ] || export KNIHA_CRASH_FORGET="$CRASH_FORGET"
[ -z "${CRASH_UNSAFE:-}" ] || export KNIHA_CRASH_UNSAFE=1
KNIHA_CRASH_CYCLES="${CRASH_CYCLES:-500}" cargo test -p kniha-store --test contract -- crash:: --nocapture
KNIHA_CRASH_CYCLES="${CRASH_CYCLES:-1000}" cargo test -p kniha-inbox --test keeping -- crash:: --nocapture
KNIHA_CRASH_CYCLES="${CRASH_CYCLES:-500}" cargo test -p kniha-gate --test holding -- crash:: --nocapture
[ -z "${LAZYFS:-}" ] || scripts/power.sh
