"""Reads CSV: RFC 4180 in UTF-8, a header of field names, one record a row.

The delimiter is the one of ``, ; tab |`` that the header has most of. Where each name of the header but the
first begins with a space, spaces after delimiters are skipped. Empty lines are skipped; a row with more or
fewer cells than the header is an error, since it is what a cut or a missing quote looks like. Line numbers
are those at which rows begin.

Deliberately not here: what cells mean (``infer``, ``convert``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO, Any, Final

from sopwb.data.codes import EMPTY, MALFORMED
from sopwb.data.content import Content
from sopwb.data.faults import fault
from sopwb.data.names import distinct
from sopwb.data.reader import Chunk
from sopwb.kernel.limits import SOURCE_CHUNK_ROWS, SOURCE_FIELDS_MAX, SOURCE_LINE_CHARS_MAX
from sopwb.lang.types import Type

_DELIMITERS: Final = ",;\t|"


class CsvReader:
    """Reads a CSV file as texts."""

    texts: Final = True

    def __init__(self, content: Content) -> None:
        self.content = content
        self.hints: dict[str, Type] = {}

    def place(self, mark: int | str) -> str:
        return f"{self.content.label}:{mark}"

    def digest(self) -> tuple[str, str]:
        return "file", self.content.digest()

    def unchanged(self) -> None:
        self.content.unchanged()

    def chunks(self) -> Iterator[Chunk]:
        reader = None
        with self.content.text() as stream:
            try:
                lines = _bounded(stream)
                first = next((line for line in lines if line.strip()), "")
                if not first:
                    raise fault(EMPTY, f"{self.content.label} has no header", path=self.content.label)
                reader = _reader(first, lines)
                yield from self._read(reader)
            except UnicodeDecodeError:
                self.content.refuse_encoding()
            except csv.Error as wrong:
                line = reader.line_num if reader else 1
                raise fault(MALFORMED, f"not CSV: {wrong}", path=self.place(line), hint="is a quote missing?") from None

    def _read(self, reader: Any) -> Iterator[Chunk]:
        names = tuple(distinct(next(reader)))
        if len(names) > SOURCE_FIELDS_MAX:
            raise fault(
                MALFORMED,
                f"the header has {len(names)} names, at most {SOURCE_FIELDS_MAX}",
                path=self.place(1),
            )
        rows: list[list[str]] = []
        marks: list[int] = []
        at, width, empty = reader.line_num, len(names), True
        for row in reader:
            if len(row) != width:
                if row:
                    raise self._ragged(len(row), width, at + 1)
            else:
                rows.append(row)
                marks.append(at + 1)
            at = reader.line_num
            if len(rows) >= SOURCE_CHUNK_ROWS:
                yield Chunk(names, tuple(zip(*rows, strict=True)), marks)
                rows, marks, empty = [], [], False
        if rows:
            yield Chunk(names, tuple(zip(*rows, strict=True)), marks)
        elif empty:
            yield Chunk(names, ((),) * width, ())

    def _ragged(self, found: int, wanted: int, line: int) -> Exception:
        message = f"{found} cell{'s' if found != 1 else ''} where the header has {wanted}"
        return fault(MALFORMED, message, path=self.place(line), hint="is a quote or a delimiter missing?")


def _bounded(stream: IO[str]) -> Iterator[str]:
    # A file without line ends would otherwise become one text of its own size.
    while line := stream.readline(SOURCE_LINE_CHARS_MAX):
        if len(line) == SOURCE_LINE_CHARS_MAX and not line.endswith(("\n", "\r")):
            raise csv.Error(f"a line of more than {SOURCE_LINE_CHARS_MAX} characters")
        yield line


def _reader(first: str, rest: Iterator[str]) -> Any:
    outside = "".join(first.split('"')[::2])
    delimiter = max(_DELIMITERS, key=outside.count)
    others = outside.split(delimiter)[1:]
    spaced = bool(others) and all(name.startswith(" ") for name in others)

    def lines() -> Iterator[str]:
        yield first
        yield from rest

    return csv.reader(lines(), delimiter=delimiter, strict=True, skipinitialspace=spaced)
