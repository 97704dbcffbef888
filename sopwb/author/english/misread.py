"""Why a sentence was not understood, as far as it can be told, and what texts a script can say.

Deliberately not here: reading (``reader``).
"""

from __future__ import annotations

import re
from typing import Any, Final

from sopwb.author.english.learning import offered, unknown_word
from sopwb.author.english.lexicon import OUTSIDE, singular, stem
from sopwb.author.english.lexicon import VAGUE as VAGUE_WORDS
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.reader import Said
from sopwb.author.english.scope import listed
from sopwb.author.english.spec import Doubt
from sopwb.kernel.diagnostics import nearest_name

NAME_WANTED: Final = "@name"
"""What a question for a script's name asks about: its answer is the name."""

VAGUE: Final = "@vague"
"""What a question for the measure of a word asks about: the word and its sentence follow."""

_NEAR_CHARS: Final = 12
_ORDER: Final = re.compile(
    r"(?:^|[,;:.]|\b(?:and|then|please|now|also|you)\b)\s*(?:(?:please|now|also|just|then)\s+)*"
    r"(?:save|rename|change|undo|forget|schedule|run|remove|delete|drop|replace|mock|revert)\b"
)
_BARE_OPENING: Final = re.compile(
    r"(?:(?:hi|hello|hey|please|can you|could you|i need|i want|i would like|let us)[\s,:]+)*(?:to\s+)?"
    r"(?:(?:create|make|build|write|add|start|begin|set up)\s+)?(?:me\s+)?(?:a|another|one more)\s+(?:new\s+)?"
    r"(?:script|process|job|batch job|workflow)(?:\s+(?:please|for me|for us|now))*[\s.!,:]*"
)


_ADDS: Final = re.compile(r"\W*(?:oh|ok|okay|ah)?\W*(?:and|also|plus|besides|one more|another thing|in addition)\b")
_SAID_ALIKE: Final = 2
"""So many words in common make a sentence a rewording of another; a name or number counts as two."""
_PLAIN: Final = re.compile(r"this|that|with|from|have|they|them|then|than|more|save|please|make|only|when|what|also")


def rewords(text: str, lost: str) -> bool:
    """Whether a turn can be what an earlier sentence meant in other words, and not something further."""
    if _ADDS.match(text.lower()):
        return False
    said, before = (set(re.findall(r"\w+", t.lower())) for t in (text, lost))
    names = {w for w in said & before if "_" in w or w.isdigit()}
    kept = ({stem(w) for w in words if len(w) > 3 and not _PLAIN.fullmatch(w)} for words in (said, before))
    alike = next(kept) & next(kept)
    vague = any(re.search(rf"\b{re.escape(v)}\b", lost.lower()) for v in VAGUE_WORDS) and re.search(r"\d", text)
    return 2 * len(names) + len(alike) >= (1 if vague else _SAID_ALIKE)


def beyond(sentence: str, names: Names, tools: tuple[str, ...]) -> Doubt | None:
    """Refuse what the program cannot do: telephone calls, the weather; None where nothing of that kind is said."""
    low = " " + re.sub(r"[^\w' ]+", " ", sentence.lower()) + " "
    for words, what in OUTSIDE.items():
        if (
            names.sources_named(singular(words))
            or names.name_cost(key_of(words)) is not None
            or singular(words) in names.entities
        ):
            continue
        if f" {words} " in low or f" {words}s " in low:
            return Doubt(
                f"I cannot {what}: scripts read the declared data, compute, and act through the declared tools ({listed(list(tools), 'and') or 'none here'}). Nothing was changed.",  # noqa: E501 - one message, one line
                refusal=True,
            )
    return None


def which_of_it(name: str, text: str) -> Doubt:
    """Ask whether "drop that" means the last change or the whole script."""
    return Doubt(
        f"Should I take back the last change, or drop {name} as a whole?",
        (("the last change", "undo the last change"), ("all of it", f"drop {name}")),
        re.sub(r"[^\w ]+", "", text.lower()).strip(),
    )


def not_understood(said: Said, text: str, names: Names, tools: tuple[str, ...]) -> Doubt:
    """Say what was not understood, and offer the likeliest reason."""
    sentence = text[said.start : said.end]
    refused = beyond(sentence, names, tools)
    if refused is not None:
        return refused
    place = re.search(
        r"\b(?:in|from|of|through|over|into)\s+(?:the\s+|our\s+|my\s+)?['\"]?(\w+)['\"]?\s+(?:database|table|source|list|file|dataset|sheet|collection)\b",
        sentence,
        re.I,
    )
    if place and not names.sources_named(key_of(place[1])):
        sources = list(names.sources)
        near = nearest_name(place[1], sources)
        return Doubt(
            f'There is no data source "{place[1]}" here; there are {listed(sources, "and")}.'
            + (f" Did you mean {near}?" if near else " Which one do you mean?"),
            tuple((s, s) for s in sources),
            place[1],
            unknown=True,
        )
    rest = text[said.lost : said.end] if said.lost >= 0 else ""
    vague = vague_word(said, text, names)
    if vague:
        return Doubt(
            f'How much is "{vague}" in "{sentence}"? Please give a number, for example "more than 30 days" or "at least 100".',  # noqa: E501 - one message, one line
            (),
            f"{VAGUE} {vague}|{sentence}",
        )
    word = unknown_word(sentence, names)
    if word:
        return Doubt(
            f'I did not understand "{sentence}", for one because I do not know the word "{word}". '
            "If it is another word for one of these, which? If not, please say it in other words.",
            offered(sentence, names),
            word,
            unknown=True,
        )
    return Doubt(
        f'I did not understand "{sentence}"'
        + (f' from "{rest}" on' if rest and rest != sentence else "")
        + '. Could you put it differently? For example: "NAME is the sum of FIELD over SOURCE", "X is true if FIELD is at least 5", "return { a, b }".'  # noqa: E501 - one message, one line
    )


