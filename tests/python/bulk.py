"""How fast many rows come in, and what memory that takes.

    python3 tests/python/bulk.py target/release/steward FOLDER [accounts contacts interactions responses]

Makes a company's files in an empty folder, imports them into a new SQLite file there, and prints for each kind the
rows a second, the processor's time and the most memory that the program held. Uses the standard library alone.
"""

import csv
import os
import random
import subprocess
import sys
import time
from pathlib import Path

MEMBERS = 60
CHANCE = random.Random(7)
WORDS = "project invoice delivery call support contract renewal price team quality answer question release".split()


def words(count):
    return " ".join(CHANCE.choices(WORDS, k=count))


def instant():
    day = f"202{CHANCE.randrange(4, 6)}-{CHANCE.randrange(1, 13):02}-{CHANCE.randrange(1, 29):02}"
    return f"{day}T{CHANCE.randrange(24):02}:{CHANCE.randrange(60):02}:00Z"


def files(accounts, contacts, interactions, responses):
    """Of each kind: its columns, its rows, and what its mapping says besides."""

    def somebody():
        contact = CHANCE.randrange(contacts)
        return f"a{contact % accounts}", f"c{contact}", f"m{contact % accounts % MEMBERS}"

    def entry(i):
        account, contact, member = somebody()
        what = ("CALL", "MEETING", "MAIL")[i % 3], ("INBOUND", "OUTBOUND")[i % 2], ("CALL", "VIDEO", "MAIL")[i % 3]
        return f"i{i}", account, contact, member, *what, instant(), words(4), words(12)

    def answer(i):
        account, contact, member = somebody()
        comment = words(8) if i % 3 == 0 else ""
        return f"r{i}", account, contact, member, instant(), ("en", "de", "fr")[i % 3], CHANCE.randrange(11), comment

    yield "members", "reference name email team", (
        (f"m{i}", f"Member {i}", f"m{i}@staff.test", f"Team {i % 6}") for i in range(MEMBERS)
    ), "team = ['{team}']\n"
    yield "accounts", "reference name domain territory industry segment tier annual_value owner", (
        (f"a{i}", f"Company {i} Ltd", f"company{i}.example", f"Territory {i % 9}", f"Industry {i % 23}",
         f"Segment {i % 4}", ("STRATEGIC", "KEY", "STANDARD")[i % 3], i * 100, f"m{i % MEMBERS}")
        for i in range(accounts)
    ), ""
    yield "contacts", "reference account name email title language", (
        (f"c{i}", f"a{i % accounts}", f"Person {i} of Somewhere", f"person{i}@company{i % accounts}.example",
         f"Head of {i % 50}", ("en", "de", "fr")[i % 3])
        for i in range(contacts)
    ), ""
    yield "interactions", "reference account contact member kind direction channel occurred_at subject body", (
        entry(i) for i in range(interactions)
    ), ""
    yield "responses", "reference account contact owner answered_at language score comment", (
        answer(i) for i in range(responses)
    ), "[[answers]]\nsurvey = 'NPS'\nkind = 'NPS'\nscore = 'score'\ncomment = 'comment'\n"


def write(folder, kind, columns, rows, more):
    """The file and its mapping; gives the number of rows."""
    count = 0
    with open(folder / f"{kind}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for count, row in enumerate(rows, 1):
            writer.writerow(row)
    fields = [column for column in columns if column not in ("team", "score", "comment")]
    plain = "".join(f"{field} = '{field}'\n" for field in fields)
    (folder / f"{kind}.toml").write_text(f"source = 'bulk'\n[columns]\n{plain}{more}", encoding="utf-8")
    return count


def take(program, folder, kind, count):
    settings = {"STEWARD_DATABASE_URL": f"sqlite:{folder / 'steward.db'}", "STEWARD_ADMIN_PASSWORD": "a long password"}
    arguments = [program, "import", kind, f"{kind}.csv", "--map", f"{kind}.toml"]
    start = time.monotonic()
    with subprocess.Popen(arguments, cwd=folder, env=settings, stdout=subprocess.PIPE, text=True) as running:
        said = running.stdout.read()
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    took = time.monotonic() - start
    assert running.returncode == 0 and f"created {count}," in said, said
    processor = (used.ru_utime + used.ru_stime) / count * 1e6
    print(f"{kind}: {count} rows, {count / took:,.0f} a second, {processor:.0f} us of processor a row, "
          f"at most {used.ru_maxrss / 1024:.0f} MiB", flush=True)


def main():
    program, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    counts = [int(text) for text in sys.argv[3:]] or [5_000, 200_000, 400_000, 400_000]
    folder.mkdir(parents=True, exist_ok=True)
    for kind, columns, rows, more in files(*counts):
        count = write(folder, kind, columns.split(), rows, more)
        take(program, folder, kind, count)


main()
