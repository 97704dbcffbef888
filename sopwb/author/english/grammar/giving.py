# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""The parts of a sentence that says what comes out: its verb, what a name is said to be at once, values without a name.

    giving  := [subject] ["also"] "returns" | "I want" | "tells me" | "out come" | …
    gloss   := "(" told ")" | "," described told | ", that's" told | ":" told
    told    := value | cases | "the total" | "how many there were" | "what you get if you …"
    naming  := "call" ("that" | "them" | value) NAME ("and" …)*

Deliberately not here: the list itself (``listing``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.aggregates import nested
from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    Arith,
    Assign,
    Cases,
    Compare,
    Cond,
    Define,
    Holds,
    Inside,
    It,
    Lit,
    Named,
    NameThem,
    NoRows,
    Not,
    Ratio,
    Ret,
    Return,
    Rounded,
    Rows,
    Select,
    Span,
    Statement,
    Truth,
    Value,
)
from sopwb.author.english.names import key_of, source_edges, spans
from sopwb.author.english.nodes import Node, has
from sopwb.author.english.patterns import Chart, Edge

# --- the verb -------------------------------------------------------------------------------------------------

G.rule("giving", "[<subj>] [{a:also}] <return> [{b:also}] [me|us|you] [back] [just|only|simply]", cost=0.0)(lambda a=False, b=False: bool(a or b))
G.rule("giving", "{g:comesback} [{b:also}] [me|us|you] [back] [just|only|simply]", cost=0.1)(lambda g=None, b=False: bool(b))
G.rule("giving", "(i|we) {a:also} (want|need|would like|would love|expect) [to (see|know|get|have)] [back]", "(i|we) would {a:also} (like|love) [to (see|know|get|have)] [back]", "(i|we) (would love|should like|shall need|am after|are after|am interested in|are interested in) [{a:also}] [to (see|know|get|have)]", "[<subj>] [should|must|will] [{a:also}] (give|gives|show|shows|tell|tells|report|reports|return|returns|hand|hands|pass|passes|deliver|delivers|work out|works out) (me|us|you) [{b:also}] [back]", cost=0.1)(
    lambda a=False, b=False: bool(a or b))
G.rule("giving", "(out|back) (come|comes|go|goes)", "[and] what (i|we|you) (want|need|get|would like|am after) [back|out|from it] (is|are)", "[and] (i|we|you) (want|need|get|would like) back", "[and] [<subj>] (get|gets|getting|see|sees|seeing|works out|work out) [back]", "which (gives|returns) [me|us]", "[{a:also}] (show|report|list|include|tell) [me|us]", cost=0.3)(lambda a=False: bool(a))

# --- what a name is said to be --------------------------------------------------------------------------------

class Total(Node, frozen=True):
    """An aggregate of which nothing but the kind was said: of the field that is called like what it explains."""

    kind: str


G.rule("told", "{v:defvalue}", cost=0.0)(lambda v: v)
for _kind, _words in (("sum", "total|sum|overall total|sum total|grand total|whole amount"), ("avg", "average|mean"), ("max", "highest|biggest|largest|maximum"), ("min", "lowest|smallest|minimum"), ("last", "latest|most recent"), ("first", "earliest")):
    G.rule("told", f"[the] ({_words}) [one|value|number|amount|figure] [of (them|those|these|all of them|all of those|it all)]", cost=0.4)(lambda k=_kind: Total(k))
G.rule("told", "[all|all of it|all of them|everything] (added up|summed up|in total|added together|altogether|together)", cost=0.4)(lambda: Total("sum"))
G.rule("told", "on average", cost=0.4)(lambda: Total("avg"))


def told_of(name: str, value: Any) -> Any:
    """Complete what was said of a name by the name itself."""
    if isinstance(value, Total):
        return Agg(value.kind, Named(key_of(name)), None)
    return value


@G.terminal("opens")
def _opens(chart: Chart, at: int) -> list[Edge]:
    """Look ahead, reading nothing: what follows can be no further name, since only an explanation begins like that."""
    low, after = chart.low(at), chart.low(at + 1)
    kind = chart.tokens[at].kind if at < len(chart.tokens) else ""
    fits = low in ("how", "true", "yes", "whether", "what", "all") or kind in ("string", "number", "money", "percent") or (low in ("the", "a", "an", "its", "their", "his", "her") and after != "")
    return [Edge(at, True, 0.0)] if fits else []


