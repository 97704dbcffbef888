"""The words of every command but ``--run``, and which function carries each out.

A command that docs/command-line.md names and that is not built yet answers so (SOP-U005): silence is not success.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from sopwb import __version__
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import COMPARED_ITEMS_SHOWN

LATER: Final[dict[str, frozenset[str]]] = {
    "script": frozenset({"edit", "upgrade", "export", "import"}),
    "store": frozenset({"log", "head"}),
    "": frozenset({"serve"}),
}


class _Parser(argparse.ArgumentParser):
    """Says a mistake as a diagnostic with the nearest word, instead of printing a page of usage."""

    choices_known: tuple[str, ...] = ()

    def error(self, message: str) -> NoReturn:
        nearest = ""
        if "invalid choice: '" in message:
            nearest = nearest_name(message.split("'")[1], self.choices_known)
            message = message.split(" (choose")[0]
        raise UserError(Diagnostic("SOP-U001", message, nearest=nearest, hint=f"{self.prog} --help"))


def run_words(folder: str | None, words: Sequence[str]) -> int:
    """Read the words of a command and carry it out. Gives the exit code."""
    _refuse_later(words)
    options = build().parse_args(list(words))
    from importlib import import_module

    module, name = options.call
    code: int = getattr(import_module(f"sopwb.cli.{module}"), name)(folder, options)
    return code


def _refuse_later(words: Sequence[str]) -> None:
    first, second = words[0], words[1] if len(words) > 1 else ""
    if first in LATER[""] or second in LATER.get(first, ()):
        what = f"{first} {second}".strip() if second in LATER.get(first, ()) else first
        raise UserError(Diagnostic("SOP-U005", f"sopwb {what} is not built yet"))


def build() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    top = _Parser(
        prog="sopwb",
        description="Programs that people say and machines then run for ever, exactly.",
        epilog="Without words: the workbench. sopwb --run NAME runs a script or job; docs/command-line.md has it all.",
    )
    top.add_argument("--version", action="version", version=f"sopwb {__version__}")
    top.add_argument("-w", "--workspace", metavar="DIR", help="the workspace's folder (before the command)")
    top.add_argument("--run", metavar="NAME|HASH", help="run a script or job without a screen")
    verbs = top.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser, required=True)

    demo = _verb(verbs, "demo", "the founding conversation on the sample workspace", ("demo", "demo"))
    demo.add_argument("--plain", action="store_true", help="no colours")
    demo.add_argument("--dir", default="", help="where to make the workspace (default: a new folder)")
    demo.add_argument("--mail", action="store_true", help="and mail its coupons, to a mail server that keeps them here")
    init = _verb(verbs, "init", "make a new workspace", ("demo", "init"))
    init.add_argument("dir")
    chat = _verb(verbs, "chat", "talk, one turn a line on stdin", ("chat", "chat"))
    chat.add_argument("--model", default="")
    chat.add_argument("--api-base", default="")
    _common(chat, as_of=True)
    evaluate = _verb(verbs, "eval", "evaluate one expression", ("evaluate", "evaluate"))
    evaluate.add_argument("expr", nargs="?")
    evaluate.add_argument("--vars", default="{}", help="a JSON object")
    evaluate.add_argument("--lines", action="store_true", help='read {"expr", "vars"} a line')
    _common(evaluate, as_of=True)

    _scripts(verbs)
    _jobs(verbs)
    _runs(verbs)
    _data_and_store(verbs)
    _close(top, verbs)
    return top


def _scripts(verbs: Any) -> None:
    group = _group(verbs, "script", "drafts and frozen scripts")
    listing = _verb(group, "list", "what there is", ("scripts", "list_scripts"))
    listing.add_argument("--find", default="", metavar="WORDS", help="saved ones that have these words")
    _common(listing)
    show = _verb(group, "show", "a script", ("scripts", "show"))
    show.add_argument("ref")
    show.add_argument("--form", choices=("outline", "json", "canonical", "english"), default="outline")
    show.add_argument("--frozen", action="store_true", help="the frozen script even where a draft is open")
    _common(show)
    explain = _verb(group, "explain", "a script in plain English", ("scripts", "explain"))
    explain.add_argument("ref")
    explain.add_argument("--plan", action="store_true", help="how each loop would run as one query")
    explain.add_argument("--input", action="append", default=[], metavar="K=V", help="with --plan")
    _common(explain)
    diff = _verb(group, "diff", "what changed from A to B", ("scripts", "diff"))
    diff.add_argument("a")
    diff.add_argument("b", nargs="?", default="", help="(default: the draft of A)")
    diff.add_argument("--on", metavar="SOURCE", default="", help="run both over it, and tell whose results differ")
    diff.add_argument("--param", default="", metavar="NAME", help="with --on: the parameter that takes the key")
    diff.add_argument("--input", action="append", default=[], metavar="K=V", help="with --on: the other parameters")
    diff.add_argument("--limit", type=int, default=COMPARED_ITEMS_SHOWN, help="with --on: items that are shown")
    _common(diff, as_of=True)
    for name, words in (("history", "every version of a name"), ("check", "a draft's diagnostics")):
        verb = _verb(group, name, words, ("scripts", name))
        verb.add_argument("ref")
        _common(verb)
    freeze = _verb(group, "freeze", "freeze a draft under its hash", ("scripts", "freeze"))
    freeze.add_argument("name")
    freeze.add_argument("--repin", action="store_true", help="saved callers and jobs follow")
    _common(freeze, as_of=True)
    rename = _verb(group, "rename", "move a name", ("scripts", "rename"))
    rename.add_argument("old")
    rename.add_argument("new")
    _common(rename)
    fork = _verb(group, "fork", "open a draft from a frozen script", ("scripts", "fork"))
    fork.add_argument("ref")
    fork.add_argument("new", nargs="?", default="")
    _common(fork)
    _examples(group)
    _close(group.parent_parser, group)


def _examples(scripts: Any) -> None:
    test = _verb(scripts, "test", "try the examples of scripts; exit 1 where one does not hold", ("examples", "test"))
    test.add_argument("names", nargs="*", metavar="NAME", help="(default: all that have examples)")
    test.add_argument("--trace", action="store_true", help="with the trace of those that do not hold")
    test.add_argument("--frozen", action="store_true", help="the frozen scripts even where drafts are open")
    test.add_argument("--live", action="store_true", help="on the data as it is, not as it was recorded")
    _common(test, as_of=True)
    group = _group(scripts, "example", "what a script must come to; run before each freeze")
    add = _verb(group, "add", "keep an example; the same inputs again replace it", ("examples", "add"))
    add.add_argument("name")
    add.add_argument("--input", action="append", default=[], metavar="K=V")
    add.add_argument("--expect", action="append", default=[], metavar="FIELD=VALUE", help="a field of the result")
    add.add_argument("--result", metavar="JSON", help="the whole result")
    add.add_argument("--fails", nargs="?", const="", metavar="TEXT", help="the run fails, with TEXT in its message")
    _common(add, as_of=True)
    listing = _verb(group, "list", "a script's examples, numbered", ("examples", "list_examples"))
    listing.add_argument("name")
    _common(listing)
    remove = _verb(group, "remove", "take an example away", ("examples", "remove"))
    remove.add_argument("name")
    remove.add_argument("number", type=int)
    _common(remove)
    _close(group.parent_parser, group)


def _jobs(verbs: Any) -> None:
    group = _group(verbs, "job", "batch jobs")
    _common(_verb(group, "list", "what there is", ("jobs", "list_jobs")))
    show = _verb(group, "show", "a job", ("jobs", "show"))
    show.add_argument("name")
    _common(show)
    save = _verb(group, "save", "save a batch job over a script", ("jobs", "save"))
    save.add_argument("script")
    save.add_argument("--name", default="")
    save.add_argument("--input", action="append", default=[], metavar="K=V")
    save.add_argument("--mock", action="append", default=[], metavar="TOOL")
    save.add_argument("--output", default="")
    save.add_argument("--allow", action="append", default=[], metavar="TOOL[=MAX]", help="may act without an approval")
    _common(save)
    _close(group.parent_parser, group)

    group = _group(verbs, "schedule", "when jobs run")
    _common(_verb(group, "list", "what there is", ("jobs", "list_schedules")))
    add = _verb(
        group, "add", 'schedule a job: sopwb schedule add NAME "every monday at 09:00"', ("jobs", "add_schedule")
    )
    add.add_argument("job")
    add.add_argument("spec", nargs="+")
    add.add_argument("--zone", default="")
    add.add_argument("--missed", choices=("none", "latest", "all"), default="latest")
    add.add_argument("--overlap", choices=("skip", "queue"), default="skip")
    _common(add)
    following = _verb(group, "next", "the next due times", ("jobs", "next_due"))
    following.add_argument("name")
    following.add_argument("--count", type=int, default=5)
    _common(following, as_of=True)
    remove = _verb(group, "remove", "take a schedule away", ("jobs", "remove_schedule"))
    remove.add_argument("name")
    _common(remove)
    for name, words in (("pause", "skip its slots from now on"), ("resume", "count its due times from now on")):
        verb = _verb(group, name, words, ("schedules", f"{name}_schedule"))
        verb.add_argument("name")
        _common(verb)
    backfill = _verb(group, "backfill", "run slots of the past that have not run", ("schedules", "backfill"))
    backfill.add_argument("name")
    backfill.add_argument("--from", dest="start", required=True, metavar="INSTANT", help="ISO 8601")
    backfill.add_argument("--to", dest="end", default="", metavar="INSTANT", help="ISO 8601 (default: now)")
    _common(backfill)
    _close(group.parent_parser, group)
    _firing(verbs)


def _firing(verbs: Any) -> None:
    ticking = _verb(verbs, "tick", "one round: run what is due, deliver notices", ("schedules", "tick"))
    ticking.add_argument("--schedule", default="", metavar="NAME", help="only this one")
    _common(ticking)
    daemon = _verb(verbs, "daemon", "run schedules until it is stopped", ("schedules", "daemon"))
    daemon.add_argument("--once", action="store_true", help="one round, as sopwb tick")
    daemon.add_argument("--print-unit", action="store_true", help="print a systemd unit and a cron line")
    daemon.add_argument("--json", action="store_true", help="one JSON line a slot on stdout")
    group = _group(verbs, "notices", "what schedules have to tell")
    listing = _verb(group, "list", "what nobody has read", ("schedules", "list_notices"))
    listing.add_argument("--all", action="store_true", dest="every", help="read ones too")
    _common(listing)
    read = _verb(group, "read", "note that notices were read", ("schedules", "read_notices"))
    read.add_argument("keys", nargs="*", metavar="KEY", help="default: all")
    _common(read)
    _close(group.parent_parser, group)


def _runs(verbs: Any) -> None:
    group = _group(verbs, "runs", "what ran")
    listing = _verb(group, "list", "the latest runs", ("runs", "list_runs"))
    listing.add_argument("ref", nargs="?", default="")
    listing.add_argument("--limit", type=int, default=50)
    _common(listing)
    for name, words in (("show", "a run"), ("replay", "run it again and compare")):
        verb = _verb(group, name, words, ("runs", name))
        verb.add_argument("run")
        _common(verb)
    diff = _verb(group, "diff", "in what two runs differ", ("runs", "diff"))
    diff.add_argument("a")
    diff.add_argument("b")
    _common(diff)
    explain = _verb(group, "explain", "a run's trace", ("runs", "explain"))
    explain.add_argument("run")
    explain.add_argument("--item", default="")
    _common(explain)
    effects = _verb(group, "effects", "a run's effects, with their states", ("effects", "list_effects"))
    effects.add_argument("run")
    effects.add_argument("--state", default="", metavar="STATE", help="only those that are done, in_doubt, rejected …")
    effects.add_argument("--codes", action="store_true", help="with the codes that they carry, which are secrets")
    effects.add_argument("--output", default="", metavar="FILE", help="write all of them to FILE.csv or FILE.jsonl")
    _common(effects)
    _acting(group)
    _close(group.parent_parser, group)


def _acting(group: Any) -> None:
    approve = _verb(group, "approve", "say yes to exactly what a run has planned", ("acting", "approve"))
    approve.add_argument("run")
    approve.add_argument("--resume", action="store_true", help="and act at once")
    approve.add_argument("--canary", type=_items, default=0, metavar="N", help="for the first N items only")
    _common(approve)
    resume = _verb(group, "resume", "go on acting", ("acting", "resume"))
    resume.add_argument("run")
    resume.add_argument("--dead-letters", action="store_true", help="do what was set aside again, with the same keys")
    resume.add_argument("--canary", type=_items, default=0, metavar="N", help="for the next N items only")
    _common(resume)
    for name, words in (("pause", "have a run stop, to go on later"), ("cancel", "stop a run for good")):
        verb = _verb(group, name, words, ("acting", name))
        verb.add_argument("run")
        _common(verb)
    resolve = _verb(group, "resolve", "say what became of an effect in doubt", ("acting", "resolve"))
    resolve.add_argument("run")
    resolve.add_argument("--key", action="append", default=[], metavar="KEY",
                         help="an effect's key, or its beginning (default: all that are in doubt)")  # fmt: skip
    hows = resolve.add_mutually_exclusive_group()
    for how, words in (
        ("done", "it was done"),
        ("again", "it was not: do it, with the same key"),
        ("abandon", "leave it"),
    ):
        hows.add_argument(f"--{how}", dest="how", action="store_const", const=how, default=None, help=words)
    _common(resolve)


def _items(text: str) -> int:
    number = int(text)
    if not 0 < number < 10**9:
        raise ValueError(text)
    return number


def _data_and_store(verbs: Any) -> None:
    group = _group(verbs, "data", "data sources")
    _common(_verb(group, "list", "what there is", ("sources", "list_data")))
    show = _verb(group, "show", "a source's fields and first records", ("sources", "show"))
    show.add_argument("name")
    show.add_argument("--limit", type=int, default=10)
    _common(show)
    _common(_verb(group, "words", "other words for sources and fields", ("sources", "words")))
    learn = _verb(group, "learn", "keep another word for a source or field", ("sources", "learn"))
    learn.add_argument("word")
    learn.add_argument("means", metavar="NAME", help="the source or field that it means")
    _common(learn)
    forget = _verb(group, "forget", "take a learned word away", ("sources", "forget"))
    forget.add_argument("word")
    _common(forget)
    _close(group.parent_parser, group)
    group = _group(verbs, "tools", "tools that scripts may use")
    _common(_verb(group, "list", "what there is, and what it needs to act", ("tools", "list_tools")))
    _close(group.parent_parser, group)
    group = _group(verbs, "store", "the object store")
    verify = _verb(group, "verify", "prove that nothing was changed", ("sources", "verify"))
    verify.add_argument("--deep", action="store_true", help="every object's hash, references and refs too")
    _common(verify)
    _common(_verb(group, "stats", "counts and sizes", ("sources", "stats")))
    _common(_verb(group, "migrate", "make a store of the final ids from one of sop0", ("sources", "migrate")))
    _close(group.parent_parser, group)


def _group(verbs: Any, name: str, words: str) -> Any:
    parser = verbs.add_parser(name, help=words, description=words)
    group = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser, required=True)
    group.parent_parser = parser
    return group


def _verb(group: Any, name: str, words: str, call: tuple[str, str]) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = group.add_parser(name, help=words, description=words)
    parser.set_defaults(call=call)
    return parser


def _common(parser: argparse.ArgumentParser, as_of: bool = False) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    if as_of:
        parser.add_argument("--as-of", default="", metavar="INSTANT", help="ISO 8601 (default: now)")


def _close(parser: Any, group: Any) -> None:
    parser.choices_known = tuple(group.choices)
