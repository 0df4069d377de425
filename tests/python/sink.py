"""A mail server that writes what it gets into a folder, one file a mail; it ends with its standard input.

usage: sink.py FOLDER [CERTIFICATE KEY | --unreliable]. Prints its port. With a certificate it offers STARTTLS, and
takes the user "steward" with the password "p/w@1", over TLS only. An unreliable one refuses two addresses in a hundred
for good and five when they are first named; which ones follows from the address. It notes each refusal in the file
"refused".
"""

import asyncio
import hashlib
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Keeper:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        path = os.path.join(self.folder, f"{self.count:06}.eml")
        with open(path + ".part", "wb") as part:
            part.write(envelope.original_content)
        os.rename(path + ".part", path)
        # Beside it, how it came.
        with open(path + ".how", "w") as how:
            how.write("tls" if session.ssl else "plain")
        return "250 kept"


class Unreliable(Keeper):
    named = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        lot = int.from_bytes(hashlib.sha256(address.encode()).digest(), "big") % 100
        is_new = address not in self.named
        self.named.add(address)
        if lot < 2:
            return self.refuse("550 5.1.1 no such mailbox", address)
        if lot < 7 and is_new:
            return self.refuse("451 4.7.1 come again", address)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 take it"

    def refuse(self, answer, address):
        with open(os.path.join(self.folder, "refused"), "a") as log:
            log.write(f"{answer[:3]} {address}\n")
        return answer


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"steward", b"p/w@1"), handled=False)


async def main():
    loop = asyncio.get_running_loop()
    is_unreliable = sys.argv[2:] == ["--unreliable"]
    keeper = (Unreliable if is_unreliable else Keeper)(sys.argv[1])
    options = {"enable_SMTPUTF8": True}
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        options |= {"tls_context": context, "authenticator": authenticate, "auth_require_tls": True}
    server = await loop.create_server(lambda: SMTP(keeper, **options), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
