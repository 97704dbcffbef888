"""The checker: syntax tree and scope → typed IR, or diagnostics. Never raises for what a person wrote.

A part that is wrong is reported once and gives None; what stands around it is still checked, so that one
answer names every mistake. Facts (``facts``) hold right of ``&&`` and ``||``, in the arms of ``?:`` and in
the lambdas of ``filter``, three-part ``map`` and what follows a ``filter``. Operators are in ``operators``,
calls in ``calls``.
"""

from __future__ import annotations

from sopwb.kernel.diagnostics import Diagnostic, Fix, nearest_name
from sopwb.kernel.limits import DIAGNOSTICS_MAX, TYPE_PARTS_MAX
from sopwb.lang import ir
from sopwb.lang.expression import codes
from sopwb.lang.expression.calls import check_call
from sopwb.lang.expression.coerce import coerce
from sopwb.lang.expression.facts import Reader, facts_of
from sopwb.lang.expression.functions import FOREIGN, NAMED
from sopwb.lang.expression.operators import check_binary, check_unary
from sopwb.lang.expression.printer import print_expression
from sopwb.lang.expression.scope import ITEM, Scope
from sopwb.lang.expression.syntax import (
    Binary,
    Call,
    Identifier,
    Index,
    ListLiteral,
    Literal,
    MapLiteral,
    Node,
    RecordLiteral,
    Select,
    Span,
    Ternary,
    Unary,
)
from sopwb.lang.types import (
    BOOL,
    INT,
    NEVER,
    NULL,
    SCALARS,
    STRING,
    ListType,
    MapType,
    NeverType,
    NullType,
    OptionalType,
    RecordType,
    Type,
    assignable,
    is_optional,
    required,
    type_text,
    unify,
)

__all__ = ["Checker", "check_expression", "facts_of"]


def check_expression(
    node: Node, scope: Scope, path: str, expected: Type | None = None
) -> tuple[ir.Expr | None, tuple[Diagnostic, ...]]:
    """Check a tree. Gives its typed IR and no diagnostics, or None and at least one.

    With ``expected`` the result is of a type assignable to it, ints widened to decimals; what cannot be is a
    diagnostic.
    """
    checker = Checker(path)
    expr = checker.check(node, scope)
    if expr is not None and expected is not None:
        expr = checker.expect(expr, expected, node)
    found = tuple(checker.diagnostics[:DIAGNOSTICS_MAX])
    return (None, found) if found else (expr, ())


