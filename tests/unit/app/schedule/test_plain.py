"""Schedules in plain words, and plain words for schedules."""

from __future__ import annotations

import pytest

from app.schedule.plain import read_plain, say_plainly
from app.schedule.times import choose_schedule
from rag.errors import ConfigurationError


@pytest.mark.parametrize(
    ("words", "schedule", "said"),
    [
        ("every night at 2", "0 2 * * *", "every day at 2:00"),
        ("Every  Night", "0 2 * * *", "every day at 2:00"),
        ("every day at 2:30 pm", "30 14 * * *", "every day at 14:30"),
        ("every evening at 9", "0 21 * * *", "every day at 21:00"),
        ("every day at 12 am", "0 0 * * *", "every day at 0:00"),
        ("every day at noon", "0 12 * * *", "every day at 12:00"),
        ("every weekday at 8.15", "15 8 * * 1-5", "every working day at 8:15"),
        ("every Tuesday and Friday at 8", "0 8 * * 2,5", "every Tuesday and Friday at 8:00"),
        ("every sunday", "0 8 * * 0", "every Sunday at 8:00"),
        ("every hour", "every 1h", "every hour"),
        ("hourly", "every 1h", "every hour"),
        ("every 30 minutes", "every 30m", "every 30 minutes"),
    ],
)
def test_plain_words_become_a_schedule_and_a_schedule_plain_words(words: str, schedule: str, said: str) -> None:
    assert read_plain(words) == schedule
    assert choose_schedule(words, "") == schedule
    assert say_plainly(schedule) == said


@pytest.mark.parametrize(
    "words", ["every night at 25", "every day at 8:75", "every moon", "every day at 13 pm", "at 2"]
)
def test_words_that_name_no_time_are_refused(words: str) -> None:
    assert read_plain(words) == ""
    with pytest.raises(ConfigurationError):
        choose_schedule(words, "")


@pytest.mark.parametrize("schedule", ["*/5 2 * * *", "30 2 1 * *", "@daily", "0 8 * * mon"])
def test_what_is_not_simple_is_said_as_it_is_written(schedule: str) -> None:
    assert say_plainly(schedule) == schedule
