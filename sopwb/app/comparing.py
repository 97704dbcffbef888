"""Comparing two runs item by item, in bounded memory: a spool that takes both, and a merge of it by key.

    run of old ─┐ results, effects, failures                       ┌► counts
                ├──────────► Spool (SQLite, a file without a name) ┤
    run of new ─┘              in key order, whatever came first   └► the first items that differ

Two results are the same where their JSON is (records: field by field). Effects of an item are compared by tool and
arguments, in the order of their steps: equal ones meet first, then the n-th left of a tool the n-th left of it.
``PlacedTools`` answers both runs alike, so that a step that only moved changes nothing.

Deliberately not here: which versions, and how they become programs (``applying``, ``handlers.comparing``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import groupby, zip_longest
from operator import itemgetter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.app.applying import every_step
from sopwb.app.outputs import EffectChange, FieldChange, ItemChange
from sopwb.app.result_columns import items_of
from sopwb.data.stored import sort_text
from sopwb.kernel.canonical import json_text, parse_json
from sopwb.kernel.limits import COMPARED_ENTRIES_HELD, REPORTED_ENTRIES_MAX
from sopwb.kernel.values import Value, plain
from sopwb.lang import ir
from sopwb.lang.types import Scalar, Type, required
from sopwb.run.sets import WITHOUT_WORDS

if TYPE_CHECKING:
    import pyarrow as pa

    from sopwb.kernel.diagnostics import Diagnostic
    from sopwb.run.interpret import Program
    from sopwb.run.ports import PlannedEffect, ToolPort

OLD: Final = 0
NEW: Final = 1
_RESULT: Final = 0
_FAILURE: Final = 1
_EFFECT: Final = 2

_PLACES: Final[dict[str, Callable[[str], Any]]] = {
    "int": int,
    "decimal": lambda text: sort_text(Decimal(text)),
    "timestamp": lambda text: text.removesuffix("Z"),
}
"""An item's key as text → what sorts as the key does; other types' texts do so themselves."""


class Spool:
    """What two runs said of their items. A context manager; its file goes with it."""

    def __init__(self, key: Type) -> None:
        import sqlite3

        scalar = required(key)
        assert isinstance(scalar, Scalar), "a key is a scalar"
        self._place: Callable[[str], Any] = _PLACES.get(scalar.name, str)
        self._connection = sqlite3.connect("", isolation_level=None)  # "": a private file, made when memory is short
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(
            "CREATE TABLE entries (place, side, kind, n, item, text, PRIMARY KEY (place, side, kind, n)) WITHOUT ROWID"
        )
        self._held: list[tuple[Any, ...]] = []
        self._count = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def put(self, side: int, kind: int, item: str, said: Any) -> None:
        self._count += 1
        self._held.append((self._place(item), side, kind, self._count, item, _text(said)))
        if len(self._held) >= COMPARED_ENTRIES_HELD:
            self._write()

    def _write(self) -> None:
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", self._held)
        self._connection.execute("COMMIT")
        self._held.clear()

    def pairs(self) -> Iterator[tuple[str, Said, Said]]:
        """Give each item with what both runs said of it, in key order."""
        self._write()
        found = self._connection.execute(
            "SELECT place, side, kind, item, text FROM entries ORDER BY place, side, kind, n"
        )
        for _, rows in groupby(found, key=itemgetter(0)):
            said = (_Said(), _Said())
            item = ""
            for _, side, kind, item, text in rows:  # noqa: B007  one place is one item
                said[side].take(kind, text)
            yield item, said[OLD].done(), said[NEW].done()


def _text(said: Any) -> str:
    return json_text(plain(said))


class Said(msgspec.Struct, frozen=True):
    """What one run said of an item, as JSON texts: a result or a failure, neither where it did not come to it."""

    result: str | None
    failure: str | None
    effects: tuple[str, ...]

    @property
    def there(self) -> bool:
        return self.result is not None or self.failure is not None


class _Said:
    def __init__(self) -> None:
        self.result: str | None = None
        self.failure: str | None = None
        self.effects: list[str] = []

    def take(self, kind: int, text: str) -> None:
        if kind == _RESULT:
            self.result = text
        elif kind == _FAILURE:
            self.failure = text
        else:
            self.effects.append(text)

    def done(self) -> Said:
        return Said(self.result, self.failure, tuple(self.effects))


class Listener:
    """Hears one run for a spool: its results (port ``run.ports.Results``), effects and dead letters.

    ``prefix`` is left out of the places that it is told; ``type_`` is that of a result. ``outside`` are the effects
    that no item planned.
    """

    def __init__(self, spool: Spool, side: int, prefix: str, type_: Type) -> None:
        self._spool, self._side, self._prefix, self._type = spool, side, prefix, type_
        self.outside: list[str] = []

    def write(self, item: str, value: Value) -> None:
        self._spool.put(self._side, _RESULT, item, value)

    def write_batch(self, items: pa.RecordBatch) -> None:
        for item, value in items_of(self._type, items):
            self.write(item, value)

    def effect(self, effect: PlannedEffect) -> None:
        said = [effect.tool, effect.args]
        loops = effect.path.split("/").count("do")
        if loops == 0:
            self.outside.append(_text(said))
            return
        # An item of a loop in a loop is a list of keys, the outermost first (run.identity.item_text).
        item = effect.item if loops == 1 else parse_json(effect.item)[0]
        self._spool.put(self._side, _EFFECT, item, said)

    def failed(self, item: str, why: Diagnostic) -> None:
        place = why.path.removeprefix(self._prefix)
        self._spool.put(self._side, _FAILURE, item, [why.code, place, why.message])


# --- the merge ------------------------------------------------------------------------------------
class Counts(msgspec.Struct):
    items: int = 0
    same: int = 0
    different: int = 0
    only_old: int = 0
    only_new: int = 0
    come: int = 0
    go: int = 0
    change: int = 0


def merge(spool: Spool, limit: int) -> tuple[Counts, tuple[ItemChange, ...]]:
    """Count the items of both runs and give the first ``limit`` that differ."""
    counts, changes = Counts(), list[ItemChange]()
    for item, old, new in spool.pairs():
        counts.items += 1
        if old == new:
            counts.same += 1
            continue
        change = item_change(item, old, new)
        if change is None:
            counts.same += 1
            continue
        count_effects(counts, change.effects)
        match change.side:
            case "old":
                counts.only_old += 1
            case "new":
                counts.only_new += 1
            case _:
                counts.different += 1
        if len(changes) < min(limit, REPORTED_ENTRIES_MAX):
            changes.append(change)
    return counts, tuple(changes)


def count_effects(counts: Counts, effects: tuple[EffectChange, ...]) -> None:
    for effect in effects:
        counts.come += effect.kind == "comes"
        counts.go += effect.kind == "goes"
        counts.change += effect.kind == "changes"


def item_change(item: str, old: Said, new: Said) -> ItemChange | None:
    """Say in what two runs differ about an item, or None where they only spell it differently."""
    before, after = _value(old.result), _value(new.result)
    errors = _error(old.failure), _error(new.failure)
    effects = effect_changes(old.effects, new.effects)
    side = "both" if old.there and new.there else "old" if old.there else "new"
    alike = side == "both" and same_json(before, after) and (old.result is None) == (new.result is None)
    if alike and _same_failure(old.failure, new.failure) and not effects:
        return None
    fields = field_changes(before, after) if side == "both" else ()
    return ItemChange(item, side, before, after, *errors, fields, effects)


def field_changes(old: Any, new: Any) -> tuple[FieldChange, ...]:
    """List the fields in which two records differ, in the new one's order; none for what are not two records."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ()
    found = []
    for field in [*new, *(name for name in old if name not in new)]:
        if field not in old:
            found.append(FieldChange(field, "added", new=new[field]))
        elif field not in new:
            found.append(FieldChange(field, "removed", old=old[field]))
        elif not same_json(old[field], new[field]):
            found.append(FieldChange(field, "changed", old[field], new[field]))
    return tuple(found)


