"""Commands about examples: what a script must come to, kept, listed, tried and taken away."""

from __future__ import annotations

from typing import Any

from sopwb.app.commands import AddExample, ListExamples, RemoveExample, RunExamples
from sopwb.author.slash.desk import Asked, Desk, wrong
from sopwb.author.slash.words import Words, number, read_words
from sopwb.kernel.canonical import parse_json

_ALL = "all"


def example(desk: Desk, text: str) -> Asked:
    """``[NAME] [INPUT=VALUE …] --expect FIELD=VALUE … | --result JSON | --fails TEXT [--as-of INSTANT]``."""
    words = read_words(text, 1, pairs=True, valued=("expect", "result", "fails", "as-of"))
    expect, inputs = _expectation(words), dict[str, Any](words.pairs)
    return Asked(AddExample(desk.subject(words.at(0)), inputs, expect, words.first("as-of")))


def _expectation(words: Words) -> dict[str, Any]:
    kinds = words.options.keys() & {"expect", "result", "fails"}
    if len(kinds) != 1:
        raise wrong("one expectation is wanted", expected="--expect FIELD=VALUE …, --result JSON or --fails TEXT")
    if "fails" in kinds:
        return {"fails": words.first("fails")}
    if "result" in kinds:
        try:
            return {"result": parse_json(words.first("result"))}
        except ValueError as error:
            raise wrong(f"--result is not JSON: {error}", hint="a text stands in quotes of both kinds") from None
    pairs = [word.partition("=") for word in words.options["expect"]]
    if not all(eq and name for name, eq, _ in pairs):
        raise wrong("--expect takes FIELD=VALUE")
    return {"fields": {name: value for name, _, value in pairs}}


def examples(desk: Desk, text: str) -> Asked:
    return Asked(ListExamples(desk.subject(read_words(text, 1).at(0))))


def remove(desk: Desk, text: str) -> Asked:
    """``[NAME] NUMBER``."""
    words = read_words(text, 2)
    name = words.at(0) if len(words.plain) == 2 else ""
    if not words.plain:
        raise wrong("the example's number is missing", hint="/examples lists them")
    return Asked(RemoveExample(desk.subject(name), number(words.plain[-1], 0)))


def test(desk: Desk, text: str) -> Asked:
    """``[NAME|all] [--frozen] [--live]``."""
    words = read_words(text, 1, flags=("frozen", "live"))
    name = "" if words.at(0) == _ALL else desk.subject(words.at(0))
    return Asked(RunExamples(name, "frozen" in words.options, "live" in words.options))
