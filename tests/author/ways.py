"""Many ways to say one thing: ``ways.txt`` holds conversations with a gap, and what people put into it.

    # what is said
    > a turn, the @ in it being the gap
    - a way that comes to the same as the first one
    = a way that comes to another script which is as right (it was looked at)
    ? a way that is not understood: it is asked about, never guessed

    python -m tests.author.ways [--write]    how many are understood; with --write the marks are set anew

The last turn is judged: the script that is then open, what was saved, the schedules, and what a run gave. Where a way
comes to another script, ``--write`` marks it with ``!`` to be looked at: no such line may stay.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from sopwb.app.commands import ListSchedules
from sopwb.app.outputs import ScheduleList
from sopwb.app.share import share_folder
from sopwb.app.workbench import open_workbench
from sopwb.author.dialogue import Dialogue

FILE = Path(__file__).with_name("ways.txt")
AS_OF = "2026-11-22T08:00:00Z"
SAME, RIGHT, ASKED, OTHER = "-=?!"


class Way(NamedTuple):
    mark: str
    text: str


class Theme(NamedTuple):
    """Something to say: the turns around it, and the ways; the first is what the others are compared with."""

    title: str
    turns: tuple[str, ...]
    ways: tuple[Way, ...]


def themes(text: str) -> list[Theme]:
    """Read the file."""
    found: list[Theme] = []
    for part in text.split("# ")[1:]:
        title, *lines = part.rstrip("\n").split("\n")
        turns = tuple(line[2:] for line in lines if line.startswith("> "))
        found.append(Theme(title, turns, tuple(Way(line[0], line[2:]) for line in lines if line[:2] not in ("> ", ""))))
    return found


def written(found: list[Theme]) -> str:
    parts = [
        "\n".join([f"# {t.title}", *(f"> {turn}" for turn in t.turns), *(f"{w.mark} {w.text}" for w in t.ways)])
        for t in found
    ]
    return "\n\n".join(parts) + "\n"


def held(theme: Theme, way: str) -> Any:
    """Hold the conversation and give what it came to; None where the last turn asked."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "shop")
        shutil.copytree(share_folder("sample_data"), folder, ignore=shutil.ignore_patterns(".sopwb"))
        bench = open_workbench(str(folder), AS_OF)
        dialogue = Dialogue(bench, as_of=AS_OF)
        replies = [dialogue.turn(turn.replace("@", way)) for turn in theme.turns]
        listed = bench.do(ListSchedules())
        rows = listed.rows if isinstance(listed, ScheduleList) else ()
        bench.close()
    last = replies[-1]
    if last.kind != "answer":
        return None
    gave = [line for line in last.reply.splitlines() if " gives {" in line]
    return json.dumps(last.script, sort_keys=True), last.saved, [(row.name, row.spec) for row in rows], gave


def mark(theme: Theme, way: Way, wanted: Any) -> str:
    """Judge a way against what the first one came to; one that was looked at stays right while it is answered."""
    came = held(theme, way.text)
    if came is None:
        return ASKED
    if came == wanted:
        return SAME
    return RIGHT if way.mark == RIGHT else OTHER


def main() -> None:
    """Count, and with ``--write`` set the marks anew."""
    marked: list[Theme] = []
    for theme in themes(FILE.read_text(encoding="utf-8")):
        wanted = held(theme, theme.ways[0].text)
        ways = tuple(Way(mark(theme, way, wanted), way.text) for way in theme.ways)
        marked.append(theme._replace(ways=ways))
        counts = {sign: sum(way.mark == sign for way in ways) for sign in (SAME, RIGHT, ASKED, OTHER)}
        print(f"{theme.title:32} {counts[SAME] + counts[RIGHT]:4} of {len(ways):3}", flush=True)
        for way in ways:
            if way.mark == OTHER:
                print(f"    looks different: {way.text}")
    ways_all = [way for theme in marked for way in theme.ways]
    print(f"{'all':32} {sum(way.mark in (SAME, RIGHT) for way in ways_all):4} of {len(ways_all):3}")
    if "--write" in sys.argv:
        FILE.write_text(written(marked), encoding="utf-8")


if __name__ == "__main__":
    main()
