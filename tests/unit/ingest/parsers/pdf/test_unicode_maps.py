"""Letters that a font maps to UTF-8 are mended, and Korean stays Korean."""

from __future__ import annotations

from ingest.parsers.pdf.unicode_maps import mend_units


def as_units(text: str) -> str:
    """What becomes of text whose letters' UTF-8 is read as UTF-16."""
    return "".join(
        chr(int.from_bytes(letter.encode(), "big")) if len(letter.encode()) == 2 else letter for letter in text
    )


def test_cyrillic_in_bytes_of_utf_8_is_read() -> None:
    assert mend_units(as_units("Справ. № 12, дата")) == "Справ. № 12, дата"


def test_korean_and_emoji_stay_as_they_are() -> None:
    for text in ("대한민국의 수도는 서울이다", "킡킿", "harbour \U0001f6a2\U0001f6a2\U0001f6a2"):
        assert mend_units(text) == text
