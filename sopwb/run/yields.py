"""The list of an ``each``'s yields, held as the set engine gave them: columns, read as values when asked for.

A million records as Python objects take 400 MB, as columns 50. Whoever goes through the list sees values as in
any other; it is never changed. Deliberately not here: the columns (``sopwb.data.duckdb``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Protocol, overload

from sopwb.kernel.values import Value


class Chunk(Protocol):
    """Some yields, in order."""

    def __len__(self) -> int: ...

    def values(self) -> list[Value]:
        """Read them."""
        ...


class Yields(Sequence[Value]):
    """Yields in the order of their items."""

    def __init__(self) -> None:
        self._chunks: list[Chunk] = []
        self._ends: list[int] = []
        self._read: tuple[int, list[Value]] = (-1, [])

    def extend(self, chunk: Chunk) -> None:
        """Append the yields of a batch."""
        if len(chunk):
            self._chunks.append(chunk)
            self._ends.append(len(self) + len(chunk))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[Value]:
        for chunk in self._chunks:
            yield from chunk.values()

    @overload
    def __getitem__(self, place: int) -> Value: ...
    @overload
    def __getitem__(self, place: slice) -> list[Value]: ...
    def __getitem__(self, place: int | slice) -> Value:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(place)
        number = bisect_right(self._ends, place)
        if self._read[0] != number:
            self._read = number, self._chunks[number].values()
        return self._read[1][place - self._ends[number]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(_same, self, other))

    __hash__ = None  # type: ignore[assignment]  # as a list has none


def _same(one: Value, other: Value) -> bool:
    return bool(one == other)
