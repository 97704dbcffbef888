"""The meaning representation: what a turn says, before it is linked to a workspace.

Here are the statements that a turn is made of; what they are made of (values, conditions, rows) is in ``nodes`` and can
be had from here too. Deliberately not here: types and scripts.
"""

from __future__ import annotations

from typing import TypeAlias

from sopwb.author.english.nodes import (
    Agg,
    Among,
    And,
    Arith,
    Arm,
    Cases,
    Clamp,
    Clock,
    Compare,
    Cond,
    Empty,
    Filled,
    Fixed,
    Fraction,
    Holds,
    InPart,
    Inside,
    InYear,
    It,
    Lit,
    Message,
    Missing,
    Mixed,
    Named,
    Never,
    Node,
    NoRows,
    Not,
    NotFor,
    Or,
    Order,
    Otherwise,
    Part,
    Pick,
    Ratio,
    Rounded,
    Rows,
    Says,
    Shared,
    Shift,
    Span,
    Start,
    Starts,
    Swap,
    Text,
    Truth,
    Value,
    Via,
    Whose,
)

# --- statements -------------------------------------------------------------------------------------------


class Param(Node, frozen=True):
    name: str
    type: str = ""


class Ret(Node, frozen=True):
    """A returned field: its name, type where said, and its value where said beside it."""

    name: str
    type: str = ""
    value: Value | None = None
    rounded: Adjust | None = None
    """How it is rounded when it is returned; what else uses the value has it unrounded."""


class Create(Node, frozen=True):
    name: str
    kind: str = "script"


class Takes(Node, frozen=True):
    """Parameters; none: the script has none."""

    params: tuple[Param, ...]


class LookUp(Node, frozen=True):
    """Read the record of ``source`` that a parameter names."""

    source: str
    words: str = ""


class Match(Node, frozen=True):
    """Find the one record of another source that goes with the record looked up."""

    rows: Rows


class Select(Node, frozen=True):
    """Records that the following speaks of. ``pick`` chooses one of them."""

    rows: Rows | None
    pick: Pick | None = None


class Group(Node, frozen=True):
    """Records that get a name: "the cars inside are the tickets without left_at"."""

    words: str
    rows: Rows


class Exclude(Node, frozen=True):
    rows: Rows


class Include(Node, frozen=True):
    """Keep only what also satisfies this."""

    conds: tuple[Cond, ...]
    words: tuple[str, ...] = ()


class Define(Node, frozen=True):
    """``words`` is ``value``."""

    words: str
    value: Value


class Labelled(Node, frozen=True):
    """``words``: ``value`` — a definition, or a further returned field where a finished script gets a new name."""

    words: str
    value: Value


class Only(Node, frozen=True):
    """Of all records only these count."""

    rows: Rows


class Widen(Node, frozen=True):
    """All ``rows`` count for one value ("" the one spoken of last), whatever narrows the others."""

    words: str
    rows: Rows


class PerRecord(Node, frozen=True):
    """What one record of ``source`` counts: its points, its weight (``words`` says of what), or its @measure."""

    words: str
    value: Value
    source: str = ""


class DefineWhen(Node, frozen=True):
    """A record (``noun``) is ``words`` if ``cond``."""

    noun: str
    words: str
    cond: Cond


class Assign(Node, frozen=True):
    """When ``cond`` holds, returned fields have these values; ``rest`` is for all that are not named."""

    cond: Cond
    sets: tuple[tuple[str, Value], ...] = ()
    rest: Value | None = None


class Fail(Node, frozen=True):
    cond: Cond
    message: str = ""


class Adjust(Node, frozen=True):
    """Change the value spoken of last (or ``words``): ``how`` add times percent_more percent_less low high
    round half."""

    how: str
    by: Value | None
    cond: Cond | None = None
    words: str = ""
    places: int | None = None
    early: bool = False
    """Before the rounding that was said already."""
    late: bool = False
    """A rounding of what is returned only."""


