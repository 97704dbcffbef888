# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What another script says of each record: "those for which boat_report gives 'due'", "whoever has the most", "soonest first".

Running it for each of them is in ``effects``. Deliberately not here: what the other script computes.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.meaning import (
    Agg,
    Among,
    CallFor,
    Compare,
    Cond,
    Filled,
    Holds,
    InOrder,
    Lit,
    Loop,
    Named,
    Order,
    Ret,
    Return,
    Rows,
    Says,
    Select,
    Statement,
    Value,
)
from sopwb.author.english.names import key_of

RESULT = Named("result")

# --- those for which a script says something ---------------------------------------------------------------------

G.rule("gives", "(gives|returns|says|yields|reports|answers|shows|comes back with|tells|puts|puts in|puts into|classes as|calls|finds|marks as|has|sees as|rates as|considers|reports as)", cost=0.0)(lambda: True)
G.rule("saying", "{o:options}", cost=0.2)(lambda o: Among(RESULT, o))
G.rule("saying", "{v:lit}", cost=0.3)(lambda v: Compare("==", RESULT, v))
G.rule("saying", "[a|an|the] {n:name} [of|that is|which is|being] {t:tails}", cost=0.2)(lambda n, t: with_subject(t, Named(n)))
G.rule("saying", "(in|into|as) [the] {n:name} {v:lit}", "[the|a|an] {n:name} [of|as|:|=] {v:lit}", cost=0.2)(lambda n, v: Compare("==", Named(n), v))
G.rule("saying", "{n:name} [of|as|=] {o:options}", cost=0.2)(lambda n, o: Among(Named(n), o))
G.rule("saying", "{o:cmp} {v:num} [of|for] [the] {n:name}", "{v:num} {o:ormore} [of|for] [the] {n:name}", "[the] {n:name} [of] {v:num} {o:ormore}", cost=0.1)(lambda o, v, n: Compare(o, Named(n), v))
G.rule("saying", "{o:cmp} {v:num}", "{v:num} {o:ormore}", cost=0.3)(lambda o, v: Compare(o, RESULT, v))
G.rule("saying", "that {c:cond}", cost=0.3)(lambda c: c)
G.rule("saying", "{a:adj}", cost=0.5)(lambda a: Holds(None, a))
G.rule("forwhich", "(for which|for whom|where|that|which|whom|who|of which|, for which|, for whom)", cost=0.0)(lambda: True)


@G.rule("rows", "{r:rows} {w:forwhich} [our|the] [script] {s:script} {g:gives} {c:saying}", "{r:rows} [that|who|which] (are|is) {a:adj} (according to|in the eyes of|as told by|as per) [our|the] [script] {s:script}", "{r:rows} (that|who|which) [our|the] {s:script} {g:gives} {c:saying}", cost=0.2)
def _says(r: Rows, s: str, c: Cond | None = None, a: str = "", g: Any = None, w: Any = None) -> Rows:
    return with_cond(r, Says(s, c if c is not None else Holds(None, a)))


@G.rule("atom", "[our|the] {s:script} {g:gives} [them|it|him|her] {c:saying} [for (it|them|him|her|that {e:entity}|the {e:entity})]", "(according to|by|as per) {s:script} [,] {d:atom}", "{d:atom} (according to|as per) {s:script}", cost=0.6)
def _atom_says(s: str, c: Cond | None = None, d: Cond | None = None, g: Any = None, e: str = "") -> Cond | None:
    cond = c if c is not None else d
    return Says(s, cond) if cond is not None else None


@G.rule("clause", "[all|both|each|these|all of this|the latter|that] (from|by|via|using|according to|as told by|as given by|taken from|as) [our|the] [script] {s:script} [gives it|gives them|says|has it|tells]", cost=1.0)
def _from_script(s: str) -> Statement:
    return CallFor(s)


@G.rule("clause", "(of|from|out of|among) {a:rows} [,] [<subj>] [{t:taking}] {b:rows}", cost=1.0)
def _of_those(a: Rows, b: Rows, t: Any = None) -> Statement | None:
    if not a.source or b.source or b.noun or b.owner or not (b.conds or b.words):
        return None
    return Loop(msgspec.structs.replace(a, conds=(*a.conds, *b.conds), words=(*a.words, *b.words)))


# --- who has the most ------------------------------------------------------------------------------------------------

