"""The founding script, from its inputs to its trace: the contract that everything else follows."""

from __future__ import annotations

from blake3 import blake3

from sopwb.kernel.ids import GENERATION
from tests.run.shop import founding, shop

EVENTS = (
    '{"item":"","op":"fetch","out":1,"path":"steps/0"}',
    '{"item":"","op":"fetch","out":12,"path":"steps/1"}',
    '{"branch":"else","item":"","op":"if","path":"steps/2"}',
    '{"item":"","op":"math","out":94,"path":"steps/3"}',
    '{"item":"","op":"math","out":"1200","path":"steps/4"}',
    '{"branch":"then","item":"","op":"if","path":"steps/5"}',
    '{"item":"","op":"return","out":{"is_risk":true,"reason":"Last order was 94 days ago"},"path":"steps/5/then/0"}',
)

SPOKEN = [
    "Fetched customer (found 1)",
    "Fetched orders (found 12)",
    "Checked size(orders) == 0 (12 == 0): no",
    "days_since_last = 94",
    "total_spend = 1200",
    "Checked days_since_last > 60 (94 > 60): yes",
    "Checked total_spend > 500 (1200 > 500): yes",
    "Returned is_risk = true, reason = 'Last order was 94 days ago'",
]


def test_a_customer_whose_last_order_was_94_days_ago_is_a_risk():
    ran = shop().run(founding(), {"customer_id": "C1"})
    assert ran.result == {"is_risk": True, "reason": "Last order was 94 days ago"}


def test_a_customer_without_orders_is_dormant():
    assert shop().run(founding(), {"customer_id": "C2"}).result == {
        "is_risk": True,
        "reason": "No orders: dormant account",
    }


def test_a_customer_who_ordered_lately_is_active():
    assert shop().run(founding(), {"customer_id": "C3"}).result == {"is_risk": False, "reason": "Active"}


def test_a_customer_who_is_not_there_is_an_error_that_says_who_was_sought():
    ran = shop().run(founding(), {"customer_id": "C9"})
    assert ran.code == "SOP-R031"
    assert ran.outcome.error.path == "steps/0"
    assert "customers" in ran.outcome.error.message
    assert "'C9'" in ran.outcome.error.message


def test_the_trace_is_these_events():
    ran = shop().run(founding(), {"customer_id": "C1"})
    assert tuple(event.exact for event in ran.events()) == EVENTS


def test_the_trace_hash_is_blake3_over_the_events_a_line_each():
    hasher = blake3(GENERATION + b"\0trace\0")
    for line in EVENTS:
        hasher.update(line.encode() + b"\n")
    assert shop().run(founding(), {"customer_id": "C1"}).outcome.trace_hash == "b3:" + hasher.hexdigest()


def test_the_trace_is_spoken_in_these_lines():
    assert shop().run(founding(), {"customer_id": "C1"}).spoken() == SPOKEN


def test_orders_are_looked_up_by_their_customer_and_not_read_through():
    here = shop()
    here.run(founding(), {"customer_id": "C1"})
    assert here.table("orders").asked == [("customer_id", "C1")]
    assert here.table("customers").asked == [("id", "C1")]
