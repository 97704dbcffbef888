"""Call centre: what an agent answered on a day, how long and how quickly, and the best of the team."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up, mean


def agent_day(t: Tables, agent_id: str, day: str) -> Row:
    on = date.fromisoformat(day)
    answered = [call for call in t.rows("calls", agent_id=agent_id, outcome="answered") if call["taken_on"] == on]
    if not answered:
        return {"answered": 0, "average_talk": None, "quick_share": None}
    talks = [call["talk_seconds"] for call in answered if call["talk_seconds"] is not None]
    quick = sum(call["wait_seconds"] <= 20 for call in answered)
    share = half_up(Decimal(100 * quick) / len(answered), 1)
    return {"answered": len(answered), "average_talk": half_up(mean(talks), 0), "quick_share": share}


def team_day(t: Tables, day: str) -> Row:
    counts = {agent["name"]: agent_day(t, agent["id"], day)["answered"] for agent in t.rows("agents")}
    total = sum(counts.values())
    best = min(counts, key=lambda name: (-counts[name], name)) if total else None
    return {"total_answered": total, "best": best}


RUNS = {"agent_day": agent_day, "team_day": team_day}
