"""A small program on a client generated from openapi/openapi.json: the whole loop, typed throughout.

loop.py begin URL KEY SURVEY     writes, logs and sends; prints what became of it
loop.py answer URL TOKEN         reads the survey behind a link, answers, is refused a second answer, amends
loop.py end URL KEY ACCOUNT      reads the answers and every account, page by page
"""

import json
import sys
from uuid import UUID

from steward_client import AuthenticatedClient, Client
from steward_client.api.accounts import list_accounts, put_account
from steward_client.api.contacts import list_contacts, put_contact
from steward_client.api.exports import export_accounts_jsonl
from steward_client.api.interactions import log_interactions
from steward_client.api.invitations import answer, read_invitation
from steward_client.api.responses import list_responses
from steward_client.api.sign_in import sign_in
from steward_client.api.surveys import list_surveys, send_survey
from steward_client.models import (
    AccountPage,
    Answer,
    ApiKeyGrant,
    ContactPage,
    InteractionBatch,
    InvitationView,
    LogInteraction,
    LoggedAll,
    ProblemBody,
    ResponsePage,
    SendSurvey,
    Sent,
    StoredAnswer,
    Surveys,
    Token,
    UpsertAccount,
    UpsertContact,
    Upserted,
)
from steward_client.types import UNSET, Unset


def signed_in(url: str, key: str) -> AuthenticatedClient:
    nobody = Client(base_url=url)
    wrong = sign_in.sync(client=nobody, body=ApiKeyGrant(grant="api_key", key="stw_wrong"))
    assert isinstance(wrong, ProblemBody) and wrong.code == "UNAUTHENTICATED", wrong
    token = sign_in.sync(client=nobody, body=ApiKeyGrant(grant="api_key", key=key))
    assert isinstance(token, Token) and token.expires_in > 0, token
    return AuthenticatedClient(base_url=url, token=token.access_token)


def begin(url: str, key: str, survey: str) -> object:
    client = signed_in(url, key)
    account = UpsertAccount(name="Hooli", tier="KEY", domain="hooli.example", team=["Sales"])
    made = put_account.sync_detailed("py-1", client=client, body=account)
    assert made.status_code == 201 and isinstance(made.parsed, Upserted), made
    again = put_account.sync_detailed("py-1", client=client, body=account)
    assert again.status_code == 200 and again.parsed == made.parsed, "writing the same again changes nothing"
    stale = put_account.sync("py-1", client=client, body=UpsertAccount(name="Hooli XYZ"), if_match='"9"')
    assert isinstance(stale, ProblemBody) and stale.code == "STALE", stale
    contact = UpsertContact(account="py-1", name="Gavin", email="gavin@hooli.example", roles=["DECISION_MAKER"])
    person = put_contact.sync("py-g", client=client, body=contact)
    assert isinstance(person, Upserted), person
    assert put_contact.sync("py-g", client=client, body=contact) == person
    refused = put_contact.sync("py-h", client=client, body=UpsertContact(account="py-1", name="X", email="none"))
    assert isinstance(refused, ProblemBody) and refused.errors and refused.errors[0].pointer == "/email", refused
    entries = [LogInteraction(external_id=f"py-{n}", type_="CALL", subject=f"Call {n}", account="py-1") for n in range(3)]
    entries.append(LogInteraction(external_id="py-x", type_="NOTE", subject="Lost", account="nowhere"))
    batch = InteractionBatch(interactions=entries)
    logged = log_interactions.sync(client=client, body=batch, idempotency_key="py-batch")
    assert isinstance(logged, LoggedAll), logged
    assert [one.status for one in logged.results] == ["CREATED"] * 3 + ["REFUSED"], logged
    assert logged.results[3].errors[0].pointer.startswith("/interactions/3"), logged
    assert log_interactions.sync(client=client, body=batch, idempotency_key="py-batch") == logged
    surveys = list_surveys.sync(client=client)
    assert isinstance(surveys, Surveys) and survey in [str(one.id) for one in surveys.data], surveys
    found = list_contacts.sync(client=client, reference="py-g")
    assert isinstance(found, ContactPage) and [one.id for one in found.data] == [person.id], found
    sent = send_survey.sync(UUID(survey), client=client, body=SendSurvey(contact_ids=[person.id]))
    assert isinstance(sent, Sent), sent
    return {"queued": sent.queued, "account": str(made.parsed.id)}


def give(url: str, token: str) -> object:
    client = Client(base_url=url)
    shown = read_invitation.sync(token, client=client, language="de")
    assert isinstance(shown, InvitationView) and (shown.kind, shown.language) == ("NPS", "de"), shown
    assert shown.response is None, "nobody has answered yet"
    wrong = answer.sync(token, client=client, body=Answer(score=shown.max_ + 1))
    assert isinstance(wrong, ProblemBody) and wrong.errors and wrong.errors[0].pointer == "/score", wrong
    first = answer.sync_detailed(token, client=client, body=Answer(score=8, comment="Fine"))
    assert first.status_code == 201 and isinstance(first.parsed, StoredAnswer), first
    second = answer.sync(token, client=client, body=Answer(score=8))
    assert isinstance(second, ProblemBody) and second.code == "ALREADY_ANSWERED", second
    changed = answer.sync(token, client=client, body=Answer(score=9), if_match=first.headers["etag"])
    assert isinstance(changed, StoredAnswer), changed
    return {"score": changed.score, "version": changed.version}


def end(url: str, key: str, account: str) -> object:
    client = signed_in(url, key)
    responses = list_responses.sync(client=client, account_id=UUID(account), score_gte=9, category="PROMOTER")
    assert isinstance(responses, ResponsePage) and len(responses.data) == 1, responses
    assert responses.data[0].comment == "Fine" and responses.data[0].credited_to is None, responses
    ids: list[UUID] = []
    after: str | Unset = UNSET
    total: int | None = None
    while True:
        page = list_accounts.sync(client=client, first=100, after=after, sort="-name", count=total is None)
        assert isinstance(page, AccountPage), page
        ids += [one.id for one in page.data]
        total = page.total if total is None else total
        if page.next_ is None:
            break
        after = page.next_
    assert total == len(ids) == len(set(ids)), (total, len(ids))
    wrong = list_accounts.sync(client=client, after="nonsense")
    assert isinstance(wrong, ProblemBody) and wrong.errors and wrong.errors[0].pointer == "/after", wrong
    exported = export_accounts_jsonl.sync(client=client)
    assert isinstance(exported, str) and len(exported.splitlines()) == total
    return {"score": responses.data[0].score, "accounts": total}


match sys.argv[1:]:
    case ["begin", url, key, survey]:
        print(json.dumps(begin(url, key, survey)))
    case ["answer", url, token]:
        print(json.dumps(give(url, token)))
    case ["end", url, key, account]:
        print(json.dumps(end(url, key, account)))
    case _:
        sys.exit(__doc__)
