"""Scripts that go over records: what runs for each, the effects it has, and the table that returned aggregates read.

Deliberately not here: schedules and jobs.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.link import Linker, Table
from sopwb.author.english.names import key_of, words_of
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.placeholders import BRACES, CAPS, CODES
from sopwb.author.english.scope import Scope, find_field, listed, pointing, source_of_param
from sopwb.author.english.spec import Doubt, Effect, Expr
from sopwb.lang.environment import Signature, SourceSchema
from sopwb.lang.types import STRING, RecordType, Type, required

_RELATED: Final = re.compile(r"\((\w+) == null \? null : \1\.\w+\)")
"""A field of a record that another points to, which may not be there."""


class Loops(Linker):
    """Adds loops to the linker."""

    bare_result: bool

    @abstractmethod
    def as_text(self, expr: Expr) -> Expr:
        ...

    def is_loop(self) -> bool:
        return self.spec.loop is not None or (self.spec.call is not None and self.spec.call.rows is not None)

    def loop_rows(self) -> m.Rows:
        rows = self.spec.loop or (self.spec.call.rows if self.spec.call is not None else None)
        assert rows is not None
        return rows

    def loop_source(self) -> str:
        rows = self.loop_rows()
        if rows.source:
            return rows.source
        named = self.names.sources_named(rows.noun) if rows.noun else []
        if len(named) == 1:
            return named[0]
        signature = self.called()
        if signature is not None:
            for param in signature.params:
                source = source_of_param(self.names, param.name)
                if source:
                    return source
        guess = [
            n
            for n, s in self.names.sources.items()
            for c in rows.conds
            for name in _names(c)
            if find_field(s.record, name)[1]
        ]
        if len(set(guess)) == 1:
            return guess[0]
        if self.spec.current is not None and self.spec.current.source:
            return self.spec.current.source
        raise Doubt("Which records should it go through?", tuple((n, n) for n in self.names.sources))

    def called(self) -> Signature | None:
        return self.names.scripts.get(self.spec.call.script) if self.spec.call is not None else None

    def prepare_loop(self) -> None:
        """Find the script that a loop needs where it was not named, and keep only the loop's own records."""
        if self.spec.call is None and not self.loop_rows().source:
            self.call_by_words()
        if self.spec.call is None:
            source = self.loop_source()
            words = {
                w
                for w in _words_of_spec(self.spec)
                if not find_field(self.source(source).record, w)[1] and not w.startswith("@")
            }
            fits = [
                s
                for n, s in self.names.scripts.items()
                if n != self.spec.name
                and len(s.params) == 1
                and source_of_param(self.names, s.params[0].name) == source
                and isinstance(s.returns, RecordType)
                and any(key_of(f) in words for f in s.returns.names())
            ]
            if len(fits) > 1:
                raise Doubt(
                    f"Which script tells that: {listed([s.name for s in fits])}?",
                    tuple((s.name, s.name) for s in fits),
                )
            if fits:
                self.spec.call = m.CallFor(fits[0].name)
                record = fits[0].returns
                assert isinstance(record, RecordType)
                used = listed([f for f in record.names() if key_of(f) in words], "and")
                self.assume(f"{used} come from {fits[0].name}")

    def call_by_words(self) -> None:
        """Find the one script whose result has the words that are spoken of, where no source was named."""
        words = {w for w in _words_of_spec(self.spec) if not w.startswith("@")}
        fits = [
            s
            for n, s in self.names.scripts.items()
            if n != self.spec.name
            and len(s.params) == 1
            and source_of_param(self.names, s.params[0].name)
            and isinstance(s.returns, RecordType)
            and any(key_of(f) in words for f in s.returns.names())
        ]
        if len(fits) == 1:
            self.spec.call = m.CallFor(fits[0].name)
            self.assume(f"it goes through all that {fits[0].name} can be run for")

    def call_args(self, signature: Signature, row: str, source: SourceSchema) -> dict[str, str]:
        """Write the arguments of a call for a record: its key, or its field of the parameter's name."""
        out: dict[str, str] = {}
        said = dict(self.spec.call.args) if self.spec.call is not None else {}
        for param in signature.params:
            if key_of(param.name) in said:
                out[param.name] = self.value(said[key_of(param.name)], self.body or Scope()).text
            elif source.key and source_of_param(self.names, param.name) == source.name:
                out[param.name] = f"{row}.{source.key}"
            elif param.name in source.record.names():
                out[param.name] = f"{row}.{param.name}"
            elif any(p.name == param.name for p in self.spec.params):
                out[param.name] = param.name
                self.types.setdefault(param.name, required(param.type))
            elif len(signature.params) == 1 and source.key:
                key_type = required(source.record.get(source.key) or STRING)
                if key_type != required(param.type):
                    raise Doubt(f"What should {signature.name} get as {param.name}?")
                out[param.name] = f"{row}.{source.key}"
                self.assume(
                    f"{signature.name} gets the {source.key} of each record of {source.name} as {param.name}"
                )
            else:
                raise Doubt(f"What should {signature.name} get as {param.name}?")
        return out

    def call_once(self) -> None:
        """Call a script with this script's own parameters."""
        signature = self.called()
        assert self.spec.call is not None
        if signature is None:
            raise Doubt(f"There is no script {self.spec.call.script}.")
        said = dict(self.spec.call.args)
        args: dict[str, str] = {}
        own = {p.name for p in self.spec.params}
        for param in signature.params:
            if key_of(param.name) in said:
                args[param.name] = self.value(said[key_of(param.name)], Scope()).text
            elif param.name in own:
                args[param.name] = param.name
                self.types.setdefault(param.name, required(param.type))
            else:
                raise Doubt(f"What should {signature.name} get as {param.name}?")
        name = self.unique(signature.name if signature.name not in self.taken else signature.name + "_result")
        self.block.append({"op": "call", "name": name, "script": signature.name, "args": args})
        self.body, self.called_once = self.result_scope(name, signature), True

    def result_scope(self, name: str, signature: Signature) -> Scope:
        if isinstance(signature.returns, RecordType):
            return Scope(((name, signature.returns, ""),))
        if signature.returns is None:
            return Scope()
        self.bare_result = True
        return Scope(((name, RecordType((("result", signature.returns),)), ""),))

    def split_conds(
        self, source: SourceSchema, conds: tuple[m.Cond, ...]
    ) -> tuple[list[m.Cond], list[m.Cond]]:
        """Divide conditions into those on the record alone and those on the called script's result."""
        signature = self.called()
        result = signature.returns if signature is not None else None
        mine: list[m.Cond] = []
        theirs: list[m.Cond] = []
        for said in conds:
            cond = self.of_records(said, source)
            self.asked_of_each(cond, source)
            if theirs and has(cond, m.Named, words="@date"):
                # "who was on warning last month": when, the script does not tell.
                raise Doubt(f"Which date is that said of? {self.called_name()} only tells what holds today.")
            of_it = self.about_result(cond, source, result) or self.of_others(cond, source)
            (theirs if of_it else mine).append(cond)
        return mine, theirs

    def called_name(self) -> str:
        return self.spec.call.script if self.spec.call is not None else "The script"

    def asked_of_each(self, cond: m.Cond, source: SourceSchema) -> None:
        """Ask about a condition that counts records of another source: of all, or of each record gone over?"""
        for part in parts(cond):
            rows = part.rows if isinstance(part, m.Agg | m.NoRows) else None
            other = rows.source or rows.noun if rows is not None else ""
            if other in self.names.sources and other != source.name and not self.of_others(part, source):
                raise Doubt(
                    f"I cannot count the {other} of each record of {source.name} there. "
                    "Could a script of its own say that of one, and this one use it?"
                )

    def about_result(self, cond: m.Cond, source: SourceSchema, result: Type | None) -> bool:
        if result is None:
            return False
        if isinstance(result, RecordType) and any(find_field(result, w)[1] for w in _names(cond)):
            return True
        for holds in _holds(cond):
            if not any(find_field(source.record, w)[1] for w in (holds.words,)) and holds.words not in (
                "present",
                "absent",
            ):
                return True
        return any(not find_field(source.record, w)[0] for w in _names(cond) if not w.startswith("@"))

    def of_records(self, cond: m.Cond, source: SourceSchema) -> m.Cond:
        """Let "without boats" be about records where they are no field of what is gone over."""
        if not isinstance(cond, m.Holds) or not isinstance(cond.subject, m.Named):
            return cond
        if cond.words not in ("absent", "present"):
            return cond
        named = self.names.sources_named(cond.subject.words)
        if len(named) != 1 or named[0] == source.name or find_field(source.record, cond.subject.words)[0]:
            return cond
        none = m.NoRows(m.Rows(named[0], "it"))
        return none if cond.words == "absent" else m.Not(none)

    def of_others(self, cond: Any, source: SourceSchema) -> bool:
        """Whether a condition is about records of another source that point to each record that effects go over."""
        found = [p.rows for p in parts(cond) if isinstance(p, m.Agg | m.NoRows)]
        others = {r.source for r in found if r is not None and r.source and not r.every} - {source.name}
        acting = bool(self.spec.effects) and not self.spec.params
        return acting and bool(others) and all(pointing(self.source(o).record.names(), source) for o in others)

    # --- loops with effects --------------------------------------------------------------------------------------

    def effect_loop(self) -> None:
        source = self.source(self.loop_source())
        rows = self.loop_rows()
        signature = self.called()
        gate = (self.spec.gate,) if self.spec.gate is not None else ()
        mine, theirs = self.split_conds(source, (*rows.conds, *(m.Holds(None, w) for w in rows.words), *gate))
        row = self.unique("_".join(words_of(source.name)))
        step: dict[str, Any] = {"op": "each", "from": source.name, "as": row}
        where = self.loop_where(rows, source, mine)
        if where:
            step["where"] = where
        outer, self.block = self.block, []
        records: list[tuple[str, RecordType, str]] = [(row, source.record, source.name)]
        if signature is not None:
            name = self.unique(_call_name(signature.name))
            self.block.append(
                {
                    "op": "call",
                    "name": name,
                    "script": signature.name,
                    "args": self.call_args(signature, row, source),
                }
            )
            scope = self.result_scope(name, signature)
            records = [*scope.records, *records]
        elif self.spec.call is not None:
            raise Doubt(f"There is no script {self.spec.call.script}.")
        if not self.spec.effects:
            raise Doubt("What should it do for each of them?")
        self.body = Scope(tuple(_distinct(records)))
        self.facts = self.facts | frozenset(
            f"{row}.{f}" for f, _ in source.record.fields if f"it.{f} != null" in where
        )
        self.do_effects(theirs)
        step["do"] = self.block
        self.block = outer
        self.block.append(step)

    def loop_where(self, rows: m.Rows, source: SourceSchema, conds: list[m.Cond]) -> str:
        """Write which records are gone over: whose they are, and what holds of them."""
        owned = self.owner_where(rows, source) if rows.owner else []
        if rows.owner not in ("", "it") and not owned:
            raise Doubt(f"Of which {rows.owner.lstrip('=')} should the {source.name} be?")
        where = self.where_text(source, conds)
        if owned and " || " in where:
            where = f"({where})"
        return " && ".join([*owned, *([where] if where else [])])

    @abstractmethod
    def owner_where(self, rows: m.Rows, schema: SourceSchema) -> list[str]: ...

    def where_text(self, source: SourceSchema, conds: list[m.Cond]) -> str:
        if not conds:
            return ""
        truth = self.cond(
            m.And(tuple(conds)) if len(conds) > 1 else conds[0],
            Scope((("it", source.record, source.name),), where=True),
        )
        return "" if truth.text == "true" else str(truth.text)

    def do_effects(self, gates: list[m.Cond]) -> None:
        """Write the effects under their conditions; a condition holds for the effects after it as well."""
        assert self.body is not None
        conds = list(gates)
        steps = self.block
        for effect in self.spec.effects:
            if effect.cond is not None and effect.cond not in conds:
                conds.append(effect.cond)
        inner: list[dict[str, Any]] = []
        before = self.facts
        if conds:
            truth = self.cond(m.And(tuple(conds)) if len(conds) > 1 else conds[0], self.body)
            self.facts = self.facts | truth.yes
            if truth.text != "true":
                steps.append({"op": "if", "cond": truth.text, "then": inner})
            else:
                inner = steps
        else:
            inner = steps
        outer, self.block = self.block, inner
        for effect in self.spec.effects:
            self.effect(effect)
        self.block = outer
        self.facts = before

    def effect(self, effect: Effect) -> None:
        assert self.body is not None
        if effect.kind == "coupon":
            name = self.unique("coupon")
            self.bound["coupon"] = self.value(m.Lit("string", ""), Scope())
            self.block.append({"op": "tool", "name": name, "tool": "coupon.generate", "args": {}})
            self.coupon = name
            return
        mail = effect.mail
        assert mail is not None
        to = self.value(mail.to if mail.to is not None else m.Named("@email"), self.body)
        other = _RELATED.fullmatch(to.text)
        if other is not None and other[1] not in self.facts:
            self.assume(f"without a {other[1]} there is no mail")
            outer, self.block = self.block, []
            outer.append({"op": "if", "cond": f"{other[1]} != null", "then": self.block})
            self.facts = self.facts | {other[1]}
            self.effect(effect)
            self.block = outer
        elif to.text not in self.facts and to.type != STRING:
            self.assume("somebody without an address gets no mail")
            if not re.fullmatch(r"[\w.]+", to.text):
                # Only what has a name can be known not to be empty.
                name = self.unique("address")
                self.block.append({"op": "math", "name": name, "expr": to.text})
                to = Expr(name, to.type)
            inner: list[dict[str, Any]] = []
            self.block.append({"op": "if", "cond": f"{to.text} != null", "then": inner})
            outer, self.block = self.block, inner
            self.facts = self.facts | {to.text}
            self.mail_step(mail, to.text)
            self.block = outer
        else:
            self.mail_step(mail, to.text)

    coupon: str = ""

    def mail_step(self, mail: m.Mail, to: str) -> None:
        subject = self.text_of(mail.subject, "subject", mail)
        body = self.text_of(mail.body, "body", mail)
        self.block.append(
            {"op": "tool", "tool": "email.send", "args": {"to": to, "subject": subject, "body": body}}
        )

    def text_of(self, value: m.Value | None, part: str, mail: m.Mail) -> str:
        assert self.body is not None
        if isinstance(value, m.Named) and value.words == "@coupon":
            if not self.coupon:
                raise Doubt("Which coupon? None was generated.")
            self.assume("the mail reads 'Your coupon code: …'")
            return f"'Your coupon code: ' + {self.coupon}.code"
        if value is None:
            if part == "subject" and self.coupon:
                self.assume("the subject is 'A coupon for you'")
                return "'A coupon for you'"
            if part == "body" and self.coupon:
                self.assume("the mail reads 'Your coupon code: …'")
                return f"'Your coupon code: ' + {self.coupon}.code"
            raise Doubt(f"What should the mail say as its {part}?")
        if isinstance(value, m.Lit):
            value = self.filled_message(value.text)
        if isinstance(value, m.Cases):
            arms = tuple(m.Arm(a.cond, self.filled_text(a.value)) for a in value.arms)
            value = m.Cases(arms, self.filled_text(value.default) if value.default is not None else None)
        return str(self.as_text(self.value(value, self.body)).text)

    def filled_text(self, value: m.Value) -> m.Value:
        return self.filled_message(value.text) if isinstance(value, m.Lit) else value

    def filled_message(self, text: str) -> m.Message:
        """Bind a text's capitals: by what was said, by the listed values in order, by fields of the same name."""
        said = {e.name: e.value for e in self.spec.explains}
        words = [w for w in dict.fromkeys(CAPS.findall(BRACES.sub("", text))) if w in said or w not in CODES]
        scope = self.body or Scope()
        bind: list[tuple[str, m.Value]] = []
        unbound: list[str] = []
        for word in words:
            value = self.placeholder(word, said, scope)
            if value is not None:
                bind.append((word, value))
            else:
                unbound.append(word)
        if (unbound and any(w in said or self.known_caps(w, scope) for w in words)) or (
            unbound and self.spec.fills
        ):
            raise Doubt(f"What stands for {listed(unbound, 'and')} in '{text}'?")
        bind += [(found[0], self.in_braces(found[1], scope)) for found in BRACES.finditer(text)]
        return m.Message(
            text,
            tuple(dict(bind).items()),
            tuple(
                m.Swap(s.old, s.new, s.cond)
                for s in self.spec.swaps
                if re.search(rf"\b{re.escape(s.old)}\b", text)
            ),
        )

    def in_braces(self, word: str, scope: Scope) -> m.Value:
        """Give what "{word}" in a text stands for: what was said of it, else the one thing of exactly that name."""
        said = next((e.value for e in self.spec.explains if key_of(e.name) == key_of(word)), None)
        if said is not None:
            self.used.add("CAPS " + word)
            return said
        key = key_of(word.replace(" ", "_"))
        exact = any(found and sure for found, sure in (find_field(r, key) for _, r, _ in scope.records))
        if not exact and key not in self.spec.defs:
            raise Doubt(f"What stands for {{{word}}} in the mail?")
        return m.Named(key)

    def known_caps(self, word: str, scope: Scope) -> bool:
        return any(find_field(r, key_of(word))[1] for _, r, _ in scope.records)

    def placeholder(self, word: str, said: dict[str, m.Value], scope: Scope) -> m.Value | None:
        if word in said:
            self.used.add("CAPS " + word)
            return said[word]
        for value in self.spec.fills:
            named = value.value if isinstance(value, m.Fixed) else value
            if isinstance(named, m.Named) and named.words == key_of(word):
                return value
        order = self.fill_order()
        if word in order:
            return order[word]
        if self.known_caps(word, scope):
            return m.Named(key_of(word))
        return None

    def fill_order(self) -> dict[str, m.Value]:
        """Match the listed values with the placeholders of all texts, in order, where the counts agree."""
        words: list[str] = []
        for effect in self.spec.effects:
            for value in (effect.mail.subject, effect.mail.body) if effect.mail is not None else ():
                if isinstance(value, m.Lit):
                    words.extend(w for w in CAPS.findall(value.text) if w not in words)
        return dict(zip(words, self.spec.fills, strict=True)) if len(words) == len(self.spec.fills) else {}

    # --- loops that return ----------------------------------------------------------------------------------------

    def start_table(self) -> None:
        """Begin the ``each`` whose yields the returned aggregates read."""
        source = self.source(self.loop_source())
        rows = self.loop_rows()
        signature = self.called()
        if self.spec.call is not None and signature is None:
            raise Doubt(f"There is no script {self.spec.call.script}.")
        mine, theirs = self.split_conds(source, (*rows.conds, *(m.Holds(None, w) for w in rows.words)))
        name = self.unique("results" if signature is not None else source.name)
        row = self.unique("_".join(words_of(source.name)))
        step: dict[str, Any] = {"op": "each", "name": name, "from": source.name, "as": row}
        where = self.loop_where(rows, source, mine)
        if where:
            step["where"] = where
        step["do"] = []
        call = ""
        if signature is not None:
            call = self.unique(_call_name(signature.name))
            step["do"].append(
                {
                    "op": "call",
                    "name": call,
                    "script": signature.name,
                    "args": self.call_args(signature, row, source),
                }
            )
        step["yield"] = {}
        self.block.append(step)
        self.table = Table(
            step, name, row, call, source, signature.returns if signature is not None else None
        )
        if source.key:
            step["yield"][source.key] = f"{row}.{source.key}"
        if theirs:
            base = self.spec.current
            narrowed = m.Rows(conds=tuple(theirs))
            self.used.add("@current")
            self.spec.current = (
                narrowed
                if base is None
                else msgspec.structs.replace(base, source="", conds=(*base.conds, *theirs))
            )
        elif self.spec.current is not None and self.spec.current.source == source.name:
            self.spec.current = msgspec.structs.replace(self.spec.current, source="", owner="")


