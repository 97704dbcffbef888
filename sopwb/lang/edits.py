"""Edits of a draft: pure functions from a raw script to a raw script.

    {"edit": "set_signature", "params"?: {name: type} | null, "returns"?: type | {name: type} | null,
                              "title"?: text | null, "note"?: text | null}
    {"edit": "insert", "at" | "before" | "after": place, "step": step}
    {"edit": "replace", "at": place, "step": step}
    {"edit": "replace", "at": field, "value": JSON}         a field of a step: "steps/5/cond", "s4/args/to"
    {"edit": "remove", "at": place | field}
    {"edit": "move", "from": place, "to": path}             ``to`` is where the step stands afterwards
    {"edit": "wrap", "at": place, "count"?: 1, "cond": expr | "step": an if or each without its steps}
    {"edit": "unwrap", "at": place, "keep"?: "then" | "else" | "do"}
                                                            the steps of an if or each take its place
    {"edit": "rename", "from": name, "to": name}            a parameter, step or item, and all its uses; else a
                                                            returned field
    {"edit": "set_return", "returns"?: type | null, "value"?: value, "at"?: place}
                                                            what is declared, and what a return gives
    {"edit": "set_return", "field": name, "type"?: type, "value"?: expr, "at"?: place}
                                                            one field of it, in every return or the one at
                                                            ``at``; without type and value it is taken away
    {"edit": "parameterize", "literal": text, "name": name, "type"?: type, "at"?: place | field,
                             "span"?: [start, end], "everywhere"?: bool}
    {"edit": "extract", "at": place, "count"?: 1, "name": script, "as"?: name}
                                                            makes two scripts: see ``lang.extraction``
    {"edit": "restore", "script": script}                   what the inverse of an edit may need

A *place* is a path (``steps/3/then/0``) or a step's id (``s4``, ``s4/then/0``, ``s4/cond``). ``null`` takes a
part of the signature away. Edits work on drafts that do not check, and say with diagnostics where they cannot
be done; the script that was given is never changed. What a new step is worth is the checker's to say,
afterwards.
"""

from __future__ import annotations

from typing import Any, Literal, assert_never

import msgspec
from msgspec import UNSET, UnsetType

from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.lang import codes
from sopwb.lang.difference import Change, difference
from sopwb.lang.places import (
    Json,
    Place,
    copied,
    every_step,
    find_place,
    find_step,
    has_ids,
    unknown_step,
    with_ids,
)
from sopwb.lang.rewriting import parameterized, renamed_script
from sopwb.lang.script import BRANCHES

__all__ = ["AnyEdit", "Change", "apply_edit", "difference", "inverse", "read_edit", "with_ids"]


class Edit(msgspec.Struct, frozen=True, tag_field="edit", forbid_unknown_fields=True, omit_defaults=True):
    """One change; the subclasses are a closed union."""


class SetSignature(Edit, frozen=True, tag="set_signature"):
    params: Json | UnsetType | None = UNSET
    returns: str | Json | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET


class Insert(Edit, frozen=True, tag="insert"):
    step: Json
    at: str = ""
    before: str = ""
    after: str = ""


class Replace(Edit, frozen=True, tag="replace"):
    at: str
    step: Json | None = None
    value: Any = UNSET


class Remove(Edit, frozen=True, tag="remove"):
    at: str


class Move(Edit, frozen=True, tag="move", rename={"from_": "from"}):
    from_: str
    to: str


class Wrap(Edit, frozen=True, tag="wrap"):
    at: str
    count: int = 1
    cond: str | None = None
    step: Json | None = None


class Unwrap(Edit, frozen=True, tag="unwrap"):
    at: str
    keep: Literal["then", "else", "do", ""] = ""


class Rename(Edit, frozen=True, tag="rename", rename={"from_": "from"}):
    from_: str
    to: str


class SetReturn(Edit, frozen=True, tag="set_return"):
    returns: str | Json | UnsetType | None = UNSET
    value: Any = UNSET
    at: str = ""
    field: str = ""
    type: str | Json | None = None


class Parameterize(Edit, frozen=True, tag="parameterize"):
    literal: str
    name: str
    type: str = ""
    at: str = ""
    span: tuple[int, int] | None = None
    everywhere: bool = False


class Extract(Edit, frozen=True, tag="extract", rename={"as_": "as"}):
    at: str
    name: str
    count: int = 1
    as_: str = ""


