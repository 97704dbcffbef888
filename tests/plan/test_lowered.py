"""The page that lists what is decided by sets is what planning says."""

from __future__ import annotations

from tests.generate_lowered import PAGE, render_page


def test_the_page_of_what_is_decided_by_sets_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_page(), "python -m tests.generate_lowered --write"
