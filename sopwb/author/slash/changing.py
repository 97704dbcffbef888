"""``/update`` and ``/return``: one field of a step, a whole step, and what a script gives.

Deliberately not here: adding and moving steps (``drafting``).
"""

from __future__ import annotations

import re
from typing import Any, Final

from sopwb.app.outputs import ScriptView
from sopwb.author.slash.desk import Asked, Desk, path_of, steps_in, wrong
from sopwb.author.slash.drafting import edits, type_json, word_of
from sopwb.author.slash.phrases import listed, of_records, respelt
from sopwb.author.slash.steps import HEADS, Names, read_step, read_value, with_name
from sopwb.kernel.canonical import parse_json
from sopwb.kernel.diagnostics import UserError, nearest_name
from sopwb.lang.parse import OPS, order_parts
from sopwb.lang.places import Json, every_step
from sopwb.lang.script import BRANCHES
from sopwb.lang.types import TypeSyntaxError, parse_type

_MAIN: Final = {
    "fetch": "where", "math": "expr", "if": "cond", "each": "where",
    "say": "text", "fail": "message", "return": "value",
}  # fmt: skip
"""The field that an expression alone is for."""
_FIELD: Final = re.compile(r"(\w+(?:[./]\w+)*)\s*:\s*(.*)", re.DOTALL)
_WORDS: Final = frozenset(("from", "script", "tool", "one", "as", "name", "into", "mode"))
_KEPT: Final = (*BRANCHES, "note", "on_error")
"""Fields that a changed step keeps where its new form does not speak of them."""


def update(desk: Desk, text: str) -> Asked:
    """``STEP-ID STEP``, ``STEP-ID FIELD: VALUE`` or ``STEP-ID EXPRESSION``."""
    view = desk.draft()
    word, rest = word_of(text)
    path = path_of(view.script, word)
    old = dict(every_step(view.script))[path]
    if not rest:
        raise wrong(f"what {word} becomes is missing")
    names = desk.names(view.script)
    found = _FIELD.fullmatch(rest)
    if found is not None and not rest.startswith("{"):
        return edits(view, _field_edits(path, old, found[1].replace(".", "/"), found[2], names), f"/update {text}")
    main = _MAIN.get(str(old.get("op")), "")
    step = _step_or_none(rest, names)
    if step is None:
        if not main:
            raise wrong(f"{rest[:60]!r} is neither a step nor FIELD: VALUE")
        return edits(view, _field_edits(path, old, main, rest, names), f"/update {text}")
    return edits(view, _step_edits(path, old, step), f"/update {text}")


def _step_or_none(text: str, names: Names) -> Json | None:
    """Read a step; None where the text looks like no step but is an expression."""
    if text.startswith("{"):
        return read_step(text, names) if '"op"' in text else None
    if text.split()[0] in HEADS or re.match(r"\w+\s*=(?!=)", text):
        return read_step(text, names)
    try:
        return read_step(text, names)
    except UserError:
        respelt(text)
        return None


def _step_edits(path: str, old: Json, new: Json) -> list[Json]:
    """Put a step in place of the old one; names that it does not say stay, and uses follow names that it changes."""
    same = new["op"] == old.get("op")
    kept: Json = {str(key): old[key] for key in (*_KEPT, "name", "yield") if same and key in old}
    if new["op"] == "each" and "yield" not in new and "name" in new:
        kept.pop("yield", None)
    step = with_name({**kept, **{key: value for key, value in new.items() if key not in BRANCHES or value}})
    for field in _empty(new, step):
        step[field] = []
    made: list[Json] = []
    for key in ("name", "as") if same and new["op"] != "if" else ():
        if old.get(key) and step.get(key) and old[key] != step[key]:
            made.append({"edit": "rename", "from": old[key], "to": step[key]})
    return [*made, {"edit": "replace", "at": path, "step": step}]


