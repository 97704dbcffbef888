"""Tutoring: hours used of a package, late cancellations by half, and mails when few are left."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from tests.conversations.reference.tables import Row, Tables, due_times, fixed, half_up, weekdays

WEIGHTS = {"done": Fraction(1), "late cancel": Fraction(1, 2)}


def exact_left(t: Tables, student: Row) -> tuple[Fraction, Fraction]:
    lessons = t.rows("lessons", student_id=student["id"])
    used = sum((WEIGHTS.get(row["status"], Fraction(0)) * row["minutes"] / 60 for row in lessons), Fraction(0))
    return used, student["package_hours"] - used


def rounded(number: Fraction, places: int) -> Decimal:
    return half_up(Decimal(number.numerator) / number.denominator, places)


def hours_left(t: Tables, student_id: str) -> Row:
    used, left = exact_left(t, t.one("students", student_id))
    return {"used": rounded(used, 2), "left": rounded(left, 2)}


def mails(t: Tables) -> list[Row]:
    found = []
    for student in t.rows("students"):
        left = hours_left(t, student["id"])["left"]
        if left < 2:
            body = f"{student['name']} has {fixed(left, 2)} hours left."
            found.append({"to": student["parent_email"], "subject": f"Hours for {student['name']}", "body": body})
    return found


RUNS = {"hours_left": hours_left}
EFFECTS = {"low_hours": ("email.send", mails)}
SCHEDULES = {"low_hours": lambda t: due_times(t, 20, 0, weekdays("monday"))}
