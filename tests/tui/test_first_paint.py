"""Opening the workbench imports nothing that the first paint does not need, and an idle one rests."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sopwb.tui.app import _HERE, _STYLES

LATER = (
    "litellm",
    "duckdb",
    "sqlglot",
    "pyarrow",
    "markdown_it",
    "pygments",
    "rapidfuzz",
    "re2",
    "tinydb",
    "zstandard",
)


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    code = "import sys, sopwb.tui.app; print(' '.join(sorted({m.partition('.')[0] for m in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert set(done.stdout.split()) & set(LATER) == set()


def test_every_style_sheet_is_used_and_there() -> None:
    used = {f"{style}.tcss" for style in _STYLES}
    assert used == {path.relative_to(_HERE).as_posix() for path in _HERE.rglob("*.tcss")}


PAINT = """
import time
from sopwb.tui.app import WorkbenchApp
imported = time.process_time()
from tests.tui.fake import FakeBench, FakeTalk
lost = time.process_time() - imported
class Timed(WorkbenchApp):
    def on_mount(self):
        super().on_mount()
        self.call_after_refresh(self.call_after_refresh, self.painted)
    def painted(self):
        self.seen = time.process_time() - lost
        self.set_timer(1.5, self.rested)
        self.set_timer(0.5, self.rests)
    def rests(self):
        self.begun = time.process_time()
    def rested(self):
        self.exit((self.seen, time.process_time() - self.begun))
bench = FakeBench()
print(*Timed(bench, lambda: FakeTalk(bench)).run(headless=True, size=(120, 40)))
"""


@pytest.mark.slow
def test_the_first_paint_costs_little_and_an_idle_screen_next_to_nothing() -> None:
    runs = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", PAINT], capture_output=True, text=True, timeout=30, check=True)
        runs.append([float(part) for part in done.stdout.split()])
    assert min(paint for paint, _ in runs) < 0.6, "seconds of processor time; the best of three, for others share it"
    assert min(idle for _, idle in runs) < 0.05, "in one second of rest"
