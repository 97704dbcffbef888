"""The model author: a turn goes to a model, what it did is read from the workspace and told.

The reply is computed from drafts, runs and saved names, never from the model's word. Where a model does not answer,
the drafts are as they were, one line says why, and the offline author answers the turn. Deliberately not here: the loop
(``turn``) and saving (``saving``).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Final

from sopwb.app import outputs as o
from sopwb.author.bench import Bench
from sopwb.author.english.author import OfflineAuthor
from sopwb.author.english.say import Page, difference_lines, outline
from sopwb.author.model import consent
from sopwb.author.model.desk import Desk
from sopwb.author.model.fenced import plain_text
from sopwb.author.model.port import FailureKind, ModelClient, ModelFailure, OnText
from sopwb.author.model.prompt import first_messages
from sopwb.author.model.saving import allowed, carry_out, keep_examples
from sopwb.author.model.tools import Propose
from sopwb.author.model.turn import Bounds, ModelTurn
from sopwb.author.reply import Kind, Reply
from sopwb.kernel.canonical import json_text
from sopwb.kernel.limits import (
    ENGLISH_TURN_CHARS_MAX,
    MODEL_CHANGES_CHARS_MAX,
    MODEL_PROPOSAL_CHARS_MAX,
    MODEL_SHOWN_CHARS_MAX,
    MODEL_TURNS_REMEMBERED,
    TRACE_LINES_SHOWN,
)

_CLAIM: Final = re.compile(
    r"\b(?:saved|frozen|scheduled|stored|published|sent|e-?mailed|executed|deployed|created|updated|drafted|"
    r"written|wrote|added|removed|renamed|draft (?:is |has been )?(?:started|ready|done))\b",
    re.I,
)
_REFUSES: Final = re.compile(
    r"(?:i['’]?m |i am )?(?:sorry|unfortunately|unable)\b|i (?:can['’]?t|cannot|could not)\b|there is no\b", re.I
)
_FAILURES: Final[dict[FailureKind, str]] = {
    "auth": "SOP-E009",
    "rate_limit": "SOP-E010",
    "refused": "SOP-E011",
    "unavailable": "SOP-E011",
    "timeout": "SOP-E012",
    "bad_reply": "SOP-E013",
    "cassette": "SOP-E014",
}


class ModelAuthor:
    """One conversation with a model over a bench. ``share_rows`` are the sources whose records it may see."""

    def __init__(
        self,
        bench: Bench,
        client: ModelClient,
        as_of: str = "",
        *,
        share_rows: tuple[str, ...] = (),
        on_text: OnText = lambda text: None,
        bounds: Bounds | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._on_text, self._bounds, self._pause = client, on_text, bounds or Bounds(), pause
        self._desk = Desk(bench, as_of, share_rows)
        self._offline = OfflineAuthor(bench, as_of)
        self._history: list[str] = []
        self._pending: tuple[Propose, ...] = ()
        self._with_tools = True
        self._without_key = False
        self._mocks = False
        self._noted: list[str] = []

    def turn(self, text: str) -> Reply:
        """Answer one turn."""
        if not text.strip() or len(text) > ENGLISH_TURN_CHARS_MAX:
            return self._offline.turn(text)
        self._desk.begin()
        self._noted, self._mocks = [], self._mocks or consent.speaks_of_mocks(text)
        pending, self._pending = self._pending, ()
        if pending and consent.only_agrees(text):
            page = Page()
            done = carry_out(self._desk, pending, page)
            return self._remembered(text, self._reply("answer" if done else "refusal", page))
        if self._without_key:
            return self._offline.turn(text)
        loop = ModelTurn(
            self._client,
            self._desk,
            self._bounds,
            self._with_tools,
            pause=self._pause,
            unfinished=lambda said: self._unfinished(text, said),
        )
        try:
            loop.run(first_messages(self._desk, self._history, text), self._on_text)
        except ModelFailure as failure:
            return self._fallen_back(text, failure, loop)
        finally:
            self._with_tools = loop.with_tools
        return self._remembered(text, self._told(text, pending, loop))

    # --- what the person is told ------------------------------------------------------------------------

    def _told(self, text: str, pending: tuple[Propose, ...], loop: ModelTurn) -> Reply:
        desk, page = self._desk, Page()
        broken = desk.broken
        desk.restore([view.name for view in broken])
        for name, view in desk.views.items():
            page.add(outline(view, difference_lines(desk.base(name), view.script), ()))
        if desk.views and desk.assumed:
            page.add("I assumed: " + plain_text("; ".join(desk.assumed)) + ". Tell me if that is wrong.")
        self._add_runs(page)
        keep_examples(desk, page)
        kind, options = self._settle(text, pending, page)
        if broken:
            wrong = "; ".join(d.line() for view in broken for d in view.diagnostics[:3])
            page.add(f"The model's script did not check, so nothing of it is kept: {wrong}")
            kind = "refusal"
        if loop.stopped:
            page.add(f"The turn was ended at its bound: {loop.stopped}.")
            kind = kind if page.saved or desk.views else "refusal"
        if desk.asked is not None:
            page.add(plain_text(desk.asked.question)[:MODEL_SHOWN_CHARS_MAX])
            kind, options = desk.asked.kind, [plain_text(option)[:200] for option in desk.asked.options[:9]]
        elif page.parts and not page.saved and (asks := _last_question(loop.text)):
            page.add(asks)
            self._noted.append(f"said: {asks}")
        elif not page.parts:
            page.add(_own_words(loop.text))
            kind = _kind_of(loop.text)
            self._noted += [f"said: {loop.text[:300]}"] if loop.text else []
        return self._reply(kind, page, options, loop.spent.line())

    def _unfinished(self, turn: str, said: str) -> str:
        """Say what a model forgot, for it; "" where it forgot nothing. Saving, and what it only spoke of."""
        desk = self._desk
        if desk.proposed or desk.asked is not None or desk.broken:
            return ""
        if consent.asks_to_save(turn) and desk.draft(desk.open) is not None:
            return "The person's words ask to save, and nothing is proposed. Call propose, or ask_user why not."
        if _CLAIM.search(said) and not (desk.views or desk.runs):
            return "Nothing was done in this turn: only the tools do anything. Use them, or ask_user."
        return ""

    def _settle(self, text: str, pending: tuple[Propose, ...], page: Page) -> tuple[Kind, list[str]]:
        """Do what was proposed and is allowed; ask about the rest, and about tools that cannot act here."""
        desk = self._desk
        may = tuple(one for one in desk.proposed if allowed(desk, one, text, pending))
        done = carry_out(desk, may, page)
        waiting = tuple(one for one in desk.proposed if one not in may)
        if not done:
            return "refusal", []
        self._noted += [f"done: {_words(one)}" for one in may if one.kind != "save"]
        if waiting:
            self._pending = waiting
            page.add("Shall I do this? " + "; ".join(map(_words, waiting)) + ".")
            return "question", ["yes", "no"]
        for name, view in desk.views.items():
            tools = [] if name in page.saved else _idle_tools(desk.bench, view)
            if tools:
                then = "It is mocked, as you said." if self._mocks else "Should I mock it?"
                page.add(f"There is no {' and no '.join(tools)} configured here. {then}")
                self._noted += [] if self._mocks else [f"asked whether to mock {', '.join(tools)}"]
        return "answer", []

    def _add_runs(self, page: Page) -> None:
        for run, trace in self._desk.runs:
            if run.error is not None:
                page.add(f"{run.name} ended with an error: {run.error.message}")
            else:
                planned = f" It plans {run.effects_total} effects." if run.effects_total else ""
                page.add(f"{run.name} gives {json_text(run.result)}.{planned}")
            if trace:
                spoken = [text for line in run.trace[:TRACE_LINES_SHOWN] for text in line.text.splitlines()]
                page.add("\n".join(f"- {text}" for text in spoken))

    def _reply(self, kind: Kind, page: Page, options: list[str] | None = None, usage: str = "") -> Reply:
        view = self._desk.draft(self._desk.open)
        script = view.script if view is not None else None
        return Reply(kind, page.text(), options or [], page.saved, self._desk.open or None, script, usage)

    def _remembered(self, text: str, reply: Reply) -> Reply:
        """Note what was said and done, without any value of a record."""
        desk = self._desk
        done = [_wrote(name, desk.base(name), view) for name, view in desk.views.items()]
        done += [f"ran {run.name} ({run.status})" for run, _ in desk.runs]
        done += [f"kept an example of {example.name}" for example in desk.examples]
        done += [f"saved {name}" for name in reply.saved]
        if desk.asked is not None:
            options = "; ".join(f"{n}. {option[:80]}" for n, option in enumerate(desk.asked.options[:9], 1))
            done.append(f"asked: {desk.asked.question[:300]}{f' ({options})' if options else ''}")
        done += self._noted
        done += [f"waits for a yes to: {_words(one)}" for one in self._pending]
        self._history += [f"- The person said: {text}", f"  The program: {'; '.join(done) or 'changed nothing'}"]
        self._history = self._history[-2 * MODEL_TURNS_REMEMBERED :]
        return reply

    def _fallen_back(self, text: str, failure: ModelFailure, loop: ModelTurn) -> Reply:
        self._desk.restore(list(self._desk.before))
        self._desk.begin()
        self._without_key = failure.kind == "auth"
        reply = self._offline.turn(text)
        self._desk.open = reply.draft or self._desk.open
        code = _FAILURES[failure.kind]
        still = " for the rest of this conversation" if self._without_key else ""
        line = f"{code}: the model did not answer: {failure.message}. The offline author answers{still}."
        self._remembered(text, reply)
        return Reply(
            reply.kind,
            f"{line}\n\n{reply.reply}",
            reply.options,
            reply.saved,
            reply.draft,
            reply.script,
            loop.spent.line(),
        )


def _last_question(text: str) -> str:
    """Give the sentence of a model's words that ends them with a question; "" where none does."""
    said = plain_text(text).strip()
    return re.split(r"(?<=[.!:])\s+|\n", said)[-1][:MODEL_CHANGES_CHARS_MAX] if said.endswith("?") else ""


