# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Examples: "when run for john_doe it should say is_risk true", "for 'x1' the answer must be 12", "john_doe should be high risk".

Only what is written as a value is an input here (quoted, a number, a date, or a name with an underscore or a digit that
names nothing else), so that no rule about "a customer" is taken for an example. Deliberately not here: which field is meant
(``author.english.examples``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import Lit, Show, Statement
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.patterns import Chart, Edge
from sopwb.author.english.wanting import Example, Wanted


@G.terminal("exkey")
def _exkey(chart: Chart, at: int) -> list[Edge]:
    """Read an input that is written as a value: 'x1', john_doe, 12, 2026-01-31, 7b, b7."""
    if at >= len(chart.tokens):
        return []
    token, names = chart.tokens[at], chart.names
    assert isinstance(names, Names)
    match token.kind:
        case "string":
            return [Edge(at + 1, Lit("string", str(token.value)), 0.0)]
        case "code":
            return [Edge(at + 1, Lit("string", token.text), 0.0)]
        case "number" | "money":
            return [Edge(at + 1, Lit("number", str(token.value)), 0.0)]
        case "date":
            return [Edge(at + 1, Lit("date", str(token.value)), 0.0)]
        case "name" | "word" if token.kind == "name" or (token.text.isalnum() and not token.text.isalpha()):
            key = key_of(token.low)
            known = token.text in names.scripts or names.name_cost(key) is not None or names.sources_named(key)
            return [] if known else [Edge(at + 1, Lit("string", token.text), 0.0)]
        case _:
            return []


@G.terminal("exwho")
def _exwho(chart: Chart, at: int) -> list[Edge]:
    """Read an input that begins a sentence: a number or a date there says something else."""
    return [edge for edge in _exkey(chart, at) if chart.tokens[at].kind in ("string", "name", "word")]


G.rule("exargs", "[the] [{n:name}] [=|:|of] {v:exkey}", cost=0.1)(lambda v, n="": ((n, v),))
G.rule("exargs", "{xs:exargs} (and|,) [the] [{n:name}] [=|:|of] {v:exkey}", cost=0.1)(lambda xs, v, n="": (*xs, (n, v)))
G.rule("exfor", "(for|with|on|given) [the] [{e:entity}] {a:exargs}", cost=0.1)(lambda a, e="": a)
G.rule("exmust", "should", "must", "has to", "have to", "ought to", "is to", "shall", "needs to", "is expected to", "is supposed to", "had better", cost=0.0)(lambda: True)
G.rule("exsays", "say", "give", "return", "come to", "answer", "yield", "show", "tell", "report", "result in", "give back", cost=0.0)(lambda: True)
G.rule("exis", "be", "come out as", "count as", "be reported as", "come out", "be called", cost=0.0)(lambda: True)
G.rule("exanswer", "[the|its] (answer|result|output|outcome)", cost=0.0)(lambda: True)
G.rule("exit", "(it|that|this|the script|this script|that script)", cost=0.0)(lambda: "")
G.rule("exit", "[the] [script] {s:script}", cost=0.0)(lambda s: s)

G.rule("exwant", "[that] [the] {n:name} (is|be|of|as|=|:) {v:lit}", "{n:name} {v:lit}", cost=0.1)(lambda n, v: Wanted(n, v))
G.rule("exwant", "[that] [the] {n:name} (is|be|of|as|=|:) {p:phrase}", cost=0.6)(lambda n, p: Wanted(n, None, p))
G.rule("exwant", "{v:lit}", cost=0.3)(lambda v: Wanted("", v))
G.rule("exwant", "{p:phrase}", "[a|an] {p:phrase}", cost=0.5)(lambda p: Wanted("", None, p))
G.rule("exwant", "not {p:phrase}", "not [a|an] {p:phrase}", cost=0.5)(lambda p: Wanted("", None, p, True))
G.rule("exwants", "{w:exwant}", cost=0.0)(lambda w: (w,))
G.rule("exwants", "{ws:exwants} (and|, and|,) {w:exwant}", cost=0.1)(lambda ws, w: (*ws, w))
G.rule("exexpect", "make sure", "ensure", "see to it", "i expect", "we expect", "expect", "verify", "assert", cost=0.0)(lambda: True)
G.rule("exfirst", "(for example|for instance|as an example|as a test|example|e.g.) [,|:]", cost=0.0)(lambda: True)


@G.rule("clause", "[{x:exfirst}] (when|if|whenever|once) [{s:exit}] [it] [is] (run|called|used|asked|tried|tested) {a:exfor} [,] [then] [{s:exit}] {m:exmust} {y:exsays} {w:exwants}",
        "[{x:exfirst}] (when|if|whenever|once) [{s:exit}] [it] [is] (run|called|used|asked|tried|tested) {a:exfor} [,] [then] ({s:exit}|{r:exanswer}) {m:exmust} {i:exis} {w:exwants}",
        "[{x:exfirst}] {a:exfor} [,] {s:exit} {m:exmust} {y:exsays} {w:exwants}",
        "[{x:exfirst}] {a:exfor} [,] {r:exanswer} {m:exmust} {i:exis} {w:exwants}",
        "[{x:exfirst}] {s:exit} {m:exmust} {y:exsays} {w:exwants} {a:exfor}",
        "[{x:exfirst}] {r:exanswer} {a:exfor} {m:exmust} {i:exis} {w:exwants}",
        "{e:exexpect} [that] {s:exit} (says|gives|returns|to say|to give|to return) {w:exwants} {a:exfor}",
        "{e:exexpect} {w:exwants} {a:exfor}", cost=0.3)
def _example(a: tuple[tuple[str, Lit], ...], w: tuple[Wanted, ...], s: str = "", **_: Any) -> Example:
    return Example(a, w, s)


@G.rule("clause", "[{x:exfirst}] {v:exwho} {m:exmust} {i:exis} {w:exwants}", "[{x:exfirst}] {v:exwho} {m:exmust} not {i:exis} {p:phrase}",
        "{e:exexpect} [that] {v:exwho} (is|comes out as|to be|to come out as) {w:exwants}", cost=0.8)
def _example_of(v: Lit, w: tuple[Wanted, ...] = (), p: str = "", **_: Any) -> Example:
    return Example((("", v),), w or (Wanted("", None, p, True),))


@G.rule("clause", "[{x:exfirst}] (when|if|whenever) [{s:exit}] [it] [is] (run|called|used|tried|tested) {a:exfor} [,] [then] {s:exit} {m:exmust} (fail|end with an error|be refused|stop)",
        "[{x:exfirst}] {a:exfor} [,] {s:exit} {m:exmust} (fail|end with an error|be refused|stop)", "[{x:exfirst}] {s:exit} {m:exmust} (fail|end with an error|be refused|stop) {a:exfor}", cost=0.3)
def _example_fails(a: tuple[tuple[str, Lit], ...], s: str = "", **_: Any) -> Example:
    return Example(a, (), s)


@G.rule("clause", "[<please_do>] (drop|forget|remove|delete|discard) [the|that] example {a:exfor} [of {s:exit}]", cost=0.2)
def _forget(a: tuple[tuple[str, Lit], ...], s: str = "") -> Example:
    return Example(a, (), s, True)


@G.rule("clause", "[<please_do>] (show|list|run|try|test|check|what are) [me] [the|its|all|our|all the] examples [of {s:exit}|for {s:exit}] [again]", cost=0.2)
def _examples(s: str = "") -> Statement:
    return Show("examples", s)
