"""Looking at data sources: what they hold, of which types. A source that cannot be read is shown with its problem."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sopwb.app.commands import ListData, ProfileData, ShowData
from sopwb.app.outputs import AnyOutput, DataList, DataProfile, FieldProfile, SourceView
from sopwb.data.declaration import POSTGRESQL
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import PROFILE_ROWS_MAX
from sopwb.kernel.values import plain
from sopwb.lang.types import type_text

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def list_data(bench: Workbench, command: ListData) -> AnyOutput:
    return DataList(tuple(_view(bench, name, 0) for name in bench.workspace.data))


def show_data(bench: Workbench, command: ShowData) -> AnyOutput:
    if command.name not in bench.workspace.data:
        raise UserError(
            Diagnostic(
                "SOP-N001",
                f"there is no data source {command.name!r}",
                found=command.name,
                nearest=nearest_name(command.name, bench.workspace.data),
            )
        )
    view = _view(bench, command.name, command.limit)
    if view.problem is not None:
        raise UserError(view.problem)
    return view


def profile_data(bench: Workbench, command: ProfileData) -> AnyOutput:
    """Look through a source for null counts and ranges; a large one gives its types alone."""
    from sopwb.data.declaration import declare
    from sopwb.data.view import source_view

    name = command.name
    show_data(bench, ShowData(name, 0))  # refuses an unknown or unreadable one
    table = bench.tables.table(name)
    schema, rows, writable = table.schema, table.count(), not bench.tables.read_only(name)
    declaration, _ = declare(name, bench.workspace.data[name], str(bench.workspace.folder))
    if declaration is None or rows > PROFILE_ROWS_MAX:
        types = tuple(FieldProfile(field, type_text(type_)) for field, type_ in schema.record.fields)
        return DataProfile(name, schema.key or "", rows, types, writable)
    view = source_view(declaration, table)
    fields = tuple(FieldProfile(f.name, f.type, f.nulls, f.least, f.greatest) for f in view.fields)
    return DataProfile(name, view.key, view.rows, fields, writable)


def _view(bench: Workbench, name: str, limit: int) -> SourceView:
    raw = bench.workspace.data[name]
    place, format_ = str(raw.get("path", "")), str(raw.get("format", ""))
    if raw.get("url"):
        from sopwb.data.postgres.address import Address

        place, format_ = Address(str(raw["url"])).shown, POSTGRESQL  # a url may hold a password
    try:
        table = bench.tables.table(name)
        schema = table.schema
        sample = tuple(plain(row) for row in islice(table.rows(), max(limit, 0)))
        return SourceView(
            name=name,
            format=format_ or place.rpartition(".")[2],
            path=place,
            key=schema.key or "",
            fields=tuple((field, type_text(type_)) for field, type_ in schema.record.fields),
            rows=table.count(),
            sample=sample,
            writable=not bench.tables.read_only(name),
            index=tuple(raw.get("index", ())),
        )
    except UserError as error:
        return SourceView(
            name=name,
            format=format_,
            path=place,
            key=str(raw.get("key", "")),
            fields=(),
            rows=-1,
            problem=error.diagnostics[0],
        )
