"""Other words for sources and fields: what a person teaches, what an answer teaches, and reading with it.

Learned is only a word that nothing here has for its own name, and only from words that say so: "by buyers I mean
customers", or the answer to a question what an unknown word is. Ambiguous words are asked about each time. A word for a
source is replaced before a turn is read; one for a field is read as a name of it (``names``). Deliberately not here:
keeping words, which the catalogue does (``app.handlers.words``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import msgspec

from sopwb.author.english import lexicon
from sopwb.author.english.grammar import G
from sopwb.author.english.lexer import tokenize
from sopwb.author.english.names import Names, key_of, words_of

_WORD: Final = r"[\"'`]?(?P<word>[A-Za-z][\w ]*?)[\"'`]?"
_MEANS: Final = r"(?:the\s+)?(?:(?:field|source|data|table)\s+)?[\"'`]?(?P<means>\w+(?: \w+){0,3}?)[\"'`]?(?:\s+field)?"
_TAUGHT: Final = re.compile(
    r"(?:^|(?<=[.!;]))\s*(?:please\s+)?(?:(?:note|remember)(?:\s+that)?[,:]?\s+)?"
    rf"(?:(?:by|with|(?:when|if|where)\s+(?:i|we)\s+(?:say|write|speak\s+of|talk\s+about))\s+{_WORD}\s*,?\s+"
    rf"(?:i|we)\s+(?:always\s+)?mean\s+{_MEANS}"
    rf"|{_WORD.replace('word', 'word2')}\s+is\s+(?:just\s+|only\s+)?another\s+(?:word|name)\s+for\s+"
    rf"{_MEANS.replace('means', 'means2')})"
    r"\s*(?:[.!;]|$)",
    re.I,
)
_FORGET: Final = re.compile(r"(?:please\s+)?(?:forget|unlearn)\s+the\s+word\s+[\"'`]?([\w ]+?)[\"'`]?\s*[.!]?", re.I)
_FILLERS: Final = re.compile(
    r"\b(?:it|that|this|is|means?|the|field|source|data|table|another|word|name|for|i|we|just|please)\b|[^\w ]", re.I
)
_OFFERED_MAX: Final = 8
"""Names that are offered for an unknown word: more are no help to read."""


class Taught(msgspec.Struct, frozen=True):
    """What a turn teaches, as it was said, and the rest of the turn."""

    words: tuple[tuple[str, str], ...]
    rest: str


def taught(text: str) -> Taught:
    """Take the sentences out of a turn that say what a word means."""
    found = tuple(
        ((m["word"] or m["word2"]).strip(), (m["means"] or m["means2"]).strip()) for m in _TAUGHT.finditer(text)
    )
    return Taught(found, _TAUGHT.sub(" ", text).strip() if found else text)


def forgotten(text: str) -> str:
    """Give the word that a turn tells to forget, "" where it tells something else."""
    found = _FORGET.fullmatch(text.strip())
    return found[1].strip() if found else ""


def named_here(words: str, names: Names) -> str:
    """Give the source or field that some words name exactly, "" where none or several do."""
    key = key_of(words.replace(" ", "_"))
    fields = {f for source in names.sources.values() for f in source.record.names() if key_of(f) == key}
    found = {s for s in names.sources if key_of(s) == key} or fields
    return found.pop() if len(found) == 1 else ""


def reworded(text: str, learned: Mapping[str, str], names: Names) -> tuple[str, list[str]]:
    """Put the sources in the place of their learned words, outside quotes and braces, and say so in notes.

    The notes speak of learned words for fields too, which are left to be read.
    """
    notes: list[str] = []
    spoken = {w for name in names.local for w in (name, name.replace(" ", "_"))}
    for word, means in learned.items():
        if word in spoken or key_of(word.replace(" ", "_")) in names.local:
            continue
        pattern = re.compile(rf"""("[^"]*"|'[^']*'|{{[^{{}}]*}})|\b{_numbers(word)}\b(?![\w.]*_)""", re.I)
        put = means if means in names.sources else None
        new, used = _replaced(pattern, put, text)
        if used:
            notes.append(f'by "{word}" you mean {means}, as I learned from you')
            text = new
    return text, notes


def _numbers(word: str) -> str:
    """Write a word so that both its numbers are found: "buyers" and "buyer"."""
    *before, last = word.split()
    one = lexicon.singular(last)
    forms = dict.fromkeys((last, one, f"{one}s", f"{one}es", f"{one[:-1]}ies" if one.endswith("y") else last))
    return r"[ _]".join((*map(re.escape, before), f"(?:{'|'.join(map(re.escape, forms))})"))


def _replaced(pattern: re.Pattern[str], put: str | None, text: str) -> tuple[str, int]:
    used = 0

    def one(match: re.Match[str]) -> str:
        nonlocal used
        if match[1] is not None:
            return match[0]
        used += 1
        return match[0] if put is None else put

    return pattern.sub(one, text), used


def unknown_word(sentence: str, names: Names) -> str:
    """Give the one word of a sentence that neither the language nor the workspace has; "" for none or several."""
    here = _of_workspace(names)
    found = {
        token.low: None
        for token in tokenize(sentence)
        if token.kind == "word" and token.low.isalpha() and len(token.low) > 2
        if not {token.low, lexicon.singular(token.low), lexicon.stem(token.low)} & (here | _of_language())
    }
    return next(iter(found)) if len(found) == 1 else ""


def offered(sentence: str, names: Names) -> tuple[tuple[str, str], ...]:
    """Give names that an unknown word may mean, the likeliest first: what the sentence does not name already, of the
    sources that it names; then the other sources and their fields."""
    said = {w for token in tokenize(sentence) for w in words_of(token.low)}
    near = [s for s in names.sources.values() if set(words_of(s.name)) <= said]
    first = [f for s in near for f in s.record.names() if f != s.key and not set(words_of(f)) & said]
    others = [s for s in names.sources.values() if s not in near]
    rest = [f for s in others for f in s.record.names()]
    found = dict.fromkeys((*first, *(s.name for s in others), *rest))
    return tuple((name, name) for name in list(found)[:_OFFERED_MAX])


def plainly(answer: str, options: tuple[tuple[str, str], ...], names: Names) -> str:
    """Give the name that an answer says and nothing else, also one that was not offered; "" for a sentence."""
    bare = " ".join(_FILLERS.sub(" ", answer).split()).lower()
    if bare.isdigit():
        return options[int(bare) - 1][1] if 1 <= int(bare) <= len(options) else ""
    return named_here(bare, names) if bare else ""


def _of_workspace(names: Names) -> set[str]:
    fields = (field for source in names.sources.values() for field in source.record.names())
    said = (*names.sources, *fields, *names.scripts, *names.local, *names.entities, *names.learned)
    texts: Iterable[str] = (*names.every_text(), *names.predicates, *names.adjectives, *names.aliases)
    return {w for name in said for w in words_of(name)} | {w for t in texts for w in re.findall(r"\w+", t.lower())}


@cache
def _of_language() -> frozenset[str]:
    """Every word of the grammar's rules, of its classes and of the lexicon."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, str):
            found.update(re.findall(r"[a-z]+", node.lower()))
        elif isinstance(node, Mapping):
            walk(list(node.items()))
        elif isinstance(node, (list, tuple, set, frozenset)):
            for part in node:
                walk(part)

    walk([rule.text for rules in (*G.rules.values(), *G.after.values()) for rule in rules])
    walk(G.classes)
    walk([value for name, value in vars(lexicon).items() if name.isupper()])
    return frozenset(found)
