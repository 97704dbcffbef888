"""Telecom: heavy users once the limit is said, and a fee with tax."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def heavy_user(t: Tables, customer_id: str) -> Row:
    return {"heavy": sum(row["gb"] for row in t.rows("usage", customer_id=customer_id)) > 40}


def fee_with_tax(t: Tables, customer_id: str) -> Row:
    return {"fee": half_up(t.one("customers", customer_id)["monthly_fee"] * Decimal("1.23"), 2)}


RUNS = {"heavy_user": heavy_user, "fee_with_tax": fee_with_tax}
