"""Nothing that a file, a name or a reply holds is an order to the terminal."""

from __future__ import annotations

import msgspec
from rich.segment import Segment
from textual.color import Color

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.tui.present.values import ORDERS
from sopwb.tui.visible import Visible
from tests.tui.conftest import opened, press, settle, type_text
from tests.tui.fake import FakeBench, FakeReply, FakeTalk

RUDE = "a\x1b[2J\x1b]0;x\x07b\x9b31mc\u202egnp.exe[red]d[/red]"


class RudeBench(FakeBench):
    """Every text that it gives holds orders."""

    def do(self, command, events=None):
        output = super().do(command, events)
        match output:
            case o.RunView():
                lines = tuple(msgspec.structs.replace(line, text=RUDE, value={RUDE: RUDE}) for line in output.trace)
                error = Diagnostic("SOP-R003", RUDE, "steps/1/where")
                return msgspec.structs.replace(output, trace=lines, result=RUDE, error=error, status="failed")
            case o.ScriptView():
                rows = tuple(msgspec.structs.replace(row, text=RUDE) for row in output.outline)
                return msgspec.structs.replace(output, outline=rows, signature=RUDE, english=RUDE, changes=(RUDE,))
            case o.Failed():
                return o.Failed((Diagnostic("SOP-X001", RUDE, hint=RUDE),))
            case _:
                return output


class RudeTalk(FakeTalk):
    """A dialogue whose replies hold orders."""

    def turn(self, text: str) -> FakeReply:
        return FakeReply("question", f"# {RUDE}\n\n- {RUDE}\n\n```\n{RUDE}\n```", options=[RUDE])


def drawn(pilot) -> list[Segment]:
    return [segment for strip in pilot.app.screen._compositor.render_strips() for segment in strip]


def check(pilot) -> None:
    assert not [s.text for s in drawn(pilot) if ORDERS.search(s.text)]


async def test_no_order_of_a_workspace_reaches_the_terminal() -> None:
    bench = RudeBench()
    async with opened(bench, (120, 40)) as pilot:
        await press(pilot, "f3", "right", "down", "down")
        check(pilot)
        for way in (("enter",), ("v",), ("F",), ("f7",), ("r", "ctrl+s"), ("enter",), ("v",), ("f3", "d")):
            await press(pilot, *way)
            check(pilot)
            await press(pilot, "escape")
        assert any(type(command) is c.RunScript for command in bench.commands)
        assert any(type(command) is c.ApplyEdits for command in bench.commands)


async def test_no_order_of_a_reply_reaches_the_terminal_and_markup_is_text() -> None:
    bench = RudeBench()
    async with opened(bench, (120, 40), talk=RudeTalk(bench)) as pilot:
        await type_text(pilot, "x")
        await press(pilot, "enter")
        await settle(pilot)
        text = "".join(s.text for s in drawn(pilot))
        assert not ORDERS.search(text)
        assert text.count("[red]d[/red]") >= 3


def test_a_line_without_orders_is_given_as_it_is() -> None:
    segments = [Segment("plain "), Segment("ünï\u00a0code 日本")]
    assert Visible().apply(segments, Color(0, 0, 0)) is segments
    assert [s.text for s in Visible().apply([Segment("a\x1bb"), Segment("c")], Color(0, 0, 0))] == ["ab", "c"]
