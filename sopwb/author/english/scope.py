"""Linking: which field, parameter, definition or result some words mean, where they stand.

The innermost record comes first (the rows being filtered), then the draft's own names, then the records
looked up. An exact
name beats part of one; two of the same standing are a question. Deliberately not here: what is computed with
it (``lower``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from sopwb.author.english.lexicon import MONEY_NAMES, akin, singular, stem
from sopwb.author.english.names import Names, key_of, raw_words, words_of
from sopwb.author.english.spec import Doubt, Expr, Spec
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import DATE, DECIMAL, INT, STRING, TIMESTAMP, RecordType, Type, is_optional, required


class Scope(msgspec.Struct, frozen=True):
    """Records whose fields bare words may mean: (prefix, record, source or ""). ``need`` is told which
    field is used."""

    records: tuple[tuple[str, RecordType, str], ...] = ()
    need: Callable[[str, str], str] | None = None
    where: bool = False
    """Whether this filters rows (so that a null is a record left out)."""


def access(scope: Scope, prefix: str, field: str, type_: Type) -> Expr:
    """Write a field of a record in scope."""
    if scope.need is not None:
        return Expr(scope.need(prefix, field), type_)
    return Expr(f"{prefix}.{field}", type_)


def insisted(expr: Expr) -> Expr:
    """Let a record that may not be there end the run with an error: "(r == null ? null : r.f)" is must(r).f."""
    if not expr.text.startswith("(") or not is_optional(expr.type):
        return expr
    name, _, field = expr.text[:-1].rsplit(" : ", 1)[1].partition(".")
    return Expr(f"must({name}).{field}", required(expr.type))


def find_field(record: RecordType, key: str) -> tuple[list[str], bool]:
    """Give the fields that the words name, and whether exactly; a part of a name counts where nothing is exact."""
    exact = [f for f in record.names() if raw_words(f) == key]
    if len(exact) == 1 and sum(key_of(f) == key_of(exact[0]) for f in record.names()) > 1:
        return exact, True
    exact = [f for f in record.names() if key_of(f) == key]
    if exact:
        return exact, True
    wanted = key.split()
    loose = [f for f in record.names() if set(wanted) <= set(words_of(f))]
    if not loose and len(wanted) > 1:
        loose = [
            f
            for f in record.names()
            if set(words_of(f)) < set(wanted)
            and len(words_of(f)) == len(wanted) - 1
            and words_of(f)[-1] == wanted[-1]
        ]
    if not loose and key in ("date", "day"):
        loose = [f for f, t in record.fields if required(t) in (DATE, TIMESTAMP)]
    return loose, False


def date_field(source: SourceSchema, hint: str = "") -> str:
    """Give the one date field of a source; the one that shares a stem with ``hint`` where there are several."""
    dates = [f for f, t in source.record.fields if required(t) in (DATE, TIMESTAMP)]
    if len(dates) > 1 and hint:
        close = [f for f in dates if any(stem(w) == stem(hint) for w in f.split("_"))]
        dates = close or dates
    if len(dates) > 1:
        own = [f for f in dates if akin(words_of(f)[0], words_of(source.name)[-1])]
        dates = own if len(own) == 1 else dates
    if len(dates) == 1:
        return dates[0]
    if not dates:
        raise Doubt(f"{source.name} has no date, so I cannot tell when. Which field says when?", words="")
    raise Doubt(f"Which date of {source.name} do you mean: {listed(dates)}?", tuple((d, d) for d in dates))


def money_field(source: SourceSchema) -> str:
    """Give the one field of a source that customarily holds money."""
    fields = [
        f
        for f, t in source.record.fields
        if required(t) in (DECIMAL, INT) and set(words_of(f)) & set(MONEY_NAMES)
    ]
    if len(fields) == 1:
        return fields[0]
    numbers = [f for f, t in source.record.fields if required(t) == DECIMAL]
    if not fields and len(numbers) == 1:
        return numbers[0]
    raise Doubt(
        f"Which field of {source.name} is the amount: {listed(fields or list(source.record.names()))}?",
        tuple((f, f) for f in fields),
    )


def only_number(record: RecordType) -> str:
    """Give the one number that a script's result holds. Raises ``Doubt`` where there are several or none."""
    fields = [f for f, t in record.fields if required(t) in (DECIMAL, INT)]
    if len(fields) != 1:
        raise Doubt("The most of what? Please name the field.", tuple((f, f) for f in fields))
    return fields[0]


