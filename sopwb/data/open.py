"""Opens declared sources as tables.

A table is opened on first use: its file is read, its types settled, its keys checked. What is larger than
``ROWS_IN_MEMORY_MAX`` records or ``SOURCE_BYTES_HELD_MAX`` bytes is spooled, where its format can be read
piece by piece.

Readers and spools are imported where they are used: a run of one CSV source starts some milliseconds earlier.

Tables of databases are opened anew for every Command (``release``), those of one database from one snapshot.

Deliberately not here: formats (``read_*``), types (``columns``), databases (``postgres``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sopwb.data.codes import UNKNOWN_SOURCE
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
from sopwb.lang.types import type_text
from sopwb.run.ports import Fingerprint, Table

if TYPE_CHECKING:
    from pathlib import Path

    from sopwb.data.postgres.server import Servers

SPOOL_VERSION: Final = "1"
"""Part of a spool's name: a spool of another version is never found.

Raised with every change of what lies in one.
"""


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
    hold = declaration.format not in ("sqlite", "parquet")
    content = Content(declaration.file, declaration.path, cache_dir, hold=hold)
    reader = _reader(declaration, content)
    path = _spool_path(declaration, reader, zone, cache_dir) if cache_dir is not None and reader.streams else None
    if path is not None and os.path.exists(path):
        from sopwb.data.spool import open_spool

        spool = open_spool(path, declaration.name)
        if spool is not None:
            return spool
    note = _known_sqlite(declaration, reader, zone, cache_dir, path)
    if note is not None:
        return note
    return _open_whole(declaration, content, reader, zone, path)


def _open_whole(
    declaration: SourceDeclaration, content: Content, reader: Reader, zone: dt.tzinfo, path: str | None
) -> Table:
    survey = Survey(declaration, reader, zone)
    kept = _survey(survey, reader, content)
    layout = survey.layout()
    if kept is None:
        from sopwb.data.spool import make_spool

        spool = make_spool(path, declaration.name, layout, reader)
        content.drop()
        return spool
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
    if path is not None and declaration.format == "sqlite" and len(rows) >= SQLITE_LOOK_UP_ROWS_MIN:
        from sopwb.data.sqlite_table import write_note

        write_note(_note_path(path), table, table.originals)
    return table


def _known_sqlite(
    declaration: SourceDeclaration, reader: Reader, zone: dt.tzinfo, cache_dir: Path | None, path: str | None
) -> Table | None:
    """Give a SQLite table whose schema an earlier run has noted, so that its indexes can be asked at once."""
    if path is None or declaration.format != "sqlite" or not os.path.exists(_note_path(path)):
        return None
    from sopwb.data.read_sqlite import SqliteReader
    from sopwb.data.sqlite_table import SqliteTable, read_note

    note = read_note(_note_path(path))
    if note is None:
        return None
    assert isinstance(reader, SqliteReader)

    def whole() -> Table:
        again = Content(declaration.file, declaration.path, cache_dir, hold=False)
        return _open_whole(declaration, again, SqliteReader(again, declaration.table), zone, None)

    declared = frozenset(name for name, _ in declaration.fields)
    return SqliteTable(declaration.name, note, reader, zone, whole, declared)


def _note_path(spool: str) -> str:
    return spool.removesuffix(".spool") + ".schema"


def _survey(survey: Survey, reader: Reader, content: Content) -> list[Chunk] | None:
    """Look at all chunks; give them, or None where they are too many to be kept."""
    kept: list[Chunk] | None = [] if not reader.streams or content.size <= SOURCE_BYTES_HELD_MAX else None
    for chunk in reader.chunks():
        survey.add(chunk)
        if kept is not None:
            kept.append(chunk)
            if reader.streams and survey.rows > ROWS_IN_MEMORY_MAX:
                kept = None
    return kept


def _spool_path(declaration: SourceDeclaration, reader: Reader, zone: dt.tzinfo, cache_dir: Path) -> str:
    kind, digest_ = reader.digest()
    types = [f"{name}: {type_text(type_)}" for name, type_ in declaration.fields]
    parts = [
        SPOOL_VERSION,
        kind,
        digest_,
        declaration.format,
        declaration.table,
        declaration.key,
        str(zone),
        *types,
    ]
    name = digest(*(part.encode() for part in parts)).hex()[:32]
    return os.path.join(cache_dir, "spools", f"{declaration.name}-{name}.spool")


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


def open_tables(
    declarations: Iterable[SourceDeclaration], cache_dir: Path | None, zone: dt.tzinfo = dt.UTC
) -> OpenTables:
    """Give the declared sources as ``Tables``; nothing is read before a table is asked for."""
    return OpenTables(declarations, cache_dir, zone)
