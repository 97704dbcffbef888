"""Values to expressions of the script language, with their types and null facts.

A builder holds the block of steps being written, the names bound so far, and the facts known there (which
expressions are
not null, which lists not empty). Deliberately not here: conditions (``testing``) and the shape of the script
(``generate``).
"""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from typing import Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.bands import bands_of, left_over, opposed, ordered, overlap, pointed
from sopwb.author.english.expressions import (
    ADD,
    ATOM,
    MUL,
    NOT,
    NUMERIC,
    OR,
    TRUE,
    kind_of,
    plain,
    quoted,
    wrap,
)
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.scope import Scope
from sopwb.author.english.spec import Doubt, Expr
from sopwb.author.english.testing import Testing
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    Scalar,
    Type,
    is_optional,
    required,
    unify,
)

_BANDS_MIN: Final = 2
"""One comparison alone is a condition; from two on they share out the numbers between them."""


def nothing_as_zero(value: m.Cases) -> m.Cases:
    """Let "nothing" be 0 beside cases that are amounts; beside texts, and alone, it is no value."""

    def amount(v: m.Value | None) -> bool:
        return isinstance(v, m.Arith | m.Fraction | m.Agg) or (isinstance(v, m.Lit) and v.kind == "number")

    def put(v: m.Value) -> m.Value:
        return m.Lit("number", "0") if isinstance(v, m.Lit) and (v.kind, v.text) == ("null", "nothing") else v

    if not any(amount(v) for v in (*(a.value for a in value.arms), value.default)):
        return value
    arms = tuple(m.Arm(a.cond, put(a.value)) for a in value.arms)
    return msgspec.structs.replace(value, arms=arms, default=None if value.default is None else put(value.default))


def _of_absence(cond: m.Cond) -> bool:
    return isinstance(cond, m.Empty | m.NoRows) or (
        isinstance(cond, m.Holds) and cond.subject is not None and cond.words == "absent"
    )