G.rule("means", "(which|that|this|it) (is|are|was|were|says|tells|means|would be|should be|will be|shall be|counts|shows|holds|equals|gives) [me|us] [simply|just|either|always]", "(i.e.|namely|meaning|being|so|in other words|that is to say)", "which (i|we) (define|compute|calculate|work out) as", "by which (i|we) mean", "(i|we) mean", cost=0.0)(lambda: True)
G.rule("glossing", "[,|-|;] {m:means} {v:told}", "LP [{m:means}] {v:told} RP", "[,|-] {m:means} [:] {v:told}", cost=0.1)(lambda v, m=None: v)
G.rule("glossing", "= {v:told}", cost=0.0)(lambda v: v)
G.rule("glossing", "(:|-) {v:told}", "- {v:told} -", cost=0.3)(lambda v: v)
G.rule("told", "{r:rows}", cost=1.2)(lambda r: Agg("count", None, r) if r.source and (r.conds or r.words) else None)
G.rule("told", "(those|the ones) {r:rows}", "(those|the ones) (that|who|which) {c:cond}", "(those|the ones) with {c:cond}", cost=1.0)(lambda r=None, c=None: Agg("count", None, r if r is not None else Rows(conds=(c,), noun="@them")))

# --- order totals: a field of records that stand before it -----------------------------------------------------


@G.terminal("orderfield")
def _orderfield(chart: Chart, at: int) -> list[Edge]:
    """Read "order totals" where there are orders with a total. The node is the field and the source."""
    names = chart.names
    out: list[Edge] = []
    for first in source_edges(chart, at):
        record = names.sources[first.node].record
        if first.end >= len(chart.tokens) or chart.tokens[first.end].kind == "string":
            continue
        for end, key in spans(chart, first.end):
            out.extend(Edge(end, (Named(key), first.node), first.cost) for f in record.names() if key_of(f) == key)
    return out


G.rule("fieldrows", "[the|all|all the|all of the] {x:orderfield}", cost=0.1)(lambda x: (x[0], Rows(x[1])))
G.rule("fieldrows", "[all|all of] {o:owner} {x:orderfield}", "[the|all|all the|all of the] {x:orderfield} of {o:entity}", cost=0.05)(lambda x, o: (x[0], Rows(x[1], o or "it")))
G.rule("aggregate", "{k:aggkind} [of] {x:fieldrows}", "{o:owner} {k:aggkind} {x:fieldrows}", "{k:aggkind} {x:fieldrows} [of {o:entity}]", cost=0.3)(lambda k, x, o=None: Agg(k, x[0], x[1] if o is None else msgspec.structs.replace(x[1], owner=o or "it")))
G.rule("aggregate", "{x:fieldrows} (added up|added together|summed up|in total|combined|together|taken together)", cost=0.3)(lambda x: Agg("sum", x[0], x[1]))
G.rule("aggkind", "[the] (summed|summed up|added up|aggregate|combined total|total sum|accumulated)", cost=0.1)(lambda: "sum")
G.rule("addsto", "(add up to|adds up to|come to|comes to|amount to|sum up to|cost|cost together|make|are worth)", cost=0.0)(lambda: True)
G.rule("aggregate", "(what|how much) {r:rows} {x:addsto} [in total|altogether|together|all together] LP {n:measure} RP", cost=0.2)(lambda r, n, x=None: Agg("sum", n, r))
G.rule("aggregate", "(what|how much) {r:rows} {x:addsto} on average LP {n:measure} RP", cost=0.2)(lambda r, n, x=None: Agg("avg", n, r))
G.rule("aggregate", "{o:owner} [total] (number|count) of {r:rows}", "[the] {s:source} count [of {o:entity}]", cost=0.3)(lambda r=None, s="", o="": Agg("count", None, msgspec.structs.replace(r or Rows(s), owner=(r.owner if r is not None else "") or o or "it")))
G.rule("aggregate", "how many {r:rows} (there are|there were) (for|of|with) {e:entity}", "how many {r:rows} (does|do|did) {e:entity} have", cost=0.3)(lambda r, e: Agg("count", None, msgspec.structs.replace(r, owner=r.owner or e or "it")))
G.rule("aggregate", "when {e:entity} last {v:verb}", "the last time [that] {e:entity} {v:verb} [LP {n:measure} RP]", "the (day|date|moment|time) [when|on which] {e:entity} last {v:verb}", cost=0.3)(lambda e, v, n=None: Agg("last", n or Named("date"), Rows(noun="@verb " + v, owner=e or "it")))

