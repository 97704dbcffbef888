"""A real mail server (aiosmtpd) in a thread, which misbehaves where it is told to.

``script`` has a list of answers by moment; each is used once (None: as usual), then all goes as usual:

    MAIL, RCPT   a reply line
    DATA         a reply line; CUT: 354, then the connection is cut before the final dot
    DOT          a reply line to the whole mail, which is not taken; CUT: taken, and cut before the reply;
                 LATE: taken, and no reply before ``reply_late``
    STARTTLS     CUT: 220, then the connection is cut instead of the handshake
"""

from __future__ import annotations

import asyncio
import enum
import ssl
import threading
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP


class Act(enum.Enum):
    CUT = enum.auto()
    LATE = enum.auto()


CUT, LATE = Act.CUT, Act.LATE
Script = dict[str, list[str | Act | None]]


class _Server(SMTP):
    """aiosmtpd with what no handler of it can do: cutting the connection inside of a command."""

    event_handler: UnrulyServer

    async def smtp_DATA(self, arg: str) -> None:
        match self.event_handler.next("DATA"):
            case Act.CUT:
                await self.push("354 go ahead")
                self.transport.abort()
            case str(reply):
                await self.push(reply)
            case _:
                await super().smtp_DATA(arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if self.event_handler.next("STARTTLS") is CUT:
            await self.push("220 go ahead")
            self.transport.abort()
        else:
            await super().smtp_STARTTLS(arg)


class UnrulyServer:
    """The server, a context manager; ``taken`` are the recipients of mails whose final dot has come."""

    def __init__(
        self, script: Script, tls: ssl.SSLContext | None = None, starttls: bool = False, **options: Any
    ) -> None:
        self._script = {moment: list(answers) for moment, answers in script.items()}
        self._tls, self._starttls, self._options = tls, starttls, options
        self.taken: list[str] = []
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> UnrulyServer:
        self._thread.start()
        self.port: int = self._ask(self._begin())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ask(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def reply_late(self) -> None:
        """Let the replies that are held back go out."""
        self._loop.call_soon_threadsafe(self._late.set)

    def next(self, moment: str) -> str | Act | None:
        """Take the next answer of a moment; None: as usual."""
        answers = self._script.get(moment)
        return answers.pop(0) if answers else None

    def _ask(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(timeout=10)

    async def _begin(self) -> int:
        self._late = asyncio.Event()
        implicit = None if self._starttls else self._tls
        self._server = await self._loop.create_server(self._connected, "127.0.0.1", 0, ssl=implicit)
        return int(self._server.sockets[0].getsockname()[1])

    def _connected(self) -> SMTP:
        self.connections += 1
        context = self._tls if self._starttls else None
        return _Server(self, hostname="unruly", loop=self._loop, tls_context=context, **self._options)

    async def _end(self) -> None:
        self._late.set()
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    # --- what aiosmtpd asks its handler ---------------------------------------------------------------

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        reply = self.next("MAIL")
        if isinstance(reply, str):
            return reply
        envelope.mail_from = address
        return "250 sender ok"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        reply = self.next("RCPT")
        if isinstance(reply, str):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 recipient ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        reply = self.next("DOT")
        if isinstance(reply, str):
            return reply
        self.taken.append(envelope.rcpt_tos[0])
        if reply is CUT:
            server.transport.abort()
        elif reply is LATE:
            await self._late.wait()
        return "250 taken"
