"""Large sources, spooled once to a SQLite file under the cache folder and then read piece by piece.

    about (text TEXT)               one row of JSON: schema, precisions, original names
    records (mark, c0, c1, …)       one row a record; rowid order is key order (without a key: the source's own order)

Stored forms keep values exact: bool and int as INTEGER, decimal as its canonical text, date as ISO text,
timestamp and duration as microseconds, nested values as JSON. The file's name holds a hash of everything that
its content depends on (the source's digest, declaration, zone, format version), so it is never stale; it
appears under its name only when complete, and older spools of the same source are removed then. Without a
cache folder the file has no name and ends with the process. An index of a field is made on its first
``matching``.

Deliberately not here: types (``columns``), and tables that fit into memory (``memory``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.data.codes import CACHE
from sopwb.data.columns import Layout
from sopwb.data.faults import fault
from sopwb.data.memory import duplicate_key, rows_of, unknown_field
from sopwb.data.precision import NO_PRECISION, Precision, measure
from sopwb.data.reader import Reader
from sopwb.data.stored import Stored, sort_text
from sopwb.kernel.limits import SQLITE_BUSY_MS_MAX, SQLITE_CACHE_KIB
from sopwb.kernel.values import Value
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import RecordType, Type, parse_type, type_text
from sopwb.run.ports import Fingerprint

if TYPE_CHECKING:
    import sqlite3

    import pyarrow as pa

_PAGE_ROWS: Final = 2_048


class About(msgspec.Struct, frozen=True):
    """What a spool says of itself. ``record`` is a type's text."""

    key: str | None
    record: str
    rows: int
    precisions: dict[str, Precision]
    originals: dict[str, str]
    kind: str
    digest: str


class SpoolTable:
    """Implements ``run.ports.Table`` over a spool."""

    def __init__(self, name: str, connection: sqlite3.Connection, about: About, *, indexable: bool = True) -> None:
        record = parse_type(about.record)
        assert isinstance(record, RecordType)
        self._schema = SourceSchema(name, about.key, record, rows=about.rows)
        self._connection, self._about = connection, about
        self.originals = about.originals
        self._stored = {field: Stored(type_) for field, type_ in record.fields}
        self._columns = {field: f"c{n}" for n, field in enumerate(record.names())}
        self._indexed: set[str] = set() if indexable else set(self._columns)

    @property
    def schema(self) -> SourceSchema:
        return self._schema

    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self._schema.name, self._about.kind, self._about.digest)

    def count(self) -> int:
        return self._about.rows

    def rows(self) -> Iterator[dict[str, Value]]:
        for page in self._pages(tuple(self._columns), _PAGE_ROWS):
            yield from page

    def matching(self, field: str, value: Value) -> Iterator[dict[str, Value]]:
        stored = self._stored.get(field)
        if stored is None:
            raise unknown_field(self._schema, field)
        if stored.nested and value is not None:
            yield from (row for row in self.rows() if row[field] == value)
            return
        column = self._columns[field]
        sought: tuple[Any, ...]
        if value is None:
            where, sought = f"{column} IS NULL", ()
        else:
            wanted = stored.sought(value)
            if wanted is None:
                return
            where, sought = f"{column} = ?", (wanted,)
        self._index(field)
        for page in self._pages(tuple(self._columns), _PAGE_ROWS, where, sought):
            yield from page

    def batches(self, fields: Sequence[str] | None = None, rows_max: int = 65_536) -> Iterator[pa.RecordBatch]:
        from sopwb.data.arrow import Columns

        columns = Columns(self._schema, fields)
        for name in columns.precisions:
            columns.precisions[name] = self._about.precisions.get(name, NO_PRECISION)
        columns.settle()
        for page in self._pages(tuple(columns.precisions), rows_max):
            yield columns.batch(page)

    def _pages(
        self, fields: tuple[str, ...], size: int, where: str = "1", sought: tuple[Any, ...] = ()
    ) -> Iterator[list[dict[str, Value]]]:
        # Page by page, no statement stays open: an index can be made while somebody iterates.
        listed = ", ".join(["rowid", *(self._columns[field] for field in fields)])
        query = f"SELECT {listed} FROM records WHERE {where} AND rowid > ? ORDER BY rowid LIMIT ?"
        last = 0
        while True:
            found = self._connection.execute(query, (*sought, last, size)).fetchall()
            if not found:
                return
            ids, *cells = zip(*found, strict=True)
            last = ids[-1]
            columns = [self._stored[field].load(cell) for field, cell in zip(fields, cells, strict=True)]
            yield rows_of(fields, columns, len(ids))
            if len(found) < size:
                return

    def _index(self, field: str) -> None:
        if field in self._indexed:
            return
        import sqlite3

        self._indexed.add(field)
        column = self._columns[field]
        try:
            self._connection.execute(f"CREATE INDEX IF NOT EXISTS by_{column} ON records ({column})")
        except sqlite3.OperationalError:
            return  # a cache that cannot be written: the same answer by a scan