class Return(Node, frozen=True):
    """``fields`` of an object, or one bare ``value``; ``also`` adds to those that there are."""

    fields: tuple[Ret, ...] = ()
    also: bool = False
    value: Value | None = None
    values: tuple[Value, ...] = ()
    """Explanations in the order of the fields."""
    cond: Cond | None = None


class NameThem(Node, frozen=True):
    """The returned values that have no name yet are called this, in their order."""

    names: tuple[str, ...]


class Explain(Node, frozen=True):
    """What a placeholder or returned field stands for."""

    name: str
    value: Value


class SwapWord(Node, frozen=True):
    old: str
    new: str
    cond: Cond


class InOrder(Node, frozen=True):
    """The order of the records that are gone over, and of every list made of them."""

    order: Order


class Loop(Node, frozen=True):
    rows: Rows


class CallFor(Node, frozen=True):
    """Run a script for each of ``rows`` (None: those of the loop)."""

    script: str
    rows: Rows | None = None
    args: tuple[tuple[str, Value], ...] = ()


class Coupon(Node, frozen=True):
    cond: Cond | None = None


class Mail(Node, frozen=True):
    """An e-mail; None: left to what is customary or said later."""

    to: Value | None = None
    subject: Value | None = None
    body: Value | None = None
    cond: Cond | None = None
    rows: Rows | None = None


class MailPart(Node, frozen=True):
    part: str
    value: Value


class When(Node, frozen=True):
    """A condition on the effects that follow."""

    cond: Cond
    then: tuple[Statement, ...]


class Mock(Node, frozen=True):
    tool: str = ""


class Save(Node, frozen=True):
    """``which``: names, "" the open one, "all". ``job`` saves as a batch job; ``no`` says not to save."""

    which: tuple[str, ...] = ()
    job: bool = False
    all: bool = False
    no: bool = False


class Plan(Node, frozen=True):
    """A schedule; ``text`` is handed to the reader of schedules."""

    script: str
    text: str


class RunIt(Node, frozen=True):
    script: str
    args: tuple[Value, ...] = ()
    trace: bool = False


class Confirm(Node, frozen=True):
    no: bool = False


class Drop(Node, frozen=True):
    name: str = ""


class Undo(Node, frozen=True):
    """Take back the last change, or the one that speaks of ``topic``."""

    topic: str = ""


class Renumber(Node, frozen=True):
    """Put ``new`` where ``old`` stands (None: the number that fits)."""

    new: Lit
    old: Lit | None = None
    words: str = ""
    """What the number is of: a text of its case, what it is compared to, a name."""
    noun: str = ""
    """What is counted, as it was said beside one of the numbers."""
    op: str = ""
    """How it compares now, where that was said."""
    back: bool = False
    """It is the number that stood there before."""
    place: int = 0
    """Which of all numbers it is, from 1; 0: found by the rest."""


class Recompare(Node, frozen=True):
    """Put one comparison (without its subject) in the place of another."""

    new: Compare
    old: Compare | None
    """None: the only one of that kind."""


class Unless(Node, frozen=True):
    """Where ``cond`` holds, ``new`` stands instead of ``old`` (None: the number that fits); elsewhere ``old`` stays."""

    cond: Cond
    new: Lit
    old: Lit | None = None
    noun: str = ""
    op: str = ""


class Except(Node, frozen=True):
    """Where ``cond`` holds, ``words`` is ``value``, whatever else was said of it ("": what can be that text)."""

    cond: Cond
    words: str
    value: Value


class Require(Node, frozen=True):
    """``words`` ("": the one yes/no value, or what is gone over) is true only where ``cond`` holds as well."""

    cond: Cond
    words: str = ""


class OneMore(Node, frozen=True):
    """One case more of ``words`` ("": the value that has cases)."""

    arm: Arm
    words: str = ""


