"""A mail server that does what it is told: for each command a list of answers, then the usual one.

An answer is bytes to send, or ``DROP`` (the connection is cut), ``HANG`` (nothing, for ever) or ``LATE`` (nothing
until the test says ``late.set()``, then the usual answer). ``taken`` are the messages whose final dot has come.
"""

from __future__ import annotations

import asyncio
import enum
import ssl

import msgspec

from tests.tools.loopback import Loopback


class Act(enum.Enum):
    DROP = enum.auto()
    HANG = enum.auto()
    LATE = enum.auto()


DROP, HANG, LATE = Act.DROP, Act.HANG, Act.LATE
Answer = bytes | Act

USUAL: dict[str, bytes] = {
    "CONNECT": b"220 world ready\r\n",
    "HELO": b"250 world\r\n",
    "STARTTLS": b"220 go ahead\r\n",
    "AUTH": b"235 welcome\r\n",
    "MAIL": b"250 sender ok\r\n",
    "RCPT": b"250 recipient ok\r\n",
    "DATA": b"354 go ahead\r\n",
    "DOT": b"250 taken\r\n",
    "RSET": b"250 reset\r\n",
    "QUIT": b"221 bye\r\n",
}


class Taken(msgspec.Struct, frozen=True):
    envelope: tuple[str, ...]
    content: bytes


class MailWorld(Loopback):
    """The server, an asynchronous context manager. ``script``: verb → answers in their order; ``offers``: EHLO."""

    def __init__(
        self,
        script: dict[str, list[Answer]] | None = None,
        offers: tuple[str, ...] = ("SIZE 10000000", "SMTPUTF8"),
        implicit: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(implicit)
        self.script = {verb: list(answers) for verb, answers in (script or {}).items()}
        self.offers, self.starttls = offers, starttls
        self.taken: list[Taken] = []
        self.said: list[str] = []
        self.late = asyncio.Event()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        envelope: list[str] = []
        if not await self._answer("CONNECT", reader, writer):
            return
        while line := await reader.readline():
            text = line.decode().rstrip("\r\n")
            self.said.append(text)
            verb = text.split(" ")[0].upper()
            if verb == "EHLO":
                lines = ["world", *self.offers, *(["STARTTLS"] if self.starttls else [])]
                told = "".join(f"250{'-' if n < len(lines) - 1 else ' '}{say}\r\n" for n, say in enumerate(lines))
                if not await self._answer("EHLO", reader, writer, told.encode()):
                    return
                continue
            if not await self._answer(verb, reader, writer) or verb == "QUIT":
                return
            match verb:
                case "STARTTLS" if self.starttls is not None:
                    await writer.start_tls(self.starttls)
                case "MAIL":
                    envelope = [text]
                case "RCPT":
                    envelope.append(text)
                case "DATA" if self.said_last.startswith(b"354"):
                    content = await reader.readuntil(b"\r\n.\r\n")
                    self.taken.append(Taken(tuple(envelope), content[:-3].replace(b"\r\n..", b"\r\n.")))
                    if not await self._answer("DOT", reader, writer):
                        return

    async def _answer(
        self, verb: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, usual: bytes = b""
    ) -> bool:
        """Answer one command. False where the connection ends with it."""
        usual = usual or USUAL.get(verb, b"500 what?\r\n")
        planned = self.script.get(verb, [])
        answer = planned.pop(0) if planned else usual
        if answer is DROP:
            return False
        if answer is HANG:
            await reader.read()
            return False
        if answer is LATE:
            await self.late.wait()
            answer = usual
        assert isinstance(answer, bytes)
        self.said_last = answer
        writer.write(answer)
        await writer.drain()
        return True
