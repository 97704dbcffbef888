"""Computes what a checked script reads of its sources: the key, and exactly the fields that it uses.

A record may go through names, filters, sorts, branches and loops before a field of it is read, so values are
followed to the sources that they come from (their *origins*). Where a whole record goes out of sight
(returned, compared, given to a call or a tool, put into another record) all of its fields are read. A
``fetch`` that lists ``fields`` reads those. What a ``write`` writes is read too: a change is made of what was there.

The result is part of a frozen script's identity: reading less than this would be wrong, reading more would
refuse runs over changes that do not matter.
"""

from __future__ import annotations

from typing import Final, TypeAlias, assert_never

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.lang import codes, ir
from sopwb.lang.environment import Environment
from sopwb.lang.types import ListType, MapType, RecordType, Type, required

Origins: TypeAlias = frozenset[str]
"""Names of the sources that a value's records come from."""

_NONE: Final[Origins] = frozenset()
_SELECTING_FOLDS: Final = frozenset({"filter", "sort_by"})
"""Folds whose result is made of elements of the list."""
_EQUALITY: Final = frozenset({"eq", "ne"})


def source_needs(body: tuple[ir.Step, ...],
                 environment: Environment) -> tuple[tuple[ir.SourceNeed, ...], tuple[Diagnostic, ...]]:
    """Give what the steps read, sorted by source; or diagnostics where a whole record cannot be carried."""
    finder = _Finder()
    finder.steps(body, {})
    needs: list[ir.SourceNeed] = []
    found: list[Diagnostic] = []
    for name in sorted(finder.used):
        source = environment.source(name)
        assert source is not None, "a checked script names known sources only"
        fields = set(source.record.names()) if name in finder.whole else finder.used[name]
        if source.key is not None:
            fields = fields | {source.key}
        odd = sorted(field for field in fields if not (field.isascii() and field.isidentifier()))
        if odd:
            message = f"whole records of {name} are used, and its field {odd[0]!r} has no plain name"
            found.append(Diagnostic(codes.FIELD_NOT_A_NAME.id, message, finder.paths[name]))
        # By name, as in the canonical form: a draft and its frozen form have the same record types.
        record = RecordType(
            tuple(
                sorted((pair for pair in source.record.fields if pair[0] in fields), key=lambda pair: pair[0])
            )
        )
        needs.append(ir.SourceNeed(name, source.key, record))
    return tuple(needs), tuple(found)


def _holds_records(type_: Type) -> bool:
    match required(type_):
        case RecordType():
            return True
        case ListType(element):
            return _holds_records(element)
        case MapType(_, value):
            return _holds_records(value)
        case _:
            return False


