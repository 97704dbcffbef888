# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What things are: definitions, cases, bands, special cases, errors, and corrections of a value ("never more than").

    define := phrase "is" (cases | value)
    cases  := case (sep case)* [sep otherwise]
    case   := value "if" condition | "if" condition "," value | value "for" literal | band "is" value

Deliberately not here: returned fields (``returns``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    Among,
    And,
    Arm,
    Assign,
    CaseAbsent,
    Cases,
    Compare,
    Cond,
    Define,
    DefineWhen,
    Empty,
    Fail,
    Filled,
    Holds,
    Inside,
    Lit,
    Missing,
    Named,
    Never,
    NoRows,
    Not,
    Or,
    Remark,
    Rows,
    Statement,
    Truth,
    Value,
)
from sopwb.author.english.patterns import Chart, Edge

_SUBJECT = Named("@subject")
_TRUE, _FALSE = Lit("bool", "true"), Lit("bool", "false")



def _literals(node: Any) -> list[Lit]:
    if isinstance(node, Lit):
        return [node]
    fields = getattr(node, "__struct_fields__", ())
    return [x for f in fields for x in _literals(getattr(node, f))]


# --- cases ----------------------------------------------------------------------------------------------

G.rule("sep", ",", ";", "and", ", and", "; and", "but", ", but", ", then", "; then", "-", "or", ", or", cost=0.0)(lambda: True)
G.rule("plainvalue", "{v:value}", cost=0.0)(lambda v: v)

G.rule("arm", "{v:plainvalue} <when> {c:cond}", cost=0.3)(lambda v, c: Arm(c, v))
G.rule("arm", "<when> {c:cond} [,|:|then|, then] [(it|that|this) is] {v:plainvalue}", "<when> {c:cond} [,] [then] (return|say|give|gives|use|take) {v:plainvalue}", cost=0.4)(lambda v, c: Arm(c, v))
G.rule("arm", "{v:plainvalue} for {o:lit}", cost=0.3)(lambda v, o: Arm(Compare("==", _SUBJECT, o), v))
G.rule("arm", "{v:plainvalue} for {o:options}", cost=0.3)(lambda v, o: Arm(Among(_SUBJECT, o), v))
G.rule("arm", "[for] {o:string} [is|it is|:|gets|means|costs|->|=>|=|has] {v:plainvalue}", cost=0.6)(lambda v, o: Arm(Compare("==", _SUBJECT, o), v))
G.rule("arm", "{v:plainvalue} for {p:whom} (whose|where|who|that|which|with|if) {c:cond}", "{v:plainvalue} (on|for) {p:whom} {c:cond}", cost=0.4)(lambda v, p, c: Arm(c, v))
G.rule("arm", "{v:plainvalue} for {r:rows}", cost=1.0)(lambda v, r: Arm(And(r.conds) if len(r.conds) > 1 else r.conds[0], v) if r.conds and not r.words else Arm(Holds(None, r.words[0]), v) if r.words else None)
G.rule("whom", "(anyone|everyone|anybody|everybody|those|people|someone|any|all|the ones|anything|everything|ones)", "{e:entity}", "{e:anynoun}", cost=0.3)(lambda e="": True)
G.rule("arm", "{v:string} (is|means|:|for|stands for) {b:band}", cost=0.4)(lambda v, b: Arm(b, v))
G.rule("band", "from {v:lit} (on|upwards|up|onwards)", cost=0.1)(lambda v: Compare(">=", _SUBJECT, v))
G.rule("arm", "{b:band} [is|are|gets|get|means|makes|counts as|:|->|=>|=|earns|gives|costs|,|has|have|gives you|for] {v:plainvalue}", cost=0.4)(lambda b, v: Arm(b, v))
G.rule("arm", "{v:plainvalue} (for|if it is|if|when it is|with) {b:band}", "{v:plainvalue} (from|at) {b:startband}", "{v:plainvalue} LP {b:band} RP", "{v:plainvalue} : {b:band}", cost=0.5)(lambda b, v: None if _tells_whose(v, b) else Arm(b, v))


def _tells_whose(v: Value, b: Cond) -> bool:
    """Whether "the names of the boats with 2 trips" says which boats, and no case of a value."""
    counted = b.left if isinstance(b, Compare) else None
    return isinstance(v, Named) and v.owner != "" and isinstance(counted, Named) and counted.owner != ""



def _started(b: Cond) -> Cond:
    """ "Silver from 5": a number alone is where a band begins, not all that is in it."""
    return msgspec.structs.replace(b, op=">=") if isinstance(b, Compare) and b.op == "==" and isinstance(b.right, Lit) else b


G.rule("startband", "{b:band}", cost=0.0)(_started)

G.rule("bandnoun", "{s:source}", "<noun_unit>", "{u:unit}", "{w:name}", "points", "of them", cost=0.2)(lambda s="", u="", w="": s or u or w)


def of_noun(noun: str | None) -> Value:
    """The number that a band is of; a source's name beside it says that its records are counted, if nothing else does."""
    return Named("@subject", noun or "")


