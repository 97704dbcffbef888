"""The lexer: text → tokens. Never raises; what cannot be read is a diagnostic.

    token   := name | int | decimal | string | symbol
    name    := [_a-zA-Z][_a-zA-Z0-9]*
    int     := [0-9]+ | 0[xX][0-9a-fA-F]+
    decimal := [0-9]* "." [0-9]+ ([eE] [+-]? [0-9]+)? | [0-9]+ [eE] [+-]? [0-9]+
    string  := [rR]? ( '…' | "…" | '''…''' | \"""…\""" )    escapes are CEL's; none in raw strings
    symbol  := && || == != <= >= + - * / % < > ! ? : . , ( ) [ ] { }
    skipped := white space | "//" up to the end of the line

Operators of other languages (``=``, ``<>``, ``≤`` …) are read as what they mean, with a diagnostic that
carries the fix, so that one misspelling does not hide the next.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, Fix
from sopwb.kernel.limits import DECIMAL_DIGITS, LITERAL_PLACES_MAX
from sopwb.kernel.values import Value
from sopwb.lang.expression import codes

_PAIRS: Final = frozenset(("&&", "||", "==", "!=", "<=", ">="))
_SINGLES: Final = frozenset("+-*/%<>!?:.,()[]{}")
_LONG: Final = (("===", "=="), ("!==", "!="))
_FOREIGN: Final = (
    ("<>", "!="), ("=>", ">="), ("=<", "<="), ("**", ""), ("++", ""),
    ("=", "=="), ("&", "&&"), ("|", "||"), ("≤", "<="), ("≥", ">="), ("≠", "!="), ("×", "*"), ("÷", "/"),
    ("−", "-"), ("–", "-"), ("¬", "!"), ("∧", "&&"), ("∨", "||"),
)  # fmt: skip
_CURLY: Final = {"“": "”", "‘": "’", "„": "“", "«": "»"}
_ESCAPES: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "?": "?", '"': '"', "'": "'", "`": "`",
}  # fmt: skip
_WIDTHS: Final = {"x": 2, "X": 2, "u": 4, "U": 8}
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_DIGITS: Final = frozenset("0123456789")
_START: Final = frozenset("_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_PART: Final = _START | _DIGITS


class Token(msgspec.Struct, frozen=True):
    """``kind``: name, int, decimal, string, symbol or end. An int is not yet bounded: see ``parse``."""

    kind: str
    text: str
    value: Value
    start: int
    end: int


class _Stop(Exception):
    """Ends the reading of tokens; the diagnostic says why. Never leaves this module."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


def tokenize(text: str, path: str) -> tuple[list[Token], list[Diagnostic]]:
    """Read all tokens, the last of kind ``end``; a diagnostic that ends the reading cuts the list."""
    lexer = _Lexer(text, path)
    try:
        lexer.run()
    except _Stop as stop:
        lexer.diagnostics.append(stop.diagnostic)
    lexer.tokens.append(Token("end", "", None, len(text), len(text)))
    return lexer.tokens, lexer.diagnostics