# --- values that have no name yet -----------------------------------------------------------------------------


@G.rule("unnamed", "{v:value}", cost=1.2)
def _unnamed(v: Value) -> Value | None:
    inner = v.value if isinstance(v, Rounded) else v
    return v if isinstance(inner, Agg | Arith | Span | Ratio) else None


@G.rule("unnamed", "(whether|if) {c:cond}", cost=0.8)
def _whether(c: Cond) -> Value:
    return Truth(c)


G.rule("verdict", "(whether|if) [or not] {e:entity} (is|are|counts as|count as|qualifies as|qualify as) [a|an|considered|counted as] {w:phrase} (, {m:means}|LP [{m:means}]|-|:|, {m:means} that|, {m:means} [<when>]|LP <when>|, <when>) {c:cond} [RP]", cost=0.2)(
    lambda w, c, e="", m=None: (w, Truth(c)))

# --- the records, by an adjective of theirs --------------------------------------------------------------------

G.rule("rows", "{r:rows} [that are|who are|which are|that were|still] not [yet] {a:adj}", cost=0.5)(lambda r, a: with_cond(r, Not(Holds(None, a))) if r.source else None)
G.rule("aggregate", "{k:aggkind} [of] [the|all the] {a:adj} {w:measure} [{x:window}]", "[the|all the] {a:adj} {w:measure} [{x:window}] (added up|summed up|added together)", cost=0.5)(
    lambda a, w, k="sum", x=None: Agg(k, w, msgspec.structs.replace(within(x) if x is not None else Rows(), words=(a,))))
G.rule("aggregate", "how many of {r:rows} (they|it|he|she|{e:entity}) [have|has|had] {a:adj}", "how many (they|it|he|she|{e:entity}) [have|has|had] {a:adj}", cost=0.35)(
    lambda a, r=None, e="": Agg("count", None, with_cond(nested(r or Rows()), Holds(None, a))))



@G.rule("rows", "{r:rows} [that|which] {e:entity} [has|have|had] {d:dateverb} {w:window}", cost=0.1)
def _of_whom(r: Rows, e: str, d: str, w: Any) -> Rows | None:
    """All the bins that person picked: all of theirs, not all that there are."""
    return None if r.owner else with_cond(msgspec.structs.replace(r, owner=e or "it"), window_cond(Named(d), w))


# --- over a time, without saying which records ---------------------------------------------------------------


def within(window: Any, owner: str = "") -> Rows:
    """Give the records of a window of time, of a source that is still to be found."""
    return Rows(owner=owner, conds=(window_cond(Named("@date"), window),))


@G.rule("aggregate", "{k:aggkind} [of] {w:measure} {x:window}", "{o:owner} {k:aggkind} [of] {w:measure} {x:window}", cost=0.35)
def _within(k: str, w: Value, x: Any, o: str = "") -> Value:
    return Agg(k, w, within(x, o))


# --- plain words for sums of two fields -----------------------------------------------------------------------

G.rule("sum", "[the] (number|total|sum|total number) of {a:measure} and {b:measure} (together|combined|taken together|added up|added together|altogether|in total)", "{a:measure} and {b:measure} (combined|taken together|added up|added together|together|in total)", "[the] (number|total|sum|total number) of {a:measure} plus {b:measure}", cost=0.3)(
    lambda a, b: Arith("+", a, b))


