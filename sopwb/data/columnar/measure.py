"""What is measured of columns while they pass: nulls, bounds, digits, and whether keys rise.

Deliberately not here: where a column lies (``conversion``).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sopwb.data.columnar.about import Form, Held
from sopwb.data.precision import NO_PRECISION, Precision, measure
from sopwb.kernel.limits import DECIMAL_DIGITS
from sopwb.kernel.values import CONTEXT, Value
from sopwb.lang.types import DECIMAL, Scalar, Type, required

if TYPE_CHECKING:
    import pyarrow as pa


class Measure:
    """Measures the arrays of one column, as ``arrays`` makes them.

    ``precision`` is what the decimals need so far, ``scale`` what their arrays had behind the point.
    """

    def __init__(self, type_: Type) -> None:
        self._type = required(type_)
        self._kind = self._type.name if isinstance(self._type, Scalar) else ""
        self._nulls = 0
        self._low: Any = None
        self._high: Any = None
        self.precision: Precision = NO_PRECISION
        self.scale = 0

    def add(self, array: pa.Array) -> None:
        """Take some values."""
        import pyarrow as pa
        import pyarrow.compute as pc

        self._nulls += array.null_count
        if array.null_count == len(array) or self._kind in ("", "bool"):
            return
        if self._kind == "string":
            self._widen(0, pc.max(pc.binary_length(array)).as_py())
        elif self._kind != "decimal":
            ends = pc.min_max(array.cast("int32").cast("int64") if self._kind == "date" else array.cast("int64"))
            self._widen(ends["min"].as_py(), ends["max"].as_py())
        elif pa.types.is_string(array.type):
            numbers = [Decimal(text) for text in array.drop_null().to_pylist()]
            self._widen(min(numbers), max(numbers))
            self.values(numbers)
        else:
            self._decimals(array)

    def values(self, values: Sequence[Value]) -> None:
        """Take the digits of values that have no array with a point: nested ones, and very long ones."""
        self.precision = self.precision.join(measure(self._type, values))

    def _decimals(self, array: pa.Array) -> None:
        import pyarrow.compute as pc

        ends = pc.min_max(array)
        low, high = ends["min"].as_py(), ends["max"].as_py()
        self._widen(low, high)
        self.scale = max(self.scale, array.type.scale)
        scale = self.precision.scale
        while scale < array.type.scale and not _holds(array, scale):
            scale += 1
        self.precision = Precision(max(self.precision.whole, measure(DECIMAL, [low, high]).whole), scale)

    def _widen(self, low: Any, high: Any) -> None:
        self._low = low if self._low is None else min(self._low, low)
        self._high = high if self._high is None else max(self._high, high)

    def held(self, column: str, form: Form, scale: int) -> Held:
        """Say it of a column of the file, whose decimals have ``scale`` digits behind the point."""
        low, high = self._low, self._high
        if form == "text":
            low = high = None
        elif self._kind == "decimal" and low is not None:
            low, high = (int(CONTEXT.scaleb(bound, scale)) for bound in (low, high))
        return Held(column, form, self._nulls, low, high, scale, self.precision.whole, self.precision.scale)


def _holds(array: pa.Array, scale: int) -> bool:
    """Whether decimals need no more than ``scale`` digits behind the point."""
    import pyarrow as pa

    try:
        array.cast(pa.decimal128(DECIMAL_DIGITS, scale))
    except pa.ArrowInvalid:
        return False
    return True


class Rising:
    """Sees whether keys rise strictly from array to array. ``twice`` is one that came twice in a row."""

    def __init__(self) -> None:
        self.so_far = True
        self.twice: Any = None
        self._last: Any = None

    def add(self, keys: pa.Array) -> None:
        """Take some keys, none of them null; nothing more is learned after the first that did not rise."""
        import pyarrow.compute as pc

        if not self.so_far or not len(keys):
            return
        before, after, first = keys.slice(0, len(keys) - 1), keys.slice(1), keys[0].as_py()
        if self._last is not None and not self._last < first:
            self.so_far = False
            self.twice = first if first == self._last else None
        elif not pc.all(pc.less(before, after)).as_py() and len(keys) > 1:
            self.so_far = False
            at = pc.index(pc.equal(before, after), True).as_py()
            self.twice = before[at].as_py() if at >= 0 else None
        self._last = keys[-1].as_py()
