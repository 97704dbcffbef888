# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Selections of records: "that customer's overdue invoices whose due_on is before today".

    rows := head clause*
    head := [owner | determiner] adjective* source | "rows of" source | "those" | "the ones" | …
    clause := "whose" condition | "where" condition | "of that customer" | "in the last 30 days" | …

Deliberately not here: what is done with them (``aggregates``, ``clauses``).
"""

from __future__ import annotations

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import (
    And,
    Clock,
    Compare,
    Cond,
    Empty,
    Holds,
    Inside,
    InYear,
    Lit,
    Named,
    Never,
    Not,
    Part,
    Rows,
    Shared,
    Shift,
    Value,
)
from sopwb.author.english.names import EVERYBODY, GROUP, Names, spans, words_of
from sopwb.author.english.patterns import Chart, Edge

_EVERY = frozenset(("all", "every", "each", "any"))


@G.terminal("adj")
def _adj(chart: Chart, at: int) -> list[Edge]:
    """Read an adjective that is known: a defined predicate, a yes/no field, or a text that a field can hold."""
    names: Names = chart.names
    out = []
    key: list[str] = []
    for end in range(at, min(at + 4, len(chart.tokens))):
        token = chart.tokens[end]
        if end > at and token.low == "the":
            continue
        if token.kind not in ("word", "name", "string"):
            break
        if token.kind == "string":
            key.append(token.low)
        else:
            key.extend(words_of(token.low))
        text = " ".join(key)
        if is_adjective(names, text):
            out.append(Edge(end + 1, text, 0.4))
    return out


def is_adjective(names: Names, key: str) -> bool:
    """Whether the words are a predicate of the draft, a boolean field or a text that some field is known to hold."""
    if key in names.predicates or key in names.adjectives:
        return True
    for source in names.sources.values():
        for field, type_ in source.record.fields:
            if len(words_of(field)) == 2 and words_of(field)[0] == key and words_of(field)[1] in ("on", "at", "date", "time", "day"):
                return True
            positive = tuple(key.removeprefix("un").split())
            if "bool" in str(type_) and words_of(field) in (tuple(key.split()), ("is", *key.split()), positive):
                return True
    return any(key == " ".join(words_of(text.replace(" ", "_"))) for fields in names.texts.values()
               for texts in fields.values() for text in texts)


def _rows(source: str, owner: str = "", adjs: tuple[str, ...] = (), noun: str = "", every: bool = False) -> Rows:
    return Rows(source, owner, (), adjs, noun, every)


@G.rule("head", "[the|any|some|a|an|our] {s:source} [(rows|records|entries|row|record|entry|items)]", cost=0.3)
def _source(s: str) -> Rows:
    return _rows(s)


@G.rule("head", "(all|every|each|all the|all of the|all our|each of the|every one of the|all of our|any of the|every single) {s:source} [(rows|records|entries|row|record|entry)]", cost=0.3)
def _every_source(s: str) -> Rows:
    return _rows(s, every=True)


@G.rule("head", "[the|any|a|an|all|all the|every|each|of the] {a:adj} {s:source}", cost=0.3)
def _adjective(a: str, s: str) -> Rows:
    return _rows(s, adjs=(a,))


@G.rule("head", "[the] {a:adj} (ones|one|rows|records|entries)", "(those|the ones|the rows|the records|all of them|them) (that|which|who) are {a:adj}", cost=0.5)
def _adjective_ones(a: str) -> Rows:
    return Rows(words=(a,))


@G.rule("head", "[all|all of|any of|each of|the|those of|the ones of|any] {o:owner} [own] {s:source} [(rows|records|entries)]", cost=0.2)
def _owned(o: str, s: str) -> Rows:
    return _rows(s, o or "it")


@G.rule("head", "[all|all of|any of|those of] {o:owner} {a:adj} {s:source}", cost=0.3)
def _owned_adjective(o: str, a: str, s: str) -> Rows:
    return _rows(s, o or "it", (a,))


@G.rule("head", "[the|all|all the|all of the|any|those|only the] (rows|records|entries|row|record|entry|ones|items|lines|data|those|everything|everyone|everybody|anything|anyone|all) "
        "(of|in|from|on|inside) [the] {s:source} [(database|table|source|list|file|data|dataset|sheet|collection)]", cost=0.4)
def _rows_of(s: str) -> Rows:
    return _rows(s)


@G.rule("head", "(every|each) (row|record|entry|one|item|line|single one) (of|in|from) [the] {s:source} [(database|table|source|list|file|data|dataset|sheet|collection)]", cost=0.4)
def _each_row_of(s: str) -> Rows:
    return _rows(s, every=True)


@G.rule("head", "{o:owner} (rows|records|entries|row|record|entry|ones|lines|data) (in|of|from|on) [the] {s:source}", cost=0.2)
def _owned_rows(o: str, s: str) -> Rows:
    return _rows(s, o or "it")


@G.rule("head", "[all] [the|all the] {n:anyword} (in|from) [the] {s:source} [(database|table|source|list|file|dataset|sheet|collection)]",
        "(every|each) {n:anyword} (in|from) [the] {s:source} [(database|table|source|list|file|dataset|sheet|collection)]", cost=1.5)
def _nouns_in(n: str, s: str) -> Rows:
    return Rows(s, noun=n, every=True)


@G.terminal("anyword")
def _anyword(chart: Chart, at: int) -> list[Edge]:
    """Read a plural or singular noun that is no field: "users in the customers database"."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word":
        return []
    low = chart.low(at)
    names: Names = chart.names
    if names.name_cost(singular(low)) is not None or len(low) < 3 or low in ("the", "all", "and", "sum", "number", "days", "end", "middle", "start",
                                                                           "row", "rows", "one", "ones", "look", "total", "average", "rest"):
        return []
    return [Edge(at + 1, singular(low), 0.0)]


