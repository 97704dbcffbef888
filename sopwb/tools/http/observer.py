"""``http.get``: reads an address of the web while a run decides.

    url, headers?  ─►  {status, body}      every status is an answer, also 404: the script decides what it means

Redirects are followed, five at most, and each is checked as the first address was; the script's headers do not go
along to another origin. A body must be whole, a text and at most 1 MiB: a decision may not rest on half of
one. Deliberately not here: keeping answers for a replay (``sopwb.tools.observing``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import HTTP_REDIRECTS_MAX, HTTP_REPLY_BYTES_MAX
from sopwb.kernel.values import Value
from sopwb.tools import codes
from sopwb.tools.http.exchange import Failed, Replied, RequestError, Web, open_web
from sopwb.tools.http.settings import SECTION, origin_of
from sopwb.tools.tool import Equipment

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class HttpObserver:
    """Reads for one run, on an event loop of its own: deciding is plain code."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._runner: asyncio.Runner | None = None

    def observe(self, args: dict[str, Value]) -> Value:
        try:
            replied = self._replied(args["url"], args.get("headers") or {})
        except RequestError as error:
            raise self._error(args["url"], str(error)) from None
        except Failed as failed:
            raise self._error(args["url"], failed.reason) from None
        if not replied.complete:
            why = f"the reply is compressed, was cut off or has more than {HTTP_REPLY_BYTES_MAX >> 20} MiB"
            raise self._error(args["url"], why)
        text = replied.text()
        if "\ufffd" in text and b"\xef\xbf\xbd" not in replied.body:
            raise self._error(args["url"], "the reply is not a text")
        return {"status": replied.status, "body": self._web.clean(text)}

    def close(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.run(self._web.__aexit__(None, None, None))
            runner.close()

    def _replied(self, text: str, headers: Mapping[str, str]) -> Replied:
        if self._runner is None:
            self._runner = asyncio.Runner()
            self._runner.run(self._web.__aenter__())
        return self._runner.run(self._follow(text, headers))

    async def _follow(self, text: str, headers: Mapping[str, str]) -> Replied:
        url = self._web.allowed(text)
        for _ in range(HTTP_REDIRECTS_MAX + 1):
            replied = await self._web.exchange("GET", url, headers, ours={"Accept": "*/*"})
            if replied.status not in _REDIRECTS or "location" not in replied.headers:
                return replied
            try:
                target = self._web.allowed(str(url.join(replied.headers["location"])))
            except httpx.InvalidURL:
                raise RequestError("it redirects to what is not a URL") from None
            if origin_of(target) != origin_of(url):
                headers = {}
            url = target
        raise RequestError(f"it redirects more than {HTTP_REDIRECTS_MAX} times")

    def _error(self, url: str, why: str) -> UserError:
        return UserError(
            Diagnostic(
                codes.NOT_OBSERVED,
                self._web.say(f"http.get of {url}: {why}"),
                path="tools/http.get",
                hint=f"docs/tools.md has the settings of [tools.{SECTION}]",
            )
        )


def http_observer(equipment: Equipment) -> HttpObserver:
    """Make the observer of a workspace's settings. Raises ``UserError`` for wrong ones and for a missing secret."""
    return HttpObserver(open_web(equipment)[1])
