"""For all tests: with CI=true a test that would skip for a missing tool fails, so that a green run proves what it says.

A skip for a missing tool gives a reason that begins with "needs ".
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if reason.startswith("needs "):
            report.outcome = "failed"
            report.longrepr = f"{reason}, and CI=true: install it"
    return report


def pytest_sessionfinish() -> None:
    from tests import postgres

    postgres.stop()
