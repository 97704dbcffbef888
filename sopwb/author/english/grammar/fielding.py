# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Returned fields in later turns: one more by its record's field, another name, none any more; records back or out.

    "I also need their name."   "Call visits n_visits instead."   "I don't need the total."   "Just the level is enough."
    "Leave out the cancelled ones."   "Count those too after all."   "Scratch that."

Deliberately not here: fields that are explained (``returns``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Clock,
    Compare,
    Exclude,
    Holds,
    Include,
    InOrder,
    KeepFields,
    Named,
    Only,
    Order,
    Part,
    Remark,
    RemoveField,
    Rename,
    Restore,
    Ret,
    Return,
    Rows,
    Statement,
    Undo,
)
from sopwb.author.english.names import Names, key_of, spans, words_of
from sopwb.author.english.patterns import Chart, Edge


@G.terminal("localname")
def _localname(chart: Chart, at: int) -> list[Edge]:
    """Read the name of something that the open script defines or returns, in quotes or not; the node is the name."""
    names: Names = chart.names
    if at < len(chart.tokens) and chart.tokens[at].kind == "string":
        text = str(chart.tokens[at].value)
        return [Edge(at + 1, text, 0.0)] if text.isidentifier() and key_of(text) in names.local else []
    return [Edge(end, key.replace(" ", "_"), 0.0) for end, key in spans(chart, at) if key in names.local]


@G.terminal("rawfield")
def _rawfield(chart: Chart, at: int) -> list[Edge]:
    """Read words that are exactly a field's; the node is the field as it is written, where only one is."""
    names: Names = chart.names
    out = []
    for end, key in spans(chart, at):
        fields = {f for s in names.sources.values() for f in s.record.names() if key_of(f) == key}
        if len(fields) == 1 and key not in names.local:
            out.append(Edge(end, fields.pop(), 0.0))
    return out


@G.terminal("begins")
def _begins(chart: Chart, at: int) -> list[Edge]:
    """Stand where the sentence begins, reading nothing."""
    return [Edge(at, True, 0.0)] if at == 0 else []


@G.terminal("ends")
def _ends(chart: Chart, at: int) -> list[Edge]:
    """Stand where the sentence ends, reading nothing."""
    return [Edge(at, True, 0.0)] if at == len(chart.tokens) else []


# --- one more ------------------------------------------------------------------------------------------------------

G.rule("recordfield", "[the] {f:rawfield}", "{o:owner} {f:rawfield}", "the {f:rawfield} of (the|that|this) {e:entity}", cost=0.1)(lambda f, o="", e="": Ret(f, "", Named(key_of(f), o or e)))
G.rule("recordfield", "{r:recordfield} as {n:ident}", cost=0.0)(lambda r, n: Ret(n, "", r.value))
G.rule("recordfields", "{r:recordfield}", cost=0.0)(lambda r: (r,))
G.rule("recordfields", "{xs:recordfields} (and|,|, and) {r:recordfield}", cost=0.1)(lambda xs, r: (*xs, r))
G.rule("showing", "(return|give|show|tell|add|include|report|list|output|give me back|hand back|want|need|see|have|get)", cost=0.0)(lambda: True)
G.rule("showing", "(i|we) (want|need|would like|would love|could use) [to] [(have|see|know|get)]", cost=0.0)(lambda: True)
G.rule("extra", "(also|additionally|besides|in addition)", cost=0.0)(lambda: True)


@G.rule("clause", "[<subj>|<please_do>] {a:extra} [<please_do>] {s:showing} [me|us|back] {xs:recordfields} [back]", "[<subj>|<please_do>] (i|we) {a:extra} (want|need|would like|could use) [to] [(have|see|know)] {xs:recordfields} [back]", "[<please_do>] (add|include) {xs:recordfields} [to (it|that|the result|the output)]", "[<please_do>] (return|give|show|give me|show me|tell me) {xs:recordfields} {a:extra} [back]", "{:begins} {xs:recordfields} [back] {:ends}", cost=0.7)
def _more_fields(xs: tuple[Ret, ...], **_: Any) -> Statement:
    return Return(xs, also=True)


# --- another name ----------------------------------------------------------------------------------------------------

