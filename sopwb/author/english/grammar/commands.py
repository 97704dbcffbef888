# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Commands and corrections: save, run, schedule, yes, no, drop, undo, rename, "make it 15, not 20".

Deliberately not here: what a schedule's words mean; they are handed on as they stand.
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G, schedule_end
from sopwb.author.english.meaning import (
    Confirm,
    Drop,
    Lit,
    Plan,
    RemoveField,
    Rename,
    Renumber,
    RunIt,
    Save,
    Show,
    Statement,
    Undo,
    Value,
)

# --- saving -----------------------------------------------------------------------------------------------

G.rule("savewhat", "(it|that|this|the script|this script|that script|that one|this one|the draft|the process|the job|the new one|the new script|the whole thing|this version|the result|that too|the lot)", cost=0.1)(lambda: ())
G.rule("savewhat", "(them|both|everything|all|all of them|both of them|both scripts|all scripts|these|the two|the scripts|these two|the two scripts|all of it|all of this|the two of them|the pair|all three|everything now)", cost=0.1)(lambda: ("@all",))
G.rule("savewhat", "[the] [script] {s:script} [and [the] [script] {t:script}] [script]", cost=0.1)(lambda s, t="": (s, t) if t else (s,))
G.rule("asjob", "as (a|the|one|its own) (batch job|job|batch|batch process)", "as (batch job|batch jobs|jobs)", cost=0.0)(lambda: True)
G.rule("saveverb", "save", "store", "keep", "freeze", "save away", "go ahead and save", "you can save", "please save", "do save", "let us save", "can you save", "could you save", "i would like to save", "i want to save", "you may save",
       "then save", "and save", "now save", "so save", "finally save", "it can be saved", "saving", cost=0.0)(lambda: True)


@G.rule("clause", "[<please_do>] {v:saveverb} {w:savewhat} [now] [too|also|as it is|like that|like this|like so|under that name|away] [{j:asjob}] [now|then]", "[<please_do>] {v:saveverb} [{j:asjob}] [now]", "{j:asjob}", "[<please_do>] {v:saveverb} {w:savewhat} , {n:script} {j:asjob}", "[<please_do>] (make|turn) {w:savewhat} [into] (a batch job|a job)", "(it|that|this) (is|can be|should be) (saved|frozen) [{j:asjob}]",
        "[<please_do>] {v:saveverb} {w:savewhat} (when|once|as soon as) you are (done|ready|finished)", cost=0.4)
def _save(v: Any = None, w: tuple[str, ...] = (), j: bool = False, n: str = "") -> Statement | tuple[Statement, ...]:
    every = w == ("@all",)
    saved = Save(tuple(x for x in w if x != "@all"), bool(j) and not n, every)
    return (Save((), False, True), Save((n,), True)) if n else saved


@G.rule("clause", "[so] (do not|please do not|no need to|never) (save|store|keep|freeze) {w:savewhat} [yet|for now|then]", "[so] (do not save|no saving) [yet|anything|for now]", cost=0.2)
def _no_save(w: Any = None) -> Statement:
    return Save(no=True)


# --- running and looking --------------------------------------------------------------------------------------

G.rule("runverb", "run", "try", "test", "execute", "dry run", "try out", "test run", "do a run of", "start", "give me a run of", "let us try", "let us run", "show me a run of", cost=0.0)(lambda: True)
G.rule("runargs", "(for|with|on|using) [the] [{e:entity}] [{n:ident}] [=|:|of] {v:argvalue}", cost=0.1)(lambda v, e="", n="": (v,))
G.rule("runargs", "{xs:runargs} (and|,) [the] [{n:ident}] [=|:] {v:argvalue}", cost=0.1)(lambda xs, v, n="": (*xs, v))
G.rule("argvalue", "{v:lit}", cost=0.0)(lambda v: v)
G.rule("argvalue", "{n:ident}", cost=1.0)(lambda n: Lit("string", n))


