"""A stranger's first minutes: the demo holds the founding conversation, and a new workspace says what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Sopwb


def test_the_demo_says_the_four_things_of_the_founding_conversation(sopwb: Sopwb, tmp_path: Path) -> None:
    said = sopwb("demo", "--plain", "--dir", tmp_path / "demo")
    assert said.code == 0, said.out + said.err
    last = said.out.partition("== What was frozen runs without any author")[2]
    for words in (
        "Fetched orders (found 12)",
        "> 60 (94 > 60): yes",
        "> 500 (1200 > 500): yes",
        "Returned is_risk = true",
    ):
        assert words in last
    assert "next due 2026-11-23T09:00:00+00:00" in last
    assert "DIFFERENT" not in last
    assert "sound" in last


def test_what_the_demo_saved_is_there_to_use(sopwb: Sopwb, tmp_path: Path) -> None:
    sopwb("demo", "--plain", "--dir", tmp_path / "demo")
    rows = sopwb("-w", tmp_path / "demo", "script", "list", "--json").json
    assert {(row["name"], row["state"], row["kind"]) for row in rows} == {
        ("check_churn_risk", "frozen", "script"),
        ("weekly_churn_prevention", "frozen", "script"),
        ("weekly_churn_prevention", "frozen", "job"),
    }


def test_the_demo_does_not_touch_a_workspace_that_is_there(sopwb: Sopwb, workspace: Path) -> None:
    said = sopwb("demo", "--plain", "--dir", workspace)
    assert (said.code, "SOP-W007" in said.err) == (1, True)


@pytest.mark.parametrize("name", ["shop", "my shop"])
def test_init_makes_a_workspace_that_works(sopwb: Sopwb, tmp_path: Path, name: str) -> None:
    assert sopwb("init", tmp_path / name).code == 0
    assert sopwb("-w", tmp_path / name, "data", "list").code == 0
    assert sopwb("init", tmp_path / name).code == 1
