"""In what two recorded runs differ: what they were given, what they came to, and the first event where they part.

Effects are matched by item and step (their keys hold the run's id, so no two runs share one); runs that were recorded
before effects told their step are matched by item, tool and number. Deliberately not here: running again (replay).
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from sopwb.app.comparing import field_changes, same_json
from sopwb.app.outputs import (
    CountDifference,
    EffectChange,
    EventPair,
    PartDifference,
    RunDifference,
    RunSide,
    TraceLine,
)
from sopwb.app.recording import RunRecord, error_of
from sopwb.kernel.limits import REPORTED_ENTRIES_MAX
from sopwb.run.replay import first_difference

_GIVEN: Final = ("script", "now", "zone", "tzdata", "mode", "mocks")


def run_difference(a: RunRecord, b: RunRecord, trace_a: dict[str, Any], trace_b: dict[str, Any]) -> RunDifference:
    """Compare two runs with their kept traces."""
    changes = _effects(a.body["effects"], b.body["effects"])
    kinds = Counter(change.kind for change in changes)
    return RunDifference(
        a=_side(a, trace_a),
        b=_side(b, trace_b),
        given=tuple(_given(a.body, b.body)),
        same_result=same_json(a.body["result"], b.body["result"]),
        fields=field_changes(a.body["result"], b.body["result"]),
        effects_come=kinds["comes"],
        effects_go=kinds["goes"],
        effects_change=kinds["changes"],
        effects=tuple(changes[:REPORTED_ENTRIES_MAX]),
        counts=_counts(trace_a["events"], trace_b["events"]),
        first=_first(trace_a["events"], trace_b["events"]),
    )


def _side(record: RunRecord, trace: dict[str, Any]) -> RunSide:
    body = record.body
    return RunSide(
        run=record.id,
        name=body["name"],
        script=body["script"],
        status=body["status"],
        result=body["result"],
        error=error_of(record),
        items=body["items"],
        effects=body["effects_total"],
        effects_kept=len(body["effects"]),
        trace_hash=body["trace_hash"],
        complete=trace["complete"],
    )


def _given(a: dict[str, Any], b: dict[str, Any]) -> list[PartDifference]:
    """List what the runs' identities differ in, but for the nonce, which always does."""
    parts = [(part, a[part], b[part]) for part in _GIVEN]
    for room, old, new in (("inputs", a["inputs"], b["inputs"]), ("data", _data(a), _data(b))):
        parts += [(f"{room}/{name}", old.get(name), new.get(name)) for name in sorted({*old, *new})]
    return [PartDifference(*part) for part in parts if not same_json(part[1], part[2])]


def _data(body: dict[str, Any]) -> dict[str, str]:
    return {source: f"{kind} {digest}" for source, kind, digest in body["sources"]}


def _effects(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[EffectChange]:
    before, after = _placed(old), _placed(new)
    found: list[EffectChange] = []
    for place in [*before, *(place for place in after if place not in before)]:
        was, now = before.get(place), after.get(place)
        old_args, new_args = was and was["args"], now and now["args"]
        kind = "comes" if was is None else "goes" if now is None else "changes"
        if kind != "changes" or not same_json(old_args, new_args):
            item, tool, path, _ = place
            found.append(EffectChange(kind, tool, old_args, new_args, item, path))
    return found


def _placed(effects: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    seen: Counter[tuple[Any, ...]] = Counter()
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for effect in effects:
        place = (effect["item"], effect["tool"], effect.get("path", ""))
        found[(*place, seen[place])] = effect
        seen[place] += 1
    return found


def _counts(a: list[dict[str, Any]], b: list[dict[str, Any]]) -> tuple[CountDifference, ...]:
    counts = [Counter((event["path"], event.get("branch", "")) for event in events) for events in (a, b)]
    places = dict.fromkeys([*counts[0], *counts[1]])
    return tuple(
        CountDifference(*place, counts[0][place], counts[1][place])
        for place in places
        if counts[0][place] != counts[1][place]
    )


def _first(a: list[dict[str, Any]], b: list[dict[str, Any]]) -> EventPair | None:
    difference = first_difference([event["exact"] for event in a], [event["exact"] for event in b])
    if difference is None:
        return None
    lines = [_line(events[difference.number]) if difference.number < len(events) else None for events in (a, b)]
    return EventPair(difference.number + 1, *lines)


def _line(event: dict[str, Any]) -> TraceLine:
    return TraceLine(event["path"], event["op"], event["text"], event.get("out"), event.get("item", ""))
