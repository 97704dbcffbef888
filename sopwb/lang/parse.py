"""Reads a script: JSON text or parsed JSON → its abstract syntax tree, or what is wrong with its shape.

    script := {"sop": 1, "params"?: {name: type}, "returns"?: type | {name: type}, "steps": [step…],
               "title"?: text, "note"?: text}
    step   := {"op": op, fields of the op…, "id"?: text, "note"?: text}

The fields of every op stand in ``OPS``; expressions are texts. ``order_by`` is a list of ``"expr"``,
``"expr desc"`` or ``"expr asc"`` (one text stands for a list of one); in a ``call`` the name ``script`` may be
left out where ``pin`` is there.

Deliberately not here: what names and types mean (``lang.check``). Nothing here raises: a wrong shape gives no
tree, a wrong expression gives a tree whose expression has no node, both with diagnostics.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from json import JSONDecodeError
from typing import Any, Final

from sopwb.kernel.canonical import parse_json
from sopwb.kernel.diagnostics import Code, Diagnostic, Fix, nearest_name
from sopwb.kernel.limits import (
    DIAGNOSTICS_MAX,
    JSON_DEPTH_MAX,
    NAME_CHARS_MAX,
    RETRY_DELAY_MS_MAX,
    RETRY_FACTOR_MAX,
    RETRY_TIMES_MAX,
    SCRIPT_BYTES_MAX,
    SCRIPT_STEPS_MAX,
    STEP_DEPTH_MAX,
)
from sopwb.lang import codes
from sopwb.lang import script as ast
from sopwb.lang.expression.parse import KEYWORDS, RESERVED_WORDS, parse_expression
from sopwb.lang.types import RecordType, Type, TypeSyntaxError, parse_type

OPS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "fetch": (("name", "from"), ("where", "order_by", "limit", "one", "fields")),
    "math": (("name", "expr"), ()),
    "if": (("cond", "then"), ("name", "else")),
    "each": (("as", "do"), ("name", "from", "where", "order_by", "in", "yield")),
    "call": ((), ("name", "script", "pin", "args")),
    "tool": (("tool",), ("name", "args", "on_error")),
    "write": (("into", "mode"), ("key", "record", "on_error")),
    "say": (("text",), ()),
    "fail": (("message",), ()),
    "return": ((), ("value",)),
}
"""Op → the fields that it must and may have, besides ``op id note``."""
_SCRIPT_FIELDS: Final = ("sop", "params", "returns", "steps", "title", "note")
_SYNONYMS: Final = {
    "let": "math",
    "set": "math",
    "calc": "math",
    "query": "fetch",
    "select": "fetch",
    "get": "fetch",
    "for": "each",
    "foreach": "each",
    "for_each": "each",
    "map": "each",
    "print": "say",
    "log": "say",
    "insert": "write",
    "update": "write",
    "upsert": "write",
    "delete": "write",
    "save": "write",
    "store": "write",
    "error": "fail",
    "raise": "fail",
    "condition": "cond",
    "expression": "expr",
    "source": "from",
    "filter": "where",
    "arguments": "args",
    "otherwise": "else",
    "steps": "do",
    "item": "as",
    "order": "order_by",
    "sort": "order_by",
    "value": "expr",
    "to": "into",
    "values": "record",
}
"""Words of other languages, to the word that is meant here. Only offered, never accepted."""
_ORDER = re.compile(r"(.*\S)\s+(desc|asc)\s*\Z", re.DOTALL)

Parsed = tuple["ast.Script | None", tuple[Diagnostic, ...]]


def parse_script(source: str | bytes | dict[str, Any]) -> Parsed:
    """Read a script: (tree or None, diagnostics).

    The tree is None where the shape is wrong. Where only expressions are, the tree is there and those
    expressions have no node. At most ``DIAGNOSTICS_MAX`` diagnostics. Never raises.
    """
    raw: Any = source
    if isinstance(source, (str, bytes)):
        if len(source) > SCRIPT_BYTES_MAX:
            message = f"the script has {len(source)} bytes, {SCRIPT_BYTES_MAX} are allowed"
            return None, (Diagnostic(codes.TOO_LARGE.id, message),)
        try:
            raw = parse_json(source)
        except JSONDecodeError as error:
            message = f"line {error.lineno}, column {error.colno}: {error.msg}"
            return None, (Diagnostic(codes.NOT_JSON.id, message, span=(error.pos, error.pos + 1)),)
        except ValueError as error:
            return None, (Diagnostic(codes.NOT_JSON.id, f"not readable as JSON: {error}"),)
    reader = _Reader()
    tree = reader.script(raw)
    found = tuple(reader.diagnostics[:DIAGNOSTICS_MAX])
    return (None if reader.misshapen else tree), found


def parse_signature(raw: Any) -> tuple[tuple[tuple[str, Type], ...], Type | None, tuple[Diagnostic, ...]]:
    """Read only ``params`` and ``returns`` of a raw script, whatever its steps look like."""
    reader = _Reader()
    if not isinstance(raw, dict):
        reader.refuse(codes.NOT_AN_OBJECT, "", f"found {_kind(raw)} where a script is expected")
        return (), None, tuple(reader.diagnostics)
    params = reader.params(raw.get("params", {}))
    returns = reader.type(raw["returns"], "returns") if "returns" in raw else None
    return params, returns, tuple(reader.diagnostics)


def order_parts(text: str) -> tuple[str, bool]:
    """Split an ``order_by`` text into its expression and whether it is descending."""
    match = _ORDER.fullmatch(text)
    return (match[1], match[2] == "desc") if match else (text, False)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case dict():
            return "an object"
        case list() | tuple():
            return "a list"
        case _:
            return "a number"


class _Reader:
    """One pass over raw JSON. ``misshapen``: the shape is wrong, so no tree can be given."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.misshapen = False
        self.count = 0

    def refuse(self, code: Code, path: str, message: str, **more: Any) -> None:
        self.misshapen = True
        self.diagnostics.append(Diagnostic(code.id, message, path, **more))

    # --- the script -------------------------------------------------------------------------------
    def script(self, raw: Any) -> ast.Script | None:
        if not isinstance(raw, dict):
            self.refuse(codes.NOT_AN_OBJECT, "", f"found {_kind(raw)} where a script is expected")
            return None
        version = raw.get("sop")
        if isinstance(version, bool) or version != ast.VERSION:
            found = "is missing" if "sop" not in raw else "is not a version that this program knows"
            self.refuse(codes.VERSION_UNKNOWN, "sop", f'"sop" {found}', expected=str(ast.VERSION))
        self.fields(raw, "", ("steps",), ("sop", "params", "returns", "title", "note"))
        steps = self.steps(raw["steps"], "steps", 1) if "steps" in raw else ()
        return ast.Script(
            params=self.params(raw.get("params", {})),
            returns=self.type(raw["returns"], "returns") if "returns" in raw else None,
            steps=steps,
            title=self.remark(raw, "title", ""),
            note=self.remark(raw, "note", ""),
        )

    def params(self, raw: Any) -> tuple[tuple[str, Type], ...]:
        if not isinstance(raw, dict):
            self.wrong("params", "an object of types", raw)
            return ()
        found = []
        for name, text in raw.items():
            path = f"params/{name}"
            type_ = self.type(text, path)
            if self.valid_name(name, path) and type_ is not None:
                found.append((name, type_))
        return tuple(found)

    def type(self, raw: Any, path: str, depth: int = 0) -> Type | None:
        """Read a type: its text, or an object of types that makes a record."""
        if isinstance(raw, dict):
            if depth > JSON_DEPTH_MAX // 2:
                self.refuse(codes.TOO_LARGE, path, "the type is nested too deep")
                return None
            fields = [(name, self.type(text, f"{path}/{name}", depth + 1)) for name, text in raw.items()]
            good = [
                (name, t) for name, t in fields if self.valid_field(name, f"{path}/{name}") and t is not None
            ]
            return RecordType(tuple(good))
        if not isinstance(raw, str):
            self.wrong(path, "a type", raw)
            return None
        try:
            return parse_type(raw)
        except TypeSyntaxError as error:
            word = re.match(r"\w*", raw[error.position :])
            known = ("bool", "int", "decimal", "string", "date", "timestamp", "duration", "secret", "list", "map")
            near = {
                "text": "string",
                "str": "string",
                "float": "decimal",
                "number": "decimal",
                "integer": "int",
                "boolean": "bool",
                "money": "decimal",
                "datetime": "timestamp",
                "time": "timestamp",
            }
            wanted = word[0] if word else ""
            nearest = near.get(wanted.lower()) or nearest_name(wanted, known)
            fix = Fix(f"write {nearest}", nearest) if nearest else None
            end = max(error.position + len(wanted), error.position)
            self.refuse(
                codes.TYPE_INVALID,
                path,
                str(error) if wanted == raw else f"{error}, in {raw[:80]!r}",
                span=(error.position, end),
                nearest=nearest,
                fix=fix,
            )
            return None

    # --- steps ------------------------------------------------------------------------------------
    def steps(self, raw: Any, path: str, depth: int) -> tuple[ast.Step, ...]:
        if not isinstance(raw, (list, tuple)):
            self.wrong(path, "a list of steps", raw)
            return ()
        if depth > STEP_DEPTH_MAX:
            self.refuse(codes.TOO_LARGE, path, f"steps are nested deeper than {STEP_DEPTH_MAX}")
            return ()
        found = []
        for n, item in enumerate(raw):
            self.count += 1
            if self.count > SCRIPT_STEPS_MAX:
                if self.count == SCRIPT_STEPS_MAX + 1:
                    self.refuse(codes.TOO_LARGE, path, f"the script has more than {SCRIPT_STEPS_MAX} steps")
                break
            step = self.step(item, f"{path}/{n}", depth)
            if step is not None:
                found.append(step)
        return tuple(found)

    def step(self, raw: Any, path: str, depth: int) -> ast.Step | None:
        if not isinstance(raw, dict):
            self.wrong(path, "a step", raw)
            return None
        op = raw.get("op")
        if op is None:
            self.refuse(codes.FIELD_MISSING, path, "the step has no `op`", expected=", ".join(OPS))
            return None
        if not isinstance(op, str) or op not in OPS:
            word = str(op)[:NAME_CHARS_MAX]
            nearest = _SYNONYMS.get(word.lower(), "") if isinstance(op, str) else ""
            nearest = nearest if nearest in OPS else nearest_name(word, OPS)
            fix = Fix(f"write {nearest}", nearest) if nearest else None
            self.refuse(
                codes.OP_UNKNOWN, f"{path}/op", f"there is no step {word!r}", nearest=nearest, fix=fix
            )
            return None
        needed, allowed = OPS[op]
        if not self.fields(raw, path, needed, ("op", "id", "note", *allowed)):
            return None
        common = {"path": path, "id": self.remark(raw, "id", path), "note": self.remark(raw, "note", path)}
        build: Callable[[dict[str, Any], str, int, dict[str, str]], ast.Step] = getattr(self, "_" + op)
        return build(raw, path, depth, common)

    def _fetch(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        one = self.choice(raw, "one", path, ("required", "optional"))
        if one and "limit" in raw:
            self.refuse(codes.FIELDS_CLASH, f"{path}/limit", "`limit` has no meaning beside `one`")
        return ast.FetchStep(
            **common,
            name=self.name(raw, "name", path),
            source=self.text(raw["from"], f"{path}/from"),
            where=self.maybe(raw, "where", path),
            order_by=self.order_by(raw, path),
            limit=self.maybe(raw, "limit", path),
            one=one,
            fields=self.field_list(raw, path),
        )

    def _math(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        name = self.name(raw, "name", path)
        return ast.MathStep(**common, name=name, expr=self.expression(raw["expr"], f"{path}/expr"))

    def _if(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        return ast.IfStep(
            **common,
            label=self.text(raw["name"], f"{path}/name") if "name" in raw else "",
            cond=self.expression(raw["cond"], f"{path}/cond"),
            then=self.steps(raw["then"], f"{path}/then", depth + 1),
            else_=self.steps(raw["else"], f"{path}/else", depth + 1) if "else" in raw else (),
        )

    def _each(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        if ("from" in raw) == ("in" in raw):
            code = codes.FIELDS_CLASH if "in" in raw else codes.FIELD_MISSING
            self.refuse(code, path, "each takes either `from`, a data source, or `in`, a list")
        for field in ("where", "order_by"):
            if field in raw and "in" in raw:
                self.refuse(
                    codes.FIELDS_CLASH,
                    f"{path}/{field}",
                    f"`{field}` goes with `from`, not with `in`",
                    hint="write in: xs.filter(x, …) or xs.sortBy(x, …)",
                )
        if ("name" in raw) != ("yield" in raw):
            has, lacks = ("name", "yield") if "name" in raw else ("yield", "name")
            self.refuse(
                codes.FIELD_MISSING,
                path,
                f"each has `{has}` but no `{lacks}`: the name is bound to the list of yields",
            )
        return ast.EachStep(
            **common,
            name=self.name(raw, "name", path) if "name" in raw else "",
            source=self.text(raw["from"], f"{path}/from") if "from" in raw else "",
            where=self.maybe(raw, "where", path),
            order_by=self.order_by(raw, path),
            over=self.maybe(raw, "in", path),
            as_=self.name(raw, "as", path),
            do=self.steps(raw["do"], f"{path}/do", depth + 1),
            yield_=self.value(raw["yield"], f"{path}/yield") if "yield" in raw else None,
        )

    def _call(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        if "script" not in raw and "pin" not in raw:
            self.refuse(codes.FIELD_MISSING, path, "call has no `script`")
        return ast.CallStep(
            **common,
            name=self.name(raw, "name", path) if "name" in raw else "",
            script=self.text(raw["script"], f"{path}/script") if "script" in raw else "",
            pin=self.text(raw["pin"], f"{path}/pin") if "pin" in raw else "",
            args=self.args(raw, path),
        )

    def _tool(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        return ast.ToolStep(
            **common,
            name=self.name(raw, "name", path) if "name" in raw else "",
            tool=self.text(raw["tool"], f"{path}/tool"),
            args=self.args(raw, path),
            on_error=self.on_error(raw["on_error"], f"{path}/on_error") if "on_error" in raw else None,
        )

    def _write(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        mode = self.choice(raw, "mode", path, ast.WRITE_MODES)
        if mode == "delete" and "record" in raw:
            self.refuse(codes.FIELDS_CLASH, f"{path}/record", "a record that is deleted is given no values")
        needed = {"update": ("key", "record"), "delete": ("key",)}.get(mode, ())
        for field in needed:
            if field not in raw:
                self.refuse(codes.FIELD_MISSING, path, f"the write step has no `{field}`")
        return ast.WriteStep(
            **common,
            into=self.text(raw["into"], f"{path}/into"),
            mode=mode,
            key=self.maybe(raw, "key", path),
            record=self.named(raw, "record", path),
            on_error=self.on_error(raw["on_error"], f"{path}/on_error") if "on_error" in raw else None,
        )

    def _say(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        return ast.SayStep(**common, text=self.expression(raw["text"], f"{path}/text"))

    def _fail(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        return ast.FailStep(**common, message=self.expression(raw["message"], f"{path}/message"))

    def _return(self, raw: dict[str, Any], path: str, depth: int, common: dict[str, str]) -> ast.Step:
        return ast.ReturnStep(
            **common, value=self.value(raw["value"], f"{path}/value") if "value" in raw else None
        )

    # --- fields -----------------------------------------------------------------------------------
    def fields(self, raw: dict[str, Any], path: str, needed: Iterable[str], allowed: Iterable[str]) -> bool:
        """Whether every needed field is there; names those that are missing or unknown."""
        known = (*needed, *allowed)
        missing = [name for name in needed if name not in raw]
        for name in raw:
            if name in known:
                continue
            word = str(name)[:NAME_CHARS_MAX]
            nearest = _SYNONYMS.get(word, "") if _SYNONYMS.get(word) in known else nearest_name(word, known)
            owner = "the script" if not path else f"a {raw.get('op')} step"
            place = f"{path}/{word}" if path else word
            self.refuse(codes.FIELD_UNKNOWN, place, f"{owner} has no field {word!r}", nearest=nearest)
        for name in missing:
            owner = "the script" if not path else f"the {raw.get('op')} step"
            self.refuse(codes.FIELD_MISSING, path, f"{owner} has no `{name}`")
        return not missing

    def wrong(self, path: str, expected: str, found: Any, **more: Any) -> None:
        self.refuse(codes.SHAPE_WRONG, path, f"expected {expected}, found {_kind(found)}", expected=expected,
                    found=_kind(found), **more)

    def text(self, raw: Any, path: str) -> str:
        if not isinstance(raw, str):
            self.wrong(path, "a text", raw)
            return ""
        if raw.isascii():
            return raw
        if any("\ud800" <= char <= "\udfff" for char in raw):
            self.refuse(
                codes.SHAPE_WRONG, path, "the text holds half of a surrogate pair, which is no character"
            )
            return ""
        if not unicodedata.is_normalized("NFC", raw):
            fixed = unicodedata.normalize("NFC", raw)
            self.refuse(codes.NOT_NFC, path, "the text is not in Unicode normal form C", span=(0, len(raw)),
                        fix=Fix("compose its letters", fixed))
        return raw

    def remark(self, raw: dict[str, Any], field: str, path: str) -> str:
        """A text that is for people only: any characters."""
        value = raw.get(field, "")
        if not isinstance(value, str):
            self.wrong(f"{path}/{field}" if path else field, "a text", value)
            return ""
        return value

    def name(self, raw: dict[str, Any], field: str, path: str) -> str:
        text = self.text(raw[field], f"{path}/{field}")
        if isinstance(raw[field], str):
            self.valid_name(text, f"{path}/{field}")
        return text

    def valid_name(self, name: Any, path: str) -> bool:
        if not self.valid_field(name, path):
            return False
        if name in ast.RESERVED or name in RESERVED_WORDS or name in KEYWORDS:
            self.refuse(codes.NAME_RESERVED, path, f"{name!r} is reserved")
            return False
        return True

    def valid_field(self, name: Any, path: str) -> bool:
        good = (
            isinstance(name, str) and name.isascii() and name.isidentifier() and len(name) <= NAME_CHARS_MAX
        )
        if not good:
            shown = str(name)[:NAME_CHARS_MAX]
            suggestion = re.sub(r"\W+", "_", shown, flags=re.ASCII).strip("_")
            fix = (
                Fix(f"write {suggestion}", suggestion)
                if suggestion.isidentifier() and suggestion.isascii()
                else None
            )
            self.refuse(codes.NAME_INVALID, path, f"{shown!r} is not a name", fix=fix)
        return good

    def choice(self, raw: dict[str, Any], field: str, path: str, choices: tuple[str, ...]) -> str:
        if field not in raw:
            return ""
        value = raw[field]
        if value in choices:
            return str(value)
        shown = str(value)[:NAME_CHARS_MAX]
        self.refuse(codes.CHOICE_UNKNOWN, f"{path}/{field}", f"{shown!r} is not one of {', '.join(choices)}",
                    expected=", ".join(choices), nearest=nearest_name(shown, choices))
        return ""

    def expression(self, raw: Any, path: str) -> ast.Expression:
        if not isinstance(raw, str):
            literal = (
                {True: "true", False: "false", None: "null"}.get(raw)
                if raw is None or isinstance(raw, bool)
                else (str(raw) if isinstance(raw, int) else "")
            )
            hint = f'an expression is a text: write "{literal}"' if literal else "an expression is a text"
            self.wrong(
                path,
                "an expression",
                raw,
                hint=hint,
                fix=Fix(f'write "{literal}"', literal) if literal else None,
            )
            return ast.Expression("", path, None)
        text = self.text(raw, path)
        node, found = parse_expression(text, path)
        self.diagnostics.extend(found)
        return ast.Expression(text, path, None if found else node)

    def maybe(self, raw: dict[str, Any], field: str, path: str) -> ast.Expression | None:
        return self.expression(raw[field], f"{path}/{field}") if field in raw else None

    def value(self, raw: Any, path: str) -> ast.Value:
        if not isinstance(raw, dict):
            return self.expression(raw, path)
        fields = [(name, self.expression(item, f"{path}/{name}")) for name, item in raw.items()]
        good = tuple((name, e) for name, e in fields if self.valid_field(name, f"{path}/{name}"))
        return ast.RecordValue(path, good)

    def args(self, raw: dict[str, Any], path: str) -> tuple[tuple[str, ast.Expression], ...]:
        return self.named(raw, "args", path)

    def named(self, raw: dict[str, Any], field: str, path: str) -> tuple[tuple[str, ast.Expression], ...]:
        given = raw.get(field, {})
        if not isinstance(given, dict):
            self.wrong(f"{path}/{field}", "an object of expressions", given)
            return ()
        found = [(name, self.expression(item, f"{path}/{field}/{name}")) for name, item in given.items()]
        return tuple((name, e) for name, e in found if self.valid_field(name, f"{path}/{field}/{name}"))

    def order_by(self, raw: dict[str, Any], path: str) -> tuple[ast.OrderBy, ...]:
        if "order_by" not in raw:
            return ()
        given = [raw["order_by"]] if isinstance(raw["order_by"], str) else raw["order_by"]
        if not isinstance(given, (list, tuple)):
            self.wrong(f"{path}/order_by", "a list of expressions", given)
            return ()
        found = []
        for n, item in enumerate(given):
            text, descending = order_parts(item) if isinstance(item, str) else (item, False)
            found.append(ast.OrderBy(self.expression(text, f"{path}/order_by/{n}"), descending))
        return tuple(found)

    def field_list(self, raw: dict[str, Any], path: str) -> tuple[str, ...]:
        if "fields" not in raw:
            return ()
        given = raw["fields"]
        if not isinstance(given, (list, tuple)) or not given:
            self.wrong(f"{path}/fields", "a list of field names", given)
            return ()
        found: list[str] = []
        for n, item in enumerate(given):
            place = f"{path}/fields/{n}"
            if self.valid_field(item, place):
                if item in found:
                    self.refuse(codes.STANDS_TWICE, place, f"{item!r} stands twice")
                found.append(item)
        return tuple(found)

    def on_error(self, raw: Any, path: str) -> ast.ErrorPolicy | None:
        if not isinstance(raw, dict):
            self.wrong(path, "an object", raw)
            return None
        self.members(raw, path, (), ("retry", "then"))
        then = self.choice(raw, "then", path, ("fail", "skip", "dead_letter")) or "fail"
        retry = None
        if "retry" in raw:
            given = raw["retry"]
            if not isinstance(given, dict):
                self.wrong(f"{path}/retry", "an object", given)
            else:
                retry = self.retry(given, f"{path}/retry")
        return ast.ErrorPolicy(retry, then)

    def retry(self, raw: dict[str, Any], path: str) -> ast.RetryPolicy:
        self.members(raw, path, ("times", "base_ms"), ("factor", "cap_ms"))
        return ast.RetryPolicy(
            times=self.number(raw, "times", path, 1, RETRY_TIMES_MAX, 1),
            base_ms=self.number(raw, "base_ms", path, 0, RETRY_DELAY_MS_MAX, 0),
            factor=self.number(raw, "factor", path, 1, RETRY_FACTOR_MAX, 2),
            cap_ms=self.number(raw, "cap_ms", path, 0, RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MAX),
        )

    def members(
        self, raw: dict[str, Any], path: str, needed: tuple[str, ...], allowed: tuple[str, ...]
    ) -> None:
        for name in raw:
            if name not in (*needed, *allowed):
                word = str(name)[:NAME_CHARS_MAX]
                self.refuse(codes.FIELD_UNKNOWN, f"{path}/{word}", f"there is no field {word!r} here",
                            nearest=nearest_name(word, (*needed, *allowed)))
        for name in needed:
            if name not in raw:
                self.refuse(codes.FIELD_MISSING, path, f"`{name}` is missing")

    def number(self, raw: dict[str, Any], field: str, path: str, low: int, high: int, default: int) -> int:
        value = raw.get(field, default)
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(f"{path}/{field}", "a whole number", value)
            return default
        if not low <= value <= high:
            self.refuse(
                codes.OUT_OF_RANGE, f"{path}/{field}", f"{field} is {low} to {high}", found=str(value)[:40]
            )
        return value
