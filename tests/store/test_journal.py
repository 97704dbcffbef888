"""A run's journal: what was synced is read back or refused, what was torn is set aside, and nothing is ever guessed."""

from __future__ import annotations

import errno
import os
import random
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopwb.store import errors
from sopwb.store.disk import Disk
from sopwb.store.journal import Journal, in_hand, journal_path, look
from sopwb.store.journal_frames import (
    Began,
    Closed,
    Dispatched,
    Done,
    Header,
    Intent,
    JournalMark,
    Move,
    Rejected,
    Stopped,
    Waiting,
    decode_journal_mark,
    encode_journal_mark,
)
from sopwb.store.journal_scan import Point, Take
from tests.store.test_faults import RecordingDisk, after_power_loss
from tests.store.worlds import FailingDisk, QuickDisk

RUN = "b3:" + "ab" * 32
SECRET = bytes(range(32))
EFFECTS = [b"\xa1%d" % n for n in range(5)]
MOVES: list[list[Move]] = [
    [Began("boot", (1, 2), 7)],
    [Intent((0, 1, 2), "boot", 8, 0)],
    [Dispatched(0)],
    [Done(0, b"\x80"), Dispatched(1)],
    [Rejected(1, "550", "no such mailbox")],
    [Intent((3,), "boot", 9, 0)],
    [Waiting(2, 1, 99, "450", "later")],
    [Stopped("paused")],
]
SYNCED = {0, 1, 5, 7}
"""The moves after which the journal is synced."""


class Heard:
    """Hears a journal's moves."""

    def __init__(self) -> None:
        self.moves: list[Move] = []
        self.closed: Closed | None = None

    def __call__(self, header: Header, closed: Closed) -> Take:
        self.closed = closed
        return lambda moves, offset: self.moves.extend(moves)


def write(root: Path, disk: Disk | None = None, secret: bytes = SECRET) -> Iterator[tuple[Journal, int]]:
    """Write a small journal, one step at a time; gives it with how many moves are synced."""
    journal = Journal.create(disk or QuickDisk(), str(root), RUN, "boot", secret, 5)
    yield journal, -1
    for effect in EFFECTS:
        journal.plan(effect)
    journal.close_plan({"of": "five"})
    synced = 0
    yield journal, synced
    count = 0
    for n, group in enumerate(MOVES):
        for move in group:
            if type(move) is Intent:
                move = Intent(move.numbers, move.boot, move.time_us, journal.durable)
            journal.add(move)
        journal.flush()
        count += len(group)
        if n in SYNCED:
            journal.sync()
            synced = count
        yield journal, synced
    journal.close()


def whole(root: Path) -> Point:
    """Write it all; gives the last durable point."""
    point = None
    for journal, _ in write(root):
        point = Point(journal._end, journal._head())
    assert point is not None
    return point


def reopen(root: Path, known: Point | None = None, disk: Disk | None = None) -> tuple[Journal, Heard]:
    heard = Heard()
    return Journal.open(disk or QuickDisk(), str(root), RUN, known, heard), heard


def said(moves: list[Move]) -> list[Move]:
    """Moves without what depends on offsets."""
    return [Intent(m.numbers, m.boot, m.time_us, 0) if type(m) is Intent else m for m in moves]


TRUE = [move for group in MOVES for move in group]


# --- the whole ------------------------------------------------------------------------------------


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    known = whole(tmp_path)
    journal, heard = reopen(tmp_path, known)
    assert said(heard.moves) == TRUE
    assert heard.closed is not None
    assert (heard.closed.count, heard.closed.summary) == (5, {"of": "five"})
    assert journal.header.secret == SECRET
    assert [journal.entries(block)[5:] for block in journal.blocks] == [b"".join(EFFECTS)]
    assert (journal.restored, journal.recovered, journal.failed) == ("", "", False)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    whole(tmp_path)
    assert stat.S_IMODE(os.stat(journal_path(str(tmp_path), RUN)).st_mode) == 0o600


def test_one_process_at_a_time_has_it(tmp_path: Path) -> None:
    steps = write(tmp_path)
    next(steps), next(steps)
    assert in_hand(QuickDisk(), str(tmp_path), RUN)
    with pytest.raises(errors.Busy):
        reopen(tmp_path)
    for _ in steps:
        pass
    assert not in_hand(QuickDisk(), str(tmp_path), RUN)
    reopen(tmp_path)[0].close()


