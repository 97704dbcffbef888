"""Recording runs: what a run was given and came to, and its kept trace, as objects of the store.

    run    {"run", "name", "script", "inputs", "now", "zone", "tzdata", "mode", "mocks", "nonce", "sources",
            "status", "result", "error", "effects", "effects_total", "items", "trace", "trace_total", "trace_hash",
            "acting": null or {"digest", "planned", "consent", "approval", "journal": [offset, head], "why", "cause",
                               "counts", "notes", "dead", "unconsented"}}
    trace  {"run", "complete", "events": [event…], "recorded", "answers"}         (a retirable segment)

Refs ``run/ID`` point to run objects: a run that acts gets a new one at each change of its state, with where its journal
was durable then. Deliberately not here: replaying (``handlers.runs``), and what the states mean (``acting.standing``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from sopwb.app.outputs import ActingView, EffectView, RunView, TraceLine
from sopwb.kernel.canonical import json_text, parse_json
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import REPORTED_ENTRIES_MAX
from sopwb.kernel.values import plain
from sopwb.run.trace import event_data

if TYPE_CHECKING:
    from sopwb.app.execute import Executed, Plan
    from sopwb.app.workbench import Workbench
    from sopwb.store.store import Store, Transaction


class RunRecord(msgspec.Struct, frozen=True):
    """A recorded run as it was stored, with the id of its object."""

    id: str
    object: str
    body: dict[str, Any]


def record_run(
    bench: Workbench,
    plan: Plan,
    done: Executed,
    recorded: dict[str, Any] | None,
    answers: list[dict[str, Any]] | None = None,
    status: str = "",
    acting: dict[str, Any] | None = None,
    also: Callable[[Transaction], None] = lambda tx: None,
) -> RunRecord:
    """Store a run and its trace in one transaction. ``recorded``: the records that it fetched; ``answers``: what its
    tools read of the world; ``status`` and ``acting`` are given where it acts; ``also`` puts more into the
    transaction."""
    view = done.view
    events = [{**event_data(event), "exact": event.exact} for event in done.events]
    trace = {"run": view.run, "complete": done.complete, "events": events, "recorded": recorded, "answers": answers}
    body = {
        "run": view.run,
        "name": view.name,
        "script": view.script,
        "inputs": view.inputs,
        "now": view.as_of,
        "zone": plan.zone_name,
        "tzdata": plan.tzdata,
        "mode": view.mode,
        "mocks": list(view.mocks),
        "nonce": plan.nonce,
        "sources": [[f.source, f.kind, f.digest] for f in plan.sources],
        "status": status or view.status,
        "result": view.result,
        "error": msgspec.to_builtins(view.error) if view.error else None,
        "effects": [effect_data(effect) for effect in view.effects],
        "effects_total": view.effects_total,
        "items": view.items,
        "trace_total": view.trace_total,
        "trace_hash": view.trace_hash,
        "acting": acting,
    }
    with bench.store.transaction(f"run {view.name}") as tx:
        also(tx)
        if plan.on_record is not None:
            plan.on_record(tx, view.run, str(body["status"]))
        body["trace"] = tx.put("trace", json_text(plain(trace)).encode())
        id_ = tx.put("run", json_text(plain(body)).encode())
        tx.set_ref(f"run/{view.run}", id_, old=None, why=str(body["status"]))
    return RunRecord(view.run, id_, body)


def record_change(store: Store, record: RunRecord, **changes: Any) -> RunRecord:
    """Store a run's new state. Raises ``RefConflict`` where another process has changed it meanwhile."""
    body = {**record.body, **changes}
    with store.transaction(f"run {body['name']}: {body['status']}") as tx:
        id_ = tx.put("run", json_text(plain(body)).encode())
        tx.set_ref(f"run/{record.id}", id_, old=record.object, why=str(body["status"]))
    return RunRecord(record.id, id_, body)


def effect_data(effect: EffectView) -> dict[str, Any]:
    """Give the JSON shape of a recorded effect."""
    return {
        "key": effect.key,
        "tool": effect.tool,
        "item": effect.item,
        "args": effect.args,
        "state": effect.state,
        "path": effect.path,
    }


def error_of(record: RunRecord) -> Diagnostic | None:
    """Give what a recorded run failed with."""
    error = record.body["error"]
    return msgspec.convert(error, Diagnostic) if error else None


def find_run(store: Store, ref: str) -> RunRecord:
    """Find a recorded run by its id or a prefix of it. Raises ``UserError`` SOP-A011."""
    digits = ref.removeprefix("#").removeprefix("b3:")
    found = store.refs(f"run/b3:{digits}") if digits else {}
    if len(found) != 1:
        some = ", ".join(name.removeprefix("run/")[:17] for name in list(found)[:5])
        raise UserError(
            Diagnostic(
                "SOP-A011",
                f"{ref} could be any of {some}" if found else f"there is no run {ref!r}",
                found=ref,
                hint="give more digits" if found else "sopwb runs list shows them",
            )
        )
    ((name, id_),) = found.items()
    return RunRecord(name.removeprefix("run/"), id_, parse_json(store.get(id_)[1]))


def trace_of(store: Store, record: RunRecord) -> dict[str, Any]:
    """Give a recorded run's trace object."""
    found: dict[str, Any] = parse_json(store.get(record.body["trace"])[1])
    return found


def of_item(item: str, wanted: str) -> bool:
    """Whether an event's item is the wanted one, or is nested in it (then it is a JSON list of keys)."""
    if item == wanted:
        return True
    if not item.startswith("["):
        return False
    try:
        keys = parse_json(item)
    except ValueError:
        return False
    return isinstance(keys, list) and bool(keys) and keys[0] == wanted


def run_view(record: RunRecord, trace: dict[str, Any], item: str | None = None) -> RunView:
    """Show a recorded run; with ``item`` only that item's events."""
    body = record.body
    events = [event for event in trace["events"] if item is None or of_item(event.get("item", ""), item)]
    lines = tuple(
        TraceLine(e["path"], e["op"], e["text"], e.get("out"), e.get("item", "")) for e in events[:REPORTED_ENTRIES_MAX]
    )
    return RunView(
        run=record.id,
        name=body["name"],
        script=body["script"],
        status=body["status"],
        result=body["result"],
        effects=tuple(EffectView(**effect) for effect in body["effects"]),
        effects_total=body["effects_total"],
        trace=lines,
        trace_total=len(events) if item is not None else body["trace_total"],
        trace_hash=body["trace_hash"],
        as_of=body["now"],
        mode=body["mode"],
        mocks=tuple(body["mocks"]),
        error=error_of(record),
        inputs=body["inputs"],
        items=body["items"],
        acting=acting_view(body),
    )


def acting_view(body: dict[str, Any]) -> ActingView | None:
    """Show how a recorded run's acting stands; None where it does not act."""
    acting = body.get("acting")
    return None if acting is None else msgspec.convert(acting, ActingView)
