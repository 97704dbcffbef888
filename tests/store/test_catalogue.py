"""The catalogue: TinyDB's queries over events that several handles and processes write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinydb import Query, TinyDB, where

from sopwb.store import catalogue as catalogue_module
from sopwb.store import errors
from sopwb.store.catalogue import Catalogue
from sopwb.store.store import Store
from tests.store.worlds import open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "s")


def insert(catalogue: Catalogue, table: str, row: dict[str, Any]) -> str:
    def fn(database: TinyDB) -> str:
        return str(database.table(table).insert(row))

    return catalogue.update(fn)


def test_documents_are_found_with_the_query_language_of_tinydb(store: Store) -> None:
    catalogue = Catalogue(store)
    first = insert(catalogue, "scripts", {"title": "Win back", "tags": ["crm", "mail"], "steps": 7})
    insert(catalogue, "scripts", {"title": "Invoice check", "tags": ["finance"], "steps": 2})
    script = Query()
    assert [d["title"] for d in catalogue.search("scripts", script.tags.any(["crm"]))] == ["Win back"]
    assert [d["title"] for d in catalogue.search("scripts", where("steps") < 5)] == ["Invoice check"]
    found = catalogue.search("scripts", (script.steps > 5) & script.title.matches("Win"))
    assert [d.doc_id for d in found] == [first]
    assert catalogue.get("scripts", first) == found[0]
    assert catalogue.get("scripts", "none") is None
    assert catalogue.search("nothing", where("x") == 1) == []
    assert len(catalogue.all("scripts")) == 2
    assert catalogue.tables() == ["scripts"]


def test_every_change_of_tinydb_is_kept(tmp_path: Path, store: Store) -> None:
    catalogue = Catalogue(store)
    ids = [insert(catalogue, "t", {"n": n, "deep": {"list": [n]}}) for n in range(4)]

    def change(database: TinyDB) -> None:
        table = database.table("t")
        table.update({"n": True}, where("n") == 1)
        table.update(lambda row: row["deep"]["list"].append(9), where("n") == 2)  # type: ignore[arg-type]
        table.remove(where("n") == 3)
        table.upsert({"n": 5}, where("n") == 5)
        database.table("u").insert_multiple([{"a": 1}, {"a": 2}])

    catalogue.update(change, "several")
    expected = [
        (ids[0], {"n": 0, "deep": {"list": [0]}}),
        (ids[1], {"n": True, "deep": {"list": [1]}}),
        (ids[2], {"n": 2, "deep": {"list": [2, 9]}}),
        ("5.1", {"n": 5}),
    ]
    for other in (catalogue, Catalogue(open_store(tmp_path / "s"))):
        assert [(d.doc_id, dict(d)) for d in other.all("t")] == expected
        assert other.all("t")[1]["n"] is True
        assert sorted(d["a"] for d in other.all("u")) == [1, 2]
    assert store.log(1)[0].why == "several"
    catalogue.update(lambda database: database.drop_tables())
    assert catalogue.tables() == []


def test_two_handles_never_give_the_same_id(tmp_path: Path) -> None:
    catalogues = [Catalogue(open_store(tmp_path / "s")) for _ in range(2)]
    ids = [insert(catalogues[n % 2], "t", {"n": n}) for n in range(10)]
    assert len(set(ids)) == 10
    for catalogue in catalogues:
        catalogue._store.refresh()
        assert [d["n"] for d in catalogue.all("t")] == list(range(10))


def test_an_update_sees_what_others_wrote_though_its_handle_was_not_refreshed(tmp_path: Path) -> None:
    one, two = (Catalogue(open_store(tmp_path / "s")) for _ in range(2))
    insert(one, "t", {"count": 0})
    for n in range(6):
        def add(database: TinyDB) -> None:
            database.table("t").update(lambda row: row.update(count=row["count"] + 1))  # type: ignore[arg-type]

        (one, two)[n % 2].update(add)
    one._store.refresh()
    assert one.all("t")[0]["count"] == 6


def test_a_query_is_answered_afresh_after_a_change(tmp_path: Path, store: Store) -> None:
    one, two = Catalogue(store), Catalogue(open_store(tmp_path / "s"))
    query = where("n") > 0
    assert one.search("t", query) == []
    insert(two, "t", {"n": 1})
    assert one.search("t", query) == []
    store.refresh()
    assert [dict(d) for d in one.search("t", query)] == [{"n": 1}]


def test_nothing_is_written_when_the_function_raises_or_changes_nothing(store: Store) -> None:
    catalogue = Catalogue(store)
    insert(catalogue, "t", {"n": 1})
    head = store.head()

    def fails(database: TinyDB) -> None:
        database.table("t").truncate()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        catalogue.update(fails)
    assert catalogue.update(lambda database: len(database.table("t"))) == 1
    assert store.head() == head
    with store.transaction("the lock is free again") as tx:
        tx.put("script", b"1")


def test_there_is_no_other_way_to_change_a_document(store: Store) -> None:
    catalogue = Catalogue(store)
    insert(catalogue, "t", {"n": [1]})
    catalogue.all("t")[0]["n"].append(2)
    catalogue.search("t", where("n").exists())[0]["n"].append(2)
    assert dict(catalogue.all("t")[0]) == {"n": [1]}
    assert catalogue._reader is not None
    with pytest.raises(errors.Refused):
        catalogue._reader.table("t").insert({"n": 3})
    assert dict(catalogue.all("t")[0]) == {"n": [1]}

    def within(database: TinyDB) -> None:
        with store.transaction("within an update") as tx:
            tx.put("script", b"1")

    with pytest.raises(errors.Refused):
        catalogue.update(within)


@pytest.mark.parametrize("row", [{"x": object()}, {"x": {1: 2}}, {"x": (1,)}, {"x": b"1"}, {"x": 1 << 70}])
def test_a_document_that_is_not_json_is_refused(store: Store, row: dict[str, Any]) -> None:
    catalogue = Catalogue(store)
    with pytest.raises(errors.Refused):
        insert(catalogue, "t", row)
    assert store.head()[0] == 0


def test_a_change_is_committed_together_with_objects_and_refs(store: Store) -> None:
    catalogue = Catalogue(store)
    with store.transaction("freeze") as tx:
        id_ = tx.put("script", b"1")
        tx.set_ref("script/x", id_, old=None)
        catalogue.update(lambda database: database.table("t").insert({"script": id_}), transaction=tx)
    assert store.head()[0] == 1
    assert store.ref("script/x") == id_
    assert catalogue.all("t")[0]["script"] == id_
    late = store.transaction("again")
    late.set_ref("script/x", None, old=None)
    with pytest.raises(errors.RefConflict):
        catalogue.update(lambda database: database.table("t").truncate(), transaction=late)
    assert len(catalogue.all("t")) == 1


def test_a_snapshot_that_is_stale_or_damaged_changes_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_module, "CATALOGUE_SNAPSHOT_EVENTS", 5)
    path = tmp_path / "s" / "idx" / "catalogue"
    catalogue = Catalogue(open_store(tmp_path / "s"))
    snapshots = [b""]
    for n in range(17):
        insert(catalogue, "t", {"n": n})
        expected = [(d.doc_id, dict(d)) for d in catalogue.all("t")]
        if path.exists() and path.read_bytes() != snapshots[-1]:
            snapshots.append(path.read_bytes())
    assert len(snapshots) == 4
    whole = snapshots[-1]
    damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 5)]
    for content in (*snapshots, whole[:-9], *damaged):
        path.write_bytes(content)
        again = Catalogue(open_store(tmp_path / "s", read_only=True))
        assert [(d.doc_id, dict(d)) for d in again.all("t")] == expected


def test_a_snapshot_of_another_log_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_module, "CATALOGUE_SNAPSHOT_EVENTS", 1)
    for name in ("a", "b"):
        catalogue = Catalogue(open_store(tmp_path / name))
        insert(catalogue, "t", {"name": name})
        catalogue.all("t")
    (tmp_path / "b" / "idx" / "catalogue").write_bytes((tmp_path / "a" / "idx" / "catalogue").read_bytes())
    assert dict(Catalogue(open_store(tmp_path / "b")).all("t")[0]) == {"name": "b"}


def test_processes_that_count_together_lose_no_count(tmp_path: Path) -> None:
    code = (
        "import sys, datetime as dt\n"
        "from sopwb.store.store import Store\n"
        "from sopwb.store.catalogue import Catalogue\n"
        "c = Catalogue(Store.open(sys.argv[1], clock=lambda: dt.datetime.now(dt.UTC)))\n"
        "def add(db):\n"
        "    t = db.table('t'); t.insert({'by': sys.argv[2]})\n"
        "    t.upsert({'count': len(t)}, lambda row: 'count' in row)\n"
        "for _ in range(15): c.update(add)\n"
    )
    open_store(tmp_path / "s").close()
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "s"), str(n)], cwd=Path(__file__).parents[2],
            stderr=subprocess.PIPE, text=True,
        )
        for n in range(3)
    ]
    assert [child.communicate(timeout=60)[1] for child in children] == ["", "", ""]
    catalogue = Catalogue(open_store(tmp_path / "s"))
    assert len(catalogue.search("t", where("by").exists())) == 45
    assert [d["count"] for d in catalogue.search("t", where("count").exists())] == [46]


ROWS = st.dictionaries(st.sampled_from(["a", "b"]), st.one_of(st.integers(-3, 3), st.booleans(), st.none()))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["insert", "update", "remove"]), ROWS), max_size=8))
def test_two_handles_fold_to_the_same_documents(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, dict[str, Any]]]
) -> None:
    path = tmp_path_factory.mktemp("fold")
    catalogues = [Catalogue(open_store(path)) for _ in range(2)]
    for handle, what, row in steps:
        def change(database: TinyDB, what: str = what, row: dict[str, Any] = row) -> None:
            table = database.table("t")
            match what:
                case "insert":
                    table.insert(row)
                case "update":
                    table.update(row, where("a").exists())
                case "remove":
                    table.remove(where("b").exists())

        catalogues[handle].update(change)
    found = []
    for catalogue in (*catalogues, Catalogue(open_store(path, read_only=True))):
        catalogue._store.refresh()
        found.append([(d.doc_id, repr(dict(d))) for d in catalogue.all("t")])
    assert found[0] == found[1] == found[2]
