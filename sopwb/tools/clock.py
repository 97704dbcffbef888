"""The wall clock of the machine, for tools that act.

Deliberately not here: a run's ``now``, which is an input of the run and not the time of day.
"""

from __future__ import annotations

import datetime as dt


class SystemClock:
    """``sopwb.run.ports.Clock`` over the machine's clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)