G.rule("badname", "(a|an) (bad|poor|silly|stupid|strange|odd|ugly|confusing|misleading|clumsy|long|unclear|vague|wrong) name", "(a confusing|the wrong|not a good|not a nice|not the right|not a great) name", "(misleading|confusing|unclear|too long|ambiguous)", cost=0.0)(lambda: True)
G.rule("fieldword", "(field|output|value|result|column|key|return value|returned field|output field|one)", cost=0.0)(lambda: True)


@G.rule("clause", "[<please_do>] (call|name|rename) [the] [{w:fieldword}] {a:localname} [{w:fieldword}] [to|as] {b:ident} [instead|from now on]", "[the] [{w:fieldword}] {a:localname} [{w:fieldword}] (should|must|shall|is to|has to) [rather|really|better|actually] be (called|named|renamed to|renamed) {b:ident} [instead]", "[the] [{w:fieldword}] {a:localname} is {k:badname} [,|;|-|:] [so|better|and] [<please_do>] (use|call it|make it|make that|take|name it|rename it to|it should be|say) {b:ident} [instead]",
        "[<please_do>] (change|switch|set) [the] name [of] [the] [{w:fieldword}] {a:localname} [{w:fieldword}] to {b:ident}", "[<please_do>] (use|take) [the name] {b:ident} (instead of|rather than|for) [the name] {a:localname} [as [the] name]", "[<please_do>] (call|name) (it|that|this|the {w:fieldword}|that {w:fieldword}) {b:ident} [,] (instead of|rather than|not|and not) {a:localname}", "[the] {w:fieldword} {a:localname} (becomes|is now|is now called|is called) {b:ident} [now]", cost=-0.6)
def _rename(a: str, b: str, **_: Any) -> Statement | None:
    return Rename(a, b) if key_of(a) != key_of(b) or a != b else None


@G.rule("clause", "what (comes back|is returned|you return|it returns|you give back|is given back|is called|you call|you now call) [now] [as] {a:localname} (should|must|shall) be (called|named) {b:ident} [instead]", "what (comes back|is returned) as {a:localname} is [now] called {b:ident}", cost=-1.0)
def _what_comes_back(a: str, b: str) -> Statement:
    return Rename(a, b)


@G.rule("clause", "(nobody|no one|none of us) (needs|wants|cares) to see [the] {n:localname} [[,|;|-|:] [so] (drop|remove|leave|take|kick) it [out] [(from|of|out of) the (output|result|answer)]]", "(i|we|they|you) do not (need|want|have) to see [the] {n:localname} [[,|;|-|:] [so] (drop|remove|leave|take|kick) it [out] [(from|of|out of) the (output|result|answer)]]", cost=-0.5)
def _nobody_sees(n: str) -> Statement:
    return RemoveField(n)


G.rule("ordinal2", "(second|third|fourth|fifth|sixth|new|further|last|final|extra|additional|next)", cost=0.0)(lambda: True)


@G.rule("clause", "[<please_do>] (add|include|append) (a|an|one|another|the) [{o:ordinal2}] {w:fieldword} [called|named] [,] {n:ident} [,] [to (the result|the output|it|that)] (:|, which is|which is|, that is|that is|that says|saying|that shows|-|, namely) {v:defvalue}", "[<please_do>] (extend|expand|complete|enrich) (it|the result|the output|that|this) (by|with) [a|the] [{w:fieldword}] {n:ident} (:|, which is|which is|, that is|-|, namely) {v:defvalue}", "[<please_do>] (give me|return|give|show me|tell me) {n:ident} : {v:defvalue}", cost=0.4)
def _add_explained(n: str, v: Any, **_: Any) -> Statement:
    return Return((Ret(n, "", v),), also=True)


@G.rule("clause", "[<please_do>] (add|include|append) (a|an|one|another|the) [{o:ordinal2}] {w:fieldword} [called|named] [,] {n:ident} [,] [to (the result|the output|it|that)]", "[<please_do>] (extend|expand|complete|enrich) (it|the result|the output|that|this) (by|with) [a|the] [{w:fieldword}] {n:ident}", cost=0.6)
def _add_open(n: str, **_: Any) -> Statement:
    return Return((Ret(n),), also=True)


@G.rule("clause", "{:begins} [<please_do>] (call|name|rename) (it|this|that) [to] {b:ident} (instead|from now on|rather) {:ends}", "{:begins} (it|this|that) should be (called|named) {b:ident} [instead|rather] {:ends}", cost=1.0)
def _rename_it(b: str) -> Statement:
    return Rename("@it", b)


