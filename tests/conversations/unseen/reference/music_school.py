"""Music school: lessons skipped since September, the last one attended, and a mail to the parents on Mondays."""

from __future__ import annotations

from datetime import date

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def skipped_lessons(t: Tables, student_id: str) -> Row:
    absent = t.rows("lessons", student_id=student_id, status="absent")
    skipped = sum(date(2026, 9, 1) <= lesson["held_on"] <= t.today for lesson in absent)
    attended = [lesson["held_on"] for lesson in t.rows("lessons", student_id=student_id, status="attended")]
    return {"skipped": skipped, "last_seen": max(attended).isoformat() if attended else None}


def mails(t: Tables) -> list[Row]:
    found = []
    for student in t.rows("students", active=True):
        count = skipped_lessons(t, student["id"])["skipped"]
        if count >= 2 and student["parent_email"] is not None:
            body = f"Hello, {student['name']} has missed {count} lessons since September."
            found.append({"to": student["parent_email"], "subject": "Missed lessons", "body": body})
    return found


RUNS = {"skipped_lessons": skipped_lessons}
EFFECTS = {"skip_mail": ("email.send", mails)}
SCHEDULES = {"skip_mail": lambda t: due_times(t, 17, 30, weekdays("monday"))}
