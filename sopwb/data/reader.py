"""What a reader of a format gives: chunks of raw columns, and words for places.

Deliberately not here: types and values (``columns``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

import msgspec

from sopwb.lang.types import Type


class Chunk(msgspec.Struct, frozen=True):
    """Some records as columns, in the source's order: ``columns[i]`` has a raw cell of ``names[i]`` a record.

    ``marks`` says where each record stood, for ``Reader.place``: a line, a number, an id. A field that a
    record lacks is None.
    """

    names: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]
    marks: Sequence[int | str]


class Reader(Protocol):
    """Reads one source. ``chunks`` may be called again and then gives the same records."""

    @property
    def texts(self) -> bool:
        """Whether cells are texts to be judged by how they are written (CSV)."""
        ...

    @property
    def hints(self) -> Mapping[str, Type]:
        """Types that the source itself states a field, taken where all its values fit."""
        ...

    def chunks(self) -> Iterator[Chunk]: ...

    def place(self, mark: int | str) -> str:
        """Say where a record stands: ``orders.csv:17``."""
        ...

    def digest(self) -> tuple[str, str]:
        """Give what was hashed (``file``) and its hex BLAKE3."""
        ...

    def unchanged(self) -> None:
        """Check that the source is still what ``digest`` says. Raises ``UserError``."""
        ...


def columns_of(records: Sequence[dict[str, Any]], marks: Sequence[int | str]) -> Chunk:
    """Turn records into a chunk; fields stand in the order in which they first appear."""
    orders = dict.fromkeys(map(tuple, records))
    if len(orders) == 1:
        (fields,) = orders  # the rule, and cheaper
        if fields:
            return Chunk(fields, tuple(zip(*map(dict.values, records), strict=True)), marks)
    fields = tuple(dict.fromkeys(chain.from_iterable(orders)))
    return Chunk(fields, tuple([record.get(name) for record in records] for name in fields), marks)
