"""A server on 127.0.0.1 whose connections are talked to by a subclass, and which ends with the test."""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from typing import Any, Self


class Loopback:
    """The server, an asynchronous context manager; ``connections`` counts all, ``open`` those that are there now."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.tls = tls
        self.connections = 0
        self.open = 0
        self._handlers: set[asyncio.Task[Any]] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one connection, until it is over."""
        raise AssertionError("a subclass talks")

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await self._server.wait_closed()

    async def closed(self) -> None:
        """Wait until no client is connected any more, for two seconds at most."""
        async with asyncio.timeout(2):
            while self.open:
                await asyncio.sleep(0.005)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handlers.add(task)
        self.connections += 1
        self.open += 1
        try:
            await self.talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over
        finally:
            self.open -= 1
            self._handlers.discard(task)
            writer.transport.abort()
