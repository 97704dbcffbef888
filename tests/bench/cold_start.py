"""What a headless run costs: CPU of ``sopwb --run`` against ``python3 -c 'import json, sqlite3'``.

    python -m tests.bench.cold_start [--rounds 9]

Prints medians of user + system CPU over interleaved rounds, and their ratio, for the sample shop as
TinyDB, JSON, CSV and SQLite. It measures the installed ``sopwb`` (pip compiles it; a checkout whose modules are
not compiled costs twice as much). The bound of the house is 5×.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

AS_OF = "2026-11-22T08:00:00Z"
SAMPLE = Path(__file__).parents[2] / "sample_data"
SCRIPT = {
    "sop": 1,
    "params": {"customer_id": "string"},
    "returns": {"is_risk": "bool", "reason": "string"},
    "steps": [
        {"op": "fetch", "name": "customer", "from": "customers", "where": "it.id == customer_id", "one": "required"},
        {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == customer.id"},
        {
            "op": "if",
            "name": "dormant",
            "cond": "size(orders) == 0",
            "then": [{"op": "return", "value": {"is_risk": "true", "reason": "'No orders: dormant account'"}}],
        },
        {"op": "math", "name": "days_since_last", "expr": "days_between(orders.max(o, o.ordered_at), now)"},
        {"op": "math", "name": "total_spend", "expr": "orders.sum(o, o.total)"},
        {
            "op": "if",
            "name": "risk",
            "cond": "days_since_last > 60 && total_spend > 500",
            "then": [
                {
                    "op": "return",
                    "value": {"is_risk": "true", "reason": "'Last order was ' + string(days_since_last) + ' days ago'"},
                }
            ],
        },
        {"op": "return", "value": {"is_risk": "false", "reason": "'Active'"}},
    ],
}


def workspaces(root: Path) -> dict[str, Path]:
    """Make the sample shop in four formats, with the script frozen in each."""
    shop = json.loads((SAMPLE / "shop.json").read_text())
    tables = {name: list(shop[name].values()) for name in ("customers", "orders")}
    made = {}
    for form in ("tinydb", "json", "csv", "sqlite"):
        folder = root / form
        folder.mkdir()
        lines = ['[workspace]\nname = "shop"\ntimezone = "UTC"\n']
        for name, rows in tables.items():
            path, extra = _write(folder, form, name, rows)
            lines.append(f'[data.{name}]\npath = "{path}"\nkey = "id"\n{extra}')
        (folder / "sopwb.toml").write_text("\n".join(lines))
        freeze(folder)
        made[form] = folder
    return made


def _write(folder: Path, form: str, name: str, rows: list[dict]) -> tuple[str, str]:
    match form:
        case "tinydb":
            shutil.copy(SAMPLE / "shop.json", folder / "shop.json")
            return "shop.json", f'format = "tinydb"\ntable = "{name}"\n'
        case "json":
            (folder / f"{name}.json").write_text(json.dumps(rows))
            return f"{name}.json", ""
        case "csv":
            with open(folder / f"{name}.csv", "w", newline="") as file:
                out = csv.DictWriter(file, list(rows[0]))
                out.writeheader()
                out.writerows(rows)
            return f"{name}.csv", ""
        case _:
            with sqlite3.connect(folder / "shop.sqlite") as db:
                fields = list(rows[0])
                db.execute(f"create table {name} ({', '.join(fields)})")
                marks = ", ".join("?" * len(fields))
                db.executemany(f"insert into {name} values ({marks})", [tuple(row[f] for f in fields) for row in rows])
            db.close()
            return "shop.sqlite", f'table = "{name}"\n'


def freeze(folder: Path) -> None:
    """Save the founding script in a workspace and freeze it."""
    from sopwb.app.commands import FreezeScript, SaveDraft
    from sopwb.app.workbench import failed, open_workbench

    bench = open_workbench(folder, AS_OF)
    for command in (SaveDraft("check_churn_risk", SCRIPT), FreezeScript("check_churn_risk")):
        output = bench.do(command)
        assert not failed(output), output
    bench.close()


def cpu_ms(words: list[str]) -> float:
    """Run a process and give its user + system CPU in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as scratch:
        program = shutil.which("sopwb")
        assert program, "install it first: python3 -m pip install '.[test]'"
        tail = ["--run", "check_churn_risk", "--input", "customer_id=john_doe", "--as-of", AS_OF, "--json"]
        rivals = {"import json, sqlite3": [sys.executable, "-c", "import json, sqlite3"]}
        rivals |= {
            f"sopwb --run over {form}": [program, "-w", str(folder), *tail]
            for form, folder in workspaces(Path(scratch)).items()
        }
        for words in rivals.values():
            cpu_ms(words)
        measured: dict[str, list[float]] = {name: [] for name in rivals}
        for _ in range(rounds):
            for name, words in rivals.items():
                measured[name].append(cpu_ms(words))
    base = statistics.median(measured["import json, sqlite3"])
    print(f"{'command':28} {'CPU ms':>8} {'ratio':>6}   (median of {rounds}, interleaved)")
    for name, times in measured.items():
        print(f"{name:28} {statistics.median(times):8.1f} {statistics.median(times) / base:6.2f}")


if __name__ == "__main__":
    main()
