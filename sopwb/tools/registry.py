"""The tools of a workspace: built-in ones, and those that installed packages provide.

An entry point of the group ``sopwb.tools`` is named as its tool (``sms.send``) and gives a ``Tool``
(``sopwb.tools.tool``; docs/tools.md shows a whole one). Installed packages are looked through only for a name that
is not built in: that costs 20 ms, and a run of built-in tools need not pay them. Deliberately not here: deciding
(``deciding``), and what any tool does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.lang.environment import ToolSignature
from sopwb.tools import codes
from sopwb.tools.builtin import BUILT_IN
from sopwb.tools.tool import Equipment, Observer, Settings, Tool

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from sopwb.run.acting import Actor
    from sopwb.run.ports import Clock

GROUP: Final = "sopwb.tools"


class Listed(msgspec.Struct, frozen=True):
    """A tool as a list shows it. ``lacks``: settings that it needs and has not; ``package``: who installed it, ""
    where it is built in; ``problem``: why it cannot be loaded."""

    name: str
    signature: ToolSignature | None
    section: str = ""
    lacks: tuple[str, ...] = ()
    package: str = ""
    problem: Diagnostic | None = None


class Registry:
    """Tools by name. ``settings`` are the tables ``[tools.*]`` of ``sopwb.toml``."""

    def __init__(self, settings: dict[str, Settings]) -> None:
        self._settings = settings
        self._installed: dict[str, Tool | None] = {}

    def names(self) -> tuple[str, ...]:
        """Name the built-in tools and the installed ones that were asked for, sorted."""
        return tuple(sorted({*BUILT_IN, *(name for name, found in self._installed.items() if found is not None)}))

    def signature(self, name: str) -> ToolSignature | None:
        """Find a tool; ``configured`` says whether it can act here. Raises ``UserError`` for an installed one
        that is broken."""
        tool = self._tool(name)
        return None if tool is None else tool.described(self._settings_of(tool))

    def actor(
        self, name: str, *, folder: str, clock: Clock | None = None, secret: Callable[[str], str] | None = None
    ) -> Actor:
        """Make what does a tool's effects for one run; nothing is opened yet.

        ``folder`` is the workspace's; ``clock`` is the machine's and ``secret`` looks into the environment, then the
        keyring, unless given. Raises ``UserError`` for a tool that is not configured, for wrong settings and for
        missing secrets.
        """
        tool = self._able(name)
        assert tool.actor is not None, f"{name} does effects"
        return tool.actor(self._equipment(tool, folder, clock, secret))

    def observer(
        self, name: str, *, folder: str, clock: Clock | None = None, secret: Callable[[str], str] | None = None
    ) -> Observer:
        """Make what reads the world for one run. Raises as ``actor``."""
        tool = self._able(name)
        assert tool.observer is not None, f"{name} reads the world"
        return tool.observer(self._equipment(tool, folder, clock, secret))

    def need_configured(self, names: Iterable[str]) -> None:
        """Refuse a real run of tools that cannot act. Raises ``UserError`` that names each."""
        missing = [name for name in sorted(set(names)) if (tool := self.signature(name)) is None or not tool.configured]
        if missing:
            raise UserError(*map(self.not_configured, missing))

    def not_configured(self, name: str) -> Diagnostic:
        """Say that a tool cannot act, and what it would need."""
        tool = self._tool(name)
        hint = f"run with --dry-run or --mock {name}"
        if tool is not None and tool.needs:
            hint = f"[tools.{tool.section}] needs {' and '.join(tool.needs)}; or {hint}"
        return Diagnostic(
            codes.NOT_CONFIGURED,
            f"{name} is not configured in this workspace",
            path=f"tools/{name}",
            nearest=nearest_name(name, BUILT_IN) if tool is None else "",
            hint=hint,
        )

    def listed(self) -> tuple[Listed, ...]:
        """List every tool, installed ones too, by name; one that cannot be loaded with its problem."""
        from importlib.metadata import entry_points

        rows = {name: self._listed(name, tool, "") for name, tool in BUILT_IN.items()}
        for point in entry_points(group=GROUP):
            if point.name in rows:
                continue
            package = point.dist.name if point.dist is not None else ""
            try:
                rows[point.name] = self._listed(point.name, _load(point), package)
            except UserError as error:
                rows[point.name] = Listed(point.name, None, package=package, problem=error.diagnostics[0])
        return tuple(rows[name] for name in sorted(rows))

    def _listed(self, name: str, tool: Tool, package: str) -> Listed:
        settings = self._settings_of(tool)
        lacks = tuple(need for need in tool.needs if not settings.get(need))
        return Listed(name, tool.described(settings), tool.section, lacks, package)

    def _tool(self, name: str) -> Tool | None:
        built_in = BUILT_IN.get(name)
        if built_in is not None:
            return built_in
        if name not in self._installed:
            self._installed[name] = _installed(name)
        return self._installed[name]

    def _able(self, name: str) -> Tool:
        tool = self._tool(name)
        if tool is None or not tool.configured(self._settings_of(tool)):
            raise UserError(self.not_configured(name))
        return tool

    def _settings_of(self, tool: Tool) -> Settings:
        return self._settings.get(tool.section, {})

    def _equipment(
        self, tool: Tool, folder: str, clock: Clock | None, secret: Callable[[str], str] | None
    ) -> Equipment:
        from sopwb.tools.clock import SystemClock
        from sopwb.tools.secrets import find_secret

        return Equipment(self._settings_of(tool), folder, clock or SystemClock(), secret or find_secret)


def _installed(name: str) -> Tool | None:
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=name):
        return _load(point)
    return None


def _load(point: EntryPoint) -> Tool:
    """Load an installed tool. Raises ``UserError`` SOP-K003 for one that is broken."""
    try:
        found: Any = point.load()
    except Exception as error:
        raise _broken(point, f"{type(error).__name__}: {error}") from error
    if not isinstance(found, Tool):
        raise _broken(point, f"it gives no {Tool.__module__}.{Tool.__name__}")
    if found.signature.name != point.name:
        raise _broken(point, f"its signature is of {found.signature.name}")
    if found.signature.kind not in ("effect", "observe"):
        raise _broken(point, f"an installed tool cannot be {found.signature.kind}")
    return found


def _broken(point: EntryPoint, why: str) -> UserError:
    message = f"the tool {point.name} of {point.value} cannot be loaded: {why}"
    return UserError(Diagnostic(codes.NOT_LOADED, message, path=f"tools/{point.name}"))
