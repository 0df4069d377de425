#!/usr/bin/env python3
"""Writes the data set of the comparison as files that `steward import` reads, and imports them.

    load.py CSVDIR FOLDER [STEWARD]

CSVDIR holds team.csv, app_user.csv, account.csv, contact.csv, interaction.csv, escalation.csv, survey_response.csv and
survey_invitation.csv. FOLDER is made, and takes the rewritten files with a mapping beside each. STEWARD is the program,
`steward` where absent; it is run with the settings of the environment, into an empty database. Standard library only.

What becomes what: health 1 to 5 is health x 20; an annual value is an amount of whole units; whoever owns an account is
credited with its answers; answers are imported as answers, and of the invitations those that wait for one.
"""
import csv
import datetime
import os
import subprocess
import sys

SOURCE = "bench"
# kind of the data set: type, channel and direction here
ENTRIES = {
    "call": ("CALL", "CALL", "OUTBOUND"),
    "email": ("MAIL", "MAIL", "OUTBOUND"),
    "meeting": ("MEETING", "MEETING", "OUTBOUND"),
    "ticket": ("OTHER", "PORTAL", "INBOUND"),
    "note": ("NOTE", "SYSTEM", "INTERNAL"),
}
# Open links work until then, whenever the comparison is run.
EXPIRES = "2099-01-01T00:00:00Z"

MAPS = {
    "members": 'reference = "id"\nname = "name"\nemail = "email"\nrole = "role"\nteam = ["{team}"]\nleads = ["{leads}"]\n',
    "accounts": 'reference = "id"\nname = "name"\nterritory = "territory"\nhealth = "health"\nrenewal_on = "renewal"\n'
    'owner = "owner"\nannual_value = { column = "value", scale = 100 }\n',
    "contacts": 'reference = "id"\naccount = "account"\nname = "name"\nemail = "email"\ntitle = "title"\n',
    "interactions": 'reference = "id"\naccount = "account"\nmember = "member"\nkind = "kind"\nchannel = "channel"\n'
    'direction = "direction"\noccurred_at = "at"\nsubject = "subject"\n',
    "escalations": 'reference = "id"\naccount = "account"\nseverity = "severity"\ntitle = "title"\nopened_at = "opened"\n'
    'closed_at = "closed"\nopened_by = "member"\n',
    "responses": 'reference = "id"\naccount = "account"\ncontact = "contact"\nowner = "owner"\nanswered_at = "at"\n'
    '[[answers]]\nsurvey = { column = "survey" }\nkind = { column = "kind" }\nscore = "score"\ncomment = "comment"\n',
    "invitations": 'account = "account"\ncontact = "contact"\nsurvey = "survey"\nsent_at = "sent"\n'
    f'expires_at = {{ constant = "{EXPIRES}" }}\ntoken = "token"\n',
}


def rows(folder, table):
    with open(os.path.join(folder, table + ".csv"), newline="") as file:
        yield from csv.DictReader(file)


def write(folder, kind, head, lines):
    with open(os.path.join(folder, kind + ".csv"), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(head)
        out.writerows(lines)
    with open(os.path.join(folder, kind + ".toml"), "w") as file:
        file.write(f'source = "{SOURCE}"\n[columns]\n{MAPS[kind]}')


def rewrite(source, folder):
    os.makedirs(folder, exist_ok=True)
    teams = {row["id"]: row["name"] for row in rows(source, "team")}
    owner = {row["id"]: row["owner_id"] for row in rows(source, "account")}
    write(folder, "members", ["id", "name", "email", "role", "team", "leads"], (
        [row["id"], row["name"], row["email"], "ADMIN" if row["role"] == "admin" else "OWNER", teams[row["team_id"]],
         teams[row["team_id"]] if row["role"] == "manager" else ""] for row in rows(source, "app_user")))
    write(folder, "accounts", ["id", "name", "territory", "health", "renewal", "owner", "value"], (
        [row["id"], row["name"], row["territory"], int(row["health"]) * 20, row["renewal_on"], row["owner_id"],
         row["annual_value"]] for row in rows(source, "account")))
    write(folder, "contacts", ["id", "account", "name", "email", "title"], (
        [row["id"], row["account_id"], row["name"], row["email"], row["title"]] for row in rows(source, "contact")))
    write(folder, "interactions", ["id", "account", "member", "kind", "channel", "direction", "at", "subject"], (
        [row["id"], row["account_id"], row["user_id"], *ENTRIES[row["kind"]], row["occurred_at"], row["subject"]]
        for row in rows(source, "interaction")))
    write(folder, "escalations", ["id", "account", "severity", "title", "opened", "closed", "member"], (
        [row["id"], row["account_id"], row["severity"], row["title"], row["opened_at"], row["closed_at"],
         row["opened_by"]] for row in rows(source, "escalation")))
    write(folder, "responses", ["id", "account", "contact", "owner", "at", "survey", "kind", "score", "comment"], (
        [row["id"], row["account_id"], row["contact_id"], owner[row["account_id"]], row["answered_at"], row["kind"],
         row["kind"].upper(), row["score"], row["comment"]] for row in rows(source, "survey_response")))
    write(folder, "invitations", ["account", "contact", "survey", "sent", "token"], (
        [row["account_id"], row["contact_id"], row["kind"], row["sent_at"], row["token"]]
        for row in rows(source, "survey_invitation") if not row["used_at"]))


def main(source, folder, program="steward"):
    newest = max(row["occurred_at"] for row in rows(source, "interaction"))
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if now < newest:
        sys.exit(f"the data set reaches to {newest}, and nothing that lies in the future is imported: set the clock")
    rewrite(source, folder)
    subprocess.run([program, "migrate"], check=True)
    subprocess.run([program, "import", folder, "--strict"], check=True)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
