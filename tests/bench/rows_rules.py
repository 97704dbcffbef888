"""The rules that ``tests.bench.rows`` measures: each as a script, as hand-written Python, and its data.

By hand means as somebody would write it who knows the answer's exact form: decimals of 38 digits, dates in the
workspace's zone, look-ups through a dict, results as dicts. With ``log`` it also writes the trace's lines (the
bytes that ours hashes), for every item one text. Nothing is cut that a result depends on; what does not
depend on the item (today) is computed once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from json.encoder import encode_basestring as quoted  # type: ignore[attr-defined]  # the C form
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sopwb.kernel.values import decimal_text
from tests.run.shop import CUSTOMERS, NOW, ORDERS, founding, script

ZONE = ZoneInfo("Europe/Berlin")
TODAY = NOW.astimezone(ZONE).date()
ZERO = Decimal(0)
CENT = Decimal("0.01")
Record = dict[str, Any]
Log = Callable[[str], None]


class Rule(NamedTuple):
    """A rule in all its forms. ``sources``: name → (key, type, records made for so many items)."""

    title: str
    script: Record
    sources: Callable[[int], dict[str, tuple[str, str, list[Record]]]]
    prepare: Callable[[dict[str, list[Record]]], tuple[Any, ...]]
    """Gives what the two functions by hand take: indexes."""
    plain: Callable[..., list[Any]]
    traced: Callable[..., list[Any]]


# --- churn: two look-ups, an aggregate of orders, a called script --------------------------------

CHURN = script(
    {
        "op": "each", "name": "found", "from": "customers", "as": "c",
        "do": [{"op": "call", "name": "r", "script": "check_churn_risk", "args": {"customer_id": "c.id"}}],
        "yield": {"risk": "r.is_risk", "why": "r.reason"},
    },
)  # fmt: skip


def churn_data(count: int) -> dict[str, tuple[str, str, list[Record]]]:
    """Customers with 12 orders each; every 20th has none, the orders of half of the others are old."""
    customers = [{"id": f"C{n:06}", "name": f"N{n}", "email": None} for n in range(count)]
    orders = [
        {
            "id": f"O{n:08}",
            "customer_id": f"C{n // 12:06}",
            "ordered_at": NOW - dt.timedelta(days=n % 12 * 9 + n // 12 % 2 * 80, seconds=n * 7919 % 86_400),
            "total": Decimal(n * 7919 % 20_000).scaleb(-2),
        }
        for n in range(count * 12)
        if n // 12 % 20
    ]
    return {"customers": ("id", CUSTOMERS, customers), "orders": ("id", ORDERS, orders)}


def churn_indexes(records: dict[str, list[Record]]) -> tuple[Any, ...]:
    by_customer: dict[str, list[Record]] = {}
    for order in records["orders"]:
        by_customer.setdefault(order["customer_id"], []).append(order)
    return records["customers"], {c["id"]: c for c in records["customers"]}, by_customer


def check_churn_risk(customer_id: str, by_id: dict[str, Record], by_customer: dict[str, list[Record]]) -> Record:
    customer = by_id.get(customer_id)
    if customer is None:
        raise LookupError(customer_id)
    orders = by_customer.get(customer["id"])
    if not orders:
        return {"is_risk": True, "reason": "No orders: dormant account"}
    last = max([o["ordered_at"] for o in orders])
    days_since_last = (TODAY - last.astimezone(ZONE).date()).days
    total_spend = sum([o["total"] for o in orders], ZERO)
    if days_since_last > 60 and total_spend > 500:
        return {"is_risk": True, "reason": f"Last order was {days_since_last} days ago"}
    return {"is_risk": False, "reason": "Active"}


def churn(customers: list[Record], by_id: dict[str, Record], by_customer: dict[str, list[Record]]) -> list[Any]:
    found = []
    for customer in customers:
        checked = check_churn_risk(customer["id"], by_id, by_customer)
        found.append({"risk": checked["is_risk"], "why": checked["reason"]})
    return found


def check_churn_risk_traced(
    customer_id: str, by_id: dict[str, Record], by_customer: dict[str, list[Record]], lines: list[str]
) -> Record:
    item, path = quoted(customer_id), "steps/0/do/0/call/steps"
    lines.append(f'{{"in":{{"customer_id":{item}}},"item":{item},"op":"call","path":"steps/0/do/0"}}')
    customer = by_id.get(customer_id)
    if customer is None:
        raise LookupError(customer_id)
    lines.append(f'{{"item":{item},"op":"fetch","out":1,"path":"{path}/0"}}')
    orders = by_customer.get(customer["id"], [])
    lines.append(f'{{"item":{item},"op":"fetch","out":{len(orders)},"path":"{path}/1"}}')
    if not orders:
        given = {"is_risk": True, "reason": "No orders: dormant account"}
        lines.append(f'{{"branch":"then","item":{item},"op":"if","path":"{path}/2"}}')
        lines.append(returned(given, item, f"{path}/2/then/0"))
        return given
    lines.append(f'{{"branch":"else","item":{item},"op":"if","path":"{path}/2"}}')
    last = max([o["ordered_at"] for o in orders])
    days_since_last = (TODAY - last.astimezone(ZONE).date()).days
    lines.append(f'{{"item":{item},"op":"math","out":{days_since_last},"path":"{path}/3"}}')
    total_spend = sum([o["total"] for o in orders], ZERO)
    lines.append(f'{{"item":{item},"op":"math","out":"{decimal_text(total_spend)}","path":"{path}/4"}}')
    if days_since_last > 60 and total_spend > 500:
        given = {"is_risk": True, "reason": f"Last order was {days_since_last} days ago"}
        lines.append(f'{{"branch":"then","item":{item},"op":"if","path":"{path}/5"}}')
        lines.append(returned(given, item, f"{path}/5/then/0"))
        return given
    given = {"is_risk": False, "reason": "Active"}
    lines.append(f'{{"branch":"else","item":{item},"op":"if","path":"{path}/5"}}')
    lines.append(returned(given, item, f"{path}/6"))
    return given


def returned(given: Record, item: str, path: str) -> str:
    risk = "true" if given["is_risk"] else "false"
    out = f'{{"is_risk":{risk},"reason":{quoted(given["reason"])}}}'
    return f'{{"item":{item},"op":"return","out":{out},"path":"{path}"}}'


def churn_traced(
    customers: list[Record], by_id: dict[str, Record], by_customer: dict[str, list[Record]], log: Log
) -> list[Any]:
    found = []
    for customer in customers:
        lines: list[str] = []
        checked = check_churn_risk_traced(customer["id"], by_id, by_customer, lines)
        found.append({"risk": checked["is_risk"], "why": checked["reason"]})
        risk = "true" if checked["is_risk"] else "false"
        out = f'{{"risk":{risk},"why":{quoted(checked["reason"])}}}'
        lines.append(f'{{"item":{quoted(customer["id"])},"op":"yield","out":{out},"path":"steps/0/yield"}}\n')
        log("\n".join(lines))
    end(log, len(found))
    return found


def end(log: Log, count: int) -> None:
    """Write the event after the last item."""
    log(f'{{"item":"","op":"each","out":{count},"path":"steps/0"}}\n')


# --- invoice: arithmetic and bands, no look-up ----------------------------------------------------

INVOICES = "{id: string, amount: decimal, weight: decimal, country: string, pieces: int, due: date}"
INVOICE = script(
    {
        "op": "each", "name": "found", "from": "invoices", "as": "i",
        "do": [
            {"op": "math", "name": "discount",
             "expr": "i.amount > 1000 ? 0.1 : i.amount > 500 ? 0.05 : i.pieces >= 10 ? 0.02 : 0"},
            {"op": "math", "name": "net", "expr": "round(i.amount * (1 - discount), 2)"},
            {"op": "math", "name": "shipping",
             "expr": "i.weight <= 2 ? 4.9 : i.weight <= 10 ? 9.9 : 9.9 + (i.weight - 10) * 0.4"},
            {"op": "math", "name": "tax",
             "expr": "i.country in ['DE', 'AT'] ? round((net + shipping) * 0.19, 2) : 0"},
            {"op": "math", "name": "late_days", "expr": "days_between(i.due, today)"},
            {"op": "math", "name": "fee", "expr": "late_days > 30 ? 40 : late_days > 0 ? 5 : 0"},
            {"op": "math", "name": "total", "expr": "net + shipping + tax + fee"},
        ],
        "yield": {"total": "total", "late": "late_days > 0",
                  "band": "total > 1000 ? 'large' : total > 100 ? 'medium' : 'small'"},
    },
)  # fmt: skip


def invoice_data(count: int) -> dict[str, tuple[str, str, list[Record]]]:
    invoices = [
        {
            "id": f"I{n:07}",
            "amount": Decimal(n * 7919 % 180_000).scaleb(-2),
            "weight": Decimal(n * 104_729 % 2_500).scaleb(-2),
            "country": ("DE", "AT", "FR", "DE", "PL")[n % 5],
            "pieces": n % 17,
            "due": TODAY - dt.timedelta(days=n % 90 - 40),
        }
        for n in range(count)
    ]
    return {"invoices": ("id", INVOICES, invoices)}


TENTH, TWENTIETH, FIFTIETH = Decimal("0.1"), Decimal("0.05"), Decimal("0.02")
LIGHT, HEAVY, PER_KILO, TAX = Decimal("4.9"), Decimal("9.9"), Decimal("0.4"), Decimal("0.19")


def invoice(invoices: list[Record]) -> list[Any]:
    found = []
    for i in invoices:
        amount, weight = i["amount"], i["weight"]
        if amount > 1000:
            discount = TENTH
        elif amount > 500:
            discount = TWENTIETH
        else:
            discount = FIFTIETH if i["pieces"] >= 10 else ZERO
        net = (amount * (1 - discount)).quantize(CENT, ROUND_HALF_UP)
        shipping = LIGHT if weight <= 2 else HEAVY if weight <= 10 else HEAVY + (weight - 10) * PER_KILO
        domestic = i["country"] in ("DE", "AT")
        tax = ((net + shipping) * TAX).quantize(CENT, ROUND_HALF_UP) if domestic else ZERO
        late_days = (TODAY - i["due"]).days
        fee = 40 if late_days > 30 else 5 if late_days > 0 else 0
        total = net + shipping + tax + fee
        band = "large" if total > 1000 else "medium" if total > 100 else "small"
        found.append({"total": total, "band": band, "late": late_days > 0})
    return found


def invoice_traced(invoices: list[Record], log: Log) -> list[Any]:
    found = []
    for i in invoices:
        item, path = quoted(i["id"]), "steps/0/do"
        amount, weight = i["amount"], i["weight"]
        if amount > 1000:
            discount = TENTH
        elif amount > 500:
            discount = TWENTIETH
        else:
            discount = FIFTIETH if i["pieces"] >= 10 else ZERO
        lines = [f'{{"item":{item},"op":"math","out":"{decimal_text(discount)}","path":"{path}/0"}}']
        net = (amount * (1 - discount)).quantize(CENT, ROUND_HALF_UP)
        lines.append(f'{{"item":{item},"op":"math","out":"{decimal_text(net)}","path":"{path}/1"}}')
        shipping = LIGHT if weight <= 2 else HEAVY if weight <= 10 else HEAVY + (weight - 10) * PER_KILO
        lines.append(f'{{"item":{item},"op":"math","out":"{decimal_text(shipping)}","path":"{path}/2"}}')
        domestic = i["country"] in ("DE", "AT")
        tax = ((net + shipping) * TAX).quantize(CENT, ROUND_HALF_UP) if domestic else ZERO
        lines.append(f'{{"item":{item},"op":"math","out":"{decimal_text(tax)}","path":"{path}/3"}}')
        late_days = (TODAY - i["due"]).days
        lines.append(f'{{"item":{item},"op":"math","out":{late_days},"path":"{path}/4"}}')
        fee = 40 if late_days > 30 else 5 if late_days > 0 else 0
        lines.append(f'{{"item":{item},"op":"math","out":{fee},"path":"{path}/5"}}')
        total = net + shipping + tax + fee
        shown = decimal_text(total)
        lines.append(f'{{"item":{item},"op":"math","out":"{shown}","path":"{path}/6"}}')
        band = "large" if total > 1000 else "medium" if total > 100 else "small"
        found.append({"total": total, "band": band, "late": late_days > 0})
        late = "true" if late_days > 0 else "false"
        out = f'{{"band":"{band}","late":{late},"total":"{shown}"}}'
        lines.append(f'{{"item":{item},"op":"yield","out":{out},"path":"steps/0/yield"}}\n')
        log("\n".join(lines))
    end(log, len(found))
    return found


# --- basket: filters, sums and tests with lambdas over a list -------------------------------------

BASKETS = "{id: string, lines: list<{sku: string, kind: string, quantity: int, price: decimal}>}"
BASKET = script(
    {
        "op": "each", "name": "found", "from": "baskets", "as": "b",
        "do": [
            {"op": "math", "name": "food",
             "expr": "b.lines.filter(l, l.kind == 'food').sum(l, l.price * l.quantity)"},
            {"op": "math", "name": "pieces", "expr": "b.lines.sum(l, l.quantity)"},
            {"op": "math", "name": "dear", "expr": "b.lines.exists(l, l.price > 95)"},
            {"op": "math", "name": "several",
             "expr": "b.lines.filter(l, l.quantity >= 3 && l.price < 50).map(l, l.sku)"},
            {"op": "math", "name": "cheap", "expr": "b.lines.count(l, l.price < 10)"},
        ],
        "yield": {"food": "food", "several": "several",
                  "note": "dear ? 'gift' : pieces > 30 || cheap > 4 ? 'bulk' : 'plain'"},
    },
)  # fmt: skip


def basket_data(count: int) -> dict[str, tuple[str, str, list[Record]]]:
    baskets = [
        {
            "id": f"B{n:06}",
            "lines": [
                {
                    "sku": f"S{m * 31 % 997}",
                    "kind": ("food", "home", "food", "toys")[m * 7 % 4],
                    "quantity": m % 5 + 1,
                    "price": Decimal(m * 7919 % 10_000).scaleb(-2),
                }
                for m in range(n * 12, n * 12 + 12)
            ],
        }
        for n in range(count)
    ]
    return {"baskets": ("id", BASKETS, baskets)}


def basket(baskets: list[Record]) -> list[Any]:
    found = []
    for b in baskets:
        lines = b["lines"]
        food = sum([x["price"] * x["quantity"] for x in lines if x["kind"] == "food"], ZERO)
        pieces = sum([x["quantity"] for x in lines])
        dear = any(x["price"] > 95 for x in lines)
        several = [x["sku"] for x in lines if x["quantity"] >= 3 and x["price"] < 50]
        cheap = sum([x["price"] < 10 for x in lines])
        note = "gift" if dear else "bulk" if pieces > 30 or cheap > 4 else "plain"
        found.append({"food": food, "note": note, "several": several})
    return found


def basket_traced(baskets: list[Record], log: Log) -> list[Any]:
    found = []
    for b in baskets:
        item, path, lines = quoted(b["id"]), "steps/0/do", b["lines"]
        food = sum([x["price"] * x["quantity"] for x in lines if x["kind"] == "food"], ZERO)
        shown = decimal_text(food)
        events = [f'{{"item":{item},"op":"math","out":"{shown}","path":"{path}/0"}}']
        pieces = sum([x["quantity"] for x in lines])
        events.append(f'{{"item":{item},"op":"math","out":{pieces},"path":"{path}/1"}}')
        dear = any(x["price"] > 95 for x in lines)
        events.append(f'{{"item":{item},"op":"math","out":{"true" if dear else "false"},"path":"{path}/2"}}')
        several = [x["sku"] for x in lines if x["quantity"] >= 3 and x["price"] < 50]
        skus = "[" + ",".join(map(quoted, several)) + "]"
        events.append(f'{{"item":{item},"op":"math","out":{skus},"path":"{path}/3"}}')
        cheap = sum([x["price"] < 10 for x in lines])
        events.append(f'{{"item":{item},"op":"math","out":{cheap},"path":"{path}/4"}}')
        note = "gift" if dear else "bulk" if pieces > 30 or cheap > 4 else "plain"
        found.append({"food": food, "note": note, "several": several})
        out = f'{{"food":"{shown}","note":"{note}","several":{skus}}}'
        events.append(f'{{"item":{item},"op":"yield","out":{out},"path":"steps/0/yield"}}\n')
        log("\n".join(events))
    end(log, len(found))
    return found


CALLED = {"check_churn_risk": founding()}
RULES = (
    Rule("churn: look-ups, 12 orders, a call", CHURN, churn_data, churn_indexes, churn, churn_traced),
    Rule("invoice: arithmetic and bands", INVOICE, invoice_data, lambda r: (r["invoices"],), invoice, invoice_traced),
    Rule("basket: lambdas over 12 lines", BASKET, basket_data, lambda r: (r["baskets"],), basket, basket_traced),
)
