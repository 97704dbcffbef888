"""What the checker hands on: typed IR, what is read, identity.

The rules themselves are in tests/golden/language.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from sopwb.kernel.canonical import canonical_bytes
from sopwb.kernel.diagnostics import Code, UserError
from sopwb.kernel.limits import DIAGNOSTICS_MAX, SCRIPT_STEPS_MAX, STEP_DEPTH_MAX
from sopwb.lang import ir
from sopwb.lang.canonical import canonical_script, draft_of, load_frozen, script_id
from sopwb.lang.codes import CODES
from sopwb.lang.compile import Checked, compile_script
from sopwb.lang.edits import apply_edit
from sopwb.lang.environment import Signature, StaticEnvironment
from sopwb.lang.outline import outline, pretty_json
from sopwb.lang.signature import signature_of
from sopwb.lang.types import DECIMAL, INT, type_text
from tests.lang.shop import FOUNDING, RISK_PIN, SHOP, give, math, script, when


def checked(raw: dict[str, Any]) -> Checked:
    """Compile a script that is right."""
    found = compile_script(raw, SHOP)
    assert found.diagnostics == ()
    return found


def compiled(raw: dict[str, Any]) -> ir.Script:
    found = checked(raw).ir
    assert found is not None
    return found


def canonical(raw: dict[str, Any]) -> dict[str, Any]:
    found = checked(raw)
    assert found.ast is not None
    assert found.ir is not None
    return canonical_script(found.ast, found.ir)


def codes_of(raw: Any) -> list[str]:
    return [diagnostic.code for diagnostic in compile_script(raw, SHOP).diagnostics]


def reads(raw: dict[str, Any]) -> dict[str, str]:
    return {need.name: " ".join(need.record.names()) for need in compiled(raw).reads}


# --- identity -------------------------------------------------------------------------------------
def test_the_id_of_a_script_is_fixed() -> None:
    assert canonical_bytes(canonical(script())) == b'{"params":{},"reads":{},"sop":1,"steps":[]}'
    assert (
        script_id(canonical(script()))
        == "b3:f0df7d9d354ee1726a5c8c26778b46c3db60178d48ab2a4f5e813af5a9b7ef99"
    )
    assert (
        script_id(canonical(FOUNDING))
        == "b3:b03dcf10ff75a59a19bb39c37a109a4d018adb7853880d5d3eec1021c29431c8"
    )


def test_spelling_order_of_keys_notes_and_labels_do_not_change_the_id() -> None:
    other = copy.deepcopy(FOUNDING)
    other |= {"title": "Churn", "note": "why", "returns": "{is_risk:bool,reason:string}"}
    other["steps"][5] |= {
        "name": "at_risk",
        "note": "ask Ann",
        "id": "x",
        "cond": "(days_since_last>60)&&total_spend>500.0",
    }
    other["steps"] = [dict(reversed(step.items())) for step in other["steps"]]
    other["steps"][0]["where"] = "it.id==customer_id // the key"
    assert script_id(canonical(other)) != script_id(canonical(FOUNDING))  # 500.0 is a decimal, 500 an int
    other["steps"][5]["cond"] = "(days_since_last>60)&&total_spend>500"
    assert script_id(canonical(other)) == script_id(canonical(FOUNDING))


@pytest.mark.parametrize(("place", "value"), [
    ("steps/5/cond", "days_since_last >= 60 && total_spend > 500"), ("steps/0/one", "optional"),
    ("steps/4/name", "spend"), ("steps/1/limit", "3"), ("returns", {"reason": "string", "is_risk": "bool"}),
])  # fmt: skip
def test_meaning_changes_the_id(place: str, value: Any) -> None:
    other: Any = copy.deepcopy(FOUNDING)
    *way, last = place.split("/")
    at = other
    for part in way:
        at = at[int(part) if part.isdigit() else part]
    at[last] = value
    found = compile_script(other, SHOP)
    if found.ir is not None and found.ast is not None:
        assert script_id(canonical_script(found.ast, found.ir)) != script_id(canonical(FOUNDING))
    else:
        assert place in ("steps/4/name", "steps/0/one")


def test_parameters_and_arguments_are_sets_by_name() -> None:
    one = script(math("c", "a + b"), a="int", b="int")
    other = script(math("c", "a + b"), b="int", a="int")
    assert canonical_bytes(canonical(one)) == canonical_bytes(canonical(other))
    assert compiled(one) == compiled(other)


def test_an_argument_that_is_null_is_one_that_is_left_out() -> None:
    with_null = script(
        {"op": "call", "name": "g", "pin": "b3:greet", "args": {"name": "'x'", "title": "null"}}
    )
    without = script({"op": "call", "name": "g", "pin": "b3:greet", "args": {"name": "'x'"}})
    shop = StaticEnvironment(scripts={"b3:greet": SHOP.scripts["greet"]})
    one, other = compile_script(with_null, shop), compile_script(without, shop)
    assert one.ir == other.ir
    assert one.ast is not None
    assert one.ir is not None
    assert canonical_script(one.ast, one.ir)["steps"][0]["args"] == {"name": "'x'"}


def test_a_script_that_calls_a_draft_has_no_identity() -> None:
    found = checked(script({"op": "call", "script": "tidy"}))
    assert found.ast is not None
    assert found.ir is not None
    with pytest.raises(UserError) as caught:
        canonical_script(found.ast, found.ir)
    assert caught.value.diagnostics[0].code == "SOP-C020"


def test_a_call_is_identified_by_its_pin() -> None:
    step = {"op": "call", "name": "r", "script": "risk", "args": {"customer_id": "'x'"}}
    form = canonical(script(step))
    assert form["steps"] == [{"op": "call", "pin": RISK_PIN, "name": "r", "args": {"customer_id": "'x'"}}]
    assert form == canonical(script({**step, "script": "whatever", "pin": RISK_PIN}))


# --- frozen scripts -------------------------------------------------------------------------------
def test_a_frozen_script_checks_without_the_workspace() -> None:
    found = load_frozen(json.loads(canonical_bytes(canonical(FOUNDING))), StaticEnvironment())
    assert found.diagnostics == ()
    assert found.ast is not None
    assert found.ir is not None
    assert canonical_script(found.ast, found.ir) == canonical(FOUNDING)
    assert found.ir.reads == compiled(FOUNDING).reads


def test_a_draft_and_its_frozen_form_are_the_same_program() -> None:
    raw = copy.deepcopy(FOUNDING)
    for step in raw["steps"]:
        if step["op"] == "if":
            del step["name"]
    assert load_frozen(canonical(raw), StaticEnvironment()).ir == compiled(raw)


@pytest.mark.parametrize("damage", [
    lambda form: form.pop("reads"), lambda form: form["reads"].pop("orders"),
    lambda form: form["reads"].update(more={"key": None, "fields": {}}), lambda form: form.update(reads=[]),
    lambda form: form["reads"]["orders"]["fields"].update(total="nothing"), lambda form: form["steps"].append(5),
    lambda form: form["reads"]["orders"]["fields"].update(total="string"),
])  # fmt: skip
def test_a_damaged_frozen_script_is_told(damage: Any) -> None:
    form = canonical(FOUNDING)
    damage(form)
    found = load_frozen(form, SHOP)
    assert found.ir is None
    assert found.diagnostics


def test_a_frozen_script_opens_as_a_draft_that_means_the_same() -> None:
    draft = draft_of(canonical(FOUNDING))
    assert draft["returns"] == FOUNDING["returns"]
    assert canonical(draft) == canonical(FOUNDING)


# --- what is read ---------------------------------------------------------------------------------
def fetch(name: str, source: str, **more: Any) -> dict[str, Any]:
    return {"op": "fetch", "name": name, "from": source, **more}


@pytest.mark.parametrize(("expr", "fields"), [
    ("size(orders)", "id"), ("orders.count()", "id"), ("orders.count(o, o.total > 5)", "id total"),
    ("orders.filter(o, o.shipped != null).map(o, o.total)", "id shipped total"),
    ("orders.sortBy(o, o.ordered_at).first() == null", "id ordered_at"),
    ("orders.reverse().map(o, [o]).map(x, x.map(y, y.total))", "id total"),
    ("size(orders.distinct())", "customer_id id ordered_at shipped total"),
    ("orders.exists(o, o == orders.first())", "customer_id id ordered_at shipped total"),
    ("orders.map(o, {t: o.total})", "id total"), ("orders.map(o, {t: o})", "customer_id id ordered_at shipped total"),
    ("size(orders) > 0 ? orders[0].total : 0", "id total"), ("(orders + orders).sum(o, o.total)", "id total"),
])  # fmt: skip
def test_what_is_read_is_what_is_used(expr: str, fields: str) -> None:
    assert reads(script(fetch("orders", "orders"), math("x", expr))) == {"orders": fields}


def test_a_record_is_followed_through_names_branches_and_loops() -> None:
    raw = script(
        fetch("some", "orders"), math("same", "some"),
        when("size(same) > 5", [math("few", "same.filter(o, o.total > 1)")], [math("few", "same")]),
        {"op": "each", "in": "few", "as": "o", "name": "again", "do": [], "yield": "o"},
        math("days", "again.map(o, o.ordered_at)"),
    )  # fmt: skip
    assert reads(raw) == {"orders": "id ordered_at total"}


def test_two_fetches_of_a_source_read_what_both_need() -> None:
    raw = script(fetch("a", "customers", where="it.vip"), fetch("b", "customers", order_by=["it.joined"]))
    assert reads(raw) == {"customers": "id joined vip"}


def test_a_source_without_a_key_is_read_without() -> None:
    assert reads(script(fetch("a", "lines"), math("n", "a.sum(l, l.count)"))) == {"lines": "count"}


# --- typed IR -------------------------------------------------------------------------------------
def test_branches_that_disagree_on_int_and_decimal_bind_a_decimal() -> None:
    raw = script(when("x > 1", [math("rate", "0")], [when("x > 0", [math("rate", "1")], [math("rate", "0.2")])]),
                 give("rate"), returns="decimal", x="int")  # fmt: skip
    first = compiled(raw).steps[0]
    assert isinstance(first, ir.If)
    assert isinstance(first.then[0], ir.Math)
    assert first.then[0].code.type == DECIMAL


def test_one_decimal_among_many_bands_makes_all_decimals() -> None:
    steps = [math("rate", "0.5")]
    for n in range(20):
        steps = [when(f"x > {n}", [math("rate", str(n))], steps)]
    compiled(script(*steps, give("rate"), returns="decimal", x="int"))


def test_a_value_that_cannot_be_widened_stays_apart() -> None:
    fetched = {"op": "fetch", "name": "r", "from": "orders", "one": "required", "fields": ["id"]}
    raw = script(when("x > 1", [fetched], [math("r", "{id: 0.5}")]), give("r.id"), returns="decimal", x="int")
    found = compile_script(raw, SHOP).diagnostics
    assert [each.hint for each in found] == ["r is {id: int} in one branch and {id: decimal} in the other"]


def test_an_int_that_stays_alone_stays_an_int() -> None:
    step = compiled(script(math("a", "1"))).steps[0]
    assert isinstance(step, ir.Math)
    assert step.code.type == INT


def test_tools_are_listed_once_in_order() -> None:
    coupon = {"op": "tool", "tool": "coupon.generate"}
    weather = {"op": "tool", "tool": "weather.now", "args": {"city": "'x'"}}
    assert compiled(script(weather, coupon, coupon)).tools == ("coupon.generate", "weather.now")


def test_a_text_argument_of_a_tool_takes_a_secret() -> None:
    args = {"to": "'a@b'", "subject": "'x'", "body": "'code ' + k.code"}
    coupon = {"op": "tool", "name": "k", "tool": "coupon.generate"}
    raw = script(coupon, {"op": "tool", "tool": "email.send", "args": args})
    assert compiled(raw).tools == ("coupon.generate", "email.send")


# --- bounds and signatures ------------------------------------------------------------------------
def test_too_many_steps_are_refused() -> None:
    assert codes_of(script(*[{"op": "say", "text": "'x'"}] * (SCRIPT_STEPS_MAX + 1))) == ["SOP-P011"]


def test_steps_nested_too_deep_are_refused() -> None:
    steps: list[dict[str, Any]] = []
    for _ in range(STEP_DEPTH_MAX + 2):
        steps = [when("true == x", steps)]
    assert codes_of(script(*steps, x="bool")) == ["SOP-P011"]


def test_at_most_a_hundred_diagnostics_are_given() -> None:
    found = compile_script(script(*[math(f"a{n}", "b") for n in range(DIAGNOSTICS_MAX * 2)]), SHOP)
    assert len(found.diagnostics) == DIAGNOSTICS_MAX


def test_a_script_of_a_megabyte_is_refused_unread() -> None:
    assert codes_of(" " * (1 << 21)) == ["SOP-P011"]


def test_a_signature_is_read_while_the_steps_are_wrong() -> None:
    found = signature_of(
        {"sop": 1, "params": {"a": "int?"}, "returns": {"b": "int"}, "steps": "?"}, "s", "b3:1"
    )
    assert isinstance(found, Signature)
    assert (found.name, found.pin, [type_text(p.type) for p in found.params]) == ("s", "b3:1", ["int?"])


def test_a_signature_that_is_wrong_is_told() -> None:
    found = signature_of({"sop": 1, "params": {"a": "nit"}}, "s")
    assert isinstance(found, tuple)
    assert found[0].nearest == "int"


# --- forms ----------------------------------------------------------------------------------------
def test_pretty_json_is_laid_out_a_step_a_line_and_reads_back() -> None:
    text = pretty_json(FOUNDING)
    assert json.loads(text) == FOUNDING
    assert (
        '\n  {"op": "if", "name": "dormant", "cond": "size(orders) == 0", "then": [\n     {"op": "return"'
        in text
    )


def test_an_outline_of_a_tree_is_that_of_its_raw_script() -> None:
    found = checked(FOUNDING)
    assert found.ast is not None
    assert outline(found.ast) == outline(FOUNDING)


def test_an_outline_shows_bands_as_bands() -> None:
    raw = script(when("x > 2", [give("1")], [when("x > 1", [give("2")], [give("3")])]))
    assert [(line.path, line.depth, line.text) for line in outline(raw)] == [
        ("steps/0", 0, "if x > 2"), ("steps/0/then/0", 1, "return 1"), ("steps/0/else/0", 0, "else if x > 1"),
        ("steps/0/else/0/then/0", 1, "return 2"), ("steps/0/else/0/else", 0, "else"),
        ("steps/0/else/0/else/0", 1, "return 3")]  # fmt: skip


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_the_example_of_a_code_causes_it(code: Code) -> None:
    if code.example.startswith('{"edit"') and code.example.endswith("}"):
        answer = apply_edit(FOUNDING, json.loads(code.example))
        assert isinstance(answer, tuple)
        assert answer[0].code == code.id
    elif code.example[0] in "{[" and code.id not in ("SOP-P103", "SOP-C021"):  # these say more in words
        assert code.id in codes_of(code.example)


def test_every_code_is_documented_and_unique() -> None:
    assert len({code.id for code in CODES}) == len(CODES)
    assert all(code.title and code.help and code.example for code in CODES)
