# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""A list of what is given back, without braces: "return owed, the sum of …, the fee rounded to cents, and paid_by".

    listed := item ("," item)* [","] "and" item ["," "all" rounding]
    item   := name | "the" name [rounding] | name "," what it is | name "," "which is" what it is | value "as" name

A name that what follows could either explain or stand beside ("total, the price") is asked about, not guessed.
Deliberately not here: objects in braces (``returns``), and what a name is if another sentence says so.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.giving import given_subject, plain_truth, text_of, told_of, within
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    Arm,
    Assign,
    Cases,
    Clock,
    Compare,
    Cond,
    Define,
    Inside,
    Lit,
    Named,
    Node,
    Ret,
    Return,
    Rows,
    Span,
    Statement,
    Value,
)
from sopwb.author.english.names import key_of
from sopwb.author.english.patterns import Chart, Edge
from sopwb.author.english.returning import BESIDE, ONLY, UNNAMED

_NOT_FIELDS: Final = frozenset(["sorted", "ordered", "ascending", "descending", "alphabetically", "newest", "oldest", "show", "schedule", "round", "print", "stop", "both", "please", "back", "me", "true", "false", "just", "one", "name", "record", "something", "it", "them", "rounded", "yes", "today", "now", "which", "highest", "lowest", "biggest", "smallest", "largest", "latest", "earliest", "mean", "whole", "same"])
"""Single words that begin another clause, or say nothing by themselves."""


class _Item(Node, frozen=True):
    """One returned field; ``rounding`` (places, how) of it, ``the`` whether it had an article."""

    ret: Ret
    rounding: tuple[int, str] | None = None
    the: bool = False
    own: bool = False
    """Whether it was given a name of its own, so that it is a field even if it is the only one."""
    ends: bool = False
    """Whether "and" stands before it."""


def _known(chart: Chart, edge: Edge) -> bool:
    return bool(chart.names.name_cost(key_of(edge.node)) == 0.0)


@G.terminal("oldfield")
def _oldfield(chart: Chart, at: int) -> list[Edge]:
    """Read one word or name with underscores that names something already."""
    return [e for e in chart.parse("ident", at) if _known(chart, e)]


@G.terminal("newfield")
def _newfield(chart: Chart, at: int) -> list[Edge]:
    """Read one word or name with underscores that names nothing yet."""
    edges = [e for e in chart.parse("ident", at) if not _known(chart, e)]
    if not edges and at < len(chart.tokens) and chart.tokens[at].kind == "word" and key_of(chart.low(at)) in chart.names.source_keys():
        edges = [Edge(at + 1, chart.tokens[at].text, 0.2)]  # "visits", although "visits each boat" is what a script can do
    return edges if edges and (chart.tokens[at].kind == "name" or chart.low(at) not in _NOT_FIELDS) else []


@G.terminal("weakfield")
def _weakfield(chart: Chart, at: int) -> list[Edge]:
    """Read a word that names nothing yet, but is part of a field's name, so that it could be taken for that field."""
    return [e for e in _newfield(chart, at) if chart.names.name_cost(key_of(e.node)) is not None]


@G.terminal("thefield")
def _thefield(chart: Chart, at: int) -> list[Edge]:
    """Read a known name of any length, written as the name of a field: "daily rate" is daily_rate."""
    out = []
    for edge in chart.parse("name", at):
        text = "_".join(t.low.replace("-", "_") for t in chart.tokens[at : edge.end])
        if text.isidentifier():
            out.append(Edge(edge.end, text, edge.cost))
    return out


def _apposed(n: str, v: Value) -> _Item | None:
    """Read "n, the v": an explanation, unless v is a mere name, which can be a further field."""
    return _Item(Ret(n, "", v), own=True) if text_of(v) in (None, key_of(n)) else None


def _beside(n: str, v: Value) -> _Item | None:
    """Read "n, the v" where n is part of a field's name and v a mere name: to be asked about."""
    return None if text_of(v) in (None, key_of(n)) else _Item(Ret(n, "", Named(BESIDE + str(text_of(v)))), own=True)


def _unnamed(v: Value, r: tuple[int, str] | None = None) -> _Item:
    """Read a value without a name; what is tested in one word gives the name of that: "whether it is late"."""
    word = plain_truth(v)
    return _Item(Ret(word.replace(" ", "_") or UNNAMED, "", v), r, True, bool(word))


