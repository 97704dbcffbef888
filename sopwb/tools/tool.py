"""What a tool is: the port between the registry and whoever provides one, built in or installed.

    entry point of the group ``sopwb.tools``, named as its tool ──► ``Tool``
    registry ── Equipment ──► ``actor``     does the effects of one run   (``sopwb.run.acting.Actor``)
             ── Equipment ──► ``observer``  reads the world while deciding

Deliberately not here: any tool, and who asks (``registry``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from sopwb.kernel.values import Value
from sopwb.lang.environment import ToolSignature

if TYPE_CHECKING:
    from sopwb.run.acting import Actor
    from sopwb.run.ports import Clock

Settings = dict[str, Any]


class Equipment(msgspec.Struct, frozen=True):
    """What a tool is given to work with: its table of ``sopwb.toml``, the workspace's folder, the wall clock, and how
    a named secret is found (``secret`` raises ``UserError`` where there is none)."""

    settings: Settings
    folder: str
    clock: Clock
    secret: Callable[[str], str]


class Observer(Protocol):
    """Reads the world for one run while it decides."""

    def observe(self, args: dict[str, Value]) -> Value:
        """Give the tool's result. Raises ``UserError`` where the world does not answer."""
        ...

    def close(self) -> None: ...


class Tool(msgspec.Struct, frozen=True):
    """A tool: its signature, the table ``[tools.SECTION]`` that configures it with the settings that it ``needs``
    there, and what does it.

    ``actor`` and ``observer`` raise ``UserError`` for wrong settings and missing secrets, before anything is done; a
    tool with neither can only be planned and mocked. ``protection`` says how effects may be repeated under these
    settings, where that is not always as the signature says.
    """

    signature: ToolSignature
    section: str
    needs: tuple[str, ...] = ()
    actor: Callable[[Equipment], Actor] | None = None
    observer: Callable[[Equipment], Observer] | None = None
    protection: Callable[[Settings], str] | None = None

    def configured(self, settings: Settings) -> bool:
        """Whether its settings let it act for real; what a pure tool gives is derived, and needs nothing."""
        able = self.signature.kind == "pure" or self.actor is not None or self.observer is not None
        return able and all(settings.get(name) for name in self.needs)

    def described(self, settings: Settings) -> ToolSignature:
        """Give the signature as it is under these settings."""
        how = self.protection(settings) if self.protection is not None else self.signature.protection
        return msgspec.structs.replace(self.signature, configured=self.configured(settings), protection=how)
