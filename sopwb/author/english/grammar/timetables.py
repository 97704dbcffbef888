# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""When a job runs, in any frame of words: "make it go out every Friday at 5 in the afternoon", "Mondays I meant, same time".

What the words of a schedule mean the reader of schedules decides, here by reading them; so a frame may be loose.
Deliberately not here: schedules that it cannot read, which ``commands`` hands on so that it can say why.
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import G, schedule_end, text_between
from sopwb.author.english.meaning import Plan, Statement
from sopwb.author.english.patterns import Chart, Edge
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.schedule.phrases import parse_spec

_DAYS: Final = frozenset(f"{day}{s}" for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekday", "weekend", "mon", "tue", "wed", "thu", "fri", "sat", "sun") for s in ("", "s"))
_BETWEEN: Final = frozenset(("and", ",", "on", "every", "each", "the", "of", "month", "or", "day", "first", "last"))


@G.terminal("timetable")
def _timetable(chart: Chart, at: int) -> list[Edge]:
    """Read the rest of a sentence that is a schedule from its first word on; the node is the pair of token positions."""
    end = schedule_end(chart, at)
    if at >= end:
        return []
    read = parse_spec(text_between(chart.tokens, at, end))
    return [] if isinstance(read, Diagnostic) else [Edge(end, (at, end), 0.0)]


@G.terminal("dayspec")
def _dayspec(chart: Chart, at: int) -> list[Edge]:
    """Read days without a time: "Mondays", "every Tuesday and Friday", "the 15th"."""
    out: list[Edge] = []
    told = False
    for end in range(at, len(chart.tokens)):
        token = chart.tokens[end]
        day = token.low in _DAYS or token.kind == "ordinal"
        if not day and token.low not in _BETWEEN:
            break
        told = told or day
        if day or (told and token.low == "month"):
            out.append(Edge(end + 1, (at, end + 1), 0.0))
    return out


G.rule("thejob", "{s:script}", cost=0.0)(lambda s: s)
G.rule("thejob", "(it|them|that|this|these|they|the job|this job|that job|the batch job|the script|the process|the mails|the emails|the mail|the email|the reminders|the reminder|the messages|the notices|the letters|the whole thing|the thing|the report)", cost=0.0)(lambda: "")
G.rule("going", "[to] (run|go out|go|be sent|be sent out|be run|happen|start|be started|be executed|be mailed|sent|sent out|running|going out|be happening|go off|fire)", cost=0.0)(lambda: True)


@G.rule("clause", "[<please_do>] (run|start|send|schedule|plan|execute|trigger|let|have|make|get|put|set|kick|fire|mail|do|time|launch|repeat|book|email) {s:thejob} [out|off|up|on a schedule] [{g:going}] [automatically|for|to|:] {t:timetable}",
        "{s:thejob} (should|must|shall|has to|have to|is to|are to|will|needs to|need to|ought to|is supposed to|are supposed to|is meant to|are meant to|can|may) [please] {g:going} [automatically] {t:timetable}",
        "{s:thejob} (runs|goes out|go out|goes|is run|is sent|are sent|is sent out|are sent out|starts|is due|happens|takes place) [automatically] {t:timetable}",
        "(i|we) (want|would like|need) {s:thejob} [{g:going}] [automatically] {t:timetable}", cost=0.1)
def _at(t: Any, s: str = "", g: Any = None) -> Statement:
    return Plan(s, f"{t[0]}:{t[1]}")


@G.rule("clause", "[no|sorry|actually] [,] {t:dayspec} [,] (i meant|i mean|that should be|it should be|instead|rather|is better) [,] [[at] the same time|same time|, same time|same hour]", "[<please_do>] (make|change) (it|that) [to] {t:dayspec} [instead|rather] [,] [[at|but] the same time|same time|same hour]", "i (meant|mean) {t:dayspec} [,] [[at] the same time|same time|same hour]", "{t:dayspec} [,] [at] (the same time|same time|same hour)", cost=0.3)
def _other_days(t: Any) -> Statement:
    return Plan("", f"{t[0]}:{t[1]}")
