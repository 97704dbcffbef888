"""Lists folded into one value: sums, averages, extremes, the latest one, ordered lists, the first few, the top one.

Deliberately not here: which records a list holds (``selecting``, ``compute``).
"""

from __future__ import annotations

import re

from sopwb.author.english import meaning as m
from sopwb.author.english.expressions import wrap
from sopwb.author.english.link import Listing
from sopwb.author.english.lower import Lowering
from sopwb.author.english.names import key_of
from sopwb.author.english.nodes import parts
from sopwb.author.english.scope import Scope, date_field, find_field
from sopwb.author.english.spec import Doubt, Expr
from sopwb.kernel.limits import LISTED_FIRST_MAX
from sopwb.lang.types import (
    DATE,
    DECIMAL,
    INT,
    STRING,
    TIMESTAMP,
    ListType,
    RecordType,
    Type,
    is_optional,
    optional,
    required,
)


class Folding(Lowering):
    """Adds to ``Lowering`` everything that makes one value of a list."""

    def size(self, listing: Listing) -> Expr:
        """Write how many: a filtered table is counted without making the list."""
        return Expr(f"size({listing.text})", INT)

    def solid_listing(self, listing: Listing, what: m.Value) -> tuple[str, Expr]:
        """Write the list without the records whose value is null, and the value of one."""
        expr = self.narrowed(self.element(what, listing))
        if not is_optional(expr.type):
            return listing.text, expr
        self.assume(f"records with an empty {expr.text.rsplit('.', 1)[-1]} are left out there")
        text = f"{listing.text}.filter({listing.var}, {expr.text} != null)"
        return self.fetched.get(f"solid {text}", text), Expr(expr.text, required(expr.type), expr.level)

    def fold(self, agg: m.Agg, listing: Listing) -> Expr:
        assert agg.what is not None
        self.insisting = isinstance(agg.what, m.Arith) and self.told_by_text(agg.rows)
        try:
            text, expr = self.solid_listing(listing, agg.what)
        finally:
            self.insisting = False
        if not re.search(rf"\b{re.escape(listing.var)}\b", expr.text):
            raise Doubt(f"{expr.text} is the same for all {listing.source}. Which field of them is meant?")
        if agg.kind == "count":
            return Expr(f"size({text}.map({listing.var}, {expr.text}).distinct())", INT)
        if agg.kind in ("sum", "avg") and expr.type not in (INT, DECIMAL):
            raise Doubt(f"{expr.text.rsplit('.', 1)[-1]} is not a number, so it cannot be added up.")
        if agg.kind == "sum":
            return Expr(f"{text}.sum({listing.var}, {expr.text})", expr.type)
        type_: Type = DECIMAL if agg.kind == "avg" else expr.type
        known = f"size({text})" in self.facts
        result = f"{text}.{agg.kind}({listing.var}, {expr.text})"
        if not known and agg.kind == "avg":
            self.lacking[result] = listing.source
        return Expr(result, type_ if known else optional(type_))

    def list_of(self, agg: m.Agg, listing: Listing) -> Expr:
        assert agg.what is not None
        text, expr = listing.text, self.element(agg.what, listing)
        var, once = listing.var, ".distinct()" if agg.distinct else ""
        order = agg.order[0] if agg.order else self.spec.order
        if order is not None and not (isinstance(order.by, m.Named) and order.by.words == "@self"):
            key = self.element(order.by, listing)
            if is_optional(key.type) and self.told_by_text(agg.rows):
                # Chosen by what the script says of them: one that it says so of without that value is a mistake.
                self.assume(f"one of them without {key.text.rsplit('.', 1)[-1]} ends the run with an error")
                key = Expr(f"must({key.text})", required(key.type))
            if is_optional(key.type):
                raise Doubt(f"{key.text.rsplit('.', 1)[-1]} can be empty. Where should such records stand in the list?")
            by = key.text
            if order.descending and key.type in (INT, DECIMAL):
                by = f"-{wrap(key, 9)}"
            text = f"{text}.sortBy({var}, {by})"
            if order.descending and key.type not in (INT, DECIMAL):
                text += ".reverse()"
            if agg.limit:
                return self.first_few(text, var, expr, agg.limit)
            return Expr(f"{text}.map({var}, {expr.text}){once}", ListType(expr.type))
        text = f"{text}.map({var}, {expr.text}){once}"
        if order is not None:
            if is_optional(expr.type):
                raise Doubt(
                    f"{expr.text.rsplit('.', 1)[-1]} can be empty. Where should such records stand in the list?"
                )
            text += ".sortBy(x, x)" + (".reverse()" if order.descending else "")
        return Expr(text, ListType(expr.type))

    def told_by_text(self, rows: m.Rows | None) -> bool:
        """Whether records were chosen by a text that the script called for them comes to."""
        if self.spec.call is None or rows is None:
            return False
        texts = {key_of(t.replace(" ", "_")) for t in self.names.outcomes.get(self.spec.call.script, ())}
        said = {p.words for p in parts(rows.conds) if isinstance(p, m.Holds)} | set(rows.words)
        return bool(said) and said <= texts

    def top(self, agg: m.Agg, scope: Scope) -> Expr:
        """Give a field of the record with the greatest (or least) value of another; the first by key where they tie."""
        listing = self.listing(agg.rows, scope)
        by = self.element(agg.order[0].by, listing)
        text, var = listing.text, listing.var
        if not re.search(rf"\b{re.escape(var)}\b", by.text):
            raise Doubt(f"The most of what? {by.text} is the same for all {listing.source}.")
        if is_optional(by.type):
            text = f"{text}.filter({var}, {by.text} != null)"
            self.assume(f"records with an empty {by.text.rsplit('.', 1)[-1]} are left out there")
        if required(by.type) not in (INT, DECIMAL):
            raise Doubt("The most of what? That is not a number.")
        if len(agg.order) == 1:
            self.assume("of several with the same value, the first counts")
        else:
            text = self.told_apart(agg.order[1], listing, text)
        key = f"-{wrap(by, 9)}" if agg.order[0].descending else by.text
        assert agg.what is not None
        try:
            field = self.element(agg.what, listing)
        except Doubt:
            # A returned field that is no field of theirs is what they are compared by.
            if not self.bare_table():
                raise
            field = by
        if not field.text.startswith(f"{var}."):
            raise Doubt("Which field of that record should be returned?")
        name = field.text.removeprefix(f"{var}.")
        record = self.unique_top(f"{text}.sortBy({var}, {key}).first()")
        return Expr(f"({record} == null ? null : {record}.{name})", optional(required(field.type)))

    def told_apart(self, order: m.Order, listing: Listing, text: str) -> str:
        """Put a list in the order that decides between those that are equal otherwise."""
        by = self.element(order.by, listing)
        if is_optional(by.type):
            raise Doubt(f"{by.text.rsplit('.', 1)[-1]} can be empty. Which of those that tie comes first then?")
        return f"{text}.sortBy({listing.var}, {by.text})" + (".reverse()" if order.descending else "")

    def first_few(self, text: str, var: str, expr: Expr, limit: int) -> Expr:
        """Write the first few of an ordered list: one by one, and the whole list where there are no more."""
        if limit > LISTED_FIRST_MAX:
            raise Doubt(f"I can list the first {LISTED_FIRST_MAX} at most.")
        name = self.unique_top(text)
        few = [_of_item(expr.text, var, f"{name}[{i}]") for i in range(limit)]
        rest = f"{name}.map({var}, {expr.text})"
        return Expr(f"size({name}) > {limit} ? [{', '.join(few)}] : {rest}", ListType(expr.type), 0)

    def unique_top(self, text: str) -> str:
        """Bind the one record, once."""
        if text not in self.fetched:
            name = self.unique("top")
            self.block.append({"op": "math", "name": name, "expr": text})
            self.fetched[text] = name
        return self.fetched[text]

    def bare_table(self) -> bool:
        result = self.table.result if self.table is not None else None
        return result is not None and not isinstance(result, RecordType)

    def first_or_last(self, agg: m.Agg, scope: Scope) -> Expr:
        """The latest date is the greatest; the latest of another field is that field of the latest record."""
        listing_source = (
            self.rows_source(agg.rows) if agg.rows is not None and (agg.rows.source or agg.rows.noun) else ""
        )
        words = next((n.words for n in names_in(agg.what)), "") if agg.what is not None else ""
        if not listing_source:
            current = self.spec.current
            listing_source = (
                self.rows_source(current)
                if current is not None
                else next(
                    (
                        n
                        for n, s in self.names.sources.items()
                        if find_field(s.record, words)[1] and n not in self.records_at_hand()
                    ),
                    "",
                )
            )
        if not listing_source:
            raise self.unknown(words, scope)
        source = self.source(listing_source)
        fields, _ = find_field(source.record, words)
        if not fields:
            dates = words in ("date", "day", "time") or key_of(listing_source) == words
            if dates:
                fields = [date_field(source)]
        if len(fields) != 1:
            raise (
                self.which(words, fields)
                if fields
                else self.unknown(words, Scope((("it", source.record, source.name),)))
            )
        kind = required(source.record.get(fields[0]) or STRING)
        if kind in (DATE, TIMESTAMP):
            rows = (
                agg.rows
                if agg.rows is not None
                else (m.Rows() if self.spec.current is not None else m.Rows(listing_source, "it"))
            )
            return self.fold(
                m.Agg("max" if agg.kind == "last" else "min", m.Named(key_of(fields[0])), rows),
                self.listing(rows, scope),
            )
        rows = (
            agg.rows
            if agg.rows is not None
            else m.Rows()
            if self.spec.current is not None
            else m.Rows(listing_source, "it")
        )
        by = self.spec.pick.by if self.spec.pick is not None else None
        return self.of_pick(fields[0], m.Pick(rows, by, agg.kind == "last"), scope)


def _of_item(text: str, var: str, item: str) -> str:
    """Write an expression of a lambda's variable for one item."""
    return re.sub(rf"\b{re.escape(var)}\.", f"{item}.", text)


def names_in(value: m.Value | None) -> list[m.Named]:
    """Give the names that a value is made of, outermost first."""
    match value:
        case m.Named():
            return [value]
        case m.Arith(_, left, right):
            return [*names_in(left), *names_in(right)]
        case _:
            return []
