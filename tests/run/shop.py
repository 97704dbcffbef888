"""A small shop in memory: tables, tools and worlds for the tests of running."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.lang.compile import compile_script
from sopwb.lang.environment import Signature, SourceSchema, StaticEnvironment
from sopwb.lang.signature import signature_of
from sopwb.lang.types import RecordType, parse_type
from sopwb.run.expression import Context
from sopwb.run.interpret import Program, prepare, run
from sopwb.run.ports import Fingerprint, PlannedEffect
from sopwb.run.spool import MemorySpool
from sopwb.run.state import Outcome, World
from sopwb.run.trace import Trace, TraceEvent
from sopwb.tools.deciding import DecidingTools
from sopwb.tools.registry import Registry

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
ZONE = dt.timezone(dt.timedelta(hours=1), "shop")
EMAIL = {"email": {"host": "127.0.0.1", "port": 2525, "from": "shop@example.com"}}

CUSTOMERS = "{id: string, name: string, email: string?}"
ORDERS = "{id: string, customer_id: string, ordered_at: timestamp, total: decimal}"


class MemoryTable:
    """A table over a list; ``asked`` notes what was asked of it."""

    def __init__(self, schema: SourceSchema, records: Sequence[dict[str, Value]]) -> None:
        self.schema, self.asked = schema, list[tuple[str, Value]]()
        names = schema.record.names()
        ordered = sorted(records, key=lambda r: r[schema.key]) if schema.key is not None else list(records)
        self._records = [{name: record.get(name) for name in names} for record in ordered]
        self._indexes: dict[str, dict[Value, list[dict[str, Value]]]] = {}

    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self.schema.name, "memory", str(len(self._records)))

    def rows(self) -> Iterator[dict[str, Value]]:
        self.asked.append(("", None))
        return iter(self._records)

    def matching(self, field: str, value: Value) -> Iterator[dict[str, Value]]:
        self.asked.append((field, value))
        if field not in self._indexes:
            index = self._indexes[field] = {}
            for record in self._records:
                index.setdefault(record[field], []).append(record)
        return iter(self._indexes[field].get(value, ()))

    def count(self) -> int:
        return len(self._records)

    def batches(self, fields: Sequence[str] | None = None, rows_max: int = 65_536) -> Iterator[Any]:
        raise NotImplementedError


class Shop:
    """Sources, scripts and settings; a script's run in it gives a ``Ran``."""

    def __init__(self, scripts: dict[str, dict[str, Any]] | None = None, **settings: dict[str, Any]) -> None:
        self.tables: dict[str, MemoryTable] = {}
        self.scripts = scripts or {}
        self.registry = Registry(settings or EMAIL)

    def add(self, name: str, key: str | None, type_: str, records: Sequence[dict[str, Value]]) -> Shop:
        record = parse_type(type_)
        assert isinstance(record, RecordType)
        self.tables[name] = MemoryTable(SourceSchema(name, key, record), records)
        return self

    def table(self, name: str) -> MemoryTable:
        return self.tables[name]

    def environment(self) -> StaticEnvironment:
        tools = {name: tool for name in self.registry.names() if (tool := self.registry.signature(name)) is not None}
        signatures = {
            name: found for name, raw in self.scripts.items() if isinstance(found := signature_of(raw, name), Signature)
        }
        return StaticEnvironment({n: t.schema for n, t in self.tables.items()}, tools, signatures)

    def compile(self, raw: dict[str, Any]) -> ir.Script:
        checked = compile_script(raw, self.environment())
        assert checked.ir is not None, [d.line() for d in checked.diagnostics]
        return checked.ir

    def prepare(self, script: ir.Script | dict[str, Any]) -> Program:
        typed = self.compile(script) if isinstance(script, dict) else script
        return prepare(typed, Context(ZONE), lambda name: self.compile(self.scripts[name]))

    def run(
        self,
        script: ir.Script | Program | dict[str, Any],
        inputs: dict[str, Value] | None = None,
        mocks: tuple[str, ...] = (),
        dry_run: bool = False,
        **world: Any,
    ) -> Ran:
        program = script if isinstance(script, Program) else self.prepare(script)
        spool, trace = MemorySpool(), Trace()
        full = {
            "tables": self,
            "tools": DecidingTools(self.registry, mocks, dry_run),
            "effects": spool,
            "trace": trace,
            "now": NOW,
            "run_id": "b3:test",
            **world,
        }
        return Ran(run(program, inputs or {}, World(**full)), spool.effects, full["trace"], program)


