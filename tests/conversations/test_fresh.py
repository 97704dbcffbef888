"""The fresh conversation cases: their expected values agree with the references.

What the authors make of them is measured elsewhere; here the cases alone are proved.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conversations.test_cases import (
    Least,
    Shelf,
    check_completeness,
    check_due_times,
    check_effects,
    check_run,
    check_score,
)

FRESH = Shelf(Path(__file__).with_name("fresh"), "tests.conversations.fresh.reference")
TURNS_MIN = 66
LEAST = Least(solved=9, values=0)
"""None of 22 when their wording was new to the grammar (docs/authors.md)."""


@pytest.mark.parametrize(("name", "check"), FRESH.every("run"))
def test_a_run_agrees_with_its_reference(name: str, check: dict[str, Any]) -> None:
    check_run(FRESH, name, check)


@pytest.mark.parametrize(("name", "check"), FRESH.every("effects"))
def test_effects_agree_with_their_reference(name: str, check: dict[str, Any]) -> None:
    check_effects(FRESH, name, check)


@pytest.mark.parametrize(("name", "check"), FRESH.every("schedule"))
def test_due_times_agree_with_their_reference(name: str, check: dict[str, Any]) -> None:
    check_due_times(FRESH, name, check)


@pytest.mark.parametrize("name", FRESH.names())
def test_a_case_checks_all_that_its_reference_computes(name: str) -> None:
    check_completeness(FRESH, name)


def test_the_cases_are_spread_over_the_levels() -> None:
    specs = [FRESH.spec_of(name) for name in FRESH.names()]
    assert [spec["id"] for spec in specs] == FRESH.names()
    assert Counter(spec["level"] for spec in specs) == {"plain": 11, "colloquial": 7, "ask": 4}
    assert sum(len(spec["turns"]) for spec in specs) >= TURNS_MIN


def test_what_must_be_asked_is_asked_of_a_turn_that_exists() -> None:
    for name in FRESH.names():
        spec = FRESH.spec_of(name)
        asked = [check["turn"] for check in spec["checks"] if "turn" in check]
        assert bool(asked) == (spec["level"] == "ask")
        assert set(asked) <= set(range(1, len(spec["turns"]) + 1))


@pytest.mark.slow
def test_the_offline_author_keeps_its_score(tmp_path: Path) -> None:
    check_score(FRESH.cases, tuple(FRESH.names()), tmp_path, LEAST)
