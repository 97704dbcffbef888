"""Checks the steps that hold no steps: fetch, math, call, tool, say, fail and return.

Each function takes the step and the state before it and gives (IR or None, state after). None means that a
diagnostic was written; the step's name is then bound to nothing, and expressions that mention it are not
judged, so that one mistake is told once. Deliberately not here: the flow between steps (``lang.check``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from sopwb.kernel.diagnostics import Code, Diagnostic, Fix, nearest_name
from sopwb.lang import codes, ir
from sopwb.lang import script as ast
from sopwb.lang.environment import Environment, Parameter, Signature, SourceSchema
from sopwb.lang.expression.check import check_expression
from sopwb.lang.expression.codes import UNKNOWN_NAME
from sopwb.lang.expression.facts import facts_of
from sopwb.lang.expression.printer import print_expression
from sopwb.lang.expression.scope import Scope
from sopwb.lang.expression.syntax import Literal
from sopwb.lang.names import mentioned
from sopwb.lang.state import State, Wishes
from sopwb.lang.types import (
    BOOL,
    INT,
    NULL,
    SECRET,
    STRING,
    ListType,
    RecordType,
    Scalar,
    Type,
    is_optional,
    optional,
    required,
    type_text,
)

_UNORDERED: Final = (SECRET,)

Checked = tuple["ir.Step | None", State]


class Context:
    """What one check of a script collects: diagnostics, tools, and wishes for wider types (step path →
    type).
    """

    def __init__(self, environment: Environment, returns: Type | None, wishes: Wishes) -> None:
        self.environment = environment
        self.returns = returns
        self.wishes = wishes
        self.diagnostics: list[Diagnostic] = []
        self.tools: set[str] = set()
        self.loops: list[bool] = []
        """One entry a loop around the step: whether its items have a key."""
        self.states: dict[str, tuple[State, State | None]] = {}
        """Step path → what is known before and after it, of the steps in ``watched``: all would be too
        large.
        """
        self.watched: frozenset[str] = frozenset()
        self.ended: dict[str, str] = {}
        """Names that were bound inside of a loop, and what says that they ended with its item."""
        self.broken = False

    def complain(self, code: Code, path: str, message: str, **more: Any) -> None:
        self.broken = True
        self.diagnostics.append(Diagnostic(code.id, message, path, **more))

    def unknown_name(self, code: Code, path: str, what: str, name: str, known: Iterable[str]) -> None:
        """Say that a name means nothing here, with the nearest one and a fix that takes it."""
        near = nearest_name(name, known)
        fix = Fix(f"write {near}", near) if near else None
        self.complain(code, path, f"there is no {what} {name!r}", nearest=near, fix=fix)

    def code(self, expression: ast.Expression, state: State, expected: Type | None = None,
             scope: Scope | None = None) -> ir.Code | None:
        """Check one expression; None where it does not check or mentions a name that did not."""
        node = expression.node
        if node is None or (state.unknown and mentioned(node) & state.unknown):
            self.broken = True
            return None
        expr, found = check_expression(node, scope or state.scope, expression.path, expected)
        if expr is None or found:
            self.broken = True
            self.diagnostics.extend(self.explained(each, expression.text, state) for each in found)
            return None
        return ir.Code(print_expression(node), expr)

    def explained(self, diagnostic: Diagnostic, text: str, state: State) -> Diagnostic:
        """Add why a name that was bound somewhere is not visible here."""
        if diagnostic.code != UNKNOWN_NAME or diagnostic.span is None:
            return diagnostic
        start, end = diagnostic.span
        reason = state.lost.get(text[start:end]) or self.ended.get(text[start:end])
        return diagnostic if reason is None else msgspec.structs.replace(diagnostic, hint=reason)

    def bind(self, state: State, name: str, type_: Type | None, path: str) -> State:
        """Bind a step's name, which no name on this path may have."""
        if name and name in state.taken:
            self.complain(codes.NAME_TAKEN, f"{path}/name", f"{name} is already bound")
        return state.bind(name, type_, path)


