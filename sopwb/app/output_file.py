"""``--output FILE.json``: the whole of a run – all effects, the whole kept trace – under its name only when complete.

The file is one JSON document of the shape of ``--json``. ``open_output`` chooses it by the file's name, or a table of
the results (``result_file``).
"""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import suppress
from types import TracebackType
from typing import IO, TYPE_CHECKING

from sopwb.app.execute import effect_view, trace_line
from sopwb.app.part_file import PartFile, Unwritable
from sopwb.kernel.canonical import json_text
from sopwb.kernel.diagnostics import Diagnostic, UserError

if TYPE_CHECKING:
    from sopwb.app.execute import Ran
    from sopwb.app.outputs import EffectView
    from sopwb.app.result_file import ResultFile
    from sopwb.run.interpret import Program
    from sopwb.run.ports import PlannedEffect, Results


def open_output(path: str, program: Program) -> OutputFile | ResultFile:
    """Choose the form of an output by its suffix: none or ``.json`` the whole run, else a table of its results.

    Raises ``UserError`` SOP-A031 for another suffix, SOP-A032 where the results are no table.
    """
    suffix = os.path.splitext(path)[1].lower()
    if suffix in ("", ".json"):
        return OutputFile(path)
    from sopwb.app.result_file import SUFFIXES, ResultFile

    if suffix not in SUFFIXES:
        raise UserError(
            Diagnostic(
                "SOP-A031",
                f"{path} names no format that is known",
                found=suffix,
                expected=f".json, {', '.join(SUFFIXES)}",
            )
        )
    return ResultFile(path, program)


def effect_line(view: EffectView) -> str:
    """Write an effect as one line of JSON, its state last."""
    return json_text({"key": view.key, "tool": view.tool, "item": view.item, "args": view.args, "state": view.state})


def settled_line(line: str, number: int, ran: Ran) -> str:
    """Give a line of ``effect_line`` with the effect's state after acting."""
    if ran.state is None:
        return line
    effect, key, planned = line.rpartition(', "state": "')
    state = ran.state(number, planned.removesuffix('"}'))
    return f'{effect}{key}{state}"}}'


class OutputFile:
    """Collects a run's effects while it decides, then writes the document."""

    results: Results | None = None
    """It wants no result by itself: the document ends a run."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._spool: IO[str] | None = None

    def __enter__(self) -> OutputFile:
        folder = os.path.dirname(os.path.abspath(self._path))
        try:
            self._spool = tempfile.TemporaryFile("w+", encoding="utf-8", dir=folder)
        except OSError as error:
            raise UserError(Unwritable(self._path, error).diagnostic) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._spool is not None:
            with suppress(OSError):  # what is still buffered may not fit on the disk, and nobody wants it
                self._spool.close()
        if isinstance(error, Unwritable):
            raise UserError(error.diagnostic) from None

    def effect(self, effect: PlannedEffect) -> None:
        """Take a planned effect, in order."""
        assert self._spool is not None, "effects come inside of the with block"
        try:
            self._spool.write(effect_line(effect_view(effect)) + "\n")
        except OSError as error:
            raise Unwritable(self._path, error) from None

    def finish(self, ran: Ran) -> None:
        """Write the document and give it its name. Raises ``Unwritable``."""
        with PartFile(self._path) as part:
            try:
                file = io.TextIOWrapper(part.file, encoding="utf-8")
                self._write(ran, file)
                file.flush()
            except OSError as error:
                raise Unwritable(self._path, error) from None
            part.commit()

    def _write(self, ran: Ran, file: IO[str]) -> None:
        assert self._spool is not None
        done, view = ran.done, ran.view
        head = {"run": view.run, "script": view.script, "status": view.status, "result": view.result}
        file.write(json_text(head)[:-1] + ', "effects": [')
        self._spool.seek(0)
        for n, line in enumerate(self._spool if done.view.error is None else ()):
            file.write(("," if n else "") + "\n" + settled_line(line.rstrip("\n"), n, ran))
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
