"""The checker's part for calls: functions and methods of the catalogue, list functions with a lambda, and the
forms ``has``, ``coalesce`` and ``must``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from sopwb.kernel.diagnostics import Fix, nearest_name
from sopwb.lang import ir
from sopwb.lang.expression import codes
from sopwb.lang.expression.coerce import coerce, has_secret
from sopwb.lang.expression.constants import constant_fault
from sopwb.lang.expression.facts import is_nonempty
from sopwb.lang.expression.functions import FOLDS, FOREIGN, LOCAL, NAMED, NAMESPACES, Function
from sopwb.lang.expression.operators import ORDERED
from sopwb.lang.expression.overloads import choose
from sopwb.lang.expression.printer import print_expression
from sopwb.lang.expression.scope import RESERVED_NAMES, Scope
from sopwb.lang.expression.syntax import Call, Identifier, Index, Literal, Node, Select, path_of
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    NEVER,
    NULL,
    SECRET,
    STRING,
    TIMESTAMP,
    ListType,
    MapType,
    NeverType,
    RecordType,
    Type,
    is_optional,
    optional,
    required,
    type_text,
    unify,
)

if TYPE_CHECKING:
    from sopwb.lang.expression.check import Checker

_NO_SECRETS: Final = frozenset(("distinct",))
_KEPT: Final = {"exists_one": "exists_one", "sortBy": "sort_by"}
_Lambda: TypeAlias = tuple[str, Scope]


def check_call(checker: Checker, node: Call, scope: Scope) -> ir.Expr | None:
    """Check a call of any kind."""
    receiver, name = node.receiver, node.name
    if receiver is None:
        form = _FORMS.get(name)
        if form is not None:
            return form(checker, node, scope)
        return _plain(checker, node, name, node.args, "global", scope)
    if isinstance(receiver, Identifier) and receiver.name in NAMESPACES and scope.type_of(receiver.name) is None:
        return _plain(checker, node, f"{receiver.name}.{name}", node.args, "global", scope)
    if any(f.style == "fold" for f in NAMED.get(name, ())):
        return _fold(checker, node, receiver, scope)
    return _plain(checker, node, name, (receiver, *node.args), "method", scope)


def _plain(checker: Checker, node: Call, name: str, args: tuple[Node, ...], style: str, scope: Scope) -> ir.Expr | None:
    """Check a strict function: its arguments, its overload, what a constant argument must be."""
    overloads = [f for f in NAMED.get(name, ()) if f.style == style]
    if not overloads:
        # The arguments are left unchecked: a lambda's variable in them would be called unknown.
        _unknown(checker, node, name, style)
        return None
    exprs = checker.each(args, scope)
    if exprs is None:
        return None
    if name in ("math.greatest", "math.least"):
        return _extreme(checker, node, name, args, exprs)
    if name in LOCAL:
        some = [checker.some(expr, arg) for expr, arg in zip(exprs, args, strict=True)]
        if any(expr is None for expr in some):
            return None
        exprs = [ir.Apply(DATE, "local_date", (e,)) if e.type == TIMESTAMP else e for e in exprs]
    chosen = choose(overloads, [expr.type for expr in exprs])
    if any(expr.type == NULL for expr in exprs) or chosen is not None:
        some = [checker.some(expr, arg) for expr, arg in zip(exprs, args, strict=True)]
        if any(expr is None for expr in some):
            return None
    if chosen is None:
        _wrong_arguments(checker, node, name, overloads, [expr.type for expr in exprs])
        return None
    function, params, result = chosen
    if function.op in _NO_SECRETS and has_secret(params[0]):
        checker.report(codes.SECRET_USE, "secrets cannot be compared", node.span, found="secret")
        return None
    coerced = tuple(coerce(expr, param) for expr, param in zip(exprs, params, strict=True))
    fault = constant_fault(function.op, coerced)
    if fault is not None:
        message, at = fault
        checker.report(codes.BAD_CONSTANT, message, args[at].span)
        return None
    if function.op in ("first", "last") and is_nonempty(args[0], scope) and isinstance(params[0], ListType):
        result = params[0].element
    elif function.op in ("first", "last") and isinstance(required(result), NeverType):
        result = NULL
    return ir.Apply(result, function.op, coerced)


def _extreme(checker: Checker, node: Call, name: str, args: tuple[Node, ...], exprs: list[ir.Expr]) -> ir.Expr | None:
    """Check ``math.greatest`` or ``math.least`` of numbers or of one list of numbers."""
    op = name.removeprefix("math.")
    some = [checker.some(expr, arg) for expr, arg in zip(exprs, args, strict=True)]
    if any(expr is None for expr in some):
        return None
    types = [expr.type for expr in exprs]
    if len(exprs) == 1 and isinstance(types[0], ListType):
        types, op = [types[0].element], op + "_list"
    both: Type | None = NEVER
    for type_ in types:
        both = None if both is None else unify(both, type_)
    if not exprs or both not in (INT, DECIMAL, NEVER):
        _wrong_arguments(checker, node, name, NAMED[name], [expr.type for expr in exprs])
        return None
    param = ListType(both) if op.endswith("_list") else both
    return ir.Apply(both, op, tuple(coerce(expr, param) for expr in exprs))


# --- forms --------------------------------------------------------------------------------------


def _has(checker: Checker, node: Call, scope: Scope) -> ir.Expr | None:
    match node.args:
        case (Select(base_node, field),) | (Index(base_node, Literal("string", field)),):
            pass
        case _:
            checker.report(codes.NOT_A_SELECTION, "has takes a field: has(record.field)", node.span)
            return None
    base = checker.some(checker.check(base_node, scope), base_node)
    if base is None:
        return None
    match base.type:
        case RecordType() if base.type.get(field) is not None:
            return ir.Has(BOOL, base, field)
        case RecordType():
            checker.unknown_field(node.args[0], base.type, field)
        case MapType(key, _) if key == STRING:
            return ir.Apply(BOOL, "in_map", (ir.Const(STRING, field), base))
        case NeverType():
            return ir.Has(BOOL, base, field)
        case _:
            found = type_text(base.type)
            checker.report(codes.NO_FIELDS, f"{found} has no fields", base_node.span, expected="a record", found=found)
    return None


def _coalesce(checker: Checker, node: Call, scope: Scope) -> ir.Expr | None:
    exprs = checker.each(node.args, scope)
    if exprs is None:
        return None
    if len(exprs) != 2:
        _wrong_arguments(checker, node, "coalesce", NAMED["coalesce"], [expr.type for expr in exprs])
        return None
    value, default = exprs
    inner = NEVER if value.type == NULL else required(value.type)
    both = unify(inner, default.type)
    if both is None:
        wanted, found = type_text(inner), type_text(default.type)
        checker.report(
            codes.NO_COMMON_TYPE,
            f"the default is {found}, the value {wanted}",
            node.args[1].span,
            expected=wanted,
            found=found,
        )
        return None
    return ir.Coalesce(both, coerce(value, optional(both)), coerce(default, both))


def _must(checker: Checker, node: Call, scope: Scope) -> ir.Expr | None:
    exprs = checker.each(node.args, scope)
    if exprs is None:
        return None
    if len(exprs) != 1:
        _wrong_arguments(checker, node, "must", NAMED["must"], [expr.type for expr in exprs])
        return None
    type_ = NEVER if exprs[0].type == NULL else required(exprs[0].type)
    return ir.Must(type_, exprs[0], print_expression(node.args[0]))


_FORMS: Final[dict[str, Callable[[Checker, Call, Scope], ir.Expr | None]]] = {
    "has": _has, "coalesce": _coalesce, "must": _must,
}  # fmt: skip


# --- list functions -----------------------------------------------------------------------------


def _fold(checker: Checker, node: Call, receiver: Node, scope: Scope) -> ir.Expr | None:
    over = checker.some(checker.check(receiver, scope), receiver)
    if over is None:
        return None
    if isinstance(over.type, MapType) and node.name in ("all", "exists", "exists_one", "filter", "map"):
        over = ir.Apply(ListType(over.type.key), "map_keys", (over,))
    if isinstance(over.type, NeverType):
        # No value has this type; the node only says that a list stands here.
        over = ir.Apply(ListType(NEVER), "widen_deep", (over,))
    elif not isinstance(over.type, ListType):
        found = type_text(over.type)
        checker.report(
            codes.NOT_A_LIST,
            f"{node.name} is for lists, found {found}",
            receiver.span,
            expected="a list",
            found=found,
        )
        return None
    element = over.type.element if isinstance(over.type, ListType) else NEVER
    kind = _KEPT.get(node.name, node.name)
    if not node.args and kind in ("count", "sum", "min", "max", "avg"):
        return _bare(checker, node, kind, receiver, over, element, scope)
    bound = _variable(checker, node, element, scope)
    if bound is None:
        return None
    var, inner = bound
    if len(node.args) == 3 and kind == "map":
        condition = checker.condition(node.args[1], inner)
        kept = inner.narrow(checker.facts(node.args[1], inner, True))
        body = checker.check(node.args[2], kept)
        if condition is None or body is None:
            return None
        narrow = kept.type_of(var)
        assert narrow is not None
        return ir.Fold(ListType(body.type), "map", ir.Fold(ListType(narrow), "filter", over, var, condition), var, body)
    if len(node.args) != 2:
        signature = FOLDS[kind].signature()
        checker.report(
            codes.ARGUMENTS,
            f"{node.name} takes a variable and one expression",
            node.span,
            expected=signature,
            hint=signature,
        )
        return None
    if kind in ("all", "exists", "exists_one", "filter", "count"):
        return _conditional(checker, node, kind, over, bound)
    body = checker.check(node.args[1], inner)
    if body is None:
        return None
    if kind == "map":
        return ir.Fold(ListType(body.type), "map", over, var, body)
    return _keyed(checker, node, kind, over, var, body, is_nonempty(receiver, scope))


def _variable(checker: Checker, node: Call, element: Type, scope: Scope) -> _Lambda | None:
    """Bind the variable of a list function, which its first argument names."""
    match node.args:
        case (Identifier(name), *_) if len(node.args) > 1:
            pass
        case _:
            shown = f"write xs.{node.name}(x, …): a name for the element, then what to do with it"
            span = node.args[0].span if node.args else node.span
            checker.report(codes.NOT_A_VARIABLE, f"{node.name} needs a variable first", span, hint=shown)
            return None
    if name in RESERVED_NAMES or scope.type_of(name) is not None:
        why = "is reserved" if name in RESERVED_NAMES else "is already a name here"
        checker.report(codes.NAME_TAKEN, f"{name} {why}", node.args[0].span, found=name, hint="choose another name")
        return None
    return name, scope.bind(name, element)


def _conditional(checker: Checker, node: Call, kind: str, over: ir.Expr, bound: _Lambda) -> ir.Expr | None:
    var, inner = bound
    body = checker.condition(node.args[1], inner)
    if body is None:
        return None
    type_: Type = INT if kind == "count" else BOOL
    if kind == "filter":
        element = inner.narrow(checker.facts(node.args[1], inner, True)).type_of(var)
        assert element is not None
        type_ = ListType(element)
    return ir.Fold(type_, kind, over, var, body)


def _bare(
    checker: Checker, node: Call, kind: str, receiver: Node, over: ir.Expr, element: Type, scope: Scope
) -> ir.Expr | None:
    """Check an aggregate without a lambda: it works on the elements themselves."""
    if kind == "count":
        if required(element) == BOOL:
            checker.report(
                codes.AMBIGUOUS_COUNT,
                "count() of bools could mean all or the true ones",
                node.span,
                hint="write xs.count(x, x) for the true ones, size(xs) for all",
            )
            return None
        return ir.Apply(INT, "size_list", (over,))
    return _keyed(checker, node, kind, over, "", None, is_nonempty(receiver, scope))


def _keyed(
    checker: Checker, node: Call, kind: str, over: ir.Expr, var: str, body: ir.Expr | None, nonempty: bool
) -> ir.Expr | None:
    """Check ``sum min max avg sortBy``: what they go by must be there, and be a number or have an order."""
    assert isinstance(over.type, ListType)
    by = over.type.element if body is None else body.type
    if is_optional(by):
        what = "an element" if body is None else print_expression(node.args[1])
        keep = "x, x != null" if body is None else f"{var}, {print_expression(node.args[1])} != null"
        if body is not None and path_of(node.args[1]) is None:
            keep = ""
        hint = f"leave the others out first: filter({keep})" if keep else "give a default with coalesce(…)"
        span = node.span if body is None else node.args[1].span
        checker.report(
            codes.MAYBE_NULL,
            f"{what} may be null",
            span,
            expected=type_text(required(by)),
            found=type_text(by),
            hint=hint,
        )
        return None
    numeric = kind in ("sum", "avg")
    if not isinstance(by, NeverType) and by not in ((INT, DECIMAL) if numeric else ORDERED):
        code = codes.WRONG_TYPE if numeric else codes.NOT_ORDERED
        code = codes.SECRET_USE if by == SECRET else code
        wanted = "a number" if numeric else "a number, text, time or bool"
        checker.report(
            code,
            f"{node.name} needs {wanted}, found {type_text(by)}",
            node.span,
            expected=wanted,
            found=type_text(by),
        )
        return None
    match kind:
        case "sort_by":
            return ir.Fold(over.type, kind, over, var, body)
        case "sum":
            return ir.Fold(INT if isinstance(by, NeverType) else by, kind, over, var, body)
        case "avg":
            return ir.Fold(DECIMAL if nonempty else optional(DECIMAL), kind, over, var, body)
        case _:
            result = NULL if isinstance(by, NeverType) else optional(by)
            return ir.Fold(by if nonempty else result, kind, over, var, body)


# --- what can be wrong --------------------------------------------------------------------------


def _unknown(checker: Checker, node: Call, name: str, style: str) -> None:
    """Report a function that does not exist, or not in this style."""
    others = NAMED.get(name, ())
    text = print_expression(node)
    if others and style == "method" and node.receiver is not None:
        inside = ", ".join(print_expression(arg) for arg in (node.receiver, *node.args))
        right = f"{name}({inside})"
    elif others and style == "global" and node.args and others[0].style in ("method", "fold"):
        inside = ", ".join(print_expression(arg) for arg in node.args[1:])
        right = f"{print_expression(Select(node.args[0], name))}({inside})"
    else:
        known = {
            f.name for fs in NAMED.values() for f in fs if f.style not in ("operator", "inner") and f.name[0].isalpha()
        }
        near = FOREIGN.get(name.lower()) or nearest_name(name, known)
        hint = "there are no dynamic types here" if FOREIGN.get(name.lower()) == "" else ""
        fix = Fix(f"write {near}", near) if near and "." not in name else None
        start, end = node.name_span
        checker.report(
            codes.UNKNOWN_FUNCTION,
            f"there is no function {name}",
            (start, end),
            found=name,
            nearest=near,
            hint=hint,
            fix=fix,
        )
        return
    checker.report(
        codes.CALL_STYLE,
        f"{text} is written {right}",
        node.span,
        expected=others[0].signature(),
        found=text,
        fix=Fix(f"write {right}", right),
    )


def _wrong_arguments(
    checker: Checker,
    node: Call,
    name: str,
    overloads: list[Function] | tuple[Function, ...],
    found: list[Type],
) -> None:
    signatures = list(dict.fromkeys(f.signature() for f in overloads))
    texts = ", ".join(map(type_text, found)) or "nothing"
    hint, fix = "", None
    if name in ("add_days", "add_months") and found and required(found[0]) == TIMESTAMP:
        hint = "take the local date first: date(…)"
        fix = _rewrapped(node, 0, "date")
    elif name in ("hours_between", "minutes_between") and DATE in map(required, found):
        hint = "dates have no hours: days_between(a, b)"
    elif name == "string" and found and required(found[0]) == SECRET:
        hint = "a secret is never shown; join it to a text with +"
    code = codes.SECRET_USE if any(required(t) == SECRET for t in found) else codes.ARGUMENTS
    checker.report(
        code,
        f"{name} does not take {texts}",
        node.span,
        expected=" or ".join(signatures),
        found=texts,
        hint=hint,
        fix=fix,
    )


def _rewrapped(node: Call, at: int, function: str) -> Fix:
    args = tuple(Call(None, function, (arg,)) if n == at else arg for n, arg in enumerate(node.args))
    text = print_expression(Call(node.receiver, node.name, args))
    return Fix(f"write {text}", text)
