"""Opens declared sources as tables.

A table is opened on first use: its file is read, its types settled, its keys checked. What is larger than
``ROWS_IN_MEMORY_MAX`` records or ``SOURCE_BYTES_HELD_MAX`` bytes stays in a Parquet file (``columnar``), and is known
from then on.

Readers and large tables are imported where they are used: a run of one CSV source starts some milliseconds earlier.

Tables of databases are opened anew for every Command (``release``), those of one database from one snapshot.

Deliberately not here: formats (``read_*``), types (``columns``), databases (``postgres``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from sopwb.data.codes import BAD_SETTING, NO_FIELD, NOT_WRITABLE, UNKNOWN_SOURCE
from sopwb.data.columns import Survey
from sopwb.data.content import Content
from sopwb.data.declaration import SourceDeclaration
from sopwb.data.faults import fault
from sopwb.data.memory import MemoryTable, in_key_order, rows_of
from sopwb.data.reader import Chunk, Reader
from sopwb.kernel.diagnostics import nearest_name
from sopwb.kernel.ids import digest
from sopwb.kernel.limits import ROWS_IN_MEMORY_MAX, SOURCE_BYTES_HELD_MAX, SQLITE_LOOK_UP_ROWS_MIN
from sopwb.kernel.values import Value
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import Scalar, required, type_text
from sopwb.run.ports import Fingerprint, Table, columnar_of

if TYPE_CHECKING:
    from pathlib import Path

    from sopwb.data.columnar.about import About
    from sopwb.data.columnar.cache import Place
    from sopwb.data.columnar.table import ColumnarTable
    from sopwb.data.postgres.server import Servers
    from sopwb.data.sqlite_table import Note
    from sopwb.run.acting import Actor

COLUMNS_VERSION: Final = "1"
"""Part of the name of what is kept of a large source. Raised with every change of what lies there or what it means."""


def open_table(
    declaration: SourceDeclaration,
    *,
    cache_dir: Path | None,
    zone: dt.tzinfo = dt.UTC,
    servers: Servers | None = None,
) -> Table:
    """Open a source. ``zone`` is the workspace's: date-times without an offset are local times in it.

    Tables of one database that are opened with the same ``servers`` show one state of it. Raises ``UserError`` for
    whatever is wrong with the file or its records.
    """
    if declaration.address is not None:
        from sopwb.data.postgres.server import Servers
        from sopwb.data.postgres.table import open_postgres

        return open_postgres(declaration, servers or Servers(), zone)
    if declaration.format == "sqlite" and declaration.writable:
        from sopwb.data.read_sqlite import recover

        recover(declaration.file)
    hold = declaration.format not in ("sqlite", "parquet")
    content = Content(declaration.file, declaration.path, cache_dir, hold=hold)
    reader = _reader(declaration, content)
    place = None
    if cache_dir is not None and _may_be_known(declaration, content):
        place = _place(declaration, reader, zone, cache_dir)
        known = _known(declaration, content, reader, zone, place) if place is not None else None
        if known is not None:
            return known
    return _open_whole(declaration, content, reader, zone, place)


def _open_whole(
    declaration: SourceDeclaration, content: Content, reader: Reader, zone: dt.tzinfo, place: Place | None
) -> Table:
    survey = Survey(declaration, reader, zone)
    kept = None if _is_large(reader, content) else _survey(survey, reader)
    if kept is None:
        return _made(declaration, content, reader, zone, place)
    layout = survey.layout()
    rows: list[dict[str, Value]] = []
    marks: list[int | str] = []
    for chunk in kept:
        rows += rows_of(layout.names, layout.values(chunk), len(chunk.marks))
        marks += chunk.marks
    rows = in_key_order(layout, rows, marks, reader)
    kind, digest = reader.digest()
    reader.unchanged()
    content.drop()
    schema = layout.schema(len(rows))
    table = MemoryTable(schema, rows, Fingerprint(declaration.name, kind, digest), layout.originals())
    _indexed_fields(declaration, schema, table.originals)  # what is wrong there is said of a small file too
    if place is not None and declaration.format == "sqlite" and len(rows) >= SQLITE_LOOK_UP_ROWS_MIN:
        from sopwb.data.sqlite_table import write_note

        write_note(place.note, table, table.originals)
    return table


def _survey(survey: Survey, reader: Reader) -> list[Chunk] | None:
    """Look at all chunks; give them, or None where they are too many to be kept."""
    kept: list[Chunk] = []
    for chunk in reader.chunks():
        survey.add(chunk)
        kept.append(chunk)
        if survey.rows > ROWS_IN_MEMORY_MAX:
            return None
    return kept


# --- large sources --------------------------------------------------------------------------------
def _is_large(reader: Reader, content: Content) -> bool:
    rows = getattr(reader, "rows", None)
    return content.size > SOURCE_BYTES_HELD_MAX or (rows is not None and rows() > ROWS_IN_MEMORY_MAX)


def _may_be_known(declaration: SourceDeclaration, content: Content) -> bool:
    """Whether an earlier run may have left something: else a record takes two bytes at least."""
    return declaration.format in ("parquet", "sqlite") or content.size > 2 * ROWS_IN_MEMORY_MAX


def _known(
    declaration: SourceDeclaration, content: Content, reader: Reader, zone: dt.tzinfo, place: Place
) -> Table | None:
    """Open what an earlier run has left of a source, if anything."""
    about = place.about()
    if about is not None:
        content.drop()
        table = _columnar(declaration, content, about, place)
        return _with_its_indexes(declaration, reader, zone, about, lambda: table)
    if not os.path.exists(place.note):
        return None
    from sopwb.data.read_sqlite import SqliteReader
    from sopwb.data.sqlite_table import read_note

    def whole() -> Table:
        again = Content(declaration.file, declaration.path, None, hold=False)
        return _open_whole(declaration, again, SqliteReader(again, declaration.table), zone, None)

    note = read_note(place.note)
    return None if note is None else _with_its_indexes(declaration, reader, zone, note, whole)


def _with_its_indexes(
    declaration: SourceDeclaration, reader: Reader, zone: dt.tzinfo, known: Note | About, whole: Callable[[], Table]
) -> Table:
    """Let the indexes that a SQLite table has itself be asked first; other sources have none."""
    if declaration.format != "sqlite":
        return whole()
    from sopwb.data.read_sqlite import SqliteReader
    from sopwb.data.sqlite_table import Note, SqliteTable

    assert isinstance(reader, SqliteReader)
    note = Note(known.key, known.record, known.rows, known.originals)
    return SqliteTable(declaration.name, note, reader, zone, whole, frozenset(dict(declaration.fields)))


def _made(
    declaration: SourceDeclaration, content: Content, reader: Reader, zone: dt.tzinfo, place: Place | None
) -> Table:
    """Open a large source, of which nothing was known."""
    from sopwb.data.columnar.cache import Place
    from sopwb.data.columnar.make import make_about

    place = Place.temporary(declaration.name) if place is None else place
    with place.making():
        about = place.about()  # another process may have been faster
        if about is None:
            about = make_about(declaration, reader, zone, place)
            place.write_about(about)
            about = place.about() or about
    content.drop()
    return _columnar(declaration, content, about, place)


def _columnar(declaration: SourceDeclaration, content: Content, about: About, place: Place) -> ColumnarTable:
    from sopwb.data.columnar.table import ColumnarTable

    table = ColumnarTable(declaration.name, about, place, declaration.file, content.unchanged)
    table.index = _indexed_fields(declaration, table.schema, table.originals)
    return table


def _indexed_fields(declaration: SourceDeclaration, schema: SourceSchema, originals: dict[str, str]) -> tuple[str, ...]:
    """Give the fields that are declared as indexes, by name or by the source's own. Raises ``UserError``."""
    fields = {**{original: field for field, original in originals.items()}, **{name: name for name in originals}}
    found: list[str] = []
    for name in declaration.index:
        place = f"data.{declaration.name}.index"
        if name not in fields:
            near = nearest_name(name, fields)
            raise fault(NO_FIELD, f"{declaration.name} has no field {name}", path=place, nearest=near)
        type_ = schema.record.get(fields[name])
        if type_ is None or not isinstance(required(type_), Scalar):
            raise fault(BAD_SETTING, f"{name} holds lists or records, which have no order", path=place)
        found.append(fields[name])
    return tuple(dict.fromkeys(found))


