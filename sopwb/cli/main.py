"""Reads the command line and hands each command to the module that carries it out.

``--run`` takes a path of its own that imports neither argparse's sub-commands nor anything of the other commands: it is
what cron calls a thousand times. Everything that goes wrong ends here in one line on stderr and an exit code.
Deliberately not here: what any command prints (``cli.scripts``, ``cli.run``, …).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from sopwb.cli.exits import DONE, FAILED, INTERRUPTED, USAGE
from sopwb.kernel.diagnostics import Diagnostic, UserError

Screen = Callable[[str | None, str], int]

_USAGE_CODES = ("SOP-U", "SOP-W001")


def command_line(words: Sequence[str], screen: Screen) -> int:
    """Carry out ``words``. ``screen(folder, as_of)`` opens the workbench. Gives the exit code; never raises."""
    try:
        return _dispatch(list(words), screen)
    except UserError as error:
        report(error.diagnostics)
        return USAGE if error.diagnostics[0].code.startswith(_USAGE_CODES) else FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (sopwb … | head): nobody is left to tell. Python would complain again while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def report(diagnostics: Sequence[Diagnostic]) -> None:
    """Say diagnostics on stderr, a line each."""
    for diagnostic in diagnostics:
        print(diagnostic.line(), file=sys.stderr)


def _dispatch(words: list[str], screen: Screen) -> int:
    _refuse_bytes(words)
    folder, words = _workspace_option(words)
    if (words and words[0] in ("--run",)) or any(word.startswith("--run=") for word in words[:1]):
        from sopwb.cli.run import run_command

        return run_command(folder, words)
    if not words or words[0].startswith("--as-of"):
        return _open(folder, words, screen)
    from sopwb.cli.parser import run_words

    return run_words(folder, words)


def _refuse_bytes(words: list[str]) -> None:
    """Refuse arguments that are not UTF-8: Python hands such bytes on as lone surrogates, which nothing can write."""
    for word in words:
        if not word.isascii() and any("\ud800" <= char <= "\udfff" for char in word):
            shown = word.encode("utf-8", "replace").decode()
            raise UserError(Diagnostic("SOP-U001", f"the argument {shown!r} is not UTF-8 text", found=shown))


def _workspace_option(words: list[str]) -> tuple[str | None, list[str]]:
    if words and words[0] in ("-w", "--workspace"):
        if len(words) < 2:
            raise UserError(Diagnostic("SOP-U001", "-w needs a folder", hint="sopwb -w DIR …"))
        return words[1], words[2:]
    if words and words[0].startswith("--workspace="):
        return words[0].partition("=")[2], words[1:]
    return None, words


def _open(folder: str | None, words: list[str], screen: Screen) -> int:
    as_of = ""
    if words:
        as_of = words[0].partition("=")[2] if "=" in words[0] else (words[1] if len(words) > 1 else "")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError(
            Diagnostic(
                "SOP-U004",
                "the workbench needs a terminal",
                hint="start it in one, or use the headless commands: sopwb --help",
            )
        )
    return screen(folder, as_of)
