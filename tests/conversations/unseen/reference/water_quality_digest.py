"""Water utility: the samples of a site in two weeks, how many of them fail, and what its inspector is told."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, ago, due_times


def outside(value: Decimal | None, least: str, most: str) -> bool:
    return value is not None and not Decimal(least) <= value <= Decimal(most)


def site_quality(t: Tables, site_id: str) -> Row:
    recent = ago(t.rows("samples", site_id=site_id), "taken_on", t.today, 14)
    values = [sample["chlorine"] for sample in recent if sample["chlorine"] is not None]
    failures = sum(outside(one["chlorine"], "0.20", "0.50") or outside(one["ph"], "6.5", "9.5") for one in recent)
    if failures:
        verdict = "closed" if failures >= 3 else "watch"
    else:
        verdict = "good" if recent else "unknown"
    return {
        "samples": len(recent),
        "lowest": min(values, default=None),
        "highest": max(values, default=None),
        "failures": failures,
        "verdict": verdict,
    }


def digest(t: Tables) -> list[Row]:
    found = []
    for site in t.rows("sites"):
        state = site_quality(t, site["id"])
        if state["verdict"] in ("watch", "closed"):
            body = f"{state['failures']} of {state['samples']} samples failed, verdict {state['verdict']}."
            found.append({"to": site["inspector_email"], "subject": f"Water quality: {site['name']}", "body": body})
    return found


RUNS = {"site_quality": site_quality}
EFFECTS = {"lab_digest": ("email.send", digest)}
SCHEDULES = {"lab_digest": lambda t: due_times(t, 6, 0, lambda day: day.day in (1, 15))}
