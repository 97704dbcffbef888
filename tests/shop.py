"""The sample shop as tests use it: a copy of ``sample_data``, its clock, and the founding scripts written out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
AS_OF = "2026-11-22T08:00:00Z"

CHURN: dict[str, Any] = {
    "sop": 1,
    "params": {"customer_id": "string"},
    "returns": {"is_risk": "bool", "reason": "string"},
    "steps": [
        {"op": "fetch", "name": "customer", "from": "customers", "where": "it.id == customer_id", "one": "required"},
        {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == customer.id"},
        {"op": "if", "name": "dormant", "cond": "size(orders) == 0", "then": [
            {"op": "return", "value": {"is_risk": "true", "reason": "'No orders: dormant account'"}}]},
        {"op": "math", "name": "days_since_last", "expr": "days_between(orders.max(o, o.ordered_at), now)"},
        {"op": "math", "name": "total_spend", "expr": "orders.sum(o, o.total)"},
        {"op": "if", "name": "risk", "cond": "days_since_last > 60 && total_spend > 500", "then": [
            {"op": "return", "value": {
                "is_risk": "true", "reason": "'Last order was ' + string(days_since_last) + ' days ago'"}}]},
        {"op": "return", "value": {"is_risk": "false", "reason": "'Active'"}},
    ],
}

WEEKLY: dict[str, Any] = {
    "sop": 1,
    "returns": {"at_risk": "int"},
    "steps": [
        {"op": "each", "name": "risks", "from": "customers", "as": "customer", "do": [
            {"op": "call", "name": "churn", "script": "check_churn_risk", "args": {"customer_id": "customer.id"}},
            {"op": "if", "cond": "churn.is_risk", "then": [
                {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}},
                {"op": "tool", "tool": "email.send", "args": {
                    "to": "customer.email", "subject": "'We miss you'", "body": "'Your code: ' + coupon.code"}}]}],
         "yield": "churn.is_risk"},
        {"op": "return", "value": {"at_risk": "risks.count(r, r)"}},
    ],
}


def shop(folder: Path) -> Path:
    """Copy the sample workspace into ``folder``/shop."""
    return Path(shutil.copytree(ROOT / "sample_data", folder / "shop"))


def changed(script: dict[str, Any], step: int, **fields: Any) -> dict[str, Any]:
    """Give a script with fields of one step changed."""
    steps = [{**node, **fields} if n == step else node for n, node in enumerate(script["steps"])]
    return {**script, "steps": steps}
