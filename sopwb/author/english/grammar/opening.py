# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""How a script begins: its name, its parameters, the record it looks up, the records it is about.

Deliberately not here: what it computes (``definitions``) and returns (``returns``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Cond,
    Create,
    Exclude,
    Include,
    Lit,
    LookUp,
    Match,
    Param,
    Pick,
    Rows,
    Select,
    Statement,
    Takes,
)
from sopwb.author.english.names import key_of
from sopwb.author.english.patterns import Chart, Edge


@G.terminal("snake")
def _snake(chart: Chart, at: int) -> list[Edge]:
    """Read a name with underscores that is not yet one of the workspace: a new script's."""
    if at < len(chart.tokens) and chart.tokens[at].kind == "name":
        text = chart.tokens[at].text
        field = chart.low(at - 1) in ("the", "a", "an", "and", "or") and chart.names.name_cost(key_of(text)) == 0.0
        if text not in chart.names.scripts and text not in chart.names.sources and not field:
            return [Edge(at + 1, text, 0.0)]
    return []


@G.terminal("oneword")
def _oneword(chart: Chart, at: int) -> list[Edge]:
    return [Edge(at + 1, chart.low(at), 0.5)] if at < len(chart.tokens) and chart.tokens[at].kind in ("word", "name") else []


G.rule("article", "a", "an", "another", "the", "one", "one more", "a new", "the new", "a small", "a little", "yet another", "a second", "a third", "our", "a quick",
       "a simple", "an additional", "a further", "a short", "the next", "the following", "the second", "also a", "a last", "a final", "another new", "some", "also", "now a", "me a", "me another",
       "me", "us a", "a further new", "a brand new", cost=0.0)(lambda: True)
G.rule("forwhom", "for (our|the|my|us|this) [{w:oneword} [{v:oneword}]]", "about (our|the|my) {w:oneword}", "for {w:oneword}", cost=0.5)(lambda w="", v="": True)
G.rule("makes", "[<please_do>] <create> [{a:article}]", "<want> [<create>] [{a:article}]", "[<please_do>] <create> (me|us) [{a:article}]", "{a:article}", "[<please_do>] (write|make|create) (up|out) [{a:article}]",
       cost=0.1)(lambda a=True: True)


@G.rule("clause", "{m:makes} <script> [{f:forwhom}] [, and|and|,|-|:] <called> {n:newname} [instead] [{g:forwhom}]", "{m:makes} [{f:forwhom}] <called> {n:newname} [{g:forwhom}]",
        "{m:makes} <script> [,|:] {n:snake} [{g:forwhom}]", "<script> [,|:] {n:snake}", "{m:makes} {n:snake} [script|process] [{g:forwhom}]", "(call|name) it {n:snake}",
        "make it {n:snake}", "start a draft (called|named) {n:newname}", "(next|now|then|and|next one|next up|and then|and now|finally|last|another one|one more|second|a second one|next script|second script) [:|,] {n:snake}",
        "{m:makes} <script> {f:forwhom} [:|,] {n:snake}", "{n:snake} (is|will be|shall be|should be) (a|the|our) [new|little|small] <script> [{g:forwhom}]", cost=0.5)
def _create(n: str, **_: Any) -> Statement:
    return Create(n)


_OPENS: Final = frozenset(["script", "process", "procedure", "routine", "job", "workflow", "check", "function", "program", "task", "thing", "something", "report", "sop", "calculation", "need", "needs", "want", "wants", "like", "love", "make", "create", "build", "write", "set", "do", "describe", "called", "named", "name", "call", "next", "finally", "now", "then", "add", "prepare", "calculator", "draft", "batch", "one", "new", "start", "begin", "open", "put", "give"])
_NOT_LABEL: Final = frozenset(["if", "when", "whenever", "whose", "where", "whether", "of", "sum", "total", "average", "every", "each", "run", "runs", "save", "mock", "schedule", "return", "returns", "not", "no", "without", "unless", "otherwise", "is", "are", "was", "takes", "take", "change", "rename", "drop", "undo", "also", "it", "them", "those", "that",
                              "only", "except", "until", "since", "before", "after", "over", "under", "above", "below", "more", "less", "least", "most", "than", "between", "within", "today", "yesterday", "tomorrow", "forget", "remove",
                              "january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"])
