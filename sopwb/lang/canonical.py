"""The canonical form of a script: what is hashed, frozen and run for ever.

    canonical := {"sop": 1, "params": {name: type}, "returns"?: type, "steps": [step…],
                  "reads": {source: {"key": name | null, "fields": {name: type}}}}

Steps are as in a draft, but: expressions and types are printed canonically; ``id``, ``note``, ``title``, the
label of an ``if`` and the name of a called script are gone, calls are by ``pin``; what says nothing is left
out (an empty ``else``, ``asc``, an ``on_error`` that fails, an argument that is the literal null, the value
null of a script without returns); a record literal as a whole ``value`` or ``yield`` is written as an object;
``fields`` are sorted; the key of a ``write`` stands in ``key``.

Keys are sorted when it is encoded, so parameters, arguments, and the fields of an object are sets by name:
their order is no part of the identity. The order of the fields of ``returns`` is (its type is a text):
results are shown in it.

``reads`` is the contract with the data, also with what is written: a frozen script is checked against it, not against
the live workspace, so that it means the same for ever; whether the data still fits is asked when it runs.
"""

from __future__ import annotations

from typing import Any, Final, assert_never

import msgspec

from sopwb.kernel.canonical import canonical_bytes
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.ids import object_id
from sopwb.lang import codes, ir
from sopwb.lang import script as ast
from sopwb.lang.compile import Checked, compile_script
from sopwb.lang.environment import Environment, Signature, SourceSchema, ToolSignature
from sopwb.lang.expression.printer import print_expression
from sopwb.lang.expression.syntax import Literal
from sopwb.lang.parse import parse_signature
from sopwb.lang.types import RecordType, TypeSyntaxError, parse_type, type_text

KIND: Final = "script"
Json = dict[str, Any]


def canonical_script(tree: ast.Script, checked: ir.Script) -> Json:
    """Give the canonical form of a checked script.

    Raises ``UserError`` where a called script is still a draft.
    """
    pins: dict[str, str] = {}
    _collect_pins(checked.steps, pins)
    keys = {write.path: write.field for write in ir.writes_of(checked.steps)}
    form: Json = {
        "sop": ast.VERSION,
        "params": {name: type_text(t) for name, t in sorted(tree.params, key=_first)},
    }
    if tree.returns is not None:
        form["returns"] = type_text(tree.returns)
    form["steps"] = [_step(step, pins, keys) for step in tree.steps]
    form["reads"] = {
        need.name: {"key": need.key, "fields": {name: type_text(t) for name, t in need.record.fields}}
        for need in checked.reads
    }
    return form


def script_id(canonical: Json) -> str:
    """Give the id of a canonical form: ``b3:`` and 64 hex digits."""
    return object_id(KIND, canonical_bytes(canonical))


def load_frozen(canonical: Json, environment: Environment) -> Checked:
    """Check a canonical form against what it says itself that it reads.

    Of ``environment`` only the signatures of tools and of pinned scripts are asked, never a source.
    Diagnostics mean that the store is damaged, that a pinned script is missing, or that a tool has changed.
    """
    sources, found = _contract(canonical.get("reads"))
    if found:
        return Checked(None, None, None, found)
    body = {key: value for key, value in canonical.items() if key != "reads"}
    result = compile_script(body, _Frozen(sources, environment))
    if result.ir is not None and {need.name for need in result.ir.reads} != set(sources):
        return Checked(result.ast, None, result.signature, (_damaged("it lists what is not read"),))
    return result


def draft_of(canonical: Json) -> Json:
    """Give a raw script that means the same as a canonical form, laid out as a person writes it."""
    _, returns, _ = parse_signature(canonical)
    raw: Json = {key: value for key, value in canonical.items() if key not in ("reads", "steps")}
    if isinstance(returns, RecordType):
        raw["returns"] = {name: type_text(t) for name, t in returns.fields}
    raw["steps"] = canonical.get("steps", [])
    return raw


class _Frozen(msgspec.Struct, frozen=True):
    """An environment whose sources are a frozen script's own."""

    sources: dict[str, SourceSchema]
    live: Environment

    def source(self, name: str) -> SourceSchema | None:
        return self.sources.get(name)

    def source_names(self) -> tuple[str, ...]:
        return tuple(self.sources)

    def tool(self, name: str) -> ToolSignature | None:
        return self.live.tool(name)

    def tool_names(self) -> tuple[str, ...]:
        return self.live.tool_names()

    def script(self, name: str, pin: str) -> Signature | None:
        return self.live.script(name, pin) if pin else None

    def script_names(self) -> tuple[str, ...]:
        return ()


