"""Reads CSV: RFC 4180 in UTF-8, a header of field names, one record a row.

The delimiter is the one of ``, ; tab |`` that the header has most of. Where each name of the header but the
first begins with a space, spaces after delimiters are skipped. Empty lines are skipped; a row with more or
fewer cells than the header is an error, since it is what a cut or a missing quote looks like. Line numbers
are those at which rows begin.

Deliberately not here: what cells mean (``infer``, ``convert``).
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from functools import partial
from io import TextIOWrapper
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeAlias

from sopwb.data.codes import EMPTY, MALFORMED
from sopwb.data.content import Content
from sopwb.data.faults import fault
from sopwb.data.names import distinct
from sopwb.data.reader import Chunk
from sopwb.kernel.limits import CSV_BLOCK_BYTES, SOURCE_CHUNK_ROWS, SOURCE_FIELDS_MAX, SOURCE_LINE_CHARS_MAX
from sopwb.lang.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

_Header: TypeAlias = tuple[tuple[str, ...], str]
"""Names and delimiter."""
_DELIMITERS: Final = ",;\t|"
_LINE_END: Final = re.compile("\r\n|\r|\n")


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
        with self.content.text() as stream:
            yield from self._texts(stream, None, 0)

    def arrays(self) -> Iterator[Chunk]:
        """Read all records, as Arrow arrays of texts up to the first quote of the file."""
        if self.content.size == 0:
            self.content.refuse_empty()
        with self.content.binary() as stream:
            if stream.read(3) != codecs.BOM_UTF8:
                stream.seek(0)
            begin = stream.tell()
            header = _plain_header(iter(partial(stream.readline, CSV_BLOCK_BYTES), b""))
            at = 0 if header is None else 1
            while header is not None:
                names, delimiter = header
                begin = stream.tell()
                block = stream.read(CSV_BLOCK_BYTES) + stream.readline(CSV_BLOCK_BYTES)
                if not block:
                    if at == 1:
                        yield Chunk(names, ((),) * len(names), ())
                    return
                columns = _plain_columns(block, names, delimiter)
                if columns is None:
                    break
                yield Chunk(names, tuple(columns), _block_marks(block, len(columns[0]), at))
                at += block.count(b"\n")
            stream.seek(begin)
            with TextIOWrapper(stream, encoding="utf-8", newline="") as rest:
                yield from self._texts(rest, header, at)

    def _texts(self, stream: TextIO, header: _Header | None, at: int) -> Iterator[Chunk]:
        """Read from the header on, or what follows its line ``at`` and begins with a record."""
        lines = map(_bounded, iter(partial(stream.readline, SOURCE_LINE_CHARS_MAX), ""))
        reader = None
        try:
            if header is not None:
                reader = csv.reader(lines, delimiter=header[1], strict=True)
                yield from self._read(reader, header[0], at)
                return
            first = next((line for line in lines if line.strip()), "")
            if not first:
                raise fault(EMPTY, f"{self.content.label} has no header", path=self.content.label)
            delimiter, spaced = _dialect(first)
            reader = csv.reader(chain((first,), lines), delimiter=delimiter, strict=True, skipinitialspace=spaced)
            names = tuple(distinct(next(reader)))
            if len(names) > SOURCE_FIELDS_MAX:
                message = f"the header has {len(names)} names, at most {SOURCE_FIELDS_MAX}"
                raise fault(MALFORMED, message, path=self.place(1))
            yield from self._read(reader, names, 0)
        except UnicodeDecodeError:
            self.content.refuse_encoding()
        except csv.Error as wrong:
            line = reader.line_num + at if reader else 1
            raise fault(MALFORMED, f"not CSV: {wrong}", path=self.place(line), hint="is a quote missing?") from None

    def _read(self, reader: Any, names: tuple[str, ...], above: int) -> Iterator[Chunk]:
        """Read records from where a reader stands; ``above`` are the lines that it has not seen."""
        at, width, empty = above + reader.line_num, len(names), above <= 1
        wrong: Exception | None = None
        while wrong is None:
            rows: list[list[str]] = []
            try:
                rows.extend(islice(reader, SOURCE_CHUNK_ROWS))
            except (csv.Error, UnicodeDecodeError) as error:
                wrong = error  # raised where no row before it is ragged
            marks = _marks(rows, at, above + reader.line_num)
            at = above + reader.line_num
            if set(map(len, rows)) != {width}:
                kept = [(row, mark) for row, mark in zip(rows, marks, strict=True) if row]
                for row, mark in kept:
                    if len(row) != width:
                        raise self._ragged(len(row), width, mark)
                rows, marks = [row for row, _ in kept], [mark for _, mark in kept]
            if wrong is not None:
                raise wrong
            if not rows:
                break
            yield Chunk(names, tuple(zip(*rows, strict=True)), marks)
            empty = False
        if empty:
            yield Chunk(names, ((),) * width, ())

    def _ragged(self, found: int, wanted: int, line: int) -> Exception:
        message = f"{found} cell{'s' if found != 1 else ''} where the header has {wanted}"
        return fault(MALFORMED, message, path=self.place(line), hint="is a quote or a delimiter missing?")


def _marks(rows: Sequence[Sequence[str]], before: int, after: int) -> Sequence[int]:
    """Give the lines at which rows begin that were read from line ``before`` + 1 to line ``after``."""
    if after - before == len(rows):
        return range(before + 1, after + 1)
    lines = [1 + sum(len(_LINE_END.findall(cell)) for cell in row) for row in rows]
    return list(accumulate(lines, initial=before + 1))[:-1]


def _bounded(line: str) -> str:
    # A file without line ends would otherwise become one text of its own size.
    if len(line) == SOURCE_LINE_CHARS_MAX and not line.endswith(("\n", "\r")):
        raise csv.Error(f"a line of more than {SOURCE_LINE_CHARS_MAX} characters")
    return line


def _dialect(first: str) -> tuple[str, bool]:
    """Choose the delimiter by the header's first line, and whether spaces after it are skipped."""
    outside = "".join(first.split('"')[::2])
    delimiter = max(_DELIMITERS, key=outside.count)
    others = outside.split(delimiter)[1:]
    return delimiter, bool(others) and all(name.startswith(" ") for name in others)


