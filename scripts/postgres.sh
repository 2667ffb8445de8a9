# Starts a PostgreSQL server of its own on loopback, in a temporary folder, and stops it when the calling script ends. To be sourced.
# Sets KNIHA_TEST_POSTGRES_URL, unless it names a server already.
start_postgres() {
    [ -n "${KNIHA_TEST_POSTGRES_URL:-}" ] && return 0
    local bin
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$bin" ] || { echo "PostgreSQL is not installed: apt-get install postgresql" >&2; return 1; }
    PG_DIR=$(mktemp -d)
    local port=$((20000 + $$ % 20000)) run=""
    while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
    if [ "$(id -u)" = 0 ]; then
        # initdb refuses to run as root.
        chown postgres "$PG_DIR"
        run="runuser -u postgres --"
    fi
    $run "$bin/initdb" -D "$PG_DIR/data" -U kniha --auth=trust -E UTF8 --locale=C >"$PG_DIR/initdb.log" 2>&1 || { cat "$PG_DIR/initdb.log" >&2; return 1; }
    $run "$bin/pg_ctl" -D "$PG_DIR/data" -w -t 60 -l "$PG_DIR/data/server.log" \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$PG_DIR/data -c max_connections=300 -c shared_buffers=512MB -c max_wal_size=8GB -c checkpoint_timeout=30min -c wal_compression=on" start >/dev/null ||
        { cat "$PG_DIR/data/server.log" >&2; return 1; }
    export KNIHA_TEST_POSTGRES_URL="postgres://kniha@127.0.0.1:$port/postgres"
    # shellcheck disable=SC2064
    trap "$run $bin/pg_ctl -D $PG_DIR/data -m immediate stop >/dev/null 2>&1; rm -rf $PG_DIR" EXIT
}
