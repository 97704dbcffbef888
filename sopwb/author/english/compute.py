"""Aggregates, existence, predicates and definitions, over the lists that ``link`` provides.

Deliberately not here: the order of a script's parts (``generate``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.expressions import EQ, FALSE, TRUE, Truths, quoted, wrap
from sopwb.author.english.folding import Folding, names_in
from sopwb.author.english.lexicon import stem
from sopwb.author.english.link import Listing
from sopwb.author.english.names import key_of, words_of
from sopwb.author.english.nodes import parts
from sopwb.author.english.quantities import due_and_back
from sopwb.author.english.scope import Scope, date_field, find_field, listed, pointing, relation
from sopwb.author.english.spec import Doubt, Expr
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    STRING,
    RecordType,
    Type,
    is_optional,
    required,
)


class Computing(Folding):
    """Adds to ``Folding`` which records an aggregate is over, existence, predicates and definitions."""

    # --- aggregates ---------------------------------------------------------------------------------------

    def aggregate(self, agg: m.Agg, scope: Scope) -> Expr:
        """Write a sum, count, average, extreme or list."""
        if (
            scope.records
            and agg.rows is None
            and not scope.where
            and isinstance(agg.what, m.Named)
            and self.in_scope(agg.what.words, scope, True)
        ):
            return self.value(agg.what, scope)
        if agg.kind in ("first", "last"):
            return self.first_or_last(agg, scope)
        if agg.kind == "points":
            return self.points(agg, scope)
        if agg.kind == "top":
            return self.top(agg, scope)
        few = agg.limit and agg.kind != "list"
        listing = self.few(agg.rows or m.Rows(), agg) if few else self.rows_of(agg, scope)
        if agg.kind == "count" and not agg.distinct:
            return self.size(listing)
        if agg.what is None:
            raise Doubt("Of which field?")
        if agg.kind == "list":
            return self.list_of(agg, listing)
        return self.fold(agg, listing)

    def points(self, agg: m.Agg, scope: Scope) -> Expr:
        """Add up what each record counts by its text; of one record that is at hand it is what that one counts."""
        assert agg.rows is not None
        assert isinstance(agg.what, m.Cases)
        source = self.source(agg.rows.source)
        if self.spec.current is None and not scope.records and self.table is None and self.body is None:
            at_hand = self.records_at_hand()
            if source.name in at_hand:
                return self.value(agg.what, scope)
            if any(pointing(self.source(other).record.names(), source) for other in at_hand):
                return self.value(_of_owner(agg.what, words_of(source.name)[-1]), scope)
            if self.spec.params and not relation(self.names, self.spec, source):
                raise Doubt(f"Of which {source.name} should that be added up?")
        each = msgspec.structs.replace(agg.what, default=agg.what.default or m.Lit("number", "0"))
        return self.aggregate(msgspec.structs.replace(agg, kind="sum", what=each), scope)

    def rows_of(self, agg: m.Agg, scope: Scope) -> Listing:
        """Give the records of an aggregate: as said, else those spoken of, else those that have the field."""
        spoken = self.spec.current or self.spec.pick or self.table
        rows = agg.rows
        if rows is not None and agg.what is not None and spoken is None and (rows.conds or rows.words):
            owned = rows.owner or "it"
            if rows == m.Rows(owner=rows.owner, conds=rows.conds, words=rows.words):
                # "the average wind of the last 7 days": of the records that have the field.
                holder = self.holder(next((n.words for n in names_in(agg.what)), ""))
                return self.listing(msgspec.structs.replace(rows, source=holder, owner=owned), scope)
        if agg.rows is not None and agg.rows != m.Rows(owner=agg.rows.owner):
            return self.listing(agg.rows, scope)
        if agg.what is None or self.table is not None:
            return self.listing(agg.rows, scope)
        words = next((n.words for n in names_in(agg.what)), "")
        current = self.spec.current
        if current is not None and not (agg.rows is not None and agg.rows.owner and words == "@money"):
            source = self.rows_source(current)
            record = self.source(source).record
            several = isinstance(agg.what, m.Arith) and any(find_field(record, n.words)[1] for n in names_in(agg.what))
            if words.startswith("@") or find_field(record, words)[0] or several:
                return self.listing(m.Rows(), scope)
        return self.listing(m.Rows(self.holder(words), "it"), scope)

    def holder(self, words: str) -> str:
        """Give the one source whose records have a field, other than those looked up. Raises ``Doubt``."""
        related = [
            n
            for n, s in self.names.sources.items()
            if n not in self.records_at_hand() and (words == "@money" or find_field(s.record, words)[0])
        ]
        if words == "@money":
            related = [
                n for n in related if any(p.name in self.source(n).record.names() for p in self.spec.params)
            ]
        exact = [n for n in related if find_field(self.source(n).record, words)[1]] or related
        if len(exact) == 1:
            return exact[0]
        if not exact:
            raise self.unknown(words, Scope())
        raise Doubt(f'"{words}" of which records: {listed(exact)}?', tuple((n, n) for n in exact))

    # --- existence and predicates -----------------------------------------------------------------------------

    def no_rows(self, rows: m.Rows | None, scope: Scope) -> Truths:
        if (
            rows is None or (not rows.source and not rows.conds and not rows.words and not rows.noun)
        ) and self.spec.pick is not None:
            name = self.picked(self.spec.pick)
            return Truths(f"{name} == null", 3, frozenset(), frozenset((name,)))
        if rows is not None and rows.source and any(x.rows.source == rows.source for x in self.spec.matches):
            return self.cond(m.Missing("", rows.source), scope)
        if rows is not None and self.is_pick(rows):
            return self.no_rows(None, scope)
        if rows is None and self.spec.current is None and self.table is None:
            # "If there are none": of the only records that anything is computed from.
            said = {r: None for r in parts((self.spec.defs, self.spec.returns)) if isinstance(r, m.Rows) and r.source}
            rows = next(iter(said)) if len(said) == 1 else None
        listing = self.listing(rows, scope)
        text = f"size({listing.text})"
        if text in self.facts:
            return FALSE
        return Truths(f"{text} == 0", 3, frozenset(), frozenset((text,)))

    def nothing_in(self, agg: m.Agg, scope: Scope) -> Truths:
        """There is nothing to average: no records, or none of them has a value."""
        listing = self.rows_of(agg, scope)
        text = listing.text
        if agg.what is not None:
            text = self.solid_listing(listing, agg.what)[0]
            if text != listing.text and "(" in text and f"solid {text}" not in self.fetched:
                name = self.unique(f"{listing.source}_with_{names_in(agg.what)[0].words}")
                self.block.append({"op": "math", "name": name, "expr": text})
                self.fetched[f"solid {text}"] = name
            text = self.fetched.get(f"solid {text}", text)
        return Truths(f"size({text}) == 0", 3, frozenset(), frozenset((f"size({text})",)))

    def is_pick(self, rows: m.Rows) -> bool:
        """Whether a selection holds just the records that the one spoken of was picked from."""
        pick = self.spec.pick
        if pick is None or not (rows.source or rows.noun):
            return False
        source = self.rows_source(rows)
        if self.rows_source(pick.rows or m.Rows()) != source:
            return False
        return set(self.wheres(rows, source)) == set(self.wheres(pick.rows or m.Rows(), source))

    def not_for(self, verb: str, unit: str, count: m.Value, scope: Scope) -> Truths:
        """They have not ordered in 60 days: the latest order lies more than 60 days back, or there is none."""
        source = self.verb_source(verb)
        field = date_field(self.source(source), verb)
        listing = self.listing(m.Rows(source, "it"), scope)
        latest = self.narrowed(Expr(f"{listing.text}.max({listing.var}, {listing.var}.{field})", DATE))
        size = f"size({listing.text})"
        if unit == "since":
            day = self.point(count, scope)
            test = f"{latest.text} < {day.text}"
        elif unit in ("days", "weeks"):
            limit = self.number(count, scope)
            days = limit.text if unit == "days" else f"{limit.text} * 7"
            name = self.bound.get(f"days since last {verb}")
            if name is None and size in self.facts:
                step = self.unique(f"days_since_last_{_noun(source)}")
                self.block.append({"op": "math", "name": step, "expr": f"days_between({latest.text}, today)"})
                name = Expr(step, INT)
                self.bound[f"days since last {verb}"] = name
            test = f"{name.text if name else f'days_between({latest.text}, today)'} > {days}"
        else:
            start = self.shift(
                m.Shift(m.Clock("today" if unit != "hours" else "now"), unit, count, True), scope
            )
            test = f"{latest.text} < {start.text}"
        if size in self.facts:
            return Truths(test, 3)
        return Truths(f"{size} == 0 || {test}", 1)

    def holds(self, subject: m.Value | None, words: str, scope: Scope) -> Truths:
        """A bare truth: a field that is present, a predicate, a yes/no field, or a text that says so."""
        if words == "some":
            return self.some(subject, scope)
        if words in ("present", "absent") and subject is not None:
            truth = self.presence(subject, scope)
            return truth if words == "absent" else self.negation(truth)
        known = (
            words
            if words in self.spec.predicates
            else next((k for k in self.spec.predicates if set(words.split()) <= set(k.split())), "")
        )
        predicate = self.spec.predicates.get(known)
        if predicate is not None:
            self.used.add("is " + known)
            return self.cond(predicate.cond, scope)
        if words in self.spec.defs and words not in self.defining and self.define(words).type == BOOL:
            return Truths(self.define(words).text)
        if words in self.names.aliases:
            words = key_of(self.names.aliases[words]).removeprefix("is ")
        found = self.flag(words, scope)
        if found is not None:
            return found
        if words == "back late":
            return self.cond(m.Compare(">", *due_and_back(self, scope)), scope)
        if words == "late":
            return self.cond(m.Compare(">", m.Named("@late"), m.Lit("number", "0")), scope)
        raise Doubt(f'When is somebody or something "{words}"? I do not know that word here.', words=words)

    def some(self, subject: m.Value | None, scope: Scope) -> Truths:
        """There is some of it: a number over 0, of anything else that it is there."""
        assert subject is not None
        if required(self.value(subject, scope).type) in (INT, DECIMAL):
            return self.cond(m.Compare(">", subject, m.Lit("number", "0")), scope)
        return self.negation(self.presence(subject, scope))

    def presence(self, subject: m.Value | None, scope: Scope) -> Truths:
        assert isinstance(subject, m.Named)
        counted = self.definition(subject.words, quiet=True) if subject.words in self.counts() else None
        if isinstance(counted, m.Agg):
            return self.no_rows(counted.rows, scope)
        try:
            expr = self.value(subject, scope)
        except Doubt:
            named = self.names.sources_named(subject.words)
            current = self.spec.current
            if (
                current is not None
                and self.table is None
                and find_field(self.source(self.rows_source(current)).record, subject.words)[0]
            ):
                return self.no_rows(m.Rows(conds=(m.Not(m.Empty(subject)),)), scope)
            if not named:
                raise
            return self.no_rows(m.Rows(named[0], "it"), scope)
        if not scope.where and self.spec.call is not None and expr.type in (INT, DECIMAL):
            # A number that is always there is "none" where it is 0.
            return Truths(f"{wrap(expr, EQ + 1)} == 0", EQ)
        if scope.where and is_optional(expr.type):
            return Truths(f"{expr.text} == null", 3, frozenset(), frozenset((expr.text,)))
        return self.empty(expr)

    def counts(self) -> set[str]:
        """Give the names of what is a number of records: there are none where it is "absent"."""
        said = {**{key_of(r.name): r.value for r in self.spec.returns}, **self.spec.defs}
        return {key for key, value in said.items() if isinstance(value, m.Agg) and value.kind == "count" and value.rows}

    def flag(self, words: str, scope: Scope) -> Truths | None:
        """Find a yes/no field that the words name, or a text that a field can hold: "breached", "at risk",
        "overdue"."""
        if words.startswith("un") and self.is_flag(words.removeprefix("un")) and not self.is_flag(words):
            positive = m.Compare("==", m.Named(words.removeprefix("un")), m.Lit("bool", "true"))
            return self.negation(self.cond(positive, scope))
        wanted = set(words.split()) - {"at", "a", "an"}
        if not scope.records:
            return self.flag_at_hand(words, wanted)
        for prefix, record, _ in scope.records:
            for field, type_ in record.fields:
                parts = set(words_of(field)) - {"is", "has", "i"}
                if (
                    required(type_) == BOOL
                    and wanted
                    and (
                        wanted <= parts
                        or parts <= wanted
                        or {stem(w) for w in wanted} & {stem(p) for p in parts}
                    )
                ):
                    text = scope.need(prefix, field) if scope.need else f"{prefix}.{field}"
                    return self.truth_test(Expr(text, type_), True)
        says = self.names.outcomes.get(self.spec.call.script, ()) if self.spec.call else ()
        # What a script says of a record comes before a date that the record has.
        dated = None if any(key_of(s.replace(" ", "_")) == words for s in says) else self.done_on(words, scope)
        if dated is not None:
            return dated
        hits: list[tuple[str, str, str]] = []
        for prefix, record, source in scope.records:
            for field, type_ in record.fields:
                if required(type_) != STRING:
                    continue
                for text in self.names.texts.get(source, {}).get(field, ()) if source else says:
                    if key_of(text.replace(" ", "_")) == words:
                        hits.append((prefix, field, text))
        if len({(f, t) for _, f, t in hits}) > 1:
            raise self.which(words, [f for _, f, _ in hits])
        if hits:
            prefix, field, text = hits[0]
            name = scope.need(prefix, field) if scope.need else self.field_text(prefix, field)
            if scope.records and scope.records[0][2]:
                self.assume(f'"{words}" means that {field} is {text!r}')
            return Truths(f"{name} == {quoted(text)}", 3)
        return None

    def is_flag(self, words: str) -> bool:
        fields = ((f, t) for s in self.names.sources.values() for f, t in s.record.fields)
        return any(required(t) == BOOL and key_of(f).removeprefix("is ") == words for f, t in fields)

    def flag_at_hand(self, words: str, wanted: set[str]) -> Truths | None:
        """Find a yes/no field of a record that was looked up."""
        for source in self.records_at_hand():
            for field, type_ in self.source(source).record.fields:
                if required(type_) == BOOL and wanted == set(words_of(field)) - {"is", "has", "i"}:
                    return self.truth_test(self.field_of_record(source, field), True)
        return self.done_on(words, Scope())

    def done_on(self, words: str, scope: Scope) -> Truths | None:
        """"adopted" where there is an ``adopted_on`` that may be empty: it is set."""
        for _, record, _ in scope.records:
            for field in _dated_fields(record, words):
                found = self.in_scope(key_of(field), scope, True)
                if found is not None:
                    return self.negation(self.empty(found))
        for source in self.records_at_hand() if not scope.records else ():
            for field in _dated_fields(self.source(source).record, words):
                return self.negation(self.empty(self.field_of_record(source, field)))
        return None

    def field_text(self, prefix: str, field: str) -> str:
        return prefix if field == "result" and self.bare_result else f"{prefix}.{field}"

    bare_result: bool = False

    # --- definitions ----------------------------------------------------------------------------------------------

    def define(self, key: str) -> Expr:
        """Give a definition's expression, written as a step when it is first used."""
        self.used.add(key)
        if key in self.bound:
            return self.bound[key]
        if key in self.overrides and f"set {key}" not in self.defining:
            return self.overridden(key)
        if key in self.defining:
            raise Doubt(f'"{key}" is said in terms of itself. What is it?', words=key)
        value = self.definition(key)
        if value is None:
            raise self.unknown(key, Scope())
        self.defining.append(key)
        try:
            expr = self.written(key, value)
        finally:
            self.defining.pop()
        self.bound[key] = expr
        return expr

    def written(self, key: str, value: m.Value) -> Expr:
        changes = [a for k, a in self.spec.adjusts if k == key]
        if (
            isinstance(value, m.Cases)
            and value.default is None
            and not self.covers(self.arms(value))
            and not _boolean(value)
            and not self.gap(self.arms(value))
        ):
            expr = self.written_cases(key, value)
        else:
            expr = self.named_step(key, self.value(value, self.body or Scope()))
        for change in changes:
            self.used.add("adjust " + key)
            self.bound[key] = expr
            expr = self.named_step(key, self.changed(expr, change))
        return expr

    def written_cases(self, key: str, value: m.Cases) -> Expr:
        """Cases that leave some over: those fail, as an assumption that is said."""
        if value.subject is not None:
            self.subject = self.value(value.subject, self.body or Scope())
        name = self.unique(key.replace(" ", "_"))
        what = self.subject.text if self.subject is not None else key
        step: dict[str, Any] | None = None
        first: dict[str, Any] | None = None
        type_: Type | None = None
        for arm in self.arms(value):
            cond = self.cond(arm.cond, self.body or Scope())
            if cond.text == "false":
                continue
            expr = self.value(arm.value, self.body or Scope())
            if cond.text == "true" and step is None:
                self.subject = None
                return self.named_step(key, expr)
            type_ = (
                expr.type if type_ is None else (DECIMAL if {type_, expr.type} == {INT, DECIMAL} else type_)
            )
            here: dict[str, Any] = {
                "op": "if",
                "cond": cond.text,
                "then": [{"op": "math", "name": name, "expr": expr.text}],
            }
            if step is None:
                first = here
            else:
                step["else"] = [here]
            step = here
        assert step is not None
        assert first is not None
        assert type_ is not None
        step["else"] = [{"op": "fail", "message": f"'there is no {key} for this case'"}]
        self.assume(f"any other {what.rsplit('.', 1)[-1]} is an error")
        self.block.append(first)
        self.subject = None
        return Expr(name, type_)

    def named_step(self, key: str, expr: Expr) -> Expr:
        """Write a math step for what is more than a name or a literal."""
        if expr.level == 9 and (
            expr.text.replace("_", "a").replace(".", "a").isalnum() or expr.text[:1] in "'"
        ):
            return expr
        if expr.text == "null":
            return expr
        name = self.unique(key.removeprefix("@").replace(" ", "_") or "value")
        self.block.append({"op": "math", "name": name, "expr": expr.text})
        if expr.text in self.facts:
            self.facts = self.facts | {name}
        if expr.text in self.lacking:
            self.lacking[name] = self.lacking[expr.text]
        return Expr(name, expr.type)

    def changed(self, expr: Expr, change: m.Adjust) -> Expr:
        """Apply "add …", "halve it", "never more than …" to a value, under its condition."""
        scope = self.body or Scope()
        cond = self.cond(change.cond, scope) if change.cond is not None else TRUE
        if cond.text == "false":
            return expr
        before, self.running, outer = self.running, expr, self.facts
        self.facts = self.facts | cond.yes
        by = change.by if change.by is not None else m.Lit("number", "0")
        values: dict[str, m.Value] = {
            "add": m.Arith("+", m.It(), by),
            "sub": m.Arith("-", m.It(), by),
            "times": m.Arith("*", m.It(), by),
            "divide": m.Arith("/", m.It(), by),
            "percent_more": m.Arith("+", m.It(), m.Fraction(by, m.It())),
            "percent_less": m.Arith("-", m.It(), m.Fraction(by, m.It())),
            "half": m.Arith("/", m.It(), m.Lit("number", "2")),
            "low": m.Clamp(m.It(), by, None),
            "high": m.Clamp(m.It(), None, by),
            "round": m.Rounded(m.It(), change.places),
            "round_up": m.Rounded(m.It(), change.places, "up"),
            "round_down": m.Rounded(m.It(), change.places, "down"),
            "set": by,
        }
        done = self.value(values[change.how], scope)
        self.running, self.facts = before, outer
        return (
            done
            if cond.text == "true"
            else self.chain([(cond.text if cond.level >= 1 else f"({cond.text})", done)], expr)
        )


