"""The port of the set engine: how an outermost ``each`` over a source is decided all at once.

    each ── decide(step, …) ──► Decision ── batches ──► items in the order in which rows would decide them
                     └──► None: by rows

A batch says for every item what rows would have said: its events' exact bytes, its effects, its yield, or that
it fails. What needs words – failed items and the sample that a trace keeps – is decided again by rows, from the
decision's own ``tables``, where what is asked is answered for many items at once: a look-up that is not yet
answered raises ``Unanswered``, ``answer`` then answers all of them with one query a source.

Deliberately not here: planning (``plan``), executing (``sopwb.data.duckdb``), and how a run goes on with what was
decided (``steps.by_sets``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.run.ports import PlannedEffect, Tables

if TYPE_CHECKING:
    from sopwb.run.yields import Chunk

WITHOUT_WORDS: Final = "the item failed"
"""What is said of a failed item that rows did not decide again, since there are too many of them."""

Waiting: TypeAlias = Callable[[float], None]
"""Heard several times a second while a query works, with its progress in percent (0 where unknown). What it raises
stops the query."""


class Batch(Protocol):
    """Decided items. Rows count from 0; ``start`` and ``stop`` bound them as slices do."""

    @property
    def items(self) -> Sequence[str]:
        """The items' keys as texts."""
        ...

    @property
    def failed(self) -> Sequence[int]:
        """The rows of failed items, rising."""
        ...

    def fault(self, row: int) -> tuple[str, str]:
        """Give a failed item's code, and the path of the step that failed."""
        ...

    def exact(self, start: int, stop: int) -> memoryview | bytes:
        """Give the items' events: exact JSON, each with its newline."""
        ...

    def counts(self, start: int, stop: int) -> Iterable[tuple[tuple[str, str], int]]:
        """Count the items' events by full path and branch."""
        ...

    def effects(self, start: int, stop: int) -> Iterator[PlannedEffect]:
        """Iterate over what the items plan, in order."""
        ...

    def yields(self, start: int, stop: int) -> Chunk:
        """Give the items' yields, read when they are asked for."""
        ...

    def table(self, start: int, stop: int) -> Any:
        """Give the items' keys and yields as an Arrow record batch."""
        ...


class Unanswered(Exception):
    """A look-up of the decision's tables that ``answer`` has not answered yet."""


class Decision(Protocol):
    """One ``each`` that is decided by sets."""

    @property
    def tables(self) -> Tables:
        """The records that the query saw, for items that are decided by rows as well."""
        ...

    def batches(self, waiting: Waiting) -> Iterator[Batch]:
        """Iterate over all items. Raises ``UserError`` where memory, disk or a source gives out."""
        ...

    def answer(self) -> None:
        """Answer every look-up that was asked and not answered."""
        ...

    def forget(self) -> None:
        """Drop the answers."""
        ...


class SetExecutor(Protocol):
    """Decides by sets what it can."""

    def decide(self, each: ir.Each, script: ir.Script, prefix: str, outer: dict[str, Value]) -> Decision | None:
        """Begin an outermost ``each`` of ``script``, which is run at the path ``prefix``; None: it runs by rows.

        ``outer`` holds the names that are bound before it. Raises ``UserError`` for sources that no longer fit.
        """
        ...
