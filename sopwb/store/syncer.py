"""The second half of a commit: making bytes durable, one sync for as many processes as possible.

Who has appended looks at the watermark; if it covers him, somebody else's sync did it. Else he takes the
sync lock, reads how far the log has been appended by now, syncs up to there, publishes that as the
watermark, and frees the lock. While he syncs, others append and wait; the first of them syncs for all.

Two measures make groups large where a sync takes long (measured with 3 ms and four writers: 0.48 → 0.30
syncs a commit). Who waits looks at the watermark now and then instead of queueing for the lock, since in a
queue those who are covered already would wait behind the next sync. And who is about to sync waits a
fraction of a sync's time for as many others as committed since his own last commit. A lone writer does
neither.

A sync that fails is never tried again: its pages count as clean afterwards although the device may not have
them. The handle stops writing, and ``failed`` in the watermark stops every other process until an opening
store has cut what lies above it. Deliberately not here: that repair (``writer``, ``recovery``).
"""

from __future__ import annotations

from typing import Final

import msgspec

from sopwb.kernel.limits import SYNC_GATHER_S_MAX, SYNC_SLICE_S_MIN, WRITERS_EXPECTED_MAX
from sopwb.store import kinds
from sopwb.store.errors import Poisoned
from sopwb.store.files import Files
from sopwb.store.locks import APPEND, SYNC, Locks
from sopwb.store.mark import Mark

_WAIT_SHARE: Final = 1 / 8
"""Part of a sync's time after which a waiting writer looks again."""
_GATHER_SLICES: Final = 4
_GATHER_SHARE: Final = 1 / 16
"""Part of a sync's time that each of the slices takes in which a syncing writer waits for others."""


class Syncer:
    """Makes durable what one handle appended. Once ``poisoned`` it never writes again."""

    def __init__(self, files: Files, locks: Locks) -> None:
        self._files = files
        self._disk = files.disk
        self._locks = locks
        self._sync_s = 0.0
        self._last_sequence = 1 << 62
        self.poisoned = ""

    def check(self) -> None:
        """Raise ``Poisoned`` after a sync has failed."""
        if self.poisoned:
            raise Poisoned(self.poisoned)

    def poison(self, reason: str) -> Poisoned:
        """Stop writing for good. Gives the error to raise."""
        self.poisoned = self.poisoned or reason
        return Poisoned(self.poisoned)

    def make_durable(self, mine: Mark, known: Mark) -> None:
        """Return when everything up to ``mine`` is durable and published. Raises ``Poisoned``, ``DiskFailed``.

        ``known`` is what this handle knows to be durable, should the watermark be lost.
        """
        try:
            if self._wait_for_lock(mine):
                try:
                    self._lead(mine, known)
                finally:
                    self._locks.free(SYNC)
        except OSError as error:
            raise self.poison(f"the watermark cannot be published: {error.strerror or error}") from None
        finally:
            self._last_sequence = mine.sequence

    def _wait_for_lock(self, mine: Mark) -> bool:
        # False when a sync of somebody else covered us.
        slice_s = self._sync_s * _WAIT_SHARE
        while not _covers(self._files.read_watermark(), mine):
            if slice_s < SYNC_SLICE_S_MIN:
                self._locks.take(SYNC)
                return True
            if self._locks.try_to_take(SYNC):
                return True
            self._disk.pause(slice_s)
        return False

    def _lead(self, mine: Mark, known: Mark) -> None:
        before = self._files.read_watermark()
        if _covers(before, mine):
            return
        if before is None:
            before = known
        if before.failed or before.epoch != mine.epoch:
            raise self.poison("a sync failed in another process")
        end = self._gather(before, mine)
        started = self._disk.clock()
        try:
            self.sync(before, end)
        except OSError as error:
            poison = self.poison(f"sync failed: {error.strerror or error}")
            self._locks.write(SYNC, msgspec.structs.replace(before, failed=True))
            raise poison from None
        self._sync_s = self._disk.clock() - started
        self._locks.write(SYNC, end)

    def _gather(self, before: Mark, mine: Mark) -> Mark:
        end = self._appended(mine)
        expected = min(end.sequence - self._last_sequence, WRITERS_EXPECTED_MAX)
        slice_s = min(self._sync_s * _GATHER_SHARE, SYNC_GATHER_S_MAX / _GATHER_SLICES)
        for _ in range(_GATHER_SLICES if slice_s >= SYNC_SLICE_S_MIN else 0):
            if end.sequence - before.sequence >= expected:
                break
            self._disk.pause(slice_s)
            end = self._appended(mine)
        return end

    def _appended(self, mine: Mark) -> Mark:
        end = self._locks.read(APPEND)
        return mine if end is None or end.epoch != mine.epoch or end.log < mine.log else end

    def sync(self, before: Mark, end: Mark) -> None:
        """Sync both streams from one mark to another. Raises ``OSError``.

        The order of the two does not matter: neither counts before the watermark is published.
        """
        for stream, old, new in ((kinds.TRACE, before.trace, end.trace), (kinds.LOG, before.log, end.log)):
            if new <= old:
                continue
            for number in range(max(old[0], 1), new[0] + 1):
                if stream == kinds.TRACE and number < new[0] and not self._files.exists(stream, number):
                    continue  # retired whole
                self._disk.sync(self._files.fd(stream, number))
            if new[0] > old[0] or old[1] == 0:
                self._disk.sync_directory(self._files.path(stream))


def _covers(mark: Mark | None, mine: Mark) -> bool:
    return mark is not None and mark.epoch == mine.epoch and mark.log >= mine.log
