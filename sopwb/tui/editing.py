"""Structural edits from the keyboard: the place of the cursor and a key become an edit of ``lang.edits``.

Pure: a script, a path and what was asked for give the edit and the path where the cursor belongs afterwards; None where
the key has nothing to act on. Paths are ``steps/3`` or, nested, ``steps/3/then/0``. Deliberately not here: applying
edits.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic

BLOCKS: Final = {"if": ("then", "else"), "each": ("do",)}
"""Op → the fields that hold steps."""


class Planned(msgspec.Struct, frozen=True):
    """Edits, applied all or none, and where the cursor goes once they are done."""

    edits: list[dict[str, Any]]
    cursor: str


def step_at(script: dict[str, Any], path: str) -> dict[str, Any] | None:
    """Give the raw step at a path, or None."""
    parts = path.split("/")
    if parts[0] != "steps" or not parts[-1].isdigit():
        return None
    found: Any = script
    for part in parts:
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found if isinstance(found, dict) else None


def block_at(script: dict[str, Any], block: str) -> list[Any]:
    """Give the list of steps at ``steps`` or ``…/then``; an absent one is empty."""
    if block == "steps":
        found = script.get("steps", [])
    else:
        owner, _, field = block.rpartition("/")
        found = (step_at(script, owner) or {}).get(field, [])
    return found if isinstance(found, list) else []


def split(path: str) -> tuple[str, int]:
    """Split a step's path into its block and its place there."""
    block, _, index = path.rpartition("/")
    return block, int(index)


def place_after(script: dict[str, Any], path: str) -> str:
    """Where a step goes after ``path`` ("" or a signature: at the end of the script)."""
    if step_at(script, path) is None:
        return f"steps/{len(block_at(script, 'steps'))}" if not path else f"{path}/{len(block_at(script, path))}"
    block, index = split(path)
    return f"{block}/{index + 1}"


def place_before(script: dict[str, Any], path: str) -> str:
    """Where a step goes before ``path`` ("" : at the beginning of the script)."""
    if step_at(script, path) is None:
        return f"{path}/0" if path else "steps/0"
    return path


def place_inside(script: dict[str, Any], path: str) -> str | None:
    """Where a step goes as the last one inside of the block step at ``path``."""
    step = step_at(script, path)
    fields = BLOCKS.get(str(step.get("op")), ()) if step else ()
    if not fields:
        return None
    block = f"{path}/{fields[0]}"
    return f"{block}/{len(block_at(script, block))}"


def place_else(script: dict[str, Any], path: str) -> str | None:
    """Where a step goes as the last one in the ``else`` of the ``if`` at ``path``."""
    step = step_at(script, path)
    if step is None or step.get("op") != "if":
        return None
    return f"{path}/else/{len(block_at(script, f'{path}/else'))}"


def insert(at: str, step: dict[str, Any]) -> Planned:
    return Planned([{"edit": "insert", "at": at, "step": step}], at)


def replace(at: str, old: dict[str, Any], step: dict[str, Any]) -> Planned:
    """Put a changed step in place of the old one; where its name changed, all uses of the name follow first."""
    edits: list[dict[str, Any]] = []
    for key in ("name", "as") if step.get("op") != "if" else ():
        before, after = old.get(key), step.get(key)
        if before and after and before != after:
            edits.append({"edit": "rename", "from": before, "to": after})
    return Planned([*edits, {"edit": "replace", "at": at, "step": step}], at)


def remove(script: dict[str, Any], path: str) -> Planned | None:
    """Delete the step; the cursor goes to the one that takes its place, else to the one before, else to the owner."""
    if step_at(script, path) is None:
        return None
    block, index = split(path)
    rest = len(block_at(script, block)) - 1
    if index < rest:
        cursor = path
    elif index > 0:
        cursor = f"{block}/{index - 1}"
    else:
        cursor = block.rpartition("/")[0]
    return Planned([{"edit": "remove", "at": path}], cursor)


