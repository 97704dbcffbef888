"""Reads JSON: an array of records, JSON Lines, and TinyDB files.

A TinyDB file is plain JSON, {table: {document id: record}}; it is read as such (10 ms less at every start
than the import of tinydb, and the numbers stay exact). ``key = "doc_id"`` gives a record without a field of
that name TinyDB's own number of the document. All numbers are exact; duplicate names in one object are
refused.

Deliberately not here: writing (``writing``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sopwb.data.codes import MALFORMED, NEEDS_TABLE, NO_TABLE, NOT_RECORDS, TOO_LARGE
from sopwb.data.content import Content
from sopwb.data.faults import fault
from sopwb.data.reader import Chunk, columns_of
from sopwb.kernel.canonical import parse_json
from sopwb.kernel.diagnostics import nearest_name
from sopwb.kernel.limits import (
    SOURCE_CHUNK_ROWS,
    SOURCE_FIELDS_MAX,
    SOURCE_JSON_BYTES_MAX,
    SOURCE_LINE_CHARS_MAX,
)
from sopwb.lang.types import Type

DOC_ID: Final = "doc_id"
EFFECTS_TABLE: Final = "_sopwb_effects"
"""A table of our own: what was written (``writing.tinydb``)."""
_DEFAULT_TABLE: Final = "_default"


class _JsonFile:
    texts: Final = False

    def __init__(self, content: Content) -> None:
        self.content = content
        self.hints: dict[str, Type] = {}

    def place(self, mark: int | str) -> str:
        return f"{self.content.label} record {mark}"

    def digest(self) -> tuple[str, str]:
        return "file", self.content.digest()

    def unchanged(self) -> None:
        self.content.unchanged()

    def _whole(self) -> Any:
        content = self.content
        if content.size > SOURCE_JSON_BYTES_MAX:
            raise fault(
                TOO_LARGE,
                f"{content.label} is too large for JSON that is parsed whole",
                path=content.label,
                hint="store it as JSON Lines (.jsonl)",
            )
        data = content.read()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            content.refuse_encoding()
        if not text.strip():
            content.refuse_empty()
        try:
            return parse_json(text)
        except (ValueError, ArithmeticError) as wrong:
            raise _not_json(wrong, content.label, 0) from None

    def _checked(self, record: Any, mark: int | str) -> dict[str, Any]:
        if not isinstance(record, dict):
            raise fault(NOT_RECORDS, f"found {_kind(record)} where a record was expected", path=self.place(mark))
        if len(record) > SOURCE_FIELDS_MAX:
            raise fault(NOT_RECORDS, f"a record of {len(record)} fields", path=self.place(mark))
        return record

    def _split(self, records: list[Any], marks: Sequence[int | str]) -> Iterator[Chunk]:
        for mark, record in zip(marks, records, strict=True):
            if not isinstance(record, dict) or len(record) > SOURCE_FIELDS_MAX:
                self._checked(record, mark)
        for begin in range(0, len(records), SOURCE_CHUNK_ROWS):
            end = begin + SOURCE_CHUNK_ROWS
            yield columns_of(records[begin:end], marks[begin:end])


class JsonReader(_JsonFile):
    """Reads an array of records; a mark is a record's number from 1."""

    def chunks(self) -> Iterator[Chunk]:
        found = self._whole()
        if isinstance(found, list):
            yield from self._split(found, list(range(1, len(found) + 1)))
            return
        hint = ""
        if isinstance(found, dict) and found and all(map(_is_tinydb_table, found.values())):
            hint = 'a TinyDB file needs format = "tinydb" and table = "' + next(iter(found)) + '"'
        raise fault(
            NOT_RECORDS,
            f"{self.content.label} holds {_kind(found)}, not an array of records",
            path=self.content.label,
            hint=hint,
        )