G.rule("fielditem", "{n:oldfield}", cost=0.1)(lambda n: _Item(Ret(n)))
G.rule("fielditem", "{n:newfield}", cost=0.4)(lambda n: _Item(Ret(n)))
G.rule("fielditem", "the {n:thefield}", cost=0.2)(lambda n: _Item(Ret(n), None, True))
G.rule("fielditem", "{n:oldfield} {r:rounding}", "{n:newfield} {r:rounding}", "{n:oldfield} LP {r:rounding} RP", cost=0.1)(lambda n, r: _Item(Ret(n), r))
G.rule("fielditem", "the {n:thefield} {r:rounding}", "the {n:thefield} LP {r:rounding} RP", cost=0.1)(lambda n, r: _Item(Ret(n), r, True))
G.rule("fielditem", "the {n:thefield} of {e:entity}", "{e:owner} {n:thefield}", cost=0.3)(lambda n, e: _Item(Ret(n, "", Named(key_of(n), e or "it")), None, True))
G.rule("fielditem", "{n:oldfield} , {:described} {v:defvalue}", "{n:newfield} , {:described} {v:defvalue}", cost=0.3)(_apposed)
G.rule("fielditem", "{n:ident} , {:described} {v:recorded}", cost=0.3)(lambda n, v: _Item(Ret(n, "", v), own=True))
G.rule("fielditem", "{n:weakfield} , {:described} {v:value}", cost=-1.0)(_beside)
G.rule("fieldas", "{n:oldfield}", "(a|an) {n:oldfield}", "the {n:thefield}", cost=0.1)(lambda n: n)
G.rule("fieldas", "{n:newfield}", "(a|an) {n:newfield}", "the {n:newfield}", cost=0.4)(lambda n: n)
G.rule("fielditem", "(a|an) {n:newfield}", cost=0.6)(lambda n: _Item(Ret(n)))
G.rule("fielditem", "the {n:newfield}", cost=0.8)(lambda n: _Item(Ret(n), None, True))
G.rule("fielditem", "{n:fieldas} {v:glossing}", "{n:fieldas} , {v:cases}", cost=0.2)(lambda n, v: _Item(Ret(n, "", told_of(n, v)), own=True))
G.rule("fieldas", "{o:owner} {n:newfield}", cost=0.5)(lambda n, o="": n)
G.rule("fielditem", "{n:oldfield} , {v:unnamed}", "{n:newfield} , {v:unnamed}", cost=0.1)(lambda n, v: _Item(Ret(n, "", v), own=True))
G.rule("fielditem", "{v:unnamed} LP {n:ident} RP", "{v:unnamed} [,] as {n:ident}", cost=0.1)(lambda n, v: _Item(Ret(n, "", v), own=True))
G.rule("fielditem", "{x:verdict}", "{x:verdict} (LP {n:ident} RP|as {n:ident})", cost=0.1)(lambda x, n="": _Item(Ret(n or x[0].replace(" ", "_"), "", x[1]), own=True))
G.rule("fielditem", "{v:unnamed}", cost=0.6)(_unnamed)
G.rule("fielditem", "{v:value} (as|under the name|called|named) {n:ident}", "{v:value} [,] (call it|called|named|which i call|which we call) {n:ident}", cost=0.2)(lambda v, n: _Item(Ret(n, "", v), own=True))
G.rule("fielditem", "{v:value} (as|called|named) {n:ident} , {r:rounding}", "{v:value} (as|called|named) {n:ident} {r:rounding}", cost=0.2)(lambda v, n, r: _Item(Ret(n, "", v), r, True, True))
for _type, _said in (("bool", "a boolean|a bool|a boolean value|a boolean field|a flag|a yes or no|a yes / no|a yes / no value|a truth value"), ("int", "a whole number|an integer"), ("decimal", "a number|a decimal|a decimal number"), ("date", "a date"), ("string", "a text|a string")):
    G.rule("fielditem", f"{{n:fieldas}} , ({_said})", f"{{n:fieldas}} LP ({_said}) RP", cost=0.0)(lambda n, t=_type: _Item(Ret(n, t), own=True))
G.rule("recorded", "the {n:name} (found|recorded|noted|given|listed|measured|seen) (in it|there|then|in that {e:entity})", cost=0.2)(lambda n, e="": Named(n))

