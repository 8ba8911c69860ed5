"""Writes the numbers of lists and headings as word processors do: 4, iv, d, IV, D, ④."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x")),
    *((9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
MAX_ROMAN = 4000
_CHINESE = "〇一二三四五六七八九"
_UNITS = " one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_ONES = (_UNITS + " eighteen nineteen").split(" ")
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_HEBREW = "אבגדהוזחטיכלמנסעפצקרשת"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщыэюя"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_GANADA = "가나다라마바사아자차카타파하"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ARABIC = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ABJAD = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"


def roman(number: int) -> str:
    """Return a number in small Roman numerals; decimal from 4000 on."""
    if not 0 < number < MAX_ROMAN:
        return str(number)
    found = ""
    for value, letters in _ROMAN:
        found += letters * (number // value)
        number %= value
    return found


def letters(number: int, alphabet: str = "abcdefghijklmnopqrstuvwxyz") -> str:
    """Return the letter of a number, doubled after the alphabet's end as word processors do: z, aa, bb."""
    if number < 1:
        return str(number)
    return alphabet[(number - 1) % len(alphabet)] * ((number - 1) // len(alphabet) + 1)


def spelled(number: int) -> str:
    """Return a number below a hundred in English words; decimal otherwise."""
    if not 0 < number < 100:
        return str(number)
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")


def ordinal(number: int) -> str:
    """Return a number as an English ordinal: 1st, 12th, 23rd."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def spelled_ordinal(number: int) -> str:
    """Return an ordinal below the hundredth in English words."""
    words = spelled(number)
    if not words[-1].isalpha():
        return ordinal(number)
    head, dash, last = words.rpartition("-")
    last = _IRREGULAR.get(last) or (f"{last[:-1]}ieth" if last[-1] == "y" else f"{last}th")
    return f"{head}{dash}{last}"


def chinese(number: int) -> str:
    """Return a number below ten thousand as it is counted in Chinese and Japanese."""
    if not 0 < number < 10_000:
        return str(number)
    found = ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            found += (_CHINESE[digit] if digit > 1 or place == 1 or found else "") + unit
        elif found and number and not found.endswith("〇"):
            found += "〇"
    return found


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


FORMATS: Mapping[str, Callable[[int], str]] = MappingProxyType(
    {
        "decimal": str,
        "decimalZero": lambda number: f"{number:02}",
        "lowerLetter": letters,
        "upperLetter": lambda number: letters(number).upper(),
        "lowerRoman": roman,
        "upperRoman": lambda number: roman(number).upper(),
        "ordinal": ordinal,
        "cardinalText": lambda number: spelled(number).capitalize(),
        "ordinalText": lambda number: spelled_ordinal(number).capitalize(),
        "decimalEnclosedCircle": _circled,
        "decimalEnclosedCircleChinese": _circled,
        "decimalEnclosedParen": lambda number: f"({number})",
        "decimalEnclosedFullstop": lambda number: f"{number}.",
        "numberInDash": lambda number: f"- {number} -",
        "hex": lambda number: f"{number:X}",
        "decimalFullWidth": lambda number: str(number).translate({0x30 + digit: 0xFF10 + digit for digit in range(10)}),
        **dict.fromkeys(
            ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand"), chinese
        ),
        **dict.fromkeys(("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseCounting"), chinese),
        "ideographTraditional": lambda number: letters(number, _STEMS),
        "hebrew1": lambda number: letters(number, _HEBREW),
        "hebrew2": lambda number: letters(number, _HEBREW),
        "arabicAlpha": lambda number: letters(number, _ARABIC),
        "arabicAbjad": lambda number: letters(number, _ABJAD),
        "russianLower": lambda number: letters(number, _RUSSIAN),
        "russianUpper": lambda number: letters(number, _RUSSIAN).upper(),
        "aiueoFullWidth": lambda number: letters(number, _AIUEO),
        "aiueo": lambda number: letters(number, _AIUEO),
        "irohaFullWidth": lambda number: letters(number, _IROHA),
        "iroha": lambda number: letters(number, _IROHA),
        "ganada": lambda number: letters(number, _GANADA),
    }
)
"""The formats of Office (ST_NumberFormat) that are not plain decimal numbers."""


def write_number(number: int, number_format: str) -> str:
    """Return a number in a format of Office; decimal where the format is not known, "" for "none" and bullets."""
    if number_format in ("none", "bullet"):
        return ""
    return FORMATS.get(number_format, str)(number)
