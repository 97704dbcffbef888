"""Slash commands and an author share one conversation: the script at hand, and nobody's words become commands."""

from __future__ import annotations

from pathlib import Path

from sopwb.author.dialogue import Dialogue
from sopwb.author.reply import Reply
from tests.author.talking import AS_OF, open_yard


def test_a_command_speaks_of_the_draft_that_the_author_opened(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    dialogue.turn("Create a script called trips_of. It takes a boat_id. Return { n }, the number of trips of the boat.")
    shown = dialogue.turn("/show")
    assert shown.draft == "trips_of"
    assert dialogue.turn("/run boat_id=b1").reply == 'trips_of(boat_id = "b1") gives {"n": 2} (dry run).'


def test_the_author_runs_what_commands_wrote(tmp_path: Path) -> None:
    dialogue = Dialogue(open_yard(tmp_path), as_of=AS_OF)
    dialogue.turn("/new insured(boat_id: string) -> bool\nb = fetch boats where id = boat_id one\nreturn b.insured")
    assert dialogue.turn("/freeze").saved == ["insured"]
    assert "true" in dialogue.turn("Run insured for 'b1'.").reply


def test_the_author_does_not_write_over_what_commands_changed(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    dialogue.turn("Create a script called trips_of. It takes a boat_id. Return { n }, the number of trips of the boat.")
    assert dialogue.turn("Also return m, the sum of the miles of the trips.").kind == "answer"
    dialogue.turn("/insert first say 'mine'")
    before = bench.library.need_draft("trips_of")
    reply = dialogue.turn("Also return k, the sum of the fee_net of the trips.")
    assert (reply.kind, bench.library.need_draft("trips_of")) == ("refusal", before)
    assert "/undo" in reply.reply
    dialogue.turn("/undo")
    assert dialogue.turn("Also return k, the sum of the fee_net of the trips.").kind == "answer"
    assert "k" in bench.library.need_draft("trips_of").script["returns"]


def test_a_reply_of_an_author_is_never_carried_out(tmp_path: Path) -> None:
    class Sly:
        def turn(self, text: str) -> Reply:
            return Reply("question", "/new evil", ["/new evil"])

    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF, author=Sly())
    dialogue.turn("hello")
    dialogue.turn("/new evil")
    assert bench.library.names("draft") == {}
    dialogue.turn("/list")
    dialogue.turn("/new evil")
    assert list(bench.library.names("draft")) == ["evil"], "once it is the person's own, it is a command"


def test_a_look_at_another_script_leaves_the_draft_at_hand(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    for turn in ("/new other", "/step say 'other'", "/new hello", "/show other", "/run other", "/freeze other"):
        assert dialogue.turn(turn).kind == "answer"
    assert dialogue.turn("/step say 'hello'").draft == "hello"
    dialogue.turn("/freeze")
    dialogue.turn("/show other")
    assert "'other'" in dialogue.turn("/show").reply, "no draft is at hand any more"


def test_what_an_author_only_tells_leaves_the_draft_at_hand(tmp_path: Path) -> None:
    dialogue = Dialogue(open_yard(tmp_path), as_of=AS_OF)
    dialogue.turn("Create a script called trips_of. It takes a boat_id. Return { n }, the number of trips of the boat.")
    dialogue.turn("/new hello")
    dialogue.turn("List the scripts.")
    assert dialogue.turn("/step say 'x'").draft == "hello"
    dialogue.turn("Also return m, the sum of the miles of the trips.")
    assert dialogue.turn("/check").draft == "trips_of"


def test_a_change_from_elsewhere_is_kept(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    dialogue, other = Dialogue(bench, as_of=AS_OF), Dialogue(bench, as_of=AS_OF)
    dialogue.turn("/new hello")
    other.turn("/open hello")
    other.turn("/step say 'theirs'")
    dialogue.turn("/step say 'ours'")
    assert [step["text"] for step in bench.library.need_draft("hello").script["steps"]] == ["'theirs'", "'ours'"]


def test_blocks_that_are_gone_take_no_steps(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    for turn in ("/new hello", "/step if 1 < 2", "/undo", "/step say 'outside'"):
        dialogue.turn(turn)
    (step,) = bench.library.need_draft("hello").script["steps"]
    assert step["op"] == "say"


def test_a_returned_field_is_never_declared_without_its_value(tmp_path: Path) -> None:
    dialogue = Dialogue(open_yard(tmp_path), as_of=AS_OF)
    dialogue.turn("/new insured(boat_id: string)\nb = fetch boats where id = boat_id one")
    for typed in ("/return is_insured: bool = b.insured", "/return named: string = 'x'", "/freeze"):
        reply = dialogue.turn(typed)
    assert reply.saved == ["insured"], reply.reply
    assert '{"is_insured": true, "named": "x"}' in dialogue.turn("/run boat_id=b1").reply
