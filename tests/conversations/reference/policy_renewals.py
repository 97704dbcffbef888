"""Insurance: a premium by the number of claims, and letters for the policies that renew soon."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, due_times, fixed, half_up

FACTORS = (Decimal("0.85"), Decimal("1.00"), Decimal("1.20"), Decimal("1.45"))
LEAST = Decimal("120.00")


def renewal_premium(t: Tables, policy_id: str) -> Row:
    policy = t.one("policies", policy_id)
    claims = sum(row["happened_on"] >= date(2024, 1, 1) for row in t.rows("claims", policy_id=policy_id))
    new = max(half_up(policy["premium"] * FACTORS[min(claims, 3)], 2), LEAST)
    return {"claims": claims, "new_premium": new, "change": new - policy["premium"]}


def letters(t: Tables) -> list[Row]:
    found = []
    for policy in t.rows("policies"):
        if policy["email"] is not None and t.today <= policy["renews_on"] <= t.today + timedelta(30):
            premium = fixed(renewal_premium(t, policy["id"])["new_premium"], 2)
            subject = f"Policy {policy['id']} renews on {policy['renews_on'].isoformat()}"
            body = f"Dear {policy['holder']}, your new premium is {premium} EUR."
            found.append({"to": policy["email"], "subject": subject, "body": body})
    return found


RUNS = {"renewal_premium": renewal_premium}
EFFECTS = {"renewal_letters": ("email.send", letters)}
SCHEDULES = {"renewal_letters": lambda t: due_times(t, 6, 30, lambda day: day.day == 15)}
