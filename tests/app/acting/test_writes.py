"""Writing sources, as a person has it: planned and shown, consented to, done once, and refused where it must be."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sopwb.app import commands as c
from sopwb.app.outputs import Failed
from tests.writing import FORMATS, PAY, Desk, Record, keys_in, orders, paid, read_file, workspace

ALLOW = ("write:orders",)


@pytest.fixture(params=FORMATS)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return Desk(workspace(tmp_path / "shop", request.param))


def script(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"sop": 1, **more, "steps": list(steps)}


def write(mode: str, **fields: Any) -> dict[str, Any]:
    return {"op": "write", "into": "orders", "mode": mode, **fields}


def in_place(desk: Desk, change: Callable[[Record], Record | None]) -> None:
    """Change the orders' file as another program does."""
    records = [kept for one in read_file(desk.file) if (kept := change(one)) is not None]
    if desk.file.suffix == ".json":
        raw = json.loads(desk.file.read_text())
        raw["orders"] = {str(n): {**one, "total": float(one["total"])} for n, one in enumerate(records, 1)}
        desk.file.write_text(json.dumps(raw))
        return
    with sqlite3.connect(desk.file) as connection:
        connection.execute("DELETE FROM orders")
        rows = [{**one, "total": float(one["total"])} for one in records]
        connection.executemany("INSERT INTO orders VALUES (:id, :status, :total, :paid_on, :tries)", rows)
    connection.close()


def find(desk: Desk, id_: str) -> Record | None:
    return next((one for one in read_file(desk.file) if one["id"] == id_), None)


def test_every_planned_write_is_done_once_and_nothing_else_changes(desk: Desk) -> None:
    desk.save(PAY)
    view = desk.do(c.RunScript("pay", allow=ALLOW))
    assert (view.status, view.acting and view.acting.counts) == ("succeeded", {"done": 3})
    assert read_file(desk.file) == paid(orders(6))
    assert sorted(keys_in(desk.file)) == sorted(effect.key for effect in view.effects)


def test_the_next_run_sees_what_was_written(desk: Desk) -> None:
    desk.save(PAY)
    desk.do(c.RunScript("pay", allow=ALLOW))
    assert desk.do(c.RunScript("pay", allow=ALLOW)).effects_total == 0


def test_a_dry_run_shows_what_becomes_what_and_changes_no_byte(desk: Desk) -> None:
    desk.save(PAY)
    before = desk.file.read_bytes()
    view = desk.do(c.RunScript("pay", dry_run=True))
    assert view.effects[0].tool == "write:orders"
    assert view.effects[0].args == {
        "mode": "update",
        "key": "o00000",
        "record": {"status": "paid", "paid_on": "2026-11-22", "total": Decimal("1.25"), "tries": 1},
        "before": {"status": "open", "paid_on": None, "total": Decimal("0.25"), "tries": 0},
    }
    said = "Planned to update orders 'o00000': paid_on = 2026-11-22, status = 'paid', total = 1.25, tries = 1"
    assert view.trace[0].text == said
    assert (desk.file.read_bytes(), sorted(desk.folder.glob("*orders*"))) == (before, [desk.file])


def test_a_mocked_write_changes_no_byte(desk: Desk) -> None:
    desk.save(PAY)
    before = desk.file.read_bytes()
    view = desk.do(c.RunScript("pay", mocks=ALLOW))
    assert ([effect.state for effect in view.effects], desk.file.read_bytes()) == (["mocked"] * 3, before)


def test_a_run_without_consent_waits_and_writes_when_it_is_approved(desk: Desk) -> None:
    desk.save(PAY)
    before = desk.file.read_bytes()
    view = desk.do(c.RunScript("pay", allow=("write:orders=2",)))
    assert (view.status, desk.file.read_bytes()) == ("waiting_approval", before)
    assert view.acting is not None
    assert view.acting.unconsented == ("3 of write:orders, of which 2 are allowed",)
    assert desk.do(c.ApproveRun(view.run, resume=True)).status == "succeeded"
    assert read_file(desk.file) == paid(orders(6))


def test_a_jobs_consent_covers_its_writes(desk: Desk) -> None:
    desk.save(PAY)
    assert not isinstance(desk.bench.do(c.SaveJob("pay", allow=ALLOW)), Failed)
    assert desk.do(c.RunScript("pay")).status == "succeeded"


def test_a_canary_writes_so_many_items_and_a_resume_the_rest(desk: Desk) -> None:
    desk.save(PAY)
    view = desk.do(c.RunScript("pay", allow=ALLOW, canary=1))
    assert (view.status, len(keys_in(desk.file))) == ("paused", 1)
    assert desk.do(c.ResumeRun(view.run)).status == "succeeded"
    assert read_file(desk.file) == paid(orders(6))


