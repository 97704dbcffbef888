"""What would change: two versions of a script over a source, and what a freeze would do to its results.

Both versions are decided by a dry run as of one instant, on one reading of the data; nothing is recorded. An item that
fails is one of the answer, not the end of it. Deliberately not here: the merge (``app.comparing``), how a script is
applied to a source (``app.applying``), and words (``app.comparison_text``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopwb.app.applying import Applied, Version, apply_to, every_step, find_source, find_version
from sopwb.app.commands import CompareScripts, PreviewFreeze
from sopwb.app.comparing import NEW, OLD, Listener, PlacedTools, Spool, count_effects, effect_changes, merge
from sopwb.app.execute import Executed, Plan, execute
from sopwb.app.handlers.running import deciding_tools, fingerprints, tzdata_version
from sopwb.app.outputs import AnyOutput, ComparedSide, Comparison, FreezePreview
from sopwb.app.sets import Engines, Sets
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import COMPARED_ITEMS_SHOWN, FREEZE_COMPARED_RECORDS_MAX
from sopwb.lang import ir
from sopwb.lang.parts import conjuncts
from sopwb.run.codes import INPUT_UNKNOWN

if TYPE_CHECKING:
    import datetime as dt

    from sopwb.app.workbench import EventSink, Workbench
    from sopwb.lang.environment import SourceSchema

_NONCE = "compare"


def compare_scripts(bench: Workbench, command: CompareScripts, events: EventSink | None = None) -> AnyOutput:
    """Run both versions over the source, dry, and tell whose results and planned effects differ."""
    if not command.new:
        bench.library.need_frozen(command.old)
    old = find_version(bench, command.old, draft=False)
    new = find_version(bench, command.new or f"draft:{old.name}", draft=True)
    _need_known(command, old, new)
    source = find_source(bench, command.source)
    sides = _apply(bench, source, (old, new), command.param, command.inputs)
    return _compare(bench, source, sides, bench.instant(command.as_of), max(command.limit, 0), events)


def _apply(
    bench: Workbench, source: SourceSchema, versions: tuple[Version, Version], param: str, inputs: dict[str, Any]
) -> tuple[Applied, Applied]:
    applied = []
    for version in versions:
        try:
            applied.append(apply_to(bench, version, source, param, inputs))
        except UserError as error:
            raise UserError(*(_of_version(version, diagnostic) for diagnostic in error.diagnostics)) from None
    old, new = applied
    if bool(old.param) != bool(new.param):
        single, batch = (old, new) if old.param else (new, old)
        raise UserError(
            Diagnostic(
                "SOP-A033",
                f"{_label(batch.version)} loops over {source.name}, and {_label(single.version)} takes {single.param}: "
                "their results have nothing in common",
            )
        )
    return old, new


def _of_version(version: Version, diagnostic: Diagnostic) -> Diagnostic:
    import msgspec

    return msgspec.structs.replace(diagnostic, message=f"{_label(version)}: {diagnostic.message}")


def _label(version: Version) -> str:
    from sopwb.kernel.ids import short_id

    return f"{'the draft' if version.draft else version.name} {short_id(version.id)}"


def _need_known(command: CompareScripts, *versions: Version) -> None:
    """Refuse inputs and a parameter that neither version has."""
    known = sorted({param.name for version in versions for param in version.script.params})
    wrong = [
        Diagnostic(
            INPUT_UNKNOWN,
            f"neither version takes an input {name}",
            path=f"inputs/{name}",
            nearest=nearest_name(name, known),
            hint="they take " + (", ".join(known) or "none"),
        )
        for name in (*command.inputs, command.param)
        if name and name not in known
    ]
    if wrong:
        raise UserError(*wrong)


# --- running both ----------------------------------------------------------------------------------
def _compare(
    bench: Workbench,
    source: SourceSchema,
    sides: tuple[Applied, Applied],
    now: dt.datetime,
    limit: int,
    events: EventSink | None = None,
) -> Comparison:
    assert source.key is not None
    key = source.record.get(source.key)
    assert key is not None
    with Spool(key) as spool:
        listeners = [Listener(spool, side, sides[side].prefix, sides[side].type) for side in (OLD, NEW)]
        plans = [_plan(bench, applied, now) for applied in sides]
        old, new = (_decide(bench, *run, events) for run in zip(sides, plans, listeners, strict=True))
        _need_same_data(bench, plans, sides)
        counts, changes = merge(spool, limit)
    outside = effect_changes(tuple(listeners[OLD].outside), tuple(listeners[NEW].outside))
    count_effects(counts, outside)
    return Comparison(
        source=source.name,
        param=sides[NEW].param,
        as_of=old.view.as_of,
        old=_side(sides[OLD], old),
        new=_side(sides[NEW], new),
        items=counts.items,
        same=counts.same,
        different=counts.different,
        only_old=counts.only_old,
        only_new=counts.only_new,
        failed_old=old.outcome.dead_letters_total,
        failed_new=new.outcome.dead_letters_total,
        effects_come=counts.come,
        effects_go=counts.go,
        effects_change=counts.change,
        changes=changes,
        outside=outside,
    )


def _plan(bench: Workbench, applied: Applied, now: dt.datetime) -> Plan:
    loops = applied.program.loops()
    return Plan(
        name=applied.version.name,
        script=applied.version.id,
        inputs=applied.inputs,
        now=now,
        zone_name=bench.zone_name,
        tzdata=tzdata_version(bench.zone_name),
        mode="dry_run",
        mocks=(),
        nonce=_NONCE,
        sources=fingerprints(bench, applied.program),
        total=sum(bench.tables.table(loop.each.source).count() for loop in loops if loop.each.source),
        dead_letters=True,
    )


def _decide(bench: Workbench, applied: Applied, plan: Plan, listener: Listener, events: EventSink | None) -> Executed:
    program = applied.program
    tools = PlacedTools(deciding_tools(bench, "dry_run", ()), program, applied.prefix)
    engines = Engines("auto", 0, bench.cache, keep=False)  # a composed program is not the script that its id names
    with Sets(engines, plan, program, bench.tables, tools) as sets:
        return execute(
            plan,
            program,
            bench.tables,
            tools,
            events,
            listener.effect,
            sets=sets,
            results=listener,
            failed=listener.failed,
        )


def _need_same_data(bench: Workbench, plans: list[Plan], sides: tuple[Applied, Applied]) -> None:
    """Refuse an answer whose two halves are about different data."""
    for plan, applied in zip(plans, sides, strict=True):
        for before, now in zip(plan.sources, fingerprints(bench, applied.program), strict=True):
            if before != now:
                raise UserError(
                    Diagnostic("SOP-A035", f"{before.source} changed while it was compared", found=before.source)
                )


def _side(applied: Applied, done: Executed) -> ComparedSide:
    version, view = applied.version, done.view
    return ComparedSide(
        name=version.name,
        id=version.id,
        state="draft" if version.draft else "frozen",
        status=view.status,
        result=view.result,
        error=view.error,
    )


# --- before a freeze ----------------------------------------------------------------------------------
def preview_freeze(bench: Workbench, command: PreviewFreeze) -> AnyOutput:
    """Compare a draft with the frozen version that it would replace. Whatever is in the way is said, never raised."""
    name, library = command.name, bench.library
    replaces = bench.store.ref(f"script/{name}") or ""
    if not replaces or library.draft(name) is None:
        return FreezePreview(name)
    try:
        old, new = find_version(bench, name, draft=False), find_version(bench, name, draft=True)
    except UserError:
        return FreezePreview(name, replaces)  # a draft that does not check: freezing it will say why
    source_name, param = "", ""
    try:
        source_name, param = _about(bench, new)
        if not source_name:
            why = f"no source is known that {name} is about; {_ask(name, source_name)}"
            return FreezePreview(name, replaces, None, why)
        about = find_source(bench, source_name)
        sides = _apply(bench, about, (old, new), param, {})
        read = sorted({need.name for applied in sides for need in applied.program.reads()})
        if remote := [source for source in read if "url" in bench.workspace.data[source]]:
            why = f"{', '.join(remote)} is on a server, which a freeze does not ask; {_ask(name, source_name)}"
            return FreezePreview(name, replaces, None, why)
        records = sum(bench.tables.table(source).count() for source in read)
        if records > FREEZE_COMPARED_RECORDS_MAX:
            why = f"{records:,} records are too many to compare now; {_ask(name, source_name)}"
            return FreezePreview(name, replaces, None, why)
        found = _compare(bench, about, sides, bench.instant(command.as_of), COMPARED_ITEMS_SHOWN)
    except UserError as error:
        return FreezePreview(name, replaces, None, f"{error.diagnostics[0].line()}; {_ask(name, source_name)}")
    return FreezePreview(name, replaces, found)


def _ask(name: str, source: str) -> str:
    return f"sopwb script diff {name} --on {source or 'SOURCE'} compares them"


def _about(bench: Workbench, version: Version) -> tuple[str, str]:
    """Find the source that a script is about, and its parameter that takes the key: the source that a script without
    parameters loops over, or the one whose record a parameter looks up.

    A parameter that looks up none is about the source that its name says: ``customer_id`` customers by their id.
    """
    params = {param.name for param in version.script.params}
    steps = list(every_step(version.script.steps))
    loops = {step.source for step in steps if isinstance(step, ir.Each) and step.source}
    if len(loops) == 1 and not params:
        return loops.pop(), ""
    for step in steps:
        if isinstance(step, ir.Fetch) and step.one and step.where is not None:
            for part in conjuncts(step.where.expr):
                if param := _looked_up(part, step.key, params):
                    return step.source, param
    for name in bench.workspace.data:
        schema = bench.tables.table(name).schema
        for param in (f"{name}_{schema.key}", f"{name[:-1]}_{schema.key}"):
            if schema.key and param in params:
                return name, param
    return "", ""


def _looked_up(part: ir.Expr, key: str | None, params: set[str]) -> str:
    """Name the parameter of a condition ``it.key == parameter``; "" for any other."""
    if not isinstance(part, ir.Apply) or part.op != "eq":
        return ""
    for field, sought in (part.args, part.args[::-1]):
        match field, sought:
            case ir.Field(base=ir.Name(name="it"), field=name), ir.Name(name=param) if name == key and param in params:
                return param
            case _:
                continue
    return ""
