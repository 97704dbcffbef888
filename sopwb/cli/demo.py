"""``sopwb demo`` and ``sopwb init``: a stranger's first minutes.

The demo holds the founding conversation with the offline author on a fresh copy of the sample workspace. Nothing in it
is staged: the same dialogue, store and engine answer as everywhere, and it fails if one of them does.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sopwb.app.commands import NextDue, RunScript, VerifyStore
from sopwb.app.effect_words import argument_words
from sopwb.app.outputs import DueTimes, RunView, StoreReport
from sopwb.app.share import share_folder
from sopwb.app.workspace import init_workspace
from sopwb.author.dialogue import Dialogue
from sopwb.cli.exits import DONE, FAILED
from sopwb.cli.printing import expect, workbench

AS_OF: Final = "2026-11-22T08:00:00Z"
"""The demo's clock: the sample data is made for it."""
TURNS: Final = (
    "I want to create a script called check_churn_risk. It should take a customer_id. A customer is 'high risk' if "
    "they haven't ordered in 60 days AND their total spend is over $500. Start a draft.",
    "Return a JSON object with { is_risk: bool, reason: string }. Also, make sure to handle the case where they have "
    "NO orders.",
    "Run check_churn_risk for customer 'john_doe'. Show me the trace.",
    "Perfect.",
    "Create a new process called weekly_churn_prevention. It should: Scan all users in the 'customers' database. For "
    "each user, run our check_churn_risk script. If they are at risk, generate a secure coupon code. "
    "Email them the coupon.",
    "Yes, mock it. And save this as a Batch Job.",
    "Schedule weekly_churn_prevention to run every Monday at 9 AM.",
)
BATCH: Final = "weekly_churn_prevention"
SINGLE: Final = "check_churn_risk"


def init(folder: str | None, options: Any) -> int:
    """Make a new workspace and say what to do next."""
    made = init_workspace(Path(options.dir))
    print(
        f"workspace {made.name} made in {made.folder}\n"
        f"declare your data in {made.folder / 'sopwb.toml'}, then: sopwb -w {options.dir}"
    )
    return DONE


def demo(folder: str | None, options: Any) -> int:
    """Hold the founding conversation. Gives 1 where any of it failed."""
    say = _printer(options.plain)
    place = Path(options.dir) if options.dir else Path(tempfile.mkdtemp(prefix="sopwb-demo-"))
    if (place / "sopwb.toml").exists():
        init_workspace(place)  # refuses, since one is there
    shutil.copytree(share_folder("sample_data"), place, dirs_exist_ok=True)
    begun = time.monotonic()
    say("title", f"The founding conversation, on a copy of the sample shop in {place}")
    say("note", f"embedded author, no key, no network; the clock stands at {AS_OF}")
    with workbench(str(place), AS_OF) as bench:
        dialogue = Dialogue(bench, as_of=AS_OF)
        sound = all(_turn(dialogue, text, say) for text in TURNS)
        sound = _finale(bench, say) and sound
    if options.mail and sound:
        from sopwb.cli.demo_mail import send_mails

        sound = send_mails(place, AS_OF, BATCH, say)
    say("note", f"{time.monotonic() - begun:.1f} s. The workspace is yours: sopwb -w {place}")
    return DONE if sound else FAILED


def _turn(dialogue: Dialogue, text: str, say: Callable[[str, str], None]) -> bool:
    say("person", text)
    reply = dialogue.turn(text)
    say("reply", reply.reply)
    for number, option in enumerate(reply.options, 1):
        say("option", f"{number}. {option}")
    return reply.kind != "refusal"


def _finale(bench: Any, say: Callable[[str, str], None]) -> bool:
    """Run what was saved, twice, and check the store: the claims, measured."""
    say("title", "What was frozen runs without any author")
    command = RunScript(SINGLE, {"customer_id": "john_doe"}, AS_OF)
    once, again = (expect(bench.do(command), RunView) for _ in range(2))
    if once is None or again is None:
        return False
    for line in once.trace:
        for part in line.text.splitlines():
            say("trace", part)
    say(
        "note",
        f"run twice, trace {once.trace_hash[:15]}… and {again.trace_hash[:15]}…: "
        f"{'the same' if once.trace_hash == again.trace_hash else 'DIFFERENT'}",
    )
    batch = expect(bench.do(RunScript(BATCH, {}, AS_OF)), RunView)
    due = expect(bench.do(NextDue(BATCH, 3, AS_OF)), DueTimes)
    store = expect(bench.do(VerifyStore(deep=True)), StoreReport)
    if batch is None or due is None or store is None:
        return False
    say("title", f"{BATCH}: {batch.items} customers, {batch.effects_total} effects, {batch.mode}")
    for effect in batch.effects[:4]:
        args = argument_words(effect.args)
        say("trace", f"{effect.state} {effect.tool} for {effect.item}: {args or 'a secure code'}")
    say("note", f"next due {', '.join(due.times)}")
    say("note", f"store: {store.numbers['objects']} objects, {'sound' if not store.problems else store.problems[0]}")
    same: bool = once.trace_hash == again.trace_hash
    return same and not store.problems and batch.error is None


def _printer(plain: bool) -> Callable[[str, str], None]:
    if plain:
        marks = {"person": "\n» ", "title": "\n== ", "trace": "   ", "option": "   ", "note": "-- ", "reply": ""}
        return lambda kind, text: print(marks[kind] + text, flush=True)
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.panel import Panel
    from rich.text import Text

    console = Console(highlight=False)
    styles = {"title": "bold cyan", "trace": "green", "option": "yellow", "note": "dim"}

    def show(kind: str, text: str) -> None:
        match kind:
            case "person":
                console.print(Panel(Text(text), title="you", title_align="left", border_style="cyan"))
            case "reply":
                console.print(Markdown(text), width=min(console.width, 110))
            case _:
                console.print(Text(("   " if kind in ("trace", "option") else "") + text, style=styles[kind]))

    return show
