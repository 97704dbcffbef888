"""Effects are planned while deciding and never done: keys, placeholders, mocks, dry runs."""

from __future__ import annotations

from typing import Any

from sopwb.kernel.values import plain
from sopwb.run.identity import effect_key
from tests.run.shop import Ran, script, shop

COUPON = {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}}


def mail(body: str = "'Come back'", **fields: Any) -> dict[str, Any]:
    return {
        "op": "tool",
        "tool": "email.send",
        "args": {"to": "'ann@example.com'", "subject": "'Hello'", "body": body},
        **fields,
    }


def planned(*steps: dict[str, Any], **how: Any) -> Ran:
    return shop().run(script(*steps), **how)


def test_an_effect_is_planned_with_its_arguments():
    (effect,) = planned(mail()).effects
    assert (effect.tool, effect.path, effect.item, effect.state) == ("email.send", "steps/0", "", "planned")
    assert effect.args == {"to": "ann@example.com", "subject": "Hello", "body": "Come back", "html": None}


def test_an_effects_key_hashes_run_item_path_and_ordinal():
    (effect,) = planned(mail()).effects
    assert effect.key == effect_key("b3:test", "", "steps/0", 0)


def test_effects_of_items_come_in_key_order_with_their_items():
    step = {"op": "each", "from": "customers", "as": "c", "do": [mail("c.name")]}
    assert [(e.item, e.args["body"]) for e in planned(step).effects] == [("C1", "Ann"), ("C2", "Bob"), ("C3", "Cleo")]


def test_a_generated_code_is_a_placeholder_until_it_is_dispatched():
    _, effect = planned(COUPON, mail("'Your code: ' + coupon.code")).effects
    assert plain(effect.args)["body"] == "Your code: {{steps/0#0}}"


def test_a_code_inside_of_items_is_a_placeholder_of_its_step():
    step = {"op": "each", "from": "customers", "as": "c", "do": [COUPON, mail("'Code ' + coupon.code")]}
    mails = [effect for effect in planned(step).effects if effect.tool == "email.send"]
    assert {plain(effect.args)["body"] for effect in mails} == {"Code {{steps/0/do/0#0}}"}


def test_a_pure_tool_is_planned_in_its_place():
    ran = planned(COUPON)
    assert [(effect.tool, effect.kind, effect.args) for effect in ran.effects] == [("coupon.generate", "pure", {})]
    assert ran.outcome.planned == {"coupon.generate": 1}


def test_a_real_effect_binds_a_receipt_that_later_effects_may_carry():
    ran = planned(mail(name="sent"), mail("'As I wrote in ' + sent.id"))
    assert ran.effects[1].args["body"] == "As I wrote in {{steps/0#0.id}}"


def test_a_mock_answers_for_its_tool_and_the_effect_is_marked():
    ran = planned(mail(name="sent"), mail("sent.id"), mocks=("email.send",))
    assert [effect.state for effect in ran.effects] == ["mocked", "mocked"]
    assert ran.effects[1].args["body"].startswith("mock-")


def test_a_dry_run_plans_what_it_would_do_and_needs_no_configuration():
    here = shop(email={})
    ran = here.run(script(mail()), dry_run=True)
    assert (ran.outcome.status, ran.effects[0].state) == ("succeeded", "planned")


def test_a_tool_that_is_not_configured_is_refused_for_real():
    here = shop(email={})
    ran = here.run(script(mail()))
    assert (ran.code, ran.effects) == ("SOP-K001", [])


def test_effects_before_an_error_are_not_counted_as_an_outcomes_success():
    ran = planned(mail(), {"op": "fail", "message": "'no'"})
    assert ran.outcome.status == "failed"


def test_an_effect_in_a_called_script_has_its_full_path():
    here = shop()
    here.scripts["greet"] = script(mail("name"), name="string")
    ran = here.run(script({"op": "call", "name": "x", "script": "greet", "args": {"name": "'Ann'"}}))
    assert ran.effects[0].path == "steps/0/call/steps/0"


def test_the_trace_of_a_tool_holds_its_arguments_and_no_reply():
    (event,) = planned(mail("'x'")).events()
    assert event.exact == (
        '{"effect":"email.send","in":{"body":"x","html":null,"subject":"Hello","to":"ann@example.com"},'
        '"item":"","op":"tool","path":"steps/0"}'
    )


def test_the_trace_of_a_pure_tool_holds_its_placeholder():
    (event,) = planned(COUPON).events()
    assert event.exact == (
        '{"effect":"coupon.generate","in":{},"item":"","op":"tool","out":{"code":"{{steps/0#0}}"},"path":"steps/0"}'
    )
