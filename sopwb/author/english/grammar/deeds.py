# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Records by what somebody did with them: "the lessons that student missed", "books she returned in May", "picked by that person".

A verb that a text, a date or a yes/no field of the records is named after tells them apart ("missed" where the status can be
that, "returned" where there is returned_on); one that no field is named after ("had", "took") only says whose they are.
Deliberately not here: verbs that could tell records apart where nothing in the data says so ("cancelled"), which are asked about.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import gloss_of
from sopwb.author.english.grammar.picking import held
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.lexicon import IRREGULAR, singular, stem
from sopwb.author.english.meaning import (
    Agg,
    Among,
    And,
    Compare,
    Cond,
    Holds,
    Lit,
    Named,
    Node,
    Not,
    Or,
    Part,
    Rows,
    Value,
)
from sopwb.author.english.names import Names, words_of
from sopwb.author.english.nodes import has
from sopwb.author.english.patterns import Chart, Edge
from sopwb.lang.types import BOOL, DATE, TIMESTAMP, required

_DATED: Final = ("on", "at", "date", "time", "day")
_PLAIN_VERBS: Final = frozenset(["make", "give", "place", "do", "have", "had", "has", "get", "got", "take", "buy", "book", "order", "play", "run", "ride", "rode", "ridden", "fly", "drive", "send", "bring", "hand", "file", "log", "enter", "submit", "visit", "hold", "work", "write", "record", "receive", "use", "donate", "post", "register", "issue", "measure", "note", "collect", "pick", "rent", "hire", "borrow", "watch", "see", "spend", "earn", "upload", "report", "raise", "tow", "wash", "teach", "lead", "host", "serve", "treat", "sell", "swim", "climb", "walk", "shoot", "deliver", "request", "ask"])
"""Stems of what people do that make records of it and say no more of them."""


class Deed(Node, frozen=True):
    """What was done: for each source what it says of its records (None: nothing)."""

    says: tuple[tuple[str, str, Cond], ...]
    plain: bool
    verb: str
    past: bool

    def only_source(self) -> str:
        """Give the one source of whose records it says something; "" for none or several."""
        return self.says[0][0] if len({name for name, _, _ in self.says}) == 1 else ""

    def of(self, source: str) -> Cond | None:
        """Give what it says of the records of a source. Raises ``LookupError`` where nothing tells what it means there."""
        if not source and self.plain and not self.says:
            return None  # the source is still to come: "… made with that card in purchases"
        if not source:
            source = self.only_source()  # "those that were delivered": what tells that of them is known all the same
        plainly = [cond for name, field, cond in self.says if name == source and not field]
        found = plainly or [cond for name, _, cond in self.says if name == source]  # "played": the status, then its date
        if len(found) > 1 or (not found and not self.plain):
            raise LookupError(self.verb)
        return found[0] if found else None

    def date(self, source: str) -> str:
        """Give the date that it is the time of, "" where it has none."""
        found = [field for name, field, _ in self.says if name == source and field]
        return found[0] if len(found) == 1 else ""


def _verb(word: str) -> str:
    return stem(IRREGULAR.get(word, word))


_PLAIN: Final = frozenset(_verb(word) for word in _PLAIN_VERBS)


def _deeds(names: Names, verb: str) -> tuple[tuple[str, str, Cond], ...]:
    """Give what a verb says of the records of each source: by its texts, its dates and its yes/no fields."""
    out: list[tuple[str, str, Cond]] = []
    for name, source in names.sources.items():
        held = names.texts.get(name, {})
        out += [(name, "", Compare("==", Named(" ".join(words_of(f))), Lit("string", t))) for f, texts in held.items() for t in texts if " " not in t and _verb(t.lower()) == verb]
        for field, type_ in source.record.fields:
            parts = field.lower().split("_")
            key = " ".join(words_of(field))
            if required(type_) == BOOL and _verb(parts[-1]) == verb and len(parts) <= (2 if parts[0] in ("is", "was", "has") else 1):
                out.append((name, "", Holds(None, key)))
            if required(type_) in (DATE, TIMESTAMP) and len(parts) <= 2 and _verb(parts[0]) == verb and (len(parts) == 1 or parts[1] in _DATED):
                out.append((name, key, Holds(Named(key), "present")))
    return tuple(out)


