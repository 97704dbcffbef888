"""A script's name may come after what it does, or be asked for; what was said meanwhile is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import talk

DOES = "takes a boat_id and returns trip_count, the number of trips of the boat"


@pytest.mark.parametrize(
    "text",
    [
        f"I want a script that {DOES}. Call it trips_of.",
        f"Can you build me a small script which {DOES}? Please call it trips_of.",
        f"We need a script that {DOES}, and call it 'trips_of'.",
        "I'd like a script to return trip_count, the number of trips of a boat. Name it trips_of. It takes a boat_id.",
    ],
)
def test_a_name_may_come_last(tmp_path: Path, text: str) -> None:
    reply = talk(tmp_path, text)[0]
    assert reply.kind == "answer", reply.reply
    assert reply.draft == "trips_of"
    assert "size(trips)" in str(reply.script)


def test_without_a_name_one_is_asked_for_and_the_rest_is_kept(tmp_path: Path) -> None:
    replies = talk(tmp_path, f"I want a script that {DOES}.", "trips_of")
    assert replies[0].kind == "question"
    assert (replies[1].kind, replies[1].draft) == ("answer", "trips_of")
    assert "size(trips)" in str(replies[1].script)


def test_a_further_script_without_a_name_changes_nothing_of_the_open_one(tmp_path: Path) -> None:
    head = "Create a script called far. It takes a boat_id. Return { miles }, the sum of miles over its trips. Save it."
    replies = talk(tmp_path, head, f"Now make another script that {DOES}.", "Show far.")
    assert replies[1].kind == "question"
    assert "trip_count" not in replies[2].reply
