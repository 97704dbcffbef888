"""What a plan is told of the data before it is made: how many records, and between which bounds their fields lie.

Facts make a plan narrower, never wrong: they must hold for all records (whoever executes the plan measures
them). A field without facts is not held, so a plan cannot read it. Deliberately not here: measuring.
"""

from __future__ import annotations

from typing import Final

import msgspec

from sopwb.kernel.limits import SET_ROWS_UNKNOWN
from sopwb.lang.types import RecordType, Scalar, is_optional, required
from sopwb.plan.cells import Cell, integer, rounded

PLACE: Final = ""
"""Stands for a field: a record's place in its source, from 0. No field that a script can read has this name."""


class FieldFacts(msgspec.Struct, frozen=True):
    """Inclusive bounds of a field's values, as ``cells`` has them; ``scale`` for decimals; ``nulls``: whether there
    are any."""

    low: int
    high: int
    scale: int = 0
    nulls: bool = True


class SourceFacts(msgspec.Struct, frozen=True):
    """A source: its record type as it is now, its key (unique, never null), and what was measured.

    ``placed``: whether the records' places are held, which a source without a key needs to have an order. ``indexed``:
    the fields in whose order the records can be read, so that those of one value stand together.
    """

    name: str
    key: str | None
    record: RecordType
    rows: int = SET_ROWS_UNKNOWN
    fields: dict[str, FieldFacts] = {}
    placed: bool = False
    indexed: tuple[str, ...] = ()

    def cell(self, name: str) -> Cell | None:
        """Give a field's cell; None where a plan cannot hold it."""
        if name == PLACE:
            return integer(0, self.rows) if self.placed else None
        type_ = self.record.get(name)
        assert type_ is not None, f"the types were compared before: {self.name} has no {name}"
        found, inner = self.fields.get(name), required(type_)
        if found is None or not isinstance(inner, Scalar):
            return None
        return Cell(inner.name, is_optional(type_) and found.nulls, found.low, found.high, found.scale)

    def identity(self) -> str | None:
        """Name what orders and tells apart its records: the key, else their place; None: nothing does."""
        return self.key if self.key is not None else PLACE if self.placed else None

    def rounded(self) -> SourceFacts:
        """Give the same facts, outwards: data that grow by a little are planned the same."""
        fields: dict[str, FieldFacts] = {}
        for name, found in self.fields.items():
            cell = self.cell(name)
            assert cell is not None, "facts are of fields that there are, and of scalars"
            wider = rounded(cell)
            fields[name] = FieldFacts(wider.low, wider.high, wider.scale, found.nulls)
        return msgspec.structs.replace(self, rows=10 ** len(str(self.rows)) - 1, fields=fields)
