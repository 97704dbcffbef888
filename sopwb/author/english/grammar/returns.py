# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What a script gives back: objects, bare values, explanations of their fields, message placeholders.

    return := verb ["a JSON object with"] "{" field ("," field)* "}" [sep value list]
    field  := name [":" type]

Deliberately not here: the values themselves (``values``, ``definitions``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Agg,
    Cond,
    Define,
    Explain,
    Fixed,
    LookUp,
    Named,
    Remark,
    Ret,
    Return,
    Rows,
    Select,
    Statement,
    SwapWord,
    Value,
)
from sopwb.author.english.names import key_of
from sopwb.author.english.patterns import Chart, Edge

_LITERALS = frozenset(("true", "false", "null", "nothing", "yes", "no", "zero", "none", "today", "now", "it", "that", "this", "both", "all", "them"))

G.rule("field", "{n:fieldname}", cost=0.1)(lambda n: Ret(n))
G.rule("field", "{n:fieldname} : {t:type}", "{n:fieldname} : {t:type} or null", "{n:fieldname} LP {t:type} RP", cost=0.1)(lambda n, t: Ret(n, t))
G.rule("fields", "{f:field}", cost=0.0)(lambda f: (f,))
G.rule("fields", "{xs:fields} (,|and|, and) {f:field}", cost=0.1)(lambda xs, f: (*xs, f))
G.rule("object", "LB {xs:fields} RB", cost=0.0)(lambda xs: xs)
G.rule("object", "LB {xs:fields} , RB", cost=0.0)(lambda xs: xs)
G.rule("objectwords", "[the|these] [following] (one|two|three|four|five) (field|fields|value|values|things|numbers|figures|results|answers) [back] [:|,|-]", "(these|the following) [things|fields|values|numbers|figures|results] [back] [:|,|-]", "(an object|a record|the result) (with|of|containing|that has) [the] [following] [one|two|three|four|five] [field|fields|value|values] [:]", cost=0.1)(lambda: True)
G.rule("objectwords", "[a|an|the|one] [json|simple|small] (object|record|dict|map|structure|result) [with|containing|having|of the form|like|that has|of|:] [the] [fields|field|form] [:|is]", "[the] (fields|field|values|value)", "[me] [back] [just|only]", cost=0.1)(lambda: True)
G.rule("also", "(also|additionally|too|besides|in addition|on top of that|as an extra|furthermore|further)", cost=0.0)(lambda: True)

G.rule("glossed", "{n:ident} LP {v:defvalue} RP", cost=0.2)(lambda n, v: Ret(n, "", v))
G.rule("glossed", "{n:ident} , (which is|that is|namely|being) {v:defvalue}", cost=0.3)(lambda n, v: Ret(n, "", v))
G.rule("glossed", "{n:ident}", cost=0.4)(lambda n: Ret(n))
G.rule("glossedlist", "{a:glossed} (and|, and|,) {b:glossed}", cost=0.2)(lambda a, b: (a, b))
G.rule("glossedlist", "{xs:glossedlist} (and|, and|,|;|; and) {b:glossed}", cost=0.2)(lambda xs, b: (*xs, b))
G.rule("glossedlist", "{n:ident} LP {v:defvalue} RP", cost=0.2)(lambda n, v: (Ret(n, "", v),))

G.rule("valuelist", "{v:defvalue}", cost=0.1)(lambda v: (v,))
G.rule("valuelist", "{xs:valuelist} (,|and|, and|;|; and) {v:defvalue}", cost=0.1)(lambda xs, v: (*xs, v))


@G.rule("clause", "[<subj>] [{a:also}] <return> [{a:also}] [{o:objectwords}] {f:object} [{z:also}]", "[and] {f:object} (comes out|is the result|is returned|out|come out|comes back|as output|as the result|is the output)", "the (result|output) is {f:object}", cost=0.3)
def _return(f: tuple[Ret, ...], a: bool = False, o: Any = None, z: bool = False) -> Statement:
    return Return(f, also=a or z)