@G.terminal("underscored")
def _underscored(chart: Chart, at: int) -> list[Edge]:
    """Read a new name that has an underscore, so that it can be nothing else."""
    names: Names = chart.names
    token = chart.tokens[at] if at < len(chart.tokens) else None
    fresh = token is not None and token.kind == "name" and key_of(token.text) not in names.local
    return [Edge(at + 1, token.text, 0.0)] if fresh and token is not None else []


@G.rule("clause", "[<please_do>] make [the] [{w:fieldword}] {a:localname} {b:underscored} [instead]", "[the] [{w:fieldword}] {a:localname} (should|must) be {b:underscored} [instead|rather]", "(i|we) would rather have {b:underscored} than {a:localname}", "{b:underscored} (is|would be) a (better|nicer|clearer) name than {a:localname}", "instead of {a:localname} [,] (call|name) it {b:underscored}", "[<please_do>] (return|give|call|name) [it] [as] {b:underscored} (instead of|rather than|, not|not) {a:localname}", "[<please_do>] give {a:localname} (another|a new|a different|a better) name (:|,|-) {b:underscored}", cost=-1.2)
def _renamed(a: str, b: str, **_: Any) -> Statement:
    return Rename(a, b)


# --- none any more -----------------------------------------------------------------------------------------------------

G.rule("dropping", "(drop|remove|leave out|take out|delete|get rid of|skip|lose|ditch|kick out|leave off|omit|do not return|no longer return|stop returning|do not give me|do not show)", cost=0.0)(lambda: True)
G.rule("anymore", "(again|after all|any more|anymore|any longer|now|from the (result|output|answer)|in the (result|output|answer)|from it|at the end|altogether|completely)", cost=0.0)(lambda: True)
G.rule("localnames", "[the] [{w:fieldword}] {n:localname} [{w:fieldword}]", cost=0.0)(lambda n, w=None: (n,))
G.rule("localnames", "{xs:localnames} (and|,|, and|or) {ys:localnames}", cost=0.1)(lambda xs, ys: (*xs, *ys))
G.rule("nthfield", "(last|final)", cost=0.0)(lambda: "-1")
for _place, _words in enumerate(("first", "second", "third", "fourth", "fifth")):
    G.rule("nthfield", _words, cost=0.0)(lambda place=_place: str(place))


@G.rule("clause", "[<please_do>|(we|you) (can|could|may|should)] {d:dropping} {xs:localnames} [{k:anymore}]", "(i|we) (do not|no longer|do not really) (need|want|care about|use) {xs:localnames} [{k:anymore}]", "{xs:localnames} (is|are) (not needed|not necessary|superfluous|unnecessary|too much|redundant|no longer needed) [{k:anymore}]", "{xs:localnames} (can|could|may|should|must) (go|be left out|be dropped|be removed|be omitted) [{k:anymore}]", "{:begins} without {xs:localnames} {:ends}", "no need for {xs:localnames} [{k:anymore}]", "[<please_do>] (take|leave|kick) {xs:localnames} out [{k:anymore}]", "(it|the script) (should|must|need|does) not (return|give back|output) {xs:localnames} [{k:anymore}]", "(nobody|no one) (needs|wants|uses) {xs:localnames} [{k:anymore}] [, [so] (drop|remove) it]", "{:begins} scrap {xs:localnames} {:ends}", cost=-0.2)
def _fields_go(xs: tuple[str, ...], **_: Any) -> tuple[Statement, ...]:
    return tuple(RemoveField(n) for n in xs)


@G.rule("clause", "[<please_do>|(we|you) (can|could|may|should)] {d:dropping} the {p:nthfield} {w:fieldword} [{k:anymore}]", "(i|we) do not need the {p:nthfield} {w:fieldword} [{k:anymore}]", cost=0.1)
def _nth_goes(p: str, **_: Any) -> Statement:
    return RemoveField("@" + p)


@G.rule("clause", "[<please_do>] (only|just) (return|give me|give|give back|show|show me|keep|tell me) {xs:localnames}", "(i|we) (only|just) (need|want|care about|would like) {xs:localnames} [back]", "[<please_do>] (return|give me|give|show|show me|keep) (only|just|nothing but) {xs:localnames}", "(just|only) {xs:localnames} (is|are|will be|would be|would do|will do) [quite] [enough|fine|plenty|sufficient]", "{:begins} {xs:localnames} (is|are|will be|would be) [quite] (enough|sufficient|plenty|all (i|we) need) {:ends}", "{xs:localnames} (alone|on its own|by itself) (is|are|will do|would do) [enough|fine|sufficient]", "(i|we) (need|want) nothing but {xs:localnames}", cost=-0.2)
def _keep(xs: tuple[str, ...], **_: Any) -> Statement:
    return KeepFields(xs)


