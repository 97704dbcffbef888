# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""E-mails in other words: who gets one at which address, and what stands for the placeholders of their texts.

"Send an email to …" is in ``effects``. Deliberately not here: what a mail costs, or whether it is really sent.
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.effects import mail_of
from sopwb.author.english.meaning import (
    Cond,
    Explain,
    Fixed,
    Mock,
    Named,
    Rows,
    Statement,
    Value,
)

# --- who gets it, and where ------------------------------------------------------------------------------------

G.rule("addressee", "(them|him|her|it|everybody|everyone|each|each of them|all of them)", "[the|its|their|each] {n:name}", "{e:entity} [of {f:entity}]", "{a:anynoun} [of {f:entity}]", cost=0.3)(lambda n="", e="", a="", f="": True)
G.rule("mailact", "(email|mail|e mail|emails|mails|write to|write) {w:addressee} (at|via|under|using|through) {a:address} [{xs:mailparts}]", "<send> {w:addressee} {m:mailnoun} (at|to|via) {a:address} [{xs:mailparts}]", "<send> {m:mailnoun} to {w:addressee} (at|via|using) {a:address} [{xs:mailparts}]", "(email|mail|e mail|emails|mails) {w:addressee} LP {a:address} RP [{xs:mailparts}]", cost=0.2)(lambda a, w=None, m=None, xs=(): (xs, a))
G.rule("address", "[the] {n:name} (field|column|address) of {e:entity}", "[the] {n:name} [given|listed|found|kept|stored|recorded|that is|that stands] (in|from) [the] {s:source}", cost=0.3)(lambda n, e="", s="": Named(n, e or s))


@G.rule("clause", "(email|mail|e mail|emails|mails|write to) {w:addressee} LP {a:address} RP of {r:rows} [{xs:mailparts}]", "(email|mail|e mail|emails|mails|write to) {w:addressee} of {r:rows} (at|to) {a:address} [{xs:mailparts}]", "<send> {m:mailnoun} to {a:address} of {r:rows} [{xs:mailparts}]", cost=0.2)
def _mail_the_owner(r: Rows, a: Value, xs: tuple[tuple[str, Value], ...] = (), w: Any = None, m: Any = None) -> Statement:
    return mail_of(xs, a, None, r)


@G.rule("clause", "(everybody|everyone|anybody|anyone|those|all|people|customers) (with|who has|who have|that have|having) {c:cond} {m:mailact}", "(everybody|everyone|anybody|anyone|those|all) (who|that|whose) {c:cond} {m:mailact}", "{r:rows} [,] {m:mailact}", cost=0.8)
def _everybody_gets(m: Any, c: Cond | None = None, r: Rows | None = None) -> Statement:
    return mail_of(m[0], m[1], None if r is None else c, r if r is not None else Rows(conds=(c,) if c is not None else ()))


# --- what stands for the placeholders ----------------------------------------------------------------------------

G.rule("standing", "{a:value} (,|and|, and) {b:value}", cost=0.1)(lambda a, b: (a, b))
G.rule("standing", "{a:value} , {xs:standing}", cost=0.1)(lambda a, xs: (a, *xs))


@G.rule("clause", "[where|with|in which|here] {xs:capslist} (stand for|are|mean|stands for|being|are filled with|come from) {vs:standing} [respectively]", "(fill in|take|use|put) {vs:standing} for {xs:capslist} [respectively]", cost=0.2)
def _stand_for(xs: tuple[str, ...], vs: tuple[Value, ...]) -> tuple[Statement, ...] | None:
    return tuple(Explain(c, v) for c, v in zip(xs, vs, strict=True)) if len(xs) == len(vs) else None


G.rule("explain", "for {c:caps} [,] {v:value}", "{c:caps} [,] (filled with|filled by|taken from|which is|the) {v:value}", cost=0.2)(lambda c, v: Explain(c, v))
G.rule("writtenlike", "(written|shown|formatted|printed) [like|as|in the form|in the format] ({d:date}|{s:string}|iso|iso format|an iso date)", cost=0.0)(lambda d=None, s=None: True)
G.rule("value", "{v:value} [,] {w:writtenlike}", "{v:value} LP {w:writtenlike} RP", cost=0.2)(lambda v, w: v)
G.rule("decimals", "[with|written with|showing|shown with|to|in] [exactly] (two|2) (decimals|decimal places|digits) {x:example}", cost=0.0)(lambda x: 2)


@G.rule("clause", "(with|using|filling in) {xs:withvalues} [,] and [,] {e:explains}", "(with|using|filling in) {e:explains}", cost=0.4)
def _filled_and(e: tuple[Explain, ...], xs: tuple[Value, ...] = ()) -> tuple[Statement, ...]:
    from sopwb.author.english.meaning import MailPart

    fills = (MailPart("fill", Named("@list")), *(MailPart("with", v) for v in xs)) if xs else ()
    return (*fills, *e)


@G.rule("explain", "{c:caps} (is|=|means|stands for|being|the|is the) {v:value} {d:decimals}", cost=0.2)
def _explain_fixed(c: str, v: Value, d: int) -> Explain:
    return Explain(c, Fixed(v, d))


# --- pretending -----------------------------------------------------------------------------------------------------

G.rule("nomail", "[as|since|because] (there is|there are|we have|we have got|i have|you have) (no|not any|no real|not a) [real|working|proper|actual] (mail|email|e mail|mails|smtp) [server|account|tool|service] [set up|configured|connected|here|available|yet|in this workspace] [here|yet|for now]", cost=0.0)(lambda: True)
G.rule("fakeit", "(fake|mock|simulate|pretend|stub) (it|that|them|this|the mail|the mails|mails|sending|the sending)", "[use] (a mock|mocks|a fake|a stub) [for it|for that|instead|for the mails|for the mail]", "only pretend [to send (it|them)]", cost=0.0)(lambda: True)


@G.rule("clause", "{n:nomail} [,|:|;|-] [so|just|then|so just|please] {f:fakeit} [for now|then]", "{f:fakeit} [for now|then] [,] {n:nomail}", "{f:fakeit} [for now|then|please]", cost=0.2)
def _fake(f: Any, n: Any = None) -> Statement:
    return Mock()


@G.rule("clause", "(nobody|no one) (should|must|may) (really|actually) get (a mail|mails|anything) [yet|for now]", cost=0.3)
def _nobody_gets() -> Statement:
    return Mock()
