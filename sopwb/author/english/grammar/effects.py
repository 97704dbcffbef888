# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Loops, calls of scripts, and effects: "for each …", "run … on each", "send an e-mail", "generate a coupon", "mock it".

Deliberately not here: what a tool does.
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import gloss_of, with_subject
from sopwb.author.english.meaning import (
    CallFor,
    Cond,
    Coupon,
    Exclude,
    Include,
    Lit,
    Loop,
    Mail,
    MailPart,
    Mock,
    Named,
    Rows,
    Statement,
    Value,
    When,
)
from sopwb.author.english.patterns import Chart, Edge

# --- going over records -----------------------------------------------------------------------------------


@G.terminal("parted")
def _parted(chart: Chart, at: int) -> list[Edge]:
    """Stand, reading nothing, where a clause can begin: first, or behind a sign or a connective."""
    before = chart.tokens[at - 1] if at else None
    parts = before is None or before.kind == "punct" or before.low in ("and", "then", "but", "for", "or", "also", "so", ":", "-", "with", "to", "that", "which", "it")
    return [Edge(at, True, 0.0)] if parts else []


@G.rule("clause", "[<subj>] <foreach> {r:rows}", "[<subj>] <goover> {r:rows} [one by one|in turn]", "{:parted} {r:rows}", cost=0.9)
def _loop(r: Rows) -> Statement | None:
    return Loop(r)


@G.rule("clause", "[<subj>] <run> [our|the|my|that|this] [script] {s:script} [script] (for|on|over|with|against) {r:rows} [in turn|one by one|there]", "<foreach> {r:rows} [,] [<subj>] <run> [our|the|my|that|this] [script] {s:script} [script]",
        "[<subj>] <goover> {r:rows} (with|and apply|using|and run|and call|and use) [our|the|my] {s:script}", "[<subj>] <run> (that|it|this|that script|this script|that one|the script) (for|on|over|with) {r:rows}", "<foreach> {r:rows} [,] [<subj>] <run> (that|it|this|that script|this script|that one)", cost=0.3)
def _call_for(r: Rows, s: str = "@last") -> Statement:
    return CallFor(s, r)


@G.rule("clause", "<foreach> {r:rows} [,] [<subj>] <run> [our|the|my|that|this] [script] {s:script} [script] (with|for|on|passing|using|giving it) {a:callargs}", "[<subj>] <run> [our|the|my|that|this] [script] {s:script} [script] (for|on) {r:rows} [,] (passing|giving it|handing it) {a:callargs}", cost=0.2)
def _call_for_with(r: Rows, s: str, a: tuple[tuple[str, Value], ...]) -> Statement:
    return CallFor(s, r, a)


@G.rule("clause", "[<subj>] <run> [our|the|my|that|this] [script] {s:script} [script] [(on|for|with) (each|each one|every one|it|them|each of them|every one of them|all of them|all|that|everyone|each record|those|each row|every row)]", "<foreach> (one|of them|of those) [,] [<subj>] <run> [our|the|my] {s:script}", "[<subj>] <run> (that|it|this|that script) [(on|for) (each|each one|every one|them|all of them|all)]", cost=0.6)
def _call(s: str = "@last") -> Statement:
    return CallFor(s)


@G.rule("clause", "[<subj>] <run> [our|the|my|that|this] [script] {s:script} (with|for|passing|using|giving it) {a:callargs}", cost=0.6)
def _call_with(s: str, a: tuple[tuple[str, Value], ...]) -> Statement:
    return CallFor(s, None, a)


G.rule("callargs", "(the|that|its|their|this|the same) {n:name}", cost=0.2)(lambda n: (("", Named(n)),))
G.rule("callargs", "{n:name} [=|as|set to|:] {v:value}", cost=0.4)(lambda n, v: ((n, v),))
G.rule("callargs", "{v:value} (for|as) [the] {n:name}", cost=0.4)(lambda n, v: ((n, v),))
G.rule("callargs", "{xs:callargs} (and|,) {m:callargs}", cost=0.3)(lambda xs, m: (*xs, *m))

