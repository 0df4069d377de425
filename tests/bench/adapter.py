"""Steward's side of the comparison: how each case is asked, and how its answer is read.

The harness loads this file and sets `META`, the ids of its data set. Environment: BENCH_URL, where Steward listens
(http://127.0.0.1:8080); STEWARD, the program (`steward`), run once for the tokens of all members with the same settings as
the server. Standard library only.
"""
import json
import os
import subprocess
import urllib.request

URL = os.environ.get("BENCH_URL", "http://127.0.0.1:8080")
PROGRAM = os.environ.get("STEWARD", "steward")
CASES = {"Q1", "Q2", "Q3", "Q4", "W1", "W2", "Q1U", "Q2U"}

ROW = "reference name healthScore annualValue { amountMinor } territory renewalOn owner { name }"
LIST = f"nodes {{ {ROW} openEscalations latestNps }}"
Q1 = f"{{ accounts(first: 50, sort: HEALTH_ASC) {{ {LIST} }} }}"
Q1U = f"query($owner: UUID!) {{ accounts(first: 50, sort: HEALTH_ASC, filter: {{ ownerId: {{ eq: $owner }} }}) {{ {LIST} }} }}"
Q2 = f"""query($id: UUID!) {{ account(id: $id) {{ {ROW}
    contacts(first: 100) {{ reference name email title }}
    timeline(first: 20, types: [CALL, MAIL, MEETING, OTHER, NOTE]) {{
        nodes {{ externalId type subject occurredAt member {{ name }} }} }}
    responses(first: 10) {{ reference kind score comment answeredAt }}
    escalations(first: 100, open: true) {{ nodes {{ reference severity title openedAt }} }} }} }}"""
FIGURES = "figures { question n promoters detractors satisfied }"
Q3 = f'{{ satisfaction(view: CREDIT, groupBy: OWNER, from: "2025-07", until: "2026-07") {{ owner {{ name email }} {FIGURES} }} }}'
Q4 = f'{{ satisfaction(view: CREDIT, groupBy: MONTH, from: "2024-07", until: "2026-07") {{ label {FIGURES} }} }}'
W2 = """mutation($id: UUID!, $type: InteractionType!, $subject: String!) {
    logInteraction(input: { accountId: $id, type: $type, subject: $subject }) { id } }"""

TYPES = {"call": "CALL", "email": "MAIL", "meeting": "MEETING", "ticket": "OTHER", "note": "NOTE"}
KINDS = {word: kind for kind, word in TYPES.items()}

_tokens, _accounts, _members = {}, {}, {}


def email(uid):
    return f"user{uid}@bench.example.com"


def token(uid):
    if not _tokens:
        ids = [META["admin"], *range(META["first_manager"], META["first_manager"] + META["managers"]),
               *range(META["first_owner"], META["first_owner"] + META["owners"])]
        told = subprocess.run([PROGRAM, "token", "--members", "-", "--ttl", "12h", "--json"], check=True, text=True,
                              input="\n".join(map(email, ids)), stdout=subprocess.PIPE).stdout
        by_email = {line["member"]: line["accessToken"] for line in map(json.loads, told.splitlines())}
        _tokens.update((uid, by_email[email(uid)]) for uid in ids)
    return _tokens[uid]


def ask(query, uid, **variables):
    text = {"query": " ".join(query.split())}
    return "POST", "/graphql", token(uid), json.dumps({**text, "variables": variables} if variables else text)


def whole(of, fields):
    """Every row of a list, as the admin sees it."""
    query, after = f"query($after: String) {{ {of}(first: 100, after: $after) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}", None
    while True:
        method, path, bearer, body = ask(query, META["admin"], after=after)
        headers = {"Content-Type": "application/json", "Authorization": "Bearer " + bearer}
        with urllib.request.urlopen(urllib.request.Request(URL + path, body.encode(), headers, method=method)) as answer:
            page = json.load(answer)["data"][of]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def account(number):
    """Steward's own id of an account of the data set."""
    if not _accounts:
        _accounts.update((int(row["reference"]), row["id"]) for row in whole("accounts", "id reference"))
    return _accounts[number]


