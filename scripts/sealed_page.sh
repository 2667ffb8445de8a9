#!/usr/bin/env bash
# The page that seals in the browser: `build` bundles it into target/sealed-page, `test` seals with its modules and opens the result in Rust,
# `browser` does the same in headless Chromium. What it brings from npm is pinned in portal/sealed-page/package-lock.json and never committed.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-build}
page=portal/sealed-page
out=target/sealed-page
wanted=()
command -v node >/dev/null || wanted+=(nodejs)
command -v npm >/dev/null || wanted+=(npm)
[ "$what" != browser ] || command -v chromedriver >/dev/null || wanted+=(chromium chromium-driver)
if [ "${#wanted[@]}" != 0 ]; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends "${wanted[@]}"
fi

# Sources beside the packages, so that node finds these; the tree itself stays clean.
work=$out/work
mkdir -p "$work"
if ! cmp -s "$page/package-lock.json" "$work/package-lock.json" || [ ! -d "$work/node_modules/esbuild" ]; then
    cp "$page/package.json" "$page/package-lock.json" "$work/"
    npm ci --no-audit --no-fund --ignore-scripts --prefix "$work"
fi
rm -rf "$work/src" "$work/test" "$work/build.mjs"
cp -r "$page/src" "$page/test" "$page/build.mjs" "$work/"
node "$work/build.mjs" "$work" "$out/site" seal/words "$page/index.html"

case $what in
    build) ;;
    test) KNIHA_SEALED_PAGE="$PWD/$work" cargo test -p kniha-seal --test whole -- --ignored --nocapture browser_lane::what browser_lane::the ;;
    browser) KNIHA_SEALED_PAGE="$PWD/$work" cargo test -p kniha-seal --test whole -- --ignored --nocapture browser_lane::in_chromium ;;
    *)
        echo "usage: scripts/sealed_page.sh [build | test | browser]" >&2
        exit 2
        ;;
esac
