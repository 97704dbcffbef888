"""Listing a run's effects: what became of each, and its codes only for who asks."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sopwb.app import commands as c
from sopwb.app.outputs import EffectList, EffectRow
from sopwb.run.acting import NotApplied, Rejected
from tests.app.acting.test_runs import Shop, mailing
from tests.writing import PAY, Desk, workspace


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path)
    found.save(mailing(then="dead_letter", retry={"times": 1, "base_ms": 0}))
    yield found
    found.bench.close()


def effects(shop: Shop, run: str, **fields: Any) -> EffectList:
    found = shop.bench.do(c.ListEffects(run, **fields))
    assert isinstance(found, EffectList), found
    return found


def mails_of(found: EffectList) -> dict[str, EffectRow]:
    return {row.item: row for row in found.rows if row.tool == "email.send"}


def test_each_effect_is_listed_with_its_state_whom_it_reaches_and_why(shop: Shop) -> None:
    shop.behave = lambda d: {"c03": Rejected("550", "no such mailbox"), "c04": NotApplied("450", "later")}.get(d.item)
    shop.lose = lambda d: d.item == "c05"
    found = effects(shop, shop.run("email.send").run)
    assert (found.total, len(found.rows)) == (24, 24)
    rows = mails_of(found)
    assert [(rows[item].state, rows[item].code) for item in ("c02", "c03", "c04", "c05")] == [
        ("done", ""), ("rejected", "550"), ("rejected", "450"), ("in_doubt", "")]  # fmt: skip
    assert (rows["c03"].to, rows["c03"].reason) == ("c03@example.com", "no such mailbox")
    assert "given up after 2 attempts" in rows["c04"].reason
    assert {row.state for row in found.rows if row.tool == "coupon.generate"} == {"done"}
    only = effects(shop, found.run, state="in_doubt")
    assert [(row.item, row.reason) for row in only.rows] == [("c05", "the connection was lost")]


def test_codes_are_shown_only_where_they_are_asked_for_and_are_those_that_were_sent(shop: Shop) -> None:
    run = shop.run("email.send").run
    sent = {body.removeprefix("Your code: ") for body in shop.world.bodies()}
    assert len(sent) == 12
    plain = effects(shop, run)
    assert {row.codes for row in plain.rows} == {()}
    told = effects(shop, run, codes=True)
    assert {row.codes[0] for row in mails_of(told).values()} == sent
    for row in told.rows:
        assert len(row.codes) == 1
        assert row.codes == mails_of(told)[row.item].codes, "the code that was made is the one that was mailed"
    for name in ("log", "trace"):
        stored = b"".join(path.read_bytes() for path in (shop.folder / ".sopwb" / name).iterdir())
        assert not any(code.encode() in stored for code in sent)
    assert not any(code.encode() in shop.journal().read_bytes() for code in sent)


def test_a_run_that_waits_is_listed_before_anything_is_done(shop: Shop) -> None:
    found = effects(shop, shop.run().run, codes=True)
    assert {row.state for row in mails_of(found).values()} == {"planned"}


def test_a_mocked_run_has_no_codes_to_tell(shop: Shop) -> None:
    found = effects(shop, shop.run(mocks=("email.send",)).run, codes=True)
    assert {(row.state, row.codes) for row in mails_of(found).values()} == {("mocked", ())}


@pytest.mark.parametrize("codes", [False, True])
def test_all_effects_go_to_a_file_which_is_private_where_it_holds_codes(
    shop: Shop, tmp_path: Path, codes: bool
) -> None:
    run = shop.run("email.send").run
    table, lines = tmp_path / "effects.csv", tmp_path / "effects.jsonl"
    for path in (table, lines):
        found = effects(shop, run, codes=codes, output=str(path))
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if codes else 0o644)
    with table.open(newline="") as file:
        from_csv = list(csv.DictReader(file))
    from_lines = [json.loads(line) for line in lines.read_text().splitlines()]
    assert len(from_csv) == len(from_lines) == found.total == 24
    assert ("codes" in from_csv[0], "codes" in from_lines[0]) == (codes, codes)
    assert [row["key"] for row in from_csv] == [row["key"] for row in from_lines] == [row.key for row in found.rows]
    if codes:
        assert [row["codes"] for row in from_csv] == [row["codes"][0] for row in from_lines]


def test_what_cannot_be_listed_is_said(shop: Shop, tmp_path: Path) -> None:
    run = shop.run("email.send").run
    assert shop.refused(c.ListEffects(run, state="sent")) == "SOP-A028"
    assert shop.refused(c.ListEffects(run, output=str(tmp_path / "x.parquet"))) == "SOP-A031"
    assert shop.refused(c.ListEffects(run, output=str(tmp_path / "no" / "x.csv"))) == "SOP-A014"
    assert shop.refused(c.ListEffects("b3:ffff")) == "SOP-A011"


def test_a_code_from_outside_of_a_loop_is_carried_by_every_item(shop: Shop) -> None:
    each = mailing()["steps"][0]
    coupon, mail = each["do"]
    shop.save({"sop": 1, "steps": [coupon, {**each, "do": [mail]}]})
    found = effects(shop, shop.run("email.send").run, codes=True)
    assert len({row.codes for row in found.rows}) == 1
    assert {f"Your code: {row.codes[0]}" for row in found.rows} == set(shop.world.bodies())


def test_a_write_is_listed_with_the_key_of_its_record(tmp_path: Path) -> None:
    desk = Desk(workspace(tmp_path / "shop", "sqlite"))
    desk.save(PAY)
    run = desk.do(c.RunScript("pay", allow=("write:orders",))).run
    found = desk.bench.do(c.ListEffects(run, codes=True))
    assert isinstance(found, EffectList)
    assert [(row.tool, row.to, row.state, row.codes) for row in found.rows] == [
        ("write:orders", key, "done", ()) for key in ("o00000", "o00002", "o00004")]  # fmt: skip
    desk.bench.close()
