"""How examples are stored, and how they are spoken of: the formats that bundles and other versions read.

A file says which examples are added to which script and what it is changed to; the objects, ids and lines are computed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import AddExample, ListExamples, RunExamples, SaveDraft
from sopwb.app.example_outputs import ExampleList, ExamplesTried
from sopwb.app.example_text import list_lines, tried_lines
from sopwb.app.outputs import ScriptView
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.kernel.canonical import json_text, parse_json
from tests.shop import AS_OF, CHURN, shop

FILES = sorted((Path(__file__).parent / "examples").glob("*.json"))


def stored(bench: Workbench, name: str) -> dict[str, Any]:
    """Give the objects that hold a name's examples, by kind and id."""
    id_ = bench.store.ref(f"example/{name}")
    assert id_ is not None
    kind, payload = bench.store.get(id_)
    found: dict[str, Any] = {f"{kind} {id_}": parse_json(payload)}
    for row in found[f"{kind} {id_}"]["rows"]:
        if row["seen"]:
            kind, payload = bench.store.get(row["seen"]["records"])
            found[f"{kind} {row['seen']['records']}"] = parse_json(payload)
    return found


def told(folder: Path, case: dict[str, Any]) -> dict[str, Any]:
    """Add the examples, change the script, and give everything that is kept and said of them."""
    bench = open_workbench(shop(folder), AS_OF)
    script = case.get("script", CHURN)
    assert isinstance(bench.do(SaveDraft("probe", script)), ScriptView)
    for row in case["add"]:
        output = bench.do(AddExample("probe", row.get("inputs", {}), row["expect"], row.get("as_of", "")))
        assert isinstance(output, ExamplesTried), output
    said: dict[str, Any] = {"stored": stored(bench, "probe")}
    listed = bench.do(ListExamples("probe"))
    assert isinstance(listed, ExampleList)
    said["listed"] = list_lines(listed)
    bench.do(SaveDraft("probe", {**script, "steps": case.get("changed", script["steps"])}))
    tried = bench.do(RunExamples("probe"))
    assert isinstance(tried, ExamplesTried)
    said["tried"] = tried_lines(tried, trace=True)
    bench.close()
    found: dict[str, Any] = json.loads(json_text(said))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_examples_are_kept_and_told_as_recorded(path: Path, tmp_path: Path, rewrite_golden: bool) -> None:
    case = json.loads(path.read_text("utf-8"))
    given = {key: case[key] for key in ("rule", "script", "add", "changed") if key in case}
    said = told(tmp_path, given)
    if rewrite_golden:
        path.write_text(json.dumps({**given, **said}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert {**given, **said} == (json.loads(path.read_text("utf-8")) if rewrite_golden else case)
