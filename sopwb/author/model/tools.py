"""The nine tools of a model: their arguments as strict types, their schemas, and how a call is read.

A call is text from a model: unknown tools and fields, wrong types and broken JSON are answered with what was expected,
and nothing is done. Deliberately not here: doing (``desk``).
"""

from __future__ import annotations

import json
from typing import Any, Final, Literal, TypeAlias

import msgspec

from sopwb.author.model.port import ToolCall
from sopwb.kernel.diagnostics import nearest_name


class Tool(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of all tools' arguments."""


class SearchCatalogue(Tool, frozen=True):
    """Find sources, tools, scripts and jobs whose names or fields hold the words."""

    words: str


class Describe(Tool, frozen=True):
    """Show the card of a source, tool or script: types, ranges, steps."""

    name: str


class ReadDraft(Tool, frozen=True):
    """Show a draft ("" is the open one): its rev, script and diagnostics."""

    name: str = ""


class ApplyEdits(Tool, frozen=True):
    """Change a draft, all edits or none. base_rev is the rev that you last saw of it."""

    base_rev: str
    edits: list[dict[str, Any]]
    assumed: list[str] = []


class ReplaceDraft(Tool, frozen=True):
    """Write a draft whole: a first draft, or one written anew."""

    name: str
    script: dict[str, Any]
    assumed: list[str] = []


class AddExample(Tool, frozen=True):
    """Keep an input with the result that the person expects of it."""

    name: str
    inputs: dict[str, Any]
    expect: Any = None


class DryRun(Tool, frozen=True):
    """Run a draft or script without effects. The person sees result and, if wanted, trace; you see types."""

    name: str = ""
    inputs: dict[str, Any] = {}
    trace: bool = False


class AskUser(Tool, frozen=True):
    """Ask the person, with options where there are some, or refuse what cannot be done. Ends the turn."""

    question: str
    options: list[str] = []
    kind: Literal["question", "refusal"] = "question"


class Propose(Tool, frozen=True):
    """Propose to save a script, save it as a job (mocks: tools that are not to act), or schedule it ("every Monday at 9 AM")."""  # noqa: E501 - one line for the model

    kind: Literal["save", "job", "schedule"]
    name: str = ""
    schedule: str = ""
    mocks: list[str] = []

    def words(self) -> str:
        """Say what is proposed."""
        match self.kind:
            case "save":
                return f"save {self.name}"
            case "job":
                mocked = f" with mocked {', '.join(self.mocks)}" if self.mocks else ""
                return f"save {self.name} as a batch job{mocked}"
            case "schedule":
                return f"run {self.name} {self.schedule}"


AnyTool: TypeAlias = (
    SearchCatalogue | Describe | ReadDraft | ApplyEdits | ReplaceDraft | AddExample | DryRun | AskUser | Propose
)
_STRUCTURED: Final = ("script", "edits", "inputs", "mocks", "assumed", "options")
TOOLS: Final[dict[str, type[AnyTool]]] = {
    "search_catalogue": SearchCatalogue,
    "describe": Describe,
    "read_draft": ReadDraft,
    "apply_edits": ApplyEdits,
    "replace_draft": ReplaceDraft,
    "add_example": AddExample,
    "dry_run": DryRun,
    "ask_user": AskUser,
    "propose": Propose,
}


def tool_schemas() -> list[dict[str, Any]]:
    """Describe the tools as chat completions want them, in a fixed order."""
    return [
        {
            "type": "function",
            "function": {"name": name, "description": (kind.__doc__ or "").strip(), "parameters": _parameters(kind)},
        }
        for name, kind in TOOLS.items()
    ]


def _parameters(kind: type[AnyTool]) -> dict[str, Any]:
    schema: dict[str, Any] = dict(msgspec.json.schema(kind)["$defs"][kind.__name__])
    for key in ("title", "description"):
        schema.pop(key, None)
    return schema


def _unpacked(name: str, value: Any) -> Any:
    """Read an object or a list that a model wrote as a text; texts of texts are left alone."""
    if name not in _STRUCTURED or not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if isinstance(found, dict | list) else value


def read_call(call: ToolCall) -> AnyTool | str:
    """Read a call; where it is none, say what is wrong with it, for the model."""
    kind = TOOLS.get(call.name)
    if kind is None:
        near = nearest_name(call.name[:60], TOOLS)
        return f"there is no such tool{f'; did you mean {near}?' if near else ''}. Tools: {', '.join(TOOLS)}"
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return "the arguments are not JSON; send one JSON object"
    if not isinstance(arguments, dict):
        return "the arguments must be one JSON object"
    try:
        return msgspec.convert({name: _unpacked(name, value) for name, value in arguments.items()}, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        known = ", ".join(field for field in kind.__struct_fields__)
        return f"{error}; the fields of {call.name} are: {known}"[:600]