# --- fetch ----------------------------------------------------------------------------------------
def check_fetch(context: Context, step: ast.FetchStep, state: State) -> Checked:
    source = find_source(context, step.source, step.path)
    if source is None:
        return None, context.bind(state, step.name, None, step.path)
    before = context.broken
    context.broken = False
    where, record, scope = check_where(context, step.where, source.record, state)
    order_by = check_order(context, step.order_by, state, scope)
    limit = None if step.limit is None else context.code(step.limit, state, INT)
    for n, field in enumerate(step.fields):
        if source.record.get(field) is None:
            context.unknown_name(
                codes.SOURCE_FIELD_UNKNOWN,
                f"{step.path}/fields/{n}",
                f"field of {source.name}",
                field,
                source.record.names(),
            )
    if step.fields:
        record = RecordType(tuple((f, t) for f in step.fields if (t := record.get(f)) is not None))
    broken, context.broken = context.broken, before or context.broken
    kinds: dict[str, Type] = {"": ListType(record), "required": record, "optional": optional(record)}
    type_ = kinds[step.one]
    after = context.bind(state, step.name, type_, step.path)
    if broken:
        return None, after
    return ir.Fetch(
        step.path,
        step.name,
        source.name,
        source.record,
        source.key,
        where,
        order_by,
        limit,
        step.one,
        step.fields,
        type_,
    ), after


def find_source(context: Context, name: str, path: str, field: str = "from") -> SourceSchema | None:
    """Find a data source by name, or say that there is none."""
    source = context.environment.source(name)
    if source is None:
        context.unknown_name(codes.SOURCE_UNKNOWN, f"{path}/{field}", "data source", name,
                             context.environment.source_names())
    return source


def check_where(context: Context, where: ast.Expression | None, record: RecordType,
                state: State) -> tuple[ir.Code | None, RecordType, Scope]:
    """Check a filter: (code, the type of the records that it keeps, the scope in which ``it`` is one of
    them).
    """
    scope = state.scope.bind("it", record)
    if where is None:
        return None, record, scope
    code = context.code(where, state, BOOL, scope)
    if code is None or where.node is None:
        return None, record, scope
    scope = scope.narrow(facts_of(where.node, scope, True))
    kept = scope.type_of("it")
    assert isinstance(kept, RecordType), "facts narrow a record to a record"
    return code, kept, scope


def check_order(context: Context, order_by: tuple[ast.OrderBy, ...], state: State,
                scope: Scope) -> tuple[ir.Order, ...]:
    """Check the keys that records are ordered by; each must have an order."""
    found = []
    for order in order_by:
        code = context.code(order.expression, state, None, scope)
        if code is None:
            continue
        if not isinstance(required(code.type), Scalar) or required(code.type) in _UNORDERED:
            context.complain(codes.NOT_ORDERED, order.expression.path, f"{type_text(code.type)} has no order",
                             found=type_text(code.type))
        found.append(ir.Order(code, order.descending))
    return tuple(found)


# --- math, say, fail ------------------------------------------------------------------------------
def check_math(context: Context, step: ast.MathStep, state: State) -> Checked:
    code = context.code(step.expr, state, context.wishes.asked.get(step.path))
    if code is None or step.expr.node is None:
        return None, context.bind(state, step.name, None, step.path)
    after = context.bind(state, step.name, code.type, step.path)
    if code.type == BOOL:
        # A name for a condition carries the condition's facts: `if known` is as good as `if x != null`.
        true, false = (
            facts_of(step.expr.node, state.scope, True),
            facts_of(step.expr.node, state.scope, False),
        )
        after = after.with_scope(state.scope.bind(step.name, BOOL, true, false))
    return ir.Math(step.path, step.name, code), after


def check_say(context: Context, step: ast.SayStep, state: State) -> Checked:
    code = context.code(step.text, state, STRING)
    return (None if code is None else ir.Say(step.path, code)), state


