"""What the help says can be said is understood, sentence by sentence, on the sample shop."""

from __future__ import annotations

import re
from pathlib import Path

from sopwb.app.workbench import open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.author.english.say import HELP
from tests.shop import AS_OF, shop


def test_every_example_of_the_help_is_understood(tmp_path: Path) -> None:
    bench = open_workbench(shop(tmp_path), AS_OF)
    dialogue = Dialogue(bench, as_of=AS_OF)
    assert dialogue.turn("What can you do?").reply == HELP
    listed = re.sub(r"\n  ", " ", HELP)
    turns = [turn for line in re.findall(r"^- (.*)$", listed, re.MULTILINE) for turn in line.split(" · ")]
    assert len(turns) > 8
    for turn in turns:
        if "threshold" in turn:
            continue  # there is none in the first example
        reply = dialogue.turn(turn)
        assert reply.kind == "answer", (turn, reply.reply)
    assert sorted(bench.library.names("job")) == ["reward_mails"]
    assert sorted(bench.library.names("schedule")) == ["reward_mails"]
    bench.close()
