"""``sopwb chat``: a turn a line on stdin, a reply each. With ``--json`` lines are JSON strings, replies JSON lines."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from sopwb.author.dialogue import Dialogue
from sopwb.cli.exits import DONE, USAGE
from sopwb.cli.main import report
from sopwb.cli.printing import workbench
from sopwb.kernel.canonical import json_text
from sopwb.kernel.diagnostics import Diagnostic, UserError

if TYPE_CHECKING:
    from sopwb.author.reply import Reply

OFFLINE = "offline"


def chat(folder: str | None, options: Any) -> int:
    """Talk until stdin ends. Gives 2 where a line does not read."""
    with workbench(folder, options.as_of) as bench:
        model = options.model or bench.workspace.model
        if model != OFFLINE:
            raise UserError(Diagnostic("SOP-U005", f"--model {model}: authors other than {OFFLINE} are not built yet"))
        dialogue = Dialogue(bench, as_of=options.as_of)
        prompt = sys.stdin.isatty() and not options.json
        if prompt:
            print(f"{bench.name}: say what a script must do. Ctrl-D ends.", file=sys.stderr)
        turn = 0
        while line := _line(prompt):
            if not line.strip():
                continue
            turn += 1
            text = _said(line) if options.json else line.rstrip("\n")
            if text is None:
                report((Diagnostic("SOP-U006", f"line {turn} is not a JSON string", found=line.strip()[:60]),))
                return USAGE
            _print(turn, dialogue.turn(text), options.json)
    return DONE


def _said(line: str) -> str | None:
    """Read a JSON string, or None where the line is not one."""
    try:
        text = json.loads(line)
    except ValueError:
        return None
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else None


def _line(prompt: bool) -> str:
    if prompt:
        print("> ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().encode("utf-8", "replace").decode()  # bytes that are no text become question marks


def _print(turn: int, reply: Reply, as_json: bool) -> None:
    if as_json:
        print(
            json_text(
                {
                    "turn": turn,
                    "kind": reply.kind,
                    "reply": reply.reply,
                    "options": list(reply.options),
                    "saved": list(reply.saved),
                    "draft": reply.draft,
                    "script": reply.script,
                }
            ),
            flush=True,
        )
        return
    print(reply.reply)
    for number, option in enumerate(reply.options, 1):
        print(f"  {number}. {option}")
    print(flush=True)