G.rule("band", "{v:lit} {o:ormore} [{n:bandnoun}]", "[of] {o:cmp} {v:lit} [{n:bandnoun}]", "{v:lit} {n:bandnoun} {o:ormore}", cost=0.2)(lambda v, o, n=None: Compare(o, of_noun(n), v))
G.rule("band", "{a:num} (to|-|up to|through|until) {b:num} [{n:bandnoun}]", "between {a:num} and {b:num} [{n:bandnoun}]", "from {a:num} to {b:num} [{n:bandnoun}]", cost=0.2)(lambda a, b, n=None: Inside(of_noun(n), a, b))
G.rule("band", "(none|no {s:source}|zero|0|nothing|not any|none at all)", cost=0.3)(lambda s="": Compare("==", _SUBJECT, Lit("number", "0")))
G.rule("band", "[exactly] {a:num} [{n:bandnoun}]", cost=0.9)(lambda a, n=None: Compare("==", of_noun(n), a))
G.rule("band", "{c:comparison}", cost=0.9)(lambda c: with_subject(c, _SUBJECT))

G.rule("default", "<else> [,] [(it|that|this|they) (is|are|gets|get)] [with] {v:plainvalue}", "<else> [,] (return|say|give|use|take|pay|the result is) {v:plainvalue}", "{v:plainvalue} <else>", "{v:plainvalue} (for|in) <rest>", "(for|in) <rest> [,] [(it|that) is] {v:plainvalue}",
       "<rest> [is|gets|are|means|makes|counts as|:|->|costs|has] {v:plainvalue}", "(anything|everything|all|everyone) (lower|below|above|higher|less|more|under|over|below that|above that|in between|beyond that|later|earlier|longer|bigger|smaller|less than that|else than that) [is|gets|are|means|makes|counts as|:] {v:plainvalue}",
       "{v:plainvalue} (below|under|above|over|beyond|after|before|below it|for less|for more|for fewer|for anything less|for anything more|for anything below|for everything below|for anything lower|for everything above) [(that|this|it)]",
       "(below that|above that|under that|after that|before that|beyond that|in between|everything below|lower) [(it|that) is|is|,|:] {v:plainvalue}", "if (it|that|this) is not [the case] [,] {v:plainvalue}", "if not [,] {v:plainvalue}", "{v:plainvalue} (if not|if none of (these|those|them) (apply|applies|is true|are true))",
       cost=0.4)(lambda v: v)

G.rule("limitremark", "(day|the day|number|exactly|the) {v:num} [{u:unit}] [still] (counts|counts as|is|is still|included|is included) [as] [{w:phrase}]", "that day included", "including that day", "today counts [too] [, and so does the day {v:num} {u:unit} from (now|today)]", "today included", "both today and the day {v:num} {u:unit} (from now|ago) count", "both days count", "both ends count", "the first and the last day included", "day {v:num} included", "{v:num} included", "inclusive", "(both|that) (included|inclusive)", cost=0.1)(lambda v=None, u="", w="": True)
G.rule("arm", "{a:arm} LP {x:limitremark} RP", cost=0.1)(lambda a, x: a if isinstance(a.cond, Inside) or (isinstance(a.cond, Compare) and a.cond.op in ("<=", ">=", "==")) else None)
G.rule("armlist", "{a:arm}", cost=0.2)(lambda a: (a,))
G.rule("armlist", "{xs:armlist} {s:sep} {a:arm}", cost=0.2)(lambda xs, s, a: (*xs, a))
G.rule("cases", "{xs:armlist} {s:sep} {d:default}", cost=0.1)(lambda xs, s, d: Cases(xs, d))
G.rule("cases", "{xs:armlist} {d:default}", cost=0.3)(lambda xs, d: Cases(xs, d))
G.rule("cases", "{xs:armlist}", cost=0.8)(lambda xs: Cases(xs))
G.rule("cases", "{d:default} {s:sep} {xs:armlist}", "{v:plainvalue} , but {xs:armlist}", "{v:plainvalue} , except {xs:armlist}", "{v:plainvalue} [,] unless {c:cond} , (then|in which case) [it is] {w:plainvalue}", cost=0.6)(
    lambda xs=(), d=None, v=None, s=True, c=None, w=None: Cases(xs or (Arm(c, w),), d or v))
G.rule("cases", "{v:value} <when> {c:cond} [,|;] {s:sep} <else> [,] [it is|it gets] {w:value}", cost=0.1)(lambda v, c, w, s=True: Cases((Arm(c, v),), w))
G.rule("cases", "{a:plainvalue} or , <when> {c:cond} , {b:plainvalue}", "{a:plainvalue} , or {b:plainvalue} <when> {c:cond}", "{a:plainvalue} [,] or (to|until) {b:plainvalue} <when> {c:cond}", "{a:plainvalue} or {b:plainvalue} <when> {c:cond}", cost=0.4)(lambda a, b, c: Cases((Arm(c, b),), a))
G.rule("cases", "the first of these that (applies|holds|is true) : {xs:cases}", "the first (that applies|that holds|one that applies) of : {xs:cases}", cost=0.2)(lambda xs: xs)

G.rule("truth", "(true|yes) <when> {c:cond} [[,|;] [and|or|but] [it is] false <else>] [[,|;] [and|but] <else> [it is] false]", "(true|yes) for {r:rows} [[,|;] [and] [false for <rest>]]", "whether {c:cond}", "true [only] if {c:cond}",
       "whether [or not] {c:cond}", "(true|yes) , <when> {c:cond}", "true [exactly] when {c:cond} [[,|;] [and] false <when> not]", "true <when> {c:cond} [,|and|, and|;] false (if not|for <rest>|in all other cases)", cost=0.1)(
    lambda c=None, r=None: Truth(c) if c is not None else Truth(And(r.conds)) if r.conds else None)
