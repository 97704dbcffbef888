"""Large sources: made once, never stale, never half made, and read from where they are.

That they are what small ones would be is proved by ``tests/contract`` and ``tests/property/test_columns.py``.
"""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import sopwb.data.columnar.make as making
import sopwb.data.columnar.table as reading
import sopwb.data.content as content
import sopwb.data.open as opening
from sopwb.data.columnar.table import ColumnarTable
from sopwb.data.declaration import SourceDeclaration, declare
from sopwb.data.duckdb.session import Session
from sopwb.data.open import open_table, open_tables
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.types import type_text

THREE = "id,v\n3,c\n1,a\n2,b\n"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three records be many."""
    monkeypatch.setattr(opening, "ROWS_IN_MEMORY_MAX", 2)


def declared(folder: Path, **settings: object) -> SourceDeclaration:
    declaration, faults = declare("things", {"path": "a.csv", "key": "id", **settings}, str(folder))
    assert declaration is not None, faults
    return declaration


def opened(folder: Path, text: str | None = None, zone: dt.tzinfo = dt.UTC, **settings: object) -> ColumnarTable:
    """Open ``a.csv``, with new content if there is some."""
    if text is not None:
        (folder / "a.csv").write_text(text)
    table = open_table(declared(folder, **settings), cache_dir=folder / "cache", zone=zone)
    assert isinstance(table, ColumnarTable)
    return table


def parquet(folder: Path, columns: Any, name: str = "a.parquet", **settings: object) -> ColumnarTable:
    """Write a Parquet file and open it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), folder / name, row_group_size=2)
    table = open_table(declared(folder, path=name, **settings), cache_dir=folder / "cache")
    assert isinstance(table, ColumnarTable)
    return table


def kept(folder: Path, ending: str = "") -> list[str]:
    """List what lies in the cache."""
    names = (entry.name for entry in (folder / "cache" / "columns").iterdir())
    return sorted(name for name in names if name.endswith(ending) and name not in ("things.lock", "spill"))


