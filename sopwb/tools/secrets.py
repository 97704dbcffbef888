"""Secrets: named in settings (``secret://NAME``), found when a tool begins to act, and kept out of what is written.

A secret is never in a setting itself, a script, the journal, a trace or a log. What a server says may repeat it:
a ``Redactor`` takes it out, also as Base64 and percent-encoded. Deliberately not here: codes of a run, which are
the run's own secrets (``coupon``), and where a secret is looked for (``vault``).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, quote_plus

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import TOOL_REASON_CHARS_MAX
from sopwb.tools import codes
from sopwb.vault import lookup

SCHEME: Final = "secret://"
HIDDEN: Final = "***"
_NAMED: Final = re.compile(r"secret://([A-Za-z0-9][A-Za-z0-9_-]{0,63})")
_ENCODED_CHARS_MIN: Final = 6
"""Characters of Base64 that are looked for: fewer are found in any text."""


class Hidden:
    """A secret text in memory: it shows itself as ``***``."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return HIDDEN


class Redactor:
    """Takes known secrets out of texts."""

    def __init__(self) -> None:
        self._forms: tuple[str, ...] = ()

    def hide(self, secret: str) -> None:
        """Know a secret from now on, as it is and as servers repeat it."""
        forms = {*self._forms, secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1], *_base64(secret)}
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """Give the text with ``***`` for every known secret."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text


def _base64(secret: str) -> set[str]:
    """Give what Base64 makes of a secret wherever it begins in a longer text: the digits that depend on it alone."""
    data = secret.encode("utf-8", "surrogatepass")
    found = set()
    for before in range(3):
        digits = base64.b64encode(bytes(before) + data).decode("ascii")
        core = digits[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        if len(core) >= _ENCODED_CHARS_MIN:
            found |= {core, core.replace("+", "-").replace("/", "_")}
    return found


def tidy(text: str) -> str:
    """Make what a server said one short line that a terminal can show."""
    start = text[: TOOL_REASON_CHARS_MAX * 4]
    return " ".join("".join(sign if sign.isprintable() else " " for sign in start).split())[:TOOL_REASON_CHARS_MAX]


def find_secret(name: str) -> str:
    """Find a secret by its name. Raises ``UserError`` SOP-K006 where neither place has it."""
    found = lookup.named(name)
    if not found:
        where = lookup.hint(name)
        raise UserError(
            Diagnostic(codes.SECRET_MISSING, f"there is no secret {name}", path=SCHEME + name, hint=where)
        )
    return found


def reveal(text: str, setting: str, find: Callable[[str], str], redactor: Redactor) -> Hidden:
    """Put in the secrets that a setting's text names (``Bearer secret://shop``), and let the redactor know them.

    Raises ``UserError`` for a text that names none: then it is the secret itself that was written down.
    """
    if _NAMED.search(text) is None:
        raise UserError(
            Diagnostic(
                codes.SECRET_WRITTEN_DOWN,
                f"{setting} is a secret, and stands in the settings as it is",
                path=setting,
                expected=SCHEME + "NAME",
                hint=f"set it as SOPWB_SECRET_NAME in the environment, and write {SCHEME}name here",
            )
        )

    def put_in(found: re.Match[str]) -> str:
        secret = find(found[1])
        redactor.hide(secret)
        return secret

    whole = _NAMED.sub(put_in, text)
    redactor.hide(whole)
    return Hidden(whole)