G.rule("truth", "false <when> {c:cond} [[,|;] [and|but] <else> [it is] true]", cost=0.1)(lambda c: Truth(Not(c)))

G.rule("defvalue", "{v:bareseconds}", cost=0.3)(lambda v: v)
G.rule("defvalue", "{v:value} , or {d:lit} for {n:name} <when> {c:cond}", "{v:value} , and {d:lit} for {n:name} <when> {c:cond}", cost=0.3)(lambda v, d, n, c: Cases((Arm(c, d),), v))
G.rule("defvalue", "{a:value} , so {b:value}", "{a:value} , that is {b:value}", "{a:value} , i.e. {b:value}", cost=0.5)(
    lambda a, b: b if isinstance(a, Lit) and a.text in [x.text for x in _literals(b)] else None)
G.rule("defvalue", "{v:truth}", cost=0.0)(lambda v: v)
G.rule("defvalue", "{v:cases}", cost=0.0)(lambda v: v)
G.rule("defvalue", "{v:value}", cost=0.0)(lambda v: v)
G.rule("defvalue", "{v:value} [,] (or|but) {d:lit} <when> {c:cond}", "{v:value} , {d:lit} <when> {c:cond}", cost=0.5)(lambda v, d, c: Cases((Arm(c, d),), v))
G.rule("defvalue", "{v:defvalue} LP {p:value} RP", cost=1.5)(lambda v, p: v if v == p else None)
G.rule("defvalue", "{v:value} [,] with (a blank|an empty|blank|empty|a missing) {n:name} counting as {d:lit}", "{v:value} [,] where (a blank|an empty|blank|empty|a missing) {n:name} counts as {d:lit}", cost=0.4)(lambda v, n, d: Filled(v, d) if v == Named(n) else None)

# --- definitions ------------------------------------------------------------------------------------------

G.rule("isword", "is", "are", "means", "equals", "=", "comes to", "amounts to", "is given by", "is simply", "will be", "should be", "must be", "counts", "is calculated as", "is computed as", "works out as",
       "is defined as", "shall be", "is to be", "says", "shows", "tells", "gives", "is :", "holds", "is then", "reads", "becomes", "contains", "is built like this :", "is as follows :", "is worked out like this :", "stands for", "being", "runs", "works like this :",
       "has", "goes by", "is set to", "is the following :", ":", "is also", "are also", "is always", "was", "refers to", "represents", "makes", cost=0.0)(lambda: True)


@G.rule("clause", "[the|a|an|their|its|and|that] {w:phrase} {i:isword} {v:defvalue}", "(by|with) [the] {w:phrase} (i|we) mean {v:defvalue}", "(set|let|call) [the] {w:phrase} [be|to] {v:defvalue}", "[the] {w:phrase} [,] (that is|which is|i.e.|meaning) {v:defvalue}", "(calculate|compute|work out|determine) [the] {w:phrase} as {v:defvalue}",
        "{n:quotedname} {i:isword} {v:defvalue}", cost=0.5)
def _define(v: Value, w: str = "", i: Any = None, n: str = "") -> Statement:
    return Define(w or n, v)


@G.rule("clause", "[the] {n:name} {i:isword} {v:defvalue}", "{o:owner} {n:name} {i:isword} {v:defvalue}", "(calculate|compute|work out|determine) [the] {n:name} as {v:defvalue}", "[the] {n:name} of {e:entity} {i:isword} {v:defvalue}", cost=0.3)
def _define_known(n: str, v: Value, i: Any = None, o: str = "", e: str = "") -> Statement:
    return Define(n, v)


@G.rule("clause", "[the] {n:name} {o:owner} {m:name}", cost=0.6)
def _elided(n: str, o: str, m: str) -> Statement:
    return Define(n, Named(m, o or "it"))


@G.rule("clause", "[then] (do not|never|do never) {n:name} (it|them|that|this|one) <when> {c:cond}", "[the] {e:entity} is not {n:name} <when> {c:cond}", cost=0.3)
def _do_not(n: str, c: Cond, e: str = "") -> Statement:
    return Assign(c, ((n, _FALSE),))


@G.rule("clause", "[<else>] [,] {n:name} (it|them|that|this|one) [only] <when> {c:cond}", cost=0.4)
def _do(n: str, c: Cond) -> Statement:
    return Assign(c, ((n, _TRUE),))


@G.rule("clause", "[the] {n:name} is (true or false|yes or no|either true or false|a yes or no)", cost=0.05)
def _is_boolean(n: str) -> Statement:
    return Remark("note")


@G.rule("clause", "every {n:num} {w:oneword} (is|are|make|makes|gives|give|earns|earn|means|mean|counts as|get you|gets you|buys) (a|an|one) [free] {x:oneword} [{y:oneword}]", cost=0.4)
def _every_nth(n: Lit, w: str, x: str, y: str = "") -> tuple[Statement, ...]:
    from sopwb.author.english.meaning import Arith

    return (Define("@whole " + x, Arith("div", Named("@sum"), n)), Define("@over " + x, Arith("rem", Named("@sum"), n)))


