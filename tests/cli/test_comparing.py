"""``script diff --on``, ``script freeze`` and ``runs diff``: what would change, told on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.app.commands import SaveDraft
from sopwb.app.workbench import failed, open_workbench
from tests.cli.conftest import Sopwb
from tests.shop import AS_OF, CHURN, changed

AT = ("--as-of", AS_OF)
ON = ("--on", "customers", *AT)
CHURN_90 = changed(CHURN, 5, cond="days_since_last > 90 && total_spend > 500")


def edited(workspace: Path, script: dict[str, object] = CHURN_90, name: str = "check_churn_risk") -> None:
    """Save a draft, as an editing face does."""
    bench = open_workbench(workspace, AS_OF)
    output = bench.do(SaveDraft(name, script))
    assert not failed(output), output
    bench.close()


def test_a_changed_threshold_names_the_customers_whose_answer_changes(workspace: Path, sopwb: Sopwb) -> None:
    edited(workspace)
    said = sopwb("-w", workspace, "script", "diff", "check_churn_risk", *ON)
    assert (said.code, said.err) == (0, "")
    head, counts, first, *rest = said.out.splitlines()
    assert head.endswith(f"over customers by customer_id, as of {AS_OF}")
    assert counts == "24 items: 21 same, 3 different, 0 only in old, 0 only in new"
    assert first == "bea_novak"
    assert rest[:2] == ["  ~ is_risk: true → false", '  ~ reason: "Last order was 88 days ago" → "Active"']


def test_the_same_as_json(workspace: Path, sopwb: Sopwb) -> None:
    edited(workspace)
    said = sopwb("-w", workspace, "script", "diff", "check_churn_risk", *ON, "--limit", "1", "--json").json
    assert (said["items"], said["different"], len(said["changes"])) == (24, 3, 1)
    assert said["changes"][0]["fields"][0] == {"field": "is_risk", "kind": "changed", "old": True, "new": False}
    assert (said["old"]["state"], said["new"]["state"]) == ("frozen", "draft")


def test_nothing_that_differs_is_success_too(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, "script", "diff", "check_churn_risk", "check_churn_risk", *ON)
    assert (said.code, said.out.splitlines()[1]) == (0, "24 items: 24 same, 0 different, 0 only in old, 0 only in new")


def test_a_batch_tells_the_mails_that_go(workspace: Path, sopwb: Sopwb) -> None:
    edited(workspace)
    sopwb("-w", workspace, "script", "freeze", "check_churn_risk", "--repin")
    said = sopwb("-w", workspace, "script", "diff", "weekly_churn_prevention@1", "weekly_churn_prevention", *ON)
    assert "effects: 0 come, 6 go, 0 change" in said.out
    assert 'result: {"at_risk": 9} → {"at_risk": 6}' in said.out
    assert '- email.send to "bea.novak@example.com"' in said.out
    assert "{{coupon.generate#0}}" in said.out


def test_a_history_numbers_the_versions_that_a_diff_takes(workspace: Path, sopwb: Sopwb) -> None:
    edited(workspace)
    sopwb("-w", workspace, "script", "freeze", "check_churn_risk")
    history = sopwb("-w", workspace, "script", "history", "check_churn_risk").out
    assert history.count("script @1") == history.count("script @2") == 1
    said = sopwb("-w", workspace, "script", "diff", "check_churn_risk@1", "check_churn_risk@2")
    assert "60 → 90" in said.out


def test_a_freeze_tells_first_and_then_freezes(workspace: Path, sopwb: Sopwb) -> None:
    edited(workspace)
    said = sopwb("-w", workspace, "script", "freeze", "check_churn_risk", *AT)
    assert said.code == 0
    assert "check_churn_risk replaces #" in said.err
    assert "24 items: 21 same, 3 different" in said.err
    assert said.out.startswith("froze check_churn_risk as b3:")
    edited(workspace, changed(CHURN_90, 4, expr="orders.sum(x, x.total)"))
    again = sopwb("-w", workspace, "script", "freeze", "check_churn_risk", *AT)
    assert len(again.err.splitlines()) == 1
    assert "none of 24 results over customers changes" in again.err


def test_a_first_freeze_says_nothing_of_changes(workspace: Path, sopwb: Sopwb) -> None:
    edited(workspace, name="fresh")
    said = sopwb("-w", workspace, "script", "freeze", "fresh", "--json")
    assert (said.code, said.err, said.json["name"]) == (0, "", "fresh")


def test_data_that_cannot_be_read_is_one_line(workspace: Path, sopwb: Sopwb) -> None:
    edited(workspace)
    (workspace / "shop.json").write_text("{")
    said = sopwb("-w", workspace, "script", "diff", "check_churn_risk", *ON)
    assert (said.code, "SOP-D" in said.err, "Traceback" in said.err) == (1, True, False)


def test_options_of_a_comparison_need_a_source(workspace: Path, sopwb: Sopwb) -> None:
    edited(workspace)
    said = sopwb("-w", workspace, "script", "diff", "check_churn_risk", "--param", "customer_id")
    assert (said.code, "--on SOURCE" in said.err) == (2, True)


def test_two_runs_are_told_apart(workspace: Path, sopwb: Sopwb) -> None:
    one, other = (
        sopwb("-w", workspace, "--run", "check_churn_risk", "--input", f"customer_id={id_}", *AT, "--json").json["run"]
        for id_ in ("john_doe", "abel_crane")
    )
    said = sopwb("-w", workspace, "runs", "diff", one, other)
    assert (said.code, said.err) == (0, "")
    assert 'inputs/customer_id: "john_doe" → "abel_crane"' in said.out.splitlines()
    assert "  ~ is_risk: true → false" in said.out.splitlines()
    assert "  steps/3: days_since_last = 94" in said.out.splitlines()
    assert "no difference" in sopwb("-w", workspace, "runs", "diff", one, one).out
    assert sopwb("-w", workspace, "runs", "diff", one, other, "--json").json["first"]["number"] == 4


def test_runs_of_two_instants_tell_the_mails_that_come(workspace: Path, sopwb: Sopwb) -> None:
    runs = [
        sopwb("-w", workspace, "--run", "weekly_churn_prevention", "--as-of", at, "--json").json["run"]
        for at in ("2026-11-22T08:00:00Z", "2026-12-22T08:00:00Z")
    ]
    said = sopwb("-w", workspace, "runs", "diff", *runs).out
    assert "now: " in said
    assert "come, 0 go" in said
    assert "email.send to" in said
    assert "at steps/0/do/1/then/1]" in said


def test_items_that_fail_in_both_are_counted_and_no_error(workspace: Path, sopwb: Sopwb) -> None:
    words = ("script", "diff", "check_churn_risk", "check_churn_risk", "--on", "orders", *AT, "--json")
    said = sopwb("-w", workspace, *words)  # an order's id is a text, as a customer's is, and names no customer
    assert said.code == 0
    assert said.json["failed_old"] == said.json["failed_new"] == said.json["items"] == said.json["same"] > 0


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("script", "diff", "check_churn_risk", *ON), "SOP-A002", "no draft"),
        (("script", "diff", "check_churn_risk@3", "check_churn_risk", *ON), "SOP-A030", "@1 to check_churn_risk@1"),
        (("script", "show", "check_churn_risk@x"), "SOP-A030", "script history"),
        (("script", "diff", "chek_churn_risk", "check_churn_risk", *ON), "SOP-A001", "did you mean check_churn_risk?"),
        (("script", "diff", "check_churn_risk", "check_churn_risk", "--on", "custmers"), "SOP-N001", "customers"),
        (("runs", "diff", "b3:00", "b3:01"), "SOP-A011", "runs list"),
    ],
)
def test_a_mistake_is_one_clear_line(
    workspace: Path, sopwb: Sopwb, words: tuple[str, ...], code: str, part: str
) -> None:
    said = sopwb("-w", workspace, *words)
    assert "Traceback" not in said.err
    assert (said.code, code in said.err, part in said.err) == (1, True, True), said.err
