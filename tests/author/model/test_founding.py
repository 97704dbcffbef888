"""Two authors, one result: the founding conversation with the offline author and with a recorded model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import ListSchedules, RunScript, ShowData
from sopwb.app.outputs import RunView, ScheduleList, SourceView
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.author.model.author import ModelAuthor
from sopwb.author.model.cassette import Cassette, scrubbed
from sopwb.author.model.port import CallBounds, ModelFailure
from sopwb.cli.demo import BATCH, SINGLE, TURNS
from tests.author.model.playing import Played, says
from tests.author.model.record_founding import CASSETTE
from tests.shop import AS_OF, shop


def talked(folder: Path, recorded: bool) -> Workbench:
    """Hold the founding conversation; every turn is an answer."""
    folder.mkdir()
    bench = open_workbench(shop(folder), AS_OF)
    author = ModelAuthor(bench, Cassette(CASSETTE), AS_OF) if recorded else None
    dialogue = Dialogue(bench, as_of=AS_OF, author=author)
    for turn in TURNS:
        reply = dialogue.turn(turn)
        assert reply.kind == "answer", reply.reply
        assert "SOP-E" not in reply.reply
    return bench


def results(bench: Workbench) -> tuple[dict[str, Any], list[Any], list[str]]:
    """Give the risk of every customer, to whom the batch would write, and when it runs."""
    customers = bench.do(ShowData("customers", 10_000))
    assert isinstance(customers, SourceView)
    risks: dict[str, Any] = {}
    for row in customers.sample:
        run = bench.do(RunScript(SINGLE, {"customer_id": row["id"]}, AS_OF, record=False))
        assert isinstance(run, RunView)
        risks[row["id"]] = run.result if run.error is None else run.error.code
    batch = bench.do(RunScript(BATCH, {}, AS_OF, dry_run=True, record=False))
    assert isinstance(batch, RunView)
    mails = sorted(effect.args["to"] for effect in batch.effects if effect.tool == "email.send")
    due = bench.do(ListSchedules())
    assert isinstance(due, ScheduleList)
    return risks, mails, [row.next_due[0] for row in due.rows]


def test_two_authors_come_to_one_result_on_all_customers(tmp_path: Path) -> None:
    offline, recorded = talked(tmp_path / "offline", False), talked(tmp_path / "recorded", True)
    a, b = results(offline), results(recorded)
    assert len(a[0]) > 5
    assert {risk["is_risk"] for risk in a[0].values()} == {True, False}
    assert a == b
    assert offline.library.names("script")[SINGLE] != recorded.library.names("script")[SINGLE]


def test_what_was_recorded_holds_no_value_of_a_record() -> None:
    text = CASSETTE.read_text(encoding="utf-8")
    assert "94 days" not in text
    assert "@" not in text


BOUNDS = CallBounds(1.0, 10)
ASKED = [{"role": "user", "content": "hello"}]


def test_a_reply_that_is_not_on_the_cassette_fails(tmp_path: Path) -> None:
    with pytest.raises(ModelFailure, match="holds no reply"):
        Cassette(tmp_path / "none.jsonl").complete(ASKED, [], lambda text: None, BOUNDS)


def test_nothing_is_recorded_under_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    live = Played(says("hi"))
    with pytest.raises(ModelFailure, match="holds no reply"):
        Cassette(tmp_path / "none.jsonl", live).complete(ASKED, [], lambda text: None, BOUNDS)
    assert live.sent == []


def test_a_recording_is_replayed_and_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("SHOP_API_KEY", "canary-1234")
    path = tmp_path / "one.jsonl"
    Cassette(path, Played(says("your key is canary-1234"))).complete(ASKED, [], lambda text: None, BOUNDS)
    assert "canary" not in path.read_text()
    assert Cassette(path).complete(ASKED, [], lambda text: None, BOUNDS).text == "your key is [secret]"
    assert scrubbed("canary-1234") == "[secret]"
