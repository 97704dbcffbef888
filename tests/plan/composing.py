"""Scripts that people talked into being, made into an ``each`` that both engines can run.

A script that looks a record up by a parameter is called for every record of that source; one that does not is
called for every record of any source; an ``each`` over a source stands for itself. Parameters that are no key
take what the case's checks give them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.lang.compile import compile_script
from sopwb.lang.parts import conjuncts
from sopwb.lang.types import is_optional, type_text
from sopwb.run.inputs import read_inputs
from tests.plan.market import Market

Json = dict[str, Any]


class Composed:
    """One ``each`` with the market that it is of, and what it was made of."""

    def __init__(self, name: str, market: Market, raw: Json) -> None:
        self.name, self.market, self.raw = name, market, raw


def talked(folder: Path, scratch: Path) -> Iterator[Composed]:
    """Talk a case's turns to the offline author and compose what it wrote."""
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    workspace = scratch / folder.name
    shutil.copytree(folder, workspace)
    bench = open_workbench(str(workspace), as_of=case["as_of"])
    dialogue = Dialogue(bench, as_of=case["as_of"])
    for turn in case["turns"]:
        dialogue.turn(turn)
    yield from composed(bench, case["checks"])
    bench.close()


def composed(bench: Workbench, checks: list[Json]) -> Iterator[Composed]:
    """Compose every script of a workspace: those that were saved, else the drafts."""
    library = bench.library
    scripts = {name: draft.script for name in library.names("draft") if (draft := library.draft(name)) is not None}
    scripts |= {name: library.raw(id_) for name, id_ in library.names("script").items()}
    scripts = {name: _unpinned(raw) for name, raw in scripts.items()}
    for name, raw in sorted(scripts.items()):
        given = [check.get("input", {}) for check in checks if name in (check.get("run"), check.get("effects"))]
        yield from _of_script(bench, name, raw, scripts, given or [{}])


def _unpinned(raw: Any) -> Any:
    """Let calls go by name, so that a script's own copy is what is called."""
    if isinstance(raw, dict):
        return {key: _unpinned(value) for key, value in raw.items() if key != "pin"}
    return [_unpinned(part) for part in raw] if isinstance(raw, list) else raw


def _of_script(
    bench: Workbench, name: str, raw: Json, scripts: dict[str, Json], given: list[Json]
) -> Iterator[Composed]:
    market = _market(bench, scripts)
    checked = compile_script(raw, market.environment())
    if checked.ir is None:
        return
    for number, step in enumerate(raw["steps"]):
        if step["op"] == "each" and "from" in step:
            alone = {"sop": 1, "params": raw.get("params", {}), "steps": [step]}
            yield from _given(f"{name}/{number}", bench, alone, scripts, given)
    if any(isinstance(step, ir.Each) for step in checked.ir.steps):
        return
    source, param = _looked_up(checked.ir, market) or (next(iter(market.tables)), "")
    key = market.tables[source].schema.key
    args = {p.name: p.name for p in checked.ir.params}
    params = {p.name: type_text(p.type) for p in checked.ir.params}
    if param:
        args[param] = f"record_.{key}"
        del params[param]
    call: Json = {"op": "call", "name": "result_", "script": name, "args": args}
    each: Json = {"op": "each", "name": "found_", "from": source, "as": "record_", "do": [call]}
    if checked.ir.returns is not None:
        each["yield"] = "result_"
    else:
        del each["name"], call["name"]
    whole = {"sop": 1, "params": params, "steps": [each]}
    yield from _given(name, bench, whole, scripts, given)


def _given(name: str, bench: Workbench, raw: Json, scripts: dict[str, Json], given: list[Json]) -> Iterator[Composed]:
    """Give an ``each`` once for every set of inputs."""
    seen: list[dict[str, Value]] = []
    for inputs in given:
        market = _market(bench, scripts)
        checked = compile_script(raw, market.environment())
        if checked.ir is None:
            return
        wanted = {param.name for param in checked.ir.params}
        known = {key: value for key, value in inputs.items() if key in wanted}
        missing = [p.name for p in checked.ir.params if p.name not in known and not is_optional(p.type)]
        if missing:
            continue
        market.inputs = read_inputs(checked.ir.params, known, bench.zone)
        if market.inputs not in seen:
            seen.append(market.inputs)
            yield Composed(name, market, raw)


def _market(bench: Workbench, scripts: dict[str, Json]) -> Market:
    market = Market(scripts)
    market.tables = {name: bench.tables.table(name) for name in bench.workspace.data}  # type: ignore[misc]
    market.registry, market.zone, market.now = bench.tools, bench.zone, bench.instant()
    return market


def _looked_up(script: ir.Script, market: Market) -> tuple[str, str] | None:
    """Find the parameter by which a source's record is looked up: (source, parameter)."""
    params = {param.name for param in script.params}
    for step in script.steps:
        if not isinstance(step, ir.Fetch) or step.where is None or not step.one:
            continue
        for part in conjuncts(step.where.expr):
            if isinstance(part, ir.Apply) and part.op == "eq":
                for ours, theirs in (part.args, part.args[::-1]):
                    key = market.tables[step.source].schema.key
                    if (
                        isinstance(ours, ir.Field)
                        and ours.field == key
                        and isinstance(theirs, ir.Name)
                        and theirs.name in params
                    ):
                        return step.source, theirs.name
    return None
