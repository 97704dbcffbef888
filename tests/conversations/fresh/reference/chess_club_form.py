"""Chess club: a player's points in the games of two months."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, ago, half_up

POINTS = {"win": Decimal(1), "draw": Decimal("0.5"), "loss": Decimal(0)}


def current_form(t: Tables, player_id: str) -> Row:
    t.one("players", player_id)
    games = ago(t.rows("games", player_id=player_id), "played_on", t.today, 60)
    points = sum((POINTS[game["result"]] for game in games), Decimal(0))
    percent = half_up(100 * points / len(games), 0) if games else 0
    return {"games": len(games), "points": points, "form_percent": percent}


RUNS = {"current_form": current_form}
