"""Both engines through the command line: equal answers, told apart only by ``engine``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sopwb.app.commands import FreezeScript, SaveDraft
from sopwb.app.workbench import failed, open_workbench
from sopwb.data.duckdb import execute as executing
from tests.cli.conftest import Sopwb
from tests.shop import AS_OF

BATCH = ("--run", "weekly_churn_prevention", "--as-of", AS_OF)


def said_by(sopwb: Sopwb, workspace: Path, engine: str, *more: str) -> dict[str, object]:
    answer = sopwb("-w", workspace, *BATCH, "--engine", engine, "--json", *more).json
    assert answer["engine"] == engine
    return {**answer, "engine": "", "run": "", "effects": [{**e, "key": ""} for e in answer["effects"]],
            "trace": [{**t, "value": None} for t in answer["trace"]]}  # fmt: skip


def test_rows_and_sets_say_the_same(workspace: Path, sopwb: Sopwb) -> None:
    assert said_by(sopwb, workspace, "sets") == said_by(sopwb, workspace, "rows")


def test_few_records_run_by_rows_unless_sets_are_asked_for(workspace: Path, sopwb: Sopwb) -> None:
    assert sopwb("-w", workspace, *BATCH, "--json").json["engine"] == "rows"


def test_an_unknown_engine_names_the_near_one(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, *BATCH, "--engine", "set")
    assert said.code == 2
    assert "sets" in said.err


@pytest.mark.parametrize("size", ["much", "12XB", "-5MB", ""])
def test_a_size_that_is_none_is_refused(workspace: Path, sopwb: Sopwb, size: str) -> None:
    said = sopwb("-w", workspace, *BATCH, f"--limit-memory={size}")
    assert (said.code, "is not a size" in said.err or "needs a value" in said.err) == (2, True)


def test_a_limit_that_is_too_low_names_the_least(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, *BATCH, "--engine", "sets", "--limit-memory", "10MB")
    assert said.code == 1
    assert "SOP-A016" in said.err
    assert "300MB" in said.err


def test_a_query_is_kept_and_no_planner_is_asked_again(
    workspace: Path, sopwb: Sopwb, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = said_by(sopwb, workspace, "sets")
    (kept,) = (workspace / ".sopwb" / "idx" / "queries").glob("*.json")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("planned again")

    monkeypatch.setattr("sopwb.data.duckdb.engine.plan_each", refuse)
    assert said_by(sopwb, workspace, "sets") == first
    kept.write_text("{")  # a damaged one is written anew
    monkeypatch.undo()
    assert said_by(sopwb, workspace, "sets") == first
    assert json.loads(kept.read_text())["path"] == "steps/0"


def test_a_batch_that_runs_by_rows_although_sets_were_asked_for_says_why(workspace: Path, sopwb: Sopwb) -> None:
    raw = {"sop": 1, "steps": [
        {"op": "each", "from": "customers", "as": "c", "do": [
            {"op": "fetch", "name": "os", "from": "orders", "where": "it.customer_id == c.id"},
            {"op": "math", "name": "all", "expr": "os.map(o, o.total)"},
            {"op": "say", "text": "string(size(all.reverse()))"}]}]}  # fmt: skip
    bench = open_workbench(workspace, AS_OF)
    for command in (SaveDraft("listed", raw), FreezeScript("listed")):
        assert not failed(bench.do(command))
    bench.close()
    said = sopwb("-w", workspace, "--run", "listed", "--as-of", AS_OF, "--engine", "sets")
    assert said.code == 0
    assert "steps/0/do/2 runs by rows: list<T>.reverse() → list<T> is not lowered" in said.err


def test_stopping_while_a_query_works_ends_it_and_exits_130(
    workspace: Path, sopwb: Sopwb, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(executing.queue.Queue, "get", interrupted)
    said = sopwb("-w", workspace, *BATCH, "--engine", "sets")
    assert (said.code, said.err) == (130, "interrupted\n")


def test_an_item_is_explained_and_a_run_replayed_on_either_engine(workspace: Path, sopwb: Sopwb) -> None:
    run = sopwb("-w", workspace, *BATCH, "--engine", "sets", "--json").json["run"]
    told = sopwb("-w", workspace, "runs", "explain", run, "--item", "john_doe")
    assert told.code == 0
    assert "Fetched orders (found 12)" in told.out
    assert sopwb("-w", workspace, "runs", "replay", run).code == 0
