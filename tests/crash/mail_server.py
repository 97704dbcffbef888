"""A real mail server in a process of its own, whose log is the judge: ``python -m tests.crash.mail_server LOG [MS]``.

It prints its port, then appends ``recipient message-id code`` for every mail that it takes, before it says so. ``MS``
is how long it thinks about each mail.
"""

from __future__ import annotations

import asyncio
import email
import os
import re
import signal
import sys
from typing import Any

_CODE = re.compile(r"\b([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3})\b")


class Log:
    """aiosmtpd's handler: writes down what came."""

    def __init__(self, path: str, think_s: float) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._think_s = think_s

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content)
        found = _CODE.search(str(message.get_payload()))
        line = f"{envelope.rcpt_tos[0]} {message['Message-ID']} {found[1] if found else '-'}\n"
        os.write(self._fd, line.encode())
        if self._think_s:
            await asyncio.sleep(self._think_s)
        return "250 taken"


async def serve(path: str, think_ms: float) -> None:
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    handler = Log(path, think_ms / 1000)
    server = await loop.create_server(lambda: SMTP(handler, hostname="judge", loop=loop), "127.0.0.1", 0)
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    print(server.sockets[0].getsockname()[1], flush=True)
    await over.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
