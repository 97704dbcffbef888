"""What a question left open is not lost: a script is not kept without what was said of it and not answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.app.workbench import open_workbench
from sopwb.author.dialogue import Dialogue
from tests.author.talking import AS_OF, TOML, open_yard, talk

HEAD = "Create a script called probe. It takes a boat_id. Return { n }, the number of trips of the boat."
OPEN = "Also return spent, the sum of the fee over its trips."


def test_saving_asks_again_what_is_open(tmp_path: Path) -> None:
    replies = talk(tmp_path, HEAD, OPEN, "Save it.")
    assert "fee_net or fee_gross" in replies[1].reply
    assert (replies[2].kind, replies[2].saved) == ("question", [])
    assert "fee_net or fee_gross" in replies[2].reply


def test_a_new_name_does_not_hide_what_is_open(tmp_path: Path) -> None:
    replies = talk(tmp_path, HEAD, OPEN, "Call the script boat_spending rather than probe. Save it.")
    assert replies[2].saved == []


def test_scheduling_asks_again_what_is_open(tmp_path: Path) -> None:
    assert talk(tmp_path, HEAD, OPEN, "Run it every Monday at 9.")[2].saved == []


def test_an_answer_closes_it(tmp_path: Path) -> None:
    replies = talk(tmp_path, HEAD, OPEN, "The gross one.", "Save it.")
    assert replies[3].saved == ["probe"]


def test_what_is_taken_back_is_open_no_more(tmp_path: Path) -> None:
    replies = talk(tmp_path, HEAD, OPEN, "Undo that.", "Save it.")
    assert replies[3].saved == ["probe"]
    assert "fee" not in str(replies[3].script)


TIES = "If several tie, take the name that comes first in the alphabet."


@pytest.mark.parametrize("between", [[], ["thanks"], ["thanks", "great"]])
def test_what_left_a_question_is_asked_again_before_saving(tmp_path: Path, between: list[str]) -> None:
    replies = talk(tmp_path, HEAD, TIES, *between, "save it")
    assert replies[-1].kind == "question"
    assert replies[-1].saved == []
    assert "never mind" in replies[-1].reply


@pytest.mark.parametrize("way", ["never mind", "undo that"])
def test_what_left_a_question_can_be_let_go(tmp_path: Path, way: str) -> None:
    assert talk(tmp_path, HEAD, TIES, "save it", way, "save it")[-1].saved == ["probe"]


def test_a_change_after_a_question_is_taken_in_place_of_what_left_it_and_that_is_said(tmp_path: Path) -> None:
    replies = talk(tmp_path, HEAD, TIES, "Also return miles, the sum of the miles of its trips.", "save it")
    assert f'in place of "{TIES.rstrip(".")}"' in replies[2].reply
    assert replies[3].saved == ["probe"]


def test_a_mistake_in_the_workspace_is_said_and_no_fault_of_the_author(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    bench.close()
    (tmp_path / "sopwb.toml").write_text(TOML + 'index = "boat_id"\n')
    bench = open_workbench(str(tmp_path), as_of=AS_OF)
    reply = Dialogue(bench, as_of=AS_OF).turn(HEAD)
    bench.close()
    assert reply.kind == "refusal"
    assert reply.reply.startswith("SOP-D006 at data.trips: index is a list of fields")
