"""The form of a run, and the Command that it makes. Pure.

A draft is only ever run dry; a job runs as it says or dry; a frozen script also with its tools mocked or for real. What
a job binds already may be left empty. Deliberately not here: showing the form and the trace (``screens.main``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from sopwb.app.commands import RunScript
from sopwb.app.outputs import ScriptView
from sopwb.tui.forms import Field, inputs_from, parameter_fields, tools_of
from sopwb.tui.present.places import Kind, Place

DRY: Final = "dry run"
MOCKED: Final = "mocked"
REAL: Final = "for real"
AS_JOB: Final = "as the job says"
_INPUT: Final = "in/"
"""Begins the keys of parameters: a parameter may be called ``mode`` too."""


def run_fields(view: ScriptView, owner: Kind, remembered: Mapping[str, Any], as_of: str) -> list[Field]:
    """Lay out the parameters, how it is run, and the instant that is ``now``."""
    modes, hint = modes_of(view, owner)
    fields = [
        msgspec.structs.replace(field, key=_INPUT + field.key, needed=field.needed and owner != "job")
        for field in parameter_fields(view.script, remembered)
    ]
    return [
        *fields,
        Field("mode", "how", modes[0], "choice", hint, known=modes),
        Field("as_of", "as of", as_of, "text", "ISO 8601; empty is now"),
    ]


def modes_of(view: ScriptView, owner: Kind) -> tuple[tuple[str, ...], str]:
    """Give the ways in which it may be run, the first being offered, and a hint."""
    match owner:
        case "draft":
            return (DRY,), "a draft is never run for real"
        case "job":
            return (AS_JOB, DRY), "space changes it"
        case _:
            mocked = (MOCKED,) if tools_of(view.script.get("steps")) else ()
            return (DRY, *mocked, REAL), "space changes it"


def run_note(view: ScriptView) -> str:
    """Say which tools it calls."""
    tools = tools_of(view.script.get("steps"))
    return f"It calls {', '.join(tools)}. A dry run only plans what they would do." if tools else ""


def run_command(view: ScriptView, place: Place, values: Mapping[str, str]) -> RunScript:
    """Make the Command of a filled-in form."""
    texts = {key.removeprefix(_INPUT): text for key, text in values.items() if key.startswith(_INPUT)}
    inputs = inputs_from(view.script, texts)
    if place.owner == "job":
        inputs = {name: value for name, value in inputs.items() if texts.get(name)}
    mode = values["mode"]
    return RunScript(
        place.name if place.owner in ("draft", "job") else place.hash,
        inputs,
        as_of=values["as_of"].strip(),
        dry_run=mode == DRY,
        mocks=tools_of(view.script.get("steps")) if mode == MOCKED else (),
        draft=place.owner == "draft",
    )