@G.rule("clause", "[the] {w:phrase} (depends on|follows|goes by|is based on|comes from|is decided by|is set by|is determined by|varies with|follows from|results from) {s:value} (:|-|,|as follows :|like this :) {v:cases}",
        "[the] {n:name} (depends on|follows|goes by|is based on|comes from|is decided by|is set by|is determined by|follows from|results from) {s:value} (:|-|,|as follows :|like this :) {v:cases}",
        "[the] {n:name} , which (depends on|follows|goes by|is based on) {s:value} (:|-|,) {v:cases}", cost=0.2)
def _depends(s: Value, v: Cases, w: str = "", n: str = "") -> Statement:
    return Define(w or n, Cases(v.arms, v.default, s))


@G.rule("clause", "{a:namephrase} and {b:namephrase} are [the] {k:aggkind} and [the] {xs:aggkind} {w:measure} [<of> {r:rows}]", cost=0.2)
def _two_extremes(a: str, b: str, k: str, xs: str, w: Value, r: Rows | None = None) -> tuple[Statement, ...]:
    return (Define(a, Agg(k, w, r)), Define(b, Agg(xs, w, r)))


G.rule("namephrase", "[the] {n:name}", "[the] {n:ident}", cost=0.1)(lambda n: n)


@G.rule("clause", "{a:namephrase} and {b:namephrase} are {v:value} and {w:value}", cost=0.9)
def _two_values(a: str, b: str, v: Value, w: Value) -> tuple[Statement, ...]:
    return (Define(a, v), Define(b, w))


G.rule("quotedname", "{s:string}", cost=1.0)(lambda s: s.text)


@G.rule("clause", "{c:cases}", cost=1.6)
def _bare_cases(c: Cases) -> Statement:
    return Define("@open", c)


@G.rule("clause", "[for] {a:aggregate} : {c:cases}", "{a:aggregate} decides : {c:cases}", cost=0.8)
def _bare_cases_of(a: Value, c: Cases) -> Statement:
    return Define("@open", Cases(c.arms, c.default, a))


@G.rule("clause", "{w:phrase} : [for|with] {e:anynoun} (that|which|who) (has|have|is) {p:verbish} [,] {v:value} ; [for] (one|those|ones) {c:gloss2} [,] {w2:value}", cost=3.0)
def _for_one(w: str, v: Value, w2: Value, c: Cond, e: str = "", p: str = "") -> Statement:
    return Define(w, Cases((Arm(c, w2),), v))


G.rule("verbish", "come back", "{p:phrase}", cost=0.5)(lambda p="": True)
G.rule("gloss2", "that (is|are) {p:phrase} LP {c:cond} RP", "that (has|have) not {p:phrase} LP {c:cond} RP", "{p:phrase} LP {c:cond} RP", cost=0.3)(lambda c, p="": c)
G.rule("subjectnoun", "{e:entity}", cost=0.0)(lambda e: e)
G.rule("subjectnoun", "{e:anynoun}", cost=0.3)(lambda e: e)
G.rule("subjectnoun", "(a|an|the|any) {s:source} in {t:source}", "(a|an|the|any) {s:anyword} in {t:source}", cost=0.2)(lambda t, s="": t)
G.rule("predicate", "(is|are) [considered|said to be|called|counted as|regarded as|classed as|deemed|seen as|marked as] [a|an|to be] {w:phrase}", "(counts as|count as|qualifies as|qualify as|is flagged as|becomes) [a|an] {w:phrase}", "(can|may|must|should|will) {w:phrase}", "(is|are) [a|an] {w:phrase}", cost=0.2)(lambda w: w)
G.rule("predicate", "(qualifies|qualify)", cost=0.3)(lambda: "qualify")


_VALUE_WORDS = frozenset(("null", "none", "nothing", "zero", "true", "false", "empty", "blank"))
"""Words that are a value of it, never a name of such records."""


@G.rule("clause", "{e:subjectnoun} {w:predicate} [only] <when> {c:cond}", "<when> {c:cond} [,] {e:subjectnoun} {w:predicate}", "(call|consider|flag|mark) {e:subjectnoun} [as] [a|an] {w:phrase} <when> {c:cond}", cost=0.5)
def _define_when(e: str, w: str, c: Cond) -> Statement | None:
    return None if w in _VALUE_WORDS else DefineWhen(e, w, c)


# --- special cases and errors -------------------------------------------------------------------------------

G.rule("set1", "[the] {n:name} (is|are|should be|must be|becomes|to|=|as|being|will be|gets|stays|equal to|is also) [also|simply|set to] {v:value}", "[the] {n:name} {v:lit}", cost=0.3)(lambda n, v: ((n, v),))
G.rule("namelist", "[the] {n:name}", cost=0.1)(lambda n: (n,))
G.rule("namelist", "{xs:namelist} (,|and|, and|or) [the] {n:name}", cost=0.1)(lambda xs, n: (*xs, n))
G.rule("set1", "{v:lit} (for|as|in) {xs:namelist}", "{xs:namelist} (are|is|should be|must be|become|stay) [both|all] {v:lit}", "(both|all of) {xs:namelist} (are|should be|become) {v:lit}", cost=0.2)(lambda v, xs: tuple((n, v) for n in xs))
G.rule("set1", "both [of (them|these|those|the two)] (are|is|stay|stays|remain|should be|must be|become) [also] {v:lit}", "(they|these|those|the two [of them]) (are|should be|must be|stay|become) both {v:lit}", "{v:lit} for both [of them]", "both {v:lit}", cost=0.1)(lambda v: (("@both", v),))
G.rule("set1", "{v:lit} for (all three|all of them|all four|all|everything|each of them|all five|all the fields|all fields|each|all of these|every field|both fields)", "(all three|all of them|all four|everything|all|all fields|all the fields|they|these|both fields|all five) (are|is|should be|become) [all|both] {v:lit}", "{v:lit} (everywhere|throughout|across the board)", cost=0.2)(
    lambda v: (("@rest", v),))
