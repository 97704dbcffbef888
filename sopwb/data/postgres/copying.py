"""Records as Arrow, by way of COPY: the server writes CSV, Arrow reads it, and no value becomes a Python object.

    bounds ── one query: digits of decimals, and whether any value is outside of what Arrow or the language holds
    copied ── COPY (query) TO STDOUT (FORMAT csv) ─ lines ─► blocks ─ pyarrow.csv ─► record batches

A million records of six fields take 0.6 s of this process, rows by way of a cursor 3.2 s (docs/performance.md).
What ``bounds`` finds wrong is left to the rows, which say where it stands. Binary floats come as their texts and are
rounded here, each distinct one once; so are local times, since only this machine's rules of the zone are the run's.

Deliberately not here: fields whose values need Python to be read (``table`` makes those batches of rows).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.arrow import Columns
from sopwb.data.infer import read_float, to_utc
from sopwb.data.postgres.records import Field, PostgresReader
from sopwb.data.precision import Precision
from sopwb.kernel.limits import COPY_BLOCK_BYTES, DECIMAL_DIGITS, FLOAT_PLACES
from sopwb.lang.types import is_optional

if TYPE_CHECKING:
    import pyarrow as pa

_COPIED: Final = frozenset(
    ("bool", "int", "numeric", "real", "double", "text", "char", "uuid", "other", "json", "date", "timestamp",
     "timestamptz")
)  # fmt: skip
_BETWEEN: Final[dict[str, tuple[str, str]]] = {
    "date": ("0001-01-01", "9999-12-31"),
    "timestamptz": ("0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00"),
    "timestamp": ("0001-01-03", "9999-12-29"),  # whatever the zone, these are instants of the calendar
}


def can_copy(fields: Sequence[Field]) -> bool:
    """Whether COPY gives these fields as they are."""
    return bool(fields) and all(field.own and field.kind in _COPIED for field in fields)


def bounds(reader: PostgresReader, fields: Sequence[Field]) -> dict[str, Precision] | None:
    """Measure the decimals of fields, None where some value is not one of its field's type."""
    wrong = ["false"]
    for field in fields:
        if field.kind in _BETWEEN:
            low, high = _BETWEEN[field.kind]
            wrong.append(f"coalesce(bool_or({field.sql} not between '{low}' and '{high}'), false)")
        if field.pg is not None and not field.pg.not_null and not is_optional(field.column.type):
            wrong.append(f"coalesce(bool_or({field.sql} is null), false)")
    numbers = [field for field in fields if field.kind in ("numeric", "real", "double")]
    asked = [" or ".join(wrong), *chain.from_iterable(map(_digits, numbers))]
    if asked == ["false"]:
        return {}
    ((is_wrong, *found),) = reader.snapshot.rows(f"select {', '.join(asked)} from {reader.relation.sql}")
    precisions = {}
    for field, scale, greatest in zip(numbers, found[::2], found[1::2], strict=True):
        whole = greatest.partition(".")[0]
        precisions[field.name] = Precision(len(whole.lstrip("0")), scale)
        # NaN or an infinity; or too wide: one record by itself, or only the column, which then still runs by rows.
        is_wrong |= not whole.isdecimal() or len(whole.lstrip("0")) + scale > DECIMAL_DIGITS
    return None if is_wrong else precisions


def _digits(field: Field) -> list[str]:
    """Write what gives the digits after the point, and the greatest number as a text."""
    sql = field.sql
    if field.kind == "numeric":
        return [f"coalesce(max(min_scale({sql})), 0)", f"coalesce(max(abs({sql})), 0)::text"]
    # Rounded to even instead, as it will be, a number never has more digits.
    rounded = f"case when abs({sql}) < 'Infinity' then round({sql}::text::numeric, {FLOAT_PLACES}) end"
    greatest = f"coalesce(max(abs({sql})), 0)"
    return [
        f"coalesce(max(min_scale({rounded})), 0)",
        f"case when {greatest} < 'Infinity' then {greatest}::text::numeric::text else 'NaN' end",
    ]


def copied(
    reader: PostgresReader, fields: Sequence[Field], columns: Columns, zone: dt.tzinfo, rows_max: int
) -> Iterator[pa.RecordBatch]:
    """Iterate over record batches of ``fields``, in the reader's order. ``columns`` have their precisions."""
    import pyarrow as pa

    schema = columns.settle()
    listed = ", ".join(f"{field.copied} c{n}" for n, field in enumerate(fields))
    # Quoted, a text that begins with a byte order mark is not taken for the beginning of a file.
    quotes = ", force_quote (c0)" if schema.field(0).type == pa.string() else ""
    query = f"copy (select {listed} from {reader.relation.sql}{reader.order}) to stdout (format csv{quotes})"
    block, rows = bytearray(), 0
    for line in reader.snapshot.copy(query):
        block += line
        rows += 1
        if rows == rows_max or len(block) >= COPY_BLOCK_BYTES:
            yield _batch(block, fields, schema, zone)
            block, rows = bytearray(), 0
    if rows:
        yield _batch(block, fields, schema, zone)


def _batch(block: bytearray, fields: Sequence[Field], schema: pa.Schema, zone: dt.tzinfo) -> pa.RecordBatch:
    import pyarrow as pa
    from pyarrow import csv

    names = [f"c{n}" for n in range(len(fields))]
    types = {name: _read_as(field, part.type) for name, field, part in zip(names, fields, schema, strict=True)}
    table = csv.read_csv(
        pa.BufferReader(block),
        read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    arrays = [
        _finished(column.combine_chunks(), field, part.type, zone)
        for column, field, part in zip(table.columns, fields, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _read_as(field: Field, type_: Any) -> Any:
    import pyarrow as pa

    match field.kind:
        case "real" | "double":
            return pa.string()
        case "timestamp":
            return pa.timestamp("us")
        case _:
            return type_


def _finished(array: Any, field: Field, type_: Any, zone: dt.tzinfo) -> Any:
    import pyarrow as pa

    if field.kind in ("real", "double"):
        return _each_distinct(array, lambda text: read_float(float(text)), type_)
    if field.kind != "timestamp":
        return array
    if zone is dt.UTC:
        return array.cast(pa.int64()).cast(type_)
    return _each_distinct(array, lambda moment: to_utc(moment, zone), type_)


def _each_distinct(array: Any, convert: Any, type_: Any) -> Any:
    import pyarrow as pa

    coded = array.dictionary_encode()
    return pa.array([convert(value) for value in coded.dictionary.to_pylist()], type=type_).take(coded.indices)
