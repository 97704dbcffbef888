"""Record the founding conversation: ``python -m tests.author.model.record_founding``.

The model is played by hand: the replies below were written from nothing but the prompt that a model gets, and go
through a loopback provider, litellm and the recording client, as a real one's would. Run it again when the conversation
that the cassette covers has changed; the file is reviewed as any other.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from sopwb.app.workbench import open_workbench
from sopwb.author.model.author import ModelAuthor
from sopwb.author.model.cassette import Cassette
from sopwb.author.model.litellm_client import LitellmClient
from sopwb.cli.demo import TURNS
from tests.author.model.server import Answer, FakeProvider
from tests.shop import AS_OF, shop

CASSETTE = Path(__file__).with_name("cassettes") / "founding.jsonl"
_FIRST: dict[str, Any] = {
    "sop": 1,
    "params": {"customer_id": "string"},
    "returns": {"high_risk": "bool"},
    "steps": [
        {"op": "fetch", "name": "customer", "from": "customers", "where": "it.id == customer_id", "one": "required"},
        {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == customer.id"},
        {"op": "math", "name": "last_order", "expr": "orders.max(o, o.ordered_at)"},
        {"op": "math", "name": "spent", "expr": "orders.sum(o, o.total)"},
        {
            "op": "return",
            "value": {"high_risk": "last_order != null && days_between(last_order, now) > 60 && spent > 500"},
        },
    ],
}
_SECOND: list[dict[str, Any]] = [
    {"edit": "set_signature", "returns": {"is_risk": "bool", "reason": "string"}},
    {
        "edit": "insert",
        "at": "steps/2",
        "step": {
            "op": "if",
            "cond": "size(orders) == 0",
            "then": [{"op": "return", "value": {"is_risk": "true", "reason": "'No orders: dormant account'"}}],
        },
    },
    {"edit": "remove", "at": "steps/5"},
    {
        "edit": "insert",
        "at": "steps/5",
        "step": {"op": "math", "name": "idle_days", "expr": "days_between(last_order, now)"},
    },
    {
        "edit": "insert",
        "at": "steps/6",
        "step": {
            "op": "if",
            "cond": "idle_days > 60 && spent > 500",
            "then": [
                {
                    "op": "return",
                    "value": {"is_risk": "true", "reason": "'Last order was ' + string(idle_days) + ' days ago'"},
                }
            ],
        },
    },
    {"edit": "insert", "at": "steps/7", "step": {"op": "return", "value": {"is_risk": "false", "reason": "'Active'"}}},
]
_WEEKLY: dict[str, Any] = {
    "sop": 1,
    "steps": [
        {"op": "each", "from": "customers", "as": "customer", "do": [
            {"op": "call", "name": "risk", "script": "check_churn_risk", "args": {"customer_id": "customer.id"}},
            {"op": "if", "cond": "risk.is_risk", "then": [
                {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}},
                {"op": "tool", "tool": "email.send", "args": {"to": "customer.email", "subject": "'Your coupon'",
                 "body": "'Your coupon code: ' + coupon.code"}}]}]},
    ],
}  # fmt: skip
DONE: Answer = {"content": "That is all for this turn."}
PLAYED: tuple[Answer, ...] = (
    {"calls": [["replace_draft", {"name": "check_churn_risk", "script": _FIRST,
                                  "assumed": ["a customer without orders is not at high risk"]}]]},
    DONE,
    {"calls": [["apply_edits", {"base_rev": "r1", "edits": _SECOND,
                                "assumed": ["a customer without orders is at risk, as dormant"]}]]},
    DONE,
    {"calls": [["dry_run", {"name": "check_churn_risk", "inputs": {"customer_id": "john_doe"}, "trace": True}]]},
    DONE,
    {"calls": [["propose", {"kind": "save", "name": "check_churn_risk"}]]},
    {"content": "I have saved it."},
    {"calls": [["replace_draft", {"name": "weekly_churn_prevention", "script": _WEEKLY,
                                  "assumed": ["the subject is “Your coupon”"]}]]},
    DONE,
    {"calls": [["propose", {"kind": "job", "name": "weekly_churn_prevention",
                            "mocks": ["coupon.generate", "email.send"]}]]},
    DONE,
    {"calls": [["propose", {"kind": "schedule", "name": "weekly_churn_prevention",
                            "schedule": "every Monday at 9 AM"}]]},
    DONE,
)  # fmt: skip


def record() -> None:
    """Hold the conversation and write the cassette anew."""
    CASSETTE.parent.mkdir(exist_ok=True)
    CASSETTE.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder, FakeProvider(*PLAYED) as provider:
        bench = open_workbench(shop(Path(folder)), AS_OF)
        live = LitellmClient("openai/played", provider.url, "none")
        author = ModelAuthor(bench, Cassette(CASSETTE, live), AS_OF)
        for turn in TURNS:
            print(">", turn)
            print(author.turn(turn).reply, "\n")
        bench.close()


if __name__ == "__main__":
    record()
