"""What a script is checked against: the declared sources, tools and scripts, as types.

Deliberately not here: data, files and servers. ``data``, ``tools`` and ``app`` build these from what
they find; a frozen script carries the part that it needs (``reads``), so that it is checked the same for ever.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from sopwb.lang.types import RecordType, Type


class SourceSchema(msgspec.Struct, frozen=True):
    """A data source: its name, the field that identifies a record (None: no key), and its record type.

    ``rows`` (a count, where it is cheap to know) is for people and authors, not identity; so is ``read_only``: why its
    records cannot be written, in words that go on after its name ("" where they can, or where nobody asks).
    """

    name: str
    key: str | None
    record: RecordType
    rows: int | None = None
    read_only: str = ""

    def writable_hint(self) -> str:
        """Say what would let its records be written."""
        formats = "TinyDB and SQLite files and PostgreSQL tables can be written"
        return f"{formats}, with writable = true under [data.{self.name}] in sopwb.toml"


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a script or an argument of a tool; one of type T? may be left out."""

    name: str
    type: Type


class Signature(msgspec.Struct, frozen=True):
    """What a script takes and gives. ``returns`` None: it gives null and needs no return.

    ``pin`` is the frozen script's id, or "" for a draft.
    """

    name: str
    params: tuple[Parameter, ...]
    returns: Type | None
    pin: str = ""


class ToolSignature(msgspec.Struct, frozen=True):
    """A tool's argument and result types and its class: ``pure``, ``observe`` or ``effect``.

    ``protection`` is ``idempotent``, ``verifiable`` or ``unprotected``; ``configured`` says whether it can act for real
    in this workspace (otherwise it can be planned or mocked).
    """

    name: str
    args: tuple[Parameter, ...]
    returns: Type
    kind: str = "effect"
    protection: str = "unprotected"
    configured: bool = False


class Environment(Protocol):
    """Names that a script may use. Every look-up gives None for an unknown name; the lists serve hints."""

    def source(self, name: str) -> SourceSchema | None: ...
    def source_names(self) -> tuple[str, ...]: ...
    def tool(self, name: str) -> ToolSignature | None: ...
    def tool_names(self) -> tuple[str, ...]: ...
    def script(self, name: str, pin: str) -> Signature | None:
        """Find by pin where there is one (the name is then a label), else by name: draft first, then frozen."""
        ...

    def script_names(self) -> tuple[str, ...]: ...


class StaticEnvironment(msgspec.Struct, frozen=True):
    """An environment that was collected beforehand: for tests, frozen scripts and snapshots."""

    sources: dict[str, SourceSchema] = {}
    tools: dict[str, ToolSignature] = {}
    scripts: dict[str, Signature] = {}
    """By name and by pin."""

    def source(self, name: str) -> SourceSchema | None:
        return self.sources.get(name)

    def source_names(self) -> tuple[str, ...]:
        return tuple(self.sources)

    def tool(self, name: str) -> ToolSignature | None:
        return self.tools.get(name)

    def tool_names(self) -> tuple[str, ...]:
        return tuple(self.tools)

    def script(self, name: str, pin: str) -> Signature | None:
        return self.scripts.get(pin) if pin else self.scripts.get(name)

    def script_names(self) -> tuple[str, ...]:
        return tuple(name for name in self.scripts if not name.startswith("b3:"))
