"""What holds for every expression: the printer and the parser agree, the checker is sound, nothing else is raised."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopwb.lang import ir
from sopwb.lang.expression.check import check_expression
from sopwb.lang.expression.parse import KEYWORDS, RESERVED_WORDS, parse_expression
from sopwb.lang.expression.printer import print_expression
from sopwb.lang.expression.scope import Scope
from sopwb.lang.expression.show import ir_text
from sopwb.lang.expression.syntax import (
    Binary,
    Call,
    Identifier,
    Index,
    ListLiteral,
    Literal,
    MapLiteral,
    Node,
    RecordLiteral,
    Select,
    Ternary,
    Unary,
    without_spans,
)
from sopwb.lang.types import BOOL, DECIMAL, INT, STRING, ListType, OptionalType, Type
from sopwb.run.exact_text import exact_text
from sopwb.run.expression import Context, ExpressionFailure, compile_expression, show_with_values
from sopwb.run.expression_source import python_function
from tests.property.expressions import NAMES, Maker, Values, conforms

SCOPE = Scope.of(NAMES)
CONTEXT = Context(ZoneInfo("Europe/Berlin"))
WANTED: list[Type] = [
    INT,
    DECIMAL,
    STRING,
    BOOL,
    ListType(INT),
    OptionalType(INT),
    OptionalType(STRING),
    ListType(DECIMAL),
]


# --- parse ∘ print ------------------------------------------------------------------------------

_names = st.from_regex(r"[_a-zA-Z][_a-zA-Z0-9]{0,6}", fullmatch=True).filter(
    lambda n: n not in KEYWORDS | RESERVED_WORDS
)
_decimals = st.decimals(-(10**20), 10**20, places=5).map(lambda d: d if d else abs(d))
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_leaves: st.SearchStrategy[Node] = st.one_of(
    st.just(Literal("null", None)),
    st.booleans().map(lambda b: Literal("bool", b)),
    st.integers(-(2**63), 2**63 - 1).map(lambda n: Literal("int", n)),
    _decimals.map(lambda d: Literal("decimal", d)),
    _texts.map(lambda t: Literal("string", t)),
    _names.map(Identifier),
)


def _is_spelling(node: Node) -> bool:
    """Whether the parser itself would give such a tree: it keeps one of two spellings."""
    match node:
        case Unary("-", Literal("int" | "decimal", value)):
            return not value >= 0
        case Call(None, "matches", (_, _)):
            return False
        case Call(receiver, "size" | "lower" | "upper", ()):
            return receiver is None
        case _:
            return True


def _grown(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(parts, max_size=3).map(tuple)
    ops = st.sampled_from(["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "in", "&&", "||"])
    return st.one_of(
        st.builds(Select, parts, _names),
        st.builds(Index, parts, parts),
        st.builds(Call, st.one_of(st.none(), parts), _names, several),
        st.builds(Unary, st.sampled_from("!-"), parts),
        st.builds(Binary, ops, parts, parts),
        st.builds(Ternary, parts, parts, parts),
        st.builds(ListLiteral, several),
        st.lists(st.tuples(_names, parts), min_size=1, max_size=3, unique_by=lambda f: f[0]).map(
            lambda fields: RecordLiteral(tuple(fields))
        ),
        st.lists(st.tuples(parts, parts), max_size=3).map(lambda entries: MapLiteral(tuple(entries))),
    ).filter(_is_spelling)


TREES = st.recursive(_leaves, _grown, max_leaves=12)


@given(TREES)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_reading_what_was_printed_gives_the_same_tree(tree: Node) -> None:
    text = print_expression(tree)
    again, diagnostics = parse_expression(text)
    assert again is not None, (text, diagnostics)
    assert without_spans(again) == tree, text
    assert print_expression(again) == text


@given(st.text(max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    node, diagnostics = parse_expression(text)
    assert (node is None) == bool(diagnostics)


# --- the checker is sound -----------------------------------------------------------------------


def run_one(text: str, values: Values) -> str:
    """Read, check and run one text; give how far it came. Only a value of its type or a failure is right."""
    node, _ = parse_expression(text)
    if node is None:
        return "unread"
    expr, diagnostics = check_expression(node, SCOPE, "p")
    if expr is None:
        assert diagnostics
        return "refused"
    assert isinstance(expr, ir.Expr.__args__)  # type: ignore[attr-defined]
    env = {name: values.make(type_) for name, type_ in NAMES.items()}
    env |= {"now": dt.datetime(2026, 3, 29, 23, 30, tzinfo=dt.UTC), "today": dt.date(2026, 3, 30)}
    before = repr(env)
    failure: ExpressionFailure | None = None
    value = None
    try:
        value = compile_expression(expr, CONTEXT)(env)
    except ExpressionFailure as caught:
        failure = caught
    asked_again = function_disagrees(expr, env, value, failure)
    if failure is not None:
        assert failure.code.startswith("SOP-R1"), text
        assert failure.text, text
        return "failed"
    assert conforms(value, expr.type), f"{text} gave {value!r}, not {expr.type}"
    assert repr(env) == before, f"{text} changed its names"
    spoken = show_with_values(expr, env, CONTEXT)
    assert all(isinstance(part, str) for part in spoken)
    again, _ = parse_expression(ir_text(expr))
    assert again is not None, ir_text(expr)
    return "asked again" if asked_again else "ran"


def function_disagrees(expr: ir.Expr, env: dict[str, Any], value: Any, failure: ExpressionFailure | None) -> bool:
    """Hold the Python function of an expression against its closure: it gives the same value, or asks the closure.
    Say whether it asked although there was a value."""

    def closure(env: dict[str, Any]) -> Any:
        raise Asked

    function = python_function(expr, CONTEXT, closure)
    try:
        found = function(env)
    except Asked:
        return failure is None
    assert failure is None, f"{ir_text(expr)} gave {found!r} where it fails: {failure}"
    assert conforms(found, expr.type), f"{ir_text(expr)} gave {found!r}, not {expr.type}"
    assert exact_text(found) == exact_text(value), ir_text(expr)
    return False


class Asked(Exception):
    """The function asked its closure."""


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_checked_expression_gives_a_value_of_its_type_or_a_failure(data: st.DataObject) -> None:
    def pick(bound: int) -> int:
        return data.draw(st.integers(0, bound - 1))

    run_one(Maker(pick).make(WANTED[pick(len(WANTED))], 3), Values(pick))


def _many(count: int, seed: int) -> Counter[str]:
    dice = random.Random(seed)
    values, came = Values(dice.randrange), Counter[str]()
    for _ in range(count):
        came[run_one(Maker(dice.randrange).make(dice.choice(WANTED), dice.randrange(1, 5)), values)] += 1
    return came


def test_thousands_of_typed_expressions_run_as_they_were_checked() -> None:
    came = _many(3_000, 1)
    assert came["unread"] == 0
    assert came["ran"] > 1_000, came
    assert came["failed"] > 100, came
    assert came["asked again"] < 20, "only what is rounded beyond 38 digits is left to the closure"


@pytest.mark.slow
def test_a_hundred_thousand_typed_expressions_run_as_they_were_checked() -> None:
    came = _many(100_000, 2)
    assert came["ran"] > 30_000


_SPARE = [*"()[]{}.,?:+-*/%<>=!&|'\"\\ 019aexn\n\u00e9\u2264\ud800", " && ", " in ", "null", "size(", "!= null"]


def _mutated(text: str, dice: random.Random) -> str:
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(text) + 1)
        match dice.randrange(4):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + dice.choice(_SPARE) + text[at:]
            case 2:
                end = min(len(text), at + dice.randrange(8))
                text = text[:at] + text[end:]
            case _:
                start = dice.randrange(len(text) + 1)
                text = text[:at] + text[start : start + dice.randrange(8)] + text[at:]
    return text


def test_ten_thousand_damaged_expressions_never_raise() -> None:
    dice = random.Random(3)
    values, came = Values(dice.randrange), Counter[str]()
    corpus = [Maker(dice.randrange).make(dice.choice(WANTED), 3) for _ in range(400)]
    for _ in range(10_000):
        came[run_one(_mutated(dice.choice(corpus), dice), values)] += 1
    assert min(came[way] for way in ("unread", "refused", "failed", "ran")) > 50, came