G.rule("fieldlist", "{a:fielditem}", cost=0.0)(lambda a: (a,))
G.rule("fieldlist", "{j:aggkind} and {k:aggkind} {w:measure} [<of> {r:rows}|{x:window}]", cost=0.3)(
    lambda j, k, w, r=None, x=None: tuple(msgspec.structs.replace(_unnamed(Agg(i, w, r or (within(x) if x is not None else None))), ends=True) for i in (j, k)) if j != k else None)
G.rule("fieldlist", "{xs:fieldlist} (,|;) {a:fielditem}", cost=0.1)(lambda xs, a: _joined(xs, a))
G.rule("fieldlist", "{xs:fieldlist} (, and|and|, as well as|as well as|plus|; and|along with|, along with|together with|, together with|, plus) {a:fielditem}", cost=0.1)(lambda xs, a: _joined(xs, a, True))
G.rule("allof", "[,] (all|each|all of them|each of them|all of these)", cost=0.0)(lambda: 0)
for _count, _words in ((2, "(both|both of them)"), (3, "all three"), (4, "all four")):
    G.rule("allof", f"[,] {_words}", cost=0.0)(lambda n=_count: n)


def _joined(xs: tuple[_Item, ...], item: _Item, last: bool = False) -> tuple[_Item, ...] | None:
    """Add a field; cases that test nothing ("10 for gold") are about the field before.

    "total, the price" without an "and" after it is no list: the price could be what the total is.
    """
    value = item.ret.value
    if item.ret.name in {x.ret.name for x in xs} - {UNNAMED}:
        return None
    if value is not None:
        item = _with(item, given_subject(_in_units(value, xs[-1].ret), xs[-1].ret.name))
        if last and isinstance(value, Agg) and value.rows is not None and not value.rows.source and value.rows.conds:
            xs = _sharing(xs, value.rows)
    return (*xs, msgspec.structs.replace(item, ends=last))


def _in_units(value: Value, before: Ret) -> Value:
    """Let "'new' under 2 years" be about the age in years that stands before it."""
    unit = before.value.unit.removesuffix("s") if isinstance(before.value, Span) else ""
    if not unit or not isinstance(value, Cases):
        return value
    arms = (a if not isinstance(a.cond, Compare | Inside) or a.cond.left != Named("@per " + unit) else _about(a, before.name) for a in value.arms)
    return msgspec.structs.replace(value, arms=tuple(arms))


def _about(arm: Arm, name: str) -> Arm:
    return Arm(msgspec.structs.replace(arm.cond, left=Named(key_of(name))), arm.value)


def joined_items(xs: tuple[_Item, ...], more: tuple[_Item, ...]) -> tuple[_Item, ...] | None:
    """Add several fields at the end of a list; None where one has a name that is there already."""
    known = {x.ret.name for x in xs} - {UNNAMED}
    return None if any(m.ret.name in known for m in more) else (*xs, *more)


def own_item(name: str, value: Value) -> _Item:
    """Give a returned field that was explained beside its name."""
    return _Item(Ret(name, "", value), own=True, ends=True)


def _with(item: _Item, value: Value) -> _Item:
    return msgspec.structs.replace(item, ret=msgspec.structs.replace(item.ret, value=value))


def _sharing(xs: tuple[_Item, ...], rows: Rows) -> tuple[_Item, ...]:
    """Let "the average a and the average b of the last 7 days" both be of those days."""
    at = len(xs)
    while at and isinstance(xs[at - 1].ret.value, Agg) and xs[at - 1].ret.value.rows is None:  # type: ignore[union-attr]
        at -= 1
    return (*xs[:at], *(_with(x, msgspec.structs.replace(x.ret.value, rows=rows)) for x in xs[at:]))  # type: ignore[type-var, arg-type]


def _beside_each_other(xs: tuple[_Item, ...]) -> bool:
    """Whether it is plain that these are fields side by side: an "and" says so, or no article opens an explanation."""
    return any(x.ends for x in xs) or not any(x.the and not x.own for x in xs[1:])


def _adjusts(xs: tuple[_Item, ...]) -> list[Adjust]:
    """Give the roundings. One that ends a list of bare names could mean all of them: then it is ``@only``."""
    out = []
    for at, item in enumerate(xs):
        if item.rounding is not None:
            unclear = at > 0 and at == len(xs) - 1 and not item.the and item.ret.value is None and all(x.rounding is None for x in xs[:-1])
            out.append(_round((ONLY if unclear else "") + key_of(item.ret.name), item.rounding))
    return out


