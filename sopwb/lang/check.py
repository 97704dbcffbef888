"""Checks a script: tree → typed IR, or what is wrong with its meaning.

One pass walks the steps with a ``State`` a path: the names that are visible with their types and facts, and
those that are taken. A branch that ends hands its facts to what comes after (``if xs are none: return`` makes
the rest know that there are some). What the script reads of its sources is then computed from the IR
(``lang.reads``), and the script is checked once more against exactly that, so that a draft and its frozen
form have one and the same IR.

Where branches bind one name to an int and to a decimal, the steps that bind the int are asked for a decimal
and the script is checked again, until none asks.

Deliberately not here: types inside an expression (``lang.expression.check``) and the steps without steps
(``lang.steps``).
"""

from __future__ import annotations

from typing import assert_never

import msgspec

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.kernel.limits import DIAGNOSTICS_MAX, WIDENING_ROUNDS_MAX
from sopwb.lang import codes, ir, steps
from sopwb.lang import script as ast
from sopwb.lang.environment import Environment, Parameter, Signature, SourceSchema, ToolSignature
from sopwb.lang.expression.facts import facts_of
from sopwb.lang.reads import source_needs
from sopwb.lang.state import State, Wishes, first_state, join
from sopwb.lang.steps import Checked, Context
from sopwb.lang.types import BOOL, SECRET, ListType, MapType, OptionalType, RecordType, Type, type_text
from sopwb.lang.writes import check_write


def check_script(
    tree: ast.Script, environment: Environment
) -> tuple[ir.Script | None, tuple[Diagnostic, ...]]:
    """Check a script against what the workspace declares: (IR or None, diagnostics).

    The IR is None where there is a diagnostic, or where an expression of the tree does not parse (the parser
    has told so). At most ``DIAGNOSTICS_MAX`` diagnostics, in the order of the steps. Never raises.
    """
    body, context = _rounds(tree, environment)
    if context.broken:
        return None, tuple(context.diagnostics[:DIAGNOSTICS_MAX])
    needs, found = source_needs(body, environment)
    if found:
        return None, found[:DIAGNOSTICS_MAX]
    exact = _Exact({need.name: need for need in needs}, environment)
    if any(exact.source(need.name) != environment.source(need.name) for need in needs):
        body, context = _rounds(tree, exact)
        assert not context.broken, "a script that checks does so against what it reads"
    # Parameters are passed by name, so they are a set: sorted, as the canonical form has them.
    params = tuple(Parameter(name, type_) for name, type_ in sorted(tree.params, key=lambda param: param[0]))
    return ir.Script(params, tree.returns, body, needs, tuple(sorted(context.tools))), ()


def states_of(
    tree: ast.Script, environment: Environment, paths: frozenset[str]
) -> tuple[dict[str, tuple[State, State | None]], tuple[Diagnostic, ...]]:
    """Give what is known before and after the steps at ``paths`` (after is None where every path ends), and
    diagnostics.
    """
    _, context = _rounds(tree, environment, paths)
    return context.states, tuple(context.diagnostics)


class _Exact(msgspec.Struct, frozen=True):
    """An environment whose sources have exactly the fields that a script reads."""

    needs: dict[str, ir.SourceNeed]
    whole: Environment

    def source(self, name: str) -> SourceSchema | None:
        need = self.needs.get(name)
        return None if need is None else SourceSchema(need.name, need.key, need.record)

    def source_names(self) -> tuple[str, ...]:
        return tuple(self.needs)

    def tool(self, name: str) -> ToolSignature | None:
        return self.whole.tool(name)

    def tool_names(self) -> tuple[str, ...]:
        return self.whole.tool_names()

    def script(self, name: str, pin: str) -> Signature | None:
        return self.whole.script(name, pin)

    def script_names(self) -> tuple[str, ...]:
        return self.whole.script_names()


def _rounds(
    tree: ast.Script, environment: Environment, watched: frozenset[str] = frozenset()
) -> tuple[tuple[ir.Step, ...], Context]:
    """Check until no branch asks for a wider type, at most ``WIDENING_ROUNDS_MAX`` times."""
    asked: dict[str, Type] = {}
    rounds = 0
    while True:
        rounds += 1
        context = Context(environment, tree.returns, Wishes(asked, last=rounds == WIDENING_ROUNDS_MAX))
        context.watched = watched
        body = _check_body(tree, context)
        if not context.wishes.new:
            return body, context
        asked = asked | context.wishes.new


def _check_body(tree: ast.Script, context: Context) -> tuple[ir.Step, ...]:
    if tree.returns is not None and _holds_secret(tree.returns):
        context.complain(codes.SECRET_RETURNED, "returns", f"{type_text(tree.returns)} holds a secret")
    body, after = _check_steps(context, tree.steps, first_state(tree.params))
    if after is not None and tree.returns is not None:
        path = f"steps/{len(tree.steps) - 1}" if tree.steps else "steps"
        last = tree.steps[-1] if tree.steps else None
        message = "the script can end without returning a value"
        if isinstance(last, ast.IfStep):
            message += f": where {last.cond.text!r} is {'false' if not last.else_ else 'true or false'}"
        context.complain(codes.RETURN_MISSING, path, message, expected=type_text(tree.returns))
    return body


def _holds_secret(type_: Type) -> bool:
    match type_:
        case OptionalType(inner) | ListType(inner):
            return _holds_secret(inner)
        case MapType(_, value):
            return _holds_secret(value)
        case RecordType(fields):
            return any(_holds_secret(t) for _, t in fields)
        case _:
            return type_ == SECRET


