"""Finds out the encoding of text that does not say it."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from chardet import detect

DETECTION_BYTES = 64 * 1024
"""As much of the lines that are not plain ASCII is enough to tell an encoding; detection is slow."""

USUAL = "cp1252"
"""Western European Windows: what text of few letters beyond ASCII most likely is."""

OLD_MAC = "mac_roman"
"""What programs of old Macs wrote, which end lines with a carriage return alone."""

FEW_LETTERS = 2
"""With no more bytes beyond ASCII than this nothing can be told from them."""

PLAUSIBLE_SHARE = 0.9
MIN_SEQUENCES = 2
"""So many times more whole characters of UTF-8 than broken ones make a text UTF-8: by chance there are hardly any."""

LATIN = frozenset({"iso8859-1", "iso8859-15", "cp1252"})
_CODE_PAGES = """
cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 tis-620 iso8859-2 iso8859-5 iso8859-7 iso8859-9 iso8859-13
koi8-r koi8-u cp866 shift_jis cp932 euc_jp iso2022_jp gb18030 gb2312 gbk big5 cp949 euc_kr
"""
TRUSTED = LATIN | frozenset(_CODE_PAGES.split())
"""The usual encodings of files; any other guess has to be much better than `USUAL`."""

WINDOWS = {
    **{"iso8859-2": "cp1250", "iso8859-5": "cp1251", "iso8859-6": "cp1256", "iso8859-7": "cp1253"},
    **{"iso8859-8": "cp1255", "iso8859-9": "cp1254", "iso8859-13": "cp1257", "iso8859-4": "cp1257"},
}
"""The encodings that have letters and quotes where those of ISO have control characters, which no text has."""

_CONTROLS = re.compile(rb"[\x80-\x9f]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MARKS = frozenset("€£¥¢§©®°±²³µ·¼½¾ªº«»‹›“”„‚‘’–—…•™¿¡†‡´¨\u00a0")


def decode_unknown(data: bytes) -> tuple[str, str]:
    """Return text that is not valid UTF-8, and a warning that says how it was read."""
    broken = _broken_utf8(data)
    if broken is not None:
        return broken
    encoding = guess_encoding(data)
    try:
        return data.decode(encoding), f"The encoding was taken to be {encoding}."
    except UnicodeDecodeError:
        return data.decode(encoding, "replace"), f"The encoding was taken to be {encoding}; some characters are lost."


def _broken_utf8(data: bytes) -> tuple[str, str] | None:
    """Return text that is UTF-8 but for some bytes, which are marked; None where it is not."""
    whole = sum(1 for _ in _UTF8.finditer(data))
    if whole < MIN_SEQUENCES:
        return None
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    if whole < MIN_SEQUENCES * lost:
        return None
    return text, f"{lost} characters could not be decoded and are marked with \ufffd."


def guess_encoding(data: bytes) -> str:
    """Return the encoding (a name of Python's) that text beyond ASCII and UTF-8 is most likely written in."""
    sample = _telling_lines(data)
    letters = len(_BEYOND_ASCII.findall(sample))
    plausible = _plausible_share(sample)
    if letters <= FEW_LETTERS and plausible == 1.0:
        return USUAL
    if b"\r" in sample and b"\n" not in sample and _plausible_share(sample, OLD_MAC) > plausible:
        return OLD_MAC
    guess = _python_name(detect(sample).get("encoding") or "")
    if not guess or not _decodes(sample, guess):
        return USUAL
    sibling = WINDOWS.get(guess, "")
    if sibling and _CONTROLS.search(sample) and _decodes(sample, sibling):
        guess = sibling
    if guess in LATIN and b"\xa4" not in sample:
        return USUAL
    return guess if guess in TRUSTED or plausible < PLAUSIBLE_SHARE else USUAL


def _telling_lines(data: bytes) -> bytes:
    """Return the lines with bytes beyond ASCII, up to DETECTION_BYTES of them."""
    if len(data) <= DETECTION_BYTES:
        return data
    lines = []
    size = 0
    for line in data.split(b"\n"):
        if _BEYOND_ASCII.search(line):
            lines.append(line[:DETECTION_BYTES])
            size += len(lines[-1])
            if size > DETECTION_BYTES:
                break
    return b"\n".join(lines)


def _plausible_share(sample: bytes, encoding: str = USUAL) -> float:
    """Return the share of the letters beyond ASCII that make sense in an encoding: letters within words, or usual
    signs."""
    text = sample.decode(encoding, "replace")
    good = total = 0
    for place, character in enumerate(text):
        if character.isascii():
            continue
        total += 1
        before = text[place - 1] if place else " "
        is_letter = character.isalpha() and not (character.isupper() and before.islower())
        good += is_letter or character in _MARKS
    return good / total if total else 1.0


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= len(sample) - 4  # A character that the sample's end cut in two.
    return True


@lru_cache(maxsize=128)
def _python_name(name: str) -> str:
    """Return Python's name for an encoding that is one byte or more a character, or ""."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return ""
    return "" if found.startswith("utf") or found == "ascii" else found