@G.rule("clause", "[<please_do>] {v:runverb} [the|our|my] [script] {s:script} [script] [{a:runargs}] [now|once] [and show [me] the trace]", "[<please_do>] {v:runverb} (it|that|this|the script|that script) {a:runargs} [now|once] [and show [me] the trace]", "what does {s:script} (say|give|return) {a:runargs}", cost=0.5)
def _run(v: Any = None, s: str = "", a: tuple[Value, ...] = ()) -> Statement:
    return RunIt(s, a)


@G.rule("clause", "[<please_do>] (show|give|print|see|let me see) [me|us] [the|its|a|that] [full|whole|complete] trace [of it|of that]", "with [the] trace", "and the trace", cost=0.2)
def _trace() -> Statement:
    return Show("trace")


@G.rule("clause", "[<please_do>] (show|list|tell|what are|which are|print|see) [me] [all|the|our|my] (scripts|drafts|jobs|schedules|data|sources|data sources) [are there|there are|do we have|we have|i have]", "(which|what) (scripts|data|sources|jobs|schedules|data sources) (do we have|are there|exist|do i have|have we got)", cost=0.3)
def _list() -> Statement:
    return Show("lists")


@G.rule("clause", "[please] help [me]", "what can (i|you|we) (say|do|ask|ask for|ask you)", "how does (this|it) work", "what do you (understand|know)", cost=0.2)
def _help() -> Statement:
    return Show("help")


@G.rule("clause", "[<please_do>] (show|open|explain|describe|print|what does) [me] [the|that|this|our] [script|draft] [{s:script}] [again|do|look like|as it is|once more]", cost=0.9)
def _show(s: str = "") -> Statement:
    return Show("script", s)


# --- schedules ----------------------------------------------------------------------------------------------------


@G.rule("clause", "[<please_do>] (schedule|plan|schedule the run of) ({s:script}|it|that|this|the job|them|that job|this job|the script|the process) [script|job] [{x:torun}] {t:whentext}", "[<please_do>] (run|start|execute|trigger|let) ({s:script}|it|that|this|the job|that job|the script|the process) [job|script] [{x:torun}] {t:when}", "[<please_do>] schedule [{x:torun}] {t:whentext}",
        "(it|that|this|{s:script}|the job) (should|must|shall|has to|is to|will|needs to|ought to) [be] (run|start|execute|go out|happen|go|started) {t:whentext}", "(put|set) ({s:script}|it|that) (on a schedule|up) [:|,|-|to run|for] {t:whentext}", "{s:script} (runs|should go|goes) {t:when}", "(runs|should run|goes out|is to run|is run) {t:when}", "{t:whenfirst}", "[<please_do>] have ({s:script}|it|that) run {t:when}", cost=0.5)
def _plan(t: Any, s: str = "", x: Any = None) -> Statement:
    return Plan(s, f"{t[0]}:{t[1]}")


G.rule("torun", "to run", "to be run", "to start", "so that it runs", "to go", "running", "to execute", cost=0.0)(lambda: True)
G.rule("whenword", "every", "each", "daily", "weekly", "monthly", "hourly", "on", "at", "mon", "monday", "mondays", "tuesday", "tuesdays", "wednesday", "thursday", "friday", "saturday", "sunday", "twice", "once", "weekdays", "the", "automatically", "from", "on the", "quarterly", "nightly", "in the", "all",
       "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays", "workdays", "tue", "wed", "thu", "fri", "sat", "sun", "nightly", "hourly", "for the first", "for the", cost=0.0)(lambda: True)


_DAYTIMES = frozenset(["day", "weekday", "workday", "week", "month", "hour", "minute", "quarter", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "daily", "weekly", "monthly", "hourly", "nightly", "morning", "evening", "noon", "midnight", "weekend"])


@G.terminal("when")
def _when(chart: Any, at: int) -> Any:
    """Read a schedule's words: from a word that can begin one to the end of the sentence."""
    from sopwb.author.english.patterns import Edge

    end = schedule_end(chart, at)
    told = any(t.kind in ("clock", "ordinal") or t.low.rstrip("s") in _DAYTIMES for t in chart.tokens[at:end])
    if told and at < len(chart.tokens) and chart.parse("whenword", at):
        return [Edge(end, (at, end), 0.5)]
    return []


