"""Translation bureau: a job's price by its words, express and certified, and what a client's open jobs come to."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def quote_job(t: Tables, job_id: str) -> Row:
    job = t.one("jobs", job_id)
    base = half_up(job["words"] * t.one("rates", job["pair"])["per_word"], 2)
    express = job["deadline"] is not None and (job["deadline"] - t.today).days <= 3
    fee = half_up(base * Decimal("0.3"), 2) if express else Decimal(0)
    extra = Decimal("18.50") if job["certified"] else Decimal(0)
    return {"base": base, "express_fee": fee, "total": max(base + fee + extra, Decimal(40))}


def client_open_quotes(t: Tables, client: str) -> Row:
    open_jobs = [job for job in t.rows("jobs", client=client) if job["status"] != "delivered"]
    amount = sum((quote_job(t, job["id"])["total"] for job in open_jobs), Decimal(0))
    return {"jobs": len(open_jobs), "amount": amount}


RUNS = {"quote_job": quote_job, "client_open_quotes": client_open_quotes}
