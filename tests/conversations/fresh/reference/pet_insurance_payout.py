"""Pet insurance: what is left of the yearly limit, and what it pays of a bill."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, ago, half_up


def claim_payout(t: Tables, policy_id: str, bill: int | float) -> Row:
    policy = t.one("policies", policy_id)
    paid = ago(t.rows("claims", policy_id=policy_id, status="paid"), "treated_on", t.today, 365)
    used = sum((claim["paid_amount"] for claim in paid), Decimal(0))
    remaining = max(policy["annual_limit"] - used, Decimal(0))
    above = max(Decimal(str(bill)) - policy["excess"], Decimal(0))
    return {"used": used, "remaining": remaining, "payout": half_up(min(above * Decimal("0.8"), remaining), 2)}


RUNS = {"claim_payout": claim_payout}
