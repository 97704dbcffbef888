"""Tables of results as texts: CSV and JSON Lines, a row as soon as it is there, in UTF-8.

CSV is RFC 4180's: a head line, CR LF, quotes only where a cell needs them. A record's fields are columns of their
own, ``customer.city``; lists and maps are JSON. Null is an empty cell and the empty text is ``""``. Decimals, dates,
instants and durations have their canonical texts. A text that begins with ``= + - @`` is written as it is: data is
data, and who opens the file in a spreadsheet has to import it as text. JSON Lines holds what ``--json`` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Final

from sopwb.app.part_file import PartFile
from sopwb.app.result_columns import Column, Columns, from_arrow
from sopwb.kernel.canonical import json_text
from sopwb.kernel.values import Value, plain, show
from sopwb.lang.types import RecordType, Type, required

if TYPE_CHECKING:
    import pyarrow as pa

_SPECIAL: Final = re.compile(r'[",\r\n]')
_LINE_END: Final = "\r\n"


class TextTable:
    """What both have in common. ``part`` is the file; ``close`` leaves it to be committed."""

    def __init__(self, path: str, columns: Columns) -> None:
        self.part = PartFile(path)
        self._columns: tuple[Column, ...] = columns.all()
        self._file: IO[bytes] = self.part.file

    def add(self, row: list[Value]) -> None:
        """Write the cells of one row."""
        self._file.write(self.line(row).encode())

    def add_arrays(self, arrays: list[pa.Array]) -> None:
        """Write rows that are given as columns, in the table's order."""
        cells = [
            [from_arrow(column.type, value) for value in array.to_pylist()]
            for column, array in zip(self._columns, arrays, strict=True)
        ]
        for row in zip(*cells, strict=True):
            self.add(list(row))

    def line(self, row: list[Value]) -> str:
        raise AssertionError("each form has its own")

    def close(self) -> None:
        """Nothing is held back."""

    def discard(self) -> None:
        self.part.discard()


class CsvTable(TextTable):
    """RFC 4180."""

    def __init__(self, path: str, columns: Columns) -> None:
        super().__init__(path, columns)
        names = [name for column in self._columns for name in _flat_names(column.name, column.type)]
        self._file.write((",".join(map(_quoted, names)) + _LINE_END).encode())

    def line(self, row: list[Value]) -> str:
        cells = [
            cell for column, value in zip(self._columns, row, strict=True) for cell in _flat_cells(column.type, value)
        ]
        return ",".join(cells) + _LINE_END


class JsonLinesTable(TextTable):
    """A JSON object a line."""

    def line(self, row: list[Value]) -> str:
        return json_text({c.name: plain(value) for c, value in zip(self._columns, row, strict=True)}) + "\n"


def _flat_names(name: str, type_: Type) -> Iterator[str]:
    inner = required(type_)
    if isinstance(inner, RecordType) and inner.fields:
        for field, part in inner.fields:
            yield from _flat_names(f"{name}.{field}", part)
    else:
        yield name


def _flat_cells(type_: Type, value: Value) -> Iterator[str]:
    inner = required(type_)
    if isinstance(inner, RecordType) and inner.fields:
        for field, part in inner.fields:
            yield from _flat_cells(part, None if value is None else value[field])
    else:
        yield "" if value is None else _quoted(show(value))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if not text or _SPECIAL.search(text) else text
