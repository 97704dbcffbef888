"""Commands that write a draft: what is typed after ``/new``, ``/step``, ``/move`` … becomes edits of ``lang.edits``.

Every edit is made from the revision that was just read, so that a change from elsewhere is a conflict and never lost.
Deliberately not here: changing fields of steps and what is returned (``changing``).
"""

from __future__ import annotations

import re
from typing import Any

from sopwb.app.commands import ApplyEdits, DropDraft, ForkScript, RedoEdit, RenameScript, SaveDraft, UndoEdit
from sopwb.app.outputs import ScriptView
from sopwb.author.slash.desk import Asked, Desk, Said, path_of, split, steps_in, wrong
from sopwb.author.slash.phrases import parted
from sopwb.author.slash.steps import Names, read_step, read_steps, with_name
from sopwb.kernel.canonical import parse_json
from sopwb.kernel.diagnostics import nearest_name
from sopwb.lang.edits import apply_edit
from sopwb.lang.places import Json, every_step
from sopwb.lang.rewriting import bound_names
from sopwb.lang.types import SCALARS, RecordType, Type, TypeSyntaxError, parse_type, type_text

_HELD = {"if": "then", "each": "do"}
_PLACES = ("before", "after", "in", "else", "first", "last")


def edits(view: ScriptView, made: list[Json], why: str, stack: tuple[str, ...] | None = None) -> Asked:
    """Ask for edits of the draft as it was just seen."""
    return Asked(ApplyEdits(view.name, made, view.rev, " ".join(why.split())), stack)


def word_of(text: str) -> tuple[str, str]:
    """Split the first word off."""
    word, *rest = text.split(maxsplit=1) or [""]
    return word, rest[0].rstrip() if rest else ""


# --- scripts ------------------------------------------------------------------------------------------


def new(desk: Desk, text: str) -> Asked:
    """``NAME [(PARAMETERS)] [→ TYPE]``, on further lines its steps; or ``NAME {JSON}``."""
    found = re.fullmatch(r"(\w+)[^\S\n]*(.*?)(?:\n(.*))?", text.strip(), re.DOTALL)
    if found is None:
        raise wrong("a name is missing")
    name, head, body = found[1], found[2].strip(), found[3] or ""
    _need_free(desk, name)
    if head.startswith("{"):
        return Asked(SaveDraft(name, _json(f"{head}\n{body}"), "/new"), ())
    params, arrow, returns = (part.strip() for part in head.replace("->", "→").partition("→"))
    if params.startswith("("):
        if not params.endswith(")"):
            raise wrong("a bracket is not closed", found=params)
        params = params[1:-1]
    script: Json = {"sop": 1, "params": signature_types(params), **({"returns": type_json(returns)} if arrow else {})}
    bound = Names(desk.bench.environment(), frozenset(script["params"]))
    steps = [with_name(step) for step in read_steps(body, bound)] if body.strip() else []
    return Asked(SaveDraft(name, {**script, "steps": steps}, "/new"), ())


def _need_free(desk: Desk, name: str) -> None:
    state = desk.scripts().get(name)
    if state is not None:
        way = f"/open {name} goes on with it, /drop {name} drops it" if state == "draft" else f"/fork {name} opens it"
        raise wrong(f"there is a {state} script {name} already", hint=way)


def _json(text: str) -> Json:
    try:
        found = parse_json(text)
    except ValueError as error:
        raise wrong(f"not readable as JSON: {error}") from None
    if not isinstance(found, dict):
        raise wrong("a script is a JSON object")
    return found


def type_json(text: str) -> Any:
    """Read a type as scripts write it: a text, or an object of texts for a record. Raises ``UserError``."""
    found = _type(text, text, "bool, or {is_risk: bool, reason: string}")
    return {n: type_text(t) for n, t in found.fields} if isinstance(found, RecordType) else type_text(found)


def signature_types(text: str) -> Json:
    """Read ``name: type, …``."""
    found = _type("{" + text + "}", text, "customer_id: string, days: int?")
    assert isinstance(found, RecordType), found
    return {name: type_text(type_) for name, type_ in found.fields}