"""Words that mean something of their own and so are no label: an opening that holds one is not read as a label only."""
_NAMING: Final = frozenset(["a", "an", "the", "my", "our", "new", "small", "little", "next", "second", "third", "first", "last", "script", "process", "procedure", "routine", "job", "workflow", "check", "function", "program", "report", "one", "called", "named", ":", ",", "-", "simply", "this"])
"""All that may stand between "is" and the name in "what I need is a script named NAME"."""


def _naming(chart: Chart, at: int) -> bool:
    """Whether a word that mostly means something of its own only introduces a name here: "is called", "name of", "that I call"."""
    low, before, after = chart.low(at), chart.low(at - 1) if at else "", chart.low(at + 1)
    if low == "is":
        if before == "there":
            return True
        for end in range(at + 1, min(at + 7, len(chart.tokens))):
            if chart.tokens[end].kind == "name" or (chart.tokens[end].kind == "string" and "_" in str(chart.tokens[end].value)):
                return True
            if chart.low(end) not in _NAMING:
                return False
    if low == "of":
        return before == "name"
    if low == "that":
        return after in ("i", "we", "you") or (after == "is" and _naming(chart, at + 1))
    return low == "it" and before in ("call", "name")


@G.terminal("opening")
def _opening(chart: Chart, at: int) -> list[Edge]:
    """Read the words that introduce a new script and its name: "we need a little maintenance script with the name service_due".

    What describes the script in passing computes nothing; the name, a word that opens something, and no other known name make it an opening.
    """
    if at != 0 and chart.low(at - 1) not in (",", ":", ";", "-", "then", "and"):
        return []
    opens = False
    for end in range(at, min(at + 14, len(chart.tokens))):
        token = chart.tokens[end]
        if token.kind == "name" or (token.kind == "string" and "_" in str(token.value)):
            text = token.text if token.kind == "name" else str(token.value)
            known = text in chart.names.sources or chart.names.name_cost(key_of(text)) == 0.0
            # A script that there is already is not begun anew by being mentioned ("then use the boat_report").
            known = known or (text in chart.names.scripts and chart.low(end - 1) not in ("called", "named", "script", "name", "process", "job", ":", "it", "describe"))
            return [Edge(end + 1, text, 1.5)] if opens and not known and text.isidentifier() else []
        if token.kind == "word" and token.low not in _NOT_LABEL:
            opens = opens or token.low in _OPENS
        elif token.kind == "word" and _naming(chart, end):
            opens = opens or token.low == "it"
        elif token.low not in (",", ":", "'s", "-") or end == at:
            return []
    return []


G.rule("keyparams", "{p:params}", cost=0.0)(lambda p: p if all(x.name.endswith("_id") or x.type for x in p) else None)


@G.rule("clause", "{n:opening} [script|process|job] with (a|an|one) {p:params}", "{n:opening} [script|process|job] with {p:keyparams}", cost=2.2)
def _open_with(n: str, p: tuple[Param, ...]) -> tuple[Statement, ...] | None:
    return None if any(x.name in NO_NAMES for x in p) else (Create(n), Takes(p))


@G.terminal("plainname")
def _plainname(chart: Chart, at: int) -> list[Edge]:
    """Read one word without underscores as a new script's name, where what follows shows that the name has ended."""
    names = chart.names
    out = []
    for edge in chart.parse("ident", at):
        token = chart.tokens[at]
        low = token.low
        after = chart.low(edge.end)
        for_one = after == "for" and chart.low(edge.end + 1) in ("a", "an", "one") and "_" in chart.low(edge.end + 2)
        ends = edge.end >= len(chart.tokens) or for_one or after in (",", ":", ";", "(", "-", "which", "that", "with", "without", "taking", "expecting", "accepting", "given", "and", "takes", "gets", "needs", "expects", "receives", "wants", "should", "must", "shall", "has", "will", "whose", "it", "works")
        if ends and low not in _OPENS and low not in _NOT_LABEL and not names.sources_named(key_of(low)) and names.name_cost(key_of(low)) != 0.0 and (token.kind != "word" or low not in NO_NAMES):
            out.append(Edge(edge.end, edge.node, edge.cost + 0.5))
    return out


