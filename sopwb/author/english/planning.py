"""A turn to a plan: drafts to write and commands to give, decided in full before anything is done.

Whatever is unclear anywhere in a turn raises ``Doubt`` here, so that a turn that asks has changed and saved nothing.
Deliberately not here: carrying a plan out (``carrying``), and words for people (``say``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.choosing import texts_given
from sopwb.author.english.discourse import apply
from sopwb.author.english.examples import wish
from sopwb.author.english.foretelling import foretell
from sopwb.author.english.generate import Generated, generate, settle
from sopwb.author.english.hoisting import is_nameless
from sopwb.author.english.keeping import Keeping
from sopwb.author.english.lexer import Token
from sopwb.author.english.lexicon import stem
from sopwb.author.english.misread import (
    NAME_WANTED,
    all_lost,
    beyond,
    commands,
    names_nothing,
    not_understood,
    purpose,
    rewords,
    texts_of,
)
from sopwb.author.english.names import Names, key_of, words_of
from sopwb.author.english.numbering import about_sentence
from sopwb.author.english.reader import Said, prefix, read, read_sentences, script_ahead
from sopwb.author.english.rescue import opening_of
from sopwb.author.english.spec import Doubt, Spec
from sopwb.author.english.state import Change, Overlay, State, Step
from sopwb.author.english.verifying import verify
from sopwb.author.english.wanting import Example
from sopwb.lang.compile import compile_script
from sopwb.lang.environment import Environment, Signature

_EXACT = re.compile(r"[\d\"{]|(?<!\w)'")
"""A number, a text that begins or a brace: no small talk has one. An apostrophe in or after a word is none."""
_COMMANDS = (m.Create, m.Save, m.Plan, m.RunIt, m.Show, m.Confirm, m.Drop, m.Undo, m.Mock, Example)


class Planner(Keeping):
    """Reads one turn on a copy of the state. After ``plan``, ``state`` and ``steps`` say what is to be."""

    def __init__(
        self, state: State, names: Names, environment: Environment, before: State | None = None
    ) -> None:
        self.before = before
        self.state = state.copy()
        self.names = names
        self.overlay = Overlay(environment, {})
        self.steps: list[Step] = []
        self.changed = False
        self.notes: list[str] = []
        self.tentative: State | None = None
        self.text = ""
        self.defined = self.explained = self.measured = False
        self.asides: list[Said] = []
        """Sentences before any script that name nothing: small talk, where a script follows in the same turn."""
        self.glossed: set[str] = set()
        """Words that this turn says the meaning of."""
        self.restates = bool(self.state.lost)
        """Whether naming the open script again tells it anew: something of it was not understood before this turn."""
        self.promised = self.kept_word = False
        """Whether a reason for a change was given, and whether this turn changes anything."""
        self.asked_before = self.state.asked
        self.saving: list[str] = []
        """The scripts that the sentence being read saves: "it" in the same sentence is one of them."""

    # --- reading --------------------------------------------------------------------------------------------

    def plan(self, text: str) -> list[Step]:
        """Plan a turn. Raises ``Doubt``; ``tentative`` then holds what was understood."""
        self.text = text
        foretell(text, self.names)
        trouble: Doubt | None = None
        if names_nothing(text) or is_nameless(text):
            raise beyond(text, self.names, self.overlay.tool_names()) or Doubt(
                "What should the script be called? For example: create a script called late_payers.", (), NAME_WANTED
            )
        lost: list[Said] = []
        for tokens in self.sentences(text):
            tokens = self.reopened(tokens)
            self.learn()
            said = read(tokens, self.names)
            try:
                if said.lost >= 0:
                    if (
                        self.spec() is None
                        and not _EXACT.search(text[said.start : said.end])
                        and (not self.names_in(said) or purpose(text, said.start, said.end))
                        and not commands(text[said.start : said.end])
                    ):
                        self.aside(said)
                        continue
                    self.salvage(tokens)
                    self.state.lost.append(text[said.start : said.end])
                    lost.append(said)
                    raise not_understood(said, text, self.names, self.overlay.tool_names())
                if (
                    self.spec() is None
                    and not any(isinstance(s, _COMMANDS) for s in said.statements)
                    and (not self.names_in(said) or purpose(text, said.start, said.end))
                    and not _EXACT.search(text[said.start : said.end])
                    and not commands(said.text)
                ):
                    self.aside(said)
                    continue
                self.saving = []
                self.turn_page()
                for statement in self.begun(said.statements):
                    self.take(statement, tokens)
                self.remember(tokens)
            except Doubt as doubt:
                trouble = trouble or about_sentence(doubt, text[said.start : said.end])
                if said.lost < 0 and self.spec() and not any(isinstance(s, _COMMANDS) for s in said.statements):
                    self.state.asked = text[said.start : said.end]
            except RecursionError:
                trouble = trouble or Doubt("That is nested too deep for me. Please say it in shorter sentences.")
        try:
            if trouble is None:
                self.reread()
                self.flush()
        except Doubt as doubt:
            trouble = doubt
        except RecursionError:
            trouble = Doubt("Something there is said in terms of itself. Please say it in shorter sentences.")
        if trouble is None and self.promised and not self.kept_word:
            trouble = Doubt("What should change then? Please say the new value.")
        if trouble is None and self.asides and self.spec() is None and not self.steps:
            trouble = not_understood(self.asides[0], text, self.names, self.overlay.tool_names())
        if trouble is not None:
            self.tentative = self.state
            raise all_lost(trouble, lost, text)
        if self.state.lost and (self.defined or self.steps) and not self.resolved():
            raise Doubt(
                "Before that: I did not understand "
                + "; ".join(f'"{s}"' for s in self.state.lost)
                + ". How do you mean it?"
            )
        return self.steps

    def sentences(self, text: str) -> Iterator[tuple[Token, ...]]:
        """Give the sentences of a turn but those that only say what comes next: "Tips!"."""
        for tokens in read_sentences(text, self.known_words()):
            exclaimed = len(tokens) == 1 and text[tokens[0].end : tokens[0].end + 1] == "!"
            said = read(tokens, self.names) if exclaimed else None
            if said is None or any(isinstance(s, _COMMANDS) for s in said.statements):
                yield tokens
            else:
                self.aside(said)

    def begun(self, statements: tuple[Any, ...]) -> tuple[Any, ...]:
        """Let "I need pet_age: it takes …" begin a script of that name, not return a field of it."""
        first = statements[0] if statements else None
        if not isinstance(first, m.Return) or len(first.fields) != 1 or first.fields[0].value is not None:
            return statements
        name = first.fields[0].name
        takes = len(statements) > 1 and isinstance(statements[1], m.Takes)
        held = {f for s in self.names.sources.values() for f in s.record.names()} | set(self.names.sources)
        fresh = "_" in name and not first.also and name not in held
        return (m.Create(name), *statements[1:]) if fresh and (takes or self.spec() is None) else statements

    def remember(self, tokens: Any) -> None:
        """Keep what was said of the open script, so that a later turn can point at it."""
        spec = self.spec()
        if spec is not None and self.changed:
            numbers = ("number", "money", "percent")
            if past := self.state.history.get(spec.name):
                past[-1].words.update(stem(t.low) for t in tokens)
            spec.said.append(tuple((t.low, str(t.value) if t.kind in numbers else "") for t in tokens))

    def turn_page(self) -> None:
        """Begin a sentence: what the one before it defined is what "it" can still be."""
        spec = self.spec()
        if spec is not None and spec.spoken:
            spec.spoken_before, spec.spoken = spec.spoken, []

    def names_in(self, said: Said) -> bool:
        """Whether a sentence names a source or something with an underscore, so that it cannot be small talk."""
        return any("_" in w or self.names.sources_named(key_of(w)) for w in re.findall(r"\w+", said.text))

    def aside(self, said: Said) -> None:
        self.asides.append(said)
        self.notes.append(f'I took "{self.text[said.start : said.end]}" as an aside.')

    def known_words(self) -> frozenset[str]:
        """Short words that name something here, so that they are not taken for courtesy ("ok")."""
        self.learn()
        fields = [f for s in self.names.scripts.values() for f in getattr(s.returns, "names", tuple)()]
        fields += [f for s in self.names.sources.values() for f in s.record.names()]
        said = [t.replace(" ", "_") for t in self.names.given]
        return frozenset(
            w for f in (*fields, *self.names.local, *said) for w in f.lower().replace(" ", "_").split("_")
        )

    def salvage(self, tokens: Any) -> None:
        """Keep what a half-understood sentence begins with: the script's name, its parameters and fields."""
        for statement in prefix(tokens, self.names):
            if isinstance(statement, m.Create | m.Takes) or (
                isinstance(statement, m.Return)
                and not statement.values
                and statement.value is None
                and all(f.value is None for f in statement.fields)
            ):
                self.take(statement, tokens)
        if self.spec() is None or not self.spec_is_of(tokens):
            name, params = opening_of(tokens, self.names)
            if name:
                self.take(m.Create(name), tokens)
                if params:
                    self.take(m.Takes(params), tokens)

    def spec_is_of(self, tokens: Any) -> bool:
        """Whether the sentence speaks of the open script by its name."""
        return any(t.text == self.state.open for t in tokens)

    def reread(self) -> None:
        """Read a sentence that was not understood again, where this turn says what a word of it means ("big")."""
        for text in list(self.state.lost):
            if not self.glossed & set(re.findall(r"[a-z]+", text.lower())):
                continue
            found = [(t, read(t, self.names)) for t in read_sentences(text, self.known_words())]
            statements = [s for _, said in found for s in said.statements]
            if any(said.lost >= 0 for _, said in found) or any(isinstance(s, _COMMANDS) for s in statements):
                continue
            self.state.lost.remove(text)
            for tokens, said in found:
                for statement in said.statements:
                    self.take(statement, tokens)

    def resolved(self) -> bool:
        """A new definition after one sentence that was not understood is its rewording."""
        if any(self.glossed & set(re.findall(r"[a-z]+", text.lower())) for text in self.state.lost):
            return False
        if not self.measured and not all(rewords(self.text, text) for text in self.state.lost):
            return False
        if self.defined and len(self.state.lost) == 1 and (self.explained or "return" in self.state.lost[0].lower()):
            self.notes.append(f'I take this in place of "{self.state.lost[0]}".')
            self.state.lost = []
            return True
        return False

    def learn(self) -> None:
        """Let the open script's own names be read, and what the scripts spoken of can say."""
        for name in list(self.names.scripts):
            if name in self.state.specs or name in self.text:
                self.predicates_of(name)
        for name in self.state.specs:
            self.names.scripts.setdefault(name, Signature(name, (), None))
        spec = self.spec()
        if spec is None:
            return
        local = self.names.local
        for param in spec.params:
            local.add(key_of(param.name))
            if param.name.endswith("_id"):
                self.names.entities.add(key_of(param.name.removesuffix("_id")))
            elif "_" in param.name:
                self.names.entities.add(key_of(param.name.split("_")[0]))
            else:
                self.names.entities.add(key_of(param.name))
        for ret in spec.returns:
            local.add(key_of(ret.name))
        for key in spec.defs:
            if not key.startswith("@"):
                local.add(key)
                parts = key.split()
                if len(parts) > 1:
                    local.update(
                        (parts[-1], parts[0]) if parts[0] not in ("number", "total") else (parts[-1],)
                    )
        for key in spec.predicates:
            self.names.predicates.add(key)
            parts = key.split()
            if len(parts) > 1 and parts[0] in ("at", "high", "low", "long"):
                self.names.predicates.add(parts[-1])
        self.names.groups.update(spec.groups)
        self.names.switches.update(key_of(p.name) for p in spec.params if p.type == "bool")
        self.names.amounts = {key_of(p.name) for p in spec.params if p.type in ("int", "decimal")}
        self.names.given.update(t for value in spec.defs.values() for t in texts_given(value))
        assigned = [v for a in spec.assigns for _, v in a.sets]
        self.names.given.update(v.text for v in assigned if isinstance(v, m.Lit) and v.kind == "string")
        for explain in spec.explains:
            local.add(key_of(explain.name))
        if spec.call is not None:
            self.predicates_of(spec.call.script)
        if spec.loop is not None and spec.loop.noun:
            self.names.entities.add(spec.loop.noun)
        if spec.loop is not None and spec.loop.source:
            self.names.entities.add(key_of(spec.loop.source))

    def predicates_of(self, script: str) -> None:
        """Let a called script's yes/no results and texts serve as adjectives: "at risk", "breached", "expired"."""
        signature = self.names.scripts.get(script)
        if signature is None:
            return
        for field, type_ in getattr(signature.returns, "fields", ()):
            if "bool" in str(type_):
                parts = [w for w in words_of(field) if w not in ("is", "i", "has")]
                self.names.adjectives.update((" ".join(parts), *parts, "at " + " ".join(parts)))
                self.names.adjectives.update(f"to {p}" for p in parts)
        spec = self.state.specs.get(script)
        booleans = [f for f, t in getattr(signature.returns, "fields", ()) if "bool" in str(t)]
        for key in spec.predicates if spec is not None and script != self.state.open else ():
            near = [f for f in booleans if set(words_of(f)) & set(key.split())] or booleans
            if len(near) == 1:
                self.names.aliases[key] = near[0]
                self.names.adjectives.add(key)
        self.names.adjectives.update(key_of(t.replace(" ", "_")) for t in self.names.outcomes.get(script, ()))

    # --- statements -----------------------------------------------------------------------------------------

    def spec(self) -> Spec | None:
        return self.state.specs.get(self.state.open)

    def take(self, statement: m.Statement | Example, tokens: Any) -> None:
        statement = self.wanted_next(statement)
        match statement:
            case m.Create(name, _):
                self.create(name)
            case m.Save():
                self.save(statement)
            case m.Plan(script, where):
                begin, end = (int(n) for n in where.split(":"))
                self.schedule(script, self.text[tokens[begin].start : tokens[min(end, len(tokens)) - 1].end])
            case m.RunIt(script, args, _):
                self.flush()
                target = self.target(script)
                self.steps.append(Step("run", target, args=args))
                self.state.ran = target
            case Example():
                self.flush()
                name = self.target(statement.script)
                self.steps.append(Step("example", name, script=wish(statement, name, self.overlay, self.names)))
            case m.Show(what, name):
                self.flush()
                self.steps.append(Step("show" if what == "script" else what, name or self.state.open))
            case m.Confirm(no):
                self.steps.append(Step("no" if no else "yes", self.state.open))
            case m.Drop(name):
                self.drop(name)
            case m.Undo(topic):
                self.undo(topic)
            case m.Restore(words):
                self.restore(words)
            case m.Mock():
                self.mock()
            case m.Rename(old, new, True):
                self.rename_script(old, new)
            case m.Return((field,)) if self.opens_anew(statement, field):
                self.create(field.name)
            case _:
                self.edit(statement)

    def opens_anew(self, said: m.Return, field: m.Ret) -> bool:
        """Whether "then I need client_report" begins a script: a new name with an underscore, after one was saved."""
        spec, bare = self.spec(), not said.also and field.value is None and not field.type
        known = spec is None or spec.name not in self.state.saved or key_of(field.name) in spec.defs or self.changed
        return bare and not known and "_" in field.name and self.names.name_cost(key_of(field.name)) is None

    def create(self, name: str) -> None:
        spec = self.spec()
        if spec is None or spec.name != name or not self.restates:
            self.flush()
        if spec is not None and spec.name == name and not (self.restates and name not in self.state.saved):
            return
        self.restates = False
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            raise Doubt(f"{name} is not a name for a script: letters, digits and _ please.")
        self.state.specs[name] = Spec(name)
        self.state.history[name] = []
        self.state.saved.discard(name)
        self.state.open = name
        self.state.lost, self.state.asked = [], ""
        self.changed = True
        self.names.local = set(self.names.local)
        self.names.predicates = set()
        foretell(self.text, self.names)

    def edit(self, statement: m.Statement) -> None:
        spec = self.spec()
        if spec is None:
            raise Doubt("Which script is that about? Start with: create a script called NAME.")
        if not self.changed:
            self.state.history.setdefault(spec.name, []).append(Change(spec.copy()))
        if isinstance(statement, m.Remark):
            self.promised = self.promised or statement.what in ("reason", "restored")
            if statement.what.startswith("because "):
                self.notes.append(f'I took "{statement.what.removeprefix("because ")}" as the reason.')
            if statement.what.startswith("noun "):
                self.names.entities.add(statement.what.removeprefix("noun "))
            verify(spec, statement)
        if isinstance(statement, m.CallFor) and statement.script == "@last":
            others = [n for n in self.state.specs if n != spec.name]
            if not others:
                raise Doubt("Which script should be run for each?")
            statement = msgspec.structs.replace(statement, script=others[-1])
        if (
            isinstance(statement, m.Rename)
            and not statement.script
            and key_of(statement.old) not in {key_of(r.name) for r in spec.returns}
            and statement.old in self.state.specs
        ):
            self.rename_script(statement.old, statement.new)
            return
        if isinstance(statement, m.Rename) and statement.old == "@it":
            if spec.returns:
                raise Doubt(f'Should the script or a returned field be called {statement.new}? Say "rename … to …".')
            self.rename_script("", statement.new)
            return
        apply(spec, statement, self.names)
        self.changed = True
        self.state.unwritten.add(spec.name)
        self.kept_word = self.kept_word or not isinstance(statement, m.Remark)
        if self.asked_before and self.state.asked == self.asked_before:
            self.notes.append(f'I take this in place of "{self.asked_before}".')
            self.state.asked = ""
        if past := self.state.history.get(spec.name):
            past[-1].statements.append(statement)
        if isinstance(statement, m.DefineWhen):
            self.glossed.update(statement.words.split())
        if isinstance(statement, m.CallFor):
            self.predicates_of(statement.script)
        if isinstance(statement, m.Takes | m.Define | m.Assign | m.Return | m.DefineWhen | m.Adjust | m.Mail | m.Fail):
            self.defined = True
            told = isinstance(statement, m.Define) and statement.words == "@open"
            self.measured = self.measured or (told and isinstance(statement.value, m.Truth))  # type: ignore[union-attr]
            said = not isinstance(statement, m.Return) or any(r.value for r in statement.fields) or statement.values
            self.explained = self.explained or bool(said)
        self.learn()

    def reopened(self, tokens: Any) -> Any:
        """Go back to another script that a sentence begins with: "In NAME, …", "Back to NAME: …"."""
        at = script_ahead(tokens, self.state.specs)
        name = tokens[at].text if at else ""
        if name not in self.state.specs or name == self.state.open or self.state.lost:
            return tokens
        try:
            self.flush()
        except Doubt:
            return tokens
        self.state.open = name
        return tokens[at + 2 :]

    def flush(self) -> None:
        """Write and check the open script if it changed. Raises ``Doubt``."""
        spec = self.spec()
        if spec is None or not self.changed:
            return
        if not spec.does_something:
            self.changed = False
            if spec.is_begun:
                self.steps.append(Step("begun", spec.name))
            return
        made = generate(spec, self.names)
        self.check(spec.name, made)
        settle(spec, self.names)
        self.state.scripts[spec.name] = made.script
        self.state.saved.discard(spec.name)
        spec.settled = True
        self.state.unwritten.discard(spec.name)
        self.steps.append(Step("draft", spec.name, script=made.script, notes=made.assumptions))
        self.changed = False

    def check(self, name: str, made: Generated) -> None:
        checked = compile_script(made.script, self.overlay)
        if checked.diagnostics:
            first = checked.diagnostics[0]
            raise Doubt(
                f"I could not make a sound script of that: {first.message}"
                + (f" ({first.hint})" if first.hint else "")
                + ". Could you say it differently?"
            )
        assert checked.signature is not None
        signature = msgspec.structs.replace(checked.signature, name=name)
        self.overlay.drafts[name] = signature
        self.names.scripts[name] = signature
        self.names.outcomes[name] = texts_of(made.script)
        local = self.names
        local.index()


__all__ = ["Overlay", "Planner", "State", "Step", "texts_of"]
