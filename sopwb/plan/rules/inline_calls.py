"""Put the steps of called scripts in the place of the calls.

A call becomes a ``Located`` step with the callee's steps as its body, their names made unique and their paths
complete (``steps/3/call/steps/0``). Its arguments stay expressions of the caller; a ``return`` inside ends the
body only. Calls cannot be cyclic: a pin is a hash, and the row interpreter has resolved drafts before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from sopwb.kernel.limits import CALL_DEPTH_MAX
from sopwb.lang import ir
from sopwb.lang.parts import renamed
from sopwb.lang.types import RecordType, Type
from sopwb.plan.nodes import CannotLower

Resolve: TypeAlias = Callable[[str], ir.Script]


class Located(msgspec.Struct, frozen=True):
    """A step with its full path and names that are unique in the whole ``each``.

    ``promised``: the record that its script was promised of its source. ``body`` and ``returns`` are a call's.
    """

    path: str
    step: ir.Step
    promised: RecordType | None = None
    then: tuple[Located, ...] = ()
    other: tuple[Located, ...] = ()
    body: tuple[Located, ...] = ()
    returns: Type | None = None


class _Inlining:
    def __init__(self, script: ir.Script, prefix: str, resolve: Resolve, depth: int) -> None:
        if depth > CALL_DEPTH_MAX:
            raise CannotLower(f"calls go deeper than {CALL_DEPTH_MAX} scripts")
        self._needs = {need.name: need.record for need in script.reads}
        self._prefix, self._resolve, self._depth = prefix, resolve, depth
        self._names: dict[str, str] = {}

    def bind(self, name: str, unique: bool) -> str:
        if name and unique:
            self._names[name] = self._prefix + name
        return self._names.get(name, name)

    def expr(self, expr: ir.Expr) -> ir.Expr:
        return renamed(expr, self._names) if self._names else expr

    def code(self, code: ir.Code) -> ir.Code:
        return ir.Code(code.text, self.expr(code.expr))

    def steps(self, steps: tuple[ir.Step, ...]) -> tuple[Located, ...]:
        return tuple(self.step(step) for step in steps)

    def step(self, step: ir.Step) -> Located:
        path, inside = self._prefix + step.path, bool(self._prefix)
        match step:
            case ir.Fetch():
                made = msgspec.structs.replace(
                    step,
                    where=None if step.where is None else self.code(step.where),
                    limit=None if step.limit is None else self.code(step.limit),
                    order_by=tuple(ir.Order(self.code(o.code), o.descending) for o in step.order_by),
                    name=self.bind(step.name, inside),
                )
                return Located(path, made, self._needs[step.source])
            case ir.Math():
                code = self.code(step.code)
                return Located(path, ir.Math(step.path, self.bind(step.name, inside), code))
            case ir.If():
                cond = self.code(step.cond)
                made_if = msgspec.structs.replace(step, cond=cond, then=(), else_=())
                return Located(path, made_if, None, self.steps(step.then), self.steps(step.else_))
            case ir.Call():
                return self._call(step, path, inside)
            case ir.Tool():
                args = tuple((name, self.code(code)) for name, code in step.args)
                return Located(path, msgspec.structs.replace(step, args=args, name=self.bind(step.name, inside)))
            case ir.Say(own, text):
                return Located(path, ir.Say(own, self.code(text)))
            case ir.Fail(own, message):
                return Located(path, ir.Fail(own, self.code(message)))
            case ir.Return(own, value):
                return Located(path, ir.Return(own, self.code(value)))
            case _:
                return Located(path, step)

    def _call(self, step: ir.Call, path: str, inside: bool) -> Located:
        args = tuple((name, self.code(code)) for name, code in step.args)
        callee = self._resolve(step.pin or step.script)
        inner = _Inlining(callee, f"{path}/call/", self._resolve, self._depth + 1)
        for param in step.params:
            inner.bind(param.name, True)
        body = inner.steps(callee.steps)
        made = msgspec.structs.replace(step, args=args, name=self.bind(step.name, inside))
        return Located(path, made, body=body, returns=callee.returns)


def inline_calls(each: ir.Each, script: ir.Script, resolve: Resolve, prefix: str) -> tuple[Located, ...]:
    """Give the steps of an ``each`` with all that they call. ``prefix`` is the path of the call that it is in."""
    inlining = _Inlining(script, "", resolve, 0)
    steps = inlining.steps(each.do)
    return steps if not prefix else tuple(_moved(step, prefix) for step in steps)


def _moved(step: Located, prefix: str) -> Located:
    return msgspec.structs.replace(
        step,
        path=prefix + step.path,
        then=tuple(_moved(s, prefix) for s in step.then),
        other=tuple(_moved(s, prefix) for s in step.other),
        body=tuple(_moved(s, prefix) for s in step.body),
    )
