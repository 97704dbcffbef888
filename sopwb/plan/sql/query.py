"""A query as an executor takes it: its text, its parameters, and what its columns are.

    key error path r0 r1 … e0 e0_0 e0_1 … trace

``error`` is a fault's number or 0, ``path`` the taken branches base 3 (first branch lowest; 0 not reached, 1
then, 2 else), ``r…`` the yield's scalars, ``e…`` whether an effect is planned and its arguments' scalars,
``trace`` the exact JSON of the item's events. Deliberately not here: how it is written (``render``) or run.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from sopwb.kernel.ids import digest
from sopwb.kernel.values import Value
from sopwb.lang.ir import OnError
from sopwb.plan.cells import Cell, cell_of, rounded
from sopwb.plan.facts import SourceFacts

ENGINE_VERSION: Final = "6"
"""Raised with every change of what a query says or means: older ones are then not found."""


class Scalar(msgspec.Struct, frozen=True, tag="scalar"):
    """A scalar of a value: its column, and the kind of its cell (``cells``)."""

    column: str
    kind: str


class Fields(msgspec.Struct, frozen=True, tag="fields"):
    """A record of a value; ``present`` names the column that says whether it is there ("": always)."""

    fields: tuple[tuple[str, Layout], ...]
    present: str


Layout: TypeAlias = Scalar | Fields


class EffectColumns(msgspec.Struct, frozen=True):
    """Where an effect stands: ``flag`` says whether the item plans it."""

    path: str
    tool: str
    kind: str
    flag: str
    args: tuple[tuple[str, Layout], ...]
    on_error: OnError | None = None


class SetQuery(msgspec.Struct, frozen=True):
    """A rendered plan, complete: who runs it needs neither the plan nor sqlglot.

    ``path`` is the ``each``'s; ``params``: (name in the text, the plan's name); ``sources``: the tables that it
    reads, with the fields that it needs of each; ``indexes``: (source, field) of those that it reads in the order of a
    field, as ``table_of`` names them; ``faults``: (code, path) by number, from 1; ``forks``: paths of
    the branches in the order of their digits; ``ordered``: whether items come by rising key.
    """

    path: str
    sql: str
    prelude: tuple[str, ...]
    params: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, tuple[str, ...]], ...]
    result: Layout | None
    effects: tuple[EffectColumns, ...]
    traced: bool
    faults: tuple[tuple[str, str], ...]
    forks: tuple[str, ...]
    ordered: bool
    indexes: tuple[tuple[str, str], ...] = ()


def table_of(source: str, index: str = "") -> str:
    """Name the table by which a query knows a source; ``index``: the field in whose order it reads the records."""
    return f"source_{_apart(source)}" + (f" by {_apart(index)}" if index else "")


def column_of(field: str) -> str:
    """Name the column that holds a source's field: never one of the query's own names."""
    return f"_{_apart(field)}"


def _apart(name: str) -> str:
    """Tell names apart that differ in case only: a database does not."""
    capitals = sum(1 << place for place, char in enumerate(name) if char != char.lower())
    return f"{name}.{capitals:x}" if capitals or "." in name else name


def encode_query(query: SetQuery) -> bytes:
    """Write a query so that it can be kept."""
    return msgspec.json.encode(query)


def decode_query(data: bytes) -> SetQuery:
    """Read a kept query. Raises ``msgspec.MsgspecError``."""
    return msgspec.json.decode(data, type=SetQuery)


def query_key(
    script: str, path: str, zone: str, mode: str, traced: bool, sources: dict[str, SourceFacts], outer: dict[str, Value]
) -> str:
    """Name the query that planning would give, so that a kept one is found without planning.

    ``script`` is the hash of the frozen script (which pins all that it calls), ``path`` the ``each``'s, ``zone``
    the zone's name with the version of its rules, ``mode`` what decides the tools' replies.
    """
    facts = [sources[name].rounded() for name in sorted(sources)]
    cells = [(name, _cells(outer[name])) for name in sorted(outer)]
    parts = [ENGINE_VERSION, script, path, zone, mode, "traced" if traced else ""]
    return digest(*(part.encode() for part in parts), msgspec.json.encode((facts, cells))).hex()


def _cells(value: Value) -> Cell | str | list[tuple[str, object]] | None:
    if isinstance(value, dict):
        return [(name, _cells(item)) for name, item in value.items()]
    if isinstance(value, list | tuple):
        return "list"
    return None if value is None else rounded(cell_of(value))