@G.rule("head", "(those|them|these|the ones|those ones|these ones|the rows|the records|all of them|all of those|the matching ones|the remaining ones"
        "|the rest|the entries|each of them|any of them|everyone|everybody|each|all|what is left|the remaining|ones|the matches|whoever"
        "|such ones|the same ones|any|anyone|one|the others|people|any such|the same|every one|the group)", cost=0.9)
def _anaphor() -> Rows:
    return Rows()


@G.terminal("group")
def _group(chart: Chart, at: int) -> list[Edge]:
    """Read the name that some records were given: "cars inside"."""
    return [Edge(end, key, 0.0) for end, key in spans(chart, at) if key in chart.names.groups]


@G.rule("head", "[the|those|these|all|all the|any|such] {g:group}", cost=0.2)
def _grouped(g: str) -> Rows:
    return Rows(noun=GROUP + g)


@G.rule("head", "[the|those|these|any|a|an|one|no] (such|matching|remaining|selected|qualifying|same|relevant|those) {s:source}",
        "(those|these|the same) {s:source}", cost=0.3)
def _such(s: str) -> Rows:
    return Rows(noun=s)


@G.rule("head", "[the|any|a|an|no] (such|matching|remaining|suitable|qualifying) (row|record|rows|records|entry|entries|one|ones|thing|things)", cost=0.3)
def _such_rows() -> Rows:
    return Rows()


@G.rule("head", "[the|all|any|those|only the|all the] (rows|records|entries)", "[the|a|an|any|each|every|that] {e:known}", cost=0.8)
def _bare_rows(e: str = "") -> Rows:
    return Rows()


@G.terminal("known")
def _known(chart: Chart, at: int) -> list[Edge]:
    """Read a noun that the conversation has used for its records and that is no source's name."""
    names: Names = chart.names
    low = singular(chart.low(at))
    if at < len(chart.tokens) and chart.tokens[at].kind == "word" and low in names.entities and not names.sources_named(low):
        return [Edge(at + 1, low, 0.3)]
    return []


@G.terminal("nounlist")
def _nounlist(chart: Chart, at: int) -> list[Edge]:
    """Read "dog or cat": two nouns that the brackets after them explain."""
    if chart.low(at + 1) in ("or", "and") and chart.low(at + 3) == "(" and all(chart.tokens[i].kind == "word" for i in (at, at + 2)):
        return [Edge(at + 3, f"{chart.low(at)} or {chart.low(at + 2)}", 1.0)]
    return []


