"""Golden stories: what is typed, line by line, and what is answered, in a file each; rewritten by one flag.

A file holds turns that begin with ``> `` (further lines of one with ``. ``) and the answers below them. Hashes, wall
times and counts of the store are masked; ``{run}`` stands for the latest run. ``python -m tests.author.slash.stories
--write`` writes them anew; the difference is then reviewed as contract.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.dialogue import Dialogue
from tests.shop import AS_OF, shop

FILES = sorted((Path(__file__).parent / "stories").glob("*.txt"))
_HASH = re.compile(r"#[0-9a-f]{7}|(?:b3:)?[0-9a-f]{64}")
_COUNT = re.compile(r"^(    [a-z_]+(?: objects)? +)[\d,]+$", re.MULTILINE)
_WALL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}  (?=\w+ +#)")


def turns(text: str) -> list[str]:
    """Give what is typed in a story."""
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith("> "):
            found.append(line[2:])
        elif line.startswith(". "):
            found[-1] += "\n" + line[2:]
    return found


def told(folder: Path, typed: list[str]) -> str:
    """Hold a conversation on the sample shop and write it down."""
    bench = open_workbench(shop(folder), AS_OF)
    dialogue = Dialogue(bench, as_of=AS_OF)
    out: list[str] = []
    for turn in typed:
        reply = dialogue.turn(turn.replace("{run}", _latest(bench)))
        marks = [f"[{reply.kind}]"] if reply.kind != "answer" else []
        marks += [f"[saved {', '.join(reply.saved)}]"] if reply.saved else []
        out += ["> " + turn.replace("\n", "\n. "), *marks, _masked(reply.reply), ""]
    bench.close()
    return "\n".join(out)


def _masked(text: str) -> str:
    return _COUNT.sub(r"\1N", _WALL.sub("TIME  ", _HASH.sub("#HASH", text)))


def _latest(bench: Workbench) -> str:
    listed = bench.do(c.ListRuns(limit=1))
    assert isinstance(listed, o.RunList)
    return listed.rows[0].run if listed.rows else ""


def main() -> None:
    """Write the stories anew."""
    for path in FILES:
        with tempfile.TemporaryDirectory() as folder:
            path.write_text(told(Path(folder), turns(path.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    assert sys.argv[1:] == ["--write"], "python -m tests.author.slash.stories --write"
    main()
