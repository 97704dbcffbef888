"""Steps as fields of a form and back. Pure; drawing is ``screens.form``.

A field's key is its place in the step: ``where``, ``args/to``, ``value/is_risk``. A field that is left empty is left
out of the step unless the step needs it (then the checker says so). What a form does not show (nested steps, ids,
``on_error``) stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from sopwb.kernel.canonical import json_text, parse_json
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.lang.ir import WRITE
from sopwb.lang.script import WRITE_MODES
from sopwb.tui.vocabulary import Vocabulary

OPS: Final[dict[str, str]] = {
    "fetch": "get records of a data source",
    "math": "compute a value and name it",
    "if": "go on only when something holds",
    "each": "do steps for every record",
    "call": "run a frozen script",
    "tool": "do something outside: mail, coupon",
    "write": "change a record of a data source",
    "say": "say a line to the person",
    "fail": "end with an error",
    "return": "end with a value",
}
"""The steps that can be inserted, each with what it does."""
_SHAPES: Final[dict[str, dict[str, Any]]] = {
    "if": {"cond": "", "then": []},
    "each": {"from": "", "as": "", "do": []},
    "call": {"script": "", "args": {}},
    "tool": {"tool": "", "args": {}},
    "write": {"into": "", "mode": "update"},
    "fetch": {"name": "", "from": ""},
    "math": {"name": "", "expr": ""},
    "say": {"text": ""},
    "fail": {"message": ""},
    "return": {},
}


class Field(msgspec.Struct, frozen=True):
    """A field: ``kind`` is name, text, expression, list, check (a box) or choice; ``known`` are suggestions or
    choices."""

    key: str
    label: str
    value: str = ""
    kind: str = "expression"
    hint: str = ""
    needed: bool = False
    known: tuple[str, ...] = ()


def new_step(op: str) -> dict[str, Any]:
    """Give an empty step of an op."""
    return {
        "op": op,
        **{key: part.copy() if isinstance(part, (dict, list)) else part for key, part in _SHAPES[op].items()},
    }


def fields_of(step: Mapping[str, Any], script: Mapping[str, Any], words: Vocabulary) -> list[Field]:
    """Lay a step out as fields."""
    sources, tools, scripts = tuple(words.sources), tuple(words.tools), tuple(words.scripts)

    def one(
        key: str,
        label: str,
        kind: str = "expression",
        hint: str = "",
        needed: bool = False,
        known: tuple[str, ...] = (),
    ) -> Field:
        return Field(key, label, _field_text(step.get(key)), kind, hint, needed, known)

    name = one("name", "name", "name", "what later steps call it", needed=step.get("op") in ("fetch", "math"))
    where = one("where", "where", hint="a condition on it, such as it.total > 500")
    order = one("order_by", "order by", "list", "it.total desc; it.id")
    match step.get("op"):
        case "fetch":
            fields = _sources(step, words)
            return [
                name,
                one("from", "from", "name", "a data source", True, sources),
                where,
                one("one", "one", "choice", "required or optional", known=("", "required", "optional")),
                order,
                one("limit", "limit"),
                one("fields", "fields", "list", fields),
            ]
        case "math":
            return [name, one("expr", "expression", needed=True)]
        case "if":
            label = one("name", "label", "text", "a word for the trace")
            return [one("cond", "condition", hint="true or false", needed=True), label]
        case "each":
            return [
                one("as", "each as", "name", "what one record is called", True),
                one("from", "from", "name", "a data source", known=sources),
                one("in", "or in", hint="a list"),
                where,
                order,
                *_values(step, "yield", None),
                name,
            ]
        case "call":
            return [
                one("script", "script", "name", "a frozen script", True, scripts),
                name,
                *_arguments(step, words.scripts.get(str(step.get("script")), ())),
            ]
        case "tool":
            return [
                one("tool", "tool", "name", "", True, tools),
                name,
                *_arguments(step, words.tools.get(str(step.get("tool")), ())),
            ]
        case "write":
            into = one("into", "into", "name", "a data source that is declared writable", True, sources)
            mode = one("mode", "mode", "choice", needed=True, known=WRITE_MODES)
            return [into, mode, one("key", "key", hint="which record: order.id"), *_record(step, words)]
        case "say":
            return [one("text", "text", hint="'Hello ' + customer.name", needed=True)]
        case "fail":
            return [one("message", "message", hint="'why it ends'", needed=True)]
        case "return":
            returns = script.get("returns")
            return _values(step, "value", returns if isinstance(returns, dict) else None)
        case _:
            return []


def step_from(step: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Put the texts of a form back into a step."""
    out = dict(step)
    needed = _SHAPES.get(str(step.get("op")), {})
    for key, text in values.items():
        head, _, tail = key.partition("/")
        if tail:
            parts = out.get(head)
            parts = dict(parts) if isinstance(parts, dict) else {}
            parts[tail] = text
            if not text.strip():
                del parts[tail]
            out[head] = parts
        elif head in ("order_by", "fields"):
            parts = [
                part.strip() for part in text.split(";" if head == "order_by" or ";" in text else ",") if part.strip()
            ]
            out[head] = parts
        else:
            out[head] = text.strip() if head in ("name", "from", "as", "tool", "script", "into") else text
    if out.get("op") == "call" and out.get("script") != step.get("script"):
        out.pop("pin", None)
    if out.get("op") == "each":
        out.pop("from" if str(out.get("in", "")).strip() else "in", None)
    kept = {"then", "do", *needed} - {"args"} - ({"from"} if "in" in out else set())
    return {key: part for key, part in out.items() if part not in ("", [], {}) or key in kept}


