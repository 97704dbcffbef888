"""A workspace and a conversation for tests of the author: real files, a fixed instant, no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.author.reply import Reply

AS_OF = "2026-11-22T08:00:00Z"
TOML = """[workspace]
name = "yard"
timezone = "UTC"
[data.boats]
path = "boats.csv"
key = "id"
[data.trips]
path = "trips.csv"
key = "id"
"""
BOATS = """id,name,owner_email,class,length,insured
b1,Gull,gull@x.example,sail,7.5,true
b2,Otter,,motor,9.0,false
b3,Swan,swan@x.example,sail,6.0,true
"""
TRIPS = """id,boat_id,left_on,back_on,miles,fee_net,fee_gross
1,b1,2026-11-01,2026-11-03,20.5,10.00,11.90
2,b1,2026-11-15,,12.0,20.00,23.80
3,b2,2026-01-05,2026-01-06,5.0,30.00,35.70
"""


def open_yard(folder: Path) -> Workbench:
    """Make and open a boat yard's workspace."""
    (folder / "sopwb.toml").write_text(TOML)
    (folder / "boats.csv").write_text(BOATS)
    (folder / "trips.csv").write_text(TRIPS)
    return open_workbench(str(folder), as_of=AS_OF)


def talk(folder: Path, *turns: str) -> list[Reply]:
    """Hold a conversation and give all replies."""
    bench = open_yard(folder)
    dialogue = Dialogue(bench, as_of=AS_OF)
    replies = [dialogue.turn(turn) for turn in turns]
    bench.close()
    return replies


def steps(reply: Reply) -> list[dict[str, Any]]:
    """Give the steps of the open script."""
    assert reply.kind == "answer", reply.reply
    assert reply.script is not None
    found: list[dict[str, Any]] = reply.script["steps"]
    return found