def vague_word(said: Said, text: str, names: Names) -> str:
    """Give the measure without a number that stands near where reading stopped; empty if there is none.

    A word that names something, stands in quotes or braces, or has its number right behind it is none.
    """
    begin = max(said.start, said.lost - _NEAR_CHARS) if said.lost >= 0 else said.start
    while begin > said.start and not text[begin - 1].isspace():
        begin -= 1
    late = re.sub(r"'[^']*'|\"[^\"]*\"|\{[^{}]*\}", " | ", text[begin : said.end].lower())
    late = f" {re.sub(r'how (many|much|often)|[^a-z0-9_| ]+', ' ', late)} "
    named = {w for key in (*names.local, *names.predicates, *names.adjectives) for w in key.split()}
    for vague in sorted(VAGUE_WORDS, key=len, reverse=True):
        found = re.search(rf" {vague} (?!(?:than|\d|if|when|means)\b)", late)
        if found and vague not in named and names.name_cost(key_of(vague)) is None:
            return vague
    return ""


def commands(sentence: str) -> bool:
    """Whether a sentence tells to do something: its verb stands first, or first behind a comma, "and" or courtesy."""
    return _ORDER.search(sentence.lower()) is not None


_PURPOSE: Final = re.compile(
    r"(?i)\s*(?:so |well,? |hi,? |hey,? |hello,? )*(?:i|we)(?:'d| would)? (?:also )?(?:want|like|love|need|have) to "
    r"(?:know|see|find out|check|track|keep track|make sure|be sure|spot|watch)\b"
)
_BEGINS: Final = re.compile(r"(?i)\b(?:create|make|build|write|set up|script|called|named)\b|\b[a-z]+_[a-z_]+:")


def purpose(text: str, start: int, end: int) -> bool:
    """Whether a sentence only says what a script is wanted for or about; it begins in a later sentence."""
    told = _PURPOSE.match(text[start:end]) is not None or _topic(text[start:end])
    return told and _BEGINS.search(text[end:]) is not None


_TOPIC_WORDS_MAX: Final = 5
_TELLS: Final = frozenset(
    [
        "is", "are", "was", "were", "be", "should", "must", "has", "have", "had", "need", "needs", "want",
        "wants", "can", "could", "will", "would", "do", "does", "give", "gives", "get", "gets", "send", "sends",
        "count", "counts", "return", "returns", "take", "takes", "find", "list", "show", "make", "add", "use",
        "only", "not", "no", "without", "except", "all", "every", "each", "never", "always", "with", "whose",
        "who", "which", "that", "where", "when", "if", "unless", "for", "over", "under", "above", "below",
        "than", "more", "less", "at", "most", "least", "between", "since", "before", "after", "of", "to",
        "from", "per", "and", "or", "sum", "total", "average", "number",
    ]
)  # fmt: skip
"""Words that make a sentence more than the mention of a topic."""


_GREETS: Final = ("right", "ok", "okay", "so", "well", "hi", "hey", "hello", "now", "next", "then")


def _topic(sentence: str) -> bool:
    """Whether a sentence only mentions what it is about: "right, the driver pay."."""
    words = re.findall(r"[a-z_]+", sentence.lower().replace("'s", "").replace("'", ""))
    plain = [w for w in words if w not in _GREETS]
    return 0 < len(plain) <= _TOPIC_WORDS_MAX and not any(w in _TELLS or "_" in w for w in plain)


def names_nothing(text: str) -> bool:
    """Whether a turn only asks for a script, without its name."""
    return _BARE_OPENING.fullmatch(text.strip().lower()) is not None


def all_lost(doubt: Doubt, lost: list[Said], text: str) -> Doubt:
    """Quote every sentence of a turn that was not understood, so that one rewording can mend them all."""
    quotes = [text[said.start : said.end] for said in lost]
    more = "; ".join(f'"{quote}"' for quote in quotes if f'"{quote}"' not in doubt.text)
    if not more:
        return doubt
    return Doubt(
        f"{doubt.text} Nor did I understand {more}.", doubt.options, doubt.words, doubt.refusal, doubt.unknown
    )


def texts_of(script: dict[str, Any]) -> tuple[str, ...]:
    """Give the texts that a script can return, as its literals have them."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("op") in ("return", "math"):
                for text in _texts(node.get("value", node.get("expr"))):
                    found.extend(re.findall(r"'((?:[^'\\]|\\.)*)'", text))
            for value in node.values():
                if isinstance(value, list):
                    walk(value)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(script.get("steps", []))
    return tuple(dict.fromkeys(found))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [t for v in value.values() for t in _texts(v)] if isinstance(value, dict) else []
