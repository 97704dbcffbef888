"""Freezing: a draft and the drafts that it calls become objects of the store, in one transaction.

Called drafts are frozen first and their hashes pinned into the caller. Where asked, saved callers
and jobs of the version that the name had before are re-pinned in the same transaction, from the bottom up. The examples
of all that is frozen anew run before; one that does not hold refuses the freeze.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopwb.app.commands import FreezeScript
from sopwb.app.compiling import resolver
from sopwb.app.handlers.examples import prove
from sopwb.app.library import Job
from sopwb.app.outputs import AnyOutput, Frozen
from sopwb.app.trying import Subject
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import CALL_DEPTH_MAX
from sopwb.lang import ir
from sopwb.lang.canonical import canonical_script, script_id
from sopwb.lang.compile import compile_script
from sopwb.lang.environment import Environment, Signature, SourceSchema, ToolSignature
from sopwb.lang.signature import signature_of

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


class _Freezing:
    """One freeze: what is going to be written, and an environment in which it is already there."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.live: Environment = bench.environment()
        self.forms: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {}
        """Name → (hash, canonical form, raw)."""
        self.signatures: dict[str, Signature] = {}
        self.checked: dict[str, ir.Script] = {}
        """Hash → what runs, for the examples."""

    # lang.environment.Environment
    def source(self, name: str) -> SourceSchema | None:
        return self.live.source(name)

    def source_names(self) -> tuple[str, ...]:
        return self.live.source_names()

    def tool(self, name: str) -> ToolSignature | None:
        return self.live.tool(name)

    def tool_names(self) -> tuple[str, ...]:
        return self.live.tool_names()

    def script(self, name: str, pin: str) -> Signature | None:
        return self.signatures.get(pin) or self.live.script(name, pin)

    def script_names(self) -> tuple[str, ...]:
        return self.live.script_names()

    def freeze(self, name: str, raw: dict[str, Any], way: tuple[str, ...]) -> str:
        """Check and pin ``raw`` and everything that it calls. Gives its hash."""
        if name in way or len(way) > CALL_DEPTH_MAX:
            raise UserError(Diagnostic("SOP-A007", f"{name} calls itself by way of {' → '.join((*way, name))}"))
        if name in self.forms:
            return self.forms[name][0]
        pinned = with_pins(raw, lambda called: self._pin(called, (*way, name)))
        checked = compile_script(pinned, self)
        if checked.ir is None or checked.ast is None:
            first = checked.diagnostics[0]
            raise UserError(
                Diagnostic(
                    "SOP-A007",
                    f"{name} does not check: {first.line()}",
                    hint=f"{len(checked.diagnostics)} to mend; sopwb script check {name}",
                ),
                *checked.diagnostics,
            )
        form = canonical_script(checked.ast, checked.ir)
        hash_ = script_id(form)
        signature = signature_of(form, name, hash_)
        assert isinstance(signature, Signature), "a checked script has a signature"
        self.forms[name] = (hash_, form, pinned)
        self.signatures[hash_] = signature
        self.checked[hash_] = checked.ir
        return hash_

    def subjects(self) -> list[Subject]:
        """Give what is going to be frozen to its examples."""
        frozen = resolver(self.bench)

        def resolve(called: str) -> ir.Script:
            return self.checked.get(called) or frozen(called)

        return [
            Subject(name, hash_, "draft", self.checked[hash_], resolve) for name, (hash_, _, _) in self.forms.items()
        ]

    def _pin(self, called: str, way: tuple[str, ...]) -> str:
        draft = self.bench.library.draft(called)
        if draft is not None:
            return self.freeze(called, draft.script, way)
        return self.bench.library.resolve(called)


