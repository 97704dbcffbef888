"""A small shop that scripts are checked against: two keyed sources, one without a key, one that is read-only, tools of
each class, scripts.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.lang.environment import Parameter, Signature, SourceSchema, StaticEnvironment, ToolSignature
from sopwb.lang.types import RecordType, Type, parse_type

RISK_PIN: Final = "b3:" + "ab" * 32


def _source(name: str, key: str | None, text: str) -> SourceSchema:
    record = parse_type(text)
    assert isinstance(record, RecordType)
    return SourceSchema(name, key, record)


def _params(**types: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, parse_type(text)) for name, text in types.items())


def _type(text: str) -> Type:
    return parse_type(text)


_RISK = Signature("risk", _params(customer_id="string"), _type("{is_risk: bool, reason: string}"), RISK_PIN)

SHOP: Final = StaticEnvironment(
    sources={
        "customers": _source(
            "customers", "id", "{id: string, name: string, email: string?, joined: date, vip: bool}"
        ),
        "orders": _source(
            "orders",
            "id",
            "{id: int, customer_id: string, total: decimal, ordered_at: timestamp, shipped: date?}",
        ),
        "lines": _source("lines", None, "{sku: string, count: int}"),
        "prices": msgspec.structs.replace(
            _source("prices", "sku", "{sku: string, price: decimal}"),
            read_only="is a CSV file, which cannot be written",
        ),
        "odd": SourceSchema("odd", "id", RecordType((("id", _type("int")), ("Größe", _type("int"))))),
    },
    tools={
        "email.send": ToolSignature(
            "email.send",
            _params(to="string", subject="string", body="string", html="string?"),
            _type("{id: string}"),
        ),
        "coupon.generate": ToolSignature("coupon.generate", (), _type("{code: secret}"), "pure"),
        "weather.now": ToolSignature(
            "weather.now", _params(city="string"), _type("{celsius: decimal}"), "observe"
        ),
    },
    scripts={
        "risk": _RISK,
        RISK_PIN: _RISK,
        "greet": Signature("greet", _params(name="string", title="string?"), _type("string")),
        "tidy": Signature("tidy", (), None),
    },
)

FOUNDING: Final[dict[str, Any]] = {
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
}  # fmt: skip
"""The founding script of the language's description."""


def script(*steps: dict[str, Any], returns: Any = None, **params: str) -> dict[str, Any]:
    """Write a script around steps."""
    raw: dict[str, Any] = {"sop": 1}
    if params:
        raw["params"] = params
    if returns is not None:
        raw["returns"] = returns
    return {**raw, "steps": list(steps)}


def math(name: str, expr: str) -> dict[str, Any]:
    return {"op": "math", "name": name, "expr": expr}


def give(value: Any) -> dict[str, Any]:
    return {"op": "return", "value": value}


def when(cond: str, then: list[dict[str, Any]], other: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    step: dict[str, Any] = {"op": "if", "cond": cond, "then": then}
    return step if other is None else {**step, "else": other}