def _type(text: str, shown: str, example: str) -> Type:
    try:
        return parse_type(text)
    except TypeSyntaxError as error:
        word = re.match(r"\w*", text[error.position :])
        near = nearest_name(word[0], SCALARS) if word and word[0] else ""
        raise wrong(f"{shown[:60]!r} does not read: {error}", expected=example, nearest=near) from None


def open_(desk: Desk, text: str) -> Said:
    name, _ = word_of(text)
    scripts = desk.scripts()
    if name not in scripts:
        raise wrong(f"there is no script {name!r}", nearest=nearest_name(name, scripts))
    desk.go(name)
    return Said(f"{name} is at hand, a {scripts[name]} script. /show shows it.")


def save_as(desk: Desk, text: str) -> Asked:
    view = desk.draft()
    name, rest = word_of(text)
    if not name or rest:
        raise wrong("one name is wanted")
    _need_free(desk, name)
    return Asked(SaveDraft(name, view.script, f"save {view.name} as {name}"), ())


def fork(desk: Desk, text: str) -> Asked:
    ref, new_name = word_of(text)
    ref = desk.subject(ref)
    name = new_name or ref.partition("@")[0]
    if name.startswith(("b3:", "#")):
        raise wrong("a fork of a hash needs a name")
    return Asked(ForkScript(ref, name), ())


def drop(desk: Desk, text: str) -> Asked:
    return Asked(DropDraft(desk.subject(text.strip())))


def undo(desk: Desk, text: str) -> Asked:
    return Asked(UndoEdit(desk.draft().name))


def redo(desk: Desk, text: str) -> Asked:
    return Asked(RedoEdit(desk.draft().name))


def rename(desk: Desk, text: str) -> Asked:
    """``OLD to NEW``: a script or job, else a name that the draft at hand binds; ``script OLD to NEW`` says which."""
    words = [word for word in text.split() if word != "to"]
    of_script = len(words) == 3 and words[0] == "script"
    if len(words) != 2 and not of_script:
        raise wrong("an old and a new name are wanted")
    old, new_name = words[-2:]
    scripts = desk.scripts()
    bound = bound_names(desk.draft().script) if scripts.get(desk.name) == "draft" else []
    if old in bound and not of_script:
        if old in scripts:
            raise wrong(f"{old} is a script and a name in {desk.name}", hint=f"/rename script {old} to {new_name}")
        return edits(desk.draft(), [{"edit": "rename", "from": old, "to": new_name}], f"/rename {text}")
    if old not in scripts:
        raise wrong(f"there is no script or name {old!r}", nearest=nearest_name(old, [*scripts, *bound]))
    return Asked(RenameScript(old, new_name))


# --- signature ----------------------------------------------------------------------------------------


def param(desk: Desk, text: str) -> Asked:
    """``NAME: TYPE, …`` adds or changes; ``remove NAME`` takes away."""
    view = desk.draft()
    params: Json = dict(view.script.get("params", {}))
    first, rest = word_of(text)
    if first == "remove":
        if rest not in params:
            raise wrong(f"there is no parameter {rest!r}", nearest=nearest_name(rest, params))
        del params[rest]
    elif not text.strip():
        raise wrong("a name and a type are missing")
    else:
        params |= signature_types(text)
    return edits(view, [{"edit": "set_signature", "params": params}], f"/param {text}")


# --- steps --------------------------------------------------------------------------------------------


def step(desk: Desk, text: str) -> Asked | Said:
    """Add steps where the last one was added; ``else`` and ``end`` go on elsewhere."""
    view = desk.draft()
    block = desk.block(view.script)
    if text.strip() in ("end", "end if", "end each"):
        return _end(desk)
    if text.split()[:1] == ["else"]:
        return _else(desk, view, text.strip().removeprefix("else").strip(), block)
    return _inserted(desk, view, f"{block}/{len(steps_in(view.script, block))}", f"/step {text}", text, desk.stack)


def _inserted(desk: Desk, view: ScriptView, at: str, why: str, text: str, stack: tuple[str, ...]) -> Asked:
    """Insert steps one after the other; a last one that is an empty block takes the steps that follow."""
    steps = [with_name(step) for step in read_steps(text, desk.names(view.script))]
    block, index = split(at)
    made: list[Json] = [{"edit": "insert", "at": f"{block}/{index + n}", "step": step} for n, step in enumerate(steps)]
    field = _HELD.get(steps[-1]["op"], "")
    inside = (f"{block}/{index + len(steps) - 1}/{field}",) if field and not steps[-1].get(field) else ()
    return edits(view, made, why, (*stack, *inside))


