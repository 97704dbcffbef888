"""One HTTP exchange: a request to an allowed origin over a guarded connection, and its reply within bounds.

    read_url, allowed, headers ──► connect (guarded) ──► commit() ──► request ──► status, headers, body ≤ 1 MiB

httpcore does the talking and keeps connections. ``commit`` is called by its trace, when a connection stands and
before the first byte of the request. No redirect is followed here, no proxy of the environment is used, and no
compressed body is asked for: 1 MiB of those can be 1 GiB. Deliberately not here: what a status means (``actor``,
``observer``).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final

import httpcore
import httpx
import msgspec

from sopwb import __version__
from sopwb.kernel.limits import HTTP_HEADERS_MAX, HTTP_IDLE_S, HTTP_REPLY_BYTES_MAX
from sopwb.tools.http.guard import AddressRefused, GuardedNetwork
from sopwb.tools.http.settings import (
    SECTION,
    HttpSettings,
    Origin,
    UrlError,
    http_settings,
    origin_of,
    read_origin,
    read_url,
)
from sopwb.tools.secrets import Hidden, Redactor, reveal, tidy
from sopwb.tools.settings import wrong_setting
from sopwb.tools.tls import client_context
from sopwb.tools.tool import Equipment

_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?|")
_OURS: Final = frozenset(
    {"accept-encoding", "connection", "content-length", "expect", "host", "idempotency-key", "keep-alive", "te"}
    | {"trailer", "transfer-encoding", "upgrade"}
)
_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._-]+)", re.IGNORECASE)


class RequestError(ValueError):
    """The request cannot be made as it is; says why. Nothing was sent."""


class Failed(Exception):
    """No reply came. ``code`` names where it ended; ``sent`` says whether the point of no return was passed."""

    def __init__(self, code: str, reason: str, sent: bool) -> None:
        super().__init__(reason)
        self.code, self.reason, self.sent = code, reason, sent


class Replied(msgspec.Struct, frozen=True):
    """A reply. Headers are in lower case; ``complete`` is false where the body was too long, cut off or compressed:
    ``body`` then holds what came of it."""

    status: int
    headers: dict[str, str]
    body: bytes
    complete: bool

    def text(self) -> str:
        """Give the body as text, by its charset; what is none becomes U+FFFD."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        try:
            return self.body.decode(named[1] if named else "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


class Web:
    """The connections of one run to the allowed origins; an asynchronous context manager."""

    def __init__(
        self, settings: HttpSettings, origins: Mapping[Origin, Mapping[str, Hidden]], redactor: Redactor, tls: Any
    ) -> None:
        self._settings, self._origins, self._redactor, self._tls = settings, origins, redactor, tls

    async def __aenter__(self) -> Web:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=self._settings.connections,
            keepalive_expiry=HTTP_IDLE_S,
            network_backend=GuardedNetwork(self._settings.private),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._pool.aclose()

    def allowed(self, text: str) -> httpx.URL:
        """Read a URL of an allowed origin. Raises ``RequestError``."""
        try:
            url = read_url(text)
        except UrlError as error:
            raise RequestError(f"the url cannot be asked: {error}") from None
        origin = origin_of(url)
        if origin not in self._origins:
            raise RequestError(f"{origin} is not among the origins that [tools.{SECTION}] allows")
        return url

    async def exchange(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        content: bytes | None = None,
        ours: Mapping[str, str] | None = None,
        commit: Callable[[], None] = lambda: None,
    ) -> Replied:
        """Ask once. ``headers`` are the script's, ``ours`` the tool's own.

        Raises ``RequestError``, ``Failed``, and what ``commit`` raises.
        """
        sent = _Sent(commit)
        length = () if content is None and method == "GET" else (("Content-Length", str(len(content or b""))),)
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=[*self._headers(url, headers, ours or {}), *length],
            content=content,
            extensions={"trace": sent.trace, "timeout": dict.fromkeys(_PHASES, self._settings.timeout_s)},
        )
        coming = _Coming()
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                await self._ask(request, coming)
        except AddressRefused as error:
            raise RequestError(str(error)) from None
        except _WORLD as error:
            if sent.error is not None:
                raise sent.error from None
            if coming.status == 0:
                words = self.say(str(error) or type(error).__name__)
                raise Failed(_where(error, sent.passed), words, sent.passed) from None
        return Replied(coming.status, coming.headers, bytes(coming.body), coming.complete)

    async def _ask(self, request: httpcore.Request, coming: _Coming) -> None:
        response = await self._pool.handle_async_request(request)
        try:
            coming.status = response.status
            coming.headers = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in response.headers}
            if coming.headers.get("content-encoding", "identity") != "identity":
                return
            async for part in response.aiter_stream():
                coming.body += part
                if len(coming.body) > HTTP_REPLY_BYTES_MAX:
                    del coming.body[HTTP_REPLY_BYTES_MAX:]
                    return
            coming.complete = True
        finally:
            await response.aclose()

    def _headers(self, url: httpx.URL, given: Mapping[str, str], ours: Mapping[str, str]) -> list[tuple[str, str]]:
        fixed = self._origins[origin_of(url)]
        taken = {name.lower() for name in fixed}
        if len(given) > HTTP_HEADERS_MAX:
            raise RequestError(f"it has more than {HTTP_HEADERS_MAX} headers")
        for name, value in given.items():
            if _NAME.fullmatch(name) is None or _VALUE.fullmatch(value) is None:
                raise RequestError(f"the header {tidy(name)!r} is not one, or its value holds what no header may")
            if name.lower() in _OURS | taken or name.lower().startswith("proxy-"):
                raise RequestError(f"the header {name} is not the script's to set")
        known = {name.lower() for name in given} | taken
        return [
            ("Host", url.netloc.decode("ascii")),
            ("User-Agent", f"sopwb/{__version__}"),
            ("Accept-Encoding", "identity"),
            *((name, value) for name, value in ours.items() if name.lower() not in known),
            *given.items(),
            *((name, value.reveal()) for name, value in fixed.items()),
        ]

    def say(self, text: str) -> str:
        """Make what was said one short line without secrets."""
        return tidy(self.clean(text))

    def clean(self, text: str) -> str:
        """Take the secrets of the settings out of a text."""
        return self._redactor.clean(text)


