"""From a prepared program to a query and back to what a run needs: the set engine as a run sees it.

    load         what a program reads, into a session
    plan_of      the plan of an ``each`` of a program over the workspace's tables, or why it runs by rows
    effects_of   the planned effects of a decided item, with their keys

Deliberately not here: the steps before and after the ``each`` (they run by rows, once), the journal, and the
decision which engine is used (``app``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from sopwb.data.codes import TOO_WIDE
from sopwb.data.duckdb.execute import Decided
from sopwb.data.duckdb.session import Session
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.plan.facts import SourceFacts
from sopwb.plan.nodes import SetPlan, Unlowered
from sopwb.plan.plan import plan_each
from sopwb.plan.rules.inline_calls import Resolve
from sopwb.run.effects import EffectState
from sopwb.run.identity import effect_key
from sopwb.run.ports import PlannedEffect, Tables, ToolPort
from sopwb.run.reads import compare_source

ORDINAL = 0
"""A step runs once an item, so each effect of it is the first of its path."""


def load(
    session: Session, needs: Iterable[ir.SourceNeed], tables: Tables
) -> dict[str, SourceFacts] | UserError:
    """Load and measure what a program reads (``needs``: ``Program.reads()``), each source once a session.

    Gives the refusal where a column has no Arrow form: rows can still read it. Raises ``UserError`` for sources that
    no longer fit, as the interpreter does.
    """
    fields: dict[str, set[str]] = {}
    for need in needs:
        differences = compare_source(need, tables.table(need.name).schema)
        if differences:
            raise UserError(*differences)
        fields.setdefault(need.name, set()).update(need.record.names())
    facts = {}
    for name, wanted in sorted(fields.items()):
        try:
            facts[name] = session.load(tables.table(name), sorted(wanted))
        except UserError as refused:
            if refused.diagnostics[0].code != TOO_WIDE:
                raise
            return refused
    return facts


def plan_of(
    session: Session,
    each: ir.Each,
    script: ir.Script,
    resolve: Resolve,
    needs: Iterable[ir.SourceNeed],
    tables: Tables,
    outer: dict[str, Value],
    zone: dt.tzinfo,
    tools: ToolPort,
    traced: bool = True,
    prefix: str = "",
) -> SetPlan | Unlowered:
    """Load what a program reads and plan its ``each``.

    ``outer`` holds the names bound before the ``each``, with ``now`` and ``today``. Raises as ``load`` does.
    """
    facts = load(session, needs, tables)
    if isinstance(facts, UserError):
        return Unlowered(prefix + each.path, facts.diagnostics[0].message)
    try:
        return plan_each(each, script, resolve, facts, outer, zone, Replies(tools), prefix, traced)
    except UserError as refused:
        return Unlowered(prefix + each.path, refused.diagnostics[0].message)


class Replies:
    """What a tool gives every item while deciding. It is asked for two made-up items: an answer is made from the
    effect's place, so where the two agree it does not depend on the item."""

    def __init__(self, tools: ToolPort) -> None:
        self._tools = tools

    def __call__(self, step: ir.Tool, path: str) -> Value:
        first, second = (
            self._tools.decide(PlannedEffect("", step.tool, item, path, ORDINAL, {}, step.kind))
            for item in ("first", "second")
        )
        if first != second:
            raise LookupError(step.tool)
        return first


def effects_of(item: Decided, run_id: str, tools: ToolPort) -> Iterator[PlannedEffect]:
    """Make the planned effects of an item, in the order of its steps."""
    for planned in item.effects:
        effect = planned.effect
        state = EffectState.MOCKED if tools.mocked(effect.tool) else EffectState.PLANNED
        yield PlannedEffect(
            key=effect_key(run_id, item.item, effect.path, ORDINAL),
            tool=effect.tool,
            item=item.item,
            path=effect.path,
            ordinal=ORDINAL,
            args=planned.args,
            kind=effect.kind,
            state=state.value,
            on_error=effect.on_error,
        )
