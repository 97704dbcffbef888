"""Reading and printing expressions: canonical text, spelling, and what is said about mistakes."""

from __future__ import annotations

import random

import pytest

from sopwb.kernel.limits import EXPRESSION_CHARS_MAX, EXPRESSION_DEPTH_MAX
from sopwb.lang.expression.parse import parse_expression
from sopwb.lang.expression.printer import print_expression
from sopwb.lang.expression.syntax import Literal, without_spans


def check(text: str, expected: str) -> None:
    """Reading ``text`` and printing it gives ``expected``, and reading that gives the same tree again."""
    node, diagnostics = parse_expression(text)
    assert node is not None, diagnostics
    printed = print_expression(node)
    assert printed == expected
    again, _ = parse_expression(printed)
    assert again is not None
    assert without_spans(again) == without_spans(node)
    assert print_expression(again) == printed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a+b*c", "a + b * c"),
        ("(a+b)*c", "(a + b) * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a&&b||c&&(d||e)", "a && b || c && (d || e)"),
        ("a && (b && c)", "a && (b && c)"),
        ("!(a==b)", "!(a == b)"),
        ("!a.b", "!a.b"),
        ("!!a", "!!a"),
        ("-5", "-5"),
        ("-(5)", "-5"),
        ("- 5", "-5"),
        ("--5", "--5"),
        ("-(a+b)", "-(a + b)"),
        ("-(5).f()", "-(5.f())"),
        ("a - -1", "a - -1"),
        ("a-1", "a - 1"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("a?b:c?d:e", "a ? b : c ? d : e"),
        ("(a?b:c)?d:e", "(a ? b : c) ? d : e"),
        ("a?(b?c:d):e", "a ? (b ? c : d) : e"),
        ("x.size() > 0x1F", "size(x) > 31"),
        ("s.lower() == s . upper ( )", "lower(s) == upper(s)"),
        ("matches(s, 'a')", "s.matches('a')"),
        ("1.50", "1.5"),
        ("1.0", "1.0"),
        ("-0.0", "0.0"),
        ("1e3", "1000.0"),
        (".5", "0.5"),
        ("12.5E-1", "1.25"),
        ('"it\'s"', "'it\\'s'"),
        ("'''two\nlines'''", "'two\\nlines'"),
        (r"r'\d+'", r"'\\d+'"),
        (r"'\x41\u00e9\101\U0001F600'", "'Aé" + "A\U0001f600'"),
        ("'\\u200b'", "'\\u200b'"),
        ("'e\\u0301'", "'e\\u0301'"),
        ("[1,2,]", "[1, 2]"),
        ("{a:1,b:[2]}", "{a: 1, b: [2]}"),
        ("{'a':1,(b):2}", "{'a': 1, (b): 2}"),
        ("{true: 1}", "{true: 1}"),
        ("{}", "{}"),
        ("a.in_stock", "a.in_stock"),
        ("order.package.return", "order.package.return"),
        ("x in [1]", "x in [1]"),
        ("a // the first\n + b", "a + b"),
        ("xs.filter(x, x>1).map(x, x*2)", "xs.filter(x, x > 1).map(x, x * 2)"),
        ("a[0]['k'].b", "a[0]['k'].b"),
        ("1 < 2 == true", "1 < 2 == true"),
        ("(1 < 2) == (2 > 1)", "1 < 2 == (2 > 1)"),
    ],
)
def test_an_expression_has_one_canonical_text(text: str, expected: str) -> None:
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "SOP-X014"),
        ("  // nothing", "SOP-X014"),
        ("a &&", "SOP-X005"),
        ("a + * b", "SOP-X005"),
        ("size(orders", "SOP-X006"),
        ("[1, 2", "SOP-X006"),
        ("size(orders > 2", "SOP-X006"),
        ("total 500", "SOP-X007"),
        ("1,000", "SOP-X007"),
        ("'open", "SOP-X002"),
        ("'a\nb'", "SOP-X002"),
        (r"'\q'", "SOP-X003"),
        (r"'\ud800'", "SOP-X003"),
        ("9223372036854775808", "SOP-X004"),
        ("1_000", "SOP-X004"),
        ("1e99", "SOP-X004"),
        ("1" * 39 + ".5", "SOP-X004"),
        ("1" * 9_000, "SOP-X004"),
        ("0x", "SOP-X004"),
        ("1u", "SOP-X011"),
        ("b'x'", "SOP-X011"),
        ("a.?b", "SOP-X011"),
        ("a[?0]", "SOP-X011"),
        ("Message{a: 1}", "SOP-X011"),
        (".a", "SOP-X011"),
        ("if > 3", "SOP-X012"),
        ("{a: 1, a: 2}", "SOP-X013"),
        ("{a: 1, 'b': 2}", "SOP-X005"),
        ("total # 2", "SOP-X001"),
        ("a\ud800", "SOP-X001"),
        ("'\ud800'", "SOP-X001"),
        ("x not in xs", "SOP-X008"),
        ("2 ** 3", "SOP-X008"),
        ("(" * 200 + "1" + ")" * 200, "SOP-X010"),
        ("-" * 300 + "x", "SOP-X010"),
        ("[" * 300, "SOP-X010"),
        ("1+" * 300 + "1", "SOP-X010"),
        ("a ? b : " * 300 + "c", "SOP-X010"),
        ("x" * (EXPRESSION_CHARS_MAX + 1), "SOP-X009"),
    ],
)
def test_what_cannot_be_read_is_said_by_its_code(text: str, code: str) -> None:
    node, diagnostics = parse_expression(text, "steps/0/expr")
    assert node is None
    assert diagnostics[0].code == code, diagnostics
    assert diagnostics[0].path == "steps/0/expr"
    start, end = diagnostics[0].span or (-1, -1)
    assert 0 <= start <= end <= len(text) + 2


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("a = 1", "a == 1"),
        ("a === 1", "a == 1"),
        ("a !== 1", "a != 1"),
        ("a <> 1", "a != 1"),
        ("a => 1", "a >= 1"),
        ("a ≤ 1", "a <= 1"),
        ("a & b", "a && b"),
        ("a | b", "a || b"),
        ("a AND b", "a && b"),
        ("a or b", "a || b"),
        ("not a", "! a"),
        ("a is null", "a == null"),
        ("a is not null", "a != null"),
        ("a mod 2", "a % 2"),
        ("a IN b", "a in b"),
        ("“open” == a", "'open' == a"),
        ("1u", "1"),
    ],
)
def test_an_operator_of_another_language_carries_the_fix(text: str, fixed: str) -> None:
    node, (diagnostic,) = parse_expression(text)
    assert node is None
    assert diagnostic.fix is not None
    assert diagnostic.span is not None
    start, end = diagnostic.span
    repaired = text[:start] + diagnostic.fix.text + text[end:]
    assert repaired == fixed
    assert parse_expression(repaired)[0] is not None


