"""Words that lead in and out of a sentence change nothing, and none that means something is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.author.dialogue import Dialogue
from sopwb.author.english.lexer import tokenize
from sopwb.author.english.markers import without_markers
from tests.author.talking import AS_OF, open_yard, steps, talk

HEAD = "Create a script called probe. It takes a boat_id. Return { n }, the number of trips of the boat."
SAID = "also return far, the sum of the miles of its trips"


@pytest.mark.parametrize(
    "text",
    [
        "Oh, and by the way, {}.",
        "btw, {}",
        "hang on, {}",
        "Could you {}?",
        "Can you please {}?",
        "I'd like you to {}.",
        "It would be great if you could {}.",
        "Would you mind, {}.",
        "Make sure to {}.",
        "Don't forget to {}.",
        "One more: {}.",
        "Small change: {}.",
        "2) {}.",
        "Step 2: {}.",
        "* {}",
        "My boss says: {}.",
        "Sorry about that, {}.",
        "Come to think of it, {}.",
        "{}, thanks.",
        "{}, if that's ok.",
        "{}, as discussed, thank you very much.",
        "Hi there, could you {}, please? No hurry.",
    ],
)
def test_a_marker_changes_nothing(tmp_path: Path, text: str) -> None:
    replies = talk(tmp_path, HEAD, text.format(SAID))
    assert "sum(" in str(steps(replies[-1])), replies[1].reply


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("maybe return far", ["return far"]),
        ("return far, thanks", ["return far"]),
        ("look, return far, ok", ["return far , ok", "look , return far", "return far"]),
        ("look it up", []),
        ("return thanks", ["return"]),
    ],
)
def test_only_what_leads_in_or_out_is_left_off(text: str, left: list[str]) -> None:
    found = [" ".join(t.low for t in tokens) for tokens in without_markers(tuple(tokenize(text)))]
    assert found == left


def test_what_means_something_is_heard_first(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    dialogue.turn(HEAD)
    assert dialogue.turn("Don't forget to save it.").saved == ["probe"]
    bench.close()
