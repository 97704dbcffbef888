"""The tools that come with the product: signatures, settings that they need, and where what does them is.

What acts is imported when it is first asked for: a run that only plans loads no mail and no network. Deliberately
not here: acting (a module or package a tool), and anything that is not built yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sopwb.lang.environment import Parameter, ToolSignature
from sopwb.lang.types import INT, SECRET, STRING, MapType, RecordType, optional
from sopwb.tools.tool import Equipment, Observer, Settings, Tool

if TYPE_CHECKING:
    from sopwb.run.acting import Actor


def _mail(equipment: Equipment) -> Actor:
    from sopwb.tools.mail.actor import mail_actor

    return mail_actor(equipment)


def _request(equipment: Equipment) -> Actor:
    from sopwb.tools.http.actor import http_actor

    return http_actor(equipment)


def _get(equipment: Equipment) -> Observer:
    from sopwb.tools.http.observer import http_observer

    return http_observer(equipment)


def _file(equipment: Equipment) -> Actor:
    from sopwb.tools.file_write import file_actor

    return file_actor(equipment)


def _request_protection(settings: Settings) -> str:
    return "idempotent" if settings.get("idempotent") is True else "unprotected"


EMAIL_SEND: Final = ToolSignature(
    name="email.send",
    args=(
        Parameter("to", STRING),
        Parameter("subject", STRING),
        Parameter("body", STRING),
        Parameter("html", optional(STRING)),
    ),
    returns=RecordType((("id", STRING),)),
    kind="effect",
    protection="unprotected",
)

COUPON_GENERATE: Final = ToolSignature(
    name="coupon.generate",
    args=(),
    returns=RecordType((("code", SECRET),)),
    kind="pure",
    protection="idempotent",
)

FILE_WRITE: Final = ToolSignature(
    name="file.write",
    args=(Parameter("path", STRING), Parameter("text", STRING), Parameter("mode", optional(STRING))),
    returns=RecordType((("path", STRING),)),
    kind="effect",
    protection="idempotent",
)

_HEADERS: Final = optional(MapType(STRING, STRING))

HTTP_GET: Final = ToolSignature(
    name="http.get",
    args=(Parameter("url", STRING), Parameter("headers", _HEADERS)),
    returns=RecordType((("status", INT), ("body", STRING))),
    kind="observe",
    protection="idempotent",
)

HTTP_REQUEST: Final = ToolSignature(
    name="http.request",
    args=(
        Parameter("method", STRING),
        Parameter("url", STRING),
        Parameter("headers", _HEADERS),
        Parameter("json", _HEADERS),
        Parameter("body", optional(STRING)),
    ),
    returns=RecordType((("status", STRING), ("body", STRING))),
    kind="effect",
    protection="unprotected",
)

BUILT_IN: Final[dict[str, Tool]] = {
    tool.signature.name: tool
    for tool in (
        Tool(COUPON_GENERATE, "coupon"),
        Tool(EMAIL_SEND, "email", ("host", "from"), actor=_mail),
        Tool(FILE_WRITE, "file", ("folder",), actor=_file),
        Tool(HTTP_GET, "http", ("allow",), observer=_get),
        Tool(HTTP_REQUEST, "http", ("allow",), actor=_request, protection=_request_protection),
    )
}
