"""Reads schedules in plain English ("every night at 2"), and says them so."""

from __future__ import annotations

import re

EVERY = "every "
"""Begins a schedule that is an interval; all others are cron expressions."""

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""As cron counts them, from 0."""

NIGHTLY_HOUR, DAILY_HOUR = 2, 8
"""Of a night or a day whose hour is not named."""

WORKING_DAYS = "1-5"

DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_DAY = "day|night|morning|evening|weekday|working day|(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?s?"
_PHRASE = re.compile(
    rf"(?:every|each)\s+(?P<days>(?:{_DAY})(?:\s*(?:,|and)\s*(?:{_DAY}))*)"
    r"(?:\s+at\s+(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*(?P<half>[ap]\.?m\.?)?(?:\s*o'?clock)?|(?P<noon>noon|midnight)))?"
)
_INTERVAL = re.compile(r"(?:every|each)\s+(?:(?P<count>\d{1,9})\s*)?(?P<unit>minutes?|hours?)")
_SIMPLE = {"hourly": f"{EVERY}1h", "nightly": f"0 {NIGHTLY_HOUR} * * *", "daily": f"0 {DAILY_HOUR} * * *"}
_CRON = re.compile(r"(\d{1,2}) (\d{1,2}) \* \* (\*|[0-7](?:,[0-7])*|1-5)")


def read_plain(text: str) -> str:
    """Return the schedule, an interval or a cron expression, that plain words name; "" for any other text."""
    words = " ".join(text.lower().split()).rstrip(".")
    if words in _SIMPLE:
        return _SIMPLE[words]
    if (interval := _INTERVAL.fullmatch(words)) is not None:
        return f"{EVERY}{interval['count'] or 1}{interval['unit'][0]}"
    phrase = _PHRASE.fullmatch(words)
    if phrase is None:
        return ""
    days = [day.strip() for day in re.split(r",|\band\b", phrase["days"])]
    time = _time_of(phrase, days[0])
    return f"{time[1]} {time[0]} * * {_cron_days(days)}" if time else ""


def say_plainly(schedule: str) -> str:
    """Return a schedule in plain words, where it is a simple one; else as it is written."""
    if not schedule:
        return ""
    if schedule.startswith(EVERY):
        count, unit = re.fullmatch(r"(\d*)\s*(\w*)", schedule.removeprefix(EVERY)).groups()  # type: ignore[union-attr]
        names = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
        name = names.get(unit[:1], unit)
        return f"every {name}" if count == "1" else f"every {count} {name}s"
    match = _CRON.fullmatch(schedule)
    if match is None:
        return schedule
    minute, hour, days = int(match[1]), int(match[2]), match[3]
    if days == "*":
        named = "day"
    elif days == WORKING_DAYS:
        named = "working day"
    else:
        named = " and ".join(DAY_NAMES[int(day) % 7] for day in days.split(","))
    return f"every {named} at {hour}:{minute:02}"


def _time_of(phrase: re.Match[str], first_day: str) -> tuple[int, int] | None:
    if phrase["noon"]:
        return (12, 0) if phrase["noon"] == "noon" else (0, 0)
    if phrase["hour"] is None:
        hours = {"night": NIGHTLY_HOUR, "evening": 20}
        return hours.get(first_day, DAILY_HOUR), 0
    hour, minute = int(phrase["hour"]), int(phrase["minute"] or 0)
    if half := (phrase["half"] or "")[:1]:
        hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 24
    elif first_day == "evening" and hour < 12:
        hour += 12
    return (hour, minute) if hour < 24 and minute < 60 else None


def _cron_days(days: list[str]) -> str:
    if any(day in ("day", "night", "morning", "evening") for day in days):
        return "*"
    if any(day in ("weekday", "working day") for day in days):
        return WORKING_DAYS
    return ",".join(str(number) for number in sorted({WEEKDAYS.index(day[:3]) for day in days}))
