"""The numbers of the sample tables: tides, ferry times, fares and passengers. Knows no output format."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, datetime, timedelta

FIRST_DAY, LAST_DAY = date(2024, 4, 1), date(2024, 9, 30)
_SPRING_HIGH_WATER = datetime(2024, 4, 10, 6, 30)
_TIDE = timedelta(hours=12, minutes=25.2)
_SPRING_TO_SPRING_DAYS = 14.765

TIDE_HEADER = ("Date", "Day", "High", "m", "High", "m", "Low", "m", "Low", "m")


def tide_rows() -> list[tuple[str, ...]]:
    """One row for each day under TIDE_HEADER; a day may lack its second high or low water."""
    highs, lows = _tides(offset=timedelta()), _tides(offset=_TIDE / 2)
    rows = []
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=number)
        cells = [*_two(highs[day], 4.3, 0.9), *_two(lows[day], 1.5, -0.9)]
        rows.append((f"{day.day} {day:%B}", f"{day:%a}", *cells))
    return rows


def _tides(offset: timedelta) -> dict[date, list[datetime]]:
    moments = defaultdict(list)
    for number in range(-30, 360):
        moment = _SPRING_HIGH_WATER + number * _TIDE + offset
        wobble = timedelta(minutes=-18 * math.sin(2 * _phase(moment)))
        moments[(moment + wobble).date()].append(moment + wobble)
    return moments


def _phase(moment: datetime) -> float:
    days = (moment - _SPRING_HIGH_WATER) / timedelta(days=1)
    return 2 * math.pi * days / _SPRING_TO_SPRING_DAYS


def _two(moments: list[datetime], mean: float, swing: float) -> list[str]:
    cells: list[str] = []
    for moment in moments:
        cells += [f"{moment:%H:%M}", f"{mean + swing * math.cos(_phase(moment)):.1f}"]
    return [*cells, "-", "-"][:4]


TIMETABLE = (
    ("Season", "Days", "Departs Orlick", "Arrives Kelderby", "Departs Kelderby", "Arrives Orlick"),
    ("Summer, 29 March to 26 October", "Daily", "07:10", "08:05", "09:00", "09:55"),
    ("Summer, 29 March to 26 October", "Daily", "11:30", "12:25", "14:00", "14:55"),
    ("Summer, 29 March to 26 October", "Friday and Sunday", "17:20", "18:15", "19:00", "19:55"),
    ("Winter, 27 October to 28 March", "Mon, Tue, Thu, Fri, Sat", "08:40", "09:35", "15:10", "16:05"),
)

FARES = (
    ("Fare", "Single", "Return", "Remark"),
    ("Adult", 7.40, 13.20, ""),
    ("Child, 5 to 15", 3.70, 6.60, "Under 5 free"),
    ("Islander card", 3.10, 6.20, "For residents, renewed each January"),
    ("Bicycle", 2.00, 4.00, "Tandems pay once"),
    ("Car up to 5 metres", 31.00, 56.00, "Driver not included"),
    ("Van or camper up to 7 metres", 48.50, 88.00, "Driver not included"),
    ("Sheep, each", 1.90, None, "The return is seldom asked for"),
    ("Hive of bees", 0, 0, "On deck"),
)

PASSENGERS_2023 = (
    ("Month", "Passengers", "Vehicles", "Sailings planned", "Sailings cancelled"),
    ("January", 1312, 288, 44, 9),
    ("February", 1406, 301, 40, 6),
    ("March", 1988, 402, 46, 5),
    ("April", 3875, 688, 128, 3),
    ("May", 5210, 840, 134, 1),
    ("June", 6904, 1012, 128, 2),
    ("July", 9418, 1187, 132, 0),
    ("August", 9127, 1203, 134, 1),
    ("September", 5066, 866, 130, 4),
    ("October", 3120, 590, 112, 8),
    ("November", 1544, 322, 44, 11),
    ("December", 1733, 351, 42, 7),
)
