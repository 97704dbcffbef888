"""The meaning of one script: what all statements about it add up to. The dialogue keeps it; edits change
it; ``generate`` reads it.

Deliberately not here: how statements change it (``discourse``), and JSON.
"""

from __future__ import annotations

import copy

import msgspec

from sopwb.author.english.meaning import (
    Adjust,
    Assign,
    CallFor,
    Cond,
    Explain,
    Fail,
    Mail,
    Match,
    Order,
    Param,
    Pick,
    Remark,
    Ret,
    Rows,
    SwapWord,
    Value,
)
from sopwb.lang.types import Type


class Doubt(Exception):
    """Something is missing, unknown or ambiguous. ``options`` are (what the person sees, the words to put
    in place of ``words``). ``unknown``: nothing here has those words for a name, so that an answer teaches them."""

    def __init__(
        self,
        text: str,
        options: tuple[tuple[str, str], ...] = (),
        words: str = "",
        refusal: bool = False,
        unknown: bool = False,
    ) -> None:
        super().__init__(text)
        self.text, self.options, self.words = text, options, words
        self.refusal, self.unknown = refusal, unknown


class Expr(msgspec.Struct, frozen=True):
    """An expression of the script language with its type; ``level`` says how tightly it binds (9: an atom)."""

    text: str
    type: Type
    level: int = 9


class Predicate(msgspec.Struct, frozen=True):
    noun: str
    cond: Cond


class Effect(msgspec.Struct):
    """A step of a loop's body: a coupon or an e-mail, under a condition."""

    kind: str
    cond: Cond | None = None
    mail: Mail | None = None


class Spec(msgspec.Struct):
    """Everything said about a script so far."""

    name: str
    params: list[Param] = []
    lookups: list[str] = []
    matches: list[Match] = []
    current: Rows | None = None
    standing: str = ""
    """The source whose records were narrowed before any were selected: the first selection keeps that."""
    case: Cond | None = None
    """The condition that was said last: "that case"."""
    pick: Pick | None = None
    defs: dict[str, Value] = {}
    predicates: dict[str, Predicate] = {}
    returns: list[Ret] = []
    bare: Value | None = None
    assigns: list[Assign] = []
    fails: list[Fail] = []
    blanks: dict[str, Value] = {}
    adjusts: list[tuple[str, Adjust]] = []
    explains: list[Explain] = []
    swaps: list[SwapWord] = []
    remarks: list[Remark] = []
    absent: bool = False
    loop: Rows | None = None
    call: CallFor | None = None
    effects: list[Effect] = []
    gate: Cond | None = None
    """A condition on the effects of a loop."""
    fills: list[Value] = []
    text: str = ""
    """The text of a mail that was said last: what is filled in next is for it."""
    said: list[tuple[tuple[str, str], ...]] = []
    """What was said of it and understood: each word with the number that it is (empty for others)."""
    renumbered: list[tuple[str, str]] = []
    """The corrections of numbers: what stood there and what stands there now."""
    renumbered_at: int = 0
    """How many sentences had been said when the last of them was made."""
    order: Order | None = None
    """The order of what is gone over."""
    settled: bool = False
    """Whether it was complete in an earlier turn, so that what is new now is added to it."""
    per: dict[str, Value] = {}
    """What one record counts, by the word for it."""
    groups: dict[str, Rows] = {}
    """Records that have a name of their own: "the cars inside are the tickets without left_at"."""
    spoken: list[str] = []
    """What this sentence has defined, and what the one before it did: what "it" can be."""
    spoken_before: list[str] = []
    awaits: str = ""
    """A field that was just added to what is returned, and is still to be explained."""
    last: str = ""
    """The definition that an adjustment without a subject means."""
    dormant: bool = False

    @property
    def does_something(self) -> bool:
        """Whether it returns or acts; before that there is no script to write."""
        return bool(self.returns or self.bare is not None or self.effects)

    @property
    def is_begun(self) -> bool:
        """Whether anything was said of it but its name."""
        return bool(self.does_something or self.defs or self.predicates or self.loop or self.params)

    def copy(self) -> Spec:
        return copy.deepcopy(self)
