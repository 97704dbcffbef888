"""How a version of a script is applied to a source: it becomes a program that gives a result an item of it.

    a script that takes a key      each record of the source calls it: one keyed ``each`` that yields what it returns
    a batch over the source        itself; where its loop yields nothing, each item yields true, so that it is counted

The first is built as script data and checked by the language's own front end, so that any engine runs it as it runs
what people write. Deliberately not here: running, and comparing two of them (``comparing``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.app.compiling import compile_draft, compile_frozen, resolver
from sopwb.app.library import is_name
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.lang.compile import compile_script
from sopwb.lang.environment import Parameter, Signature, SourceSchema, StaticEnvironment
from sopwb.lang.types import BOOL, ListType, Type, assignable, is_optional, required, type_text
from sopwb.run.expression import Context
from sopwb.run.inputs import read_inputs
from sopwb.run.interpret import Program, prepare
from sopwb.run.reads import compare_reads

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench

CALL: Final = "steps/0/do/0/call/"
"""What stands before a path of the script that a composed program calls."""


class Version(msgspec.Struct, frozen=True):
    """A script as it stood once: ``id`` is its hash, or its revision where it is a draft."""

    name: str
    id: str
    draft: bool
    script: ir.Script
    inputs: dict[str, Any] = {}
    """What a job adds."""


class Applied(msgspec.Struct, frozen=True):
    """A version over a source. ``param`` is what the key is given to, "" for a batch."""

    version: Version
    program: Program
    inputs: dict[str, Value]
    param: str

    @property
    def type(self) -> Type:
        """What an item's result is."""
        (loop,) = self.program.loops()
        assert loop.each.yield_ is not None, "every item has a result"
        return loop.each.yield_.type

    @property
    def prefix(self) -> str:
        """What its paths begin with beyond those of the script."""
        return CALL if self.param else ""


def find_version(bench: Workbench, ref: str, draft: bool) -> Version:
    """Find what ``ref`` means and check it. ``draft``: a name means its draft where there is one.

    Raises ``UserError`` for what there is not, and for a draft that does not check.
    """
    library = bench.library
    pinned = library.pinned(ref)
    if draft and library.draft(pinned) is not None:
        id_ = library.need_draft(pinned).rev
    else:
        id_ = library.resolve(pinned, ("script", "job", "draft"))
    kind, _ = bench.store.get(id_)
    inputs: dict[str, Any] = {}
    if kind == "draft":
        found = library.draft_at(id_)
        name, checked = found.name, compile_draft(bench, found.script)
    else:
        if kind == "job":
            job = library.job_at(ref, id_)
            id_, inputs = job.script, job.inputs
        name, checked = library.named(ref, id_), compile_frozen(bench, id_)
    if checked.ir is None:
        raise UserError(*checked.diagnostics)
    return Version(name, id_, kind == "draft", checked.ir, inputs)


def apply_to(bench: Workbench, version: Version, source: SourceSchema, param: str, inputs: dict[str, Any]) -> Applied:
    """Make a version's program over a source. ``param`` names the parameter that takes the key, "" finds it.

    ``inputs`` are raw; those that the script does not take are left out. Raises ``UserError`` SOP-A033 where it
    cannot be applied, and for data that it no longer fits.
    """
    wanted = version.script.params
    given = {**version.inputs, **{name: raw for name, raw in inputs.items() if _has(wanted, name)}}
    whole = prepare(version.script, Context(zone=bench.zone), resolver(bench))
    if _is_batch(whole, source, param):
        program, taken, values = _counted(bench, version, source), "", read_inputs(wanted, given, bench.zone)
        if len(loops := program.loops()) > 1:
            paths = ", ".join(loop.path for loop in loops)
            raise _cannot(version, source, f"it has {len(loops)} loops ({paths}), whose items would be mixed")
    else:
        taken = _parameter(version, source, param, given)
        others = tuple(p for p in wanted if p.name != taken)
        values = read_inputs(others, {n: raw for n, raw in given.items() if n != taken}, bench.zone)
        program = _composed(bench, version, source, taken, others)
    differences = compare_reads(program.reads(), bench.environment().source)
    if differences:
        raise UserError(*differences)
    return Applied(version, program, values, taken)


def _has(params: tuple[Parameter, ...], name: str) -> bool:
    return any(param.name == name for param in params)


def _is_batch(program: Program, source: SourceSchema, param: str) -> bool:
    return not param and any(loop.each.source == source.name for loop in program.loops())


