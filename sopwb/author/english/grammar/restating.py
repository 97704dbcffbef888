# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What is said once more in other words: "the most recent one, the one with the latest date", "any time, not only since May".

A restatement may make what it restates more exact, and never says something else: one that does is no reading. Shares
"as a percentage" and lists of ifs ("if a, if b, or if c") are here too. Deliberately not here: limits that are said
again ("5 itself counts", ``definitions``), which are held against the script.
"""

from __future__ import annotations

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.everyday import in_percent, is_percentage
from sopwb.author.english.grammar.rows import is_adjective, with_cond
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    And,
    Arith,
    Arm,
    Assign,
    Compare,
    Cond,
    Define,
    Except,
    Holds,
    Inside,
    Lit,
    Named,
    NoRows,
    Or,
    Pick,
    Rows,
    Statement,
    Value,
)
from sopwb.author.english.nothing import NONE
from sopwb.author.english.patterns import Chart, Edge

# --- the one record, told twice ---------------------------------------------------------------------------------

G.rule("theone", "[,] (the one|that is the one|i.e. the one|meaning the one) (with|that has|which has|having) the (<latest>|<max>) {n:measure}", cost=0.0)(lambda n: (n, True))
G.rule("theone", "[,] (the one|that is the one|i.e. the one|meaning the one) (with|that has|which has|having) the (<earliest>|<min>) {n:measure}", cost=0.0)(lambda n: (n, False))


@G.rule("pick", "{p:pick} {x:theone}", "{p:pick} LP {x:theone} RP", cost=0.1)
def _the_one(p: Pick, x: tuple[Value, bool]) -> Pick | None:
    """Say by what the latest is the latest; the other end is another record."""
    return Pick(p.rows, x[0], p.last) if p.last == x[1] and p.by in (None, x[0]) else None


# --- at any time ----------------------------------------------------------------------------------------------------

G.rule("whenever", "(any time|at any time|ever|no matter when|regardless of when|whenever that was|of all time|at whatever time|however long ago)", "whenever it was", cost=0.0)(lambda: True)
G.rule("notonly", "[,] [and] not [only] (since|in|from|during|for|within) {x:oneword}", "[,] [and] not [only] (since|in|from|during|for|within) {x:oneword} {y:oneword}", "[,] [and] not [only] {w:window}", cost=0.1)(lambda x="", y="", w=None: True)


@G.rule("rows", "{r:rows} [,] {k:whenever} [{n:notonly}]", cost=0.2)
def _any_time(r: Rows, **_: bool) -> Rows | None:
    """All of theirs, whatever window narrowed those that were spoken of before."""
    return msgspec.structs.replace(r, owner=r.owner or "it", every=True) if r.source else None


@G.rule("pick", "{p:pick} [,] {k:whenever} [{n:notonly}]", cost=0.2)
def _pick_any_time(p: Pick, **_: bool) -> Pick | None:
    rows = _any_time(p.rows) if p.rows is not None else None
    return Pick(rows, p.by, p.last) if rows is not None else None


# --- what they did, explained by brackets -------------------------------------------------------------------------

_DENYING = frozenset(("not", "never", "no", "without", "hardly"))


@G.rule("rows", "{r:rows} [that|which|who] {e:entity} [have|has|had] {v:oneword} LP {c:cond} RP", cost=0.5)
def _did_explained(r: Rows, e: str, v: str, c: Cond) -> Rows | None:
    """ "The lessons they attended (status 'attended')": the bracket says what they did."""
    if v in _DENYING or not r.source:
        return None
    return msgspec.structs.replace(r, owner=r.owner or e or "it", conds=(*r.conds, c))


G.rule("rows", "{r:rows} (under|on|in|with|of|from|at|by) {v:oneword} [{w:oneword}] LP {c:cond} RP", cost=0.6)(lambda r, v, c, w="": None if {v, w} & _DENYING or not r.source else with_cond(r, c))

# --- shares in percent ------------------------------------------------------------------------------------------------

G.rule("aspercent", "[,] (as a percentage|as percentage|in percent|as percent|as a percent|expressed as a percentage|expressed in percent|given as a percentage|given in percent|as a percentage value)", cost=0.0)(lambda: True)


@G.rule("sum", "{a:sum} {p:aspercent}", cost=0.2)
def _as_percentage(a: Value, p: bool) -> Value | None:
    return in_percent(a.left, a.right) if isinstance(a, Arith) and a.op == "/" and not is_percentage(a) else None


G.rule("decimalcount", "(one decimal|a decimal|one decimal place)", cost=0.0)(lambda: 1)
G.rule("decimalcount", "{n:num} (decimals|decimal places|decimal|decimal place)", cost=0.0)(lambda n: int(n.text) if n.text.isdigit() else None)
G.rule("rounding", "[,] [to] {n:decimalcount} [,|LP] <round> {h:half} [RP]", cost=0.1)(lambda n, h: (n, h))

# --- lists of ifs -----------------------------------------------------------------------------------------------------

G.rule("ors", "{a:atom} , (if|when) {b:orif}", cost=0.1)(lambda a, b: Or((a, *(b.parts if isinstance(b, Or) else (b,)))))
G.rule("orif", "{a:atom} [,] or (if|when) {b:atom}", "{a:atom} , (if|when) {b:orif}", cost=0.1)(lambda a, b: Or((a, *(b.parts if isinstance(b, Or) else (b,)))))
G.rule("ands", "{a:atom} , (if|when) {b:andif}", cost=0.1)(lambda a, b: And((a, *(b.parts if isinstance(b, And) else (b,)))))
G.rule("andif", "{a:atom} [,] and (if|when) {b:atom}", "{a:atom} , (if|when) {b:andif}", cost=0.1)(lambda a, b: And((a, *(b.parts if isinstance(b, And) else (b,)))))

# --- "holds fewer than 500 seeds" ---------------------------------------------------------------------------------

G.rule("holdverb", "(holds|hold|contains|contain|carries|carry|stores|store|keeps|keep|counts|owns|own|shows|offers|seats|weighs)", cost=0.0)(lambda: True)
G.rule("atom", "{e:entity} {k:holdverb} {o:cmp} {v:num} {n:name}", "{e:entity} {k:holdverb} {v:num} {o:ormore} {n:name}", "{e:entity} {k:holdverb} {v:num} {n:name} {o:ormore}", cost=0.3)(
    lambda o, v, n, e="", k=None: Compare(o, Named(n, e), v))


@G.rule("clause", "{e:subjectnoun} (whose|where [the]) {n:name} is <empty> ({k:holdverb}|has|counts as having|is taken to have|is taken to hold|counts as holding) {v:num} {m:name}", cost=0.1)
def _blank_holds(n: str, v: Lit, m: str, **_: object) -> Statement | None:
    return Define("@blank " + n, v) if n == m else None


# --- those that are left, by an adjective that says no more ----------------------------------------------------------

_LEFT = frozenset(("usable", "valid", "countable", "eligible", "counted", "relevant", "suitable", "applicable", "remaining", "proper"))


@G.terminal("vagueadj")
def _vagueadj(chart: Chart, at: int) -> list[Edge]:
    """Read "usable", "eligible": those that count, where no field or text has that word."""
    low = chart.low(at)
    fits = low in _LEFT and not is_adjective(chart.names, low) and chart.names.name_cost(low) is None
    return [Edge(at + 1, low, 0.0)] if fits and chart.tokens[at].kind == "word" else []


G.rule("head", "[the|any|a|an|no|those] {a:vagueadj} {s:source}", cost=0.3)(lambda a, s: Rows(noun=s))


# --- sums with the records named first --------------------------------------------------------------------------

G.rule("measure", "[the] {x:oneword} LP {n:name} RP", cost=0.6)(lambda x, n: Named(n))
G.rule("aggregate", "{k:aggkind} [,] <of> {r:rows} [,] of {v:product}", cost=0.3)(lambda k, r, v: Agg(k, v, r))


@G.terminal("onesource")
def _onesource(chart: Chart, at: int) -> list[Edge]:
    """Read a source's name in the singular: one record that another names ("the order's frame")."""
    return [e for e in chart.parse("source", at) if chart.low(e.end - 1) == singular(chart.low(e.end - 1))]