@G.terminal("deed")
def _deed(chart: Chart, at: int) -> list[Edge]:
    """Read a verb of what was done with records."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word":
        return []
    low = chart.low(at)
    past = low.endswith(("ed", "en")) or low in IRREGULAR or low in ("had", "got", "rode", "swam")
    if low == "not" or (not past and chart.names.sources_named(singular(low))):
        return []
    verb = _verb(low)
    says = _deeds(chart.names, verb)
    plain = verb in _PLAIN
    end = at + 2 if plain and chart.low(at + 1) == "out" else at + 1  # "rented out"
    return [Edge(end, Deed(says, plain, verb, past), 0.0)] if says or plain else []


G.rule("deeds", "{a:deed}", cost=0.0)(lambda a: (a,))
G.rule("deeds", "[either] {a:deed} or {b:deed}", cost=0.1)(lambda a, b: (a, b))
G.rule("deeds", "{a:deed} , {b:deed} [,] or {c:deed}", cost=0.1)(lambda a, b, c: (a, b, c))


def done(rows: Rows, deeds: tuple[Deed, ...], owner: str | None = None, denied: bool = False, window: Any = None) -> Rows | None:
    """Narrow records by what was done with them; None where nothing tells what that means."""
    if owner is not None and rows.owner:
        return None
    try:
        said = [c for c in (d.of(_kind(rows, deeds)) for d in deeds) if c is not None]
    except LookupError:
        return None
    if (said and len(said) < len(deeds)) or (denied and not said):
        return None
    if owner is not None:
        rows = msgspec.structs.replace(rows, owner=owner or "it")
    if said:
        cond = said[0] if len(said) == 1 else _either(said)
        rows = with_cond(rows, Not(cond) if denied else cond)
    if window is None:
        return rows
    dates = {d.date(_kind(rows, deeds)) for d in deeds}
    field = dates.pop() if len(dates) == 1 else ""
    if denied and field:
        return None  # "not returned in the last 30 days": later, or never?
    return with_cond(rows, window_cond(Named(field or "@date"), window))


def _kind(rows: Rows, deeds: tuple[Deed, ...]) -> str:
    """Give the source of records, where "the counted orders" name it too."""
    return rows.source or next((name for d in deeds for name, _, _ in d.says if name == rows.noun), "")


def _either(said: list[Cond]) -> Cond:
    """Join by "or": texts of one field as one of several."""
    texts = [c for c in said if isinstance(c, Compare)]
    if len(texts) == len(said) and len({c.left for c in texts}) == 1:
        return Among(texts[0].left, tuple(c.right for c in texts))
    return Or(tuple(said))


@G.rule("rows", "{r:rows} [that|which|who] {e:entity} [has|have|had] {d:deeds} [{w:window}]", cost=0.2)
def _did(r: Rows, e: str, d: tuple[Deed, ...], w: Any = None) -> Rows | None:
    return done(r, d, e, window=w)


@G.rule("rows", "{r:rows} [that|which|who] {e:entity} (did|has|have|had|do|does) (not|never) {d:deeds}", "{r:rows} [that|which|who] {e:entity} never {d:deeds}", cost=0.3)
def _did_not(r: Rows, e: str, d: tuple[Deed, ...]) -> Rows | None:
    return done(r, d, e, denied=True)


G.rule("bywhom", "(by|for|on|with|of|from|at|in|to) [that|the|this|a] [same] {e:entity}", cost=0.0)(lambda e: e)
G.rule("bywhom", "(by|for|on|with|of|from|at|in|to) (that|this|the) {n:name}", cost=0.3)(lambda n: "=" + n)


@G.rule("rows", "{r:rows} [(that|which|who) (was|were|are|is|have been|has been|had been|got)] {d:deeds} {e:bywhom} [{w:window}]", cost=0.35)
def _done_by(r: Rows, d: tuple[Deed, ...], e: str, w: Any = None) -> Rows | None:
    return done(r, d, e, window=w) if all(x.past for x in d) else None


@G.rule("rows", "{r:rows} [(that|which|who) (was|were|are|is|have been|has been|had been|got)] {d:deeds} {w:window}", "{r:rows} (that|which|who) (was|were|are|is|have been|has been|had been|got) {d:deeds}", cost=0.4)
def _was_done(r: Rows, d: tuple[Deed, ...], w: Any = None) -> Rows | None:
    return done(r, d, window=w) if all(x.past for x in d) else None


@G.rule("rows", "{r:rows} [(that|which|who) (was|were|are|is|have been|has been|had been)] (not|never) [been] {d:deed}", "{r:rows} (that|which|who) (have|has|had) (not|never) {d:deed}", cost=0.4)
def _was_not_done(r: Rows, d: Deed) -> Rows | None:
    return done(r, (d,), denied=True) if d.past else None


@G.rule("aggregate", "how many [of them|of those] {e:entity} [has|have|had] {d:deeds} [{w:window}]", cost=0.4)
def _how_many_done(e: str, d: tuple[Deed, ...], w: Any = None) -> Value | None:
    source = d[0].only_source()
    rows = done(Rows(source), d, e, window=w) if source else None
    return Agg("count", None, msgspec.structs.replace(rows, source="", owner="", noun=source)) if rows is not None else None


@G.rule("aggregate", "how (often|many times) {e:entity} [has|have|had] {d:deed} (a|an|any|their|his|her|its|the|one of their) {s:source} [{w:window}]", "how (often|many times) {e:entity} (was|were|has been|have been|got) {d:deed} [{w:window}]", cost=0.3)
def _how_often(e: str, d: Deed, s: str = "", w: Any = None) -> Value | None:
    source = s or d.only_source()
    rows = done(Rows(source), (d,), window=w) if source else None
    return Agg("count", None, rows) if rows is not None else None


G.rule("aggregate", "how (often|many times) {e:entity} (came|visited|was here|were here|has been here|have been here|showed up|turned up|dropped in)", cost=0.5)(lambda e: Agg("count", None, Rows()))


@G.rule("rows", "{r:rows} [that|which] (found|showed|reported|rated|judged|called|had|saw) [that] [the|that|its|their|a] ({e:entity}|{n:name}) [to be|was|were|is|as] ({a:adj}|not {b:adj})", cost=0.3)
def _found(r: Rows, a: str = "", b: str = "", e: str = "", n: str = "") -> Rows | None:
    """"Inspections that found the plot not tidy": what such a record says of whose it is."""
    if r.owner or not r.source or n:
        return None
    rows = msgspec.structs.replace(r, owner=e or "it")
    return with_cond(rows, Holds(None, a) if a else Not(Holds(None, b)))


@G.terminal("fieldverb")
def _fieldverb(chart: Chart, at: int) -> list[Edge]:
    """Read "spots they bought" where there is ``spots_bought``. The node is the field's key."""
    fields = {words_of(f) for s in chart.names.sources.values() for f, _ in s.record.fields if len(words_of(f)) > 1}
    out = []
    for words in fields:
        end = at + len(words) - 1
        if tuple(singular(chart.low(i)) for i in range(at, end)) != words[:-1]:
            continue
        for edge in chart.parse("entity", end):
            last = edge.end + 1 if chart.low(edge.end) in ("has", "have", "had") else edge.end
            if singular(chart.low(last)) == words[-1]:
                out.append(Edge(last + 1, (" ".join(words), edge.node), edge.cost))
    return out


