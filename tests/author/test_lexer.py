"""Tokens: numbers, money, dates, quotes, contractions."""

from __future__ import annotations

import pytest

from sopwb.author.english.lexer import sentences, tokenize


def check(text: str, *expected: tuple[str, object]) -> None:
    assert [(t.kind, t.low if t.value is None else t.value) for t in tokenize(text)] == list(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("over $500", [("word", "over"), ("money", "500")]),
        ("1,250.50", [("number", "1250.50")]),
        ("10.5%", [("percent", "10.5")]),
        ("1 Jan 2026", [("date", "2026-01-01")]),
        ("2026-01-31", [("date", "2026-01-31")]),
        ("check_it", [("name", "check_it")]),
        ("haven't", [("word", "have"), ("word", "not")]),
        ("it's", [("word", "it"), ("word", "is")]),
        ("Ann's", [("word", "ann"), ("punct", "'s")]),
        ("members' visits", [("word", "members"), ("punct", "'s"), ("word", "visits")]),
        ("'high risk'", [("string", "high risk")]),
        ("'you've got it'", [("string", "you've got it")]),
        ("a@b.example", [("string", "a@b.example")]),
        ("no-shows", [("word", "no-shows")]),
        ("three", [("number", "3")]),
    ],
)
def test_a_text_becomes_typed_tokens(text: str, expected: list[tuple[str, object]]) -> None:
    check(text, *expected)


def test_a_full_stop_inside_a_number_or_a_quoted_text_ends_no_sentence() -> None:
    assert len(sentences(tokenize("The fee is 0.25. Say 'Hello. Bye.' now."))) == 2


def test_characters_of_no_token_are_kept_apart() -> None:
    assert [t.kind for t in tokenize("ok ☕")] == ["word", "other"]
