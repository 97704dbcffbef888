"""How long the offline author thinks about a turn: ``python -m tests.bench.turns FOLDER… [--rounds N]``.

Each conversation of the folders is held in this process, over a copy of its workspace; the first turn of all is not
counted (it loads the grammar). The figure of a turn is the least of the rounds, in CPU and on the wall. The bound of
the house is 50 ms.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sopwb.app.workbench import open_workbench
from sopwb.author.dialogue import Dialogue
from tests.evaluate import cases_in

BOUND_MS = 50.0


def held(case: Path) -> Iterator[tuple[float, float]]:
    """Hold a conversation; gives the milliseconds of CPU and of wall time of each turn."""
    spec = json.loads((case / "case.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "workspace")
        shutil.copytree(case, folder)
        bench = open_workbench(str(folder), as_of=spec["as_of"])
        dialogue = Dialogue(bench, as_of=spec["as_of"])
        for turn in spec["turns"]:
            cpu, wall = time.process_time(), time.perf_counter()
            dialogue.turn(turn)
            yield (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
        bench.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", metavar="FOLDER", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    cases = cases_in(options.folders)
    rounds = [[times for case in cases for times in held(case)] for _ in range(options.rounds)]
    columns = [[min(row[turn][kind] for row in rounds) for turn in range(1, len(rounds[0]))] for kind in (0, 1)]
    print(f"{len(columns[0])} turns of {len(cases)} conversations, least of {options.rounds} rounds, ms")
    print(f"{'':6}{'median':>8}{'p90':>8}{'p99':>8}{'most':>8}{f'below {BOUND_MS:.0f}':>10}")
    for name, column in zip(("CPU", "wall"), columns, strict=True):
        cuts = statistics.quantiles(column, n=100)
        below = sum(ms < BOUND_MS for ms in column) / len(column)
        print(f"{name:6}{cuts[49]:8.0f}{cuts[89]:8.0f}{cuts[98]:8.0f}{max(column):8.0f}{below:10.0%}")


if __name__ == "__main__":
    main()