G.rule("factor", "[the|all the] {x:fieldverb}", cost=0.3)(lambda x: Named(x[0], x[1] or "it"))
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
for _number, _day in enumerate(_WEEK, 1):
    G.rule("everyday", f"(a {_day}|{_day}s|any {_day})", cost=0.0)(lambda n=_number: Lit("number", str(n)))


@G.rule("rows", "{r:rows} (on|held on|made on|from|of) {d:everyday}", cost=0.3)
def _on_weekday(r: Rows, d: Lit) -> Rows:
    return with_cond(r, Compare("==", Part("weekday", Named("@date")), d))


@G.rule("rows", "{r:rows} [,] (whatever|no matter what|regardless of|of any|with any|whichever) [the|their|its] {n:name} [is|it has|they have|they are]", cost=0.3)
def _whatever(r: Rows, n: str) -> Rows | None:
    return None if has(r.conds, Named, words=n) else r


@G.terminal("prosed")
def _prosed(chart: Chart, at: int) -> list[Edge]:
    """Read one to five words that ", meaning …" behind them explains."""
    for end in range(at, min(at + 6, len(chart.tokens))):
        if chart.low(end) == "," and end > at:
            return [Edge(end + 1, " ".join(t.low for t in chart.tokens[at:end]), 0.5)] if chart.low(end + 1) in ("meaning", "which", "that", "i.e") else []
        if chart.tokens[end].kind != "word" or chart.low(end) in ("and", "or", "but", "if", "when", "unless", "more", "less", "than"):
            return []
    return []


