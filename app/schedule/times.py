"""Schedules as people write them, and the growing gaps between tries. Knows no folder and reads no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from rag.errors import ConfigurationError

EVERY = "every "
"""Begins a schedule that is an interval; all others are cron expressions."""

MAX_INTERVAL = timedelta(days=366)

INTERVAL = re.compile(r"(\d{1,9})\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)", re.ASCII)

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""As cron counts them; APScheduler 3 counts from Monday (its issue 286), so it is given names."""

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}

CRON_REMEDY = (
    "Write minute, hour, day of the month, month and day of the week, for example '30 2 * * *' for half past two "
    "every night, or '0 8 * * 1-5' for eight o'clock on working days."
)


@dataclass(frozen=True, slots=True)
class BackOff:
    """Gaps between tries: each twice the one before, up to the longest."""

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=6)

    def gap(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row, at least one."""
        # Past thirty doublings the longest gap is reached from any first one; larger powers would overflow.
        return min(self.first * (1 << min(failures - 1, 30)), self.longest)


def choose_schedule(schedule: str, every: str) -> str:
    """The one schedule of a cron expression and an interval, of which one at most may be given; "" for neither.

    Raises ConfigurationError for both, or for one that is none.
    """
    if schedule.strip() and every.strip():
        raise ConfigurationError(
            "A folder has one schedule, but both a cron expression and an interval were given.",
            "Give --schedule or --every.",
        )
    chosen = f"{EVERY}{every.strip()}" if every.strip() else " ".join(schedule.split())
    if chosen:
        build_trigger(chosen, start=datetime.now().astimezone())
    return chosen


def is_interval(schedule: str) -> bool:
    """Whether a schedule is an interval, not a cron expression."""
    return schedule.startswith(EVERY)


def build_trigger(schedule: str, *, start: datetime) -> Any:
    """APScheduler's trigger for a schedule, in the time zone of this machine; `start` is where intervals begin.

    Raises ConfigurationError for what is no schedule.
    """
    if is_interval(schedule):
        return IntervalTrigger(seconds=parse_interval(schedule.removeprefix(EVERY)).total_seconds(), start_date=start)
    return _parse_cron(schedule, start)


def next_time(schedule: str, *, start: datetime, now: datetime) -> datetime | None:
    """When a schedule is due next; None for an empty one."""
    found = build_trigger(schedule, start=start).get_next_fire_time(None, now) if schedule else None
    return found if isinstance(found, datetime) else None


def parse_interval(text: str) -> timedelta:
    """`30m`, `2 hours` or `90 s` as a length of time. Raises ConfigurationError."""
    match = INTERVAL.fullmatch(text.strip().lower())
    interval = timedelta(**{UNITS[match[2][0]]: int(match[1])}) if match else timedelta()
    if not timedelta() < interval <= MAX_INTERVAL:
        raise ConfigurationError(
            f"{text!r} is no interval.",
            "Write a number and a unit, for example 30m, 2h or 1d; a year is the longest.",
        )
    return interval


def _parse_cron(expression: str, now: datetime) -> Any:
    fields = NICKNAMES.get(expression.lower(), expression).split()
    try:
        if len(fields) != 5:
            raise ValueError(f"it has {len(fields)} fields, not 5")
        minute, hour, day, month, weekday = fields
        days, weekdays = {"day": day}, {"day_of_week": _name_weekdays(weekday)}
        clock = {"minute": minute, "hour": hour, "month": month}
        if day.startswith("*") or weekday.startswith("*"):
            trigger = CronTrigger(**clock, **days, **weekdays)
        else:
            # Where both are restricted, cron runs on the days that fit either; APScheduler would want both to fit.
            trigger = OrTrigger([CronTrigger(**clock, **days), CronTrigger(**clock, **weekdays)])
        if trigger.get_next_fire_time(None, now) is None:
            raise ValueError("no such day ever comes")
    except ValueError as error:
        raise ConfigurationError(f"{expression!r} is no cron expression: {error}.", CRON_REMEDY) from None
    return trigger


def _name_weekdays(field: str) -> str:
    """A cron field of weekdays, 0 and 7 being Sunday, as a list of names. Raises ValueError."""
    days: set[int] = set()
    for item in field.lower().split(","):
        match = re.fullmatch(r"(\*|([0-7]|[a-z]{3})(?:-([0-7]|[a-z]{3}))?)(?:/([1-7]))?", item)
        if match is None:
            raise ValueError(f"{item!r} is no day of the week")
        everything, step = match[1] == "*", int(match[4] or 1)
        first = 0 if everything else _weekday_number(match[2])
        last = 6 if everything or (match[4] and not match[3]) else _weekday_number(match[3] or match[2])
        # From Friday to Sunday (5-7, 5-0, fri-sun) goes on past the end of cron's week.
        days.update(day % 7 for day in range(first, last + 1 + (7 if last < first else 0), step))
    return ",".join(WEEKDAYS[day] for day in sorted(days))


def _weekday_number(name: str) -> int:
    if name.isdigit():
        return int(name)
    if name not in WEEKDAYS:
        raise ValueError(f"{name!r} is no day of the week")
    return WEEKDAYS.index(name)