class Restore(Edit, frozen=True, tag="restore"):
    script: Json


AnyEdit = (
    SetSignature
    | Insert
    | Replace
    | Remove
    | Move
    | Wrap
    | Unwrap
    | Rename
    | SetReturn
    | Parameterize
    | Extract
    | Restore
)
NAMES = (
    "set_signature",
    "insert",
    "replace",
    "remove",
    "move",
    "wrap",
    "unwrap",
    "rename",
    "set_return",
    "parameterize",
    "extract",
    "restore",
)


def read_edit(edit: Json | Edit) -> AnyEdit:
    """Read an edit from JSON. Raises ``UserError`` where it is none."""
    if isinstance(edit, Edit):
        return edit  # type: ignore[return-value]  # the subclasses above are the only ones
    try:
        return msgspec.convert(edit, AnyEdit)  # type: ignore[no-any-return]  # a union is no type here
    except (msgspec.ValidationError, TypeError, ValueError, RecursionError) as error:
        name = edit.get("edit") if isinstance(edit, dict) else None
        near = nearest_name(name, NAMES) if isinstance(name, str) and name not in NAMES else ""
        raise UserError(
            Diagnostic(codes.EDIT_UNKNOWN.id, f"not an edit: {error}"[:300], nearest=near)
        ) from None


def apply_edit(raw: Json, edit: Json | Edit) -> Json | tuple[Diagnostic, ...]:
    """Give the script after an edit, or the diagnostics that say why it cannot be done. Never raises.

    Where the steps have ids, new ones get ids too and all others keep theirs.
    """
    try:
        return _applied(raw, read_edit(edit))
    except UserError as error:
        return error.diagnostics


def _applied(raw: Json, edit: AnyEdit) -> Json:
    if not isinstance(raw, dict):
        raise UserError(Diagnostic(codes.NOT_AN_OBJECT.id, "there is no script to edit"))
    script: Json = copied(raw)
    keep_ids = has_ids(script) or not list(every_step(script))
    match edit:
        case SetSignature():
            _set_signature(script, edit)
        case Insert():
            _insert(script, edit)
        case Replace():
            _replace(script, edit)
        case Remove():
            _remove(script, edit)
        case Move():
            _move(script, edit)
        case Wrap():
            _wrap(script, edit)
        case Unwrap():
            _unwrap(script, edit)
        case Rename():
            renamed_script(script, edit.from_, edit.to)
        case SetReturn():
            _set_return(script, edit)
        case Parameterize():
            parameterized(script, edit.literal, edit.name, edit.type, edit.at, edit.span, edit.everywhere)
        case Extract():
            raise _impossible("extract makes two scripts", edit.at)
        case Restore():
            return copied(edit.script)  # type: ignore[no-any-return]
        case _:
            assert_never(edit)
    return with_ids(script) if keep_ids else script


def inverse(raw_before: Json, edit: Json | Edit) -> Json:
    """Give the edit that takes back ``edit`` of ``raw_before``: applied after it, the script is again what it
    was.

    The smallest such edit where there is one, else ``restore``. Raises ``UserError`` where the edit cannot be
    done.
    """
    done = read_edit(edit)
    after = _applied(raw_before, done)
    small = _small_inverse(raw_before, after, done)
    if small is not None and apply_edit(after, small) == raw_before:
        return small
    return {"edit": "restore", "script": copied(raw_before)}


def _small_inverse(before: Json, after: Json, edit: AnyEdit) -> Json | None:
    match edit:
        case SetSignature():
            fields = [f for f in ("params", "returns", "title", "note") if getattr(edit, f) is not UNSET]
            return {"edit": "set_signature", **{field: before.get(field) for field in fields}}
        case Insert():
            return {"edit": "remove", "at": _insert_place(copied(before), edit).path}
        case Replace(at=at):
            found, rest = find_place(copied(before), at)
            if not rest:
                return {"edit": "replace", "at": found.path, "step": found.step}
            place = "/".join((found.path, *rest))
            old = _field(found.step, rest)
            return (
                {"edit": "remove", "at": place}
                if old is UNSET
                else {"edit": "replace", "at": place, "value": old}
            )
        case Remove(at=at):
            found, rest = find_place(copied(before), at)
            if not rest:
                return {"edit": "insert", "at": found.path, "step": found.step}
            return {"edit": "replace", "at": "/".join((found.path, *rest)), "value": _field(found.step, rest)}
        case Move(from_=place, to=to):
            return {
                "edit": "move",
                "from": find_place(after, to)[0].path,
                "to": find_step(copied(before), place).path,
            }
        case Wrap(at=at):
            return {"edit": "unwrap", "at": find_step(copied(before), at).path}
        case Rename(from_=old, to=new):
            return {"edit": "rename", "from": new, "to": old}
        case _:
            return None


