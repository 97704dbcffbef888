"""The diagnostics of the schedule room, ``SOP-H###``."""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code, Diagnostic

FORMS: Final = (
    "every 15 minutes · every hour at :30 · every day at 18:30 · every weekday at 08:30 · "
    "every Monday and Thursday at 9 AM · on the 1st at 08:00 · on the last day of the month at 17:00 · "
    "cron 0 9 * * 1-5"
)
"""The forms that are offered whenever words were not understood."""

CODES: tuple[Code, ...] = (
    Code(
        "SOP-H001",
        "a schedule was not understood",
        "Some words are not part of any known form; they are quoted. Say it in one of these forms: "
        + FORMS
        + ".",
        "every now and then",
    ),
    Code(
        "SOP-H002",
        "a schedule needs a time of day",
        "A day without a time could mean any hour, so none is taken. Add one: `at 09:00`, `at noon`.",
        "every Monday",
    ),
    Code(
        "SOP-H003",
        "a schedule needs a day",
        "`weekly`, `monthly` and `yearly` do not say which day. Add `on Mondays`, `on the 1st`, `on 1 May`.",
        "weekly at 09:00",
    ),
    Code(
        "SOP-H004",
        "not a time of day",
        "Hour, minute and part of the day do not fit together. A bare hour is on the 24-hour clock.",
        "every day at 18:00 in the morning",
    ),
    Code(
        "SOP-H005",
        "parts of a schedule contradict each other",
        "One schedule has one set of days and one set of times. Leave one part out, or add two schedules.",
        "every Monday at 09:00 and every Thursday at 10:00",
    ),
    Code(
        "SOP-H006",
        "an interval that has no fixed place on the clock or the calendar",
        "Minutes and hours are counted from midnight, so an interval is at least a minute and under a day. "
        "Instead of every second day or week, name the days: `on the 1st and 15th at 09:00`.",
        "every 2 weeks",
    ),
    Code(
        "SOP-H007",
        "a cron line is not valid",
        "Five fields: minute 0-59, hour 0-23, day of the month 1-31, month 1-12 or "
        "JAN-DEC, day of the week 0-7 or SUN-SAT; "
        "each `*`, a number, a range `1-5`, a step `*/15` or a list of these.",
        "cron 61 9 * * *",
    ),
    Code(
        "SOP-H008",
        "a schedule that is never due",
        "No calendar has such a day. Name one that comes, or use the last day of the month.",
        "cron 0 9 30 2 *",
    ),
    Code(
        "SOP-H009",
        "a time that can be read in two ways",
        "Say am or pm with each time, or use the 24-hour clock.",
        "every day at 8 and 10 pm",
    ),
    Code(
        "SOP-H010",
        "a stored schedule is not valid",
        "The JSON has not the shape of any kind of schedule, or its values are out of bounds.",
        '{"kind": "minutes", "n": 0}',
    ),
    Code(
        "SOP-H011",
        "a schedule repeats",
        "A single occasion is not a schedule: run the job then with `sopwb --run`, or say how it repeats.",
        "tomorrow at 09:00",
    ),
)

NOT_UNDERSTOOD: Final = "SOP-H001"
NEEDS_TIME: Final = "SOP-H002"
NEEDS_DAY: Final = "SOP-H003"
NOT_A_TIME: Final = "SOP-H004"
CONTRADICTION: Final = "SOP-H005"
NO_GRID: Final = "SOP-H006"
BAD_CRON: Final = "SOP-H007"
NEVER_DUE: Final = "SOP-H008"
TWO_READINGS: Final = "SOP-H009"
BAD_STORED: Final = "SOP-H010"
ONLY_ONCE: Final = "SOP-H011"

_HELP: Final = {code.id: code.help for code in CODES}


def problem(code: str, message: str, span: tuple[int, int] | None = None, hint: str = "") -> Diagnostic:
    """Make a diagnostic of this room; without a hint of its own it carries the code's help."""
    return Diagnostic(code=code, message=message, span=span, hint=hint or _HELP[code])
