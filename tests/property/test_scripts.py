"""Properties of scripts: whatever is thrown at the language, it answers with diagnostics; forms and edits
round-trip.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sopwb.kernel.canonical import canonical_bytes
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.lang.canonical import canonical_script, draft_of, load_frozen, script_id
from sopwb.lang.compile import compile_script
from sopwb.lang.edits import apply_edit, difference, inverse, with_ids
from sopwb.lang.english import english
from sopwb.lang.extraction import extract
from sopwb.lang.outline import outline, pretty_json
from sopwb.lang.rewriting import bound_names
from sopwb.lang.script import raw_of
from tests.lang.shop import FOUNDING, RISK_PIN, SHOP

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
HEAVY = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))

BOOLS = st.sampled_from(
    ["n > 1", "size(orders) == 0", "who.vip", "!(n == 2) && flag", "flag||n>3", "who.email != null"]
)
INTS = st.sampled_from(
    ["1", "n + 1", "size(orders)", "days_between(who.joined, today)", "orders.count(o, o.total > 5)"]
)
TEXTS = st.sampled_from(["'a'", "who.name + '!'", "string(n)", "coalesce(who.email, 'none')", "flag?'x':'y'"])


WHERE = st.sampled_from(["it.customer_id == who.id", "it.total > n", "it.shipped != null"])
CALM = st.one_of(
    st.builds(lambda e: {"op": "math", "name": "?", "expr": e}, INTS),
    st.builds(lambda e: {"op": "say", "text": e}, TEXTS),
    st.builds(
        lambda w: {"op": "fetch", "name": "?", "from": "orders", "where": w, "order_by": ["it.total desc"]},
        WHERE,
    ),
    st.builds(lambda e: {"op": "call", "name": "?", "pin": RISK_PIN, "args": {"customer_id": e}}, TEXTS),
    st.builds(lambda c: {"op": "if", "cond": c, "then": [{"op": "fail", "message": "'no'"}]}, BOOLS),
)
ENDING = st.builds(
    lambda c, e: {"op": "if", "cond": c, "then": [{"op": "return", "value": {"a": e, "b": "'x'"}}]},
    BOOLS,
    INTS,
)


def _blocks(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    body = st.lists(inner, max_size=2)
    return st.one_of(
        st.builds(lambda c, a, b: {"op": "if", "cond": c, "then": a, "else": b}, BOOLS, body, body),
        st.builds(lambda d: {"op": "each", "from": "customers", "where": "it.vip", "as": "?", "do": d}, body),
    )


STEP = st.recursive(CALM, _blocks, max_leaves=4) | ENDING


@st.composite
def scripts(draw: st.DrawFn) -> dict[str, Any]:
    """Scripts that check: random steps between a fixed beginning and end, every name its own."""
    middle = draw(st.lists(STEP, max_size=5))
    raw: dict[str, Any] = {
        "sop": 1, "params": {"n": "int", "flag": "bool", "id": "string"}, "returns": {"a": "decimal", "b": "string"},
        "steps": [
            {"op": "fetch", "name": "who", "from": "customers", "where": "it.id == id", "one": "required"},
            {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == who.id"},
            *copy.deepcopy(middle),
            {"op": "return", "value": {"b": draw(TEXTS), "a": draw(INTS)}},
        ],
    }  # fmt: skip
    _name(raw["steps"][2:-1], [0])
    return raw


def _name(steps: list[dict[str, Any]], count: list[int]) -> None:
    for step in steps:
        for field in ("name", "as"):
            if step.get(field) == "?":
                count[0] += 1
                step[field] = f"v{count[0]}"
        for field in ("then", "else", "do"):
            _name(step.get(field, []), count)


def canonical(raw: dict[str, Any]) -> dict[str, Any]:
    found = compile_script(raw, SHOP)
    assert found.diagnostics == ()
    assert found.ast is not None
    assert found.ir is not None
    return canonical_script(found.ast, found.ir)


# --- forms ----------------------------------------------------------------------------------------
@QUICK
@given(scripts())
def test_the_canonical_form_is_a_fixed_point(raw: dict[str, Any]) -> None:
    form = canonical(raw)
    again = load_frozen(json.loads(canonical_bytes(form)), SHOP)
    assert again.diagnostics == ()
    assert again.ast is not None
    assert again.ir is not None
    assert canonical_script(again.ast, again.ir) == form
    assert canonical(draft_of(form)) == form
    assert again.ir == compile_script(draft_of(form), SHOP).ir


@QUICK
@given(scripts())
def test_what_is_written_reads_back_the_same(raw: dict[str, Any]) -> None:
    assert json.loads(pretty_json(raw)) == raw
    found = compile_script(pretty_json(raw), SHOP)
    assert found.ast is not None
    assert script_id(canonical(raw_of(found.ast))) == script_id(canonical(raw))
    assert outline(found.ast) == outline(raw)


@QUICK
@given(scripts())
def test_ids_and_notes_are_no_part_of_the_identity(raw: dict[str, Any]) -> None:
    assert canonical({**with_ids(raw), "note": "why"}) == canonical(raw)


@QUICK
@given(scripts())
def test_every_step_is_said_in_english(raw: dict[str, Any]) -> None:
    found = compile_script(raw, SHOP)
    assert found.ast is not None
    text = english(found.ast, found.ir)
    assert "`" not in text
    assert len(text.split("\n")) >= len(raw["steps"])


# --- edits ----------------------------------------------------------------------------------------
PLACES = ("steps/0", "steps/1", "steps/2", "steps/3", "steps/2/then/0", "steps/3/else/0", "steps/2/do/0", "s1")
FIELDS = ("s2", "s4", "s5/then/0", "steps/2/cond", "steps/3/expr", "", "steps", "x/0", "steps/-1", "s3/name")
PATHS = st.sampled_from((*PLACES, *FIELDS))
STEPS: st.SearchStrategy[dict[str, Any]] = (
    CALM | st.just({}) | st.just({"op": "if", "cond": "flag", "then": []})
)
FIELD_VALUES: st.SearchStrategy[Any] = st.sampled_from(["n > 2", 5, None, []])
OLD_NAMES = st.sampled_from(["n", "who", "v1", "v2", "o", "?"])
NEW_NAMES = st.sampled_from(["m", "who", "o", "now", "a b"])
RETURNS = st.sampled_from([None, "int", {"a": "int"}])
LITERALS = st.sampled_from(["1", "'a'", "2", "x"])


def _edit(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"edit": st.just(kind), **fields})


EDITS = st.one_of(
    _edit("insert", at=PATHS, step=STEPS),
    _edit("insert", after=PATHS, step=STEPS),
    _edit("replace", at=PATHS, step=STEPS),
    _edit("replace", at=PATHS, value=FIELD_VALUES),
    _edit("remove", at=PATHS),
    _edit("move", **{"from": PATHS}, to=PATHS),
    _edit("wrap", at=PATHS, cond=BOOLS, count=st.integers(0, 3)),
    _edit("unwrap", at=PATHS, keep=st.sampled_from(["", "then", "else", "do"])),
    _edit("rename", **{"from": OLD_NAMES}, to=NEW_NAMES),
    _edit("set_signature", params=st.just({"n": "int"}), returns=RETURNS),
    _edit("set_return", field=st.sampled_from(["a", "c"]), type=st.just("int"), value=INTS),
    _edit("set_return", value=INTS),
    _edit("parameterize", literal=LITERALS, name=st.just("p"), everywhere=st.booleans()),
    _edit("restore", script=scripts()),
)


@settings(QUICK, max_examples=200)
@given(scripts(), EDITS, st.booleans())
def test_undo_of_an_edit_is_the_script_before(raw: dict[str, Any], edit: dict[str, Any], ids: bool) -> None:
    before = with_ids(raw) if ids else raw
    kept = copy.deepcopy(before)
    after = apply_edit(before, edit)
    assert before == kept
    if isinstance(after, tuple):
        assert after
        assert all(isinstance(each, Diagnostic) for each in after)
        return
    assert apply_edit(after, inverse(before, edit)) == before
    assert (difference(before, after) == []) <= (_without_ids(before) == _without_ids(after))
    compile_script(after, SHOP)


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(item) for key, item in value.items() if key != "id"}
    return [_without_ids(item) for item in value] if isinstance(value, list) else value


@QUICK
@given(scripts(), st.sampled_from(["n", "id", "who", "orders", "v1", "v2"]))
def test_a_rename_keeps_a_script_right(raw: dict[str, Any], name: str) -> None:
    after = apply_edit(raw, {"edit": "rename", "from": name, "to": "another"})
    assume(isinstance(after, dict))
    assert isinstance(after, dict)
    canonical(after)
    assert name not in bound_names(after)
    assert apply_edit(after, {"edit": "rename", "from": "another", "to": name}) == raw


@QUICK
@given(scripts(), st.integers(0, 6), st.integers(1, 3))
def test_what_was_extracted_is_a_script_or_refused(raw: dict[str, Any], at: int, count: int) -> None:
    done = extract(raw, {"edit": "extract", "at": f"steps/{at}", "count": count, "name": "part"}, SHOP)
    if isinstance(done, tuple):
        assert done
        return
    shape = [d for d in compile_script(done.new_script, SHOP).diagnostics if d.code.startswith("SOP-P")]
    assert shape == []


# --- anything at all ------------------------------------------------------------------------------
ATOMS = st.sampled_from(["fetch", "if", "steps", "it.id == 1", "\ud800"])
STEP_KEYS = ("op", "name", "from", "then", "else", "do", "cond", "value", "args", "expr", "id", "on_error", "order_by")
MORE_KEYS = ("yield", "in", "as", "limit", "fields", "one", "é", "steps", "sop", "params", "returns")
KEYS = st.sampled_from((*STEP_KEYS, *MORE_KEYS))
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


def survives(source: Any) -> None:
    """Throw something at every entrance: answers are values."""
    found = compile_script(source, SHOP)
    assert (found.ir is None) == bool(found.diagnostics)
    if found.ast is not None:
        english(found.ast, found.ir)
    if isinstance(source, dict):
        outline(source)
        pretty_json(source)
        with_ids(source)
        difference(source, FOUNDING)
        difference(FOUNDING, source)
        load_frozen(source, SHOP)
        for edit in ({"edit": "remove", "at": "steps/0"}, {"edit": "rename", "from": "n", "to": "m"}, source):
            answer = apply_edit(source, edit)
            assert isinstance(answer, (dict, tuple))


def mutated(raw: Any, draw: st.DrawFn) -> Any:
    """Change one place of a script to something else."""
    places: list[tuple[Any, Any]] = []
    todo = [raw]
    while todo:
        at = todo.pop()
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        places += [(at, key) for key in keys]
        todo += [at[key] for key in keys if isinstance(at[key], (dict, list))]
    owner, key = draw(st.sampled_from(places))
    owner[key] = draw(JUNK)
    return raw


@st.composite
def broken_scripts(draw: st.DrawFn) -> Any:
    raw = copy.deepcopy(draw(scripts()))
    for _ in range(draw(st.integers(1, 3))):
        mutated(raw, draw)
    return raw


@QUICK
@given(st.binary(max_size=60) | st.text(max_size=60) | st.builds(json.dumps, JUNK))
def test_no_text_makes_a_traceback(source: Any) -> None:
    survives(source)


@QUICK
@given(broken_scripts())
def test_no_mutated_script_makes_a_traceback(raw: Any) -> None:
    survives(raw)


@QUICK
@given(st.dictionaries(st.sampled_from(["sop", "steps", "params", "returns"]), JUNK))
def test_no_junk_makes_a_traceback(raw: Any) -> None:
    survives(raw)


@QUICK
@given(scripts(), JUNK)
def test_no_junk_edit_makes_a_traceback(raw: dict[str, Any], edit: Any) -> None:
    answer = apply_edit(raw, edit)
    if isinstance(answer, tuple):
        with pytest.raises(UserError):
            inverse(raw, edit)


@pytest.mark.slow
@HEAVY
@given(st.binary(max_size=400) | st.text(max_size=400))
def test_ten_thousand_texts_make_no_traceback(source: Any) -> None:
    survives(source)


@pytest.mark.slow
@HEAVY
@given(broken_scripts())
def test_ten_thousand_mutated_scripts_make_no_traceback(raw: Any) -> None:
    survives(raw)


def test_nesting_beyond_every_bound_makes_no_traceback() -> None:
    deep: Any = []
    for _ in range(5_000):
        deep = [{"op": "if", "cond": "true", "then": deep}]
    raw = {"sop": 1, "steps": deep}
    assert compile_script(raw, SHOP).diagnostics[0].code == "SOP-P011"
    assert isinstance(apply_edit(raw, {"edit": "remove", "at": "steps/0"}), tuple)
    assert with_ids(raw) is raw
    type_: Any = "int"
    for _ in range(5_000):
        type_ = {"a": type_}
    assert compile_script({"sop": 1, "returns": type_, "steps": []}, SHOP).diagnostics
    assert compile_script("[" * 100_000, SHOP).diagnostics[0].code == "SOP-P001"
