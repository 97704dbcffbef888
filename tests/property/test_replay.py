"""Whatever a shop's data are: a run replays the same, its trace does not know its id, and a dry run does nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sopwb.kernel.canonical import json_text, parse_json
from sopwb.run.recording import RecordingTables
from sopwb.run.replay import record_run, replay
from sopwb.tools.deciding import DecidingTools
from tests.run.shop import CUSTOMERS, NOW, ORDERS, Shop, founding, script

TEXTS = st.text(max_size=8)
NAMES = st.sampled_from(["Ann", "Bob", "e\u0301", "'", "{{x}}", ""]) | TEXTS
IDS = st.sampled_from(["C1", "C2", "C3", "C4"])
CUSTOMER = st.fixed_dictionaries({"id": IDS, "name": NAMES, "email": st.none() | NAMES})
ORDER = st.fixed_dictionaries({
    "id": st.integers(0, 99).map("O{:02}".format),
    "customer_id": IDS,
    "ordered_at": st.integers(0, 200).map(lambda days: NOW - dt.timedelta(days=days, microseconds=days)),
    "total": st.decimals(-10_000, 10_000, places=2).map(lambda x: x if x else Decimal(0)),
})  # fmt: skip


def unique(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({record["id"]: record for record in records}.values())


def made(customers: list[dict[str, Any]], orders: list[dict[str, Any]]) -> Shop:
    here = Shop({"check_churn_risk": founding()})
    here.add("customers", "id", CUSTOMERS, unique(customers))
    return here.add("orders", "id", ORDERS, unique(orders))


SHOPS = st.builds(made, st.lists(CUSTOMER, max_size=4), st.lists(ORDER, max_size=12))

WIN_BACK = script(
    {
        "op": "each",
        "name": "found",
        "from": "customers",
        "as": "c",
        "do": [
            {"op": "call", "name": "risk", "script": "check_churn_risk", "args": {"customer_id": "c.id"}},
            {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == c.id && it.total > 10"},
            {"op": "math", "name": "mean", "expr": "1000 / size(orders)"},
            {
                "op": "if",
                "cond": "risk.is_risk && c.email != null",
                "then": [
                    {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}},
                    {
                        "op": "tool",
                        "name": "sent",
                        "tool": "email.send",
                        "args": {
                            "to": "must(c.email)",
                            "subject": "'Hello ' + c.name",
                            "body": "'Code ' + coupon.code",
                        },
                    },
                ],
            },
        ],
        "yield": {"name": "c.name", "mean": "mean"},
    },
    {"op": "return", "value": "found.sum(f, f.mean)"},
    returns="decimal",
)


@settings(max_examples=60, deadline=None)
@given(SHOPS, st.booleans())
def test_a_run_replays_the_same_from_its_record(here: Shop, dead_letters: bool):
    program = here.prepare(WIN_BACK)
    tables = RecordingTables(here, program.reads())
    ran = here.run(program, {}, tables=tables, dead_letters=dead_letters)
    record = record_run(
        "b3:test",
        "b3:script",
        {},
        NOW,
        "shop",
        "",
        ran.trace,
        parse_json(json_text(tables.recorded())),
        dead_letters=dead_letters,
    )
    again = replay(program, record, DecidingTools(here.registry))
    assert again.same
    assert again.difference is None
    assert (again.outcome.status, again.outcome.result) == (ran.outcome.status, ran.outcome.result)


@settings(max_examples=60, deadline=None)
@given(SHOPS, st.booleans(), st.sampled_from([(), ("email.send",)]))
def test_the_trace_does_not_know_the_runs_id_and_the_effects_do(here: Shop, dead_letters: bool, mocks: tuple[str, ...]):
    program = here.prepare(WIN_BACK)
    one, two = (here.run(program, {}, run_id=id_, dead_letters=dead_letters, mocks=mocks) for id_ in ("b3:1", "b3:2"))
    assert one.outcome.trace_hash == two.outcome.trace_hash
    assert one.outcome.result == two.outcome.result
    assert [effect.args for effect in one.effects] == [effect.args for effect in two.effects]
    assert not {effect.key for effect in one.effects} & {effect.key for effect in two.effects}


@settings(max_examples=60, deadline=None)
@given(SHOPS)
def test_effects_are_planned_in_key_order_with_keys_of_their_own(here: Shop):
    ran = here.run(WIN_BACK, {}, dead_letters=True)
    items = [effect.item for effect in ran.effects]
    assert items == sorted(items)
    assert len({effect.key for effect in ran.effects}) == len(ran.effects)
    dead = {letter.item for letter in ran.outcome.dead_letters}
    assert not dead & set(items)


@settings(max_examples=60, deadline=None)
@given(SHOPS)
def test_a_dry_run_decides_the_same_and_leaves_the_data_as_they_are(here: Shop):
    before = [list(table.rows()) for table in here.tables.values()]
    dry, real = here.run(WIN_BACK, {}, dry_run=True), here.run(WIN_BACK, {})
    assert dry.outcome.trace_hash == real.outcome.trace_hash
    assert {effect.state for effect in dry.effects} <= {"planned"}
    assert [list(table.rows()) for table in here.tables.values()] == before
