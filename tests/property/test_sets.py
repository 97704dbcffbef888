"""Rows and sets agree: values, errors, paths, effects and traces of random scripts over random data.

A seed makes a script of one ``each`` (fetches, folds, branches, calls, effects, failures) and a shop, mild or at
the ends of every type. The row interpreter is what the language means; a script that the set engine does not
lower is no difference, but most must be lowered, or the comparison says little.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sopwb.data.columns import KEY_TYPES
from sopwb.data.declaration import declare
from sopwb.data.duckdb.execute import run
from sopwb.data.duckdb.session import Session
from sopwb.data.memory import MemoryTable
from sopwb.data.open import open_table
from sopwb.kernel.canonical import json_text
from sopwb.kernel.values import plain
from sopwb.lang.compile import compile_script
from sopwb.lang.types import BOOL, Scalar, required, type_text
from sopwb.plan.nodes import Unlowered
from sopwb.plan.sql.render import render
from tests.plan.market import Market, check_same, outer, planned
from tests.plan.random_data import market_of
from tests.plan.random_scripts import Scripts
from tests.run.shop import EMAIL, ZONE

ZONES = [ZONE, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/New_York")]
PARTS, PART_SEEDS = 40, 500
SEEDS = st.integers(0, 2**64)
COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def made(seed: int) -> tuple[Market, dict[str, Any]] | None:
    random = Random(seed)
    market, shapes = market_of(random, ZONES)
    raw, market.scripts = Scripts(random, shapes).script()
    known = market.environment()
    return (market, raw) if all(compile_script(text, known).ok for text in (raw, *market.scripts.values())) else None


def mode(seed: int) -> dict[str, Any]:
    """Choose how tools answer: mocks know the item, receipts do not."""
    modes: list[dict[str, Any]] = [{}, {}, {"dry_run": True}, {"mocks": ("email.send",)}]
    return modes[seed % len(modes)]


def check_seed(seed: int) -> str:
    """Check that both engines agree on what a seed makes; says whether it was lowered."""
    found = made(seed)
    if found is None:
        return "does not check"
    return "lowered" if check_same(*found, **mode(seed)) else "by rows"


@settings(COMMON, max_examples=500)
@given(SEEDS)
def test_rows_and_sets_agree(seed: int) -> None:
    event(check_seed(seed))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_rows_and_sets_agree_on_very_many(part: int) -> None:
    """Seeds are numbered, so that a part can be run alone (``-k "very_many and 7"``) and a failure be run again."""
    found = Counter(check_seed(seed) for seed in range(part * PART_SEEDS, (part + 1) * PART_SEEDS))
    assert found["lowered"] >= 0.8 * PART_SEEDS


def test_most_random_scripts_are_lowered() -> None:
    found = [(seed, pair) for seed in range(60) if (pair := made(seed)) is not None]
    with Session(threads=1) as session:
        plans = [planned(*pair, session, **mode(seed)) for seed, pair in found]
    assert len(plans) >= 50
    assert sum(not isinstance(plan, Unlowered) for plan in plans) >= 0.8 * len(plans)


def shuffled(market: Market, random: Random) -> Market:
    """Give the records of keyed sources in another order; without a key the order says something."""
    other = Market(market.scripts, **EMAIL)
    other.inputs, other.zone, other.tables = market.inputs, market.zone, dict(market.tables)
    for name, table in market.tables.items():
        if table.schema.key is not None:
            rows = list(table.rows())
            random.shuffle(rows)
            other.tables[name] = MemoryTable(table.schema, rows, table.fingerprint(), {})  # type: ignore[assignment]
    return other


@settings(COMMON, max_examples=25)
@given(SEEDS)
def test_neither_threads_nor_the_order_of_records_change_a_byte(seed: int) -> None:
    found = made(seed)
    if found is None:
        return
    market, raw = found
    answers = []
    for threads, here in ((1, market), (2, market), (2, shuffled(market, Random(seed)))):
        with Session(threads=threads) as session:
            plan = planned(here, raw, session, **mode(seed))
            if isinstance(plan, Unlowered):
                return
            answers.append([batch.to_pydict() for batch in run(session, render(plan), outer(here))])
    assert answers[0] == answers[1] == answers[2]


def indexed(market: Market, folder: Path, random: Random) -> Market:
    """Give the same sources as large files, each with an index of every scalar field."""
    other = Market(market.scripts, **EMAIL)
    other.inputs, other.zone, other.now = market.inputs, market.zone, market.now
    for name, table in market.tables.items():
        key = table.schema.key
        if key is not None and type_text(table.schema.record.get(key) or BOOL) not in KEY_TYPES:
            other.tables[name] = table  # no file has such a key
            continue
        fields = {field: type_text(type_) for field, type_ in table.schema.record.fields}
        scalars = [field for field, type_ in table.schema.record.fields if isinstance(required(type_), Scalar)]
        rows = list(table.rows())
        if key is not None:
            random.shuffle(rows)
        (folder / f"{name}.jsonl").write_text("".join(json_text(plain(row)) + "\n" for row in rows) or "\n")
        said = {"path": f"{name}.jsonl", "fields": fields, "index": scalars, "key": key or ""}
        declaration, faults = declare(name, said, str(folder))
        assert declaration is not None, faults
        other.tables[name] = open_table(declaration, cache_dir=folder / "cache", zone=market.zone)  # type: ignore[assignment]
    return other


@settings(COMMON, max_examples=40)
@given(SEEDS)
def test_what_is_read_in_the_order_of_an_index_is_the_same(seed: int) -> None:
    found = made(seed)
    if found is None:
        return
    market, raw = found
    with TemporaryDirectory() as folder, patch("sopwb.data.open.ROWS_IN_MEMORY_MAX", -1):
        here = indexed(market, Path(folder), Random(seed))
        event("lowered" if check_same(here, raw, **mode(seed)) else "by rows")
