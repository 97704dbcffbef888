"""Spoken lines: what a step did, for people. A view of the trace, never hashed: it may be said better later.

    Fetched orders (found 12)
    days_since_last = 94
    Checked days_since_last > 60 (94 > 60): yes          one line for each part of an && that was evaluated
    Called check_churn_risk with customer_id = 'C1'
    Planned email.send to 'ann@example.com': 'We miss you'
    Planned to update customers 'C1': vip = true
    Returned is_risk = true, reason = 'Last order was 94 days ago'

A speaker is made once a step; it speaks only for events that are kept, from the frame of that time: names are
bound once, so the frame still says what was so. Deliberately not here: the values inside of expressions
(``lang.expression.show``).
"""

from __future__ import annotations

from itertools import islice
from typing import Protocol

from sopwb.kernel.limits import SPOKEN_CHARS_MAX, TRACE_RECORDS_SHOWN
from sopwb.kernel.values import Value, show
from sopwb.lang import ir
from sopwb.lang.parts import conjuncts
from sopwb.run.expression import Closure, Context, ExpressionFailure, Shown, compile_expression
from sopwb.run.trace import ABSENT
from sopwb.run.yields import Yields

Frame = dict[str, Value]


class Speaker(Protocol):
    """Says the events of one step."""

    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        """Say an event from its members and the frame of its time."""
        ...

    def shown(self, frame: Frame | None) -> Value:
        """Give a value to look at beside the lines, or ``ABSENT``."""
        ...


def said(value: Value) -> str:
    """Say a value inside of a sentence: texts quoted, long ones cut."""
    if isinstance(value, list | Yields):
        value = value[: SPOKEN_CHARS_MAX + 1]  # each element takes a character at least
    text = f"'{value}'" if isinstance(value, str) else show(value)
    if len(text) <= SPOKEN_CHARS_MAX:
        return text
    return text[: SPOKEN_CHARS_MAX - 1] + "…" + ("'" if isinstance(value, str) else "")


def said_fields(value: Value) -> str:
    """Say a record as ``a = 1, b = 'x'``, any other value as itself."""
    if isinstance(value, dict) and value:
        return ", ".join(f"{name} = {said(field)}" for name, field in value.items())
    return said(value)


class Plain:
    """What speakers without a value to look at have in common."""

    def shown(self, frame: Frame | None) -> Value:
        return ABSENT


class FetchSpeaker(Plain):
    def __init__(self, step: ir.Fetch) -> None:
        self._name = step.name

    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        return (f"Fetched {self._name} (found {out})",)

    def shown(self, frame: Frame | None) -> Value:
        """Give the records that were bound, the first few of many."""
        if frame is None or self._name not in frame:
            return ABSENT
        bound = frame[self._name]
        return list(islice(bound, TRACE_RECORDS_SHOWN)) if isinstance(bound, list) else bound


class MathSpeaker(Plain):
    def __init__(self, step: ir.Math) -> None:
        self._name = step.name

    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        return (f"{self._name} = {said(out)}",)


class IfSpeaker(Plain):
    """Says a condition, or the parts of an && that were evaluated; compiled when it first has to speak."""

    def __init__(self, step: ir.If, context: Context) -> None:
        self._cond, self._context = step.cond, context
        self._parts: list[tuple[Closure, Shown]] = []

    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        if frame is None:
            return (f"Checked {self._cond.text}: {_yes(branch == 'then')}",)
        if not self._parts:
            self._parts = [
                (compile_expression(part, self._context), Shown(part, self._context))
                for part in conjuncts(self._cond.expr)
            ]
        found: list[str] = []
        try:
            for part, shown in self._parts:
                holds = part(frame)
                found.append(self._line(shown, frame, holds))
                if not holds:
                    break
        except ExpressionFailure:
            found.append(f"Checked {self._cond.text}: {_yes(branch == 'then')}")
        return tuple(found)

    def _line(self, shown: Shown, frame: Frame, holds: bool) -> str:
        values = shown.values(frame)
        inside = f" ({values})" if values not in (shown.text, "") else ""
        return f"Checked {shown.text}{inside}: {_yes(holds)}"


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


class EachSpeaker(Plain):
    def __init__(self, step: ir.Each) -> None:
        self._what = step.source or (step.over.text if step.over is not None else step.as_)

    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        return (f"Went through {self._what} ({out} item{'' if out == 1 else 's'})",)


class YieldSpeaker(Plain):
    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        return (f"Yielded {said_fields(out)}",)


class CallSpeaker(Plain):
    def __init__(self, step: ir.Call) -> None:
        self._script = step.script

    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        return (f"Called {self._script}" + (f" with {said_fields(in_)}" if in_ else ""),)


class ToolSpeaker(Plain):
    def __init__(self, step: ir.Tool) -> None:
        self._tool, self._kind = step.tool, step.kind

    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        if self._kind != "effect":
            return (f"Called {self._tool}: {said_fields(out)}",)
        args = {name: value for name, value in in_.items() if value is not None}
        if "to" in args and "subject" in args:
            return (f"Planned {self._tool} to {said(args['to'])}: {said(args['subject'])}",)
        return (f"Planned {self._tool}" + (f" with {said_fields(args)}" if args else ""),)


class WriteSpeaker(Plain):
    def __init__(self, step: ir.Write) -> None:
        self._source, self._mode = step.source, step.mode

    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        values = f": {said_fields(in_['record'])}" if in_.get("record") else ""
        return (f"Planned to {self._mode} {self._source} {said(in_['key'])}{values}",)


class SaySpeaker(Plain):
    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        return (show(out),)


class FailSpeaker(Plain):
    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        return (f"Stopped: {show(out)}",)


class ReturnSpeaker(Plain):
    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        return (f"Returned {said_fields(out)}",)
