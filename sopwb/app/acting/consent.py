"""Consent: who said that a run's effects may be done.

    --allow TOOL[=MAX]     for one run, on the command line
    a job's consent        the same, stored with the job for every run of it
    an approval            a person's yes to exactly these planned effects, bound by their digest

The first two cover a run where each tool that acts is named and plans no more effects than it may; else the run asks
for an approval, and acts when it has one. Deliberately not here: the digest (``store.journal_frames``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name


class Allowance(msgspec.Struct, frozen=True):
    """A standing yes to a tool's effects; ``effects_max`` None: however many."""

    tool: str
    effects_max: int | None = None

    def words(self) -> str:
        """Write it as ``--allow`` takes it."""
        return self.tool if self.effects_max is None else f"{self.tool}={self.effects_max}"


def read_allowances(words: Iterable[str]) -> tuple[Allowance, ...]:
    """Read ``TOOL`` or ``TOOL=MAX``. Raises ``UserError`` SOP-A024."""
    found: list[Allowance] = []
    for word in words:
        tool, eq, most = word.partition("=")
        if not tool or (eq and not (most.isascii() and most.isdigit() and len(most) < 19)):
            raise UserError(Diagnostic("SOP-A024", f"{word!r} allows nothing", found=word, expected="TOOL or TOOL=MAX"))
        found.append(Allowance(tool, int(most) if eq else None))
    return tuple(found)


def need_used(allowances: Iterable[Allowance], tools: Iterable[str]) -> None:
    """Refuse to allow a tool that the script does not use. Raises ``UserError`` SOP-A024."""
    used = sorted(tools)
    for allowance in allowances:
        if allowance.tool not in used:
            raise UserError(
                Diagnostic(
                    "SOP-A024",
                    f"the script does not use the tool {allowance.tool}",
                    found=allowance.tool,
                    nearest=nearest_name(allowance.tool, used),
                    hint="it uses " + (", ".join(used) or "no tools"),
                )
            )


def missing(allowances: Iterable[Allowance], planned: Mapping[str, int]) -> tuple[str, ...]:
    """Say, a line a tool, what no allowance covers; nothing where all is covered."""
    lines: list[str] = []
    given = tuple(allowances)
    for tool, count in sorted(planned.items()):
        mosts = [allowance.effects_max for allowance in given if allowance.tool == tool]
        if not mosts:
            lines.append(f"{count} of {tool}, which nobody has allowed")
        elif all(most is not None and most < count for most in mosts):
            lines.append(f"{count} of {tool}, of which {max(most or 0 for most in mosts)} are allowed")
    return tuple(lines)