NO_NAMES: Final = frozenset(["please", "again", "differently", "properly", "quickly", "instead", "today", "different", "similar", "too", "tomorrow", "later", "first", "second", "third", "next", "last", "new", "simple", "small", "little", "quick", "input", "inputs", "parameter", "parameters", "output", "result", "results"])
"""Words that stand behind "a script" without naming it."""


@G.rule("clause", "[<please_do>] (create|write|build|draft|set up|prepare|add|define|design|want|need|i want|i need|we need|we want|i would like|we would like|make) [me|us] (a|another|one more) [new|second|small|little|third|short|last|quick] <script> {n:plainname}", "[<please_do>] (create|write|build|draft|set up|prepare|add|define|design) [me|us] the [new|next|second|third|last] <script> {n:plainname}", "[a|another|new|next|second|third|last] (script|process) {n:plainname}",
        "(create|make|build|write|add|set up|prepare) {n:plainname} , (a|the|another|our) [new] <script>", "(the|its) (name|script|process|job) [(of the|of this|for the) (script|process|job)] (is|is called|is named|will be called|should be called|shall be called|:) {n:plainname}",
        "name [of the script|of the process|of the job] (:|is) {n:plainname}", "[<please_do>] (create|write|set up|define|draft) {n:plainname}", "[a] (quick|small|little|short|first|new) one [for you|please] (:|,|-) {n:plainname}", "[<please_do>] (describe|introduce|have|do|write|create|make|build) {n:plainname} [:|,|-] [a|the] [new] <script>", cost=1.4)
def _plain_opening(n: str, m: Any = None) -> Statement:
    return Create(n)


@G.terminal("label")
def _label(chart: Chart, at: int) -> list[Edge]:
    """Read "for our car park", "for the front desk": whom a script is for, up to the next punctuation mark."""
    if chart.low(at) not in ("for", "about"):
        return []
    for end in range(at + 1, min(at + 6, len(chart.tokens) + 1)):
        if end == len(chart.tokens) or chart.low(end) in (",", ":", ";", "-"):
            return [Edge(end, True, 1.0)] if end > at + 1 else []
        if chart.tokens[end].kind != "word" or chart.low(end) in _NOT_LABEL:
            return []
    return []


@G.rule("clause", "{n:opening} [script|process|job] [instead] [{xs:label}] [, please]", "{xs:label} [:|,] {n:opening}", "{n:freshname} is (the|a|another) (script|process|job|one|thing) [that] [i|we] [need|want|would like] [next|now|then]", "{n:freshname} is what (i|we) (need|want|would like|am after|are after) [next|now]", "(a|another|one) {n:freshname} [script|process|job]", cost=0.9)
def _open(n: str, xs: Any = None) -> Statement:
    return Create(n)


@G.rule("clause", "(last one|next one|one more|next up|another one|next script|last script) (:|,) {n:ident}", cost=1.0)
def _next_one(n: str) -> Statement:
    return Create(n)


@G.terminal("ownlabel")
def _ownlabel(chart: Chart, at: int) -> list[Edge]:
    """Read whom a script is for, as a clause of its own: first, or behind a script's name; elsewhere it says which records."""
    return chart.parse("label", at) if at == 0 or chart.tokens[at - 1].kind in ("name", "string") or chart.low(at - 1) == "," else []


@G.rule("clause", "{xs:ownlabel}", cost=1.0)
def _for_whom(xs: Any) -> tuple[Statement, ...]:
    return ()


@G.rule("clause", "{n:freshname}", "{n:freshname} (should|must|is to|shall)", cost=2.5)
def _create_bare(n: str) -> Statement:
    return Create(n)


