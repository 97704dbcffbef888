"""A conversation in slash commands: a line is looked up in the table, made a Command, carried out and told.

Deliberately not here: any understanding. What is not in the table is refused with the nearest name that is.
"""

from __future__ import annotations

from typing import Final, assert_never

import msgspec

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.example_outputs import ExamplesTried
from sopwb.app.example_text import tried_lines
from sopwb.author import codes
from sopwb.author.bench import Bench
from sopwb.author.reply import Kind, Reply
from sopwb.author.slash import telling
from sopwb.author.slash.desk import Asked, Desk, Said, by_id
from sopwb.author.slash.drafting import where
from sopwb.author.slash.table import BY_NAME, Slash
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import SCRIPT_BYTES_MAX
from sopwb.lang.difference import Change, difference

_MARK: Final = "/"


class SlashAuthor:
    """Answers slash commands over a bench. One object is one conversation."""

    def __init__(self, bench: Bench, as_of: str = "") -> None:
        self.desk = Desk(bench, as_of)

    def turn(self, text: str) -> Reply:
        """Answer one command. A mistake is a refusal with its diagnostics; nothing was changed then."""
        if len(text) > SCRIPT_BYTES_MAX:
            return self._reply("refusal", f"A command has at most {SCRIPT_BYTES_MAX:,} characters.")
        word, rest = _split(text)
        slash = BY_NAME.get(word)
        if slash is None:
            return self._reply("refusal", _unknown(word).line())
        try:
            return self._carried_out(slash.build(self.desk, rest))
        except UserError as error:
            return self._reply("refusal", _refused(slash, error.diagnostics))

    def _carried_out(self, asked: Asked | Said) -> Reply:
        match asked:
            case Said(text, kind):
                return self._reply(kind, text)
            case Asked():
                return self._done(asked)
            case _:
                assert_never(asked)

    def _done(self, asked: Asked) -> Reply:
        before = self._before(asked.command)
        told = [
            telling.tell(output) for one in asked.first if not isinstance(output := self.desk.bench.do(one), o.Failed)
        ]
        output = self.desk.bench.do(asked.command)
        if isinstance(output, o.Failed):
            return self._reply("refusal", telling.tell(output))
        if isinstance(output, o.ScheduleView | o.JobView | o.Frozen):
            self.desk.turn_to(output.name)
        told.append(self._told(asked, output, before))
        return self._reply("answer", telling.page(*told), _saved(asked.command, output))

    def _before(self, command: c.Command) -> o.ScriptView | None:
        """Show the draft that a Command is going to change, or has been made from."""
        if not isinstance(command, c.ApplyEdits | c.UndoEdit | c.RedoEdit):
            return None
        return self.desk.view(command.name)

    def _told(self, asked: Asked, output: o.Output, before: o.ScriptView | None) -> str:
        desk = self.desk
        match output:
            case o.ScriptView():
                return self._told_script(asked, output, before)
            case o.RunView():
                if isinstance(asked.command, c.RunScript):
                    desk.inputs[asked.command.ref] = asked.command.inputs
                    desk.turn_to(asked.command.ref)
                desk.last_run = output
                return telling.run(output, asked.trace)
            case o.Renamed(old, new):
                desk.name = new if desk.name == old else desk.name
                return telling.tell(output)
            case o.JobView():
                desk.mocks[output.name] = output.mocks
                return telling.tell(output)
            case o.Dropped(name) if isinstance(asked.command, c.RemoveSchedule):
                return f"{name} is no longer scheduled."
            case ExamplesTried() if isinstance(asked.command, c.AddExample):
                later = f"{asked.command.name} is not frozen before it holds." if output.failed else ""
                return telling.page("The example is kept.", telling.laid_out(tried_lines(output)[:-1]), later)
            case o.StoreReport() if isinstance(asked.command, c.StoreStats):
                return telling.numbers(output)
            case _:
                return telling.tell(output)

    def _told_script(self, asked: Asked, view: o.ScriptView, before: o.ScriptView | None) -> str:
        desk, command = self.desk, asked.command
        match command:
            case c.ShowScript(form=form):
                desk.turn_to(view.name)
                return telling.script(view, form)
            case c.CheckScript():
                lacks = telling.lacks(view)
                return telling.page(view.signature, lacks) if lacks else f"{view.signature} checks."
            case c.SaveDraft() | c.ForkScript():
                desk.go(view.name)
                desk.stack = ()
                return telling.page(f"The draft {view.name} is open.", telling.outline(view))
            case _:
                if asked.stack is not None:
                    desk.stack = tuple(by_id(view.script, block) for block in asked.stack)
                found: list[Change] = difference(before.script, view.script) if before is not None else []
                desk.block(view.script)  # forgets blocks that are gone
                parts = self._extracted(command)
                return telling.page(telling.changes(view, found), parts, where(desk) if desk.stack else "")

    def _extracted(self, command: c.Command) -> str:
        """Say which scripts edits have made besides."""
        made = [edit["name"] for edit in getattr(command, "edits", ()) if edit.get("edit") == "extract"]
        return f"The steps are the draft {made[0]} now; freezing freezes both." if made else ""

    def _reply(self, kind: Kind, text: str, saved: list[str] | None = None) -> Reply:
        shown = self.desk.bench.do(c.ShowScript(self.desk.name, "json")) if self.desk.name else None
        if not isinstance(shown, o.ScriptView) or shown.state != "draft":
            return Reply(kind, text, saved=saved or [])
        return Reply(kind, text, saved=saved or [], draft=shown.name, script=shown.script)


def _split(text: str) -> tuple[str, str]:
    """Split ``/name`` off; the rest keeps its lines."""
    text = text.strip().removeprefix(_MARK)
    cut = next((n for n, char in enumerate(text) if char.isspace()), len(text))
    return text[:cut].lower() or "help", text[cut:].lstrip(" \t")


def _unknown(word: str) -> Diagnostic:
    near = nearest_name(word, BY_NAME)
    return Diagnostic(
        codes.SLASH_UNKNOWN.id,
        f"there is no command {_MARK}{word[:40]}",
        found=word[:40],
        nearest=_MARK + near if near else "",
        hint="/help lists them",
    )


def _refused(slash: Slash, diagnostics: tuple[Diagnostic, ...]) -> str:
    """Say why a command was refused; one that does not read ends with how it is used."""
    own = (codes.SLASH_ARGUMENTS.id, codes.STEP_UNREAD.id)
    lines = [msgspec.structs.replace(d, path="").line() if d.span and not d.path else d.line() for d in diagnostics]
    reads = diagnostics[0].code not in own and not diagnostics[0].code.startswith(("SOP-X", "SOP-P"))
    return telling.page("\n".join(lines), "" if reads else telling.laid_out([slash.line]))


def _saved(command: c.Command, output: o.Output) -> list[str]:
    """Name what a Command froze, made a job or scheduled."""
    match command, output:
        case _, o.Frozen(names=names):
            return list(names)
        case (c.SaveJob() | c.AddSchedule(), o.JobView(name=name) | o.ScheduleView(name=name)):
            return [name]
        case _:
            return []
