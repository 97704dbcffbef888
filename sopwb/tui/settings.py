"""The person's own files: themes, keys and the chosen theme, under ``$XDG_CONFIG_HOME/sopwb`` (``~/.config/sopwb``).

Deliberately not here: settings of a workspace (``sopwb.toml``). A file that cannot be read is as if it were not
there, with a diagnostic; one that cannot be written costs the choice, never the session.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Final

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.tui import codes

_CHOICE: Final = "theme"


def folder() -> Path:
    """Give the person's folder; it need not exist."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(base) / "sopwb"


def read_keys() -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """Read ``keys.toml``: overrides by action id, and what is wrong with the file."""
    path = folder() / "keys.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, ()
    except (OSError, ValueError) as error:
        return {}, (Diagnostic(codes.KEYS_INVALID.id, str(error), path=str(path)),)
    keys = raw.get("keys", {})
    return (
        (keys, ())
        if isinstance(keys, dict)
        else ({}, (Diagnostic(codes.KEYS_INVALID.id, "keys is no section", path=str(path), expected="[keys]"),))
    )


def read_theme_choice() -> str:
    """Give the name of the theme that was chosen last, or ""."""
    try:
        return (folder() / _CHOICE).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def keep_theme_choice(name: str) -> bool:
    """Remember the chosen theme. False where the folder cannot be written."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        (folder() / _CHOICE).write_text(name + "\n", encoding="utf-8")
    except OSError:
        return False
    return True