def test_one_misspelling_does_not_hide_the_next() -> None:
    _, diagnostics = parse_expression("a = 1 and not b or c <> 2")
    assert [d.message.split()[0] for d in diagnostics] == ["=", "<>", "and", "not", "or"]


def test_the_deepest_allowed_expression_is_read() -> None:
    levels = EXPRESSION_DEPTH_MAX - 1
    for text in ("[" * levels + "1" + "]" * levels, "1+" * levels + "1", "!" * levels + "x"):
        node, diagnostics = parse_expression(text)
        assert node is not None, diagnostics
        assert parse_expression(print_expression(node))[0] is not None


def test_spans_point_at_what_was_written() -> None:
    text = "  alpha + beta.gamma( 1 )"
    node, _ = parse_expression(text)
    assert node is not None
    assert text[slice(*node.span)] == "alpha + beta.gamma( 1 )"


def test_whether_a_number_is_an_int_or_a_decimal_is_part_of_the_tree() -> None:
    one, _ = parse_expression("1")
    whole, _ = parse_expression("1.0")
    assert one == Literal("int", 1, (0, 1))
    assert one != whole


_PIECES = [
    "a",
    "b.c",
    "1",
    "2.5",
    "'x'",
    '"y"',
    "true",
    "null",
    "+",
    "-",
    "*",
    "/",
    "%",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "&&",
    "||",
    "!",
    "?",
    ":",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "in",
    "and",
    "or",
    "not",
    "is",
    "=",
    "size",
    "filter(o,",
    "o.x)",
    "has(a.b)",
    "//",
    "\\",
    "'",
    '"',
    "r'",
    "'''",
    "0x",
    "1e",
    "é",
    "≤",
    "�",
    "\x00",
    "\n",
    "9999999999999999999999",
]


def test_ten_thousand_random_texts_never_raise() -> None:
    dice = random.Random(20260131)
    read = 0
    for n in range(10_000):
        if n % 4 == 0:
            text = bytes(dice.randrange(256) for _ in range(dice.randrange(40))).decode("latin-1")
        else:
            glue = dice.choice(("", " "))
            text = glue.join(dice.choice(_PIECES) for _ in range(dice.randrange(14)))
        node, diagnostics = parse_expression(text)
        assert (node is None) == bool(diagnostics)
        if node is not None:
            read += 1
            again, _ = parse_expression(print_expression(node))
            assert again is not None, text
            assert without_spans(again) == without_spans(node), text
    assert read > 200, "the pieces make expressions often enough to mean something"
