"""A file that has its name only when it is complete.

It is written beside its name and renamed at the end, so that a crash, a full disk, a killed process or Ctrl-C leaves
what was there before. A killed process may leave the part (``.sopwb-….part``). Deliberately not here: any format.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from types import TracebackType
from typing import IO

from sopwb.kernel.diagnostics import Diagnostic, UserError

_MODE = 0o644
_PRIVATE = 0o600


class Unwritable(Exception):
    """The file cannot be written. It passes through a run, which knows nothing of files, to the ``with`` block."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"{path}: {error}")
        self.diagnostic = Diagnostic("SOP-A014", f"{path}: {error.strerror or error}")


class PartFile:
    """An open binary ``file``. ``commit`` syncs it and gives it its name; leaving the ``with`` block removes it else.

    ``private``: only its owner may read it. Raises ``UserError`` SOP-A014 where its folder cannot be written.
    """

    def __init__(self, path: str, private: bool = False) -> None:
        self.path = path
        self._mode = _PRIVATE if private else _MODE
        self.made = ""
        try:
            handle, self.made = tempfile.mkstemp(
                prefix=".sopwb-", suffix=".part", dir=os.path.dirname(os.path.abspath(path))
            )
        except OSError as error:
            raise UserError(Unwritable(path, error).diagnostic) from None
        self.file: IO[bytes] = os.fdopen(handle, "wb")

    def commit(self) -> None:
        """Sync, close and rename. Raises ``Unwritable``."""
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            os.chmod(self.made, self._mode)
            os.replace(self.made, self.path)
        except OSError as error:
            raise Unwritable(self.path, error) from None
        self.made = ""

    def discard(self) -> None:
        """Remove what was written, unless it has its name already."""
        if not self.made:
            return
        made, self.made = self.made, ""
        os.unlink(made)
        with suppress(OSError):  # what is still buffered may not fit on the disk, and nobody wants it
            self.file.close()

    def __enter__(self) -> PartFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.discard()
