"""Verifies the DKIM signatures of a mail, by dkimpy and keys that come with it instead of from DNS.

usage: verify.py MAIL NAME=RECORD…. Prints one line a signature: its algorithm, and whether it holds.
"""

import sys

import dkim

mail = open(sys.argv[1], "rb").read()
records = dict(argument.split("=", 1) for argument in sys.argv[2:])


def published(name, timeout=5):
    return records.get(name.decode().rstrip("."), "").encode() or None


verifier = dkim.DKIM(mail)
signatures = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]
for index, value in enumerate(signatures):
    algorithm = dkim.parse_tag_value(value)[b"a"].decode()
    try:
        holds = dkim.DKIM(mail).verify(idx=index, dnsfunc=published)
    except dkim.DKIMException:
        holds = False
    print(algorithm, "holds" if holds else "broken")