def by_field(path: str, diagnostics: Sequence[Diagnostic], keys: Sequence[str]) -> dict[str, list[Diagnostic]]:
    """Sort the diagnostics of the step at ``path`` by field; those of the step as a whole stand under "".

    ``path`` "" is the script itself, whose fields are ``params`` and ``returns``."""
    found: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        if path and diagnostic.path != path and not diagnostic.path.startswith(path + "/"):
            continue
        place = diagnostic.path[len(path) + 1 :] if path else diagnostic.path
        key = next(
            (key for key in sorted(keys, key=len, reverse=True) if place == key or place.startswith(key + "/")), None
        )
        if key is None and place.split("/")[0] in ("then", "else", "do", "steps"):
            continue
        found.setdefault(key or "", []).append(diagnostic)
    return found


def parameter_fields(script: Mapping[str, Any], remembered: Mapping[str, Any]) -> list[Field]:
    """Lay the parameters of a script out as fields, filled with what was used last."""
    params = script.get("params", {})
    return [
        Field(
            name,
            name,
            _input_text(remembered.get(name)),
            "text",
            _type_text(type_),
            needed=not _type_text(type_).endswith("?"),
        )
        for name, type_ in (params.items() if isinstance(params, dict) else ())
    ]


def inputs_from(script: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Read the texts of parameters as inputs: JSON where the type is no text, and nothing where an optional one is
    empty."""
    params = script.get("params", {})
    inputs: dict[str, Any] = {}
    for name, type_ in params.items() if isinstance(params, dict) else ():
        text = values.get(name, "")
        words = _type_text(type_)
        if not text and words.endswith("?"):
            continue
        inputs[name] = text if words.rstrip("?") in ("string", "date", "timestamp", "duration") else _json_or_text(text)
    return inputs


def signature_fields(script: Mapping[str, Any]) -> list[Field]:
    """Lay a signature out as two fields."""
    params = script.get("params", {})
    text = (
        ", ".join(f"{name}: {_type_text(type_)}" for name, type_ in params.items()) if isinstance(params, dict) else ""
    )
    returns = _type_text(script["returns"]) if "returns" in script else ""
    return [
        Field("params", "parameters", text, "text", "customer_id: string, days: int?"),
        Field("returns", "returns", returns, "text", "bool, or {is_risk: bool, reason: string}"),
    ]


def signature_edit(values: Mapping[str, str]) -> dict[str, Any]:
    """Make the edit of a signature form. Types that do not read are left to the checker."""
    from sopwb.lang.types import RecordType, TypeSyntaxError, parse_type, type_text

    def record(text: str) -> dict[str, str] | None:
        try:
            found = parse_type(text)
        except TypeSyntaxError:
            return None
        return {n: type_text(t) for n, t in found.fields} if isinstance(found, RecordType) else None

    params = record("{" + values.get("params", "") + "}")
    returns = values.get("returns", "").strip()
    return {
        "edit": "set_signature",
        "params": params if params is not None else {"params": values.get("params", "")},
        "returns": (record(returns) or returns) if returns else None,
    }


def tools_of(steps: Any) -> tuple[str, ...]:
    """Name the tools that steps use, and ``write:SOURCE`` for what they write, nested ones too, each once."""
    found: dict[str, None] = {}
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict):
            if step.get("op") == "tool":
                found[str(step.get("tool"))] = None
            if step.get("op") == "write":
                found[f"{WRITE}{step.get('into')}"] = None
            for field in ("then", "else", "do"):
                found.update(dict.fromkeys(tools_of(step.get(field))))
    return tuple(found)


def _sources(step: Mapping[str, Any], words: Vocabulary) -> str:
    return ", ".join(name for name, _ in words.sources.get(str(step.get("from")), ())) or "all"


def _values(step: Mapping[str, Any], key: str, types: Mapping[str, Any] | None) -> list[Field]:
    found = step.get(key)
    if isinstance(found, dict) or types is not None:
        parts = found if isinstance(found, dict) else {}
        names = [*(types or {}), *(name for name in parts if name not in (types or {}))]
        return [
            Field(
                f"{key}/{name}",
                name,
                _field_text(parts.get(name)),
                hint=_type_text((types or {}).get(name, "")),
                needed=types is not None,
            )
            for name in names
        ]
    return [Field(key, key, _field_text(found))]


def _arguments(step: Mapping[str, Any], wanted: Sequence[tuple[str, str]]) -> list[Field]:
    args = step.get("args")
    args = args if isinstance(args, dict) else {}
    types = dict(wanted)
    return [
        Field(
            f"args/{name}",
            name,
            _field_text(args.get(name)),
            hint=types.get(name, "unknown here"),
            needed=name in types and not types[name].endswith("?"),
        )
        for name in [*types, *(name for name in args if name not in types)]
    ]


def _record(step: Mapping[str, Any], words: Vocabulary) -> list[Field]:
    """Lay out the values that a write may give: every field of its source, and what is given besides."""
    types = dict(words.sources.get(str(step.get("into")), ()))
    given = step.get("record")
    given = given if isinstance(given, dict) else {}
    return [
        Field(f"record/{name}", name, _field_text(given.get(name)), hint=types.get(name, "unknown here"))
        for name in [*types, *(name for name in given if name not in types)]
    ]


def _field_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case list():
            return "; ".join(str(part) for part in value)
        case _:
            return json_text(value)


def _input_text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json_text(value)


def _type_text(type_: Any) -> str:
    if isinstance(type_, dict):
        return "{" + ", ".join(f"{name}: {_type_text(part)}" for name, part in type_.items()) + "}"
    return str(type_)


def _json_or_text(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        return text
