"""What runs and effects are called."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from sopwb.run.identity import RunIdentity, effect_key, item_text, placeholder, placeholder_item, run_id
from sopwb.run.ports import Fingerprint

BASE = RunIdentity(
    script="b3:aa",
    inputs={"customer_id": "C1"},
    now=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
    zone="Europe/Berlin",
    tzdata="2025b",
    sources=(Fingerprint("a", "file", "01"), Fingerprint("b", "file", "02")),
    mocks=(),
    nonce="00",
)


def test_the_same_identity_has_the_same_id():
    assert run_id(BASE) == run_id(msgspec.structs.replace(BASE, inputs={"customer_id": "C1"}))


@pytest.mark.parametrize("change", [
    {"script": "b3:ab"}, {"inputs": {"customer_id": "C2"}}, {"now": BASE.now + dt.timedelta(microseconds=1)},
    {"zone": "UTC"}, {"tzdata": "2026a"}, {"sources": BASE.sources[:1]}, {"mocks": ("email.send",)}, {"nonce": "01"},
])  # fmt: skip
def test_everything_in_an_identity_changes_the_id(change: dict[str, Any]):
    assert run_id(msgspec.structs.replace(BASE, **change)) != run_id(BASE)


def test_the_order_of_sources_and_mocks_does_not_change_the_id():
    assert run_id(msgspec.structs.replace(BASE, sources=BASE.sources[::-1])) == run_id(BASE)


def test_inputs_in_any_unicode_form_have_an_id():
    assert run_id(msgspec.structs.replace(BASE, inputs={"x": "e\u0301"})).startswith("b3:")


def test_an_effects_key_is_64_hex_digits_of_its_parts_and_never_of_their_joining():
    keys = {
        effect_key("b3:1", "a", "b", 0),
        effect_key("b3:1", "ab", "", 0),
        effect_key("b3:1", "", "ab", 0),
        effect_key("b3:1", "a", "b", 1),
        effect_key("b3:2", "a", "b", 0),
    }
    assert len(keys) == 5
    assert all(len(key) == 64 for key in keys)


def test_an_items_text_is_empty_its_key_or_the_list_of_keys():
    assert (item_text(()), item_text(("C1",)), item_text(("C1", '"2'))) == ("", "C1", '["C1","\\"2"]')


def test_a_placeholder_names_the_path_and_ordinal_of_its_step():
    assert (placeholder("steps/2", 0), placeholder("steps/2", 0, "id")) == ("{{steps/2#0}}", "{{steps/2#0.id}}")


@pytest.mark.parametrize(("path", "item"), [
    ("steps/2", ""), ("steps/3/do/0", "C1"), ("steps/3/do/1/do/0", '["C1","O2"]'), ("steps/3/do/1/call/steps/0", "C1"),
])  # fmt: skip
def test_a_placeholder_belongs_to_the_item_for_which_its_step_ran(path: str, item: str):
    assert placeholder_item(path, ("C1", "O2")) == item
