"""Makes a table in the tests' PostgreSQL server and opens it as the source ``things``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sopwb.data.declaration import SourceDeclaration, declare
from sopwb.data.open import open_table
from sopwb.data.postgres.server import Servers
from sopwb.run.ports import Table
from tests import postgres


def made(*statements: str, **settings: object) -> SourceDeclaration:
    """Execute statements in an empty schema, and declare its table ``things``."""
    schema, url = postgres.server().schema()
    postgres.server().execute(f"set search_path = {schema}, public", *statements)
    return declared(url, **settings)


def declared(url: str, **settings: object) -> SourceDeclaration:
    declaration, faults = declare("things", {"url": url, "table": "things", "key": "id", **settings}, "/")
    assert declaration is not None, faults
    return declaration


def opened(*statements: str, zone: dt.tzinfo = dt.UTC, servers: Servers | None = None, **settings: Any) -> Table:
    """Execute statements in an empty schema and open its table ``things``; ``settings`` as in sopwb.toml."""
    return open_table(made(*statements, **settings), cache_dir=None, zone=zone, servers=servers)


def batches(table: Table, fields: list[str] | None = None) -> list[dict[str, Any]]:
    """Give all records by way of Arrow, instants in UTC as rows have them."""

    def plain(value: Any) -> Any:
        return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value

    return [
        {name: plain(value) for name, value in row.items()}
        for batch in table.batches(fields)
        for row in batch.to_pylist()
    ]