@G.rule("clause", "[{m:makes}] (a|the|new) [new] (draft|script) [now]", "start a draft", "(start|begin|open|make|create) (a|the) [new] draft", "that is the draft", "draft it", cost=0.6)
def _draft(m: Any = None) -> tuple[Statement, ...]:
    return ()


# --- parameters -----------------------------------------------------------------------------------------

_TYPES = {
    "date": ("date", "day", "calendar date"), "int": ("whole number", "integer", "int", "count", "whole"), "decimal": ("number", "decimal", "amount", "amount of money", "sum of money", "decimal number", "money amount"),
    "string": ("text", "string", "word"), "bool": ("bool", "boolean", "true or false", "true / false", "yes or no", "flag", "yes / no", "truth value", "true false"),
    "timestamp": ("timestamp", "date and time", "point in time", "time"),
}
for _name, _phrases in _TYPES.items():
    G.rule("type", *(f"[a|an|of type|the type] {p}" for p in _phrases), cost=0.1)(lambda t=_name: t)

G.rule("param", "[a|an|the|one|its|some|any|also|your|his|her|their] {n:ident}", cost=0.1)(lambda n: Param(n))
G.rule("param", "[a|an|the|one] {n:ident} (LP {t:type} RP|: {t:type}|, {t:type}|as {t:type}|, which is {t:type}|which is {t:type}|LP which is {t:type} RP)", cost=0.1)(lambda n, t: Param(n, t))
G.rule("param", "[a|an|the|two|one] {t:type} (called|named|,) {n:ident}", "(a|the) {t:type} {n:ident}", cost=0.2)(lambda n, t: Param(n, t))
G.rule("params", "{p:param}", cost=0.1)(lambda p: (p,))
G.rule("params", "{a:params} (,|and|, and|plus|as well as|and also|, plus) {p:param}", cost=0.2)(lambda a, p: (*a, p) if p.name not in {x.name for x in a} else None)


@G.rule("clause", "[<subj>] <take> {p:params} [(as|for) (the|its|an) (input|inputs|parameter|parameters|argument|arguments)] [{x:oneparam}]", "[<subj>|its] [has|with|only] [one|two|three|the|only|only one|its] (parameter|parameters|input|inputs|argument|arguments) [:|is|are|,] {p:params}", "{p:params} (goes|go|comes|come) in",
        "{p:params} (in|as input|as inputs|is the input|are the inputs|is the parameter|are the parameters|is the only input|is its parameter|are its parameters|is its input|are its inputs|is the only parameter|is its only parameter|is what it takes|goes into it|go into it)", "(where|which|that|and|,) (i|you|we) (put in|feed it|enter|type in|give it|pass in|hand it|fill in) {p:params}", "(i|you|we) (put in|feed it|enter|type in|pass in) {p:params}", "(whose|the|its|with the|with its) (parameter|parameters|input|inputs) (is|are|being) {p:params}", "[<subj>] (for|given|by) (a|an|one) {p:params}", "(i|you|we|they) (give|pass|hand|tell) it {p:params}", cost=0.6)
def _takes(p: tuple[Param, ...], x: Any = None) -> Statement:
    return Takes(p)


G.rule("oneparam", "as (parameter|parameters|input|inputs|its parameter|its input|its parameters|its inputs|argument)", cost=0.1)(lambda: True)


@G.rule("clause", "(no|without|without any|takes no|it takes no|it has no|has no|which has no|which takes no|with no|it needs no|needs no|and no|that takes no|there are no|does not take any|it does not take any|taking no|this one takes no"
        "|this one has no|this one needs no|having no) (parameters|parameter|inputs|input|arguments|argument)", "(takes nothing|it takes nothing|nothing goes in|needs nothing|which takes nothing)", cost=0.5)
def _takes_none() -> Statement:
    return Takes(())


@G.rule("clause", "for (one|a|a single|any|each|a given) (row|record|entry|line|{e:anyword}) (of|in|from) {s:source} LP {p:params} RP", "for (one|a|a single|any|a given) {e:anyword} LP {p:params} RP", cost=0.4)
def _for_row(p: tuple[Param, ...], s: str = "", e: str = "") -> tuple[Statement, ...]:
    return (Takes(p), *((LookUp(s),) if s else ()))


