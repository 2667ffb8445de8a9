#!/usr/bin/env bash
# Debian's wapiti against a portal with an invented team: everything it finds is explained in portal/tests/walk/main.rs, or red. Five minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v wapiti >/dev/null; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends wapiti
fi
cargo test -p kniha-portal --test walk -- --ignored --nocapture wapiti_finds_nothing
