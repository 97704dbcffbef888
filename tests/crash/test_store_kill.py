"""Writers that are killed: whatever they acknowledged is there, and whoever comes next goes on."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sopwb.store.store import Store

ROOT = Path(__file__).parents[2]

WRITER = """
import datetime as dt, sys
from sopwb.store import errors
from sopwb.store.store import ANY, Store

path, name = sys.argv[1:]
store = Store.open(path, clock=lambda: dt.datetime.now(dt.UTC), segment_bytes=60_000)
number = len(store.refs(f"run/{name}/"))
while True:
    payload = f"{name} {number} ".encode() * (1 + number % 7 * 40)
    with store.transaction("step") as tx:
        ids = [tx.put("script", payload), tx.put("trace", payload)]
        tx.set_ref(f"run/{name}/{number}", ids[0], old=None)
        tx.set_ref("script/last", ids[0], old=ANY)
        tx.catalogue({"runs": {f"{name}.{number}": {"id": ids[0]}}})
    sys.stdout.write(f"{number} {ids[0]} {ids[1]}\\n")
    sys.stdout.flush()
    number += 1
"""


def start(path: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )


def acknowledged(child: subprocess.Popen[str]) -> tuple[list[list[str]], str]:
    out, err = child.communicate(timeout=60)
    # The last line may be cut: the kill can fall into its printing, and only a whole line is an acknowledgement.
    return [line.split() for line in out.splitlines(keepends=True) if line.endswith("\n")], err


def check(path: Path, acks: dict[str, list[list[str]]]) -> None:
    """Everything acknowledged is there under its name; each writer's numbers have no gap; the store is sound."""
    with Store.open(path, clock=lambda: dt.datetime.now(dt.UTC), segment_bytes=60_000) as store:
        assert not store.damage
        documents = {id_ for _, delta in store.catalogue_events((0, 0)) for id_ in delta["runs"]}
        for name, lines in acks.items():
            refs = store.refs(f"run/{name}/")
            assert sorted(refs, key=lambda ref: int(ref.rsplit("/", 1)[1])) == [
                f"run/{name}/{n}" for n in range(len(refs))
            ]
            for number, script, trace in lines:
                assert refs[f"run/{name}/{number}"] == script
                assert store.get(script)[1] == store.get(trace)[1]
                assert store.get(script)[1].startswith(f"{name} {number} ".encode())
                assert f"{name}.{number}" in documents
        found = store.verify(deep=True)
        assert found.sound, found.problems
        assert store.head()[0] == len(store.refs("run/"))


def rounds(path: Path, kills: int, seed: int) -> None:
    draw = random.Random(seed)
    acks: dict[str, list[list[str]]] = {"a": [], "b": [], "c": []}
    for _ in range(kills):
        children = {name: start(path, name) for name in acks}
        # Kill one after a few of its acknowledgements, at an odd moment; then the others, whatever they do.
        order = list(acks)
        draw.shuffle(order)
        first = children[order[0]]
        assert first.stdout is not None
        early = [first.stdout.readline() for _ in range(draw.randrange(1, 12))]
        if draw.random() < 0.3:
            os.kill(children[order[1]].pid, signal.SIGSTOP)
            with contextlib.suppress(subprocess.TimeoutExpired):
                first.wait(0.02)
        for name in order:
            children[name].kill()
            if name != order[-1]:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    children[order[-1]].wait(draw.random() * 0.02)
        for name, child in children.items():
            lines, err = acknowledged(child)
            assert err == ""
            acks[name] += [line.split() for line in early] if child is first else []
            acks[name] += lines
    assert sum(map(len, acks.values())) > kills
    check(path, acks)


def test_nothing_acknowledged_is_lost_when_writers_are_killed(tmp_path: Path) -> None:
    rounds(tmp_path / "s", kills=8, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_nothing_acknowledged_is_lost_when_many_writers_are_killed(tmp_path: Path, seed: int) -> None:
    rounds(tmp_path / "s", kills=40, seed=seed)


def test_a_reader_always_sees_whole_transactions_while_others_write(tmp_path: Path) -> None:
    children = [start(tmp_path / "s", name) for name in ("a", "b")]
    try:
        for child in children:
            assert child.stdout is not None
            child.stdout.readline()
        reader = Store.open(tmp_path / "s", clock=lambda: dt.datetime.now(dt.UTC), read_only=True)
        before = 0
        for _ in range(60):
            reader.refresh()
            sequence, _ = reader.head()
            refs = reader.refs("run/")
            assert sequence == len(refs) >= before
            before = sequence
            last = reader.ref("script/last")
            assert last is not None
            assert last in refs.values()
            assert reader.get(last)[0] == "script"
        assert not reader.damage
    finally:
        for child in children:
            child.kill()
            child.communicate(timeout=60)
