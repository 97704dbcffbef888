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
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

from tests.bench.measure import Taken, command, interleaved, line
from tests.bench.shop import freeze
from tests.run.shop import founding

BASE = "import json, sqlite3"
PATIENCE_S = 60.0
AS_OF = "2026-11-22T08:00:00Z"
SAMPLE = Path(__file__).parents[2] / "sample_data"


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
        freeze(folder, {"check_churn_risk": founding()}, AS_OF)
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as scratch:
        program = shutil.which("sopwb")
        assert program, "install it first: python3 -m pip install '.[test]'"
        tail = ["--run", "check_churn_risk", "--input", "customer_id=john_doe", "--as-of", AS_OF, "--json"]
        rivals = {BASE: [sys.executable, "-c", BASE]}
        rivals |= {
            f"sopwb --run over {form}": [program, "-w", str(folder), *tail]
            for form, folder in workspaces(Path(scratch)).items()
        }

        def turn(name: str) -> Taken:
            return command(rivals[name], Path(tempfile.gettempdir()), PATIENCE_S)

        interleaved(list(rivals), 1, turn)  # files are read for the first time
        found = interleaved(list(rivals), rounds, turn)
    base = found[BASE]
    assert not isinstance(base, str), "a program that was too slow has raised"
    print(f"{'command':28} {'CPU ms':>8} {'ratio':>6}   (median of {rounds}, interleaved)")
    for name, takes in found.items():
        assert not isinstance(takes, str), "a program that was too slow has raised"
        own = line(takes, base)
        print(f"{name:28} {1000 * own.taken.cpu:8.1f} {own.cpu[0]:6.2f}")


if __name__ == "__main__":
    main()
