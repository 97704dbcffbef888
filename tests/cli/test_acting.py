"""Acting from the command line: exit codes, and words that say what is next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopwb.run.acting import Dispatch, Rejected, Reply
from sopwb.tools.registry import Registry
from tests.app.acting.test_runs import Shop, mailing
from tests.app.acting.test_strays import die_at
from tests.app.acting.world import FakeActor
from tests.cli.conftest import Sopwb

ALLOWED = ("--run", "mailing", "--allow", "email.send")


class Mailing:
    """The command line over a shop whose mails go to a file."""

    def __init__(self, shop: Shop, sopwb: Sopwb) -> None:
        self.shop, self._sopwb = shop, sopwb

    def __call__(self, *words: str, code: int) -> str:
        said = self._sopwb("-w", self.shop.folder, *words)
        assert said.code == code, said.err
        return said.out + said.err

    def run(self, *words: str, code: int) -> str:
        """Run with --json; gives the run's id."""
        said = self._sopwb("-w", self.shop.folder, *words, "--json")
        assert said.code == code, said.err
        return str(json.loads(said.out)["run"])

    def refuse(self, *items: str, **policy: str) -> None:
        def behave(dispatch: Dispatch) -> Reply | None:
            return Rejected("550", "no such mailbox") if dispatch.item in items else None

        self.shop.behave = behave
        if policy:
            self.shop.save(mailing(**policy))


@pytest.fixture
def mail(tmp_path: Path, sopwb: Sopwb, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailing]:
    shop = Shop(tmp_path)
    shop.save(mailing())

    def actor(registry: Registry, name: str, **_: object) -> FakeActor:
        return shop.actor(name)

    monkeypatch.setattr(Registry, "actor", actor)
    yield Mailing(shop, sopwb)
    shop.bench.close()


def test_a_run_that_is_allowed_is_done_with_code_0(mail: Mailing) -> None:
    said = mail(*ALLOWED, code=0)
    assert "succeeded" in said
    assert "effects: 12 done" in said


def test_a_run_without_consent_says_how_to_approve_it_with_code_5(mail: Mailing) -> None:
    said = mail("--run", "mailing", code=5)
    assert "needs a yes: 12 of email.send, which nobody has allowed" in said
    (command,) = [line.removeprefix("next: sopwb ") for line in said.splitlines() if line.startswith("next: ")]
    said = mail(*command.removesuffix(" --resume").split(), code=0)
    assert '"c00@example.com"' in said, "who approves is shown what"
    assert "paused: it was approved" in said
    (command,) = [line.strip().removeprefix("next: sopwb ") for line in said.splitlines() if "next: " in line]
    assert "effects: 12 done" in mail(*command.split(), code=0)


def test_a_limit_that_is_too_low_asks_for_an_approval(mail: Mailing) -> None:
    assert "of which 5 are allowed" in mail("--run", "mailing", "--allow", "email.send=5", code=5)
    mail("--run", "mailing", "--allow", "email.send=x", code=1)


def test_a_rejected_effect_fails_the_run_with_code_1_and_its_place(mail: Mailing) -> None:
    mail.refuse("c05")
    said = mail(*ALLOWED, code=1)
    assert "SOP-A021 at steps/0/do/1: email.send for c05 was not done: no such mailbox" in said
    assert "rejected [c05] email.send" in said
    mail.refuse()
    run = json.loads(mail("runs", "list", "--json", code=0))[0]["run"]
    assert "effects: 12 done" in mail("--run", "mailing", "--resume", run, code=0)
    mail("--run", "another", "--resume", run, code=1)


def test_dead_letters_give_code_3_and_are_done_again(mail: Mailing) -> None:
    mail.refuse("c05", "c06", then="dead_letter")
    run = mail.run(*ALLOWED, code=3)
    assert "rejected, set aside [c05]" in mail("runs", "show", run, code=0)
    mail.refuse()
    said = mail("runs", "resume", run, "--dead-letters", code=0)
    assert "effects: 12 done" in said