G.rule("set1", "(the other|the others|the other two|the other three|the rest|everything else|the remaining ones|the other fields|the other one|all others|the others|the other four|all the others|the remaining fields|the remaining two) (are|is|should be|become|stay|stays) [all|both] {v:lit}", "{v:lit} for (the other|the others|the other two|the other three|the rest|everything else|the other fields|the remaining ones|all others)", cost=0.2)(
    lambda v: (("@others", v),))
G.rule("set1", "{a:lit} and {b:lit}", cost=0.9)(lambda a, b: (("@1", a), ("@2", b)))
G.rule("set1", "(is|are|counts as|count as|is always|always counts as) {n:name}", cost=0.1)(lambda n: ((n, _TRUE),))
G.rule("set1", "[{e:entity}] (is|are) not {n:name}", "(does|do) not count as {n:name}", "never counts as {n:name}", cost=0.1)(lambda n, e="": ((n, _FALSE),))
G.rule("sets", "{a:set1}", cost=0.1)(lambda a: a)
G.rule("sets", "{xs:sets} {s:sep} {a:set1}", cost=0.1)(lambda xs, s, a: (*xs, *a))
G.rule("outcome", "{xs:sets}", "(return|give|give me|gets|get|gives|returns|use|set|report|leave|make|give back|show|say|says|put) [me|back|it|just] {xs:sets}", cost=0.2)(lambda xs: xs)
G.rule("outcome", "(return|give|say|give me|gets|get|is|are|gives|returns|use|they are|they get|the result is|report|just say|means|the answer is|just return|count as|counts as|return just|it returns|show|that makes|the message is) [me|back|simply] {v:value}",
       cost=0.7)(lambda v: (("@whole", v),))
G.rule("outcome", "(make it|make that|it is|that is|it gets|it says|it stays|it becomes|it reads|it should be|it must be|let it be) [then|simply|just|also|only] {v:value}", cost=0.7)(lambda v: (("@it", v),))
G.rule("outcome", "(it is|that is) the whole {n:name}", cost=0.4)(lambda n: (("@whole", Named(n)),))


@G.rule("clause", "<when> {c:cond} [,|:|then|, then|-] [then] {o:outcome}", "(with|for|given) {c:cond} [,] {o:outcome}", "{o:outcome} <when> {c:cond}", "[for] {c:subjectcond} [,] {o:outcome}", "{o:outcome} (for|with) {c:subjectcond}", "(without|without any|with none of) {r:rows} [,] {o:outcome}", "{o:outcome} (without|without any) {r:rows}", "{c:cond} (means|:|gives|makes|leads to|=>|->) {o:outcome}",
        "<else> [,] {x:outcome2}", cost=0.7)
def _assign(c: Cond | None = None, o: tuple[tuple[str, Value], ...] = (), x: Any = None, r: Rows | None = None) -> Statement | None:
    from sopwb.author.english.meaning import Otherwise

    c = NoRows(r) if r is not None else c
    return Assign(c if c is not None else Otherwise(), o or x)


@G.rule("clause", "{c:cond} (means|gives|makes|counts as|is|are|comes to) {v:lit}", cost=0.6)
def _means(c: Cond, v: Lit) -> Statement | None:
    return Assign(c, (("@whole", v),)) if isinstance(c, NoRows | Never) else None


G.rule("outcome2", "{o:outcome}", cost=0.0)(lambda o: o)
G.rule("subjectcond", "{e:subjectnoun} (without|without any|with no|who has no|that has no|which has no|with zero|who have no|that have no|having no|who made no) {r:rows}", "(no|zero) {r:rows} (means|gives|is|:|makes)", cost=0.3)(lambda r, e="": NoRows(r))
G.rule("subjectcond", "{e:subjectnoun} (who|that|which) (has|have) no {n:name}", "{e:subjectnoun} (without|without a|without any) {n:name}", "(a blank|an empty|a missing|a null|blank|empty|null) {n:name} [just] [(is|counts as|means|gives|is just|is treated as)]", cost=0.3)(lambda n, e="": Holds(Named(n), "absent"))
G.rule("subjectcond", "{e:subjectnoun} (who|that|which|whose) {c:cond}", cost=0.6)(lambda e, c: c)
G.rule("subjectcond", "{e:subjectnoun} (who|that|which) [has|have|was|were|has been|have been] never [been] {v:verb} [anything]", cost=0.4)(lambda v, e="": Never(v))
G.rule("subjectcond", "for (them|these|those|it)", "(they|those|these) [claims]", cost=2.5)(lambda: Holds(None, "@previous"))


@G.rule("clause", "(a blank|an empty|a missing|a null|blank|empty|null|no|an absent) {n:name} (is|counts as|means|is treated as|is taken as|is counted as|just means|is the same as|stands for|is read as|should count as|should be treated as|should be) [the same as] {v:lit}",
        "(treat|count|take|read|consider|treating|counting) (a blank|an empty|a missing|a null|blank|empty|null) {n:name} as {v:lit}", "<when> {n:name} is <empty> [,] (treat|count|take|use|read) it as {v:lit}", "{n:name} (counts as|is taken as|is treated as) {v:lit} <when> (it is|) <empty>", cost=0.2)
