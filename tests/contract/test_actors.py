"""The contract that every tool that acts passes: what the journal's loop relies on, whatever the tool does.

A kit knows how to bring its tool's world into a mood; a scene is one tool in one world, with what the world has seen.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sopwb.run.acting import Actor, Dispatch, Done, NotApplied, Protection, Rejected, Reply, Unknown
from sopwb.tools.file_write import file_actor
from sopwb.tools.http.actor import http_actor
from sopwb.tools.mail.actor import mail_actor
from tests.tools.acting import KEY, Commit, dispatch, equipment
from tests.tools.http_world import HttpWorld, reply
from tests.tools.mail_world import DROP, HANG, MailWorld

sys.path.insert(0, str(Path(__file__).parents[1] / "tools/example_package"))
from sopwb_pager import pager_actor  # a package of its own


class Scene(msgspec.Struct, frozen=True):
    """A tool in its world. ``happened`` counts what the world has done for it, ``attempts`` what it was asked to,
    ``open`` its connections; ``shown`` is what came through, as text."""

    actor: Actor
    dispatch: Dispatch
    happened: Callable[[], int]
    attempts: Callable[[], int]
    open: Callable[[], int] = lambda: 0
    shown: Callable[[], str] = lambda: ""


# --- kits ---------------------------------------------------------------------------------------------

MAIL = {
    "willing": {},
    "busy": {"RCPT": [b"450 later\r\n"]},
    "unwilling": {"RCPT": [b"550 never\r\n"]},
    "dropping": {"MAIL": [DROP]},
    "babbling": {"MAIL": [b"\xff\xfe!\r\n"]},
    "silent": {"DOT": [DROP]},
    "slow": {"DOT": [HANG]},
    "hanging": {"MAIL": [HANG]},
    "stuck": {"DOT": [HANG]},
    "stuck before": {"MAIL": [HANG]},
}


@asynccontextmanager
async def mail(mood: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with MailWorld(MAIL.get(mood, {})) as world:  # type: ignore[arg-type]
        port = world.port if mood != "absent" else 1
        settings = {"host": "127.0.0.1", "port": port, "from": "shop@example.com", **_patience(mood)}
        given = dispatch("email.send", {"to": "ann@example.com", "subject": "Hi", "body": "Hello."})
        yield Scene(
            mail_actor(equipment(settings)),
            given,
            lambda: len(world.taken),
            lambda: sum(line.startswith("MAIL") for line in world.said),
            lambda: world.open,
            lambda: "".join(taken.content.decode() for taken in world.taken),
        )


HTTP: dict[str, Any] = {
    "busy": reply(429),
    "unwilling": reply(422),
    "babbling": b"\xff\xfe\r\n\r\n",
    "silent": DROP,
    "slow": HANG,
    "stuck": HANG,
}


@asynccontextmanager
async def http(mood: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with HttpWorld(*([HTTP[mood]] if mood in HTTP else [])) as world:
        url = world.url if mood != "absent" else "http://127.0.0.1:1"
        wait = {"timeout_s": 0.2 if mood == "slow" else 20.0}
        settings = {"allow": [url], "private": True, **wait}
        yield Scene(
            http_actor(equipment(settings)),
            dispatch("http.request", {"method": "POST", "url": url, "body": "x"}),
            lambda: len(world.asked),
            lambda: len(world.asked),
            lambda: world.open,
            lambda: str([asked.headers for asked in world.asked]),
        )


@asynccontextmanager
async def file(mood: str, tmp_path: Path) -> AsyncIterator[Scene]:
    workspace = tmp_path / "shop"
    if mood != "absent":
        workspace.mkdir()
    path = "../x" if mood == "unwilling" else "a.txt"
    with pytest.MonkeyPatch.context() as patch:
        if mood == "silent":
            syncs: list[int] = []
            real = os.fsync

            def fails_at_last(at: int) -> None:
                syncs.append(at)
                if len(syncs) == 3:  # the new folder, the file, its name
                    raise OSError(5, "Input/output error")
                real(at)

            patch.setattr(os, "fsync", fails_at_last)
        yield Scene(
            file_actor(equipment({"folder": "out"}, str(workspace))),
            dispatch("file.write", {"path": path, "text": "x"}),
            lambda: int((workspace / "out/a.txt").exists()),
            lambda: int((workspace / "out/a.txt").exists()),
            lambda: (
                len([name for name in os.listdir(workspace / "out") if name != "a.txt"])
                if (workspace / "out").exists()
                else 0
            ),
        )


@asynccontextmanager
async def pager(mood: str, tmp_path: Path) -> AsyncIterator[Scene]:
    lines: list[str] = []
    live: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        live.add(task)
        try:
            line = (await reader.readline()).decode()
            if not line:
                return
            lines.append(line)
            if mood in ("slow", "stuck"):
                await reader.read()
            words = {"busy": b"busy later\n", "unwilling": b"no never\n", "babbling": b"\xff\xfe\n", "silent": b""}
            writer.write(words.get(mood, b"ok 7\n"))
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            live.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1] if mood != "absent" else 1
    settings = {"host": "127.0.0.1", "port": port, "token": "secret://pager"}
    settings["timeout_s"] = 0.2 if mood == "slow" else 20.0
    async with server:
        yield Scene(
            pager_actor(equipment(settings, secrets={"pager": "hunter2"})),
            dispatch("pager.page", {"number": "112", "text": "x"}),
            lambda: len(lines),
            lambda: len(lines),
            lambda: len(live),
            lambda: "".join(lines),
        )
        for task in live:
            task.cancel()


def _patience(mood: str) -> dict[str, float]:
    wait = 0.2 if mood in ("slow", "hanging") else 20.0
    return {"timeout_s": wait, "reply_timeout_s": wait}


Kit = Callable[[str, Path], Any]
KITS: dict[str, Kit] = {"email.send": mail, "http.request": http, "file.write": file, "pager.page": pager}

BEFORE = {
    "email.send": ("absent", "busy", "unwilling", "dropping", "babbling", "hanging"),
    "http.request": ("absent",),
    "file.write": ("absent", "unwilling"),
    "pager.page": ("absent",),
}
"""Moods in which a tool learns before its point of no return that it will not be done."""
AFTER = {
    "email.send": ("silent", "slow"),
    "http.request": ("silent", "slow", "babbling"),
    "file.write": ("silent",),
    "pager.page": ("silent", "slow", "babbling"),
}
"""Moods in which nothing certain comes after it."""
MOODS = {
    tool: {"willing", *BEFORE[tool], *AFTER[tool], *(("busy", "unwilling") if tool != "file.write" else ())}
    for tool in KITS
}


def pairs(moods: dict[str, Any]) -> Any:
    return pytest.mark.parametrize(("tool", "mood"), [(tool, mood) for tool in moods for mood in sorted(moods[tool])])


async def act(scene: Scene, commit: Commit) -> Reply:
    async with scene.actor as actor:
        reply = await actor.act(scene.dispatch, commit)
    await gone(scene)
    return reply


async def gone(scene: Scene) -> None:
    """Wait until nothing of the tool is open any more."""
    async with asyncio.timeout(2):
        while scene.open():
            await asyncio.sleep(0.005)


# --- the contract -------------------------------------------------------------------------------------


@pairs({tool: ["willing"] for tool in KITS})
async def test_what_is_done_passes_the_point_of_no_return_once_and_first(tool: str, mood: str, tmp_path: Path) -> None:
    async with KITS[tool](mood, tmp_path) as scene:
        commit = Commit(scene.happened)
        done = await act(scene, commit)
        assert isinstance(done, Done), done
        assert (commit.seen, scene.happened()) == ([0], 1)


@pairs(BEFORE)
async def test_what_fails_before_it_is_certainly_not_done(tool: str, mood: str, tmp_path: Path) -> None:
    async with KITS[tool](mood, tmp_path) as scene:
        commit = Commit(scene.happened)
        reply = await act(scene, commit)
        assert isinstance(reply, NotApplied | Rejected), reply
        assert (commit.times, scene.happened()) == (0, 0)


@pairs(AFTER)
async def test_silence_after_it_is_a_doubt(tool: str, mood: str, tmp_path: Path) -> None:
    async with KITS[tool](mood, tmp_path) as scene:
        commit = Commit(scene.happened)
        reply = await act(scene, commit)
        assert isinstance(reply, Unknown), reply
        assert commit.seen == [0]


@pairs(MOODS)
async def test_nothing_is_done_twice_and_nothing_is_raised(tool: str, mood: str, tmp_path: Path) -> None:
    async with KITS[tool](mood, tmp_path) as scene:
        commit = Commit()
        reply = await act(scene, commit)
        assert isinstance(reply, Done | NotApplied | Rejected | Unknown)
        assert scene.attempts() <= 1
        assert commit.times <= 1


@pairs(MOODS)
async def test_nothing_is_done_where_the_journal_cannot_be_written(tool: str, mood: str, tmp_path: Path) -> None:
    async with KITS[tool](mood, tmp_path) as scene:
        for error in (OSError("disk full"), RuntimeError("broken")):
            commit = Commit(error=error)
            (came,) = await asyncio.gather(act(scene, commit), return_exceptions=True)
            assert came is error if commit.times else isinstance(came, NotApplied | Rejected)
            assert scene.happened() == 0


@pairs({tool: ["willing"] for tool in KITS})
async def test_a_tool_goes_on_after_the_journal_failed_once(tool: str, mood: str, tmp_path: Path) -> None:
    async with KITS[tool](mood, tmp_path) as scene:
        async with scene.actor as actor:
            with pytest.raises(OSError, match="disk full"):
                await actor.act(scene.dispatch, Commit(error=OSError("disk full")))
            assert isinstance(await actor.act(scene.dispatch, Commit()), Done)
        await gone(scene)


@pairs({"email.send": ["stuck", "stuck before"], "http.request": ["stuck"], "pager.page": ["stuck"]})
async def test_what_is_cancelled_closes_its_connection(tool: str, mood: str, tmp_path: Path) -> None:
    async with KITS[tool](mood, tmp_path) as scene, scene.actor as actor:
        task = asyncio.create_task(actor.act(scene.dispatch, Commit()))
        async with asyncio.timeout(2):
            while not scene.attempts():
                await asyncio.sleep(0.002)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await gone(scene)


@pairs({tool: ["willing"] for tool in KITS})
async def test_an_error_around_a_tool_closes_what_it_holds(tool: str, mood: str, tmp_path: Path) -> None:
    async with KITS[tool](mood, tmp_path) as scene:

        async def fail() -> None:
            async with scene.actor as actor:
                await actor.act(scene.dispatch, Commit())
                raise RuntimeError("elsewhere")

        with pytest.raises(RuntimeError, match="elsewhere"):
            await fail()
        await gone(scene)


@pairs({tool: ["willing"] for tool in KITS if tool != "file.write"})
async def test_the_effects_key_goes_along(tool: str, mood: str, tmp_path: Path) -> None:
    async with KITS[tool](mood, tmp_path) as scene:
        await act(scene, Commit())
        assert KEY in scene.shown()


@pairs({tool: ["willing"] for tool in KITS})
async def test_a_tool_says_how_it_may_be_repeated_and_is_asked_only_where_it_can_answer(
    tool: str, mood: str, tmp_path: Path
) -> None:
    async with KITS[tool](mood, tmp_path) as scene:
        protection: Protection = scene.actor.protection
        assert protection.kind in ("idempotent", "verifiable", "unprotected")
        assert (protection.key_hours > 0) is (protection.kind == "idempotent")
        assert protection.connections >= 1
        async with scene.actor as actor:
            assert protection.kind == "verifiable" or isinstance(await actor.verify(scene.dispatch), Unknown)
