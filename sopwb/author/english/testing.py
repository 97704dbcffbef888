"""Conditions to expressions: comparisons, emptiness, existence, connectives, and what each makes known about nulls.

A comparison of something that may be null is guarded where rows are filtered; elsewhere the person has to
have spoken of the
empty case, else it is a question. An "and" that nothing can satisfy is a question. Deliberately not here:
values (``lower``).
"""

from __future__ import annotations

import re
from abc import abstractmethod
from decimal import Decimal
from typing import Any, Final

from sopwb.author.english import meaning as m
from sopwb.author.english.expressions import (
    AND,
    ATOM,
    EQ,
    FALSE,
    NOT,
    NUMERIC,
    OR,
    TRUE,
    Truths,
    base_type,
    kind_of,
    wrap,
)
from sopwb.author.english.scope import Scope
from sopwb.author.english.selecting import Selecting
from sopwb.author.english.spec import Doubt, Expr
from sopwb.lang.types import (
    BOOL,
    DATE,
    TIMESTAMP,
    Type,
    is_optional,
    optional,
    required,
)

_PICKED: Final = re.compile(r"\((\w+) == null \? null : \1\.(\w+)\)")
"""A field of a record that was picked, which may not be there."""


class Testing(Selecting):
    """Adds conditions to selections."""

    # written by Computing
    @abstractmethod
    def holds(self, subject: m.Value | None, words: str, scope: Scope) -> Truths:
        ...

    @abstractmethod
    def no_rows(self, rows: m.Rows | None, scope: Scope) -> Truths:
        ...

    @abstractmethod
    def nothing_in(self, agg: m.Agg, scope: Scope) -> Truths:
        ...

    @abstractmethod
    def not_for(self, verb: str, unit: str, count: m.Value, scope: Scope) -> Truths:
        ...

    # written by Lowering
    @abstractmethod
    def narrowed(self, expr: Expr) -> Expr:
        ...

    @abstractmethod
    def untyped(self, expr: Expr, type_: Type) -> Expr:
        ...

    @abstractmethod
    def spoken(self, text: str) -> str:
        ...

    # --- conditions -----------------------------------------------------------------------------------------

    def cond(self, cond: m.Cond, scope: Scope) -> Truths:
        """Write a condition. Raises ``Doubt``."""
        match cond:
            case m.Compare():
                return self.compare(cond, scope)
            case m.Empty(m.Agg() as agg):
                return self.nothing_in(agg, scope)
            case m.Empty(left):
                return self.empty(self.subject_of(left, scope))
            case m.Starts(op, left, right):
                return self.guarded(
                    [self.subject_of(left, scope), self.value(right, scope)],
                    lambda a, b: f"{a.text}.{op}({b.text})",
                    ATOM,
                    scope,
                )
            case m.Among(left, options):
                subject = self.subject_of(left, scope)
                values = [self.value(o, scope) for o in options]
                for v in values:
                    self.comparable(subject, v)
                return Truths(f"{wrap(subject, EQ + 1)} in [{', '.join(v.text for v in values)}]", EQ)
            case m.Inside():
                self.order_of(cond, scope)
                low = m.Compare(">=" if cond.low_in else ">", cond.left, cond.low)
                high = m.Compare("<=" if cond.high_in else "<", cond.left, cond.high)
                return self.cond(m.And((low, high)), scope)
            case m.InYear(left, year, _):
                return self.guarded(
                    [self.subject_of(left, scope)], lambda a: f"year({a.text}) == {year}", EQ, scope
                )
            case m.InPart():
                return self.in_part(cond, scope)
            case m.Holds(subject, words):
                return self.holds(subject, words, scope)
            case m.NoRows(rows):
                return self.no_rows(rows, scope)
            case m.NotFor(verb, unit, count):
                return self.not_for(verb, unit, count, scope)
            case m.Never(verb):
                return self.no_rows(m.Rows(self.verb_source(verb), "it"), scope)
            case m.Says():
                raise Doubt(f"For which records should {cond.script} run?")
            case m.Missing() | m.Shared():
                found: Truths = self.missing(cond, scope)
                return found
            case m.And(parts):
                return self.conjunction(parts, scope)
            case m.Or(parts):
                return self.disjunction(parts, scope)
            case m.Not(part):
                return self.negation(self.cond(part, scope))
            case m.Mixed():
                raise Doubt(
                    '"and" and "or" stand side by side, and it reads two ways. Put a comma before the one that binds last, or say "either … or" or "both … and".'  # noqa: E501 - one message, one line
                )
            case m.Otherwise():
                return TRUE
        raise AssertionError(cond)

    def negation(self, cond: Truths) -> Truths:
        if cond.text == "true":
            return FALSE
        if cond.text == "false":
            return TRUE
        for op, turned in ((" == ", " != "), (" != ", " == ")):
            if cond.level == EQ and cond.text.count(op) == 1 and " in " not in cond.text:
                return Truths(cond.text.replace(op, turned), EQ, cond.no, cond.yes)
        text = (
            cond.text[1:]
            if cond.text.startswith("!") and cond.level == NOT
            else "!" + (cond.text if cond.level >= NOT else f"({cond.text})")
        )
        return Truths(text, NOT if text.startswith("!") else ATOM, cond.no, cond.yes)

    def conjunction(self, parts: tuple[m.Cond, ...], scope: Scope) -> Truths:
        before = self.facts
        texts: list[str] = []
        yes: frozenset[str] = frozenset()
        self.contradiction(parts)
        for part in parts:
            one = self.cond(part, scope)
            self.facts = self.facts | one.yes
            yes = yes | one.yes
            if one.text == "false":
                self.facts = before
                return FALSE
            if one.text != "true" and one.text not in texts:
                texts.append(one.text if one.level >= AND else f"({one.text})")
        self.facts = before
        no = frozenset() if len(parts) > 1 else self.cond(parts[0], scope).no
        return Truths(" && ".join(texts) or "true", AND if len(texts) > 1 else EQ if texts else ATOM, yes, no)

    def disjunction(self, parts: tuple[m.Cond, ...], scope: Scope) -> Truths:
        before = self.facts
        texts: list[str] = []
        no: frozenset[str] = frozenset()
        # What is absent comes first: it makes the tests after it safe.
        absent = [p for p in parts if isinstance(p, m.NoRows | m.Empty | m.Missing | m.Never)]
        for part in (*absent, *(p for p in parts if p not in absent)):
            one = self.cond(part, scope)
            self.facts = self.facts | one.no
            no = no | one.no
            if one.text == "true":
                self.facts = before
                return TRUE
            if one.text != "false" and one.text not in texts:
                texts.append(one.text if one.level > OR else f"({one.text})")
        self.facts = before
        return Truths(
            " || ".join(texts) or "false", OR if len(texts) > 1 else EQ if texts else ATOM, frozenset(), no
        )

    def contradiction(self, parts: tuple[m.Cond, ...]) -> None:
        """Ask about an "and" that no value can satisfy: under 200 and over 1000."""
        limits: dict[str, list[tuple[str, Decimal]]] = {}
        texts: dict[str, set[str]] = {}
        for part in parts:
            if isinstance(part, m.Compare) and isinstance(part.right, m.Lit):
                key = repr(part.left)
                if part.right.kind == "number":
                    limits.setdefault(key, []).append((part.op, Decimal(part.right.text)))
                elif part.op == "==":
                    texts.setdefault(key, set()).add(part.right.text)
        for rows in limits.values():
            lows = [(v, op == ">") for op, v in rows if op in (">", ">=", "==")]
            highs = [(v, op == "<") for op, v in rows if op in ("<", "<=", "==")]
            if lows and highs:
                low, high = max(lows), min(highs, key=lambda h: (h[0], not h[1]))
                if low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1])):
                    raise Doubt(
                        f'Nothing can be at least or over {low[0]} and at most or under {high[0]} at once, so that would never hold. Which of the two do you mean, or did you mean "or"?'  # noqa: E501 - one message, one line
                    )
        if any(len(t) > 1 for t in texts.values()):
            raise Doubt('One value cannot be two different texts at once. Did you mean "or"?')

    def order_of(self, cond: m.Inside, scope: Scope) -> None:
        if isinstance(cond.low, m.Lit) and isinstance(cond.high, m.Lit) and cond.low.kind == cond.high.kind:
            low: Any = Decimal(cond.low.text) if cond.low.kind == "number" else cond.low.text
            high: Any = Decimal(cond.high.text) if cond.high.kind == "number" else cond.high.text
            if low > high:
                raise Doubt(
                    f"Between {low} and {high} lies nothing: the first is the greater. Which way round?"
                )

    def subject_of(self, value: m.Value | None, scope: Scope) -> Expr:
        if isinstance(value, m.It) and self.subject is None and self.mentioned is not None:
            return self.narrowed(self.mentioned)
        if (
            value is None
            or (isinstance(value, m.Named) and value.words == "@subject")
            or (isinstance(value, m.It) and self.subject is not None)
        ):
            noun = value.owner if isinstance(value, m.Named) else ""
            if self.subject is None and noun in self.names.sources:
                self.subject = self.value(m.Agg("count", None, m.Rows(noun)), scope)
            if self.subject is None:
                raise Doubt("I do not see what is being compared. Could you name it?")
            return self.narrowed(self.subject)
        expr = self.value(value, scope)
        self.mentioned = expr
        return expr

    def compare(self, cond: m.Compare, scope: Scope) -> Truths:
        left = self.subject_of(cond.left, scope)
        right = self.value(self.measured(cond.right, left), scope)
        if isinstance(cond.right, m.Lit) and cond.right.kind == "null":
            return self.empty(left) if cond.op == "==" else self.negation(self.empty(left))
        if left.text == "null" or right.text == "null":
            return FALSE
        left, right = self.untyped(left, base_type(right.type)), self.untyped(right, base_type(left.type))
        left, right = self.comparable(left, right)
        if right.type == BOOL and right.text in ("true", "false") and cond.op in ("==", "!="):
            return self.truth_test(left, (right.text == "true") == (cond.op == "=="))
        if cond.op in ("==", "!="):
            return Truths(f"{wrap(left, EQ + 1)} {cond.op} {wrap(right, EQ + 1)}", EQ)
        found = self.guarded(
            [left, right], lambda a, b: f"{wrap(a, EQ + 1)} {cond.op} {wrap(b, EQ + 1)}", EQ, scope
        )
        return self.with_size(found, left.text, cond.op, right.text)

    def with_size(self, found: Truths, left: str, op: str, right: str) -> Truths:
        """Add what a comparison of a list's size says about its being empty."""
        if not left.startswith("size(") or not right.isdigit():
            return found
        number = int(right)
        fact = frozenset((left,))
        if (op == ">=" and number >= 1) or op == ">":
            return Truths(found.text, found.level, found.yes | fact, found.no)
        if (op == "<" and number >= 1) or op == "<=":
            return Truths(found.text, found.level, found.yes, found.no | fact)
        return found

    def measured(self, right: m.Value, left: Expr) -> m.Value:
        """A number of days beside a date is a mistake, not a number; a percentage stays one."""
        if (
            isinstance(right, m.Lit)
            and right.unit in ("days", "hours", "minutes", "weeks", "months", "years")
            and required(left.type) in (DATE, TIMESTAMP)
        ):
            raise Doubt(
                f"{left.text} is a date. Do you mean {right.text} {right.unit} before today, or after?"
            )
        return right

    def truth_test(self, left: Expr, wanted: bool) -> Truths:
        if required(left.type) != BOOL:
            raise Doubt(f"{left.text} is {kind_of(left.type)}, not true or false.")
        if is_optional(left.type):
            # null == true is plainly false; null is not false either, so "is false" of an empty one needs its own word.
            return Truths(f"{wrap(left, EQ + 1)} == {'true' if wanted else 'false'}", EQ)
        return Truths(left.text, left.level) if wanted else self.negation(Truths(left.text, left.level))

    def comparable(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        a, b = required(left.type), required(right.type)
        if a == b or {a, b} <= set(NUMERIC):
            return left, right
        if (a, b) == (TIMESTAMP, DATE):
            return Expr(f"date({left.text})", optional(DATE) if is_optional(left.type) else DATE), right
        if (a, b) == (DATE, TIMESTAMP):
            return left, Expr(f"date({right.text})", DATE)
        raise Doubt(
            f"{self.spoken(left.text)} is {kind_of(a)} and {self.spoken(right.text)} is {kind_of(b)}: they cannot be compared. What do you mean?"  # noqa: E501 - one message, one line
        )

    def guarded(self, operands: list[Expr], write: Any, level: int, scope: Scope) -> Truths:
        """Write a test of values that must not be null, with a guard before it where one may be."""
        yes: list[str] = []
        solid: list[Expr] = []
        for operand in operands:
            if is_optional(operand.type):
                base = operand.text
                if operand.text.startswith("date(") and operand.text.endswith(")"):
                    base = operand.text[5:-1]
                if operand.text == "null":
                    return FALSE
                self.excuse(base, scope)
                yes.append(base)
            solid.append(Expr(operand.text, required(operand.type), operand.level))
        guards = [f"{base} != null" for base in dict.fromkeys(yes)]
        text = " && ".join([*guards, write(*solid)])
        return Truths(text, AND if guards else level, frozenset(yes))

    def in_part(self, cond: m.InPart, scope: Scope) -> Truths:
        options = [self.value(o, scope).text for o in cond.options]
        test = f"== {options[0]}" if len(options) == 1 else f"in [{', '.join(options)}]"
        subject = self.subject_of(cond.left, scope)
        return self.guarded([subject], lambda a: f"{cond.part}({a.text}) {test}", EQ, scope)

    def excuse(self, text: str, scope: Scope) -> None:
        """Accept that an empty value fails a comparison, or ask where the person has not spoken of it."""
        field = text.rsplit(".", 1)[-1]
        if scope.where:
            self.assume(f"records with an empty {field} are left out there")
        elif not self.speaks_of_empty(field, text):
            raise Doubt(f"{field} can be empty. What should happen then?")

    def empty(self, expr: Expr) -> Truths:
        if expr.text == "null":
            return TRUE
        if not is_optional(expr.type):
            if expr.text in self.facts:
                return FALSE
            if "." in expr.text:
                self.assume(f"{self.spoken(expr.text)} is never empty in the data at hand")
            return FALSE
        picked = _PICKED.fullmatch(expr.text)
        if picked is not None:
            return self.none_picked(picked[1], picked[2])
        return Truths(f"{wrap(expr, EQ + 1)} == null", EQ, frozenset(), frozenset((expr.text,)))

    def none_picked(self, name: str, field: str) -> Truths:
        """There is no such record as was picked, or its field is empty where it can be."""
        source = next((step.get("from", "") for step in self.block if step.get("name") == name), "")
        type_ = self.names.sources[source].record.get(field) if source in self.names.sources else None
        if type_ is not None and not is_optional(type_):
            return Truths(f"{name} == null", EQ, frozenset(), frozenset((name,)))
        either = f"{name} == null || {name}.{field} == null"
        return Truths(either, OR, frozenset(), frozenset((name, f"{name}.{field}")))
