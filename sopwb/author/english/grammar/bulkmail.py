# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Mails to many: "sends every customer an email …", "emails each one who is late according to NAME".

One mail for the record spoken of is in ``effects``. Deliberately not here: what a mail's placeholders stand for.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.effects import mail_of
from sopwb.author.english.meaning import And, Cond, Exclude, Holds, Named, Rows, Statement, Value

G.rule("mailing", "(email|emails|e mail|e mails|mail|mails|message|messages|notify|notifies|write to|writes to)", cost=0.0)(lambda: True)
G.rule("eachone", "(each|every|all|them|everyone|everybody|anyone|anybody|those|the ones|only those|only the ones|them all|all of them|all of those) [one|single one|of them|of those]", cost=0.0)(lambda: True)
G.rule("itsaddress", "(at|to|via|using) [the address in] {a:address}", cost=0.0)(lambda a: a)


@G.rule("clause", "[<subj>] {k:mailing} {e:eachone} (who|that|which) {c:cond} [{a:itsaddress}] [,|:|-|;] [{xs:mailparts}]", "[<subj>] <send> {m:mailnoun} to {e:eachone} (who|that|which) {c:cond} [,|:|-|;] [{xs:mailparts}]", "[<subj>] <send> {e:eachone} (who|that|which) {c:cond} {m:mailnoun} [{a:itsaddress}] [,|:|-|;] [{xs:mailparts}]", cost=0.4)
def _mail_each_who(c: Cond, a: Value | None = None, xs: tuple[tuple[str, Value], ...] = (), **_: Any) -> Statement:
    return mail_of(xs, a if a is not None else Named("@email"), c, Rows())


@G.rule("clause", "[<subj>] <send> {r:rows} {m:mailnoun} [{a:itsaddress}] [,|:|-|;] [{xs:mailparts}]", "[<subj>] {k:mailing} {r:rows} [{a:itsaddress}] [,|:|-|;] [{xs:mailparts}]", cost=0.6)
def _mail_rows(r: Rows, a: Value | None = None, xs: tuple[tuple[str, Value], ...] = (), **_: Any) -> Statement | None:
    return to_rows(r, xs, a)


def to_rows(r: Rows, xs: tuple[tuple[str, Value], ...], a: Value | None) -> Statement | None:
    """Mail records; "those who …" without a noun are those that are gone over."""
    to = a if a is not None else Named("@email")
    if r.every or r.source or r.noun:
        return mail_of(xs, to, None, r)
    conds = (*r.conds, *(Holds(None, w) for w in r.words))
    return mail_of(xs, to, And(conds) if len(conds) > 1 else conds[0], Rows()) if conds else None


G.rule("somepeople", "(some|a few|many|several|most|not all|a couple) [of] [the|our|them] [{s:source}|{e:oneword}]", cost=0.0)(lambda s="", e="": True)


@G.rule("clause", "{p:somepeople} (never gave us|have not given us|did not give us|do not have|have no|never left|have not got|lack|are missing) [a|an|any|their|his|her|the] {n:name} [,|-|:|;] [so|just|please|and|simply|then] (leave|skip|drop|ignore) [out] (those|them|these|such ones) [out]", cost=0.2)
def _leave_those_out(n: str, p: Any = None) -> Statement:
    return Exclude(Rows(conds=(Holds(Named(n), "absent"),)))


@G.rule("clause", "{r:rows} (get|gets|receive|receives|are sent|is sent|should get|shall get) (nothing|no mail|no mails|no email|no emails|none|no message)", "(for|to) {r:rows} [,] (nothing|no mail|no email|no message) (is sent|goes out|is to be sent|should be sent)", "(nothing|no mail|no email|no message) (is sent|goes out|is to be sent|should be sent) (for|to) {r:rows}", "(do not|never) (email|mail|write to|send anything to|send a mail to|send an email to|send mails to) {r:rows}", cost=0.2)
def _no_mail(r: Rows) -> Statement | None:
    return Exclude(msgspec.structs.replace(r, source="", every=False)) if r.conds or r.words else None