class Lowering(Testing):
    """Adds values to conditions."""

    insisting: bool = False
    """Whether a record without a value that is computed with ends the run with an error."""


    # written by Computing
    @abstractmethod
    def aggregate(self, agg: m.Agg, scope: Scope) -> Expr:
        ...

    # --- values -----------------------------------------------------------------------------------------

    def value(self, value: m.Value, scope: Scope) -> Expr:
        """Write a value. Raises ``Doubt``."""
        match value:
            case m.Lit():
                return self.literal(value)
            case m.Clock(name):
                return Expr(name, DATE if name == "today" else TIMESTAMP)
            case m.Named():
                return self.narrowed(self.named(value, scope))
            case m.Whose(words, of):
                return self.narrowed(self.of_pick(words, of, scope))
            case m.Via(words, source, key):
                sure = has(self.spec.fails, m.Missing, source=source)
                return self.narrowed(self.through(words, source, self.value(key, scope), sure))
            case m.It():
                return self.it(scope)
            case m.Agg():
                return self.narrowed(self.aggregate(value, scope))
            case m.Pick():
                raise Doubt("Which field of that record do you mean?")
            case m.Arith():
                return self.arithmetic(value, scope)
            case m.Span():
                return self.span(value, scope)
            case m.Shift():
                return self.shift(value, scope)
            case m.Rounded(inner, places, how):
                return self.rounded(self.number(inner, scope), places, how)
            case m.Clamp(inner, low, high):
                expr = self.number(inner, scope)
                for bound, name in ((low, "greatest"), (high, "least")):
                    if bound is not None:
                        other = self.number(bound, scope)
                        expr = Expr(
                            f"math.{name}({expr.text}, {other.text})", unify(expr.type, other.type) or DECIMAL
                        )
                return expr
            case m.Fraction(percent, of):
                base = self.number(of or m.It(), scope)
                if not isinstance(percent, m.Lit):
                    part = self.number(percent, scope)
                    return Expr(f"{wrap(base, MUL)} * {wrap(part, MUL + 1)} / 100", DECIMAL, MUL)
                share = self.literal(percent)
                return Expr(f"{wrap(base, MUL)} * {plain(Decimal(share.text) / 100)}", DECIMAL, MUL)
            case m.Ratio(top, bottom, of):
                base = self.number(of, scope)
                text = wrap(base, MUL) if top == 1 else f"{wrap(base, MUL)} * {top}"
                return Expr(f"{text} / {bottom}", DECIMAL, MUL)
            case m.Part(part, of):
                return Expr(f"{part}({self.point(of, scope).text})", INT)
            case m.Start(unit, of):
                return self.start(unit, self.point(of, scope))
            case m.Filled(inner, default):
                expr, other = self.value(inner, scope), self.value(default, scope)
                return (
                    expr
                    if not is_optional(expr.type)
                    else Expr(f"coalesce({expr.text}, {other.text})", required(expr.type))
                )
            case m.Cases():
                return self.cases(value, scope)
            case m.Truth(cond):
                return self.cond(cond, scope).expr()
            case m.Fixed(inner, places):
                return Expr(f"fixed({self.number(inner, scope).text}, {places})", STRING)
            case m.Message():
                return self.message(value, scope)
            case m.Text(inner):
                return self.as_text(self.value(inner, scope))
        raise AssertionError(value)

    def literal(self, lit: m.Lit) -> Expr:
        match lit.kind:
            case "number":
                number = Decimal(lit.text)
                whole = number == number.to_integral_value() and "." not in lit.text
                return Expr(
                    plain(number),
                    INT if whole or number == number.to_integral_value() else DECIMAL,
                    ATOM if number >= 0 else NOT,
                )
            case "string":
                return Expr(quoted(lit.text), STRING)
            case "date":
                return Expr(f"date('{lit.text}')", DATE)
            case "bool":
                return Expr(lit.text, BOOL)
            case _:
                return Expr("null", NULL)

    def narrowed(self, expr: Expr) -> Expr:
        """Strip the ``?`` of an expression that is known not to be null here."""
        return (
            Expr(expr.text, required(expr.type), expr.level)
            if is_optional(expr.type) and expr.text in self.facts
            else expr
        )

    def number(self, value: m.Value, scope: Scope) -> Expr:
        """Write a value that is calculated with: a number that is not null."""
        expr = self.untyped(self.solid(self.value(value, scope)), DECIMAL)
        if expr.type == DATE or expr.type == TIMESTAMP:
            return expr
        if expr.type not in NUMERIC:
            raise Doubt(f"{expr.text} is {kind_of(expr.type)}, not a number, so I cannot calculate with it.")
        return expr

    def untyped(self, expr: Expr, type_: Type) -> Expr:
        """Give a parameter that nothing else types the type that its use asks for."""
        if any(p.name == expr.text for p in self.spec.params) and self.param_type(expr.text) is None:
            self.types[expr.text] = type_
            return Expr(expr.text, type_)
        return expr

    def solid(self, expr: Expr) -> Expr:
        """Insist on a value that is not null, or ask."""
        if not is_optional(expr.type):
            return expr
        if self.body is not None and self.spec.effects and expr.text != "null":
            self.assume(f"an empty {expr.text} there ends the run with an error")
            return Expr(f"must({expr.text})", required(expr.type))
        if self.insisting and expr.text != "null" and not expr.text.startswith("("):
            self.assume(f"one of them without {self.spoken(expr.text).rsplit('.', 1)[-1]} ends the run with an error")
            return Expr(f"must({expr.text})", required(expr.type))
        if expr.text in self.lacking and self.table is None:
            self.assume(f"where there are no such {self.lacking[expr.text]}, the run ends with an error")
            return Expr(f"must({expr.text})", required(expr.type))
        if expr.text == "null":
            raise Doubt("That would calculate with nothing at all.")
        if expr.text.startswith("("):
            raise Doubt("There may be no such record. What should happen then?")
        raise Doubt(f"{self.spoken(expr.text)} can be empty. What should happen then?")

    def spoken(self, text: str) -> str:
        return text.rsplit(".", 1)[-1] if text.startswith("must(") else text.removeprefix("it.")

    def it(self, scope: Scope) -> Expr:
        if self.running is not None:
            return self.narrowed(self.running)
        if self.spec.last:
            return self.define(self.spec.last)
        raise Doubt('I do not know what "it" means here. Could you name it?')

    def arithmetic(self, value: m.Arith, scope: Scope) -> Expr:
        left, right = self.number(value.left, scope), self.number(value.right, scope)
        dated = (left.type in (DATE, TIMESTAMP), right.type in (DATE, TIMESTAMP))
        if any(dated):
            if value.op in "+-" and dated == (True, False) and left.type == DATE and right.type == INT:
                return Expr(
                    f"add_days({left.text}, {right.text if value.op == '+' else '-' + wrap(right, ATOM)})",
                    DATE,
                )
            raise Doubt(
                "I cannot calculate with dates in that way. Do you mean the days from one date to another?"
            )
        match value.op:
            case "+" | "-":
                text = f"{wrap(left, ADD)} {value.op} {wrap(right, ADD + (value.op == '-'))}"
                return Expr(text, unify(left.type, right.type) or DECIMAL, ADD)
            case "*":
                return Expr(
                    f"{wrap(left, MUL)} * {wrap(right, MUL + 1)}",
                    unify(left.type, right.type) or DECIMAL,
                    MUL,
                )
            case "/":
                return Expr(f"{wrap(left, MUL)} / {wrap(right, MUL + 1)}", DECIMAL, MUL)
            case "div":
                return Expr(f"math.floor({wrap(left, MUL)} / {wrap(right, MUL + 1)})", INT)
            case "blocks":
                said = {r.what for r in self.spec.remarks}
                if said.isdisjoint(("blocks up", "blocks down")):
                    raise Doubt("Does one that has only been started count in full, or do only full ones count?")
                name = "ceil" if "blocks up" in said else "floor"
                return Expr(f"math.{name}({wrap(left, MUL)} / {wrap(right, MUL + 1)})", INT)
            case "ceil":
                return Expr(f"math.ceil({wrap(left, MUL)} / {wrap(right, MUL + 1)})", INT)
            case _:
                if left.type != INT or right.type != INT:
                    raise Doubt("A remainder needs whole numbers.")
                return Expr(f"{wrap(left, MUL)} % {wrap(right, MUL + 1)}", INT, MUL)

    def span(self, value: m.Span, scope: Scope) -> Expr:
        unit = self.only_unit() if value.unit == "@unit" else UNITS.get(value.unit, value.unit)
        begin, end = self.point(value.begin, scope), self.point(value.end, scope)
        if unit == "days":
            return Expr(f"days_between({begin.text}, {end.text})", INT)
        if unit in ("weeks", "months", "years"):
            return self.full_units(unit, begin, end)
        if unit in ("hours", "minutes"):
            if begin.type != TIMESTAMP or end.type != TIMESTAMP:
                raise Doubt(
                    f"{unit.capitalize()} need points in time, and {(begin if begin.type != TIMESTAMP else end).text} is a date."  # noqa: E501 - one message, one line
                )
            return Expr(f"{unit}_between({begin.text}, {end.text})", DECIMAL)
        raise Doubt(f"I can count days, weeks, months, years, hours and minutes between two times, not {unit}.")

    def full_units(self, unit: str, begin: Expr, end: Expr) -> Expr:
        """Count full weeks, months or years: the last one counts once its day is reached."""
        self.assume(f"only full {unit} are counted")
        if unit == "weeks":
            return Expr(f"math.floor(days_between({begin.text}, {end.text}) / 7)", INT)
        a, b = (p.text if p.type == DATE else f"date({p.text})" for p in (begin, end))
        if unit == "months":
            short = f"day({b}) < day({a})"
            return Expr(f"(year({b}) - year({a})) * 12 + month({b}) - month({a}) - ({short} ? 1 : 0)", INT, ADD)
        short = f"month({b}) < month({a}) || month({b}) == month({a}) && day({b}) < day({a})"
        return Expr(f"year({b}) - year({a}) - ({short} ? 1 : 0)", INT, ADD)

    def only_unit(self) -> str:
        """Give the one unit of time that the script speaks of, where a span was given without."""
        units = {
            u
            for u in ("days", "hours", "minutes")
            for word, unit in UNITS.items()
            if unit == u and has((self.spec.defs, self.spec.returns, self.spec.predicates), unit=word)
        }
        if len(units) != 1:
            raise Doubt("In days, hours or minutes?")
        return units.pop()

    def point(self, value: m.Value, scope: Scope) -> Expr:
        expr = self.solid(self.value(value, scope))
        if expr.type not in (DATE, TIMESTAMP):
            raise Doubt(f"{expr.text} is {kind_of(expr.type)}, not a date.")
        return expr

    def shift(self, value: m.Shift, scope: Scope) -> Expr:
        base, count = self.point(value.base, scope), self.number(value.count, scope)
        unit = value.unit
        if unit.startswith("calendar "):
            raise Doubt("Whole months from the first on, or as many months back from today? Say from which day today.")
        if unit in ("hours", "minutes"):
            if not count.text.isdigit() or base.type != TIMESTAMP:
                raise Doubt(f"A number of {unit} before or after needs a point in time.")
            return Expr(
                f"{base.text} {'-' if value.back else '+'} duration('{count.text}{unit[0]}')", TIMESTAMP, ADD
            )
        base_text = base.text if base.type == DATE else f"date({base.text})"
        factor = {"days": 1, "weeks": 7, "months": 1, "years": 12}[unit]
        amount = (
            str(int(count.text) * factor)
            if count.text.isdigit()
            else (wrap(count, MUL) + (f" * {factor}" if factor > 1 else ""))
        )
        sign = ("-" + (amount if amount.isdigit() else f"({amount})")) if value.back else amount
        return Expr(f"{'add_days' if unit in ('days', 'weeks') else 'add_months'}({base_text}, {sign})", DATE)

    def start(self, unit: str, of: Expr) -> Expr:
        """Write the first day of the month, quarter or year of a date."""
        day = of.text if of.type == DATE else f"date({of.text})"
        back = {"month": "", "quarter": f"-((month({day}) - 1) % 3)", "year": f"1 - month({day})"}[unit]
        first = f"start_of_month({day})"
        return Expr(f"add_months({first}, {back})" if back else first, DATE)

    def rounded(self, expr: Expr, places: int | None, how: str) -> Expr:
        places = places or 0
        if how == "half":
            return Expr(
                f"round({expr.text})" if not places else f"round({expr.text}, {places})",
                DECIMAL if places else INT,
            )
        name = "ceil" if how == "up" else "floor"
        if not places:
            return Expr(f"math.{name}({expr.text})", INT)
        scale = 10**places
        return Expr(f"math.{name}({wrap(expr, MUL)} * {scale}) / {scale}", DECIMAL, MUL)

    def cases(self, value: m.Cases, scope: Scope) -> Expr:
        """Write cases as a chain of ``?:``; without a default only where the arms leave nothing over."""
        value = nothing_as_zero(value)
        outer, subject = self.facts, self.subject
        if value.subject is not None:
            self.subject = self.value(value.subject, scope)
        known = outer
        out: list[tuple[str, Expr]] = []
        try:
            arms = self.arms(value)
            for index, arm in enumerate(arms):
                self.facts = known
                last = value.default is None and index == len(arms) - 1 and self.covers(arms)
                cond = TRUE if last else self.cond(arm.cond, scope)
                if cond.text == "false":
                    continue
                self.facts = known | cond.yes
                expr = self.value(arm.value, scope)
                if cond.text == "true":
                    return self.chain(out, expr)
                out.append((cond.text if cond.level >= OR else f"({cond.text})", expr))
                known = known | cond.no
            self.facts = known
            if value.default is not None:
                return self.chain(out, self.value(value.default, scope))
            if out and all(e.text == "true" for _, e in out):
                return self.chain(out, Expr("false", BOOL))
            gap = self.gap(arms)
            raise Doubt(f"What should it be for {gap}?" if gap else "What should it be in every other case?")
        finally:
            self.facts, self.subject = outer, subject

    def overlaps(self, arms: tuple[m.Arm, ...]) -> None:
        """Ask about bands that overlap without one lying inside the other: under 50, and 40 or more."""
        for index, arm in enumerate(arms):
            for before in arms[:index]:
                found = bands_of([before, arm])
                if found is None or before.value == arm.value:
                    continue
                where = overlap(found[1][0], found[1][1])
                if where:
                    raise Doubt(f"Two of the cases overlap: {where} both hold. Which one counts there?")

    def between_bands(self, arms: tuple[m.Arm, ...]) -> None:
        """Ask about "from 70 up" beside "from 30 to 69" where the number can be 69.5."""
        found = bands_of(list(arms))
        if found is None or len(arms) < _BANDS_MIN or not self.has_fraction(found[0]):
            return
        for first in found[1]:
            for second in found[1]:
                if second.low == first.high + 1 and second.low_in and first.high_in:
                    raise Doubt(f"What should it be between {first.high} and {second.low}? It can have a fraction.")

    def gap(self, arms: list[m.Arm]) -> str:
        """Say what bands of one number leave over; empty for other cases and where nothing is left."""
        arms = [a for a in arms if not _of_absence(a.cond)]
        found = bands_of(arms)
        if found is None and opposed(arms) == "gap":
            return "exactly that"
        if found is None or len(arms) < _BANDS_MIN:
            return ""
        return left_over(found[1], self.counts_whole(found[0]))

    def counts_whole(self, subject: m.Value | None) -> bool:
        try:
            return required(self.subject_of(subject, self.body or Scope()).type) == INT
        except Doubt:
            return False

    def has_fraction(self, subject: m.Value | None) -> bool:
        try:
            return required(self.subject_of(subject, self.body or Scope()).type) == DECIMAL
        except Doubt:
            return False

    def arms(self, value: m.Cases) -> list[m.Arm]:
        """Put the arms that test for emptiness first: what is empty satisfies no comparison, so only the
        order of the text changes."""
        if value.subject is None and self.subject is None:
            value = msgspec.structs.replace(value, arms=pointed(value.arms))
        self.overlaps(value.arms)
        self.between_bands(value.arms)
        if opposed(list(value.arms)) == "overlap" and value.arms[0].value != value.arms[1].value:
            raise Doubt("Two of the cases overlap: at exactly that point both hold. Which one counts there?")
        value = msgspec.structs.replace(value, arms=ordered(value.arms))
        empties = [
            a
            for i, a in enumerate(value.arms)
            if _of_absence(a.cond) and all(a.cond not in parts(b.cond) for b in value.arms[:i])
        ]
        beyond = [a for a in value.arms if isinstance(a.cond, m.Holds) and a.cond.words == "@beyond"]
        return [*empties, *(a for a in value.arms if a not in empties and a not in beyond), *beyond]

    def covers(self, arms: list[m.Arm]) -> bool:
        """Whether the last arm takes all that is left: "ok if it is later than that"."""
        last = arms[-1].cond
        return (
            isinstance(last, m.Otherwise)
            or (isinstance(last, m.Holds) and last.words == "@beyond")
            or opposed(arms) == "cover"
            or self.share_out([a for a in arms if not _of_absence(a.cond)])
        )

    def share_out(self, arms: list[m.Arm]) -> bool:
        """Whether bands leave nothing over."""
        return len(arms) >= _BANDS_MIN and bands_of(arms) is not None and not self.gap(arms)

    def chain(self, arms: list[tuple[str, Expr]], default: Expr) -> Expr:
        type_: Type = default.type
        for _, expr in arms:
            both = unify(type_, expr.type)
            if both is None:
                raise Doubt(
                    f"One case gives {kind_of(expr.type)}, another {kind_of(type_)}: {expr.text} and {default.text}."
                )
            type_ = both
        if not arms:
            return default
        text = "".join(f"{cond} ? {wrap(expr, OR)} : " for cond, expr in arms) + wrap(default, OR)
        if (
            all(c == arms[0][0] for c, _ in arms)
            and [e.text for _, e in arms] == ["true"]
            and default.text == "false"
        ):
            return Expr(arms[0][0], BOOL, OR)
        return Expr(text, type_, 0)

    # --- texts --------------------------------------------------------------------------------------------

    def as_text(self, expr: Expr) -> Expr:
        if expr.type == STRING or expr.type == Scalar("secret"):
            return expr
        if is_optional(expr.type):
            if self.body is not None and self.spec.effects and expr.text != "null":
                self.assume(f"an empty {expr.text} there ends the run with an error")
                return self.as_text(Expr(f"must({expr.text})", required(expr.type)))
            raise Doubt(f"{self.spoken(expr.text)} can be empty. What should the text say then?")
        return Expr(f"string({expr.text})", STRING)

    def message(self, value: m.Message, scope: Scope) -> Expr:
        """Write a text with its placeholders filled."""
        import re

        bind, swaps = dict(value.bind), value.swaps
        words = sorted([*bind, *(s.old for s in swaps)], key=len, reverse=True)
        if not words:
            return Expr(quoted(value.text), STRING)
        parts: list[str] = []
        at = 0
        # A placeholder in braces has its braces in its name; a word stands between word boundaries.
        pattern = "|".join(re.escape(w) if w.startswith("{") else rf"\b{re.escape(w)}\b" for w in words)
        for found in re.finditer(pattern, value.text):
            if found.start() > at:
                parts.append(quoted(value.text[at : found.start()]))
            word = found[0]
            if word in bind:
                parts.append(self.as_text(self.value(bind[word], scope)).text)
            else:
                swap = next(s for s in swaps if s.old == word)
                cond = self.cond(swap.cond, scope)
                parts.append(f"({cond.text} ? {quoted(swap.new)} : {quoted(swap.old)})")
            at = found.end()
        if at < len(value.text):
            parts.append(quoted(value.text[at:]))
        return Expr(" + ".join(parts), STRING, ADD if len(parts) > 1 else ATOM)
