"""Specs as data: their JSON, their bounds, cron lines, and the codes of the room."""

import json

import pytest
from hypothesis import given, settings

from sopwb.kernel.canonical import canonical_bytes
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.schedule.codes import CODES
from sopwb.schedule.cron import normal_text, parse_cron
from sopwb.schedule.phrases import parse_spec
from sopwb.schedule.spec import (
    Cron,
    Daily,
    EveryHours,
    EveryMinutes,
    Monthly,
    MonthlyWeekday,
    Weekly,
    Yearly,
    describe,
    from_json,
    to_json,
    with_times,
)
from tests.schedule.specs import specs


@given(specs())
@settings(max_examples=200, deadline=None)
def test_every_spec_comes_back_from_its_json(spec) -> None:
    data = json.loads(canonical_bytes(to_json(spec)))
    assert from_json(data) == spec


def test_the_json_of_each_kind_is_fixed() -> None:
    assert to_json(Weekly((1, 4), ("09:00",))) == {"kind": "weekly", "weekdays": [1, 4], "times": ["09:00"]}
    assert to_json(Yearly(((1, 1),), ("09:00",))) == {"kind": "yearly", "dates": [[1, 1]], "times": ["09:00"]}
    assert to_json(Cron("0 9 * * 1")) == {"kind": "cron", "line": "0 9 * * 1"}


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"kind": "sometimes"},
        {"kind": "minutes", "n": 0},
        {"kind": "minutes", "n": 1440},
        {"kind": "minutes", "n": 5, "more": 1},
        {"kind": "hours", "n": 24, "minute": 0},
        {"kind": "daily", "times": []},
        {"kind": "daily", "times": ["9:00"]},
        {"kind": "daily", "times": ["10:00", "09:00"]},
        {"kind": "weekly", "weekdays": [0], "times": ["09:00"]},
        {"kind": "monthly", "days": [-1, 1], "times": ["09:00"]},
        {"kind": "monthly_weekday", "nth": [6], "weekday": 1, "times": ["09:00"]},
        {"kind": "yearly", "dates": [[2, 30]], "times": ["09:00"]},
        {"kind": "cron", "line": "0 9 30 2 *"},
        {"kind": "cron", "line": "0  9 * * *"},
    ],
)
def test_json_out_of_bounds_is_refused(data: object) -> None:
    with pytest.raises(UserError) as caught:
        from_json(data)
    assert caught.value.diagnostics[0].code == "SOP-H010"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("* * * *", "SOP-H007"),
        ("* * * * * *", "SOP-H007"),
        ("60 * * * *", "SOP-H007"),
        ("* 24 * * *", "SOP-H007"),
        ("* * 0 * *", "SOP-H007"),
        ("* * * 13 *", "SOP-H007"),
        ("* * * * 8", "SOP-H007"),
        ("*/0 * * * *", "SOP-H007"),
        ("5-1 * * * *", "SOP-H007"),
        ("1,,2 * * * *", "SOP-H007"),
        ("* * L * *", "SOP-H007"),
        ("* * * * MON#1", "SOP-H007"),
        ("* * * FOO *", "SOP-H007"),
        ("٣ * * * *", "SOP-H007"),
        ("0 0 31 4,6,9,11 *", "SOP-H008"),
        ("0 0 30 2 *", "SOP-H008"),
    ],
)
def test_a_cron_line_that_is_wrong_or_never_due_is_a_diagnostic(line: str, code: str) -> None:
    found = parse_cron(line)
    assert isinstance(found, Diagnostic)
    assert found.code == code


def test_an_impossible_day_with_a_weekday_is_due_by_the_weekday() -> None:
    assert not isinstance(parse_cron("0 0 30 2 1"), Diagnostic)


def test_sunday_is_0_and_7_and_ends_a_range() -> None:
    for text in ("0", "7", "SUN"):
        found = parse_cron(f"0 0 * * {text}")
        assert not isinstance(found, Diagnostic)
        assert found.weekdays == {7}
    found = parse_cron("0 0 * * fri-sun")
    assert not isinstance(found, Diagnostic)
    assert found.weekdays == {5, 6, 7}


def test_a_cron_line_is_kept_in_its_normal_form() -> None:
    assert normal_text("  0 9  * jan mon-fri ") == "0 9 * JAN MON-FRI"
    assert parse_spec("cron 0 9  * * mon-fri") == Cron("0 9 * * MON-FRI")


def test_times_are_replaced_where_a_kind_has_them() -> None:
    assert with_times(Daily(("18:00",)), ["19:00"]) == Daily(("19:00",))
    assert with_times(Monthly((1,), ("18:00",)), ["20:00", "08:00"]) == Monthly((1,), ("08:00", "20:00"))
    assert with_times(MonthlyWeekday((1,), 1, ("18:00",)), ["19:00"]) == MonthlyWeekday((1,), 1, ("19:00",))
    for spec in (EveryMinutes(15), EveryHours(2), Cron("0 9 * * 1")):
        assert with_times(spec, ["19:00"]) is None


def test_descriptions_name_the_days_people_name() -> None:
    assert describe(Weekly((1, 2, 3, 4, 5), ("08:30",))) == "every weekday at 08:30"
    assert describe(Weekly((6, 7), ("10:00",))) == "every weekend at 10:00"
    assert (
        describe(Monthly((1, -2, -1), ("10:00",)))
        == "on the 1st, 2nd to last day and last day of every month at 10:00"
    )


def test_the_example_of_every_code_causes_it() -> None:
    for code in CODES:
        if code.id == "SOP-H010":
            with pytest.raises(UserError) as caught:
                from_json(json.loads(code.example))
            assert caught.value.diagnostics[0].code == code.id
        else:
            found = parse_spec(code.example)
            assert isinstance(found, Diagnostic), code.example
            assert found.code == code.id