# --- the record looked up -----------------------------------------------------------------------------------

G.rule("thing", "{e:entity}", cost=0.1)(lambda e: e)
G.rule("thing", "{e:anynoun}", cost=0.1)(lambda e: e)
G.rule("database", "[the] {s:source} [(database|table|source|list|file|data|dataset|sheet|collection|records)]", cost=0.1)(lambda s: s)


@G.rule("clause", "[<subj>] <look> {e:thing} [up] (in|from|out of|inside) {s:database}", "[<subj>] <look> {e:thing} by (its|the|that|their) {n:name} (in|from) {s:database}", "[<subj>] <look> (the|that|its|a) (row|record|entry) (of|for|with|with that|for that|of that|for the) ({e:thing}|{n:name}|that {n:name}|the {n:name}) (in|from) {s:database}",
        "[<subj>] <look> in {s:database} for {e:thing}", "[<subj>] <look> (the|that|its) (row|record|entry) (of|in|from) {s:database} (with|for|that has) (that|the|this|the given) {n:name}", "{e:thing} (is|comes|is looked up|can be found|is found|is read) (in|from) {s:database}", cost=0.4)
def _look_up(s: str, e: str = "", n: str = "") -> Statement:
    return LookUp(s, e)


@G.rule("clause", "[<subj>] <look> (the|that|this) {s:source}", "[<subj>] <look> {e:thing} up", cost=1.2)
def _look_up_plain(s: str = "", e: str = "") -> Statement:
    return LookUp(s, e)


@G.rule("clause", "[<subj>] <look> (the|that|a) (row|record|entry|one) (of|in|from) {r:matchrows}", "[<subj>] <look> {r:matchrows}", "[<subj>] <look> (the|that|a) (matching|corresponding|fitting|right) (row|record|entry) (of|in|from) {s:source}", "[<subj>] <look> its {s:source}", cost=0.5)
def _match(r: Rows | None = None, s: str = "") -> Statement | None:
    rows = r or Rows(s)
    return Match(rows)


@G.rule("matchrows", "[the] {s:source} [row|record|entry] (that has|with|for|having|which has|by|of) (the same|its|that|the) {n:name}", "[the] {s:source} [row|record|entry] whose {m:name} (matches|is|equals|is equal to|is the same as) (the|its|their|that) {e:entity} 's [own] {n:name}",
        "[the] {s:source} whose {m:name} (matches|is|equals|is equal to) its {n:name}", "[the] {s:source} [row|record|entry] that matches its {n:name}", cost=0.2)
def _match_rows(s: str, n: str, m: str = "", e: str = "") -> Rows:
    from sopwb.author.english.meaning import Shared

    return Rows(s, conds=(Shared(f"{m}={n}" if m and m != n else n),))


@G.rule("clause", "[<subj>] <look> in {s:source} for {e:thing}", "[<subj>] <look> {e:thing} up in {s:source}", "[<subj>] (check|look) whether {e:thing} is in {s:source}", "[<subj>] <look> in {s:source} for (the|that|this|its) {n:name}", cost=0.9)
def _match_param(s: str, e: str = "", n: str = "") -> Statement:
    return Match(Rows(s, owner="=" + n if n else e or "it"))


# --- the records spoken of -------------------------------------------------------------------------------------

G.rule("consider", "<look>", "<goover>", "look at", "looks at", "consider", "considers", "only consider", "only count", "count only", "only use", "work with", "works with", "only look at", "only looks at",
       "use only", "uses only", "only take", "take only", "count", "counts", "add up", "gather", "gathers", "collect", "collects", "work on", "start with", "starts from", "starts with", "keep only", "keeps only", "only keep", "keep", "only consider", "concentrate on",
       "focus on", "look only at", "looks only at", cost=0.1)(lambda: True)


