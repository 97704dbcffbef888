"""The columns of a table of results: which a program gives, of which types, and a row of them.

    first   the item's key under its source's key name and type; its place (int) where the loop has no key; none
            where the program has no loop that yields
    then    the fields of the yield or returned record; ``value`` for what is no record

Deliberately not here: files, and Arrow's types (``result_parquet``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.values import Secret, Value, decimal_text, show
from sopwb.lang.types import (
    INT,
    STRING,
    ListType,
    MapType,
    NeverType,
    NullType,
    OptionalType,
    RecordType,
    Scalar,
    Type,
    is_optional,
    optional,
    required,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from sopwb.lang import ir
    from sopwb.run.interpret import Program


class Column(msgspec.Struct, frozen=True):
    """A column. Its type has neither secrets nor types without values: those are texts."""

    name: str
    type: Type


class Columns(msgspec.Struct, frozen=True):
    """The columns of a table; ``key`` is the first where rows are items, ``fields`` None where a row is no record.
    ``may_be_null``: a result may be null as a whole; its fields are nulls then."""

    key: Column | None
    values: tuple[Column, ...]
    fields: tuple[str, ...] | None
    may_be_null: bool

    def all(self) -> tuple[Column, ...]:
        return self.values if self.key is None else (self.key, *self.values)

    def row(self, item: str, value: Value) -> list[Value]:
        """Give the cells of an item (its key as text) and its result."""
        if self.fields is None:
            cells = [value]
        elif value is None:
            cells = [None] * len(self.fields)
        else:
            cells = [value[name] for name in self.fields]
        return cells if self.key is None else [_KEYS[_scalar(self.key.type)](item), *cells]

    def arrays(self, items: pa.RecordBatch) -> list[pa.Array]:
        """Give the columns of items as an engine writes them (``run.ports.Results.write_batch``): the keys first, then
        a column a field, or ``value`` for what is no record or may be null."""
        if self.fields is not None and self.may_be_null:
            record = items.column(1)
            parts = dict(zip((field.name for field in record.type), record.flatten(), strict=True))
            return [items.column(0), *(parts[name] for name in self.fields)]
        return [items.column(0), *_by_name(items, tuple(column.name for column in self.values))]


def columns_of(program: Program) -> Columns:
    """Find the columns of what a program gives. Raises ``UserError`` SOP-A032 where that is no table."""
    loops = [loop for loop in program.loops() if loop.each.yield_ is not None]
    if len(loops) > 1:
        raise _no_table(f"it has results of {len(loops)} loops ({', '.join(loop.path for loop in loops)})")
    if not loops:
        returns = program.script.returns
        if returns is None:
            raise _no_table("it returns nothing, and no loop of it yields")
        return _columns(None, returns)
    each = loops[0].each
    assert each.yield_ is not None
    return _columns(each, each.yield_.type)


def items_of(type_: Type, items: pa.RecordBatch) -> Iterator[tuple[str, Value]]:
    """Give items that an engine wrote as columns (``Columns.arrays``) as rows would: keys as texts, and values of the
    type that the loop yields. Secrets are their placeholders."""
    known = without_secrets(type_)
    keys = items.column(0).to_pylist()
    if isinstance(known, RecordType):
        parts = [
            [from_arrow(part, value) for value in array.to_pylist()]
            for (_, part), array in zip(known.fields, _by_name(items, known.names()), strict=True)
        ]
        rows = zip(*parts, strict=True) if parts else iter([()] * len(keys))
        values: Iterator[Value] = (dict(zip(known.names(), row, strict=True)) for row in rows)
    else:
        values = (from_arrow(known, value) for value in items.column(1).to_pylist())
    for key, value in zip(keys, values, strict=True):
        yield key if isinstance(key, str) else show(key), value


def _by_name(items: pa.RecordBatch, names: tuple[str, ...]) -> list[pa.Array]:
    found = dict(zip(items.schema.names[1:], items.columns[1:], strict=True))
    return [found[name] for name in names]


def _columns(each: ir.Each | None, given: Type) -> Columns:
    type_ = without_secrets(given)
    record = required(type_)
    fields = record.names() if isinstance(record, RecordType) else None
    if fields == ():
        raise _no_table("its results have no fields")
    if isinstance(record, RecordType):
        values = tuple(Column(name, part) for name, part in record.fields)
    else:
        values = (Column("value", type_),)
    key = None if each is None else _key_column(each, tuple(column.name for column in values))
    return Columns(key, values, fields, is_optional(type_))


def _key_column(each: ir.Each, taken: tuple[str, ...]) -> Column:
    type_: Type | None = None
    names = ["item"]
    if each.key is not None and each.record is not None:
        type_ = each.record.get(each.key)
        names.insert(0, each.key)
    while names[-1] in taken:
        names.append(names[-1] + "_")
    return Column(next(name for name in names if name not in taken), INT if type_ is None else required(type_))


def _no_table(why: str) -> UserError:
    return UserError(
        Diagnostic("SOP-A032", f"the results are no table: {why}", hint="an output that ends in .json holds any run")
    )


def without_secrets(type_: Type) -> Type:
    """Give the type as which a value is written: secrets as their placeholders, types without values as texts."""
    match type_:
        case Scalar("secret") | NeverType():
            return STRING
        case NullType():
            return optional(STRING)
        case Scalar():
            return type_
        case OptionalType(inner):
            return optional(without_secrets(inner))
        case ListType(element):
            return ListType(without_secrets(element))
        case MapType(key, value):
            return MapType(key, without_secrets(value))
        case RecordType(fields):
            return RecordType(tuple((name, without_secrets(part)) for name, part in fields))


def has_decimal(type_: Type) -> bool:
    """Whether a decimal is the type or anywhere inside it."""
    match type_:
        case Scalar(name):
            return name == "decimal"
        case OptionalType(inner):
            return has_decimal(inner)
        case ListType(element):
            return has_decimal(element)
        case MapType(_, value):
            return has_decimal(value)
        case RecordType(fields):
            return any(has_decimal(part) for _, part in fields)
        case _:
            return False


def with_texts(type_: Type) -> Type:
    """Give the type with a text for every decimal."""
    match type_:
        case Scalar("decimal"):
            return STRING
        case OptionalType(inner):
            return optional(with_texts(inner))
        case ListType(element):
            return ListType(with_texts(element))
        case MapType(key, value):
            return MapType(key, with_texts(value))
        case RecordType(fields):
            return RecordType(tuple((name, with_texts(part)) for name, part in fields))
        case _:
            return type_


def text_cell(value: Value) -> Value:
    """Give a value with a text for every decimal, shortest form."""
    match value:
        case Decimal():
            return decimal_text(value)
        case dict():
            return {key: text_cell(part) for key, part in value.items()}
        case list():
            return [text_cell(part) for part in value]
        case _:
            return value


def from_arrow(type_: Type, value: Any) -> Value:
    """Turn what Arrow gives for a cell into a value: maps come as pairs, instants in any zone."""
    if value is None:
        return None
    match type_:
        case OptionalType(inner):
            return from_arrow(inner, value)
        case ListType(element):
            return [from_arrow(element, part) for part in value]
        case MapType(_, part):
            return {key: from_arrow(part, item) for key, item in value}
        case RecordType(fields):
            return {name: from_arrow(part, value[name]) for name, part in fields}
        case Scalar("decimal"):
            return Decimal(value)
        case _:
            return value


def to_arrow(type_: Type, value: Value) -> Any:
    """Turn a value into what Arrow takes for a cell of its type."""
    if value is None:
        return None
    match type_:
        case OptionalType(inner):
            return to_arrow(inner, value)
        case ListType(element):
            return [to_arrow(element, part) for part in value]
        case MapType(_, part):
            return [(key, to_arrow(part, item)) for key, item in value.items()]
        case RecordType(fields):
            return {name: to_arrow(part, value[name]) for name, part in fields}
        case _:
            return value.placeholder if isinstance(value, Secret) else value


def _scalar(type_: Type) -> str:
    assert isinstance(type_, Scalar), "a key is a scalar"
    return type_.name


_KEYS: Final[dict[str, Callable[[str], Value]]] = {
    "bool": lambda text: text == "true",
    "int": int,
    "decimal": Decimal,
    "string": str,
    "date": dt.date.fromisoformat,
    "timestamp": dt.datetime.fromisoformat,
    "duration": lambda text: dt.timedelta(microseconds=int(Decimal(text[:-1]).scaleb(6))),
}
"""An item's text → its key."""
