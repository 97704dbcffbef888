"""JSON in two exact forms.

*Canonical JSON* is what is hashed: a strict subset of RFC 8785. No floats (decimals are strings of
their shortest form), integers beyond ±(2^53−1) are strings, keys are ASCII and sorted, texts must be in
NFC, depth ≤ 128, no white space, UTF-8.

*Reply JSON* (``json_text``) is what people and programs read: decimals are numbers with their exact
digits, keys keep their order.

Reading (``parse_json``) keeps numbers exact, and refuses duplicate keys, NaN, infinities, lone surrogates and
depth beyond the bound, as a ``ValueError`` with a position, never a ``RecursionError``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sopwb.kernel.limits import JSON_DEPTH_MAX, JSON_SAFE_INT_MAX
from sopwb.kernel.values import decimal_text

_ESCAPE = json.encoder.encode_basestring


def canonical_bytes(value: Any) -> bytes:
    """Encode JSON-shaped data (dict, list, str, int, bool, None, Decimal) canonically.

    Raises ``ValueError`` for what the form refuses: floats, non-ASCII keys, texts that are not in NFC.
    """
    parts: list[str] = []
    _canonical(value, parts, 0)
    return "".join(parts).encode("utf-8")


def _canonical(value: Any, out: list[str], depth: int) -> None:
    if depth > JSON_DEPTH_MAX:
        raise ValueError(f"nested deeper than {JSON_DEPTH_MAX}")
    match value:
        case None:
            out.append("null")
        case bool():
            out.append("true" if value else "false")
        case str():
            if not unicodedata.is_normalized("NFC", value):
                raise ValueError(f"text is not in Unicode NFC: {value[:40]!r}")
            out.append(_ESCAPE(value))
        case int():
            out.append(str(value) if abs(value) <= JSON_SAFE_INT_MAX else f'"{value}"')
        case Decimal():
            out.append(f'"{decimal_text(value)}"')
        case dict():
            out.append("{")
            for n, key in enumerate(sorted(value)):
                if not (isinstance(key, str) and key.isascii()):
                    raise ValueError(f"key is not ASCII: {key!r}")
                out.append("," if n else "")
                out.append(_ESCAPE(key))
                out.append(":")
                _canonical(value[key], out, depth + 1)
            out.append("}")
        case list() | tuple():
            out.append("[")
            for n, item in enumerate(value):
                out.append("," if n else "")
                _canonical(item, out, depth + 1)
            out.append("]")
        case _:
            raise ValueError(f"{type(value).__name__} has no canonical form")


def json_text(value: Any, indent: int | None = None) -> str:
    """Write reply JSON: exact decimals as numbers, keys in their order, Unicode as it is."""
    if indent is None:
        return _reply(value)
    return _pretty(value, indent, "\n")


def _reply(value: Any) -> str:
    match value:
        case Decimal():
            return decimal_text(value)
        case dict():
            return "{" + ", ".join(f"{_ESCAPE(str(k))}: {_reply(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_reply, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _pretty(value: Any, indent: int, newline: str) -> str:
    if not value or not isinstance(value, (dict, list, tuple)) or len(flat := _reply(value)) <= 88:
        return flat if isinstance(value, (dict, list, tuple)) and value else _reply(value)
    inner = newline + " " * indent
    if isinstance(value, dict):
        rows = [f"{_ESCAPE(str(k))}: {_pretty(v, indent, inner)}" for k, v in value.items()]
        return "{" + inner + ("," + inner).join(rows) + newline + "}"
    return "[" + inner + ("," + inner).join(_pretty(v, indent, inner) for v in value) + newline + "]"


def parse_json(text: str | bytes) -> Any:
    """Read JSON exactly: ints as ``int``, fractions and exponents as ``Decimal``.

    Raises ``ValueError`` (with line and column where JSON's own reader knows them).
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8")  # UnicodeDecodeError is a ValueError
    _refuse_depth(text)
    try:
        value = _decoded(text)
    except RecursionError:
        raise ValueError(f"nested deeper than {JSON_DEPTH_MAX}") from None
    if "\\u" in text:
        json.dumps(value, default=str, ensure_ascii=False).encode("utf-8")  # lone surrogates are refused here
    return value


def _decoded(text: str) -> Any:
    try:
        value, end = _SCAN(text, 0)
    except StopIteration:
        return _DECODER.decode(text)  # white space before the value, or nothing that is one
    return value if end == len(text) or text[end:] == "\n" else _DECODER.decode(text)


_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_WINDOW = 1 << 20


def _refuse_depth(text: str) -> None:
    # Counting brackets outside of strings costs less than letting the C scanner recurse to its own limit.
    if text.count("[") + text.count("{") <= JSON_DEPTH_MAX or _is_shallow(text):
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        match found[0]:
            case "[" | "{":
                depth += 1
                if depth > JSON_DEPTH_MAX:
                    raise ValueError(f"nested deeper than {JSON_DEPTH_MAX}")
            case "]" | "}":
                depth -= 1
            case _:
                continue


def _is_shallow(text: str) -> bool:
    """Whether the depth of JSON is certainly within the bound; a tenth of the cost of looking at every string."""
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    depth, outside = 0, True
    for at in range(0, len(text), _WINDOW):  # a large document's strings are not all held at once
        parts = text[at : at + _WINDOW].split('"')
        brackets = _NO_BRACKETS.sub("", "".join(parts[0 if outside else 1 :: 2]))
        outside ^= len(parts) % 2 == 0
        # Flat records and lists of them are most of it: what is left out is two levels at most.
        for bracket in brackets.replace("{}", "").replace("[]", ""):
            depth += 1 if bracket in "[{" else -1
            if depth > JSON_DEPTH_MAX - 2:
                return False
    return outside  # else a string does not end, and nothing is certain


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError:  # an exponent that decimal itself cannot hold
        raise ValueError(f"number out of range: {text[:40]}") from None
    if number.adjusted() > 400 or number.adjusted() < -400:
        raise ValueError(f"number out of range: {text[:40]}")
    return number


def _int(text: str) -> int:
    if len(text) > 400:
        raise ValueError("number out of range")
    return int(text)


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"duplicate key {key!r}")
            seen.add(key)
    return found


_DECODER = json.JSONDecoder(parse_float=_decimal, parse_constant=_constant, parse_int=_int, object_pairs_hook=_pairs)
"""Made once: making one costs as much as reading a short record."""
_SCAN: Callable[[str, int], tuple[Any, int]] = _DECODER.scan_once  # type: ignore[attr-defined]  # documented nowhere