# --- finding and making -------------------------------------------------------------------------
def open_spool(path: str, name: str) -> SpoolTable | None:
    """Open a complete spool, or None where there is none (or one that cannot be read, which is made again)."""
    import sqlite3

    if not os.path.exists(path):
        return None
    try:
        connection = _connect(path)
        (text,) = connection.execute("SELECT text FROM about").fetchone()
        about = msgspec.json.decode(text, type=About)
    except (sqlite3.Error, msgspec.MsgspecError, TypeError):
        return None
    return SpoolTable(name, connection, about)


def _connect(path: str) -> sqlite3.Connection:
    import sqlite3

    # A run's tables may be read on another thread than the one that opened them, never on two at once.
    connection = sqlite3.connect(path, timeout=SQLITE_BUSY_MS_MAX / 1000, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}")
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("PRAGMA synchronous = OFF")  # a cache: what a crash spoils is made again
    return connection


def make_spool(path: str | None, name: str, layout: Layout, reader: Reader) -> SpoolTable:
    """Read a source into a new spool at ``path`` (None: a file without a name). Raises ``UserError``."""
    import sqlite3

    try:
        passing = _passing_name(path)
    except OSError as wrong:
        raise fault(CACHE, f"cannot spool {name}: {wrong}", path=path or "") from None
    try:
        try:
            return _make(path, passing, name, layout, reader)
        except (sqlite3.Error, OSError) as wrong:
            raise fault(CACHE, f"cannot spool {name}: {wrong}", path=path or passing) from None
    finally:
        for leftover in (passing, passing + ".sorted"):
            if os.path.exists(leftover):
                os.remove(leftover)


def _passing_name(path: str | None) -> str:
    if path is not None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return f"{path}.{os.getpid()}"
    import tempfile

    handle, passing = tempfile.mkstemp(prefix="sopwb-", suffix=".spool")
    os.close(handle)
    return passing


def _make(path: str | None, passing: str, name: str, layout: Layout, reader: Reader) -> SpoolTable:
    if path is not None and os.path.exists(passing):
        os.remove(passing)  # of a process of the same number that died
    writer = _Writer(passing, layout, reader)
    try:
        for chunk in reader.chunks():
            writer.add(layout.values(chunk), chunk.marks)
        made = writer.finish()
    finally:
        writer.connection.close()
    reader.unchanged()
    kind, digest = reader.digest()
    record = layout.schema(0).record
    about = About(layout.key, type_text(record), writer.rows, writer.precisions, layout.originals(), kind, digest)
    connection = _connect(made)
    connection.execute("CREATE TABLE about (text TEXT)")
    connection.execute("INSERT INTO about VALUES (?)", (msgspec.json.encode(about).decode(),))
    if path is None:
        os.remove(made)  # the open file lives on without a name
        return SpoolTable(name, connection, about)
    connection.close()
    os.replace(made, path)
    _remove_older(path, name)
    return SpoolTable(name, _connect(path), about)