def _blank_is(n: str, v: Lit) -> Statement:
    return Define("@blank " + n, v)


@G.rule("clause", "(a blank|an empty|a missing|a null|no) {n:name} (is|does|counts as|count as) not [count as|as] [a|an] {w:name}", cost=0.3)
def _null_is_not(n: str, w: str) -> Statement:
    return Assign(Holds(Named(n), "absent"), ((w, _FALSE),))


@G.rule("clause", "(a blank|an empty|a missing|a null|blank|empty) {n:name} [just|simply] means nothing {p:phrase}", cost=0.4)
def _blank_is_nothing(n: str, p: str) -> Statement:
    return Define("@blank " + n, Lit("number", "0"))


@G.rule("clause", "(a blank|an empty|a missing|a null|blank|empty) {n:name} [just|simply] means (no|not) {p:phrase}", cost=0.4)
def _blank_is_no(n: str, p: str) -> Statement:
    return Define("@blank " + n, Lit("bool", "false"))


@G.rule("clause", "<when> {c:cond} [,|then|, then|:] [then] <error> [instead] [(with|saying|that says) [the] [message] {m:string}]", "<error> [instead] <when> {c:cond}", "{c:missingnoun} [should|must] <error>", "{c:missingnoun} [is|should be|must be|counts as|gives|means] <error>", "<when> {c:cond} [,] <subj> [should] <error> [instead]",
        "[with|for] {c:missingnoun} [,] [the script] <error>", "LP <when> {c:cond} [,] <error> RP", "[and] so (is|does) {c:missingnoun}", "the same (goes for|holds for|is true for) {c:missingnoun}", cost=0.3)
def _fail(c: Cond, m: Lit | None = None) -> Statement:
    return Fail(c, m.text if m else "")


G.rule("missingnoun", "(an unknown|an invalid|a missing|a non existent|any unknown|unknown|a not existing|a nonexistent|a wrong|no such|an unlisted|any other) ({n:name}|{e:anyword}|{s:source})", "(a|an|any|the) ({n:name}|{e:anyword}) (that|which|who) (is not|does not exist|does not appear|is missing|cannot be found) [known|there|found] [in] [{t:source}]",
       "{n:name} (that|which) (is|are) not in {t:source}", "(a|an) {n:name} [that is] not (in|found in|listed in) {t:source}", "(a|an) {n:name} (we|i) do not (have|know)", "(a|an) {n:name} that does not exist", cost=0.2)(
    lambda n="", e="", s="", t="": Missing(n, t or s))
G.rule("missingnoun", "(a|an|the|any) {n:name} {t:tails}", "(a|an|the) {n:name} [that is] {t:tails}", cost=0.8)(lambda n, t: with_subject(t, Named(n)))


# --- corrections of a value ------------------------------------------------------------------------------------

G.rule("adjust", "add {v:value} [to (it|that|the result|the price|the total)]", "(it|that) (increases|goes up|rises) by {v:value}", "plus {v:value}", "there is (a|an) (extra|surcharge|additional fee) of {v:value}", "{v:value} (is|are|gets) added [to it|on top|to that]", cost=0.3)(lambda v: ("add", v, None))
G.rule("adjust", "(subtract|deduct|take off|take away|knock off) {v:value} [from (it|that|the result|the price|the total)]", "minus {v:value}", "{v:value} (is|are|gets) (subtracted|deducted|taken off)", cost=0.3)(lambda v: ("sub", v, None))
G.rule("adjust", "add {p:percent} [on top] [of (what you have so far|it|that|the result|what it is)]", "add {p:percent} to (it|that|the result)", "add {p:percent} of what you have so far", "(it|that) (increases|goes up) by {p:percent}", cost=0.1)(lambda p: ("percent_more", p, None))
G.rule("adjust", "(subtract|deduct|take off|knock off|give) {p:percent} [discount|off] [of (it|that|the result|what you have so far)]", "(it is|is) (reduced|discounted) by {p:percent}", "there is {p:percent} off", "(it|that) gets {p:percent} off", cost=0.1)(lambda p: ("percent_less", p, None))
G.rule("adjust", "halve it", "it is halved", "it halves", "(it is|that is) half [of that|of it|as much]", "halve that", "half of that", "only half of it", "they get half [of that|of it]", "cut it in half", "divide it by two", cost=0.2)(lambda: ("half", None, None))
G.rule("adjust", "double it", "it is doubled", "it doubles", "double that", "(it is|that is) (twice|double) (that|as much)", cost=0.2)(lambda: ("times", Lit("number", "2"), None))
G.rule("adjust", "(multiply it by|times|multiply that by) {v:value}", cost=0.3)(lambda v: ("times", v, None))
G.rule("adjust", "(divide it by|divide that by) {v:value}", cost=0.3)(lambda v: ("divide", v, None))


@G.rule("clause", "[<subj>] [then|finally|next] {a:adjust}", cost=0.6)
def _adjust(a: tuple[str, Value, int | None]) -> Statement:
    return Adjust(a[0], a[1])


@G.rule("clause", "[then] [,] <when> {c:cond} [,|then|, then] {a:adjust}", "{a:adjust} <when> {c:cond}", "for {p:whom} (whose|with|where|who|that) {c:cond} [,] {a:adjust}", cost=0.4)
def _adjust_when(c: Cond, a: tuple[str, Value, int | None], p: Any = None) -> Statement:
    return Adjust(a[0], a[1], c)


