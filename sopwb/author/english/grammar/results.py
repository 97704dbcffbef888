# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What is given back, in other words: "what comes back is { … }", "both rounded to cents", "a bare number, no object".

"Return { … }" itself is in ``returns``. Deliberately not here: the values.
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import Adjust, Define, Named, Ret, Return, Statement, Value
from sopwb.author.english.names import key_of

G.rule("comesback", "(what|all that|all) (comes back|comes out|it gives back|it returns|i want back|i want|we want back|i get back|i get|i need back|is returned|it hands back|should come back|should come out) (is|are|should be) [just|only|simply]", cost=0.0)(lambda: True)
G.rule("comesback", "[<subj>] (hand|hands|gives|give|pass|passes|let) (me|us) [have|see] [back]", "[<subj>] (come|comes) (back|up) with", "[<subj>] (says|shows|delivers|yields)", "[<subj>] [should|must|will] (say|show|deliver|yield)", cost=0.2)(lambda: True)
G.rule("comesback", "(the|its) (result|output|answer|outcome|reply|return value|returned value) (is|has|contains|consists of|holds|should be|should have|should contain|must be|must have|must contain|will be|will have|will contain|has to be|looks like|comprises) [made up of]", cost=0.1)(lambda: True)
G.rule("comesback", "(the|its) (result|output|answer|outcome|reply|response) [:|-]", "(answer|outcome|reply|response) :", cost=0.4)(lambda: True)
G.rule("comesback", "(i|we) (want|would like|need) to (see|get|get back|have|know|have back)", "(i|we) (want|would like|need|get|expect)", "<return>", cost=0.2)(lambda: True)
G.rule("comesback", "(the|its) (fields|returned fields) (of the (result|output|answer) are|are|returned are)", cost=0.2)(lambda: True)


@G.rule("clause", "{g:comesback} [{o:objectwords}] {f:object} [back]", "{f:object} is (what|all) (i|we|it) (need|want|would like|return|returns|gives) [back]", "{f:object} back", cost=0.4)
def _result(f: tuple[Ret, ...], g: Any = None, o: Any = None) -> Statement:
    return Return(f)


@G.rule("clause", "{g:comesback} [{o:objectwords}] {f:object} [back] [,|-|:|LP] [each|both|all] [either|as|being|which (is|are) [either]] (true or false|yes or no|true / false|a yes or no|a yes/no|booleans|a boolean) [each] [RP]", cost=0.1)
def _yes_or_no(f: tuple[Ret, ...], g: Any = None, o: Any = None) -> Statement:
    return Return(tuple(Ret(r.name, "bool", r.value) for r in f))


@G.rule("clause", "{g:comesback} [{o:objectwords}] {f:object} [back] (,|-|:|, namely|, that is|;) {v:valuelist}", cost=0.4)
def _result_values(f: tuple[Ret, ...], v: tuple[Value, ...], g: Any = None, o: Any = None) -> Statement | None:
    return Return(f, values=v) if len(f) == len(v) else None


@G.rule("clause", "{g:comesback} [{o:objectwords}] {xs:pairs}", "{g:comesback} [{o:objectwords}] {xs:glossedlist}", cost=1.2)
def _result_pairs(xs: tuple[Ret, ...], g: Any = None, o: Any = None) -> Statement | None:
    return Return(xs) if len(xs) > 1 and all(r.value is not None for r in xs) else None


@G.rule("clause", "{g:comesback} {o:objectwords} {f:plainfields} (:|-) {v:valuelist}", cost=1.0)
def _result_plain(f: tuple[Ret, ...], v: tuple[Value, ...], g: Any = None, o: Any = None) -> Statement | None:
    return Return(f, values=v) if len(f) == len(v) and all("_" in r.name or len(f) > 1 for r in f) else None