G.rule("factor", "[the] {n:name} of {o:owner} [own] {s:onesource}", "{o:owner} {s:onesource} 's {n:name}", cost=0.4)(lambda n, o, s: Named(n, singular(s)))
G.rule("rounding", "{r:rounding} [,] [only|just] once [,] [at the [very] end]", "{r:rounding} [,] [but] [only|just] at the [very] end", "{r:rounding} [,] not each {x:oneword} [by itself|separately|on its own]", cost=0.1)(lambda r, x="": r)



@G.rule("clause", "[<subj>|and|then|finally] (round|rounds) (the result|it|that|the total|the sum|this|the outcome|the final result|the value|the amount) {h:half} {p:places}", "[<subj>|and|then|finally] (round|rounds) [the] {n:name} {h:half} {p:places}", cost=0.3)
def _round_half(h: str, p: int, n: str = "") -> Statement:
    return Adjust("round", None, words=n, places=p)


# --- bands that end before a number ------------------------------------------------------------------------------

G.rule("notwith", "[,] (but not including|but excluding|but below|but under|but less than|but without|not including|excluding)", "(to [just] below|to [just] under|up to [just] below|up to [just] under)", cost=0.0)(lambda: True)
for _category in ("band", "openband"):
    G.rule(_category, "(from|between) {a:num} [{n:bandnoun}] [up to|to|until|and] {k:notwith} {b:num} [{m:bandnoun}]", "from {a:num} [{n:bandnoun}] {k:notwith} {b:num} [{m:bandnoun}]", cost=0.1)(
        lambda a, b, n=None, m=None, k=None: Inside(Named("@subject", n or m or ""), a, b, True, False))
