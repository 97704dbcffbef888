"""What a declaration makes of a table: fields with their types and SQL, an order, and chunks of raw values.

A field has the type that the declaration gives it, else its column's: T where the column is NOT NULL (the key never is
null), else T?. Columns whose values the server compares and orders as the language does are *served*: looked up and
sorted by the server, loaded by COPY. A field with another declared type, and a kind that the two order differently, is
not; then ``table`` reads all records and orders them here.

Records come in the key's order. Without a key they come in the order of the primary key, else of all columns: a table
has no order of its own, and the same records have to come in the same order wherever they are.

Deliberately not here: keeping records, looking them up (``table``), Arrow (``copying``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from sopwb.data.codes import BAD_KEY, MISFIT, NO_FIELD, NO_KEY, TOO_LARGE
from sopwb.data.columns import KEY_TYPES, Column, Layout
from sopwb.data.declaration import SourceDeclaration
from sopwb.data.faults import fault
from sopwb.data.infer import NOTHING, shape_type
from sopwb.data.names import identifier, identifiers
from sopwb.data.postgres.catalogue import PgColumn, Relation, quoted
from sopwb.data.postgres.kinds import Decode, asked, decoder
from sopwb.data.postgres.server import Snapshot
from sopwb.data.reader import Chunk
from sopwb.kernel.diagnostics import nearest_name
from sopwb.kernel.limits import SOURCE_FIELDS_MAX
from sopwb.lang.types import STRING, Scalar, Type, is_optional, optional, required, type_text

_SORTED: Final = frozenset(("int", "numeric", "text", "char", "uuid", "other", "date", "timestamptz"))
"""Kinds that a server orders as the language does, texts with the "C" collation."""
_TEXTS: Final = frozenset(("text", "char", "other", "json", "bytes", "list", "record"))


class Field(msgspec.Struct, frozen=True):
    """A field of the records and the column that it comes from (None: declared, T?, and not there yet).

    ``own``: it has its column's type, so what the server says of the column's values holds of the field's.
    """

    column: Column
    pg: PgColumn | None
    own: bool

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def kind(self) -> str:
        return self.pg.kind.name if self.pg is not None else ""

    @property
    def sql(self) -> str:
        """The column's quoted name."""
        return quoted(self.column.original)

    @property
    def asked(self) -> str:
        """The SQL that gives a value for ``decode``."""
        return asked(self.pg.kind, self.sql) if self.pg is not None else "null"

    @property
    def copied(self) -> str:
        """The SQL that gives a value for COPY, which writes it as text itself."""
        return self.sql if self.kind == "real" else self.asked

    def decode(self) -> Decode | None:
        nested = not isinstance(required(self.column.type), Scalar)
        return decoder(self.pg.kind, nested) if self.pg is not None else None

    def order(self, code_points: bool) -> str:
        """Write what sorts the column: as the language does where its kind is served, else somehow, but always so."""
        if self.kind not in _TEXTS:
            return self.sql
        text = self.sql if self.kind == "text" else f"{self.sql}::text"
        return f'{text} collate "C"' if code_points else f"convert_to({text}, 'UTF8')"


# --- settling -----------------------------------------------------------------------------------
def fields_of(declaration: SourceDeclaration, relation: Relation) -> tuple[Field, ...]:
    """Settle the fields. Raises ``UserError`` where the declaration names what is not there."""
    declared = dict(declaration.fields)
    if len(relation.columns) > SOURCE_FIELDS_MAX:
        message = f"records with more than {SOURCE_FIELDS_MAX} different fields"
        raise fault(TOO_LARGE, message, path=declaration.table)
    words = identifiers(column.name for column in relation.columns)
    found = []
    for column in relation.columns:
        wanted = declared.get(column.name, declared.get(words[column.name]))
        if column.kind.name == "bytes" and wanted is None:
            continue
        found.append(_field(column, words[column.name], wanted, declaration))
    names = {field.name for field in found} | {field.column.original for field in found}
    for name, type_ in declared.items():
        if name in names:
            continue
        if not is_optional(type_):
            near = nearest_name(name, names)
            hint = f"declare {type_text(type_)}? for one that may come"
            message = f"no record has the declared field {name}"
            raise fault(NO_FIELD, message, path=declaration.table, nearest=near, hint=hint)
        found.append(Field(Column(name, identifier(name, len(found) + 1), type_, NOTHING), None, False))
    return tuple(found)


def _field(column: PgColumn, name: str, declared: Type | None, declaration: SourceDeclaration) -> Field:
    kind = column.kind
    own = shape_type(kind.shape)
    if kind.name == "bytes" and declared is not None and required(declared) != STRING:
        hint = "string gives its hexadecimal text; without a declaration it is left out"
        message = f"the column {column.name} is {column.type}, which is no {type_text(declared)}"
        raise fault(MISFIT, message, path=declaration.table, hint=hint)
    type_ = declared or (own if column.not_null else optional(own))
    if declaration.key in (column.name, name):
        type_ = required(type_)
    return Field(Column(column.name, name, type_, kind.shape), column, required(type_) == own)