_PHASES: Final = ("connect", "read", "write", "pool")
_WORLD: Final = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,
    ValueError,
)
"""What a server, a network or a resolver can cause; ``TimeoutError`` is an ``OSError``."""


class _Coming:
    """A reply as far as it has come."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.complete = False


class _Sent:
    """Passes the point of no return when httpcore is about to write the request."""

    def __init__(self, commit: Callable[[], None]) -> None:
        self._commit = commit
        self.passed = False
        self.error: Exception | None = None

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "http11.send_request_headers.started":
            try:
                self._commit()
            except Exception as error:
                self.error = error
                raise
            self.passed = True


def _where(error: Exception, sent: bool) -> str:
    if isinstance(error, (httpcore.TimeoutException, TimeoutError)):
        return "timeout"
    return "closed" if sent else "connect"


def open_web(equipment: Equipment) -> tuple[HttpSettings, Web]:
    """Make the web of a workspace's settings; nothing is opened yet. Raises ``UserError``."""
    settings = http_settings(equipment.settings)
    redactor = Redactor()
    origins: dict[Origin, dict[str, Hidden]] = {read_origin(text, "allow"): {} for text in settings.allow}
    for text, headers in settings.headers.items():
        origin = read_origin(text, "headers")
        setting = f"headers.{origin}"
        if origin not in origins:
            raise wrong_setting(SECTION, setting, "it is not among those that allow names")
        for name, value in headers.items():
            if _NAME.fullmatch(name) is None or name.lower() in _OURS:
                raise wrong_setting(SECTION, f"{setting}.{name}", "it is no header that can be set")
            hidden = reveal(value, f"tools.{SECTION}.{setting}.{name}", equipment.secret, redactor)
            if _VALUE.fullmatch(hidden.reveal()) is None:
                raise wrong_setting(SECTION, f"{setting}.{name}", "the secret holds what no header may")
            origins[origin][name] = hidden
    return settings, Web(settings, origins, redactor, client_context(SECTION, settings.ca_file))
