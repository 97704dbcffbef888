"""A progress line on stderr while a batch runs: done, total, rate and time left. Only for terminals."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any


class Progress:
    """Shows ``progress`` events with rich; starts drawing at the first one, so a short run prints nothing."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._begun = time.monotonic()
        self._acting = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, event: Any) -> None:
        """Take one run event."""
        if event.kind not in ("progress", "effect"):
            return
        if self._bar is None:
            self._start(event)
        done, percent = event.data["done"], event.data.get("percent")
        what = "items" if percent is None else f"the query, {percent:.0f} %"
        if event.kind == "effect":
            if not self._acting:
                self._acting, self._begun = True, time.monotonic()
            what = "effects"
        rate = done / max(time.monotonic() - self._begun, 0.001)
        self._bar.update(
            self._task, completed=done, total=event.data.get("total"), description=what, rate=f"{rate:,.0f}/s"
        )

    def _start(self, event: Any) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("items", total=event.data.get("total"), rate="")
