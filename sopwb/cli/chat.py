"""``sopwb chat``: a turn a line on stdin, a reply each. With ``--json`` lines are JSON strings, replies JSON lines."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from sopwb.author.dialogue import Dialogue
from sopwb.author.model.choosing import choose_author
from sopwb.cli.exits import DONE, USAGE
from sopwb.cli.main import report
from sopwb.cli.printing import workbench
from sopwb.kernel.canonical import json_text
from sopwb.kernel.diagnostics import Diagnostic

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench
    from sopwb.author.port import Author
    from sopwb.author.reply import Reply


def chat(folder: str | None, options: Any) -> int:
    """Talk until stdin ends. Gives 2 where a line does not read."""
    with workbench(folder, options.as_of) as bench:
        prompt = sys.stdin.isatty() and not options.json
        dialogue = Dialogue(bench, as_of=options.as_of, author=_author(bench, options, prompt))
        if prompt:
            print(f"{bench.name}: say what a script must do, or /help. Ctrl-D ends.", file=sys.stderr)
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


def _author(bench: Workbench, options: Any, live: bool) -> Author:
    """Choose the author: what was typed, else what ``[agent]`` says. A typed model does not take the file's address."""
    settings = bench.workspace
    typed = bool(options.model or options.api_base)
    return choose_author(
        bench,
        options.as_of,
        model=options.model or settings.model,
        api_base=options.api_base or ("" if options.model else settings.api_base),
        typed=typed and bool(options.api_base),
        share_rows=settings.share_rows,
        on_text=_stream if live else lambda text: None,
    )


def _stream(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)


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
        document = {
            "turn": turn,
            "kind": reply.kind,
            "reply": reply.reply,
            "options": list(reply.options),
            "saved": list(reply.saved),
            "draft": reply.draft,
            "script": reply.script,
        }
        if reply.usage:
            document["usage"] = reply.usage
        print(json_text(document), flush=True)
        return
    print(reply.reply)
    for number, option in enumerate(reply.options, 1):
        print(f"  {number}. {option}")
    print(flush=True)
    if reply.usage:
        print(reply.usage, file=sys.stderr)