def _parameter(version: Version, source: SourceSchema, param: str, given: dict[str, Any]) -> str:
    """Find the parameter that takes the source's key."""
    params = version.script.params
    key = _key(source)
    if param and _has(params, param):
        type_ = next(p.type for p in params if p.name == param)
        if not assignable(key.type, type_):
            raise _cannot(
                version, source, f"{param} is {type_text(type_)}, and {source.name}.{key.name} {type_text(key.type)}"
            )
        return param
    fitting = [p.name for p in params if p.name not in given and not is_optional(p.type) and p.type == key.type]
    if len(fitting) == 1:
        return fitting[0]
    why = (
        f"it neither loops over {source.name} nor has a parameter without input that is {type_text(key.type)}, "
        f"as {source.name}.{key.name} is"
        if not fitting
        else f"{' and '.join(fitting)} could take {source.name}.{key.name}"
    )
    raise _cannot(version, source, why, "--param NAME says which takes it" if fitting else "")


def _key(source: SourceSchema) -> Parameter:
    type_ = None if source.key is None else source.record.get(source.key)
    if source.key is None or type_ is None:
        raise UserError(
            Diagnostic(
                "SOP-A034",
                f"{source.name} has no key, by which two results of one record would be found",
                path=f"data/{source.name}",
                hint=f'[data.{source.name}] key = "FIELD" in sopwb.toml names it',
            )
        )
    return Parameter(source.key, required(type_))


def _cannot(version: Version, source: SourceSchema, why: str, hint: str = "") -> UserError:
    message = f"{version.name} cannot be applied to {source.name}: {why}"
    return UserError(Diagnostic("SOP-A033", message, found=version.name, hint=hint))


def _composed(
    bench: Workbench, version: Version, source: SourceSchema, taken: str, others: tuple[Parameter, ...]
) -> Program:
    """Make the script that calls a version for every record of a source, and prepare it."""
    names = {param.name for param in others}
    record, result, results = (_unused(name, names) for name in ("record", "result", "results"))
    args = {taken: f"{record}.{source.key}", **{name: name for name in names}}
    label = version.name if is_name(version.name) else "script"
    call = {"op": "call", "name": result, "script": label, "pin": version.id, "args": args}
    each = {"op": "each", "name": results, "from": source.name, "as": record, "do": [call], "yield": result}
    params = {param.name: type_text(param.type) for param in others}
    signature = Signature(label, version.script.params, version.script.returns, version.id)
    environment = StaticEnvironment(sources={source.name: source}, scripts={version.id: signature})
    checked = compile_script({"sop": 1, "params": params, "steps": [each]}, environment)
    assert checked.ir is not None, checked.diagnostics
    find = resolver(bench)
    return prepare(checked.ir, Context(zone=bench.zone), lambda pin: version.script if pin == version.id else find(pin))


def _unused(name: str, taken: set[str]) -> str:
    return name if name not in taken else _unused(name + "_", taken)


def _counted(bench: Workbench, version: Version, source: SourceSchema) -> Program:
    """Prepare a batch in which every item of the source has a result."""
    find = resolver(bench)

    def counted(script: ir.Script) -> ir.Script:
        return msgspec.structs.replace(script, steps=_with_yields(script.steps, source.name))

    return prepare(counted(version.script), Context(zone=bench.zone), lambda called: counted(find(called)))


def _with_yields(steps: tuple[ir.Step, ...], source: str) -> tuple[ir.Step, ...]:
    def with_yield(step: ir.Step) -> ir.Step:
        match step:
            case ir.Each() if step.source == source and step.yield_ is None:
                done = ir.Code("true", ir.Const(BOOL, True))
                return msgspec.structs.replace(step, yield_=done, type=ListType(BOOL))
            case ir.If():
                then, else_ = _with_yields(step.then, source), _with_yields(step.else_, source)
                return msgspec.structs.replace(step, then=then, else_=else_)
            case _:
                return step

    return tuple(map(with_yield, steps))


def every_step(steps: tuple[ir.Step, ...]) -> Iterator[ir.Step]:
    """Give typed steps, nested ones after the step that holds them, in reading order."""
    for step in steps:
        yield step
        match step:
            case ir.If():
                yield from every_step(step.then + step.else_)
            case ir.Each():
                yield from every_step(step.do)
            case _:
                continue


def find_source(bench: Workbench, name: str) -> SourceSchema:
    """Give a declared source with a key. Raises ``UserError`` SOP-N001 and SOP-A034."""
    if name not in bench.workspace.data:
        near = nearest_name(name, bench.workspace.data)
        raise UserError(Diagnostic("SOP-N001", f"there is no data source {name!r}", found=name, nearest=near))
    schema = bench.tables.table(name).schema
    _key(schema)
    return schema
