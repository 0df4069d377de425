"""A mail server that writes what it gets into a folder, one file a mail; it ends with its standard input.

usage: sink.py FOLDER [CERTIFICATE KEY]. Prints its port. With a certificate it offers STARTTLS, and takes the
user "steward" with the password "p/w@1", over TLS only.
"""

import asyncio
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


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"steward", b"p/w@1"), handled=False)


async def main():
    loop = asyncio.get_running_loop()
    keeper = Keeper(sys.argv[1])
    options = {"enable_SMTPUTF8": True}
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        options |= {"tls_context": context, "authenticator": authenticate, "auth_require_tls": True}
    server = await loop.create_server(lambda: SMTP(keeper, **options), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
