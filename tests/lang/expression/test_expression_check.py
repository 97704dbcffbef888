"""Checking expressions: types, null safety, facts, names and the fixes that are offered."""

from __future__ import annotations

import time

import pytest

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.lang import ir
from sopwb.lang.expression.check import check_expression, facts_of
from sopwb.lang.expression.codes import CODES
from sopwb.lang.expression.parse import parse_expression
from sopwb.lang.expression.scope import NOTHING, Facts, Scope
from sopwb.lang.types import DECIMAL, RecordType, parse_type, type_text

NAMES = {
    "x": "int",
    "n": "int?",
    "d": "decimal",
    "s": "string",
    "t": "string?",
    "b": "bool",
    "due": "date",
    "k": "secret",
    "span": "duration",
    "xs": "list<int>",
    "flags": "list<bool>",
    "maybe": "list<int?>",
    "m": "map<string, int>",
    "c": "{id: int, name: string, last: timestamp?, tags: list<string>, address: {city: string, zip: string?}?}",
    "orders": "list<{id: int, total: decimal, at: timestamp, paid: date?}>",
    "codes": "list<secret>",
}
SCOPE = Scope.of({name: parse_type(text) for name, text in NAMES.items()})


def outcome(text: str, scope: Scope = SCOPE, expected: str = "") -> tuple[ir.Expr | None, tuple[Diagnostic, ...]]:
    node, diagnostics = parse_expression(text)
    assert node is not None, diagnostics
    return check_expression(node, scope, "p", parse_type(expected) if expected else None)


