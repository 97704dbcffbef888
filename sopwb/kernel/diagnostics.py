"""Diagnostics: what is wrong with what a person wrote, as data.

A diagnostic is returned, never raised. ``UserError`` carries diagnostics through code that cannot go
on (a missing workspace, a run that fails); the faces print it, and nothing else is printed for it.
Every code is registered once by its room in a ``CODES`` tuple; ``docs/errors.md`` is generated
from those tuples and a test keeps it complete.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sopwb.kernel.limits import SUGGESTION_DISTANCE_MAX


class Code(msgspec.Struct, frozen=True):
    """A kind of diagnostic: ``SOP-T012``, its title, what to do, and an example that causes it."""

    id: str
    title: str
    help: str
    example: str = ""


class Fix(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change that a key press applies: put ``text`` in place of the diagnostic's span."""

    label: str
    text: str


class Diagnostic(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong.

    ``path`` is the step and field (``steps/2/where``) or the file and line (``orders.csv:17``);
    ``span`` the half-open character range inside that expression or text.
    """

    code: str
    message: str
    path: str = ""
    span: tuple[int, int] | None = None
    expected: str = ""
    found: str = ""
    nearest: str = ""
    hint: str = ""
    fix: Fix | None = None

    def line(self) -> str:
        """Say it in one line: code, place, message, hint."""
        place = f" at {self.path}" if self.path else ""
        if self.span is not None and self.path:
            place += f"[{self.span[0]}:{self.span[1]}]"
        text = f"{self.code}{place}: {self.message}"
        if self.expected and self.expected not in self.message:
            text += f"; expected {self.expected}"
        if self.nearest:
            text += f"; did you mean {self.nearest}?"
        if self.hint:
            text += f" ({self.hint})"
        return text


class UserError(Exception):
    """Stops a piece of work that the user's own mistake makes impossible. Carries ≥ 1 diagnostics."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        assert diagnostics, "a user error says what is wrong"
        super().__init__(diagnostics[0].line())
        self.diagnostics = diagnostics


def nearest_name(wanted: str, known: Iterable[str]) -> str:
    """Find the known name that a person most likely meant, or "" when none is near.

    Optimal string alignment distance, at most ``SUGGESTION_DISTANCE_MAX`` and under half of the word.
    """
    from rapidfuzz.distance import OSA  # here, since only a mistake pays for it

    best, best_distance = "", min(SUGGESTION_DISTANCE_MAX, max(1, len(wanted) // 2)) + 1
    for name in sorted(known):
        if name.lower() == wanted.lower():
            return name
        if abs(len(name) - len(wanted)) < best_distance:
            distance = OSA.distance(wanted.lower(), name.lower())
            if distance < best_distance:
                best, best_distance = name, distance
    return best
