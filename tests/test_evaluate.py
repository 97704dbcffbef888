"""The scoring of authors: verdicts, what was asked in vain, tokens and seconds, summed up by level."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import evaluate
from tests.author.model.recorded import SESSIONS
from tests.conversations.judging import ROOT

CASES = ROOT / "tests" / "conversations" / "cases"


def row(level: str, verdict: str, **more: object) -> evaluate.Row:
    given = {"turns": 2, "over_asked": 1, "failed": 0, "tokens": 100, "seconds": 1.0, "failing": [], **more}
    return evaluate.Row(id="x", level=level, verdict=verdict, **given)  # type: ignore[arg-type]


def test_a_folder_is_a_case_or_holds_cases() -> None:
    assert [case.name for case in evaluate.cases_in([CASES / "bike_fare"])] == ["bike_fare"]
    assert len(evaluate.cases_in([CASES])) == 24


def test_rows_are_summed_up_by_level() -> None:
    head, _, plain, asking, total = evaluate.table([row("plain", "solved"), row("ask", "wrong", failed=2)]).splitlines()
    assert head.startswith("| level | cases | solved | asked | wrong |")
    assert plain == "| plain | 1 | 1 | 0 | 0 | 1 | 2 | 0 | 50 | 0.50 |"
    assert asking == "| ask | 1 | 0 | 0 | 1 | 1 | 2 | 2 | 50 | 0.50 |"
    assert total == "| all | 2 | 1 | 0 | 1 | 2 | 4 | 2 | 50 | 0.50 |"


def test_a_recorded_author_is_scored_without_a_provider(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(["--author", "recorded", "--json", str(SESSIONS / "gym_tier")]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["turns"], found["failing"]) == ("solved", 2, [])
    assert found["tokens"] > 1000


def test_a_question_where_nothing_is_missing_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = [{"run": "frob", "input": {}, "expect": {"n": 1}}]
    case = {"id": "x", "level": "plain", "as_of": "2026-11-22T08:00:00Z", "turns": ["Frob it."], "checks": checks}
    (tmp_path / "case.json").write_text(json.dumps(case))
    (tmp_path / "sopwb.toml").write_text('[workspace]\nname = "x"\n')
    assert evaluate.main(["--json", str(tmp_path)]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["over_asked"]) == ("asked", 1)


def test_a_folder_without_cases_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main([str(tmp_path)]) == 2
    assert "no case.json" in capsys.readouterr().err