def _round(words: str, rounding: tuple[int, str]) -> Adjust:
    places, how = rounding
    return Adjust("round" if how == "half" else "round_" + how, None, words=words, places=places, late=True)


@G.rule("clause", "{a:giving} [{o:objectwords}] {xs:fieldlist} [back] [{z:also}]", cost=0.8)
def _return_list(xs: tuple[_Item, ...], a: bool = False, o: Any = None, z: bool = False) -> tuple[Statement, ...] | None:
    alone = len(xs) < 2 and not xs[0].own and not (xs[0].ret.name == UNNAMED and (a or z))
    if alone or not _beside_each_other(xs):
        return None
    return (Return(tuple(x.ret for x in xs), also=a or z), *_adjusts(xs))


@G.rule("clause", "{a:giving} [{o:objectwords}] {n:oldfield} [back] [{z:also}]", "{a:giving} [{o:objectwords}] the {n:thefield} [back] [{z:also}]", cost=0.7)
def _return_one(n: str, a: bool = False, o: Any = None, z: bool = False) -> Statement:
    return Return((Ret(n),), also=a or z)


@G.rule("clause", "{a:giving} [{o:objectwords}] {xs:fieldlist} [back] [,|;] where [the] {n:name} is {v:defvalue}", "{a:giving} [{o:objectwords}] {xs:fieldlist} [back] [,|;] where [the] {n:newfield} is {v:defvalue}", cost=0.3)
def _return_list_where(xs: tuple[_Item, ...], n: str, v: Value, a: bool = False, o: Any = None) -> tuple[Statement, ...] | None:
    if (len(xs) < 2 and not xs[0].own) or not _beside_each_other(xs):
        return None
    return (Return(tuple(x.ret for x in xs), also=a), *_adjusts(xs), Define(n, v))


@G.rule("clause", "[and] {n:fieldas} [comes|should come|is to come|must come|will come|goes] (out|back) {v:glossing}", "[and] {n:fieldas} (comes|should come|is to come|must come|will come|goes) (out|back)", "[and] {n:fieldas} is (returned|given back|the result|the output) {v:glossing}", cost=0.4)
def _comes_out(n: str, v: Value | None = None) -> Statement:
    return Return((Ret(n, "", told_of(n, v) if v is not None else None),))


# --- one more field, put in -------------------------------------------------------------------------------------

G.rule("putin", "[<please_do>] (add|put|include|take|append|write) (to|into|in) (the|its) (result|output|answer|results)", "[<please_do>] (extend|complete|supplement|enrich) (it|that|this|the result|the output|the script) (by|with|to include)", "[and] (next to|besides|apart from|along with|in addition to|beside|together with) ({n:name}|those|these|that|them) [,] [<subj>] <return>", "[<please_do>] (add|include) (a|one|the) (second|third|fourth|fifth|further|last|new|final) (field|value|result|output) [called|named] [,]", cost=0.0)(lambda n="": True)


@G.rule("clause", "{p:putin} [a|an|the] {n:ident} [(to|in) (the|its) (result|output|answer)] [{v:glossing}]", "{p:putin} [a|an|the] {n:ident} , {:described} {v:defvalue}", "{p:putin} {n:ident} , (to|in) (the|its) (result|output|answer) [{v:glossing}]", "[<please_do>] (put|throw|take|squeeze|add|include|have|show|see|get) [the|an|a] {n:ident} (in|there|in there|in the result|in the output|to it|to that|in it) [{z:also}] [as well|too] , {:described} {v:defvalue}", "[<please_do>] (put|throw|take|squeeze|add|include|have|show|see|get) [the|an|a] {n:ident} (in|there|in there|in the result|in the output|to it|to that|in it) [{z:also}] [as well|too] [{v:glossing}]",
        "[and] {n:ident} (should|must|is to|has to) be (returned|given back|included|in there|part of the result|shown) [{z:also}] [(;|,) it is {v:defvalue}]", "[and] {n:newfield} , the {v:summary}", cost=0.3)
def _put_in(n: str, v: Value | None = None, p: Any = None, z: Any = None) -> Statement:
    return Return((Ret(n, "", told_of(n, v) if v is not None else None),), also=True)


G.rule("summary", "{v:unnamed}", cost=0.4)(lambda v: v)


