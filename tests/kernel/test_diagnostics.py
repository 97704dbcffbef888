"""Diagnostics say what is wrong in one line, and names that are near are offered."""

from __future__ import annotations

import pytest

from sopwb.kernel.diagnostics import Diagnostic, nearest_name


def test_a_line_has_code_place_message_expectation_nearest_name_and_hint() -> None:
    found = Diagnostic("SOP-T012", "found string", path="steps/2/where", span=(3, 7), expected="bool", nearest="==",
                       hint="compare it")
    assert found.line() == ("SOP-T012 at steps/2/where[3:7]: found string; expected bool; did you mean ==? "
                            "(compare it)")


@pytest.mark.parametrize(
    ("wanted", "known", "nearest"),
    [
        ("custmer", ["customers", "orders", "customer"], "customer"),
        ("odrers", ["orders", "customers"], "orders"),
        ("Total", ["total"], "total"),
        ("volunteers", ["donors", "gifts"], ""),
        ("x", ["y"], "y"),
        ("", ["abc"], ""),
    ],
)
def test_the_nearest_name_is_the_one_that_was_probably_meant(wanted: str, known: list[str], nearest: str) -> None:
    assert nearest_name(wanted, known) == nearest
