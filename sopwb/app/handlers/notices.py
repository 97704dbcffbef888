"""Notices: listing and reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopwb.app.commands import ListNotices, ReadNotices
from sopwb.app.firing.notices import every, take_away, unread
from sopwb.app.outputs import AnyOutput, NoticeList
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def list_notices(bench: Workbench, command: ListNotices) -> AnyOutput:
    """List what nobody has read, or everything."""
    open_rows = unread(bench.store)
    return NoticeList(tuple(every(bench.store) if command.every else open_rows), len(open_rows))


def read_notices(bench: Workbench, command: ReadNotices) -> AnyOutput:
    """Note that notices were read, and give them."""
    rows = unread(bench.store)
    known = {row.key for row in rows}
    for key in command.keys:
        if key not in known and bench.store.ref(f"notice/{key}") is None:
            raise UserError(
                Diagnostic("SOP-A043", f"there is no notice {key!r}", found=key, nearest=nearest_name(key, known))
            )
    taken = [row for row in rows if not command.keys or row.key in command.keys]
    take_away(bench.store, "unread", [row.key for row in taken], "read notices")
    return NoticeList(tuple(taken), len(rows) - len(taken))
