"""Places in a raw script: finding steps by path or id, and giving them ids.

    place := "steps/" index { "/" ("then" | "else" | "do") "/" index } [ "/" field… ]
           | step id [ "/" ("then" | "else" | "do") "/" index … ] [ "/" field… ]

Step ids (``s1``, ``s2`` …) are given once and kept by every edit; the canonical form drops them. Raw scripts
may have any shape here: a draft is edited while it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import JSON_DEPTH_MAX
from sopwb.lang import codes
from sopwb.lang.script import BRANCHES

Json = dict[str, Any]

_HELD: Final = {"if": ("then", "else"), "each": ("do",)}
"""Op → the fields in which it may hold steps; the script itself holds them in ``steps``."""
_ID: Final = re.compile(r"s([0-9]{1,9})")


class Place(msgspec.Struct):
    """A step's place in a (mutable) raw script: the list that holds it, its index there, and the list's path.

    ``index`` may be the length of the list: the place after its last step.
    """

    block: list[Any]
    index: int
    block_path: str

    @property
    def path(self) -> str:
        return f"{self.block_path}/{self.index}"

    @property
    def step(self) -> Any:
        return self.block[self.index]


def copied(value: Any, depth: int = 0) -> Any:
    """Copy JSON-shaped data. Raises ``UserError`` beyond the depth that any JSON here may have."""
    if depth > JSON_DEPTH_MAX:
        raise UserError(Diagnostic(codes.TOO_LARGE.id, f"nested deeper than {JSON_DEPTH_MAX}"))
    if isinstance(value, dict):
        return {key: copied(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [copied(item, depth + 1) for item in value]
    return value


def every_step(raw: Any, path: str = "steps") -> Iterator[tuple[str, Json]]:
    """Give (path, raw step) for every step that is an object, in reading order.

    ``raw`` is a script or a list of steps.
    """
    steps = raw.get("steps") if isinstance(raw, dict) else raw
    if not isinstance(steps, (list, tuple)) or path.count("/") > 2 * JSON_DEPTH_MAX:
        return
    for n, step in enumerate(steps):
        if isinstance(step, dict):
            yield f"{path}/{n}", step
            for field in BRANCHES:
                if isinstance(step.get(field), (list, tuple)):
                    yield from every_step(step[field], f"{path}/{n}/{field}")


def with_ids(raw: Json) -> Json:
    """Give every step an id that no other has: new ones ``s1``, ``s2`` … above the highest, in reading order.

    Ids that are there and unique are kept; of two equal ones the first in reading order keeps it.
    """
    try:
        script: Json = copied(raw)
    except UserError:
        return raw  # too deep to be a script; the parser says so
    highest, seen, needy = 0, set[str](), list[Json]()
    for _, step in every_step(script):
        id_ = step.get("id")
        if not isinstance(id_, str) or not id_ or id_ in seen:
            needy.append(step)
            continue
        seen.add(id_)
        if match := _ID.fullmatch(id_):
            highest = max(highest, int(match[1]))
    for step in needy:
        highest += 1
        fields = {key: value for key, value in step.items() if key not in ("op", "id")}
        head = {"op": step["op"]} if "op" in step else {}
        step.clear()
        step.update({**head, "id": f"s{highest}", **fields})
    return script


def has_ids(raw: Json) -> bool:
    """Whether the script keeps ids: it has steps, and the first of them has one."""
    return next((isinstance(step.get("id"), str) for _, step in every_step(raw)), False)


def unknown_step(place: str) -> UserError:
    return UserError(Diagnostic(codes.STEP_UNKNOWN.id, f"there is no step {place[:120]!r}", place[:120]))


def find_step(script: Json, place: str) -> Place:
    """Find a step by path or id. Raises ``UserError`` where there is none."""
    found, rest = find_place(script, place)
    if rest or found.index >= len(found.block):
        raise unknown_step(place)
    return found


def find_place(script: Json, place: str, *, create: bool = False) -> tuple[Place, list[str]]:
    """Find a place, which may be one after the end of a list; also gives the parts that lead into the step's
    fields.

    With ``create`` a list of steps that is missing (``else``) is made. Raises ``UserError`` where the way
    ends.
    """
    parts = place.split("/")
    if parts[0] != "steps" or len(parts) == 1:
        found = _by_id(script, parts[0])
        parts = found.path.split("/") + parts[1:]
    block, block_path, at = _block(script, "steps", create, place), "steps", 1
    while True:
        if at >= len(parts) or not parts[at].isascii() or not parts[at].isdigit() or len(parts[at]) > 6:
            raise unknown_step(place)
        index = int(parts[at])
        if index > len(block):
            raise unknown_step(place)
        here, rest = Place(block, index, block_path), parts[at + 1 :]
        if len(rest) < 2 or rest[0] not in BRANCHES or not rest[1].isdigit():
            return here, rest
        if index == len(block) or not isinstance(here.step, dict):
            raise unknown_step(place)
        block, block_path, at = _block(here.step, rest[0], create, place), f"{here.path}/{rest[0]}", at + 2


def _block(owner: Json, field: str, create: bool, place: str) -> list[Any]:
    if create and field not in owner and field in _HELD.get(str(owner.get("op")), ("steps",)):
        owner[field] = []
    block = owner.get(field)
    if not isinstance(block, list):
        raise unknown_step(place)
    return block


def _by_id(script: Json, id_: str) -> Place:
    for path, step in every_step(script):
        if step.get("id") == id_ and id_:
            return find_place(script, path)[0]
    raise unknown_step(id_)
