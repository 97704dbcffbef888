"""Ferry: the seats sold and left on a sailing."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def sailing_load(t: Tables, sailing_id: str) -> Row:
    sailing = t.one("sailings", sailing_id)
    sold = sum(booking["seats"] for booking in t.rows("bookings", sailing_id=sailing_id, cancelled=False))
    left = sailing["capacity"] - sold
    if left <= 0:
        status = "full"
    else:
        status = "nearly full" if left < 10 else "open"
    return {"seats_sold": sold, "seats_left": left, "status": status}


RUNS = {"sailing_load": sailing_load}