@G.rule("clause", "[<please_do>] (sort|order|list|arrange) (it|them|the list|those|these|the result) [by] {o:order}", "[<please_do>] (sort|order|arrange) (it|them|the list|those|these|the result) by {v:measure}", "[<please_do>] (sort|order|arrange) (it|them|the list|those|these|the result) by {v:measure} [,] (descending|in descending order|(biggest|highest|largest|latest|newest|most|longest|most expensive) first|from high to low) {x:reversed}", cost=0.3)
def _sort(o: Order | None = None, v: Any = None, x: bool = False) -> Statement:
    return InOrder(o if o is not None else Order(v, x))


@G.terminal("reversed")
def _reversed(chart: Chart, at: int) -> list[Edge]:
    """Tell, reading nothing, that the words before said a falling order."""
    return [Edge(at, True, 0.0)]


for _period in ("year", "month"):
    @G.rule("head", f"(this|the current) {_period} 's {{s:source}}", cost=0.1)
    def _of_this_period(s: str, period: str = _period) -> Rows:
        parts = ("year", "month") if period == "month" else ("year",)
        return Rows(s, conds=tuple(Compare("==", Part(p, Named("@date")), Part(p, Clock("today"))) for p in parts))


# --- records out, and back in --------------------------------------------------------------------------------------------


@G.rule("clause", "[<please_do>] (leave out|skip|exclude|ignore|drop|remove|take out|forget about|omit|disregard) {r:rows} [{k:anymore}]", "(i|we) do not (want|need|care about) {r:rows} [in there|in it|included|counted|{k:anymore}]", "{:begins} (without|but without|except|except for|but not|minus|excluding|not counting|not) {r:rows} {:ends}", "{r:rows} (are|is) (out|not included|excluded|to be left out|to be ignored|left out|not to be counted|irrelevant|not relevant)", "{r:rows} (should|must|can|may|have to|are to) be (left out|ignored|skipped|excluded|dropped|disregarded|omitted|taken out)", "{r:rows} (should|must) (stay|be kept) out", "{r:rows} (do not|should not|must not|does not) (matter|be included|be in there|be in it|be in the list|go in|belong there|belong in there)", cost=0.8)
def _out(r: Rows, **_: Any) -> Statement | None:
    return Exclude(r) if r.conds or r.words else None


@G.rule("clause", "[<please_do>] only (count|use|take|include|look at|consider|list|show) {r:rows}", "[<please_do>] (count|use|take|include|look at|consider|list|show) only {r:rows}", "{:begins} only {r:rows} {:ends}", "(i|we) (only|just) (want|need|mean|meant|care about) {r:rows}", "it should only (count|be|include|look at|be about|list|show) {r:rows}", "[it is|that is] only about {r:rows}", cost=0.6)
def _only(r: Rows, **_: Any) -> Statement | None:
    return Only(r) if r.conds or r.words else None


G.rule("backin", "(count|include|use|take|keep|consider|add|put|let) (them|those|these|{r:rows}) [back] [in|count] [again]", cost=0.0)(lambda r=None: r)


@G.rule("clause", "[<please_do>] (count|include|use|take|keep|consider) (them|those|these|those ones|that) (after all|again|back in|in again|anyway) [after all|again]", "(they|those|these) (should|do|can|may|must) (count|be counted|be included|stay in|be kept) (after all|again|anyway)", "[<please_do>] (put|take|let) (them|those|these) back in [again|after all]", "(they|those|these) count (after all|again|anyway)", "[<please_do>] (count|include|use|take|keep) (them|those|these) (in|all) [again|after all]", cost=-0.4)
def _restored() -> Statement:
    return Restore()


@G.rule("clause", "[<please_do>] (count|include|use|take|keep|consider) {r:rows} (after all|again|back in|in again|anyway) [after all|again]", "{r:rows} (should|do|can|may|must|shall) (count|be counted|be included) (after all|again|anyway)", "{r:rows} count (after all|again|anyway)", cost=-0.4)
def _restored_rows(r: Rows) -> Statement | None:
    words = " ".join((*r.words, *(w for c in r.conds for w in _named(c))))
    return Restore(words) if words else None


