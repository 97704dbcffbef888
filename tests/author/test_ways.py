"""What may be said in many ways comes to the same script, or is asked about: never to another one, unseen.

By default a sample of each theme is said, with ``-m slow`` everything.
"""

from __future__ import annotations

import pytest

from tests.author.ways import ASKED, FILE, OTHER, RIGHT, SAME, Theme, Way, held, mark, themes, written

TEXT = FILE.read_text(encoding="utf-8")
THEMES = themes(TEXT)
SAMPLE = 5
"""Ways of each theme in a quick run, spread over it."""
LEAST = 0.75
"""The share that must be understood; what is understood today is in the file's marks."""


def sample(theme: Theme) -> list[Way]:
    return list(theme.ways[:: max(len(theme.ways) // SAMPLE, 1)])


def check(theme: Theme, ways: list[Way]) -> None:
    """Expect what the file says of some ways."""
    wanted = held(theme, theme.ways[0].text)
    assert wanted is not None, theme.turns
    found = [(way.text, mark(theme, way, wanted)) for way in ways]
    assert found == [(way.text, way.mark) for way in ways]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.title)
def test_a_sample_of_ways_comes_to_what_the_file_says(theme: Theme) -> None:
    check(theme, sample(theme))


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.title)
def test_every_way_comes_to_what_the_file_says(theme: Theme) -> None:
    check(theme, list(theme.ways))


def test_nothing_in_the_file_still_has_to_be_looked_at() -> None:
    assert [way.text for theme in THEMES for way in theme.ways if way.mark == OTHER] == []
    assert written(THEMES) == TEXT


def test_most_ways_are_understood() -> None:
    marks = [way.mark for theme in THEMES for way in theme.ways]
    assert set(marks) <= {SAME, RIGHT, ASKED}
    assert sum(found in (SAME, RIGHT) for found in marks) >= LEAST * len(marks)