# --- e-mail and coupons ---------------------------------------------------------------------------------------

G.rule("mailnoun", "[a|an|the|one|that] [short|friendly] <mail> [message]", "something", cost=0.0)(lambda: True)
G.rule("address", "that (email|e mail|address|mail|email address|one|e mail address)", "[to] (the|that|their|his|her|its) (email|e mail) address", "(them|him|her|it)", "(the|that|their) address", cost=0.2)(lambda: Named("@email"))
G.rule("address", "{v:string}", cost=0.1)(lambda v: v)
G.rule("address", "[the|their|its|that|his|her] {n:name} [field|address|column] [of {e:entity}]", "{o:owner} {n:name} [address|field]", cost=0.3)(lambda n, o="", e="": Named(n, o or e))
G.rule("address", "{e:entity}", cost=0.9)(lambda e: Named("@email"))

G.rule("mailpart", "[with|and|,|:|with a|with the] [the|a|an|its] subject [line] [is|of|:|being|=|says|reads] {v:textvalue}", "{v:textvalue} as [the|its] subject [line]", cost=0.1)(lambda v: ("subject", v))
G.rule("mailpart", "[with|and|,|:|with a|with the] [the|a|an|its] (body|text|message|content) [is|of|:|being|=|says|saying|reads|reading] {v:textvalue}", "{v:textvalue} as [the|its] (body|text|message|content)", "(saying|that says|which says|that reads|reading) {v:textvalue}", cost=0.1)(lambda v: ("body", v))
G.rule("mailpart", "to {a:address}", cost=0.3)(lambda a: ("to", a))
G.rule("textvalue", "{s:string}", cost=0.0)(lambda s: s)
G.rule("textvalue", "[the|that|its|their] {n:name} [field]", cost=0.4)(lambda n: Named(n))
G.rule("mailparts", "{p:mailpart}", cost=0.0)(lambda p: (p,))
G.rule("mailparts", "{xs:mailparts} [,|and|, and|;|with] {p:mailpart}", cost=0.1)(lambda xs, p: (*xs, p))
G.rule("theycoupon", "[the|that|their|a|this] (coupon|code|coupon code|voucher|discount code|voucher code)", cost=0.1)(lambda: True)


def mail_of(parts: tuple[tuple[str, Value], ...], to: Value | None, cond: Cond | None = None, rows: Rows | None = None) -> Statement:
    said = dict(parts)
    return Mail(said.get("to", to), said.get("subject"), said.get("body"), cond, rows)


G.rule("mailact", "<send> {m:mailnoun} [{xs:mailparts}]", "<send> {a:address} {m:mailnoun} [{xs:mailparts}]", "(email|mail|message|emails|mails|messages|e mail|e mails) {a:address} [{xs:mailparts}]", "(gets|get|receives|receive|is sent|are sent|should get|should receive) {m:mailnoun} [LP {a:address} RP] [{xs:mailparts}]", "(gets|get|receives|receive|is sent|are sent|should get|should receive) {m:mailnoun} (at|to) {a:address} [{xs:mailparts}]",
       cost=0.3)(lambda m=None, xs=(), a=None: (xs, a))
G.rule("mailact", "<send> {a:address} {c:theycoupon} [by (email|e mail|mail)]", "<send> {c:theycoupon} to {a:address} [by (email|e mail|mail)]", "<send> {c:theycoupon} [by (email|e mail|mail)] [to {a:address}]", cost=0.2)(lambda a=None, c=None: ((("body", Named("@coupon")),), a))


@G.rule("clause", "[<subj>] {m:mailact}", "[<subj>] (tell|notify|remind|inform) {a:address} by (email|e mail|mail) [{xs:mailparts}]", cost=0.5)
def _mail(m: Any = None, a: Value | None = None, xs: tuple[tuple[str, Value], ...] = ()) -> Statement:
    parts, to = m or (xs, a)
    return mail_of(parts, to)