@G.rule("clause", "[<subj>] [{a:also}] <return> [{a:also}] [{o:objectwords}] {f:object} (,|-|:|, namely|, that is|, where these are|, which is|, which are|, meaning|, i.e. |;) {v:valuelist}", cost=0.2)
def _return_values(f: tuple[Ret, ...], v: tuple[Value, ...], a: bool = False, o: Any = None) -> Statement | None:
    shared = len(v) == 1 and len(f) > 1 and isinstance(v[0], Agg) and v[0].kind == "per"
    return Return(f, also=a, values=v) if len(f) == len(v) or shared else None


@G.rule("clause", "[<subj>] [{a:also}] <return> [{a:also}] [{o:objectwords}] {f:object} (from|of|out of) {s:database}", cost=0.3)
def _return_from(f: tuple[Ret, ...], s: str, a: bool = False, o: Any = None) -> tuple[Statement, ...]:
    return (LookUp(s), Return(f, also=a))


@G.rule("clause", "with null for [the] {n:name} <when> (we have none|there is none|they have none|it is <empty>|there is no {m:name}|it has none|we do not have one|none is set|we do not have it|unknown)", "null for [the] {n:name} <when> (we have none|there is none|they have none|it is <empty>|it has none|we do not have one|none is set|we do not have it)", "[the] {n:name} is null <when> (we have none|there is none|they have none|it has none|none is set)", cost=0.3)
def _null_stays(n: str, m: str = "") -> Statement:
    return Remark("note")


@G.rule("clause", "[the] {n:name} {o:order}", cost=0.5)
def _ordered_field(n: str, o: Any) -> Statement:
    return Define(n, Agg("list", Named(n), None, (o,)))



@G.terminal("described")
def _described(chart: Chart, at: int) -> list[Edge]:
    """Look ahead, reading nothing: what follows describes something ("the number of …"), so that "a, b" is no pair."""
    return [Edge(at, True, 0.0)] if chart.low(at) in ("the", "a", "an", "how", "their", "its", "his", "her", "all", "true", "that", "whether", "what", "which") else []


G.rule("pairs", "{n:ident} , {:described} {v:defvalue}", "{n:ident} LP {v:defvalue} RP", cost=0.2)(lambda n, v: (Ret(n, "", v),))
G.rule("pairs", "{xs:pairs} [,|;] and {n:ident} , {:described} {v:defvalue}", "{xs:pairs} (,|;) {n:ident} , {:described} {v:defvalue}", "{xs:pairs} [,|;] [and] {n:ident} LP {v:defvalue} RP", cost=0.2)(lambda xs, n, v: (*xs, Ret(n, "", v)))


@G.rule("clause", "[<subj>] [{a:also}] <return> [me|us] [back] {xs:pairs}", cost=1.2)
def _return_pairs(xs: tuple[Ret, ...], a: bool = False) -> Statement | None:
    return Return(xs, also=a) if len(xs) > 1 else None


@G.rule("clause", "[<subj>] [{a:also}] <return> [{a:also}] [{o:objectwords}] {f:object} (for|over|of) {r:rows} (:|,|-) {v:valuelist}", cost=0.2)
def _return_for(f: tuple[Ret, ...], r: Rows, v: tuple[Value, ...], a: bool = False, o: Any = None) -> tuple[Statement, ...] | None:
    return (Select(r), Return(f, also=a, values=v)) if len(f) == len(v) else None


@G.rule("clause", "[<subj>] [{a:also}] <return> [{a:also}] [{o:objectwords}] {f:object} [,] with {x:sets}", cost=0.4)
def _return_with(f: tuple[Ret, ...], x: tuple[tuple[str, Value], ...], a: bool = False, o: Any = None) -> Statement:
    said = dict(x)
    return Return(tuple(Ret(r.name, r.type, said.get(key_of(r.name))) for r in f), also=a)