def _empty(new: Json, step: Json) -> list[str]:
    return [field for field in ("then", "do") if field in new and field not in step]


def _field_edits(path: str, old: Json, field: str, text: str, names: Names) -> list[Json]:
    """Make the edits that give a field another value."""
    op = str(old.get("op"))
    head, _, member = field.partition("/")
    known = [name for part in OPS.get(op, ((), ())) for name in part if name not in BRANCHES] + ["note"]
    if head not in known:
        raise wrong(f"a {op} has no field {head!r}", expected=", ".join(known), nearest=nearest_name(head, known))
    if head in ("name", "as") and op != "if" and old.get(head):
        return [{"edit": "rename", "from": old[head], "to": text.strip()}]
    value = _field_value(head, member, text.strip(), old, names)
    return [{"edit": "replace", "at": f"{path}/{field}", "value": value}]


def _field_value(head: str, member: str, text: str, old: Json, names: Names) -> Any:
    source = names.environment.source(old["from"]) if isinstance(old.get("from"), str) else None
    match head:
        case "where":
            return of_records(text, source, names.bound)
        case "order_by":
            parts = [order_parts(part) for part in listed(text)]
            return [of_records(part, source, ()) + (" desc" if desc else "") for part, desc in parts]
        case "fields":
            return listed(text)
        case "note":
            return text
        case "value" | "yield" if not member:
            return read_value(text)
        case "args" | "on_error" if not member:
            try:
                return parse_json(text)
            except ValueError as error:
                raise wrong(f"{head} as a whole is JSON: {error}", hint=f"one of them: {head}.NAME: …") from None
        case _ if head in _WORDS or head == "on_error":
            return text
        case _:
            return respelt(text)


# --- what a script gives --------------------------------------------------------------------------------


def return_(desk: Desk, text: str) -> Asked:
    """``TYPE``, ``VALUE``, ``FIELD: TYPE = EXPRESSION``, ``FIELD = EXPRESSION`` or ``remove FIELD``."""
    view = desk.draft()
    text = text.strip()
    if not text:
        raise wrong("what is returned is missing")
    first, rest = word_of(text)
    if first == "remove" and re.fullmatch(r"\w+", rest):
        returns = view.script.get("returns")
        if not isinstance(returns, dict) or rest not in returns:
            known = returns if isinstance(returns, dict) else ()
            raise wrong(f"no field {rest!r} is returned", nearest=nearest_name(rest, known))
        return edits(view, [{"edit": "set_return", "field": rest}], f"/return {text}")
    if is_type(text) and text not in desk.names(view.script).bound:
        return edits(view, [{"edit": "set_return", "returns": type_json(text)}], f"/return {text}")
    if found := re.fullmatch(r"(\w+)\s*(?::\s*([^=]+?))?\s*=(?!=)\s*(.*)", text, re.DOTALL):
        field, value = found[1], respelt(found[3])
        type_: Json = {"type": type_json(found[2])} if found[2] else {}
        if any(step.get("op") == "return" for _, step in every_step(view.script)):
            return edits(view, [{"edit": "set_return", "field": field, "value": value, **type_}], f"/return {text}")
        declared: list[Json] = [{"edit": "set_return", "field": field, **type_}] if type_ else []
        return edits(view, [*declared, _return_step(desk, view, {field: value})], f"/return {text}")
    return edits(view, [_return_step(desk, view, read_value(text))], f"/return {text}")


def _return_step(desk: Desk, view: ScriptView, value: object) -> Json:
    """Make the edit that adds a return where the last step was added."""
    block = desk.block(view.script)
    at = f"{block}/{len(steps_in(view.script, block))}"
    return {"edit": "insert", "at": at, "step": {"op": "return", "value": value}}


def is_type(text: str) -> bool:
    """Whether a text is a type, as ``{is_risk: bool}`` is and ``{is_risk: true}`` is not."""
    try:
        parse_type(text)
    except TypeSyntaxError:
        return False
    return True
