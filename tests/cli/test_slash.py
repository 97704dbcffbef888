"""Slash commands on stdin: a script typed, frozen and run without any author, in text and in JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Sopwb
from tests.shop import AS_OF

TYPED = (
    "/new spent(customer_id: string) -> decimal",
    "/step orders = fetch orders where customer_id = customer_id",
    "/return orders.sum(o, o.total)",
    "/freeze",
)


def test_a_script_that_was_typed_runs_from_the_command_line(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, "chat", "--as-of", AS_OF, stdin="\n".join(TYPED))
    assert (said.code, said.err) == (0, "")
    assert "Froze spent as #" in said.out
    done = sopwb("-w", workspace, "--run", "spent", "--input", "customer_id=john_doe", "--json")
    assert done.json["result"] == 1200


def test_json_lines_tell_what_was_saved_and_what_was_refused(workspace: Path, sopwb: Sopwb) -> None:
    turns = (*TYPED, "/stp", "/new a\nsay 'one'\nsay 'two'")
    said = sopwb("-w", workspace, "chat", "--json", stdin="".join(json.dumps(turn) + "\n" for turn in turns))
    replies = [json.loads(line) for line in said.out.splitlines()]
    assert [reply["kind"] for reply in replies] == ["answer"] * 4 + ["refusal", "answer"]
    assert [reply["saved"] for reply in replies][3:] == [["spent"], [], []]
    assert [reply["draft"] for reply in replies] == ["spent"] * 3 + [None, None, "a"]
    assert [step["text"] for step in replies[-1]["script"]["steps"]] == ["'one'", "'two'"]
