"""University: credits of passed modules, whether a student goes on, and how many of a programme do."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, half_up, mean


def credits_earned(t: Tables, student_id: str) -> Row:
    t.one("students", student_id)
    results = t.rows("results", student_id=student_id)
    marks = [row["mark"] for row in results if row["mark"] is not None]
    passed = [row["module"] for row in results if row["mark"] is not None and row["mark"] >= 50]
    assert len(passed) == len(set(passed))
    modules = [t.maybe("modules", code) for code in passed]
    return {
        "earned": sum(module["credits"] for module in modules if module),
        "failed": sum(mark < 50 for mark in marks),
        "pending": len(results) - len(marks),
        "average": half_up(mean(marks), 2) if marks else None,
    }


def progression(t: Tables, student_id: str) -> Row:
    found = credits_earned(t, student_id)
    if found["earned"] >= 60:
        decision = "proceed"
    elif found["earned"] >= 40:
        decision = "conditional" if found["failed"] <= 2 else "resit"
    else:
        decision = "wait" if found["pending"] else "resit"
    return {"decision": decision}


def decision_counts(t: Tables, programme: str) -> Row:
    made = [progression(t, row["id"])["decision"] for row in t.rows("students", programme=programme)]
    return {name: made.count(name) for name in ("proceed", "conditional", "wait", "resit")}


RUNS = {"credits_earned": credits_earned, "progression": progression, "decision_counts": decision_counts}
