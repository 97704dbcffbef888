"""A planned effect as an entry of a journal, and back, every value exact.

::

    entry = [key 32 bytes, tool, item, path, ordinal, kind, state, on error or nil, fills, {argument: value}]
    value = nil | bool | int | text | timestamp (MessagePack's own) | [value…] | {text: value}
          | ext 1 decimal as text | ext 2 date as text | ext 3 duration in µs as text | ext 4 secret's placeholder
          | ext 5 map with other keys, as pairs | ext 6 text with lone surrogates

``fills`` says that an argument holds a placeholder: what has none is dispatched as it is. The digest of these bytes is
what an approval binds. Deliberately not here: frames (``store.journal_frames``) and filling (``filling``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec

from sopwb.kernel.values import Secret, Value, decimal_text
from sopwb.lang.ir import OnError
from sopwb.run.ports import PlannedEffect

_DECIMAL: Final = 1
_DATE: Final = 2
_DURATION: Final = 3
_SECRET: Final = 4
_PAIRS: Final = 5
_ODD_TEXT: Final = 6
_AS_IT_IS: Final = frozenset({type(None), bool, int, str, dt.datetime})
_MICROSECOND: Final = dt.timedelta(microseconds=1)


class Entry(msgspec.Struct, array_like=True, gc=False):
    """A planned effect as its journal holds it. Not frozen, and never part of a cycle that the collector would have to
    find: reading a million of them is then a third faster."""

    key: bytes
    tool: str
    item: str
    path: str
    ordinal: int
    kind: str
    state: str
    on_error: OnError | None
    fills: bool
    args: dict[str, Any]

    @property
    def acts(self) -> bool:
        """Whether it changes the world: it is neither derived nor mocked."""
        return self.kind == "effect" and self.state == "planned"

    def effect(self) -> PlannedEffect:
        """Give the effect as it was planned."""
        return PlannedEffect(
            self.key.hex(), self.tool, self.item, self.path, self.ordinal, self.args, self.kind, self.state,
            self.on_error,
        )  # fmt: skip


_encode = msgspec.msgpack.Encoder().encode


def encode_effect(effect: PlannedEffect) -> bytes:
    """Write an effect as an entry."""
    args, fills = effect.args, False
    for value in args.values():
        if value.__class__ is str:
            fills = fills or "{{" in value
        elif value.__class__ not in _AS_IT_IS:
            args, fills = {name: packed(value) for name, value in args.items()}, True
            break
    parts = (
        bytes.fromhex(effect.key), effect.tool, effect.item, effect.path, effect.ordinal, effect.kind, effect.state,
        effect.on_error, fills,
    )  # fmt: skip
    try:
        return _encode((*parts, args))
    except UnicodeEncodeError:
        return _encode((*map(_even, parts), _even({name: packed(value) for name, value in effect.args.items()})))


def encode_value(value: Value) -> bytes:
    """Write any value: a receipt."""
    try:
        return _encode(value if value.__class__ is dict and _simple(value) else packed(value))
    except UnicodeEncodeError:
        return _encode(_even(packed(value)))


def packed(value: Value) -> Any:
    """Turn a value into what MessagePack holds."""
    if value.__class__ in _AS_IT_IS:
        return value
    match value:
        case Decimal():
            return msgspec.msgpack.Ext(_DECIMAL, decimal_text(value).encode())
        case dt.date():
            return msgspec.msgpack.Ext(_DATE, value.isoformat().encode())
        case dt.timedelta():
            return msgspec.msgpack.Ext(_DURATION, b"%d" % (value // _MICROSECOND))
        case Secret(text):
            return msgspec.msgpack.Ext(_SECRET, text.encode("utf-8", "surrogatepass"))
        case dict():
            if _simple(value):
                return value
            if all(key.__class__ is str for key in value):
                return {key: packed(item) for key, item in value.items()}
            pairs = [[packed(key), packed(item)] for key, item in value.items()]
            return msgspec.msgpack.Ext(_PAIRS, _encode(_even(pairs)))
        case list() | tuple():
            return [packed(item) for item in value]
        case _:
            raise AssertionError(f"not a value: {type(value).__name__}")


def _simple(record: dict[Any, Value]) -> bool:
    """Whether MessagePack holds a record as it is: most receipts and arguments are texts."""
    for key, value in record.items():  # noqa: SIM110 - all() over a generator costs twice as much, for each effect
        if key.__class__ is not str or value.__class__ not in _AS_IT_IS:
            return False
    return True


def _even(value: Any) -> Any:
    """Put every text that UTF-8 cannot hold into an extension: data may have lone surrogates."""
    match value:
        case str() if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            return msgspec.msgpack.Ext(_ODD_TEXT, value.encode("utf-8", "surrogatepass"))
        case dict():
            if all(key.isascii() for key in value):
                return {key: _even(item) for key, item in value.items()}
            return msgspec.msgpack.Ext(_PAIRS, _encode([[_even(key), _even(item)] for key, item in value.items()]))
        case list() | tuple():
            return [_even(item) for item in value]
        case _:
            return value


def _extension(code: int, data: memoryview) -> Any:
    reader = _READERS.get(code)
    if reader is None:
        raise ValueError(f"a value of an unknown kind ({code})")
    return reader(bytes(data))


_READERS: Final[dict[int, Callable[[bytes], Any]]] = {
    _DECIMAL: lambda raw: Decimal(raw.decode()),
    _DATE: lambda raw: dt.date.fromisoformat(raw.decode()),
    _DURATION: lambda raw: dt.timedelta(microseconds=int(raw)),
    _SECRET: lambda raw: Secret(raw.decode("utf-8", "surrogatepass")),
    _PAIRS: lambda raw: dict(map(tuple, decode_value(raw))),
    _ODD_TEXT: lambda raw: raw.decode("utf-8", "surrogatepass"),
}

decode_value: Final[Callable[[bytes], Any]] = msgspec.msgpack.Decoder(ext_hook=_extension).decode
_decode_entries: Final = msgspec.msgpack.Decoder(list[Entry], ext_hook=_extension).decode
_decode_odd: Final = msgspec.msgpack.Decoder(list[list[Any]], ext_hook=_extension).decode


def decode_entries(payload: bytes) -> list[Entry]:
    """Read the entries of a planned frame."""
    try:
        return _decode_entries(payload)
    except msgspec.ValidationError:
        # An item's key with lone surrogates is an extension where the struct says text: rare, so read again.
        return [_entry(fields) for fields in _decode_odd(payload)]


def _entry(fields: list[Any]) -> Entry:
    policy = None if fields[7] is None else msgspec.convert(fields[7], OnError)
    key, tool, item, path, ordinal, kind, state, _, fills, args = fields
    return Entry(key, tool, item, path, ordinal, kind, state, policy, fills, args)
