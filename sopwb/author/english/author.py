"""The offline author: a conversation over a bench. Plans a turn, carries it out, and says what came of it.

Deliberately not here: understanding (``planning`` and below) and Commands' doings (``app``).
"""

from __future__ import annotations

import logging
import re
from decimal import Decimal
from typing import Any, Final

import msgspec

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.author.bench import Bench
from sopwb.author.english import meaning as m
from sopwb.author.english.answering import chosen, opening, put_in, with_choice, with_gloss
from sopwb.author.english.examples import carried
from sopwb.author.english.hoisting import hoisted, is_nameless, with_name
from sopwb.author.english.learning import forgotten, named_here, plainly, reworded, taught
from sopwb.author.english.misread import NAME_WANTED, VAGUE
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.numbering import SENTENCE
from sopwb.author.english.planning import Planner, State, Step, texts_of
from sopwb.author.english.say import FIRED_BY, HELP, Page, difference_lines, error_line, outline, question, replaced
from sopwb.author.english.scope import source_of_param
from sopwb.author.english.spec import Doubt
from sopwb.author.reply import Reply
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.ids import short_id
from sopwb.kernel.limits import ENGLISH_TURN_CHARS_MAX, TRACE_LINES_SHOWN
from sopwb.lang.environment import Signature
from sopwb.run.codes import NOT_FOUND, SCRIPT_FAILED

_LOG: Final = logging.getLogger(__name__)
_SAMPLE_ROWS: Final = 200
_TRIES: Final = 3


class Pending(msgspec.Struct):
    """A question that is open: the turn that raised it, the state before it and what was understood of it."""

    text: str
    before: State
    after: State
    options: tuple[tuple[str, str], ...]
    words: str
    unknown: bool = False
    learning: tuple[tuple[str, str], ...] = ()
    """What answers so far say that unknown words mean; kept once the turn is understood."""