def test_it_can_be_looked_at_while_it_is_written(tmp_path: Path) -> None:
    for journal, _ in write(tmp_path):
        if journal.closed is not None:
            heard = Heard()
            looking = look(QuickDisk(), str(tmp_path), RUN, heard)
            assert TRUE[: len(heard.moves)] == said(heard.moves)
            with pytest.raises(errors.Poisoned):
                looking.sync()
            looking.close()


def test_a_run_that_was_never_decided_leaves_nothing_to_go_on_with(tmp_path: Path) -> None:
    steps = write(tmp_path)
    journal, _ = next(steps)
    journal.plan(b"\xa1x")
    journal.close()
    with pytest.raises(errors.Refused, match="never decided"):
        reopen(tmp_path)
    again = Journal.create(QuickDisk(), str(tmp_path), RUN, "boot", bytes(32), 6)
    assert again.header.secret == bytes(32)
    assert len(list((tmp_path / "quarantine").iterdir())) == 1
    again.discard()
    with pytest.raises(errors.Unknown):
        reopen(tmp_path)


def test_a_decided_run_is_never_begun_again(tmp_path: Path) -> None:
    whole(tmp_path)
    with pytest.raises(errors.Refused, match="decided already"):
        Journal.create(QuickDisk(), str(tmp_path), RUN, "boot", SECRET, 5)


def test_the_digest_is_of_the_planned_effects_in_order(tmp_path: Path) -> None:
    digests = set()
    for n, effects in enumerate([EFFECTS, EFFECTS[::-1], EFFECTS[:4], [*EFFECTS[:4], b"\xa14"], [b"\xa10"] * 5]):
        journal = Journal.create(QuickDisk(), str(tmp_path / str(n)), RUN, "boot", SECRET, 5)
        for effect in effects:
            journal.plan(effect)
        digests.add(journal.close_plan({}).digest)
        journal.close()
    assert len(digests) == 4, "the fourth is the first again"


def test_many_effects_are_packed_into_blocks(tmp_path: Path) -> None:
    journal = Journal.create(QuickDisk(), str(tmp_path), RUN, "boot", SECRET, 5)
    for n in range(2_000):
        journal.plan(b"\xda" + (200).to_bytes(2, "big") + b"%06d" % n + b"mail" * 48 + b"..")
    closed = journal.close_plan({})
    assert [block.first for block in journal.blocks] == [0, 512, 1024, 1536]
    assert sum(block.count for block in journal.blocks) == closed.count == 2_000
    assert journal._end < 2_000 * 60
    assert b"%06d" % 1_999 in journal.entries(journal.blocks[-1])
    journal.close()


