"""Writes numbers as a spreadsheet shows them: a value and its number format in, text out.

The formats are those of ECMA-376 Part 1, 18.8.31. What depends on the reader's own settings (the short date, the
decimal point) is written one way: ISO 8601 dates, points for decimals.
"""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from fractions import Fraction
from functools import lru_cache

from ingest.parsers.sheets.date_names import DAYS, MONTHS, language_of

GENERAL = "General"
MAX_CODE = 1_000
"""Excel allows 255 characters for a format."""

MAX_DECIMALS = 30
LAST_SERIAL = 2_958_466
"""The day after 31 December 9999."""

SHORT_DATE, SHORT_DATE_TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"

BUILT_IN = {
    **{0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?"},
    **{13: "# ??/??", 14: SHORT_DATE, 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM"},
    **{19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: SHORT_DATE_TIME, 37: "#,##0;(#,##0)"},
    **{38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 41: "#,##0;(#,##0);-;@"},
    **{42: "$#,##0;($#,##0);$-;@", 43: "#,##0.00;(#,##0.00);-;@", 44: "$#,##0.00;($#,##0.00);$-;@"},
    **{45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@"},
    **dict.fromkeys((*range(27, 32), 36, 50, *range(51, 55), 57, 58), SHORT_DATE),
    **dict.fromkeys((32, 33, 55, 56), "h:mm:ss"),
    **dict.fromkeys((34, 35), "h:mm"),
}
"""The formats that a workbook names by number only; from 27 on they are East Asian dates and times."""

_PART = re.compile(
    r"""
      "(?P<quoted>[^"]*)"?
    | \\(?P<escaped>.)
    | _(?P<space>.)
    | \*(?P<fill>.)
    | \[(?P<bracket>[^\]]*)\]
    | (?P<ampm>AM/PM|A/P)
    | (?P<general>General)
    | (?P<exponent>E[+-])
    | (?P<date>y+|m+|d+|h+|s+(?:\.0+)?|g+|e+|b+)
    | (?P<digit>[0\#?])
    | (?P<point>\.)
    | (?P<comma>,)
    | (?P<percent>%)
    | (?P<slash>/)
    | (?P<text>@)
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_DATE_KINDS = frozenset({"date", "elapsed", "ampm"})


@dataclass(frozen=True, slots=True)
class _FormatPart:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _FormatSection:
    parts: tuple[_FormatPart, ...]
    condition: tuple[str, float] | None

    @property
    def is_date(self) -> bool:
        return any(part.kind in _DATE_KINDS for part in self.parts)

    def has(self, kind: str) -> bool:
        return any(part.kind == kind for part in self.parts)


def format_number(value: float, code: str, *, from_1904: bool = False) -> str:
    """Return a number as a cell with this format shows it; what the format cannot show or hides comes out as it is."""
    if not math.isfinite(value):
        return str(value)
    sections = _sections(code[:MAX_CODE])
    section, is_negated = _choose(value, sections)
    shown = abs(value) if is_negated else value
    try:
        if section.is_date:
            return _format_date(value, section, from_1904)
        return _format_plain(shown, section).strip() or plain_number(value)
    except (ValueError, OverflowError, InvalidOperation, ZeroDivisionError):
        return plain_number(value)


def format_text(text: str, code: str) -> str:
    """Return text as a cell with this format shows it: a section for text may write words around it."""
    section = next((section for section in _sections(code[:MAX_CODE])[-1:] if section.has("text")), None)
    if section is None:
        return text
    return "".join(text if part.kind == "text" else _literal(part) for part in section.parts).strip()


def plain_number(value: float) -> str:
    """Return a number without a format, with the 15 digits that spreadsheets keep and never in powers of ten."""
    if not math.isfinite(value):
        return str(value)
    text = f"{Decimal(f'{value:.15g}'):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_FormatSection, ...]:
    sections: list[list[_FormatPart]] = [[]]
    conditions: list[tuple[str, float] | None] = [None]
    for match in _PART.finditer(code or GENERAL):
        kind, text = match.lastgroup or "other", match[match.lastgroup or 0] or ""
        if kind == "other" and text == ";":
            sections.append([])
            conditions.append(None)
        elif kind == "bracket":
            if _ELAPSED.fullmatch(text):
                sections[-1].append(_FormatPart("elapsed", text.lower()))
            elif condition := _CONDITION.fullmatch(text.strip()):
                conditions[-1] = condition[1], float(condition[2])
            elif text.startswith("$"):
                currency, _, locale = text[1:].partition("-")
                sections[-1] += [_FormatPart("quoted", currency), _FormatPart("locale", language_of(locale))]
        else:
            sections[-1].append(_FormatPart(kind, text.lower() if kind == "date" else text))
    made = [_FormatSection(tuple(parts), condition) for parts, condition in zip(sections, conditions, strict=True)]
    return tuple(made[:4])


def _choose(value: float, sections: tuple[_FormatSection, ...]) -> tuple[_FormatSection, bool]:
    """Return the section for a value, and whether that section stands for the sign."""
    numeric = sections[:3]
    if any(section.condition for section in numeric):
        for section in numeric:
            if section.condition is None or _holds(value, *section.condition):
                return section, value < 0 and section is not sections[0]
        return numeric[-1], False
    if value < 0 and len(sections) > 1:
        return sections[1], True
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], False


def _holds(value: float, sign: str, bound: float) -> bool:
    return {
        "<": value < bound,
        ">": value > bound,
        "=": value == bound,
        "<=": value <= bound,
        ">=": value >= bound,
        "<>": value != bound,
    }[sign]


def _literal(part: _FormatPart) -> str:
    if part.kind in ("quoted", "escaped", "other"):
        return part.text
    return " " if part.kind == "space" else "/" if part.kind == "slash" else ""


# --- numbers ---


def _format_plain(value: float, section: _FormatSection) -> str:
    if section.has("general"):
        return "".join(plain_number(value) if part.kind == "general" else _literal(part) for part in section.parts)
    if section.has("text") and not section.has("digit"):
        return "".join(plain_number(value) if part.kind == "text" else _literal(part) for part in section.parts)
    if not section.has("digit"):
        sign = "-" if value < 0 else ""
        return sign + "".join("%" if part.kind == "percent" else _literal(part) for part in section.parts)
    if section.has("slash") and not section.has("point"):
        return _format_fraction(value, section)
    if section.has("exponent"):
        return _format_scientific(value, section)
    return _format_decimal(value, section)


def _scale(value: float, section: _FormatSection) -> Decimal:
    """Return the value after percent signs and the commas behind the last digit, each of which drops three digits."""
    number = Decimal(f"{value:.15g}")
    number *= Decimal(100) ** sum(part.kind == "percent" for part in section.parts)
    last = max(index for index, part in enumerate(section.parts) if part.kind == "digit")
    commas = 0
    for part in section.parts[last + 1 :]:
        if part.kind != "comma":
            break
        commas += 1
    return number / Decimal(1000) ** commas


def _format_decimal(value: float, section: _FormatSection) -> str:
    parts = section.parts
    point = next((index for index, part in enumerate(parts) if part.kind == "point"), len(parts))
    wanted = sum(part.kind == "digit" for part in parts[point:])
    with localcontext() as context:
        context.prec = 400
        number = _scale(value, section)
        rounded = abs(number).quantize(Decimal(1).scaleb(-min(wanted, MAX_DECIMALS)), rounding=ROUND_HALF_UP)
    whole, _, decimals = f"{rounded:f}".partition(".")
    digits = [index for index, part in enumerate(parts[:point]) if part.kind == "digit"]
    grouped = any(part.kind == "comma" for part in parts[digits[0] : digits[-1]]) if digits else False
    is_zero = not rounded
    text = _whole_part(parts[:point], "" if whole == "0" else whole, grouped) + _decimal_part(parts[point:], decimals)
    return f"-{text}" if value < 0 and not is_zero else text


def _whole_part(parts: tuple[_FormatPart, ...], digits: str, grouped: bool) -> str:
    """Return the part before the point, filled from its last digit on; the first placeholder takes what is left
    over."""
    written: list[str] = []
    places = sum(part.kind == "digit" for part in parts)
    count = 0
    for part in reversed(parts):
        if part.kind != "digit":
            written.append("%" if part.kind == "percent" else _literal(part))
            continue
        places -= 1
        taken = digits if places == 0 else digits[-1:]
        digits = "" if places == 0 else digits[:-1]
        for digit in reversed(taken or ("0" if part.text == "0" else "")):
            if grouped and count and count % 3 == 0:
                written.append(",")
            written.append(digit)
            count += 1
    return digits + "".join(reversed(written))


def _decimal_part(parts: tuple[_FormatPart, ...], decimals: str) -> str:
    """Return the point and what is behind it; zeros that only a # asks for are left out."""
    places = [part.text for part in parts if part.kind == "digit"]
    kept = len(places)
    while kept and places[kept - 1] != "0" and decimals[kept - 1 : kept] in ("0", ""):
        kept -= 1
    written = []
    seen = 0
    for part in parts:
        if part.kind == "point":
            written.append("." if kept else "")
        elif part.kind == "digit":
            written.append(decimals[seen] if seen < min(kept, len(decimals)) else "")
            seen += 1
        else:
            written.append("%" if part.kind == "percent" else _literal(part))
    return "".join(written)


def _format_scientific(value: float, section: _FormatSection) -> str:
    split = next(index for index, part in enumerate(section.parts) if part.kind == "exponent")
    head = section.parts[:split]
    point = next((index for index, part in enumerate(head) if part.kind == "point"), len(head))
    decimals = sum(part.kind == "digit" for part in head[point:])
    mantissa, _, exponent = f"{value:.{min(decimals, MAX_DECIMALS)}e}".partition("e")
    width = sum(part.kind == "digit" for part in section.parts[split:])
    sign = "-" if exponent.startswith("-") else "+" if section.parts[split].text.endswith("+") else ""
    tail = "".join("%" if part.kind == "percent" else _literal(part) for part in section.parts[split + 1 :])
    return f"{mantissa}E{sign}{exponent.lstrip('+-').lstrip('0').rjust(max(width, 1), '0')}{tail}"


def _format_fraction(value: float, section: _FormatSection) -> str:
    slash = next(index for index, part in enumerate(section.parts) if part.kind == "slash")
    after = section.parts[slash + 1 :]
    fixed = "".join(part.text for part in after if part.kind in ("digit", "other")).strip()
    number = abs(Fraction(f"{value:.15g}"))
    before = [part for part in section.parts[:slash] if part.kind == "digit" or part.text == " "]
    has_whole = any(part.text == " " for part in before[1:])
    whole = int(number) if has_whole else 0
    rest = number - whole
    if fixed.isdecimal() and int(fixed):
        below = int(fixed)
        above = round(rest * below)
    else:
        nearest = rest.limit_denominator(10 ** min(sum(part.kind == "digit" for part in after), 4) - 1)
        above, below = nearest.numerator, nearest.denominator
    if above == below and has_whole:
        whole, above = whole + 1, 0
    sign = "-" if value < 0 else ""
    if not above:
        return f"{sign}{whole}"
    return f"{sign}{whole} {above}/{below}" if whole else f"{sign}{above}/{below}"


# --- dates ---


def _format_date(value: float, section: _FormatSection, from_1904: bool) -> str:
    has_elapsed = section.has("elapsed")
    if not has_elapsed and not 0 <= value < LAST_SERIAL:
        raise ValueError
    kinds = _tell_minutes(section.parts)
    decimals = max((len(part.text.partition(".")[2]) for part in section.parts if part.kind == "date"), default=0)
    moment, seconds = _moment(value, from_1904, decimals)
    noon = section.has("ampm")
    language = next((part.text for part in section.parts if part.kind == "locale"), "en")
    written = []
    for part, is_minutes in zip(section.parts, kinds, strict=True):
        if part.kind == "elapsed":
            written.append(_elapsed(seconds, part.text))
        elif part.kind == "ampm":
            written.append(part.text.split("/")[moment.hour >= 12])
        elif part.kind == "date":
            written.append(_date_part(moment, part.text, is_minutes, noon, language))
        else:
            written.append({"point": ".", "comma": ",", "digit": "0"}.get(part.kind, _literal(part)))
    text = " ".join("".join(written).split())
    sign = "-" if has_elapsed and value < 0 else ""
    return sign + text + _iso_beside(section, kinds, moment)


def _moment(value: float, from_1904: bool, decimals: int) -> tuple[datetime.datetime, Decimal]:
    """Return the date and time of a serial number, and its length in seconds, both rounded to what is shown."""
    unit = Decimal(1).scaleb(-decimals)
    seconds = (abs(Decimal(f"{value:.15g}")) * 86400).quantize(unit, rounding=ROUND_HALF_UP)
    days, rest = divmod(seconds, 86400)
    if from_1904:
        start = datetime.datetime(1904, 1, 1)
    else:
        # Excel counts a 29 February 1900 that never was.
        start = datetime.datetime(1899, 12, 30) if days >= 60 else datetime.datetime(1899, 12, 31)
    if days >= LAST_SERIAL:
        return datetime.datetime(1900, 1, 1), seconds
    return start + datetime.timedelta(days=int(days), microseconds=int(rest * 1_000_000)), seconds


def _tell_minutes(parts: tuple[_FormatPart, ...]) -> list[bool]:
    """Return for each part whether it is an m that means minutes: after hours or before seconds."""
    found = [False] * len(parts)
    timed = [index for index, part in enumerate(parts) if part.kind in ("date", "elapsed")]
    for place, index in enumerate(timed):
        if parts[index].kind != "date" or parts[index].text not in ("m", "mm"):
            continue
        before = parts[timed[place - 1]].text[0] if place else ""
        after = parts[timed[place + 1]].text[0] if place + 1 < len(timed) else ""
        found[index] = before == "h" or after == "s"
    return found


def _elapsed(seconds: Decimal, unit: str) -> str:
    size = {"h": 3600, "m": 60, "s": 1}[unit[0]]
    return str(int(seconds // size)).rjust(len(unit), "0")


def _date_part(moment: datetime.datetime, text: str, is_minutes: bool, noon: bool, language: str) -> str:
    length = len(text.partition(".")[0])
    match text[0]:
        case "y" | "e":
            return f"{moment.year % 100:02}" if text[0] == "y" and length <= 2 else f"{moment.year:04}"
        case "m" if is_minutes:
            return f"{moment.minute:0{min(length, 2)}}"
        case "m":
            name = MONTHS[language][moment.month - 1]
            shortened = name[:3] if length == 3 else name[:1] if length == 5 else name
            return f"{moment.month:0{length}}" if length <= 2 else shortened
        case "d":
            name = DAYS[language][moment.weekday()]
            return f"{moment.day:0{length}}" if length <= 2 else name[:3] if length == 3 else name
        case "h":
            hour = (moment.hour % 12 or 12) if noon else moment.hour
            return f"{hour:0{min(length, 2)}}"
        case "s":
            decimals = len(text.partition(".")[2])
            fraction = f".{moment.microsecond:06}"[: decimals + 1] if decimals else ""
            return f"{moment.second:0{min(length, 2)}}{fraction}"
    return ""


def _iso_beside(section: _FormatSection, kinds: list[bool], moment: datetime.datetime) -> str:
    """Return the ISO date in brackets behind one that may be read two ways: 03/04/2024."""
    order = [
        part.text[0]
        for part, is_minutes in zip(section.parts, kinds, strict=True)
        if part.kind == "date" and part.text[0] in "dmy" and not is_minutes
    ]
    numeric = all(len(part.text) <= 2 for part in section.parts if part.kind == "date" and part.text[0] in "dm")
    dotted = any(part.text == "." or part.kind == "point" for part in section.parts)
    if sorted(order) != ["d", "m", "y"] or order[0] == "y" or not numeric or dotted or moment.day > 12:
        return ""
    return f" ({moment.date().isoformat()})"