def listed(names: list[str] | tuple[str, ...], last: str = "or") -> str:
    """Write names as a list in words: "a, b or c"."""
    names = list(dict.fromkeys(names))
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + f" {last} " + names[-1]


def source_of_param(names: Names, param: str) -> str:
    """Give the source whose records a parameter identifies: ``customer_id`` for customers, ``sku`` where
    that is the key."""
    for source in names.sources.values():
        if source.key == param and param != "id":
            return source.name
    for source in names.sources.values():
        if source.key is None:
            continue
        noun = "_".join(words_of(source.name))
        last = words_of(source.name)[-1]
        for word in (noun, last):
            if param in (f"{word}_{source.key}", word) and param not in source.record.names():
                return source.name
    return ""


def pointing(fields: Iterable[str], source: SourceSchema) -> str:
    """Give the field among ``fields`` that names a record of a source: ``rider_id``, or what its key is called."""
    noun, last = "_".join(words_of(source.name)), words_of(source.name)[-1]
    wanted = [f"{noun}_{source.key}", f"{last}_{source.key}", noun, last]
    if source.key and source.key != "id":
        wanted.append(source.key)
    return next((f for w in wanted for f in fields if f == w), "")


def beside(names: Names, scope: Scope, source: str, owner: str) -> str:
    """Say which records of a source belong to the one that is being filtered: "tour_id == it.id", "id == it.tour_id".

    "" where nothing is filtered, or records of the same source, or those of somebody else (``owner``).
    """
    if not scope.where or len(scope.records) != 1 or scope.records[0][2] == source:
        return ""
    prefix, record, filtered = scope.records[0]
    if filtered not in names.sources or (owner not in ("", "it") and not noun_matches(owner, filtered)):
        return ""
    here, there = names.sources[filtered], names.sources[source]
    if field := pointing(there.record.names(), here):
        return f"{field} == {prefix}.{here.key}"
    if field := pointing(record.names(), there):
        return f"{there.key} == {prefix}.{field}"
    return ""


def pointed(names: Names, words: str, owner: str, scope: Scope) -> tuple[str, Expr] | None:
    """Give the source of whose record (``owner``) words name a field, and the key that a record in scope has of it."""
    for name, source in names.sources.items():
        if not source.key or not noun_matches(owner, name) or not find_field(source.record, words)[1]:
            continue
        for prefix, record, other in scope.records:
            field = pointing(record.names(), source)
            if other and other != name and field:
                return name, access(scope, prefix, field, record.get(field) or STRING)
    return None


def param_of(names: Names, spec: Spec, owner: str) -> str:
    """Give the parameter that names the record spoken of. Raises ``Doubt`` where none or several do."""
    named = {p.name: source_of_param(names, p.name) for p in spec.params}
    hits = [
        n
        for n, s in named.items()
        if (s and (owner == "it" or noun_matches(owner, s, n))) or key_of(n) == owner
    ]
    if len(hits) != 1:
        raise Doubt(f"Which {owner if owner != 'it' else 'record'} do you mean?")
    return hits[0]


def relation(names: Names, spec: Spec, source: SourceSchema) -> list[tuple[str, str]]:
    """Give the ways in which a source's records belong to a parameter: (field, parameter)."""
    fields = source.record.names()
    return [(p.name, p.name) for p in spec.params if p.name in fields and p.name != source.key]


def noun_matches(noun: str, source: str, param: str = "") -> bool:
    """Whether a noun can stand for a record of a source ("customer" for customers)."""
    noun = singular(noun)
    return noun in (key_of(source), words_of(source)[-1]) or bool(
        param and noun == key_of(param.removesuffix("_id"))
    )
