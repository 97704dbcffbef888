"""Examples by name: adding, listing, removing and trying them, and the proof that a freeze asks for.

Trying changes nothing. What an example's run read is kept when the example is added, and when a freeze had to go to the
data as it is; adding an example again takes the records of that moment. Deliberately not here: the formats
(``app.examples``) and one run (``app.trying``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from sopwb.app.commands import AddExample, ListExamples, RemoveExample, RunExamples
from sopwb.app.compiling import compile_draft, compile_frozen, resolver
from sopwb.app.example_outputs import ExampleList, ExampleRow, ExamplesTried
from sopwb.app.examples import Example, examples_of, expectation_data, put_examples, read_expectation
from sopwb.app.library import need_name
from sopwb.app.outputs import AnyOutput
from sopwb.app.trying import Subject, World, refusals, try_example
from sopwb.app.workbench import read_instant
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import EXAMPLES_MAX
from sopwb.kernel.values import plain
from sopwb.run.inputs import read_inputs

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench
    from sopwb.store.store import Transaction


def add_example(bench: Workbench, command: AddExample) -> AnyOutput:
    """Try an example and keep it, whether it holds or not; answers with what came of it."""
    need_name(command.name)
    signature = bench.environment().script(command.name, "")
    if signature is None:
        bench.library.resolve(command.name)
        raise UserError(Diagnostic("SOP-A051", f"the signature of {command.name} does not read"))
    if command.as_of:
        read_instant(command.as_of)
    inputs = read_inputs(signature.params, command.inputs, bench.zone)
    expectation = read_expectation(command.expect, signature.returns, bench.zone)
    example = Example(plain(inputs), expectation_data(expectation), command.as_of)
    rows = list(examples_of(bench.store, command.name))
    number = next((n for n, row in enumerate(rows) if row.is_about(example)), len(rows))
    if number >= EXAMPLES_MAX:
        raise UserError(Diagnostic("SOP-A053", f"{command.name} has {len(rows)} examples, as many as it can"))
    trial = try_example(bench, subject_of(bench, command.name), number + 1, example, live=True)
    tried = trial.tried
    if command.keep:
        if tried.run is not None and trial.world is not None and trial.world.recorded is not None:
            tried = msgspec.structs.replace(tried, run=msgspec.structs.replace(tried.run, data="recorded"))
        with bench.store.transaction(f"example of {command.name}") as tx:
            rows[number : number + 1] = [trial.world.keep(tx, example) if trial.world is not None else example]
            put_examples(bench.store, tx, command.name, tuple(rows), "add an example")
    return ExamplesTried((tried,))


def remove_example(bench: Workbench, command: RemoveExample) -> AnyOutput:
    """Take an example away; the name's history keeps it."""
    rows = list(examples_of(bench.store, command.name))
    if not rows:
        _need_script(bench, command.name)
    if not 1 <= command.number <= len(rows):
        expected = f"1 to {len(rows)}" if rows else ""
        raise UserError(Diagnostic("SOP-A052", f"{command.name} has no example {command.number}", expected=expected))
    del rows[command.number - 1]
    with bench.store.transaction(f"example of {command.name}") as tx:
        put_examples(bench.store, tx, command.name, tuple(rows), "remove an example")
    return _listed(command.name, tuple(rows))


def list_examples(bench: Workbench, command: ListExamples) -> AnyOutput:
    rows = examples_of(bench.store, command.name)
    if not rows:
        _need_script(bench, command.name)
    return _listed(command.name, rows)


def _listed(name: str, rows: tuple[Example, ...]) -> ExampleList:
    return ExampleList(
        name,
        tuple(
            ExampleRow(n, row.inputs, row.expect, row.as_of, row.seen.now if row.seen else "")
            for n, row in enumerate(rows, 1)
        ),
    )


def _need_script(bench: Workbench, name: str) -> None:
    need_name(name)
    if bench.library.draft(name) is None:
        bench.library.resolve(name)


def run_examples(bench: Workbench, command: RunExamples) -> AnyOutput:
    """Try examples; nothing is changed."""
    names = [command.name] if command.name else sorted(bench.library.names("example"))
    tried, without = [], []
    for name in names:
        rows = examples_of(bench.store, name)
        if not rows or (command.frozen and bench.store.ref(f"script/{name}") is None):
            _need_script(bench, name)
            without += [name] if command.name else []
            continue
        subject = subject_of(bench, name, command.frozen)
        for number, row in enumerate(rows, 1):
            tried.append(try_example(bench, subject, number, row, command.live).tried)
    return ExamplesTried(tuple(tried), tuple(without))


def subject_of(bench: Workbench, name: str, frozen: bool = False) -> Subject:
    """Give what a name means to its examples: its draft where one is open (unless ``frozen``), else what is frozen."""
    draft = None if frozen else bench.library.draft(name)
    id_ = draft.rev if draft is not None else bench.library.resolve(name)
    state = "draft" if draft is not None else "frozen"
    try:
        checked = compile_draft(bench, draft.script) if draft is not None else compile_frozen(bench, id_)
    except UserError as error:
        return Subject(name, id_, state, None, resolver(bench), error.diagnostics)
    return Subject(name, id_, state, checked.ir, resolver(bench), checked.diagnostics)


class Proof(msgspec.Struct, frozen=True):
    """What a freeze's examples came to: how many held, and by name those that are to be kept with new records."""

    held: int
    renewed: dict[str, tuple[tuple[Example, World | None], ...]]

    def keep(self, bench: Workbench, tx: Transaction) -> None:
        """Store the records that examples were run on for the first time."""
        for name, rows in self.renewed.items():
            kept = tuple(world.keep(tx, example) if world is not None else example for example, world in rows)
            put_examples(bench.store, tx, name, kept, "freeze")


def prove(bench: Workbench, subjects: Iterable[Subject]) -> Proof:
    """Try every example of scripts that are to be frozen. Raises ``UserError`` SOP-A050 with all that do not hold."""
    held = 0
    wrong: list[Diagnostic] = []
    renewed: dict[str, tuple[tuple[Example, World | None], ...]] = {}
    for subject in subjects:
        rows: list[tuple[Example, World | None]] = []
        for number, example in enumerate(examples_of(bench.store, subject.name), 1):
            trial = try_example(bench, subject, number, example)
            rows.append((example, trial.world))
            wrong += refusals(trial.tried)
            held += trial.tried.holds
        if any(world is not None for _, world in rows):
            renewed[subject.name] = tuple(rows)
    if wrong:
        raise UserError(*wrong)
    return Proof(held, renewed)
