"""``fetch``: which records, in which order, how many, and what a missing promise does."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import parse_type
from tests.run.shop import MemoryTable, Ran, Shop, script, shop

ITEMS = [
    {"id": 1, "kind": "a", "rank": 3, "price": Decimal("2.5")},
    {"id": 2, "kind": "b", "rank": None, "price": Decimal("1")},
    {"id": 3, "kind": "a", "rank": 1, "price": Decimal("2.5")},
    {"id": 4, "kind": None, "rank": 3, "price": Decimal("0")},
]
ITEM = "{id: int, kind: string?, rank: int?, price: decimal}"


def store() -> Shop:
    return Shop().add("items", "id", ITEM, ITEMS)


def fetched(where: str = "", here: Shop | None = None, inputs: dict[str, Any] | None = None, **fetch: Any) -> Ran:
    """Run one fetch that returns the ids of what it found."""
    step = {"op": "fetch", "name": "found", "from": "items", **fetch}
    if where:
        step["where"] = where
    raw = script(
        step,
        {"op": "return", "value": "found.map(f, f.id)"},
        returns="list<int>",
        **{name: "int?" if value is None else "int" for name, value in (inputs or {}).items()},
    )
    return (here or store()).run(raw, inputs)


def check(ids: list[int], where: str = "", **fetch: Any) -> None:
    """Check that a fetch finds the records with these ids, in this order."""
    assert fetched(where, **fetch).result == ids


def test_without_where_all_records_come_in_key_order():
    check([1, 2, 3, 4])


def test_where_keeps_the_records_for_which_it_holds():
    check([1, 3], "it.price > 2 && it.kind == 'a'")


def test_a_field_that_is_null_equals_only_null():
    check([4], "it.kind == null")


def test_order_by_puts_nulls_last_and_ties_in_key_order():
    check([3, 1, 4, 2], order_by=["it.rank"])


def test_order_by_desc_puts_nulls_last_too_and_keeps_ties_in_key_order():
    check([1, 4, 3, 2], order_by=["it.rank desc"])


def test_order_by_several_keys_goes_by_the_first_then_by_the_next():
    check([4, 2, 3, 1], order_by=["it.price", "it.rank"])


def test_limit_stops_after_that_many():
    check([1, 2], limit="1 + 1")


def test_limit_takes_the_first_of_the_order():
    check([3], order_by=["it.rank"], limit="1")


def test_a_limit_beyond_the_records_takes_all():
    check([1, 2, 3, 4], limit="100")


def test_a_limit_below_zero_is_an_error():
    ran = fetched(limit="n", inputs={"n": -1})
    assert (ran.code, ran.outcome.error.path) == ("SOP-R033", "steps/0/limit")


def one(where: str, mode: str, **fetch: Any) -> Ran:
    step = {"op": "fetch", "name": "found", "from": "items", "where": where, "one": mode, **fetch}
    value = "found.id" if mode == "required" else "found == null ? 0 : found.id"
    return store().run(script(step, {"op": "return", "value": value}, returns="int"))


def test_one_required_gives_the_record():
    assert one("it.id == 2", "required").result == 2


def test_one_required_without_a_record_is_an_error():
    assert one("it.id == 9", "required").code == "SOP-R031"


def test_one_optional_without_a_record_gives_null():
    assert one("it.id == 9", "optional").result == 0


@pytest.mark.parametrize("mode", ["required", "optional"])
def test_several_records_where_one_is_asked_for_are_an_error(mode: str):
    assert one("it.kind == 'a'", mode).code == "SOP-R032"


def test_several_records_are_no_error_where_order_by_says_which():
    assert one("it.kind == 'a'", "required", order_by=["it.rank"]).result == 3


def test_fields_give_only_those_fields():
    step = {"op": "fetch", "name": "found", "from": "items", "where": "it.rank == 1", "fields": ["id", "price"]}
    ran = store().run(script(step, {"op": "return", "value": "found"}, returns="list<{id: int, price: decimal}>"))
    assert ran.result == [{"id": 3, "price": Decimal("2.5")}]


def test_an_error_in_where_names_the_field_of_the_step():
    ran = fetched("10 / n > it.price", inputs={"n": 0})
    assert ran.outcome.error.path == "steps/0/where"


def test_an_error_in_order_by_names_which_one():
    ran = fetched(order_by=["it.id", "1 / (it.id - 3)"])
    assert ran.outcome.error.path == "steps/0/order_by/1"


# --- push-down ------------------------------------------------------------------------------------


def asked(where: str, **inputs: Any) -> list[tuple[str, Any]]:
    here = store()
    fetched(where, here, inputs)
    return here.table("items").asked


def test_an_equality_is_asked_of_the_table():
    assert asked("it.kind == 'a'") == [("kind", "a")]


def test_an_equality_is_found_on_either_side_and_behind_what_cannot_fail():
    assert asked("it.price > 0 && 'a' == it.kind") == [("kind", "a")]


def test_an_equality_behind_what_can_fail_is_not_asked_first():
    assert asked("1 / it.id > 0 && it.kind == 'a'") == [("", None)]


def test_an_equality_to_null_reads_all_records():
    assert asked("it.rank == n", n=None) == [("", None)]


def test_what_is_sought_and_fails_is_no_error_where_no_record_reaches_it():
    assert fetched("it.id > 100 && it.rank == 1 / n", inputs={"n": 0}).result == []


def test_what_is_sought_and_fails_is_an_error_where_a_record_reaches_it():
    assert fetched("it.rank == 1 % n", inputs={"n": 0}).outcome.error.path == "steps/0/where"


# --- promises -------------------------------------------------------------------------------------


def promised(where: str, live: str, records: list[dict[str, Any]], value: str = "found.map(f, f.id)") -> Ran:
    """Check a script against items without nulls, then run it on a live table of another type."""
    here = Shop().add("items", "id", "{id: int, kind: string, rank: int}", [])
    step = {"op": "fetch", "name": "found", "from": "items", **({"where": where} if where else {})}
    typed = here.compile(script(step, {"op": "return", "value": value}, returns="list<int>"))
    record = parse_type(live)
    here.tables["items"] = MemoryTable(SourceSchema("items", "id", record), records)
    return here.run(typed)


NULL_KIND = [{"id": 1, "kind": "a", "rank": 1}, {"id": 2, "kind": None, "rank": 2}]
LIVE = "{id: int, kind: string?, rank: int}"


def test_a_null_in_a_promised_field_of_a_kept_record_is_an_error_that_names_the_record():
    ran = promised("it.rank > 0", LIVE, NULL_KIND, "found.map(f, f.id + size(f.kind))")
    assert ran.code == "SOP-R030"
    assert "items 2 has no kind" in ran.outcome.error.message


def test_a_null_in_a_promised_field_of_a_record_that_is_not_kept_is_no_error():
    assert promised("it.rank < 2", LIVE, NULL_KIND, "found.map(f, f.id + size(f.kind))").result == [2]


def test_a_null_where_the_condition_needs_the_value_is_an_error():
    assert promised("it.kind.startsWith('a')", LIVE, NULL_KIND).code == "SOP-R030"


@pytest.mark.parametrize(
    "where", ["it.kind == 'a'", "it.rank > 0 && it.kind == 'a'", "1 / it.rank > 0 && it.kind == 'a'"]
)
def test_a_null_that_is_compared_is_not_the_same_whether_it_is_looked_up_or_read(where: str):
    assert promised(where, LIVE, NULL_KIND).result == [1]


def test_a_live_int_is_widened_where_a_decimal_was_promised():
    here = shop()
    raw = script(
        {"op": "fetch", "name": "found", "from": "orders"},
        {"op": "return", "value": "found.sum(f, f.total) / 2"},
        returns="decimal",
    )
    typed = here.compile(raw)
    here.add("orders", "id", "{id: string, total: int}", [{"id": "O1", "total": 3}])
    result = here.run(typed).result
    assert (result, type(result)) == (Decimal("1.5"), Decimal)


def test_a_lost_field_refuses_the_run():
    ran = promised("", "{id: int, rank: int}", [], "found.map(f, size(f.kind))")
    assert ran.code == "SOP-R022"


def test_further_live_fields_are_not_part_of_a_record_that_is_returned():
    here = Shop().add("items", "id", "{id: int, kind: string}", [])
    raw = script(
        {"op": "fetch", "name": "found", "from": "items"},
        {"op": "return", "value": "found"},
        returns="list<{id: int, kind: string}>",
    )
    typed = here.compile(raw)
    here.add("items", "id", "{extra: string, kind: string, id: int}", [{"extra": "x", "kind": "a", "id": 1}])
    assert here.run(typed).result == [{"id": 1, "kind": "a"}]


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(0, 30),
            "kind": st.sampled_from([None, "a", "b"]),
            "rank": st.none() | st.integers(-2, 2),
            "price": st.sampled_from([Decimal(0), Decimal("2.5"), Decimal(-1)]),
        }
    ),
    max_size=10,
    unique_by=lambda record: record["id"],
)


@settings(deadline=None)
@given(
    RECORDS,
    st.sampled_from(
        [
            "it.kind == 'a'",
            "it.rank == n",
            "it.rank == n && it.price > 0",
            "it.price > 0 && n == it.rank",
            "it.price == 2.5 && it.kind != null",
            "1 / it.price > 0 && it.kind == 'a'",
            "it.kind == 'a' && 1 / it.price > 0",
            "it.rank == 1 / n",
            "it.id > 3 && it.rank == must(n)",
        ]
    ),
    st.sampled_from([None, 0, 1]),
)
def test_looking_up_gives_what_reading_all_gives_error_for_error(
    records: list[dict[str, Any]], where: str, n: int | None
):
    where = where.replace("1 / n", "1 / coalesce(n, 0)")
    here = Shop().add("items", "id", ITEM, records)

    def outcome(condition: str) -> Any:
        step = {"op": "fetch", "name": "found", "from": "items", "where": condition}
        raw = script(step, {"op": "return", "value": "found.map(f, f.id)"}, returns="list<int>", n="int?")
        ran = here.run(raw, {"n": n})
        return ran.outcome.result, [error.code for error in ran.outcome.errors]

    assert outcome(where) == outcome(f"!(!({where}))")
