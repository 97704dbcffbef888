# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Records that one thing can belong to in two ways: "the matches where that team is home or away" (home_id, away_id).

Deliberately not here: records that belong to it in one way, which need no words for it (``rows``).
"""

from __future__ import annotations

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.meaning import Compare, Cond, Named, Or, Rows
from sopwb.author.english.names import key_of, words_of
from sopwb.author.english.patterns import Chart, Edge
from sopwb.lang.types import STRING, required


@G.terminal("role")
def _role(chart: Chart, at: int) -> list[Edge]:
    """Read a word that a field for a key is named after: "home" where there is ``home_id``; the node is (source, field)."""
    if at >= len(chart.tokens) or chart.tokens[at].kind not in ("word", "name"):
        return []
    said = words_of(chart.low(at))
    said = said[:-1] if len(said) > 1 and said[-1] == "id" else said
    found = []
    for name, source in chart.names.sources.items():
        fields = [f for f, t in source.record.fields if required(t) == STRING and words_of(f) in (said, (*said, "id"))]
        fields = fields or [f for f in source.record.names() if f.endswith("_id") and words_of(f)[: len(said)] == said]
        if len(fields) == 1:
            found.append(Edge(at + 1, (name, key_of(fields[0])), 0.0))
    return found


G.rule("roles", "[either] [the] {a:role} or [the] {b:role} [side|{e:entity}]", "both [the] {a:role} and [the] {b:role}", cost=0.0)(lambda a, b, e="": (a, b) if a[0] == b[0] and a != b else None)
G.rule("roles", "[the] {a:role} {e:entity}", "at {a:role}", cost=0.1)(lambda a, e="": (a,))
G.rule("playing", "(is|was|plays|played|takes part|took part|appears|appeared|are|were) [in|as|at|on|either]", cost=0.0)(lambda: True)


def in_role(rows: Rows, roles: tuple[tuple[str, str], ...], entity: str) -> Rows | None:
    """Narrow records to those that something belongs to in one of these ways."""
    if not rows.source or any(source != rows.source for source, _ in roles):
        return None
    key = Named("@key", entity or "it")
    conds: tuple[Cond, ...] = tuple(Compare("==", Named(field), key) for _, field in roles)
    return with_cond(msgspec.structs.replace(rows, owner=""), Or(conds) if len(conds) > 1 else conds[0])


@G.rule("rows", "{r:rows} (where|in which|for which|that have|when) {e:entity} {p:playing} {x:roles}", "{r:rows} with {e:entity} as {x:roles}", "{r:rows} (where|in which|whose|for which) {x:roles} (is|was|are) {e:entity}", "{r:rows} (where|in which) {e:entity} (is|was) [in] {x:roles}", cost=0.2)
def _where_role(r: Rows, e: str, x: tuple[tuple[str, str], ...], p: bool = True) -> Rows | None:
    return None if r.owner else in_role(r, x, e)


@G.rule("rows", "{r:rows} [,] [at|as|whether|no matter if] {x:roles}", "{r:rows} LP {x:roles} RP", cost=0.3)
def _owned_role(r: Rows, x: tuple[tuple[str, str], ...]) -> Rows | None:
    return in_role(r, x, r.owner) if r.owner and ";" not in r.owner and not r.owner.startswith("=") else None


@G.rule("atom", "{e:entity} {p:playing} {x:roles}", "{x:roles} (is|was|are) {e:entity}", cost=0.2)
def _in_role(e: str, x: tuple[tuple[str, str], ...], p: bool = True) -> Cond | None:
    conds: tuple[Cond, ...] = tuple(Compare("==", Named(field), Named("@key", e or "it")) for _, field in x)
    return Or(conds) if len(conds) > 1 else None
