# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Conditions: comparisons, emptiness, windows, existence, and their connectives.

    cond  := list | either | both | atom
    list  := atom ("," atom)* [","] ("and" | "or") atom        one connective only
    atom  := value tail (connective tail)* | entity "has no" rows | prose "(" cond ")" | …
    tail  := "is at least 5" | "is empty" | "starts with 'x'" | "lies in the last 30 days" | …

"and" with "or" beside it binds as a comma, "either", "both" or brackets say; without them it is ``Mixed``, which is always a
question. Deliberately not here: what the words name.
"""

from __future__ import annotations

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import (
    Agg,
    Among,
    And,
    Arith,
    Clamp,
    Clock,
    Compare,
    Cond,
    Empty,
    Holds,
    InPart,
    Inside,
    InYear,
    Lit,
    Missing,
    Mixed,
    Named,
    Never,
    NoRows,
    Not,
    NotFor,
    Or,
    Part,
    Rows,
    Shift,
    Span,
    Starts,
    Value,
)
from sopwb.author.english.nodes import has

# --- tails ------------------------------------------------------------------------------------------

G.rule("be", "is", "are", "was", "were", "be", "has been", "have been", "being", "lies", "falls", "is in", "comes", "counts", cost=0.0)(lambda: True)
G.rule("not", "not", "never", cost=0.0)(lambda: True)


_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def sized(op: str, left: Value | None, right: Value) -> Cond:
    """Compare by size: "at most 3 days ago" and "more than 3 days before X" compare how far back, so the points compare the other way round."""
    back = isinstance(right, Shift) and right.back
    return Compare(_MIRRORED.get(op, op) if back else op, left, right)


def aged(op: str, left: Value | None, right: Value) -> Cond:
    """Compare by age: the older of two dates is the earlier one."""
    dated = isinstance(right, Shift | Clock) or (isinstance(right, Lit) and right.kind == "date")
    return Compare(_MIRRORED.get(op, op) if dated else op, left, right)


# "at most 20 and at least 10" is two comparisons, never one with 20 raised to 10.
G.rule("compared", "{v:value}", cost=0.0)(lambda v: None if isinstance(v, Clamp) else v)
G.rule("compared", "(the larger of|the greater of) {a:sum} and {b:sum}", cost=0.5)(lambda a, b: Clamp(a, low=b))
G.rule("compared", "(the smaller of|the lesser of|the lower of) {a:sum} and {b:sum}", cost=0.5)(lambda a, b: Clamp(a, high=b))

# What compares: points by "before", ages by "older", everything else by size.
G.rule("comparison", "{o:pointcmp} {v:compared}", "{o:verbcmp} {v:compared}", "{v:sum} {o:pointmore}", cost=0.0)(lambda o, v: Compare(o, None, v))
G.rule("comparison", "{o:sizecmp} {v:compared}", "{v:sum} {o:sizemore}", cost=0.0)(lambda o, v: sized(o, None, v))
G.rule("comparison", "{n:num} {u:unit} {o:sizemore} (ago|in the past|back)", cost=0.0)(lambda n, u, o: sized(o, None, ago(n, u)))
G.rule("comparison", "{n:num} {u:unit} {o:sizemore} (before|earlier than|prior to) {v:factor}", cost=0.0)(lambda n, u, o, v: sized(o, None, Shift(v, UNITS[u], n, True)))
G.rule("comparison", "{n:num} {u:unit} {o:sizemore} (after|later than|past) {v:factor}", cost=0.0)(lambda n, u, o, v: Compare(o, None, Shift(v, UNITS[u], n, False)))
G.rule("comparison", "{o:agecmp} {v:compared}", cost=0.0)(lambda o, v: aged(o, None, v))


def ago(n: Lit, u: str) -> Value:
    return Shift(Clock("now" if UNITS[u] in ("hours", "minutes") else "today"), UNITS[u], n, True)


@G.rule("tail", "[{b:be}] {c:comparison}", cost=0.3)
def _compare(c: Cond, b: bool = True) -> Cond:
    return c


@G.rule("tail", "{b:be} not {c:comparison}", "(does|do) not (come|go|get) {c:comparison}", cost=0.4)
def _not_compare(c: Compare, b: bool = True) -> Cond | None:
    turned = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
    return Compare(turned[c.op], None, c.right)


@G.rule("tail", "{b:be} {v:factor}", "{b:be} (exactly|equal to|the same as|set to|on) {v:factor}", "(equals|=|==) {v:factor}", "{b:be} {v:sum}", cost=0.5)
def _equals(v: Value, b: bool = True) -> Cond:
    return Empty(None) if isinstance(v, Lit) and v.kind == "null" else Compare("==", None, v)


@G.rule("tail", "{v:string}", cost=1.6)
def _bare_string(v: Value) -> Cond:
    return Compare("==", None, v)


@G.rule("tail", "{b:be} (not|anything but|different from|other than|not equal to) {v:factor}", "(is not equal to|does not equal|!=) {v:factor}", cost=0.4)
def _differs(v: Value, b: bool = True) -> Cond:
    return Not(Empty(None)) if isinstance(v, Lit) and v.kind == "null" else Compare("!=", None, v)


@G.rule("tail", "{b:be} {e:emptyword}", "has no value", "have no value", "(does|do) not exist", "has not been (set|filled in|entered)", "{b:be} left {e:emptyword}", cost=0.2)
def _is_empty(b: bool = True, e: bool = True) -> Cond:
    return Empty(None)


@G.rule("tail", "{b:be} not {e:emptyword}", "{b:be} (set|filled in|filled|present|known|given|there|not null|entered|recorded)", "has a value", "(have|has) been (set|filled in|entered)", "exists", cost=0.2)
def _is_set(b: bool = True, e: bool = True) -> Cond:
    return Not(Empty(None))


G.rule("emptyword", "<empty>", cost=0.1)(lambda: True)


@G.rule("tail", "(starts|start|begins|begin|starting|beginning) with {v:factor}", cost=0.2)
def _starts(v: Value) -> Cond:
    return Starts("startsWith", None, v)


@G.rule("tail", "(ends|end|ending) (with|in) {v:factor}", cost=0.2)
def _ends(v: Value) -> Cond:
    return Starts("endsWith", None, v)


@G.rule("tail", "(contains|contain|containing|includes|include|has) {v:string} [in it]", "(contains|contain|includes) the (text|word|words) {v:string}", cost=0.2)
def _contains(v: Value) -> Cond:
    return Starts("contains", None, v)


@G.rule("tail", "(does|do) not (start|begin) with {v:factor}", cost=0.2)
def _not_starts(v: Value) -> Cond:
    return Not(Starts("startsWith", None, v))


@G.rule("tail", "(does|do) not (contain|include) {v:factor}", cost=0.2)
def _not_contains(v: Value) -> Cond:
    return Not(Starts("contains", None, v))


@G.rule("tail", "(does|do) not end (with|in) {v:factor}", cost=0.2)
def _not_ends(v: Value) -> Cond:
    return Not(Starts("endsWith", None, v))


G.rule("options", "{a:lit} (or|,|, or) {b:lit}", cost=0.1)(lambda a, b: (a, b))
G.rule("options", "{a:options} (or|,|, or|and|, and) {b:lit}", cost=0.1)(lambda a, b: (*a, b))
G.rule("options", "{a:lit} and {b:lit}", cost=0.4)(lambda a, b: (a, b))


@G.rule("tail", "{b:be} [either] (one of|among|in|any of|one out of) [the (values|texts|words)] {o:options}", "{b:be} [either] {o:options}", cost=0.2)
def _one_of(o: tuple[Value, ...], b: bool = True) -> Cond:
    return Among(None, o)


@G.rule("tail", "{b:be} (neither {a:lit} nor {c:lit}|not (one of|among|in|either) {o:options}|none of {o:options}|neither {o:options})", cost=0.2)
def _none_of(b: bool = True, a: Value | None = None, c: Value | None = None, o: tuple[Value, ...] = ()) -> Cond:
    return Not(Among(None, o or (a, c)))  # type: ignore[arg-type]


@G.rule("tail", "[{b:be}] between {lo:factor} and {hi:factor} [LP both included RP|LP inclusive RP|inclusive|, both included|, inclusive|, both ends included|, both inclusive|including both|, both days included|LP both days included RP|, both days inclusive|, both counted|, including both days|, including both]",
        "[{b:be}] from {lo:factor} (to|up to|until|through) {hi:factor} [LP both included RP|LP inclusive RP|inclusive|, both included|, inclusive]", cost=0.2)
def _between(lo: Value, hi: Value, b: bool = True) -> Cond:
    return Inside(None, lo, hi)


@G.rule("tail", "{b:be} {w:window}", cost=0.3)
def _window(b: bool, w: tuple[str, object, object]) -> Cond:
    return window_cond(None, w)


@G.rule("tail", "{b:be} in the future", cost=0.2)
def _future(b: bool) -> Cond:
    return Compare(">", None, Clock("today"))


@G.rule("tail", "{b:be} in the past", cost=0.2)
def _past(b: bool) -> Cond:
    return Compare("<", None, Clock("today"))


@G.rule("tail", "{b:be} {n:num} {u:unit} {o:sizemore} old", "{b:be} {o:sizecmp} {n:num} {u:unit} (in the past|old|back|ago)", cost=0.2)
def _aged(b: bool, o: str, n: Lit, u: str) -> Cond:
    return sized(o, None, ago(n, u))


@G.rule("tail", "{b:be} (today|now) or (within|in) the next {n:num} {u:unit}", cost=0.15)
def _today_or_next(b: bool, n: Lit, u: str) -> Cond:
    return Inside(None, Clock("today"), Shift(Clock("today"), UNITS[u], n, False))


@G.rule("tail", "{b:be} later [than that]", "{b:be} (after that|further away|further out|later than this)", "comes later [than that]", cost=0.6)
def _later(b: bool = True) -> Cond:
    return Holds(None, "@beyond")


@G.rule("tail", "{b:be} (true|set|yes|ticked|checked)", cost=0.15)
def _is_true(b: bool) -> Cond:
    return Compare("==", None, Lit("bool", "true"))


@G.rule("tail", "{b:be} (false|no|unticked|unchecked|not true|not set|not ticked)", cost=0.15)
def _is_false(b: bool) -> Cond:
    return Compare("==", None, Lit("bool", "false"))


# --- several tails of one subject ---------------------------------------------------------------------


@G.rule("tails", "{t:tail}", cost=0.0)
def _tail(t: Cond) -> Cond:
    return t


@G.rule("tails", "{a:tails} [,] (and|but) [{b:be}] {t:tail}", "{a:tails} and , {t:tail}", cost=0.5)
def _and_tail(a: Cond, t: Cond, b: bool = True) -> Cond:
    return Mixed(a, t) if isinstance(a, Or) else And((*(a.parts if isinstance(a, And) else (a,)), t))


@G.rule("tails", "{a:tails} [,] or {t:tail}", cost=0.5)
def _or_tail(a: Cond, t: Cond) -> Cond:
    return Mixed(a, t) if isinstance(a, And) else Or((*(a.parts if isinstance(a, Or) else (a,)), t))


def with_subject(cond: Cond, subject: Value) -> Cond:
    """Put the subject into tails that were read without one."""
    match cond:
        case And(parts):
            return And(tuple(with_subject(p, subject) for p in parts))
        case Or(parts):
            return Or(tuple(with_subject(p, subject) for p in parts))
        case Not(part):
            return Not(with_subject(part, subject))
        case Mixed(left, right):
            return Mixed(with_subject(left, subject), with_subject(right, subject))
        case Compare(left=Part(of=Named("@tail"))):
            return msgspec.structs.replace(cond, left=Part(cond.left.part, subject))  # type: ignore[union-attr]
        case Compare() | Empty() | Starts() | Among() | Inside() | InYear() | InPart() if cond.left is None:
            return msgspec.structs.replace(cond, left=subject)
        case Holds() if cond.subject is None:
            return msgspec.structs.replace(cond, subject=subject)
        case _:
            return cond


# --- atoms ------------------------------------------------------------------------------------------------


@G.rule("atom", "{s:value} {t:tails}", "{s:value} (both|either) {t:tails}", cost=0.2)
def _subject_tails(s: Value, t: Cond) -> Cond | None:
    if isinstance(s, Lit):
        return None
    return with_subject(t, s)


@G.rule("atom", "{t:tails}", cost=2.0)
def _bare_tails(t: Cond) -> Cond:
    return with_subject(t, Named("@subject"))


@G.rule("atom", "[{e:entity}] (was|were|is|are|has been|have been) {d:dateverb} {w:window}", "[{e:entity}] (has|have) [been] {d:dateverb} {w:window}", cost=0.25)
def _dated(d: str, w: tuple[str, object, object], e: str = "") -> Cond:
    return window_cond(Named(d), w)


@G.rule("atom", "[{e:entity}] (was|were|is|are|has been|have been) {d:dateverb} {t:tail}", "[{e:entity}] (was|were|is|are|has been|have been) {d:dateverb} {o:cmp} {n:num} {u:unit} (ago|back)", cost=0.35)
def _dated_tail(d: str, t: Cond | None = None, o: str = "", n: Lit | None = None, u: str = "", e: str = "") -> Cond:
    if n is not None:
        return sized(o, Named(d), ago(n, u))
    assert t is not None
    return with_subject(t, Named(d))


@G.rule("atom", "{e:entity} {d:dateverb} {o:sizecmp} {n:num} {u:unit} (ago|back)", "{e:entity} {d:dateverb} {n:num} {u:unit} {o:sizemore} (ago|back)", cost=0.3)
def _dated_plainly(e: str, d: str, o: str, n: Lit, u: str) -> Cond:
    return sized(o, Named(d), ago(n, u))


@G.rule("atom", "{e:entity} {d:dateverb} {w:window}", "{e:entity} {d:dateverb} {c:comparison}", cost=0.4)
def _dated_window(e: str, d: str, w: tuple[str, object, object] | None = None, c: Cond | None = None) -> Cond:
    if c is not None:
        return with_subject(c, Named(d))
    assert w is not None
    return window_cond(Named(d), w)


@G.rule("atom", "[{e:entity}] (was|were|has been|have been|got) never {v:verb}", "[{e:entity}] (has|have) never been {v:verb}", "[{e:entity}] (was|were) not {v:verb} (ever|so far)", "there (was|is) never (a|an|any) {v:verb}", cost=0.4)
def _never_been(v: str, e: str = "") -> Cond:
    return Never(v)


@G.rule("atom", "(today|now) (is|lies|comes) {c:comparison}", cost=0.2)
def _today_is(c: Compare) -> Cond:
    return Compare(c.op, Clock("today"), c.right)


@G.rule("atom", "LP {c:cond} RP", cost=0.2)
def _bracketed(c: Cond) -> Cond:
    return c


@G.rule("atom", "{p:prose} LP {c:cond} RP", cost=0.3)
def _glossed(p: str, c: Cond) -> Cond | None:
    return _gloss_polarity(p, c)


def _gloss_polarity(prose: str, cond: Cond) -> Cond | None:
    """A condition in brackets says what the words before it mean, their "not" included, unless it is plainly positive."""
    words = set(prose.split())
    if not words & {"not", "never", "no", "without", "isn", "hasn"}:
        return cond
    negative = isinstance(cond, (Empty, Not, NoRows)) or (isinstance(cond, Compare) and (
        cond.op == "!=" or (isinstance(cond.right, Lit) and cond.right.text == "false")))
    return cond if negative else None


NEGATIONS = frozenset(("not", "never", "no", "without", "hardly", "nor", "neither", "un", "isn", "non"))
"""Words that turn what they stand before into its opposite: no gloss may pass over one."""


def gloss_of(prose: str, cond: Cond) -> Cond | None:
    """Give what a bracket says of the words before it; None where a "not" before it leaves open which way it is meant."""
    return _gloss_polarity(prose, cond)


def gloss_of_not(adjective: str, cond: Cond) -> Cond | None:
    """Read "not frozen (frozen is false)", and "not frozen (frozen is true)", which explains the word that "not" denies."""
    negative = _gloss_polarity("not " + adjective, cond)
    if negative is not None:
        return negative
    named = isinstance(cond, Compare) and isinstance(cond.left, Named) and cond.left.words == adjective
    return Not(cond) if named else None


@G.rule("atom", "{e:entity} (is|are|was|were|counts as|count as) [considered|deemed|currently|rated|marked] {a:adj}", "{e:entity} (have|has) been {a:adj}", cost=0.3)
def _entity_is(e: str, a: str) -> Cond:
    return Holds(None, a)


@G.rule("atom", "{e:entity} (is|are|was|were) [considered|currently|rated] not {a:adj}", "{e:entity} (have|has) not been {a:adj}", cost=0.3)
def _entity_is_not(e: str, a: str) -> Cond:
    return Not(Holds(None, a))


@G.rule("atom", "{a:adj}", "(is|are|was|were) {a:adj}", cost=1.5)
def _bare_adjective(a: str) -> Cond:
    return Holds(None, a)


@G.rule("atom", "[{e:entity}] (can|may|must|should) {a:adj}", cost=0.4)
def _can(a: str, e: str = "") -> Cond:
    return Holds(None, a)


@G.rule("atom", "(is|are|was|were) not {a:adj}", cost=1.5)
def _bare_not_adjective(a: str) -> Cond:
    return Not(Holds(None, a))


@G.rule("atom", "[{e:entity}] (has|have|had) (a|an|the|any|some|{o:owner}) [non empty|known|valid] {n:name}", "there is (a|an) {n:name}", "{n:name} (is|was) (given|known|set|there|present)", cost=0.5)
def _has_field(n: str, e: str = "", o: str = "") -> Cond:
    return Holds(Named(n), "present")


@G.rule("atom", "[{e:entity}] (has|have|had) [the|a|an] {n:name} [of] {v:lit}", cost=0.4)
def _has_value(n: str, v: Value, e: str = "") -> Cond:
    return Compare("==", Named(n), v)


@G.rule("atom", "[{e:entity}] (has|have|had) no {n:name}", "there is no {n:name}", "[{e:entity}] (has|have|had) not got (a|an|any) {n:name}", "[{e:entity}] (does|do|did) not have (a|an|any) {n:name}",
        "no {n:name} is (set|given|known|there)", cost=0.5)
def _has_no_field(n: str, e: str = "") -> Cond:
    return Holds(Named(n), "absent")


@G.rule("atom", "[{e:entity}] (has|have|had|with|gets|get|made|placed|own|owns) (no|zero|not any) {r:rows} [yet|found|there|exist|exists|so far|to count|to choose|left|match|matches]",
        "[{e:entity}] (does|do|did) not have any {r:rows}", "[{e:entity}] (has|have|had) not got any {r:rows}", "there (is|are|was|were) (no|not any|none of|no more) {r:rows} [found|there|left|in it|to count]",
        "{r:rows} (do|does) not exist", "no {r:rows} (exist|exists|is found|are found|was found|were found|match|matches|remain|remains|is left|are left|is there|are there|can be found|fits|fit)",
        "(without|with no|without any) {r:rows}", "no {r:rows}", "there (is|are) none", "[it|they] (have|has) none", cost=0.5)
def _no_rows(r: Rows | None = None, e: str = "") -> Cond:
    return NoRows(r)


@G.rule("atom", "(there is|there are) (nothing|none|no one|nobody|no such one|nothing there) [to (choose|pick|count|find|show|return|sum|add up|send|report)] [from]", "(nothing|none) (is found|was found|matches|is left|remains|fits|is there|exists)",
        "(there is|there are) none [of (those|them)]", "none [of them] (match|matches|exist|exists|remain|is left|are left)", "(no match|no matches)", "(it|they|that) (is|are) not there", "nothing (is|was) (left|found|there)", cost=0.4)
def _nothing() -> Cond:
    return NoRows(None)


@G.rule("atom", "there (is|are) (at least one|any|a|one or more|some|an) {r:rows} [found|there|left]", "[{e:entity}] (has|have|had) (at least one|any|some|one or more) {r:rows}", "there (is|are) (any|some|at least one)",
        "(any|some|at least one) {r:rows} (exist|exists|is found|are found|remain|remains|is left|are left|match|matches)", cost=0.5)
def _some_rows(r: Rows | None = None, e: str = "") -> Cond:
    return Not(NoRows(r))


@G.rule("atom", "[there (is|are)] [{e:entity}] [(has|have|had|made|placed)] {o:cmp} {n:sum} {r:rows} [remain|remains|exist|are left|left|are there|there|in total|are found|were made|to count|match]", "[there (is|are)] [{e:entity}] [(has|have)] {n:num} {m:ormore} {r:rows}", cost=0.6)
def _count_rows(n: Value, r: Rows, o: str = "", m: str = "", e: str = "") -> Cond:
    return Compare(o or m, Agg("count", None, r), n)


@G.rule("atom", "there (is|are) {o:cmp} {n:num} [of them|left|to count|in total]", cost=0.6)
def _count_those(o: str, n: Value) -> Cond:
    return Compare(o, Agg("count", None, Rows()), n)


@G.rule("atom", "{o:cmp} ({s:share}|{p:percent}) of {r:rows} (are|is|were|was|have|had|has) {c:gloss}", cost=0.4)
def _share_rows(o: str, r: Rows, c: Cond, s: tuple[int, int] | None = None, p: Lit | None = None) -> Cond:
    from sopwb.author.english.meaning import Fraction, Ratio

    whole = Agg("count", None, r)
    part = Agg("count", None, with_cond(r, c))
    return Compare(o, part, Ratio(s[0], s[1], whole) if s else Fraction(p or Lit("number", "0"), whole))


@G.rule("gloss", "{p:prose} LP {c:cond} RP", cost=0.3)
def _gloss(p: str, c: Cond) -> Cond | None:
    return _gloss_polarity(p, c)


@G.rule("gloss", "{a:adj}", cost=0.4)
def _gloss_adj(a: str) -> Cond:
    return Holds(None, a)


@G.rule("gloss", "{c:tails}", cost=0.9)
def _gloss_tails(c: Cond) -> Cond:
    return with_subject(c, Named("@subject"))


@G.rule("atom", "{e:entity} (have|has|had) not {v:verb} [anything] [from us|with us] (in|for|within|during) [the] [last|past|more than|over] {n:num} {u:unit}", "{e:entity} (did|do|does) not {v:verb} [anything] (in|for|within) [the] [last|past|more than|over] {n:num} {u:unit}",
        "{e:entity} (have|has|had) not (made|placed|had|done) (a|any|an) {v:verb} (in|for|within) [the] [last|past|more than|over] {n:num} {u:unit}", cost=0.3)
def _not_for(e: str, v: str, n: Value, u: str) -> Cond:
    return NotFor(v, UNITS[u], n)


@G.rule("atom", "{e:entity} (have|has|had) not {v:verb} [anything] since {d:factor}", cost=0.3)
def _not_since(e: str, v: str, d: Value) -> Cond:
    return NotFor(v, "since", d)


@G.rule("atom", "{e:entity} [have|has|had] never {v:verb} [anything] [with us|from us]", "{e:entity} (have|has|had|did) not {v:verb} [anything|a thing] [ever|so far]", "{e:entity} {v:verb} nothing [so far]", "{e:entity} (has|have) {v:verb} nothing [so far]", cost=0.5)
def _never(e: str, v: str) -> Cond:
    return Never(v)


@G.rule("atom", "{e:entity} (has|have) been (here|there|with us|in|open|out|waiting|around) [for] {o:cmp} {n:num} {u:unit} , (counted|counting|measured) from {a:factor} (to|until) {b:factor}",
        "(it|that|this) (is|was|has been) {o:cmp} {n:num} {u:unit} , (counted|counting|measured) from {a:factor} (to|until) {b:factor}",
        "{o:cmp} {n:num} {u:unit} (lie|have passed|passed) (between|from) {a:factor} (and|to|until) {b:factor}", cost=0.3)
def _been_here(o: str, n: Value, u: str, a: Value, b: Value, e: str = "") -> Cond:
    return Compare(o, Span(UNITS[u], a, b), n)


@G.rule("atom", "{a:factor} (is|was|lies) {o:sizecmp} {n:num} {u:unit} (after|past|later than) {b:factor}", cost=0.3)
def _apart(a: Value, o: str, n: Value, u: str, b: Value) -> Cond:
    return Compare(o, Span(UNITS[u], b, a), n)


@G.rule("atom", "{o:cmp} {n:num} {u:unit} (old|ago)", "(is|are|was) {n:num} {u:unit} old", cost=2.5)
def _old(n: Value, u: str, o: str = "==") -> Cond:
    return Compare(o, Span(UNITS[u], Named("@date"), Clock("today")), n)


# --- a record that is not there -----------------------------------------------------------------------------


@G.rule("atom", "there is no (such {e:anyword}|such {s:source}|{e:anyword} (with|of|for) (that|this|the given|the) {n:name}|such thing|such row|such record|such one|{s:source} (with|of|for) (that|this|the given|the) {n:name}) [in {t:source}]",
        "no such {e:anyword} exists", "no such {s:source} exists", "(the|that|this) {n:name} (is|was) (unknown|not known|not found|not there|not valid|invalid)", "(the|that|this|a) [given] {n:name} (does|did) not exist", "{n:name} (is|was) (not found|unknown|not known)",
        "(it|that|there) (is|was) not found", "no (row|record|entry) (is found|exists|was found) for (that|the|this) {n:name}", "(it|that) does not exist", "(the|that|this|such a|a) {e:thing2} (does|did) not exist", "there is no such {e:thing2}", cost=0.4)
def _missing(e: str = "", s: str = "", n: str = "", t: str = "") -> Cond:
    return Missing(n, t or s)


G.rule("atom", "there is no such {t:source}", "no such {t:source} exists", "there are no such {t:source}", "there (is|are) no such {t:source} [found|there|at all|left]", cost=0.2)(lambda t: Missing("", t))
G.rule("thing2", "{e:known}", cost=0.1)(lambda e: e)
G.rule("thing2", "{s:source}", cost=0.1)(lambda s: s)


@G.rule("atom", "(the|that|this|a) [given] {n:name} (is|was) not (in|among|listed in|found in|known in|part of) [the] {s:source}", "{n:name} (is|was) not (in|among|listed in|found in|known in|part of|there in) [the] {s:source} [list|database|table|file]",
        "{n:name} (does|did) not (exist|occur|appear) in [the] {s:source}", "{e:entity} (is|are|was) not (in|among|listed in|found in) [the] {s:source} [list|database|table|file]", "{s:source} has no such {n:name}", "(a|an|any|the) {n:name} that is not in [the] {s:source}", cost=0.4)
def _missing_in(s: str, n: str = "", e: str = "") -> Cond:
    return Missing(n, s)


@G.rule("atom", "{s:source} has no (row|record|entry|match|line) [for (that|this|the) {n:name}]", "there is no (row|record|entry|match|line) (in|of) {s:source} [for (that|this|the) {n:name}]",
        "no (row|record|entry|match|line) (in|of) {s:source} (matches|is found|fits|exists) [for (that|this|the) {n:name}]", "(nothing|no match) is found in {s:source}", "(it|they|that {e:entity}) (is|are) not in {s:source}", cost=0.3)
def _no_match(s: str, n: str = "", e: str = "") -> Cond:
    return Missing("", s)


@G.rule("atom", "(it|they|that {e:entity}|the {e:entity}) (is|are) in (there|it|the list)", cost=0.5)
def _in_there(e: str = "") -> Cond:
    return Not(Missing("", "@last"))


# --- connectives ------------------------------------------------------------------------------------------------

@G.rule("atom", "{c:atom} LP {x:limitremark} RP", cost=0.1)
def _with_limit(c: Cond, x: bool) -> Cond | None:
    return c if has(c, Inside) or any(has(c, op=op) for op in ("<=", ">=")) else None


@G.rule("atom", "(no|no single|not a single|none of the|not one) {n:name} {t:tails}", cost=0.7)
def _no_single(n: str, t: Cond) -> Cond:
    return NoRows(Rows(conds=(with_subject(t, Named(n)),)))


G.rule("ands", "{a:atom} [,] and {b:atom}", "{a:atom} [,] and (also|at the same time) {b:atom}", "both {a:atom} and {b:atom}", "{a:atom} , but [only if|also|only when] {b:atom}", "{a:atom} but {b:atom}", "{a:atom} [,] and (if|when|whose|where|that|who) {b:atom}", "{a:atom} , {b:and3}", cost=0.3)(
    lambda a, b: And((a, *(b.parts if isinstance(b, And) and len(b.parts) > 1 else (b,)))))
G.rule("and3", "{a:atom} [,] and {b:atom}", "{a:atom} , {b:and3}", "{a:atom} [,] and (if|when|whose|where|that|who) {b:atom}", cost=0.1)(lambda a, b: And((a, *(b.parts if isinstance(b, And) else (b,)))))
G.rule("ands", "{a:ands} [,] and [also|if|when] {b:atom}", cost=0.3)(lambda a, b: And((*a.parts, b)))
G.rule("ors", "{a:atom} [,] or [if|when] {b:atom}", "either {a:atom} [,] or [if|when] {b:atom}", "{a:atom} , {b:or3}", cost=0.3)(
    lambda a, b: Or((a, *(b.parts if isinstance(b, Or) and len(b.parts) > 1 else (b,)))))
G.rule("or3", "{a:atom} [,] or {b:atom}", "{a:atom} , {b:or3}", cost=0.1)(lambda a, b: Or((a, *(b.parts if isinstance(b, Or) else (b,)))))
G.rule("ors", "{a:ors} [,] or [if|when] {b:atom}", cost=0.3)(lambda a, b: Or((*a.parts, b)))
G.rule("eithers", "either {a:cond1} [,] or {b:cond1}", "[they|he|she|it] [have|has|is|are] either {a:cond1} [,] or {b:cond1}", cost=0.2)(lambda a, b: Or((a, b)))
G.rule("boths", "both {a:cond1} [,] and {b:cond1}", cost=0.2)(lambda a, b: And((a, b)))
G.rule("cond1", "{c:atom}", "{c:ands}", "{c:ors}", cost=0.0)(lambda c: c)

G.rule("cond", "{c:atom}", "{c:ands}", "{c:ors}", "{c:eithers}", "{c:boths}", cost=0.0)(lambda c: c)
G.rule("cond", "{a:atom} [,] and {b:eithers}", "{a:ands} [,] and {b:eithers}", "{a:atom} , and {b:ors}", cost=0.3)(lambda a, b: And((*(a.parts if isinstance(a, And) else (a,)), b)))
G.rule("cond", "{a:eithers} [,] and {b:atom}", "{a:ors} , and {b:atom}", cost=0.3)(lambda a, b: And((a, b)))
G.rule("cond", "{a:atom} [,] or {b:boths}", "{a:atom} , or {b:ands}", cost=0.3)(lambda a, b: Or((*(a.parts if isinstance(a, Or) else (a,)), b)))
G.rule("cond", "{a:ands} , or {b:atom}", "{a:boths} [,] or {b:atom}", "{a:ands} , or {b:ands}", cost=0.3)(lambda a, b: Or((a, b)))
G.rule("cond", "{a:ands} or {b:cond1}", "{a:ors} and {b:cond1}", cost=1.0)(lambda a, b: Mixed(a, b))
G.rule("cond", "{a:cond} [,] [-|but|and|- but|, but] (never|not) (if|when|where) {b:cond1}", "{a:cond} [,] unless {b:cond1}", "{a:cond} [,] except (if|when|where) {b:cond1}", cost=0.4)(lambda a, b: And((a, Not(b))))
G.rule("cond", "{c:cond} , [and] not otherwise", "{c:cond} and not otherwise", cost=0.2)(lambda c: c)


def multiply(a: Value, b: Value) -> Value:
    return Arith("*", a, b)
