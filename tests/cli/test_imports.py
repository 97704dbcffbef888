"""The start of a headless run stays small: what it must not import, proved in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import AS_OF

HEAVY = ("textual", "litellm", "duckdb", "sqlglot", "asyncio", "rich", "importlib.metadata", "pyarrow", "tinydb", "re2",
         "dataclasses", "argparse")

_PROBE = """
import json, sys
from sopwb.cli.main import command_line
code = command_line(sys.argv[1:], lambda folder, as_of: 9)
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def modules_after(words: list[str], cwd: Path) -> tuple[int, list[str]]:
    done = subprocess.run([sys.executable, "-c", _PROBE, *words], capture_output=True, text=True, timeout=60, cwd=cwd,
                          check=True)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, modules


@pytest.mark.parametrize("heavy", HEAVY)
def test_a_headless_run_imports_nothing_heavy(workspace: Path, heavy: str) -> None:
    words = ["--run", "check_churn_risk", "--input", "customer_id=john_doe", "--as-of", AS_OF, "--json"]
    code, modules = modules_after(["-w", str(workspace), *words], Path.cwd())
    assert code == 0
    assert heavy not in modules
