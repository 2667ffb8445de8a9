#!/usr/bin/env bash
# Real incidents in, out, in again, out again, on both databases: no field may differ, every hash must follow by foreign code, and one claim less must show.
# usage: same_data.sh [--time] [KNIHA]      --time prints how long the import of all incidents took
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/postgres.sh
start_postgres
timed=""
[ "${1:-}" != --time ] || { timed=1; shift; }
kniha=${1:-target/debug/kniha}
[ $# -gt 0 ] || cargo build --quiet --workspace --bins
source=${KNIHA_SHARED:-../shared}/data/incidents/2020pb_all-locations-v2.json
# Without the shared data, a small invented file of the same shape.
[ -f "$source" ] || source=kniha/tests/data/sample_2020pb.json
work=$(mktemp -d)
server=${KNIHA_TEST_POSTGRES_URL%/*}
passed=0

ok() { echo "test $1 ... ok"; passed=$((passed + 1)); }

for database in sqlite postgres; do
    for book in first second; do
        where=()
        if [ $database = postgres ]; then
            name=same_data_$$_$book
            psql -q "$KNIHA_TEST_POSTGRES_URL" -c "CREATE DATABASE $name"
            export KNIHA_DATABASE_URL=$server/$name
            where=(--database postgres --at-rest "a test on loopback")
        fi
        $kniha --book "$work/$database-$book" init --yes --title "Same data" "${where[@]}" >/dev/null
        [ $book = first ] || break
        began=$(date +%s.%N)
        $kniha --book "$work/$database-first" import 2020pb "$source" >/dev/null
        [ -z "$timed" ] || echo "| $database | all incidents of the data set | $(echo "$began $(date +%s.%N)" | awk '{printf "%.2f s", $2 - $1}') | ≤ 3 s |"
        $kniha --book "$work/$database-first" export "$work/$database-first.jsonl" >/dev/null
    done
    $kniha --book "$work/$database-second" restore "$work/$database-first.jsonl" >/dev/null
    $kniha --book "$work/$database-second" export "$work/$database-second.jsonl" >/dev/null
    python3 tests/compare_2020pb.py "$source" "$work/$database-second.jsonl"
    ok "every_field_comes_back_$database"
    cmp "$work/$database-first.jsonl" "$work/$database-second.jsonl"
    ok "a_restored_book_exports_the_same_bytes_$database"
    python3 docs/formats/verify_export.py "$work/$database-second.jsonl"
    ok "foreign_code_follows_every_hash_$database"
    # One claim less: the comparison and the hashes must both say so.
    awk '/"t":"claim"/ && /incident.title/ && !gone { gone = 1; next } { print }' "$work/$database-second.jsonl" >"$work/less.jsonl"
    if python3 tests/compare_2020pb.py "$source" "$work/less.jsonl" | tee "$work/less.log"; then echo "one claim less was not seen"; exit 1; fi
    grep -q '^1 difference' "$work/less.log"
    if python3 docs/formats/verify_export.py "$work/less.jsonl" >/dev/null; then echo "one claim less was not seen in the hashes"; exit 1; fi
    ok "one_claim_less_is_one_difference_$database"
    unset KNIHA_DATABASE_URL
done
rm -rf "$work"
echo "test result: ok. $passed passed; 0 failed; same data"
