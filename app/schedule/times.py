"""Reads schedules as people write them, finds their next times, and lets gaps between tries grow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError
from tzlocal import get_localzone

from app.schedule.plain import EVERY, WEEKDAYS, read_plain
from rag.errors import ConfigurationError

MAX_INTERVAL = timedelta(days=366)

INTERVAL = re.compile(r"(\d{1,9})\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)", re.ASCII)

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}

CRON_REMEDY = (
    "Write minute, hour, day of the month, month and day of the week, for example '30 2 * * *' for half past two "
    "every night, or '0 8 * * 1-5' for eight o'clock on working days. Or in words: every night at 2."
)


@dataclass(frozen=True, slots=True)
class BackOff:
    """Gaps between tries: each twice the one before, up to the longest."""

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=6)

    def gap(self, failures: int) -> timedelta:
        """Return the gap after so many failures in a row, at least one."""
        # Past thirty doublings the longest gap is reached from any first one; larger powers would overflow.
        return min(self.first * (1 << min(failures - 1, 30)), self.longest)


def choose_schedule(schedule: str, every: str) -> str:
    """Return the one schedule of an interval, a cron expression or plain words such as "every night at 2"; "" for none.

    Raises ConfigurationError for both, or for one that is not valid.
    """
    if schedule.strip() and every.strip():
        raise ConfigurationError(
            "A folder has one schedule, but both a cron expression and an interval were given.",
            "Give --schedule or --every.",
        )
    chosen = f"{EVERY}{every.strip()}" if every.strip() else read_plain(schedule) or " ".join(schedule.split())
    now = datetime.now().astimezone()
    next_time(chosen, start=now, after=now)
    return chosen


def is_interval(schedule: str) -> bool:
    """Tell whether a schedule is an interval, not a cron expression."""
    return schedule.startswith(EVERY)


def next_time(schedule: str, *, start: datetime, after: datetime) -> datetime | None:
    """Return the first time of a schedule later than `after`, in the time zone of this machine; None for an empty
    schedule.

    Intervals are counted from `start`. Raises ConfigurationError for a schedule that is not valid.
    """
    if not schedule:
        return None
    if is_interval(schedule):
        interval = parse_interval(schedule.removeprefix(EVERY))
        begin = start.astimezone(UTC)  # Where clocks that are set make no day longer.
        following = begin + interval * ((after.astimezone(UTC) - begin) // interval + 1)
        return following.astimezone(get_localzone())
    return _next_cron_time(schedule, after)


def parse_interval(text: str) -> timedelta:
    """Read `30m`, `2 hours` or `90 s` as a length of time. Raises ConfigurationError."""
    match = INTERVAL.fullmatch(text.strip().lower())
    interval = timedelta(**{UNITS[match[2][0]]: int(match[1])}) if match else timedelta()
    if not timedelta() < interval <= MAX_INTERVAL:
        raise ConfigurationError(
            f"{text!r} is not a valid interval.",
            "Write a number and a unit, for example 30m, 2h or 1d; a year is the longest.",
        )
    return interval


def _next_cron_time(expression: str, after: datetime) -> datetime:
    fields = NICKNAMES.get(expression.lower(), expression).lower().split()
    try:
        if len(fields) != 5:
            raise ValueError(f"it has {len(fields)} fields, not 5")
        minute, hour, day, month, weekday = fields
        # "last" is what Lectern took for cron's L before it left the reading of expressions to cronsim.
        day = "L" if day == "last" else day
        times = CronSim(f"{minute} {hour} {day} {month} {_list_weekdays(weekday)}", after.astimezone(get_localzone()))
        # When clocks are set back, cronsim names the first of the two passes also to those who ask in the second.
        return next(time for time in times if time.timestamp() > after.timestamp())
    except CronSimError as error:
        field = str(error).removeprefix("Bad ")
        reason = f"no {field} fits its field for the {field}"
    except StopIteration:
        reason = "no such day ever comes"
    except ValueError as error:
        reason = str(error)
    raise ConfigurationError(f"{expression!r} is not a valid cron expression: {reason}.", CRON_REMEDY)


def _list_weekdays(field: str) -> str:
    """Return a cron field of weekdays, 0 and 7 being Sunday, as a list of numbers. Raises ValueError.

    cron itself refuses a range that goes on past the end of its week, as from Friday to Sunday (fri-sun, 5-0).
    """
    days: set[int] = set()
    for item in field.split(","):
        match = re.fullmatch(r"(\*|([0-7]|[a-z]{3})(?:-([0-7]|[a-z]{3}))?)(?:/([1-7]))?", item)
        if match is None:
            raise ValueError(f"{item!r} is not a day of the week")
        everything, step = match[1] == "*", int(match[4] or 1)
        first = 0 if everything else _weekday_number(match[2])
        last = 6 if everything or (match[4] and not match[3]) else _weekday_number(match[3] or match[2])
        days.update(day % 7 for day in range(first, last + 1 + (7 if last < first else 0), step))
    # A field that begins with a star is kept: cron then wants the day of the month to fit as well.
    return field if field.startswith("*") else ",".join(map(str, sorted(days)))


def _weekday_number(name: str) -> int:
    if name.isdigit():
        return int(name)
    if name not in WEEKDAYS:
        raise ValueError(f"{name!r} is not a day of the week")
    return WEEKDAYS.index(name)
