"""Commands that only look: scripts and their differences, data, tools, runs, jobs, the store."""

from __future__ import annotations

from typing import Final

from sopwb.app.commands import (
    CompareScripts,
    DiffRuns,
    DiffScripts,
    Evaluate,
    ExplainPlan,
    ForgetWord,
    LearnWord,
    ListData,
    ListEffects,
    ListJobs,
    ListNotices,
    ListRuns,
    ListSchedules,
    ListScripts,
    ListTools,
    ListWords,
    ProfileData,
    ReadNotices,
    ScriptHistory,
    ShowData,
    ShowJob,
    ShowRun,
    ShowScript,
    StoreStats,
    VerifyStore,
)
from sopwb.author.slash.desk import Asked, Desk, run_ref, wrong
from sopwb.author.slash.phrases import respelt
from sopwb.author.slash.words import number, read_words
from sopwb.kernel.limits import COMPARED_ITEMS_SHOWN, WORD_CHARS_MAX

FORMS: Final = ("outline", "english", "json", "canonical")
NOTICES_NAMED_MAX: Final = 100
"""Keys in one command: more are read all at once."""
_RUNS_SHOWN: Final = 20
_RECORDS_SHOWN: Final = 5
"""Records in an answer of the chat: enough to see what the fields hold."""


def show(desk: Desk, text: str) -> Asked:
    """``[REF] [outline|english|json|canonical] [--frozen]``."""
    words = read_words(text, 2, flags=("frozen",))
    plain = list(words.plain)
    form = plain.pop() if plain and plain[-1] in FORMS else "outline"
    if len(plain) > 1:
        raise wrong(f"there is no form {plain[1]!r}", expected=", ".join(FORMS))
    return Asked(ShowScript(desk.subject(plain[0] if plain else ""), form, "frozen" not in words.options))


def diff(desk: Desk, text: str) -> Asked:
    """``[A] [B] [--on SOURCE]``: in words, or whose results change over a source."""
    words = read_words(text, 2, pairs=True, valued=("on", "param", "limit"))
    a, b = desk.subject(words.at(0)), words.at(1)
    if "on" not in words.options:
        return Asked(DiffScripts(a, b))
    limit = number(words.first("limit"), COMPARED_ITEMS_SHOWN)
    inputs = dict(words.pairs)
    return Asked(CompareScripts(a, b, words.first("on"), words.first("param"), inputs, desk.as_of, limit))


def list_(desk: Desk, text: str) -> Asked:
    return Asked(ListScripts(text.strip()))


def history(desk: Desk, text: str) -> Asked:
    return Asked(ScriptHistory(desk.subject(read_words(text, 1).at(0))))


def plan(desk: Desk, text: str) -> Asked:
    words = read_words(text, 1, pairs=True)
    return Asked(ExplainPlan(desk.subject(words.at(0)), dict(words.pairs), desk.as_of))


def data(desk: Desk, text: str) -> Asked:
    words = read_words(text, 1, valued=("limit",), flags=("profile",))
    name = words.at(0)
    if "profile" in words.options:
        if not name:
            raise wrong("which source is missing")
        return Asked(ProfileData(name))
    return Asked(ShowData(name, number(words.first("limit"), _RECORDS_SHOWN)) if name else ListData())


def learn(desk: Desk, text: str) -> Asked:
    """``WORD means NAME | forget WORD``; a word may be several."""
    said = read_words(text, WORD_CHARS_MAX).plain
    if len(said) > 1 and said[0] == "forget":
        return Asked(ForgetWord(" ".join(said[1:])))
    if len(said) > 2 and said[-2] == "means":
        return Asked(LearnWord(" ".join(said[:-2]), said[-1]))
    raise wrong("what is meant is missing", expected="WORD means NAME, or forget WORD")


def learned(desk: Desk, text: str) -> Asked:
    read_words(text, 0)
    return Asked(ListWords())


def tools(desk: Desk, text: str) -> Asked:
    read_words(text, 0)
    return Asked(ListTools())


def runs(desk: Desk, text: str) -> Asked:
    """``[NAME|RUN] [RUN]``: the list, one run, or in what two differ."""
    words = read_words(text, 2, valued=("limit",))
    if words.at(1):
        return Asked(DiffRuns(words.at(0), words.at(1)))
    if words.at(0) and words.at(0) not in desk.scripts():
        return Asked(ShowRun(words.at(0)))
    return Asked(ListRuns(words.at(0), number(words.first("limit"), _RUNS_SHOWN)))


def effects(desk: Desk, text: str) -> Asked:
    """``[RUN] [STATE] [--codes] [--output FILE]``."""
    words = read_words(text, 2, valued=("output",), flags=("codes",))
    return Asked(ListEffects(run_ref(desk, words.at(0)), words.at(1), "codes" in words.options, words.first("output")))


def jobs(desk: Desk, text: str) -> Asked:
    name = read_words(text, 1).at(0)
    return Asked(ShowJob(name) if name else ListJobs())


def schedules(desk: Desk, text: str) -> Asked:
    read_words(text, 0)
    return Asked(ListSchedules())


def notices(desk: Desk, text: str) -> Asked:
    """``[--all]``, or ``--read [KEY …]``."""
    words = read_words(text, NOTICES_NAMED_MAX, flags=("all", "read"))
    if "read" in words.options:
        return Asked(ReadNotices(words.plain))
    if words.plain:
        raise wrong("keys of notices go with --read")
    return Asked(ListNotices("all" in words.options))


def eval_(desk: Desk, text: str) -> Asked:
    return Asked(Evaluate(respelt(text), {}, desk.as_of))


def verify(desk: Desk, text: str) -> Asked:
    return Asked(VerifyStore("deep" in read_words(text, 0, flags=("deep",)).options))


def stats(desk: Desk, text: str) -> Asked:
    read_words(text, 0)
    return Asked(StoreStats())
