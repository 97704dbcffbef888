"""Each command becomes the Command that keys and the command line give, and every Command is within reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.slash.author import SlashAuthor
from tests.shop import AS_OF, CHURN, WEEKLY, shop

READ = (c.ShowScript, c.ListScripts)
"""What commands look up on their way."""


class Recording:
    """A bench that remembers what it was asked for and passes on only what is read on the way."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self.asked: list[c.Command] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bench, name)

    def do(self, command: c.Command) -> o.Output:
        self.asked.append(command)
        if isinstance(command, READ):
            return self._bench.do(command)
        return o.Dropped("not done: only what was asked for matters here")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Recording]:
    made = open_workbench(shop(tmp_path), AS_OF)
    made.do(c.SaveDraft("check_churn_risk", CHURN))
    made.do(c.SaveDraft("weekly", WEEKLY))
    made.do(c.SaveDraft("greet", {"sop": 1, "steps": [{"op": "say", "text": "'hello'"}]}))
    made.do(c.FreezeScript("greet"))
    yield Recording(made)
    made.close()


RUN = "#1a2b3c4"
CASES: dict[str, c.Command] = {
    "/new a": c.SaveDraft("a", {"sop": 1, "params": {}, "steps": []}, "/new"),
    '/new a {"sop": 1, "steps": []}': c.SaveDraft("a", {"sop": 1, "steps": []}, "/new"),
    "/new a(x: int?) → string": c.SaveDraft(
        "a", {"sop": 1, "params": {"x": "int?"}, "returns": "string", "steps": []}, "/new"
    ),
    "/undo": c.UndoEdit("weekly"),
    "/redo": c.RedoEdit("weekly"),
    "/drop": c.DropDraft("weekly"),
    "/rename weekly to monthly": c.RenameScript("weekly", "monthly"),
    "/rename script greet salute": c.RenameScript("greet", "salute"),
    "/fork greet": c.ForkScript("greet", "greet"),
    "/fork #1234567 again": c.ForkScript("#1234567", "again"),
    "/check": c.CheckScript("weekly"),
    "/freeze --repin": c.FreezeScript("weekly", True),
    "/freeze greet": c.FreezeScript("greet"),
    "/example greet who=me --expect a=1 --expect b=x --as-of 2026-01-01T00:00:00Z": c.AddExample(
        "greet", {"who": "me"}, {"fields": {"a": "1", "b": "x"}}, "2026-01-01T00:00:00Z"
    ),
    "/example --result '{\"a\": [1]}'": c.AddExample("weekly", {}, {"result": {"a": [1]}}),
    "/example --fails 'no such'": c.AddExample("weekly", {}, {"fails": "no such"}),
    "/examples greet": c.ListExamples("greet"),
    "/example-remove 2": c.RemoveExample("weekly", 2),
    "/test": c.RunExamples("weekly"),
    "/test all --frozen --live": c.RunExamples("", True, True),
    "/run": c.RunScript("weekly", {}, AS_OF, dry_run=True, draft=True),
    "/run check_churn_risk customer_id='john doe'": c.RunScript(
        "check_churn_risk", {"customer_id": "john doe"}, AS_OF, dry_run=True, draft=True
    ),
    "/run greet --allow email.send=5 --canary 3 --output out.jsonl --mock x --mock y": c.RunScript(
        "greet", {}, AS_OF, allow=("email.send=5",), canary=3, output="out.jsonl", mocks=("x", "y")
    ),
    "/run greet --dry-run --as-of 2026-01-01T00:00:00Z": c.RunScript("greet", {}, "2026-01-01T00:00:00Z", dry_run=True),
    "/trace": c.ListRuns("weekly", 1),
    f"/trace {RUN} john_doe": c.ExplainRun(RUN, "john_doe"),
    "/job": c.SaveJob("weekly"),
    "/job greet as hello who=me --mock email.send --allow coupon.generate --output x.jsonl": c.SaveJob(
        "greet", "hello", {"who": "me"}, ("email.send",), "x.jsonl", ("coupon.generate",)
    ),
    "/schedule every monday at 9": c.AddSchedule("weekly", "every monday at 9"),
    "/schedule greet every day at 08:00": c.AddSchedule("greet", "every day at 08:00"),
    "/unschedule greet": c.RemoveSchedule("greet"),
    "/schedule-pause greet": c.PauseSchedule("greet"),
    "/schedule-resume": c.ResumeSchedule("weekly"),
    "/backfill greet --from 2026-11-01T00:00:00Z --to 2026-11-02T00:00:00Z": c.BackfillSchedule(
        "greet", "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"
    ),
    "/tick": c.Tick(),
    "/tick greet": c.Tick("greet"),
    "/notices --all": c.ListNotices(True),
    "/notices --read a b": c.ReadNotices(("a", "b")),
    "/due greet --count 2": c.NextDue("greet", 2, AS_OF),
    f"/approve {RUN} --resume --canary 2": c.ApproveRun(RUN, True, 2),
    f"/resume {RUN} --dead-letters": c.ResumeRun(RUN, True),
    f"/pause {RUN}": c.PauseRun(RUN),
    f"/cancel {RUN}": c.CancelRun(RUN),
    f"/resolve {RUN} again --key ab --key cd": c.ResolveRun(RUN, "again", ("ab", "cd")),
    f"/effects {RUN} in_doubt --codes --output x.csv": c.ListEffects(RUN, "in_doubt", True, "x.csv"),
    f"/replay {RUN}": c.ReplayRun(RUN),
    "/show": c.ShowScript("weekly", "outline"),
    "/show greet json --frozen": c.ShowScript("greet", "json", False),
    "/diff greet@1 greet": c.DiffScripts("greet@1", "greet"),
    "/diff greet --on customers --param who --limit 3 x=1": c.CompareScripts(
        "greet", "", "customers", "who", {"x": "1"}, AS_OF, 3
    ),
    "/list churn": c.ListScripts("churn"),
    "/history": c.ScriptHistory("weekly"),
    "/plan x=1": c.ExplainPlan("weekly", {"x": "1"}, AS_OF),
    "/data": c.ListData(),
    "/data orders": c.ShowData("orders", 5),
    "/data orders --profile": c.ProfileData("orders"),
    "/tools": c.ListTools(),
    "/runs": c.ListRuns("", 20),
    "/runs greet --limit 3": c.ListRuns("greet", 3),
    f"/runs {RUN}": c.ShowRun(RUN),
    f"/runs {RUN} #7654321": c.DiffRuns(RUN, "#7654321"),
    "/jobs": c.ListJobs(),
    "/jobs greet": c.ShowJob("greet"),
    "/schedules": c.ListSchedules(),
    "/eval 1 = 1": c.Evaluate("1 == 1", {}, AS_OF),
    "/verify --deep": c.VerifyStore(True),
    "/stats": c.StoreStats(),
}