def test_marks_are_as_ever() -> None:
    mark = JournalMark(0x1234, bytes(range(32)), failed=True)
    data = encode_journal_mark(mark)
    assert data[:-4].hex() == "534f504a524e4c31" "00000001" "0000000000001234" + bytes(range(32)).hex()
    assert decode_journal_mark(data) == mark
    for at in range(len(data)):
        assert decode_journal_mark(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is None
        assert decode_journal_mark(data[:at]) is None


# --- damage ---------------------------------------------------------------------------------------


def check_damaged(root: Path, known: Point | None, synced: int, at: int) -> str:
    """Open a damaged journal: refused, older, or a true prefix that holds all that was synced. Says which."""
    try:
        journal, heard = reopen(root, known)
    except (errors.Busy, errors.DiskFailed):
        raise
    except (errors.Corrupt, errors.Refused):
        return "refused"
    assert said(heard.moves) == TRUE[: len(heard.moves)], f"byte {at}: moves that were never made"
    if journal.restored:
        assert len(heard.moves) < synced
        journal.close()
        return "older"
    assert len(heard.moves) >= synced, f"byte {at}: synced moves are gone, and nobody says so"
    journal.add(Stopped("goes on"))
    journal.sync()
    journal.close()
    _, again = reopen(root)
    assert again.moves[-1] == Stopped("goes on")
    return "torn" if journal.recovered else "whole"


@pytest.mark.parametrize("evidence", ["mark", "store", "intents"])
def test_a_journal_that_was_cut_at_any_byte_is_mended_or_refused(tmp_path: Path, evidence: str) -> None:
    # What is known is an earlier sync, so that there is a tail to lose. Intents alone know no more than the last of
    # them that is still there: without mark and store a shorter journal is a shorter journal, so there are both.
    known, data, durable = None, b"", 0
    for journal, _ in write(tmp_path / "s"):
        data = Path(journal.path).read_bytes()
        if len(data) and journal.closed is not None and journal.durable > durable and journal._end > journal.durable:
            known, durable = Point(*_mark_of(journal)), journal.durable
    assert known is not None
    seen: dict[str, int] = {}
    for at in range(len(data)):
        shutil.rmtree(tmp_path / "w", ignore_errors=True)
        shutil.copytree(tmp_path / "s", tmp_path / "w")
        path = Path(journal_path(str(tmp_path / "w"), RUN))
        path.write_bytes(data[:at])
        mark = path.with_suffix(".mark")
        if evidence == "mark":
            mark.write_bytes(encode_journal_mark(JournalMark(known.offset, known.head)))
        else:
            mark.unlink()
        synced = _moves_before(data, known.offset) if evidence != "intents" else 0
        verdict = check_damaged(tmp_path / "w", known if evidence == "store" else None, synced, at)
        seen[verdict] = seen.get(verdict, 0) + 1
        if evidence != "intents":
            assert (verdict in ("refused", "older")) == (at < known.offset)
    assert seen["torn"] > 40
    assert seen["refused"] > (400 if evidence != "intents" else 300)
    assert seen.get("older", 0) >= (2 if evidence != "intents" else 0)


def _mark_of(journal: Journal) -> tuple[int, bytes]:
    return journal._last_mark.offset, journal._last_mark.head


def _moves_before(data: bytes, offset: int) -> int:
    from sopwb.store import kinds
    from sopwb.store.frames import HEADER_BYTES, open_payload, parse_header
    from sopwb.store.journal_frames import decode_record

    at = count = 0
    while at < offset:
        header = parse_header(data, at)
        assert not isinstance(header, str)
        if header.kind == kinds.MOVES:
            payload = open_payload(header, data[at + HEADER_BYTES : at + HEADER_BYTES + header.stored])
            assert isinstance(payload, bytes)
            moves = decode_record(kinds.MOVES, payload)
            assert isinstance(moves, list)
            count += len(moves)
        at += HEADER_BYTES + header.stored
    return count


@pytest.mark.parametrize("with_mark", [True, False])
def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path, with_mark: bool) -> None:
    known = whole(tmp_path / "s")
    data = Path(journal_path(str(tmp_path / "s"), RUN)).read_bytes()
    for at in range(len(data)):
        shutil.rmtree(tmp_path / "w", ignore_errors=True)
        shutil.copytree(tmp_path / "s", tmp_path / "w")
        path = Path(journal_path(str(tmp_path / "w"), RUN))
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :])
        if not with_mark:
            path.with_suffix(".mark").unlink()
        verdict = check_damaged(tmp_path / "w", known if with_mark else None, len(TRUE) if with_mark else 0, at)
        assert verdict == "refused" or not with_mark
        assert verdict in ("refused", "torn")


def test_an_older_copy_in_its_place_is_noticed(tmp_path: Path) -> None:
    path = Path(journal_path(str(tmp_path), RUN))
    copies = [path.read_bytes() for journal, _ in write(tmp_path) if journal.closed is not None]
    for copy in copies[:-1]:
        path.write_bytes(copy)
        journal, _ = reopen(tmp_path)
        assert "older" in journal.restored
        journal.close()
    path.write_bytes(copies[-1])
    assert reopen(tmp_path)[0].restored == ""


def test_another_journal_in_its_place_is_refused(tmp_path: Path) -> None:
    known = whole(tmp_path / "a")
    for _ in write(tmp_path / "b", secret=bytes(32)):
        pass
    path = Path(journal_path(str(tmp_path / "a"), RUN))
    path.write_bytes(Path(journal_path(str(tmp_path / "b"), RUN)).read_bytes())
    with pytest.raises(errors.Corrupt, match="not the journal"):
        reopen(tmp_path / "a")
    path.with_suffix(".mark").unlink()
    with pytest.raises(errors.Corrupt, match="not the journal"):
        reopen(tmp_path / "a", known)


