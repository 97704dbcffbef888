# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What another script finds, as people say it: "needs a visit according to SCRIPT", "who's a regular", "owes more than 50".

A yes/no result may be said with small words in it ("needs a visit" for ``needs_visit``), a number by its verb ("owes" for
``owed``), a text without quotes. Which script tells it is said beside, or found by the words (``loops``). Deliberately not
here: what such a script computes.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.bulkmail import to_rows
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.lexicon import akin, stem
from sopwb.author.english.meaning import (
    Agg,
    Among,
    And,
    CallFor,
    Compare,
    Cond,
    Holds,
    Lit,
    Loop,
    Named,
    Not,
    Or,
    Rows,
    Says,
    Statement,
    Value,
)
from sopwb.author.english.names import Names, key_of, words_of
from sopwb.author.english.patterns import Chart, Edge
from sopwb.lang.types import BOOL, DECIMAL, INT, RecordType, Type, required

_SMALL: Final = frozenset(("a", "an", "the", "to", "be", "of"))
_SPAN_MAX: Final = 6


def _results(names: Names) -> list[tuple[str, Type]]:
    """Give the fields that saved scripts return."""
    return [pair for s in names.scripts.values() if isinstance(s.returns, RecordType) for pair in s.returns.fields]


@G.terminal("flagphrase")
def _flagphrase(chart: Chart, at: int) -> list[Edge]:
    """Read the words of a yes/no result of a script, small words left out: "needs a visit". The node is the result's key."""
    flags = {key_of(f): {stem(w) for w in words_of(f)} - {"i", "has", "is"} for f, t in _results(chart.names) if required(t) == BOOL}
    out: list[Edge] = []
    said: list[str] = []
    for end in range(at, min(at + _SPAN_MAX, len(chart.tokens))):
        token = chart.tokens[end]
        if token.kind not in ("word", "name"):
            break
        if token.low in _SMALL:
            if not said:
                break
            continue
        said.extend(words_of(token.low))
        out += [Edge(end + 1, key, 0.0) for key, words in flags.items() if {stem(w) for w in said} == words]
    return out


