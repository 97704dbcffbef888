"""``--output FILE``: the whole of a run – all effects, the whole kept trace – under its final name only when complete.

The file is one JSON document of the shape of ``--json``. It is written beside its name and renamed at the end, so that
a crash, a full disk or Ctrl-C leaves nothing half-written there.
"""

from __future__ import annotations

import os
import tempfile
from types import TracebackType
from typing import IO, TYPE_CHECKING

from sopwb.app.execute import effect_view, trace_line
from sopwb.kernel.canonical import json_text
from sopwb.kernel.diagnostics import Diagnostic, UserError

if TYPE_CHECKING:
    from sopwb.app.execute import Ran
    from sopwb.run.ports import PlannedEffect


class OutputFile:
    """Collects a run's effects while it decides, then writes the document."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._spool: IO[str] | None = None
        self._made = ""

    def __enter__(self) -> OutputFile:
        folder = os.path.dirname(os.path.abspath(self._path))
        try:
            self._spool = tempfile.TemporaryFile("w+", encoding="utf-8", dir=folder)
        except OSError as error:
            raise self._refused(error) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._spool is not None:
            self._spool.close()
        if self._made and os.path.exists(self._made):
            os.unlink(self._made)

    def effect(self, effect: PlannedEffect) -> None:
        """Take a planned effect, in order."""
        assert self._spool is not None, "effects come inside of the with block"
        view = effect_view(effect)
        line = json_text({"key": view.key, "tool": view.tool, "item": view.item, "args": view.args})
        self._spool.write(f"{view.state}\t{line}\n")

    def finish(self, ran: Ran) -> None:
        """Write the document and give it its name. Raises ``UserError`` SOP-A014."""
        try:
            self._write(ran)
        except OSError as error:
            raise self._refused(error) from None

    def _write(self, ran: Ran) -> None:
        assert self._spool is not None
        done, view = ran.done, ran.view
        folder = os.path.dirname(os.path.abspath(self._path))
        handle, self._made = tempfile.mkstemp(prefix=".sopwb-", suffix=".part", dir=folder)
        with open(handle, "w", encoding="utf-8") as file:
            head = {"run": view.run, "script": view.script, "status": view.status, "result": view.result}
            file.write(json_text(head)[:-1] + ', "effects": [')
            self._spool.seek(0)
            for n, line in enumerate(self._spool if done.view.error is None else ()):
                state, _, effect = line.rstrip("\n").partition("\t")
                file.write(f'{"," if n else ""}\n{effect[:-1]}, "state": {json_text(ran.state(n, state))}}}')
            file.write('], "trace": [')
            for n, event in enumerate(done.events):
                line_ = trace_line(event)
                entry = {
                    "path": line_.path,
                    "op": line_.op,
                    "text": line_.text,
                    "value": line_.value,
                    "item": line_.item,
                }
                file.write(("," if n else "") + "\n" + json_text(entry))
            file.write(f'], "trace_hash": {json_text(view.trace_hash)}}}\n')
            file.flush()
            os.fsync(file.fileno())
        os.chmod(self._made, 0o644)
        os.replace(self._made, self._path)
        self._made = ""

    def _refused(self, error: OSError) -> UserError:
        return UserError(Diagnostic("SOP-A014", f"{self._path}: {error.strerror or error}"))
