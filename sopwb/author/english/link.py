"""Names and rows, resolved against the workspace: every fetch, every look-up of a record, every definition in use.

What is needed is written into the current block when it is first needed, so that a script reads nothing that
it does not use.
Deliberately not here: arithmetic and comparisons (``lower``), the order of a script's parts (``generate``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.lexicon import PEOPLE, PRONOUNS, RECORD_NOUNS
from sopwb.author.english.names import Names, key_of, words_of
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.quantities import PERSONAL, quantity
from sopwb.author.english.scope import (
    Scope,
    access,
    date_field,
    find_field,
    insisted,
    listed,
    money_field,
    noun_matches,
    only_number,
    param_of,
    pointed,
    pointing,
    source_of_param,
)
from sopwb.author.english.spec import Doubt, Expr, Spec
from sopwb.kernel.diagnostics import nearest_name
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    STRING,
    Type,
    is_optional,
    optional,
    parse_type,
    required,
)


class Listing(msgspec.Struct, frozen=True):
    """A list that is at hand: its expression, the scope of an element, and the source its records are of."""

    text: str
    var: str
    scope: Scope
    source: str


class Table(msgspec.Struct):
    """The results of a loop: its ``each`` step, whose yields grow as they are asked for."""

    step: dict[str, Any]
    name: str
    row: str
    call: str
    source: SourceSchema
    result: Type | None


class Linker(ABC):
    """The state of a script being written, and the resolution of names in it."""

    def __init__(self, spec: Spec, names: Names) -> None:
        self.spec, self.names = spec, names
        self.block: list[dict[str, Any]] = []
        self.bound: dict[str, Expr] = {}
        self.fetched: dict[str, str] = {}
        self.taken: set[str] = {p.name for p in spec.params} | {"it", "now", "today"}
        self.types: dict[str, Type] = {}
        self.facts: frozenset[str] = frozenset()
        self.lacking: dict[str, str] = {}
        """Averages, which nothing has no such thing as, and the source of what they are over."""
        self.subject: Expr | None = None
        self.running: Expr | None = None
        self.mentioned: Expr | None = None
        self.assumptions: list[str] = []
        self.overrides: dict[str, m.Value] = {}
        self.defining: list[str] = []
        self.used: set[str] = set()
        """What was said and has had its effect; the rest is asked about."""
        self.steps_by_name: dict[str, dict[str, Any]] = {}
        self.sure: dict[str, frozenset[str]] = {}  # what a condition on rows makes sure is not empty, by its text
        self.table: Table | None = None
        self.body: Scope | None = None
        self.called_once = False
        """The scope inside a loop's steps, or what a script that is called once gives."""

    # written by Lowering
    @abstractmethod
    def value(self, value: m.Value, scope: Scope) -> Expr:
        ...

    @abstractmethod
    def cond(self, cond: m.Cond, scope: Scope) -> Any:
        ...

    # written by Selecting
    @abstractmethod
    def rows_source(self, rows: m.Rows) -> str:
        ...

    @abstractmethod
    def of_pick(self, words: str, pick: m.Pick, scope: Scope) -> Expr:
        ...

    # --- small things -------------------------------------------------------------------------------------

    def assume(self, text: str) -> None:
        if text not in self.assumptions:
            self.assumptions.append(text)

    def unique(self, wanted: str) -> str:
        """Give a step's name that is free."""
        base = "".join(c if c.isalnum() else "_" for c in wanted.lower()).strip("_") or "value"
        base = base if not base[0].isdigit() else "n_" + base
        name, number = base, 2
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name

    def source(self, name: str) -> SourceSchema:
        return self.names.sources[name]

    def param_type(self, name: str) -> Type | None:
        """Give a parameter's type: as said, else of the field that it is compared with."""
        param = next(p for p in self.spec.params if p.name == name)
        if param.type:
            return parse_type(param.type)
        if name in self.types:
            return self.types[name]
        key = source_of_param(self.names, name)
        if key:
            source = self.source(key)
            return required(source.record.get(source.key or "") or STRING)
        found = {required(t) for s in self.names.sources.values() for f, t in s.record.fields if f == name}
        return found.pop() if len(found) == 1 else None

    # --- names ----------------------------------------------------------------------------------------------

    def named(self, value: m.Named, scope: Scope) -> Expr:
        """Resolve words to an expression. Raises ``Doubt`` for unknown and ambiguous names."""
        words = value.words
        if words.startswith("@"):
            return self.key_param(value.owner) if words == "@key" else self.special(words, scope)
        if value.owner not in ("", "it") and self.body is not None:
            related = self.of_pointed(words, value.owner, scope)
            if related is not None:
                return related
        if (
            value.owner in ("", "it")
            or any(noun_matches(value.owner, s) for _, _, s in scope.records if s)
            or self.body is not None
            or self.table is not None
        ):
            found = self.in_scope(words, scope, exact=True)
            if found is not None:
                return found
        own = self.own_name(words)
        if own is not None and value.owner in ("", "it"):
            return own
        record = self.in_records(words, value.owner, exact=True)
        if record is not None:
            return record
        if own is not None:
            return own
        found = (
            (self.of_related(words, value.owner, scope) if " " in words else None)
            or self.in_scope(words, scope, exact=False)
            or self.in_records(words, value.owner, exact=False)
            or self.near_definition(words)
            or self.of_related(words, value.owner, scope)
        )
        if found is not None:
            return found
        raise self.unknown(words, scope)

    def of_pointed(self, words: str, owner: str, scope: Scope) -> Expr | None:
        """A field of the record that the one gone over points to: the guide's of a show, through its ``guide_id``."""
        found = pointed(self.names, words, owner, scope)
        return None if found is None else self.through(words, found[0], found[1])

    def of_related(self, words: str, owner: str, scope: Scope) -> Expr | None:
        """A field of a record that one at hand points to: the rider's of a ride, through its ``rider_id``."""
        found: list[tuple[str, str, str]] = []
        for name, source in self.names.sources.items():
            named = owner not in ("", "it")
            fields, whole = find_field(source.record, words)
            if name in self.records_at_hand() or not source.key or not (whole or (named and len(fields) == 1)):
                continue
            if named and not noun_matches(owner, name):
                continue
            for prefix, record, other in () if scope.where or scope.need else scope.records:
                field = pointing(record.names(), source)
                if field and other and not is_optional(record.get(field) or STRING):
                    return self.joined(words, source, f"{prefix}.{field}")
            for other in () if scope.records else self.records_at_hand():
                field = pointing(self.source(other).record.names(), source)
                if field:
                    found.append((name, other, field))
        if len(found) > 1 and len({n for n, _, _ in found}) > 1:
            names = [n for n, _, _ in found]
            raise Doubt(f'"{words}" of which of them: {listed(names)}?', tuple((n, n) for n in names))
        if not found:
            return None
        name, key = found[0][0], self.field_of_record(*found[0][1:])
        if owner in ("", "it"):
            self.assume(f'"{words}" is the field of the record of {name} that {found[0][2]} points to')
        related = self.through(words, name, key, sure=not is_optional(key.type) and not self.may_lack(name))
        return insisted(related) if key.text in self.facts and not self.may_lack(name) else related

    def joined(self, words: str, source: SourceSchema, key: str) -> Expr:
        """A field of the record of another source that a list's element points to; its absence ends the run."""
        known = f"all {source.name}"
        if known not in self.fetched:
            name = self.unique("all_" + source.name)
            self.block.append({"op": "fetch", "name": name, "from": source.name})
            self.fetched[known] = name
        field = find_field(source.record, words)[0][0]
        var = next(v for v in (source.name[0], "r", "q") if v != key.split(".")[0])
        text = f"must({self.fetched[known]}.filter({var}, {var}.{source.key} == {key}).first()).{field}"
        self.assume(f"one that {source.name} does not have ends the run with an error")
        return self.blanked(Expr(text, source.record.get(field) or STRING), field, Scope())

    def key_param(self, owner: str) -> Expr:
        """The parameter that names the record spoken of: team_id for "that team"."""
        name = param_of(self.names, self.spec, owner)
        return Expr(name, self.param_type(name) or STRING)

    def special(self, words: str, scope: Scope) -> Expr:
        for prefix, record, source in scope.records:
            if words == "@date" and source in self.names.sources:
                field = date_field(self.source(source))
                return access(scope, prefix, field, record.get(field) or DATE)
            if words == "@money" and source in self.names.sources:
                field = money_field(self.source(source))
                self.assume(f"the money spent is {source}.{field}")
                return access(scope, prefix, field, record.get(field) or DATE)
            if words == "@number" and source == "":
                return access(scope, prefix, only_number(record), record.get(only_number(record)) or DECIMAL)
            if words == "@email":
                fields = [f for f in record.names() if "mail" in f]
                if len(fields) == 1:
                    return access(scope, prefix, fields[0], record.get(fields[0]) or STRING)
        if words == "@pickdate":
            if self.spec.pick is None:
                raise Doubt("What was that long ago? Please name the date.")
            source = self.rows_source(self.spec.pick.rows or m.Rows())
            return self.of_pick(date_field(self.source(source)), self.spec.pick, Scope())
        if words.startswith("@per "):
            return quantity(self, words.removeprefix("@per "), scope)
        if words in PERSONAL:
            return PERSONAL[words](self, scope)
        if words.startswith("@each "):
            value = self.spec.per.get(words.removeprefix("@each "))
            if value is None or not scope.records:
                raise Doubt("What of each record should be added up?")
            self.used.add(words)
            expr: Expr = self.value(value, scope)
            return expr
        if words == "@subject" and self.subject is not None:
            return self.subject
        if words in self.spec.defs and words not in self.defining:
            return self.define(words)
        if words == "@date" and self.table is None:
            for name in self.records_at_hand():
                return self.field_of_record(name, date_field(self.source(name)))
        if words in ("@wholes", "@overs"):
            start = "@whole " if words == "@wholes" else "@over "
            keys = [k for k in self.spec.defs if k.startswith(start)]
            if len(keys) == 1:
                return self.define(keys[0])
            if words == "@overs" and not keys and self.names.name_cost("left") == 0.0:
                return self.named(m.Named("left"), scope)
            raise Doubt("How many of what make a whole one?")
        if words == "@number":
            raise Doubt("The most of what? Please name the field.")
        if words == "@email":
            raise Doubt("Which address should the mail go to?")
        raise Doubt("I do not see what is meant here. Could you name the field?")

    def in_scope(self, words: str, scope: Scope, exact: bool) -> Expr | None:
        hits: list[tuple[str, str, Type]] = []
        for prefix, record, _source in scope.records:
            fields, whole = find_field(record, words)
            if whole == exact:
                hits.extend((prefix, f, record.get(f) or STRING) for f in fields)
        if not hits:
            return None
        if len(hits) > 1:
            raise self.which(words, [h[1] for h in hits])
        prefix, field, type_ = hits[0]
        if not exact:
            self.assume(f'"{words}" is the field {field}')
        expr = access(scope, prefix, field, type_)
        return self.blanked(expr, field, scope)

    def blanked(self, expr: Expr, field: str, scope: Scope) -> Expr:
        """Put the value said for a blank field in its place."""
        blank = self.spec.blanks.get(key_of(field))
        if blank is None or not is_optional(expr.type) or expr.text in self.facts:
            return expr
        other = self.value(blank, Scope())
        return Expr(f"coalesce({expr.text}, {other.text})", required(expr.type))

    def which(self, words: str, fields: list[str]) -> Doubt:
        fields = list(dict.fromkeys(fields))
        return Doubt(
            f'"{words}" could be {listed(fields)}. Which one do you mean?',
            tuple((f, f) for f in fields),
            words,
        )

    def own_name(self, words: str) -> Expr | None:
        """A parameter, definition or returned field of the draft."""
        for param in self.spec.params:
            if key_of(param.name) == words:
                type_ = self.param_type(param.name)
                return Expr(param.name, type_ if type_ is not None else STRING)
        if words in self.overrides and f"set {words}" not in self.defining:
            return self.overridden(words)
        if words in self.bound:
            return self.bound[words]
        if words in self.spec.defs and words not in self.defining:
            return self.define(words)
        if (
            any(key_of(r.name) == words for r in self.spec.returns)
            and words not in self.defining
            and self.definition(words, quiet=True) not in (None, m.Named(words))
        ):
            return self.define(words)
        explained = next((e for e in self.spec.explains if key_of(e.name) == words), None)
        if explained is not None and self.body is None and self.table is None and words not in self.defining:
            return self.define(words)
        if words in self.spec.predicates:
            return Expr(self.cond(m.Holds(None, words), Scope()).text, BOOL, 1)
        return None

    @abstractmethod
    def define(self, key: str) -> Expr:
        ...

    @abstractmethod
    def definition(self, key: str, quiet: bool = False) -> m.Value | None:
        ...

    def overridden(self, key: str) -> Expr:
        """Give the value that the case being written sets."""
        self.defining.append(f"set {key}")
        try:
            return self.value(self.overrides[key], self.body or Scope())
        finally:
            self.defining.pop()

    def near_definition(self, words: str) -> Expr | None:
        """A definition of which the words are the core: "days taken" for ``taken`` and the other way round."""
        wanted = set(words.split())
        close = [
            k
            for k in self.spec.defs
            if not k.startswith("@")
            and k not in self.defining
            and (set(k.split()) < wanted or wanted < set(k.split()))
        ]
        names = [(key_of(r.name), set(words_of(r.name))) for r in self.spec.returns if len(wanted) > 1]
        said = [key for key, words_ in names if words_ < wanted or wanted < words_]
        close += [key for key in said if key not in close and key not in self.defining]
        if len(close) == 1:
            return self.define(close[0])
        return None

    def unknown(self, words: str, scope: Scope) -> Doubt:
        known = [f for _, r, _ in scope.records for f in r.names()]
        if not known:
            known = [f for s in self.names.sources.values() for f in s.record.names()]
        near = nearest_name(words.replace(" ", "_"), known)
        have = f" There are {listed(known[:12], 'and')}." if known else ""
        return Doubt(
            f'I do not know "{words}".{have}'
            + (f" Did you mean {near}?" if near else " Which one do you mean?"),
            ((near, near),) if near else tuple((k, k) for k in known[:6]),
            words,
            unknown=True,
        )

    # --- records that were looked up ----------------------------------------------------------------------------

    def records_at_hand(self) -> list[str]:
        """The sources of which one record is at hand: looked up, matched, or named by a parameter."""
        out = list(self.spec.lookups)
        out += [match.rows.source for match in self.spec.matches if match.rows.source not in out]
        for param in self.spec.params:
            source = source_of_param(self.names, param.name)
            if source and source not in out:
                out.append(source)
        return out

    def in_records(self, words: str, owner: str, exact: bool) -> Expr | None:
        hits: list[tuple[str, str]] = []
        if (self.body is None or self.called_once) and self.table is None:
            if self.spec.pick is not None:
                rows = self.spec.pick.rows or self.spec.current or m.Rows()
                source = self.rows_source(rows)
            if self.spec.pick is not None and (
                owner in ("", "it") or owner in RECORD_NOUNS or noun_matches(owner, source)
            ):
                fields, whole = find_field(self.source(source).record, words)
                if whole == exact and fields and source not in self.records_at_hand():
                    if len(fields) > 1:
                        raise self.which(words, fields)
                    return self.of_pick(fields[0], self.spec.pick, Scope())
            for source in self.records_at_hand():
                if owner not in ("", "it") and not self.owns(owner, source):
                    continue
                fields, whole = find_field(self.source(source).record, words)
                if whole == exact:
                    hits.extend((source, f) for f in fields)
        if not hits:
            return None
        first = [h for h in hits if h[0] in self.spec.lookups] or hits
        if len({h[1] for h in first}) > 1 or (len(first) > 1 and len(first) != len(set(first))):
            raise self.which(words, [f for _, f in first])
        source, field = first[0]
        if not exact:
            self.assume(f'"{words}" is the field {field} of {source}')
        return self.field_of_record(source, field)

    def owns(self, owner: str, source: str) -> bool:
        param = next((p.name for p in self.spec.params if source_of_param(self.names, p.name) == source), "")
        return (
            noun_matches(owner, source, param)
            or owner in PEOPLE
            or owner in PRONOUNS
            or not self.names.sources_named(owner)
        )

    def field_of_record(self, source: str, field: str) -> Expr:
        name, maybe = self.record(source)
        type_ = self.source(source).record.get(field) or STRING
        expr = Expr(f"{name}.{field}", type_)
        if maybe and name not in self.facts:
            return Expr(f"({name} == null ? null : {name}.{field})", optional(type_))
        return self.blanked(expr, field, Scope())

    def record(self, source: str) -> tuple[str, bool]:
        """Fetch the one record of a source that a parameter or another record names: its name, and whether
        it may be null."""
        key = f"one {source}"
        if key in self.fetched:
            return self.fetched[key], self.may_lack(source)
        match = next((x for x in self.spec.matches if x.rows.source == source), None)
        self.used.add("one " + source)
        where = self.match_where(match) if match is not None else self.key_where(source)
        name = self.unique("_".join(words_of(source)))
        maybe = self.may_lack(source)
        self.block.append(
            {
                "op": "fetch",
                "name": name,
                "from": source,
                "where": where,
                "one": "optional" if maybe else "required",
            }
        )
        self.fetched[key] = name
        return name, maybe

    def key_where(self, source: str) -> str:
        schema = self.source(source)
        for param in self.spec.params:
            if source_of_param(self.names, param.name) == source:
                self.types.setdefault(param.name, required(schema.record.get(schema.key or "") or STRING))
                return f"it.{schema.key} == {param.name}"
        keyed = [
            p
            for p in self.spec.params
            if schema.key and required(schema.record.get(schema.key) or STRING) == self.param_type(p.name)
        ]
        if len(self.spec.params) == 1 and keyed and schema.key:
            return f"it.{schema.key} == {keyed[0].name}"
        raise Doubt(f"How do I find the record of {source}: which parameter names it?")

    def match_where(self, match: m.Match) -> str:
        source = self.source(match.rows.source)
        for cond in match.rows.conds:
            if isinstance(cond, m.Shared):
                theirs, _, ours = cond.words.partition("=")
                fields, _ = find_field(source.record, theirs)
                other = self.in_records(ours or theirs, "", True) if self.names.sources else None
                if not fields or other is None:
                    raise self.unknown(cond.words, Scope((("it", source.record, source.name),)))
                return f"it.{fields[0]} == {other.text}"
        for param in self.spec.params:
            if param.name in source.record.names():
                return f"it.{param.name} == {param.name}"
        return self.key_where(source.name)

    def may_lack(self, source: str) -> bool:
        """Whether the person spoke of the record's absence (otherwise its absence is an error)."""
        said = (self.spec.assigns, self.spec.defs, self.spec.adjusts, self.spec.returns)
        without = {p.rows.source for p in parts(said) if isinstance(p, m.NoRows) and p.rows is not None}
        return (
            has(said, m.Missing, words="", source=source)
            or any(
                f.message and isinstance(f.cond, m.Missing) and self.missing_source(f.cond) == source
                for f in self.spec.fails
            )
            or (has(said, source=source) and has(said, m.Missing) and source not in list(self.spec.lookups))
            or (
                any(x.rows.source == source for x in self.spec.matches)
                and (has(said, source="@last") or source in without)
            )
        )

    def missing_source(self, cond: m.Missing) -> str:
        """Give the source in which a record is said to be missing; empty where nothing says it."""
        if cond.source:
            return cond.source
        params = [p.name for p in self.spec.params if not cond.words or key_of(p.name) == cond.words]
        named = [source_of_param(self.names, name) for name in params]
        return next((s for s in named if s), "") or next(iter(self.records_at_hand()), "")

    def missing(self, cond: m.Cond, scope: Scope) -> Any:
        from sopwb.author.english.expressions import FALSE, Truths

        assert isinstance(cond, m.Missing | m.Shared)
        source = getattr(cond, "source", "")
        if source == "@last":
            source = self.spec.matches[-1].rows.source if self.spec.matches else ""
        if not source:
            at_hand = self.records_at_hand()
            source = at_hand[0] if at_hand else ""
        if not source:
            raise Doubt("Which record do you mean?")
        name, maybe = self.record(source)
        if not maybe:
            return FALSE
        return Truths(f"{name} == null", 3, frozenset(), frozenset((name,)))

    def through(self, words: str, source: str, key: Expr, sure: bool = False) -> Expr:
        """A field of another source's record, found by its key; where there is none null, or an error (``sure``)."""
        schema = self.source(source)
        fields, _ = find_field(schema.record, key_of(words))
        if len(fields) != 1 or not schema.key:
            raise (
                self.which(words, fields)
                if fields
                else self.unknown(words, Scope((("it", schema.record, source),)))
            )
        known = f"{source} by {key.text}"
        if known not in self.fetched:
            name = self.unique("_".join(words_of(source)))
            self.block.append(
                {
                    "op": "fetch",
                    "name": name,
                    "from": source,
                    "where": f"it.{schema.key} == {key.text}",
                    "one": "required" if sure else "optional",
                }
            )
            self.fetched[known] = name
            self.fetched[f"{name} sure"] = name if sure else ""
        name = self.fetched[known]
        type_ = schema.record.get(fields[0]) or STRING
        if name in self.facts or self.fetched.get(f"{name} sure"):
            return Expr(f"{name}.{fields[0]}", type_)
        return Expr(f"({name} == null ? null : {name}.{fields[0]})", optional(type_))

    def speaks_of_empty(self, field: str, text: str) -> bool:
        """Whether the person said anything about the field being empty."""
        spec, key = self.spec, key_of(field)
        said = (spec.defs, spec.assigns, spec.predicates, spec.fails, spec.returns, spec.bare)
        about = [
            p.left if isinstance(p, m.Empty) else p.subject for p in parts(said) if isinstance(p, m.Empty | m.Holds)
        ]
        return (
            any(isinstance(value, m.Named) and value.words == key for value in about)
            or text in self.facts
            or key in spec.blanks
            or any(remark.what == f"blank open {key}" for remark in spec.remarks)
        )

    def element(self, value: m.Value, listing: Listing) -> Expr:
        """Write a value of a list's element."""
        return self.value(value, listing.scope)
