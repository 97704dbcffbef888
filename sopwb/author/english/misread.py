"""Why a sentence was not understood, as far as it can be told, and what texts a script can say.

Deliberately not here: reading (``reader``).
"""

from __future__ import annotations

import re
from typing import Any

from sopwb.author.english.lexicon import OUTSIDE, VAGUE, singular
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.reader import Said
from sopwb.author.english.scope import listed
from sopwb.author.english.spec import Doubt
from sopwb.kernel.diagnostics import nearest_name


def not_understood(said: Said, text: str, names: Names, tools: tuple[str, ...]) -> Doubt:
    """Say what was not understood, and offer the likeliest reason."""
    sentence = text[said.start : said.end]
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
        )
    rest = text[said.lost : said.end]
    late = (
        " "
        + re.sub(
            r"\bhow (many|much|often)\b|[^\w' ]+",
            " ",
            text[max(said.start, said.lost - 12) : said.end].lower(),
        )
        + " "
    )
    vague = next((v for v in sorted(VAGUE, key=len, reverse=True) if f" {v} " in late), "")
    if vague:
        return Doubt(
            f'How much is "{vague}" in "{sentence}"? Please give a number, for example "more than 30 days" or "at least 100".'  # noqa: E501 - one message, one line
        )
    return Doubt(
        f'I did not understand "{sentence}"'
        + (f' from "{rest}" on' if rest and rest != sentence else "")
        + '. Could you put it differently? For example: "NAME is the sum of FIELD over SOURCE", "X is true if FIELD is at least 5", "return { a, b }".'  # noqa: E501 - one message, one line
    )


def with_the_others(trouble: Doubt, missed: list[str]) -> Doubt:
    """Quote every sentence of the turn that was not understood, so that one answer can reword them all."""
    others = [s for s in missed if s not in trouble.text]
    if not others or trouble.refusal:
        return trouble
    quoted = "; ".join(f'"{s}"' for s in others)
    text = f"{trouble.text}\nNor did I understand: {quoted}."
    return Doubt(text, trouble.options, trouble.words)


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
