"""``math``, ``if``, ``say``, ``fail``, ``return`` and ``call``."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

import pytest

from sopwb.kernel.diagnostics import UserError
from sopwb.lang import ir
from sopwb.lang.environment import Parameter
from sopwb.lang.types import DECIMAL, INT
from tests.run.shop import Shop, founding, script, shop

BANDS = script(
    {
        "op": "if",
        "cond": "n > 10",
        "then": [{"op": "math", "name": "band", "expr": "'high'"}],
        "else": [
            {
                "op": "if",
                "cond": "n > 5",
                "then": [{"op": "math", "name": "band", "expr": "'middle'"}],
                "else": [{"op": "math", "name": "band", "expr": "'low'"}],
            }
        ],
    },
    {"op": "return", "value": "band"},
    returns="string",
    n="int",
)


@pytest.mark.parametrize(("n", "band"), [(11, "high"), (6, "middle"), (1, "low")])
def test_an_if_takes_one_branch_and_its_names_are_seen_after_it(n: int, band: str):
    assert Shop().run(BANDS, {"n": n}).result == band


def test_a_return_in_a_branch_ends_the_script():
    raw = script(
        {"op": "if", "cond": "n > 1", "then": [{"op": "return", "value": "1"}]},
        {"op": "return", "value": "2"},
        returns="int",
        n="int",
    )
    assert (Shop().run(raw, {"n": 2}).result, Shop().run(raw, {"n": 0}).result) == (1, 2)


def test_a_script_without_returns_gives_null():
    assert Shop().run(script({"op": "say", "text": "'hello'"})).result is None


def test_a_say_is_a_line_of_the_trace():
    ran = Shop().run(script({"op": "say", "text": "'hello ' + name"}, name="string"), {"name": "Ann"})
    assert ran.spoken() == ["hello Ann"]


def test_a_fail_ends_the_run_with_its_message():
    ran = Shop().run(script({"op": "fail", "message": "'no ' + name"}, name="string"), {"name": "Ann"})
    assert (ran.code, ran.outcome.error.message, ran.outcome.error.path) == ("SOP-R035", "no Ann", "steps/0")


def test_an_expressions_error_says_where_and_in_what():
    error = Shop().run(script({"op": "math", "name": "x", "expr": "1 / n"}, n="int"), {"n": 0}).outcome.error
    assert error.path == "steps/0/expr"
    assert "1 / n" in error.hint


def test_now_is_the_worlds_instant_and_today_its_date_in_the_zone():
    raw = script({"op": "return", "value": "string(now) + ' ' + string(today)"}, returns="string")
    assert Shop().run(raw).result == "2026-11-22T09:00:00Z 2026-11-22"


# --- call -----------------------------------------------------------------------------------------


def calling(callee: dict[str, Any], args: dict[str, str], returns: Any) -> dict[str, Any]:
    return script(
        {"op": "call", "name": "got", "script": "callee", "args": args},
        {"op": "return", "value": "got"},
        returns=returns,
    )


def test_a_call_gives_what_the_called_script_returns():
    callee = script({"op": "return", "value": "n + 1"}, returns="int", n="int")
    assert Shop({"callee": callee}).run(calling(callee, {"n": "41"}, "int")).result == 42


def test_a_called_script_sees_its_arguments_and_not_its_callers_names():
    callee = script(
        {"op": "math", "name": "x", "expr": "n * 2"}, {"op": "return", "value": "x"}, returns="int", n="int"
    )
    raw = script(
        {"op": "math", "name": "x", "expr": "1"},
        {"op": "call", "name": "got", "script": "callee", "args": {"n": "x"}},
        {"op": "return", "value": "got + x"},
        returns="int",
    )
    assert Shop({"callee": callee}).run(raw).result == 3


def test_an_optional_argument_that_is_left_out_is_null():
    callee = script({"op": "return", "value": "coalesce(n, 7)"}, returns="int", n="int?")
    assert Shop({"callee": callee}).run(calling(callee, {}, "int")).result == 7


def test_arguments_and_results_of_ints_are_widened_where_decimals_are_declared():
    callee = script({"op": "return", "value": "n"}, returns="decimal", n="decimal")
    result = Shop({"callee": callee}).run(calling(callee, {"n": "3"}, "decimal")).result
    assert (result, type(result)) == (Decimal(3), Decimal)


def test_an_int_argument_without_a_widening_node_is_widened_all_the_same():
    n = ir.Code("3", ir.Const(INT, 3))
    callee = ir.Script(
        (Parameter("n", DECIMAL),), DECIMAL, (ir.Return("steps/0", ir.Code("n", ir.Name(DECIMAL, "n"))),), (), ()
    )
    main = ir.Script(
        (),
        DECIMAL,
        (
            ir.Call("steps/0", "got", "callee", "b3:1", (Parameter("n", DECIMAL),), (("n", n),), DECIMAL),
            ir.Return("steps/1", ir.Code("got", ir.Name(DECIMAL, "got"))),
        ),
        (),
        (),
    )
    here = Shop()
    here.compile = lambda raw: callee  # type: ignore[method-assign]
    here.scripts = {"b3:1": {}}
    assert type(here.run(main).result) is Decimal


def test_events_of_a_called_script_have_the_path_of_the_call_before_theirs():
    callee = script({"op": "return", "value": "n + 1"}, returns="int", n="int")
    ran = Shop({"callee": callee}).run(calling(callee, {"n": "41"}, "int"))
    assert [(e.path, e.op) for e in ran.events()] == [
        ("steps/0", "call"),
        ("steps/0/call/steps/0", "return"),
        ("steps/1", "return"),
    ]


def test_an_error_in_a_called_script_has_the_path_of_the_call_before_its_own():
    callee = script({"op": "return", "value": "1 / n"}, returns="decimal", n="int")
    ran = Shop({"callee": callee}).run(calling(callee, {"n": "0"}, "decimal"))
    assert ran.outcome.error.path == "steps/0/call/steps/0/value"


def test_after_a_called_scripts_dead_letter_paths_are_the_callers_again():
    callee = script({"op": "return", "value": "1 / n"}, returns="decimal", n="int")
    raw = script(
        {
            "op": "each",
            "name": "found",
            "from": "numbers",
            "as": "x",
            "do": [{"op": "call", "name": "got", "script": "callee", "args": {"n": "x.id"}}],
            "yield": "got",
        }
    )
    here = Shop({"callee": callee}).add("numbers", "id", "{id: int}", [{"id": 0}, {"id": 1}])
    ran = here.run(raw, dead_letters=True)
    assert [e.path for e in ran.events() if e.item == "1"] == [
        "steps/0/do/0",
        "steps/0/do/0/call/steps/0",
        "steps/0/yield",
    ]


def test_scripts_that_call_scripts_are_compiled_once_each():
    compiled: list[str] = []
    here = Shop(
        {"a": script({"op": "call", "name": "x", "script": "b", "args": {}}), "b": script({"op": "say", "text": "'b'"})}
    )
    compile_, names = here.compile, {id(raw): name for name, raw in here.scripts.items()}

    def noting(raw: dict[str, Any]) -> ir.Script:
        compiled.append(names.get(id(raw), "main"))
        return compile_(raw)

    here.compile = noting  # type: ignore[method-assign]
    here.run(script(*({"op": "call", "name": f"x{n}", "script": "ab"[n % 2], "args": {}} for n in range(6))))
    assert compiled == ["main", "a", "b"]


def test_a_draft_that_calls_itself_is_refused():
    here = Shop({"loop": script({"op": "call", "name": "x", "script": "loop", "args": {}})})
    with pytest.raises(UserError, match="SOP-R037"):
        here.prepare(here.scripts["loop"])


def test_a_tower_of_calls_beyond_the_bound_is_refused():
    here = Shop(
        {f"s{n}": script({"op": "call", "name": "x", "script": f"s{n + 1}", "args": {}}) for n in range(80)}
        | {"s80": script({"op": "say", "text": "'top'"})}
    )
    with pytest.raises(UserError, match="SOP-R038"):
        here.prepare(here.scripts["s0"])


def test_the_program_knows_what_all_its_scripts_read_and_use():
    raw = script(
        {"op": "call", "name": "risk", "script": "check_churn_risk", "args": {"customer_id": "'C1'"}},
        {"op": "tool", "tool": "email.send", "args": {"to": "'a'", "subject": "'b'", "body": "'c'"}},
    )
    program = shop().prepare(raw)
    assert [need.name for need in program.reads()] == ["customers", "orders"]
    assert program.tools() == ("email.send",)
    assert founding()["params"] == {"customer_id": "string"}


def nested_tower() -> Shop:
    """Sixty scripts that call one another, each inside of twenty ifs."""

    def nested(depth: int, inner: dict[str, Any]) -> dict[str, Any]:
        return {"op": "if", "cond": "n > 0", "then": [nested(depth - 1, inner)]} if depth else inner

    def call(n: int) -> dict[str, Any]:
        return {"op": "call", "name": "x", "script": f"s{n}", "args": {"n": "n"}}

    top = {"op": "say", "text": "'top'"}
    return Shop({f"s{n}": script(nested(20, call(n + 1) if n < 60 else top), n="int") for n in range(61)})


def test_steps_nested_too_deeply_to_prepare_are_the_users_error_and_no_crash():
    here = nested_tower()
    with pytest.raises(UserError, match="SOP-R039"):
        here.prepare(here.scripts["s0"])


def test_steps_nested_too_deeply_to_run_fail_the_run_and_do_not_crash():
    here = nested_tower()
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        program = here.prepare(here.scripts["s0"])
    finally:
        sys.setrecursionlimit(usual)
    assert here.run(program, {"n": 1}).code == "SOP-R039"
