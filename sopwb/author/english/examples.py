"""Examples in the chat: which inputs and which field are meant, and what is said of them.

"High risk" is the one true-or-false field whose own words are among them, a text is one that the script can return, a
value goes to the one field of its type. Anything else is a question. Deliberately not here: the wording
(``grammar.examples``) and trying (``app.trying``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.example_outputs import ExampleList, ExamplesTried
from sopwb.app.example_text import inputs_text, tried_lines
from sopwb.author.bench import Bench
from sopwb.author.english.meaning import Lit
from sopwb.author.english.names import Names, key_of, words_of
from sopwb.author.english.say import error_line
from sopwb.author.english.scope import listed
from sopwb.author.english.spec import Doubt
from sopwb.author.english.wanting import Example, Wanted
from sopwb.kernel.canonical import json_text
from sopwb.lang.environment import Environment, Signature
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    STRING,
    TIMESTAMP,
    RecordType,
    Type,
    is_optional,
    required,
    type_text,
)

_KINDS: dict[str, tuple[Type, ...]] = {
    "bool": (BOOL,),
    "number": (INT, DECIMAL),
    "string": (STRING,),
    "date": (DATE, TIMESTAMP),
}
_FILLERS = frozenset(("is", "i", "has", "ha", "a", "at"))


def wish(said: Example, name: str, environment: Environment, names: Names) -> dict[str, Any]:
    """Give the ``inputs`` and what to ``expect`` ({}: forget it) that a sentence means. Raises ``Doubt``."""
    signature = environment.script(name, "")
    if signature is None:
        raise Doubt(f"{name} is not finished yet. What should it do?")
    inputs = _inputs(said.args, signature)
    return {"inputs": inputs, "expect": _expect(said, signature, names.outcomes.get(name, ()), name)}


def _expect(said: Example, signature: Signature, outcomes: tuple[str, ...], name: str) -> dict[str, Any]:
    if said.forget:
        return {}
    if not said.wanted:
        return {"fails": ""}
    returns = None if signature.returns is None else required(signature.returns)
    if returns is None:
        raise Doubt(f"{name} returns nothing, so no answer can be expected of it.")
    if isinstance(returns, RecordType):
        return {"fields": dict(_field(want, returns, outcomes, name) for want in said.wanted)}
    if len(said.wanted) > 1 or said.wanted[0].name:
        raise Doubt(f"{name} returns {type_text(returns)}, which has no fields. What should the answer be?")
    return {"result": _bare(said.wanted[0], outcomes, name)}


def _inputs(args: tuple[tuple[str, Lit], ...], signature: Signature) -> dict[str, Any]:
    params = [param.name for param in signature.params]
    inputs: dict[str, Any] = {}
    for place, (words, value) in enumerate(args):
        named = [p for p in params if key_of(p) == words] if words else params[place : place + 1]
        if not named:
            takes = listed(params, "and") if params else "no inputs"
            raise Doubt(f"{signature.name} takes {takes}. What should {words or value.text} be?")
        inputs[named[0]] = raw(value)
    return inputs


def raw(value: Lit) -> Any:
    """Give a literal as JSON has it."""
    match value.kind:
        case "number":
            return int(value.text) if value.text.lstrip("-").isdigit() else Decimal(value.text)
        case "bool":
            return value.text == "true"
        case "null":
            return None
        case _:
            return value.text


def _field(want: Wanted, returns: RecordType, outcomes: tuple[str, ...], name: str) -> tuple[str, Any]:
    """Find the field that is meant, and its value."""
    if want.name:
        exact = [f for f in returns.names() if key_of(f) == want.name]
        loose = [f for f in returns.names() if set(want.name.split()) <= set(words_of(f))]
        gives = listed(list(returns.names()), "and")
        (field,) = _one(exact or loose, want, f"{name} returns {gives}, not {want.name}.")
        type_ = returns.get(field)
        assert type_ is not None
        return field, raw(want.value) if want.value is not None else _of_type(want, required(type_), outcomes, name)
    if want.value is not None:
        kinds = _KINDS.get(want.value.kind, ())
        fits = [f for f, t in returns.fields if required(t) in kinds or (not kinds and is_optional(t))]
        (field,) = _one(fits, want, f"{name} returns nothing that can be {json_text(raw(want.value))}.")
        return field, raw(want.value)
    own = {f: set(words_of(f)) - _FILLERS for f, t in returns.fields if required(t) == BOOL}
    said = set(words_of(want.phrase.replace(" ", "_")))
    truths = [f for f, words in own.items() if words and words <= said]
    if truths:
        (field,) = _one(truths, want, "")
        return field, not want.no
    text = _outcome(want, outcomes)
    texts = [f for f, t in returns.fields if required(t) == STRING] if text is not None else []
    (field,) = _one(
        texts,
        want,
        f'I do not see which result "{want.phrase}" is. {name} returns {listed(list(returns.names()), "and")}: '
        "say it by one of them, for example "
        f'"when run for {{input}} it should say {returns.names()[0]} {{value}}".',
    )
    return field, text


def _one(fields: list[str], want: Wanted, none: str) -> list[str]:
    if not fields:
        raise Doubt(none)
    if len(fields) > 1:
        words = want.value.text if want.value is not None else want.phrase
        raise Doubt(
            f"Which of {listed(fields, 'and')} should be {words}?", tuple((f, f"{f} {words}") for f in fields), words
        )
    return fields


def _of_type(want: Wanted, type_: Type, outcomes: tuple[str, ...], name: str) -> Any:
    """Read words that stand as the value of a field."""
    text = _outcome(want, outcomes)
    if type_ != STRING:
        raise Doubt(f'{name} returns {type_text(type_)} there, and "{want.phrase}" is not. What should it be?')
    return want.phrase if text is None else text


def _outcome(want: Wanted, outcomes: tuple[str, ...]) -> str | None:
    found = [text for text in outcomes if key_of(text) == want.phrase]
    return found[0] if len(found) == 1 and not want.no else None


def _bare(want: Wanted, outcomes: tuple[str, ...], name: str) -> Any:
    if want.value is not None:
        return raw(want.value)
    text = _outcome(want, outcomes)
    if text is None:
        raise Doubt(f'"{want.phrase}" is nothing that {name} can return as it stands. What should the answer be?')
    return text


# --- carrying out ---------------------------------------------------------------------------------------------


def carried(bench: Bench, what: str, name: str, said: dict[str, Any]) -> tuple[str, str]:
    """Do what was said of examples. Gives what to say, and what went wrong ("": nothing)."""
    return _keep(bench, name, said["inputs"], said["expect"]) if what == "example" else _told(bench, name)


def _keep(bench: Bench, name: str, inputs: dict[str, Any], expect: dict[str, Any]) -> tuple[str, str]:
    if not expect:
        return _forget(bench, name, inputs)
    done = bench.do(c.AddExample(name, inputs, expect))
    if not isinstance(done, ExamplesTried):
        return "", f"The example is not kept: {error_line(done)}" if isinstance(done, o.Failed) else "It is not kept."
    lines = tried_lines(done)[:-1]
    after = ""
    if done.failed:
        after = f"\n\nIt does not hold yet: {name} is not saved until it does, or you say: {_word_to_forget(inputs)}."
    return "I keep this example:\n\n" + _listed(lines) + after, ""


def _word_to_forget(inputs: dict[str, Any]) -> str:
    said = " and ".join(repr(value) if isinstance(value, str) else json_text(value) for value in inputs.values())
    return f"forget the example for {said}"


def _forget(bench: Bench, name: str, inputs: dict[str, Any]) -> tuple[str, str]:
    kept = bench.do(c.ListExamples(name))
    rows = kept.rows if isinstance(kept, ExampleList) else ()
    about = [row.number for row in rows if inputs.items() <= row.inputs.items()]
    if not about:
        return "", f"{name} has no example for {inputs_text(inputs)}."
    for number in reversed(about):
        bench.do(c.RemoveExample(name, number))
    return f"The example for {inputs_text(inputs)} is forgotten.", ""


def _told(bench: Bench, name: str) -> tuple[str, str]:
    done = bench.do(c.RunExamples(name))
    if isinstance(done, ExamplesTried):
        return _listed(tried_lines(done)), ""
    return "", error_line(done) if isinstance(done, o.Failed) else ""


def _listed(lines: list[str]) -> str:
    return "\n".join(" " * (len(line) - len(line.lstrip())) + "- " + line.strip() for line in lines)
