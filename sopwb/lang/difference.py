"""What changed between two scripts, in words, computed from their structure.

Steps are matched by id, else by what they are (op and name), else by their place; a changed expression that
differs in literals only is told as ``60 → 90``, any other as before and after. This is what authors show
after an edit and what ``script diff`` prints: never anybody's account of what they meant to do.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET

from sopwb.kernel.canonical import json_text
from sopwb.lang.expression.parse import parse_expression
from sopwb.lang.expression.printer import print_expression
from sopwb.lang.expression.syntax import Identifier, Literal, Node, children, without_spans
from sopwb.lang.names import mentioned, renamed
from sopwb.lang.outline import step_text
from sopwb.lang.parse import order_parts
from sopwb.lang.places import Json, every_step
from sopwb.lang.script import BRANCHES

_WORDS: Final = {
    "cond": "the condition",
    "expr": "the expression",
    "where": "the filter",
    "order_by": "the order",
    "limit": "the limit",
    "from": "the source",
    "in": "the list",
    "text": "the text",
    "message": "the message",
    "value": "the result",
    "yield": "the yield",
    "args": "the arguments",
    "one": "how many records are expected",
    "fields": "the fields",
    "name": "the name",
    "as": "the item's name",
    "tool": "the tool",
    "into": "the source that is written",
    "mode": "what is done to the record",
    "key": "which record is written",
    "record": "the values that are written",
    "script": "the called script",
    "pin": "the version of the called script",
    "on_error": "what happens on an error",
    "note": "the note",
}
_EXPRESSIONS: Final = frozenset({"cond", "expr", "where", "limit", "in", "text", "message", "value", "yield", "key"})


class Change(msgspec.Struct, frozen=True):
    """One change.

    ``kind``: added, removed, moved, changed. ``path`` is in the new script, of removed steps in the old.
    """

    kind: str
    path: str
    text: str


def difference(old: Json, new: Json) -> list[Change]:
    """Give what changed from one raw script to another: signature, then steps in reading order.

    Never raises.
    """
    return [*_signature(old, new), *_steps(old, new)]


# --- signature ------------------------------------------------------------------------------------
def _signature(old: Json, new: Json) -> list[Change]:
    found = _members(old.get("params", {}), new.get("params", {}), "params", "parameter")
    before, after = old.get("returns"), new.get("returns")
    if isinstance(before, dict) and isinstance(after, dict):
        found += _members(before, after, "returns", "returned field")
        if before == after and list(before) != list(after):
            found.append(
                Change("changed", "returns", f"the order of the returned fields is now {', '.join(after)}")
            )
    elif before != after:
        words = f"it now returns {_type(after)}" if after is not None else "it returns nothing any more"
        found.append(
            Change("changed", "returns", words + (f" (was {_type(before)})" if before is not None else ""))
        )
    for field in ("title", "note"):
        if old.get(field) != new.get(field):
            found.append(Change("changed", field, f"the script's {field} changed"))
    return found


def _type(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_type(item)}" for name, item in value.items()) + "}"
    return str(value)


def _members(old: Any, new: Any, path: str, what: str) -> list[Change]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if old == new else [Change("changed", path, f"the {what}s changed")]
    found = []
    for name in [*new, *(name for name in old if name not in new)]:
        place = f"{path}/{name}"
        if name not in old:
            found.append(Change("added", place, f"{what} {name} added ({_type(new[name])})"))
        elif name not in new:
            found.append(Change("removed", place, f"{what} {name} removed"))
        elif old[name] != new[name]:
            found.append(Change("changed", place, f"{what} {name}: {_type(old[name])} → {_type(new[name])}"))
    return found


# --- steps ----------------------------------------------------------------------------------------
def _steps(old: Json, new: Json) -> list[Change]:
    before, after = list(every_step(old)), list(every_step(new))
    matched = _match(before, after)
    gone = [n for n in range(len(before)) if n not in matched.values()]
    added = [n for n in range(len(after)) if n not in matched]
    moved = _moved(before, after, matched)
    found: list[Change] = []
    names = _renames(before, after, matched)
    for n, (path, step) in enumerate(after):
        if n in added:
            if not _inside(path, [after[m][0] for m in added if m != n]):
                found.append(Change("added", path, f"step added: {step_text(step)}"))
            continue
        old_path, old_step = before[matched[n]]
        if n in moved:
            found.append(Change("moved", path, f"{_label(step, path)} moved from {old_path} to {path}"))
        found += _fields(old_step, step, path, names)
    for n in gone:
        path, step = before[n]
        if not _inside(path, [before[m][0] for m in gone if m != n]):
            found.append(Change("removed", path, f"step removed: {step_text(step)}"))
    return found


def _inside(path: str, others: list[str]) -> bool:
    return any(path.startswith(other + "/") for other in others)


def _match(before: list[tuple[str, Json]], after: list[tuple[str, Json]]) -> dict[int, int]:
    """Match steps: index in ``after`` → index in ``before``, by falling likeness."""
    matched: dict[int, int] = {}
    free = set(range(len(before)))

    def take(key: Any) -> None:
        places: dict[Any, list[int]] = {}
        for n in sorted(free, reverse=True):
            if (k := key(*before[n])) is not None:
                places.setdefault(k, []).append(n)
        for n, item in enumerate(after):
            if n not in matched and (k := key(*item)) is not None and places.get(k):
                matched[n] = places[k].pop()
                free.discard(matched[n])

    take(lambda _, step: (step["id"], str(step.get("op"))) if isinstance(step.get("id"), str) else None)
    take(lambda _, step: json_text(_bare(step)))
    take(lambda _, step: (str(step.get("op")), step["name"]) if isinstance(step.get("name"), str) else None)
    take(lambda path, step: (path, str(step.get("op"))))
    return matched


def _bare(step: Any) -> Any:
    """The step without ids: two that are written alike are alike."""
    if isinstance(step, dict):
        return {key: _bare(value) for key, value in step.items() if key != "id"}
    return [_bare(item) for item in step] if isinstance(step, list) else step


def _moved(
    before: list[tuple[str, Json]], after: list[tuple[str, Json]], matched: dict[int, int]
) -> set[int]:
    """Indices in ``after`` of steps that stand elsewhere: under another step, or out of order among those
    that stayed.
    """
    owners_before = {path: n for n, (path, _) in enumerate(before)}
    owners_after = {path: n for n, (path, _) in enumerate(after)}
    moved: set[int] = set()
    blocks: dict[str, list[int]] = {}
    for n, old in matched.items():
        block, old_block = after[n][0].rpartition("/")[0], before[old][0].rpartition("/")[0]
        owner, field = _owner(block, owners_after)
        old_owner, old_field = _owner(old_block, owners_before)
        same_owner = old_owner == (None if owner is None else matched.get(owner, -1))
        if not same_owner or field != old_field:
            moved.add(n)
        else:
            blocks.setdefault(block, []).append(n)
    for members in blocks.values():
        members.sort()
        moved |= set(members) - _rising([(matched[n], n) for n in members])
    return moved


def _owner(block: str, paths: dict[str, int]) -> tuple[int | None, str]:
    owner, _, field = block.rpartition("/")
    return paths.get(owner), field


def _rising(pairs: list[tuple[int, int]]) -> set[int]:
    """The second members of a longest run of pairs whose first members rise: those that kept their order."""
    best: list[list[tuple[int, int]]] = []
    for pair in pairs:
        n = next((i for i, run in enumerate(best) if run[-1][0] >= pair[0]), len(best))
        run = [*(best[n - 1] if n else []), pair]
        best[n : n + 1] = [run]
    return {second for _, second in (best[-1] if best else [])}


# --- the fields of a step -------------------------------------------------------------------------
def _renames(
    before: list[tuple[str, Json]], after: list[tuple[str, Json]], matched: dict[int, int]
) -> dict[str, str]:
    """Names that a matched step had, to those that it has now: their uses elsewhere are no changes of their
    own.
    """
    found: dict[str, str] = {}
    for n, old in sorted(matched.items()):
        for field in ("name", "as"):
            a, b = before[old][1].get(field), after[n][1].get(field)
            if isinstance(a, str) and isinstance(b, str) and a != b and after[n][1].get("op") != "if":
                found[a] = b
    return found


def _label(step: Json, path: str) -> str:
    if isinstance(step.get("name"), str) and step["name"]:
        return f"step {step['name']}"
    return f"the {step.get('op')} at {path}"


def _fields(old: Json, new: Json, path: str, names: dict[str, str]) -> list[Change]:
    found: list[Change | None] = []
    label = _label(new, path)
    for field in [*new, *(name for name in old if name not in new)]:
        if field in (*BRANCHES, "id", "op") or old.get(field, UNSET) == new.get(field, UNSET):
            continue
        before, after = old.get(field, UNSET), new.get(field, UNSET)
        place, words = f"{path}/{field}", _WORDS.get(field, str(field))
        if field in ("name", "as") and isinstance(before, str) and isinstance(after, str):
            found.append(Change("changed", place, f"{before} renamed to {after}"))
        elif isinstance(before, dict) and isinstance(after, dict):
            for name in [*after, *(name for name in before if name not in after)]:
                if before.get(name, UNSET) != after.get(name, UNSET):
                    found.append(
                        _changed(
                            f"{place}/{name}",
                            f"{words} {name}",
                            before.get(name, UNSET),
                            after.get(name, UNSET),
                            label,
                            names if field != "on_error" else None,
                        )
                    )
        else:
            found.append(
                _changed(place, words, before, after, label, names if field in _EXPRESSIONS else None)
            )
    return [change for change in found if change is not None]


def _changed(
    path: str, words: str, before: Any, after: Any, label: str, names: dict[str, str] | None
) -> Change | None:
    """Say one change; ``names`` (what was renamed) is given for expressions.

    None where nothing that means changed.
    """
    if before is UNSET:
        return Change("added", path, f"in {label}: {words} added: {_shown(after)}")
    if after is UNSET:
        return Change("removed", path, f"in {label}: {words} removed (was {_shown(before)})")
    if path.rpartition("/")[2] == "note":
        return Change("changed", path, f"in {label}: the note changed")
    if names is not None and isinstance(before, str) and isinstance(after, str):
        a, b = _with_names(before, names), parse_expression(after)[0]
        if a is not None and b is not None:
            if print_expression(a) == print_expression(b):
                return None
            if pairs := _leaf_changes(a, b):
                arrows = ", ".join(f"{print_expression(x)} → {print_expression(y)}" for x, y in pairs)
                return Change("changed", path, f"{arrows} in {label} ({print_expression(b)})")
    return Change("changed", path, f"in {label}: {words}: {_shown(before)} → {_shown(after)}")


def _with_names(text: str, names: dict[str, str]) -> Node | None:
    node = parse_expression(text)[0]
    for old, new in names.items():
        if node is not None and old in mentioned(node):
            text = renamed(text, node, old, new)
            node = parse_expression(text)[0]
    return node


def _leaf_changes(a: Node, b: Node) -> list[tuple[Node, Node]]:
    """The pairs of literals and names in which two trees differ; empty where they differ in more."""
    found: list[tuple[Node, Node]] = []
    todo = [(a, b)]
    while todo:
        x, y = todo.pop()
        if isinstance(x, (Literal, Identifier)) and isinstance(y, (Literal, Identifier)):
            if without_spans(x) != without_spans(y):
                found.append((x, y))
            continue
        below_x, below_y = children(x), children(y)
        if _head(x) != _head(y) or len(below_x) != len(below_y):
            return []
        todo.extend(reversed(list(zip(below_x, below_y, strict=True))))
    return found


def _head(node: Node) -> tuple[Any, ...]:
    """What a node is, without what is below it."""
    fields = ("name", "field", "op")
    names = tuple(name for name, _ in getattr(node, "fields", ()))
    return (type(node), *(getattr(node, field, None) for field in fields), names)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(
            order_parts(item)[0] + (" desc" if order_parts(item)[1] else "")
            if isinstance(item, str)
            else json_text(item)
            for item in value
        )
    return json_text(value)