def check_fail(context: Context, step: ast.FailStep, state: State) -> Checked:
    code = context.code(step.message, state, STRING)
    return (None if code is None else ir.Fail(step.path, code)), state


# --- return and yield -----------------------------------------------------------------------------
def check_return(context: Context, step: ast.ReturnStep, state: State) -> Checked:
    if context.loops:
        context.complain(codes.RETURN_IN_EACH, step.path, "a return inside of each")
        return None, state
    wanted = context.returns
    if step.value is None:
        if wanted is not None and not is_optional(wanted):
            context.complain(
                codes.RESULT_FIELD_MISSING, step.path, "the return has no value", expected=type_text(wanted)
            )
            return None, state
        return ir.Return(step.path, ir.Code("null", ir.Const(wanted or NULL, None))), state
    if wanted is None:
        if isinstance(step.value, ast.Expression) and step.value.text.strip() == "null":
            return ir.Return(step.path, ir.Code("null", ir.Const(NULL, None))), state
        context.complain(codes.RETURNS_UNDECLARED, f"{step.path}/value", "the script declares no `returns`")
        return None, state
    code = check_value(context, step.value, state, wanted)
    return (None if code is None else ir.Return(step.path, code)), state


def check_value(context: Context, value: ast.Value, state: State, wanted: Type | None) -> ir.Code | None:
    """Check a ``value`` or ``yield``: one expression, or an object of them that makes a record of type
    ``wanted``.

    Without ``wanted`` the record has its fields by name, which is also the order in which they are computed:
    so a draft and its canonical form, whose keys are sorted, are the same program.
    """
    record = None if wanted is None else required(wanted)
    if record is None or isinstance(record, RecordType):
        value = ast.as_record(value)
    if isinstance(value, ast.Expression):
        return context.code(value, state, wanted)
    if record is not None and not isinstance(record, RecordType):
        context.complain(
            codes.RESULT_SHAPE,
            value.path,
            f"an object is given, {type_text(record)} is declared",
            expected=type_text(record),
        )
        return None
    found: dict[str, ir.Code] = {}
    good = True
    for name, expression in value.fields:
        want = None if record is None else record.get(name)
        if record is not None and want is None:
            context.unknown_name(
                codes.RESULT_FIELD_UNKNOWN, expression.path, "declared field", name, record.names()
            )
            good = False
            continue
        code = context.code(expression, state, want)
        if code is None:
            good = False
        else:
            found[name] = code
    given = {name for name, _ in value.fields}
    for name in () if record is None else record.names():
        if name not in given:
            context.complain(
                codes.RESULT_FIELD_MISSING, value.path, f"the value has no {name}", expected=name
            )
            good = False
    if not good:
        return None
    type_ = record or RecordType(tuple((name, found[name].type) for name in sorted(found)))
    text = "{" + ", ".join(f"{name}: {found[name].text}" for name in type_.names()) + "}"
    made = ir.MakeRecord(type_, tuple((name, found[name].expr) for name in type_.names()))
    if wanted is not None and is_optional(wanted):
        made = ir.MakeRecord(wanted, made.fields)
    return ir.Code(text, made)


# --- call and tool --------------------------------------------------------------------------------
def check_call(context: Context, step: ast.CallStep, state: State) -> Checked:
    signature = _signature(context, step)
    if signature is None:
        return None, context.bind(state, step.name, None, step.path)
    params = tuple(sorted(signature.params, key=lambda param: param.name))
    args = check_args(context, step.path, step.args, params, f"script {signature.name or step.pin}", state)
    type_ = NULL if signature.returns is None else signature.returns
    after = context.bind(state, step.name, type_, step.path)
    if args is None:
        return None, after
    label = step.script or signature.name
    return ir.Call(step.path, step.name, label, step.pin or signature.pin, params, args, type_), after