G.rule("had", "(made|makes|make|has|have|had|got|gets|earned|earns|took|takes|sold|sells|spent|spends|paid|pays|scored|scores|brought in|collected|collects|worked|drove|drives)", cost=0.0)(lambda: True)
G.rule("most", "the (<max>|most)", cost=0.0)(lambda: True)
G.rule("most", "the (<min>|fewest|least)", cost=0.0)(lambda: False)
G.rule("topper", "(whoever|whichever|the one|the one who|the one that|the {e:anyword} who|the {e:anyword} that|the {s:source} that|the {s:source} who|the {s:source} which) {h:had} {m:most} [{w:measure}]", "(whoever|whichever|the one|the {e:anyword}|the {s:source}) (with|that has|who has) {m:most} {w:measure} [{x:source}]", cost=0.2)(
    lambda m, w=None, e="", s="", h=None, x="": (Order(w if w is not None else Named("@number"), m), Rows(s, every=True) if s else None))
G.rule("thatday", "(on that {n:name}|that {n:name}|on the {n:name}|that day|on that day)", cost=0.0)(lambda n="": True)


@G.rule("clause", "{g:comesback} [{o:objectwords}] {f:object} (of|for|from) {t:topper} [{d:thatday}]", cost=0.3)
def _return_of_top(f: tuple[Ret, ...], t: tuple[Order, Rows | None], g: Any = None, o: Any = None, d: Any = None) -> Statement:
    return Return(tuple(Ret(r.name, r.type, Agg("top", Named(key_of(r.name)), t[1], (t[0],))) for r in f))


@G.rule("aggregate", "[the] {w:measure} of {t:topper}", cost=0.3)
def _of_top(w: Value, t: tuple[Order, Rows | None]) -> Value:
    return Agg("top", w, t[1], (t[0],))


G.rule("longest", "(longest|the longest|most|the most|highest|the highest|furthest|the furthest)", cost=0.0)(lambda: True)
G.rule("longest", "(shortest|the shortest|least|the least|lowest|the lowest|fewest|the fewest)", cost=0.0)(lambda: False)


@G.rule("aggregate", "[just] [the] {w:measure} of the {n:num} [{r:rows}] (that|who|which) (have|has|are|were|had) [been] {v:oneword} {x:longest} [, [the] {y:longest} first]", "[just] [the] {w:measure} of the {n:num} [{r:rows}] with the {x:longest} {b:measure} [, [the] {y:longest} first]", cost=0.2)
def _top_few(w: Value, n: Lit, x: bool, r: Rows | None = None, b: Value | None = None, v: str = "", y: bool | None = None) -> Value | None:
    if y is not None and y != x:
        return None
    return Agg("list", w, r if r is not None and r != Rows() else None, (Order(b if b is not None else Named("@number"), x),), limit=int(n.text))


# --- in what order ------------------------------------------------------------------------------------------------------

G.rule("order", "(sorted|ordered) by {w:measure} , (fewest|least|shortest|youngest|nearest) first", "(fewest|shortest) {w:measure} first", cost=0.1)(lambda w: Order(w))
G.rule("order", "(sorted|ordered) by {w:measure} , (most|heaviest|farthest) first", "(most|heaviest) {w:measure} first", cost=0.1)(lambda w: Order(w, True))
G.rule("order", "{o:order} , (a blank|blanks|an empty one|blank|empty ones|a missing one) [again] (being|counting as|counted as|is|as|taken as) {v:lit}", cost=0.1)(lambda o, v: Order(Filled(o.by, v), o.descending))
G.rule("order", "[the] (soonest|earliest|oldest|first come) first", "by date", cost=0.2)(lambda: Order(Named("@date")))
G.rule("order", "[the] (newest|latest|most recent|youngest) first", cost=0.2)(lambda: Order(Named("@date"), True))


@G.rule("clause", "[in this order :|ordered|sorted|listed] {o:order}", cost=0.7)
def _in_order(o: Order) -> Statement | None:
    return InOrder(o) if o.by != Named("@self") else None


@G.rule("clause", "[<subj>] [{a:also}] <return> [{o:objectwords}] {f:object} (for|over|of|about) {r:rows}", "{g:comesback} {f:object} (for|over|about) {r:rows}", cost=0.5)
def _return_over(f: tuple[Ret, ...], r: Rows, a: bool = False, o: Any = None, g: Any = None) -> tuple[Statement, ...]:
    return (Select(r), Return(f, also=a))


G.rule("aggregate", "[the] (number|count) (that|who|which) (are|is|were) {a:adj}", "[the] number of {r:rows} (that|who|which) (are|is|were) {a:adj}", cost=0.2)(
    lambda a, r=None: Agg("count", None, with_cond(r if r is not None else Rows(), Holds(None, a))))
G.rule("aggregate", "[the] {w:measure} of (all|all of them|them all|both|all of those|each) (together|added up|combined|in total|taken together)", "[the] {w:measure} of {r:rows} (together|added up|combined|in total|taken together)", "(all|all the|all of the) {w:measure} (added up|together|combined) [<of> {r:rows}]", "(all|all the|all of the) {w:measure} of {r:rows} (added up|together|combined)", cost=0.2)(lambda w, r=None: Agg("sum", w, r if r is not None else Rows()))
