"""Lists of returned fields that can be meant in two ways: which field is rounded, which is explained.

Deliberately not here: how lists are read (``grammar.listing``).
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of
from sopwb.author.english.spec import Doubt, Spec

ONLY: Final = "@only "
"""Marks a rounding said behind the last of several bare names: "days and moisture rounded"."""
BESIDE: Final = "@beside "
"""Marks the value of a name that is either explained by the name behind it or stands beside it."""
_RETURNS: Final = re.compile(
    r"(?i)\b(?:return|returns|returning|gives? (?:me|back)|tells? me|i need|i want)\b([^.]*(?:\.\d[^.]*)*)"
)
_MEASURES: Final = "number|sum|total|average|count|highest|lowest|latest|share"
_EXPLAINED: Final = re.compile(
    r"(?i)(?:^(?: also| me| back)?|\band|,) ([a-z]\w*)"
    rf"(?:, (?:which (?:is|are)|that'?s|that is|namely|the (?:{_MEASURES})|how (?:many|much))\b| \()"
)


def listed_names(text: str) -> list[str]:
    """Give the names that a list of returned fields explains at once, so that the list itself can use them."""
    return [name for said in _RETURNS.findall(text) for name in _EXPLAINED.findall(said)]


def rounded_alone(spec: Spec, words: str) -> str:
    """Give the field that a rounding is of: the last one, unless another could be rounded as well ("@which")."""
    if not words.startswith(ONLY):
        return words
    key = words.removeprefix(ONLY)
    others = [key_of(r.name) for r in spec.returns if key_of(r.name) != key]
    return key if all(_needs_no_rounding(spec, other) for other in others) else "@which"


def field_open(spec: Spec) -> str:
    """Give the returned field that "it is 'x' if …" explains: the one named last, if nothing says yet what it is."""
    last = spec.returns[-1] if spec.returns else None
    open_ = last is not None and last.value is None and key_of(last.name) not in spec.defs
    return key_of(last.name) if last is not None and open_ and spec.awaits == last.name else "@open"


def round_returned(spec: Spec, key: str, rounding: m.Adjust) -> None:
    """Round a field where it is returned: what other fields are computed from stays exact."""
    spec.returns = [msgspec.structs.replace(r, rounded=rounding) if key_of(r.name) == key else r for r in spec.returns]


def _needs_no_rounding(spec: Spec, key: str) -> bool:
    ret = next((r for r in spec.returns if key_of(r.name) == key), None)
    value = spec.defs.get(key, ret.value if ret is not None else None)
    return key in spec.predicates or (value is not None and _whole(value))


def _whole(value: Any) -> bool:
    """Whether a value is no number with decimals for certain: a count, whole days, a text, yes or no."""
    match value:
        case m.Agg(kind):
            return kind == "count"
        case m.Span() | m.Truth() | m.Message() | m.Rounded():
            return True
        case m.Lit(_, text):
            return "." not in text
        case m.Cases(arms, default):
            return all(_whole(a.value) for a in arms) and (default is None or _whole(default))
        case _:
            return False


def asked_about(fields: list[m.Ret]) -> None:
    """Raise ``Doubt`` for a name that the name behind it may explain or only follow."""
    for field in fields:
        value = field.value
        if isinstance(value, m.Named) and value.words.startswith(BESIDE):
            other = value.words.removeprefix(BESIDE)
            raise Doubt(
                f'Is {field.name} the {other}, or are both returned? Say "{field.name}, which is the {other}", or "return the {other} and {field.name}".'  # noqa: E501 - one message, one line
            )
