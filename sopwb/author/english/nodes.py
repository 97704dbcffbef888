"""The parts of a meaning: values (what can be computed), conditions, and rows (a selection of a source's records).

Names are still words (``Named``): ``link`` decides which field, parameter,
definition or script they mean, since that depends on what stands around them.
Deliberately not here: statements (``meaning``), types and scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import msgspec


class Node(msgspec.Struct, frozen=True, tag=True, tag_field="node", omit_defaults=True):
    """The base of all meanings; their tag is the class's name."""


def parts(said: Any) -> Iterator[Any]:
    """Give every structure in ``said`` (a node, or lists, tuples and dictionaries of them), itself first."""
    if isinstance(said, msgspec.Struct):
        yield said
        for field in said.__struct_fields__:
            yield from parts(getattr(said, field))
    elif isinstance(said, tuple | list):
        for part in said:
            yield from parts(part)
    elif isinstance(said, dict):
        for part in said.values():
            yield from parts(part)


def has(said: Any, of: type | tuple[type, ...] = msgspec.Struct, /, **fields: Any) -> bool:
    """Whether there is a structure of that class with these fields in ``said``."""
    wanted = fields.items()
    return any(isinstance(p, of) and all(getattr(p, f, None) == v for f, v in wanted) for p in parts(said))


def rebuilt(said: Any, change: Callable[[Any], Any]) -> Any:
    """Make a node anew, or a tuple of them, with each of its parts put through ``change``; anything else stays."""
    if isinstance(said, Node):
        return type(said)(**{field: change(getattr(said, field)) for field in said.__struct_fields__})
    return tuple(change(part) for part in said) if isinstance(said, tuple) else said


# --- values ---------------------------------------------------------------------------------------


class Lit(Node, frozen=True):
    """A literal: ``kind`` number, string, date, bool or null; ``unit`` the noun that stood beside a number."""

    kind: str
    text: str
    unit: str = ""


class Clock(Node, frozen=True):
    """``today`` or ``now``."""

    name: str


class Named(Node, frozen=True):
    """Words that name something: a field, parameter, definition, returned field. ``owner`` whose it is (""
    not said)."""

    words: str
    owner: str = ""


class Whose(Node, frozen=True):
    """A field of a record that another value picks: the day of the earliest appointment."""

    words: str
    of: Pick


class It(Node, frozen=True):
    """What was spoken of last: "it", "that", "what you have so far"."""

    words: str = "it"


class Agg(Node, frozen=True):
    """``kind``: sum average min max count list. ``rows`` None: those spoken of. ``what`` None for count."""

    kind: str
    what: Value | None = None
    rows: Rows | None = None
    order: tuple[Order, ...] = ()
    distinct: bool = False
    limit: int = 0
    """Only so many of a list, in its order; 0: all."""


class Order(Node, frozen=True):
    by: Value
    descending: bool = False


class Pick(Node, frozen=True):
    """The one record of ``rows`` with the greatest (``last``) or least ``by``; None: the rows' only date.

    ``by`` @only: there is one at most.
    """

    rows: Rows | None
    by: Value | None
    last: bool


class Via(Node, frozen=True):
    """A field of the record of ``source`` that ``key`` names: "the name found in suppliers for the
    product's supplier_id"."""

    words: str
    source: str
    key: Value


class Arith(Node, frozen=True):
    """``op``: + - * / div (whole division) rem."""

    op: str
    left: Value
    right: Value


class Span(Node, frozen=True):
    """The time from one point to another in ``unit``: days, hours, minutes, months, years, weeks."""

    unit: str
    begin: Value
    end: Value


class Shift(Node, frozen=True):
    """A point in time moved by ``count`` of ``unit``; ``base`` is mostly today."""

    base: Value
    unit: str
    count: Value
    back: bool


class Rounded(Node, frozen=True):
    """``places`` None: to a whole number. ``how``: half up down."""

    value: Value
    places: int | None
    how: str = "half"


class Clamp(Node, frozen=True):
    """Not below ``low`` and not above ``high``."""

    value: Value
    low: Value | None = None
    high: Value | None = None


class Fraction(Node, frozen=True):
    """``percent`` hundredths of a value: "10 percent of the price"; ``of`` None: of what was spoken of."""

    percent: Value
    of: Value | None


class Ratio(Node, frozen=True):
    """A share in words: a quarter of, half of, two thirds of."""

    top: int
    bottom: int
    of: Value


class Start(Node, frozen=True):
    """The first day of the month, quarter or year that a date lies in."""

    unit: str
    of: Value