class _Lexer:
    def __init__(self, text: str, path: str) -> None:
        self.text, self.path, self.at = text, path, 0
        self.tokens: list[Token] = []
        self.diagnostics: list[Diagnostic] = []

    def stop(self, code: str, message: str, start: int, end: int, hint: str = "", fix: Fix | None = None) -> _Stop:
        return _Stop(Diagnostic(code, message, self.path, (start, end), hint=hint, fix=fix))

    def add(self, kind: str, end: int, value: Value = None) -> None:
        self.tokens.append(Token(kind, self.text[self.at : end], value, self.at, end))
        self.at = end

    def run(self) -> None:
        text, size = self.text, len(self.text)
        while self.at < size:
            char = text[self.at]
            if char in " \t\n\r\f":
                self.at += 1
            elif char in _START:
                self.word()
            elif char in _DIGITS or (char == "." and text[self.at + 1 : self.at + 2] in _DIGITS and self.at + 1 < size):
                self.number()
            elif char in "'\"":
                self.string(self.at, raw=False)
            elif text.startswith("//", self.at):
                end = text.find("\n", self.at)
                self.at = size if end < 0 else end
            else:
                self.symbol(char)

    def word(self) -> None:
        text, end = self.text, self.at + 1
        while end < len(text) and text[end] in _PART:
            end += 1
        if text[end : end + 1] in ("'", '"'):
            prefix = text[self.at : end]
            if prefix in ("r", "R"):
                self.string(end, raw=True)
                return
            if prefix.lower() in ("b", "rb", "br"):
                raise self.stop(codes.UNSUPPORTED, "there are no bytes here", self.at, end, "leave the b out")
        self.add("name", end)

    def number(self) -> None:
        text, start, end = self.text, self.at, self.at
        if text[start : start + 2] in ("0x", "0X"):
            end = self.run_of(_HEX, start + 2)
            if end == start + 2:
                raise self.stop(codes.NUMBER, "0x needs hexadecimal digits", start, end)
            self.finish_number(end)
            # Bounded like any literal by the text's own length, so the conversion is cheap.
            self.add("int", end, int(text[start:end], 16))
            return
        end = self.run_of(_DIGITS, start)
        is_decimal = False
        if text[end : end + 1] == "." and (text[end + 1 : end + 2] or " ") in _DIGITS:
            is_decimal, end = True, self.run_of(_DIGITS, end + 1)
        if text[end : end + 1] in ("e", "E"):
            digits = end + 2 if text[end + 1 : end + 2] in ("+", "-") else end + 1
            stop = self.run_of(_DIGITS, digits)
            if stop > digits:
                is_decimal, end = True, stop
        self.finish_number(end)
        if is_decimal:
            self.add("decimal", end, self.decimal(end))
        else:
            if end - start > DECIMAL_DIGITS * 2:
                raise self.stop(codes.NUMBER, "the number is beyond 64 bits", start, end)
            self.add("int", end, int(text[start:end]))

    def run_of(self, allowed: frozenset[str], at: int) -> int:
        while at < len(self.text) and self.text[at] in allowed:
            at += 1
        return at

    def finish_number(self, end: int) -> None:
        after = self.text[end : end + 1]
        if after in ("u", "U") and self.text[end + 1 : end + 2] not in _PART:
            raise self.stop(
                codes.UNSUPPORTED,
                "there are no unsigned ints here",
                self.at,
                end + 1,
                "leave the u out",
                Fix("leave the u out", self.text[self.at : end]),
            )
        if after and after in _PART:
            raise self.stop(codes.NUMBER, "a number runs into a name", self.at, end + 1, "put a space or an operator")

    def decimal(self, end: int) -> Decimal:
        spelled = self.text[self.at : end]
        _, _, exponent = spelled.replace("E", "e").partition("e")
        if len(exponent) > 6:
            raise self.stop(codes.NUMBER, "the exponent is out of range", self.at, end)
        # Decimal(text) is exact whatever its length; the shortest form is then measured, not the spelling.
        sign, digits, power = Decimal(spelled).as_tuple()
        whole = list(digits)
        assert isinstance(power, int)
        while whole and whole[-1] == 0:
            whole.pop()
            power += 1
        if not whole:
            return Decimal(0)
        if len(whole) > DECIMAL_DIGITS or len(whole) + power > DECIMAL_DIGITS or -power > LITERAL_PLACES_MAX:
            raise self.stop(codes.NUMBER, f"a decimal has at most {DECIMAL_DIGITS} digits", self.at, end)
        return Decimal((sign, tuple(whole), power))

    def string(self, quote_at: int, raw: bool) -> None:
        text = self.text
        quote = text[quote_at]
        fence = quote * 3 if text.startswith(quote * 3, quote_at) else quote
        at, parts = quote_at + len(fence), []
        while True:
            if at >= len(text):
                raise self.stop(codes.OPEN_TEXT, "the text is not closed", self.at, len(text), f"close it with {fence}")
            char = text[at]
            if text.startswith(fence, at):
                break
            if char in "\r\n" and len(fence) == 1:
                raise self.stop(
                    codes.OPEN_TEXT,
                    "the text is not closed on its line",
                    self.at,
                    at,
                    "write \\n, or use three quotes",
                )
            if "\ud800" <= char <= "\udfff":
                raise self.stop(codes.CHARACTER, "a text holds half of a surrogate pair", at, at + 1)
            if char == "\\" and not raw:
                piece, at = self.escape(at)
                parts.append(piece)
            else:
                parts.append(char)
                at += 1
        self.add("string", at + len(fence), "".join(parts))

    def escape(self, at: int) -> tuple[str, int]:
        text, code = self.text, self.text[at + 1 : at + 2]
        if code in _ESCAPES and code:
            return _ESCAPES[code], at + 2
        if code and code in "0123":
            digits, end, base = text[at + 1 : at + 4], at + 4, 8
            good = len(digits) == 3 and all(digit in "01234567" for digit in digits)
        elif code in _WIDTHS:
            end = at + 2 + _WIDTHS[code]
            digits, base = text[at + 2 : end], 16
            good = len(digits) == _WIDTHS[code] and all(digit in _HEX for digit in digits)
        else:
            raise self.stop(
                codes.ESCAPE,
                f"\\{code} is not an escape",
                at,
                at + 2,
                "a backslash is written \\\\",
                Fix("double the backslash", "\\\\" + code) if code else None,
            )
        number = int(digits, base) if good else -1
        if not 0 <= number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise self.stop(codes.ESCAPE, f"{text[at:end]} is not a character", at, min(end, len(text)))
        return chr(number), end

    def symbol(self, char: str) -> None:
        text, at = self.text, self.at
        for wrong, right in _LONG:
            if text.startswith(wrong, at):
                self.foreign(wrong, right)
                return
        if text[at : at + 2] in _PAIRS:
            self.add("symbol", at + 2)
            return
        for wrong, right in _FOREIGN:
            if text.startswith(wrong, at):
                self.foreign(wrong, right)
                return
        if char in _SINGLES:
            self.add("symbol", at + 1)
        elif char in _CURLY and (close := text.find(_CURLY[char], at + 1)) > 0:
            inner = text[at + 1 : close]
            quoted = "'" + inner.replace("\\", "\\\\").replace("'", "\\'") + "'"
            self.misspelt(f"{char}…{_CURLY[char]} are not quotes of this language", at, close + 1, quoted)
            self.add("string", close + 1, inner)
        else:
            shown = char if char.isprintable() else f"U+{ord(char):04X}"
            raise self.stop(codes.CHARACTER, f"{shown} has no meaning here", at, at + 1)

    def foreign(self, wrong: str, right: str) -> None:
        at, end = self.at, self.at + len(wrong)
        if not right:
            raise self.stop(codes.OPERATOR_SPELLING, f"there is no operator {wrong}", at, end)
        self.misspelt(f"{wrong} is written {right} here", at, end, right)
        self.tokens.append(Token("symbol", right, None, at, end))
        self.at = end

    def misspelt(self, message: str, start: int, end: int, text: str) -> None:
        self.diagnostics.append(
            Diagnostic(codes.OPERATOR_SPELLING, message, self.path, (start, end), fix=Fix(f"write {text}", text))
        )