def check(text: str, expected: str) -> None:
    """``expected`` is the type, or the code of the first diagnostic."""
    expr, diagnostics = outcome(text)
    found = diagnostics[0].code if expr is None else type_text(expr.type)
    assert found == expected, diagnostics


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("x + 1", "int"), ("x + d", "decimal"), ("x / 2", "decimal"), ("x % 2", "int"), ("-x", "int"),
        ("-d", "decimal"), ("s + s", "string"), ("k + s", "secret"), ("s + k", "secret"), ("k + k", "secret"),
        ("xs + [1.5]", "list<decimal>"), ("now - now", "duration"), ("now + span", "timestamp"),
        ("span + now", "timestamp"), ("now - span", "timestamp"), ("span - span", "duration"), ("x < d", "bool"),
        ("s < 'b'", "bool"), ("due < today", "bool"), ("b < true", "bool"), ("n == 1", "bool"), ("n == null", "bool"),
        ("n != d", "bool"), ("x == null", "bool"), ("n in xs", "bool"), ("null in maybe", "bool"),
        ("x in [1.5]", "bool"), ("'a' in m", "bool"), ("c == c", "bool"), ("b ? 1 : 2.5", "decimal"),
        ("b ? 1 : null", "int?"), ("b ? n : 2.5", "decimal?"), ("b ? [] : xs", "list<int>"),
        ("b ? k : k + 'a'", "secret"), ("[1, 2.5]", "list<decimal>"), ("[1, null]", "list<int?>"),
        ("[]", "list<never>"), ("{a: 1, b: n}", "{a: int, b: int?}"), ("{'a': 1, 'b': 2.5}", "map<string, decimal>"),
        ("{}", "map<string, never>"), ("xs[0]", "int"), ("m['a']", "int"), ("m.a", "int"), ("c.id", "int"),
        ("c['id']", "int"), ("c.last", "timestamp?"), ("has(c.last)", "bool"), ("has(m.a)", "bool"),
        ("coalesce(n, 0)", "int"), ("coalesce(n, 0.5)", "decimal"), ("coalesce(n, n)", "int?"), ("must(n)", "int"),
        ("must(c.last)", "timestamp"), ("size(s) + size(xs) + size(m)", "int"), ("xs.filter(v, v > 1)", "list<int>"),
        ("maybe.filter(v, v != null)", "list<int>"),
        ("orders.filter(o, o.paid != null).first()", "{id: int, total: decimal, at: timestamp, paid: date}?"),
        ("orders.map(o, o.total)", "list<decimal>"), ("orders.map(o, o.paid != null, year(o.paid))", "list<int>"),
        ("orders.all(o, o.total > 1)", "bool"), ("m.all(key, key != '')", "bool"),
        ("m.map(key, m[key])", "list<int>"), ("orders.sum(o, o.total)", "decimal"), ("xs.sum()", "int"),
        ("xs.avg()", "decimal?"), ("xs.max()", "int?"), ("orders.max(o, o.at)", "timestamp?"),
        ("orders.count()", "int"), ("orders.count(o, o.total > 1)", "int"), ("flags.count(f, f)", "int"),
        ("orders.sortBy(o, o.at).last()", "{id: int, total: decimal, at: timestamp, paid: date?}?"),
        ("[].max()", "null"), ("[].sum()", "int"), ("[].map(o, o.anything.at_all).sum()", "int"),
        ("[].first()", "null"), ("days_between(due, now)", "int"), ("year(now)", "int"),
        ("start_of_month(now)", "date"), ("date(now)", "date"), ("hours_between(now, now)", "decimal"),
        ("math.greatest(1, d)", "decimal"), ("math.least(xs)", "int"), ("math.ceil(d)", "int"),
        ("math.round(d)", "decimal"), ("round(d)", "int"), ("round(d, 2)", "decimal"), ("fixed(x, 2)", "string"),
        ("codes.map(q, q + '!')", "list<secret>"), ("codes[0]", "secret"), ("{code: k}", "{code: secret}"),
        ("s.split(',').map(p, p.trim()).distinct().join('-')", "string"),
    ],
)  # fmt: skip
def test_an_expression_has_the_type_that_its_parts_give(text: str, type_: str) -> None:
    check(text, type_)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("s + 1", "SOP-T001"), ("d % 2", "SOP-T001"), ("due - today", "SOP-T001"), ("due + 1", "SOP-T001"),
        ("-s", "SOP-T001"), ("b + b", "SOP-T001"), ("k + 1", "SOP-T001"), ("'a' in s", "SOP-T001"),
        ("!x", "SOP-T002"), ("x && b", "SOP-T002"), ("x ? 1 : 2", "SOP-T002"), ("xs.filter(v, v)", "SOP-T002"),
        ("xs['a']", "SOP-T002"), ("orders.sum(o, o.at)", "SOP-T002"), ("n + 1", "SOP-T003"), ("n > 1", "SOP-T003"),
        ("-n", "SOP-T003"), ("null + 1", "SOP-T003"), ("size(t)", "SOP-T003"), ("t.size()", "SOP-T003"),
        ("c.address.city", "SOP-T003"), ("maybe.sum()", "SOP-T003"), ("orders.max(o, o.paid)", "SOP-T003"),
        ("orders.sortBy(o, o.paid)", "SOP-T003"), ("xs.max() + 1", "SOP-T003"), ("orders.first().id", "SOP-T003"),
        ("days_between(c.last, now)", "SOP-T003"), ("math.abs(n)", "SOP-T003"), ("xs[n]", "SOP-T003"),
        ("add_days(now, 3)", "SOP-T004"), ("size(1)", "SOP-T004"), ("s.substring()", "SOP-T004"),
        ("coalesce(n)", "SOP-T004"), ("must()", "SOP-T004"), ("math.greatest('a')", "SOP-T004"),
        ("math.greatest()", "SOP-T004"), ("xs.sum(v, v, v)", "SOP-T004"), ("b ? 1 : 'a'", "SOP-T005"),
        ("[1, 'a']", "SOP-T005"), ("coalesce(n, 'a')", "SOP-T005"), ("{1: 1, 'a': 2}", "SOP-T005"),
        ("orders.total", "SOP-T006"), ("x.y", "SOP-T006"), ("has(x.y)", "SOP-T006"), ("x[0]", "SOP-T007"),
        ("c[0]", "SOP-T007"), ("x == 'a'", "SOP-T008"), ("due < now", "SOP-T008"), ("1 < x < 5", "SOP-T008"),
        ("'a' in xs", "SOP-T008"), ("k == 'a'", "SOP-T008"), ("1 in m", "SOP-T008"), ("x.sum()", "SOP-T009"),
        ("x.filter(v, true)", "SOP-T009"), ("orders.filter(o.total > 1)", "SOP-T010"), ("xs.map()", "SOP-T010"),
        ("date('2026-02-30')", "SOP-T011"), ("timestamp('now')", "SOP-T011"), ("duration('1')", "SOP-T011"),
        ("s.matches('(')", "SOP-T011"), ("date(2026, 13, 1)", "SOP-T011"), ("fixed(d, 39)", "SOP-T011"),
        ("round(d, -39)", "SOP-T011"), ("k == k", "SOP-T012"), ("k in codes", "SOP-T012"), ("string(k)", "SOP-T012"),
        ("size(k)", "SOP-T012"), ("codes.distinct()", "SOP-T012"), ("codes.max()", "SOP-T012"), ("k < k", "SOP-T012"),
        ("{a: k} == {a: k}", "SOP-T012"), ("k.contains('a')", "SOP-T012"), ("{1.5: 1}", "SOP-T013"),
        ("{null: 1}", "SOP-T013"), ("c < c", "SOP-T014"), ("orders.max(o, o)", "SOP-T014"), ("xs < xs", "SOP-T014"),
        ("flags.count()", "SOP-T015"), ("has(x)", "SOP-T016"), ("has(c.id, x)", "SOP-T016"), ("nope", "SOP-N001"),
        ("xs.map(v, w)", "SOP-N001"), ("c.nme", "SOP-N002"), ("has(c.nme)", "SOP-N002"), ("c['nme']", "SOP-N002"),
        ("len(xs)", "SOP-N003"), ("xs.indexOf(1)", "SOP-N003"), ("math.sqrt(d)", "SOP-N003"),
        ("bool('true')", "SOP-N003"), ("xs.filter(x, x > 1)", "SOP-N004"), ("xs.filter(it, it > 1)", "SOP-N004"),
        ("xs.all(v, xs.all(v, true))", "SOP-N004"), ("due.year()", "SOP-N005"), ("contains(s, 'a')", "SOP-N005"),
        ("sum(xs)", "SOP-N005"), ("filter(orders, o, true)", "SOP-N005"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_its_code(text: str, code: str) -> None:
    check(text, code)


@pytest.mark.parametrize(
    "text",
    [
        "n != null && n > 1", "n == null || n > 1", "n != null ? n > 1 : false", "n == null ? 0 : n + 1",
        "!(n == null) && n > 1", "!(n == null || b) && n > 1", "null != n && n > 1", "b && n != null && x < n",
        "(n != null && b) ? n + 1 : 0", "n == null ? 0 : (t == null ? n : n + size(t))",
        "(n == null || t == null) ? 0 : n + size(t)", "has(c.last) && c.last > now",
        "c.last != null && days_between(c.last, now) > 3", "c.address != null && c.address.city == 'X'",
        "c.address != null && c.address.zip != null && c.address.zip.size() > 1", "c['last'] != null && c.last > now",
        "size(orders) > 0 && orders.max(o, o.at) < now", "size(orders) == 0 || orders.max(o, o.at) < now",
        "0 < size(orders) && orders.first().id > 0", "orders.size() >= 1 && orders.avg(o, o.total) > 2",
        "size(xs) != 0 ? xs.min() + 1 : 0", "size(xs) == 3 && xs.last() > 1", "!(size(xs) < 1) && xs.last() > 1",
        "size(xs) > 2 && xs.sortBy(v, -v).first() > 1", "size(xs) > 0 && xs.map(v, v * 2).max() > 1",
        "size(xs) > 0 && xs.reverse().distinct().first() > 1", "[1, 2].max() > 1", "(xs + [1]).max() > 1",
        "orders.filter(o, o.paid != null).all(o, year(o.paid) > 2000)",
        "orders.exists(o, o.paid != null && o.paid < today)",
        "orders.filter(o, o.paid != null).max(o, o.paid) == today", "(n != null) == true && n > 1",
        "(n == null) == false && n > 1", "(b ? n != null : n != null && x > 1) && n > 1", "coalesce(n, 0) > 1",
        "must(n) > 1",
    ],
)  # fmt: skip
def test_a_fact_makes_a_nullable_usable(text: str) -> None:
    expr, diagnostics = outcome(text)
    assert expr is not None, diagnostics


@pytest.mark.parametrize(
    "text",
    [
        "n != null || n > 1", "n == null && n > 1", "n == null ? n + 1 : 0", "(n != null || b) && n > 1",
        "(n == null && b) || n > 1", "has(c.last) || c.last > now", "size(orders) >= 0 && orders.max(o, o.at) < now",
        "size(orders) < 5 && orders.max(o, o.at) < now", "size(orders) == 0 && orders.max(o, o.at) < now",
        "size(xs) > 0 && xs.filter(v, v > 1).max() > 1", "size(s) > 0 && xs.max() > 1",
        "orders.filter(o, o.paid == null).all(o, year(o.paid) > 2000)",
        "orders.exists(o, o.paid != null) && year(orders[0].paid) > 1", "(n == null) == true && n > 1",
        "(b ? n != null : true) && n > 1", "size(xs) > -1 && xs.max() > 1",
    ],
)  # fmt: skip
def test_what_is_not_known_stays_nullable(text: str) -> None:
    check(text, "SOP-T003")


def test_a_name_bound_to_a_condition_carries_its_facts() -> None:
    node, _ = parse_expression("n != null && size(orders) > 0")
    assert node is not None
    scope = SCOPE.bind("ready", parse_type("bool"), facts_of(node, SCOPE, True), facts_of(node, SCOPE, False))
    assert outcome("ready && n > 1 && orders.max(o, o.at) < now", scope)[0] is not None
    assert outcome("!ready || n > 1", scope)[0] is not None
    assert outcome("ready || n > 1", scope)[0] is None
    assert outcome("ready ? n : 0", scope)[0] is not None


def test_narrowing_gives_the_type_of_kept_records() -> None:
    scope = Scope.of({"it": parse_type("{id: int, last: timestamp?}")})
    node, _ = parse_expression("it.id > 3 && it.last != null")
    assert node is not None
    kept = scope.narrow(facts_of(node, scope, True)).narrowed(("it",))
    assert isinstance(kept, RecordType)
    assert type_text(kept) == "{id: int, last: timestamp}"
    assert scope.type_of("it") != kept, "a scope is never changed"


def test_facts_combine_as_and_and_or() -> None:
    a, b = (
        Facts(nonnull=frozenset({("a",), ("b",)})),
        Facts(nonnull=frozenset({("b",)}), nonempty=frozenset({("c",)})),
    )
    assert a.both(b) == Facts(frozenset({("a",), ("b",)}), frozenset({("c",)}))
    assert a.either(b) == Facts(frozenset({("b",)}))
    assert a.either(NOTHING) == NOTHING


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("c.nme == 'A'", "c.name == 'A'"),
        ("s + x", "s + string(x)"),
        ("s + (x + 1)", "s + string(x + 1)"),
        ("1 < x < 5", "1 < x && x < 5"),
        ("due < now", "due < date(now)"),
        ("due.year()", "year(due)"),
        ("sum(xs)", "xs.sum()"),
        ("len(xs)", "size(xs)"),
        ("s.tolowercase()", "s.lower()"),
        ("orders.average(o, o.total)", "orders.avg(o, o.total)"),
        ("add_days(now, 3)", "add_days(date(now), 3)"),
        ("True", "true"),
        ("None == n", "null == n"),
        ("n > 1", "must(n) > 1"),
        ("order", "orders"),
    ],
)
def test_a_fix_makes_the_expression_right(text: str, fixed: str) -> None:
    _, (diagnostic,) = outcome(text)
    assert diagnostic.fix is not None
    assert diagnostic.span is not None
    start, end = diagnostic.span
    assert text[:start] + diagnostic.fix.text + text[end:] == fixed
    repaired, diagnostics = outcome(fixed)
    assert repaired is not None or text.startswith("orders.average"), diagnostics