_PRICED = frozenset(("cost", "costs", "is", "are", "earns", "gives", "adds", "counts", "pays", "charged", "block", "blocks"))
"""Words that make "every 15 minutes …" a statement of what they cost or count, not of when to run."""


@G.terminal("whenfirst")
def _whenfirst(chart: Any, at: int) -> Any:
    """Read a bare schedule: it holds a time of day or a repetition."""
    from sopwb.author.english.patterns import Edge

    end = schedule_end(chart, at)
    words = [t.low for t in chart.tokens[at:end]]
    if len(words) > 2 and words[-2:] in (["is", "better"], ["is", "fine"], ["is", "best"], ["be", "better"]):
        words = words[:-2]
    if any(t.kind == "money" for t in chart.tokens[at:]) or _PRICED & set(words):
        return []
    if len(words) < 2:
        return []
    first = words[0]
    clock = any(t.kind == "clock" for t in chart.tokens[at:]) or bool(set(words) & {"evening", "morning", "afternoon", "noon", "midnight", "oclock", "clock", "night"})
    day = first.rstrip("s") in _DAYTIMES and first not in ("day", "days", "week", "month", "hour", "minute", "quarter", "hours", "minutes", "weeks", "months")
    if (first in ("every", "daily", "weekly", "monthly", "hourly", "weekdays", "at", "on") or day) and (clock or set(words) & {"hours", "minutes", "hour", "minute"}):
        return [Edge(end, (at, end), 2.0)]
    if (first in ("every", "daily", "weekly", "monthly", "hourly", "weekdays", "mondays", "at", "on") and (clock or set(words) & {"hours", "minutes", "hour", "minute"})) \
            or (clock and chart.tokens and chart.tokens[at].kind in ("number", "clock") and len(words) <= 5) or (first == "half" and clock):
        return [Edge(end, (at, end), 2.0)]
    return []


# --- yes, no, drop, undo --------------------------------------------------------------------------------------------


@G.rule("clause", "[<please_do>] (drop|forget|leave|discard|scrap|skip|abandon|cancel|throw away|delete|remove|never mind|park|let us leave|let us drop|let us skip|let us forget|bin) [about] [it|that|this|the script|that script|that one|this one|the draft|this script|the idea|that idea|the whole thing] [then|alone|there|aside|for now|be|here|out]", "never mind [that|it|that one|then]", "nevermind", cost=0.4)
def _drop() -> Statement:
    return Drop()


@G.rule("clause", "[<please_do>] (drop|forget|discard|scrap|abandon|delete|remove) [about] [the] [script|draft] {s:script}", cost=0.4)
def _drop_named(s: str) -> Statement:
    return Drop(s)


@G.rule("clause", "i (have to|need to|must|will|want to|should) (ask|check with|check|clarify|think about it|talk to|find out|look into) [my|our|the|with|that|it|this|about] [{w:oneword}] [first|about that|about it]", "i will (come back|get back) to (that|it|this) [later]", "maybe later", "we will see", "another time", cost=0.6)
def _postpone(w: str = "") -> tuple[Statement, ...]:
    return ()


@G.rule("clause", "no {x:oneword} {y:oneword} then", "no {x:oneword} then", cost=2.6)
def _shrug(**_: Any) -> tuple[Statement, ...]:
    return ()


@G.rule("clause", "[<please_do>] (undo|revert|take back|roll back|reverse) [the|that|my|this|it] [last] [thing|change|one|step|edit|bit|rule|part|addition] [again] [{a:about}]", "[<please_do>] go back [one step|a step|to how it was|to the way it was|to before]", "[<please_do>] (take|remove|drop|kick|throw) (that|the last one|the last thing|the last rule|that last bit|that rule|the last change|it|that one) (out|back|off|back out) [again]", "(put|change|turn) it back [to how it was|to what it was|the way it was|as it was]", cost=0.3)
def _undo(a: Any = None) -> Statement:
    return Undo()