@G.rule("clause", "<when> {c:cond} [,|then|, then] [<subj>] {m:mailact}", "{m:mailact} <when> {c:cond}", cost=0.4)
def _mail_when(c: Cond, m: Any) -> Statement:
    return mail_of(m[0], m[1], c)


@G.rule("clause", "<foreach> {r:rows} [,] [<subj>] {m:mailact}", "(whoever|anyone who|everyone who|anybody who|those who|every one that|each one that) {c:cond} {m:mailact}", "{r:rows} {m:mailact}", "<send> {n:mailnoun} to {r:rows} [{xs:mailparts}]", "(whoever|anyone who|everyone who) (has|have) {o:cmp} {v:num} {f:name} {m:mailact}", "(whoever|anyone who|everyone who|anybody who|those who) (has|have) (a|an|the|any) {f:name} {t:tails} {m:mailact}", "(anyone|everyone|anybody|those|customers|people) with (a|an|the) {f:name} {t:tails} {m:mailact}", "(anyone|everyone|anybody|those|whoever|people) (whose|where) {c:cond} {m:mailact}",
        cost=0.5)
def _mail_each(m: Any = None, r: Rows | None = None, c: Cond | None = None, n: Any = None, xs: tuple[tuple[str, Value], ...] = (), o: str = "", v: Value | None = None, f: str = "", t: Cond | None = None) -> Statement:
    from sopwb.author.english.meaning import Compare

    parts, to = m or (xs, None)
    if t is not None:
        c = with_subject(t, Named(f))
    if o and v is not None:
        c = Compare(o, Named(f), v)
    return mail_of(parts, to, c, r)


@G.rule("clause", "[and|with|,|the|its] {xs:mailparts}", cost=0.5)
def _mail_parts(xs: tuple[tuple[str, Value], ...]) -> tuple[Statement, ...] | None:
    if any(part == "to" for part, _ in xs):
        return None
    return tuple(MailPart(part, value) for part, value in xs)


G.rule("withvalues", "{v:value}", cost=0.1)(lambda v: (v,))
G.rule("withvalues", "{xs:withvalues} (,|and|, and) {v:value}", cost=0.1)(lambda xs, v: (*xs, v))
G.rule("withvalues", "[the] {xs:namelist} of (that|this|the|each) {e:entity}", "[the] {xs:namelist}", cost=0.3)(lambda xs, e="": tuple(Named(n, e) for n in xs))


@G.rule("clause", "(with|using|filled with|filling in) {xs:withvalues} [, and {x:explains}] [filled in]", cost=0.9)
def _filled_with(xs: tuple[Value, ...], x: Any = ()) -> tuple[Statement, ...]:
    return (MailPart("fill", Named("@list")), *(MailPart("with", v) for v in xs), MailPart("filled", Named("@list")), *x)


@G.rule("clause", "[<subj>] (generate|create|make|draw|produce|issue|get|generates|give them|give each|creates) [a|an|one|them a] [secure|new|unique|fresh|random|personal|discount|their own|own|single use] (coupon|coupon code|code|voucher|discount code|voucher code) [for (them|each|him|her|it|that {e:entity}|the {e:entity})]", cost=0.3)
def _coupon(e: str = "") -> Statement:
    return Coupon()


@G.rule("clause", "<when> {c:cond} [,|then|, then] [<subj>] (generate|create|make|draw|produce|issue|get) [a|an|one] [secure|new|unique|fresh|random|personal|discount] (coupon|coupon code|code|voucher|discount code|voucher code) [for (them|each|him|her|it|that {e:entity})]", cost=0.3)
def _coupon_when(c: Cond, e: str = "") -> Statement:
    return Coupon(c)


@G.rule("clause", "[<subj>] (only|just) (for|if|when|do it for|send it to|those|the ones|mail|email) [those|the ones|anyone] [(who|whose|where|that|with)] {c:cond}", cost=1.5)
def _only_if(c: Cond) -> Statement:
    return Include((c,))