def _impossible(message: str, place: str = "") -> UserError:
    return UserError(Diagnostic(codes.EDIT_IMPOSSIBLE.id, message, place[:120]))


# --- signature and returns ------------------------------------------------------------------------
def _put(owner: Json, field: str, value: Any) -> None:
    if value is UNSET:
        return
    if value is None:
        owner.pop(field, None)
    else:
        owner[field] = copied(value)


def _set_signature(script: Json, edit: SetSignature) -> None:
    for field in ("params", "returns", "title", "note"):
        _put(script, field, getattr(edit, field))
    if "steps" in script:
        script["steps"] = script.pop("steps")  # the signature is read before the steps


def _set_return(script: Json, edit: SetReturn) -> None:
    if edit.field:
        _set_return_field(script, edit)
        return
    _put(script, "returns", edit.returns)
    if "steps" in script:
        script["steps"] = script.pop("steps")
    if edit.value is UNSET:
        return
    if edit.at:
        _return_at(script, edit.at)["value"] = copied(edit.value)
        return
    steps = script.setdefault("steps", [])
    if not isinstance(steps, list):
        raise _impossible("the script has no list of steps", "steps")
    if steps and isinstance(steps[-1], dict) and steps[-1].get("op") == "return":
        steps[-1]["value"] = copied(edit.value)
    else:
        steps.append({"op": "return", "value": copied(edit.value)})


def _return_at(script: Json, place: str) -> Json:
    step = find_step(script, place).step
    if not isinstance(step, dict) or step.get("op") != "return":
        raise _impossible("this step is no return", place)
    return step


def _set_return_field(script: Json, edit: SetReturn) -> None:
    removing = edit.type is None and edit.value is UNSET
    returns = script.get("returns", {})
    if not isinstance(returns, dict):
        raise _impossible("`returns` is not an object, so it has no fields", "returns")
    if edit.type is not None:
        returns = {**returns, edit.field: copied(edit.type)}
    elif removing:
        returns = {name: type_ for name, type_ in returns.items() if name != edit.field}
    _put(script, "returns", returns)
    if "steps" in script:
        script["steps"] = script.pop("steps")
    targets = (
        [_return_at(script, edit.at)]
        if edit.at
        else [s for _, s in every_step(script) if s.get("op") == "return"]
    )
    for step in targets:
        value = step.get("value", {})
        if not isinstance(value, dict):
            continue
        if edit.value is not UNSET:
            step["value"] = {**value, edit.field: copied(edit.value)}
        elif removing:
            step["value"] = {name: text for name, text in value.items() if name != edit.field}


# --- steps ----------------------------------------------------------------------------------------
def _insert_place(script: Json, edit: Insert) -> Place:
    if sum(map(bool, (edit.at, edit.before, edit.after))) != 1:
        raise _impossible("insert takes one of `at`, `before` and `after`")
    if edit.after:
        found = find_step(script, edit.after)
        return Place(found.block, found.index + 1, found.block_path)
    found, rest = find_place(script, edit.at or edit.before, create=True)
    if rest:
        raise unknown_step(edit.at or edit.before)
    return found


def _insert(script: Json, edit: Insert) -> None:
    if "steps" not in script:
        script["steps"] = []
    taken = {step.get("id") for _, step in every_step(script)}
    step = copied(edit.step)
    for _, inner in list(every_step([step])):
        if "id" in inner and (not isinstance(inner["id"], str) or inner["id"] in taken):
            del inner["id"]
    found = _insert_place(script, edit)
    found.block.insert(found.index, step)


def _replace(script: Json, edit: Replace) -> None:
    found, rest = find_place(script, edit.at)
    if found.index >= len(found.block):
        raise unknown_step(edit.at)
    if not rest:
        if edit.step is None:
            raise _impossible("replace of a step takes `step`", edit.at)
        old, step = found.step, copied(edit.step)
        if isinstance(old, dict) and "id" in old and "id" not in step:
            head = {"op": step["op"]} if "op" in step else {}
            step = {**head, "id": old["id"], **step}
        found.block[found.index] = step
        return
    if edit.value is UNSET:
        raise _impossible("replace of a field takes `value`", edit.at)
    owner = _owner(found.step, rest, edit.at)
    if isinstance(owner, list):
        owner[_index(owner, rest[-1], edit.at)] = copied(edit.value)
    else:
        owner[rest[-1]] = copied(edit.value)


