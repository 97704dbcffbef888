"""What a plan may read of sources: with and without keys, durations, and fields that are not what was promised."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sopwb.plan.nodes import Unlowered
from sopwb.run.interpret import Program
from tests.plan.market import Market, by_sets, check_same
from tests.run.shop import EMAIL, script

ENTRY = "{id: int, name: string, wait: duration, pause: duration?, rank: int?}"
BY_ID = {"op": "fetch", "name": "es", "from": "entries", "where": "it.id == c.id"}


def entries(count: int = 9) -> list[dict[str, Any]]:
    return [
        {"id": n % 4, "name": f"n{7 * n % 5}", "wait": dt.timedelta(hours=n - 2, microseconds=n),
         "pause": None if n % 2 else dt.timedelta(days=-n), "rank": None if n % 3 else n}
        for n in range(count)
    ]  # fmt: skip


def market() -> Market:
    """Give a market of the same records with a key (``keyed``) and, each several times, without (``entries``)."""
    return Market({}, **EMAIL).add("entries", None, ENTRY, entries()).add("keyed", "id", ENTRY, entries(4))


def check(source: str, expr: str | dict[str, str], *do: dict[str, Any]) -> None:
    """Check that a value of every record ``c`` of a source is lowered and the same on both engines."""
    here = market()
    raw = script({"op": "each", "name": "found", "from": source, "as": "c", "do": list(do), "yield": expr})
    assert check_same(here, raw), by_sets(here, raw)


@pytest.mark.parametrize(
    "value",
    ["size(es)", "es.first() == null", "es.sortBy(e, e.name).last() == null", "es.max(e, e.wait)", "es.count()"],
)
def test_records_without_a_key_come_in_their_place(value: str) -> None:
    check("keyed", value, BY_ID)


@pytest.mark.parametrize("order_by", [["it.rank"], ["it.name desc"], ["it.pause"], ["it.id"]])
def test_ties_of_records_without_a_key_go_by_their_place(order_by: list[str]) -> None:
    check("keyed", "e == null ? '' : e.name", {**BY_ID, "name": "e", "one": "optional", "order_by": order_by})


def test_records_of_which_no_field_is_read_are_counted() -> None:
    check("keyed", "size(es)", {"op": "fetch", "name": "es", "from": "entries"})


@pytest.mark.parametrize(
    "value",
    [
        "c.wait", "c.pause", "string(c.wait)", "coalesce(c.pause, c.wait)", "c.wait.getHours()", "now + c.wait",
        "c.wait > duration('1h')", "c.pause == null", "c.pause == c.wait", "c.wait - duration('0.000001s')",
        "c.wait in [duration('0s'), c.wait]", "timestamp('9999-12-31T23:59:59Z') + c.wait",
    ],
)  # fmt: skip
def test_durations_are_read(value: str) -> None:
    check("keyed", value)


@pytest.mark.parametrize("value", ["es.max(e, e.wait)", "es.min(e, coalesce(e.pause, e.wait))", "size(es)"])
def test_records_are_found_by_durations(value: str) -> None:
    check("keyed", value, {**BY_ID, "where": "it.wait == c.wait || it.pause == c.pause"})
    check("keyed", value, {**BY_ID, "where": "it.wait == c.wait"})


class Grown(Market):
    """A market whose sources came to allow nulls after the scripts were checked."""

    def prepare(self, script: Any) -> Program:
        before = market()
        before.scripts = self.scripts
        return Market.prepare(before, script)


def grown(name: str | None) -> Market:
    type_ = ENTRY.replace("name: string", "name: string?").replace("rank: int?", "rank: int?, more: bool")
    rows = [{**row, "name": row["name"] if row["rank"] is not None else name, "more": True} for row in entries()]
    here = Grown({}, **EMAIL).add("entries", None, type_, rows).add("keyed", "id", ENTRY, entries(4))
    assert isinstance(here, Grown)
    return here


PROMISED = script({
    "op": "each", "name": "found", "from": "keyed", "as": "c", "do": [BY_ID], "yield": "es.max(e, e.name)",
})  # fmt: skip


def test_a_field_that_may_be_null_now_and_never_is_keeps_its_promise() -> None:
    assert check_same(grown("x"), PROMISED)


def test_nulls_that_were_promised_not_to_be_run_by_rows() -> None:
    found = by_sets(grown(None), PROMISED)
    assert isinstance(found, Unlowered)
    assert found.reason == "entries.name has nulls now, and the script was promised that it has none"
