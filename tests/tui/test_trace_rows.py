"""The trace lights the script's steps up, in reading order, with words beside the symbols."""

from __future__ import annotations

import msgspec

from sopwb.app.outputs import OutlineRow, TraceLine
from sopwb.lang.outline import outline
from sopwb.run.ports import Event
from sopwb.tui.present.trace import Trace, depth_of, path_key, step_of
from sopwb.tui.present.values import brief, clip
from tests.tui.fake import CHURN, FakeBench, failed_run, trace_lines


def begun() -> Trace:
    trace = Trace()
    trace.begin("check_churn_risk", "dry run", [OutlineRow(r.path, r.depth, r.text) for r in outline(CHURN)])
    return trace


def states(trace: Trace) -> str:
    return "".join(
        {"waiting": "w", "running": "r", "done": "d", "failed": "f", "not reached": "n"}[r.state] for r in trace.rows
    )


def step(line: TraceLine) -> Event:
    return Event("step", msgspec.structs.asdict(line))


def finished() -> Trace:
    trace, bench = begun(), FakeBench()
    from sopwb.app.commands import RunScript

    trace.finish(bench.do(RunScript("check_churn_risk", dry_run=True)))
    return trace


def test_every_step_waits_before_the_run() -> None:
    assert states(begun()) == "w" * 8


def test_steps_light_up_one_after_the_other() -> None:
    trace = begun()
    seen = []
    for line in trace_lines():
        trace.event(step(line))
        seen.append(states(trace))
    assert seen == ["rwwwwwww", "drwwwwww", "ddrwwwww", "dddwrwww", "dddwdrww", "dddwddrw"]


def test_a_step_that_was_passed_by_is_not_reached() -> None:
    trace = finished()
    assert states(trace) == "dddndddn"
    assert trace.rows[1].text == "Fetched orders (found 12)"
    assert trace.result == "result {is_risk: true, reason: Spent 1200}"


def test_a_value_that_the_line_says_already_is_not_said_again() -> None:
    rows = finished().rows
    assert [row.value for row in rows[:2]] == ["{id: john_doe, name: John Doe}", ""]


def test_a_failed_step_says_why_and_the_rest_was_not_reached() -> None:
    trace = begun()
    trace.finish(failed_run())
    assert states(trace) == "dfnnnnnn"
    assert trace.rows[1].value == "orders.csv:17 has no total"
    assert trace.result == "SOP-R003 at steps/1/where: orders.csv:17 has no total"
    assert trace.next_error(-1) == 1
    assert trace.next_error(1) == 1, "it goes round"
    assert finished().next_error(-1) is None


def test_steps_of_a_called_script_stand_below_the_call() -> None:
    trace = begun()
    trace.event(step(TraceLine("steps/10", "call", "later", None)))
    trace.event(step(TraceLine("steps/3/call/steps/0", "math", "days = 3", 3)))
    paths = [row.path for row in trace.rows]
    assert paths.index("steps/3/call/steps/0") == paths.index("steps/3") + 1
    assert paths[-1] == "steps/10", "numbers by size, not by their digits"
    assert depth_of("steps/3/call/steps/0") == 1


def test_a_step_of_many_items_is_counted() -> None:
    trace = begun()
    for n in range(3):
        trace.event(step(TraceLine("steps/0", "math", f"x = {n}", n, item=str(n))))
    assert trace.rows[0].count == 3
    assert [line.item for line in trace.rows[0].lines] == ["0", "1", "2"]


def test_progress_is_said_with_its_rate() -> None:
    trace = begun()
    trace.event(Event("progress", {"done": 1200, "total": 1_000_000, "rate": 650.4}))
    assert trace.progress == "1,200 of 1,000,000, 650 a second"
    trace.event(Event("progress", {}))
    trace.event(Event("news", {"of": "another version"}))
    assert trace.progress == ""


def test_a_refused_run_reaches_nothing_and_says_why() -> None:
    trace = begun()
    trace.refuse("SOP-U002 customer_id is missing")
    assert (trace.status, trace.result, set(states(trace))) == ("refused", "SOP-U002 customer_id is missing", {"n"})


def test_then_stands_before_else() -> None:
    assert sorted(["steps/2/else/0", "steps/2", "steps/10", "steps/2/then/0"], key=path_key) == [
        "steps/2",
        "steps/2/then/0",
        "steps/2/else/0",
        "steps/10",
    ]
    assert step_of("steps/2/value/reason") == "steps/2"
    assert step_of("params/x") == ""


def test_values_are_cut_and_control_characters_made_visible() -> None:
    assert brief([{"id": 1}] * 3) == "[3 items]"
    assert brief({str(n): n for n in range(9)}).endswith("…}")
    assert clip("abc\x1b[31mdef", 20) == "abc�[31mdef"
    assert clip("a\nb", 5) == "a␊b"
    assert clip("abcdef", 4) == "abc…"
    assert brief("x" * 10_000_000, 10) == "x" * 9 + "…"
