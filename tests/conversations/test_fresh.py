"""Cases by people who had not seen the program, in three folders: their expected values agree with the references.

``fresh`` and ``unseen`` were worked with afterwards, and so was half of ``later``; what the authors made of them before
that is in docs/authors.md. Here the cases are proved, and a floor is put under the score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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

HERE = Path(__file__).parent
FRESH = Shelf(HERE / "fresh", "tests.conversations.fresh.reference")
UNSEEN = Shelf(HERE / "unseen", "tests.conversations.unseen.reference")
LATER = Shelf(HERE / "later", "tests.conversations.later.reference")
SHELVES = (FRESH, UNSEEN, LATER)
TURNS_MIN = 66
LEAST = {FRESH: Least(solved=20, values=0), UNSEEN: Least(solved=17, values=0), LATER: Least(solved=0, values=0)}
"""None of any when their wording was new to the grammar (docs/authors.md)."""
LEVELS = {
    FRESH: {"plain": 11, "colloquial": 7, "ask": 4},
    UNSEEN: {"plain": 12, "colloquial": 8, "ask": 4},
    LATER: {"plain": 8, "colloquial": 6, "ask": 2},
}


def every(kind: str) -> Iterator[Any]:
    """Give the checks of a kind of all cases of all folders, as parameters of a test."""
    for shelf in SHELVES:
        for found in shelf.every(kind):
            yield pytest.param(shelf, *found.values, id=found.id)


@pytest.mark.parametrize(("shelf", "name", "check"), every("run"))
def test_a_run_agrees_with_its_reference(shelf: Shelf, name: str, check: dict[str, Any]) -> None:
    check_run(shelf, name, check)


@pytest.mark.parametrize(("shelf", "name", "check"), every("effects"))
def test_effects_agree_with_their_reference(shelf: Shelf, name: str, check: dict[str, Any]) -> None:
    check_effects(shelf, name, check)


@pytest.mark.parametrize(("shelf", "name", "check"), every("schedule"))
def test_due_times_agree_with_their_reference(shelf: Shelf, name: str, check: dict[str, Any]) -> None:
    check_due_times(shelf, name, check)


@pytest.mark.parametrize(("shelf", "name"), [(shelf, name) for shelf in SHELVES for name in shelf.names()])
def test_a_case_checks_all_that_its_reference_computes(shelf: Shelf, name: str) -> None:
    check_completeness(shelf, name)


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.cases.name)
def test_the_cases_are_spread_over_the_levels(shelf: Shelf) -> None:
    specs = [shelf.spec_of(name) for name in shelf.names()]
    assert [spec["id"] for spec in specs] == shelf.names()
    assert Counter(spec["level"] for spec in specs) == LEVELS[shelf]
    assert sum(len(spec["turns"]) for spec in specs) >= TURNS_MIN


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.cases.name)
def test_what_must_be_asked_is_asked_of_a_turn_that_exists(shelf: Shelf) -> None:
    for name in shelf.names():
        spec = shelf.spec_of(name)
        asked = [check["turn"] for check in spec["checks"] if "turn" in check]
        assert bool(asked) == (spec["level"] == "ask")
        assert set(asked) <= set(range(1, len(spec["turns"]) + 1))


@pytest.mark.slow
@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.cases.name)
def test_the_offline_author_keeps_its_score(shelf: Shelf, tmp_path: Path) -> None:
    check_score(shelf.cases, tuple(shelf.names()), tmp_path, LEAST[shelf])
