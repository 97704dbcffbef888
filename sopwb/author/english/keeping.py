"""What a turn does with scripts as a whole: saving, scheduling, mocking, dropping, renaming, taking back.

Nothing is kept without what was said of it. Deliberately not here: what sentences say of a script (``planning``), and
carrying out (``author``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from sopwb.author.english import meaning as m
from sopwb.author.english.discourse import restored, without
from sopwb.author.english.misread import which_of_it
from sopwb.author.english.names import Names, words_of
from sopwb.author.english.scheduling import schedule_of
from sopwb.author.english.scope import listed
from sopwb.author.english.spec import Doubt, Spec
from sopwb.author.english.state import State, Step
from sopwb.kernel.diagnostics import Diagnostic


class Keeping(ABC):
    """The part of a turn's plan that is about whole scripts. ``state`` and ``steps`` say what is to be."""

    before: State | None
    state: State
    names: Names
    steps: list[Step]
    notes: list[str]
    text: str
    changed: bool
    kept_word: bool
    saving: list[str]
    """The scripts that the sentence being read saves: "it" in the same sentence is one of them."""

    @abstractmethod
    def spec(self) -> Spec | None:
        """Give what is known of the open script."""

    @abstractmethod
    def flush(self) -> None:
        """Write and check the open script if it changed. Raises ``Doubt``."""

    def target(self, name: str) -> str:
        if name:
            return name
        if not self.state.open:
            raise Doubt("Which script do you mean?")
        return self.state.open

    def wanted_next(self, statement: Any) -> Any:
        """Take "I want NAME" for the beginning of a script where none is open, or the open one was saved."""
        if not isinstance(statement, m.Return) or statement.also or len(statement.fields) != 1 or statement.values:
            return statement
        field = statement.fields[0]
        new = "_" in field.name and field.name not in self.names.sources and not field.type and field.value is None
        known = any(field.name in s.record.names() for s in self.names.sources.values())
        spec = self.spec()
        free = spec is None or spec.name in self.state.saved
        return m.Create(field.name) if new and not known and free else statement

    def save(self, statement: m.Save) -> None:
        if statement.no:
            return
        self.flush()
        if statement.all:
            names = [n for n in self.state.specs if n not in self.state.saved]
        else:
            names = [self.meant(w) for w in statement.which] or [self.target("")]
        self.saving = names if statement.job and not statement.all else [*self.saving, *names]
        if statement.all and statement.job:
            self.state.jobs.update(n for n in names if self.has_effects(n))
        for name in names:
            if statement.job and not statement.all:
                self.state.jobs.add(name)
            if name in self.state.specs and self.state.scripts.get(name) is None:
                raise Doubt(f"{name} is not finished yet. What should it do?")
            self.write_out(name)
            if Step("save", name) not in self.steps:
                self.steps.append(Step("save", name))
            self.state.saved.add(name)

    def write_out(self, name: str) -> None:
        """Ask again what an earlier turn left open of a script, before it is kept without that. Raises ``Doubt``."""
        if name in self.state.unwritten and name == self.state.open:
            self.changed = True
            self.flush()
        if name in self.state.unwritten:
            raise Doubt(f"Something that you said of {name} is not in it yet. Open it and say it anew, or drop that.")
        if self.state.asked and name == self.state.open:
            way = 'Say it in another way, or say "never mind".'
            raise Doubt(f'Before that: "{self.state.asked}" left a question, so {name} is without it. {way}')

    def meant(self, words: str) -> str:
        """Give the script that "the latter" or "the mails one" is. Raises ``Doubt`` unless it is exactly one."""
        if not words.startswith("@"):
            return words
        order = self.saving or list(self.state.specs)
        if words in ("@last", "@first") and len(order) == 2:
            return order[-1 if words == "@last" else 0]
        wanted = set(words_of(words.removeprefix("@like ")))
        like = [n for n in order if wanted & set(words_of(n))]
        if len(like) != 1:
            raise Doubt("Which script do you mean?", tuple((n, n) for n in order))
        return like[0]

    def planned(self) -> str:
        """Give the script that a schedule without a name is about: what the same sentence saves, else the open one."""
        found = list(dict.fromkeys(self.saving))
        if len(found) > 1 and not all(n in self.state.jobs for n in found):
            found = [n for n in found if self.has_effects(n)]
        if len(found) == 1:
            return found[0]
        if self.saving:
            raise Doubt(f"Which of {listed(list(dict.fromkeys(self.saving)), 'and')} should run then?")
        return self.state.schedule[0] if not self.state.open else self.target("")

    def has_effects(self, name: str) -> bool:
        return bool(self.state.specs.get(name) and self.state.specs[name].effects)

    def schedule(self, script: str, words: str) -> None:
        self.flush()
        name = script or self.planned()
        last_name, last_words = self.state.schedule
        spec, words = schedule_of(words, last_words if last_name == name else "")
        if isinstance(spec, Diagnostic):
            raise Doubt(
                f'When should it run? I cannot read "{words}" as a schedule: {spec.message}.'
                + (f" {spec.hint}" if spec.hint else "")
            )
        if name in self.state.specs and name not in self.state.saved:
            self.write_out(name)
            self.steps.append(Step("save", name))
            self.state.saved.add(name)
        self.steps.append(Step("schedule", name, words))
        self.state.schedule = (name, words)

    def drop(self, name: str) -> None:
        if not name and self.before is not None and self.before.scripts.get(self.before.open):
            # A question about a change is dropped, not the draft that it was to change.
            self.state = self.before.copy()
            self.state.lost, self.state.asked = [], ""
            self.changed = False
            self.notes.append(f"All right; {self.state.open} stays as it was.")
            return
        if not name and self.state.open in self.state.scripts and self.state.history.get(self.state.open):
            raise which_of_it(self.state.open, self.text)
        name = name or self.state.open
        self.state.lost, self.state.asked = [], ""
        self.changed = False
        if not name or name not in self.state.specs or name in self.state.saved:
            self.steps.append(Step("let go", name))
            return
        self.state.specs.pop(name, None)
        self.state.unwritten.discard(name)
        had = self.state.scripts.pop(name, None)
        self.steps = [s for s in self.steps if s.name != name]
        self.steps.append(Step("drop", name, "draft" if had is not None else ""))
        self.state.open = next((n for n in reversed(self.state.specs)), "")

    def undo(self, topic: str = "") -> None:
        if self.before is not None and (self.state.lost or self.state.asked):
            # What was not understood was never done: taking it back is forgetting it.
            self.state = self.before.copy()
            self.state.lost, self.state.asked = [], ""
            self.changed = False
            self.notes.append("That is forgotten; the script is as it was.")
            return
        spec = self.spec()
        past = self.state.history.get(self.state.open, [])
        if spec is None or not past:
            raise Doubt("There is nothing to undo.")
        self.kept_word = True
        self.state.specs[spec.name] = without(past, topic, self.names) if topic else past.pop().before
        self.changed = True
        self.notes.append(f"What was said about {topic} is undone." if topic else "The last change is undone.")

    def restore(self, words: str) -> None:
        """Let records count again that were left out."""
        spec = self.spec()
        if spec is None:
            raise Doubt("Which script is that about?")
        self.kept_word = self.changed = True
        self.state.specs[spec.name] = restored(self.state.history.get(spec.name, []), words, self.names)
        self.notes.append("They count again.")

    def mock(self) -> None:
        if not self.state.open:
            raise Doubt("Mock the tools of which script?")
        self.state.mocked.add(self.state.open)
        self.notes.append("Its tools are mocked: nothing is really sent.")
        if self.state.open in self.state.saved:
            self.steps.append(Step("mock job", self.state.open))

    def rename_script(self, old: str, new: str) -> None:
        self.flush()
        name = self.target(old)
        self.state.renamed(name, new)
        self.steps.append(Step("rename", name, new))

    # --- writing ----------------------------------------------------------------------------------------------