G.rule("arm", "{v:string} from {a:lit} [{n:bandnoun}]", cost=0.4)(lambda v, a, n=None: Arm(Compare(">=", Named("@subject", n or ""), a), v))

# --- that level, as a parameter ------------------------------------------------------------------------------------

G.rule("gives", "(puts on|puts at|puts under|places in|places on|places at|assigns|assigns to|sorts into|ranks|ranks as|grades as|rates|files under)", cost=0.0)(lambda: True)
G.rule("saying", "[in|into|on|at|to|as] (that|this|the given|that very|the same) {n:name}", cost=0.2)(lambda n: Compare("==", Named(n), Named("@key", n)))

# --- where there is nothing ------------------------------------------------------------------------------------------


@G.terminal("newverb")
def _newverb(chart: Chart, at: int) -> list[Edge]:
    """Read a word that names nothing here: "came" in "if they never came" only says that there is none."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word":
        return []
    low = chart.low(at)
    known = chart.names.name_cost(low) is not None or is_adjective(chart.names, low) or chart.names.sources_named(low)
    return [] if known or low in _DENYING or chart.parse("verb", at) or chart.parse("dateverb", at) else [Edge(at + 1, low, 0.0)]


G.rule("nonehere", "(none|nothing|nobody|no one) (is|means|gives|counts as|makes|would be) [just|simply]", cost=0.0)(lambda: True)
G.rule("neverdid", "{e:entity} (never|have never|has never|had never|never have) {w:newverb} [one|any|anything]", "{e:entity} (did not|have not|has not) {w:newverb} (any|anything|at all|ever|one)", "nothing (is|was) {w:newverb}", "nothing (is|was) {n:ownword}", "there (was|were) (none|nothing|no such one|never one|never any)", "(it|they|he|she) (had|ever had) none", cost=0.3)(lambda e="", w="", n="": True)


@G.rule("clause", "{k:nonehere} {v:lit}", "{v:lit} <when> {k:neverdid}", cost=0.6)
def _where_none(v: Lit, k: bool) -> Statement:
    return Assign(NONE, (("@it", v),))

G.rule("rows", "{r:rows} (without|with no|that have no|that has no|with an empty|with a missing|with a blank) [a|an|any] {n:name} (value|values|entry|reading|figure|set|given)", cost=0.4)(lambda r, n: with_cond(r, Holds(Named(n), "absent")))

# --- one number out of another ---------------------------------------------------------------------------------------

G.rule("sum", "{a:factor} out of [all] {b:factor} {p:aspercent}", "{a:factor} in percent of [all] {b:factor}", cost=0.2)(lambda a, b, p=None: in_percent(a, b))
G.rule("sum", "{a:factor} out of [all] [the] {r:rows} {p:aspercent}", "{a:factor} (in percent of|as a percentage of) [all] [the] {r:rows}", cost=0.3)(lambda a, r, p=None: in_percent(a, Agg("count", None, r)) if r.source or r.noun else None)
G.rule("sum", "{s:rows} (as a percentage of|in percent of|as percent of) {r:rows}", cost=0.4)(lambda s, r: in_percent(Agg("count", None, s), Agg("count", None, r)) if s.source and (r.source or r.noun) else None)
G.rule("rows", "{r:rows} {v:oneword} (so far|until now|up to now|to date) LP {c:cond} RP", "{r:rows} (so far|until now|up to now|to date) LP {c:cond} RP", cost=0.3)(lambda r, c, v="": with_cond(r, c) if v not in _DENYING and r.source else None)


@G.rule("clause", "(a|an|any|no) {e:entity} (without|without any|with no|that has no|which has no) {r:rows} (is|are|counts as|gets|has) (never|not) [a|an|any] {n:ownword}", cost=0.2)
def _never_without_rows(r: Rows, n: str, e: str = "") -> Statement:
    return Except(NoRows(r), n, Lit("bool", "false"))