class Part(Node, frozen=True):
    """The year, month or weekday of a date."""

    part: str
    of: Value


class Filled(Node, frozen=True):
    """A value with something in place of null."""

    value: Value
    default: Value


class Arm(Node, frozen=True):
    cond: Cond
    value: Value


class Cases(Node, frozen=True):
    """The value of the first arm whose condition holds. ``default`` None: nothing was said."""

    arms: tuple[Arm, ...]
    default: Value | None = None
    subject: Value | None = None


class Truth(Node, frozen=True):
    """A condition as a value."""

    cond: Cond


class Fixed(Node, frozen=True):
    """A number as text with exactly ``places`` digits."""

    value: Value
    places: int


class Message(Node, frozen=True):
    """A text with placeholders in capitals; ``bind`` is filled from the explanations that follow."""

    text: str
    bind: tuple[tuple[str, Value], ...] = ()
    swaps: tuple[Swap, ...] = ()


class Swap(Node, frozen=True):
    """The word ``new`` stands instead of ``old`` when ``cond`` holds."""

    old: str
    new: str
    cond: Cond


class Text(Node, frozen=True):
    """A value written into text."""

    value: Value


# --- conditions -------------------------------------------------------------------------------------


class Compare(Node, frozen=True):
    """``op``: < <= > >= == !=. ``left`` None: the subject is still to come (a tail)."""

    op: str
    left: Value | None
    right: Value


class Empty(Node, frozen=True):
    """The value is null."""

    left: Value | None


class Starts(Node, frozen=True):
    """``op``: startsWith endsWith contains."""

    op: str
    left: Value | None
    right: Value


class Among(Node, frozen=True):
    """The value is one of some literals."""

    left: Value | None
    options: tuple[Value, ...]


class Inside(Node, frozen=True):
    """A value between two, with their inclusion; for dates a window."""

    left: Value | None
    low: Value
    high: Value
    low_in: bool = True
    high_in: bool = True


class InYear(Node, frozen=True):
    left: Value | None
    year: int
    month: int = 0


class InPart(Node, frozen=True):
    """The year, month or weekday (``part``) of a date is one of some numbers."""

    left: Value | None
    part: str
    options: tuple[Value, ...]


class Holds(Node, frozen=True):
    """A bare truth: a boolean field, or a predicate that was defined ("overdue", "at risk")."""

    subject: Value | None
    words: str


class NoRows(Node, frozen=True):
    """There are no such records; ``rows`` None: those spoken of."""

    rows: Rows | None


class NotFor(Node, frozen=True):
    """They have not ``verb``-ed for more than ``count`` ``unit``: "haven't ordered in 60 days"."""

    verb: str
    unit: str
    count: Value


class Never(Node, frozen=True):
    """They have never ``verb``-ed."""

    verb: str


class Missing(Node, frozen=True):
    """The record looked up (by the named parameter, or in the named source) does not exist."""

    words: str
    source: str = ""


class Shared(Node, frozen=True):
    """Has the same value in ``field`` as the record looked up: "the row of zones that has the same country"."""

    words: str


class Says(Node, frozen=True):
    """Another script's result for the record satisfies ``cond``."""

    script: str
    cond: Cond


class And(Node, frozen=True):
    parts: tuple[Cond, ...]


class Or(Node, frozen=True):
    parts: tuple[Cond, ...]


class Not(Node, frozen=True):
    part: Cond


class Mixed(Node, frozen=True):
    """And and or without a sign of which binds first: always a question. ``text`` offers both."""

    left: Cond
    right: Cond


class Otherwise(Node, frozen=True):
    """Every other case."""


# --- rows ---------------------------------------------------------------------------------------------


class Rows(Node, frozen=True):
    """Records: of ``source`` ("" those spoken of), of whom (``owner``), which (``conds``), and adjectives
    still unlinked.

    ``noun`` is the word that stood for the records; ``every`` that all were meant, whoever's.
    """

    source: str = ""
    owner: str = ""
    conds: tuple[Cond, ...] = ()
    words: tuple[str, ...] = ()
    noun: str = ""
    every: bool = False


Value: TypeAlias = (
    Lit | Clock | Named | Whose | Via | It | Agg | Pick | Arith | Span | Shift | Rounded | Clamp | Fraction |
    Ratio | Filled | Part | Start
    | Cases | Truth | Fixed | Message | Text
)
Cond: TypeAlias = (
    Compare | Empty | Starts | Among | Inside | InYear | Holds | NoRows | NotFor | Never | Missing | Shared | Says |
    And | Or | Not | InPart
    | Mixed | Otherwise
)
