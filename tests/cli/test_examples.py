"""``sopwb script example`` and ``sopwb script test``: what is printed, and the exit codes that a pipeline asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.app.commands import SaveDraft
from sopwb.app.workbench import failed, open_workbench
from tests.cli.conftest import Sopwb
from tests.shop import AS_OF, CHURN, changed

NAME = "check_churn_risk"
ADD = ("script", "example", "add", NAME)
JOHN = ("--input", "customer_id=john_doe")


def draft(folder: Path, condition: str) -> None:
    """Open a draft of the frozen script with another condition."""
    bench = open_workbench(folder, AS_OF)
    assert not failed(bench.do(SaveDraft(NAME, changed(CHURN, 5, cond=condition))))
    bench.close()


def test_an_example_is_added_listed_tried_and_removed(sopwb: Sopwb, workspace: Path) -> None:
    at = ("-w", workspace)
    said = sopwb(*at, *ADD, *JOHN, "--expect", "is_risk=true", "--as-of", AS_OF)
    assert (said.code, said.out) == (0, f"✓ {NAME} 1. customer_id=john_doe → is_risk true\n")
    said = sopwb(*at, "script", "example", "list", NAME)
    assert said.out == f"1. customer_id=john_doe → is_risk true   (as of {AS_OF}, recorded 2026-11-22)\n"
    said = sopwb(*at, "script", "test", NAME)
    assert (said.code, said.out.splitlines()[-1]) == (0, "the example holds")
    said = sopwb(*at, "script", "example", "remove", NAME, 1)
    assert (said.code, said.out) == (0, f"{NAME} has no examples\n")


def test_an_example_that_does_not_hold_fails_the_test_and_the_freeze(sopwb: Sopwb, workspace: Path) -> None:
    at = ("-w", workspace)
    sopwb(*at, *ADD, *JOHN, "--expect", "is_risk=true", "--as-of", AS_OF)
    draft(workspace, "days_since_last > 9999")
    said = sopwb(*at, "script", "test", "--trace")
    assert said.code == 1
    assert said.out.splitlines()[:2] == [
        f"✗ {NAME} 1. customer_id=john_doe → is_risk true",
        "    is_risk true, not false",
    ]
    assert "      Checked days_since_last > 9999 (94 > 9999): no" in said.out.splitlines()
    assert said.out.splitlines()[-1] == "0 of 1 examples hold"
    assert sopwb(*at, "script", "test", "--frozen").code == 0
    said = sopwb(*at, "script", "freeze", NAME)
    assert said.code == 1
    assert "SOP-A050" in said.err
    assert f"must give is_risk true, not false (its trace: sopwb script test {NAME} --trace;" in said.err
    draft(workspace, "days_since_last > 90")
    said = sopwb(*at, "script", "freeze", NAME)
    assert (said.code, said.out.splitlines()[-2]) == (0, "1 example holds")


def test_an_example_that_does_not_hold_yet_is_kept_and_said_to_block(sopwb: Sopwb, workspace: Path) -> None:
    said = sopwb("-w", workspace, *ADD, *JOHN, "--expect", "is_risk=false", "--as-of", AS_OF)
    assert said.code == 0
    assert "is_risk false, not true" in said.out
    assert f"{NAME} is not frozen until it does" in said.err


def test_json_says_what_was_expected_and_found(sopwb: Sopwb, workspace: Path) -> None:
    at = ("-w", workspace)
    sopwb(*at, *ADD, *JOHN, "--expect", "reason=Active", "--as-of", AS_OF)
    (row,) = sopwb(*at, "script", "test", "--json").json
    assert (row["name"], row["number"], row["state"], row["holds"]) == (NAME, 1, "frozen", False)
    assert row["missed"] == [{"field": "reason", "expected": '"Active"', "found": '"Last order was 94 days ago"'}]
    assert row["run"]["result"] == {"is_risk": True, "reason": "Last order was 94 days ago"}
    (row,) = sopwb(*at, "script", "test", "--json", "--trace").json
    assert "days_since_last = 94" in row["run"]["trace"]
    (kept,) = sopwb(*at, "script", "example", "list", NAME, "--json").json
    assert kept["expect"] == {"fields": {"reason": "Active"}}


def test_a_workspace_without_examples_passes_and_says_how_to_add_one(sopwb: Sopwb, workspace: Path) -> None:
    said = sopwb("-w", workspace, "script", "test")
    assert (said.code, said.out.startswith("no examples yet")) == (0, True)
    said = sopwb("-w", workspace, "script", "test", NAME)
    assert (said.code, said.out) == (0, f"{NAME} has no examples\n")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((*ADD, *JOHN), 2, "needs one expectation"),
        ((*ADD, *JOHN, "--expect", "is_risk=true", "--fails"), 2, "needs one expectation"),
        ((*ADD, *JOHN, "--expect", "is_risk"), 2, "--expect 'is_risk' does not read"),
        ((*ADD, *JOHN, "--result", "{"), 2, "--result is not JSON"),
        ((*ADD, *JOHN, "--expect", "risk=true"), 1, "SOP-A051"),
        ((*ADD, "--expect", "is_risk=true"), 1, "customer_id is missing"),
        (("script", "example", "remove", NAME, "7"), 1, "SOP-A052"),
        (("script", "example", "remove", NAME, "one"), 2, "invalid int value"),
        (("script", "test", "chek_churn_risk"), 1, f"did you mean {NAME}?"),
    ],
)
def test_what_does_not_read_is_said_and_keeps_nothing(
    sopwb: Sopwb, workspace: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    said = sopwb("-w", workspace, *words)
    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert sopwb("-w", workspace, "script", "example", "list", NAME).out == f"{NAME} has no examples\n"
