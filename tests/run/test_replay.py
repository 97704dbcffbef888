"""Replaying a run: from its own records, against its sources, and what differs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sopwb.kernel.canonical import json_text, parse_json
from sopwb.kernel.diagnostics import UserError
from sopwb.run.recording import RecordingTables
from sopwb.run.replay import RunRecord, first_difference, record_run, replay
from sopwb.tools.deciding import DecidingTools
from tests.run.shop import NOW, Shop, founding, order, script, shop

ANYONE = script(
    {
        "op": "each",
        "name": "found",
        "from": "customers",
        "as": "c",
        "do": [{"op": "call", "name": "risk", "script": "check_churn_risk", "args": {"customer_id": "c.id"}}],
        "yield": "risk.is_risk",
    },
    {"op": "return", "value": "found.count(f, f)"},
    returns="int",
)


def recorded(here: Shop, raw: dict[str, Any], inputs: dict[str, Any], bytes_max: int = 1 << 20) -> RunRecord:
    """Run a script and give its record, through JSON as the store would."""
    program = here.prepare(raw)
    tables = RecordingTables(here, program.reads(), bytes_max)
    ran = here.run(program, inputs, tables=tables)
    notes = tables.recorded()
    stored = None if notes is None else parse_json(json_text(notes))
    return record_run("b3:test", "b3:script", inputs, NOW, "shop", "", ran.trace, stored)


def again(here: Shop, raw: dict[str, Any], record: RunRecord, sources: bool = False) -> Any:
    return replay(here.prepare(raw), record, DecidingTools(here.registry), here if sources else None)


@pytest.mark.parametrize("customer", ["C1", "C2", "C3"])
def test_a_run_replays_the_same_without_its_sources(customer: str):
    record = recorded(shop(), founding(), {"customer_id": customer})
    here = shop()
    for name in ("customers", "orders"):
        here.tables[name] = type(here.table(name))(here.table(name).schema, [])
    assert again(here, founding(), record).same


def test_an_each_run_replays_too():
    record = recorded(shop(), ANYONE, {})
    replayed = again(shop(), ANYONE, record)
    assert (replayed.same, replayed.outcome.result) == (True, 2)


def test_a_failed_run_replays_its_failure():
    record = recorded(shop(), founding(), {"customer_id": "C9"})
    replayed = again(shop(), founding(), record)
    assert (replayed.same, replayed.outcome.status) == (True, "failed")


def test_only_what_was_fetched_is_recorded_and_only_fields_that_are_read():
    record = recorded(shop(), founding(), {"customer_id": "C3"})
    assert record.recorded is not None
    (customers, orders) = sorted(record.recorded["queries"], key=lambda query: query["source"])
    assert customers["rows"] == [["C3"]]
    assert [row[0] for row in orders["rows"]] == ["O20"]
    assert "cleo" not in json.dumps(record.recorded, default=str).lower()


def test_records_beyond_the_bound_are_not_kept_and_the_replay_says_so():
    record = recorded(shop(), founding(), {"customer_id": "C1"}, bytes_max=200)
    assert record.recorded is None
    with pytest.raises(UserError, match="SOP-R060"):
        again(shop(), founding(), record)


def test_a_run_replays_against_its_sources():
    record = recorded(shop(), founding(), {"customer_id": "C1"}, bytes_max=0)
    assert again(shop(), founding(), record, sources=True).same


def test_the_first_event_that_differs_is_named():
    record = recorded(shop(), founding(), {"customer_id": "C1"})
    changed = shop()
    changed.add(
        "orders",
        "id",
        "{id: string, customer_id: string, ordered_at: timestamp, total: decimal}",
        [order(f"O{n}", "C1", 94, "1") for n in range(12)],
    )
    replayed = again(changed, founding(), record, sources=True)
    assert not replayed.same
    assert replayed.difference.number == 4
    assert '"1200"' in replayed.difference.before
    assert '"12"' in replayed.difference.after
    assert "event 5 was" in replayed.difference.words()


def test_a_replay_that_asks_for_other_records_is_refused():
    record = recorded(shop(), founding(), {"customer_id": "C1"})
    other = founding()
    other["steps"][1]["where"] = "it.customer_id == customer.id + 'x'"
    replayed = again(shop(), other, record)
    assert replayed.outcome.error.code == "SOP-R061"


def test_what_a_limit_left_unread_is_not_needed_for_the_replay():
    raw = script(
        {"op": "fetch", "name": "found", "from": "orders", "limit": "2"},
        {"op": "return", "value": "found.map(f, f.id)"},
        returns="list<string>",
    )
    record = recorded(shop(), raw, {})
    assert record.recorded is not None
    assert [len(query["rows"]) for query in record.recorded["queries"]] == [2]
    assert again(shop(), raw, record).same


def test_traces_differ_first_where_one_has_ended():
    difference = first_difference(["a", "b"], ["a"])
    assert difference is not None
    assert (difference.number, difference.before, difference.after) == (1, "b", "")
    assert "fewer" in difference.words()
    assert first_difference(["a"], ["a"]) is None