def _kind_of(text: str) -> Kind:
    """Tell a question and a refusal in plain words from an answer: models ask without the tool for it too."""
    said = text.strip()
    if said.endswith("?"):
        return "question"
    return "refusal" if _REFUSES.match(said) else "answer"


def _wrote(name: str, before: dict[str, Any] | None, view: o.ScriptView) -> str:
    """Say what was written and what it changed, so that a later turn can take it back."""
    changes = "; ".join(difference_lines(before, view.script))[:MODEL_CHANGES_CHARS_MAX]
    return f"wrote {name}{f' ({changes})' if changes else ''}"


def _own_words(text: str) -> str:
    """Give what a model said where nothing was done, and that nothing was done; a claim to the contrary is left out."""
    said = plain_text(text).strip()[:MODEL_SHOWN_CHARS_MAX]
    if not said:
        return "The model had nothing to say. Nothing was changed or saved in this turn."
    if _CLAIM.search(said):
        return "The model spoke of something as done, but nothing was changed or saved in this turn."
    return f"{said}\n\n(Nothing was changed or saved in this turn.)"


def _words(proposal: Propose) -> str:
    return plain_text(proposal.words())[:MODEL_PROPOSAL_CHARS_MAX]


def _idle_tools(bench: Bench, view: o.ScriptView) -> list[str]:
    """Name the effects that a script uses and the workspace cannot do."""
    environment = bench.environment()
    used: dict[str, None] = {}

    def walk(steps: object) -> None:
        for step in steps if isinstance(steps, list) else ():
            if step.get("op") == "tool":
                used[str(step.get("tool"))] = None
            for block in ("then", "else", "do"):
                walk(step.get(block))

    walk(view.script.get("steps"))
    found = ((name, environment.tool(name)) for name in used)
    return [name for name, tool in found if tool is not None and tool.kind == "effect" and not tool.configured]