def member(uid):
    if not _members:
        _members.update((row["email"], row["id"]) for row in whole("members", "id email"))
    return _members[email(uid)]


def request(case, p):
    if case == "Q1":
        return ask(Q1, p["uid"])
    if case == "Q1U":
        return ask(Q1U, META["admin"], owner=member(p["uid"]))
    if case in ("Q2", "Q2U"):
        return ask(Q2, p["uid"] if case == "Q2" else META["admin"], id=account(p["account"]))
    if case == "Q3":
        return ask(Q3, p["uid"])
    if case == "Q4":
        return ask(Q4, p["uid"])
    if case == "W1":
        body = json.dumps({"score": p["score"], "comment": p["comment"]})
        return "PUT", f"/api/v1/invitations/{p['token']}/response", None, body
    if case == "W2":
        return ask(W2, p["uid"], id=account(p["account"]), type=TYPES[p["kind"]], subject=p["subject"])
    raise ValueError(case)


def number(reference):
    """The id in the data set; 0 for what was written since."""
    return int(reference or 0)


def head(row):
    return dict(id=number(row["reference"]), name=row["name"], health=row["healthScore"] // 20,
                annual_value=row["annualValue"]["amountMinor"] // 100, territory=row["territory"],
                renewal_on=row["renewalOn"], owner=row["owner"]["name"])


def nps(promoters, detractors, n):
    return round(100 * (promoters - detractors) / n, 1) if n else None


def figure(group, question):
    found = [figure for figure in group["figures"] if figure["question"] == question]
    return found[0] if found else dict(n=0, promoters=0, detractors=0, satisfied=0)


def parse(case, p, status, js):
    data = (js or {}).get("data") or {}
    if case in ("Q1", "Q1U"):
        return [dict(head(row), open_escalations=row["openEscalations"], latest_nps=row["latestNps"])
                for row in data["accounts"]["nodes"]]
    if case in ("Q2", "Q2U"):
        row = data.get("account")
        return row and dict(
            head(row),
            contacts=[dict(id=number(x["reference"]), name=x["name"], email=x["email"], title=x["title"])
                      for x in sorted(row["contacts"], key=lambda x: number(x["reference"]))],
            interactions=[dict(id=number(x["externalId"]), kind=KINDS[x["type"]], subject=x["subject"], at=x["occurredAt"],
                               user=x["member"]["name"]) for x in row["timeline"]["nodes"]],
            responses=[dict(id=number(x["reference"]), kind=x["kind"].lower(), score=x["score"], comment=x["comment"],
                            at=x["answeredAt"]) for x in row["responses"]],
            escalations=[dict(id=number(x["reference"]), severity=x["severity"], title=x["title"], at=x["openedAt"])
                         for x in sorted(row["escalations"]["nodes"], key=lambda x: number(x["reference"]))])
    if case == "Q3":
        groups = data["satisfaction"]
        asked, rated = ([figure(group, question) for group in groups] for question in ("nps", "csat"))
        n, promoters, detractors = (sum(x[key] for x in asked) for key in ("n", "promoters", "detractors"))
        rates, top = (sum(x[key] for x in rated) for key in ("n", "satisfied"))
        owners = [dict(id=int(group["owner"]["email"].split("@")[0][4:]), name=group["owner"]["name"], responses=x["n"] + y["n"])
                  for group, x, y in zip(groups, asked, rated)]
        return dict(nps_n=n, promoters=promoters, detractors=detractors, nps=nps(promoters, detractors, n), csat_n=rates,
                    csat_top2=top, csat=round(100 * top / rates, 1) if rates else None,
                    by_owner=sorted(owners, key=lambda owner: owner["id"]))
    if case == "Q4":
        months = [(group["label"], figure(group, "nps")) for group in data["satisfaction"]]
        return [dict(month=month, n=x["n"], promoters=x["promoters"], detractors=x["detractors"],
                     nps=nps(x["promoters"], x["detractors"], x["n"])) for month, x in sorted(months, key=lambda one: one[0])]
    raise ValueError(case)


def accepted(case, status, js):
    if case == "W1":
        return status == 201
    return bool(((js or {}).get("data") or {}).get("logInteraction"))
