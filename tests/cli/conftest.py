"""The command line in the test's own process: words in, exit code and both streams out."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import FreezeScript, SaveDraft, SaveJob
from sopwb.app.workbench import failed, open_workbench
from sopwb.cli.main import command_line
from tests.shop import AS_OF, CHURN, WEEKLY, shop


class Said:
    """What a command came to."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Sopwb = Callable[..., Said]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The sample shop with both founding scripts frozen and the batch saved as a job."""
    folder = shop(tmp_path)
    bench = open_workbench(folder, AS_OF)
    for command in (
        SaveDraft("check_churn_risk", CHURN),
        FreezeScript("check_churn_risk"),
        SaveDraft("weekly_churn_prevention", WEEKLY),
        SaveJob("weekly_churn_prevention", mocks=("email.send",)),
    ):
        output = bench.do(command)
        assert not failed(output), output
    bench.close()
    return folder


@pytest.fixture
def sopwb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Sopwb:
    """Run ``sopwb WORDS…``; ``screen`` is what the workbench would be."""

    def run(*words: object, stdin: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = command_line([str(word) for word in words], lambda folder, as_of: pytest.fail("opened a screen"))
        seen = capsys.readouterr()
        return Said(code, seen.out, seen.err)

    return run
