"""Comparisons of versions and of runs in lines of text, for the command line, the chat and the workbench.

The counts come first, then what differs. Deliberately not here: colours and widgets (faces), and comparing
(``comparing``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.app.outputs import (
    ComparedSide,
    Comparison,
    EffectChange,
    FieldChange,
    FreezePreview,
    ItemChange,
    RunDifference,
    TraceLine,
)
from sopwb.kernel.canonical import json_text
from sopwb.kernel.ids import short_id
from sopwb.kernel.limits import COMPARED_ITEMS_SHOWN, REPORTED_ENTRIES_MAX

_SIGNS: Final = {"comes": "+", "goes": "-", "changes": "~", "added": "+", "removed": "-", "changed": "~"}
_ARROW: Final = " → "
_PREVIEW_ITEMS: Final = 5
"""Items that are named before a freeze: the counts are the answer, these are examples."""


def comparison_lines(found: Comparison, items_max: int | None = None) -> list[str]:
    """Say a comparison; at most ``items_max`` of its items are named (all that it has where None)."""
    by = f" by {found.param}" if found.param else ""
    head = f"{_side(found.old)}{_ARROW}{_side(found.new)} over {found.source}{by}, as of {found.as_of}"
    lines = [head, *summary_lines(found)]
    shown = found.changes if items_max is None else found.changes[:items_max]
    for change in shown:
        lines += _item(change)
    differing = found.items - found.same
    if differing > len(shown):
        lines.append(f"… {differing - len(shown):,} more")
    if found.outside:
        lines.append("outside of items")
        lines += [f"  {effect_text(effect)}" for effect in found.outside]
    return lines


def summary_lines(found: Comparison) -> list[str]:
    """Say the counts, and how either run ended where it is not by success."""
    lines = [
        f"{found.items:,} items: {found.same:,} same, {found.different:,} different, "
        f"{found.only_old:,} only in old, {found.only_new:,} only in new"
    ]
    if found.failed_old or found.failed_new:
        lines.append(f"failed: {found.failed_old:,} in old, {found.failed_new:,} in new")
    if found.effects_come or found.effects_go or found.effects_change:
        lines.append(f"effects: {found.effects_come:,} come, {found.effects_go:,} go, {found.effects_change:,} change")
    if not found.param and json_text(found.old.result) != json_text(found.new.result):
        lines.append(f"result: {json_text(found.old.result)}{_ARROW}{json_text(found.new.result)}")
    for word, side in (("old", found.old), ("new", found.new)):
        if side.error is not None:
            lines.append(f"{word} ended: {side.error.line()}")
    return lines


def preview_lines(found: FreezePreview) -> list[str]:
    """Say what a freeze changes: nothing where it replaces nothing, one line where nothing differs."""
    if not found.replaces:
        return []
    begin = f"{found.name} replaces {short_id(found.replaces)}"
    if found.comparison is None:
        return [f"{begin}; for whom that changes the answer is not known: {found.why}"] if found.why else []
    compared = found.comparison
    if compared.nothing:
        return [f"{begin}: none of {compared.items:,} results over {compared.source} changes"]
    return [f"{begin}, over {compared.source}:", *comparison_lines(compared, _PREVIEW_ITEMS)[1:]]


def run_difference_lines(found: RunDifference) -> list[str]:
    """Say in what two runs differ: what they were given, what they came to, and where they part."""
    a, b = found.a, found.b
    lines = [f"{a.name} {short_id(a.run)}{_ARROW}{b.name} {short_id(b.run)}"]
    lines += [f"{part.part}: {json_text(part.a)}{_ARROW}{json_text(part.b)}" for part in found.given]
    if a.status != b.status:
        lines.append(f"status: {a.status}{_ARROW}{b.status}")
    errors = [side.error.line() if side.error else "" for side in (a, b)]
    if errors[0] != errors[1]:
        lines.append(f"error: {errors[0] or 'none'}{_ARROW}{errors[1] or 'none'}")
    if not found.same_result:
        whole = f"result: {json_text(a.result)}{_ARROW}{json_text(b.result)}"
        lines += ["result", *(f"  {field_text(field)}" for field in found.fields)] if found.fields else [whole]
    if a.items != b.items:
        lines.append(f"items: {a.items:,}{_ARROW}{b.items:,}")
    lines += _run_effects(found)
    if found.counts:
        whole_traces = a.complete and b.complete
        lines.append("events of a step" if whole_traces else "events of a step, of the items whose trace was kept")
        lines += [f"  {count.path} {count.branch}".rstrip() + f": {count.a}{_ARROW}{count.b}" for count in found.counts]
    if found.first is not None:
        lines.append(f"first difference: event {found.first.number}")
        lines += [f"  {_event(found.first.a)}", f"  {_event(found.first.b)}"]
    elif a.trace_hash != b.trace_hash:
        lines.append("the traces differ in events that were not kept")
    return lines if len(lines) > 1 else [lines[0], "no difference"]


def _run_effects(found: RunDifference) -> list[str]:
    a, b = found.a, found.b
    if not found.effects and a.effects == b.effects:
        return []
    kept = (
        ""
        if a.effects_kept == a.effects and b.effects_kept == b.effects
        else f", of the first {REPORTED_ENTRIES_MAX:,}"
    )
    lines = [
        f"effects: {a.effects:,}{_ARROW}{b.effects:,}; {found.effects_come:,} come, {found.effects_go:,} go, "
        f"{found.effects_change:,} change{kept}"
    ]
    for effect in found.effects[:COMPARED_ITEMS_SHOWN]:
        sign, said = effect_text(effect).split(" ", 1)
        place = " at ".join(part for part in (effect.item, effect.path) if part)
        lines.append(f"  {sign} {f'[{place}] ' if place else ''}{said}")
    if len(found.effects) > COMPARED_ITEMS_SHOWN:
        lines.append(f"  … {len(found.effects) - COMPARED_ITEMS_SHOWN:,} more; --json has them")
    return lines


def _event(line: TraceLine | None) -> str:
    if line is None:
        return "the trace has ended"
    item = f" [{line.item}]" if line.item else ""
    return f"{line.path}{item}: {'; '.join(line.text.splitlines())}"


def _side(side: ComparedSide) -> str:
    return f"{side.name} {'draft ' if side.state == 'draft' else ''}{short_id(side.id)}"


def _item(change: ItemChange) -> list[str]:
    lines = [change.item or '""']
    if change.side != "both":
        result = change.old if change.side == "old" else change.new
        lines[0] += f" only in {change.side}: {change.old_error or change.new_error or json_text(result)}"
    elif change.fields and not (change.old_error or change.new_error):
        lines += [f"  {field_text(field)}" for field in change.fields]
    else:
        before, after = change.old_error or json_text(change.old), change.new_error or json_text(change.new)
        if before != after:
            lines.append(f"  {before}{_ARROW}{after}")
    return lines + [f"  {effect_text(effect)}" for effect in change.effects]


def field_text(field: FieldChange) -> str:
    """Say a field: ``~ reason: "a" → "b"``, ``+ total: 3``, ``- total: 3``."""
    if field.kind == "changed":
        return f"~ {field.field}: {json_text(field.old)}{_ARROW}{json_text(field.new)}"
    return f"{_SIGNS[field.kind]} {field.field}: {json_text(field.new if field.kind == 'added' else field.old)}"


def effect_text(effect: EffectChange) -> str:
    """Say an effect: ``+ email.send to "x"``; of one that changes only the arguments that do."""
    if effect.kind == "changes" and effect.old is not None and effect.new is not None:
        names = [*effect.new, *(name for name in effect.old if name not in effect.new)]
        args = ", ".join(
            f"{name} {json_text(effect.old.get(name))}{_ARROW}{json_text(effect.new.get(name))}"
            for name in names
            if json_text(effect.old.get(name)) != json_text(effect.new.get(name))
        )
    else:
        args = _args(effect.new if effect.kind == "comes" else effect.old)
    return f"{_SIGNS[effect.kind]} {effect.tool} {args}".rstrip()


def _args(args: dict[str, Any] | None) -> str:
    return ", ".join(f"{name} {json_text(value)}" for name, value in (args or {}).items() if value is not None)
