"""Writes a file and opens it as the source ``things``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sopwb.data.declaration import declare
from sopwb.data.open import open_table
from sopwb.kernel.values import show
from sopwb.lang.types import type_text
from sopwb.run.ports import Table


def opened(folder: Path, file: str, content: str | bytes, zone: dt.tzinfo = dt.UTC, **settings: object) -> Table:
    """Open ``content`` written to ``file``; ``settings`` as in sopwb.toml."""
    data = content.encode() if isinstance(content, str) else content
    (folder / file).write_bytes(data)
    declaration, faults = declare("things", {"path": file, **settings}, str(folder))
    assert declaration is not None, faults
    return open_table(declaration, cache_dir=folder / "cache", zone=zone)


def column(table: Table, field: str) -> tuple[str, list[str | None]]:
    """Give a field's type and its values as texts."""
    type_ = table.schema.record.get(field)
    assert type_ is not None
    return type_text(type_), [None if row[field] is None else show(row[field]) for row in table.rows()]
