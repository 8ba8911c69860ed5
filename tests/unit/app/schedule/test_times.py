"""What schedules mean, what nonsense is told, and how gaps between tries grow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tzlocal import reload_localzone

from app.schedule.times import BackOff, choose_schedule, next_time, parse_interval
from rag.errors import ConfigurationError

WEDNESDAY = datetime(2026, 11, 25, 10, 7, 30).astimezone()


def times(schedule: str, count: int, after: datetime = WEDNESDAY) -> list[str]:
    """The next times of a schedule, as weekday, date and time."""
    found = []
    for _ in range(count):
        following = next_time(schedule, start=WEDNESDAY, after=after)
        assert following is not None
        assert following.timestamp() > after.timestamp()
        found.append(f"{following:%a %d %H:%M}")
        after = following
    return found


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("*/30 * * * *", ["Wed 25 10:30", "Wed 25 11:00", "Wed 25 11:30"]),
        ("30 2 * * *", ["Thu 26 02:30", "Fri 27 02:30", "Sat 28 02:30"]),
        ("@daily", ["Thu 26 00:00", "Fri 27 00:00", "Sat 28 00:00"]),
        ("0 8 * * 1-5", ["Thu 26 08:00", "Fri 27 08:00", "Mon 30 08:00"]),
        ("0 8 * * MON,sat", ["Sat 28 08:00", "Mon 30 08:00", "Sat 05 08:00"]),
        ("0 8 * * 0", ["Sun 29 08:00", "Sun 06 08:00"]),
        ("0 8 * * 7", ["Sun 29 08:00", "Sun 06 08:00"]),
        ("0 8 * * 5-7", ["Fri 27 08:00", "Sat 28 08:00", "Sun 29 08:00", "Fri 04 08:00"]),
        ("0 8 * * sat-mon", ["Sat 28 08:00", "Sun 29 08:00", "Mon 30 08:00", "Sat 05 08:00"]),
        ("0 8 * * */3", ["Sat 28 08:00", "Sun 29 08:00", "Wed 02 08:00"]),
        ("0 8 * * fri-sun", ["Fri 27 08:00", "Sat 28 08:00", "Sun 29 08:00", "Fri 04 08:00"]),
        ("0 8 27 * */5", ["Fri 27 08:00", "Sun 27 08:00"]),
        ("0 8 last * *", ["Mon 30 08:00", "Thu 31 08:00"]),
        ("0 8 * * 4/2", ["Thu 26 08:00", "Sat 28 08:00", "Thu 03 08:00"]),
    ],
)
def test_a_cron_expression_means_what_it_means_to_cron(schedule: str, expected: list[str]) -> None:
    assert times(schedule, len(expected)) == expected


def test_day_of_the_month_or_of_the_week_is_enough_where_both_are_given() -> None:
    assert times("0 8 27 * 1", 3) == ["Fri 27 08:00", "Mon 30 08:00", "Mon 07 08:00"]


def test_intervals_are_counted_from_their_start() -> None:
    assert times("every 30m", 2) == ["Wed 25 10:37", "Wed 25 11:07"]
    later = WEDNESDAY + timedelta(minutes=100)
    assert next_time("every 30 minutes", start=WEDNESDAY, after=later) == WEDNESDAY + timedelta(minutes=120)


def test_an_interval_that_a_fast_clock_began_is_not_waited_for() -> None:
    start = WEDNESDAY + timedelta(days=3650, minutes=10)
    assert next_time("every 30m", start=start, after=WEDNESDAY) == WEDNESDAY + timedelta(minutes=10)


def test_no_schedule_has_no_next_time() -> None:
    assert next_time("", start=WEDNESDAY, after=WEDNESDAY) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", timedelta(minutes=30)),
        ("2 hours", timedelta(hours=2)),
        (" 1D ", timedelta(days=1)),
        ("90s", timedelta(seconds=90)),
        ("1 minute", timedelta(minutes=1)),
    ],
)
def test_an_interval_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert parse_interval(text) == expected


@pytest.mark.parametrize("text", ["", "m", "30", "0m", "-5m", "1.5h", "30 parsecs", "9999d", "5m5m", "٣m", "1mon"])
def test_what_is_no_interval_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_interval(text)
    assert "is not a valid interval" in refused.value.reason
    assert "30m" in refused.value.remedy


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("nonsense", "it has 1 fields, not 5"),
        ("* * * *", "it has 4 fields"),
        ("* * * * * *", "it has 6 fields"),
        ("99 * * * *", "no minute fits"),
        ("* 5-2 * * *", "no hour fits"),
        ("* * * foo *", "no month fits"),
        ("* * * * foo", "'foo' is not a day of the week"),
        ("* * * * 9", "'9' is not a day of the week"),
        ("*/0 * * * *", "no minute fits"),
        ("0 0 30 2 *", "no day-of-month fits"),
        ("0 0 30 2 */7", "no day-of-month fits"),
        ("@yearly", "it has 1 fields"),
    ],
)
def test_what_is_no_cron_expression_is_refused_with_the_reason_and_an_example(schedule: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        choose_schedule(schedule, "")
    assert words in refused.value.reason
    assert "'30 2 * * *'" in refused.value.remedy


def test_a_folder_has_one_schedule() -> None:
    assert choose_schedule("  30  2 * * * ", "") == "30 2 * * *"
    assert choose_schedule("", " 30m") == "every 30m"
    assert choose_schedule("", "") == ""
    with pytest.raises(ConfigurationError, match="one schedule"):
        choose_schedule("30 2 * * *", "30m")


def test_gaps_between_tries_double_up_to_the_longest() -> None:
    gaps = BackOff(first=timedelta(minutes=1), longest=timedelta(hours=6))
    assert [gaps.gap(failures) // timedelta(minutes=1) for failures in (1, 2, 3, 4, 9, 10)] == [1, 2, 4, 8, 256, 360]
    assert gaps.gap(1_000_000) == timedelta(hours=6)


def test_times_come_in_the_zone_of_the_machine() -> None:
    found = next_time("0 8 * * *", start=WEDNESDAY, after=WEDNESDAY.astimezone(UTC))
    assert found is not None
    assert found.hour == 8
    assert found.tzinfo is not None


# --- clocks that are set forward and back ---


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    """A machine whose clocks go from 2 to 3 on 29 March 2026, and from 3 back to 2 on 25 October."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    reload_localzone()
    yield ZoneInfo("Europe/Berlin")
    monkeypatch.undo()
    reload_localzone()


