"""The rules of the house that a machine can see: sizes, leftovers, and a page for every error."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generate_errors import PAGE, codes_by_module, render

PACKAGE = Path(__file__).parents[1] / "sopwb"
MODULE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
LONGER_MODULES: dict[str, int] = {}
"""Modules that were longer when the rule began, with their lines. An entry may only shrink, and goes when it fits."""
LONGER_FUNCTIONS: dict[str, int] = {}
"""Functions likewise, as ``path:name``."""
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError")
WITHOUT_EXAMPLE = {"SOP-V001", "SOP-X009", "SOP-X010", "SOP-X014", "SOP-R115"}
"""A fault of the program itself; what is as long or deep as its bound; and the empty text."""

MODULES = {
    path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))
}
CODES = [code for codes in codes_by_module().values() for code in codes]


def functions() -> Iterator[tuple[str, int]]:
    """Every function of the package as ``path:name``, with its lines."""
    for path, text in MODULES.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.end_lineno is not None
                yield f"{path}:{node.name}", node.end_lineno - node.lineno + 1


def check_sizes(sizes: dict[str, int], most: int, longer: dict[str, int]) -> None:
    """Expect every size within its bound, and no exception that is larger than what it excuses."""
    too_long = {name: size for name, size in sizes.items() if size > longer.get(name, most)}
    assert not too_long, f"longer than {most} lines"
    stale = {name: size for name, size in longer.items() if sizes.get(name, 0) < size}
    assert not stale, "these have shrunk: lower or remove their entry"


def test_modules_stay_within_their_lines() -> None:
    check_sizes({path: text.count("\n") for path, text in MODULES.items()}, MODULE_LINES_MAX, LONGER_MODULES)


def test_functions_stay_within_their_lines() -> None:
    sizes: dict[str, int] = {}
    for name, size in functions():
        sizes[name] = max(size, sizes.get(name, 0))
    check_sizes(sizes, FUNCTION_LINES_MAX, LONGER_FUNCTIONS)


def test_every_module_says_what_it_is() -> None:
    silent = [path for path, text in MODULES.items() if text.strip() and not ast.get_docstring(ast.parse(text))]
    assert silent == []


def test_no_module_is_named_for_nothing() -> None:
    assert [path for path in MODULES if FORBIDDEN_NAMES & set(Path(path).with_suffix("").parts)] == []


def test_no_promise_or_stub_is_left_in_the_code() -> None:
    left = [
        f"{path}:{number}"
        for path, text in MODULES.items()
        for number, line in enumerate(text.splitlines(), 1)
        if LEFTOVERS.search(line)
    ]
    assert left == []


def test_every_code_is_registered_once() -> None:
    twice = [id_ for id_, count in Counter(code.id for code in CODES).items() if count > 1]
    assert twice == []
    assert all(re.fullmatch(r"SOP-[A-Z]\d{3}", code.id) for code in CODES)


def test_the_codes_of_a_letter_belong_to_one_room() -> None:
    rooms: dict[str, set[str]] = {}
    for module, codes in codes_by_module().items():
        for code in codes:
            rooms.setdefault(code.id[4], set()).add(module.split(".")[1])
    assert {letter: found for letter, found in rooms.items() if len(found) > 1} == {}


def test_every_code_that_is_used_is_registered() -> None:
    known = {code.id for code in CODES}
    used = {
        (node.value, path)
        for path, text in MODULES.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and re.fullmatch(r"SOP-[A-Z]\d{3}", str(node.value))
    }
    assert {(id_, path) for id_, path in used if id_ not in known} == set()


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_a_code_has_a_title_help_and_an_example(code) -> None:
    assert code.title
    assert code.help
    assert code.example or code.id in WITHOUT_EXAMPLE


def test_the_page_of_errors_is_complete() -> None:
    expected = render(codes_by_module())
    written = PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^### (SOP-\w+)", written, re.MULTILINE)
    assert sorted(listed) == sorted(code.id for code in CODES), "python -m tests.generate_errors --write"
    assert written == expected, "python -m tests.generate_errors --write"