@G.rule("clause", "{g:comesback} [{o:objectwords}] {f:object} [back] [,|-|:|;] (both|both of them|each|each of them|all|all of them|all three|each one) {r:rounding}", "{g:comesback} [{o:objectwords}] {f:object} [back] [,|-|:|;] {r:rounding} (each|both|all|each of them|all of them)", cost=0.1)
def _all_rounded(f: tuple[Ret, ...], r: tuple[int, str], g: Any = None, o: Any = None) -> tuple[Statement, ...]:
    places, how = r
    kind = "round" if how == "half" else "round_" + how
    return (Return(f), *(Adjust(kind, None, words=key_of(x.name), places=places) for x in f))


@G.rule("clause", "{g:comesback} [{o:objectwords}] {f:object} [back] [,|-|:|;] {r:rounding}", cost=0.1)
def _which_rounded(f: tuple[Ret, ...], r: tuple[int, str], g: Any = None, o: Any = None) -> tuple[Statement, ...] | None:
    places, how = r
    kind = "round" if how == "half" else "round_" + how
    return (Return(f), Adjust(kind, None, words=key_of(f[0].name) if len(f) == 1 else "@which", places=places))


# --- a bare value ------------------------------------------------------------------------------------------

G.rule("nobject", "[,] [and|but] (not an object|no object|without an object|not a record|rather than an object|not wrapped in an object|without any object around it|nothing around it)", cost=0.0)(lambda: True)
G.rule("bareword", "[,] [as] (a|one|just a|just one) [bare|plain|single] (word|number|value|text) [,] [{x:nobject}]", "[,] {x:nobject}", cost=0.0)(lambda x=True: True)


@G.rule("clause", "{g:comesback} [just|only|simply] {v:value} {b:bareword}", cost=0.4)
def _bare(v: Value, g: Any = None, b: Any = None) -> Statement:
    return Return((), value=v)


@G.rule("clause", "{g:comesback} the {w:oneword} {b:bareword}", cost=1.2)
def _bare_open(w: str, g: Any = None, b: Any = None) -> Statement:
    return Return((), value=Named("@open"))


@G.rule("clause", "{g:comesback} (one|a single|a|just one|just a|exactly one) [bare|plain|single] (word|text|number|value) [,] {x:nobject} (:|-|, namely|,) {v:defvalue}", cost=0.3)
def _bare_said(v: Value, g: Any = None, x: Any = None) -> Statement:
    return Return((), value=v)


# --- one more field --------------------------------------------------------------------------------------------

G.rule("onemore", "(one more|another|one last|one further|an extra|a further|an additional|one other|one additional|one extra) (field|thing|output|value|result) [to (give back|return|hand back|report|output|come back|add)|to be returned|please] (:|-|,|is|called|named)", cost=0.0)(lambda: True)


@G.rule("clause", "[add] {o:onemore} {n:ident} (,|LP|:|which is|, which is|-) {v:defvalue} [RP]", cost=0.3)
def _one_more(n: str, v: Value, o: Any = None) -> Statement:
    return Return((Ret(n, "", v),), also=True)


@G.rule("clause", "[add] {o:onemore} {f:plainfields}", cost=0.6)
def _one_more_open(f: tuple[Ret, ...], o: Any = None) -> Statement:
    return Return(f, also=True)


# --- several definitions in one sentence --------------------------------------------------------------------

G.rule("worked", "{n:ident} , [which is|that is|being|namely] {:described} {v:defvalue}", "{n:ident} , (which is|that is|being) {v:defvalue}", "{n:ident} LP {v:defvalue} RP", "{n:ident} (=|as) {v:defvalue}", cost=0.1)(lambda n, v: (Define(n, v),))
G.rule("worked", "{a:worked} (,|;|and|, and|; and|, then|; then) {b:worked}", cost=0.1)(lambda a, b: (*a, *b))


@G.rule("clause", "[<subj>] (compute|computes|work out|works out|calculate|calculates|determine|determines|find out|finds out|figure out|figures out) {d:worked}", cost=0.4)
def _worked(d: tuple[Statement, ...]) -> tuple[Statement, ...]:
    return d


@G.rule("clause", "[with|where] {n:ident} being {v:defvalue}", cost=0.4)
def _being(n: str, v: Value) -> Statement:
    return Define(n, v)
