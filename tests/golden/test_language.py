"""The language by example: one file a rule, each a script and what the language says about it.

A file gives ``rule`` and ``script`` (or ``text``, where the JSON itself is wrong); the rest is computed. All
are checked against ``tests.lang.shop.SHOP``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sopwb.lang.canonical import canonical_script, load_frozen, script_id
from sopwb.lang.compile import compile_script
from sopwb.lang.english import english
from sopwb.lang.outline import outline
from tests.lang.shop import SHOP

FILES = sorted((Path(__file__).parent / "language").glob("*.json"))


def told(case: dict[str, Any]) -> dict[str, Any]:
    """Give everything that the language says about a case's script."""
    source = case["text"] if "text" in case else case["script"]
    result = compile_script(source, SHOP)
    said: dict[str, Any] = {"diagnostics": [each.line() for each in result.diagnostics]}
    if "script" in case:
        said["outline"] = ["  " * line.depth + line.text for line in outline(case["script"])]
    if result.ast is not None:
        said["english"] = english(result.ast, result.ir).split("\n")
    if result.ast is not None and result.ir is not None and "unpinned" not in case:
        form = canonical_script(result.ast, result.ir)
        said["canonical"] = form
        said["id"] = script_id(form)
        assert load_frozen(form, SHOP).diagnostics == ()
    return said


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_language_says_what_is_recorded(path: Path, rewrite_golden: bool) -> None:
    case = json.loads(path.read_text("utf-8"))
    given = {key: case[key] for key in ("rule", "unpinned", "script", "text") if key in case}
    said = told(given)
    if rewrite_golden:
        path.write_text(json.dumps({**given, **said}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert {**given, **said} == (json.loads(path.read_text("utf-8")) if rewrite_golden else case)