def forbid(patch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError(f"{name} is not needed")

    patch.setattr(owner, name, never)


# --- once -----------------------------------------------------------------------------------------
def test_a_copy_is_made_once_and_used_until_its_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(tmp_path, THREE)
    before = kept(tmp_path)
    with monkeypatch.context() as patch:
        forbid(patch, making, "make_about")
        again = opened(tmp_path)
    assert list(again.rows()) == list(first.rows()) == [{"id": 1, "v": "a"}, {"id": 2, "v": "b"}, {"id": 3, "v": "c"}]
    assert (again.schema, again.fingerprint(), again.originals) == (first.schema, first.fingerprint(), first.originals)
    changed = opened(tmp_path, THREE.replace("b", "z"))
    assert [row["v"] for row in changed.rows()] == ["a", "z", "c"]
    assert [row["v"] for row in first.rows()] == ["a", "b", "c"]
    assert set(before) < set(kept(tmp_path))


def test_older_versions_are_removed_when_nobody_reads_them(tmp_path: Path) -> None:
    read = opened(tmp_path, THREE)
    opened(tmp_path, THREE.replace("a", "x"))
    opened(tmp_path, THREE.replace("a", "y"))
    assert len(kept(tmp_path, ".parquet")) == 2
    assert [row["v"] for row in read.rows()] == ["a", "b", "c"]
    del read
    opened(tmp_path, THREE.replace("a", "z"))
    assert [len(kept(tmp_path, ending)) for ending in (".parquet", ".json", "")] == [1, 1, 2]


def test_another_type_key_or_zone_is_another_copy(tmp_path: Path) -> None:
    text = "id,v\n3,2026-01-31 00:00\n1,2026-01-31 00:00\n2,2026-01-31 00:00\n"
    seen = []
    for settings, zone in (
        ({}, dt.UTC),
        ({"fields": {"v": "string"}}, dt.UTC),
        ({"key": ""}, dt.UTC),
        ({}, dt.timezone(dt.timedelta(hours=1))),
    ):
        table = opened(tmp_path, text, zone=zone, **settings)
        seen.append((kept(tmp_path, ".parquet")[0], next(table.rows())))
        del table
    assert len({name for name, _ in seen}) == 4
    assert seen[3][1]["v"] == dt.datetime(2026, 1, 30, 23, tzinfo=dt.UTC)


@pytest.mark.parametrize("ending", [".json", ".parquet"])
@pytest.mark.parametrize("damage", [b"", b"nonsense" * 20])
def test_what_is_damaged_is_made_again(tmp_path: Path, ending: str, damage: bytes) -> None:
    opened(tmp_path, THREE)
    (name,) = kept(tmp_path, ending)
    (tmp_path / "cache" / "columns" / name).write_bytes(damage)
    assert [row["id"] for row in opened(tmp_path).rows()] == [1, 2, 3]


def test_of_two_that_open_a_source_at_once_one_makes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(THREE)
    made, both = [], threading.Barrier(2)
    make = making.make_about

    def noticed(*args: Any) -> Any:
        made.append(args)
        return make(*args)

    monkeypatch.setattr(making, "make_about", noticed)
    found: list[int] = []

    def work() -> None:
        both.wait(10)
        found.append(sum(row["id"] for row in opened(tmp_path).rows()))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert found == [6, 6]
    assert len(made) == 1


def test_without_a_cache_folder_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "a.csv").write_text(THREE)
    table = open_table(declared(tmp_path), cache_dir=None)
    assert [row["v"] for row in table.matching("id", 2)] == ["b"]
    assert len(list((tmp_path / "tmp").iterdir())) == 1
    del table
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_layout_that_the_first_records_do_not_show_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopwb.data.read_csv.CSV_BLOCK_BYTES", 12)
    table = opened(tmp_path, "id,a,b,c\n1,5,1.5,x\n2,7,2.25,\n3,x,,2026-01-31\n4,,1234567890123456789012.125,\n")
    assert type_text(table.schema.record) == "{id: int, a: string?, b: decimal?, c: string?}"
    assert [row["b"] for row in table.rows()] == [
        Decimal("1.5"), Decimal("2.25"), None, Decimal("1234567890123456789012.125")
    ]  # fmt: skip


# --- never half made --------------------------------------------------------------------------------
def test_a_source_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="SOP-D021"):
        opened(tmp_path, "id\n3\n1\n3\n")
    assert kept(tmp_path) == []


def test_a_cache_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(UserError, match=r"SOP-D042 .*cannot spool things"):
        opened(tmp_path, THREE)


_CHILD = """
import sys
from pathlib import Path
import sopwb.data.open as opening
from sopwb.data.declaration import declare
from sopwb.kernel.diagnostics import UserError
opening.ROWS_IN_MEMORY_MAX = 2
folder = Path(sys.argv[1])
declaration, _ = declare("things", {"path": "a.csv", "key": "id"}, str(folder))
def opened():
    return opening.open_table(declaration, cache_dir=folder / "cache")
"""
_FULL = """
import resource
import pyarrow.parquet, duckdb, sqlite3
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    table = opened()
    print(len(list(table.matching("v", "17"))), sum(1 for _ in table.rows()))
except UserError as error:
    print(error.diagnostics[0].line())
"""
_HANGS = """
import {module} as module
write = module.{owner}
def hang(*args):
    print("half", flush=True)
    sys.stdin.read()
def some(*args, **settings):
    {some}
module.{owner} = some
list(opened().matching("v", "17"))
"""