# --- without quotes -----------------------------------------------------------------------------
# Without a quote, records are lines and cells are what stands between delimiters: pyarrow splits them as the csv
# module does, five times as fast. Whatever else there is in a block, the csv module reads, from there to the end.
def _plain_header(lines: Iterator[bytes]) -> _Header | None:
    """Read names and delimiter of a header without quotes; None where only the csv module can."""
    line = next((line for line in lines if line.strip()), b"")
    try:
        first = line.decode("utf-8")
    except UnicodeDecodeError:
        return None
    text = first.removesuffix("\n").removesuffix("\r")
    if not text.strip() or not first.endswith("\n") or any(mark in text for mark in '"\r\0'):
        return None
    delimiter, spaced = _dialect(first)
    names = tuple(distinct(text.split(delimiter)))
    return None if spaced or len(names) > SOURCE_FIELDS_MAX else (names, delimiter)


def _plain_columns(block: bytes, names: Sequence[str], delimiter: str) -> list[pa.Array] | None:
    """Split lines without quotes into columns of texts; None where only the csv module can, or says what is wrong."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv as plain

    cut = len(block) >= 2 * CSV_BLOCK_BYTES and not block.endswith(b"\n")
    if cut or b'"' in block or b"\0" in block or block.count(b"\r") != block.count(b"\r\n"):
        return None
    keys = [str(n) for n in range(len(names))]
    try:
        table = plain.read_csv(
            pa.BufferReader(block),
            plain.ReadOptions(column_names=keys, block_size=len(block) + 1),
            plain.ParseOptions(delimiter=delimiter, quote_char=False),
            plain.ConvertOptions(column_types=dict.fromkeys(keys, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    columns = [column.combine_chunks() for column in table.columns]
    if any((pc.max(pc.binary_length(column)).as_py() or 0) > csv.field_size_limit() for column in columns):
        return None
    return columns


def _block_marks(block: bytes, rows: int, at: int) -> Sequence[int]:
    """Give the lines of a block's records; ``at`` lines stand above it."""
    if rows == block.count(b"\n") + (not block.endswith(b"\n")):
        return range(at + 1, at + 1 + rows)
    return [number for number, line in enumerate(block.splitlines(), at + 1) if line]
