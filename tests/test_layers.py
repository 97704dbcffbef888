"""Who may import whom: the contracts of ``pyproject.toml`` hold and can fail, and a cold start stays light."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "pyproject.toml"
CONTRACTS = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
HEAVY = (
    "textual", "litellm", "duckdb", "sqlglot", "pyarrow", "rich", "asyncio", "dataclasses", "importlib.metadata",
    "tinydb", "zstandard", "rapidfuzz", "re2",
)  # fmt: skip
"""What a cold ``--run`` must not pay for before it knows that it needs it."""
BREACHES = {
    "rooms": ("kernel/rooms.py", "import sopwb.app"),
    "pure": ("lang/pure.py", "def read():\n    import os"),
    "zones": ("schedule/zones.py", "from zoneinfo import ZoneInfo"),
    "textual": ("cli/screen.py", "import textual.app"),
    "litellm": ("author/english/model.py", "import litellm"),
    "duckdb": ("app/query.py", "import duckdb"),
    "psycopg": ("app/rows.py", "import psycopg"),
}
"""For each contract, a module that breaks it."""


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package ``sopwb`` in a folder, with this project's contracts."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--config", str(SETTINGS), "--no-cache", "--no-logo", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_every_import_contract_holds() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(CONTRACTS)} kept, 0 broken" in done.stdout


@pytest.mark.parametrize("contract", sorted(contract["id"] for contract in CONTRACTS))
def test_an_import_contract_is_broken_by_what_it_forbids(contract: str, tmp_path: Path) -> None:
    for room in ("kernel", "lang", "plan", "run", "store", "schedule", "data", "tools", "app", "author/english", "cli"):
        (tmp_path / "sopwb" / room).mkdir(parents=True)
    for folder in [tmp_path / "sopwb", *(tmp_path / "sopwb").rglob("*/")]:
        (folder / "__init__.py").touch()
    place, text = BREACHES[contract]
    sound = lint(tmp_path, "--contract", contract)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    (tmp_path / "sopwb" / place).write_text(text + "\n", encoding="utf-8")
    done = lint(tmp_path, "--contract", contract)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 kept, 1 broken" in done.stdout


def test_litellm_is_imported_in_one_file_at_most() -> None:
    files = [path for path in (ROOT / "sopwb").rglob("*.py") if "import litellm" in path.read_text(encoding="utf-8")]
    assert len(files) <= 1, files


def test_a_cold_run_imports_nothing_heavy() -> None:
    program = f"import sys, sopwb.cli.main, sopwb.cli.run; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]", f"imported at start: {done.stdout}"