def child(code: str, folder: Path, *args: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", code, str(folder), *args]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def many(folder: Path, count: int = 20_000) -> None:
    lines = (f"{n * 7919 % count},{n % 100}x{n}\n" for n in range(count))
    (folder / "a.csv").write_text("id,v\n" + "".join(lines) + f"{count},17\n")


@pytest.mark.parametrize(
    ("bytes_max", "said"),
    [(20_000, "SOP-D042 at {cache}: cannot spool things: File too large (make room, or remove the folder)"),
     (400_000, "1 20001")],
)  # fmt: skip
def test_a_full_disk_is_said_or_costs_time(tmp_path: Path, bytes_max: int, said: str) -> None:
    many(tmp_path)
    with child(_CHILD + _FULL, tmp_path, str(bytes_max)) as process:
        out, _ = process.communicate(timeout=60)
    assert out.strip() == said.format(cache=tmp_path / "cache" / "columns")
    assert [name for name in kept(tmp_path) if not name.endswith((".json", ".parquet"))] == []
    assert sum(1 for _ in opened(tmp_path).rows()) == 20_001


@pytest.mark.parametrize(
    ("module", "owner", "some"),
    [
        ("sopwb.data.columnar.write", "ColumnWriter.finish", "hang()"),
        ("sopwb.data.columnar.make", "sort_file", "write(*args); hang()"),
        ("sopwb.data.columnar.cache", "Place.write_about", "hang()"),
        ("sopwb.data.columnar.lookups", "_fill", "write(*args); hang()"),
    ],
)
def test_what_a_killed_process_left_is_made_again(tmp_path: Path, module: str, owner: str, some: str) -> None:
    many(tmp_path, 500)
    with child(_CHILD + _HANGS.format(module=module, owner=owner, some=some), tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.send_signal(signal.SIGKILL)
    left = [name for name in kept(tmp_path) if name.rpartition(".")[2].isdigit()]
    assert left or owner == "Place.write_about"
    table = opened(tmp_path)
    assert [row["id"] for row in table.matching("v", "17")] == [500]
    assert sorted(name.partition(".")[2] for name in kept(tmp_path)) == ["json", "parquet", "v.found"]


def test_what_was_never_completed_goes_with_the_next_version(tmp_path: Path) -> None:
    opened(tmp_path, THREE)
    (name,) = kept(tmp_path, ".json")
    (tmp_path / "cache" / "columns" / name).unlink()
    opened(tmp_path, THREE.replace("a", "x"))
    assert [len(kept(tmp_path, ending)) for ending in (".parquet", "")] == [1, 2]


# --- nothing mixed ----------------------------------------------------------------------------------
def test_a_streamed_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "SOURCE_BYTES_HELD_MAX", 4)
    make = making.Conversion.finish

    def meddle(*args: Any) -> None:
        (tmp_path / "a.csv").write_text(THREE + "4,d\n")
        make(*args)

    monkeypatch.setattr(making.Conversion, "finish", meddle)
    with pytest.raises(UserError, match=r"SOP-D018 at a.csv: a.csv changed while it was read"):
        opened(tmp_path, THREE)
    assert kept(tmp_path) == []


def ints(*ids: int) -> dict[str, list[Any]]:
    return {"id": list(ids), "v": [f"v{n}" for n in ids]}


def asked(table: ColumnarTable) -> Iterator[Any]:
    """Ask a table everything that reads its file."""
    yield lambda: list(table.rows())
    yield lambda: list(table.matching("id", 1))
    yield lambda: list(table.batches())
    yield table.unchanged


@pytest.mark.parametrize("question", range(4))
def test_a_file_read_in_place_that_changed_is_refused(tmp_path: Path, question: int) -> None:
    table = parquet(tmp_path, ints(1, 2, 3))
    for other in (ints(1, 2, 4), ints(1, 2, 3, 4)):
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(other), tmp_path / "a.parquet")
        with pytest.raises(UserError, match=r"SOP-D018 at a\.parquet: a\.parquet changed while it was read"):
            list(asked(table))[question]()


def test_a_file_read_in_place_that_is_no_parquet_any_more_has_changed(tmp_path: Path) -> None:
    table = parquet(tmp_path, ints(1, 2, 3))
    (tmp_path / "a.parquet").write_bytes(b"other")
    with pytest.raises(UserError, match="SOP-D018"):
        list(table.rows())


