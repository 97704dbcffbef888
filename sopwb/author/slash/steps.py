"""Steps in the short form in which outlines show them, read back into raw steps.

    [NAME =] fetch SOURCE [where CONDITION] [order by EXPRESSION [desc], …] [limit NUMBER] [one [required | optional]] [fields A, B]
    NAME = EXPRESSION
    if CONDITION [then STEP [else STEP]]
    [NAME =] each ITEM (from SOURCE | in LIST | of EITHER) [where …] [order by …] [yield VALUE] [do STEP]
    [NAME =] SCRIPT(argument: EXPRESSION, …)
    [NAME =] TOOL(argument: EXPRESSION, …) [on error skip | dead_letter | fail]
    insert | upsert SOURCE [KEY] {field: EXPRESSION, …} [on error …]     update SOURCE KEY {…} [on error …]     delete SOURCE KEY [on error …]
    say TEXT        fail TEXT        return [VALUE]

or a step as JSON. Several lines are several steps: those of an ``if`` or ``each`` stand below it, indented, and ``else`` and
``else if`` at its own depth. Expressions are the language's. Deliberately not here: whether a step checks (``lang.check``).
"""  # noqa: E501 - a form is one line

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from sopwb.author import codes
from sopwb.author.slash.phrases import Clause, clauses, listed, members, of_records, parted, respelt, tokens_of
from sopwb.kernel.canonical import parse_json
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import STEP_DEPTH_MAX
from sopwb.lang.environment import Environment
from sopwb.lang.parse import OPS, order_parts
from sopwb.lang.places import Json
from sopwb.lang.script import WRITE_MODES

_RECORDS: Final = ("where", "order by", "limit", "at most")
_FETCH: Final = (*_RECORDS, "one", "fields")
_EACH: Final = (*_RECORDS, "yield")
_POLICY: Final = re.compile(r"(.*?),?\s*\bon[ _]error\s+(\w+)\s*", re.DOTALL)
_LABEL: Final = re.compile(r"(.*\S)\s{2,}\[([^\[\]]+)\]\s*", re.DOTALL)
_DEFAULT_ONE: Final = "required"
_FAILURES: Final = ("fail", "skip", "dead_letter")
HEADS: Final = ("fetch", "math", "let", "if", "each", "call", "tool", *WRITE_MODES, "say", "fail", "return")
"""Words that begin a step."""


class Names(msgspec.Struct, frozen=True):
    """What a step may speak of: the workspace's names, and those that the script binds."""

    environment: Environment
    bound: frozenset[str]


def read_steps(text: str, names: Names) -> list[Json]:
    """Read one step or, on several lines, several. Raises ``UserError``."""
    if text.lstrip()[:1] in ("{", "["):
        return _json_steps(text)
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text.expandtabs(2).splitlines() if line.strip()]
    if not lines:
        raise _unread("there is no step")
    steps, rest = _block(lines, names, 1)
    if rest:
        raise _unread(f"{rest[0][1]!r} is indented less than the line before it belongs to")
    return steps


def _json_steps(text: str) -> list[Json]:
    try:
        found = parse_json(text)
    except ValueError as error:
        raise _unread(f"not readable as JSON: {error}") from None
    steps = found if isinstance(found, list) else [found]
    wrong = next((step for step in steps if not isinstance(step, dict) or step.get("op") not in OPS), None)
    if wrong is not None or not steps:
        op = str(wrong.get("op", "")) if isinstance(wrong, dict) else ""
        raise _unread(f"not a step: its op is {op!r}", expected=", ".join(OPS), nearest=nearest_name(op, OPS))
    return steps


def _unread(message: str, **more: Any) -> UserError:
    return UserError(Diagnostic(codes.STEP_UNREAD.id, message, **more))


# --- several lines ------------------------------------------------------------------------------------


def _block(lines: list[tuple[int, str]], names: Names, depth: int) -> tuple[list[Json], list[tuple[int, str]]]:
    """Read the steps at the depth of the first line. Gives them and the lines that follow, which are less deep."""
    if depth > STEP_DEPTH_MAX:
        raise _unread(f"steps are nested deeper than {STEP_DEPTH_MAX}")
    indent, steps = lines[0][0], list[Json]()
    open_if: Json | None = None
    while lines and lines[0][0] >= indent:
        here, text = lines[0]
        if here > indent:
            holder = open_if if open_if is not None else steps[-1]
            field = _held(holder)
            holder[field], lines = _block(lines, names, depth + 1)
            names = _with_bound(names, holder[field])
            continue
        lines = lines[1:]
        if text == "else" or text.startswith("else "):
            open_if = _else(text, steps, open_if, names)
            continue
        step = read_step(text, names)
        steps.append(step)
        names, open_if = _with_bound(names, [step]), step if step["op"] == "if" else None
    return steps, lines


