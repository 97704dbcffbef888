"""What people say about when, and what it means. ``check`` reads one phrase and says it back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.schedule.phrases import find_phrases, find_schedule, find_times, parse_spec, zone_said
from sopwb.schedule.spec import describe
from tests.schedule.specs import specs


def check(phrase: str, expected: str) -> None:
    """Expect the English of the spec that is understood, or the code of the diagnostic."""
    found = parse_spec(phrase)
    if isinstance(found, Diagnostic):
        assert found.code == expected, found.line()
    else:
        assert describe(found) == expected
        assert parse_spec(describe(found)) == found, "a description reads back to its spec"


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("every monday at 09:00", "every Monday at 09:00"),
        ("every Monday at 9 AM", "every Monday at 09:00"),
        ("to run every Monday at 9 a.m.", "every Monday at 09:00"),
        ("every weekday at 18:30", "every weekday at 18:30"),
        ("on weekdays, Monday to Friday, at 08:30", "every weekday at 08:30"),
        ("mon to fri at half past seven in the morning", "every weekday at 07:30"),
        ("Mon–Fri at 7:30pm", "every weekday at 19:30"),
        ("on Tuesdays and Thursdays at 17:15", "every Tuesday and Thursday at 17:15"),
        ("every Mon, Wed and Fri at 9am and 5pm", "every Monday, Wednesday and Friday at 09:00 and 17:00"),
        ("every weekend at 10", "every weekend at 10:00"),
        ("weekly on Mondays at 9", "every Monday at 09:00"),
        ("Fri-Mon at 9", "every Monday, Friday, Saturday and Sunday at 09:00"),
        ("every day except Sunday at 8", "every Monday to Saturday at 08:00"),
        ("every day but not on weekends at 8", "every weekday at 08:00"),
        ("at 9 on Mondays", "every Monday at 09:00"),
        ("every Monday morning at 9", "every Monday at 09:00"),
        ("every Sunday night at 11:30", "every Sunday at 23:30"),
    ],
)
def test_days_of_the_week_are_understood(phrase: str, meaning: str) -> None:
    check(phrase, meaning)


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("every day at 6 in the evening", "every day at 18:00"),
        ("daily at 7 pm", "every day at 19:00"),
        ("daily 7 pm", "every day at 19:00"),
        ("every day at 7", "every day at 07:00"),
        ("every day at 0900", "every day at 09:00"),
        ("every day at 9.30", "every day at 09:30"),
        ("every day at 9h30", "every day at 09:30"),
        ("every day at 13 pm", "every day at 13:00"),
        ("every day at 12 am", "every day at 00:00"),
        ("every day at 12 pm", "every day at 12:00"),
        ("every day at 12 at night", "every day at 00:00"),
        ("every day at 12 noon", "every day at 12:00"),
        ("every day at noon and midnight", "every day at 00:00 and 12:00"),
        ("at noon", "every day at 12:00"),
        ("at midnight", "every day at 00:00"),
        ("quarter past eight", "every day at 08:15"),
        ("daily at a quarter to nine", "every day at 08:45"),
        ("daily at quarter to one in the afternoon", "every day at 12:45"),
        ("daily at quarter past twelve at night", "every day at 00:15"),
        ("daily at ten to six pm", "every day at 17:50"),
        ("daily at twenty-five past six", "every day at 06:25"),
        ("every day at eight o'clock", "every day at 08:00"),
        ("twice a day at 8:00 and 20:00", "every day at 08:00 and 20:00"),
        ("three times a day at 8, 12 and 18", "every day at 08:00, 12:00 and 18:00"),
        ("every day at 8 and 10 am", "every day at 08:00 and 10:00"),
        ("every evening at 6", "every day at 18:00"),
        ("every night at 11", "every day at 23:00"),
        ("every night at 02:00", "every day at 02:00"),
        ('every().day.at("10:30")', "every day at 10:30"),
        ("schedule.every().monday.at('09:00').do(job)", "every Monday at 09:00"),
    ],
)
def test_times_of_the_day_are_understood(phrase: str, meaning: str) -> None:
    check(phrase, meaning)


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("every 15 minutes", "every 15 minutes"),
        ("every fifteen minutes", "every 15 minutes"),
        ("every minute", "every minute"),
        ("every quarter of an hour", "every 15 minutes"),
        ("every half hour", "every 30 minutes"),
        ("every hour", "every hour"),
        ("hourly", "every hour"),
        ("every 60 minutes", "every hour"),
        ("every 2 hours", "every 2 hours"),
        ("every other hour", "every 2 hours"),
        ("every 45 minutes", "every 45 minutes, counted from midnight"),
        ("every 5 hours", "every 5 hours, counted from midnight"),
        ("every(10).minutes", "every 10 minutes"),
        ("every hour at :17", "every hour at :17"),
        ("every hour at 15 past", "every hour at :15"),
        ("ten past every hour", "every hour at :10"),
        ("every 2 hours at half past", "every 2 hours at :30"),
        (
            "every 15 minutes: on the hour, at quarter past, at half past and at quarter to",
            "every 15 minutes",
        ),
        ("on the hour and at half past", "every 30 minutes"),
        ("at quarter past and quarter to every hour", "on the cron line 15,45 * * * *"),
        ("every 30 minutes on weekdays", "on the cron line */30 * * * 1-5"),
        ("every 2 hours on Mondays and Sundays", "on the cron line 0 */2 * * 1,7"),
    ],
)
def test_intervals_are_understood(phrase: str, meaning: str) -> None:
    check(phrase, meaning)


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("on the 1st at 08:00", "on the 1st of every month at 08:00"),
        ("for the first day of every month at 07:00", "on the 1st of every month at 07:00"),
        ("monthly on the 1st at 8", "on the 1st of every month at 08:00"),
        ("on the 1st and the 15th at 6", "on the 1st and 15th of every month at 06:00"),
        ("on the fifteenth of the month at 6", "on the 15th of every month at 06:00"),
        ("on day 5 of every month at 9", "on the 5th of every month at 09:00"),
        ("last day of the month at 17:00", "on the last day of every month at 17:00"),
        ("at the end of the month at 17:00", "on the last day of every month at 17:00"),
        (
            "on the 15th and the last day of the month at 6",
            "on the 15th and last day of every month at 06:00",
        ),
        ("first Monday of every month at 9", "on the first Monday of every month at 09:00"),
        ("monthly on the last Friday at 16:00", "on the last Friday of every month at 16:00"),
        (
            "the 1st and 3rd Tuesday of the month at 10",
            "on the first and third Tuesday of every month at 10:00",
        ),
        ("every year on 1 January at 09:00", "every year on 1 January at 09:00"),
        ("on December 24th at 18:00", "every year on 24 December at 18:00"),
        (
            "on the first day of every quarter at 7:00",
            "every year on 1 January, 1 April, 1 July and 1 October at 07:00",
        ),
        ("*/15 9-17 * * mon-fri", "on the cron line */15 9-17 * * MON-FRI"),
        ('cron "0 9 * * 1"', "on the cron line 0 9 * * 1"),
        ("@hourly", "on the cron line 0 * * * *"),
    ],
)
def test_days_of_the_month_and_cron_lines_are_understood(phrase: str, meaning: str) -> None:
    check(phrase, meaning)


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("", "SOP-H001"),
        ("every now and then", "SOP-H001"),
        ("every 10 coffees", "SOP-H001"),
        ("every 15 minutes between 9 and 17", "SOP-H001"),
        ("on the last working day of the month at 9", "SOP-H001"),
        ("every monday", "SOP-H002"),
        ("every weekend", "SOP-H002"),
        ("every morning", "SOP-H002"),
        ("twice a day", "SOP-H002"),
        ("last day of the month", "SOP-H002"),
        ("weekly at 9", "SOP-H003"),
        ("every month", "SOP-H003"),
        ("every year on the 1st at 9", "SOP-H003"),
        ("on the first Monday at 9", "SOP-H003"),
        ("every day at 25:00", "SOP-H004"),
        ("every day at 18:00 in the morning", "SOP-H004"),
        ("every evening at 06:00", "SOP-H004"),
        ("every Monday at 09:00 and every Thursday at 10:00", "SOP-H005"),
        ("every Monday at noon and on Tuesday", "SOP-H005"),
        ("every weekday, Monday to Thursday, at 9", "SOP-H005"),
        ("three times a day at 8 and 20", "SOP-H005"),
        ("every 2 hours at 09:00", "SOP-H005"),
        ("every 15 minutes: on the hour and at half past", "SOP-H005"),
        ("monthly on Mondays at 9", "SOP-H005"),
        ("on the 1st and on Mondays at 9", "SOP-H005"),
        ("every weekend except Saturday and Sunday at 9", "SOP-H005"),
        ("every 0 minutes", "SOP-H006"),
        ("every 24 hours", "SOP-H006"),
        ("every 30 seconds", "SOP-H006"),
        ("every 2 weeks", "SOP-H006"),
        ("fortnightly", "SOP-H006"),
        ("every other Monday at 9", "SOP-H006"),
        ("every second Tuesday at 9", "SOP-H006"),
        ("twice an hour", "SOP-H006"),
        ("cron 61 * * * *", "SOP-H007"),
        ("cron 0 9 * *", "SOP-H007"),
        ("0 9 30 2 *", "SOP-H008"),
        ("on the 32nd at 9", "SOP-H008"),
        ("on 31 April at 9", "SOP-H008"),
        ("on the last day of February at 9", "SOP-H008"),
        ("every day at 8 and 10 pm", "SOP-H009"),
        ("every Friday at 9 to 5", "SOP-H009"),
        ("daily at quarter to one", "SOP-H009"),
        ("tomorrow at 09:00", "SOP-H011"),
        ("next Monday at 9", "SOP-H011"),
        ("on 2026-12-01 at 9", "SOP-H011"),
        ("on 1 December 2026 at 9", "SOP-H011"),
    ],
)
def test_what_is_missing_wrong_or_doubtful_is_a_diagnostic(phrase: str, code: str) -> None:
    check(phrase, code)


def test_words_that_are_not_understood_are_quoted_with_their_place() -> None:
    text = "every Monday at 9 come rain or shine"
    found = parse_spec(text)
    assert isinstance(found, Diagnostic)
    assert found.message == '"come rain or shine" was not understood'
    assert found.span is not None
    assert text[slice(*found.span)] == "come rain or shine"
    assert "every 15 minutes" in found.hint


@given(specs())
@settings(max_examples=300, deadline=None)
def test_every_description_reads_back_to_its_spec(spec) -> None:
    assert parse_spec(describe(spec)) == spec


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_the_reader_fail(text: str) -> None:
    parse_spec(text)
    find_schedule(text)


_VOCABULARY = [
    "every", "each", "on", "at", "the", "of", "a", "in", "and", "to", "past", "except", ",", ":", "*", "-",
    "monday", "tue", "weekdays", "weekend", "day", "days", "daily", "hourly", "twice", "other", "second",
    "15", "9", "08:30", "am", "pm", "morning", "evening", "half", "quarter", "noon", "minutes", "hours",
    "1st", "first", "last", "month", "year", "january",
]  # fmt: skip


@given(st.lists(st.sampled_from(_VOCABULARY), max_size=12).map(" ".join))
@settings(max_examples=500, deadline=None)
def test_no_order_of_known_words_makes_the_reader_fail(text: str) -> None:
    found = parse_spec(text)
    if not isinstance(found, Diagnostic):
        assert parse_spec(describe(found)) == found
    find_times(text)
    for phrase in find_phrases(text):
        assert 0 <= phrase.start < phrase.end <= len(text)


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("Schedule weekly_sweep to run every Monday at 9 AM.", "every Monday at 9 AM"),
        ("save that as a batch job, every day at 6 in the evening", "every day at 6 in the evening"),
        ("Schedule it for the first day of every month at 07:00.", "the first day of every month at 07:00"),
        ("run it on cron 0 9 * * 1 please", "on cron 0 9 * * 1"),
        ("run */5 * * * * for me", "*/5 * * * *"),
        ("Run it every Monday at 9 and 20 coupons a go", "every Monday at 9"),
        (
            "run every 15 minutes, not every Monday at 9:00 in the morning",
            "every Monday at 9:00 in the morning",
        ),
    ],
)
def test_a_schedule_is_found_inside_a_sentence(sentence: str, phrase: str) -> None:
    found = find_schedule(sentence)
    assert found is not None
    spec, start, end = found
    assert sentence[start:end] == phrase
    assert parse_spec(phrase) == spec


@pytest.mark.parametrize(
    "sentence",
    [
        "For each user, run our check_churn_risk script.",
        "A customer is at risk if they haven't ordered in 60 days and spent at least 5",
        "every 10 coffees is a free one, the first one at 9 too",
        "orders of the last 30 days, daily_rate times 2",
        "if it expires today or tomorrow",
        "the first order and the last order",
        "every second Monday at 9 send the report",
    ],
)
def test_a_sentence_about_other_things_has_no_schedule(sentence: str) -> None:
    assert find_schedule(sentence) is None


def test_an_incomplete_schedule_in_a_sentence_is_found_with_its_question() -> None:
    text = "Please run the report every Monday, thanks"
    [phrase] = find_phrases(text)
    assert text[phrase.start : phrase.end] == "every Monday"
    assert isinstance(phrase.result, Diagnostic)
    assert phrase.result.code == "SOP-H002"


def test_a_correction_of_the_time_alone_is_found() -> None:
    assert find_times("actually no, 7 in the evening") == (("19:00",), 13, 29)
    assert find_times("make that 3 items") is None


@pytest.mark.parametrize(
    ("text", "zone", "spec"),
    [
        ("every day at 09:00 Europe/Berlin", "Europe/Berlin", "every day at 09:00"),
        ("every sunday at 01:30 UTC", "UTC", "every Sunday at 01:30"),
        ("every weekday at 9 am (America/New_York)", "America/New_York", "every weekday at 09:00"),
        ("every Monday at 9 in the time zone America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires",
         "every Monday at 09:00"),
        ('every().day.at("10:30", "Europe/Berlin").do(job)', "Europe/Berlin", "every day at 10:30"),
        ("0 9 * * 1-5 Asia/Tokyo", "Asia/Tokyo", "on the cron line 0 9 * * 1-5"),
        ("every day at 09:00", "", "every day at 09:00"),
        ("0 9 * * MON/2", "", "on the cron line 0 9 * * MON/2"),
    ],
)  # fmt: skip
def test_a_schedule_may_name_its_zone(text: str, zone: str, spec: str) -> None:
    found = parse_spec(text)
    assert not isinstance(found, Diagnostic), found
    assert (zone_said(text), describe(found)) == (zone, spec)
