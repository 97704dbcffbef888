"""What people talked into being says the same on both engines, and is one query each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.model.recorded import SESSIONS
from tests.author.test_cases import CASES
from tests.conversations.test_cases import CASES as MORE
from tests.plan.composing import talked
from tests.plan.market import by_sets, check_same

MORE_CASES = sorted(path.parent for path in MORE.glob("*/case.json"))
PUBLIC_CASES = sorted(path.parent for path in SESSIONS.glob("*/case.json"))


def check(folder: Path, scratch: Path) -> int:
    """Check all that a case's conversation wrote; gives how many queries that were."""
    count = 0
    for composed in talked(folder, scratch):
        assert check_same(composed.market, composed.raw, dry_run=True), by_sets(composed.market, composed.raw)
        count += 1
    return count


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_what_a_conversation_wrote_says_the_same(folder: Path, tmp_path: Path) -> None:
    assert check(folder, tmp_path)


@pytest.mark.slow
def test_what_further_conversations_wrote_says_the_same(tmp_path: Path) -> None:
    assert sum(check(folder, tmp_path) for folder in MORE_CASES)


def test_what_the_public_conversations_wrote_says_the_same(tmp_path: Path) -> None:
    assert sum(check(folder, tmp_path) for folder in PUBLIC_CASES) >= 20