def _place(declaration: SourceDeclaration, reader: Reader, zone: dt.tzinfo, cache_dir: Path) -> Place | None:
    from sopwb.data.columnar.about import can_be_named
    from sopwb.data.columnar.cache import FOLDER, Place

    folder = os.path.abspath(os.path.join(cache_dir, FOLDER))
    if not can_be_named(folder):
        return None  # what was written there could not be read
    kind, digest_ = reader.digest()
    types = [f"{name}: {type_text(type_)}" for name, type_ in declaration.fields]
    parts = [
        COLUMNS_VERSION,
        kind,
        digest_,
        declaration.format,
        declaration.table,
        declaration.key,
        _rules(zone),
        *types,
    ]
    mark = digest(*(part.encode() for part in parts)).hex()[:32]
    return Place(folder, declaration.name, mark)


def _rules(zone: dt.tzinfo) -> str:
    """Name a zone's rules: local times of one are other instants by others."""
    if isinstance(zone, dt.timezone):
        return str(zone)
    import tzdata

    return f"{zone} {tzdata.IANA_VERSION}"


def _reader(declaration: SourceDeclaration, content: Content) -> Reader:
    match declaration.format:
        case "csv":
            from sopwb.data.read_csv import CsvReader

            return CsvReader(content)
        case "json":
            from sopwb.data.read_json import JsonReader

            return JsonReader(content)
        case "jsonl":
            from sopwb.data.read_json import JsonLinesReader

            return JsonLinesReader(content)
        case "tinydb":
            from sopwb.data.read_json import TinydbReader

            return TinydbReader(content, declaration.table, declaration.key)
        case "sqlite":
            from sopwb.data.read_sqlite import SqliteReader

            return SqliteReader(content, declaration.table)
        case "parquet":
            from sopwb.data.read_parquet import ParquetReader

            return ParquetReader(content)
        case other:
            raise AssertionError(f"no reader of {other}")