def _end(desk: Desk) -> Said:
    if not desk.stack:
        raise wrong("no if or each is open here")
    desk.stack = desk.stack[:-1]
    return Said(f"Left the block. {where(desk)}")


def _else(desk: Desk, view: ScriptView, rest: str, block: str) -> Asked | Said:
    """Go on in the else of the if that is open here, or of the last step where that is an if."""
    owner, _, field = block.rpartition("/")
    stack = desk.stack[:-1]
    if field != "then":
        last = steps_in(view.script, block)[-1:]
        if not last or last[0].get("op") != "if" or last[0].get("else"):
            raise wrong("there is no if before this else")
        owner, stack = f"{block}/{len(steps_in(view.script, block)) - 1}", desk.stack
    if dict(every_step(view.script))[owner].get("else"):
        raise wrong("this if has an else already")
    if not rest:
        id_ = dict(every_step(view.script))[owner]["id"]
        desk.stack = (*stack, f"{id_}/else")
        return Said(f"The next steps go into the else of {id_}; /step end leaves it.")
    return _inserted(desk, view, f"{owner}/else/0", f"/step else {rest}", rest, stack)


def where(desk: Desk) -> str:
    """Say where the next step goes, "" where that is the end of the script."""
    if not desk.stack:
        return "The next step goes to the end of the script."
    id_, _, field = desk.stack[-1].rpartition("/")
    return f"The next step goes into the {field} of {id_}; /step end leaves it."


def insert(desk: Desk, text: str) -> Asked:
    """``before|after|in|else STEP-ID STEP``, or ``first|last STEP``."""
    view = desk.draft()
    word, rest = word_of(text)
    if word not in _PLACES:
        raise wrong(
            f"{word or 'nothing'!r} is no place", expected=", ".join(_PLACES), nearest=nearest_name(word, _PLACES)
        )
    target, step_text = ("", rest) if word in ("first", "last") else word_of(rest)
    return _inserted(desk, view, place_at(view.script, word, target), f"/insert {text}", step_text, desk.stack)


def place_at(script: Json, word: str, target: str) -> str:
    """Give the path at which a step stands once it is put before, after, in or in the else of another."""
    if word in ("first", "last"):
        return f"steps/{len(steps_in(script, 'steps')) if word == 'last' else 0}"
    path = path_of(script, target)
    block, index = split(path)
    if word in ("before", "after"):
        return f"{block}/{index + (word == 'after')}"
    op = str(dict(every_step(script))[path].get("op"))
    field = "else" if word == "else" else _HELD.get(op, "")
    if not field or (word == "else" and op != "if"):
        raise wrong(f"{target} is a {op}, which holds no steps" if word == "in" else f"{target} is no if")
    return f"{path}/{field}/{len(steps_in(script, f'{path}/{field}'))}"


def delete(desk: Desk, text: str) -> Asked:
    """``STEP-ID …``, or ``STEP-ID/FIELD``."""
    view = desk.draft()
    if not text.split():
        raise wrong("a step is missing")
    # Later ones first: an earlier removal would move the paths of those behind it.
    places = sorted((_place(view.script, word) for word in text.split()), key=_order, reverse=True)
    return edits(view, [{"edit": "remove", "at": place} for place in places], f"/delete {text}")


def _place(script: Json, word: str) -> str:
    step_word, slash, field = word.partition("/")
    return word if word.startswith("steps/") else path_of(script, step_word) + slash + field


def _order(place: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in place.split("/")]