@pytest.mark.parametrize("typed", CASES)
def test_a_command_becomes_its_command(bench: Recording, typed: str) -> None:
    author = SlashAuthor(bench, AS_OF)
    author.desk.go("weekly")
    author.turn(typed)
    assert CASES[typed] in bench.asked


EDITS: dict[str, list[dict[str, Any]]] = {
    "/param least: decimal, many: int?": [
        {"edit": "set_signature", "params": {"customer_id": "string", "least": "decimal", "many": "int?"}}
    ],
    "/param remove customer_id": [{"edit": "set_signature", "params": {}}],
    "/step say 'x'": [{"edit": "insert", "at": "steps/7", "step": {"op": "say", "text": "'x'"}}],
    '/step {"op": "fail", "message": "\'x\'"}': [
        {"edit": "insert", "at": "steps/7", "step": {"op": "fail", "message": "'x'"}}
    ],
    "/insert before s3 say 'x'": [{"edit": "insert", "at": "steps/2", "step": {"op": "say", "text": "'x'"}}],
    "/insert after orders say 'x'": [{"edit": "insert", "at": "steps/2", "step": {"op": "say", "text": "'x'"}}],
    "/insert in risk say 'x'": [{"edit": "insert", "at": "steps/5/then/1", "step": {"op": "say", "text": "'x'"}}],
    "/insert else risk say 'x'": [{"edit": "insert", "at": "steps/5/else/0", "step": {"op": "say", "text": "'x'"}}],
    "/insert last say 'x'": [{"edit": "insert", "at": "steps/7", "step": {"op": "say", "text": "'x'"}}],
    "/update total_spend orders.max(o, o.total)": [
        {"edit": "replace", "at": "steps/4/expr", "value": "orders.max(o, o.total)"}
    ],
    "/update total_spend spent = orders.sum(o, o.total)": [
        {"edit": "rename", "from": "total_spend", "to": "spent"},
        {"edit": "replace", "at": "steps/4", "step": {"op": "math", "name": "spent", "expr": "orders.sum(o, o.total)"}},
    ],
    "/update total_spend name: spent": [{"edit": "rename", "from": "total_spend", "to": "spent"}],
    "/update orders where: customer_id = customer.id and total > 5": [
        {"edit": "replace", "at": "steps/1/where", "value": "it.customer_id == customer.id && it.total > 5"}
    ],
    "/update orders order_by: total desc, id": [
        {"edit": "replace", "at": "steps/1/order_by", "value": ["it.total desc", "it.id"]}
    ],
    "/update orders fetch orders where total > 5": [
        {"edit": "replace", "at": "steps/1",
         "step": {"name": "orders", "op": "fetch", "from": "orders", "where": "it.total > 5"}},
    ],
    "/update s4 value.reason: 'none'": [{"edit": "replace", "at": "steps/2/then/0/value/reason", "value": "'none'"}],
    "/update s9 {is_risk: false, reason: 'x'}": [
        {"edit": "replace", "at": "steps/6/value", "value": {"is_risk": "false", "reason": "'x'"}}
    ],
    '/update s9 {"op": "fail", "message": "\'x\'"}': [
        {"edit": "replace", "at": "steps/6", "step": {"op": "fail", "message": "'x'"}}
    ],
    "/return total_spend": [{"edit": "insert", "at": "steps/7", "step": {"op": "return", "value": "total_spend"}}],
    "/delete s3/then/0 total_spend": [{"edit": "remove", "at": "steps/4"}, {"edit": "remove", "at": "steps/2/then/0"}],
    "/delete orders/where": [{"edit": "remove", "at": "steps/1/where"}],
    "/move orders down": [{"edit": "move", "from": "steps/1", "to": "steps/2"}],
    "/move customer after risk": [{"edit": "move", "from": "steps/0", "to": "steps/5"}],
    "/wrap s5 to total_spend if size(orders) > 1": [
        {"edit": "wrap", "at": "steps/3", "count": 2, "step": {"op": "if", "cond": "size(orders) > 1", "then": []}}
    ],
    "/unwrap risk": [{"edit": "unwrap", "at": "steps/5"}],
    "/return {is_risk: bool}": [{"edit": "set_return", "returns": {"is_risk": "bool"}}],
    "/return {is_risk: true, reason: 'x'}": [
        {"edit": "insert", "at": "steps/7", "step": {"op": "return", "value": {"is_risk": "true", "reason": "'x'"}}}
    ],
    "/return days: int? = null": [{"edit": "set_return", "field": "days", "type": "int?", "value": "null"}],
    "/return reason = 'x'": [{"edit": "set_return", "field": "reason", "value": "'x'"}],
    "/return remove reason": [{"edit": "set_return", "field": "reason"}],
    "/parameterize 500 as least": [{"edit": "parameterize", "literal": "500", "name": "least", "everywhere": False}],
    "/parameterize 'Active' as word: string? in s9 everywhere": [
        {"edit": "parameterize", "literal": "'Active'", "name": "word", "everywhere": True, "type": "string?",
         "at": "steps/6"}
    ],
    "/extract s5 to total_spend as numbers": [{"edit": "extract", "at": "steps/3", "count": 2, "name": "numbers"}],
    "/rename orders to bought": [{"edit": "rename", "from": "orders", "to": "bought"}],
}  # fmt: skip


@pytest.mark.parametrize("typed", EDITS)
def test_a_command_becomes_its_edits_of_the_draft_as_it_was_seen(bench: Recording, typed: str) -> None:
    author = SlashAuthor(bench, AS_OF)
    author.desk.go("check_churn_risk")
    reply = author.turn(typed)
    asked = [command for command in bench.asked if isinstance(command, c.ApplyEdits)]
    assert [command.edits for command in asked] == [EDITS[typed]], reply.reply
    assert asked[0].base == author.desk.draft().rev
    assert asked[0].why == typed


def test_every_command_is_within_reach() -> None:
    reached = {type(command) for command in CASES.values()} | {c.ApplyEdits, c.PreviewFreeze}
    assert set(get_args(c.AnyCommand)) - reached == set()


def test_freezing_asks_first_whom_it_changes(bench: Recording) -> None:
    SlashAuthor(bench, AS_OF).turn("/freeze weekly")
    assert [type(command) for command in bench.asked if not isinstance(command, READ)] == [
        c.PreviewFreeze, c.FreezeScript,
    ]  # fmt: skip