class OfflineAuthor:
    """Turns English into Commands without a model. One object is one conversation."""

    def __init__(self, bench: Bench, as_of: str = "") -> None:
        self.bench, self.as_of = bench, as_of
        self.state = State()
        self.pending: Pending | None = None
        self.last_run: o.RunView | None = None
        self.written: dict[str, str] = {}
        """The revision of each draft as this conversation wrote it."""
        self.offered = self._offered = ""
        """The script whose tools this turn asks to mock, and the one that the turn before asked about."""
        self._texts: dict[str, dict[str, tuple[str, ...]]] | None = None

    def turn(self, text: str) -> Reply:
        """Answer one turn."""
        if len(text) > ENGLISH_TURN_CHARS_MAX:
            return self.reply("refusal", "That is too long to read at once. Please say it in parts.")
        if not text.strip():
            return self.reply("question", "What should I do?")
        before = (self.state, self.pending)
        try:
            return self.understood(text)
        except UserError:
            self.state, self.pending = before
            raise  # a fault of the workspace, which the person can mend: the dialogue says which
        except Exception as error:  # noqa: BLE001 - a fault of the author must not end the conversation
            self.state, self.pending = before
            # For the maintainer, who turns it on: a person at the chat never sees a traceback.
            _LOG.info("a turn was not survived: %r", text, exc_info=True)
            return self.reply(
                "question",
                f'I stumbled over "{text.strip()}" ({type(error).__name__}). That is a fault of mine, a bug, not of what you said. '  # noqa: E501 - one message, one line
                "I understood nothing of this turn, and all is as it was before it. Could you put it differently?",
            )

    def understood(self, text: str) -> Reply:
        """Answer one turn that is neither empty nor too long."""
        page = Page()
        self._offered, self.offered = self.offered, ""
        asked = self.pending is not None and self.pending.words.startswith(VAGUE)
        text = text if asked else self.taught(text, page)
        if not text:
            return self.reply("answer" if page.parts else "question", page.text() or "What should I do?")
        pending, self.pending = self.pending, None
        state = self.state
        learning: tuple[tuple[str, str], ...] = ()
        if pending is not None:
            rewritten = self.answered(pending, text)
            if rewritten is not None:
                text, state, learning = rewritten[0], pending.before, (*pending.learning, *rewritten[1])
            elif not _starts_over(text):
                state = pending.after
        names = self.names()
        said, notes = reworded(hoisted(text), self.words(), names)
        planner = Planner(
            state,
            names,
            self.bench.environment(),
            pending.before if pending is not None and state is pending.after else None,
        )
        try:
            steps = planner.plan(said)
        except Doubt as doubt:
            return self.asked(doubt, text, state, planner, learning, page)
        changed = next((s.name for s in steps if s.what == "draft" and self.changed_elsewhere(s.name)), "")
        if changed:
            return self.reply(
                "refusal",
                f"{changed} was changed by keys or commands since I wrote it, and I would write it anew without that. "
                "Go on with those (/help lists the commands), or take the change back (/undo) and say this again.",
            )
        self.state = planner.state
        for word, means in learning:
            self.learn(word, means, page)
        for note in notes:
            page.add(f"{note[0].upper()}{note[1:]}.")
        return self.carry(steps, planner.notes, page)

    # --- words ----------------------------------------------------------------------------------------------

    def words(self) -> dict[str, str]:
        """Give the learned words of the workspace."""
        known = self.bench.do(c.ListWords())
        return {row.word: row.means for row in known.rows} if isinstance(known, o.WordList) else {}

    def taught(self, text: str, page: Page) -> str:
        """Carry out what a turn says about words; gives the rest of the turn."""
        if word := forgotten(text):
            done = self.bench.do(c.ForgetWord(word))
            page.add(error_line(done) if isinstance(done, o.Failed) else f'I have forgotten "{word}".')
            return ""
        found = taught(text)
        names = self.names() if found.words else None
        for word, means in found.words:
            self.learn(word, named_here(means, names) or means if names is not None else means, page)
        return found.rest

    def learn(self, word: str, means: str, page: Page) -> None:
        done = self.bench.do(c.LearnWord(word, means))
        page.add(
            error_line(done)
            if isinstance(done, o.Failed)
            else f'By "{word}" you mean {means}: I keep that. Say: forget the word "{word}", to undo it.'
        )

    def changed_elsewhere(self, name: str) -> bool:
        """Whether a draft that this conversation wrote is another one now."""
        shown = self.bench.do(c.ShowScript(name, "json")) if name in self.written else None
        return isinstance(shown, o.ScriptView) and shown.state == "draft" and shown.rev != self.written[name]

    def asked(
        self,
        doubt: Doubt,
        text: str,
        state: State,
        planner: Planner,
        learning: tuple[tuple[str, str], ...],
        page: Page,
    ) -> Reply:
        after = planner.tentative or planner.state
        self.pending = Pending(text, state, after, doubt.options, doubt.words, doubt.unknown, learning)
        page.add(question(doubt))
        return self.reply(
            "refusal" if doubt.refusal else "question", page.text(), [label for label, _ in doubt.options]
        )

    def answered(self, pending: Pending, text: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
        """Give the pending turn with the chosen words put in, where the answer picks an option, and what it teaches."""
        if pending.words == NAME_WANTED:
            opened = opening(text)
            if opened is not None and is_nameless(pending.text):
                opened = with_name(pending.text, opened.split()[4].rstrip("."))
            return (opened, ()) if opened is not None else None
        if glossed := self.glossed(pending, text):
            return glossed, ()
        if not pending.options:
            return None
        first, _, rest = text.partition(".") if "." in text else (text, "", "")
        if pending.words.startswith(SENTENCE):
            whole = with_choice(pending.text, pending.words, pending.options, first, rest)
            return (whole, ()) if whole is not None else None
        picked = chosen(first, pending.options) if not pending.unknown or len(pending.options) == 1 else None
        replacement = pending.options[picked][1] if picked is not None else ""
        if pending.unknown and not replacement:
            replacement = plainly(first, pending.options, self.names())
        if not replacement or not pending.words:
            return None
        teaches = ((pending.words, replacement),) if pending.unknown else ()
        new = put_in(pending.text, pending.words, replacement)
        if new == pending.text:
            return None
        return (f"{new.rstrip().rstrip('.')}. {rest.strip()}" if rest.strip() else new), teaches

    def glossed(self, pending: Pending, text: str) -> str:
        """Give the pending turn with what a vague word of it means put in, as it reads best; "" where it does not."""
        fair = ""
        for said in with_gloss(pending.text, pending.words, pending.after.lost, text):
            planner = Planner(pending.before, self.names(), self.bench.environment())
            try:
                planner.plan(said)
            except Doubt:
                fair = fair or (said if not planner.state.lost else "")
                continue
            return said
        return fair

    # --- what can be named -----------------------------------------------------------------------------------

    def names(self) -> Names:
        environment = self.bench.environment()
        sources = {n: s for n in environment.source_names() if (s := environment.source(n)) is not None}
        scripts: dict[str, Signature] = {}
        outcomes: dict[str, tuple[str, ...]] = {}
        for name in environment.script_names():
            signature = environment.script(name, "")
            if signature is not None:
                scripts[name] = signature
                outcomes[name] = self.outcomes(name)
        names = Names(sources, scripts, self.texts(tuple(sources)), outcomes, set(), set(), set(), {}, set())
        names.learned = {key_of(w): key_of(n) for w, n in self.words().items() if n not in sources}
        names.index()
        return names

    def outcomes(self, name: str) -> tuple[str, ...]:
        if name in self.state.scripts:
            return texts_of(self.state.scripts[name])
        shown = self.bench.do(c.ShowScript(name, "json"))
        return texts_of(shown.script) if isinstance(shown, o.ScriptView) else ()

    def texts(self, sources: tuple[str, ...]) -> dict[str, dict[str, tuple[str, ...]]]:
        """Give the few distinct texts that string fields hold, so that "approved requests" can be read."""
        if self._texts is None:
            self._texts = {}
            for name in sources:
                view = self.bench.do(c.ShowData(name, _SAMPLE_ROWS))
                if isinstance(view, o.SourceView):
                    self._texts[name] = _few_texts(view.sample)
        return self._texts

    # --- carrying out ------------------------------------------------------------------------------------------

    def carry(self, steps: list[Step], notes: list[str], page: Page) -> Reply:
        only_yes = [s.what for s in steps] == ["yes"]
        for note in notes:
            page.add(note)
        for step in steps:
            trouble = self.step(step, page, only_yes)
            if trouble is not None:
                return self.reply("refusal", f"{page.text()}\n\n{trouble}".strip(), saved=page.saved)
        if not page.parts:
            return self.reply("question", "I do not see what that changes here. What should I do?")
        return self.reply("answer", page.text(), saved=page.saved)

    def step(self, step: Step, page: Page, only_yes: bool) -> str | None:
        """Do one step of a plan; gives what went wrong, if anything did."""
        match step.what:
            case "draft":
                return self.draft(step, page)
            case "begun":
                page.add(f"{step.name} is begun. What should it return?")
            case "save":
                return self.save(step.name, page)
            case "mock job":
                return self.mock_job(step.name, page)
            case "schedule":
                return self.schedule(step, page)
            case "run":
                return self.run(step, page)
            case "example" | "examples":
                said, wrong = carried(self.bench, step.what, step.name, step.script or {})
                page.add(said)
                return wrong or None
            case "trace":
                self.trace(page)
            case "show":
                return self.show(step.name, page)
            case "lists":
                self.lists(page)
            case "help":
                page.add(HELP)
            case "drop":
                if step.text:
                    self.bench.do(c.DropDraft(step.name))
                page.add(f"{step.name} is dropped; nothing of it is kept.")
            case "let go":
                page.add("All right, I leave that.")
            case "rename":
                done = self.bench.do(c.RenameScript(step.name, step.text))
                if isinstance(done, o.Failed):
                    return error_line(done)
                page.add(f"{step.name} is now called {step.text}.")
            case "yes":
                return self.confirm(step.name, page) if only_yes else None
            case "no":
                page.add("All right. What should be different?")
        return None

    def draft(self, step: Step, page: Page) -> str | None:
        before = self.bench.do(c.ShowScript(step.name, "english"))
        done = self.bench.do(c.SaveDraft(step.name, step.script or {}, "said in the chat"))
        if isinstance(done, o.Failed):
            return error_line(done)
        assert isinstance(done, o.ScriptView)
        self.written[step.name] = done.rev
        if done.diagnostics:
            return "The draft does not check: " + "; ".join(d.message for d in done.diagnostics[:3])
        changes = difference_lines(
            before.script if isinstance(before, o.ScriptView) else None, step.script or {}
        )
        page.add(outline(done, changes, step.notes))
        spec = self.state.specs.get(step.name)
        if spec is not None and spec.effects and step.name not in self.state.mocked:
            tools = self.bench.environment()
            open_ = [
                t
                for t in _tools(step.script or {})
                if (sig := tools.tool(t)) is not None and not sig.configured and sig.kind == "effect"
            ]
            if open_:
                page.add(f"There is no {' and no '.join(open_)} configured here. Should I mock it?")
                self.offered = step.name
        return None

    def save(self, name: str, page: Page) -> str | None:
        if name in self.state.specs:
            trouble = self.dry_run(name)
            if trouble is not None:
                self.state.saved.discard(name)
                return f"{name} is not saved: its dry run failed. {trouble}"
        mocks = tuple(_tools(self.state.scripts.get(name, {}))) if name in self.state.mocked else ()
        if name in self.state.specs:
            preview = self.bench.do(c.PreviewFreeze(name, self.as_of))
            page.add(replaced(preview) if isinstance(preview, o.FreezePreview) else "")
        done = self.bench.do(c.FreezeScript(name, repin=True)) if name in self.state.specs else None
        if isinstance(done, o.Failed):
            self.state.saved.discard(name)
            return f"{name} is not saved: {error_line(done)}"
        self.state.saved.add(name)
        page.save(name)
        short = f" as {short_id(done.hash)}" if isinstance(done, o.Frozen) else ""
        spec = self.state.specs.get(name)
        if name in self.state.jobs or (spec is not None and spec.effects):
            job = self.bench.do(c.SaveJob(name, mocks=mocks))
            if isinstance(job, o.Failed):
                return error_line(job)
            page.add(
                f"Saved {name}{short}, as a batch job"
                + (f" with mocked {', '.join(mocks)}." if mocks else ".")
            )
        else:
            page.add(f"Saved {name}{short}.")
        return None

    def mock_job(self, name: str, page: Page) -> str | None:
        """Save a job again, its tools mocked: it was saved before that was said."""
        mocks = tuple(_tools(self.state.scripts.get(name, {})))
        if not mocks:
            return None
        job = self.bench.do(c.SaveJob(name, mocks=mocks))
        if isinstance(job, o.Failed):
            return error_line(job)
        page.save(name)
        page.add(f"The batch job {name} has mocked {', '.join(mocks)} now.")
        return None

    def dry_run(self, name: str) -> str | None:
        """Run a draft on a few records before it is saved; gives what went wrong."""
        signature = self.bench.environment().script(name, "")
        if signature is None:
            return "It has no draft."
        for inputs in self.examples(signature):
            done = self.bench.do(
                c.RunScript(
                    name,
                    inputs,
                    self.as_of,
                    dry_run=True,
                    record=False,
                    draft=True,
                )
            )
            if isinstance(done, o.Failed):
                return error_line(done)
            if (
                isinstance(done, o.RunView)
                and done.status != "succeeded"
                and done.error is not None
                and not _on_purpose(done)
            ):
                return done.error.message
        return None

    def examples(self, signature: Signature) -> list[dict[str, Any]]:
        """Give inputs to try: keys of the source that the parameter names, plain values for the rest."""
        rows: list[dict[str, Any]] = [{} for _ in range(_TRIES if signature.params else 1)]
        names = self.names()
        for place, param in enumerate(signature.params):
            source = source_of_param(names, param.name)
            values = self.keys_of(source) if source else self.values_of(param.name, names)
            for index, row in enumerate(rows):
                row[param.name] = (
                    values[index % len(values)] if values else _plain_input(str(param.type), place)
                )
        return rows

    def keys_of(self, source: str) -> list[Any]:
        view = self.bench.do(c.ShowData(source, _TRIES))
        return [r.get(view.key) for r in view.sample] if isinstance(view, o.SourceView) else []

    def values_of(self, field: str, names: Names) -> list[Any]:
        for source in names.sources.values():
            if field in source.record.names():
                view = self.bench.do(c.ShowData(source.name, _TRIES))
                if isinstance(view, o.SourceView):
                    return [r[field] for r in view.sample if r.get(field) is not None]
        return []

    def schedule(self, step: Step, page: Page) -> str | None:
        done = self.bench.do(c.AddSchedule(step.name, step.text))
        if isinstance(done, o.Failed):
            return error_line(done)
        assert isinstance(done, o.ScheduleView)
        page.save(step.name)
        page.add(
            f"{step.name} runs {done.words or done.spec}."
            + (f" Next: {done.next_due[0]}." if done.next_due else "")
            + f" {FIRED_BY}"
        )
        return None

    def run(self, step: Step, page: Page) -> str | None:
        environment = self.bench.environment()
        signature = environment.script(step.name, "")
        if signature is None:
            return f"There is no script {step.name}."
        if len(step.args) > len(signature.params):
            return f"{step.name} takes {len(signature.params)} inputs, and {len(step.args)} were given."
        inputs = {p.name: _input(v) for p, v in zip(signature.params, step.args, strict=False)}
        effects = bool(_tools(self.state.scripts.get(step.name, {})))
        done = self.bench.do(
            c.RunScript(
                step.name, inputs, self.as_of, dry_run=effects, draft=step.name not in self.state.saved
            )
        )
        if isinstance(done, o.Failed):
            return error_line(done)
        assert isinstance(done, o.RunView)
        self.last_run = done
        if done.error is not None:
            page.add(f"{step.name} ended with an error: {done.error.message}")
        else:
            page.add(f"{step.name} gives {_json(done.result)}.")
        return None

    def trace(self, page: Page) -> None:
        if self.last_run is None:
            page.add("Nothing was run yet.")
            return
        spoken = [text for line in self.last_run.trace[:TRACE_LINES_SHOWN] for text in line.text.splitlines()]
        page.add("\n".join(f"- {text}" for text in spoken))

    def show(self, name: str, page: Page) -> str | None:
        done = self.bench.do(c.ShowScript(name, "english"))
        if isinstance(done, o.Failed):
            return error_line(done)
        assert isinstance(done, o.ScriptView)
        page.add(outline(done, (), ()))
        return None

    def lists(self, page: Page) -> None:
        scripts, data = self.bench.do(c.ListScripts()), self.bench.do(c.ListData())
        if isinstance(scripts, o.ScriptList):
            page.add(
                "Scripts: " + (", ".join(f"{r.name} ({r.state})" for r in scripts.rows) or "none yet") + "."
            )
        if isinstance(data, o.DataList):
            page.add(
                "Data: "
                + "; ".join(f"{r.name} ({', '.join(f for f, _ in r.fields)})" for r in data.rows)
                + "."
            )

    def confirm(self, name: str, page: Page) -> str | None:
        """A yes alone mocks what was just asked about, or saves the open draft once it was run; else it only agrees."""
        if name and name == self._offered:
            self.state.mocked.add(name)
            page.add("Its tools are mocked: nothing is really sent.")
            return None
        if name and name in self.state.scripts and name not in self.state.saved:
            if self.state.ran == name:
                return self.save(name, page)
            page.add(f'{name} stays a draft for now. Say "save it" to keep it.')
            return None
        page.add("Good. What should I do next?")
        return None

    def reply(
        self, kind: Any, text: str, options: list[str] | None = None, saved: list[str] | None = None
    ) -> Reply:
        open_ = self.state.open or None
        return Reply(
            kind, text, options or [], saved or [], open_, self.state.scripts.get(open_) if open_ else None
        )


def _starts_over(text: str) -> bool:
    return bool(
        re.match(r"\s*(?:\w+[,!.]?\s+){0,3}(?:create|make|build|write) (?:a|an|me|another|the)\b", text, re.I)
    )


def _few_texts(sample: tuple[dict[str, Any], ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for row in sample:
        for field, value in row.items():
            if isinstance(value, str) and len(value) <= 30:
                found.setdefault(field, set()).add(value)
    return {f: tuple(sorted(v)) for f, v in found.items() if len(v) <= max(3, min(12, len(sample) // 2))}


def _tools(script: dict[str, Any]) -> list[str]:
    found: list[str] = []

    def walk(steps: Any) -> None:
        for step in steps if isinstance(steps, list) else ():
            if step.get("op") == "tool":
                found.append(step["tool"])
            for part in ("then", "else", "do"):
                walk(step.get(part))

    walk(script.get("steps"))
    return list(dict.fromkeys(found))


def _on_purpose(view: o.RunView) -> bool:
    """An explicit ``fail`` or a record that is not there is an outcome, not a mistake of the script."""
    assert view.error is not None
    return view.error.code in (NOT_FOUND, SCRIPT_FAILED)


def _plain_input(type_: str, index: int) -> Any:
    if "int" in type_:
        return 1
    if "decimal" in type_:
        return Decimal("1.5")
    if "date" in type_:
        return f"2026-01-{index + 1:02d}"
    return False if "bool" in type_ else "x"


def _input(value: m.Value) -> Any:
    if isinstance(value, m.Lit):
        if value.kind == "number":
            return int(value.text) if value.text.lstrip("-").isdigit() else Decimal(value.text)
        return (
            {"true": True, "false": False}.get(value.text, value.text)
            if value.kind == "bool"
            else None
            if value.kind == "null"
            else value.text
        )
    return None


def _json(value: Any) -> str:
    from sopwb.kernel.canonical import json_text

    return json_text(value)


__all__ = ["OfflineAuthor", "key_of"]
