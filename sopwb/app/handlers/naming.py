"""Names: renaming what a name points to, and opening a draft from a frozen script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sopwb.app.commands import ForkScript, RenameScript
from sopwb.app.firing.judging import EDITED
from sopwb.app.firing.rounds import skip_pending
from sopwb.app.firing.slots import text_of
from sopwb.app.library import Draft, need_name
from sopwb.app.outputs import AnyOutput, Renamed
from sopwb.app.searching import gone, job_document, script_document
from sopwb.app.signatures import signature_line
from sopwb.app.views import draft_view
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.lang.edits import with_ids

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench
    from sopwb.store.transaction import Transaction

ROOMS = ("draft", "script", "job", "schedule")


def rename_script(bench: Workbench, command: RenameScript) -> AnyOutput:
    """Move every ref of the old name to the new one, in one transaction. Hashes stay: a name is not identity."""
    need_name(command.new)
    refs = {room: bench.store.ref(f"{room}/{command.old}") for room in ROOMS}
    if not any(refs.values()):
        bench.library.resolve(command.old)
    taken = [room for room in ROOMS if bench.store.ref(f"{room}/{command.new}")]
    if taken:
        raise UserError(Diagnostic("SOP-A005", f"{command.new} is the name of a {taken[0]} already", found=command.new))
    schedule = bench.library.schedule(command.old)

    def rename(tx: Transaction) -> None:
        for room, id_ in refs.items():
            if id_ is not None and room != "schedule":
                _move(tx, room, command, id_)
        examples = bench.store.ref(f"example/{command.old}")
        if examples is not None:
            _move(tx, "example", command, examples)
        if refs["script"] is not None:
            form, raw = bench.library.canonical(refs["script"]), bench.library.raw(refs["script"])
            tx.catalogue(gone("scripts", command.old))
            tx.catalogue(script_document(command.new, form, raw, signature_line(command.new, form)))
        if refs["job"] is not None:
            tx.catalogue(gone("jobs", command.old))
            tx.catalogue(job_document(bench.library.job_at(command.new, refs["job"]), command.new))
        if schedule is not None:
            moved = msgspec.structs.replace(
                schedule, name=command.new, job=command.new, since=text_of(bench.clock())
            )
            bench.library.put_schedule(tx, moved, f"renamed from {command.old}")
            tx.set_ref(f"schedule/{command.old}", None, old=refs["schedule"], why=f"renamed to {command.new}")
            tx.catalogue(gone("schedules", command.old))

    if schedule is not None:
        skip_pending(bench, schedule, bench.clock(), EDITED, f"rename to {command.new}", rename)
    else:
        with bench.store.transaction(f"rename {command.old} to {command.new}") as tx:
            rename(tx)
    return Renamed(command.old, command.new)


def _move(tx: Transaction, room: str, command: RenameScript, id_: str) -> None:
    tx.set_ref(f"{room}/{command.new}", id_, old=None, why=f"renamed from {command.old}")
    tx.set_ref(f"{room}/{command.old}", None, old=id_, why=f"renamed to {command.new}")


def fork_script(bench: Workbench, command: ForkScript) -> AnyOutput:
    """Open a draft from a frozen script, with copies of its examples; the script itself never changes."""
    need_name(command.new)
    hash_ = bench.library.resolve(command.ref)
    if bench.store.ref(f"draft/{command.new}"):
        raise UserError(Diagnostic("SOP-A005", f"there is a draft {command.new} already", found=command.new))
    script = with_ids(bench.library.raw(hash_))
    with bench.store.transaction("fork") as tx:
        rev = bench.library.put_draft(tx, command.new, script, None, f"fork {hash_}")
        examples = bench.store.ref(f"example/{bench.library.name_of(hash_)}")
        if examples is not None and bench.store.ref(f"example/{command.new}") is None:
            tx.set_ref(f"example/{command.new}", examples, old=None, why=f"fork {hash_}")
    return draft_view(bench, Draft(command.new, rev, script, "", ""))
