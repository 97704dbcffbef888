"""The codes of running and of tools are registered once, with what to do and an example."""

from __future__ import annotations

from types import ModuleType

import pytest

from sopwb.run import codes as run_codes
from sopwb.run import expression_codes
from sopwb.tools import codes as tool_codes


@pytest.mark.parametrize(("module", "prefix"), [(run_codes, "SOP-R0"), (tool_codes, "SOP-K")])
def test_every_code_is_registered_with_help_and_an_example(module: ModuleType, prefix: str):
    named = {value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}
    assert {code.id for code in module.CODES} == named
    assert all(code.id.startswith(prefix) and code.title and code.help and code.example for code in module.CODES)


def test_no_code_stands_twice():
    ids = [code.id for module in (run_codes, expression_codes, tool_codes) for code in module.CODES]
    assert len(ids) == len(set(ids))