@G.rule("head", "(every|each|all|all the|any) {p:prose} LP {c:cond} RP", "(every|each|all|all the|any) {p:nounlist} LP {c:cond} RP", cost=0.8)
def _glossed_prose(p: str, c: Cond) -> Rows:
    return with_cond(Rows(every=True), c)


@G.rule("head", "[all|all of] [the|their|its] {n:anyword} LP {c:cond} RP", cost=1.2)
def _glossed_noun(n: str, c: Cond) -> Rows:
    return with_cond(Rows(noun=""), c)


@G.rule("rows", "{r:head}", cost=0.0)
def _head(r: Rows) -> Rows:
    return r


def with_cond(rows: Rows, cond: Cond) -> Rows:
    """Narrow a selection by one more condition."""
    parts = cond.parts if isinstance(cond, And) else (cond,)
    return msgspec.structs.replace(rows, conds=(*rows.conds, *parts))


@G.rule("rows", "{r:rows} [,] (whose|where|which|that|who|where the|for which|for which the|in which|in which the|with whose|and whose|, and whose|and where|and who"
        "|and which|and that|but whose|such that|having|, whose|, where|, but only where|, but only if|only where|but only where|only if|for whom|, which|, who) {c:cond}", cost=0.4)
def _whose(r: Rows, c: Cond) -> Rows:
    return with_cond(r, c)


@G.rule("rows", "{r:rows} to {a:adj}", "{r:rows} (who|that|which) (can|may|must|should) {a:adj}", cost=0.4)
def _to_do(r: Rows, a: str) -> Rows:
    return with_cond(r, Holds(None, a))


@G.rule("rows", "{r:rows} [,] LP {c:cond} RP", cost=0.3)
def _gloss(r: Rows, c: Cond) -> Rows:
    return msgspec.structs.replace(with_cond(r, c), words=())


@G.rule("rows", "{r:rows} with (a|an|the) {n:name} (of|equal to) {v:lit}", "{r:rows} with {n:name} {v:lit}", "{r:rows} with the {n:name} {v:lit}", cost=0.4)
def _with_value(r: Rows, n: str, v: Value) -> Rows:
    return with_cond(r, Compare("==", Named(n), v))


@G.rule("rows", "{r:rows} with (a|an|the|any) [non empty|filled] {n:name}", "{r:rows} that (have|has) (a|an|the|any) {n:name}",
        "{r:rows} who (have|has) (a|an|the|any) {n:name}", cost=0.6)
def _with_field(r: Rows, n: str) -> Rows:
    return with_cond(r, Holds(Named(n), "present"))


@G.rule("rows", "{r:rows} (without|with no|that have no|who have no|that has no|who has no) [a|an|any] [known|valid] {n:name} [address|on file|on record|recorded|on it]", cost=0.5)
def _without_field(r: Rows, n: str) -> Rows:
    return with_cond(r, Holds(Named(n), "absent"))


@G.rule("rows", "{r:rows} of {n:name} {v:lit}", "{r:rows} of the {n:name} {v:lit}", cost=0.4)
def _of_value(r: Rows, n: str, v: Value) -> Rows:
    return with_cond(r, Compare("==", Named(n), v))


@G.rule("rows", "{r:rows} (that|which|who) (belong|belongs) to [that|this|the] {e:entity}", "{r:rows} belonging to [that|this|the] {e:entity}", cost=0.4)
def _belonging(r: Rows, e: str) -> Rows | None:
    return None if r.owner else msgspec.structs.replace(r, owner=e or "it")


@G.rule("rows", "{r:rows} [,] (except|except for|apart from|without|but not|excluding|not counting|other than) (the ones|those|ones|the rows|rows|any) (where|whose|that|which|for which|with|that are) {c:cond}", "{r:rows} [,] (except|except for|apart from|excluding|without|but not|not counting|not including|leaving out|other than|but without) [the|those|any|all] {a:adj} (ones|one|rows|{s:source}) [LP {c:cond} RP]", cost=0.1)
def _except(r: Rows, c: Cond | None = None, a: str = "", s: str = "") -> Rows | None:
    if s and r.source and s != r.source:
        return None
    return with_cond(r, Not(c if c is not None else Holds(None, a)))