class TinydbReader(_JsonFile):
    """Reads a table of a TinyDB file; a mark is a document's id."""

    def __init__(self, content: Content, table: str, key: str) -> None:
        super().__init__(content)
        self.table, self.key = table, key

    def place(self, mark: int | str) -> str:
        return f"{self.content.label} {self.table} document {mark}"

    def chunks(self) -> Iterator[Chunk]:
        found = self._whole()
        if not is_tinydb(found):
            raise fault(
                NOT_RECORDS,
                f"{self.content.label} is not a TinyDB file",
                path=self.content.label,
                hint="a TinyDB file holds {table: {id: record}}",
            )
        self.table = chosen_table(self.content.label, found, self.table)
        documents = found[self.table]
        marks = list(documents)
        records = list(documents.values())
        if self.key == DOC_ID and all(isinstance(record, dict) and DOC_ID not in record for record in records):
            records = [{DOC_ID: int(mark), **record} for mark, record in zip(marks, records, strict=True)]
        yield from self._split(records, marks)



class JsonLinesReader(_JsonFile):
    """Reads one record a line; a mark is a line. Empty lines are skipped."""

    def place(self, mark: int | str) -> str:
        return f"{self.content.label}:{mark}"

    def chunks(self) -> Iterator[Chunk]:
        with self.content.text() as stream:
            numbered = enumerate(iter(lambda: stream.readline(SOURCE_LINE_CHARS_MAX), ""), 1)
            try:
                while lines := list(islice(numbered, SOURCE_CHUNK_ROWS)):
                    records, marks = self._parsed(lines)
                    if records:
                        yield columns_of(records, marks)
            except UnicodeDecodeError:
                self.content.refuse_encoding()

    def _parsed(self, lines: list[tuple[int, str]]) -> tuple[list[dict[str, Any]], list[int]]:
        records: list[dict[str, Any]] = []
        marks: list[int] = []
        for number, line in lines:
            if line.isspace():
                continue
            if len(line) >= SOURCE_LINE_CHARS_MAX:
                raise fault(
                    MALFORMED,
                    f"a line of more than {SOURCE_LINE_CHARS_MAX} characters",
                    path=self.place(number),
                )
            try:
                record = parse_json(line)
            except (ValueError, ArithmeticError) as wrong:
                raise _not_json(wrong, self.content.label, number) from None
            records.append(self._checked(record, number))
            marks.append(number)
        return records, marks


def is_tinydb(found: Any) -> bool:
    """Whether parsed JSON has the shape of a TinyDB file."""
    return isinstance(found, dict) and all(map(_is_tinydb_table, found.values()))


def chosen_table(label: str, tables: dict[str, Any], table: str) -> str:
    """Name the table that is meant: the one that is declared, else the only one. Raises ``UserError``."""
    own = [name for name in tables if name != EFFECTS_TABLE]
    names = [name for name in own if name != _DEFAULT_TABLE or tables[name] or len(own) == 1]
    if not table and len(names) != 1:
        listed = "has " + ", ".join(names) if names else "is empty"
        raise fault(NEEDS_TABLE, f"{label} {listed}; table does not say which", path=label)
    table = table or names[0]
    if table not in tables:
        near = nearest_name(table, names)
        hint = "" if near else "it has " + (", ".join(names) or "none")
        raise fault(NO_TABLE, f"{label} has no table {table}", path=label, nearest=near, hint=hint)
    return table


def _is_tinydb_table(value: Any) -> bool:
    return isinstance(value, dict) and all(name.isascii() and name.isdigit() and len(name) < 19 for name in value)


def _not_json(wrong: Exception, label: str, line: int) -> Exception:
    """Make the error of malformed JSON; ``line`` is the line that was parsed alone, 0 where the file was
    parsed whole.
    """
    at = line or getattr(wrong, "lineno", 0)
    column = getattr(wrong, "colno", 0)
    beyond = isinstance(wrong, ArithmeticError)  # an exponent that no decimal can have
    text = "a number out of range" if beyond else str(getattr(wrong, "msg", wrong))
    return fault(
        MALFORMED,
        f"not JSON: {text}" + (f" (column {column})" if column else ""),
        path=f"{label}:{at}" if at else label,
    )


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case dict():
            return "an object"
        case list():
            return "an array"
        case str():
            return "a text"
        case bool():
            return "a bool"
        case _:
            return "a number"