def _dated_fields(record: RecordType, words: str) -> list[str]:
    """Give the date fields that may be empty and are named after a participle."""
    return [
        field
        for field, type_ in record.fields
        if is_optional(type_)
        and len(words_of(field)) == 2
        and words_of(field)[0] == words
        and words_of(field)[1] in ("on", "at", "date", "time", "day")
    ]


def _noun(source: str) -> str:
    return "_".join(words_of(source))


def _boolean(value: m.Cases) -> bool:
    return all(
        isinstance(a.value, m.Lit) and a.value.kind == "bool" and a.value.text == "true" for a in value.arms
    )


def scope_fields(record: RecordType) -> tuple[str, ...]:
    return record.names()


def replaced(value: m.Value, **changes: Any) -> Any:
    return msgspec.structs.replace(value, **changes)


def _of_owner(cases: m.Cases, owner: str) -> m.Cases:
    """Let the field that each case compares be that of the record of ``owner``."""
    arms = []
    for arm in cases.arms:
        assert isinstance(arm.cond, m.Compare)
        assert isinstance(arm.cond.left, m.Named)
        left = msgspec.structs.replace(arm.cond.left, owner=owner)
        arms.append(m.Arm(msgspec.structs.replace(arm.cond, left=left), arm.value))
    return msgspec.structs.replace(cases, arms=tuple(arms))
