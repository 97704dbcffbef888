"""``file.write``: a whole text file under one folder of the workspace.

    path, text, mode? ("replace", "create")  ─►  {path}      path is relative to the workspace

A file appears under its name only when it is complete and on disk: it is written beside it, synced, and then given
the name (the point of no return). The same effect writes the same bytes, so it may be repeated. Every folder on the
way is opened by the one before it and never through a symbolic link, so a link that somebody makes meanwhile leads
nowhere. Names that begin with a dot and ``sopwb.toml`` cannot be written. Deliberately not here: appending,
which cannot be repeated, and anything outside of ``[tools.file] folder``.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Annotated, Final

import msgspec

from sopwb.kernel.limits import KEY_HOURS_MAX
from sopwb.run.acting import Dispatch, Done, NotApplied, Protection, Rejected, Reply, Unknown
from sopwb.tools.secrets import tidy
from sopwb.tools.settings import read_settings, wrong_setting
from sopwb.tools.tool import Equipment

SECTION: Final = "file"
_MODES: Final = ("replace", "create")
_NEVER: Final = frozenset({"sopwb.toml"})
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LASTING: Final = frozenset(
    {errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.EFBIG}
)
"""Faults of the path or the text themselves; a full disk or a missing permission may be gone tomorrow."""


class FileSettings(msgspec.Struct, frozen=True):
    folder: Annotated[str, msgspec.Meta(min_length=1)]


class _Refused(ValueError):
    """The path or the file there is none that may be written. Ends in ``Rejected``."""


class FileActor:
    """Writes files for one run, one at a time. It does not yield to the loop: a write is a few milliseconds."""

    def __init__(self, workspace: str, folder: tuple[str, ...]) -> None:
        self.protection = Protection("idempotent", key_hours=KEY_HOURS_MAX)
        self._workspace, self._folder = workspace, folder

    async def __aenter__(self) -> FileActor:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        pass

    async def act(self, dispatch: Dispatch, commit: Callable[[], None]) -> Reply:
        args, renaming = dispatch.args, _Once(commit)
        try:
            mode = args.get("mode") or "replace"
            if mode not in _MODES:
                raise _Refused(f"the mode is one of {', '.join(_MODES)}")
            data = args["text"].encode("utf-8")
            names = (*self._folder, *read_path(args["path"]))
            with _opened(self._workspace, names[:-1]) as folder:
                if _is_there(folder, names[-1], mode, data):
                    renaming()
                else:
                    _write(folder, names[-1], f".sopwb-{dispatch.key[:32]}", data, mode, renaming)
        except UnicodeEncodeError:
            return Rejected("text", "the text holds half of a character")
        except _Refused as refused:
            return Rejected("path", str(refused))
        except OSError as error:
            if renaming.error is not None:
                raise renaming.error from None
            if renaming.renamed:
                return Unknown(f"the file stands, but the disk did not confirm it: {error.strerror}")
            code = errno.errorcode.get(error.errno or 0, "error")
            reason = tidy(f"{args['path']}: {error.strerror}")
            return Rejected(code, reason) if error.errno in _LASTING else NotApplied(code, reason)
        return Done({"path": "/".join(names)})

    async def verify(self, dispatch: Dispatch) -> Reply:
        return Unknown("a file that is in doubt is written again")


class _Once:
    """Passes the point of no return. What the journal raises is told apart from what the disk does."""

    def __init__(self, commit: Callable[[], None]) -> None:
        self._commit = commit
        self.error: OSError | None = None
        self.renamed = False

    def __call__(self) -> None:
        try:
            self._commit()
        except OSError as error:
            self.error = error
            raise


def read_path(text: str) -> tuple[str, ...]:
    """Split a relative path into its names. Raises ``ValueError`` for one that could leave its folder or hide."""
    names = tuple(text.split("/"))
    for name in names:
        if not name or name.startswith("."):
            raise _Refused("a path has names between slashes, and none begins with a dot")
        if not name.isprintable() or "\\" in name or ":" in name:
            raise _Refused("a path's names hold no backslash, colon or control character")
    if names[-1].lower() in _NEVER:
        raise _Refused(f"{names[-1]} is the workspace's own")
    return names


@contextmanager
def _opened(workspace: str, names: tuple[str, ...]) -> Iterator[int]:
    """Open a folder name by name, making what is missing, and following no link below the workspace."""
    at = os.open(workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names:
            try:
                below = os.open(name, _FOLDER, dir_fd=at)
            except FileNotFoundError:
                os.mkdir(name, 0o755, dir_fd=at)
                os.fsync(at)
                below = os.open(name, _FOLDER, dir_fd=at)
            os.close(at)
            at = below
        yield at
    finally:
        os.close(at)


def _is_there(folder: int, name: str, mode: str, data: bytes) -> bool:
    """Whether a file to create stands already with these bytes, as after a crash. Raises ``_Refused``."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode):
        raise _Refused(f"{name} is there, and is no plain file")
    if mode != "create":
        return False
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder), "rb") as file:
        if found.st_size == len(data) and file.read() == data:
            return True
    raise _Refused(f"{name} is there already")


def _write(folder: int, name: str, beside: str, data: bytes, mode: str, commit: _Once) -> None:
    """Write a file beside its name, and give it the name when it is on disk."""
    with suppress(FileNotFoundError):
        os.unlink(beside, dir_fd=folder)  # left by an attempt that a crash ended
    try:
        with open(os.open(beside, _NEW, 0o644, dir_fd=folder), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        commit()
        if mode == "create":
            os.link(beside, name, src_dir_fd=folder, dst_dir_fd=folder)  # a rename would replace what came meanwhile
        else:
            os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
        commit.renamed = True
    except FileExistsError:
        if commit.error is not None:
            raise
        raise _Refused(f"{name} is there already") from None
    finally:
        with suppress(OSError):  # what went wrong before matters more
            os.unlink(beside, dir_fd=folder)
    os.fsync(folder)


def file_actor(equipment: Equipment) -> FileActor:
    """Make the actor of a workspace's settings. Raises ``UserError`` SOP-K004."""
    settings = read_settings(FileSettings, SECTION, equipment.settings)
    try:
        folder = () if settings.folder == "." else read_path(settings.folder.rstrip("/"))
    except _Refused as refused:
        raise wrong_setting(SECTION, "folder", str(refused), "a folder under the workspace, or .") from None
    return FileActor(equipment.folder, folder)
