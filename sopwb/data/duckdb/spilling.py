"""A folder for what one database puts aside while memory does not hold it.

    ROOT/NAME/        what DuckDB writes; a database of its own, since two would write files of the same names
    ROOT/NAME.lock    held as long as the database lives: who can lock it has found what a killed process left

Deliberately not here: when a database spills.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sopwb.data.codes import NO_SPILL
from sopwb.kernel.diagnostics import Diagnostic, UserError

_LOCK: Final = ".lock"


@contextmanager
def spill_folder(root: Path) -> Iterator[Path]:
    """Make a folder that goes with the ``with`` block. Raises ``UserError`` SOP-D051 where there can be none."""
    try:
        handle, folder = _made(root)
    except OSError as error:
        raise UserError(Diagnostic(NO_SPILL, f"{root}: {error.strerror or error}")) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.unlink(folder.with_name(folder.name + _LOCK))
        os.close(handle)


def _made(root: Path) -> tuple[int, Path]:
    """Make a folder whose lock is held from the first moment that others can see it."""
    root.mkdir(parents=True, exist_ok=True)
    whole = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(whole, fcntl.LOCK_EX)
        _remove_left(root)
        handle, lock = tempfile.mkstemp(suffix=_LOCK, dir=root)
        fcntl.flock(handle, fcntl.LOCK_EX)
        folder = Path(lock.removesuffix(_LOCK))
        folder.mkdir()
        return handle, folder
    finally:
        os.close(whole)


def _remove_left(root: Path) -> None:
    for lock in root.glob("*" + _LOCK):
        try:
            handle = os.open(lock, os.O_RDWR)
        except FileNotFoundError:
            continue  # its owner has just gone
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
        except BlockingIOError:
            continue  # its owner lives
        finally:
            os.close(handle)
