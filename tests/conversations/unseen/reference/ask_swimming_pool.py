"""Swimming pool: the takings of a course, once it is said at which price, and its free places."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def course_takings(t: Tables, course_id: str) -> Row:
    return {"takings": len(t.rows("signups", course_id=course_id)) * t.one("courses", course_id)["guest_price"]}


def free_places(t: Tables, course_id: str) -> Row:
    return {"free": max(t.one("courses", course_id)["places"] - len(t.rows("signups", course_id=course_id)), 0)}


RUNS = {"course_takings": course_takings, "free_places": free_places}