def _signature(context: Context, step: ast.CallStep) -> Signature | None:
    signature = context.environment.script(step.script, step.pin)
    if signature is not None:
        return signature
    if step.pin:
        label = f" ({step.script})" if step.script else ""
        context.complain(
            codes.PIN_UNKNOWN, f"{step.path}/pin", f"there is no script {step.pin[:80]!r}{label} here"
        )
        return None
    context.unknown_name(codes.SCRIPT_UNKNOWN, f"{step.path}/script", "script", step.script,
                         context.environment.script_names())
    return None


def check_args(context: Context, path: str, given: tuple[tuple[str, ast.Expression], ...],
               params: tuple[Parameter, ...], owner: str, state: State,
               ) -> tuple[tuple[str, ir.Code], ...] | None:
    """Check arguments against parameters: in their order, a T? that was left out being null; None where one
    is wrong.
    """
    known = tuple(param.name for param in params)
    by_name = dict(given)
    good = True
    for name, expression in given:
        if name not in known:
            context.unknown_name(codes.ARGUMENT_UNKNOWN, expression.path, f"argument of {owner}", name, known)
            good = False
    found = []
    for param in params:
        argument = by_name.get(param.name)
        if argument is None or (is_optional(param.type) and _is_null(argument)):
            if argument is None and not is_optional(param.type):
                context.complain(
                    codes.ARGUMENT_MISSING,
                    f"{path}/args",
                    f"{owner} needs {param.name}: {type_text(param.type)}",
                    expected=param.name,
                )
                good = False
            found.append((param.name, ir.Code("null", ir.Const(param.type, None))))
            continue
        code = _argument(context, argument, state, param.type, owner)
        if code is None:
            good = False
        else:
            found.append((param.name, code))
    return tuple(found) if good else None


def _is_null(expression: ast.Expression) -> bool:
    return isinstance(expression.node, Literal) and expression.node.kind == "null"


def _argument(
    context: Context, expression: ast.Expression, state: State, wanted: Type, owner: str
) -> ir.Code | None:
    # A secret may be given to a tool wherever a text may; nowhere else does it pass for one.
    if owner.startswith("tool "):
        return code_or_secret(context, expression, state, wanted)
    return context.code(expression, state, wanted)


def code_or_secret(context: Context, expression: ast.Expression, state: State, wanted: Type) -> ir.Code | None:
    """Check what goes out with an effect: there a secret may stand wherever a text may."""
    if required(wanted) == STRING and expression.node is not None:
        expr, found = check_expression(expression.node, state.scope, expression.path)
        if expr is not None and not found and expr.type == SECRET:
            return context.code(expression, state)
    return context.code(expression, state, wanted)


def check_tool(context: Context, step: ast.ToolStep, state: State) -> Checked:
    tool = context.environment.tool(step.tool)
    if tool is None:
        context.unknown_name(
            codes.TOOL_UNKNOWN, f"{step.path}/tool", "tool", step.tool, context.environment.tool_names()
        )
        return None, context.bind(state, step.name, None, step.path)
    context.tools.add(tool.name)
    if not all(context.loops) and tool.kind != "observe":
        context.complain(
            codes.EFFECT_WITHOUT_KEY, step.path, f"{tool.name} inside of each over items without a key"
        )
    args = check_args(context, step.path, step.args, tool.args, f"tool {tool.name}", state)
    policy = step.on_error
    type_ = tool.returns
    if policy is not None and policy.then != "fail":
        type_ = optional(type_)
    after = context.bind(state, step.name, type_, step.path)
    if args is None:
        return None, after
    return ir.Tool(step.path, step.name, tool.name, tool.kind, args, on_error_of(policy), type_), after


def on_error_of(policy: ast.ErrorPolicy | None) -> ir.OnError | None:
    """Give what a step asks for where its effect cannot be done."""
    if policy is None:
        return None
    retry = policy.retry
    return ir.OnError(
        None if retry is None else ir.Retry(retry.times, retry.base_ms, retry.factor, retry.cap_ms),
        policy.then,
    )