def _named(node: Any) -> list[str]:
    if isinstance(node, Named):
        return list(words_of(node.words.replace(" ", "_")))
    fields = getattr(node, "__struct_fields__", ())
    held = [node.words] if hasattr(node, "words") and isinstance(node.words, str) and not isinstance(node, Rows) else []
    return [*held, *(w for f in fields for w in _named(getattr(node, f)))]


G.rule("clause", "(some|many|a few|most|not all|several) [of] [the|our] [{w:oneword}] (have|has|had) no {n:name} [,|;|-|:] [so] (leave|skip|ignore|exclude|drop|forget) (those|them|these) [out]", "(some|many|a few|most|not all|several) [of] [the|our] [{w:oneword}] (never gave us|did not give us|do not have|never left|have not given us|have never given us|did not leave) (a|an|any|their) {n:name} [,|;|-|:] [so] (leave|skip|ignore|exclude|drop|forget) (those|them|these) [out]", cost=0.2)(lambda n, w="": Include((Holds(Named(n), "present"),)))


@G.rule("clause", "[<please_do>] (scrap|drop|cancel|kick out|lose|undo|take back|get rid of|revoke|stop|forget|forget about|never mind) (the|that|this|our) {t:changewords} [again|after all] [[,|;|-|:] [and] (take|kick|leave|drop|throw) it out [again]]", "no more {t:changewords}", "(the|that) {t:changewords} (is off|is cancelled|is gone|no longer applies|does not apply any more|is no longer needed|goes|can go)", cost=1.3)
def _undone_topic(t: str) -> Statement:
    return Undo(t)


@G.terminal("changewords")
def _changewords(chart: Chart, at: int) -> list[Edge]:
    """Read one to three words that name a change that was made: "member discount"."""
    out: list[Edge] = []
    words: list[str] = []
    for end in range(at, min(at + 3, len(chart.tokens))):
        token = chart.tokens[end]
        if token.low in ("thing", "bit", "part", "stuff") and words:
            return [*out, Edge(end + 1, " ".join(words), 0.2)]
        if token.kind != "word" or token.low in ("field", "output", "script", "job", "draft", "process", "last", "first", "one", "thing", "it", "that", "is", "can", "again", "after", "level", "case", "and", "or", "of"):
            break
        words.append(token.low)
        if words[-1] in ("discount", "surcharge", "rule", "exception", "cap", "limit", "extra", "bonus", "fee", "minimum", "maximum", "rounding", "condition", "requirement", "check", "tax", "vat", "reduction", "rebate", "charge", "penalty", "thing", "bit", "part", "filter"):
            out.append(Edge(end + 1, " ".join(words), 0.2))
    return out


G.rule("clause", "(we|they) (dropped|stopped|abolished|ended|scrapped|cancelled|ditched|gave up|do not do|no longer do|got rid of|do not have|no longer have) (that|it|this|them|that one) [{p:sincewhen}]", cost=0.6)(lambda p=None: Remark("note"))
G.rule("sincewhen", "(in|since|last|this) [the|last] (summer|winter|spring|autumn|fall|year|month|week|january|february|march|april|may|june|july|august|september|october|november|december)", "(any more|anymore|long ago|recently|ages ago|a while ago|last year|last month)", cost=0.0)(lambda: True)

# --- taken back -------------------------------------------------------------------------------------------------------------


@G.rule("clause", "(scratch|strike|disregard|cancel|revoke|withdraw) (that|it|this|the last one|the last thing|that last one|that last bit|my last message|what i just said|what i said last)", "[<please_do>] (forget|ignore|never mind) (the last thing|that last thing|that last one|that last bit|what i just said|what i said last|my last message|my last sentence|the last bit|the last one|the last rule|that last rule|that rule|that change|that last change|the last change)", "forget [that] i said that", "[<please_do>] (leave|keep) it (as it was|the way it was|like it was|like before|as before)", "(as|like) [it was] before", "(i|we) (take|took) (that|it) back", "(put|set|change) (that|it|everything) back (as it was|the way it was|how it was|to before|again)", cost=-0.3)
def _undone() -> Statement:
    return Undo()
