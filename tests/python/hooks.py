"""What schemathesis is told of Steward: the rules that no schema can tell."""

import re

import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

# A request that fits its schema may be refused for these alone: field and rule, as the answer names them.
BEYOND_SCHEMAS = [
    # What was given out before, and to whom.
    r"^/after must be a cursor of this list in this order",
    r"^/Idempotency-Key was used for another request in the last 24 hours",
    # What is there already.
    r"^/name must be given for a new (account|contact)",
    r"^/language must be a language of this survey",
    r"^/answers(/| must name questions of this survey only)",
    r"^/annualValue/currency must be \w+, the company's currency",
    r"^/\w+ is the (\w+ of (no|several|another) |account itself)",
    # Who asks: some fields are for staff.
    r"^/filter/\w+ is not a field to filter by",
    r"^/\w+ is not a parameter here; known are ",
    r"^/source must be .*, the one that this key speaks for",
    # One field of several, and only one.
    r"^/account must be the only one of account, accountId",
    r"^/contactIds must be given, or accountId, or audience, and only one of them",
    # What has a grammar of its own: mappings of files, filters as in GraphQL, days in ascending order.
    r"^/mapping ",
    r"^/audience/",
    r"^/reminders must be days between 1 and 20, ascending",
    # Texts lose the white space around them before they are judged.
    r" must not (be empty|contain the control character U\+[0-9A-F]{4})",
    r"^/(email|ownerEmail) must be a mail address like",
    r"^/domain must be a domain like",
    r"^/(language|timeZone) must be a (language tag|time zone) like",
    # To a schema 3.0 is whole.
    r" must be a whole number$",
]


@schemathesis.serializer("application/jsonl")
def as_it_is(_ctx, value):
    """JSON lines are a text to the contract."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.check
def accepts_what_fits(ctx, response, case):
    """`positive_data_acceptance`, but rules beyond schemas may be broken."""
    if response.status_code == 422:
        faults = [f"{fault['pointer']} {fault['detail']}" for fault in response.json().get("errors", [])]
        if faults and all(any(re.search(rule, fault) for rule in BEYOND_SCHEMAS) for fault in faults):
            return None
    return positive_data_acceptance(ctx, response, case)


@schemathesis.check
def refuses_what_does_not_fit(ctx, response, case):
    """`negative_data_rejection`, but any bytes are a file, and a batch refuses the entries at fault alone."""
    if case.operation.label == "PUT /api/v1/imports/{id}/file" and response.status_code == 200:
        return None
    if case.operation.label == "POST /api/v1/interactions" and response.status_code == 200:
        if any(result["status"] == "REFUSED" for result in response.json()["results"]):
            return None
    return negative_data_rejection(ctx, response, case)