def test_a_replaced_file_is_noticed_by_who_writes(tmp_path: Path) -> None:
    steps = write(tmp_path)
    journal = next(steps)[0]
    assert journal.in_place()
    copy = tmp_path / "copy"
    shutil.copy(journal.path, copy)
    os.replace(copy, journal.path)
    assert not journal.in_place()
    assert journal.identity() != (os.stat(journal.path).st_ino, 0)
    steps.close()  # type: ignore[attr-defined]


# --- a failing disk -----------------------------------------------------------------------------------


class FailingJournalDisk(FailingDisk):
    def create_private(self, path: str) -> int:
        self._count("create")
        return super().create_private(path)

    def open(self, path: str, flags: int) -> int:
        self._count("open")
        return super().open(path, flags)


@pytest.mark.parametrize("operation", ["create", "open", "write", "sync", "sync_directory"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_any_system_call_may_fail_and_nothing_synced_is_lost(tmp_path: Path, operation: str, code: int) -> None:
    for nth in range(1, 60):
        root, disk = tmp_path / f"{nth}", FailingJournalDisk(operation, nth, code=code)
        acknowledged, closed = -1, False
        journal: Journal | None = None
        try:
            for journal, synced in write(root, disk):
                acknowledged, closed = synced, journal.closed is not None
        except (errors.DiskFailed, errors.Poisoned):
            if journal is not None:
                journal.close()
        if closed:
            journal, heard = reopen(root)
            assert len(heard.moves) >= acknowledged
            assert said(heard.moves) == TRUE[: len(heard.moves)]
            assert not journal.restored
            journal.close()
        if disk.calls < nth:
            assert closed
            return
    pytest.fail("the loop ends only where no call is left to fail")


def test_a_failed_sync_is_never_tried_again_and_is_remembered(tmp_path: Path) -> None:
    disk = FailingDisk("sync", nth=5, once=True)
    steps = write(tmp_path, disk)
    journal = next(steps)[0]
    with pytest.raises(errors.Poisoned):
        list(steps)
    calls = disk.calls
    for _ in range(3):
        with pytest.raises(errors.Poisoned):
            journal.sync()
    assert disk.calls == calls
    journal.close()
    again, _ = reopen(tmp_path)
    assert again.failed, "what other processes' last moves were is not sure"
    again.sync()
    again.close()
    assert not reopen(tmp_path)[0].failed, "what was read was written again, and synced"


def test_a_write_that_failed_may_be_done_again(tmp_path: Path) -> None:
    class Full(QuickDisk):
        full = False

        def write(self, fd: int, offset: int, data: bytes) -> None:
            if self.full:
                super().write(fd, offset, data[: len(data) // 2])
                raise OSError(errno.ENOSPC, "ENOSPC")
            super().write(fd, offset, data)

    disk = Full()
    steps = write(tmp_path, disk)
    journal = [next(steps)[0] for _ in range(3)][-1]
    journal.add(Stopped("kept"))
    disk.full = True
    for _ in range(2):
        with pytest.raises(errors.DiskFailed):
            journal.flush()
    disk.full = False
    journal.sync()
    journal.close()
    assert reopen(tmp_path)[1].moves[-1] == Stopped("kept")


class RecordingJournalDisk(RecordingDisk):
    def create_private(self, path: str) -> int:
        fd = super().create_private(path)
        self.names[fd] = path
        self.events.append(("open", path, 0, b""))
        return fd


@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 100))])
def test_a_power_loss_at_any_moment_loses_nothing_synced(tmp_path: Path, seed: int) -> None:
    draw, disk = random.Random(seed), RecordingJournalDisk()
    root = tmp_path / "live" / "s"
    disk.make_directory(str(root / "runs"))
    for folder in (root, tmp_path / "live"):
        disk.sync_directory(str(folder))
    moments: list[tuple[int, int]] = []
    begun = 0
    for _, synced in write(root, disk):
        begun = begun or len(disk.events)
        moments.append((len(disk.events), synced))
    disk.events.insert(0, ("mkdir", str(root), 0, b""))
    for moment in range(begun + 1, len(disk.events) + 1):
        after_power_loss(disk.events[:moment], tmp_path / "after", tmp_path / "live", draw)
        synced = max((count for when, count in moments if when < moment), default=-1)
        try:
            journal, heard = reopen(tmp_path / "after" / "s")
        except errors.Refused:
            assert synced < 0, "its planned effects were synced"
            continue
        assert not journal.restored
        assert len(heard.moves) >= synced
        assert said(heard.moves) == TRUE[: len(heard.moves)]
        journal.close()
