# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Values chosen by cases that leave words out: texts without quotes, a share of what was named once, one value for each text.

    "The band is gold if spend is at least 400, silver if it is at least 150, and bronze otherwise."
    "The discount is 20% of the price for 100 pages or more, 10% for 50 pages or more, and 0 below that."
    "The rebate is 10 for gold, 5 for silver and 0 for bronze."

Deliberately not here: cases that say every word (``definitions``), and of which value the texts are (``choosing`` beside
``discourse`` finds that).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.choosing import CHOSEN
from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.values import _RATIOS
from sopwb.author.english.meaning import Arm, Cases, Compare, Cond, Fraction, Inside, Lit, Named, Value
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.patterns import Chart, Edge

_BARE_WORDS_MAX: Final = 2
_NOT_TEXTS: Final = frozenset(
    ["the", "a", "an", "it", "its", "that", "this", "they", "their", "them", "is", "are", "was", "be", "not", "no", "yes", "none", "nothing", "null", "nil", "true", "false", "empty", "blank", "zero", "one", "and", "or", "but", "if", "when", "whenever", "for", "from", "to", "of", "at", "in", "on", "by", "with", "otherwise", "else", "than", "then", "over", "under", "above", "below", "more", "less", "least", "most", "up", "exactly", "between", "half", "double", "twice", "what", "which", "who", "whose", "where", "there", "here", "now", "today", "unless", "only", "as", "so", "all", "any", "every", "each", "both", "either", "neither", "rest", "others", "return", "returns", "minus", "plus", "times", "divided", "multiplied", "rounded", "me", "us", "you", "we", "i", "my", "our", "your", "unknown", "missing", "never", "always", "also"])
"""Words that are no text of their own where a text is said without quotes."""


@G.terminal("baretext")
def _baretext(chart: Chart, at: int) -> list[Edge]:
    """Read one or two words that name nothing here as a text: "gold", "almost full"."""
    names: Names = chart.names
    out: list[Edge] = []
    for end in range(at, min(at + _BARE_WORDS_MAX, len(chart.tokens))):
        token = chart.tokens[end]
        led = end == at and token.low in ("on", "in") and end + 1 < len(chart.tokens)
        if token.kind != "word" or ((token.low in _NOT_TEXTS or token.low in _RATIOS) and not led):
            break
        if led:
            continue
        words = [t.text for t in chart.tokens[at : end + 1]]
        key = key_of("_".join(words))
        if names.name_cost(key) is None and not names.sources_named(key) and key not in names.predicates:
            out.append(Edge(end + 1, Lit("string", " ".join(words)), 1.0 + 0.5 * (end - at)))
    return out


G.rule("saidtext", "{v:baretext}", "{v:string}", cost=0.0)(lambda v: v)
G.rule("textarm", "{v:saidtext} <when> {c:cond}", "<when> {c:cond} [,] [then] [it is] {v:saidtext}", cost=0.3)(lambda v, c: Arm(c, v))
G.rule("textarm", "{v:saidtext} (for|if it is|with) {b:band}", "{v:saidtext} (from|at) {b:startband}", cost=0.4)(lambda v, b: Arm(b, v))
G.rule("textarms", "{a:textarm}", cost=0.1)(lambda a: (a,))
G.rule("textarms", "{xs:textarms} {s:sep} {a:textarm}", cost=0.1)(lambda xs, s, a: (*xs, a))
G.rule("textrest", "<else> [,] [it is] {v:saidtext}", "{v:saidtext} <else>", "{v:saidtext} (for|in) <rest>", "{v:saidtext} (below that|above that|under that|over that)", cost=0.2)(lambda v: v)


@G.rule("cases", "{xs:textarms} [{s:sep}] {d:textrest}", cost=0.3)
def _texts(xs: tuple[Arm, ...], d: Lit, s: Any = None) -> Value:
    """Texts without quotes: only where what it is otherwise is said too, so that no condition is taken for a value."""
    return Cases(xs, d)


# --- a share of what was named once ---------------------------------------------------------------------------

