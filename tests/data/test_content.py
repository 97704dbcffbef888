"""Digests of files and their cache: never stale."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from blake3 import blake3

import sopwb.data.content as content
from sopwb.data.content import Content, file_digest
from sopwb.kernel.diagnostics import UserError

LONG_AGO = 1_600_000_000


def old(path: Path, data: bytes, at: int = LONG_AGO) -> Path:
    """Write a file that has not been changed for long."""
    path.write_bytes(data)
    os.utime(path, (at, at))
    return path


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file count as settled at once: its change time cannot be set back."""
    monkeypatch.setattr(content, "FINGERPRINT_SETTLE_NS", -(10**12))


def test_a_digest_is_blake3_of_the_files_bytes(tmp_path: Path) -> None:
    path = old(tmp_path / "a", b"x" * 3_000_000)
    assert file_digest(str(path), None) == blake3(b"x" * 3_000_000).hexdigest()


@pytest.mark.usefixtures("settled")
def test_a_cached_digest_is_used_while_nothing_about_the_file_differs(tmp_path: Path) -> None:
    path = old(tmp_path / "a", b"one")
    digest = file_digest(str(path), tmp_path / "cache")
    (note,) = (tmp_path / "cache" / "digests").iterdir()
    note.write_text(note.read_text().replace(digest, "f" * 64))
    assert file_digest(str(path), tmp_path / "cache") == "f" * 64
    old(path, b"two", LONG_AGO + 1)
    assert file_digest(str(path), tmp_path / "cache") == blake3(b"two").hexdigest()


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"1 2 3 4 5\n", b"x" * 5000])
def test_a_damaged_note_is_not_believed(tmp_path: Path, damage: bytes) -> None:
    path = old(tmp_path / "a", b"one")
    digest = file_digest(str(path), tmp_path / "cache")
    (note,) = (tmp_path / "cache" / "digests").iterdir()
    note.write_bytes(damage)
    assert file_digest(str(path), tmp_path / "cache") == digest


def test_a_file_that_changed_just_now_is_not_cached(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    file_digest(str(path), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_costs_nothing_else(tmp_path: Path, settled: None) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    path = old(tmp_path / "a", b"one")
    assert file_digest(str(path), tmp_path / "cache") == blake3(b"one").hexdigest()


# --- the same file ------------------------------------------------------------------------------
def streamed(path: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    """Find a file that is too large to be held, and hash it."""
    monkeypatch.setattr(content, "SOURCE_BYTES_HELD_MAX", 0)
    found = Content(str(path), path.name, None)
    found.digest()
    return found


def test_a_file_that_was_only_touched_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = streamed(old(tmp_path / "a", b"one"), monkeypatch)
    old(tmp_path / "b", b"one", LONG_AGO + 1)
    os.replace(tmp_path / "b", tmp_path / "a")
    found.unchanged()


@pytest.mark.parametrize("now", [b"two", b"longer"])
def test_a_file_with_other_bytes_is_not_the_same(tmp_path: Path, now: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    found = streamed(old(tmp_path / "a", b"one"), monkeypatch)
    old(tmp_path / "a", now, LONG_AGO + 1)
    with pytest.raises(UserError, match="SOP-D018 at a: a changed while it was read"):
        found.unchanged()