@G.rule("clause", "[<subj>] {a:also} <return> [{o:objectwords}] {n:ident} (,|-|:|LP|as|being|, which is|, that is|which is|, namely) {v:defvalue} [RP]", "[<subj>] <return> {a:also} {n:ident} (,|-|:|LP|as|being|, which is|, that is|which is|, namely) {v:defvalue} [RP]", "[and] (add|include) [a|an|the] [field] [called|named] {n:ident} (:|,|-|, which is|which is|as|being|, that is|that is|that says|saying|that shows|=) {v:defvalue}",
        "[and] {a:also} {n:ident} [please] (:|,|-) {v:defvalue}", "[and] [{a:also}] (one more|another one|one last thing|and one more|last one|one last field|one more field) : {n:ident} , (which is|that is|being) {v:defvalue}", "[and] [{a:also}] <return> {n:ident} {a:also} (:|,|-) {v:defvalue}",
        "{a:also} (give|return|show|tell|report|include) [me|us|back] {n:ident} [too] (:|,|-) {v:defvalue}", "i {a:also} (want|need) {n:ident} (:|,|-) {v:defvalue}", cost=0.25)
def _also_return(n: str, v: Value, a: bool = True, o: Any = None) -> Statement:
    return Return((Ret(n, "", v),), also=True)


@G.rule("clause", "[<subj>] {a:also} <return> [{o:objectwords}] {n:ident} (,|-|:|, which|which) (depends on|follows|goes by|is based on) {s:value} (:|-|,) {c:cases}", "[<subj>] <return> {a:also} [{o:objectwords}] {n:ident} (,|-|:|, which|which) (depends on|follows|goes by|is based on) {s:value} (:|-|,) {c:cases}", cost=0.2)
def _also_depends(n: str, s: Value, c: Any, a: bool = True, o: Any = None) -> Statement:
    import msgspec

    return Return((Ret(n, "", msgspec.structs.replace(c, subject=s)),), also=True)


@G.rule("clause", "[<subj>] {a:also} <return> {f:plainfields} (as fields of their own|as separate fields|as own fields|separately|as well|as extra fields|as a field of its own)", "[<subj>] <return> {a:also} {f:plainfields}", "[<subj>] {a:also} <return> {f:plainfields}", "[and] (add|include) [the] [fields|field] {f:plainfields}",
        "[<subj>] {a:also} <return> [the field|a field|the fields|fields] {f:plainfields} [, the same {x:oneword} and {y:oneword} as numbers]", cost=0.5)
def _also_fields(f: tuple[Ret, ...], a: bool = True, x: str = "", y: str = "") -> Statement:
    return Return(f, also=True)


G.rule("plainfields", "{n:ident} [LP {t:type} RP]", cost=0.2)(lambda n, t="": (Ret(n, t),))
G.rule("plainfields", "{xs:plainfields} (,|and|, and) {n:ident}", cost=0.2)(lambda xs, n: (*xs, Ret(n)))


@G.rule("clause", "[<subj>] <return> [me|us] [back] [{o:objectwords}] {xs:glossedlist}", "[<subj>] (with|giving) {xs:glossedlist}", cost=0.9)
def _return_glossed(xs: tuple[Ret, ...], o: Any = None) -> Statement | None:
    return Return(xs) if any(r.value is not None for r in xs) else None


@G.rule("clause", "[<subj>] <return> [me|us] [back] [just|only|simply] {v:value}", "[<subj>] <return> [just|only|simply] (one|a single|a) (word|number|value|text|yes or no) [:|,|-|, namely|out :] {v:defvalue}", "(one|a single) (word|number|value|text) out [:|,|-] {v:defvalue}", "[<subj>] <return> {v:truth}", "(tell|tells) me {v:truth}", "[<subj>] <return> {v:cases}", cost=1.0)
def _return_bare(v: Value) -> Statement:
    return Return((), value=v)


@G.rule("clause", "[<subj>] <return> [me|us] [back] [just|only|simply] {n:ident}", "[<subj>] <return> [me|us] [back] [just|only|simply] the {n:thefield}", cost=0.4)
def _return_named(n: str) -> Statement | None:
    """A name alone is the one field of an object: who wants the bare value says so."""
    return Return((Ret(n),)) if n.lower() not in _LITERALS else None


@G.rule("clause", "[<subj>] <return> (one|a single|a|just one|just a|exactly one) (word|text|number|value) [, not an object|and not an object|and no object|rather than an object]", cost=0.3)
def _bare_word() -> Statement:
    return Return((), value=Named("@open"))


