"""A mail server that writes what it gets into a folder, one file a mail; it ends with its standard input.

usage: sink.py FOLDER. Prints its port.
"""

import asyncio
import os
import sys

from aiosmtpd.smtp import SMTP


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
        return "250 kept"


async def main():
    loop = asyncio.get_running_loop()
    keeper = Keeper(sys.argv[1])
    server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