def test_a_record_is_made_changed_and_deleted_by_its_key(desk: Desk) -> None:
    made = {"id": "'o9'", "status": "'open'", "total": "12.50", "tries": "0"}
    desk.save(script(
        write("insert", record=made),
        write("upsert", key="'o00001'", record={"status": "'late'", "total": "7", "tries": "9"}),
        write("upsert", key="'o8'", record={"status": "'new'", "total": "0.125", "tries": "-1", "paid_on": "today"}),
        write("delete", key="'o00000'"),
    ))  # fmt: skip
    assert desk.do(c.RunScript("pay", allow=ALLOW)).status == "succeeded"
    found = {one["id"]: one for one in read_file(desk.file)}
    assert "o00000" not in found
    assert (found["o9"]["total"], found["o9"].get("paid_on")) == (Decimal("12.50"), None)
    changed = {"id": "o00001", "status": "late", "total": Decimal(7), "paid_on": "2026-01-31", "tries": 9}
    assert found["o00001"] == changed
    assert found["o8"]["paid_on"] == "2026-11-22"
    assert set(found) == {"o8", "o9", *(f"o{n:05d}" for n in range(1, 6))}


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (write("update", key="'o9'", record={"tries": "1"}), "SOP-R041"),
        (write("delete", key="'o9'"), "SOP-R041"),
        (write("insert", key="'o00001'", record={"status": "'x'", "total": "1", "tries": "1"}), "SOP-R042"),
    ],
)
def test_a_record_that_is_or_is_not_there_fails_while_deciding(desk: Desk, step: dict[str, Any], code: str) -> None:
    desk.save(script(write("delete", key="'o00000'"), step))
    before = desk.file.read_bytes()
    view = desk.do(c.RunScript("pay", allow=ALLOW))
    assert (view.status, view.error and view.error.code) == ("failed", code)
    assert desk.file.read_bytes() == before


def test_a_record_that_changed_since_it_was_decided_is_not_overwritten(desk: Desk) -> None:
    desk.save(PAY)
    view = desk.do(c.RunScript("pay"))
    in_place(desk, lambda one: {**one, "total": Decimal(99)} if one["id"] == "o00002" else one)
    done = desk.do(c.ApproveRun(view.run, resume=True))
    assert (done.status, done.acting and done.acting.counts["rejected"]) == ("failed", 1)
    assert done.error is not None
    assert "total was 2.25 when it was decided, and is 99 now" in done.error.message
    kept = find(desk, "o00002")
    assert kept is not None
    assert kept["status"] == "open"


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_with_dead_letters_the_other_items_are_written(desk: Desk, change: str) -> None:
    loop = PAY["steps"][0]
    step = {**loop["do"][0], "on_error": {"then": "dead_letter"}}
    desk.save(script({**loop, "do": [step]}))
    view = desk.do(c.RunScript("pay"))
    in_place(
        desk,
        lambda one: one if one["id"] != "o00002" else None if change == "gone" else {**one, "tries": 77},
    )
    done = desk.do(c.ApproveRun(view.run, resume=True))
    assert (done.status, done.acting and done.acting.dead) == ("succeeded_with_dead_letters", 1)
    assert sorted(one["id"] for one in read_file(desk.file) if one["paid_on"] == "2026-11-22") == ["o00000", "o00004"]


def test_a_field_that_the_script_does_not_use_may_change_meanwhile(desk: Desk) -> None:
    step = write("update", key="'o00002'", record={"status": "'late'"})
    desk.save(script(step))
    view = desk.do(c.RunScript("pay"))
    in_place(desk, lambda one: {**one, "tries": 77})
    assert desk.do(c.ApproveRun(view.run, resume=True)).status == "succeeded"
    found = find(desk, "o00002")
    assert found is not None
    assert (found["status"], found["tries"]) == ("late", 77)


def test_a_second_item_that_writes_the_same_record_is_refused_not_lost(desk: Desk) -> None:
    step = write("update", key="'o00001'", record={"tries": "order.tries + 10"}, on_error={"then": "dead_letter"})
    desk.save(script({"op": "each", "from": "orders", "as": "order", "where": "it.status == 'open'", "do": [step]}))
    view = desk.do(c.RunScript("pay", allow=ALLOW))
    assert (view.status, view.acting and view.acting.counts) == (
        "succeeded_with_dead_letters", {"done": 1, "rejected": 2},
    )  # fmt: skip


