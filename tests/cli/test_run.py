"""``sopwb --run``: fixed shapes, the same answer twice, nothing done."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Sopwb
from tests.shop import AS_OF

ONE = ("--run", "check_churn_risk", "--input", "customer_id=john_doe", "--as-of", AS_OF)
BATCH = ("--run", "weekly_churn_prevention", "--as-of", AS_OF)


def test_the_result_is_json_on_stdout_and_nothing_else(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, *ONE)
    assert (said.code, said.err) == (0, "")
    assert said.json == {"is_risk": True, "reason": "Last order was 94 days ago"}


def test_the_trace_says_the_four_things_of_the_founding_conversation(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, *ONE, "--trace")
    for line in (
        "Fetched orders (found 12)",
        "Checked days_since_last > 60 (94 > 60): yes",
        "Checked total_spend > 500 (1200 > 500): yes",
        "Returned is_risk = true, reason = 'Last order was 94 days ago'",
    ):
        assert line in said.err.splitlines()


def test_the_same_run_twice_gives_equal_results_and_trace_hashes(workspace: Path, sopwb: Sopwb) -> None:
    once, again = (sopwb("-w", workspace, *ONE, "--json").json for _ in range(2))
    assert once["run"] != again["run"]
    assert {**once, "run": ""} == {**again, "run": ""}
    assert set(once) >= {"run", "script", "status", "result", "effects", "trace", "trace_hash"}


def test_a_hash_and_a_short_hash_name_the_script_as_well(workspace: Path, sopwb: Sopwb) -> None:
    hash_ = next(r["hash"] for r in sopwb("-w", workspace, "script", "list", "--json").json
                 if r["name"] == "check_churn_risk")
    for ref in (hash_, "#" + hash_[3:10]):
        said = sopwb("-w", workspace, "--run", ref, "--input", "customer_id=john_doe", "--as-of", AS_OF)
        assert said.json["is_risk"] is True


def test_a_dry_run_lists_effects_as_planned(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, *BATCH, "--dry-run", "--json").json
    assert {effect["state"] for effect in said["effects"]} == {"planned"}
    tools = [effect["tool"] for effect in said["effects"]]
    assert tools.count("email.send") == tools.count("coupon.generate") == said["result"]["at_risk"] > 0


def test_a_jobs_mocks_bind_its_runs(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, *BATCH, "--json").json
    assert said["mode"] == "mocked"
    assert {effect["state"] for effect in said["effects"] if effect["tool"] == "email.send"} == {"mocked"}


def test_output_holds_the_whole_run_under_its_name(workspace: Path, sopwb: Sopwb, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    said = sopwb("-w", workspace, *BATCH, "--output", file, "--json").json
    whole = json.loads(file.read_text())
    assert (whole["trace_hash"], len(whole["effects"])) == (said["trace_hash"], said["effects_total"])
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".sopwb")] == []


def test_events_tell_a_run_line_by_line(workspace: Path, sopwb: Sopwb) -> None:
    lines = [json.loads(line) for line in sopwb("-w", workspace, *BATCH, "--events", "--json").out.splitlines()]
    kinds = [line.get("event") for line in lines]
    assert kinds[0] == "start"
    assert "step" in kinds
    assert "end" in kinds
    assert all(line["v"] == 1 for line in lines[:-1])


def test_a_run_replays_from_its_record_after_its_data_is_gone(workspace: Path, sopwb: Sopwb) -> None:
    run = sopwb("-w", workspace, *ONE, "--json").json
    (workspace / "shop.json").unlink()
    said = sopwb("-w", workspace, "runs", "replay", run["run"])
    assert (said.code, run["trace_hash"] in said.out) == (0, True)


def test_one_item_of_a_batch_is_explained(workspace: Path, sopwb: Sopwb) -> None:
    run = sopwb("-w", workspace, *BATCH, "--json").json["run"]
    said = sopwb("-w", workspace, "runs", "explain", run, "--item", "john_doe")
    assert "Called check_churn_risk with customer_id = 'john_doe'" in said.out
    assert "Planned email.send to 'john.doe@example.com': 'We miss you'" in said.out
    assert "abel_crane" not in said.out


def test_a_batch_explains_the_query_that_would_do_the_same(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, "script", "explain", "weekly_churn_prevention", "--plan")
    assert said.code == 0, said.err
    assert "customers, each by id" in said.out
    assert "GROUP BY" in said.out
    assert "no loop over a source" in sopwb(
        "-w", workspace, "script", "explain", "check_churn_risk", "--plan", "--input", "customer_id=x"
    ).out