def same_json(a: Any, b: Any) -> bool:
    """Whether two JSON values are one: Python's True is 1, JSON's is not."""
    return json_text(_sorted(a)) == json_text(_sorted(b))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(part) for part in value] if isinstance(value, list) else value


def effect_changes(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[EffectChange, ...]:
    """Pair two lists of effects (JSON of [tool, arguments]) and say which come, go or change."""
    if old == new:
        return ()
    left, came = list(old), list[str]()
    for effect in new:
        if effect in left:
            left.remove(effect)
        else:
            came.append(effect)
    tools: dict[str, tuple[list[Any], list[Any]]] = {}
    for side, texts in enumerate((left, came)):
        for text in texts:
            tool, args = parse_json(text)
            tools.setdefault(tool, ([], []))[side].append(args)
    found = []
    for tool, (before, after) in tools.items():
        for gone, come in zip_longest(before, after):
            kind = "comes" if gone is None else "goes" if come is None else "changes"
            if kind != "changes" or not same_json(gone, come):
                found.append(EffectChange(kind, tool, gone, come))
    return tuple(found)


def _value(text: str | None) -> Any:
    return None if text is None else parse_json(text)


def _same_failure(old: str | None, new: str | None) -> bool:
    """Whether two failures are one: their codes, and their messages where both have one. A step may have moved."""
    if old is None or new is None:
        return old is new
    (code, _, message), (other_code, _, other) = parse_json(old), parse_json(new)
    return bool(code == other_code and (message == other or WITHOUT_WORDS in (message, other)))


def _error(failure: str | None) -> str:
    if failure is None:
        return ""
    code, path, message = parse_json(failure)
    return f"{code}{f' at {path}' if path else ''}: {message}"


# --- tools whose answers do not depend on where a step stands ------------------------------------------
class PlacedTools:
    """Answers as ``tools`` do, from a step's tool and number among its like in its script, not from its path.

    A mock's answer and a code's placeholder are made from the place of the effect; a step that an edit before it moved
    would else get other ones, and every mail with a code would seem to change.
    """

    def __init__(self, tools: ToolPort, program: Program, prefix: str) -> None:
        self._tools, self._program, self._prefix = tools, program, prefix
        self._places: dict[str, tuple[str, int]] = {}

    def mocked(self, tool: str) -> bool:
        return self._tools.mocked(tool)

    def decide(self, effect: PlannedEffect) -> Value:
        place = self._places.get(effect.path)
        if place is None:
            place = self._places[effect.path] = self._place(effect.path)
        return self._tools.decide(msgspec.structs.replace(effect, path=place[0], ordinal=place[1]))

    def _place(self, path: str) -> tuple[str, int]:
        """Give a name for the place of a tool's step: its tool, behind the calls that lead there, and its number."""
        script, names = self._program.script, list[str]()
        *calls, last = path.split("/call/")
        for part in calls:
            step, number = _nth(script.steps, part)
            assert isinstance(step, ir.Call)
            names.append(f"{step.script}.{number}")
            script = self._program.called[step.pin or step.script].script
        step, number = _nth(script.steps, last)
        assert isinstance(step, ir.Tool | ir.Write)
        if self._prefix:
            names = names[1:]  # the call that was composed around the script
        return "/".join([*names, step.tool]), number


def _nth(steps: tuple[ir.Step, ...], path: str) -> tuple[ir.Step, int]:
    """Find the step at a path, and its number among those before it that call or do the same."""
    number = 0
    found = next(step for step in every_step(steps) if step.path == path)
    for step in every_step(steps):
        if step.path == path:
            break
        number += _like(step) == _like(found)
    return found, number


def _like(step: ir.Step) -> tuple[str, str]:
    match step:
        case ir.Tool() | ir.Write():
            return "tool", step.tool
        case ir.Call(script=script):
            return "call", script
        case _:
            return "", ""