def test_a_doubt_gives_code_4_and_is_resolved_with_its_key(mail: Mailing) -> None:
    mail.shop.lose = lambda dispatch: dispatch.item in ("c01", "c02")
    run = mail.run(*ALLOWED, code=4)
    said = mail("runs", "resolve", run, code=4)
    keys = [line.split()[4].rstrip(":") for line in said.splitlines() if "in doubt [" in line]
    assert len(keys) == 2
    mail("runs", "resolve", run, "--key", keys[0], "--done", code=4)
    mail("runs", "resolve", run, "--key", "ffff", "--done", code=1)
    assert "succeeded" in mail("runs", "resolve", run, "--key", keys[1], "--abandon", code=0)
    mail("runs", "resolve", run, "--done", "--again", code=2)


def test_a_canary_pauses_with_code_0_and_goes_on(mail: Mailing) -> None:
    run = mail.run(*ALLOWED, "--canary", "3", code=0)
    said = mail("runs", "show", run, code=0)
    assert "paused: the canary's items are done" in said
    assert "effects: 9 planned, 3 done" in said
    mail("runs", "cancel", run, code=0)
    mail("runs", "resume", run, code=1)


def test_a_job_keeps_its_consent(mail: Mailing) -> None:
    said = mail("job", "save", "mailing", "--name", "weekly", "--allow", "email.send=12", code=0)
    assert "may act: email.send=12" in said
    assert "effects: 12 done" in mail("--run", "weekly", code=0)


def test_the_reply_says_how_acting_stands(mail: Mailing) -> None:
    mail.shop.lose = lambda dispatch: dispatch.item == "c01"
    reply = json.loads(mail(*ALLOWED, "--json", code=4))
    assert reply["status"] == "needs_attention"
    assert reply["acting"]["counts"] == {"done": 11, "in_doubt": 1}
    assert reply["acting"]["planned"] == {"email.send": 12}
    assert [note["item"] for note in reply["acting"]["notes"]] == ["c01"]
    assert [effect["state"] for effect in reply["effects"] if effect["item"] == "c01"] == ["done", "in_doubt"]


def test_a_run_that_was_killed_before_its_record_is_listed_told_and_put_away(mail: Mailing) -> None:
    die_at(mail.shop, "after-closed-sync")
    (row,) = json.loads(mail("runs", "list", "--json", code=0))
    assert (row["status"], row["effects"], row["name"]) == ("unrecorded", 12, "")
    assert f"#{row['run'][3:10]}  unrecorded: it was killed before it was recorded" in mail("runs", "list", code=0)
    assert "SOP-A027" in mail("runs", "show", row["run"], code=1)
    told = mail("store", "verify", code=0)
    assert "sound: " in told, "it is no damage"
    command = told.partition("sopwb ")[2].split("\n")[0].split()
    assert "quarantine/" in mail(*command, code=0)
    assert mail("runs", "list", code=0) == "no runs yet\n"


def test_effects_are_listed_without_their_codes_unless_they_are_asked_for(mail: Mailing, tmp_path: Path) -> None:
    mail.refuse("c05", then="dead_letter")
    run = mail.run(*ALLOWED, code=3)
    said = mail("runs", "effects", run, "--state", "rejected", code=0)
    assert said.split()[:1] == ["rejected"]
    assert "email.send  c05  c05@example.com  550 no such mailbox" in said
    plain, told = (json.loads(mail("runs", "effects", run, "--json", *more, code=0)) for more in ((), ("--codes",)))
    assert (plain["total"], len(plain["effects"]), "codes" in plain["effects"][0]) == (24, 24, False)
    codes = {code for effect in told["effects"] for code in effect["codes"]}
    assert len(codes) == 12
    assert not any(code in mail("runs", "effects", run, code=0) for code in codes)
    assert all(code in mail("runs", "effects", run, "--codes", code=0) for code in codes)
    file = tmp_path / "all.csv"
    assert f"24 effects written to {file}" in mail("runs", "effects", run, "--output", str(file), code=0)
    assert len(file.read_text().splitlines()) == 25
    mail("runs", "effects", run, "--state", "sent", code=1)
