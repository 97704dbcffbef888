"""Carries out a model's tools on a bench: Commands that a person could give, and nothing else.

A turn's changes are of drafts only, and what they were before is kept: a turn that ends badly leaves every draft as it
found it. What goes back to the model holds paths, types and codes; values of records go to the person alone, unless
the workspace shares every source. Deliberately not here: saving (``saving``) and the loop (``turn``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, assert_never

import msgspec

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.example_outputs import ExamplesTried
from sopwb.author.bench import Bench
from sopwb.author.model import cards
from sopwb.author.model import tools as t
from sopwb.kernel.canonical import json_text
from sopwb.kernel.diagnostics import Diagnostic, nearest_name
from sopwb.kernel.limits import MODEL_REPAIRS_MAX, MODEL_TOOL_REPLY_CHARS_MAX
from sopwb.lang.types import RecordType, required
from sopwb.schedule.phrases import parse_spec

_OF_SCRIPTS = ("SOP-A", "SOP-C", "SOP-P", "SOP-T", "SOP-N", "SOP-X")
"""Rooms whose diagnostics are about the script's own text. Others may repeat what a file or a record holds."""


class Desk:
    """What one conversation has open, and what one turn did so far."""

    def __init__(self, bench: Bench, as_of: str, share_rows: tuple[str, ...]) -> None:
        self.bench, self.as_of, self.share_rows = bench, as_of, share_rows
        self.open = ""
        self.ran: set[str] = set()
        self.last_inputs: dict[str, dict[str, Any]] = {}
        self._revs: dict[str, tuple[str, str]] = {}
        self.begin()

    def begin(self) -> None:
        """Begin a turn."""
        self.begun_with = self.open
        self.before: dict[str, dict[str, Any] | None] = {}
        self.opened: dict[str, dict[str, Any]] = {}
        self.views: dict[str, o.ScriptView] = {}
        self.runs: list[tuple[o.RunView, bool]] = []
        self.assumed: list[str] = []
        self.proposed: list[t.Propose] = []
        self.examples: list[c.AddExample] = []
        self.asked: t.AskUser | None = None
        self.failed_writes = 0

    # --- the state of drafts ---------------------------------------------------------------------------

    @property
    def broken(self) -> tuple[o.ScriptView, ...]:
        """The drafts of this turn that do not check."""
        return tuple(view for view in self.views.values() if view.diagnostics)

    def restore(self, names: list[str]) -> None:
        """Put drafts back to what they were when the turn began."""
        for name in names:
            script = self.before.pop(name)
            if script is None:
                self.bench.do(c.DropDraft(name))
                self.open = "" if self.open == name else self.open
            else:
                self.bench.do(c.SaveDraft(name, script, "as before the turn"))
            self.views.pop(name, None)
            self.proposed = [one for one in self.proposed if one.name != name]
            self.examples = [one for one in self.examples if one.name != name]

    def draft(self, name: str) -> o.ScriptView | None:
        """Give a draft, or None where there is none of that name."""
        shown = self.bench.do(c.ShowScript(name, "json")) if name else None
        return shown if isinstance(shown, o.ScriptView) and shown.state == "draft" else None

    def saved(self, name: str) -> o.ScriptView | None:
        """Give a script that is saved and has no draft, or None."""
        shown = self.bench.do(c.ShowScript(name, "json")) if name else None
        return shown if isinstance(shown, o.ScriptView) and shown.state != "draft" else None

    def base(self, name: str) -> dict[str, Any] | None:
        """Give what a draft was when the turn began, or the saved script that it was made from."""
        return self.before.get(name) or self.opened.get(name)

    def short_rev(self, view: o.ScriptView) -> str:
        """Number a revision, or a saved script: the model sees r1, r2 … instead of hashes."""
        stands = (view.name, view.rev or view.hash)
        for short, known in self._revs.items():
            if known == stands:
                return short
        short = f"r{len(self._revs) + 1}"
        self._revs[short] = stands
        return short

    # --- tools ------------------------------------------------------------------------------------------

    def do(self, tool: t.AnyTool) -> str:
        """Carry out one tool. Gives the answer for the model."""
        match tool:
            case t.SearchCatalogue():
                answer = self._search(tool.words)
            case t.Describe():
                answer = self._describe(tool.name)
            case t.ReadDraft():
                answer = self._read(tool.name or self.open)
            case t.ApplyEdits():
                answer = self._edit(tool)
            case t.ReplaceDraft():
                answer = self._replace(tool)
            case t.AddExample():
                answer = self._example(tool)
            case t.DryRun():
                answer = self._run(tool)
            case t.AskUser():
                self.asked = tool
                answer = "the person is asked"
            case t.Propose():
                answer = self._propose(tool)
            case _:
                assert_never(tool)
        if len(answer) > MODEL_TOOL_REPLY_CHARS_MAX:
            answer = answer[:MODEL_TOOL_REPLY_CHARS_MAX] + " … (cut)"
        return answer

    def _search(self, words: str) -> str:
        wanted = words.lower().replace("_", " ").split()
        environment = self.bench.environment()
        texts = {
            f"source {name}": f"{name} {cards.source_card(self.bench, name, False)}"
            for name in environment.source_names()
        }
        for name in environment.tool_names():
            texts[f"tool {name}"] = name
        scripts = self.bench.do(c.ListScripts())
        for row in scripts.rows if isinstance(scripts, o.ScriptList) else ():
            texts[f"{row.kind} {row.signature} ({row.state})"] = row.signature
        found = [
            title for title, text in texts.items() if any(word in text.lower().replace("_", " ") for word in wanted)
        ]
        return "\n".join(found) or "nothing has these words"

    def _describe(self, name: str) -> str:
        environment = self.bench.environment()
        tool = environment.tool(name) if name in environment.tool_names() else None
        if tool is not None:
            return cards.tool_card(tool)
        if name in environment.source_names():
            return cards.source_card(self.bench, name, name in self.share_rows) or "the source cannot be read"
        known = (*environment.source_names(), *environment.tool_names(), *environment.script_names())
        near = nearest_name(name[:60], known)
        return (
            cards.script_card(self.bench, name) or f"nothing has that name{f'; did you mean {near}?' if near else ''}"
        )

    def _read(self, name: str) -> str:
        view = self.draft(name) or self.saved(name)
        return self.seen(view) if view is not None else "there is no such draft; write one with replace_draft"

    def seen(self, view: o.ScriptView) -> str:
        """Show a draft with its rev and everything that is wrong with it."""
        state = "draft" if view.state == "draft" else "saved script"
        return f"{state} {view.name}, rev {self.short_rev(view)}\n{json_text(view.script)}\n{told(view.diagnostics)}"

    def _edit(self, tool: t.ApplyEdits) -> str:
        known = self._revs.get(tool.base_rev)
        if known is None:
            view = self.draft(self.open)
            return "there is no such rev" + (f"; {view.name} is at {self.short_rev(view)}" if view else "")
        if self.failed_writes > MODEL_REPAIRS_MAX:
            return "mending did not help: write the script anew, with replace_draft"
        name, rev = known
        edits = [expressed(edit) for edit in tool.edits]
        self._remember(name)
        if (saved := self.saved(name)) is not None and saved.hash == rev:
            done = self.bench.do(c.SaveDraft(name, saved.script, "opened to be changed"))
            if not isinstance(done, o.ScriptView):
                return self._wrote(name, done, [])
            self.opened[name], rev = saved.script, done.rev
        return self._wrote(name, self.bench.do(c.ApplyEdits(name, edits, rev, "edited by a model")), tool.assumed)

    def _replace(self, tool: t.ReplaceDraft) -> str:
        before = self.draft(tool.name)
        self._remember(tool.name)
        script, base = expressed(tool.script), before.rev if before else ""
        done = self.bench.do(c.SaveDraft(tool.name, script, "written by a model", base))
        return self._wrote(tool.name, done, tool.assumed)

    def _remember(self, name: str) -> None:
        if name not in self.before:
            view = self.draft(name)
            self.before[name] = view.script if view is not None else None

    def _wrote(self, name: str, done: o.Output, assumed: list[str]) -> str:
        if not isinstance(done, o.ScriptView):
            self.failed_writes += 1
            if name not in self.views and self.before.pop(name, None) is None and self.opened.pop(name, {}):
                self.bench.do(c.DropDraft(name))  # it was made of a saved script a moment ago
            return "nothing was changed. " + told(done.diagnostics if isinstance(done, o.Failed) else ())
        self.views[name], self.open = done, name
        self.ran.discard(name)
        if done.diagnostics:
            self.failed_writes += 1
        else:
            self.failed_writes = 0
            self.assumed += [note[:200] for note in assumed[:8]]
        outline = "\n".join("  " * row.depth + f"{row.id} {row.text}" for row in done.outline)
        return f"draft {name}, rev {self.short_rev(done)}\n{outline}\n{told(done.diagnostics)}"

    def _run(self, tool: t.DryRun) -> str:
        name = tool.name or self.open
        done = self.bench.do(c.RunScript(name, tool.inputs, self.as_of, dry_run=True, draft=True))
        if not isinstance(done, o.RunView):
            return "it was not run. " + told(done.diagnostics if isinstance(done, o.Failed) else ())
        self.runs.append((done, tool.trace))
        self.ran.add(name)
        self.last_inputs[name] = tool.inputs
        answer: dict[str, Any] = {"status": done.status, "planned_effects": done.effects_total}
        if done.error is not None:
            answer["error"] = {"code": done.error.code, "path": done.error.path}
        elif self.shares_all:
            answer["result"] = done.result
        else:
            answer["result_type"] = shape(done.result)
        return json_text(answer)

    def _example(self, tool: t.AddExample) -> str:
        """Try an example; it is kept at the end of the turn, with the draft that it is about."""
        name = tool.name or self.open
        signature = self.bench.environment().script(name, "")
        returns = signature.returns if signature is not None else None
        fields = isinstance(tool.expect, dict) and returns is not None and isinstance(required(returns), RecordType)
        expect = {"fields": tool.expect} if fields else {"result": tool.expect}
        example = c.AddExample(name, tool.inputs, expect)
        done = self.bench.do(msgspec.structs.replace(example, keep=False))
        if not isinstance(done, ExamplesTried):
            return "it is not kept. " + told(done.diagnostics if isinstance(done, o.Failed) else ())
        same = [one for one in self.examples if (one.name, one.inputs) != (name, tool.inputs)]
        self.examples = [*same, example]
        missed = done.rows[0].missed
        if not missed:
            return "it holds, and is kept"
        if self.shares_all:
            return f"it is kept, and does not hold yet: {'; '.join(miss.words() for miss in missed)}"
        return f"it is kept, and does not hold yet: {', '.join(miss.field or 'the run' for miss in missed)}"

    @property
    def shares_all(self) -> bool:
        """Whether every source may be shown, so that what was computed from them may be too."""
        return set(self.bench.environment().source_names()) <= set(self.share_rows)

    def _propose(self, tool: t.Propose) -> str:
        name = tool.name or self.open
        environment = self.bench.environment()
        if name not in environment.script_names():
            near = nearest_name(name[:60], environment.script_names())
            return f"there is no script of that name{f'; did you mean {near}?' if near else ''}"
        view = self.draft(name)
        if view is not None and view.diagnostics:
            return "its draft does not check. " + told(view.diagnostics)
        unknown = [mock for mock in tool.mocks if mock not in environment.tool_names()]
        if unknown:
            return f"there is no tool {unknown[0][:60]!r} to mock; tools: {', '.join(environment.tool_names())}"
        if tool.kind == "schedule":
            spec = parse_spec(tool.schedule)
            if isinstance(spec, Diagnostic):
                return f"that is no schedule: {spec.line()}"
        proposal = msgspec.structs.replace(tool, name=name)
        self.proposed.append(proposal)
        return f"proposed: {proposal.words()}; the program asks the person where needed, and says what came of it"


