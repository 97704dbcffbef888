"""``http.request``: one request that changes something, sent once.

    method (POST PUT PATCH DELETE), url, headers?, json? | body?  ─►  {status, body}

    2xx, 303                   Done: the server says that it did it
    307, 308                   Rejected: it asks to be asked elsewhere, which is not followed
    401, 407                   NotApplied for a minute: the settings' fault, not the request's
    408, 425                   NotApplied: it did not take the request
    429                        NotApplied, not before Retry-After
    409 of an idempotent one   Unknown: the same key may be in work
    other 4xx, 501, 505        Rejected
    other 3xx, other 5xx       Unknown: a gateway's 503 says nothing of what stands behind it
    silence                    NotApplied before the request goes out, Unknown after

Both results are texts: a receipt's texts are placeholders while a run decides, which a number cannot be. A body that
is longer than 1 MiB, cut off or compressed is kept as far as it came: done is done. Deliberately not here:
readings (``observer``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final

from sopwb.kernel.canonical import json_text
from sopwb.kernel.limits import HTTP_RETRY_AFTER_MS_MAX, MAIL_LOGIN_AGAIN_MS
from sopwb.kernel.values import Value
from sopwb.run.acting import Dispatch, Done, NotApplied, Protection, Rejected, Reply, Unknown
from sopwb.run.ports import Clock
from sopwb.tools.http.exchange import Failed, Replied, RequestError, Web, open_web
from sopwb.tools.http.settings import HttpSettings
from sopwb.tools.tool import Equipment

_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_ELSEWHERE: Final = frozenset({307, 308})
_LOGIN: Final = frozenset({401, 407})
_NOT_TAKEN: Final = frozenset({408, 425, 429})
_NEVER: Final = frozenset({501, 505})


class HttpActor:
    """Sends requests for one run."""

    def __init__(self, settings: HttpSettings, web: Web, clock: Clock) -> None:
        kind, hours = ("idempotent", settings.key_hours) if settings.idempotent else ("unprotected", 0)
        self.protection = Protection(kind, settings.connections, settings.per_second, hours)
        self._idempotent, self._web, self._clock = settings.idempotent, web, clock

    async def __aenter__(self) -> HttpActor:
        await self._web.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._web.__aexit__(kind, error, at)

    async def act(self, dispatch: Dispatch, commit: Callable[[], None]) -> Reply:
        args = dispatch.args
        try:
            method = args["method"].upper()
            if method not in _METHODS:
                raise RequestError(f"the method is one of {', '.join(sorted(_METHODS))}; http.get reads")
            url = self._web.allowed(args["url"])
            content, type_ = _content(args)
            ours = {"Idempotency-Key": dispatch.key, "Accept": "*/*", **type_}
            replied = await self._web.exchange(method, url, args.get("headers") or {}, content, ours, commit)
        except RequestError as error:
            return Rejected("request", self._web.say(str(error)))
        except Failed as failed:
            return Unknown(failed.reason) if failed.sent else NotApplied(failed.code, failed.reason)
        return self._reply(replied)

    def _reply(self, replied: Replied) -> Reply:
        status, text = replied.status, self._web.clean(replied.text())
        if 200 <= status < 300 or status == 303:
            return Done({"status": str(status), "body": text})
        code, reason = str(status), self._web.say(f"{status} {text}")
        if status in _LOGIN:
            return NotApplied(code, reason, MAIL_LOGIN_AGAIN_MS)
        if status in _NOT_TAKEN:
            return NotApplied(code, reason, retry_after_ms(replied.headers.get("retry-after", ""), self._clock.now()))
        if status == 409 and self._idempotent:
            return Unknown(reason)
        if status in _ELSEWHERE | _NEVER or 400 <= status < 500:
            return Rejected(code, reason)
        return Unknown(reason)

    async def verify(self, dispatch: Dispatch) -> Reply:
        return Unknown("http.request cannot ask whether a request was done")


def _content(args: dict[str, Value]) -> tuple[bytes | None, dict[str, str]]:
    """Give the body and its type. Raises ``RequestError``."""
    json, body = args.get("json"), args.get("body")
    if json is not None and body is not None:
        raise RequestError("it has a json and a body, and can have one")
    try:
        if json is not None:
            return json_text(json).encode(), {"Content-Type": "application/json"}
        if body is not None:
            return body.encode(), {"Content-Type": "text/plain; charset=utf-8"}
    except UnicodeEncodeError:
        raise RequestError("its body holds half of a character") from None
    return None, {}


def retry_after_ms(header: str, now: dt.datetime) -> int:
    """Read ``Retry-After``: seconds or a date. 0 where there is none that can be read; at most a day."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        wait = int(text[:9]) * 1000
    else:
        try:
            wait = int((parsedate_to_datetime(text) - now).total_seconds() * 1000)
        except (TypeError, ValueError, OverflowError):
            return 0
    return max(0, min(wait, HTTP_RETRY_AFTER_MS_MAX))


def http_actor(equipment: Equipment) -> HttpActor:
    """Make the actor of a workspace's settings. Raises ``UserError`` for wrong ones and for a missing secret."""
    settings, web = open_web(equipment)
    return HttpActor(settings, web, equipment.clock)