def _remove_older(path: str, name: str) -> None:
    folder, kept = os.path.split(path)
    for other in os.listdir(folder):
        if other.startswith(name + "-") and other.endswith(".spool") and other != kept:
            os.remove(os.path.join(folder, other))


class _Writer:
    """Appends columns of values in the source's order, then puts them into key order."""

    def __init__(self, passing: str, layout: Layout, reader: Reader) -> None:
        self._passing, self._layout, self._reader = passing, layout, reader
        self.connection = _connect(passing)
        self._stored = [Stored(column.type) for column in layout.columns]
        self._key = layout.names.index(layout.key) if layout.key is not None else None
        self._sorted = True
        self._last: Value = None
        self.rows = 0
        self.precisions = {column.name: NO_PRECISION for column in layout.columns}
        self._types: list[Type] = [column.type for column in layout.columns]
        self._listed = ", ".join(["mark", *(f"c{n}" for n in range(len(self._stored)))])
        order = ", sort" if self._by_sort_text() else ""
        self.connection.execute(f"CREATE TABLE records ({self._listed}{order})")
        marks = ", ".join("?" * (1 + len(self._stored) + bool(order)))
        self._insert = f"INSERT INTO records VALUES ({marks})"

    def _by_sort_text(self) -> bool:
        return self._key is not None and self._stored[self._key].name == "decimal"

    def add(self, columns: list[list[Value]], marks: Sequence[int | str]) -> None:
        if not marks:
            return
        if self._key is not None:
            self._follow(columns[self._key])
        for name, type_, values in zip(self._layout.names, self._types, columns, strict=True):
            self.precisions[name] = self.precisions[name].join(measure(type_, values))
        cells: list[Sequence[Any]] = [marks]
        cells += [stored.store(values) for stored, values in zip(self._stored, columns, strict=True)]
        if self._key is not None and self._by_sort_text():
            cells.append(list(map(sort_text, columns[self._key])))
        self.connection.execute("BEGIN")
        self.connection.executemany(self._insert, zip(*cells, strict=True))
        self.connection.execute("COMMIT")
        self.rows += len(marks)

    def _follow(self, keys: list[Value]) -> None:
        if self._sorted:
            self._sorted = (self._last is None or self._last < keys[0]) and all(a < b for a, b in pairwise(keys))
            self._last = keys[-1]

    def finish(self) -> str:
        """Sort, check that keys are unique, and give the file that holds the result."""
        made = self._passing
        if self._key is not None and not self._sorted:
            made = self._passing + ".sorted"
            order = "sort" if self._by_sort_text() else f"c{self._key}"
            self.connection.execute("ATTACH ? AS sorted", (made,))
            self.connection.execute("PRAGMA sorted.journal_mode = OFF")
            self.connection.execute(f"CREATE TABLE sorted.records ({self._listed})")
            self.connection.execute(
                f"INSERT INTO sorted.records SELECT {self._listed} FROM main.records ORDER BY {order}, rowid"
            )
            self._refuse_duplicates("sorted.records", "sorted.")
        return made

    def _refuse_duplicates(self, table: str, schema: str) -> None:
        import sqlite3

        assert self._key is not None
        column = f"c{self._key}"
        try:
            self.connection.execute(f"CREATE UNIQUE INDEX {schema}by_{column} ON records ({column})")
        except sqlite3.IntegrityError:
            query = f"SELECT {column}, min(rowid) FROM {table} GROUP BY {column} HAVING count(*) > 1 ORDER BY 2 LIMIT 1"
            value, first = self.connection.execute(query).fetchone()
            marks = self.connection.execute(
                f"SELECT mark FROM {table} WHERE rowid >= ? ORDER BY rowid LIMIT 2", (first,)
            ).fetchall()
            assert self._layout.key is not None
            (key,) = self._stored[self._key].load([value])
            raise duplicate_key(self._reader, self._layout.key, key, marks[0][0], marks[1][0]) from None
