# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Saving and scheduling in one sentence: "save both, the second as a batch job that runs on Mondays at 9".

Plain "save it" and "schedule it for …" are in ``commands``. Which script "the mails one" is, and which of several a
schedule means, ``planning`` decides. Deliberately not here: what a schedule's words mean.
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import Plan, Save, Statement

G.rule("savewhat", "(them both|all three of them|both of these|the both of them|both of those|all of these)", cost=0.1)(lambda: ("@all",))
G.rule("runsat", "[,] (that|which) [should|must|is to|has to|will|shall] (run|runs|go out|goes out|go|goes|start|starts|be run|be started|is run|is started)", "[,|and] (to run|to be run|running|set to run|scheduled for|scheduled to run|scheduled|to go out|going out|to start|so that it runs|for)", "[,]", cost=0.1)(lambda: True)
G.rule("runsat", "for", "to run", "to be run", "running", "scheduled for", cost=0.1)(lambda: True)
G.rule("jobwhat", "{s:script}", "the [script] {s:script} [script|one]", cost=0.0)(lambda s: s)
G.rule("jobwhat", "the (latter|second|last) [one|script]", "the other [one|script]", cost=0.1)(lambda: "@last")
G.rule("jobwhat", "the (first|former) [one|script]", cost=0.1)(lambda: "@first")
G.rule("jobwhat", "the {w:oneword} (one|script|job|process)", cost=0.4)(lambda w: "@like " + w)
G.rule("jobsay", "{j:asjob}", "(being|is|should be|must be|shall be|will be) (a|the) (batch job|job|batch process)", "(a|the) (batch job|job)", cost=0.1)(lambda j=True: True)
G.rule("cansave", "(can|may|should|must|shall|could|are to|is to) [now] be (saved|frozen|stored|kept)", cost=0.0)(lambda: True)
G.rule("savedwhole", "[<please_do>] {v:saveverb} {w:savewhat} [as (they are|it is|they stand|it stands)] [now|like that]", "{w:savewhat} {v:cansave} [now]", cost=0.1)(lambda w, v=None: w)


def _saves(w: tuple[str, ...], job: bool = False) -> Save:
    return Save(tuple(x for x in w if x != "@all"), job, w == ("@all",))


@G.rule("clause", "{w:savedwhole}", cost=0.6)
def _saved(w: tuple[str, ...]) -> Statement:
    return _saves(w)


@G.rule("clause", "{w:savedwhole} [,] {j:asjob} {x:runsat} {t:when}", "{w:savedwhole} (to run|to be run|running|and run it|and let it run|and schedule it for|scheduled for) {t:when}", "[<please_do>] {v:saveverb} {j:asjob} {x:runsat} {t:when}", cost=0.3)
def _save_at(t: Any, w: tuple[str, ...] = (), j: bool = False, x: Any = None, v: Any = None) -> tuple[Statement, ...]:
    return (_saves(w, bool(j)), Plan("", f"{t[0]}:{t[1]}"))


@G.rule("clause", "{w:savedwhole} [,|and|, and|, with] {n:jobwhat} {j:jobsay}", cost=0.4)
def _save_one_as_job(w: tuple[str, ...], n: str, j: Any = None) -> tuple[Statement, ...]:
    return (_saves(w), Save((n,), True))


@G.rule("clause", "{w:savedwhole} [,|and|, and|, with] {n:jobwhat} {j:jobsay} {x:runsat} {t:when}", cost=0.3)
def _save_one_at(w: tuple[str, ...], n: str, t: Any, j: Any = None, x: Any = None) -> tuple[Statement, ...]:
    return (_saves(w), Save((n,), True), Plan("", f"{t[0]}:{t[1]}"))


@G.rule("clause", "[<please_do>] (put|set|have) ({s:script}|it|that) [up] [to run|running] {t:when}", "[<please_do>] (let|have) ({s:script}|it|that) (go|run|start|go out) [out] {t:when}", cost=0.5)
def _put_at(t: Any, s: str = "") -> Statement:
    return Plan(s, f"{t[0]}:{t[1]}")


@G.rule("clause", "[but] (do not|please do not|no need to) (schedule|plan) (it|that|them|anything|this) [yet|for now|now|then]", "no schedule [yet|for now|needed]", cost=0.1)
def _no_schedule() -> tuple[Statement, ...]:
    return ()


@G.rule("clause", "(done|all done|finished|that is it|that is all|that will do|that would be all|that is everything|we are done|i am done|that does it)", cost=1.0)
def _done() -> tuple[Statement, ...]:
    return ()
