"""Reading inputs: JSON values and command-line texts become values of their parameters' types.

    int        12, 12.0 or "12"           bool       true or "true"
    decimal    12.5 or "12.5"             string     a text, as it is
    date       "2026-01-31"               timestamp  "2026-01-31T09:00:00+01:00" or …Z
    duration   "1h30m", "90s", "1.5h"     lists, records, maps: JSON, or JSON as a text

Deliberately not here: defaults and questions for what is missing (``app``), and a source's cells (``data``).
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import DECIMAL_DIGITS, INT_MAX, INT_MIN
from sopwb.kernel.values import Value, plain
from sopwb.lang.environment import Parameter
from sopwb.lang.types import (
    ListType,
    MapType,
    NeverType,
    NullType,
    OptionalType,
    RecordType,
    Scalar,
    Type,
    is_optional,
    required,
    type_text,
)
from sopwb.run import codes

_BOOLS: Final = {"true": True, "false": False}
_INT: Final = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,6})?)?"
    r"([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_DURATION: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?(ns|us|ms|h|m|s))+")
_DURATION_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|ms|h|m|s)")
_MICROS: Final = {
    unit: Decimal(micros)
    for unit, micros in (("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1))
} | {"ns": Decimal("0.001")}


class Misfit(ValueError):
    """A raw value does not fit its type. ``where`` is the place inside it (``.since``, ``[2]``), ``why`` the
    reason."""

    def __init__(self, type_: Type, raw: Any, why: str = "", where: str = "") -> None:
        super().__init__(why)
        self.type, self.raw, self.why, self.where = type_, raw, why, where

    def within(self, where: str) -> Misfit:
        return Misfit(self.type, self.raw, self.why, where + self.where)


def read_inputs(
    params: tuple[Parameter, ...], raw: dict[str, Any], zone: dt.tzinfo | None = None
) -> dict[str, Value]:
    """Read raw inputs (JSON-shaped, or texts of the command line) by their parameters' types.

    ``zone``: where an instant without an offset is meant; None refuses one. Raises ``UserError`` with
    everything that is wrong.
    """
    values, wrong = check_inputs(params, raw, zone)
    if wrong:
        raise UserError(*wrong)
    return values


def check_inputs(
    params: tuple[Parameter, ...], raw: dict[str, Any], zone: dt.tzinfo | None = None
) -> tuple[dict[str, Value], tuple[Diagnostic, ...]]:
    """Read what can be read of raw inputs: (values, what is wrong). Never raises."""
    values: dict[str, Value] = {}
    wrong: list[Diagnostic] = []
    for param in params:
        if param.name not in raw:
            if is_optional(param.type):
                values[param.name] = None
            else:
                wrong.append(
                    Diagnostic(
                        codes.INPUT_MISSING,
                        f"the input {param.name} is missing",
                        path=f"inputs/{param.name}",
                        expected=type_text(param.type),
                    )
                )
            continue
        try:
            values[param.name] = read_value(param.type, raw[param.name], zone)
        except Misfit as misfit:
            wrong.append(_misfit(param, misfit))
    known = [param.name for param in params]
    for name in raw:
        if name not in known:
            wrong.append(
                Diagnostic(
                    codes.INPUT_UNKNOWN,
                    f"the script takes no input {name}",
                    path=f"inputs/{name}",
                    nearest=nearest_name(name, (k for k in known if k not in raw)),
                    hint="it takes " + (", ".join(known) or "none"),
                )
            )
    return values, tuple(wrong)


def _misfit(param: Parameter, misfit: Misfit) -> Diagnostic:
    if misfit.type == Scalar("secret"):
        return Diagnostic(
            codes.INPUT_SECRET,
            f"{param.name}{misfit.where} is a secret, which cannot be an input",
            path=f"inputs/{param.name}",
        )
    expected, found = type_text(misfit.type), _shown(misfit.raw)
    message = f"{param.name}{misfit.where} must be {expected}, found {found}"
    return Diagnostic(
        codes.INPUT_TYPE,
        message,
        path=f"inputs/{param.name}",
        expected=expected,
        found=found,
        hint=misfit.why,
    )


def _shown(raw: Any) -> str:
    text = repr(raw) if isinstance(raw, (str, float)) else _json(raw)
    return text if len(text) <= 60 else text[:59] + "…"


def _json(raw: Any) -> str:
    from sopwb.kernel.canonical import json_text

    return json_text(plain(raw))


def read_value(type_: Type, raw: Any, zone: dt.tzinfo | None = None) -> Value:
    """Read one raw value by its type (``zone`` as in ``read_inputs``). Raises ``Misfit``."""
    match type_:
        case Scalar(name):
            return _scalar(type_, name, raw, zone)
        case OptionalType(inner):
            if raw is None or (raw == "null" and inner != Scalar("string")):
                return None
            return read_value(inner, raw, zone)
        case NullType() | NeverType():
            if raw is None:
                return None
            raise Misfit(type_, raw)
        case ListType(element):
            items = _structure(type_, raw, list)
            return [_inside(element, item, f"[{n}]", zone) for n, item in enumerate(items)]
        case MapType(key, value):
            entries = _structure(type_, raw, dict)
            return {
                _inside(key, k, f"[{k!r}]", zone): _inside(value, v, f"[{k!r}]", zone)
                for k, v in entries.items()
            }
        case RecordType():
            return _record(type_, _structure(type_, raw, dict), zone)


def read_key(type_: Type, text: str) -> Value:
    """Read a key from the text that ``show`` makes of it; None where no key of the type has this text."""
    inner = required(type_)
    raw: Any = text
    try:
        match inner:
            case Scalar("int"):
                raw = int(text)
            case Scalar("decimal"):
                raw = Decimal(text)
            case Scalar("bool"):
                raw = {"true": True, "false": False}[text]
            case _:
                pass
        return read_value(inner, raw)
    except (ValueError, KeyError, InvalidOperation):
        return None


def _inside(type_: Type, raw: Any, where: str, zone: dt.tzinfo | None) -> Value:
    try:
        return read_value(type_, raw, zone)
    except Misfit as misfit:
        raise misfit.within(where) from None


def _structure(type_: Type, raw: Any, kind: type) -> Any:
    if isinstance(raw, str):
        from sopwb.kernel.canonical import parse_json

        try:
            raw = parse_json(raw)
        except ValueError as error:
            raise Misfit(type_, raw, f"not JSON: {error}") from None
    if not isinstance(raw, kind):
        raise Misfit(type_, raw)
    return raw


def _record(type_: RecordType, raw: dict[str, Any], zone: dt.tzinfo | None) -> dict[str, Value]:
    for name in raw:
        if type_.get(name) is None:
            near = nearest_name(name, type_.names())
            raise Misfit(type_, raw, f"it has no field {name}" + (f"; did you mean {near}?" if near else ""))
    record: dict[str, Value] = {}
    for name, field in type_.fields:
        if name not in raw and not is_optional(field):
            raise Misfit(type_, raw, f"the field {name} is missing")
        record[name] = _inside(field, raw.get(name), f".{name}", zone)
    return record


def _scalar(type_: Scalar, name: str, raw: Any, zone: dt.tzinfo | None) -> Value:
    value: Value
    match name:
        case "bool":
            value = _BOOLS.get(raw) if isinstance(raw, str) else raw if isinstance(raw, bool) else None
        case "int":
            value = _int(type_, raw)
        case "decimal":
            value = _decimal(type_, raw)
        case "string":
            value = raw if isinstance(raw, str) else None
        case "date":
            value = _date(type_, raw)
        case "timestamp":
            value = _timestamp(type_, raw, zone)
        case "duration":
            value = _duration(type_, raw)
        case _:
            value = None
    if value is None:
        raise Misfit(type_, raw)
    return value


def _int(type_: Scalar, raw: Any) -> int | None:
    if isinstance(raw, str):
        if not _INT.fullmatch(raw.strip()):
            return None
        raw = int(raw)
    if isinstance(raw, (Decimal, float)) and raw == raw // 1:
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool):
        return None
    if not INT_MIN <= raw <= INT_MAX:
        raise Misfit(type_, raw, "an int has 64 bits")
    return raw


def _decimal(type_: Scalar, raw: Any) -> Decimal | None:
    if isinstance(raw, str):
        raw = raw.strip()
        if not _DECIMAL.fullmatch(raw):
            return None
    elif isinstance(raw, float):
        raw = repr(raw)
    elif not isinstance(raw, (int, Decimal)) or isinstance(raw, bool):
        return None
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    stripped = number.normalize() if number else Decimal(0)
    digits, exponent = stripped.as_tuple().digits, stripped.as_tuple().exponent
    assert isinstance(exponent, int), "finite numbers have an exponent"
    if len(digits) + max(exponent, 0) > DECIMAL_DIGITS or -exponent > DECIMAL_DIGITS:
        raise Misfit(type_, raw, f"a decimal has {DECIMAL_DIGITS} digits")
    return number


def _date(type_: Scalar, raw: Any) -> dt.date | None:
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        return raw
    if not isinstance(raw, str) or not _DATE.fullmatch(raw):
        return None
    try:
        return dt.date.fromisoformat(raw)
    except ValueError as error:
        raise Misfit(type_, raw, str(error)) from None


def _timestamp(type_: Scalar, raw: Any, zone: dt.tzinfo | None) -> dt.datetime | None:
    if isinstance(raw, str):
        if not _TIMESTAMP.fullmatch(raw):
            raise Misfit(type_, raw, "write an instant as 2026-01-31T09:00:00Z")
        try:
            raw = dt.datetime.fromisoformat(raw.upper().replace(",", "."))
        except ValueError as error:
            raise Misfit(type_, raw, str(error)) from None
    if not isinstance(raw, dt.datetime):
        return None
    if raw.tzinfo is None:
        if zone is None:
            raise Misfit(type_, raw.isoformat(), "an instant needs an offset: 2026-01-31T09:00:00Z")
        raw = raw.replace(tzinfo=zone)
    try:
        instant: dt.datetime = raw.astimezone(dt.UTC)
    except OverflowError:
        raise Misfit(type_, raw.isoformat(), "years go from 1 to 9999") from None
    return instant


def _duration(type_: Scalar, raw: Any) -> dt.timedelta | None:
    if isinstance(raw, dt.timedelta):
        return raw
    if not isinstance(raw, str) or not _DURATION.fullmatch(raw):
        return None
    micros = sum(
        (Decimal(amount) * _MICROS[unit] for amount, unit in _DURATION_PART.findall(raw)), Decimal(0)
    )
    try:
        span = dt.timedelta(microseconds=int(micros))
    except OverflowError:
        raise Misfit(type_, raw, "a duration that long cannot be counted") from None
    return -span if raw.startswith("-") else span
