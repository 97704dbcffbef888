"""Whole conversations in domains of their own, judged by what the saved scripts do."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.dialogue import Dialogue

CASES = sorted(p.parent for p in (Path(__file__).parent / "cases").glob("*/case.json"))


def same(want: Any, got: Any) -> bool:
    if isinstance(want, dict):
        return isinstance(got, dict) and all(k in got and same(v, got[k]) for k, v in want.items())
    if isinstance(want, (int, float)) and not isinstance(want, bool) and got is not None:
        return Decimal(str(want)) == Decimal(str(got))
    return bool(want == (got.isoformat() if hasattr(got, "isoformat") else got))


def judge(bench: Workbench, check: dict[str, Any], replies: list[Any], as_of: str) -> None:
    if "turn" in check:
        reply = replies[check["turn"] - 1]
        assert reply.kind in ("question", "refusal"), reply.reply
        assert not reply.saved
    elif "no_script" in check:
        rows = bench.do(c.ListScripts())
        assert isinstance(rows, o.ScriptList)
        assert check["no_script"] not in {r.name for r in rows.rows if r.state == "frozen"}
    elif "schedule" in check:
        due = bench.do(c.NextDue(check["schedule"], len(check["next"]), as_of))
        assert isinstance(due, o.DueTimes)
        assert list(due.times) == check["next"]
    else:
        name = check.get("run") or check["effects"]
        done = bench.do(c.RunScript(name, check.get("input", {}), as_of, dry_run=True))
        if check.get("expect_error"):
            assert isinstance(done, o.Failed) or done.error is not None
            return
        assert isinstance(done, o.RunView), done
        assert done.error is None, done.error
        if "run" in check:
            assert same(check["expect"], done.result), done.result
        else:
            sent = [e.args for e in done.effects if e.tool == check["tool"]]
            assert len(sent) == len(check["args"])
            assert all(any(same(want, args) for args in sent) for want in check["args"]), sent


@pytest.mark.parametrize("folder", CASES, ids=lambda p: p.name)
def test_a_conversation_comes_to_what_was_meant(folder: Path, tmp_path: Path) -> None:
    case = json.loads((folder / "case.json").read_text())
    shutil.copytree(folder, tmp_path / "ws")
    bench = open_workbench(str(tmp_path / "ws"), as_of=case["as_of"])
    dialogue = Dialogue(bench, as_of=case["as_of"])
    replies = [dialogue.turn(turn) for turn in case["turns"]]
    for check in case["checks"]:
        judge(bench, check, replies, case["as_of"])
    bench.close()