@G.rule("clause", "[<subj>] <look> the <earliest> and [the] <latest> {r:rows} [LP (going by|by|judged by|according to) {n:measure} RP|(going by|by|judged by|according to) {n:measure}]", cost=0.3)
def _first_and_last(r: Rows, n: Any = None) -> Statement:
    return Select(r, Pick(r, n, True))


@G.rule("clause", "[<subj>] (add up|adds up|sum up|sums up|total|totals|add together|works out|work out|calculate|calculates|compute|computes|determine|determines) {v:value}", "[<subj>] (add up|adds up|sum up|sums up|total|totals) [the] {w:measure} <of> {r:rows}", cost=0.5)
def _work_out(v: Any = None, w: Any = None, r: Rows | None = None) -> tuple[Statement, ...]:
    from sopwb.author.english.meaning import Agg, Define

    value = v if v is not None else Agg("sum", w, r)
    return (Define("@sum", value),)


@G.rule("clause", "[<subj>] {k:consider} {r:rows}", "[<subj>] {k:consider} (only|just) {r:rows}", "(it is about|this is about|we are talking about) {r:rows}", cost=0.8)
def _select(k: Any = None, r: Rows | None = None) -> Statement:
    return Select(r)


@G.rule("clause", "[the] {w:phrase} are {r:rows}", cost=1.0)
def _these_are(w: str, r: Rows) -> tuple[Statement, ...]:
    from sopwb.author.english.meaning import Group, Remark

    return (Group(w, r), Remark("noun " + w.split()[0]))


@G.rule("clause", "[<subj>] from {s:database} [,] (take|use|pick|choose|count|get|read|select|collect|consider) {r:rows}", "in {s:database} [,] [<subj>] (take|use|find|look at|pick|select|consider) {r:rows}", cost=0.5)
def _select_from(s: str, r: Rows) -> Statement:
    import msgspec

    return Select(msgspec.structs.replace(r, source=r.source or s))


@G.rule("clause", "[<subj>] (choose|pick|take|find|use|select|finds|picks|takes|chooses|uses|selects|get|gets|look for|looks for|read|reads) {p:pick}", "[<subj>] of (those|these|them) [,] (choose|pick|take|find|use|select) {p:pick}", "from (those|these|them) [,] (choose|pick|take|find|use|select) {p:pick}", cost=0.4)
def _choose(p: Pick) -> Statement:
    return Select(p.rows, p)


@G.rule("clause", "[<subj>] (forget|ignore|leave out|skip|exclude|drop|disregard|leave|do not count|does not count|leaves out|ignores|skips|excludes|without|not counting|excluding|leaving out|ignoring|do not include|do not use|without counting|except for|apart from|throw out|filter out) {r:rows} [out|aside|completely|entirely]",
        "[<subj>] (do not|does not) (count|include|consider|use|look at) {r:rows}", "{r:rows} (do not|does not) count [at all|for anything]", "{r:rows} (are|is) (left out|ignored|skipped|excluded|not counted|left aside|to be ignored|to be left out|out)", cost=0.5)
def _exclude(r: Rows) -> Statement:
    return Exclude(r)


@G.rule("clause", "{r:rows} (count as|are counted as|are|counts as) {w:phrase} and (are|is) (left out|ignored|excluded) [of|from] [all] [the|any] [arithmetic|calculation|calculations|sums|everything|numbers]", cost=0.3)
def _exclude_counted(r: Rows, w: str) -> tuple[Statement, ...]:
    from sopwb.author.english.meaning import Agg, Define

    return (Define("@count " + w, Agg("count", None, r)), Exclude(r))


@G.rule("clause", "[but] (only count|count only|only use|only consider|only look at|only take|only if|only those|keep only|limit it to|restrict it to|only) {r:rows}", cost=0.7)
def _only(r: Rows) -> Statement:
    return Include(r.conds, r.words) if r.conds or r.words else Select(r)


@G.rule("clause", "[but] only (if|when|where|those whose|those where|those that|the ones whose|the ones where|rows where|rows whose) {c:cond}", cost=0.8)
def _only_where(c: Cond) -> Statement:
    return Include((c,))


def literal(value: Lit) -> Lit:
    return value
