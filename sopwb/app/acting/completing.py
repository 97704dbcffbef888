"""Completing: what a tool is handed, with what the placeholders of its arguments stand for.

A code is derived from the run's secret and its effect's key, and is nowhere in the journal; a receipt is the one of
this session, or read back from the journal. Deliberately not here: how texts are searched (``filling``).
"""

from __future__ import annotations

from functools import partial

from sopwb.app.acting import ledger as s
from sopwb.app.acting.chains import Chain, Work, keys_of
from sopwb.app.acting.filling import filled, receipt_text
from sopwb.app.acting.ledger import Ledger
from sopwb.app.acting.planned import Entry
from sopwb.lang.types import STRING
from sopwb.run.acting import Dispatch
from sopwb.run.identity import placeholder_item
from sopwb.tools.coupon import coupon_code
from sopwb.tools.mocking import mock_answer


class Completing:
    """Makes dispatches of one run."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._outside: dict[tuple[str, int], tuple[int, Entry, Chain]] = {}

    def note(self, chain: Chain) -> None:
        """Remember effects outside of loops: those of every item may carry what they gave."""
        for number, entry in chain.entries:
            self._outside[entry.path, entry.ordinal] = number, entry, chain

    def dispatch(self, work: Work) -> Dispatch:
        """Make what the tool is handed. Raises ``Unfilled``, ``Corrupt``."""
        entry = work.entry
        args = filled(entry.args, partial(self._find, work)) if entry.fills else entry.args
        attempt = self._ledger.attempts.get(work.number, 0) + 1
        return Dispatch(entry.key.hex(), entry.tool, entry.item, entry.path, args, attempt)

    def code(self, entry: Entry) -> str:
        """Derive the code of a pure tool's effect; a mocked one is marked as such."""
        if entry.state == "mocked":
            return str(mock_answer(STRING, entry.effect()))
        return coupon_code(self._ledger.journal.header.secret, entry.key.hex())

    def codes(self, work: Work) -> tuple[str, ...]:
        """Derive the codes that an effect is about: a pure one's own, else those that its arguments carry."""
        entry = work.entry
        if entry.kind == "pure":
            return (self.code(entry),)
        carried: list[str] = []

        def find(path: str, ordinal: int, field: str) -> str | None:
            code = None if field else self._find(work, path, ordinal, "")
            if code is not None:
                carried.append(code)
            return None

        if entry.fills:
            filled(entry.args, find)
        return tuple(carried)

    def _find(self, work: Work, path: str, ordinal: int, field: str) -> str | None:
        """Find what a placeholder stands for, seen from an effect."""
        entry, chain = work.entry, work.chain
        item = placeholder_item(path, keys_of(entry.item, entry.path))
        found = chain.find(item, path, ordinal)
        if found is None and (path, ordinal) in self._outside:
            number, other, chain = self._outside[path, ordinal]
            found = number, other
        if found is None or found[0] >= work.number:
            return None
        number, other = found
        if not field:
            return self.code(other) if other.kind == "pure" else None
        if not other.acts:
            return None
        receipt = chain.receipts.get(number)
        if receipt is None and self._ledger.states[number] == s.DONE:
            receipt = self._ledger.receipt(number)
        return receipt_text(receipt, field, other.tool)
