"""Score an author over folders of conversation cases: ``python -m tests.evaluate [--author MODEL] FOLDER…``.

The author is ``offline``, ``recorded`` (the cassette that a case holds), or a model as litellm names it, with its
``--api-base``. A folder is a case or holds cases. A case is ``solved`` when every check holds, ``asked`` when some do
not but a reply asked or refused and nothing gave a wrong value, else ``wrong``. *Over-asked* are turns that were
answered with a question or a refusal in cases where nothing is missing. Tokens are those that the program says a turn
took, seconds those of talking. The table is Markdown, as docs/authors.md holds it.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from tests.conversations.judging import Conversation, Judgement, Verdict, read

LEVELS = ("plain", "colloquial", "ask")
_TOKENS = re.compile(r"([\d,]+) tokens")
_FELL_BACK = re.compile(r"SOP-E0(?:09|1\d): the model did not answer")
_HEAD = "| level | cases | solved | asked | wrong | over-asked | turns | failed | tokens a turn | seconds a turn |"


class Row(NamedTuple):
    """What one case came to. ``failed`` counts the turns that the model did not answer."""

    id: str
    level: str
    verdict: Verdict
    turns: int
    over_asked: int
    failed: int
    tokens: int
    seconds: float
    failing: list[str]


def cases_in(folders: Iterable[Path]) -> list[Path]:
    """Find the cases: each folder, where it is one, else those right below it."""
    found: list[Path] = []
    for folder in folders:
        below = sorted(path.parent for path in folder.glob("*/case.json"))
        found += [folder] if (folder / "case.json").is_file() else below
    return found


def score(case: Path, author: str, api_base: str) -> Row:
    """Hold one conversation and judge it."""
    spec = read((case / "case.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        try:
            judged = _judged(case, Path(scratch), author, api_base)
        except (AssertionError, ValueError, OSError, subprocess.SubprocessError) as error:
            # It did not talk to the end: that is wrong, and why is said.
            judged = Judgement("wrong", 0, [f"{type(error).__name__}: {error}"[:400]], [], 0, 0.0)
    replies = judged.replies
    used = (_TOKENS.search(reply.get("usage", "")) for reply in replies)
    tokens = sum(int(found[1].replace(",", "")) for found in used if found)
    failed = sum(bool(_FELL_BACK.match(reply["reply"])) for reply in replies)
    over = judged.over_asked if spec["level"] != "ask" else 0
    turns = len(spec["turns"])
    return Row(case.name, spec["level"], judged.verdict, turns, over, failed, tokens, judged.seconds, judged.failing)


def _judged(case: Path, scratch: Path, author: str, api_base: str) -> Judgement:
    if author == "recorded":
        from tests.author.model.recorded import replay

        return replay(case, scratch)
    words = ("--model", author, *(("--api-base", api_base) if api_base else ()))
    return Conversation(case, scratch, words).judge()


def table(rows: Sequence[Row]) -> str:
    """Sum up by level, as Markdown."""
    lines = [_HEAD, "|---" * (_HEAD.count("|") - 1) + "|"]
    for level in (*LEVELS, "all"):
        of_level = [row for row in rows if level in (row.level, "all")]
        if not of_level:
            continue
        verdicts = [sum(row.verdict == verdict for row in of_level) for verdict in ("solved", "asked", "wrong")]
        turns = sum(row.turns for row in of_level)
        over, failed = sum(row.over_asked for row in of_level), sum(row.failed for row in of_level)
        tokens, seconds = sum(row.tokens for row in of_level) // turns, sum(row.seconds for row in of_level) / turns
        cells = [level, len(of_level), *verdicts, over, turns, failed, f"{tokens:,}", f"{seconds:.2f}"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> int:
    """Score and print. Gives 2 where there is no case, else 0 whatever the score."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", metavar="FOLDER", type=Path, nargs="+")
    parser.add_argument("--author", default="offline")
    parser.add_argument("--api-base", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)
    cases = cases_in(options.folders)
    if options.author == "recorded":
        cases = [case for case in cases if (case / "cassette.jsonl").is_file()]
    if not cases:
        print("no case.json there", file=sys.stderr)
        return 2
    # A replay is held in this process, whose streams are its own for the time: one at a time.
    with ThreadPoolExecutor(1 if options.author == "recorded" else options.jobs) as pool:
        rows = list(pool.map(lambda case: score(case, options.author, options.api_base), cases))
    if options.json:
        print(json.dumps([_document(row) for row in rows], indent=1, ensure_ascii=False))
        return 0
    for row in rows:
        if row.verdict != "solved":
            print(f"{row.verdict:7}{row.id}: {row.failing[0] if row.failing else ''}"[:240], file=sys.stderr)
    print(table(rows))
    return 0


def _document(row: Row) -> dict[str, Any]:
    return {**row._asdict(), "seconds": round(row.seconds, 2)}


if __name__ == "__main__":
    sys.exit(main())