class Ran:
    """A run that has ended: its outcome, its planned effects and its trace."""

    def __init__(self, outcome: Outcome, effects: list[PlannedEffect], trace: Trace, program: Program) -> None:
        self.outcome, self.effects, self.trace, self.program = outcome, effects, trace, program

    @property
    def result(self) -> Value:
        assert self.outcome.status == "succeeded", self.outcome
        return self.outcome.result

    @property
    def code(self) -> str:
        assert self.outcome.status == "failed", self.outcome
        assert self.outcome.error is not None
        return self.outcome.error.code

    def events(self, op: str = "") -> list[TraceEvent]:
        return [event for event in self.trace.events() if op in ("", event.op)]

    def spoken(self) -> list[str]:
        return [line for event in self.trace.events() for line in event.lines]


def script(*steps: dict[str, Any], returns: Any = None, **params: str) -> dict[str, Any]:
    """Write a script in short: parameters by keyword, ``returns`` as in the language."""
    raw: dict[str, Any] = {"sop": 1, "params": params, "steps": list(steps)}
    return raw if returns is None else raw | {"returns": returns}


def founding() -> dict[str, Any]:
    """The founding script of the language's page."""
    return script(
        {"op": "fetch", "name": "customer", "from": "customers", "where": "it.id == customer_id", "one": "required"},
        {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == customer.id"},
        {
            "op": "if",
            "name": "dormant",
            "cond": "size(orders) == 0",
            "then": [{"op": "return", "value": {"is_risk": "true", "reason": "'No orders: dormant account'"}}],
        },
        {"op": "math", "name": "days_since_last", "expr": "days_between(orders.max(o, o.ordered_at), now)"},
        {"op": "math", "name": "total_spend", "expr": "orders.sum(o, o.total)"},
        {
            "op": "if",
            "name": "risk",
            "cond": "days_since_last > 60 && total_spend > 500",
            "then": [
                {
                    "op": "return",
                    "value": {"is_risk": "true", "reason": "'Last order was ' + string(days_since_last) + ' days ago'"},
                }
            ],
        },
        {"op": "return", "value": {"is_risk": "false", "reason": "'Active'"}},
        returns={"is_risk": "bool", "reason": "string"},
        customer_id="string",
    )


def order(id_: str, customer: str, days_ago: int, total: str) -> dict[str, Value]:
    return {
        "id": id_,
        "customer_id": customer,
        "ordered_at": NOW - dt.timedelta(days=days_ago),
        "total": Decimal(total),
    }


def shop(**settings: dict[str, Any]) -> Shop:
    """Three customers.

    C1 has 12 orders, the last 94 days ago, 1200 in total; C2 has none; C3 is active and has no address.
    """
    customers = [
        {"id": "C1", "name": "Ann", "email": "ann@example.com"},
        {"id": "C2", "name": "Bob", "email": "bob@example.com"},
        {"id": "C3", "name": "Cleo", "email": None},
    ]
    orders = [order(f"O{n:02}", "C1", 94 + 10 * n, "100.00") for n in range(12)]
    orders += [order("O20", "C3", 3, "19.90")]
    return (
        Shop({"check_churn_risk": founding()}, **settings)
        .add("customers", "id", CUSTOMERS, customers)
        .add("orders", "id", ORDERS, orders)
    )
