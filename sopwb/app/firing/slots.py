"""Slots: what the store holds of a schedule's firing. Every change is one transaction of compare-and-swaps.

::

    slot/SCHEDULE/DUE → slot     {"slot": 1, "schedule", "due", "state", "job", "began", "ended", "attempts", "run",
                                  "status", "reason", "through", "count"}
    firing/SCHEDULE   → slot     {"firing": 1, "through", "open", "began", "ended", "failing"}

    nothing ─► claimed ─► running ─► done | failed            DUE is UTC: 2026-11-23T08:00:00Z
       │          └─────────────────────► failed
       └─► skipped ─► claimed                                 by backfill, on request

Claiming creates the slot's ref from nothing and opens it in ``firing``, which every change also swaps: so of all
daemons, cron lines and people one claims a slot, and a schedule has one open slot at most. The claim fixes the run's
identity: the job as it is then, ``now`` = due, nonce = schedule and due instant. The slot turns ``running`` in the
transaction that records the run, before its first effect: whoever lost the slot meanwhile fails there, with nothing
done. Deliberately not here: what is due (``judging``), and locks, which only keep others from trying in vain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.kernel.canonical import canonical_bytes, parse_json

if TYPE_CHECKING:
    from sopwb.store.store import Store, Transaction

CLAIMED: Final = "claimed"
RUNNING: Final = "running"
DONE: Final = "done"
SKIPPED: Final = "skipped"
FAILED: Final = "failed"


class Slot(msgspec.Struct, frozen=True):
    """One due instant of a schedule. ``job`` is the id of the job as it was claimed, ``began`` and ``ended`` when it
    was really at work, ``attempts`` how many processes began it, ``status`` its run's. One skipped slot may stand for
    ``count`` of them, to ``through``. ``object`` is where it was read from ("" for a new one)."""

    schedule: str
    due: str
    state: str
    job: str = ""
    began: str = ""
    ended: str = ""
    attempts: int = 0
    run: str = ""
    status: str = ""
    reason: str = ""
    through: str = ""
    count: int = 1
    object: str = ""

    @property
    def open(self) -> bool:
        return self.state in (CLAIMED, RUNNING)

    @property
    def nonce(self) -> str:
        """What makes the slot's run this run."""
        return f"slot/{self.schedule}/{self.due}"


class Firing(msgspec.Struct, frozen=True):
    """How far a schedule is. Slots up to ``through`` are decided; ``open`` is the due of the one that is at work.
    ``began`` and ``ended`` are of the last slot that was, ``failing`` says that it did not do what it should."""

    through: str = ""
    open: str = ""
    began: str = ""
    ended: str = ""
    failing: bool = False
    object: str = ""


class Slots:
    """The slots of one schedule. Reading raises ``Corrupt``."""

    def __init__(self, store: Store, schedule: str) -> None:
        self.store = store
        self.schedule = schedule

    def slot(self, due: str) -> Slot | None:
        """Give the slot of a due instant, None where nothing was decided about it on its own."""
        id_ = self.store.ref(f"slot/{self.schedule}/{due}")
        return None if id_ is None else self._read(id_, Slot)

    def firing(self) -> Firing:
        """Give how far the schedule is."""
        id_ = self.store.ref(f"firing/{self.schedule}")
        return Firing() if id_ is None else self._read(id_, Firing)

    def all(self) -> list[Slot]:
        """List the slots that were decided on their own, by due instant."""
        return [self._read(id_, Slot) for id_ in self.store.refs(f"slot/{self.schedule}/").values()]

    def put(self, tx: Transaction, slot: Slot) -> None:
        """Move a slot from where it was read to what it is now."""
        id_ = tx.put("slot", _bytes("slot", slot))
        why = slot.reason or slot.status or slot.state
        tx.set_ref(f"slot/{slot.schedule}/{slot.due}", id_, old=slot.object or None, why=f"{slot.state}: {why}"[:200])

    def put_firing(self, tx: Transaction, firing: Firing) -> None:
        """Move what is known of the schedule's firing."""
        id_ = tx.put("slot", _bytes("firing", firing))
        if id_ != firing.object:
            tx.set_ref(f"firing/{self.schedule}", id_, old=firing.object or None)

    def change(
        self,
        why: str,
        firing: Firing,
        slots: Iterable[Slot],
        also: Callable[[Transaction], None] = lambda tx: None,
    ) -> None:
        """Move slots and the schedule's firing in one transaction. Raises ``RefConflict``: then nothing was changed."""
        with self.store.transaction(f"{self.schedule}: {why}"[:200]) as tx:
            for slot in slots:
                self.put(tx, slot)
            self.put_firing(tx, firing)
            also(tx)

    def _read(self, id_: str, kind: type[Any]) -> Any:
        return msgspec.convert({**parse_json(self.store.get(id_)[1]), "object": id_}, kind)


def text_of(instant: dt.datetime) -> str:
    """Write an instant as slots do: UTC, to the second where it is whole."""
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def instant_of(text: str) -> dt.datetime:
    """Read an instant."""
    return dt.datetime.fromisoformat(text)


def _bytes(tag: str, record: msgspec.Struct) -> bytes:
    body = msgspec.to_builtins(record)
    del body["object"]
    return canonical_bytes({tag: 1, **body})