def test_a_field_of_the_record_at_hand_is_offered() -> None:
    scope = SCOPE.bind("it", parse_type("{status: string}"))
    _, (diagnostic,) = outcome("status == 'open'", scope)
    assert diagnostic.nearest == "it.status"
    _, (diagnostic,) = outcome("order.status == 'open'", scope)  # a loop's own name, in its filter
    assert diagnostic.nearest == "it.status"


def test_a_filter_that_compares_a_parameter_with_itself_is_refused() -> None:
    scope = SCOPE.bind("it", parse_type("{customer_id: string}")).bind("customer_id", parse_type("string"))
    _, (diagnostic,) = outcome("customer_id == customer_id", scope)
    assert (diagnostic.code, diagnostic.nearest) == ("SOP-T017", "it.customer_id")
    assert outcome("it.customer_id == customer_id", scope)[1] == ()
    assert outcome("customer_id == customer_id", scope.bind("it", parse_type("{id: string}")))[1] == ()


def test_every_mistake_is_named_in_one_answer() -> None:
    _, diagnostics = outcome("nope + 1 > 2 && c.nme == 'a' || s > 3")
    assert [d.code for d in diagnostics] == ["SOP-N001", "SOP-N002", "SOP-T008"]


def test_an_expected_type_widens_or_refuses() -> None:
    expr, _ = outcome("x", expected="decimal")
    assert expr == ir.Apply(DECIMAL, "widen", (ir.Name(parse_type("int"), "x"),))
    assert outcome("[1, 2]", expected="list<decimal>")[0] is not None
    assert outcome("xs", expected="list<decimal>")[0] is not None
    assert outcome("null", expected="int?")[0] is not None
    assert outcome("x", expected="int?")[0] is not None
    assert outcome("{a: 1, b: null}", expected="{b: string?, a: decimal}")[0] is not None
    for text, expected, code in [
        ("n", "int", "SOP-T003"), ("d", "int", "SOP-T002"), ("{a: 1}", "{b: int}", "SOP-T002"),
        ("k", "string", "SOP-T002"), ("null", "int", "SOP-T003"),
    ]:  # fmt: skip
        _, (diagnostic,) = outcome(text, expected=expected)
        assert diagnostic.code == code
    assert "missing: b" in outcome("{a: 1}", expected="{b: int}")[1][0].hint


def test_widening_is_explicit_and_constants_are_widened_at_once() -> None:
    expr, _ = outcome("d > 500")
    assert isinstance(expr, ir.Apply)
    assert expr.args[1] == ir.Const(DECIMAL, 500)
    assert type(expr.args[1].value).__name__ == "Decimal"  # type: ignore[union-attr]


def test_checking_stays_quick_however_conditions_and_records_are_nested() -> None:
    text = "n == null"
    for _ in range(22):
        text = f"(({text}) && n != null || b) ? b : n == null"
    node, _ = parse_expression(text)
    assert node is not None
    started = time.perf_counter()
    check_expression(node, SCOPE, "p")
    doubled = "[1]" + "".join(f".map(v{n}, {{a: v{n}, b: v{n}}})" for n in range(60))
    expr, diagnostics = outcome(doubled)
    assert expr is None
    assert diagnostics[0].code == "SOP-X010"
    assert time.perf_counter() - started < 2, "each level costs a walk, not twice the level below"


def test_every_code_is_registered_once_with_help() -> None:
    ids = [code.id for code in CODES]
    assert len(set(ids)) == len(ids)
    assert all(code.title and code.help for code in CODES)
