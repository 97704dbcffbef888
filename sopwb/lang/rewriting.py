"""Edits that reach into expressions: rename, and a literal that becomes a parameter.

Expressions are changed at the places of the names and literals in them and stay otherwise as they were spelt,
so that a difference shows what was meant and nothing else.
"""

from __future__ import annotations

from typing import Any

from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import NAME_CHARS_MAX
from sopwb.lang import codes
from sopwb.lang.expression.parse import KEYWORDS, RESERVED_WORDS, parse_expression
from sopwb.lang.expression.syntax import Literal, Node, children, without_spans
from sopwb.lang.names import all_names, mentioned, renamed
from sopwb.lang.places import Json, every_step, find_place
from sopwb.lang.script import RESERVED
from sopwb.lang.slots import Slot, slots

_BINDING = ("fetch", "math", "each", "call", "tool")
"""Ops whose ``name`` binds; an ``if`` has a label."""


def bound_names(raw: Json) -> list[str]:
    """Give every name that a script binds: parameters, steps and items, in order, each once."""
    params = raw.get("params")
    found = dict.fromkeys(params if isinstance(params, dict) else ())
    for _, step in every_step(raw):
        for field in ("name", "as"):
            name = step.get(field)
            if isinstance(name, str) and (field == "as" or step.get("op") in _BINDING):
                found[name] = None
    return [name for name in found if isinstance(name, str)]


def require_new_name(raw: Json, name: str, place: str = "") -> None:
    """Raise ``UserError`` unless ``name`` is a name that the script does not use yet, for anything."""
    if not (name.isascii() and name.isidentifier() and len(name) <= NAME_CHARS_MAX):
        raise UserError(Diagnostic(codes.NAME_INVALID.id, f"{name[:NAME_CHARS_MAX]!r} is not a name", place))
    if name in RESERVED or name in RESERVED_WORDS or name in KEYWORDS:
        raise UserError(Diagnostic(codes.NAME_RESERVED.id, f"{name!r} is reserved", place))
    used = set(bound_names(raw))
    for slot in slots(raw):
        node = slot.node()
        if node is not None:
            used |= all_names(node)
    if name in used:
        raise UserError(Diagnostic(codes.RENAME_CLASH.id, f"{name} is already used", place, found=name))


def renamed_script(script: Json, old: str, new: str) -> None:
    """Rename in place a parameter, a step's name or an item, and all uses; else a returned field. Raises ``UserError``.

    Refused where an expression does not parse: whether it mentions the name could not be told.
    """
    names = bound_names(script)
    if old not in names and _renamed_return(script, old, new):
        return
    if old not in names:
        near = nearest_name(old, names)
        raise UserError(
            Diagnostic(
                codes.NAME_UNKNOWN.id, f"the script binds no name {old[:NAME_CHARS_MAX]!r}", nearest=near
            )
        )
    if old == new:
        return
    require_new_name(script, new)
    for slot in list(slots(script)):
        node = slot.node()
        if node is None:
            if old in slot.text:
                raise UserError(
                    Diagnostic(
                        codes.EDIT_IMPOSSIBLE.id, "this expression has to be put right first", slot.path
                    )
                )
        elif old in mentioned(node):
            slot.write(renamed(slot.text, node, old, new))
    params = script.get("params")
    if isinstance(params, dict) and old in params:
        script["params"] = {new if name == old else name: type_ for name, type_ in params.items()}
    for _, step in every_step(script):
        for field in ("name", "as"):
            if step.get(field) == old and (field == "as" or step.get("op") in _BINDING):
                step[field] = new


def _renamed_return(script: Json, old: str, new: str) -> bool:
    """Rename in place a field of what is returned. Gives False where there is none of that name."""
    returns = script.get("returns")
    if not isinstance(returns, dict) or old not in returns:
        return False
    if new in returns and new != old:
        raise UserError(Diagnostic(codes.RENAME_CLASH.id, f"{new} is already returned", "returns", found=new))
    values = [step.get("value") for _, step in every_step(script) if step.get("op") == "return"]
    for owner in (returns, *(value for value in values if isinstance(value, dict))):
        fields = {new if name == old else name: given for name, given in owner.items()}
        owner.clear()
        owner.update(fields)
    return True


def literals(node: Node) -> list[Literal]:
    """Give the literals of an expression that could be parameters, in the order of the tree."""
    found: list[Literal] = []
    todo = [node]
    while todo:
        at = todo.pop()
        if isinstance(at, Literal) and at.kind != "null":
            found.append(at)
        todo.extend(reversed(children(at)))
    return found


def parameterized(script: Json, literal: str, name: str, type_: str, at: str, span: tuple[int, int] | None,
                  everywhere: bool) -> None:
    """Turn a literal into a parameter, in place.

    Raises ``UserError`` where it is not found, or found more than once.
    """
    wanted = parse_expression(literal)[0]
    if not isinstance(wanted, Literal) or wanted.kind == "null":
        raise UserError(
            Diagnostic(codes.LITERAL_UNKNOWN.id, f"{literal[:NAME_CHARS_MAX]!r} is not a literal")
        )
    params = script.get("params", {})
    if not isinstance(params, dict):
        raise UserError(Diagnostic(codes.EDIT_IMPOSSIBLE.id, "`params` is not an object", "params"))
    require_new_name(script, name)
    found = [
        (slot, hit.span)
        for slot in _slots_at(script, at)
        if (node := slot.node()) is not None
        for hit in literals(node)
        if without_spans(hit) == without_spans(wanted) and span in (None, hit.span)
    ]
    if not found:
        where = f" in {at}" if at else ""
        raise UserError(Diagnostic(codes.LITERAL_UNKNOWN.id, f"there is no {literal}{where}", at))
    if len(found) > 1 and not everywhere:
        places = ", ".join(dict.fromkeys(slot.path for slot, _ in found))
        raise UserError(
            Diagnostic(
                codes.EDIT_IMPOSSIBLE.id,
                f"{literal} stands {len(found)} times: {places}",
                at,
                hint="say which with `at` and `span`, or `everywhere`",
            )
        )
    # From the end of each text, so that the earlier places stay where they are.
    for slot, (start, end) in sorted(found, key=lambda hit: hit[1], reverse=True):
        slot.write(slot.text[:start] + name + slot.text[end:])
    put_param(script, name, type_ or wanted.kind)


def put_param(script: Json, name: str, type_: Any) -> None:
    """Add a parameter in place, keeping the signature before the steps."""
    params = script.get("params", {})
    script["params"] = {**params, name: type_}
    for field in ("returns", "steps"):
        if field in script:
            script[field] = script.pop(field)


def _slots_at(script: Json, at: str) -> list[Slot]:
    """The expressions at a place: all of the script, of a step and the steps in it, or one expression."""
    if not at:
        return list(slots(script))
    found, rest = find_place(script, at)
    prefix = "/".join((found.path, *rest))
    return [slot for slot in slots(script) if slot.path == prefix or slot.path.startswith(prefix + "/")]
