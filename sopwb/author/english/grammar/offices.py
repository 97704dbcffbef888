# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Sentences as an office writes them: "the ratings with a given_on in May 2026", "otherwise it is 'late' when …, 'fine' below that".

Constituents that other rules leave narrow: fields with a window behind "with", a blank and what it is there for, limits that are
said again in brackets. Deliberately not here: whole scripts told in one sentence (``opening``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.blanks import BLANKS, blanks_in
from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.lexicon import UNITS, singular
from sopwb.author.english.meaning import (
    Agg,
    And,
    Arith,
    Arm,
    Assign,
    CallFor,
    Cases,
    Clock,
    Cond,
    Create,
    Define,
    Exclude,
    Holds,
    Lit,
    Loop,
    MailPart,
    Named,
    Not,
    Otherwise,
    Remark,
    Rows,
    Shift,
    Statement,
    Value,
)
from sopwb.author.english.names import key_of, words_of
from sopwb.author.english.nodes import has
from sopwb.author.english.patterns import Chart, Edge
from sopwb.author.english.placeholders import BEFORE
from sopwb.author.english.saying import COMES_TO

# --- selections -----------------------------------------------------------------------------------------------------


@G.rule("rows", "{r:rows} with (a|an|the|their|its) {n:name} {w:window}", "{r:rows} (that|which|who) (have|has) (a|an) {n:name} {w:window}", cost=0.3)
def _with_window(r: Rows, n: str, w: tuple[str, object, object]) -> Rows:
    return with_cond(r, window_cond(Named(n), w))


G.rule("outward", "(leaving out|leaving aside|ignoring|skipping|disregarding|omitting|not counting|not including|excluding|minus)", cost=0.0)(lambda: True)


@G.rule("rows", "{r:rows} [,] {x:outward} (the ones|those|ones|the rows|rows|any|any rows|all|all rows|the records|records) (where|whose|that|which|for which|with|that are|in which) {c:cond}", cost=0.1)
def _leaving_out(r: Rows, c: Cond, x: bool = True) -> Rows:
    return with_cond(r, Not(c))


G.rule("concerns", "(it|the script|this|this one|that) (covers|concerns|looks at|is about|goes over|deals with|takes into account|considers|works on|is based on|only covers|only concerns|only looks at)", cost=0.0)(lambda: True)


@G.rule("clause", "{x:concerns} [only|just|all] {r:rows}", cost=0.4)
def _covers(r: Rows, x: bool = True) -> Statement | None:
    return Loop(r) if r.source else None


G.rule("setaside", "(are|is|should be|must be|have to be|get|gets) [always] (left out|left aside|ignored|skipped|disregarded|excluded|omitted|not counted|not considered|not looked at|not taken into account|passed over|dropped) [altogether|entirely|completely|everywhere]", "(do|does) not (count|matter|come into it) [here|altogether|anywhere]", cost=0.0)(lambda: True)


@G.rule("clause", "{r:rows} {x:setaside}", cost=0.3)
def _set_aside(r: Rows, x: bool = True) -> Statement | None:
    return Exclude(r) if r.source and (r.conds or r.words) and not r.owner else None


# --- cases ----------------------------------------------------------------------------------------------------------------

G.rule("elseis", "<else> [,] (it is|it says|it reads|it becomes|that is)", cost=0.0)(lambda: "@it")
G.rule("elseis", "<else> [,] [the] {n:name} (is|says|reads|becomes)", cost=0.1)(lambda n: n)


@G.rule("clause", "{n:elseis} {c:cases}", cost=-0.5)
def _otherwise_cases(n: str, c: Cases) -> Statement | None:
    """In every other case there are cases again: they stand behind those said before."""
    return Assign(Otherwise(), ((n, c),)) if len(c.arms) > 1 or c.default is not None else None


G.rule("atom", "{e:entity} (is|are|was) {v:owntext}", cost=0.9)(lambda v, e="": Holds(None, COMES_TO + v.text))


@G.rule("clause", "<when> {c:cond} [,|then|, then] {o:outcome} [,] unless {d:cond}", cost=0.4)
def _unless(c: Cond, o: tuple[tuple[str, Value], ...], d: Cond) -> Statement | None:
    return Assign(And((c, Not(d))), o) if len(o) == 1 else None


@G.rule("clause", "<when> {c:cond} [,|then|, then] {o:outcome} (, and|; and|;|, but) {x:set1} unless {d:cond}", cost=0.3)
def _unless_second(c: Cond, o: tuple[tuple[str, Value], ...], x: tuple[tuple[str, Value], ...], d: Cond) -> tuple[Statement, ...]:
    """Of two outcomes, a comma between them, the second one has an exception."""
    return (Assign(c, o), Assign(And((c, Not(d))), x))


# --- what holds anyway ------------------------------------------------------------------------------------------------------

G.rule("clause", "(whatever|however much|however many|no matter what|no matter how much|no matter how many|regardless of what) (was|is|were|has been|have been|they|it|he|she) {w:oneword}", cost=0.2)(lambda w: Remark("note"))


@G.terminal("whyblank")
def _whyblank(chart: Chart, at: int) -> list[Edge]:
    """Read the words that say why something is blank, up to a comma or the end: no numbers, no texts, no conditions."""
    for end in range(at, min(at + 14, len(chart.tokens) + 1)):
        if end == len(chart.tokens) or chart.low(end) in (",", ";", ")"):
            return [Edge(end, True, 1.0)] if end - at > 1 else []
        if chart.tokens[end].kind != "word" or chart.low(end) in ("if", "when", "unless", "otherwise", "except", "zero", "none", "true", "false", "null"):
            return []
    return []


G.rule("blankwhy", "(a blank|an empty|a missing|a null|blank|empty|no) {n:name} [only|just|simply] means that {w:whyblank}", cost=0.1)(lambda n, w: n)
G.rule("suchcounts", "[,|;] (and|so|but) (such|these|those|such a|that|it) [{s:source}|row|rows|record|records|entry|entries|one|ones] (counts|count|is counted|are counted|stays in|stay in|is included|are included) [too|as well|in full|like the others]", cost=0.0)(lambda s="": True)
G.rule("blankcounts", "{n:blankwhy} {x:suchcounts}", cost=0.0)(lambda n, x: n)
G.rule("blankcounts", "(a row|a record|an entry|rows|those|ones|records|entries|a {s:source}|{s:source}) (with|where) (a blank|an empty|a missing|blank|empty|no) {n:name} (counts|count|is counted|are counted|stays in|stay in|is included|are included) [too|as well|like the others]", cost=0.2)(lambda n, s="": n)


@G.rule("rows", "{r:rows} (;|, but|,) {n:blankcounts}", cost=0.1)
def _with_blanks(r: Rows, n: str) -> Rows | None:
    kept = blanks_in(r, n)
    return kept if kept != r or has(r.conds, words=n) else None


@G.rule("clause", "{n:blankcounts}", cost=0.2)
def _blank_counts(n: str) -> Statement:
    return Remark(BLANKS + n)


# --- limits said again in brackets ------------------------------------------------------------------------------------------

_IN_HOURS = {"days": 24, "weeks": 168, "hours": 1}


@G.rule("amountoftime", "{n:num} {u:unit} LP {m:num} {v:unit} RP", "{n:num} {u:unit} , (that is|i.e.|or) {m:num} {v:unit} ,", cost=0.0)
def _said_twice(n: Lit, u: str, m: Lit, v: str) -> tuple[Lit, str] | None:
    """A time with the same one in other units behind it; the smaller unit is the exact one."""
    from decimal import Decimal

    a, b = UNITS[u], UNITS[v]
    if a == b or a not in _IN_HOURS or b not in _IN_HOURS or Decimal(n.text) * _IN_HOURS[a] != Decimal(m.text) * _IN_HOURS[b]:
        return None
    return (n, a) if _IN_HOURS[a] < _IN_HOURS[b] else (m, b)


G.rule("time", "{t:amountoftime} (before|prior to|earlier than) {v:factor}", cost=0.1)(lambda t, v: Shift(v, t[1], t[0], True))
G.rule("time", "{t:amountoftime} (after|from|later than) {v:factor}", cost=0.1)(lambda t, v: Shift(v, t[1], t[0], False))
G.rule("time", "{t:amountoftime} ago", cost=0.1)(lambda t: Shift(Clock("now" if t[1] == "hours" else "today"), t[1], t[0], True))


# --- fields of records by the name of their table ----------------------------------------------------------------------------

G.rule("factor", "{o:owner} {n:name} (in|from|according to) [the] {s:source}", cost=0.6)(lambda o, n, s: Named(n, singular(s)) if o in ("", singular(s)) else None)

# --- scripts that begin on top of others, and that go over records with them -----------------------------------------------

G.rule("ontopof", "(on top of|based on|building on|in addition to|besides|apart from|next to|following on from) (it|that|this|these|those|this one|that one|that script) [,]", cost=0.0)(lambda: True)
G.rule("newone", "(a|an|one|another) [small|short|new|further|second|third|little|simple|separate] <script>", cost=0.0)(lambda: True)


@G.rule("clause", "[{x:ontopof}] {m:makes} {n:snake} , {o:newone}", "{x:ontopof} {m:makes} {n:snake}", "{x:ontopof} {m:makes} <script> <called> {n:snake}", "{x:ontopof} {m:makes} <script> [,|:] {n:snake}", cost=0.1)
def _on_top(n: str, **_: Any) -> Statement:
    return Create(n)


G.rule("checksby", "(check|checks|test|tests|rate|rates|assess|assesses|evaluate|evaluates|judge|judges|measure|measures|examine|examines|look at|looks at|go through|goes through|take|takes)", cost=0.0)(lambda: True)


@G.rule("clause", "[<subj>] {c:checksby} {r:rows} (with|using|by|through|by means of|with the help of|by calling|by running) [our|the] [script] {s:script}", cost=0.2)
def _checks_with(r: Rows, s: str, c: bool = True) -> Statement | None:
    return CallFor(s, r) if r.source else None


G.rule("aggregate", "how many [of them|of those|of these] (are|were|is|came out as|come out as) {c:eitheradj}", "the number of {c:eitheradj} (ones|{s:source})", cost=0.3)(lambda c, s="": Agg("count", None, Rows(s, conds=(c,)) if s else Rows(conds=(c,))))
G.rule("aggregate", "how many [of] {r:rows} (have|has|had) (a|an) {n:name} [of] {t:tails}", "how many [of them] (have|has|had) (a|an) {n:name} of {t:tails}", cost=0.2)(lambda n, t, r=None: Agg("count", None, with_cond(r if r is not None else Rows(), with_subject(t, Named(n)))))
G.rule("overthem", "(over|across|for|taken over|summed over|added up over) (them|those|these|all of them|all of those)", cost=0.0)(lambda: Rows())
G.rule("overthem", "(over|across|taken over|summed over|added up over) {r:rows}", cost=0.2)(lambda r: r)
for _sign, _words in {"-": "minus|less", "+": "plus"}.items():
    G.rule("aggregate", f"{{k:aggkind}} of {{a:measure}} ({_words}) {{b:measure}} {{r:overthem}}", cost=0.1)(lambda k, a, b, r, op=_sign: Agg(k, Arith(op, a, b), r))


# --- saved scripts follow the ones that they call -------------------------------------------------------------------------

G.rule("newthing", "(the|this|that|our) (new|changed|updated|latest|other|adjusted|current) (limit|number|value|version|rule|threshold|rate|price|one|figure|setting|definition)", "(the|this|that) (change|limit|update)", cost=0.0)(lambda: True)


@G.rule("clause", "{s:script} (should|must|will|has to|needs to|is to|shall) [also|then] (go by|use|follow|take|pick up|work with|apply|reflect|respect|take over|run with) {x:newthing}", "{s:script} [also] (goes by|uses|follows|takes|picks up|works with|applies) {x:newthing}", cost=0.1)
def _follows(s: str, x: bool = True) -> Statement:
    """What is saved again is taken over by the saved scripts that call it."""
    return Remark("note")


# --- what each record comes to -------------------------------------------------------------------------------------------------

G.rule("ofeach", "(of|to|for|on|in|by|at) (a|an|each|every|one|any|the|such a|that|this) {s:source}", cost=0.0)(lambda s: s)


@G.rule("clause", "[the|a] {w:valuename} {x:ofeach} {i:isword} {v:defvalue}", "{x:ofeach} [,] [the|a] {w:valuename} {i:isword} {v:defvalue}", cost=0.2)
def _of_each(w: str, v: Value, **_: Any) -> Statement:
    return Define(w, v)


@G.terminal("valuename")
def _valuename(chart: Chart, at: int) -> list[Edge]:
    """Read one or two words as the name of a value: "response", "waiting time"."""
    out: list[Edge] = []
    words: list[str] = []
    for end in range(at, min(at + 2, len(chart.tokens))):
        token = chart.tokens[end]
        if token.kind not in ("word", "name") or token.low in _NO_VALUES:
            break
        words.append(token.low)
        fields = {key_of(f) for s in chart.names.sources.values() for f in s.record.names()}
        if key_of("_".join(words)) not in fields:
            out.append(Edge(end + 1, " ".join(words_of("_".join(words))), 0.2 * len(words)))
    return out


_NO_VALUES = frozenset(("the", "a", "an", "number", "sum", "total", "count", "average", "of", "to", "for", "and", "or", "is", "are", "it", "that", "this", "if", "when", "return", "returns", "save", "each", "every", "all", "rows", "records", "only", "not", "no", "than", "more", "less"))


# --- mails ---------------------------------------------------------------------------------------------------------------------

G.rule("otherwords", "[the|all] (other|others|rest|remaining) [{v:num}] [ones|placeholders|words|values|figures|numbers|capitals]", "everything else", "all else", cost=0.0)(lambda v=None: True)


@G.rule("clause", "{o:otherwords} (are|is|come from|comes from|are taken from) [the] [{w:oneword}] [what|fields of|results of|values of|returned by|those of|that] {s:script} [returns|gives|says|gives back|returns for it|returns for them]", cost=0.1)
def _others_from(s: str, o: bool = True, w: str = "") -> Statement:
    """What stands in capitals and is not explained is filled by its name, from what the script says of each."""
    return CallFor(s)


@G.rule("clause", "<when> {c:cond} [,|then|, then] the body (is|reads|says|should be|should read|should say|must be) {v:string} [instead]", "the body (is|reads|says|should be) {v:string} [instead] <when> {c:cond}", cost=0.0)
def _other_body(c: Cond, v: Lit) -> Statement:
    return MailPart("body", Cases((Arm(c, v),), Named(BEFORE)))


@G.rule("clause", "<when> {c:cond} [,|then|, then] the subject [line] (is|reads|says|should be|should read|should say|must be) {v:string} [instead]", "the subject [line] (is|reads|says|should be) {v:string} [instead] <when> {c:cond}", cost=0.0)
def _other_subject(c: Cond, v: Lit) -> Statement:
    return MailPart("subject", Cases((Arm(c, v),), Named(BEFORE)))


G.rule("clause", "{m:makes} {n:snake} as (a|an|one|our) [nightly|daily|weekly|monthly|scheduled|new|further] (batch job|job|batch process|process|batch)", "{n:opening} as (a|an|one|our) [nightly|daily|weekly|monthly|scheduled|new|further] (batch job|job|batch process|process|batch)", cost=-0.5)(lambda n, m=None: Create(n))