@G.rule("clause", "(leave out|skip|exclude|ignore|not|except|leave) (anyone|everyone|anybody|those|people|customers|the ones|the people|any|all) (with|on|who has|who have|who is on|who are on|in|that have|that has) {p:prose} LP {c:cond} RP", "(leave out|skip|exclude|ignore) (anyone|everyone|anybody|those|people|the ones|any|all|them) (whose|where|who|that|with|if|when|for whom) {c:cond}", "(leave out|skip|exclude|ignore) {p:prose} LP {c:cond} RP", "<when> {c:cond} [,] (skip|leave out|ignore) (them|it|him|her|that one)", cost=0.3)
def _leave_out(c: Cond, p: str = "") -> Statement | None:
    meant = gloss_of(p, c)
    return Exclude(Rows(conds=(meant,))) if meant is not None else None


# --- mocking -----------------------------------------------------------------------------------------------------


@G.rule("clause", "[<subj>] (mock|fake|simulate|stub|mocks) [out] [the|that|it|this|both|them|all|those|all of them|our|for now|any] [email|e mail|mail|message|coupon|mailing|mailer|sending|smtp] [tool|tools|server|sending|part|step|mail|mails|messages|e mails|emails|them] [out] [for now|then|instead|with a mock]", "[<subj>] (use|take) (a|the) mock [for (it|that|the email|the mail|the email tool|the mail tool|the mails|now)] [instead]", "(with|using) (a mock|mocks|mocked mail|mocked email|a mocked mail tool)", "do not (really|actually) send (anything|it|them|the mail|any mail|mails|the mails|e mails)", cost=0.3)
def _mock() -> Statement:
    return Mock()


@G.rule("clause", "[as|since|because] [there is|we have|we do not have|we have got|i have|there are] (no|not any|any|a|an|not a|no real) [real|working|proper] (mail|email|e mail|smtp) (server|tool|account|setup|provider|service|system|configuration|configured) [here] [configured|set up|connected|available|in this workspace|here|for now|at the moment|in this one|there|around] [in this workspace|here]", "[as|since|because] we do not have (a|one|any) [mail|email] [server|tool|account]", "we do not have (a mail server|one) [here|for now]", cost=0.6)
def _no_server() -> tuple[Statement, ...]:
    return ()


G.rule("mailtool", "[the|our|this|its|any] (email|e mail|mail|mailing|coupon|mailer|smtp) [sending] (tool|tools|server|part|step|sending)", "[the|our] [real] (email|e mail|mail|mails|emails|mailing|mailer|sending)", cost=0.1)(lambda: True)


@G.rule("clause", "{m:mailtool} (should|must|shall|has to|is to|needs to|can|may|will) be (mocked|faked|simulated|stubbed|a mock) [out] [for now]", "[<subj>] (use|take|run with|work with) (a|the) (mock|fake|stub) (for|instead of|in place of) {m:mailtool} [for now]", "(mock|fake|simulate|stub) {m:mailtool} [out] [for now|then|instead|with a mock]",
        "with {m:mailtool} mocked", "{m:mailtool} (is|are) (mocked|faked|simulated) [for now]", "(nothing|no mail|no mails|no email) (is|gets|must be|should be|may be) really sent", cost=0.2)
def _mock_tool(m: Any = None) -> Statement:
    return Mock()


@G.rule("clause", "[as|since|because] (this workspace|this place|this machine|we here|the workspace) (has|have|does not have) (no|any|a|no real) [real|working|proper] {m:mailtool} [configured|set up|yet|here]", "[as|since|because] (there is|we have) (no|no real) [real|working|proper] {m:mailtool} (set up|configured|connected|around|yet) [here|yet|for now]", cost=0.4)
def _no_tool(m: Any = None) -> tuple[Statement, ...]:
    return ()


@G.rule("clause", "<when> {c:cond} [,|:|then|, then]", cost=3.0)
def _when(c: Cond) -> Statement:
    return When(c, ())


def text(value: Lit) -> str:
    return value.text