@G.terminal("relname")
def _relname(chart: Chart, at: int) -> list[Edge]:
    """Read "spots they bought" where there is ``spots_bought`` (or ``bought_spots``). The node is the field's key."""
    words = [chart.low(i) for i in range(at, min(at + 5, len(chart.tokens)))]
    out = []
    for verb in (2, 3):
        if len(words) <= verb or words[1] not in ("they", "it", "he", "she", "we"):
            continue
        if verb == 3 and words[2] not in ("have", "has", "had", "get", "got", "were", "was"):
            continue
        for name in (f"{words[0]}_{words[verb]}", f"{words[verb]}_{words[0]}"):
            if chart.names.name_cost(key_of(name)) == 0.0:
                out.append(Edge(at + verb + 1, key_of(name), 0.0))
    return out


G.rule("factor", "[the] {n:relname}", cost=0.3)(lambda n: Named(n))
G.rule("factor", "the {n:oldfield} (ones|one)", cost=0.8)(lambda n: Named(key_of(n)))

# --- a number of the draft beside its own noun ------------------------------------------------------------------


@G.terminal("draftvalue")
def _localname(chart: Chart, at: int) -> list[Edge]:
    """Read the name of a value of the open draft that no source has: "people" where people are returned."""
    key = key_of(chart.low(at))
    kind = chart.tokens[at].kind if at < len(chart.tokens) else ""
    return [Edge(at + 1, key, 0.0)] if kind in ("word", "name") and key in chart.names.local and not chart.names.sources_named(key) else []


G.rule("atom", "[{e:entity}] [there are|has|have|had|with] {v:num} {o:ormore} {n:draftvalue}", "[{e:entity}] [there are|has|have|had|with] {o:cmp} {v:num} {n:draftvalue}", cost=0.2)(lambda v, o, n, e="": Compare(o, Named(n), v))
G.rule("band", "from {v:num} {n:draftvalue} (on|up|onwards|upwards)", cost=0.1)(lambda v, n: Compare(">=", Named(n), v))

# --- what is worked out step by step, and named at the end --------------------------------------------------------


@G.rule("clause", "[<subj>] (multiply|multiplies|multiplying) {a:product} (by|with) {b:product}", cost=0.3)
def _multiplies(a: Value, b: Value) -> Statement:
    return Define("@sum", Arith("*", a, b))


G.rule("clause", "(this|that|the result) is (called|named) {n:ident}", "(this|that) is {n:newfield}", cost=0.9)(lambda n: Define(n, It("sum")))
G.rule("value", "{v:value} , divided by {b:factor}", cost=0.3)(lambda v, b: Arith("/", v, b))
G.rule("clause", "(looking at|considering|taking|going through) {r:rows}", cost=0.3)(lambda r: Select(r))
G.rule("tail", "{b:be} (anything|anywhere|somewhere) (from|between) {a:factor} (to|and|up to) {c:factor}", cost=0.1)(lambda a, c, b=None: Inside(None, a, c))
G.rule("set1", "(has|have|gets|get|shows|show|comes with|ends up with) [a|an|the] {n:name} of {v:lit}", "(a|an|the) {n:name} of {v:lit}", cost=0.1)(lambda n, v: ((n, v),))
G.rule("subjectcond", "{e:subjectnoun} with none [of (those|them|these)]", cost=0.2)(lambda e: NoRows(None))
G.rule("aggregate", "how many of {r:rows} (are|were|is|was) {v:string}", cost=0.2)(lambda r, v: Agg("count", None, with_cond(nested(r), Holds(None, key_of(str(v.text).replace(" ", "_"))))))

# --- a script that pays or charges ------------------------------------------------------------------------------

for _name, _verbs in (("pay", "pays|pay"), ("charge", "charges|charge"), ("bill", "bills"), ("refund", "refunds"), ("bonus", "awards"), ("price", "costs")):
    G.rule("payingverb", f"({_verbs})", cost=0.0)(lambda n=_name: n)


