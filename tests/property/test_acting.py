"""A process may end between any two of its writes: what the journal holds then is enough to do each effect once.

A plan, the world's answers and the moments at which processes die are drawn. Each session runs with every write and
every send noted in one order; then the files and the world are put back to what they were at a drawn moment, and the
next session goes on from there, until one is let end. So every prefix of every session is a possible death.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sopwb.app.acting import ledger as s
from sopwb.app.acting.ledger import Ledger
from sopwb.app.acting.loop import Wishes
from sopwb.run.acting import Dispatch, NotApplied, Rejected, Reply
from tests.app.acting.world import FakeActor, Stage, effect
from tests.store.worlds import QuickDisk

KINDS = ("unprotected", "idempotent", "verifiable")
CONNECTIONS = 3
REFUSALS: dict[str, Reply] = {"later": NotApplied("450", "later"), "never": Rejected("550", "never")}


class NotingDisk(QuickDisk):
    """Notes what is written where, so that it can be taken back."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[tuple[str, int, bytes | None]] = []
        """File, offset and what was written; None where it was cut there."""
        self.names: dict[int, str] = {}

    def open(self, path: str, flags: int) -> int:
        fd = super().open(path, flags)
        self.names[fd] = path
        return fd

    def create_private(self, path: str) -> int:
        fd = super().create_private(path)
        self.names[fd] = path
        return fd

    def write(self, fd: int, offset: int, data: bytes) -> None:
        super().write(fd, offset, data)
        self.notes.append((self.names[fd], offset, data))

    def truncate(self, fd: int, size: int) -> None:
        super().truncate(fd, size)
        self.notes.append((self.names[fd], size, None))


class Deaths:
    """A stage whose sessions can be taken back to any moment."""

    def __init__(self, folder: Path) -> None:
        self.disk = NotingDisk()
        self.stage = Stage(folder, self.disk)
        send = self.stage.world.send

        def noted(dispatch: Dispatch) -> None:
            size = self.stage.world.path.stat().st_size
            send(dispatch)
            self.disk.notes.append((str(self.stage.world.path), size, self.stage.world.path.read_bytes()[size:]))

        self.stage.world.send = noted  # type: ignore[method-assign]

    def files(self) -> dict[str, bytes]:
        runs = Path(self.stage.root) / "runs"
        paths = [*runs.glob("*.journal"), *runs.glob("*.mark"), self.stage.world.path]
        return {str(path): path.read_bytes() for path in paths}

    def die(self, before: dict[str, bytes], moment: int, torn: int) -> None:
        """Put all back to after ``moment`` notes, the last of them cut to ``torn`` bytes where it is a journal's."""
        contents = {name: bytearray(data) for name, data in before.items()}
        for n, (name, offset, data) in enumerate(self.disk.notes[:moment]):
            now = contents.setdefault(name, bytearray())
            if data is None:
                del now[offset:]
                continue
            if n == moment - 1 and name.endswith(".journal"):
                data = data[: max(0, len(data) - torn)]
            now[offset : offset + len(data)] = data
        for name in self.files():
            data = bytes(contents.get(name, b""))
            with open(name, "r+b") as file:  # the same file, so that it does not look copied
                file.truncate(len(data))
                os.pwrite(file.fileno(), data, 0)


def plans(draw: st.DrawFn) -> list[tuple[str, str, list[str]]]:
    """Draw effects: item, policy, and the answers to their attempts."""
    answers = st.lists(st.sampled_from(["done", "done", "later", "silent", "never"]), max_size=3)
    steps = st.tuples(st.sampled_from(["fail", "skip", "dead_letter", "skip"]), answers)
    items = draw(st.lists(st.lists(steps, min_size=1, max_size=3), min_size=1, max_size=6))
    return [(f"c{n}", then, given) for n, item in enumerate(items) for then, given in item]


