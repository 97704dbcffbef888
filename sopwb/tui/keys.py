"""Which key does what: the registry's keys, changed by the person's ``keys.toml``, without clashes.

    [keys]
    "script.insert_after" = "o"            # or a list: ["o", "a"]

A key may do one thing in a pane, and what works everywhere may not be taken by a pane. A line that would break this is
refused with a diagnostic and the action keeps its own key. Deliberately not here: where the file is (``settings``).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, nearest_name
from sopwb.tui import codes
from sopwb.tui.actions import ACTIONS, BY_ID, Action, Pane

_SYMBOLS: Final = {
    "question_mark": "?",
    "full_stop": ".",
    "slash": "/",
    "number_sign": "#",
    "comma": ",",
    "minus": "-",
    "plus": "+",
    "enter": "Enter",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
}
_NAMES: Final = {
    "?": "question_mark",
    ".": "full_stop",
    "/": "slash",
    "#": "number_sign",
    ",": "comma",
    "-": "minus",
    "+": "plus",
}
_NAMED_KEYS: Final = frozenset(
    {
        "enter",
        "escape",
        "space",
        "tab",
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
        "pageup",
        "pagedown",
        "delete",
        "backspace",
        "insert",
    }
)


class Keymap(msgspec.Struct, frozen=True):
    """Action id → its keys."""

    keys: dict[str, tuple[str, ...]]

    def of(self, action: Action) -> tuple[str, ...]:
        return self.keys[action.id]

    def shown(self, action: Action) -> str:
        """Write an action's first key for people."""
        keys = self.keys[action.id]
        return key_words(keys[0]) if keys else ""


def key_words(key: str) -> str:
    """Write a key for people: ``ctrl+r``, ``F2``, ``?``, ``Enter``."""
    if key[:1] == "f" and key[1:].isdigit():
        return key.upper()
    return _SYMBOLS.get(key, key)


def types_text(key: str) -> bool:
    """Whether a key writes a character, so that it cannot be a command where people write."""
    return len(key) == 1 or (key in _SYMBOLS and len(_SYMBOLS[key]) == 1 and key not in _NAMED_KEYS) or key == "space"


def clashes(keys: dict[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    """List (key, action, action) where one key does two things at one place."""
    found: list[tuple[str, str, str]] = []
    taken: dict[tuple[Pane, str], str] = {}
    for action in ACTIONS:
        for key in keys[action.id]:
            for pane in _places(action.pane):
                other = taken.setdefault((pane, key), action.id)
                if other != action.id and (key, other, action.id) not in found:
                    found.append((key, other, action.id))
    return found


def keymap(overrides: dict[str, Any] | None = None) -> tuple[Keymap, tuple[Diagnostic, ...]]:
    """Make the key map. Gives it with what was refused of the overrides."""
    keys = {action.id: action.keys for action in ACTIONS}
    problems: list[Diagnostic] = []
    for id_, wanted in (overrides or {}).items():
        texts = [wanted] if isinstance(wanted, str) else wanted
        if id_ not in BY_ID:
            problems.append(
                Diagnostic(
                    codes.KEYS_INVALID.id,
                    f"there is no action {id_!r}",
                    path="keys.toml",
                    nearest=nearest_name(id_, BY_ID),
                )
            )
            continue
        if not isinstance(texts, list) or not all(isinstance(text, str) and _is_key(text) for text in texts):
            problems.append(
                Diagnostic(
                    codes.KEYS_INVALID.id,
                    f"{wanted!r} is not a key",
                    path="keys.toml",
                    expected="a key such as o, ctrl+o or f9",
                )
            )
            continue
        own: tuple[str, ...] = tuple(_NAMES[text] if text in _NAMES else str(text) for text in texts)
        changed = {**keys, id_: own}
        if BY_ID[id_].pane in ("chat", "everywhere") and any(types_text(key) for key in changed[id_]):
            problems.append(
                Diagnostic(
                    codes.KEY_CLASH.id, f"{wanted!r} writes text in the chat, {id_} needs another key", path="keys.toml"
                )
            )
        elif clash := clashes(changed):
            key, one, other = clash[0]
            problems.append(
                Diagnostic(
                    codes.KEY_CLASH.id,
                    f"{key_words(key)} would do {one} and {other}",
                    path="keys.toml",
                    hint=f"{id_} keeps {', '.join(map(key_words, keys[id_]))}",
                )
            )
        else:
            keys = changed
    return Keymap(keys), tuple(problems)


def _places(pane: Pane) -> tuple[Pane, ...]:
    return ("everywhere", "chat", "script", "trace") if pane == "everywhere" else (pane,)


def _is_key(text: str) -> bool:
    *modifiers, last = text.split("+") if text != "+" else ["+"]
    named = last in _NAMED_KEYS or last in _SYMBOLS or (last[:1] == "f" and last[1:].isdigit())
    return all(m in ("ctrl", "alt", "shift") for m in modifiers) and (len(last) == 1 or named)
