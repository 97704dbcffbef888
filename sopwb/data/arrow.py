"""Records as Arrow: what the set engine reads.

bool int64 decimal128(38, s) string date32 timestamp[us, UTC] duration[us], lists, structs and maps of them;
nulls where the type is T?. ``s`` is one scale a column: the smallest that every value fits, so all records
are measured before the first batch. pyarrow is imported when a batch is wanted.

Deliberately not here: reading Parquet (``read_parquet``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sopwb.data.codes import NO_FIELD, TOO_WIDE
from sopwb.data.faults import fault
from sopwb.data.precision import NO_PRECISION, Precision, measure
from sopwb.kernel.diagnostics import nearest_name
from sopwb.kernel.limits import DECIMAL_DIGITS
from sopwb.kernel.values import Value
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import ListType, MapType, RecordType, Scalar, Type, is_optional, required, type_text

if TYPE_CHECKING:
    import pyarrow as pa


class Columns:
    """The Arrow form of some fields of a source: measured first, settled once, then made batch by batch."""

    def __init__(self, schema: SourceSchema, fields: Sequence[str] | None) -> None:
        self._source = schema.name
        wanted = schema.record.names() if fields is None else tuple(fields)
        self._types: dict[str, Type] = {}
        for name in wanted:
            type_ = schema.record.get(name)
            if type_ is None:
                near = nearest_name(name, schema.record.names())
                raise fault(NO_FIELD, f"{schema.name} has no field {name}", path=schema.name, nearest=near)
            self._types[name] = type_
        self.precisions: dict[str, Precision] = dict.fromkeys(wanted, NO_PRECISION)
        self._arrow: dict[str, Any] = {}
        self._schema: Any = None

    def measure(self, rows: Sequence[dict[str, Value]]) -> None:
        """Widen the decimal columns to what these rows need."""
        for name, type_ in self._types.items():
            found = measure(type_, [row[name] for row in rows])
            self.precisions[name] = self.precisions[name].join(found)

    def settle(self) -> pa.Schema:
        """Fix the Arrow schema. Raises ``UserError`` where 38 digits do not hold a whole column."""
        import pyarrow as pa

        fields = []
        for name, type_ in self._types.items():
            precision = self.precisions[name]
            if precision.whole + precision.scale > DECIMAL_DIGITS:
                raise fault(
                    TOO_WIDE,
                    f"{name} needs {precision.whole} digits before the point and {precision.scale} after",
                    path=self._source,
                    hint="it runs by rows",
                )
            self._arrow[name] = arrow_type(type_, precision.scale)
            fields.append(pa.field(name, self._arrow[name], nullable=is_optional(type_)))
        self._schema = pa.schema(fields)
        return self._schema

    def batch(self, rows: Sequence[dict[str, Value]]) -> pa.RecordBatch:
        """Make one record batch of rows."""
        import pyarrow as pa

        arrays = [
            pa.array(cells(type_, [row[name] for row in rows]), type=self._arrow[name])
            for name, type_ in self._types.items()
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)


def cells(type_: Type, values: Sequence[Value]) -> Sequence[Value]:
    """Give a column of values as Arrow takes them: maps as lists of pairs, everything else as it is."""
    if not _has_map(type_):
        return values
    return [_pairs(required(type_), value) for value in values]


def _has_map(type_: Type) -> bool:
    match required(type_):
        case MapType():
            return True
        case ListType(element):
            return _has_map(element)
        case RecordType(fields):
            return any(_has_map(part) for _, part in fields)
        case _:
            return False


def _pairs(type_: Type, value: Value) -> Value:
    if value is None:
        return None
    match required(type_):
        case MapType(_, part):
            return [(key, _pairs(part, item)) for key, item in value.items()]
        case ListType(element):
            return [_pairs(element, item) for item in value]
        case RecordType(fields):
            return {name: _pairs(part, value[name]) for name, part in fields}
        case _:
            return value


def arrow_type(type_: Type, scale: int) -> Any:
    """Give the Arrow type of a type, its decimals with ``scale`` fractional digits."""
    import pyarrow as pa

    match required(type_):
        case Scalar("decimal"):
            return pa.decimal128(DECIMAL_DIGITS, scale)
        case Scalar("timestamp"):
            return pa.timestamp("us", tz="UTC")
        case Scalar(name):
            return {
                "bool": pa.bool_,
                "int": pa.int64,
                "string": pa.string,
                "date": pa.date32,
                "duration": lambda: pa.duration("us"),
            }[name]()
        case ListType(element):
            return pa.list_(pa.field("item", arrow_type(element, scale), nullable=is_optional(element)))
        case RecordType(fields):
            return pa.struct([pa.field(n, arrow_type(t, scale), nullable=is_optional(t)) for n, t in fields])
        case MapType(key, value):
            return pa.map_(
                arrow_type(key, scale),
                pa.field("value", arrow_type(value, scale), nullable=is_optional(value)),
            )
        case other:
            raise AssertionError(f"no source holds {type_text(other)}")
