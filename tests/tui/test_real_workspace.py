"""The same keys on a real workspace: the sample's data, the real checker, engine and store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.share import share_folder
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.tui.screens.reading import AskScreen, ReadingScreen
from tests.tui.conftest import opened, press, settle, type_text
from tests.tui.fake import AS_OF, FakeBench, FakeTalk
from tests.tui.test_story_scripts import NAME, TO_FIRST_STEP, here, main_of

CHURN = {
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


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    folder = tmp_path / "shop"
    shutil.copytree(share_folder("sample_data"), folder)
    made = open_workbench(folder, AS_OF)
    assert isinstance(made.do(c.SaveDraft(NAME, CHURN)), o.ScriptView)
    yield made
    made.close()


def draft(bench: Workbench) -> list[str]:
    view = bench.do(c.ShowScript(NAME))
    assert isinstance(view, o.ScriptView)
    return [str(step.get("name", step["op"])) for step in view.script["steps"]]


async def test_edits_undo_and_redo_are_kept_in_the_store(bench: Workbench) -> None:
    before = draft(bench)
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        await press(pilot, *TO_FIRST_STEP, "down", "down", "d")
        assert draft(bench) == ["customer", "orders", "total_spend", "if", "return"]
        await press(pilot, "J", "u", "u")
        assert draft(bench) == before
        await press(pilot, "ctrl+r")
        assert draft(bench) == ["customer", "orders", "total_spend", "if", "return"]


async def test_a_dry_run_of_the_draft_fills_the_trace(bench: Workbench) -> None:
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        await press(pilot, "f3", "r")
        await type_text(pilot, "john_doe")
        await press(pilot, "ctrl+s")
        trace = main_of(pilot).trace.trace
        assert (trace.status, trace.mode) == ("succeeded", "dry run")
        assert {row.state for row in trace.rows} == {"done", "not reached"}
        assert any("total_spend" in line.text for line in trace.lines)


async def test_a_run_that_fails_marks_the_step_and_says_why(bench: Workbench) -> None:
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        await press(pilot, "f3", "r")
        await type_text(pilot, "nobody")
        await press(pilot, "ctrl+s")
        trace = main_of(pilot).trace.trace
        assert trace.status == "failed"
        assert trace.rows[0].state == "failed"
        assert "nobody" in trace.result


async def test_a_run_without_its_input_is_refused_in_words(bench: Workbench) -> None:
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        await press(pilot, "f3", "right", "down", "s")
        await press(pilot, "escape", "r")
        pilot.app.screen.query("Input").first().value = ""
        await press(pilot, "ctrl+s")
        assert main_of(pilot).trace.trace.status in ("refused", "failed")


async def test_freezing_and_forking(bench: Workbench) -> None:
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        await press(pilot, "f3", "F", "enter")
        rows = bench.do(c.ListScripts())
        assert isinstance(rows, o.ScriptList)
        assert [(row.name, row.state) for row in rows.rows] == [(NAME, "frozen")]
        assert here(pilot).owner == "frozen"
        await press(pilot, "f", "ctrl+s")
        assert draft(bench) == ["customer", "orders", "dormant", "total_spend", "if", "return"]
        assert here(pilot).owner == "draft"
        await press(pilot, "right", "down", "down", "d", "D")
        assert isinstance(pilot.app.screen, ReadingScreen)


async def test_freezing_a_new_version_shows_whom_it_changes_before_it_asks(bench: Workbench) -> None:
    bench.do(c.FreezeScript(NAME))
    bench.do(c.SaveDraft(NAME, {**CHURN, "steps": [*CHURN["steps"][:5], CHURN["steps"][5] | {
        "value": {"is_risk": "false", "reason": "'Quiet'"}}]}))  # fmt: skip
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        await press(pilot, "f3", "F")
        assert isinstance(pilot.app.screen, AskScreen)
        shown = str(pilot.app.screen.body)
        assert f"{NAME} replaces #" in shown
        assert '~ reason: "Active" → "Quiet"' in shown
        assert [change.new for change in bench.store.ref_history(f"script/{NAME}")][1:] == []
        await press(pilot, "enter")
        assert len(bench.store.ref_history(f"script/{NAME}")) == 2


async def test_a_key_tries_the_examples_and_one_that_does_not_hold_stops_the_freeze(bench: Workbench) -> None:
    bench.do(c.AddExample(NAME, {"customer_id": "john_doe"}, {"fields": {"is_risk": False}}))
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        await press(pilot, "f3", "F", "enter")
        assert bench.store.ref(f"script/{NAME}") is None
        assert any("must give is_risk false, not true" in note.message for note in pilot.app._notifications)
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, ReadingScreen)
        shown = str(pilot.app.screen.body)
        assert f"✗ {NAME} 1. customer_id=john_doe → is_risk false\n    is_risk false, not true" in shown
        assert "total_spend = 1200" in shown, "with its trace"
        await press(pilot, "escape")
        bench.do(c.AddExample(NAME, {"customer_id": "john_doe"}, {"fields": {"is_risk": True}}))
        await press(pilot, "t")
        assert "the example holds" in str(pilot.app.screen.body)
        await press(pilot, "escape", "F", "enter")
        assert bench.store.ref(f"script/{NAME}") is not None


async def test_a_frozen_script_runs_for_real_and_the_run_is_listed(bench: Workbench) -> None:
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        await press(pilot, "f3", "F", "enter", "r")
        await type_text(pilot, "john_doe")
        await press(pilot, "down", "space", "ctrl+s")
        trace = main_of(pilot).trace.trace
        assert (trace.status, trace.mode) == ("succeeded", "real")
        await press(pilot, "f5")
        assert isinstance(pilot.app.screen, ReadingScreen)
        rows = bench.do(c.ListRuns())
        assert isinstance(rows, o.RunList)
        assert [row.name for row in rows.rows] == [NAME]


async def test_data_schedules_history_and_store_can_be_read(bench: Workbench) -> None:
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        for keys, words in (
            (("f6",), "Data"),
            (("f7",), "Schedules"),
            (("f8",), "Store"),
            (("f3", "f8"), "History"),
            (("f9",), "Notices"),
        ):
            await press(pilot, *keys)
            assert isinstance(pilot.app.screen, ReadingScreen), words
            assert pilot.app.screen.reading_title.startswith(words)
            await press(pilot, "escape")
        await settle(pilot)