def freeze_script(bench: Workbench, command: FreezeScript) -> AnyOutput:
    """Freeze a draft; freezing what is frozen already, with no draft open, answers with what is there."""
    library = bench.library
    draft = library.draft(command.name)
    if draft is None and (hash_ := bench.store.ref(f"script/{command.name}")):
        return Frozen(command.name, hash_, {command.name: hash_})
    work = _Freezing(bench)
    work.freeze(command.name, library.need_draft(command.name).script, ())
    replaced = {
        change.new: hash_
        for name, (hash_, _, _) in work.forms.items()
        for change in bench.store.ref_history(f"script/{name}")
        if change.new and change.new != hash_
    }
    callers = _callers(bench, replaced)
    repinned: tuple[str, ...] = ()
    jobs: list[Job] = []
    if command.repin and callers:
        repinned, jobs = _repin(bench, work, replaced, callers)
    proof = prove(bench, work.subjects())
    with bench.store.transaction(f"freeze {command.name}") as tx:
        for name, (_, form, raw) in work.forms.items():
            library.put_script(tx, name, form, raw, "freeze")
            rev = bench.store.ref(f"draft/{name}")
            if rev is not None:
                tx.set_ref(f"draft/{name}", None, old=rev, why="freeze")
        for job in jobs:
            library.put_job(tx, job, "re-pin")
        proof.keep(bench, tx)
    names = {name: form[0] for name, form in work.forms.items()}
    return Frozen(command.name, names[command.name], names, repinned, () if repinned else callers, proof.held)


def with_pins(raw: dict[str, Any], pin_of: Any) -> dict[str, Any]:
    """Give the script with every unpinned call pinned by ``pin_of(name)``."""

    def steps(nodes: Any) -> Any:
        return [step(node) for node in nodes] if isinstance(nodes, list) else nodes

    def step(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        out = {key: steps(value) if key in ("then", "else", "do") else value for key, value in node.items()}
        if out.get("op") == "call" and not out.get("pin") and isinstance(out.get("script"), str):
            out["pin"] = pin_of(out["script"])
        return out

    return {**raw, "steps": steps(raw.get("steps", []))}


def pins_of(form: Any) -> set[str]:
    """Give the ids of the scripts that a script calls."""
    if isinstance(form, list):
        return set().union(*map(pins_of, form)) if form else set()
    if isinstance(form, dict):
        own = {form["pin"]} if form.get("op") == "call" and isinstance(form.get("pin"), str) else set()
        return own.union(*(pins_of(form[key]) for key in ("steps", "then", "else", "do") if key in form))
    return set()


def _callers(bench: Workbench, replaced: dict[str, str]) -> tuple[str, ...]:
    """Name the saved scripts and jobs that hold any version which the names had before."""
    library = bench.library
    found = [
        name
        for name, hash_ in library.names("script").items()
        if hash_ not in replaced and pins_of(library.canonical(hash_)) & replaced.keys()
    ]
    found += [
        name
        for name, id_ in library.names("job").items()
        if name not in found and library.job_at(name, id_).script in replaced
    ]
    return tuple(sorted(found))


def _repin(
    bench: Workbench, work: _Freezing, replaced: dict[str, str], callers: tuple[str, ...]
) -> tuple[tuple[str, ...], list[Job]]:
    """Re-freeze the callers, and theirs, with the new pins. Raises where a signature no longer fits."""
    library, moved = bench.library, dict(replaced)
    done: set[str] = set()
    while True:
        waiting = [
            name
            for name, hash_ in library.names("script").items()
            if name not in work.forms and pins_of(library.canonical(hash_)) & moved.keys()
        ]
        if not waiting:
            break
        name = waiting[0]
        old = bench.store.ref(f"script/{name}")
        assert old is not None
        raw = moved_pins(library.raw(old), moved)
        moved[old] = work.freeze(name, raw, ())
        done.add(name)
    jobs = [
        Job(job.name, "", moved[job.script], job.inputs, job.output, job.mocks, job.consent)
        for name, id_ in library.names("job").items()
        if (job := library.job_at(name, id_)).script in moved
    ]
    return tuple(sorted(done | {job.name for job in jobs} | set(callers))), jobs


def moved_pins(node: Any, moved: dict[str, str]) -> Any:
    """Give a script that calls the new id of every script whose old one it called."""
    if isinstance(node, list):
        return [moved_pins(item, moved) for item in node]
    if isinstance(node, dict):
        return {
            key: moved.get(value, value) if key == "pin" and isinstance(value, str) else moved_pins(value, moved)
            for key, value in node.items()
        }
    return node
