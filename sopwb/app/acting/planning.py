"""Planning: what is decided goes into the run's journal, effect by effect, before anything is done.

The journal begins at the first effect, so a run that wants none has none. Its header, with the run's secret, and the
planned effects are synced when deciding has succeeded, which closes them with their digest: before, nothing is derived
from the secret. A run that failed while deciding leaves nothing. Deliberately not here: acting (``session``).
"""

from __future__ import annotations

from sopwb.app.acting.ledger import summarise
from sopwb.app.acting.machine import Machine
from sopwb.app.acting.planned import encode_effect
from sopwb.run.ports import PlannedEffect
from sopwb.store.journal import Journal
from sopwb.store.journal_frames import Closed
from sopwb.store.journal_scan import Point
from sopwb.tools.coupon import SECRET_BYTES


class Decided(Closed, frozen=True):
    """What a journal's planned effects came to, and where it was durable then. ``tools`` counts those that act."""

    tools: dict[str, int]
    point: Point


class Planning:
    """Takes planned effects in order; ``close`` or ``discard`` ends it."""

    def __init__(self, machine: Machine, root: str, run: str, unrecorded: bool = False) -> None:
        """``unrecorded``: the caller knows that no run of this id was recorded, so a journal of it did nothing."""
        self._machine, self._root, self._run, self._unrecorded = machine, root, run, unrecorded
        self._journal: Journal | None = None
        self._acts = bytearray()
        self._tools: dict[str, int] = {}

    def plan(self, effect: PlannedEffect) -> None:
        """Take one effect. Raises ``StoreError``."""
        if self._journal is None:
            machine = self._machine
            secret = machine.entropy(SECRET_BYTES)
            self._journal = Journal.create(
                machine.disk, self._root, self._run, machine.boot(), secret, machine.now_us(), self._unrecorded
            )
            machine.fault("after-header")
        self._journal.plan(encode_effect(effect))
        acts = effect.kind == "effect" and effect.state == "planned"
        self._acts.append(not acts)
        if acts:
            self._tools[effect.tool] = self._tools.get(effect.tool, 0) + 1

    def close(self) -> Decided | None:
        """End the planned effects and sync them; the journal is free for who acts. None where none acts.

        Raises ``StoreError``.
        """
        if self._journal is None or not self._tools:
            self.discard()
            return None
        self._machine.fault("before-closed-sync")
        closed = self._journal.close_plan(summarise(self._acts, self._tools))
        self._machine.fault("after-closed-sync")
        point = self._journal.point()
        self._journal.close()
        self._journal = None
        return Decided(closed.count, closed.digest, closed.summary, self._tools, point)

    def discard(self) -> None:
        """Leave nothing: the run was not decided, or nothing of it acts."""
        if self._journal is not None:
            self._journal.discard()
            self._journal = None
