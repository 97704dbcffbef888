# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Other numbers, in free words: "make that 3 untidy inspections instead of 2", "7 days is too short, let's take 14".

    change := verb aim quantity [instead] ["not" quantity] | "instead of" quantity verb quantity
            | quantity "is too much" verb quantity | quantity "should be" quantity | "I meant" quantity | …
    quantity := ["the last" | comparison] number [what is counted]

Deliberately not here: which number of a script is meant (``numbering``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import Lit, Remark, Renumber, Statement
from sopwb.author.english.patterns import Chart, Edge

# --- quantities ------------------------------------------------------------------------------------------------


class Quantity(msgspec.Struct, frozen=True):
    """A number as it is said: its unit in the literal, the words of what is counted, and how it compares."""

    lit: Lit
    words: str = ""
    op: str = ""


_MONEY = frozenset(("euro", "euros", "eur", "dollar", "dollars", "usd", "cents", "gbp", "pounds", "chf"))
_NOT_COUNTED = frozenset(
    (
        "instead", "rather", "not", "and", "or", "if", "when", "than", "of", "is", "was", "are", "were", "to", "from", "but", "then", "where", "whose", "for", "with", "otherwise", "unless", "only", "except",
        "please", "now", "already", "enough", "too", "again", "back", "after", "per", "a", "an", "at", "should", "must", "would", "will", "in", "on", "by", "every", "off", "ago", "old", "because", "since",
        "as", "so", "do", "does", "seems", "sounds", "feels", "than", "that", "it", "this", "per", "each", "any", "all", "less", "more", "extra", "free", "ok", "fine", "better", "plenty", "up", "down", "under", "over", "above", "below",
        "nowadays", "today", "meanwhile", "these", "those", "have", "has", "gets", "get", "pays", "pay", "counts", "count", "can", "may", "becomes", "i", "we", "you", "they", "be", "cannot", "never", "always", "still", "right",
    )
)  # fmt: skip
_WORDS_MAX = 3


@G.terminal("whatcounted")
def _counted(chart: Chart, at: int) -> list[Edge]:
    """Read one to three words that say what is counted: "untidy inspections", "days"."""
    out: list[Edge] = []
    words: list[str] = []
    for end in range(at, min(at + _WORDS_MAX, len(chart.tokens))):
        token = chart.tokens[end]
        if token.kind not in ("word", "name") or token.low in _NOT_COUNTED:
            break
        words.append(token.low)
        out.append(Edge(end + 1, " ".join(words), 0.2 * len(words)))
    return out


@G.terminal("numberlabel")
def _label(chart: Chart, at: int) -> list[Edge]:
    """Read up to four words, names or a text that say which number is meant: "the flat price", "the limit for 'gold'"."""
    skip = 1 if chart.low(at) in ("the", "a", "an", "those", "these", "that", "our", "its", "their") else 0
    out: list[Edge] = []
    words: list[str] = []
    for end in range(at + skip, min(at + skip + 4, len(chart.tokens))):
        token = chart.tokens[end]
        if token.kind not in ("word", "name", "string"):
            break
        low = token.low
        if low in ("of", "for", "in", "on", "the", "a", "an") and words:
            continue
        if low in _NOT_COUNTED or low in ("make", "set", "let", "use", "take", "put", "change", "say", "what"):
            break
        words.append(low.replace("_", " "))
        out.append(Edge(end + 1, " ".join(words), 0.6 + 0.2 * len(words)))
    return out


G.rule("newamount", "{v:num}", cost=0.0)(lambda v: Quantity(v))
G.rule("newamount", "{p:percent}", cost=0.0)(lambda p: Quantity(Lit("number", p.text, "percent")))
G.rule("newamount", "{d:date}", cost=0.0)(lambda d: Quantity(d))
G.rule("newamount", "(a|one|a whole|a full|one whole|one full) {u:unit}", cost=0.6)(lambda u: Quantity(Lit("number", "1", u)))
G.rule("newamount", "half a year", cost=0.0)(lambda: Quantity(Lit("number", "6", "months")))
G.rule("newamount", "half an hour", cost=0.0)(lambda: Quantity(Lit("number", "30", "minutes")))
G.rule("newamount", "[a] fortnight", cost=0.0)(lambda: Quantity(Lit("number", "14", "days")))
G.rule("newamount", "a dozen", cost=0.0)(lambda: Quantity(Lit("number", "12")))
G.rule("newamount", "{v:num} [<noun_unit>] (a|an|per|each|for each|for every|for a|for an|every) {x:oneword}", cost=0.1)(
    lambda v, x: Quantity(Lit("number", v.text, v.unit or "per"), x)
)


@G.rule("newamount", "{v:num} {w:whatcounted} [ago|old|back]", cost=0.0)
def _amount_of(v: Lit, w: str) -> Quantity | None:
    first, _, rest = w.partition(" ")
    if first in ("o'clock", "oclock", "o", "am", "pm", "sharp"):
        return None
    if first in UNITS:
        return Quantity(msgspec.structs.replace(v, unit=first), rest)
    if first in _MONEY:
        return Quantity(msgspec.structs.replace(v, unit="money"), rest)
    return Quantity(v, w)


G.rule("amountlead", "[(in|within|over|during|to|for|at)] (the last|the past|the previous|the next|the coming|the first|last|past|previous|next|first)", "(only|just|about|around|exactly|the|within|in|after|a flat|a full|every)", cost=0.1)(lambda: True)
G.rule("newqty", "[{x:amountlead}] {q:newamount}", cost=0.0)(lambda q, x=None: q)
G.rule("newqty", "[only|just|already] {o:cmp} {q:newamount}", "{q:newamount} {o:ormore}", cost=0.1)(lambda o, q: msgspec.structs.replace(q, op=o))
G.rule("newqty", "from {q:newamount} (on|up|upwards|onwards)", cost=0.0)(lambda q: msgspec.structs.replace(q, op=">="))
G.rule("newqty", "(that|this|those|these) {q:newamount}", cost=0.2)(lambda q: q)
G.rule("newqty", "{v:num} {o:ormore} {w:whatcounted}", cost=0.1)(lambda v, o, w: _compared(_amount_of(v, w), o))


def _compared(q: Quantity | None, op: str) -> Quantity | None:
    return msgspec.structs.replace(q, op=op) if q is not None else None



# --- words around them -------------------------------------------------------------------------------------------

_MAKE = "make|set|let|give|put|use|take|pay|charge|count|allow|change|have|raise|lower|increase|decrease|reduce|bump|move|adjust|update|cut|push|extend|shorten|turn|keep|require|switch"
G.rule("makeso", f"[<please_do>] ({_MAKE})", cost=0.0)(lambda: True)
G.rule("takeso", "[<please_do>] (use|take|say|go with|go for|try|look at|look back|count|require|have|set|make|do|charge|pay|ask for|allow)", "(we|it|you|that) (should|can|could|must|will) (use|take|say|go with|look at|look back|count|require|be|only need)", "(we|you|they|i) (only|just) need", cost=0.0)(lambda: True)
G.rule("insteadof2", "(instead of|rather than|, not|not|, and not|and not|, rather than|, instead of|in place of|- not|, no longer|no longer)", cost=0.0)(lambda: True)
G.rule("correctgoal", "(it|that|this|them|those|these|the number)", cost=0.0)(lambda: "")
G.rule("correctgoal", "{w:numberlabel}", cost=0.0)(lambda w: w)
G.rule("istoohigh", "[much|far|a bit|a little|way|just|really|clearly|still|rather|somewhat|a touch|slightly] too {w:oneword}", "(a bit|a little|a tad|rather|quite|a touch) (much|many|few|little|long|short|high|low|harsh|strict|steep|generous|low|tight|early|late|mean|lax)", "(unfair|wrong|unrealistic|outdated|old|obsolete|not right|not fair|not enough|not realistic|a mistake|no good|nonsense|silly|harsh|generous|steep|strict|a typo|not correct|incorrect|ridiculous|overkill|asking too much|asking a lot)", cost=0.1)(lambda w="": True)
G.rule("seemsword", "(is|was|are|were|seems|sounds|feels|looks|would be|might be|may be)", cost=0.0)(lambda: True)
G.rule("itsuffices", "(is|are|will be|would be|should be|seems|sounds) [already|quite|more than] (enough|sufficient|fine|plenty|ok|okay|all it takes|better|fairer|good enough|more like it|right|more realistic|the right number|correct)", "(will|would|should|does|is to) do", "(is|are) what (i|we) (meant|mean|want|need)", cost=0.0)(lambda: True)
G.rule("fromnowon", "[as of|from] (now on|now|today|nowadays|these days|this year|meanwhile|instead|after all|again|please)", "(nowadays|these days|meanwhile|instead|after all|now|please)", cost=0.0)(lambda: True)
G.rule("shallbecome", "(should|must|has to|have to|needs to|need to|ought to|shall|is to|are to) [rather|really|actually|now|better] be", "(becomes|becomes now|turns into|goes to|goes up to|goes down to|rises to|drops to|is now|are now|is raised to|is lowered to|changes to|moves to)", cost=0.0)(lambda: True)


def _said(q: Quantity, old: Quantity | None = None, label: str = "", back: bool = False) -> Statement:
    noun = q.words or (old.words if old else "")
    lit = q.lit if q.lit.unit or old is None else msgspec.structs.replace(q.lit, unit=old.lit.unit)
    return Renumber(lit, old.lit if old is not None else None, label, noun, q.op, back)


# --- the sentences ---------------------------------------------------------------------------------------------------


@G.rule("clause", "{m:makeso} {w:correctgoal} [be|at|to|up to|down to|more like] {q:newqty} [{n:fromnowon}]", "{m:makeso} {w:correctgoal} [be|at|to] {q:newqty} [{n:fromnowon}] {i:insteadof2} {b:newqty}", "{m:makeso} {w:correctgoal} [up|down] [from {b:newqty}] (to|at) {q:newqty} [instead]", "{m:makeso} {w:correctgoal} (to|at) {q:newqty} from {b:newqty}", cost=0.4)
def _made(q: Quantity, w: str = "", b: Quantity | None = None, **_: Any) -> Statement:
    return _said(q, b, w)


@G.rule("clause", "{t:takeso} {q:newqty} [{n:fromnowon}] [{i:insteadof2} {b:newqty}]", "instead of {b:newqty} [,|:] {t:takeso} {q:newqty}", "instead of {b:newqty} [,|:] {m:makeso} (it|that|this) {q:newqty}", cost=0.6)
def _taken(q: Quantity, b: Quantity | None = None, n: Any = None, **_: Any) -> Statement | None:
    return _said(q, b) if b is not None or n is not None else None


@G.rule("clause", "(it|that|this|we|you) (should|must|has to|have to|needs to) (look|go|count|reach) back {q:newqty}", "[<please_do>] (look|go) back {q:newqty}", "let us (take|use|say|go with|go for|try|look at|look back|require|have|do|set|count) {q:newqty}", "(go with|go for|say|use|take) {q:newqty}", cost=0.9)
def _let_us(q: Quantity) -> Statement:
    return _said(q)


@G.rule("clause", "{b:newqty} {k:seemsword} {t:istoohigh} [,|;|-|:|so|and|, so|, and] {m:makeso} {w:correctgoal} [be|at|to] {q:newqty} [{n:fromnowon}]", "{b:newqty} {k:seemsword} {t:istoohigh} [,|;|-|:|so|and|, so|, and] {u:takeso} {q:newqty} [{n:fromnowon}]", "{b:newqty} {k:seemsword} {t:istoohigh} [,|;|-|:|, so|, and|and] {q:newqty} {s:itsuffices}",
        "{m:makeso} {w:correctgoal} [be|at|to] {q:newqty} [,|;|-|because|since|as|, because|, since|, as] {b:newqty} {k:seemsword} {t:istoohigh}", "{u:takeso} {q:newqty} [,|;|-|because|since|as|, because|, since|, as] {b:newqty} {k:seemsword} {t:istoohigh}", cost=0.3)
def _too_high(q: Quantity, b: Quantity, w: str = "", **_: Any) -> Statement:
    return _said(q, b, w)


@G.rule("clause", "{b:newqty} {g:shallbecome} {q:newqty} [{n:fromnowon}]", "[<please_do>] (change|replace|turn|swap) [the] {b:newqty} (to|by|with|into|for) {q:newqty} [{n:fromnowon}]", cost=0.3)
def _becomes(q: Quantity, b: Quantity, **_: Any) -> Statement:
    return _said(q, b)


@G.rule("clause", "[no|nope] [,] (i meant|i mean|i was thinking of|i should have said|that should be|that should have been|that was meant to be|it should have been|it should have said|that has to be|make that) {q:newqty} [{i:insteadof2} {b:newqty}]", "{q:newqty} {i:insteadof2} {b:newqty}", "not {b:newqty} [,] [but] {q:newqty}", "{q:newqty} [,] i (meant|mean) [{i:insteadof2} {b:newqty}]", cost=0.4)
def _meant(q: Quantity, b: Quantity | None = None, **_: Any) -> Statement:
    return _said(q, b)


@G.rule("clause", "[no] [,] (it|that|this) (is|should be|has to be|must be|ought to be) {q:newqty} [{n:fromnowon}] {i:insteadof2} {b:newqty}", "(it|that|this) should be {q:newqty} [{n:fromnowon}]", "(it|that|this) (is|was) (supposed|meant|intended) to be {q:newqty}", "[it|that] (needs|requires|takes) {q:newqty} {i:insteadof2} {b:newqty}", cost=0.4)
def _should_be(q: Quantity, b: Quantity | None = None, **_: Any) -> Statement:
    return _said(q, b)


@G.rule("clause", "(it|that) is {q:newqty} (now|nowadays|these days|from now on)", "(they|we|the boss|management|he|she) (raised|lowered|increased|changed|reduced|set|cut|put|moved) (it|that) [up|down] to {q:newqty} [{n:fromnowon}]", cost=0.4)
def _now(q: Quantity, n: Any = None) -> Statement:
    return _said(q)


@G.rule("clause", "i said {b:newqty} [,] but [i] (meant|mean) {q:newqty}", "[<please_do>] turn [the|that] {b:newqty} into [a|an] {q:newqty}", cost=0.2)
def _i_said(q: Quantity, b: Quantity) -> Statement:
    return _said(q, b)


@G.rule("clause", "no , it is {q:newqty}", "it is (actually|really|in fact) {q:newqty}", cost=0.5)
def _it_is(q: Quantity) -> Statement:
    return _said(q)


@G.rule("clause", "{w:numberlabel} (is|are|costs|cost|gets|get|counts|count|earns|earn|pays|pay) {q:newqty} [{n:fromnowon}] {i:insteadof2} {b:newqty}", "{w:numberlabel} {g:shallbecome} {q:newqty} [{n:fromnowon}] [{i:insteadof2} {b:newqty}]", "{w:numberlabel} (is|are|costs|cost|gets|get|counts|count|pays|pay) [only|just] {q:newqty} {n:fromnowon}", cost=0.6)
def _label_is(q: Quantity, w: str, b: Quantity | None = None, **_: Any) -> Statement:
    return _said(q, b, w)


G.rule("dearer", "(went up|have gone up|has gone up|got dearer|got more expensive|are dearer|is dearer|are more expensive|is more expensive|changed|has changed|have changed|went down|got cheaper|are cheaper|is cheaper|rose|fell|increased|have increased|has increased|was raised|were raised|dropped)", cost=0.0)(lambda: True)


@G.rule("clause", "{w:numberlabel} {d:dearer} [now|recently|this year|again|lately] [,|:|;|-|and|, and|, so|so|to] [(it is|they are|it costs|they cost|that is|now|to|make it|it should be|so it is)] {q:newqty} [{n:fromnowon}]", "{w:numberlabel} {d:dearer} (from {b:newqty} to|to) {q:newqty} [{n:fromnowon}]", cost=0.5)
def _dearer(q: Quantity, w: str, b: Quantity | None = None, **_: Any) -> Statement:
    return _said(q, b, w)


G.rule("clause", "(so|so that|which means|that is|meaning) {v:num} (gets it|counts|is in|is included|does|qualifies|gets one|is enough|applies|is fine) [too|as well|already]", cost=0.3)(lambda v: Remark("limit", False))
G.rule("clause", "(so|so that|which means|that is|meaning) {v:num} (does not get it|does not count|is out|is not included|does not|does not qualify|is not enough|no longer counts|no longer does)", cost=0.3)(lambda v: Remark("limit", True))
G.rule("clause", "{v:num} (itself|exactly) (gets it|counts|is in|is included|does|qualifies)", "{v:num} gets it", cost=0.6)(lambda v: Remark("limit", False))


@G.rule("clause", "{q:newqty} {s:itsuffices} [for [a|an|the] {w:numberlabel}]", "{w:numberlabel} (needs|takes|requires|starts at|begins at|is from|starts from|goes from|begins from) [only|just] {q:newqty} [{n:fromnowon}]", "for [a|an|the] {w:numberlabel} [,] {q:newqty} {s:itsuffices}", cost=0.9)
def _enough(q: Quantity, w: str = "", **_: Any) -> Statement:
    return _said(q, None, w)


@G.rule("clause", "(put|set|change|turn|bring|move) (it|that|this|{w:numberlabel}) back (to|at) {q:newqty}", "[<please_do>] (go|let us go) back to {q:newqty}", "back to {q:newqty} [again|please|after all]", "make (it|that|{w:numberlabel}) {q:newqty} (again|after all) [after all|again]", "{q:newqty} (after all|again) [after all]", cost=0.2)
def _back(q: Quantity, w: str = "") -> Statement:
    return _said(q, None, w, back=True)


@G.rule("clause", "change place {n:num} to {v:num} [{u:unit}]", "change place {n:num} to {d:date}", cost=0.0)
def _place(n: Lit, v: Lit | None = None, u: str = "", d: Lit | None = None) -> Statement | None:
    new = d or v
    if new is None or not n.text.isdigit():
        return None
    return Renumber(msgspec.structs.replace(new, unit=u) if u else new, place=int(n.text))