def move(desk: Desk, text: str) -> Asked:
    """``STEP-ID up|down|first|last``, or ``STEP-ID before|after|in|else STEP-ID``."""
    view = desk.draft()
    word, rest = word_of(text)
    path = path_of(view.script, word)
    how, target = word_of(rest)
    block, index = split(path)
    if how in ("up", "down"):
        to = index + (1 if how == "down" else -1)
        if not 0 <= to < len(steps_in(view.script, block)):
            raise wrong(f"{word} is the {'last' if how == 'down' else 'first'} step of its block")
        at = f"{block}/{to}"
    elif how in _PLACES:
        at = _goal(view.script, path, how, target)
    else:
        raise wrong("where to is missing", expected="up, down, or before, after, in or else another step")
    made: list[Json] = [{"edit": "move", "from": path, "to": at}]
    if at.startswith(path + "/"):
        # Into a step that takes its place: to the edit that would look like a move into itself.
        step_ = dict(every_step(view.script))[path]
        made = [{"edit": "remove", "at": path}, {"edit": "insert", "at": at, "step": step_}]
    return edits(view, made, f"/move {text}")


def _goal(script: Json, path: str, how: str, target: str) -> str:
    """Give where a step stands once it is moved: a path in the script without it."""
    goal = path_of(script, target) if target else ""
    if (goal + "/").startswith(path + "/"):
        raise wrong("a step cannot be moved to where it is itself")
    without = apply_edit(script, {"edit": "remove", "at": path})
    assert isinstance(without, dict), without
    return place_at(without, how, str(dict(every_step(script))[goal].get("id", "")) if target else "")


def span_of(script: Json, text: str) -> tuple[str, int]:
    """Read ``STEP-ID`` or ``STEP-ID to STEP-ID``. Gives the first one's path and how many steps are meant."""
    first, *rest = text.split()
    path = path_of(script, first)
    if not rest:
        return path, 1
    if len(rest) != 2 or rest[0] != "to":
        raise wrong(f"{' '.join(rest)!r} says nothing here", expected="STEP-ID, or STEP-ID to STEP-ID")
    (block, begin), (other, end) = split(path), split(path_of(script, rest[1]))
    if other != block or end < begin:
        raise wrong(f"{first} to {rest[1]} is no run of steps")
    return path, end - begin + 1


def wrap(desk: Desk, text: str) -> Asked:
    """``STEP-ID [to STEP-ID] if CONDITION`` or ``… each ITEM from SOURCE``."""
    view = desk.draft()
    words = text.split()
    at = next((n for n, word in enumerate(words) if word in ("if", "each")), 0)
    if not at:
        raise wrong("what it is wrapped in is missing", expected="if CONDITION, or each ITEM from SOURCE")
    path, count = span_of(view.script, " ".join(words[:at]))
    step = read_step(text[re.search(rf"\b{words[at]}\b", text).start() :], desk.names(view.script))  # type: ignore[union-attr]  # it is one of the words
    return edits(view, [{"edit": "wrap", "at": path, "count": count, "step": step}], f"/wrap {text}")


def unwrap(desk: Desk, text: str) -> Asked:
    view = desk.draft()
    return edits(view, [{"edit": "unwrap", "at": path_of(view.script, text.strip())}], f"/unwrap {text}")


def extract(desk: Desk, text: str) -> Asked:
    """``STEP-ID [to STEP-ID] as NAME``."""
    view = desk.draft()
    span, _, name = text.strip().rpartition(" as ")
    if not span.strip() or not name.strip():
        raise wrong("the steps or the new script's name are missing")
    path, count = span_of(view.script, span)
    edit = {"edit": "extract", "at": path, "count": count, "name": name.strip()}
    return edits(view, [edit], f"/extract {text}")


def parameterize(desk: Desk, text: str) -> Asked:
    """``LITERAL as NAME[: TYPE] [in STEP-ID] [everywhere]``."""
    view = desk.draft()
    literal, rest = parted(text, "as")
    if not rest:
        raise wrong("the parameter's name is missing")
    found = re.fullmatch(r"(.+?)(?:\s+in\s+(\S+))?(\s+everywhere)?", rest, re.DOTALL)
    assert found is not None, rest
    naming, target, everywhere = found[1], found[2], found[3] is not None
    name, _, type_ = (part.strip() for part in naming.partition(":"))
    edit: Json = {"edit": "parameterize", "literal": literal, "name": name, "everywhere": everywhere}
    if type_:
        edit["type"] = type_json(type_)
    if target:
        edit["at"] = _place(view.script, target)
    return edits(view, [edit], f"/parameterize {text}")
