"""From a large source to what is known of it, and to a copy of its records where its own file does not do.

    chunks ── survey ───► layout                      what a Parquet file plainly holds stays where it is;
       └──── guess ──► conversion ─── in key order ─► the rest becomes a Parquet file in the cache

A source is read once where the layout that its first records suggest turns out to be that of all; else twice. The
survey looks at witnesses of each column; where they leave a doubt, and where something is wrong, it looks at every
cell, as for small sources, and says the same. Only some thousand records are in memory at once.

Deliberately not here: where files lie (``cache``), and reading them (``table``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

from sopwb.data.columnar.about import About, can_be_named
from sopwb.data.columnar.arrays import raw_array
from sopwb.data.columnar.cache import Place, settle
from sopwb.data.columnar.conversion import Conversion, as_list
from sopwb.data.columnar.database import Database, Refused, sorting_memory_mb
from sopwb.data.columnar.order import Twice, see_unique, sort_file
from sopwb.data.columnar.witnesses import witnesses
from sopwb.data.columnar.write import Narrow
from sopwb.data.columns import Layout, Survey
from sopwb.data.declaration import SourceDeclaration
from sopwb.data.memory import duplicate_key
from sopwb.data.precision import Precision
from sopwb.data.reader import Chunk, Reader
from sopwb.data.stored import sort_text
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.values import Value
from sopwb.lang.types import type_text


def make_about(
    declaration: SourceDeclaration, reader: Reader, zone: dt.tzinfo, place: Place, layout: Layout | None = None
) -> About:
    """Read a large source whole; copy it to ``place`` where that is needed. The caller holds ``place.making()``.

    ``layout``: where it is known already. Raises ``UserError`` for what is wrong with the source, ``OSError`` for what
    the disk refuses.
    """
    source = _Source(declaration, reader, zone, place)
    made: Conversion | None = None
    if layout is None:
        try:
            layout, made = source.read(plain=False)
        except _Doubt:
            layout, made = source.read(plain=True)
    while made is None:
        made = source.attempt(layout)
    copied = made.in_place is None
    ordered = layout.key is None or made.rising.so_far
    if not ordered:
        source.put_in_order(layout, made)
    reader.unchanged()
    size = os.stat(made.path if copied else declaration.file).st_size
    if copied:
        settle(made.path, place.parquet)
    kind, digest = reader.digest()
    _release()
    return About(
        key=layout.key,
        record=type_text(layout.schema(made.rows).record),
        rows=made.rows,
        held=made.held(),
        originals=layout.originals(),
        kind=kind,
        digest=digest,
        size=size,
        copy=copied,
        ordered=ordered or copied,
    )


class _Doubt(Exception):
    """Witnesses do not settle what a column is."""


class _Source:
    """A source while it is read."""

    def __init__(self, declaration: SourceDeclaration, reader: Reader, zone: dt.tzinfo, place: Place) -> None:
        self._declaration, self._reader, self._zone, self._place = declaration, reader, zone, place
        self._file = os.path.abspath(declaration.file)
        self._needs: dict[str, Precision] = {}

    def _chunks(self) -> Iterator[tuple[Chunk, dict[str, Any]]]:
        """Read all records; beside each chunk stand those of its columns that are arrays, or can be."""
        arrays = getattr(self._reader, "arrays", self._reader.chunks)
        for chunk in arrays():
            raw = {name: raw_array(cells) for name, cells in zip(chunk.names, chunk.columns, strict=True)}
            yield chunk, {name: array for name, array in raw.items() if array is not None}

    def read(self, *, plain: bool) -> tuple[Layout, Conversion | None]:
        """Settle the layout, and convert by the one that the first records suggest, as long as that holds.

        ``plain``: the survey looks at every cell.
        """
        survey = Survey(self._declaration, self._reader, self._zone)
        guess: Conversion | None = None
        with ExitStack() as undo:
            for n, (chunk, raw) in enumerate(self._chunks()):
                self._survey(survey, chunk, None if plain else raw)
                if n == 0 and (guess := self._guess(survey)) is not None:
                    undo.callback(guess.close)
                if guess is not None and not self._goes_on(guess, chunk, raw):
                    guess = None
            layout = survey.layout()
            if guess is not None and guess.is_of(layout):
                guess.finish()
                undo.pop_all()
                return layout, guess
        return layout, None

    def attempt(self, layout: Layout) -> Conversion | None:
        """Convert all by a settled layout; None where decimals turned out to need more digits than were known."""
        conversion = self._conversion(layout)
        with ExitStack() as undo:
            undo.callback(conversion.close)
            try:
                for chunk, raw in self._chunks():
                    conversion.add(chunk, raw)
                conversion.finish()
            except Narrow:
                self._needs = conversion.needs()
                return None
            undo.pop_all()
        return conversion

    def _survey(self, survey: Survey, chunk: Chunk, raw: dict[str, Any] | None) -> None:
        if raw is None:
            survey.add(Chunk(chunk.names, tuple(map(as_list, chunk.columns)), chunk.marks))
            return
        hints, texts = self._reader.hints, self._reader.texts
        try:
            few = [
                witnesses(cells, raw.get(name), texts, self._zone, hints.get(name))
                for name, cells in zip(chunk.names, chunk.columns, strict=True)
            ]
            survey.add(Chunk(chunk.names, tuple(few), chunk.marks))
        except (UserError, ValueError, OverflowError) as wrong:
            raise _Doubt from wrong
        if survey.troubled():
            raise _Doubt

    def _guess(self, survey: Survey) -> Conversion | None:
        try:
            layout = survey.layout()
        except UserError:
            return None  # the first records lack what later ones may have
        return self._conversion(layout.relaxed(dict(self._declaration.fields)))

    def _goes_on(self, guess: Conversion, chunk: Chunk, raw: dict[str, Any]) -> bool:
        try:
            guess.add(chunk, raw)
        except (UserError, Narrow):
            self._needs = guess.needs()
            guess.close()
            return False
        return True

    def _conversion(self, layout: Layout) -> Conversion:
        columns = getattr(self._reader, "plain_columns", None)
        in_place = None
        if columns is not None and can_be_named(self._file):
            in_place = columns({column.original: column.type for column in layout.columns}, self._zone)
        path = self._place.passing(self._place.parquet)
        return Conversion(layout, self._reader.texts, self._zone, path, self._needs, in_place)

    def put_in_order(self, layout: Layout, made: Conversion) -> None:
        """Sort a copy by its key; of a file that stays where it is, only see that its keys are unique."""
        database = Database(self._place.spill, sorting_memory_mb(made.rows))
        try:
            if made.in_place is None:
                sorted_path = self._place.passing(self._place.parquet + ".sorted")
                sort_file(database, made.path, made.schema, made.key_column, sorted_path)
                os.replace(sorted_path, made.path)
            else:
                see_unique(database, self._file, made.key_column)
        except Twice as twice:
            raise self._twice(layout, twice.key) from None
        except Refused as wrong:
            self._reader.unchanged()
            raise self._place.refusal(str(wrong)) from None
        finally:
            database.close()

    def _twice(self, layout: Layout, found: Any) -> UserError:
        """Make the error of a key that two records have: their places are looked for only now."""
        assert layout.key is not None
        at = layout.names.index(layout.key)
        marks: list[int | str] = []
        for chunk in self._reader.chunks():
            values = layout.column(at, layout.cells(chunk)[at], chunk.marks)
            for mark, value in zip(chunk.marks, values, strict=True):
                if found in (value, _sorted_as(value)):
                    marks.append(mark)
                    if len(marks) == 2:
                        return duplicate_key(self._reader, layout.key, value, marks[0], marks[1])
        raise AssertionError("a key that stands twice is the key of two records")


def _release() -> None:
    """Give back the memory that Arrow keeps for more of the same: what comes next is done by others."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()


def _sorted_as(value: Value) -> Value:
    return sort_text(value) if isinstance(value, Decimal) else value
