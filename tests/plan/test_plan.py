"""What is planned as one query, what is not and why, and that a plan is as small as it can be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sopwb.plan import codes as plan_codes
from sopwb.plan.describe import describe
from sopwb.plan.nodes import Gather, Let, SetPlan, Unlowered
from sopwb.plan.sql.query import decode_query, encode_query, query_key
from sopwb.plan.sql.render import render
from sopwb.run import codes, expression_codes
from tests.plan.market import Market, answered, check_same, outer, planned, session_of
from tests.run import shop

FETCH = {"op": "fetch", "name": "os", "from": "orders", "where": "it.customer_id == c.id"}


def market(**scripts: dict[str, Any]) -> Market:
    here = Market({"check_churn_risk": shop.founding(), **scripts}, **shop.EMAIL)
    base = shop.shop()
    for name, type_ in (("customers", shop.CUSTOMERS), ("orders", shop.ORDERS)):
        here.add(name, "id", type_, list(base.table(name).rows()))
    return here


def each(*do: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Write a script of one ``each`` over customers."""
    name = {"name": "found"} if "yield" in fields else {}
    return shop.script({"op": "each", **name, "from": "customers", "as": "c", "do": list(do), **fields})


def call(name: str = "risk", **args: str) -> dict[str, Any]:
    return {"op": "call", "name": name, "script": "check_churn_risk", "args": {"customer_id": "c.id", **args}}


def math(name: str, expr: str) -> dict[str, Any]:
    return {"op": "math", "name": name, "expr": expr}


def plan_of(raw: dict[str, Any], traced: bool = True, here: Market | None = None) -> SetPlan:
    plan = planned(here or market(), raw, session_of(), traced=traced)
    assert isinstance(plan, SetPlan), plan
    return plan


def gathers(plan: SetPlan) -> list[Gather]:
    return [step for step in plan.steps if isinstance(step, Gather)]


def check_rows(reason: str, path: str, *do: dict[str, Any], **fields: Any) -> None:
    """Check that steps run by rows, for a reason."""
    plan = planned(market(), each(*do, **fields), session_of())
    assert isinstance(plan, Unlowered), "it is lowered"
    assert (plan.reason, plan.path) == (reason, path)


def test_the_founding_scripts_agree_on_both_engines() -> None:
    steps = [
        call(),
        {"op": "if", "cond": "risk.is_risk && c.email != null", "then": [
            {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}},
            {"op": "tool", "tool": "email.send", "args": {
                "to": "must(c.email)", "subject": "'We miss you'", "body": "'Your code: ' + coupon.code"}}]},
    ]  # fmt: skip
    assert check_same(market(), each(*steps, **{"yield": "risk.is_risk"}), dry_run=True)


def test_a_look_up_of_the_very_item_disappears() -> None:
    plan = plan_of(each(call(), **{"yield": "risk.is_risk"}))
    assert [gather.source for gather in gathers(plan)] == ["orders"]


def test_all_uses_of_one_fetch_are_one_aggregate() -> None:
    plan = plan_of(each(FETCH, **{"yield": "string(os.sum(o, o.total)) + string(os.max(o, o.ordered_at) == null)"}))
    (gather,) = gathers(plan)
    assert [a.kind for a in gather.aggregates] == ["count", "sum", "max"]


def test_two_fetches_of_the_same_records_are_one() -> None:
    twice = {**FETCH, "name": "again"}
    plan = plan_of(each(FETCH, twice, **{"yield": "os.sum(o, o.total) + again.sum(x, x.total)"}))
    assert len(gathers(plan)) == 1
    assert check_same(market(), each(FETCH, twice, **{"yield": "os.sum(o, o.total) + again.sum(x, x.total)"}))


def test_values_of_the_item_inside_of_a_fold_make_a_gather_of_their_own() -> None:
    raw = each(FETCH, **{"yield": "string(size(os)) + string(os.count(o, o.total > size(c.name)))"})
    assert [bool(gather.arguments) for gather in gathers(plan_of(raw))] == [False, True]
    assert check_same(market(), raw)


def test_what_only_the_trace_needs_goes_with_the_trace() -> None:
    raw = each(FETCH, math("unused", "os.sum(o, o.total)"), **{"yield": "c.name"})
    assert gathers(plan_of(raw))
    assert gathers(plan_of(raw, traced=False)) == []


def test_a_filter_that_all_aggregates_have_chooses_the_records() -> None:
    raw = each(FETCH, **{"yield": "os.filter(o, o.total > 50).sum(o, o.total)"})
    (gather,) = gathers(plan_of(raw, traced=False))
    assert gather.where != gathers(plan_of(raw))[0].where


