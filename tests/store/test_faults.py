"""A disk that fails, a power loss at any moment, and several handles at once."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import threading
from pathlib import Path

import pytest

from sopwb.store import errors, kinds, view
from sopwb.store import store as store_module
from sopwb.store.disk import Disk
from sopwb.store.frames import encode_frame, frame_id
from sopwb.store.index import IndexDamaged
from sopwb.store.store import ANY, Store
from tests.store.worlds import FailingDisk, QuickDisk, copy_store, open_store, read_state, write_history

LOG = "log/00000001.seg"


def put(store: Store, payload: bytes, kind: str = "script") -> str:
    with store.transaction("put") as tx:
        return tx.put(kind, payload)


# --- a failing disk -----------------------------------------------------------------------------------


def test_a_failed_sync_ends_the_writing_of_a_handle_and_is_never_retried(tmp_path: Path) -> None:
    open_store(tmp_path / "s").close()
    disk = FailingDisk("sync", nth=2, once=True)
    store = open_store(tmp_path / "s", disk=disk)
    kept = put(store, b"kept")
    with pytest.raises(errors.Poisoned):
        put(store, b"lost")
    assert disk.calls == 2
    for _ in range(3):
        with pytest.raises(errors.Poisoned):
            put(store, b"more")
    assert disk.calls == 2, "no sync after the one that failed"
    assert store.get(kept) == ("script", b"kept")
    assert list(store.objects("script")) == [kept]


def test_a_failed_sync_stops_other_handles_until_a_store_is_opened_anew(tmp_path: Path) -> None:
    other = open_store(tmp_path / "s")
    store = open_store(tmp_path / "s", disk=FailingDisk("sync", once=True))
    with pytest.raises(errors.Poisoned):
        put(store, b"lost")
    size = (tmp_path / "s" / LOG).stat().st_size
    with pytest.raises(errors.Poisoned):
        put(other, b"also not")
    assert (tmp_path / "s" / LOG).stat().st_size == size, "nothing is appended after a failed sync"
    with open_store(tmp_path / "s") as fresh:
        assert [damage.segment for damage in fresh.recovered] == [LOG]
        assert list(fresh.objects("script")) == []
        kept = put(fresh, b"kept")
        assert fresh.verify(deep=True).sound
    for old in (store, other):
        with pytest.raises(errors.Poisoned):
            put(old, b"never again")
        old.refresh()
        assert list(old.objects("script")) == [kept]


def test_a_commit_that_waits_while_a_store_is_repaired_is_not_acknowledged(tmp_path: Path) -> None:
    # B appends, A's sync fails, C opens and cuts B's bytes: B's sync must not report success.
    class Waiting(QuickDisk):
        def lock(self, fd: int) -> None:
            if fd == b._writer._locks._fds["watermark"] and not self.done:  # type: ignore[union-attr]
                self.done = True
                with pytest.raises(errors.Poisoned):
                    put(a, b"a")
                with open_store(tmp_path / "s") as repairing:
                    kept.append(put(repairing, b"longer than what was cut, so that the end lies beyond it" * 9))
            super().lock(fd)

        done = False

    kept: list[str] = []
    open_store(tmp_path / "s").close()
    a = open_store(tmp_path / "s", disk=FailingDisk("sync"))
    disk = Waiting()
    disk.done = True
    b = open_store(tmp_path / "s", disk=disk)
    disk.done = False
    with pytest.raises(errors.Poisoned):
        put(b, b"b")
    with open_store(tmp_path / "s") as store:
        assert list(store.objects("script")) == kept


@pytest.mark.parametrize("operation", ["write", "sync", "sync_directory", "truncate", "rename", "read", "lock"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("once", [True, False])
def test_any_system_call_may_fail_and_nothing_acknowledged_is_lost(
    tmp_path: Path, operation: str, code: int, once: bool
) -> None:
    for nth in range(1, 200):
        path = tmp_path / f"{nth}"
        disk = FailingDisk(operation, nth, once=once, code=code)
        acknowledged: dict[str, bytes] = {}
        names: dict[str, str] = {}
        try:
            store = open_store(path, disk=disk)
            for n in range(6):
                try:
                    with store.transaction("step") as tx:
                        ids = [tx.put(kind, b"%d" % n) for kind in ("script", "trace")]
                        tx.set_ref(f"script/{n}", ids[0], old=ANY)
                except errors.StoreError:
                    continue
                acknowledged |= dict.fromkeys(ids, b"%d" % n)
                names[f"script/{n}"] = ids[0]
            store.close()
        except errors.StoreError:
            continue
        with open_store(path) as store:
            assert not store.damage
            assert {id_: store.get(id_)[1] for id_ in acknowledged} == acknowledged
            assert names.items() <= store.refs().items()
            assert store.verify(deep=True).sound
        shutil.rmtree(path)
        if disk.calls < nth:
            return
    pytest.fail("the loop ends only where no call is left to fail")


def torn_store(path: Path) -> tuple[bytes, dict[str, object]]:
    """A store whose writers died within an append to either stream, and what it answers."""
    with open_store(path) as store:
        write_history(store)
        expected = read_state(store)
    frame = encode_frame(32, b"x" * 99, frame_id(32, b"x" * 99), compress=False)
    for stream in (kinds.LOG, kinds.TRACE):
        with (path / stream / "00000001.seg").open("ab") as file:
            file.write(frame[:77])
    return frame[:77], expected


@pytest.mark.parametrize("operation", ["write", "sync", "sync_directory", "truncate", "rename", "read"])
def test_a_recovery_that_fails_anywhere_is_done_again(tmp_path: Path, operation: str) -> None:
    torn, expected = torn_store(tmp_path / "torn")
    for nth in range(1, 60):
        path = copy_store(tmp_path / "torn", tmp_path / "s")
        disk = FailingDisk(operation, nth, once=True)
        with contextlib.suppress(errors.StoreError):
            open_store(path, disk=disk).close()
        with open_store(path) as store:
            assert read_state(store) == expected
            assert store.verify(deep=True).sound
        kept = [p for p in (path / "quarantine").iterdir() if not p.name.endswith(".new")]
        assert sorted(p.name.split("-")[0] for p in kept) == ["log", "trace"]
        assert {p.read_bytes() for p in kept} == {torn}
        if disk.calls < nth:
            return
    pytest.fail("the loop ends only where no call is left to fail")


def test_a_living_writer_cuts_what_a_dead_one_left(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    put(store, b"1")
    with (tmp_path / "s" / LOG).open("ab") as log:
        log.write(b"\x9eSOP torn")
    with (tmp_path / "s" / "log" / "00000002.seg").open("wb") as log:
        log.write(b"\x9eSOP also torn")
    put(store, b"2")
    assert store.verify(deep=True).sound
    assert sorted(p.read_bytes() for p in (tmp_path / "s" / "quarantine").iterdir()) == [
        b"\x9eSOP also torn", b"\x9eSOP torn",
    ]
    assert len(list(open_store(tmp_path / "s").objects("script"))) == 2


def test_a_log_that_shrinks_under_a_handle_is_damage(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    put(store, b"1")
    size = (tmp_path / "s" / LOG).stat().st_size
    with (tmp_path / "s" / LOG).open("r+b") as log:
        log.truncate(size - 1)
    with pytest.raises(errors.Corrupt):
        put(store, b"2")
    assert store.read_only
    assert (tmp_path / "s" / LOG).stat().st_size == size - 1


# --- power loss ---------------------------------------------------------------------------------------


class RecordingDisk(QuickDisk):
    """Keeps every write and sync in order, so that a power loss can be played at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[str, str, int, bytes]] = []
        self.names: dict[int, str] = {}

    def open(self, path: str, flags: int) -> int:
        fd = super().open(path, flags)
        self.names[fd] = path
        self.events.append(("open", path, 0, b""))
        return fd

    def write(self, fd: int, offset: int, data: bytes) -> None:
        super().write(fd, offset, data)
        self.events.append(("write", self.names[fd], offset, data))

    def truncate(self, fd: int, size: int) -> None:
        super().truncate(fd, size)
        self.events.append(("truncate", self.names[fd], size, b""))

    def sync(self, fd: int) -> None:
        super().sync(fd)
        self.events.append(("sync", self.names[fd], 0, b""))

    def sync_directory(self, path: str) -> None:
        super().sync_directory(path)
        self.events.append(("sync_directory", path, 0, b""))

    def make_directory(self, path: str) -> None:
        super().make_directory(path)
        self.events.append(("mkdir", path, 0, b""))

    def rename(self, old: str, new: str) -> None:
        super().rename(old, new)
        self.events.append(("rename", old, 0, new.encode()))


