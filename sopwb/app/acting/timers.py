"""What waits for an instant: effects to be tried again, and doubts to be looked into."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from typing import Final

from sopwb.app.acting.chains import Work

AGAIN: Final = "again"
ASK: Final = "ask"


class Timers:
    """Calls ``ring`` when the first is due; instants are in µs since 1970."""

    def __init__(self, now_us: Callable[[], int], ring: Callable[[], None]) -> None:
        self._now_us, self._ring = now_us, ring
        self._heap: list[tuple[int, int, str, Work]] = []
        self._handle: asyncio.TimerHandle | None = None

    def add(self, due_us: int, what: str, work: Work) -> None:
        """Wait for an instant; one that has passed is due at once."""
        heapq.heappush(self._heap, (due_us, work.number, what, work))
        self.wind()

    def due(self) -> list[tuple[str, Work]]:
        """Take what is due."""
        now_us = self._now_us()
        found: list[tuple[str, Work]] = []
        while self._heap and self._heap[0][0] <= now_us:
            _, _, what, work = heapq.heappop(self._heap)
            found.append((what, work))
        return found

    def drop_after(self, number: int) -> int:
        """Forget what comes after an effect; gives how many."""
        kept = [entry for entry in self._heap if entry[1] <= number]
        dropped = len(self._heap) - len(kept)
        heapq.heapify(kept)
        self._heap = kept
        return dropped

    def wind(self) -> None:
        """Wait for the first."""
        self.stop()
        if self._heap:
            wait_s = max(0.0, (self._heap[0][0] - self._now_us()) / 1e6)
            self._handle = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def stop(self) -> None:
        """Call nobody any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
