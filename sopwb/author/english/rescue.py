"""What an opening that was not understood still tells: the name of the script, and what keys it takes.

So one odd first sentence does not take the meaning of all that follow it. What it says besides stays not understood and
is asked about. Deliberately not here: openings that read (``grammar.opening``).
"""

from __future__ import annotations

from typing import Final

from sopwb.author.english.lexer import Token
from sopwb.author.english.meaning import Param
from sopwb.author.english.names import Names, key_of

_SCRIPT_WORDS: Final = frozenset(
    ["script", "process", "procedure", "routine", "job", "workflow", "program", "sop", "called", "named"]
)
_TAKE_WORDS: Final = frozenset(
    ["take", "takes", "taking", "get", "gets", "receive", "receives", "input", "inputs", "parameter", "parameters"]
)
_TAKE_TOO: Final = frozenset(["given", "give", "with", "in", "wants", "needs", "expects", "feed", "pass", "enter"])


def opening_of(tokens: tuple[Token, ...], names: Names) -> tuple[str, tuple[Param, ...]]:
    """Give the new name in a lost first sentence and its keys as parameters; "" unless there is exactly one."""
    outside = _outside_braces(tokens)
    labelled = len(outside) > 1 and outside[0].kind == "name" and outside[1].low in (":", "-", "(")
    if not labelled and not any(t.low in _SCRIPT_WORDS for t in outside):
        return "", ()
    said = dict.fromkeys(t.text for t in outside if t.kind == "name")
    fresh = [n for n in said if not n.endswith("_id") and _new(n, names)]
    if len(fresh) != 1:
        return "", ()
    takes = any(t.low in _TAKE_WORDS | _TAKE_TOO for t in outside)
    keys = [n for n in said if n.endswith("_id")] if takes else []
    return fresh[0], tuple(Param(k) for k in keys) if len(keys) == 1 else ()


def _new(text: str, names: Names) -> bool:
    return text not in names.scripts and text not in names.sources and names.name_cost(key_of(text)) != 0.0


def _outside_braces(tokens: tuple[Token, ...]) -> list[Token]:
    out: list[Token] = []
    depth = 0
    for token in tokens:
        depth += (token.low == "{") - (token.low == "}")
        if depth == 0 and token.low != "}":
            out.append(token)
    return out
