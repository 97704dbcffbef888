"""The live environment of a workspace: its sources, tools and scripts, looked up when a name is used.

Deliberately lazy: a script that reads one source never opens another, and a broken source is an error only of
what reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sopwb.app.library import Library
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.environment import Signature, SourceSchema, ToolSignature
from sopwb.lang.signature import signature_of

if TYPE_CHECKING:
    from sopwb.data.open import OpenTables
    from sopwb.tools.registry import Registry


class WorkspaceEnvironment:
    """``lang.environment.Environment`` over a workspace."""

    def __init__(self, sources: tuple[str, ...], tables: OpenTables, tools: Registry, library: Library) -> None:
        self._sources, self._tables, self._tools, self._library = sources, tables, tools, library

    def source(self, name: str) -> SourceSchema | None:
        if name not in self._sources:
            return None
        return msgspec.structs.replace(self._tables.table(name).schema, read_only=self._tables.read_only(name))

    def source_names(self) -> tuple[str, ...]:
        return self._sources

    def tool(self, name: str) -> ToolSignature | None:
        return self._tools.signature(name)

    def tool_names(self) -> tuple[str, ...]:
        return self._tools.names()

    def script(self, name: str, pin: str) -> Signature | None:
        if pin:
            return self._frozen(pin, name)
        draft = self._library.draft(name)
        if draft is not None:
            found = signature_of(draft.script, name)
            return found if isinstance(found, Signature) else None
        frozen = self._library.store.ref(f"script/{name}")
        return self._frozen(frozen, name) if frozen else None

    def script_names(self) -> tuple[str, ...]:
        return tuple(sorted({*self._library.names("draft"), *self._library.names("script")}))

    def _frozen(self, pin: str, name: str) -> Signature | None:
        try:
            form: dict[str, Any] = self._library.canonical(pin)
        except UserError:
            return None
        found = signature_of(form, name, pin)
        return found if isinstance(found, Signature) else None