def after_power_loss(events: list[tuple[str, str, int, bytes]], target: Path, root: Path, draw: random.Random) -> None:
    """Build what is on the device: what was synced, and of the rest any part."""
    contents: dict[str, bytearray] = {}
    durable: dict[str, bytearray] = {}
    named: set[str] = set()
    directories: set[str] = set()
    for kind, path, number, data in events:
        now = contents.setdefault(path, bytearray())
        match kind:
            case "write":
                _place(now, number, data)
                if draw.random() < 0.5:  # the kernel wrote this page on its own account, or half of it
                    part = data[: draw.choice([len(data), len(data) // 2])]
                    _place(durable.setdefault(path, bytearray()), number, part)
            case "truncate":
                del now[number:]
                if draw.random() < 0.5:
                    del durable.setdefault(path, bytearray())[number:]
            case "sync":
                durable[path] = bytearray(now)
            case "sync_directory":
                named |= {name for name in contents if str(Path(name).parent) == path}
            case "rename":
                contents[data.decode()] = contents.pop(path)
                durable[data.decode()] = durable.pop(path, bytearray())
                named.discard(path)
            case "open" | "mkdir":
                if kind == "mkdir":
                    directories.add(path)
                if draw.random() < 0.3:
                    named.add(path)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for path in sorted(named):
        above = [str(parent) for parent in Path(path).parents if root in parent.parents]
        if all(parent in named for parent in above):
            name = target / Path(path).relative_to(root)
            if path in directories:
                name.mkdir(parents=True, exist_ok=True)
            else:
                name.write_bytes(durable.get(path, b""))


def _place(content: bytearray, offset: int, data: bytes) -> None:
    content.extend(bytes(max(0, offset + len(data) - len(content))))
    content[offset : offset + len(data)] = data


def append_and_die(path: Path, disk: Disk, payload: bytes) -> None:
    """A process that is killed between its append and its sync."""
    store = open_store(path, disk=disk, segment_bytes=700)
    draft = store.transaction("never acknowledged")
    draft.put("script", payload)
    draft.put("trace", payload)
    assert store._writer is not None
    store._writer.append(store._view, draft)


@pytest.mark.parametrize("seed", range(4))
def test_a_power_loss_within_a_recovery_destroys_no_byte(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    torn, expected = torn_store(tmp_path / "torn")
    before = RecordingDisk()
    for path in sorted((tmp_path / "torn").rglob("*")):
        name = str(tmp_path / "live" / "s" / path.relative_to(tmp_path / "torn"))
        before.events.append(("open" if path.is_file() else "mkdir", name, 0, b""))
        if path.is_file():
            before.events += [("write", name, 0, path.read_bytes()), ("sync", name, 0, b"")]
        before.events.append(("sync_directory", str(Path(name).parent), 0, b""))
    before.events.insert(0, ("mkdir", str(tmp_path / "live" / "s"), 0, b""))
    before.events.append(("sync_directory", str(tmp_path / "live"), 0, b""))
    disk = RecordingDisk()
    copy_store(tmp_path / "torn", tmp_path / "live" / "s")
    open_store(tmp_path / "live" / "s", disk=disk).close()
    assert any(event[0] == "rename" for event in disk.events)
    for moment in range(len(disk.events) + 1):
        after_power_loss(before.events + disk.events[:moment], tmp_path / "after", tmp_path / "live", draw)
        for stream in (kinds.LOG, kinds.TRACE):
            there = (tmp_path / "after" / "s" / stream / "00000001.seg").read_bytes().endswith(torn)
            kept = (tmp_path / "after" / "s" / "quarantine").glob(f"{stream}-*")
            assert there or any(path.read_bytes() == torn for path in kept)
        with open_store(tmp_path / "after" / "s") as store:
            assert read_state(store) == expected


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 60))])
def test_a_power_loss_at_any_moment_loses_nothing_acknowledged(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    disk = RecordingDisk()
    stores = [open_store(tmp_path / "live" / "s", disk=disk, segment_bytes=700) for _ in range(2)]
    acknowledged: list[tuple[int, str, bytes]] = []
    for n in range(8):
        payload = b"%d" % n * draw.choice([1, 150])
        if draw.random() < 0.4:
            append_and_die(tmp_path / "live" / "s", disk, payload + b"dead" * 50)
        store = stores[n % 2]
        with store.transaction("step") as tx:
            ids = [tx.put(kind, payload) for kind in ("script", "trace")]
            tx.set_ref("script/last", ids[0], old=ANY)
        acknowledged += [(len(disk.events), id_, payload) for id_ in ids]
    assert len(list((tmp_path / "live" / "s" / "log").iterdir())) > 1
    created = next(n for n, event in enumerate(disk.events) if event[:2] == ("sync_directory", str(tmp_path / "live")))
    for moment in range(created + 1, len(disk.events) + 1):
        after_power_loss(disk.events[:moment], tmp_path / "after", tmp_path / "live", draw)
        with open_store(tmp_path / "after" / "s") as store:
            assert not store.damage
            done = [(id_, payload) for when, id_, payload in acknowledged if when <= moment]
            assert [store.get(id_)[1] for id_, _ in done] == [payload for _, payload in done]
            if done:
                assert int(store.get(store.ref("script/last") or "")[1][:1]) >= int(done[-1][1][:1])
            put(store, b"goes on")
            assert store.verify(deep=True).sound


# --- several handles ----------------------------------------------------------------------------------


def test_readers_see_only_what_is_durable(tmp_path: Path) -> None:
    class Looking(QuickDisk):
        seen: list[object]

        def sync(self, fd: int) -> None:
            reader.refresh()
            self.seen.append((reader.ref("script/x"), list(reader.objects("script")), list(reader.objects("trace"))))
            self.seen.append(open_store(tmp_path / "s", read_only=True).head()[0])
            super().sync(fd)

    open_store(tmp_path / "s").close()
    reader = open_store(tmp_path / "s", read_only=True)
    disk = Looking()
    disk.seen = []
    store = open_store(tmp_path / "s", disk=disk)
    with store.transaction("both streams") as tx:
        id_ = tx.put("script", b"1")
        tx.put("trace", b"1")
        tx.set_ref("script/x", id_, old=None)
    assert len(disk.seen) == 4
    assert all(found in ((None, [], []), 0) for found in disk.seen)
    reader.refresh()
    assert reader.ref("script/x") == id_


def test_writers_that_wait_for_a_sync_share_the_next_one(tmp_path: Path) -> None:
    syncs: list[int] = []
    first_syncs, all_appended = threading.Event(), threading.Event()

    class Slow(QuickDisk):
        def sync(self, fd: int) -> None:
            syncs.append(fd)
            if len(syncs) == 1:
                first_syncs.set()
                assert all_appended.wait(20)
            super().sync(fd)

    open_store(tmp_path / "s").close()
    disk = Slow()
    stores = [open_store(tmp_path / "s", disk=disk) for _ in range(5)]
    threads = [threading.Thread(target=put, args=(store, b"%d" % n)) for n, store in enumerate(stores)]
    threads[0].start()
    assert first_syncs.wait(20)
    for thread in threads[1:]:
        thread.start()
    log = tmp_path / "s" / LOG
    for _ in range(2000):
        if log.read_bytes().count(b"\x9eSOP\x81") == 5:  # the commits of all five are in the file
            break
        threading.Event().wait(0.005)
    all_appended.set()
    for thread in threads:
        thread.join(20)
    assert len(syncs) == 2, "one for the first, one for the four that waited"
    assert len(list(open_store(tmp_path / "s").objects("script"))) == 5


def test_an_object_that_is_appended_but_not_durable_is_not_acknowledged_before_it_is(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    append_and_die(tmp_path / "s", QuickDisk(), b"same")
    id_ = put(store, b"same")
    with open_store(tmp_path / "s", read_only=True) as reader:
        assert reader.get(id_) == ("script", b"same")
    assert len(store.log(9)) == 1, "it is not appended twice"


def test_an_object_that_became_durable_since_it_was_put_is_not_appended_twice(tmp_path: Path) -> None:
    store, other = open_store(tmp_path / "s"), open_store(tmp_path / "s")
    with store.transaction("slow") as tx:
        id_ = tx.put("script", b"same")
        assert put(other, b"same") == id_
        store.refresh()
    assert len(store.log(9)) == 1


def test_a_torn_end_record_only_makes_groups_smaller(tmp_path: Path) -> None:
    class Tearing(QuickDisk):
        def lock(self, fd: int) -> None:
            super().lock(fd)
            if os.readlink(f"/proc/self/fd/{fd}").endswith("watermark"):
                (tmp_path / "s" / "lock").write_bytes(b"torn")

    open_store(tmp_path / "s").close()
    store = open_store(tmp_path / "s", disk=Tearing())
    ids = [put(store, b"%d" % n) for n in range(3)]
    assert list(open_store(tmp_path / "s", read_only=True).objects("script")) == ids


def test_a_living_handle_goes_on_after_the_store_was_repaired(tmp_path: Path) -> None:
    # As Linux reports a failed write-back: once to every descriptor that was open when it happened.
    class Reporting(QuickDisk):
        failed_after: set[int]
        open_now: set[int]

        def open(self, path: str, flags: int) -> int:
            fd = super().open(path, flags)
            self.open_now.add(fd)
            self.failed_after.discard(fd)
            return fd

        def sync(self, fd: int) -> None:
            if fd in self.failed_after:
                self.failed_after.discard(fd)
                raise OSError(errno.EIO, "EIO")
            super().sync(fd)

    disk = Reporting()
    disk.open_now, disk.failed_after = set(), set()
    a, b = (open_store(tmp_path / "s", disk=disk) for _ in range(2))
    put(a, b"1")
    put(b, b"2")
    disk.failed_after = set(disk.open_now)
    with pytest.raises(errors.Poisoned):
        put(a, b"3")
    open_store(tmp_path / "s", disk=disk)
    id_ = put(b, b"4")
    assert open_store(tmp_path / "s", read_only=True).get(id_)[1] == b"4"


def test_a_child_of_fork_does_not_share_its_parents_lock(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    put(store, b"1")
    assert store._writer is not None
    store._writer._locks.take("lock")
    child = os.fork()
    if child == 0:
        try:
            put(store, b"2")
            os._exit(0)
        finally:
            os._exit(1)
    for _ in range(20):
        threading.Event().wait(0.01)
        assert os.waitpid(child, os.WNOHANG) == (0, 0), "the child waits for its parent"
    store._writer._locks.free("lock")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    put(store, b"3")
    assert len(list(store.objects("script"))) == 3


def test_a_replaced_lock_file_still_excludes(tmp_path: Path) -> None:
    store = open_store(tmp_path / "s")
    put(store, b"1")
    for name in ("lock", "watermark"):
        (tmp_path / "s" / name).unlink()
    other = open_store(tmp_path / "s")
    put(other, b"2")
    put(store, b"3")
    put(other, b"4")
    assert store._writer is not None
    assert other._writer is not None
    disk = Disk()
    for name in ("lock", "watermark"):
        assert disk.same_file(store._writer._locks._fds[name], str(tmp_path / "s" / name))
    assert len(list(open_store(tmp_path / "s").objects("script"))) == 4
    assert other.verify(deep=True).sound


# --- segments and indexes -----------------------------------------------------------------------------


def grow(path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Write a store of many small segments with indexes. Gives what it answers."""
    monkeypatch.setattr(store_module, "CHECKPOINT_OBJECTS", 7)
    store = open_store(path, segment_bytes=1500)
    other = open_store(path, segment_bytes=1500)
    put(store, b"start")
    before: str | None = None
    for n in range(60):
        writer = (store, other)[n % 2]
        with writer.transaction(f"step {n}") as tx:
            id_ = tx.put("script", b"script %d" % n)
            tx.put("trace", b"trace %d" % n * 5)
            tx.set_ref("script/win_back", id_, old=before)
            tx.set_ref(f"job/{n % 17}", id_, old=ANY)
            tx.catalogue({"scripts": {str(n % 5): {"n": n}}})
        before = id_
    assert len(list((path / "log").iterdir())) > 5
    assert len(list((path / "trace").iterdir())) > 2
    assert len(list((path / "idx").iterdir())) > 5
    store.refresh()
    other.refresh()
    expected = read_state(store)
    assert read_state(other) == expected
    return expected


def check_same_answers(path: Path, expected: dict[str, object]) -> None:
    for read_only in (True, False):
        with open_store(path, read_only=read_only, segment_bytes=1500) as store:
            assert read_state(store) == expected
            for id_ in store.objects("script"):
                assert store.resolve(id_[:12]) == id_
            assert store.stats().kinds == {"script": 61, "trace": 60}
            assert store.verify(deep=True).sound
            assert not store.damage


def check_damaged_indexes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flips: int) -> None:
    expected = grow(tmp_path / "s", monkeypatch)
    check_same_answers(tmp_path / "s", expected)
    indexes = sorted(path.name for path in (tmp_path / "s" / "idx").iterdir())
    for name in indexes:
        work = copy_store(tmp_path / "s", tmp_path / "work")
        (work / "idx" / name).write_bytes((work / "idx" / indexes[0]).read_bytes())
        check_same_answers(work, expected)
        whole = (tmp_path / "s" / "idx" / name).read_bytes()
        for at in range(3, len(whole), max(1, len(whole) // flips)):
            (work / "idx" / name).write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
            check_same_answers(work, expected)
        (work / "idx" / name).write_bytes(whole[: len(whole) // 2])
        check_same_answers(work, expected)


def test_deleted_indexes_change_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = grow(tmp_path / "s", monkeypatch)
    for name in [path.name for path in (tmp_path / "s" / "idx").iterdir()]:
        work = copy_store(tmp_path / "s", tmp_path / "work")
        (work / "idx" / name).unlink()
        check_same_answers(work, expected)
    shutil.rmtree(tmp_path / "s" / "idx")
    check_same_answers(tmp_path / "s", expected)


def test_a_stale_index_changes_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Indexes from half-way through the history, some of segments that have grown since.
    seen: list[Path] = []
    real = Store._checkpoint

    def keep(self: Store) -> None:
        real(self)
        seen.append(Path(shutil.copytree(self.path("idx"), tmp_path / f"idx{len(seen)}")))

    monkeypatch.setattr(Store, "_checkpoint", keep)
    expected = grow(tmp_path / "s", monkeypatch)
    monkeypatch.setattr(Store, "_checkpoint", real)
    for old in seen[:: max(1, len(seen) // 6)]:
        shutil.rmtree(tmp_path / "s" / "idx")
        shutil.copytree(old, tmp_path / "s" / "idx")
        check_same_answers(tmp_path / "s", expected)


def test_damaged_indexes_change_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_damaged_indexes(tmp_path, monkeypatch, flips=3)


@pytest.mark.slow
def test_indexes_damaged_anywhere_change_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_damaged_indexes(tmp_path, monkeypatch, flips=60)


def test_an_index_of_another_log_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path / "s", monkeypatch)
    with open_store(tmp_path / "other") as store:
        expected = write_history(store)
    for index in (tmp_path / "s" / "idx").iterdir():
        shutil.copy(index, tmp_path / "other" / "idx" / index.name)
    assert read_state(open_store(tmp_path / "other")) == expected


def test_an_index_of_a_log_of_the_same_shape_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "CHECKPOINT_OBJECTS", 1)
    ids = []
    for name in ("a", "b"):
        with open_store(tmp_path / name) as store:
            ids.append(put(store, name.encode()))
    shutil.copytree(tmp_path / "a" / "idx", tmp_path / "b" / "idx", dirs_exist_ok=True)
    with open_store(tmp_path / "b") as store:
        assert list(store.objects("script")) == [ids[1]]
        assert not store.has(ids[0])


def test_a_damaged_index_is_rebuilt_by_a_living_handle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = grow(tmp_path / "s", monkeypatch)
    real = view.Index._block
    damaged: set[str] = set()

    def fails_once_a_file(self, block):  # type: ignore[no-untyped-def]
        if self.path not in damaged and len(damaged) < 3:
            damaged.add(self.path)
            raise IndexDamaged(self.path)
        return real(self, block)

    store = open_store(tmp_path / "s", segment_bytes=1500)
    monkeypatch.setattr(view.Index, "_block", fails_once_a_file)
    assert read_state(store) == expected
    assert len(damaged) == 3


def test_opening_reads_only_what_follows_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path / "s", monkeypatch)

    class Counting(QuickDisk):
        bytes_read = 0

        def read(self, fd: int, offset: int, length: int) -> bytes:
            data = super().read(fd, offset, length)
            self.bytes_read += len(data)
            return data

    disk = Counting()
    store = open_store(tmp_path / "s", disk=disk)
    assert store.ref("script/win_back") is not None
    total = sum(path.stat().st_size for path in (tmp_path / "s" / "log").iterdir())
    assert disk.bytes_read < total / 4


def test_a_retired_trace_segment_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path / "s", monkeypatch)
    for numbers in ([1, 2], range(3, 99)):
        for number in numbers:
            (tmp_path / "s" / "trace" / f"{number:08d}.seg").unlink(missing_ok=True)
        with open_store(tmp_path / "s", segment_bytes=1500) as store:
            left = len(list(store.objects("trace")))
            assert (0 < left < 60) == (numbers == [1, 2])
            assert store.verify(deep=True).sound
            id_ = put(store, b"goes on %d" % left, "trace")
        with open_store(tmp_path / "s", segment_bytes=1500) as store:
            assert len(list(store.objects("trace"))) == left + 1
            assert store.get(id_) == ("trace", b"goes on %d" % left)
            assert store.verify(deep=True).sound
            assert not store.damage
