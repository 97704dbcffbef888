"""The form of a run offers what may be done, and makes the Command."""

from __future__ import annotations

import pytest

from sopwb.app.commands import RunScript
from sopwb.app.outputs import ScriptView
from sopwb.tui.present.places import Kind, Place
from sopwb.tui.running import AS_JOB, DRY, MOCKED, REAL, modes_of, run_command, run_fields, run_note

STEPS = [{"op": "tool", "tool": "email.send", "args": {}}]
SCRIPT = {"sop": 1, "params": {"mode": "string", "n": "int"}, "steps": STEPS}
VIEW = ScriptView("mail", "frozen", "b3:1", "", "", SCRIPT, (), "", ())
PLAIN = ScriptView("sum", "frozen", "b3:2", "", "", {"sop": 1, "steps": []}, (), "", ())


@pytest.mark.parametrize(
    ("view", "owner", "modes"),
    [
        (VIEW, "draft", (DRY,)),
        (VIEW, "frozen", (DRY, MOCKED, REAL)),
        (PLAIN, "frozen", (DRY, REAL)),
        (VIEW, "job", (AS_JOB, DRY)),
    ],
)
def test_only_what_may_be_done_is_offered(view: ScriptView, owner: Kind, modes: tuple[str, ...]) -> None:
    assert modes_of(view, owner)[0] == modes


def test_a_parameter_may_have_the_name_of_a_field() -> None:
    fields = run_fields(VIEW, "frozen", {"mode": "x", "n": 3}, "2026-11-22T08:00:00Z")
    assert [(f.key, f.value) for f in fields] == [
        ("in/mode", "x"),
        ("in/n", "3"),
        ("mode", DRY),
        ("as_of", "2026-11-22T08:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("owner", "mode", "expected"),
    [
        ("draft", DRY, RunScript("mail", {"mode": "", "n": 3}, dry_run=True, draft=True)),
        ("frozen", DRY, RunScript("b3:1", {"mode": "", "n": 3}, dry_run=True)),
        ("frozen", MOCKED, RunScript("b3:1", {"mode": "", "n": 3}, mocks=("email.send",))),
        ("frozen", REAL, RunScript("b3:1", {"mode": "", "n": 3})),
        ("job", AS_JOB, RunScript("mail", {"n": 3})),
        ("job", DRY, RunScript("mail", {"n": 3}, dry_run=True)),
    ],
)
def test_the_command_says_what_was_chosen(owner: Kind, mode: str, expected: RunScript) -> None:
    values = {"in/mode": "", "in/n": "3", "mode": mode, "as_of": " "}
    assert run_command(VIEW, Place(owner, owner, "mail", "b3:1"), values) == expected


def test_the_tools_are_named_before_it_runs() -> None:
    assert "email.send" in run_note(VIEW)
    assert run_note(PLAIN) == ""