def key_of(declaration: SourceDeclaration, fields: Sequence[Field]) -> Field | None:
    """Find the key's field. Raises ``UserError`` where there is none, or none that can be a key."""
    wanted = declaration.key
    if not wanted:
        return None
    found = next((f for f in fields if f.column.original == wanted), None) or next(
        (f for f in fields if f.name == wanted), None
    )
    if found is None or found.pg is None:
        names = [field.name for field in fields]
        near = nearest_name(wanted, names)
        hint = "" if near else "the fields are " + ", ".join(names[:12])
        raise fault(NO_KEY, f"no record has the key {wanted}", path=declaration.table, nearest=near, hint=hint)
    type_ = found.column.type
    if not isinstance(type_, Scalar) or type_.name not in KEY_TYPES:
        raise fault(BAD_KEY, f"the key {wanted} is {type_text(type_)}", path=declaration.table)
    return found


# --- reading ------------------------------------------------------------------------------------
class PostgresReader:
    """Reads records of one table; implements ``data.reader.Reader``. A mark is the record's key, else its number."""

    texts: Final = False

    def __init__(
        self,
        label: str,
        relation: Relation,
        snapshot: Snapshot,
        fields: Sequence[Field],
        key: Field | None,
        order: str | None = None,
    ) -> None:
        self.label, self.relation, self.snapshot = label, relation, snapshot
        self.fields, self.key = tuple(fields), key
        self.hints: dict[str, Type] = {}
        self.names = tuple(field.column.original for field in self.fields)
        self._decoders = tuple(field.decode() for field in self.fields)
        self._asked = ", ".join(field.asked for field in self.fields)
        self.order = self._ordered() if order is None else order
        """The clause that sorts records."""

    def part(self, names: Sequence[str]) -> PostgresReader:
        """Give the reader of some of the fields, and of the key, in the order of all."""
        kept = [field for field in self.fields if field.name in names or field is self.key]
        return PostgresReader(self.label, self.relation, self.snapshot, kept, self.key, self.order)

    def layout(self, source: str, zone: dt.tzinfo) -> Layout:
        key = self.key.name if self.key is not None else None
        return Layout(source, [field.column for field in self.fields], key, self, zone)

    def sorted_by_server(self, zone: dt.tzinfo) -> bool:
        """Whether the server puts records into the key's order. It does not know the workspace's clock changes."""
        key = self.key
        if key is None:
            return True
        return key.own and (key.kind in _SORTED or (key.kind == "timestamp" and zone is dt.UTC))

    def _ordered(self) -> str:
        code_points = self.relation.code_points
        if self.key is not None:
            return f" order by {self.key.order(code_points)}"
        by = {field.column.original: field.order(code_points) for field in self.fields if field.pg is not None}
        if self.relation.primary and by.keys() >= set(self.relation.primary):
            by = {name: by[name] for name in self.relation.primary}
        return f" order by {', '.join(by.values())}" if by else ""

    def query(self, where: str = "") -> str:
        """Write the query that gives records in order; ``where`` is SQL."""
        source = self.relation.sql
        if where:
            # "offset 0" keeps the planner from walking the key's index, in order, past all that does not match.
            columns = ", ".join(quoted(column.name) for column in self.relation.columns)
            source = f"(select {columns} from {source} where {where} offset 0) records"
        return f"select {self._asked} from {source}{self.order}"

    def chunks(self, where: str = "", params: Sequence[Any] = (), single: bool = False) -> Iterator[Chunk]:
        """Read all records, or those of a condition (``single``: at most one meets it), in order."""
        query = self.query(where)
        number = 0
        for rows in [self.snapshot.rows(query, params)] if single else self.snapshot.stream(query, params):
            columns = self._decoded(rows)
            yield Chunk(self.names, columns, self._marks(columns, number, len(rows)))
            number += len(rows)

    def _decoded(self, rows: list[tuple[Any, ...]]) -> tuple[Sequence[Any], ...]:
        if not rows:
            return ((),) * len(self.names)
        return tuple(
            cells if decode is None else [None if cell is None else decode(cell) for cell in cells]
            for decode, cells in zip(self._decoders, zip(*rows, strict=True), strict=True)
        )

    def _marks(self, columns: Sequence[Sequence[Any]], number: int, count: int) -> Sequence[int | str]:
        if self.key is None:
            return range(number + 1, number + 1 + count)
        keys = columns[self.fields.index(self.key)]
        if self.key.kind in ("int", "text"):
            return keys
        return list(map(str, keys))

    def place(self, mark: int | str) -> str:
        return f"{self.label} {self.key.column.original if self.key is not None else 'record'} {mark}"

    def digest(self) -> tuple[str, str]:
        """Say nothing: what identifies the content is asked of the server (``fingerprint``)."""
        return "table", ""

    def unchanged(self) -> None:
        """Do nothing: a snapshot does not change."""
