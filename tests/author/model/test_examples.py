"""A model's examples: tried at once, kept at the end of a turn that ends well, and a hurdle for what it proposes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sopwb.app.examples import examples_of
from sopwb.author.model.port import ModelFailure
from tests.author.model.playing import BROKEN, DONE, WRITE, Shop, says, use

NAME = "check_churn_risk"
JOHN = {"customer_id": "john_doe"}
ASK = "Create check_churn_risk. When run for john_doe it should say is_risk true."


def example(expect: Any, inputs: dict[str, Any] = JOHN) -> Any:
    return says("", use("add_example", name=NAME, inputs=inputs, expect=expect))


def kept(shop: Shop) -> list[dict[str, Any]]:
    return [row.expect for row in examples_of(shop.bench.store, NAME)]


def test_an_example_is_kept_and_shown_to_the_person(tmp_path: Path) -> None:
    shop = Shop(tmp_path, WRITE, example({"is_risk": True}), DONE)
    reply = shop.say(ASK)
    assert f"I keep this example:\n\n- ✓ {NAME} 1. customer_id=john_doe → is_risk true" in reply.reply
    assert kept(shop) == [{"fields": {"is_risk": True}}]
    assert shop.model.sent[-1][-1]["content"] == "it holds, and is kept"


def test_the_model_hears_which_field_is_wrong_and_the_person_alone_what_it_is(tmp_path: Path) -> None:
    shop = Shop(tmp_path, WRITE, example({"reason": "Quiet"}), DONE)
    reply = shop.say(ASK)
    assert shop.model.sent[-1][-1]["content"] == "it is kept, and does not hold yet: reason"
    assert "94 days ago" not in shop.model.everything
    assert 'reason "Quiet", not "Last order was 94 days ago"' in reply.reply


@pytest.mark.parametrize(
    ("expect", "inputs", "says_why"),
    [
        ({"risk": True}, JOHN, "the result has no field risk"),
        (None, JOHN, "null is not"),
        ({"is_risk": True}, {"customer": "john_doe"}, "SOP-R00"),
    ],
)
def test_an_example_that_does_not_fit_is_answered_with_what_is_wrong(
    tmp_path: Path, expect: Any, inputs: dict[str, Any], says_why: str
) -> None:
    shop = Shop(tmp_path, WRITE, example(expect, inputs), DONE)
    shop.say(ASK)
    assert kept(shop) == []
    assert shop.model.sent[-1][-1]["content"].startswith("it is not kept. ")
    assert says_why in shop.model.sent[-1][-1]["content"]


OUT_OF_ORDER = ModelFailure("unavailable", "out of order")
NEVER_MENDED = says("", use("replace_draft", name=NAME, script=BROKEN))


@pytest.mark.parametrize("end", [OUT_OF_ORDER, NEVER_MENDED])
def test_a_turn_that_ends_badly_keeps_no_example(tmp_path: Path, end: Any) -> None:
    shop = Shop(tmp_path, WRITE, example({"is_risk": True}), end)
    shop.say(ASK)
    assert kept(shop) == []


def test_what_is_proposed_is_not_saved_while_an_example_does_not_hold(tmp_path: Path) -> None:
    propose = says("", use("propose", kind="save", name=NAME))
    shop = Shop(tmp_path, WRITE, example({"is_risk": False}), propose, DONE)
    reply = shop.say(ASK + " Save it.")
    assert (reply.kind, shop.saved) == ("refusal", [])
    assert "must give is_risk false, not true" in reply.reply
