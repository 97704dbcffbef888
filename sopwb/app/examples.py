"""Examples: what a script must come to for given inputs, beside its name, with the records that it read then.

    example   {"examples": 1, "rows": [{"inputs", "expect", "as_of", "seen"}…]}       ref example/NAME
    expect    {"fields": {name: value}} | {"result": value} | {"fails": text}
    seen      null | {"now", "zone", "records": id}
    snapshot  {"recorded": run.recording's}                                   (a retirable segment)

They belong to the name and are no part of a script's hash: a rename takes them along, a fork copies them, the ref's
history keeps every earlier list. Two examples with the same inputs and the same said instant are one. Deliberately not
here: running them (``trying``) and saying what came of it (``example_text``).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

import msgspec

from sopwb.app.example_outputs import Miss
from sopwb.kernel.canonical import json_text, parse_json
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.values import Value, plain
from sopwb.lang.types import RecordType, Type, required, type_text
from sopwb.run.inputs import Misfit, read_value
from sopwb.store.errors import Unknown

if TYPE_CHECKING:
    from sopwb.store.store import Store, Transaction


class Seen(msgspec.Struct, frozen=True):
    """The world that an example was recorded in: instant (ISO 8601), zone, and the snapshot of its records."""

    now: str
    zone: str
    records: str


class Example(msgspec.Struct, frozen=True):
    """One example, JSON-shaped. ``as_of`` is an instant that was asked for ("" = whenever it was recorded)."""

    inputs: dict[str, Any]
    expect: dict[str, Any]
    as_of: str = ""
    seen: Seen | None = None

    def is_about(self, other: Example) -> bool:
        """Whether the other one says something of the very same run."""
        return self.as_of == other.as_of and json_text(self.inputs) == json_text(other.inputs)


class Fields(msgspec.Struct, frozen=True):
    """These fields of the result have these values; other fields may be anything."""

    values: dict[str, Value]


class Result(msgspec.Struct, frozen=True):
    """The whole result is this."""

    value: Value


class Fails(msgspec.Struct, frozen=True):
    """The run fails, with this text somewhere in its message."""

    text: str


Expectation: TypeAlias = Fields | Result | Fails


# --- expectations ---------------------------------------------------------------------------------------


def read_expectation(raw: dict[str, Any], returns: Type | None, zone: dt.tzinfo) -> Expectation:
    """Read an expectation (texts too) by what the script returns. Raises ``UserError`` SOP-A051."""
    match raw:
        case {"fields": dict(fields), **rest} if fields and not rest:
            return Fields(_fields(fields, returns, zone))
        case {"result": value, **rest} if not rest:
            if returns is None and value is not None:
                raise _misfits("the script returns nothing", expected="null")
            return Result(None if returns is None else _value("result", returns, value, zone))
        case {"fails": str(text), **rest} if not rest:
            return Fails(text)
        case _:
            raise _misfits("an example says what the result must be", expected="fields, a result, or that it fails")


def _fields(raw: dict[str, Any], returns: Type | None, zone: dt.tzinfo) -> dict[str, Value]:
    record = None if returns is None else required(returns)
    if not isinstance(record, RecordType):
        gives = "nothing" if returns is None else type_text(returns)
        raise _misfits(f"the script returns {gives}, which has no fields", hint="say the whole result instead")
    values: dict[str, Value] = {}
    for name, value in raw.items():
        type_ = record.get(name)
        if type_ is None:
            near = nearest_name(name, record.names())
            raise _misfits(f"the result has no field {name}", expected=type_text(record), nearest=near)
        values[name] = _value(name, type_, value, zone)
    return values


def _value(name: str, type_: Type, raw: Any, zone: dt.tzinfo) -> Value:
    try:
        return read_value(type_, raw, zone)
    except Misfit as misfit:
        message = f"{name}{misfit.where} is {type_text(misfit.type)}, and {json_text(plain(misfit.raw))} is not"
        raise _misfits(message, expected=type_text(misfit.type), hint=misfit.why) from None


def _misfits(message: str, expected: str = "", nearest: str = "", hint: str = "") -> UserError:
    return UserError(Diagnostic("SOP-A051", message, expected=expected, nearest=nearest, hint=hint))


def expectation_data(expectation: Expectation) -> dict[str, Any]:
    """Give the JSON shape of an expectation."""
    match expectation:
        case Fields(values):
            return {"fields": plain(values)}
        case Result(value):
            return {"result": plain(value)}
        case Fails(text):
            return {"fails": text}
        case _:
            assert_never(expectation)


def misses(expectation: Expectation, result: Value, error: Diagnostic | None) -> tuple[Miss, ...]:
    """Compare what a run came to with what it must: every miss, as ``Miss("", …)`` where it is not about a field."""
    match expectation:
        case Fails(text):
            said = error.message if error is not None else f"the result {json_text(plain(result))}"
            held = error is not None and text in said
            return () if held else (Miss("", f"a failure with {json_text(text)}" if text else "a failure", said),)
        case _ if error is not None:
            return (Miss("", _shown(expectation), f"an error: {error.line()}"),)
        case Result(value):
            return () if value == result else (Miss("", json_text(plain(value)), json_text(plain(result))),)
        case Fields(values):
            found = result if isinstance(result, dict) else {}
            return tuple(
                Miss(name, json_text(plain(value)), json_text(plain(found.get(name))))
                for name, value in values.items()
                if name not in found or found[name] != value
            )
        case _:
            assert_never(expectation)


def _shown(expectation: Fields | Result) -> str:
    if isinstance(expectation, Fields):
        return ", ".join(f"{name} {json_text(plain(value))}" for name, value in expectation.values.items())
    return json_text(plain(expectation.value))


# --- in the store ------------------------------------------------------------------------------------------


def examples_of(store: Store, name: str) -> tuple[Example, ...]:
    """Give the examples of a name, in the order in which they were added."""
    id_ = store.ref(f"example/{name}")
    if id_ is None:
        return ()
    rows = parse_json(store.get(id_)[1])["rows"]
    return tuple(
        Example(row["inputs"], row["expect"], row["as_of"], Seen(**row["seen"]) if row["seen"] else None)
        for row in rows
    )


def put_examples(store: Store, tx: Transaction, name: str, rows: tuple[Example, ...], why: str) -> None:
    """Move a name's examples to these; none archive the ref."""
    old = store.ref(f"example/{name}")
    new = None
    if rows:
        body = {"examples": 1, "rows": [_row_data(row) for row in rows]}
        new = tx.put("example", json_text(body).encode())
    if new != old:
        tx.set_ref(f"example/{name}", new, old=old, why=why)


def _row_data(row: Example) -> dict[str, Any]:
    seen = None if row.seen is None else {"now": row.seen.now, "zone": row.seen.zone, "records": row.seen.records}
    return {"inputs": row.inputs, "expect": row.expect, "as_of": row.as_of, "seen": seen}


def put_recorded(tx: Transaction, recorded: dict[str, Any]) -> str:
    """Store the records that an example's run read. Gives the snapshot's id."""
    return tx.put("snapshot", json_text({"recorded": recorded}).encode())


def recorded_of(store: Store, seen: Seen) -> dict[str, Any] | None:
    """Give the records that an example was recorded with; None where their segment was retired."""
    try:
        found: dict[str, Any] = parse_json(store.get(seen.records)[1])["recorded"]
    except Unknown:
        return None
    return found