class OpenTables:
    """Implements ``run.ports.Tables``: each source is opened when it is first asked for, and then kept."""

    def __init__(self, declarations: Iterable[SourceDeclaration], cache_dir: Path | None, zone: dt.tzinfo) -> None:
        self._declarations = {declaration.name: declaration for declaration in declarations}
        self._cache_dir, self._zone = cache_dir, zone
        self._tables: dict[str, Table] = {}
        self._servers: Servers | None = None

    def names(self) -> tuple[str, ...]:
        """Name the declared sources, in their order."""
        return tuple(self._declarations)

    def table(self, name: str) -> Table:
        table = self._tables.get(name)
        if table is None:
            declaration = self._declarations.get(name)
            if declaration is None:
                near = nearest_name(name, self._declarations)
                hint = "" if near else "declared are " + (", ".join(self._declarations) or "none")
                raise fault(UNKNOWN_SOURCE, f"no source {name} is declared", path=name, nearest=near, hint=hint)
            if declaration.address is not None and self._servers is None:
                from sopwb.data.postgres.server import Servers

                self._servers = Servers()
            table = self._tables[name] = open_table(
                declaration, cache_dir=self._cache_dir, zone=self._zone, servers=self._servers
            )
        return table

    def read_only(self, name: str) -> str:
        """Say why a declared source cannot be written, "" where it can."""
        return self._declarations[name].read_only

    def writer(self, name: str, now_us: Callable[[], int], at: Callable[[str], None]) -> Actor:
        """Make what writes a source; ``at`` hears the boundaries of each chunk. Nothing is changed yet.

        Raises ``UserError`` for one that is not declared or is read-only.
        """
        from sopwb.data.writing.open import open_writer

        table, declaration = self.table(name), self._declarations[name]
        if declaration.read_only:
            message, hint = f"{name} {declaration.read_only}", table.schema.writable_hint()
            raise fault(NOT_WRITABLE, message, path=f"data.{name}", hint=hint)
        return open_writer(declaration, table, self._zone, now_us, at)

    def release(self) -> None:
        """Let go of databases, so that the next look sees them as they are then. Files stay as they were read."""
        if self._servers is not None:
            for name, declaration in self._declarations.items():
                if declaration.address is not None:
                    self._tables.pop(name, None)
            self._servers.release()

    def close(self) -> None:
        """Let go of databases for good."""
        self.release()
        if self._servers is not None:
            self._servers.close()

    def unchanged(self) -> None:
        """Check that what was read so far is still what was fingerprinted.

        Cheap: sizes, times and inodes, then digests. For the end of a run. Raises ``UserError``.
        """
        for table in self._tables.values():
            columnar = columnar_of(table)
            if columnar is not None:
                columnar.unchanged()


def open_tables(
    declarations: Iterable[SourceDeclaration], cache_dir: Path | None, zone: dt.tzinfo = dt.UTC
) -> OpenTables:
    """Give the declared sources as ``Tables``; nothing is read before a table is asked for."""
    return OpenTables(declarations, cache_dir, zone)
