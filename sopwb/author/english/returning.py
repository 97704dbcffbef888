"""Lists of returned fields: which one is rounded, explained or still without a name.

Deliberately not here: how lists are read (``grammar.listing``).
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of
from sopwb.author.english.nodes import rebuilt
from sopwb.author.english.scope import listed
from sopwb.author.english.spec import Doubt, Spec

ONLY: Final = "@only "
"""Marks a rounding said behind the last of several bare names: "days and moisture rounded"."""
UNNAMED: Final = "@unnamed"
"""Stands for the name of a returned value that has none yet."""
EACH_OF_THEM: Final = "@them"
"""Stands for the names that were defined and are returned nowhere yet: "return both"."""
BESIDE: Final = "@beside "
"""Marks the value of a name that is either explained by the name behind it or stands beside it."""
_VERB: Final = (
    r"(?:return(?:s|ing)?|gives?|giving|tells?|show|hands?|reports?|needs?|wants?|like|gets?|add|comes?)"
    r"(?: also| me| us| back| just| only)*"
)
_MEASURES: Final = "number|sum|total|average|mean|count|highest|lowest|biggest|smallest|latest|earliest|share|time|date"
_EXPLAINED: Final = re.compile(
    rf"(?i)(?:\b(?:{_VERB}|and|also|plus)|,)(?: an?| the)? ([a-z]\w*)"
    r"(?:,? (?:which|that|this) (?:is|are|says|tells|means)\b|,? (?:that'?s|namely|meaning|being)\b"
    r"|, (?:i\.e\.|true|yes|whether|how (?:many|much|often|long))"
    rf"|, the (?:\w+ )?(?:{_MEASURES})\b| \(|: )"
)


def listed_names(text: str) -> list[str]:
    """Give the names that a list of returned fields explains at once, so that the list itself can use them."""
    sentences = re.split(r"\.(?!\d)", text.replace("i.e.", "namely"))
    alone = re.findall(r"(?i)\b(?:just|only|simply) (?:return|give back|give me) ([a-z]\w*)\s*(?:[.!;]|$)", text)
    alone += re.findall(r"(?i)(?:^|[:,;]|\band)\s+([a-z]\w*) = ", text)
    lists = (said for s in sentences for said in re.findall(rf"(?is)\b{_VERB}\b.*", s))
    return alone + [n for said in lists for n in _EXPLAINED.findall(said)]


def rounded_alone(spec: Spec, words: str) -> str:
    """Give the field that a rounding is of: the last one, unless another could be rounded as well ("@which")."""
    if not words.startswith(ONLY):
        return words
    key = words.removeprefix(ONLY)
    others = [key_of(r.name) for r in spec.returns if key_of(r.name) != key]
    return key if all(_needs_no_rounding(spec, other) for other in others) else "@which"


def field_open(spec: Spec) -> str:
    """Give the returned field that "it is 'x' if …" explains: the one named last, if nothing says yet what it is."""
    last = spec.returns[-1] if spec.returns else None
    open_ = last is not None and last.value is None and key_of(last.name) not in spec.defs
    return key_of(last.name) if last is not None and open_ and spec.awaits == last.name else "@open"


def round_returned(spec: Spec, key: str, rounding: m.Adjust) -> None:
    """Round a field where it is returned: what other fields are computed from stays exact."""
    spec.returns = [msgspec.structs.replace(r, rounded=rounding) if key_of(r.name) == key else r for r in spec.returns]


def both(spec: Spec, sets: tuple[tuple[str, m.Value], ...]) -> tuple[tuple[str, m.Value], ...]:
    """Let "both" be the two fields that were returned last when it was said, whatever is returned besides later on."""
    pair = [key_of(r.name) for r in spec.returns][-2:]
    if len(pair) < 2:
        return sets
    return tuple((key, value) for name, value in sets for key in (pair if name == "@both" else [name]))


def priced(spec: Spec, key: str, how: str) -> str:
    """Give what "10% off" is off: not a count or days that were spoken of last, where one amount is returned."""
    if how not in ("percent_less", "percent_more", "half") or key == "@bare" or not _is_counted(spec, key):
        return key
    amounts = [key_of(r.name) for r in spec.returns if not _is_counted(spec, key_of(r.name))]
    return amounts[0] if len(amounts) == 1 else key


def _is_counted(spec: Spec, key: str) -> bool:
    """Whether a value is a number of records or of days, a text, or a yes or no: no share is taken off it."""
    ret = next((r for r in spec.returns if key_of(r.name) == key), None)
    value = spec.defs.get(key, ret.value if ret is not None else None)
    counted = isinstance(value, m.Agg) and value.kind in ("count", "list")
    return key in spec.predicates or counted or isinstance(value, m.Span | m.Truth | m.Message)


def unrounded(spec: Spec, key: str, change: m.Adjust) -> None:
    """Take the rounding out of a value that is changed later on, so that it can be asked which comes first."""
    if not change.early and (not spec.settled or change.how == "set" or change.how.startswith("round")):
        return
    at = next((i for i, r in enumerate(spec.returns) if key_of(r.name) == key and r.value is not None), None)
    value = spec.defs.get(key) if at is None else spec.returns[at].value
    if not isinstance(value, m.Rounded):
        return
    if at is None:
        spec.defs[key] = value.value
    else:
        spec.returns[at] = msgspec.structs.replace(spec.returns[at], value=value.value)
    how = "round" if value.how == "half" else "round_" + value.how
    spec.adjusts.insert(0, (key, m.Adjust(how, None, places=value.places)))


def _needs_no_rounding(spec: Spec, key: str) -> bool:
    ret = next((r for r in spec.returns if key_of(r.name) == key), None)
    value = spec.defs.get(key, ret.value if ret is not None else None)
    return key in spec.predicates or (value is not None and _whole(value))


def _whole(value: Any) -> bool:
    """Whether a value is no number with decimals for certain: a count, whole days, a text, yes or no."""
    match value:
        case m.Agg(kind):
            return kind == "count"
        case m.Span() | m.Truth() | m.Message() | m.Rounded():
            return True
        case m.Lit(_, text):
            return "." not in text
        case m.Cases(arms, default):
            return all(_whole(a.value) for a in arms) and (default is None or _whole(default))
        case _:
            return False


def name_them(spec: Spec, given: tuple[str, ...]) -> None:
    """Give names to the returned values that have none, in their order. Raises ``Doubt`` where they do not fit."""
    if spec.bare is not None and len(given) == 1:
        spec.returns, spec.bare = [m.Ret(given[0], "", spec.bare)], None
        spec.last, spec.spoken = key_of(given[0]), [key_of(given[0])]
        spec.adjusts = [(key_of(given[0]) if k == "@bare" else k, a) for k, a in spec.adjusts]
        return
    open_ = [i for i, r in enumerate(spec.returns) if r.name.startswith(UNNAMED)]
    if len(open_) != len(given):
        raise Doubt(f"Which values should be called {listed(list(given), 'and')}?")
    for index, name in zip(open_, given, strict=True):
        old = key_of(spec.returns[index].name)
        spec.adjusts = [(key_of(name) if k == old else k, a) for k, a in spec.adjusts]
        spec.returns[index] = msgspec.structs.replace(spec.returns[index], name=name)
    spec.last = key_of(given[-1])
    spec.spoken = [key_of(n) for n in given]


def them(spec: Spec) -> list[str]:
    """Give the returned fields that "them" are: those spoken of just now, else all. Raises ``Doubt``."""
    fields = [key_of(r.name) for r in spec.returns]
    found = [k for k in spec.spoken if k in fields] or [k for k in spec.spoken_before if k in fields] or fields
    if not found:
        raise Doubt("What should be rounded? Please name it.")
    return list(dict.fromkeys(found))


def named_all(spec: Spec, fields: list[m.Ret]) -> None:
    """Take names said beside nothing for the values that have none yet, where they are as many."""
    known = {r.name for r in spec.returns}
    new = tuple(f.name for f in fields if f.value is None and f.name not in known and key_of(f.name) not in spec.defs)
    if new and len(new) == sum(name.startswith(UNNAMED) for name in known):
        name_them(spec, new)


def unnamed(spec: Spec) -> None:
    """Raise ``Doubt`` for returned values that have no name yet."""
    count = sum(r.name.startswith(UNNAMED) for r in spec.returns)
    if count:
        raise Doubt(
            "What should that returned value be called?"
            if count == 1
            else f'What should these {count} returned values be called? For example: "call them a and b".'
        )


def _as_said(spec: Spec, key: str) -> str:
    """Give a name as it was written, its plural kept."""
    size = len(key.split())
    for said in spec.said:
        lows = [low for low, _ in said]
        for at in range(len(lows)):
            for end in (at + 1, at + size):
                name = "_".join(lows[at:end])
                if name.isidentifier() and key_of(name) == key:
                    return name
    return key.replace(" ", "_")


def each_of_them(spec: Spec, fields: list[m.Ret]) -> list[m.Ret]:
    """Put the defined names in the place of "both" and "them". Raises ``Doubt`` where their number differs."""
    if [f.name for f in fields] != [EACH_OF_THEM]:
        return fields
    known = {key_of(r.name) for r in spec.returns}
    names = [_as_said(spec, key) for key in spec.defs if not key.startswith("@") and key not in known]
    if not names or fields[0].type not in ("0", str(len(names))):
        raise Doubt("Which values should it return? Please name them.")
    return [m.Ret(name) for name in names]


def asked_about(fields: list[m.Ret]) -> None:
    """Raise ``Doubt`` for a name that the name behind it may explain or only follow."""
    for field in fields:
        value = field.value
        if isinstance(value, m.Named) and value.words.startswith(BESIDE):
            other = value.words.removeprefix(BESIDE)
            raise Doubt(
                f'Is {field.name} the {other}, or are both returned? Say "{field.name}, which is the {other}", or "return the {other} and {field.name}".'  # noqa: E501 - one message, one line
            )


def pointed_at(node: Any, last: str) -> Any:
    """Put the name of what was spoken of last in place of "it", outside cases that have a subject of their own."""
    if isinstance(node, m.It):
        return m.Named("@sum" if node.words == "sum" else last)
    if isinstance(node, m.Truth):
        # Only what is tested first can point back: a later "it" is the one tested before it.
        cond = node.cond
        if isinstance(cond, m.Compare | m.Inside) and isinstance(cond.left, m.It):
            return m.Truth(msgspec.structs.replace(cond, left=pointed_at(cond.left, last)))
        return node
    if isinstance(node, m.Cases):
        return node
    return rebuilt(node, lambda part: pointed_at(part, last))


def that(spec: Spec, value: m.Value, before: str) -> m.Value:
    """Put in place what "return that as n" points at: what was said last, else how many there are of the records."""
    if "@sum" in spec.defs and isinstance(value, m.It):
        return m.Named("@sum")
    if before == "@open" and isinstance(value, m.It) and not any(k == before for k, _ in spec.adjusts):
        # "How many trips were there? Return it as n": what was worked out has its name now.
        spec.last = ""
        return spec.defs.pop(before, value)
    if not before and spec.current is not None and isinstance(value, m.It):
        return m.Agg("count", None, m.Rows())
    pointed: m.Value = pointed_at(value, before) if before else counted(spec, value)
    return pointed


def counted(spec: Spec, node: Any) -> Any:
    """Let "whatever goes beyond it" be about the number of the records spoken of, where no value was named before."""
    if spec.current is None:
        return node
    if isinstance(node, m.It) and node.words == "count":
        return m.Agg("count", None, m.Rows())
    return rebuilt(node, lambda part: counted(spec, part))


def share(value: m.Value, name: str) -> m.Value:
    """The count per value of a field, for the returned field that is named like the value."""
    if isinstance(value, m.Agg) and value.kind == "per" and value.what is not None:
        rows = value.rows or m.Rows()
        return m.Agg(
            "count",
            None,
            msgspec.structs.replace(rows, conds=(*rows.conds, m.Compare("==", value.what, m.Lit("string", name)))),
        )
    raise Doubt("I read one explanation for several returned fields. Please explain each of them.")


def summed(spec: Spec, node: Any) -> Any:
    """Let "that sum" be the sum that was spoken of, wherever in a statement it stands; nothing where there was none."""
    if "@sum" not in spec.defs or isinstance(node, m.Adjust):
        return node
    if isinstance(node, m.It):
        return m.Named("@sum") if node.words == "sum" else node
    return rebuilt(node, lambda part: summed(spec, part))