def test_all_tables_are_checked_at_once(tmp_path: Path) -> None:
    parquet(tmp_path, ints(1, 2, 3))
    (tmp_path / "a.csv").write_text(THREE)
    in_place = declare("others", {"path": "a.parquet", "key": "id"}, str(tmp_path))[0]
    assert in_place is not None
    tables = open_tables([declared(tmp_path), in_place], tmp_path / "cache")
    assert [tables.table(name).count() for name in ("things", "others")] == [3, 3]
    (tmp_path / "a.csv").write_text("gone")
    tables.unchanged()  # a copy was read
    (tmp_path / "a.parquet").unlink()
    with pytest.raises(UserError, match="SOP-D010"):
        tables.unchanged()


# --- in place -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("ids", [(1, 2, 3, 4, 5), (5, 3, 4, 1, 2)])
@pytest.mark.parametrize("name", ["a.parquet", "id=7/a*[b]?.parquet", "it's.parquet"])
def test_a_plain_parquet_file_is_not_copied(tmp_path: Path, ids: tuple[int, ...], name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    table = parquet(tmp_path, ints(*ids), name)
    assert [row["id"] for row in table.rows()] == [1, 2, 3, 4, 5]
    assert [batch.column(0).to_pylist() for batch in table.batches(["id"], 2)] == [[1, 2], [3, 4], [5]]
    assert [row["id"] for row in table.matching("v", "v4")] == [4]
    files = table.parquet()
    assert files is not None
    assert files.paths == (str(tmp_path / name),)
    assert kept(tmp_path, ".parquet") == []


def test_a_parquet_file_that_needs_a_conversion_is_copied(tmp_path: Path) -> None:
    table = parquet(tmp_path, {"id": [1, 2, 3], "price": [1.1, None, 19.99]})
    assert [row["price"] for row in table.rows()] == [Decimal("1.1"), None, Decimal("19.99")]
    assert len(kept(tmp_path, ".parquet")) == 1


def test_names_that_a_database_takes_for_one_are_copied(tmp_path: Path) -> None:
    table = parquet(tmp_path, {"id": [1, 2, 3], "ID": ["a", "b", "c"]})
    assert list(table.matching("ID", "b")) == [{"id": 2, "ID": "b"}]
    with Session(threads=1) as session, pytest.raises(UserError, match=r"SOP-D041 .*ID and id differ in case only"):
        session.load(table, ["ID", "id"])


def test_a_path_with_a_backslash_is_copied(tmp_path: Path) -> None:
    table = parquet(tmp_path, ints(3, 1, 2), "a\\b.parquet")
    assert [row["id"] for row in table.rows()] == [1, 2, 3]
    assert len(kept(tmp_path, ".parquet")) == 1


def test_a_key_that_stands_twice_apart_in_a_parquet_file_names_both_records(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"SOP-D021 .*key id 3 stands twice: a.parquet record 1 and a.parquet record 3"):
        parquet(tmp_path, ints(3, 1, 3, 2))


def test_a_session_reads_in_place_and_measures_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"id": [3, 1, 2], "First Name": ["Zoë", None, "Al"], "on": [dt.date(1970, 1, 3)] * 3,
               "total": [Decimal("1.50"), Decimal("-20.25"), None], "none": [None] * 3}  # fmt: skip
    import pyarrow as pa

    types = [pa.int32(), pa.string(), pa.date32(), pa.decimal128(12, 2), pa.int64()]
    arrays = [pa.array(values, type_) for values, type_ in zip(columns.values(), types, strict=True)]
    table = parquet(tmp_path, pa.table(arrays, names=list(columns)))
    forbid(monkeypatch, Session, "_measured")
    forbid(monkeypatch, ColumnarTable, "batches")
    with Session(threads=1) as session:
        facts = session.load(table, ["First_Name", "on", "total", "none"])
        found = session.connection.sql('select * from source_things order by id').to_arrow_table()
    assert facts.rows == 3
    assert {n: (f.low, f.high, f.scale) for n, f in facts.fields.items()} == {
        "id": (1, 3, 0), "First_Name": (0, 4, 0), "on": (2, 2, 0), "total": (-2025, 150, 2), "none": (0, 0, 0)
    }  # fmt: skip
    assert found.column("First_Name").to_pylist() == [None, "Al", "Zoë"]
    assert str(found.schema.field("id").type) == "int64"


