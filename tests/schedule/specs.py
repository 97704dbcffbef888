"""Hypothesis strategies for every kind of spec."""

from hypothesis import strategies as st

from sopwb.schedule.spec import (
    MONTH_DAYS,
    Cron,
    Daily,
    EveryHours,
    EveryMinutes,
    Monthly,
    MonthlyWeekday,
    Spec,
    Weekly,
    Yearly,
)

_clock = st.builds(lambda hour, minute: f"{hour:02d}:{minute:02d}", st.integers(0, 23), st.integers(0, 59))
times = st.sets(_clock, min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))


def _ascending(values, key=None):
    return st.sets(values, min_size=1, max_size=4).map(lambda found: tuple(sorted(found, key=key)))


_weekdays = st.sets(st.integers(1, 7), min_size=1, max_size=6).map(lambda found: tuple(sorted(found)))
_days = _ascending(
    st.one_of(st.integers(1, 31), st.just(-1), st.integers(-28, -2)),
    key=lambda day: day if day > 0 else day + 63,
)
_nth = _ascending(st.sampled_from([1, 2, 3, 4, 5, -1]), key=lambda n: n if n > 0 else 6)
_dates = _ascending(
    st.integers(1, 12).flatmap(lambda m: st.tuples(st.just(m), st.integers(1, MONTH_DAYS[m - 1])))
)
_minute = st.one_of(st.just("*"), st.just("*/7"), st.integers(0, 59).map(str), st.just("5,20-30/5"))
_hour = st.one_of(st.just("*"), st.just("9-17"), st.integers(0, 23).map(str))
_day = st.one_of(st.just("*"), st.integers(1, 28).map(str), st.just("*/2"), st.just("1-7"))
_week = st.one_of(st.just("*"), st.integers(0, 7).map(str), st.just("MON-FRI"), st.just("*/3"))
crons = st.builds(
    lambda *fields: " ".join(fields),
    _minute,
    _hour,
    _day,
    st.one_of(st.just("*"), st.just("2"), st.just("JAN-JUN")),
    _week,
)


def specs() -> st.SearchStrategy[Spec]:
    """Any spec in the form that phrases give."""
    return st.one_of(
        st.integers(1, 1439).filter(lambda n: n % 60 != 0).map(EveryMinutes),
        st.builds(EveryHours, st.integers(1, 23), st.integers(0, 59)),
        times.map(Daily),
        st.builds(Weekly, _weekdays, times),
        st.builds(Monthly, _days, times),
        st.builds(MonthlyWeekday, _nth, st.integers(1, 7), times),
        st.builds(Yearly, _dates, times),
        crons.map(Cron),
    )
