"""Exact JSON of values: the hashed bytes of traces, run ids and recorded queries.

As canonical JSON (``kernel.canonical``) – sorted keys, no white space, decimals as strings, big ints as
strings – but it takes every value that can occur while running: texts and map keys in any Unicode form are
written as they are (nothing is normalised, only escaped as JSON asks), keys sort by code point, secrets are
their placeholder. A text of source data that is not in NFC must not end a run; canonical JSON refuses it
because there a person wrote it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from sopwb.kernel.limits import JSON_SAFE_INT_MAX
from sopwb.kernel.values import Secret, Value, decimal_text, duration_text, show, timestamp_text
from sopwb.run.yields import Yields

quoted: Final[Callable[[str], str]] = json.encoder.encode_basestring
"""JSON's own escapes and nothing else (the C form: 50 ns for a short text)."""


def exact_text(value: Value) -> str:
    """Write a value as exact JSON. Lone surrogates pass; encode with ``surrogatepass``."""
    # One look-up by class costs a third of a match statement, and this runs for every event of a trace.
    return _WRITERS[value.__class__](value)


def _int(value: int) -> str:
    return str(value) if -JSON_SAFE_INT_MAX <= value <= JSON_SAFE_INT_MAX else f'"{value}"'


def _dict(value: dict[Any, Value]) -> str:
    parts = []
    for key in sorted(value):
        if key.__class__ is not str:
            return _map(value)
        item = value[key]
        parts.append(f"{quoted(key)}:{_WRITERS[item.__class__](item)}")
    return "{" + ",".join(parts) + "}"


def _map(value: dict[Any, Value]) -> str:
    """Write a map whose keys are not texts: they are written as such, and sorted so."""
    named = {key if isinstance(key, str) else show(key): item for key, item in value.items()}
    return "{" + ",".join(quoted(key) + ":" + exact_text(named[key]) for key in sorted(named)) + "}"


def _list(value: list[Value]) -> str:
    return "[" + ",".join(map(exact_text, value)) + "]"


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: _int,
    str: quoted,
    Decimal: lambda value: f'"{decimal_text(value)}"',
    dt.datetime: lambda value: f'"{timestamp_text(value)}"',
    dt.date: lambda value: f'"{value.isoformat()}"',
    dt.timedelta: lambda value: f'"{duration_text(value)}"',
    Secret: lambda value: quoted(value.placeholder),
    dict: _dict,
    list: _list,
    tuple: _list,
    Yields: _list,
}
