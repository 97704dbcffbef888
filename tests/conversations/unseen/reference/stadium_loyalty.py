"""Stadium: the share of the games that a season ticket holder came to, and the holders by badge."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def seat_loyalty(t: Tables, holder_id: str) -> Row:
    counting = t.rows("games", postponed=False)
    played = [game["id"] for game in counting if game["played_on"] <= t.today]
    attended = sum(scan["game_id"] in played for scan in t.rows("scans", holder_id=holder_id))
    share = half_up(Decimal(100 * attended) / len(played), 1)
    badge = "diehard" if share >= 80 else "regular" if share >= 50 else "casual"
    return {"games_attended": attended, "share": share, "badge": badge}


def badge_tally(t: Tables) -> Row:
    found = Counter(seat_loyalty(t, holder["id"])["badge"] for holder in t.rows("holders"))
    return {badge: found[badge] for badge in ("diehard", "regular", "casual")}


RUNS = {"seat_loyalty": seat_loyalty, "badge_tally": badge_tally}
