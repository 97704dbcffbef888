"""Rows and sets agree: values, errors, paths, effects and traces of random scripts over random data.

A seed makes a script of one ``each`` (fetches, folds, branches, calls, effects, failures) and a shop, mild or at
the ends of every type. The row interpreter is what the language means; a script that the set engine does not
lower is no difference, but most must be lowered, or the comparison says little.
"""

from __future__ import annotations

from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sopwb.data.duckdb.execute import run
from sopwb.data.duckdb.session import Session
from sopwb.lang.compile import compile_script
from sopwb.plan.nodes import Unlowered
from sopwb.plan.sql.render import render
from tests.plan.market import Market, check_same, outer, planned
from tests.plan.random_data import market_of
from tests.plan.random_scripts import Scripts
from tests.run.shop import ZONE

ZONES = [ZONE, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/New_York")]
SEEDS = st.integers(0, 2**64)
COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def made(seed: int) -> tuple[Market, dict[str, Any]] | None:
    random = Random(seed)
    market, shapes = market_of(random, ZONES)
    raw, market.scripts = Scripts(random, shapes).script()
    return (market, raw) if compile_script(raw, market.environment()).ok else None


def check_seed(seed: int) -> None:
    """Check that both engines agree on what a seed makes."""
    found = made(seed)
    if found is None:
        event("does not check")
        return
    lowered = check_same(*found, dry_run=True)
    event("lowered" if lowered else "by rows")


@settings(COMMON, max_examples=500)
@given(SEEDS)
def test_rows_and_sets_agree(seed: int) -> None:
    check_seed(seed)


@pytest.mark.slow
@settings(COMMON, max_examples=20_000)
@given(SEEDS)
def test_rows_and_sets_agree_on_very_many(seed: int) -> None:
    check_seed(seed)


def test_most_random_scripts_are_lowered() -> None:
    found = [made(seed) for seed in range(60)]
    with Session(threads=1) as session:
        plans = [planned(*pair, session, dry_run=True) for pair in found if pair is not None]
    assert len(plans) >= 50
    assert sum(not isinstance(plan, Unlowered) for plan in plans) >= 0.8 * len(plans)


@settings(COMMON, max_examples=25)
@given(SEEDS)
def test_threads_do_not_change_a_byte(seed: int) -> None:
    found = made(seed)
    if found is None:
        return
    answers = []
    for threads in (1, 2):
        with Session(threads=threads) as session:
            plan = planned(*found, session, dry_run=True)
            if isinstance(plan, Unlowered):
                return
            answers.append([batch.to_pydict() for batch in run(session, render(plan), outer(found[0]))])
    assert answers[0] == answers[1]
