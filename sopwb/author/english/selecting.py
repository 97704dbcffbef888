"""Selections of records to fetches, lists and picks: which records, of whom, in what order, fetched once.

A list that the loop of the script makes (``Table``) is narrowed in place. Deliberately not here: names
(``link``), and what is
computed over a list (``compute``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.lexicon import stem
from sopwb.author.english.link import Linker, Listing, Table
from sopwb.author.english.names import EVERYBODY, key_of, words_of
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.scope import (
    Scope,
    beside,
    date_field,
    find_field,
    noun_matches,
    pointing,
    relation,
    source_of_param,
)
from sopwb.author.english.spec import Doubt, Expr
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import DATE, STRING, RecordType, is_optional, optional, required

_PLAIN = frozenset(["int", "decimal", "bool", "date", "timestamp"])
"""Types of parameters that are no key of anybody's records."""


class Selecting(Linker):
    """Adds selections to the linker."""

    # --- rows -----------------------------------------------------------------------------------------------------

    def rows_source(self, rows: m.Rows) -> str:
        if rows.source:
            return rows.source
        if rows.noun.startswith("@verb "):
            return self.verb_source(rows.noun.removeprefix("@verb "))
        if rows.noun:
            named = self.names.sources_named(rows.noun) or (
                [rows.noun] if rows.noun in self.names.sources else []
            )
            if named:
                return named[0]
        if self.spec.current is not None and self.spec.current != rows:
            return self.rows_source(self.spec.current)
        if self.spec.pick is not None and self.spec.pick.rows is not None and self.spec.pick.rows != rows:
            return self.rows_source(self.spec.pick.rows)
        raise Doubt("Which records do you mean?")

    def listing(self, rows: m.Rows | None, scope: Scope) -> Listing:
        """Give the list that a selection means, fetched where it has to be."""
        rows = rows or m.Rows()
        if (
            self.table is not None
            and (not rows.source or rows.source == self.table.source.name)
            and not (rows.noun and rows.noun in self.names.sources and rows.noun != self.table.source.name)
        ):
            return self.of_table(rows)
        source = self.rows_source(rows)
        of_all = rows.owner == EVERYBODY or (rows.every and not rows.owner)
        own = "" if of_all else beside(self.names, scope, source, rows.owner)
        if own:
            rows = msgspec.structs.replace(rows, owner="", every=False)
        found = self.fetch(source, self.wheres(rows, source), rows.words)
        if not own:
            self.tell_apart(rows, source, scope)
            return found
        return msgspec.structs.replace(found, text=f"{found.text}.filter({found.var}, {found.var}.{own})")

    def tell_apart(self, rows: m.Rows, source: str, scope: Scope) -> None:
        """Ask where records test others that nothing ties to them: every one would be judged by all of those."""
        if not scope.where or not rows.source or rows.every or rows.owner not in ("", "it") or not scope.records:
            return
        filtered = scope.records[0][2]
        if filtered not in ("", source) and not relation(self.names, self.spec, self.source(source)):
            raise Doubt(f"How do records of {source} belong to one of {filtered}? No field of theirs says so.")

    def none_of_them(self, none: m.Rows | None, rows: m.Rows) -> bool:
        """Whether there are none of ``rows`` wherever there are no records of another selection."""
        if none is None or not (none.conds or none.words):
            return True
        source = self.rows_source(none)
        return self.rows_source(rows) == source and set(self.wheres(none, source)) <= set(self.wheres(rows, source))

    def wheres(self, rows: m.Rows, source: str) -> list[str]:
        schema = self.source(source)
        scope = Scope((("it", schema.record, source),), where=True)
        out: list[str] = []
        current = self.spec.current
        anaphor = (
            current is not None
            and current is not rows
            and self.rows_source(current) == source
            and not rows.every
            and (not rows.source or not rows.owner)
        )
        if current is not None and (anaphor or current == rows):
            self.used.add("@current")
        if anaphor and current is not None and current != rows:
            out.extend(self.wheres(current, source))
        else:
            out.extend(self.owner_where(rows, schema))
        start, before, mentioned = len(out), self.facts, self.mentioned
        sure = frozenset[str]().union(*(self.sure.get(w, frozenset()) for w in out))
        for cond in (*rows.conds, *(m.Holds(None, w) for w in rows.words)):
            # What is computed with is there where the records spoken of have it; a test of absence must not know that.
            told = self.facts
            self.facts = told | sure if has(cond, (m.Span, m.Arith)) else told
            truth = self.cond(cond, scope)
            self.facts = told | truth.yes
            if truth.text == "true":
                continue
            text = truth.text if truth.level >= 2 else f"({truth.text})"
            for other in out[:start]:
                # "the ones without a score" after those were left out: they are counted among all.
                if other in (text.replace(" == ", " != "), f"!({text})", f"!{text}"):
                    out.remove(other)
                    start -= 1
            if text not in out:
                out.append(text)
            self.sure[text] = truth.yes
        self.facts, self.mentioned = before, mentioned
        return out

    def filled(self, field: str, wheres: list[str]) -> bool:
        """Whether rows that satisfy all these conditions have a value in a field."""
        return any(f"it.{field} != null" in w or f"it.{field}" in self.sure.get(w, ()) for w in wheres)

    def counted_beside(self, rows: m.Rows, source: str) -> bool:
        """Whether the script looks at records of a source that are somebody's, so that "all" may mean all of those."""
        said = (self.spec.defs, self.spec.returns, self.spec.current)
        others = [p for p in parts(said) if isinstance(p, m.Rows) and (p.source or p.noun) == source and p != rows]
        return any(not p.every for p in others)

    def owner_where(self, rows: m.Rows, schema: SourceSchema) -> list[str]:
        if rows.owner == EVERYBODY:
            return []
        if ";" in rows.owner:
            each = [msgspec.structs.replace(rows, owner=o) for o in rows.owner.split(";")]
            return list(dict.fromkeys(w for part in each for w in self.owner_where(part, schema)))
        of_one = self.of_each(rows, schema)
        if of_one:
            return [of_one]
        ways = relation(self.names, self.spec, schema)
        if rows.owner.startswith("="):
            said = set(rows.owner[1:].split())
            named = [w for w in ways if said <= set(words_of(w[1]))]
            if not named:
                return self.dated_where(rows.owner[1:], schema)
            ways = named
        elif rows.owner and rows.owner != "it":
            ways = [
                w for w in ways if noun_matches(rows.owner, source_of_param(self.names, w[1]) or w[1], w[1])
            ] or ways
        if rows.every and not rows.owner:
            if len(ways) == 1 and self.counted_beside(rows, schema.name):
                whom = ways[0][1].removesuffix("_id")
                raise Doubt(
                    f'All {schema.name} of this {whom}, or of every {whom}? Say "all {schema.name} of the {whom}", or "the {schema.name} of all".'  # noqa: E501 - one message, one line
                )
            return []
        if len(ways) > 1 and not rows.owner:
            # "the number of trips" of a script for a driver and a day: those of both.
            for field, param in ways:
                self.types.setdefault(param, required(schema.record.get(field) or STRING))
            return [f"it.{field} == {param}" for field, param in ways]
        if len(ways) == 1:
            field, param = ways[0]
            self.types.setdefault(param, required(schema.record.get(field) or STRING))
            if not rows.owner and not rows.conds:
                pass
            return [f"it.{field} == {param}"]
        if rows.owner and self.spec.params:
            through = self.through_record(schema)
            if through:
                return [through]
            own = {key_of(p.name) for p in self.spec.params} | {"@key"}
            if rows.owner == "it" and all(p.type in _PLAIN for p in self.spec.params):
                return []  # a number or a day that goes in owns no records
            if any(isinstance(p, m.Named) and (p.words in own or p.owner) for p in parts(rows.conds)):
                return []
            raise Doubt(
                f"How do records of {schema.name} belong to {rows.owner if rows.owner != 'it' else 'it'}? Which field of {schema.name} says so?"  # noqa: E501 - one message, one line
            )
        alone = self.table is None and self.body is None and self.spec.loop is None and self.spec.call is None
        if alone and self.names.sources_named(rows.owner) and not rows.every:
            raise Doubt(f"Of which {rows.owner} are these {schema.name}? The script takes nothing that says so.")
        return []

    def of_each(self, rows: m.Rows, schema: SourceSchema) -> str:
        """Relate to the record that a loop goes over: the loans of each family; empty where they do not point to it."""
        if rows.every and not rows.owner:
            return ""
        for prefix, _, source in self.body.records if self.body is not None and self.spec.effects else ():
            other = self.names.sources.get(source)
            field = pointing(schema.record.names(), other) if other is not None and source != schema.name else ""
            if other is not None and field:
                return f"it.{field} == {prefix}.{other.key}"
        return ""

    def dated_where(self, words: str, schema: SourceSchema) -> list[str]:
        """Relate by a date where the parameter is no field: "their visits on that day". Raises ``Doubt``."""
        param = next((p for p in self.spec.params if key_of(p.name) == words), None)
        dates = [f for f, t in schema.record.fields if required(t) == DATE]
        if param is not None and self.param_type(param.name) == DATE and len(dates) == 1:
            return [f"it.{dates[0]} == {param.name}"]
        if param is not None and source_of_param(self.names, param.name) == schema.name:
            return [f"it.{schema.key} == {param.name}"]
        raise Doubt(f'"{words}" names no field of {schema.name}. Which field do you mean?', words=words)

    def through_record(self, schema: SourceSchema) -> str:
        """Relate by a key that a record at hand holds: a product's ``supplier_id`` for suppliers."""
        for source in self.records_at_hand():
            other = self.source(source)
            if other.key and source != schema.name:
                for field in schema.record.names():
                    if field == f"{'_'.join(words_of(source))}_{other.key}":
                        return f"it.{field} == {self.record(source)[0]}.{other.key}"
        return ""

    def fetch(self, source: str, wheres: list[str], words: tuple[str, ...] = ()) -> Listing:
        where = " && ".join(dict.fromkeys(wheres))
        key = f"{source} where {where}"
        if key not in self.fetched:
            name = self.unique("_".join([*(w.replace(" ", "_") for w in words), source]))
            step: dict[str, Any] = {"op": "fetch", "name": name, "from": source}
            if where:
                step["where"] = where
            self.block.append(step)
            self.steps_by_name[name] = step
            self.fetched[key] = name
        name = self.fetched[key]
        var = self.variable(source)
        record = self.source(source).record
        known = tuple((f, required(t) if self.filled(f, wheres) else t) for f, t in record.fields)
        return Listing(name, var, Scope(((var, RecordType(known), source),)), source)

    def few(self, rows: m.Rows, agg: m.Agg) -> Listing:
        """Give the latest (or earliest) so many of a selection: fetched in order, no more than that."""
        source = self.rows_source(rows)
        schema = self.source(source)
        if self.table is not None or self.spec.current is not None:
            raise Doubt(f"Which {agg.limit} {source} do you mean?")
        field = date_field(schema)
        wheres = self.wheres(rows, source)
        if is_optional(schema.record.get(field) or STRING):
            self.assume(f"records with an empty {field} are left out there")
            wheres.append(f"it.{field} != null")
        last = agg.order[0].descending
        key = f"few {source} {wheres} {last} {agg.limit}"
        if key not in self.fetched:
            name = self.unique(("latest_" if last else "earliest_") + source)
            step: dict[str, Any] = {"op": "fetch", "name": name, "from": source, "where": " && ".join(wheres)}
            if not wheres:
                del step["where"]
            step["order_by"] = [f"it.{field}" + (" desc" if last else "")]
            step["limit"] = str(agg.limit)
            self.block.append(step)
            self.fetched[key] = name
        var = self.variable(source)
        return Listing(self.fetched[key], var, Scope(((var, schema.record, source),)), source)

    def variable(self, source: str) -> str:
        letter = source[0].lower()
        return letter if letter not in self.taken else letter + "_"

    def of_table(self, rows: m.Rows) -> Listing:
        assert self.table is not None
        scope = self.table_scope(self.table)
        conds = [*rows.conds, *(m.Holds(None, w) for w in rows.words)]
        current = self.spec.current
        if current is not None and current is not rows and not rows.every and not rows.source:
            conds = [*current.conds, *(m.Holds(None, w) for w in current.words), *conds]
            self.used.add("@current")
        text = self.table.name
        if conds:
            truth = self.cond(m.And(tuple(conds)) if len(conds) > 1 else conds[0], scope)
            if truth.text != "true":
                text = f"{text}.filter(r, {truth.text})"
        return Listing(text, "r", scope, self.table.source.name)

    def table_scope(self, table: Table) -> Scope:
        records: list[tuple[str, RecordType, str]] = [("row", table.source.record, table.source.name)]
        if isinstance(table.result, RecordType):
            records.insert(0, ("result", table.result, ""))
        elif table.result is not None:
            records.insert(0, ("result", RecordType((("result", table.result),)), ""))

        def need(prefix: str, field: str) -> str:
            yields = table.step.setdefault("yield", {})
            if prefix == "row":
                yields.setdefault(field, f"{table.row}.{field}")
            elif isinstance(table.result, RecordType):
                yields[field] = f"{table.call}.{field}"
            else:
                yields["result"] = table.call
            return f"r.{field}"

        return Scope(tuple(_without_doubles(records)), need)

    # --- the one record of a selection, and what is known of records ------------------------------------------------

    def of_pick(self, words: str, pick: m.Pick, scope: Scope) -> Expr:
        """A field of the latest, earliest, highest… record of a selection."""
        rows = pick.rows or m.Rows()
        self.used.add("@pick")
        if self.table is not None and not rows.source and not rows.noun and pick.by is not None:
            return self.of_result(words, pick, pick.by)
        source = self.rows_source(rows)
        fields, _exact = find_field(self.source(source).record, key_of(words))
        if len(fields) != 1:
            raise (
                self.which(words, fields)
                if fields
                else self.unknown(words, Scope((("it", self.source(source).record, source),)))
            )
        type_ = self.source(source).record.get(fields[0]) or STRING
        if self.counted(rows):
            text, size = self.ordered_list(pick)
            if size in self.facts:
                return Expr(f"{text}.{fields[0]}", type_)
            return Expr(f"({size} == 0 ? null : {text}.{fields[0]})", optional(type_))
        name = self.picked(pick)
        if is_optional(type_) and self.filled(fields[0], self.wheres(rows, source)):
            type_ = required(type_)
        if name in self.facts:
            return Expr(f"{name}.{fields[0]}", type_)
        return Expr(f"({name} == null ? null : {name}.{fields[0]})", optional(type_))

    def of_result(self, words: str, pick: m.Pick, by: m.Value) -> Expr:
        """A field of the first or last of what a loop has collected, in the order of another one."""
        found = self.of_table(pick.rows or m.Rows())
        order, field = self.value(by, found.scope), self.value(m.Named(words), found.scope)
        name = field.text.removeprefix(f"{found.var}.")
        if not name.isidentifier():
            raise Doubt(f"Which {words} do you mean? Please name the field.")
        ordered = self.unique("ordered")
        text = f"{found.text}.sortBy({found.var}, {order.text})"
        self.block.append({"op": "math", "name": ordered, "expr": text})
        end = "last" if pick.last else "first"
        return Expr(f"(size({ordered}) == 0 ? null : {ordered}.{end}().{name})", optional(field.type))

    def counted(self, rows: m.Rows) -> bool:
        """Whether the person also speaks of how many such records there are: then they are all fetched, in order."""
        if any(has(a.cond, m.Agg, kind="count") for a in self.spec.assigns):
            return True
        none = [a.cond.rows for a in self.spec.assigns if isinstance(a.cond, m.NoRows) and a.cond.rows is not None]
        named = [r for r in none if (r.source or r.noun) and not r.every] if self.spec.pick is None else []
        source = self.rows_source(rows)
        mine = set(self.wheres(rows, source)) if named else set()
        return any(self.rows_source(r) == source and set(self.wheres(r, source)) == mine for r in named)

    def ordered_list(self, pick: m.Pick) -> tuple[str, str]:
        """Give the latest or earliest of a list that is fetched in order, and the list's size."""
        rows = pick.rows or m.Rows()
        source = self.rows_source(rows)
        field = self.pick_field(pick, self.source(source))
        listing = self.fetch(source, self.wheres(rows, source), rows.words)
        step = next((s for s in self.block if s.get("name") == listing.text), None) or self.steps_by_name.get(
            listing.text
        )
        if step is None or step.get("order_by", [f"it.{field}"]) != [f"it.{field}"]:
            raise Doubt("Those records would have to be in two orders at once. Please say it in two scripts.")
        step["order_by"] = [f"it.{field}"]
        return f"{listing.text}.{'last' if pick.last else 'first'}()", f"size({listing.text})"

    def pick_field(self, pick: m.Pick, schema: SourceSchema) -> str:
        if pick.by is None:
            return date_field(schema)
        assert isinstance(pick.by, m.Named)
        fields, _ = find_field(schema.record, pick.by.words)
        if len(fields) != 1:
            raise (
                self.which(pick.by.words, fields)
                if fields
                else self.unknown(pick.by.words, Scope((("it", schema.record, schema.name),)))
            )
        return fields[0]

    def picked(self, pick: m.Pick) -> str:
        rows = pick.rows or m.Rows()
        self.used.add("@pick")
        source = self.rows_source(rows)
        schema = self.source(source)
        only = pick.by == m.Named("@only")
        field = "" if only else self.pick_field(pick, schema)
        where = " && ".join(self.wheres(rows, source))
        key = f"pick {source} {where} {field} {pick.last}"
        if key not in self.fetched:
            name = self.unique(("latest_" if pick.last else "earliest_") + "_".join(words_of(source)))
            self.block.append(
                {
                    "op": "fetch",
                    "name": name,
                    "from": source,
                    "where": where,
                    "order_by": [f"it.{field}" + (" desc" if pick.last else "")],
                    "one": "optional",
                }
            )
            for part, said in (("where", where), ("order_by", not only)):
                if not said:
                    del self.block[-1][part]
            self.fetched[key] = name
        return self.fetched[key]

    def verb_source(self, verb: str) -> str:
        hits = [n for n in self.names.sources if any(stem(w) == verb for w in words_of(n))]
        hits = hits or [
            n
            for n, s in self.names.sources.items()
            if any(stem(f.split("_")[0]) == verb for f in s.record.names())
        ]
        related = [n for n in hits if relation(self.names, self.spec, self.source(n))] or hits
        if len(related) != 1:
            raise Doubt(f'Which records tell that somebody "{verb}ed"?', tuple((n, n) for n in related))
        return related[0]


def _without_doubles(records: list[tuple[str, RecordType, str]]) -> list[tuple[str, RecordType, str]]:
    """Drop from later records the fields that an earlier one has: a script's result comes before the row it
    was run for."""
    seen: set[str] = set()
    out = []
    for prefix, record, source in records:
        kept = tuple((f, t) for f, t in record.fields if f not in seen)
        seen |= {f for f, _ in kept}
        out.append((prefix, RecordType(kept), source))
    return out
