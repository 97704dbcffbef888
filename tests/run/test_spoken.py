"""Spoken lines, step by step (the founding script's are in ``test_founding``)."""

from __future__ import annotations

from typing import Any

import pytest

from sopwb.kernel.limits import SPOKEN_CHARS_MAX
from sopwb.kernel.values import show
from sopwb.run.spoken import said
from tests.run.shop import script, shop


def check(lines: list[str], *steps: dict[str, Any], returns: Any = None, **inputs: Any) -> None:
    """Check what a script's run says. Inputs are ints."""
    raw = script(*steps, returns=returns, **dict.fromkeys(inputs, "int"))
    assert shop().run(raw, inputs).spoken() == lines


def test_a_condition_says_only_the_parts_that_were_evaluated():
    step = {"op": "if", "cond": "a > 1 && b > 1 && a > b", "then": [{"op": "say", "text": "'yes'"}]}
    check(["Checked a > 1 (2 > 1): yes", "Checked b > 1 (0 > 1): no"], step, a=2, b=0)


def test_an_or_is_one_line():
    step = {"op": "if", "cond": "a > 1 || b > 1", "then": [{"op": "say", "text": "'yes'"}]}
    check(["Checked a > 1 || b > 1 (2 > 1 || 0 > 1): yes", "yes"], step, a=2, b=0)


@pytest.mark.parametrize(
    ("cond", "line"),
    [
        ("c == null ? true : c.name == 'x'", "Checked c == null ? true : c.name == 'x': yes"),
        ("c == null || size(c.name) > 3", "Checked c == null || size(c.name) > 3: yes"),
        ("n == null || math.abs(n) > 3", "Checked n == null || math.abs(n) > 3 (null == null || math.abs(n) > 3): yes"),
    ],
)
def test_what_was_not_reached_is_said_as_it_is_written(cond: str, line: str):
    steps = [
        {"op": "fetch", "name": "c", "from": "customers", "where": "it.id == 'none'", "one": "optional"},
        {"op": "if", "cond": cond, "then": [{"op": "say", "text": "'x'"}]},
    ]
    assert shop().run(script(*steps, n="int?"), {"n": None}).spoken()[1] == line


def test_texts_are_quoted_and_long_ones_cut():
    shop_ = shop()
    ran = shop_.run(script({"op": "math", "name": "x", "expr": "t"}, t="string"), {"t": "a" * 500})
    (line,) = ran.spoken()
    assert line.startswith("x = 'aaa")
    assert line.endswith("…'")
    assert len(line) < 260


def test_a_call_says_its_arguments():
    here = shop()
    here.scripts["greet"] = script({"op": "say", "text": "'hello ' + name"}, name="string")
    ran = here.run(script({"op": "call", "name": "x", "script": "greet", "args": {"name": "'Ann'"}}))
    assert ran.spoken() == ["Called greet with name = 'Ann'", "hello Ann"]


def test_a_mail_says_to_whom_and_about_what():
    check(
        ["Planned email.send to 'ann@example.com': 'Hello'"],
        {"op": "tool", "tool": "email.send", "args": {"to": "'ann@example.com'", "subject": "'Hello'", "body": "'x'"}},
    )


def test_a_coupon_says_its_placeholder():
    check(
        ["Called coupon.generate: code = {{steps/0#0}}"],
        {"op": "tool", "name": "c", "tool": "coupon.generate", "args": {}},
    )


def test_each_says_its_items_and_then_how_many():
    check(
        ["Yielded 'Ann'", "Yielded 'Bob'", "Went through customers (2 items)"],
        {
            "op": "each",
            "name": "names",
            "from": "customers",
            "where": "it.email != null",
            "as": "c",
            "do": [],
            "yield": "c.name",
        },
    )


def test_a_failure_says_its_message():
    check(["Stopped: no", "Failed: no"], {"op": "fail", "message": "'no'"})


def test_a_returned_value_that_is_no_record_is_said_as_itself():
    check(["Returned 3"], {"op": "return", "value": "a + 1"}, returns="int", a=2)


@pytest.mark.parametrize("count", [SPOKEN_CHARS_MAX // 3, SPOKEN_CHARS_MAX, 10_000])
def test_a_long_list_is_said_as_if_it_were_said_whole_and_cut(count: int):
    values = [n % 10 for n in range(count)]
    whole = show(values)
    cut = whole if len(whole) <= SPOKEN_CHARS_MAX else whole[: SPOKEN_CHARS_MAX - 1] + "…"
    assert said(values) == cut
