"""All slash commands: name, arguments, what it does, an example, what arguments name, and the function to a Command.

``/help``, ``docs/slash-commands.md`` and completion are made from this table, so they cannot disagree. Deliberately
not here: what the functions do (``drafting``, ``changing``, ``proving``, ``running``, ``looking``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from sopwb.author.slash import changing, drafting, looking, proving, running
from sopwb.author.slash.desk import Asked, Desk, Said


class Slash(msgspec.Struct, frozen=True):
    """One command. ``more`` is said by its own help alone.

    ``takes`` are the kinds of names that its arguments may be, place by place, for completion; ``*`` is for all that
    follow too. A kind is script, step, source, tool, field (of the step before), op (a step's first word), name (bound
    in the draft), place, type, form, command, input or expression.
    """

    name: str
    usage: str
    words: str
    example: str
    build: Callable[[Desk, str], Asked | Said]
    takes: tuple[str, ...] = ()
    more: str = ""

    @property
    def line(self) -> str:
        """How it is used: ``/rename OLD to NEW``."""
        return f"/{self.name} {self.usage}".rstrip()


def _help(desk: Desk, text: str) -> Said:
    from sopwb.author.slash.handbook import help_text  # it reads this table

    return Said(help_text(text.strip().removeprefix("/")))


_STEP: Final = ("op|script|tool", "expression*")

WRITING: Final[tuple[Slash, ...]] = (
    Slash(
        "new", "NAME [(PARAMETER: TYPE, …)] [-> TYPE]", "begin a draft",
        "/new order_total(customer_id: string) -> {total: decimal, many: bool}", drafting.new, ("", "type*"),
        "On further lines its steps may follow, as /step takes them; or the whole script as JSON.",
    ),
    Slash("open", "NAME", "make a script the one at hand", "/open order_total", drafting.open_, ("script",)),
    Slash(
        "param", "NAME: TYPE, … | remove NAME", "add, change or remove parameters", "/param least: decimal",
        drafting.param, ("", "type*"),
    ),
    Slash(
        "step", "STEP | else [STEP] | end", "add a step where the last one was added",
        "/step orders = fetch orders where customer_id = customer_id", drafting.step, _STEP,
        "After an if or each alone, the steps that follow go into it: /step else goes on in the else, /step end leaves "
        "it.",
    ),
    Slash(
        "insert", "before|after|in|else STEP-ID STEP | first|last STEP", "add a step elsewhere",
        "/insert first customer = fetch customers where id = customer_id one", drafting.insert,
        ("place", "step|op", *_STEP),
    ),
    Slash(
        "update", "STEP-ID STEP | STEP-ID FIELD: VALUE | STEP-ID EXPRESSION", "change a step",
        "/update total orders.sum(o, o.total)", changing.update, ("step", "field|op|expression", "expression*"),
        "STEP-ID is the id that /show writes, a path, or the name that the step binds. An expression alone is for the "
        "step's main one: where, cond, expr, text, message or value. Uses follow a name that changes.",
    ),
    Slash(
        "delete", "STEP-ID … | STEP-ID/FIELD", "remove steps, or a field of one", "/delete s5", drafting.delete,
        ("step*",),
    ),
    Slash(
        "move", "STEP-ID up|down|first|last | STEP-ID before|after|in|else STEP-ID", "move a step", "/move total up",
        drafting.move, ("step", "place", "step"),
    ),
    Slash(
        "wrap", "STEP-ID [to STEP-ID] if CONDITION | … each ITEM from SOURCE", "put steps into an if or each",
        "/wrap s5 if size(orders) > 0", drafting.wrap, ("step", "op", "expression*"),
    ),
    Slash("unwrap", "STEP-ID", "put the steps of an if or each in its place", "/unwrap s6", drafting.unwrap, ("step",)),
    Slash(
        "return", "TYPE | VALUE | FIELD: TYPE = EXPRESSION | FIELD = EXPRESSION | remove FIELD",
        "say what the script gives", "/return {total: total, many: size(orders) > 5}", changing.return_,
        ("type|expression", "expression*"),
        "A type declares it; a value is a return step at the place of /step; the others change one field, in every "
        "return.",
    ),
    Slash(
        "parameterize", "LITERAL as NAME[: TYPE] [in STEP-ID] [everywhere]", "turn a literal into a parameter",
        "/parameterize 5 as many_orders", drafting.parameterize, ("", "", "", "", "step"),
    ),
    Slash(
        "extract", "STEP-ID [to STEP-ID] as NAME",
        "turn steps into a script of their own, which is called in their place",
        "/extract orders to total as total_of", drafting.extract, ("step", "", "step"),
    ),
    Slash(
        "rename", "OLD to NEW | script OLD to NEW", "rename a script or job, or a name in the draft",
        "/rename total to spent", drafting.rename, ("script|name",),
    ),
    Slash("undo", "", "take the last change back", "/undo", drafting.undo),
    Slash("redo", "", "do again what was undone", "/redo", drafting.redo),
    Slash("save-as", "NAME", "open a copy of the draft under another name", "/save-as order_sum", drafting.save_as),
    Slash("fork", "REF [NAME]", "open a draft from a frozen script", "/fork order_total", drafting.fork, ("script",)),
    Slash(
        "drop", "[NAME]", "drop a draft; its revisions stay in the store", "/drop order_sum", drafting.drop,
        ("script",),
    ),
)  # fmt: skip
KEEPING: Final[tuple[Slash, ...]] = (
    Slash("check", "[REF]", "say what has to be mended before it runs", "/check", running.check, ("script",)),
    Slash(
        "run", "[REF] [INPUT=VALUE …] [--dry-run] [--trace] [--frozen] [--as-of INSTANT] [--mock TOOL] "
        "[--allow TOOL[=MAX]] [--canary ITEMS] [--output FILE]", "run a script or job",
        "/run order_total customer_id=john_doe", running.run,
        ("script|input", "input*"),
        "A draft runs dry: effects are planned, none is done. Without inputs those of the run before are taken.",
    ),
    Slash("trace", "[RUN [ITEM]]", "show what the latest run decided, step by step", "/trace", running.trace),
    Slash(
        "example",
        "[NAME] [INPUT=VALUE …] --expect FIELD=VALUE … | --result JSON | --fails TEXT [--as-of INSTANT]",
        "keep what the script must come to; no freeze before it does",
        "/example customer_id=john_doe --expect total=1200 --expect many=true", proving.example,
        ("script|input", "input*"),
    ),
    Slash("examples", "[NAME]", "list a script's examples", "/examples", proving.examples, ("script",)),
    Slash(
        "example-remove", "[NAME] NUMBER", "take an example away", "/example-remove order_total 1", proving.remove,
        ("script",),
    ),
    Slash("test", "[NAME|all] [--frozen] [--live]", "try a script's examples", "/test", proving.test, ("script",)),
    Slash(
        "mock", "TOOL … | all | off", "have tools answer without an effect in the runs and the job of the script",
        "/mock all", running.mock, ("tool*",),
    ),
    Slash(
        "freeze", "[NAME] [--repin]", "give a draft its id for ever; says first whom a new version changes",
        "/freeze order_total", running.freeze, ("script",), "--repin moves saved callers and jobs to the new version.",
    ),
    Slash(
        "job", "[SCRIPT] [as NAME] [INPUT=VALUE …] [--mock TOOL] [--allow TOOL[=MAX]] [--output FILE]",
        "save a batch job; a draft is frozen first", "/job order_total as johns_total customer_id=john_doe",
        running.job, ("script|input", "input*"),
    ),
    Slash(
        "schedule", "[JOB] WHEN", "schedule a job", "/schedule johns_total every monday at 09:00", running.schedule,
        ("script",),
    ),
    Slash("unschedule", "[JOB]", "take a schedule away", "/unschedule johns_total", running.unschedule, ("script",)),
    Slash(
        "schedule-pause", "[JOB]", "skip a schedule's slots until it is resumed", "/schedule-pause johns_total",
        running.pause_schedule, ("script",),
    ),
    Slash(
        "schedule-resume", "[JOB]", "count a schedule's due times again", "/schedule-resume johns_total",
        running.resume_schedule, ("script",),
    ),
    Slash(
        "backfill", "[JOB] --from INSTANT [--to INSTANT]", "run slots of the past that have not run",
        "/backfill johns_total --from 2026-11-16T00:00:00Z --to 2026-11-16T23:00:00Z", running.backfill,
        ("script",),
    ),
    Slash(
        "tick", "[JOB]", "one round: run what is due, deliver notices", "/tick johns_total", running.tick, ("script",),
    ),
    Slash("due", "[JOB] [--count N]", "the next due times", "/due johns_total --count 2", running.due, ("script",)),
)  # fmt: skip
ACTING: Final[tuple[Slash, ...]] = (
    Slash(
        "approve", "[RUN] [--resume] [--canary ITEMS]", "say yes to exactly the effects that a run has planned",
        "/approve #1a2b3c4 --resume", running.approve, (),
    ),
    Slash(
        "resume", "[RUN] [--dead-letters] [--canary ITEMS]", "go on acting where a run stopped", "/resume #1a2b3c4",
        running.resume, (),
    ),
    Slash("pause", "[RUN]", "have a run stop, to go on later", "/pause #1a2b3c4", running.pause),
    Slash("cancel", "[RUN]", "stop a run for good", "/cancel #1a2b3c4", running.cancel),
    Slash(
        "resolve", "RUN done|again|abandon [--key KEY]", "say what became of an effect in doubt",
        "/resolve #1a2b3c4 done", running.resolve, (),
    ),
    Slash(
        "effects", "[RUN] [STATE] [--codes] [--output FILE]", "list a run's effects, with their states",
        "/effects #1a2b3c4 in_doubt", looking.effects,
    ),
    Slash(
        "replay", "[RUN]", "run it again with the same everything and compare", "/replay #1a2b3c4", running.replay,
        (),
    ),
)  # fmt: skip
LOOKING: Final[tuple[Slash, ...]] = (
    Slash("help", "[COMMAND]", "list the commands, or explain one", "/help step", _help, ("command",)),
    Slash(
        "show", "[REF] [outline|english|json|canonical] [--frozen]", "show a script", "/show order_total english",
        looking.show, ("script|form", "form"),
    ),
    Slash(
        "diff", "[A] [B] [--on SOURCE [--param NAME] [INPUT=VALUE …] [--limit N]]",
        "say what changed from A to B, or with --on whose results", "/diff order_total --on customers", looking.diff,
        ("script", "script|source|input", "source|input*"), "Without B it is the draft of A.",
    ),
    Slash("list", "[WORDS]", "list scripts and jobs, or find saved ones", "/list", looking.list_),
    Slash("history", "[NAME]", "every version of a name", "/history order_total", looking.history, ("script",)),
    Slash(
        "plan", "[REF] [INPUT=VALUE …]", "how each loop over a source would run as one query", "/plan order_total",
        looking.plan, ("script|input", "input*"),
    ),
    Slash(
        "data", "[SOURCE] [--limit N] [--profile]", "list data sources, or show one's fields and first records",
        "/data orders --limit 2", looking.data, ("source",),
    ),
    Slash(
        "word", "WORD means NAME | forget WORD", "keep another word for a source or field, or take it away",
        "/word buyers means customers", looking.learn, ("", "", "source"),
    ),
    Slash("words", "", "list the other words for sources and fields", "/words", looking.learned),
    Slash("tools", "", "list the tools and what they take", "/tools", looking.tools),
    Slash(
        "runs", "[NAME|RUN] [RUN] [--limit N]", "list runs, show one, or tell in what two differ", "/runs order_total",
        looking.runs, ("script",),
    ),
    Slash("jobs", "[NAME]", "list the jobs, or show one", "/jobs johns_total", looking.jobs, ("script",)),
    Slash("schedules", "", "list the schedules", "/schedules", looking.schedules),
    Slash(
        "notices", "[--all] | --read [KEY …]", "list what schedules have to tell, or note it as read", "/notices",
        looking.notices,
    ),
    Slash(
        "eval", "EXPRESSION", "evaluate an expression", "/eval days_between(date('2026-01-01'), today)", looking.eval_,
        ("expression*",),
    ),
    Slash("verify", "[--deep]", "prove that nothing in the store was changed", "/verify", looking.verify),
    Slash("stats", "", "counts and sizes of the store", "/stats", looking.stats),
)  # fmt: skip
GROUPS: Final[tuple[tuple[str, tuple[Slash, ...]], ...]] = (
    ("Writing a draft", WRITING),
    ("Trying and keeping it", KEEPING),
    ("Runs", ACTING),
    ("Looking", LOOKING),
)
BY_NAME: Final[dict[str, Slash]] = {slash.name: slash for _, group in GROUPS for slash in group}
