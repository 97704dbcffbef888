"""Lowering an item's steps: every step becomes values, faults, branches, events and effects of one query.

``live`` is the condition under which the next step is reached: branches narrow it, ``return`` and ``fail`` end
it. Values need no such guard, for nothing in a plan raises; faults, events and effects have it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sopwb.kernel.limits import SET_FORKS_MAX
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.lang.types import Type
from sopwb.plan import codes
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, TRUE, both, either, literal, negation
from sopwb.plan.lowering.exact import Part, event_text
from sopwb.plan.lowering.expressions import lower, lower_scalar
from sopwb.plan.lowering.fetches import lower_fetch
from sopwb.plan.lowering.folds import listed
from sopwb.plan.lowering.forms import Form, Record, Rows, Unusable, chosen, coerced, constant
from sopwb.plan.lowering.scope import Query, Scope
from sopwb.plan.nodes import CannotLower
from sopwb.plan.rules.inline_calls import Located

Replies: TypeAlias = Callable[[ir.Tool, str], Value]
"""What a tool gives while deciding, the same for every item; raises ``LookupError`` where that is not known."""


class Steps:
    """Lowers steps into a query. ``item``: the exact JSON of the item's key."""

    def __init__(
        self, query: Query, names: dict[str, Form], items: n.Items, item: list[Part], replies: Replies
    ) -> None:
        self._query, self.names, self._items, self._item, self._replies = query, names, items, item, replies
        self.live: n.Expr = TRUE
        self._returned: list[tuple[n.Expr, Form]] = []
        self._returns: Type | None = None

    def scope(self, path: str) -> Scope:
        """Give the place of an expression of the step that is reached now."""
        return Scope(self._query, self.names, path, self.live)

    def block(self, steps: tuple[Located, ...]) -> None:
        """Lower steps, one after the other."""
        for step in steps:
            if self.live == FALSE:
                return
            try:
                self._step(step)
            except CannotLower as reason:
                if reason.path:
                    raise
                raise CannotLower(reason.reason, step.path) from None

    def _step(self, located: Located) -> None:
        path, step = located.path, located.step
        match step:
            case ir.Fetch():
                self._fetch(located, step)
            case ir.Math(_, name, code):
                form = self._named(lower(code.expr, self.scope(f"{path}/expr")))
                self.names[name] = form
                self.event("math", path, out=form)
            case ir.If():
                self._if(located, step)
            case ir.Call():
                self._call(located, step)
            case ir.Tool():
                self._tool(path, step)
            case ir.Write():
                raise CannotLower(f"it writes {step.source}, and looks at each record that it writes")
            case ir.Say(_, text):
                self.event("say", path, out=self._lower(text, f"{path}/text"))
            case ir.Fail(_, message):
                self.event("fail", path, out=self._lower(message, f"{path}/message"))
                self.scope(path).fault(codes.SCRIPT_FAILED, TRUE)
                self.live = FALSE
            case ir.Return(_, value):
                form = self._lower(value, f"{path}/value")
                if self._returns is not None:
                    form = coerced(form, value.type, self._returns)
                self.event("return", path, out=form)
                self._returned.append((self.live, form))
                self.live = FALSE
            case ir.Each():
                raise CannotLower("items nested in items run by rows")

    # --- small steps ------------------------------------------------------------------------------

    def _lower(self, code: ir.Code, path: str) -> Form:
        return self._named(lower(code.expr, self.scope(path)))

    def _named(self, form: Form) -> Form:
        match form:
            case Record(fields, present):
                return Record({name: self._named(part) for name, part in fields.items()}, self._query.let(present))
            case Rows() | Unusable():
                return form
            case _:
                return self._query.let(form)

    def event(
        self, op: str, path: str, branch: str = "", effect: str = "", in_: Form | None = None, out: Form | None = None
    ) -> None:
        """Note an event of the step that is reached now."""
        scope = self.scope(path)
        text = event_text(op, path, self._item, branch, effect, in_, out, lambda rows: listed(rows, scope))
        self._query.events.append(n.Event(path, op, branch, self.live, len(self._query.faults), text))

    def _fetch(self, located: Located, step: ir.Fetch) -> None:
        assert located.promised is not None, "a fetch reads a source"
        path = located.path
        fetched = lower_fetch(step, located.promised, self._items, self.scope(path))
        scope, found = self.scope(path), fetched.found
        form = fetched.form
        if step.one:
            if fetched.several:
                scope.fault(codes.SEVERAL_FOUND, n.Call(TRUE.cell, "gt", (found, literal(1))))
            if step.one == "required":
                scope.fault(codes.NOT_FOUND, _not_one(found))
                form = Record(form.fields) if isinstance(form, Record) else form
        self.names[step.name] = form
        self.event("fetch", path, out=found)

    def _if(self, located: Located, step: ir.If) -> None:
        path, query = located.path, self._query
        holds = query.let(lower_scalar(step.cond.expr, self.scope(f"{path}/cond")))
        then, other = query.let(both(self.live, holds)), query.let(both(self.live, negation(holds)))
        if len(query.forks) >= SET_FORKS_MAX:
            raise CannotLower(f"more than {SET_FORKS_MAX} branches")
        query.forks.append(n.Fork(path, then, other, len(query.faults)))
        before, names = self.live, self.names
        self.live, self.names = then, dict(names)
        self.event("if", path, "then")
        event_else = len(query.faults)
        self.block(located.then)
        live_then, names_then = self.live, self.names
        self.live, self.names = other, dict(names)
        text = event_text("if", path, self._item, "else")
        query.events.append(n.Event(path, "if", "else", other, event_else, text))
        self.block(located.other)
        live_other, names_other = self.live, self.names
        if (live_then, live_other) == (then, other):
            self.live = before
        else:
            self.live = query.let(either(live_then, live_other))
        self.names = self._merged(names, live_then, names_then, live_other, names_other)

    def _merged(
        self,
        before: dict[str, Form],
        live_then: n.Expr,
        names_then: dict[str, Form],
        live_other: n.Expr,
        names_other: dict[str, Form],
    ) -> dict[str, Form]:
        """Give the names that are visible after a branch."""
        if live_then == FALSE:
            return names_other
        if live_other == FALSE:
            return names_then
        merged = dict(before)
        for name, form in names_then.items():
            if name not in before and name in names_other:
                merged[name] = self._named(chosen(live_then, form, names_other[name]))
        return merged

    def _call(self, located: Located, step: ir.Call) -> None:
        path, inside = located.path, f"{located.path}/call/"
        given: dict[str, Form] = {}
        types = {param.name: param.type for param in step.params}
        for name, code in step.args:
            form = coerced(self._lower(code, f"{path}/args/{name}"), code.type, types[name])
            given[name] = self._named(form)
        self.event("call", path, in_=Record(given))
        outer = self.live, self._returned, self._returns
        self._returned, self._returns = [], located.returns
        for name, form in given.items():
            self.names[inside + name] = form
        self.block(located.body)
        value: Form = constant(None)
        if self.live == FALSE and self._returned:
            value = self._returned[-1][1]
            ways = self._returned[:-1]
        else:
            ways = self._returned
        for guard, form in reversed(ways):
            value = chosen(guard, form, value)
        lives = [guard for guard, _ in self._returned]
        after = self.live
        for guard in lives:
            after = either(after, guard)
        before, self._returned, self._returns = outer
        self.live = before if not self._stops(located.body) else self._query.let(after)
        self.names[step.name] = self._named(value)

    def _stops(self, steps: tuple[Located, ...]) -> bool:
        """Whether a step among them ends the item."""
        return any(
            isinstance(s.step, ir.Fail) or self._stops(s.then) or self._stops(s.other) or self._stops(s.body)
            for s in steps
        )

    def _tool(self, path: str, step: ir.Tool) -> None:
        if step.kind == "observe":
            raise CannotLower(f"{step.tool} reads the world while deciding")
        args = {name: self._lower(code, f"{path}/args/{name}") for name, code in step.args}
        is_effect = step.kind == "effect"
        reply: Form
        try:
            reply = constant(self._replies(step, path))
        except LookupError:
            reply = Unusable(f"{step.tool} gives every item something else")
        # Pure tools are planned too: a reviewer sees that a code will be made.
        shapes = tuple((name, shape(form)) for name, form in args.items())
        self._query.effects.append(n.Effect(path, step.tool, step.kind, self.live, shapes, step.on_error))
        if step.name:
            self.names[step.name] = reply
        self.event("tool", path, effect=step.tool, in_=Record(args), out=None if is_effect else reply)


def _not_one(found: n.Expr) -> n.Expr:
    if isinstance(found, n.Literal):
        return TRUE if found.value == 0 else FALSE
    return n.Call(TRUE.cell, "eq", (found, literal(0)))


def shape(form: Form) -> n.Shape:
    """Say how a value is put together from columns."""
    match form:
        case Record(fields, present):
            made = tuple((name, shape(part)) for name, part in fields.items())
            return n.Tree(made, None if present == TRUE else present)
        case Rows():
            raise CannotLower("a list is a result")
        case Unusable(reason):
            raise CannotLower(reason)
        case _:
            return n.Leaf(form)