def _held(step: Json) -> str:
    """Name the field of the step before that takes indented lines."""
    field = {"if": "else" if "else" in step else "then", "each": "do"}.get(step["op"])
    if field is None or step[field]:
        raise _unread(
            f"this {step['op']} holds no further steps", hint="lines are indented below an if, else or each alone"
        )
    return field


def _else(text: str, steps: list[Json], open_if: Json | None, names: Names) -> Json:
    """Open the else of the if before, or of its last ``else if``. Gives the if that takes what follows."""
    if open_if is None or "else" in open_if:
        raise _unread("there is no if before this else")
    rest = text.removeprefix("else").strip()
    if not rest:
        open_if["else"] = []
        return open_if
    step = read_step(rest, names)
    open_if["else"] = [step]
    return step if step["op"] == "if" else open_if


def _with_bound(names: Names, steps: list[Json]) -> Names:
    found = {str(step[key]) for step in steps for key in ("name", "as") if step.get(key) and step["op"] != "if"}
    return Names(names.environment, names.bound | found)


# --- one line -----------------------------------------------------------------------------------------


def read_step(text: str, names: Names) -> Json:
    """Read one step of one line. Raises ``UserError``."""
    if text.lstrip()[:1] == "{":
        return _json_steps(text)[0]
    name, text = _named(text)
    tokens = tokens_of(text)
    head = tokens[0].text if tokens else ""
    rest = text[tokens[0].end :].strip() if tokens else ""
    match head:
        case "fetch":
            return _bound(name, _fetch(rest, names))
        case "each":
            return _bound(name, _each(rest, names))
        case "call" | "tool":
            return _bound(name, _call(rest, names, head))
        case "if" if not name:
            return _if(rest, names)
        case "insert" | "update" | "upsert" | "delete" if not name:
            return _write(head, rest)
        case "say" | "fail" if not name:
            return {"op": head, ("text" if head == "say" else "message"): respelt(rest)}
        case "return" if not name:
            return {"op": "return", **({"value": read_value(rest)} if rest else {})}
        case "math" | "let" if not name:
            name, expression = _named(rest)
            if not name:
                raise _unread("a computed value needs a name", expected=f"{head} NAME = EXPRESSION")
            return {"op": "math", "name": name, "expr": respelt(expression)}
        case _:
            if _is_call(text, names):
                return _bound(name, _call(text, names, ""))
            if name:
                return {"op": "math", "name": name, "expr": respelt(text)}
            near = nearest_name(head, HEADS) if head else ""
            raise _unread(f"{text[:60]!r} is not a step", nearest=near, hint="/help step has the forms")


def _named(text: str) -> tuple[str, str]:
    """Split ``NAME = …``; the name is "" where there is none."""
    tokens = tokens_of(text)
    equals = len(tokens) > 1 and tokens[0].kind == "name" and text[tokens[1].start : tokens[1].end] == "="
    return (tokens[0].text, text[tokens[1].end :].strip()) if equals else ("", text.strip())


def _bound(name: str, step: Json) -> Json:
    return {"op": step["op"], **({"name": name} if name else {}), **step}


def with_name(step: Json) -> Json:
    """Give a fetch that was not named the name of its source: what is fetched has to be called something."""
    return {"op": "fetch", "name": step["from"], **step} if step["op"] == "fetch" and "name" not in step else step