def test_names_are_given_only_to_what_is_used_twice() -> None:
    plan = plan_of(each(math("a", "size(c.name) + 1"), **{"yield": "a * 2"}), traced=False)
    assert not any(isinstance(step, Let) for step in plan.steps)


@pytest.mark.parametrize(
    ("reason", "do", "value"),
    [
        ("a list is a result", [FETCH], "os"),
        ("a list is a result", [FETCH], "os.map(o, o.total)"),
        ("a pattern that is not a constant", [], "c.name.matches(c.id)"),
        ("double(string) → decimal is not lowered", [], "double(c.name)"),
        ("a decimal may need more than 38 digits", [FETCH], "1e30 * os.sum(o, o.total) * 1e5"),
        ("lists and maps are not lowered", [], "[1, 2].sum()"),
    ],
)
def test_what_cannot_be_lowered_is_named(reason: str, do: list[dict[str, Any]], value: str) -> None:
    plan = planned(market(), each(*do, **{"yield": value}), session_of())
    assert isinstance(plan, Unlowered), "it is lowered"
    assert (plan.path, plan.reason) == ("steps/0/yield", reason)


def test_the_step_that_runs_by_rows_is_named() -> None:
    check_rows("double(string) → decimal is not lowered", "steps/0/do/1", FETCH, math("number", "double(c.name)"))
    nested = {"op": "each", "in": "[1]", "as": "n", "do": [{"op": "say", "text": "'x'"}]}
    check_rows("items nested in items run by rows", "steps/0/do/0", nested)


def test_a_plan_is_described_in_lines() -> None:
    plan = plan_of(each(call(), math("half", "1 / (size(c.name) - 3)"), **{"yield": "risk.is_risk"}))
    first, second, third, last = describe(plan).splitlines()
    assert first == "customers, each by id"
    assert second == "├─ orders where customer_id = id: count, max(ordered_at), sum(total)"
    assert third.endswith(" values, 2 branches")
    assert last == "└─ fails with SOP-R102 at steps/0/do/1/expr"
    assert describe(Unlowered("steps/0", "it goes over a list")) == "by rows: it goes over a list (at steps/0)"


def test_a_query_can_be_kept_and_run_without_its_plan() -> None:
    here, session = market(), session_of()
    query = render(plan_of(each(call(), **{"yield": "risk.is_risk"}), here=here))
    again = decode_query(encode_query(query))
    assert again == query
    assert answered(session, again, outer(here)).items == answered(session, query, outer(here)).items


def test_a_kept_query_serves_later_days_and_data_of_the_same_size() -> None:
    here, session = market(), session_of()
    plan_of(each(call(), **{"yield": "risk.is_risk"}), here=here)
    later = {**outer(here), "now": shop.NOW.replace(day=30)}
    keys = {query_key("b3:1", "steps/0", "UTC 2026b", "", True, session.facts, given) for given in (outer(here), later)}
    assert len(keys) == 1
    assert query_key("b3:2", "steps/0", "UTC 2026b", "", True, session.facts, later) not in keys


def test_codes_are_the_interpreters() -> None:
    for name in dir(plan_codes):
        if name.isupper():
            assert getattr(plan_codes, name) == getattr(codes, name, None) or getattr(plan_codes, name) == getattr(
                expression_codes, name
            )


def check_imported(program: str, absent: tuple[str, ...]) -> None:
    """Check that a program, run in a process of its own, imports none of some packages."""
    text = f"import sys\n{program}\nprint([n for n in {absent!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_neither_duckdb_nor_sqlglot_is_imported_before_it_is_used() -> None:
    check_imported("import sopwb.data.duckdb.decide, sopwb.plan.describe", ("duckdb", "sqlglot", "pyarrow", "re2"))


def test_a_kept_query_runs_without_sqlglot(tmp_path: Path) -> None:
    here = market().add("orders", "id", shop.ORDERS, [])
    kept = tmp_path / "query.json"
    kept.write_bytes(encode_query(render(plan_of(each(**{"yield": "c.name"}), here=here))))
    program = f"""
from sopwb.data.duckdb.execute import decided, run
from sopwb.data.duckdb.session import Session
from sopwb.plan.sql.query import decode_query
with Session(threads=1) as session:
    session.connection.execute("create table source_customers as select 'C1' as _id, 'Ann' as _name")
    query = decode_query(open({str(kept)!r}, "rb").read())
    assert [i.value for b in run(session, query, {{}}) for i in decided(query, b)] == ["Ann"]
"""
    check_imported(program, ("sqlglot",))