@G.rule("clause", "[<subj>] [only] (return|returns|give back|give me) the [bare|plain|single] (word|number|value|text|result) [, not an object|and not an object|, no object]", "(not an object|no object) [, just the (word|value|number|text)] [itself]", "[just] return the bare (word|number|value|text) [, not an object]", cost=0.2)
def _bare_remark() -> Statement:
    return Return((), value=Named("@open"))


# --- placeholders of a text ----------------------------------------------------------------------------------


@G.terminal("caps")
def _caps(chart: Chart, at: int) -> list[Edge]:
    if at < len(chart.tokens):
        text = chart.tokens[at].text
        if chart.tokens[at].kind in ("word", "name", "number") and len(text) >= 1 and text.isupper() and (len(text) > 1 or text not in ("I", "A")):
            return [Edge(at + 1, text, 0.0)]
    return []


G.rule("explain", "{c:caps} [is|=|being|stands for|means|for|the|is the] {v:value}", "{c:caps} (is|=|means|stands for) {v:defvalue}", cost=0.1)(lambda c, v: Explain(c, v))
G.rule("explains", "{e:explain}", cost=0.0)(lambda e: (e,))
G.rule("explains", "{xs:explains} (,|and|, and|;) {e:explain}", cost=0.1)(lambda xs, e: (*xs, e))


@G.rule("clause", "[(where|with|in which|here|in the body|in the text|in the subject|in it|in the message|in both|in there|there|and|in this text|in these|in this|in the mail|in the e mail|in the email|, with|in the template|in the sentence)] [,] {xs:explains}", "LP {xs:explains} RP", cost=0.3)
def _explain(xs: tuple[Explain, ...]) -> tuple[Statement, ...]:
    return tuple(xs)


G.rule("fillfrom", "{xs:capslist} from (the {e:entity}|{e:entity}|[the] {s:script})", cost=0.1)(lambda xs, e="", s="": tuple(Explain(c, Named(key_of(c), "" if s else e)) for c in xs))
G.rule("fillfrom", "{a:fillfrom} (,|and|, and) {b:fillfrom}", cost=0.1)(lambda a, b: (*a, *b))


@G.rule("clause", "(fill in|take|with|filling in) {f:fillfrom}", cost=0.3)
def _fill_from(f: tuple[Explain, ...]) -> tuple[Statement, ...]:
    return f


G.rule("capslist", "{c:caps}", cost=0.0)(lambda c: (c,))
G.rule("capslist", "{xs:capslist} (and|,|, and) {c:caps}", cost=0.0)(lambda xs, c: (*xs, c))


@G.rule("clause", "{xs:capslist} (is|are) (written|shown|given|printed|formatted) {d:decimals} [{x:nothousands}] [{y:nothousands}]", "{xs:capslist} [has|have] {d:decimals} [{x:nothousands}] [{y:nothousands}]", "(write|show|format|print) {xs:capslist} {d:decimals} [{x:nothousands}] [{y:nothousands}]", cost=0.2)
def _format(xs: tuple[str, ...], d: int, x: Any = None, y: Any = None) -> tuple[Statement, ...]:
    return tuple(Explain(c, Fixed(Named("@same"), d)) for c in xs)


@G.rule("clause", "the word is {a:oneword} instead of {b:oneword} <when> {c:cond}", "(write|say|use|it says|it is|it says) [the word] {a:wordtext} (instead of|rather than|not) {b:wordtext} <when> {c:cond}", "<when> {c:cond} [,] (write|say|use|it says|the word is) {a:wordtext} (instead of|rather than) {b:wordtext}", cost=0.2)
def _swap(a: str, b: str, c: Cond) -> Statement:
    return SwapWord(b, a, c)


G.rule("wordtext", "{w:oneword}", "{w:string}", cost=0.1)(lambda w: w if isinstance(w, str) else w.text)


@G.rule("clause", "[the] {x:capsname} (is|being) {v:value}", cost=0.1)
def _caps_is(x: str, v: Value) -> Statement:
    return Explain(x, v)


G.rule("capsname", "{c:caps}", cost=0.0)(lambda c: c)


def count_rows() -> Value:
    return Agg("count", None, Rows())
