"""Where databases and the language mean different things by one word: each trap by name, on values at its edge.

Every expression is computed for every record of a small table by both engines; values, errors and traces must be
the same, and it must be lowered.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sopwb.plan.nodes import Unlowered
from tests.plan.market import Market, by_sets, check_same
from tests.run.shop import EMAIL, script

UTC = dt.UTC
NUMBERS = "{id: int, a: int, b: int, x: decimal, y: decimal, n: int?, big: int}"
MOMENTS = "{id: int, at: timestamp, to: timestamp, day: date, n: int}"
TEXTS = "{id: int, s: string, t: string, u: string?}"
LINES = "{id: int, owner: int?, qty: int, price: decimal, at: timestamp, note: string?, big: int}"


def numbers() -> list[dict[str, Any]]:
    pairs = [(7, 2), (-7, 2), (7, -2), (-7, -2), (0, 3), (5, 0), (1, 3), (-1, 3)]
    decimals = ["0.5", "1.5", "2.5", "-0.5", "-1.5", "-2.5", "0.125", "-0.000001"]
    bigs = [2**63 - 1, -(2**63), 2**62, -1, 0, 2**53, -(2**53), 9_007_199_254_740_991]
    return [
        {"id": n, "a": a, "b": b, "x": Decimal(d), "y": Decimal(b) / 4, "n": None if n % 3 == 0 else a, "big": big}
        for n, ((a, b), d, big) in enumerate(zip(pairs, decimals, bigs, strict=True))
    ]


def moments() -> list[dict[str, Any]]:
    edges = [
        dt.datetime(2026, 3, 28, 22, 59, 59, 999_999, UTC), dt.datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
        dt.datetime(2026, 3, 29, 0, 59, 59, 999_999, UTC), dt.datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        dt.datetime(2025, 10, 26, 0, 59, 59, tzinfo=UTC), dt.datetime(2025, 10, 26, 1, 0, tzinfo=UTC),
        dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), dt.datetime(1970, 1, 1, tzinfo=UTC),
    ]  # fmt: skip
    days = [dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2023, 2, 28), dt.date(1, 1, 1), dt.date(9999, 12, 31)]
    return [
        {"id": n, "at": at, "to": edges[(n + 1) % len(edges)], "day": days[n % len(days)], "n": (-1) ** n * n * 13}
        for n, at in enumerate(edges)
    ]


def texts() -> list[dict[str, Any]]:
    found = ["", "a", "Z", "é", "e\u0301", "\U0001f600", "Straße", ' "q"\\\n\x01\x1f ', "İI", "ab,c"]
    return [{"id": n, "s": s, "t": found[n - 1], "u": None if n % 2 else s} for n, s in enumerate(found)]


def lines() -> list[dict[str, Any]]:
    start = dt.datetime(2026, 1, 1, tzinfo=UTC)
    return [
        {"id": n, "owner": None if n == 5 else n % 4, "qty": n - 2, "price": Decimal(n * n) / 8, "big": 2**62,
         "at": start + dt.timedelta(hours=7 * (n % 5)), "note": None if n % 3 else f"n{n}"}
        for n in range(12)
    ]  # fmt: skip


def market(zone: str = "Europe/Berlin") -> Market:
    here = Market({}, **EMAIL)
    here.zone = ZoneInfo(zone)
    here.add("numbers", "id", NUMBERS, numbers()).add("moments", "id", MOMENTS, moments())
    return here.add("texts", "id", TEXTS, texts()).add("lines", "id", LINES, lines())


def check(source: str, expr: str | dict[str, str], *do: dict[str, Any], here: Market | None = None) -> None:
    """Check that an expression of every record ``c`` of a source is lowered and the same on both engines."""
    each = {"op": "each", "name": "found", "from": source, "as": "c", "do": list(do), "yield": expr}
    found = here or market()
    assert check_same(found, script(each)), by_sets(found, script(each))


@pytest.mark.parametrize(
    "expr",
    [
        "c.a % c.b", "c.big % -1", "c.a / c.b", "c.x / 3", "c.x / c.y", "1 / c.x", "c.big + 1", "c.big * 2", "-c.big",
        "math.abs(c.big)", "c.big - c.a", "c.big * c.big", "round(c.x)", "round(c.x, 0)", "round(c.x, 2)",
        "math.floor(c.x)", "math.ceil(c.x)", "int(c.x)", "math.round(c.x)", "fixed(c.x, 0)", "fixed(c.x, 3)",
        "string(c.x)", "string(c.big)", "c.big", "c.x * c.y", "c.x - c.y", "math.sign(c.x)", "c.n in [7, 0]",
        "c.n in [c.a, null]", "c.n == null", "coalesce(c.n, -1)", "must(c.n)", "c.x == 0.5", "c.a < c.x",
        "c.a == 0 || c.b / c.a > 0", "c.b != 0 && c.a / c.b > 0", "c.b == 0 ? 0 : c.a / c.b",
        "math.greatest(c.x, c.y, c.a)", "math.least(c.a, c.b)", "c.big == 9007199254740992",
    ],
)  # fmt: skip
def test_numbers(expr: str) -> None:
    check("numbers", expr)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "UTC"])
@pytest.mark.parametrize(
    "expr",
    [
        "date(c.at)", "days_between(c.at, c.to)", "days_between(c.day, today)", "hours_between(c.at, c.to)",
        "minutes_between(c.to, c.at)", "int(c.at)", "c.to - c.at", "string(c.at)", "c.at", "c.day",
        "add_months(c.day, c.n)", "add_days(c.day, c.n)", "add_days(c.day, c.n * 1000000000000)",
        "add_months(c.day, c.n * 1000000000000)", "start_of_month(c.day)", "weekday(c.day)", "year(c.at)",
        "c.at + (c.to - c.at)", "c.at.getDayOfWeek()", "c.at.getDayOfYear()", "c.at.getMilliseconds()",
        "c.at.getMonth()",
        "(c.to - c.at).getHours()", "(c.to - c.at).getMilliseconds()", "(c.at - c.to).getMilliseconds()",
        "string(c.to - c.at)", "now - c.at", "c.at < now",
        "timestamp(c.n * 100000000000)",
    ],
)  # fmt: skip
def test_times(expr: str, zone: str) -> None:
    check("moments", expr, here=market(zone))


@pytest.mark.parametrize(
    "expr",
    [
        "size(c.s)", "c.s < c.t", "c.s == c.t", "c.s + c.t", "c.s.contains(c.t)", "c.s.startsWith(c.t)",
        "c.s.endsWith(c.t)", "c.s.trim()", "c.s.lowerAscii()", "c.s.upperAscii()", "c.s.replace('a', '<a>')",
        "lower(c.s)",
        "upper(c.s + 'ß' + c.t)",
        "c.s.substring(1)", "c.s.substring(0, 1)", "c.s.substring(2, 1)", "c.s.substring(-1)", "c.u == c.s",
        "c.u != 'a'", "c.u in ['a', 'é']", "coalesce(c.u, c.t)", "math.greatest(size(c.s), size(c.t))",
    ],
)  # fmt: skip
def test_texts(expr: str) -> None:
    check("texts", expr)


PATTERNS = [
    "",
    "a",
    "^a",
    "b$",
    ".",
    "a.",
    r"\\s",
    r"\\w+",
    r"\\bq",
    "[^a]",
    "(?i)z",
    r"\\x01",
    "é",
    r"\\pL",
    "$",
    "^$",
    "a|Z",
    "q\\n",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns(pattern: str) -> None:
    check("texts", f"c.s.matches('{pattern}')")


def test_case_mapping_is_the_interpreters_for_every_character() -> None:
    characters = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000]
    chunks = ["".join(characters[n : n + 5_000]) for n in range(0, len(characters), 5_000)]
    here = market().add("texts", "id", TEXTS, [{"id": n, "s": s, "t": s, "u": None} for n, s in enumerate(chunks)])
    for name in ("lower", "upper"):
        check("texts", f"{name}(c.s)", here=here)


def test_records_hold_texts_as_they_are() -> None:
    check("texts", {"text": "c.s", "none": "c.u", "both": "c.s + coalesce(c.u, '')"})


@pytest.mark.parametrize(
    "expr",
    [
        "ls.sum(l, l.price)", "ls.sum(l, l.big)", "ls.sum(l, l.qty)", "ls.avg(l, l.price)", "ls.avg(l, l.qty)",
        "ls.min(l, l.note == null)", "ls.max(l, l.at)", "ls.count(l, l.qty > c.a)", "ls.all(l, l.qty > 0)",
        "ls.exists(l, l.note != null)", "ls.exists_one(l, l.qty == 0)", "ls.filter(l, l.qty > 0).sum(l, l.price)",
        "ls.sum(l, 1 / l.qty)", "ls.filter(l, l.qty != 0).sum(l, 1 / l.qty)",
        "ls.count(l, l.qty == 0 || 1 / l.qty > 0)",
        "ls.sortBy(l, l.at).first()", "ls.sortBy(l, l.at).last()", "ls.first()", "size(ls.filter(l, l.price > c.x))",
        "ls.map(l, l.price * 2).max()", "ls.sum(l, l.big) - 1", "ls.sum(l, l.price) / size(ls)",
    ],
)  # fmt: skip
def test_folds(expr: str) -> None:
    check("numbers", expr, {"op": "fetch", "name": "ls", "from": "lines", "where": "it.owner == c.id"})


def test_null_finds_null() -> None:
    for where in ("it.owner == c.n", "it.owner == null", "it.owner == c.id && null == it.note", "it.note != null"):
        check("numbers", "size(ls)", {"op": "fetch", "name": "ls", "from": "lines", "where": where})


def test_the_latest_record_goes_by_order_then_key() -> None:
    for order in ("it.at desc", "it.at", "it.note desc", "it.price > 1"):
        fetch = {"op": "fetch", "name": "l", "from": "lines", "where": "it.owner == c.id", "order_by": [order]}
        check("numbers", "l == null ? -1 : l.id", {**fetch, "one": "optional"})
        check("numbers", "l.id", {**fetch, "one": "required"})


def test_several_records_where_one_is_wanted_are_an_error() -> None:
    fetch = {"op": "fetch", "name": "l", "from": "lines", "where": "it.owner == c.id", "one": "required"}
    check("numbers", "l.id", fetch)


def test_a_value_behind_a_branch_that_was_not_taken_does_not_fail() -> None:
    guarded = {"op": "if", "cond": "c.b != 0", "then": [{"op": "math", "name": "q", "expr": "c.a / c.b"}]}
    check("numbers", "c.a", guarded)


def test_decimals_beyond_38_digits_run_by_rows() -> None:
    here = market().add("numbers", "id", NUMBERS, [{**numbers()[0], "x": Decimal("9e37"), "y": Decimal("1e-12")}])
    each = {"op": "each", "name": "found", "from": "numbers", "as": "c", "do": [], "yield": "c.x + c.y"}
    assert isinstance(by_sets(here, script(each)), Unlowered)


@pytest.mark.parametrize("sought", ["ls.min(l, c.a)", "ls.max(l, l.qty + c.b)", "size(ls.filter(l, l.qty > c.a))"])
def test_a_record_is_looked_up_by_what_a_list_says(sought: str) -> None:
    lists = {"op": "fetch", "name": "ls", "from": "lines", "where": "it.owner == c.id"}
    found = {"op": "fetch", "name": "found", "from": "numbers", "where": f"it.id == {sought}", "one": "optional"}
    check("numbers", "found == null ? -1 : found.a", lists, found)


@pytest.mark.parametrize("key", ["1 + 1", "'x'", "c.a > 1", "now", "true"])
def test_sorting_by_what_is_the_same_for_all_keeps_the_order(key: str) -> None:
    lists = {"op": "fetch", "name": "ls", "from": "lines", "where": "it.owner == c.id"}
    check("numbers", f"must(ls.sortBy(l, {key}).last()).id", lists)
    check("numbers", "must(ls.first()).id", {**lists, "order_by": [f"{key} desc", "it.qty > 1"]})


def test_a_called_script_takes_as_many_records_as_it_is_told() -> None:
    here = market()
    here.scripts["inner"] = script(
        {"op": "fetch", "name": "ls", "from": "lines", "order_by": ["it.price * most"], "limit": "math.abs(most)"},
        {"op": "return", "value": "ls.sum(l, l.qty)"},
        returns="int", most="int",
    )  # fmt: skip
    check("numbers", "k", {"op": "call", "name": "k", "script": "inner", "args": {"most": "c.a"}}, here=here)


def test_names_that_differ_in_case_only_stay_apart() -> None:
    type_, rows = "{id: int, a: int, A: int}", [{"id": n, "a": 2 * n, "A": 3 * n} for n in range(3)]
    here = market().add("odd", "id", type_, rows).add("Odd", "id", type_, [{**row, "A": 7} for row in rows])
    other = {"op": "fetch", "name": "other", "from": "Odd", "where": "it.id == c.A", "one": "optional"}
    check("odd", "c.a * 100 + c.A * 10 + (other == null ? 0 : other.A)", other, here=here)


def test_fields_may_have_the_names_that_a_query_uses_itself() -> None:
    names = ["v0", "v1", "g0", "g0a0", "key", "error", "path", "trace", "k0", "o0", "r0", "p", "s", "a"]
    type_ = "{" + ", ".join(f"{name}: int" for name in ["id", *names]) + "}"
    here = market().add("odd", "id", type_, [{name: n + len(name) for name in ["id", *names]} for n in range(3)])
    total = " + ".join(f"c.{name}" for name in names)
    other = {"op": "fetch", "name": "other", "from": "odd", "where": f"it.v0 == {total}", "one": "optional"}
    found = {"op": "fetch", "name": "same", "from": "odd", "where": f"it.id == math.abs({total})", "one": "optional"}
    check("odd", f"({total}) * 2 + ({total}) + (other == null ? 1 : other.v1)", other, here=here)
    check("odd", f"same == null ? {total} : same.v1 + same.v0", found, here=here)


def test_a_variable_may_have_any_name() -> None:
    fetch = {"op": "fetch", "name": "ls", "from": "lines", "where": "it.owner == c.id"}
    for name in ("self", "gather", "failing", "form", "name"):
        check("numbers", f"ls.sum({name}, {name}.qty)", fetch)


def test_a_variable_may_have_the_name_of_another_branch() -> None:
    inner = script(
        {"op": "fetch", "name": "ls", "from": "lines", "where": "it.owner == n"},
        {"op": "if", "cond": "n > 1",
         "then": [{"op": "math", "name": "o", "expr": "n + 1"}, {"op": "return", "value": "o"}]},
        {"op": "return", "value": "ls.sum(o, o.qty)"},
        returns="int", n="int",
    )  # fmt: skip
    here = market()
    here.scripts["inner"] = inner
    check("numbers", "k", {"op": "call", "name": "k", "script": "inner", "args": {"n": "c.id"}}, here=here)


@pytest.mark.parametrize("limit", ["2", "0", "1", "100", "-1", "c.a", "c.n == null ? 1 : 2", "10 / c.b > 3 ? 1 : 3"])
@pytest.mark.parametrize("order", [[], ["it.at desc"], ["it.note", "it.qty > c.a"], ["it.price * c.a desc"]])
def test_the_first_records_are_taken(order: list[str], limit: str) -> None:
    fetch = {"op": "fetch", "name": "ls", "from": "lines", "order_by": order, "limit": limit}
    value = {"sum": "ls.sum(l, l.price) + size(ls)", "max": "ls.max(l, l.at)", "last": "must(ls.last()).id"}
    for where in ("it.owner == c.id", "it.owner == c.id && it.qty > c.a", "it.qty > 0", "true"):
        check("numbers", value, {**fetch, "where": where})
        check("numbers", "string(ls.filter(l, l.qty > c.a).count())", {**fetch, "where": where})


@pytest.mark.parametrize(
    "value",
    [
        "ls.exists(l, 1 / l.qty > 0)", "ls.all(l, 1 / l.qty > 0)", "ls.exists(l, 1 / l.qty > c.a)",
        "ls.sortBy(l, l.at).all(l, l.big * l.qty % l.qty == 0)", "ls.sum(l, l.big * l.qty % l.qty)",
        "ls.filter(l, l.qty != 0).exists_one(l, l.big * l.id / l.qty > 0)", "ls.count(l, 1 / l.qty > must(c.n))",
        "ls.exists(l, must(l.note) == 'n3' || 1 / l.qty < 0)",
        "ls.filter(l, must(l.note) != '' && 7 % l.qty > 0).count()",
    ],
)  # fmt: skip
def test_a_list_fails_as_the_first_record_that_fails(value: str) -> None:
    for where in ("it.owner == c.id", "it.qty >= c.a", "true"):
        check("numbers", value, {"op": "fetch", "name": "ls", "from": "lines", "where": where})


READ = [
    "0", "-0", "+7", "007", "12a", "", " 1", "1 ", "1\n", "-", "+-1", "١", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "1" * 38, "9" * 40, "1" * 41, "0" * 39 + "5", "2026-01-31", "2023-02-29", "2024-02-29",
    "0000-01-01", "0001-01-01", "9999-12-31", "2026-1-31", "2026-13-01", "2026-00-01", "20260131", "2026-01-31\n",
    "２０２６-01-31", "-2026-01-31", "2026-01-31T00:00:00Z",
]  # fmt: skip


@pytest.mark.parametrize("expr", ["int(c.s)", "date(c.s)", "int(c.s) % 10", "c.s.matches('[0-9]') ? int(c.s) : 0"])
def test_texts_are_read_as_the_language_reads_them(expr: str) -> None:
    rows = [{"id": number, "s": text, "t": "", "u": None} for number, text in enumerate(READ)]
    check("texts", expr, here=market().add("texts", "id", TEXTS, rows))


@pytest.mark.parametrize("expr", ["date(c.a, c.b, 3)", "date(2024, 2, c.big)", "date(c.big, 1, 1)", "date(1, 1, 1)"])
def test_dates_are_made_of_parts(expr: str) -> None:
    check("numbers", expr)


def test_different_values_are_counted() -> None:
    fetch = {"op": "fetch", "name": "ls", "from": "lines", "where": "it.owner == c.id || it.qty > c.a"}
    for value in ("l.owner", "l.note", "l.price - l.price", "l.at", "l.qty % 2", "coalesce(l.note, '')", "6 % l.qty"):
        different = f"ls.map(l, {value}).distinct()"
        check("numbers", f"size({different}) * 100 + {different}.count() * 10 + ls.count()", fetch)
        check("numbers", f"size(ls.filter(l, l.id > 5).map(l, {value}).distinct())", fetch)


def test_a_value_is_found_among_a_lists() -> None:
    fetch = {"op": "fetch", "name": "ls", "from": "lines", "where": "it.owner == c.id"}
    values = [
        "c.a in ls.map(l, l.qty)", "c.n in ls.map(l, l.owner)", "'n3' in ls.map(l, l.note)",
        "c.x in ls.map(l, l.price)", "c.a in ls.filter(l, l.qty != 0).map(l, 6 % l.qty)", "c.a in ls.map(l, 6 % l.qty)",
        "math.greatest([c.x, c.y, c.a]) > math.least([c.a, c.b])", "null in ls.map(l, l.note)",
    ]  # fmt: skip
    for value in values:
        check("numbers", value, fetch)


@pytest.mark.parametrize(
    "where",
    [
        "1 / it.qty > 0", "it.owner == c.id && 1 / it.qty > 0", "1 / it.qty > 0 && it.owner == c.id",
        "it.owner == c.id && it.qty != 0 && 1 / it.qty > 0", "it.owner == c.id && it.id == c.a / c.b",
        "it.id == 7 % c.b", "it.qty > 100 && it.id == 7 % c.b", "it.owner == c.id && it.price > c.x / c.b",
        "it.owner == must(c.n)", "it.price > 1000.0 && it.id == must(c.n)", "6 % it.qty == c.a % c.b",
        "it.owner == c.id && 1 / it.qty > 0 && 2 / it.id > 0", "it.note == null && it.owner == must(c.n)",
    ],
)  # fmt: skip
def test_a_condition_fails_where_a_record_reaches_what_fails(where: str) -> None:
    check("numbers", "size(ls)", {"op": "fetch", "name": "ls", "from": "lines", "where": where})


@pytest.mark.parametrize("one", ["required", "optional"])
def test_one_record_is_looked_up_by_what_can_fail(one: str) -> None:
    for where in ("it.id == 7 % c.b", "it.id == must(c.n)", "it.qty == c.a / c.b", "it.qty > 50 && it.id == must(c.n)"):
        check("numbers", "c.a", {"op": "fetch", "name": "l", "from": "lines", "where": where, "one": one})
    fetch = {"op": "fetch", "name": "l", "from": "lines", "where": "1 / it.qty > 0", "one": one, "order_by": ["it.at"]}
    check("numbers", "c.a", fetch)


def test_a_key_to_sort_by_can_fail() -> None:
    for where in ("it.owner == c.id", "it.owner == c.id && it.qty != 0", "true", "it.owner == 99"):
        for order in (["1 / it.qty"], ["it.at", "c.a % it.qty desc"]):
            fetch = {"op": "fetch", "name": "ls", "from": "lines", "where": where, "order_by": order}
            check("numbers", "ls.first() == null", fetch)
            check("numbers", "size(ls)", {**fetch, "limit": "2"})


@pytest.mark.parametrize(
    "expr",
    [
        "ls", "ls.map(l, l.price)", "ls.map(l, l.note)", "ls.filter(l, l.qty > c.a)", "ls.sortBy(l, l.at)",
        "ls.map(l, l.note == null ? 'x\\\"y,\\n' : l.note + c.n_)", "ls.filter(l, l.qty > 1000)",
        "ls.map(l, {'a': l.at, b: l.price / 3})", "{all: ls, n: size(ls)}", "ls.map(l, 6 % l.qty)",
    ],
)  # fmt: skip
def test_a_list_stands_in_the_trace(expr: str) -> None:
    expr = expr.replace("c.n_", "string(c.a)").replace("'a'", "a")
    steps = [
        {"op": "fetch", "name": "ls", "from": "lines", "where": "it.owner == c.id"},
        {"op": "math", "name": "listed", "expr": expr},
    ]
    check("numbers", "c.a", *steps)


def test_a_list_that_has_a_name_can_be_passed_on() -> None:
    here = market()
    total = script({"op": "return", "value": "all.sum()"}, returns="decimal", all="list<decimal>")
    here.scripts["total"] = total
    steps = [
        {"op": "fetch", "name": "ls", "from": "lines", "where": "it.owner == c.id", "order_by": ["it.at desc"]},
        {"op": "math", "name": "big", "expr": "ls.filter(l, l.qty > 1)"},
        {"op": "call", "name": "k", "script": "total", "args": {"all": "big.map(l, l.price)"}},
    ]
    check("numbers", {"k": "k", "count": "size(big)", "first": "big.first() == null"}, *steps, here=here)


@pytest.mark.parametrize("expr", ["string(c.x)", "c.x", "fixed(c.x, {n})", "-c.x", "c.x == c.y", "math.abs(c.x)"])
@pytest.mark.parametrize("places", [12, 17, 18, 19, 37])
def test_decimals_with_all_digits_behind_the_point_have_a_zero_before_it(expr: str, places: int) -> None:
    values = ["0", "0." + "9" * places, "-0." + "1" * places, "-0." + "0" * (places - 1) + "1"]
    rows = [{**numbers()[0], "id": n, "x": Decimal(v), "y": Decimal(0)} for n, v in enumerate(values)]
    check("numbers", expr.format(n=places), here=market().add("numbers", "id", NUMBERS, rows))


def test_a_product_with_38_digits_behind_the_point_has_a_zero_before_it() -> None:
    pairs = [("0." + "9" * 19, "-0." + "9" * 19), ("0", "0.5"), ("0." + "0" * 18 + "1", "0." + "0" * 18 + "1")]
    rows = [{**numbers()[0], "id": n, "x": Decimal(x), "y": Decimal(y)} for n, (x, y) in enumerate(pairs)]
    for expr in ("c.x * c.y", "string(c.x * c.y)", "fixed(c.x * c.y, 38)"):
        check("numbers", expr, here=market().add("numbers", "id", NUMBERS, rows))


def test_what_is_not_there_is_not_taken_for_a_bound() -> None:
    none = {"op": "fetch", "name": "l", "from": "lines", "where": "it.id == -1 * c.id - 1", "one": "required"}
    for value in ("add_months(today, l.qty)", "'abc'.substring(l.qty)", "'abc'.substring(0, l.qty)"):
        check("numbers", value, none)
