# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Another time or day for a job, other words in its mail, and who gets none: "actually no, 7 in the evening", "mondays i meant, same time", "not daily, weekly".

Deliberately not here: first schedules (``commands``, ``asides``), and what the words come to (``schedule.phrases``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import Cond, Include, Lit, MailPart, Not, Plan, Statement
from sopwb.author.english.patterns import Chart, Edge

_DAYS: Final = frozenset(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekday", "weekend", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "day"]
)
_JOINING: Final = frozenset(("and", ",", "or"))
_LEADING: Final = frozenset(("on", "every", "each", "the"))


@G.terminal("otherdays")
def _otherdays(chart: Chart, at: int) -> list[Edge]:
    """Read days of the week: "mondays", "every tuesday and friday", "weekdays". The node is the pair of positions."""
    out: list[Edge] = []
    seen = False
    for end in range(at, min(at + 9, len(chart.tokens))):
        low = chart.low(end)
        if low.rstrip("s") in _DAYS:
            seen = True
            out.append(Edge(end + 1, (at, end + 1), 0.2))
        elif low in ("daily", "weekly", "monthly") and end == at:
            return [Edge(end + 1, (at, end + 1), 0.2)]
        elif not (low in _LEADING or (seen and low in _JOINING)):
            break
    return out


G.rule("sametime", "[,] [at] [the] same (time|hour) [as before|of day]", "[,] [the] time (stays|is) [the same|as it is|as before]", "[,] same time", cost=0.0)(lambda: True)


@G.rule("clause", "[on] {d:otherdays} (i meant|i mean|instead|please|would be better|is better|are better) [{s:sametime}]", "(i meant|i mean|make it|make that|let us make it|let us do|let us say|it should be|better|rather|it should run|it runs|run it|change it to|move it to|switch it to|put it on|do it) [on|to] {d:otherdays} [instead|please|rather] [{s:sametime}]", "[on] {d:otherdays} [,] (not|instead of|rather than|and not) [on] {x:otherdays} [{s:sametime}]", "not [on] {x:otherdays} [,] [but] [on] {d:otherdays} [{s:sametime}]",
        "(make it|make that|it should be|it should run|run it|move it to|change it to) [on] {d:otherdays} [,] (not|instead of|rather than) [on] {x:otherdays} [{s:sametime}]", cost=0.3)
def _other_days(d: Any, **_: Any) -> Statement:
    return Plan("", f"{d[0]}:{d[1]}")


@G.rule("clause", "(i meant|i mean|make it|make that|let us make it|let us say|let us do|it should be|better|rather|change it to|move it to|rather at|it should run|at) {t:whenfirst} ", "[better|rather] {t:whenfirst} (instead|please|would be better|is better)", cost=0.4)
def _other_time(t: Any) -> Statement:
    return Plan("", f"{t[0]}:{t[1]}")


# --- the mail ------------------------------------------------------------------------------------------------------

G.rule("partword", "(subject|subject line|title|heading)", cost=0.0)(lambda: "subject")
G.rule("partword", "(body|text|message|wording|content|mail text)", cost=0.0)(lambda: "body")


@G.rule("clause", "[<please_do>] (change|set|make|switch) the {p:partword} [of the (mail|email)] [to|be] {v:string} [instead]", "the {p:partword} [of the (mail|email)] (should be|should say|should read|must be|must say|is|reads|becomes|says) [now|rather] {v:string} [instead|now] [{i:insteadof2} {o:string}]", "[<please_do>] (use|take|put|write) {v:string} as [the] {p:partword} [instead]", cost=0.2)
def _mail_part(p: str, v: Lit, **_: Any) -> Statement:
    return MailPart(p, v)


G.rule("themail", "(it|one|a mail|the mail|an email|the email|any mail|any email|mails|emails|the mails|any|anything|a message|the message|a reminder|the reminder|reminders|a letter|the letter)", cost=0.0)(lambda: True)


@G.rule("clause", "[<please_do>] (do not|never) (send|mail|give) {m:themail} to {c:whoso}", "[<please_do>] (do not|never) (mail|email|send|bother|remind|write to) {c:whoso} [{m:themail}]", "{c:whoso} (do not|does not|should not|must not|shall not|never) (get|receive) {m:themail}", "{c:whoso} (get|gets|receive|receives) (none|nothing|no mail|no email|no message|no reminder|no letter)", "no (mail|mails|email|emails|message|messages|reminder|reminders|letter|letters) (for|to) {c:whoso}", cost=0.5)
def _no_mail(c: Cond, **_: Any) -> Statement:
    return Include((Not(c),))


@G.rule("clause", "[<please_do>] only (send|mail|give) {m:themail} to {c:whoso}", "[<please_do>] (send|mail|give) {m:themail} only to {c:whoso}", "[<please_do>] only (mail|email|remind|write to) {c:whoso}", "only {c:whoso} (should|must|shall) (get|receive) {m:themail}", "only {c:whoso} (get|gets|receive|receives) {m:themail}", "{:begins} only (for|to) {c:whoso} {:ends}", cost=0.5)
def _only_mail(c: Cond, **_: Any) -> Statement:
    return Include((c,))
