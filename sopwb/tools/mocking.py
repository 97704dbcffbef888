"""Mocks: what a tool would answer, made up the same way every time.

An answer is made from the effect's place (item, path, ordinal) and not from its key: the key holds the run's
id, and a trace must be the same for every run of the same thing. Deliberately not here: when a mock answers
(``deciding``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, assert_never

from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.ids import digest
from sopwb.kernel.values import Secret, Value
from sopwb.lang.types import ListType, MapType, NeverType, NullType, OptionalType, RecordType, Scalar, Type
from sopwb.run.identity import placeholder
from sopwb.run.ports import PlannedEffect
from sopwb.tools import codes

SHORT_DIGITS: Final = 12
"""Hex digits of a mocked id: two of a million effects share one with a chance below one in a hundred."""


def mock_answer(returns: Type, effect: PlannedEffect) -> Value:
    """Make up a tool's answer of its type: texts are ``mock-`` and digits of the effect's place, secrets
    placeholders."""
    place = digest(
        effect.tool.encode(),
        effect.item.encode("utf-8", "surrogatepass"),
        effect.path.encode(),
        b"%d" % effect.ordinal,
    ).hex()
    return _answer(returns, "mock-" + place[:SHORT_DIGITS], placeholder(effect.path, effect.ordinal))


def _answer(type_: Type, text: str, secret: str) -> Value:
    match type_:
        case RecordType(fields):
            return {name: _answer(field, text, secret) for name, field in fields}
        case OptionalType() | NullType() | NeverType():
            return None
        case ListType():
            return []
        case MapType():
            return {}
        case Scalar("string"):
            return text
        case Scalar("secret"):
            return Secret(secret)
        case Scalar(name):
            return _ZEROS[name]
        case _:
            assert_never(type_)


_ZEROS: Final[dict[str, Value]] = {
    "bool": True,
    "int": 0,
    "decimal": Decimal(0),
    "date": dt.date(1970, 1, 1),
    "timestamp": dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
    "duration": dt.timedelta(0),
}


def need_mocks(mocks: Iterable[str], tools: Iterable[str]) -> None:
    """Refuse mocks of tools that the script does not use. Raises ``UserError`` with one diagnostic a mock."""
    used = tuple(sorted(tools))
    wrong = [
        Diagnostic(
            codes.MOCK_UNUSED,
            f"the script does not use the tool {name}",
            path=f"tools/{name}",
            nearest=nearest_name(name, used),
            hint="it uses " + (", ".join(used) or "no tools"),
        )
        for name in sorted(set(mocks))
        if name not in used
    ]
    if wrong:
        raise UserError(*wrong)
