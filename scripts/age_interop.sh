#!/usr/bin/env bash
# Files for outsiders, checked with programs that nobody here wrote: npm age-encryption and Debian's age. 100 files, or KNIHA_SEAL_ROUNDS=10000.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=()
command -v age >/dev/null || wanted+=(age)
command -v npm >/dev/null || wanted+=(npm)
if [ "${#wanted[@]}" != 0 ]; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends "${wanted[@]}"
fi
folder=target/age-npm
[ -d "$folder/node_modules/age-encryption" ] || npm install --no-audit --no-fund --prefix "$folder" age-encryption@0.3
export KNIHA_AGE_NPM="$PWD/$folder/node_modules"
cargo test --workspace --test whole -- --ignored --nocapture age_interop
node docs/formats/open_vectors.mjs "$KNIHA_AGE_NPM"
