"""What a store does about bytes that are not what was written: it says so, and never answers wrongly."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwb.kernel.limits import OBJECT_BYTES_MAX
from sopwb.store import errors, kinds
from sopwb.store.frames import (
    CRC_SPAN,
    HEADER,
    HEADER_BYTES,
    MAGIC,
    CatalogueEvent,
    Commit,
    Header,
    decode_control,
    encode_commit,
    encode_frame,
    frame_id,
    open_payload,
    parse_header,
)
from sopwb.store.mark import Mark, decode_mark, encode_mark
from sopwb.store.scan import Cursor, Damage, Transaction, read_transaction
from sopwb.store.store import Store
from tests.store.worlds import copy_store, open_store, read_state, states_of, write_history

LOG = "log/00000001.seg"
TRACE = "trace/00000001.seg"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with four commits; tests copy it."""
    path = tmp_path_factory.mktemp("sample") / "s"
    with open_store(path) as store:
        write_history(store)
    return path


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """What the sample answered before the first commit and after each."""
    return states_of(tmp_path_factory.mktemp("states"))


def answers(store: Store, expected: dict[str, object]) -> Iterator[tuple[object, object]]:
    """Ask a store everything. Gives each answer with the true one; refusals are left out."""
    objects: dict[str, tuple[str, bytes]] = expected["objects"]  # type: ignore[assignment]
    questions: list[tuple[Callable[[], object], object]] = [(store.refs, expected["refs"])]
    questions += [(lambda id_=id_: store.get(id_), found) for id_, found in objects.items()]  # type: ignore[misc]
    questions += [(lambda id_=id_: store.has(id_), True) for id_ in objects]  # type: ignore[misc]
    for n, name in enumerate(("script/win_back", "job/monthly")):
        questions.append((lambda name=name: store.ref_history(name), expected["history"][n]))  # type: ignore[misc,index]
    for kind in ("script", "job", "trace", "result"):
        true = [id_ for id_, found in objects.items() if found[0] == kind]
        questions.append((lambda kind=kind: list(store.objects(kind)), true))  # type: ignore[misc]
    questions.append((lambda: store.catalogue_events((0, 0)), expected["catalogue"]))
    for question, true in questions:
        try:
            found = question()
        except errors.StoreError:
            continue
        yield found, true


def check_never_wrong(path: Path, expected: dict[str, object]) -> None:
    """A reader and a writer each say that the store is damaged, and no answer differs from the true one."""
    for read_only in (True, False):
        with open_store(path, read_only=read_only) as store:
            problems = store.damage or store.verify().problems
            assert problems, "nothing was found to be wrong"
            assert all(p.segment and p.offset >= 0 and p.what for p in problems)
            for found, true in answers(store, expected):
                assert found == true
            if store.damage and any(p.segment.startswith("log") for p in store.damage):
                with pytest.raises(errors.StoreError), store.transaction("no") as tx:
                    tx.put("script", b"new")


def flips(size: int, step: int) -> Iterator[tuple[int, int]]:
    for n in range(0, size * 8, step):
        yield n // 8, n % 8


