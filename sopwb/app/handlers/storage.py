"""Looking after the store: is it sound, and how large is it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopwb.app.commands import StoreStats, VerifyStore
from sopwb.app.outputs import AnyOutput, StoreReport

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def verify_store(bench: Workbench, command: VerifyStore) -> AnyOutput:
    """Check the hash chain over every byte, or with ``deep`` every object's hash, references and refs too.

    Besides, journals are told that no record knows, and unfinished runs whose journal is not there.
    """
    found = bench.store.verify(command.deep)
    sequence, head = bench.store.head()
    problems = tuple(f"{p.segment} at byte {p.offset}: {p.what}" for p in found.problems)
    told = _notices(bench)
    return StoreReport(head, sequence, problems, {"commits": sequence, "objects": found.objects}, told)


def _notices(bench: Workbench) -> tuple[str, ...]:
    from sopwb.app.acting.strays import notices
    from sopwb.store.disk import Disk

    return tuple(notices(Disk(), bench.store, str(bench.workspace.store_folder)))


def store_stats(bench: Workbench, command: StoreStats) -> AnyOutput:
    import msgspec

    sequence, head = bench.store.head()
    numbers = msgspec.to_builtins(bench.store.stats())
    flat = {key: value for key, value in numbers.items() if isinstance(value, int)}
    flat |= {f"{kind} objects": n for kind, n in numbers.get("kinds", {}).items()}
    return StoreReport(head, sequence, (), flat)
