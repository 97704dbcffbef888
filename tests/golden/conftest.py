"""``pytest tests/golden --rewrite-golden`` writes the golden files anew; the difference is then reviewed as
contract.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden", action="store_true", default=False, help="write the golden files anew"
    )


@pytest.fixture
def rewrite_golden(request: pytest.FixtureRequest) -> bool:
    # Without tests/golden on the command line this file is read too late for its option to be known.
    return bool(request.config.getoption("--rewrite-golden", default=False))
