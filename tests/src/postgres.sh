# One PostgreSQL cluster that lives exactly as long as whoever holds our standard input open.
# Arguments: folder of the binaries, system user to run as (empty: the present one), and "durable"
# where nothing that is committed may be lost with the server (empty: fast).
# Prints one line when ready: the folder of the socket. When the input ends, for whatever reason,
# the server is stopped and everything is removed.
bin=$1 user=$2 durable=$3
trap '' HUP INT TERM PIPE
root=$(mktemp -d "${TMPDIR:-/tmp}/steward-pg-XXXXXX") || exit 1
cd "$root" || exit 1

as_user() {
    if [ -n "$user" ]; then runuser -u "$user" -- "$@"; else "$@"; fi
}

cleanup() {
    pid=$(head -n 1 "$root/data/postmaster.pid" 2>/dev/null)
    if [ -n "$pid" ]; then
        kill -QUIT "$pid" 2>/dev/null
        tries=0
        while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
    fi
    cd / && rm -rf "$root"
}
trap cleanup EXIT

if [ -n "$user" ]; then chown "$user" "$root" || exit 1; fi
as_user "$bin/initdb" --no-sync --no-instructions -A trust -U steward -E UTF8 --locale=C.UTF-8 \
    -D "$root/data" >"$root/log" 2>&1 || { cat "$root/log" >&2; exit 1; }
cat >>"$root/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$root'
max_connections = 200
wal_level = minimal
max_wal_senders = 0
autovacuum = off
CONF
if [ -z "$durable" ]; then
    printf '%s\n' 'fsync = off' 'full_page_writes = off' 'synchronous_commit = off' >>"$root/data/postgresql.conf"
fi
as_user "$bin/pg_ctl" start -w -t 60 -s -D "$root/data" -l "$root/server.log" >"$root/log" 2>&1 </dev/null ||
    { cat "$root/log" "$root/server.log" >&2; exit 1; }
echo "$root"
exec >/dev/null 2>&1
cat
