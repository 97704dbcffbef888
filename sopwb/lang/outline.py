"""The outline of a script, a line a step, and its JSON laid out for reading.

Both work on raw scripts, also on those that do not check or have a wrong shape: they show what is there. An
``else`` has a line of its own (its path is ``steps/3/else``); an ``else`` that holds one ``if`` is shown as
``else if``, so that bands read as bands. Deliberately not here: plain English (``lang.english``) and the
canonical form.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.kernel.canonical import json_text
from sopwb.kernel.ids import PREFIX, short_id
from sopwb.kernel.limits import STEP_DEPTH_MAX
from sopwb.lang import script as ast


class OutlineLine(msgspec.Struct, frozen=True):
    """A step as one line. ``depth`` counts from 0; ``id`` is the step's, "" where it has none."""

    path: str
    depth: int
    text: str
    id: str


def outline(script: dict[str, Any] | ast.Script) -> list[OutlineLine]:
    """Give a line a step in reading order. Never raises, whatever the raw script holds."""
    raw = ast.raw_of(script) if isinstance(script, ast.Script) else script
    lines: list[OutlineLine] = []
    _steps(raw.get("steps") if isinstance(raw, dict) else None, "steps", 0, lines)
    return lines


def _steps(raw: Any, path: str, depth: int, lines: list[OutlineLine]) -> None:
    if not isinstance(raw, (list, tuple)) or depth > 2 * STEP_DEPTH_MAX:
        return
    for n, step in enumerate(raw):
        _step(step, f"{path}/{n}", depth, "", lines)


def _step(step: Any, path: str, depth: int, before: str, lines: list[OutlineLine]) -> None:
    if not isinstance(step, dict):
        lines.append(OutlineLine(path, depth, json_text(step) if _plain(step) else "?", ""))
        return
    lines.append(OutlineLine(path, depth, before + step_text(step), _word(step.get("id"))))
    for field in ("then", "do"):
        _steps(step.get(field), f"{path}/{field}", depth + 1, lines)
    other = step.get("else")
    if not isinstance(other, list) or not other or depth > 2 * STEP_DEPTH_MAX:
        return
    if len(other) == 1 and isinstance(other[0], dict) and other[0].get("op") == "if":
        # A chain of bands may be long, but it is no deeper for the reader; the parser bounds its nesting.
        _step(other[0], f"{path}/else/0", depth, "else ", lines)
        return
    lines.append(OutlineLine(f"{path}/else", depth, "else", ""))
    _steps(other, f"{path}/else", depth + 1, lines)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, str))


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else str(value)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_value(item)}" for name, item in value.items()) + "}"
    return _word(value)


def _policy(step: dict[str, Any]) -> str:
    then = step["on_error"].get("then") if isinstance(step.get("on_error"), dict) else None
    return f", on error {_word(then)}" if then else ""


def _args(step: dict[str, Any]) -> str:
    args = step.get("args")
    if not isinstance(args, dict):
        return "()" if args is None else f"({_word(args)})"
    return "(" + ", ".join(f"{name}: {_value(item)}" for name, item in args.items()) + ")"


def step_text(step: dict[str, Any]) -> str:
    """Say a raw step in one line, without the steps that it holds."""
    name = _word(step.get("name"))
    bound = f"{name} = " if name else ""
    match step.get("op"):
        case "fetch":
            one = f", one {_word(step['one'])}" if "one" in step else ""
            limit = f", at most {_word(step['limit'])}" if "limit" in step else ""
            return f"{bound}fetch {_word(step.get('from'))}{_filtered(step)}{limit}{one}"
        case "math":
            return f"{bound}{_word(step.get('expr'))}"
        case "if":
            label = f"  [{name}]" if name else ""
            return f"if {_word(step.get('cond'))}{label}"
        case "each":
            over = step.get("from", step.get("in"))
            gives = f", yield {_value(step['yield'])}" if "yield" in step else ""
            return f"{bound}each {_word(step.get('as'))} of {_word(over)}{_filtered(step)}{gives}"
        case "call":
            pin = _word(step.get("pin"))
            called = _word(step.get("script")) or (short_id(pin) if pin.startswith(PREFIX) else pin)
            return f"{bound}{called}{_args(step)}"
        case "tool":
            return f"{bound}{_word(step.get('tool'))}{_args(step)}{_policy(step)}"
        case "write":
            key = f" {_word(step['key'])}" if "key" in step else ""
            record = f" {_value(step['record'])}" if "record" in step else ""
            return f"{_word(step.get('mode')) or 'write'} {_word(step.get('into'))}{key}{record}{_policy(step)}"
        case "say":
            return f"say {_word(step.get('text'))}"
        case "fail":
            return f"fail {_word(step.get('message'))}"
        case "return":
            return f"return {_value(step['value'])}" if "value" in step else "return"
        case op:
            return f"{_word(op) or '?'} {_word(step.get('name'))}".rstrip()


def _filtered(step: dict[str, Any]) -> str:
    text = f" where {_word(step['where'])}" if "where" in step else ""
    order = step.get("order_by")
    if isinstance(order, list):
        order = ", ".join(map(_word, order))
    return text + (f" order by {_word(order)}" if order else "")


# --- JSON for reading -----------------------------------------------------------------------------
def pretty_json(raw: Any) -> str:
    """Write a script as JSON with a line a step, nested steps indented. Reads back as the same data."""
    if not isinstance(raw, dict) or not raw:
        return json_text(raw)
    parts = []
    for key, value in raw.items():
        body = _laid_out(value, 2) if key == "steps" else json_text(value)
        parts.append(f"{json_text(str(key))}: {body}")
    return "{" + ",\n ".join(parts) + "}"


def _laid_out(steps: Any, indent: int) -> str:
    if not isinstance(steps, (list, tuple)) or not steps or indent > 6 * STEP_DEPTH_MAX:
        return json_text(steps)
    inner = "\n" + " " * indent
    return "[" + inner + ("," + inner).join(_step_json(step, indent) for step in steps) + "]"


def _step_json(step: Any, indent: int) -> str:
    if not isinstance(step, dict):
        return json_text(step)
    parts = []
    for key, value in step.items():
        body = _laid_out(value, indent + 3) if key in ast.BRANCHES else json_text(value)
        parts.append(f"{json_text(str(key))}: {body}")
    return "{" + ", ".join(parts) + "}"
