"""Extract: a run of steps becomes a script of its own, and a call of it takes their place.

The names that the steps use become its parameters, with the types that they have there; the names that are
used later become what it returns: one by itself, several as a record, whose uses are then written
``result.name``. Not one of the other edits, since it makes two scripts and needs to know types.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import NAME_CHARS_MAX
from sopwb.lang import codes
from sopwb.lang.check import states_of
from sopwb.lang.edits import Edit, Extract, read_edit
from sopwb.lang.environment import Environment
from sopwb.lang.names import mentioned, renamed
from sopwb.lang.parse import parse_script
from sopwb.lang.places import Json, Place, copied, every_step, find_step, has_ids, with_ids
from sopwb.lang.rewriting import require_new_name
from sopwb.lang.script import RESERVED, VERSION
from sopwb.lang.slots import slots
from sopwb.lang.state import State
from sopwb.lang.types import type_text


class Extracted(msgspec.Struct, frozen=True):
    """``script`` with the call in it, and the new script, which is to be kept under ``name``."""

    script: Json
    new_script: Json
    name: str


def extract(raw: Json, edit: Json | Edit, environment: Environment) -> Extracted | tuple[Diagnostic, ...]:
    """Take steps out into a script of their own, or say why that cannot be done. Never raises."""
    try:
        wanted = read_edit(edit)
        if not isinstance(wanted, Extract):
            raise _impossible("this is no extract", "")
        return _extracted(raw, wanted, environment)
    except UserError as error:
        return error.diagnostics


def _impossible(message: str, place: str) -> UserError:
    return UserError(Diagnostic(codes.EDIT_IMPOSSIBLE.id, message, place[:120]))


def _extracted(raw: Json, edit: Extract, environment: Environment) -> Extracted:
    script: Json = copied(raw)
    place = find_step(script, edit.at)
    before, after = _around(script, place, edit, environment)
    run = place.block[place.index : place.index + edit.count]
    if any(step.get("op") == "return" for _, step in every_step(run)):
        raise _impossible(
            "these steps return from the script, which a called script cannot do for it", edit.at
        )
    del place.block[place.index : place.index + edit.count]
    used = _mentioned_in({"steps": run})
    params = {
        name: type_text(t) for name, t in before.scope.types.items() if name in used and name not in RESERVED
    }
    later = _mentioned_in(script)
    gives = [n for n in after.scope.names() if n in later and n not in before.scope.names()]
    new: Json = {"sop": VERSION, "params": params}
    types = {name: type_text(after.scope.types[name]) for name in gives}
    if len(gives) == 1:
        new["returns"] = types[gives[0]]
    elif gives:
        new["returns"] = types
    value: Any = gives[0] if len(gives) == 1 else {name: name for name in gives}
    new["steps"] = [*run, *([{"op": "return", "value": value}] if gives else [])]
    _, wrong = parse_script(new)
    if wrong:
        raise UserError(*wrong)
    call: Json = {"op": "call", "script": edit.name, "args": {name: name for name in params}}
    if gives:
        call = {"op": "call", "name": _result_name(script, edit, gives), **call}
    place.block.insert(place.index, call)
    if has_ids(raw):
        script, new = with_ids(script), with_ids(new)
    return Extracted(script, new, edit.name)


def _around(script: Json, place: Place, edit: Extract, environment: Environment) -> tuple[State, State]:
    """Give what is known before and after the steps.

    Raises ``UserError`` where they do not check or end the script.
    """
    if edit.count < 1 or place.index + edit.count > len(place.block):
        raise _impossible(f"there are no {edit.count} steps here", edit.at)
    if not (edit.name.isascii() and edit.name.isidentifier() and len(edit.name) <= NAME_CHARS_MAX):
        raise UserError(
            Diagnostic(codes.NAME_INVALID.id, f"{edit.name[:NAME_CHARS_MAX]!r} is not a name", edit.at)
        )
    tree, found = parse_script(script)
    if tree is None or found:
        raise UserError(*found)
    last = f"{place.block_path}/{place.index + edit.count - 1}"
    states, found = states_of(tree, environment, frozenset((place.path, last)))
    if found:
        raise UserError(*found)
    before = states[place.path][0]
    after = states[last][1]
    if after is None:
        raise _impossible("these steps end the script", edit.at)
    return before, after


def _mentioned_in(script: Json) -> frozenset[str]:
    nodes = [slot.node() for slot in slots(script)]
    return frozenset().union(*(mentioned(node) for node in nodes if node is not None))


def _result_name(script: Json, edit: Extract, gives: list[str]) -> str:
    """Name the call's result; several names are from then on read as its fields."""
    if len(gives) == 1:
        return gives[0]
    name = edit.as_ or f"{edit.name}_result"[:NAME_CHARS_MAX]
    require_new_name(script, name, edit.at)
    for slot in list(slots(script)):
        for old in gives:
            node = slot.node()
            if node is not None and old in mentioned(node):
                slot.write(renamed(slot.text, node, old, f"{name}.{old}"))
    return name