def test_what_falls_into_a_skipped_hour_runs_right_after_it(berlin: ZoneInfo) -> None:
    assert times("30 2 * * *", 3, datetime(2026, 3, 28, 3, tzinfo=berlin)) == [
        "Sun 29 03:00",
        "Mon 30 02:30",
        "Tue 31 02:30",
    ]


def test_what_falls_into_an_hour_that_comes_twice_runs_once(berlin: ZoneInfo) -> None:
    assert times("30 2 * * *", 2, datetime(2026, 10, 25, 1, tzinfo=berlin)) == ["Sun 25 02:30", "Mon 26 02:30"]
    second_pass = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=berlin)
    assert times("30 2 * * *", 1, second_pass) == ["Mon 26 02:30"]


def test_what_runs_every_half_hour_follows_the_time_that_passes(berlin: ZoneInfo) -> None:
    following = ["Sun 25 02:00", "Sun 25 02:30", "Sun 25 02:00", "Sun 25 02:30", "Sun 25 03:00"]
    assert times("*/30 * * * *", 5, datetime(2026, 10, 25, 1, 40, tzinfo=berlin)) == following
    assert times("*/30 * * * *", 2, datetime(2026, 3, 29, 1, 40, tzinfo=berlin)) == ["Sun 29 03:00", "Sun 29 03:30"]


def test_an_interval_is_as_long_when_clocks_are_set(berlin: ZoneInfo) -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=berlin)
    found = next_time("every 1d", start=start, after=start + timedelta(hours=1))
    assert found is not None
    assert found.timestamp() - start.timestamp() == 86_400