G.rule("participle", "(doubled|twice as much|twice as high)", cost=0.1)(lambda: ("times", Lit("number", "2"), None))
G.rule("participle", "(halved|cut in half|only half)", cost=0.1)(lambda: ("half", None, None))
G.rule("participle", "(increased|raised|goes up|higher) by {p:percent}", "{p:percent} higher", cost=0.1)(lambda p: ("percent_more", p, None))
G.rule("participle", "(reduced|lowered|decreased|discounted|cut|lower) by {p:percent}", "{p:percent} (lower|cheaper)", cost=0.1)(lambda p: ("percent_less", p, None))
G.rule("participle", "(increased|raised) by {v:value}", cost=0.3)(lambda v: ("add", v, None))
G.rule("participle", "(reduced|lowered|decreased) by {v:value}", cost=0.3)(lambda v: ("sub", v, None))


@G.rule("clause", "<when> {c:cond} [,|then|, then] [the] {n:name} (is|gets|is then) {a:participle}", "[the] {n:name} (is|gets) {a:participle} <when> {c:cond}", "[the] {n:name} (is|gets|is then) {a:participle}", cost=0.25)
def _adjust_named(n: str, a: tuple[str, Value, int | None], c: Cond | None = None) -> Statement:
    return Adjust(a[0], a[1], c, n)


@G.rule("clause", "[<subj>|and|then|finally] {r:rounding}", "(round|rounds) (the result|the price|it|that|the total|everything|this|the final price|the sum|the outcome|the final result|the value) {p:places} [{h:half}]", "[the] (result|price|total|it|that) is {r:rounding}", cost=0.4)
def _round_it(r: tuple[int, str] | None = None, p: int = 0, h: str = "half") -> Statement:
    places, how = r or (p, h)
    return Adjust("round" if how == "half" else "round_" + how, None, places=places)


@G.rule("clause", "[and|but] [it is|it must be|it can be|it should be] (never less than|not less than|never below|at least|never under|never lower than|never goes below|it never goes below|never drop below|not below|it cannot go below|it must not go below|can not go below) {v:factor}", "(never a negative number|never negative|it is never negative|never go below zero|it must not be negative|not negative|never below zero|no negative numbers|it never goes negative|never return a negative number|it can not be negative|it should never be negative)", cost=0.4)
def _low(v: Value | None = None) -> Statement:
    return Adjust("low", v if v is not None else Lit("number", "0"))


@G.rule("clause", "[and|but] [it is|it can be] (never more than|not more than|at most|never above|capped at|never over|no more than|never higher than|limited to|cap it at|it is capped at|never exceeds|it never exceeds|it never goes over|never goes above|up to a maximum of|with a maximum of|the maximum is|but at most|it must not exceed|it can not exceed) {v:factor}", cost=0.4)
def _high(v: Value) -> Statement:
    return Adjust("high", v)


@G.rule("clause", "<when> (they|he|she|it|someone|{e:entity}) (paid|pays|pay|has|have|gave|used) (too much|more than that|more than they (owe|should|need)) [,] (say|return|make it|it is|give) {v:lit}", "<when> (it|that|the result|the difference) (is|would be|comes out|goes|gets|turns out) (negative|below zero|less than zero) [,] (say|return|make it|it is|use|give|make that) {v:lit}", cost=0.3)
def _negative(v: Lit, e: str = "") -> Statement | None:
    return Adjust("low", v) if v.text == "0" else None


# --- cases that are only named, and remarks ---------------------------------------------------------------------


@G.rule("clause", "[also] (make sure to|be sure to|remember to|do not forget to|please) (handle|cover|treat|consider|think of|take care of|deal with) (the case where|the case that|the case when|when|if|the situation where|what happens when|what happens if) {c:cond}", "(handle|cover|deal with|take care of|watch out for) (the case where|the case that|the case when|the situation where|the case of) {c:cond}",
        "(handle|cover|deal with) {c:subjectcond}", "what (happens|about|if) [if|when|the case where] {c:cond}", cost=0.3)
def _case_absent(c: Cond) -> Statement | None:
    return CaseAbsent(c.rows) if isinstance(c, NoRows) else None


@G.rule("clause", "exactly {v:value} [{n:bandnoun}] (is|does|counts|still counts|are|do) not [yet] [a|an|as|count as|count|be|in|too|included|counted|enough|make it|yet] [{w:phrase}]", "[LP] {w:phrase} today is not {w2:phrase} [RP]", cost=0.5)
def _strict(v: Value | None = None, n: Any = None, w: str = "", w2: str = "") -> Statement:
    return Remark("limit", True)


@G.rule("clause", "exactly {v:value} [{n:bandnoun}] (is|does|counts|are|do) [included|counted|count|enough|in|too|as|a|an|also|still] [as] [a|an] [{w:phrase}]", "[LP] that day included [RP]", "and the day exactly {v:value} is included", "the day exactly {v:value} is included", "(day|the day|number) {v:num} [itself] [counts as|is|included|counts] [still] [counts as] [{w:phrase}]",
        "(that day|both days|both ends|the first and the last day|the last day|the first day|that one) (is|are|counts|count) (included|counted|in|too)", cost=0.6)
