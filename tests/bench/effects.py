"""All that effects cost, in one command, with the goals of the house beside what was measured.

    python -m tests.bench.effects [--quick]                                                    (extra: bench)

    mails a second through the journal, against the same tool without one      goal: 85 % at least      (journal)
    effects a second of a tool that does nothing, synced in groups             goal: 100,000 on disk    (journal)
    mails over kept connections, against one connection a mail                 goal: 4 times as many    (mail)
    kills: mailed twice, never mailed, told in doubt, beside DBOS              goal: none twice         (durable_rivals)

Each part is a benchmark of its own as well. ``--quick`` measures little of each, to see that it works. The machine
should have nothing else to do: its load is printed before and after.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

from tests.bench import durable_rivals, journal, mail


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", default=None, help="where the journals are (default: the temporary folder)")
    options = parser.parse_args()
    quick = options.quick
    load()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        journal.mails(Path(folder), 200 if quick else 2_000, 8, 1 if quick else 7)
        journal.effects(Path(folder), 5_000 if quick else 100_000, 8, 1 if quick else 7)
    mail.pooled(50 if quick else 1_000, 0.0, 1 if quick else 5)
    if find_spec("dbos") is None:
        print("\nDBOS is not installed: pip install '.[bench]'")
    else:
        durable_rivals.compare(40 if quick else 300, 3 if quick else 20, 4)
    load()


def load() -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)


if __name__ == "__main__":
    main()
