"""What a run's acting looks like as text, its exit code, and ``sopwb runs approve|resume|pause|cancel|resolve``."""

from __future__ import annotations

import sys
from typing import Any, Final

from sopwb.app.commands import ApproveRun, CancelRun, Command, PauseRun, ResolveRun, ResumeRun, ShowRun
from sopwb.app.effect_words import argument_words
from sopwb.app.outputs import ActingView, EffectNote, PutAway, RunView
from sopwb.cli.exits import DEAD_LETTERS, DONE, FAILED, INTERRUPTED, NEEDS_ATTENTION, WAITING_APPROVAL
from sopwb.cli.main import report
from sopwb.cli.printing import expect, finish, workbench
from sopwb.kernel.canonical import json_text
from sopwb.kernel.ids import PREFIX

SHOWN: Final = 20
"""Effects and notes in a text; --json has a thousand."""
_BY_STATUS: Final = {
    "succeeded": DONE,
    "succeeded_with_dead_letters": DEAD_LETTERS,
    "needs_attention": NEEDS_ATTENTION,
    "waiting_approval": WAITING_APPROVAL,
    "cancelled": INTERRUPTED,
}
_BY_CAUSE: Final = {
    "canary": DONE,
    "approved": DONE,
    "failures": NEEDS_ATTENTION,
    "paused": INTERRUPTED,
    "interrupted": INTERRUPTED,
    "": NEEDS_ATTENTION,
}


def exit_code(run: RunView) -> int:
    """Give the exit code of a command that acted on a run, or came to where it does not act."""
    if run.acting is None:
        return DONE if run.error is None else FAILED
    if run.status == "paused":
        return _BY_CAUSE.get(run.acting.cause, FAILED)
    return _BY_STATUS.get(run.status, FAILED)


def acting_lines(run: RunView) -> list[str]:
    """Say how a run's acting stands, and what to do next."""
    acting = run.acting
    if acting is None:
        return []
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in acting.counts.items())
    lines = [f"{run.status.replace('_', ' ')}{f': {acting.why}' if acting.why else ''}", f"effects: {counts}"]
    lines += [f"needs a yes: {words}" for words in acting.unconsented]
    lines += [f"  {_note(note)}" for note in acting.notes[:SHOWN]]
    if len(acting.notes) > SHOWN:
        lines.append(f"  … {len(acting.notes) - SHOWN} more")
    return lines + [f"next: {words}" for words in _next(run, acting)]


def _note(note: EffectNote) -> str:
    item = f" [{note.item}]" if note.item else ""
    code = f"{note.code} " if note.code else ""
    fate = {"skip": ", passed over", "dead_letter": ", set aside"}.get(note.then, "")
    return f"{note.state.replace('_', ' ')}{fate}{item} {note.tool} {note.key[:12]}: {code}{note.reason}"


def _next(run: RunView, acting: ActingView) -> list[str]:
    id_ = run.run.removeprefix(PREFIX)[:12]
    found: list[str] = []
    if acting.unconsented and run.status != "cancelled":
        return [f"sopwb runs approve {id_} --resume"]
    if acting.counts.get("in_doubt"):
        found.append(f"sopwb runs resolve {id_} --key KEY --done | --again | --abandon")
    if run.status in ("paused", "failed") or (run.status == "needs_attention" and not found):
        found.append(f"sopwb runs resume {id_}")
    if run.status == "succeeded_with_dead_letters":
        found.append(f"sopwb runs resume {id_} --dead-letters")
    return found


# --- commands ---------------------------------------------------------------------------------------


def approve(folder: str | None, options: Any) -> int:
    """Show what a run would do, and bind the yes to exactly that."""
    if not options.json:
        with workbench(folder) as bench:
            shown = expect(bench.do(ShowRun(options.run)), RunView)
        if shown is None:
            return FAILED
        for effect in [effect for effect in shown.effects if effect.state == "planned"][:SHOWN]:
            args = argument_words(effect.args)
            print(f"  {effect.tool}{f' [{effect.item}]' if effect.item else ''} {args}", file=sys.stderr)
    return _carry_out(folder, ApproveRun(options.run, options.resume, options.canary), options.json)


def resume(folder: str | None, options: Any) -> int:
    """Go on acting."""
    return _carry_out(folder, ResumeRun(options.run, options.dead_letters, options.canary), options.json)


def pause(folder: str | None, options: Any) -> int:
    """Have a run stop in good order; it is not this command that was interrupted."""
    return _stopped(_carry_out(folder, PauseRun(options.run), options.json))


def cancel(folder: str | None, options: Any) -> int:
    """Stop a run for good."""
    return _stopped(_carry_out(folder, CancelRun(options.run), options.json))


def resolve(folder: str | None, options: Any) -> int:
    """Note what a person found out; without --done, --again or --abandon, say what there is to find out."""
    if options.how is None:
        return _carry_out(folder, ShowRun(options.run), options.json)
    return _carry_out(folder, ResolveRun(options.run, options.how, tuple(options.key)), options.json)


def _stopped(code: int) -> int:
    return DONE if code == INTERRUPTED else code


def _carry_out(folder: str | None, command: Command, json: bool) -> int:
    from sopwb.cli.run import reply

    with workbench(folder) as bench:
        if sys.stderr.isatty() and not json and isinstance(command, (ApproveRun, ResumeRun)):
            from sopwb.cli.progress import Progress

            with Progress() as progress:
                output = bench.do(command, progress.show)
        else:
            output = bench.do(command)
    if isinstance(output, PutAway):
        return finish(output, json, f"{output.run}: its journal is now .sopwb/{output.name}")
    run = expect(output, RunView)
    if run is None:
        return FAILED
    if run.error is not None:
        report((run.error,))
    if json:
        print(json_text(reply(run)))
    else:
        print(run.run)
        for line in acting_lines(run):
            print(f"  {line}")
    return exit_code(run)