# --- looking up ---------------------------------------------------------------------------------------
def test_an_index_is_made_at_once_and_found_by_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [row["id"] for row in opened(tmp_path, THREE).matching("v", "b")] == [2]
    assert len(kept(tmp_path, ".v.found")) == 1
    forbid(monkeypatch, ColumnarTable, "_database")
    assert [row["id"] for row in opened(tmp_path).matching("v", "c")] == [3]


def test_an_index_is_read_without_what_takes_long_to_import(tmp_path: Path) -> None:
    list(opened(tmp_path, THREE).matching("v", "b"))
    code = _CHILD + 'print(list(opened().matching("v", "b")), {"duckdb", "pyarrow"} & set(sys.modules))'
    with child(code, tmp_path) as process:
        out, _ = process.communicate(timeout=60)
    assert out == "[{'id': 2, 'v': 'b'}] set()\n"


def test_a_larger_source_is_looked_through_until_an_index_pays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LOOK_UP_ROWS_AT_ONCE_MAX", 2)
    monkeypatch.setattr(reading, "LOOK_UPS_SCANNED_MAX", 2)
    table = opened(tmp_path, THREE)
    indexes = []
    for _ in range(3):
        assert [row["id"] for row in table.matching("v", "b")] == [2]
        indexes.append(len(kept(tmp_path, ".found")))
    assert indexes == [0, 0, 1]


def test_pages_join_without_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LOOK_UP_PAGE_ROWS", 3)
    monkeypatch.setattr("sopwb.data.columnar.lookups.LOOK_UP_PAGE_ROWS", 3)
    for count in (3, 4, 6, 7, 12, 13):
        table = opened(tmp_path, "id,v\n" + "".join(f"{n},{n % 2}\n" for n in range(count, 0, -1)))
        assert [row["id"] for row in table.rows()] == list(range(1, count + 1))
        assert [row["id"] for row in table.matching("v", 1)] == list(range(1, count + 1, 2))


# --- memory ---------------------------------------------------------------------------------------------
_BIG = """
import sys
from pathlib import Path
from sopwb.data.declaration import declare
from sopwb.data.duckdb.session import Session
from sopwb.data.open import open_table
declaration, _ = declare("orders", {"path": sys.argv[2], "key": "id"}, sys.argv[1])
for _ in range(2):
    table = open_table(declaration, cache_dir=Path(sys.argv[1], "cache"))
last, total = -1, 0
for row in table.rows():
    assert row["id"] > last
    last, total = row["id"], total + row["amount"]
found = [row["id"] for row in table.matching("customer", "c77")]
assert found == [n for n in range(1_000_000) if n * 7 % 50_000 == 77], found
with Session(2, 200, Path(sys.argv[1], "spill")) as session:
    session.load(table, ["customer", "amount"])
    assert session.connection.sql("select sum(amount) from source_orders").fetchone()[0] == total
status = Path("/proc/self/status").read_text()
print(table.count(), next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_a_million_records_take_less_than_500_mebibytes(tmp_path: Path, format_: str) -> None:
    with (tmp_path / "orders.csv").open("w") as stream:
        stream.write("id,customer,amount,at,note\n")
        for n in range(1_000_000):
            m = n * 611_953 % 1_000_000
            stream.write(f"{m},c{m * 7 % 50_000},{m % 1000}.{m % 89 + 10},2026-01-{m % 28 + 1:02},note {m}\n")
    if format_ == "parquet":
        import duckdb

        duckdb.sql(f"copy (from read_csv('{tmp_path}/orders.csv')) to '{tmp_path}/orders.parquet' (format parquet)")
    words = [sys.executable, "-c", _BIG, str(tmp_path), f"orders.{format_}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    count, kibibytes = done.stdout.split()
    assert count == "1000000"
    assert int(kibibytes) < 500 * 1024