def _call_name(script: str) -> str:
    return script.split("_")[-1] + "_result" if "_" in script else script + "_result"


def _distinct(records: list[tuple[str, RecordType, str]]) -> list[tuple[str, RecordType, str]]:
    seen: set[str] = set()
    out = []
    for prefix, record, source in records:
        kept = tuple((f, t) for f, t in record.fields if f not in seen)
        seen |= {f for f, _ in kept}
        out.append((prefix, RecordType(kept), source))
    return out


def _names(node: Any) -> list[str]:
    """Give the words of every name inside a meaning."""
    if isinstance(node, m.Named):
        return [node.words]
    if isinstance(node, m.Node):
        return [w for f in node.__struct_fields__ for w in _names(getattr(node, f))]
    if isinstance(node, tuple):
        return [w for part in node for w in _names(part)]
    return []


def _holds(node: Any) -> list[m.Holds]:
    if isinstance(node, m.Holds):
        return [node]
    if isinstance(node, m.Node):
        return [h for f in node.__struct_fields__ for h in _holds(getattr(node, f))]
    if isinstance(node, tuple):
        return [h for part in node for h in _holds(part)]
    return []


def _words_of_spec(spec: Any) -> set[str]:
    words = set(_names(spec.loop)) | {w for r in spec.returns for w in _names(r.value)}
    words |= set(spec.loop.words) if spec.loop is not None else set()
    for effect in spec.effects:
        words |= set(_names(effect.cond)) | set(_names(effect.mail)) | {h.words for h in _holds(effect.cond)}
        texts = (effect.mail.subject, effect.mail.body) if effect.mail is not None else ()
        words |= {key_of(w) for t in texts if isinstance(t, m.Lit) for w in BRACES.findall(t.text)}
    words |= {h.words for h in _holds(spec.loop)}
    return words
