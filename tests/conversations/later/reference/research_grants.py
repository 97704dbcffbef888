"""Research grants: how much of a budget is used, and the grants that are close to it or over."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def grant_status(t: Tables, grant_id: str) -> Row:
    grant = t.one("grants", grant_id)
    rows = t.rows("expenses", grant_id=grant_id)
    spent = sum((row["amount"] for row in rows if row["approved"] is not False), Decimal(0))
    used = None if grant["budget"] is None else half_up(spent * 100 / grant["budget"], 1)
    if grant["ends_on"] < t.today:
        status = "closed"
    elif used is None:
        status = "no budget"
    else:
        status = "overspent" if used > 100 else "tight" if used >= 80 else "on track"
    return {"spent": spent, "used": used, "status": status}


def tight_grants(t: Tables) -> Row:
    found = [(grant, grant_status(t, grant["id"])) for grant in t.rows("grants")]
    found = [(grant, state) for grant, state in found if state["status"] in ("tight", "overspent")]
    found.sort(key=lambda pair: pair[1]["used"], reverse=True)
    left = sum(grant["budget"] - state["spent"] for grant, state in found)
    return {"count": len(found), "titles": [grant["title"] for grant, _ in found], "left": left}


RUNS = {"grant_status": grant_status, "tight_grants": tight_grants}