def _inclusive(v: Value | None = None, n: Any = None, w: str = "") -> Statement:
    return Remark("limit", False)


@G.terminal("ontime")
def _ontime(chart: Chart, at: int) -> list[Edge]:
    """Read free words that speak of being early or in time: what is not late at all."""
    words: list[str] = []
    for end in range(at, min(at + 16, len(chart.tokens))):
        low = chart.low(end)
        if low in ("mean", "means", "count", "counts", "is", "are", "all", "both", "gives", "give", "gets") and end > at:
            text = " ".join(words)
            early = any(w in text for w in ("early", "on time", "in time", "ahead", "in advance", "before", "not due", "sooner", "on the day"))
            return [Edge(end, text, 2.0)] if early else []
        if chart.tokens[end].kind not in ("word", "name") and low not in (",", "'s"):
            return []
        words.append(low)
    return []


@G.rule("clause", "{t:ontime} [all|both] (mean|means|count as|counts as|is|are|gives|give|gets) {v:num} {n:name} [{m:name}]", "{t:ontime} [all|both] (mean|means|count as|counts as|is|are|gives|give|gets) {v:num} {u:unit} {w:oneword}", "{t:ontime} [all|both] (mean|means|count as|counts as|is|are|gives|give) {v:num}", cost=0.5)
def _on_time(t: str, v: Lit, n: str = "", m: str = "", u: str = "", w: str = "") -> Statement | None:
    """What is early or in time counts as nothing: the span never falls below it."""
    return Adjust("low", v) if v.text == "0" else None


@G.rule("clause", "both today and the day [exactly] {v:num} {u:unit} (ago|from now|from today) (count|counts|are included)", "[and] today (counts|is included) [too]", cost=0.4)
def _both_count(v: Value | None = None, u: str = "") -> Statement:
    return Remark("limit", False)


@G.rule("clause", "{e:subjectnoun} (that|which|who) {p:prose} LP {c:cond} RP (is|are) counted (up to|until|to|till) {d:clockvalue}", "{e:subjectnoun} (that|which|who) {p:prose} LP {c:cond} RP (runs|goes) (up to|until|to|till) {d:clockvalue}", "<when> {c:cond} [,] (count|take|use|it counts|it is counted|it runs) (up to|until|to|till|) {d:clockvalue} [instead]", cost=0.4)
def _until_now(c: Cond, d: Value, e: str = "", p: str = "") -> Statement | None:
    """An end that is not there yet is the present one."""
    return Define("@blank " + c.left.words, d) if isinstance(c, Empty) and isinstance(c.left, Named) else None


@G.rule("clause", "from {a:factor} (up to and including|through|up to|until and including) {b:factor} [, (both included|inclusive)]", "{a:factor} and {b:factor} (both count|included|both included)", cost=0.8)
def _restated_window(a: Value, b: Value) -> Statement:
    return Remark("limit", False)


@G.rule("clause", "(it|the script|this|the process|the job|that) (should|must|has to|needs to|does|shall|will) [do] [the following|this|these things|these steps|as follows|like this]", "[<please_do>] (say|tell|show|return|explain) [me] why [not]", "[<please_do>] also (say|tell|show|return|explain) [me] why [not]", "(here is|this is) (what|how) it (should do|should work|does|works)", "the following", cost=1.2)
def _announce() -> Statement:
    return Remark("note")


@G.rule("clause", "the same {a:caps} and {b:caps} [as (numbers|plain numbers|a number)]", "the same {a:caps} [as (a number|numbers)]", "as numbers", cost=0.4)
def _the_same(a: str = "", b: str = "") -> Statement:
    return Remark("note")


@G.rule("clause", "(two|2|three|several) {s:source} on the same day count as (two|2|three|several)", "every {s:source} counts [as one]", "(that is fine|that is ok|that is okay|this is fine|that is allowed|this is allowed|that is intended|that can happen)", "{n:name} (can|may) (go below zero|be negative|go negative|drop below zero)", "and may go below zero", "may (be negative|go below zero)",
        "the script keeps its name", "(keep the rest|leave the rest|everything else stays|the rest stays|keep everything else) [as it is|the same|unchanged]", "most (of them|{n:name}s|{w:oneword}) are not (in there|there|in it)", "just return the (word|value|number) itself [, not an object]", "return (the|just the) (word|value|number|text) itself", "not an object",
        "(it is|that is) for (our|the|my) {w:oneword}", "(both|all) [the] {w:oneword} end as shown [, without the quotes]", "LP {x:clause} RP", "without the quotes", "so (it|that) is {v:lit} for today", "(so|so that|which means) {v:value} (is|counts as) {u:lit} [{k:unit}]", "so a same day {w:oneword} (is|counts as) {v:lit}", "(it|that) is [only] a (simple|small|quick) one", "[then] (we are done|that is all|that is it|nothing more|nothing else)", cost=0.9)
def _remark(**bound: Any) -> Statement | tuple[Statement, ...]:
    inner = bound.get("x")
    return inner if isinstance(inner, Fail | Remark) else Remark("note") if inner is None else inner


def either(parts: tuple[Cond, ...]) -> Cond:
    return Or(parts)


def count_of(rows: Rows) -> Value:
    return Agg("count", None, rows)


def compare_true(name: str) -> Cond:
    return Compare("==", Named(name), _TRUE)


def is_empty(name: str) -> Cond:
    return Empty(Named(name))


FALSE = _FALSE
