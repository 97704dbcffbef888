"""``--output FILE.parquet | .csv | .jsonl``: the items' results as a table, a row an item in key order.

    ResultFile ── columns (result_columns) ──► rows or Arrow batches ──► CSV, JSON Lines (result_text), Parquet

A program without a loop that yields gives one row, its returned record. Where a program may plan effects, they are in
``FILE.effects.jsonl``, a line each (none planned: no lines). Both have their names only when the run has succeeded
(dead letters are left out); else what was there before stays. Deliberately not here: how a run is recorded.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol

from sopwb.app.execute import effect_view
from sopwb.app.output_file import effect_line, settled_line
from sopwb.app.part_file import PartFile, Unwritable
from sopwb.app.result_columns import columns_of
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.values import Value

if TYPE_CHECKING:
    import pyarrow as pa

    from sopwb.app.execute import Ran
    from sopwb.app.result_columns import Columns
    from sopwb.run.interpret import Program
    from sopwb.run.ports import PlannedEffect

SUFFIXES: Final = (".parquet", ".csv", ".jsonl")
EFFECTS_SUFFIX: Final = ".effects.jsonl"


class _Table(Protocol):
    """One format. ``part`` is its file, complete after ``close``."""

    part: PartFile

    def add(self, row: list[Value]) -> None: ...
    def add_arrays(self, arrays: list[pa.Array]) -> None: ...
    def close(self) -> None: ...
    def discard(self) -> None: ...


def _table(path: str, columns: Columns) -> _Table:
    suffix = os.path.splitext(path)[1].lower()
    if suffix == ".parquet":
        from sopwb.app.result_parquet import ParquetTable

        return ParquetTable(path, columns)
    from sopwb.app.result_text import CsvTable, JsonLinesTable

    return (CsvTable if suffix == ".csv" else JsonLinesTable)(path, columns)


class ResultFile:
    """Takes a run's results (port ``run.ports.Results``) and effects while it decides. A context manager.

    Raises ``UserError`` SOP-A032 where the results are no table, SOP-A014 (on leaving) where a file cannot be written.
    """

    def __init__(self, path: str, program: Program) -> None:
        self._path = path
        self._columns = columns_of(program)
        self._has_effects = bool(program.tools())
        self._effects: PartFile | None = None
        self.results = self

    @property
    def schema(self) -> pa.Schema:
        """The columns of the file, as Arrow: all nullable, decimals as ``decimal128(38, 12)``."""
        from sopwb.app.result_parquet import schema_of

        return schema_of(self._columns)

    def __enter__(self) -> ResultFile:
        with ExitStack() as opened:
            if self._has_effects:
                self._effects = PartFile(self._path + EFFECTS_SUFFIX)
                opened.callback(self._effects.discard)
            try:
                self._table = _table(self._path, self._columns)
            except OSError as error:
                raise UserError(Unwritable(self._path, error).diagnostic) from None
            opened.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._table.discard()
        if self._effects is not None:
            self._effects.discard()
        if isinstance(error, Unwritable):
            raise UserError(error.diagnostic) from None

    def write(self, item: str, value: Value) -> None:
        """Take an item's key as text and its result, in order. Raises ``Unwritable``."""
        try:
            self._table.add(self._columns.row(item, value))
        except OSError as error:
            raise Unwritable(self._path, error) from None

    def write_batch(self, items: pa.RecordBatch) -> None:
        """Take many items at once, as ``run.ports.Results`` says. Raises ``Unwritable``."""
        try:
            self._table.add_arrays(self._columns.arrays(items))
        except OSError as error:
            raise Unwritable(self._path, error) from None

    def effect(self, effect: PlannedEffect) -> None:
        """Take a planned effect, in order. Raises ``Unwritable``."""
        assert self._effects is not None, "a program plans effects of its own tools only"
        try:
            self._effects.file.write((effect_line(effect_view(effect)) + "\n").encode())
        except OSError as error:
            raise Unwritable(self._effects.path, error) from None

    def finish(self, ran: Ran) -> None:
        """Give the files their names, the table last; a run that failed leaves none. Raises ``Unwritable``."""
        if ran.view.error is not None:
            return
        try:
            self._table.close()
        except OSError as error:
            raise Unwritable(self._path, error) from None
        if self._effects is not None:
            if ran.state is None:
                self._effects.commit()
            else:
                self._settle(self._effects, ran)
        self._table.part.commit()

    def _settle(self, effects: PartFile, ran: Ran) -> None:
        """Write the effects once more, with their states after acting."""
        with PartFile(effects.path) as settled:
            try:
                effects.file.flush()
                with open(effects.made, encoding="utf-8") as lines:
                    for number, line in enumerate(lines):
                        settled.file.write((settled_line(line.rstrip("\n"), number, ran) + "\n").encode())
            except OSError as error:
                raise Unwritable(effects.path, error) from None
            settled.commit()