class _Finder:
    def __init__(self) -> None:
        self.used: dict[str, set[str]] = {}
        self.whole: set[str] = set()
        self.paths: dict[str, str] = {}

    def read(self, source: str, path: str) -> None:
        self.used.setdefault(source, set())
        self.paths.setdefault(source, path)

    def field(self, origins: Origins, field: str) -> None:
        for source in origins:
            self.used[source].add(field)

    def escape(self, origins: Origins) -> None:
        self.whole |= origins

    # --- steps ------------------------------------------------------------------------------------
    def steps(self, body: tuple[ir.Step, ...], names: dict[str, Origins]) -> None:
        """Walk steps; ``names`` grows by what they bind (names of both branches: they never clash on a
        path).
        """
        for step in body:
            self.step(step, names)

    def step(self, step: ir.Step, names: dict[str, Origins]) -> None:
        match step:
            case ir.Fetch():
                self.fetch(step, names)
            case ir.Math(_, name, code):
                names[name] = names.get(name, _NONE) | self.walk(code.expr, names)
            case ir.If(_, _, cond, then, else_):
                self.walk(cond.expr, names)
                self.steps(then, names)
                self.steps(else_, names)
            case ir.Each():
                self.each(step, names)
            case ir.Call(args=args) | ir.Tool(args=args):
                for _, code in args:
                    self.escape(self.walk(code.expr, names))
                names.setdefault(step.name, _NONE)
            case ir.Write():
                self.write(step, names)
            case ir.Say(_, code) | ir.Fail(_, code) | ir.Return(_, code):
                self.escape(self.walk(code.expr, names))
            case _:
                assert_never(step)

    def records(
        self,
        source: str,
        where: ir.Code | None,
        order_by: tuple[ir.Order, ...],
        names: dict[str, Origins],
        path: str,
    ) -> Origins:
        self.read(source, path)
        origin = frozenset({source})
        inner = {**names, "it": origin}
        for code in (where, *(order.code for order in order_by)):
            if code is not None:
                self.escape(self.walk(code.expr, inner))
        return origin

    def fetch(self, step: ir.Fetch, names: dict[str, Origins]) -> None:
        origin = self.records(step.source, step.where, step.order_by, names, step.path)
        if step.limit is not None:
            self.walk(step.limit.expr, names)
        for field in step.fields:
            self.field(origin, field)
        # The fields of a fetch that lists them are read already, so nothing of it can escape beyond them.
        before = names.get(step.name, _NONE)
        names[step.name] = before if step.fields else before | origin

    def write(self, step: ir.Write, names: dict[str, Origins]) -> None:
        # What a record was before is looked at while deciding, and again before it is changed.
        self.read(step.source, step.path)
        for code in (step.key, *(code for _, code in step.record)):
            self.escape(self.walk(code.expr, names))
        for name, _ in step.record:
            self.field(frozenset({step.source}), name)

    def each(self, step: ir.Each, names: dict[str, Origins]) -> None:
        if step.over is not None:
            origin = self.walk(step.over.expr, names)
        else:
            origin = self.records(step.source, step.where, step.order_by, names, step.path)
        inner = {**names, step.as_: origin}
        self.steps(step.do, inner)
        if step.yield_ is not None:
            names[step.name] = names.get(step.name, _NONE) | self.walk(step.yield_.expr, inner)

    # --- expressions ------------------------------------------------------------------------------
    def walk(self, expr: ir.Expr, names: dict[str, Origins]) -> Origins:
        """Give the origins of an expression's value; notes every field that it reads on the way."""
        match expr:
            case ir.Const():
                return _NONE
            case ir.Name(_, name):
                return names.get(name, _NONE)
            case ir.Field(_, base, field) | ir.Has(_, base, field):
                self.field(self.walk(base, names), field)
                return _NONE
            case ir.Index(_, base, index):
                self.escape(self.walk(index, names))
                return self.walk(base, names)
            case ir.Apply():
                return self.apply(expr, names)
            case ir.And(_, left, right) | ir.Or(_, left, right) | ir.Coalesce(_, left, right):
                return self.walk(left, names) | self.walk(right, names)
            case ir.Cond(_, test, then, other):
                self.walk(test, names)
                return self.walk(then, names) | self.walk(other, names)
            case ir.Must(_, value, _):
                return self.walk(value, names)
            case ir.Fold():
                return self.fold(expr, names)
            case ir.MakeList(_, items):
                return frozenset().union(*(self.walk(item, names) for item in items))
            case ir.MakeRecord(_, fields):
                for _, item in fields:
                    self.escape(self.walk(item, names))
                return _NONE
            case ir.MakeMap(_, entries):
                for key, item in entries:
                    self.escape(self.walk(key, names) | self.walk(item, names))
                return _NONE
            case _:
                assert_never(expr)

    def apply(self, expr: ir.Apply, names: dict[str, Origins]) -> Origins:
        origins: Origins = frozenset().union(*(self.walk(arg, names) for arg in expr.args))
        if not origins or expr.op == "size_list":
            return _NONE
        if expr.op in _EQUALITY and any(isinstance(arg, ir.Const) and arg.value is None for arg in expr.args):
            return _NONE
        if expr.op == "distinct" or not _holds_records(expr.type):
            self.escape(origins)
        return origins

    def fold(self, expr: ir.Fold, names: dict[str, Origins]) -> Origins:
        over = self.walk(expr.over, names)
        if expr.body is None:
            if expr.kind != "count":
                self.escape(over)
            return over
        body = self.walk(expr.body, {**names, expr.var: over})
        if expr.kind in _SELECTING_FOLDS:
            self.escape(body)
            return over
        return body