@G.rule("rows", "{r:rows} with (a|an|the) {n:name} {t:tails}", "{r:rows} with (a|an|the) {n:name} of {t:tails}", "{r:rows} with {n:name} {t:tails}", "{r:rows} (that|who|which) (has|have) (a|an|the) {n:name} [of] {t:tails}", cost=0.4)
def _with_tails(r: Rows, n: str, t: Cond) -> Rows:
    from sopwb.author.english.grammar.conditions import with_subject

    return with_cond(r, with_subject(t, Named(n)))


@G.rule("rows", "{r:rows} with {c:cond}", "{r:rows} , with {c:cond}", cost=0.8)
def _with(r: Rows, c: Cond) -> Rows:
    return with_cond(r, c)


@G.rule("rows", "{r:rows} (of|for|from|by|belonging to|made by|with) [that|the|this|a] [same] {e:entity}", "{r:rows} (it|they|he|she) (has|have|had|made)", cost=0.4)
def _of_entity(r: Rows, e: str = "") -> Rows | None:
    return None if r.owner else msgspec.structs.replace(r, owner=e or "it")


@G.rule("rows", "{r:rows} (of|for|from|by|belonging to|made by) (all|all the|all of the|all our|every one of the|any of the) {s:source}", cost=0.1)
def _of_all(r: Rows, s: str) -> Rows | None:
    return None if r.owner else msgspec.structs.replace(r, owner=EVERYBODY, every=True)


@G.rule("rows", "{r:rows} (on|with|for|of|by|in|at|from|within) (that|this|the|the given) {n:name}", cost=0.6)
def _on_param(r: Rows, n: str) -> Rows | None:
    if ";" in r.owner or r.owner == "it" or (r.owner.startswith("=") and r.owner[1:] == n):
        return None
    return msgspec.structs.replace(r, owner=f"{r.owner};={n}" if r.owner else "=" + n)


@G.rule("rows", "{r:rows} (in|from|of|within) [the] {s:source}", cost=0.8)
def _in_source(r: Rows, s: str) -> Rows | None:
    return msgspec.structs.replace(r, source=s) if not r.source and not r.noun else r if r.source == s or r.noun == s else None


@G.rule("rows", "{r:rows} (among|of|in) (them|those|these|that set)", cost=0.4)
def _among(r: Rows) -> Rows:
    return r


# --- windows of time --------------------------------------------------------------------------------


@G.rule("window", "[in|within|over|during|of|from] (the last|the past|the previous|the most recent|last|past) {n:num} {u:unit}", cost=0.3)
def _last(n: Lit, u: str) -> tuple[str, Value, Value]:
    from sopwb.author.english.lexicon import UNITS

    unit = UNITS[u]
    base = Clock("now") if unit in ("hours", "minutes") else Clock("today")
    return ("between", Shift(base, unit, n, True), base)


@G.rule("window", "{w:window} [,] (not counting|not including|excluding|without|except|except for|but not|leaving out) today [itself]", "{w:window} [,] (today|today itself) (excluded|not included|not counted|left out|does not count|not counting)", "{w:window} LP (without|excluding|not counting|not including) today RP", "{w:window} LP today (excluded|not included|not counted) RP", cost=0.1)
def _without_today(w: tuple[str, Value, Value]) -> tuple[str, Value, Value] | None:
    if w[0] != "between" or Clock("today") not in w[1:]:
        return None
    return ("until today" if w[2] == Clock("today") else "after today", w[1], w[2])


@G.rule("window", "{w:window} [,] [LP] (counting today|including today|today included|today counts|with today) [too] [RP]", cost=0.1)
def _with_today(w: tuple[str, Value, Value]) -> tuple[str, Value, Value] | None:
    return w if w[0] == "between" and Clock("today") in w[1:] else None


