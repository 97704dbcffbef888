"""Looking at tools: what each is, and whether it can act in this workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopwb.app.commands import ListTools
from sopwb.app.outputs import AnyOutput, ToolList, ToolView
from sopwb.lang.types import type_text
from sopwb.tools.registry import Listed

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def list_tools(bench: Workbench, command: ListTools) -> AnyOutput:
    return ToolList(tuple(map(_view, bench.tools.listed())))


def _view(row: Listed) -> ToolView:
    signature = row.signature
    if signature is None:
        return ToolView(row.name, "", "", False, "", (), (), "", row.package, row.problem)
    return ToolView(
        name=row.name,
        kind=signature.kind,
        protection=signature.protection,
        configured=signature.configured,
        section=row.section,
        lacks=row.lacks,
        args=tuple((arg.name, type_text(arg.type)) for arg in signature.args),
        returns=type_text(signature.returns),
        package=row.package,
    )
