"""A stranger's first minutes: the demo holds the founding conversation, and a new workspace says what to do next."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import Sopwb


def test_the_demo_says_the_four_things_of_the_founding_conversation(sopwb: Sopwb, tmp_path: Path) -> None:
    said = sopwb("demo", "--plain", "--dir", tmp_path / "demo")
    assert said.code == 0, said.out + said.err
    last = said.out.partition("== What was frozen runs without any author")[2]
    for words in (
        "Fetched orders (found 12)",
        "> 60 (94 > 60): yes",
        "> 500 (1200 > 500): yes",
        "Returned is_risk = true",
    ):
        assert words in last
    assert "next due 2026-11-23T09:00:00+00:00" in last
    assert "DIFFERENT" not in last
    assert "sound" in last


def test_what_the_demo_saved_is_there_to_use(sopwb: Sopwb, tmp_path: Path) -> None:
    sopwb("demo", "--plain", "--dir", tmp_path / "demo")
    rows = sopwb("-w", tmp_path / "demo", "script", "list", "--json").json
    assert {(row["name"], row["state"], row["kind"]) for row in rows} == {
        ("check_churn_risk", "frozen", "script"),
        ("weekly_churn_prevention", "frozen", "script"),
        ("weekly_churn_prevention", "frozen", "job"),
    }


def test_the_demo_does_not_touch_a_workspace_that_is_there(sopwb: Sopwb, workspace: Path) -> None:
    said = sopwb("demo", "--plain", "--dir", workspace)
    assert (said.code, "SOP-W007" in said.err) == (1, True)


def test_the_demo_mails_its_coupons_to_a_server_of_its_own_and_ends(sopwb: Sopwb, tmp_path: Path) -> None:
    threads = threading.active_count()
    said = sopwb("demo", "--plain", "--mail", "--dir", tmp_path / "demo")
    assert said.code == 0, said.out + said.err
    told = said.out.partition("== The same for real")[2]
    for words in ("waiting approval: 9 of email.send", "paused, 7 planned, 2 done", "succeeded, 9 done",
                  "nothing is sent twice", "9 mails came, with 9 different texts"):  # fmt: skip
        assert words in told
    listed, _, whole = told.partition("== The first of them, whole")
    codes = re.findall(r"Your coupon code: ([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$", listed, re.MULTILINE)
    assert len(set(codes)) == len(codes) == 9
    assert f"Your coupon code: {codes[0]}" in whole
    assert "To: bea.novak@example.com" in whole
    assert "{{" not in told
    assert threading.active_count() == threads
    assert "email" not in (tmp_path / "demo" / "sopwb.toml").read_text(), "later runs find no mail server, as before"


def test_the_demo_can_mail_again_and_never_touches_what_it_left(sopwb: Sopwb, tmp_path: Path) -> None:
    mail = ("demo", "--plain", "--mail", "--dir")
    first, second = (sopwb(*mail, tmp_path / name) for name in ("one", "two"))
    assert (first.code, second.code) == (0, 0)
    ids = {re.search(r"Message-ID: (.*)", said.out)[1] for said in (first, second)}  # type: ignore[index]
    assert len(ids) == 2, "another run has other keys"
    said = sopwb(*mail, tmp_path / "one")
    assert (said.code, "SOP-W007" in said.err) == (1, True)
    runs = sopwb("-w", tmp_path / "one", "runs", "list", "--json").json
    assert [run["status"] for run in runs].count("succeeded") == len(runs)
    again = sopwb("-w", tmp_path / "one", "runs", "resume", runs[0]["run"])
    assert again.code == 1, again.out


@pytest.mark.parametrize("name", ["shop", "my shop"])
def test_init_makes_a_workspace_that_works(sopwb: Sopwb, tmp_path: Path, name: str) -> None:
    assert sopwb("init", tmp_path / name).code == 0
    assert sopwb("-w", tmp_path / name, "data", "list").code == 0
    assert sopwb("init", tmp_path / name).code == 1
