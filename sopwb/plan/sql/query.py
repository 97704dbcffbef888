"""A query as an executor takes it: its text, its parameters, and what its columns are.

    key error path r0 r1 … e0 e0_0 e0_1 … trace

``error`` is a fault's number or 0, ``path`` the taken branches base 3 (first branch lowest; 0 not reached, 1
then, 2 else), ``r…`` the yield's scalars, ``e…`` whether an effect is planned and its arguments' scalars,
``trace`` the exact JSON of the item's events. Deliberately not here: how it is written (``render``) or run.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from sopwb.plan.nodes import SetPlan


class Scalar(msgspec.Struct, frozen=True):
    """A scalar of a value: its column, and the kind of its cell (``cells``)."""

    column: str
    kind: str


class Fields(msgspec.Struct, frozen=True):
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


class SetQuery(msgspec.Struct, frozen=True):
    """A rendered plan. ``params``: (name in the text, the plan's name); ``sources``: the tables that it reads,
    with the fields that it needs of each."""

    sql: str
    prelude: tuple[str, ...]
    params: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, tuple[str, ...]], ...]
    result: Layout | None
    effects: tuple[EffectColumns, ...]
    traced: bool
    plan: SetPlan


def table_of(source: str) -> str:
    """Name the table by which a query knows a source."""
    return f"source_{source}"
