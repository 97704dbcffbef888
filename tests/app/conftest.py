"""An open workbench on the sample shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sopwb.app.workbench import Workbench, open_workbench
from tests.shop import AS_OF, shop


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    opened = open_workbench(shop(tmp_path), AS_OF)
    yield opened
    opened.close()
