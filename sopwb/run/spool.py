"""A spool of planned effects in memory: for runs of one, replays and previews. Batches get one on disk from
``app``."""

from __future__ import annotations

from sopwb.run.ports import PlannedEffect


class Nowhere:
    """Drops effects: for items that are decided only to be looked at."""

    def plan(self, effect: PlannedEffect) -> None:
        """Take an effect and forget it."""


class MemorySpool:
    """Keeps effects in the order in which they were decided."""

    def __init__(self) -> None:
        self.effects: list[PlannedEffect] = []

    def plan(self, effect: PlannedEffect) -> None:
        self.effects.append(effect)
