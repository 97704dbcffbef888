"""``file.write``: whole files, under one folder, never through a link."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sopwb.kernel.diagnostics import UserError
from sopwb.run.acting import Done, NotApplied, Rejected, Reply, Unknown
from sopwb.tools.file_write import file_actor
from tests.tools.acting import KEY, Commit, dispatch, equipment

AFTER = f".sopwb-{KEY[:32]}"


async def write(
    workspace: Path, path: str, text: str = "new", mode: str | None = None, folder: str = "out", commit: Any = None
) -> Reply:
    async with file_actor(equipment({"folder": folder}, str(workspace))) as file:
        return await file.act(dispatch("file.write", {"path": path, "text": text, "mode": mode}), commit or Commit())


def everything(folder: Path) -> dict[str, str]:
    """Every file below a folder, links not followed, with its text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text() if path.is_file() else "?"
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    }


@pytest.mark.parametrize(("folder", "path", "stands"), [
    ("out", "a.txt", "out/a.txt"), ("out", "x/y/a.txt", "out/x/y/a.txt"), (".", "a.txt", "a.txt"),
    ("out/in/", "ü a.txt", "out/in/ü a.txt"),
])  # fmt: skip
async def test_a_file_is_written_with_the_folders_that_it_needs(
    tmp_path: Path, folder: str, path: str, stands: str
) -> None:
    assert await write(tmp_path, path, "zoë\n", folder=folder) == Done({"path": stands})
    assert everything(tmp_path) == {stands: "zoë\n"}


async def test_a_file_is_replaced_and_the_same_effect_again_changes_nothing(tmp_path: Path) -> None:
    await write(tmp_path, "a.txt", "old")
    for _ in range(2):
        assert isinstance(await write(tmp_path, "a.txt", "new"), Done)
    assert everything(tmp_path) == {"out/a.txt": "new"}


async def test_a_file_to_create_may_stand_already_only_with_the_same_bytes(tmp_path: Path) -> None:
    for _ in range(2):
        commit = Commit()
        assert isinstance(await write(tmp_path, "a.txt", "same", "create", commit=commit), Done)
        assert commit.times == 1
    for other in ("diff", "longer text"):
        assert await write(tmp_path, "a.txt", other, "create") == Rejected("path", "a.txt is there already")
    assert everything(tmp_path) == {"out/a.txt": "same"}


async def test_a_file_that_comes_meanwhile_is_not_replaced_by_one_to_create(tmp_path: Path) -> None:
    def meanwhile() -> int:
        (tmp_path / "out/a.txt").write_text("theirs")
        return 0

    assert isinstance(await write(tmp_path, "a.txt", "ours", "create", commit=Commit(meanwhile)), Rejected)
    assert everything(tmp_path) == {"out/a.txt": "theirs"}


@pytest.mark.parametrize("path", [
    "", "/etc/passwd", "../a", "x/../../a", "./a", "x//a", "x/", ".hidden", ".sopwb/ref", "x/.git/config", "sopwb.toml",
    "SOPWB.toml", "a\\b", "C:a", "a\nb", "a\0b", "a\x1b[31m", "\ud800", "..",
])  # fmt: skip
async def test_a_path_that_leaves_or_hides_is_rejected(tmp_path: Path, path: str) -> None:
    commit = Commit()
    assert isinstance(await write(tmp_path, path, folder=".", commit=commit), Rejected)
    assert (commit.times, everything(tmp_path)) == (0, {})


@pytest.mark.parametrize("change", [{"mode": "append"}, {"text": "\ud800"}, {"path": "x" * 300}])
async def test_what_is_no_file_is_rejected(tmp_path: Path, change: dict[str, str]) -> None:
    commit = Commit()
    assert isinstance(await write(tmp_path, **{"path": "a", **change}, commit=commit), Rejected)
    assert (commit.times, everything(tmp_path)) == (0, {})