G.rule("about", "(about|with|on|regarding|for) {x:anything}", cost=0.5)(lambda x: True)


@G.rule("clause", "(the boss|my boss|our boss|the manager|my manager|the team|nobody|everyone) (hates|does not like|likes|loves|wants|does not want) (that|it|this)", "(that|this) (is|was) (wrong|not right|not what i meant|a mistake|not right yet)", "i (mixed|messed) (that|it) up", "my (mistake|bad|fault)", "i (misspoke|was wrong|made a mistake|changed my mind|got that wrong|take that back)", "(wait|nope|sorry|hm|hmm|oops|whoops|ah|oh)", "i got (the|my|that|those|it) [{n:oneword}] wrong", "fair enough", "that was a mistake", "sorry [for|about] [that|the confusion]", "{n:oneword} (are|is) killing us", cost=1.2)
def _aside(n: str = "") -> tuple[Statement, ...]:
    return ()


# --- corrections -------------------------------------------------------------------------------------------------------

G.rule("number", "{p:percent}", "{v:num}", "{v:num} <noun_unit>", "{v:num} {u:unit}", cost=0.1)(lambda p=None, v=None, u="": v or p)
@G.rule("clause", "[<please_do>] (change|replace|turn|swap) [the] [word|text|value|name] {b:string} (to|with|by|into|for) {a:string}", "[<please_do>] (say|write|use|call it|make it|call that|make that) {a:string} (instead of|rather than|, not|not) {b:string}", "{a:string} instead of {b:string}", cost=0.3)
def _reword(a: Lit, b: Lit) -> Statement:
    return Renumber(a, b)


@G.rule("clause", "[<please_do>] (rename|change) [the|this|that] (field|output|result|value|column|key|return value|returned field|output field) {a:ident} (to|into|as) {b:ident}", "[<please_do>] (call|name) (it|the field|that field) {b:ident} (instead of|rather than|, not|not) {a:ident}", "[<please_do>] (call|name) [the] [field] {a:ident} {b:ident} [instead|from now on]", "[<please_do>] (rename|change) {a:ident} (to|into) {b:ident} [in the (output|result)]", "{a:ident} should be (called|named) {b:ident}", "[<please_do>] {a:ident} (is|gets) renamed to {b:ident}", cost=0.4)
def _rename_field(a: str, b: str) -> Statement:
    return Rename(a, b)


@G.rule("clause", "[<please_do>] (rename|change) [the] (script|process|job|draft) [{a:script}] (to|into|as) {b:ident}", "[<please_do>] rename (it|this|that) (to|into) {b:ident}", "[<please_do>] rename the script [from] [{a:script}] to {b:ident}", "[<please_do>] (call|name) the (script|process|job) {b:ident} [instead]", cost=0.3)
def _rename_script(b: str, a: str = "") -> Statement:
    return Rename(a, b, True)


@G.rule("clause", "[<please_do>] (remove|drop|delete|leave out|take out|get rid of|do not return|stop returning|no longer return|kick out) [the|that] (field|output|value) {n:ident} [from the (output|result)] [again]", "[<please_do>] (do not return|no longer return|stop returning) {n:ident} [any more|anymore]", cost=0.3)
def _remove_field(n: str) -> Statement:
    return RemoveField(n)


@G.rule("clause", "(yes|yep|yeah|sure|correct|right|exactly|perfect|great|good|fine|lovely|confirmed|agreed|approved) [, (do|go|please)] [ahead|it|please]", "go ahead", "do (it|that)", "(it|that|this) (looks|sounds|seems) (right|good|great|fine|correct|perfect|ok)", "looks (right|good|great|fine|correct|perfect)", cost=1.0)
def _yes() -> Statement:
    return Confirm()


@G.rule("clause", "(no|nope|nah) [thanks]", "(do not|rather not)", cost=1.6)
def _no() -> Statement:
    return Confirm(no=True)
