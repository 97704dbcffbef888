"""Lines cut into clauses by the language's own tokens, and expressions in them put into its spelling.

A word such as ``where`` begins a clause only where an operand has just ended: no expression can go on with a name
there, so ``where it.where > limit limit 5`` has one meaning. Deliberately not here: which clauses a step has
(``steps``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import msgspec

from sopwb.author import codes
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.lang.environment import SourceSchema
from sopwb.lang.expression.codes import OPERATOR_SPELLING
from sopwb.lang.expression.parse import parse_expression
from sopwb.lang.expression.syntax import Binary, Node, Span, children
from sopwb.lang.expression.tokens import Token, tokenize
from sopwb.lang.names import mentioned, mentions

_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
_OPERATORS: Final = frozenset(("in", "and", "or", "not", "is", "mod"))
"""Names that stand between operands; all but ``in`` are other languages' and are put right."""
_ALONE: Final = frozenset(("one",))
"""Keywords after which nothing has to follow."""
_COMPARISONS: Final = frozenset(("<", "<=", ">", ">=", "==", "!="))
_RESPELLINGS_MAX: Final = 8
"""Rounds of putting right: each finds what the one before hid; an expression with more is no slip."""


class Clause(msgspec.Struct, frozen=True):
    """A keyword ("" for what stands before the first) and the text that follows it."""

    word: str
    text: str


def tokens_of(text: str) -> list[Token]:
    """Give the tokens of a line without the end. Raises ``UserError`` where it is no text of the language."""
    found, diagnostics = tokenize(text, "")
    stopped = [d for d in diagnostics if d.code != OPERATOR_SPELLING]
    if stopped:
        raise UserError(*stopped)
    return found[:-1]


def clauses(text: str, words: Collection[str]) -> list[Clause]:
    """Cut a line at its keywords, which may be two words (``order by``). Commas between clauses are dropped."""
    cuts = [(0, 0, ""), *_cuts(text, words)]
    ends = [start for start, _, _ in cuts[1:]] + [len(text)]
    parts = [(word, text[begin:end].strip()) for (_, begin, word), end in zip(cuts, ends, strict=True)]
    return [Clause(word, part.removesuffix(",").rstrip()) for word, part in parts]


def parted(text: str, word: str) -> tuple[str, str | None]:
    """Cut a line at the first place of a keyword; None where it has none."""
    for start, end, _ in _cuts(text, (word,)):
        return text[:start].strip().removesuffix(",").rstrip(), text[end:].strip()
    return text.strip(), None


def _cuts(text: str, words: Collection[str]) -> list[tuple[int, int, str]]:
    """Give where keywords start and end."""
    tokens = tokens_of(text)
    depth, found = 0, list[tuple[int, int, str]]()
    ready = True  # whether an operand, or nothing at all, stands before
    for n, token in enumerate(tokens):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        word = _keyword(tokens, n, words) if depth == 0 and token.kind == "name" and ready else ""
        if word:
            found.append((token.start, tokens[n + word.count(" ")].end, word))
        # What follows a keyword is its own, also where it is called like one.
        ready = word in _ALONE if word else token.text == "," or ends_operand(token)
    return found


def ends_operand(token: Token) -> bool:
    """Whether an expression may end with this token."""
    if token.kind == "name":
        return token.text not in _OPERATORS
    return token.kind in ("int", "decimal", "string") or token.text in _CLOSING


def _keyword(tokens: Sequence[Token], n: int, words: Collection[str]) -> str:
    pair = f"{tokens[n].text} {tokens[n + 1].text}" if n + 1 < len(tokens) else ""
    return pair if pair in words else tokens[n].text if tokens[n].text in words else ""


def listed(text: str) -> list[str]:
    """Split at the commas that stand in no brackets."""
    depth, start, parts = 0, 0, list[str]()
    for token in tokens_of(text):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if token.text == "," and depth == 0:
            parts.append(text[start : token.start].strip())
            start = token.end
    rest = text[start:].strip()
    return [*parts, rest] if rest else parts


def members(text: str) -> dict[str, str] | None:
    """Read ``name: text, …`` without its brackets; None where a part has no name."""
    found: dict[str, str] = {}
    for part in listed(text):
        tokens = tokens_of(part)
        if len(tokens) < 3 or tokens[0].kind != "name" or tokens[1].text != ":":
            return None
        found[tokens[0].text] = part[tokens[1].end :].strip()
    return found


def respelt(text: str) -> str:
    """Put an expression into the language's spelling (``=`` to ``==``, ``and`` to ``&&``).

    Raises ``UserError`` where it does not parse.
    """
    text = text.strip()
    if not text:
        raise UserError(Diagnostic(codes.STEP_UNREAD.id, "an expression is missing"))
    for _ in range(_RESPELLINGS_MAX):
        found = parse_expression(text)[1]
        if not found:
            return text
        slips = [(d.span, d.fix.text) for d in found if d.span is not None and d.fix is not None]
        if len(slips) < len(found):
            raise UserError(*(d for d in found if d.fix is None))
        for (start, end), right in sorted(slips, reverse=True):
            text = text[:start] + right + text[end:]
    raise UserError(Diagnostic(codes.STEP_UNREAD.id, f"{text!r} is not an expression"))


def node_of(text: str) -> Node:
    """Parse an expression that is known to parse."""
    node = parse_expression(text)[0]
    assert node is not None, text
    return node


def of_records(text: str, source: SourceSchema | None, bound: Collection[str]) -> str:
    """Write ``it.`` before the fields of ``source`` that a filter names bare.

    A name that is both a field and bound in the script is the field left of a comparison and the script's right of
    it, as in ``customer_id == customer_id``; in a comparison that says ``it`` it is the script's. Raises ``UserError``
    where it could be either: outside of comparisons, and on the left where the filter says ``it`` elsewhere.
    """
    text = respelt(text)
    node = node_of(text)
    if source is None:
        return text
    says_it = "it" in mentioned(node)
    for name, span in sorted(mentions(node), key=lambda mention: mention[1], reverse=True):
        if source.record.get(name) is None:
            continue
        whose = "field" if name not in bound else _whose(node, span, says_it)
        if not whose:
            message = f"{name} is a field of {source.name} and a name of the script"
            hint = f"it.{name} is the field, and right of a comparison {name} is the script's"
            raise UserError(Diagnostic(codes.STEP_UNREAD.id, message, found=name, hint=hint))
        if whose == "field":
            text = f"{text[: span[0]]}it.{text[span[0] :]}"
    return text


def _whose(node: Node, span: Span, says_it: bool) -> str:
    """Tell whether a name that could be either is a field or the script's, "" where it cannot be told."""
    around = [found for found in _comparisons(node) if found.left.span[0] <= span[0] and span[1] <= found.right.span[1]]
    if not around:
        return ""
    inner = min(around, key=lambda found: found.right.span[1] - found.left.span[0])
    if "it" in mentioned(inner) or span[0] >= inner.right.span[0]:
        return "script"
    return "" if says_it else "field"


def _comparisons(node: Node) -> Iterator[Binary]:
    if isinstance(node, Binary) and node.op in _COMPARISONS:
        yield node
    for child in children(node):
        yield from _comparisons(child)
