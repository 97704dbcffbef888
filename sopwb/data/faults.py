"""How this room says that something is wrong: ``fault`` makes the error, ``Misfit`` is its local signal. And how it
hears Ctrl-C.

Deliberately not here: the codes (``codes``) and where a value stood, which only its reader knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sopwb.data.codes import MISFIT
from sopwb.kernel.diagnostics import Diagnostic, UserError


class Misfit(Exception):
    """Says that one value has no type or not the wanted one; caught where its place in the file is known."""

    def __init__(self, message: str, code: str = MISFIT) -> None:
        super().__init__(message)
        self.message, self.code = message, code


def fault(code: str, message: str, *, path: str = "", nearest: str = "", hint: str = "") -> UserError:
    """Make the error of one diagnostic."""
    return UserError(Diagnostic(code, message, path=path, nearest=nearest, hint=hint))


@contextmanager
def hearing_interrupts() -> Iterator[None]:
    """Let Ctrl-C be what it is elsewhere: DuckDB, which works on this thread, makes a ``RuntimeError`` of it."""
    try:
        yield
    except RuntimeError as wrong:
        if str(wrong) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise


def sample(raw: object) -> str:
    """Show a raw value in a message: short, on one line, texts quoted."""
    text = repr(raw) if isinstance(raw, str) else str(raw)
    return text if len(text) <= 60 else text[:57] + "..."
