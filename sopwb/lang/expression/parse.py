"""The parser: text → syntax tree, by hand (recursive descent with binding powers). Never raises.

    expression := or [ "?" expression ":" expression ]
    or         := and { "||" and }
    and        := relation { "&&" relation }
    relation   := sum { ( "<" | "<=" | ">" | ">=" | "==" | "!=" | "in" ) sum }
    sum        := product { ( "+" | "-" ) product }
    product    := unary { ( "*" | "/" | "%" ) unary }
    unary      := "!" unary | "-" unary | member
    member     := primary { "." name [ "(" arguments ")" ] | "[" expression "]" }
    primary    := literal | name [ "(" arguments ")" ] | "(" expression ")"
                | "[" [ expression { "," expression } [","] ] "]"
                | "{" [ name ":" expression { "," name ":" expression } [","] ] "}"            a record
                | "{" [ expression ":" expression { "," expression ":" expression } [","] ] "}"  a map
    arguments  := [ expression { "," expression } ]
    literal    := ["-"] int | ["-"] decimal | string | "true" | "false" | "null"

All binary operators associate to the left. A bare name before ``:`` is a record's field; a map whose key is a
name's value is written ``{(name): …}``. Calls that have two spellings are kept in one: ``x.size()``,
``x.lower()`` and ``x.upper()`` become ``size(x)`` …, ``matches(x, p)`` becomes ``x.matches(p)``. The words
``and or not is`` of other languages are read as what they mean, each with a diagnostic that carries the fix.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, Fix
from sopwb.kernel.limits import EXPRESSION_CHARS_MAX, EXPRESSION_DEPTH_MAX, INT_MAX
from sopwb.kernel.values import Value
from sopwb.lang.expression import codes
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
    Span,
    Ternary,
    Unary,
    depth,
)
from sopwb.lang.expression.tokens import Token, tokenize

POWERS: Final = {
    "||": 2, "&&": 3,
    "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4, "in": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
"""Binding powers of the binary operators; ``?:`` is below them, the unary operators above."""
KEYWORDS: Final = frozenset(("true", "false", "null", "in"))
RESERVED_WORDS: Final = frozenset(
    (
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
        "package", "namespace", "return", "var", "void", "while",
    )
)  # fmt: skip
"""CEL's reserved words: no variable has such a name; a field may."""
_GLOBAL_ALWAYS: Final = frozenset(("size", "lower", "upper"))
_WORD_OPERATORS: Final = {"and": "&&", "or": "||", "mod": "%", "is": "=="}


