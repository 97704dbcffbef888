"""Checks the write step: one record of a source, found by its key, is made, changed or removed.

Values are checked against the source's own types. A record that may be made anew needs every field that all records
have. Deliberately not here: whether the record is there, which is known only when it is decided, and again when it is
done.
"""

from __future__ import annotations

from sopwb.lang import codes, ir
from sopwb.lang import script as ast
from sopwb.lang.environment import SourceSchema
from sopwb.lang.state import State
from sopwb.lang.steps import Checked, Context, code_or_secret, find_source, on_error_of
from sopwb.lang.types import is_optional, type_text

_MAKING = ("insert", "upsert")


def check_write(context: Context, step: ast.WriteStep, state: State) -> Checked:
    """Check a write: (IR or None, the state, which it leaves as it is)."""
    source = find_source(context, step.into, step.path, "into")
    if source is None:
        return None, state
    if source.read_only:
        context.complain(codes.WRITE_REFUSED, f"{step.path}/into", f"{source.name} {source.read_only}",
                         hint=source.writable_hint())
        return None, state
    if source.key is None:
        context.complain(codes.WRITE_WITHOUT_KEY, f"{step.path}/into", f"{source.name} has no key")
        return None, state
    name = ir.WRITE + source.name
    context.tools.add(name)
    if not all(context.loops):
        context.complain(
            codes.EFFECT_WITHOUT_KEY, step.path, f"{name} inside of each over items without a key"
        )
    key = _key(context, step, source.key, source, state)
    record = _record(context, step, source.key, source, state)
    if key is None or record is None:
        return None, state
    return ir.Write(step.path, source.name, step.mode, source.key, key, record, on_error_of(step.on_error)), state


def _key(
    context: Context, step: ast.WriteStep, field: str, source: SourceSchema, state: State
) -> ir.Code | None:
    """Check the key, which stands in ``key``, or in the record where one may be made."""
    inside = dict(step.record).get(field)
    type_ = source.record.get(field)
    assert type_ is not None, "a source has its key"
    if inside is not None and step.mode not in _MAKING:
        context.complain(codes.WRITE_KEY_WRONG, inside.path, f"a record keeps its {field}, which is its key")
        return None
    if step.key is not None and inside is not None:
        context.complain(codes.WRITE_KEY_WRONG, inside.path, f"the {field} is given twice, in `key` and here")
        return None
    given = step.key or inside
    if given is None:
        context.complain(codes.WRITE_KEY_WRONG, step.path, f"the {field} of the record is not given",
                         expected=type_text(type_))
        return None
    return context.code(given, state, type_)


def _record(
    context: Context, step: ast.WriteStep, field: str, source: SourceSchema, state: State
) -> tuple[tuple[str, ir.Code], ...] | None:
    """Check the values against the source's types; None where one is wrong."""
    good, found = True, []
    given = {name for name, _ in step.record}
    for name, expression in sorted(step.record, key=lambda pair: pair[0]):
        type_ = source.record.get(name)
        if type_ is None:
            context.unknown_name(codes.SOURCE_FIELD_UNKNOWN, expression.path, f"field of {source.name}", name,
                                 source.record.names())
            good = False
        elif name != field:
            code = code_or_secret(context, expression, state, type_)
            good = good and code is not None
            if code is not None:
                found.append((name, code))
    for name, type_ in source.record.fields if step.mode in _MAKING else ():
        if name not in given and name != field and not is_optional(type_):
            message = f"a record of {source.name} needs {name}"
            context.complain(codes.WRITE_FIELD_MISSING, f"{step.path}/record", message,
                             expected=f"{name}: {type_text(type_)}")
            good = False
    if step.mode == "update" and not given:
        context.complain(codes.WRITE_FIELD_MISSING, f"{step.path}/record", "the record is given no values")
        good = False
    return tuple(found) if good else None
