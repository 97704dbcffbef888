"""The trace of a run as rows: the script's steps first, each lit up by what the run says of it.

A row is a step of the outline or of a called script (its path lies below the call's). ``begin`` lays the steps out as
waiting,
``event`` lights them while the run goes, ``finish`` settles them by the finished run's own trace, which is what counts.
Deliberately not here: drawing (``widgets.trace_view``), and any I/O.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from sopwb.app.outputs import OutlineRow, RunView, TraceLine
from sopwb.tui.present.values import brief

if TYPE_CHECKING:
    from sopwb.run.ports import Event

State: TypeAlias = Literal["waiting", "running", "done", "failed", "not reached"]
SYMBOLS: Final[dict[State, str]] = {"waiting": "○", "running": "●", "done": "✓", "failed": "✗", "not reached": "○"}
LINES_KEPT_MAX: Final = 1_000
"""Lines of one step that are kept for its detail; the run's own trace has them all."""


class Row:
    """A step: where it is, how it reads, how far it is, and what it said."""

    __slots__ = ("count", "depth", "lines", "path", "state", "text", "value")

    def __init__(self, path: str, depth: int, text: str, state: State = "waiting") -> None:
        self.path, self.depth, self.text, self.state = path, depth, text, state
        self.value = ""
        self.count = 0
        self.lines: list[TraceLine] = []

    def say(self, line: TraceLine) -> None:
        """Take a line of the trace: it becomes the row's text."""
        self.count += 1
        if len(self.lines) < LINES_KEPT_MAX:
            self.lines.append(line)
        if line.text:
            self.text = line.text
        value = "" if line.value is None else brief(line.value)
        counted = isinstance(line.value, list) and str(len(line.value)) in self.text
        self.value = "" if counted or (value and value in self.text) else value


class Trace:
    """The rows of one run in reading order, and every line in the order in which it came."""

    def __init__(self) -> None:
        self.title = ""
        self.status = ""
        self.mode = ""
        self.rows: list[Row] = []
        self.lines: list[TraceLine] = []
        self.progress = ""
        self.result = ""
        self.run = ""
        self._keys: list[tuple[tuple[int, str | int], ...]] = []

    def begin(self, title: str, mode: str, outline: Iterable[OutlineRow]) -> None:
        """Start over with the steps of a script, all waiting."""
        self.title, self.mode, self.status, self.progress, self.result = title, mode, "running", "", ""
        self.rows, self.lines, self._keys, self.run = [], [], [], ""
        for row in outline:
            if is_step(row.path):
                step = self._row(row.path)
                step.text, step.depth = row.text, row.depth

    def event(self, event: Event) -> None:
        """Take one event of the run that is going. Unknown kinds and missing data are passed over."""
        data = event.data
        match event.kind:
            case "step":
                self._step(data)
            case "progress":
                self.progress = _progress_words(data)
                if data.get("path"):
                    row = self._row(str(data["path"]))
                    row.state = "running"
                    row.value = self.progress
            case "effect":
                self.progress = " ".join(str(data[key]) for key in ("tool", "state", "item") if data.get(key))
            case _:
                pass

    def finish(self, view: RunView) -> None:
        """Settle everything by the finished run."""
        self.title, self.mode, self.run = view.name or view.script[:10], _mode_words(view), view.run
        self.status, self.progress = view.status, ""
        for row in self.rows:
            row.count, row.lines, row.value = 0, [], ""
        self.lines = list(view.trace)
        failed = set()
        for line in view.trace:
            row = self._row(step_of(line.path) or line.path)
            row.say(line)
            row.state = "done"
            if line.op == "error":
                failed.add(row.path)
        for row in self.rows:
            if row.state in ("waiting", "running"):
                row.state = "not reached"
            if row.path in failed:
                row.state = "failed"
        self.result = f"result {brief(view.result)}"
        if view.error is not None:
            self._fail(view)
        extra = view.trace_total - len(view.trace)
        counts = [f"{view.items:,} items"] if view.items else []
        counts += [f"{view.effects_total:,} effects {_effect_words(view)}"] if view.effects_total else []
        counts += [f"{extra:,} lines more in the run's trace"] if extra > 0 else []
        self.progress = ", ".join(counts)

    def refuse(self, words: str) -> None:
        """The run did not come about: say why."""
        self.status, self.result = "refused", words
        for row in self.rows:
            row.state = "not reached"

    def next_error(self, after: int) -> int | None:
        """Give the index of the next failed row after ``after``, going round; None when no step failed."""
        failed = [n for n, row in enumerate(self.rows) if row.state == "failed"]
        return next((n for n in failed if n > after), failed[0] if failed else None)

    def _step(self, data: dict[str, Any]) -> None:
        path = str(data.get("path", ""))
        if not path:
            return
        line = TraceLine(
            path, str(data.get("op", "")), str(data.get("text", "")), data.get("value"), str(data.get("item", "") or "")
        )
        for row in self.rows:
            if row.state == "running":
                row.state = "done"
        row = self._row(path)
        if data.get("text") or data.get("value") is not None:
            row.say(line)
            if len(self.lines) < LINES_KEPT_MAX:
                self.lines.append(line)
        if isinstance(data.get("count"), int):
            row.count = data["count"]
        row.state = "failed" if data.get("error") or data.get("state") == "failed" else "running"

    def _fail(self, view: RunView) -> None:
        assert view.error is not None
        path = step_of(view.error.path)
        self.result = view.error.line()
        if path:
            row = self._row(path)
            row.state, row.value = "failed", view.error.message

    def _row(self, path: str) -> Row:
        """Find the row of a path, or put one where it belongs: below its parent, in step order."""
        key = path_key(path)
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            return self.rows[at]
        row = Row(path, depth_of(path), path)
        self._keys.insert(at, key)
        self.rows.insert(at, row)
        return row


def is_step(path: str) -> bool:
    """Whether a path names a step: it ends in a number."""
    return path.rpartition("/")[2].isdigit()


def step_of(path: str) -> str:
    """Give the step that a path lies in (``steps/2/where`` → ``steps/2``), or "" where there is none."""
    parts = path.split("/")
    while parts and not parts[-1].isdigit():
        parts.pop()
    return "/".join(parts)


def depth_of(path: str) -> int:
    """Count the steps that a step lies in."""
    return max(0, sum(part.isdigit() for part in path.split("/")) - 1)


def path_key(path: str) -> tuple[tuple[int, str | int], ...]:
    """Order paths as people read them: numbers by size, ``then`` before ``else``."""
    ranks = {"then": "0", "else": "1", "do": "0", "call": "0"}
    return tuple((0, int(part)) if part.isdigit() else (1, ranks.get(part, part)) for part in path.split("/"))


def _progress_words(data: dict[str, Any]) -> str:
    done, total, rate = data.get("done"), data.get("total"), data.get("rate")
    if not isinstance(done, int):
        return ""
    words = f"{done:,} of {total:,}" if isinstance(total, int) else f"{done:,} done"
    return words + (f", {rate:,.0f} a second" if isinstance(rate, (int, float)) else "")


def _mode_words(view: RunView) -> str:
    match view.mode:
        case "dry_run":
            return "dry run"
        case "mocked":
            return "mocked: " + ", ".join(view.mocks) if view.mocks else "mocked"
        case _:
            return view.mode


def _effect_words(view: RunView) -> str:
    states = sorted({effect.state for effect in view.effects})
    return " and ".join(states) if states else ""
