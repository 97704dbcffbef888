"""Chains: the effects of one item in the order of its steps, and the order in which items come.

Effects of one item (with all that is nested in it) are done one after the other; items go beside each other. Between
two *phases* everything waits: a phase is one loop, or one effect outside of loops, so what a script says after a loop
happens after the loop. Deliberately not here: doing (``loop``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from sopwb.app.acting.ledger import PASSIVE, Ledger
from sopwb.app.acting.planned import Entry
from sopwb.kernel.values import Value

_LOOP: Final = "/do/"


class Chain:
    """Effects of one item; ``at`` is the one that it has come to, ``outside`` says that they are in no loop."""

    __slots__ = ("_known", "at", "entries", "item", "outside", "phase", "receipts")

    def __init__(self, item: str, phase: str, outside: bool) -> None:
        self.item = item
        self.phase = phase
        self.outside = outside
        self.entries: list[tuple[int, Entry]] = []
        self.at = 0
        self.receipts: dict[int, dict[str, Value]] = {}
        self._known: dict[tuple[str, str, int], tuple[int, Entry]] | None = None

    def find(self, item: str, path: str, ordinal: int) -> tuple[int, Entry] | None:
        """Find an effect of this chain."""
        if self._known is None:
            self._known = {(e.item, e.path, e.ordinal): (n, e) for n, e in self.entries}
        return self._known.get((item, path, ordinal))


class Work:
    """The effect that a chain has come to, on its way. ``asks``: find out whether it was done, and do nothing."""

    __slots__ = ("asks", "chain", "entry", "number")

    def __init__(self, chain: Chain, number: int, entry: Entry) -> None:
        self.chain = chain
        self.number = number
        self.entry = entry
        self.asks = False


def chains(ledger: Ledger, every: bool = False) -> Iterator[Chain]:
    """Give the chains that hold an acting effect, and those outside of loops, in order; with ``every`` the others too.

    Raises ``Corrupt``.
    """
    shapes: dict[str, tuple[str, int]] = {}
    chain: Chain | None = None
    acts = False
    states = ledger.states
    for first, entries in ledger.entries():
        for number, entry in enumerate(entries, first):
            shape = shapes.get(entry.path)
            if shape is None:
                shape = shapes[entry.path] = entry.path.partition(_LOOP)[0], entry.path.split("/").count("do")
            phase, depth = shape
            item = entry.item if depth < 2 else outermost(entry.item)
            if chain is None or chain.item != item or chain.phase != phase:
                if chain is not None and (acts or chain.outside or every):
                    yield chain
                chain, acts = Chain(item, phase, depth == 0), False
            chain.entries.append((number, entry))
            acts = acts or states[number] != PASSIVE
    if chain is not None and (acts or chain.outside or every):
        yield chain


def outermost(item: str) -> str:
    """Give the key of the outermost item of nested ones."""
    return str(json.loads(item)[0])


def keys_of(item: str, path: str) -> tuple[str, ...]:
    """Give the keys that an effect's item text stands for (``run.identity.item_text`` backwards)."""
    depth = path.split("/").count("do")
    return () if depth == 0 else (item,) if depth == 1 else tuple(json.loads(item))
