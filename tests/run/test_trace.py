"""The trace: what its hash depends on, what is counted, and what is kept of very many events."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import sopwb.run.trace as trace_module
from sopwb.kernel.limits import TRACE_FAILURES_KEPT, TRACE_SAMPLES_KEPT
from sopwb.run.trace import Trace, TraceEvent, event_data
from tests.run.shop import NOW, Shop, founding, script, shop

NUMBERS = script(
    {
        "op": "each",
        "name": "found",
        "from": "numbers",
        "as": "n",
        "do": [
            {"op": "math", "name": "x", "expr": "10 / (n.id % 1000)"},
            {"op": "if", "cond": "x > 1", "then": [{"op": "say", "text": "'big'"}]},
        ],
        "yield": "x",
    }
)


def numbers(count: int, first: int = 1) -> Shop:
    return Shop().add("numbers", "id", "{id: int}", [{"id": n} for n in range(first, first + count)])


def hash_of(run_id: str = "b3:1", customer: str = "C1", now: dt.datetime = NOW, **how: Any) -> str:
    return shop().run(founding(), {"customer_id": customer}, run_id=run_id, now=now, **how).outcome.trace_hash


def test_the_hash_does_not_depend_on_the_runs_id():
    assert hash_of("b3:1") == hash_of("b3:2")


def test_the_hash_does_not_depend_on_the_mode():
    assert hash_of() == hash_of(dry_run=True)


def test_the_hash_changes_with_a_value():
    assert hash_of() != hash_of(now=NOW + dt.timedelta(days=1))


def test_the_hash_changes_with_a_branch():
    assert hash_of(customer="C1") != hash_of(customer="C3")


def test_a_mocked_answer_does_not_bring_the_runs_id_into_the_hash():
    raw = script(
        {"op": "tool", "name": "sent", "tool": "email.send", "args": {"to": "'a'", "subject": "'b'", "body": "'c'"}},
        {"op": "say", "text": "sent.id"},
    )
    hashes = {shop().run(raw, run_id=id_, mocks=("email.send",)).outcome.trace_hash for id_ in ("b3:1", "b3:2")}
    assert len(hashes) == 1


def test_texts_that_are_not_in_nfc_are_hashed_as_they_are():
    here = Shop().add("items", "id", "{id: string}", [{"id": "e\u0301"}])
    raw = script({"op": "each", "from": "items", "as": "i", "do": [{"op": "say", "text": "i.id"}]})
    ran = here.run(raw)
    assert ran.outcome.status == "succeeded"
    assert ran.events("say")[0].exact == '{"item":"e\u0301","op":"say","out":"e\u0301","path":"steps/0/do/0"}'


def test_every_event_is_counted_by_path_and_branch():
    counts = numbers(20).run(NUMBERS).trace.counts()
    assert counts == {
        ("steps/0/do/0", ""): 20,
        ("steps/0/do/1", "then"): 9,
        ("steps/0/do/1", "else"): 11,
        ("steps/0/do/1/then/0", ""): 9,
        ("steps/0/yield", ""): 20,
        ("steps/0", ""): 1,
    }


def test_a_short_runs_events_are_all_kept_in_their_order():
    trace = numbers(20).run(NUMBERS).trace
    assert trace.complete()
    items = [event.item for event in trace.events() if event.op == "math"]
    assert items == [str(n) for n in range(1, 21)]


def test_of_many_items_a_sample_is_kept_that_does_not_depend_on_order():
    forward = numbers(900).run(NUMBERS).trace
    backward = numbers(900).run({**NUMBERS, "steps": [{**NUMBERS["steps"][0], "order_by": ["it.id desc"]}]}).trace
    kept = {event.item for event in forward.events() if event.item}
    assert len(kept) == TRACE_SAMPLES_KEPT
    assert kept == {event.item for event in backward.events() if event.item}
    assert not forward.complete()


def test_a_kept_items_events_are_whole():
    trace = numbers(900).run(NUMBERS).trace
    for item in {event.item for event in trace.events() if event.item}:
        ops = [event.op for event in trace.events() if event.item == item]
        assert ops in (["math", "if", "yield"], ["math", "if", "say", "yield"])


def test_the_first_failures_are_kept_with_what_led_to_them():
    here = Shop().add("numbers", "id", "{id: int}", [{"id": 1000 * n} for n in range(1, 301)])
    ran = here.run(NUMBERS, dead_letters=True)
    errors = [event for event in ran.trace.events() if event.op == "error"]
    assert ran.outcome.dead_letters_total == 300
    first = {str(1000 * n) for n in range(1, TRACE_FAILURES_KEPT + 1)}
    assert first <= {event.item for event in errors}
    assert len(errors) <= TRACE_FAILURES_KEPT + TRACE_SAMPLES_KEPT


def test_the_hash_covers_what_is_not_kept():
    assert numbers(900).run(NUMBERS).outcome.trace_hash != numbers(899).run(NUMBERS).outcome.trace_hash


def test_the_total_counts_what_is_not_kept():
    trace = numbers(900).run(NUMBERS).trace
    assert trace.total == sum(trace.counts().values()) > len(trace.events())


def test_too_many_events_of_kept_items_are_cut_and_marked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trace_module, "TRACE_EVENTS_KEPT", 10)
    trace = numbers(20).run(NUMBERS).trace
    assert (len(trace.events()), trace.truncated) == (10, True)


def test_an_item_with_very_many_events_hashes_the_same_when_it_is_spilled(monkeypatch: pytest.MonkeyPatch):
    inner = {"op": "each", "in": "[1, 2, 3, 4, 5, 6, 7, 8]", "as": "m", "do": [{"op": "say", "text": "string(m)"}]}
    raw = script({"op": "each", "from": "numbers", "as": "n", "do": [inner]})
    whole = numbers(3).run(raw).outcome.trace_hash
    monkeypatch.setattr(trace_module, "TRACE_PENDING_MAX", 3)
    assert numbers(3).run(raw).outcome.trace_hash == whole


def test_a_listener_hears_every_kept_event():
    heard: list[TraceEvent] = []
    ran = numbers(20).run(NUMBERS, trace=Trace(heard.append))
    assert tuple(heard) == ran.trace.events()


def test_an_event_as_data_leaves_out_what_is_absent():
    event = shop().run(founding(), {"customer_id": "C1"}).events("if")[0]
    assert event_data(event) == {
        "path": "steps/2",
        "op": "if",
        "branch": "else",
        "text": "Checked size(orders) == 0 (12 == 0): no",
    }


def test_a_fetchs_event_shows_its_first_records():
    event = shop().run(founding(), {"customer_id": "C1"}).events("fetch")[1]
    assert [record["id"] for record in event.shown] == [f"O{n:02}" for n in range(12)]