class Checker:
    """One check of one expression: where it stands, and what was found wrong so far."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.diagnostics: list[Diagnostic] = []
        self.facts = Reader().facts

    def report(
        self, code: str, message: str, span: Span, *, expected: str = "", found: str = "", nearest: str = "",
        hint: str = "", fix: Fix | None = None,
    ) -> None:  # fmt: skip
        """Note a diagnostic at ``span``."""
        if nearest and fix is None:
            fix = Fix(f"write {nearest}", nearest)
        self.diagnostics.append(Diagnostic(code, message, self.path, span, expected, found, nearest, hint, fix))

    def check(self, node: Node, scope: Scope) -> ir.Expr | None:
        """Give the IR of a node; None when something in it is wrong, which is then reported."""
        match node:
            case Literal(kind, value):
                return ir.Const(NULL if kind == "null" else SCALARS[kind], value)
            case Identifier():
                return self._name(node, scope)
            case Select():
                return self._select(node, node.base, node.field, scope)
            case Index():
                return self._index(node, scope)
            case Call():
                return check_call(self, node, scope)
            case Unary():
                return check_unary(self, node, scope)
            case Binary():
                return check_binary(self, node, scope)
            case Ternary():
                return self._ternary(node, scope)
            case ListLiteral(items):
                return self._list(items, scope)
            case RecordLiteral(fields):
                return self._record(fields, scope)
            case MapLiteral(entries):
                return self._map(entries, scope)

    # --- what a value must be -------------------------------------------------------------------

    def some(self, expr: ir.Expr | None, node: Node) -> ir.Expr | None:
        """Refuse a value that may be null, with the ways out; give the others as they are."""
        if expr is None or not is_optional(expr.type):
            return expr
        text = print_expression(node)
        if isinstance(expr.type, NullType):
            self.report(codes.MAYBE_NULL, "null cannot be used here", node.span, found="null")
            return None
        hint = f"ask {text} != null first, give a default with coalesce({text}, …), or say must({text})"
        match node:
            case Call(receiver, "min" | "max" | "avg" | "first" | "last") if receiver is not None:
                xs = print_expression(receiver)
                hint = f"it is null when {xs} has no elements: ask size({xs}) > 0 first, or coalesce({text}, …)"
        self.report(
            codes.MAYBE_NULL, f"{text} may be null", node.span, expected=type_text(required(expr.type)),
            found=type_text(expr.type), hint=hint, fix=Fix("end the run when it is null", f"must({text})"),
        )  # fmt: skip
        return None

    def expect(self, expr: ir.Expr | None, wanted: Type, node: Node) -> ir.Expr | None:
        """Coerce to a type by widening, or report that it is another."""
        if expr is None:
            return None
        if assignable(expr.type, wanted):
            return coerce(expr, wanted)
        if not is_optional(wanted) and assignable(required(expr.type), wanted):
            return self.some(expr, node)
        if isinstance(expr.type, NullType):
            return self.some(expr, node)
        want, found = type_text(wanted), type_text(expr.type)
        hint, fix = "", None
        match required(expr.type), wanted:
            case RecordType() as record, RecordType():
                hint = _record_difference(record, wanted)
            case _, _ if wanted == STRING and expr.type in SCALARS.values():
                fix = Fix("write it as text", f"string({print_expression(node)})")
        self.report(
            codes.WRONG_TYPE,
            f"expected {want}, found {found}",
            node.span,
            expected=want,
            found=found,
            hint=hint,
            fix=fix if found != "secret" else None,
        )
        return None

    def condition(self, node: Node, scope: Scope) -> ir.Expr | None:
        """Check a node that must be a bool and not null."""
        expr = self.check(node, scope)
        if expr is not None and required(expr.type) == BOOL:
            return self.some(expr, node)
        return self.expect(expr, BOOL, node)

    def common(self, exprs: list[ir.Expr], nodes: tuple[Node, ...], what: str) -> Type | None:
        """Find the one type of several values, or report the first that has none with those before it."""
        type_: Type = NEVER
        for expr, node in zip(exprs, nodes, strict=True):
            both = unify(type_, expr.type)
            if both is None:
                before, found = type_text(type_), type_text(expr.type)
                self.report(
                    codes.NO_COMMON_TYPE,
                    f"{what}: {before} and {found} have no type in common",
                    node.span,
                    expected=before,
                    found=found,
                )
                return None
            type_ = both
        return type_

    # --- names and parts ------------------------------------------------------------------------

    def _name(self, node: Identifier, scope: Scope) -> ir.Expr | None:
        type_ = scope.type_of(node.name)
        if type_ is not None:
            return ir.Name(type_, node.name)
        nearest, hint = "", ""
        lower = node.name.lower()
        if lower in ("none", "nil", "undefined", "true", "false", "null"):
            nearest = lower if lower in ("true", "false") else "null"
        elif self._is_field(scope, ITEM, node.name):
            nearest = f"{ITEM}.{node.name}"
        elif len(node.name) > 1:
            nearest = nearest_name(node.name, scope.names())
        if not nearest:
            owner = next((name for name in scope.names() if self._is_field(scope, name, node.name)), "")
            nearest = f"{owner}.{node.name}" if owner else ""
        if not nearest:
            is_function = node.name in NAMED or lower in FOREIGN
            hint = "a function is called with ( )" if is_function else f"a text is written in quotes: '{node.name}'"
        self.report(
            codes.UNKNOWN_NAME,
            f"there is no name {node.name} here",
            node.span,
            found=node.name,
            nearest=nearest,
            hint=hint,
        )
        return None

    @staticmethod
    def _is_field(scope: Scope, name: str, field: str) -> bool:
        type_ = scope.type_of(name)
        return isinstance(type_, RecordType) and type_.get(field) is not None

    def _select(self, node: Node, base_node: Node, field: str, scope: Scope) -> ir.Expr | None:
        if (
            isinstance(base_node, Identifier)
            and scope.type_of(base_node.name) is None
            and self._is_field(scope, ITEM, field)
        ):  # in a filter the loop's own name is not there yet
            self.report(
                codes.UNKNOWN_NAME,
                f"there is no name {base_node.name} here",
                base_node.span,
                found=base_node.name,
                nearest=f"{ITEM}.{field}",
            )
            return None
        base = self.some(self.check(base_node, scope), base_node)
        if base is None:
            return None
        match base.type:
            case RecordType():
                type_ = base.type.get(field)
                if type_ is not None:
                    return ir.Field(type_, base, field)
                self.unknown_field(node, base.type, field)
                return None
            case MapType(key, value) if key == STRING:
                return ir.Index(value, base, ir.Const(STRING, field))
            case NeverType():
                return ir.Field(NEVER, base, field)
        text, found = print_expression(base_node), type_text(base.type)
        hint = ""
        if isinstance(base.type, ListType):
            hint = f"{text} is a list: {text}.map(x, x.{field}) is the field of each, {text}.first() one element"
        self.report(codes.NO_FIELDS, f"{found} has no fields", node.span, expected="a record", found=found, hint=hint)
        return None

    def unknown_field(self, node: Node, record: RecordType, field: str) -> None:
        """Report a field that a record does not have."""
        near = nearest_name(field, record.names())
        span = node.field_span if isinstance(node, Select) else node.span
        fields = ", ".join(record.names()[:20])
        hint = "" if near else (f"its fields: {fields}" if fields else "it has no fields")
        fix = Fix(f"write {near}", near) if near and isinstance(node, Select) else None
        self.diagnostics.append(
            Diagnostic(codes.UNKNOWN_FIELD, f"there is no field {field}", self.path, span, "", field, near, hint, fix)
        )

    def _index(self, node: Index, scope: Scope) -> ir.Expr | None:
        base = self.some(self.check(node.base, scope), node.base)
        match node.index:
            case Literal("string", field) if base is not None and isinstance(base.type, RecordType):
                return self._select(node, node.base, field, scope)
        index = self.some(self.check(node.index, scope), node.index)
        if base is None or index is None:
            return None
        match base.type:
            case ListType(element):
                wanted, result = INT, element
            case MapType(key, value):
                assert key in SCALARS.values()
                wanted, result = SCALARS[type_text(key)], value
            case NeverType():
                return ir.Index(NEVER, base, index)
            case _:
                found = type_text(base.type)
                hint = "a record's field is chosen by its name: r.field" if isinstance(base.type, RecordType) else ""
                self.report(
                    codes.NOT_INDEXABLE,
                    f"{found} has no elements",
                    node.span,
                    expected="a list or a map",
                    found=found,
                    hint=hint,
                )
                return None
        at = self.expect(index, wanted, node.index)
        return None if at is None else ir.Index(result, base, at)

    def _ternary(self, node: Ternary, scope: Scope) -> ir.Expr | None:
        test = self.condition(node.test, scope)
        then = self.check(node.then, scope.narrow(self.facts(node.test, scope, True)))
        other = self.check(node.other, scope.narrow(self.facts(node.test, scope, False)))
        if test is None or then is None or other is None:
            return None
        type_ = self.common([then, other], (node.then, node.other), "the two branches")
        if type_ is None:
            return None
        return ir.Cond(type_, test, coerce(then, type_), coerce(other, type_))

    # --- literals with parts --------------------------------------------------------------------

    def each(self, nodes: tuple[Node, ...], scope: Scope) -> list[ir.Expr] | None:
        """Check several nodes; None when one is wrong, after all were looked at."""
        exprs = [self.check(node, scope) for node in nodes]
        good = [expr for expr in exprs if expr is not None]
        return good if len(good) == len(exprs) else None

    def _list(self, items: tuple[Node, ...], scope: Scope) -> ir.Expr | None:
        exprs = self.each(items, scope)
        element = None if exprs is None else self.common(exprs, items, "the elements")
        if exprs is None or element is None:
            return None
        return ir.MakeList(ListType(element), tuple(coerce(expr, element) for expr in exprs))

    def _record(self, fields: tuple[tuple[str, Node], ...], scope: Scope) -> ir.Expr | None:
        exprs = self.each(tuple(node for _, node in fields), scope)
        if exprs is None:
            return None
        named = tuple((name, expr) for (name, _), expr in zip(fields, exprs, strict=True))
        if _has_more_parts([expr.type for expr in exprs], TYPE_PARTS_MAX):
            message = f"the record has more than {TYPE_PARTS_MAX} parts"
            self.report(codes.TOO_DEEP, message, fields[0][1].span, hint="split it with math steps")
            return None
        return ir.MakeRecord(RecordType(tuple((name, expr.type) for name, expr in named)), named)

    def _map(self, entries: tuple[tuple[Node, Node], ...], scope: Scope) -> ir.Expr | None:
        if not entries:
            return ir.MakeMap(MapType(STRING, NEVER), ())
        key_nodes, value_nodes = tuple(k for k, _ in entries), tuple(v for _, v in entries)
        keys, values = self.each(key_nodes, scope), self.each(value_nodes, scope)
        if keys is None or values is None:
            return None
        key, value = self.common(keys, key_nodes, "the keys"), self.common(values, value_nodes, "the values")
        if key is None or value is None:
            return None
        if key not in (BOOL, INT, STRING):
            self.report(
                codes.MAP_KEY,
                f"{type_text(key)} cannot be a map's key",
                key_nodes[0].span,
                expected="bool, int or string",
                found=type_text(key),
            )
            return None
        return ir.MakeMap(MapType(key, value), tuple((k, coerce(v, value)) for k, v in zip(keys, values, strict=True)))


def _has_more_parts(types: list[Type], most: int) -> bool:
    """Count the parts of types, no further than the bound: nested records can double at every level."""
    todo, seen = list(types), 0
    while todo and seen <= most:
        seen += 1
        match todo.pop():
            case OptionalType(inner):
                todo.append(inner)
            case ListType(element):
                todo.append(element)
            case MapType(_, value):
                todo.append(value)
            case RecordType(fields):
                todo.extend(t for _, t in fields)
    return seen > most


def _record_difference(found: RecordType, wanted: RecordType) -> str:
    missing = [name for name in wanted.names() if found.get(name) is None]
    extra = [name for name in found.names() if wanted.get(name) is None]
    if missing or extra:
        parts = (["missing: " + ", ".join(missing)] if missing else []) + (
            ["not wanted: " + ", ".join(extra)] if extra else []
        )
        return "; ".join(parts)
    wrong = [
        f"{name} is {type_text(t)}, not {type_text(w)}"
        for name, w in wanted.fields if (t := found.get(name)) is not None and not assignable(t, w)
    ]  # fmt: skip
    return "; ".join(wrong)
