"""Night school: seats left, income once it is said who pays which fee, and courses that are nearly full."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables


def course_seats(t: Tables, course_id: str) -> Row:
    course = t.one("courses", course_id)
    taken = len(t.rows("enrolments", course_id=course_id, status="confirmed"))
    return {"taken": taken, "free": max(course["seats"] - taken, 0)}


def course_income(t: Tables, course_id: str) -> Row:
    course = t.one("courses", course_id)
    fees = [
        course["fee_reduced"] if row["reduced"] else course["fee_standard"]
        for row in t.rows("enrolments", course_id=course_id, status="confirmed")
    ]
    return {"income": sum(fees, Decimal(0))}


def nearly_full(t: Tables) -> Row:
    return {"titles": sorted(row["title"] for row in t.rows("courses") if course_seats(t, row["id"])["free"] <= 3)}


RUNS = {"course_seats": course_seats, "course_income": course_income, "nearly_full": nearly_full}
