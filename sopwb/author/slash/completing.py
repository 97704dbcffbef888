"""What a slash command may go on with, from the table and the names at hand. Pure: nothing is looked up here.

The word at the end of the text is completed: a command's name, then by what the command takes, and inside of steps by
what stands before the word (``fetch`` wants a source, ``it.`` a field). In a text between quotes nothing is offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from sopwb.author.slash.looking import FORMS
from sopwb.author.slash.steps import HEADS
from sopwb.author.slash.table import BY_NAME, Slash
from sopwb.kernel.limits import COMPLETIONS_MAX
from sopwb.lang.outline import step_text
from sopwb.lang.parse import OPS
from sopwb.lang.places import every_step
from sopwb.lang.types import SCALARS

Pairs = tuple[tuple[str, str], ...]

_WORD: Final = re.compile(r"[\w.#-]*\Z")
_QUOTED: Final = re.compile(r"'(?:\\.|[^'\\])*'?|\"(?:\\.|[^\"\\])*\"?")
_PLACES: Final = ("before", "after", "in", "else", "first", "last", "up", "down")
_TYPES: Final = (*sorted(SCALARS), "list<", "map<")
_CLAUSES: Final = ("where", "order by", "limit", "one", "fields", "yield", "do", "then", "else", "desc", "on error")
_OF_SOURCE: Final = re.compile(r"\b(?:fetch|from|of)\s+(\w+)")


class Completion(msgspec.Struct, frozen=True):
    """``text`` is the whole text with the word completed; ``word`` and ``words`` are shown."""

    text: str
    word: str
    words: str = ""


class AtHand(msgspec.Struct, frozen=True):
    """Names at hand: scripts, tools and sources with (argument or field, type) pairs, and the draft at hand."""

    scripts: Mapping[str, Pairs] = {}
    sources: Mapping[str, Pairs] = {}
    tools: Mapping[str, Pairs] = {}
    script: Mapping[str, Any] = {}


def complete(text: str, known: AtHand) -> tuple[Completion, ...]:
    """Give what the last word of a command may become, in order; () where nothing is known to fit."""
    if not text.startswith("/") or "\n" in text:
        return ()
    if " " not in text:
        found = [(f"/{name}", slash.words) for name, slash in BY_NAME.items() if name.startswith(text[1:].lower())]
        return _completions("", text, found, " ")
    slash = BY_NAME.get(text[1:].partition(" ")[0].lower())
    match = _WORD.search(text)
    assert match is not None, "an empty word ends every text"
    before, word = text[: match.start()], match[0]
    if slash is None or _in_quotes(text):
        return ()
    return _completions(before, word, _candidates(slash, before, word, known), "")


def _completions(before: str, word: str, found: list[tuple[str, str]], after: str) -> tuple[Completion, ...]:
    fitting = {name: words for name, words in found if name.lower().startswith(word.lower()) and name != word}
    if any(name == word for name, _ in found) and not fitting:
        return ()
    return tuple(Completion(f"{before}{name}{after}", name, words) for name, words in fitting.items())[:COMPLETIONS_MAX]


def _in_quotes(text: str) -> bool:
    texts = list(_QUOTED.finditer(text))
    if not texts or texts[-1].end() < len(text):
        return False
    last = texts[-1][0]
    return len(last) == 1 or last[-1] != last[0]


def _candidates(slash: Slash, before: str, word: str, known: AtHand) -> list[tuple[str, str]]:
    """Give what fits at a place, with its explanation."""
    arguments = before.partition(" ")[2].split()
    kinds = _kinds(slash, len(arguments))
    if word.startswith("-"):
        return [(option, "") for option in dict.fromkeys(re.findall(r"--[a-z-]+", slash.usage))]
    if "expression" in kinds and "." in word:
        return _after_dot(before, word, known)
    if "expression" in kinds and arguments[-1:] in (["fetch"], ["from"], ["of"]):
        return _sources(known)
    return [pair for kind in kinds for pair in _names(kind, slash, before, word, arguments, known)]


def _kinds(slash: Slash, place: int) -> list[str]:
    if place < len(slash.takes):
        return slash.takes[place].removesuffix("*").split("|")
    last = slash.takes[-1] if slash.takes else ""
    return last.removesuffix("*").split("|") if last.endswith("*") else []


def _names(
    kind: str, slash: Slash, before: str, word: str, arguments: list[str], known: AtHand
) -> list[tuple[str, str]]:
    """Give the names of one kind of argument."""
    match kind:
        case "script":
            return [(name, _signature(pairs)) for name, pairs in known.scripts.items()]
        case "source":
            return _sources(known)
        case "tool":
            return [(name, _signature(pairs)) for name, pairs in known.tools.items()]
        case "step":
            return [(str(step["id"]), step_text(step)) for _, step in every_step(dict(known.script)) if "id" in step]
        case "name":
            return _bound_names(known)
        case "op":
            blocks = [("else", "go on in the else"), ("end", "leave the block")] if slash.name == "step" else []
            return [(head, "") for head in HEADS if head not in ("let", "math", "call", "tool")] + blocks
        case "place":
            return [(place, "") for place in (_PLACES[:6] if slash.name == "insert" else _PLACES)]
        case "field":
            return [
                (f"{name}:", "") for part in OPS.get(str(_step(known, arguments[0]).get("op")), ()) for name in part
            ]
        case "type" | "form":
            return [(name, "") for name in (_TYPES if kind == "type" else FORMS)]
        case "command":
            return [(name, other.words) for name, other in BY_NAME.items()]
        case "input":
            called = next((argument for argument in arguments if argument in known.scripts), "")
            pairs = known.scripts.get(called) or _params(known)
            return [(f"{name}=", type_) for name, type_ in pairs]
        case "expression" if word:
            fields = [pair for source in _OF_SOURCE.findall(before) for pair in known.sources.get(source, ())]
            clauses = [(clause, "") for clause in _CLAUSES] if before.partition(" ")[2] else []
            tools = [(name, _signature(pairs)) for name, pairs in (*known.tools.items(), *known.scripts.items())]
            return [*_bound_names(known), *fields, *clauses, *tools]
        case _:
            return []


def _params(known: AtHand) -> Pairs:
    params = known.script.get("params", {})
    return tuple((str(name), str(type_)) for name, type_ in params.items()) if isinstance(params, dict) else ()


def _bound_names(known: AtHand) -> list[tuple[str, str]]:
    return [*_params(known), *((name, step_text(step)) for name, step in _bound(known))]


def _after_dot(before: str, word: str, known: AtHand) -> list[tuple[str, str]]:
    """Give fields of what stands before the dot, else tools of that name."""
    base, _, _ = word.rpartition(".")
    sources = _OF_SOURCE.findall(before) if base == "it" else []
    sources += [str(step.get("from")) for name, step in _bound(known) if name == base and _is_record(name, step)]
    fields = [(f"{base}.{name}", type_) for source in sources for name, type_ in known.sources.get(source, ())]
    return fields or [(name, _signature(pairs)) for name, pairs in known.tools.items()]


def _is_record(name: str, step: dict[str, Any]) -> bool:
    return "one" in step or step.get("as") == name


def _sources(known: AtHand) -> list[tuple[str, str]]:
    return [(name, ", ".join(field for field, _ in pairs)) for name, pairs in known.sources.items()]


def _step(known: AtHand, word: str) -> dict[str, Any]:
    steps = every_step(dict(known.script))
    return next((step for path, step in steps if word in (path, step.get("id"), step.get("name"))), {})


def _bound(known: AtHand) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, step in every_step(dict(known.script)):
        for key in ("name", "as"):
            if step.get(key) and step.get("op") != "if":
                yield str(step[key]), step


def _signature(pairs: Pairs) -> str:
    return "(" + ", ".join(f"{name}: {type_}" for name, type_ in pairs) + ")"
