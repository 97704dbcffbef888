"""What is known of a large source whose records lie in a Parquet file: its schema, its columns, their bounds.

A column of the file holds a field's values in one of these forms:

========  ==============================================  =================================================
form      column                                          of fields that are
========  ==============================================  =================================================
plain     the value itself, or a narrower kind of it      bool int decimal string date timestamp
micros    int64, microseconds                             duration
text      canonical text                                  decimal, where 38 digits do not hold the column
json      reply JSON                                      lists, records, maps
========  ==============================================  =================================================

A file that was written here has the columns ``c0``, ``c1``, … in the order of the fields, and stands in key order;
``sort`` is there beside a key of form *text*. A person's own Parquet file is read in place where all its columns
are plain. Deliberately not here: making (``make``), reading (``table``), and where a cached file lies (``cache``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from sopwb.kernel.limits import DECIMAL_DIGITS
from sopwb.lang.types import Scalar, Type, required

Form = Literal["plain", "micros", "text", "json"]

SORT: Final = "sort"
"""The column by which records are sorted where the key's own form has no order."""


class Held(msgspec.Struct, frozen=True):
    """A field's column: its name in the file, its form, and what was measured of all its values.

    ``low`` and ``high`` are bounds as ``plan.cells`` has them, of decimals with ``scale`` digits behind the point (the
    file's own scale), of texts the bytes of the longest; None where all values are null or have no bounds. ``whole``
    and ``digits`` are the digits that the decimals need before and after the point.
    """

    column: str
    form: Form
    nulls: int = 0
    low: int | None = None
    high: int | None = None
    scale: int = 0
    whole: int = 0
    digits: int = 0


class About(msgspec.Struct, frozen=True):
    """A source in a Parquet file. ``record`` is a type's text, ``held`` has its fields in order.

    ``size`` is the file's; ``copy`` says that it was written here, else it is the person's own. ``ordered``: its
    records stand in key order (without a key: in the source's own).
    """

    key: str | None
    record: str
    rows: int
    held: dict[str, Held]
    originals: dict[str, str]
    kind: str
    digest: str
    size: int
    copy: bool
    ordered: bool


def plain_sql(column: str, type_: Type) -> str:
    """Write the exact value of a plain column in DuckDB's SQL, of the one kind that its type has."""
    match required(type_):
        case Scalar("int"):
            return f"{quoted(column)}::bigint"
        case Scalar("timestamp"):
            return f"{quoted(column)}::timestamptz"
        case _:
            return quoted(column)


def value_sql(held: Held, type_: Type) -> str:
    """Write what a column holds in DuckDB's SQL; of a plain one the exact value."""
    return plain_sql(held.column, type_) if held.form == "plain" else quoted(held.column)


def stored_sql(held: Held, type_: Type) -> str:
    """Write a column's values as ``stored.Stored`` has them."""
    value = value_sql(held, type_)
    if held.form != "plain":
        return value
    match required(type_):
        case Scalar("decimal"):
            # Of all digits: DuckDB writes .5 where a column has none before the point.
            text = f"{value}::decimal({DECIMAL_DIGITS}, {held.scale})::varchar"
            if held.scale == DECIMAL_DIGITS:
                text = f"regexp_replace({text}, '^(-?)[.]', '\\10.')"
            return f"rtrim(rtrim({text}, '0'), '.')" if held.scale else text
        case Scalar("date"):
            return f"{value}::varchar"
        case Scalar("timestamp"):
            return f"epoch_us({value})"
        case _:
            return value


def files_sql(paths: Sequence[str], *, numbered: bool = False) -> str:
    """Name Parquet files in a query, as ``file``; ``numbered``: with a column ``file_row_number``.

    Paths are taken as they are: nothing in them is a pattern.
    """
    literals = ["".join(f"[{char}]" if char in "*?[" else char for char in path) for path in paths]
    listed = ", ".join("'" + literal.replace("'", "''") + "'" for literal in literals)
    number = ", file_row_number = true" if numbered else ""
    return f"read_parquet([{listed}], hive_partitioning = false{number}) as file"


def can_be_named(path: str) -> bool:
    """Whether ``files_sql`` can name a file: DuckDB takes a backslash for the beginning of a pattern's escape."""
    return "\\" not in path


def quoted(name: str) -> str:
    """Quote a column's name for SQL."""
    return '"' + name.replace('"', '""') + '"'
