"""What a store promises when nothing goes wrong."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.kernel.ids import object_id
from sopwb.kernel.limits import OBJECT_BYTES_MAX
from sopwb.store import errors, kinds
from sopwb.store.codes import CODES, diagnostic_of
from sopwb.store.frames import frame_id
from sopwb.store.store import ANY, Store
from tests.store.worlds import START, open_store, read_state, write_history


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "s")


def put(store: Store, payload: bytes, kind: str = "script") -> str:
    with store.transaction("put") as tx:
        return tx.put(kind, payload)


def test_an_object_is_read_back_under_the_id_of_its_kind_and_bytes(store: Store) -> None:
    for kind in kinds.OBJECTS:
        for payload in (b"", b"x", b"abc" * 10_000):
            id_ = put(store, payload, kind)
            assert id_ == object_id(kind, payload)
            assert store.get(id_) == (kind, payload)
            assert store.has(id_)


@given(st.sampled_from(sorted(kinds.NAMES.items())), st.binary(max_size=300))
def test_a_frame_id_is_the_object_id(kind: tuple[int, str], payload: bytes) -> None:
    assert "b3:" + frame_id(kind[0], payload).hex() == object_id(kind[1], payload)


def test_the_same_object_is_stored_once(store: Store) -> None:
    id_ = put(store, b"one")
    before = store.head(), store.stats()
    assert put(store, b"one") == id_
    with store.transaction("twice in one") as tx:
        assert tx.put("script", b"two") == tx.put("script", b"two")
    assert before[0][0] + 1 == store.head()[0]
    assert store.stats().objects == 2


def test_nothing_of_a_transaction_that_raises_is_stored(store: Store) -> None:
    tx = store.transaction("bad")
    id_ = tx.put("script", b"never")
    tx.set_ref("script/x", id_, old=None)
    with pytest.raises(ZeroDivisionError), tx:
        raise ZeroDivisionError
    assert not store.has(id_)
    assert store.ref("script/x") is None
    assert store.head() == (0, "00" * 32)


def test_objects_and_refs_become_visible_together(tmp_path: Path, store: Store) -> None:
    other = open_store(tmp_path / "s")
    with store.transaction("both") as tx:
        id_ = tx.put("script", b"x")
        tx.set_ref("script/x", id_, old=None)
    assert not other.has(id_)
    assert other.ref("script/x") is None
    other.refresh()
    assert other.get(id_) == ("script", b"x")
    assert other.ref("script/x") == id_


def test_a_ref_moves_only_from_the_value_that_was_expected(tmp_path: Path, store: Store) -> None:
    one, two = put(store, b"1"), put(store, b"2")
    other = open_store(tmp_path / "s")
    with store.transaction("mine") as tx:
        tx.set_ref("script/x", one, old=None)
    theirs = other.transaction("theirs")
    lost = theirs.put("script", b"3")
    theirs.set_ref("script/x", two, old=None)
    with pytest.raises(errors.RefConflict) as caught, theirs:
        assert other.ref("script/x") is None, "the handle was not refreshed"
    assert (caught.value.name, caught.value.expected, caught.value.found) == ("script/x", None, one)
    assert not other.has(lost), "nothing of the losing transaction is written"
    with other.transaction("forced") as tx:
        tx.set_ref("script/x", two, old=ANY)
    store.refresh()
    assert store.ref("script/x") == two


def test_a_ref_points_only_to_an_object_that_is_there(store: Store) -> None:
    with pytest.raises(errors.Unknown), store.transaction("dangling") as tx:
        tx.set_ref("script/x", object_id("script", b"nowhere"), old=None)
    with pytest.raises(errors.Unknown), store.transaction("no id") as tx:
        tx.set_ref("script/x", "b3:12", old=None)
    assert store.head()[0] == 0


def test_a_name_keeps_its_history(store: Store) -> None:
    one, two = put(store, b"1"), put(store, b"2")
    with store.transaction("a") as tx:
        tx.set_ref("script/x", one, old=None, why="first")
        tx.set_ref("script/x", two, old=one, why="second, in the same commit")
    put(store, b"between")
    with store.transaction("b") as tx:
        tx.set_ref("script/x", None, old=two, why="archived")
        tx.set_ref("script/y", two, old=None, why="renamed")
    assert store.refs() == {"script/y": two}
    changes = store.ref_history("script/x")
    assert [(c.old, c.new, c.why) for c in changes] == [
        (None, one, "first"),
        (one, two, "second, in the same commit"),
        (two, None, "archived"),
    ]
    assert [c.sequence for c in changes] == [3, 3, 5]
    assert changes[0].writer == "tester"
    assert changes[0].time == START + dt.timedelta(seconds=3)
    assert store.ref_history("script/never") == []


def test_a_move_that_changes_nothing_is_not_recorded(store: Store) -> None:
    id_ = put(store, b"1")
    for _ in range(2):
        with store.transaction("same") as tx:
            tx.set_ref("script/x", id_, old=ANY)
    assert len(store.ref_history("script/x")) == 1


def test_refs_are_listed_sorted_and_by_prefix(store: Store) -> None:
    id_ = put(store, b"1")
    names = ["script/b", "script/a", "job/z", "script/ä", "script", "scriptx"]
    with store.transaction("names") as tx:
        for name in names:
            tx.set_ref(name, id_, old=None)
    assert list(store.refs()) == sorted(names, key=str.encode)
    assert list(store.refs("script/")) == ["script/a", "script/b", "script/ä"]
    assert store.refs("nothing") == {}


@pytest.mark.parametrize("name", ["", "/", "a/", "/a", "a//b", "a\nb", "a\0", "e\u0301", "x" * 513, "\ud800"])
def test_an_unusable_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(errors.BadName), store.transaction("name") as tx:
        tx.set_ref(name, None, old=None)


def test_what_is_too_large_or_of_no_kind_is_refused(store: Store) -> None:
    with pytest.raises(errors.TooLarge), store.transaction("huge") as tx:
        tx.put("blob", bytes(OBJECT_BYTES_MAX + 1))
    for kind in ("commit", "opening", "nonsense", ""):
        with pytest.raises(errors.BadName), store.transaction("kind") as tx:
            tx.put(kind, b"")
    with pytest.raises(errors.BadName):
        store.transaction("x" * 1001)


def test_a_transaction_takes_nothing_after_its_commit(store: Store) -> None:
    with store.transaction("once") as tx:
        tx.put("script", b"1")
    with pytest.raises(errors.Refused):
        tx.put("script", b"2")
    with pytest.raises(errors.Refused):
        store.commit(tx)


def test_an_abbreviated_id_is_resolved_by_kind(store: Store) -> None:
    by_prefix: dict[str, list[tuple[str, str]]] = {}
    with store.transaction("many") as tx:
        for n in range(1200):
            kind = ("script", "job", "trace")[n % 3]
            id_ = tx.put(kind, b"%d" % n)
            by_prefix.setdefault(id_[3:7], []).append((kind, id_))
    alone = next(found[0] for found in by_prefix.values() if len(found) == 1)
    twins = next(found for found in by_prefix.values() if len(found) > 1 and found[0][0] != found[1][0])
    for text in (alone[1], alone[1][3:], "#" + alone[1][3:9], alone[1][3:7].upper(), f" {alone[1][3:7]} "):
        assert store.resolve(text) == alone[1]
    with pytest.raises(errors.Ambiguous) as caught:
        store.resolve("#" + twins[0][1][3:7])
    assert sorted(zip(caught.value.kinds, caught.value.candidates, strict=True)) == sorted(twins)
    kind = twins[0][0]
    if [k for k, _ in twins].count(kind) == 1:
        assert store.resolve(twins[0][1][3:7], (kind,)) == twins[0][1]
    with pytest.raises(errors.Unknown, match=f"there is a {alone[0]}"):
        store.resolve(alone[1], ("schema",))
    for text in ("", "#12", "xyz1", "b3:" + "0" * 65, "#"):
        with pytest.raises(errors.Unknown):
            store.resolve(text)


def test_objects_of_a_kind_come_in_the_order_of_their_writing(store: Store) -> None:
    ids = [put(store, b"%d" % n, "run") for n in range(20)]
    put(store, b"other")
    assert list(store.objects("run")) == ids


def test_the_log_tells_what_commits_held(store: Store) -> None:
    write_history(store)
    log = store.log(10)
    assert [(entry.sequence, entry.why) for entry in log] == [
        (4, "fourth"), (3, "third"), (2, "second"), (1, "first"),
    ]
    assert log[0].head == store.head()[1]
    assert [kind for kind, _ in log[3].objects] == ["script"]
    assert [change.name for change in log[3].refs] == ["script/win_back"]
    assert [entry.catalogue_changes for entry in log] == [0, 1, 0, 0]
    assert [entry.trace_bytes > 0 for entry in log] == [True, False, True, False]
    assert store.log(1) == log[:1]
    assert store.log(0) == []


def test_a_reopened_store_gives_the_same_answers(tmp_path: Path, store: Store) -> None:
    expected = write_history(store)
    assert read_state(open_store(tmp_path / "s")) == expected
    assert read_state(open_store(tmp_path / "s", read_only=True)) == expected


def test_a_read_only_handle_refuses_to_write_and_creates_nothing(tmp_path: Path, store: Store) -> None:
    write_history(store)
    before = sorted(path.name for path in (tmp_path / "s").iterdir())
    reader = open_store(tmp_path / "s", read_only=True)
    assert reader.read_only
    with pytest.raises(errors.ReadOnly):
        put(reader, b"no")
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == before
    with pytest.raises(errors.NotAStore):
        open_store(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "text", [b"", b"sop-workbench store\nformat 9\ngeneration sop0 unstable\n", b"\xff" * 200, b"sop1"]
)
def test_a_store_of_another_version_is_refused_with_a_diagnostic(tmp_path: Path, text: bytes) -> None:
    open_store(tmp_path / "s").close()
    (tmp_path / "s" / "FORMAT").write_bytes(text)
    with pytest.raises(errors.NotAStore) as caught:
        open_store(tmp_path / "s")
    diagnostic = diagnostic_of(caught.value)
    assert diagnostic.code == "SOP-S006"
    assert "another version" in diagnostic.message
    assert diagnostic.path == str(tmp_path / "s")


def test_a_directory_of_something_else_is_not_made_a_store(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(errors.NotAStore):
        open_store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_every_error_of_the_tree_has_a_diagnostic_of_a_registered_code() -> None:
    known = {code.id for code in CODES}
    assert len(known) == len(CODES)
    all_errors: list[errors.StoreError] = [
        errors.RefConflict("script/x", None, "b3:12"),
        errors.Unknown("#ffff"),
        errors.Ambiguous("#1a2b", ("b3:1a2b1", "b3:1a2b2"), ("script", "job")),
        errors.Corrupt("log/00000001.seg", 17, "the payload does not match its id"),
        errors.Poisoned("sync failed"),
        errors.ReadOnly("opened read-only"),
        errors.NotAStore("/x", "no"),
        errors.TooLarge("an object", 5, 4),
        errors.BadName("a//b", "no"),
        errors.DiskFailed("append", "/x", OSError(28, "No space left on device")),
        errors.Busy("the run b3:12"),
        errors.Refused("no"),
    ]
    tree = {errors.StoreError} | set(_below(errors.StoreError))
    assert {type(error) for error in all_errors} == tree - {errors.StoreError}
    for error in all_errors:
        found = diagnostic_of(error)
        assert isinstance(found, Diagnostic)
        assert found.code in known
        assert found.message
    assert diagnostic_of(all_errors[3]).path == "log/00000001.seg:17"
    assert "#1a2b1 script" in diagnostic_of(all_errors[2]).hint


def _below(kind: type) -> list[type]:
    return [found for child in kind.__subclasses__() for found in (child, *_below(child))]


def test_threads_share_a_handle(store: Store) -> None:
    failures: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for n in range(25):
                id_ = put(store, b"%d-%d" % (name, n))
                assert store.get(id_)[0] == "script"
                with store.transaction("count") as tx:
                    tx.set_ref(f"run/{name}-{n}", id_, old=None)
        except BaseException as error:  # noqa: BLE001  # reported by the test, whatever it is
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    assert len(store.refs("run/")) == 100
    assert store.head()[0] == 200
    assert store.verify(deep=True).sound


def test_opening_a_store_imports_nothing_heavy(tmp_path: Path) -> None:
    open_store(tmp_path / "s").close()
    code = (
        "import sys, datetime as dt; from sopwb.store.store import Store\n"
        f"s = Store.open({str(tmp_path / 's')!r}, clock=lambda: dt.datetime.now(dt.UTC))\n"
        "with s.transaction('x') as tx: tx.put('run', b'x' * 2000)\n"
        "heavy = {'zstandard', 'tinydb', 'pathlib', 'asyncio', 'dataclasses', 'threading', 'inspect',\n"
        "         'sopwb.store.verify', 'sopwb.store.codes'}\n"
        "print(*sorted(heavy & (set(sys.modules) - before)))"
    )
    # What msgspec and blake3 bring along is there anyway: only what the store adds counts.
    code = "import msgspec, blake3, sopwb.kernel.diagnostics, sys; before = set(sys.modules)\n" + code
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (found.stdout.strip(), found.stderr) == ("", "")


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_store_behaves_like_a_dictionary(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("model")
    stores = [open_store(path), open_store(path)]
    objects: dict[str, tuple[str, bytes]] = {}
    refs: dict[str, str | None] = {}
    names = st.sampled_from(["script/a", "script/b", "job/a"])
    for _ in range(data.draw(st.integers(1, 12))):
        store = data.draw(st.sampled_from(stores))
        with store.transaction("step") as tx:
            for _ in range(data.draw(st.integers(0, 3))):
                kind = data.draw(st.sampled_from(["script", "trace"]))
                payload = data.draw(st.binary(max_size=3))
                objects[tx.put(kind, payload)] = (kind, payload)
            moves = data.draw(st.dictionaries(names, st.sampled_from([None, *sorted(objects)]), max_size=2))
            for name, new in moves.items():
                tx.set_ref(name, new, old=refs.get(name))
                refs[name] = new
        for reader in (*stores, open_store(path, read_only=True)):
            reader.refresh()
            assert reader.refs() == {name: id_ for name, id_ in sorted(refs.items()) if id_}
            assert {id_: reader.get(id_) for kind in ("script", "trace") for id_ in reader.objects(kind)} == objects
    assert stores[0].verify(deep=True).sound