@G.rule("gloss", "{p:prosed} (meaning|which means|that is|i.e.) [that] {c:cond}", cost=0.3)
def _meaning(p: str, c: Cond) -> Cond | None:
    return gloss_of(p, c)


@G.rule("aggregate", "how many of {r:rows} (are|were|is|was|have|had|has) {c:gloss}", cost=0.5)
def _how_many_glossed(r: Rows, c: Cond) -> Value:
    return Agg("count", None, with_cond(r, c))


G.rule("eitheradj", "[either] {a:adj} or {b:adj}", "[either] {a:adj} , {c:adj} [,] or {b:adj}", cost=0.0)(lambda a, b, c="": Or(tuple(Holds(None, x) for x in (a, c, b) if x)))
G.rule("eitheradj", "neither {a:adj} nor {b:adj}", "not {a:adj} (or|nor) {b:adj}", "not {a:adj} and not {b:adj}", cost=0.0)(lambda a, b: And((Not(Holds(None, a)), Not(Holds(None, b)))))


@G.rule("rows", "{r:rows} (that|which|who) (was|were|are|is|have been|has been) {c:eitheradj}", cost=0.2)
def _are_either(r: Rows, c: Cond) -> Rows:
    return with_cond(r, c)


# --- texts without quotes, sizes without "with" -------------------------------------------------------------


def _only_field(r: Rows, x: tuple[Lit, tuple[str, ...]]) -> Cond | None:
    return Compare("==", Named(x[1][0]), x[0]) if r.source and len(x[1]) == 1 else None


@G.rule("rows", "{r:rows} [(that|which|who) (was|were|are|is)] [{d:deed}] by {x:fieldtext}", cost=0.5)
def _by_text(r: Rows, x: tuple[Lit, tuple[str, ...]], d: Deed | None = None) -> Rows | None:
    cond = _only_field(r, x)
    rows = r if d is None else done(r, (d,))
    return with_cond(rows, cond) if cond is not None and rows is not None else None


@G.rule("rows", "{r:rows} [,] (other than|but not|except|except for|but|apart from|excluding) [the] {x:fieldtext} [ones|one|{s:source}]", "{r:rows} (of|with) (any|every) {n:name} (but|except|other than|except for) {x:fieldtext}", cost=0.4)
def _but_text(r: Rows, x: tuple[Lit, tuple[str, ...]], n: str = "", s: str = "") -> Rows | None:
    cond = held(n, x) if n else _only_field(r, x)
    return with_cond(r, Not(cond)) if cond is not None and s in ("", r.source) else None


@G.rule("atom", "[the] {n:name} (is|was|are|were) not {x:fieldtext}", "{o:owner} {n:name} (is|was) not {x:fieldtext}", cost=0.3)
def _is_not_text(n: str, x: tuple[Lit, tuple[str, ...]], o: str = "") -> Cond | None:
    return None if held(n, x) is None else Compare("!=", Named(n), x[0])


@G.rule("atom", "[the] {n:name} (is|was|are|were) [either] {x:fieldtext} or {y:fieldtext}", "{o:owner} {n:name} (is|was) [either] {x:fieldtext} or {y:fieldtext}", cost=0.2)
def _is_either_text(n: str, x: tuple[Lit, tuple[str, ...]], y: tuple[Lit, tuple[str, ...]], o: str = "") -> Cond | None:
    a, b = held(n, x), held(n, y)
    return None if a is None or b is None else Among(Named(n), (x[0], y[0]))


@G.rule("rows", "{r:rows} {o:sizecmp} {v:num} {n:name}", cost=0.4)
def _sized(r: Rows, o: str, v: Lit, n: str) -> Rows | None:
    return with_cond(r, Compare(o, Named(n), v)) if r.source else None
