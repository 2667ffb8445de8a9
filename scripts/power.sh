#!/usr/bin/env bash
# Plays the loss of power for the inbox, POWER_CYCLES times (200): a writing process is killed, and the disk forgets what was not flushed. Contents by
# LazyFS, of which LAZYFS names a checkout (github.com/dsrhaslab/lazyfs; Debian: g++ libfuse3-dev libspdlog-dev libfmt-dev libtoml11-dev); names in
# objects/ by scripts/lossy.c. Then the controls, each of which must be found out: flushes left out, of everything, of objects, of their folder; the object
# named after its row; synchronous=FULL taken away. Mounts under target/power: needs /dev/fuse and the right to mount.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${LAZYFS:?names a checkout of LazyFS}"
lazyfs=$(cd "$LAZYFS" && pwd)
work=$PWD/target/power
mkdir -p "$work"/{build,mount,under,names}
cc -O1 -Wall -shared -fPIC -o "$work/lossy.so" scripts/lossy.c -ldl
if [ ! -x "$work/lazyfs" ]; then
    for file in "$lazyfs"/lazyfs/src/*.cpp "$lazyfs/lazyfs/include/lazyfs/fusepp/Fuse.cpp" $(find "$lazyfs/libs/libpcache/src" -name '*.cpp'); do
        g++ -std=c++17 -O2 -w -DSPDLOG_FMT_EXTERNAL -DSPDLOG_COMPILED_LIB -D_FILE_OFFSET_BITS=64 -I/usr/include/fuse3 \
            -I"$lazyfs/lazyfs/include" -I"$lazyfs/libs/libpcache/include" -c "$file" -o "$work/build/$(basename "$file" .cpp).o"
    done
    g++ -o "$work/lazyfs" "$work"/build/*.o -lspdlog -lfmt -lfuse3 -lpthread
fi
rm -f "$work/faults" "$work/done" "$work"/names/*
mkfifo "$work/done"
cat >"$work/lazyfs.toml" <<END
[faults]
fifo_path="$work/faults"
fifo_path_completed="$work/done"
[cache]
apply_eviction=false
[cache.simple]
custom_size="256mb"
blocks_per_page=1
[filesystem]
log_all_operations=false
logfile="$work/lazyfs.log"
END
# What the disk forgets: contents that were not flushed, then names of which the folder was not.
cat >"$work/forget" <<END
exec 8<>"$work/done"
echo lazyfs::clear-cache >"$work/faults"
head -n 1 <&8 >"$work/forgot"
for noted in "$work"/names/*; do
    [ -f "\$noted" ] || continue
    rm -f "\$(cat "\$noted")" "\$noted"
done
END
exec 9<>"$work/done"
"$work/lazyfs" "$work/mount" --config-path "$work/lazyfs.toml" -o allow_other -o modules=subdir -o subdir="$work/under" -f >"$work/lazyfs.out" 2>&1 &
daemon=$!
trap 'umount "$work/mount" 2>/dev/null || true; kill "$daemon" 2>/dev/null || true; wait "$daemon" 2>/dev/null || true; rm -rf "$work/under"' EXIT
for _ in $(seq 100); do
    ! mountpoint -q "$work/mount" || break
    sleep 0.2
done
mountpoint -q "$work/mount" || { tail -n 5 "$work/lazyfs.out"; exit 1; }

test=${KEEPING:-$(cargo test -p kniha-inbox --test keeping --no-run --message-format=json | sed -nE 's/.*"executable":"([^"]*keeping-[^"]*)".*/\1/p' | tail -n 1)}
# power CYCLES NAME=VALUE…
power() {
    local cycles=$1
    shift
    rm -f "$work"/names/*
    (cd inbox && env KNIHA_CRASH_DIR="$work/mount" KNIHA_CRASH_FORGET="sh $work/forget" KNIHA_CRASH_PRELOAD="$work/lossy.so" LOSSY_NAMES="$work/names" \
        KNIHA_CRASH_CYCLES="$cycles" "$@" "$test" crash::killed_on_sqlite --exact --nocapture) >"$work/log" 2>&1
}
cycles=${POWER_CYCLES:-200}
power "$cycles" LOSSY= || { tail -n 30 "$work/log"; exit 1; }
echo "power loss: $(grep ' kills: ' "$work/log")"
failed=0
for control in LOSSY=all LOSSY=objects LOSSY=folder LOSSY=late KNIHA_CRASH_UNSAFE=1; do
    if power "$cycles" "$control"; then
        echo "control $control was NOT found out in $cycles cycles"
        failed=1
    else
        echo "control $control: found out: $(grep -m1 -E 'turn [0-9]+|cycle [0-9]+|Damaged|is not what|corrupt|malformed' "$work/log" | cut -c1-150)"
    fi
done
exit $failed
