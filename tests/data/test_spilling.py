"""What memory does not hold goes to a folder of one database, which is gone afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sopwb.data.duckdb.spilling import spill_folder
from sopwb.kernel.diagnostics import UserError

_HOLDS = """
import sys, time
from pathlib import Path
from sopwb.data.duckdb.spilling import spill_folder
with spill_folder(Path(sys.argv[1])) as folder:
    (folder / "much").write_text("x")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def test_two_databases_have_folders_of_their_own_and_leave_nothing(tmp_path: Path) -> None:
    with spill_folder(tmp_path / "spill") as one, spill_folder(tmp_path / "spill") as two:
        assert one != two
        (one / "much").write_text("x")
        assert list(two.iterdir()) == []
    assert list((tmp_path / "spill").iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_holds_is_not(tmp_path: Path) -> None:
    held = subprocess.Popen([sys.executable, "-c", _HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert held.stdout is not None
    name = held.stdout.readline().strip()
    with spill_folder(tmp_path):
        assert (tmp_path / name / "much").exists()
    held.send_signal(signal.SIGKILL)
    held.communicate(timeout=30)
    with spill_folder(tmp_path) as folder:
        assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name, folder.name + ".lock"]


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "spill").write_text("a file")
    with pytest.raises(UserError, match="SOP-D051"), spill_folder(tmp_path / "spill"):
        pytest.fail("there is no folder")
