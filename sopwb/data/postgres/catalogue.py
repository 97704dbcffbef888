"""A table or view as the server's catalogue describes it: columns, kinds, keys, indexes.

``table = "orders"`` is found on the server's search path, ``table = "sales.orders"`` in that schema, each exactly as
written: names are not folded to lower case. Columns that the role may not select are left out.

Deliberately not here: what the declaration makes of it (``records``).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.data.codes import DENIED, NO_TABLE
from sopwb.data.faults import fault
from sopwb.data.postgres.kinds import Kind, TypeRow, kind_of
from sopwb.data.postgres.server import Snapshot
from sopwb.kernel.diagnostics import UserError, nearest_name


class PgColumn(msgspec.Struct, frozen=True):
    """A column. ``type`` is PostgreSQL's own word for its type.

    ``exact``: its collation holds different texts for different. ``indexed``: an index finds equal values.
    ``unique``: an index makes its values unique.
    """

    name: str
    kind: Kind
    type: str
    not_null: bool
    exact: bool
    indexed: bool
    unique: bool


class Relation(msgspec.Struct, frozen=True):
    """A table or view: its SQL name, its columns that can be read, its primary key's columns (() where none is)."""

    sql: str
    columns: tuple[PgColumn, ...]
    primary: tuple[str, ...]
    code_points: bool
    """Whether the database orders bytes as code points: it stores UTF-8."""
    schema: str = ""


_RELATIONS: Final = "c.relkind in ('r', 'p', 'v', 'm', 'f')"
_FIND: Final = f"""
select c.oid::int8, n.nspname::text, c.relname::text, has_schema_privilege(n.oid, 'usage'),
       current_setting('server_encoding') in ('UTF8', 'LATIN1')
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where {_RELATIONS} and ((c.relname = $1 and pg_catalog.pg_table_is_visible(c.oid))
                        or (n.nspname = $2 and c.relname = $3))
order by pg_catalog.pg_table_is_visible(c.oid) desc, 1 limit 1
"""
_NEAR: Final = f"""
select case when pg_catalog.pg_table_is_visible(c.oid) then c.relname else n.nspname || '.' || c.relname end
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where {_RELATIONS} and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1 limit 2000
"""
_COLUMNS: Final = """
select a.attname::text, a.atttypid::int8, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
       coalesce(l.collisdeterministic, true), pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'select'),
       exists (select from pg_catalog.pg_index i
               join pg_catalog.pg_class x on x.oid = i.indexrelid join pg_catalog.pg_am m on m.oid = x.relam
               where i.indrelid = a.attrelid and i.indkey[0] = a.attnum and i.indisvalid and i.indpred is null
                 and m.amname in ('btree', 'hash')
                 and (i.indcollation[0] = a.attcollation or i.indcollation[0] = 0)),
       exists (select from pg_catalog.pg_index i
               where i.indrelid = a.attrelid and i.indkey[0] = a.attnum and i.indisvalid and i.indpred is null
                 and i.indisunique and i.indnkeyatts = 1 and i.indimmediate)
from pg_catalog.pg_attribute a left join pg_catalog.pg_collation l on l.oid = a.attcollation
where a.attrelid = $1::int8::oid and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
_PRIMARY: Final = """
select a.attname::text from pg_catalog.pg_index i, unnest(i.indkey::int2[]) with ordinality k(attnum, place)
join pg_catalog.pg_attribute a on a.attnum = k.attnum
where i.indrelid = $1::int8::oid and i.indisprimary and a.attrelid = i.indrelid and k.place <= i.indnkeyatts
order by k.place
"""
_TYPE: Final = """
select t.typtype::text, t.typcategory::text, t.typbasetype::int8, t.typelem::int8, t.typrelid::int8
from pg_catalog.pg_type t where t.oid = $1::int8::oid
"""
_FIELDS: Final = """
select attname::text, atttypid::int8 from pg_catalog.pg_attribute
where attrelid = $1::int8::oid and attnum > 0 and not attisdropped order by attnum
"""


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def find_relation(table: str, snapshot: Snapshot) -> Relation:
    """Look a table or view up. Raises ``UserError`` where there is none, or none that may be read."""
    schema, _, name = table.partition(".")
    found = snapshot.rows(_FIND, (table, schema, name))
    if not found:
        raise _no_table(table, snapshot)
    oid, schema, name, usable, code_points = found[0]
    types = _CatalogueTypes(snapshot)
    columns = tuple(
        PgColumn(column, kind_of(type_, types), word, not_null, exact, indexed, unique)
        for column, type_, word, not_null, exact, readable, indexed, unique in snapshot.rows(_COLUMNS, (oid,))
        if readable
    )
    if not usable or not columns:
        hint = f"grant select on {table}, and usage on its schema, to the url's user"
        raise fault(DENIED, f"the table {table} may not be read", path=snapshot.shown, hint=hint)
    known = {column.name for column in columns}
    primary = tuple(word for (word,) in snapshot.rows(_PRIMARY, (oid,)))
    primary = primary if known.issuperset(primary) else ()
    return Relation(f"{quoted(schema)}.{quoted(name)}", columns, primary, code_points, schema)


def _no_table(table: str, snapshot: Snapshot) -> UserError:
    names = [name for (name,) in snapshot.rows(_NEAR)]
    near = nearest_name(table, names)
    hint = "" if near else "it has " + (", ".join(names[:12]) or "none")
    return fault(NO_TABLE, f"the database has no table {table}", path=snapshot.shown, nearest=near, hint=hint)


class _CatalogueTypes:
    """Looks types up in the server's catalogue, each once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[int, TypeRow] = {}

    def type(self, oid: int) -> TypeRow:
        row = self._known.get(oid)
        if row is None:
            ((type_, category, base, element, relation),) = self._snapshot.rows(_TYPE, (oid,))
            fields: tuple[Any, ...] = tuple(self._snapshot.rows(_FIELDS, (relation,))) if relation else ()
            row = self._known[oid] = TypeRow(type_, category, base, element, fields)
        return row
