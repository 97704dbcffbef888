"""Listing a run's effects as its journal has them: whom they reach, where they stand, and on request their codes.

A code is a secret of its run: it is in no trace, plan or record, and is derived here from the journal, which only its
owner may read; so is a file that holds codes. A run that did not act has no journal, and its recorded effects are
listed. Deliberately not here: what may be done about an effect (``handlers.acting``).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from sopwb.app.acting import ledger as s
from sopwb.app.acting.chains import Work, chains
from sopwb.app.acting.completing import Completing
from sopwb.app.acting.ledger import Ledger
from sopwb.app.acting.planned import Entry
from sopwb.app.acting.standing import reason_of
from sopwb.app.commands import ListEffects
from sopwb.app.handlers.acting import shown_state
from sopwb.app.handlers.runs import recorded_run
from sopwb.app.outputs import AnyOutput, EffectList, EffectRow
from sopwb.app.part_file import PartFile, Unwritable
from sopwb.app.recording import RunRecord
from sopwb.kernel.canonical import json_text
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import REPORTED_ENTRIES_MAX
from sopwb.kernel.values import Secret, show
from sopwb.run.effects import EffectState
from sopwb.store.disk import Disk
from sopwb.store.journal import look

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench

SUFFIXES: Final = (".csv", ".jsonl")
_TOLD: Final = frozenset({s.REJECTED, s.DOUBT, s.WAITING})
_WHERE: Final = ("to", "url", "path", "key")
"""Arguments that say whom or what an effect reaches."""


def list_effects(bench: Workbench, command: ListEffects) -> AnyOutput:
    """List the effects of a run. Raises ``UserError`` for a state or a file's form that there is not."""
    states = [state.value for state in EffectState]
    if command.state and command.state not in states:
        nearest = nearest_name(command.state, states)
        raise UserError(Diagnostic("SOP-A028", f"no effect is {command.state}", found=command.state, nearest=nearest,
                                   hint=", ".join(states)))  # fmt: skip
    suffix = os.path.splitext(command.output)[1].lower()
    if command.output and suffix not in SUFFIXES:
        what = f"{command.output} names no format that is known"
        raise UserError(Diagnostic("SOP-A031", what, found=suffix, expected=" or ".join(SUFFIXES)))
    record = recorded_run(bench, command.run)
    kept = _Kept()
    if record.body.get("acting") is None:
        _write(command, kept.all(_wanted(_recorded(record), command.state)))
    else:
        ledger = Ledger()
        ledger.adopt(look(Disk(), str(bench.workspace.store_folder), record.id, ledger.hear))
        try:
            _write(command, kept.all(_wanted(_journaled(ledger, command.codes), command.state)))
        finally:
            ledger.journal.close()
    return EffectList(record.id, tuple(kept.rows), kept.total, command.output)


class _Kept:
    """Keeps the first rows that pass, and counts all."""

    def __init__(self) -> None:
        self.rows: list[EffectRow] = []
        self.total = 0

    def all(self, rows: Iterable[EffectRow]) -> Iterator[EffectRow]:
        for row in rows:
            self.total += 1
            if len(self.rows) < REPORTED_ENTRIES_MAX:
                self.rows.append(row)
            yield row


def _wanted(rows: Iterable[EffectRow], state: str) -> Iterator[EffectRow]:
    return (row for row in rows if state in ("", row.state))


def _recorded(record: RunRecord) -> Iterator[EffectRow]:
    for effect in record.body["effects"]:
        yield EffectRow(effect["key"], effect["state"], effect["tool"], effect["item"], effect.get("path", ""),
                        _reached(effect["args"]))  # fmt: skip


def _journaled(ledger: Ledger, codes: bool) -> Iterator[EffectRow]:
    complete = Completing(ledger)
    for chain in chains(ledger, every=True):
        if chain.outside:
            complete.note(chain)
        for number, entry in chain.entries:
            carried = complete.codes(Work(chain, number, entry)) if codes else ()
            yield _row(ledger, number, entry, carried)


def _row(ledger: Ledger, number: int, entry: Entry, codes: tuple[str, ...]) -> EffectRow:
    code, reason = reason_of(ledger, number) if ledger.states[number] in _TOLD else ("", "")
    state = shown_state(ledger, number, entry.state)
    to = _reached(entry.args)
    return EffectRow(entry.key.hex(), state, entry.tool, entry.item, entry.path, to, codes, code, reason)


def _reached(args: dict[str, Any]) -> str:
    for name in _WHERE:
        value = args.get(name)
        if value is not None:
            return "a secret" if isinstance(value, Secret) else show(value)
    return ""


def _write(command: ListEffects, rows: Iterator[EffectRow]) -> None:
    if not command.output:
        for _ in rows:
            pass  # they are counted, and the first of them kept
        return
    try:
        with PartFile(command.output, private=command.codes) as part:
            file = io.TextIOWrapper(part.file, encoding="utf-8", errors="surrogatepass", newline="")
            (_write_csv if command.output.lower().endswith(".csv") else _write_lines)(file, rows, command.codes)
            file.flush()
            part.commit()
    except Unwritable as error:
        raise UserError(error.diagnostic) from None
    except OSError as error:
        raise UserError(Unwritable(command.output, error).diagnostic) from None


def _fields(codes: bool) -> list[str]:
    return [name for name in EffectRow.__struct_fields__ if codes or name != "codes"]


def _write_csv(file: io.TextIOWrapper, rows: Iterable[EffectRow], codes: bool) -> None:
    writer = csv.writer(file)
    names = _fields(codes)
    writer.writerow(names)
    for row in rows:
        writer.writerow([" ".join(row.codes) if name == "codes" else getattr(row, name) for name in names])


def _write_lines(file: io.TextIOWrapper, rows: Iterable[EffectRow], codes: bool) -> None:
    names = _fields(codes)
    for row in rows:
        values = {name: getattr(row, name) for name in names}
        file.write(json_text({**values, **({"codes": list(row.codes)} if codes else {})}) + "\n")