@G.terminal("owingverb")
def _owingverb(chart: Chart, at: int) -> list[Edge]:
    """Read the verb of a number that a script returns: "owes" where that is ``owed``. The node is the result's key."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word":
        return []
    low = chart.low(at)
    keys = {key_of(f) for f, t in _results(chart.names) if required(t) in (INT, DECIMAL) and len(words_of(f)) == 1}
    return [Edge(at + 1, key, 0.1) for key in keys if akin(key, low) or stem(low) + "d" == key or stem(low) + "ed" == key]


@G.terminal("outcome_text")
def _outcome_text(chart: Chart, at: int) -> list[Edge]:
    """Read a text that a script returns, without quotes."""
    if at >= len(chart.tokens) or chart.tokens[at].kind not in ("word", "name"):
        return []
    low = chart.low(at)
    return [Edge(at + 1, Lit("string", t), 0.0) for t in sorted({t for ts in chart.names.outcomes.values() for t in ts if t.lower() == low})]


G.rule("flagged", "(is|are|was|were|has|have|had|gets|get|deserves|deserve) [a|an|the|on|due for|up for|given|in] {f:flagphrase} [set|true]", "{f:flagphrase}", cost=0.1)(lambda f: Holds(None, f))
G.rule("flagged", "(is|are|was|were|do|does|has|have|had) not [have|get|a|an|on|due for|need] {f:flagphrase}", cost=0.1)(lambda f: Not(Holds(None, f)))
G.rule("flagged", "[have|has] {v:owingverb} [us|me] {t:comparison}", "[have|has] {v:owingverb} {t:comparison} {s:source}", cost=0.1)(lambda v, t, s="": with_subject(t, Named(v)))
G.rule("flagged", "[have|has] {v:owingverb} [us|me] (anything|something|money)", cost=0.1)(lambda v: Compare(">", Named(v), Lit("number", "0")))
G.rule("flagged", "[have|has] {v:owingverb} [us|me] nothing", "(does|do|did) not {v:owingverb} [us|me] (anything|a thing|any money)", cost=0.1)(lambda v: Compare("==", Named(v), Lit("number", "0")))
G.rule("flagged", "{a:dated} [,] and {c:flagged}", "{a:isadj} [,] and [on] {c:flagged}", cost=0.2)(lambda a, c: And((a, *(c.parts if isinstance(c, And) else (c,)))))
G.rule("flagged", "{a:isadj} [,] or [on] {c:flagged}", cost=0.2)(lambda a, c: Or((a, c)))
G.rule("isadj", "(is|are|was|were) {a:adj}", "(is|are|was|were) {x:outcome_text}", cost=0.2)(lambda a="", x=None: Holds(None, a or x.text))
G.rule("dated", "(was|were|is|are|has|have|has been|have been|) {d:dateverb} {w:window}", cost=0.2)(lambda d, w: window_cond(Named(d), w))
G.rule("atom", "[{e:entity}] {c:flagged}", cost=0.35)(lambda c, e="": c)


@G.rule("atom", "[the|its|their] {n:name} (is|was|are|reads|says|comes out as|turns out) {x:outcome_text} [or {y:outcome_text}]", "{o:owner} {n:name} (is|was) {x:outcome_text} [or {y:outcome_text}]", cost=0.35)
def _is_outcome(n: str, x: Lit, y: Lit | None = None, o: str = "") -> Cond:
    return Compare("==", Named(n), x) if y is None else Among(Named(n), (x, y))


@G.rule("atom", "[the|its|their] {n:name} (is|was|are) not {x:outcome_text}", cost=0.35)
def _is_no_outcome(n: str, x: Lit) -> Cond:
    return Compare("!=", Named(n), x)


# --- which records, and which script says so ------------------------------------------------------------------

G.rule("telling", "(according to|as per|as told by|by the word of|in the eyes of|going by|as determined by|as found by|based on) [our|the] [script|result of|results of] {s:script}", "LP [that is|this is|these are|that comes|it is|as|which is|see] [from|by|according to|using|via|computed by|given by|told by|found by] [our|the] [script] {s:script} RP", cost=0.0)(lambda s: s)


@G.rule("rows", "{r:rows} (with|on|due for|in need of) [a|an|the] {f:flagphrase}", "{r:rows} (that|which|who) {c:flagged}", "{r:rows} (without|with no) [a|an|the] {g:flagphrase}", cost=0.3)
def _flagged_rows(r: Rows, f: str = "", g: str = "", c: Cond | None = None) -> Rows:
    return with_cond(r, c if c is not None else Holds(None, f) if f else Not(Holds(None, g)))


@G.rule("rows", "{r:rows} [,] {s:telling}", cost=0.2)
def _told_by(r: Rows, s: str) -> Rows | None:
    """"… according to SCRIPT": what was said last of the records is what that script tells."""
    if r.words and not r.conds:
        return msgspec.structs.replace(r, words=(), conds=tuple(Says(s, Holds(None, w)) for w in r.words))
    if not r.conds or isinstance(r.conds[-1], Says):
        return None
    return msgspec.structs.replace(r, conds=(*r.conds[:-1], Says(s, r.conds[-1])))


@G.rule("atom", "{c:atom} {s:telling}", "{s:telling} [,] {c:atom}", cost=0.15)
def _atom_told_by(c: Cond, s: str) -> Cond | None:
    return None if isinstance(c, Says) else Says(s, c)


@G.rule("atom", "[the|its|their] {n:name} (from|by|of|in|given by|returned by|told by|according to) [the|our] [script] {s:script} {t:tails}", "[the|our] {s:script} 's {n:name} {t:tails}", cost=0.2)
def _result_of(s: str, n: str, t: Cond) -> Cond:
    return Says(s, with_subject(t, Named(n)))


@G.rule("rows", "{r:rows} [our|the] [script] {s:script} {g:gives} [as] {c:saying}", cost=0.25)
def _script_says(r: Rows, s: str, c: Cond, g: Any = None) -> Rows:
    return with_cond(r, Says(s, c))


@G.rule("clause", "[<subj>] (use|uses|using|run|runs|call|calls|ask|asks) [our|the] [script] {s:script} (to|and) (find|finds|get|gets|see|sees|pick|picks|list|lists|look for|work out|find out) [out] [which] {r:rows}", cost=0.2)
def _find_with(s: str, r: Rows) -> tuple[Statement, ...] | None:
    return (CallFor(s), Loop(r)) if r.source else None


G.rule("gives", "(flags|flags as|marks|lists|lists as|returns|gives back|turns up|turns up as|judges|deems)", cost=0.0)(lambda: True)
G.rule("saying", "{x:outcome_text} (for|as) [the|its|their] {n:name}", "{x:lit} (for|as) [the|its|their] {n:name}", cost=0.2)(lambda x, n: Compare("==", Named(n), x))
G.rule("saying", "[a|an|the] {n:name} [of] {x:outcome_text}", cost=0.3)(lambda x, n: Compare("==", Named(n), x))
G.rule("saying", "[a|an|the] {f:flagphrase}", "(it is|they are|it|they) {f:flagphrase}", cost=0.2)(lambda f: Holds(None, f))


# --- how many, and how much ------------------------------------------------------------------------------------

G.rule("aggregate", "how many [of {r:rows}] {c:flagged}", "how many {r:rows} {c:flagged}", "[the] (number|count) (of those|of {r:rows}|) (that|who|which) {c:flagged}", cost=0.25)(lambda c, r=None: Agg("count", None, with_cond(r or Rows(), c)))
G.rule("aggregate", "how much (they|those|all|everybody|everyone|all of them) {v:owingverb} [in total|together|altogether|overall|between them|combined|all together]", cost=0.3)(lambda v: Agg("sum", Named(v), None))
G.rule("measure", "[the] {n:name} {w:whatof}", "{o:owner} {n:name} {w:whatof}", cost=0.8)(lambda n, w, o=None: Named(n, "" if o is None else o or "it"))
G.rule("whatof", "(amount|amounts|value|values|figure|figures|sum|sums|total|totals|name|names)", cost=0.0)(lambda: True)


_NONE: Final = frozenset(("nothing", "none", "nobody", "no", "one"))
_LINKS: Final = frozenset(("a", "an", "the", "if", "when", "where", "for", "which", "with", "that", "has", "have", "to", "be", "is", "are", "there", "was", "were", "such", "at", "all", "then", "of", "in", "on", ",", "it", "them", "those"))


@G.terminal("noneofthem")
def _noneofthem(chart: Chart, at: int) -> list[Edge]:
    """Read "a region where nothing has to be renewed gives": the words say no more than that none is found."""
    known = {w for key in (*chart.names.every_name(), *chart.names.source_keys()) for w in key.split()} | chart.names.entities
    none = False
    for end in range(at, len(chart.tokens)):
        low = chart.low(end)
        if low in ("gives", "returns", "yields", "means", "has", "gets", "give", "return") and chart.low(end + 1) == "an" and chart.low(end + 2) == "empty":
            return [Edge(end + 1, True, 0.0)] if none else []
        none = none or low in _NONE
        if low not in _LINKS and low not in _NONE and not any(akin(low, word) for word in known):
            return []
    return []


@G.rule("clause", "{x:noneofthem} an empty list", cost=0.2)
def _empty_list(x: Any) -> tuple[Statement, ...]:
    """A list of what is found is empty where nothing is found: that holds anyway."""
    return ()


# --- mails ---------------------------------------------------------------------------------------------------------

G.rule("mailpart", "[with|and|,|:|with a|with the] (subject|the subject|its subject) [line] of (the|that|each) <mail> [is|:|being|=|reads] {v:textvalue}", "the <mail> 's subject [line] [is|:|being|=|reads] {v:textvalue}", cost=0.1)(lambda v: ("subject", v))
G.rule("mailpart", "[with|and|,|:|with a|with the] (body|text|the body|the text|its text) of (the|that|each) <mail> [is|:|being|=|reads|says] {v:textvalue}", "the <mail> 's (body|text|message) [is|:|being|=|reads|says] {v:textvalue}", "[and] (it|the <mail>|they) (says|reads|say|should say|should read) {v:textvalue}", cost=0.1)(lambda v: ("body", v))
G.rule("mailact", "<send> [the|an|a|this] <mail> {b:string} {xs:mailparts}", "<send> {a:address} [the|an|a|this] <mail> {b:string} [{xs:mailparts}]", cost=0.2)(lambda b, xs=(), a=None: ((("body", b), *(x for x in xs if x[0] != "to")), next((v for k, v in xs if k == "to"), a)))
G.rule("address", "LB {n:name} RB", cost=0.2)(lambda n: Named(n))
G.rule("saidto", "[:|,|-|;]", cost=0.0)(lambda: True)


@G.rule("clause", "[<subj>] <send> {m:mailnoun} to {a:address} of {r:rows} [,|:|-|;] [{xs:mailparts}]", "[<subj>] <send> {r:rows} {m:mailnoun} {xs:mailparts}", cost=0.4)
def _mail_of(r: Rows, xs: tuple[tuple[str, Value], ...] = (), a: Value | None = None, m: Any = None) -> Statement | None:
    return to_rows(r, xs, a)
