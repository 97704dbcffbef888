"""Values and conditions to expressions of the script language, with their types and null facts.

A builder holds the block of steps being written, the names bound so far, and the facts known there (which expressions are
not null, which lists not empty). A comparison of something that may be null is guarded where rows are filtered; elsewhere the
person has to have spoken of the empty case, else it is a question. Deliberately not here: the shape of the script (``generate``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sopwb.author.english import meaning as m
from sopwb.author.english.link import Linker
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.names import key_of
from sopwb.author.english.scope import Scope, date_field, listed
from sopwb.author.english.spec import Doubt, Expr
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    ListType,
    RecordType,
    Scalar,
    Type,
    is_optional,
    optional,
    required,
    type_text,
    unify,
)

_NUMERIC: Final = (INT, DECIMAL)
_OR, _AND, _EQ, _ADD, _MUL, _NOT, _ATOM = 1, 2, 3, 4, 5, 6, 9


def wrap(expr: Expr, level: int) -> str:
    """Write an operand, in brackets where it binds less tightly than its place needs."""
    return f"({expr.text})" if expr.level < level else expr.text


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


class Truths:
    """A condition written out, with what holds when it is true and when it is false."""

    def __init__(self, text: str, level: int = _ATOM, yes: frozenset[str] = frozenset(), no: frozenset[str] = frozenset()) -> None:
        self.text, self.level, self.yes, self.no = text, level, yes, no

    def expr(self) -> Expr:
        return Expr(self.text, BOOL, self.level)


TRUE, FALSE = Truths("true"), Truths("false")


class Lowering(Linker):
    """Writes values and conditions; ``Linker`` resolves names and rows."""

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
                return self.narrowed(self.through(words, source, self.value(key, scope)))
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
                        expr = Expr(f"math.{name}({expr.text}, {other.text})", unify(expr.type, other.type) or DECIMAL)
                return expr
            case m.Fraction(percent, of):
                base = self.number(of or m.It(), scope)
                share = self.literal(percent)
                return Expr(f"{wrap(base, _MUL)} * {_plain(Decimal(share.text) / 100)}", DECIMAL, _MUL)
            case m.Ratio(top, bottom, of):
                base = self.number(of, scope)
                text = wrap(base, _MUL) if top == 1 else f"{wrap(base, _MUL)} * {top}"
                return Expr(f"{text} / {bottom}", DECIMAL, _MUL)
            case m.Filled(inner, default):
                expr, other = self.value(inner, scope), self.value(default, scope)
                return expr if not is_optional(expr.type) else Expr(f"coalesce({expr.text}, {other.text})", required(expr.type))
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
                return Expr(_plain(number), INT if whole or number == number.to_integral_value() else DECIMAL, _ATOM if number >= 0 else _NOT)
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
        return Expr(expr.text, required(expr.type), expr.level) if is_optional(expr.type) and expr.text in self.facts else expr

    def number(self, value: m.Value, scope: Scope) -> Expr:
        """Write a value that is calculated with: a number that is not null."""
        expr = self.untyped(self.solid(self.value(value, scope)), DECIMAL)
        if expr.type == DATE or expr.type == TIMESTAMP:
            return expr
        if expr.type not in _NUMERIC:
            raise Doubt(f"{expr.text} is {_kind(expr.type)}, not a number, so I cannot calculate with it.")
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
        if expr.text == "null":
            raise Doubt("That would calculate with nothing at all.")
        if expr.text.startswith("("):
            raise Doubt("There may be no such record. What should happen then?")
        raise Doubt(f"{self.spoken(expr.text)} can be empty. What should happen then?")

    def spoken(self, text: str) -> str:
        return text.removeprefix("it.")

    def it(self, scope: Scope) -> Expr:
        if self.running is not None:
            return self.running
        if self.spec.last:
            return self.define(self.spec.last)
        raise Doubt('I do not know what "it" means here. Could you name it?')

    def arithmetic(self, value: m.Arith, scope: Scope) -> Expr:
        left, right = self.number(value.left, scope), self.number(value.right, scope)
        dated = (left.type in (DATE, TIMESTAMP), right.type in (DATE, TIMESTAMP))
        if any(dated):
            if value.op in "+-" and dated == (True, False) and left.type == DATE and right.type == INT:
                return Expr(f"add_days({left.text}, {right.text if value.op == '+' else '-' + wrap(right, _ATOM)})", DATE)
            raise Doubt("I cannot calculate with dates in that way. Do you mean the days from one date to another?")
        match value.op:
            case "+" | "-":
                text = f"{wrap(left, _ADD)} {value.op} {wrap(right, _ADD + (value.op == '-'))}"
                return Expr(text, unify(left.type, right.type) or DECIMAL, _ADD)
            case "*":
                return Expr(f"{wrap(left, _MUL)} * {wrap(right, _MUL + 1)}", unify(left.type, right.type) or DECIMAL, _MUL)
            case "/":
                return Expr(f"{wrap(left, _MUL)} / {wrap(right, _MUL + 1)}", DECIMAL, _MUL)
            case "div":
                return Expr(f"math.floor({wrap(left, _MUL)} / {wrap(right, _MUL + 1)})", INT)
            case "ceil":
                return Expr(f"math.ceil({wrap(left, _MUL)} / {wrap(right, _MUL + 1)})", INT)
            case _:
                if left.type != INT or right.type != INT:
                    raise Doubt("A remainder needs whole numbers.")
                return Expr(f"{wrap(left, _MUL)} % {wrap(right, _MUL + 1)}", INT, _MUL)

    def span(self, value: m.Span, scope: Scope) -> Expr:
        unit = self.only_unit() if value.unit == "@unit" else UNITS.get(value.unit, value.unit)
        begin, end = self.point(value.begin, scope), self.point(value.end, scope)
        if unit == "days":
            return Expr(f"days_between({begin.text}, {end.text})", INT)
        if unit in ("hours", "minutes"):
            if begin.type != TIMESTAMP or end.type != TIMESTAMP:
                raise Doubt(f"{unit.capitalize()} need points in time, and {(begin if begin.type != TIMESTAMP else end).text} is a date.")
            return Expr(f"{unit}_between({begin.text}, {end.text})", DECIMAL)
        raise Doubt(f"I can count days, hours and minutes between two points in time, not {unit}. How many days are meant?")

    def only_unit(self) -> str:
        """Give the one unit of time that the script speaks of, where a span was given without."""
        units = {u for u in ("days", "hours", "minutes") for word, unit in UNITS.items() if unit == u and f"unit='{word}'" in repr((self.spec.defs, self.spec.returns, self.spec.predicates))}
        if len(units) != 1:
            raise Doubt("In days, hours or minutes?")
        return units.pop()

    def point(self, value: m.Value, scope: Scope) -> Expr:
        expr = self.solid(self.value(value, scope))
        if expr.type not in (DATE, TIMESTAMP):
            raise Doubt(f"{expr.text} is {_kind(expr.type)}, not a date.")
        return expr

    def shift(self, value: m.Shift, scope: Scope) -> Expr:
        base, count = self.point(value.base, scope), self.number(value.count, scope)
        unit = value.unit
        if unit in ("hours", "minutes"):
            if not count.text.isdigit() or base.type != TIMESTAMP:
                raise Doubt(f"A number of {unit} before or after needs a point in time.")
            return Expr(f"{base.text} {'-' if value.back else '+'} duration('{count.text}{unit[0]}')", TIMESTAMP, _ADD)
        base_text = base.text if base.type == DATE else f"date({base.text})"
        factor = {"days": 1, "weeks": 7, "months": 1, "years": 12}[unit]
        amount = str(int(count.text) * factor) if count.text.isdigit() else (wrap(count, _MUL) + (f" * {factor}" if factor > 1 else ""))
        sign = ("-" + (amount if amount.isdigit() else f"({amount})")) if value.back else amount
        return Expr(f"{'add_days' if unit in ('days', 'weeks') else 'add_months'}({base_text}, {sign})", DATE)

    def rounded(self, expr: Expr, places: int | None, how: str) -> Expr:
        places = places or 0
        if how == "half":
            return Expr(f"round({expr.text})" if not places else f"round({expr.text}, {places})", DECIMAL if places else INT)
        name = "ceil" if how == "up" else "floor"
        if not places:
            return Expr(f"math.{name}({expr.text})", INT)
        scale = 10**places
        return Expr(f"math.{name}({wrap(expr, _MUL)} * {scale}) / {scale}", DECIMAL, _MUL)

    def cases(self, value: m.Cases, scope: Scope) -> Expr:
        """Write cases as a chain of ``?:``; without a default only where the arms leave nothing over."""
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
                out.append((cond.text if cond.level >= _OR else f"({cond.text})", expr))
                known = known | cond.no
            self.facts = known
            if value.default is not None:
                return self.chain(out, self.value(value.default, scope))
            if out and all(e.text == "true" for _, e in out):
                return self.chain(out, Expr("false", BOOL))
            raise Doubt("What should it be in every other case?")
        finally:
            self.facts, self.subject = outer, subject

    def arms(self, value: m.Cases) -> list[m.Arm]:
        """Put the arms that test for emptiness first: what is empty satisfies no comparison, so only the order of the text changes."""
        empties = [a for a in value.arms if isinstance(a.cond, m.Empty) or (isinstance(a.cond, m.Holds) and a.cond.words == "absent") or isinstance(a.cond, m.NoRows)]
        beyond = [a for a in value.arms if isinstance(a.cond, m.Holds) and a.cond.words == "@beyond"]
        return [*empties, *(a for a in value.arms if a not in empties and a not in beyond), *beyond]

    def covers(self, arms: list[m.Arm]) -> bool:
        """Whether the last arm takes all that is left: "ok if it is later than that"."""
        last = arms[-1].cond
        return isinstance(last, m.Otherwise) or (isinstance(last, m.Holds) and last.words == "@beyond") or _complete(arms)

    def chain(self, arms: list[tuple[str, Expr]], default: Expr) -> Expr:
        type_: Type = default.type
        for _, expr in arms:
            both = unify(type_, expr.type)
            if both is None:
                raise Doubt(f"One case gives {_kind(expr.type)}, another {_kind(type_)}: {expr.text} and {default.text}.")
            type_ = both
        if not arms:
            return default
        text = "".join(f"{cond} ? {wrap(expr, _OR)} : " for cond, expr in arms) + wrap(default, _OR)
        if all(c == arms[0][0] for c, _ in arms) and [e.text for _, e in arms] == ["true"] and default.text == "false":
            return Expr(arms[0][0], BOOL, _OR)
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
        for found in re.finditer(r"\b(?:" + "|".join(re.escape(w) for w in words) + r")\b", value.text):
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
        return Expr(" + ".join(parts), STRING, _ADD if len(parts) > 1 else _ATOM)

    # --- conditions -----------------------------------------------------------------------------------------

    def cond(self, cond: m.Cond, scope: Scope) -> Truths:
        """Write a condition. Raises ``Doubt``."""
        match cond:
            case m.Compare():
                return self.compare(cond, scope)
            case m.Empty(left):
                return self.empty(self.subject_of(left, scope))
            case m.Starts(op, left, right):
                return self.guarded([self.subject_of(left, scope), self.value(right, scope)], lambda a, b: f"{a.text}.{op}({b.text})", _ATOM, scope)
            case m.Among(left, options):
                subject = self.subject_of(left, scope)
                values = [self.value(o, scope) for o in options]
                for v in values:
                    self.comparable(subject, v)
                return Truths(f"{wrap(subject, _EQ + 1)} in [{', '.join(v.text for v in values)}]", _EQ)
            case m.Inside():
                self.order_of(cond, scope)
                low = m.Compare(">=" if cond.low_in else ">", cond.left, cond.low)
                high = m.Compare("<=" if cond.high_in else "<", cond.left, cond.high)
                return self.cond(m.And((low, high)), scope)
            case m.InYear(left, year, _):
                return self.guarded([self.subject_of(left, scope)], lambda a: f"year({a.text}) == {year}", _EQ, scope)
            case m.Holds(subject, words):
                return self.holds(subject, words, scope)
            case m.NoRows(rows):
                return self.no_rows(rows, scope)
            case m.NotFor(verb, unit, count):
                return self.not_for(verb, unit, count, scope)
            case m.Never(verb):
                return self.no_rows(m.Rows(self.verb_source(verb), "it"), scope)
            case m.Missing() | m.Shared():
                return self.missing(cond, scope)
            case m.And(parts):
                return self.conjunction(parts, scope)
            case m.Or(parts):
                return self.disjunction(parts, scope)
            case m.Not(part):
                return self.negation(self.cond(part, scope))
            case m.Mixed():
                raise Doubt('"and" and "or" stand side by side, and it reads two ways. Put a comma before the one that binds last, or say "either … or" or "both … and".')
            case m.Otherwise():
                return TRUE
        raise AssertionError(cond)

    def negation(self, cond: Truths) -> Truths:
        if cond.text == "true":
            return FALSE
        if cond.text == "false":
            return TRUE
        for op, turned in ((" == ", " != "), (" != ", " == ")):
            if cond.level == _EQ and cond.text.count(op) == 1 and " in " not in cond.text:
                return Truths(cond.text.replace(op, turned), _EQ, cond.no, cond.yes)
        text = cond.text[1:] if cond.text.startswith("!") and cond.level == _NOT else "!" + (cond.text if cond.level >= _NOT else f"({cond.text})")
        return Truths(text, _NOT if text.startswith("!") else _ATOM, cond.no, cond.yes)

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
                texts.append(one.text if one.level >= _AND else f"({one.text})")
        self.facts = before
        no = frozenset() if len(parts) > 1 else self.cond(parts[0], scope).no
        return Truths(" && ".join(texts) or "true", _AND if len(texts) > 1 else _EQ if texts else _ATOM, yes, no)

    def disjunction(self, parts: tuple[m.Cond, ...], scope: Scope) -> Truths:
        before = self.facts
        texts: list[str] = []
        no: frozenset[str] = frozenset()
        for part in parts:
            one = self.cond(part, scope)
            self.facts = self.facts | one.no
            no = no | one.no
            if one.text == "true":
                self.facts = before
                return TRUE
            if one.text != "false" and one.text not in texts:
                texts.append(one.text if one.level > _OR else f"({one.text})")
        self.facts = before
        return Truths(" || ".join(texts) or "false", _OR if len(texts) > 1 else _EQ if texts else _ATOM, frozenset(), no)

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
                    raise Doubt(f"Nothing can be at least or over {low[0]} and at most or under {high[0]} at once, so that would never hold. Which of the two do you mean, or did you mean \"or\"?")
        if any(len(t) > 1 for t in texts.values()):
            raise Doubt("One value cannot be two different texts at once. Did you mean \"or\"?")

    def order_of(self, cond: m.Inside, scope: Scope) -> None:
        if isinstance(cond.low, m.Lit) and isinstance(cond.high, m.Lit) and cond.low.kind == cond.high.kind:
            low: Any = Decimal(cond.low.text) if cond.low.kind == "number" else cond.low.text
            high: Any = Decimal(cond.high.text) if cond.high.kind == "number" else cond.high.text
            if low > high:
                raise Doubt(f"Between {low} and {high} lies nothing: the first is the greater. Which way round?")

    def subject_of(self, value: m.Value | None, scope: Scope) -> Expr:
        if isinstance(value, m.It) and self.subject is None and self.mentioned is not None:
            return self.narrowed(self.mentioned)
        if value is None or (isinstance(value, m.Named) and value.words == "@subject") or (isinstance(value, m.It) and self.subject is not None):
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
        left, right = self.untyped(left, _base(right.type)), self.untyped(right, _base(left.type))
        left, right = self.comparable(left, right)
        if right.type == BOOL and right.text in ("true", "false") and cond.op in ("==", "!="):
            return self.truth_test(left, (right.text == "true") == (cond.op == "=="))
        if cond.op in ("==", "!="):
            return Truths(f"{wrap(left, _EQ + 1)} {cond.op} {wrap(right, _EQ + 1)}", _EQ)
        found = self.guarded([left, right], lambda a, b: f"{wrap(a, _EQ + 1)} {cond.op} {wrap(b, _EQ + 1)}", _EQ, scope)
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
        if isinstance(right, m.Lit) and right.unit in ("days", "hours", "minutes", "weeks", "months", "years") and required(left.type) in (DATE, TIMESTAMP):
            raise Doubt(f"{left.text} is a date. Do you mean {right.text} {right.unit} before today, or after?")
        return right

    def truth_test(self, left: Expr, wanted: bool) -> Truths:
        if required(left.type) != BOOL:
            raise Doubt(f"{left.text} is {_kind(left.type)}, not true or false.")
        if is_optional(left.type):
            # null == true is plainly false; null is not false either, so "is false" of an empty one needs its own word.
            return Truths(f"{wrap(left, _EQ + 1)} == {'true' if wanted else 'false'}", _EQ)
        return Truths(left.text, left.level) if wanted else self.negation(Truths(left.text, left.level))

    def comparable(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        a, b = required(left.type), required(right.type)
        if a == b or {a, b} <= set(_NUMERIC):
            return left, right
        if (a, b) == (TIMESTAMP, DATE):
            return Expr(f"date({left.text})", optional(DATE) if is_optional(left.type) else DATE), right
        if (a, b) == (DATE, TIMESTAMP):
            return left, Expr(f"date({right.text})", DATE)
        raise Doubt(f"{self.spoken(left.text)} is {_kind(a)} and {self.spoken(right.text)} is {_kind(b)}: they cannot be compared. What do you mean?")

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
        return Truths(text, _AND if guards else level, frozenset(yes))

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
        return Truths(f"{wrap(expr, _EQ + 1)} == null", _EQ, frozenset(), frozenset((expr.text,)))


def _base(type_: Type) -> Type:
    base = required(type_)
    return DECIMAL if base == INT else base


def _plain(number: Decimal) -> str:
    text = format(number.normalize(), "f")
    return text


def _kind(type_: Type) -> str:
    base = required(type_)
    names = {"int": "a whole number", "decimal": "a number", "string": "a text", "bool": "true or false", "date": "a date", "timestamp": "a point in time"}
    return "a list" if isinstance(base, ListType) else "a record" if isinstance(base, RecordType) else names.get(type_text(base), type_text(base))


def _complete(arms: list[m.Arm]) -> bool:
    """Whether number bands reach from nothing up: 8 or more, 4 to 7, 1 to 3, none."""
    lows: list[Decimal] = []
    spans: list[tuple[Decimal, Decimal]] = []
    top: Decimal | None = None
    for arm in arms:
        cond = arm.cond
        if isinstance(cond, m.Compare) and isinstance(cond.right, m.Lit) and cond.right.kind == "number":
            number = Decimal(cond.right.text)
            if cond.op in (">=", ">"):
                top = number if top is None else min(top, number + (cond.op == ">"))
            elif cond.op == "==":
                spans.append((number, number))
            else:
                spans.append((Decimal(0), number - (cond.op == "<")))
        elif isinstance(cond, m.Inside) and isinstance(cond.low, m.Lit) and isinstance(cond.high, m.Lit) and cond.low.kind == "number":
            spans.append((Decimal(cond.low.text), Decimal(cond.high.text)))
        else:
            return False
    spans.sort()
    at = Decimal(0)
    for low, high in spans:
        if low > at:
            return False
        at = max(at, high + 1)
        lows.append(low)
    return top is not None and top <= at


__all__ = ["FALSE", "TRUE", "Lowering", "Truths", "date_field", "key_of", "listed", "quoted", "wrap"]
