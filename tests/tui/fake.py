"""A bench and a dialogue that always answer the same: scripts in memory, edits by ``lang.edits``, a run by the book.

What the workbench shows of them is fixed for ever, so that a picture of the screen can be compared.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.lang.compile import compile_script
from sopwb.lang.edits import apply_edit, with_ids
from sopwb.lang.environment import Parameter, SourceSchema, StaticEnvironment, ToolSignature
from sopwb.lang.outline import outline
from sopwb.lang.types import parse_type
from sopwb.run.ports import Event

AS_OF = "2026-11-22T08:00:00Z"
CHURN: dict[str, Any] = {
    "sop": 1,
    "params": {"customer_id": "string"},
    "returns": {"is_risk": "bool", "reason": "string"},
    "steps": [
        {"op": "fetch", "name": "customer", "from": "customers", "where": "it.id == customer_id", "one": "required"},
        {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == customer.id"},
        {
            "op": "if",
            "name": "dormant",
            "cond": "size(orders) == 0",
            "then": [{"op": "return", "value": {"is_risk": "true", "reason": "'No orders: dormant account'"}}],
        },
        {"op": "math", "name": "total_spend", "expr": "orders.sum(o, o.total)"},
        {
            "op": "if",
            "cond": "total_spend > 500",
            "then": [{"op": "return", "value": {"is_risk": "true", "reason": "'Spent ' + string(total_spend)"}}],
        },
        {"op": "return", "value": {"is_risk": "false", "reason": "'Active'"}},
    ],
}
FIRST_TURN = "I want to create a script called check_churn_risk."
SECOND_TURN = "Also, make sure to handle the case where they have NO orders."


def record(text: str) -> Any:
    return parse_type(text)


def environment() -> StaticEnvironment:
    return StaticEnvironment(
        sources={
            "customers": SourceSchema("customers", "id", record("{id: string, name: string, email: string}")),
            "orders": SourceSchema(
                "orders", "id", record("{id: string, customer_id: string, total: decimal, ordered_at: date}")
            ),
        },
        tools={
            "email.send": ToolSignature(
                "email.send",
                (
                    Parameter("to", record("string")),
                    Parameter("subject", record("string")),
                    Parameter("body", record("string")),
                    Parameter("html", record("string?")),
                ),
                record("{id: string}"),
            )
        },
    )


class FakeBench:
    """One workspace: a draft ``check_churn_risk`` (where asked) and what Commands make of it."""

    name = "shop"
    zone_name = "Europe/Berlin"

    def __init__(self, *, with_draft: bool = True, hold: Callable[[], object] | None = None) -> None:
        self.drafts: dict[str, list[dict[str, Any]]] = {}
        self.undone: dict[str, list[dict[str, Any]]] = {}
        self.frozen: dict[str, tuple[str, dict[str, Any]]] = {}
        self.commands: list[c.Command] = []
        self.runs: list[o.RunView] = []
        self.hold = hold
        if with_draft:
            self.drafts["check_churn_risk"] = [with_ids(copy.deepcopy(CHURN))]

    def environment(self) -> StaticEnvironment:
        return environment()

    def script(self, name: str = "check_churn_risk") -> dict[str, Any]:
        return self.drafts[name][-1]

    def ops(self, name: str = "check_churn_risk") -> list[str]:
        return [step["op"] for step in self.script(name)["steps"]]

    def do(self, command: c.Command, events: Callable[[Event], None] | None = None) -> Any:
        self.commands.append(command)
        match command:
            case c.ListScripts():
                return o.ScriptList(tuple(self._rows()))
            case c.ShowScript(ref=ref):
                return self._show(ref, command.draft)
            case c.SaveDraft(name=name, script=script):
                self.drafts.setdefault(name, []).append(with_ids(copy.deepcopy(script)))
                return self._draft(name)
            case c.ApplyEdits(name=name, edits=edits):
                return self._edit(name, edits)
            case c.UndoEdit(name=name):
                if len(self.drafts[name]) == 1:
                    return failed("SOP-A004", f"{name} has nothing to undo")
                self.undone.setdefault(name, []).append(self.drafts[name].pop())
                return self._draft(name, ("undone",))
            case c.RedoEdit(name=name):
                if not self.undone.get(name):
                    return failed("SOP-A004", f"{name} has nothing to redo")
                self.drafts[name].append(self.undone[name].pop())
                return self._draft(name, ("redone",))
            case c.FreezeScript(name=name):
                self.frozen[name] = ("b3:" + "1a2b3c4" + "0" * 57, self.drafts.pop(name)[-1])
                return o.Frozen(name, self.frozen[name][0], {name: self.frozen[name][0]})
            case c.RunScript():
                return self._run(command, events)
            case c.ListRuns():
                return o.RunList(
                    tuple(o.RunRow(r.run, r.name, r.status, r.as_of, r.mode, 0, r.trace_hash) for r in self.runs)
                )
            case c.ShowRun(run=run):
                return next(r for r in self.runs if r.run == run)
            case c.DiffScripts(a=a):
                return o.Difference(a, a, ("the threshold is 90, was 60",), "a\nb", "a\nc")
            case _:
                return failed("SOP-U005", f"{type(command).__name__} is not built yet")

    def _rows(self) -> list[o.ScriptRow]:
        rows = [
            o.ScriptRow(name, "", "draft", "script", signature(name, revs[-1])) for name, revs in self.drafts.items()
        ]
        return rows + [
            o.ScriptRow(name, id_, "frozen", "script", signature(name, raw)) for name, (id_, raw) in self.frozen.items()
        ]

    def _show(self, ref: str, draft: bool) -> Any:
        if draft and ref in self.drafts:
            return self._draft(ref)
        for name, (id_, raw) in self.frozen.items():
            if ref in (name, id_):
                return self._view(name, "frozen", id_, raw)
        return failed("SOP-A001", f"there is no script {ref}")

    def _draft(self, name: str, changes: tuple[str, ...] = ()) -> o.ScriptView:
        return self._view(name, "draft", "", self.drafts[name][-1], changes)

    def _view(
        self, name: str, state: str, id_: str, raw: dict[str, Any], changes: tuple[str, ...] = ()
    ) -> o.ScriptView:
        rows = tuple(o.OutlineRow(line.path, line.depth, line.text, line.id) for line in outline(raw))
        rev = str(len(self.drafts.get(name, ())))
        return o.ScriptView(
            name,
            state,
            id_,
            rev,
            signature(name, raw),
            raw,
            rows,
            "If they spent over 500, they are at risk.",
            compile_script(raw, environment()).diagnostics,
            changes,
        )

    def _edit(self, name: str, edits: list[dict[str, Any]]) -> Any:
        script = self.drafts[name][-1]
        for edit in edits:
            edited = apply_edit(script, edit)
            if not isinstance(edited, dict):
                return o.Failed(edited)
            script = edited
        self.drafts[name].append(script)
        self.undone.pop(name, None)
        return self._draft(name, (str(edits[0]["edit"]),))

    def _run(self, command: c.RunScript, events: Callable[[Event], None] | None) -> o.RunView:
        lines = trace_lines()
        for line in lines:
            if events is not None:
                events(
                    Event(
                        "step", {"path": line.path, "op": line.op, "text": line.text, "value": line.value, "item": ""}
                    )
                )
            if self.hold is not None:
                self.hold()
        view = o.RunView(
            run="b3:" + "f" * 64,
            name="check_churn_risk",
            script=command.ref,
            status="succeeded",
            result={"is_risk": True, "reason": "Spent 1200"},
            effects=(),
            effects_total=0,
            trace=lines,
            trace_total=len(lines),
            trace_hash="b3:" + "e" * 64,
            as_of=AS_OF,
            mode="dry_run" if command.dry_run else "real",
            inputs=command.inputs,
        )
        self.runs.insert(0, view)
        return view


def trace_lines() -> tuple[o.TraceLine, ...]:
    return (
        o.TraceLine("steps/0", "fetch", "Fetched customer: found", {"id": "john_doe", "name": "John Doe"}),
        o.TraceLine("steps/1", "fetch", "Fetched orders (found 12)", 12),
        o.TraceLine("steps/2", "if", "Checked size(orders) == 0 (12 == 0): no"),
        o.TraceLine("steps/3", "math", "total_spend = 1200", 1200),
        o.TraceLine("steps/4", "if", "Checked total_spend > 500 (1200 > 500): yes"),
        o.TraceLine("steps/4/then/0", "return", "Returned is_risk = true", {"is_risk": True, "reason": "Spent 1200"}),
    )


def failed_run() -> o.RunView:
    """A run that ended with an error at its second step."""
    return o.RunView(
        run="b3:" + "9" * 64,
        name="check_churn_risk",
        script="b3:0",
        status="failed",
        result=None,
        effects=(),
        effects_total=0,
        trace=trace_lines()[:1],
        trace_total=1,
        trace_hash="b3:1",
        as_of=AS_OF,
        mode="real",
        error=Diagnostic("SOP-R003", "orders.csv:17 has no total", "steps/1/where"),
    )


class FakeReply(msgspec.Struct, frozen=True):
    kind: str
    reply: str
    options: list[str] = []
    saved: list[str] = []
    draft: str | None = None
    script: dict[str, Any] | None = None


class FakeTalk:
    """Answers the first two turns of the founding conversation, then asks, and remembers what it heard."""

    def __init__(self, bench: FakeBench) -> None:
        self.bench = bench
        self.heard: list[str] = []

    def turn(self, text: str) -> FakeReply:
        self.heard.append(text)
        match len(self.heard):
            case 1:
                self.bench.do(c.SaveDraft("check_churn_risk", CHURN))
                return FakeReply(
                    "answer",
                    "I started a draft of **check_churn_risk**.\n\n- takes `customer_id`\n- *high risk*: over $500",
                    draft="check_churn_risk",
                )
            case 2:
                return FakeReply(
                    "question",
                    "What is a customer with **no orders**?",
                    options=["at risk, a dormant account", "not at risk"],
                    draft="check_churn_risk",
                )
            case _:
                return FakeReply("refusal", f"I cannot do that: {text}")


def signature(name: str, raw: dict[str, Any]) -> str:
    params = ", ".join(f"{key}: {type_}" for key, type_ in raw.get("params", {}).items())
    returns = raw.get("returns", "null")
    gives = (
        "{" + ", ".join(f"{k}: {t}" for k, t in returns.items()) + "}" if isinstance(returns, dict) else str(returns)
    )
    return f"{name}({params}) → {gives}"


def failed(code: str, message: str) -> o.Failed:
    return o.Failed((Diagnostic(code, message),))