@pytest.mark.parametrize("kind", KINDS)
def test_every_prefix_of_what_a_session_writes_is_enough_to_go_on(tmp_path: Path, kind: str) -> None:
    plan = [effect(f"c{n}", step) for n in range(5) for step in (1, 2)]
    moment, notes = 0, 1
    while moment <= notes:
        folder = tmp_path / str(moment)
        folder.mkdir()
        world = Deaths(folder)
        stage = world.stage.plan(plan)
        before, known = world.files(), stage.known
        world.disk.notes.clear()
        stage.act(FakeActor(stage.world, kind, CONNECTIONS))
        notes = len(world.disk.notes)
        world.die(before, moment, torn=0)
        stage.known = known
        _, ledger = stage.act(FakeActor(stage.world, kind, CONNECTIONS))
        check_end(stage, ledger, [one.key for one in plan], kind, CONNECTIONS)
        if kind != "unprotected":
            assert ledger.counts() == {"done": 10}
        moment += 1
    assert notes > 20


@given(st.data(), st.sampled_from(KINDS))
@settings(max_examples=60, deadline=None)
def test_deaths_between_any_two_writes_repeat_and_lose_nothing(data: st.DataObject, kind: str) -> None:
    check_deaths(data, kind)


@pytest.mark.slow
@given(st.data(), st.sampled_from(KINDS))
@settings(max_examples=4_000, deadline=None)
def test_many_deaths_between_any_two_writes_repeat_and_lose_nothing(data: st.DataObject, kind: str) -> None:
    check_deaths(data, kind)


def check_deaths(data: st.DataObject, kind: str) -> None:
    """Draw a plan and deaths; go on until the end, and judge."""
    drawn = data.draw(st.composite(plans)(), label="plan")
    deaths = data.draw(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40)), max_size=4), label="deaths")
    with tempfile.TemporaryDirectory() as folder:
        world = Deaths(Path(folder))
        stage = world.stage
        plan = [effect(item, number, then=then) for number, (item, then, _) in enumerate(drawn)]
        answers = {one.key: given for one, (_, _, given) in zip(plan, drawn, strict=True)}
        stage.plan(plan)
        silent: set[str] = set()

        def behave(dispatch: Dispatch) -> Reply | None:
            answer = answers[dispatch.key].pop(0) if answers[dispatch.key] else "done"
            if answer == "silent":
                silent.add(dispatch.key)
            return REFUSALS.get(answer)

        def actor() -> FakeActor:
            return FakeActor(stage.world, kind, CONNECTIONS, behave, lambda d: d.key in silent)

        doubts_max = 0
        for place, torn in deaths:
            before, known = world.files(), stage.known
            world.disk.notes.clear()
            stage.act(actor())
            notes = len(world.disk.notes)
            world.die(before, round(place * notes), torn)
            stage.known = known
            doubts_max += CONNECTIONS
            event("died early" if place < 0.5 else "died late")
        came, ledger = stage.act(actor())
        assert came.error is None
        check_end(stage, ledger, [one.key for one in plan], kind, doubts_max + len(silent))
        event(f"{kind}: " + ", ".join(sorted(ledger.counts())))
        if s.DOUBT in ledger.states or s.REJECTED in ledger.states:
            _, again = stage.act(FakeActor(stage.world, kind, CONNECTIONS), Wishes())
            assert [again.states[n] for n in range(len(plan)) if ledger.states[n] == s.DONE] == [
                s.DONE for n in range(len(plan)) if ledger.states[n] == s.DONE
            ], "what is done stays done"


def check_end(stage: Stage, ledger: Ledger, keys: list[str], kind: str, doubts_max: int) -> None:
    """No key twice; what counts as done was sent; what was sent is done or in doubt."""
    sent = stage.world.sent()
    assert max(sent.values(), default=1) == 1, "sent twice"
    for number, key in enumerate(keys):
        state = ledger.states[number]
        if state == s.DONE:
            assert sent[key] == 1, "it counts as done, and the world never saw it"
        elif sent[key]:
            assert state == s.DOUBT, f"it was sent, and counts as {ledger.state(number)}"
    if kind == "unprotected":
        assert ledger.states.count(s.DOUBT) <= doubts_max