@G.rule("window", "[in|within|over|during] (the next|the coming|the following|next) {n:num} {u:unit}", cost=0.3)
def _next(n: Lit, u: str) -> tuple[str, Value, Value]:
    from sopwb.author.english.lexicon import UNITS

    unit = UNITS[u]
    base = Clock("now") if unit in ("hours", "minutes") else Clock("today")
    return ("between", base, Shift(base, unit, n, False))


@G.rule("window", "[in|within|during] the [calendar] year {y:year}", "(in|during|from) {y:year}", "[in|within|during] [the] calendar year {y:year}", "of the year {y:year}", cost=0.3)
def _in_year(y: int) -> tuple[str, int, int]:
    return ("year", y, 0)


@G.rule("window", "(since|from) {v:factor} (on|onwards|onward|on wards)", "(since|on or after|starting) {v:factor}", "from {v:date} [on|onwards]", cost=0.4)
def _from_on(v: Value) -> tuple[str, Value, None]:
    return ("from", v, None)


@G.rule("window", "(before|until before|prior to) {v:factor}", cost=0.4)
def _window_before(v: Value) -> tuple[str, Value, None]:
    return ("before", v, None)


@G.rule("window", "(after|later than) {v:factor}", cost=0.4)
def _window_after(v: Value) -> tuple[str, Value, None]:
    return ("after", v, None)


@G.rule("window", "(between|from) {a:factor} (and|to|until) {b:factor} [inclusive|, both included|, inclusive|LP inclusive RP|LP both included RP]", cost=0.4)
def _window_between(a: Value, b: Value) -> tuple[str, Value, Value]:
    return ("between", a, b)


def window_cond(subject: Value | None, window: tuple[str, object, object]) -> Cond:
    """Turn a window into a condition on a point in time (None: still to come)."""
    kind, a, b = window
    if kind == "year":
        assert isinstance(a, int)
        return InYear(subject, a)
    if kind == "period":
        of = subject if subject is not None else Named("@tail")
        same = [Compare("==", Part(p, of), Part(p, Clock("today"))) for p in ("year", "month")]
        return And(tuple(same)) if a == "month" else same[0]
    if kind == "between":
        return Inside(subject, a, b)  # type: ignore[arg-type]
    if kind == "cond":
        from sopwb.author.english.grammar.conditions import with_subject

        return with_subject(a, subject) if subject is not None else a  # type: ignore[arg-type, return-value]
    if kind in ("until today", "after today"):
        low, high = (">=", "<") if kind == "until today" else (">", "<=")
        return And((Compare(low, subject, a), Compare(high, subject, b)))  # type: ignore[arg-type]
    op = {"from": ">=", "before": "<", "after": ">"}[kind]
    return Compare(op, subject, a)  # type: ignore[arg-type]


@G.rule("rows", "{r:rows} {w:window}", cost=0.5)
def _windowed(r: Rows, w: tuple[str, object, object]) -> Rows:
    return with_cond(r, window_cond(Named("@date"), w))


@G.rule("rows", "{r:rows} {d:dateverb} {w:window}", cost=0.3)
def _dated(r: Rows, d: str, w: tuple[str, object, object]) -> Rows:
    return with_cond(r, window_cond(Named(d), w))


@G.rule("rows", "{r:rows} (that|which|who) (never|have never|has never) {v:verb}", cost=0.6)
def _never(r: Rows, v: str) -> Rows:
    return with_cond(r, Never(v))


@G.rule("rows", "{r:rows} (that|who|which) has the same {n:name}", "{r:rows} with the same {n:name}", "{r:rows} (that|which|who) (have|share|shares) the same {n:name}",
        "{r:rows} for (the same|its|that|the) {n:name}", "{r:rows} (whose {m:name} (matches|is|equals|is the same as) (its|their|the) {n:name})", cost=0.5)
def _same(r: Rows, n: str, m: str = "") -> Rows:
    return with_cond(r, Shared(n if not m or m == n else f"{m}={n}"))


def absent(field: str) -> Cond:
    return Empty(Named(field))


def present(field: str) -> Cond:
    return Not(Empty(Named(field)))