class Spared(Node, frozen=True):
    """The first ``count`` of ``words`` are free."""

    count: Lit
    words: str


class Recompute(Node, frozen=True):
    """Compute ``words`` with ``new`` in the place of ``old``, where ``cond`` holds (None: always)."""

    words: str
    new: Value
    old: Value
    cond: Cond | None = None


class Rename(Node, frozen=True):
    old: str
    new: str
    script: bool = False


class KeepFields(Node, frozen=True):
    """Of the returned fields only these."""

    names: tuple[str, ...]


class LeftOut(Node, frozen=True):
    """Records that do not count for one value, or count with a ``weight``; ``shown`` is what one then comes to."""

    rows: Rows
    words: str
    weight: Lit | None = None
    shown: tuple[str, ...] = ()


class Restore(Node, frozen=True):
    """Let the records count again that were left out last, or those that ``words`` speak of."""

    words: str = ""


class RemoveField(Node, frozen=True):
    name: str


class CaseAbsent(Node, frozen=True):
    """Handle the case of no records, without saying how."""

    rows: Rows | None


class Remark(Node, frozen=True):
    """Something that holds anyway; ``strict`` True/False says what exactly the limit means and is verified."""

    what: str = ""
    strict: bool | None = None


class Show(Node, frozen=True):
    what: str
    name: str = ""


class Outside(Node, frozen=True):
    """Something that the product cannot do."""

    what: str


Statement: TypeAlias = (
    Create | Takes | LookUp | Match | Select | Group | Exclude | Include | Define | Labelled | Only | Widen |
    PerRecord | DefineWhen | Assign | Fail |
    Adjust | Return | NameThem | Explain
    | SwapWord | InOrder | Loop | CallFor | Coupon | Mail | MailPart | When | Mock | Save | Plan | RunIt | Confirm |
    Drop | Undo | Renumber | Recompare | Unless | Recompute
    | Except | Require | OneMore | Spared | KeepFields | Restore | LeftOut
    | Rename | RemoveField | CaseAbsent | Remark | Show | Outside
)

__all__ = [
    "Adjust",
    "Agg",
    "Among",
    "And",
    "Arith",
    "Arm",
    "Assign",
    "CallFor",
    "CaseAbsent",
    "Cases",
    "Clamp",
    "Clock",
    "Compare",
    "Cond",
    "Confirm",
    "Coupon",
    "Create",
    "Define",
    "DefineWhen",
    "Drop",
    "Empty",
    "Except",
    "Exclude",
    "Explain",
    "Fail",
    "Filled",
    "Fixed",
    "Fraction",
    "Group",
    "Holds",
    "InOrder",
    "InPart",
    "InYear",
    "Include",
    "Inside",
    "It",
    "KeepFields",
    "Labelled",
    "LeftOut",
    "Lit",
    "LookUp",
    "Loop",
    "Mail",
    "MailPart",
    "Match",
    "Message",
    "Missing",
    "Mixed",
    "Mock",
    "NameThem",
    "Named",
    "Never",
    "NoRows",
    "Node",
    "Not",
    "NotFor",
    "OneMore",
    "Only",
    "Or",
    "Order",
    "Otherwise",
    "Outside",
    "Param",
    "Part",
    "PerRecord",
    "Pick",
    "Plan",
    "Ratio",
    "Recompare",
    "Recompute",
    "Remark",
    "RemoveField",
    "Rename",
    "Renumber",
    "Require",
    "Restore",
    "Ret",
    "Return",
    "Rounded",
    "Rows",
    "RunIt",
    "Save",
    "Says",
    "Select",
    "Shared",
    "Shift",
    "Show",
    "Span",
    "Spared",
    "Start",
    "Starts",
    "Statement",
    "Swap",
    "SwapWord",
    "Takes",
    "Text",
    "Truth",
    "Undo",
    "Unless",
    "Value",
    "Via",
    "When",
    "Whose",
    "Widen",
]