def check_flips(sample: Path, work: Path, states: list[dict[str, object]], step: int) -> None:
    copy_store(sample, work)
    for name in (LOG, TRACE):
        whole = (sample / name).read_bytes()
        for at, bit in flips(len(whole), step):
            (work / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
            check_never_wrong(work, states[-1])
        (work / name).write_bytes(whole)
    assert read_state(open_store(work)) == states[-1], "the files as they were are sound"


def test_a_flipped_bit_is_found_and_never_answered(
    sample: Path, tmp_path: Path, states: list[dict[str, object]]
) -> None:
    check_flips(sample, tmp_path / "s", states, step=9)


@pytest.mark.slow
def test_every_flipped_bit_is_found_and_never_answered(
    sample: Path, tmp_path: Path, states: list[dict[str, object]]
) -> None:
    check_flips(sample, tmp_path / "s", states, step=1)


def test_a_bit_flipped_in_a_mark_or_format_changes_no_answer(
    sample: Path, tmp_path: Path, states: list[dict[str, object]]
) -> None:
    for name in ("watermark", "lock", "FORMAT"):
        whole = (sample / name).read_bytes()
        for at, bit in flips(len(whole), 5):
            work = copy_store(sample, tmp_path / "s")
            (work / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
            try:
                store = open_store(work)
            except errors.NotAStore:
                assert name == "FORMAT"
                continue
            assert not store.damage
            assert read_state(store) == states[-1]
            with store.transaction("goes on") as tx:
                tx.put("script", b"new")
            store.close()


def test_a_truncated_log_is_reported_where_it_ends(
    sample: Path, tmp_path: Path, states: list[dict[str, object]]
) -> None:
    work = copy_store(sample, tmp_path / "s")
    whole = (work / LOG).read_bytes()
    for size in range(len(whole)):
        (work / LOG).write_bytes(whole[:size])
        with open_store(work) as store:
            assert store.read_only
            assert store.damage[0].segment == LOG
            assert store.damage[0].offset <= size
            for found, true in answers(store, states[-1]):
                assert found == true
        assert (work / LOG).read_bytes() == whole[:size], "a damaged store is not touched"
    assert not list((work / "quarantine").iterdir())


def test_a_truncated_tail_is_quarantined(sample: Path, tmp_path: Path, states: list[dict[str, object]]) -> None:
    whole, trace = (sample / LOG).read_bytes(), (sample / TRACE).read_bytes()
    ends = commit_ends(whole)
    for size in range(ends[2], len(whole) + 1):
        # As after a power loss: the watermark is older than the log and the last commit is not whole.
        work = copy_store(sample, tmp_path / "s")
        (work / "lock").unlink()
        mark = decode_mark((work / "watermark").read_bytes())
        assert mark is not None
        (work / "watermark").write_bytes(encode_mark(msgspec.structs.replace(mark, log=(1, ends[1]), trace=(1, 0))))
        (work / LOG).write_bytes(whole[:size])
        with open_store(work) as store:
            complete = sum(end <= size for end in ends)
            assert not store.damage
            assert read_state(store) == states[complete]
            torn = whole[ends[complete - 1] : size]
            kept = b"".join(path.read_bytes() for path in sorted((work / "quarantine").glob("log-*")))
            assert kept == torn
            assert [damage.offset for damage in store.recovered if damage.segment == LOG] == (
                [ends[complete - 1]] if torn else []
            )
            with store.transaction("goes on") as tx:
                id_ = tx.put("script", b"after")
        with open_store(work) as store:
            assert store.get(id_) == ("script", b"after")
            assert store.verify(deep=True).sound
    assert trace


def commit_ends(log: bytes) -> list[int]:
    ends, at = [], 0
    while at < len(log):
        header = parse_header(log, at)
        assert isinstance(header, Header)
        at += HEADER_BYTES + header.stored
        if header.kind == kinds.COMMIT:
            ends.append(at)
    return ends


def frames_of(data: bytes) -> list[bytes]:
    frames, at = [], 0
    while at < len(data):
        header = parse_header(data, at)
        assert isinstance(header, Header)
        frames.append(data[at : at + HEADER_BYTES + header.stored])
        at += HEADER_BYTES + header.stored
    return frames


def test_without_a_watermark_what_commits_call_durable_is_not_cut(
    sample: Path, tmp_path: Path, states: list[dict[str, object]]
) -> None:
    whole = (sample / LOG).read_bytes()
    ends = commit_ends(whole)
    for at in range(0, len(whole), 7):
        work = copy_store(sample, tmp_path / "s")
        (work / "watermark").unlink()
        (work / LOG).write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with open_store(work) as store:
            if at >= ends[2]:  # the last commit: nothing says that it was durable
                assert read_state(store) == states[3]
                assert sum(p.stat().st_size for p in (work / "quarantine").glob("log-*")) == len(whole) - ends[2]
            else:
                assert store.damage
                # Whether the last commit was durable is unknown: the state before it is a true one too.
                known = read_or_refused(store)
                for question, found in known.items():
                    assert found in (states[4][question], states[3][question])


def read_or_refused(store: Store) -> dict[str, object]:
    try:
        return {"refs": store.refs(), "catalogue": store.catalogue_events((0, 0))}
    except errors.Corrupt:
        return {}


def test_swapped_and_doubled_frames_are_found(
    sample: Path, tmp_path: Path, states: list[dict[str, object]]
) -> None:
    for name in (LOG, TRACE):
        frames = frames_of((sample / name).read_bytes())
        work = copy_store(sample, tmp_path / "s")
        changed = []
        for n in range(len(frames) - 1):
            changed.append([*frames[:n], frames[n + 1], frames[n], *frames[n + 2 :]])
            changed.append(frames[: n + 1] + frames[n:-1])
            changed.append(frames[:n] + frames[n + 1 :] + [frames[n]])
        for order in changed:
            if order != frames:
                (work / name).write_bytes(b"".join(order))
                check_never_wrong(work, states[-1])


def test_damage_in_an_objects_bytes_leaves_all_else_readable(
    sample: Path, tmp_path: Path, states: list[dict[str, object]]
) -> None:
    work = copy_store(sample, tmp_path / "s")
    whole = bytearray((work / LOG).read_bytes())
    at = whole.find(b'"v":2')
    whole[at] ^= 1
    (work / LOG).write_bytes(whole)
    with open_store(work) as store:
        assert [damage.what for damage in store.damage] == ["the payload does not match its id"]
        assert store.read_only
        assert store.refs() == states[-1]["refs"]
        refused = []
        for id_, found in states[-1]["objects"].items():  # type: ignore[attr-defined]
            try:
                assert store.get(id_) == found
            except errors.Corrupt as error:
                refused.append((id_, error.segment))
        assert refused == [(store.ref("script/win_back"), LOG)]


def test_a_rewritten_history_has_another_head(sample: Path, tmp_path: Path) -> None:
    anchored = open_store(sample, read_only=True).head()
    with open_store(tmp_path / "forged") as forged, forged.transaction("first") as tx:
        tx.set_ref("script/win_back", tx.put("script", b'{"name":"win_bank"}'), old=None, why="freeze")
    with open_store(tmp_path / "again") as again:
        write_history(again)
        assert again.head() == anchored, "the same history has the same head"
    assert open_store(tmp_path / "forged").verify().sound
    assert open_store(tmp_path / "forged").head() != anchored


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({}, ""),
        ({"sequence": 3}, "commit 3 follows commit 1"),
        ({"start": 1}, "of another transaction"),
        ({"previous": (1, 1)}, "of another transaction"),
        ({"durable": (1, 9999)}, "calls bytes durable that come after it"),
        ({"durable": (-1, 0)}, "calls bytes durable"),
    ],
)
def test_a_commit_that_contradicts_the_log_is_refused_though_its_hash_holds(
    change: dict[str, object], what: str
) -> None:
    payload = b"object"
    body = encode_frame(1, payload, frame_id(1, payload), compress=False)
    before = Cursor(offset=500, head=b"h" * 32, sequence=1, commit=(1, 400))
    true = Commit(2, 0, "w", "why", (1, 500), 500, (1, 400), bytes(32))
    commit = msgspec.structs.replace(true, **change)
    found = read_transaction(body + encode_commit(commit, before.head, body)[0], 500, 0, before)
    if what:
        assert isinstance(found, Damage)
        assert what in found.what
    else:
        assert isinstance(found, Transaction)