def _parts(text: str, words: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Cut a line into its head and its clauses, each at most once."""
    head, *rest = clauses(text, words)
    found: dict[str, str] = {}
    for clause in rest:
        word = {"at most": "limit"}.get(clause.word, clause.word)
        if word in found:
            raise _unread(f"{clause.word} stands twice")
        found[word] = clause.text
    return head.text, found


def _one_name(text: str, what: str) -> str:
    tokens = tokens_of(text)
    if len(tokens) != 1 or tokens[0].kind != "name":
        raise _unread(f"{text[:60]!r} is not {what}" if text else f"{what} is missing")
    return tokens[0].text


def _of_source(source: str, parts: dict[str, str], names: Names) -> Json:
    """Read what both fetch and each may say of a source's records."""
    schema = names.environment.source(source)
    out: Json = {}
    if "where" in parts:
        out["where"] = of_records(parts["where"], schema, names.bound)
    if "order by" in parts:
        out["order_by"] = [
            # No order by something that is the same for every record: a field is meant.
            of_records(order_parts(part)[0], schema, ()) + (" desc" if order_parts(part)[1] else "")
            for part in listed(parts["order by"])
        ]
    return out


def _fetch(text: str, names: Names) -> Json:
    head, parts = _parts(text, _FETCH)
    source = _one_name(head, "a data source")
    step: Json = {"op": "fetch", "from": source, **_of_source(source, parts, names)}
    if "limit" in parts:
        step["limit"] = respelt(parts["limit"])
    if "one" in parts:
        step["one"] = parts["one"] or _DEFAULT_ONE
    if "fields" in parts:
        step["fields"] = [_one_name(part, "a field") for part in listed(parts["fields"])]
    return step


def _each(text: str, names: Names) -> Json:
    whole, do = parted(text, "do")
    head, parts = _parts(whole, _EACH)
    tokens = tokens_of(head)
    if len(tokens) < 3 or tokens[0].kind != "name" or tokens[1].text not in ("of", "from", "in"):
        raise _unread("each needs an item and what it is of", expected="each ITEM from SOURCE, or each ITEM in LIST")
    if "limit" in parts:
        raise _unread("each goes over all its records", hint="fetch some with a limit, and go over that list")
    item, over = tokens[0].text, head[tokens[1].end :].strip()
    within = _within(item, tokens[1].text, over, names)
    inner = Names(names.environment, names.bound | {item})
    step: Json = {"op": "each", within: over, "as": item}
    if within == "from":
        step |= _of_source(over, parts, names)
    elif "where" in parts or "order by" in parts:
        raise _unread(f"{over} is a list", hint="write xs.filter(x, …) or xs.sortBy(x, …)")
    else:
        step["in"] = respelt(over)
    step["do"] = [] if do is None else [with_name(read_step(do, inner))]
    return {**step, **({"yield": read_value(parts["yield"])} if "yield" in parts else {})}


def _within(item: str, word: str, over: str, names: Names) -> str:
    """Tell whether an each goes over a source (``from``) or a list (``in``)."""
    if word != "of":
        return word
    source = over in names.environment.source_names()
    if source and over in names.bound:
        raise _unread(
            f"{over} is a data source and a name of the script",
            hint=f"each {item} from {over}, or each {item} in {over}",
        )
    return "from" if source else "in"


def _if(text: str, names: Names) -> Json:
    label = ""
    if found := _LABEL.fullmatch(text):
        text, label = found[1], found[2]
    condition, *rest = clauses(text, ("then", "else"))
    if [clause.word for clause in rest] not in ([], ["then"], ["then", "else"]):
        # An if within the step would take the else: which of both was meant is for lines to say.
        raise _unread("one line holds one then and one else", hint="write the steps on lines of their own, indented")
    step: Json = {"op": "if", **({"name": label} if label else {}), "cond": respelt(condition.text), "then": []}
    for clause in rest:
        step[clause.word] = [_branch(clause, names)]
    return step


def _branch(clause: Clause, names: Names) -> Json:
    if not clause.text:
        raise _unread(f"no step follows {clause.word}")
    return with_name(read_step(clause.text, names))


def read_value(text: str) -> Any:
    """Read what a return or yield gives: ``{field: EXPRESSION, …}`` or one expression."""
    tokens = tokens_of(text)
    if tokens and tokens[0].text == "{" and tokens[-1].text == "}":
        found = members(text[tokens[0].end : tokens[-1].start])
        if found:
            return {name: respelt(part) for name, part in found.items()}
    return respelt(text)


def _write(mode: str, text: str) -> Json:
    """Read ``SOURCE [KEY] [{field: EXPRESSION, …}] [on error …]``."""
    tokens = tokens_of(text)
    if not tokens or tokens[0].kind != "name":
        raise _unread(f"{mode} needs a data source", expected=f"{mode} SOURCE KEY {{field: EXPRESSION, …}}")
    step: Json = {"op": "write", "into": tokens[0].text, "mode": mode}
    rest, policy = text[tokens[0].end :].strip(), ""
    if found := _POLICY.fullmatch(rest):
        rest, policy = found[1], found[2]
        if policy not in _FAILURES:
            raise _unread(f"{policy!r} says nothing here", expected="on error fail, skip or dead_letter")
    key, record = (rest, None) if mode == "delete" else _key_and_record(rest)
    if key:
        step["key"] = respelt(key)
    if record is not None:
        step["record"] = {name: respelt(part) for name, part in record.items()}
    return {**step, **({"on_error": {"then": policy}} if policy else {})}


def _key_and_record(text: str) -> tuple[str, dict[str, str] | None]:
    """Split a key and the values in braces after it; either may be missing."""
    tokens = tokens_of(text)
    if not tokens or tokens[-1].text != "}":
        return text, None
    depth = 0
    for token in reversed(tokens):
        depth += (token.text in (")", "]", "}")) - (token.text in ("(", "[", "{"))
        if depth == 0:
            inside = text[token.end : tokens[-1].start]
            found = members(inside) if inside.strip() else {}
            if found is None:
                raise _unread(f"{inside[:60]!r} are no values of fields", expected="{field: EXPRESSION, …}")
            return text[: token.start].strip(), dict(found)
    raise _unread("a bracket is not closed")


# --- calls and tools ----------------------------------------------------------------------------------


def _callee(text: str) -> tuple[str, int]:
    """Give the (dotted) name before a bracket and where the bracket opens; ("", 0) where the line is no call."""
    tokens = tokens_of(text)
    n = 0
    while n + 2 < len(tokens) and tokens[n].kind == "name" and tokens[n + 1].text == ".":
        n += 2
    if n + 1 >= len(tokens) or tokens[n].kind != "name" or tokens[n + 1].text != "(":
        return "", 0
    return text[: tokens[n].end], tokens[n + 1].start


def _is_call(text: str, names: Names) -> bool:
    """Whether a line calls a tool or script: the workspace has it, or its arguments have names."""
    called, at = _callee(text)
    if not called:
        return False
    if called in names.environment.tool_names() or called in names.environment.script_names():
        return True
    inside = text[at + 1 : _closing(text, at)]
    return bool(inside.strip()) and members(inside) is not None


def _closing(text: str, at: int) -> int:
    depth = 0
    for token in tokens_of(text):
        if token.start >= at:
            depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
            if depth == 0:
                return token.start
    raise _unread("a bracket is not closed")


def _call(text: str, names: Names, op: str) -> Json:
    called, at = _callee(text)
    if not called:
        raise _unread(f"{text[:60]!r} calls nothing", expected="NAME(argument: EXPRESSION, …)")
    end = _closing(text, at)
    is_tool = op == "tool" or (not op and (called in names.environment.tool_names() or "." in called))
    args = _args(called, text[at + 1 : end], is_tool, names)
    step: Json = {"op": "tool", "tool": called} if is_tool else {"op": "call", "script": called}
    step["args"] = args
    policy = text[end + 1 :].strip().removeprefix(",").strip()
    if policy:
        found = re.fullmatch(r"on[ _]error\s+(\w+)", policy)
        if found is None or not is_tool or found[1] not in _FAILURES:
            raise _unread(f"{policy[:60]!r} says nothing here", expected="on error fail, skip or dead_letter")
        step["on_error"] = {"then": found[1]}
    return step


def _args(called: str, text: str, is_tool: bool, names: Names) -> dict[str, str]:
    """Read arguments by name, or by place where the signature is known."""
    if not text.strip():
        return {}
    named = members(text)
    if named is not None:
        return {name: respelt(part) for name, part in named.items()}
    signature = names.environment.tool(called) if is_tool else names.environment.script(called, "")
    parts = listed(text)
    if signature is None:
        raise _unread(f"the arguments of {called} need their names", expected=f"{called}(argument: EXPRESSION, …)")
    wanted = [p.name for p in (signature.args if hasattr(signature, "args") else signature.params)]
    if len(parts) > len(wanted):
        raise _unread(f"{called} takes {', '.join(wanted) or 'nothing'}", found=text[:60])
    return {name: respelt(part) for name, part in zip(wanted, parts, strict=False)}
