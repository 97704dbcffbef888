"""What a person gets wrong: one clear line with what to do, the right exit code, never a traceback, nothing changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Sopwb
from tests.shop import AS_OF, CHURN, changed

RUN = ("--run", "check_churn_risk")


def check(said: object, code: int, *parts: str) -> None:
    assert said.code == code, said.err  # type: ignore[attr-defined]
    err = said.err  # type: ignore[attr-defined]
    assert "Traceback" not in err
    for part in parts:
        assert part in err
    assert len(err.splitlines()) >= 1


@pytest.mark.parametrize(
    ("words", "code", "parts"),
    [
        (("--run", "check_churn_rsk"), 1, ("SOP-A001", "did you mean check_churn_risk?")),
        (("--run", "b3:" + "0" * 64), 1, ("SOP-A001",)),
        (("--run", "#12"), 1, ("SOP-A001",)),
        (RUN, 1, ("customer_id is missing",)),
        ((*RUN, "--input", "custmer_id=x"), 1, ("custmer_id", "did you mean customer_id?")),
        ((*RUN, "--input", "customer_id=nobody", "--as-of", AS_OF), 1, ("no record of customers", "nobody")),
        ((*RUN, "--input", "customer_id"), 2, ("SOP-U002", "name=value")),
        ((*RUN, "--inputs", "{"), 2, ("SOP-U002", "not JSON")),
        ((*RUN, "--inputs", "[1]"), 2, ("SOP-U002", "JSON object")),
        ((*RUN, "--inputs", "@/nowhere.json"), 2, ("SOP-U002", "/nowhere.json")),
        ((*RUN, "--input", "customer_id=x", "--as-of", "yesterday"), 2, ("SOP-U003", "ISO 8601")),
        ((*RUN, "--input", "customer_id=\udcff"), 2, ("SOP-U001", "not UTF-8")),
        ((*RUN, "--trase"), 2, ("SOP-U001", "did you mean --trace?")),
        (("--run",), 2, ("SOP-U001", "needs a value")),
        ((*RUN, "--canary", "none"), 2, ("SOP-U001", "not a number of items")),
        (("--run", "weekly_churn_prevention", "--mock", "email.sned"), 1, ("email.sned", "did you mean email.send?")),
        ((*RUN, "--input", "customer_id=john_doe", "--output", "/nowhere/x.json"), 1, ("SOP-A014", "/nowhere/x.json")),
        (("scritp", "list"), 2, ("SOP-U001", "did you mean script?")),
        (("script", "lst"), 2, ("SOP-U001", "did you mean list?")),
        (("script", "freeze", "nothing"), 1, ("SOP-A002",)),
        (("script", "rename", "check_churn_risk", "a b"), 1, ("SOP-A006",)),
        (("script", "rename", "check_churn_risk", "weekly_churn_prevention"), 1, ("SOP-A005",)),
        (("script", "show", "chek_churn_risk"), 1, ("did you mean check_churn_risk?",)),
        (("schedule", "next", "nothing"), 1, ("SOP-A010",)),
        (("schedule", "add", "weekly_churn_prevention", "every blue moon"), 1, ("SOP-H",)),
        (("runs", "show", "b3:00"), 1, ("SOP-A011",)),
        (("job", "show", "weekly"), 1, ("SOP-A015",)),
        (("data", "show", "custmers"), 1, ("did you mean customers?",)),
        (("serve",), 2, ("SOP-U005",)),
        (("schedule", "pause", "nothing"), 1, ("SOP-A010",)),
        (("notices", "read", "nothing"), 1, ("SOP-A043",)),
        (("tick", "--schedule", "weekly"), 1, ("SOP-A010",)),
        (("script", "export", "--dir", "x"), 2, ("SOP-U005",)),
        (("eval", "1 +"), 1, ("SOP-X",)),
        (("eval", "1 + 'a'"), 1, ("SOP-T",)),
        (("-w", "/nowhere", "script", "list"), 2, ()),
    ],
)
def test_a_mistake_ends_in_one_clear_line(
    workspace: Path, sopwb: Sopwb, words: tuple[str, ...], code: int, parts: tuple[str, ...]
) -> None:
    before = sopwb("-w", workspace, "store", "stats").out
    folder = () if words[:1] == ("-w",) else ("-w", workspace)
    check(sopwb(*folder, *words), code, *parts)
    if code == 2 or "SOP-A" in "".join(parts):
        assert sopwb("-w", workspace, "store", "stats").out == before


def test_no_workspace_says_how_to_make_one(tmp_path: Path, sopwb: Sopwb) -> None:
    check(sopwb("-w", tmp_path, "script", "list"), 2, "SOP-W001", "sopwb init")


def test_a_broken_workspace_file_is_named_with_its_line(tmp_path: Path, sopwb: Sopwb) -> None:
    (tmp_path / "sopwb.toml").write_text("[workspace]\nname = 'x'\ntimezone = \n")
    check(sopwb("-w", tmp_path, "script", "list"), 1, "SOP-W003", "sopwb.toml:3")
    (tmp_path / "sopwb.toml").write_text("[workspace]\nname = 'x'\ntimezon = 'UTC'\n")
    check(sopwb("-w", tmp_path, "script", "list"), 1, "SOP-W004", "sopwb.toml:3", "did you mean timezone?")
    (tmp_path / "sopwb.toml").write_text("[workspace]\ntimezone = 'Berlin'\n")
    check(sopwb("-w", tmp_path, "script", "list"), 1, "SOP-W006", "IANA")


def test_the_workbench_without_a_terminal_says_so(workspace: Path, sopwb: Sopwb) -> None:
    check(sopwb("-w", workspace), 2, "SOP-U004", "terminal")


def test_a_missing_data_file_is_named(workspace: Path, sopwb: Sopwb) -> None:
    (workspace / "shop.json").rename(workspace / "shop2.json")
    check(sopwb("-w", workspace, *RUN, "--input", "customer_id=john_doe"), 1, "shop.json", "SOP-D")


def test_data_that_lost_a_field_refuses_the_run_with_the_difference(workspace: Path, sopwb: Sopwb) -> None:
    file = workspace / "shop.json"
    file.write_text(file.read_text().replace('"total"', '"totals"'))
    check(sopwb("-w", workspace, *RUN, "--input", "customer_id=john_doe"), 1, "orders no longer has the field total",
          "did you mean totals?")


def test_a_damaged_store_says_what_and_where(workspace: Path, sopwb: Sopwb) -> None:
    segment = workspace / ".sopwb" / "log" / "00000001.seg"
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 0xFF
    segment.write_bytes(data)
    said = sopwb("-w", workspace, "store", "verify", "--deep")
    assert said.code == 1
    assert "00000001.seg" in said.out + said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("script", "part"),
    [
        ({"sop": 1, "steps": [{"op": "fetsh", "name": "x", "from": "orders"}]}, "did you mean fetch?"),
        (changed(CHURN, 1, **{"from": "order"}), "did you mean orders?"),
        (changed(CHURN, 1, where="it.custmer_id == customer.id"), "did you mean customer_id?"),
        (changed(CHURN, 4, expr="orders.max(o, o.total) + 1 + null"), "SOP-"),
        ({**CHURN, "steps": CHURN["steps"][:2] + CHURN["steps"][3:]}, "SOP-T"),
        ({**CHURN, "steps": CHURN["steps"][:-1]}, "return"),
        ({**CHURN, "returns": {"is_risk": "bool", "reason": "int"}}, "SOP-"),
        (changed(CHURN, 0, wherre="true"), "did you mean where?"),
        ({**CHURN, "steps": [{"op": "call", "name": "x", "script": "gone", "pin": "b3:" + "1" * 64, "args": {}},
                             *CHURN["steps"]]}, "SOP-C"),
        ({**CHURN, "steps": [{"op": "call", "name": "x", "script": "check_churn_risk", "args": {"custmer": "1"}},
                             *CHURN["steps"]]}, "customer_id"),
    ],
)
def test_a_wrong_script_is_kept_as_a_draft_with_its_diagnostics_and_not_frozen(
    workspace: Path, sopwb: Sopwb, script: dict[str, object], part: str
) -> None:
    from sopwb.app.commands import SaveDraft
    from sopwb.app.workbench import open_workbench

    bench = open_workbench(workspace)
    bench.do(SaveDraft("wrong", script))
    bench.close()
    check(sopwb("-w", workspace, "script", "check", "wrong"), 1, part)
    check(sopwb("-w", workspace, "script", "freeze", "wrong"), 1, "SOP-A007")
    assert not [r for r in sopwb("-w", workspace, "script", "list", "--json").json
                if r["name"] == "wrong" and r["state"] == "frozen"]


def test_a_draft_is_not_run_for_real(workspace: Path, sopwb: Sopwb) -> None:
    from sopwb.app.commands import SaveDraft
    from sopwb.app.workbench import open_workbench

    bench = open_workbench(workspace)
    bench.do(SaveDraft("sketch", CHURN))
    bench.close()
    words = ("-w", workspace, "--run", "sketch", "--input", "customer_id=john_doe", "--as-of", AS_OF)
    check(sopwb(*words), 1, "SOP-A008", "--dry-run")
    assert json.loads(sopwb(*words, "--dry-run").out)["is_risk"] is True


def test_chat_wants_json_strings_where_it_was_told_json(workspace: Path, sopwb: Sopwb) -> None:
    check(sopwb("-w", workspace, "chat", "--json", stdin="hello\n"), 2, "SOP-U006")


def test_a_limit_below_one_shows_nothing(workspace: Path, sopwb: Sopwb) -> None:
    assert sopwb("-w", workspace, "data", "show", "customers", "--limit", "-1").code == 0
    sopwb("-w", workspace, *RUN, "--input", "customer_id=john_doe")
    assert sopwb("-w", workspace, "runs", "list", "--limit", "0", "--json").json == []
