# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Points by what a record says: "a win is worth 1 point, a draw half a point and a loss nothing", "copper crates count 3".

    entry := item "is worth" amount | amount "for" item          item := a text that a field is known to hold
    sum   := entry (sep entry)* [sep "anything else" amount]

Also the records that are called by such a text ("wins"), and blanks that an average leaves out. Deliberately not here:
texts in quotes with the field beside them (``pricing``).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import (
    Agg,
    Arm,
    Assign,
    Cases,
    Compare,
    Cond,
    Define,
    Holds,
    Lit,
    Named,
    Never,
    NoRows,
    Rounded,
    Rows,
    Statement,
    Value,
)
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.patterns import Chart, Edge

_ZERO: Final = Lit("number", "0")
_HALF: Final = Lit("number", "0.5")
_ONE: Final = Lit("number", "1")
_Held = tuple[str, tuple[tuple[str, str], ...]]
"""A text, and the (source, field) pairs that hold it."""


def _places(names: Names, wanted: str) -> dict[str, list[tuple[str, str]]]:
    """Give the texts that words name, in the singular, with the fields that hold them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for source, fields in names.texts.items():
        for field, texts in fields.items():
            if field == names.sources[source].key:
                continue
            for text in texts:
                if key_of(text.replace(" ", "_")) == wanted or text.lower() == wanted:
                    found.setdefault(text, []).append((source, key_of(field)))
    return found


@G.terminal("outcometext")
def _heldtext(chart: Chart, at: int) -> list[Edge]:
    """Read a text that fields are known to hold, also in the plural: "win", "losses", "no show"."""
    out: list[Edge] = []
    words: list[str] = []
    for end in range(at, min(at + 3, len(chart.tokens))):
        if chart.tokens[end].kind not in ("word", "name", "string"):
            break
        words.append(singular(chart.low(end)))
        for text, places in _places(chart.names, " ".join(words)).items():
            out.append(Edge(end + 1, (text, tuple(places)), 0.1))
    return out


@G.terminal("heldplural")
def _heldplural(chart: Chart, at: int) -> list[Edge]:
    """Read the records that are called by a text of theirs: "wins", "no shows". The node selects them."""
    names: Names = chart.names
    out: list[Edge] = []
    for edge in _heldtext(chart, at):
        text, places = edge.node
        last = chart.low(edge.end - 1)
        fields = {key_of(f) for s in names.sources.values() for f in s.record.names()}
        known = singular(last) in fields or names.sources_named(singular(last))
        if last != singular(last) and not known and len(places) == 1:
            source, field = places[0]
            out.append(Edge(edge.end, Rows(source, conds=(Compare("==", Named(field), Lit("string", text)),)), 0.3))
    return out


G.rule("head", "[the|all|all the|any] {r:heldplural}", cost=1.2)(lambda r: r)
G.rule("head", "{o:owner} {r:heldplural}", cost=0.6)(lambda o, r: msgspec.structs.replace(r, owner=o or "it"))


@G.rule("tail", "{b:be} [a|an] {h:outcometext}", cost=0.3)
def _is_held(h: _Held, b: bool = True) -> Cond | None:
    fields = {f for _, f in h[1]}
    return Compare("==", Named(fields.pop()), Lit("string", h[0])) if len(fields) == 1 else None


# --- amounts for texts ----------------------------------------------------------------------------------------------

G.rule("pointunit", "(point|points|credit|credits|star|stars|euro|euros|each|apiece)", cost=0.0)(lambda: True)
G.rule("ptamount", "{a:num} [{u:pointunit}] [each|apiece]", cost=0.0)(lambda a, u=None: a)
G.rule("ptamount", "half [a|of a] [{u:pointunit}]", cost=0.0)(lambda u=None: _HALF)
G.rule("ptamount", "(a|one) {u:pointunit}", cost=0.0)(lambda u=None: _ONE)
G.rule("ptamount", "(nothing|none|no {u:pointunit}|zero)", cost=0.0)(lambda u=None: _ZERO)
G.rule("itemof", "[a|an|each|every|any|the] {h:outcometext} [ones|one|{s:source}]", cost=0.1)(lambda h, s="": h)
G.rule("isworth", "(is worth|are worth|worth|counts as|count as|counts for|counts|count|counting|gives|give|giving|earns|earn|gets|get|brings|bring|makes|scores|score|is|are|means|costs|cost)", cost=0.0)(lambda: True)
G.rule("entry", "{h:itemof} {k:isworth} {a:ptamount}", cost=0.1)(lambda h, a, k=None: (h, a))
G.rule("entry", "{a:ptamount} (for|per|for each|for every) {h:itemof}", cost=0.1)(lambda a, h: (h, a))
G.rule("shortentry", "{h:itemof} {a:ptamount}", cost=0.1)(lambda h, a: (h, a))
G.rule("entries", "{e:entry}", cost=0.0)(lambda e: (e,))
G.rule("entries", "{xs:entries} (,|and|, and|;|but|, but|plus) {e:entry}", cost=0.0)(lambda xs, e: (*xs, e))
G.rule("entries", "{xs:entries} (,|and|, and|;|but|, but) {e:shortentry}", cost=0.1)(lambda xs, e: (*xs, e))
G.rule("entryrest", "(anything|everything|all|any|every) (else|other|others|the others|other one) [{k:isworth}] {a:ptamount}", "(all others|all other ones|the others|the rest|others) [{k:isworth}] {a:ptamount}", "{a:ptamount} for (anything else|everything else|all others|the others|the rest|any other)", cost=0.1)(lambda a, k=None: a)


def _summed(xs: tuple[tuple[_Held, Lit], ...], d: Lit | None) -> Value | None:
    """Add up what each record counts by the text of its one field that holds them all; nothing for any other text."""
    places = set(xs[0][0][1])
    for held, _ in xs:
        places &= set(held[1])
    if len(places) != 1 or len({h[0] for h, _ in xs}) < len(xs):
        return None
    source, field = places.pop()
    arms = tuple(Arm(Compare("==", Named(field), Lit("string", h[0])), a) for h, a in xs)
    return Agg("points", Cases(arms, d), Rows(source))


@G.rule("value", "{xs:entries} [(,|and|, and|;) {d:entryrest}]", cost=0.3)
def _outcomes(xs: tuple[tuple[_Held, Lit], ...], d: Lit | None = None) -> Value | None:
    return _summed(xs, d)


@G.rule("clause", "[<subj>|{w:whoever}] [gets|get|gives|give|awards|receives|receive|earn|earns] {xs:entries} [(,|and|, and|;) {d:entryrest}]", cost=0.2)
def _outcomes_alone(xs: tuple[tuple[_Held, Lit], ...], d: Lit | None = None, w: Any = None) -> Statement | None:
    if d is None and len(xs) == 1 and xs[0][1].text == "0":
        return None  # "cancelled ones cost nothing" is a case of an amount, no points of its own
    value = _summed(xs, d)
    return Define("@verb point", value) if value is not None else None


# --- blanks that an average leaves out ----------------------------------------------------------------------------------

G.rule("leaving", "(ignoring|leaving out|excluding|not counting|without counting|skipping|omitting|disregarding|leaving aside|not including|except)", cost=0.0)(lambda: True)
G.rule("leftout", "(ignored|left out|skipped|excluded|not counted|not included|omitted|do not count|are ignored|are left out|do not matter|left aside|disregarded)", cost=0.0)(lambda: True)
G.rule("blankones", "[the|any|all] (blank|empty|missing|null|absent) {n:name} [values|ones|fields]", cost=0.0)(lambda n: n)
G.rule("blankones", "[the|any|all] (blanks|blank ones|empty ones|missing ones|missing values|empty values|blank values|nulls)", cost=0.0)(lambda: "")
G.rule("blankones", "(the ones|those|ones|any|all|{s:source}|the {s:source}) (without|with no|that have no|that do not have|with a blank|with an empty|with a missing|where there is no) [a|an|any] {n:name}", cost=0.0)(lambda n, s="": n)
G.rule("blanksout", "[,] {k:leaving} {n:blankones}", "[,] [with|and] {n:blankones} {k:leftout}", "LP {k:leaving} {n:blankones} RP", "LP {n:blankones} {k:leftout} RP", cost=0.0)(lambda n, k=None: (n,))


@G.rule("value", "{v:value} {x:blanksout}", cost=0.2)
def _without_blanks(v: Value, x: tuple[str]) -> Value | None:
    """An average, sum or extreme leaves blanks out as it is; of what is counted they are left out here."""
    agg = v.value if isinstance(v, Rounded) else v
    if not isinstance(agg, Agg) or agg.kind == "list":
        return None
    if agg.kind != "count":
        return v if x[0] in ("", getattr(agg.what, "words", None)) else None
    if not x[0]:
        return None
    kept = msgspec.structs.replace(agg, rows=with_cond(agg.rows or Rows(), Holds(Named(x[0]), "present")))
    return msgspec.structs.replace(v, value=kept) if isinstance(v, Rounded) else kept


@G.rule("atom", "there (is|are|was|were) not [even] (a single|any|one|a) {n:name}", "none of (them|those|these|{r:rows}) (has|have|had) [a|an|any] {n:name} [at all]", "(nobody|no one|nothing|no {s:source}) (has|have|had) (a|an|any) {n:name}", "(without any|with no|with zero) {n:name}", cost=0.4)
def _no_single(n: str, r: Any = None, s: str = "") -> Cond:
    return Holds(Named(n), "absent")


# --- "0 if there are none", as a sentence of its own ------------------------------------------------------------------


@G.rule("clause", "[and|or|but] [just|simply] {v:lit} <when> {c:cond}", cost=0.3)
def _lit_when_none(v: Lit, c: Cond) -> Statement | None:
    absent = isinstance(c, NoRows | Never) or (isinstance(c, Holds) and c.subject is not None and c.words == "absent")
    return Assign(c, (("@it", v),)) if absent else None


@G.rule("defvalue", "{v:value} [,] (or|and|but) {d:lit} (without any|without one|with none|without)", "{v:value} [,] (or|but) {d:lit} <when> none", cost=0.3)
def _or_without(v: Value, d: Lit) -> Value:
    return Cases((Arm(NoRows(None), d),), v)