def move(script: dict[str, Any], path: str, by: int) -> Planned | None:
    """Move the step past its neighbour; at the edge of a block, out of it."""
    if step_at(script, path) is None:
        return None
    block, index = split(path)
    to = index + by
    if 0 <= to < len(block_at(script, block)):
        cursor = f"{block}/{to}"
    else:
        owner = block.rpartition("/")[0]
        if not owner:
            return None
        outer, place = split(owner)
        cursor = f"{outer}/{place + (1 if by > 0 else 0)}"
    return Planned([{"edit": "move", "from": path, "to": cursor}], cursor)


def move_out(script: dict[str, Any], path: str) -> Planned | None:
    """Move the step out of its block, to stand after what held it."""
    owner = split(path)[0].rpartition("/")[0] if step_at(script, path) is not None else ""
    if not owner:
        return None
    outer, place = split(owner)
    cursor = f"{outer}/{place + 1}"
    return Planned([{"edit": "move", "from": path, "to": cursor}], cursor)


def move_in(script: dict[str, Any], path: str) -> Planned | None:
    """Move the step to the end of the block of the step before it."""
    if step_at(script, path) is None:
        return None
    block, index = split(path)
    to = place_inside(script, f"{block}/{index - 1}") if index > 0 else None
    return Planned([{"edit": "move", "from": path, "to": to}], to) if to else None


def wrap(script: dict[str, Any], path: str, cond: str) -> Planned | None:
    """Wrap the step in an ``if``."""
    if step_at(script, path) is None:
        return None
    return Planned([{"edit": "wrap", "at": path, "cond": cond}], path)


def unwrap(script: dict[str, Any], path: str) -> Planned | None:
    """Put the steps of an ``if`` or ``each`` in its place."""
    step = step_at(script, path)
    if step is None or step.get("op") not in BLOCKS:
        return None
    return Planned([{"edit": "unwrap", "at": path}], path)


def extract(script: dict[str, Any], path: str, count: str, name: str) -> Planned | None:
    """Take the step, and those after it up to ``count`` in all, out into a script; a call takes their place."""
    if step_at(script, path) is None:
        return None
    wanted = int(count) if count.isascii() and count.isdigit() and len(count) < 5 else 0
    return Planned([{"edit": "extract", "at": path, "count": wanted, "name": name.strip()}], path)


def fixed(script: dict[str, Any], diagnostic: Diagnostic) -> Planned | None:
    """Put a diagnostic's fix in place of its span; without a span, in place of the whole field."""
    if diagnostic.fix is None:
        return None
    found: Any = script
    for part in diagnostic.path.split("/"):
        found = (
            found[int(part)]
            if isinstance(found, list) and part.isdigit() and int(part) < len(found)
            else (found.get(part) if isinstance(found, dict) else None)
        )
    if not isinstance(found, str):
        return None
    start, end = diagnostic.span or (0, len(found))
    text = found[:start] + diagnostic.fix.text + found[end:]
    return Planned([{"edit": "replace", "at": diagnostic.path, "value": text}], diagnostic.path)


def pasted(step: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    """Copy a step for pasting: without ids, and with a name that is not taken yet."""
    copy = _without_ids(step)
    name = copy.get("name")
    if isinstance(name, str) and name in taken and copy.get("op") != "if":
        number = 2
        while f"{name}_{number}" in taken:
            number += 1
        copy["name"] = f"{name}_{number}"
    return copy


def names_in(steps: Any) -> set[str]:
    """Collect the names that steps bind, nested ones too."""
    found: set[str] = set()
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict):
            if isinstance(step.get("name"), str):
                found.add(step["name"])
            for field in ("then", "else", "do"):
                found |= names_in(step.get(field))
    return found


def _without_ids(step: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in step.items():
        if key in ("then", "else", "do") and isinstance(value, list):
            out[key] = [_without_ids(part) if isinstance(part, dict) else part for part in value]
        elif key != "id":
            out[key] = value
    return out
