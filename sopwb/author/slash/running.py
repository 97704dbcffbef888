"""Commands that try, freeze, run, save as a job, schedule and steer runs, with the words of the command line.

A draft is only ever run dry. What acts waits for a yes that is a Command of its own (``/approve``), as on the command
line. Deliberately not here: looking at what there is (``looking``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.app.commands import (
    AddSchedule,
    ApproveRun,
    BackfillSchedule,
    CancelRun,
    CheckScript,
    ExplainRun,
    FreezeScript,
    ListRuns,
    NextDue,
    PauseRun,
    PauseSchedule,
    PreviewFreeze,
    RemoveSchedule,
    ReplayRun,
    ResolveRun,
    ResumeRun,
    ResumeSchedule,
    RunScript,
    SaveJob,
    ShowJob,
    Tick,
)
from sopwb.app.outputs import JobView, RunList
from sopwb.author.slash.desk import Asked, Desk, Said, run_ref, wrong
from sopwb.author.slash.drafting import word_of
from sopwb.author.slash.telling import trace_lines
from sopwb.author.slash.words import number, read_words
from sopwb.kernel.diagnostics import nearest_name
from sopwb.kernel.limits import CALL_DEPTH_MAX
from sopwb.lang.places import every_step

_HOWS: Final = ("done", "again", "abandon")


def check(desk: Desk, text: str) -> Asked:
    return Asked(CheckScript(desk.subject(read_words(text, 1).at(0))))


def freeze(desk: Desk, text: str) -> Asked:
    words = read_words(text, 1, flags=("repin",))
    name = desk.subject(words.at(0))
    return Asked(FreezeScript(name, "repin" in words.options), (), (PreviewFreeze(name, desk.as_of),))


# --- running ------------------------------------------------------------------------------------------


def run(desk: Desk, text: str) -> Asked:
    """``[NAME] [input=value …] [--dry-run] …``; the inputs of the run before where none are given."""
    words = read_words(
        text, 1, pairs=True, valued=("as-of", "mock", "allow", "output", "canary"), flags=("dry-run", "frozen", "trace")
    )
    ref = desk.subject(words.at(0))
    draft = "frozen" not in words.options and desk.scripts().get(ref) == "draft"
    if draft and words.options.keys() & {"allow", "canary", "mock"}:
        raise wrong(f"{ref} is a draft, which is only ever run dry", hint="/freeze it, or add --frozen")
    inputs = words.pairs or _inputs_before(desk, ref)
    dry = draft or "dry-run" in words.options
    mocks = () if dry else (*words.options.get("mock", ()), *desk.mocks.get(ref, ()))
    command = RunScript(
        ref,
        dict(inputs),
        words.first("as-of") or desk.as_of,
        dry_run=dry,
        mocks=tuple(dict.fromkeys(mocks)),
        allow=words.options.get("allow", ()),
        output=words.first("output"),
        draft=draft,
        canary=number(words.first("canary"), 0),
    )
    return Asked(command, trace="trace" in words.options)


def _inputs_before(desk: Desk, ref: str) -> dict[str, str]:
    """Give the inputs of the latest run of a script in this conversation, as far as it still takes them all."""
    before = desk.inputs.get(ref, {})
    return before if before and before.keys() <= desk.view(ref).script.get("params", {}).keys() else {}


def trace(desk: Desk, text: str) -> Asked | Said:
    """The latest run's trace; ``RUN [ITEM]`` another one's, or that of one item."""
    words = read_words(text, 2)
    if words.at(0):
        return Asked(ExplainRun(words.at(0), words.at(1)), trace=True)
    if desk.last_run is not None:
        return Said(trace_lines(desk.last_run))
    found = desk.bench.do(ListRuns(desk.name, 1))
    if isinstance(found, RunList) and found.rows:
        return Asked(ExplainRun(found.rows[0].run), trace=True)
    raise wrong("nothing was run yet")


def mock(desk: Desk, text: str) -> Asked | Said:
    """``TOOL …``, ``all`` or ``off``: what the runs and the job of the script at hand do not really do."""
    name = desk.subject()
    used = tools_of(desk, name)
    wanted = text.split()
    unknown = [tool for tool in wanted if tool not in (*used, "all", "off")]
    if unknown or not wanted:
        message = f"{name} uses no tool {unknown[0]}" if unknown else "the tools are missing"
        raise wrong(message, nearest=nearest_name(unknown[0], used) if unknown else "",
                    hint=f"it uses {', '.join(used) or 'no tools'}")  # fmt: skip
    mocks = () if wanted == ["off"] else used if wanted == ["all"] else tuple(dict.fromkeys(wanted))
    if "all" in mocks or "off" in mocks:
        raise wrong("all and off stand alone")
    desk.mocks[name] = mocks
    job = desk.bench.do(ShowJob(name))
    if isinstance(job, JobView):
        # By its hash: a draft that is open under the name is not this job's business.
        return Asked(SaveJob(job.script, name, job.inputs, mocks, job.output, job.consent))
    if not mocks:
        return Said(f"Nothing of {name} is mocked.")
    return Said(f"Runs of {name} once it is frozen, and its job, mock {', '.join(mocks)}.")


def tools_of(desk: Desk, ref: str) -> tuple[str, ...]:
    """Name the tools that a script and those that it calls use and that can be mocked, in order."""
    found: dict[str, None] = {}
    waiting, seen = [ref], set[str]()
    while waiting and len(seen) < CALL_DEPTH_MAX:
        here = waiting.pop(0)
        if here in seen:
            continue
        seen.add(here)
        for _, step in every_step(desk.view(here).script):
            if step.get("op") == "tool":
                found[str(step.get("tool"))] = None
            elif step.get("op") == "call":
                waiting.append(str(step.get("pin") or step.get("script")))
    return tuple(found)


# --- jobs and schedules -------------------------------------------------------------------------------


def job(desk: Desk, text: str) -> Asked:
    """``[SCRIPT] [as NAME] [input=value …] [--mock TOOL] [--allow TOOL=MAX] [--output FILE]``."""
    words = read_words(text, 3, pairs=True, valued=("mock", "allow", "output"))
    plain = list(words.plain)
    name = ""
    if "as" in plain:
        at = plain.index("as")
        if at != len(plain) - 2:
            raise wrong("the job's name is missing after as")
        plain, name = plain[:at], plain[-1]
    if len(plain) > 1:
        raise wrong(f"{plain[1]!r} is one word too many", hint="write an input as NAME=VALUE")
    script = desk.subject(plain[0] if plain else "")
    mocks = tuple(dict.fromkeys((*words.options.get("mock", ()), *desk.mocks.get(script, ()))))
    inputs: dict[str, Any] = dict(words.pairs)
    return Asked(SaveJob(script, name, inputs, mocks, words.first("output"), words.options.get("allow", ())))


def schedule(desk: Desk, text: str) -> Asked:
    """``[JOB] WHEN``, in the words of schedules."""
    first, rest = word_of(text)
    scripts = desk.scripts()
    if first in scripts:
        name, when = first, rest
    elif rest and (near := nearest_name(first, scripts)):
        raise wrong(f"there is no script or job {first!r}", nearest=near)
    else:
        name, when = desk.subject(), text.strip()
    if not when:
        raise wrong("when it runs is missing", expected="such as every monday at 09:00")
    return Asked(AddSchedule(name, when))


def unschedule(desk: Desk, text: str) -> Asked:
    return Asked(RemoveSchedule(desk.subject(read_words(text, 1).at(0))))


def due(desk: Desk, text: str) -> Asked:
    words = read_words(text, 1, valued=("count",))
    return Asked(NextDue(desk.subject(words.at(0)), number(words.first("count"), 5), desk.as_of))


def pause_schedule(desk: Desk, text: str) -> Asked:
    return Asked(PauseSchedule(desk.subject(read_words(text, 1).at(0))))


def resume_schedule(desk: Desk, text: str) -> Asked:
    return Asked(ResumeSchedule(desk.subject(read_words(text, 1).at(0))))


def backfill(desk: Desk, text: str) -> Asked:
    """``[JOB] --from INSTANT [--to INSTANT]``."""
    words = read_words(text, 1, valued=("from", "to"))
    if not words.first("from"):
        raise wrong("from when is missing", expected="--from 2026-11-01T00:00:00Z")
    return Asked(BackfillSchedule(desk.subject(words.at(0)), words.first("from"), words.first("to")))


def tick(desk: Desk, text: str) -> Asked:
    return Asked(Tick(read_words(text, 1).at(0)))


# --- runs that act ------------------------------------------------------------------------------------


def replay(desk: Desk, text: str) -> Asked:
    return Asked(ReplayRun(run_ref(desk, read_words(text, 1).at(0))))


def approve(desk: Desk, text: str) -> Asked:
    words = read_words(text, 1, valued=("canary",), flags=("resume",))
    canary = number(words.first("canary"), 0)
    return Asked(ApproveRun(run_ref(desk, words.at(0)), "resume" in words.options, canary))


def resume(desk: Desk, text: str) -> Asked:
    words = read_words(text, 1, valued=("canary",), flags=("dead-letters",))
    canary = number(words.first("canary"), 0)
    return Asked(ResumeRun(run_ref(desk, words.at(0)), "dead-letters" in words.options, canary))


def pause(desk: Desk, text: str) -> Asked:
    return Asked(PauseRun(run_ref(desk, read_words(text, 1).at(0))))


def cancel(desk: Desk, text: str) -> Asked:
    return Asked(CancelRun(run_ref(desk, read_words(text, 1).at(0))))


def resolve(desk: Desk, text: str) -> Asked:
    """``RUN done|again|abandon [--key KEY]``."""
    words = read_words(text, 2, valued=("key",))
    if words.at(1) not in _HOWS:
        raise wrong("what became of it is missing", expected=", ".join(_HOWS), nearest=nearest_name(words.at(1), _HOWS))
    return Asked(ResolveRun(words.at(0), words.at(1), words.options.get("key", ())))