@G.rule("clause", "{a:giving} [{o:objectwords}] {xs:fieldlist} {g:allof} {r:rounding}", cost=0.3)
def _return_list_rounded(xs: tuple[_Item, ...], r: tuple[int, str], a: bool = False, o: Any = None, g: int = 0) -> tuple[Statement, ...] | None:
    if len(xs) < 2 or len(xs) != (g or len(xs)) or any(x.rounding is not None for x in xs) or not _beside_each_other(xs):
        return None
    return (Return(tuple(x.ret for x in xs), also=a), *(_round(key_of(x.ret.name), r) for x in xs))


@G.rule("clause", "{a:giving} [{o:objectwords}] {xs:fieldlist} {g:allof} [are|is|being] {v:lit} <when> {c:cond}", "{a:giving} [{o:objectwords}] {xs:fieldlist} LP {g:allof} [are|is|being] {v:lit} <when> {c:cond} RP", cost=0.3)
def _return_list_or(xs: tuple[_Item, ...], v: Value, c: Cond, a: bool = False, o: Any = None, g: int = 0) -> tuple[Statement, ...] | None:
    if len(xs) < 2 or len(xs) != (g or len(xs)) or not _beside_each_other(xs):
        return None
    return (Return(tuple(x.ret for x in xs), also=a), *_adjusts(xs), Assign(c, tuple((key_of(x.ret.name), v) for x in xs)))


@G.rule("clause", "{a:giving} {v:unnamed} [back] [{z:also}] [,|;|-|:] so {xs:fieldlist} [back]", cost=0.4)
def _return_so(v: Value, xs: tuple[_Item, ...], a: bool = False, z: bool = False) -> tuple[Statement, ...] | None:
    return (Return((Ret(UNNAMED, "", v),), also=True), Return(tuple(x.ret for x in xs)), *_adjusts(xs))


@G.rule("clause", "[and] (add|include) (a|the|another|one more) (field|column|value|result) [called|named] {n:ident} [(to|in) (the|its) (result|output|answer|results)]", "[and] (add|include) {n:ident} (to|in) (the|its) (result|output|answer|results)", cost=0.3)
def _add_field(n: str) -> Statement:
    return Return((Ret(n),), also=True)


@G.rule("clause", "(it|that|this|which) (is|says|reads|becomes|should be|shall be) {v:cases}", cost=0.2)
def _it_is(v: Cases) -> Statement | None:
    told = v.default is not None and all(isinstance(x, Lit) for x in (*(a.value for a in v.arms), v.default))
    return Define("@it", v) if told else None


G.rule("time", "{u:spanunit} [that have passed] since (that|this) {e:entity}", cost=0.4)(lambda u, e: Span(u, Named("date", e), Clock("today" if u in ("days", "weeks", "months", "years") else "now")) if e else None)


# --- what the other fields are in a special case --------------------------------------------------------------

for _word, _count in (("field", 1), ("value", 1), ("two fields", 2), ("two values", 2), ("three fields", 3), ("three values", 3), ("four fields", 4), ("four values", 4)):
    G.rule("otherfields", f"the (other|remaining) {_word}", cost=0.0)(lambda n=_count: n)
G.rule("staying", "(is|are|stay|stays|remain|remains|is left|are left|become|becomes) [all|both]", cost=0.0)(lambda: True)
G.rule("blanklit", "(empty|blank|null|unset|open)", cost=0.0)(lambda: Lit("null", "null"))
G.rule("set1", "{n:otherfields} {x:staying} {v:lit}", "{n:otherfields} {x:staying} {v:blanklit}", cost=0.1)(lambda n, v, x=None: ((f"@others {n}", v),))
G.rule("set1", "(the other fields|the others|the rest|everything else|all other fields|all the other fields) {x:staying} {v:blanklit}", cost=0.1)(lambda v, x=None: (("@others", v),))


@G.terminal("knowntext")
def _knowntext(chart: Chart, at: int) -> list[Edge]:
    """Read an unquoted word that is a text of the data, or one that a script returns: "gold"."""
    if at >= len(chart.tokens) or chart.tokens[at].kind not in ("word", "name"):
        return []
    low = chart.low(at)
    known = [t for fields in chart.names.texts.values() for texts in fields.values() for t in texts]
    known += [t for texts in chart.names.outcomes.values() for t in texts]
    return [Edge(at + 1, Lit("string", t), 0.0) for t in sorted({t for t in known if t.lower() == low})]


G.rule("arm", "{v:plainvalue} for {o:knowntext}", cost=0.3)(lambda v, o: Arm(Compare("==", Named("@subject"), o), v))
