"""Write ``docs/errors.md`` from the ``CODES`` of every room: ``python -m tests.generate_errors --write``.

Every module of the package whose name ends in ``codes`` is looked at, so a new room needs no entry here.
Without ``--write`` nothing is changed, and the exit code says whether the page is up to date.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path

from sopwb.kernel.diagnostics import Code

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "errors.md"
_HEAD = """\
# Errors

Everything that the program says about what a person wrote, by its code.
Generated from the `CODES` of each room by `python -m tests.generate_errors --write`; do not edit.

A diagnostic is one line: `CODE at PATH[SPAN]: message; did you mean …? (hint)`. The path is a step and its
field (`steps/2/where`) or a file and its line (`orders.csv:17`).
"""


def codes_by_module() -> dict[str, tuple[Code, ...]]:
    """Give the codes that each module registers, by the module's dotted name."""
    found = {}
    for path in sorted((ROOT / "sopwb").rglob("*codes.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        codes = getattr(importlib.import_module(name), "CODES", None)
        if codes is not None:
            found[name] = tuple(codes)
    return found


def render(modules: dict[str, tuple[Code, ...]]) -> str:
    """Give the page's text: a section a letter, the codes in order of their number."""
    by_letter: dict[str, list[Code]] = {}
    rooms: dict[str, set[str]] = {}
    for name, codes in modules.items():
        for code in codes:
            by_letter.setdefault(_letter(code), []).append(code)
            rooms.setdefault(_letter(code), set()).add(name.split(".")[1])
    parts = [_HEAD]
    for letter in sorted(by_letter):
        parts.append(f"## {letter} – `{'`, `'.join(sorted(rooms[letter]))}`\n")
        parts.extend(_section(code) for code in sorted(by_letter[letter], key=lambda code: code.id))
    return "\n".join(parts)


def _letter(code: Code) -> str:
    return code.id.rstrip("0123456789")


def _section(code: Code) -> str:
    example = _fenced(code.example.splitlines()) if code.example else ""
    return f"### {code.id} {code.title[:1].upper()}{code.title[1:]}\n\n{code.help}\n{example}"


def _fenced(lines: Iterable[str]) -> str:
    return "\n```text\n" + "\n".join(lines) + "\n```\n"


def main() -> int:
    """Write the page, or compare; 0 when it is up to date."""
    text = render(codes_by_module())
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text)


if __name__ == "__main__":
    sys.exit(main())
