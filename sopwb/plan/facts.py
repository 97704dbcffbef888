"""What a plan is told of the data before it is made: how many records, and between which bounds their fields lie.

Facts make a plan narrower, never wrong: they must hold for all records (whoever executes the plan measures
them). A number without bounds is not lowered where bounds matter. Deliberately not here: measuring.
"""

from __future__ import annotations

import msgspec

from sopwb.kernel.limits import SET_ROWS_UNKNOWN
from sopwb.lang.types import RecordType, Type, is_optional
from sopwb.plan.cells import Cell, rounded, widest


class FieldFacts(msgspec.Struct, frozen=True):
    """Inclusive bounds of a field's values, as ``cells`` has them; ``scale`` for decimals."""

    low: int
    high: int
    scale: int = 0


class SourceFacts(msgspec.Struct, frozen=True):
    """A source: its record type as it is now, its key (unique, never null), and what was measured."""

    name: str
    key: str | None
    record: RecordType
    rows: int = SET_ROWS_UNKNOWN
    fields: dict[str, FieldFacts] = {}

    def cell(self, name: str) -> Cell | None:
        """Give a field's cell; None where a plan cannot hold it."""
        type_ = self.record.get(name)
        assert type_ is not None, f"the types were compared before: {self.name} has no {name}"
        return _cell(type_, self.fields.get(name))

    def rounded(self) -> SourceFacts:
        """Give the same facts, outwards: data that grow by a little are planned the same."""
        fields: dict[str, FieldFacts] = {}
        for name, facts in self.fields.items():
            type_ = self.record.get(name)
            assert type_ is not None, "facts are of fields that there are"
            cell = _cell(type_, facts)
            assert cell is not None, "facts are of scalars"
            wider = rounded(cell)
            fields[name] = FieldFacts(wider.low, wider.high, wider.scale)
        return msgspec.structs.replace(self, rows=10 ** len(str(self.rows)) - 1, fields=fields)


def _cell(type_: Type, facts: FieldFacts | None) -> Cell | None:
    all_ = widest(type_)
    if facts is None:
        return all_
    kind = "decimal" if all_ is None else all_.kind
    return Cell(kind, is_optional(type_), facts.low, facts.high, facts.scale)