_EXPRESSIONS = frozenset(
    ("cond", "expr", "where", "limit", "message", "text", "value", "yield", "args", "record", "key")
)
"""Fields of steps that hold expressions, or objects of expressions."""


def expressed(raw: Any) -> Any:
    """Write numbers, true and false as the expressions that they are, where a script wants an expression.

    A JSON literal in such a place has one meaning; models write ``0`` where the language wants ``"0"``.
    """
    if isinstance(raw, list):
        return [expressed(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    return {name: _expression(value) if name in _EXPRESSIONS else expressed(value) for name, value in raw.items()}


def _expression(value: Any) -> Any:
    if isinstance(value, bool | int | float | Decimal):
        return json_text(value)
    if isinstance(value, dict):
        return {name: "null" if part is None else _expression(part) for name, part in value.items()}
    return value


def told(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Write diagnostics for a model: whole where they are about its script, else code and path alone."""
    if not diagnostics:
        return "no diagnostics"
    lines = []
    for each in diagnostics:
        if each.code.startswith(_OF_SCRIPTS):
            lines.append(each.line())
        else:
            lines.append(f"{each.code}: the workspace refuses this; the person is shown why")
    return f"{len(lines)} diagnostics:\n" + "\n".join(lines)


def shape(value: Any) -> Any:
    """Give the type of a value where it has one, without the value."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int"
        case Decimal():
            return "decimal"
        case dict():
            return {name: shape(item) for name, item in value.items()}
        case list() | tuple():
            return [shape(value[0])] if value else []
        case _:
            return "string"