# --- flow -----------------------------------------------------------------------------------------
def _check_steps(
    context: Context, body: tuple[ast.Step, ...], state: State
) -> tuple[tuple[ir.Step, ...], State | None]:
    """Check steps in order: (IR, the state after them, or None where every path has ended)."""
    found: list[ir.Step] = []
    now: State | None = state
    for n, step in enumerate(body):
        if now is None:
            before = body[n - 1].path
            context.complain(
                codes.UNREACHABLE, step.path, f"this step is never reached: every path ends at {before}"
            )
            break
        known = now
        made, now = _check_step(context, step, known)
        if step.path in context.watched:
            context.states[step.path] = (known, now)
        if made is not None:
            found.append(made)
    return tuple(found), now


def _check_step(context: Context, step: ast.Step, state: State) -> tuple[ir.Step | None, State | None]:
    match step:
        case ast.FetchStep():
            return steps.check_fetch(context, step, state)
        case ast.MathStep():
            return steps.check_math(context, step, state)
        case ast.IfStep():
            return _check_if(context, step, state)
        case ast.EachStep():
            return _check_each(context, step, state)
        case ast.CallStep():
            return steps.check_call(context, step, state)
        case ast.ToolStep():
            return steps.check_tool(context, step, state)
        case ast.WriteStep():
            return check_write(context, step, state)
        case ast.SayStep():
            return steps.check_say(context, step, state)
        case ast.FailStep():
            return steps.check_fail(context, step, state)[0], None
        case ast.ReturnStep():
            return steps.check_return(context, step, state)[0], None
        case _:
            assert_never(step)


def _check_if(context: Context, step: ast.IfStep, state: State) -> tuple[ir.Step | None, State | None]:
    cond = context.code(step.cond, state, BOOL)
    yes, no = state, state
    if cond is not None and step.cond.node is not None:
        yes = state.with_scope(state.scope.narrow(facts_of(step.cond.node, state.scope, True)))
        no = state.with_scope(state.scope.narrow(facts_of(step.cond.node, state.scope, False)))
    then, after_then = _check_steps(context, step.then, yes)
    else_, after_else = _check_steps(context, step.else_, no)
    after = _after_if(context, step, cond, state, after_then, after_else)
    return (None if cond is None else ir.If(step.path, step.label, cond, then, else_)), after


def _after_if(context: Context, step: ast.IfStep, cond: ir.Code | None, before: State, then: State | None,
              else_: State | None) -> State | None:
    if cond is not None and isinstance(cond.expr, ir.Const):
        # A constant condition has one way on; the other one's steps can never be reached.
        taken, dead, field = (then, step.else_, "else") if cond.expr.value else (else_, step.then, "then")
        if dead:
            context.complain(codes.UNREACHABLE, f"{step.path}/{field}/0",
                             f"this step is never reached: the condition is always {cond.text}")
        return taken
    if then is None or else_ is None:
        return then or else_
    return join(before, then, else_, context.wishes)


# --- each -----------------------------------------------------------------------------------------
def _check_each(context: Context, step: ast.EachStep, state: State) -> Checked:
    if step.over is not None:
        return _each_of_list(context, step, step.over, state)
    source = steps.find_source(context, step.source, step.path)
    if source is None:
        body, type_, yield_ = _check_do(context, step, state, None, keyed=True)
        return None, context.bind(state, step.name, None, step.path)
    where, record, scope = steps.check_where(context, step.where, source.record, state)
    order_by = steps.check_order(context, step.order_by, state, scope)
    body, type_, yield_ = _check_do(context, step, state, record, keyed=source.key is not None)
    after = context.bind(state, step.name, type_, step.path)
    return ir.Each(
        step.path,
        step.name,
        source.name,
        source.record,
        source.key,
        where,
        order_by,
        None,
        step.as_,
        record,
        body,
        yield_,
        type_,
    ), after


def _each_of_list(context: Context, step: ast.EachStep, over: ast.Expression, state: State) -> Checked:
    code = context.code(over, state)
    item: Type | None = None
    if code is not None:
        if isinstance(code.type, ListType):
            item = code.type.element
        else:
            context.complain(codes.NOT_A_LIST, over.path, f"each needs a list, found {type_text(code.type)}",
                             expected="list", found=type_text(code.type))
    body, type_, yield_ = _check_do(context, step, state, item, keyed=False)
    after = context.bind(state, step.name, type_, step.path)
    if code is None or item is None:
        return None, after
    return ir.Each(
        step.path, step.name, "", None, None, None, (), code, step.as_, item, body, yield_, type_
    ), after


def _check_do(context: Context, step: ast.EachStep, state: State, item: Type | None, *,
              keyed: bool) -> tuple[tuple[ir.Step, ...], Type | None, ir.Code | None]:
    """Check what is done for an item: (steps, the type of the list of yields, the yield)."""
    inner = state
    if step.as_ in state.taken:
        context.complain(codes.NAME_TAKEN, f"{step.path}/as", f"{step.as_} is already bound")
    inner = state.bind(step.as_, item, step.path)
    context.loops.append(keyed)
    body, after = _check_steps(context, step.do, inner)
    context.loops.pop()
    if after is not None:
        for name in set(after.scope.names()) - set(state.scope.names()):
            context.ended[name] = (
                f"{name} ended with the item of {step.path}; `yield` hands values out of each"
            )
    if step.yield_ is None:
        return body, None, None
    if after is None:
        context.complain(
            codes.UNREACHABLE, f"{step.path}/yield", "nothing is ever yielded: every path of `do` ends"
        )
        return body, None, None
    code = steps.check_value(context, step.yield_, after, None)
    return body, None if code is None else ListType(code.type), code
