"""How arguments of effects read in a terminal."""

from __future__ import annotations

from sopwb.app.effect_words import argument_words


def test_what_is_filled_in_later_is_named_and_not_addressed() -> None:
    args = {"to": "a@example.com", "body": "Yours: {{steps/0/do/1#0}}, order {{steps/2#0.id}}", "cc": None}
    assert argument_words(args) == 'to "a@example.com", body "Yours: ‹code›, order ‹id›"'