G.rule("sharecase", "{p:percent} of {v:factor} <when> {c:cond}", "<when> {c:cond} [,] [it is] {p:percent} of {v:factor}", cost=0.2)(lambda p, v, c: (Arm(c, Fraction(p, v)), v))
G.rule("sharecase", "{p:percent} of {v:factor} [for|if it is|with] {b:band}", "{p:percent} of {v:factor} (from|at) {b:startband}", cost=0.2)(lambda p, v, b: (Arm(b, Fraction(p, v)), v))
G.rule("lesscase", "{p:percent} <when> {c:cond}", "{p:percent} [for|if it is|with] {b:band}", "{p:percent} (from|at) {b:startband}", cost=0.2)(lambda p, c=None, b=None: (b or c, "share", p))
G.rule("lesscase", "{v:lit} <when> {c:cond}", "{v:lit} (for|if it is|with) {b:band}", "{v:lit} (from|at) {b:startband}", cost=0.6)(lambda v, c=None, b=None: (b or c, "value", v))
G.rule("lesscases", "{a:lesscase}", cost=0.0)(lambda a: (a,))
G.rule("lesscases", "{xs:lesscases} {s:sep} {a:lesscase}", cost=0.1)(lambda xs, s, a: (*xs, a))
G.rule("lessrest", "{p:percent} [of it|of that] <else>", "<else> [,] {p:percent}", "{p:percent} (below that|above that|under that|over that|for less|for more|for fewer)", "{p:percent} (for|in) <rest>", cost=0.2)(lambda p: ("share", p))
G.rule("lessrest", "(nothing|none|no {w:oneword}) <else>", "<else> [,] (nothing|none)", "(nothing|none) (below that|for less|for fewer|for <rest>)", cost=0.1)(lambda w="": ("value", Lit("number", "0")))
G.rule("lessrest", "{d:default}", cost=0.3)(lambda d: ("value", d))


@G.rule("cases", "{a:sharecase} {s:sep} {xs:lesscases} [{t:sep}] {d:lessrest}", "{a:sharecase} [{t:sep}] {d:lessrest}", cost=0.1)
def _shares(a: tuple[Arm, Value], d: tuple[str, Value], xs: tuple[tuple[Cond, str, Value], ...] = (), s: Any = None, t: Any = None) -> Value:
    """Every share is of what the first one is of."""
    arm, of = a
    arms = tuple(Arm(c, Fraction(v, of) if kind == "share" else v) for c, kind, v in xs)
    return Cases((arm, *arms), Fraction(d[1], of) if d[0] == "share" else d[1])


# --- bands of what they name: "500 sheets or more" --------------------------------------------------------------

G.rule("band", "{v:num} {n:name} {o:ormore}", "{v:num} {o:ormore} {n:name}", "{o:cmp} {v:num} {n:name}", cost=0.1)(lambda v, n, o: Compare(o, Named("@subject", n), v))
G.rule("band", "from {v:num} {n:name} (on|upwards|up|onwards)", cost=0.1)(lambda v, n: Compare(">=", Named("@subject", n), v))
G.rule("band", "{a:num} (to|-|up to|through|until) {b:num} {n:name}", "(between {a:num} and|from {a:num} to) {b:num} {n:name}", cost=0.1)(lambda a, b, n: Inside(Named("@subject", n), a, b))

# --- one value for each text ------------------------------------------------------------------------------------


@G.terminal("heldtext")
def _knowntext(chart: Chart, at: int) -> list[Edge]:
    """Read one or two words, or a quoted text, that a field, a script or a definition here can hold as a text."""
    names: Names = chart.names
    known = {key_of(t.replace(" ", "_")): t for t in names.every_text()}
    tokens = chart.tokens
    if at < len(tokens) and tokens[at].kind == "string":
        return [Edge(at + 1, Lit("string", str(tokens[at].value)), 0.0)]
    found: list[Edge] = []
    for end in range(at, min(at + _BARE_WORDS_MAX, len(tokens))):
        if tokens[end].kind not in ("word", "name"):
            break
        key = key_of("_".join(t.low for t in tokens[at : end + 1]))
        if key in known:
            found.append(Edge(end + 1, Lit("string", known[key]), 0.1))
    return found


G.rule("bytext", "{v:plainvalue} (for|if it is|when it is|in case of) [a|an|the] {t:heldtext}", cost=0.1)(lambda v, t: Arm(Compare("==", CHOSEN, t), v))
G.rule("bytext", "{v:plainvalue} (for|if it is|when it is|in case of) {t:baretext}", cost=0.3)(lambda v, t: Arm(Compare("==", CHOSEN, t), v))
G.rule("bytexts", "{a:bytext} {s:sep} {b:bytext}", cost=0.1)(lambda a, b, s=True: (a, b))
G.rule("bytexts", "{a:bytext} {s:sep} {xs:bytexts}", cost=0.1)(lambda a, xs, s=True: (a, *xs))


@G.rule("cases", "{xs:bytexts} [{s:sep} {d:default}]", cost=0.1)
def _by_text(xs: tuple[Arm, ...], d: Value | None = None, s: Any = None) -> Value:
    return Cases(xs, d, CHOSEN)
