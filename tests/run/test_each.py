"""``each``: items in order, their names, their yields, and what an item's error does."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.run.shop import Ran, Shop, script, shop

EACH: dict[str, Any] = {"op": "each", "name": "found", "from": "customers", "as": "c", "do": []}
MAIL = {"op": "tool", "tool": "email.send", "args": {"to": "c.id", "subject": "'Hello'", "body": "c.name"}}


def each(
    *do: dict[str, Any], value: str = "found", returns: Any = "list<string>", here: Shop | None = None, **fields: Any
) -> Ran:
    """Run one ``each`` over customers (unless ``fields`` say otherwise) and return what it yields."""
    step = {k: v for k, v in {**EACH, "do": list(do), **fields}.items() if v is not None}
    return (here or shop()).run(script(step, {"op": "return", "value": value}, returns=returns))


def test_yields_come_in_key_order():
    assert each(**{"yield": "c.name"}).result == ["Ann", "Bob", "Cleo"]


def test_where_leaves_records_out():
    assert each(where="it.email != null", **{"yield": "c.id"}).result == ["C1", "C2"]


def test_order_by_changes_the_order():
    assert each(order_by=["it.name desc"], **{"yield": "c.id"}).result == ["C3", "C2", "C1"]


def test_a_record_is_yielded_from_an_object():
    ran = each(**{"yield": {"id": "c.id", "n": "1"}}, value="found.count(f, f.n == 1)", returns="int")
    assert ran.result == 3


def test_each_goes_over_a_list_too():
    fields: dict[str, Any] = {"from": None, "in": "[3, 1, 2]", "as": "n", "yield": "n * 2"}
    assert each(returns="list<int>", **fields).result == [6, 2, 4]


def test_names_bound_in_an_item_are_of_that_item_only():
    ran = each({"op": "math", "name": "size_", "expr": "size(c.name)"}, **{"yield": "c.name + string(size_)"})
    assert ran.result == ["Ann3", "Bob3", "Cleo4"]


def test_names_bound_before_are_seen_in_items():
    here = shop()
    raw = script(
        {"op": "math", "name": "greeting", "expr": "'Dear '"},
        {**EACH, "yield": "greeting + c.name"},
        {"op": "return", "value": "found"},
        returns="list<string>",
    )
    assert here.run(raw).result == ["Dear Ann", "Dear Bob", "Dear Cleo"]


def test_each_nests_and_aggregates_per_item():
    ran = each(
        {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == c.id"},
        {"op": "each", "name": "totals", "in": "orders", "as": "o", "do": [], "yield": "o.total * 2"},
        value="found",
        returns="list<decimal>",
        **{"yield": "totals.sum()"},
    )
    assert ran.result == [Decimal(2400), Decimal(0), Decimal("39.8")]


def test_a_source_without_records_yields_nothing():
    assert each(here=shop().add("customers", "id", "{id: string, name: string}", []), **{"yield": "c.id"}).result == []


def test_a_nested_item_has_the_keys_of_all_its_items():
    inner = {"op": "each", "in": "[10, 20]", "as": "n", "do": [{"op": "say", "text": "string(n)"}]}
    items = [event.item for event in each(inner, where="it.id == 'C1'", **{"yield": "c.id"}).events("say")]
    assert items == ['["C1","0"]', '["C1","1"]']


def test_the_first_items_only_are_looked_at_where_asked():
    here = shop()
    program = here.prepare(
        script({**EACH, "yield": "c.id"}, {"op": "return", "value": "found"}, returns="list<string>")
    )
    assert here.run(program, items_max=2).result == ["C1", "C2"]
    assert here.run(program, only_item="C2").result == ["C2"]


# --- failing items --------------------------------------------------------------------------------

FAILS_FOR_BOB = {"op": "math", "name": "odd", "expr": "1 / (c.name == 'Bob' ? 0 : 1)"}


def test_an_items_error_ends_the_run_with_its_place():
    ran = each(MAIL, FAILS_FOR_BOB, **{"yield": "c.id"})
    assert ran.outcome.status == "failed"
    assert ran.outcome.error.path == "steps/0/do/1/expr"


def test_an_items_error_is_the_last_event_of_the_trace():
    last = each(FAILS_FOR_BOB, **{"yield": "c.id"}).events()[-1]
    assert (last.op, last.item, last.path) == ("error", "C2", "steps/0/do/0/expr")


def letters(*do: dict[str, Any], value: str = "found") -> Ran:
    step = {**EACH, "do": list(do), "yield": "c.id"}
    return shop().run(script(step, {"op": "return", "value": value}, returns="list<string>"), dead_letters=True)


def test_with_dead_letters_the_run_goes_on_without_the_item():
    ran = letters(FAILS_FOR_BOB)
    assert (ran.outcome.status, ran.outcome.result) == ("dead_letters", ["C1", "C3"])
    assert [(letter.item, letter.error.path) for letter in ran.outcome.dead_letters] == [("C2", "steps/0/do/0/expr")]


def test_a_dead_letters_effects_are_dropped():
    ran = letters(MAIL, FAILS_FOR_BOB)
    assert [effect.item for effect in ran.effects] == ["C1", "C3"]
    assert ran.outcome.planned == {"email.send": 2}


def test_a_nested_items_error_makes_the_whole_item_a_dead_letter():
    inner = {
        "op": "each",
        "from": "orders",
        "where": "it.customer_id == c.id",
        "as": "o",
        "do": [MAIL, {"op": "fail", "message": "'no'"}],
    }
    ran = letters(inner)
    assert ran.outcome.result == ["C2"]
    assert [letter.item for letter in ran.outcome.dead_letters] == ["C1", "C3"]
    assert ran.effects == []


def test_an_error_outside_of_items_ends_the_run_even_with_dead_letters():
    ran = shop().run(script({"op": "fail", "message": "'no'"}), dead_letters=True)
    assert ran.code == "SOP-R035"


def test_after_a_dead_letter_paths_and_items_are_as_before():
    steps = [event for event in letters(FAILS_FOR_BOB).events() if event.op in ("yield", "each", "return")]
    assert [(event.path, event.item) for event in steps] == [
        ("steps/0/yield", "C1"),
        ("steps/0/yield", "C3"),
        ("steps/0", ""),
        ("steps/1", ""),
    ]


def test_two_records_with_one_key_end_the_run():
    here = shop().add(
        "customers", "id", "{id: string, name: string}", [{"id": "C1", "name": "Ann"}, {"id": "C1", "name": "Ann"}]
    )
    assert each(here=here, **{"yield": "c.id"}).code == "SOP-R034"


def test_a_cancelled_run_says_so_and_goes_no_further():
    done: list[int] = []
    raw = script({"op": "each", "from": "customers", "as": "c", "do": [MAIL]})
    ran = shop().run(raw, cancelled=lambda: len(done) == 1, progress=done.append)
    assert ran.outcome.status == "cancelled"
    assert ran.outcome.error.code == "SOP-R040"
    assert done == [1]


class Written:
    """A ``Results`` port that keeps what is written."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Any]] = []

    def write(self, item: str, value: Any) -> None:
        self.rows.append((item, value))


def test_yields_are_written_as_results_item_by_item():
    written = Written()
    raw = script({**EACH, "yield": "c.name"}, {"op": "return", "value": "size(found)"}, returns="int")
    shop().run(raw, results=written)
    assert written.rows == [("C1", "Ann"), ("C2", "Bob"), ("C3", "Cleo")]


def test_without_yields_the_returned_value_is_the_result_that_is_written():
    written = Written()
    shop().run(script({"op": "return", "value": "1"}, returns="int"), results=written)
    assert written.rows == [("", 1)]
