"""Choir: days since joining and the fees paid, once it is said which of two fields is meant."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def member_days(t: Tables, member_id: str) -> Row:
    return {"days": (t.today - t.one("members", member_id)["joined_on"]).days}


def fees_total(t: Tables, member_id: str) -> Row:
    return {"total": sum(row["paid_amount"] for row in t.rows("fees", member_id=member_id))}


RUNS = {"member_days": member_days, "fees_total": fees_total}
