"""What a customer costs as there are more of them: the same script over shops of several sizes, 12 orders each.

    python -m tests.bench.scale --sizes 100,10000,100000,1000000 [--rounds 5] [--threads 2] [--memory-mb 450]
                                [--only engine,run] [--folder DIR]

Nanoseconds a customer, and those of each customer beyond the size before: what begins once (importing, opening,
planning) weighs on the first, not on the second, of which the smallest size has none. Sizes and contestants are
interleaved, each turn in a fresh process. A shop of 10,000,000 customers takes 2.6 GB on disk, twice with an index,
and a minute to make; the program is refused more memory than ``--memory-mb`` and the 200 MB that it has beside its
database.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from sopwb.kernel.limits import SET_MEMORY_MB_MAX
from tests.bench.measure import Taken, interleaved, own_process
from tests.bench.sets import CONTESTANTS, words_of
from tests.bench.shop import Setting, make_parquet, make_workspaces

ORDERS_EACH = 12
ORDER_BYTES = 24
"""What an order takes in Parquet."""


def setting_of(folder: Path, size: int, options: argparse.Namespace) -> Setting:
    """Make the shop of a size where it is not there yet. Raises ``SystemExit`` where the disk has no room for it."""
    made = folder / str(size)
    if not (made / "workspace").exists():
        made.mkdir(parents=True, exist_ok=True)
        room = shutil.disk_usage(made).free
        needed = 3 * size * ORDERS_EACH * ORDER_BYTES
        if room < needed:
            raise SystemExit(f"{size} customers need {needed >> 20} MiB of disk, and {room >> 20} are free")
        make_parquet(made, size, size * ORDERS_EACH)
        make_workspaces(made)
    return Setting(made, size, size * ORDERS_EACH, options.threads, options.memory_mb, size, options.patience)


def show(found: dict[str, list[Taken] | str], names: list[str], sizes: list[int]) -> None:
    """Print a line a contestant and size."""
    print(f"{'':50} {'customers':>9} {'seconds':>8} {'ns each':>8} {'ns more':>8} {'CPU more':>8} {'peak MiB':>8}")
    for name in names:
        before, each, further, processor = (0, 0.0, 0.0), [], [], []
        for size in sizes:
            takes = found[f"{name} {size}"]
            if isinstance(takes, str):
                print(f"{CONTESTANTS[name].title:50} {size:9}   – {takes}")
                continue
            wall, cpu, peak = (statistics.median(part) for part in zip(*takes, strict=True))
            more = (wall - before[1]) / (size - before[0]) * 1e9
            work = (cpu - before[2]) / (size - before[0]) * 1e9
            each.append(wall / size * 1e9)
            further += [more] if before[0] else []
            processor += [work] if before[0] else []
            before = size, wall, cpu
            print(
                f"{CONTESTANTS[name].title:50} {size:9} {wall:8.3f} {each[-1]:8.0f} {more:8.0f}"
                f" {work:8.0f} {peak:8.0f}"
            )
        if len(each) > 1:
            print(f"{'':69} {_spread(each)} {_spread(further)} {_spread(processor)}")


def _spread(figures: list[float]) -> str:
    """Say how far apart figures of different sizes are."""
    return f"{max(figures) / min(figures):7.2f}×" if figures and min(figures) > 0 else f"{'–':>8}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="100,10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory-mb", type=int, default=SET_MEMORY_MB_MAX)
    parser.add_argument("--patience", type=float, default=600, help="seconds that a program may take")
    parser.add_argument("--only", default="hand,engine,hand_indexed,engine_indexed,run", help="who takes part")
    parser.add_argument("--folder", default="", help="where the files are kept for the next time; default: nowhere")
    options = parser.parse_args()
    sizes, names = [int(size) for size in options.sizes.split(",")], options.only.split(",")
    with tempfile.TemporaryDirectory() as scratch:
        settings = {size: setting_of(Path(options.folder or scratch), size, options) for size in sizes}
        turns = {f"{name} {size}": (name, settings[size]) for name in names for size in sizes}

        def turn(key: str) -> Taken | str:
            name, setting = turns[key]
            return own_process("tests.bench.sets", ["--turn", name, *words_of(setting)], setting.threads)

        found = interleaved(list(turns), options.rounds, turn)
    print(f"{ORDERS_EACH} orders a customer, {options.threads} threads, DuckDB's limit {options.memory_mb} MB; "
          f"medians of {options.rounds} interleaved rounds")  # fmt: skip
    show(found, names, sizes)


if __name__ == "__main__":
    main()
