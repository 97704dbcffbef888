"""``sopwb tools list``: every tool, what it needs to act, and what another package brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import SaveDraft
from sopwb.app.workbench import failed, open_workbench
from tests.cli.conftest import Sopwb
from tests.shop import AS_OF
from tests.tools.installed import EXAMPLE, install_example

ROOT = Path(__file__).parents[2]


def configure(workspace: Path, text: str) -> None:
    with (workspace / "sopwb.toml").open("a") as file:
        file.write("\n" + text)


def elsewhere(*words: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run ``sopwb`` in a process of its own, with a folder of installed packages."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), str(ROOT)])}
    command = [sys.executable, "-m", "sopwb", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=env, check=False)


def rows(text: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(text)}


def test_the_list_says_what_each_tool_needs(workspace: Path, sopwb: Sopwb) -> None:
    configure(workspace, '[tools.file]\nfolder = "out"\n')
    said = sopwb("-w", workspace, "tools", "list")
    assert said.code == 0
    lines = {line.split()[0]: line for line in said.out.splitlines()}
    assert list(lines) == ["coupon.generate", "email.send", "file.write", "http.get", "http.request"]
    assert lines["coupon.generate"].endswith("ready")
    assert lines["email.send"].endswith("[tools.email] needs host, from")
    assert lines["file.write"].endswith("ready")
    assert lines["http.get"].endswith("[tools.http] needs allow")


def test_the_list_as_json_has_types_and_state(workspace: Path, sopwb: Sopwb) -> None:
    configure(workspace, '[tools.http]\nallow = ["api.example.com"]\nidempotent = true\n')
    found = rows(sopwb("-w", workspace, "tools", "list", "--json").out)
    assert found["http.request"] == {
        "name": "http.request",
        "kind": "effect",
        "protection": "idempotent",
        "configured": True,
        "section": "http",
        "lacks": [],
        "args": [
            ["method", "string"],
            ["url", "string"],
            ["headers", "map<string, string>?"],
            ["json", "map<string, string>?"],
            ["body", "string?"],
        ],
        "returns": "{status: string, body: string}",
        "package": "",
        "problem": None,
    }
    assert (found["email.send"]["configured"], found["email.send"]["lacks"]) == (False, ["host", "from"])


def test_an_installed_package_brings_its_tool(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "installed").mkdir()
    path = install_example(tmp_path / "installed")
    done = elsewhere("-w", str(workspace), "tools", "list", "--json", path=path)
    assert done.returncode == 0, done.stderr
    page = rows(done.stdout)["pager.page"]
    assert (page["package"], page["configured"], page["lacks"]) == ("sopwb-pager", False, ["host", "port", "token"])


def test_a_tool_that_cannot_be_loaded_is_listed_with_its_problem(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "installed").mkdir()
    path = install_example(tmp_path / "installed")
    (path / "sopwb_pager/__init__.py").write_text("raise ImportError('no pager')\n")
    done = elsewhere("-w", str(workspace), "tools", "list", path=path)
    assert done.returncode == 1
    assert "SOP-K003" in done.stdout
    assert "no pager" in done.stdout


@pytest.mark.slow
def test_the_example_package_is_installed_by_pip(workspace: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(target), str(EXAMPLE)]
    subprocess.run(command, check=True, timeout=300)
    done = elsewhere("-w", str(workspace), "tools", "list", "--json", path=target)
    assert rows(done.stdout)["pager.page"]["package"] == "sopwb-pager", done.stderr


def test_a_script_may_use_every_tool_and_a_dry_run_shows_what_it_would_do(workspace: Path, sopwb: Sopwb) -> None:
    url = "'https://api.example.com/orders'"
    request = {"method": "'POST'", "url": url, "headers": '{"X-A": "b"}', "json": '{"name": page.body}'}
    steps = [
        {"op": "tool", "name": "page", "tool": "http.get", "args": {"url": url}},
        {"op": "tool", "name": "made", "tool": "http.request", "args": request},
        {"op": "tool", "tool": "file.write", "args": {"path": "'order.txt'", "text": "made.body"}},
    ]
    bench = open_workbench(workspace, AS_OF)
    saved = bench.do(SaveDraft("order", {"sop": 1, "steps": steps}))
    bench.close()
    assert not failed(saved), saved
    said = sopwb("-w", workspace, "--run", "order", "--dry-run", "--json")
    assert said.code == 0, said.err
    assert [effect["tool"] for effect in said.json["effects"]] == ["http.request", "file.write"]
    assert said.json["effects"][0]["args"]["json"]["name"].startswith("mock-")