def _remove(script: Json, edit: Remove) -> None:
    found, rest = find_place(script, edit.at)
    if found.index >= len(found.block):
        raise unknown_step(edit.at)
    if rest:
        owner = _owner(found.step, rest, edit.at)
        if isinstance(owner, list):
            del owner[_index(owner, rest[-1], edit.at)]
        elif rest[-1] in owner:
            del owner[rest[-1]]
        else:
            raise unknown_step(edit.at)
        return
    del found.block[found.index]
    _drop_empty_else(script, found)


def _drop_empty_else(script: Json, place: Place) -> None:
    # An else without steps says nothing, and would be shown.
    if place.block or not place.block_path.endswith("/else"):
        return
    owner = find_step(script, place.block_path.removesuffix("/else"))
    del owner.step["else"]


def _owner(step: Any, rest: list[str], place: str) -> Any:
    """Find what holds the field at ``rest`` (``args/to``, ``value/reason``): an object or a list."""
    for part in rest[:-1]:
        if isinstance(step, list):
            step = step[_index(step, part, place)]
        elif isinstance(step, dict) and part in step:
            step = step[part]
        else:
            raise unknown_step(place)
    if not isinstance(step, (dict, list)):
        raise unknown_step(place)
    return step


def _index(owner: list[Any], part: str, place: str) -> int:
    if not part.isascii() or not part.isdigit() or len(part) > 6 or int(part) >= len(owner):
        raise unknown_step(place)
    return int(part)


def _field(step: Any, rest: list[str]) -> Any:
    """Give the value of a field, UNSET where there is none."""
    owner = _owner(step, rest, "/".join(rest))
    if isinstance(owner, list):
        return owner[_index(owner, rest[-1], "/".join(rest))]
    return owner.get(rest[-1], UNSET)


def _move(script: Json, edit: Move) -> None:
    found = find_step(script, edit.from_)
    if edit.to == found.path or edit.to.startswith(found.path + "/"):
        if edit.to == found.path:
            return
        raise _impossible("a step cannot be moved into itself", edit.to)
    step = found.step
    del found.block[found.index]
    target, rest = find_place(script, edit.to, create=True)
    if rest:
        raise unknown_step(edit.to)
    target.block.insert(target.index, step)
    if found.block is not target.block and not found.block:
        _drop_emptied(script, found.block)


def _drop_emptied(script: Json, block: list[Any]) -> None:
    for _, step in every_step(script):
        if step.get("else") is block:
            del step["else"]
            return


def _wrap(script: Json, edit: Wrap) -> None:
    found = find_step(script, edit.at)
    if edit.count < 1 or found.index + edit.count > len(found.block):
        raise _impossible(f"there are no {edit.count} steps here", edit.at)
    if (edit.cond is None) == (edit.step is None):
        raise _impossible("wrap takes either `cond` or `step`", edit.at)
    outer: Json = {"op": "if", "cond": edit.cond} if edit.step is None else copied(edit.step)
    field = {"if": "then", "each": "do"}.get(str(outer.get("op")))
    if field is None:
        raise _impossible("only an if or an each holds steps", edit.at)
    end = found.index + edit.count
    # The steps go before what the wrapping step has besides: an else, a yield.
    head = {key: value for key, value in outer.items() if key not in (*BRANCHES, "yield")}
    tail = {key: value for key, value in outer.items() if key in (*BRANCHES, "yield") and key != field}
    found.block[found.index : end] = [{**head, field: found.block[found.index : end], **tail}]


def _unwrap(script: Json, edit: Unwrap) -> None:
    found = find_step(script, edit.at)
    step = found.step
    fields = [field for field in BRANCHES if isinstance(step, dict) and isinstance(step.get(field), list)]
    if not fields:
        raise _impossible("this step holds no steps", edit.at)
    keep = edit.keep or fields[0]
    if keep not in fields:
        raise _impossible(f"this step has no `{keep}`", edit.at)
    found.block[found.index : found.index + 1] = step[keep]
