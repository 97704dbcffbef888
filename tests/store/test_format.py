"""The bytes of a segment, as they must stay: a change here is a new format version.

``tests/store/golden/*.hex`` hold a log and a trace segment with one of every control frame, as sixteen bytes a line.
``SOPWB_GOLDEN=write`` rewrites them, for review.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sopwb.store import frames, kinds
from sopwb.store.frames import HEADER_BYTES, Header, open_payload, parse_header
from sopwb.store.mark import Mark, decode_mark, encode_mark
from sopwb.store.store import Store
from tests.store.worlds import copy_store, open_store, read_state, write_history

GOLDEN = Path(__file__).parent / "golden"
SEGMENTS = ("log/00000001.seg", "trace/00000001.seg")

ZSTD_FRAME = bytes.fromhex(
    # 300 bytes of "x" as zstd 1.5.7 packs them at level 3: other versions may pack otherwise, all must read this.
    "9e534f500a010000000000130000012c7363a6d3dbbb0f8b2d60e5941009ba3934b81c42e262e81287f2898755127db0"
    "c33fad9a28b52ffd602c004d00001078780100272ac002"
)


def as_hex(data: bytes) -> str:
    return "".join(data[at : at + 16].hex(" ") + "\n" for at in range(0, len(data), 16))


@pytest.mark.parametrize("name", SEGMENTS)
def test_the_bytes_of_a_segment_are_as_ever(tmp_path: Path, name: str) -> None:
    with open_store(tmp_path / "s") as store:
        write_history(store)
    found = as_hex((tmp_path / "s" / name).read_bytes())
    golden = GOLDEN / (name.split("/")[0] + ".hex")
    if os.environ.get("SOPWB_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        golden.write_text(found)
    assert found == golden.read_text()


def test_the_golden_segments_are_read_without_any_other_file(tmp_path: Path) -> None:
    with open_store(tmp_path / "fresh") as store:
        expected = write_history(store)
    for name in SEGMENTS:
        path = tmp_path / "s" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes.fromhex((GOLDEN / (name.split("/")[0] + ".hex")).read_text()))
    (tmp_path / "s" / "FORMAT").write_bytes(b"sop-workbench store\nformat 1\ngeneration sop1\n")
    with open_store(tmp_path / "s") as store:
        assert read_state(store) == expected
        assert store.verify(deep=True).sound


def test_a_frame_packed_by_another_zstd_is_read() -> None:
    header = parse_header(ZSTD_FRAME, 0)
    assert isinstance(header, Header)
    assert (header.kind, header.codec, header.raw) == (10, 1, 300)
    assert open_payload(header, ZSTD_FRAME[HEADER_BYTES:]) == b"x" * 300


def test_format_and_marks_are_as_ever(tmp_path: Path) -> None:
    open_store(tmp_path / "s").close()
    assert (tmp_path / "s" / "FORMAT").read_text() == "sop-workbench store\nformat 1\ngeneration sop1\n"
    mark = Mark((1, 0x1234), (2, 0x56), 7, 3, failed=True)
    expected = (
        "534f504d41524b31" "0000000000000003" "00000001" "00000001" "0000000000001234"
        "00000002" "0000000000000056" "0000000000000007"
    )
    assert encode_mark(mark).hex()[:-8] == expected
    assert decode_mark(encode_mark(mark)) == mark


def test_large_payloads_are_packed_and_small_ones_are_not(tmp_path: Path) -> None:
    import zstandard

    assert zstandard  # loaded, so that small transactions use it too
    sizes = {}
    for name, payload in {"small": b"x" * 200, "large": b"x" * 20_000, "noise": os.urandom(20_000)}.items():
        store: Store = open_store(tmp_path / name)
        with store.transaction("put") as tx:
            id_ = tx.put("blob", payload)
        sizes[name] = store.stats().log_bytes
        again = open_store(copy_store(tmp_path / name, tmp_path / "copy"))
        assert again.get(id_) == ("blob", payload)
    assert sizes["large"] < 600
    assert 400 < sizes["small"] < 600
    assert 20_000 < sizes["noise"] < 20_500


def test_a_frame_that_is_framed_as_it_is_has_the_bytes_of_any_other() -> None:
    for size in (0, 1, 200, 70_000):
        payload = b"x" * size
        expected = frames.encode_frame(kinds.MOVES, payload, frames.frame_id(kinds.MOVES, payload), compress=False)
        assert frames.encode_plain(kinds.MOVES, payload) == expected