# --- hostile bytes ------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    log=st.binary(max_size=400),
    trace=st.binary(max_size=200),
    prefix=st.integers(0, 4),
    marks=st.sampled_from(["kept", "lost", "random"]),
    noise=st.binary(max_size=60),
)
def test_random_bytes_never_give_a_traceback(
    sample: Path, tmp_path_factory: pytest.TempPathFactory, log: bytes, trace: bytes, prefix: int, marks: str,
    noise: bytes,
) -> None:
    work = copy_store(sample, tmp_path_factory.mktemp("noise") / "s")
    frames = frames_of((work / LOG).read_bytes())
    (work / LOG).write_bytes(b"".join(frames[: prefix * 2]) + log)
    (work / TRACE).write_bytes(trace)
    if marks != "kept":
        for name in ("watermark", "lock"):
            (work / name).write_bytes(b"" if marks == "lost" else noise)
    for read_only in (True, False):
        with open_store(work, read_only=read_only) as store:
            store.verify(deep=True)
            try:
                read_state(store)
                store.stats()
                with store.transaction("go") as tx:
                    tx.put("trace", b"x")
            except errors.StoreError:
                continue


@given(st.binary(max_size=300))
def test_random_bytes_are_no_frame(data: bytes) -> None:
    for candidate in (data, MAGIC + data, MAGIC + bytes([1, 0, 0, 0]) + data):
        header = parse_header(candidate, 0)
        if isinstance(header, Header):
            open_payload(header, candidate[HEADER_BYTES:])
    for kind in kinds.CONTROL.values():
        decode_control(kind, data)


