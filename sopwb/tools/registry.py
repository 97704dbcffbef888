"""The tools of a workspace: built-in ones, and those that installed packages provide.

An entry point of the group ``sopwb.tools`` is named as its tool (``sms.send``) and gives an object with a
``signature`` (``ToolSignature``). Installed packages are looked through only for a name that is not built in:
that costs 20 ms, and a run of built-in tools need not pay them. Deliberately not here: deciding
(``deciding``) and acting.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.lang.environment import ToolSignature
from sopwb.tools import codes
from sopwb.tools.builtin import BUILT_IN

GROUP: Final = "sopwb.tools"


class Registry:
    """Tools by name. ``settings`` are the tables ``[tools.*]`` of ``sopwb.toml``."""

    def __init__(self, settings: dict[str, dict[str, Any]]) -> None:
        self._settings = settings
        self._installed: dict[str, ToolSignature | None] = {}

    def names(self) -> tuple[str, ...]:
        """Name the built-in tools and the installed ones that were asked for, sorted."""
        return tuple(
            sorted({*BUILT_IN, *(name for name, found in self._installed.items() if found is not None)})
        )

    def signature(self, name: str) -> ToolSignature | None:
        """Find a tool; ``configured`` says whether it can act here. Raises ``UserError`` for an installed one
        that is broken."""
        built_in = BUILT_IN.get(name)
        if built_in is not None:
            return msgspec.structs.replace(built_in.signature, configured=built_in.configured(self._settings))
        if name not in self._installed:
            self._installed[name] = _installed(name)
        return self._installed[name]

    def need_configured(self, names: Iterable[str]) -> None:
        """Refuse a real run of tools that cannot act. Raises ``UserError`` that names each."""
        missing = [
            name
            for name in sorted(set(names))
            if (tool := self.signature(name)) is None or not tool.configured
        ]
        if missing:
            raise UserError(*map(self.not_configured, missing))

    def not_configured(self, name: str) -> Diagnostic:
        """Say that a tool cannot act, and what it would need."""
        built_in = BUILT_IN.get(name)
        hint = f"run with --dry-run or --mock {name}"
        if built_in is not None:
            hint = f"[tools.{built_in.section}] needs {' and '.join(built_in.needs)}; or {hint}"
        near = nearest_name(name, BUILT_IN) if self.signature(name) is None else ""
        return Diagnostic(
            codes.NOT_CONFIGURED,
            f"{name} is not configured in this workspace",
            path=f"tools/{name}",
            nearest=near,
            hint=hint,
        )


def _installed(name: str) -> ToolSignature | None:
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=name):
        try:
            found = getattr(point.load(), "signature", None)
        except Exception as error:
            raise _broken(name, point.value, f"{type(error).__name__}: {error}") from error
        if not isinstance(found, ToolSignature) or found.name != name:
            raise _broken(name, point.value, "it gives no signature of that name")
        return found
    return None


def _broken(name: str, value: str, why: str) -> UserError:
    return UserError(
        Diagnostic(
            codes.NOT_LOADED, f"the tool {name} of {value} cannot be loaded: {why}", path=f"tools/{name}"
        )
    )
