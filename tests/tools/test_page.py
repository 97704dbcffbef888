"""The page of tools says what the tools are: every setting, and the example as it is tested."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from sopwb.tools.builtin import BUILT_IN
from sopwb.tools.file_write import FileSettings
from sopwb.tools.http.settings import HttpSettings
from sopwb.tools.mail.settings import MailSettings
from tests.tools.installed import EXAMPLE

PAGE = (Path(__file__).parents[2] / "docs/tools.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    """Give the part of the page under a tool's heading."""
    return PAGE.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_tool_has_its_place_on_the_page(name: str) -> None:
    text = section(name)
    assert BUILT_IN[name].signature.kind in text
    for arg in BUILT_IN[name].signature.args:
        assert re.search(rf"\b{arg.name}\b", text), arg.name


@pytest.mark.parametrize(("name", "settings"), [
    ("email.send", MailSettings), ("http.request", HttpSettings), ("file.write", FileSettings),
])  # fmt: skip
def test_every_setting_is_on_the_page(name: str, settings: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(settings):
        assert re.search(rf"`{field.encode_name}`|^{field.encode_name} = ", section(name), re.MULTILINE), field.name


def test_the_example_is_the_one_that_is_tested() -> None:
    code = (EXAMPLE / "sopwb_pager/__init__.py").read_text(encoding="utf-8").strip()
    assert f"```python\n{code}\n```" in PAGE
    entry = (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points."sopwb.tools"]\n"pager.page" = "sopwb_pager:PAGE"' in entry