def frame(kind: int, codec: int, stored: bytes, raw_length: int, id_: bytes = bytes(32)) -> bytes:
    head = HEADER.pack(MAGIC, kind, codec, 0, len(stored), raw_length, id_, 0)[:CRC_SPAN]
    return head + crc32(head).to_bytes(4, "big") + stored


def test_a_length_beyond_the_bound_is_refused_before_anything_is_allocated() -> None:
    assert isinstance(parse_header(frame(1, 1, b"x", OBJECT_BYTES_MAX + 1), 0), str)
    assert isinstance(parse_header(frame(129, 1, b"x", 1 << 25), 0), str)
    assert isinstance(parse_header(frame(1, 0, b"xy", 1), 0), str)
    bomb = zstandard.ZstdCompressor().compress(bytes(1 << 24))
    header = parse_header(frame(1, 1, bomb, len(bomb) + 1), 0)
    assert isinstance(header, Header)
    assert open_payload(header, bomb) == "the payload does not uncompress"
    claims = b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", 1 << 60) + b"\x01\x00\x00"
    header = parse_header(frame(1, 1, claims, 1000), 0)
    assert isinstance(header, Header)
    assert open_payload(header, claims) == "the payload does not uncompress"


def test_a_control_frame_nested_without_end_is_refused() -> None:
    payload = b"\x92\x92\x00\x00\x81\xa1t\x81\xa1i\x81\xa1k" + b"\x91" * 200_000 + b"\xc0"
    assert isinstance(decode_control(kinds.CATALOGUE, payload), str)
    sound = msgspec.msgpack.encode(CatalogueEvent((0, 0), {}))
    assert isinstance(decode_control(kinds.CATALOGUE, sound), CatalogueEvent)


def test_a_watermark_beyond_all_bounds_is_damage(sample: Path, tmp_path: Path) -> None:
    for place in ((1, 1 << 60), (1 << 31, 0), (0, 5), (2, 10)):
        work = copy_store(sample, tmp_path / "s")
        (work / "watermark").write_bytes(encode_mark(Mark(place, (1, 0), 9, 1)))
        with open_store(work) as store:
            assert bool(store.damage) == (place > (1, 0))


def test_a_payload_that_holds_a_log_is_no_evidence(sample: Path, tmp_path: Path) -> None:
    # A torn commit whose object holds a whole other log: its commits must not pass for ours.
    with open_store(tmp_path / "s") as store:
        with store.transaction("one") as tx:
            tx.put("script", b"kept")
        expected = read_state(store)
    payload = (sample / LOG).read_bytes() * 2
    torn = encode_frame(10, payload, frame_id(10, payload), compress=False)
    with (tmp_path / "s" / LOG).open("ab") as log:
        log.write(torn[:-1])
    (tmp_path / "s" / "watermark").unlink()
    with open_store(tmp_path / "s") as store:
        assert not store.damage
        assert read_state(store) == expected
        assert [path.read_bytes() for path in (tmp_path / "s" / "quarantine").iterdir()] == [torn[:-1]]
