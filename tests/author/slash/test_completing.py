"""What a command may go on with, word by word."""

from __future__ import annotations

import pytest

from sopwb.author.slash.completing import AtHand, complete
from sopwb.author.slash.table import BY_NAME

KNOWN = AtHand(
    scripts={"check_churn_risk": (("customer_id", "string"),), "weekly": ()},
    sources={
        "customers": (("id", "string"), ("email", "string")), "orders": (("id", "string"), ("customer_id", "string")),
    },
    tools={"email.send": (("to", "string"),), "coupon.generate": ()},
    script={
        "params": {"customer_id": "string"},
        "steps": [
            {"op": "fetch", "id": "s1", "name": "customer", "from": "customers", "one": "required"},
            {"op": "fetch", "id": "s2", "name": "orders", "from": "orders"},
        ],
    },
)  # fmt: skip
CASES: dict[str, list[str]] = {
    "/pa": ["/param ", "/parameterize ", "/pause "],
    "/STEP": ["/step "],
    "/step fet": ["/step fetch"],
    "/step fetch ": ["/step fetch customers", "/step fetch orders"],
    "/step fetch orders wh": ["/step fetch orders where"],
    "/step fetch orders where it.c": ["/step fetch orders where it.customer_id"],
    "/step x = customer.e": ["/step x = customer.email"],
    "/step x = orders.": [],
    "/step each c from cu": ["/step each c from customers"],
    "/step coup": ["/step coupon.generate"],
    "/step say 'fetch ": [],
    '/step say "it\'s fet': [],
    "/step say 'x' + cus": ["/step say 'x' + customer_id", "/step say 'x' + customer"],
    "/update ": ["/update s1", "/update s2"],
    "/update s2 ord": ["/update s2 order_by:", "/update s2 orders", "/update s2 order by"],
    "/insert af": ["/insert after"],
    "/insert after ": [
        f"/insert after {word}"
        for word in (
            "s1", "s2", "fetch", "if", "each", "insert", "update", "upsert", "delete", "say", "fail", "return"
        )
    ],
    "/move s1 be": ["/move s1 before"],
    "/move s1 before ": ["/move s1 before s1", "/move s1 before s2"],
    "/run check_churn_risk ": ["/run check_churn_risk customer_id="],
    "/run --dr": ["/run --dry-run"],
    "/show weekly j": ["/show weekly json"],
    "/help free": ["/help freeze"],
    "/new x(a: tim": ["/new x(a: timestamp"],
    "/data ": ["/data customers", "/data orders"],
    "/mock e": ["/mock email.send"],
    "/open weekly ": [],
    "/nothing like this": [],
    "say /st": [],
}  # fmt: skip


@pytest.mark.parametrize("typed", CASES)
def test_a_word_is_completed(typed: str) -> None:
    assert [one.text for one in complete(typed, KNOWN)] == CASES[typed]


def test_a_slash_alone_offers_every_command_with_its_words() -> None:
    assert [(one.word, one.words) for one in complete("/", AtHand())] == [
        (f"/{slash.name}", slash.words) for slash in BY_NAME.values()
    ]


@pytest.mark.parametrize("slash", BY_NAME.values(), ids=lambda slash: slash.name)
def test_a_completion_goes_on_with_what_was_typed_at_every_place_of_an_example(slash) -> None:
    for end in range(len(slash.example) + 1):
        typed = slash.example[:end]
        for one in complete(typed, KNOWN):
            assert one.text.lower().startswith(typed.lower())