@G.rule("clause", "[<subj>] {f:payingverb} [out] {a:num} [<noun_unit>] (per|a|an|for each|for every) {n:name} (for|on|of|over) {r:rows}", "[<subj>] {f:payingverb} [out] {a:num} [<noun_unit>] (per|a|an|for each|for every) {n:name}", cost=0.3)
def _pays(f: str, a: Lit, n: str, r: Rows | None = None) -> tuple[Statement, ...]:
    """What a script pays by the unit is a value of that name; the records that it pays for are spoken of from then on."""
    return (*((Select(r),) if r is not None else ()), Define(f, Arith("*", Agg("sum", Named(n), None), Lit(a.kind, a.text, "per"))))


# --- none of what was counted -----------------------------------------------------------------------------------


@G.rule("clause", "(without|without any|with no|with zero) {n:name} [,] {o:outcome}", "{o:outcome} (without|without any|with no|with zero) {n:name}", cost=0.6)
def _with_none(n: str, o: tuple[tuple[str, Value], ...]) -> Statement:
    return Assign(Holds(Named(n), "absent"), o)


# --- naming what was just said -----------------------------------------------------------------------------------

G.rule("newnames", "{a:ident} (and|, and|,) {b:ident}", cost=0.1)(lambda a, b: (a, b))
G.rule("newnames", "{xs:newnames} (and|, and|,) {b:ident}", cost=0.1)(lambda xs, b: (*xs, b))


@G.rule("clause", "[<please_do>] (name|call) (them|these|those|both|the two|the fields|the results|the two fields|the values|the two values|these fields|the returned fields) [simply] {xs:newnames} [respectively|in that order]", "[<please_do>] (name|call) the (fields|results|outputs|values) [:] {xs:newnames}", cost=0.3)
def _name_them(xs: tuple[str, ...]) -> Statement:
    return NameThem(xs)


@G.rule("clause", "[<please_do>] (name|call) (that|the|this) (field|value|result|output) {n:ident}", "[<please_do>] (name|call) (that|this) {n:ident}", cost=0.6)
def _name_it(n: str) -> Statement:
    return NameThem((n,))


G.rule("named1", "that (sum|total|amount) {n:ident}", cost=0.1)(lambda n: Define(n, It("sum")))
G.rule("named1", "(that|this|the) (count|number) {n:ident}", cost=0.1)(lambda n: Define(n, Agg("count", None, Rows())))
G.rule("named1", "{v:unnamed} {n:ident}", cost=0.3)(lambda v, n: Define(n, v))
G.rule("nameds", "{a:named1}", cost=0.0)(lambda a: (a,))
G.rule("nameds", "{xs:nameds} (and|, and|,) {a:named1}", cost=0.1)(lambda xs, a: (*xs, a))


@G.rule("clause", "[<subj>] [<please_do>] (call|name|label|calls) {xs:nameds}", cost=0.3)
def _named(xs: tuple[Statement, ...]) -> tuple[Statement, ...]:
    return xs


@G.rule("clause", "[<please_do>] (round|rounds) (them|both|both of them|all of them|all of these|these|those) [all|both] [off] {p:places} [{h:half}]", cost=0.2)
def _round_them(p: int, h: str = "half") -> Statement:
    return Adjust("round", None, words="@them", places=p)


def given_subject(value: Value, name: str) -> Value:
    """Let cases that test nothing ("10 for gold") be about a field."""
    if isinstance(value, Cases) and value.subject is None and has(value, words="@subject"):
        return msgspec.structs.replace(value, subject=Named(key_of(name)))
    return value


def plain_truth(value: Value) -> str:
    """Give the word that a truth is of, where it tests just that: "whether it is overdue"."""
    cond = value.cond if isinstance(value, Truth) else None
    return cond.words if isinstance(cond, Holds) and cond.words not in ("present", "absent") else ""


def text_of(value: Value) -> str | None:
    """Give the words of a value that is only a name, so that it may be a field of its own; None for anything else."""
    value = value.value if isinstance(value, Rounded) else value
    return key_of(value.words) if isinstance(value, Named) else None


@G.rule("clause", "{v:defvalue} [,] [and] [which (is|should be)|to be|this is|that is] (returned|given back|reported|handed back|put out) (as|under the name|called) {n:ident}", cost=0.3)
def _returned_as(v: Value, n: str) -> Statement:
    return Return((Ret(n, "", v),))
