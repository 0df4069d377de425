#!/usr/bin/env python3
"""Takes back what the cases that write have added, so that they can be run again.

    reset.py DATABASE_URL

DATABASE_URL is sqlite:PATH or postgres://…, as Steward has it; PostgreSQL is reached by `psql`. The first run, right after
the load, keeps what the cases will change, in tables of its own; each later run puts it back. For a database that is
there for the comparison alone. Standard library only.
"""
import sqlite3
import subprocess
import sys

COUNTERS = ["score_owner", "score_slice"]
# Rows since then are found by their ids, which rise with time.
GROWING = ["interaction", "audit", "visit", "job"]

KEEP = [
    *(f"CREATE TABLE bench_{name} AS SELECT * FROM {name}" for name in COUNTERS),
    *(f"CREATE TABLE bench_{name} AS SELECT id FROM {name} ORDER BY id DESC LIMIT 1" for name in GROWING),
    "CREATE TABLE bench_account AS SELECT id, latest_nps, last_live_at, last_inbound_at, last_outbound_at FROM account",
    "CREATE UNIQUE INDEX bench_account_id ON bench_account (id)",
]
BACK = [
    # Answers that were loaded have no invitation.
    "DELETE FROM response WHERE invitation_id IS NOT NULL",
    *(f"DELETE FROM {name} WHERE id > (SELECT id FROM bench_{name}) OR NOT EXISTS (SELECT 1 FROM bench_{name})"
      for name in GROWING),
    *(text for name in COUNTERS for text in (f"DELETE FROM {name}", f"INSERT INTO {name} SELECT * FROM bench_{name}")),
    "UPDATE account SET latest_nps = b.latest_nps, last_live_at = b.last_live_at, last_inbound_at = b.last_inbound_at, "
    "last_outbound_at = b.last_outbound_at FROM bench_account b WHERE b.id = account.id",
]
THERE = "SELECT count(*) FROM {} WHERE {} = 'bench_account'"


def sqlite(path):
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    there = db.execute(THERE.format("sqlite_master", "name")).fetchone()[0]
    db.execute("BEGIN IMMEDIATE")
    for text in BACK if there else KEEP:
        db.execute(text)
    db.execute("COMMIT")


def postgres(url):
    def psql(text):
        run = ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", url]
        return subprocess.run(run, input=text, check=True, text=True, stdout=subprocess.PIPE).stdout

    there = psql(THERE.format("pg_tables", "tablename")).strip() != "0"
    psql("BEGIN;" + ";".join(BACK if there else KEEP) + ";COMMIT;")


def main(url):
    if url.startswith("sqlite:"):
        sqlite(url.removeprefix("sqlite:"))
    else:
        postgres(url)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