@pytest.mark.parametrize("link", ["out", "out/x", "out/x/a.txt"])
async def test_a_link_on_the_way_is_not_followed(tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.txt").write_text("theirs")
    workspace = tmp_path / "shop"
    (workspace / link).parent.mkdir(parents=True)
    (workspace / link).symlink_to(outside / "a.txt" if link.endswith(".txt") else outside)
    assert isinstance(await write(workspace, "x/a.txt"), Rejected)
    assert everything(outside) == {"a.txt": "theirs"}


async def test_a_link_that_is_made_while_writing_is_replaced_and_not_followed(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("theirs")

    def meanwhile() -> int:
        (tmp_path / "shop/out/a.txt").symlink_to(theirs)
        return 0

    (tmp_path / "shop").mkdir()
    assert isinstance(await write(tmp_path / "shop", "a.txt", commit=Commit(meanwhile)), Done)
    assert theirs.read_text() == "theirs"
    assert not (tmp_path / "shop/out/a.txt").is_symlink()


@pytest.mark.parametrize("there", ["folder", "pipe", "file on the way"])
async def test_what_is_no_plain_file_is_left_alone(tmp_path: Path, there: str) -> None:
    place = tmp_path / "out/x"
    place.parent.mkdir()
    if there == "folder":
        place.mkdir()
    elif there == "pipe":
        os.mkfifo(place)
    else:
        place.write_text("a file")
    assert isinstance(await write(tmp_path, "x/a" if there == "file on the way" else "x"), Rejected)
    assert isinstance(await write(tmp_path, "y", "create"), Done)


async def test_what_a_crash_left_beside_a_file_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / AFTER).write_text("half")
    assert isinstance(await write(tmp_path, "a.txt"), Done)
    assert everything(tmp_path) == {"out/a.txt": "new"}


@pytest.mark.parametrize("mode", ["replace", "create"])
async def test_nothing_changes_when_the_journal_cannot_be_written(tmp_path: Path, mode: str) -> None:
    for error in (OSError("disk full"), FileExistsError("journal"), ValueError("bug")):
        with pytest.raises(type(error), match=str(error)):
            await write(tmp_path, "a.txt", mode=mode, commit=Commit(error=error))
        assert everything(tmp_path) == {}


@pytest.mark.parametrize(("call", "error", "expected", "left"), [
    ("fsync", OSError(28, "No space left on device"), NotApplied("ENOSPC", "a.txt: No space left on device"), "old"),
    ("rename", OSError(13, "Permission denied"), NotApplied("EACCES", "a.txt: Permission denied"), "old"),
    ("rename", OSError(36, "File name too long"), Rejected("ENAMETOOLONG", "a.txt: File name too long"), "old"),
])  # fmt: skip
async def test_a_fault_of_the_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: OSError, expected: Reply, left: str
) -> None:
    await write(tmp_path, "a.txt", "old")

    def fails(*given: Any, **more: Any) -> None:
        raise error

    monkeypatch.setattr(os, call, fails)
    assert await write(tmp_path, "a.txt", "new") == expected
    assert everything(tmp_path) == {"out/a.txt": left}


async def test_a_file_whose_name_the_disk_did_not_confirm_is_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(tmp_path, "a.txt", "old")
    real, calls = os.fsync, []

    def second_fails(at: int) -> None:
        calls.append(at)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        real(at)

    monkeypatch.setattr(os, "fsync", second_fails)
    assert isinstance(await write(tmp_path, "a.txt"), Unknown)


async def test_a_missing_workspace_is_not_applied(tmp_path: Path) -> None:
    assert isinstance(await write(tmp_path / "gone", "a.txt"), NotApplied)


@pytest.mark.parametrize("settings", [{}, {"folder": ""}, {"folder": "/tmp"}, {"folder": "../x"}, {"folder": ".sopwb"},
                                      {"folder": 7}, {"folder": "out", "mode": "x"}])  # fmt: skip
def test_wrong_settings_are_the_users_error(settings: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="SOP-K004"):
        file_actor(equipment(settings, "/nowhere"))
