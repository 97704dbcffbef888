"""Digests of files, their cache, and spools: never stale, never half made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

import sopwb.data.columnar.make as making
import sopwb.data.columnar.table as reading
import sopwb.data.content as content
import sopwb.data.open as opening
from sopwb.data.content import file_digest
from sopwb.data.declaration import SourceDeclaration, declare
from sopwb.data.open import open_table
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


# --- copies -------------------------------------------------------------------------------------
@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "ROWS_IN_MEMORY_MAX", 2)


def declared(folder: Path, **settings: object) -> SourceDeclaration:
    declaration, faults = declare("things", {"path": "a.csv", "key": "id", **settings}, str(folder))
    assert declaration is not None, faults
    return declaration


def copies(folder: Path) -> list[str]:
    return sorted(entry.name for entry in (folder / "cache" / "columns").glob("*.parquet"))


@pytest.mark.usefixtures("small")
def test_a_copy_is_made_once_and_used_until_its_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("id,v\n3,c\n1,a\n2,b\n")
    first = open_table(declared(tmp_path), cache_dir=tmp_path / "cache")
    (name,) = copies(tmp_path)

    def never(*_: object) -> None:
        raise AssertionError("the copy is there already")

    with monkeypatch.context() as patch:
        patch.setattr(making, "make_about", never)
        again = open_table(declared(tmp_path), cache_dir=tmp_path / "cache")
    assert list(again.rows()) == list(first.rows()) == [{"id": 1, "v": "a"}, {"id": 2, "v": "b"}, {"id": 3, "v": "c"}]
    assert (again.schema, again.fingerprint()) == (first.schema, first.fingerprint())
    (tmp_path / "a.csv").write_text("id,v\n3,c\n1,a\n2,z\n")
    changed = open_table(declared(tmp_path), cache_dir=tmp_path / "cache")
    assert [row["v"] for row in changed.rows()] == ["a", "z", "c"]
    assert [row["v"] for row in first.rows()] == ["a", "b", "c"]
    assert set(copies(tmp_path)) > {name}, "who reads the old one keeps it"


@pytest.mark.usefixtures("small")
def test_another_type_key_or_zone_is_another_copy(tmp_path: Path) -> None:
    import datetime as dt

    (tmp_path / "a.csv").write_text("id,v\n3,2026-01-31 00:00\n1,2026-01-31 00:00\n2,2026-01-31 00:00\n")
    seen, names = [], set()
    for settings, zone in (
        ({}, dt.UTC),
        ({"fields": {"v": "string"}}, dt.UTC),
        ({"key": ""}, dt.UTC),
        ({}, dt.timezone(dt.timedelta(hours=1))),
    ):
        table = open_table(declared(tmp_path, **settings), cache_dir=tmp_path / "cache", zone=zone)
        seen.append(next(table.rows()))
        names.update(copies(tmp_path))
    assert len(names) == 4
    assert seen[3]["v"] == dt.datetime(2026, 1, 30, 23, tzinfo=dt.UTC)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("damage", [b"", b"nonsense" * 20])
def test_a_damaged_copy_is_made_again(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "a.csv").write_text("id\n3\n1\n2\n")
    open_table(declared(tmp_path), cache_dir=tmp_path / "cache")
    (name,) = copies(tmp_path)
    (tmp_path / "cache" / "columns" / name).write_bytes(damage)
    assert [row["id"] for row in open_table(declared(tmp_path), cache_dir=tmp_path / "cache").rows()] == [1, 2, 3]


@pytest.mark.usefixtures("small")
def test_a_failed_copy_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n3\n1\n3\n")
    with pytest.raises(UserError, match="SOP-D021"):
        open_table(declared(tmp_path), cache_dir=tmp_path / "cache")
    assert copies(tmp_path) == []


@pytest.mark.usefixtures("small")
def test_a_cache_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n3\n1\n2\n")
    (tmp_path / "cache").write_text("")
    with pytest.raises(UserError, match=r"SOP-D042 .*cannot spool things"):
        open_table(declared(tmp_path), cache_dir=tmp_path / "cache")


@pytest.mark.usefixtures("small")
def test_a_streamed_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "SOURCE_BYTES_HELD_MAX", 4)
    (tmp_path / "a.csv").write_text("id\n3\n1\n2\n")
    read = making._Source.read

    def meddle(*args: Any, **settings: Any) -> Any:
        (tmp_path / "a.csv").write_text("id\n3\n1\n2\n4\n")
        return read(*args, **settings)

    monkeypatch.setattr(making._Source, "read", meddle)
    with pytest.raises(UserError, match=r"SOP-D018 at a.csv: a.csv changed while it was read"):
        open_table(declared(tmp_path), cache_dir=tmp_path / "cache")
    assert copies(tmp_path) == []


@pytest.mark.usefixtures("small")
def test_pages_join_without_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LOOK_UP_PAGE_ROWS", 3)
    for count in (3, 4, 6, 7):
        (tmp_path / "a.csv").write_text("id,v\n" + "".join(f"{n},{n % 2}\n" for n in range(count, 0, -1)))
        table = open_table(declared(tmp_path), cache_dir=None)
        assert [row["id"] for row in table.rows()] == list(range(1, count + 1))
        assert [row["id"] for row in table.matching("v", 1)] == list(range(1, count + 1, 2))


_BIG = """
import resource, sys, time
from pathlib import Path
from sopwb.data.declaration import declare
from sopwb.data.open import open_table
declaration, _ = declare("orders", {"path": "orders.csv", "key": "id"}, sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
table = open_table(declaration, cache_dir=Path(sys.argv[1], "cache"))
last, total = -1, 0
for row in table.rows():
    assert row["id"] > last
    last, total = row["id"], total + row["amount"]
assert [row["id"] for row in table.matching("customer", "c77")] == [n for n in range(1_000_000) if n * 7 % 50_000 == 77]
print(table.count(), total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
def test_a_million_records_take_less_than_300_mebibytes(tmp_path: Path) -> None:
    with (tmp_path / "orders.csv").open("w") as stream:
        stream.write("id,customer,amount,at,note\n")
        for n in range(1_000_000):
            m = n * 611_953 % 1_000_000
            stream.write(f"{m},c{m * 7 % 50_000},{m % 1000}.{m % 89 + 10},2026-01-{m % 28 + 1:02},note {m}\n")
    done = subprocess.run(
        [sys.executable, "-c", _BIG, str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    count, _, kibibytes = done.stdout.split()
    assert count == "1000000"
    assert int(kibibytes) < 300 * 1024
