#!/usr/bin/env bash
# Installs what the tests need and runs all of them; prints minutes per stage and ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/postgres.sh
export KNIHA_REQUIRE_POSTGRES=1 KNIHA_BROWSER=1 CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
export KNIHA_SHARED="${KNIHA_SHARED:-$(cd .. && pwd)/shared}"
logs=target/test-logs
mkdir -p "$logs"
# A file of its own: Chromium deletes the file it is given and makes it anew, as root even a device.
export CHROME_LOG_FILE="$PWD/$logs/chromium.log"
[ -c /dev/null ] || { echo "/dev/null is no device: every compiler run will fail. Mend with: rm /dev/null; mknod -m 666 /dev/null c 1 3"; exit 1; }
passed=0
failed=0
times=()

# stage NAME COMMAND…: a test run is counted by its "test result:" lines, any other command as one test.
stage() {
    local name=$1 began=$SECONDS status p f
    shift
    echo "== $name"
    "$@" >"$logs/$name.log" 2>&1
    status=$?
    p=$(sed -nE 's/^test result: .* ([0-9]+) passed; .*/\1/p' "$logs/$name.log" | awk '{n += $1} END {print n + 0}')
    f=$(sed -nE 's/^test result: .* ([0-9]+) failed; .*/\1/p' "$logs/$name.log" | awk '{n += $1} END {print n + 0}')
    if [ "$((p + f))" = 0 ]; then
        if [ $status = 0 ]; then p=1; else f=1; fi
    elif [ $status != 0 ] && [ "$f" = 0 ]; then
        f=1
    fi
    passed=$((passed + p))
    failed=$((failed + f))
    [ "$f" = 0 ] || tail -n 80 "$logs/$name.log"
    times+=("$(printf '%-28s %5.1f min  %4d passed, %d failed' "$name" "$(echo "$((SECONDS - began))" | awk '{print $1 / 60}')" "$p" "$f")")
}

install() {
    local wanted=() package
    command -v chromium >/dev/null || wanted+=(chromium)
    command -v chromedriver >/dev/null || wanted+=(chromium-driver)
    ls -d /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted+=(postgresql)
    command -v python3 >/dev/null || wanted+=(python3)
    command -v npm >/dev/null || wanted+=(npm)
    command -v perl >/dev/null || wanted+=(perl)
    command -v make >/dev/null || wanted+=(make)
    command -v strace >/dev/null || wanted+=(strace)
    PATH="$PATH:/usr/sbin" command -v mkfs.ext4 >/dev/null || wanted+=(e2fsprogs)
    if [ "${#wanted[@]}" != 0 ]; then
        local sudo=""
        [ "$(id -u)" = 0 ] || sudo=sudo
        $sudo apt-get update && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends "${wanted[@]}" || return 1
    fi
    for package in chromium chromedriver python3 npm perl strace; do
        command -v "$package" >/dev/null || { echo "$package is not there"; return 1; }
    done
    rustup component add clippy rustfmt 2>/dev/null
    # Checkers of accessibility and of HTML, for the browser tests only.
    [ -f target/axe/node_modules/axe-core/axe.min.js ] && [ -x target/axe/node_modules/.bin/html-validate ] ||
        npm install --no-audit --no-fund --prefix target/axe axe-core@4 html-validate@10
}

stage install install
[ "$failed" = 0 ] || { echo "0 passed, 1 failed"; exit 1; }
export KNIHA_AXE="$PWD/target/axe/node_modules/axe-core/axe.min.js" KNIHA_HTML_VALIDATE="$PWD/target/axe/node_modules/.bin/html-validate"
start_postgres || { echo "0 passed, 1 failed"; exit 1; }

# The whole workspace each time: a package alone is built with other features of its dependencies, which builds half of them again.
stage format cargo fmt --all --check
stage build cargo build --workspace --all-targets
stage lint cargo clippy --workspace --all-targets -- -D warnings
stage docs env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
stage unit cargo test --workspace --lib --bins
stage house cargo test --workspace --test house
stage probes cargo test --workspace --test probes
stage reason cargo test --workspace --test properties --test spellings --test allocation
stage seal cargo test --workspace --test whole
stage age scripts/age_interop.sh
stage sealed-page scripts/sealed_page.sh test
stage inbox cargo test --workspace --test keeping
stage gate cargo test --workspace --test holding
stage sandbox cargo test --workspace --test sandbox
stage walls cargo test --workspace --test walls
# Reads the memory of a process that hides it, and mounts the image of a disk: as root.
as_root=()
[ "$(id -u)" = 0 ] || as_root=(env "CARGO_TARGET_$(rustc -vV | sed -n 's/^host: //p' | tr a-z- A-Z_)_RUNNER=sudo -E")
stage seized "${as_root[@]}" cargo test --workspace --test seized -- --nocapture
stage contract cargo test --workspace --test contract -- --skip crash::
stage crash-smoke cargo test --workspace --test contract -- crash:: --nocapture
stage tool cargo test --workspace --test tool
stage same-data scripts/same_data.sh
stage browser cargo test --workspace --test browser -- --test-threads=1
stage five cargo test --workspace --test five -- --nocapture
# After sealed-page, which builds the page that seals in the browser.
stage walk cargo test --workspace --test walk -- --test-threads=1 --nocapture

echo
printf '%s\n' "${times[@]}"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
