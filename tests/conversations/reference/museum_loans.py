"""Museum: where an object is by its open loan, how overdue that is, and the value that is overdue."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def whereabouts(t: Tables, object_id: str) -> Row:
    thing, loans = t.one("objects", object_id), t.rows("loans", object_id=object_id)
    still_out = [loan for loan in loans if loan["returned_on"] is None]
    assert len(still_out) < 2, "at most one open loan an object"
    if not still_out:
        place = {"location": thing["room"] or "store", "borrower": None, "days_overdue": 0}
    else:
        late = max((t.today - still_out[0]["due_back"]).days, 0)
        place = {"location": "on loan", "borrower": still_out[0]["borrower"], "days_overdue": late}
    return {**place, "times_lent": len(loans)}


def overdue_loans(t: Tables) -> Row:
    found = [(whereabouts(t, thing["id"])["days_overdue"], thing) for thing in t.rows("objects")]
    late = sorted((pair for pair in found if pair[0] > 0), key=lambda pair: -pair[0])
    return {
        "count": len(late),
        "titles": [thing["title"] for _, thing in late],
        "value_at_risk": sum(thing["value"] for _, thing in late),
    }


RUNS = {"whereabouts": whereabouts, "overdue_loans": overdue_loans}
