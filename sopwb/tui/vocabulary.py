"""The names that a script may use here, flattened for forms: sources with fields, tools and scripts with arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from sopwb.lang.environment import Environment, Parameter


class Vocabulary(msgspec.Struct, frozen=True):
    """``tools`` and ``scripts``: name → (argument, type text) pairs. ``sources``: name → (field, type text) pairs."""

    sources: dict[str, tuple[tuple[str, str], ...]] = {}
    tools: dict[str, tuple[tuple[str, str], ...]] = {}
    scripts: dict[str, tuple[tuple[str, str], ...]] = {}


def vocabulary_of(environment: Environment) -> Vocabulary:
    """Ask the environment for everything that it names. May open sources: call it off the screen's thread."""
    from sopwb.lang.types import type_text

    def pairs(parameters: tuple[Parameter, ...]) -> tuple[tuple[str, str], ...]:
        return tuple((p.name, type_text(p.type)) for p in parameters)

    sources = {}
    for name in environment.source_names():
        schema = environment.source(name)
        sources[name] = tuple((f, type_text(t)) for f, t in schema.record.fields) if schema is not None else ()
    tools = {
        name: pairs(tool.args) for name in environment.tool_names() if (tool := environment.tool(name)) is not None
    }
    scripts = {
        name: pairs(found.params)
        for name in environment.script_names()
        if (found := environment.script(name, "")) is not None
    }
    return Vocabulary(sources, tools, scripts)
