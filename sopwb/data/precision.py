"""How many digits a column's decimals need before and after the point. Deliberately not here: Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import Final

import msgspec

from sopwb.kernel.values import Value, decimal_text
from sopwb.lang.types import ListType, MapType, RecordType, Scalar, Type, required


class Precision(msgspec.Struct, frozen=True):
    """Digits before (``whole``) and after (``scale``) the point; nested decimals of a column share theirs."""

    whole: int = 0
    scale: int = 0

    def join(self, other: Precision) -> Precision:
        return Precision(max(self.whole, other.whole), max(self.scale, other.scale))


NO_PRECISION: Final = Precision()


def measure(type_: Type, values: Sequence[Value]) -> Precision:
    """Measure the decimals among a column's values."""
    match required(type_):
        case Scalar("decimal"):
            return _decimals(values)
        case ListType(element):
            return measure(element, list(chain.from_iterable(v for v in values if v is not None)))
        case MapType(_, part):
            return measure(part, list(chain.from_iterable(v.values() for v in values if v is not None)))
        case RecordType(fields):
            present = [v for v in values if v is not None]
            widest = NO_PRECISION
            for name, part in fields:
                widest = widest.join(measure(part, [v[name] for v in present]))
            return widest
        case _:
            return NO_PRECISION


def _decimals(values: Iterable[Decimal | None]) -> Precision:
    whole = scale = 0
    for number in set(values):
        if not number:
            continue
        left, _, right = decimal_text(number).lstrip("-").partition(".")
        if len(right) > scale:
            scale = len(right)
        if len(left) > whole and left != "0":
            whole = len(left)
    return Precision(whole, scale)
