# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What is said later of some only: further requirements, exceptions, one case more, another operand.

    "They also have to be paid up: paid_until can't be before today."   "Seniors are always regular."
    "For oak require more than 120 days instead of 60."   "From 180 on it's 'urgent'."
    "Count from hired_on, not due_on."   "The first two days are free."

Deliberately not here: which value of a script it changes (``amending``), and other numbers (``grammar.amending``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.amending import Quantity
from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.grammar.rows import window_cond
from sopwb.author.english.lexicon import singular, stem
from sopwb.author.english.meaning import (
    Adjust,
    And,
    Arm,
    Compare,
    Cond,
    Except,
    Exclude,
    Holds,
    LeftOut,
    Lit,
    Named,
    Not,
    OneMore,
    Only,
    Or,
    Recompute,
    Remark,
    RemoveField,
    Renumber,
    Require,
    Rows,
    Spared,
    Statement,
    Unless,
    Value,
)
from sopwb.author.english.names import Names, key_of, spans, words_of
from sopwb.author.english.patterns import Chart, Edge

_TRUE, _FALSE = Lit("bool", "true"), Lit("bool", "false")

# --- what of the open script is named -----------------------------------------------------------------------------


@G.terminal("ownword")
def _ownword(chart: Chart, at: int) -> list[Edge]:
    """Read the name of something that the open script defines; the node is its key."""
    names: Names = chart.names
    return [Edge(end, key, 0.0) for end, key in spans(chart, at) if (key in names.local or key in names.predicates) and not names.sources_named(key)]


@G.terminal("owntext")
def _owntext(chart: Chart, at: int) -> list[Edge]:
    """Read a text that a value of the open script can be, in quotes or not; the node is the literal."""
    names: Names = chart.names
    if at >= len(chart.tokens):
        return []
    token = chart.tokens[at]
    if token.kind == "string":
        return [Edge(at + 1, Lit("string", str(token.value)), 0.0)]
    out = []
    for text in names.given:
        words = text.lower().split()
        if [chart.low(at + i) for i in range(len(words))] == words:
            out.append(Edge(at + len(words), Lit("string", text), 0.1))
    return out


# --- what they have done, by a yes/no field -----------------------------------------------------------------------

_SKIPPED = frozenset(("the", "their", "his", "her", "its", "our", "a", "an", "up", "yet", "any", "already"))
_HELPERS = frozenset(("have", "has", "had", "is", "are", "was", "were", "did", "do", "does", "get", "gets", "got", "been", "being"))


@G.terminal("didfield")
def _didfield(chart: Chart, at: int) -> list[Edge]:
    """Read words that together are a yes/no field's: "have not paid their rent" where there is ``rent_paid``."""
    names: Names = chart.names
    flags = {frozenset(stem(w) for w in words_of(f) if w not in ("i", "is", "ha", "has")): key_of(f) for s in names.sources.values() for f, t in s.record.fields if "bool" in str(t)}
    begin, negated, seen = at, False, False
    while chart.low(begin) in _HELPERS or (chart.low(begin) == "not" and not negated):
        negated, seen, begin = negated or chart.low(begin) == "not", True, begin + 1
    if not seen:
        return []
    out: list[Edge] = []
    words: set[str] = set()
    for end in range(begin, min(begin + 5, len(chart.tokens))):
        if chart.tokens[end].kind not in ("word", "name"):
            break
        if chart.low(end) not in _SKIPPED:
            words.add(stem(chart.low(end)))
        if len(words) > 1 and frozenset(words) in flags:
            holds = Holds(None, flags[frozenset(words)])
            out.append(Edge(end + 1, Not(holds) if negated else holds, 0.1))
    return out


G.rule("does", "{c:didfield}", cost=0.3)(lambda c: c)
G.rule("atom", "{e:entity} {c:didfield}", "(people|those) {c:didfield}", cost=0.4)(lambda c, e="": c)

_NOT_ONES = frozenset(("ten", "tens", "hundred", "hundreds", "thousand", "thousands", "million", "millions", "cent", "cents", "penny", "pennies", "dozen", "dozens", "percent"))
"""What a number rounded to whole ones of is not rounded to a whole number."""

# --- who is meant ---------------------------------------------------------------------------------------------------


def _owned(node: Any, owner: str) -> Any:
    """Say of whom the fields in a condition are."""
    if isinstance(node, Named):
        return Named(node.words, owner) if not node.owner and not node.words.startswith("@") else node
    if isinstance(node, tuple):
        return tuple(_owned(part, owner) for part in node)
    fields = getattr(node, "__struct_fields__", ())
    return type(node)(**{f: _owned(getattr(node, f), owner) for f in fields}) if fields and not isinstance(node, Rows) else node


def _of_rows(r: Rows) -> Cond | None:
    conds: tuple[Cond, ...] = (*_owned(r.conds, singular(r.source)), *(Holds(None, w) for w in r.words))
    return None if not conds else conds[0] if len(conds) == 1 else And(conds)


G.rule("whoso", "{r:rows}", cost=0.2)(_of_rows)
G.rule("whoso", "{c:payer}", cost=0.0)(lambda c: c)
G.rule("whoso", "[all|all the|any|the|a|an|every] {c:trait}", cost=0.3)(lambda c: c)
G.rule("whoso", "[all|all the|any|the|a|an|every] {c:trait} {s:source}", cost=0.2)(lambda c, s: _owned(c, singular(s)))
G.rule("payer", "[all|all the|any|the|a|an|every] {c:trait}", "[all|all the|any|the|a|an|every] {c:trait} {s:source}", cost=0.3)(lambda c, s="": _owned(c, singular(s)) if s else c)
G.rule("does", "{d:dateverb} {w:window}", cost=0.2)(lambda d, w: window_cond(Named(d), w))
G.rule("does", "{d:dateverb} {c:comparison}", "(was|were|is|are|has been|have been) {d:dateverb} {c:comparison}", cost=0.3)(lambda d, c: with_subject(c, Named(d)))
G.rule("does", "[was|were|is|are|has been|have been] {d:dateverb} {o:sizecmp} {v:num} {u:unit} (ago|back)", "[was|were|is|are|has been|have been] {d:dateverb} {v:num} {u:unit} {o:sizemore} (ago|back)", cost=0.2)(lambda d, o, v, u: _dated(d, o, v, u))
G.rule("payer", "{r:rows}", cost=0.6)(_of_rows)
G.rule("payer", "(anyone|anybody|everyone|everybody|anything|everything|whatever|those|people) {o:cmp} {v:num} {n:ownword}", "{o:cmp} {v:num} {n:ownword}", cost=0.3)(lambda o, v, n: Compare(o, Named(n), v))
G.rule("atom", "{e:entity} (is|are|was|were) {o:cmp} {v:num} {n:ownword}", "{e:entity} (is|are|was|were) {v:num} {o:ormore} {n:ownword}", "{e:entity} (has|have|had) {o:cmp} {v:num} {n:ownword}", "{e:entity} (has|have|had) {v:num} {o:ormore} {n:ownword}", "{e:entity} (has|have|had) {v:num} {n:ownword} {o:ormore}", "there (is|are) {v:num} {o:ormore} {n:ownword}", cost=0.3)(lambda o, v, n, e="": Compare(o, Named(n), v))
G.rule("paychange", "half", cost=0.4)(lambda: ("half", None))
G.rule("paychange", "(double|twice as much|twice that)", cost=0.4)(lambda: ("times", Lit("number", "2")))
G.rule("paychange", "nothing [at all]", cost=0.4)(lambda: ("times", Lit("number", "0")))
G.rule("set1", "{w:owncharge} nothing [at all]", cost=-0.5)(lambda w: ((w, Lit("number", "0")),))
G.rule("whoso", "(people|those|anyone|everyone|anybody|everybody|whoever|the ones|customers|clients|guests|somebody|someone) [that|which|who] {c:does}", "{e:entity} [that|which|who] {c:didfield}", cost=0.2)(lambda c, e="": c)
G.rule("whoso", "{w:oneword} (that|which|who) {c:does}", "{w:oneword} (that|which|who) {c:cond}", cost=1.2)(lambda w, c: c)
G.rule("arm", "{v:plainvalue} for {c:payer}", cost=0.9)(lambda v, c: Arm(c, v))
G.rule("ifthey", "[but|and|even] <when> {c:cond} [,|then|, then]", cost=0.2)(lambda c: c)

@G.terminal("trait")
def _trait(chart: Chart, at: int) -> list[Edge]:
    """Read an adjective or a plural that says what somebody is, as a condition on the field that holds it: "students"."""
    names: Names = chart.names
    out: list[Edge] = []
    for edge in chart.parse("adj", at):
        fields = {(key_of(f), t, singular(name)) for name, s in names.texts.items() for f, texts in s.items() for t in texts if key_of(t.replace(" ", "_")) == edge.node}
        flags = edge.node in names.flags()
        if len({f for f, _, _ in fields}) == 1 and not flags and edge.node not in names.predicates:
            field, text, source = min(fields)
            owner = source if len(fields) == 1 else ""
            out.append(Edge(edge.end, Compare("==", Named(field, owner), Lit("string", text)), edge.cost))
        elif flags and not fields:
            out.append(Edge(edge.end, Compare("==", Named(edge.node), _TRUE), edge.cost))
        elif edge.node not in names.given:
            out.append(Edge(edge.end, Holds(None, edge.node), edge.cost))
    low = chart.low(at)
    for prefix in ("in", "un", "non"):
        key = key_of(low.removeprefix(prefix).lstrip("-"))
        if low.startswith(prefix) and len(key) > len("pay") and key in names.flags():
            out.append(Edge(at + 1, Compare("==", Named(key), _FALSE), 0.4))
    return out


@G.rule("clause", "for {c:whoso} [,] (it is|that is|it costs|it gets|that costs|make it|charge|they pay|they get) {a:paychange}", "{a:paychange} for {c:whoso}", cost=0.5)
def _pays_for(c: Cond, a: tuple[str, Value | None]) -> Statement | None:
    return Adjust(a[0], a[1], c) if isinstance(a[0], str) else None


G.rule("adjust", "(add|put|charge) {p:percent} [vat|tax|sales tax|surcharge|interest|extra|commission] [on top|on top of that|on it|to it|to that]", cost=0.2)(lambda p: ("percent_more", p, None))
G.rule("adjust", "(add|put|charge) {v:num} [<noun_unit>] [extra|more] (on top|on top of that|extra|more)", cost=0.2)(lambda v: ("add", v, None))
G.rule("adjust", "[the|their|its] {n:name} (should|must|has to|needs to|is to|gets) [be] (deducted|subtracted|taken off|knocked off)", cost=0.2)(lambda n: ("sub", Named(n), None))
G.rule("adjust", "[the|their|its] {n:name} (should|must|has to|needs to|is to|gets) [be] (added|added on top|added to it|put on top)", cost=0.2)(lambda n: ("add", Named(n), None))
G.rule("places", "to [the nearest] (whole|full) {w:oneword}", cost=0.4)(lambda w: None if w in _NOT_ONES else 0)

G.rule("ors", "{a:atom} or {n:name} to {v:num}", cost=0.3)(lambda a, n, v: Or((a, Compare(a.op, Named(n), v))) if isinstance(a, Compare) and a.op in (">=", "<=") else None)
G.rule("paychange", "{p:percent} (off|less on) the {n:localname} [bit|part|price|share|cost|fee|side|amount] [[,] not [off] the {x:localname}]", cost=0.1)(lambda p, n, x="": (("percent_less", key_of(n)), p))
G.rule("paychange", "{p:percent} (more on|extra on|on top of) the {n:localname} [bit|part|price|share|cost|fee|side|amount] [[,] not [on] the {x:localname}]", cost=0.1)(lambda p, n, x="": (("percent_more", key_of(n)), p))


@G.rule("clause", "{c:payer} {k:payverb} {a:paychange}", "for {c:whoso} [,] (it is|that is|they get|there is) {a:paychange}", cost=0.3)
def _pays_named(c: Cond, a: tuple[Any, Value | None], k: Any = None) -> Statement | None:
    return Adjust(a[0][0], a[1], c, a[0][1]) if isinstance(a[0], tuple) else None


@G.terminal("unflagged")
def _unflagged(chart: Chart, at: int) -> list[Edge]:
    """Read the opposite of a yes/no field: "inactive", "unpaid"."""
    found = [e for e in chart.parse("trait", at) if isinstance(e.node, Compare) and e.node.right == _FALSE]
    return [Edge(e.end, e.node, 0.1) for e in found]


G.rule("head", "[the|any|all|all the|every|each] {c:unflagged} {s:source}", "[the|any|all|all the] {c:unflagged} (ones|one|rows|records)", cost=0.2)(lambda c, s="": Rows(s, conds=(c,)))

@G.rule("rows", "{r:rows} with (a|an|the|any) {n:name} and [with] (a|an|the) {x:name} [of|that is] {t:tails}", cost=0.5)
def _with_both(r: Rows, n: str, x: str, t: Cond) -> Rows:
    return msgspec.structs.replace(r, conds=(*r.conds, Holds(Named(n), "present"), with_subject(t, Named(x))))


# --- always and never -------------------------------------------------------------------------------------------

G.rule("alwaysly", "(always|automatically|still|also|definitely|certainly|in any case|simply|by default)", cost=0.0)(lambda: True)
G.rule("shouldbe", "(should|must|shall|will|can|have to|has to|are to|may|do|does)", cost=0.0)(lambda: True)
G.rule("beso", "(be|get|have|count as|receive|be counted as|be considered|be treated as|qualify as|be marked as|be flagged as)", cost=0.0)(lambda: True)


@G.rule("clause", "{c:whoso} (are|is) [{x:alwaysly}] [a|an|the] {n:ownword}", "{c:whoso} (count|counts|qualify|qualifies) [{x:alwaysly}] as [a|an] {n:ownword}", "{c:whoso} {s:shouldbe} [{x:alwaysly}] {b:beso} [a|an|the] {n:ownword}", "{c:whoso} [{x:alwaysly}] (get|gets|receive|receives) [a|an|the] {n:ownword}", cost=0.9)
def _always(c: Cond, n: str, **_: Any) -> Statement:
    return Except(c, n, _TRUE)


@G.rule("clause", "{c:whoso} (are|is|can|may|must|should|will) never [be|get|count as|have] [a|an|the] {n:ownword}", "{c:whoso} (can not|cannot|must not|may not|should not|shall not|will not|do not|does not|are not|is not|never) [{x:alwaysly}] [{b:beso}] [a|an|the] {n:ownword} [either]", "{c:whoso} never (count|qualify|counts|qualifies) as [a|an] {n:ownword}", "{c:whoso} (get|gets|have|has|receive) no {n:ownword}", "{c:whoso} (do|does|should|must|can|may) not (count|qualify) as [a|an] {n:ownword}", "no {n:ownword} for {c:whoso}", cost=0.8)
def _never(c: Cond, n: str, **_: Any) -> Statement:
    return Except(c, n, _FALSE)


@G.rule("clause", "{c:whoso} (are|is|get|gets|have|has|count as|counts as) [{x:alwaysly}] {v:owntext}", "{c:whoso} {s:shouldbe} [{x:alwaysly}] {b:beso} {v:owntext}", "for {c:whoso} [,] [it|that] (is|says|gives) [{x:alwaysly}] {v:owntext}", cost=0.8)
def _always_text(c: Cond, v: Value, **_: Any) -> Statement:
    return Except(c, "", v)


@G.rule("clause", "for {c:whoso} [,] [the] {n:ownword} (is|are|should be|must be|stays|becomes) [{x:alwaysly}] {v:value}", "[the] {n:ownword} (is|are|should be|must be|stays) [{x:alwaysly}] {v:value} for {c:whoso}", cost=1.4)
def _for_some(c: Cond, n: str, v: Value, x: Any = None) -> Statement | None:
    return None if v == Named(n) else Except(c, n, v)


G.rule("set1", "[the] {n:name} (is|should be|must be|becomes|will be) [{x:alwaysly}] {v:lit} {i:insteadof2} {o:lit}", "[the] {n:name} (is|should be) [{x:alwaysly}] {v:lit} {i:insteadof2} {o:lit}", cost=0.1)(lambda n, v, i, o, x=None: ((n, v),))
G.rule("outcome", "(it says|it should say|it should be|say|it is|that is|make it|it becomes) {v:string} {i:insteadof2} {o:string}", cost=0.2)(lambda v, o, i: (("@it", v),))
G.rule("outcome", "(it says|it should say|it should be|make it|make that|it must say|it must be)  {v:string}", cost=0.5)(lambda v: (("@it", v),))

# --- one case more --------------------------------------------------------------------------------------------------------

G.rule("caseword", "(level|case|band|tier|category|class|group|step|value|option|grade|status|label|rating|stage|type|word|text|result)", cost=0.0)(lambda: True)
G.rule("anothercase", "(a|an|one|another|a further|one more|a new|a third|a fourth|a fifth|an extra|an additional|a second|the) [further|new|extra|more] {w:caseword} [called|named|:]", cost=0.0)(lambda w: True)
G.rule("bandhead", "{b:band}", "[for|with] [anything|everything|all] {b:band}", cost=0.0)(lambda b: b)


G.rule("addcase", "(add|introduce|include|insert)", "(there should|there must|there has to) [also] be", "(there is|there are) [also]", "(we|i) [also] (need|want|would like)", cost=0.0)(lambda: True)


@G.rule("clause", "{b:bandhead} [,] (it|that|this|the {w:caseword}|the {n:ownword}|{n:ownword}) (is|says|becomes|should be|should say|must be|must say|counts as|gets) {v:owntext} [{i:insteadof2} {o:lit}]", "{x:addcase} [also] {a:anothercase} {v:string} [for|if it is|when it is|:|,|at|-] {b:band}",
        "{v:owntext} [should|must] (only|start|starts|begin|begins|be|is) {b:band}", "{v:owntext} {b:band}", cost=0.9)
def _one_more(b: Cond, v: Lit, n: str = "", **_: Any) -> Statement | None:
    return OneMore(Arm(b, v), n) if isinstance(b, Compare) and b.op != "==" else None


G.rule("band", "at {v:lit}", cost=0.6)(lambda v: Compare(">=", Named("@subject", ""), v))


# --- further requirements ---------------------------------------------------------------------------------------------------

G.rule("mustword", "(must|have to|has to|need to|needs to|should|ought to|are supposed to|is supposed to|shall|got to|had better)", cost=0.0)(lambda: True)
G.rule("mustnot", "(must not|may not|can not|cannot|should not|shall not|must never|can never|should never|are not allowed to|is not allowed to|do not get to)", cost=0.0)(lambda: True)


@G.terminal("glosswords2")
def _glosswords2(chart: Chart, at: int) -> list[Edge]:
    """Read one to four words that a condition behind a colon or dash explains: "paid up"."""
    for end in range(at, min(at + 5, len(chart.tokens))):
        if chart.low(end) in (":", "-", "(") and end > at:
            return [Edge(end, " ".join(t.low for t in chart.tokens[at:end]), 1.0)]
        if chart.tokens[end].kind not in ("word", "name") or chart.low(end) in ("not", "never", "no", "without"):
            return []
    return []


G.rule("mustcond", "{e:entity} [also] {m:mustword} [also] be [a|an] {a:trait}", "[the] {e:entity} [also] {m:mustword} [also] {a:didfield}", cost=0.1)(lambda a, m, e="": a)
G.rule("mustcond", "{e:entity} {m:mustnot} be [a|an] {a:trait}", cost=0.1)(lambda a, m, e="": Not(a))
G.rule("mustcond", "[the|their|its] {n:name} [also] {m:mustword} [also] {t:tails}", "{e:entity} [also] {m:mustword} [also] (have|have had) (a|an) {n:name} [that is] {t:tails}", cost=0.1)(lambda n, t, m, e="": with_subject(t, Named(n)))
G.rule("mustcond", "{e:entity} [also] {m:mustword} [also] (have|have had) {c:band} {n:name}", "{e:entity} [also] {m:mustword} [also] have {o:cmp} {v:num} {n:name}", cost=0.2)(lambda n, m, e="", c=None, o="", v=None: None if c is not None else Compare(o, Named(n), v))
G.rule("mustcond", "[the|their|its] {n:name} {m:mustnot} {t:tails}", cost=0.1)(lambda n, t, m: Not(with_subject(t, Named(n))))
G.rule("mustcond", "{e:entity} [also] {m:mustword} [also] have [a|an|the] {n:name}", cost=0.3)(lambda n, m, e="": Holds(Named(n), "present"))
G.rule("mustcond", "{e:entity} [also] {m:mustword} [also] have [been] {d:dateverb} {t:tail}", cost=0.2)(lambda d, t, m, e="": with_subject(t, Named(d)))
G.rule("mustcond", "{e:entity} [also] {m:mustword} [also] have [been] {d:dateverb} {o:sizecmp} {v:num} {u:unit} (ago|back)", cost=0.2)(lambda d, o, v, u, m, e="": _dated(d, o, v, u))
G.rule("mustcond", "[the|their|its] {n:name} {m:mustword} be (true|set|yes|ticked|on)", cost=0.0)(lambda n, m: Compare("==", Named(n), _TRUE))


def _dated(date: str, op: str, count: Lit, unit: str) -> Cond:
    from sopwb.author.english.grammar.conditions import ago, sized

    return sized(op, Named(date), ago(count, unit))


@G.rule("clause", "{c:mustcond} [,] [for that|to be {n:ownword}|for it|as a further condition]", "{e:entity} [also] {m:mustword} [also] be {g:glosswords2} (:|-) {c:mustcond}", "{e:entity} [also] {m:mustword} [also] be {g:glosswords2} (:|-|, that is|, meaning) {c:cond}", "{e:entity} [also] {m:mustword} [also] be {g:glosswords2} LP {c:cond} RP", cost=0.5)
def _must(c: Cond, n: str = "", **_: Any) -> Statement:
    return Require(c, n)


@G.rule("clause", "[but|and] only <when> {c:cond} [too|as well]", "[but|and] only <when> {e:entity} {d:didfield}", cost=0.4)
def _only_if(c: Cond | None = None, d: Cond | None = None, e: str = "") -> Statement:
    cond = c if c is not None else d
    assert cond is not None
    return Require(cond)


@G.rule("clause", "[but|and] (unless|except when|except if|but not if|but not when|not if|not when) {c:cond}", "[but|and] (unless|except when|except if|but not if|not if) {e:entity} (is|are) [a|an] {w:trait}", "[but|and] (not for|except for|except|but not for|but not) {w:whoso}", cost=0.8)
def _unless_cond(c: Cond | None = None, e: str = "", w: Cond | None = None) -> Statement:
    cond = c if c is not None else w
    assert cond is not None
    return Require(Not(cond))


# --- other numbers for some ------------------------------------------------------------------------------------------------------


@G.rule("clause", "(for|with) {c:whoso} [,] ({m:makeso} [it|that]|{t:takeso}) {q:newqty} [{i:insteadof2} {b:newqty}]", "(for|with) {c:whoso} [,] (it is|it should be|that is|there should be|it has to be) {q:newqty} [{i:insteadof2} {b:newqty}]", "(for|with) {c:whoso} [,] {q:newqty} {s:itsuffices}", "(for|with) {c:whoso} {q:newqty} {i:insteadof2} {b:newqty}", "{c:whoso} (need|needs|require|requires|have|has|get|gets) [only|just] {q:newqty} {i:insteadof2} {b:newqty}", "{c:whoso} (only|just) (need|needs|require|requires) {q:newqty}", "{c:whoso} (need|needs|require|requires) [only|just] {q:newqty}",
        "{q:newqty} {s:itsuffices} for {c:whoso}", "{q:newqty} (instead of|rather than) {b:newqty} for {c:whoso}", "({m:makeso} [it|that]|{t:takeso}) {q:newqty} [{i:insteadof2} {b:newqty}] for {c:whoso}", cost=0.3)
def _for_them(c: Cond, q: Quantity, b: Quantity | None = None, **_: Any) -> Statement:
    noun = q.words or (b.words if b is not None else "")
    new = q.lit if q.lit.unit or b is None else msgspec.structs.replace(q.lit, unit=b.lit.unit)
    return Unless(c, new, b.lit if b is not None else None, noun, q.op)


@G.rule("clause", "{w:oneword} (has|have|needs|need) to (dry|wait|rest|stay|run|be|cool|age|last|keep|mature|cure|sit|ripen) [for] (longer|shorter|more|less|further)", "{w:oneword} (needs|need|takes|take) [a bit|a little|much] (longer|more|less|more time|less time|a bit more|more of it)", cost=0.8)
def _longer(w: str) -> Statement:
    return Remark("reason")


# --- reasons ------------------------------------------------------------------------------------------------------------

_NO_REASON = frozenset(("if", "when", "unless", "otherwise", "whenever", "else", "except", "only", "return", "save", "run", "send"))


@G.terminal("becausewords")
def _becausewords(chart: Chart, at: int) -> list[Edge]:
    """Read the words of a reason, up to ", so" or to the end: no numbers, no texts, no conditions."""
    for end in range(at, min(at + 14, len(chart.tokens) + 1)):
        if end == len(chart.tokens) or (chart.low(end) == "," and chart.low(end + 1) == "so"):
            return [Edge(end, " ".join(t.text for t in chart.tokens[at:end]), 1.0)] if end - at > 1 else []
        if (chart.tokens[end].kind not in ("word", "name") and chart.low(end) not in ("'s", "-")) or chart.low(end) in _NO_REASON:
            return []
    return []


@G.rule("clause", "{:begins} {w:becausewords} , so {x:clause}", cost=1.2)
def _because(w: str, x: Any) -> tuple[Statement, ...] | None:
    """A reason and the change that follows from it."""
    return (Remark("because " + w), x) if isinstance(x, LeftOut | Exclude | Only | Renumber | Except | Unless | Require | RemoveField | Spared) else None


G.rule("clause", "(because|cause|cos) {w:becausewords} {:ends}", cost=1.0)(lambda w: Remark("because " + w))

# --- left out of one value --------------------------------------------------------------------------------------------


@G.rule("clause", "[<please_do>] (leave|keep|take) {r:rows} out of [the] {n:ownword}", "[<please_do>] (leave out|exclude|ignore|skip|do not count|do not include) {r:rows} (for|in|from|when computing|when calculating|in the case of) [the] {n:ownword}", "{r:rows} (do not|should not|must not|does not) (count|be counted|go|be included) (for|towards|in|into|to) [the] {n:ownword}", "{r:rows} (are|is) not (counted|included) in [the] {n:ownword}", "[the] {n:ownword} (does not include|leaves out|excludes|is without|should not include|must not include) {r:rows}", "for [the] {n:ownword} [,] (leave out|ignore|skip|do not count) {r:rows}", cost=0.5)
def _out_of(r: Rows, n: str) -> Statement | None:
    return LeftOut(r, n) if r.conds or r.words else None


G.rule("clause", "(they|these|those|it|that) [still] (count|counts|are counted|stay) (in|for|towards|as) {x:localnames} [as before|still|though]", "[still] use it (for|in) [the] {n:ownword} [still|though]", "{n:ownword} (still counts|still count) (them|those|all of them|everything)", "{n:ownword} (stays|remains|is still|keeps being) the (plain|same|full|whole) (number|amount|count|sum|total)", cost=0.4)(lambda n="", x=(): Remark("note"))

# --- another operand -----------------------------------------------------------------------------------------------------------------


@G.rule("clause", "[<please_do>] (use|take|count|calculate|compute|go by|look at|measure|reckon|start|work|base it) [it] [with|from|by|on] [the] {a:operand} {i:insteadof2} [from|by|the|with|on] {b:operand}", "[no] [,] i (meant|mean) [the] {a:operand} {i:insteadof2} [the] {b:operand}", "[it] not [from|by|the] {b:operand} [,] but [from|by|the] {a:operand}", "(it|that) should [be] (counted|calculated|count|use|go by|start|run) [from|by|with] [the] {a:operand} {i:insteadof2} [from|by|the|with] {b:operand}", "[the] {a:operand} {i:insteadof2} [the] {b:operand}", "[<please_do>] (replace|swap|exchange) [the] {b:operand} (by|with|for) [the] {a:operand}", "instead of [the] {b:operand} [,] (use|take|count|look at|go by) [the] {a:operand}", cost=0.9)
def _other_operand(a: Value, b: Value, **_: Any) -> Statement | None:
    return Recompute("", a, b) if a != b else None


G.rule("operand", "{n:name}", "{o:owner} {n:name}", cost=0.1)(lambda n, o="": Named(n, o))
G.rule("operand", "{v:num} [<noun_unit>] [(per|a|an|for each|each) {w:oneword}]", cost=0.3)(lambda v, w="": v)

# --- the first few are free --------------------------------------------------------------------------------------------------------------


@G.rule("clause", "the first {n:num} {w:freewords} [late|over|used|of them|overdue] (are|is|cost|costs|should be|count as|go) [always] (free|nothing|free of charge|not charged|included|for free|on us|on the house)", "[<please_do>] (do not|never) charge [anything] for the first {n:num} {w:freewords} [late|over|overdue]", "the first {n:num} {w:freewords} [late|over|overdue] (do not cost anything|should not be charged|are not charged|do not count|do not get charged)", "there (is|are) (a grace period of|a grace of) {n:num} {w:freewords} [late]", "(they|you|people) (get|have) {n:num} {w:freewords} (of grace|grace|for free|free)", cost=0.2)
def _first_free(n: Lit, w: str) -> Statement:
    return Spared(n, w)


G.rule("clause", "[<please_do>] only charge [for] the {w:freewords} (after that|beyond that|after those|on top of that|above that|from then on)", "charge [only] from then on", "only what comes after that (counts|is charged)", cost=0.3)(lambda w="": Remark("note"))
G.rule("freewords", "{u:unit}", "{w:oneword}", cost=0.1)(lambda u="", w="": u or w)
G.rule("clause", "(be|let us be|we want to be|we should be) (nice|kind|generous|fair|strict|strict about it|nice about it|fair to them) [:|,|-]", cost=0.6)(lambda: Remark("note"))


