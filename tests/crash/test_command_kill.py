"""A SIGKILL in the middle of any command loses nothing that was acknowledged, and the store opens again sound."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sopwb.app.commands import ScriptHistory, VerifyStore
from sopwb.app.outputs import History, StoreReport
from sopwb.app.workbench import open_workbench
from tests.shop import AS_OF, shop

_WORKER = """
import json, sys
from sopwb.app.commands import *
from sopwb.app.workbench import open_workbench
from tests.shop import AS_OF, CHURN, changed
bench = open_workbench(sys.argv[1], AS_OF)
for n in range(int(sys.argv[2]), 10_000):
    name = f"s{n % 7}"
    draft = bench.do(SaveDraft(name, changed(CHURN, 4, expr=f"orders.sum(o, o.total) + {n}")))
    print(json.dumps([name, draft.rev]), flush=True)
    frozen = bench.do(FreezeScript(name))
    print(json.dumps([name, frozen.hash]), flush=True)
    run = bench.do(RunScript(name, {"customer_id": "john_doe"}))
    print(json.dumps(["run", run.run]), flush=True)
"""


def acknowledged_before_a_kill(folder: Path, begin: int, patience_s: float) -> list[list[str]]:
    """Let a process work for a while, kill it, and give what it had said was done."""
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(folder), str(begin)], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    first = worker.stdout.readline()
    time.sleep(patience_s)
    worker.send_signal(signal.SIGKILL)
    rest = worker.stdout.read()
    worker.wait(timeout=30)
    worker.stdout.close()
    return [json.loads(line) for line in (first + rest).split("\n")[:-1]]


@pytest.mark.parametrize("kills", [6, pytest.param(200, marks=pytest.mark.slow)])
def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path, kills: int) -> None:
    folder, chance = shop(tmp_path), random.Random(20261122)
    said: list[list[str]] = []
    for _ in range(kills):
        said += acknowledged_before_a_kill(folder, len(said), chance.uniform(0.0, 0.15))
        bench = open_workbench(folder, AS_OF)
        report = bench.do(VerifyStore(deep=True))
        assert isinstance(report, StoreReport)
        assert report.problems == ()
        known: dict[str, set[str]] = {"run": {name.removeprefix("run/") for name in bench.store.refs("run/")}}
        for name in {name for name, _ in said} - {"run"}:
            history = bench.do(ScriptHistory(name))
            assert isinstance(history, History)
            known[name] = {row.hash for row in history.rows}
        assert [pair for pair in said if pair[1] not in known[pair[0]]] == []
        bench.close()
    assert len(said) >= kills
