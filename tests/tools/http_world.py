"""A web server that does what it is told: for each request an answer, then the usual one.

An answer is raw bytes to send before the connection goes on, or ``DROP``, ``HANG`` as in ``mail_world``; a tuple is
several in their order. ``asked`` are the requests whose last byte has come.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from tests.tools.loopback import Loopback
from tests.tools.mail_world import DROP, HANG, Act

Answer = bytes | Act | tuple[bytes | Act, ...]


def reply(status: int = 200, body: bytes | str = b"ok", **headers: str) -> bytes:
    """Write a whole reply; a header's name has _ for -."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status} Told", f"Content-Length: {len(data)}", *lines, "", ""]).encode() + data


class Asked(msgspec.Struct, frozen=True):
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class HttpWorld(Loopback):
    """The server, an asynchronous context manager."""

    def __init__(self, *script: Answer, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.script = list(script)
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await self._exchange(reader, writer):
            pass

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append(Asked(method, target, headers, body))
        answer = self.script.pop(0) if self.script else reply()
        for part in answer if isinstance(answer, tuple) else (answer,):
            if part is DROP:
                return False
            if part is HANG:
                await reader.read()
                return False
            assert isinstance(part, bytes)
            writer.write(part)
            await writer.drain()
        return True


@contextmanager
def serving(*script: Answer, count: int = 1) -> Iterator[list[HttpWorld]]:
    """Servers on a loop of their own: what reads is plain code."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def wait(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(timeout=5)

    worlds = [HttpWorld(*script if n == 0 else ()) for n in range(count)]
    try:
        for world in worlds:
            wait(world.__aenter__())
        yield worlds
        for world in worlds:
            wait(world.closed())
    finally:
        for world in worlds:
            wait(world.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()