def _contract(reads: Any) -> tuple[dict[str, SourceSchema], tuple[Diagnostic, ...]]:
    """Read ``reads``, which came from a store or a bundle: anything may stand there."""
    sources: dict[str, SourceSchema] = {}
    if not isinstance(reads, dict):
        return sources, (_damaged("`reads` is missing"),)
    for name, need in reads.items():
        match need:
            case {"key": None | str() as key, "fields": dict() as fields} if len(need) == 2:
                try:
                    record = tuple((str(field), parse_type(text)) for field, text in sorted(fields.items()))
                except (TypeSyntaxError, TypeError, AttributeError) as error:
                    return sources, (_damaged(f"{name}: {error}"),)
                sources[name] = SourceSchema(name, key, RecordType(record))
            case _:
                return sources, (_damaged(f"{name} is not what a source's part looks like"),)
    return sources, ()


def _damaged(why: str) -> Diagnostic:
    return Diagnostic(codes.READS_INVALID.id, f"the list of what the script reads is damaged: {why}", "reads")


def _collect_pins(steps: tuple[ir.Step, ...], pins: dict[str, str]) -> None:
    for step in steps:
        match step:
            case ir.Call(path=path, pin=pin, script=name):
                if not pin:
                    raise UserError(Diagnostic(codes.CALL_UNPINNED.id, f"{name} is a draft", path,
                                               hint=f"freeze {name} first"))
                pins[path] = pin
            case ir.If(then=then, else_=else_):
                _collect_pins(then, pins)
                _collect_pins(else_, pins)
            case ir.Each(do=do):
                _collect_pins(do, pins)
            case _:
                pass


# --- steps ----------------------------------------------------------------------------------------
def _first(pair: tuple[str, Any]) -> str:
    return pair[0]


def _text(expression: ast.Expression) -> str:
    assert expression.node is not None, "a checked script parses"
    return print_expression(expression.node)


def _value(value: ast.Value) -> str | Json:
    value = ast.as_record(value)
    if isinstance(value, ast.Expression):
        return _text(value)
    return {name: _text(expression) for name, expression in sorted(value.fields, key=_first)}


def _order(order_by: tuple[ast.OrderBy, ...]) -> list[str]:
    return [_text(order.expression) + (" desc" if order.descending else "") for order in order_by]


def _args(args: tuple[tuple[str, ast.Expression], ...]) -> Json:
    # A parameter of a type T? that is given null and one that is left out are the same call.
    return {name: _text(e) for name, e in sorted(args, key=_first)
            if not (isinstance(e.node, Literal) and e.node.kind == "null")}


def _write(step: ast.WriteStep, field: str) -> Json:
    record = {name: _text(expression) for name, expression in sorted(step.record, key=_first)}
    key = record.pop(field) if step.key is None else _text(step.key)
    form = {"into": step.into, "mode": step.mode, "key": key, **_on_error(step.on_error)}
    return {**form, "record": record} if record else form


def _step(step: ast.Step, pins: dict[str, str], keys: dict[str, str]) -> Json:
    form: Json = {"op": step.op}
    match step:
        case ast.FetchStep():
            form |= {"name": step.name, "from": step.source, **_filtered(step.where, step.order_by)}
            if step.limit is not None:
                form["limit"] = _text(step.limit)
            if step.one:
                form["one"] = step.one
            if step.fields:
                form["fields"] = sorted(step.fields)
        case ast.MathStep():
            form |= {"name": step.name, "expr": _text(step.expr)}
        case ast.IfStep():
            form |= {"cond": _text(step.cond), "then": [_step(inner, pins, keys) for inner in step.then]}
            if step.else_:
                form["else"] = [_step(inner, pins, keys) for inner in step.else_]
        case ast.EachStep():
            form |= {"from": step.source} if step.over is None else {"in": _text(step.over)}
            form |= {**_filtered(step.where, step.order_by), "as": step.as_}
            form["do"] = [_step(inner, pins, keys) for inner in step.do]
            if step.yield_ is not None:
                form |= {"name": step.name, "yield": _value(step.yield_)}
        case ast.CallStep():
            form |= {"pin": pins[step.path], **_named(step.name), "args": _args(step.args)}
        case ast.ToolStep():
            form |= {
                "tool": step.tool,
                **_named(step.name),
                "args": _args(step.args),
                **_on_error(step.on_error),
            }
        case ast.WriteStep():
            form |= _write(step, keys[step.path])
        case ast.SayStep():
            form["text"] = _text(step.text)
        case ast.FailStep():
            form["message"] = _text(step.message)
        case ast.ReturnStep():
            value = None if step.value is None else _value(step.value)
            if value not in (None, "null"):
                form["value"] = value
        case _:
            assert_never(step)
    return form


def _named(name: str) -> Json:
    return {"name": name} if name else {}


def _filtered(where: ast.Expression | None, order_by: tuple[ast.OrderBy, ...]) -> Json:
    form: Json = {} if where is None else {"where": _text(where)}
    if order_by:
        form["order_by"] = _order(order_by)
    return form


def _on_error(policy: ast.ErrorPolicy | None) -> Json:
    if policy is None or (policy.retry is None and policy.then == "fail"):
        return {}
    form: Json = {"then": policy.then}
    if policy.retry is not None:
        form["retry"] = msgspec.to_builtins(policy.retry)
    return {"on_error": form}
