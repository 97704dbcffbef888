"""Opens what writes a source: the one place that knows which format is written by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sopwb.data.content import Content
from sopwb.data.declaration import SourceDeclaration
from sopwb.data.writing.actor import SourceActor
from sopwb.data.writing.change import Target
from sopwb.run.ports import Table


def open_writer(
    declaration: SourceDeclaration,
    table: Table,
    zone: dt.tzinfo,
    now_us: Callable[[], int],
    fault: Callable[[str], None],
) -> SourceActor:
    """Make the actor of a writable source; its types are those of the opened ``table``. Nothing is changed yet.

    ``zone`` is the workspace's, ``now_us`` the wall clock, ``fault`` hears the boundaries of each chunk. Raises
    ``UserError`` where there is no such file.
    """
    assert not declaration.read_only, f"{declaration.name} was looked at before"
    named: Any = table  # every table of a file has ``originals``; the port does not ask for them
    if declaration.address is not None:
        from sopwb.data.postgres.writing import PostgresTarget

        return SourceActor(PostgresTarget(declaration.address, named.reader, table.schema, zone), fault)
    return SourceActor(_target(declaration, table, named.originals, zone, now_us), fault)


def _target(
    declaration: SourceDeclaration,
    table: Table,
    originals: dict[str, str],
    zone: dt.tzinfo,
    now_us: Callable[[], int],
) -> Target:
    if declaration.format == "sqlite":
        from sopwb.data.read_sqlite import SqliteReader
        from sopwb.data.writing.sqlite import SqliteTarget

        content = Content(declaration.file, declaration.path, None, hold=False)
        return SqliteTarget(SqliteReader(content, declaration.table), table.schema, originals, zone, now_us)
    from sopwb.data.writing.tinydb import TinydbTarget

    return TinydbTarget(declaration.file, declaration.table, table.schema, originals, zone, now_us)