def test_a_code_is_in_the_source_and_nowhere_else(desk: Desk) -> None:
    coupon = {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}}
    step = write("update", key="'o00001'", record={"status": "'code ' + coupon.code"})
    desk.save(script(coupon, step))
    view = desk.do(c.RunScript("pay", allow=ALLOW))
    found = find(desk, "o00001")
    assert view.status == "succeeded"
    assert found is not None
    word, code = found["status"].split(" ")
    assert (word, len(code)) == ("code", 19)
    shown = desk.do(c.ShowRun(view.run))
    assert code not in repr(shown)
    assert "{{steps/0#0}}" in repr(shown)


def test_a_replay_gives_the_same_trace_without_the_source(desk: Desk) -> None:
    desk.save(script(write("update", key="'o00001'", record={"tries": "5"}), write("delete", key="'o00000'")))
    view = desk.do(c.RunScript("pay", allow=ALLOW))
    desk.file.unlink()
    desk.bench.reload_data()
    replayed = desk.bench.do(c.ReplayRun(view.run))
    assert not isinstance(replayed, Failed), replayed
    assert getattr(replayed, "same", None) is True, replayed


def test_a_source_that_is_not_declared_writable_is_refused(tmp_path: Path) -> None:
    desk = Desk(workspace(tmp_path / "shop", "sqlite", writable=""))
    desk.bench.do(c.SaveDraft("pay", PAY))
    assert desk.refused(c.FreezeScript("pay")).startswith("SOP-A007: pay does not check: SOP-C023 at steps/0/do/0/into:"
                                                          " orders is not declared writable")


def test_a_frozen_script_is_refused_where_its_source_became_read_only(desk: Desk) -> None:
    desk.save(PAY)
    settings = desk.folder / "sopwb.toml"
    settings.write_text(settings.read_text().replace("writable = true\n", ""))
    later = Desk(desk.folder)
    assert later.refused(c.RunScript("pay", allow=ALLOW)).startswith(
        "SOP-R024 at data/orders: orders is not declared writable"
    )
    assert later.do(c.RunScript("pay", dry_run=True)).status == "succeeded"


def test_an_approved_run_is_refused_where_its_source_became_read_only(desk: Desk) -> None:
    desk.save(PAY)
    view = desk.do(c.RunScript("pay"))
    desk.do(c.ApproveRun(view.run))
    settings = desk.folder / "sopwb.toml"
    settings.write_text(settings.read_text().replace("writable = true\n", ""))
    assert Desk(desk.folder).refused(c.ResumeRun(view.run)).startswith(
        "SOP-D008 at data.orders: orders is not declared writable"
    )


def test_a_frozen_script_is_refused_where_a_field_no_longer_takes_what_it_writes(desk: Desk) -> None:
    desk.save(script(write("update", key="'o00001'", record={"paid_on": "null"})))
    settings = desk.folder / "sopwb.toml"
    settings.write_text(settings.read_text().replace('paid_on = "date?"', 'paid_on = "date"'))
    in_place(desk, lambda one: {**one, "paid_on": "2026-01-01"})
    assert Desk(desk.folder).refused(c.RunScript("pay", allow=ALLOW)) == (
        "SOP-R024 at data/orders/paid_on: the script writes date? into orders.paid_on, which is date now"
    )


def test_a_batch_with_writes_is_decided_by_rows_and_says_why(desk: Desk) -> None:
    desk.save(PAY)
    plan = desk.bench.do(c.ExplainPlan("pay"))
    assert "it writes orders, and looks at each record that it writes" in repr(plan)


def test_items_of_a_batch_are_not_recomputed_from_what_was_written(tmp_path: Path) -> None:
    desk = Desk(workspace(tmp_path / "shop", "sqlite", 600))
    desk.save(PAY)
    view = desk.do(c.RunScript("pay", allow=ALLOW))
    refused = [desk.refused(c.ExplainRun(view.run, f"o{n:05d}")) for n in range(0, 10, 2)]
    assert {line.partition(" (")[0] for line in refused} == {"SOP-A012: orders has changed since the run"}


def test_a_field_whose_type_is_inferred_is_written_as_it_is_read(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "shop", "tinydb")
    settings = folder / "sopwb.toml"
    settings.write_text(settings.read_text().split("[data.orders.fields]")[0])
    desk = Desk(folder)
    desk.save(script(write("update", key="'o00001'", record={"paid_on": "today", "total": "3"})))
    assert desk.do(c.RunScript("pay", allow=ALLOW)).status == "succeeded"
    found = find(desk, "o00001")
    assert found is not None
    assert (found["paid_on"], found["total"]) == ("2026-11-22", Decimal(3))
