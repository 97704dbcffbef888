"""Marina: what a boat owes past its due date, what is done about it, and the monthly letters."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, due_times


def berth_account(t: Tables, boat_id: str) -> Row:
    t.one("boats", boat_id)
    overdue = [invoice for invoice in t.rows("invoices", boat_id=boat_id, paid_on=None) if invoice["due_on"] < t.today]
    owed = sum((invoice["amount"] for invoice in overdue), Decimal(0))
    days = max(((t.today - invoice["due_on"]).days for invoice in overdue), default=0)
    if days > 90 and owed > 500:
        action = "lock the berth"
    else:
        action = "call" if days > 30 else "none"
    return {"owed": owed, "days_overdue": days, "action": action}


def letters(t: Tables) -> list[Row]:
    found = []
    for boat in t.rows("boats"):
        account = berth_account(t, boat["id"])
        if account["action"] == "call":
            body = f"Your berth fees are {account['days_overdue']} days overdue."
            found.append({"to": boat["owner_email"], "subject": f"Berth fees for {boat['name']}", "body": body})
    return found


RUNS = {"berth_account": berth_account}
EFFECTS = {"berth_letters": ("email.send", letters)}
SCHEDULES = {"berth_letters": lambda t: due_times(t, 9, 0, lambda day: day.day == 1)}
