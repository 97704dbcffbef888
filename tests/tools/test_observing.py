"""A run that reads the web decides by what it read, asks each question once, and replays without the web."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import ExplainRun, FreezeScript, ReplayRun, RunScript, SaveDraft
from sopwb.app.outputs import AnyOutput, Failed, Replayed, RunView
from sopwb.app.workbench import Workbench, failed, open_workbench
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.values import Secret
from sopwb.lang.types import parse_type
from sopwb.tools.observing import Answered, Observing
from tests.shop import AS_OF, shop
from tests.tools.http_world import HttpWorld, reply, serving

PAGE = parse_type("{status: int, body: string}")


def rate(url: str) -> dict[str, Any]:
    """A script that reads a page, and what its body says."""
    get = {"op": "tool", "name": "page", "tool": "http.get", "args": {"url": f"'{url}'"}}
    value = {"rate": "double(page.body)", "status": "page.status"}
    return {"sop": 1, "returns": {"rate": "decimal", "status": "int"}, "steps": [get, {"op": "return", "value": value}]}


def each(url: str) -> dict[str, Any]:
    """A script that reads the same page for every customer."""
    get = {"op": "tool", "name": "page", "tool": "http.get", "args": {"url": f"'{url}'"}}
    loop = {"op": "each", "name": "pages", "from": "customers", "as": "c", "do": [get], "yield": "page.body"}
    value = {"same": "pages.count(p, p == '1.5')"}
    return {"sop": 1, "returns": {"same": "int"}, "steps": [loop, {"op": "return", "value": value}]}


class Shop:
    """A workspace that may ask one server."""

    def __init__(self, folder: Path, world: HttpWorld) -> None:
        self.folder = shop(folder)
        with (self.folder / "sopwb.toml").open("a") as file:
            file.write(f'\n[tools.http]\nallow = ["{world.url}"]\nprivate = true\n')

    def do(self, *commands: Any) -> AnyOutput:
        bench: Workbench = open_workbench(self.folder, AS_OF)
        try:
            for command in commands:
                output = bench.do(command)
        finally:
            bench.close()
        return output

    def run(self, script: dict[str, Any], **how: Any) -> RunView:
        done = self.do(SaveDraft("rate", script), FreezeScript("rate"), RunScript("rate", **how))
        assert isinstance(done, RunView), done
        return done


def test_a_run_decides_by_what_it_read_and_replays_without_the_web(tmp_path: Path) -> None:
    with serving(reply(200, "1.5"), reply(200, "9.9")) as (world,):
        here = Shop(tmp_path, world)
        done = here.run(rate(world.url))
        assert (done.status, done.result) == ("succeeded", {"rate": pytest.approx(1.5), "status": 200})
        again = here.do(ReplayRun(done.run))
        assert isinstance(again, Replayed), again
        assert (again.same, again.trace_hash) == (True, done.trace_hash)
        assert len(world.asked) == 1


def test_a_question_is_asked_once_a_run(tmp_path: Path) -> None:
    with serving(reply(200, "1.5")) as (world,):
        here = Shop(tmp_path, world)
        done = here.run(each(world.url))
        assert done.result["same"] > 1
        assert len(world.asked) == 1
        explained = here.do(ExplainRun(done.run, "john_doe"))
        assert isinstance(explained, RunView), explained
        assert len(world.asked) == 1


def test_a_dry_run_asks_nobody(tmp_path: Path) -> None:
    with serving() as (world,):
        bench = Shop(tmp_path, world)
        done = bench.do(SaveDraft("rate", each(world.url)), RunScript("rate", draft=True, dry_run=True))
        assert isinstance(done, RunView), done
        assert (done.result, world.asked) == ({"same": 0}, [])


def test_a_server_that_does_not_answer_fails_the_run(tmp_path: Path) -> None:
    with serving() as (world,):
        here, url = Shop(tmp_path, world), world.url
    done = here.do(SaveDraft("rate", rate(url)), FreezeScript("rate"), RunScript("rate"))
    diagnostics = done.diagnostics if isinstance(done, Failed) else [getattr(done, "error", None)]
    assert [d.code for d in diagnostics if d is not None] == ["SOP-K007"]


def test_a_tool_that_is_not_configured_reads_nothing(tmp_path: Path) -> None:
    bench = open_workbench(shop(tmp_path), AS_OF)
    for command in (SaveDraft("rate", rate("https://a.example")), FreezeScript("rate")):
        assert not failed(bench.do(command))
    done = bench.do(RunScript("rate"))
    bench.close()
    diagnostics = done.diagnostics if isinstance(done, Failed) else [getattr(done, "error", None)]
    assert [d.code for d in diagnostics if d is not None] == ["SOP-K001"]


# --- answers ------------------------------------------------------------------------------------------


class Counter:
    """A tool that answers with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.closed = 0

    def observe(self, args: dict[str, Any]) -> Any:
        self.asked += 1
        return {"status": self.asked, "body": args["url"] * 10}

    def close(self) -> None:
        self.closed += 1


def test_answers_are_kept_for_a_replay_by_tool_and_arguments() -> None:
    counter = Counter()
    live = Observing(lambda tool: counter)
    first = [live.observe("t", {"url": url, "headers": {"a": "b"}}, PAGE) for url in "xyx"]
    live.close()
    assert (counter.asked, counter.closed) == (2, 1)
    answers = live.answers()
    assert answers is not None
    again = Answered(answers)
    assert [again.observe("t", {"url": url, "headers": {"a": "b"}}, PAGE) for url in "xyx"] == first
    with pytest.raises(UserError, match="SOP-K007"):
        again.observe("t", {"url": "z", "headers": None}, PAGE)


def test_too_many_answers_are_not_kept_and_the_run_goes_on() -> None:
    live = Observing(lambda tool: Counter(), bytes_max=100)
    for _ in range(3):
        assert live.observe("t", {"url": "x"}, PAGE)["body"] == "x" * 10
    live.observe("t", {"url": "y" * 50}, PAGE)
    assert live.answers() is None
    assert live.observe("t", {"url": "x"}, PAGE)["status"] == 3


@pytest.mark.parametrize(
    "later", [Secret("{{steps/0#0}}"), "a {{steps/0#0.id}}", {"a": Secret("x")}, ["{{steps/0#0}}"]]
)
def test_what_is_known_only_later_cannot_be_asked_with(later: Any) -> None:
    with pytest.raises(UserError, match="SOP-K007"):
        Observing(lambda tool: Counter()).observe("t", {"url": later}, PAGE)
