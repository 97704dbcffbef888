"""Recorded sessions of a model at ``sopwb chat``: each comes to what its case wants, through the command line alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.author.model.recorded import replay, sessions

CASES = sessions()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_recorded_session_comes_to_what_was_asked_for(case: Path, tmp_path: Path) -> None:
    judged = replay(case, tmp_path)
    assert not any("SOP-E" in reply["reply"] for reply in judged.replies)
    assert (judged.verdict, judged.failing) == ("solved", [])


def test_the_sessions_are_of_every_level_and_many() -> None:
    levels = {json.loads((case / "case.json").read_text(encoding="utf-8"))["level"] for case in CASES}
    assert len(CASES) >= 8
    assert len(levels) == 3