def parse_expression(text: str, path: str = "") -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Read an expression. Gives its tree and no diagnostics, or None and at least one; never raises.

    ``path`` is where the expression stands (``steps/2/where``); spans count characters of ``text``.
    """
    if len(text) > EXPRESSION_CHARS_MAX:
        message = f"the expression has {len(text)} characters; at most {EXPRESSION_CHARS_MAX} are allowed"
        return None, (Diagnostic(codes.TOO_LONG, message, path, (0, len(text))),)
    tokens, diagnostics = tokenize(text, path)
    parser = _Parser(text, path, tokens, diagnostics)
    node: Node | None
    try:
        node = parser.whole()
    except _Stop as stop:
        # When reading the tokens stopped, what the parser then misses is only its consequence.
        if not any(d.fix is None or d.code != codes.OPERATOR_SPELLING for d in diagnostics):
            parser.diagnostics.append(stop.diagnostic)
        node = None
    if node is not None and (levels := depth(node)) > EXPRESSION_DEPTH_MAX:
        parser.diagnostics.append(_too_deep(path, text, levels))
    return (None, tuple(parser.diagnostics)) if parser.diagnostics else (node, ())


def _too_deep(path: str, text: str, levels: int) -> Diagnostic:
    message = f"the expression is nested {levels} deep or more; at most {EXPRESSION_DEPTH_MAX} are allowed"
    return Diagnostic(codes.TOO_DEEP, message, path, (0, len(text)), hint="split it with math steps")


def _negated(value: Value) -> Value:
    # Python's own minus would round a decimal to the digits of the thread's context.
    return (value.copy_negate() if value else value) if isinstance(value, Decimal) else -value


class _Stop(Exception):
    """Ends the parse. Never leaves this module."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class _Parser:
    def __init__(self, text: str, path: str, tokens: list[Token], diagnostics: list[Diagnostic]) -> None:
        self.text, self.path, self.tokens, self.diagnostics = text, path, tokens, diagnostics
        self.position, self.level = 0, 0

    # --- tokens ---------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def ahead(self) -> Token:
        return self.tokens[min(self.position + 1, len(self.tokens) - 1)]

    def next(self) -> Token:
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def at(self, symbol: str) -> bool:
        token = self.tokens[self.position]
        return token.kind == "symbol" and token.text == symbol

    def take(self, symbol: str) -> bool:
        if self.at(symbol):
            self.position += 1
            return True
        return False

    def stop(self, code: str, message: str, span: Span, hint: str = "", fix: Fix | None = None) -> _Stop:
        return _Stop(Diagnostic(code, message, self.path, span, hint=hint, fix=fix))

    def misspelt(self, token: Token, right: str) -> None:
        span, fix = (token.start, token.end), Fix(f"write {right}", right)
        message = f"{token.text} is written {right} here"
        self.diagnostics.append(Diagnostic(codes.OPERATOR_SPELLING, message, self.path, span, fix=fix))

    def close(self, bracket: str, opened: Token) -> int:
        token = self.token
        if self.take(bracket):
            return token.end
        if token.kind == "end":
            raise self.stop(
                codes.OPEN_BRACKET,
                f"the {opened.text} is not closed",
                (opened.start, opened.end),
                f"put a {bracket}",
            )
        raise self.unexpected(f"{bracket} or ," if opened.text != "(" else f"{bracket}")

    def unexpected(self, wanted: str) -> _Stop:
        token = self.token
        found = "the end" if token.kind == "end" else self.text[token.start : token.end]
        diagnostic = Diagnostic(
            codes.UNEXPECTED, f"expected {wanted}, found {found}", self.path, (token.start, token.end),
            expected=wanted, found=found,
        )  # fmt: skip
        return _Stop(diagnostic)

    # --- grammar --------------------------------------------------------------------------------

    def whole(self) -> Node:
        if self.token.kind == "end":
            raise self.stop(codes.EMPTY, "the expression is empty", (0, len(self.text)), "an empty text is ''")
        node = self.expression()
        if self.token.kind != "end":
            raise self.trailing()
        return node

    def trailing(self) -> _Stop:
        token = self.token
        hint = ""
        if token.kind == "name" and token.text.lower() in ("if", "then", "else", "case", "when"):
            hint = "a choice is written test ? one : other"
        elif token.kind in ("int", "decimal") and self.position and self.tokens[self.position - 1].kind == "symbol":
            hint = "numbers have no thousands separators"
        message = f"the expression ends before {self.text[token.start : token.end]}"
        return self.stop(codes.TRAILING, message, (token.start, len(self.text)), hint or "is an operator missing?")

    def expression(self) -> Node:
        self.level += 1
        if self.level > EXPRESSION_DEPTH_MAX:
            raise _Stop(_too_deep(self.path, self.text, self.level))
        test = self.binary(self.unary(), 2)
        if self.take("?"):
            if self.at("."):
                raise self.unsupported("optional selections")
            then = self.expression()
            if not self.take(":"):
                raise self.unexpected(":")
            other = self.expression()
            test = Ternary(test, then, other, (test.span[0], other.span[1]))
        self.level -= 1
        return test

    def binary(self, left: Node, least: int) -> Node:
        """Read operators that bind at least as tightly as ``least``; ``left`` is what stands before them."""
        while True:
            op, start = self.operator()
            power = POWERS.get(op, 0)
            if power < least:
                return left
            begin = self.position
            self.position += 1
            negated = op == "==" and self.word_not(begin)
            right = self.binary(self.unary(), power + 1)
            op = "!=" if negated else op
            left = Binary(op, left, right, (left.span[0], right.span[1]), start)

    def operator(self) -> tuple[str, Span]:
        token = self.token
        span = (token.start, token.end)
        if token.kind == "symbol":
            return token.text, span
        if token.kind != "name":
            return "", span
        word = token.text.lower()
        if token.text == "in":
            return "in", span
        if word == "in":
            self.misspelt(token, "in")
            self.tokens[self.position] = Token("name", "in", None, token.start, token.end)
            return "in", span
        if word in _WORD_OPERATORS and self.ahead().kind != "end":
            right = _WORD_OPERATORS[word]
            # The token is replaced, for a weaker level of the grammar looks at it again.
            self.tokens[self.position] = Token("symbol", right, None, token.start, token.end)
            if word != "is":
                self.misspelt(token, right)
            return right, span
        if word == "not" and self.ahead().text.lower() == "in":
            raise self.stop(
                codes.OPERATOR_SPELLING,
                "there is no operator not in",
                (token.start, self.ahead().end),
                "write !(x in xs)",
            )
        return "", span

    def word_not(self, begin: int) -> bool:
        """Read the rest of ``is`` and ``is not``, words that stand for ``==`` and ``!=``."""
        first = self.tokens[begin]
        if self.text[first.start : first.end].lower() != "is":
            return False
        negated = self.token.kind == "name" and self.token.text.lower() == "not"
        last = self.next() if negated else first
        right = "!=" if negated else "=="
        self.misspelt(Token("name", self.text[first.start : last.end], None, first.start, last.end), right)
        return negated

    def unary(self) -> Node:
        token = self.token
        if token.kind == "name" and token.text.lower() == "not" and self.starts_operand(self.ahead()):
            self.misspelt(token, "!")
            token = Token("symbol", "!", None, token.start, token.end)
        elif not (token.kind == "symbol" and token.text in ("!", "-")):
            return self.member(self.primary())
        self.position += 1
        if token.text == "-" and self.token.kind in ("int", "decimal"):
            return self.member(self.number(negative_from=token.start))
        self.level += 1
        if self.level > EXPRESSION_DEPTH_MAX:
            raise _Stop(_too_deep(self.path, self.text, self.level))
        operand = self.unary()
        self.level -= 1
        span = (token.start, operand.span[1])
        match operand:
            case Literal("int" | "decimal", value) if token.text == "-" and value >= 0:
                # -(5) is a spelling of -5.
                return Literal(operand.kind, _negated(value), span)
        return Unary(token.text, operand, span)

    def starts_operand(self, token: Token) -> bool:
        if token.kind == "name":
            return token.text.lower() not in ("in", "and", "or", "is")
        return token.kind in ("int", "decimal", "string") or (token.kind == "symbol" and token.text in "(![{-")

    def number(self, negative_from: int | None = None) -> Node:
        token = self.next()
        start = token.start if negative_from is None else negative_from
        value = token.value if negative_from is None else _negated(token.value)
        if token.kind == "int":
            if not -INT_MAX - 1 <= value <= INT_MAX:
                raise self.stop(
                    codes.NUMBER,
                    "the number is beyond 64 bits",
                    (start, token.end),
                    "a larger number is a decimal: write it with .0",
                )
            return Literal("int", value, (start, token.end))
        return Literal("decimal", value or Decimal(0), (start, token.end))

    def member(self, node: Node) -> Node:
        while True:
            if self.take("."):
                if self.at("?"):
                    raise self.unsupported("optional selections")
                name = self.token
                if name.kind != "name" or name.text in KEYWORDS:
                    raise self.unexpected("a field's name")
                self.position += 1
                span = (name.start, name.end)
                if self.at("("):
                    node = self.call(node, name.text, span, node.span[0])
                else:
                    node = Select(node, name.text, (node.span[0], name.end), span)
            elif self.at("["):
                opened = self.next()
                if self.at("?"):
                    raise self.unsupported("optional selections")
                index = self.expression()
                node = Index(node, index, (node.span[0], self.close("]", opened)))
            elif self.at("{") and isinstance(node, Identifier | Select):
                raise self.unsupported("messages")
            else:
                return node

    def unsupported(self, what: str) -> _Stop:
        token = self.token
        return self.stop(codes.UNSUPPORTED, f"there are no {what} here", (token.start, token.end))

    def call(self, receiver: Node | None, name: str, name_span: Span, start: int) -> Node:
        opened = self.next()
        args: list[Node] = []
        while not self.at(")"):
            if args and not self.take(","):
                break
            args.append(self.expression())
        span = (start, self.close(")", opened))
        if receiver is not None and not args and name in _GLOBAL_ALWAYS:
            return Call(None, name, (receiver,), span, name_span)
        if receiver is None and name == "matches" and len(args) == 2:
            return Call(args[0], name, (args[1],), span, name_span)
        return Call(receiver, name, tuple(args), span, name_span)

    def primary(self) -> Node:
        token = self.token
        span = (token.start, token.end)
        match token.kind:
            case "int" | "decimal":
                return self.number()
            case "string":
                self.position += 1
                return Literal("string", token.value, span)
            case "name":
                return self.name(token, span)
            case "symbol" if token.text == "(":
                self.position += 1
                # The parentheses belong to the span, so that a fix replaces them with what is in them.
                node = self.expression()
                return msgspec.structs.replace(node, span=(token.start, self.close(")", token)))
            case "symbol" if token.text == "[":
                return self.list_literal(token)
            case "symbol" if token.text == "{":
                return self.braces(token)
            case "symbol" if token.text == ".":
                raise self.unsupported("names that begin with a dot")
            case _:
                raise self.unexpected("a value")

    def name(self, token: Token, span: Span) -> Node:
        if token.text in ("true", "false"):
            self.position += 1
            return Literal("bool", token.text == "true", span)
        if token.text == "null":
            self.position += 1
            return Literal("null", None, span)
        if token.text in RESERVED_WORDS:
            hint = "a choice is written test ? one : other" if token.text == "if" else ""
            raise self.stop(codes.RESERVED_WORD, f"{token.text} is a reserved word", span, hint)
        if token.text == "in":
            raise self.unexpected("a value")
        self.position += 1
        if self.at("("):
            return self.call(None, token.text, span, token.start)
        return Identifier(token.text, span)

    def list_literal(self, opened: Token) -> Node:
        self.position += 1
        items: list[Node] = []
        while not self.at("]"):
            if items and not self.take(","):
                break
            if self.at("]"):
                break
            if self.at("?"):
                raise self.unsupported("optional elements")
            items.append(self.expression())
        return ListLiteral(tuple(items), (opened.start, self.close("]", opened)))

    def braces(self, opened: Token) -> Node:
        self.position += 1
        fields: list[tuple[str, Node]] = []
        entries: list[tuple[Node, Node]] = []
        while not self.at("}"):
            if (fields or entries) and not self.take(","):
                break
            if self.at("}"):
                break
            if self.at("?"):
                raise self.unsupported("optional entries")
            self.entry(fields, entries)
        span = (opened.start, self.close("}", opened))
        if fields:
            return RecordLiteral(tuple(fields), span)
        return MapLiteral(tuple(entries), span)

    def entry(self, fields: list[tuple[str, Node]], entries: list[tuple[Node, Node]]) -> None:
        token, ahead = self.token, self.ahead()
        is_field = token.kind == "name" and ahead.kind == "symbol" and ahead.text == ":" and token.text not in KEYWORDS
        span = (token.start, token.end)
        if is_field:
            if entries:
                raise self.stop(
                    codes.UNEXPECTED,
                    "a map's keys are values, a record's are names",
                    span,
                    f"write '{token.text}' or ({token.text})",
                )
            if any(token.text == name for name, _ in fields):
                raise self.stop(codes.FIELD_TWICE, f"the field {token.text} stands twice", span)
            self.position += 2
            fields.append((token.text, self.expression()))
            return
        if fields:
            raise self.stop(
                codes.UNEXPECTED,
                "a record's keys are names, a map's are values",
                span,
                "write the key without quotes",
            )
        key = self.expression()
        if not self.take(":"):
            raise self.unexpected(":")
        entries.append((key, self.expression()))
